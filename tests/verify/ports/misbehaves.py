"""A port of small.py whose process misbehaves when `bad` is called: `misbehaves.py HOW`, one of the names below."""

import json
import sys
import time


def hang(answer):
    time.sleep(60)


def crash(answer):
    sys.exit("out of luck")


def exit_seven(answer):
    sys.exit(7)


def exit_after(answer):
    say(answer)
    sys.exit(8)


def eat_memory(answer):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))


def rubbish(answer):
    print("hello", flush=True)


def noise(answer):
    print("looking into it ...", flush=True)
    say(answer)


def disorder(answer):
    say({**answer, "id": answer["id"] + 1})


def twice(answer):
    say(answer)
    say(answer)


def endless(answer):
    chunk = "1" * (1 << 20)
    while True:
        sys.stdout.write(chunk)


def flood(answer):
    while True:
        say(answer)


def not_text(answer):
    sys.stdout.buffer.write(b'{"id":' + b"\xff\xfe\n")
    sys.stdout.flush()


def panic(answer):
    say({"id": answer["id"], "guard": {"kind": "panic", "at": ""}})


def cut(answer):
    print(json.dumps(answer)[:-3], flush=True)


def say(answer):
    print(json.dumps(answer, separators=(",", ":")), flush=True)


def main():
    misbehave = globals()[sys.argv[1]]
    for line in sys.stdin:
        request = json.loads(line)
        name, given = request.get("function"), request.get("args", []) + list(request.get("kwargs", {}).values())
        answer = {"id": request["id"], "ok": None}
        if name is not None and (len(given) != 1 or "unexpected_argument" in request.get("kwargs", {})):
            answer = {"id": request["id"], "guard": {"kind": "arity", "at": "small.py:4:0"}}
        elif name is not None:
            answer["ok"] = given[0] + 1
        (misbehave if name == "bad" else say)(answer)


main()
