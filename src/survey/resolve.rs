//! What a name, an annotation or a value stands for, through imports, classes and globals.
//!
//! Definitions can refer to each other in circles (`x = y`, `y = x`), so every step deeper uses up one of a few hops;
//! where they run out the answer is `Unknown`.

use super::imports::Target;
use super::index::{Binding, ClassIndex, Index, last};
use super::types::{ClassId, Type, below};
use super::walk::dotted;
use crate::facts::FunctionId;
use crate::python::ast::*;
use crate::source::FileId;
use std::collections::HashMap;
use std::path::Path;

/// Steps from name to name before giving up.
const HOPS: u32 = 10;

/// A look-up with the steps that it may still take.
#[derive(Clone, Copy)]
pub struct Resolve<'i, 'a> {
    index: &'i Index<'a>,
    left: u32,
}

impl<'i, 'a> Resolve<'i, 'a> {
    /// A fresh look-up.
    pub fn new(index: &'i Index<'a>) -> Self {
        Resolve { index, left: HOPS }
    }

    fn deeper(self) -> Option<Self> {
        Some(Resolve { left: self.left.checked_sub(1)?, ..self })
    }

    /// What a module attribute `module.name` means.
    pub fn member(self, module: &Path, name: &str) -> Type {
        if let Some(found) = self.index.file_of(module).and_then(|file| self.index.lookup(file, name)) {
            return self.binding(found.0, &found.1);
        }
        let (package, file) = (module.join(name), module.join(format!("{name}.py")));
        if self.index.has_file(&file) {
            Type::Module(file)
        } else if self.index.is_folder(&package) {
            Type::Module(package)
        } else {
            Type::Unknown
        }
    }

    /// What a bound name stands for.
    pub fn binding(self, file: FileId, binding: &Binding<'a>) -> Type {
        let Some(deeper) = self.deeper() else { return Type::Unknown };
        match binding {
            Binding::Function(id) => Type::Function(*id),
            Binding::Class(id) => Type::Class(*id),
            Binding::Import(Target::Module(path)) => Type::Module(path.clone()),
            Binding::Import(Target::Outside(dotted)) => Type::Outside(dotted.clone()),
            Binding::Import(Target::Symbol(..)) => Type::Unknown,
            Binding::Value { annotation: Some(annotation), .. } => deeper.annotation(file, annotation),
            Binding::Value { value: Some(value), .. } => deeper.value(file, value, &HashMap::new()),
            Binding::Value { .. } => Type::Unknown,
        }
    }

    /// A method of a class or of its bases.
    pub fn method(self, class: ClassId, name: &str) -> Option<FunctionId> {
        self.in_class_or_bases(class, &|index| index.methods.get(name).copied())
    }

    /// The type of an attribute of a class or of its bases.
    pub fn attribute(self, class: ClassId, name: &str) -> Option<Type> {
        self.in_class_or_bases(class, &|index| index.attributes.get(name).cloned())
    }

    fn in_class_or_bases<T>(self, class: ClassId, find: &dyn Fn(&ClassIndex<'a>) -> Option<T>) -> Option<T> {
        let deeper = self.deeper()?;
        let index = self.index.class(class);
        find(index).or_else(|| {
            index.def.bases.iter().find_map(|base| match deeper.name(index.file, base) {
                Type::Class(base) => deeper.in_class_or_bases(base, find),
                _ => None,
            })
        })
    }

    /// The type of a dotted name at module level.
    pub fn name(self, file: FileId, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Name(name) => match self.index.lookup(file, name) {
                Some((found, binding)) => self.binding(found, &binding),
                None => Type::Builtin(name.clone()),
            },
            ExprKind::Attribute { value, attr } => self.select(&self.name(file, value), &attr.text),
            _ => Type::Unknown,
        }
    }

    /// The type of `value.name`.
    pub fn select(self, value: &Type, name: &str) -> Type {
        match value {
            Type::Module(path) => self.member(path, name),
            Type::Outside(dotted) => Type::Outside(below(dotted, name)),
            Type::Instance(class) => match self.method(*class, name) {
                Some(id) if self.index.function(id).is_property => self.result(id),
                Some(id) => Type::Function(id),
                None => self.attribute(*class, name).unwrap_or_default(),
            },
            Type::Class(class) => self.method(*class, name).map(Type::Function).unwrap_or_default(),
            _ => Type::Unknown,
        }
    }

    /// What calling this gives.
    pub fn call_result(self, callee: &Type) -> Type {
        match callee {
            Type::Class(class) => Type::Instance(*class),
            Type::Function(id) => self.result(*id),
            Type::Outside(dotted) => Type::Outside(dotted.clone()),
            _ => Type::Unknown,
        }
    }

    /// What a function returns by its annotation.
    pub fn result(self, id: FunctionId) -> Type {
        let Some(deeper) = self.deeper() else { return Type::Unknown };
        let function = self.index.function(id);
        function.def.returns.as_ref().map(|annotation| deeper.annotation(function.file, annotation)).unwrap_or_default()
    }

    /// The type that an annotation names.
    pub fn annotation(self, file: FileId, expr: &Expr) -> Type {
        let Some(deeper) = self.deeper() else { return Type::Unknown };
        match &expr.kind {
            ExprKind::None => Type::Scalar,
            ExprKind::Str(text) if text.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                deeper.annotation(file, &Expr { kind: ExprKind::Name(text.clone()), span: expr.span })
            }
            ExprKind::Binary { op: BinaryOp::BitOr, left, right } => {
                if matches!(left.kind, ExprKind::None) {
                    deeper.annotation(file, right)
                } else {
                    deeper.annotation(file, left)
                }
            }
            ExprKind::Subscript { value, index } => deeper.generic(file, value, index),
            _ => match deeper.name(file, expr) {
                Type::Builtin(name) => plain(&name),
                Type::Class(class) => Type::Instance(class),
                Type::Outside(dotted) => outside_annotation(&dotted).unwrap_or(Type::Outside(dotted)),
                _ => Type::Unknown,
            },
        }
    }

    /// `list[T]`, `dict[K, V]`, `Optional[T]`.
    fn generic(self, file: FileId, base: &Expr, index: &Expr) -> Type {
        let (Some(name), Some(deeper)) = (dotted(base), self.deeper()) else { return Type::Unknown };
        let arguments: &[Expr] = match &index.kind {
            ExprKind::Tuple(items) => items,
            _ => std::slice::from_ref(index),
        };
        let first = || arguments.first().map(|argument| deeper.annotation(file, argument)).unwrap_or_default();
        match last(&name).to_ascii_lowercase().as_str() {
            "dict" | "mapping" | "mutablemapping" | "defaultdict" | "ordereddict" => {
                Type::dict(arguments.get(1).map(|value| deeper.annotation(file, value)).unwrap_or_default())
            }
            "counter" => Type::dict(Type::Scalar),
            "optional" | "final" | "annotated" | "mapped" | "classvar" | "required" | "notrequired" | "awaitable" => {
                first()
            }
            "union" => arguments
                .iter()
                .map(|argument| deeper.annotation(file, argument))
                .find(|found| *found != Type::Scalar)
                .unwrap_or(Type::Scalar),
            "list" | "set" | "frozenset" | "tuple" | "sequence" | "iterable" | "iterator" | "generator"
            | "collection" | "deque" | "abstractset" | "mutablesequence" | "asynciterator" | "asyncgenerator" => {
                Type::items(first())
            }
            _ => deeper.annotation(file, base),
        }
    }

    /// The type of a value without walking into it: enough for globals and attributes.
    pub fn value(self, file: FileId, expr: &Expr, locals: &HashMap<&str, Type>) -> Type {
        let Some(deeper) = self.deeper() else { return Type::Unknown };
        let of = |expr: &Expr| deeper.value(file, expr, locals);
        match &expr.kind {
            ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) => {
                Type::Scalar
            }
            ExprKind::Str(_) | ExprKind::FString(_) => Type::Text,
            ExprKind::Bytes(_) => Type::Bytes,
            ExprKind::List(items) | ExprKind::Set(items) | ExprKind::Tuple(items) => {
                Type::items(items.first().map(of).unwrap_or_default())
            }
            ExprKind::Dict(items) => Type::dict(items.first().map(|item| of(&item.value)).unwrap_or_default()),
            ExprKind::ListComp { element, .. } | ExprKind::SetComp { element, .. } => Type::items(of(element)),
            ExprKind::DictComp { value, .. } => Type::dict(of(value)),
            ExprKind::Name(name) if locals.contains_key(name.as_str()) => locals[name.as_str()].clone(),
            ExprKind::Name(_) => deeper.name(file, expr),
            ExprKind::Attribute { value, attr } => deeper.select(&of(value), &attr.text),
            ExprKind::Subscript { value, .. } => of(value).item(),
            ExprKind::BoolOp { values, .. } => values.iter().map(of).find(|t| *t != Type::Unknown).unwrap_or_default(),
            ExprKind::Conditional { body, orelse, .. } => of(body).or(of(orelse)),
            ExprKind::Binary { left, right, .. } => match (of(left), of(right)) {
                (Type::Outside(dotted), _) | (_, Type::Outside(dotted)) => Type::Outside(dotted),
                (left, right) => left.or(right),
            },
            ExprKind::Call { func, args, .. } => match of(func) {
                Type::Builtin(name) => Type::builtin_result(&name, &args.first().map(of).unwrap_or_default()),
                Type::Unknown => match &func.kind {
                    ExprKind::Attribute { value, attr } => of(value).method_result(&attr.text),
                    _ => Type::Unknown,
                },
                callee => outside_result(&callee).unwrap_or_else(|| deeper.call_result(&callee)),
            },
            _ => Type::Unknown,
        }
    }
}

fn plain(name: &str) -> Type {
    match name {
        "int" | "float" | "bool" | "complex" => Type::Scalar,
        "str" => Type::Text,
        "bytes" | "bytearray" | "memoryview" => Type::Bytes,
        "list" | "set" | "tuple" | "frozenset" => Type::items(Type::Unknown),
        "dict" => Type::dict(Type::Unknown),
        _ => Type::Unknown,
    }
}

fn outside_annotation(dotted: &str) -> Option<Type> {
    let typing = ["typing", "collections", "collections.abc"];
    let (module, name) = dotted.rsplit_once('.')?;
    match name {
        "Decimal" | "Fraction" if module == "decimal" || module == "fractions" => Some(Type::Scalar),
        _ if !typing.contains(&module) => None,
        "Any" => Some(Type::Unknown),
        "List" | "Sequence" | "Iterable" | "Iterator" | "Tuple" | "Set" | "deque" => Some(Type::items(Type::Unknown)),
        "Dict" | "Mapping" | "defaultdict" | "OrderedDict" | "Counter" => Some(Type::dict(Type::Unknown)),
        _ => None,
    }
}

/// What a call of a well-known library gives, where that is a value like Python's own.
pub fn outside_result(callee: &Type) -> Option<Type> {
    let Type::Outside(dotted) = callee else { return None };
    match dotted.as_str() {
        "collections.defaultdict" | "collections.OrderedDict" => Some(Type::dict(Type::Unknown)),
        "collections.Counter" => Some(Type::dict(Type::Scalar)),
        "collections.deque" => Some(Type::items(Type::Unknown)),
        "decimal.Decimal" | "fractions.Fraction" => Some(Type::Scalar),
        "time.time" | "time.perf_counter" | "time.monotonic" | "time.time_ns" | "random.random" => Some(Type::Scalar),
        name if name.starts_with("math.") => Some(Type::Scalar),
        _ => None,
    }
}
