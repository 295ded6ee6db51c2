//! The pass over calls: of the program's own functions, of libraries, of builtins, of methods nobody knows.

use super::function::{Edge, Walk};
use super::index::last;
use super::resolve::outside_result;
use super::roots::{Root, Value};
use super::tables::{self, Known};
use super::trips::GUESS;
use super::types::Type;
use super::walk::{dotted, literal_text};
use crate::facts::{FunctionId, Steps, UseKind, Work};
use crate::python::ast::*;
use crate::span::Span;

/// What entering and leaving a Python function costs.
const CALL: f64 = 3.0;

/// The arguments of a call after they were walked.
struct Arguments {
    positional: Vec<Value>,
    named: Vec<(String, Value)>,
}

impl<'a> Walk<'_, 'a> {
    /// `func(args, keywords)`
    pub fn call(&mut self, expr: &'a Expr, func: &'a Expr, args: &'a [Expr], keywords: &'a [Keyword]) -> Value {
        let (callee, receiver) = self.callee(func);
        let iterates = self.iterates(&callee, func, args);
        let arguments = self.arguments(args, keywords, iterates);
        match &callee {
            Type::Function(id) => {
                self.spend(Work::Compute, CALL);
                self.call_function(*id, expr.span, receiver, &arguments)
            }
            Type::Class(class) => {
                for constructor in ["__init__", "__post_init__"] {
                    if let Some(id) = self.index.method(*class, constructor) {
                        let bound = self.bound(id, 1, &arguments);
                        self.edge(id, expr.span, 1.0, Root::Fresh, bound);
                    }
                }
                self.spend(Work::Compute, CALL + 6.0);
                Value::fresh(Type::Instance(*class))
            }
            Type::Builtin(name) => self.call_builtin(name, func.span, args, &arguments, iterates.unwrap_or(1.0)),
            Type::Outside(name) => self.call_library(name, expr.span, &callee),
            _ => self.call_unknown(func, receiver, expr.span, &arguments),
        }
    }

    /// What is called, and on whose object.
    fn callee(&mut self, func: &'a Expr) -> (Type, Value) {
        let ExprKind::Attribute { value, attr } = &func.kind else {
            let value = self.expr(func);
            return (value.ty, Value::default());
        };
        let object = self.expr(value);
        (self.index.select(&object.ty, &attr.text), object)
    }

    /// How often a callback among the arguments is called, for callees that go through a sequence.
    fn iterates(&self, callee: &Type, func: &Expr, args: &[Expr]) -> Option<f64> {
        let name = match callee {
            Type::Builtin(name) => name.as_str(),
            Type::Outside(dotted) => last(dotted),
            _ => match &func.kind {
                ExprKind::Attribute { attr, .. } if attr.text == "sort" => "sort",
                _ => return None,
            },
        };
        let (is_mapper, is_sort) = (matches!(name, "map" | "filter" | "reduce"), name == "sort");
        if !is_sort && !tables::ITERATING.contains(&name) {
            return None;
        }
        let sequence = args.get(usize::from(is_mapper)).and_then(|sequence| self.trips(sequence));
        Some(sequence.unwrap_or(GUESS))
    }

    fn arguments(&mut self, args: &'a [Expr], keywords: &'a [Keyword], iterates: Option<f64>) -> Arguments {
        let mut arguments = Arguments { positional: Vec::new(), named: Vec::new() };
        for arg in args {
            let value = self.argument(arg, iterates, arguments.positional.first().cloned());
            arguments.positional.push(value);
        }
        for keyword in keywords {
            let value = self.argument(&keyword.value, iterates, arguments.positional.first().cloned());
            match &keyword.name {
                Some(name) => arguments.named.push((name.text.clone(), value)),
                None => self.spend(Work::Text, 4.0),
            }
        }
        arguments
    }

    /// One argument; functions and lambdas are called by whoever gets them.
    fn argument(&mut self, arg: &'a Expr, iterates: Option<f64>, sequence: Option<Value>) -> Value {
        if let ExprKind::Lambda { params, body } = &arg.kind {
            let element = sequence.map(|sequence| sequence.element()).unwrap_or_default();
            for param in &params.items {
                self.locals.insert(&param.name.text, element.clone());
            }
            self.sometimes(iterates.unwrap_or(1.0), |walk| {
                walk.spend(Work::Compute, CALL);
                walk.expr(body);
            });
            return Value::default();
        }
        let value = self.expr(arg);
        if let Type::Function(id) = value.ty {
            self.edge(id, arg.span, iterates.unwrap_or(1.0), Root::Fresh, Vec::new());
        }
        value
    }

    fn call_function(&mut self, id: FunctionId, span: Span, receiver: Value, arguments: &Arguments) -> Value {
        let callee = self.index.function(id);
        let is_bound = callee.class.is_some() && !callee.is_static && matches!(receiver.ty, Type::Instance(_));
        let bound = self.bound(id, usize::from(is_bound), arguments);
        let receiver = if is_bound { receiver.root } else { Root::Fresh };
        let handed_out =
            std::iter::once(&receiver).chain(bound.iter().map(|(_, root)| root)).find(|r| **r != Root::Fresh);
        let root = handed_out.cloned().unwrap_or_default().handed_out();
        self.edge(id, span, 1.0, receiver, bound);
        match self.index.result(id) {
            ty @ (Type::Items(_) | Type::Dict(_)) => Value::container(ty, root),
            ty => Value::of(ty, root),
        }
    }

    /// Whose objects are passed to which parameter.
    fn bound(&self, id: FunctionId, skip: usize, arguments: &Arguments) -> Vec<(String, Root)> {
        let params = &self.index.function(id).def.params.items;
        let names = params.iter().skip(skip).map(|param| param.name.text.clone());
        let positional = names.zip(arguments.positional.iter().map(|value| value.root.clone()));
        let named = arguments.named.iter().map(|(name, value)| (name.clone(), value.root.clone()));
        let mut bound: Vec<(String, Root)> = Vec::new();
        bound.extend(positional.chain(named).filter(|(_, root)| *root != Root::Fresh));
        bound.shrink_to_fit();
        bound
    }

    /// Records a call of a function of the program.
    pub fn edge(&mut self, callee: FunctionId, at: Span, times: f64, receiver: Root, arguments: Vec<(String, Root)>) {
        let times = (self.times * times).min(Steps::CEILING);
        self.raw.edges.push(Edge { callee, at, times, loop_depth: self.depth, receiver, arguments });
    }

    fn call_builtin(&mut self, name: &str, at: Span, args: &'a [Expr], arguments: &Arguments, trips: f64) -> Value {
        let first = arguments.positional.first().cloned().unwrap_or_default();
        if tables::DYNAMIC.contains(&name) {
            let is_plain = name.ends_with("attr") && args.get(1).is_some_and(|arg| literal_text(arg).is_some());
            if !is_plain || name != "getattr" {
                self.note(UseKind::Dynamic, name, at);
            }
        }
        if name == "super" {
            return self.super_object();
        }
        if let Some(known) = tables::builtin(name) {
            let is_walked = tables::ITERATING.contains(&name);
            let several = args.len() > 1 && matches!(name, "min" | "max");
            self.spend(known.work, 1.0);
            let times = if is_walked && several {
                args.len() as f64
            } else if is_walked {
                trips
            } else {
                1.0
            };
            self.known(known, name, at, times);
        } else {
            self.spend(Work::Compute, 2.0);
            if !BUILTIN_NAMES.contains(&name) && !is_exception(name) {
                self.raw.unresolved.insert(name.to_string());
            }
        }
        let ty = Type::builtin_result(name, &first.ty);
        match name {
            "min" | "max" | "next" => Value::of(ty, first.inner),
            _ => Value::container(ty, first.inner),
        }
    }

    /// `super()`: the object, seen as its first base class.
    fn super_object(&self) -> Value {
        let Some(class) = self.function.class.map(|class| self.index.class(class)) else { return Value::default() };
        let base = class.def.bases.first().map(|base| self.index.name_type(class.file, base));
        let ty = match base {
            Some(Type::Class(base)) => Type::Instance(base),
            Some(Type::Outside(dotted)) => Type::Outside(dotted),
            _ => Type::Unknown,
        };
        Value::of(ty, Root::Object)
    }

    fn call_library(&mut self, name: &str, span: Span, callee: &Type) -> Value {
        match tables::library(name) {
            Some(known) => self.known(known, name, span, 1.0),
            None => self.spend(Work::Compute, CALL),
        }
        let (package, method) = (name.split('.').next().unwrap_or(name), last(name));
        if tables::is_database(name) {
            self.database_method(package, method, span);
        }
        if name == "importlib.import_module" {
            self.note(UseKind::Dynamic, name, span);
        }
        Value::fresh(outside_result(callee).unwrap_or_else(|| Type::Outside(name.to_string())))
    }

    fn database_method(&mut self, package: &str, method: &str, span: Span) {
        if tables::DATABASE_METHODS.contains(&method) {
            self.spend(Work::Waits, 4_000.0);
            self.note(UseKind::Database, format!("{package} {method}"), span);
        }
        if tables::TRANSACTION_METHODS.contains(&method) {
            self.note(UseKind::Transaction, format!("{package} {method}"), span);
        }
    }

    fn known(&mut self, known: &Known, name: &str, span: Span, times: f64) {
        self.spend(known.work, known.steps * times);
        for kind in known.uses {
            self.note(*kind, name, span);
        }
    }

    /// A method of a builtin type, or of something that is not known at all.
    fn call_unknown(&mut self, func: &'a Expr, object: Value, span: Span, arguments: &Arguments) -> Value {
        let ExprKind::Attribute { value, attr } = &func.kind else {
            self.raw.unresolved.extend(dotted(func));
            return Value::default();
        };
        let method = attr.text.as_str();
        let is_container = !matches!(object.ty, Type::Text | Type::Scalar | Type::Instance(_));
        if is_container && tables::MUTATORS.contains(&method) {
            self.write(&object.root, "(contents)");
        }
        let is_text = matches!(object.ty, Type::Text | Type::Dict(_)) || tables::TEXT_METHODS.contains(&method);
        self.spend(if is_text { Work::Text } else { Work::Compute }, CALL);
        let is_known = tables::MUTATORS.contains(&method) || is_text || object.ty != Type::Unknown;
        if !is_known {
            self.database_method("", method, span);
            self.raw.unresolved.insert(dotted(func).unwrap_or_else(|| format!("….{method}")));
        }
        if method == "acquire" && dotted(value).is_some_and(|name| name.to_ascii_lowercase().contains("lock")) {
            let at = value.span;
            let name = dotted(value).unwrap_or_default();
            let end = self.raw.edges.len();
            self.raw.locks.push(super::function::RawLock { name, at, own: Steps::default(), edges: end..end });
        }
        let ty = object.ty.method_result(method);
        let ty = if method == "setdefault" || method == "get" {
            ty.or(arguments.positional.get(1).map(|value| value.ty.clone()).unwrap_or_default())
        } else {
            ty
        };
        match method {
            "values" | "items" | "copy" | "keys" => Value { inner: object.inner.clone(), ..Value::fresh(ty) },
            _ => Value::of(ty, object.inner.handed_out()),
        }
    }
}

/// Builtins without a row of their own: cheap, and known.
const BUILTIN_NAMES: &[&str] = &[
    "abs",
    "aiter",
    "anext",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dir",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "locals",
    "map",
    "memoryview",
    "next",
    "object",
    "oct",
    "ord",
    "property",
    "range",
    "reversed",
    "setattr",
    "slice",
    "staticmethod",
    "super",
    "type",
    "vars",
    "zip",
    "__import__",
];

/// Exceptions are called to be raised; they are not worth a mention.
fn is_exception(name: &str) -> bool {
    name.ends_with("Error")
        || name.ends_with("Exception")
        || matches!(name, "KeyboardInterrupt" | "StopIteration" | "SystemExit")
}
