//! Python's set; its order is never seen.

use super::exception::{Exception, KEY_ERROR};
use super::hash::Seeded;
use super::repr::Repr;
use indexmap::{Equivalent, IndexSet};
use std::hash::Hash;

/// A set or frozenset.
pub type Set<T> = IndexSet<T, Seeded>;

/// `s.remove(item)`
pub fn remove<T, Q: Equivalent<T> + Hash + Repr + ?Sized>(s: &mut Set<T>, item: &Q) -> Result<(), Exception> {
    if s.swap_remove(item) { Ok(()) } else { Err(Exception::new(&KEY_ERROR, item.repr())) }
}
