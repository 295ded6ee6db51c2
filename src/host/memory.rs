//! Files in memory, for tests of stages that read and write.

use super::Files;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file system that lives in a map; folders exist when made or when a file is below them.
#[derive(Debug, Default)]
pub struct Memory {
    tree: Mutex<Tree>,
}

#[derive(Debug, Default)]
struct Tree {
    files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    modes: BTreeMap<PathBuf, u32>,
}

impl Memory {
    /// A file system that holds these files.
    pub fn with<P: Into<PathBuf>, T: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let memory = Memory::default();
        for (path, bytes) in files {
            memory.tree().put(path.into(), bytes.as_ref().to_vec());
        }
        memory
    }

    /// The permission bits last set on a file.
    pub fn mode(&self, path: &Path) -> Option<u32> {
        self.tree().modes.get(path).copied()
    }

    /// Every file's path, sorted.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.tree().files.keys().cloned().collect()
    }

    fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tree {
    fn put(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.folders.extend(path.ancestors().skip(1).map(Path::to_path_buf));
        self.files.insert(path, bytes);
    }

    fn exists(&self, path: &Path) -> bool {
        self.files.contains_key(path) || self.folders.contains(path)
    }
}

fn missing(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{}: no such file or folder", path.display()))
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.tree().files.get(path).cloned().ok_or_else(|| missing(path))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.tree().put(path.to_path_buf(), bytes.to_vec());
        Ok(())
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.tree().folders.extend(path.ancestors().map(Path::to_path_buf));
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let tree = self.tree();
        if !tree.folders.contains(path) {
            return Err(missing(path));
        }
        let mut entries: Vec<PathBuf> =
            tree.files.keys().chain(&tree.folders).filter(|entry| entry.parent() == Some(path)).cloned().collect();
        entries.sort();
        Ok(entries)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.tree().files.contains_key(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.tree().folders.contains(path)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        self.tree().files.get(path).map(|bytes| bytes.len() as u64).ok_or_else(|| missing(path))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.tree().files.remove(path).map(|_| ()).ok_or_else(|| missing(path))
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut tree = self.tree();
        if !tree.folders.contains(path) {
            return Err(missing(path));
        }
        tree.files.retain(|entry, _| !entry.starts_with(path));
        tree.folders.retain(|entry| !entry.starts_with(path));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut tree = self.tree();
        if !tree.exists(from) {
            return Err(missing(from));
        }
        let moved = |path: &Path| match path.strip_prefix(from) {
            Ok(rest) if rest.as_os_str().is_empty() => to.to_path_buf(),
            Ok(rest) => to.join(rest),
            Err(_) => path.to_path_buf(),
        };
        tree.files.remove(to);
        tree.files = std::mem::take(&mut tree.files).into_iter().map(|(path, bytes)| (moved(&path), bytes)).collect();
        tree.folders = std::mem::take(&mut tree.folders).iter().map(|path| moved(path)).collect();
        Ok(())
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        let mut tree = self.tree();
        if !tree.exists(path) {
            return Err(missing(path));
        }
        tree.modes.insert(path.to_path_buf(), mode);
        Ok(())
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        if self.tree().exists(path) { Ok(path.to_path_buf()) } else { Err(missing(path)) }
    }
}
