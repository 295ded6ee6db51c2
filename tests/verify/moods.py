"""Functions that are never twice the same, slow ones, and others that must not be disturbed by them."""

import random
import uuid


def token(length: int) -> str:
    return uuid.uuid4().hex[:length]


def roll(sides: int) -> int:
    return random.randrange(10**9) % max(sides, 1)


def spell(text: str, times: int) -> str:
    return "-".join([text] * min(times, 20))


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def climb(n: int) -> int:
    """Takes ever longer, in a loop that nobody can count."""
    return sum(range(n))
