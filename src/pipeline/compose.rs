//! `compose`: find what was cut, lay the system out, write it.

use crate::host::Files;
use crate::scaffold::{self, ComposeError, ComposeOptions, System, Templates, Written, write_system};
use std::path::{Path, PathBuf};

/// A system that was written.
#[derive(Debug)]
pub struct Composition {
    /// What is in it.
    pub system: System,
    /// What changed on disk.
    pub written: Written,
}

/// Writes the system around the generated projects below a folder.
pub fn compose(files: &dyn Files, folder: &Path, monolith: Option<PathBuf>) -> Result<Composition, ComposeError> {
    let templates = Templates::default();
    let system = scaffold::compose(files, folder, &ComposeOptions { templates: &templates, monolith })?;
    let written = write_system(&system, files, folder)?;
    Ok(Composition { system, written })
}
