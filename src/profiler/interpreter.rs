//! A running CPython: the Python stacks of its threads, who holds the GIL, and where the interpreter keeps its global
//! state.
//!
//! `py-spy` finds the interpreter. Stacks are read by our own [`Walker`], once it has been seen to read the same as
//! `py-spy` does; where it does not know the version or reads anything else, `py-spy` goes on.
//!
//! The interpreter is found and read, never called: nothing is injected into the process. Reading is only consistent
//! while the thread that holds the GIL stands still, which is the caller's business.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use py_spy::config::{Config, LineNo, LockingStrategy};
use py_spy::{PythonSpy, StackTrace};

use super::ledger::{Frame, Functions};
use super::walker::{Stacks, Walker};
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

/// A CPython interpreter in another process.
pub struct Interpreter {
    process: Id,
    spy: PythonSpy,
    /// `None` where `py-spy` has to read the stacks.
    walker: Option<Walker>,
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
        let mut interpreter = Interpreter { process, spy, walker: None, runtime, image, thread_ids: HashMap::new() };
        interpreter.walker = interpreter.trusted_walker();
        Ok(interpreter)
    }

    /// A walker that has been seen to read what `py-spy` reads. The program runs on meanwhile, so what is compared are
    /// the threads and the outer end of their stacks, and a difference may be due to a moment.
    fn trusted_walker(&mut self) -> Option<Walker> {
        const ATTEMPTS: u32 = 5;
        let (version, places) = (&self.spy.version, &self.spy.addresses);
        let (interpreter, gil) = (places.interpreter_address as u64, places.threadstate_address as u64);
        let mut walker = Walker::new(self.process, (version.major, version.minor), interpreter, gil)?;
        let present: HashSet<Id> = procfs::threads(self.process).into_iter().collect();
        for _ in 0..ATTEMPTS {
            let mut functions = Functions::default();
            let walked = self.walk(&mut walker, &present, &present, &mut functions).ok()?;
            let spied = self.spied(&present, &present, &mut functions).ok()?;
            let ends = |stacks: &Stacks| -> HashMap<Id, Option<u32>> {
                stacks.by_thread.iter().map(|(id, stack)| (*id, stack.first().copied())).collect()
            };
            if !walked.by_thread.is_empty() && ends(&walked) == ends(&spied) {
                walker.forget();
                return Some(walker);
            }
        }
        None
    }

    /// The interpreter's version, such as `3.11.7`.
    pub fn version(&self) -> String {
        self.spy.version.to_string()
    }

    /// The Python stacks of the threads that are `wanted`; `present` are all there are.
    pub fn stacks(
        &mut self,
        wanted: &HashSet<Id>,
        present: &HashSet<Id>,
        functions: &mut Functions,
    ) -> Result<Stacks, String> {
        match self.walker.take() {
            Some(mut walker) => {
                let stacks = self.walk(&mut walker, wanted, present, functions);
                self.walker = Some(walker);
                stacks.map_err(|error| error.to_string())
            }
            None => self.spied(wanted, present, functions),
        }
    }

    fn walk(
        &mut self,
        walker: &mut Walker,
        wanted: &HashSet<Id>,
        present: &HashSet<Id>,
        functions: &mut Functions,
    ) -> std::io::Result<Stacks> {
        walker.stacks(wanted, functions, &mut |pthread| self.id_of(pthread, present))
    }

    /// The stacks as `py-spy` reads them.
    fn spied(
        &mut self,
        wanted: &HashSet<Id>,
        present: &HashSet<Id>,
        functions: &mut Functions,
    ) -> Result<Stacks, String> {
        let traces = self.spy.get_stack_traces().map_err(|error| format!("{error:#}"))?;
        let mut stacks = Stacks::default();
        for trace in traces {
            let Some(id) = self.thread_of(&trace, present) else { continue };
            if trace.owns_gil {
                stacks.holder = Some(id);
            }
            if wanted.contains(&id) {
                let frames = trace.frames.into_iter().rev();
                let frames = frames.map(|f| Frame { file: f.filename, name: f.name, first_line: f.line });
                stacks.by_thread.insert(id, frames.map(|frame| functions.number(frame)).collect());
            }
        }
        Ok(stacks)
    }

    fn thread_of(&mut self, trace: &StackTrace, present: &HashSet<Id>) -> Option<Id> {
        match trace.os_thread_id {
            Some(id) => Some(id as Id),
            None => self.id_of(trace.thread_id, present),
        }
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

    /// Threads that wait at the end of stacks of every kind; says so, and waits until its input ends.
    const WAITING: &str = r#"
import sys, threading
sys.setrecursionlimit(9000)
gate = threading.Event()

class Shop:
    def deep(self, n):
        return gate.wait() if n == 0 else self.deep(n - 1)

    async def later(self):
        gate.wait()

def généré():
    yield gate.wait()

def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        pass

many = {"gate": gate}
exec("def " + "long_" * 50 + "name():\n    gate.wait()", many)
work = [lambda: Shop().deep(700), lambda: sorted([1, 2], key=lambda n: Shop().deep(3)), lambda: next(généré()),
        lambda: run(Shop().later()), many["long_" * 50 + "name"], lambda: [gate.wait() for _ in range(1)]]
ready = []
for thread in work:
    threading.Thread(target=lambda f=thread: (ready.append(1), f())).start()
while len(ready) < len(work): pass
import time; time.sleep(0.3)
print("ready", flush=True)
sys.stdin.read()
gate.set()
"#;

    /// `python3`, and every version that pyenv has installed.
    fn interpreters() -> Vec<std::path::PathBuf> {
        let home = std::env::var("PYENV_ROOT").or_else(|_| std::env::var("HOME").map(|home| home + "/.pyenv"));
        let installed = home.ok().and_then(|home| std::fs::read_dir(home + "/versions").ok());
        let mut found: Vec<_> =
            installed.into_iter().flatten().flatten().map(|e| e.path().join("bin/python3")).collect();
        found.retain(|path| path.exists());
        found.sort();
        found.push("python3".into());
        found
    }

    /// Both readers' stacks of a process whose threads all wait.
    fn both(python: &Path) -> Option<(String, [Vec<Vec<Frame>>; 2])> {
        use std::io::BufRead;
        let mut command = std::process::Command::new(python);
        command.args(["-c", WAITING]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("an interpreter that is there starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("a pipe was asked for");
        std::io::BufReader::new(out).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{}", python.display());
        let (mut functions, process) = (Functions::default(), child.id() as Id);
        let present: HashSet<Id> = procfs::threads(process).into_iter().collect();
        let read = Interpreter::attach(process).ok().map(|mut interpreter| {
            let version = interpreter.version();
            let spied = interpreter.spied(&present, &present, &mut functions).unwrap();
            let walked = interpreter.walker.is_some().then(|| interpreter.stacks(&present, &present, &mut functions));
            let walked = walked.map_or_else(Stacks::default, |stacks| stacks.unwrap());
            let named = |stacks: Stacks| {
                let mut all: Vec<_> = stacks.by_thread.into_iter().collect();
                all.sort();
                all.into_iter().map(|(_, stack)| functions.frames(&stack)).collect()
            };
            (version, [spied, walked].map(named))
        });
        drop(child.stdin.take());
        child.wait().unwrap();
        read
    }

    #[test]
    fn stacks_are_read_as_py_spy_reads_them() {
        let mut walked_versions = Vec::new();
        for python in interpreters() {
            let Some((version, [spied, walked])) = both(&python) else { continue };
            let mut words = version.split('.').map(|word| word.parse().unwrap_or(0));
            if super::super::layout::of(words.next().unwrap_or(0), words.next().unwrap_or(0)).is_none() {
                eprintln!("CPython {version}: read by py-spy alone");
                continue;
            }
            assert_eq!(spied.len(), 7, "{version}");
            assert!(spied.iter().any(|stack| stack.len() > 700), "{version}");
            for (spied, walked) in spied.iter().zip(&walked) {
                assert_eq!(spied, walked, "{version}");
            }
            assert_eq!(spied.len(), walked.len(), "{version}");
            walked_versions.push(version);
        }
        assert!(!walked_versions.is_empty(), "`python3` is one of the versions whose layout is known");
        eprintln!("compared: {}", walked_versions.join(", "));
    }
}
