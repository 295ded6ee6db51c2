//! `name := value`: an assignment inside an expression.
//!
//! ```text
//! while (n := step(n)) > 1:  ...      while { n = step(n); n } > 1 { ... }
//! ```
//!
//! The variable belongs to the function, also where it is assigned inside a comprehension. After `a and (n := b)` it is
//! assigned where the whole is true, after `a or (n := b)` where it is false.

use super::body::Body;
use super::loops::after;
use super::narrowing::{Fact, Facts, Known};
use super::world::Lowered;
use crate::ir::*;
use crate::python::{ast, walk};
use crate::span::Span;
use std::collections::HashSet;

impl Body<'_, '_> {
    /// Lowers `target := value`: the assignment, then a read of the variable.
    pub fn named(&mut self, target: &ast::Name, value: &ast::Expr, span: Span) -> Lowered<Expr> {
        let name = ast::Expr { kind: ast::ExprKind::Name(target.text.clone()), span: target.span };
        let want = self.target_type(&name);
        let value = self.expr(value, want.as_ref())?;
        let (assignment, ()) = self.block(|b| b.store(&name, value, span))?;
        self.named.extend(self.names.get(&target.text));
        let read = self.expr(&name, None)?;
        Ok(after(assignment, read))
    }

    /// Forgets of variables that an expression assigns what was known of what they held before.
    pub fn forget_named(&self, e: &ast::Expr, facts: &mut Facts) {
        let mut names = Vec::new();
        walk::named(e, &mut names);
        let locals: HashSet<&LocalId> = names.into_iter().filter_map(|name| self.names.get(&name.text)).collect();
        let stays = |fact: &Fact| match fact.of() {
            Some(Known::Local(local)) => !locals.contains(local),
            Some(Known::Field(_)) => locals.is_empty(),
            None => true,
        };
        facts.when_true.retain(stays);
        facts.when_false.retain(stays);
    }
}

/// What an expression gives, without the statements that it begins with.
pub fn given(e: &Expr) -> &Expr {
    match &e.kind {
        ExprKind::Block { value, .. } => given(value),
        _ => e,
    }
}
