"""Processor time in a few long calls and in very many tiny ones."""

import sys
from truth import costs, tell


def tiny(i):
    return i * i % 7


def many_tiny_calls():
    return sum(tiny(i) for i in range(12_000))


def one_long_call():
    total = 0
    for i in range(30_000):
        total += i * i % 7
    return total


def little():
    return sum(range(20_000))


for _ in range(int(2_200 * float(sys.argv[1]))):
    with costs("many_tiny_calls"):
        many_tiny_calls()
    with costs("one_long_call"):
        one_long_call()
    with costs("little"):
        little()
tell()
