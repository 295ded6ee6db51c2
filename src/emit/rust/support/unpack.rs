//! Taking apart what has no fixed number of items.

use super::exception::{Exception, VALUE_ERROR};

/// Raises unless there are as many items as targets.
#[inline]
pub fn exactly(length: i64, count: i64) -> Result<(), Exception> {
    if length == count {
        return Ok(());
    }
    Err(Exception::new(&VALUE_ERROR, if length < count {
        format!("not enough values to unpack (expected {count}, got {length})")
    } else {
        format!("too many values to unpack (expected {count})")
    }))
}

/// Raises where there are fewer items than targets besides the starred one.
#[inline]
pub fn at_least(length: i64, count: i64) -> Result<(), Exception> {
    if length >= count {
        return Ok(());
    }
    let message = format!("not enough values to unpack (expected at least {count}, got {length})");
    Err(Exception::new(&VALUE_ERROR, message))
}
