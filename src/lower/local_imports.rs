//! Imports inside functions, where nobody can tell them from imports of the module.
//!
//! ```text
//! def area(r):
//!     import math            binds `math` for the module, where every function that says `math` imports it first
//!     return math.pi * r
//! ```
//!
//! A name that some function uses without importing it would be a `NameError` there, so it is left alone, and the
//! import is refused where it stands.

use super::world::{Binding, World};
use crate::ir::ModuleId;
use crate::python::ast::{self, Expr, ExprKind, FunctionDef, Stmt, StmtKind};
use crate::python::walk;
use crate::span::Span;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The import statements of a module's functions that may count as the module's, and the names that they bind.
pub(super) fn liftable<'a>(world: &World<'a>, module: ModuleId) -> (Vec<&'a Stmt>, HashSet<String>) {
    let info = world.module(module);
    let mut uses = Vec::new();
    for def in functions(info.body) {
        let mut found = Uses::default();
        found.block(&def.body, true);
        let params = def.params.items.iter().map(|param| param.name.text.as_str());
        found.own.extend(params);
        uses.push(found);
    }
    let mut candidates: BTreeMap<&'a str, &'a Stmt> = BTreeMap::new();
    for found in &uses {
        candidates.extend(found.imports.iter().map(|(name, stmt)| (*name, *stmt)));
    }
    candidates.retain(|name, stmt| match info.names.get(*name) {
        None => uses.iter().all(|found| found.agrees(name, stmt)),
        Some(Binding::Library(path)) => {
            path_of(stmt, name).as_ref() == Some(path) && uses.iter().all(|found| found.repeats(name, stmt))
        }
        Some(_) => false,
    });
    let names: HashSet<String> = candidates.keys().map(|name| name.to_string()).collect();
    let whole = |stmt: &Stmt| bound_by(stmt).iter().all(|name| names.contains(*name));
    let statements: Vec<&Stmt> = candidates.into_values().filter(|stmt| whole(stmt)).collect();
    let names = statements.iter().flat_map(|stmt| bound_by(stmt)).map(str::to_string).collect();
    (statements, names)
}

/// What a name stands for after an import of a library: `math`, `collections.Counter`.
fn path_of(stmt: &Stmt, name: &str) -> Option<String> {
    let binds = |alias: &&ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).text.split('.').next() == Some(name);
    match &stmt.kind {
        StmtKind::Import(names) => names.iter().find(binds).map(|alias| match alias.asname {
            Some(_) => alias.name.text.clone(),
            None => name.to_string(),
        }),
        StmtKind::ImportFrom { module: Some(module), names, level: 0 } => {
            names.iter().find(binds).map(|alias| format!("{}.{}", module.text, alias.name.text))
        }
        _ => None,
    }
}

/// The functions and methods of a module; what is inside them counts as theirs.
fn functions(body: &[Stmt]) -> Vec<&FunctionDef> {
    let mut found = Vec::new();
    for stmt in body {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => found.push(&**def),
            StmtKind::ClassDef(def) => found.extend(functions(&def.body)),
            _ => {}
        }
    }
    found
}

/// The names that an import binds.
pub(super) fn bound_by(stmt: &Stmt) -> Vec<&str> {
    let (StmtKind::Import(names) | StmtKind::ImportFrom { names, .. }) = &stmt.kind else { return Vec::new() };
    let bound = names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).text.as_str());
    bound.map(|name| name.split('.').next().unwrap_or(name)).collect()
}

/// What one function says of names that may be imported.
#[derive(Default)]
struct Uses<'a> {
    /// Imports at the first level of the body: they run before what follows.
    imports: HashMap<&'a str, &'a Stmt>,
    /// Where each name is first mentioned.
    mentioned: HashMap<&'a str, Span>,
    /// Names that are imported in a branch, or bound otherwise.
    own: HashSet<&'a str>,
}

impl<'a> Uses<'a> {
    /// True where the import of another function may stand for this one's.
    fn agrees(&self, name: &str, import: &Stmt) -> bool {
        match self.imports.contains_key(name) {
            true => self.repeats(name, import),
            false => !self.mentioned.contains_key(name),
        }
    }

    /// True where this function imports nothing else under a name that the module has.
    fn repeats(&self, name: &str, import: &Stmt) -> bool {
        let Some(own) = self.imports.get(name) else { return true };
        let before = self.mentioned.get(name).is_none_or(|first| own.span.end <= first.start);
        before && !self.own.contains(name) && same(own, import)
    }

    fn block(&mut self, body: &'a [Stmt], first_level: bool) {
        for stmt in body {
            for name in bound_by(stmt) {
                match first_level && !self.imports.contains_key(name) {
                    true => drop(self.imports.insert(name, stmt)),
                    false => drop(self.own.insert(name)),
                }
            }
            self.bindings(stmt);
            walk::heads(stmt).into_iter().for_each(|e| self.expr(e));
            ast::bodies(stmt).into_iter().for_each(|inner| self.block(inner, false));
        }
    }

    fn bindings(&mut self, stmt: &'a Stmt) {
        let targets: Vec<&Expr> = match &stmt.kind {
            StmtKind::Assign { targets, .. } => targets.iter().collect(),
            StmtKind::AnnAssign { target, .. } | StmtKind::For { target, .. } => vec![target],
            StmtKind::FunctionDef(def) => {
                self.own.insert(def.name.text.as_str());
                self.own.extend(def.params.items.iter().map(|param| param.name.text.as_str()));
                return;
            }
            _ => return,
        };
        targets.into_iter().for_each(|target| self.target(target));
    }

    fn target(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Name(name) => drop(self.own.insert(name.as_str())),
            _ => walk::parts(target).into_iter().for_each(|part| self.target(part)),
        }
    }

    fn expr(&mut self, e: &'a Expr) {
        if let ExprKind::Name(name) = &e.kind {
            let first = self.mentioned.entry(name.as_str()).or_insert(e.span);
            if e.span.start < first.start {
                *first = e.span;
            }
        }
        walk::parts(e).into_iter().for_each(|part| self.expr(part));
    }
}

fn same(one: &Stmt, other: &Stmt) -> bool {
    let texts = |names: &[ast::Alias]| -> Vec<(String, Option<String>)> {
        names.iter().map(|a| (a.name.text.clone(), a.asname.as_ref().map(|n| n.text.clone()))).collect()
    };
    match (&one.kind, &other.kind) {
        (StmtKind::Import(a), StmtKind::Import(b)) => texts(a) == texts(b),
        (
            StmtKind::ImportFrom { module: a, names: x, level: i },
            StmtKind::ImportFrom { module: b, names: y, level: j },
        ) => a.as_ref().map(|n| &n.text) == b.as_ref().map(|n| &n.text) && texts(x) == texts(y) && i == j,
        _ => false,
    }
}
