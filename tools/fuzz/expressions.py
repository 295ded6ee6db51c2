"""Random expressions of a wanted type, for `generate.py`."""

from __future__ import annotations

import random
import re

SCALARS = ["int", "float", "bool", "str"]
LISTS = ["list[int]", "list[float]", "list[str]", "list[list[int]]", "list[tuple[int, str]]"]
DICTS = ["dict[str, int]", "dict[int, str]", "dict[str, list[int]]", "dict[str, dict[str, int]]", "dict[tuple[int, str], float]"]
TYPES = SCALARS * 2 + LISTS + DICTS + [
    "set[int]", "set[str]", "tuple[int, float]", "tuple[str, int]", "tuple[int, int, str]", "int | None", "str | None",
]
INTS = ["0", "1", "2", "3", "-1", "5", "7", "10", "-3", "16", "100"]
FLOATS = ["0.0", "1.0", "0.5", "-1.5", "2.25", "0.1", "1e3", "-0.0", "3.75"]
TEXTS = ["''", "'a'", "'b, c'", "'x y'", "'äß'", "'Abc'", "'%'", "'12'", "'\\n'"]


def parts_of(kind: str) -> list[str]:
    """The types between the brackets of a type: `dict[str, list[int]]` has `str` and `list[int]`."""
    inner, parts, depth = kind[kind.index("[") + 1:-1], [""], 0
    for letter in inner:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def item_of(kind: str) -> str | None:
    """The element type of a list or set."""
    return parts_of(kind)[0] if kind.startswith(("list[", "set[")) else None


class Made:
    """A class that was written: its fields and methods."""

    def __init__(self, name: str, fields: list[tuple[str, str]], fixed: bool) -> None:
        self.name = name
        self.fields = fields
        self.fixed = fixed
        self.methods: list[tuple[str, list[str], str]] = []


class Expressions:
    """Writes expressions from what is in scope."""

    def __init__(self, rng: random.Random, known: list[tuple[str, list[str], str]], classes: list[Made]) -> None:
        self.rng = rng
        self.known = known
        self.classes = {made.name: made for made in classes}
        self.scopes: list[dict[str, str]] = [{}]

    def own(self, kind: str, depth: int = 3) -> str:
        """An expression whose value nobody else knows: bound to a second name, it would mostly be refused."""
        found = self.expr(kind, depth)
        if "[" not in kind or kind.startswith("tuple[") or self.rng.random() < 0.03 or re.match(r"[\[{]", found):
            return found
        if kind.startswith("dict["):
            key, value = parts_of(kind)
            inner = {"list": "list(held)", "dict": "dict(held)"}.get(value.split("[")[0])
            return f"{{key: {inner} for key, held in {found}.items()}}" if inner else f"dict({found})"
        head = kind.split("[")[0]
        return f"[list(held) for held in {found}]" if kind.startswith("list[list") else f"{head}({found})"

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
                return f"{name}({', '.join(self.own(param, depth - 2) for param in params)})"
        if self.classes and self.rng.random() < 0.1:
            called = self.method_call(kind, depth)
            if called:
                return called
        if self.rng.random() < 0.08:
            test = self.expr("bool", depth - 1)
            return f"({self.expr(kind, depth - 1)} if {test} else {self.expr(kind, depth - 1)})"
        return self.compound(kind, depth - 1)

    def method_call(self, kind: str, depth: int) -> str | None:
        """A call of a method that gives the wanted type, on a variable."""
        found = [
            (variable, name, params)
            for made in self.classes.values()
            for name, params, result in made.methods
            if result == kind
            for variable in self.variables(made.name)
        ]
        if not found:
            return None
        variable, name, params = self.rng.choice(found)
        return f"{variable}.{name}({', '.join(self.own(param, depth - 2) for param in params)})"

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
        if kind in self.classes:
            return f"{kind}({', '.join(self.literal(field) for _, field in self.classes[kind].fields)})"
        if kind.startswith("tuple["):
            return f"({', '.join(self.literal(part) for part in parts_of(kind))})"
        if item := item_of(kind):
            size = self.rng.randint(1, 3)
            items = ", ".join(self.literal(item) for _ in range(size))
            return f"{{{items}}}" if kind.startswith("set[") else f"[{items}]"
        key, value = parts_of(kind)
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
                lambda: f"{pick(['min', 'max'])}({e('list[int]')}, default={pick(INTS)})",
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
                lambda: f"{e('tuple[int, int, str]')}[{pick(['0', '1'])}]",
                lambda: f"len({e(pick(DICTS))})",
                lambda: f"sum({e('dict[str, int]')}.values())",
                lambda: f"sum(len(row) for row in {e('dict[str, list[int]]')}.values())",
                lambda: f"{e('dict[str, dict[str, int]]')}.get({e('str')}, {{}}).get({e('str')}, {pick(INTS)})",
                lambda: f"{pick(['min', 'max'])}({e('list[str]')}, key=len, default='').count({e('str')})",
                lambda: f"len({pick(['min', 'max'])}({e('list[list[int]]')}, key=lambda row: (len(row), sum(row)), default=[]))",
                lambda: f"int({e('str')})",
                lambda: f"{e('list[str]')}.index({e('str')})",
                lambda: f"sum({e('int')} for n in range({pick(['3', '4'])}) for m in range(n) if (n + m) % 2 == {pick(['0', '1'])})",
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
                lambda: f"float({e('str')})",
                lambda: f"{e('dict[tuple[int, str], float]')}.get(({e('int')}, {e('str')}), {e('float')})",
                lambda: f"max({e('list[float]')}, default={pick(FLOATS)})",
                lambda: f"sum(x * x for x in {e('list[float]')})",
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
                lambda: f"({e('tuple[int, str]')} in {e(pick(['dict[tuple[int, str], float]', 'list[tuple[int, str]]']))})",
                lambda: f"{e('set[int]')}.{pick(['issubset', 'isdisjoint', 'issuperset'])}({e('set[int]')})",
                lambda: f"(({e('int')}) == ({e('int')}) != {e('int')})",
                lambda: f"{pick(['any', 'all'])}(word.{pick(['isdigit', 'islower'])}() and {e('bool')} for word in {e('list[str]')})",
                lambda: f"{pick(['any', 'all'])}(n > {e('int')} for n in {e('list[int]')})",
                lambda: f"bool({e(pick(['int', 'float', 'str', 'list[str]']))})",
            ])()
        if kind == "str":
            filled = pick(["", ", '*'"])
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
                lambda: f"{e('tuple[int, int, str]')}[2]",
                lambda: f"'{pick(['%d-%s', '%s/%s', '%5d|%-4s'])}' % ({e('int')}, {e('str')})",
                lambda: f"'{pick(['{}-{}', '{0}/{1}', '{:>3}|{:<4}', '{1}{0}'])}'.format({e('int')}, {e('str')})",
                lambda: f"{e('str')}.{pick(['ljust', 'rjust', 'center'])}({pick(['0', '4', '7'])}{filled})",
                lambda: f"{e('str')}.{pick(['removeprefix', 'removesuffix', 'strip', 'lstrip', 'rstrip'])}({e('str')})",
                lambda: f"', '.join(f'{{name}}={{count}}' for name, count in sorted({e('dict[str, int]')}.items()))",
                lambda: f"''.join(reversed({e('str')}))",
                lambda: f"{pick(['min', 'max'])}({e('list[str]')}, key=lambda word: (len(word), word), default={pick(TEXTS)})",
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
                lambda: f"[n for row in {e('dict[str, list[int]]')}.values() for n in row if n {pick(['>', '!='])} {e('int')}]",
                lambda: f"{e('dict[str, list[int]]')}.get({e('str')}, [])",
                lambda: f"[*{e(kind)}, {e('int')}]",
                lambda: f"[max(a, b) for a, b in zip({e(kind)}, {e(kind)}[1:])]",
                lambda: f"[sum(row) for row in {e('list[list[int]]')} if row]",
                lambda: f"sorted({e(kind)}, key=lambda n: {pick(['-n', 'n % 3', '(n % 2, -n)', 'abs(n)'])})",
                lambda: f"[n if n > {e('int')} else {e('int')} for n in {e(kind)}]",
                lambda: f"[{e('int')} for _ in range({pick(['2', '3'])})]",
                lambda: f"{e(kind)}[::{pick(['-1', '2', '-2'])}]",
                lambda: f"[ord(c) - {pick(['97', '0'])} for c in {e('str')}]",
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
                lambda: f"sorted({e(pick([kind, 'set[str]']))}{pick(['', ', reverse=True'])})",
                lambda: f"sorted({e(kind)}, key={pick(['len', 'str.lower', 'lambda word: (len(word), word)', 'lambda word: -len(word)'])})",
                lambda: f"{e(kind)}[{pick(['', e('int')])}:{pick(['', e('int')])}:{pick(['-1', '2'])}]",
                lambda: f"[name for name, count in {e('dict[str, int]')}.items() if count {pick(['>', '<='])} {e('int')}]",
                lambda: "[f'{i}:{word}' for i, word in enumerate(" + e(kind) + ", " + pick(["0", "1"]) + ")]",
                lambda: f"[word * n for n, word in zip({e('list[int]')}, {e(kind)}) if n < 5]",
                lambda: f"[word for _, word in sorted({e('list[tuple[int, str]]')}, key=lambda pair: {pick(['pair[0]', '-pair[0]', '(pair[1], pair[0])'])})]",
                lambda: f"{e('str')}.{pick(['rsplit', 'split'])}({pick([repr(' '), repr(',')])}, {pick(['1', '2'])})",
                lambda: f"[{e('str')}, *{e(kind)}]",
                lambda: f"[word.upper() for word in {e(kind)}]",
                lambda: f"[word for word in {e(kind)} if {e('str')} in word]",
                lambda: f"list({e('str')})",
                lambda: f"[str(n) for n in {e('list[int]')}]",
                lambda: f"list({e('dict[str, int]')})",
                lambda: f"{e('str')}.splitlines()",
            ])()
        if kind == "list[list[int]]":
            return f"[{self.own('list[int]', depth)}, {self.own('list[int]', depth)}]" if depth % 2 else f"[[n, {e('int')}] for n in {e('list[int]')}]"
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
                lambda: f"dict(zip({e('list[str]')}, {e('list[int]')}))",
                lambda: "{name: count + 1 for name, count in " + e(kind) + ".items() if count < " + e("int") + "}",
                lambda: "{c: i for i, c in enumerate(" + e("str") + ")}",
                lambda: "{**" + e(kind) + f", {e('str')}: {e('int')}" + "}",
                lambda: "{name: sum(row) for name, row in " + e("dict[str, list[int]]") + ".items()}",
                lambda: f"{e('dict[str, dict[str, int]]')}.get({e('str')}, {{}})",
            ])()
        if kind == "dict[int, str]":
            return pick([
                lambda: "{n: str(n) for n in " + e("list[int]") + "}",
                lambda: "{" + f"{e('int')}: {e('str')}" + "}",
                lambda: "{count: name for name, count in " + e("dict[str, int]") + ".items()}",
                lambda: f"dict(enumerate({e('list[str]')}))",
                lambda: f"dict({e('list[tuple[int, str]]')})",
            ])()
        if kind == "dict[str, list[int]]":
            return pick([
                lambda: "{" + f"{e('str')}: {self.own('list[int]', depth)}" + "}",
                lambda: "{word: [" + e("int") + ", len(word)] for word in " + e("list[str]") + "}",
                lambda: "{word: [] for word in " + e("list[str]") + "}",
            ])()
        if kind == "dict[str, dict[str, int]]":
            return pick([
                lambda: "{" + f"{e('str')}: {self.own('dict[str, int]', depth)}" + "}",
                lambda: "{word: {} for word in " + e("list[str]") + "}",
                lambda: "{word: {c: word.count(c) for c in word} for word in " + e("list[str]") + "}",
            ])()
        if kind == "dict[tuple[int, str], float]":
            return pick([
                lambda: "{" + f"{e('tuple[int, str]')}: {e('float')}" + "}",
                lambda: "{(n, word): n / 2 for n, word in " + e("list[tuple[int, str]]") + "}",
            ])()
        if kind == "set[int]":
            return pick([
                lambda: f"set({e('list[int]')})",
                lambda: f"({e(kind)} {pick(['|', '&', '-', '^'])} {e(kind)})",
                lambda: "{n % 5 for n in " + e("list[int]") + "}",
            ])()
        if kind == "set[str]":
            return pick([
                lambda: f"set({e('list[str]')})",
                lambda: f"({e(kind)} {pick(['|', '&', '-'])} {e(kind)})",
                lambda: "{word." + pick(["lower", "strip"]) + "() for word in " + e("list[str]") + "}",
                lambda: f"set({e('dict[str, int]')})",
            ])()
        if kind.startswith("tuple["):
            return f"({', '.join(e(part) for part in parts_of(kind))})"
        if kind in self.classes:
            return f"{kind}({', '.join(self.own(field, depth) for _, field in self.classes[kind].fields)})"
        return self.literal(kind) if self.rng.random() < 0.3 else e(kind[:-7])
