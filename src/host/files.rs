//! Files as a trait: the disk, and a double in memory.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// What the stages may do with files. Paths are taken as the user typed them.
pub trait Files: Send + Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Writes a file in one step (readers see the old content or the new one) and creates the folders above it.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Creates a folder and those above it.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// The entries of a folder, sorted.
    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>>;
    /// Whether a path leads to a file.
    fn is_file(&self, path: &Path) -> bool;
    /// Whether a path leads to a folder.
    fn is_dir(&self, path: &Path) -> bool;
    /// Size of a file in bytes.
    fn size(&self, path: &Path) -> io::Result<u64>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder with all it holds.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Moves a file or a folder.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Sets the permission bits of a file.
    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// The absolute path behind links; fails on a loop of links.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// Visits everything below a folder, the folder itself first, siblings in order. `visit` is told whether a path is
    /// a folder and answers whether to go into it. Links to folders are neither visited nor followed. Returns the
    /// folders that could not be listed.
    fn walk(&self, root: &Path, visit: &mut dyn FnMut(&Path, bool) -> bool) -> Vec<(PathBuf, io::Error)> {
        let mut failed = Vec::new();
        if visit(root, true) {
            walk_by_list(self, root, visit, &mut failed);
        }
        failed
    }

    /// The text of a file; an error of kind `InvalidData` where it is not UTF-8.
    fn read_text(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

fn walk_by_list<F: Files + ?Sized>(
    files: &F,
    folder: &Path,
    visit: &mut dyn FnMut(&Path, bool) -> bool,
    failed: &mut Vec<(PathBuf, io::Error)>,
) {
    let entries = files.list(folder).unwrap_or_else(|error| {
        failed.push((folder.to_path_buf(), error));
        Vec::new()
    });
    for entry in entries {
        let is_dir = files.is_dir(&entry);
        if visit(&entry, is_dir) && is_dir {
            walk_by_list(files, &entry, visit, failed);
        }
    }
}

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

/// By what a file on the disk is recognised without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Time of the last change, since 1970.
    pub modified: Duration,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl Disk {
    /// Size and time of the last change of what a path leads to.
    pub fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        let meta = fs::metadata(path)?;
        let modified = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Stamp { size: meta.len(), modified, is_folder: meta.is_dir() })
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match fs::metadata(path) {
            Ok(meta) if !meta.is_file() => fs::write(path, bytes), // a device or a pipe: nothing to replace
            Ok(meta) => replace(&fs::canonicalize(path)?, bytes, Some(meta.permissions())),
            Err(_) => replace(path, bytes, None),
        }
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let mut entries =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        Ok(entries)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        fs::metadata(path).map(|meta| meta.len())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn set_mode(&self, path: &Path, mode: u32) -> io::Result<()> {
        fs::set_permissions(path, permissions(mode))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn walk(&self, root: &Path, visit: &mut dyn FnMut(&Path, bool) -> bool) -> Vec<(PathBuf, io::Error)> {
        let mut failed = Vec::new();
        let mut entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) => {
                    let is_dir = entry.file_type().is_dir();
                    let is_link = entry.path_is_symlink() && entry.depth() > 0;
                    let is_linked_dir = is_link && entry.path().is_dir();
                    if !is_linked_dir && !visit(entry.path(), is_dir) && is_dir {
                        entries.skip_current_dir();
                    }
                }
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_path_buf();
                    failed.push((path, error.into()));
                }
            }
        }
        failed
    }
}

/// Writes beside the file and renames over it; new files get the permissions that the user's umask gives.
fn replace(path: &Path, bytes: &[u8], old: Option<fs::Permissions>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".pivot-").permissions(permissions(0o666)).tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn permissions(mode: u32) -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}

/// A new empty folder in the system's place for temporary files, removed when the value is dropped.
pub fn scratch_dir() -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("pivot-").tempdir()
}

/// Holds a lock file for as long as it lives: other processes of ours wait in [`lock`] meanwhile.
#[derive(Debug)]
pub struct FileLock {
    _file: fs::File,
}

/// Waits until no other process holds this lock file, creating it where it is missing, and holds it. Ctrl-C ends the
/// wait with an error of kind `Interrupted`.
pub fn lock(path: &Path) -> io::Result<FileLock> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = fs::File::options().create(true).append(true).open(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(FileLock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => super::interrupt::check()?,
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    /// Both implementations answer the same to the same story.
    fn story(files: &dyn Files, root: &Path) {
        let path = root.join("a/b/c.txt");
        assert_eq!(files.read(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        files.write(&path, b"one").unwrap();
        files.write(&path, b"two!").unwrap();
        assert_eq!(files.read_text(&path).unwrap(), "two!");
        assert_eq!(files.size(&path).unwrap(), 4);
        files.write(&root.join("a/a.txt"), b"\xff").unwrap();
        assert_eq!(files.read_text(&root.join("a/a.txt")).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(files.list(&root.join("a")).unwrap(), [root.join("a/a.txt"), root.join("a/b")]);
        assert!(files.is_dir(&root.join("a/b")) && files.is_file(&path) && !files.is_file(&root.join("a")));
        files.rename(&root.join("a/b"), &root.join("d")).unwrap();
        assert!(files.is_file(&root.join("d/c.txt")) && !files.is_file(&path));
        files.remove_file(&root.join("a/a.txt")).unwrap();
        assert!(files.list(&root.join("a")).unwrap().is_empty());
        files.remove_dir_all(&root.join("d")).unwrap();
        assert!(!files.is_dir(&root.join("d")) && files.remove_file(&path).is_err());
        files.create_dir_all(&root.join("e/f")).unwrap();
        assert!(files.is_dir(&root.join("e/f")) && files.list(&root.join("nowhere")).is_err());
        assert_eq!(files.canonicalize(&root.join("nowhere")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn disk_and_memory_tell_the_same_story() {
        let scratch = scratch_dir().unwrap();
        story(&Disk, scratch.path());
        story(&Memory::default(), Path::new("/project"));
    }

    #[test]
    fn both_walk_alike_and_links_to_folders_are_left_alone() {
        let walked = |files: &dyn Files, root: &Path| {
            let mut seen = Vec::new();
            let failed = files.walk(root, &mut |path, is_dir| {
                seen.push((path.strip_prefix(root).unwrap().to_path_buf(), is_dir));
                !path.ends_with("skip")
            });
            assert!(failed.is_empty());
            seen
        };
        let (scratch, memory) = (scratch_dir().unwrap(), Memory::default());
        for name in ["b/c.py", "a.py", "skip/d.py"] {
            Disk.write(&scratch.path().join(name), b"").unwrap();
            memory.write(&Path::new("/p").join(name), b"").unwrap();
        }
        std::os::unix::fs::symlink(scratch.path(), scratch.path().join("b/up")).unwrap();
        let expected = [("", true), ("a.py", false), ("b", true), ("b/c.py", false), ("skip", true)];
        let expected = expected.map(|(path, is_dir)| (PathBuf::from(path), is_dir));
        assert_eq!(walked(&Disk, scratch.path()), expected);
        assert_eq!(walked(&memory, Path::new("/p")), expected);
    }

    #[test]
    fn writing_keeps_the_mode_and_leaves_nothing_beside() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = scratch_dir().unwrap();
        let path = scratch.path().join("run.sh");
        Disk.write(&path, b"1").unwrap();
        Disk.set_mode(&path, 0o750).unwrap();
        Disk.write(&path, b"2").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(Disk.list(scratch.path()).unwrap(), [path]);
    }

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let scratch = scratch_dir().unwrap();
        let path = scratch.path().join("a/lock");
        let held = lock(&path).unwrap();
        let waiting = std::thread::spawn({
            let path = path.clone();
            move || lock(&path).map(|_| std::time::Instant::now())
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        let released = std::time::Instant::now();
        drop(held);
        assert!(waiting.join().unwrap().unwrap() >= released);
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        let scratch = scratch_dir().unwrap();
        let link = scratch.path().join("loop.py");
        std::os::unix::fs::symlink(&link, &link).unwrap();
        assert!(Disk.read(&link).is_err() && Disk.canonicalize(&link).is_err() && !Disk.is_file(&link));
    }
}
