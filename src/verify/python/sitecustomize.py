"""Starts the recorder, then whatever `sitecustomize` the user has."""

import os
import sys


def _own_folder():
    return os.path.dirname(os.path.abspath(__file__))


def _start():
    import pivot_recorder

    pivot_recorder.start()
    # Child processes find us by the environment; the program itself sees the path that it would have had.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _own_folder()]


def _users():
    """Run the `sitecustomize` that would have been found without us."""
    import importlib.machinery

    path = [entry for entry in sys.path if os.path.abspath(entry) != _own_folder()]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is not None and spec.loader is not None:
        import importlib.util

        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if "PIVOT_RECORD" in os.environ:
    try:
        _start()
    except Exception as problem:
        print(f"pivot: calls are not recorded: {problem}", file=sys.stderr)
_users()
