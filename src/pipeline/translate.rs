//! From a Python file to a translated program: load, lower, emit.

use super::load::{self, LoadError, Project};
use crate::artifact::Artifact;
use crate::diagnostic::Diagnostic;
use crate::emit::{self, BuildFlags, EmitError, EmitOptions};
use crate::host::Files;
use crate::ir;
use crate::lower::{self, LowerOptions, Unit};
use crate::policy::{Build, Lto};
use crate::span::Location;
use crate::target::Target;
use std::path::Path;
use std::thread;

/// Trees are walked by recursion; this is what a walk may use.
const STACK: usize = 512 << 20;

/// A module as far as it could be translated, with what it was read from.
#[derive(Debug)]
pub struct Translation {
    /// The files read.
    pub project: Project,
    /// The typed program.
    pub program: ir::Program,
    /// Why public functions and classes of the entry are not in it, by qualified name.
    pub refusals: Vec<(String, Diagnostic)>,
}

/// Reads a module with what it imports, and with the web applications beside it that serve it; lowers all of it.
pub fn translate(files: &dyn Files, entry: &Path, only: &[String], routes: bool) -> Result<Translation, LoadError> {
    Ok(lowered(read(files, entry, routes)?, LowerOptions { only: only.to_vec(), ..LowerOptions::default() }))
}

/// Reads a module with what it imports; `routes`: with the web applications beside it that serve it, too.
pub fn read(files: &dyn Files, entry: &Path, routes: bool) -> Result<Project, LoadError> {
    let mut project = load::load(files, entry)?;
    if routes {
        load::add_applications(files, &mut project);
    }
    Ok(project)
}

/// Lowers what was read.
pub fn lowered(project: Project, options: LowerOptions) -> Translation {
    let units: Vec<Unit> =
        project.order.iter().map(|id| Unit { file: project.sources.get(*id), tree: project.tree(*id) }).collect();
    let lowered = lower::lower(&units, project.entry, &options);
    Translation { program: lowered.program, refusals: lowered.refusals, project }
}

/// Writes a translated program in a language; `folder` is the name of the project's folder.
pub fn emit(translation: &Translation, target: Target, folder: &str, build: &Build) -> Result<Artifact, EmitError> {
    let entry = translation.project.sources.get(translation.project.entry);
    let describe = |at: Location| describe(&translation.project, at);
    let options = EmitOptions {
        package: entry.module.rsplit('.').next().unwrap_or(&entry.module).to_string(),
        module: crate::scaffold::go_module(folder),
        describe: &describe,
        build: BuildFlags {
            opt_level: build.rust.opt_level,
            lto: build.rust.lto != Lto::Off,
            codegen_units: u32::from(build.rust.codegen_units),
        },
    };
    emit::emit(target, &translation.program, &options)
}

/// `pricing.py:12:8`, with the path seen from the entry's folder.
pub fn describe(project: &Project, at: Location) -> String {
    let file = project.sources.get(at.file);
    let folder = project.sources.get(project.entry).path.parent().unwrap_or(Path::new(""));
    let path = file.path.strip_prefix(folder).unwrap_or(&file.path);
    let (line, column) = file.line_column(at.span.start);
    format!("{}:{line}:{column}", path.display())
}

/// Runs work that recurses over syntax on a thread with a stack that deep code cannot exhaust.
pub fn deeply<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        worker.join().map_err(|panic| std::panic::resume_unwind(panic))
    })
}
