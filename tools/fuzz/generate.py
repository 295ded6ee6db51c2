#!/usr/bin/env python3
"""Writes random typed Python modules over the subset that pivot translates.

    generate.py SEED COUNT > module.py

The same seed gives the same module, whatever the version of Python. Every function has annotated parameters and
result, ends (loops are over small things or count a bounded counter), and has no effect outside itself; it may raise.
Some modules begin with classes, whose methods and objects the functions use.
"""

from __future__ import annotations

import random
import sys

from expressions import INTS, SCALARS, TYPES, Expressions, Made, item_of, parts_of

ERRORS = ["ValueError", "(KeyError, IndexError)", "ZeroDivisionError", "IndexError", "KeyError", "(ValueError, TypeError)"]


class Function(Expressions):
    """One function in the making."""

    def __init__(
        self, rng: random.Random, name: str, known: list[tuple[str, list[str], str]], classes: list[Made]
    ) -> None:
        super().__init__(rng, known, classes)
        self.name = name
        self.lines: list[str] = []
        self.count = 0
        self.result = rng.choice(TYPES)
        self.frozen: set[str] = set()
        self.loops = 0
        self.budget = rng.randint(4, 14)

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
            return self.attempt(indent)
        if kind < 0.90:
            self.put(indent, f"if {self.expr('bool', 1)}:")
            error = pick(["ValueError", "KeyError", "IndexError", "RuntimeError"])
            self.put(indent + 1, f"raise {error}({self.expr('str', 1)})")
            return
        if kind < 0.95 and self.loops:
            self.put(indent, f"if {self.expr('bool', 1)}:")
            return self.put(indent + 1, pick(["break", "continue"]))
        self.put(indent, f"if {self.expr('bool', 1)}:")
        self.put(indent + 1, f"return {self.own(self.result, 2)}")

    def attempt(self, indent: int) -> None:
        """`try` with what may follow it."""
        pick = self.rng.choice
        self.put(indent, "try:")
        self.block(indent + 1, self.rng.randint(1, 2))
        ends = self.rng.random() < 0.15
        handlers = 0 if ends and self.rng.random() < 0.4 else self.rng.randint(1, 2)
        for errors in self.rng.sample(ERRORS, handlers):
            name = self.fresh("error")
            shown = self.rng.random() < 0.5
            self.put(indent, f"except {errors} as {name}:" if shown else f"except {errors}:")
            texts = self.assignable(["str"])
            if shown and texts:
                self.put(indent + 1, f"{pick(texts)[0]} = str({name})")
            self.block(indent + 1, 1)
            if self.rng.random() < 0.1:
                self.put(indent + 1, pick(["raise", f"raise RuntimeError({self.expr('str', 1)})"]))
        if handlers and self.rng.random() < 0.2:
            self.put(indent, "else:")
            self.block(indent + 1, 1)
        if ends:
            self.put(indent, "finally:")
            loops, self.loops = self.loops, 0
            self.scopes.append({})
            self.change(indent + 1)
            self.scopes.pop()
            self.loops = loops

    def declare(self, indent: int) -> None:
        form = self.rng.random()
        if form < 0.06:
            return self.unpack(indent)
        if form < 0.12 and indent == 1:
            return self.closure(indent)
        kind = self.rng.choice(TYPES + list(self.classes) * 3)
        value = self.own(kind, 3)
        name = self.fresh("v")
        plain = kind in SCALARS and self.rng.random() < 0.5
        self.put(indent, f"{name} = {value}" if plain else f"{name}: {kind} = {value}")
        self.bind(name, kind)

    def bind(self, name: str, kind: str) -> None:
        """A variable in scope, with its fields where it is an object."""
        self.scopes[-1][name] = kind
        if kind in self.classes:
            for field, own in self.classes[kind].fields:
                self.scopes[-1][f"{name}.{field}"] = own
                if self.classes[kind].fixed:
                    self.frozen.add(f"{name}.{field}")

    def unpack(self, indent: int) -> None:
        """Several names at once."""
        first, second, third = self.fresh("u"), self.fresh("u"), self.fresh("u")
        form = self.rng.randrange(4)
        if form == 0:
            self.put(indent, f"{first}, {second} = {self.expr('tuple[int, float]', 2)}")
            return self.scopes[-1].update({first: "int", second: "float"})
        if form == 1:
            self.put(indent, f"{first}, *{second} = {self.expr('list[int]', 2)}")
            return self.scopes[-1].update({first: "int", second: "list[int]"})
        if form == 2:
            self.put(indent, f"{first}, {second}, {third} = {self.expr('str', 1)}, {self.expr('int', 2)}, {self.expr('bool', 2)}")
            return self.scopes[-1].update({first: "str", second: "int", third: "bool"})
        self.put(indent, f"{first}, _, {second} = {self.expr('str', 1)}.partition({self.rng.choice([repr(','), repr(' ')])})")
        return self.scopes[-1].update({first: "str", second: "str"})

    def closure(self, indent: int) -> None:
        """A function inside, which reads what is around it and is called at once or later."""
        pick = self.rng.choice
        name, param = self.fresh("g"), self.fresh("q")
        kind, result = pick(["int", "str", "float"]), pick(["int", "str", "list[int]"])
        default = f" = {self.literal(kind)}" if self.rng.random() < 0.3 else ""
        self.put(indent, f"def {name}({param}: {kind}{default}) -> {result}:")
        self.scopes.append({param: kind})
        frozen, loops = set(self.frozen), self.loops
        # What is around is read, not given other values.
        self.frozen |= {one for scope in self.scopes[:-1] for one in scope}
        wanted, self.result, self.loops = self.result, result, 0
        for _ in range(self.rng.randint(0, 2)):
            self.statement(indent + 1)
        self.put(indent + 1, f"return {self.own(result, 2)}")
        self.result, self.loops, self.frozen = wanted, loops, frozen
        self.scopes.pop()
        used = self.fresh("v")
        self.put(indent, f"{used} = {name}({'' if default and self.rng.random() < 0.5 else self.own(kind, 2)})")
        self.scopes[-1][used] = result

    def change(self, indent: int) -> None:
        pick = self.rng.choice
        found = self.assignable([
            "int", "float", "str", "bool", "list[int]", "list[str]", "list[list[int]]", "dict[str, int]", "set[int]",
            "dict[str, list[int]]", "dict[str, dict[str, int]]", "dict[int, str]",
        ])
        if not found:
            return self.declare(indent)
        name, kind = pick(found)
        text = self.expr("str", 1)
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
                f"{name}[{self.expr('str', 1)}] += {self.expr('int', 1)}",
                f"del {name}[{self.expr('str', 1)}]",
                f"{name}[{text}] = {name}.get({text}, 0) + 1",
                f"{name}.setdefault({self.expr('str', 1)}, {self.expr('int', 1)})",
            ]))
        if kind == "dict[int, str]":
            return self.put(indent, pick([
                f"{name}[{self.expr('int', 1)}] = {self.expr('str', 2)}",
                f"{name}[{self.expr('int', 1)}] += {self.expr('str', 1)}",
            ]))
        if kind == "dict[str, list[int]]":
            return self.put(indent, pick([
                f"{name}.setdefault({self.expr('str', 1)}, []).append({self.expr('int', 2)})",
                f"{name}[{self.expr('str', 1)}].append({self.expr('int', 2)})",
                f"{name}[{self.expr('str', 1)}] = {self.own('list[int]', 2)}",
                f"{name}[{self.expr('str', 1)}][{pick(['0', '-1'])}] += {self.expr('int', 1)}",
            ]))
        if kind == "dict[str, dict[str, int]]":
            return self.put(indent, pick([
                f"{name}.setdefault({self.expr('str', 1)}, {{}})[{self.expr('str', 1)}] = {self.expr('int', 2)}",
                f"{name}[{self.expr('str', 1)}][{self.expr('str', 1)}] = {self.expr('int', 2)}",
                f"{name}[{self.expr('str', 1)}] = {self.own('dict[str, int]', 2)}",
            ]))
        if kind == "list[list[int]]":
            return self.put(indent, pick([
                f"{name}.append({self.own('list[int]', 2)})",
                f"{name}[{self.expr('int', 1)}].append({self.expr('int', 2)})",
                f"{name}[{self.expr('int', 1)}][{self.expr('int', 1)}] = {self.expr('int', 2)}",
                f"{name}[{self.expr('int', 1)}] = {self.own('list[int]', 2)}",
                f"{name}.sort(key=lambda row: (len(row), sum(row)))",
            ]))
        if kind == "set[int]":
            return self.put(indent, f"{name}.{pick(['add', 'discard'])}({self.expr('int', 1)})")
        item = item_of(kind)
        self.put(indent, pick([
            f"{name}.append({self.expr(item, 2)})",
            f"{name}[{self.expr('int', 1)}:{self.expr('int', 1)}] = {self.expr(kind, 1)}",
            f"{name}[0], {name}[-1] = {name}[-1], {name}[0]",
            f"{name}[{pick(['0', '-1'])}] += {self.expr(item, 1)}",
            f"{name}.remove({self.expr(item, 1)})",
            f"{name}.pop({pick(['0', '-1', '1'])})",
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
        form = self.rng.randrange(10)
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
        elif form == 5:
            first, second = self.fresh("a"), self.fresh("b")
            self.put(indent, f"for {first}, {second} in zip({self.expr('list[int]', 1)}, {self.expr('list[str]', 1)}):")
            scope |= {first: "int", second: "str"}
        elif form == 6:
            key, row = self.fresh("k"), self.fresh("row")
            self.put(indent, f"for {key}, {row} in {self.expr('dict[str, list[int]]', 1)}.items():")
            scope |= {key: "str", row: "list[int]"}
        elif form == 7:
            number, text = self.fresh("n"), self.fresh("t")
            self.put(indent, f"for {number}, {text} in sorted({self.expr('list[tuple[int, str]]', 1)}{pick(['', ', reverse=True'])}):")
            scope |= {number: "int", text: "str"}
        elif form == 8:
            row = self.fresh("row")
            self.put(indent, f"for {row} in {self.expr('list[list[int]]', 1)}:")
            scope[row] = "list[int]"
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
        if self.rng.random() < 0.1:
            self.put(indent, "else:")
            self.block(indent + 1, 1)

    def write(self, params: list[tuple[str, str]] | None = None) -> tuple[list[str], tuple[str, list[str], str]]:
        """The lines of the function, and what calls of it need."""
        kinds = TYPES + list(self.classes) * 2
        own = params is None
        if own:
            params = [(f"p{i}", self.rng.choice(kinds)) for i in range(self.rng.randint(1, 3))]
            for name, kind in params:
                self.bind(name, kind)
        signature = ", ".join(name if name == "self" else f"{name}: {kind}" for name, kind in params)
        if own and params[-1][1] in SCALARS and self.rng.random() < 0.15:
            signature += f" = {self.literal(params[-1][1])}"
        for _ in range(self.rng.randint(1, 5)):
            self.statement(1)
        self.put(1, f"return {self.own(self.result, 3)}")
        head = [f"def {self.name}({signature}) -> {self.result}:"]
        return head + self.lines, (self.name, [kind for name, kind in params if name != "self"], self.result)


FIELDS = ["int", "float", "str", "bool", "list[int]", "list[str]", "dict[str, int]", "tuple[str, int]"]


def a_class(rng: random.Random, name: str) -> tuple[str, Made]:
    """The text of a class with its methods, and what functions need to know of it."""
    fields = [(f"x{i}", rng.choice(FIELDS)) for i in range(rng.randint(1, 4))]
    form = rng.choice(["data", "data", "frozen", "order", "plain"])
    made = Made(name, fields, form == "frozen")
    if form in ("frozen", "order"):
        made.fields = fields = [(field, kind) for field, kind in fields if kind in SCALARS] or [("x0", "int")]
    if form == "plain":
        lines = [f"class {name}:", f"    def __init__(self, {', '.join(f'{field}: {kind}' for field, kind in fields)}) -> None:"]
        lines += [f"        self.{field} = {field}" for field, _ in fields]
    else:
        option = {"data": "", "frozen": "(frozen=True)", "order": "(order=True)"}[form]
        lines = [f"@dataclass{option}", f"class {name}:"] + [f"    {field}: {kind}" for field, kind in fields]
    for index in range(rng.randint(1, 3)):
        method = Function(rng, f"m{index}", [], [])
        param = [("q0", rng.choice(["int", "str", "float", "list[int]"]))] if rng.random() < 0.7 else []
        for field, kind in fields:
            method.scopes[0][f"self.{field}"] = kind
        if made.fixed:
            method.frozen |= set(method.scopes[0])
        method.scopes[0] |= dict(param)
        text, signature = method.write([("self", name), *param])
        lines += ["", *("    " + line for line in text)]
        made.methods.append(signature)
    return "\n".join(lines), made


def module(seed: int, count: int) -> str:
    """A module of random functions."""
    rng = random.Random(seed)
    known: list[tuple[str, list[str], str]] = []
    parts = [f'"""Random functions of seed {seed}."""\n\nfrom __future__ import annotations\n\nfrom dataclasses import dataclass']
    classes: list[Made] = []
    for index in range(count // 20):
        text, made = a_class(rng, f"C{index}")
        parts.append(text)
        classes.append(made)
    for index in range(count):
        some = rng.sample(classes, min(2, len(classes))) if rng.random() < 0.3 else []
        lines, signature = Function(rng, f"f{index}", known, some).write()
        parts.append("\n".join(lines))
        # Chains of calls stay short, and are of types that every function knows.
        if index % 4 == 0 and not any(kind.startswith("C") for kind in signature[1]):
            known.append(signature)
            del known[:-6]
    return "\n\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(module(int(sys.argv[1]), int(sys.argv[2])))
