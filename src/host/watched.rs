//! Files, with a list of everything that was asked of them: what an answer depends on.

use super::Files;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Other files, watched.
pub struct Watched<'f> {
    files: &'f dyn Files,
    seen: Mutex<Seen>,
}

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Files that were read.
    pub read: BTreeSet<PathBuf>,
    /// Folders of which the entries were listed.
    pub listed: BTreeSet<PathBuf>,
    /// Paths of which it was asked what they are; most are not there.
    pub asked: BTreeSet<PathBuf>,
}

impl<'f> Watched<'f> {
    /// Nothing was asked yet.
    pub fn new(files: &'f dyn Files) -> Self {
        Watched { files, seen: Mutex::default() }
    }

    /// What was asked so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, path: &Path, kind: fn(&mut Seen) -> &mut BTreeSet<PathBuf>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let paths = kind(&mut seen);
        if !paths.contains(path) {
            paths.insert(path.to_path_buf());
        }
    }
}

impl Files for Watched<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.note(path, |seen| &mut seen.read);
        self.files.read(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.files.write(path, bytes)
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.files.create_dir_all(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        self.note(path, |seen| &mut seen.listed);
        self.files.list(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.note(path, |seen| &mut seen.asked);
        self.files.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.note(path, |seen| &mut seen.asked);
        self.files.is_dir(path)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        self.note(path, |seen| &mut seen.asked);
        self.files.size(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.files.remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.files.remove_dir_all(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.files.rename(from, to)
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.files.set_mode(path, mode)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.note(path, |seen| &mut seen.asked);
        self.files.canonicalize(path)
    }

    fn walk(&self, root: &Path, visit: &mut dyn FnMut(&Path, bool) -> bool) -> Vec<(PathBuf, io::Error)> {
        self.files.walk(root, &mut |path, is_dir| {
            let enters = visit(path, is_dir);
            if is_dir && enters {
                self.note(path, |seen| &mut seen.listed);
            }
            enters
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    #[test]
    fn what_was_asked_is_known() {
        let memory = Memory::with([("p/a.py", "1"), ("p/q/b.py", "2"), ("p/r/c.py", "3")]);
        let files = Watched::new(&memory);
        assert!(files.walk(Path::new("p"), &mut |path, _| !path.ends_with("r")).is_empty());
        assert_eq!(files.read(Path::new("p/a.py")).ok(), Some(b"1".to_vec()));
        assert!(!files.is_file(Path::new("p/none.py")) && files.read(Path::new("p/no.py")).is_err());
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<BTreeSet<_>>();
        let seen = files.seen();
        assert_eq!(seen.read, paths(&["p/a.py", "p/no.py"]));
        assert_eq!(seen.listed, paths(&["p", "p/q"]));
        assert_eq!(seen.asked, paths(&["p/none.py"]));
    }
}
