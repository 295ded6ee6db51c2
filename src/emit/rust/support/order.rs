//! Sorting and extremes with Python's rules: stable, first of equals wins.

use super::guard::guard;
use std::cmp::Ordering;

/// `min(a, b)`
#[inline]
pub fn min<T: PartialOrd>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

/// `max(a, b)`
#[inline]
pub fn max<T: PartialOrd>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

/// The first smallest of some values.
pub fn smallest<T: PartialOrd>(values: impl IntoIterator<Item = T>) -> Option<T> {
    values.into_iter().reduce(min)
}

/// The first largest of some values.
pub fn largest<T: PartialOrd>(values: impl IntoIterator<Item = T>) -> Option<T> {
    values.into_iter().reduce(max)
}

/// The first value with the smallest key.
pub fn smallest_by<K: PartialOrd, T>(pairs: impl IntoIterator<Item = (K, T)>) -> Option<T> {
    pairs.into_iter().reduce(|best, next| if next.0 < best.0 { next } else { best }).map(|best| best.1)
}

/// The first value with the largest key.
pub fn largest_by<K: PartialOrd, T>(pairs: impl IntoIterator<Item = (K, T)>) -> Option<T> {
    pairs.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|best| best.1)
}

fn compare<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| guard("nan_order", ""))
}

/// `sorted(items, reverse=reverse)`
pub fn sorted<T: PartialOrd>(mut items: Vec<T>, reverse: bool) -> Vec<T> {
    sort(&mut items, reverse);
    items
}

/// `items.sort(reverse=reverse)`
pub fn sort<T: PartialOrd>(items: &mut [T], reverse: bool) {
    if reverse {
        items.sort_by(|a, b| compare(b, a));
    } else {
        items.sort_by(compare);
    }
}

/// `sorted(items, key=..., reverse=reverse)` of items that come with their keys.
pub fn sorted_by<K: PartialOrd, T>(pairs: impl IntoIterator<Item = (K, T)>, reverse: bool) -> Vec<T> {
    let mut pairs: Vec<(K, T)> = pairs.into_iter().collect();
    if reverse {
        pairs.sort_by(|a, b| compare(&b.0, &a.0));
    } else {
        pairs.sort_by(|a, b| compare(&a.0, &b.0));
    }
    pairs.into_iter().map(|pair| pair.1).collect()
}
