//! Python's operations, as far as this program uses them.

pub mod dict;
pub mod exception;
pub mod float;
pub mod format;
pub mod guard;
pub mod hash;
pub mod int;
pub mod json;
pub mod key;
pub mod list;
pub mod order;
pub mod range;
pub mod repr;
pub mod text;
pub mod unicode;
pub mod web;
