"""CPython's own syntax tree in the form of `src/python/dump.rs`, to compare the two.

usage: dump_ast.py OUTPUT_DIR [--places] FILE...   writes OUTPUT_DIR/<index>.txt, or <index>.error where CPython refuses
"""

import ast
import json
import os
import sys
import warnings

COMPARE = {"Eq": "Eq", "NotEq": "NotEq", "Lt": "Lt", "LtE": "LtEq", "Gt": "Gt", "GtE": "GtEq",
           "Is": "Is", "IsNot": "IsNot", "In": "In", "NotIn": "NotIn"}
BINARY = {"Add": "Add", "Sub": "Sub", "Mult": "Mul", "MatMult": "MatMul", "Div": "Div", "FloorDiv": "FloorDiv",
          "Mod": "Mod", "Pow": "Pow", "LShift": "LeftShift", "RShift": "RightShift", "BitOr": "BitOr",
          "BitXor": "BitXor", "BitAnd": "BitAnd"}
UNARY = {"Not": "Not", "USub": "Minus", "UAdd": "Plus", "Invert": "Invert"}


def word(op):
    return type(op).__name__


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def number(value):
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return mantissa + e + str(int(exponent)) if e else text


def last_statement(node):
    """Where a block ends in `;` CPython counts that to the block, we do not."""
    blocks = [getattr(node, field, None) for field in ("finalbody", "orelse", "handlers", "cases", "body")]
    blocks = [block for block in blocks if isinstance(block, list) and block]
    return last_statement(blocks[0][-1]) if blocks else node


class Dumper:
    def __init__(self, source, places):
        self.lines = []
        self.depth = 0
        self.places = places
        self.source = [line.encode() for line in source.replace("\r\n", "\n").replace("\r", "\n").split("\n")]

    def line(self, text, node=None):
        if self.places and node is not None:
            text += " " + self.place(node)
        self.lines.append("  " * self.depth + text)

    def column(self, line, offset):
        return len(self.source[line - 1][:offset].decode(errors="replace")) + 1

    def place(self, node):
        line, offset = node.lineno, node.col_offset
        if getattr(node, "decorator_list", None):
            line = node.decorator_list[0].lineno
        start = self.column(line, offset)
        last = last_statement(node)
        end = self.column(last.end_lineno, last.end_col_offset)
        return f"{line}:{start}-{last.end_lineno}:{end}"

    def inside(self, nodes):
        self.depth += 1
        for node in nodes:
            self.visit(node)
        self.depth -= 1

    def group(self, label, nodes):
        nodes = [node for node in nodes if node is not None]
        if nodes:
            self.line(label)
            self.inside(nodes)

    def visit(self, node):
        getattr(self, "visit_" + word(node))(node)

    def parts(self, node, text, children=()):
        self.line(text, node)
        self.inside(children)

    # statements

    def visit_Module(self, node):
        for statement in node.body:
            self.visit(statement)

    def visit_FunctionDef(self, node, prefix=""):
        self.line(f"{prefix}FunctionDef {node.name}", node)
        self.depth += 1
        self.group("decorators", node.decorator_list)
        self.group("type_params", getattr(node, "type_params", []))
        self.arguments(node.args)
        self.group("returns", [node.returns])
        self.group("body", node.body)
        self.depth -= 1

    def visit_AsyncFunctionDef(self, node):
        self.visit_FunctionDef(node, "async ")

    def visit_ClassDef(self, node):
        self.line(f"ClassDef {node.name}", node)
        self.depth += 1
        self.group("decorators", node.decorator_list)
        self.group("type_params", getattr(node, "type_params", []))
        self.group("bases", node.bases)
        for keyword in node.keywords:
            self.visit(keyword)
        self.group("body", node.body)
        self.depth -= 1

    def arguments(self, args):
        positional = [("PositionalOnly", arg) for arg in args.posonlyargs] + [("Positional", arg) for arg in args.args]
        defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
        for (kind, arg), default in zip(positional, defaults):
            self.parameter(kind, arg, default)
        if args.vararg:
            self.parameter("VarPositional", args.vararg, None)
        for arg, default in zip(args.kwonlyargs, args.kw_defaults):
            self.parameter("KeywordOnly", arg, default)
        if args.kwarg:
            self.parameter("VarKeyword", args.kwarg, None)

    def parameter(self, kind, arg, default):
        self.line(f"{kind} {arg.arg}")
        self.depth += 1
        self.group("annotation", [arg.annotation])
        self.group("default", [default])
        self.depth -= 1

    def type_param(self, node):
        self.line(f"{word(node)} {node.name}")
        self.depth += 1
        self.group("bound", [getattr(node, "bound", None)])
        self.group("default", [getattr(node, "default_value", None)])
        self.depth -= 1

    visit_TypeVar = visit_TypeVarTuple = visit_ParamSpec = type_param

    def visit_Return(self, node):
        self.parts(node, "Return", [node.value] if node.value else [])

    def visit_Delete(self, node):
        self.parts(node, "Delete", node.targets)

    def visit_Assign(self, node):
        self.parts(node, "Assign", node.targets + [node.value])

    def visit_AugAssign(self, node):
        self.parts(node, f"AugAssign {BINARY[word(node.op)]}", [node.target, node.value])

    def visit_AnnAssign(self, node):
        self.parts(node, "AnnAssign", [node.target, node.annotation])
        self.depth += 1
        self.group("value", [node.value])
        self.depth -= 1

    def visit_TypeAlias(self, node):
        self.line(f"TypeAlias {node.name.id}", node)
        self.depth += 1
        self.group("type_params", node.type_params)
        self.visit(node.value)
        self.depth -= 1

    def blocks(self, node, text, head):
        self.parts(node, text, head)
        self.depth += 1
        self.group("body", node.body)
        self.group("orelse", getattr(node, "orelse", []))
        self.depth -= 1

    def visit_For(self, node):
        self.blocks(node, "For", [node.target, node.iter])

    def visit_AsyncFor(self, node):
        self.blocks(node, "async For", [node.target, node.iter])

    def visit_While(self, node):
        self.blocks(node, "While", [node.test])

    def visit_If(self, node):
        self.blocks(node, "If", [node.test])

    def visit_With(self, node, prefix=""):
        self.blocks(node, prefix + "With", node.items)

    def visit_AsyncWith(self, node):
        self.visit_With(node, "async ")

    def visit_withitem(self, node):
        self.line("item")
        self.inside([node.context_expr] + ([node.optional_vars] if node.optional_vars else []))

    def visit_Match(self, node):
        self.parts(node, "Match", [node.subject] + node.cases)

    def visit_match_case(self, node):
        self.line("case")
        self.depth += 1
        self.visit(node.pattern)
        self.group("guard", [node.guard])
        self.group("body", node.body)
        self.depth -= 1

    def visit_Raise(self, node):
        self.parts(node, "Raise", [node.exc] if node.exc else [])
        self.depth += 1
        self.group("from", [node.cause])
        self.depth -= 1

    def visit_Try(self, node, suffix=""):
        self.line("Try" + suffix, node)
        self.depth += 1
        self.group("body", node.body)
        for handler in node.handlers:
            self.visit(handler)
        self.group("orelse", node.orelse)
        self.group("finally", node.finalbody)
        self.depth -= 1

    def visit_TryStar(self, node):
        self.visit_Try(node, " star")

    def visit_ExceptHandler(self, node):
        self.line("except " + node.name if node.name else "except")
        self.depth += 1
        if node.type:
            self.visit(node.type)
        self.group("body", node.body)
        self.depth -= 1

    def visit_Assert(self, node):
        self.parts(node, "Assert", [node.test] + ([node.msg] if node.msg else []))

    def visit_Import(self, node):
        self.parts(node, "Import", node.names)

    def visit_ImportFrom(self, node):
        self.parts(node, f"ImportFrom {'.' * node.level}{node.module or ''}", node.names)

    def visit_alias(self, node):
        self.line(f"alias {node.name}" + (f" as {node.asname}" if node.asname else ""))

    def visit_Global(self, node):
        self.parts(node, " ".join(["Global"] + node.names))

    def visit_Nonlocal(self, node):
        self.parts(node, " ".join(["Nonlocal"] + node.names))

    def visit_Expr(self, node):
        self.parts(node, "Expr", [node.value])

    def visit_Pass(self, node):
        self.parts(node, "Pass")

    def visit_Break(self, node):
        self.parts(node, "Break")

    def visit_Continue(self, node):
        self.parts(node, "Continue")

    # expressions

    def visit_Name(self, node):
        self.parts(node, f"Name {node.id}")

    def visit_Constant(self, node):
        value = node.value
        if value is None or value is ...:
            self.parts(node, "None" if value is None else "Ellipsis")
        elif isinstance(value, bool):
            self.parts(node, f"Bool {value}")
        elif isinstance(value, int):
            self.parts(node, f"Int {value}")
        elif isinstance(value, float):
            self.parts(node, f"Float {number(value)}")
        elif isinstance(value, complex):
            self.parts(node, f"Imaginary {number(value.imag)}")
        elif isinstance(value, bytes):
            self.parts(node, f"Bytes {value.hex()}")
        elif any("\ud800" <= c <= "\udfff" for c in value):
            self.parts(node, "Error")
        else:
            self.parts(node, f"Str {quoted(value)}")

    def visit_JoinedStr(self, node, name="FString"):
        values = [value for part in node.values for value in self.format_values(part)]
        if any(isinstance(v, ast.Constant) and any("\ud800" <= c <= "\udfff" for c in v.value) for v in values):
            self.parts(node, "Error")
            return
        self.line(name, node)
        self.depth += 1
        self.format_parts(values)
        self.depth -= 1

    def visit_TemplateStr(self, node):
        self.visit_JoinedStr(node, "TString")

    def format_values(self, part):
        return part.values if isinstance(part, ast.JoinedStr) else [part]

    def format_parts(self, values):
        literal = ""
        for value in values + [None]:
            if isinstance(value, ast.Constant):
                literal += value.value
                continue
            if literal:
                self.line(f"literal {quoted(literal)}")
            literal = ""
            if value is not None:
                self.field(value)

    def field(self, node):
        self.line("field" + (f"!{chr(node.conversion)}" if node.conversion >= 0 else ""))
        self.depth += 1
        places, self.places = self.places, self.places and sys.version_info >= (3, 12)
        self.visit(node.value)
        if node.format_spec and node.format_spec.values:
            self.line("spec")
            self.depth += 1
            self.format_parts(node.format_spec.values)
            self.depth -= 1
        self.places = places
        self.depth -= 1

    def visit_Tuple(self, node):
        self.parts(node, "Tuple", node.elts)

    def visit_List(self, node):
        self.parts(node, "List", node.elts)

    def visit_Set(self, node):
        self.parts(node, "Set", node.elts)

    def visit_Dict(self, node):
        self.line("Dict", node)
        self.depth += 1
        for key, value in zip(node.keys, node.values):
            if key is None:
                self.line("**")
            else:
                self.visit(key)
            self.visit(value)
        self.depth -= 1

    def visit_UnaryOp(self, node):
        self.parts(node, f"Unary {UNARY[word(node.op)]}", [node.operand])

    def visit_BinOp(self, node):
        self.parts(node, f"Binary {BINARY[word(node.op)]}", [node.left, node.right])

    def visit_BoolOp(self, node):
        self.parts(node, f"BoolOp {word(node.op)}", node.values)

    def visit_Compare(self, node):
        self.line("Compare", node)
        self.depth += 1
        self.visit(node.left)
        for op, comparator in zip(node.ops, node.comparators):
            self.line(COMPARE[word(op)])
            self.visit(comparator)
        self.depth -= 1

    def visit_IfExp(self, node):
        self.parts(node, "Conditional", [node.test, node.body, node.orelse])

    def visit_Call(self, node):
        self.parts(node, "Call", [node.func] + node.args + node.keywords)

    def visit_keyword(self, node):
        self.line(f"keyword {node.arg or '**'}")
        self.inside([node.value])

    def visit_Attribute(self, node):
        self.parts(node, f"Attribute {node.attr}", [node.value])

    def visit_Subscript(self, node):
        self.parts(node, "Subscript", [node.value, node.slice])

    def visit_Slice(self, node):
        self.line("Slice", node)
        self.depth += 1
        self.group("lower", [node.lower])
        self.group("upper", [node.upper])
        self.group("step", [node.step])
        self.depth -= 1

    def visit_Starred(self, node):
        self.parts(node, "Starred", [node.value])

    def visit_NamedExpr(self, node):
        self.parts(node, f"Named {node.target.id}", [node.value])

    def visit_Lambda(self, node):
        self.line("Lambda", node)
        self.depth += 1
        self.arguments(node.args)
        self.visit(node.body)
        self.depth -= 1

    def visit_ListComp(self, node):
        self.parts(node, "ListComp", [node.elt] + node.generators)

    def visit_SetComp(self, node):
        self.parts(node, "SetComp", [node.elt] + node.generators)

    def visit_GeneratorExp(self, node):
        self.parts(node, "Generator", [node.elt] + node.generators)

    def visit_DictComp(self, node):
        self.parts(node, "DictComp", [node.key, node.value] + node.generators)

    def visit_comprehension(self, node):
        self.line("async for" if node.is_async else "for")
        self.depth += 1
        self.visit(node.target)
        self.visit(node.iter)
        self.group("if", node.ifs)
        self.depth -= 1

    def visit_Await(self, node):
        self.parts(node, "Await", [node.value])

    def visit_Yield(self, node):
        self.parts(node, "Yield", [node.value] if node.value else [])

    def visit_YieldFrom(self, node):
        self.parts(node, "YieldFrom", [node.value])

    # patterns

    def visit_MatchValue(self, node):
        self.line("Value")
        self.inside([node.value])

    def visit_MatchSingleton(self, node):
        self.line("Value")
        self.depth += 1
        place = " " + self.place(node) if self.places else ""
        self.line(("None" if node.value is None else f"Bool {node.value}") + place)
        self.depth -= 1

    def visit_MatchSequence(self, node):
        self.line("Sequence")
        self.inside(node.patterns)

    def visit_MatchStar(self, node):
        self.line(f"Star {node.name or '_'}")

    def visit_MatchMapping(self, node):
        self.line("Mapping" + (f" {node.rest}" if node.rest else ""))
        self.inside([part for pair in zip(node.keys, node.patterns) for part in pair])

    def visit_MatchClass(self, node):
        self.line("Class")
        self.inside([node.cls] + node.patterns)
        self.depth += 1
        for name, pattern in zip(node.kwd_attrs, node.kwd_patterns):
            self.line(f"keyword {name}")
            self.inside([pattern])
        self.depth -= 1

    def visit_MatchAs(self, node):
        if node.pattern is None:
            self.line(f"Capture {node.name or '_'}")
        else:
            self.line(f"As {node.name}")
            self.inside([node.pattern])

    def visit_MatchOr(self, node):
        self.line("Or")
        self.inside(node.patterns)


def main():
    output, *files = sys.argv[1:]
    places = "--places" in files
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore")
    for index, path in enumerate(file for file in files if file != "--places"):
        with open(path, "rb") as file:
            content = file.read()
        try:
            source = content.decode("utf-8-sig")
            dumper = Dumper(source, places)
            dumper.visit(ast.parse(source))
            name, text = f"{index}.txt", "".join(line + "\n" for line in dumper.lines)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            name, text = f"{index}.error", f"{type(error).__name__}: {error}\n"
        with open(os.path.join(output, name), "w", encoding="utf-8", newline="") as file:
            file.write(text)


if __name__ == "__main__":
    main()
