//! Declining: a call that meets what this translation does not cover ends in a guard instead of a wrong answer.
//!
//! A guard is an unwinding with a known payload, which no panic hook sees. The boundary catches it, rolls the state back and answers with its kind
//! and place; the caller then asks the original Python.

use std::panic::resume_unwind;

/// Why a call declined, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// `int_overflow`, `big_int`, `type` ...
    pub kind: &'static str,
    /// `file:line:column` in the Python source; empty where only the function is known.
    pub at: &'static str,
}

/// Declines the call that is running.
#[cold]
#[inline(never)]
pub fn guard(kind: &'static str, at: &'static str) -> ! {
    resume_unwind(Box::new(Guard { kind, at }))
}
