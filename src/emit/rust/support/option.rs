//! Values that may be None where Python needs something: its exception.

use super::exception::{ATTRIBUTE_ERROR, Exception, TYPE_ERROR};

/// What an attribute is looked up on.
#[inline]
pub fn attribute<'a, T>(value: &'a Option<T>, message: &str) -> Result<&'a T, Exception> {
    value.as_ref().ok_or_else(|| Exception::new(&ATTRIBUTE_ERROR, message))
}

/// What an operation needs.
#[inline]
pub fn operand<'a, T>(value: &'a Option<T>, message: &str) -> Result<&'a T, Exception> {
    value.as_ref().ok_or_else(|| Exception::new(&TYPE_ERROR, message))
}
