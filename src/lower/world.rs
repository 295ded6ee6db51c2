//! What is known of the whole program while it is lowered: modules, classes, functions, globals and their types.
//!
//! Lowering runs in passes. Each pass lowers every body against this table and joins what it learns into it (the type
//! of an unannotated parameter, the element type of a list that began as `[]`); when a pass learns nothing, a last
//! one makes the IR and the refusals.

use crate::diagnostic::Diagnostic;
use crate::ir::{ClassId, DictKind, ExceptionId, FunctionId, FunctionKind, GlobalId, Memo, ModuleId, Type};
use crate::python::ast;
use crate::source::{FileId, SourceFile};
use crate::span::{Location, Span};
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A result that is refused with one diagnostic.
pub type Lowered<T> = Result<T, Box<Diagnostic>>;

/// What a name means at module level.
#[derive(Clone, Debug, PartialEq)]
pub enum Binding {
    Function(FunctionId),
    Class(ClassId),
    Exception(ExceptionId),
    Global(GlobalId),
    /// Another name of a type, or a type variable.
    Type(super::type_names::TypeNameId),
    /// A module of the program.
    Module(ModuleId),
    /// A module or member of a library: `math`, `time.time`, `dataclasses.dataclass`.
    Library(String),
    /// Defined by a statement that cannot be translated.
    Opaque(Box<Diagnostic>),
}

/// A module with its names.
pub struct ModuleInfo<'a> {
    pub file: FileId,
    pub source: &'a SourceFile,
    pub name: String,
    pub path: String,
    pub doc: Option<String>,
    pub names: IndexMap<String, Binding>,
    /// Everything that is defined here, in source order.
    pub items: Vec<crate::ir::Item>,
    pub body: &'a [ast::Stmt],
    /// Names that functions import, and that count as the module's.
    pub lifted: HashSet<String>,
}

/// A parameter as far as it is known.
#[derive(Clone, Debug)]
pub struct ParamInfo<'a> {
    pub name: String,
    pub ty: Type,
    /// Annotated: the type is not changed by call sites.
    pub declared: bool,
    pub default: Option<&'a ast::Expr>,
    /// The default is a function that gives one.
    pub is_factory: bool,
    /// The default is a new empty container, which the body makes where `None` is given.
    pub is_fresh: bool,
    pub keyword_only: bool,
    pub positional_only: bool,
    /// `*name`: takes the positional arguments that are left, as a tuple of any length.
    pub rest: bool,
    pub span: Span,
}

/// A function or method as far as it is known.
pub struct FunctionInfo<'a> {
    pub name: String,
    pub module: ModuleId,
    pub kind: FunctionKind,
    pub written: Written<'a>,
    pub span: Span,
    /// A class method: its first parameter is the class, and is left out.
    pub takes_class: bool,
    /// With `self` first for methods and properties; without it for `__init__`.
    pub params: Vec<ParamInfo<'a>>,
    /// Types of what it captures, in the order of `nesting.captures`; of a cell, what is in it.
    pub captured: Vec<Type>,
    pub result: Type,
    pub declared_result: bool,
    /// Types of its variables by unique name, carried from pass to pass.
    pub variables: HashMap<String, Type>,
    /// Parameters that the body makes numbers of, although they are annotated as ints: their names.
    pub widened: HashSet<String>,
    /// Unique names of variables that are floats also where an int is stored, because nobody can tell.
    pub floats: HashSet<String>,
    /// What encloses it, and what it encloses.
    pub nesting: Nesting,
    /// Why it is not translated.
    pub refused: Option<Diagnostic>,
    /// Why callers outside the module cannot call it, although it is translated.
    pub inside: Option<Diagnostic>,
    /// The class in whose body it is written, where it belongs to another one: inherited from it.
    pub home: Option<ClassId>,
    /// Its name in the translation, where classes of a family have methods of one name.
    pub word: Option<String>,
    /// An abstract method.
    pub is_abstract: bool,
    /// Nobody can call it: it is not translated.
    pub is_unused: bool,
    /// The constructor of a dataclass: sets the fields from parameters of their names, then runs `__post_init__`.
    pub sets_fields: bool,
    /// A generator, as a function that returns a list.
    pub is_generator: bool,
    /// Under `functools.cache` or `functools.lru_cache`.
    pub memo: Option<Memo>,
}

impl<'a> FunctionInfo<'a> {
    /// A function of which nothing is known but how it is written.
    pub fn new(name: String, module: ModuleId, kind: FunctionKind, written: Written<'a>, span: Span) -> Self {
        FunctionInfo {
            name,
            module,
            kind,
            written,
            span,
            takes_class: false,
            params: Vec::new(),
            captured: Vec::new(),
            result: Type::Unknown,
            declared_result: false,
            variables: HashMap::new(),
            widened: HashSet::new(),
            floats: HashSet::new(),
            nesting: Nesting::default(),
            refused: None,
            inside: None,
            home: None,
            word: None,
            is_abstract: false,
            is_unused: false,
            sets_fields: false,
            is_generator: false,
            memo: None,
        }
    }
}

/// Those of a function that is not written.
static NO_PARAMETERS: ast::Parameters = ast::Parameters { items: Vec::new() };

/// How a function is written.
#[derive(Clone, Copy)]
pub enum Written<'a> {
    Def(&'a ast::FunctionDef),
    /// Not at all: the constructor of a dataclass.
    Fields,
    /// Not at all: chooses among methods by the class of the object; the first of them.
    Dispatch(FunctionId),
    Lambda {
        params: &'a ast::Parameters,
        body: &'a ast::Expr,
    },
}

impl<'a> Written<'a> {
    /// Its parameters.
    pub fn params(self) -> &'a ast::Parameters {
        match self {
            Written::Def(def) => &def.params,
            Written::Fields | Written::Dispatch(_) => &NO_PARAMETERS,
            Written::Lambda { params, .. } => params,
        }
    }

    /// The statements of its body; none for a lambda.
    pub fn stmts(self) -> &'a [ast::Stmt] {
        match self {
            Written::Def(def) => &def.body,
            Written::Lambda { .. } | Written::Fields | Written::Dispatch(_) => &[],
        }
    }

    /// The annotation of its result.
    pub fn returns(self) -> Option<&'a ast::Expr> {
        match self {
            Written::Def(def) => def.returns.as_ref(),
            Written::Lambda { .. } | Written::Fields | Written::Dispatch(_) => None,
        }
    }

    /// Where its name stands, or the lambda.
    pub fn place(self, span: Span) -> Span {
        match self {
            Written::Def(def) => def.name.span,
            Written::Lambda { .. } | Written::Fields | Written::Dispatch(_) => span,
        }
    }
}

/// A variable of a function, as functions inside see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variable {
    pub owner: FunctionId,
    pub name: String,
}

/// What encloses a function, and what it encloses.
#[derive(Clone, Debug, Default)]
pub struct Nesting {
    /// The function in whose body it is defined.
    pub parent: Option<FunctionId>,
    /// For a function inside another, and for a lambda: its name with those of the functions around it.
    pub path: Option<String>,
    /// Names of its body that mean one inner function and nothing else.
    pub functions: HashMap<String, FunctionId>,
    /// How often each of its names is bound; more than once where a loop may bind it again.
    pub bound: HashMap<String, usize>,
    /// Variables of enclosing functions that it, or an inner function that it uses, mentions.
    pub captures: Vec<Variable>,
    /// Inner functions that it mentions, or that those mention.
    pub needs: BTreeSet<FunctionId>,
    /// Its variables that live in cells, because functions inside share them with it.
    pub cells: HashSet<String>,
}

impl Nesting {
    /// Notes a captured variable.
    pub fn capture(&mut self, variable: Variable) {
        if !self.captures.contains(&variable) {
            self.captures.push(variable);
        }
    }
}

/// A field of a class as far as it is known.
#[derive(Clone, Debug)]
pub struct FieldInfo<'a> {
    pub name: String,
    pub ty: Type,
    pub declared: bool,
    /// The annotation in the class body, where there is one: read once every class is known.
    pub hint: Option<&'a ast::Expr>,
    /// The default of a dataclass field.
    pub default: Option<FieldDefault<'a>>,
    pub keyword_only: bool,
    /// A parameter of the constructor of a dataclass sets it.
    pub in_init: bool,
    /// Read of objects of which it is not known that their class has it.
    pub is_asked: bool,
}

/// The default of a dataclass field.
#[derive(Clone, Debug)]
pub enum FieldDefault<'a> {
    Value(&'a ast::Expr),
    /// `field(default_factory=...)`
    Factory(&'a ast::Expr),
}

/// A class as far as it is known.
pub struct ClassInfo<'a> {
    pub name: String,
    pub module: ModuleId,
    pub def: &'a ast::ClassDef,
    pub span: Span,
    pub fields: Vec<FieldInfo<'a>>,
    /// Fields that hold locks: they have no representation.
    pub locks: Vec<String>,
    /// By name; private names (`__x`) as Python mangles them.
    pub methods: IndexMap<String, FunctionId>,
    /// Setters of properties, by name.
    pub setters: IndexMap<String, FunctionId>,
    /// Class variables: globals that belong to the class.
    pub attributes: IndexMap<String, GlobalId>,
    /// Annotations without a value in the class body: types of fields that `__init__` sets.
    pub hints: IndexMap<String, &'a ast::Expr>,
    pub init: Option<FunctionId>,
    pub is_dataclass: bool,
    pub frozen: bool,
    pub eq: bool,
    pub order: bool,
    /// A named tuple: a frozen dataclass that is a tuple wherever one is asked for.
    pub is_tuple: bool,
    /// A dataclass of which all fields are given by name.
    pub keyword_only: bool,
    /// An enumeration, and what it is besides one.
    pub mixin: Option<super::enums::Mixin>,
    /// Names of members of an enumeration, each with the number of its member.
    pub members: Vec<(String, u32)>,
    /// What `repr` gives of each member, where that is known.
    pub member_texts: Vec<Option<String>>,
    /// `__match_args__`, where the class body says it.
    pub match_args: Option<Vec<String>>,
    /// Where it stands among classes that derive from each other.
    pub family: super::families::Family,
    pub refused: Option<Diagnostic>,
}

impl<'a> ClassInfo<'a> {
    /// A class of which nothing is known but where it is.
    pub fn new(name: String, module: ModuleId, def: &'a ast::ClassDef, span: Span, id: ClassId) -> Self {
        ClassInfo {
            name,
            module,
            def,
            span,
            fields: Vec::new(),
            locks: Vec::new(),
            methods: IndexMap::new(),
            setters: IndexMap::new(),
            attributes: IndexMap::new(),
            hints: IndexMap::new(),
            init: None,
            is_dataclass: false,
            frozen: false,
            eq: false,
            order: false,
            is_tuple: false,
            keyword_only: false,
            mixin: None,
            members: Vec::new(),
            member_texts: Vec::new(),
            match_args: None,
            family: super::families::Family::alone(id),
            refused: None,
        }
    }

    /// True for a class that stands for others and is not written anywhere.
    pub fn is_made(&self) -> bool {
        self.def.name.text != self.name
    }

    /// Index and data of a field.
    pub fn field(&self, name: &str) -> Option<(usize, &FieldInfo<'_>)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name)
    }
}

/// A module global as far as it is known.
pub struct GlobalInfo<'a> {
    pub name: String,
    pub module: ModuleId,
    pub value: &'a ast::Expr,
    pub ty: Type,
    pub declared: bool,
    /// The class that it is a variable of.
    pub class: Option<ClassId>,
    /// The annotation of a class variable: read once every class is known.
    pub hint: Option<&'a ast::Expr>,
    /// Assigned by a function (`global NAME`, `Class.NAME = ...`).
    pub rebound: bool,
    /// What other code does to it while modules are loaded: refused where a value of its type can change so.
    pub touched: Vec<(super::loading::Touch, Diagnostic)>,
    pub span: Span,
    pub refused: Option<Diagnostic>,
    /// Types of comprehension variables in its value, carried from pass to pass.
    pub variables: HashMap<String, Type>,
}

/// An exception class of the program.
pub struct ExceptionInfo<'a> {
    pub name: String,
    pub module: ModuleId,
    pub base: ExceptionId,
    /// The constructor that is written in it.
    pub init: Option<&'a ast::FunctionDef>,
    /// Types of the fields that it and the classes below it set, where there is no class of the program above.
    pub fields: IndexMap<String, Type>,
    pub doc: Option<String>,
    pub span: Span,
}

/// The whole table.
#[derive(Default)]
pub struct World<'a> {
    pub modules: Vec<ModuleInfo<'a>>,
    pub classes: Vec<ClassInfo<'a>>,
    pub functions: Vec<FunctionInfo<'a>>,
    pub globals: Vec<GlobalInfo<'a>>,
    pub exceptions: Vec<ExceptionInfo<'a>>,
    pub routes: Vec<super::routes::RouteInfo>,
    pub type_names: Vec<super::type_names::TypeName<'a>>,
    /// Functions inside others by the place of their name, lambdas by their own place.
    pub inner: HashMap<(ModuleId, Span), FunctionId>,
    /// Bodies of lambdas that make the values of a `defaultdict`, by module and place.
    pub factories: HashMap<(ModuleId, u32), ast::Expr>,
    /// Parameters, by function and position, that recorded calls gave nothing but None.
    pub only_none: Vec<(usize, usize)>,
    /// Calls that are iterated at once.
    pub uses: super::generators::Uses,
    /// Set when a pass learned something.
    pub changed: bool,
    /// The last pass: what is still unknown is refused.
    pub last: bool,
}

impl<'a> World<'a> {
    /// Marks the functions that were generators; callers outside cannot have them.
    pub fn mark_generators(&mut self, generators: &super::generators::Generators) {
        self.uses.clone_from(&generators.uses);
        for index in 0..self.functions.len() {
            let info = &self.functions[index];
            let at = self.at(info.module, info.written.place(info.span));
            if generators.defs.contains(&at) {
                let problem = super::generators::Generators::inside(&info.name, at);
                self.functions[index].is_generator = true;
                self.functions[index].inside.get_or_insert(problem);
            }
        }
    }

    /// The module of an index.
    pub fn module(&self, id: ModuleId) -> &ModuleInfo<'a> {
        &self.modules[id.0 as usize]
    }

    /// The class of an index.
    pub fn class(&self, id: ClassId) -> &ClassInfo<'a> {
        &self.classes[id.0 as usize]
    }

    /// The function of an index.
    pub fn function(&self, id: FunctionId) -> &FunctionInfo<'a> {
        &self.functions[id.0 as usize]
    }

    /// The global of an index.
    pub fn global(&self, id: GlobalId) -> &GlobalInfo<'a> {
        &self.globals[id.0 as usize]
    }

    /// A kind of function with the class that stands for its family.
    pub fn rooted(&self, kind: FunctionKind) -> FunctionKind {
        match kind {
            FunctionKind::Plain => FunctionKind::Plain,
            FunctionKind::Method(class) => FunctionKind::Method(self.root(class)),
            FunctionKind::Property(class) => FunctionKind::Property(self.root(class)),
            FunctionKind::Init(class) => FunctionKind::Init(self.root(class)),
            FunctionKind::Static(class) => FunctionKind::Static(self.root(class)),
        }
    }

    /// The one class of a name.
    pub fn class_named(&self, name: &str) -> Option<ClassId> {
        let mut named = (0..self.classes.len()).filter(|&index| self.classes[index].name == name);
        let first = named.next()?;
        named.next().is_none().then_some(ClassId(first as u32))
    }

    /// A place in a module's file.
    pub fn at(&self, module: ModuleId, span: Span) -> Location {
        Location { file: self.module(module).file, span }
    }

    /// First and last line of a span in a module's file.
    pub fn lines(&self, module: ModuleId, span: Span) -> (usize, usize) {
        let source = self.module(module).source;
        (source.line_column(span.start).0, source.line_column(span.end.saturating_sub(1)).0)
    }

    /// True where `class` is `of` or derives from it.
    pub fn exception_is_a(&self, class: ExceptionId, of: ExceptionId) -> bool {
        let mut current = Some(class);
        while let Some(id) = current {
            if id == of {
                return true;
            }
            current = self.exception_base(id);
        }
        false
    }

    /// What an exception class derives from.
    pub fn exception_base(&self, class: ExceptionId) -> Option<ExceptionId> {
        match class {
            ExceptionId::Builtin(kind) => kind.base().map(ExceptionId::Builtin),
            ExceptionId::Custom(index) => Some(self.exceptions[index as usize].base),
        }
    }

    /// Why the first refused class inside a type is refused.
    pub fn refused_class(&self, ty: &Type) -> Option<&Diagnostic> {
        match ty {
            Type::Class(id) | Type::Enum(id) => self.class(*id).refused.as_ref(),
            Type::List(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::TupleOf(t)
            | Type::Optional(t) => self.refused_class(t),
            Type::Dict(k, v, _) => self.refused_class(k).or_else(|| self.refused_class(v)),
            Type::Tuple(items) => items.iter().find_map(|t| self.refused_class(t)),
            Type::Function(params, result) => params.iter().chain([&**result]).find_map(|t| self.refused_class(t)),
            _ => None,
        }
    }

    /// The name of a type as Python users write it.
    pub fn describe(&self, ty: &Type) -> String {
        let list = |items: &[Type]| items.iter().map(|t| self.describe(t)).collect::<Vec<_>>().join(", ");
        match ty {
            Type::Unknown => "an unknown type".into(),
            Type::Never => "Never".into(),
            Type::None => "None".into(),
            Type::Bool => "bool".into(),
            Type::Int => "int".into(),
            Type::Float => "float".into(),
            Type::Number => "int | float".into(),
            Type::Str => "str".into(),
            Type::Bytes => "bytes".into(),
            Type::List(t) => format!("list[{}]", self.describe(t)),
            Type::Deque(t) => format!("deque[{}]", self.describe(t)),
            Type::Dict(k, v, kind) => match kind {
                DictKind::Plain => format!("dict[{}, {}]", self.describe(k), self.describe(v)),
                DictKind::Default(_) => format!("defaultdict[{}, {}]", self.describe(k), self.describe(v)),
                DictKind::Counter => format!("Counter[{}]", self.describe(k)),
                DictKind::Ordered => format!("OrderedDict[{}, {}]", self.describe(k), self.describe(v)),
            },
            Type::Set(t) => format!("set[{}]", self.describe(t)),
            Type::FrozenSet(t) => format!("frozenset[{}]", self.describe(t)),
            Type::TupleOf(t) if **t == Type::Never => "tuple[()]".into(),
            Type::TupleOf(t) => format!("tuple[{}, ...]", self.describe(t)),
            Type::Tuple(items) => format!("tuple[{}]", list(items)),
            Type::Optional(t) => format!("{} | None", self.describe(t)),
            Type::Class(id) | Type::Enum(id) => self.class(*id).name.clone(),
            Type::Exception => "an exception".into(),
            Type::Function(params, result) => format!("Callable[[{}], {}]", list(params), self.describe(result)),
            Type::Cell(t) => self.describe(t),
            Type::Json => "JSON data".into(),
            Type::Response => "a response".into(),
            Type::Lock => "a lock".into(),
        }
    }

    /// Joins a type into a slot of the table and notes a change.
    pub fn learn(changed: &mut bool, slot: &mut Type, ty: &Type) -> bool {
        match super::join::join(slot, ty) {
            Some(joined) => {
                if joined != *slot {
                    *slot = joined;
                    *changed = true;
                }
                true
            }
            None => false,
        }
    }
}
