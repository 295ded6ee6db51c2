//! Proof by replay: the original in a CPython worker, the port in its `call` process, the same calls to both.
//!
//! ```text
//! def total(xs: list[int]) -> int: ...        total([2147483647, 1])   Python 2147483648, port -2147483648
//! ```
//!
//! Two Pythons first, to know what is not reproducible (`scout`). Then recorded calls, then calls generated from types,
//! constants of the source and values that were seen (`inputs`, `values`, `numbers`, `pool`), at their corners (`corners`),
//! for classes in sequences that follow what the original answers (`compose`, `sequence`). Both sides run at the same time (`engine`, `side`); answers are compared exactly
//! (`case`), differences are made small (`shrink`), and what was found is data (`evidence`), written down as `PARITY`
//! (`parity`) with the calls that are worth keeping (`corpus`). What the original said is kept for the next run (`answers`). `bench` times the same calls on both sides; `record` sees calls of a run of the user's program.
//!
//! The protocol is that of `docs/protocol.md`. Absent here: anything about how the port was made.

mod answers;
mod bench;
mod branches;
mod case;
mod compose;
mod corners;
mod corpus;
mod crew;
mod decided;
mod driver;
mod engine;
mod evidence;
mod gather;
mod inputs;
mod numbers;
mod original;
mod parity;
mod pool;
mod random;
mod record;
mod scout;
mod sequence;
mod shapes;
mod shrink;
mod side;
mod subject;
#[cfg(test)]
mod tests_support;
mod values;

pub use bench::{Benched, BenchedFunction, Cases, Memory, Ratio, Speed, Timed, Trip, bench, round_trips};
pub use corpus::{Kept, corpus_lines, read_corpus};
pub use decided::{Decider, Decisions};
pub use evidence::{
    Branches, Calls, CorpusStep, Difference, DifferenceKind, FunctionEvidence, Status, Tally, Verification,
};
pub use parity::{Certificate, Entry, Hashes, Level, failure_rate, level, status_word};
pub use record::{Recorder, Recording};

use crate::artifact::Interface;
use crate::host::process::Command;
use crate::host::{clock, interrupt};
use crate::policy::Evidence;
use crate::recording::RecordedCall;
use answers::Answers;
use decided::Trail;
use engine::{Engine, Unit};
use gather::Gathered;
use original::Original;
use scout::Scouted;
use side::{Ask, Side};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use subject::{SubjectId, Subjects};

const CODEC: &str = include_str!("python/codec.py");
const WORKER: &str = include_str!("python/worker.py");
/// The worker as a copy of the original that counts branches.
const ORIGINAL: &str = concat!(
    include_str!("python/branches.py"),
    include_str!("python/constants.py"),
    include_str!("python/fingerprint.py"),
    include_str!("python/worker.py")
);
/// How often loops go round in a millisecond, at most: about what the fastest of them do.
const WORK_A_MILLISECOND: u64 = 1000;
/// Where the virtual clock begins on both sides, in epoch seconds.
const CLOCK: &str = "1700000000";

/// What to verify and how thoroughly.
#[derive(Clone, Debug)]
pub struct VerifyJob<'a> {
    /// The Python that the port must agree with.
    pub interpreter: PathBuf,
    /// The original's file.
    pub module: PathBuf,
    /// What can be called.
    pub interface: &'a Interface,
    /// The port: program and arguments, `--exact` included.
    pub port: Vec<OsString>,
    /// Calls seen in a run of the user's program.
    pub recorded: &'a [RecordedCall],
    /// Cases to replay beside, from an earlier run or added by hand.
    pub kept: &'a Kept,
    /// How much evidence the policy wants.
    pub evidence: &'a Evidence,
    /// Same seed, same calls.
    pub seed: u64,
    /// Limits of time and memory.
    pub limits: Limits,
    /// What is decided by the clock.
    pub decider: Decider,
    /// The folder that keeps answers of the original from run to run; `None` asks everything anew.
    pub answers: Option<PathBuf>,
}

/// Limits of time and memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long the port may take for one answer.
    pub call: Duration,
    /// How long the original may take for a generated call before it is given up.
    pub patience: Duration,
    /// Address space of each process, in bytes.
    pub memory: Option<u64>,
    /// How long everything may take.
    pub budget: Option<Duration>,
    /// How many pairs of processes run at the same time.
    pub jobs: usize,
    /// After that many differences a function is not called any more; at least 1.
    pub differences: usize,
    /// How many smaller cases are tried where a difference was found; zero keeps it as it was seen.
    pub shrinking: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            call: Duration::from_secs(10),
            patience: Duration::from_secs(3),
            memory: Some(4 << 30),
            budget: None,
            jobs: 2,
            differences: 3,
            shrinking: 300,
        }
    }
}

/// How far verification has come with one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Python name of the function or method.
    pub name: String,
    /// Answers compared so far.
    pub compared: usize,
    /// Answers needed.
    pub wanted: usize,
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The original cannot be imported.
    #[error("the module cannot be imported: {0}")]
    Import(String),
    /// The interpreter does not run.
    #[error("cannot run {0}: {1}")]
    Interpreter(PathBuf, String),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// Compares the port with the original.
pub fn verify(job: &VerifyJob, progress: &(dyn Fn(Progress) + Sync)) -> Result<Verification, VerifyError> {
    let interpreter = interpreter(job)?;
    let subjects = Subjects::of(job.interface);
    let units = Unit::all(&subjects);
    let deadline = job.limits.budget.map(|budget| clock::monotonic() + budget);
    let scouted = scout::scout(job, &subjects, &units, deadline)?;
    let slow = engine::slow(job, &subjects, &scouted);
    let engine = Engine { job, subjects: &subjects, scouted: &scouted, units, slow, deadline, progress };
    let gathered = engine.run();
    // A cache that cannot be written costs time only.
    let _ = scouted.answers.as_ref().map(Answers::save);
    let mut gathered = gathered.ok_or(VerifyError::Interrupted)?;
    corpus::replay(job, &subjects, &scouted, &mut gathered).ok_or(VerifyError::Interrupted)?;
    let over = deadline.is_some_and(|deadline| clock::monotonic() > deadline);
    let mut notes = notes(&subjects, &scouted, over);
    notes.extend(gathered.iter().flat_map(|(id, found)| given_up(job, &subjects.all[*id].name(), found)));
    let functions = evidence(job, &subjects, &scouted, gathered, over);
    if interrupt::requested() {
        return Err(VerifyError::Interrupted);
    }
    Ok(Verification { functions, interpreter, notes, decisions: job.decider.decisions() })
}

fn notes(subjects: &Subjects, scouted: &Scouted, over: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if over {
        notes.push("the time budget was used up".to_owned());
    }
    if !scouted.clock_jumps && subjects.all.iter().any(|subject| subject.callable.reads_clock) {
        notes.push("the port does not understand jumps of the clock: time went on in small steps only".to_owned());
    }
    notes
}

/// What is to be said of calls that the original did not get through.
fn given_up(job: &VerifyJob, name: &str, found: &Gathered) -> Vec<String> {
    let calls = |count: usize| if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
    let gave_up = found.gave_up;
    let mut notes = Vec::new();
    if gave_up.for_work > 0 {
        let rounds = job.how(false).work.unwrap_or_default();
        let calls = calls(gave_up.for_work);
        notes.push(format!("{calls} of {name} went round the original's loops more than {rounds} times: not compared"));
    }
    if gave_up.for_time > 0 {
        let (calls, seconds) = (calls(gave_up.for_time), job.limits.patience.as_secs_f64());
        notes.push(format!("{calls} of {name} took the original more than {seconds} s: not compared"));
    }
    notes
}

/// Draws the conclusion for every subject.
fn evidence(
    job: &VerifyJob,
    subjects: &Subjects,
    scouted: &Scouted,
    mut gathered: BTreeMap<SubjectId, Gathered>,
    over: bool,
) -> Vec<FunctionEvidence> {
    let minimum = job.evidence.minimum_calls as usize;
    let taken = gathered.iter().map(|(id, found)| (*id, found.branches.clone())).collect();
    let mut branches = scouted.branches.counts(subjects, &taken);
    let mut one = |(id, subject): (SubjectId, &subject::Subject)| {
        let found = gathered.remove(&id).unwrap_or_default();
        let differences =
            found.differences.into_iter().map(|found| Difference { at: subject.callable.at.clone(), ..found });
        let mut evidence = FunctionEvidence {
            name: subject.name(),
            status: Status::Unproven,
            reason: None,
            calls: found.calls,
            tally: found.tally,
            exhausted: found.exhausted,
            differences: differences.collect(),
            branches: branches[id].take(),
            nondeterministic: scouted.nondeterministic.get(&id).cloned(),
            corpus: found.corpus,
        };
        evidence.conclude(minimum, over.then(|| format!("the time budget ended after {} calls", found.calls.total())));
        evidence
    };
    subjects.all.iter().enumerate().map(&mut one).collect()
}

/// Asks the interpreter who it is.
fn interpreter(job: &VerifyJob) -> Result<String, VerifyError> {
    let ask = "import platform; print(platform.python_implementation(), platform.python_version())";
    let failed = |why: String| VerifyError::Interpreter(job.interpreter.clone(), why);
    let done = Command::new(&job.interpreter).args(["-c", ask]).run(Some(Duration::from_secs(30)));
    let done = done.map_err(|problem| failed(problem.to_string()))?;
    match done.status.success() {
        true => Ok(done.stdout_text().trim().to_owned()),
        false => Err(failed(done.stderr_text().trim().to_owned())),
    }
}

impl VerifyJob<'_> {
    /// A process of the original; strings hash by `hash_seed`.
    fn python(&self, hash_seed: &str) -> Side {
        Side::new(self.worker(WORKER).env("PYTHONHASHSEED", hash_seed), self.limits.call)
    }

    /// A process of a copy of the original that counts its branches.
    fn original(&self) -> Original {
        let command = self.worker(ORIGINAL);
        let side = Side::counting(command.env("PYTHONHASHSEED", "0"), self.limits.call);
        Original::new(side, self.how(false), Trail::new(&self.decider, "scout"), self.interface.has_state)
    }

    /// What was kept of the answers of an original with this fingerprint.
    fn answers(&self, fingerprint: &str) -> Option<Answers> {
        let limits = format!("{:?} {CLOCK}", self.limits.memory);
        let identity = [fingerprint, CODEC, ORIGINAL, &limits].join("\n");
        Some(Answers::open(self.answers.as_ref()?, &identity))
    }

    /// How the original is asked: a recorded call may take any work.
    fn how(&self, recorded: bool) -> Ask {
        let work = (!recorded).then_some(self.limits.patience.as_millis() as u64 * WORK_A_MILLISECOND);
        Ask { time: false, timeout: Some(self.decider.patience(self.limits.patience)), work }
    }

    fn worker(&self, script: &str) -> Command {
        let script = format!("{CODEC}\n{script}");
        let command = Command::new(&self.interpreter).args(["-B", "-c", &script]).arg(&self.module);
        self.limited(command)
    }

    /// A process of the port.
    fn port_side(&self) -> Side {
        let mut words = self.port.iter();
        let program = words.next().cloned().unwrap_or_default();
        let command = Command::new(program).args(words);
        Side::fenced(self.limited(command), self.limits.call)
    }

    /// A process of the port that is trusted to answer each request once.
    fn unfenced_port(&self) -> Side {
        let mut words = self.port.iter();
        let program = words.next().cloned().unwrap_or_default();
        Side::new(self.limited(Command::new(program).args(words)), self.limits.call)
    }

    fn limited(&self, command: Command) -> Command {
        let command = command.env("PIVOT_CLOCK", CLOCK);
        match self.limits.memory {
            Some(bytes) => command.memory_limit(bytes),
            None => command,
        }
    }
}
