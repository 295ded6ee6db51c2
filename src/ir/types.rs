//! Types of the IR: what a value is, after inference.

use super::ClassId;

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
    /// Insertion-ordered.
    Dict(Box<Type>, Box<Type>),
    /// Order is never seen.
    Set(Box<Type>),
    FrozenSet(Box<Type>),
    Tuple(Vec<Type>),
    /// `T | None`; never nested.
    Optional(Box<Type>),
    Class(ClassId),
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

impl Type {
    /// `List(Box::new(item))`.
    pub fn list(item: Type) -> Type {
        Type::List(Box::new(item))
    }

    /// `Dict(Box::new(key), Box::new(value))`.
    pub fn dict(key: Type, value: Type) -> Type {
        Type::Dict(Box::new(key), Box::new(value))
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
            Type::None | Type::Bool | Type::Int | Type::Float | Type::Number | Type::Never | Type::Lock => true,
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

    /// True for `int`, `float` and `bool`, and for what is one of the first two.
    pub fn is_number(&self) -> bool {
        matches!(self, Type::Int | Type::Float | Type::Number | Type::Bool)
    }

    /// True where some part is not known yet.
    pub fn has_unknown(&self) -> bool {
        match self {
            Type::Unknown => true,
            Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::Optional(t) | Type::Cell(t) => {
                t.has_unknown()
            }
            Type::Dict(k, v) => k.has_unknown() || v.has_unknown(),
            Type::Tuple(items) => items.iter().any(Type::has_unknown),
            Type::Function(params, result) => params.iter().any(Type::has_unknown) || result.has_unknown(),
            _ => false,
        }
    }

    /// True for types with a function in them, outside objects.
    pub fn holds_function(&self) -> bool {
        match self {
            Type::Function(..) => true,
            Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::Optional(t) | Type::Cell(t) => {
                t.holds_function()
            }
            Type::Dict(k, v) => k.holds_function() || v.holds_function(),
            Type::Tuple(items) => items.iter().any(Type::holds_function),
            _ => false,
        }
    }

    /// True for containers of what is an int or a float.
    pub fn holds_number(&self) -> bool {
        let held = |t: &Type| *t == Type::Number || t.holds_number();
        match self {
            Type::List(t) | Type::Deque(t) | Type::Optional(t) | Type::Cell(t) => held(t),
            Type::Dict(_, v) => held(v),
            Type::Tuple(items) => items.iter().any(held),
            _ => false,
        }
    }

    /// True where keys or elements that are hashed are an int or a float.
    pub fn hashes_number(&self) -> bool {
        let hashed =
            |t: &Type| *t == Type::Number || matches!(t, Type::Tuple(_) | Type::Optional(_)) && t.holds_number();
        match self {
            Type::Set(t) | Type::FrozenSet(t) => hashed(t),
            Type::Dict(k, v) => hashed(k) || v.hashes_number(),
            Type::List(t) | Type::Deque(t) | Type::Optional(t) | Type::Cell(t) => t.hashes_number(),
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
            Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) => Some((**t).clone()),
            Type::Dict(k, _) => Some((**k).clone()),
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
