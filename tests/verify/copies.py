"""Runs a module plainly and as a copy that counts branches: `python3 copies.py BRANCHES_PY MODULE_PATH`.

Prints how many branches there are; fails where the two print anything different.
"""

import contextlib
import io
import linecache
import sys
import types

tools = types.ModuleType("branches")
exec(open(sys.argv[1]).read(), tools.__dict__)


def printed(code, path):
    module = types.ModuleType("module")
    module.__file__ = path
    sys.modules["module"] = module
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, module.__dict__)
        module.main()
        module.finish()
    return out.getvalue()


path = sys.argv[2]
linecache.getlines(path)
source = open(path).read()
plain = printed(compile(source, path, "exec"), path)
counter = tools.Branches()
counter.install()
code = counter.compile(source, path, "module.py")
assert code is not None, "no copy could be made"
copy = printed(code, path)
for left, right in zip(plain.splitlines(), copy.splitlines()):
    assert left == right, f"plain: {left}\ncopy:  {right}"
assert plain == copy and len(plain) > 2000, len(plain)
marked = counter.text().split(",")
table = counter.table()
kinds = sorted({branch["kind"] for branch in table["branches"]})
print(len(table["branches"]), len(marked), " ".join(kinds))
