//! Python's dict: insertion-ordered, with its errors.

use super::exception::{Exception, KEY_ERROR};
use super::hash::Seeded;
use super::key::{Key, Look, Slot};
use super::repr::{Repr, enclosed};
use indexmap::IndexMap;
use indexmap::map::Entry;
use std::ops::{Index, IndexMut};

/// A dict.
#[derive(Clone, Debug)]
pub struct Dict<K, V> {
    entries: IndexMap<Slot<K>, V, Seeded>,
}

impl<K, V> Default for Dict<K, V> {
    fn default() -> Self {
        Dict { entries: IndexMap::default() }
    }
}

impl<K, V> Dict<K, V> {
    /// The number of keys.
    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True where there is no key.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all keys.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The pairs in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.entries.iter().map(|(key, value)| (&key.0, value))
    }

    /// The pairs in order, whose values may be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        self.entries.iter_mut().map(|(key, value)| (&key.0, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.entries.keys().map(|key| &key.0)
    }

    /// The values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.entries.values()
    }

    /// The values in order, which may be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.entries.values_mut()
    }

    /// The keys, as values of their own.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.entries.into_keys().map(|key| key.0)
    }

    /// The values, as values of their own.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.entries.into_values()
    }
}

impl<K: Key + PartialEq, V> Dict<K, V> {
    /// The value of a key.
    #[inline]
    pub fn get<Q: Key + PartialEq<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.entries.get(&Look(key))
    }

    /// The value of a key, to change it.
    #[inline]
    pub fn get_mut<Q: Key + PartialEq<K> + ?Sized>(&mut self, key: &Q) -> Option<&mut V> {
        self.entries.get_mut(&Look(key))
    }

    /// True where the key is there.
    #[inline]
    pub fn contains_key<Q: Key + PartialEq<K> + ?Sized>(&self, key: &Q) -> bool {
        self.entries.contains_key(&Look(key))
    }

    /// Puts a value at a key; a key that is there keeps its place.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.entries.insert(Slot(key), value)
    }

    /// The place of a key, which may be free.
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, Slot<K>, V> {
        self.entries.entry(Slot(key))
    }

    /// Takes a key out; the order of the others stays.
    pub fn shift_remove<Q: Key + PartialEq<K> + ?Sized>(&mut self, key: &Q) -> Option<V> {
        self.entries.shift_remove(&Look(key))
    }

    /// Takes the last pair out.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        self.entries.pop().map(|(key, value)| (key.0, value))
    }

    /// Takes the first pair out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.entries.shift_remove_index(0).map(|(key, value)| (key.0, value))
    }

    /// Moves a key to the end or to the start; false where it is not there.
    pub fn move_to_end<Q: Key + PartialEq<K> + ?Sized>(&mut self, key: &Q, last: bool) -> bool {
        let Some(from) = self.entries.get_index_of(&Look(key)) else { return false };
        self.entries.move_index(from, if last { self.entries.len() - 1 } else { 0 });
        true
    }
}

/// The value of a key that is surely there.
impl<K: Key + PartialEq, V, Q: Key + PartialEq<K> + ?Sized> Index<&Q> for Dict<K, V> {
    type Output = V;

    #[inline]
    fn index(&self, key: &Q) -> &V {
        &self.entries[&Look(key)]
    }
}

impl<K: Key + PartialEq, V, Q: Key + PartialEq<K> + ?Sized> IndexMut<&Q> for Dict<K, V> {
    #[inline]
    fn index_mut(&mut self, key: &Q) -> &mut V {
        &mut self.entries[&Look(key)]
    }
}

/// The pairs of a dict in order.
pub type Iter<'a, K, V> = std::iter::Map<indexmap::map::Iter<'a, Slot<K>, V>, fn((&'a Slot<K>, &'a V)) -> (&'a K, &'a V)>;

/// The pairs of a dict in order, whose values may be changed.
pub type IterMut<'a, K, V> =
    std::iter::Map<indexmap::map::IterMut<'a, Slot<K>, V>, fn((&'a Slot<K>, &'a mut V)) -> (&'a K, &'a mut V)>;

/// The pairs of a dict, as values of their own.
pub type IntoIter<K, V> = std::iter::Map<indexmap::map::IntoIter<Slot<K>, V>, fn((Slot<K>, V)) -> (K, V)>;

impl<'a, K, V> IntoIterator for &'a Dict<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut Dict<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K, V> IntoIterator for Dict<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        self.entries.into_iter().map(|(key, value)| (key.0, value))
    }
}

impl<K: Key + PartialEq, V> FromIterator<(K, V)> for Dict<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Dict { entries: pairs.into_iter().map(|(key, value)| (Slot(key), value)).collect() }
    }
}

impl<K: Key + PartialEq, V> Extend<(K, V)> for Dict<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.entries.extend(pairs.into_iter().map(|(key, value)| (Slot(key), value)));
    }
}

impl<K: Key + PartialEq, V: PartialEq> PartialEq for Dict<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

#[cold]
#[inline(never)]
fn missing<Q: Repr + ?Sized>(key: &Q) -> Exception {
    Exception::new(&KEY_ERROR, key.repr())
}

/// `d[key]`
#[inline]
pub fn item<'a, K, V, Q>(d: &'a Dict<K, V>, key: &Q) -> Result<&'a V, Exception>
where
    K: Key + PartialEq,
    Q: Key + PartialEq<K> + Repr + ?Sized,
{
    d.get(key).ok_or_else(|| missing(key))
}

/// The place `d[key]`, to change what is in it.
#[inline]
pub fn item_mut<'a, K, V, Q>(d: &'a mut Dict<K, V>, key: &Q) -> Result<&'a mut V, Exception>
where
    K: Key + PartialEq,
    Q: Key + PartialEq<K> + Repr + ?Sized,
{
    d.get_mut(key).ok_or_else(|| missing(key))
}

/// `d.popitem()`: the last pair.
pub fn pop_item<K: Key + PartialEq, V>(d: &mut Dict<K, V>) -> Result<(K, V), Exception> {
    d.pop_last().ok_or_else(|| Exception::new(&KEY_ERROR, "'popitem(): dictionary is empty'"))
}

/// `d.pop(key)`; `del d[key]` where the value is not looked at. The order of the others stays.
pub fn pop<K, V, Q>(d: &mut Dict<K, V>, key: &Q) -> Result<V, Exception>
where
    K: Key + PartialEq,
    Q: Key + PartialEq<K> + Repr + ?Sized,
{
    d.shift_remove(key).ok_or_else(|| missing(key))
}

impl<K: Repr, V: Repr> Repr for Dict<K, V> {
    fn repr(&self) -> String {
        enclosed("{", self.iter().map(|(key, value)| format!("{}: {}", key.repr(), value.repr())), "}")
    }
}
