//! Classes and objects by name: class variables, class and static methods, setters of properties.
//!
//! ```text
//! Temp.FREEZING, cls.FREEZING, self.FREEZING     the class variable
//! Temp.parse(text), cls(1.0)                     a class method, the constructor
//! t.fahrenheit = 32.0                            a call of the setter
//! ```

use super::annotations::{dotted, resolve};
use super::body::Body;
use super::members::mangled;
use super::narrowing::Known;
use super::world::{Binding, Lowered};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// An attribute's name as Python keeps it: private names belong to the class around.
    pub fn member_name(&self, name: &str) -> String {
        match self.class {
            Some(class) => mangled(&self.world.class(class).name, name),
            None => name.to_string(),
        }
    }

    /// True for a name that means something of this body, not of the module.
    pub fn is_own_name(&self, name: &str) -> bool {
        self.names.contains_key(name) || self.own_names.contains(name)
    }

    /// The class of `self`, where it is one.
    fn class_of_self(&self) -> Option<ClassId> {
        let made = self.made?;
        let is_init = self.is_constructor();
        match self.world.objects_of(made).as_slice() {
            _ if is_init => Some(made),
            [one] => Some(*one),
            _ => None,
        }
    }

    /// The class that an expression names: `Temp`, `shop.Temp`, the `cls` of a class method, `type(self)`.
    pub fn class_named(&self, e: &ast::Expr) -> Option<ClassId> {
        if let ast::ExprKind::Call { func, args, keywords } = &e.kind
            && let ([ast::Expr { kind: ast::ExprKind::Name(name), .. }], true) = (args.as_slice(), keywords.is_empty())
            && matches!(&func.kind, ast::ExprKind::Name(f) if f == "type" && self.is_builtin(f))
        {
            return self.class_of_self().filter(|_| Some(name) == self.self_name.as_ref());
        }
        if let ast::ExprKind::Attribute { value, attr } = &e.kind
            && attr.text == "__class__"
        {
            let is_self = matches!((&value.kind, &self.self_name), (ast::ExprKind::Name(n), Some(own)) if n == own);
            return self.class_of_self().filter(|_| is_self);
        }
        let name = dotted(e)?;
        if self.cls_name.as_ref() == Some(&name) {
            return self.made;
        }
        if self.is_own_name(name.split('.').next().unwrap_or("")) {
            return None;
        }
        match resolve(self.world, self.module, &name) {
            Some(Binding::Class(id)) => Some(id),
            _ => None,
        }
    }

    /// `Class.name` as a value.
    pub fn class_attribute(&mut self, class: ClassId, attr: &ast::Name, span: Span) -> Lowered<Expr> {
        let name = self.member_name(&attr.text);
        let at = self.at(span);
        let info = self.world.class(class);
        if let Some(id) = self.world.find_variable(class, &name) {
            return self.global(id, span);
        }
        if let Some(member) = self.member(class, &name, span) {
            return Ok(member);
        }
        match name.as_str() {
            "__name__" | "__qualname__" => Ok(Expr::new(ExprKind::Str(info.name.clone()), Type::Str, at)),
            _ => {
                let message = format!("`{}` has no class variable `{}` that is known", info.name, attr.text);
                self.refuse(Code::UnknownName, attr.span, message, "")
            }
        }
    }

    /// `Class.name(...)`: class and static methods; a method with its object as the first argument.
    pub fn class_call(
        &mut self,
        class: ClassId,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let name = self.member_name(&attr.text);
        let info = self.world.class(class);
        let Some(method) = self.world.find_method(class, &name) else {
            let message = format!("`{}` has no method `{}` that is known", info.name, attr.text);
            return self.refuse(Code::UnknownName, attr.span, message, "");
        };
        match (self.world.function(method).kind, args) {
            (FunctionKind::Static(_), _) => self.call_bound(method, None, args, keywords, span),
            (FunctionKind::Method(_), [object, rest @ ..]) => {
                let ty = self.world.class(class).object(class);
                let object = self.expr(object, Some(&ty))?;
                let object = self.coerce(object, &ty, "the object")?;
                let fits = self.possible(&object).into_iter().all(|own| self.world.derives(own, class));
                if !fits && object.ty != Type::Unknown {
                    let message = format!("this may not be an object of `{}`", self.world.class(class).name);
                    return self.refuse(Code::UnsupportedClass, span, message, "test it with `isinstance` first");
                }
                self.call_bound(method, Some(object), rest, keywords, span)
            }
            _ => self.refuse(Code::UnsupportedCall, span, format!("`{}` cannot be called so", attr.text), ""),
        }
    }

    /// `object.NAME` where the name is a class variable: its value, after the object was evaluated.
    pub fn variable_of(&mut self, base: Expr, class: ClassId, name: &str, span: Span) -> Lowered<Option<Expr>> {
        let Some(&id) = self.world.class(class).attributes.get(name) else { return Ok(None) };
        let value = self.global(id, span)?;
        if Self::is_simple(&base) {
            return Ok(Some(value));
        }
        let (ty, at) = (value.ty.clone(), self.at(span));
        let (body, ()) = self.block(|b| {
            b.push(StmtKind::Expr(base), span);
            Ok(())
        })?;
        Ok(Some(Expr::new(ExprKind::Block { body, value: Box::new(value) }, ty, at)))
    }

    /// What an attribute on the left of an assignment is.
    pub fn attribute_target(&mut self, object: &ast::Expr, attr: &ast::Name) -> Lowered<AttributeTarget> {
        let name = self.member_name(&attr.text);
        if let Some(class) = self.class_named(object) {
            let info = self.world.class(class);
            let Some(&id) = info.attributes.get(&name) else {
                let message = format!("`{}` has no class variable `{}`", info.name, attr.text);
                return self.refuse(Code::UnknownName, attr.span, message, "assign it in the class body");
            };
            self.world.globals[id.0 as usize].rebound = true;
            return Ok(AttributeTarget::Place(Place::Global(id), self.world.global(id).ty.clone()));
        }
        let base = self.expr(object, None)?;
        if base.ty == Type::Unknown {
            self.unknown(object.span, &format!("the object whose `{}` is set", attr.text))?;
            return Ok(AttributeTarget::Unknown);
        }
        // What Python says to a store into None depends on its version.
        let base = self.present(base);
        let Type::Class(class) = base.ty else {
            let read = self.field(base, &name, attr.span)?;
            return match read.kind {
                ExprKind::Read { place, .. } => Ok(AttributeTarget::Place(place, read.ty)),
                _ => self.refuse(Code::UnsupportedStatement, attr.span, "this target is not translated", ""),
            };
        };
        if self.possible(&base).iter().any(|class| self.world.class(*class).frozen) {
            let message =
                format!("`{}` of a frozen dataclass is assigned: Python raises FrozenInstanceError", attr.text);
            return self.refuse(Code::UnsupportedClass, attr.span, message, "make a new object");
        }
        if self.world.is_related(class) {
            return self.family_target(base, class, attr, name);
        }
        let info = self.world.class(class);
        if info.locks.contains(&name) {
            return Ok(AttributeTarget::Lock);
        }
        if let Some((index, field)) = info.field(&name) {
            let ty = field.ty.clone();
            let place = Place::Field { base: Box::new(base), class, field: FieldId(index as u32) };
            return Ok(AttributeTarget::Place(place, ty));
        }
        if let Some(&setter) = info.setters.get(&name) {
            return Ok(AttributeTarget::Setter { object: base, setter, name });
        }
        if !self.world.last {
            return Ok(AttributeTarget::Unknown);
        }
        let (message, help) = match info.attributes.contains_key(&name) {
            true => (
                format!("class variable `{}` is set on an object, which hides it there", attr.text),
                "set it on the class, or in `__init__` of every object",
            ),
            false => (format!("`{}` is not set in `__init__` of `{}`", attr.text, info.name), "set it there"),
        };
        self.refuse(Code::UnsupportedClass, attr.span, message, help)
    }

    /// `object.attr = value`
    pub(super) fn store_attribute(
        &mut self,
        object: &ast::Expr,
        attr: &ast::Name,
        value: Expr,
        span: Span,
    ) -> Lowered<()> {
        let (place, ty) = match self.attribute_target(object, attr)? {
            AttributeTarget::Lock | AttributeTarget::Unknown => return Ok(()),
            AttributeTarget::Setter { object, setter, .. } => return self.call_setter(object, setter, value, span),
            AttributeTarget::Place(place, ty) => (place, ty),
        };
        self.learn_place(&place, &value.ty);
        let not_none = !matches!(value.ty, Type::Optional(_) | Type::None | Type::Unknown);
        let kinds = self.stored_kinds(&value);
        let value = self.coerce(value, &ty, "the target")?;
        if let Place::Field { class, field, .. } = &place {
            self.flow.forget_field(*class, *field);
            let read = Expr::new(ExprKind::Read { place: place.clone(), take: Take::Look }, ty, value.at);
            if let (true, Some(known)) = (not_none, Known::of(&read)) {
                self.flow.know(&known);
                self.learn_kinds(known, kinds);
            }
        }
        self.push(StmtKind::Assign { place, value }, span);
        Ok(())
    }

    /// `object.name = value` where a property has a setter; the value was evaluated first.
    pub fn call_setter(&mut self, object: Expr, setter: FunctionId, value: Expr, span: Span) -> Lowered<()> {
        let value = if Self::is_simple(&object) || Self::is_simple(&value) { value } else { self.spill(value, span) };
        if let Some(param) = self.world.functions[setter.0 as usize].params.get_mut(1)
            && !param.declared
        {
            super::world::World::learn(&mut self.world.changed, &mut param.ty, &value.ty);
        }
        let Some(ty) = self.world.function(setter).params.get(1).map(|param| param.ty.clone()) else {
            return self.refuse(Code::WrongArity, span, "a setter takes the object and the value", "");
        };
        let value = self.coerce(value, &ty, "the parameter")?;
        let call = self.call_function(setter, vec![object, value], span)?;
        self.push(StmtKind::Expr(call), span);
        Ok(())
    }
}

/// What an attribute on the left of an assignment is.
pub enum AttributeTarget {
    /// A field, or a class variable, with its type.
    Place(Place, Type),
    /// A property with a setter.
    Setter { object: Expr, setter: FunctionId, name: String },
    /// A lock: it has no representation.
    Lock,
    /// Not known yet.
    Unknown,
}
