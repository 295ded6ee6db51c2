//! `__init__`: fields are variables until the object is built at the end.

use super::annotations::annotation;
use super::body::{Body, Owner};
use super::families::Meaning;
use super::world::{Lowered, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::python::walk;
use crate::span::Span;

impl Body<'_, '_> {
    /// True for `self` inside `__init__`.
    pub fn is_init_self(&self, e: &ast::Expr) -> bool {
        self.init.is_some()
            && matches!((&e.kind, &self.self_name), (ast::ExprKind::Name(name), Some(own)) if name == own)
    }

    fn field_variable(name: &str) -> String {
        format!("self.{name}")
    }

    /// `self.name = value` inside `__init__`.
    pub fn store_field(&mut self, name: &str, value: Expr, span: Span) -> Lowered<()> {
        let Some(class) = self.init else { return Ok(()) };
        let own = class;
        let class = self.world.root(class);
        let info = &mut self.world.classes[class.0 as usize];
        if value.ty == Type::Lock {
            if !info.locks.iter().any(|lock| lock == name) {
                info.locks.push(name.to_string());
                self.world.changed = true;
            }
            return Ok(());
        }
        let index = match info.field(name) {
            Some((index, _)) => index,
            None => {
                let hint = self.world.line(own).find_map(|class| self.world.class(class).hints.get(name).copied());
                let ty = hint.and_then(|hint| annotation(self.world, self.module, hint).ok()).unwrap_or(Type::Unknown);
                let info = &mut self.world.classes[class.0 as usize];
                info.fields.push(super::world::FieldInfo {
                    name: name.to_string(),
                    declared: !ty.has_unknown(),
                    ty,
                    hint: None,
                    default: None,
                    keyword_only: false,
                    in_init: true,
                    is_asked: false,
                });
                self.world.changed = true;
                info.fields.len() - 1
            }
        };
        let field = &mut self.world.classes[class.0 as usize].fields[index];
        if !field.declared && !World::learn(&mut self.world.changed, &mut field.ty, &value.ty) {
            return self.refuse(
                Code::MixedTypes,
                span,
                format!("field `{name}` holds values of several types"),
                "annotate it",
            );
        }
        let ty = self.world.classes[class.0 as usize].fields[index].ty.clone();
        let value = self.coerce(value, &ty, "the field")?;
        let key = Self::field_variable(name);
        if let Some(local) = self.same_container(&value, &ty) {
            // The list that the parameter holds, under both names.
            self.names.insert(key, local);
            return Ok(());
        }
        let known = self.names.get(&key).copied().filter(|local| !self.is_parameter(*local));
        let local = match known {
            Some(local) => local,
            None => {
                let base = if self.own_names.contains(name) || self.names.contains_key(name) {
                    format!("own_{name}")
                } else {
                    name.trim_start_matches('_').to_string()
                };
                let local = self.new_local(&base, &ty);
                self.names.insert(key, local);
                local
            }
        };
        self.learn_local(local, &ty);
        self.flow.assigned.insert(local);
        self.push(StmtKind::Assign { place: Place::Local(local), value }, span);
        Ok(())
    }

    fn is_parameter(&self, local: LocalId) -> bool {
        let Owner::Function(id) = self.owner else { return false };
        let name = &self.locals[local.0 as usize].name;
        !self.world.function(id).sets_fields && self.world.function(id).params.iter().any(|param| param.name == *name)
    }

    /// The parameter that a value is, where it holds a list, dict or set and is never assigned.
    fn same_container(&self, value: &Expr, ty: &Type) -> Option<LocalId> {
        let Some(Place::Local(local)) = value.as_place() else { return None };
        let fits = value.ty == *ty && matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_));
        let kept = fits && self.depth == 0 && self.is_parameter(*local);
        (kept && !self.own_names.contains(&self.locals[local.0 as usize].name)).then_some(*local)
    }

    /// `self.x: T = value` inside `__init__` declares the field.
    pub fn declare_field(&mut self, name: &str, ty: &Type) {
        let Some(class) = self.init else { return };
        let class = self.world.root(class);
        let info = &mut self.world.classes[class.0 as usize];
        match info.fields.iter_mut().find(|f| f.name == name) {
            Some(field) if field.declared => {}
            // Says something, not all: the values say the rest.
            Some(field) if ty.has_unknown() => {
                World::learn(&mut self.world.changed, &mut field.ty, ty);
            }
            Some(field) => {
                field.ty = ty.clone();
                field.declared = true;
                self.world.changed = true;
            }
            None => {
                info.fields.push(super::world::FieldInfo {
                    name: name.to_string(),
                    ty: ty.clone(),
                    declared: !ty.has_unknown(),
                    hint: None,
                    default: None,
                    keyword_only: false,
                    in_init: true,
                    is_asked: false,
                });
                self.world.changed = true;
            }
        }
    }

    /// `self.name` read inside `__init__`.
    pub fn read_init_field(&mut self, name: &str, span: Span) -> Lowered<Expr> {
        match self.names.get(&Self::field_variable(name)).copied() {
            Some(local) => self.read_local(local, span),
            None => self.refuse(
                Code::UnsupportedClass,
                span,
                format!("`self.{name}` is read in `__init__` before it is set there"),
                "set fields first",
            ),
        }
    }

    /// True in `__init__`.
    pub fn is_constructor(&self) -> bool {
        matches!(self.owner, Owner::Function(id) if matches!(self.world.function(id).kind, FunctionKind::Init(_)))
    }

    /// Ends `__init__`: builds the object from the field variables, unless it is built already.
    pub fn finish_init(&mut self, span: Span) -> Lowered<()> {
        let object = match self.built {
            Some(local) => self.read_local(local, span)?,
            None => match self.object(span)? {
                Some(object) => object,
                None => return Ok(()),
            },
        };
        self.push(StmtKind::Return(Some(object)), span);
        self.flow.dead = true;
        Ok(())
    }

    /// The object of the field variables; nothing where some are not known yet.
    fn object(&mut self, span: Span) -> Lowered<Option<Expr>> {
        let Some(class) = self.init else { return Ok(None) };
        let at = self.at(span);
        let root = self.world.root(class);
        let fields: Vec<String> = self.world.class(root).fields.iter().map(|f| f.name.clone()).collect();
        let mut values = Vec::new();
        let kind = self.world.class(root).family.kind;
        for (index, name) in fields.into_iter().enumerate() {
            if let (0, Some(kind)) = (index, kind) {
                let member = ExprKind::Member { class: kind, index: self.world.number(class) };
                values.push(Expr::new(member, Type::Enum(kind), at));
                continue;
            }
            if self.world.is_related(class) && self.world.meaning(class, &name) != Meaning::Field {
                match self.blank(root, index, span) {
                    Some(value) => values.push(value),
                    None => return self.unknown(span, &name).map(|_| None),
                }
                continue;
            }
            match self.names.get(&Self::field_variable(&name)).copied() {
                Some(local) => {
                    self.flow.narrowed.remove(&local);
                    let value = self.read_local(local, span)?;
                    let slot = self.world.slot(root, index);
                    values.push(if self.world.is_related(class) {
                        self.coerce(value, &slot, "the field")?
                    } else {
                        value
                    });
                }
                None if !self.world.last => return Ok(None),
                None => {
                    let message = format!("field `{name}` is not set here on every path of `__init__`");
                    let help = "set all fields before `self` is used as a whole";
                    return self.refuse(Code::UnsupportedClass, span, message, help);
                }
            }
        }
        Ok(Some(Expr::new(ExprKind::Construct { class: root, fields: values }, Type::Class(root), at)))
    }

    /// Builds the object before a statement of `__init__` that uses it as a whole: from there on `self` is a variable.
    pub fn build_before(&mut self, stmt: &ast::Stmt) -> Lowered<()> {
        if self.depth > 0 || !self.needs_object(stmt) {
            return Ok(());
        }
        let Some(object) = self.object(stmt.span)? else { return Ok(()) };
        let Some(name) = self.self_name.clone() else { return Ok(()) };
        let local = self.new_local("this", &object.ty);
        self.names.insert(name, local);
        self.flow.assigned.insert(local);
        self.push(StmtKind::Assign { place: Place::Local(local), value: object }, stmt.span);
        (self.built, self.init) = (Some(local), None);
        Ok(())
    }

    /// True for a statement that does more with `self` than to read and set fields.
    fn needs_object(&self, stmt: &ast::Stmt) -> bool {
        let (Some(class), Some(own)) = (self.init, &self.self_name) else { return false };
        let bodies = ast::bodies(stmt);
        walk::heads(stmt).into_iter().any(|e| self.uses_object(e, class, own))
            || bodies.into_iter().flatten().any(|stmt| self.needs_object(stmt))
    }

    fn uses_object(&self, e: &ast::Expr, class: ClassId, own: &str) -> bool {
        let is_own = |e: &ast::Expr| matches!(&e.kind, ast::ExprKind::Name(name) if name == own);
        match &e.kind {
            ast::ExprKind::Name(name) => name == own,
            ast::ExprKind::Attribute { value, attr } if is_own(value) => {
                let name = self.member_name(&attr.text);
                let is_static = |id: FunctionId| matches!(self.world.function(id).kind, FunctionKind::Static(_));
                attr.text != "__class__" && self.world.find_method(class, &name).is_some_and(|id| !is_static(id))
                    || self.world.find_setter(class, &name).is_some()
            }
            ast::ExprKind::Call { .. } if self.class_named(e).is_some() => false,
            ast::ExprKind::Call { args, keywords, .. } if self.names_base_constructor(e).is_some() => {
                let skipped = usize::from(self.names_base_constructor(e).is_some_and(|(_, given)| given));
                let args = args.iter().skip(skipped).chain(keywords.iter().map(|k| &k.value));
                args.into_iter().any(|e| self.uses_object(e, class, own))
            }
            ast::ExprKind::Call { func, args, keywords } if is_super_call(func) => {
                let inner = || args.iter().chain(keywords.iter().map(|k| &k.value));
                !is_super_init(func) || inner().any(|e| self.uses_object(e, class, own))
            }
            ast::ExprKind::Call { args, .. } if is_frozen_store(e) => {
                args.iter().skip(1).any(|e| self.uses_object(e, class, own))
            }
            _ => walk::parts(e).into_iter().any(|part| self.uses_object(part, class, own)),
        }
    }

    /// `self.name(...)` while the object is not built: static and class methods.
    pub fn call_unbuilt(
        &mut self,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let name = self.member_name(&attr.text);
        if let Some(class) = self.init
            && let Some(method) = self.world.find_method(class, &name)
            && matches!(self.world.function(method).kind, FunctionKind::Static(_))
        {
            return self.class_call(class, attr, args, keywords, span);
        }
        if self.names.contains_key(&Self::field_variable(&name)) {
            let value = self.read_init_field(&name, span)?;
            if matches!(value.ty, Type::Function(..)) {
                return self.call_function_value(value, args, keywords, span);
            }
        }
        let message = format!("`{}` is called on an object under construction", attr.text);
        let help = "call it at the top level of `__init__`, once all fields are set";
        self.refuse(Code::UnsupportedClass, span, message, help)
    }

    /// The constructor of a dataclass: parameters become fields, others get their defaults.
    pub fn set_fields(&mut self, span: Span) -> Lowered<()> {
        let Some(class) = self.class.filter(|_| self.init.is_some()) else { return Ok(()) };
        let is_kind = |index: usize| index == 0 && self.world.class(class).family.kind.is_some();
        let shared = |name: &str| self.world.is_related(class) && self.world.meaning(class, name) != Meaning::Field;
        let fields: Vec<(String, bool)> = (self.world.class(class).fields.iter().enumerate())
            .filter(|(index, f)| !is_kind(*index) && !shared(&f.name))
            .map(|(_, f)| (f.name.clone(), f.in_init))
            .collect();
        for (name, _) in fields.iter().filter(|(_, given)| *given) {
            if let Some(local) = self.names.remove(name) {
                self.names.insert(Self::field_variable(name), local);
            }
        }
        for (name, _) in fields.iter().filter(|(_, given)| !given) {
            let Some(field) = self.world.class(class).fields.iter().find(|f| f.name == *name) else { continue };
            let (ty, default) = (field.ty.clone(), field.default.clone());
            let value = match default {
                None => continue,
                Some(super::world::FieldDefault::Value(e)) => self.constant_default(e, Some(&ty), span)?,
                Some(super::world::FieldDefault::Factory(e)) => self.factory(e, &ty, span)?,
            };
            self.store_field(name, value, span)?;
        }
        Ok(())
    }

    /// `object.__setattr__(self, "name", value)` while the object is not built: true where it was that.
    pub fn set_frozen(&mut self, e: &ast::Expr) -> Lowered<bool> {
        let ast::ExprKind::Call { args, .. } = &e.kind else { return Ok(false) };
        let ([object, name, value], true) = (args.as_slice(), is_frozen_store(e)) else { return Ok(false) };
        let (ast::ExprKind::Str(name), true) = (&name.kind, self.is_init_self(object)) else { return Ok(false) };
        let value = self.expr(value, None)?;
        self.store_field(name, value, e.span)?;
        Ok(true)
    }
}

/// True for `object.__setattr__(...)`.
fn is_frozen_store(e: &ast::Expr) -> bool {
    let ast::ExprKind::Call { func, .. } = &e.kind else { return false };
    super::annotations::dotted(func).as_deref() == Some("object.__setattr__")
}

/// True for `super().name`.
fn is_super_call(func: &ast::Expr) -> bool {
    matches!(&func.kind, ast::ExprKind::Attribute { value, .. } if super::families::is_super(value))
}

/// True for `super().__init__`.
pub fn is_super_init(func: &ast::Expr) -> bool {
    let ast::ExprKind::Attribute { value, attr } = &func.kind else { return false };
    let ast::ExprKind::Call { func, .. } = &value.kind else { return false };
    attr.text == "__init__" && matches!(&func.kind, ast::ExprKind::Name(name) if name == "super")
}
