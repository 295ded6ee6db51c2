//! `pivot dump`: what a stage makes of a file, for those who work on pivot or wonder about a refusal.

use super::args::{DumpArgs, Stage};
use super::console::Console;
use super::exit::{Exit, Failure};
use crate::diagnostic::Diagnostic;
use crate::host::Disk;
use crate::ir::pretty;
use crate::pipeline::translate::{self, Translation};
use crate::pipeline::{self, LoadError};
use crate::target::Target;
use std::path::Path;

/// Prints the file as the stage sees it.
pub fn run(args: &DumpArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let text = match args.stage {
        Stage::Ast => {
            let project = pipeline::load(&Disk, &args.file).map_err(Failure::from)?;
            console.diagnostics(&project.diagnostics, &project.sources);
            format!("{:#?}\n", project.tree(project.entry))
        }
        Stage::Ir => pretty::program(&translated(args, console)?.program),
        Stage::Rust => written(args, Target::Rust, console)?,
        Stage::Go => written(args, Target::Go, console)?,
    };
    console.print(&text)?;
    Ok(Exit::Done)
}

fn translated(args: &DumpArgs, console: &mut Console) -> anyhow::Result<Translation> {
    let translation = translate::translate(&Disk, &args.file, &[], true).map_err(Failure::from)?;
    let sources = &translation.project.sources;
    console.diagnostics(&translation.project.diagnostics, sources);
    let refusals: Vec<Diagnostic> = translation.refusals.iter().map(|(_, problem)| problem.clone()).collect();
    console.diagnostics(&refusals, sources);
    Ok(translation)
}

/// The files of the logic package, each under its name.
fn written(args: &DumpArgs, target: Target, console: &mut Console) -> anyhow::Result<String> {
    let translation = translated(args, console)?;
    let policy = super::settings::policy(None, args.file.parent().unwrap_or(Path::new("")))?;
    let artifact = translate::emit(&translation, target, "logic", &policy.build)?;
    Ok(artifact.files.iter().map(|file| format!("==> {} <==\n{}\n", file.path, file.text)).collect())
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Failure { message: error.to_string(), help: Some(error.help().into()), exit: Exit::CouldNotRun }
    }
}
