"""The original as a process that speaks the stdio protocol: `python3 worker.py MODULE_PATH`.

One request a line on stdin, one answer a line on stdout, in order. Whatever the module prints is part of the
answer; whatever it writes past Python's `sys.stdout` goes to stderr. Nothing is written beside the module.

Where `branches.py` is part of the script, a copy of the module runs that counts branches, and every call's answer has, after its id,
`"trace":[nanoseconds,work,branch,...]`; `{"branches":true}` tells what the numbers mean. With `constants.py`,
`{"constants":true}` gives the constants of every function. With `fingerprint.py`, `{"fingerprint":true}` gives a hash of what
the answers depend on.
"""

import importlib
import importlib.machinery
import io
import marshal
import os
import signal
import time

POSITIONS = [str(position) for position in range(16)]
SILENT = (KeyboardInterrupt,)
# Longest time that answers of quick calls wait for each other, in seconds.
FLUSH = 0.002


class Clock:
    """A clock that starts at `PIVOT_CLOCK` and goes on by 1/1024 s at every read."""

    def __init__(self, start):
        self.start = start
        self.now = start

    def install(self):
        time.time = self.read
        time.time_ns = self.read_ns

    def read(self):
        now = self.now
        self.now = now + 1 / 1024
        return now

    def read_ns(self):
        return int(self.read() * 1024) * 1_000_000_000 // 1024


class Original:
    """The module under test, imported afresh as often as asked."""

    def __init__(self, path, clock, branches):
        path = os.path.realpath(path)
        self.clock = clock
        self.branches = branches
        self.root, self.name = _locate(path)
        self.codes = {}
        self.fingerprint = Fingerprint() if "Fingerprint" in globals() else None
        if branches:
            branches.install()
            self.codes = branches.add(local_files(path, self.root), self.root)
        sys.path.insert(0, self.root)
        self._cache_code()
        self.load()

    def load(self):
        """Import the module and whatever it imports from its own folder, as if for the first time."""
        for name, module in list(sys.modules.items()):
            if _inside(getattr(module, "__file__", None), self.root):
                del sys.modules[name]
        if self.clock:
            self.clock.now = self.clock.start
        self.module = importlib.import_module(self.name)
        self.kept = {}

    def find(self, name):
        """Return a class or function of the module by name, or else of the modules beside it."""
        if hasattr(self.module, name):
            return getattr(self.module, name)
        for module in list(sys.modules.values()):
            if _inside(getattr(module, "__file__", None), self.root) and hasattr(module, name):
                return getattr(module, name)
        return None

    def modules(self):
        """Return the module and those beside it that are imported."""
        modules = list(sys.modules.values())
        return [module for module in modules if _inside(getattr(module, "__file__", None), self.root)]

    def object(self, name):
        """Return a kept object, or else a global of the module."""
        if name in self.kept:
            return self.kept[name]
        if hasattr(self.module, name):
            return getattr(self.module, name)
        raise Malformed(f"no object {name}")

    def _cache_code(self):
        """Compile each file of the project once, not at every reset."""
        compile_file = importlib.machinery.SourceFileLoader.get_code

        def get_code(loader, fullname):
            if not _inside(loader.path, self.root):
                return compile_file(loader, fullname)
            if loader.path not in self.codes:
                self.codes[loader.path] = compile_file(loader, fullname)
            return self.codes[loader.path]

        importlib.machinery.SourceFileLoader.get_code = get_code


def _locate(path):
    """Return the folder to import from and the dotted name of the module at a path."""
    folder, file = os.path.split(path)
    names = [file[:-3] if file.endswith(".py") else file]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    if names[-1] == "__init__":
        names.pop()
    return folder, ".".join(names)


def _inside(path, root):
    """Return whether a file belongs to the project at `root` rather than to an installed package."""
    return bool(path) and path.startswith(root + os.sep) and "site-packages" not in path


class Worker:
    """Answers requests."""

    def __init__(self, original, printed):
        self.original = original
        self.printed = printed

    def answer(self, line):
        """Return the answer to one request line."""
        request_id = None
        self.trace = ""
        try:
            request = loads(line)
            request_id = request.get("id")
            answer = self.perform(request)
        except SILENT:
            raise
        except (Malformed, KeyError, TypeError, AttributeError, ValueError) as problem:
            answer = {"error": {"type": "ProtocolError", "message": f"{type(problem).__name__}: {problem}"}}
        text = self.take_printed()
        if text:
            answer["stdout"] = encode(text)
        trace = f'"trace":[{self.trace}],' if self.trace else ""
        shown = request_id if type(request_id) is int else dumps(request_id)
        return f'{{"id":{shown},{trace}{dumps(answer)[1:]}'

    def take_printed(self):
        buffer = self.printed.buffer
        if not buffer.tell():
            return ""
        text = buffer.getvalue().decode("utf-8", "backslashreplace")
        buffer.seek(0)
        buffer.truncate()
        return text

    def perform(self, request):
        """Do what a request asks and return the answer without its id."""
        if "function" in request:
            return self.call(self.callable(request["function"]), request)
        if "method" in request:
            name = request["on"]
            owner = self.original.object(name)
            return self.call(self.method(owner, request["method"]), request, owner)
        if "new" in request:
            return self.call(self.callable(request["new"]), {**request, "discard": True})
        if "state" in request:
            name = request["state"]
            return self.encoded(lambda: state(self.original.module if name is None else self.original.object(name)))
        if "reset" in request:
            return self.reset()
        if "branches" in request and self.original.branches:
            return {"ok": self.original.branches.table()}
        if "constants" in request and "Constants" in globals():
            return {"ok": Constants(self.original.modules()).table(self.original.module.__name__)}
        if "fingerprint" in request and self.original.fingerprint:
            return {"ok": self.original.fingerprint.text(self.original.name, self.original.modules())}
        if "advance" in request and self.original.clock:
            self.original.clock.now += request["advance"]
            return {"ok": None}
        raise Malformed("unknown request")

    def callable(self, name):
        function = self.original.module
        for part in name.split("."):
            function = getattr(function, part, None)
        if not callable(function):
            raise Malformed(f"no function {name}")
        return function

    def method(self, owner, name):
        method = getattr(owner, name, None)
        if not callable(method):
            raise Malformed(f"no method {name}")
        return method

    def reset(self):
        try:
            self.original.load()
        except Exception as problem:
            return {"error": error(problem)}
        self.take_printed()
        return {"ok": None}

    def encoded(self, make):
        try:
            return {"ok": make()}
        except Unencodable as problem:
            return {"unencodable": str(problem)}

    def call(self, function, request, owner=None):
        """Call and tell result, changed arguments, kept result and time."""
        names, kept = self.original.find, self.original.kept
        args = [item if type(item) in IMMUTABLE else decode(item, names, kept) for item in request.get("args", ())]
        kwargs = {name: decode(item, names, kept) for name, item in request.get("kwargs", {}).items()}
        given = [*POSITIONS[: len(args)], *map(str, range(len(POSITIONS), len(args))), *kwargs]
        values = [*args, *kwargs.values()]
        before = [None if type(value) in IMMUTABLE or not can_change(value) else encode(value) for value in values]
        problem = result = None
        # Where the call fails, nobody may find what another call kept under the name.
        kept.pop(request.get("as"), None)
        branches = self.original.branches
        if branches:
            branches.clear(request.get("work", sys.maxsize))
        start = time.perf_counter_ns()
        try:
            result = function(*args, **kwargs)
        except SILENT:
            raise
        except BaseException as raised:
            problem = raised
        spent = time.perf_counter_ns() - start
        if problem is not None:
            answer = {"error": error(problem)}
            if branches:
                branches.failed(problem.__traceback__, self.original.root)
            problem.__traceback__ = None
        else:
            answer = self.result(result, request, given, values, owner)
        if branches:
            self.trace = f"{spent},{branches.text()}"
            if branches.gave_up:
                return {"gave_up": True}
        if before.count(None) < len(before):
            self.add_mutated(answer, given, values, before)
        if request.get("time"):
            answer["ns"] = spent
        return answer

    def result(self, result, request, given, values, owner):
        if "as" in request:
            self.original.kept[request["as"]] = result
        if request.get("discard"):
            return {"ok": None}
        if is_shared(result):
            if result is owner:
                return {"ok": {"$alias": "self"}}
            for name, value in zip(given, values):
                if value is result:
                    return {"ok": {"$alias": name}}
        try:
            return {"ok": encode(result)}
        except Unencodable as problem:
            return {"unencodable": str(problem)}

    def add_mutated(self, answer, given, values, before):
        try:
            mutated = {
                name: after
                for name, value, was in zip(given, values, before)
                # Version 2 tells 1, 1.0 and True apart and says the same of the same.
                if was is not None and marshal.dumps(after := encode(value), 2) != marshal.dumps(was, 2)
            }
        except Unencodable as problem:
            answer.pop("ok", None)
            answer["unencodable"] = str(problem)
            return
        if mutated:
            answer["mutated"] = mutated


def main(path):
    """Serve until stdin ends."""
    requests = os.dup(0)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogatepass", write_through=True)
    sys.stdout = printed
    sys.dont_write_bytecode = True
    clock = None
    if "PIVOT_CLOCK" in os.environ:
        clock = Clock(float(os.environ["PIVOT_CLOCK"]))
        clock.install()
    try:
        branches = Branches() if "Branches" in globals() else None
        worker = Worker(Original(path, clock, branches), printed)
    except BaseException as problem:
        os.read(requests, 1)
        answers.write((dumps({"id": 0, "error": error(problem)}) + "\n").encode())
        answers.flush()
        raise SystemExit(3)
    worker.take_printed()
    serve(worker, requests, Answers(answers, None if branches is None else FLUSH))


class Answers:
    """Where answers go: each at once, or several together where nobody waits for the next."""

    def __init__(self, file, interval):
        self.file = file
        self.interval = interval
        self.last = time.perf_counter()
        if interval is not None:
            signal.signal(signal.SIGUSR1, self.tell)

    def write(self, text):
        self.file.write(text.encode("utf-8", "surrogatepass") + b"\n")
        if self.interval is None or time.perf_counter() - self.last > self.interval:
            self.flush()

    def flush(self):
        self.file.flush()
        self.last = time.perf_counter()

    def tell(self, number, frame):
        """Write what there is and say so: whoever asks wants to know which call takes so long."""
        self.write('{"flushed":true}')
        self.flush()


def serve(worker, requests, answers):
    """Answer the lines on stdin until it ends."""
    parts = []
    while chunk := os.read(requests, 1 << 16):
        *lines, rest = chunk.split(b"\n")
        if lines:
            lines[0] = b"".join([*parts, lines[0]])
            parts.clear()
        parts.append(rest)
        for line in lines:
            answers.write(worker.answer(line))
        answers.flush()


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if entry]
    main(sys.argv[1])
