"""A function that reads the clock, and takes floats: a call with integers is asked once more with floats."""

import time


def waited(since: float, rate: float) -> str:
    return f"{(time.time() - since) * rate:.4f}"
