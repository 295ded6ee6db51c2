"""Work in native code beside work in Python, and the truth about each."""

import hashlib
import json
import re
import sys
import time
import zlib

DATA = bytes(range(256)) * 800
SMALL = b"0123456789" * 100
RECORDS = [{"id": i, "name": f"item {i}", "tags": ["a", "b"]} for i in range(400)]
NUMBERS = [(i * 7919) % 10007 for i in range(20_000)]
TEXT = "the quick brown fox jumps over the lazy dog 12345 " * 400


def hashing():
    for _ in range(10):
        hashlib.sha256(DATA).digest()


def small_hashing():
    sha = hashlib.sha256
    for _ in range(1500):
        sha(SMALL).digest()


def packing():
    zlib.compress(DATA)


def dumping():
    json.dumps(RECORDS)


def sorting():
    for _ in range(3):
        sorted(NUMBERS)


def matching():
    re.findall(r"[a-z]+o[a-z]*", TEXT)


def python():
    total = 0
    for i in range(60_000):
        total += i * i % 7
    return total


FUNCTIONS = [hashing, small_hashing, packing, dumping, sorting, matching, python]


def main(seconds):
    spent = {function.__name__: 0 for function in FUNCTIONS}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for function in FUNCTIONS:
            before = time.thread_time_ns()
            function()
            spent[function.__name__] += time.thread_time_ns() - before
    print(json.dumps({name: ns / 1e9 for name, ns in spent.items()}))


main(float(sys.argv[1]))
