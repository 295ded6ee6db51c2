//! Everything that can stop a shell from being made or written.

use std::path::PathBuf;
use thiserror::Error;

/// Why a shell could not be made.
#[derive(Debug, Error)]
pub enum ScaffoldError {
    /// A template does not fit its data, or cannot be read; overridden templates can cause it.
    #[error("template {name}: {reason}")]
    Template {
        /// Name of the template, as in `templates/`.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder of templates holds a file that no template is called after.
    #[error("{path}: there is no template of this name; a file here overrides the built-in template of the same name")]
    UnknownTemplate {
        /// The file.
        path: PathBuf,
    },
    /// Two routes of the monolith that Go's router cannot tell apart.
    #[error(
        "routes {first} and {second} fit the same paths, and neither is the more specific: Go's router refuses them"
    )]
    AmbiguousRoutes {
        /// Method and path of the one.
        first: String,
        /// Method and path of the other.
        second: String,
    },
    /// A route with an HTTP method that the shells do not serve.
    #[error("route {path} has the method {method}, which the service cannot serve")]
    UnknownMethod {
        /// The method.
        method: String,
        /// The route's path.
        path: String,
    },
    /// Data that could not be written as text.
    #[error("cannot write data as text: {0}")]
    Data(#[from] serde_json::Error),
    /// Data that could not be written as YAML.
    #[error("cannot write data as YAML: {0}")]
    Yaml(#[from] serde_yaml::Error),
    /// The disk refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
}

/// Why files could not be written; nothing was changed then, unless the disk itself failed half-way.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The folder has files in it and none of them says that it is ours.
    #[error("{dir} is not empty and was not made by pivot")]
    NotOurs {
        /// The folder.
        dir: PathBuf,
    },
    /// Files that were generated have been edited or deleted since.
    #[error("{} in {} changed since pivot wrote {}", plural(.files.len()), .dir.display(), if .files.len() == 1 { "it" } else { "them" })]
    Edited {
        /// The folder.
        dir: PathBuf,
        /// The files, relative to the folder, sorted.
        files: Vec<PathBuf>,
    },
    /// A file of the user's stands where a generated file would go.
    #[error("{} would be overwritten: pivot did not write it", .path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// The record of what was generated cannot be read, so edits could not be told from our own text.
    #[error("{path}: {reason}")]
    Lock {
        /// The record.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
}

impl WriteError {
    /// True where the user has to decide about files of theirs: exit code 3.
    pub fn is_conflict(&self) -> bool {
        matches!(self, WriteError::Edited { .. } | WriteError::InTheWay { .. })
    }
}

fn plural(count: usize) -> String {
    if count == 1 { "1 file".to_string() } else { format!("{count} files") }
}
