//! `collections.deque`: items at both ends, with an optional limit on their number.

use super::exception::{Exception, INDEX_ERROR, VALUE_ERROR};
use super::list::{bounds, position};
use super::repr::{Repr, enclosed};
use std::collections::{VecDeque, vec_deque};

/// A deque.
#[derive(Clone, Debug)]
pub struct Deque<T> {
    items: VecDeque<T>,
    limit: Option<usize>,
}

impl<T> Default for Deque<T> {
    fn default() -> Self {
        Deque { items: VecDeque::new(), limit: None }
    }
}

impl<T> From<Vec<T>> for Deque<T> {
    fn from(items: Vec<T>) -> Self {
        Deque { items: items.into(), limit: None }
    }
}

impl<T> FromIterator<T> for Deque<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Deque { items: items.into_iter().collect(), limit: None }
    }
}

impl<T> Deque<T> {
    /// The number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True where there is no item.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Removes all items.
    pub fn clear(&mut self) {
        self.items.clear();
    }

    /// The items in order.
    pub fn iter(&self) -> vec_deque::Iter<'_, T> {
        self.items.iter()
    }

    /// The items in order, which may be changed.
    pub fn iter_mut(&mut self) -> vec_deque::IterMut<'_, T> {
        self.items.iter_mut()
    }

    /// True where an item equals this one.
    pub fn contains<Q: ?Sized>(&self, wanted: &Q) -> bool
    where
        T: PartialEq<Q>,
    {
        self.items.iter().any(|item| *item == *wanted)
    }

    fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.items.len() >= limit)
    }
}

impl<T: PartialEq> PartialEq for Deque<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl<T> IntoIterator for Deque<T> {
    type Item = T;
    type IntoIter = vec_deque::IntoIter<T>;

    fn into_iter(self) -> vec_deque::IntoIter<T> {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Deque<T> {
    type Item = &'a T;
    type IntoIter = vec_deque::Iter<'a, T>;

    fn into_iter(self) -> vec_deque::Iter<'a, T> {
        self.items.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Deque<T> {
    type Item = &'a mut T;
    type IntoIter = vec_deque::IterMut<'a, T>;

    fn into_iter(self) -> vec_deque::IterMut<'a, T> {
        self.items.iter_mut()
    }
}

impl<T: Repr> Repr for Deque<T> {
    fn repr(&self) -> String {
        let items = enclosed("[", self.iter().map(Repr::repr), "]");
        match self.limit {
            Some(limit) => format!("deque({items}, maxlen={limit})"),
            None => format!("deque({items})"),
        }
    }
}

fn out_of_range(message: &str) -> Exception {
    Exception::new(&INDEX_ERROR, message)
}

/// `deque(items)` of items that are new.
pub fn of<T>(items: Vec<T>) -> Deque<T> {
    Deque::from(items)
}

/// `deque(items, maxlen)`: the last items, as many as there is room for.
pub fn limited<T>(items: Deque<T>, limit: Option<i64>) -> Result<Deque<T>, Exception> {
    let Some(limit) = limit else { return Ok(items) };
    let limit =
        usize::try_from(limit).map_err(|_| Exception::new(&VALUE_ERROR, "maxlen must be non-negative"))?;
    let mut items = items.items;
    items.drain(..items.len().saturating_sub(limit));
    Ok(Deque { items, limit: Some(limit) })
}

/// `d.maxlen`
pub fn max_len<T>(d: &Deque<T>) -> Option<i64> {
    d.limit.map(|limit| limit as i64)
}

/// `d[index]`
#[inline]
pub fn item<T>(d: &Deque<T>, index: i64) -> Result<&T, Exception> {
    d.items.get(position(d.len(), index)).ok_or_else(|| out_of_range("deque index out of range"))
}

/// The place `d[index]`.
#[inline]
pub fn item_mut<T>(d: &mut Deque<T>, index: i64) -> Result<&mut T, Exception> {
    let at = position(d.len(), index);
    d.items.get_mut(at).ok_or_else(|| out_of_range("deque index out of range"))
}

/// `del d[index]`
pub fn delete<T>(d: &mut Deque<T>, index: i64) -> Result<(), Exception> {
    let at = position(d.len(), index);
    d.items.remove(at).map(|_| ()).ok_or_else(|| out_of_range("deque index out of range"))
}

/// `d.append(item)`
#[inline]
pub fn append<T>(d: &mut Deque<T>, item: T) {
    d.items.push_back(item);
    if d.limit.is_some_and(|limit| d.items.len() > limit) {
        d.items.pop_front();
    }
}

/// `d.appendleft(item)`
#[inline]
pub fn append_left<T>(d: &mut Deque<T>, item: T) {
    d.items.push_front(item);
    if d.limit.is_some_and(|limit| d.items.len() > limit) {
        d.items.pop_back();
    }
}

/// `d.pop()`
#[inline]
pub fn pop<T>(d: &mut Deque<T>) -> Result<T, Exception> {
    d.items.pop_back().ok_or_else(|| out_of_range("pop from an empty deque"))
}

/// `d.popleft()`
#[inline]
pub fn pop_left<T>(d: &mut Deque<T>) -> Result<T, Exception> {
    d.items.pop_front().ok_or_else(|| out_of_range("pop from an empty deque"))
}

/// `d.extend(items)`
pub fn extend<T: Clone>(d: &mut Deque<T>, items: &[T]) {
    items.iter().for_each(|item| append(d, item.clone()));
}

/// `d.extendleft(items)`
pub fn extend_left<T: Clone>(d: &mut Deque<T>, items: &[T]) {
    items.iter().for_each(|item| append_left(d, item.clone()));
}

/// `d.insert(index, item)`: the index is clamped.
pub fn insert<T>(d: &mut Deque<T>, index: i64, item: T) -> Result<(), Exception> {
    if d.is_full() {
        return Err(out_of_range("deque already at its maximum size"));
    }
    let (at, _) = bounds(d.len(), Some(index), None);
    d.items.insert(at, item);
    Ok(())
}

/// `d.remove(item)`
pub fn remove<T: PartialEq<Q>, Q: Repr + ?Sized>(d: &mut Deque<T>, item: &Q) -> Result<(), Exception> {
    match d.items.iter().position(|other| *other == *item) {
        Some(at) => {
            d.items.remove(at);
            Ok(())
        }
        None => Err(Exception::new(&VALUE_ERROR, format!("{} is not in deque", item.repr()))),
    }
}

/// `d.rotate(n)`
pub fn rotate<T>(d: &mut Deque<T>, n: i64) {
    if !d.is_empty() {
        d.items.rotate_right(n.rem_euclid(d.items.len() as i64) as usize);
    }
}

/// `d.reverse()`
pub fn reverse<T>(d: &mut Deque<T>) {
    d.items.make_contiguous().reverse();
}

/// `d.count(item)`
pub fn count<T: PartialEq<Q>, Q: ?Sized>(d: &Deque<T>, item: &Q) -> i64 {
    d.iter().filter(|other| **other == *item).count() as i64
}

/// `d.index(item, start, stop)`
pub fn index<T: PartialEq<Q>, Q: Repr + ?Sized>(
    d: &Deque<T>,
    item: &Q,
    start: i64,
    stop: i64,
) -> Result<i64, Exception> {
    let (first, last) = bounds(d.len(), Some(start), Some(stop));
    let found = (first..last.max(first)).find(|at| d.items[*at] == *item);
    let missing = || Exception::new(&VALUE_ERROR, format!("{} is not in deque", item.repr()));
    found.map(|at| at as i64).ok_or_else(missing)
}
