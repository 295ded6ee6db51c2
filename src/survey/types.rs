//! As much of types as resolving calls needs: which class, which library, what an element is.
//!
//! ```text
//! self._tiers: list[PriceTier]     for tier in self._tiers: tier.applies(x)    ->   PriceTier.applies
//! ```
//!
//! This is not the translator's inference: it never refuses, and where it does not know it says `Unknown`.

use crate::facts::FunctionId;
use std::path::PathBuf;

/// Index of a class in the survey's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(pub u32);

/// What an expression stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Numbers, booleans, `None`.
    Scalar,
    /// `str`.
    Text,
    /// `bytes`, `bytearray`.
    Bytes,
    /// A list, set, tuple or iterator of this.
    Items(Box<Type>),
    /// A dict with these values.
    Dict(Box<Type>),
    /// An object of a class of the program.
    Instance(ClassId),
    /// The class itself.
    Class(ClassId),
    /// A function of the program, or a bound method.
    Function(FunctionId),
    /// A module of the program: its file, or the folder of a package.
    Module(PathBuf),
    /// A builtin function or type, by name.
    Builtin(String),
    /// A library, something in it, or something that came out of it, by dotted name.
    Outside(String),
}

impl Type {
    /// A list of this.
    pub fn items(element: Type) -> Type {
        Type::Items(Box::new(element))
    }

    /// A dict with values of this.
    pub fn dict(value: Type) -> Type {
        Type::Dict(Box::new(value))
    }

    /// What iterating over it gives.
    pub fn element(&self) -> Type {
        match self {
            Type::Items(element) => (**element).clone(),
            Type::Text | Type::Dict(_) => Type::Text,
            Type::Bytes => Type::Scalar,
            Type::Outside(dotted) => Type::Outside(dotted.clone()),
            _ => Type::Unknown,
        }
    }

    /// What indexing it gives.
    pub fn item(&self) -> Type {
        match self {
            Type::Dict(value) => (**value).clone(),
            other => other.element(),
        }
    }

    /// A number or a string: sharing it with somebody is never noticed.
    pub fn is_immutable(&self) -> bool {
        matches!(self, Type::Scalar | Type::Text)
    }

    /// The better known of two.
    pub fn or(self, other: Type) -> Type {
        if self == Type::Unknown { other } else { self }
    }

    /// What a method of a builtin type returns.
    pub fn method_result(&self, method: &str) -> Type {
        match (self, method) {
            (Type::Text, "split" | "rsplit" | "splitlines" | "partition" | "rpartition") => Type::items(Type::Text),
            (Type::Text, "encode") => Type::Bytes,
            (Type::Text, "find" | "rfind" | "index" | "count") => Type::Scalar,
            (Type::Text, name) if name.starts_with("is") || name.ends_with("swith") => Type::Scalar,
            (Type::Text, _) | (Type::Bytes, "decode" | "hex") => Type::Text,
            (Type::Dict(value), "get" | "pop" | "setdefault") => (**value).clone(),
            (Type::Dict(value), "values") => Type::items((**value).clone()),
            (Type::Dict(value), "items") => Type::items(Type::items((**value).clone())),
            (Type::Dict(_), "keys") => Type::items(Type::Text),
            (Type::Items(element), "pop" | "popleft") => (**element).clone(),
            (Type::Items(_) | Type::Dict(_), "copy") => self.clone(),
            (Type::Items(_), "count" | "index") => Type::Scalar,
            (Type::Outside(dotted), name) => Type::Outside(below(dotted, name)),
            _ => Type::Unknown,
        }
    }

    /// What calling a builtin with an argument of this type returns.
    pub fn builtin_result(name: &str, argument: &Type) -> Type {
        match name {
            "str" | "repr" | "chr" | "hex" | "oct" | "bin" | "format" | "input" | "ascii" => Type::Text,
            "int" | "float" | "bool" | "len" | "round" | "ord" | "abs" | "hash" | "id" | "isinstance" | "any"
            | "all" | "callable" | "hasattr" | "issubclass" | "divmod" | "complex" | "pow" => Type::Scalar,
            "bytes" | "bytearray" | "memoryview" => Type::Bytes,
            "dict" if matches!(argument, Type::Dict(_)) => argument.clone(),
            "dict" => Type::dict(Type::Unknown),
            "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "iter" | "filter" => {
                Type::items(argument.element())
            }
            "min" | "max" | "next" => argument.element(),
            "sum" => argument.element().or(Type::Scalar),
            "range" => Type::items(Type::Scalar),
            "enumerate" | "zip" => Type::items(Type::items(argument.element())),
            "map" => Type::items(Type::Unknown),
            _ => Type::Unknown,
        }
    }
}

/// `a` and `b` as `a.b`, kept short: chains of calls would grow without end.
pub fn below(dotted: &str, name: &str) -> String {
    if dotted.split('.').count() >= 6 { dotted.to_string() } else { format!("{dotted}.{name}") }
}
