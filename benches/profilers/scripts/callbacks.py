"""C that calls Python back: sort keys, substitution by a function, reduce."""

import functools
import re
import sys
from truth import costs, tell

NUMBERS = [(i * 7919) % 10007 for i in range(6_000)]
TEXT = "order 12345 of item 678 at 90 " * 150


def sort_by_key():
    return sorted(NUMBERS, key=lambda number: -number % 97)


def substitute():
    return re.sub(r"\d+", lambda match: str(int(match.group()) + 1), TEXT)


def fold():
    return functools.reduce(lambda a, b: (a * 31 + b) % 1_000_003, NUMBERS)


for _ in range(int(4_600 * float(sys.argv[1]))):
    for function in (sort_by_key, substitute, fold):
        with costs(function.__name__):
            function()
tell()
