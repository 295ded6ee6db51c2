//! `collections.Counter`: a dict of counts. Counts beyond 64 bits decline.

use super::dict::Dict;
use super::guard::guard;
use super::key::Key;

fn sum(a: i64, b: i64) -> i64 {
    a.checked_add(b).unwrap_or_else(|| guard("int_overflow", ""))
}

fn difference(a: i64, b: i64) -> i64 {
    a.checked_sub(b).unwrap_or_else(|| guard("int_overflow", ""))
}

fn get<K: Key + PartialEq>(counts: &Dict<K, i64>, key: &K) -> i64 {
    counts.get(key).copied().unwrap_or(0)
}

/// `Counter(items)`
pub fn of<K: Key + PartialEq + Clone>(items: &[K]) -> Dict<K, i64> {
    let mut counts = Dict::default();
    add(&mut counts, items);
    counts
}

/// `counts.update(items)`
pub fn add<K: Key + PartialEq + Clone>(counts: &mut Dict<K, i64>, items: &[K]) {
    for item in items {
        let count = counts.entry(item.clone()).or_insert(0);
        *count = sum(*count, 1);
    }
}

/// `counts.update(other)` of other counts.
pub fn merge<K: Key + PartialEq + Clone>(counts: &mut Dict<K, i64>, other: &Dict<K, i64>) {
    for (key, more) in other {
        let count = counts.entry(key.clone()).or_insert(0);
        *count = sum(*count, *more);
    }
}

/// `counts.subtract(items)`
pub fn remove<K: Key + PartialEq + Clone>(counts: &mut Dict<K, i64>, items: &[K]) {
    for item in items {
        let count = counts.entry(item.clone()).or_insert(0);
        *count = difference(*count, 1);
    }
}

/// `counts.subtract(other)` of other counts.
pub fn unmerge<K: Key + PartialEq + Clone>(counts: &mut Dict<K, i64>, other: &Dict<K, i64>) {
    for (key, less) in other {
        let count = counts.entry(key.clone()).or_insert(0);
        *count = difference(*count, *less);
    }
}

/// `counts.most_common(n)`: of equal counts the first comes first.
pub fn common<K: Clone>(counts: &Dict<K, i64>, n: Option<i64>) -> Vec<(K, i64)> {
    let mut pairs: Vec<(K, i64)> = counts.iter().map(|(key, count)| (key.clone(), *count)).collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.1));
    if let Some(n) = n {
        pairs.truncate(usize::try_from(n).unwrap_or(0));
    }
    pairs
}

/// `counts.elements()`
pub fn elements<K: Clone>(counts: &Dict<K, i64>) -> Vec<K> {
    let length = counts.values().fold(0i64, |all, count| sum(all, (*count).max(0)));
    if length > 1 << 28 {
        guard("memory", "");
    }
    counts.iter().flat_map(|(key, count)| (0..*count).map(|_| key.clone())).collect()
}

/// `counts.total()`
pub fn total<K>(counts: &Dict<K, i64>) -> i64 {
    counts.values().fold(0, |all, count| sum(all, *count))
}

/// What is above zero of the counts of both, by key; the keys of the first come first.
fn combined<K: Key + PartialEq + Clone>(
    a: &Dict<K, i64>,
    b: &Dict<K, i64>,
    join: impl Fn(i64, i64) -> i64,
) -> Dict<K, i64> {
    let mut out = Dict::default();
    let own = a.iter().map(|(key, count)| (key, join(*count, get(b, key))));
    let others = b.iter().filter(|(key, _)| !a.contains_key(*key)).map(|(key, count)| (key, join(0, *count)));
    for (key, count) in own.chain(others).filter(|(_, count)| *count > 0) {
        out.insert(key.clone(), count);
    }
    out
}

/// `a + b`
pub fn plus<K: Key + PartialEq + Clone>(a: &Dict<K, i64>, b: &Dict<K, i64>) -> Dict<K, i64> {
    combined(a, b, sum)
}

/// `a - b`
pub fn minus<K: Key + PartialEq + Clone>(a: &Dict<K, i64>, b: &Dict<K, i64>) -> Dict<K, i64> {
    combined(a, b, difference)
}

/// `a & b`
pub fn both<K: Key + PartialEq + Clone>(a: &Dict<K, i64>, b: &Dict<K, i64>) -> Dict<K, i64> {
    combined(a, b, i64::min)
}

/// `a | b`
pub fn either<K: Key + PartialEq + Clone>(a: &Dict<K, i64>, b: &Dict<K, i64>) -> Dict<K, i64> {
    combined(a, b, i64::max)
}

/// `a == b`: what is not there counts as zero.
pub fn equal<K: Key + PartialEq>(a: &Dict<K, i64>, b: &Dict<K, i64>) -> bool {
    a.keys().chain(b.keys()).all(|key| get(a, key) == get(b, key))
}
