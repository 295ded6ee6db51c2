"""Two threads that compete for the GIL, one that answers requests between them, one that waits for its peer."""

import socket
import sys
import threading
import time
from truth import costs, tell

SECONDS = 8.0 * float(sys.argv[1])


def spin(end):
    total = 0
    while time.perf_counter() < end:
        for i in range(20_000):
            total += i * i % 7
    return total


def spin_one(end):
    return spin(end)


def spin_two(end):
    return spin(end)


def starved(end, connection):
    while time.perf_counter() < end:
        connection.send(b"x")
        connection.recv(1)


def echo(connection):
    while data := connection.recv(1):
        connection.send(data)


def wait_for_peer(connection):
    connection.recv(1)


def booked(function, *arguments):
    with costs(function.__name__):
        function(*arguments)


END = time.perf_counter() + SECONDS
(quiet, far), (near, echoing) = socket.socketpair(), socket.socketpair()
answering = threading.Thread(target=echo, args=(echoing,))
answering.start()
threads = [
    threading.Thread(target=booked, args=arguments)
    for arguments in [(spin_one, END), (spin_two, END), (starved, END, near), (wait_for_peer, quiet)]
]
for thread in threads:
    thread.start()
for thread in threads[:3]:
    thread.join()
far.send(b"x")
near.shutdown(socket.SHUT_WR)
threads[3].join()
answering.join()
tell()
