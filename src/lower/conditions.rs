//! Truth: conditions, what they tell about Optionals, `and` and `or` between values.

use super::body::Body;
use super::join::join;
use super::loops::after;
use super::named::given;
use super::narrowing::{Fact, Facts, Known};
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    pub(super) fn conditional(
        &mut self,
        test: &ast::Expr,
        body: &ast::Expr,
        orelse: &ast::Expr,
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let (test, facts) = self.condition(test)?;
        let (before, calls) = (self.flow.clone(), self.calls);
        facts.assume(&mut self.flow, true);
        let then = self.expr(body, want);
        self.flow = before.clone();
        facts.assume(&mut self.flow, false);
        let orelse = self.expr(orelse, want);
        self.restore(before, calls);
        let (then, orelse) = match (then, orelse) {
            // `x if best is None else best + x`: what `best` is besides None, the first time tells.
            (Ok(one), Err(_)) | (Err(_), Ok(one)) if !self.world.last => return Ok(one),
            (then, orelse) => (then?, orelse?),
        };
        let (then, orelse) = self.unify(then, orelse, want, span)?;
        let ty = then.ty.clone();
        Ok(Expr::new(ExprKind::If { test: Box::new(test), then: Box::new(then), orelse: Box::new(orelse) }, ty, at))
    }

    /// Gives two values that meet one type.
    pub fn unify(&mut self, a: Expr, b: Expr, want: Option<&Type>, span: Span) -> Lowered<(Expr, Expr)> {
        let ty = match (join(&a.ty, &b.ty), want) {
            (Some(Type::Number), Some(Type::Float)) => Type::Float,
            (Some(ty), _) => ty,
            (None, Some(Type::Float)) if a.ty.is_number() && b.ty.is_number() => Type::Float,
            (None, Some(Type::Json)) => Type::Json,
            (None, _) => {
                let message = format!("the value is {} or {}", self.world.describe(&a.ty), self.world.describe(&b.ty));
                let help =
                    if a.ty.is_number() && b.ty.is_number() { "write the integer as a float: `0.0`" } else { "" };
                return self.refuse(Code::MixedTypes, span, message, help);
            }
        };
        Ok((self.coerce(a, &ty, "the value")?, self.coerce(b, &ty, "the value")?))
    }

    /// A condition as a bool, and what it tells about Optionals.
    pub fn condition(&mut self, e: &ast::Expr) -> Lowered<(Expr, Facts)> {
        let at = self.at(e.span);
        match &e.kind {
            ast::ExprKind::Unary { op: ast::UnaryOp::Not, operand } => {
                let (inner, facts) = self.condition(operand)?;
                let swapped = facts.swapped();
                let kind = match inner.kind {
                    ExprKind::Not(inner) => inner.kind,
                    ExprKind::Bool(value) => ExprKind::Bool(!value),
                    kind => ExprKind::Not(Box::new(Expr::new(kind, Type::Bool, at))),
                };
                Ok((Expr::new(kind, Type::Bool, at), swapped))
            }
            ast::ExprKind::BoolOp { op, values } => {
                let (before, calls_before) = (self.flow.clone(), self.calls);
                let mut result: Option<Expr> = None;
                let mut facts = Facts::default();
                let and = *op == ast::BoolOp::And;
                let mut always = before.assigned.clone();
                for (index, value) in values.iter().enumerate() {
                    let calls = self.calls;
                    let (right, found) = self.condition(value)?;
                    if self.calls != calls {
                        self.forget_in(&mut facts);
                    }
                    self.forget_named(value, &mut facts);
                    found.assume(&mut self.flow, and);
                    let known = if let ExprKind::Bool(known) = right.kind { Some(known) } else { None };
                    let single = index == 0;
                    if single {
                        always.clone_from(&self.flow.assigned);
                    }
                    if and {
                        facts.when_true.extend(found.when_true);
                        facts.when_false = if single { found.when_false } else { Vec::new() };
                    } else {
                        facts.when_false.extend(found.when_false);
                        facts.when_true = if single { found.when_true } else { Vec::new() };
                    }
                    // `True and x` is `x`.
                    if known == Some(and) && index + 1 < values.len() && result.is_none() {
                        continue;
                    }
                    result = Some(match result {
                        None => right,
                        Some(left) => {
                            let (left, right) = (Box::new(left), Box::new(right));
                            let kind = if and { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
                            Expr::new(kind, Type::Bool, at)
                        }
                    });
                    // `False and x` never looks at `x`.
                    if known == Some(!and) {
                        break;
                    }
                }
                let sometimes = self.flow.assigned.difference(&always).map(|local| Fact::Assigned(*local));
                if and { &mut facts.when_true } else { &mut facts.when_false }.extend(sometimes);
                self.restore(before, calls_before);
                self.flow.assigned = always;
                match result {
                    Some(result) => Ok((result, facts)),
                    None => self.refuse(Code::Syntax, e.span, "empty condition", ""),
                }
            }
            ast::ExprKind::Compare { left, ops, comparators }
                if matches!(ops.as_slice(), [ast::CompareOp::Is | ast::CompareOp::IsNot])
                    && matches!(comparators[0].kind, ast::ExprKind::None) =>
            {
                self.none_test(left, ops[0] == ast::CompareOp::IsNot, e.span)
            }
            _ => {
                if let Some(tested) = self.class_test(e)? {
                    return Ok(tested);
                }
                let value = self.expr(e, None)?;
                if self.forgets_none(&value) {
                    self.widen_to_none(&value);
                }
                let mut facts = match (&value.ty, Known::of(given(&value))) {
                    (Type::Optional(_), Some(known)) => {
                        Facts { when_true: vec![Fact::Present(known)], when_false: vec![] }
                    }
                    _ => Facts::default(),
                };
                let calls = self.calls;
                let test = self.truth(value)?;
                if self.calls != calls {
                    self.forget_in(&mut facts);
                }
                Ok((test, facts))
            }
        }
    }

    /// `x is None`, `x is not None`.
    pub(super) fn none_test(&mut self, left: &ast::Expr, negated: bool, span: Span) -> Lowered<(Expr, Facts)> {
        let at = self.at(span);
        let mut facts = Facts::default();
        let value = self.expr(left, None)?;
        // The option itself, also where it is known not to be None.
        let value = match value.kind {
            ExprKind::Read { place: Place::Some(inner), .. } => *inner,
            kind => Expr { kind, ..value },
        };
        self.widen_to_none(&value);
        if let (Type::Optional(_) | Type::Unknown, Some(known)) = (&value.ty, Known::of(given(&value))) {
            facts.when_false.push(Fact::Present(known));
        }
        let test = match value.ty {
            Type::Optional(_) => ExprKind::IsNone(Box::new(value)),
            Type::None => computed(value, true).kind,
            Type::Unknown if !self.world.last => ExprKind::IsNone(Box::new(value)),
            Type::Json => ExprKind::IsNone(Box::new(value)),
            _ => computed(value, false).kind,
        };
        if negated {
            facts = facts.swapped();
        }
        let test = Expr::new(test, Type::Bool, at);
        let kind = match (negated, test.kind) {
            (true, ExprKind::Bool(value)) => ExprKind::Bool(!value),
            (true, kind) => ExprKind::Not(Box::new(Expr::new(kind, Type::Bool, at))),
            (false, kind) => kind,
        };
        Ok((Expr::new(kind, Type::Bool, at), facts))
    }

    /// Python's truth of a value.
    pub fn truth(&mut self, value: Expr) -> Lowered<Expr> {
        let at = value.at;
        let make = |kind| Ok(Expr::new(kind, Type::Bool, at));
        let not = |inner: Expr| ExprKind::Not(Box::new(inner));
        match &value.ty {
            Type::Bool => Ok(value),
            Type::Unknown => self.unknown(at.span, "the condition").map(|v| Expr::new(v.kind, Type::Bool, at)),
            Type::Int | Type::Float | Type::Number => {
                let zero = if value.ty == Type::Float { ExprKind::Float(0.0) } else { ExprKind::Int(0) };
                let zero_type = if value.ty == Type::Float { Type::Float } else { Type::Int };
                let zero = self.coerce(Expr::new(zero, zero_type, at), &value.ty, "zero")?;
                make(ExprKind::Compare { op: CompareOp::NotEq, left: Box::new(value), right: Box::new(zero) })
            }
            Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Deque(_)
            | Type::Dict(..)
            | Type::Set(_)
            | Type::FrozenSet(_)
            | Type::TupleOf(_) => {
                let empty = ExprKind::Builtin { op: Builtin::IsEmpty, args: vec![value] };
                make(not(Expr::new(empty, Type::Bool, at)))
            }
            Type::Class(_) | Type::Enum(_) if self.truth_method(&value.ty).is_some() => {
                self.special_truth(value, at.span)
            }
            Type::Enum(id) if self.world.class(*id).mixin != Some(super::enums::Mixin::Plain) => {
                let value = self.plain_value(value, at.span)?;
                self.truth(value)
            }
            Type::Enum(_) if Self::is_simple(&value) => make(ExprKind::Bool(true)),
            Type::Optional(inner)
                if matches!(**inner, Type::Class(_) | Type::Function(..)) && self.truth_method(inner).is_none()
                    || matches!(&**inner, Type::Enum(id) if self.world.class(*id).mixin == Some(super::enums::Mixin::Plain))
                        && self.truth_method(inner).is_none() =>
            {
                make(not(Expr::new(ExprKind::IsNone(Box::new(value)), Type::Bool, at)))
            }
            Type::Optional(_) if !Self::is_simple(&value) => {
                let (before, test) = self.block(|b| {
                    let value = b.spill(value, at.span);
                    b.truth(value)
                })?;
                Ok(after(before, test))
            }
            Type::Optional(inner) => {
                let inner = (**inner).clone();
                let none = Expr::new(ExprKind::IsNone(Box::new(value.clone())), Type::Bool, at);
                let some = ExprKind::Read { place: Place::Some(Box::new(value)), take: Take::Look };
                let some = self.truth(Expr::new(some, inner, at))?;
                make(ExprKind::And(Box::new(Expr::new(not(none), Type::Bool, at)), Box::new(some)))
            }
            Type::None => Ok(computed(value, false)),
            Type::Tuple(items) if Self::is_simple(&value) => make(ExprKind::Bool(!items.is_empty())),
            Type::Class(_) | Type::Function(..) if Self::is_simple(&value) => make(ExprKind::Bool(true)),
            Type::Json => make(ExprKind::Builtin { op: Builtin::JsonTruth, args: vec![value] }),
            other => {
                let message = format!("the truth of {} is not translated", self.world.describe(other));
                self.refuse(Code::UnsupportedExpression, at.span, message, "compare explicitly")
            }
        }
    }

    pub(super) fn bool_op(
        &mut self,
        op: ast::BoolOp,
        values: &[ast::Expr],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let whole = ast::Expr { kind: ast::ExprKind::BoolOp { op, values: values.to_vec() }, span };
        let mut kinds = Vec::new();
        for value in values {
            kinds.push(self.quiet(|b| b.expr(value, want)).map(|v| v.ty));
        }
        // Values behind a None test are typed only under its assumption, so a whole of bools is tried as a condition.
        if kinds.iter().all(|k| matches!(k, None | Some(Type::Bool | Type::Unknown))) {
            return Ok(self.condition(&whole)?.0);
        }
        let mut result = self.expr(&values[0], want)?;
        for value in &values[1..] {
            if let (ast::BoolOp::Or, Type::Json, ast::ExprKind::Dict(items)) = (op, &result.ty, &value.kind)
                && items.is_empty()
            {
                let orelse = ExprKind::Builtin { op: Builtin::JsonOrEmpty, args: vec![result] };
                result = Expr::new(orelse, Type::Json, at);
                continue;
            }
            let (first, plain) = match Self::is_simple(&result) {
                true => (Vec::new(), result),
                false => self.block(|b| Ok(b.spill(result, span)))?,
            };
            result = plain;
            let test = self.truth(result.clone())?;
            let (before, calls) = (self.flow.clone(), self.calls);
            let right = self.expr(value, want)?;
            self.restore(before, calls);
            let left = match (&result.ty, op) {
                (Type::Optional(inner), ast::BoolOp::Or) => {
                    let inner = (**inner).clone();
                    Expr::new(ExprKind::Read { place: Place::Some(Box::new(result)), take: Take::Look }, inner, at)
                }
                _ => result,
            };
            let (left, right) = self.unify(left, right, want, span)?;
            let ty = left.ty.clone();
            let (then, orelse) = if op == ast::BoolOp::Or { (left, right) } else { (right, left) };
            let kind = ExprKind::If { test: Box::new(test), then: Box::new(then), orelse: Box::new(orelse) };
            result = after(first, Expr::new(kind, ty, at));
        }
        Ok(result)
    }

    /// True for an object that a condition tests although its annotation leaves no None.
    fn forgets_none(&self, value: &Expr) -> bool {
        matches!(value.ty, Type::Class(_)) && self.truth_method(&value.ty).is_none()
    }

    /// A parameter or field that is tested for None may be None, whatever its annotation says.
    fn widen_to_none(&mut self, value: &Expr) {
        if matches!(value.ty, Type::Optional(_) | Type::None | Type::Unknown | Type::Json) || self.world.last {
            return;
        }
        let ty = Type::optional(value.ty.clone());
        match value.as_place() {
            Some(Place::Local(local)) => {
                let super::body::Owner::Function(id) = self.owner else { return };
                let name = self.locals[local.0 as usize].name.clone();
                let info = &mut self.world.functions[id.0 as usize];
                let is_method = matches!(info.kind, FunctionKind::Method(_) | FunctionKind::Property(_));
                let index = info.params.iter().skip(usize::from(is_method)).position(|param| param.name == name);
                if let Some(param) = index.map(|i| &mut info.params[i + usize::from(is_method)])
                    && param.declared
                {
                    param.ty = ty;
                    self.world.changed = true;
                }
            }
            Some(Place::Field { class, field, .. }) => {
                let field = &mut self.world.classes[class.0 as usize].fields[field.0 as usize];
                if field.declared && !matches!(field.ty, Type::Optional(_)) {
                    field.ty = ty;
                    self.world.changed = true;
                }
            }
            _ => {}
        }
    }
}

/// What is known of a value before it is computed; it is computed all the same where that can be told.
fn computed(value: Expr, known: bool) -> Expr {
    let at = value.at;
    let known = Expr::new(ExprKind::Bool(known), Type::Bool, at);
    match Body::is_simple(&value) {
        true => known,
        false => {
            let body = vec![Stmt::new(StmtKind::Expr(value), at)];
            Expr::new(ExprKind::Block { body, value: Box::new(known) }, Type::Bool, at)
        }
    }
}
