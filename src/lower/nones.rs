//! What is surely None: a parameter that was never given anything else, and attributes looked up on it.
//!
//! ```text
//! def first(head):            recorded: first(None)        head: None
//!     if not head:            True
//!         return 0
//!     return head.val         never reached
//!
//! x = None
//! x.val                       raise AttributeError("'NoneType' object has no attribute 'val'")
//! ```

use super::body::Body;
use super::world::{Lowered, World};
use crate::ir::{ExceptionId, ExceptionKind, Expr, ExprKind, Raise, StmtKind, Type};
use crate::python::ast::{self, StmtKind as S};
use crate::span::Span;

/// Makes None of the results that may be None or something, where no return that is reached gives anything but None;
/// true where there are any.
pub fn settle_results(world: &mut World) -> bool {
    let mut found = false;
    for info in &mut world.functions {
        if matches!(&info.result, Type::Optional(inner) if **inner == Type::Unknown) {
            info.result = Type::None;
            found = true;
        }
    }
    found
}

/// Makes None of the parameters that may be None or something, where no call gave anything but None; true where there
/// are any.
pub fn settle(world: &mut World) -> bool {
    let mut found = false;
    for (function, param) in world.only_none.clone() {
        let info = &mut world.functions[function];
        let param = &mut info.params[param];
        let open = matches!(&param.ty, Type::Optional(inner) if **inner == Type::Unknown);
        if open && !param.declared && !param.is_fresh {
            param.ty = Type::None;
            // What was learned of variables was learned without knowing.
            info.variables.clear();
            found = true;
        }
    }
    found
}

impl Body<'_, '_> {
    /// Raises what Python raises where the first thing that a statement does is to look up an attribute of a variable
    /// that is surely None; true where it does.
    pub(super) fn raise_on_none(&mut self, stmt: &ast::Stmt) -> Lowered<bool> {
        let first = match &stmt.kind {
            S::Expr(e) | S::Assign { value: e, .. } | S::Return(Some(e)) => e,
            S::AnnAssign { value: Some(e), .. } | S::If { test: e, .. } | S::While { test: e, .. } => e,
            S::For { iter: e, .. } => e,
            _ => return Ok(false),
        };
        let Some((name, attribute, span)) = looked_up(first) else { return Ok(false) };
        if !self.is_none(name) {
            return Ok(false);
        }
        let at = self.at(span);
        let text = format!("'NoneType' object has no attribute '{attribute}'");
        let raise = Raise {
            class: ExceptionId::Builtin(ExceptionKind::AttributeError),
            message: Expr::new(ExprKind::Str(text), Type::Str, at),
            attributes: Vec::new(),
        };
        self.leave(StmtKind::Raise(raise), span)?;
        Ok(true)
    }

    /// True for a variable that holds None and nothing else, and is surely assigned.
    fn is_none(&self, name: &str) -> bool {
        let local = self.names.get(name).filter(|local| self.flow.assigned.contains(local));
        !self.global_names.contains(name) && local.is_some_and(|local| self.locals[local.0 as usize].ty == Type::None)
    }
}

/// The variable and the attribute that evaluating an expression looks up before anything else.
fn looked_up(e: &ast::Expr) -> Option<(&str, &str, Span)> {
    use ast::ExprKind as E;
    match &e.kind {
        E::Attribute { value, attr } => match &value.kind {
            E::Name(name) => Some((name, &attr.text, e.span)),
            _ => looked_up(value),
        },
        E::Call { func: first, .. } | E::Subscript { value: first, .. } => looked_up(first),
        E::Binary { left: first, .. } | E::Compare { left: first, .. } | E::Unary { operand: first, .. } => {
            looked_up(first)
        }
        E::BoolOp { values, .. } | E::Tuple(values) | E::List(values) => looked_up(values.first()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests_support::translated;

    #[test]
    fn a_result_that_is_only_ever_none_is_none() {
        let lowered =
            translated("def f(n: int) -> object | None:\n    if n > 0:\n        return None\n    return None\n");
        assert!(lowered.refusals.is_empty(), "{:?}", lowered.refusals);
        assert_eq!(lowered.program.functions[0].result, Type::None);
    }
}
