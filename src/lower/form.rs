//! The parts of a generator that stands for a call ([`super::spelled`]): its variables, and the bodies that need nothing
//! else.

use super::generators::{names_in, target_names};
use super::maker::Maker;
use crate::python::ast::{self, CompareOp, Expr, ExprKind, Stmt, StmtKind};
use crate::python::walk;
use crate::span::Span;
use std::collections::HashSet;

/// The parts of a generator that is being written.
pub struct Form {
    /// Makes its syntax.
    pub make: Maker,
    /// Names that its parts mention or bind, which its own variables must not have.
    pub used: HashSet<String>,
    /// Names of variables around that its parts mention.
    pub free: HashSet<String>,
}

impl Form {
    /// For a call of these arguments.
    pub fn of<'e>(span: Span, args: impl Iterator<Item = &'e Expr>) -> Form {
        let mut form = Form { make: Maker { span }, used: HashSet::new(), free: HashSet::new() };
        for arg in args {
            names_in(arg, &mut form.used);
            free_names(arg, &HashSet::new(), &mut form.free);
            own_names(arg, &mut form.used);
        }
        form
    }

    /// A variable of the generator.
    pub fn own(&mut self, word: &str) -> Expr {
        let mut word = word.to_string();
        while !self.used.insert(word.clone()) {
            word.push('_');
        }
        self.make.name(&word)
    }

    /// So many items of `cycle(items)`.
    pub fn cycled(&self, items: &Expr, count: Expr) -> Expr {
        self.make.call("~cycled", vec![items.clone(), count])
    }

    /// What `islice` says of a negative stop.
    pub fn check_stop(&self, stop: &Expr) -> Stmt {
        let make = &self.make;
        let raise = |what: &str| {
            let message = format!("{what} for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
            let error = make.call("ValueError", vec![make.expr(ExprKind::Str(message))]);
            make.stmt(StmtKind::Raise { exc: Some(error), cause: None })
        };
        let one_less = make.compare(stop.clone(), CompareOp::Eq, make.int(-1));
        let inner = vec![make.branch(one_less, vec![raise("Stop argument")]), raise("Indices")];
        make.branch(make.compare(stop.clone(), CompareOp::Lt, make.int(0)), inner)
    }

    /// `compress(items, chosen)`
    pub fn compressed(&mut self, items: &Expr, chosen: &Expr) -> Option<Vec<Stmt>> {
        let (item, keep) = (self.own("item"), self.own("keep"));
        let make = &self.make;
        let target = make.expr(ExprKind::Tuple(vec![item.clone(), keep.clone()]));
        let both = make.call("zip", vec![items.clone(), chosen.clone()]);
        Some(vec![make.each(target, both, vec![make.branch(keep, vec![make.give(item)])])])
    }

    /// Groups of neighbours with equal keys. Python takes a key for equal to itself, which only containers of it say.
    pub fn groups(&mut self, items: Expr, item: Expr, key: Option<Expr>) -> Vec<Stmt> {
        let (all, ends, one, other) = (self.own("everything"), self.own("ends"), self.own("one"), self.own("other"));
        let (place, group, first) = (self.own("place"), self.own("group"), self.own("first"));
        let keys = if key.is_some() { self.own("keys") } else { all.clone() };
        let make = &self.make;
        let mut begin = vec![make.assign(all.clone(), make.empty_list())];
        let mut step = vec![make.append(&all, item.clone())];
        if let Some(key) = key {
            begin.push(make.assign(keys.clone(), make.empty_list()));
            step.push(make.append(&keys, key));
        }
        begin.push(make.each(item, items, step));
        let tuple = |parts: Vec<Expr>| make.expr(ExprKind::Tuple(parts));
        let differ = make.compare(tuple(vec![one.clone()]), CompareOp::NotEq, tuple(vec![other.clone()]));
        let neighbours = make.call("~neighbours", vec![keys.clone()]);
        let clause = ast::Comprehension {
            target: tuple(vec![place.clone(), tuple(vec![one, other])]),
            iter: make.call("enumerate", vec![neighbours, make.int(1)]),
            conditions: vec![differ],
            is_async: false,
        };
        let found = make.expr(ExprKind::ListComp { element: Box::new(place), clauses: vec![clause] });
        begin.push(make.assign(ends.clone(), found));
        begin.push(make.append(&ends, make.call("len", vec![keys.clone()])));
        let firsts = make.call("~firsts", vec![keys, ends.clone()]);
        let parts = make.call("~parts", vec![all, ends]);
        let both = tuple(vec![first, group]);
        begin.push(make.each(both.clone(), make.call("zip", vec![firsts, parts]), vec![make.give(both)]));
        begin
    }
}

/// Names that lambdas and comprehensions in an expression bind.
fn own_names(e: &Expr, found: &mut HashSet<String>) {
    match &e.kind {
        ExprKind::Lambda { params, .. } => found.extend(params.items.iter().map(|param| param.name.text.clone())),
        ExprKind::ListComp { clauses, .. }
        | ExprKind::SetComp { clauses, .. }
        | ExprKind::Generator { clauses, .. }
        | ExprKind::DictComp { clauses, .. } => {
            clauses.iter().for_each(|clause| target_names(&clause.target, found));
        }
        _ => {}
    }
    walk::parts(e).into_iter().for_each(|part| own_names(part, found));
}

/// Names that an expression takes from around it; of a comprehension also those that its first iterable shares with it.
fn free_names(e: &Expr, bound: &HashSet<String>, found: &mut HashSet<String>) {
    let mut inner = bound.clone();
    match &e.kind {
        ExprKind::Name(name) if !bound.contains(name) => _ = found.insert(name.clone()),
        ExprKind::Lambda { params, .. } => inner.extend(params.items.iter().map(|param| param.name.text.clone())),
        ExprKind::ListComp { clauses, .. }
        | ExprKind::SetComp { clauses, .. }
        | ExprKind::Generator { clauses, .. }
        | ExprKind::DictComp { clauses, .. } => {
            clauses.iter().for_each(|clause| target_names(&clause.target, &mut inner));
            clauses.iter().take(1).for_each(|clause| free_names(&clause.iter, bound, found));
        }
        _ => {}
    }
    walk::parts(e).into_iter().for_each(|part| free_names(part, &inner, found));
}
