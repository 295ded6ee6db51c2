//! Tuples of any length: Python's `tuple[T, ...]`. What they hold never changes, so copies share it.

use super::key::Key;
use super::repr::Repr;
use std::ops::Deref;
use std::sync::Arc;

/// A tuple of any length.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct TupleOf<T>(Arc<[T]>);

impl<T> TupleOf<T> {
    /// Its items.
    #[inline]
    pub fn items(&self) -> &[T] {
        &self.0
    }
}

impl<T> Default for TupleOf<T> {
    fn default() -> Self {
        TupleOf::from(Vec::new())
    }
}

impl<T> Deref for TupleOf<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for TupleOf<T> {
    fn from(items: Vec<T>) -> Self {
        TupleOf(items.into())
    }
}

impl<T: Clone> IntoIterator for TupleOf<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        Vec::from(self.items()).into_iter()
    }
}

impl<'a, T> IntoIterator for &'a TupleOf<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Key> Key for TupleOf<T> {
    fn hash_of(&self) -> i64 {
        super::key::tuple_hash(self.iter().map(Key::hash_of))
    }
}

impl<T: Repr> Repr for TupleOf<T> {
    fn repr(&self) -> String {
        let items: Vec<String> = self.iter().map(Repr::repr).collect();
        match items.as_slice() {
            [only] => format!("({only},)"),
            items => format!("({})", items.join(", ")),
        }
    }
}
