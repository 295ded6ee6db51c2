//! What one rule says of one function.

use serde::Serialize;

/// A form that a function may take, from the cheapest to the dearest: the rungs of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// As it is.
    Stay,
    /// Another algorithm, a cache, a narrower lock, one query instead of many.
    Fix,
    /// The same code under a newer interpreter.
    NewerPython,
    /// Whole arrays at a time.
    Vectorise,
    /// Compiled by mypyc.
    Mypyc,
    /// Several processes, or a Python without the GIL.
    Processes,
    /// Native code in the same process.
    Extension,
    /// A process of its own behind a network interface.
    Service,
    /// Something that exists already: a search engine, a stream processor.
    OtherStack,
}

impl Form {
    /// The rungs in the order in which they are tried.
    pub const LADDER: [Form; 8] = [
        Form::Stay,
        Form::Fix,
        Form::NewerPython,
        Form::Vectorise,
        Form::Mypyc,
        Form::Processes,
        Form::Extension,
        Form::Service,
    ];

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Form::Stay => "stay",
            Form::Fix => "fix",
            Form::NewerPython => "newer Python",
            Form::Vectorise => "vectorise",
            Form::Mypyc => "mypyc",
            Form::Processes => "processes",
            Form::Extension => "in process",
            Form::Service => "service",
            Form::OtherStack => "another stack",
        }
    }
}

/// The language of a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Where it is now.
    Python,
    /// In process, or where latency is tight.
    Rust,
    /// Many connections, fan-out of I/O.
    Go,
    /// A stack of the matrix, by its name there.
    Other(String),
}

impl Language {
    /// The name for people.
    pub fn title(&self) -> &str {
        match self {
            Language::Python => "Python",
            Language::Rust => "Rust",
            Language::Go => "Go",
            Language::Other(name) => name,
        }
    }
}

/// What a rule does to the ladder.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Nothing above *fix* is worth it.
    Stay,
    /// A rung is worth taking, as far as this rule goes.
    Allow(Form),
    /// A rung is ruled out.
    Reject(Form),
    /// The language, if it moves.
    Prefer(Language),
    /// Nothing; the reader should know.
    Say,
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The rule's number.
    pub rule: u8,
    /// What it does.
    pub effect: Effect,
    /// One sentence with the figures, without a full stop.
    pub text: String,
    /// What would change it.
    pub flip: Option<String>,
}

impl Opinion {
    /// An opinion of a rule.
    pub fn new(rule: u8, effect: Effect, text: impl Into<String>) -> Opinion {
        Opinion { rule, effect, text: text.into(), flip: None }
    }

    /// Adds what would change it.
    pub fn flip(mut self, flip: impl Into<String>) -> Opinion {
        self.flip = Some(flip.into());
        self
    }
}
