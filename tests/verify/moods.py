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
    """Takes ever longer."""
    if n < 2:
        return 1
    return climb(n - 1) + climb(n - 2)
