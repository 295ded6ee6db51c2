//! `pivot analyze`: what was typed becomes settings; what was found is drawn, gated, and written where it was wanted.

use super::args::{AnalyzeArgs, ExportTo, FailOn, ReportFormat};
use super::console::Console;
use super::exit::{Exit, Failure, cannot};
use super::kept::{Place, Printed};
use super::settings;
use crate::host::process::find_program;
use crate::host::{Disk, Files, Watched, clock};
use crate::measurement::{Ending, Measurement};
use crate::pipeline::{self, Analysis, AnalyzeError, AnalyzeSettings, Measure, RecordSettings, Recorded};
use crate::profiler::import::ImportSettings;
use crate::profiler::{AttachSettings, RunSettings};
use crate::report::{AnalysisReport, GateOutcome, ReportInputs, gate, github, json, markdown, sarif, terminal};
use crate::survey::SurveyError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Analyzes a program and reports.
pub fn run(args: &AnalyzeArgs, console: &mut Console) -> anyhow::Result<Exit> {
    check(args)?;
    let settings = settings_of(args)?;
    let base = std::env::current_dir().unwrap_or_default();
    let place = place_of(&settings, args, &base, console);
    if let Some(printed) = place.as_ref().and_then(Place::find) {
        console.problems(&printed.problems);
        deliver(&printed.report, args, console)?;
        return Ok(Exit::Done);
    }
    let (files, began) = (Watched::new(&Disk), clock::since_1970());
    let analysis = watched(&files, &settings, console)?;
    let report = AnalysisReport::new(&ReportInputs {
        entry: &args.entry,
        program: &analysis.program,
        measurement: analysis.measurement.as_ref(),
        verdicts: &analysis.verdicts,
        diagnostics: &analysis.diagnostics,
        base: &base,
        unasked: analysis.unasked,
    });
    let problems = console.drawn(&analysis.diagnostics, &analysis.program.sources);
    console.problems(&problems);
    let drawn = draw(&report, args, console)?;
    deliver(&drawn, args, console)?;
    if let Some(place) = place {
        place.keep(Printed { report: drawn, problems }, &files.seen(), began);
    }
    if let Some(measurement) = &analysis.measurement {
        export(measurement, &args.export, console)?;
    }
    if let Some(recorded) = &analysis.recorded {
        tell(recorded, console);
    }
    Ok(verdict(&analysis, args.fail_on.map(|limit| outcome(&report, limit)), console))
}

/// Where the analysis is kept, if it can be: with a measurement each is another.
fn place_of(settings: &AnalyzeSettings, args: &AnalyzeArgs, base: &Path, console: &Console) -> Option<Place> {
    if settings.measure.is_some() || settings.record.is_some() {
        return None;
    }
    let AnalyzeSettings { entry, policy, top, .. } = settings;
    let looks = (console.looks(), args.format, args.output.is_some());
    let identity = format!("{:?}", (base, entry, policy, top, looks));
    Some(Place::new(&settings::project_root(&Disk, entry).join(".pivot/cache"), &identity))
}

/// Refuses what needs a measurement where nothing is measured.
fn check(args: &AnalyzeArgs) -> anyhow::Result<()> {
    let needs = match (args.fail_on, &args.export[..]) {
        (Some(_), _) => "--fail-on compares measured shares",
        (None, [_, ..]) => "--export writes what was measured",
        (None, []) => return Ok(()),
    };
    if !args.command.is_empty() || !args.import.is_empty() || args.pid.is_some() {
        return Ok(());
    }
    Err(cannot(
        format!("{needs}, and nothing would be measured"),
        "give the command to measure after --, for example: -- python workload.py",
    ))
}

fn settings_of(args: &AnalyzeArgs) -> anyhow::Result<AnalyzeSettings> {
    let folder = folder_of(&args.entry);
    let project_root = root_of(&folder);
    let measure = if !args.import.is_empty() {
        Some(Measure::Import(ImportSettings { files: args.import.clone(), project_root }))
    } else if let Some(pid) = args.pid {
        Some(Measure::Attach(AttachSettings {
            pid,
            subprocesses: args.subprocesses,
            project_root,
            rate: f64::from(args.rate),
            duration: args.duration,
        }))
    } else if !args.command.is_empty() {
        Some(Measure::Run(run_settings(args, project_root)?))
    } else {
        None
    };
    let record = (!args.record.is_empty()).then(|| RecordSettings {
        names: args.record.clone(),
        folder: settings::project_root(&Disk, &args.entry).join(".pivot/recordings"),
    });
    Ok(AnalyzeSettings {
        entry: args.entry.clone(),
        measure,
        record,
        policy: settings::policy(args.profile.as_deref(), &folder)?,
        top: args.top as usize,
        jobs: args.jobs.unwrap_or(0) as usize,
    })
}

/// The folder whose files are the user's code.
fn folder_of(entry: &Path) -> PathBuf {
    if Disk.is_dir(entry) { entry.to_path_buf() } else { entry.parent().map(Path::to_path_buf).unwrap_or_default() }
}

/// The same folder, absolute.
fn root_of(folder: &Path) -> PathBuf {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Disk.canonicalize(place).unwrap_or_else(|_| place.to_path_buf())
}

fn run_settings(args: &AnalyzeArgs, root: PathBuf) -> anyhow::Result<RunSettings> {
    let command = command_words(&args.command, args.python.as_deref())?;
    let machine = args.output.is_none() && args.format != ReportFormat::Text;
    Ok(RunSettings {
        rate: f64::from(args.rate),
        duration: args.duration,
        timeout: args.timeout,
        stdout_to_stderr: machine,
        ..RunSettings::new(command, root)
    })
}

/// The command as typed, where `python` is the interpreter that was named, and an existing one in any case.
fn command_words(typed: &[OsString], python: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let text = |word: &OsString| {
        word.clone().into_string().map_err(|word| {
            cannot(format!("`{}` is not UTF-8", word.to_string_lossy()), "commands to measure are taken as UTF-8")
        })
    };
    let mut words = typed.iter().map(text).collect::<anyhow::Result<Vec<String>>>()?;
    let generic = matches!(words[0].as_str(), "python" | "python3");
    if generic && (python.is_some() || find_program(&words[0]).is_none()) {
        words[0] = settings::python(python)?.to_string_lossy().into_owned();
    }
    Ok(words)
}

/// Analyzes with a bar over the files read; while the command runs, the terminal is the command's.
fn watched(files: &dyn Files, settings: &AnalyzeSettings, console: &Console) -> anyhow::Result<Analysis> {
    let bar = console.bar("reading", 1);
    let progress = |done: usize, known: usize| {
        bar.set_length(known as u64);
        bar.set_position(done as u64);
        if done == known {
            bar.finish_and_clear();
        }
    };
    let analysis = pipeline::analyze(files, settings, &progress);
    bar.finish_and_clear();
    analysis.map_err(|error| Failure::from(error).into())
}

fn draw(report: &AnalysisReport, args: &AnalyzeArgs, console: &Console) -> serde_json::Result<String> {
    Ok(match args.format {
        ReportFormat::Text if args.output.is_some() => terminal::render(report, Default::default()),
        ReportFormat::Text => terminal::render(report, console.style()),
        ReportFormat::Json => json::render(report)?,
        ReportFormat::Markdown => markdown::render(report),
        ReportFormat::Sarif => sarif::render(report)?,
        ReportFormat::Github => github::render(report),
    })
}

fn deliver(text: &str, args: &AnalyzeArgs, console: &mut Console) -> anyhow::Result<()> {
    let Some(path) = &args.output else { return Ok(console.print(text)?) };
    Disk.write(path, text.as_bytes()).map_err(|error| {
        cannot(format!("cannot write {}: {error}", path.display()), "--output takes the path of a file")
    })?;
    console.note(&format!("the report is in {}", path.display()));
    Ok(())
}

/// Says what was recorded, and why nothing was.
fn tell(recorded: &Recorded, console: &Console) {
    if recorded.processes == 0 {
        console.warn(
            "nothing was recorded: no process imported the module (one that is run as the program itself is not seen)",
        );
        return;
    }
    let redacted = match recorded.redacted {
        0 => String::new(),
        some => format!("; of {some} that hold a secret, only the types were kept"),
    };
    console.note(&format!("{} calls are in {}{redacted}", recorded.calls, recorded.file.display()));
}

/// Writes the measurement in the formats that were asked for.
fn export(measurement: &Measurement, wanted: &[ExportTo], console: &Console) -> anyhow::Result<()> {
    for ExportTo { format, file } in wanted {
        Disk.write(file, &format.render(measurement)?).map_err(|error| {
            cannot(format!("cannot write {}: {error}", file.display()), "--export takes FORMAT=FILE")
        })?;
        console.note(&format!("the measurement is in {} ({})", file.display(), format.word()));
    }
    Ok(())
}

fn outcome(report: &AnalysisReport, limit: FailOn) -> (GateOutcome, FailOn) {
    (gate(report, limit.share_percent), limit)
}

/// 4 where the command did not end well, 1 where a function is over the limit, else 0.
fn verdict(analysis: &Analysis, gate: Option<(GateOutcome, FailOn)>, console: &Console) -> Exit {
    let failed = analysis.measurement.as_ref().map(|measurement| measurement.ending).filter(|end| !end.is_success());
    if let Some(ending) = failed {
        console.error(&format!("the command {}; the report covers what was seen", words(ending)), None);
        return Exit::CommandFailed;
    }
    match gate {
        Some((GateOutcome::Failed(over), limit)) => {
            let over = over.join(", ");
            console.error(&format!("over the limit of {} % of the CPU: {over}", limit.share_percent), None);
            Exit::GateFailed
        }
        Some((GateOutcome::Passed | GateOutcome::Unmeasured, _)) | None => Exit::Done,
    }
}

fn words(ending: Ending) -> String {
    match ending {
        Ending::Code { code } => format!("exited with {code}"),
        Ending::Signal { signal } => format!("was killed by signal {signal}"),
        Ending::TimedOut => "ran longer than --timeout and was ended".into(),
        Ending::DurationReached => "was ended after --duration".into(),
        Ending::Interrupted => "was interrupted".into(),
        Ending::Detached => "runs on".into(),
        Ending::NotSeen => "was not ours to watch".into(),
    }
}

impl From<AnalyzeError> for Failure {
    fn from(error: AnalyzeError) -> Self {
        let help = match &error {
            AnalyzeError::Survey(SurveyError::Missing(_)) => {
                Some("check the path; it is taken from the current folder")
            }
            AnalyzeError::Survey(SurveyError::Unreadable { .. }) => {
                Some("check its permissions, and links that lead in a circle")
            }
            AnalyzeError::Survey(SurveyError::NoPython(_)) => Some("name the program's entry file, or another folder"),
            AnalyzeError::Survey(SurveyError::Threads(_)) => Some("--jobs 1 needs the fewest threads"),
            AnalyzeError::Profiler(error) => error.help(),
            AnalyzeError::Import(error) => Some(error.help()),
            AnalyzeError::Record(error) => Some(error.help()),
            AnalyzeError::Io(_) => None,
        };
        let help = help.map(str::to_string);
        Failure { message: error.to_string(), help, exit: Exit::CouldNotRun }
    }
}
