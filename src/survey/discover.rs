//! Which Python files a folder holds: ignored files, virtual environments and other people's packages left out.
//!
//! Links to folders are not followed, as in `git` and `rg`, so that no loop of links can catch us.

use crate::host::Files;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::io;
use std::path::{Path, PathBuf};

/// Folders that never hold the user's own code.
const FOREIGN: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    ".eggs",
    "__pycache__",
    "__pypackages__",
    "dist-packages",
    "node_modules",
    "site-packages",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".pivot",
];

/// Python files below a folder, sorted, and the folders that could not be listed.
pub fn python_files(root: &Path, files: &dyn Files) -> (Vec<PathBuf>, Vec<(PathBuf, io::Error)>) {
    let mut ignored = Ignored::above(root, files);
    let mut found = Vec::new();
    let failed = files.walk(root, &mut |path, is_dir| {
        if is_dir {
            let own = path != root && (is_foreign(path, files) || ignored.covers(path, true));
            if !own {
                ignored.enter(path, files);
            }
            return !own;
        }
        if is_python(path) && !ignored.covers(path, false) {
            found.push(path.to_path_buf());
        }
        true
    });
    (found, failed)
}

/// True for a path that ends in `.py`.
pub fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn is_foreign(folder: &Path, files: &dyn Files) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("");
    FOREIGN.contains(&name) || files.is_file(&folder.join("pyvenv.cfg"))
}

/// The `.gitignore` files that apply, from the repository's root down to the folder being walked.
struct Ignored {
    root: PathBuf,
    absolute: PathBuf,
    matchers: Vec<(PathBuf, Gitignore)>,
}

impl Ignored {
    /// Those in the folders above `root`, up to the one that holds `.git`; none outside a repository.
    fn above(root: &Path, files: &dyn Files) -> Self {
        let absolute = files.canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let mut ignored = Ignored { root: root.to_path_buf(), absolute: absolute.clone(), matchers: Vec::new() };
        let folders: Vec<&Path> = absolute.ancestors().collect();
        let is_top = |folder: &&Path| files.is_dir(&folder.join(".git")) || files.is_file(&folder.join(".git"));
        let top = folders.iter().position(is_top).unwrap_or(0);
        for folder in folders[..=top].iter().skip(1).rev() {
            ignored.read(folder, files);
        }
        ignored
    }

    /// Reads the file of a folder that the walk enters and forgets those of folders that it left.
    fn enter(&mut self, folder: &Path, files: &dyn Files) {
        let folder = self.absolute(folder);
        self.matchers.retain(|(base, _)| folder.starts_with(base));
        self.read(&folder, files);
    }

    fn read(&mut self, folder: &Path, files: &dyn Files) {
        let Ok(text) = files.read_text(&folder.join(".gitignore")) else { return };
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.lines() {
            let _ = builder.add_line(None, line); // a pattern that git would not understand ignores nothing
        }
        if let Ok(matcher) = builder.build() {
            self.matchers.push((folder.to_path_buf(), matcher));
        }
    }

    /// The innermost file that says something about the path decides.
    fn covers(&self, path: &Path, is_dir: bool) -> bool {
        let path = self.absolute(path);
        let inside = self.matchers.iter().rev().filter(|(base, _)| path.starts_with(base));
        for (_, matcher) in inside {
            match matcher.matched(&path, is_dir) {
                ignore::Match::Ignore(_) => return true,
                ignore::Match::Whitelist(_) => return false,
                ignore::Match::None => {}
            }
        }
        false
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).map_or_else(|_| path.to_path_buf(), |below| self.absolute.join(below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    fn found(paths: &[(&str, &str)]) -> Vec<String> {
        let files = Memory::with(paths.iter().map(|(path, text)| (*path, *text)));
        let (found, failed) = python_files(Path::new("/p/app"), &files);
        assert!(failed.is_empty());
        found.iter().map(|path| path.strip_prefix("/p/app").unwrap().display().to_string()).collect()
    }

    #[test]
    fn ignore_files_apply_from_the_repository_down() {
        let files = [
            ("/.gitignore", "a.py"),
            ("/p/.git/HEAD", ""),
            ("/p/.gitignore", "build/\n*_pb2.py\n"),
            ("/p/app/a.py", ""),
            ("/p/app/x_pb2.py", ""),
            ("/p/app/build/b.py", ""),
            ("/p/app/sub/.gitignore", "!x_pb2.py\nlocal.py"),
            ("/p/app/sub/x_pb2.py", ""),
            ("/p/app/sub/local.py", ""),
            ("/p/app/zoo/local.py", ""),
        ];
        assert_eq!(found(&files), ["a.py", "sub/x_pb2.py", "zoo/local.py"]);
    }

    #[test]
    fn environments_and_installed_packages_are_left_out() {
        let files = [
            ("/p/app/main.py", ""),
            ("/p/app/notes.txt", ""),
            ("/p/app/env39/pyvenv.cfg", ""),
            ("/p/app/env39/lib/x.py", ""),
            ("/p/app/site-packages/y.py", ""),
            ("/p/app/.git/hooks/z.py", ""),
        ];
        assert_eq!(found(&files), ["main.py"]);
    }
}
