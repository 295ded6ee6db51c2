//! Seeing real calls: the user's command runs with a recorder that is installed when Python starts.
//!
//! ```text
//! PYTHONPATH=<folder of the recorder>:...  PIVOT_RECORD={"path": ".../pricing.py", "callables": [...], ...}
//! ```
//!
//! The recorder needs no change of the user's code and reaches child processes; the user's own `sitecustomize` still
//! runs. Not seen: a module that is run as the main program, and Pythons that ignore their environment (`-I`, `-E`).

use super::CODEC;
use crate::host::{Disk, Files, scratch_dir};
use crate::recording::RecordedCall;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

const RECORDER: &str = include_str!("python/recorder.py");
const SITECUSTOMIZE: &str = include_str!("python/sitecustomize.py");

/// A folder with the recorder, and where its files go; removed when dropped.
#[derive(Debug)]
pub struct Recorder {
    folder: tempfile::TempDir,
    plan: String,
}

/// What was recorded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// The calls, process by process, in their order.
    pub calls: Vec<RecordedCall>,
    /// The lines they were read from, to be kept.
    pub lines: String,
    /// How many processes imported the module.
    pub processes: usize,
    /// Calls that held a secret, by the name of a parameter, field or key: only their types were written.
    pub redacted: usize,
}

impl Recorder {
    /// Prepares to record the named functions and methods (`price`, `Inventory.reserve`) of the module at a path, at
    /// most `budget` calls of each in each process.
    pub fn new(module: &Path, callables: &[String], budget: usize) -> io::Result<Recorder> {
        let folder = scratch_dir()?;
        let path = Disk.canonicalize(module)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let package = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let names = if stem == "__init__" { vec![package] } else { vec![stem.clone()] };
        let calls = folder.path().join("calls");
        let plan = serde_json::json!({
            "path": path, "names": names, "module": stem, "callables": callables, "budget": budget, "folder": calls,
        });
        Disk.create_dir_all(&calls)?;
        Disk.set_mode(&calls, 0o700)?;
        Disk.write(&folder.path().join("pivot_recorder.py"), format!("{CODEC}\n{RECORDER}").as_bytes())?;
        Disk.write(&folder.path().join("sitecustomize.py"), SITECUSTOMIZE.as_bytes())?;
        Ok(Recorder { folder, plan: plan.to_string() })
    }

    /// What the command's environment needs beside; `pythonpath` is what it has so far.
    pub fn environment(&self, pythonpath: Option<&OsStr>) -> [(&'static str, OsString); 2] {
        let mut path = self.folder.path().as_os_str().to_owned();
        if let Some(more) = pythonpath.filter(|more| !more.is_empty()) {
            path.push(":");
            path.push(more);
        }
        [("PYTHONPATH", path), ("PIVOT_RECORD", self.plan.clone().into())]
    }

    /// Reads what was recorded so far.
    pub fn collect(&self) -> io::Result<Recording> {
        let mut recording = Recording::default();
        for path in Disk.list(&self.folder.path().join("calls"))? {
            let text = String::from_utf8_lossy(&Disk.read(&path)?).into_owned();
            recording.processes += 1;
            recording.add(&text);
        }
        Ok(recording)
    }
}

impl Recording {
    /// Reads a recording that was kept.
    pub fn read(text: &str) -> Recording {
        let mut recording = Recording::default();
        recording.add(text);
        recording
    }

    fn add(&mut self, text: &str) {
        for line in text.lines() {
            if let Some(call) = RecordedCall::from_line(line) {
                self.calls.push(call);
                self.lines.push_str(line);
                self.lines.push('\n');
            } else if line.contains("\"redacted\"") {
                self.redacted += 1;
            }
        }
    }
}
