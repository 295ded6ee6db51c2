#!/usr/bin/env python3
"""Count the calls a second that `pivot verify` compares: `tools/throughput.py PIVOT MODULE.py [RUNS]`.

The module is translated to Rust and verified RUNS times, every time with nothing kept from the run before, with 10,000
generated calls of each function. What counts is the time of the whole command: the build's check, two Pythons that are
scouted, both sides, the comparison, the certificate. A last run shows what the kept answers are worth.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

CALLS = 10_000


def policy(folder):
    """Write a policy like `aggressive` with more calls; return its path."""
    text = (pathlib.Path(__file__).parent.parent / "profiles/aggressive.yaml").read_text()
    lines = []
    for line in text.splitlines():
        name = line.strip().split(":")[0]
        lines.append(f"  {name}: {CALLS}" if name in ("minimum_calls", "generated_calls") else line)
    path = folder / "many.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def verified(pivot, project, profile, folder):
    """Verify from a working folder; return calls and seconds."""
    start = time.perf_counter()
    command = [pivot, "verify", str(project), "--profile", str(profile)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    functions = json.loads((project / "PARITY.json").read_text())["functions"]
    wrong = [function["name"] for function in functions if function["status"] != "equal"]
    if wrong:
        print(f"not equal: {', '.join(wrong)}\n{done.stderr[-2000:]}")
    return sum(sum(function["calls"].values()) for function in functions), seconds


def main(pivot, module, runs=5):
    pivot, module = str(pathlib.Path(pivot).resolve()), str(pathlib.Path(module).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        project, profile = folder / "port", policy(folder)
        command = [pivot, "evolve", module, "--target", "rust", "--as", "library", "--output", str(project)]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        rates = []
        for run in range(int(runs) + 1):
            again = run == int(runs)
            place = folder / (f"run{run - 1}" if again else f"run{run}")
            (place / ".pivot").mkdir(parents=True, exist_ok=True)
            calls, seconds = verified(pivot, project, profile, place)
            print(f"{calls} calls in {seconds:.1f} s: {calls / seconds:,.0f} a second{' with kept answers' if again else ''}")
            if not again:
                rates.append(calls / seconds)
        print(f"median of {len(rates)} runs: {statistics.median(rates):,.0f} calls a second ({min(rates):,.0f} to {max(rates):,.0f})")


main(*sys.argv[1:])
