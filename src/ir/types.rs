//! Types of the IR: what a value is, after inference.

use super::{ClassId, ModuleId};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Not known yet; only during inference, never in a finished program.
    Unknown,
    /// No value comes out (a call that always raises).
    Never,
    None,
    Bool,
    /// 64-bit, checked.
    Int,
    Float,
    /// An int or a float, and which of the two: `total = 0`, then `total += 0.5` in a loop.
    Number,
    Str,
    Bytes,
    List(Box<Type>),
    /// `collections.deque`.
    Deque(Box<Type>),
    /// Insertion-ordered; of a kind.
    Dict(Box<Type>, Box<Type>, DictKind),
    /// Order is never seen.
    Set(Box<Type>),
    FrozenSet(Box<Type>),
    Tuple(Vec<Type>),
    /// `tuple[T, ...]`: a tuple of any length, of values that never change.
    TupleOf(Box<Type>),
    /// `T | None`; never nested.
    Optional(Box<Type>),
    Class(ClassId),
    /// A member of an enumeration.
    Enum(ClassId),
    /// A caught exception (`except E as name`).
    Exception,
    /// A function value: parameters and result.
    Function(Vec<Type>, Box<Type>),
    /// A variable that several functions share: a handle to what it holds.
    Cell(Box<Type>),
    /// JSON data of unknown shape (a request's body, the argument of `jsonify`).
    Json,
    /// A web answer: status and JSON body.
    Response,
    /// A lock; has no representation.
    Lock,
}

/// What a dict does beyond what every dict does. In the targets all kinds are the same; where they differ, `lower` says
/// it in operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DictKind {
    /// `dict`
    Plain,
    /// `collections.defaultdict`: reading a key that is not there puts something there.
    Default(Factory),
    /// `collections.Counter`: a key that is not there counts as 0.
    Counter,
    /// `collections.OrderedDict`: the order counts where two of them are compared.
    Ordered,
}

/// What a `defaultdict` puts where nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factory {
    /// Not known yet: an annotation does not say it.
    Unknown,
    /// What a callable of this name gives without arguments: `int`, `list`, `deque`.
    Builtin(&'static str),
    /// What the lambda at this place of a module gives.
    Lambda(ModuleId, u32),
}

impl Type {
    /// `List(Box::new(item))`.
    pub fn list(item: Type) -> Type {
        Type::List(Box::new(item))
    }

    /// `Dict(Box::new(key), Box::new(value))`.
    pub fn dict(key: Type, value: Type) -> Type {
        Type::Dict(Box::new(key), Box::new(value), DictKind::Plain)
    }

    /// A dict of the kind of another one.
    pub fn dict_like(&self, key: Type, value: Type) -> Type {
        let kind = if let Type::Dict(_, _, kind) = self { *kind } else { DictKind::Plain };
        Type::Dict(Box::new(key), Box::new(value), kind)
    }

    /// True for dicts that compare in their own way, and for what holds such dicts.
    pub fn compares_by_kind(&self) -> bool {
        match self {
            Type::Dict(_, v, kind) => matches!(kind, DictKind::Counter | DictKind::Ordered) || v.compares_by_kind(),
            Type::List(t) | Type::TupleOf(t) | Type::Deque(t) | Type::Optional(t) | Type::Cell(t) => {
                t.compares_by_kind()
            }
            Type::Tuple(items) => items.iter().any(Type::compares_by_kind),
            _ => false,
        }
    }

    /// True for dicts of another kind than the plain one and what holds them, outside objects: nothing at the boundary
    /// of calls tells them apart.
    pub fn holds_kind(&self) -> bool {
        match self {
            Type::Dict(k, v, kind) => *kind != DictKind::Plain || k.holds_kind() || v.holds_kind(),
            Type::List(t) | Type::TupleOf(t) | Type::Deque(t) | Type::Optional(t) | Type::Cell(t) => t.holds_kind(),
            Type::Tuple(items) => items.iter().any(Type::holds_kind),
            _ => false,
        }
    }

    /// The kind of a dict.
    pub fn dict_kind(&self) -> Option<DictKind> {
        if let Type::Dict(_, _, kind) = self { Some(*kind) } else { None }
    }

    /// `TupleOf(Box::new(item))`.
    pub fn tuple_of(item: Type) -> Type {
        Type::TupleOf(Box::new(item))
    }

    /// `T | None`, collapsing nested options.
    pub fn optional(inner: Type) -> Type {
        match inner {
            Type::Optional(_) | Type::None => inner,
            other => Type::Optional(Box::new(other)),
        }
    }

    /// True for values that a copy of bits copies: no text, no containers.
    pub fn is_scalar(&self) -> bool {
        match self {
            Type::None
            | Type::Bool
            | Type::Int
            | Type::Float
            | Type::Number
            | Type::Enum(_)
            | Type::Never
            | Type::Lock => true,
            Type::Optional(inner) => inner.is_scalar(),
            Type::Tuple(items) => items.iter().all(Type::is_scalar),
            _ => false,
        }
    }

    /// What a cell holds, or the type itself.
    pub fn content(&self) -> &Type {
        match self {
            Type::Cell(inner) => inner,
            other => other,
        }
    }

    /// What an Optional holds where it holds something; other types are themselves.
    pub fn some(&self) -> &Type {
        match self {
            Type::Optional(inner) => inner,
            other => other,
        }
    }

    /// True for `int`, `float` and `bool`, and for what is one of the first two.
    pub fn is_number(&self) -> bool {
        matches!(self, Type::Int | Type::Float | Type::Number | Type::Bool)
    }

    /// True where some part is not known yet.
    pub fn has_unknown(&self) -> bool {
        match self {
            Type::Unknown => true,
            Type::List(t)
            | Type::TupleOf(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::Optional(t)
            | Type::Cell(t) => t.has_unknown(),
            Type::Dict(k, v, kind) => {
                *kind == DictKind::Default(Factory::Unknown) || k.has_unknown() || v.has_unknown()
            }
            Type::Tuple(items) => items.iter().any(Type::has_unknown),
            Type::Function(params, result) => params.iter().any(Type::has_unknown) || result.has_unknown(),
            _ => false,
        }
    }

    /// True for types with a function in them, outside objects.
    pub fn holds_function(&self) -> bool {
        match self {
            Type::Function(..) => true,
            Type::List(t)
            | Type::TupleOf(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::Optional(t)
            | Type::Cell(t) => t.holds_function(),
            Type::Dict(k, v, _) => k.holds_function() || v.holds_function(),
            Type::Tuple(items) => items.iter().any(Type::holds_function),
            _ => false,
        }
    }

    /// True for containers of what is an int or a float.
    pub fn holds_number(&self) -> bool {
        let held = |t: &Type| *t == Type::Number || t.holds_number();
        match self {
            Type::List(t) | Type::TupleOf(t) | Type::Deque(t) | Type::Optional(t) | Type::Cell(t) => held(t),
            Type::Dict(_, v, _) => held(v),
            Type::Tuple(items) => items.iter().any(held),
            _ => false,
        }
    }

    /// True where keys or elements that are hashed are an int or a float.
    pub fn hashes_number(&self) -> bool {
        let hashed = |t: &Type| {
            *t == Type::Number || matches!(t, Type::Tuple(_) | Type::TupleOf(_) | Type::Optional(_)) && t.holds_number()
        };
        match self {
            Type::Set(t) | Type::FrozenSet(t) => hashed(t),
            Type::Dict(k, v, _) => hashed(k) || v.hashes_number(),
            Type::List(t) | Type::TupleOf(t) | Type::Deque(t) | Type::Optional(t) | Type::Cell(t) => t.hashes_number(),
            Type::Tuple(items) => items.iter().any(Type::hashes_number),
            _ => false,
        }
    }

    /// True where an expression may be told that this is wanted: it is known, or it is of functions, of which the
    /// parameters may be known before the result is.
    pub fn is_wish(&self) -> bool {
        !self.has_unknown() || self.holds_function()
    }

    /// The type of what iteration gives, where the type can be iterated.
    pub fn item(&self) -> Option<Type> {
        match self {
            Type::List(t) | Type::TupleOf(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) => {
                Some((**t).clone())
            }
            Type::Dict(k, _, _) => Some((**k).clone()),
            Type::Str => Some(Type::Str),
            Type::Bytes => Some(Type::Int),
            Type::Tuple(items) => {
                let first = items.first()?;
                items.iter().all(|t| t == first).then(|| first.clone())
            }
            _ => None,
        }
    }
}
