"""What recording costs the functions that are recorded, for each interpreter given.

    python benches/recorder/run.py python3.8 python3.11 python3.12

Two functions of one module are timed bare and recorded, in turns, in processes of their own: `called` through the module
and `held` by somebody who imported it before. While the budget lasts, for calls that are looked at and not kept (their
arguments were seen); and once it is spent. Medians of the runs; the smallest time of a run's rounds counts.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

PYTHON = pathlib.Path(__file__).resolve().parents[2] / "src/verify/python"
MODULE = "def called(x, y):\n    return x + y\n\ndef held(x, y):\n    return x + y\n"
TIMED = """
import json, sys, timeit
import m
from m import held

def best(function):
    return min(timeit.repeat(lambda: [function(1, 2) for _ in range(1000)], number=1, repeat=int(sys.argv[1])))

if sys.argv[2] == "spent":
    for i in range(200_000):
        m.called(i, i)
        held(i, i)
else:
    # All of the first calls are looked at closely.
    for _ in range(2000):
        m.called(1, 2)
        held(1, 2)
print(json.dumps([best(lambda x, y: m.called(x, y)), best(held)]))
"""


def timed(python, folder, recorded, state):
    """Return seconds per 1000 calls of both functions."""
    # The recorder's own folder is taken off the path that the program sees.
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'recorder'}:{folder}"}
    if recorded:
        plan = {"path": str(folder / "m.py"), "names": ["m"], "module": "m", "callables": ["called", "held"],
                "budget": 1000, "folder": str(folder / "calls")}
        environment["PIVOT_RECORD"] = json.dumps(plan)
    # Not kept while the budget lasts: fewer rounds than calls that are looked at.
    rounds = "60" if state == "watched" else "300"
    done = subprocess.run([python, "-c", TIMED, rounds, state], env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", default=["python3"])
    parser.add_argument("--pairs", type=int, default=7)
    arguments = parser.parse_args()
    print("| CPython | state | called through | a call bare, ns | recorded beside, ns | recorded over bare |\n|---|---|---|--:|--:|--:|")
    for python in arguments.pythons:
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
        for state in ("watched", "spent"):
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                (folder / "calls").mkdir()
                (folder / "m.py").write_text(MODULE)
                (folder / "recorder").mkdir()
                (folder / "recorder" / "pivot_recorder.py").write_text((PYTHON / "codec.py").read_text() + "\n" + (PYTHON / "recorder.py").read_text())
                (folder / "recorder" / "sitecustomize.py").write_text((PYTHON / "sitecustomize.py").read_text())
                pairs = [(timed(python, folder, False, state), timed(python, folder, True, state)) for _ in range(arguments.pairs)]
            for place, how in enumerate(("its module", "an import made before")):
                bare = statistics.median(pair[0][place] for pair in pairs)
                more = statistics.median(pair[1][place] - pair[0][place] for pair in pairs)
                ratio = statistics.median(pair[1][place] / pair[0][place] for pair in pairs)
                print(f"| {version} | {state} | {how} | {bare * 1e6:.0f} | {more * 1e6:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
