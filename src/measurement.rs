//! What a run cost, per function and reason: plain data that the profiler writes and that everything later reads.
//!
//! A [`Measurement`] keeps what was seen once, compactly: functions are interned, and every distinct call stack is a
//! node of a tree that points to its caller. Each node carries the seconds spent *exactly there*, split by [`Reason`]:
//!
//! ```text
//! workload.main                       python 0.1 s
//! └── monolith.price_route            python 0.2 s, gil 0.4 s
//!     └── pricing.calculate_price     python 9.7 s, native 0.3 s
//! ```
//!
//! Everything else is derived: own and total cost of a function ([`Measurement::costs`]), its callees
//! ([`Measurement::callees`]), the ranking of the user's functions ([`Measurement::hotspots`]). Seconds are
//! *thread-seconds*: eight threads that wait for one second have waited for eight.
//!
//! Nothing here touches the system; how the numbers come about is told in `profiler`.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

mod costs;
mod hotspots;
mod interval;
mod warnings;

pub use costs::{Callee, FunctionCost};
pub use hotspots::Hotspot;
pub use interval::Interval;
pub use warnings::Warning;

/// Version of the serialised form of [`Measurement`]; raised when a field changes its meaning.
pub const SCHEMA: u32 = 1;

/// Why a thread spent its time: computing, or what it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// On a processor, in Python code or in what the interpreter does for it.
    Python,
    /// On a processor, inside a function written in C (or Rust, Fortran ...) that Python code called.
    Native,
    /// Ready to compute, but every processor was busy with something else.
    Queue,
    /// Waiting for the global interpreter lock.
    Gil,
    /// Waiting for a file, a socket, a pipe or another process.
    Io,
    /// Waiting for a lock, an event, a queue or another thread.
    Lock,
    /// Asleep by its own wish (`time.sleep`).
    Sleep,
    /// Not computing, for a reason that could not be read.
    Unknown,
}

impl Reason {
    /// Every reason, in the order in which they are shown.
    pub const ALL: [Reason; 8] = [
        Reason::Python,
        Reason::Native,
        Reason::Queue,
        Reason::Gil,
        Reason::Io,
        Reason::Lock,
        Reason::Sleep,
        Reason::Unknown,
    ];

    /// The reason in one word, as files and formats write it.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Python => "python",
            Reason::Native => "native",
            Reason::Queue => "queue",
            Reason::Gil => "gil",
            Reason::Io => "io",
            Reason::Lock => "lock",
            Reason::Sleep => "sleep",
            Reason::Unknown => "unknown",
        }
    }

    /// The reason that a word stands for.
    pub fn of_word(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// The reason in plain words, as tables and sentences show it.
    pub fn words(self) -> &'static str {
        match self {
            Reason::Python => "computing Python",
            Reason::Native => "computing in native code",
            Reason::Queue => "ready, waiting for a processor",
            Reason::Gil => "waiting for the GIL",
            Reason::Io => "waiting for I/O",
            Reason::Lock => "waiting for a lock",
            Reason::Sleep => "asleep",
            Reason::Unknown => "waiting, reason unknown",
        }
    }
}

/// Thread-seconds split by [`Reason`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seconds {
    #[serde(skip_serializing_if = "is_zero")]
    pub python: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub native: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub queue: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub gil: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub io: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub lock: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub sleep: f64,
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: f64,
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Seconds {
    /// The seconds spent for one reason.
    pub fn of(&self, reason: Reason) -> f64 {
        match reason {
            Reason::Python => self.python,
            Reason::Native => self.native,
            Reason::Queue => self.queue,
            Reason::Gil => self.gil,
            Reason::Io => self.io,
            Reason::Lock => self.lock,
            Reason::Sleep => self.sleep,
            Reason::Unknown => self.unknown,
        }
    }

    /// The place where the seconds of one reason are kept.
    pub fn of_mut(&mut self, reason: Reason) -> &mut f64 {
        match reason {
            Reason::Python => &mut self.python,
            Reason::Native => &mut self.native,
            Reason::Queue => &mut self.queue,
            Reason::Gil => &mut self.gil,
            Reason::Io => &mut self.io,
            Reason::Lock => &mut self.lock,
            Reason::Sleep => &mut self.sleep,
            Reason::Unknown => &mut self.unknown,
        }
    }

    /// Seconds on a processor: Python and native together.
    pub fn cpu(&self) -> f64 {
        self.python + self.native
    }

    /// All thread-seconds, whatever the reason.
    pub fn wall(&self) -> f64 {
        Reason::ALL.iter().map(|&reason| self.of(reason)).sum()
    }

    /// Seconds in which the thread neither computed nor was ready to.
    pub fn waiting(&self) -> f64 {
        self.gil + self.io + self.lock + self.sleep + self.unknown
    }

    /// The share of the wall time spent for one reason, between 0 and 1.
    pub fn share(&self, reason: Reason) -> f64 {
        ratio(self.of(reason), self.wall())
    }

    /// Adds the seconds of `other`, reason by reason.
    pub fn add(&mut self, other: &Seconds) {
        for reason in Reason::ALL {
            *self.of_mut(reason) += other.of(reason);
        }
    }
}

/// `part / whole`, and 0 where there is no whole.
pub(crate) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// How the measured command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Ending {
    /// It ended by itself with this exit code.
    Code { code: i32 },
    /// A signal ended it that did not come from us.
    Signal { signal: i32 },
    /// It ran longer than `--timeout` and was ended.
    TimedOut,
    /// It was ended because the `--duration` to sample was over: as asked for, not a failure.
    DurationReached,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// It was running before and runs on: it was watched for a while.
    Detached,
    /// Somebody else watched it and does not say.
    NotSeen,
}

/// Where a measurement comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Origin {
    /// A command was run and sampled.
    #[default]
    Run,
    /// A process that was running already was sampled.
    Attached { pid: i32 },
    /// Profiles of other tools were read.
    Imported { files: Vec<ImportedFile> },
}

impl Origin {
    /// Whether we did not sample ourselves.
    pub fn is_imported(&self) -> bool {
        matches!(self, Origin::Imported { .. })
    }
}

/// A profile that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// The file, as typed.
    pub path: PathBuf,
    /// Such as `pstats`.
    pub format: String,
    /// Stacks that were sampled; none where calls were traced or the format does not say.
    pub samples: Option<u64>,
}

impl Ending {
    /// Whether the command did what it was asked to do.
    pub fn is_success(self) -> bool {
        matches!(self, Ending::Code { code: 0 } | Ending::DurationReached | Ending::Detached | Ending::NotSeen)
    }
}

/// Processor time of the whole run from the system's own books, which need no sampling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CpuSeconds {
    /// In user mode, of the command and every descendant it waited for (rusage).
    pub user: f64,
    /// In the kernel, of the same processes.
    pub system: f64,
    /// Summed over the clocks of the processes in which Python was found, from their start to their end.
    pub python_processes: f64,
    /// The part of `python_processes` that fell into the time when stacks were sampled.
    pub sampled: f64,
}

impl CpuSeconds {
    /// User and system time together.
    pub fn total(&self) -> f64 {
        self.user + self.system
    }
}

/// How the sampling itself went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Samples a second that were asked for, per process.
    pub rate: f64,
    /// Moments at which a process was sampled.
    pub taken: u64,
    /// Planned moments that passed because the sampler did not get a processor in time.
    pub missed: u64,
    /// Moments at which the stacks could not be read.
    pub failed: u64,
    /// Stacks seen, over all threads.
    pub stacks: u64,
    /// Of these, stacks of threads that were on a processor: what shares of the processor time rest on.
    pub computing: u64,
    /// Seconds for which threads were stopped in order to read them.
    pub paused_seconds: f64,
    /// Processor seconds that the sampler itself used.
    pub own_cpu_seconds: f64,
}

/// How native code was told from Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeMethod {
    /// By unwinding the machine stack up to the interpreter loop. Built-in functions of the interpreter are native
    /// where their address is known from its method tables.
    Unwound,
    /// Only where a thread computed without holding the GIL; code that holds it counts as Python.
    WithoutGil,
    /// Not at all: an imported profile does not say.
    Untold,
}

/// One process of the run in which Python was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Process {
    pub pid: i32,
    pub command: Vec<String>,
    /// Version of the interpreter, such as `3.11.7`.
    pub python: String,
    /// Threads seen over its whole life.
    pub threads: u64,
    pub samples: u64,
    pub cpu_seconds: f64,
}

/// A function as a stack names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Function {
    /// Module by the file's place under the project root, such as `shop.pricing`.
    pub module: String,
    /// Name within the module, such as `Inventory.query_stock`, `outer.<locals>.inner` or `<module>`.
    pub qualname: String,
    /// Absolute path where it is known; `<string>` and the like otherwise.
    pub file: PathBuf,
    /// Line of the definition (of its first decorator, as CPython counts), from 1; 0 if unknown.
    pub first_line: u32,
    /// Whether the file is the project's own: under its root, and neither an installed package nor the standard library.
    pub user: bool,
    /// Unbroken rows of samples in which the function was on a computing thread's stack: tells how far successive
    /// samples depend on each other.
    pub spells: u64,
    /// How often it was called, where an imported profile counted; 0 where nobody did.
    #[serde(default, skip_serializing_if = "is_none")]
    pub calls: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Function {
    /// The module-qualified name, such as `inventory.Inventory.query_stock`.
    pub fn name(&self) -> String {
        if self.module.is_empty() { self.qualname.clone() } else { format!("{}.{}", self.module, self.qualname) }
    }
}

/// One distinct call stack: a function and the stack that called it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// Index of the caller's stack; `None` for the outermost frame.
    pub parent: Option<u32>,
    /// Index into [`Measurement::functions`].
    pub function: u32,
    /// Samples in which exactly this stack was seen.
    pub samples: u64,
    /// Of these, samples of a computing thread.
    pub computing: u64,
    /// Time spent exactly here, with no further Python callee.
    pub seconds: Seconds,
}

impl Stack {
    /// Whether nothing was seen exactly here, only in what was called from here.
    fn is_only_passed(&self) -> bool {
        self.samples == 0 && self.seconds.wall() == 0.0
    }
}

/// Everything that one run told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    pub schema: u32,
    /// Absent in files written before measurements could come from elsewhere.
    #[serde(default)]
    pub origin: Origin,
    pub command: Vec<String>,
    /// The folder against which modules are named and the user's code is told from others'.
    pub project_root: PathBuf,
    pub ending: Ending,
    /// Seconds from the start of the command to its end.
    pub wall_seconds: f64,
    pub cpu: CpuSeconds,
    pub sampling: Sampling,
    pub native_method: NativeMethod,
    pub processes: Vec<Process>,
    pub functions: Vec<Function>,
    /// Callers come before their callees.
    pub stacks: Vec<Stack>,
    /// Time of threads that ran no Python function, such as the pools of native libraries.
    pub outside: Seconds,
    /// What the profiler itself has to say, in plain words.
    pub notes: Vec<String>,
}

impl Measurement {
    /// Thread-seconds of all stacks, by reason, with what ran outside of Python.
    pub fn total(&self) -> Seconds {
        let mut total = self.outside;
        for stack in &self.stacks {
            total.add(&stack.seconds);
        }
        total
    }

    /// The interpreter's version; the first one's, where the run used several.
    pub fn python(&self) -> Option<&str> {
        self.processes.first().map(|process| process.python.as_str())
    }

    /// Index of the function with this module-qualified name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.functions.iter().position(|function| function.name() == name)
    }
}

/// Builds the stack table: gives each distinct stack one number.
#[derive(Debug, Default)]
pub struct StackTable {
    stacks: Vec<Stack>,
    known: HashMap<(Option<u32>, u32), u32>,
}

impl StackTable {
    /// The number of the stack in which `function` was called from `parent`.
    pub fn intern(&mut self, parent: Option<u32>, function: u32) -> u32 {
        let next = self.stacks.len() as u32;
        let number = *self.known.entry((parent, function)).or_insert(next);
        if number == next {
            self.stacks.push(Stack { parent, function, samples: 0, computing: 0, seconds: Seconds::default() });
        }
        number
    }

    /// The stack with this number.
    pub fn get_mut(&mut self, number: u32) -> &mut Stack {
        &mut self.stacks[number as usize]
    }

    /// The stack with this number, read only.
    pub fn get(&self, number: u32) -> &Stack {
        &self.stacks[number as usize]
    }

    /// How many distinct stacks there are.
    pub fn len(&self) -> usize {
        self.stacks.len()
    }

    /// Whether no stack has been seen.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }

    /// All stacks, callers before callees.
    pub fn into_stacks(self) -> Vec<Stack> {
        self.stacks
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A call tree for tests: name (`module:name` outside of module `m`, `lib!module:name` in a library), own seconds of
    /// Python, callees.
    pub(crate) struct Tree<'a>(pub &'a str, pub f64, pub &'a [Tree<'a>]);

    /// The measurement of a run that looked like these trees; module `m`, one sample a millisecond.
    pub(crate) fn measurement(roots: &[Tree]) -> Measurement {
        let mut functions = Vec::new();
        let mut table = StackTable::default();
        for root in roots {
            grow(root, None, &mut functions, &mut table);
        }
        let stacks = table.into_stacks();
        let cpu: f64 = stacks.iter().map(|stack| stack.seconds.cpu()).sum();
        let taken = stacks.iter().map(|stack| stack.samples).sum();
        Measurement {
            schema: SCHEMA,
            origin: Origin::Run,
            command: vec!["python".into(), "m.py".into()],
            project_root: "/project".into(),
            ending: Ending::Code { code: 0 },
            wall_seconds: cpu,
            cpu: CpuSeconds { user: cpu, system: 0.0, python_processes: cpu, sampled: cpu },
            sampling: Sampling { rate: 200.0, taken: 1000, stacks: taken, computing: taken, ..Sampling::default() },
            native_method: NativeMethod::Unwound,
            processes: vec![Process {
                pid: 1,
                command: vec![],
                python: "3.11.7".into(),
                threads: 1,
                samples: taken,
                cpu_seconds: cpu,
            }],
            functions,
            stacks,
            outside: Seconds::default(),
            notes: Vec::new(),
        }
    }

    fn grow(tree: &Tree, parent: Option<u32>, functions: &mut Vec<Function>, table: &mut StackTable) {
        let (user, name) = tree.0.strip_prefix("lib!").map_or((true, tree.0), |rest| (false, rest));
        let (module, name) = name.split_once(':').unwrap_or(("m", name));
        let known = functions.iter().position(|function| function.module == module && function.qualname == name);
        let index = known.unwrap_or_else(|| {
            functions.push(Function {
                module: module.into(),
                qualname: name.into(),
                file: format!("/project/{module}.py").into(),
                first_line: 1,
                user,
                spells: 100,
                calls: 0,
            });
            functions.len() - 1
        });
        let number = table.intern(parent, index as u32);
        let stack = table.get_mut(number);
        stack.seconds.python += tree.1;
        stack.samples += (tree.1 * 1000.0) as u64;
        stack.computing = stack.samples;
        for callee in tree.2 {
            grow(callee, Some(number), functions, table);
        }
    }

    #[test]
    fn it_survives_json() {
        let m = measurement(&[Tree("a", 1.0, &[Tree("b", 2.5, &[])])]);
        let text = serde_json::to_string(&m).unwrap();
        assert_eq!(serde_json::from_str::<Measurement>(&text).unwrap(), m);
    }

    #[test]
    fn reasons_add_up_to_the_wall_time() {
        let mut seconds = Seconds::default();
        for (i, reason) in Reason::ALL.into_iter().enumerate() {
            *seconds.of_mut(reason) = (i + 1) as f64;
            assert_eq!(seconds.of(reason), (i + 1) as f64);
        }
        assert_eq!(seconds.wall(), 36.0);
        assert_eq!(seconds.cpu() + seconds.queue + seconds.waiting(), seconds.wall());
        assert!((Reason::ALL.iter().map(|&r| seconds.share(r)).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
