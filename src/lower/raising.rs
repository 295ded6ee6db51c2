//! Exceptions with fields: what `__init__` of an exception class makes of its arguments, where the exception is raised.
//!
//! ```text
//! class Denied(Exception):                    code = 7
//!     def __init__(self, code):          ->   message = f"denied {code}"
//!         super().__init__(f"denied {code}")  raise Denied(message) with code = code
//!         self.code = code
//! raise Denied(7)
//! ```
//!
//! `e.code` in a handler is read where every class that it may have caught sets it.

use super::body::Body;
use super::families::is_super;
use super::world::{ExceptionInfo, Lowered, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast::{self, ExprKind as E, StmtKind as S};
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// The `__init__` of an exception class whose body has nothing else: nothing for an empty body.
pub fn constructor(def: &ast::ClassDef) -> Result<Option<&ast::FunctionDef>, ()> {
    let mut found: Option<&ast::FunctionDef> = None;
    for stmt in &def.body {
        match &stmt.kind {
            S::Pass => {}
            S::Expr(e) if matches!(e.kind, E::Str(_) | E::Ellipsis) => {}
            S::FunctionDef(init) if init.name.text == "__init__" && found.is_none() && is_simple(init) => {
                found = Some(&**init)
            }
            _ => return Err(()),
        }
    }
    Ok(found)
}

/// True for a constructor that sets fields and calls the base's, one after the other.
fn is_simple(init: &ast::FunctionDef) -> bool {
    let Some(own) = init.params.items.first() else { return false };
    let is_field = |target: &ast::Expr| {
        matches!(&target.kind, E::Attribute { value, attr }
            if matches!(&value.kind, E::Name(name) if *name == own.name.text) && attr.text != "args")
    };
    let plain =
        |param: &ast::Parameter| matches!(param.kind, ast::ParameterKind::Positional | ast::ParameterKind::KeywordOnly);
    init.decorators.is_empty()
        && !init.is_async
        && init.params.items.iter().all(plain)
        && !super::families::has_inner(&init.body)
        && init.body.iter().all(|stmt| match &stmt.kind {
            S::Pass => true,
            S::Assign { targets, .. } => matches!(targets.as_slice(), [target] if is_field(target)),
            S::AnnAssign { target, value: Some(_), .. } => is_field(target),
            S::Expr(e) => matches!(e.kind, E::Str(_)) || is_base_call(e),
            _ => false,
        })
}

/// True for `super().__init__(...)` and `Base.__init__(self, ...)`.
fn is_base_call(e: &ast::Expr) -> bool {
    let E::Call { func, keywords, .. } = &e.kind else { return false };
    matches!(&func.kind, E::Attribute { attr, .. } if attr.text == "__init__") && keywords.is_empty()
}

impl<'a> World<'a> {
    /// The constructor of an exception class: its own or that of a base.
    fn exception_init(&self, mut class: ExceptionId) -> Option<(u32, &'a ast::FunctionDef)> {
        while let ExceptionId::Custom(index) = class {
            let info: &ExceptionInfo<'a> = &self.exceptions[index as usize];
            if let Some(init) = info.init {
                return Some((index, init));
            }
            class = info.base;
        }
        None
    }

    /// The topmost class of the program above an exception class: classes below it agree on types of fields.
    fn exception_root(&self, mut index: u32) -> u32 {
        while let ExceptionId::Custom(base) = self.exceptions[index as usize].base {
            index = base;
        }
        index
    }

    /// The fields that an exception class sets.
    fn exception_fields(&self, class: ExceptionId, found: &mut HashSet<String>) {
        let Some((index, init)) = self.exception_init(class) else { return };
        for stmt in &init.body {
            match &stmt.kind {
                S::Assign { targets, .. } => targets.iter().for_each(|target| field_name(target, found)),
                S::AnnAssign { target, .. } => field_name(target, found),
                S::Expr(e) if is_base_call(e) => self.exception_fields(self.exceptions[index as usize].base, found),
                _ => {}
            }
        }
    }

    /// True where every exception that `except class` can catch sets a field.
    fn always_sets(&self, class: ExceptionId, field: &str) -> bool {
        let all = (0..self.exceptions.len() as u32).map(ExceptionId::Custom);
        let mut below = all.filter(|other| self.exception_is_a(*other, class));
        matches!(class, ExceptionId::Custom(_))
            && below.all(|class| {
                let mut found = HashSet::new();
                self.exception_fields(class, &mut found);
                found.contains(field)
            })
    }
}

fn field_name(target: &ast::Expr, found: &mut HashSet<String>) {
    if let E::Attribute { attr, .. } = &target.kind {
        found.insert(attr.text.clone());
    }
}

/// An exception whose constructor is being run.
#[derive(Default)]
pub struct Raising {
    /// Fields that are set, in order, with the variables that hold them.
    pub fields: Vec<(String, LocalId)>,
    message: Option<Expr>,
}

impl<'a> Body<'_, 'a> {
    /// Raises an exception whose class has a constructor; false where it has none.
    pub fn raise_with(
        &mut self,
        class: ExceptionId,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<bool> {
        let (ExceptionId::Custom(index), Some((home, init))) = (class, self.world.exception_init(class)) else {
            return Ok(false);
        };
        // The arguments belong to where it is raised.
        let inner = self.exception_arguments(home, init, args, keywords, span)?;
        let outer = self.raising.replace(Raising::default());
        let done = self.run_exception(home, init, (inner, args.len()), span);
        let made = std::mem::replace(&mut self.raising, outer);
        done?;
        let Some(Raising { fields, message: Some(message) }) = made else { return Ok(true) };
        let root = self.world.exception_root(index);
        let mut attributes = Vec::new();
        for (name, local) in fields {
            let value = self.read_local(local, span)?;
            let info = &mut self.world.exceptions[root as usize];
            let slot = info.fields.entry(name.clone()).or_insert(Type::Unknown);
            if !World::learn(&mut self.world.changed, slot, &value.ty) {
                let message = format!("field `{name}` of the exception holds values of several types");
                return self.refuse(Code::MixedTypes, span, message, "give it values of one type");
            }
            let ty = slot.clone();
            if self.world.last && !stays(&ty) {
                let message = format!("field `{name}` of the exception can change");
                return self.refuse(
                    Code::UnsupportedClass,
                    span,
                    message,
                    "give it a number, a text or a tuple of those",
                );
            }
            attributes.push((name, self.coerce(value, &ty, "the field")?));
        }
        self.leave(StmtKind::Raise(Raise { class, message, attributes }), span)?;
        Ok(true)
    }

    /// Runs a constructor with its parameters, so many of which were given by position.
    fn run_exception(
        &mut self,
        home: u32,
        init: &'a ast::FunctionDef,
        (inner, given): (HashMap<String, LocalId>, usize),
        span: Span,
    ) -> Lowered<()> {
        let Some((own, params)) = init.params.items.split_first() else { return Ok(()) };
        let positional: Vec<LocalId> = params.iter().take(given).map(|param| inner[&param.name.text]).collect();
        let module = self.world.exceptions[home as usize].module;
        let here = (
            std::mem::replace(&mut self.module, module),
            self.class.take(),
            self.self_name.replace(own.name.text.clone()),
            std::mem::take(&mut self.own_names),
            std::mem::take(&mut self.global_names),
            std::mem::replace(&mut self.names, inner),
            self.init.take(),
        );
        let done = self.exception_body(home, init, span);
        (self.module, self.class, self.self_name, self.own_names, self.global_names, self.names, self.init) = here;
        done?;
        if self.raising.as_ref().is_some_and(|raising| raising.message.is_none()) {
            // What Python keeps of the arguments before `__init__` runs.
            let values =
                positional.into_iter().map(|local| self.read_local(local, span)).collect::<Lowered<Vec<_>>>()?;
            let message = self.message_of(ExceptionId::Custom(home), values, span)?;
            self.keep_message(message, span);
        }
        Ok(())
    }

    fn exception_arguments(
        &mut self,
        home: u32,
        init: &'a ast::FunctionDef,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<HashMap<String, LocalId>> {
        let params = init.params.items.get(1..).unwrap_or_default();
        let slots = params.iter().map(super::calls::untyped_slot).collect();
        let module = self.world.exceptions[home as usize].module;
        let (values, order) = self.bind("__init__", (module, None), slots, args, keywords, span)?;
        let mut values: Vec<Option<Expr>> = values.into_iter().map(Some).collect();
        let mut inner = HashMap::new();
        for index in order {
            let Some(value) = values[index].take() else { continue };
            let name = &params[index].name.text;
            inner.insert(name.clone(), self.kept(name, value, span));
        }
        Ok(inner)
    }

    /// A new variable that holds a value.
    fn kept(&mut self, name: &str, value: Expr, span: Span) -> LocalId {
        let local = self.new_local(name, &value.ty);
        self.flow.assigned.insert(local);
        self.push(StmtKind::Let { local, value: Some(value) }, span);
        local
    }

    fn exception_body(&mut self, home: u32, init: &'a ast::FunctionDef, span: Span) -> Lowered<()> {
        for stmt in &init.body {
            let (target, value) = match &stmt.kind {
                S::Assign { targets, value } => (&targets[0], value),
                S::AnnAssign { target, value: Some(value), .. } => (target, value),
                S::Expr(e) if is_base_call(e) => {
                    self.base_exception(home, e, span)?;
                    continue;
                }
                _ => continue,
            };
            let E::Attribute { attr, .. } = &target.kind else { continue };
            let value = self.expr(value, None)?;
            let local = self.kept(&attr.text, value, span);
            if let Some(raising) = &mut self.raising {
                raising.fields.retain(|(name, _)| *name != attr.text);
                raising.fields.push((attr.text.clone(), local));
            }
        }
        Ok(())
    }

    /// `super().__init__(...)` in an exception class.
    fn base_exception(&mut self, home: u32, e: &ast::Expr, span: Span) -> Lowered<()> {
        let E::Call { func, args, .. } = &e.kind else { return Ok(()) };
        let E::Attribute { value, .. } = &func.kind else { return Ok(()) };
        let base = self.world.exceptions[home as usize].base;
        let args = if is_super(value) { args.as_slice() } else { args.get(1..).unwrap_or_default() };
        if !is_super(value) && self.exception_class(value)? != base {
            return self.refuse(
                Code::UnsupportedClass,
                e.span,
                "this is not the constructor of the base",
                "use `super()`",
            );
        }
        if let Some((above, init)) = self.world.exception_init(base) {
            let inner = self.exception_arguments(above, init, args, &[], span)?;
            return self.run_exception(above, init, (inner, args.len()), span);
        }
        let values = args.iter().map(|arg| self.expr(arg, None)).collect::<Lowered<Vec<_>>>()?;
        let message = self.message_of(base, values, span)?;
        self.keep_message(message, span);
        Ok(())
    }

    fn keep_message(&mut self, message: Expr, span: Span) {
        let local = self.kept("message", message, span);
        let read = Expr::local(local, Type::Str, self.at(span));
        if let Some(raising) = &mut self.raising {
            raising.message = Some(read);
        }
    }

    /// `self.name` in the constructor of an exception.
    pub fn raising_field(&mut self, e: &ast::Expr, name: &str, span: Span) -> Option<Lowered<Expr>> {
        let raising = self.raising.as_ref()?;
        if !matches!((&e.kind, &self.self_name), (E::Name(own), Some(known)) if own == known) {
            return None;
        }
        let found = raising.fields.iter().find(|(known, _)| known == name).map(|(_, local)| *local);
        Some(match found {
            Some(local) => self.read_local(local, span),
            None => self.refuse(Code::UnsupportedClass, span, format!("`self.{name}` is not set yet"), ""),
        })
    }

    /// `e.name` of a caught exception.
    pub fn exception_field(&mut self, exception: Expr, name: &str, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let caught = match exception.as_place() {
            Some(Place::Local(local)) => self.caught.get(local).cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut ty = Type::Unknown;
        for class in &caught {
            let (ExceptionId::Custom(index), true) = (class, self.world.always_sets(*class, name)) else {
                let message = format!("not every exception that is caught here sets `{name}`");
                return self.refuse(Code::UnsupportedClass, span, message, "catch a class whose `__init__` sets it");
            };
            let root = self.world.exception_root(*index);
            let known = self.world.exceptions[root as usize].fields.get(name).cloned().unwrap_or(Type::Unknown);
            if ty != Type::Unknown && known != Type::Unknown && ty != known {
                return self.refuse(
                    Code::MixedTypes,
                    span,
                    format!("`{name}` is of several types here"),
                    "catch them apart",
                );
            }
            ty = known;
        }
        if caught.is_empty() {
            let message = format!("`{name}` of an exception is not translated here");
            return self.refuse(Code::UnsupportedClass, span, message, "catch a class whose `__init__` sets it");
        }
        if ty == Type::Unknown {
            return self.unknown(span, name);
        }
        let kind = ExprKind::Attribute { exception: Box::new(exception), name: name.to_string() };
        Ok(Expr::new(kind, ty, at))
    }
}

/// True for values that never change.
fn stays(ty: &Type) -> bool {
    match ty {
        Type::Unknown | Type::None | Type::Bool | Type::Int | Type::Float | Type::Str => true,
        Type::Optional(inner) => stays(inner),
        Type::Tuple(items) => items.iter().all(stays),
        _ => false,
    }
}
