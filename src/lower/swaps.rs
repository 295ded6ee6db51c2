//! Two elements of a list that change places: `rows[i], rows[j] = rows[j], rows[i]`.
//!
//! Afterwards each is still in one place, so that nothing is copied or seen under two names.

use super::body::Body;
use super::world::Lowered;
use crate::ir::{StmtKind, Type};
use crate::python::ast::{Expr, ExprKind};
use crate::span::Span;

impl Body<'_, '_> {
    /// The statement, where targets and value are a swap of elements that are not plain numbers; false otherwise.
    pub(super) fn swapped(&mut self, targets: &[Expr], value: &Expr, span: Span) -> Lowered<bool> {
        let Some((list, [first, second])) = swap(targets, value) else { return Ok(false) };
        let list = self.expr(list, None)?;
        let is_worth_it = matches!(&list.ty, Type::List(item) if !item.has_unknown() && !item.is_scalar());
        if !is_worth_it || list.as_place().is_none() {
            return Ok(false);
        }
        // Python reads the second place first; both fail in the same words.
        let (first, second) = (self.expr(first, Some(&Type::Int))?, self.expr(second, Some(&Type::Int))?);
        let (first, second) = (self.to_int(first), self.to_int(second));
        if first.ty != Type::Int || second.ty != Type::Int {
            return Ok(false);
        }
        let done = self.named_operation("~list.swap", vec![list, first, second], Type::None, span);
        self.push(StmtKind::Expr(done), span);
        Ok(true)
    }
}

/// The list and the two indices of a swap of elements of one list.
fn swap<'e>(targets: &'e [Expr], value: &Expr) -> Option<(&'e Expr, [&'e Expr; 2])> {
    let ([left, right], ExprKind::Tuple(values)) = (targets, &value.kind) else { return None };
    let [from_right, from_left] = values.as_slice() else { return None };
    let ((list, first), (other, second)) = (item(left)?, item(right)?);
    let is_swap = is_same(left, from_left) && is_same(right, from_right) && is_same(list, other);
    is_swap.then_some((list, [first, second]))
}

fn item(e: &Expr) -> Option<(&Expr, &Expr)> {
    match &e.kind {
        ExprKind::Subscript { value, index } => Some((value, index)),
        _ => None,
    }
}

/// True for two spellings of one path, of which the parts cannot change from the first to the second.
fn is_same(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Name(a), ExprKind::Name(b)) => a == b,
        (ExprKind::Int(a), ExprKind::Int(b)) => a == b,
        (ExprKind::Attribute { value: a, attr: x }, ExprKind::Attribute { value: b, attr: y }) => {
            x.text == y.text && is_same(a, b)
        }
        (ExprKind::Subscript { value: a, index: i }, ExprKind::Subscript { value: b, index: j }) => {
            is_same(a, b) && is_same(i, j)
        }
        (ExprKind::Unary { op: x, operand: a }, ExprKind::Unary { op: y, operand: b }) => x == y && is_same(a, b),
        (ExprKind::Binary { op: x, left: a, right: b }, ExprKind::Binary { op: y, left: c, right: d }) => {
            x == y && is_same(a, c) && is_same(b, d)
        }
        _ => false,
    }
}
