//! The proof of a generated project: what it rests on, how it is run, and the files it leaves.
//!
//! ```text
//! PARITY.json PARITY.md           the certificate
//! parity/recorded-calls.jsonl     calls seen in a run of the user's program
//! parity/<function>.jsonl         the calls that matter, with what has to be answered
//! ```

use super::evolve::SEED;
use crate::artifact::Interface;
use crate::host::Files;
use crate::policy::Policy;
use crate::recording::RecordedCall;
use crate::verify::{
    self, Certificate, Decider, Hashes, Kept, Limits, Progress, Verification, VerifyError, VerifyJob, corpus_lines,
};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The certificate's file.
pub const CERTIFICATE: &str = "PARITY.json";
/// The certificate for people.
pub const SUMMARY: &str = "PARITY.md";
/// The folder of the calls.
pub const FOLDER: &str = "parity";
/// The recorded calls; no Python name has a hyphen.
const RECORDED: &str = "recorded-calls.jsonl";

/// What a proof rests on.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// The generated project's folder.
    pub project: &'a Path,
    /// The original's file.
    pub module: &'a Path,
    /// The Python that the port must agree with.
    pub python: &'a Path,
    /// What can be called.
    pub interface: &'a Interface,
    /// The port: program and arguments.
    pub call: &'a [OsString],
    /// Calls seen in a run of the user's program.
    pub recorded: &'a [RecordedCall],
    /// Calls kept earlier.
    pub kept: &'a Kept,
    /// The policy.
    pub policy: &'a Policy,
    /// Where the generated calls begin.
    pub seed: u64,
    /// The folder that keeps answers of the original; `None` asks everything anew.
    pub answers: Option<&'a Path>,
}

impl<'a> Proof<'a> {
    /// The job that runs it.
    pub fn job(&self, decider: Decider) -> VerifyJob<'a> {
        VerifyJob {
            interpreter: self.python.to_path_buf(),
            module: self.module.to_path_buf(),
            interface: self.interface,
            port: self.call.to_vec(),
            recorded: self.recorded,
            kept: self.kept,
            evidence: &self.policy.evidence,
            seed: self.seed,
            limits: Limits::default(),
            decider,
            answers: self.answers.map(Path::to_path_buf),
        }
    }

    /// Compares the answers.
    pub fn run(&self, decider: Decider, progress: &(dyn Fn(Progress) + Sync)) -> Result<Verification, VerifyError> {
        verify::verify(&self.job(decider), progress)
    }

    /// The certificate and the files beside it, by their paths in the project.
    ///
    /// `source` and `emitted` are the SHA-256 of the Python files and of the emitted ones by their relative paths.
    pub fn files(
        &self,
        found: &Verification,
        source: BTreeMap<String, String>,
        emitted: BTreeMap<String, String>,
    ) -> (Certificate, Vec<(PathBuf, String)>) {
        let mut calls: Vec<(String, String)> = found
            .functions
            .iter()
            .filter(|function| !function.corpus.is_empty())
            .map(|function| (format!("{}.jsonl", function.name), corpus_lines(&function.corpus)))
            .collect();
        if !self.recorded.is_empty() {
            calls.push((RECORDED.to_owned(), self.recorded.iter().map(|call| call.to_line() + "\n").collect()));
        }
        calls.sort();
        let hashes = Hashes {
            source: source.into_iter().collect(),
            emitted: emitted.into_iter().collect(),
            policy: self.policy.fingerprint(),
            inputs: calls.iter().map(|(name, text)| (name.clone(), Hashes::of(text.as_bytes()))).collect(),
        };
        let certificate = Certificate::of(found, hashes, &self.policy.name, &self.policy.evidence, self.seed);
        let mut files = vec![
            (PathBuf::from(CERTIFICATE), certificate.to_json()),
            (PathBuf::from(SUMMARY), certificate.to_markdown()),
        ];
        files.extend(calls.into_iter().map(|(name, text)| (Path::new(FOLDER).join(name), text)));
        (certificate, files)
    }
}

/// Writes the files of a proof; a file of calls that an earlier proof wrote and this one does not is removed, unless
/// somebody changed it.
pub fn write(files: &dyn Files, project: &Path, proof: &[(PathBuf, String)]) -> io::Result<()> {
    let earlier = read_certificate(files, project).map(|certificate| certificate.hashes.inputs).unwrap_or_default();
    for (name, hash) in earlier {
        let path = Path::new(FOLDER).join(name);
        let is_ours = files.read(&project.join(&path)).is_ok_and(|bytes| Hashes::of(&bytes) == hash);
        if is_ours && !proof.iter().any(|(new, _)| *new == path) {
            files.remove_file(&project.join(&path))?;
        }
    }
    proof.iter().try_for_each(|(path, text)| files.write(&project.join(path), text.as_bytes()))
}

/// The certificate that lies in a project; `None` where there is none that can be read.
pub fn read_certificate(files: &dyn Files, project: &Path) -> Option<Certificate> {
    serde_json::from_str(&files.read_text(&project.join(CERTIFICATE)).ok()?).ok()
}

/// The recorded calls that lie in a project.
pub fn read_recorded(files: &dyn Files, project: &Path) -> Vec<RecordedCall> {
    let text = files.read_text(&project.join(FOLDER).join(RECORDED)).unwrap_or_default();
    text.lines().filter_map(RecordedCall::from_line).collect()
}

/// The calls kept in a project, by the Python name of the function.
pub fn read_kept(files: &dyn Files, project: &Path) -> Kept {
    let one = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(".jsonl")?.to_owned();
        let cases = verify::read_corpus(&files.read_text(&path).ok()?);
        (!name.contains('-') && !cases.is_empty()).then_some((name, cases))
    };
    files.list(&project.join(FOLDER)).unwrap_or_default().into_iter().filter_map(one).collect()
}

/// The seed that a certificate names, else the one of every first run.
pub fn seed(certificate: Option<&Certificate>) -> u64 {
    certificate.map_or(SEED, |certificate| certificate.seed)
}

/// The SHA-256 of files in a folder, by their names; a file that is not there has none.
pub fn hashes<'a>(
    files: &dyn Files,
    folder: &Path,
    names: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, String> {
    let hash = |name: &String| Some((name.clone(), Hashes::of(&files.read(&folder.join(name)).ok()?)));
    names.filter_map(hash).collect()
}
