//! Whose object is it: where a value came from, as far as changing it would be noticed.
//!
//! ```text
//! product = self._products[key]      root: attribute _products of self
//! product.last_updated = now         so this writes state, not a local
//! ranked = sorted(product.levels)    a fresh list, whose elements are still the object's own
//! ```

use super::types::Type;
use crate::facts::State;

/// Where a value came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Root {
    /// Made here, immutable, or nobody knows: changing it changes nothing outside.
    #[default]
    Fresh,
    /// `self`.
    Object,
    /// Something held by `self`; the attribute's name, empty where a method handed it out.
    Attribute(String),
    /// Passed by the caller as this parameter.
    Argument(String),
    /// A module global, by dotted name.
    Global(String),
}

impl Root {
    /// The root of `value.name` for a value of this root.
    pub fn attribute(&self, name: &str) -> Root {
        match self {
            Root::Object => Root::Attribute(name.to_string()),
            Root::Attribute(own) if own.is_empty() => Root::Attribute(name.to_string()),
            other => other.clone(),
        }
    }

    /// The root of what a method of a value of this root hands out.
    pub fn handed_out(&self) -> Root {
        if *self == Root::Object { Root::Attribute(String::new()) } else { self.clone() }
    }

    /// The state that changes when `name` of a value of this root is set, or its contents change.
    pub fn changed(&self, name: &str) -> Option<State> {
        match self {
            Root::Fresh => None,
            Root::Object => Some(State::Attribute(name.to_string())),
            Root::Attribute(own) => Some(State::Attribute(if own.is_empty() { name } else { own }.to_string())),
            Root::Argument(name) => Some(State::Argument(name.clone())),
            Root::Global(name) => Some(State::Global(name.clone())),
        }
    }
}

/// A value while a function is walked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub ty: Type,
    /// Whose it is.
    pub root: Root,
    /// Whose its elements are.
    pub inner: Root,
}

impl Value {
    /// A value that was made here.
    pub fn fresh(ty: Type) -> Value {
        Value { ty, ..Value::default() }
    }

    /// A value of this origin, with elements of the same origin; numbers and strings belong to nobody.
    pub fn of(ty: Type, root: Root) -> Value {
        if ty.is_immutable() { Value::fresh(ty) } else { Value { ty, inner: root.clone(), root } }
    }

    /// A new container with elements of this origin.
    pub fn container(ty: Type, inner: Root) -> Value {
        Value { ty, root: Root::Fresh, inner }
    }

    /// What iterating over it gives.
    pub fn element(&self) -> Value {
        Value::of(self.ty.element(), self.inner.clone())
    }

    /// What indexing it gives.
    pub fn item(&self) -> Value {
        Value::of(self.ty.item(), self.inner.clone())
    }
}
