//! One run from its start to the measurement: start the command, find its processes, watch each, end it when it is
//! time, put everything together.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::assemble::{Assembly, QualifiedName};
use super::signals::Signals;
use super::watcher::{Watched, watch};
use crate::host::clock;
use crate::host::linux::keeper::{Ended, Keeper, Launch};
use crate::host::linux::procfs::{Family, Id};
use crate::host::process::find_program;
use crate::measurement::{CpuSeconds, Ending, Measurement, NativeMethod, Origin, SCHEMA, Sampling};

/// Samples a second that cost next to nothing and tell enough within half a minute.
pub const DEFAULT_RATE: f64 = 200.0;

/// How often new processes are looked for.
pub(super) const ROUND: Duration = Duration::from_millis(20);

/// How long the command may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// What to run and how to sample it.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// The program and its arguments, as they were typed.
    pub command: Vec<String>,
    /// The folder to run it in; the current one if none is given.
    pub directory: Option<PathBuf>,
    /// Variables in addition to our own environment.
    pub environment: Vec<(String, String)>,
    /// The folder whose files are the user's code, and against which modules are named; absolute.
    pub project_root: PathBuf,
    /// Samples a second, for every process.
    pub rate: f64,
    /// End the command after this time, as wished.
    pub duration: Option<Duration>,
    /// End the command after this time, as a failure.
    pub timeout: Option<Duration>,
    /// Whether what the command writes to stdout goes to our stderr, because our stdout carries a machine format.
    pub stdout_to_stderr: bool,
}

impl RunSettings {
    /// The usual settings for a command.
    pub fn new(command: Vec<String>, project_root: PathBuf) -> Self {
        RunSettings {
            command,
            directory: None,
            environment: Vec::new(),
            project_root,
            rate: DEFAULT_RATE,
            duration: None,
            timeout: None,
            stdout_to_stderr: false,
        }
    }
}

/// Why a command could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum ProfilerError {
    /// Nothing to run.
    #[error("no command was given to measure")]
    NoCommand,
    /// A rate of zero, below or beyond reason.
    #[error("the sampling rate must be between 1 and 10000 a second, not {0}")]
    BadRate(f64),
    /// The program is not in the search path.
    #[error("`{0}` was not found")]
    NotFound(String),
    /// It is there but does not start.
    #[error("`{program}` could not be started: {error}")]
    NotStarted { program: String, error: io::Error },
    /// The system forbids reading the process.
    #[error("the system does not allow process {process} to be read")]
    Refused { process: Id, why: Refusal },
    /// There is no such process.
    #[error("there is no process {0}")]
    NoProcess(Id),
    /// The process is no interpreter.
    #[error("no Python runs in process {process} ({}){}", .program.display(), if *.subprocesses { " or its children" } else { "" })]
    NoPython { process: Id, program: PathBuf, subprocesses: bool },
    /// Our own resources are exhausted.
    #[error("a sampling thread could not be started: {0}")]
    NoThread(io::Error),
}

/// Why a process may not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// We started it ourselves.
    OwnChild,
    /// It runs under another user's id.
    OtherUser,
    /// `kernel.yama.ptrace_scope` allows children only, or nobody.
    PtraceScope,
    /// The right to trace is missing, as in containers.
    Capability,
}

impl Refusal {
    /// What the user can do about it.
    fn help(self) -> &'static str {
        match self {
            Refusal::OwnChild => {
                "in a container, allow ptrace (`--cap-add=SYS_PTRACE`); elsewhere check that \
                 /proc/sys/kernel/yama/ptrace_scope is not 2 or 3, or run as root"
            }
            Refusal::OtherUser => "it belongs to another user: run pivot as that user or as root (sudo)",
            Refusal::PtraceScope => {
                "/proc/sys/kernel/yama/ptrace_scope lets only parents read a process: run pivot as root (sudo), or start \
                 the program with pivot: `pivot analyze ENTRY -- COMMAND`"
            }
            Refusal::Capability => {
                "in a container, start it with `--cap-add=SYS_PTRACE` (Kubernetes: capabilities.add [SYS_PTRACE], and \
                 shareProcessNamespace to see another container's processes)"
            }
        }
    }
}

impl ProfilerError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            ProfilerError::Refused { why, .. } => Some(why.help()),
            ProfilerError::NoProcess(_) => Some("it may have ended; `pgrep -af python` lists what runs"),
            ProfilerError::NoPython { subprocesses: false, .. } => {
                Some("with --subprocesses its children are watched as well; CPython 3.8 and later can be read")
            }
            ProfilerError::NoPython { .. } => Some("CPython 3.8 and later can be read"),
            ProfilerError::NotFound(_) => Some("write the command after `--` as you would type it in a shell"),
            ProfilerError::NoCommand => Some("for example: -- python workload.py"),
            ProfilerError::BadRate(_) | ProfilerError::NotStarted { .. } | ProfilerError::NoThread(_) => None,
        }
    }
}

/// Runs a command, samples every Python process in it until it ends, and says what it cost.
///
/// `qualified_name` says what is defined at a line of a file, for interpreters before 3.11, which only know plain
/// names. `interrupted` is asked every few milliseconds whether the user wants to stop: the command is then ended, and
/// what was measured is returned.
pub fn run(
    settings: &RunSettings,
    qualified_name: &QualifiedName,
    interrupted: &dyn Fn() -> bool,
) -> Result<Measurement, ProfilerError> {
    let program = check(settings)?;
    let own_cpu = own_processor_time();
    let started = clock::monotonic();
    let signals = Signals::listen();
    let keeper = Keeper::start(&Launch {
        program,
        arguments: &settings.command,
        directory: settings.directory.as_deref(),
        environment: &settings.environment,
        stdout_to_stderr: settings.stdout_to_stderr,
    })
    .map_err(|error| ProfilerError::NotStarted { program: settings.command[0].clone(), error })?;
    let mut crew = Crew::new(keeper.pid(), settings.rate);
    let (ending, ended) = attend(settings, keeper, &mut crew, &signals, started, interrupted)?;
    let wall = started.elapsed();
    let watched = crew.come_back();
    if let Some(process) = refusal(&watched) {
        return Err(ProfilerError::Refused { process, why: Refusal::OwnChild });
    }
    let own_cpu = own_processor_time().saturating_sub(own_cpu);
    let command = settings.command.clone();
    let outcome = Outcome { origin: Origin::Run, command, ending, ended: Some(ended), wall, own_cpu, watched };
    Ok(measurement(&settings.project_root, settings.rate, qualified_name, outcome))
}

fn check(settings: &RunSettings) -> Result<PathBuf, ProfilerError> {
    if !(1.0..=10_000.0).contains(&settings.rate) {
        return Err(ProfilerError::BadRate(settings.rate));
    }
    let name = settings.command.first().ok_or(ProfilerError::NoCommand)?;
    find(name, settings.directory.as_deref()).ok_or_else(|| ProfilerError::NotFound(name.clone()))
}

/// The program's absolute path; one with a slash is seen from where the command will run.
fn find(name: &str, directory: Option<&Path>) -> Option<PathBuf> {
    let seen_from_there = directory.filter(|_| name.contains('/')).map(|directory| directory.join(name));
    let name = seen_from_there.as_deref().map_or(Path::new(name), |path| path);
    std::path::absolute(find_program(name.to_str()?)?).ok()
}

/// Stays with the command until it has ended: starts watchers for its processes, passes signals on, ends it in time.
fn attend(
    settings: &RunSettings,
    mut keeper: Keeper,
    crew: &mut Crew,
    signals: &Signals,
    started: Instant,
    interrupted: &dyn Fn() -> bool,
) -> Result<(Ending, Ended), ProfilerError> {
    let mut end: Option<(Ending, Instant)> = None;
    crew.watch(keeper.command())?;
    loop {
        if let Some(ended) = keeper.ended(ROUND) {
            let own = ending_of(ended.status);
            return Ok((end.map_or(own, |(ending, _)| ending), ended));
        }
        crew.welcome_newcomers()?;
        signals.arrived().for_each(|signal| keeper.signal(signal));
        match end {
            None => {
                end = reason_to_end(settings, started, interrupted).map(|ending| (ending, clock::monotonic()));
                // On a terminal, Ctrl-C has reached the command as well as us.
                if end.is_some_and(|(ending, _)| ending != Ending::Interrupted) {
                    keeper.signal(libc::SIGTERM);
                }
            }
            Some((_, since)) => insist(&keeper, crew, since.elapsed()),
        }
    }
}

fn reason_to_end(settings: &RunSettings, started: Instant, interrupted: &dyn Fn() -> bool) -> Option<Ending> {
    let over = |limit: Option<Duration>| limit.is_some_and(|limit| started.elapsed() >= limit);
    if interrupted() {
        Some(Ending::Interrupted)
    } else if over(settings.timeout) {
        Some(Ending::TimedOut)
    } else if over(settings.duration) {
        Some(Ending::DurationReached)
    } else {
        None
    }
}

/// Ends a command that was asked to end and has not.
fn insist(keeper: &Keeper, crew: &Crew, since: Duration) {
    if since > GRACE {
        keeper.signal(libc::SIGKILL);
        crew.kill_descendants();
    } else if since > GRACE / 3 && since < GRACE / 3 + ROUND * 2 {
        keeper.signal(libc::SIGTERM);
    }
}

fn ending_of(status: i32) -> Ending {
    if libc::WIFEXITED(status) {
        Ending::Code { code: libc::WEXITSTATUS(status) }
    } else {
        Ending::Signal { signal: libc::WTERMSIG(status) }
    }
}

/// The watchers, one thread for each process of the command.
pub(super) struct Crew {
    family: Family,
    rate: f64,
    stop: Arc<AtomicBool>,
    watchers: Vec<(Id, JoinHandle<Watched>)>,
}

impl Crew {
    /// Nobody yet, for the descendants of a process.
    pub fn new(ancestor: Id, rate: f64) -> Self {
        Crew { family: Family::of(ancestor), rate, stop: Arc::new(AtomicBool::new(false)), watchers: Vec::new() }
    }

    /// Begins to watch a process, unless it is watched already.
    pub fn watch(&mut self, process: Id) -> Result<(), ProfilerError> {
        if self.watchers.iter().any(|(watched, _)| *watched == process) {
            return Ok(());
        }
        let (rate, stop) = (self.rate, self.stop.clone());
        let named = std::thread::Builder::new().name(format!("sampler {process}"));
        let watcher = named.spawn(move || watch(process, rate, &stop)).map_err(ProfilerError::NoThread)?;
        self.watchers.push((process, watcher));
        Ok(())
    }

    /// Begins to watch descendants that were not there before.
    pub fn welcome_newcomers(&mut self) -> Result<(), ProfilerError> {
        for process in self.family.newcomers() {
            self.watch(process)?;
        }
        Ok(())
    }

    fn kill_descendants(&self) {
        for (process, watcher) in &self.watchers {
            if !watcher.is_finished() {
                // SAFETY: plain system call; its watcher has just seen this process of ours alive.
                unsafe { libc::kill(*process, libc::SIGKILL) };
            }
        }
    }

    /// Ends the sampling and collects what was seen, in the order in which the processes were found.
    pub fn come_back(self) -> Vec<Watched> {
        self.stop.store(true, Ordering::Relaxed);
        self.watchers.into_iter().filter_map(|(_, watcher)| watcher.join().ok()).collect()
    }
}

/// The first process that we were not allowed to read, if none could be read at all.
pub(super) fn refusal(watched: &[Watched]) -> Option<Id> {
    let none_read = watched.iter().all(|watched| watched.sampling.taken == 0);
    watched.iter().find(|watched| watched.refused && none_read).map(|watched| watched.process)
}

/// What watching gave, before it is put together.
pub(super) struct Outcome {
    pub origin: Origin,
    pub command: Vec<String>,
    pub ending: Ending,
    /// What the system says of the command; `None` where it is not ours.
    pub ended: Option<Ended>,
    pub wall: Duration,
    pub own_cpu: Duration,
    pub watched: Vec<Watched>,
}

/// Puts together what watching gave.
pub(super) fn measurement(
    project_root: &Path,
    rate: f64,
    qualified_name: &QualifiedName,
    outcome: Outcome,
) -> Measurement {
    let seen = || outcome.watched.iter().filter(|watched| watched.python.is_some());
    let sampled = seen().map(|watched| watched.sampled_cpu).sum::<Duration>().as_secs_f64();
    let cpu = match &outcome.ended {
        Some(ended) => CpuSeconds {
            user: ended.user.as_secs_f64(),
            system: ended.system.as_secs_f64(),
            python_processes: seen().map(|watched| watched.cpu).sum::<Duration>().as_secs_f64(),
            sampled,
        },
        // What it computed before we came is none of this measurement.
        None => CpuSeconds { user: sampled, system: 0.0, python_processes: sampled, sampled },
    };
    let all_unwound = seen().filter(|watched| watched.sampling.taken > 0).all(|watched| watched.unwound);
    let notes = notes(&outcome.watched);
    let mut assembly = Assembly::new(project_root, qualified_name);
    outcome.watched.into_iter().for_each(|watched| assembly.add(watched));
    let assembled = assembly.finish();
    let own_cpu_seconds = outcome.own_cpu.as_secs_f64();
    Measurement {
        schema: SCHEMA,
        origin: outcome.origin,
        command: outcome.command,
        project_root: project_root.to_owned(),
        ending: outcome.ending,
        wall_seconds: outcome.wall.as_secs_f64(),
        cpu,
        sampling: Sampling { rate, own_cpu_seconds, ..assembled.sampling },
        native_method: if all_unwound { NativeMethod::Unwound } else { NativeMethod::WithoutGil },
        processes: assembled.processes,
        functions: assembled.functions,
        stacks: assembled.stacks,
        outside: assembled.outside,
        notes,
    }
}

fn notes(watched: &[Watched]) -> Vec<String> {
    let mut notes = Vec::new();
    for one in watched.iter().filter(|one| one.refused) {
        notes.push(format!(
            "process {} ({}) could not be read: the system refuses",
            one.process,
            one.command.join(" ")
        ));
    }
    for one in watched.iter().filter(|one| one.sampling.taken > 0 && !one.gil_told) {
        notes.push(format!(
            "the interpreter of process {} has no symbols: waiting for the GIL cannot be told from waiting for a lock",
            one.process
        ));
    }
    for one in watched.iter().filter(|one| one.cut) {
        let (process, deepest) = (one.process, super::walker::DEEPEST);
        notes.push(format!("process {process}: of stacks deeper than {deepest} functions the outermost are left out"));
    }
    for one in watched {
        if let (Some(failure), true) = (&one.failure, one.sampling.failed > one.sampling.taken) {
            notes.push(format!("most stacks of process {} could not be read: {failure}", one.process));
        }
    }
    notes
}

/// Processor time that this process has used so far.
pub(super) fn own_processor_time() -> Duration {
    crate::host::linux::procfs::processor_time(std::process::id() as Id).unwrap_or_default()
}
