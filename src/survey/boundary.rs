//! What crosses when a function is called from elsewhere: the shape of its parameters and its result.

use super::index::{Definition, Index};
use super::types::Type;
use crate::facts::{Boundary, Payload};
use crate::python::ast::Expr;

/// Shapes by annotation.
pub fn boundary(index: &Index<'_>, function: &Definition<'_>) -> Boundary {
    let skip = usize::from(function.class.is_some() && !function.is_static);
    let shape = |annotation: Option<&Expr>| {
        annotation.map_or(Payload::Unknown, |annotation| payload(&index.annotation(function.file, annotation)))
    };
    let params = function.def.params.items.iter().skip(skip);
    Boundary {
        params: params.map(|param| (param.name.text.clone(), shape(param.annotation.as_ref()))).collect(),
        result: shape(function.def.returns.as_ref()),
    }
}

fn payload(ty: &Type) -> Payload {
    match ty {
        Type::Scalar | Type::Text => Payload::Scalar,
        Type::Bytes => Payload::Columns,
        Type::Outside(dotted) if super::tables::is_array_library(dotted) => Payload::Columns,
        Type::Items(element) => match **element {
            Type::Scalar | Type::Bytes => Payload::Columns,
            Type::Unknown => Payload::Unknown,
            _ => Payload::Records,
        },
        Type::Dict(_) => Payload::Records,
        Type::Instance(_) => Payload::Record,
        _ => Payload::Unknown,
    }
}
