"""Two functions, of which the broken ports get one wrong."""


def good(n: int) -> int:
    return n + 1


def bad(n: int) -> int:
    return n + 1
