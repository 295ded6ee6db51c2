//! `verify` in order: read the project, find its Python, build, compare, certify; or check what is certified.

use super::build::{self, BuildError, BuildJob};
use super::proof::{self, Proof};
use crate::artifact::Interface;
use crate::host::Files;
use crate::policy::{Policy, PolicyError, profile_names};
use crate::recording::RecordedCall;
use crate::scaffold::{INTERFACE_FILE, LOCK_FILE, ProjectLock};
use crate::target::Target;
use crate::verify::{self, Certificate, Decider, Entry, Hashes, Kept, VerifyError, status_word};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Everything decided about a run.
#[derive(Clone, Debug)]
pub struct ProveJob {
    /// The generated project's folder.
    pub project: PathBuf,
    /// The Python source's folder or file, where it is not found by itself.
    pub source: Option<PathBuf>,
    /// The interpreter to be equal to.
    pub python: PathBuf,
    /// The profile or policy file typed.
    pub profile: Option<String>,
    /// Only check what is certified; nothing is written.
    pub check: bool,
    /// Shared folder that Rust is compiled into.
    pub target_dir: PathBuf,
    /// The folder that keeps answers of the original; a check asks everything anew.
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
pub struct Proved {
    /// What was found now.
    pub certificate: Certificate,
    /// What is not as it was certified; only of a check.
    pub moved: Vec<String>,
}

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The folder holds no generated project.
    #[error("{} is no project that pivot generated: {reason}", .project.display())]
    NoProject {
        /// The folder.
        project: PathBuf,
        /// What is missing in it.
        reason: String,
    },
    /// There is nothing to check.
    #[error("{} has no {} to check", .0.display(), proof::CERTIFICATE)]
    NoCertificate(PathBuf),
    /// The Python source is not where it was.
    #[error("the Python source {source_file} of {} was not found", .project.display())]
    NoSource {
        /// The folder.
        project: PathBuf,
        /// The module's file.
        source_file: String,
    },
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A generated project and the source it was made from, as they lie on the disk.
pub struct Generated {
    /// What the lock says.
    pub lock: ProjectLock,
    /// The language.
    pub target: Target,
    /// What can be called.
    pub interface: Interface,
    /// The original's file.
    pub module: PathBuf,
    /// The policy.
    pub policy: Policy,
    /// The certificate of an earlier run.
    pub certificate: Option<Certificate>,
    /// Calls seen in a run of the user's program.
    pub recorded: Vec<RecordedCall>,
    /// Calls kept earlier.
    pub kept: Kept,
}

/// Runs the proof of a generated project again.
pub fn prove(files: &dyn Files, job: &ProveJob, step: &(dyn Fn(Step) + Sync)) -> Result<Proved, ProveError> {
    let read = Generated::read(files, &job.project, job.source.as_deref(), job.profile.as_deref())?;
    if job.check && read.certificate.is_none() {
        return Err(ProveError::NoCertificate(job.project.clone()));
    }
    step(Step::Stage("building the logic"));
    let call = read.build(files, &job.project, &job.target_dir)?;
    step(Step::Stage("comparing answers"));
    let seed = proof::seed(read.certificate.as_ref());
    let mut proof = read.proof(&job.project, &job.python, &call, seed);
    proof.answers = (!job.check).then_some(&job.answers);
    let decider = match &read.certificate {
        Some(certificate) if job.check => Decider::repeating(certificate.decisions.clone()),
        _ => Decider::default(),
    };
    let found = proof.run(decider, &|progress| step(Step::Compared(progress)))?;
    let (certificate, written) = proof.files(&found, read.sources(files), read.emitted(files, &job.project));
    match &read.certificate {
        Some(old) if job.check => {
            let moved = moved(files, &job.project, old, &certificate.as_written(), &written);
            Ok(Proved { certificate, moved })
        }
        _ => {
            proof::write(files, &job.project, &written)?;
            Ok(Proved { certificate, moved: Vec::new() })
        }
    }
}

impl Generated {
    /// Reads a generated project, finds its source and its policy.
    pub fn read(
        files: &dyn Files,
        project: &Path,
        source: Option<&Path>,
        profile: Option<&str>,
    ) -> Result<Generated, ProveError> {
        let missing = |reason: String| ProveError::NoProject { project: project.to_path_buf(), reason };
        let text = |path: &Path| {
            let path = project.join(path);
            files.read_text(&path).map_err(|problem| missing(format!("{}: {problem}", path.display())))
        };
        let lock = ProjectLock::read(&text(Path::new(LOCK_FILE))?).map_err(missing)?;
        let target = match lock.inputs.target.as_str() {
            "rust" => Target::Rust,
            "go" => Target::Go,
            other => return Err(missing(format!("its target `{other}` is not known"))),
        };
        let interface = serde_json::from_str(&text(&Path::new("logic").join(INTERFACE_FILE))?)
            .map_err(|problem| missing(format!("logic/{INTERFACE_FILE}: {problem}")))?;
        let module = find_source(files, project, source, &lock)?;
        let folder = module.parent().unwrap_or(Path::new(""));
        let policy = find_policy(files, profile, folder, &lock.inputs.policy)?;
        let (certificate, recorded) = (proof::read_certificate(files, project), proof::read_recorded(files, project));
        let kept = proof::read_kept(files, project);
        Ok(Generated { lock, target, interface, module, policy, certificate, recorded, kept })
    }

    /// Builds the port as it lies there; gives the command that answers.
    pub fn build(&self, files: &dyn Files, project: &Path, target_dir: &Path) -> Result<Vec<OsString>, ProveError> {
        let job = BuildJob { project, target: self.target, build: &self.policy.build, target_dir };
        Ok(vec![build::build(files, &job)?.into_os_string(), "--exact".into()])
    }

    /// What a proof of it rests on.
    pub fn proof<'a>(&'a self, project: &'a Path, python: &'a Path, call: &'a [OsString], seed: u64) -> Proof<'a> {
        Proof {
            project,
            module: &self.module,
            python,
            interface: &self.interface,
            call,
            recorded: &self.recorded,
            kept: &self.kept,
            policy: &self.policy,
            seed,
            answers: None,
        }
    }

    /// The Python files as they are now; one that is gone has no hash.
    fn sources(&self, files: &dyn Files) -> BTreeMap<String, String> {
        let folder = self.module.parent().unwrap_or(Path::new(""));
        proof::hashes(files, folder, self.lock.inputs.source.keys())
    }

    /// The emitted files as they are now.
    fn emitted(&self, files: &dyn Files, project: &Path) -> BTreeMap<String, String> {
        proof::hashes(files, project, self.lock.files.keys())
    }
}

/// The original's file: where it was typed, where the lock says, or near the project or the working folder with the very
/// same content.
fn find_source(
    files: &dyn Files,
    project: &Path,
    typed: Option<&Path>,
    lock: &ProjectLock,
) -> Result<PathBuf, ProveError> {
    let last = lock.inputs.module.rsplit('.').next().unwrap_or_default();
    let names = [format!("{last}.py"), format!("{last}/__init__.py"), "__init__.py".to_owned()];
    let known = names.iter().find(|name| lock.inputs.source.contains_key(*name));
    let name = known.cloned().unwrap_or_else(|| format!("{last}.py"));
    if let Some(typed) = typed {
        let path = if files.is_dir(typed) { typed.join(&name) } else { typed.to_path_buf() };
        return match files.is_file(&path) {
            true => Ok(path),
            false => Err(no_source(project, &path.display().to_string())),
        };
    }
    let said = lock.inputs.source_folder.as_ref().map(|folder| project.join(folder).join(&name));
    if let Some(said) = said.filter(|path| files.is_file(path)) {
        return Ok(files.canonicalize(&said).unwrap_or(said));
    }
    let absolute = files.canonicalize(project).unwrap_or_else(|_| project.to_path_buf());
    let here = files.canonicalize(Path::new(".")).ok();
    let near = here.iter().map(PathBuf::as_path).chain(absolute.ancestors().take(4));
    let same = |folder: &&Path| proof::hashes(files, folder, lock.inputs.source.keys()) == lock.inputs.source;
    let found = near.into_iter().find(same).map(|folder| folder.join(&name));
    found.ok_or_else(|| no_source(project, &name))
}

fn no_source(project: &Path, name: &str) -> ProveError {
    ProveError::NoSource { project: project.to_path_buf(), source_file: name.to_owned() }
}

/// The policy typed; else the one that says what the lock was made with, whichever way it was chosen; else the one
/// that would be chosen now.
fn find_policy(
    files: &dyn Files,
    typed: Option<&str>,
    folder: &Path,
    fingerprint: &str,
) -> Result<Policy, PolicyError> {
    let now = Policy::load(files, typed, folder)?;
    if typed.is_some() || now.fingerprint() == fingerprint {
        return Ok(now);
    }
    let named = profile_names().into_iter().filter_map(|name| Policy::load(files, Some(name), folder).ok());
    Ok(named.into_iter().find(|policy| policy.fingerprint() == fingerprint).unwrap_or(now))
}

/// What is not as it was certified, the causes first.
fn moved(
    files: &dyn Files,
    project: &Path,
    old: &Certificate,
    new: &Certificate,
    written: &[(PathBuf, String)],
) -> Vec<String> {
    let on_disk: Vec<(String, String)> = old
        .hashes
        .inputs
        .iter()
        .filter_map(|(name, _)| {
            let bytes = files.read(&project.join(proof::FOLDER).join(name)).ok()?;
            Some((name.clone(), Hashes::of(&bytes)))
        })
        .collect();
    let mut moved = Vec::new();
    moved.extend(changes("the Python source", "", &old.hashes.source, &new.hashes.source));
    moved.extend(changes("the emitted file", "", &old.hashes.emitted, &new.hashes.emitted));
    moved.extend(changes("the inputs", "parity/", &old.hashes.inputs, &on_disk));
    let mut then_now = |what: &str, then: &str, now: &str| {
        if then != now {
            moved.push(format!("{what}: {then} then, {now} now"));
        }
    };
    then_now("the interpreter", &old.interpreter, &new.interpreter);
    then_now("the policy", &old.policy, &new.policy);
    then_now("the seed", &old.seed.to_string(), &new.seed.to_string());
    if old.policy == new.policy && old.hashes.policy != new.hashes.policy {
        moved.push(format!("the policy: {} says something else", new.policy));
    }
    moved.extend(answers(old, new));
    let unexplained = moved.is_empty();
    for (path, text) in written {
        let same = files.read(&project.join(path)).is_ok_and(|bytes| bytes == text.as_bytes());
        if !same && unexplained {
            moved.push(format!("{} is not what a proof writes", path.display()));
        }
    }
    moved
}

fn changes(what: &str, folder: &str, then: &[(String, String)], now: &[(String, String)]) -> Vec<String> {
    let (then, now): (BTreeMap<_, _>, BTreeMap<_, _>) = (then.iter().cloned().collect(), now.iter().cloned().collect());
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let said = |name: &String| match (then.get(name), now.get(name)) {
        (Some(then), Some(now)) if then == now => None,
        (Some(_), Some(_)) => Some(format!("{what} {folder}{name} changed")),
        (Some(_), None) => Some(format!("{what} {folder}{name} is gone")),
        (None, _) => Some(format!("{what} {folder}{name} is new")),
    };
    names.into_iter().filter_map(said).collect()
}

/// What was found differently, function by function.
fn answers(old: &Certificate, new: &Certificate) -> Vec<String> {
    let entry = |certificate: &Certificate, name: &str| {
        let at = certificate.functions.iter().position(|entry| entry.name == name)?;
        let calls = certificate.hashes.inputs.iter().find(|(file, _)| *file == format!("{name}.jsonl"));
        Some((certificate.functions[at].clone(), calls.map(|(_, hash)| hash.clone())))
    };
    let names: BTreeSet<&String> = old.functions.iter().chain(&new.functions).map(|entry| &entry.name).collect();
    let said = |name: &String| match (entry(old, name), entry(new, name)) {
        (Some(then), Some(now)) if then == now => None,
        (Some((then, calls_then)), Some((now, calls_now))) => {
            Some(format!("the answers of {name}: {}", why(&then, &now, calls_then != calls_now)))
        }
        (Some(_), None) => Some(format!("{name} is gone")),
        (None, _) => Some(format!("{name} is new")),
    };
    names.into_iter().filter_map(said).collect()
}

fn why(then: &Entry, now: &Entry, calls: bool) -> String {
    let word = |entry: &Entry| status_word(entry.status);
    let count = |entry: &Entry| (entry.calls.recorded, entry.calls.generated);
    match () {
        () if then.status != now.status => format!("{} then, {} now", word(then), word(now)),
        () if then.differences != now.differences => "other differences".to_owned(),
        () if count(then) != count(now) => {
            format!("{:?} recorded and generated calls then, {:?} now", count(then), count(now))
        }
        () if calls => "the calls that are kept have other answers".to_owned(),
        () => "other counts".to_owned(),
    }
}
