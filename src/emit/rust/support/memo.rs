//! Results of a pure function, kept by its arguments: `functools.lru_cache`.

use super::dict::Dict;
use super::key::Key;
use std::sync::{Mutex, PoisonError};

/// What a function gave, by its arguments.
pub struct Memo<K, V> {
    most: usize,
    kept: Mutex<Option<Kept<K, V>>>,
}

/// The results asked for since the table was last full, and those before.
struct Kept<K, V> {
    young: Dict<K, V>,
    old: Dict<K, V>,
}

impl<K, V> Memo<K, V> {
    /// A table of at least the `most` results that were asked for last, and at most twice as many.
    pub const fn of(most: usize) -> Self {
        Memo { most, kept: Mutex::new(None) }
    }

    /// A table of all results.
    pub const fn of_all() -> Self {
        Memo::of(usize::MAX)
    }
}

impl<K: Key + PartialEq + Clone, V: Clone> Memo<K, V> {
    /// What is known for the key, or else what is computed, which is known from then on.
    pub fn recall(&self, key: K, compute: impl FnOnce() -> V) -> V {
        if let Some(value) = self.find(&key) {
            return value;
        }
        let value = compute();
        self.learn(key, value.clone());
        value
    }

    /// As `recall`; an exception is not kept.
    pub fn try_recall<E>(&self, key: K, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        if let Some(value) = self.find(&key) {
            return Ok(value);
        }
        let value = compute()?;
        self.learn(key, value.clone());
        Ok(value)
    }

    fn find(&self, key: &K) -> Option<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_mut()?;
        if let Some(value) = kept.young.get(key) {
            return Some(value.clone());
        }
        let value = kept.old.get(key)?.clone();
        kept.keep(self.most, key.clone(), value.clone());
        Some(value)
    }

    fn learn(&self, key: K, value: V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let none = || Kept { young: Dict::default(), old: Dict::default() };
        kept.get_or_insert_with(none).keep(self.most, key, value);
    }
}

impl<K: Key + PartialEq, V> Kept<K, V> {
    fn keep(&mut self, most: usize, key: K, value: V) {
        if self.young.len() >= most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}
