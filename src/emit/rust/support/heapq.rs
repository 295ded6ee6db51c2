//! Python's heapq and bisect, with its comparisons in its order. Values that have no order (NaN) decline.

use super::exception::{Exception, INDEX_ERROR, VALUE_ERROR};
use super::guard::guard;
use std::cmp::Ordering;

fn less<T: PartialOrd>(a: &T, b: &T) -> bool {
    a.partial_cmp(b).unwrap_or_else(|| guard("nan_order", "")) == Ordering::Less
}

/// Moves an item up until its parent is not larger.
fn rise<T: PartialOrd>(heap: &mut [T], start: usize, mut at: usize) {
    while at > start && less(&heap[at], &heap[(at - 1) / 2]) {
        heap.swap(at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

/// Moves an item down to a leaf along the smaller children, and up again to its place.
fn sink<T: PartialOrd>(heap: &mut [T], start: usize) {
    let mut at = start;
    while 2 * at + 1 < heap.len() {
        let left = 2 * at + 1;
        let child = if left + 1 < heap.len() && !less(&heap[left], &heap[left + 1]) { left + 1 } else { left };
        heap.swap(at, child);
        at = child;
    }
    rise(heap, start, at);
}

fn empty() -> Exception {
    Exception::new(&INDEX_ERROR, "index out of range")
}

/// `heappush(heap, item)`
pub fn push<T: PartialOrd>(heap: &mut Vec<T>, item: T) {
    heap.push(item);
    let last = heap.len() - 1;
    rise(heap, 0, last);
}

/// `heappop(heap)`
pub fn pop<T: PartialOrd>(heap: &mut Vec<T>) -> Result<T, Exception> {
    if heap.is_empty() {
        return Err(empty());
    }
    let smallest = heap.swap_remove(0);
    sink(heap, 0);
    Ok(smallest)
}

/// `heapify(heap)`
pub fn heapify<T: PartialOrd>(heap: &mut [T]) {
    (0..heap.len() / 2).rev().for_each(|at| sink(heap, at));
}

/// `heapreplace(heap, item)`
pub fn replace<T: PartialOrd>(heap: &mut [T], item: T) -> Result<T, Exception> {
    let smallest = std::mem::replace(heap.first_mut().ok_or_else(empty)?, item);
    sink(heap, 0);
    Ok(smallest)
}

/// `heappushpop(heap, item)`
pub fn push_pop<T: PartialOrd>(heap: &mut [T], item: T) -> T {
    match heap.first_mut() {
        Some(first) if less(first, &item) => {
            let smallest = std::mem::replace(first, item);
            sink(heap, 0);
            smallest
        }
        _ => item,
    }
}

fn sorted<T: PartialOrd + Clone>(items: &[T], count: i64, order: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| match (order(a, b), order(b, a)) {
        (true, _) => Ordering::Less,
        (_, true) => Ordering::Greater,
        _ => Ordering::Equal,
    });
    sorted.truncate(usize::try_from(count).unwrap_or(0));
    sorted
}

/// `nsmallest(count, items)`
pub fn smallest<T: PartialOrd + Clone>(count: i64, items: &[T]) -> Vec<T> {
    sorted(items, count, less)
}

/// `nlargest(count, items)`
pub fn largest<T: PartialOrd + Clone>(count: i64, items: &[T]) -> Vec<T> {
    sorted(items, count, |a, b| less(b, a))
}

/// Where a search by halves ends: `goes_right` says of an item that the place is after it.
fn search<T>(items: &[T], low: i64, high: Option<i64>, goes_right: impl Fn(&T) -> bool) -> Result<i64, Exception> {
    if low < 0 {
        return Err(Exception::new(&VALUE_ERROR, "lo must be non-negative"));
    }
    let mut low = low;
    let mut high = high.filter(|high| *high != -1).unwrap_or(items.len() as i64);
    while low < high {
        let middle = low + (high - low) / 2;
        let item = items.get(middle as usize);
        let item = item.ok_or_else(|| Exception::new(&INDEX_ERROR, "list index out of range"))?;
        if goes_right(item) { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// `bisect_left(items, item, low, high)`
pub fn bisect_left<T: PartialOrd>(items: &[T], item: T, low: i64, high: Option<i64>) -> Result<i64, Exception> {
    search(items, low, high, |other| less(other, &item))
}

/// `bisect_right(items, item, low, high)`
pub fn bisect_right<T: PartialOrd>(items: &[T], item: T, low: i64, high: Option<i64>) -> Result<i64, Exception> {
    search(items, low, high, |other| !less(&item, other))
}

/// `insort_left(items, item, low, high)`
pub fn insort_left<T: PartialOrd>(items: &mut Vec<T>, item: T, low: i64, high: Option<i64>) -> Result<(), Exception> {
    let at = search(items, low, high, |other| less(other, &item))?;
    items.insert((at as usize).min(items.len()), item);
    Ok(())
}

/// `insort_right(items, item, low, high)`
pub fn insort_right<T: PartialOrd>(items: &mut Vec<T>, item: T, low: i64, high: Option<i64>) -> Result<(), Exception> {
    let at = search(items, low, high, |other| !less(&item, other))?;
    items.insert((at as usize).min(items.len()), item);
    Ok(())
}
