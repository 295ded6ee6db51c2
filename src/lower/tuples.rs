//! Tuples of any length: `tuple(xs)`, `t + (x,)`, `(0,) * n`, `t[1:]`, `t[i]`.
//!
//! ```text
//! key = tuple(sorted(word))       let key: (str, ...) = TupleFrom(Sorted(..))
//! path = path + (node,)           let path = TupleFrom(Concat(TupleItems(path), [node]))
//! ```
//!
//! What a tuple of any length holds never changes, so a copy of it is itself. A tuple that is written out keeps the
//! types of its parts, and becomes one of any length where one is wanted, or where several lengths meet.

use super::body::Body;
use super::iteration::is_immutable;
use super::join::{join, joined_item};
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// `()`
    pub fn empty_tuple(&self, span: Span) -> Expr {
        self.new_tuple(Vec::new(), Type::Never, span)
    }

    /// A tuple of any length of these items, which are of one type.
    pub fn new_tuple(&self, items: Vec<Expr>, item: Type, span: Span) -> Expr {
        tuple_from(Expr::new(ExprKind::List(items), Type::list(item), self.at(span)))
    }

    /// `tuple(source)`
    pub fn tuple_of(&mut self, source: &ast::Expr, span: Span) -> Lowered<Expr> {
        let is_tuple = |ty: Type| matches!(ty, Type::Tuple(_) | Type::TupleOf(_));
        let computed = matches!(source.kind, ast::ExprKind::Generator { .. });
        if !computed && self.quiet(|b| b.expr(source, None)).is_some_and(|value| is_tuple(value.ty)) {
            return self.expr(source, None);
        }
        let list = self.list_from(source, false)?;
        self.tuple_from_list(list, span)
    }

    /// `(a, *items, b)`
    pub fn starred_tuple(&mut self, items: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let list = self.starred_list(items, None, span)?;
        self.tuple_from_list(list, span)
    }

    /// A tuple of the items of a list that nobody else has.
    pub fn tuple_from_list(&mut self, list: Expr, span: Span) -> Lowered<Expr> {
        match list.ty.item() {
            None => self.unknown(span, "the items of the tuple"),
            Some(item) if self.world.last && !is_immutable(&item) => {
                let message = format!("a tuple of any length of {} is not translated", self.world.describe(&item));
                let help = "keep a list: what it holds can change";
                self.refuse(Code::UnsupportedCall, span, message, help)
            }
            Some(_) => Ok(tuple_from(list)),
        }
    }

    /// A tuple as one of any length of items of a type.
    pub fn widened_tuple(&mut self, value: Expr, item: &Type, what: &str) -> Lowered<Expr> {
        let (at, span) = (value.at, value.at.span);
        let fits = |from: &Type| {
            let joined = join(from, item).is_some_and(|joined| joined == *item);
            joined || matches!((from, item), (Type::Int, Type::Float))
        };
        if value.ty == Type::tuple_of(item.clone()) {
            return Ok(value);
        }
        match (value.ty.clone(), value.kind) {
            (Type::Tuple(types), ExprKind::Tuple(parts)) if types.iter().all(fits) => {
                let parts = parts.into_iter().map(|part| self.coerce(part, item, what)).collect::<Lowered<Vec<_>>>()?;
                Ok(self.new_tuple(parts, item.clone(), span))
            }
            (Type::Tuple(types), kind) if types.iter().all(|ty| ty == item) => {
                let value = Expr::new(kind, Type::Tuple(types), at);
                let copy = ExprKind::Builtin { op: Builtin::Copy, args: vec![value] };
                Ok(tuple_from(Expr::new(copy, Type::list(item.clone()), at)))
            }
            (Type::Tuple(types), kind) if types.iter().all(fits) => {
                let whole = Expr::new(kind, Type::Tuple(types.clone()), at);
                let (body, parts) = self.block(|b| {
                    let whole = b.spill(whole, span);
                    let parts = types.iter().enumerate();
                    let part = |(index, ty): (usize, &Type)| super::unpack::item(&whole, index, ty.clone(), at);
                    parts.map(part).map(|part| b.coerce(part, item, what)).collect::<Lowered<Vec<_>>>()
                })?;
                Ok(super::loops::after(body, self.new_tuple(parts, item.clone(), span)))
            }
            (Type::TupleOf(from), ExprKind::Builtin { op: Builtin::TupleFrom, mut args })
                if fits(&from) && args.len() == 1 && matches!(args[0].kind, ExprKind::List(_)) =>
            {
                let ExprKind::List(parts) = args.remove(0).kind else { return Ok(self.empty_tuple(span)) };
                let parts = parts.into_iter().map(|part| self.coerce(part, item, what)).collect::<Lowered<Vec<_>>>()?;
                Ok(self.new_tuple(parts, item.clone(), span))
            }
            (Type::TupleOf(from), kind) if *from == Type::Never => {
                let value = Expr::new(kind, Type::TupleOf(from), at);
                let empty = self.new_tuple(Vec::new(), item.clone(), span);
                let before =
                    if Self::is_simple(&value) { Vec::new() } else { vec![Stmt::new(StmtKind::Expr(value), at)] };
                Ok(super::loops::after(before, empty))
            }
            (ty, kind) if !self.world.last && (ty.has_unknown() || item.has_unknown()) => Ok(Expr::new(kind, ty, at)),
            (ty, _) => {
                let (want, have) = (self.world.describe(&Type::tuple_of(item.clone())), self.world.describe(&ty));
                let message = format!("{what} is {want}, but the value here is {have}");
                self.refuse(Code::MixedTypes, span, message, "give both the same type")
            }
        }
    }

    /// A tuple as one of any length, where its parts are of one type.
    fn any_length(&mut self, value: Expr) -> Lowered<Result<Expr, Expr>> {
        match &value.ty {
            Type::TupleOf(_) => Ok(Ok(value)),
            Type::Tuple(items) => match joined_item(items).filter(is_immutable) {
                Some(item) => self.widened_tuple(value, &item, "the tuple").map(Ok),
                None => Ok(Err(value)),
            },
            _ => Ok(Err(value)),
        }
    }

    /// `left + right`, `left * n`, `n * right`, where a side is a tuple; `Err` gives the operands back.
    pub fn tuple_operator(
        &mut self,
        op: ast::BinaryOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Lowered<Result<Expr, (Expr, Expr)>> {
        let is_tuple = |ty: &Type| matches!(ty, Type::Tuple(_) | Type::TupleOf(_));
        let is_count = |ty: &Type| matches!(ty, Type::Int | Type::Bool);
        match op {
            ast::BinaryOp::Add if is_tuple(&left.ty) && is_tuple(&right.ty) => self.added(left, right, span),
            ast::BinaryOp::Mul if is_tuple(&left.ty) && is_count(&right.ty) => {
                let left = match self.any_length(left)? {
                    Ok(left) => left,
                    Err(left) => return Ok(Err((left, right))),
                };
                let (ty, count) = (listed(&left.ty), self.to_int(right));
                let args = vec![items_of(left), count];
                let repeated = Expr::new(ExprKind::Builtin { op: Builtin::Repeat, args }, ty, self.at(span));
                Ok(Ok(tuple_from(repeated)))
            }
            ast::BinaryOp::Mul if is_count(&left.ty) && is_tuple(&right.ty) && Self::is_simple(&left) => {
                self.tuple_operator(op, right, left, span)
            }
            _ => Ok(Err((left, right))),
        }
    }

    fn added(&mut self, left: Expr, right: Expr, span: Span) -> Lowered<Result<Expr, (Expr, Expr)>> {
        if let (Type::Tuple(_), Type::Tuple(_)) = (&left.ty, &right.ty) {
            return self.parts_of_both(left, right, span).map(Ok);
        }
        let Some(Type::TupleOf(item)) = join(&left.ty, &right.ty) else { return Ok(Err((left, right))) };
        let left = self.widened_tuple(left, &item, "the tuple")?;
        let right = self.widened_tuple(right, &item, "the tuple")?;
        let ty = Type::List(item);
        if left.ty.has_unknown() || right.ty.has_unknown() {
            return Ok(Ok(Expr::new(left.kind, Type::tuple_of(ty.item().unwrap_or(Type::Unknown)), left.at)));
        }
        let args = vec![items_of(left), items_of(right)];
        let joined = Expr::new(ExprKind::Builtin { op: Builtin::Concat, args }, ty, self.at(span));
        Ok(Ok(tuple_from(joined)))
    }

    /// `(a, b) + (c,)`: the parts of both.
    fn parts_of_both(&mut self, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let written = |value: &Expr| matches!(value.kind, ExprKind::Tuple(_));
        let kept = !(written(&left) && written(&right));
        let (body, parts) = self.block(|b| {
            let mut parts = Vec::new();
            for value in [left, right] {
                match (value.kind, value.ty) {
                    (ExprKind::Tuple(items), _) if !kept => parts.extend(items),
                    (kind, ty) => {
                        let types = if let Type::Tuple(types) = &ty { types.clone() } else { Vec::new() };
                        let whole = b.spill(Expr::new(kind, ty, value.at), span);
                        let part = |(index, ty): (usize, Type)| super::unpack::item(&whole, index, ty, at);
                        parts.extend(types.into_iter().enumerate().map(part));
                    }
                }
            }
            Ok(parts)
        })?;
        let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
        Ok(super::loops::after(body, Expr::new(ExprKind::Tuple(parts), ty, at)))
    }

    /// `t[start:stop:step]`
    pub fn tuple_slice(&mut self, base: Expr, bounds: [Option<&ast::Expr>; 3], span: Span) -> Lowered<Expr> {
        match self.any_length(base)? {
            Ok(tuple) => {
                let ty = listed(&tuple.ty);
                let args = self.sliced(items_of(tuple), bounds, span)?;
                Ok(tuple_from(Expr::new(ExprKind::Builtin { op: Builtin::Slice, args }, ty, self.at(span))))
            }
            Err(base) => {
                let message = format!("slices of {} are not translated", self.world.describe(&base.ty));
                self.refuse(Code::UnsupportedExpression, span, message, "take its parts one by one")
            }
        }
    }

    /// A tuple that is indexed by what is computed, or by a constant that is out of range.
    pub fn indexed_tuple(&mut self, base: Expr, span: Span) -> Lowered<Expr> {
        match self.any_length(base)? {
            Ok(tuple) => Ok(tuple),
            Err(_) => {
                let message = "a tuple is indexed by something other than a constant in range";
                self.refuse(Code::UnsupportedExpression, span, message, "use a list")
            }
        }
    }

    /// `t.count(x)`, `t.index(x[, start[, stop]])`
    pub fn tuple_method(&mut self, base: Expr, attr: &ast::Name, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let tuple = match self.any_length(base)? {
            Ok(tuple) => tuple,
            Err(base) => {
                let message = format!("`.{}` of {} has no translation", attr.text, self.world.describe(&base.ty));
                return self.refuse(Code::UnsupportedCall, span, message, "make a list of it");
            }
        };
        let item = tuple.ty.item().unwrap_or(Type::Unknown);
        let mut wants = vec![item];
        wants.extend([Type::Int, Type::Int]);
        match (attr.text.as_str(), args.len()) {
            ("count", 1) => {
                let mut all = vec![items_of(tuple)];
                all.extend(self.arguments(args, &wants)?);
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::Count, args: all }, Type::Int, at))
            }
            ("index", 1..=3) => {
                let mut all = vec![items_of(tuple)];
                all.extend(self.arguments(args, &wants)?);
                let int = |n| Expr::new(ExprKind::Int(n), Type::Int, at);
                let defaults = [int(0), int(i64::MAX)];
                all.extend(defaults.into_iter().skip(args.len() - 1));
                Ok(self.named_operation("~tuple.index", all, Type::Int, span))
            }
            _ => self.other_method(tuple, attr, args, &[], span),
        }
    }
}

/// `tuple(list)` of a list that nobody else has.
fn tuple_from(list: Expr) -> Expr {
    let (item, at) = (list.ty.item().unwrap_or(Type::Unknown), list.at);
    Expr::new(ExprKind::Builtin { op: Builtin::TupleFrom, args: vec![list] }, Type::tuple_of(item), at)
}

/// The items of a tuple of any length as a list that is only looked at.
fn items_of(tuple: Expr) -> Expr {
    let (ty, at) = (listed(&tuple.ty), tuple.at);
    match tuple.kind {
        ExprKind::Builtin { op: Builtin::TupleFrom, mut args } if args.len() == 1 => args.remove(0),
        kind => {
            let args = vec![Expr::new(kind, tuple.ty, at)];
            Expr::new(ExprKind::Builtin { op: Builtin::TupleItems, args }, ty, at)
        }
    }
}

/// The type of the list of a tuple's items.
fn listed(ty: &Type) -> Type {
    Type::list(ty.item().unwrap_or(Type::Unknown))
}
