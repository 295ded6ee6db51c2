//! Operators: arithmetic, comparison, membership.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// The arithmetic operator of a Python operator (`@` has none).
pub fn arith(op: ast::BinaryOp) -> Option<ArithOp> {
    use ast::BinaryOp as B;
    Some(match op {
        B::Add => ArithOp::Add,
        B::Sub => ArithOp::Sub,
        B::Mul => ArithOp::Mul,
        B::Div => ArithOp::TrueDiv,
        B::FloorDiv => ArithOp::FloorDiv,
        B::Mod => ArithOp::Mod,
        B::Pow => ArithOp::Pow,
        B::LeftShift => ArithOp::LeftShift,
        B::RightShift => ArithOp::RightShift,
        B::BitAnd => ArithOp::BitAnd,
        B::BitOr => ArithOp::BitOr,
        B::BitXor => ArithOp::BitXor,
        B::MatMul => return None,
    })
}

impl Body<'_, '_> {
    /// int or bool as float, in arithmetic: the result is a float in Python too.
    pub fn to_float(&self, value: Expr) -> Expr {
        let at = value.at;
        match (&value.ty, &value.kind) {
            (Type::Float, _) => value,
            (_, ExprKind::Int(n)) if n.unsigned_abs() <= 1 << 53 => {
                Expr::new(ExprKind::Float(*n as f64), Type::Float, at)
            }
            _ => Expr::new(ExprKind::Convert { to: Conversion::ToFloat, value: Box::new(value) }, Type::Float, at),
        }
    }

    /// bool as int.
    pub fn to_int(&self, value: Expr) -> Expr {
        let at = value.at;
        match (&value.ty, &value.kind) {
            (Type::Bool, ExprKind::Bool(b)) => Expr::new(ExprKind::Int(i64::from(*b)), Type::Int, at),
            (Type::Bool, _) => {
                Expr::new(ExprKind::Convert { to: Conversion::ToInt, value: Box::new(value) }, Type::Int, at)
            }
            _ => value,
        }
    }

    /// `left op right`.
    pub fn binary(&mut self, op: ast::BinaryOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if left.ty == Type::Unknown || right.ty == Type::Unknown {
            return self.unknown(span, "an operand");
        }
        let (left, right) = (self.present(left), self.present(right));
        let (left, right) = (self.plain_value(left, span)?, self.plain_value(right, span)?);
        if left.ty.is_number() && right.ty.is_number() {
            return self.number_op(op, left, right, span);
        }
        let (left, right) = match self.special_binary(op, left, right, span)? {
            Ok(value) => return Ok(value),
            Err(operands) => operands,
        };
        let (left, right) = match op {
            ast::BinaryOp::Add | ast::BinaryOp::Mul => (self.untupled(left)?, self.untupled(right)?),
            ast::BinaryOp::Mod if self.is_named_tuple(&right.ty) => {
                return self.refuse(
                    Code::FormatSpec,
                    span,
                    "`%` with a named tuple is not translated",
                    "write the values out",
                );
            }
            _ => (left, right),
        };
        let (left, right) = match self.tuple_operator(op, left, right, span)? {
            Ok(value) => return Ok(value),
            Err(operands) => operands,
        };
        let make = |builtin, args, ty| Ok(Expr::new(ExprKind::Builtin { op: builtin, args }, ty, at));
        use ast::BinaryOp as B;
        match (op, &left.ty, &right.ty) {
            (B::Add, Type::Str, Type::Str) => make(Builtin::Concat, vec![left, right], Type::Str),
            (B::Add, Type::Bytes, Type::Bytes) => make(Builtin::Concat, vec![left, right], Type::Bytes),
            (B::Add, Type::List(a), Type::List(b)) => match join(a, b) {
                Some(item) => {
                    let ty = Type::list(item);
                    let left = self.coerce(left, &ty, "the list")?;
                    let right = self.coerce(right, &ty, "the list")?;
                    make(Builtin::Concat, vec![left, right], ty)
                }
                None => self.refuse(Code::MixedTypes, span, "lists of different element types are joined", ""),
            },
            (B::Mul, Type::Str | Type::Bytes | Type::List(_), Type::Int | Type::Bool) => {
                let ty = left.ty.clone();
                let count = self.to_int(right);
                make(Builtin::Repeat, vec![left, count], ty)
            }
            (B::Mul, Type::Int, Type::Str | Type::Bytes) if Self::is_simple(&left) => {
                let ty = right.ty.clone();
                make(Builtin::Repeat, vec![right, left], ty)
            }
            (
                B::BitOr | B::BitAnd | B::Sub | B::BitXor,
                Type::Set(a) | Type::FrozenSet(a),
                Type::Set(b) | Type::FrozenSet(b),
            ) => {
                let Some(item) = join(a, b) else {
                    return self.refuse(Code::MixedTypes, span, "sets of different element types meet", "");
                };
                let frozen = matches!(left.ty, Type::FrozenSet(_));
                let ty = if frozen { Type::FrozenSet(Box::new(item)) } else { Type::Set(Box::new(item)) };
                let builtin = match op {
                    B::BitOr => Builtin::SetUnion,
                    B::BitAnd => Builtin::SetIntersection,
                    B::Sub => Builtin::SetDifference,
                    _ => Builtin::SetSymmetricDifference,
                };
                make(builtin, vec![left, right], ty)
            }
            (
                B::Add | B::Sub | B::BitAnd | B::BitOr,
                Type::Dict(_, _, DictKind::Counter),
                Type::Dict(_, _, DictKind::Counter),
            ) => self.counter_operator(op, left, right, span),
            (B::BitOr, Type::Dict(_, _, DictKind::Plain), Type::Dict(_, _, DictKind::Plain)) => {
                self.merged_dicts(left, right, span)
            }
            (B::Mod, Type::Str, _) if matches!(left.kind, ExprKind::Str(_)) => self.percent(left, right, span),
            _ => {
                let message = format!(
                    "this operator on {} and {} is not translated",
                    self.world.describe(&left.ty),
                    self.world.describe(&right.ty)
                );
                self.refuse(Code::TypeMismatch, span, message, "")
            }
        }
    }

    fn number_op(&mut self, op: ast::BinaryOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let Some(op) = arith(op) else {
            return self.refuse(Code::UnsupportedExpression, span, "`@` is not translated", "");
        };
        let bits = matches!(op, ArithOp::BitAnd | ArithOp::BitOr | ArithOp::BitXor);
        if bits && left.ty == Type::Bool && right.ty == Type::Bool {
            return self.bool_bits(op, left, right, span);
        }
        if (left.ty == Type::Number || right.ty == Type::Number) && left.ty != Type::Float && right.ty != Type::Float {
            return self.either_op(op, left, right, span);
        }
        let integral = |e: &Expr| matches!(e.ty, Type::Int | Type::Bool);
        let both_int = integral(&left) && integral(&right);
        if (bits || matches!(op, ArithOp::LeftShift | ArithOp::RightShift)) && !both_int {
            return self.refuse(Code::TypeMismatch, span, "bit operators need ints", "");
        }
        if op == ArithOp::Pow && both_int {
            return self.int_pow(left, right, span);
        }
        let (left, right, operand) = if both_int {
            (self.to_int(left), self.to_int(right), Type::Int)
        } else {
            (self.to_float(left), self.to_float(right), Type::Float)
        };
        let ty = if op == ArithOp::TrueDiv { Type::Float } else { operand };
        if op == ArithOp::TrueDiv
            && let Some(items) = mean_of(&left, &right)
        {
            return self.mean(items, left, right, span);
        }
        Ok(Expr::new(ExprKind::Arith { op, left: Box::new(left), right: Box::new(right) }, ty, at))
    }

    /// `sum(xs) / len(xs)`: the sum of no floats is the int 0, so dividing it is the division of two ints.
    fn mean(&mut self, items: Expr, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let test = Expr::new(ExprKind::Builtin { op: Builtin::IsEmpty, args: vec![items] }, Type::Bool, at);
        let class = ExceptionId::Builtin(ExceptionKind::ZeroDivisionError);
        let message = Expr::new(ExprKind::Str("division by zero".into()), Type::Str, at);
        let raise = Stmt::new(StmtKind::Raise(Raise { class, message, attributes: Vec::new() }), at);
        let check = Stmt::new(StmtKind::If { test, then: vec![raise], orelse: Vec::new() }, at);
        let kind = ExprKind::Arith { op: ArithOp::TrueDiv, left: Box::new(left), right: Box::new(right) };
        Ok(super::loops::after(vec![check], Expr::new(kind, Type::Float, at)))
    }

    /// Arithmetic where an operand may be an int or a float, and the other is no float.
    fn either_op(&mut self, op: ArithOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let ty = match op {
            ArithOp::Add | ArithOp::Sub | ArithOp::Mul | ArithOp::FloorDiv | ArithOp::Mod | ArithOp::Pow => {
                Type::Number
            }
            ArithOp::TrueDiv => Type::Float,
            ArithOp::LeftShift | ArithOp::RightShift | ArithOp::BitAnd | ArithOp::BitOr | ArithOp::BitXor => {
                let message = "this operator on a value that may be an int or a float is not translated";
                return self.refuse(Code::TypeMismatch, span, message, "convert it: `float(x)`, `int(x)`");
            }
        };
        let (left, right) = (self.to_int(left), self.to_int(right));
        let left = self.coerce(left, &Type::Number, "the operand")?;
        let right = self.coerce(right, &Type::Number, "the operand")?;
        Ok(Expr::new(ExprKind::Arith { op, left: Box::new(left), right: Box::new(right) }, ty, at))
    }

    /// `int ** int`: an int only where the exponent is not negative.
    fn int_pow(&mut self, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let (left, right) = (self.to_int(left), self.to_int(right));
        if matches!(right.kind, ExprKind::Negate(_)) || matches!(right.kind, ExprKind::Int(n) if n < 0) {
            let (left, right) = (self.to_float(left), self.to_float(right));
            let kind = ExprKind::Arith { op: ArithOp::Pow, left: Box::new(left), right: Box::new(right) };
            return Ok(Expr::new(kind, Type::Float, at));
        }
        let kind = ExprKind::Arith { op: ArithOp::Pow, left: Box::new(left), right: Box::new(right) };
        Ok(Expr::new(kind, Type::Int, at))
    }

    /// Prefix operators.
    pub fn unary(&mut self, op: ast::UnaryOp, operand: &ast::Expr, want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if op == ast::UnaryOp::Not {
            let whole = ast::Expr { kind: ast::ExprKind::Unary { op, operand: Box::new(operand.clone()) }, span };
            return Ok(self.condition(&whole)?.0);
        }
        let value = self.expr(operand, None)?;
        if value.ty == Type::Unknown {
            return self.unknown(span, "the operand");
        }
        let value = self.present(value);
        let name = match op {
            ast::UnaryOp::Minus => "__neg__",
            ast::UnaryOp::Plus => "__pos__",
            _ => "__invert__",
        };
        if let Some(id) = self.special(&value.ty, name) {
            return self.call_special(id, vec![value], span);
        }
        if !value.ty.is_number() || (op == ast::UnaryOp::Invert && matches!(value.ty, Type::Float | Type::Number)) {
            let message = format!("this operator on {} is not translated", self.world.describe(&value.ty));
            return self.refuse(Code::TypeMismatch, span, message, "");
        }
        let value = self.to_int(value);
        let ty = value.ty.clone();
        let result = match (op, &value.kind) {
            (ast::UnaryOp::Minus, ExprKind::Int(n)) => Expr::new(ExprKind::Int(n.wrapping_neg()), ty, at),
            (ast::UnaryOp::Minus, ExprKind::Float(x)) => Expr::new(ExprKind::Float(-x), ty, at),
            (ast::UnaryOp::Minus, _) => Expr::new(ExprKind::Negate(Box::new(value)), ty, at),
            (ast::UnaryOp::Invert, _) => Expr::new(ExprKind::Invert(Box::new(value)), ty, at),
            _ => value,
        };
        match want {
            Some(Type::Float) if matches!(result.kind, ExprKind::Int(_)) => {
                self.coerce(result, &Type::Float, "the value")
            }
            _ => Ok(result),
        }
    }

    /// `a & b`, `a | b`, `a ^ b` of bools: both are evaluated.
    fn bool_bits(&mut self, op: ArithOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if op == ArithOp::BitXor {
            let kind = ExprKind::Compare { op: CompareOp::NotEq, left: Box::new(left), right: Box::new(right) };
            return Ok(Expr::new(kind, Type::Bool, at));
        }
        let both = |left: Expr, right: Expr| {
            let (left, right) = (Box::new(left), Box::new(right));
            let kind = if op == ArithOp::BitAnd { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
            Expr::new(kind, Type::Bool, at)
        };
        if Self::is_simple(&right) {
            return Ok(both(left, right));
        }
        let (body, value) = self.block(|b| {
            let left = b.spill(left, span);
            let right = b.spill(right, span);
            Ok(both(left, right))
        })?;
        Ok(super::loops::after(body, value))
    }

    /// `x in range(...)`, `k in d.keys()`, `v in d.values()`; `None` for everything else.
    fn lazy_membership(
        &mut self,
        op: ast::CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Option<Lowered<Expr>> {
        let negated = match op {
            ast::CompareOp::In => false,
            ast::CompareOp::NotIn => true,
            _ => return None,
        };
        let ast::ExprKind::Call { func, args, keywords } = &right.kind else { return None };
        let plain = keywords.is_empty();
        match &func.kind {
            ast::ExprKind::Name(name) if name == "range" && plain && self.is_builtin(name) => {
                Some(self.in_range(left, args, negated, span))
            }
            ast::ExprKind::Attribute { value, attr } if plain && args.is_empty() => {
                let keys = attr.text == "keys";
                let is_dict = matches!(self.quiet(|b| b.expr(value, None)).map(|v| v.ty), Some(Type::Dict(..)));
                (is_dict && (keys || attr.text == "values")).then(|| {
                    let item = self.expr(left, None)?;
                    let container = if keys { self.expr(value, None)? } else { self.list_from(right, false)? };
                    self.membership(item, container, negated, span)
                })
            }
            _ => None,
        }
    }

    /// `x in range(start, stop, step)` of an int.
    fn in_range(&mut self, item: &ast::Expr, args: &[ast::Expr], negated: bool, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let item = self.expr(item, Some(&Type::Int))?;
        if !matches!(item.ty, Type::Int | Type::Bool | Type::Unknown) {
            let message = format!("{} in a `range` is not translated", self.world.describe(&item.ty));
            return self.refuse(Code::TypeMismatch, span, message, "compare with `<`");
        }
        let item = self.to_int(item);
        let (body, test) = self.block(|b| {
            let item = if Self::is_simple(&item) { item } else { b.spill(item, span) };
            let (range, _) = b.range(args, span)?;
            let Iter::Range { start, stop, step } = range else { return b.unknown(span, "the range") };
            let compare = |op, left: &Expr, right: &Expr| {
                let kind = ExprKind::Compare { op, left: Box::new(left.clone()), right: Box::new(right.clone()) };
                Expr::new(kind, Type::Bool, at)
            };
            let start = if Self::is_simple(&start) { start } else { b.spill(start, span) };
            let stop = if Self::is_simple(&stop) { stop } else { b.spill(stop, span) };
            let both = |a: Expr, b: Expr| Expr::new(ExprKind::And(Box::new(a), Box::new(b)), Type::Bool, at);
            match step.kind {
                ExprKind::Int(1) => {
                    Ok(both(compare(CompareOp::LtEq, &start, &item), compare(CompareOp::Lt, &item, &stop)))
                }
                ExprKind::Int(by) if by > 1 => {
                    let within = both(compare(CompareOp::LtEq, &start, &item), compare(CompareOp::Lt, &item, &stop));
                    let arith = |op, left: Expr, right: Expr| {
                        let kind = ExprKind::Arith { op, left: Box::new(left), right: Box::new(right) };
                        Expr::new(kind, Type::Int, at)
                    };
                    let rest = |value: &Expr| match value.kind {
                        ExprKind::Int(n) => Expr::new(ExprKind::Int(n.rem_euclid(by)), Type::Int, at),
                        _ => arith(ArithOp::Mod, value.clone(), step.clone()),
                    };
                    Ok(both(within, compare(CompareOp::Eq, &rest(&item), &rest(&start))))
                }
                _ => {
                    let message = "`in` on a range with such a step is not translated";
                    b.refuse(Code::UnsupportedExpression, span, message, "compare with `<` and `%`")
                }
            }
        })?;
        let test = super::loops::after(body, test);
        Ok(if negated { Expr::new(ExprKind::Not(Box::new(test)), Type::Bool, at) } else { test })
    }

    /// `a < b <= c`: every operand is evaluated once, and only as far as needed.
    pub fn compare_chain(
        &mut self,
        left: &ast::Expr,
        ops: &[ast::CompareOp],
        comparators: &[ast::Expr],
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        if let ([op @ (ast::CompareOp::Is | ast::CompareOp::IsNot)], ast::ExprKind::None) = (ops, &comparators[0].kind)
        {
            let whole = ast::Expr {
                kind: ast::ExprKind::Compare {
                    left: Box::new(left.clone()),
                    ops: vec![*op],
                    comparators: comparators.to_vec(),
                },
                span,
            };
            return Ok(self.condition(&whole)?.0);
        }
        if let [op] = ops
            && let Some(test) = self.lazy_membership(*op, left, &comparators[0], span)
        {
            return test;
        }
        let mut left = self.expr(left, None)?;
        let mut result: Option<Expr> = None;
        let mut prelude = Vec::new();
        for (index, (op, right)) in ops.iter().zip(comparators).enumerate() {
            let mut right = self.expr(right, None)?;
            if index + 1 < ops.len() && !Self::is_simple(&right) {
                if index > 0 {
                    return self.refuse(
                        Code::UnsupportedExpression,
                        span,
                        "a long chained comparison of computed values is not translated",
                        "split it with `and`",
                    );
                }
                // `a < f() < c`: both first operands are always evaluated, in order.
                let (stmts, (l, r)) = self.block(|b| {
                    let l = if Self::is_simple(&left) { left.clone() } else { b.spill(left.clone(), span) };
                    let r = b.spill(right.clone(), span);
                    Ok((l, r))
                })?;
                prelude = stmts;
                (left, right) = (l, r);
            }
            let test = self.compare(*op, left, right.clone(), span)?;
            result = Some(match result {
                None => test,
                Some(so_far) => Expr::new(ExprKind::And(Box::new(so_far), Box::new(test)), Type::Bool, at),
            });
            left = right;
        }
        match result {
            Some(value) if prelude.is_empty() => Ok(value),
            Some(value) => Ok(Expr::new(ExprKind::Block { body: prelude, value: Box::new(value) }, Type::Bool, at)),
            None => self.refuse(Code::Syntax, span, "empty comparison", ""),
        }
    }

    fn compare(&mut self, op: ast::CompareOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        use ast::CompareOp as C;
        let at = self.at(span);
        if left.ty == Type::Unknown || right.ty == Type::Unknown {
            return self.unknown(span, "a compared value").map(|e| Expr::new(e.kind, Type::Bool, at));
        }
        let tuples = self.is_named_tuple(&left.ty) || self.is_named_tuple(&right.ty);
        let (left, right) = match op {
            C::In | C::NotIn => (left, self.untupled(right)?),
            C::Is | C::IsNot => (left, right),
            _ if tuples
                && left.ty != right.ty
                && !matches!(
                    (&left.ty, &right.ty),
                    (Type::Optional(_) | Type::None, _) | (_, Type::Optional(_) | Type::None)
                ) =>
            {
                (self.untupled(left)?, self.untupled(right)?)
            }
            _ => (left, right),
        };
        let (left, right) = match op {
            C::In | C::NotIn => (left, right),
            _ => match self.compare_members(op, left, right, span)? {
                Ok(test) => return Ok(test),
                Err(operands) => operands,
            },
        };
        let op = match op {
            C::In | C::NotIn => return self.membership(left, right, op == C::NotIn, span),
            C::Is | C::IsNot => {
                let class = matches!(join(&left.ty, &right.ty), Some(ty) if is_object(&ty));
                let bools = left.ty == Type::Bool && right.ty == Type::Bool;
                if !class && !bools {
                    return self.refuse(
                        Code::UnsupportedExpression,
                        span,
                        "`is` is translated for None and objects only",
                        "use `==`",
                    );
                }
                match (op, &left.ty) {
                    (C::Is, Type::Bool) => CompareOp::Eq,
                    (_, Type::Bool) => CompareOp::NotEq,
                    (C::Is, _) => CompareOp::Is,
                    _ => CompareOp::IsNot,
                }
            }
            C::Eq => CompareOp::Eq,
            C::NotEq => CompareOp::NotEq,
            C::Lt => CompareOp::Lt,
            C::LtEq => CompareOp::LtEq,
            C::Gt => CompareOp::Gt,
            C::GtEq => CompareOp::GtEq,
        };
        if let Some(same) = self.kinds_equal(op, &left, &right, span) {
            return same;
        }
        let (left, right) = match self.special_compare(op, left, right, span)? {
            Ok(value) => return Ok(value),
            Err(operands) => operands,
        };
        let is_set = |ty: &Type| matches!(ty, Type::Set(_) | Type::FrozenSet(_));
        let ordered = !matches!(op, CompareOp::Eq | CompareOp::NotEq);
        if is_set(&left.ty) && is_set(&right.ty) && (ordered || left.ty != right.ty) {
            let items = left.ty.item().zip(right.ty.item());
            if items.is_some_and(|(a, b)| join(&a, &b).is_some()) {
                return self.compare_sets(op, left, right, span);
            }
        }
        let (left, right) = self.comparable(op, left, right, span)?;
        if !ordered && is_container(&left.ty) && (is_empty_display(&left) || is_empty_display(&right)) {
            let other = if is_empty_display(&right) { left } else { right };
            let test = Expr::new(ExprKind::Builtin { op: Builtin::IsEmpty, args: vec![other] }, Type::Bool, at);
            let differs = op == CompareOp::NotEq;
            return Ok(if differs { Expr::new(ExprKind::Not(Box::new(test)), Type::Bool, at) } else { test });
        }
        Ok(Expr::new(ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) }, Type::Bool, at))
    }

    /// Brings two operands to types that the comparison is defined on.
    fn comparable(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Lowered<(Expr, Expr)> {
        let equality = matches!(op, CompareOp::Eq | CompareOp::NotEq);
        let identity = matches!(op, CompareOp::Is | CompareOp::IsNot);
        let (left, right) =
            if equality || identity { (left, right) } else { (self.present(left), self.present(right)) };
        if left.ty.is_number() && right.ty.is_number() {
            let (left, right) = (self.to_int(left), self.to_int(right));
            if left.ty == Type::Number || right.ty == Type::Number {
                let left = self.coerce(left, &Type::Number, "the operand")?;
                return Ok((left, self.coerce(right, &Type::Number, "the operand")?));
            }
            return Ok((left, right));
        }
        if equality && let Some(ty) = join(&left.ty, &right.ty) {
            return Ok((self.coerce(left, &ty, "the operand")?, self.coerce(right, &ty, "the operand")?));
        }
        if matches!(op, CompareOp::Is | CompareOp::IsNot)
            && let Some(ty) = join(&left.ty, &right.ty)
        {
            return Ok((self.coerce(left, &ty, "the operand")?, self.coerce(right, &ty, "the operand")?));
        }
        let tuples =
            matches!((&left.ty, &right.ty), (Type::TupleOf(_), Type::Tuple(_)) | (Type::Tuple(_), Type::TupleOf(_)));
        if let (true, Some(ty)) = (tuples, join(&left.ty, &right.ty)) {
            return Ok((self.coerce(left, &ty, "the operand")?, self.coerce(right, &ty, "the operand")?));
        }
        let ordered = matches!(&left.ty, Type::Str | Type::Bytes | Type::List(_) | Type::Tuple(_) | Type::TupleOf(_));
        let ordered = ordered || matches!(&left.ty, Type::Class(id) if self.world.class(*id).order);
        if left.ty == right.ty && (ordered || identity) {
            return Ok((left, right));
        }
        let message = format!(
            "comparing {} with {} is not translated",
            self.world.describe(&left.ty),
            self.world.describe(&right.ty)
        );
        self.refuse(Code::TypeMismatch, span, message, "")
    }

    fn membership(&mut self, item: Expr, container: Expr, negated: bool, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if let Some(id) = self.special(&container.ty, "__contains__") {
            return self.special_contains(id, item, container, negated, span);
        }
        let want = match &container.ty {
            Type::Str => Type::Str,
            Type::Tuple(items) if !items.is_empty() && items.iter().all(|t| *t == items[0]) => items[0].clone(),
            Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::TupleOf(t) => (**t).clone(),
            Type::Dict(k, _, _) => (**k).clone(),
            Type::Json => Type::Str,
            other => {
                let message = format!("`in` on {} is not translated", self.world.describe(other));
                return self.refuse(Code::TypeMismatch, span, message, "");
            }
        };
        if want == Type::Json || container.ty == Type::Json {
            return self.refuse(
                Code::UnsupportedExpression,
                span,
                "`in` on JSON data is not translated yet",
                "use `.get`",
            );
        }
        if let Some(class) = self.world.own_equality(&want) {
            let message =
                format!("`in` compares with `{}.__eq__`, which is not translated", self.world.class(class).name);
            return self.refuse(Code::TypeMismatch, span, message, "use `any(x == item for x in items)`");
        }
        let item = self.coerce(item, &want, "the element")?;
        let container = match container.kind {
            ExprKind::Tuple(items) => Expr::new(ExprKind::List(items), Type::list(want), container.at),
            kind => Expr::new(kind, container.ty, container.at),
        };
        let test = ExprKind::Builtin { op: Builtin::Contains, args: vec![container, item] };
        let test = Expr::new(test, Type::Bool, at);
        Ok(if negated { Expr::new(ExprKind::Not(Box::new(test)), Type::Bool, at) } else { test })
    }
}

/// True for objects of classes, and for values that are an object or None.
fn is_object(ty: &Type) -> bool {
    match ty {
        Type::Optional(inner) => is_object(inner),
        Type::Class(_) => true,
        _ => false,
    }
}

fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Dict(..) | Type::Set(_) | Type::FrozenSet(_))
}

/// `[]`, `{}`, `set()`
fn is_empty_display(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::List(items) | ExprKind::Set(items) => items.is_empty(),
        ExprKind::Dict(pairs) => pairs.is_empty(),
        _ => false,
    }
}

/// The list whose floats are summed on the left and counted on the right of a division.
fn mean_of(left: &Expr, right: &Expr) -> Option<Expr> {
    let ExprKind::Comprehension(whole) = &left.kind else { return None };
    let ComprehensionKind::Sum { start, .. } = &whole.kind else { return None };
    let from_int = matches!(&start.kind, ExprKind::Convert { to: Conversion::Widen, .. });
    let [Loop { iter: Iter::Value(summed), conditions, .. }] = whole.loops.as_slice() else { return None };
    let ExprKind::Convert { to: Conversion::ToFloat, value: count } = &right.kind else { return None };
    let ExprKind::Builtin { op: Builtin::Len, args } = &count.kind else { return None };
    let same = match (summed.as_place(), args[0].as_place()) {
        (Some(Place::Local(a)), Some(Place::Local(b))) => a == b,
        _ => false,
    };
    (from_int && conditions.is_empty() && same).then(|| args[0].clone())
}
