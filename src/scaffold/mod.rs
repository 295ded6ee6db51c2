//! Shells around emitted logic: what makes a service, a library or a system of services out of translated functions.
//!
//! `service` takes an [`Artifact`] with `logic/` of a module and returns the whole project: the logic as it is, an HTTP
//! shell with the paths that [`paths`] lays out, its tests, a Dockerfile, an OpenAPI description. `compose` takes a folder
//! of such projects and returns the system around them. Both return files in memory; [`write_project`] and
//! [`write_system`] put them on a disk without ever losing an edit.
//!
//! What is absent: no Python expression is translated here, and no template holds logic. Templates have loops and
//! conditions over plain data; the data is made in [`context`].

mod cargo_lock;
mod compose;
mod context;
mod embedded;
mod error;
mod lock;
mod openapi;
pub mod paths;
mod template;
mod write;

pub use compose::{ComposeError, ComposeOptions, Gateway, Service, System, compose, write_system};
pub use context::{go_module, service_name};
pub use error::{ScaffoldError, WriteError};
pub use lock::{LOCK_FILE, LockInputs, ProjectLock, fingerprint, relative};
pub use template::Templates;
pub use write::{Written, check_project, write_project};

use crate::artifact::Artifact;
use crate::policy::Build;
use crate::target::Target;
use std::path::PathBuf;

/// A project's files: paths relative to its folder, and their whole text.
pub type ProjectFiles = Vec<(PathBuf, String)>;

/// The port that a service tries first.
pub const DEFAULT_PORT: u16 = 8001;

/// What a shell is made with.
#[derive(Clone, Debug)]
pub struct ServiceOptions<'a> {
    /// Templates to use.
    pub templates: &'a Templates,
    /// Name of the output folder, without its path; a Go module is called after it.
    pub folder: String,
    /// The translated Python file as the user named it, for the README.
    pub source: String,
    /// The interpreter that the translation follows, for the README: `CPython 3.11.7`.
    pub interpreter: String,
    /// How releases are compiled.
    pub build: &'a Build,
    /// The port that is tried first: [`DEFAULT_PORT`] unless the user has a reason.
    pub port: u16,
}

/// Puts an HTTP service around logic: returns every file of the project, `logic/` included, sorted by path.
pub fn service(artifact: &Artifact, options: &ServiceOptions) -> Result<ProjectFiles, ScaffoldError> {
    let map = paths::PathMap::of(&artifact.interface)?;
    if artifact.target == Target::Go {
        map.check_go()?;
    }
    let context = context::service(artifact, options, &map);
    let mut files = logic_files(artifact)?;
    files.extend(options.templates.render(&format!("{}/", artifact.target.word()), &context)?);
    for folder in ["shared/".to_owned(), locked(artifact.target), parity(artifact.target)] {
        files.extend(options.templates.render(&folder, &context)?);
    }
    files.push((PathBuf::from("openapi.yaml"), openapi::describe(&artifact.interface, &map, &context.service)?));
    Ok(finished(artifact, files))
}

/// Makes a project of logic alone: a library that other code links, and the command `call`.
pub fn library(artifact: &Artifact, options: &ServiceOptions) -> Result<ProjectFiles, ScaffoldError> {
    let map = paths::PathMap::of(&artifact.interface)?;
    let context = context::service(artifact, options, &map);
    let mut files = logic_files(artifact)?;
    let library = format!("library-{}/", artifact.target.word());
    for folder in [library, locked(artifact.target), parity(artifact.target)] {
        files.extend(options.templates.render(&folder, &context)?);
    }
    Ok(finished(artifact, files))
}

/// The artifact's own files, and its interface as data.
fn logic_files(artifact: &Artifact) -> Result<ProjectFiles, ScaffoldError> {
    let logic = PathBuf::from("logic");
    let emitted = artifact.files.iter().filter(|file| file.path != INTERFACE_FILE);
    let mut files: ProjectFiles = emitted.map(|file| (logic.join(&file.path), file.text.clone())).collect();
    let mut interface = serde_json::to_string_pretty(&artifact.interface)?;
    interface.push('\n');
    files.push((logic.join(INTERFACE_FILE), interface));
    Ok(files)
}

/// The folder of templates that pin the versions of packages.
fn locked(target: Target) -> String {
    format!("locked-{}/", target.word())
}

/// The folder of templates whose tests replay the calls that are kept.
fn parity(target: Target) -> String {
    format!("parity-{}/", target.word())
}

/// Completes the lock of Rust's packages, and puts the files in order.
fn finished(artifact: &Artifact, mut files: ProjectFiles) -> ProjectFiles {
    if artifact.target == Target::Rust {
        cargo_lock::complete(&mut files);
    }
    files.sort();
    files
}

/// Name of the file below `logic/` that holds the [`crate::artifact::Interface`].
pub const INTERFACE_FILE: &str = "interface.json";

#[cfg(test)]
mod tests;
