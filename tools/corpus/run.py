"""Runs every function of the corpora through both targets and writes the table.

    python tools/corpus/run.py PIVOT UNITS REPORT [--only TEXT] [--target rust|go] [--translate-only] [--sample N]

UNITS is the folder that `prepare.py` wrote. Refused, not built and unproven all count as failed; wrong must be 0. A unit
that is not built is tried again function by function, so that one bad function does not hide the others.
"""

import argparse
import collections
import datetime
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STATUSES = ["equal", "not_equal", "unproven", "not_built", "refused"]
LIMIT = 900


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pivot", type=Path)
    parser.add_argument("units", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--only", default="", help="units whose path holds this text")
    parser.add_argument("--target", choices=["rust", "go"], action="append")
    parser.add_argument("--translate-only", action="store_true", help="neither build nor compare")
    parser.add_argument("--sample", type=int, help="every Nth unit")
    return parser.parse_args()


def evolve(options, unit, target, functions=()):
    """Return pivot's JSON of a unit, or None where it gave none."""
    with tempfile.TemporaryDirectory() as scratch:
        words = [options.pivot.resolve(), "evolve", unit["file"], "--target", target, "--as", "library", "--format", "json"]
        words += ["--profile", "balanced", "--output", f"{scratch}/{Path(unit['file']).stem}-{target}"]
        for name in functions:
            words += ["--function", name]
        words += ["--no-run"] if options.translate_only else ["--", "python3", *unit["command"]]
        try:
            done = subprocess.run(words, cwd=options.units, capture_output=True, text=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return None
    try:
        return json.loads(done.stdout)
    except ValueError:
        print(f"{unit['file']} {target}: exit {done.returncode}: {done.stderr.strip()[-400:]}", file=sys.stderr)
        return None


def statuses(options, unit, target):
    """Return (status, code, detail) of every function that counts in a unit."""
    found = read(evolve(options, unit, target), unit)
    broken = [name for name in unit["functions"] if found[name][0] == "not_built"]
    if broken and len(unit["functions"]) > 1:
        for name in broken:
            found[name] = read(evolve(options, unit, target, [name]), unit)[name]
    return found


def read(report, unit):
    known = {function["name"]: function for function in (report or {}).get("functions", [])}
    found = {}
    for name in unit["functions"]:
        function = known.get(name)
        if function is None:
            found[name] = ("not_built" if report is None else "refused", "none", "pivot gave no answer")
            continue
        first = (function.get("refusals") or [{}])[0]
        detail = first.get("message") or function.get("reason") or ""
        found[name] = (function["status"], first.get("code", ""), detail)
    return found


def main():
    options = arguments()
    corpora = json.loads((options.units / "corpus.json").read_text())
    tables, failures = [], []
    for corpus in corpora:
        units = [unit for unit in corpus["units"] if options.only in unit["file"]][:: options.sample or 1]
        if not units:
            continue
        for target in options.target or ["rust", "go"]:
            start = time.monotonic()
            counts, codes = collections.Counter(), collections.Counter()
            for done, unit in enumerate(units):
                print(f"\r{corpus['corpus']} {target}: {done}/{len(units)} {unit['file']:60.60}", end="", file=sys.stderr)
                for name, (status, code, detail) in statuses(options, unit, target).items():
                    counts[status] += 1
                    if status != "equal":
                        codes[code or status] += 1
                        failures.append((target, f"{unit['file']}:{name}", status, code, detail.splitlines()[0] if detail else ""))
            print(file=sys.stderr)
            tables.append((corpus, target, counts, codes, time.monotonic() - start))
    text = report(options, tables, failures)
    options.report.write_text(text)
    print(text.split("## Not equal")[0])
    sys.exit(any(counts["not_equal"] for _, _, counts, _, _ in tables))


def report(options, tables, failures):
    lines = [
        "# Corpora",
        "",
        "Written by `make corpus`: functions of packages that anyone can install, through both targets. The denominator is",
        "fixed by `tools/corpus/prepare.py`, which never calls pivot; refused, not built and unproven all count as failed.",
        "",
        f"{datetime.date.today()}, CPython {platform.python_version()}.",
        "",
        "| corpus | target | eligible | equal | wrong | unproven | not built | refused | equal, share | minutes |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for corpus, target, counts, _, seconds in tables:
        total = sum(counts.values())
        share = f"{100 * counts['equal'] / total:.1f} %"
        row = [counts[s] for s in STATUSES]
        cells = [corpus["corpus"], target, total, *row, share, f"{seconds / 60:.1f}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", "## Refused, by code", ""]
    for corpus, target, _, codes, _ in tables:
        ranked = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        lines.append(f"- {corpus['corpus']}, {target}: {ranked or 'nothing'}")
    lines += ["", "## Left out of the denominator", ""]
    for corpus in {id(t[0]): t[0] for t in tables}.values():
        lines += [f"- {corpus['corpus']}: {left['name']}: {left['reason']}" for left in corpus["left_out"]]
    lines += ["", "## Not equal", "", "| target | function | status | code | first reason |", "|---|---|---|---|---|"]
    for row in failures:
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
