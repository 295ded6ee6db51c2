//! A running CPython: the Python stacks of its threads (read by `py-spy`), who holds the GIL, and where the
//! interpreter keeps its global state.
//!
//! The interpreter is found and read, never called: nothing is injected into the process. Reading is only consistent
//! while the thread that holds the GIL stands still, which is the caller's business.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use py_spy::config::{Config, LineNo, LockingStrategy};
use py_spy::{PythonSpy, StackTrace};

use super::ledger::Frame;
use crate::host::linux::image::{Image, Mapping, mappings};
use crate::host::linux::memory;
use crate::host::linux::procfs::{self, Id};

/// Why no interpreter can be read in a process.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// The program is not Python, or not yet.
    #[error("no Python interpreter is running in it")]
    NotPython,
    /// It is Python, but it is still starting.
    #[error("the interpreter cannot be read: {0}")]
    NotReady(String),
    /// The system does not let us read the process.
    #[error("the system refuses to let its memory be read")]
    Refused,
}

/// The Python stack of one thread.
pub struct PythonThread {
    pub id: Id,
    pub holds_gil: bool,
    /// Innermost first, as `py-spy` gives them.
    frames: Vec<py_spy::Frame>,
}

impl PythonThread {
    /// The frames from the outermost inwards.
    pub fn into_frames(self) -> impl Iterator<Item = Frame> {
        self.frames.into_iter().rev().map(|f| Frame { file: f.filename, name: f.name, first_line: f.line })
    }
}

/// A CPython interpreter in another process.
pub struct Interpreter {
    process: Id,
    spy: PythonSpy,
    /// `_PyRuntime`: empty if it could not be found, and then no wait is told to be for the GIL.
    pub runtime: Range<u64>,
    /// The file that holds the interpreter, and where its code is mapped.
    pub image: Option<(Image, Mapping)>,
    thread_ids: HashMap<u64, Id>,
}

impl Interpreter {
    /// Finds the interpreter in a process.
    pub fn attach(process: Id) -> Result<Interpreter, AttachError> {
        let first_seen = home(process)
            .ok_or_else(|| if procfs::may_read(process) { AttachError::NotPython } else { AttachError::Refused })?;
        let mut byte = [0];
        if let Err(error) = memory::read(process, first_seen.addresses.start, &mut byte) {
            let refused = error.kind() == std::io::ErrorKind::PermissionDenied;
            return Err(if refused { AttachError::Refused } else { AttachError::NotReady(error.to_string()) });
        }
        let config = Config {
            blocking: LockingStrategy::NonBlocking,
            lineno: LineNo::First,
            full_filenames: true,
            collect_thread_names: false,
            ..Config::default()
        };
        let mut spy = PythonSpy::new(process, &config).map_err(not_ready)?;
        if spy.get_stack_traces().map_err(not_ready)?.iter().all(|trace| trace.frames.is_empty()) {
            return Err(AttachError::NotReady("no Python code runs yet".to_owned()));
        }
        // Met early enough, a program is a launcher whose `libpython` is not mapped yet: look again now that Python runs.
        let home = home(process).ok_or(AttachError::NotPython)?;
        let image = Image::open(process, &home.path).map(|image| (image, home));
        let runtime = image.as_ref().and_then(|(image, code)| place_of(image, code, "_PyRuntime")).unwrap_or(0..0);
        Ok(Interpreter { process, spy, runtime, image, thread_ids: HashMap::new() })
    }

    /// The interpreter's version, such as `3.11.7`.
    pub fn version(&self) -> String {
        self.spy.version.to_string()
    }

    /// The Python stacks of all threads (`threads`: all there are), or only of the one that holds the GIL.
    pub fn stacks(&mut self, threads: &HashSet<Id>, only_gil: bool) -> Result<Vec<PythonThread>, String> {
        self.spy.config.gil_only = only_gil;
        let traces = self.spy.get_stack_traces().map_err(|error| format!("{error:#}"))?;
        Ok(traces.into_iter().filter_map(|trace| self.python_thread(trace, threads)).collect())
    }

    fn python_thread(&mut self, trace: StackTrace, threads: &HashSet<Id>) -> Option<PythonThread> {
        let id = match trace.os_thread_id {
            Some(id) => id as Id,
            None => self.id_of(trace.thread_id, threads)?,
        };
        Some(PythonThread { id, holds_gil: trace.owns_gil, frames: trace.frames })
    }

    /// The system's id of a thread of which Python (before 3.11) only knows the `pthread_t`: read from `struct
    /// pthread`, where the C library keeps it.
    fn id_of(&mut self, pthread: u64, threads: &HashSet<Id>) -> Option<Id> {
        if let Some(id) = self.thread_ids.get(&pthread)
            && threads.contains(id)
        {
            return Some(*id);
        }
        let mut bytes = [0; 1024];
        memory::read(self.process, pthread, &mut bytes).ok()?;
        let id = thread_id_in(&bytes, threads)?;
        self.thread_ids.insert(pthread, id);
        Some(id)
    }
}

fn not_ready(error: impl std::fmt::Display) -> AttachError {
    AttachError::NotReady(format!("{error:#}"))
}

/// The address range of a symbol in the process.
pub fn place_of(image: &Image, code: &Mapping, symbol: &str) -> Option<Range<u64>> {
    let (written, bias) = (image.symbol(symbol)?, image.bias(code)?);
    Some(written.start.wrapping_add(bias)..written.end.wrapping_add(bias))
}

/// Finds the thread id in the head of a `struct pthread`: at glibc's offset if there is one, else the first word that
/// is the id of a thread of the process.
fn thread_id_in(bytes: &[u8], threads: &HashSet<Id>) -> Option<Id> {
    const GLIBC: usize = if cfg!(target_arch = "x86_64") { 0x2d0 } else { 0xd0 };
    let at = |offset: usize| Some(Id::from_ne_bytes(bytes.get(offset..offset + 4)?.try_into().ok()?));
    let candidates = std::iter::once(GLIBC).chain((0..bytes.len()).step_by(4));
    candidates.filter_map(at).find(|id| threads.contains(id))
}

/// The mapping of the code that is the interpreter: its shared library, or else the program if it is called Python.
fn home(process: Id) -> Option<Mapping> {
    let mapped = mappings(process);
    let code = || mapped.iter().filter(|mapping| mapping.executable);
    let name_starts = |path: &Path, start: &str| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(start))
    };
    code()
        .find(|mapping| name_starts(&mapping.path, "libpython") && !name_starts(&mapping.path, "libpython3.so"))
        .or_else(|| {
            let program = procfs::program(process)?;
            code().find(|mapping| mapping.path == program && name_starts(&program, "python"))
        })
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_id_is_found_where_glibc_keeps_it_or_anywhere() {
        let threads = HashSet::from([4711, 4712]);
        let mut bytes = [0; 1024];
        assert_eq!(thread_id_in(&bytes, &threads), None);
        bytes[512..516].copy_from_slice(&4712_i32.to_ne_bytes());
        assert_eq!(thread_id_in(&bytes, &threads), Some(4712));
        let glibc = if cfg!(target_arch = "x86_64") { 0x2d0 } else { 0xd0 };
        bytes[glibc..glibc + 4].copy_from_slice(&4711_i32.to_ne_bytes());
        assert_eq!(thread_id_in(&bytes, &threads), Some(4711));
        assert_eq!(thread_id_in(&bytes[..3], &threads), None);
    }

    #[test]
    fn a_program_that_is_not_python_is_said_to_be_none() {
        let error = Interpreter::attach(std::process::id() as Id).err().expect("this is Rust");
        assert!(matches!(error, AttachError::NotPython), "{error}");
    }
}
