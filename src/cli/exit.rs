//! What the process exits with, and how a failure is told.

use super::console::Console;
use crate::host::interrupt;
use std::io;

/// The meaning of each exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, nothing to report against it.
    Done,
    /// 1: a gate failed: a hotspot over the limit, a difference, something unproven, refused or not built.
    GateFailed,
    /// 2: could not run: bad arguments, a missing file or tool.
    CouldNotRun,
    /// 3: edited files are in the way; nothing was overwritten.
    Conflict,
    /// 4: the user's command failed or timed out.
    CommandFailed,
    /// 130: interrupted.
    Interrupted,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::GateFailed => 1,
            Exit::CouldNotRun => 2,
            Exit::Conflict => 3,
            Exit::CommandFailed => 4,
            Exit::Interrupted => interrupt::EXIT_CODE as u8,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// A failure in the user's words: what, what would help, and what to exit with.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// One sentence that names the thing as the user typed it.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
    /// What to exit with.
    pub exit: Exit,
}

/// A failure to run (exit code 2) with a hint.
pub fn cannot(message: impl Into<String>, help: impl Into<String>) -> anyhow::Error {
    Failure { message: message.into(), help: Some(help.into()), exit: Exit::CouldNotRun }.into()
}

/// What clap says about a command line: help and version are a success, everything else could not run.
pub fn usage(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() { Exit::CouldNotRun } else { Exit::Done }
}

/// Tells a failure, if there is one, and chooses the exit code; a reader that went away is no failure.
pub fn conclude(outcome: anyhow::Result<Exit>, console: &mut Console) -> Exit {
    if interrupt::requested() {
        console.note("interrupted; children were stopped and nothing half-written is left");
        return Exit::Interrupted;
    }
    let error = match outcome {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    if error.chain().any(is_broken_pipe) {
        return Exit::Done;
    }
    let failure = error.downcast_ref::<Failure>();
    console.error(&format!("{error:#}"), failure.and_then(|failure| failure.help.as_deref()));
    failure.map_or(Exit::CouldNotRun, |failure| failure.exit)
}

fn is_broken_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
