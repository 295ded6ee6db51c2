//! How often a loop runs, where the code says so.
//!
//! ```text
//! for day in range(SEASON_DAYS):        SEASON_DAYS = 84        ->  84
//! for i, x in enumerate(STEPS):         STEPS = [50, 5, 1]      ->  3
//! for line in lines:                                            ->  not known
//! ```

use super::function::Walk;
use super::index::Binding;
use crate::python::ast::*;
use crate::source::FileId;

/// Loops whose length is not in the code are thought to run this often.
pub const GUESS: f64 = 24.0;

impl<'a> Walk<'_, 'a> {
    /// The number of items that iterating over an expression gives.
    pub fn trips(&self, iter: &Expr) -> Option<f64> {
        self.length(self.function.file, iter, 8)
    }

    fn length(&self, file: FileId, expr: &Expr, hops: u32) -> Option<f64> {
        let hops = hops.checked_sub(1)?;
        match &expr.kind {
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
                let is_plain = !items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_)));
                is_plain.then_some(items.len() as f64)
            }
            ExprKind::Dict(items) => items.iter().all(|item| item.key.is_some()).then_some(items.len() as f64),
            ExprKind::Str(text) => Some(text.chars().count() as f64),
            ExprKind::Bytes(bytes) => Some(bytes.len() as f64),
            ExprKind::Name(name) => {
                let (file, value) = self.constant(file, name)?;
                self.length(file, value, hops)
            }
            ExprKind::Binary { op: BinaryOp::Mul, left, right } => {
                Some(self.length(file, left, hops)? * self.integer(file, right, hops)?.max(0.0))
            }
            ExprKind::Call { func, args, .. } => match &func.kind {
                ExprKind::Name(name) => self.length_of_call(file, name, args, hops),
                ExprKind::Attribute { value, attr }
                    if ["items", "keys", "values", "copy"].contains(&attr.text.as_str()) =>
                {
                    self.length(file, value, hops)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn length_of_call(&self, file: FileId, name: &str, args: &[Expr], hops: u32) -> Option<f64> {
        match name {
            "range" => {
                let bounds: Option<Vec<f64>> = args.iter().map(|arg| self.integer(file, arg, hops)).collect();
                match bounds?[..] {
                    [stop] => Some(stop.max(0.0)),
                    [start, stop] => Some((stop - start).max(0.0)),
                    [start, stop, step] if step != 0.0 => Some(((stop - start) / step).ceil().max(0.0)),
                    _ => None,
                }
            }
            "enumerate" | "reversed" | "sorted" | "list" | "tuple" | "set" | "dict" | "iter" => {
                args.first().and_then(|arg| self.length(file, arg, hops))
            }
            "zip" => args.iter().filter_map(|arg| self.length(file, arg, hops)).min_by(f64::total_cmp),
            _ => None,
        }
    }

    /// The value of an integer expression over literals and module constants.
    fn integer(&self, file: FileId, expr: &Expr, hops: u32) -> Option<f64> {
        let hops = hops.checked_sub(1)?;
        match &expr.kind {
            ExprKind::Int(IntLiteral::Small(value)) => Some(*value as f64),
            ExprKind::Unary { op: UnaryOp::Minus, operand } => Some(-self.integer(file, operand, hops)?),
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.integer(file, left, hops)?, self.integer(file, right, hops)?);
                match op {
                    BinaryOp::Add => Some(left + right),
                    BinaryOp::Sub => Some(left - right),
                    BinaryOp::Mul => Some(left * right),
                    BinaryOp::FloorDiv if right != 0.0 => Some((left / right).floor()),
                    BinaryOp::Pow if right >= 0.0 => Some(left.powf(right)),
                    _ => None,
                }
            }
            ExprKind::Call { func, args, .. } if matches!(&func.kind, ExprKind::Name(name) if name == "len") => {
                args.first().and_then(|arg| self.length(file, arg, hops))
            }
            ExprKind::Name(name) => {
                let (file, value) = self.constant(file, name)?;
                self.integer(file, value, hops)
            }
            _ => None,
        }
    }

    /// The value of a module global that is assigned once and never rebound.
    fn constant(&self, file: FileId, name: &str) -> Option<(FileId, &'a Expr)> {
        if file == self.function.file && self.local_names.contains(name) {
            return None;
        }
        match self.index.lookup(file, name)? {
            (file, Binding::Value { value: Some(value), is_assigned_once: true, .. })
                if !self.index.names_of(file).rebound.contains(name) =>
            {
                Some((file, value))
            }
            _ => None,
        }
    }
}
