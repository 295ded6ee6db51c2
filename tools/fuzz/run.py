#!/usr/bin/env python3
"""Runs random programs on CPython, Rust and Go, and says where they differ.

    run.py PIVOT FIRST_SEED SEEDS [--functions N] [--target rust|go]... [--profile POLICY] [--keep FOLDER]

For every seed a module of random functions is written (`generate.py`) and given to `pivot evolve`, which translates it,
builds it and compares generated calls. A function that is *not_equal* is a wrong translation; *not_built* is a bug of
the emitter; *refused* and *unproven* are counted. Exit status 1 where anything was not equal, not built or crashed.
The same seed always makes the same module, so `run.py PIVOT SEED 1` repeats a failure.
"""

from __future__ import annotations

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from generate import module

STATUSES = ["equal", "unproven", "refused", "not_built", "not_equal"]


POLICY = pathlib.Path(__file__).with_name("policy.yaml")


def evolve(pivot: str, profile: str, file: pathlib.Path, target: str, output: pathlib.Path) -> list[dict] | str:
    """The functions of pivot's report, or what went wrong."""
    command = [pivot, "evolve", file, "--target", target, "--as", "library", "--output", output]
    command += ["--profile", profile, "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    except subprocess.TimeoutExpired:
        return "no end within 30 minutes"
    try:
        return json.loads(done.stdout)["functions"]
    except (ValueError, KeyError):
        return f"exit {done.returncode}: {done.stderr.strip()[-400:]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pivot")
    parser.add_argument("first_seed", type=int)
    parser.add_argument("seeds", type=int)
    parser.add_argument("--functions", type=int, default=60, help="functions of a module")
    parser.add_argument("--target", action="append", choices=["rust", "go"], help="default: both")
    parser.add_argument("--profile", default=str(POLICY), help="default: 20 calls of each function, quick builds")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for modules and projects; default: removed")
    wishes = parser.parse_args()
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = wishes.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(wishes.first_seed, wishes.first_seed + wishes.seeds):
            file = folder / f"random_{seed}.py"
            file.write_text(module(seed, wishes.functions), encoding="utf-8")
            for target in wishes.target or ["rust", "go"]:
                found = evolve(wishes.pivot, wishes.profile, file, target, folder / f"random-{seed}-{target}")
                if isinstance(found, str):
                    bad += 1
                    print(f"seed {seed} {target}: {found}", flush=True)
                    continue
                for function in found:
                    counts[target, function["status"]] += 1
                    if function["status"] in ("not_equal", "not_built"):
                        bad += 1
                        print(f"seed {seed} {target} {function['name']} {function['status']}: {function['reason']}", flush=True)
    for target in sorted({target for target, _ in counts}):
        print(target, ", ".join(f"{status} {counts[target, status]}" for status in STATUSES))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
