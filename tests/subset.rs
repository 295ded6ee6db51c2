//! docs/subset.md, held by translation: what it promises is translated, and each refusal code has code that gets it.

use pivot::diagnostic::codes::TABLE;
use pivot::host::Memory;
use pivot::pipeline::translate::translate;
use std::path::Path;

/// The codes that a module's public functions and classes are refused with.
fn refusals(source: &str) -> Vec<String> {
    let files = Memory::with([("/shop/shop.py", source)]);
    let done = translate(&files, Path::new("/shop/shop.py"), &[], false).unwrap();
    assert!(done.project.diagnostics.is_empty(), "{source}\n{:?}", done.project.diagnostics);
    done.refusals.iter().map(|(name, problem)| format!("{} {name}: {}", problem.code.word(), problem.message)).collect()
}

/// Code that is refused, with its code. E1013 and E1023 are about a run, not about code.
const REFUSED: &[(&str, &str)] = &[
    (
        "E1001",
        "def f(d: dict[str, int]) -> int:\n    match d:\n        case {'a': 1, **rest}:\n            return len(rest)\n    return 3\n",
    ),
    ("E1001", "def f(**xs: int) -> int:\n    return 1\n"),
    ("E1010", "def f(*xs: list[int]) -> int:\n    return 1\n"),
    (
        "E1009",
        "def f(*xs: int) -> int:\n    return 1\n\ndef g(a: int) -> int:\n    return a\n\ndef h(xs: list[int]) -> int:\n    return g(*xs)\n",
    ),
    ("E1019", "def f(*xs: int) -> int:\n    return 1\n\ndef h(x: int) -> int:\n    g = f\n    return g(x)\n"),
    ("E1001", "def f(x: int) -> int:\n    if x:\n        import math\n    return x\n"),
    ("E1001", "def f() -> int:\n    try:\n        return 1\n    finally:\n        return 2\n"),
    ("E1002", "def f(x: float) -> float:\n    return (x * 1j * 1j).real\n"),
    ("E1002", "def f(xs: list[int] = []) -> int:\n    return len(xs)\n\ndef g() -> int:\n    return f()\n"),
    ("E1003", "async def f(x: int) -> int:\n    return x\n"),
    ("E1004", "def f(n: int):\n    yield n\n"),
    ("E1004", "def f(n: int) -> int:\n    xs = (i for i in range(n))\n    return 1\n"),
    ("E1005", "def f(x: int) -> int:\n    return x + nowhere\n"),
    ("E1006", "def f(x):\n    return x\n"),
    ("E1007", "def f(x: int):\n    if x > 1:\n        return 'a'\n    return 1\n"),
    ("E1008", "def f(x: int) -> str:\n    return x + 'a'\n"),
    ("E1009", "def f(x: int) -> str:\n    return input(x)\n"),
    ("E1009", "def f(x: str) -> str:\n    return x.no_method()\n"),
    ("E1009", "def f(x: float) -> bool:\n    return isinstance(x, float)\n"),
    ("E1009", "def f(x: float) -> bool:\n    return isinstance(x, int)\n"),
    ("E1009", "import math\n\ndef f(x: float) -> float:\n    return math.gamma(x)\n"),
    ("E1010", "def f(x: int | str) -> int:\n    return 1\n"),
    ("E1010", "from typing import Callable\n\ndef f(g: Callable[[int], int]) -> int:\n    return g(1)\n"),
    ("E1009", "def f(xs: list[list[int]]) -> int:\n    return len(tuple(xs))\n"),
    ("E1010", "def f(xs: tuple[list[int], ...]) -> int:\n    return len(xs)\n"),
    ("E1012", "def f(xs: list[int]) -> list[int] | None:\n    return xs\n"),
    ("E1011", "class A:\n    n = m = 1\n    n = 2\n\n    def f(self) -> int:\n        return 1\n"),
    ("E1011", "class A(int):\n    def f(self) -> int:\n        return 1\n"),
    (
        "E1012",
        "def g(a: list[int], b: list[int]) -> None:\n    a.append(len(b))\n\ndef f(xs: list[int]) -> None:\n    g(xs, xs)\n",
    ),
    ("E1014", "def f(x: int) -> str:\n    return f'{x!a}'\n"),
    ("E1014", "def f(x: float) -> str:\n    return f'{x:.3}'\n"),
    ("E1015", "import atexit\n\n@atexit.register\ndef f(x: int = 1) -> int:\n    return x\n"),
    ("E1015", "import functools\n\n@functools.cache\ndef f(x: float) -> float:\n    return x\n"),
    ("E1016", "RATE = 1\nRATE = 2\n\ndef f(x: int) -> int:\n    return x * RATE\n"),
    ("E1017", "async def _g() -> int:\n    return 1\n\ndef f(x: int) -> int:\n    return x + _g()\n"),
    ("E1018", "def f(x: int) -> int:\n    del x\n    return 1\n"),
    (
        "E1019",
        "N = 0\n\ndef g(x: int) -> int:\n    global N\n    N += x\n    return N\n\ndef f(x: int) -> int:\n    h = g\n    return h(x)\n",
    ),
    ("E1020", "def f(d: dict[int, int]) -> int:\n    for k in d:\n        d[k + 1] = k\n    return 1\n"),
    (
        "E1020",
        "from itertools import chain\n\ndef f(a: list[int], b: list[int]) -> int:\n    for x in chain(a, b):\n        b.append(x)\n    return 1\n",
    ),
    ("E1022", "def f(x: int) -> int:\n    if x > 1:\n        y = 2\n    return sum([y for _ in range(x)])\n"),
    ("E1024", "def g(x: int) -> int:\n    return x\n\ndef f() -> int:\n    return g(1, 2)\n"),
    ("E1025", "def f() -> int:\n    return 123456789012345678901234567890\n"),
    ("E1026", "def f(xs: list[str]) -> list[str]:\n    return [x for x in set(xs)]\n"),
    ("E1026", "def f(xs: list[str]) -> float:\n    return sum(len(x) * 0.1 for x in set(xs))\n"),
    ("E1026", "def f(xs: list[str]) -> list[str]:\n    return sorted(set(xs), key=len)\n"),
    ("E1026", "def f(xs: list[str]) -> int:\n    return sum(i for i, x in enumerate(set(xs)) if x)\n"),
    ("E1026", "def f(xs: list[str]) -> str:\n    return set(xs).pop()\n"),
];

#[test]
fn what_is_outside_is_refused_by_its_code() {
    for (code, source) in REFUSED {
        let found = refusals(source);
        assert!(found.iter().any(|refusal| refusal.starts_with(code)), "{code}:\n{source}\n{found:#?}");
    }
}

#[test]
fn every_refusal_code_has_code_that_gets_it() {
    let elsewhere = ["E1013", "E1021", "E1023"];
    let untried =
        TABLE.iter().map(|entry| entry.word).filter(|word| word.starts_with("E1") && !elsewhere.contains(word));
    let untried: Vec<&str> = untried.filter(|word| !REFUSED.iter().any(|(code, _)| code == word)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

/// Expressions over `n: int`, `x: float`, `s: str`, `xs: list[int]`, `d: dict[str, int]`, `q: set[int]`.
const TRANSLATED: &[&str] = &[
    "abs(n)",
    "divmod(n, 3)",
    "pow(n, 2)",
    "pow(n, 2, 7)",
    "round(x)",
    "round(x, 2)",
    "int(x)",
    "int(s)",
    "float(s)",
    "bool(n)",
    "str(x)",
    "repr(s)",
    "ord(s)",
    "chr(n)",
    "len(xs)",
    "list(s)",
    "dict(d)",
    "len(set(xs))",
    "sorted(xs, key=lambda v: -v, reverse=True)",
    "sum(xs)",
    "sum(q)",
    "min(xs)",
    "max(xs, key=abs, default=0)",
    "max(n, 3)",
    "max(q)",
    "any(v > 1 for v in xs)",
    "all(v > 1 for v in xs)",
    "isinstance(n, int)",
    "[i for i in range(1, n, 2)]",
    "[i * v for i, v in enumerate(xs, start=1)]",
    "[a + b for a, b in zip(xs, xs)]",
    "[v for v in reversed(xs)]",
    "[k for k, v in d.items()]",
    "[v for v in d.values()]",
    "[k for k in d.keys()]",
    "'-'.join(d)",
    "s.split()",
    "s.split(',')",
    "s.splitlines()",
    "s.strip()",
    "s.lstrip('a')",
    "s.rstrip()",
    "s.replace('a', 'b')",
    "s.find('a')",
    "s.count('a')",
    "s.startswith('a')",
    "s.endswith('a')",
    "s.upper()",
    "s.lower()",
    "s.isdigit()",
    "s.isalpha()",
    "s.isalnum()",
    "s.isspace()",
    "s.zfill(5)",
    "xs.index(1)",
    "xs.count(1)",
    "xs.copy()",
    "d.get(s)",
    "d.get(s, 1)",
    "d.copy()",
    "q.issubset(q)",
    "len(q | q)",
    "len(q & q)",
    "len(q - q)",
    "len(q ^ q)",
    "len(q.union(q))",
    "n.bit_length()",
    "x.is_integer()",
    "math.sqrt(x)",
    "math.fabs(x)",
    "math.floor(x)",
    "math.ceil(x)",
    "math.gcd(n, 4)",
    "math.isnan(x)",
    "math.isinf(x)",
    "math.isfinite(x)",
    "s.title()",
    "s.split(None, 2)",
    "s.rsplit(',', 1)",
    "s.partition('a')",
    "s.find('a', 1, n)",
    "s.index('a')",
    "s.rfind('a')",
    "s.center(9, '*')",
    "s.expandtabs(4)",
    "s.removeprefix('a')",
    "s.isidentifier()",
    "s.replace('a', 'b', 1)",
    "xs.index(1, 2)",
    "bin(n) + oct(n) + hex(n)",
    "int(s, 16)",
    "n.bit_count()",
    "x.hex()",
    "x.as_integer_ratio()",
    "math.comb(n, 2)",
    "math.perm(n)",
    "math.factorial(n)",
    "math.isqrt(n)",
    "math.lcm(n, 4, 6)",
    "math.prod(xs)",
    "math.fsum([x])",
    "math.hypot(x, 2.0)",
    "math.dist([x], [2.0])",
    "math.copysign(x, -1)",
    "math.fmod(x, 2)",
    "math.remainder(x, 2)",
    "math.modf(x)",
    "math.frexp(x)",
    "math.ldexp(x, n)",
    "math.nextafter(x, 1.0)",
    "math.ulp(x)",
    "math.degrees(x)",
    "math.radians(x)",
    "math.isclose(x, 1.0, rel_tol=0.1)",
    "math.trunc(x)",
    "math.pi + math.e + math.tau + math.inf + math.nan",
    "sys.maxsize",
    "time.time()",
    "xs[1:]",
    "s[::-1]",
    "xs[-1]",
    "(1, s)[0]",
    "n + 1 - 2 * 3 // 4 % 5",
    "n / 2",
    "n ** 2",
    "x ** 2",
    "2.0 ** x",
    "n & 1 | 2 ^ 3",
    "~n << 2 >> 1",
    "xs + xs",
    "s * 3",
    "0 < n < 5",
    "n in xs",
    "s in d",
    "n in q",
    "s in ('a', 'b')",
    "s or 'none'",
    "d.get(s) or len(xs) or 3",
    "print(n, xs, sep=', ', end='')",
    "{**d, 'a': 1}",
    "(m := len(xs)) + m",
    "1 if n else 2",
    "{k: v for k, v in d.items()}",
    "f'{n:05d} {n:x} {n:#X} {n:,} {x:.2f} {x:e} {x:g} {x:%}'",
    "f'{s:>10} {s!r} {x}'",
    "datetime.fromtimestamp(x, timezone.utc).strftime('%Y-%m-%d %H:%M:%S')",
];

#[test]
fn expressions_of_the_page_are_translated() {
    for expression in TRANSLATED {
        let signature = "def f(n: int, x: float, s: str, xs: list[int], d: dict[str, int], q: set[int])";
        let imports = "import math\nimport sys\nimport time\nfrom datetime import datetime, timezone\n";
        let found = refusals(&format!("{imports}\n{signature}:\n    return {expression}\n"));
        assert!(found.is_empty(), "{expression}\n{found:#?}");
    }
}

/// Modules that use the statements and definitions of the page.
const MODULES: &[&str] = &[
    "def f(xs: list[int], d: dict[str, int]) -> int:\n    a = b = 1\n    (a, b), c = (b, a), 2\n    c += 1\n    \
     del xs[0]\n    del d['a']\n    xs.append(1)\n    xs.extend([2])\n    xs.insert(0, 3)\n    xs.pop()\n    xs.pop(0)\n    \
     xs.remove(2)\n    xs.reverse()\n    xs.sort(key=abs, reverse=True)\n    d.pop('b', 1)\n    d.setdefault('c', 2)\n    \
     d.update({'d': 4})\n    d.clear()\n    xs.clear()\n    return a + b + c\n",
    "def f(q: set[int]) -> None:\n    q.add(1)\n    q.discard(2)\n    q.remove(1)\n    q.clear()\n",
    "def f(n: int) -> int:\n    for i in range(n):\n        if i > 3:\n            break\n        continue\n    else:\n        \
     n = 4\n    while n > 5:\n        n -= 1\n    else:\n        pass\n    assert n > 0, 'n'\n    return n\n",
    "class Bad(ValueError):\n    \"\"\"Bad.\"\"\"\n\ndef f(n: int) -> int:\n    try:\n        if n > 1:\n            \
     raise Bad('n')\n    except (Bad, KeyError) as e:\n        if str(e):\n            raise\n    except ValueError:\n        \
     return 1\n    else:\n        n = 2\n    finally:\n        n += 1\n    return n\n",
    "import threading\n\nTOTAL = 0\n_lock = threading.Lock()\n\ndef f(n: int) -> int:\n    global TOTAL\n    with _lock:\n        \
     TOTAL += n\n    return TOTAL\n",
    "from dataclasses import dataclass, field\n\n@dataclass(frozen=True, order=True)\nclass P:\n    x: int\n    y: int = 0\n\n\
     @dataclass\nclass Q:\n    ps: list[P] = field(default_factory=list)\n\n    def add(self, x: int) -> int:\n        \
     self.ps.append(P(x))\n        return len(self.ps)\n\n    @property\n    def size(self) -> int:\n        \
     return len(self.ps)\n\n    @staticmethod\n    def one() -> int:\n        return 1\n",
    "def f(n: int) -> int:\n    total = 0\n    def add(x: int) -> None:\n        nonlocal total\n        total += x + n\n    \
     add(1)\n    rules = {'a': lambda x: x + 1, 'b': abs_of}\n    for rule in rules.values():\n        add(rule(n))\n    \
     return total\n\ndef abs_of(x: int) -> int:\n    return abs(x)\n",
    "class A:\n    N: int = 1\n    _t = (1, 2)\n\n    def __init__(self, n: int) -> None:\n        self.__n = n\n        A.N += 1\n\n    \
     @classmethod\n    def of(cls, n: int) -> 'A':\n        return cls(n + cls.N)\n\n    \
     @property\n    def n(self) -> int:\n        return self.__n\n\n    \
     @n.setter\n    def n(self, n: int) -> None:\n        self.__n = n + type(self).N\n",
    "class V:\n    def __init__(self, n: int) -> None:\n        self.n = n\n\n    \
     def __add__(self, other: 'V') -> 'V':\n        return V(self.n + other.n)\n\n    \
     def __eq__(self, other: object) -> bool:\n        return isinstance(other, V) and self.n == other.n\n\n    \
     def __len__(self) -> int:\n        return self.n\n\n    def __getitem__(self, i: int) -> int:\n        return i\n\n    \
     def __str__(self) -> str:\n        return f'V{self.n}'\n\ndef f(n: int) -> str:\n    v = V(n) + V(1)\n    \
     return str(v) if v and v == V(2) and v != V(3) else f'{v}{len(v)}{v[1]}'\n",
    "class Node:\n    def __init__(self, n: int, next: 'Node | None' = None) -> None:\n        self.n = n\n        self.next = next\n\n\
     def f(node: Node) -> int:\n    while node.next:\n        node = node.next\n    return node.n\n",
    "class A:\n    def __init__(self, n: int, *, m: int = 1) -> None:\n        self.n = n + m\n\n    def get(self) -> int:\n        \
     return self.n\n\ndef f(a: int, /, b: int = 2) -> int:\n    return A(a, m=b).get()\n",
];

#[test]
fn statements_of_the_page_are_translated() {
    for source in MODULES {
        let found = refusals(source);
        assert!(found.is_empty(), "{source}\n{found:#?}");
    }
}
