//! `analyze --record NAME`: the calls of chosen functions while the command runs, kept for later.
//!
//! The calls are in `<project>/.pivot/recordings/<module>.jsonl`, which only the user may read: one call a line, arguments
//! as they were before the call, and what it returned or raised. Calls that hold a secret have their types only.

use crate::facts::{FunctionFacts, Program};
use crate::host::Files;
use crate::profiler::RunSettings;
use crate::verify::Recorder;
use std::io;
use std::path::{Path, PathBuf};

/// Calls of a function that are kept at most, in each process.
const KEPT: usize = 1000;

/// What to record.
#[derive(Clone, Debug)]
pub struct RecordSettings {
    /// Functions as typed: `pricing.calculate_price`, `Inventory.reserve`.
    pub names: Vec<String>,
    /// The folder for the recordings.
    pub folder: PathBuf,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The file with the calls.
    pub file: PathBuf,
    pub calls: usize,
    /// Calls of which only the types were kept.
    pub redacted: usize,
    /// Processes that imported the module.
    pub processes: usize,
}

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// No such function.
    #[error("no function `{0}` was found to record")]
    Unknown(String),
    /// Two functions of different files.
    #[error("`{0}` and `{1}` are of different modules, and one module is recorded at a time")]
    Modules(String, String),
    /// The recorder or its files.
    #[error("the calls could not be recorded: {0}")]
    Io(#[from] io::Error),
}

impl RecordError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            RecordError::Unknown(_) => {
                "name it as the report does: `pricing.calculate_price`, `inventory.Inventory.reserve`"
            }
            RecordError::Modules(..) => "run the command once for each module",
            RecordError::Io(_) => "the folder `.pivot` of the project must be writable",
        }
    }
}

/// A recorder that waits for the command, and the place of its results.
pub struct Recording {
    recorder: Recorder,
    file: PathBuf,
}

impl Recording {
    /// Prepares to record, and tells the command's environment.
    pub fn prepare(settings: &RecordSettings, program: &Program, run: &mut RunSettings) -> Result<Self, RecordError> {
        let mut chosen: Vec<&FunctionFacts> = Vec::new();
        for name in &settings.names {
            let found = find(program, name).ok_or_else(|| RecordError::Unknown(name.clone()))?;
            if let Some(first) = chosen.first().filter(|first| first.at.file != found.at.file) {
                return Err(RecordError::Modules(full_name(first), full_name(found)));
            }
            chosen.push(found);
        }
        let Some(first) = chosen.first() else { return Err(RecordError::Unknown(String::new())) };
        let callables: Vec<String> = chosen.iter().map(|function| function.qualname.clone()).collect();
        let recorder = Recorder::new(&program.source_of(first).path, &callables, KEPT)?;
        for (name, value) in recorder.environment(std::env::var_os("PYTHONPATH").as_deref()) {
            run.environment.push((name.to_owned(), value.to_string_lossy().into_owned()));
        }
        Ok(Recording { recorder, file: settings.folder.join(format!("{}.jsonl", first.module)) })
    }

    /// Keeps what was recorded, readable for the user alone.
    pub fn keep(self, files: &dyn Files) -> Result<Recorded, RecordError> {
        let recording = self.recorder.collect()?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        files.create_dir_all(folder)?;
        files.set_mode(folder, 0o700)?;
        files.write(&self.file, recording.lines.as_bytes())?;
        files.set_mode(&self.file, 0o600)?;
        let (calls, redacted, processes) = (recording.calls.len(), recording.redacted, recording.processes);
        Ok(Recorded { file: self.file, calls, redacted, processes })
    }
}

/// The function of this name; one within a module may go without the module's where only one has it.
fn find<'p>(program: &'p Program, name: &str) -> Option<&'p FunctionFacts> {
    let exact = program.functions.iter().find(|function| full_name(function) == name);
    let mut others = program.functions.iter().filter(|function| function.qualname == name);
    let only = || others.next().filter(|_| others.next().is_none());
    exact.or_else(only)
}

fn full_name(function: &FunctionFacts) -> String {
    format!("{}.{}", function.module, function.qualname)
}
