//! Python's set and frozenset, in CPython's order.
//!
//! The order of a set is that of its table, which depends on the hashes and on all that was done to it. So the table
//! here is CPython's: open addressing with short linear runs, the same growth, the same marks where items were taken
//! out. Where the hashes are CPython's too (numbers, tuples of numbers), so is the order.
//!
//! A set that came from outside has its items but not its history; asked for its order, it declines.

use super::exception::{Exception, KEY_ERROR};
use super::guard::guard;
use super::key::Key;
use super::repr::{Repr, enclosed};
use std::cell::Cell;

/// Places of the smallest table.
const SMALLEST: usize = 8;

/// Places that are looked at after the first, before the next jump.
const RUN: usize = 9;

#[derive(Clone, Debug)]
enum Place<T> {
    Free,
    /// Something was here: those that look for an item go on.
    Gone,
    Taken(i64, T),
}

/// A set or frozenset.
#[derive(Clone, Debug)]
pub struct Set<T> {
    /// As many places as a power of two; none while nothing was ever put in.
    table: Vec<Place<T>>,
    /// Places that are not free.
    fill: usize,
    used: usize,
    /// Where the next `pop` starts.
    finger: usize,
    /// The order is not CPython's: the set came from outside.
    foreign: bool,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Set { table: Vec::new(), fill: 0, used: 0, finger: 0, foreign: false }
    }
}

/// The first place on the way of a hash that satisfies a condition.
#[inline]
fn seek<T>(table: &[Place<T>], hash: i64, stop: impl Fn(usize, &Place<T>) -> bool) -> usize {
    let mask = table.len() - 1;
    let (mut start, mut perturb) = (hash as usize & mask, hash as u64);
    loop {
        let run = if start + RUN <= mask { RUN } else { 0 };
        if let Some(at) = (start..=start + run).find(|at| stop(*at, &table[*at])) {
            return at;
        }
        perturb >>= 5;
        start = start.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
    }
}

/// Puts an item that is not there yet into a table without marks.
fn put_clean<T>(table: &mut [Place<T>], hash: i64, item: T) {
    let at = seek(table, hash, |_, place| matches!(place, Place::Free));
    table[at] = Place::Taken(hash, item);
}

fn free_table<T>(places: usize) -> Vec<Place<T>> {
    std::iter::repeat_with(|| Place::Free).take(places).collect()
}

impl<T> Set<T> {
    /// The number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.used
    }

    /// True where there are no items.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Removes all items.
    pub fn clear(&mut self) {
        *self = Set { finger: self.finger, foreign: self.foreign, ..Set::default() };
    }

    /// The items in the order of the table.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { places: self.table.iter(), left: self.used }
    }

    /// The same set; declines where its order is not known.
    pub fn in_order(&self) -> &Set<T> {
        if self.foreign && self.used > 1 { guard("set_order", "") } else { self }
    }

    /// The same set, of which only the items are known.
    pub fn of_unknown_order(mut self) -> Set<T> {
        self.foreign = true;
        self
    }

    fn mask(&self) -> usize {
        self.table.len().max(SMALLEST) - 1
    }

    fn hashed(&self) -> impl Iterator<Item = (i64, &T)> {
        self.table.iter().filter_map(|place| match place {
            Place::Taken(hash, item) => Some((*hash, item)),
            Place::Free | Place::Gone => None,
        })
    }

    fn resize(&mut self, at_least: usize) {
        let mut places = SMALLEST;
        while places <= at_least {
            places *= 2;
        }
        if places == SMALLEST && self.table.len() == SMALLEST && self.fill == self.used {
            return;
        }
        let old = std::mem::replace(&mut self.table, free_table(places));
        for place in old {
            if let Place::Taken(hash, item) = place {
                put_clean(&mut self.table, hash, item);
            }
        }
        self.fill = self.used;
    }

    /// Cleans marks away where there are too many.
    pub fn tidy(&mut self) {
        if self.fill - self.used > self.mask() / 4 {
            self.grow();
        }
    }

    /// Takes over the items of another set.
    pub fn replace(&mut self, other: Set<T>) {
        *self = Set { finger: self.finger, ..other };
    }

    fn grow(&mut self) {
        self.resize(if self.used > 50_000 { self.used * 2 } else { self.used * 4 });
    }
}

impl<T: Key + PartialEq> Set<T> {
    fn find<Q: PartialEq<T> + ?Sized>(&self, hash: i64, item: &Q) -> Option<usize> {
        if self.table.is_empty() {
            return None;
        }
        let at = seek(&self.table, hash, |_, place| match place {
            Place::Free => true,
            Place::Gone => false,
            Place::Taken(other, found) => *other == hash && *item == *found,
        });
        matches!(self.table[at], Place::Taken(..)).then_some(at)
    }

    fn put(&mut self, hash: i64, item: T) -> bool {
        if self.table.is_empty() {
            self.table = free_table(SMALLEST);
        }
        let marked = Cell::new(None);
        let at = seek(&self.table, hash, |at, place| match place {
            Place::Free => true,
            Place::Gone => {
                marked.set(Some(at));
                false
            }
            Place::Taken(other, found) => *other == hash && item == *found,
        });
        if matches!(self.table[at], Place::Taken(..)) {
            return false;
        }
        self.used += 1;
        // The last mark on the way is taken again.
        if let Some(marked) = marked.get() {
            self.table[marked] = Place::Taken(hash, item);
            return true;
        }
        self.table[at] = Place::Taken(hash, item);
        self.fill += 1;
        if self.fill * 5 >= self.mask() * 3 {
            self.grow();
        }
        true
    }

    fn take_out<Q: PartialEq<T> + ?Sized>(&mut self, hash: i64, item: &Q) -> bool {
        let Some(at) = self.find(hash, item) else { return false };
        self.table[at] = Place::Gone;
        self.used -= 1;
        true
    }

    /// True where the item is there.
    #[inline]
    pub fn contains<Q: Key + PartialEq<T> + ?Sized>(&self, item: &Q) -> bool {
        self.used > 0 && self.find(item.hash_of(), item).is_some()
    }

    /// Puts an item in; one that is there stays.
    #[inline]
    pub fn insert(&mut self, item: T) -> bool {
        self.put(item.hash_of(), item)
    }

    /// Takes an item out.
    pub fn discard<Q: Key + PartialEq<T> + ?Sized>(&mut self, item: &Q) -> bool {
        self.take_out(item.hash_of(), item)
    }

    /// True where every item is in the other set.
    pub fn is_subset(&self, other: &Set<T>) -> bool {
        self.used <= other.used && self.hashed().all(|(hash, item)| other.find(hash, item).is_some())
    }

    /// True where no item is in the other set.
    pub fn is_disjoint(&self, other: &Set<T>) -> bool {
        self.hashed().all(|(hash, item)| other.find(hash, item).is_none())
    }
}

impl<T: Key + PartialEq + Clone> Set<T> {
    /// Puts all items of another set in.
    pub fn merge(&mut self, other: &Set<T>) {
        self.foreign |= other.foreign;
        if other.used == 0 {
            return;
        }
        if (self.fill + other.used) * 5 >= self.mask() * 3 {
            self.resize((self.used + other.used) * 2);
        }
        if self.fill == 0 {
            if self.table.is_empty() {
                self.table = free_table(SMALLEST);
            }
            (self.fill, self.used) = (other.used, other.used);
            if self.table.len() == other.table.len() && other.fill == other.used {
                self.table.clone_from(&other.table);
            } else {
                other.hashed().for_each(|(hash, item)| put_clean(&mut self.table, hash, item.clone()));
            }
            return;
        }
        for (hash, item) in other.hashed() {
            self.put(hash, item.clone());
        }
    }
}

/// The items of a set.
pub struct Iter<'a, T> {
    places: std::slice::Iter<'a, Place<T>>,
    left: usize,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.left = self.left.checked_sub(1)?;
        self.places.find_map(|place| match place {
            Place::Taken(_, item) => Some(item),
            Place::Free | Place::Gone => None,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// The items of a set, as values of their own.
pub struct IntoIter<T>(std::vec::IntoIter<Place<T>>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.find_map(|place| match place {
            Place::Taken(_, item) => Some(item),
            Place::Free | Place::Gone => None,
        })
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self.table.into_iter())
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Key + PartialEq> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Set::default();
        set.extend(items);
        set
    }
}

impl<T: Key + PartialEq> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Key + PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.used == other.used && self.is_subset(other)
    }
}

impl<T: Key> Key for Set<T> {
    /// The hash of a frozenset, whatever its order.
    fn hash_of(&self) -> i64 {
        let shuffled = |hash: i64| ((hash as u64 ^ 89_869_747) ^ ((hash as u64) << 16)).wrapping_mul(3_644_798_167);
        let mixed = self.hashed().fold(0, |sum, (hash, _)| sum ^ shuffled(hash));
        let mixed = mixed ^ (self.used as u64 + 1).wrapping_mul(1_927_868_237);
        let mixed = mixed ^ (mixed >> 11) ^ (mixed >> 25);
        match mixed.wrapping_mul(69_069).wrapping_add(907_133_923) {
            u64::MAX => 590_923_713,
            hash => hash as i64,
        }
    }
}

impl<T: Repr> Repr for Set<T> {
    fn repr(&self) -> String {
        match self.used {
            0 => "set()".to_string(),
            _ => enclosed("{", self.in_order().iter().map(Repr::repr), "}"),
        }
    }
}

/// A frozenset: a set that no longer changes.
#[derive(Clone, Debug)]
pub struct FrozenSet<T>(Set<T>);

impl<T> Default for FrozenSet<T> {
    fn default() -> Self {
        FrozenSet(Set::default())
    }
}

impl<T> Set<T> {
    /// The same items as a frozenset.
    pub fn frozen(self) -> FrozenSet<T> {
        FrozenSet(self)
    }
}

impl<T> FrozenSet<T> {
    /// The same frozenset, of which only the items are known.
    pub fn of_unknown_order(self) -> FrozenSet<T> {
        self.0.of_unknown_order().frozen()
    }
}

impl<T: Key + PartialEq> FrozenSet<T> {
    /// Puts an item in, while the frozenset is being made.
    pub fn insert(&mut self, item: T) -> bool {
        self.0.insert(item)
    }
}

impl<T> std::ops::Deref for FrozenSet<T> {
    type Target = Set<T>;

    fn deref(&self) -> &Set<T> {
        &self.0
    }
}

impl<T> IntoIterator for FrozenSet<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a FrozenSet<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Key + PartialEq> FromIterator<T> for FrozenSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        FrozenSet(Set::from_iter(items))
    }
}

impl<T: Key + PartialEq> PartialEq for FrozenSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Key> Key for FrozenSet<T> {
    fn hash_of(&self) -> i64 {
        self.0.hash_of()
    }
}

impl<T: Repr> Repr for FrozenSet<T> {
    fn repr(&self) -> String {
        if self.is_empty() { "frozenset()".to_string() } else { format!("frozenset({})", self.0.repr()) }
    }
}

/// The items in the order of the table, as a list of their own.
pub fn items<T: Clone>(s: &Set<T>) -> Vec<T> {
    s.in_order().iter().cloned().collect()
}

/// `set(s)`, `s.copy()`: the items go into a new table.
pub fn copy<T: Key + PartialEq + Clone>(s: &Set<T>) -> Set<T> {
    let mut copied = Set::default();
    copied.merge(s);
    copied
}

/// `s.remove(item)`
pub fn remove<T, Q>(s: &mut Set<T>, item: &Q) -> Result<(), Exception>
where
    T: Key + PartialEq,
    Q: Key + PartialEq<T> + Repr + ?Sized,
{
    if s.discard(item) { Ok(()) } else { Err(Exception::new(&KEY_ERROR, item.repr())) }
}

/// `s.pop()`: the item at the finger or the next one after it.
pub fn pop<T>(s: &mut Set<T>) -> Result<T, Exception> {
    if s.used == 0 {
        return Err(Exception::new(&KEY_ERROR, "'pop from an empty set'"));
    }
    let at = (s.finger & s.mask(), s.in_order().table.len());
    let at = (at.0..at.1).chain(0..at.0).find(|at| matches!(s.table[*at], Place::Taken(..)));
    let at = at.unwrap_or_default();
    s.used -= 1;
    s.finger = at + 1;
    match std::mem::replace(&mut s.table[at], Place::Gone) {
        Place::Taken(_, item) => Ok(item),
        Place::Free | Place::Gone => guard("set_order", ""),
    }
}

/// `a | b`
pub fn union<T: Key + PartialEq + Clone>(a: &Set<T>, b: &Set<T>) -> Set<T> {
    let mut result = copy(a);
    result.merge(b);
    result
}

/// `a & b`: the items of the smaller one that are in the other; of two alike, those of `b`.
pub fn intersection<T: Key + PartialEq + Clone>(a: &Set<T>, b: &Set<T>) -> Set<T> {
    if std::ptr::eq(a, b) {
        return copy(a);
    }
    let (from, other) = if b.used > a.used { (a, b) } else { (b, a) };
    let mut result = Set { foreign: a.foreign || b.foreign, ..Set::default() };
    for (hash, item) in from.hashed().filter(|(hash, item)| other.find(*hash, *item).is_some()) {
        result.put(hash, item.clone());
    }
    result
}

/// `a - b`
pub fn difference<T: Key + PartialEq + Clone>(a: &Set<T>, b: &Set<T>) -> Set<T> {
    if a.used >> 2 > b.used {
        let mut result = copy(a);
        subtract(&mut result, b);
        return result;
    }
    let mut result = Set { foreign: a.foreign || b.foreign, ..Set::default() };
    for (hash, item) in a.hashed().filter(|(hash, item)| b.find(*hash, *item).is_none()) {
        result.put(hash, item.clone());
    }
    result
}

/// `a ^ b`
pub fn symmetric_difference<T: Key + PartialEq + Clone>(a: &Set<T>, b: &Set<T>) -> Set<T> {
    let mut result = copy(b);
    toggle(&mut result, a);
    result
}

/// `a -= b`
pub fn subtract<T: Key + PartialEq + Clone>(a: &mut Set<T>, b: &Set<T>) {
    a.foreign |= b.foreign;
    if b.used >> 3 > a.used {
        for (hash, item) in intersection(a, b).hashed() {
            a.take_out(hash, item);
        }
    } else {
        for (hash, item) in b.hashed() {
            a.take_out(hash, item);
        }
    }
    a.tidy();
}

/// `a &= b`
pub fn intersect<T: Key + PartialEq + Clone>(a: &mut Set<T>, b: &Set<T>) {
    let both = intersection(a, b);
    a.replace(both);
}

/// `a ^= b`
pub fn toggle<T: Key + PartialEq + Clone>(a: &mut Set<T>, b: &Set<T>) {
    a.foreign |= b.foreign;
    for (hash, item) in b.hashed() {
        if !a.take_out(hash, item) {
            a.put(hash, item.clone());
        }
    }
}

/// `a |= b`
pub fn merge<T: Key + PartialEq + Clone>(a: &mut Set<T>, b: &Set<T>) {
    a.merge(b);
}

/// `a.isdisjoint(b)`
pub fn is_disjoint<T: Key + PartialEq>(a: &Set<T>, b: &Set<T>) -> bool {
    a.is_disjoint(b)
}

/// `set(d)` of a dict: its keys.
pub fn of_keys<T: Key + PartialEq + Clone, V>(d: &super::dict::Dict<T, V>) -> Set<T> {
    let mut set = Set::default();
    if d.len() * 5 >= set.mask() * 3 {
        set.resize(d.len() * 2);
    }
    set.extend(d.keys().cloned());
    set
}
