//! Methods and operators of sets.
//!
//! What a set is combined with decides how: a set is merged table by table, anything else item by item, as in CPython,
//! where the order of the result depends on it.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::library::Operation;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// True for the methods that combine or compare sets.
    pub fn combines_sets(name: &str) -> bool {
        matches!(
            name.strip_suffix("_update").unwrap_or(name),
            "union"
                | "update"
                | "intersection"
                | "difference"
                | "symmetric_difference"
                | "issubset"
                | "issuperset"
                | "isdisjoint"
        )
    }

    /// `base.name(args)` of a set or frozenset.
    pub fn combined_sets(&mut self, base: Expr, name: &str, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let one = !matches!(
            name,
            "union" | "intersection" | "difference" | "update" | "intersection_update" | "difference_update"
        );
        if one && args.len() != 1 {
            return self.refuse(Code::WrongArity, span, format!("`{name}` takes one argument"), "");
        }
        let others = args.iter().map(|arg| self.set_operand(&base, arg)).collect::<Lowered<Vec<_>>>()?;
        let base = match base.ty {
            Type::Set(_) | Type::FrozenSet(_) if !base.ty.has_unknown() => base,
            _ => return self.unknown(span, "the items of the set"),
        };
        let (ty, at) = (base.ty.clone(), self.at(span));
        match (name, others.len()) {
            ("union" | "intersection" | "difference", 0) => {
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![base] }, ty, at))
            }
            ("intersection", _) => {
                others.into_iter().try_fold(base, |set, other| self.set_operation(name, set, other, span))
            }
            (_, 1) => match others.into_iter().next() {
                Some(other) => self.set_operation(name, base, other, span),
                None => self.unknown(span, "the set"),
            },
            ("union" | "difference", _) => self.in_turn(base, name, others, span),
            (_, 0) => Ok(Expr::new(ExprKind::None, Type::None, at)),
            _ => {
                // `s.update(a, b)`: one after the other, after all are evaluated.
                let (body, ()) = self.block(|b| {
                    let others = b.evaluated(others, span);
                    for other in others {
                        let change = b.set_operation(name, base.clone(), other, span)?;
                        b.push(StmtKind::Expr(change), span);
                    }
                    Ok(())
                })?;
                let value = Box::new(Expr::new(ExprKind::None, Type::None, at));
                Ok(Expr::new(ExprKind::Block { body, value }, Type::None, at))
            }
        }
    }

    /// `s.union(a, b)`: a new set that is changed by one after the other.
    fn in_turn(&mut self, base: Expr, name: &str, others: Vec<Expr>, span: Span) -> Lowered<Expr> {
        let (ty, at) = (base.ty.clone(), self.at(span));
        let item = ty.item().unwrap_or(Type::Unknown);
        let plain = Type::Set(Box::new(item));
        let change = if name == "union" { "update" } else { "difference_update" };
        let (body, result) = self.block(|b| {
            let mut others = b.evaluated(others, span);
            let start = match name {
                "union" => Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![base] }, plain.clone(), at),
                _ => {
                    let first = others.remove(0);
                    let mut start = b.set_operation(name, base, first, span)?;
                    start.ty = plain.clone();
                    start
                }
            };
            let result = b.spill(start, span);
            for other in others {
                let change = b.set_operation(change, result.clone(), other, span)?;
                b.push(StmtKind::Expr(change), span);
            }
            Ok(result)
        })?;
        let value = match ty {
            Type::FrozenSet(_) => {
                Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![result] }, ty.clone(), at)
            }
            _ => result,
        };
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at))
    }

    /// Operands that are used one after the other, evaluated before the first is used. A name stays what it is where
    /// nothing that is called could give it another value.
    fn evaluated(&mut self, operands: Vec<Expr>, span: Span) -> Vec<Expr> {
        let quiet = !operands.iter().any(calls_something);
        let stays = |operand: &Expr| quiet && Self::is_simple(operand);
        operands.into_iter().map(|one| if stays(&one) { one } else { self.spill(one, span) }).collect()
    }

    /// What a set is combined with: a set, or a list of anything that can be iterated.
    fn set_operand(&mut self, base: &Expr, arg: &ast::Expr) -> Lowered<Expr> {
        let at = self.at(arg.span);
        let operand = if let ast::ExprKind::Generator { .. } = arg.kind {
            self.list_from(arg, false)?
        } else {
            match self.iterable(arg, true)? {
                (Iter::Value(set), _) if matches!(set.ty, Type::Set(_) | Type::FrozenSet(_)) => set,
                (iter, item) => self.list_of(iter, item, at),
            }
        };
        let (Some(have), Some(given)) = (base.ty.item(), operand.ty.item()) else { return Ok(operand) };
        let Some(item) = join(&have, &given) else {
            let message =
                format!("a set of {} meets values of {}", self.world.describe(&have), self.world.describe(&given));
            return self.refuse(Code::MixedTypes, arg.span, message, "give all elements one type");
        };
        if have.has_unknown()
            && let Some(place) = base.as_place().cloned()
        {
            self.learn_place(&place, &Type::Set(Box::new(item.clone())));
        }
        let want = match &operand.ty {
            Type::List(_) => Type::list(item),
            Type::FrozenSet(_) => Type::FrozenSet(Box::new(item)),
            _ => Type::Set(Box::new(item)),
        };
        self.coerce(operand, &want, "the set")
    }

    /// One operation with one other operand.
    fn set_operation(&mut self, name: &str, base: Expr, other: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let itself = |set: &Expr| set.as_place().and_then(Place::root);
        if name.ends_with("update") && itself(&base).is_some() && itself(&base) == itself(&other) {
            let message = "a set is changed by what is part of the same object";
            return self.refuse(Code::UnsupportedCall, span, message, "make a copy first: `set(...)`");
        }
        let is_list = matches!(other.ty, Type::List(_));
        let op = match name {
            _ if is_list => None,
            "union" => Some(Builtin::SetUnion),
            "intersection" => Some(Builtin::SetIntersection),
            "difference" => Some(Builtin::SetDifference),
            "symmetric_difference" => Some(Builtin::SetSymmetricDifference),
            "issubset" => Some(Builtin::SetIsSubset),
            _ => None,
        };
        if let ("issuperset", false) = (name, is_list) {
            return Ok(Expr::new(
                ExprKind::Builtin { op: Builtin::SetIsSubset, args: vec![other, base] },
                Type::Bool,
                at,
            ));
        }
        let ty = match name {
            "issubset" | "issuperset" | "isdisjoint" => Type::Bool,
            name if name.ends_with("update") => Type::None,
            _ => base.ty.clone(),
        };
        let op = match op {
            Some(op) => op,
            None => match Operation::fitting(&format!("set.{name}"), &[base.ty.clone(), other.ty.clone()]) {
                Some(op) => Builtin::Library(op),
                None => {
                    let message = format!("`{name}` of {} is not translated", self.world.describe(&other.ty));
                    return self.refuse(Code::UnsupportedCall, span, message, "make a set of it first");
                }
            },
        };
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![base, other] }, ty, at))
    }

    /// `a |= b` and the like on a set: in place. `None` for other operators and operands.
    pub fn set_update(&mut self, op: ast::BinaryOp, set: Expr, other: Expr, span: Span) -> Option<Lowered<Expr>> {
        let name = match op {
            ast::BinaryOp::BitOr => "update",
            ast::BinaryOp::BitAnd => "intersection_update",
            ast::BinaryOp::Sub => "difference_update",
            ast::BinaryOp::BitXor => "symmetric_difference_update",
            _ => return None,
        };
        let fits =
            matches!((&set.ty, &other.ty), (Type::Set(a), Type::Set(b) | Type::FrozenSet(b)) if join(a, b).is_some());
        fits.then(|| self.set_operation(name, set, other, span))
    }

    /// `a < b` and the like between sets.
    pub fn compare_sets(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let subset = |a: Expr, b: Expr| {
            Expr::new(ExprKind::Builtin { op: Builtin::SetIsSubset, args: vec![a, b] }, Type::Bool, at)
        };
        let length = |set: Expr| Expr::new(ExprKind::Builtin { op: Builtin::Len, args: vec![set] }, Type::Int, at);
        let simple = Self::is_simple(&left) && Self::is_simple(&right);
        let both = |op: CompareOp, a: Expr, b: Expr| {
            let (left, right) = (Box::new(length(a.clone())), Box::new(length(b.clone())));
            let sizes = Expr::new(ExprKind::Compare { op, left, right }, Type::Bool, at);
            Expr::new(ExprKind::And(Box::new(sizes), Box::new(subset(a, b))), Type::Bool, at)
        };
        Ok(match op {
            CompareOp::LtEq => subset(left, right),
            CompareOp::GtEq if simple => subset(right, left),
            CompareOp::Lt if simple => both(CompareOp::Lt, left, right),
            CompareOp::Gt if simple => both(CompareOp::Lt, right, left),
            CompareOp::Eq if simple => both(CompareOp::Eq, left, right),
            CompareOp::NotEq if simple => {
                let same = both(CompareOp::Eq, left, right);
                Expr::new(ExprKind::Not(Box::new(same)), Type::Bool, at)
            }
            _ => {
                return self.refuse(
                    Code::UnsupportedExpression,
                    span,
                    "this comparison of computed sets is not translated",
                    "give the sets names first",
                );
            }
        })
    }
}

fn calls_something(e: &Expr) -> bool {
    let mut calls = false;
    walk::each_expr_of(e, &mut |inner| {
        calls |= matches!(inner.kind, ExprKind::Call { .. } | ExprKind::CallValue { .. } | ExprKind::Block { .. });
    });
    calls
}
