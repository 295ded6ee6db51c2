//! Statements that change what a target holds: `del`, and augmented assignment.
//!
//! ```text
//! counts[word] += 1       update in place where the type stays
//! n /= 2                  a new value, where `n` is an int
//! del xs[i]               ListDelete[xs, i]
//! ```

use super::body::Body;
use super::objects::AttributeTarget;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// `del target`
    pub fn delete(&mut self, target: &ast::Expr) -> Lowered<()> {
        let ast::ExprKind::Subscript { value, index } = &target.kind else {
            return self.refuse(Code::DeleteTarget, target.span, "only elements of lists and dicts can be deleted", "");
        };
        let base = self.expr(value, None)?;
        let base = self.present(base);
        let at = self.at(target.span);
        if let (Type::List(_), ast::ExprKind::Slice { .. }) = (&base.ty, &index.kind) {
            let mut args = vec![base];
            args.extend(self.slice_bounds(index)?);
            self.perform("~slice.delete", args, target.span);
            return Ok(());
        }
        if let Some(id) = self.special(&base.ty, "__delitem__") {
            let index = self.expr(index, None)?;
            let call = self.call_special(id, vec![base, index], target.span)?;
            self.push(StmtKind::Expr(call), target.span);
            return Ok(());
        }
        let (op, index) = match &base.ty {
            Type::List(_) if !matches!(index.kind, ast::ExprKind::Slice { .. }) => {
                let index = self.expr(index, Some(&Type::Int))?;
                (Builtin::ListDelete, self.coerce(index, &Type::Int, "the index")?)
            }
            Type::Deque(_) => return self.delete_from_deque(base, index, target.span),
            Type::Dict(key, _, DictKind::Counter) => {
                // A key that is not there is no error.
                let key = (**key).clone();
                let index = self.expr(index, Some(&key))?;
                let index = self.coerce(index, &key, "the key")?;
                let zero = Expr::new(ExprKind::Int(0), Type::Int, at);
                let taken = ExprKind::Builtin { op: Builtin::DictPopOr, args: vec![base, index, zero] };
                self.push(StmtKind::Expr(Expr::new(taken, Type::Int, at)), target.span);
                return Ok(());
            }
            Type::Dict(key, _, _) => {
                let key = (**key).clone();
                let index = self.expr(index, Some(&key))?;
                (Builtin::DictDelete, self.coerce(index, &key, "the key")?)
            }
            Type::Unknown => return Ok(()),
            _ => {
                return self.refuse(
                    Code::DeleteTarget,
                    target.span,
                    "only elements of lists and dicts can be deleted",
                    "",
                );
            }
        };
        let call = Expr::new(ExprKind::Builtin { op, args: vec![base, index] }, Type::None, at);
        self.push(StmtKind::Expr(call), target.span);
        Ok(())
    }

    /// `target op= value`
    pub fn update(&mut self, target: &ast::Expr, op: ast::BinaryOp, value: &ast::Expr, span: Span) -> Lowered<()> {
        let at = self.at(span);
        if let ast::ExprKind::Subscript { value: object, index } = &target.kind
            && self.has_setitem(object)
        {
            return self.update_item((object, index), op, value, span);
        }
        let (place, ty) = match &target.kind {
            ast::ExprKind::Attribute { value: object, attr } if !self.is_init_self(object) => {
                match self.attribute_target(object, attr)? {
                    AttributeTarget::Place(place, ty) => (place, ty),
                    AttributeTarget::Lock | AttributeTarget::Unknown => return Ok(()),
                    AttributeTarget::Setter { object, setter, name } => {
                        let object = if Self::is_simple(&object) { object } else { self.spill(object, span) };
                        let current = self.field(object.clone(), &name, span)?;
                        let current = self.spill(current, span);
                        let right = self.expr(value, Some(&current.ty.clone()))?;
                        let combined = self.binary(op, current, right, span)?;
                        return self.call_setter(object, setter, combined, span);
                    }
                }
            }
            _ => self.place(target)?,
        };
        if let Place::Item { base, .. } = &place
            && matches!(base.ty.dict_kind(), Some(DictKind::Default(_) | DictKind::Counter))
        {
            return self.update_entry(place, &ty, op, value, span);
        }
        let current = Expr::new(ExprKind::Read { place: place.clone(), take: Take::Look }, ty.clone(), at);
        let current = self.inside_known(current);
        if let (Type::List(_), ast::BinaryOp::Add) = (&ty, op) {
            let (iter, item) = self.iterable(value, false)?;
            self.learn_place(&place, &Type::list(item.clone()));
            let other = self.list_of(iter, item, at);
            let call = ExprKind::Builtin { op: Builtin::ListExtend, args: vec![current, other] };
            self.push(StmtKind::Expr(Expr::new(call, Type::None, at)), span);
            return Ok(());
        }
        if let (Type::Deque(item), ast::BinaryOp::Add) = (&ty, op) {
            return self.extend_deque(current, &item.clone(), value, span);
        }
        if let Some(id) = self.special_update(op, &current.ty) {
            let right = self.expr(value, None)?;
            let changed = self.call_special(id, vec![current, right], span)?;
            return self.store(target, changed, span);
        }
        let right = self.expr(value, Some(&ty))?;
        if let Some(change) = self.set_update(op, current.clone(), right.clone(), span) {
            let change = change?;
            self.push(StmtKind::Expr(change), span);
            return Ok(());
        }
        let combined = self.binary(op, current.clone(), right.clone(), span)?;
        if combined.ty == Type::Unknown || ty == Type::Unknown {
            if ty == Type::Unknown && right.ty != Type::Unknown {
                self.learn_place(&place, &right.ty);
            }
            return Ok(());
        }
        // The same type on both sides is an update in place; else (`n /= 2` on an int) it is a new value.
        let operand = match (&ty, &right.ty) {
            (Type::Float, Type::Int | Type::Bool) => Some(self.to_float(right)),
            (Type::Int, Type::Bool) => Some(self.to_int(right)),
            (a, b) if a == b => Some(right),
            _ => None,
        };
        if let (Some(value), true) = (operand, combined.ty == ty)
            && (matches!(ty, Type::Int | Type::Float) || (ty == Type::Str && op == ast::BinaryOp::Add))
            && let Some(op) = super::operators::arith(op)
        {
            self.push(StmtKind::Update { place, op, value }, span);
            return Ok(());
        }
        match (&target.kind, &place) {
            (ast::ExprKind::Name(_), _) => self.store(target, combined, span),
            (_, Place::Field { base, .. }) if Self::is_simple(base) => {
                let value = self.coerce(combined, &ty, "the target")?;
                self.push(StmtKind::Assign { place, value }, span);
                Ok(())
            }
            _ if combined.ty == ty && is_repeatable(&place) => {
                self.push(StmtKind::Assign { place, value: combined }, span);
                Ok(())
            }
            _ => self.refuse(
                Code::MixedTypes,
                span,
                format!(
                    "the element is {} and becomes {}",
                    self.world.describe(&ty),
                    self.world.describe(&combined.ty)
                ),
                "store the new value in another container",
            ),
        }
    }
}

/// True for a path that is the same when it is walked again.
fn is_repeatable(place: &Place) -> bool {
    match place {
        Place::Local(_) | Place::Global(_) => true,
        Place::Item { base, index, .. } => is_plain(index) && base.as_place().is_some_and(is_repeatable),
        Place::Field { base, .. } => base.as_place().is_some_and(is_repeatable),
        Place::Entry { .. } | Place::Some(_) | Place::Present(_) | Place::Cell(_) => false,
    }
}

/// True for arithmetic on variables and constants.
fn is_plain(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Arith { left, right, .. } => is_plain(left) && is_plain(right),
        ExprKind::Negate(inner) => is_plain(inner),
        _ => Body::is_simple(value),
    }
}
