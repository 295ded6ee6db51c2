"""Code whose meaning a careless copy would change: `main` prints everything that can be seen of it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect

SIZES = [3, 4]
GROWING: list[int] = []
seen: list[str] = []


class Truth:
    """Says when it is asked whether it is true."""

    def __init__(self, name: str, value: bool) -> None:
        self.name, self.value = name, value

    def __bool__(self) -> bool:
        seen.append(self.name)
        return self.value

    def __repr__(self) -> str:
        return f"<{self.name}>"


YES, NO = Truth("yes", True), Truth("no", False)


def chains(a, b, c):
    """Values of `and` and `or` are the operands themselves."""
    first = a and b or c
    second = a or b and c
    third = not (a or b) or not c and a
    fourth = [x.name or x for x in (a, b, c) if x and a or b]
    return first, second, third, fourth, (a if b else c), (lambda: a and b or c)()


def tests(a, b, c):
    steps = []
    if a and (b or c) and not (a and b):
        steps.append(1)
    elif not a or (b and c):
        steps.append(2)
    else:
        steps.append(3)
    while (a and b) or c:
        steps.append(4)
        if len(steps) > 3:
            break
    else:
        steps.append(5)
    return steps


def loops(xs):
    total = 0
    for x in xs:
        if x == 2:
            continue
        if x == 5:
            break
        total += x
    else:
        total += 100
    for size in SIZES:
        for _ in range(size):
            total += 1
    for item in GROWING:
        total += item
    return total


def handlers(value):
    try:
        try:
            result = 10 // value
        except TypeError as problem:
            raise ValueError(str(problem)) from problem
        else:
            result += 1
        finally:
            seen.append("finally")
    except (ZeroDivisionError, ValueError) as problem:
        return type(problem).__name__, str(problem), repr(problem.__cause__), repr(problem.__context__)
    return result


def returns_from_loop(xs):
    for x in xs:
        try:
            return x
        finally:
            seen.append("left")
    return None


def walk(n):
    """A generator that is closed early."""
    try:
        for i in range(n):
            got = yield i
            if got:
                seen.append(got)
    finally:
        seen.append("closed")


def matched(value):
    match value:
        case 0 | 1:
            return "small"
        case [first, *rest] if rest or first:
            return f"list {first} {rest}"
        case {"key": found}:
            return found
    return "other"


def counter():
    count = 0

    def more(step: int = 1) -> int:
        nonlocal count
        count += step or 1
        return count

    return more


def changed():
    global GROWING
    GROWING = GROWING + [1]
    return len(GROWING)


def names_seen(n):
    for i in range(n):
        pass
    return sorted(locals())


class Shape:
    sides = 0
    kinds = [kind for kind in ("a", "b") if kind != "b"]
    for letter in "xy":
        sides += 1
    __secret = 5

    def __init__(self, n: int = 2 or 3) -> None:
        self.__n = n

    @property
    def n(self) -> int:
        return self.__n if self.__n else self.__secret

    @functools.cached_property
    def squares(self):
        return {i: i * i for i in range(self.n) if i % 2}

    @staticmethod
    def of(n):
        return Shape(n and n + 1)

    def __eq__(self, other):
        return isinstance(other, Shape) and self.n == other.n or NotImplemented


class Big(Shape):
    def __init__(self):
        super().__init__(7)
        if self.n:
            __class__.sides += 1


@dataclasses.dataclass(frozen=True, order=True)
class Pair:
    """Two."""

    left: int
    right: list[int] = dataclasses.field(default_factory=list)

    def total(self) -> int:
        return sum(x for x in self.right if x > self.left) or self.left


@contextlib.contextmanager
def noted(name):
    seen.append(f"in {name}")
    try:
        yield name if name else None
    except KeyError:
        seen.append("swallowed")


@functools.lru_cache(maxsize=None)
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def checked(x):
    assert x and x > 1, f"not {x}"
    return x


def main():
    flags = (YES, NO)
    for a in flags:
        for b in flags:
            for c in flags:
                print(chains(a, b, c), tests(a, b, c), seen)
                seen.clear()
    for xs in ([], [1, 2, 3], [1, 5, 9], [5]):
        print(loops(xs), returns_from_loop(xs), seen)
    for value in (2, 0, "x"):
        print(handlers(value))
    generator = walk(5)
    print(next(generator), generator.send("sent"), generator.close(), list(walk(0)), seen)
    for value in (0, 2, [], [0], [0, 1], {"key": 9}, "no"):
        print(matched(value))
    more = counter()
    print(more(), more(5), more(0), changed(), changed(), loops([]), names_seen(2))
    print(Shape().n, Shape(0).n, Shape.of(0).n, Shape(6).squares, Shape(1) == Shape(1), Shape(1) == 3)
    print(Big().n, Shape.sides, Shape.kinds, sorted(vars(Shape)))
    print(Pair(1, [1, 2]).total(), Pair(4), Pair(1) < Pair(2), Pair.__doc__, Pair.__init__.__annotations__)
    with noted("x") as name, noted("y"):
        seen.append(name)
        raise KeyError(name)


def finish():
    print(seen, fib(30), fib.cache_info(), deep(700))
    for x in (0, 1, 2):
        try:
            print(checked(x))
        except AssertionError as problem:
            print("assert", problem)
    print(chains.__doc__, chains.__code__.co_argcount, inspect.signature(Pair.total), walk.__doc__)
    print(inspect.getsource(deep), sorted(name for name in globals() if not name.startswith("__")))
    try:
        handlers([])
        deep(10**6)
    except RecursionError as problem:
        print(type(problem).__name__)
