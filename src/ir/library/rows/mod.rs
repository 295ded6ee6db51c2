//! The rows of the table, by topic; the form of a row is told in the parent module.

mod containers;
mod iteration;
mod numbers;
mod text;

/// Every row.
pub(super) const ALL: &[&[&str]] = &[numbers::ROWS, text::ROWS, containers::ROWS, iteration::ROWS];
