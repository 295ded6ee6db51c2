//! Calls of operations of the library table: which row fits, how the arguments bind, what the result is.
//!
//! ```text
//! s.center(9, fillchar="*")    str.center(width: int, fillchar: str)    Library(str.center)[s, 9, "*"]
//! math.gcd(a, b, c)            math.gcd(*integers: int)                 Library(math.gcd)[[a, b, c]]
//! ```
//!
//! Arguments are lowered once, in source order; the first row of the name whose parameters take them wins.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::library::{Ask, Bindings, Default, Operation, Param, ParamKind, Pattern};
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// Where each parameter of a row comes from: the arguments, by their index in source order.
type Slots = Vec<Vec<usize>>;

/// An argument with its place in the call.
struct Given<'a> {
    value: &'a ast::Expr,
    name: Option<&'a str>,
}

impl Body<'_, '_> {
    /// True where the table has an operation of this name.
    pub fn has_operation(path: &str) -> bool {
        !Operation::named(path).is_empty()
    }

    /// A method of a builtin type by the table; `None` where the type has no such method there.
    pub fn library_method(
        &mut self,
        base: Expr,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Option<Lowered<Expr>> {
        let base = if base.ty == Type::Bool { self.to_int(base) } else { base };
        let path = format!("{}.{}", type_word(&base.ty)?, attr.text);
        let fits = |op: &&Operation| {
            let row = op.row();
            row.is_method && Bindings::default().fit_by(&row.params[0].pattern, &base.ty, &join)
        };
        let candidates: Vec<Operation> = Operation::named(&path).iter().filter(fits).copied().collect();
        (!candidates.is_empty()).then(|| self.operation(&candidates, &path, Some(base), args, keywords, span))
    }

    /// A call of a function by the table.
    pub fn library_function(
        &mut self,
        path: &str,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        self.operation(Operation::named(path), path, None, args, keywords, span)
    }

    fn operation(
        &mut self,
        candidates: &[Operation],
        path: &str,
        base: Option<Expr>,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let name = path.strip_prefix("builtins.").unwrap_or(path);
        let given = self.given(name, args, keywords)?;
        let skip = usize::from(base.is_some());
        let bound: Vec<(Operation, Slots)> =
            candidates.iter().filter_map(|op| Some((*op, bind(&op.row().params[skip..], &given)?))).collect();
        if bound.is_empty() {
            let message = format!("these arguments of `{name}` have no translation");
            return self.refuse(Code::UnsupportedCall, span, message, "`docs/subset.md` lists what has one");
        }
        let values = self.library_arguments(&bound, skip, &given)?;
        for (op, slots) in &bound {
            let types: Vec<Type> = values.iter().map(|value| value.ty.clone()).collect();
            if let Some(bindings) = fit(*op, base.as_ref().map(|b| &b.ty), slots, &types) {
                return self.call_operation(*op, base, slots, values, bindings, span);
            }
        }
        let given = values.iter().map(|value| self.world.describe(&value.ty)).collect::<Vec<_>>().join(", ");
        let message = format!("`{name}` of {given} is not translated");
        self.refuse(Code::TypeMismatch, span, message, "convert the arguments explicitly")
    }

    fn given<'x>(&self, name: &str, args: &'x [ast::Expr], keywords: &'x [ast::Keyword]) -> Lowered<Vec<Given<'x>>> {
        let mut given = Vec::new();
        for value in args {
            if matches!(value.kind, ast::ExprKind::Starred(_)) {
                let message = format!("`*` in a call of `{name}` is not translated");
                return self.refuse(Code::UnsupportedCall, value.span, message, "pass the arguments one by one");
            }
            given.push(Given { value, name: None });
        }
        for keyword in keywords {
            let Some(key) = &keyword.name else {
                let message = format!("`**` in a call of `{name}` is not translated");
                return self.refuse(Code::UnsupportedCall, keyword.value.span, message, "pass them one by one");
            };
            given.push(Given { value: &keyword.value, name: Some(&key.text) });
        }
        Ok(given)
    }

    /// The arguments in source order, each lowered as the rows want it.
    fn library_arguments(&mut self, bound: &[(Operation, Slots)], skip: usize, given: &[Given]) -> Lowered<Vec<Expr>> {
        let mut values = Vec::new();
        for (index, one) in given.iter().enumerate() {
            let patterns: Vec<&Pattern> = bound
                .iter()
                .filter_map(|(op, slots)| {
                    let at = slots.iter().position(|sources| sources.contains(&index))?;
                    Some(&op.row().params[at + skip].pattern)
                })
                .collect();
            let iterable = patterns.iter().find_map(|pattern| match pattern {
                Pattern::Iterable { any_order, .. } => Some(*any_order),
                _ => None,
            });
            let value = match iterable {
                Some(any_order) => self.list_from(one.value, any_order)?,
                None => {
                    let want = match patterns.as_slice() {
                        [first, rest @ ..] if !first.has_variable() && rest.iter().all(|p| p == first) => {
                            Some(first.filled(&Bindings::default())).filter(|ty| *ty != Type::Float)
                        }
                        _ => None,
                    };
                    self.expr(one.value, want.as_ref())?
                }
            };
            values.push(value);
        }
        Ok(values)
    }

    fn call_operation(
        &mut self,
        op: Operation,
        base: Option<Expr>,
        slots: &Slots,
        values: Vec<Expr>,
        bindings: Bindings,
        span: Span,
    ) -> Lowered<Expr> {
        let row = op.row();
        let skip = usize::from(base.is_some());
        self.check_asks(op, &bindings, span)?;
        let mut operands = Vec::new();
        if let Some(base) = base {
            operands.push(self.fitted(base, &row.params[0], &bindings)?);
        }
        let mut values: Vec<Option<Expr>> = values.into_iter().map(Some).collect();
        let mut order = Vec::new();
        for (param, sources) in row.params[skip..].iter().zip(slots) {
            let mut taken = Vec::new();
            for source in sources {
                order.push(*source);
                if let Some(value) = values[*source].take() {
                    taken.push(self.fitted(value, param, &bindings)?);
                }
            }
            operands.push(match (param.kind, taken.pop(), &param.default) {
                (ParamKind::Rest, last, _) => {
                    taken.extend(last);
                    let ty = Type::list(param.pattern.filled(&bindings));
                    Expr::new(ExprKind::List(taken), ty, self.at(span))
                }
                (_, Some(value), _) => value,
                (_, None, Some(default)) => self.library_default(default, param, span),
                (_, None, None) => return self.refuse(Code::WrongArity, span, "an argument is missing", ""),
            });
        }
        let ty = row.result.filled(&bindings);
        if ty.has_unknown() && ty == Type::Unknown {
            return self.unknown(span, &format!("the result of `{}`", row.path));
        }
        let at = self.at(span);
        if order.windows(2).any(|pair| pair[0] > pair[1]) && operands.iter().filter(|o| !Self::is_simple(o)).count() > 1
        {
            return self.refuse(
                Code::UnsupportedCall,
                span,
                "keyword arguments in another order than the parameters are not translated here",
                "write them in the order of the parameters",
            );
        }
        Ok(Expr::new(ExprKind::Builtin { op: Builtin::Library(op), args: operands }, ty, at))
    }

    /// An operand as the type of its parameter; containers learn what they hold.
    fn fitted(&mut self, value: Expr, param: &Param, bindings: &Bindings) -> Lowered<Expr> {
        let want = param.pattern.filled(bindings);
        match (&param.pattern, &value.ty, &want) {
            (Pattern::Exactly(Type::Float), Type::Int | Type::Bool, _) => {
                let value = self.to_int(value);
                return Ok(self.to_float(value));
            }
            (Pattern::Exactly(Type::Int), Type::Bool, _) => return Ok(self.to_int(value)),
            (Pattern::Optional(_), Type::Bool, Type::Optional(inner)) if **inner == Type::Int => {
                let value = self.to_int(value);
                return self.coerce(value, &want, "the argument");
            }
            (Pattern::Iterable { .. }, Type::List(from), Type::List(to)) if from != to => {
                if let (Type::Int | Type::Bool, Type::Float) | (Type::Bool, Type::Int) = (&**from, &**to) {
                    let (from, to) = ((**from).clone(), (**to).clone());
                    return Ok(self.converted_list(value, from, to));
                }
            }
            _ => {}
        }
        if value.ty.has_unknown()
            && !want.has_unknown()
            && let Some(place) = value.as_place().cloned()
        {
            self.learn_place(&place, &want);
        }
        self.coerce(value, &want, "the argument")
    }

    /// `[float(x) for x in xs]`
    fn converted_list(&mut self, list: Expr, from: Type, to: Type) -> Expr {
        let at = list.at;
        let local = self.new_local("item", &from);
        self.flow.assigned.insert(local);
        let read = Expr::local(local, from, at);
        let read = self.to_int(read);
        let element = if to == Type::Float { self.to_float(read) } else { read };
        let loops = vec![Loop { target: Target::Declare(local), iter: Iter::Value(list), conditions: Vec::new() }];
        let kind = ComprehensionKind::List(element);
        Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), Type::list(to), at)
    }

    fn library_default(&self, default: &Default, param: &Param, span: Span) -> Expr {
        let at = self.at(span);
        let ty = param.pattern.filled(&Bindings::default());
        let (kind, own) = match default {
            Default::None => return Expr::new(ExprKind::None, ty, at),
            Default::Bool(value) => (ExprKind::Bool(*value), Type::Bool),
            Default::Int(value) => (ExprKind::Int(*value), Type::Int),
            Default::Float(value) => (ExprKind::Float(*value), Type::Float),
            Default::Str(value) => (ExprKind::Str(value.clone()), Type::Str),
        };
        let value = Expr::new(kind, own, at);
        match ty {
            Type::Optional(_) => Expr::new(ExprKind::Convert { to: Conversion::Some, value: Box::new(value) }, ty, at),
            _ => value,
        }
    }

    fn check_asks(&mut self, op: Operation, bindings: &Bindings, span: Span) -> Lowered<()> {
        for (ask, variable) in &op.row().asks {
            let Some(ty) = bindings.get(*variable).cloned() else { continue };
            match ask {
                Ask::Ord => self.orderable(&ty, span)?,
                Ask::Repr => self.printable(&ty, span)?,
                Ask::Key => self.hashable(&ty, span)?,
                Ask::Eq => {}
            }
        }
        Ok(())
    }

    /// Refuses types whose values Python cannot hash.
    pub fn hashable(&self, ty: &Type, span: Span) -> Lowered<()> {
        match ty {
            Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) => {
                let message = format!("{} cannot be a key", self.world.describe(ty));
                self.refuse(Code::TypeMismatch, span, message, "use a tuple or a frozenset")
            }
            Type::Tuple(items) => items.iter().try_for_each(|item| self.hashable(item, span)),
            Type::Optional(inner) | Type::TupleOf(inner) => self.hashable(inner, span),
            _ => Ok(()),
        }
    }
}

/// The word that the table has for the methods of a type.
pub fn type_word(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Str => "str",
        Type::Bytes => "bytes",
        Type::Int | Type::Bool => "int",
        Type::Float => "float",
        Type::List(_) => "list",
        Type::Deque(_) => "deque",
        Type::Dict(..) => "dict",
        Type::Set(_) => "set",
        Type::FrozenSet(_) => "frozenset",
        Type::Tuple(_) | Type::TupleOf(_) => "tuple",
        _ => return None,
    })
}

/// Which arguments each parameter takes; `None` where they do not bind.
fn bind(params: &[Param], given: &[Given]) -> Option<Slots> {
    let mut slots: Slots = vec![Vec::new(); params.len()];
    let mut position = 0;
    for (index, one) in given.iter().enumerate() {
        let at = match one.name {
            Some(name) => {
                let named = |p: &Param| p.name == name && matches!(p.kind, ParamKind::Either | ParamKind::Named);
                params.iter().position(named)?
            }
            None => {
                let at = position;
                let param = params.get(at)?;
                match param.kind {
                    ParamKind::Named => return None,
                    ParamKind::Rest => {}
                    ParamKind::Positional | ParamKind::Either => position += 1,
                }
                at
            }
        };
        if !slots[at].is_empty() && params[at].kind != ParamKind::Rest {
            return None;
        }
        slots[at].push(index);
    }
    let complete = params
        .iter()
        .zip(&slots)
        .all(|(param, sources)| !sources.is_empty() || param.default.is_some() || param.kind == ParamKind::Rest);
    complete.then_some(slots)
}

/// What the type variables are, where all arguments fit.
fn fit(op: Operation, base: Option<&Type>, slots: &Slots, types: &[Type]) -> Option<Bindings> {
    let row = op.row();
    let mut bindings = Bindings::default();
    let mut params = row.params.iter();
    if let Some(base) = base
        && !bindings.fit_by(&params.next()?.pattern, base, &join)
    {
        return None;
    }
    for (param, sources) in params.zip(slots) {
        if !sources.iter().all(|source| bindings.fit_by(&param.pattern, &types[*source], &join)) {
            return None;
        }
    }
    Some(bindings)
}
