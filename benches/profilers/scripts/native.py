"""Work in C beside work in Python: hashing, packing, sorting, matching, JSON."""

import hashlib
import json
import re
import sys
import zlib
from truth import costs, tell

DATA = bytes(range(256)) * 800
RECORDS = [{"id": i, "name": f"item {i}", "tags": ["a", "b"]} for i in range(400)]
NUMBERS = [(i * 7919) % 10007 for i in range(20_000)]
TEXT = "the quick brown fox jumps over the lazy dog 12345 " * 400


def hashing():
    return [hashlib.sha256(DATA).digest() for _ in range(10)]


def packing():
    return zlib.compress(DATA)


def sorting():
    return [sorted(NUMBERS) for _ in range(3)]


def matching():
    return len(re.findall(r"\b[a-z]+x\b|\d+", TEXT))


def dumping():
    return [json.dumps(RECORDS) for _ in range(6)]


def python():
    return sum(i * i % 7 for i in range(40_000))


for _ in range(int(600 * float(sys.argv[1]))):
    for function in (hashing, packing, sorting, matching, dumping, python):
        with costs(function.__name__):
            function()
tell()
