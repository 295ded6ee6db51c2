"""A port that says something else when `bad` is called."""

import json
import sys
import time

for line in sys.stdin:
    request = json.loads(line)
    name = request.get("function")
    if name == "bad":
        print("hello", flush=True)
        continue
    if name is None:
        answer = {"ok": None}
    elif len(request["args"]) + len(request.get("kwargs", {})) != 1 or "unexpected_argument" in request.get("kwargs", {}):
        answer = {"guard": {"kind": "arity", "at": "small.py:4:0"}}
    else:
        answer = {"ok": (request["args"] + list(request.get("kwargs", {}).values()))[0] + 1}
    print(json.dumps({"id": request["id"], **answer}), flush=True)
