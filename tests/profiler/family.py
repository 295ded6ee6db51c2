"""A family of processes: forked workers that compute, and a program started as a command."""

import json
import multiprocessing
import subprocess
import sys
import time


def crunch(seconds):
    before = time.process_time()
    end = time.monotonic() + seconds
    total = 0
    while time.monotonic() < end:
        for i in range(20_000):
            total += i * i % 7
    return time.process_time() - before


def worker(seconds, answers):
    answers.put(crunch(seconds))


def main(seconds):
    answers = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=worker, args=(seconds, answers)) for _ in range(2)]
    for process in workers:
        process.start()
    spent = sum(answers.get() for _ in workers)
    for process in workers:
        process.join()
    subprocess.run([sys.executable, __file__, "alone", str(seconds)], check=True)
    print(json.dumps({"crunch": spent}))


if __name__ == "__main__":
    if sys.argv[1] == "alone":
        crunch(float(sys.argv[2]))
    else:
        main(float(sys.argv[1]))
