//! What `pivot analyze` found: the value behind every format.
//!
//! Its JSON form is described in `docs/report-schema.md` and `docs/analysis.schema.json`; [`SCHEMA`] is raised when a
//! field changes its meaning or goes away.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Record, records};
use crate::facts::{FunctionFacts, Program, State, StateSet, Translation, Work};
use crate::measurement::{Ending, ImportedFile, Measurement, NativeMethod, Origin, Sampling, Seconds};
use crate::recommend::figures::{Figure, duration};
use crate::recommend::matrix::Guess;
use crate::recommend::{Form, Price, Reason, Rung, Verdict};
use serde::Serialize;
use std::path::Path;

/// Version of the JSON form.
pub const SCHEMA: u32 = 1;

/// What a report is made from.
pub struct ReportInputs<'a> {
    /// The file or folder as typed.
    pub entry: &'a Path,
    /// The surveyed program.
    pub program: &'a Program,
    /// A run of it.
    pub measurement: Option<&'a Measurement>,
    /// Verdicts, most important first.
    pub verdicts: &'a [Verdict],
    /// Problems in the files.
    pub diagnostics: &'a [Diagnostic],
    /// The folder that paths are shown relative to; the working folder.
    pub base: &'a Path,
    /// Functions with a verdict of which the translator was not asked.
    pub unasked: usize,
}

/// What was found in a program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnalysisReport {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// Version of the tool.
    pub version: &'static str,
    /// The file or folder as typed.
    pub entry: String,
    /// Whether shares and times were measured or everything is an estimate.
    pub basis: Basis,
    /// The command that would measure, where nothing was.
    pub measure_with: Option<String>,
    /// How it was measured.
    pub run: Option<RunSummary>,
    /// What was read.
    pub program: ProgramSummary,
    /// Findings, most important first.
    pub functions: Vec<FunctionReport>,
    /// What limits the figures.
    pub warnings: Vec<WarningReport>,
    /// Problems in the files.
    #[serde(serialize_with = "plain_records")]
    pub diagnostics: Vec<Record>,
}

fn plain_records<S: serde::Serializer>(records: &[Record], serializer: S) -> Result<S::Ok, S::Error> {
    records.serialize(serializer)
}

/// What the figures of a report rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A run.
    Measured,
    /// The code alone.
    Estimated,
}

/// How a run was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// Whether a command was run, a process attached to, or profiles of other tools imported.
    pub origin: Origin,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// How it ended.
    pub ending: Ending,
    /// Seconds from start to end.
    pub wall_seconds: f64,
    /// Processor seconds by the system's books.
    pub cpu_seconds: f64,
    /// Version of the interpreter.
    pub python: Option<String>,
    /// How the sampling went.
    pub sampling: Sampling,
    /// How native code was told from Python.
    pub native_method: NativeMethod,
    /// Thread-seconds by reason, of everything.
    pub seconds: Seconds,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProgramSummary {
    /// Files.
    pub files: usize,
    /// Functions in them.
    pub functions: usize,
    /// Lines in them.
    pub lines: usize,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FunctionReport {
    /// Place in the ranking, from 1.
    pub rank: usize,
    /// Module and name.
    pub name: String,
    /// Path relative to the working folder, with `/`.
    pub file: String,
    /// Line of its `def`, from 1.
    pub line: usize,
    /// Column of its name, from 1.
    pub column: usize,
    /// Its last line.
    pub end_line: usize,
    /// What it cost in the run.
    pub measured: Option<MeasuredCost>,
    /// What it seems to cost by the code.
    pub estimate: Option<EstimatedCost>,
    /// CPU time of a call in microseconds.
    pub per_call_us: Option<Figure>,
    /// What it touches; `None` for functions outside the surveyed files.
    pub effects: Option<EffectsReport>,
    /// Whether `evolve` could translate it; `None` where it was not asked.
    pub translation: Option<TranslationReport>,
    /// What should become of it.
    pub verdict: VerdictReport,
    /// What moving would give and cost.
    pub price: Price,
    /// The kind of work it seems to be in the published advice.
    pub kind: Option<Guess>,
    /// Functions of its module through which its work goes.
    pub behind: Vec<String>,
    /// The finding with which it would move.
    pub part_of: Option<String>,
}

/// Measured cost of a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeasuredCost {
    /// CPU seconds in the function itself.
    pub own_cpu: f64,
    /// CPU seconds in it and its callees.
    pub total_cpu: f64,
    /// Share of all CPU, 0 to 1.
    pub cpu_share: f64,
    /// Lower end of its 95 % interval.
    pub cpu_share_low: f64,
    /// Upper end of its 95 % interval.
    pub cpu_share_high: f64,
    /// Own share of all CPU.
    pub own_cpu_share: f64,
    /// Share of all thread-seconds.
    pub wall_share: f64,
    /// Thread-seconds by reason, callees included.
    pub seconds: Seconds,
    /// Samples with the function on the stack.
    pub samples: u64,
}

/// Estimated cost of a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EstimatedCost {
    /// Steps a call, callees included; a step is about one simple operation.
    pub steps: f64,
    /// Depth of its deepest loop nest.
    pub loop_depth: u32,
    /// Loops whose length is not in the code.
    pub guessed_loops: u32,
    /// True where it can reach itself again.
    pub recursive: bool,
    /// The main kind of work.
    pub work: Work,
    /// Shares of the kinds of work, 0 to 1, in the order of [`Work::ALL`].
    pub mix: Vec<(Work, f64)>,
}

/// Effects of a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectsReport {
    /// The result depends on the arguments alone and nothing else changes.
    pub pure: bool,
    /// State it reads.
    pub reads: Vec<String>,
    /// State it changes.
    pub writes: Vec<String>,
    /// It takes a lock.
    pub locks: bool,
    /// It sends statements to a database.
    pub database: bool,
    /// It runs a transaction.
    pub transaction: bool,
    /// It reaches for the world outside.
    pub outside: bool,
    /// It decides at run time what its names mean.
    pub dynamic: bool,
}

/// The translator's answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TranslationReport {
    /// True where it can be translated.
    pub possible: bool,
    /// The first refusal.
    pub refusal: Option<RefusalReport>,
}

/// A refusal with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusalReport {
    /// The diagnostic code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// Path relative to the working folder.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// The smallest edit that would unlock it.
    pub help: Option<String>,
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerdictReport {
    /// The form.
    pub form: Form,
    /// The language: `Rust`, `Go`, `Python`.
    pub language: String,
    /// Both in a few words; says so where it is only an estimate.
    pub words: String,
    /// The rule that decided.
    pub because: Reason,
    /// What else the rules say.
    pub reasons: Vec<Reason>,
    /// What would change it.
    pub flips: Vec<Reason>,
    /// The rung rejected just below.
    pub rejected: Option<Rung>,
    /// Every rung with what decided it.
    pub ladder: Vec<Rung>,
}

/// Something that limits the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarningReport {
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl AnalysisReport {
    /// Resolves everything that formats need.
    pub fn new(inputs: &ReportInputs<'_>) -> AnalysisReport {
        let program = inputs.program;
        let rows = inputs.verdicts.iter().enumerate().map(|(place, verdict)| function(inputs, place + 1, verdict));
        let diagnostics = records(inputs.diagnostics, &program.sources)
            .into_iter()
            .map(|record| Record { file: shown(Path::new(&record.file), inputs.base), ..record });
        AnalysisReport {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            entry: inputs.entry.display().to_string(),
            basis: if inputs.measurement.is_some() { Basis::Measured } else { Basis::Estimated },
            measure_with: inputs.measurement.is_none().then(|| {
                let entry = inputs.entry.display();
                format!("pivot analyze {entry} -- python YOUR_WORKLOAD.py")
            }),
            run: inputs.measurement.map(run),
            program: ProgramSummary {
                files: program.modules.len(),
                functions: program.functions.len(),
                lines: program.modules.iter().map(|module| module.lines).sum(),
            },
            functions: rows.collect(),
            warnings: warnings(inputs),
            diagnostics: diagnostics.collect(),
        }
    }

    /// True where a run was measured.
    pub fn is_measured(&self) -> bool {
        self.basis == Basis::Measured
    }
}

impl RunSummary {
    /// What was measured, in half a sentence: `measured over 2.7 s: python workload.py`.
    pub fn subject(&self) -> String {
        let span = duration(self.wall_seconds * 1e6);
        match &self.origin {
            Origin::Run => format!("measured over {span}: {}", self.what()),
            Origin::Attached { pid } => format!("process {pid} watched for {span}: {}", self.what()),
            Origin::Imported { .. } => format!("imported from {}", self.what()),
        }
    }

    /// The command, or the files that were imported.
    pub fn what(&self) -> String {
        let named = |file: &ImportedFile| format!("{} ({})", file.path.display(), file.format);
        match &self.origin {
            Origin::Run | Origin::Attached { .. } => self.command.join(" "),
            Origin::Imported { files } => files.iter().map(named).collect::<Vec<_>>().join(", "),
        }
    }

    /// What the figures rest on, in one sentence.
    pub fn basis(&self) -> String {
        let cpu = duration(self.cpu_seconds * 1e6);
        match &self.origin {
            Origin::Run | Origin::Attached { .. } => format!(
                "Measured: {cpu} of CPU in {} of wall time, {} samples of computing threads at {:.0} a second",
                duration(self.wall_seconds * 1e6),
                self.sampling.computing,
                self.sampling.rate
            ),
            Origin::Imported { .. } if self.sampling.stacks == 0 => format!("Imported: {cpu} of computing, traced"),
            Origin::Imported { .. } => {
                format!("Imported: {cpu} of computing, {} samples of computing threads", self.sampling.computing)
            }
        }
    }
}

fn run(measurement: &Measurement) -> RunSummary {
    RunSummary {
        origin: measurement.origin.clone(),
        command: measurement.command.clone(),
        ending: measurement.ending,
        wall_seconds: measurement.wall_seconds,
        cpu_seconds: measurement.cpu.total(),
        python: measurement.python().map(str::to_string),
        sampling: measurement.sampling,
        native_method: measurement.native_method,
        seconds: measurement.total(),
    }
}

/// Says that some verdicts do not know whether the function could be translated.
fn unasked(functions: usize) -> Option<WarningReport> {
    let message = match functions {
        0 => return None,
        1 => "1 of these functions was".to_string(),
        many => format!("{many} of these functions were"),
    };
    Some(WarningReport {
        message: format!(
            "{message} not shown to the translator: their modules import too much to read for an estimate"
        ),
        help: Some("`pivot evolve FILE --target rust --no-run` says whether it takes one".into()),
    })
}

fn warnings(inputs: &ReportInputs<'_>) -> Vec<WarningReport> {
    let Some(measurement) = inputs.measurement else {
        let message = "nothing was run: costs are estimated from loops and calls, and loops of unknown length are \
                       taken as 24 rounds";
        let help = "give a command after `--` to measure".to_string();
        let estimated = WarningReport { message: message.into(), help: Some(help) };
        return std::iter::once(estimated).chain(unasked(inputs.unasked)).collect();
    };
    let of = |warning: crate::measurement::Warning| WarningReport { message: warning.message, help: warning.help };
    measurement.warnings().into_iter().map(of).collect()
}

fn function(inputs: &ReportInputs<'_>, rank: usize, verdict: &Verdict) -> FunctionReport {
    let facts = verdict.id.map(|id| inputs.program.function(id));
    let (file, line, column, end_line) = place(inputs, verdict, facts);
    FunctionReport {
        rank,
        name: verdict.name.clone(),
        file,
        line,
        column,
        end_line,
        measured: verdict.measured.as_ref().map(|hotspot| MeasuredCost {
            own_cpu: hotspot.cost.own.cpu(),
            total_cpu: hotspot.cost.total.cpu(),
            cpu_share: hotspot.cpu_share.value,
            cpu_share_low: hotspot.cpu_share.low,
            cpu_share_high: hotspot.cpu_share.high,
            own_cpu_share: hotspot.own_cpu_share,
            wall_share: hotspot.wall_share,
            seconds: hotspot.cost.total,
            samples: hotspot.cost.samples,
        }),
        estimate: facts.map(estimate),
        per_call_us: verdict.price.per_call_us.clone(),
        effects: facts.map(effects),
        translation: facts.and_then(|facts| translation(inputs, facts)),
        verdict: VerdictReport {
            form: verdict.form,
            language: verdict.language.title().to_string(),
            words: verdict.words(),
            because: verdict.because.clone(),
            reasons: verdict.reasons.clone(),
            flips: verdict.flips.clone(),
            rejected: verdict.rejected.clone(),
            ladder: verdict.ladder.clone(),
        },
        price: verdict.price.clone(),
        kind: verdict.kind.clone(),
        behind: verdict.behind.clone(),
        part_of: verdict.part_of.clone(),
    }
}

/// File, line, column and last line of a finding.
fn place(inputs: &ReportInputs<'_>, verdict: &Verdict, facts: Option<&FunctionFacts>) -> (String, usize, usize, usize) {
    if let Some(facts) = facts {
        let source = inputs.program.source_of(facts);
        let (line, column) = source.line_column(facts.name_span.start);
        return (shown(&source.path, inputs.base), line, column, facts.last_line.max(line));
    }
    let seen = verdict.measured.as_ref().zip(inputs.measurement);
    seen.map_or_else(
        || (inputs.entry.display().to_string(), 1, 1, 1),
        |(hotspot, measurement)| {
            let function = &measurement.functions[hotspot.function];
            let line = function.first_line.max(1) as usize;
            (shown(&function.file, inputs.base), line, 1, line)
        },
    )
}

/// A path as the working folder sees it, with `/` and without a leading `./`.
fn shown(path: &Path, base: &Path) -> String {
    let below = path.strip_prefix(base).unwrap_or(path);
    let below = below.strip_prefix(".").unwrap_or(below);
    below.display().to_string().replace('\\', "/")
}

fn estimate(facts: &FunctionFacts) -> EstimatedCost {
    EstimatedCost {
        steps: facts.cost.total.sum().round(),
        loop_depth: facts.cost.loop_depth,
        guessed_loops: facts.cost.guessed_loops,
        recursive: facts.cost.recursive,
        work: facts.work(),
        mix: Work::ALL.map(|work| (work, facts.cost.total.share(work))).into(),
    }
}

fn effects(facts: &FunctionFacts) -> EffectsReport {
    let words = |states: &StateSet| states.iter().map(state).collect();
    EffectsReport {
        pure: facts.effects.is_pure(),
        reads: words(&facts.effects.reads),
        writes: words(&facts.effects.writes),
        locks: facts.effects.locks,
        database: facts.effects.database,
        transaction: facts.effects.transaction,
        outside: facts.effects.outside,
        dynamic: facts.effects.dynamic,
    }
}

/// A piece of state in a few words.
fn state(state: &State) -> String {
    match state {
        State::Global(name) => name.clone(),
        State::Attribute(name) => format!("self.{name}"),
        State::Argument(name) => format!("argument {name}"),
    }
}

fn translation(inputs: &ReportInputs<'_>, facts: &FunctionFacts) -> Option<TranslationReport> {
    let refusal = match facts.translation.as_ref()? {
        Translation::Accepted => None,
        Translation::Refused(refusal) => {
            let source = inputs.program.sources.get(refusal.at.file);
            let (line, column) = source.line_column(refusal.at.span.start);
            Some(RefusalReport {
                code: refusal.code.word().to_string(),
                message: refusal.message.clone(),
                file: shown(&source.path, inputs.base),
                line,
                column,
                help: refusal.help.clone(),
            })
        }
    };
    Some(TranslationReport { possible: refusal.is_none(), refusal })
}
