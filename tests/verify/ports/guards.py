"""A port that declines everything."""

import json
import sys

for line in sys.stdin:
    request = json.loads(line)
    answer = {"guard": {"kind": "type", "at": "original.py:1:0"}}
    if "reset" in request:
        answer = {"ok": None}
    print(json.dumps({"id": request["id"], **answer}), flush=True)
