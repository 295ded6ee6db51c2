//! Python's dict: insertion-ordered, with its errors.

use super::exception::{Exception, KEY_ERROR};
use super::hash::Seeded;
use super::repr::{Repr, enclosed};
use indexmap::{Equivalent, IndexMap};
use std::hash::Hash;

/// A dict.
pub type Dict<K, V> = IndexMap<K, V, Seeded>;

#[cold]
#[inline(never)]
fn missing<Q: Repr + ?Sized>(key: &Q) -> Exception {
    Exception::new(&KEY_ERROR, key.repr())
}

/// `d[key]`
#[inline]
pub fn item<'a, K, V, Q: Equivalent<K> + Hash + Repr + ?Sized>(d: &'a Dict<K, V>, key: &Q) -> Result<&'a V, Exception> {
    d.get(key).ok_or_else(|| missing(key))
}

/// The place `d[key]`, to change what is in it.
#[inline]
pub fn item_mut<'a, K, V, Q: Equivalent<K> + Hash + Repr + ?Sized>(
    d: &'a mut Dict<K, V>,
    key: &Q,
) -> Result<&'a mut V, Exception> {
    d.get_mut(key).ok_or_else(|| missing(key))
}

/// `d.pop(key)`; `del d[key]` where the value is not looked at. The order of the others stays.
pub fn pop<K, V, Q: Equivalent<K> + Hash + Repr + ?Sized>(d: &mut Dict<K, V>, key: &Q) -> Result<V, Exception> {
    d.shift_remove(key).ok_or_else(|| missing(key))
}

impl<K: Repr, V: Repr> Repr for Dict<K, V> {
    fn repr(&self) -> String {
        enclosed("{", self.iter().map(|(key, value)| format!("{}: {}", key.repr(), value.repr())), "}")
    }
}
