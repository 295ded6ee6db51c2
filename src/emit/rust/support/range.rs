//! `range(start, stop, step)` with any step, counted down so that no bound can overflow.

use super::exception::{Exception, VALUE_ERROR};

/// Numbers at equal distances.
#[derive(Clone, Debug)]
pub struct Range {
    next: i64,
    step: i64,
    left: u64,
}

/// `range(start, stop, step)`
pub fn range(start: i64, stop: i64, step: i64) -> Result<Range, Exception> {
    if step == 0 {
        return Err(Exception::new(&VALUE_ERROR, "range() arg 3 must not be zero"));
    }
    Ok(steps(start, stop, step))
}

/// `range(start, stop, step)` for a step that is not zero.
#[inline]
pub fn steps(start: i64, stop: i64, step: i64) -> Range {
    let forward = step > 0;
    let distance = match (forward, start < stop) {
        (true, true) => stop.wrapping_sub(start) as u64,
        (false, false) => start.wrapping_sub(stop) as u64,
        _ => 0,
    };
    Range { next: start, step, left: distance.div_ceil(step.unsigned_abs()) }
}

impl Iterator for Range {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        let value = self.next;
        self.next = value.wrapping_add(self.step);
        Some(value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl DoubleEndedIterator for Range {
    #[inline]
    fn next_back(&mut self) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        Some(self.next.wrapping_add(self.step.wrapping_mul(self.left as i64)))
    }
}
