#!/usr/bin/env python3
"""Writes random typed Python modules over the subset that pivot translates.

    generate.py SEED COUNT > module.py

The same seed gives the same module, whatever the version of Python. Every function has annotated parameters and
result, ends (loops are over small things or count a bounded counter), and has no effect outside itself; it may raise.
"""

from __future__ import annotations

import random
import sys

SCALARS = ["int", "float", "bool", "str"]
TYPES = SCALARS + [
    "list[int]", "list[float]", "list[str]", "list[list[int]]", "list[tuple[int, str]]",
    "dict[str, int]", "dict[int, str]", "dict[str, list[int]]", "set[int]", "set[str]",
    "tuple[int, float]", "tuple[str, int]", "int | None", "str | None",
]
INTS = ["0", "1", "2", "3", "-1", "5", "7", "10", "-3", "16", "100"]
FLOATS = ["0.0", "1.0", "0.5", "-1.5", "2.25", "0.1", "1e3", "-0.0", "3.75"]
TEXTS = ["''", "'a'", "'b, c'", "'x y'", "'äß'", "'Abc'", "'%'", "'12'", "'\\n'"]


def item_of(kind: str) -> str | None:
    """The element type of a list or set."""
    for head in ("list[", "set["):
        if kind.startswith(head):
            return kind[len(head):-1]
    return None


def pair_of(kind: str) -> tuple[str, str] | None:
    """Key and value types of a dict."""
    if not kind.startswith("dict["):
        return None
    key, value = kind[5:-1].split(", ", 1)
    return key, value


class Function:
    """One function in the making."""

    def __init__(self, rng: random.Random, name: str, known: list[tuple[str, list[str], str]]) -> None:
        self.rng = rng
        self.name = name
        self.known = known
        self.lines: list[str] = []
        self.count = 0
        self.result = rng.choice(TYPES)
        self.scopes: list[dict[str, str]] = [{}]
        self.frozen: set[str] = set()
        self.loops = 0
        self.budget = rng.randint(4, 14)

    # Expressions

    def variables(self, kind: str) -> list[str]:
        return [name for scope in self.scopes for name, own in scope.items() if own == kind]

    def expr(self, kind: str, depth: int = 3) -> str:
        """An expression of a type."""
        names = self.variables(kind)
        if names and (depth <= 0 or self.rng.random() < 0.65):
            return self.rng.choice(names)
        if depth <= 0:
            return self.literal(kind)
        if self.known and self.rng.random() < 0.08:
            fitting = [one for one in self.known if one[2] == kind]
            if fitting:
                name, params, _ = self.rng.choice(fitting)
                return f"{name}({', '.join(self.expr(param, depth - 2) for param in params)})"
        if self.rng.random() < 0.08:
            test = self.expr("bool", depth - 1)
            return f"({self.expr(kind, depth - 1)} if {test} else {self.expr(kind, depth - 1)})"
        return self.compound(kind, depth - 1)

    def literal(self, kind: str) -> str:
        pick = self.rng.choice
        if kind == "int":
            return pick(INTS)
        if kind == "float":
            return pick(FLOATS)
        if kind == "bool":
            return pick(["True", "False"])
        if kind == "str":
            return pick(TEXTS)
        if kind.endswith("| None"):
            return pick(["None", self.literal(kind[:-7])])
        if kind.startswith("tuple["):
            first, second = kind[6:-1].split(", ")
            return f"({self.literal(first)}, {self.literal(second)})"
        if item := item_of(kind):
            size = self.rng.randint(1, 3)
            items = ", ".join(self.literal(item) for _ in range(size))
            return f"{{{items}}}" if kind.startswith("set[") else f"[{items}]"
        key, value = pair_of(kind)
        return "{" + ", ".join(f"{self.literal(key)}: {self.literal(value)}" for _ in range(self.rng.randint(1, 3))) + "}"

    def compound(self, kind: str, depth: int) -> str:
        e = lambda kind: self.expr(kind, depth)  # noqa: E731
        # Before Python 3.12 the braces of f-strings hold no quotes.
        plain = lambda kind, literals: self.rng.choice(self.variables(kind) or literals)  # noqa: E731
        pick = self.rng.choice
        if kind == "int":
            return pick([
                lambda: f"({e('int')} {pick(['+', '-', '*'])} {e('int')})",
                lambda: f"({e('int')} {pick(['//', '%'])} {e('int')})",
                lambda: f"({e('int')} {pick(['&', '|', '^'])} {e('int')})",
                lambda: f"({e('int')} {pick(['<<', '>>'])} {pick(['1', '2', '3'])})",
                lambda: f"(-{e('int')})",
                lambda: f"(~{e('int')})",
                lambda: f"abs({e('int')})",
                lambda: f"len({e(pick(['str', 'list[int]', 'dict[str, int]', 'set[int]', 'list[str]']))})",
                lambda: f"sum({e('list[int]')})",
                lambda: f"{pick(['min', 'max'])}({e('int')}, {e('int')})",
                lambda: f"{pick(['min', 'max'])}({e('list[int]')}, default={e('int')})",
                lambda: f"{e('list[int]')}[{e('int')}]",
                lambda: f"{e('dict[str, int]')}.get({e('str')}, {e('int')})",
                lambda: f"{e('dict[str, int]')}[{e('str')}]",
                lambda: f"round({e('float')})",
                lambda: f"int({e('float')})",
                lambda: f"int({e('bool')})",
                lambda: f"({e('int')} ** {pick(['0', '1', '2', '3'])})",
                lambda: f"{e('str')}.{pick(['count', 'find'])}({e('str')})",
                lambda: f"{e('list[int]')}.count({e('int')})",
                lambda: f"ord({pick(TEXTS[1:2] + TEXTS[4:5])}[0])",
                lambda: f"sum(1 for _ in {e('list[str]')})",
                lambda: f"sum(n * n for n in {e('list[int]')} if n > {e('int')})",
                lambda: f"{e('tuple[str, int]')}[1]",
                lambda: f"divmod({e('int')}, {e('int')})[{pick(['0', '1'])}]",
            ])()
        if kind == "float":
            return pick([
                lambda: f"({e('float')} {pick(['+', '-', '*', '/', '//', '%'])} {e('float')})",
                lambda: f"({e('int')} {pick(['+', '-', '*', '/'])} {e('float')})",
                lambda: f"({e('int')} / {e('int')})",
                lambda: f"(-{e('float')})",
                lambda: f"abs({e('float')})",
                lambda: f"float({e('int')})",
                lambda: f"round({e('float')}, {pick(['0', '1', '2', '3'])})",
                lambda: f"{pick(['min', 'max'])}({e('float')}, {e('float')})",
                lambda: f"{e('list[float]')}[{e('int')}]",
                lambda: f"{e('tuple[int, float]')}[1]",
                lambda: f"sum({e('list[float]')}, 0.0)",
            ])()
        if kind == "bool":
            same = pick(["int", "float", "str", "list[int]", "tuple[str, int]", "set[int]", "dict[str, int]", "int | None"])
            ordered = pick(["int", "float", "str", "list[int]", "tuple[int, float]"])
            return pick([
                lambda: f"({e(ordered)} {pick(['<', '<=', '>', '>='])} {e(ordered)})",
                lambda: f"({e(same)} {pick(['==', '!='])} {e(same)})",
                lambda: f"({e('int')} < {e('float')})",
                lambda: f"({e('int')} <= {e('int')} < {e('int')})",
                lambda: f"({e('bool')} {pick(['and', 'or'])} {e('bool')})",
                lambda: f"(not {e(pick(['bool', 'int', 'str', 'list[int]', 'dict[str, int]']))})",
                lambda: f"({e('int')} in {e(pick(['list[int]', 'set[int]']))})",
                lambda: f"({e('str')} {pick(['in', 'not in'])} {e(pick(['str', 'list[str]', 'dict[str, int]']))})",
                lambda: f"({pick(self.variables('int | None'))} is {pick(['', 'not '])}None)"
                if self.variables("int | None")
                else e("bool"),
                lambda: f"{e('str')}.{pick(['startswith', 'endswith'])}({e('str')})",
                lambda: f"{e('str')}.{pick(['isdigit', 'isalpha', 'isupper', 'islower', 'isspace'])}()",
                lambda: f"{pick(['any', 'all'])}(n > {e('int')} for n in {e('list[int]')})",
                lambda: f"bool({e(pick(['int', 'float', 'str', 'list[str]']))})",
            ])()
        if kind == "str":
            shown = pick(["int", "float", "bool", "list[int]", "list[str]", "tuple[int, float]", "dict[str, int]", "str | None"])
            return pick([
                lambda: f"({e('str')} + {e('str')})",
                lambda: f"({e('str')} * {pick(['0', '1', '2', '3'])})",
                lambda: f"str({e(shown)})",
                lambda: f"repr({e(pick(['str', 'float', 'list[str]', 'tuple[str, int]']))})",
                lambda: "f\"{" + plain("int", INTS) + pick([":5d", ":<4", ":03d", ":+d", ":x", ":,", ""]) + "}|{" + plain("float", FLOATS) + pick([":.2f", ":8.3f", ":e", ":g", ":.1%", ""]) + "}\"",
                lambda: f"{e('str')}.{pick(['upper', 'lower', 'strip', 'title', 'capitalize', 'swapcase', 'lstrip'])}()",
                lambda: f"{e('str')}.replace({e('str')}, {e('str')})",
                lambda: f"{e('str')}[{e('int')}]",
                lambda: f"{e('str')}[{pick(['', e('int')])}:{pick(['', e('int')])}]",
                lambda: f"{e('str')}[::{pick(['-1', '2'])}]",
                lambda: f"{e('str')}.join({e('list[str]')})",
                lambda: f"{e('dict[int, str]')}.get({e('int')}, {e('str')})",
                lambda: f"{e('list[str]')}[{e('int')}]",
                lambda: f"{e('str')}.zfill({pick(['0', '3', '6'])})",
                lambda: f"{e('tuple[str, int]')}[0]",
            ])()
        if kind == "list[int]":
            return pick([
                lambda: f"[{e('int')}, {e('int')}]",
                lambda: f"({e(kind)} + {e(kind)})",
                lambda: f"sorted({e(pick([kind, 'set[int]']))}{pick(['', ', reverse=True'])})",
                lambda: f"{e(kind)}[{pick(['', e('int')])}:{pick(['', e('int')])}]",
                lambda: f"[n {pick(['+', '*', '-'])} {e('int')} for n in {e(kind)}]",
                lambda: f"[n for n in {e(kind)} if n {pick(['>', '!=', '<'])} {e('int')}]",
                lambda: f"[i * n for i, n in enumerate({e(kind)})]",
                lambda: f"[a - b for a, b in zip({e(kind)}, {e(kind)})]",
                lambda: f"list(range({pick(['0', '1', '-2'])}, {pick(['3', '5', '4'])}{pick(['', ', 2'])}))",
                lambda: f"list(reversed({e(kind)}))",
                lambda: f"[len(word) for word in {e('list[str]')}]",
                lambda: f"list({e('dict[str, int]')}.values())",
                lambda: f"({e(kind)} * {pick(['0', '1', '2'])})",
                lambda: f"[n for row in {e('list[list[int]]')} for n in row]",
            ])()
        if kind == "list[float]":
            return pick([
                lambda: f"[{e('float')}, {e('float')}]",
                lambda: f"[x {pick(['+', '*'])} {e('float')} for x in {e(kind)}]",
                lambda: f"[n / 4 for n in {e('list[int]')}]",
                lambda: f"{e(kind)}[{e('int')}:]",
            ])()
        if kind == "list[str]":
            return pick([
                lambda: f"[{e('str')}, {e('str')}]",
                lambda: f"{e('str')}.split({pick(['', repr(','), repr(' '), repr('a')])})",
                lambda: f"sorted({e(pick([kind, 'set[str]']))}{pick(['', ', key=len', ', reverse=True'])})",
                lambda: f"[word.upper() for word in {e(kind)}]",
                lambda: f"[word for word in {e(kind)} if {e('str')} in word]",
                lambda: f"list({e('str')})",
                lambda: f"[str(n) for n in {e('list[int]')}]",
                lambda: f"list({e('dict[str, int]')})",
                lambda: f"{e('str')}.splitlines()",
            ])()
        if kind == "list[list[int]]":
            return f"[{e('list[int]')}, {e('list[int]')}]" if depth % 2 else f"[[n, {e('int')}] for n in {e('list[int]')}]"
        if kind == "list[tuple[int, str]]":
            return pick([
                lambda: f"[({e('int')}, {e('str')})]",
                lambda: f"list(enumerate({e('list[str]')}))",
                lambda: f"list(zip({e('list[int]')}, {e('list[str]')}))",
                lambda: f"sorted({e(kind)})",
                lambda: f"list({e('dict[int, str]')}.items())",
            ])()
        if kind == "dict[str, int]":
            return pick([
                lambda: "{word: len(word) for word in " + e("list[str]") + "}",
                lambda: "{" + f"{e('str')}: {e('int')}, {e('str')}: {e('int')}" + "}",
                lambda: f"dict({e(kind)})",
            ])()
        if kind == "dict[int, str]":
            return pick([
                lambda: "{n: str(n) for n in " + e("list[int]") + "}",
                lambda: "{" + f"{e('int')}: {e('str')}" + "}",
            ])()
        if kind == "dict[str, list[int]]":
            return "{" + f"{e('str')}: {e('list[int]')}" + "}"
        if kind == "set[int]":
            return pick([
                lambda: f"set({e('list[int]')})",
                lambda: f"({e(kind)} {pick(['|', '&', '-', '^'])} {e(kind)})",
                lambda: "{n % 5 for n in " + e("list[int]") + "}",
            ])()
        if kind == "set[str]":
            return f"set({e('list[str]')})"
        if kind.startswith("tuple["):
            first, second = kind[6:-1].split(", ")
            return f"({e(first)}, {e(second)})"
        return self.literal(kind) if self.rng.random() < 0.3 else e(kind[:-7])

    # Statements

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def put(self, indent: int, line: str) -> None:
        self.lines.append("    " * indent + line)

    def block(self, indent: int, size: int) -> None:
        self.scopes.append({})
        before = len(self.lines)
        for _ in range(size):
            self.statement(indent)
        if len(self.lines) == before:
            self.put(indent, "pass")
        self.scopes.pop()

    def assignable(self, kinds: list[str]) -> list[tuple[str, str]]:
        return [
            (name, kind)
            for scope in self.scopes
            for name, kind in scope.items()
            if kind in kinds and name not in self.frozen
        ]

    def statement(self, indent: int) -> None:
        self.budget -= 1
        if self.budget < 0 or indent > 4:
            return self.declare(indent)
        pick = self.rng.choice
        kind = self.rng.random()
        if kind < 0.30:
            return self.declare(indent)
        if kind < 0.45:
            return self.change(indent)
        if kind < 0.62:
            self.put(indent, f"if {self.expr('bool', 2)}:")
            self.block(indent + 1, self.rng.randint(1, 2))
            if self.rng.random() < 0.3:
                self.put(indent, f"elif {self.expr('bool', 1)}:")
                self.block(indent + 1, 1)
            if self.rng.random() < 0.5:
                self.put(indent, "else:")
                self.block(indent + 1, self.rng.randint(1, 2))
            return
        if kind < 0.80 and self.loops < 2:
            return self.loop(indent)
        if kind < 0.86:
            self.put(indent, "try:")
            self.block(indent + 1, self.rng.randint(1, 2))
            errors = pick(["ValueError", "(KeyError, IndexError)", "ZeroDivisionError", "IndexError", "KeyError"])
            name = self.fresh("error")
            shown = self.rng.random() < 0.5
            self.put(indent, f"except {errors} as {name}:" if shown else f"except {errors}:")
            texts = self.assignable(["str"])
            if shown and texts:
                self.put(indent + 1, f"{pick(texts)[0]} = str({name})")
            self.block(indent + 1, 1)
            return
        if kind < 0.90:
            self.put(indent, f"if {self.expr('bool', 1)}:")
            error = pick(["ValueError", "KeyError", "IndexError", "RuntimeError"])
            self.put(indent + 1, f"raise {error}({self.expr('str', 1)})")
            return
        if kind < 0.95 and self.loops:
            self.put(indent, f"if {self.expr('bool', 1)}:")
            return self.put(indent + 1, pick(["break", "continue"]))
        self.put(indent, f"if {self.expr('bool', 1)}:")
        self.put(indent + 1, f"return {self.expr(self.result, 2)}")

    def declare(self, indent: int) -> None:
        kind = self.rng.choice(TYPES)
        value = self.expr(kind, 3)
        name = self.fresh("v")
        plain = kind in SCALARS and self.rng.random() < 0.5
        self.put(indent, f"{name} = {value}" if plain else f"{name}: {kind} = {value}")
        self.scopes[-1][name] = kind

    def change(self, indent: int) -> None:
        pick = self.rng.choice
        found = self.assignable(["int", "float", "str", "bool", "list[int]", "list[str]", "dict[str, int]", "set[int]"])
        if not found:
            return self.declare(indent)
        name, kind = pick(found)
        if kind == "int":
            return self.put(indent, f"{name} {pick(['+=', '-=', '=', '*=', '//=', '%='])} {self.expr('int', 2)}")
        if kind == "float":
            return self.put(indent, f"{name} {pick(['+=', '-=', '*=', '=', '/='])} {self.expr('float', 2)}")
        if kind == "str":
            return self.put(indent, f"{name} {pick(['+=', '='])} {self.expr('str', 2)}")
        if kind == "bool":
            return self.put(indent, f"{name} = {self.expr('bool', 2)}")
        if kind == "dict[str, int]":
            return self.put(indent, pick([
                f"{name}[{self.expr('str', 1)}] = {self.expr('int', 2)}",
                f"{name}.pop({self.expr('str', 1)}, None)",
                f"{name}.update({self.expr(kind, 1)})",
            ]))
        if kind == "set[int]":
            return self.put(indent, f"{name}.{pick(['add', 'discard'])}({self.expr('int', 1)})")
        item = item_of(kind)
        self.put(indent, pick([
            f"{name}.append({self.expr(item, 2)})",
            f"{name}[{self.expr('int', 1)}] = {self.expr(item, 2)}",
            f"{name}.extend({self.expr(kind, 1)})",
            f"{name}.sort()",
            f"{name}.insert({self.expr('int', 1)}, {self.expr(item, 1)})",
            f"{name}.reverse()",
            f"del {name}[{self.expr('int', 1)}]",
            f"{name}.pop()",
        ]))

    def loop(self, indent: int) -> None:
        pick = self.rng.choice
        self.loops += 1
        scope: dict[str, str] = {}
        form = self.rng.randrange(6)
        if form == 0:
            name = self.fresh("i")
            self.put(indent, f"for {name} in range({pick(['3', '4', '1, 4', '5, 0, -2'])}):")
            scope[name] = "int"
        elif form == 1:
            kind = pick(["list[int]", "list[str]", "list[float]"])
            name = self.fresh("item")
            self.put(indent, f"for {name} in {self.expr(kind, 1)}:")
            scope[name] = item_of(kind)
        elif form == 2:
            key, value = self.fresh("k"), self.fresh("w")
            self.put(indent, f"for {key}, {value} in {self.expr('dict[str, int]', 1)}.items():")
            scope |= {key: "str", value: "int"}
        elif form == 3:
            place, item = self.fresh("i"), self.fresh("item")
            self.put(indent, f"for {place}, {item} in enumerate({self.expr('list[str]', 1)}):")
            scope |= {place: "int", item: "str"}
        elif form == 4:
            name = self.fresh("c")
            self.put(indent, f"for {name} in {self.expr('str', 1)}:")
            scope[name] = "str"
        else:
            name = self.fresh("n")
            self.put(indent, f"{name} = {pick(['0', '1'])}")
            self.put(indent, f"while {name} < {pick(['3', '5'])}:")
            self.put(indent + 1, f"{name} += {pick(['1', '2'])}")
            scope[name] = "int"
        self.frozen |= scope.keys()
        self.scopes.append(scope)
        held = {name for outer in self.scopes[:-1] for name, kind in outer.items() if "[" in kind}
        fixed = held - self.frozen
        # A container that a loop goes over must not grow; which one that is, is not tracked.
        self.frozen |= fixed
        self.block(indent + 1, self.rng.randint(1, 3))
        self.frozen -= fixed
        self.scopes.pop()
        self.loops -= 1

    def write(self) -> tuple[list[str], tuple[str, list[str], str]]:
        """The lines of the function, and what calls of it need."""
        params = [(f"p{i}", self.rng.choice(TYPES)) for i in range(self.rng.randint(1, 3))]
        self.scopes[0] |= dict(params)
        signature = ", ".join(f"{name}: {kind}" for name, kind in params)
        for _ in range(self.rng.randint(1, 5)):
            self.statement(1)
        self.put(1, f"return {self.expr(self.result, 3)}")
        head = [f"def {self.name}({signature}) -> {self.result}:"]
        return head + self.lines, (self.name, [kind for _, kind in params], self.result)


def module(seed: int, count: int) -> str:
    """A module of random functions."""
    rng = random.Random(seed)
    known: list[tuple[str, list[str], str]] = []
    parts = [f'"""Random functions of seed {seed}."""\n\nfrom __future__ import annotations']
    for index in range(count):
        lines, signature = Function(rng, f"f{index}", known).write()
        parts.append("\n".join(lines))
        # Chains of calls stay short.
        if index % 4 == 0:
            known.append(signature)
            del known[:-6]
    return "\n\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(module(int(sys.argv[1]), int(sys.argv[2])))
