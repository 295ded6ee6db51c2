//! The typed IR: one program with Python's meaning made explicit, from which Rust and Go are written.
//!
//! Python says `xs[-1] // n`; the IR says: read the list `xs` at a wrapped, checked index (IndexError), floor-divide
//! 64-bit integers with an overflow check (guard) and a zero check (ZeroDivisionError). Names are resolved, defaults
//! and keyword arguments are bound, every expression has a type, chained comparisons and `with lock:` are gone.
//!
//! The IR knows nothing of Rust or Go. It does carry decisions both share: which parameters are borrowed, which
//! locals are references, which classes are shared between owners ([`ClassRepr`]).
//!
//! Evaluation order is Python's: operands from left to right, before the operation; `Update` evaluates its place
//! first. An emitter that reorders must prove that nobody can tell.

mod builtin;
mod expr;
pub mod leaving;
pub mod library;
pub mod pretty;
pub mod returns;
mod stmt;
mod types;
mod values;
pub mod walk;

pub use builtin::{Builtin, Need};
pub use expr::*;
pub use stmt::*;
pub use types::*;
pub use values::Values;

use crate::artifact::Access;
use crate::span::Location;

/// Everything that is translated together: one logic package.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Modules in order of import, the entry last.
    pub modules: Vec<Module>,
    /// Classes, indexed by [`ClassId`].
    pub classes: Vec<Class>,
    /// Exception classes of the program, indexed by [`ExceptionId::Custom`].
    pub exceptions: Vec<ExceptionClass>,
    /// Functions and methods, indexed by [`FunctionId`].
    pub functions: Vec<Function>,
    /// Module globals, indexed by [`GlobalId`].
    pub globals: Vec<Global>,
    /// Routes whose handlers are functions of this program.
    pub routes: Vec<Route>,
}

impl Program {
    /// The class of an index.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }

    /// The function of an index.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The global of an index.
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.0 as usize]
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    )*};
}

ids! {
    /// Index into [`Program::modules`].
    ModuleId;
    /// Index into [`Program::classes`].
    ClassId;
    /// Index into [`Program::functions`].
    FunctionId;
    /// Index into [`Program::globals`].
    GlobalId;
    /// Index into [`Function::locals`] (or [`Lambda`]'s enclosing function's).
    LocalId;
    /// Index into [`Class::fields`].
    FieldId;
}

/// A Python module.
#[derive(Clone, Debug)]
pub struct Module {
    /// Dotted name: `pricing`, `shop.pricing`.
    pub name: String,
    /// Path as users type it.
    pub path: String,
    /// The docstring, cleaned as `inspect.cleandoc` does.
    pub doc: Option<String>,
    /// What is emitted for it, in source order.
    pub items: Vec<Item>,
}

/// One definition of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    Class(ClassId),
    /// Index into [`Program::exceptions`].
    Exception(u32),
    Function(FunctionId),
    Global(GlobalId),
}

/// A class other than an exception.
#[derive(Clone, Debug)]
pub struct Class {
    /// Python name.
    pub name: String,
    pub module: ModuleId,
    pub doc: Option<String>,
    /// Fields in order of definition; locks are left out, since the state around a call is locked as a whole.
    pub fields: Vec<Field>,
    /// An enumeration: its members, in order.
    pub members: Vec<Member>,
    /// How values of it are held.
    pub repr: ClassRepr,
    /// The constructor: `None` where the constructor takes exactly the fields, in order, and does nothing else.
    pub init: Option<FunctionId>,
    /// Methods, properties, class and static methods, in source order.
    pub methods: Vec<FunctionId>,
    /// Parameters of a dataclass constructor: each field's default, and whether it is keyword-only.
    pub dataclass: Option<DataclassInfo>,
    /// `==` compares fields (dataclass or own table); else identity.
    pub has_eq: bool,
    /// Ordered comparison by fields (`order=True`).
    pub has_order: bool,
    /// `==` is a method of the class: where something else would compare its objects, the call declines.
    pub own_eq: bool,
    /// `repr` is a method of the class: where something else would show its objects, the call declines.
    pub own_repr: bool,
    /// Stands for several classes of the program: its objects do not cross the boundary.
    pub is_family: bool,
    /// May be a dict key or set element.
    pub hashable: bool,
    /// Defined without a leading underscore in the entry module, or reached from a public signature.
    pub public: bool,
    pub at: Location,
    /// First and last line of its definition.
    pub lines: (usize, usize),
}

/// A member of an enumeration.
#[derive(Clone, Debug)]
pub struct Member {
    /// Python name.
    pub name: String,
    /// What `repr` gives; nothing where the call declines.
    pub repr: Option<String>,
}

impl Class {
    /// What Python calls the constructor that takes its fields, in what it says of arguments that do not bind.
    pub fn constructor_name(&self) -> String {
        let is_tuple = self.dataclass.as_ref().is_some_and(|info| info.is_tuple);
        format!("{}.{}", self.name, if is_tuple { "__new__" } else { "__init__" })
    }

    /// The type of its objects.
    pub fn object(&self, id: ClassId) -> Type {
        if self.members.is_empty() { Type::Class(id) } else { Type::Enum(id) }
    }
}

/// What `@dataclass` says beyond fields.
#[derive(Clone, Debug)]
pub struct DataclassInfo {
    pub frozen: bool,
    /// A named tuple: Python makes it in `__new__`.
    pub is_tuple: bool,
    /// Per field: the default, evaluated anew at each construction.
    pub defaults: Vec<Option<Expr>>,
}

/// How values of a class are held; all are right, the first two are proven to be indistinguishable from the third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassRepr {
    /// Never changed once built: copying is invisible. Rust: a struct that is cloned; Go: a pointer that is shared.
    Value,
    /// Changed, but never seen through two names at once: one owner, borrowed by others.
    Owned,
    /// Changed and aliased: Rust `Shared<T>` (reference-counted cell), Go a pointer.
    Shared,
}

/// A field of a class.
#[derive(Clone, Debug)]
pub struct Field {
    /// Python name.
    pub name: String,
    pub ty: Type,
}

/// An exception class that the program defines.
#[derive(Clone, Debug)]
pub struct ExceptionClass {
    /// Python name.
    pub name: String,
    pub module: ModuleId,
    /// What it derives from.
    pub base: ExceptionId,
    pub doc: Option<String>,
    pub at: Location,
    pub lines: (usize, usize),
}

/// A module global that is a value: a constant, or state.
#[derive(Clone, Debug)]
pub struct Global {
    /// Python name.
    pub name: String,
    pub module: ModuleId,
    /// Python name of the class that it is a variable of; the protocol does not show it then.
    pub class: Option<String>,
    pub ty: Type,
    /// Evaluated once at start, in order of [`Program::globals`].
    pub value: Expr,
    /// Variables of comprehensions and lambdas in `value`.
    pub locals: Vec<Local>,
    /// True where something may change it (rebinding, or changing the object): part of the state. Else a constant.
    pub is_state: bool,
    pub at: Location,
}

impl Global {
    /// Its name for the targets: with its class in front.
    pub fn word(&self) -> String {
        let Some(class) = &self.class else { return self.name.clone() };
        let own = self.name.strip_prefix(&format!("_{}__", class.trim_start_matches('_')));
        format!("{class}_{}", own.unwrap_or(&self.name).trim_start_matches('_'))
    }

    /// True where the outside sees it under its name.
    pub fn is_shown(&self) -> bool {
        self.class.is_none()
    }
}

/// A function or method.
#[derive(Clone, Debug)]
pub struct Function {
    /// Python name, without the class.
    pub name: String,
    pub module: ModuleId,
    pub kind: FunctionKind,
    /// A class method: Python counts the class among its arguments.
    pub takes_class: bool,
    /// Parameters in order; for methods the first is `self`.
    pub params: Vec<Param>,
    pub result: Type,
    /// All variables, parameters first.
    pub locals: Vec<Local>,
    pub body: Vec<Stmt>,
    pub effects: Effects,
    /// Results are kept by the arguments, which nobody can tell: the function is pure.
    pub memo: Option<Memo>,
    pub doc: Option<String>,
    /// Callable from outside: public name in the entry module.
    pub public: bool,
    pub at: Location,
    /// First and last line of its definition.
    pub lines: (usize, usize),
}

/// How many results a function keeps (`functools.lru_cache`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memo {
    /// At least so many, the last ones asked for; `None` for all.
    pub most: Option<u32>,
}

/// What kind of function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    Plain,
    /// Has `self` first.
    Method(ClassId),
    /// Has `self` first, called without parentheses.
    Property(ClassId),
    /// `__init__`: has no `self` parameter; its body ends by building the object (`ExprKind::Construct`) and
    /// returning it; fields before that are locals.
    Init(ClassId),
    /// Static and class methods: no `self`.
    Static(ClassId),
}

impl FunctionKind {
    /// The class it belongs to, if any.
    pub fn class(self) -> Option<ClassId> {
        match self {
            FunctionKind::Plain => None,
            FunctionKind::Method(c) | FunctionKind::Property(c) | FunctionKind::Init(c) | FunctionKind::Static(c) => {
                Some(c)
            }
        }
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// The variable it becomes.
    pub local: LocalId,
    pub passing: Passing,
    /// Default, evaluated at definition in Python; only immutable values are accepted.
    pub default: Option<Expr>,
    pub keyword_only: bool,
    pub positional_only: bool,
    /// Takes the positional arguments that are left, as a tuple of any length.
    pub rest: bool,
    /// The default is a new empty container each time, which `None` asks for too.
    pub fresh: bool,
    /// Annotated. Without an annotation the type was inferred, and an int from outside is none of its floats.
    pub declared: bool,
}

/// How an argument travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Copied or moved in: scalars, and values that the function keeps.
    Value,
    /// Read only: `&T`.
    Ref,
    /// Changed in place: `&mut T`; Go: a pointer where the change would be lost otherwise.
    RefMut,
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub struct Local {
    /// Python name; made unique where Python reuses one name for two types (`n`, `n_2`) and for temporaries (`_1`).
    pub name: String,
    pub ty: Type,
    /// Assigned more than once, or changed in place.
    pub mutable: bool,
    /// Read somewhere.
    pub used: bool,
    pub binding: Binding,
}

/// Whether a variable holds a value or refers to one held elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Holds it.
    Value,
    /// Refers to a place that nobody changes while the variable lives.
    Ref,
    /// Refers to a place that is changed through it, and by nobody else while it lives.
    RefMut,
}

/// What a call may do besides returning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// May end in a Python exception: Rust `Result`, Go `error`.
    pub raises: bool,
    /// May decline (integer overflow and the like).
    pub guards: bool,
    /// Reads or writes state globals: takes the state as its first parameter (`&State`, `&mut State`).
    pub state: Option<Access>,
    /// Reads the clock.
    pub reads_clock: bool,
    /// Writes to stdout.
    pub prints: bool,
    /// Changes what these parameters refer to (positions, `self` included).
    pub mutates: Vec<usize>,
}

/// A web route whose handler was translated.
#[derive(Clone, Debug)]
pub struct Route {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path in braces form: `/api/inventory/{product_id}`.
    pub path: String,
    /// The handler: its parameters are the path's, then `body: Json` where it reads the request's body.
    pub handler: FunctionId,
    /// Path parameters in order: name, and whether it is an integer (else text).
    pub path_params: Vec<(String, bool)>,
    /// True where the last parameter is the JSON body (`Json::Null` where it is absent or malformed).
    pub reads_body: bool,
}
