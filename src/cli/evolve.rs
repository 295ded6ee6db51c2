//! `pivot evolve`: translate a module, build it, prove it, write the project.

use super::args::{self, EvolveArgs, ResultFormat};
use super::console::Console;
use super::exit::{Exit, Failure, cannot};
use super::settings;
use crate::host::process::{Output, Status};
use crate::host::{Disk, Files};
use crate::pipeline::build::BuildError;
use crate::pipeline::evolve::{self, EvolveError, EvolveJob, Evolved, Form, Step};
use crate::pipeline::translate::Translation;
use crate::report::evolve::{EvolveReport, Findings, evolve_report};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Runs the command.
pub fn run(args: &EvolveArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let job = job(args)?;
    if job.python.is_some() {
        console.note(&format!("{} will be imported in a worker process to compare answers", args.file.display()));
    }
    let bar = console.bar("translating", 0);
    let last = Mutex::new(String::new());
    let outcome = evolve::evolve(&Disk, &job, &|step| {
        let text = match step {
            Step::Stage(words) => words.to_string(),
            Step::Compared(progress) => {
                format!("comparing {}: {} of {}", progress.name, progress.compared, progress.wanted)
            }
        };
        if let Ok(mut shown) = last.lock()
            && *shown != text
        {
            bar.set_message(text.clone());
            *shown = text;
        }
        bar.tick();
    });
    bar.finish_and_clear();
    let evolved = match outcome {
        Ok(evolved) => evolved,
        Err(EvolveError::AllRefused(file, translation)) => {
            console.diagnostics(&evolve::diagnostics(&translation), &translation.project.sources);
            if let ResultFormat::Json = args.format {
                console.print(&nothing(&job, &translation).json()?)?;
            }
            let message = format!("nothing in {} can be translated", file.display());
            return Err(Failure { message, help: None, exit: Exit::GateFailed }.into());
        }
        Err(EvolveError::Broken(file, project)) => {
            console.diagnostics(&project.diagnostics, &project.sources);
            return Err(cannot(format!("{} is not valid Python", file.display()), "mend what is marked above"));
        }
        Err(error) => return Err(failure(error).into()),
    };
    console.diagnostics(&evolve::diagnostics(&evolved.translation), &evolved.translation.project.sources);
    let report = report(&job, &evolved);
    console.print(&match args.format {
        ResultFormat::Text => report.terminal(),
        ResultFormat::Json => report.json()?,
    })?;
    if let Some(reason) = &evolved.not_built {
        console.error("the generated logic does not compile, which is a bug of pivot", Some(reason));
    }
    Ok(verdict(args, &evolved, &report, console))
}

fn job(args: &EvolveArgs) -> anyhow::Result<EvolveJob> {
    let folder = args.file.parent().unwrap_or(Path::new(""));
    let root = settings::project_root(&Disk, &args.file);
    let module = args.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let default = PathBuf::from(format!("{module}-{}", args.target.word()));
    let output = args.output.clone().unwrap_or(default);
    let source = Disk.canonicalize(folder).ok();
    if source.is_some() && source == Disk.canonicalize(&output).ok() {
        return Err(cannot("the output folder is the source's own", "name another one with --output"));
    }
    Ok(EvolveJob {
        file: args.file.clone(),
        target: args.target,
        policy: settings::policy(args.profile.as_deref(), folder)?,
        output,
        only: args.function.clone(),
        form: match args.form {
            args::Form::Service => Form::Service,
            args::Form::Library => Form::Library,
        },
        python: if args.no_run { None } else { Some(settings::python(args.python.as_deref())?) },
        command: args.command.clone(),
        timeout: args.timeout,
        command_output: Output::Stderr,
        target_dir: settings::target_dir(&root),
        answers: settings::answers_dir(),
    })
}

fn failure(error: EvolveError) -> Failure {
    let error = match error {
        EvolveError::Write(write) => return write.into(),
        other => other,
    };
    let help = match &error {
        EvolveError::Load(load) => Some(load.help().to_string()),
        EvolveError::NoSuchName { known, .. } => Some(format!("there are: {}", known.join(", "))),
        EvolveError::Build(BuildError::ToolMissing { .. }) => Some("`pivot doctor` lists what is needed".into()),
        _ => None,
    };
    Failure { message: error.to_string(), help, exit: Exit::CouldNotRun }
}

/// The report where every function is refused: nothing was written.
fn nothing(job: &EvolveJob, translation: &Translation) -> EvolveReport {
    evolve_report(&Findings {
        output: job.output.display().to_string(),
        call: Vec::new(),
        translated: Vec::new(),
        refusals: &translation.refusals,
        sources: &translation.project.sources,
        not_built: None,
        verification: None,
        speeds: &[],
    })
}

fn report(job: &EvolveJob, evolved: &Evolved) -> EvolveReport {
    let functions = evolved.interface.functions.iter().map(|f| f.name.clone());
    let methods = evolved.interface.classes.iter();
    let methods = methods.flat_map(|c| c.methods.iter().map(move |m| format!("{}.{}", c.name, m.name)));
    evolve_report(&Findings {
        output: job.output.display().to_string(),
        call: evolved.call.iter().map(|word| word.to_string_lossy().into_owned()).collect(),
        translated: functions.chain(methods).collect(),
        refusals: &evolved.translation.refusals,
        sources: &evolved.translation.project.sources,
        not_built: evolved.not_built.as_deref(),
        verification: evolved.verification.as_ref(),
        speeds: &evolved.speeds,
    })
}

fn verdict(args: &EvolveArgs, evolved: &Evolved, report: &EvolveReport, console: &mut Console) -> Exit {
    match evolved.command {
        Some(Status::Code(0)) | None => {}
        Some(Status::TimedOut) => console.warn("the command took too long and was ended; calls up to then were used"),
        Some(status) => console.warn(&format!("the command failed ({status:?}); calls up to then were used")),
    }
    let named_refused = !args.function.is_empty() && report.count("refused") > 0;
    let failed = report.count("not_equal") + report.count("not_built") > 0;
    let unproven = !args.no_run && report.count("unproven") > 0;
    match evolved.command {
        Some(status) if !status.success() => Exit::CommandFailed,
        _ if named_refused || failed || unproven => Exit::GateFailed,
        _ => Exit::Done,
    }
}
