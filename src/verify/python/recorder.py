"""Records calls of a module's functions while the user's program runs; installed by `sitecustomize` at start-up.

`PIVOT_RECORD` names what to record; every process writes a file of its own (mode 0600), one call a line. Each function
has a budget: its first calls are kept, then ever rarer ones, and those whose argument types were not seen before.
Methods are recorded as material: other threads may have come between two lines.

While a function is recorded it is the same object with other code, so that it does not matter who holds it already;
once its budget is spent it has its own code back and costs nothing more.

A call that holds a secret, by the name of a parameter, a field or a key (`password`, `access_token`), is kept with the
types of its arguments only: its values are never written, and it is not replayed.
"""

import importlib.abc
import importlib.machinery
import inspect
import itertools
import os
import re
import threading
import time

MAX_LINE = 64 * 1024
FIRST = 200
# Calls of a function that are looked at, kept or not: what is not seen in so many is too rare to wait for.
MOST_CALLS = 100_000
MAX_DUPLICATES = 4096

# Words of a name that stand for a secret; `tokens` of a parser are none.
SECRETS = {
    "apikey", "auth", "authorization", "cookie", "cookies", "credential", "credentials", "cvv", "otp", "passphrase",
    "passwd", "password", "passwords", "pwd", "secret", "secrets", "ssn", "token",
}
SECRET_PAIRS = {("api", "key"), ("private", "key"), ("access", "key"), ("signing", "key"), ("session", "id"), ("card", "number")}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@functools.lru_cache(4096)
def is_secret(name):
    """Return whether a name stands for something that is not to be written down."""
    words = [word.lower() for word in WORD.findall(name)]
    return not SECRETS.isdisjoint(words) or not SECRET_PAIRS.isdisjoint(zip(words, words[1:]))


def holds_secret(data):
    """Return whether encoded data has a field or key of such a name, however deep."""
    if isinstance(data, dict):
        return any(is_secret(key) or holds_secret(value) for key, value in data.items())
    if isinstance(data, list):
        # Dicts with other keys than text are pairs.
        pair = len(data) == 2 and isinstance(data[0], str) and is_secret(data[0])
        return pair or any(map(holds_secret, data))
    return False


def looked_at(first, most):
    """Return for each of the first `most` calls whether it is looked at: the `first`, then ever rarer ones."""
    calls = bytearray(most)
    at = 0
    while at < most:
        calls[at] = 1
        at += max(1, at // first)
    return bytes(calls)


class Budget:
    """Decides which calls of one function are kept."""

    SKIPPED, LOOKED_AT, OVER = 0, 1, 2
    PLAN = looked_at(FIRST, MOST_CALLS)
    MOST_KINDS = 64

    def __init__(self, kept):
        self.left = kept
        self.turns = itertools.chain(self.PLAN, itertools.repeat(self.OVER))
        self.kinds = set()
        self.seen = set()
        self.is_redacted = False

    def wants(self, turn, args):
        """Return whether a call is kept whose turn it is, or that is the first with arguments of these types."""
        kind = tuple(map(type, args))
        is_new = kind not in self.kinds and len(self.kinds) < self.MOST_KINDS
        if is_new:
            self.kinds.add(kind)
        return is_new or turn == self.LOOKED_AT

    def is_new(self, text):
        """Return whether these arguments were not kept before."""
        mark = hash(text)
        if mark in self.seen:
            return False
        if len(self.seen) < MAX_DUPLICATES:
            self.seen.add(mark)
        return True


def recording_code(code, budget, record, itself):
    """Return code that looks like this one, and calls `record(turn, args, kwargs)` if the call's turn has come or its
    arguments are of new types, and `itself` otherwise.

    It runs at every call and among the globals of the user's module: what it needs are constants.
    """
    # Code can replace a function's only if it has as many variables from around.
    around = [f"a{i}" for i in range(len(code.co_freevars))]
    count = code.co_argcount
    kinds = "".join(f"type(args[{i}])," for i in range(count))
    filled = {
        "NEXT": next, "TURNS": budget.turns, "KINDS": budget.kinds, "TYPE": type, "LEN": len, "TUPLE": tuple, "MAP": map,
        "RECORD": record, "ITSELF": itself,
    }
    lines = [
        f"def around({', '.join(around)}):",
        " def stand_in(*args, **kwargs):",
        f"  if 0: {'; '.join(around) or 'pass'}",
        "  next = 'NEXT'; turns = 'TURNS'; kinds = 'KINDS'; type = 'TYPE'; len = 'LEN'",
        "  turn = next(turns)",
        "  if not turn:",
        f"   if len(args) == {count}:",
        f"    kind = ({kinds})",
        "   else:",
        "    tuple = 'TUPLE'; map = 'MAP'",
        "    kind = tuple(map(type, args))",
        "   if kind in kinds:",
        "    itself = 'ITSELF'",
        "    return itself(*args, **kwargs)",
        "  record = 'RECORD'",
        "  return record(turn, args, kwargs)",
        " return stand_in",
    ]
    scope = {}
    exec("\n".join(lines), scope)
    stand_in = scope["around"](*around).__code__
    names = {"co_name": code.co_name, "co_filename": code.co_filename, "co_firstlineno": code.co_firstlineno}
    if sys.version_info >= (3, 11):
        names["co_qualname"] = code.co_qualname
    return stand_in.replace(co_consts=tuple(filled.get(constant, constant) for constant in stand_in.co_consts), **names)


def signature_of(function):
    """Return what `inspect` says of a function's parameters, or None where it cannot."""
    try:
        return inspect.signature(function)
    except Exception:
        return None


class Recorder:
    """Writes kept calls of one process."""

    def __init__(self, plan):
        self.plan = plan
        self.lock = threading.Lock()
        self.file = None
        self.pid = None
        self.busy = threading.local()

    def write(self, record):
        text = dumps(record)
        if len(text) > MAX_LINE:
            return False
        with self.lock:
            if self.pid != os.getpid():
                self.open()
            os.write(self.file, (text + "\n").encode("utf-8", "surrogatepass"))
        return True

    def open(self):
        self.pid = os.getpid()
        path = os.path.join(self.plan["folder"], f"calls-{self.pid}.jsonl")
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        header = {"recording": 1, "module": self.plan["module"], "methods": "arguments"}
        os.write(self.file, (dumps(header) + "\n").encode())

    def install(self, module):
        """Give what the plan names code that records."""
        for name in self.plan["callables"]:
            owner, _, attribute = name.rpartition(".")
            holder = getattr(module, owner, None) if owner else module
            function = vars(holder).get(attribute) if holder is not None else None
            if isinstance(function, functools._lru_cache_wrapper):
                # What it computes is seen, not what it remembers.
                function = function.__wrapped__
            if inspect.isfunction(function) and not inspect.iscoroutinefunction(function):
                self.watch(function, name, module if owner else None)

    def watch(self, function, name, module):
        """Record a function until its budget is spent; `module` only for methods."""
        budget = Budget(self.plan["budget"])
        skip = 0 if module is None else 1
        code = function.__code__
        budget.is_redacted = any(map(is_secret, code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]))
        itself = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
        itself.__kwdefaults__, itself.__qualname__ = function.__kwdefaults__, function.__qualname__
        signature = signature_of(function)

        def record(turn, args, kwargs):
            if turn == budget.OVER:
                finish()
            elif budget.wants(turn, args) and not getattr(self.busy, "now", False):
                try:
                    return self.record(itself, name, args, kwargs, skip, module, budget)
                finally:
                    if budget.left <= 0:
                        finish()
            return itself(*args, **kwargs)

        def finish():
            if function.__code__ is recording:
                function.__code__ = code
                if signature is not None and vars(function).get("__signature__") is signature:
                    del function.__signature__

        recording = recording_code(code, budget, record, itself)
        function.__code__ = recording
        if signature is not None:
            vars(function).setdefault("__signature__", signature)

    def record(self, function, name, args, kwargs, skip, module, budget):
        given = self.given(args[skip:], kwargs, budget)
        if given is None:
            return function(*args, **kwargs)
        if "redacted" in given:
            self.finish({"callable": name, **given}, time.perf_counter_ns(), budget, dict)
            return function(*args, **kwargs)
        record = {"callable": name, "on": self.global_of(module, args) if skip else None, **given}
        start = time.perf_counter_ns()
        try:
            result = function(*args, **kwargs)
        except BaseException as problem:
            self.finish(record, start, budget, lambda: {"error": error(problem)})
            raise
        self.finish(record, start, budget, lambda: {"ok": encode(result)})
        return result

    def given(self, args, kwargs, budget):
        """Return the arguments as they are before the call, or None where they are not worth keeping."""
        self.busy.now = True
        try:
            if budget.is_redacted:
                return self.redacted(args, kwargs, budget)
            given = {
                "args": [encode(value) for value in args],
                "kwargs": {key: encode(value) for key, value in kwargs.items()},
            }
            if holds_secret(given):
                return self.redacted(args, kwargs, budget)
            return given if budget.is_new(dumps(given)) else None
        except Exception:
            return None
        finally:
            self.busy.now = False

    def redacted(self, args, kwargs, budget):
        """Return the types of the arguments, once for each combination of them."""
        types = [type(value).__name__ for value in args]
        given = {"redacted": True, "types": types, "named": {key: type(value).__name__ for key, value in kwargs.items()}}
        return given if budget.is_new(dumps(given)) else None

    def finish(self, record, start, budget, outcome):
        record["ns"] = time.perf_counter_ns() - start
        self.busy.now = True
        try:
            found = outcome()
            if holds_secret(found):
                record, found = {"callable": record["callable"], "redacted": True, "types": None, "named": {}}, {}
            if self.write({**record, **found}):
                budget.left -= 1
        except Exception:
            pass
        finally:
            self.busy.now = False

    def global_of(self, module, args):
        """Return the name of the module's global that a method was called on."""
        for name, value in vars(module).items():
            if args and value is args[0]:
                return name
        return None


class Finder(importlib.abc.MetaPathFinder):
    """Watches imports for the module to record, whatever its name is."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.path = os.path.realpath(recorder.plan["path"])
        self.searching = threading.local()

    def find_spec(self, fullname, path=None, target=None):
        if fullname.rpartition(".")[2] not in self.recorder.plan["names"] or getattr(self.searching, "now", False):
            return None
        self.searching.now = True
        try:
            spec = importlib.util.find_spec(fullname) if path is None else importlib.machinery.PathFinder.find_spec(fullname, path)
        except (ImportError, ValueError, AttributeError):
            return None
        finally:
            self.searching.now = False
        if spec is None or not spec.origin or os.path.realpath(spec.origin) != self.path:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            self.recorder.install(module)

        spec.loader.exec_module = exec_module
        return spec


def start():
    """Install the finder, once, before any code of the user."""
    plan = loads(os.environb[b"PIVOT_RECORD"])
    sys.meta_path.insert(0, Finder(Recorder(plan)))
