"""What attaching to a web server under load costs its clients: gunicorn with 4 workers, windows with and without.

    cargo build --release
    python benches/attach/run.py target/release/pivot [--rounds 5] [--seconds 10] [--rate 100]

Installs the pinned server into a virtual environment of its own. Clients in processes of their own send requests at a
fixed rate, each over a connection of its own, and time each from the moment at which it was due (so one that had to queue
behind a slow one counts as slow). Windows follow each other without a pause: alone, attached with `--subprocesses`,
alone, attached and the watcher killed with -9 at a random moment. Prints for each kind of window the requests, the failed
ones, and the latencies, and the difference of p99.9 between an attached window and the mean of the two beside it.
"""

import argparse
import http.client
import multiprocessing
import os
import pathlib
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WORKERS = 4
CLIENTS = 2
ANSWER = str(sum(i * i % 7 for i in range(12_000))).encode()


def prepare(folder):
    """The Python of an environment that has the server, made where it is missing."""
    python = folder / "venv/bin/python"
    if not (folder / "venv/bin/gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(HERE / "requirements.txt")], check=True)
    return python


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port):
    """Whether one request is answered rightly."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        response = connection.getresponse()
        return response.status == 200 and response.read() == ANSWER
    except OSError:
        return False
    finally:
        connection.close()


def client(port, begin, end, rate, first, results):
    """Send requests at a rate from `begin` to `end` (of the monotonic clock); put (due, latency, answered) in order."""
    seen, due = [], begin + first
    while due < end:
        time.sleep(max(0.0, due - time.monotonic()))
        answered = ask(port)
        seen.append((due, time.monotonic() - due, answered))
        due += 1 / rate
    results.put(seen)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def watch(pivot, server, seconds, kill):
    """Attach for that long, or until killed at a random moment in it."""
    command = [pivot, "analyze", str(HERE / "app.py"), "--pid", str(server), "--subprocesses", "--quiet"]
    if not kill:
        command += ["--duration", f"{seconds}s"]
    watcher = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if kill:
        time.sleep(random.uniform(0.2, 1.0) * seconds)
        watcher.send_signal(signal.SIGKILL)
    said = watcher.communicate()[1].decode()
    if not kill and watcher.returncode:
        sys.exit(f"pivot ended with {watcher.returncode}: {said}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pivot", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=100, help="requests a second, all clients together")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "pivot-attach")
    options = parser.parse_args()
    python, port, load = prepare(options.folder), free_port(), os.getloadavg()[0]
    command = [str(python), "-m", "gunicorn", "-w", str(WORKERS), "-b", f"127.0.0.1:{port}", "--log-level", "error", "app:application"]
    server = subprocess.Popen(command, cwd=HERE)
    try:
        while not ask(port):
            time.sleep(0.05)
        kinds = ["alone", "attached", "alone", "killed -9"] * options.rounds + ["alone"]
        margin = 2.0
        begin = time.monotonic() + margin
        end = begin + len(kinds) * options.seconds
        results = multiprocessing.Queue()
        each = options.rate / CLIENTS
        clients = [
            multiprocessing.Process(target=client, args=(port, begin, end, each, number / options.rate, results))
            for number in range(CLIENTS)
        ]
        for process in clients:
            process.start()
        for number, kind in enumerate(kinds):
            time.sleep(max(0.0, begin + number * options.seconds - time.monotonic()))
            if kind != "alone":
                # It comes and goes inside of its window, so that both are seen.
                watch(options.pivot, server.pid, options.seconds * 0.8, kind != "attached")
        seen = [request for _ in clients for request in results.get()]
        for process in clients:
            process.join()
        states = [pathlib.Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[0]]
        children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        states += [pathlib.Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] for child in children]
    finally:
        server.terminate()
        server.wait()
    windows = [[request for request in seen if begin + n * options.seconds <= request[0] < begin + (n + 1) * options.seconds] for n in range(len(kinds))]
    tails = [percentile([latency for _, latency, _ in window], 0.999) * 1000 for window in windows]
    print(f"{os.cpu_count()} processors, {WORKERS} workers, {options.rate:g} requests a second, windows of {options.seconds:g} s, "
          f"load {load:.1f} at the start and {os.getloadavg()[0]:.1f} at the end\n")
    print("| | windows | requests | not answered | p50, ms | p99, ms | p99.9, ms | p99.9 beyond the windows beside it, ms, median and largest |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for kind in ["alone", "attached", "killed -9"]:
        of_kind = [number for number in range(len(kinds)) if kinds[number] == kind]
        requests = [request for number in of_kind for request in windows[number]]
        latencies = [latency * 1000 for _, latency, _ in requests]
        failed = sum(not answered for _, _, answered in requests)
        beyond = [tails[number] - (tails[number - 1] + tails[number + 1]) / 2 for number in of_kind if kind != "alone"]
        beside = f"{statistics.median(beyond):.1f}, {max(beyond):.1f}" if beyond else ""
        shown = " | ".join(f"{percentile(latencies, share):.1f}" for share in (0.5, 0.99, 0.999))
        print(f"| {kind} | {len(of_kind)} | {len(requests)} | {failed} | {shown} | {beside} |")
    print(f"\nStates of the server and its workers afterwards: {' '.join(states)} (T or t would stand still)")


if __name__ == "__main__":
    main()
