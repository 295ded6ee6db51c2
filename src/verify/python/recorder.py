"""Records calls of a module's functions while the user's program runs; installed by `sitecustomize` at start-up.

`PIVOT_RECORD` names what to record; every process writes a file of its own (mode 0600), one call a line. Each function
has a budget: its first calls are kept, then ever rarer ones, and those whose argument types were not seen before.
Methods are recorded as material: other threads may have come between two lines.

A call that holds a secret, by the name of a parameter, a field or a key (`password`, `access_token`), is kept with the
types of its arguments only: its values are never written, and it is not replayed.
"""

import importlib.abc
import importlib.machinery
import inspect
import os
import re
import threading
import time

MAX_LINE = 64 * 1024
FIRST = 200
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


class Budget:
    """Decides which calls of one function are kept."""

    def __init__(self, kept):
        self.left = kept
        self.calls = 0
        self.next = 0
        self.kinds = set()
        self.seen = set()
        self.is_redacted = False

    def wants(self, args):
        """Return whether this call is kept; cheap for the calls that are not."""
        self.calls += 1
        if self.calls <= self.next or self.left <= 0:
            return self.left > 0 and len(self.kinds) < 64 and self.is_new_kind(args)
        self.is_new_kind(args)
        if self.calls > FIRST:
            self.next = self.calls + self.calls // FIRST
        return True

    def is_new_kind(self, args):
        kind = tuple(map(type, args))
        if kind in self.kinds:
            return False
        self.kinds.add(kind)
        return True

    def is_new(self, text):
        """Return whether these arguments were not kept before."""
        mark = hash(text)
        if mark in self.seen:
            return False
        if len(self.seen) < MAX_DUPLICATES:
            self.seen.add(mark)
        return True


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
        """Put wrappers around what the plan names."""
        for name in self.plan["callables"]:
            owner, _, attribute = name.rpartition(".")
            holder = getattr(module, owner, None) if owner else module
            function = vars(holder).get(attribute) if holder is not None else None
            if inspect.isfunction(function) and not inspect.iscoroutinefunction(function):
                setattr(holder, attribute, self.wrapped(function, name, module if owner else None, holder))

    def wrapped(self, function, name, module, holder):
        """Return a function that records and is otherwise the same; `module` only for methods.

        Once its budget is spent it gives its place back to the function, which then costs nothing more.
        """
        budget = Budget(self.plan["budget"])
        skip = 0 if module is None else 1
        code = function.__code__
        budget.is_redacted = any(map(is_secret, code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]))

        @functools.wraps(function)
        def recording(*args, **kwargs):
            if budget.left <= 0:
                if vars(holder).get(function.__name__) is recording:
                    setattr(holder, function.__name__, function)
                return function(*args, **kwargs)
            if not budget.wants(args) or getattr(self.busy, "now", False):
                return function(*args, **kwargs)
            return self.record(function, name, args, kwargs, skip, module, budget)

        return recording

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
