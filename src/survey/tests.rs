//! Surveys of small programs in memory, and of the shop on disk.

use super::*;
use crate::host::{Disk, Memory};

fn program(files: &[(&str, &str)], entry: &str) -> Program {
    let (program, diagnostics) =
        survey(Path::new(entry), &Memory::with(files.iter().copied()), &SurveyOptions::with_jobs(2)).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    program
}

fn module(text: &str) -> Program {
    program(&[("/p/m.py", text)], "/p/m.py")
}

fn names(program: &Program) -> Vec<&str> {
    program.modules.iter().map(|module| module.name.as_str()).collect()
}

fn callees(program: &Program, name: &str) -> Vec<String> {
    let function = program.by_name(name).unwrap_or_else(|| panic!("no {name}"));
    function.calls.iter().map(|call| program.function(call.callee).dotted()).collect()
}

#[test]
fn imports_are_followed_from_the_entry() {
    let files = [
        (
            "/p/app.py",
            "import shop.cart as cart\nfrom shop import price\nimport json\ndef main():\n    cart.add(price(1))\n",
        ),
        ("/p/shop/__init__.py", "from .pricing import price\n"),
        ("/p/shop/pricing.py", "def price(n):\n    return n * 2\n"),
        (
            "/p/shop/cart.py",
            "from . import store\nfrom .deep.down import bottom\ndef add(x):\n    store.put(bottom(x))\n",
        ),
        ("/p/shop/store.py", "def put(x):\n    pass\n"),
        ("/p/shop/deep/down.py", "from ..store import put\ndef bottom(x):\n    put(x)\n    return x\n"),
        ("/p/unused.py", "def f(): pass\n"),
    ];
    let program = program(&files, "/p/app.py");
    let mut found = names(&program);
    found.sort();
    assert_eq!(found, ["app", "down", "shop", "shop.cart", "shop.pricing", "shop.store"]);
    assert_eq!(callees(&program, "app.main"), ["shop.pricing.price", "shop.cart.add"]);
    assert_eq!(callees(&program, "shop.cart.add"), ["down.bottom", "shop.store.put"]);
    assert_eq!(callees(&program, "down.bottom"), ["shop.store.put"]);
    assert!(program.modules[0].packages.contains("json"));
}

#[test]
fn circular_imports_and_recursion_end() {
    let files = [
        ("/p/a.py", "import b\ndef f(n):\n    return b.g(n - 1) if n else 0\n"),
        ("/p/b.py", "from a import f\ndef g(n):\n    return f(n) + g(n)\n"),
    ];
    let program = program(&files, "/p/a.py");
    let (f, g) = (program.by_name("a.f").unwrap(), program.by_name("b.g").unwrap());
    assert!(f.cost.recursive && g.cost.recursive);
    assert!(f.cost.total.sum().is_finite() && f.cost.total.sum() > f.cost.own.sum());
}

#[test]
fn definitions_that_go_in_circles_end() {
    let program = module(
        "x = y\ny = x\nA: 'A' = 1\nclass C(D): pass\nclass D(C): pass\nE = E.e\n\
         def f(a: A, c: C):\n    x.go()\n    c.go()\n    return E.e(y)\n",
    );
    assert_eq!(program.functions.len(), 1);
}

#[test]
fn folders_are_walked_and_share_their_names_out() {
    let files = [
        ("/p/a/util.py", "def f(): pass\n"),
        ("/p/b/util.py", "def g(): pass\n"),
        ("/p/venv/pyvenv.cfg", ""),
        ("/p/venv/x.py", ""),
    ];
    assert_eq!(names(&program(&files, "/p")), ["util", "b.util"]);
}

#[test]
fn loops_multiply_and_constants_are_known() {
    let program = module(
        "DAYS = 10\nSTEPS = [1, 2, 3]\n\
         def known():\n    for d in range(DAYS):\n        for s in STEPS:\n            leaf()\n\
         def guessed(xs):\n    for x in xs:\n        leaf()\n\
         def leaf():\n    return 1 + 1\n\
         def nested(xs):\n    return [leaf() for x in xs for y in range(2)]\n",
    );
    let times = |name: &str| program.by_name(name).unwrap().calls[0].times;
    assert_eq!((times("m.known"), times("m.guessed"), times("m.nested")), (30.0, 24.0, 48.0));
    let cost = |name: &str| program.by_name(name).unwrap().cost;
    assert_eq!((cost("m.known").loop_depth, cost("m.known").guessed_loops), (2, 0));
    assert_eq!((cost("m.guessed").loop_depth, cost("m.guessed").guessed_loops), (1, 1));
    assert!(cost("m.known").total.sum() > 30.0 * cost("m.leaf").total.sum());
}

#[test]
fn methods_are_resolved_through_attributes_globals_and_bases() {
    let program = module(
        "class Base:\n    def hello(self):\n        return 1\n\
         class Part:\n    @property\n    def size(self) -> int:\n        return 2\n    def grow(self):\n        return 3\n\
         class Whole(Base):\n    parts: list[Part]\n    def __init__(self):\n        self.part = Part()\n        self.parts = []\n\
         \x20   def run(self):\n        self.hello()\n        self.part.grow()\n        for part in self.parts:\n            part.grow()\n        return self.part.size\n\
         THING = Whole()\n\
         def go():\n    THING.run()\n    alias = THING.part\n    alias.grow()\n",
    );
    assert_eq!(callees(&program, "m.Whole.run"), ["m.Base.hello", "m.Part.grow", "m.Part.grow", "m.Part.size"]);
    assert_eq!(callees(&program, "m.go"), ["m.Whole.run", "m.Part.grow"]);
}

#[test]
fn kinds_of_work_are_told_apart() {
    let program = module(
        "import time, hashlib\nimport numpy as np\nimport requests\n\
         def waits(url: str):\n    return requests.get(url).text\n\
         def sleeps():\n    time.sleep(1)\n\
         def native(xs):\n    a = np.asarray(xs)\n    return (a * a).sum()\n\
         def hashes(b: bytes):\n    return hashlib.sha256(b).hexdigest()\n\
         def text(s: str) -> str:\n    return ' '.join([w.lower().strip() for w in s.split()])\n\
         def computes(n: int):\n    t = 0\n    for i in range(n):\n        t += i * i % 7\n    return t\n\
         def dynamic(o, name, **rest):\n    return getattr(o, name)(**rest)\n",
    );
    let work = |name: &str| program.by_name(name).unwrap().work();
    assert_eq!((work("m.waits"), work("m.sleeps")), (Work::Waits, Work::Waits));
    assert_eq!((work("m.native"), work("m.hashes")), (Work::Native, Work::Native));
    assert_eq!((work("m.text"), work("m.computes")), (Work::Text, Work::Compute));
    assert!(program.by_name("m.native").unwrap().uses_of(UseKind::Array).count() > 0);
    assert!(program.by_name("m.dynamic").unwrap().effects.dynamic);
    assert!(!program.by_name("m.computes").unwrap().effects.dynamic);
}

#[test]
fn effects_follow_the_objects() {
    let program = module(
        "import threading\nCOUNT = 0\nLIMITS = {'a': 1}\nLOG = []\n\
         class Box:\n    def __init__(self):\n        self._lock = threading.Lock()\n        self.items = {}\n        self.name = 'box'\n\
         \x20   def put(self, key, value):\n        with self._lock:\n            self._inner()[key] = value\n\
         \x20   def _inner(self):\n        return self.items\n\
         \x20   def label(self):\n        return self.name\n\
         \x20   def size(self):\n        return len(self.items)\n    def swap(self):\n        self.items = {}\n\
         BOX = Box()\n\
         def bump():\n    global COUNT\n    COUNT += 1\n\
         def peek():\n    return COUNT\n\
         def limit(k):\n    return LIMITS[k]\n\
         def note(x):\n    LOG.append(x)\n\
         def fill(xs):\n    xs.append(1)\n\
         def twice(ys):\n    fill(ys)\n\
         def local():\n    zs = []\n    fill(zs)\n    return zs\n\
         def stash(v):\n    BOX.put('k', v)\n\
         def many():\n    return BOX.size()\n",
    );
    let effects = |name: &str| program.by_name(name).unwrap_or_else(|| panic!("{name}")).effects.clone();
    let global = |name: &str| State::Global(format!("m.{name}"));
    assert!(effects("m.bump").writes.contains(&global("COUNT")));
    assert!(effects("m.peek").reads.contains(&global("COUNT")) && !effects("m.peek").is_pure());
    assert!(effects("m.limit").is_pure(), "LIMITS never changes: {:?}", effects("m.limit"));
    assert!(effects("m.note").writes.contains(&global("LOG")));
    assert!(effects("m.twice").writes.contains(&State::Argument("ys".into())));
    assert!(effects("m.local").is_pure(), "{:?}", effects("m.local"));
    assert!(
        effects("m.Box.put").writes.contains(&State::Attribute("items".into()))
            || effects("m.Box.put").writes.contains(&State::Attribute("(contents)".into()))
    );
    assert!(effects("m.Box.label").is_pure(), "{:?}", effects("m.Box.label"));
    assert!(effects("m.Box.size").reads.contains(&State::Attribute("items".into())));
    assert!(effects("m.stash").writes.contains(&global("BOX")) && effects("m.stash").locks);
    assert!(effects("m.many").reads.contains(&global("BOX")), "{:?}", effects("m.many"));
}

#[test]
fn routes_decorators_and_coroutines_are_seen() {
    let program = module(
        "from flask import Flask\napp = Flask(__name__)\n\
         @app.route('/a/<int:n>', methods=['POST', 'put'])\ndef a(n): pass\n\
         @app.get('/b')\nasync def b():\n    await c()\n\
         async def c():\n    yield 1\n\
         @app.errorhandler(404)\ndef d(e): pass\n",
    );
    let of = |name: &str| program.by_name(name).unwrap();
    let route = of("m.a").route.clone().unwrap();
    assert_eq!((route.methods, route.path), (vec!["POST".to_string(), "PUT".into()], "/a/<int:n>".into()));
    assert_eq!(of("m.b").route.clone().unwrap().methods, ["GET"]);
    assert!(of("m.b").is_async && of("m.b").uses_of(UseKind::Await).count() == 1 && of("m.c").is_generator);
    assert_eq!((of("m.d").route.clone(), of("m.d").decorators.clone()), (None, vec!["app.errorhandler".to_string()]));
    assert_eq!((of("m.a").first_line, of("m.a").def_line, of("m.a").last_line), (3, 4, 4));
}

#[test]
fn nested_functions_have_their_own_facts() {
    let program = module(
        "def outer():\n    def inner(x):\n        return helper(x)\n    def helper(x):\n        return x\n    return inner(1)\n",
    );
    assert_eq!(callees(&program, "m.outer"), ["m.outer.<locals>.inner"]);
    assert_eq!(callees(&program, "m.outer.<locals>.inner"), ["m.outer.<locals>.helper"]);
    assert!(!program.by_name("m.outer.<locals>.inner").unwrap().is_public);
}

#[test]
fn broken_and_missing_input_is_said() {
    let files = Memory::with([("/p/bad.py", b"\xff\xfe".as_slice()), ("/p/empty.py", b""), ("/q/notes.txt", b"")]);
    let options = SurveyOptions::with_jobs(1);
    assert!(matches!(survey(Path::new("/p/none.py"), &files, &options), Err(SurveyError::Missing(_))));
    assert!(matches!(survey(Path::new("/q"), &files, &options), Err(SurveyError::NoPython(_))));
    let (program, diagnostics) = survey(Path::new("/p"), &files, &options).unwrap();
    assert_eq!((program.modules.len(), program.functions.len()), (2, 0));
    assert_eq!(diagnostics[0].code, crate::diagnostic::Code::NotUtf8);
}

#[test]
fn progress_ends_at_the_number_of_files() {
    let files = Memory::with([("/p/a.py", "import b\n"), ("/p/b.py", "import c\n"), ("/p/c.py", "")]);
    let seen = std::sync::Mutex::new(Vec::new());
    let watch = |done, known| seen.lock().unwrap().push((done, known));
    survey(Path::new("/p/a.py"), &files, &SurveyOptions::with_jobs(1).watched_by(&watch)).unwrap();
    assert_eq!(seen.lock().unwrap().last(), Some(&(3, 3)));
}

#[test]
fn the_shop_is_understood() {
    let entry = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/monolith/monolith.py");
    let (program, diagnostics) = survey(&entry, &Disk, &SurveyOptions::default()).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    for module in
        ["monolith", "pricing", "inventory", "orders", "search", "reports", "media", "recommendations", "users"]
    {
        assert!(names(&program).contains(&module), "{module}");
    }
    let of = |name: &str| program.by_name(name).unwrap_or_else(|| panic!("no {name}"));
    assert!(callees(&program, "pricing.calculate_price").contains(&"pricing.PriceBook.quote".to_string()));
    assert!(callees(&program, "pricing.season_profit").contains(&"pricing.DemandCurve.uptake".to_string()));
    assert_eq!(of("pricing.season_profit").work(), Work::Compute);
    assert!(of("pricing.season_profit").effects.is_pure(), "{:?}", of("pricing.season_profit").effects);
    assert!(of("pricing.PriceBook.update_rule").effects.has_state());
    let stock = of("inventory.Inventory.query_stock");
    assert!(stock.locks[0].held_share > 0.9 && stock.locks[0].movable_share > 0.5, "{:?}", stock.locks);
    assert!(stock.effects.locks && stock.effects.has_state());
    assert!(of("orders.OrderBook.place").effects.transaction && of("orders.OrderBook.place").effects.database);
    assert_eq!(of("recommendations.Recommender.similar").work(), Work::Native);
    assert_eq!(of("notifications.Notifier.send").work(), Work::Waits);
    assert_eq!(of("search.tokenize").work(), Work::Text);
    assert!(of("users.UserDirectory.login").cost.total.share(Work::Native) > 0.5);
    assert!(of("reports._numbers").is_generator);
    let price = of("pricing.calculate_price").cost.total.cpu();
    assert!(price > 100.0 * of("pricing.calculate_dynamic_price").cost.total.cpu());
    let handlers = program.functions.iter().filter(|f| f.route.is_some()).count();
    assert!(handlers > 10, "{handlers} routes");
}
