"""What each function really cost, measured inside the run: processor time of its thread, and wall time."""

import json
import os
import threading
import time

_LOCK = threading.Lock()
_COSTS = {}
_START = time.perf_counter()


class costs:
    """Books the time of a block on a function's name.

    Reading a thread's processor clock asks the kernel, which may then give the processor to somebody else: that wait is
    none of the block's, so it lies outside of the wall time.
    """

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.cpu, self.wall = time.thread_time(), time.perf_counter()

    def __exit__(self, *problem):
        wall, cpu = time.perf_counter() - self.wall, time.thread_time() - self.cpu
        with _LOCK:
            sums = _COSTS.setdefault(self.name, [0.0, 0.0])
            sums[0] += cpu
            sums[1] += wall


def tell(more=()):
    """Write what was booked (and what children told) to the file in `PIVOT_TRUTH`."""
    sums = {name: list(costs) for name, costs in _COSTS.items()}
    for told in more:
        for name, (cpu, wall) in told.items():
            costs = sums.setdefault(name, [0.0, 0.0])
            costs[0] += cpu
            costs[1] += wall
    functions = {name: {"cpu": cpu, "wall": wall} for name, (cpu, wall) in sums.items()}
    elapsed = time.perf_counter() - _START
    with open(os.environ["PIVOT_TRUTH"], "w") as file:
        json.dump({"functions": functions, "elapsed": elapsed}, file)


def take():
    """Return what this process booked so far, and forget it: a child's part, for its parent."""
    with _LOCK:
        taken = {name: tuple(costs) for name, costs in _COSTS.items()}
        _COSTS.clear()
    return taken
