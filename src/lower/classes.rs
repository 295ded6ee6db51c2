//! `__init__`: fields are variables until the object is built at the end.

use super::annotations::annotation;
use super::body::Body;
use super::world::{Lowered, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
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
                let hint = info.hints.get(name).copied();
                let ty = hint.and_then(|hint| annotation(self.world, self.module, hint).ok()).unwrap_or(Type::Unknown);
                let info = &mut self.world.classes[class.0 as usize];
                info.fields.push(super::world::FieldInfo {
                    name: name.to_string(),
                    declared: !ty.has_unknown(),
                    ty,
                    hint: None,
                    default: None,
                    keyword_only: false,
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
        let local = match self.names.get(&key) {
            Some(&local) => local,
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

    /// `self.x: T = value` inside `__init__` declares the field.
    pub fn declare_field(&mut self, name: &str, ty: &Type) {
        let Some(class) = self.init else { return };
        let info = &mut self.world.classes[class.0 as usize];
        match info.fields.iter_mut().find(|f| f.name == name) {
            Some(field) if field.declared => {}
            Some(field) => {
                field.ty = ty.clone();
                field.declared = !ty.has_unknown();
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

    /// Ends `__init__`: builds the object from the field variables.
    pub fn finish_init(&mut self, span: Span) -> Lowered<()> {
        let Some(class) = self.init else { return Ok(()) };
        let at = self.at(span);
        let fields: Vec<String> = self.world.class(class).fields.iter().map(|f| f.name.clone()).collect();
        let mut values = Vec::new();
        for name in fields {
            match self.names.get(&Self::field_variable(&name)).copied() {
                Some(local) => {
                    self.flow.narrowed.remove(&local);
                    values.push(self.read_local(local, span)?);
                }
                None if !self.world.last => return Ok(()),
                None => {
                    let message = format!("field `{name}` is not set on every path of `__init__`");
                    return self.refuse(Code::UnsupportedClass, span, message, "set all fields in `__init__`");
                }
            }
        }
        let object = Expr::new(ExprKind::Construct { class, fields: values }, Type::Class(class), at);
        self.push(StmtKind::Return(Some(object)), span);
        self.flow.dead = true;
        Ok(())
    }
}
