//! `collections.Counter` and `OrderedDict`: their own methods and operators.
//!
//! ```text
//! Counter(words)            Library(~counter.of)[words]
//! counts.update(words)      Library(~counter.add)[counts, words]
//! cache.move_to_end(key)    Library(~ordered.move)[cache, key, True]
//! ```

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// `Counter()`, `Counter(items)`, `Counter(mapping)`.
    pub fn new_counter(
        &mut self,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let of = |key: Type| Type::Dict(Box::new(key), Box::new(Type::Int), DictKind::Counter);
        let Some(items) = args.first().filter(|_| keywords.is_empty() && args.len() == 1) else {
            if args.is_empty() && keywords.is_empty() {
                let key = want.filter(|ty| ty.dict_kind().is_some()).and_then(Type::item).unwrap_or(Type::Unknown);
                return Ok(Expr::new(ExprKind::Dict(Vec::new()), of(key), self.at(span)));
            }
            return self.refuse(Code::UnsupportedCall, span, "`Counter` is translated of one argument", "");
        };
        if let Some(Type::Dict(key, value, _)) = self.quiet(|b| b.expr(items, None)).map(|v| v.ty) {
            if !matches!(*value, Type::Int | Type::Unknown) {
                return self.refuse(Code::UnsupportedCall, span, "the values of this dict are no counts", "");
            }
            let counts = self.expr(items, None)?;
            let ty = of(*key);
            return Ok(match counts.kind {
                ExprKind::Dict(pairs) => Expr::new(ExprKind::Dict(pairs), ty, counts.at),
                _ => Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![counts] }, ty, self.at(span)),
            });
        }
        let list = self.list_from(items, false)?;
        let key = list.ty.item().unwrap_or(Type::Unknown);
        self.hashable(&key, span)?;
        Ok(self.named_operation("~counter.of", vec![list], of(key), span))
    }

    /// A method that only a Counter has, or has in its own way; `None` for those of every dict.
    pub fn counter_method(
        &mut self,
        base: &Expr,
        key: &Type,
        attr: &ast::Name,
        args: &[ast::Expr],
        span: Span,
    ) -> Option<Lowered<Expr>> {
        let pairs = || Type::list(Type::Tuple(vec![key.clone(), Type::Int]));
        let base = base.clone();
        Some(match (attr.text.as_str(), args) {
            ("update" | "subtract", [other]) => self.counter_change(base, key, attr.text == "update", other, span),
            ("most_common", []) => {
                let none = Expr::new(ExprKind::None, Type::optional(Type::Int), self.at(span));
                Ok(self.named_operation("~counter.common", vec![base, none], pairs(), span))
            }
            ("most_common", [count]) => self.expr(count, None).and_then(|count| {
                let count = if count.ty == Type::Bool { self.to_int(count) } else { count };
                let count = self.coerce(count, &Type::optional(Type::Int), "the number")?;
                Ok(self.named_operation("~counter.common", vec![base, count], pairs(), span))
            }),
            ("total", []) => Ok(self.named_operation("~counter.total", vec![base], Type::Int, span)),
            ("fromkeys" | "elements", _) | ("update" | "subtract" | "most_common" | "total", _) => {
                let message = format!("this call of `.{}` of a Counter is not translated", attr.text);
                self.refuse(Code::UnsupportedCall, span, message, "")
            }
            _ => return None,
        })
    }

    fn counter_change(&mut self, base: Expr, key: &Type, add: bool, other: &ast::Expr, span: Span) -> Lowered<Expr> {
        let counts = matches!(self.quiet(|b| b.expr(other, None)).map(|v| v.ty), Some(Type::Dict(..)));
        let (name, other, given) = match counts {
            true => {
                let other = self.expr(other, None)?;
                let Type::Dict(given, value, _) = other.ty.clone() else { return self.unknown(span, "the counts") };
                if !matches!(*value, Type::Int | Type::Unknown) {
                    return self.refuse(Code::UnsupportedCall, span, "the values of this dict are no counts", "");
                }
                (if add { "~counter.merge" } else { "~counter.unmerge" }, other, *given)
            }
            false => {
                let other = self.list_from(other, false)?;
                let given = other.ty.item().unwrap_or(Type::Unknown);
                (if add { "~counter.add" } else { "~counter.remove" }, other, given)
            }
        };
        self.hashable(&given, span)?;
        if let Some(place) = base.as_place() {
            self.learn_place(&place.clone(), &base.ty.dict_like(given.clone(), Type::Int));
        }
        if join(key, &given).is_none_or(|joined| joined != *key) && !key.has_unknown() {
            let message = format!("the keys are {}, not {}", self.world.describe(key), self.world.describe(&given));
            return self.refuse(Code::MixedTypes, span, message, "");
        }
        Ok(self.named_operation(name, vec![base, other], Type::None, span))
    }

    /// `+`, `-`, `&` and `|` of two Counters.
    pub fn counter_operator(&mut self, op: ast::BinaryOp, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let name = match op {
            ast::BinaryOp::Add => "~counter.plus",
            ast::BinaryOp::Sub => "~counter.minus",
            ast::BinaryOp::BitAnd => "~counter.both",
            ast::BinaryOp::BitOr => "~counter.either",
            _ => return self.refuse(Code::TypeMismatch, span, "this operator on Counters is not translated", ""),
        };
        let Some(ty) = join(&left.ty, &right.ty) else {
            return self.refuse(Code::MixedTypes, span, "Counters of different keys meet", "");
        };
        let left = self.coerce(left, &ty, "the Counter")?;
        let right = self.coerce(right, &ty, "the Counter")?;
        Ok(self.named_operation(name, vec![left, right], ty, span))
    }

    /// A method that only an OrderedDict has, or has in its own way.
    pub fn ordered_method(
        &mut self,
        base: &Expr,
        (key, value): (&Type, &Type),
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Option<Lowered<Expr>> {
        let count = match attr.text.as_str() {
            "move_to_end" => 1,
            "popitem" => 0,
            _ => return None,
        };
        let named = keywords.iter().find(|k| k.name.as_ref().is_some_and(|n| n.text == "last")).map(|k| &k.value);
        let last = args.get(count).or(named);
        if args.len() + keywords.len() != count + usize::from(last.is_some()) || args.len() < count {
            return Some(self.refuse(Code::WrongArity, span, format!("this call of `.{}`", attr.text), ""));
        }
        let base = base.clone();
        Some((|| {
            let mut operands = vec![base];
            if count == 1 {
                let given = self.expr(&args[0], Some(key).filter(|ty| ty.is_wish()))?;
                operands.push(self.coerce(given, key, "the key")?);
            }
            operands.push(match last {
                Some(last) => self.condition(last)?.0,
                None => Expr::new(ExprKind::Bool(true), Type::Bool, self.at(span)),
            });
            let pair = Type::Tuple(vec![key.clone(), value.clone()]);
            Ok(match count {
                1 => self.named_operation("~ordered.move", operands, Type::None, span),
                _ => self.named_operation("~ordered.pop", operands, pair, span),
            })
        })())
    }

    /// `a == b` and `a != b` of dicts of a kind that compares in its own way; `None` for others.
    pub fn kinds_equal(&mut self, op: CompareOp, left: &Expr, right: &Expr, span: Span) -> Option<Lowered<Expr>> {
        if !matches!(op, CompareOp::Eq | CompareOp::NotEq) {
            return None;
        }
        let own = |ty: &Type| ty.compares_by_kind();
        if !own(&left.ty) && !own(&right.ty) {
            return None;
        }
        let name = match (left.ty.dict_kind(), right.ty.dict_kind()) {
            (Some(DictKind::Counter), Some(DictKind::Counter)) => "~counter.equal",
            (Some(DictKind::Ordered), Some(DictKind::Ordered)) => "~ordered.equal",
            _ => {
                let message = "this comparison of Counters or OrderedDicts is not translated";
                return Some(self.refuse(Code::TypeMismatch, span, message, "compare `dict(...)` of them"));
            }
        };
        let Some(ty) = join(&left.ty, &right.ty) else {
            let message = "comparing dicts of different types is not translated";
            return Some(self.refuse(Code::TypeMismatch, span, message, ""));
        };
        let sides = [left, right].map(|side| self.coerce(side.clone(), &ty, "the dict"));
        let both = sides.into_iter().collect::<Lowered<Vec<_>>>();
        Some(both.map(|both| {
            let same = self.named_operation(name, both, Type::Bool, span);
            match op {
                CompareOp::NotEq => Expr::new(ExprKind::Not(Box::new(same)), Type::Bool, self.at(span)),
                _ => same,
            }
        }))
    }
}
