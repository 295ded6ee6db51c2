//! Sets combined with what is no set: item by item.

use super::key::Key;
use super::set::{Set, copy, symmetric_difference, toggle as toggle_set};

fn set_of<T: Key + PartialEq + Clone>(items: &[T]) -> Set<T> {
    items.iter().cloned().collect()
}

/// `s.update(items)`
pub fn extend<T: Key + PartialEq + Clone>(s: &mut Set<T>, items: &[T]) {
    s.extend(items.iter().cloned());
}

/// `s.intersection_update(items)`
pub fn intersect<T: Key + PartialEq + Clone>(s: &mut Set<T>, items: &[T]) {
    let both = intersection(s, items);
    s.replace(both);
}

/// `s.difference_update(items)`
pub fn subtract<T: Key + PartialEq + Clone>(s: &mut Set<T>, items: &[T]) {
    for item in items {
        s.discard(item);
    }
    s.tidy();
}

/// `s.symmetric_difference_update(items)`
pub fn toggle<T: Key + PartialEq + Clone>(s: &mut Set<T>, items: &[T]) {
    toggle_set(s, &set_of(items));
}

/// `s.union(items)`
pub fn union<T: Key + PartialEq + Clone>(s: &Set<T>, items: &[T]) -> Set<T> {
    let mut result = copy(s);
    extend(&mut result, items);
    result
}

/// `s.intersection(items)`
pub fn intersection<T: Key + PartialEq + Clone>(s: &Set<T>, items: &[T]) -> Set<T> {
    items.iter().filter(|item| s.contains(*item)).cloned().collect()
}

/// `s.difference(items)`
pub fn difference<T: Key + PartialEq + Clone>(s: &Set<T>, items: &[T]) -> Set<T> {
    let mut result = copy(s);
    subtract(&mut result, items);
    result
}

/// `s.symmetric_difference(items)`
pub fn unlike<T: Key + PartialEq + Clone>(s: &Set<T>, items: &[T]) -> Set<T> {
    symmetric_difference(s, &set_of(items))
}

/// `s.issubset(items)`
pub fn is_subset<T: Key + PartialEq + Clone>(s: &Set<T>, items: &[T]) -> bool {
    s.is_subset(&set_of(items))
}

/// `s.issuperset(items)`
pub fn is_superset<T: Key + PartialEq>(s: &Set<T>, items: &[T]) -> bool {
    items.iter().all(|item| s.contains(item))
}

/// `s.isdisjoint(items)`
pub fn is_disjoint<T: Key + PartialEq>(s: &Set<T>, items: &[T]) -> bool {
    !items.iter().any(|item| s.contains(item))
}
