"""Writes the table of the corpora from what `run.py` kept.

    python tools/corpus/report.py RESULTS UNITS REPORT

Only what was run is in it: of every unit the last line of RESULTS counts, refused, not built and unproven all count as
failed, and functions whose unit was not run are stated as such.
"""

import collections
import json
import sys
from pathlib import Path

STATUSES = ["equal", "not_equal", "unproven", "not_built", "refused"]


def latest(results):
    """Return the last line of every corpus, target and unit."""
    lines = results.read_text().splitlines() if results.exists() else []
    return {(line["corpus"], line["target"], line["unit"]): line for line in map(json.loads, lines)}


def main():
    results, units, report = map(Path, sys.argv[1:])
    lines = list(latest(results).values())
    corpora = [c for c in json.loads((units / "corpus.json").read_text()) if any(line["corpus"] == c["corpus"] for line in lines)]
    report.write_text("\n".join(written(corpora, lines)) + "\n")


def written(corpora, lines):
    text = [
        "# Corpora",
        "",
        "Written by `make corpus`: functions of packages that anyone can install, through both targets. The denominator is",
        "fixed by `tools/corpus/prepare.py`, which never calls pivot; refused, not built and unproven all count as failed.",
        "*Not run* are eligible functions that the run did not come to; the share is of all that are eligible.",
        "The policy `quick` (`tools/corpus/quick.yaml`) is balanced without the optimiser; a unit that gave no result within the",
        "time limit of the run counts as unproven.",
        "",
        "| corpus | target | eligible | equal | wrong | unproven | not built | refused | not run | equal, share | minutes | commits | policy | dates |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    ranked, failures = [], []
    for corpus in corpora:
        eligible = sum(len(unit["functions"]) for unit in corpus["units"])
        for target in ("rust", "go"):
            run = [line for line in lines if line["corpus"] == corpus["corpus"] and line["target"] == target and line["compared"]]
            if not run:
                continue
            outcomes = [(line, name, *outcome) for line in run for name, outcome in line["functions"].items()]
            counts = collections.Counter(status for _, _, status, _, _ in outcomes)
            failed = [outcome for outcome in outcomes if outcome[2] != "equal"]
            codes = collections.Counter(code or status for _, _, status, code, _ in failed)
            ranked.append(f"- {corpus['corpus']}, {target}: " + (", ".join(f"{c} {n}" for c, n in codes.most_common()) or "nothing"))
            failures += [(target, f"{line['unit']}:{name}", *rest) for line, name, *rest in failed]
            share = f"{100 * counts['equal'] / eligible:.1f} %"
            minutes = f"{sum(line['seconds'] for line in run) / 60:.1f}"
            cells = [corpus["corpus"], target, eligible, *(counts[s] for s in STATUSES), eligible - len(outcomes), share, minutes]
            cells += [among(run, "commit"), among(run, "profile"), among(run, "date")]
            text.append("| " + " | ".join(map(str, cells)) + " |")
    text += ["", f"CPython {among(lines, 'python')}.", "", "## Failed, by code", "", *ranked, "", "## Left out of the denominator", ""]
    for corpus in corpora:
        reasons = collections.defaultdict(list)
        for left in corpus["left_out"]:
            reasons[left["reason"]].append(left["name"])
        text += [f"- {corpus['corpus']}, {reason}: {', '.join(names)}" for reason, names in reasons.items()]
    text += ["", "## Failed", "", "| target | function | status | code | first reason |", "|---|---|---|---|---|"]
    text += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in failures]
    return text


def among(lines, key):
    return ", ".join(sorted({line[key] for line in lines}))


if __name__ == "__main__":
    main()
