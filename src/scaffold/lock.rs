//! `pivot.lock`: what a project was generated from, and what exactly was generated.
//!
//! It names files relative to the project or to the translated source, never by absolute paths, and holds no times: the
//! same inputs give the same lock on every machine.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// Name of the lock in a project's folder.
pub const LOCK_FILE: &str = "pivot.lock";

/// Version of the lock's form.
const SCHEMA: u32 = 1;

/// What a project was generated from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockInputs {
    /// Dotted Python module.
    pub module: String,
    /// `rust` or `go`.
    pub target: String,
    /// `service` or `library`.
    pub form: String,
    /// Where the source's folder is, seen from the project's folder, with `/`; absent where there is no relative way.
    pub source_folder: Option<String>,
    /// Fingerprints of the source files, by their paths relative to the source's folder.
    pub source: BTreeMap<String, String>,
    /// Fingerprint of the policy.
    pub policy: String,
    /// Fingerprint of the templates.
    pub templates: String,
    /// The interpreter that the translation follows: `CPython 3.11.7`.
    pub interpreter: String,
    /// Version of pivot.
    pub pivot: String,
    /// Options that change what is generated.
    pub options: BTreeMap<String, String>,
}

/// The whole lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectLock {
    schema: u32,
    /// What it was generated from.
    pub inputs: LockInputs,
    /// Fingerprints of the generated files, by their paths relative to the project's folder.
    pub files: BTreeMap<String, String>,
}

impl ProjectLock {
    /// A lock over files that are about to be written.
    pub fn new(inputs: LockInputs, files: BTreeMap<String, String>) -> ProjectLock {
        ProjectLock { schema: SCHEMA, inputs, files }
    }

    /// Reads a lock, or says in a few words why it cannot.
    pub fn read(text: &str) -> Result<ProjectLock, String> {
        let lock: ProjectLock = serde_json::from_str(text).map_err(|problem| problem.to_string())?;
        if lock.schema == SCHEMA {
            Ok(lock)
        } else {
            Err(format!("its form {} is not known to this version", lock.schema))
        }
    }

    /// The lock as text.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// The SHA-256 of some content, in hexadecimal.
pub fn fingerprint(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

/// The way from a folder to a file or folder, with `/`; absent between relative and absolute paths. Neither may hold `..`.
pub fn relative(from: &Path, to: &Path) -> Option<String> {
    let parts = |path: &Path| -> Option<Vec<String>> {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        parts
            .map(|part| (part != Component::ParentDir).then(|| part.as_os_str().to_string_lossy().into_owned()))
            .collect()
    };
    if from.is_absolute() != to.is_absolute() {
        return None;
    }
    let (from, to) = (parts(from)?, parts(to)?);
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".to_string());
    let way: Vec<String> = up.chain(to[shared..].iter().cloned()).collect();
    Some(if way.is_empty() { ".".to_string() } else { way.join("/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let inputs = LockInputs { module: "pricing".into(), ..LockInputs::default() };
        let lock = ProjectLock::new(inputs, BTreeMap::from([("a".into(), fingerprint(b""))]));
        assert_eq!(ProjectLock::read(&lock.text().unwrap()), Ok(lock));
    }

    #[test]
    fn refuses_a_form_of_the_future() {
        let lock = ProjectLock { schema: 2, inputs: LockInputs::default(), files: BTreeMap::new() };
        assert!(ProjectLock::read(&lock.text().unwrap()).is_err());
    }

    #[test]
    fn ways_lead_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/c/d").as_deref(), Some("../c/d"));
        assert_eq!(way("a", "a/b").as_deref(), Some("b"));
        assert_eq!(way("/a", "/a").as_deref(), Some("."));
        assert_eq!(way("/a", "b"), None);
        assert_eq!(way("a/..", "b"), None);
    }
}
