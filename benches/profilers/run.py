"""How right and how dear profilers are: scripts that know their own truth, run bare and watched, in turns.

    python benches/profilers/run.py target/release/pivot                    15 pairs of every script: some 40 minutes
    python benches/profilers/run.py target/release/pivot --pairs 5 --peers cProfile pyinstrument py-spy scalene

For each script and profiler: the largest error of a function's share among the script's functions, in points, of
processor time and of wall time; how much longer the script takes by its own clock; what the profiler itself computes,
in per cent of what the script does and of one processor during the run; for how long threads were stopped; its private
memory. Medians with their 95 % interval (order statistics: with fewer than six pairs, the smallest and the largest).
A script runs for about eight seconds, because of 400 samples no profiler can say a share of a half more precisely
than to 2.5 points. Peers' files are read by `pivot analyze --import`.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = ["calls", "gil", "waits", "native", "callbacks", "recursion", "tasks", "processes"]
COMPUTING = ("python", "native")
# What is printed, in which form, and what pivot aims at.
COLUMNS = {
    "CPU error, points": ("{:.1f}", 2.0),
    "wall error, points": ("{:.1f}", 3.0),
    "slow-down": ("{:.3f}", 1.03),
    "extra CPU, % of script": ("{:.1f}", None),
    "extra CPU, % of processor": ("{:.1f}", 8.0),
    "stopped, %": ("{:.1f}", None),
    "private MB": ("{:.0f}", 30.0),
    "missed, %": ("{:.0f}", None),
}


def commands(profiler, python, pivot, script, scale, file):
    """Return the command that watches a script, and the file it writes (None: pivot's own measurement)."""
    run = [python, str(script), str(scale)]
    return {
        "bare": (run, None),
        "pivot": ([pivot, "analyze", str(script), "--quiet", "--export", f"json={file}", "--output", f"{file}.txt", "--", *run], file),
        "cProfile": ([python, "-m", "cProfile", "-o", file, *run[1:]], file),
        "pyinstrument": (["pyinstrument", "-r", "json", "-o", file, *run[1:]], file),
        "py-spy": (["py-spy", "record", "-r", "200", "-s", "-f", "speedscope", "-o", file, "--", *run], file),
        "scalene": (["scalene", "run", "--cpu-only", "-o", f"{file}.scalene.json", *run[1:]], f"{file}.scalene.json"),
    }[profiler]


def watch_memory(pid, peak):
    """Keep the largest private memory of a process, in megabytes."""
    while True:
        try:
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            return
        kilobytes = sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))
        if not kilobytes:
            return
        peak[0] = max(peak[0], kilobytes / 1024)
        time.sleep(0.1)


def run_once(command):
    """Run a script, perhaps under a profiler: its truth, processor seconds of all of it, private megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        truth = pathlib.Path(folder) / "truth.json"
        environment = {**os.environ, "PIVOT_TRUTH": str(truth)}
        before, peak = os.times(), [0.0]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=HERE / "scripts")
        watcher = threading.Thread(target=watch_memory, args=(process.pid, peak))
        watcher.start()
        said = process.communicate(timeout=600)[1]
        watcher.join()
        after = os.times()
        if not truth.exists():
            raise RuntimeError(f"{command}: {said.decode()[-400:]}")
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return json.loads(truth.read_text()), cpu, peak[0]


def shares(costs):
    """Return each function's part of the sum."""
    whole = sum(costs.values())
    return {name: cost / whole if whole > 0 else 0.0 for name, cost in costs.items()}


def measured(file, names):
    """Return processor and wall seconds by function from a measurement in pivot's JSON."""
    measurement = json.loads(pathlib.Path(file).read_text())
    functions, stacks = measurement["functions"], measurement["stacks"]
    cpu, wall = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for stack in stacks:
        seconds, seen, at = stack["seconds"], set(), stack
        while at is not None:
            seen.add(functions[at["function"]]["qualname"].rpartition(".")[2])
            at = None if at["parent"] is None else stacks[at["parent"]]
        for name in seen & set(names):
            cpu[name] += sum(seconds.get(reason, 0.0) for reason in COMPUTING)
            wall[name] += sum(seconds.values())
    return cpu, wall, measurement


def worst(found, true):
    """Return the largest difference of shares, in points."""
    found, true = shares(found), shares(true)
    return max(abs(found[name] - true[name]) * 100 for name in true)


def median(values):
    """Return median, lower and upper end of its 95 % interval."""
    values, n = sorted(values), len(values)
    outside, rank, below = 0.025, 0, 0.0
    for left in range(n // 2):
        below += math.comb(n, left) / 2**n
        if below <= outside:
            rank = left
    return (values[(n - 1) // 2] + values[n // 2]) / 2, values[rank], values[n - 1 - rank]


def one_pair(profiler, arguments, script, folder):
    """Run a script bare and watched, and compare."""
    place = HERE / "scripts" / f"{script}.py"
    file = str(pathlib.Path(folder) / "profile")
    paths = (arguments.python, arguments.pivot, place, arguments.scale)
    bare, bare_cpu, _ = run_once(commands("bare", *paths, file)[0])
    command, file = commands(profiler, *paths, file)
    truth, cpu, memory = run_once(command)
    if profiler != "pivot":
        read = [arguments.pivot, "analyze", str(place), "--quiet", "--import", file, "--export", f"json={file}.json"]
        subprocess.run(read, check=True, stdout=subprocess.DEVNULL)
        file += ".json"
    names = list(truth["functions"])
    found_cpu, found_wall, measurement = measured(file, names)
    true = {kind: {name: costs[kind] for name, costs in truth["functions"].items()} for kind in ("cpu", "wall")}
    sampling = measurement["sampling"]
    if own := sampling["own_cpu_seconds"]:
        scripts, wall = measurement["cpu"]["user"] + measurement["cpu"]["system"], measurement["wall_seconds"]
    else:
        own, scripts, wall = cpu - bare_cpu, bare_cpu, truth["elapsed"]
    result = {
        "CPU error, points": worst(found_cpu, true["cpu"]),
        "wall error, points": worst(found_wall, true["wall"]),
        "slow-down": truth["elapsed"] / bare["elapsed"],
        "extra CPU, % of script": 100 * own / scripts,
        "extra CPU, % of processor": 100 * own / wall,
        "stopped, %": 100 * sampling["paused_seconds"] / wall,
        "private MB": memory,
        "missed, %": 100 * sampling["missed"] / max(sampling["missed"] + sampling["taken"], 1),
    }
    if script == "gil":
        spinning = [name for name in names if name.startswith("spin_")]
        waited = {name: true["wall"][name] - true["cpu"][name] for name in spinning}
        result["gil"] = {name: (waited[name], gil_of(measurement, name)) for name in spinning}
    return result


def gil_of(measurement, name):
    """Return the seconds that a function waited for the GIL, or for a processor, with its callees."""
    functions, stacks, found = measurement["functions"], measurement["stacks"], 0.0
    for stack in stacks:
        at = stack
        while at is not None:
            if functions[at["function"]]["qualname"] == name:
                found += stack["seconds"].get("gil", 0.0) + stack["seconds"].get("queue", 0.0)
                break
            at = None if at["parent"] is None else stacks[at["parent"]]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pivot")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--scale", type=float, default=1.0, help="length of the scripts; 1 is some 8 seconds each")
    parser.add_argument("--peers", nargs="*", default=[], help="cProfile, pyinstrument, py-spy, scalene: found on PATH")
    parser.add_argument("--scripts", nargs="*", default=SCRIPTS)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--load", default="", help="a word on what else the machine did")
    arguments = parser.parse_args()
    arguments.pivot = str(pathlib.Path(arguments.pivot).resolve())
    profilers = ["pivot"] + [peer for peer in arguments.peers if peer == "cProfile" or shutil.which(peer)]
    begun = os.getloadavg()[0]
    results = {}
    for pair in range(arguments.pairs):
        for script in arguments.scripts:
            for profiler in profilers:
                with tempfile.TemporaryDirectory() as folder:
                    try:
                        pair_of = one_pair(profiler, arguments, script, folder)
                        results.setdefault((script, profiler), []).append(pair_of)
                    except Exception as problem:
                        print(f"{script} under {profiler}: {problem}", file=sys.stderr)
        print(f"pair {pair + 1} of {arguments.pairs}", file=sys.stderr)
    day = datetime.date.today().isoformat()
    print(f"{day}, CPython {platform.python_version()}, {os.cpu_count()} processors, {arguments.pairs} pairs, scale {arguments.scale}, "
          f"load {begun:.1f} at the start and {os.getloadavg()[0]:.1f} at the end{', ' + arguments.load if arguments.load else ''}\n")
    print("| script | profiler | " + " | ".join(COLUMNS) + " |\n|---|---|" + "--:|" * len(COLUMNS))
    missed = []
    for (script, profiler), runs in results.items():
        cells = []
        for key, (form, aim) in COLUMNS.items():
            centre, low, high = median([run[key] for run in runs])
            cells.append(f"{form.format(centre)} [{form.format(low)}, {form.format(high)}]")
            if profiler == "pivot" and aim is not None and centre > aim:
                missed.append(f"{script}: {key} {form.format(centre)}, aim {aim:g}")
        print(f"| {script} | {profiler} | " + " | ".join(cells) + " |")
    print("\nBeyond its aim: " + ("; ".join(missed) if missed else "nothing") + ".")
    for run in results.get(("gil", "pivot"), [])[:1]:
        for name, (true, found) in run["gil"].items():
            print(f"\n`{name}`: {true:.2f} s not computing in truth, {found:.2f} s waiting for the GIL or a processor as measured")


if __name__ == "__main__":
    main()
