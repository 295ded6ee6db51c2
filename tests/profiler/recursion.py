"""Recursion, comprehensions and tiny calls, and the truth about the processor time of each."""

import json
import sys
import time


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def squares():
    return sum(x * x for x in [i % 13 for i in range(12_000)])


def step(x):
    return (x * 31 + 7) % 1009


def tiny_calls():
    x = 1
    for _ in range(12_000):
        x = step(x)
    return x


def main(seconds):
    spent = {"fibonacci": 0, "squares": 0, "tiny_calls": 0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for function, arguments in ((fibonacci, (16,)), (squares, ()), (tiny_calls, ())):
            before = time.thread_time_ns()
            function(*arguments)
            spent[function.__name__] += time.thread_time_ns() - before
    print(json.dumps({name: ns / 1e9 for name, ns in spent.items()}))


main(float(sys.argv[1]))
