"""Two functions that share the processor 70 to 30, and the truth about it."""

import json
import sys
import time


def heavy():
    total = 0
    for i in range(70_000):
        total += i * i % 7
    return total


def light():
    total = 0
    for i in range(30_000):
        total += i * i % 7
    return total


def main(seconds):
    spent = {"heavy": 0, "light": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for function in (heavy, light):
            before = time.thread_time_ns()
            function()
            spent[function.__name__] += time.thread_time_ns() - before
    print(json.dumps({name: ns / 1e9 for name, ns in spent.items()}))


main(float(sys.argv[1]))
