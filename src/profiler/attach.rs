//! A process that is running already: it is watched for a while, with its children if that is wished, and left as it was.
//!
//! Nothing is started, ended or signalled. Threads that compute stand still for the time it takes to read a stack (some
//! tens of microseconds, 200 times a second); if we are killed meanwhile, the kernel lets them go on.

use std::path::PathBuf;
use std::time::Duration;

use super::assemble::QualifiedName;
use super::interpreter::{AttachError, Interpreter};
use super::run::{Crew, Outcome, ProfilerError, ROUND, Refusal, measurement, own_processor_time, refusal};
use crate::host::clock;
use crate::host::linux::procfs::{self, Id};
use crate::measurement::{Ending, Measurement, Origin};

/// What to watch.
#[derive(Debug, Clone)]
pub struct AttachSettings {
    /// The process.
    pub pid: Id,
    /// Whether its children, and theirs, are watched as well.
    pub subprocesses: bool,
    /// The folder whose files are the user's code, and against which modules are named; absolute.
    pub project_root: PathBuf,
    /// Samples a second, for every process.
    pub rate: f64,
    /// How long; until it ends or the user interrupts if none is given.
    pub duration: Option<Duration>,
}

/// Watches a process until the time is over, it ends, or `interrupted` says so, and says what it cost.
pub fn attach(
    settings: &AttachSettings,
    qualified_name: &QualifiedName,
    interrupted: &dyn Fn() -> bool,
) -> Result<Measurement, ProfilerError> {
    check(settings)?;
    let own_cpu = own_processor_time();
    let command = procfs::arguments(settings.pid);
    let started = clock::monotonic();
    let mut crew = Crew::new(settings.pid, settings.rate);
    crew.watch(settings.pid)?;
    let is_over = || settings.duration.is_some_and(|limit| started.elapsed() >= limit);
    while procfs::is_alive(settings.pid) && !is_over() && !interrupted() {
        if settings.subprocesses {
            crew.welcome_newcomers()?;
        }
        std::thread::sleep(ROUND);
    }
    let has_ended = !procfs::is_alive(settings.pid);
    let wall = started.elapsed();
    let watched = crew.come_back();
    if let Some(process) = refusal(&watched) {
        return Err(ProfilerError::Refused { process, why: why_refused(process) });
    }
    if watched.iter().all(|watched| watched.python.is_none()) {
        return Err(no_python(settings));
    }
    let own_cpu = own_processor_time().saturating_sub(own_cpu);
    let outcome = Outcome {
        origin: Origin::Attached { pid: settings.pid },
        command,
        ending: if has_ended { Ending::NotSeen } else { Ending::Detached },
        ended: None,
        wall,
        own_cpu,
        watched,
    };
    Ok(measurement(&settings.project_root, settings.rate, qualified_name, outcome))
}

/// Says at once what cannot be watched.
fn check(settings: &AttachSettings) -> Result<(), ProfilerError> {
    if !(1.0..=10_000.0).contains(&settings.rate) {
        return Err(ProfilerError::BadRate(settings.rate));
    }
    if settings.pid <= 0 || !procfs::is_alive(settings.pid) {
        return Err(ProfilerError::NoProcess(settings.pid));
    }
    match Interpreter::attach(settings.pid) {
        Err(AttachError::Refused) => {
            Err(ProfilerError::Refused { process: settings.pid, why: why_refused(settings.pid) })
        }
        Err(AttachError::NotPython) if !settings.subprocesses => Err(no_python(settings)),
        Ok(_) | Err(AttachError::NotPython | AttachError::NotReady(_)) => Ok(()),
    }
}

fn no_python(settings: &AttachSettings) -> ProfilerError {
    let program = procfs::program(settings.pid).unwrap_or_default();
    ProfilerError::NoPython { process: settings.pid, program, subprocesses: settings.subprocesses }
}

/// Why the system does not let us read a process.
fn why_refused(process: Id) -> Refusal {
    match (procfs::is_ours(process), procfs::ptrace_scope()) {
        (false, _) => Refusal::OtherUser,
        (true, Some(1..)) => Refusal::PtraceScope,
        (true, _) => Refusal::Capability,
    }
}
