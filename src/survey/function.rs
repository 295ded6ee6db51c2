//! One pass over one function: its own cost, its calls, its effects, what is noteworthy in it.
//!
//! Statements are here, expressions in `expression`, calls in `call`. Costs are counted in steps (see
//! [`crate::facts::Steps`]); what stands in a loop counts as often as the loop is thought to run.

use super::index::{Definition, Index};
use super::outline::CONSTRUCTORS;
use super::propagate;
use super::roots::{Root, Value};
use super::tables;
use super::trips::GUESS;
use super::types::Type;
use super::walk;
use crate::facts::{Effects, FunctionId, State, Steps, Use, UseKind, Work};
use crate::python::ast::*;
use crate::span::{Location, Span};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// What the pass found, before anything is known of the callees.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Cost without callees.
    pub own: Steps,
    /// Depth of the deepest loop nest.
    pub loop_depth: u32,
    /// Loops of unknown length.
    pub guessed_loops: u32,
    /// Noteworthy things.
    pub uses: Vec<Use>,
    /// Calls of functions of the program.
    pub edges: Vec<Edge>,
    /// Names called and not resolved.
    pub unresolved: BTreeSet<String>,
    /// State read directly.
    pub reads: BTreeSet<State>,
    /// State changed directly.
    pub writes: BTreeSet<State>,
    /// Names of attributes set on any object outside constructors.
    pub attributes_set: BTreeSet<String>,
    /// Locks taken.
    pub locks: Vec<RawLock>,
    /// It contains `raise`.
    pub raises: bool,
    /// It contains `yield`.
    pub yields: bool,
    /// What it does by itself, states left out.
    pub flags: Effects,
}

/// A call of a function of the program, with whose objects it is given.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Who is called.
    pub callee: FunctionId,
    /// Where.
    pub at: Span,
    /// Estimated number of times in one call of the caller.
    pub times: f64,
    /// Loops around it.
    pub loop_depth: u32,
    /// Whose object the method is called on.
    pub receiver: Root,
    /// Whose objects are passed, by parameter name; fresh ones left out.
    pub arguments: Vec<(String, Root)>,
}

/// A lock and what is done while it is held.
#[derive(Clone, Debug)]
pub struct RawLock {
    /// As written.
    pub name: String,
    /// Where.
    pub at: Span,
    /// Own cost while it is held.
    pub own: Steps,
    /// Calls made while it is held, as indices of [`Raw::edges`].
    pub edges: Range<usize>,
}

/// The walk through one function.
pub(super) struct Walk<'w, 'a> {
    pub index: &'w Index<'a>,
    pub function: &'w Definition<'a>,
    pub module: &'w str,
    pub locals: HashMap<&'a str, Value>,
    pub local_names: HashSet<&'a str>,
    pub globals: HashSet<&'a str>,
    pub times: f64,
    pub depth: u32,
    pub raw: Raw,
}

/// Walks one function.
pub fn walk_function(index: &Index<'_>, function: &Definition<'_>, module: &str) -> Raw {
    let mut walk = Walk {
        index,
        function,
        module,
        locals: HashMap::new(),
        local_names: walk::local_names(function.def),
        globals: walk::global_names(function.def),
        times: 1.0,
        depth: 0,
        raw: Raw::default(),
    };
    walk.bind_parameters();
    walk.body(&function.def.body);
    walk.raw.flags = propagate::own_flags(&walk.raw);
    walk.raw.edges.shrink_to_fit();
    walk.raw.uses.shrink_to_fit();
    walk.raw
}

impl<'a> Walk<'_, 'a> {
    fn bind_parameters(&mut self) {
        let types = self.index.parameters(self.function);
        let takes_object = self.function.class.is_some() && !self.function.is_static;
        for (position, param) in self.function.def.params.items.iter().enumerate() {
            let name = param.name.text.as_str();
            let root = if takes_object && position == 0 { Root::Object } else { Root::Argument(name.to_string()) };
            let value = match param.kind {
                ParameterKind::VarPositional | ParameterKind::VarKeyword => Value::container(types[name].clone(), root),
                _ => Value::of(types[name].clone(), root),
            };
            if param.kind == ParameterKind::VarKeyword {
                self.note(UseKind::Dynamic, format!("**{name}"), param.name.span);
            }
            self.locals.insert(name, value);
        }
        self.enclosing_functions();
    }

    /// Functions that stand beside or around a nested one can be called by name.
    fn enclosing_functions(&mut self) {
        let mut parent = self.function.parent;
        while let Some(id) = parent {
            for sibling in self.index.nested_in(id) {
                let name = self.index.function(*sibling).def.name.text.as_str();
                self.locals.entry(name).or_insert_with(|| Value::fresh(Type::Function(*sibling)));
                self.local_names.insert(name);
            }
            parent = self.index.function(id).parent;
        }
    }

    /// Adds steps at this place, as often as the loops around it run.
    pub fn spend(&mut self, work: Work, steps: f64) {
        self.raw.own.add(Steps::of(work, steps), self.times);
    }

    pub fn note(&mut self, kind: UseKind, name: impl Into<String>, span: Span) {
        let at = Location { file: self.function.file, span };
        self.raw.uses.push(Use { kind, name: name.into(), at, loop_depth: self.depth });
    }

    pub fn write(&mut self, root: &Root, name: &str) {
        self.raw.writes.extend(root.changed(name));
        if !self.is_constructor() || !matches!(root, Root::Object | Root::Attribute(_)) {
            self.raw.attributes_set.insert(match root {
                Root::Attribute(own) if !own.is_empty() => own.clone(),
                _ => name.to_string(),
            });
        }
    }

    fn is_constructor(&self) -> bool {
        CONSTRUCTORS.contains(&self.function.def.name.text.as_str())
    }

    /// Walks something `trips` times as often as its surroundings.
    pub fn repeated(&mut self, trips: Option<f64>, inside: impl FnOnce(&mut Self)) {
        self.raw.guessed_loops += u32::from(trips.is_none());
        let outer = self.times;
        self.times = (outer * trips.unwrap_or(GUESS)).min(Steps::CEILING);
        self.depth += 1;
        self.raw.loop_depth = self.raw.loop_depth.max(self.depth);
        inside(self);
        self.depth -= 1;
        self.times = outer;
    }

    /// Walks something that runs only now and then.
    pub fn sometimes(&mut self, share: f64, inside: impl FnOnce(&mut Self)) {
        let outer = self.times;
        self.times *= share;
        inside(self);
        self.times = outer;
    }

    pub fn body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Expr(expr) => drop(self.expr(expr)),
            StmtKind::Return(value) => drop(value.as_ref().map(|value| self.expr(value))),
            StmtKind::Assign { targets, value } => {
                let value = self.expr(value);
                targets.iter().for_each(|target| self.assign(target, value.clone()));
            }
            StmtKind::AnnAssign { target, annotation, value } => self.annotated(target, annotation, value.as_ref()),
            StmtKind::AugAssign { target, op, value } => self.augmented(target, *op, value),
            StmtKind::For { target, iter, body, orelse, is_async } => {
                if *is_async {
                    self.note(UseKind::Await, "async for", stmt.span);
                }
                self.for_loop(target, iter, body);
                self.body(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.repeated(None, |walk| {
                    walk.expr(test);
                    walk.body(body);
                });
                self.body(orelse);
            }
            StmtKind::If { test, body, orelse } => {
                self.expr(test);
                self.sometimes(likelihood(body), |walk| walk.body(body));
                self.sometimes(likelihood(orelse), |walk| walk.body(orelse));
            }
            StmtKind::With { items, body, is_async } => self.with(items, body, *is_async, stmt.span),
            StmtKind::Match { subject, cases } => self.match_cases(subject, cases),
            StmtKind::Raise { exc, cause } => {
                self.raw.raises = true;
                for expr in exc.iter().chain(cause) {
                    self.expr(expr);
                }
            }
            StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
                self.body(body);
                handlers.iter().for_each(|handler| self.sometimes(0.1, |walk| walk.body(&handler.body)));
                self.body(orelse);
                self.body(finalbody);
            }
            StmtKind::Assert { test, .. } => drop(self.expr(test)),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.delete(target)),
            StmtKind::FunctionDef(def) => self.define(&def.name.text, self.nested_function(def)),
            StmtKind::ClassDef(def) => self.define(&def.name.text, self.nested_class(def)),
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => self.import(names),
            StmtKind::TypeAlias { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Error => {}
        }
    }

    fn nested_function(&self, def: &FunctionDef) -> Type {
        self.index.function_at(self.function.file, def).map(Type::Function).unwrap_or_default()
    }

    fn nested_class(&self, def: &ClassDef) -> Type {
        self.index.class_at(self.function.file, def).map(Type::Class).unwrap_or_default()
    }

    fn define(&mut self, name: &'a str, ty: Type) {
        self.spend(Work::Compute, 4.0);
        self.locals.insert(name, Value::fresh(ty));
    }

    /// Imports inside a function: the module's table knows them.
    fn import(&mut self, names: &'a [Alias]) {
        self.spend(Work::Compute, 10.0);
        for alias in names {
            let name = walk::bound_by_import(alias);
            if let Some((file, binding)) = self.index.lookup(self.function.file, name) {
                let ty = self.index.type_of_binding(file, &binding);
                self.locals.insert(name, Value::fresh(ty));
            }
        }
    }

    fn annotated(&mut self, target: &'a Expr, annotation: &Expr, value: Option<&'a Expr>) {
        let declared = self.index.annotation(self.function.file, annotation);
        let value = value.map(|value| self.expr(value)).unwrap_or_default();
        let ty = declared.or(value.ty.clone());
        self.assign(target, Value { ty, ..value });
    }

    fn augmented(&mut self, target: &'a Expr, op: BinaryOp, value: &'a Expr) {
        let old = self.expr(target);
        let operand = self.expr(value);
        self.operator(op, &old, &operand);
        match &target.kind {
            ExprKind::Name(_) if matches!(old.ty, Type::Items(_) | Type::Dict(_) | Type::Bytes | Type::Outside(_)) => {
                self.write(&old.root, "(contents)"); // changed in place, and the name stays bound to it
            }
            _ => self.assign(target, old),
        }
    }

    fn for_loop(&mut self, target: &'a Expr, iter: &'a Expr, body: &'a [Stmt]) {
        let trips = self.trips(iter);
        let items = self.expr(iter);
        self.repeated(trips, |walk| {
            walk.spend(Work::Compute, 1.0);
            walk.assign_element(target, iter, &items);
            walk.body(body);
        });
    }

    /// Binds a loop's target; `enumerate` and `.items()` give pairs whose second part is the element.
    pub fn assign_element(&mut self, target: &'a Expr, iter: &Expr, items: &Value) {
        let element = items.element();
        match (&target.kind, &iter.kind) {
            (ExprKind::Tuple(parts), ExprKind::Call { func, .. }) if parts.len() == 2 && is_pairs(func) => {
                self.assign(&parts[0], Value::fresh(Type::Scalar));
                let second = Value::of(element.ty.element(), items.inner.clone());
                self.assign(&parts[1], second);
            }
            _ => self.assign(target, element),
        }
    }

    /// Stores a value.
    pub fn assign(&mut self, target: &'a Expr, value: Value) {
        match &target.kind {
            ExprKind::Name(name) if self.globals.contains(name.as_str()) => {
                let global = Root::Global(format!("{}.{name}", self.module));
                self.write(&global, name);
            }
            ExprKind::Name(name) => {
                self.spend(Work::Compute, 0.3);
                self.locals.insert(name, value);
            }
            ExprKind::Attribute { value: object, attr } => {
                let object = self.expr(object);
                self.spend(Work::Compute, 1.0);
                match &object.ty {
                    Type::Module(_) | Type::Class(_) => {
                        self.note(UseKind::Dynamic, format!("assignment to {}", attr.text), target.span);
                    }
                    _ => {}
                }
                self.write(&object.root, &attr.text);
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(object);
                self.expr(index);
                self.spend(item_work(&object.ty), 1.5);
                self.write(&object.root, "(contents)");
            }
            ExprKind::Tuple(parts) | ExprKind::List(parts) => {
                parts.iter().for_each(|part| self.assign(part, value.element()));
            }
            ExprKind::Starred(inner) => self.assign(inner, Value::container(value.ty.clone(), value.inner.clone())),
            _ => drop(self.expr(target)),
        }
    }

    fn delete(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Attribute { value, attr } => {
                let object = self.expr(value);
                self.write(&object.root, &attr.text);
            }
            ExprKind::Subscript { value, index } => {
                let object = self.expr(value);
                self.expr(index);
                self.spend(item_work(&object.ty), 2.0);
                self.write(&object.root, "(contents)");
            }
            ExprKind::Tuple(parts) | ExprKind::List(parts) => parts.iter().for_each(|part| self.delete(part)),
            _ => {}
        }
    }

    fn with(&mut self, items: &'a [WithItem], body: &'a [Stmt], is_async: bool, span: Span) {
        if is_async {
            self.note(UseKind::Await, "async with", span);
        }
        let mut held = Vec::new();
        for item in items {
            let value = self.expr(&item.context);
            if is_lock(&item.context, &value.ty) {
                let name = walk::dotted(&item.context).unwrap_or_else(|| "lock".into());
                held.push((name, item.context.span, self.raw.own, self.raw.edges.len()));
            }
            self.spend(Work::Compute, 4.0);
            if let Some(target) = &item.target {
                self.assign(target, value);
            }
        }
        self.body(body);
        for (name, at, before, first) in held {
            let mut own = self.raw.own;
            own.add(before, -1.0);
            self.raw.locks.push(RawLock { name, at, own, edges: first..self.raw.edges.len() });
        }
    }

    fn match_cases(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) {
        self.expr(subject);
        let share = 1.0 / cases.len().max(1) as f64;
        for case in cases {
            self.spend(Work::Compute, 1.0);
            self.sometimes(share, |walk| {
                if let Some(guard) = &case.guard {
                    walk.expr(guard);
                }
                walk.body(&case.body);
            });
        }
    }
}

/// The kind of work that indexing does.
pub(super) fn item_work(ty: &Type) -> Work {
    if matches!(ty, Type::Dict(_) | Type::Text) { Work::Text } else { Work::Compute }
}

/// How often a branch is taken: errors are rare, otherwise every second time.
fn likelihood(body: &[Stmt]) -> f64 {
    if matches!(body.last().map(|stmt| &stmt.kind), Some(StmtKind::Raise { .. })) { 0.02 } else { 0.5 }
}

/// `enumerate(xs)`, `d.items()`
fn is_pairs(func: &Expr) -> bool {
    match &func.kind {
        ExprKind::Name(name) => name == "enumerate",
        ExprKind::Attribute { attr, .. } => attr.text == "items",
        _ => false,
    }
}

/// Locks by their type, or by a name that says so.
fn is_lock(expr: &Expr, ty: &Type) -> bool {
    if let Type::Outside(dotted) = ty
        && tables::LOCKS.contains(&dotted.as_str())
    {
        return true;
    }
    let name = walk::dotted(expr).map(|name| super::index::last(&name).to_ascii_lowercase()).unwrap_or_default();
    let is_named = ["lock", "mutex", "semaphore"].iter().any(|word| name.ends_with(word));
    is_named && matches!(ty, Type::Unknown | Type::Outside(_))
}
