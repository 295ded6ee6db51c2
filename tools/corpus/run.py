"""Runs the functions of the corpora through both targets; every unit that is done is one line of RESULTS.

    python tools/corpus/run.py PIVOT UNITS RESULTS [--only TEXT] [--target rust|go] [--translate-only] [--sample N]
                               [--profile FILE] [--again equal,refused,...] [--limit SECONDS]

UNITS is the folder that `prepare.py` wrote. A unit that RESULTS already holds is left alone, so a run that was stopped
goes on where it was; `--again` runs those that hold a function of the statuses named. A unit that is not built is tried
again function by function, so that one bad function does not hide the others. `report.py` makes the table.
"""

import argparse
import datetime
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import latest



def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pivot", type=Path)
    parser.add_argument("units", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", default="", help="units whose path holds this text")
    parser.add_argument("--target", choices=["rust", "go"], action="append")
    parser.add_argument("--translate-only", action="store_true", help="neither build nor compare")
    parser.add_argument("--sample", type=int, help="every Nth unit")
    parser.add_argument("--profile", default="balanced", help="pivot's policy")
    parser.add_argument("--again", default="", help="statuses, with commas: units that hold one are run again")
    parser.add_argument("--limit", type=int, default=900, help="seconds a unit may take; beyond, its functions are unproven")
    return parser.parse_args()


def evolve(options, unit, target, functions=()):
    """Return pivot's JSON of a unit, or None where it gave none."""
    profile = Path(options.profile).resolve() if Path(options.profile).exists() else options.profile
    with tempfile.TemporaryDirectory() as scratch:
        words = [options.pivot.resolve(), "evolve", unit["file"], "--target", target, "--as", "library", "--format", "json"]
        words += ["--profile", profile, "--output", f"{scratch}/{Path(unit['file']).stem}-{target}"]
        for name in functions:
            words += ["--function", name]
        words += ["--no-run"] if options.translate_only else ["--", "python3", *unit["command"]]
        try:
            done = subprocess.run(words, cwd=options.units, capture_output=True, text=True, timeout=options.limit)
        except subprocess.TimeoutExpired:
            late = f"no result within {options.limit} s"
            return {"functions": [{"name": name, "status": "unproven", "reason": late} for name in unit["functions"]]}
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
        found[name] = (function["status"], first.get("code", ""), detail.splitlines()[0] if detail else "")
    return found


def commit():
    """Return the commit of the project, with a plus where the sources are not the commit's."""
    here = Path(__file__).parent
    said = lambda *words: subprocess.run(["git", "-C", here, *words], capture_output=True, text=True).stdout.strip()
    changed = said("status", "--porcelain", "--untracked-files=no", ":/src", ":/templates", ":/profiles")
    return (said("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def main():
    options = arguments()
    again = set(filter(None, options.again.split(",")))
    made_of = {
        "commit": commit(),
        "date": str(datetime.date.today()),
        "python": platform.python_version(),
        "profile": Path(options.profile).stem,
        "compared": not options.translate_only,
    }
    known = latest(options.results)
    wrong = 0
    for corpus in json.loads((options.units / "corpus.json").read_text()):
        units = [unit for unit in corpus["units"] if options.only in unit["file"]][:: options.sample or 1]
        for target in options.target or ["rust", "go"]:
            for done, unit in enumerate(units):
                before = known.get((corpus["corpus"], target, unit["file"]))
                if before and not again & {status for status, _, _ in before["functions"].values()}:
                    continue
                start = time.monotonic()
                functions = statuses(options, unit, target)
                seconds = round(time.monotonic() - start, 1)
                line = {"corpus": corpus["corpus"], "target": target, "unit": unit["file"], "seconds": seconds}
                with options.results.open("a") as out:
                    out.write(json.dumps(line | made_of | {"functions": functions}) + "\n")
                said = ", ".join(f"{name} {status} {code}".strip() for name, (status, code, _) in functions.items())
                print(f"{target} {done + 1}/{len(units)} {unit['file']} {seconds} s: {said}", flush=True)
                wrong += sum(status == "not_equal" for status, _, _ in functions.values())
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
