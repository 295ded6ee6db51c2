//! Gives an expression whose type was partly open the type that it turned out to have.
//!
//! ```text
//! {word: {} for word in words}     dict[str, dict[?, ?]]  ->  dict[str, dict[str, int]], and its `{}` with it
//! ```
//!
//! The parts of what is written out say their types themselves, so the type of the whole is handed down to them.

use crate::ir::{ComprehensionKind, Expr, ExprKind, Type};

/// The expression with a type that its own may become; parts that know their types keep them.
pub fn retyped(mut value: Expr, ty: &Type) -> Expr {
    retype(&mut value, ty);
    value.ty = ty.clone();
    value
}

/// True where a type leaves something open that another one says.
fn is_open(have: &Type, want: &Type) -> bool {
    match (have, want) {
        (Type::Unknown | Type::Never, want) => !matches!(want, Type::Unknown | Type::Never),
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Optional(a), Type::Optional(b)) => {
            is_open(a, b)
        }
        (Type::Dict(key, value, _), Type::Dict(k, v, _)) => is_open(key, k) || is_open(value, v),
        (Type::Tuple(parts), Type::Tuple(wanted)) => parts.iter().zip(wanted).any(|(a, b)| is_open(a, b)),
        _ => false,
    }
}

fn retype(value: &mut Expr, ty: &Type) {
    if !is_open(&value.ty, ty) {
        return;
    }
    value.ty = ty.clone();
    match (&mut value.kind, ty) {
        (ExprKind::List(items), Type::List(item)) | (ExprKind::Set(items), Type::Set(item)) => {
            items.iter_mut().for_each(|one| retype(one, item));
        }
        (ExprKind::Tuple(items), Type::Tuple(types)) => {
            items.iter_mut().zip(types).for_each(|(one, ty)| retype(one, ty));
        }
        (ExprKind::Dict(pairs), Type::Dict(key, item, _)) => {
            for (k, v) in pairs {
                retype(k, key);
                retype(v, item);
            }
        }
        (ExprKind::If { then, orelse, .. }, _) => {
            retype(then, ty);
            retype(orelse, ty);
        }
        (ExprKind::Block { value, .. }, _) => retype(value, ty),
        (ExprKind::Convert { value, .. }, Type::Optional(inner)) => retype(value, inner),
        (ExprKind::Comprehension(made), _) => match (&mut made.kind, ty) {
            (ComprehensionKind::List(element), Type::List(item))
            | (ComprehensionKind::Set(element), Type::Set(item)) => {
                retype(element, item);
            }
            (ComprehensionKind::Dict { key, value }, Type::Dict(wanted_key, wanted_value, _)) => {
                retype(key, wanted_key);
                retype(value, wanted_value);
            }
            _ => {}
        },
        _ => {}
    }
}
