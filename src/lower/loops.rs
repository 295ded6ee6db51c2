//! What is iterated, and comprehensions.

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::{Location, Span};

impl Body<'_, '_> {
    /// An iterable and the type of its items; `any_order` where the order of a set does not show.
    pub fn iterable(&mut self, e: &ast::Expr, any_order: bool) -> Lowered<(Iter, Type)> {
        if let Some(args) = self.range_constant(e) {
            return self.range(args, e.span);
        }
        if let ast::ExprKind::Call { func, args, keywords } = &e.kind {
            match &func.kind {
                ast::ExprKind::Name(name) if self.is_builtin(name) => {
                    match (name.as_str(), args.len(), keywords.len()) {
                        ("range", 1..=3, 0) => return self.range(args, e.span),
                        ("enumerate", 1 | 2, _) => return self.enumerate(args, keywords, e.span),
                        ("zip", 1.., _) if is_plain_zip(keywords) && !has_star(args) => {
                            let parts = args.iter().map(|a| self.iterable(a, false)).collect::<Lowered<Vec<_>>>()?;
                            let (iters, types): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
                            return Ok((Iter::Zip(iters), Type::Tuple(types)));
                        }
                        ("reversed", 1, 0) => {
                            let (inner, item) = self.iterable(&args[0], false)?;
                            let reversible = match &inner {
                                Iter::Range { .. } => true,
                                Iter::Value(v) => {
                                    matches!(
                                        v.ty,
                                        Type::List(_) | Type::TupleOf(_) | Type::Deque(_) | Type::Str | Type::Unknown
                                    )
                                }
                                _ => false,
                            };
                            if !reversible {
                                return self.refuse(
                                    Code::UnsupportedCall,
                                    e.span,
                                    "`reversed` of this is not translated",
                                    "reverse a list",
                                );
                            }
                            return Ok((Iter::Reversed(Box::new(inner)), item));
                        }
                        _ => {}
                    }
                }
                ast::ExprKind::Attribute { value, attr } if args.is_empty() && keywords.is_empty() => {
                    if attr.text == "elements"
                        && let Some(Type::Dict(key, _, DictKind::Counter)) =
                            self.quiet(|b| b.expr(value, None)).map(|v| v.ty)
                    {
                        let counts = self.expr(value, None)?;
                        let list =
                            self.named_operation("~counter.elements", vec![counts], Type::list((*key).clone()), e.span);
                        return Ok((Iter::Value(list), *key));
                    }
                    if matches!(attr.text.as_str(), "items" | "values" | "keys")
                        && let Some(Type::Dict(..)) = self.quiet(|b| b.expr(value, None)).map(|v| v.ty)
                    {
                        let dict = self.expr(value, None)?;
                        let Type::Dict(key, item, _) = dict.ty.clone() else {
                            return self.unknown(e.span, "the dict").map(|v| (Iter::Value(v), Type::Unknown));
                        };
                        return Ok(match attr.text.as_str() {
                            "items" => (Iter::Items(dict), Type::Tuple(vec![*key, *item])),
                            "values" => (Iter::Values(dict), *item),
                            _ => (Iter::Value(dict), *key),
                        });
                    }
                }
                _ => {}
            }
        }
        if let Some(endless) = self.counted(e) {
            return endless;
        }
        let value = match self.iterator(e) {
            Some(list) => list?,
            None if let Some(class) = self.enumeration(e) => self.all_members(class, e.span),
            None => self.expr(e, None)?,
        };
        let value = self.operand_base(value, "'NoneType' object is not iterable");
        let value = self.untupled(value)?;
        if is_set(&value.ty) && !any_order {
            return self.set_items(value, e.span);
        }
        match value.ty.item() {
            Some(item) => Ok((Iter::Value(value), item)),
            None if value.ty == Type::Unknown => {
                let value = self.unknown(e.span, "the iterable")?;
                Ok((Iter::Value(value), Type::Unknown))
            }
            None => {
                let message = format!("iterating over {} is not translated", self.world.describe(&value.ty));
                self.refuse(Code::UnsupportedExpression, e.span, message, "")
            }
        }
    }

    /// The items of a set where their order can be seen: CPython's, where that is determined.
    pub fn set_items(&self, set: Expr, span: Span) -> Lowered<(Iter, Type)> {
        let Some(item) = set.ty.item() else { return self.set_order(span) };
        if item == Type::Unknown {
            return Ok((Iter::Value(set), item));
        }
        let display = matches!(&set.kind, ExprKind::Builtin { op: Builtin::SetForget, .. });
        if !order_known(&item) || display {
            return self.set_order(span);
        }
        let (ty, at) = (Type::list(item.clone()), self.at(span));
        let items = Expr::new(ExprKind::Builtin { op: Builtin::SetItems, args: vec![set] }, ty, at);
        Ok((Iter::Value(items), item))
    }

    fn set_order<T>(&self, span: Span) -> Lowered<T> {
        let message = "a set is iterated where its order can be seen";
        self.refuse(Code::SetOrder, span, message, "iterate over `sorted(...)` of it")
    }

    /// Refuses what was folded over a set if its values can be equal and still be told apart, or rounded in another
    /// order: floats, objects.
    pub fn any_order_is_same(&self, folded: Expr, values: &Type, span: Span) -> Lowered<Expr> {
        if is_exact(values) { Ok(folded) } else { self.in_set_order(folded, span) }
    }

    /// Lets loops over sets run in CPython's order; refused where that is not determined.
    pub fn in_set_order(&self, mut folded: Expr, span: Span) -> Lowered<Expr> {
        let ExprKind::Comprehension(c) = &mut folded.kind else { return Ok(folded) };
        for one in &mut c.loops {
            if let Iter::Value(source) = &one.iter
                && is_set(&source.ty)
            {
                one.iter = self.set_items(source.clone(), span)?.0;
            }
        }
        Ok(folded)
    }

    /// True where a name still means Python's builtin.
    pub fn is_builtin(&self, name: &str) -> bool {
        !self.names.contains_key(name)
            && !self.own_names.contains(name)
            && !self.world.module(self.module).names.contains_key(name)
    }

    pub fn range(&mut self, args: &[ast::Expr], span: Span) -> Lowered<(Iter, Type)> {
        let at = self.at(span);
        let int = |n| Expr::new(ExprKind::Int(n), Type::Int, at);
        let mut values = self.arguments(args, &[Type::Int, Type::Int, Type::Int])?.into_iter();
        let (start, stop, step) = match (values.next(), values.next(), values.next()) {
            (Some(stop), None, _) => (int(0), stop, int(1)),
            (Some(start), Some(stop), None) => (start, stop, int(1)),
            (Some(start), Some(stop), Some(step)) => (start, stop, step),
            _ => return self.refuse(Code::WrongArity, span, "`range` needs an argument", ""),
        };
        Ok((Iter::Range { start, stop, step }, Type::Int))
    }

    fn enumerate(&mut self, args: &[ast::Expr], keywords: &[ast::Keyword], span: Span) -> Lowered<(Iter, Type)> {
        let at = self.at(span);
        let (inner, item) = self.iterable(&args[0], false)?;
        let start = match (args.get(1), keywords) {
            (None, []) => Expr::new(ExprKind::Int(0), Type::Int, at),
            (Some(start), []) => self.arguments(std::slice::from_ref(start), &[Type::Int])?.remove(0),
            (None, [keyword]) if keyword.name.as_ref().is_some_and(|n| n.text == "start") => {
                self.arguments(std::slice::from_ref(&keyword.value), &[Type::Int])?.remove(0)
            }
            _ => return self.refuse(Code::WrongArity, span, "these arguments of `enumerate` do not bind", ""),
        };
        Ok((Iter::Enumerate(Box::new(inner), start), Type::Tuple(vec![Type::Int, item])))
    }

    /// Loops of a comprehension with what they feed; variables of the loops are its own.
    pub fn comprehension(
        &mut self,
        clauses: &[ast::Comprehension],
        span: Span,
        any_order: bool,
        element: impl FnOnce(&mut Self) -> Lowered<(ComprehensionKind, Type)>,
    ) -> Lowered<Expr> {
        if self.is_strict_zip(&clauses[0].iter) {
            return self.strict_comprehension(&clauses[0].iter, span, |b, zip| {
                let mut clauses = clauses.to_vec();
                clauses[0].iter = zip.clone();
                b.comprehension_of(&clauses, span, any_order, element)
            });
        }
        self.comprehension_of(clauses, span, any_order, element)
    }

    fn comprehension_of(
        &mut self,
        clauses: &[ast::Comprehension],
        span: Span,
        any_order: bool,
        element: impl FnOnce(&mut Self) -> Lowered<(ComprehensionKind, Type)>,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let names = self.names.clone();
        let (flow, calls) = (self.flow.clone(), self.calls);
        // The elements are made one after the other: a call in one may change what was known before.
        self.flow.forget_fields();
        let own = self.own_names.clone();
        let depth = std::mem::replace(&mut self.depth, 1);
        self.sinks.push(Vec::new());
        let result = (|| {
            let mut loops = Vec::new();
            for clause in clauses {
                if clause.is_async {
                    return self.refuse(Code::AsyncFunction, span, "async comprehension", "");
                }
                self.clause(clause, any_order, &mut loops)?;
            }
            let (kind, ty) = element(self)?;
            loops.iter().for_each(|one| self.learn_items(one));
            Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), ty, at))
        })();
        let before = self.sinks.pop().unwrap_or_default();
        let result = result.map(|value| after(before, value));
        let inside = std::mem::replace(&mut self.names, names);
        let named = inside.into_iter().filter(|(_, local)| self.named.contains(local)).collect::<Vec<_>>();
        for (name, local) in named {
            self.names.entry(name).or_insert(local);
        }
        self.restore(flow, calls);
        self.own_names = own;
        self.depth = depth;
        result
    }

    /// The loops of one `for` of a comprehension: one, and another over a single item where that item is computed.
    fn clause(&mut self, clause: &ast::Comprehension, any_order: bool, loops: &mut Vec<Loop>) -> Lowered<()> {
        let names = self.names.clone();
        let (iter, given) = match self.stage(&clause.iter) {
            Some(stage) => {
                let (iter, item) = self.iterable(&stage.iter, any_order)?;
                self.loop_over(&stage.target, iter, item, loops)?;
                if let (Some(test), Some(last)) = (&stage.condition, loops.last_mut()) {
                    last.conditions.push(self.condition(test)?.0);
                }
                let (before, value) = self.block(|b| b.expr(&stage.element, None))?;
                let value = after(before, value);
                let item = value.ty.clone();
                (once(value), item)
            }
            None => match self.looked(&clause.iter, false)? {
                Some(looked) => {
                    let test = self.condition(&looked.test)?.0;
                    if loops.is_empty() {
                        let iter = once(Expr::new(ExprKind::Int(0), Type::Int, test.at));
                        loops.push(Loop { target: Target::Ignore, iter, conditions: Vec::new() });
                    }
                    loops.iter_mut().last().into_iter().for_each(|last| last.conditions.push(test.clone()));
                    self.iterable(&looked.items, any_order)?
                }
                None => self.iterable(&clause.iter, any_order)?,
            },
        };
        self.names = names;
        self.loop_over(&clause.target, iter, given, loops)?;
        for condition in &clause.conditions {
            let (test, facts) = self.condition(condition)?;
            facts.assume(&mut self.flow, true);
            if let Some(last) = loops.last_mut() {
                last.conditions.push(test);
            }
        }
        Ok(())
    }

    /// Adds a loop; where the items are to be taken apart at run time, a second one over what that gives.
    fn loop_over(&mut self, target: &ast::Expr, iter: Iter, item: Type, loops: &mut Vec<Loop>) -> Lowered<()> {
        if Self::has_shape(target, &item) {
            let target = self.loop_target(target, &item)?;
            loops.push(Loop { target, iter, conditions: Vec::new() });
            return Ok(());
        }
        let at = self.at(target.span);
        let local = self.new_local("item", &item);
        self.flow.assigned.insert(local);
        loops.push(Loop { target: Target::Declare(local), iter, conditions: Vec::new() });
        let whole = Expr::local(local, item, at);
        let (before, value) = self.block(|b| b.shaped(target, whole))?;
        let parts = after(before, value);
        let ty = parts.ty.clone();
        let target = self.loop_target(target, &ty)?;
        loops.push(Loop { target, iter: once(parts), conditions: Vec::new() });
        Ok(())
    }

    /// What the body found out of a loop's variable tells of the container.
    fn learn_items(&mut self, one: &Loop) {
        if let (Target::Declare(local), Iter::Value(container)) = (&one.target, &one.iter)
            && let Some(place) = container.as_place()
            && let Type::List(item) = &container.ty
            && item.has_unknown()
        {
            let learned = Type::list(self.locals[local.0 as usize].ty.clone());
            self.learn_place(&place.clone(), &learned);
        }
    }

    /// A target whose names are new variables, whatever exists outside.
    pub fn loop_target(&mut self, target: &ast::Expr, ty: &Type) -> Lowered<Target> {
        match &target.kind {
            ast::ExprKind::Name(name) if self.is_cell(name) => {
                let local = self.new_cell(name, ty, target.span)?;
                self.flow.assigned.insert(local);
                Ok(Target::Assign(self.place_of(local, target.span)))
            }
            ast::ExprKind::Name(name) => {
                let local = self.new_local(super::lazy::shown(name), ty);
                self.names.insert(name.clone(), local);
                self.flow.assigned.insert(local);
                Ok(Target::Declare(local))
            }
            ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) => {
                let types = match ty {
                    Type::Tuple(types) if types.len() == items.len() => types.clone(),
                    Type::Unknown => vec![Type::Unknown; items.len()],
                    _ => {
                        let message = format!("cannot unpack {} into {} targets", self.world.describe(ty), items.len());
                        return self.refuse(Code::TypeMismatch, target.span, message, "");
                    }
                };
                let parts = items
                    .iter()
                    .zip(&types)
                    .map(|(item, ty)| self.loop_target(item, ty))
                    .collect::<Lowered<Vec<_>>>()?;
                Ok(Target::Tuple(parts))
            }
            ast::ExprKind::Starred(inner) => self.loop_target(inner, ty),
            _ => self.refuse(Code::UnsupportedExpression, target.span, "this loop target is not translated", ""),
        }
    }

    /// Loops that feed something, from any iterable expression or generator: `f(x)` and `f(e for ...)`.
    pub fn fold(
        &mut self,
        source: &ast::Expr,
        any_order: bool,
        finish: impl FnOnce(&mut Self, Expr) -> Lowered<(ComprehensionKind, Type)>,
    ) -> Lowered<Expr> {
        let staged = self.stage(source).map(|stage| stage.generator(source.span));
        let source = staged.as_ref().unwrap_or(source);
        if let ast::ExprKind::Generator { element, clauses } = &source.kind {
            return self.comprehension(clauses, source.span, any_order, |b| {
                let element = b.expr(element, None)?;
                finish(b, element)
            });
        }
        if self.is_strict_zip(source) {
            return self.strict_comprehension(source, source.span, |b, zip| b.fold(zip, any_order, finish));
        }
        let at = self.at(source.span);
        let (iter, item) = self.iterable(source, any_order)?;
        let local = self.new_local("item", &item);
        self.flow.assigned.insert(local);
        let read = Expr::local(local, item, at);
        let (kind, ty) = finish(self, read)?;
        let loops = vec![Loop { target: Target::Declare(local), iter, conditions: Vec::new() }];
        Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), ty, at))
    }

    /// An iterable as a list of its own.
    pub fn list_of(&mut self, iter: Iter, item: Type, at: Location) -> Expr {
        let ty = Type::list(item.clone());
        if let Iter::Value(value) = &iter
            && matches!(value.ty, Type::List(_))
        {
            if !matches!(value.kind, ExprKind::Read { .. }) {
                return value.clone();
            }
            return Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![value.clone()] }, ty, at);
        }
        let local = self.new_local("item", &item);
        self.flow.assigned.insert(local);
        let kind = ComprehensionKind::List(Expr::local(local, item, at));
        let loops = vec![Loop { target: Target::Declare(local), iter, conditions: Vec::new() }];
        Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), ty, at)
    }

    /// A list from any source: iterable expression or generator.
    pub fn list_from(&mut self, source: &ast::Expr, any_order: bool) -> Lowered<Expr> {
        let at = self.at(source.span);
        let staged = self.stage(source).map(|stage| stage.generator(source.span));
        let source = staged.as_ref().unwrap_or(source);
        if let ast::ExprKind::Generator { element, clauses } = &source.kind {
            return self.comprehension(clauses, source.span, any_order, |b| {
                let value = b.expr(element, None)?;
                let ty = Type::list(value.ty.clone());
                Ok((ComprehensionKind::List(value), ty))
            });
        }
        if self.is_strict_zip(source) {
            return self.strict_comprehension(source, source.span, |b, zip| b.list_from(zip, any_order));
        }
        let (iter, item) = self.iterable(source, any_order)?;
        Ok(self.list_of(iter, item, at))
    }

    /// `key=lambda x: ...` or `key=function` for items of a type.
    pub fn key_function(&mut self, key: &ast::Expr, item: &Type) -> Lowered<Lambda> {
        let names = self.names.clone();
        let (flow, calls) = (self.flow.clone(), self.calls);
        self.flow.forget_fields();
        let result = (|| match &key.kind {
            ast::ExprKind::Lambda { params, body } => {
                let [param] = params.items.as_slice() else {
                    return self.refuse(Code::WrongArity, key.span, "a key function takes one argument", "");
                };
                let local = self.new_local(&param.name.text, item);
                self.names.insert(param.name.text.clone(), local);
                self.flow.assigned.insert(local);
                let body = self.expr(body, None)?;
                Ok(Lambda { params: vec![local], body })
            }
            ast::ExprKind::Name(_) | ast::ExprKind::Attribute { .. } | ast::ExprKind::Call { .. } => {
                let local = self.new_local("item", item);
                let name = format!("\u{0}key{}", local.0);
                self.names.insert(name.clone(), local);
                self.flow.assigned.insert(local);
                let arg = ast::Expr { kind: ast::ExprKind::Name(name), span: key.span };
                let body = match self.getter(key, &arg) {
                    Some(part) => self.expr(&part, None)?,
                    None if matches!(key.kind, ast::ExprKind::Call { .. }) => {
                        let message = "this key function is not translated";
                        return self.refuse(Code::UnsupportedExpression, key.span, message, "write a lambda");
                    }
                    None => self.call(key, &[arg], &[], None, key.span)?,
                };
                // `key=d.get` on keys of the dict: None cannot be ordered, so the call declines.
                let body = if matches!(body.ty, Type::Optional(_)) { self.present(body) } else { body };
                Ok(Lambda { params: vec![local], body })
            }
            _ => self.refuse(
                Code::UnsupportedExpression,
                key.span,
                "this key function is not translated",
                "write a lambda",
            ),
        })();
        self.names = names;
        self.restore(flow, calls);
        result
    }
}

/// True for the keywords of a `zip` that stops with the shortest.
pub(super) fn is_plain_zip(keywords: &[ast::Keyword]) -> bool {
    let is_off = |keyword: &ast::Keyword| {
        keyword.name.as_ref().is_some_and(|n| n.text == "strict")
            && matches!(keyword.value.kind, ast::ExprKind::Bool(false))
    };
    keywords.iter().all(is_off)
}

/// An iteration over one value.
fn once(value: Expr) -> Iter {
    let (ty, at) = (Type::list(value.ty.clone()), value.at);
    Iter::Value(Expr::new(ExprKind::List(vec![value]), ty, at))
}

/// A value after some statements.
pub fn after(before: Vec<Stmt>, value: Expr) -> Expr {
    if before.is_empty() {
        return value;
    }
    let (ty, at) = (value.ty.clone(), value.at);
    Expr::new(ExprKind::Block { body: before, value: Box::new(value) }, ty, at)
}

/// The order of sets of such items is the same in every process.
pub fn order_known(ty: &Type) -> bool {
    match ty {
        Type::Int | Type::Bool | Type::Float => true,
        Type::Tuple(items) => items.iter().all(order_known),
        Type::FrozenSet(item) | Type::TupleOf(item) => order_known(item),
        _ => false,
    }
}

/// The item types of the sets that a fold loops over.
pub fn set_sources(folded: &Expr) -> Vec<Type> {
    let ExprKind::Comprehension(c) = &folded.kind else { return Vec::new() };
    let sources = c.loops.iter().filter_map(|one| match &one.iter {
        Iter::Value(source) if is_set(&source.ty) => source.ty.item(),
        _ => None,
    });
    sources.collect()
}

/// True where a fold loops over a set.
pub fn loops_over_set(folded: &Expr) -> bool {
    !set_sources(folded).is_empty()
}

/// True where evaluating may end in an exception, as far as is known without knowing what functions do.
pub fn may_raise(e: &Expr) -> bool {
    let mut raises = false;
    walk::each_expr_of(e, &mut |inner| {
        raises |= match &inner.kind {
            ExprKind::Call { .. } | ExprKind::CallValue { .. } | ExprKind::Block { .. } => true,
            ExprKind::Builtin { op, .. } => op.raises(),
            ExprKind::Read { place: Place::Item { check, .. }, .. } => *check != Check::Proven,
            ExprKind::Arith { op, .. } => !matches!(op, ArithOp::Add | ArithOp::Sub | ArithOp::Mul),
            _ => false,
        };
    });
    raises
}

fn has_star(args: &[ast::Expr]) -> bool {
    args.iter().any(|arg| matches!(arg.kind, ast::ExprKind::Starred(_)))
}

fn is_set(ty: &Type) -> bool {
    matches!(ty, Type::Set(_) | Type::FrozenSet(_))
}

/// True for types whose equal values cannot be told apart.
fn is_exact(ty: &Type) -> bool {
    match ty {
        Type::Tuple(items) => items.iter().all(is_exact),
        Type::TupleOf(item) => is_exact(item),
        Type::Int | Type::Bool | Type::Str | Type::Bytes | Type::Unknown => true,
        _ => false,
    }
}
