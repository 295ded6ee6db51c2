//! Numbers: arithmetic with Python's meaning, comparisons, and literals.
//!
//! ```text
//! a // b                int::floor_div(a, b)?             (n // 7: n.div_euclid(7))
//! points / 10_000       int::ratio(points, 10_000)
//! 0 <= n < size         (0..size).contains(&n)
//! ```

use super::expressions::Scope;
use super::places::{Kind, Value};
use super::printer::{Code, Level};
use crate::emit::decide;
use crate::ir::{ArithOp, CompareOp, Expr, ExprKind, Place, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

impl Scope<'_, '_> {
    /// `low <= x and x < high` as a range that contains `x`.
    pub(super) fn within(&mut self, left: &Expr, right: &Expr) -> Option<Code> {
        let (
            ExprKind::Compare { op: first, left: low, right: x },
            ExprKind::Compare { op: second, left: again, right: high },
        ) = (&left.kind, &right.kind)
        else {
            return None;
        };
        let same = matches!((x.as_place()?, again.as_place()?), (Place::Local(a), Place::Local(b)) if a == b);
        let letters =
            [low, high].iter().all(|bound| matches!(bound.kind, ExprKind::Str(_))) && self.value(x).kind == Kind::Slice;
        let one_type = low.ty == x.ty && x.ty == high.ty && matches!(x.ty, Type::Int | Type::Float);
        if letters && same && *first == CompareOp::LtEq && *second == CompareOp::LtEq {
            let (low, high, x) = (self.value(low).code, self.value(high).code, self.value(x).code);
            return Some(Code::atom(quote!((#low..=#high).contains(&#x))));
        }
        if !same || !one_type || *first != CompareOp::LtEq || !decide::is_quiet(high) {
            return None;
        }
        // A range has both its bounds; Python looks at the second only where the first comparison holds.
        if decide::may_raise(high) {
            return None;
        }
        let dots = match second {
            CompareOp::Lt => quote!(..),
            CompareOp::LtEq => quote!(..=),
            _ => return None,
        };
        let (low, high, x) = (self.owned(low).at(Level::Sum), self.owned(high).at(Level::Sum), self.borrowed(x));
        Some(Code::atom(quote!((#low #dots #high).contains(#x))))
    }

    /// Arithmetic on codes with its errors settled; `divisor` is the expression of the right operand.
    pub fn arith(&mut self, op: ArithOp, left: Code, right: Code, divisor: &Expr) -> Code {
        let code = self.arith_raw(op, left, right, divisor);
        self.settle(code)
    }

    pub(super) fn arith_raw(&mut self, op: ArithOp, left: Code, right: Code, divisor: &Expr) -> Code {
        let float = divisor.ty == Type::Float;
        let nonzero = decide::never_zero(self.emitter.program, divisor);
        let positive = decide::constant_int(self.emitter.program, divisor).is_some_and(|value| value > 0);
        let function = |path: TokenStream, raises: bool| {
            let code = Code::atom(quote!(#path(#left, #right)));
            if raises { code.raising() } else { code }
        };
        match op {
            ArithOp::TrueDiv if divisor.ty == Type::Number => function(quote!(number::div), true),
            ArithOp::FloorDiv if divisor.ty == Type::Number => function(quote!(number::floor_div), true),
            ArithOp::Mod if divisor.ty == Type::Number => function(quote!(number::modulo), true),
            ArithOp::Pow if divisor.ty == Type::Number => function(quote!(number::pow), true),
            ArithOp::Add => Code::binary(&left, quote!(+), &right, Level::Sum),
            ArithOp::Sub => Code::binary(&left, quote!(-), &right, Level::Sum),
            ArithOp::Mul => Code::binary(&left, quote!(*), &right, Level::Product),
            ArithOp::TrueDiv if float && nonzero => Code::binary(&left, quote!(/), &right, Level::Product),
            ArithOp::TrueDiv if float => function(quote!(float::div), true),
            ArithOp::TrueDiv if nonzero => function(quote!(int::ratio), false),
            ArithOp::TrueDiv => function(quote!(int::true_div), true),
            ArithOp::FloorDiv if float => function(quote!(float::floor_div), true),
            ArithOp::Mod if float => function(quote!(float::modulo), true),
            ArithOp::FloorDiv if positive => typed(&left).method("div_euclid", &[quote!(#right)]),
            ArithOp::Mod if positive => typed(&left).method("rem_euclid", &[quote!(#right)]),
            ArithOp::FloorDiv if nonzero => function(quote!(int::floor_div_by), false),
            ArithOp::Mod if nonzero => function(quote!(int::modulo_by), false),
            ArithOp::FloorDiv => function(quote!(int::floor_div), true),
            ArithOp::Mod => function(quote!(int::modulo), true),
            ArithOp::Pow if float => function(quote!(float::pow), true),
            ArithOp::Pow => function(quote!(int::pow), false),
            ArithOp::LeftShift => function(quote!(int::shift_left), true),
            ArithOp::RightShift => function(quote!(int::shift_right), true),
            ArithOp::BitAnd => Code::binary(&left, quote!(&), &right, Level::BitAnd),
            ArithOp::BitOr => Code::binary(&left, quote!(|), &right, Level::BitOr),
            ArithOp::BitXor => Code::binary(&left, quote!(^), &right, Level::BitXor),
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Code {
        let identity = matches!(op, CompareOp::Is | CompareOp::IsNot);
        if identity && matches!(left.ty, Type::Optional(_)) {
            let (a, b) = (self.borrowed(left), self.borrowed(right));
            let same = Code::atom(quote!(shared::same(#a, #b)));
            return if op == CompareOp::Is { same } else { same.prefixed(quote!(!)) };
        }
        if identity {
            let same = self.look(left, &[right], |scope, value| {
                let other = scope.borrowed(right);
                value.code.method("is", &[quote!(#other)])
            });
            return if op == CompareOp::Is { same } else { same.prefixed(quote!(!)) };
        }
        match (&left.ty, &right.ty) {
            (Type::Int | Type::Bool, Type::Float) => self.compare_mixed(op, left, right),
            (Type::Float, Type::Int | Type::Bool) => self.compare_mixed(op.mirrored(), right, left),
            // What the left side runs is done before the object of the right side is open.
            _ if right.as_place().is_some_and(|place| self.crossing(place).is_some()) && !decide::is_quiet(left) => {
                let (before, kept) = self.keep(&[left]);
                let code = self.compare_here(op, left, right);
                kept.iter().for_each(|expr| drop(self.given.remove(expr)));
                self.after(before, code)
            }
            _ => self.compare_here(op, left, right),
        }
    }

    fn compare_here(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Code {
        self.look(left, &[right], |scope, left_value| {
            scope.look(right, &[], |scope, right_value| scope.compare_values(op, left, left_value, right, right_value))
        })
    }

    fn compare_values(&mut self, op: CompareOp, left: &Expr, a: Value, right: &Expr, b: Value) -> Code {
        let ordered = !matches!(op, CompareOp::Eq | CompareOp::NotEq);
        let (a, b) = if decide::only_literals(left, right) { (a.anchored(), b.anchored()) } else { (a, b) };
        if let (Some(first), Some(second)) = (self.emitter.nan_inside(&left.ty), self.emitter.nan_inside(&right.ty)) {
            let (a, b) = (a.borrow(), b.borrow());
            let function = if ordered { quote!(compare) } else { quote!(equal) };
            let found = Code::atom(quote!(nan::#function(#a, #b, |it| #first, |it| #second)));
            return match (ordered, op) {
                (true, _) => found.method("is_some_and", &[ordering_test(op)]),
                (false, CompareOp::NotEq) => found.prefixed(quote!(!)),
                (false, _) => found,
            };
        }
        let side = |expr: &Expr, value: Value| match (value.kind, &expr.ty) {
            (Kind::Slice, _) => value.code,
            (_, Type::Str) if ordered => value.code.method("as_str", &[]),
            (_, Type::List(_) | Type::Bytes) if ordered => value.code.method("as_slice", &[]),
            _ => value.place(),
        };
        let (a, b) = (side(left, a), side(right, b));
        Code::binary(&a, compare_token(op), &b, Level::Compare)
    }

    /// An integer with a float, exactly.
    fn compare_mixed(&mut self, op: CompareOp, int: &Expr, float: &Expr) -> Code {
        const EXACT: i64 = 1 << 53;
        let (int_code, float_code) = (self.owned(int), self.owned(float));
        if let Some(value) = decide::constant_int(self.emitter.program, int).filter(|value| value.abs() <= EXACT) {
            return Code::binary(&float_literal(value as f64), compare_token(op), &float_code, Level::Compare);
        }
        let int_code = if int.ty == Type::Bool { quote!(i64::from(#int_code)) } else { quote!(#int_code) };
        let ordering = Code::atom(quote!(float::compare_int(#int_code, #float_code)));
        let holds = ordering.method("is_some_and", &[ordering_test(op)]);
        if op == CompareOp::NotEq { holds.prefixed(quote!(!)) } else { holds }
    }
}

/// The test of an ordering that a comparison is.
fn ordering_test(op: CompareOp) -> TokenStream {
    match op {
        CompareOp::Lt => quote!(std::cmp::Ordering::is_lt),
        CompareOp::LtEq => quote!(std::cmp::Ordering::is_le),
        CompareOp::Gt => quote!(std::cmp::Ordering::is_gt),
        CompareOp::GtEq => quote!(std::cmp::Ordering::is_ge),
        CompareOp::Eq | CompareOp::NotEq | CompareOp::Is | CompareOp::IsNot => quote!(std::cmp::Ordering::is_eq),
    }
}

fn typed(left: &Code) -> Code {
    let text = left.to_string();
    match text.parse::<i64>() {
        Ok(value) => Code::atom(Literal::i64_suffixed(value).into_token_stream()),
        Err(_) => left.clone(),
    }
}

pub(super) fn int_as_float(value: &Expr) -> Option<f64> {
    match value.kind {
        ExprKind::Int(value) => Some(value as f64),
        _ => None,
    }
}

/// An integer literal.
pub fn int_literal(value: i64) -> Code {
    let magnitude: Literal = grouped(&value.unsigned_abs().to_string())
        .parse()
        .unwrap_or_else(|_| Literal::u64_unsuffixed(value.unsigned_abs()));
    match value {
        i64::MIN => Code::atom(quote!(i64::MIN)),
        value if value < 0 => Code::new(quote!(-#magnitude), Level::Unary),
        _ => Code::atom(quote!(#magnitude)),
    }
}

/// A float literal.
pub fn float_literal(value: f64) -> Code {
    if value.is_nan() {
        return Code::atom(quote!(f64::NAN));
    }
    if value.is_infinite() {
        return Code::atom(if value > 0.0 { quote!(f64::INFINITY) } else { quote!(f64::NEG_INFINITY) });
    }
    let magnitude = float_token(value.abs());
    match value.is_sign_negative() {
        true => Code::new(quote!(-#magnitude), Level::Unary),
        false => Code::atom(quote!(#magnitude)),
    }
}

/// Digits in groups of three, where there are at least five.
fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.to_string();
    }
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

fn float_token(value: f64) -> Literal {
    let text = format!("{value:?}");
    let text = match text.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", grouped(whole)),
        None => text,
    };
    text.parse().unwrap_or_else(|_| Literal::f64_suffixed(value))
}

fn compare_token(op: CompareOp) -> TokenStream {
    match op {
        CompareOp::Eq | CompareOp::Is => quote!(==),
        CompareOp::NotEq | CompareOp::IsNot => quote!(!=),
        CompareOp::Lt => quote!(<),
        CompareOp::LtEq => quote!(<=),
        CompareOp::Gt => quote!(>),
        CompareOp::GtEq => quote!(>=),
    }
}
