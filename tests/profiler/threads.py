"""Threads that compete for the GIL, wait for locks, sleep and wait for a socket, and the truth about it."""

import json
import socket
import sys
import threading
import time

SPENT = {}
END = time.monotonic() + float(sys.argv[1])
LOCK = threading.Lock()


def spin(name):
    wall, cpu = time.monotonic(), time.thread_time()
    total = 0
    while time.monotonic() < END:
        for i in range(20_000):
            total += i * i % 7
    SPENT[name] = (time.monotonic() - wall, time.thread_time() - cpu)


def spin_one():
    spin("spin_one")


def spin_two():
    spin("spin_two")


def nap():
    wall, cpu = time.monotonic(), time.thread_time()
    while time.monotonic() < END:
        time.sleep(0.05)
    SPENT["nap"] = (time.monotonic() - wall, time.thread_time() - cpu)


def wait_for_lock():
    wall, cpu = time.monotonic(), time.thread_time()
    LOCK.acquire()
    SPENT["wait_for_lock"] = (time.monotonic() - wall, time.thread_time() - cpu)


def wait_for_peer(connection):
    wall, cpu = time.monotonic(), time.thread_time()
    connection.recv(1)
    SPENT["wait_for_peer"] = (time.monotonic() - wall, time.thread_time() - cpu)


def main():
    ours, theirs = socket.socketpair()
    LOCK.acquire()
    threads = [threading.Thread(target=target) for target in (spin_one, spin_two, nap, wait_for_lock)]
    threads.append(threading.Thread(target=wait_for_peer, args=(theirs,)))
    for thread in threads:
        thread.start()
    for thread in threads[:3]:
        thread.join()
    LOCK.release()
    ours.send(b"x")
    for thread in threads[3:]:
        thread.join()
    print(json.dumps({name: {"wall": wall, "cpu": cpu} for name, (wall, cpu) in SPENT.items()}))


main()
