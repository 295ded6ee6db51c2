//! Byte ranges in a source file: the currency in which every stage says *where*.

use serde::{Deserialize, Serialize};

/// A half-open range of byte offsets `start..end` in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start: start as u32, end: end as u32 }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A range in a file of the run: what a diagnostic, an IR node and a refusal point at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The file, as registered in [`crate::source::Sources`].
    pub file: crate::source::FileId,
    /// The byte range in it.
    pub span: Span,
}
