"""Constants to try as arguments: those that a function mentions, and those inside the globals that it reads.

    RATES = {"basic": 0.01, "gold": 0.025}
    def interest(kind, amount):                  interest: "basic", 0.01, "gold", 0.025, 2
        return round(amount * RATES[kind], 2)

What a function calls counts for it, a few calls deep.
"""

import ast
import operator
import types

# Constants of a function, letters of a text, and how deep calls and containers are followed.
MOST = 120
LONGEST = 80
DEEPEST = 4
FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef)
# Operators between numbers that are worked out: `-273.15`, `60 * 60`, `2**63 - 1`.
OPERATORS = {
    ast.USub: operator.neg,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
}


class Constants:
    """The constants of every function of some modules."""

    def __init__(self, modules):
        # What each function mentions, by module and qualified name.
        self.mentions = {}
        for module in modules:
            try:
                with open(module.__file__, "rb") as file:
                    tree = ast.parse(file.read())
            except (OSError, SyntaxError, ValueError, RecursionError):
                continue
            self.scope(tree, module, "")

    def scope(self, node, module, prefix):
        """Take the functions of a module or class."""
        for item in node.body:
            if isinstance(item, FUNCTION_NODES):
                self.mentions[module.__name__, prefix + item.name] = mentioned(item, vars(module))
            elif isinstance(item, ast.ClassDef):
                self.scope(item, module, f"{prefix}{item.name}.")

    def of(self, module, name):
        """Return the constants of a function, its own first."""
        found, seen, at_hand = {}, set(), [(module, name)]
        for _ in range(DEEPEST):
            called = []
            for key in at_hand:
                if key in seen or key not in self.mentions:
                    continue
                seen.add(key)
                constants, functions, methods = self.mentions[key]
                for constant in constants:
                    found.setdefault((type(constant), repr(constant)), constant)
                called.extend(functions)
                called.extend(other for other in self.mentions if other[1].rpartition(".")[2] in methods and "." in other[1])
            at_hand = called
        return list(found.values())[:MOST]

    def table(self, module):
        """Return the constants of every function of a module as JSON data."""
        return [
            {"name": name, "values": [encode(value) for value in self.of(owner, name)]}
            for owner, name in self.mentions
            if owner == module
        ]


def mentioned(function, namespace):
    """Return the constants of a function and of its globals, the functions and the names of methods it mentions."""
    constants, functions, methods = [], [], set()
    skipped = {id(part) for node in ast.walk(function) for part in not_values(node)}
    for node in ast.walk(function):
        if id(node) in skipped:
            continue
        number = folded(node)
        if number is not None:
            # What is inside counts too, after the whole: `-273.15` before `273.15`.
            add(constants, number, 0)
        elif isinstance(node, ast.Constant):
            add(constants, node.value, 0)
        elif isinstance(node, ast.Name):
            value = namespace.get(node.id)
            if isinstance(value, types.FunctionType):
                functions.append((value.__module__, value.__qualname__))
            elif isinstance(value, type):
                functions.append((value.__module__, f"{value.__qualname__}.__init__"))
            else:
                add(constants, value, 0)
        elif isinstance(node, ast.Attribute):
            methods.add(node.attr)
            owner = namespace.get(node.value.id) if isinstance(node.value, ast.Name) else None
            if isinstance(owner, types.ModuleType):
                add(constants, vars(owner).get(node.attr), 0)
            else:
                for value in class_variables(namespace, node.attr):
                    add(constants, value, 0)
    return constants, functions, methods


def class_variables(namespace, name):
    """Return what the classes of a module hold under a name: `self.TABLE` may be any of them."""
    classes = [value for value in namespace.values() if isinstance(value, type)]
    return [vars(owner)[name] for owner in classes if owner.__module__ == namespace["__name__"] and name in vars(owner)]


def folded(node, depth=0):
    """Return the number that an expression of numbers is, or None."""
    if depth > DEEPEST:
        return None
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) in (int, float) else None
    if isinstance(node, ast.UnaryOp):
        operands = [node.operand]
    elif isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    else:
        return None
    work = OPERATORS.get(type(node.op))
    numbers = [folded(operand, depth + 1) for operand in operands]
    if work is None or None in numbers:
        return None
    if work in (operator.pow, operator.lshift) and not all(abs(number) <= 128 for number in numbers):
        return None
    try:
        number = work(*numbers)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return number if type(number) in (int, float) else None


def not_values(node):
    """Return the parts of a node that are no values: docstrings, annotations, the text around fields of an f-string."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [part for part in node.values if isinstance(part, ast.Constant)]
    annotation = getattr(node, "annotation", None) or getattr(node, "returns", None)
    return [] if annotation is None else list(ast.walk(annotation))


def add(constants, value, depth):
    """Add a value, or what is inside a container."""
    kind = type(value)
    if kind in (int, float) or kind in (str, bytes) and len(value) <= LONGEST:
        constants.append(value)
    elif depth < DEEPEST and kind in (list, tuple, set, frozenset):
        inner = sorted(value, key=repr) if kind in (set, frozenset) else value
        for item in inner[:MOST]:
            add(constants, item, depth + 1)
    elif depth < DEEPEST and kind is dict:
        for item in list(value.items())[:MOST]:
            add(constants, item, depth)
