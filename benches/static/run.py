"""How long `pivot analyze FOLDER` takes on a million lines, next to tools that read the same files.

    cargo build --release
    python benches/static/run.py target/release/pivot [--rounds 7] [--folder FOLDER]

Installs the pinned packages of requirements.txt into a virtual environment of its own, copies three of them to one
folder, and runs everything in turns, so that a change of the machine's load meets all alike:

    cold      pivot analyze --top 10, the cache emptied before
    top 50    the same with --top 50
    warm      pivot analyze --top 10 again
    radon     radon cc
    lizard    lizard -l python
    ruff      ruff check --select C901, without its cache

Prints medians with a 95 % interval (by resampling), processor seconds, peak memory, and the ratio to pivot cold.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = ["django", "sqlalchemy", "sympy"]
DEFAULT = Path(tempfile.gettempdir()) / "pivot-static"


def prepare(folder):
    """The folder of copied packages and the environment's programs, made where they are missing."""
    venv, tree = folder / "venv", folder / "tree"
    requirements = Path(__file__).with_name("requirements.txt")
    if not (venv / "bin/ruff").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
        subprocess.run(pip, check=True)
    if not tree.exists():
        site = next((venv / "lib").glob("python3*/site-packages"))
        for package in PACKAGES:
            shutil.copytree(site / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    return venv / "bin", tree


def timed(command, cwd):
    """Wall seconds, processor seconds and peak memory in MB of one run."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def interval(values):
    """A 95 % interval of the median."""
    if len(values) < 3:
        return min(values), max(values)
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(2000))
    return medians[50], medians[1949]


def commands(pivot, tools, tree):
    analyze = [str(pivot), "analyze", "--quiet", str(tree)]
    return {
        "pivot, cold": [*analyze, "--top", "10"],
        "pivot, cold, --top 50": [*analyze, "--top", "50"],
        "pivot, warm": [*analyze, "--top", "10"],
        "radon cc": [str(tools / "radon"), "cc", str(tree)],
        "lizard": [str(tools / "lizard"), "-l", "python", str(tree)],
        "ruff C901": [str(tools / "ruff"), "check", "--isolated", "--no-cache", "--quiet", "--select", "C901", str(tree)],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pivot", type=lambda path: Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=lambda path: Path(path).resolve(), default=DEFAULT)
    options = parser.parse_args()
    tools, tree = prepare(options.folder)
    # A root of its own, so that the cache that is emptied is this one.
    (tree / ".pivot").mkdir(exist_ok=True)
    files = [path for path in tree.rglob("*.py")]
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    before = os.getloadavg()[0]
    runs = {}
    for _ in range(options.rounds):
        for name, command in commands(options.pivot, tools, tree).items():
            if "cold" in name:
                subprocess.run([str(options.pivot), "clean", "--quiet", str(tree)], check=True, stderr=subprocess.DEVNULL)
            if "warm" in name:
                timed(command, tree)
            runs.setdefault(name, []).append(timed(command, tree))
    cold = statistics.median(run[0] for run in runs["pivot, cold"])
    print(f"{len(files)} files, {lines:,} lines, {options.rounds} rounds, {os.cpu_count()} processors, load {before:.1f} before\n")
    print("| | wall, s | 95 % interval | processor, s | memory, MB | times pivot cold |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, values in runs.items():
        walls, cpu, memory = zip(*values)
        low, high = interval(walls)
        wall = statistics.median(walls)
        print(
            f"| {name} | {wall:.2f} | [{low:.2f}, {high:.2f}] | {statistics.median(cpu):.2f} "
            f"| {statistics.median(memory):.0f} | {wall / cold:.2f} |"
        )


if __name__ == "__main__":
    main()
