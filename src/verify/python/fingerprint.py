"""What the answers of an original depend on besides what it is asked: its name, files it was made of, interpreter, environment.

    {"fingerprint":true}  ->  {"ok":"sha256 of all of it"}

Files count by their content, not by their place: a copy of a project answers the same.
"""

import hashlib
import os
import platform
import sys

# Larger files count by size and time of change.
LARGEST = 8 << 20
# Variables that a module may read without naming them; with `environ` or `getenv` in a module's text all count.
SETTINGS = ("TZ", "LANG", "LC_", "PYTHON")
VOLATILE = frozenset(["PWD", "OLDPWD", "SHLVL", "_"])


class Fingerprint:
    """Sees which files are opened until the module is imported."""

    def __init__(self):
        self.opened = set()
        self.sees = True
        sys.addaudithook(self.audit)

    def audit(self, event, args):
        if self.sees and event == "open" and isinstance(args[0], str) and not (args[1] and set(args[1]) & set("wax+")):
            self.opened.add(args[0])

    def text(self, name, local_modules):
        """Return the hash for a module by its dotted name; local modules are those that the project brings itself."""
        self.sees = False
        parts = [name, sys.version, platform.machine(), *platform.libc_ver(), repr(sys.flags)]
        local = [module.__file__ for module in local_modules]
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())} | self.opened
        parts.extend(sorted({content(path) for path in files if path and not path.endswith(".pyc")}))
        reads_all = any(mentions_environment(path) for path in local)
        for name, value in sorted(os.environ.items()):
            if name.startswith(SETTINGS) or reads_all and name not in VOLATILE:
                parts.append(f"{name}={value}")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def content(path):
    """Return what stands for a file: its name with its hash; nothing for what is no file."""
    try:
        if not os.path.isfile(path):
            return ""
        status = os.stat(path)
        if status.st_size > LARGEST:
            return f"{os.path.basename(path)} {status.st_size} {status.st_mtime_ns}"
        with open(path, "rb") as file:
            return f"{os.path.basename(path)} {hashlib.sha256(file.read()).hexdigest()}"
    except OSError:
        return ""


def mentions_environment(path):
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return True
    return b"environ" in text or b"getenv" in text
