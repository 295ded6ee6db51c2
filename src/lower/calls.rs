//! Calls: what is called, how the arguments bind, in which order they are evaluated.

use super::annotations::{dotted, resolve};
use super::body::Body;
use super::join::join;
use super::world::{Binding, FieldDefault, Lowered, ParamInfo, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// A parameter to bind to, whatever it belongs to.
pub(super) struct Slot<'a> {
    pub(super) name: String,
    pub(super) ty: Type,
    default: Option<SlotDefault<'a>>,
    keyword_only: bool,
    positional_only: bool,
    rest: bool,
}

pub(super) enum SlotDefault<'a> {
    Value(&'a ast::Expr),
    Factory(&'a ast::Expr),
    /// A new empty container; `None` asks for it too.
    Fresh(&'a ast::Expr),
}

impl<'a> Body<'_, 'a> {
    /// Lowers a call.
    pub fn call(
        &mut self,
        func: &ast::Expr,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        if let ast::ExprKind::Attribute { value, attr } = &func.kind {
            if super::families::is_super(value) && self.class.is_some() {
                return self.super_call(attr, args, keywords, span);
            }
            if let Some(class) = self.class_named(value) {
                return self.class_call(class, attr, args, keywords, span);
            }
            if self.is_init_self(value) {
                return self.call_unbuilt(attr, args, keywords, span);
            }
            if attr.text == "strftime"
                && let Some(text) = self.utc_format(value, args, span)
            {
                return text;
            }
            let name = dotted(func);
            let first = name.as_deref().and_then(|n| n.split('.').next()).unwrap_or("");
            let is_local = self.names.contains_key(first) || self.own_names.contains(first);
            match name.as_ref().filter(|_| !is_local).and_then(|n| resolve(self.world, self.module, n)) {
                Some(binding) => return self.call_binding(binding, args, keywords, want, span),
                None => {
                    if let Some(called) = self.unbound_method(value, attr, args, keywords, span) {
                        return called;
                    }
                    let base = self.expr(value, None)?;
                    let base = self.attribute_base(base, &self.member_name(&attr.text));
                    return self.method_call(base, attr, args, keywords, want, span);
                }
            }
        }
        let ast::ExprKind::Name(name) = &func.kind else {
            return self.call_value(func, args, keywords, span);
        };
        if let Some(inner) = self.inner_function(name) {
            return self.call_inner(inner, args, keywords, span);
        }
        if let Some(class) = self.made.filter(|_| self.cls_name.as_ref() == Some(name)) {
            return self.construct(class, args, keywords, span);
        }
        if self.names.contains_key(name) || self.own_names.contains(name) {
            return self.call_value(func, args, keywords, span);
        }
        match self.world.module(self.module).names.get(name).cloned() {
            Some(Binding::Global(_)) => self.call_value(func, args, keywords, span),
            Some(binding) => self.call_binding(binding, args, keywords, want, span),
            None => self.builtin_call(name, args, keywords, want, span),
        }
    }

    fn call_binding(
        &mut self,
        binding: Binding,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        match binding {
            Binding::Function(id) => self.call_bound(id, None, args, keywords, span),
            Binding::Class(id) => self.construct(id, args, keywords, span),
            Binding::Library(path) => self.library_call(&path, args, keywords, want, span),
            Binding::Opaque(problem) => Err(problem),
            Binding::Type(id) => match args {
                [arg] if keywords.is_empty() && super::type_names::gives_back(self.world, id) => self.expr(arg, want),
                _ => self.refuse(Code::UnsupportedCall, span, "a name of a type is called", "call the class itself"),
            },
            Binding::Exception(_) => self.refuse(
                Code::UnsupportedCall,
                span,
                "an exception is built outside `raise`",
                "raise it where it is built",
            ),
            Binding::Global(_) | Binding::Module(_) => {
                self.refuse(Code::UnsupportedCall, span, "this value is not a function", "")
            }
        }
    }

    /// Statements that make the containers of parameters that are left out: callers make them.
    pub fn made_before(&self, id: FunctionId, def: &ast::FunctionDef) -> Vec<usize> {
        let params = &self.world.function(id).params;
        let is_fresh = |name: &str| params.iter().any(|param| param.is_fresh && param.name == name);
        let made = super::fresh::defaults(def).into_iter();
        made.filter(|fresh| is_fresh(fresh.name)).map(|fresh| fresh.statement).collect()
    }

    /// Binds arguments to a function (after `receiver`, for methods) and calls it.
    pub fn call_bound(
        &mut self,
        id: FunctionId,
        receiver: Option<Expr>,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        self.check_refused(id, span)?;
        let skip = usize::from(receiver.is_some());
        let info = self.world.function(id);
        let slots: Vec<Slot<'a>> = info.params.iter().skip(skip).map(slot).collect();
        let name = info.name.clone();
        let home = (info.module, info.kind.class());
        let (mut values, order) = self.bind(&name, home, slots, args, keywords, span)?;
        for (index, value) in values.iter().enumerate() {
            let info = &mut self.world.functions[id.0 as usize].params[index + skip];
            if info.is_fresh && !info.declared {
                // Of a value that may be None, what it is where it is not.
                let ty = Some(value.ty.some()).filter(|ty| **ty != Type::None);
                ty.map(|ty| World::learn(&mut self.world.changed, &mut info.ty, ty));
            } else if !info.declared {
                World::learn(&mut self.world.changed, &mut info.ty, &value.ty);
            }
        }
        let mut order = order;
        if let Some(receiver) = receiver {
            values.insert(0, receiver);
            order.insert(0, 0);
            order.iter_mut().skip(1).for_each(|o| *o += 1);
        }
        for (index, value) in values.iter().enumerate() {
            self.widen_parameter(id, index, &value.ty);
        }
        let wants: Vec<Type> = self.world.function(id).params.iter().map(|p| p.ty.clone()).collect();
        let mut values = values
            .into_iter()
            .zip(wants)
            .map(|(value, ty)| self.coerce(value, &ty, "the parameter"))
            .collect::<Lowered<Vec<_>>>()?;
        let captured = self.captured_arguments(id, false, span)?;
        order.extend(values.len()..values.len() + captured.len());
        values.extend(captured);
        self.in_source_order(values, order, span, |b, values| b.call_function(id, values, span))
    }

    /// The call itself, once arguments are bound.
    pub fn call_function(&mut self, id: FunctionId, args: Vec<Expr>, span: Span) -> Lowered<Expr> {
        self.check_refused(id, span)?;
        self.check_iterated(id, span)?;
        let info = self.world.function(id);
        let ty = info.result.clone();
        let name = info.name.clone();
        if ty == Type::Unknown && !self.world.last {
            return self.unknown(span, &format!("the result of `{name}`"));
        }
        // A function without any `return` gives None.
        let ty = if ty == Type::Unknown { Type::None } else { ty };
        self.forget_shared();
        Ok(Expr::new(ExprKind::Call { function: id, args }, ty, self.at(span)))
    }

    /// Refuses a generator that is not iterated where it is called.
    pub(super) fn check_iterated(&self, id: FunctionId, span: Span) -> Lowered<()> {
        let info = self.world.function(id);
        if !info.is_generator || self.world.uses.contains_key(&self.at(span)) {
            return Ok(());
        }
        let message = format!("`{}` is a generator, and is not iterated where it is called", info.name);
        self.refuse(Code::Generator, span, message, "iterate over it at once, or make a list: `list(...)`")
    }

    pub(super) fn check_refused(&self, id: FunctionId, span: Span) -> Lowered<()> {
        let info = self.world.function(id);
        if info.is_unused {
            let message = format!("`{}` is called, which is abstract", info.name);
            return self.refuse(Code::UnsupportedClass, span, message, "give it a body in an ordinary method");
        }
        let Some(problem) = &info.refused else { return Ok(()) };
        if info.nesting.path.is_some() {
            return Err(Box::new(problem.clone()));
        }
        let message = format!("`{}` is called, which is refused: {}", info.name, problem.message);
        self.refuse(Code::CallRefused, span, message, "")
    }

    /// Values in the order of the parameters, with the order in which the source evaluates them.
    pub(super) fn bind(
        &mut self,
        name: &str,
        home: (ModuleId, Option<ClassId>),
        slots: Vec<Slot<'a>>,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<(Vec<Expr>, Vec<usize>)> {
        let mut bound: Vec<Option<Expr>> = slots.iter().map(|_| None).collect();
        let mut order = Vec::new();
        let positional = slots.iter().filter(|s| !s.keyword_only && !s.rest).count();
        let rest = slots.iter().position(|s| s.rest);
        let args = spliced(args);
        let (mut over, mut left, mut given) = (Vec::new(), &args[..0], 0);
        for (index, arg) in args.iter().enumerate() {
            if given >= positional && rest.is_some() {
                left = &args[index..];
                break;
            }
            let values = match &arg.kind {
                ast::ExprKind::Starred(inner) => self.spread(inner)?,
                _ => {
                    let wish = slots.get(given).filter(|_| given < positional).map(|slot| &slot.ty);
                    vec![self.expr(arg, wish.filter(|t| **t != Type::Unknown))?]
                }
            };
            for value in values {
                if given < positional {
                    bound[given] = Some(value);
                    order.push(given);
                } else {
                    over.push(value);
                }
                given += 1;
            }
        }
        if let Some(rest) = rest {
            bound[rest] = Some(self.rest_of(over, left, &slots[rest].ty, span)?);
            order.push(rest);
        } else if given > positional {
            let message = format!("`{name}` takes {positional} positional arguments, {given} are given");
            return self.refuse(Code::WrongArity, span, message, "");
        }
        for keyword in keywords {
            let Some(key) = &keyword.name else {
                return self.refuse(
                    Code::UnsupportedCall,
                    keyword.value.span,
                    "`**` in a call is not translated",
                    "pass the arguments one by one",
                );
            };
            let found = slots.iter().position(|s| s.name == key.text && !s.positional_only && !s.rest);
            let Some(index) = found.filter(|i| bound[*i].is_none()) else {
                let message = format!("`{name}` got an unexpected or repeated argument `{}`", key.text);
                return self.refuse(Code::WrongArity, key.span, message, "");
            };
            let value = self.expr(&keyword.value, Some(&slots[index].ty).filter(|t| **t != Type::Unknown))?;
            bound[index] = Some(value);
            order.push(index);
        }
        let mut values = Vec::new();
        for (index, (slot, value)) in slots.into_iter().zip(bound).enumerate() {
            values.push(match (value, slot.default) {
                (Some(Expr { ty: Type::None, kind: ExprKind::None, .. }), Some(made @ SlotDefault::Fresh(_))) => {
                    self.default_value(home, &made, &slot.ty, span)?
                }
                (Some(value), _) => value,
                (None, Some(default)) => {
                    order.push(index);
                    self.default_value(home, &default, &slot.ty, span)?
                }
                (None, None) => {
                    let message = format!("`{name}` is called without `{}`", slot.name);
                    return self.refuse(Code::WrongArity, span, message, "");
                }
            });
        }
        Ok((values, order))
    }

    /// The parts of `*tuple` in a call, where the type tells how many there are.
    fn spread(&mut self, whole: &ast::Expr) -> Lowered<Vec<Expr>> {
        let (at, whole) = (self.at(whole.span), self.expr(whole, None)?);
        match &whole.ty {
            Type::Tuple(types) if Self::is_simple(&whole) => {
                let part = |(index, ty): (usize, &Type)| super::unpack::item(&whole, index, ty.clone(), at);
                Ok(types.iter().enumerate().map(part).collect())
            }
            Type::Tuple(_) => {
                let message = "`*` of a computed tuple in a call is not translated";
                self.refuse(Code::UnsupportedCall, at.span, message, "give it a name first")
            }
            other => {
                let message = format!(
                    "`*` of {} where single arguments are asked for is not translated",
                    self.world.describe(other)
                );
                self.refuse(Code::UnsupportedCall, at.span, message, "unpack it first: `a, b = xs`")
            }
        }
    }

    /// What `*name` takes: a tuple of the arguments that are left.
    fn rest_of(&mut self, over: Vec<Expr>, left: &[ast::Expr], ty: &Type, span: Span) -> Lowered<Expr> {
        let starred = |arg: &ast::Expr| matches!(arg.kind, ast::ExprKind::Starred(_));
        let tuple = match left {
            [ast::Expr { kind: ast::ExprKind::Starred(inner), .. }] if over.is_empty() => self.tuple_of(inner, span)?,
            _ if left.iter().any(starred) && over.is_empty() => self.starred_tuple(left, span)?,
            _ if left.iter().any(starred) => {
                let message = "these arguments with `*` are not translated";
                return self.refuse(Code::UnsupportedCall, span, message, "build one list of them first");
            }
            _ => {
                let declared = ty.item().filter(|item| !item.has_unknown());
                let mut values = over;
                for arg in left {
                    values.push(self.expr(arg, declared.as_ref())?);
                }
                let joined = values.iter().try_fold(Type::Never, |all, value| join(&all, &value.ty));
                let Some(item) = declared.or(joined) else {
                    let message = "the arguments are of several types";
                    return self.refuse(Code::MixedTypes, span, message, "give all of them the same type");
                };
                let coerced = values.into_iter().map(|value| self.coerce(value, &item, "the argument"));
                let values = coerced.collect::<Lowered<Vec<_>>>()?;
                self.new_tuple(values, item, span)
            }
        };
        match tuple.ty.item() {
            Some(item) if self.world.last && !super::iteration::is_immutable(&item) => {
                let message = format!("any number of {} as arguments is not translated", self.world.describe(&item));
                self.refuse(Code::UnsupportedCall, span, message, "take a list of them")
            }
            _ => Ok(tuple),
        }
    }

    /// A default as it was at definition: seen from the callee's module and class.
    pub(super) fn default_value(
        &mut self,
        (module, class): (ModuleId, Option<ClassId>),
        default: &SlotDefault<'a>,
        ty: &Type,
        span: Span,
    ) -> Lowered<Expr> {
        let want = Some(ty).filter(|t| **t != Type::Unknown);
        let value = self.elsewhere((module, class), |b| match default {
            SlotDefault::Value(e) => b.constant_default(e, want, span),
            SlotDefault::Factory(e) => b.factory(e, ty, span),
            SlotDefault::Fresh(e) => b.expr(e, want),
        })?;
        self.coerce(value, ty, "the default")
    }

    /// A default is evaluated once, at definition: only values that never change are the same when evaluated again.
    pub fn constant_default(&mut self, e: &ast::Expr, want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let value = self.expr(e, want)?;
        if is_constant(&value) {
            return Ok(value);
        }
        self.refuse(
            Code::UnsupportedExpression,
            span,
            "a default argument that can change is not translated",
            "use None as the default and make the value inside",
        )
    }

    pub(super) fn factory(&mut self, e: &ast::Expr, ty: &Type, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        match (dotted(e).as_deref(), ty) {
            (Some("list"), Type::List(_)) => Ok(Expr::new(ExprKind::List(Vec::new()), ty.clone(), at)),
            (Some("deque" | "collections.deque"), Type::Deque(_)) => {
                Ok(Expr::new(ExprKind::List(Vec::new()), ty.clone(), at))
            }
            (Some("dict"), Type::Dict(..)) => Ok(Expr::new(ExprKind::Dict(Vec::new()), ty.clone(), at)),
            (Some("set"), Type::Set(_)) => Ok(Expr::new(ExprKind::Set(Vec::new()), ty.clone(), at)),
            (Some(_), _) => self.call(e, &[], &[], Some(ty), span),
            (None, _) if matches!(&e.kind, ast::ExprKind::Lambda { params, .. } if params.items.is_empty()) => {
                let ast::ExprKind::Lambda { body, .. } = &e.kind else { return self.unknown(span, "the default") };
                self.expr(body, Some(ty))
            }
            (None, _) => {
                self.refuse(Code::UnsupportedClass, span, "this default_factory is not translated", "name a function")
            }
        }
    }

    /// Evaluates arguments in source order where that differs from parameter order and somebody could tell.
    fn in_source_order(
        &mut self,
        values: Vec<Expr>,
        order: Vec<usize>,
        span: Span,
        finish: impl FnOnce(&mut Self, Vec<Expr>) -> Lowered<Expr>,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let sorted = order.windows(2).all(|w| w[0] < w[1]);
        if sorted || values.iter().filter(|v| !Self::is_simple(v)).count() <= 1 {
            return finish(self, values);
        }
        let mut slots: Vec<Option<Expr>> = values.into_iter().map(Some).collect();
        let (body, ()) = self.block(|b| {
            for &index in &order {
                if let Some(value) = slots[index].take() {
                    slots[index] = Some(if is_constant(&value) { value } else { b.spill(value, span) });
                }
            }
            Ok(())
        })?;
        let value = finish(self, slots.into_iter().flatten().collect())?;
        let ty = value.ty.clone();
        Ok(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at))
    }

    /// `Class(...)`.
    fn construct(&mut self, id: ClassId, args: &[ast::Expr], keywords: &[ast::Keyword], span: Span) -> Lowered<Expr> {
        let info = self.world.class(id);
        if let Some(problem) = &info.refused {
            let message = format!("class `{}` is refused: {}", info.name, problem.message);
            return self.refuse(Code::CallRefused, span, message, "");
        }
        if info.family.is_abstract {
            let message = format!("`{}` is abstract: Python raises TypeError here", info.name);
            return self.refuse(Code::UnsupportedClass, span, message, "make an object of a derived class");
        }
        if info.mixin.is_some() {
            let Some(&find) = info.methods.get(super::enums::OF_VALUE) else {
                return self.unknown(span, "the member");
            };
            return self.call_bound(find, None, args, keywords, span);
        }
        if let Some(init) = info.init {
            return self.call_bound(init, None, args, keywords, span);
        }
        let slots: Vec<Slot<'a>> = if info.is_dataclass {
            info.fields
                .iter()
                .map(|f| Slot {
                    name: f.name.clone(),
                    ty: f.ty.clone(),
                    default: f.default.as_ref().map(|d| match d {
                        FieldDefault::Value(e) => SlotDefault::Value(e),
                        FieldDefault::Factory(e) => SlotDefault::Factory(e),
                    }),
                    keyword_only: f.keyword_only,
                    positional_only: false,
                    rest: false,
                })
                .collect()
        } else {
            Vec::new()
        };
        let (name, home) = (info.name.clone(), (info.module, Some(id)));
        let is_tuple = info.is_tuple;
        let (values, order) = self.bind(&name, home, slots, args, keywords, span)?;
        if is_tuple {
            values.iter().enumerate().for_each(|(index, value)| self.learn_tuple_field(id, index, &value.ty));
        }
        let types: Vec<Type> = self.world.class(id).fields.iter().map(|field| field.ty.clone()).collect();
        let values = values
            .into_iter()
            .zip(&types)
            .map(|(value, ty)| self.coerce(value, ty, "the field"))
            .collect::<Lowered<Vec<_>>>()?;
        let at = self.at(span);
        self.in_source_order(values, order, span, |_, fields| {
            Ok(Expr::new(ExprKind::Construct { class: id, fields }, Type::Class(id), at))
        })
    }

    fn is_function_field(&self, class: ClassId, name: &str) -> bool {
        self.world.class(class).field(name).is_some_and(|(_, field)| matches!(field.ty, Type::Function(..)))
    }

    /// `base.method(...)`.
    pub fn method_call(
        &mut self,
        base: Expr,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        if let Type::Class(root) = base.ty
            && self.world.is_related(root)
            && !self.is_function_field(root, &attr.text)
        {
            let name = self.member_name(&attr.text);
            let method = self.family_method(&base, root, &name, span)?;
            return match self.world.function(method).kind {
                FunctionKind::Method(_) => self.call_bound(method, Some(base), args, keywords, span),
                FunctionKind::Static(_) if Self::is_simple(&base) => {
                    self.call_bound(method, None, args, keywords, span)
                }
                _ => self.refuse(Code::UnsupportedCall, span, format!("`{}` cannot be called", attr.text), ""),
            };
        }
        if let Type::Class(class) = base.ty
            && let Some((_, field)) = self.world.class(class).field(&attr.text)
            && matches!(field.ty, Type::Function(..))
        {
            let callee = self.field(base, &attr.text, attr.span)?;
            return self.call_function_value(callee, args, keywords, span);
        }
        if let Some(called) = self.named_tuple_method(&base, attr, args, keywords, span) {
            return called;
        }
        if let Type::Class(class) | Type::Enum(class) = base.ty {
            return match self.world.class(class).methods.get(&self.member_name(&attr.text)).copied() {
                Some(method) => match self.world.function(method).kind {
                    FunctionKind::Method(_) => self.call_bound(method, Some(base), args, keywords, span),
                    FunctionKind::Static(_) if Self::is_simple(&base) => {
                        self.call_bound(method, None, args, keywords, span)
                    }
                    _ => self.refuse(Code::UnsupportedCall, span, format!("`{}` cannot be called", attr.text), ""),
                },
                None => {
                    let name = self.world.class(class).name.clone();
                    self.refuse(
                        Code::UnknownName,
                        attr.span,
                        format!("`{name}` has no method `{}` that is known", attr.text),
                        "",
                    )
                }
            };
        }
        if base.ty == Type::Unknown {
            for arg in args {
                self.expr(arg, None)?;
            }
            return self.unknown(span, &format!("the object that `.{}` is called on", attr.text));
        }
        if let (ExprKind::Str(format), "format") = (&base.kind, attr.text.as_str()) {
            return self.format_method(format, args, keywords, span);
        }
        if let (Type::Dict(key, value, DictKind::Ordered), false) = (base.ty.clone(), keywords.is_empty())
            && let Some(called) = self.ordered_method(&base, (&key, &value), attr, args, keywords, span)
        {
            return called;
        }
        if !keywords.is_empty() && !matches!((&base.ty, attr.text.as_str()), (Type::List(_), "sort")) {
            if let Some(called) = self.library_method(base, attr, args, keywords, span) {
                return called;
            }
            return self.refuse(
                Code::UnsupportedCall,
                span,
                format!("keyword arguments of `.{}` are not translated", attr.text),
                "",
            );
        }
        self.builtin_method(base, attr, args, keywords, want, span)
    }

    /// Lowers positional arguments and coerces them to the wanted types.
    pub fn arguments(&mut self, args: &[ast::Expr], wants: &[Type]) -> Lowered<Vec<Expr>> {
        args.iter()
            .zip(wants)
            .map(|(arg, want)| {
                let wish = Some(want).filter(|t| **t != Type::Unknown);
                let value = self.expr(arg, wish)?;
                let value = if *want == Type::Int { self.to_int(value) } else { value };
                if join(&value.ty, want).is_some() || *want == Type::Float || *want == Type::Json {
                    self.coerce(value, want, "the argument")
                } else {
                    let message = format!(
                        "the argument is {}, expected {}",
                        self.world.describe(&value.ty),
                        self.world.describe(want)
                    );
                    self.refuse(Code::TypeMismatch, arg.span, message, "")
                }
            })
            .collect()
    }
}

/// Arguments with those of displays after `*` put in their place.
fn spliced(args: &[ast::Expr]) -> Vec<ast::Expr> {
    let mut all = Vec::new();
    for arg in args {
        match &arg.kind {
            ast::ExprKind::Starred(inner) => match &inner.kind {
                ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) => all.extend(spliced(items)),
                _ => all.push(arg.clone()),
            },
            _ => all.push(arg.clone()),
        }
    }
    all
}

/// A parameter of which the arguments tell the type.
pub(super) fn untyped_slot(param: &ast::Parameter) -> Slot<'_> {
    Slot {
        name: param.name.text.clone(),
        ty: Type::Unknown,
        default: param.default.as_ref().map(SlotDefault::Value),
        keyword_only: param.kind == ast::ParameterKind::KeywordOnly,
        positional_only: false,
        rest: false,
    }
}

pub(super) fn slot<'a>(param: &ParamInfo<'a>) -> Slot<'a> {
    Slot {
        name: param.name.clone(),
        ty: param.ty.clone(),
        default: param.default.map(match (param.is_factory, param.is_fresh) {
            (true, _) => SlotDefault::Factory,
            (false, true) => SlotDefault::Fresh,
            (false, false) => SlotDefault::Value,
        }),
        keyword_only: param.keyword_only,
        positional_only: param.positional_only,
        rest: param.rest,
    }
}

/// True for values that are the same at every evaluation and cannot change.
pub fn is_constant(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Member { .. }
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_) => true,
        ExprKind::Tuple(items) => items.iter().all(is_constant),
        ExprKind::Builtin { op: Builtin::TupleFrom, args } => {
            args.iter().all(|list| matches!(&list.kind, ExprKind::List(items) if items.iter().all(is_constant)))
        }
        ExprKind::Convert { value, .. } | ExprKind::Negate(value) => is_constant(value),
        ExprKind::Read { place: Place::Global(_), .. } => value.ty.is_scalar() || value.ty == Type::Str,
        _ => false,
    }
}
