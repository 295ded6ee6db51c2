//! Generator functions whose callers cannot tell them from functions that return a list.
//!
//! They are written as such before anything else looks at them:
//!
//! ```text
//! def chunks(xs: list[int], n: int) -> Iterator[list[int]]:     def chunks(...) -> list[list[int]]:
//!     for i in range(0, len(xs), n):                                items: list[list[int]] = []
//!         yield xs[i : i + n]                               ->      for i in range(0, len(xs), n):
//!                                                                       items.append(xs[i : i + n])
//!                                                                   return items
//! ```
//!
//! A list is no generator: a call may stand only where it is iterated at once ([`Uses`]), and `laziness` refuses those
//! where it shows that all items are made before the first is used.

use super::annotations::dotted;
use crate::diagnostic::{Code, Diagnostic};
use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind, bodies_mut};
use crate::python::walk;
use crate::source::FileId;
use crate::span::{Location, Span};
use std::collections::{HashMap, HashSet};

/// How the items of an iteration are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// All of them are taken before any is looked at: `list(g())`.
    Whole,
    /// One after the other, to the end unless what is done with them ends it.
    Each,
    /// One after the other, perhaps not to the end: `any(g())`, `zip(g(), xs)`.
    Some,
}

/// Where calls stand that are iterated at once, and how.
pub type Uses = HashMap<Location, Use>;

/// The generators of a program.
#[derive(Clone, Debug, Default)]
pub struct Generators {
    /// Names of functions that were rewritten.
    pub defs: HashSet<Location>,
    pub uses: Uses,
}

impl Generators {
    /// The module with its generators as functions that return lists; nothing where it has none.
    pub fn prepared(&mut self, file: FileId, tree: &ast::Module) -> Option<ast::Module> {
        if !any_yields(&tree.body) {
            return None;
        }
        let mut made = tree.clone();
        let mut found = Vec::new();
        rewrite(&mut made.body, &mut found);
        self.defs.extend(found.into_iter().map(|span| Location { file, span }));
        Some(made)
    }

    /// Notes what is iterated at once. `defined` are names that may mean something of the program.
    pub fn note_uses(&mut self, file: FileId, tree: &ast::Module, defined: &HashSet<String>) {
        if !self.defs.is_empty() {
            let mut found = Finder { file, uses: &mut self.uses, defined };
            found.stmts(&tree.body);
        }
    }

    /// Why callers outside of the module cannot call a generator.
    pub fn inside(name: &str, at: Location) -> Diagnostic {
        let message = format!("`{name}` is a generator, which cannot cross the call boundary");
        Diagnostic::new(Code::Generator, at, message)
            .help("it is translated where other functions of the module iterate over it; outside, return a list")
    }
}

fn own_stmts<'a>(body: &'a [Stmt], see: &mut dyn FnMut(&'a Stmt)) {
    for stmt in body {
        see(stmt);
        if !matches!(stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
            ast::bodies(stmt).into_iter().for_each(|inner| own_stmts(inner, see));
        }
    }
}

fn is_yield(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Yield(_) | ExprKind::YieldFrom(_))
}

fn holds_yield(e: &Expr) -> bool {
    is_yield(e) || !matches!(e.kind, ExprKind::Lambda { .. }) && walk::parts(e).into_iter().any(holds_yield)
}

fn yields(body: &[Stmt]) -> bool {
    let mut found = false;
    own_stmts(body, &mut |stmt| found |= walk::heads(stmt).into_iter().any(holds_yield));
    found
}

fn any_yields(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::FunctionDef(def) => yields(&def.body) || any_yields(&def.body),
        _ => ast::bodies(stmt).into_iter().any(any_yields),
    })
}

/// Rewrites the generators of a body, at any depth; notes the places of their names.
fn rewrite(body: &mut [Stmt], found: &mut Vec<Span>) {
    for stmt in body {
        bodies_mut(stmt).into_iter().for_each(|inner| rewrite(inner, found));
        if let StmtKind::FunctionDef(def) = &mut stmt.kind
            && yields(&def.body)
            && can_be_list(def)
        {
            found.push(def.name.span);
            as_list(def);
        }
    }
}

/// True where all that the generator does with its caller is to give items.
fn can_be_list(def: &ast::FunctionDef) -> bool {
    let mut plain = !def.is_async && def.decorators.is_empty() && item_of(def.returns.as_ref()).is_some();
    own_stmts(&def.body, &mut |stmt| {
        let odd = match &stmt.kind {
            StmtKind::Return(Some(value)) => !matches!(value.kind, ExprKind::None),
            StmtKind::Raise { exc: Some(exc), .. } => raised(exc).is_some_and(|name| name == "StopIteration"),
            StmtKind::Expr(e) if is_yield(e) => {
                matches!(e.kind, ExprKind::Yield(None)) || walk::parts(e).into_iter().any(holds_yield)
            }
            _ => walk::heads(stmt).into_iter().any(holds_yield),
        };
        plain &= !odd;
    });
    plain
}

fn raised(exc: &Expr) -> Option<String> {
    match &exc.kind {
        ExprKind::Call { func, .. } => dotted(func),
        _ => dotted(exc),
    }
}

/// The type of the items by the annotation: `Some(None)` without one, `None` where it is of no generator.
fn item_of(returns: Option<&Expr>) -> Option<Option<Expr>> {
    let Some(returns) = returns else { return Some(None) };
    let read;
    let returns = match &returns.kind {
        ExprKind::Str(text) => {
            read = crate::python::expression(text.trim())?;
            &read
        }
        _ => returns,
    };
    let (value, index) = match &returns.kind {
        ExprKind::Subscript { value, index } => (value, Some(index)),
        _ => return matches!(last_name(returns).as_deref(), Some(ITERATOR | ITERABLE | GENERATOR)).then_some(None),
    };
    match (last_name(value).as_deref(), index.map(|index| &index.kind)) {
        (Some(GENERATOR), Some(ExprKind::Tuple(items))) => Some(items.first().cloned()),
        (Some(ITERATOR | ITERABLE | GENERATOR), _) => Some(index.map(|index| (**index).clone())),
        _ => None,
    }
}

const ITERATOR: &str = "Iterator";
const ITERABLE: &str = "Iterable";
const GENERATOR: &str = "Generator";

fn last_name(e: &Expr) -> Option<String> {
    dotted(e).map(|name| name.rsplit('.').next().unwrap_or("").to_string())
}

fn name(text: &str, span: Span) -> Expr {
    Expr { kind: ExprKind::Name(text.into()), span }
}

/// The generator as a function that returns a list.
fn as_list(def: &mut ast::FunctionDef) {
    let span = def.name.span;
    let mut used = HashSet::new();
    bound_names(&def.body, &mut used);
    mentioned(&def.body, &mut used);
    used.extend(def.params.items.iter().map(|param| param.name.text.clone()));
    let free = |word: &&str| !used.contains(*word);
    let items = ["items", "result", "found", "given", "yielded"].into_iter().find(free).unwrap_or("_yielded_items");
    replace(&mut def.body, items);
    let item = item_of(def.returns.as_ref()).flatten();
    let list = item.map(|item| {
        let (value, index) = (Box::new(name("list", item.span)), Box::new(item.clone()));
        Expr { kind: ExprKind::Subscript { value, index }, span: item.span }
    });
    let empty = Expr { kind: ExprKind::List(Vec::new()), span };
    let begin = match &list {
        Some(list) => StmtKind::AnnAssign { target: name(items, span), annotation: list.clone(), value: Some(empty) },
        None => StmtKind::Assign { targets: vec![name(items, span)], value: empty },
    };
    let is_doc = |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Expr(Expr { kind: ExprKind::Str(_), .. }));
    let first = usize::from(def.body.first().is_some_and(is_doc));
    def.body.insert(first, Stmt { kind: begin, span });
    let last = Stmt { kind: StmtKind::Return(Some(name(items, span))), span };
    def.body.push(last);
    def.returns = list;
}

/// `yield e` adds to the list, `return` returns it.
fn replace(body: &mut [Stmt], items: &str) {
    for stmt in body {
        match &mut stmt.kind {
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => continue,
            StmtKind::Return(value) => *value = Some(name(items, stmt.span)),
            StmtKind::Expr(e) => {
                let (method, value) = match &e.kind {
                    ExprKind::Yield(Some(value)) => ("append", (**value).clone()),
                    ExprKind::YieldFrom(value) => ("extend", (**value).clone()),
                    _ => continue,
                };
                let attr = ast::Name { text: method.into(), span: e.span };
                let value_of = Box::new(name(items, e.span));
                let func = Expr { kind: ExprKind::Attribute { value: value_of, attr }, span: e.span };
                e.kind = ExprKind::Call { func: Box::new(func), args: vec![value], keywords: Vec::new() };
            }
            _ => {}
        }
        bodies_mut(stmt).into_iter().for_each(|inner| replace(inner, items));
    }
}

/// All names that expressions of a body mention, at any depth.
pub fn mentioned(body: &[Stmt], found: &mut HashSet<String>) {
    for stmt in body {
        walk::heads(stmt).into_iter().for_each(|e| names_in(e, found));
        ast::bodies(stmt).into_iter().for_each(|inner| mentioned(inner, found));
    }
}

/// All names that an expression mentions.
pub fn names_in(e: &Expr, found: &mut HashSet<String>) {
    if let ExprKind::Name(name) = &e.kind {
        found.insert(name.clone());
    }
    walk::parts(e).into_iter().for_each(|part| names_in(part, found));
}

/// Names that statements bind, at any depth: definitions, parameters, imports, targets, attributes that are assigned.
pub fn bound_names(body: &[Stmt], found: &mut HashSet<String>) {
    for stmt in body {
        let targets: Vec<&Expr> = match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                found.insert(def.name.text.clone());
                found.extend(def.params.items.iter().map(|param| param.name.text.clone()));
                Vec::new()
            }
            StmtKind::ClassDef(def) => {
                found.insert(def.name.text.clone());
                Vec::new()
            }
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                found.extend(names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).text.clone()));
                Vec::new()
            }
            StmtKind::Assign { targets, .. } => targets.iter().collect(),
            StmtKind::AnnAssign { target, .. } | StmtKind::For { target, .. } => vec![target],
            StmtKind::With { items, .. } => items.iter().filter_map(|item| item.target.as_ref()).collect(),
            _ => Vec::new(),
        };
        targets.into_iter().for_each(|target| target_names(target, found));
        let mut walrus = Vec::new();
        walk::heads(stmt).into_iter().for_each(|e| walk::named(e, &mut walrus));
        found.extend(walrus.into_iter().map(|name| name.text.clone()));
        ast::bodies(stmt).into_iter().for_each(|inner| bound_names(inner, found));
    }
}

/// Names that a target binds, attributes among them.
pub fn target_names(target: &Expr, found: &mut HashSet<String>) {
    match &target.kind {
        ExprKind::Name(name) => _ = found.insert(name.clone()),
        ExprKind::Attribute { attr, .. } => _ = found.insert(attr.text.clone()),
        _ => walk::parts(target).into_iter().for_each(|part| target_names(part, found)),
    }
}

/// Finds what is iterated at once.
struct Finder<'a> {
    file: FileId,
    uses: &'a mut Uses,
    defined: &'a HashSet<String>,
}

impl Finder<'_> {
    fn stmts(&mut self, body: &[Stmt]) {
        for stmt in body {
            if let StmtKind::For { iter, .. } = &stmt.kind {
                self.iterated(iter, Use::Each);
            }
            walk::heads(stmt).into_iter().for_each(|e| self.expr(e));
            ast::bodies(stmt).into_iter().for_each(|inner| self.stmts(inner));
        }
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::ListComp { clauses, .. }
            | ExprKind::SetComp { clauses, .. }
            | ExprKind::Generator { clauses, .. }
            | ExprKind::DictComp { clauses, .. } => {
                clauses.iter().for_each(|clause| self.iterated(&clause.iter, Use::Each));
            }
            ExprKind::Call { func, args, .. } => self.taken(func, args),
            _ => {}
        }
        walk::parts(e).into_iter().for_each(|part| self.expr(part));
    }

    fn builtin<'e>(&self, func: &'e Expr) -> Option<&'e str> {
        match &func.kind {
            ExprKind::Name(name) if !self.defined.contains(name) => Some(name),
            _ => None,
        }
    }

    /// What a call of a builtin or a method takes the items of.
    fn taken(&mut self, func: &Expr, args: &[Expr]) {
        let how = match (&func.kind, self.builtin(func)) {
            (_, Some("list" | "tuple" | "sorted" | "set" | "frozenset")) => Use::Whole,
            (_, Some("sum" | "min" | "max")) => Use::Each,
            (_, Some("any" | "all" | "next")) => Use::Some,
            (ExprKind::Attribute { attr, .. }, _) if !self.defined.contains(&attr.text) => match attr.text.as_str() {
                "join" => Use::Whole,
                "extend" => Use::Each,
                _ => return,
            },
            _ => return,
        };
        if let [first] | [first, ..] = args
            && (args.len() == 1 || matches!(self.builtin(func), Some("sum" | "sorted" | "next")))
        {
            self.iterated(first, how);
        }
    }

    fn iterated(&mut self, e: &Expr, how: Use) {
        let ExprKind::Call { func, args, .. } = &e.kind else { return };
        let place = Location { file: self.file, span: e.span };
        let before = self.uses.get(&place).copied().unwrap_or(how);
        self.uses.insert(place, how.max(before));
        match (self.builtin(func), args.as_slice()) {
            (Some("enumerate"), [first, ..]) => self.iterated(first, how),
            (Some("zip"), all) => all.iter().for_each(|arg| self.iterated(arg, Use::Some)),
            (Some("map" | "filter"), [_, only]) => self.iterated(only, how.max(Use::Each)),
            (Some("map"), [_, all @ ..]) => all.iter().for_each(|arg| self.iterated(arg, Use::Some)),
            _ => {}
        }
    }
}
