//! `analyze`: survey the program, run and measure a command if there is one, ask the translator, recommend.
//!
//! ```text
//! survey ──► measure ──► rank ──► could it be translated? ──► verdicts
//! ```
//!
//! Without a command nothing is executed, and everything that comes out is an estimate.

use super::record::{RecordError, RecordSettings, Recorded, Recording};
use super::translate::{deeply, translate};
use crate::diagnostic::Diagnostic;
use crate::facts::{FirstRefusal, FunctionFacts, FunctionId, ModuleFacts, Program, Translatability, Translation};
use crate::host::{Files, interrupt};
use crate::measurement::Measurement;
use crate::policy::Policy;
use crate::profiler::import::{Definition, ImportError, ImportSettings, import};
use crate::profiler::{self, AttachSettings, ProfilerError, RunSettings};
use crate::recommend::matrix::Matrix;
use crate::recommend::{Inputs, Verdict, recommend};
use crate::source::Sources;
use crate::span::Location;
use crate::survey::{SurveyError, SurveyOptions, survey};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What will be done; every default is filled in.
#[derive(Clone, Debug)]
pub struct AnalyzeSettings {
    /// The entry file or folder, as typed.
    pub entry: PathBuf,
    /// Where the figures come from; `None` reads only.
    pub measure: Option<Measure>,
    /// Calls to record while the command runs.
    pub record: Option<RecordSettings>,
    /// Thresholds of the verdicts, and declared needs.
    pub policy: Policy,
    /// How many functions get a verdict.
    pub top: usize,
    /// Files parsed at a time; 0 for one per processor.
    pub jobs: usize,
}

/// Where the figures of an analysis come from.
#[derive(Clone, Debug)]
pub enum Measure {
    /// A command that is run and sampled.
    Run(RunSettings),
    /// A process that is running already.
    Attach(AttachSettings),
    /// Profiles that other tools wrote.
    Import(ImportSettings),
}

/// Everything that was found.
#[derive(Debug)]
pub struct Analysis {
    /// The surveyed program.
    pub program: Program,
    /// Problems in its files.
    pub diagnostics: Vec<Diagnostic>,
    /// What the command cost.
    pub measurement: Option<Measurement>,
    /// The calls that were recorded.
    pub recorded: Option<Recorded>,
    /// Verdicts, most important first.
    pub verdicts: Vec<Verdict>,
    /// Functions with a verdict of which the translator was not asked, because that would take long.
    pub unasked: usize,
}

/// Why there is nothing to report.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The program could not be read.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The command could not be measured.
    #[error(transparent)]
    Profiler(#[from] ProfilerError),
    /// A profile could not be read.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Calls could not be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Interrupted, or out of threads.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Says how many files were read, of how many known so far.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Surveys a program, measures a command if there is one, and says what should become of the hot functions.
pub fn analyze(files: &dyn Files, settings: &AnalyzeSettings, progress: Progress) -> Result<Analysis, AnalyzeError> {
    let options = SurveyOptions::with_jobs(settings.jobs).watched_by(progress);
    let (mut program, diagnostics) = survey(&settings.entry, files, &options)?;
    interrupt::check()?;
    let mut how = settings.measure.clone();
    let recording = match (&settings.record, &mut how) {
        (Some(record), Some(Measure::Run(run))) => Some(Recording::prepare(record, &program, run)?),
        _ => None,
    };
    let measurement = how.as_ref().map(|how| measure(how, files, &program)).transpose()?;
    let recorded = recording.map(|recording| recording.keep(files)).transpose()?;
    let matrix = Matrix::built_in();
    let judged = |program: &Program, limit| {
        let calls = BTreeMap::new();
        let measurement = measurement.as_ref();
        recommend(&Inputs { program, measurement, policy: &settings.policy, matrix: &matrix, calls: &calls, limit })
    };
    // What cannot be translated cannot be recommended as a translation, so the first look is only for whom to ask.
    let mut asked: Vec<FunctionId> = judged(&program, settings.top).iter().filter_map(|verdict| verdict.id).collect();
    let wanted = asked.len();
    if measurement.is_none() {
        asked = affordable(&program, asked);
    }
    let unasked = wanted - asked.len();
    let translator = Translator { files, seen: Mutex::default() };
    program.ask(&asked, &translator);
    let verdicts = judged(&program, settings.top);
    Ok(Analysis { program, diagnostics, measurement, recorded, verdicts, unasked })
}

/// Lines that the translator may look at for an estimate: a file with all that it imports, for each file it is asked of.
const MOST_LINES: usize = 60_000;

/// The functions of which the translator can be asked within about a second, in their order. It reads a module with
/// everything that the module imports, and in a large package each module imports most of the others.
fn affordable(program: &Program, wanted: Vec<FunctionId>) -> Vec<FunctionId> {
    let modules: HashMap<&str, &ModuleFacts> =
        program.modules.iter().map(|module| (module.name.as_str(), module)).collect();
    let mut answered: HashMap<&str, bool> = HashMap::new();
    let mut left = MOST_LINES;
    let mut fits = |id: &FunctionId| {
        let module = program.function(*id).module.as_str();
        *answered.entry(module).or_insert_with(|| {
            let lines = lines_reached(&modules, module, left);
            left -= lines.unwrap_or(0);
            lines.is_some()
        })
    };
    wanted.into_iter().filter(|id| fits(id)).collect()
}

/// Lines of a module and of all that it imports; `None` for more than `most`.
fn lines_reached(modules: &HashMap<&str, &ModuleFacts>, start: &str, most: usize) -> Option<usize> {
    let (mut seen, mut todo, mut lines) = (HashSet::new(), vec![start], 0);
    while let Some(module) = todo.pop().and_then(|name| modules.get(name)) {
        if seen.insert(module.name.as_str()) {
            lines += module.lines;
            todo.extend(module.imports.iter().map(String::as_str).filter(|name| modules.contains_key(name)));
        }
        if lines > most {
            return None;
        }
    }
    Some(lines)
}

fn measure(how: &Measure, files: &dyn Files, program: &Program) -> Result<Measurement, AnalyzeError> {
    let definitions = definitions(files, program);
    // For interpreters that know only plain names.
    let names: HashMap<(&Path, u32), &str> =
        definitions.iter().map(|found| ((found.path.as_path(), found.first_line), found.qualname.as_str())).collect();
    let name = |path: &Path, line: u32| {
        let found = names.get(&(path, line)).copied().or_else(|| {
            let real = files.canonicalize(path).ok()?;
            names.iter().find(|((path, first), _)| *first == line && *path == real).map(|(_, name)| *name)
        });
        found.map(str::to_owned)
    };
    Ok(match how {
        Measure::Run(run) => profiler::run(run, &name, &interrupt::requested)?,
        Measure::Attach(process) => {
            let measurement = profiler::attach(process, &name, &interrupt::requested)?;
            // Ctrl-C ended the watching, as it should; what was seen is reported.
            interrupt::acknowledge();
            measurement
        }
        Measure::Import(profiles) => import(files, profiles, &definitions)?,
    })
}

/// The program's functions with their absolute places.
fn definitions(files: &dyn Files, program: &Program) -> Vec<Definition> {
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        files.canonicalize(&path).unwrap_or(path)
    };
    let mut paths: HashMap<&Path, PathBuf> = HashMap::new();
    let mut found = Vec::new();
    for function in &program.functions {
        let path = program.source_of(function).path.as_path();
        let path = paths.entry(path).or_insert_with(|| absolute(path)).clone();
        let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let (first_line, last_line) = (line(function.first_line), line(function.last_line));
        found.push(Definition { path, qualname: function.qualname.clone(), first_line, last_line });
    }
    found
}

/// Asks the translator about functions; each file is translated once.
struct Translator<'a> {
    files: &'a dyn Files,
    seen: Mutex<HashMap<PathBuf, Option<Answers>>>,
}

/// What became of the public functions of a file.
#[derive(Clone)]
struct Answers {
    refused: HashMap<String, FirstRefusal>,
    accepted: HashSet<String>,
}

impl Translatability for Translator<'_> {
    fn judge(&self, program: &Program, function: &FunctionFacts) -> Option<Translation> {
        let path = &program.source_of(function).path;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = seen.entry(path.clone()).or_insert_with(|| self.ask(path, program, function));
        answers.as_ref()?.about(&function.qualname)
    }
}

impl Translator<'_> {
    fn ask(&self, path: &Path, program: &Program, function: &FunctionFacts) -> Option<Answers> {
        let translated = deeply(|| translate(self.files, path, &[], false)).ok()?.ok()?;
        let own = translated.project.entry;
        let sources = &translated.project.sources;
        let refused = translated.refusals.iter().map(|(name, refusal)| {
            let at = same_place(refusal.at, sources, &program.sources).unwrap_or(function.at);
            let (message, help) = (refusal.message.clone(), refusal.help.clone());
            (name.clone(), FirstRefusal { code: refusal.code, message, at, help })
        });
        let of_entry = translated.program.functions.iter().filter(|function| function.at.file == own);
        let accepted = of_entry.map(|function| match function.kind.class() {
            Some(class) => format!("{}.{}", translated.program.class(class).name, function.name),
            None => function.name.clone(),
        });
        Some(Answers { refused: refused.collect(), accepted: accepted.collect() })
    }
}

impl Answers {
    /// The answer for a qualified name; a method shares the fate of its class.
    fn about(&self, qualname: &str) -> Option<Translation> {
        let class = qualname.split('.').next().unwrap_or(qualname);
        let refusal = self.refused.get(qualname).or_else(|| self.refused.get(class));
        match refusal {
            Some(refusal) => Some(Translation::Refused(refusal.clone())),
            None => self.accepted.contains(qualname).then_some(Translation::Accepted),
        }
    }
}

/// The same place in another run's files.
fn same_place(at: Location, from: &Sources, to: &Sources) -> Option<Location> {
    let file = to.by_path(&from.get(at.file).path)?.id;
    Some(Location { file, span: at.span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;
    use crate::survey::survey;

    #[test]
    fn the_translator_is_asked_as_long_as_what_it_must_read_is_short() {
        let long = "x = 1\n".repeat(MOST_LINES);
        let files = Memory::with([
            ("p/long.py", long.as_str()),
            ("p/a.py", "import long\ndef f(): return 1\ndef g(): return 2\n"),
            ("p/b.py", "def h(): return 3\n"),
        ]);
        let (program, _) = survey(Path::new("p"), &files, &SurveyOptions::default()).expect("a program");
        let all: Vec<FunctionId> = program.functions.iter().map(|function| function.id).collect();
        let asked = affordable(&program, all);
        let names: Vec<&str> = asked.iter().map(|id| program.function(*id).qualname.as_str()).collect();
        assert_eq!(names, ["h"]);
    }
}
