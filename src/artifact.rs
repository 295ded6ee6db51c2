//! Generated files, where their lines came from, and what can be called on them.
//!
//! `emit` makes artifacts, `scaffold` puts shells around them, `verify` calls them. The [`Interface`] is written into
//! the generated project (`logic/interface.json`), so that a project can be verified again without translating again.

use crate::target::Target;
use serde::{Deserialize, Serialize};

/// A translated logic package: everything below `logic/` of a generated project.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// The language of the files.
    pub target: Target,
    /// Name of the package: `pricing` for `pricing.py`.
    pub package: String,
    /// Files with paths relative to `logic/`, sorted by path.
    pub files: Vec<GeneratedFile>,
    /// What can be called.
    pub interface: Interface,
}

/// One generated file.
#[derive(Clone, Debug)]
pub struct GeneratedFile {
    /// Path relative to the package's folder, with `/`.
    pub path: String,
    /// Its whole text, formatted.
    pub text: String,
    /// Which Python lines each generated item came from.
    pub map: Vec<Origin>,
}

/// One generated item and the Python it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Name of the item in the generated file.
    pub item: String,
    /// Path of the Python file, relative to the entry's folder.
    pub source: String,
    /// First Python line, from 1.
    pub first_line: usize,
    /// Last Python line.
    pub last_line: usize,
}

/// What the outside can call on a logic package, in Python's names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// Dotted Python module that was translated.
    pub module: String,
    /// Public functions that were translated.
    pub functions: Vec<Callable>,
    /// Classes that can be constructed or are held as module globals.
    pub classes: Vec<ClassInterface>,
    /// Module globals that hold an object: callable as `{"on": name, "method": ...}` without `new`.
    pub objects: Vec<GlobalObject>,
    /// Web routes of the monolith whose handlers were translated along.
    pub routes: Vec<Route>,
    /// True where a module global can change: `{"state": null}` shows them.
    pub has_state: bool,
}

/// A module global that holds an instance of a translated class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalObject {
    /// Python name of the global.
    pub name: String,
    /// Python name of its class.
    pub class: String,
}

/// A function or method that can be called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Callable {
    /// Python name; for methods without the class.
    pub name: String,
    /// Parameters in order, without `self`.
    pub params: Vec<ParamShape>,
    /// What it returns.
    pub result: Shape,
    /// What it needs of the state around it.
    pub access: Access,
    /// True where it may raise a Python exception.
    pub raises: bool,
    /// Positions of parameters that it may change.
    pub mutates: Vec<usize>,
    /// True where it reads the clock.
    pub reads_clock: bool,
    /// First line of the docstring.
    pub summary: Option<String>,
    /// `file:line:column` of its definition.
    pub at: String,
}

/// What a call needs of the state of the package: decides the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Touches no state: needs no lock.
    Pure,
    /// Reads state: shared lock.
    Read,
    /// Changes state: exclusive lock.
    Write,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParamShape {
    /// Python name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// True where it has a default.
    pub optional: bool,
    /// True after a `*`.
    pub keyword_only: bool,
    /// True for `*name`: it takes the positional arguments that are left, as a tuple.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest: bool,
}

impl Callable {
    /// The shape of what stands at a position of the arguments.
    pub fn shape_at(&self, position: usize) -> Option<&Shape> {
        let rest = self.params.iter().position(|param| param.rest).filter(|rest| *rest <= position);
        match (self.params.get(rest.unwrap_or(position))?, rest) {
            (ParamShape { shape: Shape::TupleOf(item), .. }, Some(_)) => Some(item),
            (param, _) => Some(&param.shape),
        }
    }
}

/// A class seen from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassInterface {
    /// Python name.
    pub name: String,
    /// Fields that are data, in order of definition.
    pub fields: Vec<(String, Shape)>,
    /// The constructor's parameters; `None` where the outside cannot construct it.
    pub constructor: Option<Callable>,
    /// Public methods.
    pub methods: Vec<Callable>,
    /// True for a dataclass or NamedTuple: a value that may cross the boundary as a parameter.
    pub is_value: bool,
}

/// The shape of a value that crosses the boundary.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    None,
    Bool,
    Int,
    Float,
    /// An int or a float, and which of the two.
    Number,
    Str,
    Bytes,
    List(Box<Shape>),
    Set(Box<Shape>),
    FrozenSet(Box<Shape>),
    Dict(Box<Shape>, Box<Shape>),
    /// Fixed length.
    Tuple(Vec<Shape>),
    /// A tuple of any length.
    TupleOf(Box<Shape>),
    Optional(Box<Shape>),
    /// A class of the interface, by name.
    Class(String),
    /// A member of an enumeration: the class, and the names of its members.
    Enum(String, Vec<String>),
    /// Any JSON data.
    Json,
}

/// A route of the monolith that the service serves with the monolith's own answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path in braces form: `/api/inventory/{product_id}`.
    pub path: String,
    /// Name of the translated handler.
    pub handler: String,
    /// Path parameters in order of the handler's signature: name and whether it is an integer (else text).
    pub path_params: Vec<(String, bool)>,
    /// True where the handler reads the request's JSON body.
    pub reads_body: bool,
    /// Query parameters the handler reads.
    pub query: Vec<String>,
    /// What it needs of the state around it.
    pub access: Access,
}
