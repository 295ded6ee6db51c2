//! Answers of the original that are kept from run to run, so that each call runs once in CPython, whatever is compared
//! with it: the port to Rust, the port to Go, the next version of either.
//!
//! ```text
//! .pivot/cache/answers/5f0c….jsonl      one file for each original: its source and every module that it loads, files
//!                                       that it opened, interpreter, libc, the worker, limits
//! 1a2b3c4d… ["9e8f…",[…]]               a checksum; what was asked from a fresh start on, and what was said
//! ```
//!
//! Only what is the same in every run is kept: no timeouts, no crashes, no lack of memory. Functions for which Python does
//! not agree with itself are called by nobody but the scout, who asks two living Pythons in every run. The folder may be
//! deleted at any time; a line that cannot be read, or whose checksum is wrong, does not count.

use super::branches::Trace;
use super::side::{Failure, Reply, Spoken};
use crate::host::{Disk, Files, lock};
use crate::recording::Request;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that one case may take, one original, and all of them together.
const LONGEST: usize = 64 << 10;
const ONE: usize = 48 << 20;
const ALL: u64 = 192 << 20;
/// The names of the files, the latest used last.
const ORDER: &str = "order";

/// What was said to one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Said {
    /// The answer without its number, and its trace: nanoseconds, work, branches.
    Line(String, Option<(u64, u64, Vec<u32>)>),
    /// More work than allowed.
    GaveUp,
}

/// Answers of one original; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    folder: PathBuf,
    name: String,
    all: Arc<Mutex<All>>,
}

#[derive(Debug, Default)]
struct All {
    known: HashMap<String, Vec<Said>>,
    /// Letters of all lines.
    size: usize,
    /// Lines that the file does not have yet.
    new: Vec<String>,
}

/// What identifies a case: everything that is asked from its beginning on, and how.
#[derive(Clone, Debug)]
pub(super) struct Asked(Sha256);

impl Asked {
    /// Begins a case: `role` tells cases from sequences, `work` is how much each call may take.
    pub(super) fn new(role: &str, work: Option<u64>, resets: bool) -> Asked {
        Asked(Sha256::new_with_prefix(format!("{role} {work:?} {resets}")))
    }

    /// The same case with more requests.
    pub(super) fn and(&self, requests: &[Request]) -> Asked {
        let mut asked = self.0.clone();
        for request in requests {
            asked.update("\n");
            asked.update(request.to_line(0, false));
        }
        Asked(asked)
    }

    fn key(&self) -> String {
        hex(&self.0.clone().finalize()[..16])
    }
}

impl Answers {
    /// Reads the answers that a folder keeps of an original; `identity` is everything that they depend on.
    pub(super) fn open(folder: &Path, identity: &str) -> Answers {
        let name = format!("{}.jsonl", hex(&Sha256::digest(identity)[..16]));
        let mut all = All::default();
        for line in Disk.read_text(&folder.join(&name)).unwrap_or_default().lines() {
            if let Some((key, said)) = read(line) {
                all.size += line.len();
                all.known.insert(key, said);
            }
        }
        Answers { folder: folder.to_path_buf(), name, all: Arc::new(Mutex::new(all)) }
    }

    /// What was said to the requests that were added last to a case.
    pub(super) fn get(&self, asked: &Asked) -> Option<Vec<Reply>> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        Some(all.known.get(&asked.key())?.iter().map(Said::reply).collect())
    }

    /// Keeps what was said, where it would be said again.
    pub(super) fn keep(&self, asked: &Asked, replies: &[Reply]) {
        let Some(said) = replies.iter().map(Said::of).collect::<Option<Vec<Said>>>() else { return };
        let key = asked.key();
        let Ok(text) = serde_json::to_string(&(&key, &said)) else { return };
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if text.len() <= LONGEST && all.size + text.len() <= ONE && !all.known.contains_key(&key) {
            all.size += text.len();
            all.new.push(format!("{} {text}\n", sum(&text)));
            all.known.insert(key, said);
        }
    }

    /// Writes what is new.
    pub(super) fn save(&self) -> io::Result<()> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = lock(&self.folder.join("lock"))?;
        let path = self.folder.join(&self.name);
        if !all.new.is_empty() {
            // Another run may have added to it meanwhile.
            let mut text = Disk.read_text(&path).unwrap_or_default();
            text.extend((!text.is_empty() && !text.ends_with('\n')).then_some('\n'));
            text.extend(all.new.drain(..));
            Disk.write(&path, text.as_bytes())?;
        }
        drop(all);
        self.make_room()
    }

    /// Removes what nobody names any more, and the least used files where there are too many.
    fn make_room(&self) -> io::Result<()> {
        let order = Disk.read_text(&self.folder.join(ORDER)).unwrap_or_default();
        let mut names: Vec<String> = order.lines().filter(|name| *name != self.name).map(str::to_owned).collect();
        names.push(self.name.clone());
        let files = Disk.list(&self.folder)?;
        let is_unknown = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".jsonl") && !names.iter().any(|known| *known == name)
        };
        files.iter().filter(is_unknown).try_for_each(|path| Disk.remove_file(path))?;
        let sizes: Vec<u64> = names.iter().map(|name| Disk.size(&self.folder.join(name)).unwrap_or(0)).collect();
        let mut total: u64 = sizes.iter().sum();
        let mut left_out = 0;
        while total > ALL && left_out + 1 < names.len() {
            Disk.remove_file(&self.folder.join(&names[left_out]))?;
            total -= sizes[left_out];
            left_out += 1;
        }
        Disk.write(&self.folder.join(ORDER), (names[left_out..].join("\n") + "\n").as_bytes())
    }
}

impl Said {
    /// `None` for what another run need not see.
    fn of(reply: &Reply) -> Option<Said> {
        match reply {
            Ok(spoken) if spoken.line.contains(r#""type":"MemoryError""#) => None,
            Ok(spoken) => {
                let (_, rest) = spoken.line.split_once(',')?;
                let trace = spoken.trace.as_ref();
                let trace = trace.map(|trace| (trace.nanoseconds, trace.work, trace.branches.to_vec()));
                Some(Said::Line(rest.to_owned(), trace))
            }
            Err(Failure::GaveUp) => Some(Said::GaveUp),
            Err(_) => None,
        }
    }

    fn reply(&self) -> Reply {
        match self {
            Said::Line(rest, trace) => {
                let trace = trace.as_ref().map(|(nanoseconds, work, branches)| Trace {
                    nanoseconds: *nanoseconds,
                    work: *work,
                    branches: branches.as_slice().into(),
                });
                Ok(Spoken::new(format!(r#"{{"id":0,{rest}"#), trace))
            }
            Said::GaveUp => Err(Failure::GaveUp),
        }
    }
}

/// A line of the file, where it is whole.
fn read(line: &str) -> Option<(String, Vec<Said>)> {
    let (known, text) = line.split_once(' ')?;
    if known != sum(text) {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn sum(text: &str) -> String {
    hex(&Sha256::digest(text)[..8])
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::scratch_dir;
    use crate::recording::{Action, Value};

    fn asked(n: i128) -> Asked {
        let call = Request { action: Action::Function("f".into()), args: vec![Value::int(n)], kwargs: vec![] };
        Asked::new("case", Some(5), false).and(&[call])
    }

    fn said(line: &str) -> Reply {
        Ok(Spoken::new(line.to_owned(), Some(Trace { nanoseconds: 7, work: 2, branches: [1, 4].into() })))
    }

    #[test]
    fn what_is_kept_is_found_in_the_next_run() {
        let folder = scratch_dir().expect("a folder");
        let answers = Answers::open(folder.path(), "source, interpreter");
        answers.keep(&asked(1), &[said(r#"{"id":9,"ok":2}"#), Err(Failure::GaveUp)]);
        answers.keep(&asked(2), &[Err(Failure::Hung)]);
        answers.keep(&asked(3), &[said(r#"{"id":9,"error":{"type":"MemoryError","message":""}}"#)]);
        answers.save().expect("written");
        let again = Answers::open(folder.path(), "source, interpreter");
        assert_eq!(again.get(&asked(1)), Some(vec![said(r#"{"id":0,"ok":2}"#), Err(Failure::GaveUp)]));
        assert!(again.get(&asked(2)).is_none() && again.get(&asked(3)).is_none());
        let other = Answers::open(folder.path(), "source, another interpreter");
        assert!(other.get(&asked(1)).is_none(), "another original has other answers");
    }

    #[test]
    fn damaged_lines_do_not_count() {
        let folder = scratch_dir().expect("a folder");
        let answers = Answers::open(folder.path(), "x");
        answers.keep(&asked(1), &[said(r#"{"id":1,"ok":1}"#)]);
        answers.keep(&asked(2), &[said(r#"{"id":1,"ok":2}"#)]);
        answers.save().expect("written");
        let path = folder.path().join(&answers.name);
        let text = Disk.read_text(&path).expect("a file");
        Disk.write(&path, (text.replace("ok\\\":2", "ok\\\":3") + "rubbish\n\n{}").as_bytes()).expect("written");
        let again = Answers::open(folder.path(), "x");
        assert!(again.get(&asked(1)).is_some() && again.get(&asked(2)).is_none());
    }

    #[test]
    fn files_that_nobody_uses_go_when_there_are_too_many() {
        let folder = scratch_dir().expect("a folder");
        for name in ["old.jsonl", "new.jsonl"] {
            Disk.write(&folder.path().join(name), &vec![b' '; ALL as usize * 2 / 3]).expect("written");
        }
        Disk.write(&folder.path().join(ORDER), b"old.jsonl\nnew.jsonl\n").expect("written");
        Answers::open(folder.path(), "x").save().expect("written");
        let has = |name: &str| Disk.is_file(&folder.path().join(name));
        assert!(!has("old.jsonl") && has("new.jsonl"));
    }
}
