//! Typed IR to Go.
//!
//! ```text
//! Program -> Context (names, which lists travel by pointer) -> items (declarations, bodies) -> files
//! ```
//!
//! Classes are pointers to structs, lists are slices, dicts and sets are the support package's. A function that may
//! raise returns an error as well; an expression with an operand that may raise is written as several statements, in
//! Python's order. The logic and the support package use nothing but Go's standard library.

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
pub mod printer;
mod routes;
mod statements;
mod support;
mod text;
mod types;

use super::{EmitError, EmitOptions, decide, interface};
use crate::artifact::Artifact;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ClassId, FunctionId, Program, Type};
use crate::span::Location;
use crate::target::Target;
use names::Names;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

/// Writes a program as a Go logic package.
pub fn emit(program: &Program, options: &EmitOptions) -> Result<Artifact, EmitError> {
    let interface = interface::interface(program, options);
    let context = Context::new(program, options);
    let files = package::files(&context, &interface);
    let refusals = context.refusals.into_inner();
    if !refusals.is_empty() {
        return Err(EmitError::Refused(refusals));
    }
    Ok(Artifact { target: Target::Go, package: options.package.clone(), files, interface })
}

/// What all parts of the emitter look up, and what they ask of each other.
struct Context<'a> {
    program: &'a Program,
    options: &'a EmitOptions<'a>,
    names: Names,
    /// Parameters that travel as a pointer to a slice or another plain value, because the function changes it.
    pointers: BTreeSet<(FunctionId, usize)>,
    /// Functions that can reach themselves: they carry how deep they are.
    recursive: Vec<bool>,
    /// Types of function values that are called with how deep the call is.
    deep_values: HashSet<Type>,
    /// Classes that are keys: plain structs, so that Go compares them by content.
    keys: BTreeSet<ClassId>,
    /// Methods of classes that somebody asked for, see [`Request`].
    requests: RefCell<BTreeSet<Request>>,
    refusals: RefCell<Vec<Diagnostic>>,
}

/// A method of a class that only exists where something uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Request {
    /// `Equal`: comparison by fields.
    Equal(ClassId),
    /// `Compare`: order by fields.
    Compare(ClassId),
    /// `Repr`: the text that `repr` gives.
    Repr(ClassId),
    /// `Hash`: the hash of the fields, as that of a tuple.
    Hash(ClassId),
}

impl<'a> Context<'a> {
    fn new(program: &'a Program, options: &'a EmitOptions<'a>) -> Context<'a> {
        let keys = decide::key_classes(program, &|class| class.repr == crate::ir::ClassRepr::Value && class.has_eq);
        let recursive = decide::recursive(program);
        Context {
            program,
            options,
            names: Names::new(program),
            pointers: places::pointer_params(program, &keys),
            deep_values: decide::deep_values(program, &recursive),
            recursive,
            keys,
            requests: RefCell::default(),
            refusals: RefCell::default(),
        }
    }

    /// Asks for a method of a class.
    fn request(&self, request: Request) {
        self.requests.borrow_mut().insert(request);
    }

    /// Notes that a place cannot be written in Go.
    fn refuse(&self, at: Location, message: String) {
        self.refusals.borrow_mut().push(Diagnostic::new(Code::UnsupportedExpression, at, message));
    }

    fn refuse_inexact(&self, at: Location, message: String) {
        let help = "translate it to Rust, which calls the same C library";
        self.refusals.borrow_mut().push(Diagnostic::new(Code::InexactLibrary, at, message).help(help));
    }

    fn function(&self, id: FunctionId) -> &'a crate::ir::Function {
        self.program.function(id)
    }

    fn class(&self, id: ClassId) -> &'a crate::ir::Class {
        self.program.class(id)
    }

    /// True where values of the type are the same object after copying them: pointers.
    fn is_reference(&self, ty: &Type) -> bool {
        types::is_reference(&self.keys, ty)
    }
}
