"""Branch counters: a copy of the user's source in which every branch of every function leaves a mark when it is taken.

    if n < 0:                     if n < 0:
        return -1                     __pivot_marks__[3] = 1
                                      return -1
                                  else:
                                      __pivot_marks__[4] = 1

The copy means what the original means: marks are stores into a bytearray that lives among the builtins, expressions
keep their values and are evaluated as often and in the same order, docstrings stay first, annotations are not touched,
and code outside functions stays as it is. A file that cannot be copied so (it does not parse, it nests too deep) is run
as it is and has no counted branches.
"""

import ast
import builtins
import operator
import os
import sys
import warnings

MARKS = "__pivot_marks__"
MARK = "__pivot_mark__"
WORK = "__pivot_work__"
GIVE_UP = "__pivot_give_up__"
SPEND = "__pivot_spend__"
# How often a loop goes round until it looks at the limit again; a power of two.
LOOK = 4096
# From here on numbers stand for lines where a call failed.
FAILED = 1 << 30
# A function that mentions these could see the variables that counting its loops takes.
SEES_LOCALS = frozenset(["locals", "vars", "dir", "eval", "exec"])
# A file that mentions these could see that a value lives a little longer.
SEES_LIFETIMES = frozenset(["__del__", "weakref", "getrefcount", "gc"])
# A file that mentions these has its functions compiled by somebody else.
COMPILED = frozenset(["numba", "jit", "njit", "vectorize", "taichi", "pyximport"])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SIZED = frozenset([range, list, tuple, dict, set, str])
SCOPES = (*FUNCTIONS, ast.ClassDef)


class GaveUp(BaseException):
    """A call that takes too much work."""


class Branches:
    """The numbered branches of some files, what was marked last, and how much work that was.

    Work is how often loops went round, comprehensions and calls of a function by itself included: a measure of time
    that is the same on every machine. A call that exceeds the limit is given up.
    """

    def __init__(self):
        self.marks = bytearray()
        # Work done and work allowed since `clear`.
        self.work = [0, sys.maxsize]
        self.gave_up = False
        # The numbers that stand for the lines where the last call failed, with commas.
        self.failure = ""
        # File, line and kind of each branch, and the function it belongs to; entries of functions have no kind.
        self.all = []
        # File, line, qualified name, and the number of the mark that its entry leaves.
        self.functions = []
        self._texts = {}

    def install(self):
        """Put what the copies need where every module finds it."""
        setattr(builtins, MARKS, self.marks)
        setattr(builtins, MARK, operator.setitem)
        setattr(builtins, WORK, self.work)
        setattr(builtins, GIVE_UP, self.give_up)
        setattr(builtins, SPEND, self.spend)

    def give_up(self):
        self.gave_up = True
        raise GaveUp

    def spend(self, items):
        """Count what a comprehension is about to go through, as far as that is known, and return it."""
        if type(items) in SIZED:
            try:
                self.work[0] += len(items)
            except OverflowError:  # a range of more than 2**63
                self.give_up()
            if self.work[0] > self.work[1]:
                self.give_up()
        return items

    def compile(self, source, path, name):
        """Return the code of a copy that counts, or None; `name` is the file's name in reports."""
        before = (len(self.all), len(self.functions))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                copy = Copy(self, name, ast.parse(source, path))
                if copy.is_compiled:
                    return None
                code = compile(copy.made(), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            del self.all[before[0] :], self.functions[before[1] :]
            code = None
        self.marks.extend(bytes(len(self.all) - len(self.marks)))
        return code

    def add(self, files, root):
        """Number and compile files; return the codes of those that can be copied, by path."""
        codes = {}
        for path in files:
            try:
                with open(path, "rb") as file:
                    code = self.compile(file.read(), path, os.path.relpath(path, root))
            except OSError:
                continue
            if code is not None:
                codes[path] = code
        return codes

    def table(self):
        """Return the functions and the branches with a kind as JSON data."""
        return {
            "functions": [
                {"file": file, "line": line, "name": name, "entry": entry}
                for file, line, name, entry in self.functions
            ],
            "branches": [
                {"number": number, "file": file, "line": line, "kind": kind, "function": function}
                for number, (file, line, kind, function) in enumerate(self.all)
                if kind is not None
            ],
        }

    def new(self, file, line, kind, function):
        self.all.append((file, line, kind, function))
        return len(self.all) - 1

    def clear(self, limit=sys.maxsize):
        """Forget what was marked; allow that much work from now on."""
        self.marks[:] = bytes(len(self.marks))
        self.work[:] = 0, limit
        self.gave_up = False
        self.failure = ""

    def failed(self, traceback, root):
        """Note the first and the last line of the project in a traceback: how far a call got."""
        lines = []
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename.startswith(root):
                lines.append(traceback.tb_lineno)
            traceback = traceback.tb_next
        if lines:
            self.failure = f",{FAILED + lines[0]},{FAILED + 100_000 + lines[-1] % 100_000}"

    def text(self):
        """Return the work done since `clear` and the numbers of the marked branches, with commas; end the limit."""
        self.work[1] = sys.maxsize
        key = bytes(self.marks)
        text = self._texts.get(key)
        if text is None:
            text = "".join(f",{number}" for number, mark in enumerate(key) if mark)
            if len(self._texts) < 100_000:
                self._texts[key] = text
        return f"{self.work[0]}{text}{self.failure}"


class Copy(ast.NodeTransformer):
    """Makes the copy of one file."""

    def __init__(self, branches, file, tree):
        self.branches = branches
        self.file = file
        self.tree = tree
        self.names = []
        self.function = None
        # Whether this function may have variables of ours, and whether an expression may assign to one here.
        self.variables = self.assigns = False
        self.next = 0
        mentioned = {getattr(node, "id", None) or getattr(node, "attr", None) for node in ast.walk(tree)}
        mentioned |= {node.name for node in ast.walk(tree) if isinstance(node, (*SCOPES, ast.alias))}
        self.keeps = not mentioned & SEES_LIFETIMES
        self.is_compiled = bool(mentioned & COMPILED)
        self.constants = _constants(tree)

    def made(self):
        """Return the finished tree."""
        return ast.fix_missing_locations(self.visit(self.tree))

    # -- scopes

    def visit_ClassDef(self, node):
        outer = self.variables, self.assigns, self.function
        node.decorator_list = self.all(node.decorator_list)
        node.bases = self.all(node.bases)
        node.keywords = self.all(node.keywords)
        self.names.append(node.name)
        # Statements of a class body are not counted: its names would become attributes.
        self.function = None
        node.body = [self.visit(item) if isinstance(item, SCOPES) else item for item in node.body]
        self.names.pop()
        self.variables, self.assigns, self.function = outer
        return node

    def visit_FunctionDef(self, node):
        outer = self.variables, self.assigns, self.function
        node.decorator_list = self.all(node.decorator_list)
        self.defaults(node.args)
        is_inner = self.function is not None
        entry = self.entry(node, "function" if is_inner else None, node.name)
        own = {getattr(item, "id", None) or getattr(item, "attr", None) for item in _own(node)}
        self.variables = self.assigns = not own & SEES_LOCALS
        self.assigns = self.assigns and self.keeps
        self.names.append(f"{node.name}.<locals>")
        docstring = 1 if ast.get_docstring(node, clean=False) is not None else 0
        body = self.block(node.body[docstring:])
        self.names.pop()
        start = [self.mark(entry)]
        if node.name in own:
            start.append(ast.AugAssign(self.at(WORK, 0, ast.Store()), ast.Add(), ast.Constant(1)))
            start.append(self.limited(self.at(WORK, 0, ast.Load())))
        node.body = [*node.body[:docstring], *start, *body]
        self.variables, self.assigns, self.function = outer
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.defaults(node.args)
        if self.function is None:
            return node
        entry = self.number(node, "lambda")
        node.body = self.marked(entry, self.visit(node.body))
        return node

    def entry(self, node, kind, name):
        """Number the entry of a function; those inside others belong to the outermost one."""
        if self.function is None:
            self.function = len(self.branches.functions)
            qualified = ".".join([*self.names, name])
            self.branches.functions.append([self.file, node.lineno, qualified, len(self.branches.all)])
        return self.number(node, kind)

    def defaults(self, args):
        args.defaults = self.all(args.defaults)
        args.kw_defaults = [item and self.visit(item) for item in args.kw_defaults]

    def all(self, nodes):
        made = []
        for node in map(self.visit, nodes):
            made.extend(node if isinstance(node, list) else [node])
        return made

    # -- statements

    def block(self, nodes, number=None):
        """Return copies of statements, after a mark."""
        return [*([] if number is None else [self.mark(number)]), *self.all(nodes)]

    def visit_If(self, node):
        if self.function is None:
            return self.generic_visit(node)
        truth = _truth(node.test)
        body = None if truth is False else self.number(node, "if")
        is_chain = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
        other = None if truth is True or is_chain else self.number(node, "else")
        node.test = self.condition(node.test)
        node.body = self.block(node.body, body)
        node.orelse = self.block(node.orelse, other)
        return node

    def visit_For(self, node):
        if self.function is None:
            return self.generic_visit(node)
        node.target = self.visit(node.target)
        node.iter = self.visit(node.iter)
        return self.loop(node, self.never_empty(node.iter))

    visit_AsyncFor = visit_For

    def visit_While(self, node):
        if self.function is None:
            return self.generic_visit(node)
        truth = _truth(node.test)
        node.test = self.condition(node.test)
        return self.loop(node, truth is True)

    def loop(self, node, always):
        """Mark the first time round and the end without any, and count how often it goes round."""
        taken = self.number(node, "loop")
        if not self.variables:
            node.body = self.block(node.body, taken)
            node.orelse = self.all(node.orelse)
            return node
        skipped = None if always else self.number(node, "loop not taken")
        count = self.variable()
        # The first time round, and now and then later: `count & 4095 == 1`.
        now = ast.Compare(ast.BinOp(_load(count), ast.BitAnd(), ast.Constant(LOOK - 1)), [ast.Eq()], [ast.Constant(1)])
        so_far = ast.BinOp(self.at(WORK, 0, ast.Load()), ast.Add(), _load(count))
        first = ast.If(now, [self.mark(taken), self.limited(so_far)], [])
        more = ast.AugAssign(_store(count), ast.Add(), ast.Constant(1))
        node.body = [more, first, *self.all(node.body)]
        node.orelse = self.all(node.orelse)
        if skipped is not None:
            node.orelse.insert(0, ast.If(ast.UnaryOp(ast.Not(), _load(count)), [self.mark(skipped)], []))
        add = ast.AugAssign(self.at(WORK, 0, ast.Store()), ast.Add(), _load(count))
        start = ast.Assign([_store(count)], ast.Constant(0))
        made = [start, ast.Try([node], [], [], [add])]
        return [ast.copy_location(item, node) for item in made]

    def visit_Try(self, node):
        if self.function is None:
            return self.generic_visit(node)
        node.body = self.block(node.body)
        for handler in node.handlers:
            kind = f"except {ast.unparse(handler.type)}" if handler.type else "except"
            number = self.number(handler, kind)
            handler.type = handler.type and self.visit(handler.type)
            handler.body = self.block(handler.body, number)
        if node.orelse:
            node.orelse = self.block(node.orelse, self.number(node.orelse[0], "no exception"))
        node.finalbody = self.block(node.finalbody)
        return node

    visit_TryStar = visit_Try

    def visit_Assert(self, node):
        if self.function is None or isinstance(node.test, ast.Tuple):
            return self.generic_visit(node)
        node.test = self.either(node, "assert", "assert fails", node.test)
        node.msg = node.msg and self.visit(node.msg)
        return node

    def visit_Match(self, node):
        if self.function is None:
            return self.generic_visit(node)
        node.subject = self.visit(node.subject)
        for case in node.cases:
            number = self.number(case.pattern, "case")
            if case.guard is not None:
                case.guard = self.either(case.pattern, None, "case guard false", case.guard)
            case.body = self.block(case.body, number)
        last = node.cases[-1]
        if last.guard is not None or not (isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None):
            nothing = self.number(node, "no case")
            node.cases.append(ast.match_case(ast.MatchAs(), None, [self.mark(nothing)]))
        return node

    def visit_AnnAssign(self, node):
        node.target = self.visit(node.target)
        node.value = node.value and self.visit(node.value)
        return node

    # -- expressions

    def visit_IfExp(self, node):
        if self.function is None:
            return self.generic_visit(node)
        yes, no = self.number(node, "value if"), self.number(node, "value else")
        node.test = self.condition(node.test)
        node.body = self.marked(yes, self.visit(node.body))
        node.orelse = self.marked(no, self.visit(node.orelse))
        return node

    def visit_UnaryOp(self, node):
        node.operand = self.nested(node.operand) if isinstance(node.op, ast.Not) else self.visit(node.operand)
        return node

    def visit_BoolOp(self, node):
        """An `and` or `or` whose value counts, not only its truth."""
        if self.function is None:
            return self.generic_visit(node)
        is_flat = not any(isinstance(value, (ast.BoolOp, ast.UnaryOp)) for value in node.values)
        if not is_flat:
            return self.nested(node)
        word = "and" if isinstance(node.op, ast.And) else "or"
        made = self.visit(node.values[-1])
        for value in reversed(node.values[:-1]):
            made = self.operand(value, made, word)
        return made

    def nested(self, node):
        """Return a copy of an operand that is asked for its truth as often as the original: only what comes after an
        operand is counted."""
        if self.function is None or not isinstance(node, ast.BoolOp):
            return self.visit(node)
        word = "and goes on" if isinstance(node.op, ast.And) else "or goes on"
        made = [self.nested(node.values[0])]
        for value in node.values[1:]:
            number = self.number(value, word)
            made.append(self.marked(number, self.nested(value)))
        node.values = made
        return node

    def operand(self, value, rest, word):
        """Return `value and rest` or `value or rest`, with marks."""
        goes_on = self.number(value, f"{word} goes on")
        is_name = isinstance(value, ast.Name)
        if not is_name and not self.assigns:
            operator_ = ast.And() if word == "and" else ast.Or()
            return ast.BoolOp(operator_, [self.visit(value), self.marked(goes_on, rest)])
        stops = self.number(value, f"{word} stops")
        if is_name:
            test, again = value, _load(value.id)
        else:
            name = self.variable()
            test, again = ast.NamedExpr(_store(name), self.visit(value)), _load(name)
        rest, kept = self.marked(goes_on, rest), self.marked(stops, again)
        return ast.IfExp(test, rest, kept) if word == "and" else ast.IfExp(test, kept, rest)

    def condition(self, node):
        """Return a copy of an expression of which only the truth counts."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.condition(node.operand)
            return node
        if not isinstance(node, ast.BoolOp):
            return self.visit(node)
        is_and = isinstance(node.op, ast.And)
        word = "and" if is_and else "or"
        made = []
        for value in node.values[:-1]:
            stops, goes_on = self.number(value, f"{word} stops"), self.number(value, f"{word} goes on")
            inner = self.condition(value)
            if is_and:
                # `mark` gives None: `value or mark(stops)` is as false as the value.
                made.append(ast.BoolOp(ast.Or(), [inner, self.call(stops)]))
                made.append(ast.UnaryOp(ast.Not(), self.call(goes_on)))
            else:
                made.append(ast.BoolOp(ast.And(), [inner, ast.UnaryOp(ast.Not(), self.call(stops))]))
                made.append(self.call(goes_on))
        node.values = [*made, self.condition(node.values[-1])]
        return node

    def either(self, place, true, false, test):
        """Return a condition with a mark for its truth, if wanted, and one for its falsehood."""
        yes = None if true is None else self.number(place, true)
        no = self.number(place, false)
        made = self.condition(test)
        if yes is not None:
            made = ast.BoolOp(ast.And(), [made, ast.UnaryOp(ast.Not(), self.call(yes))])
        return ast.BoolOp(ast.Or(), [made, self.call(no)])

    def visit_ListComp(self, node):
        made = self.comprehended(node)
        if self.function is not None:
            for part in made.generators:
                if not part.is_async:
                    part.iter = ast.Call(_load(SPEND), [part.iter], [])
        return made

    visit_SetComp = visit_DictComp = visit_ListComp

    def visit_comprehension(self, node):
        # Assigning in here would make a variable of the function around it, and is forbidden in places.
        outer, self.assigns = self.assigns, False
        node.target = self.visit(node.target)
        node.iter = self.visit(node.iter)
        if self.function is None:
            node.ifs = self.all(node.ifs)
        else:
            node.ifs = [self.either(test, "comprehension if", "comprehension else", test) for test in node.ifs]
        self.assigns = outer
        return node

    def comprehended(self, node):
        outer, self.assigns = self.assigns, False
        made = super().generic_visit(node)
        self.assigns = outer
        return made

    visit_GeneratorExp = comprehended

    # -- parts

    def number(self, node, kind):
        return self.branches.new(self.file, node.lineno, kind, self.function)

    def variable(self):
        self.next += 1
        return f"__pivot_{self.next}__"

    def at(self, name, index, context):
        return ast.Subscript(_load(name), ast.Constant(index), context)

    def mark(self, number):
        """Return the statement that leaves a mark."""
        return ast.Assign([self.at(MARKS, number, ast.Store())], ast.Constant(1))

    def limited(self, work):
        """Return the statement that gives up where that much work is too much."""
        is_too_much = ast.Compare(work, [ast.Gt()], [self.at(WORK, 1, ast.Load())])
        return ast.If(is_too_much, [ast.Expr(ast.Call(_load(GIVE_UP), [], []))], [])

    def call(self, number):
        """Return the expression that leaves a mark and is None."""
        return ast.Call(_load(MARK), [_load(MARKS), ast.Constant(number), ast.Constant(1)], [])

    def marked(self, number, value):
        """Return an expression with the value of another, after a mark."""
        return ast.BoolOp(ast.Or(), [self.call(number), value])

    def never_empty(self, node):
        """Return whether a loop over an expression goes round at least once, as far as its text tells."""
        if isinstance(node, ast.Name):
            return node.id in self.constants and self.never_empty(self.constants[node.id])
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return any(not isinstance(item, ast.Starred) for item in node.elts)
        if isinstance(node, ast.Dict):
            return any(key is not None for key in node.keys)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, (str, bytes)) and len(node.value) > 0
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
            return False
        if node.func.id == "range":
            numbers = [self.whole(item) for item in node.args]
            return None not in numbers and 0 not in numbers[2:] and len(range(*numbers[:3])) > 0
        return node.func.id in ("enumerate", "reversed", "sorted", "list", "tuple") and self.never_empty(node.args[0])

    def whole(self, node):
        """Return the integer that an expression always is, or None."""
        if isinstance(node, ast.Name):
            node = self.constants.get(node.id)
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            node, sign = node.operand, -1
        is_whole = isinstance(node, ast.Constant) and type(node.value) is int
        return sign * node.value if is_whole else None


def _load(name):
    return ast.Name(name, ast.Load())


def _store(name):
    return ast.Name(name, ast.Store())


def _truth(node):
    """Return True or False for a test that is a constant, else None."""
    return bool(node.value) if isinstance(node, ast.Constant) else None


def _own(function):
    """Return the nodes of a function without those of the functions and classes inside it."""
    found, left = [], list(function.body)
    while left:
        node = left.pop()
        found.append(node)
        if not isinstance(node, SCOPES):
            left.extend(ast.iter_child_nodes(node))
    return found


def _constants(tree):
    """Return what names of the module always mean, where they are bound once to a display or number that nobody
    changes: every other mention only reads, iterates or compares."""
    bound, spoiled = {}, set()
    for node in tree.body:
        target, value = None, None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        if isinstance(target, ast.Name) and value is not None:
            bound[target.id] = value
    stores = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stores[node.id] = stores.get(node.id, 0) + 1
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            spoiled.update(node.names)
        elif isinstance(node, ast.arg):
            spoiled.add(node.arg)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            spoiled.add(node.value.id)
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            spoiled.add(getattr(node.value, "id", None))
        elif isinstance(node, ast.Call):
            passed = [*node.args, *(keyword.value for keyword in node.keywords)]
            known = isinstance(node.func, ast.Name) and node.func.id in HARMLESS
            spoiled.update(item.id for item in passed if isinstance(item, ast.Name) and not known)
    return {name: value for name, value in bound.items() if stores.get(name) == 1 and name not in spoiled}


HARMLESS = frozenset(
    ["range", "len", "enumerate", "reversed", "sorted", "list", "tuple", "set", "dict", "sum", "min", "max", "zip"]
)


def local_files(path, root):
    """Return the files of the project at `root` that a file imports, directly or not, itself included, sorted."""
    found, left = set(), [path]
    while left:
        path = left.pop()
        if path in found:
            continue
        found.add(path)
        for name in _imported(path, root):
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                base = os.path.join(root, *parts[:end])
                left.extend(file for file in (f"{base}.py", os.path.join(base, "__init__.py")) if os.path.isfile(file))
    return sorted(found)


def _imported(path, root):
    """Return the dotted names that a file imports, wherever it does so."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    package = os.path.relpath(os.path.dirname(path), root).split(os.sep)
    package = [part for part in package if part != "."]
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.extend(item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names.extend(f"{base}.{item.name}" if base else item.name for item in node.names)
    return names
