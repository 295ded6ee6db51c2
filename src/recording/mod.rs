//! Calls seen and calls made: the values that cross the boundary, their one codec, requests and answers.
//!
//! ```text
//! (1, 2.0)  ->  {"$tuple":[1,2.0]}  ->  Value::Tuple([Int(1), Float(2.0)])
//! ```
//!
//! A [`Value`] is exact: integers of any length, floats by their bits, dicts in order, tuples apart from lists. The
//! same codec reads recordings, worker answers and the answers of a port. Nothing here runs anything.

mod call;
mod equal;
mod json;
mod value;

pub use call::{Action, Answer, Outcome, RecordedCall, Request};
pub use equal::{Comparison, Mismatch};
pub use json::CodecError;
pub use value::{Float, Integer, Object, Value};
