//! What verification found, as data: per function how many calls were compared, what differed, and the status.

use super::bench::Cases;
use super::decided::Decisions;
use crate::recording::Request;
use serde::{Deserialize, Serialize};

/// Everything that was found about one generated project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Evidence of each function and method, in the order of the interface.
    pub functions: Vec<FunctionEvidence>,
    /// `CPython 3.11.7`
    pub interpreter: String,
    /// What a reader should know beside: clock jumps not supported, budget used up, ...
    pub notes: Vec<String>,
    /// What was decided by the clock.
    pub decisions: Decisions,
}

impl Verification {
    /// The evidence of a function by its Python name (`price`, `Inventory.reserve`).
    pub fn function(&self, name: &str) -> Option<&FunctionEvidence> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// The calls that are worth keeping, by function.
    pub fn cases(&self) -> Cases {
        let read = |case: &Vec<CorpusStep>| case.iter().map(|step| Request::from_line(&step.request)).collect();
        let cases = |found: &FunctionEvidence| found.corpus.iter().filter_map(read).collect();
        self.functions.iter().map(|found| (found.name.clone(), cases(found))).collect()
    }

    /// True where every function is equal.
    pub fn all_equal(&self) -> bool {
        self.functions.iter().all(|function| function.status == Status::Equal)
    }
}

/// Whether a translation is the same as the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Enough answers compared, and none differs.
    Equal,
    /// One differs.
    NotEqual,
    /// Too few compared, or Python does not agree with itself.
    Unproven,
}

/// The evidence of one function or method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionEvidence {
    /// Python name: `price`, `Inventory.reserve`.
    pub name: String,
    /// What follows from the numbers.
    pub status: Status,
    /// Why it is not equal or not proven.
    pub reason: Option<String>,
    /// Answers compared, guards left out, by where the calls came from.
    pub calls: Calls,
    /// The numbers behind.
    pub tally: Tally,
    /// True where every possible call was made.
    pub exhausted: bool,
    /// Shrunk differences, at most a few.
    pub differences: Vec<Difference>,
    /// Branches of the original that the compared calls took; `None` where they could not be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branches: Option<Branches>,
    /// Where Python did not agree with itself.
    pub nondeterministic: Option<String>,
    /// Calls worth keeping: the first of each kind of outcome, as protocol requests with Python's answers.
    pub corpus: Vec<Vec<CorpusStep>>,
}

/// Branches of the original: those of a function and of the helpers that its calls entered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branches {
    /// All of them.
    pub total: usize,
    /// Those that compared calls took.
    pub reached: usize,
    /// The others: `pricing.py:40 else`.
    pub missed: Vec<String>,
}

/// Calls by origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// Seen in a run of the user's program.
    pub recorded: usize,
    /// Made from types, literals and values seen.
    pub generated: usize,
}

impl Calls {
    /// All of them.
    pub fn total(self) -> usize {
        self.recorded + self.generated
    }
}

/// What the calls came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Compared calls that returned.
    pub returned: usize,
    /// Compared calls that raised.
    pub raised: usize,
    /// Calls that differed.
    pub different: usize,
    /// Calls that the port declined.
    pub guards: usize,
    /// Places where the annotation says float and Python gave or took an integer.
    pub integers_for_floats: usize,
    /// Calls that the original did not finish or whose answer has no form: not compared.
    pub not_comparable: usize,
    /// Kinds of outcome seen: shapes of results, types and patterns of exceptions.
    pub outcomes: usize,
    /// States of objects compared after sequences of calls.
    pub states: usize,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// One returned and the other raised.
    Outcome,
    /// The value.
    Value,
    /// The exception's type.
    ExceptionType,
    /// The exception's message.
    Message,
    /// An argument that was changed, or was not.
    Mutation,
    /// What was printed.
    Stdout,
    /// The state after a sequence of calls.
    State,
    /// The port did not answer in time.
    Hang,
    /// The port's process ended.
    Crash,
    /// The port came upon something that it had taken for certain.
    Panic,
    /// The port wrote something that is no answer.
    Rubbish,
    /// The port answered another request.
    OutOfOrder,
    /// The port does not understand the request.
    Protocol,
}

/// A difference with the smallest calls that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    pub kind: DifferenceKind,
    /// Where the function is defined in Python: `pricing.py:12:0`.
    #[serde(default)]
    pub at: String,
    /// Where inside the value: `[2].total`.
    pub path: String,
    /// The calls as a reader of Python would write them; the last one differs.
    pub calls: Vec<String>,
    /// The same as requests of the stdio protocol.
    pub requests: Vec<String>,
    /// What Python answered.
    pub python: String,
    /// What the port answered.
    pub port: String,
}

impl Difference {
    /// File and line of the Python function: `pricing.py:12`.
    pub fn line(&self) -> &str {
        self.at.rsplit_once(':').map_or(&self.at, |(line, _)| line)
    }
}

/// One request of a kept case, with what has to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusStep {
    /// The request line.
    pub request: String,
    /// The answer line: Python's, or the port's where it says the same in other words or declines.
    pub answer: String,
}

impl FunctionEvidence {
    /// Draws the conclusion: sets status and reason from the numbers.
    pub(super) fn conclude(&mut self, minimum: usize, why_few: Option<String>) {
        let compared = self.calls.total();
        (self.status, self.reason) = if self.tally.different > 0 {
            (Status::NotEqual, Some(self.first_difference()))
        } else if let Some(reason) = &self.nondeterministic {
            (Status::Unproven, Some(format!("Python does not agree with itself: {reason}")))
        } else if compared >= minimum || self.exhausted && compared > 0 {
            (Status::Equal, None)
        } else {
            (Status::Unproven, Some(why_few.unwrap_or_else(|| self.too_few(minimum))))
        };
    }

    fn first_difference(&self) -> String {
        match self.differences.first() {
            Some(difference) => {
                let call = difference.calls.last().cloned().unwrap_or_default();
                format!("{call}: Python {}, port {}", difference.python, difference.port)
            }
            None => format!("{} calls differ", self.tally.different),
        }
    }

    fn too_few(&self, minimum: usize) -> String {
        let mut text = format!("{} answers compared, {minimum} needed", self.calls.total());
        if self.tally.guards > 0 {
            text.push_str(&format!("; the port declined {} calls", self.tally.guards));
        }
        if self.tally.not_comparable > 0 {
            text.push_str(&format!("; {} answers of the original cannot be compared", self.tally.not_comparable));
        }
        text
    }
}
