//! Expressions: names, literals, attributes, subscripts, conditions.

use super::annotations::{dotted, resolve};
use super::body::Body;
use super::join::join;
use super::objects::AttributeTarget;
use super::world::{Binding, Lowered};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// Lowers an expression; `want` is what the context would like, and decides only what is open (`[]`, `{}`).
    pub fn expr(&mut self, e: &ast::Expr, want: Option<&Type>) -> Lowered<Expr> {
        use ast::ExprKind as K;
        let at = self.at(e.span);
        let make = |kind, ty| Ok(Expr::new(kind, ty, at));
        match &e.kind {
            K::None => make(ExprKind::None, Type::None),
            K::Bool(value) => make(ExprKind::Bool(*value), Type::Bool),
            K::Int(ast::IntLiteral::Small(n)) => match want {
                Some(Type::Float) => {
                    let literal = Expr::new(ExprKind::Int(*n), Type::Int, at);
                    self.coerce(literal, &Type::Float, "the value")
                }
                _ => make(ExprKind::Int(*n), Type::Int),
            },
            K::Int(ast::IntLiteral::Big(_)) => self.refuse(
                Code::BigInteger,
                e.span,
                "integer literal beyond 64 bits",
                "use a float or split the number",
            ),
            K::Float(value) => make(ExprKind::Float(*value), Type::Float),
            K::Str(text) => make(ExprKind::Str(text.clone()), Type::Str),
            K::Bytes(bytes) => make(ExprKind::Bytes(bytes.clone()), Type::Bytes),
            K::FString(parts) => self.format(parts, e.span),
            K::Name(name) => self.name(name, want, e.span),
            K::Tuple(items) if items.is_empty() => {
                let item = want.filter(|ty| matches!(ty, Type::TupleOf(_))).and_then(Type::item);
                Ok(self.new_tuple(Vec::new(), item.unwrap_or(Type::Never), e.span))
            }
            K::Tuple(items) if items.iter().any(|item| matches!(item.kind, K::Starred(_))) => {
                self.starred_tuple(items, e.span)
            }
            K::Tuple(items) => {
                let wants: Vec<Option<Type>> = match want {
                    Some(Type::Tuple(types)) if types.len() == items.len() => types.iter().cloned().map(Some).collect(),
                    Some(Type::TupleOf(item)) if item.is_wish() => vec![Some((**item).clone()); items.len()],
                    _ => vec![None; items.len()],
                };
                let values = items
                    .iter()
                    .zip(wants)
                    .map(|(item, want)| match want {
                        Some(want) => {
                            let value = self.expr(item, Some(&want))?;
                            if join(&value.ty, &want).as_ref() == Some(&want) {
                                self.coerce(value, &want, "the element")
                            } else {
                                Ok(value)
                            }
                        }
                        None => self.expr(item, None),
                    })
                    .collect::<Lowered<Vec<_>>>()?;
                let ty = Type::Tuple(values.iter().map(|v| v.ty.clone()).collect());
                make(ExprKind::Tuple(values), ty)
            }
            K::List(items) if items.iter().any(|item| matches!(item.kind, K::Starred(_))) => {
                self.starred_list(items, want, e.span)
            }
            K::List(items) => {
                let (values, ty) = self.elements(items, want.and_then(element_wish))?;
                make(ExprKind::List(values), Type::list(ty))
            }
            K::Set(items) => {
                let (values, ty) = self.elements(items, want.and_then(element_wish))?;
                let folded = values.len() > 2 && values.iter().all(is_literal) && super::loops::order_known(&ty);
                let ty = Type::Set(Box::new(ty));
                if folded {
                    // CPython makes a frozenset of the constants, in another order where it reads the module from its cache.
                    let set = Expr::new(ExprKind::Set(values), ty.clone(), at);
                    return make(ExprKind::Builtin { op: Builtin::SetForget, args: vec![set] }, ty);
                }
                make(ExprKind::Set(values), ty)
            }
            K::Dict(items) if items.iter().any(|item| item.key.is_none()) => self.merged_dict(items, want, e.span),
            K::Dict(items) => self.dict(items, want, e.span),
            K::Unary { op, operand } => self.unary(*op, operand, want, e.span),
            K::Binary { op, left, right } => {
                let left = self.expr(left, want.filter(|t| matches!(t, Type::List(_))))?;
                let right = self.expr(right, None)?;
                self.binary(*op, left, right, e.span)
            }
            K::BoolOp { op, values } => self.bool_op(*op, values, want, e.span),
            K::Compare { left, ops, comparators } => self.compare_chain(left, ops, comparators, e.span),
            K::Conditional { test, body, orelse } => self.conditional(test, body, orelse, want, e.span),
            K::Call { func, args, keywords } => self.call(func, args, keywords, want, e.span),
            K::Attribute { value, attr } => self.attribute(value, attr, e.span),
            K::Subscript { value, index } => self.subscript(value, index, e.span),
            K::ListComp { element, clauses } => {
                let wish = want.and_then(element_wish);
                self.comprehension(clauses, e.span, false, |b| {
                    let value = b.expr(element, wish.as_ref())?;
                    let value = b.fit_wish(value, wish.as_ref())?;
                    let ty = Type::list(value.ty.clone());
                    Ok((ComprehensionKind::List(value), ty))
                })
            }
            K::SetComp { element, clauses } => {
                let made = self.comprehension(clauses, e.span, true, |b| {
                    let value = b.expr(element, None)?;
                    let ty = Type::Set(Box::new(value.ty.clone()));
                    Ok((ComprehensionKind::Set(value), ty))
                })?;
                Ok(self.set_of_set_items(made))
            }
            K::DictComp { key, value, clauses } => {
                let wish = match want {
                    Some(Type::Dict(_, value, _)) => Some((**value).clone()),
                    _ => None,
                };
                self.comprehension(clauses, e.span, false, |b| {
                    let key = b.expr(key, None)?;
                    let value = b.expr(value, wish.as_ref())?;
                    let value = b.fit_wish(value, wish.as_ref())?;
                    let ty = Type::dict(key.ty.clone(), value.ty.clone());
                    Ok((ComprehensionKind::Dict { key, value }, ty))
                })
            }
            K::Lambda { .. } => self.lambda(want, e.span),
            K::Generator { .. } => self.refuse(
                Code::Generator,
                e.span,
                "generator expression outside sum, any, all, min, max, sorted, list, set, dict, tuple and join",
                "use a list comprehension",
            ),
            K::Await(_) => self.refuse(Code::AsyncFunction, e.span, "`await` is not translated", ""),
            K::Yield(_) | K::YieldFrom(_) => self.refuse(
                Code::Generator,
                e.span,
                "generator functions are not translated yet",
                "return a list instead",
            ),
            K::Named { target, value } => self.named(target, value, e.span),
            K::Error => self.refuse(Code::Syntax, e.span, "this expression could not be parsed", ""),
            K::Ellipsis | K::Imaginary(_) | K::TString(_) | K::Slice { .. } | K::Starred(_) => {
                self.refuse(Code::UnsupportedExpression, e.span, "this kind of expression is not translated yet", "")
            }
        }
    }

    /// Coerces to a wish where the value fits it.
    pub fn fit_wish(&mut self, value: Expr, wish: Option<&Type>) -> Lowered<Expr> {
        match wish {
            Some(wish) if value.ty != *wish && !wish.has_unknown() => {
                let fits = join(&value.ty, wish).as_ref() == Some(wish)
                    || matches!((&value.ty, wish), (Type::Int, Type::Float) | (_, Type::Json));
                if fits { self.coerce(value, wish, "the element") } else { Ok(value) }
            }
            _ => Ok(value),
        }
    }

    fn elements(&mut self, items: &[ast::Expr], wish: Option<Type>) -> Lowered<(Vec<Expr>, Type)> {
        let mut values = Vec::new();
        let mut ty = wish.clone().unwrap_or(Type::Unknown);
        for item in items {
            // Functions learn their types from those before them.
            let wish = wish.clone().or_else(|| ty.holds_function().then(|| ty.clone()));
            let value = self.expr(item, wish.as_ref())?;
            let value = self.fit_wish(value, wish.as_ref())?;
            ty = match join(&ty, &value.ty) {
                Some(joined) => joined,
                None => {
                    let message =
                        format!("elements are {} and {}", self.world.describe(&ty), self.world.describe(&value.ty));
                    return self.refuse(Code::MixedTypes, item.span, message, "give all elements one type");
                }
            };
            values.push(value);
        }
        let values = values.into_iter().map(|v| self.coerce(v, &ty, "the element")).collect::<Lowered<Vec<_>>>()?;
        Ok((values, ty))
    }

    pub(super) fn dict(&mut self, items: &[ast::DictItem], want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let json = matches!(want, Some(Type::Json));
        let (key_wish, value_wish) = match want {
            Some(Type::Dict(k, v, _)) => (Some((**k).clone()), Some((**v).clone())),
            Some(Type::Json) => (Some(Type::Str), Some(Type::Json)),
            _ => (None, None),
        };
        let (mut pairs, mut key_ty, mut value_ty) = (Vec::new(), Type::Unknown, Type::Unknown);
        for item in items {
            // Displays with `**` come in parts.
            let Some(key) = &item.key else { continue };
            let key = self.expr(key, key_wish.as_ref())?;
            let key = self.fit_wish(key, key_wish.as_ref())?;
            let value_wish = value_wish.clone().or_else(|| value_ty.holds_function().then(|| value_ty.clone()));
            let value = self.expr(&item.value, value_wish.as_ref())?;
            let value = self.fit_wish(value, value_wish.as_ref())?;
            let (Some(k), Some(v)) = (join(&key_ty, &key.ty), join(&value_ty, &value.ty)) else {
                return self.refuse(
                    Code::MixedTypes,
                    item.value.span,
                    "the dict's keys or values have several types",
                    "use a dataclass for records with fields of different types",
                );
            };
            (key_ty, value_ty) = (k, v);
            pairs.push((key, value));
        }
        if let (Some(k), true) = (key_wish, pairs.is_empty()) {
            key_ty = k;
        }
        if let Some(v) = value_wish
            && (pairs.is_empty() || join(&value_ty, &v).as_ref() == Some(&v))
        {
            value_ty = v;
        }
        let mut fitted = Vec::new();
        for (key, value) in pairs {
            fitted.push((self.coerce(key, &key_ty, "the key")?, self.coerce(value, &value_ty, "the value")?));
        }
        let dict = Expr::new(ExprKind::Dict(fitted), Type::dict(key_ty, value_ty), at);
        if json { self.coerce(dict, &Type::Json, "the value") } else { Ok(dict) }
    }

    fn name(&mut self, name: &str, want: Option<&Type>, span: Span) -> Lowered<Expr> {
        if let Some(id) = self.inner_function(name) {
            return self.function_value(id, want, span);
        }
        if !self.global_names.contains(name) {
            if let Some(&local) = self.names.get(name) {
                return self.read_local(local, span);
            }
            if self.own_names.contains(name) {
                let message = format!("`{name}` may be read before it is assigned");
                return self.refuse(Code::UnboundLocal, span, message, "assign it a value on every path");
            }
        }
        if let (true, Some(class)) = (self.in_class_body, self.class)
            && let Some(&id) = self.world.class(class).attributes.get(&self.member_name(name))
        {
            return self.global(id, span);
        }
        match self.world.module(self.module).names.get(&self.member_name(name)).cloned() {
            Some(Binding::Global(id)) => self.global(id, span),
            Some(Binding::Opaque(problem)) => Err(problem),
            Some(Binding::Library(path)) => self.library_value(&path, span),
            Some(Binding::Function(id)) => self.function_value(id, want, span),
            Some(_) => self.refuse(
                Code::UnsupportedExpression,
                span,
                format!("`{name}` is used as a value"),
                "call it where it is needed",
            ),
            None => self.refuse(Code::UnknownName, span, format!("`{name}` is not defined here"), ""),
        }
    }

    /// Reads a module global.
    pub fn global(&mut self, id: GlobalId, span: Span) -> Lowered<Expr> {
        let info = self.world.global(id);
        if let Some(problem) = &info.refused {
            return Err(Box::new(problem.clone()));
        }
        let ty = info.ty.clone();
        if ty == Type::Unknown {
            let what = format!("global `{}`", info.name);
            return self.unknown(span, &what);
        }
        Ok(Expr::new(ExprKind::Read { place: Place::Global(id), take: Take::Look }, ty, self.at(span)))
    }

    fn library_value(&mut self, path: &str, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let float = |value| Ok(Expr::new(ExprKind::Float(value), Type::Float, at));
        let text = |value| Ok(Expr::new(ExprKind::Str(value), Type::Str, at));
        match path {
            "math.pi" => float(std::f64::consts::PI),
            "math.e" => float(std::f64::consts::E),
            "math.tau" => float(std::f64::consts::TAU),
            "math.inf" => float(f64::INFINITY),
            "math.nan" => float(f64::NAN),
            "string.ascii_lowercase" => text(LOWER.to_string()),
            "string.ascii_uppercase" => text(LOWER.to_uppercase()),
            "string.ascii_letters" => text(format!("{LOWER}{}", LOWER.to_uppercase())),
            "string.digits" => text("0123456789".to_string()),
            "string.hexdigits" => text("0123456789abcdefABCDEF".to_string()),
            "string.octdigits" => text("01234567".to_string()),
            "string.punctuation" => text(PUNCTUATION.to_string()),
            "string.whitespace" => text(" \t\n\r\u{b}\u{c}".to_string()),
            "string.printable" => {
                text(format!("0123456789{LOWER}{}{PUNCTUATION} \t\n\r\u{b}\u{c}", LOWER.to_uppercase()))
            }
            "sys.maxsize" => Ok(Expr::new(ExprKind::Int(i64::MAX), Type::Int, at)),
            _ => self.refuse(Code::UnsupportedCall, span, format!("`{path}` has no translation"), ""),
        }
    }

    fn attribute(&mut self, value: &ast::Expr, attr: &ast::Name, span: Span) -> Lowered<Expr> {
        if self.is_init_self(value) {
            return self.read_init_field(&self.member_name(&attr.text), span);
        }
        if let Some(field) = self.raising_field(value, &attr.text, span) {
            return field;
        }
        if let Some(class) = self.class_named(value) {
            return self.class_attribute(class, attr, span);
        }
        if let (Some(object), "__name__") = (self.object_of_type(value), attr.text.as_str())
            && let Some(name) = self.family_name(object, span)?
        {
            return Ok(name);
        }
        if let Some(name) = dotted(value)
            && !self.names.contains_key(name.split('.').next().unwrap_or(""))
            && !self.own_names.contains(name.split('.').next().unwrap_or(""))
        {
            match resolve(self.world, self.module, &format!("{name}.{}", attr.text)) {
                Some(Binding::Global(id)) => return self.global(id, span),
                Some(Binding::Library(path)) => return self.library_value(&path, span),
                Some(Binding::Opaque(problem)) => return Err(problem),
                _ => {}
            }
        }
        let base = self.expr(value, None)?;
        let name = self.member_name(&attr.text);
        if base.ty == Type::Exception {
            return self.exception_field(base, &name, span);
        }
        let base = self.attribute_base(base, &name);
        let read = self.field(base, &name, span)?;
        Ok(self.inside_known(read))
    }

    /// Reads a field or calls a property of an object.
    pub fn field(&mut self, base: Expr, name: &str, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let base = self.present(base);
        let (Type::Class(class) | Type::Enum(class)) = base.ty else {
            // What else a variable holds that begins as None, a later pass learns.
            if base.ty == Type::Unknown || base.ty == Type::None && !self.world.last {
                return self.unknown(span, &format!("the object that `.{name}` is read from"));
            }
            if let (Type::Deque(_), "maxlen") = (&base.ty, name) {
                return Ok(self.max_len(base, span));
            }
            let ty = self.world.describe(&base.ty);
            let message = format!("{ty} has no attribute `{name}` that is translated");
            return self.refuse(Code::TypeMismatch, span, message, "");
        };
        let family = &self.world.class(class).family.members;
        if family.iter().any(|member| self.world.class(*member).locks.iter().any(|lock| lock == name)) {
            return Ok(Expr::new(ExprKind::None, Type::Lock, at));
        }
        if self.world.is_related(class) {
            return self.family_member(base, class, name, span);
        }
        let info = self.world.class(class);
        if info.locks.iter().any(|lock| lock == name) {
            return Ok(Expr::new(ExprKind::None, Type::Lock, at));
        }
        if let Some((index, field)) = info.field(name) {
            let ty = field.ty.clone();
            let place = Place::Field { base: Box::new(base), class, field: FieldId(index as u32) };
            return Ok(Expr::new(ExprKind::Read { place, take: Take::Look }, ty, at));
        }
        if let Some(&method) = info.methods.get(name)
            && matches!(self.world.function(method).kind, FunctionKind::Property(_))
        {
            return self.call_function(method, vec![base], span);
        }
        let class_name = info.name.clone();
        if info.attributes.contains_key(name)
            && let Some(value) = self.variable_of(base, class, name, span)?
        {
            return Ok(value);
        }
        if !self.world.last {
            return self.unknown(span, name);
        }
        self.refuse(Code::UnknownName, span, format!("`{class_name}` has no attribute `{name}` that is known"), "")
    }

    fn subscript(&mut self, value: &ast::Expr, index: &ast::Expr, span: Span) -> Lowered<Expr> {
        if let Some(class) = self.enumeration(value)
            && let Some(&find) = self.world.class(class).methods.get(super::enums::OF_NAME)
        {
            return self.call_bound(find, None, std::slice::from_ref(index), &[], span);
        }
        if let ast::ExprKind::Slice { lower, upper, step } = &index.kind {
            let base = self.expr(value, None)?;
            let base = self.operand_base(base, "'NoneType' object is not subscriptable");
            let base = self.untupled(base)?;
            return self.slice(base, lower.as_deref(), upper.as_deref(), step.as_deref(), span);
        }
        let base = self.expr(value, None)?;
        let base = self.operand_base(base, "'NoneType' object is not subscriptable");
        if base.ty == Type::Json {
            let at = self.at(span);
            let key = self.expr(index, Some(&Type::Str))?;
            let key = self.coerce(key, &Type::Str, "the key")?;
            let op = ExprKind::Builtin { op: Builtin::JsonItem, args: vec![base, key] };
            return Ok(Expr::new(op, Type::Json, at));
        }
        if base.ty == Type::Unknown {
            return self.unknown(span, "the subscripted value");
        }
        let base = self.present(base);
        if let Some(part) = self.tuple_field(&base, index) {
            return Ok(part);
        }
        let base = self.untupled(base)?;
        if let Some(id) = self.special(&base.ty, "__getitem__") {
            let index = self.expr(index, None)?;
            return self.call_special(id, vec![base, index], span);
        }
        let known = self.is_known_key(value, index);
        let (place, ty) = self.item_place(base, index, span)?;
        self.kind_read(place, ty, known, span)
    }

    fn slice(
        &mut self,
        base: Expr,
        lower: Option<&ast::Expr>,
        upper: Option<&ast::Expr>,
        step: Option<&ast::Expr>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        if let Type::Tuple(_) | Type::TupleOf(_) = base.ty {
            return self.tuple_slice(base, [lower, upper, step], span);
        }
        let ty = base.ty.clone();
        match &ty {
            Type::List(_) | Type::Str | Type::Bytes => {}
            Type::Unknown => return self.unknown(span, "the sliced value"),
            _ => {
                let name = self.world.describe(&ty);
                return self.refuse(
                    Code::UnsupportedExpression,
                    span,
                    format!("slices of {name} are not translated"),
                    "",
                );
            }
        }
        let args = self.sliced(base, [lower, upper, step], span)?;
        Ok(Expr::new(ExprKind::Builtin { op: Builtin::Slice, args }, ty, at))
    }

    /// What is sliced, with its bounds.
    pub(super) fn sliced(&mut self, base: Expr, bounds: [Option<&ast::Expr>; 3], span: Span) -> Lowered<Vec<Expr>> {
        let mut args = vec![base];
        for bound in bounds {
            args.push(match bound {
                None => Expr::new(ExprKind::None, Type::None, self.at(span)),
                Some(e) => {
                    let value = self.expr(e, Some(&Type::Int))?;
                    self.coerce(value, &Type::Int, "the bound")?
                }
            });
        }
        Ok(args)
    }

    /// The place of `base[index]` and the element's type.
    pub fn item_place(&mut self, base: Expr, index: &ast::Expr, span: Span) -> Lowered<(Place, Type)> {
        let base = match &base.ty {
            Type::Tuple(items) => match constant_index(index, items.len()) {
                Some(n) => {
                    let item = items[n].clone();
                    let index = Expr::new(ExprKind::Int(n as i64), Type::Int, self.at(index.span));
                    let place = Place::Item { base: Box::new(base), index: Box::new(index), check: Check::Proven };
                    return Ok((place, item));
                }
                None => self.indexed_tuple(base, span)?,
            },
            _ => base,
        };
        let (item, key) = match &base.ty {
            Type::List(item) | Type::TupleOf(item) | Type::Deque(item) => ((**item).clone(), Type::Int),
            Type::Str => (Type::Str, Type::Int),
            Type::Bytes => (Type::Int, Type::Int),
            Type::Dict(key, value, _) => ((**value).clone(), (**key).clone()),
            other => {
                let message = format!("{} cannot be indexed", self.world.describe(other));
                return self.refuse(Code::TypeMismatch, span, message, "");
            }
        };
        let index = self.expr(index, Some(&key))?;
        if key == Type::Unknown
            && index.ty != Type::Unknown
            && let (Some(place), Type::Dict(_, value, _)) = (base.as_place(), &base.ty)
        {
            let learned = base.ty.dict_like(index.ty.clone(), (**value).clone());
            self.learn_place(&place.clone(), &learned);
        }
        let index = if index.ty == Type::Bool && key == Type::Int { self.to_int(index) } else { index };
        let index = self.coerce(index, &key, "the index")?;
        let check = match (&base.ty, &index.kind) {
            (Type::Dict(..), _) => Check::Wrap,
            (_, ExprKind::Int(n)) if *n >= 0 => Check::Upper,
            _ => Check::Wrap,
        };
        Ok((Place::Item { base: Box::new(base), index: Box::new(index), check }, item))
    }

    /// The place that an expression names, for stores and updates.
    pub fn place(&mut self, e: &ast::Expr) -> Lowered<(Place, Type)> {
        if let ast::ExprKind::Subscript { value, index } = &e.kind
            && !matches!(index.kind, ast::ExprKind::Slice { .. })
        {
            let base = self.expr(value, None)?;
            let base = self.present(base);
            return match base.ty {
                Type::Unknown => self
                    .unknown(e.span, "the subscripted value")
                    .map(|_| (Place::Local(LocalId(u32::MAX)), Type::Unknown)),
                Type::List(_) | Type::Deque(_) | Type::Dict(..) => self.item_place(base, index, e.span),
                _ => {
                    let message = format!("elements of {} cannot be assigned", self.world.describe(&base.ty));
                    self.refuse(Code::TypeMismatch, e.span, message, "")
                }
            };
        }
        if let ast::ExprKind::Attribute { value, attr } = &e.kind
            && !self.is_init_self(value)
        {
            return match self.attribute_target(value, attr)? {
                AttributeTarget::Place(place, ty) => Ok((place, ty)),
                AttributeTarget::Lock => Ok((Place::Local(LocalId(u32::MAX)), Type::Lock)),
                AttributeTarget::Unknown => Ok((Place::Local(LocalId(u32::MAX)), Type::Unknown)),
                AttributeTarget::Setter { name, .. } => {
                    let message = format!("the property `{name}` is set in a way that is not translated yet");
                    self.refuse(Code::UnsupportedStatement, e.span, message, "assign it in a statement of its own")
                }
            };
        }
        let read = self.expr(e, None)?;
        match read.kind {
            ExprKind::Read { place: Place::Some(inner), .. } => {
                // Storing replaces the option itself.
                match inner.kind {
                    ExprKind::Read { place, .. } => Ok((place, inner.ty)),
                    _ => self.refuse(Code::UnsupportedStatement, e.span, "this target is not translated", ""),
                }
            }
            ExprKind::Read { place, .. } => Ok((place, read.ty)),
            _ if read.ty == Type::Unknown => Ok((Place::Local(LocalId(u32::MAX)), Type::Unknown)),
            _ => self.refuse(Code::UnsupportedStatement, e.span, "this target is not translated", ""),
        }
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// The part of a tuple of so many that an index names, where it is written out and in range.
fn constant_index(index: &ast::Expr, length: usize) -> Option<usize> {
    let wrapped = match &index.kind {
        ast::ExprKind::Int(ast::IntLiteral::Small(n)) => *n,
        ast::ExprKind::Unary { op: ast::UnaryOp::Minus, operand } => match &operand.kind {
            ast::ExprKind::Int(ast::IntLiteral::Small(n)) => length as i64 - n,
            _ => return None,
        },
        _ => return None,
    };
    usize::try_from(wrapped).ok().filter(|at| *at < length)
}

/// True for what CPython's compiler computes: literals and arithmetic on them.
fn is_literal(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_) => true,
        ExprKind::Tuple(items) => items.iter().all(is_literal),
        ExprKind::Negate(inner) | ExprKind::Invert(inner) | ExprKind::Convert { value: inner, .. } => is_literal(inner),
        ExprKind::Arith { left, right, .. } => is_literal(left) && is_literal(right),
        _ => false,
    }
}

/// The element type that a container type wishes for.
fn element_wish(ty: &Type) -> Option<Type> {
    match ty {
        Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::TupleOf(t) if t.is_wish() => {
            Some((**t).clone())
        }
        Type::Optional(inner) => element_wish(inner),
        Type::Json => Some(Type::Json),
        _ => None,
    }
}
