"""Deep and wide recursion beside a loop."""

import sys
from truth import costs, tell

sys.setrecursionlimit(5_000)


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def loop():
    return sum(i * i % 7 for i in range(30_000))


for _ in range(int(1_700 * float(sys.argv[1]))):
    with costs("fibonacci"):
        fibonacci(18)
    with costs("deep"):
        for _ in range(8):
            deep(900)
    with costs("loop"):
        loop()
tell()
