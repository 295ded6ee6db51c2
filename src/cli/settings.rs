//! What will be done: the command line with every default filled in and every name checked.

use super::exit::cannot;
use crate::host::process::find_program;
use crate::host::{Disk, Files};
use crate::policy::{PROJECT_FILE, Policy, PolicyError};
use std::path::{Path, PathBuf};

/// The interpreter of a run: the one typed, else the active virtual environment's, else `python3` (or `python`).
pub fn python(typed: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(path) = typed {
        let found = find_program(&path.to_string_lossy());
        return found.ok_or_else(|| {
            cannot(format!("`{}` is no program", path.display()), "--python takes the path of a Python interpreter")
        });
    }
    let environment = std::env::var_os("VIRTUAL_ENV").map(|folder| Path::new(&folder).join("bin/python"));
    environment
        .filter(|path| path.is_file())
        .or_else(|| find_program("python3"))
        .or_else(|| find_program("python"))
        .ok_or_else(|| {
            cannot("no Python interpreter was found", "install Python 3.11 or later, or name one with --python")
        })
}

impl From<PolicyError> for super::exit::Failure {
    fn from(error: PolicyError) -> Self {
        let help = Some(error.help());
        super::exit::Failure { message: error.to_string(), help, exit: super::exit::Exit::CouldNotRun }
    }
}

/// The policy of a run for a project folder.
pub fn policy(chosen: Option<&str>, project: &Path) -> anyhow::Result<Policy> {
    Policy::load(&Disk, chosen, project).map_err(|error| super::exit::Failure::from(error).into())
}

/// What marks the root of a project.
const ROOT_MARKS: [&str; 4] = [".git", PROJECT_FILE, ".pivot", "pyproject.toml"];

/// The root of the project that a file or folder belongs to: the nearest folder with one of the marks, else its own.
pub fn project_root(files: &dyn Files, path: &Path) -> PathBuf {
    let absolute = files.canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let own = if files.is_dir(&absolute) { absolute.as_path() } else { absolute.parent().unwrap_or(Path::new(".")) };
    let marked = |folder: &&Path| {
        let mark = |mark: &&str| files.is_file(&folder.join(mark)) || files.is_dir(&folder.join(mark));
        ROOT_MARKS.iter().any(mark)
    };
    own.ancestors().find(marked).unwrap_or(own).to_path_buf()
}

/// Where generated Rust is compiled: `PIVOT_TARGET_DIR`, else a cache at the project's root shared by all its projects.
pub fn target_dir(root: &Path) -> PathBuf {
    match std::env::var_os("PIVOT_TARGET_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => root.join(".pivot/cache/target"),
    }
}

/// Where answers of originals are kept from run to run: in a cache at the root of the working folder's project.
pub fn answers_dir() -> PathBuf {
    project_root(&Disk, Path::new(".")).join(".pivot/cache/answers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    #[test]
    fn roots_are_marked_or_the_files_own_folder() {
        let files = Memory::with([("/shop/pivot.yaml", ""), ("/shop/src/a.py", ""), ("/lone/b.py", "")]);
        let root = |path: &str| project_root(&files, Path::new(path));
        assert_eq!(root("/shop/src/a.py"), Path::new("/shop"));
        assert_eq!(root("/shop/src"), Path::new("/shop"));
        assert_eq!(root("/lone/b.py"), Path::new("/lone"));
    }

    #[test]
    fn an_interpreter_that_is_none_is_said() {
        let error = python(Some(Path::new("/nowhere/python"))).unwrap_err().to_string();
        assert_eq!(error, "`/nowhere/python` is no program");
    }
}
