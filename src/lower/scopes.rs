//! Scopes of nested functions and lambdas: which names are whose, before any body is lowered.
//!
//! ```text
//! def outer(xs):                 outer: variables xs, total; inner function add
//!     total = 0                  add: captures total (a cell, since add assigns it)
//!     def add(x):
//!         nonlocal total
//!         total += x
//! ```
//!
//! Every `def` in a function and every lambda becomes a function of the table, with its parent. What it captures is
//! closed over the inner functions that it mentions, since calling those needs their captures too.

use super::world::{FunctionInfo, Variable, World, Written};
use crate::ir::{FunctionId, FunctionKind, Item, ModuleId, Type};
use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::python::walk;
use crate::span::Span;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Enters the nested functions and lambdas of all functions and globals into the table.
pub fn nest(world: &mut World) {
    for index in 0..world.globals.len() {
        let global = &world.globals[index];
        let (module, value) = (global.module, global.value);
        let mut scan = Scan::default();
        scan.expr(value);
        scan.inner.into_iter().for_each(|inner| enter(world, module, None, inner));
    }
    let mut reads = Vec::new();
    let mut index = 0;
    while index < world.functions.len() {
        reads.push(scan_function(world, FunctionId(index as u32)));
        index += 1;
    }
    for (index, mentioned) in reads.iter().enumerate() {
        resolve_reads(world, FunctionId(index as u32), mentioned);
    }
    close_captures(world);
    for info in &mut world.functions {
        info.captured = vec![Type::Unknown; info.nesting.captures.len()];
    }
    list_items(world);
}

/// What one function mentions of its enclosing functions.
struct Mentioned {
    reads: Vec<String>,
    nonlocals: HashSet<String>,
    globals: HashSet<String>,
    lambdas: Vec<FunctionId>,
}

/// A function inside the one that is scanned.
struct Inner<'a> {
    written: Written<'a>,
    /// The name that it is bound to, where it is.
    name: Option<&'a str>,
    /// Where its name stands, or the lambda.
    key: Span,
    span: Span,
}

#[derive(Default)]
struct Scan<'a> {
    bound: HashMap<String, usize>,
    /// Names of variables of comprehensions.
    comprehended: HashSet<String>,
    /// Names that an inner function is bound to.
    defined: Vec<&'a str>,
    globals: HashSet<String>,
    nonlocals: HashSet<String>,
    reads: Vec<String>,
    inner: Vec<Inner<'a>>,
    /// Loops around, in which a binding counts twice.
    loops: usize,
    /// Variables of the comprehensions around.
    own: Vec<HashSet<String>>,
}

fn scan_function(world: &mut World, id: FunctionId) -> Mentioned {
    let info = world.function(id);
    let (module, written) = (info.module, info.written);
    let mut scan = Scan::default();
    for param in &written.params().items {
        scan.bound.insert(param.name.text.clone(), 1);
    }
    match written {
        Written::Def(def) => scan.block(&def.body),
        Written::Lambda { body, .. } => scan.expr(body),
        Written::Fields | Written::Dispatch(_) => {}
    }
    for name in scan.globals.iter().chain(&scan.nonlocals) {
        scan.bound.remove(name);
    }
    scan.bound.retain(|name, _| !world.module(module).lifted.contains(name));
    let fixed: HashSet<&str> = scan.defined.iter().copied().filter(|name| scan.bound.get(*name) == Some(&1)).collect();
    let mut functions = HashMap::new();
    let mut lambdas = Vec::new();
    let mut bound = std::mem::take(&mut scan.bound);
    scan.comprehended.iter().for_each(|name| *bound.entry(name.clone()).or_insert(0) += 2);
    for inner in std::mem::take(&mut scan.inner) {
        let new = FunctionId(world.functions.len() as u32);
        let constant = |e: &Expr| !mentions_bound(e, &bound) && !mentions_outer(world, id, e);
        let defaults = inner.written.params().items.iter().filter_map(|param| param.default.as_ref());
        let fixed_defaults = defaults.into_iter().all(constant);
        match inner.name.filter(|name| fixed.contains(name) && fixed_defaults) {
            Some(name) => drop(functions.insert(name.to_string(), new)),
            None => lambdas.push(new),
        }
        enter(world, module, Some(id), inner);
    }
    let nesting = &mut world.functions[id.0 as usize].nesting;
    nesting.functions = functions;
    nesting.bound = bound;
    Mentioned { reads: scan.reads, nonlocals: scan.nonlocals, globals: scan.globals, lambdas }
}

/// True where an expression names a variable of the function around it.
fn mentions_bound(e: &Expr, bound: &HashMap<String, usize>) -> bool {
    matches!(&e.kind, ExprKind::Name(name) if bound.contains_key(name))
        || walk::parts(e).into_iter().any(|part| mentions_bound(part, bound))
}

/// True where an expression names a variable of an enclosing function.
fn mentions_outer(world: &World, id: FunctionId, e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Name(name) if owner(world, id, name).is_some())
        || walk::parts(e).into_iter().any(|part| mentions_outer(world, id, part))
}

/// Adds a nested function to the table.
fn enter<'a>(world: &mut World<'a>, module: ModuleId, parent: Option<FunctionId>, inner: Inner<'a>) {
    let id = FunctionId(world.functions.len() as u32);
    let name = inner.name.unwrap_or("lambda").to_string();
    let outer = parent.map(|parent| world.function(parent));
    let path = match outer {
        Some(outer) => format!("{}_{name}", outer.nesting.path.as_ref().unwrap_or(&outer.name)),
        None => name.clone(),
    };
    let mut info = FunctionInfo::new(name, module, FunctionKind::Plain, inner.written, inner.span);
    info.nesting.parent = parent;
    info.nesting.path = Some(format!("_{}", path.trim_start_matches('_')));
    world.functions.push(info);
    world.inner.insert((module, inner.key), id);
}

/// The function whose variable a name is, looking outward from the parent of a function.
fn owner(world: &World, from: FunctionId, name: &str) -> Option<FunctionId> {
    let mut current = world.function(from).nesting.parent;
    while let Some(id) = current {
        let nesting = &world.function(id).nesting;
        if nesting.bound.contains_key(name) {
            return Some(id);
        }
        current = nesting.parent;
    }
    None
}

fn resolve_reads(world: &mut World, id: FunctionId, mentioned: &Mentioned) {
    let own = &world.function(id).nesting;
    let mut captures = Vec::new();
    let mut needs: BTreeSet<FunctionId> = mentioned.lambdas.iter().copied().collect();
    let mut cells = Vec::new();
    for name in mentioned.reads.iter().chain(&mentioned.nonlocals) {
        if mentioned.globals.contains(name) {
            continue;
        }
        if own.bound.contains_key(name) {
            needs.extend(own.functions.get(name));
            continue;
        }
        let Some(owner) = owner(world, id, name) else { continue };
        match world.function(owner).nesting.functions.get(name) {
            Some(function) if !mentioned.nonlocals.contains(name) => drop(needs.insert(*function)),
            _ => {
                let variable = Variable { owner, name: name.clone() };
                if mentioned.nonlocals.contains(name) {
                    cells.push(variable.clone());
                }
                captures.push(variable);
            }
        }
    }
    for variable in cells {
        let nesting = &mut world.functions[variable.owner.0 as usize].nesting;
        nesting.functions.remove(&variable.name);
        nesting.cells.insert(variable.name);
    }
    let nesting = &mut world.functions[id.0 as usize].nesting;
    nesting.needs = needs;
    captures.into_iter().for_each(|variable| nesting.capture(variable));
}

/// Calling an inner function needs what it captures: closes captures over the functions that are mentioned.
fn close_captures(world: &mut World) {
    loop {
        let mut changed = false;
        for index in 0..world.functions.len() {
            let id = FunctionId(index as u32);
            let mut missing = Vec::new();
            let mut needs = world.functions[index].nesting.needs.clone();
            for inner in world.functions[index].nesting.needs.clone() {
                let other = &world.function(inner).nesting;
                missing.extend(other.captures.iter().filter(|variable| encloses(world, variable.owner, id)).cloned());
                needs.extend(&other.needs);
            }
            let nesting = &mut world.functions[index].nesting;
            let before = (nesting.captures.len(), nesting.needs.len());
            nesting.needs = needs;
            missing.into_iter().for_each(|variable| nesting.capture(variable));
            changed |= before != (nesting.captures.len(), nesting.needs.len());
        }
        if !changed {
            return;
        }
    }
}

/// True where `outer` is a proper ancestor of `inner`.
fn encloses(world: &World, outer: FunctionId, inner: FunctionId) -> bool {
    let mut current = world.function(inner).nesting.parent;
    while let Some(id) = current {
        if id == outer {
            return true;
        }
        current = world.function(id).nesting.parent;
    }
    false
}

/// Puts every nested function right behind the definition that it is part of.
fn list_items(world: &mut World) {
    for index in (0..world.functions.len()).rev() {
        let info = &world.functions[index];
        if info.nesting.path.is_none() {
            continue;
        }
        let mut top = FunctionId(index as u32);
        while let Some(parent) = world.function(top).nesting.parent {
            top = parent;
        }
        let module = info.module;
        let place = match world.function(top).kind.class() {
            Some(class) => Item::Class(class),
            None => Item::Function(top),
        };
        let items = &mut world.modules[module.0 as usize].items;
        let at = items.iter().position(|item| *item == place).map_or(0, |at| at + 1);
        items.insert(at, Item::Function(FunctionId(index as u32)));
    }
}

impl<'a> Scan<'a> {
    fn bind(&mut self, name: &str) {
        let count = if self.loops > 0 { 2 } else { 1 };
        *self.bound.entry(name.to_string()).or_insert(0) += count;
    }

    fn block(&mut self, body: &'a [Stmt]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                walk::heads(stmt).into_iter().for_each(|e| self.expr(e));
                *self.bound.entry(def.name.text.clone()).or_insert(0) += 1;
                self.defined.push(&def.name.text);
                let (written, name) = (Written::Def(def), Some(def.name.text.as_str()));
                self.inner.push(Inner { written, name, key: def.name.span, span: stmt.span });
                return;
            }
            StmtKind::ClassDef(def) => {
                walk::heads(stmt).into_iter().for_each(|e| self.expr(e));
                self.bind(&def.name.text);
                return;
            }
            StmtKind::Assign { targets, value } => {
                if let ([Expr { kind: ExprKind::Name(name), .. }], ExprKind::Lambda { .. }) =
                    (targets.as_slice(), &value.kind)
                {
                    *self.bound.entry(name.clone()).or_insert(0) += 1;
                    self.defined.push(name);
                    self.expr(value);
                    if let Some(lambda) = self.inner.last_mut() {
                        lambda.name = Some(name);
                    }
                    return;
                }
                targets.iter().for_each(|target| self.target(target));
            }
            StmtKind::AugAssign { target, .. } => {
                self.target(target);
                self.expr(target);
            }
            StmtKind::AnnAssign { target, .. } => self.target(target),
            StmtKind::With { items, .. } => {
                items.iter().filter_map(|item| item.target.as_ref()).for_each(|target| self.target(target));
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.target(target)),
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name.text.split('.').next().unwrap_or(""));
                }
            }
            StmtKind::Try { handlers, .. } => {
                handlers.iter().filter_map(|h| h.name.as_ref()).for_each(|name| self.bind(&name.text));
            }
            StmtKind::Match { cases, .. } => {
                let mut names = Vec::new();
                cases.iter().for_each(|case| walk::captures(&case.pattern, &mut names));
                names.into_iter().for_each(|name| self.bind(&name.text));
            }
            StmtKind::Global(names) => self.globals.extend(names.iter().map(|name| name.text.clone())),
            StmtKind::Nonlocal(names) => self.nonlocals.extend(names.iter().map(|name| name.text.clone())),
            _ => {}
        }
        let is_loop = matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. });
        self.loops += usize::from(is_loop);
        if let StmtKind::For { target, .. } = &stmt.kind {
            self.target(target);
        }
        walk::heads(stmt).into_iter().for_each(|e| self.expr(e));
        ast::bodies(stmt).into_iter().for_each(|body| self.block(body));
        self.loops -= usize::from(is_loop);
    }

    fn target(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Name(name) => self.bind(name),
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.target(item)),
            ExprKind::Starred(inner) => self.target(inner),
            _ => {}
        }
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) => {
                let own = self.own.iter().any(|names| names.contains(name));
                if !own && !self.reads.contains(name) {
                    self.reads.push(name.clone());
                }
            }
            ExprKind::Named { target, value } => {
                self.bind(&target.text);
                self.expr(value);
            }
            ExprKind::Lambda { params, body } => {
                params.items.iter().filter_map(|param| param.default.as_ref()).for_each(|e| self.expr(e));
                let written = Written::Lambda { params, body };
                self.inner.push(Inner { written, name: None, key: expr.span, span: expr.span });
            }
            ExprKind::ListComp { clauses, .. }
            | ExprKind::SetComp { clauses, .. }
            | ExprKind::DictComp { clauses, .. }
            | ExprKind::Generator { clauses, .. } => {
                let mut names = HashSet::new();
                clauses.iter().for_each(|clause| target_names(&clause.target, &mut names));
                // The first iterable belongs to the scope around.
                if let Some(first) = clauses.first() {
                    self.expr(&first.iter);
                }
                self.comprehended.extend(names.iter().cloned());
                self.own.push(names);
                for part in walk::parts(expr) {
                    if !clauses.first().is_some_and(|first| std::ptr::eq(&first.iter, part)) {
                        self.expr(part);
                    }
                }
                self.own.pop();
            }
            _ => walk::parts(expr).into_iter().for_each(|part| self.expr(part)),
        }
    }
}

fn target_names(target: &Expr, found: &mut HashSet<String>) {
    match &target.kind {
        ExprKind::Name(name) => drop(found.insert(name.clone())),
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| target_names(item, found)),
        ExprKind::Starred(inner) => target_names(inner, found),
        _ => {}
    }
}
