//! A fault: one small change of a translated function that makes it mean something else.

use pivot::target::Target;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of mistake a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Operator,
    Comparison,
    Constant,
    Sign,
    Rounding,
    Overflow,
    Check,
    Bytes,
    Text,
    Mutation,
    Branch,
    Message,
    Exception,
    Aliasing,
    Statement,
    Order,
    Default,
    Tuple,
    Number,
    None,
}

/// Every kind with its title.
pub const KINDS: [(Kind, &str); 20] = [
    (Kind::Operator, "operator swapped or left out"),
    (Kind::Comparison, "comparison or range off by one"),
    (Kind::Constant, "constant off by one, text or flag changed"),
    (Kind::Sign, "`//`, `%` or `int()` with the wrong sign rule"),
    (Kind::Rounding, "half rounded up, quotient rounded twice"),
    (Kind::Overflow, "integer wraps at 64 bits"),
    (Kind::Check, "check dropped: bounds, guard, raise"),
    (Kind::Bytes, "byte for code point"),
    (Kind::Text, "the language's own text, spaces or cases"),
    (Kind::Mutation, "argument copied before it is changed"),
    (Kind::Branch, "branches swapped"),
    (Kind::Message, "exception message changed"),
    (Kind::Exception, "exception type changed"),
    (Kind::Aliasing, "shared object copied"),
    (Kind::Statement, "statement dropped"),
    (Kind::Order, "order lost: of a dict, of equal elements"),
    (Kind::Default, "wrong default"),
    (Kind::Tuple, "tuple for list or list for tuple in the codec"),
    (Kind::Number, "int for float or float for int in the codec"),
    (Kind::None, "zero for None in the codec"),
];

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(format!("{self:?}").to_lowercase().as_str())
    }
}

/// Where the changed code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the body of a translated function.
    Body,
    /// Where a call from outside reads its arguments and writes its result.
    Boundary,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number in its program, from 1: what `--fault` takes.
    pub number: usize,
    pub target: Target,
    /// `containers/lists`
    pub module: String,
    /// The emitted function (`PriceBook::rule`), or the Python name of a call in the boundary.
    pub function: String,
    pub kind: Kind,
    pub place: Place,
    /// The statement around it, shortened.
    pub context: String,
    pub before: String,
    pub after: String,
    /// Which one of those that are otherwise the same, from 1.
    pub nth: usize,
    /// Python lines of the function, as `file.py:first`.
    pub origin: String,
    /// Number of the place among those that the language's finder offers in this function.
    pub site: usize,
}

impl Fault {
    /// What names it from run to run; changes when the code around it changes.
    pub fn key(&self) -> String {
        let nth = if self.nth > 1 { format!(" (#{})", self.nth) } else { String::new() };
        format!(
            "{} {} {} {}: {} | {} -> {}{nth}",
            self.target.word(),
            self.module,
            self.function,
            self.kind,
            self.context,
            self.before,
            self.after
        )
    }
}

/// Text on one line, at most that many letters.
pub fn shortened(text: &str, letters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    match line.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A number that mixes an order but never changes.
pub fn rank(key: &str) -> u64 {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 29)
}
