//! Problems as data: a stable code, a place, words for the user, and a hint.
//!
//! Whatever reads user code returns `(value, Vec<Diagnostic>)`; nobody prints while working. One file draws them
//! (`render`), one table explains them (`codes`).

pub mod codes;
pub mod render;

use crate::span::Location;
pub use codes::Code;

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Told, changes nothing.
    Note,
    /// Told, part of the work is left out.
    Warning,
    /// The thing asked for cannot be done.
    Error,
}

/// One problem in the user's code or input.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What kind of problem, stable between versions.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence, without a full stop, that names the thing as the user wrote it.
    pub message: String,
    /// Where.
    pub at: Location,
    /// The smallest edit that would help.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with the code's own severity and no hint yet.
    pub fn new(code: Code, at: Location, message: impl Into<String>) -> Self {
        Diagnostic { code, severity: code.severity(), message: message.into(), at, help: None }
    }

    /// Adds the smallest edit that would help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
