//! Finds the generated services under a folder.

use super::{ComposeError, compose_path};
use crate::host::Files;
use crate::scaffold::context::service_name;
use crate::scaffold::lock::{LOCK_FILE, LockInputs, ProjectLock};
use crate::scaffold::write::{lock_error, read_record};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// How many folders deep a project may lie.
const DEPTH: usize = 3;

/// The port of the first service.
const FIRST_PORT: u16 = 8001;

/// A generated service in a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its name in the system: the service's, with its language where two would have the same.
    pub name: String,
    /// The program in its image.
    pub binary: String,
    /// Its folder, seen from the system's, as Compose reads it.
    pub folder: String,
    /// `rust` or `go`.
    pub language: String,
    /// The port on which it listens.
    pub port: u16,
    /// Its project's folder.
    #[serde(skip)]
    pub project: PathBuf,
    /// What it was generated from.
    #[serde(skip)]
    pub inputs: LockInputs,
}

/// The services under `dir` in the order of their folders, which gives them their ports.
pub fn services(disk: &dyn Files, dir: &Path) -> Result<Vec<Service>, ComposeError> {
    let mut found = Vec::new();
    search(disk, dir, DEPTH, &mut found)?;
    let mut services: Vec<Service> = Vec::new();
    for (port, (project, inputs)) in (FIRST_PORT..).zip(found) {
        let binary = service_name(&inputs.module);
        let taken = |name: &str| services.iter().any(|other| other.name == name);
        let with_language = format!("{binary}-{}", inputs.target);
        let name = match (taken(&binary), taken(&with_language)) {
            (false, _) => binary.clone(),
            (true, false) => with_language,
            (true, true) => format!("{with_language}-{port}"),
        };
        let folder = compose_path(dir, &project).unwrap_or_else(|| project.display().to_string());
        services.push(Service { name, binary, folder, language: inputs.target.clone(), port, project, inputs });
    }
    Ok(services)
}

fn search(
    disk: &dyn Files,
    dir: &Path,
    depth: usize,
    found: &mut Vec<(PathBuf, LockInputs)>,
) -> Result<(), ComposeError> {
    let entries = disk.list(dir).map_err(|source| ComposeError::Io { path: dir.to_path_buf(), source })?;
    for entry in entries.into_iter().filter(|entry| disk.is_dir(entry) && !is_hidden(entry)) {
        let lock = entry.join(LOCK_FILE);
        if let Some(text) = read_record(disk, &lock)? {
            let lock = ProjectLock::read(&text).map_err(|problem| lock_error(&lock, &problem))?;
            if lock.inputs.form == "service" {
                found.push((entry, lock.inputs));
            }
        } else if depth > 1 {
            match search(disk, &entry, depth - 1, found) {
                Err(ComposeError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {}
                other => other?,
            }
        }
    }
    Ok(())
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || ["target", "node_modules", "__pycache__"].contains(&&*name)
}
