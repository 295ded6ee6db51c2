//! Equal to the tolerant parser, places included, wherever it does not give up; and it gives up where that one speaks.

use crate::python::ast::Module;
use crate::python::dump::dump;
use crate::source::{FileId, SourceFile};

fn quick(text: &str) -> Option<Module> {
    super::parse(&SourceFile::new(FileId(0), "m.py", "m", text))
}

/// What differs, if anything; `None` also where the quick one gave up.
fn difference(text: &str) -> Option<String> {
    let file = SourceFile::new(FileId(0), "m.py", "m", text);
    let ours = dump(&super::parse(&file)?, Some(&file));
    let (module, problems) = crate::python::tolerant(&file);
    if let Some(first) = problems.first() {
        return Some(format!("said nothing of: {}", first.message));
    }
    let theirs = dump(&module, Some(&file));
    let mut lines = ours.lines().zip(theirs.lines());
    match lines.find(|(ours, theirs)| ours != theirs) {
        Some((ours, theirs)) => Some(format!("{} | tolerant: {}", ours.trim(), theirs.trim())),
        None => (ours.len() != theirs.len()).then(|| "length".to_string()),
    }
}

#[test]
fn common_code_is_read_and_read_alike() {
    let wrong = |text: &&&str| quick(text).is_none() || difference(text).is_some();
    let wrong: Vec<_> = COMMON.iter().filter(wrong).map(|text| (text, difference(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn it_gives_up_where_there_is_something_to_say() {
    let read: Vec<_> = DOUBTFUL.iter().filter(|text| quick(text).is_some()).collect();
    assert!(read.is_empty(), "{read:#?}");
}

const COMMON: &[&str] = &[
    "",
    "# nothing\n\n",
    "x = 1",
    "a = b = 1; c: int = 2\nd: str\na += 1; a //= 2; a **= 3; a <<= 1; a @= b\n",
    "x, = y,\n(a, b), *c = *d, e\n[q, r] = s\nx.y[0] = 1\n",
    "x = (1 + 2) * -3 ** -x ** 2 // ~4 % 5 @ 6 << 1 >> 2 & 3 ^ 4 | 5\n",
    "x = not a and b or (c and d) and not (e or f)\n",
    "x = a < b <= c != d is not e not in f in g is h == i > j >= k\n",
    "x = a if b else c if d else (e)\ny = (a) if (b) else (c if d else e)\n",
    "f = lambda: 0\ng = lambda a, *b, c=1, **d: (a)\nh = lambda a, /, b=2, *, c: a\n",
    "f(a, *b, c=1, **d)\nf(x for x in y)\nf((x for x in y), 1)\nf(a, k=1, *b,)\nf()(1)(a.b)[c](d)\n",
    "(a).b((c)).d\n((a + b)).c\n(a, b)[0]\n(a)(b)\n",
    "x[1], x[1:2], x[:], x[::2], x[1:], x[:2], x[1:2:3], x[a, b], x[a,], x[1:2, ::3], x[(a)], x[()], x[...]\n",
    "[x for x in y if x if not y for (a, b), c in z]\n{x for x in y}\n{a: b for a, b in c}\n(x for x in y)\n",
    "[*a, b]\n{*a, b}\n{**a, 'b': 1, **c}\n{}\n[]\n()\n{1: 2,}\n{1,}\n(1,)\n",
    "0x1F, 0o7, 0b1, 1_000, 1., .5, 1e5, 1.5E-3j, 10j, 99999999999999999999\n",
    "'a' \"b\" r'\\d' u'c'\nb'x\\x00' rb'\\d'\n'''a\n'b' ''\\''''\n\"\"\"é\"\"\"\n'\\N{BULLET}\\u00e9'\n",
    "f'a{x}b{y!r}c{z:>{w}.2f}{{}}' 'plain' f\"{d['k']}{a == b}{f(x=1)}{(lambda: 1)()}\"\nrf'\\d{x}'\n",
    "f'{x, y}{x if y else z}{a != b}{a <= b}{ x }{x.y[1:2]}'\n",
    "def f(a, b: int = 1, /, c=2, *d: str, e, f=3, **g: dict) -> list[int]:\n    return\n",
    "def f(*, a): pass\ndef g(*a): return a, *a\ndef h(a,): yield\n",
    "def f():\n    x = yield\n    y = yield x, 1\n    yield from y\n    z = (yield)\n    await_ = 1\n    return (yield x)\n",
    "async def f():\n    async with a as b, c: pass\n    async for x in y: await x\n    else: pass\n    return [await z async for z in w]\n",
    "@a.b(c)\n@d\ndef f():\n    'doc'\n\n@e\nclass C(A, metaclass=M, **k):\n    x = 1\n    def g(self): ...\n@a\nasync def h(): pass\n",
    "class C: pass\nclass D():\n\tx: int\n\tdef f(self):\n\t\tnonlocal_ = 1\n",
    "if a:\n    b\nelif c:\n    d\nelif (e := f()):\n    g\nelse:\n    h\n",
    "for x, in y: pass\nfor (a, b), *c in d, e:\n    break\nelse:\n    pass\nwhile (x := 1): continue\n",
    "try:\n    a\nexcept (B, C) as d:\n    e\nexcept F:\n    raise G from h\nexcept:\n    raise\nelse:\n    i\nfinally:\n    j\n",
    "try: a\nfinally: b\n",
    "with a: pass\nwith a as b, (c) as (d, e): pass\nwith (a, b): pass\nwith (a as b, c as d,): pass\nwith (a): pass\nwith (a).b as c: pass\nwith (a, b) as c: pass\nwith open(x) as f[0], y as z.w: pass\n",
    "import a, b.c as d\nfrom . import e\nfrom ...f.g import (h as i, j,)\nfrom k import *\nfrom __future__ import annotations\n",
    "del a, b.c, d[0]\nassert a, 'b'\nassert (c)\nglobal_ = 1\nraise\nraise E('x')\n",
    "def f():\n    global a, b\n    def g():\n        nonlocal_ = a\n    return g\n",
    "def f():\n    a = 1\n    def g():\n        nonlocal a\n        a = 2\n    return g\n",
    "x = (\n  1 +\n2)\ny = \\\n  3\nif x:\n    # comment\n\n    y\n  # odd\nz\n",
    "if x: y; z\nx;\n",
    "match = 1\nmatch.x(case)\ntype = 2\nprint(x, file=y)\ntype(x).y = 3\n",
    "x = a[b](c)(d)[e:f].g ** h.i()\nx = -a.b ** c[d]\n",
    "x: 'list[int]' = []\ny: dict[str, (int)] = {}\nz.w: int\n",
    "def f(a: int | None = None, b: 'x' = (1)) -> (a or b): pass\n",
    "if a:\r\n    b\r\nc = '''x'''\r\n",
    "x = [\n    a for a in b  # c\n    if a\n]\n",
    "*a, b = c\nfor i in *a, b: pass\n",
    "f(*a or b)\nf(**a or b)\nf(a := 1)\nx = [b := 2, 3]\n",
    "lambda: (yield)\n",
    "print(f'{x}' f\"{y}\" '{z}')\n",
    "\x0cx = 1\n",
];

const DOUBTFUL: &[&str] = &[
    "return 1",
    "break",
    "yield",
    "x = await y",
    "def f(): await y",
    "f(a=1, b)",
    "f(a=1, a=2)",
    "f(**a, *b)",
    "def f(a, a): pass",
    "def f(a=1, b): pass",
    "def f(*): pass",
    "def f(*, **a): pass",
    "def f(**a, b): pass",
    "def f(a, /, b, /): pass",
    "def f((a, b)): pass",
    "f() = 1",
    "a + b = c",
    "f() += 1",
    "(a, b) += 1",
    "(a, b): int",
    "*a",
    "*a = b",
    "x = *a",
    "a, *b, *c = d",
    "None = 1",
    "if x:\npass",
    "if x:\n    a\n  b",
    "if x:\n    a\n\tb",
    "  x",
    "x = (",
    "x = )",
    "x = 'a",
    "x = 'a\n'",
    "x = '\\ud800'",
    "x = b'é'",
    "x = b'a' 'b'",
    "x = 0777",
    "x = 10L",
    "x = 1__0",
    "print 'x'",
    "print >>x, y",
    "exec 'x'",
    "raise E, 'x'",
    "try: a\nexcept A, b: c",
    "try: a",
    "try: a\nexcept: b\nexcept C: d",
    "a <> b",
    "`a`",
    "é = 1",
    "x = 1\u{a0}+ 2",
    "x y",
    "x = 1 2",
    "class C:\n    return 1",
    "def f():\n    from a import *",
    "nonlocal x",
    "import a,",
    "from a import b,",
    "[*a for a in b]",
    "[x for x in 1, 2]",
    "t'{x}'",
    "f'{x=}'",
    "f'{}'",
    "f'{x!z}'",
    "f'}'",
    "ur'x'",
    "async for x in y: pass",
    "for f() in x: pass",
    "with a as f(): pass",
    "del f()",
    "x := 1",
    "x\0",
    "def f[T](x): pass",
    "type X = int",
    "match x:\n    case 1: pass",
    "x = a if b",
    "lambda (a): a",
    "f(x for x in y, 1)",
    "\u{feff}x = 1",
    "x = 1 \\ \ny",
];
