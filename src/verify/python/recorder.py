"""Records calls of a module's functions while the user's program runs; installed by `sitecustomize` at start-up.

`PIVOT_RECORD` names what to record; every process writes a file of its own (mode 0600), one call a line. Each function
has a budget: its first calls are kept, then ever rarer ones, and those whose argument types were not seen before.
Methods are recorded as material: other threads may have come between two lines.
"""

import importlib.abc
import importlib.machinery
import inspect
import os
import threading
import time

MAX_LINE = 64 * 1024
FIRST = 200
MAX_DUPLICATES = 4096


class Budget:
    """Decides which calls of one function are kept."""

    def __init__(self, kept):
        self.left = kept
        self.calls = 0
        self.next = 0
        self.kinds = set()
        self.seen = set()

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
                setattr(holder, attribute, self.wrapped(function, name, module if owner else None))

    def wrapped(self, function, name, module):
        """Return a function that records and is otherwise the same; `module` only for methods."""
        budget = Budget(self.plan["budget"])
        skip = 0 if module is None else 1

        @functools.wraps(function)
        def recording(*args, **kwargs):
            if budget.left <= 0 or not budget.wants(args) or getattr(self.busy, "now", False):
                return function(*args, **kwargs)
            return self.record(function, name, args, kwargs, skip, module, budget)

        return recording

    def record(self, function, name, args, kwargs, skip, module, budget):
        given = self.given(args[skip:], kwargs, budget)
        if given is None:
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
            given = {
                "args": [encode(value) for value in args],
                "kwargs": {key: encode(value) for key, value in kwargs.items()},
            }
            return given if budget.is_new(dumps(given)) else None
        except Exception:
            return None
        finally:
            self.busy.now = False

    def finish(self, record, start, budget, outcome):
        record["ns"] = time.perf_counter_ns() - start
        self.busy.now = True
        try:
            if self.write({**record, **outcome()}):
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
