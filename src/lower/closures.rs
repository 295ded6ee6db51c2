//! Functions inside functions: what they capture travels as further parameters.
//!
//! ```text
//! def count(xs, least):                     fn count(xs, least)
//!     def fits(x):                              ... count_fits(x, least) ...
//!         return x >= least                 fn count_fits(x, least) -> bool
//!     return sum(1 for x in xs if fits(x))      return x >= least
//! ```
//!
//! A call passes the captured variables as they are at that moment, which is Python's late binding. A variable that an
//! inner function assigns, or that may change after a function value was made of it, is a cell (`cells`).

use super::body::{Body, Owner};
use super::world::{Lowered, Variable, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// The function whose body this is; none for the value of a global.
    pub fn function(&self) -> Option<FunctionId> {
        match self.owner {
            Owner::Function(id) => Some(id),
            Owner::Global(_) => None,
        }
    }

    /// The variables that a function captures, as further parameters.
    pub fn captured_parameters(&mut self, id: FunctionId, span: Span) -> Lowered<Vec<Param>> {
        let info = self.world.function(id);
        let captures: Vec<(Variable, Type)> =
            info.nesting.captures.iter().cloned().zip(info.captured.iter().cloned()).collect();
        let mut params = Vec::new();
        for (variable, ty) in captures {
            if self.world.last && ty.has_unknown() {
                let message = format!("the type of `{}`, which is captured, cannot be inferred", variable.name);
                return self.refuse(Code::UnknownType, span, message, "annotate it where it is assigned");
            }
            let cell = self.world.function(variable.owner).nesting.cells.contains(&variable.name);
            let ty = if cell { Type::Cell(Box::new(ty)) } else { ty };
            let local = self.new_local(&variable.name, &ty);
            self.flow.assigned.insert(local);
            let own = self.world.function(id).nesting.bound.contains_key(&variable.name);
            if !own && self.nearest(id, &variable.name) == Some(variable.owner) {
                self.names.insert(variable.name.clone(), local);
            }
            self.captured.insert(variable, local);
            params.push(Param {
                local,
                passing: Passing::Value,
                default: None,
                keyword_only: false,
                positional_only: false,
                rest: false,
                fresh: false,
                declared: false,
            });
        }
        Ok(params)
    }

    /// The enclosing function whose variable a name is.
    fn nearest(&self, id: FunctionId, name: &str) -> Option<FunctionId> {
        let mut current = self.world.function(id).nesting.parent;
        while let Some(outer) = current {
            let nesting = &self.world.function(outer).nesting;
            if nesting.bound.contains_key(name) {
                return Some(outer);
            }
            current = nesting.parent;
        }
        None
    }

    /// Joins what the body found out about captured variables into the table.
    pub fn learn_captured(&mut self, id: FunctionId) {
        let captures = self.world.function(id).nesting.captures.clone();
        for (index, variable) in captures.iter().enumerate() {
            if let Some(local) = self.captured.get(variable) {
                let ty = self.locals[local.0 as usize].ty.content().clone();
                World::learn(&mut self.world.changed, &mut self.world.functions[id.0 as usize].captured[index], &ty);
            }
        }
    }

    /// The inner function that a name surely means here.
    pub fn inner_function(&self, name: &str) -> Option<FunctionId> {
        let own = self.function()?;
        let nesting = &self.world.function(own).nesting;
        if let Some(id) = nesting.functions.get(name) {
            return Some(*id);
        }
        if nesting.bound.contains_key(name) || self.names.contains_key(name) || self.global_names.contains(name) {
            return None;
        }
        let owner = self.nearest(own, name)?;
        self.world.function(owner).nesting.functions.get(name).copied()
    }

    /// The lambda that an assignment gives its only name.
    pub fn named_lambda(&self, target: &ast::Expr, value: &ast::Expr) -> Option<FunctionId> {
        let (ast::ExprKind::Name(name), ast::ExprKind::Lambda { .. }) = (&target.kind, &value.kind) else {
            return None;
        };
        let id = *self.world.inner.get(&(self.module, value.span))?;
        (self.inner_function(name) == Some(id)).then_some(id)
    }

    /// `def` inside a function: a name for good, or an assignment of a function value.
    pub fn define_inner(&mut self, def: &ast::FunctionDef) -> Lowered<()> {
        let span = def.name.span;
        let Some(id) = self.world.inner.get(&(self.module, span)).copied() else {
            return self.refuse(Code::ClosureCapture, span, "this nested function is not known", "");
        };
        if let Some(decorator) = def.decorators.first() {
            return self.refuse(Code::Decorator, decorator.span, "a decorator of a nested function is not known", "");
        }
        if self.inner_function(&def.name.text) == Some(id) {
            self.flow.defined.insert(id);
            return Ok(());
        }
        let target = ast::Expr { kind: ast::ExprKind::Name(def.name.text.clone()), span };
        let want = self.names.get(&def.name.text).map(|local| self.locals[local.0 as usize].ty.content().clone());
        let value = self.function_value(id, want.as_ref(), span)?;
        self.store(&target, value, span)
    }

    /// A call of an inner function by its name.
    pub fn call_inner(
        &mut self,
        id: FunctionId,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        self.check_defined(id, span)?;
        self.call_bound(id, None, args, keywords, span)
    }

    /// Refuses where a function, or one that it uses, may not be defined yet.
    pub(super) fn check_defined(&self, id: FunctionId, span: Span) -> Lowered<()> {
        let Some(own) = self.function() else { return Ok(()) };
        let nesting = &self.world.function(id).nesting;
        for needed in nesting.needs.iter().chain([&id]) {
            let info = self.world.function(*needed);
            let is_named = self.world.function(own).nesting.functions.values().any(|named| named == needed);
            if is_named && !self.flow.defined.contains(needed) && !self.flow.dead {
                let message = format!("`{}` may be called before it is defined", info.name);
                return self.refuse(Code::UnboundLocal, span, message, "define it before it is used");
            }
        }
        Ok(())
    }

    /// What a call of a function passes for the variables that it captures; `kept` where a function value keeps them.
    pub fn captured_arguments(&mut self, id: FunctionId, kept: bool, span: Span) -> Lowered<Vec<Expr>> {
        let captures = self.world.function(id).nesting.captures.clone();
        let one = |(index, variable)| self.captured_argument(id, index, variable, kept, span);
        captures.iter().enumerate().map(one).collect()
    }

    fn captured_argument(
        &mut self,
        id: FunctionId,
        index: usize,
        variable: &Variable,
        kept: bool,
        span: Span,
    ) -> Lowered<Expr> {
        let local = match self.function() == Some(variable.owner) {
            true => self.names.get(&variable.name).copied(),
            false => self.captured.get(variable).copied(),
        };
        let Some(local) = local.filter(|local| self.flow.assigned.contains(local) || self.flow.dead) else {
            if !self.world.last {
                return Ok(Expr::new(ExprKind::None, Type::Unknown, self.at(span)));
            }
            let message = format!("`{}` may be read before it is assigned", variable.name);
            let help = "assign it before the function that uses it is called";
            return self.refuse(Code::UnboundLocal, span, message, help);
        };
        let have = self.locals[local.0 as usize].ty.content().clone();
        if kept && !matches!(self.locals[local.0 as usize].ty, Type::Cell(_)) {
            self.share(variable, &have);
        }
        let slot = &mut self.world.functions[id.0 as usize].captured[index];
        World::learn(&mut self.world.changed, slot, &have);
        let want = slot.clone();
        if have.has_unknown() {
            self.learn_local(local, &want);
        }
        let ty = self.locals[local.0 as usize].ty.clone();
        let want = if matches!(ty, Type::Cell(_)) { Type::Cell(Box::new(want)) } else { want };
        let read = Expr::local(local, ty, self.at(span));
        self.coerce(read, &want, "the captured variable")
    }
}
