//! `evolve` in order: translate, emit, put a shell around it, write, build, record, replay, time, certify.

use super::build::{self, BuildError, BuildJob};
use super::load::{LoadError, Project};
use super::proof::{self, Proof};
use super::translate::{self, Translation};
use super::unbuilt;
use crate::artifact::{Artifact, Interface};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::EmitError;
use crate::host::process::{Command, Output, Status as ProcessStatus};
use crate::host::{Files, interrupt};
use crate::lower::{LowerOptions, Unbuilt};
use crate::policy::Policy;
use crate::python::ast::{Stmt, StmtKind};
use crate::recording::RecordedCall;
use crate::scaffold::{self, LockInputs, ScaffoldError, ServiceOptions, Templates, WriteError, Written};
use crate::target::Target;
use crate::verify::{self, Decider, Recorder, Speed, Verification, VerifyError};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The seed of generated calls, unless the user names one: the same calls on every machine.
pub const SEED: u64 = 20_261_120;

/// What is put around the logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An HTTP service.
    Service,
    /// The logic alone.
    Library,
}

/// Everything decided about a run.
#[derive(Clone, Debug)]
pub struct EvolveJob {
    /// The Python module.
    pub file: PathBuf,
    /// The language to write.
    pub target: Target,
    /// The policy.
    pub policy: Policy,
    /// Folder of the generated project.
    pub output: PathBuf,
    /// Functions and classes asked for; empty for all.
    pub only: Vec<String>,
    /// What is put around the logic.
    pub form: Form,
    /// The interpreter to be equal to; `None` translates only.
    pub python: Option<PathBuf>,
    /// Command whose calls are recorded.
    pub command: Vec<OsString>,
    /// Limit on the command.
    pub timeout: Option<Duration>,
    /// Where the command's standard output goes.
    pub command_output: Output,
    /// Shared folder that Rust is compiled into.
    pub target_dir: PathBuf,
    /// The folder that keeps answers of the original for the next run and the other target.
    pub answers: PathBuf,
}

/// How far the run has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A stage begins, in words.
    Stage(&'static str),
    /// Answers compared of one function.
    Compared(verify::Progress),
}

/// What the run found.
pub struct Evolved {
    /// The translation with its refusals.
    pub translation: Translation,
    /// What can be called.
    pub interface: Interface,
    /// What writing did.
    pub written: Written,
    /// The command that answers the stdio protocol; empty where nothing was built.
    pub call: Vec<OsString>,
    /// Why it was not built.
    pub not_built: Option<String>,
    /// The comparison; `None` with `--no-run` or where nothing was built.
    pub verification: Option<Verification>,
    /// The same calls timed on both sides.
    pub speeds: Vec<Speed>,
    /// How the recorded command ended, where one was given.
    pub command: Option<ProcessStatus>,
    /// Calls that were recorded.
    pub recorded: usize,
}

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum EvolveError {
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Nothing was left to translate; the refusals say why.
    #[error("nothing in {} can be translated", .0.display())]
    AllRefused(PathBuf, Box<Translation>),
    /// The module is not valid Python.
    #[error("{} is not valid Python", .0.display())]
    Broken(PathBuf, Box<Project>),
    /// A name given with `--function` is not in the module.
    #[error("{} has no public function or class `{name}`", file.display())]
    NoSuchName {
        /// The module's path.
        file: PathBuf,
        /// The name typed.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    #[error(transparent)]
    Emit(#[from] EmitError),
    #[error(transparent)]
    Scaffold(#[from] ScaffoldError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Runs a whole translation.
pub fn evolve(files: &dyn Files, job: &EvolveJob, step: &(dyn Fn(Step) + Sync)) -> Result<Evolved, EvolveError> {
    step(Step::Stage("translating"));
    scaffold::check_project(files, &job.output)?;
    if job.python.is_some() {
        build::check_tools(job.target)?;
    }
    let routes = job.form == Form::Service;
    let project = translate::deeply(|| translate::read(files, &job.file, routes))??;
    let project = check_syntax(job, project)?;
    check_names(job, &project)?;
    let mut seen = Seen::default();
    if let (Some(python), false) = (&job.python, job.command.is_empty()) {
        step(Step::Stage("recording calls of your command"));
        seen = record(job, python, &project)?;
        step(Step::Stage("translating"));
    }
    let options = LowerOptions { only: job.only.clone(), recorded: seen.calls.clone(), ..LowerOptions::default() };
    let mut evolved = made(files, job, project, options, step)?;
    evolved.command = seen.command;
    if let (Some(python), None) = (&job.python, &evolved.not_built) {
        prove(files, job, python, &seen.calls, &mut evolved, step)?;
    }
    Ok(evolved)
}

/// Translates, writes and builds; again without the functions that the compiler rejects, as long as there are such.
fn made(
    files: &dyn Files,
    job: &EvolveJob,
    mut project: Project,
    mut options: LowerOptions,
    step: &(dyn Fn(Step) + Sync),
) -> Result<Evolved, EvolveError> {
    let folder = job.output.file_name().unwrap_or_default().to_string_lossy().into_owned();
    loop {
        let translation = translate::deeply(|| translate::lowered(project, options.clone()))?;
        let artifact = match translate::emit(&translation, job.target, &folder, &job.policy.build) {
            Ok(artifact) => artifact,
            Err(error) => {
                if !leave_out(&mut options, unbuilt::unsayable(&error, &translation.project)) {
                    return Err(error.into());
                }
                project = translation.project;
                continue;
            }
        };
        let interface = artifact.interface.clone();
        if interface.functions.is_empty() && interface.classes.is_empty() {
            return Err(EvolveError::AllRefused(job.file.clone(), Box::new(translation)));
        }
        step(Step::Stage("writing the project"));
        let written = write(files, job, &translation, &artifact, &folder)?;
        let (mut call, mut not_built) = (Vec::new(), None);
        if job.python.is_some() {
            step(Step::Stage("building the logic"));
            match build(files, job) {
                Ok(built) => call = vec![built.into_os_string(), "--exact".into()],
                Err(BuildError::Rejected(reason)) => {
                    let complaints = unbuilt::complaints(&reason, &artifact, &translation.project);
                    if leave_out(&mut options, complaints) {
                        project = translation.project;
                        continue;
                    }
                    not_built = Some(reason);
                }
                Err(error) => return Err(error.into()),
            }
        }
        return Ok(Evolved {
            translation,
            interface,
            written,
            call,
            not_built,
            verification: None,
            speeds: Vec::new(),
            command: None,
            recorded: 0,
        });
    }
}

/// Adds functions to those that are left out; false where there is none that is new.
fn leave_out(options: &mut LowerOptions, found: Vec<Unbuilt>) -> bool {
    let before = options.unbuilt.len();
    for unbuilt in found {
        if !options.unbuilt.iter().any(|known| (known.file, known.line) == (unbuilt.file, unbuilt.line)) {
            options.unbuilt.push(unbuilt);
        }
    }
    options.unbuilt.len() > before
}

fn build(files: &dyn Files, job: &EvolveJob) -> Result<PathBuf, BuildError> {
    let project =
        BuildJob { project: &job.output, target: job.target, build: &job.policy.build, target_dir: &job.target_dir };
    build::build(files, &project)
}

/// A module that Python would not import is not translated.
fn check_syntax(job: &EvolveJob, project: Project) -> Result<Project, EvolveError> {
    let broken = |problem: &Diagnostic| problem.severity == Severity::Error && problem.at.file == project.entry;
    match project.diagnostics.iter().any(broken) {
        true => Err(EvolveError::Broken(job.file.clone(), Box::new(project))),
        false => Ok(project),
    }
}

/// Every name asked for must be one of the module's.
fn check_names(job: &EvolveJob, project: &Project) -> Result<(), EvolveError> {
    let entry = project.tree(project.entry);
    let defined = |stmt: &Stmt| match &stmt.kind {
        StmtKind::FunctionDef(def) => Some(def.name.text.clone()),
        StmtKind::ClassDef(def) => Some(def.name.text.clone()),
        _ => None,
    };
    let known: Vec<String> = entry.body.iter().filter_map(defined).filter(|name| !name.starts_with('_')).collect();
    for name in &job.only {
        let class = name.split('.').next().unwrap_or(name);
        if !known.iter().any(|k| k == name || k == class) {
            return Err(EvolveError::NoSuchName { file: job.file.clone(), name: name.clone(), known });
        }
    }
    Ok(())
}

fn write(
    files: &dyn Files,
    job: &EvolveJob,
    translation: &Translation,
    artifact: &Artifact,
    folder: &str,
) -> Result<Written, EvolveError> {
    let templates = Templates::default();
    let options = ServiceOptions {
        templates: &templates,
        folder: folder.to_string(),
        source: job.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        interpreter: job.python.as_deref().map(interpreter).transpose()?.unwrap_or_else(|| "CPython".into()),
        build: &job.policy.build,
        port: scaffold::DEFAULT_PORT,
    };
    let project = match job.form {
        Form::Service => scaffold::service(artifact, &options)?,
        Form::Library => scaffold::library(artifact, &options)?,
    };
    let inputs = lock_inputs(files, job, translation, &templates, &options.interpreter);
    Ok(scaffold::write_project(&project, files, &job.output, inputs)?)
}

/// `CPython 3.11.7` of an interpreter.
fn interpreter(python: &Path) -> io::Result<String> {
    let script = "import platform; print(platform.python_implementation(), platform.python_version())";
    let done = Command::new(python).args(["-c", script]).run(Some(Duration::from_secs(20)))?;
    match done.status {
        ProcessStatus::Code(0) => Ok(done.stdout_text().trim().to_string()),
        _ => Err(io::Error::other(format!("{} does not run: {}", python.display(), done.stderr_text().trim()))),
    }
}

/// Python files by path relative to the entry's folder, with their fingerprints.
fn source_hashes(translation: &Translation) -> BTreeMap<String, String> {
    let project = &translation.project;
    let folder = project.sources.get(project.entry).path.parent().unwrap_or(Path::new("")).to_path_buf();
    let one = |id: &crate::source::FileId| {
        let file = project.sources.get(*id);
        let path = file.path.strip_prefix(&folder).unwrap_or(&file.path);
        (path.to_string_lossy().into_owned(), scaffold::fingerprint(file.text.as_bytes()))
    };
    project.order.iter().map(one).collect()
}

fn lock_inputs(
    files: &dyn Files,
    job: &EvolveJob,
    translation: &Translation,
    templates: &Templates,
    interpreter: &str,
) -> LockInputs {
    let absolute = |path: &Path| files.canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let here = absolute(Path::new("."));
    let out = files.canonicalize(&job.output).unwrap_or_else(|_| here.join(&job.output));
    let source = absolute(&job.file).parent().map(Path::to_path_buf);
    let mut options = BTreeMap::new();
    if !job.only.is_empty() {
        options.insert("function".to_string(), job.only.join(","));
    }
    LockInputs {
        module: translation.project.sources.get(translation.project.entry).module.clone(),
        target: job.target.word().into(),
        form: match job.form {
            Form::Service => "service".into(),
            Form::Library => "library".into(),
        },
        source_folder: source.and_then(|source| scaffold::relative(&out, &source)),
        source: source_hashes(translation),
        policy: job.policy.fingerprint(),
        templates: templates.hash(),
        interpreter: interpreter.to_string(),
        pivot: env!("CARGO_PKG_VERSION").into(),
        options,
    }
}

/// Replays calls on both sides, times them, writes the certificate.
fn prove(
    files: &dyn Files,
    job: &EvolveJob,
    python: &Path,
    recorded: &[RecordedCall],
    evolved: &mut Evolved,
    step: &(dyn Fn(Step) + Sync),
) -> Result<(), EvolveError> {
    let callables = callables(&evolved.interface);
    let recorded: Vec<RecordedCall> =
        recorded.iter().filter(|call| callables.contains(&call.callable)).cloned().collect();
    evolved.recorded = recorded.len();
    let kept = proof::read_kept(files, &job.output);
    let proof = Proof {
        project: &job.output,
        module: &job.file,
        python,
        interface: &evolved.interface,
        call: &evolved.call,
        recorded: &recorded,
        kept: &kept,
        policy: &job.policy,
        seed: SEED,
        answers: Some(&job.answers),
    };
    step(Step::Stage("comparing answers"));
    let found = proof.run(Decider::default(), &|progress| step(Step::Compared(progress)))?;
    step(Step::Stage("timing both sides"));
    evolved.speeds = verify::bench(&proof.job(Decider::default()), &found.cases(), &|_| {})?.speeds;
    let lock = scaffold::check_project(files, &job.output)?;
    let emitted = proof::hashes(files, &job.output, lock.iter().flat_map(|lock| lock.files.keys()));
    let (_, written) = proof.files(&found, source_hashes(&evolved.translation), emitted);
    proof::write(files, &job.output, &written)?;
    evolved.verification = Some(found);
    Ok(())
}

/// What a run of the user's command showed.
#[derive(Default)]
struct Seen {
    calls: Vec<RecordedCall>,
    /// How it ended.
    command: Option<ProcessStatus>,
}

/// Runs the user's command with the recorder in front of the module.
fn record(job: &EvolveJob, python: &Path, project: &Project) -> Result<Seen, EvolveError> {
    let recorder = Recorder::new(&job.file, &definitions(project), RECORDED)?;
    let path = std::env::var_os("PYTHONPATH");
    let program = &job.command[0];
    let is_python = Path::new(program).file_name().is_some_and(|name| name == "python" || name == "python3");
    let program = if is_python { python.as_os_str() } else { program.as_os_str() };
    let mut command = Command::new(program).args(&job.command[1..]).stdout(job.command_output).stderr(Output::Inherit);
    for (name, value) in recorder.environment(path.as_deref()) {
        command = command.env(name, value);
    }
    let status = command.run(job.timeout)?.status;
    interrupt::check()?;
    Ok(Seen { calls: recorder.collect()?.calls, command: Some(status) })
}

/// Names of the entry's public functions and of the methods of its public classes, constructors included.
fn definitions(project: &Project) -> Vec<String> {
    let public = |name: &str| !name.starts_with('_') || name == "__init__";
    let mut names = Vec::new();
    for stmt in &project.tree(project.entry).body {
        match &stmt.kind {
            StmtKind::FunctionDef(def) if public(&def.name.text) => names.push(def.name.text.clone()),
            StmtKind::ClassDef(class) if public(&class.name.text) => {
                for inner in &class.body {
                    if let StmtKind::FunctionDef(def) = &inner.kind
                        && public(&def.name.text)
                    {
                        names.push(format!("{}.{}", class.name.text, def.name.text));
                    }
                }
            }
            _ => {}
        }
    }
    names
}

/// Calls that are kept of each function.
const RECORDED: usize = 1_000;

/// Python names of everything that can be called.
fn callables(interface: &Interface) -> Vec<String> {
    let functions = interface.functions.iter().map(|f| f.name.clone());
    let methods =
        interface.classes.iter().flat_map(|c| c.methods.iter().map(move |m| format!("{}.{}", c.name, m.name)));
    functions.chain(methods).collect()
}

/// All diagnostics of a run: of reading, then refusals.
pub fn diagnostics(translation: &Translation) -> Vec<Diagnostic> {
    let refusals = translation.refusals.iter().map(|(_, problem)| problem.clone());
    translation.project.diagnostics.iter().cloned().chain(refusals).collect()
}
