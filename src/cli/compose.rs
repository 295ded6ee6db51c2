//! `pivot compose`: the system around what was cut.

use super::args::ComposeArgs;
use super::console::Console;
use super::exit::{Exit, Failure};
use crate::host::Disk;
use crate::pipeline::{self, Composition};
use crate::scaffold::{ComposeError, WriteError};
use std::path::Path;

/// Writes the system and prints what is in it.
pub fn run(args: &ComposeArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let done = pipeline::compose(&Disk, &args.folder, args.monolith.clone()).map_err(Failure::from)?;
    console.print(&text(&done, &args.folder))?;
    Ok(Exit::Done)
}

fn text(done: &Composition, folder: &Path) -> String {
    let mut text = String::new();
    if done.system.gateway.is_some() {
        text += "api-gateway          :8000  the monolith\n";
    }
    for service in &done.system.services {
        text += &format!("{:<20} :{}  {} ({})\n", service.name, service.port, service.folder, service.language);
    }
    let changed = done.written.changed.len() + done.written.removed.len();
    text += &match changed {
        0 => format!("\n{}: nothing to change\n", folder.join("compose.yaml").display()),
        _ => format!("\n{}: {changed} files written; start with\n", folder.join("compose.yaml").display()),
    };
    if changed > 0 {
        text += &format!("  docker compose --project-directory {} up --build\n", folder.display());
    }
    text
}

impl From<ComposeError> for Failure {
    fn from(error: ComposeError) -> Self {
        let message = error.to_string();
        match error {
            ComposeError::Lock(error) => error.into(),
            ComposeError::NoServices { .. } => {
                let help = "write one first: pivot evolve MODULE.py --target rust --output FOLDER/service";
                Failure { message, help: Some(help.into()), exit: Exit::CouldNotRun }
            }
            ComposeError::NoApplication { .. } => {
                let help = "--monolith takes the file or folder of a Flask or FastAPI application";
                Failure { message, help: Some(help.into()), exit: Exit::CouldNotRun }
            }
            ComposeError::Scaffold(_) | ComposeError::Io { .. } => {
                Failure { message, help: None, exit: Exit::CouldNotRun }
            }
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let exit = if error.is_conflict() { Exit::Conflict } else { Exit::CouldNotRun };
        let help = match &error {
            WriteError::NotOurs { .. } => "choose a new or empty folder with --output",
            WriteError::Edited { .. } => {
                "move your edits away or choose another folder with --output; nothing was changed"
            }
            WriteError::InTheWay { .. } => "rename the file or choose another folder; nothing was changed",
            WriteError::Lock { .. } => "restore the record from version control, or choose another folder",
            WriteError::Io { .. } => "check the folder and its permissions",
        };
        let mut message = error.to_string();
        if let WriteError::Edited { files, .. } = &error {
            for file in files {
                message += &format!("\n  {}", file.display());
            }
        }
        Failure { message, help: Some(help.into()), exit }
    }
}
