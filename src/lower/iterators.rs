//! Iterators that end in lists of tuples of any length, and what a loop over an iterator must not do.
//!
//! ```text
//! combinations(xs, r)         [TupleFrom(part) for part in ~itertools.combinations(xs, r)]
//! zip(*rows)                  [TupleFrom(part) for part in ~zip.rows([list(row) for row in rows])]
//! zip_longest(a, b)           [(a[i] if i < len(a) else None, b[i] if i < len(b) else None) for i in range(max(..))]
//! operator.mul(a, b)          a * b
//! ```
//!
//! An iterator is computed before the loop that walks it: a body that changes what the iterator reads is refused.

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast::{self, ExprKind as K};
use crate::python::walk;
use crate::span::Span;

impl Body<'_, '_> {
    /// `combinations(items, r)`, `permutations(items)` and their like, of a number that is computed.
    pub fn selections_of_any(&mut self, name: &str, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let (body, tuples) = self.block(|b| {
            let list = b.list_from(&args[0], false)?;
            let list = b.spill(list, span);
            let count = match args.get(1) {
                Some(count) => b.arguments(std::slice::from_ref(count), &[Type::Int])?.remove(0),
                None => {
                    let length = ExprKind::Builtin { op: Builtin::Len, args: vec![list.clone()] };
                    Expr::new(length, Type::Int, b.at(span))
                }
            };
            let ty = Type::list(list.ty.clone());
            let lists = b.named_operation(&format!("~itertools.{name}"), vec![list, count], ty, span);
            b.tuples_of(lists, span)
        })?;
        Ok(super::loops::after(body, tuples))
    }

    /// `sum(lists, [])` as `[item for part in lists for item in part]`.
    pub fn sum_of_lists(&mut self, source: &ast::Expr, span: Span) -> Lowered<Expr> {
        let source = match &source.kind {
            K::Generator { element, clauses } => {
                let kind = K::ListComp { element: element.clone(), clauses: clauses.clone() };
                ast::Expr { kind, span: source.span }
            }
            _ => source.clone(),
        };
        if let Some(part) = self.quiet(|b| b.iterable(&source, false)).map(|(_, part)| part)
            && !matches!(part, Type::List(_) | Type::Unknown)
        {
            let message = format!("`sum` of {} is not translated", self.world.describe(&part));
            return self.refuse(Code::TypeMismatch, span, message, "");
        }
        let (part, item) = (self.fresh_name(0, span), self.fresh_name(1, span));
        let clause = |target: &ast::Expr, iter: ast::Expr| ast::Comprehension {
            target: target.clone(),
            iter,
            conditions: Vec::new(),
            is_async: false,
        };
        let clauses = vec![clause(&part, source), clause(&item, part.clone())];
        let kind = K::ListComp { element: Box::new(item), clauses };
        self.expr(&ast::Expr { kind, span }, None)
    }

    /// `zip(*rows)`; `None` for everything else.
    pub fn transposed(&mut self, e: &ast::Expr) -> Option<Lowered<Expr>> {
        let rows = starred_zip(e).filter(|_| self.is_builtin("zip") && self.is_builtin("list"))?;
        let row = self.fresh_name(0, e.span);
        let element = Box::new(call("list", vec![row.clone()], e.span));
        let clause = ast::Comprehension { target: row, iter: rows.clone(), conditions: Vec::new(), is_async: false };
        let lists = ast::Expr { kind: K::ListComp { element, clauses: vec![clause] }, span: e.span };
        Some(self.expr(&lists, None).and_then(|lists| {
            let ty = lists.ty.clone();
            let columns = self.named_operation("~zip.rows", vec![lists], ty, e.span);
            self.tuples_of(columns, e.span)
        }))
    }

    /// `[tuple(part) for part in lists]` of lists that nobody else has.
    fn tuples_of(&mut self, lists: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let list = lists.ty.item().unwrap_or(Type::Unknown);
        let local = self.new_local("item", &list);
        self.flow.assigned.insert(local);
        let tuple = self.tuple_from_list(Expr::local(local, list, at), span)?;
        let ty = Type::list(tuple.ty.clone());
        let loops = vec![Loop { target: Target::Declare(local), iter: Iter::Value(lists), conditions: Vec::new() }];
        let kind = ComprehensionKind::List(tuple);
        Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), ty, at))
    }

    /// `zip_longest(a, b, ..., fillvalue=v)`
    pub fn longest(&mut self, args: &[ast::Expr], keywords: &[ast::Keyword], span: Span) -> Lowered<Expr> {
        let node = |kind| ast::Expr { kind, span };
        let fill = match keywords {
            [] => node(K::None),
            [only] if only.name.as_ref().is_some_and(|name| name.text == "fillvalue") && is_constant(&only.value) => {
                only.value.clone()
            }
            _ => {
                let message = "this `fillvalue` of `zip_longest` is not translated";
                return self.refuse(Code::UnsupportedCall, span, message, "write out a number, a text or None");
            }
        };
        if ["len", "max", "range"].iter().any(|name| !self.is_builtin(name)) {
            let message = "`zip_longest` where `len`, `max` or `range` means something else is not translated";
            return self.refuse(Code::UnsupportedCall, span, message, "rename it");
        }
        let outer = self.names.clone();
        let made = self.block(|b| {
            let names = args.iter().map(|arg| b.listed_name(arg)).collect::<Lowered<Vec<_>>>()?;
            let place = b.fresh_name(names.len(), span);
            let length = |name: &ast::Expr| call("len", vec![name.clone()], span);
            let part = |name: &ast::Expr| {
                let (left, ops) = (Box::new(place.clone()), vec![ast::CompareOp::Lt]);
                let test = Box::new(node(K::Compare { left, ops, comparators: vec![length(name)] }));
                let (value, index) = (Box::new(name.clone()), Box::new(place.clone()));
                let body = Box::new(node(K::Subscript { value, index }));
                node(K::Conditional { test, body, orelse: Box::new(fill.clone()) })
            };
            let most = match names.as_slice() {
                [only] => length(only),
                _ => call("max", names.iter().map(length).collect(), span),
            };
            let iter = call("range", vec![most], span);
            let element = Box::new(node(K::Tuple(names.iter().map(part).collect())));
            let clause = ast::Comprehension { target: place.clone(), iter, conditions: Vec::new(), is_async: false };
            b.expr(&node(K::ListComp { element, clauses: vec![clause] }), None)
        });
        self.names = outer;
        let (body, value) = made?;
        Ok(super::loops::after(body, value))
    }

    /// `count(start, step)` as a range that ends where ints do; `None` for everything else.
    pub fn counted(&mut self, e: &ast::Expr) -> Option<Lowered<(Iter, Type)>> {
        let K::Call { func, args, keywords } = &e.kind else { return None };
        if self.library_path(func)? != "itertools.count" || !keywords.is_empty() || args.len() > 2 {
            return None;
        }
        let by = match args.get(1).map(|step| &step.kind) {
            None => 1,
            Some(K::Int(ast::IntLiteral::Small(n))) if *n > 0 => *n,
            Some(_) => return None,
        };
        let at = self.at(e.span);
        let int = |n| Expr::new(ExprKind::Int(n), Type::Int, at);
        let start = match args.first().map(|start| self.arguments(std::slice::from_ref(start), &[Type::Int])) {
            None => int(0),
            Some(Ok(mut start)) => start.remove(0),
            Some(Err(problem)) => return Some(Err(problem)),
        };
        Some(Ok((Iter::Range { start, stop: int(i64::MAX), step: int(by) }, Type::Int)))
    }

    /// A name for the items of an iterable, in a list of its own.
    fn listed_name(&mut self, source: &ast::Expr) -> Lowered<ast::Expr> {
        let list = self.list_from(source, false)?;
        let list = self.spill(list, source.span);
        let name = self.fresh_name(0, source.span);
        if let (K::Name(name), Some(Place::Local(local))) = (&name.kind, list.as_place()) {
            self.names.insert(name.clone(), *local);
        }
        Ok(name)
    }

    /// Refuses a loop over an iterator whose body may change what the iterator reads: it is computed before the loop.
    pub fn check_iterator(&mut self, iter: &ast::Expr, body: &[ast::Stmt]) -> Lowered<()> {
        let K::Call { func, args, .. } = &iter.kind else { return Ok(()) };
        let path = self.library_path(func).unwrap_or_default();
        if !path.starts_with("itertools.") && starred_zip(iter).is_none() {
            return Ok(());
        }
        let mut read = Vec::new();
        args.iter().for_each(|arg| names_in(arg, &mut read));
        let Some(at) = body.iter().find_map(|stmt| changes(stmt, &read)) else { return Ok(()) };
        let message = "this may change what the iterator of the loop reads";
        self.refuse(Code::MutatedWhileIterated, at, message, "iterate over a list of it: `for x in list(...)`")
    }
}

/// The expression that a call of a function of `operator` stands for.
pub fn operator_call(path: &str, args: &[ast::Expr], span: Span) -> Option<ast::Expr> {
    use ast::{BinaryOp as B, CompareOp as C, UnaryOp as U};
    let name = path.strip_prefix("operator.")?;
    let (two, compared, one) = match name {
        "add" | "concat" => (Some(B::Add), None, None),
        "sub" => (Some(B::Sub), None, None),
        "mul" => (Some(B::Mul), None, None),
        "truediv" => (Some(B::Div), None, None),
        "floordiv" => (Some(B::FloorDiv), None, None),
        "mod" => (Some(B::Mod), None, None),
        "pow" => (Some(B::Pow), None, None),
        "lshift" => (Some(B::LeftShift), None, None),
        "rshift" => (Some(B::RightShift), None, None),
        "and_" => (Some(B::BitAnd), None, None),
        "or_" => (Some(B::BitOr), None, None),
        "xor" => (Some(B::BitXor), None, None),
        "eq" => (None, Some(C::Eq), None),
        "ne" => (None, Some(C::NotEq), None),
        "lt" => (None, Some(C::Lt), None),
        "le" => (None, Some(C::LtEq), None),
        "gt" => (None, Some(C::Gt), None),
        "ge" => (None, Some(C::GtEq), None),
        "neg" => (None, None, Some(U::Minus)),
        "pos" => (None, None, Some(U::Plus)),
        "invert" | "inv" => (None, None, Some(U::Invert)),
        "not_" => (None, None, Some(U::Not)),
        _ => return None,
    };
    let kind = match (two, compared, one, args) {
        (Some(op), _, _, [left, right]) => {
            K::Binary { op, left: Box::new(left.clone()), right: Box::new(right.clone()) }
        }
        (_, Some(op), _, [left, right]) => {
            K::Compare { left: Box::new(left.clone()), ops: vec![op], comparators: vec![right.clone()] }
        }
        (_, _, Some(op), [operand]) => K::Unary { op, operand: Box::new(operand.clone()) },
        (None, None, None, [object, index]) if name == "getitem" => {
            K::Subscript { value: Box::new(object.clone()), index: Box::new(index.clone()) }
        }
        _ => return None,
    };
    args.iter().all(|arg| !matches!(arg.kind, K::Starred(_))).then_some(ast::Expr { kind, span })
}

/// The rows of `zip(*rows)`.
fn starred_zip(e: &ast::Expr) -> Option<&ast::Expr> {
    let K::Call { func, args, keywords } = &e.kind else { return None };
    let is_zip = matches!(&func.kind, K::Name(name) if name == "zip") && super::loops::is_plain_zip(keywords);
    match args.as_slice() {
        [ast::Expr { kind: K::Starred(rows), .. }] if is_zip => Some(rows),
        _ => None,
    }
}

fn call(name: &str, args: Vec<ast::Expr>, span: Span) -> ast::Expr {
    let func = Box::new(ast::Expr { kind: K::Name(name.to_string()), span });
    ast::Expr { kind: K::Call { func, args, keywords: Vec::new() }, span }
}

fn is_constant(e: &ast::Expr) -> bool {
    match &e.kind {
        K::None | K::Bool(_) | K::Int(_) | K::Float(_) | K::Str(_) => true,
        K::Unary { operand, .. } => is_constant(operand),
        _ => false,
    }
}

fn names_in<'e>(e: &'e ast::Expr, found: &mut Vec<&'e str>) {
    if let K::Name(name) = &e.kind {
        found.push(name);
    }
    walk::parts(e).into_iter().for_each(|part| names_in(part, found));
}

/// The name that a path of attributes and items starts at.
fn root(e: &ast::Expr) -> Option<&str> {
    match &e.kind {
        K::Name(name) => Some(name),
        K::Attribute { value, .. } | K::Subscript { value, .. } => root(value),
        _ => None,
    }
}

/// Where a statement may change what some names hold.
fn changes(stmt: &ast::Stmt, names: &[&str]) -> Option<Span> {
    use ast::StmtKind as S;
    let held = |e: &ast::Expr| root(e).is_some_and(|name| names.contains(&name));
    let stored = |e: &ast::Expr| held(e) && !matches!(e.kind, K::Name(_));
    let at = match &stmt.kind {
        S::Assign { targets, .. } | S::Delete(targets) => targets.iter().find(|target| stored(target)),
        S::AugAssign { target, .. } => Some(target).filter(|target| held(target)),
        _ => None,
    };
    let inside = || walk::heads(stmt).into_iter().find_map(|e| changed_by(e, names));
    let deeper = || ast::bodies(stmt).into_iter().flatten().find_map(|stmt| changes(stmt, names));
    at.map(|e| e.span).or_else(inside).or_else(deeper)
}

/// Functions that change nothing they are given.
const READERS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "float",
    "frozenset",
    "int",
    "isinstance",
    "len",
    "list",
    "max",
    "min",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

/// Methods that change nothing.
const LOOKS: &[&str] =
    &["copy", "count", "endswith", "find", "get", "index", "items", "join", "keys", "split", "startswith", "values"];

/// Where an expression may change what some names hold: a method of it, a function that is given it.
fn changed_by(e: &ast::Expr, names: &[&str]) -> Option<Span> {
    let held = |e: &ast::Expr| root(e).is_some_and(|name| names.contains(&name));
    if let K::Call { func, args, keywords } = &e.kind {
        let reads = matches!(&func.kind, K::Name(name) if READERS.contains(&name.as_str()))
            || matches!(&func.kind, K::Attribute { attr, .. } if LOOKS.contains(&attr.text.as_str()));
        let of_it = matches!(&func.kind, K::Attribute { value, .. } if held(value));
        let given = args.iter().chain(keywords.iter().map(|keyword| &keyword.value)).any(held);
        if !reads && (of_it || given) {
            return Some(e.span);
        }
    }
    walk::parts(e).into_iter().find_map(|part| changed_by(part, names))
}
