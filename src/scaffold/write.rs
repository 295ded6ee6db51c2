//! Puts generated files on a disk without ever losing an edit.
//!
//! ```text
//! not ours, not empty      refused
//! a file edited since      refused, with the list
//! a file of the user's     never touched; refused where a generated file would take its name
//! nothing changed          nothing written
//! else                     pending record, staged files, renames, record
//! ```
//!
//! A run that is killed at any point leaves every file whole, old or new; the pending record lets the next run finish.

use super::error::WriteError;
use super::lock::{LOCK_FILE, LockInputs, ProjectLock, fingerprint};
use crate::host::Files;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What a run did to a folder; paths are relative to it, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have new text.
    pub changed: Vec<PathBuf>,
    /// Files that were generated before and are not any more.
    pub removed: Vec<PathBuf>,
}

impl Written {
    /// True where everything was as it should be already.
    pub fn is_unchanged(&self) -> bool {
        self.changed.is_empty() && self.removed.is_empty()
    }
}

/// Fingerprints by path.
pub(super) type Fingerprints = BTreeMap<String, String>;

/// Files that belong to the toolchain once they are written: it completes them, so a difference is no edit.
const TOOLCHAIN_FILES: [&str; 2] = ["Cargo.lock", "go.sum"];

/// Where a run that was not finished has left its record.
const PENDING: &str = ".pivot/pending.lock";

/// Where files wait until all of them are written.
const STAGE: &str = ".pivot/stage";

/// Says whether a project may be written to `out`, and returns its lock where there is one already.
pub fn check_project(disk: &dyn Files, out: &Path) -> Result<Option<ProjectLock>, WriteError> {
    let lock = read_lock(disk, &out.join(LOCK_FILE))?;
    let pending = read_lock(disk, &out.join(PENDING))?;
    match (&lock, &pending) {
        (None, None) => refuse_foreign(disk, out)?,
        _ => drop(Folder::open(disk, out, known(lock.as_ref()), known(pending.as_ref()))?),
    }
    Ok(lock.or(pending))
}

/// Writes a project to `out` with its lock, or refuses and changes nothing.
pub fn write_project(
    files: &[(PathBuf, String)],
    disk: &dyn Files,
    out: &Path,
    inputs: LockInputs,
) -> Result<Written, WriteError> {
    check_project(disk, out)?;
    let old = known(read_lock(disk, &out.join(LOCK_FILE))?.as_ref());
    let pending = known(read_lock(disk, &out.join(PENDING))?.as_ref());
    let lock = ProjectLock::new(inputs, fingerprints(files));
    let text = lock.text().map_err(|problem| lock_error(&out.join(LOCK_FILE), &problem))?;
    Folder::open(disk, out, old, pending)?.update(files, &Record { path: LOCK_FILE, pending: PENDING, text })
}

fn known(lock: Option<&ProjectLock>) -> Fingerprints {
    lock.map(|lock| lock.files.clone()).unwrap_or_default()
}

/// Fingerprints of files that are about to be written.
pub(super) fn fingerprints(files: &[(PathBuf, String)]) -> Fingerprints {
    files.iter().map(|(path, text)| (slashed(path), fingerprint(text.as_bytes()))).collect()
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn read_lock(disk: &dyn Files, path: &Path) -> Result<Option<ProjectLock>, WriteError> {
    let Some(text) = read_record(disk, path)? else { return Ok(None) };
    ProjectLock::read(&text).map(Some).map_err(|problem| lock_error(path, &problem))
}

/// The text of a record of what was generated, if there is one.
pub(super) fn read_record(disk: &dyn Files, path: &Path) -> Result<Option<String>, WriteError> {
    match disk.read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(problem) if problem.kind() == io::ErrorKind::NotFound || problem.kind() == io::ErrorKind::NotADirectory => {
            Ok(None)
        }
        Err(problem) if problem.kind() == io::ErrorKind::InvalidData => Err(lock_error(path, &problem)),
        Err(source) => Err(WriteError::Io { path: path.to_path_buf(), source }),
    }
}

pub(super) fn lock_error(path: &Path, problem: &dyn ToString) -> WriteError {
    WriteError::Lock { path: path.to_path_buf(), reason: problem.to_string() }
}

fn refuse_foreign(disk: &dyn Files, out: &Path) -> Result<(), WriteError> {
    let not_ours = || WriteError::NotOurs { dir: out.to_path_buf() };
    if disk.is_file(out) {
        return Err(not_ours());
    }
    match disk.list(out) {
        Ok(entries) if entries.is_empty() => Ok(()),
        Ok(_) => Err(not_ours()),
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(WriteError::Io { path: out.to_path_buf(), source }),
    }
}

/// The record that says what was generated, and the name it has until everything else is in its place.
pub(super) struct Record<'a> {
    pub path: &'a str,
    pub pending: &'a str,
    pub text: String,
}

/// A folder of which some files are ours.
pub(super) struct Folder<'a> {
    disk: &'a dyn Files,
    root: &'a Path,
    old: Fingerprints,
    pending: Fingerprints,
}

impl<'a> Folder<'a> {
    /// Opens a folder, or says which generated files were edited or deleted since they were written.
    pub(super) fn open(
        disk: &'a dyn Files,
        root: &'a Path,
        old: Fingerprints,
        pending: Fingerprints,
    ) -> Result<Folder<'a>, WriteError> {
        let folder = Folder { disk, root, old, pending };
        let mut files = Vec::new();
        for (path, expected) in &folder.old {
            let found = folder.found(path)?;
            let finished_later = found.is_none() && !folder.pending.is_empty() && !folder.pending.contains_key(path);
            let ours =
                found.as_ref() == Some(expected) || (found.is_some() && found.as_ref() == folder.pending.get(path));
            if !ours && !finished_later && !is_toolchains(path) {
                files.push(PathBuf::from(path));
            }
        }
        if files.is_empty() { Ok(folder) } else { Err(WriteError::Edited { dir: root.to_path_buf(), files }) }
    }

    /// Makes the folder hold `files`, and the record.
    pub(super) fn update(&self, files: &[(PathBuf, String)], record: &Record) -> Result<Written, WriteError> {
        let changed = self.changed(files)?;
        let kept = fingerprints(files);
        let stale = self.old.keys().chain(self.pending.keys()).filter(|path| !kept.contains_key(*path));
        let mut removed: Vec<PathBuf> =
            stale.map(PathBuf::from).filter(|path| self.disk.is_file(&self.root.join(path))).collect();
        removed.sort();
        removed.dedup();
        let written = Written { changed: changed.iter().map(|(path, _)| path.clone()).collect(), removed };
        let same_record = read_record(self.disk, &self.root.join(record.path))?.as_ref() == Some(&record.text);
        if !(written.is_unchanged() && same_record && self.pending.is_empty()) {
            self.replace(&changed, &written.removed, record)?;
        }
        Ok(written)
    }

    /// Files whose text is not on the disk yet; refuses where one would take the name of a file that is not ours.
    fn changed<'f>(&self, files: &'f [(PathBuf, String)]) -> Result<Vec<&'f (PathBuf, String)>, WriteError> {
        let mut changed = Vec::new();
        for file in files {
            let path = slashed(&file.0);
            let found = self.found(&path)?;
            let ours = self.old.contains_key(&path) || self.pending.contains_key(&path);
            let touched = found.is_some() && found.as_ref() != self.old.get(&path);
            if found.as_deref() == Some(&fingerprint(file.1.as_bytes())) || (touched && is_toolchains(&path)) {
                continue;
            }
            if found.is_some() && !ours {
                return Err(WriteError::InTheWay { path: self.root.join(&file.0) });
            }
            changed.push(file);
        }
        Ok(changed)
    }

    fn replace(&self, changed: &[&(PathBuf, String)], removed: &[PathBuf], record: &Record) -> Result<(), WriteError> {
        let stage = self.root.join(STAGE);
        self.put(&self.root.join(record.pending), &record.text)?;
        for (path, text) in changed {
            self.put(&stage.join(path), text)?;
        }
        for (path, _) in changed {
            let target = self.root.join(path);
            let parent = target.parent().unwrap_or(self.root);
            self.disk.create_dir_all(parent).map_err(io_error(parent))?;
            self.disk.rename(&stage.join(path), &target).map_err(io_error(&target))?;
        }
        for path in removed {
            let path = self.root.join(path);
            self.disk.remove_file(&path).map_err(io_error(&path))?;
        }
        self.put(&self.root.join(record.path), &record.text)?;
        self.tidy(&stage, record)
    }

    fn tidy(&self, stage: &Path, record: &Record) -> Result<(), WriteError> {
        if self.disk.is_dir(stage) {
            self.disk.remove_dir_all(stage).map_err(io_error(stage))?;
        }
        let pending = self.root.join(record.pending);
        self.disk.remove_file(&pending).map_err(io_error(&pending))?;
        let own = self.root.join(".pivot");
        match self.disk.list(&own) {
            Ok(entries) if entries.is_empty() => self.disk.remove_dir_all(&own).map_err(io_error(&own)),
            _ => Ok(()),
        }
    }

    fn put(&self, path: &Path, text: &str) -> Result<(), WriteError> {
        self.disk.write(path, text.as_bytes()).map_err(io_error(path))
    }

    /// The fingerprint of what is on the disk.
    fn found(&self, path: &str) -> Result<Option<String>, WriteError> {
        let path = self.root.join(path);
        match self.disk.read(&path) {
            Ok(bytes) => Ok(Some(fingerprint(&bytes))),
            Err(problem) if matches!(problem.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(problem) if problem.kind() == io::ErrorKind::IsADirectory => Err(WriteError::InTheWay { path }),
            Err(source) => Err(WriteError::Io { path, source }),
        }
    }
}

fn is_toolchains(path: &str) -> bool {
    TOOLCHAIN_FILES.contains(&path)
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_path_buf();
    move |source| WriteError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    fn files(pairs: &[(&str, &str)]) -> Vec<(PathBuf, String)> {
        pairs.iter().map(|(path, text)| (PathBuf::from(path), text.to_string())).collect()
    }

    fn write(disk: &Memory, pairs: &[(&str, &str)]) -> Result<Written, WriteError> {
        write_project(&files(pairs), disk, Path::new("out"), LockInputs::default())
    }

    fn text(disk: &Memory, path: &str) -> String {
        disk.read_text(Path::new(path)).unwrap()
    }

    #[test]
    fn a_first_run_writes_everything_and_a_second_nothing() {
        let disk = Memory::default();
        let first = write(&disk, &[("a", "1"), ("b/c", "2")]).unwrap();
        assert_eq!(first.changed, [PathBuf::from("a"), PathBuf::from("b/c")]);
        assert_eq!(text(&disk, "out/b/c"), "2");
        assert!(!disk.is_dir(Path::new("out/.pivot")));
        assert!(write(&disk, &[("a", "1"), ("b/c", "2")]).unwrap().is_unchanged());
    }

    #[test]
    fn a_later_run_replaces_and_removes_what_is_ours_alone() {
        let disk = Memory::default();
        write(&disk, &[("a", "1"), ("old", "2")]).unwrap();
        disk.write(Path::new("out/mine"), b"user").unwrap();
        let written = write(&disk, &[("a", "new")]).unwrap();
        assert_eq!((written.changed, written.removed), (vec![PathBuf::from("a")], vec![PathBuf::from("old")]));
        assert_eq!((text(&disk, "out/a"), text(&disk, "out/mine")), ("new".to_string(), "user".to_string()));
        assert!(!disk.is_file(Path::new("out/old")));
    }

    #[test]
    fn an_edit_or_a_deletion_is_never_overwritten() {
        let disk = Memory::default();
        write(&disk, &[("a", "1"), ("b", "2"), ("c", "3")]).unwrap();
        disk.write(Path::new("out/a"), b"edited").unwrap();
        disk.remove_file(Path::new("out/b")).unwrap();
        let problem = write(&disk, &[("a", "new"), ("b", "2"), ("c", "4")]).unwrap_err();
        assert!(problem.is_conflict());
        assert!(
            matches!(problem, WriteError::Edited { files, .. } if files == [PathBuf::from("a"), PathBuf::from("b")])
        );
        assert_eq!((text(&disk, "out/a"), text(&disk, "out/c")), ("edited".to_string(), "3".to_string()));
    }

    #[test]
    fn a_foreign_folder_is_refused() {
        let disk = Memory::default();
        disk.write(Path::new("out/mine"), b"user").unwrap();
        assert!(matches!(write(&disk, &[("a", "1")]), Err(WriteError::NotOurs { .. })));
        assert!(!disk.is_file(Path::new("out/a")));
    }

    #[test]
    fn a_file_of_the_users_is_not_taken_over() {
        let disk = Memory::default();
        write(&disk, &[("a", "1")]).unwrap();
        disk.write(Path::new("out/b"), b"user").unwrap();
        assert!(matches!(write(&disk, &[("a", "1"), ("b", "2")]), Err(WriteError::InTheWay { .. })));
        assert_eq!(text(&disk, "out/b"), "user");
    }

    #[test]
    fn what_the_toolchain_completes_is_no_edit() {
        let disk = Memory::default();
        write(&disk, &[("Cargo.lock", "1"), ("a", "1")]).unwrap();
        disk.write(Path::new("out/Cargo.lock"), b"completed").unwrap();
        assert!(write(&disk, &[("Cargo.lock", "1"), ("a", "1")]).unwrap().is_unchanged());
        write(&disk, &[("Cargo.lock", "2"), ("a", "2")]).unwrap();
        assert_eq!((text(&disk, "out/Cargo.lock"), text(&disk, "out/a")), ("completed".to_string(), "2".to_string()));
    }

    #[test]
    fn a_run_that_was_killed_is_finished_by_the_next() {
        let pairs = [("a", "new"), ("b", "new"), ("c", "3")];
        let lock =
            |files: &[(PathBuf, String)]| ProjectLock::new(LockInputs::default(), fingerprints(files)).text().unwrap();
        for done in 0..=2 {
            let disk = Memory::default();
            write(&disk, &[("a", "1"), ("b", "2"), ("gone", "4")]).unwrap();
            disk.write(Path::new("out/.pivot/pending.lock"), lock(&files(&pairs)).as_bytes()).unwrap();
            for (path, new) in &pairs[..done] {
                disk.write(&Path::new("out").join(path), new.as_bytes()).unwrap();
            }
            if done == 2 {
                disk.remove_file(Path::new("out/gone")).unwrap();
            }
            write(&disk, &pairs).unwrap();
            assert_eq!(
                (text(&disk, "out/a"), text(&disk, "out/b"), text(&disk, "out/c")),
                ("new".into(), "new".into(), "3".into())
            );
            assert!(!disk.is_file(Path::new("out/gone")) && !disk.is_dir(Path::new("out/.pivot")));
        }
    }

    #[test]
    fn a_lock_that_cannot_be_read_stops_the_run() {
        let disk = Memory::default();
        write(&disk, &[("a", "1")]).unwrap();
        disk.write(Path::new("out/pivot.lock"), b"<<<<<<<").unwrap();
        assert!(matches!(write(&disk, &[("a", "2")]), Err(WriteError::Lock { .. })));
    }
}
