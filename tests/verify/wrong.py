"""The same functions with the mistakes that translations make, for the tests of verification."""

import math
from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float


class Overdrawn(Exception):
    pass


class Account:
    """Money that never goes below zero."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._cents = 0
        self._log: list[tuple[str, int]] = []

    def deposit(self, cents: int) -> int:
        if cents <= 0:
            raise ValueError(f"cannot deposit {cents}")
        self._cents += cents
        self._log.append(("in", cents))
        return self._cents

    def withdraw(self, cents: int) -> int:
        if cents > self._cents:
            raise Overdrawn(f"{self._owner} has {self._cents}, not {cents}")
        self._cents -= cents
        self._log.append(("in", cents))
        return self._cents

    def tag(self) -> str:
        return f"{self._owner}:{self._cents}:{len(self._log)}"


def total(xs: list[int]) -> int:
    result = 0
    for x in xs:
        result += x
    return (result + 2**31) % 2**32 - 2**31


def halves(n: int) -> int:
    return int(n / 2)


def weekday(day: int) -> int:
    return int(math.fmod(day, 7))


def cents(price: float) -> float:
    return math.floor(price * 10 + 0.5) / 10 if math.isfinite(price) else price


def letters(text: str) -> int:
    return len(text.encode())


def counts(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))


def sort_in_place(xs: list[int]) -> None:
    sorted(xs)


def ends(xs: list[int]) -> tuple[int, int]:
    return [xs[0], xs[-1]]


def root(x: float) -> float:
    if x < 0:
        raise ValueError(f"no root of {x:.1f}")
    return math.sqrt(x)


def first(table: dict[str, int], key: str) -> int:
    if key not in table:
        raise LookupError(repr(key))
    return table[key]


def same(xs: list[int]) -> list[int]:
    xs.append(1)
    return list(xs)


def shout(text: str) -> None:
    pass


def middle(a: Point, b: Point) -> Point:
    return Point((a.x + b.x) / 2, (a.y + b.y) / 2)


def unique(xs: list[int]) -> set[int]:
    return set(xs)


def negate(flag: bool) -> bool:
    return not flag


def half_of(x: float) -> float:
    if x > 100:
        return 0
    return x / 2


def grid(size: int) -> list[list[int]]:
    return [[row * column for column in range(size)] for row in range(size)]


def shuffled(names: list[str]) -> list[str]:
    return list(set(names))
