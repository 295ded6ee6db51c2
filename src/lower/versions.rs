//! Versions of a variable: where an assignment to a name begins another variable.
//!
//! ```text
//! def area(text: str) -> float:        text: a parameter
//!     text = text.strip()              text_2: what the caller gave is not touched
//!     if text:
//!         width, unit = text.split()   width: a text
//!         width = float(width)         width_2: mentioned in this block only
//! ```

use super::body::{Body, Owner};
use super::world::{Lowered, Written};
use crate::ir::{self, FunctionId, Local, LocalId, Place, StmtKind, Type};
use crate::python::ast::{self, Expr, ExprKind, Stmt};
use crate::python::walk;
use crate::span::Span;
use std::collections::HashSet;

impl Body<'_, '_> {
    /// True where an int becomes a float or the other way round, and no loop or branch brings the two together.
    pub(super) fn begins_anew(&self, local: LocalId, ty: &Type) -> bool {
        let Local { name, ty: current, .. } = &self.locals[local.0 as usize];
        self.depth == 0
            && !self.is_float(name)
            && matches!((current, ty), (Type::Int, Type::Float) | (Type::Float, Type::Int))
    }

    /// True where an assignment leaves a parameter that is a container or a text: what is changed from here on is not
    /// the caller's.
    pub(super) fn leaves_parameter(&self, local: LocalId) -> bool {
        let Local { name, ty, .. } = &self.locals[local.0 as usize];
        let travels =
            matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) | Type::Bytes | Type::Str);
        self.depth == 0 && travels && self.is_param(name)
    }

    /// An int by its annotation is given a float, which Python does not mind: from the next pass on it is a number. A
    /// parameter stays an int, and what the body makes of it is another variable.
    pub(super) fn widen_declared(&mut self, name: &str, local: LocalId) {
        let is_param = self.is_param(&self.locals[local.0 as usize].name);
        match self.owner {
            Owner::Function(id) if is_param => {
                let new = self.world.functions[id.0 as usize].widened.insert(name.to_owned());
                self.world.changed |= new;
            }
            _ => _ = self.learn_local(local, &Type::Float),
        }
    }

    /// The variable for a parameter that the body makes a number of.
    pub(super) fn begin_widened(&mut self, name: &str, local: LocalId, span: Span) -> Lowered<()> {
        let Owner::Function(id) = self.owner else { return Ok(()) };
        if !self.world.function(id).widened.contains(name) || self.locals[local.0 as usize].ty != Type::Int {
            return Ok(());
        }
        let given = ir::Expr::local(local, Type::Int, self.at(span));
        let value = self.coerce(given, &Type::Number, "the variable")?;
        let wide = self.new_local(name, &Type::Number);
        self.push(StmtKind::Assign { place: Place::Local(wide), value }, span);
        self.names.insert(name.to_owned(), wide);
        self.flow.assigned.insert(wide);
        Ok(())
    }

    /// A parameter that is an int by its annotation, and is given a float.
    pub(super) fn widen_parameter(&mut self, id: FunctionId, index: usize, given: &Type) {
        let Some(param) = self.world.functions[id.0 as usize].params.get_mut(index) else { return };
        if param.declared && param.ty == Type::Int && matches!(given, Type::Float | Type::Number) {
            param.ty = Type::Number;
            self.world.changed = true;
        }
    }

    fn is_param(&self, name: &str) -> bool {
        match self.owner {
            Owner::Function(id) => self.world.function(id).params.iter().any(|param| param.name == name),
            Owner::Global(_) => false,
        }
    }

    /// True where a name is mentioned in the innermost open block only, so that no other path brings its versions
    /// together.
    pub(super) fn stays_inside(&self, name: &str) -> bool {
        let (Some(block), Some(body)) = (self.blocks.last(), self.body_of_own(name)) else { return false };
        let mut inside = true;
        each_mention(body, &mut |text, span| {
            inside &= text != name || block.start <= span.start && span.end <= block.end;
        });
        inside
    }

    /// True for a name that is only assigned (`for _ in rows`): what it held before does not matter anywhere.
    pub(super) fn is_never_read(&self, name: &str) -> bool {
        let Some(body) = self.body_of_own(name) else { return false };
        let mut stores = HashSet::new();
        each_store(body, &mut |span| {
            stores.insert(span);
        });
        let mut only_stored = true;
        each_mention(body, &mut |text, span| only_stored &= text != name || stores.contains(&span));
        only_stored
    }

    /// The body of the function, where the name is a variable that it shares with nobody.
    fn body_of_own(&self, name: &str) -> Option<&[Stmt]> {
        let Owner::Function(id) = self.owner else { return None };
        let Written::Def(def) = self.world.function(id).written else { return None };
        let is_param = def.params.items.iter().any(|param| param.name.text == name);
        let is_own = !is_param && !self.captured.keys().any(|variable| variable.name == name);
        is_own.then_some(&def.body)
    }
}

/// Calls `see` with the place of every name that some statements assign, loop variables included.
fn each_store(body: &[Stmt], see: &mut dyn FnMut(Span)) {
    for stmt in body {
        match &stmt.kind {
            ast::StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| stored(target, see)),
            ast::StmtKind::For { target, .. } => stored(target, see),
            _ => {}
        }
        walk::heads(stmt).into_iter().for_each(|e| stores_inside(e, see));
        ast::bodies(stmt).into_iter().for_each(|inner| each_store(inner, see));
    }
}

fn stores_inside(e: &Expr, see: &mut dyn FnMut(Span)) {
    if let ExprKind::ListComp { clauses, .. }
    | ExprKind::SetComp { clauses, .. }
    | ExprKind::Generator { clauses, .. }
    | ExprKind::DictComp { clauses, .. } = &e.kind
    {
        clauses.iter().for_each(|clause| stored(&clause.target, see));
    }
    walk::parts(e).into_iter().for_each(|part| stores_inside(part, see));
}

fn stored(target: &Expr, see: &mut dyn FnMut(Span)) {
    match &target.kind {
        ExprKind::Name(_) => see(target.span),
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| stored(item, see)),
        ExprKind::Starred(inner) => stored(inner, see),
        _ => {}
    }
}

/// Calls `see` for every name of some statements: read, assigned, bound by a handler or a pattern.
fn each_mention<'a>(body: &'a [Stmt], see: &mut dyn FnMut(&'a str, Span)) {
    for stmt in body {
        match &stmt.kind {
            ast::StmtKind::Try { handlers, .. } => {
                handlers.iter().filter_map(|handler| handler.name.as_ref()).for_each(|n| see(&n.text, n.span));
            }
            ast::StmtKind::Match { cases, .. } => {
                let mut names = Vec::new();
                cases.iter().for_each(|case| walk::captures(&case.pattern, &mut names));
                names.into_iter().for_each(|name| see(&name.text, name.span));
            }
            ast::StmtKind::Global(names) | ast::StmtKind::Nonlocal(names) => {
                names.iter().for_each(|name| see(&name.text, name.span));
            }
            ast::StmtKind::FunctionDef(def) => see(&def.name.text, def.name.span),
            _ => {}
        }
        walk::heads(stmt).into_iter().for_each(|e| each_name(e, see));
        ast::bodies(stmt).into_iter().for_each(|inner| each_mention(inner, see));
    }
}

fn each_name<'a>(e: &'a Expr, see: &mut dyn FnMut(&'a str, Span)) {
    match &e.kind {
        ExprKind::Name(name) => see(name, e.span),
        ExprKind::Named { target, .. } => see(&target.text, target.span),
        _ => {}
    }
    walk::parts(e).into_iter().for_each(|part| each_name(part, see));
}
