//! Names before bodies: what each module and class of the program defines, and who is meant by a name.

use super::imports::{Import, Target};
use super::load::Loaded;
use super::outline::CONSTRUCTORS;
use super::resolve::Resolve;
use super::types::{ClassId, Type};
use super::walk::{self, dotted};
use crate::facts::{FunctionId, FunctionKind};
use crate::python::ast::*;
use crate::source::{FileId, SourceFile};
use crate::span::Span;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Everything that the program defines.
pub struct Index<'a> {
    /// Modules in the order of their files.
    pub modules: Vec<ModuleIndex<'a>>,
    /// Classes.
    pub classes: Vec<ClassIndex<'a>>,
    /// Functions, ordered by file and place.
    pub functions: Vec<Definition<'a>>,
    by_name_span: HashMap<(FileId, Span), Defined>,
    by_path: HashMap<PathBuf, FileId>,
    folders: HashSet<PathBuf>,
    nested: HashMap<FunctionId, Vec<FunctionId>>,
}

#[derive(Clone, Copy)]
enum Defined {
    Function(FunctionId),
    Class(ClassId),
}

/// A module's names.
pub struct ModuleIndex<'a> {
    /// Its dotted name.
    pub name: &'a str,
    /// Names bound at the top level and by imports anywhere in it.
    pub names: HashMap<&'a str, Binding<'a>>,
    /// Names that some function declares `global`: they are rebound at run time.
    pub rebound: HashSet<&'a str>,
    stars: Vec<PathBuf>,
}

/// What a name of a module is bound to.
#[derive(Clone)]
pub enum Binding<'a> {
    /// A `def`.
    Function(FunctionId),
    /// A `class`.
    Class(ClassId),
    /// An import.
    Import(&'a Target),
    /// An assignment: the first value, and the annotation.
    Value { value: Option<&'a Expr>, annotation: Option<&'a Expr>, is_assigned_once: bool },
}

/// A class.
pub struct ClassIndex<'a> {
    /// Its file.
    pub file: FileId,
    /// The statement.
    pub def: &'a ClassDef,
    /// Methods by name.
    pub methods: HashMap<&'a str, FunctionId>,
    /// Types of attributes that are annotated in the class or assigned in its constructor.
    pub attributes: HashMap<String, Type>,
}

/// A `def` with what surrounds it.
#[derive(Clone)]
pub struct Definition<'a> {
    /// Its index.
    pub id: FunctionId,
    /// Its file.
    pub file: FileId,
    /// The statement's span, decorators included.
    pub span: Span,
    /// The statement.
    pub def: &'a FunctionDef,
    /// `Class.method`, `outer.<locals>.inner`.
    pub qualname: String,
    /// Where it stands.
    pub kind: FunctionKind,
    /// The class directly around it.
    pub class: Option<ClassId>,
    /// The function around it, through any classes.
    pub parent: Option<FunctionId>,
    /// True for `@property`, `@cached_property`.
    pub is_property: bool,
    /// True for `@staticmethod`.
    pub is_static: bool,
}

/// Where a collected definition stands.
#[derive(Clone, Default)]
struct Around {
    prefix: String,
    class: Option<ClassId>,
    parent: Option<FunctionId>,
}

impl<'a> Index<'a> {
    /// Collects the definitions of all files.
    pub fn new(loaded: &'a Loaded) -> Self {
        let mut index = Index {
            modules: Vec::new(),
            classes: Vec::new(),
            functions: Vec::new(),
            by_name_span: HashMap::new(),
            by_path: loaded.sources.iter().map(|file| (file.path.clone(), file.id)).collect(),
            folders: loaded
                .sources
                .iter()
                .flat_map(|file| file.path.ancestors().skip(1).map(Path::to_path_buf))
                .collect(),
            nested: HashMap::new(),
        };
        for (file, parsed) in loaded.sources.iter().zip(&loaded.parsed) {
            index.collect(file.id, &parsed.module.body, &Around::default());
            let module = index.module(file, &parsed.module.body, &parsed.imports);
            index.modules.push(module);
        }
        for id in 0..index.classes.len() {
            index.classes[id].attributes = index.annotated_attributes(ClassId(id as u32));
        }
        index
    }

    /// Registers the definitions of a body and of everything below it.
    fn collect(&mut self, file: FileId, body: &'a [Stmt], around: &Around) {
        let mut found = Vec::new();
        walk::each_in_scope(body, &mut |stmt| {
            if matches!(stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
                found.push(stmt);
            }
        });
        for stmt in found {
            match &stmt.kind {
                StmtKind::FunctionDef(def) => self.add_function(file, stmt.span, def, around),
                StmtKind::ClassDef(def) => self.add_class(file, def, around),
                _ => {}
            }
        }
    }

    fn add_function(&mut self, file: FileId, span: Span, def: &'a FunctionDef, around: &Around) {
        let id = FunctionId(self.functions.len() as u32);
        let kind = match (around.class, around.parent) {
            (Some(_), _) => FunctionKind::Method,
            (None, Some(_)) => FunctionKind::Nested,
            (None, None) => FunctionKind::Function,
        };
        let has = |names: &[&str]| def.decorators.iter().filter_map(dotted).any(|d| names.contains(&last(&d)));
        let definition = Definition {
            id,
            file,
            span,
            def,
            qualname: format!("{}{}", around.prefix, def.name.text),
            kind,
            class: around.class,
            parent: around.parent,
            is_property: has(&["property", "cached_property", "setter"]),
            is_static: has(&["staticmethod"]),
        };
        let prefix = format!("{}.<locals>.", definition.qualname);
        self.functions.push(definition);
        self.by_name_span.insert((file, def.name.span), Defined::Function(id));
        if let (Some(parent), None) = (around.parent, around.class) {
            self.nested.entry(parent).or_default().push(id);
        }
        if let Some(class) = around.class {
            self.classes[class.0 as usize].methods.entry(&def.name.text).or_insert(id);
        }
        self.collect(file, &def.body, &Around { prefix, class: None, parent: Some(id) });
    }

    fn add_class(&mut self, file: FileId, def: &'a ClassDef, around: &Around) {
        let id = ClassId(self.classes.len() as u32);
        let qualname = format!("{}{}", around.prefix, def.name.text);
        let prefix = format!("{qualname}.");
        let (methods, attributes) = (HashMap::new(), HashMap::new());
        self.classes.push(ClassIndex { file, def, methods, attributes });
        self.by_name_span.insert((file, def.name.span), Defined::Class(id));
        self.collect(file, &def.body, &Around { prefix, class: Some(id), parent: around.parent });
    }

    fn module(&self, source: &'a SourceFile, body: &'a [Stmt], imports: &'a [Import]) -> ModuleIndex<'a> {
        let (names, rebound) = (HashMap::new(), HashSet::new());
        let mut module = ModuleIndex { name: &source.module, names, rebound, stars: Vec::new() };
        for import in imports {
            match &import.target {
                Target::Symbol(path, symbol) if symbol == "*" => module.stars.push(path.clone()),
                target => drop(module.names.entry(&import.name).or_insert(Binding::Import(target))),
            }
        }
        walk::each_in_scope(body, &mut |stmt| self.bind(stmt, source.id, &mut module));
        walk::each_statement(body, &mut |stmt| {
            if let StmtKind::Global(names) = &stmt.kind {
                module.rebound.extend(names.iter().map(|name| name.text.as_str()));
            }
        });
        module
    }

    fn bind(&self, stmt: &'a Stmt, file: FileId, module: &mut ModuleIndex<'a>) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                if let Some(id) = self.function_at(file, def) {
                    module.names.insert(&def.name.text, Binding::Function(id));
                }
            }
            StmtKind::ClassDef(def) => {
                if let Some(id) = self.class_at(file, def) {
                    module.names.insert(&def.name.text, Binding::Class(id));
                }
            }
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|target| assign(target, Some(value), None, module));
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                assign(target, value.as_ref(), Some(annotation), module);
            }
            StmtKind::AugAssign { target, .. } => assign(target, None, None, module),
            StmtKind::For { target, .. } => assign(target, None, None, module),
            _ => {}
        }
    }

    /// The function defined by this statement.
    pub fn function_at(&self, file: FileId, def: &FunctionDef) -> Option<FunctionId> {
        match self.by_name_span.get(&(file, def.name.span)) {
            Some(Defined::Function(id)) => Some(*id),
            _ => None,
        }
    }

    /// The class defined by this statement.
    pub fn class_at(&self, file: FileId, def: &ClassDef) -> Option<ClassId> {
        match self.by_name_span.get(&(file, def.name.span)) {
            Some(Defined::Class(id)) => Some(*id),
            _ => None,
        }
    }

    /// The definition of a function.
    pub fn function(&self, id: FunctionId) -> &Definition<'a> {
        &self.functions[id.0 as usize]
    }

    /// Functions defined directly inside a function.
    pub fn nested_in(&self, id: FunctionId) -> &[FunctionId] {
        self.nested.get(&id).map_or(&[], Vec::as_slice)
    }

    /// A class.
    pub fn class(&self, id: ClassId) -> &ClassIndex<'a> {
        &self.classes[id.0 as usize]
    }

    /// The names of a module.
    pub fn names_of(&self, file: FileId) -> &ModuleIndex<'a> {
        &self.modules[file.0 as usize]
    }

    /// The dotted name of a module.
    pub fn module_name(&self, file: FileId) -> &'a str {
        self.modules[file.0 as usize].name
    }

    /// The file that a module's path runs, where the program has read it.
    pub fn file_of(&self, module: &Path) -> Option<FileId> {
        self.by_path.get(module).or_else(|| self.by_path.get(&module.join("__init__.py"))).copied()
    }

    /// What a name means in a module; follows imports, also through re-exports.
    pub fn lookup(&self, file: FileId, name: &str) -> Option<(FileId, Binding<'a>)> {
        self.lookup_within(file, name, 16)
    }

    fn lookup_within(&self, file: FileId, name: &str, hops: u32) -> Option<(FileId, Binding<'a>)> {
        let hops = hops.checked_sub(1)?;
        let module = self.names_of(file);
        match module.names.get(name) {
            Some(Binding::Import(Target::Symbol(path, symbol))) => {
                self.file_of(path).and_then(|target| self.lookup_within(target, symbol, hops))
            }
            Some(binding) => Some((file, binding.clone())),
            None => {
                let mut targets = module.stars.iter().filter_map(|path| self.file_of(path));
                targets.find_map(|target| self.lookup_within(target, name, hops)).filter(|_| !name.starts_with('_'))
            }
        }
    }

    /// What a bound name stands for.
    pub fn type_of_binding(&self, file: FileId, binding: &Binding<'a>) -> Type {
        Resolve::new(self).binding(file, binding)
    }

    /// A method of a class or of its bases.
    pub fn method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        Resolve::new(self).method(class, name)
    }

    /// The type of a dotted name at module level.
    pub fn name_type(&self, file: FileId, expr: &Expr) -> Type {
        Resolve::new(self).name(file, expr)
    }

    /// The type of `value.name`.
    pub fn select(&self, value: &Type, name: &str) -> Type {
        Resolve::new(self).select(value, name)
    }

    /// What a function returns by its annotation.
    pub fn result(&self, id: FunctionId) -> Type {
        Resolve::new(self).result(id)
    }

    /// The type that an annotation names.
    pub fn annotation(&self, file: FileId, expr: &Expr) -> Type {
        Resolve::new(self).annotation(file, expr)
    }

    fn value(&self, file: FileId, expr: &Expr, locals: &HashMap<&str, Type>) -> Type {
        Resolve::new(self).value(file, expr, locals)
    }

    /// True where files of the program lie below this folder.
    pub fn is_folder(&self, folder: &Path) -> bool {
        self.folders.contains(folder)
    }

    /// The file of exactly this path.
    pub fn has_file(&self, path: &Path) -> bool {
        self.by_path.contains_key(path)
    }

    fn annotated_attributes(&self, class: ClassId) -> HashMap<String, Type> {
        let index = self.class(class);
        let mut found = HashMap::new();
        for stmt in &index.def.body {
            match &stmt.kind {
                StmtKind::AnnAssign { target, annotation, .. } => {
                    if let ExprKind::Name(name) = &target.kind {
                        found.insert(name.clone(), self.annotation(index.file, annotation));
                    }
                }
                StmtKind::Assign { targets, value } => {
                    for name in targets.iter().filter_map(dotted) {
                        found.insert(name, self.value(index.file, value, &HashMap::new()));
                    }
                }
                _ => {}
            }
        }
        for constructor in CONSTRUCTORS {
            if let Some(id) = index.methods.get(constructor) {
                self.assigned_attributes(self.function(*id), &mut found);
            }
        }
        found
    }

    /// `self.x = value` in a constructor.
    fn assigned_attributes(&self, function: &Definition<'a>, found: &mut HashMap<String, Type>) {
        let locals = self.parameters(function);
        let Some(receiver) = function.def.params.items.first().map(|param| param.name.text.as_str()) else { return };
        let attribute = |target: &Expr| match &target.kind {
            ExprKind::Attribute { value, attr } => {
                matches!(&value.kind, ExprKind::Name(name) if name == receiver).then(|| attr.text.clone())
            }
            _ => None,
        };
        walk::each_in_scope(&function.def.body, &mut |stmt| match &stmt.kind {
            StmtKind::AnnAssign { target, annotation, .. } => {
                if let Some(name) = attribute(target) {
                    found.insert(name, self.annotation(function.file, annotation));
                }
            }
            StmtKind::Assign { targets, value } => {
                for name in targets.iter().filter_map(attribute) {
                    let value = self.value(function.file, value, &locals);
                    let known = found.entry(name).or_default();
                    *known = std::mem::take(known).or(value);
                }
            }
            _ => {}
        });
    }

    /// Types of a function's parameters by their annotations; the first of a method is its object.
    pub fn parameters(&self, function: &Definition<'a>) -> HashMap<&'a str, Type> {
        let mut types = HashMap::new();
        for (position, param) in function.def.params.items.iter().enumerate() {
            let annotated = param.annotation.as_ref().map(|annotation| self.annotation(function.file, annotation));
            let object = function.class.filter(|_| position == 0 && !function.is_static).map(Type::Instance);
            let own = annotated.or(object).unwrap_or_default();
            let wrapped = match param.kind {
                ParameterKind::VarPositional => Type::items(own),
                ParameterKind::VarKeyword => Type::dict(own),
                _ => own,
            };
            types.insert(param.name.text.as_str(), wrapped);
        }
        types
    }
}

fn assign<'a>(target: &'a Expr, value: Option<&'a Expr>, annotation: Option<&'a Expr>, module: &mut ModuleIndex<'a>) {
    match &target.kind {
        ExprKind::Name(name) => match module.names.get_mut(name.as_str()) {
            Some(Binding::Value { is_assigned_once, .. }) => *is_assigned_once = false,
            Some(_) => {}
            None => {
                module.names.insert(name, Binding::Value { value, annotation, is_assigned_once: true });
            }
        },
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            items.iter().for_each(|item| assign(item, None, None, module))
        }
        _ => {}
    }
}

/// The last part of a dotted name.
pub fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}
