"""Mostly waiting: a peer that answers late, sleep, and some computing between.

It computes for a twentieth of its time, so it runs three times as long as the others: a share of nine tenths needs 250
samples of computing to be known to two points.
"""

import socket
import sys
import threading
import time
from truth import costs, tell


def ask(connection):
    connection.send(b"x")
    connection.recv(1)


def rest():
    time.sleep(0.008)


def compute():
    return sum(i * i % 7 for i in range(20_000))


def answer(connection):
    while connection.recv(1):
        time.sleep(0.012)
        connection.send(b"y")


ours, theirs = socket.socketpair()
threading.Thread(target=answer, args=(theirs,), daemon=True).start()
for _ in range(int(1_080 * float(sys.argv[1]))):
    with costs("ask"):
        ask(ours)
    with costs("rest"):
        rest()
    with costs("compute"):
        compute()
ours.shutdown(socket.SHUT_WR)
tell()
