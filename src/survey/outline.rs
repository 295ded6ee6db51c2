//! A tree without what only its own functions need: what other files can see of a file.
//!
//! ```text
//! def price(x: int = max(1, 2)) -> int:    def price(x: int) -> int:
//!     "The price."                             def helper(y): ...
//!     total = 0                                global RATE
//!     def helper(y): ...
//!     if x: global RATE
//! RATES = [low(3), high(5)]                RATES = [low(3), None]
//! ```
//!
//! A million lines as trees are a gigabyte; their outlines are a few hundredths of that. The bodies are read again, one
//! file at a time, when they are walked. What stays: definitions, `global`, what a module's names and a class's attributes
//! are bound to, as far as [`super::resolve`] and [`super::trips`] look into it, and the assignments of constructors, which
//! say what an object's attributes are.

use super::walk;
use crate::python::ast::*;
use crate::span::Span;
use std::collections::HashMap;

/// Methods whose assignments give an object its attributes.
pub const CONSTRUCTORS: [&str; 4] = ["__init__", "__new__", "__post_init__", "setUp"];

/// Takes everything out of a tree that is not part of its outline.
pub fn strip(module: &mut Module) {
    strip_body(&mut module.body, Place::Module);
}

/// Where statements stand.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the top of a module, in blocks too.
    Module,
    /// Directly in a class.
    Class,
    /// In a block of a class: its methods count, its values do not.
    ClassBlock,
    /// In a constructor, in blocks too.
    Constructor,
    /// In another function: only definitions count.
    Hidden,
}

impl Place {
    /// The place of a block inside.
    fn block(self) -> Place {
        if self == Place::Class { Place::ClassBlock } else { self }
    }

    fn has_values(self) -> bool {
        matches!(self, Place::Module | Place::Class | Place::Constructor)
    }
}

fn strip_body(body: &mut Vec<Stmt>, place: Place) {
    let mut kept = Vec::new();
    keep(std::mem::take(body), place, &mut kept);
    kept.shrink_to_fit();
    *body = kept;
}

/// Moves what stays of a body out of its blocks, in the order of the source.
fn keep(body: Vec<Stmt>, place: Place, kept: &mut Vec<Stmt>) {
    for mut stmt in body {
        match &mut stmt.kind {
            StmtKind::FunctionDef(def) => strip_function(def, place),
            StmtKind::ClassDef(def) => strip_class(def),
            StmtKind::Global(_) => {}
            StmtKind::Assign { value, .. } if place.has_values() => trim(value),
            StmtKind::AnnAssign { value, .. } if place.has_values() => value.iter_mut().for_each(trim),
            StmtKind::AugAssign { value, .. } if place == Place::Module => value.kind = ExprKind::Ellipsis,
            StmtKind::For { iter, body, orelse, .. } if place == Place::Module => {
                let inside = [std::mem::take(body), std::mem::take(orelse)];
                iter.kind = ExprKind::Ellipsis;
                kept.push(stmt);
                inside.into_iter().for_each(|inner| keep(inner, place, kept));
                continue;
            }
            _ => {
                let inside: Vec<Vec<Stmt>> = bodies_mut(&mut stmt).into_iter().map(std::mem::take).collect();
                inside.into_iter().for_each(|inner| keep(inner, place.block(), kept));
                continue;
            }
        }
        kept.push(stmt);
    }
}

fn strip_function(def: &mut FunctionDef, place: Place) {
    let in_class = matches!(place, Place::Class | Place::ClassBlock);
    let is_constructor = in_class && CONSTRUCTORS.contains(&def.name.text.as_str());
    strip_body(&mut def.body, if is_constructor { Place::Constructor } else { Place::Hidden });
    strip_decorators(&mut def.decorators);
    def.type_params = Vec::new();
    def.params.items.iter_mut().for_each(|param| param.default = None);
    def.params.items.shrink_to_fit();
}

fn strip_class(def: &mut ClassDef) {
    strip_body(&mut def.body, Place::Class);
    strip_decorators(&mut def.decorators);
    def.type_params = Vec::new();
    def.keywords = Vec::new();
    def.bases.iter_mut().for_each(trim);
    def.bases.shrink_to_fit();
}

/// Names stay; calls are read again with the bodies.
fn strip_decorators(decorators: &mut Vec<Expr>) {
    decorators.retain(|decorator| walk::dotted(decorator).is_some());
    decorators.shrink_to_fit();
}

/// Takes everything out of a value that says neither its type nor its length. What is taken out becomes `...`, of which
/// nobody knows anything.
fn trim(expr: &mut Expr) {
    match &mut expr.kind {
        ExprKind::Name(_)
        | ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Ellipsis
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Error => {}
        ExprKind::FString(parts) => *parts = Vec::new(),
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => trim_items(items),
        ExprKind::Dict(items) => trim_entries(items),
        ExprKind::Unary { operand, .. } => trim(operand),
        ExprKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|side| trim(side)),
        ExprKind::BoolOp { values, .. } => trim_all(values),
        ExprKind::Conditional { test, body, orelse } => {
            test.kind = ExprKind::Ellipsis;
            [body, orelse].into_iter().for_each(|branch| trim(branch));
        }
        ExprKind::Call { func, args, keywords } => {
            trim(func);
            trim_all(args);
            *keywords = Vec::new();
        }
        ExprKind::Attribute { value, .. } => trim(value),
        ExprKind::Subscript { value, index } => {
            trim(value);
            index.kind = ExprKind::Ellipsis;
        }
        ExprKind::Starred(value) => value.kind = ExprKind::Ellipsis,
        ExprKind::ListComp { element, clauses } | ExprKind::SetComp { element, clauses } => {
            trim(element);
            *clauses = Vec::new();
        }
        ExprKind::DictComp { key, value, clauses } => {
            key.kind = ExprKind::Ellipsis;
            trim(value);
            *clauses = Vec::new();
        }
        ExprKind::TString(_)
        | ExprKind::Compare { .. }
        | ExprKind::Slice { .. }
        | ExprKind::Named { .. }
        | ExprKind::Lambda { .. }
        | ExprKind::Generator { .. }
        | ExprKind::Await(_)
        | ExprKind::Yield(_)
        | ExprKind::YieldFrom(_) => expr.kind = ExprKind::Ellipsis,
    }
}

fn trim_all(items: &mut Vec<Expr>) {
    items.iter_mut().for_each(trim);
    items.shrink_to_fit();
}

/// The first item gives the type of all; the others count.
fn trim_items(items: &mut Vec<Expr>) {
    for (place, item) in items.iter_mut().enumerate() {
        if place == 0 || matches!(item.kind, ExprKind::Starred(_)) {
            trim(item);
        } else {
            item.kind = ExprKind::Ellipsis;
        }
    }
    items.shrink_to_fit();
}

fn trim_entries(items: &mut Vec<DictItem>) {
    for (place, item) in items.iter_mut().enumerate() {
        item.key.iter_mut().for_each(|key| key.kind = ExprKind::Ellipsis);
        if place == 0 {
            trim(&mut item.value);
        } else {
            item.value.kind = ExprKind::Ellipsis;
        }
    }
    items.shrink_to_fit();
}

/// Every function of a whole tree, by the place of its name.
pub fn functions(module: &Module) -> HashMap<Span, &FunctionDef> {
    let mut found = HashMap::new();
    walk::each_statement(&module.body, &mut |stmt| {
        if let StmtKind::FunctionDef(def) = &stmt.kind {
            found.insert(def.name.span, &**def);
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::{dump::dump, parse};
    use crate::source::{FileId, SourceFile};

    fn tree(text: &str) -> Module {
        let (module, problems) = parse(&SourceFile::new(FileId(0), "m.py", "m", text));
        assert!(problems.is_empty(), "{problems:?}");
        module
    }

    /// The tree without places, and without `pass`, which stands where nothing is left.
    fn shown(module: &Module) -> String {
        dump(module, None).lines().filter(|line| !matches!(line.trim(), "Pass" | "body")).collect::<Vec<_>>().join("\n")
    }

    /// `text` is stripped to what `outline` says; `...` stands for what nobody knows anything of.
    fn assert_outline(text: &str, outline: &str) {
        let mut stripped = tree(text);
        strip(&mut stripped);
        assert_eq!(shown(&stripped), shown(&tree(outline)), "{text}");
    }

    #[test]
    fn functions_keep_what_their_callers_see() {
        assert_outline(
            "'doc'\nimport os\n@cache\n@app.route('/x')\ndef f(x: int = g(1)) -> int:\n    'doc'\n    y = 1\n    for z in y:\n        global G\n\
             \x20       def inner(a=2): return a\n    return y\n",
            "@cache\ndef f(x: int) -> int:\n    global G\n    def inner(a): pass\n",
        );
    }

    #[test]
    fn values_keep_their_type_and_their_length() {
        assert_outline("xs = [f(1, k=2), g(2), *rest]\n", "xs = [f(1), ..., *...]\n");
        assert_outline("d = {a(): [b, c], d: e, **rest}\n", "d = {...: [b, ...], ...: ..., **...}\n");
        assert_outline("x = (lambda: 1) if y else z[1:2]\n", "x = ... if ... else z[...]\n");
        assert_outline("n = -3 * len(xs)\nn += g(xs)\n", "n = -3 * len(xs)\nn += ...\n");
        assert_outline("for a, b in g(1):\n    c = 1\nelse:\n    d = 2\n", "for a, b in ...: pass\nc = 1\nd = 2\n");
    }

    #[test]
    fn classes_keep_their_attributes_and_constructors_their_assignments() {
        assert_outline(
            "class A(B, Generic[T], metaclass=M):\n    'doc'\n    x: int = 1\n    if X:\n        y = 2\n\
             \x20       def __init__(self, a):\n            super().__init__()\n            if a:\n                self.a = [a, a]\n\
             \x20   def go(self):\n        self.b = 1\n",
            "class A(B, Generic[...]):\n    x: int = 1\n    def __init__(self, a):\n        self.a = [a, ...]\n    def go(self): pass\n",
        );
    }
}
