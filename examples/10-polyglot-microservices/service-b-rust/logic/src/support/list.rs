//! Python's list operations: indices wrap once from the end and are then checked, bounds of slices are clamped.

use super::exception::{Exception, INDEX_ERROR, VALUE_ERROR};
use super::guard::guard;

#[cold]
#[inline(never)]
fn out_of_range(message: &str) -> Exception {
    Exception::new(&INDEX_ERROR, message)
}

/// Where an index points in a sequence of a length; beyond the end where it points nowhere.
#[inline]
pub fn position(length: usize, index: i64) -> usize {
    (if index < 0 { index.wrapping_add(length as i64) } else { index }) as usize
}

/// `xs[index]`
#[inline]
pub fn item<T>(xs: &[T], index: i64) -> Result<&T, Exception> {
    xs.get(position(xs.len(), index)).ok_or_else(|| out_of_range("list index out of range"))
}

/// `xs[index]` of a tuple whose elements have one type.
#[inline]
pub fn tuple_item<T>(xs: &[T], index: i64) -> Result<&T, Exception> {
    xs.get(position(xs.len(), index)).ok_or_else(|| out_of_range("tuple index out of range"))
}

/// `t.index(value, start, stop)`
pub fn tuple_index<T: PartialEq<Q>, Q: ?Sized>(xs: &[T], value: &Q, start: i64, stop: i64) -> Result<i64, Exception> {
    let (first, last) = bounds(xs.len(), Some(start), Some(stop));
    let part = xs.get(first..last.max(first)).unwrap_or_default();
    let missing = || Exception::new(&VALUE_ERROR, "tuple.index(x): x not in tuple");
    part.iter().position(|item| *item == *value).map(|at| (at + first) as i64).ok_or_else(missing)
}

/// `data[index]` of bytes.
#[inline]
pub fn byte(data: &[u8], index: i64) -> Result<i64, Exception> {
    data.get(position(data.len(), index)).map(|byte| i64::from(*byte)).ok_or_else(|| out_of_range("index out of range"))
}

/// The place `xs[index]`, to change what is in it.
#[inline]
pub fn item_mut<T>(xs: &mut [T], index: i64) -> Result<&mut T, Exception> {
    let at = position(xs.len(), index);
    xs.get_mut(at).ok_or_else(|| out_of_range("list index out of range"))
}

/// The place `xs[index]`, to assign to it.
#[inline]
pub fn slot<T>(xs: &mut [T], index: i64) -> Result<&mut T, Exception> {
    let at = position(xs.len(), index);
    xs.get_mut(at).ok_or_else(|| out_of_range("list assignment index out of range"))
}

/// `xs[first], xs[second] = xs[second], xs[first]`
pub fn swap<T>(xs: &mut [T], first: i64, second: i64) -> Result<(), Exception> {
    let (first, second) = (position(xs.len(), first), position(xs.len(), second));
    if first.max(second) >= xs.len() {
        return Err(out_of_range("list index out of range"));
    }
    xs.swap(first, second);
    Ok(())
}

/// `start:stop` with the step 1, clamped to a length.
pub fn bounds(length: usize, start: Option<i64>, stop: Option<i64>) -> (usize, usize) {
    let clamp = |index: i64| match index {
        index if index < 0 => index.saturating_add(length as i64).max(0) as usize,
        index => (index as usize).min(length),
    };
    (start.map_or(0, clamp), stop.map_or(length, clamp))
}

/// `xs[start:stop:step]`
pub fn slice<T: Clone>(xs: &[T], start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Result<Vec<T>, Exception> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Exception::new(&VALUE_ERROR, "slice step cannot be zero"));
    }
    if step > 0 {
        let (start, stop) = bounds(xs.len(), start, stop);
        let part = xs.get(start..stop.max(start)).unwrap_or_default();
        return Ok(part.iter().step_by(usize::try_from(step).unwrap_or(usize::MAX)).cloned().collect());
    }
    let length = xs.len() as i64;
    let clamp = |index: i64| match index {
        index if index < 0 => index.saturating_add(length).max(-1),
        index => index.min(length - 1),
    };
    let (start, stop) = (start.map_or(length - 1, clamp), stop.map_or(-1, clamp));
    let part = if start > stop { &xs[(stop + 1) as usize..=start as usize] } else { &[] };
    Ok(part.iter().rev().step_by(usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX)).cloned().collect())
}

/// `xs * count`
pub fn repeat<T: Clone>(xs: &[T], count: i64) -> Vec<T> {
    let count = usize::try_from(count).unwrap_or(0);
    match xs.len().checked_mul(count).and_then(|length| length.checked_mul(size_of::<T>().max(1))) {
        Some(bytes) if bytes <= 1 << 32 => xs.iter().cycle().take(xs.len() * count).cloned().collect(),
        _ => guard("memory", ""),
    }
}

/// `xs.index(item)`; the message of the error is the interpreter's.
pub fn index_of<T: PartialEq<Q>, Q: super::repr::Repr + ?Sized>(xs: &[T], item: &Q) -> Result<i64, Exception> {
    let missing = || Exception::new(&VALUE_ERROR, format!("{} is not in list", item.repr()));
    xs.iter().position(|other| *other == *item).map(|at| at as i64).ok_or_else(missing)
}

/// `xs.insert(index, item)`
pub fn insert<T>(xs: &mut Vec<T>, index: i64, item: T) {
    let (at, _) = bounds(xs.len(), Some(index), None);
    xs.insert(at, item);
}

/// `xs.pop()`
pub fn pop<T>(xs: &mut Vec<T>) -> Result<T, Exception> {
    xs.pop().ok_or_else(|| out_of_range("pop from empty list"))
}

/// `xs.pop(index)`
pub fn pop_at<T>(xs: &mut Vec<T>, index: i64) -> Result<T, Exception> {
    let at = position(xs.len(), index);
    match xs.len() {
        0 => Err(out_of_range("pop from empty list")),
        length if at < length => Ok(xs.remove(at)),
        _ => Err(out_of_range("pop index out of range")),
    }
}

/// `xs.remove(item)`
pub fn remove<T: PartialEq<Q>, Q: ?Sized>(xs: &mut Vec<T>, item: &Q) -> Result<(), Exception> {
    match xs.iter().position(|other| *other == *item) {
        Some(at) => {
            xs.remove(at);
            Ok(())
        }
        None => Err(Exception::new(&VALUE_ERROR, "list.remove(x): x not in list")),
    }
}

/// `del xs[index]`
pub fn delete<T>(xs: &mut Vec<T>, index: i64) -> Result<(), Exception> {
    let at = position(xs.len(), index);
    if at >= xs.len() {
        return Err(out_of_range("list assignment index out of range"));
    }
    xs.remove(at);
    Ok(())
}

/// `xs.index(item, start, stop)`; the message of the error is the interpreter's.
pub fn index_from<T: PartialEq<Q>, Q: super::repr::Repr + ?Sized>(
    xs: &[T],
    item: &Q,
    start: i64,
    stop: i64,
) -> Result<i64, Exception> {
    let (first, last) = bounds(xs.len(), Some(start), Some(stop));
    let part = xs.get(first..last.max(first)).unwrap_or_default();
    index_of(part, item).map(|at| at + first as i64)
}
