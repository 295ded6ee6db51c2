"""Waiting for the GIL: what pivot books on each function of `scripts/gil.py`, next to the truth of the same run.

    python benches/profilers/gil.py target/release/pivot [--runs 5] [--seconds 8]

Two threads compute and compete for the GIL; a third answers a peer that answers at once, so what it waits for is mostly
the GIL; a fourth waits for a peer that is silent. In truth a thread that does not compute waits: the computing ones for
the GIL or for a processor. Prints for each function the seconds by reason, medians of the runs, and for the computing
ones the difference to the truth in per cent of it.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parent / "scripts" / "gil.py"
FUNCTIONS = ["spin_one", "spin_two", "starved", "wait_for_peer"]
COMPUTING = ["python", "native"]


def booked(measurement, name):
    """Seconds by reason of a function with all that it calls."""
    numbers = {number for number, function in enumerate(measurement["functions"]) if function["qualname"] == name}
    sums, inside = {}, []
    for stack in measurement["stacks"]:
        parent = stack["parent"]
        inside.append(stack["function"] in numbers or (parent is not None and inside[parent]))
        if inside[-1]:
            for reason, seconds in stack["seconds"].items():
                sums[reason] = sums.get(reason, 0.0) + seconds
    return sums


def run(pivot, scale):
    with tempfile.TemporaryDirectory() as folder:
        truth, measured = f"{folder}/truth.json", f"{folder}/measured.json"
        command = [pivot, "analyze", str(SCRIPT), "--quiet", "--export", f"json={measured}", "--output", f"{folder}/report.txt"]
        subprocess.run([*command, "--", sys.executable, str(SCRIPT), str(scale)], check=True, env={**os.environ, "PIVOT_TRUTH": truth})
        true = json.loads(pathlib.Path(truth).read_text())["functions"]
        measurement = json.loads(pathlib.Path(measured).read_text())
    return {name: (true[name], booked(measurement, name)) for name in FUNCTIONS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pivot", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    runs = [run(options.pivot, options.seconds / 8.0) for _ in range(options.runs)]
    print(f"{options.runs} runs of {options.seconds:g} s, Python {sys.version.split()[0]}, load {load:.1f} before and {os.getloadavg()[0]:.1f} after\n")
    print("| function | wall, s | in truth not computing, s | GIL, s | processor, s | I/O, s | of the truth, %: median, range |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name in FUNCTIONS:
        waited = [true["wall"] - true["cpu"] for true, _ in (one[name] for one in runs)]
        parts = [one[name][1] for one in runs]
        middle = [statistics.median(part.get(reason, 0.0) for part in parts) for reason in ("gil", "queue", "io")]
        said = [sum(seconds for reason, seconds in part.items() if reason not in COMPUTING) for part in parts]
        errors = [100 * (seen / true - 1) for seen, true in zip(said, waited)]
        wall = statistics.median(one[name][0]["wall"] for one in runs)
        shown = " | ".join(f"{value:.2f}" for value in [wall, statistics.median(waited), *middle])
        print(f"| {name} | {shown} | {statistics.median(errors):+.1f}, {min(errors):+.1f} to {max(errors):+.1f} |")


if __name__ == "__main__":
    main()
