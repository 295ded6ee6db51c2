//! A static survey of a program: its files, its functions, and what each seems to cost.
//!
//! ```text
//! survey("monolith.py")   ->   monolith.py, pricing.py, inventory.py ...       what the entry imports locally
//!                              pricing.calculate_price  209,000 steps, compute, no state of its own ...
//! ```
//!
//! The stages: [`discover`] or [`imports`] find files, [`load`] parses them in parallel, [`index`] collects names,
//! [`function`] walks each body once, [`propagate`] carries costs and effects from callees to callers. Nothing is
//! executed. Nothing here knows the translator: whether a function could be translated is asked through
//! [`crate::facts::Translatability`].

mod boundary;
mod call;
mod discover;
mod expression;
mod function;
mod imports;
mod index;
mod load;
mod outline;
mod propagate;
mod resolve;
mod roots;
mod routes;
mod tables;
mod trips;
mod types;
mod walk;

use crate::diagnostic::Diagnostic;
use crate::facts::*;
use crate::host::Files;
use crate::host::process::give_back_memory;
use crate::source::{SourceFile, Sources};
use crate::span::Location;
use function::Raw;
use index::{Definition, Index};
use load::Loaded;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Deeply nested code is walked by recursion; this is what a worker may use for it.
const STACK: usize = 256 << 20;

/// How to survey.
#[derive(Default)]
pub struct SurveyOptions<'a> {
    /// Files parsed at the same time; 0 for as many as there are processors.
    pub jobs: usize,
    /// Told how many files are done, of how many known so far.
    pub progress: Option<&'a (dyn Fn(usize, usize) + Sync)>,
    done: AtomicUsize,
    known: AtomicUsize,
}

impl<'a> SurveyOptions<'a> {
    /// With this many jobs and nobody watching.
    pub fn with_jobs(jobs: usize) -> Self {
        SurveyOptions { jobs, ..SurveyOptions::default() }
    }

    /// Tells the progress to somebody.
    pub fn watched_by(mut self, progress: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    fn tell(&self, done: usize, known: usize) {
        self.done.store(done, Ordering::Relaxed);
        self.known.store(known, Ordering::Relaxed);
        if let Some(progress) = self.progress {
            progress(done, known);
        }
    }

    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(progress) = self.progress {
            progress(done, self.known.load(Ordering::Relaxed));
        }
    }
}

/// Why there is nothing to survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The path leads nowhere.
    #[error("{0}: no such file or folder")]
    Missing(PathBuf),
    /// The file or folder cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// The path given.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A folder without Python files, or all of them ignored.
    #[error("{0}: no Python files in this folder (ignored files and virtual environments are not looked at)")]
    NoPython(PathBuf),
    /// The threads for parsing could not be started.
    #[error("cannot start worker threads: {0}")]
    Threads(String),
}

/// Surveys the program of an entry file, or all Python files of a folder.
pub fn survey(
    entry: &Path,
    files: &dyn Files,
    options: &SurveyOptions<'_>,
) -> Result<(Program, Vec<Diagnostic>), SurveyError> {
    let workers = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).stack_size(STACK).build();
    let workers = workers.map_err(|error| SurveyError::Threads(error.to_string()))?;
    let (start, roots, follow) = beginning(entry, files)?;
    Ok(workers.install(|| {
        let loaded = load::load(start, &roots, follow, files, options);
        give_back_memory();
        assemble(loaded)
    }))
}

/// The files to begin with, the folders where imports start, and whether imports are followed.
fn beginning(entry: &Path, files: &dyn Files) -> Result<(Vec<PathBuf>, Vec<PathBuf>, bool), SurveyError> {
    if files.is_dir(entry) {
        let (found, failed) = discover::python_files(entry, files);
        if found.is_empty() {
            let own = failed.into_iter().find(|(path, _)| path == entry);
            return Err(match own {
                Some((path, error)) => SurveyError::Unreadable { path, error },
                None => SurveyError::NoPython(entry.to_path_buf()),
            });
        }
        return Ok((found, vec![entry.to_path_buf()], false));
    }
    if !files.is_file(entry) {
        let looped = files.canonicalize(entry).err().filter(|error| error.kind() != io::ErrorKind::NotFound);
        return Err(match looped {
            Some(error) => SurveyError::Unreadable { path: entry.to_path_buf(), error },
            None => SurveyError::Missing(entry.to_path_buf()),
        });
    }
    if let Err(error) = files.read(entry) {
        return Err(SurveyError::Unreadable { path: entry.to_path_buf(), error });
    }
    let folder = entry.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((vec![entry.to_path_buf()], vec![folder], true))
}

/// Facts of everything that was loaded.
fn assemble(loaded: Loaded) -> (Program, Vec<Diagnostic>) {
    let walked: Vec<Walked> = {
        let index = Index::new(&loaded);
        let by_file: Vec<&[Definition]> = index.functions.chunk_by(|a, b| a.file == b.file).collect();
        by_file.par_iter().map(|functions| walk_file(&index, &loaded.sources, functions)).collect()
    };
    let modules = modules(&loaded);
    let Loaded { sources, parsed, diagnostics } = loaded;
    // What follows needs no trees any more.
    drop(parsed);
    give_back_memory();
    let mut functions = Vec::with_capacity(walked.iter().map(|file| file.facts.len()).sum());
    let mut raws = Vec::with_capacity(walked.len());
    for file in walked {
        functions.extend(file.facts);
        raws.push(file.raws);
    }
    let functions = link(functions, &raws.iter().flatten().collect::<Vec<&Raw>>());
    drop(raws);
    give_back_memory();
    (Program { sources, modules, functions }, diagnostics)
}

/// What the functions of one file tell by themselves: facts, and what their callees have yet to say.
struct Walked {
    facts: Vec<FunctionFacts>,
    raws: Vec<Raw>,
}

/// Reads a file again for the bodies of its functions and walks them; its tree lives no longer than this.
fn walk_file(index: &Index<'_>, sources: &Sources, functions: &[Definition<'_>]) -> Walked {
    let count = functions.len();
    let mut walked = Walked { facts: Vec::with_capacity(count), raws: Vec::with_capacity(count) };
    let Some(source) = functions.first().map(|first| sources.get(first.file)) else { return walked };
    let (tree, _) = crate::python::parse(source);
    let whole = outline::functions(&tree);
    for outlined in functions {
        let def = whole.get(&outlined.def.name.span).copied().unwrap_or(outlined.def);
        let function = Definition { def, ..outlined.clone() };
        let mut raw = function::walk_function(index, &function, &source.module);
        walked.facts.push(facts_of(index, source, &function, &mut raw));
        walked.raws.push(raw);
    }
    walked
}

/// Adds to each function what it gets from its callees.
fn link(mut functions: Vec<FunctionFacts>, raws: &[&Raw]) -> Vec<FunctionFacts> {
    let groups = propagate::groups(raws);
    let totals = propagate::totals(raws, &groups);
    let effects = propagate::effects(raws, &groups);
    for (place, (facts, raw)) in functions.iter_mut().zip(raws).enumerate() {
        facts.cost.total = totals[place];
        facts.locks = propagate::locks(raw, facts.id, facts.at.file, &totals, &effects);
    }
    for (facts, effects) in functions.iter_mut().zip(effects) {
        facts.effects = effects;
    }
    for group in groups.iter().filter(|group| propagate::is_recursive(group, raws)) {
        group.iter().for_each(|&member| functions[member].cost.recursive = true);
    }
    functions
}

/// What one definition and the pass over it tell, without its callees.
fn facts_of(index: &Index<'_>, source: &SourceFile, definition: &Definition<'_>, raw: &mut Raw) -> FunctionFacts {
    let def_line = source.line_column(definition.def.name.span.start).0;
    FunctionFacts {
        id: definition.id,
        module: source.module.clone(),
        qualname: definition.qualname.clone(),
        at: Location { file: definition.file, span: definition.span },
        name_span: definition.def.name.span,
        first_line: source.line_column(definition.span.start).0,
        def_line,
        last_line: source.line_column(definition.span.end.saturating_sub(1)).0,
        kind: definition.kind,
        is_public: definition.qualname.split('.').all(|part| !part.starts_with('_') && part != "<locals>"),
        is_async: definition.def.is_async,
        is_generator: raw.yields,
        is_test: is_test(&source.path),
        decorators: definition.def.decorators.iter().filter_map(decorator_name).collect(),
        route: routes::route(definition.def),
        cost: CostFact {
            own: raw.own,
            total: raw.own,
            loop_depth: raw.loop_depth,
            guessed_loops: raw.guessed_loops,
            recursive: false,
        },
        uses: std::mem::take(&mut raw.uses),
        calls: raw.edges.iter().map(|edge| call_site(definition, edge)).collect(),
        unresolved: std::mem::take(&mut raw.unresolved),
        effects: Effects::default(),
        locks: Vec::new(),
        boundary: boundary::boundary(index, definition),
        translation: None,
    }
}

fn call_site(caller: &Definition<'_>, edge: &function::Edge) -> CallSite {
    let at = Location { file: caller.file, span: edge.at };
    CallSite { callee: edge.callee, at, times: edge.times, loop_depth: edge.loop_depth }
}

fn decorator_name(decorator: &crate::python::ast::Expr) -> Option<String> {
    match &decorator.kind {
        crate::python::ast::ExprKind::Call { func, .. } => walk::dotted(func),
        _ => walk::dotted(decorator),
    }
}

fn modules(loaded: &Loaded) -> Vec<ModuleFacts> {
    let sources = &loaded.sources;
    let of_path = |path: &PathBuf| sources.by_path(path).map(|file| file.module.clone());
    sources
        .iter()
        .zip(&loaded.parsed)
        .map(|(file, parsed)| {
            let local: BTreeSet<String> = parsed.loads.iter().filter_map(of_path).collect();
            let packages = parsed.imports.iter().filter_map(|import| match &import.target {
                imports::Target::Outside(dotted) => dotted.split('.').next().map(str::to_string),
                _ => None,
            });
            ModuleFacts {
                file: file.id,
                name: file.module.clone(),
                imports: local.into_iter().collect(),
                packages: packages.filter(|package| !package.is_empty()).collect(),
                lines: file.text.lines().count(),
                is_test: is_test(&file.path),
            }
        })
        .collect()
}

/// `test_x.py`, `x_test.py`, `conftest.py`.
fn is_test(path: &Path) -> bool {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
    name.starts_with("test_") || name.ends_with("_test") || name == "conftest"
}

#[cfg(test)]
mod tests;
