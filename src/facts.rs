//! What the code tells of a function, without running it.
//!
//! ```text
//! def total(xs: list[float]) -> float:      cost     120 steps, one loop of unknown length (taken as 24)
//!     result = 0.0                          work     compute
//!     for x in xs:                     ->   effects  none: pure
//!         result += x * x                   payload  columns
//!     return result
//! ```
//!
//! Everything here is an *estimate*: trip counts are guessed where the code does not say them, and calls that could
//! not be resolved cost a flat amount. `survey` fills these types, `recommend` and `report` read them.

use crate::diagnostic::Code;
use crate::source::{FileId, SourceFile, Sources};
use crate::span::{Location, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Index of a function in [`Program::functions`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct FunctionId(pub u32);

/// A surveyed program: its files and what is known of their functions.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The files that were read.
    pub sources: Sources,
    /// One entry a file, in the order of [`Program::sources`].
    pub modules: Vec<ModuleFacts>,
    /// Every `def`, nested ones included, ordered by file and place.
    pub functions: Vec<FunctionFacts>,
}

/// What is known of one file.
#[derive(Clone, Debug, Serialize)]
pub struct ModuleFacts {
    /// The file.
    #[serde(skip)]
    pub file: FileId,
    /// Its dotted name.
    pub name: String,
    /// Local modules it imports, by dotted name.
    pub imports: Vec<String>,
    /// Top-level names of packages it imports from outside the program.
    pub packages: BTreeSet<String>,
    /// Number of lines.
    pub lines: usize,
    /// True for files of a test-suite: they are surveyed and not ranked.
    pub is_test: bool,
}

/// What is known of one function or method.
#[derive(Clone, Debug, Serialize)]
pub struct FunctionFacts {
    /// Its index in the program.
    pub id: FunctionId,
    /// Dotted name of its module.
    pub module: String,
    /// Name within the module as CPython's `__qualname__` has it (`Inventory.reserve`, `outer.<locals>.inner`).
    pub qualname: String,
    /// Where: decorators included.
    #[serde(skip)]
    pub at: Location,
    /// The name in its `def`.
    #[serde(skip)]
    pub name_span: Span,
    /// First line, from 1; that of the first decorator as `co_firstlineno` has it.
    pub first_line: usize,
    /// Line of the `def` itself.
    pub def_line: usize,
    /// Last line.
    pub last_line: usize,
    /// What kind of function it is.
    pub kind: FunctionKind,
    /// True where no part of its name begins with an underscore.
    pub is_public: bool,
    /// True for `async def`.
    pub is_async: bool,
    /// True where it yields.
    pub is_generator: bool,
    /// True for functions of a test-suite.
    pub is_test: bool,
    /// Decorators as dotted names.
    pub decorators: Vec<String>,
    /// The web route that it answers.
    pub route: Option<RouteFact>,
    /// Estimated cost of one call.
    pub cost: CostFact,
    /// Noteworthy things that it does itself, with their places.
    pub uses: Vec<Use>,
    /// Calls of functions of the program.
    pub calls: Vec<CallSite>,
    /// Calls that could not be resolved, by the name written.
    pub unresolved: BTreeSet<String>,
    /// What it touches outside itself, its callees included.
    pub effects: Effects,
    /// Locks that it takes itself.
    pub locks: Vec<LockUse>,
    /// What crosses the boundary when it is called from elsewhere.
    pub boundary: Boundary,
    /// Whether the translator takes it; `None` where it was not asked.
    pub translation: Option<Translation>,
}

/// Kinds of function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// A `def` at the top of a module.
    Function,
    /// A `def` in a class.
    Method,
    /// A `def` inside another function.
    Nested,
}

/// A web route: read from decorators of the usual frameworks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteFact {
    /// `GET`, `POST`, ...
    pub methods: Vec<String>,
    /// The path as written; empty where it is not a literal.
    pub path: String,
}

/// Kinds of work. A function's kind is the one with the largest share of its estimated cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Python doing arithmetic, comparing, looping, calling.
    Compute,
    /// Strings, dicts and sets.
    Text,
    /// Inside C libraries: numpy, hashlib, json, sqlite.
    Native,
    /// Waiting for sockets, disks, timers, other processes.
    Waits,
}

impl Work {
    /// Every kind, in the order in which mixes are listed.
    pub const ALL: [Work; 4] = [Work::Compute, Work::Text, Work::Native, Work::Waits];

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Work::Compute => "compute",
            Work::Text => "strings and dicts",
            Work::Native => "native libraries",
            Work::Waits => "waiting",
        }
    }
}

/// An amount of work by kind, in steps; a step is about one simple operation of the interpreter (some 25 ns).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Steps {
    /// See [`Work::Compute`].
    pub compute: f64,
    /// See [`Work::Text`].
    pub text: f64,
    /// See [`Work::Native`].
    pub native: f64,
    /// See [`Work::Waits`].
    pub waits: f64,
}

impl Steps {
    /// No call is estimated at more: keeps nested guesses and recursion finite.
    pub const CEILING: f64 = 1e12;

    /// This many steps of one kind.
    pub fn of(work: Work, amount: f64) -> Self {
        let mut steps = Steps::default();
        *steps.slot(work) = amount;
        steps
    }

    fn slot(&mut self, work: Work) -> &mut f64 {
        match work {
            Work::Compute => &mut self.compute,
            Work::Text => &mut self.text,
            Work::Native => &mut self.native,
            Work::Waits => &mut self.waits,
        }
    }

    /// The steps of one kind.
    pub fn get(mut self, work: Work) -> f64 {
        *self.slot(work)
    }

    /// Adds `times` of another amount, up to the ceiling.
    pub fn add(&mut self, other: Steps, times: f64) {
        for work in Work::ALL {
            let slot = self.slot(work);
            *slot = (*slot + other.get(work) * times).min(Self::CEILING);
        }
    }

    /// All kinds but waiting together.
    pub fn cpu(self) -> f64 {
        self.compute + self.text + self.native
    }

    /// All kinds together.
    pub fn sum(self) -> f64 {
        self.cpu() + self.waits
    }

    /// The share of one kind, from 0 to 1; 0 where there is no work at all.
    pub fn share(self, work: Work) -> f64 {
        let sum = self.sum();
        if sum > 0.0 { self.get(work) / sum } else { 0.0 }
    }

    /// The kind with the largest share; `Compute` where there is no work at all.
    pub fn main(self) -> Work {
        Work::ALL
            .into_iter()
            .fold(Work::Compute, |best, work| if self.get(work) > self.get(best) { work } else { best })
    }
}

/// The estimated cost of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CostFact {
    /// Without its callees.
    pub own: Steps,
    /// With its callees.
    pub total: Steps,
    /// Depth of the deepest loop nest in its own text.
    pub loop_depth: u32,
    /// Loops in its own text whose trip count is not in the code.
    pub guessed_loops: u32,
    /// True where it can reach itself again.
    pub recursive: bool,
}

/// Something noteworthy at a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Use {
    /// What it is about.
    pub kind: UseKind,
    /// The name as resolved: `time.sleep`, `getattr`, `numpy.argsort`.
    pub name: String,
    /// Where.
    #[serde(skip)]
    pub at: Location,
    /// Number of loops around it in its function.
    pub loop_depth: u32,
}

/// What a [`Use`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// A call that waits.
    Wait,
    /// A call into a C library.
    Native,
    /// A call into array libraries (numpy, pandas, polars, torch): array-shaped work.
    Array,
    /// Code that decides at run time what it is: `eval`, `getattr` with a computed name, `**kwargs`.
    Dynamic,
    /// A statement sent to a database.
    Database,
    /// The beginning or end of a transaction.
    Transaction,
    /// Something awaited.
    Await,
    /// The clock is read.
    Clock,
    /// Random numbers.
    Random,
    /// Files, output, processes, environment.
    Outside,
}

/// A call of a function of the program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallSite {
    /// Who is called.
    pub callee: FunctionId,
    /// Where.
    #[serde(skip)]
    pub at: Location,
    /// Estimated number of times this place is reached in one call of the caller.
    pub times: f64,
    /// Number of loops around it in its function.
    pub loop_depth: u32,
}

/// State that lives longer than a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A module global that changes while the program runs.
    Global(String),
    /// An attribute of `self`.
    Attribute(String),
    /// An object passed as this parameter.
    Argument(String),
}

/// A set of states in their order. Sets of one program share one table of all its states: a function can touch what
/// thousands of callees touch.
#[derive(Clone, Debug, Default)]
pub struct StateSet {
    table: Arc<[State]>,
    /// Places in the table, ascending.
    places: Box<[u32]>,
}

impl StateSet {
    /// The states at these places of a table; both are in ascending order.
    pub fn new(table: Arc<[State]>, places: impl IntoIterator<Item = u32>) -> Self {
        StateSet { table, places: places.into_iter().collect() }
    }

    /// Its states in order.
    pub fn iter(&self) -> impl Iterator<Item = &State> {
        self.places.iter().filter_map(|place| self.table.get(*place as usize))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether it holds this one.
    pub fn contains(&self, state: &State) -> bool {
        self.iter().any(|own| own == state)
    }
}

impl FromIterator<State> for StateSet {
    fn from_iter<I: IntoIterator<Item = State>>(states: I) -> Self {
        let table: Arc<[State]> = states.into_iter().collect::<BTreeSet<State>>().into_iter().collect();
        let places = 0..table.len() as u32;
        StateSet::new(table, places)
    }
}

impl PartialEq for StateSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for StateSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// What a function touches outside itself, its callees included.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Effects {
    /// State it reads.
    pub reads: StateSet,
    /// State it changes.
    pub writes: StateSet,
    /// It waits for, or talks to, the world outside: network, files, processes, output.
    pub outside: bool,
    /// It sends statements to a database.
    pub database: bool,
    /// It runs inside, begins or ends a transaction.
    pub transaction: bool,
    /// It reads the clock or random numbers: the same arguments may give another result.
    pub unrepeatable: bool,
    /// It uses features that no translation can see through.
    pub dynamic: bool,
    /// It takes a lock.
    pub locks: bool,
    /// It contains `raise`.
    pub raises: bool,
}

impl Effects {
    /// True where the result depends on the arguments alone and nothing else changes.
    pub fn is_pure(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty() && !self.outside && !self.database && !self.unrepeatable
    }

    /// True where it needs an object or a global to stay where it is.
    pub fn has_state(&self) -> bool {
        self.reads.iter().chain(self.writes.iter()).any(|state| !matches!(state, State::Argument(_)))
    }
}

/// A lock taken by a function itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LockUse {
    /// As written: `self._lock`.
    pub name: String,
    /// Where.
    #[serde(skip)]
    pub at: Location,
    /// Share of the function's estimated total cost that is spent while it is held, from 0 to 1.
    pub held_share: f64,
    /// Share of the held cost that is calls which neither write state nor read the clock, from 0 to 1: work that a
    /// narrower lock could do on a copy.
    pub movable_share: f64,
}

/// What crosses the boundary when a function is called from another process or language.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Boundary {
    /// Each parameter's name and shape, without `self`.
    pub params: Vec<(String, Payload)>,
    /// The shape of the result.
    pub result: Payload,
}

impl Boundary {
    /// The most expensive shape that crosses.
    pub fn heaviest(&self) -> Payload {
        self.params.iter().map(|(_, payload)| *payload).chain([self.result]).max().unwrap_or_default()
    }
}

/// How a value crosses a boundary, from cheap to dear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// Numbers, booleans, short strings, `None`.
    #[default]
    Scalar,
    /// Bytes, arrays, lists of numbers: nearly free in process.
    Columns,
    /// One object with fields.
    Record,
    /// No annotation says what it is.
    Unknown,
    /// Lists or dicts of objects: each record costs.
    Records,
}

/// The translator's answer for a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Translation {
    /// It can be translated.
    Accepted,
    /// It cannot; the first reason in the order of the source.
    Refused(FirstRefusal),
}

/// The first reason for which the translator refuses a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstRefusal {
    /// The diagnostic code.
    #[serde(serialize_with = "code_word")]
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// Where.
    #[serde(skip)]
    pub at: Location,
    /// The smallest edit that would unlock it.
    pub help: Option<String>,
}

fn code_word<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.word())
}

/// Answers whether `evolve` could translate a function. The translator implements it; a survey only asks.
pub trait Translatability {
    /// The answer for one function; `None` where the translator cannot say.
    fn judge(&self, program: &Program, function: &FunctionFacts) -> Option<Translation>;
}

impl Program {
    /// The function of an index that the program handed out.
    pub fn function(&self, id: FunctionId) -> &FunctionFacts {
        &self.functions[id.0 as usize]
    }

    /// The file that a function is in.
    pub fn source_of(&self, function: &FunctionFacts) -> &SourceFile {
        self.sources.get(function.at.file)
    }

    /// The function of this dotted name (`pricing.PriceBook.quote`).
    pub fn by_name(&self, dotted: &str) -> Option<&FunctionFacts> {
        self.functions.iter().find(|function| function.dotted() == dotted)
    }

    /// The innermost function of a file that covers a line.
    pub fn by_line(&self, path: &Path, line: usize) -> Option<&FunctionFacts> {
        let file = self.sources.by_path(path)?.id;
        let covers = |f: &&FunctionFacts| f.at.file == file && f.first_line <= line && line <= f.last_line;
        self.functions.iter().filter(covers).min_by_key(|f| f.last_line - f.first_line)
    }

    /// Functions outside test-suites, the most expensive by estimate first, waiting not counted; equals by name.
    pub fn ranked(&self) -> Vec<FunctionId> {
        let mut ids: Vec<FunctionId> = self.functions.iter().filter(|f| !f.is_test).map(|f| f.id).collect();
        ids.sort_by(|a, b| {
            let (a, b) = (self.function(*a), self.function(*b));
            b.cost.total.cpu().total_cmp(&a.cost.total.cpu()).then_with(|| a.id.cmp(&b.id))
        });
        ids
    }

    /// Asks the translator about these functions and keeps its answers.
    pub fn ask(&mut self, ids: &[FunctionId], translator: &dyn Translatability) {
        for id in ids {
            self.functions[id.0 as usize].translation = translator.judge(self, self.function(*id));
        }
    }
}

impl FunctionFacts {
    /// Module and name: `inventory.Inventory.reserve`.
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.module, self.qualname)
    }

    /// Its kind of work, callees included.
    pub fn work(&self) -> Work {
        self.cost.total.main()
    }

    /// Uses of a kind in its own text.
    pub fn uses_of(&self, kind: UseKind) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(move |u| u.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_add_up_to_the_ceiling_and_name_their_main_kind() {
        let mut steps = Steps::of(Work::Compute, 10.0);
        steps.add(Steps::of(Work::Text, 15.0), 2.0);
        assert_eq!(steps.main(), Work::Text);
        assert_eq!(steps.share(Work::Compute), 0.25);
        steps.add(Steps::of(Work::Compute, 1e300), 1e300);
        assert_eq!(steps.get(Work::Compute), Steps::CEILING);
        assert_eq!(Steps::default().share(Work::Waits), 0.0);
    }

    #[test]
    fn heaviest_payload_is_found_among_parameters_and_result() {
        let boundary = Boundary { params: vec![("xs".into(), Payload::Records)], result: Payload::Scalar };
        assert_eq!(boundary.heaviest(), Payload::Records);
        assert_eq!(Boundary::default().heaviest(), Payload::Scalar);
    }
}
