"""Functions that translations classically get wrong, one mistake each; `plain` is the one that the ports get right."""


def total(xs: list[int]) -> int:
    result = 0
    for x in xs:
        result += x
    return result


def halves(n: int) -> int:
    return n // 2


def weekday(day: int) -> int:
    return day % 7


def nearest(x: float) -> int:
    return round(x)


def cents(price: float) -> float:
    return round(price, 2)


def letters(text: str) -> int:
    return len(text)


def initial(text: str) -> str:
    return text[:1]


def tally(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


def doubled(xs: list[int]) -> int:
    ys = xs
    for x in list(xs):
        ys.append(x)
    return len(ys)


def ends(xs: list[int]) -> tuple[int, int]:
    return xs[0], xs[-1]


def factorial(n: int) -> int:
    result = 1
    for i in range(2, n % 30):
        result *= i
    return result


def find(xs: list[int], n: int) -> int | None:
    for place, x in enumerate(xs):
        if x == n:
            return place
    return None


def size(words: list[str]) -> int:
    return len(words)


def scaled(x: float) -> float:
    return x * 2.0


def shown(x: float) -> str:
    return str(x)


def last(xs: list[int]) -> int:
    return xs[-1]


def positive(n: int) -> int:
    if n <= 0:
        raise ValueError(f"not positive: {n!r}")
    return n


def number(text: str) -> int:
    return int(text)


def plain(flag: bool, text: str) -> str:
    return text if flag else ""
