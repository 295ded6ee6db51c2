//! Typed IR to Rust.
//!
//! ```text
//! def rule(self, name: str) -> float:        pub fn rule(&self, name: &str) -> Result<f64, Exception> {
//!     return self._rules[name]                   dict::item(&self.rules, name).copied()
//!                                            }
//! ```
//!
//! Every Python module becomes a module; module globals that change become fields of `State`; the boundary (codec,
//! dispatch, session) lives apart. Code is built from tokens, parsed by `syn` and printed by `prettyplease`.

mod arithmetic;
mod boundary;
mod builtins;
mod closures;
mod codec;
mod comprehensions;
mod dispatch;
mod exceptions;
mod expressions;
mod items;
mod library;
mod loops;
pub mod names;
mod package;
mod places;
mod printer;
mod routes;
mod statements;
mod support;
mod text;
mod types;

use super::decide;
use super::{EmitError, EmitOptions};
use crate::artifact::Artifact;
use crate::ir::{ClassId, ModuleId, Program, Type};
use names::Names;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Writes a program as a Rust logic package.
pub fn emit(program: &Program, options: &EmitOptions) -> Result<Artifact, EmitError> {
    let emitter = Emitter {
        program,
        options,
        names: Names::choose(program, &support::names()),
        module: None,
        reachable: decide::reachable(program),
        recursive: decide::recursive(program),
        keys: decide::key_classes(program, &|class| class.hashable || decide::is_by_identity(class)),
        shown_classes: RefCell::default(),
        json_classes: RefCell::default(),
    };
    package::artifact(emitter)
}

/// What all parts of the emitter know.
pub struct Emitter<'p> {
    pub program: &'p Program,
    pub options: &'p EmitOptions<'p>,
    pub names: Names,
    /// The module that is being written; `None` for files of our own.
    pub module: Option<ModuleId>,
    /// By function: reached from outside.
    pub reachable: Vec<bool>,
    /// By function: can reach itself.
    pub recursive: Vec<bool>,
    /// Classes whose values are keys.
    pub keys: BTreeSet<ClassId>,
    /// Classes whose `repr` is needed.
    pub shown_classes: RefCell<BTreeSet<ClassId>>,
    /// Classes that are put into JSON.
    pub json_classes: RefCell<BTreeSet<ClassId>>,
}

impl Emitter<'_> {
    /// Notes that values of a type are printed.
    pub fn needs_repr(&self, ty: &Type) {
        self.note_classes(ty, &self.shown_classes);
    }

    /// Notes that values of a type become JSON.
    pub fn needs_json(&self, ty: &Type) {
        self.note_classes(ty, &self.json_classes);
    }

    fn note_classes(&self, ty: &Type, noted: &RefCell<BTreeSet<ClassId>>) {
        match ty {
            Type::List(inner)
            | Type::Deque(inner)
            | Type::Set(inner)
            | Type::FrozenSet(inner)
            | Type::TupleOf(inner)
            | Type::Optional(inner) => {
                self.note_classes(inner, noted);
            }
            Type::Dict(key, value, _) => {
                self.note_classes(key, noted);
                self.note_classes(value, noted);
            }
            Type::Tuple(items) => items.iter().for_each(|item| self.note_classes(item, noted)),
            Type::Enum(id) => _ = noted.borrow_mut().insert(*id),
            Type::Class(id) => {
                let new = noted.borrow_mut().insert(*id);
                if new {
                    self.program.class(*id).fields.iter().for_each(|field| self.note_classes(&field.ty, noted));
                }
            }
            _ => {}
        }
    }
}
