//! `pivot verify`: prove a generated project again, or check its certificate.

use super::args::{ResultFormat, VerifyArgs};
use super::console::Console;
use super::exit::{Exit, Failure};
use super::settings;
use crate::host::Disk;
use crate::pipeline::build::BuildError;
use crate::pipeline::prove::{self, ProveError, ProveJob, Step};
use crate::report::verify::VerifyReport;
use std::sync::Mutex;

/// Runs the command.
pub fn run(args: &VerifyArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let job = ProveJob {
        project: args.project.clone(),
        source: args.source.clone(),
        python: settings::python(args.python.as_deref())?,
        profile: args.profile.clone(),
        check: args.check,
        target_dir: settings::target_dir(&settings::project_root(&Disk, &args.project)),
        answers: settings::answers_dir(),
    };
    console.note("the Python module will be imported in a worker process to compare answers");
    let bar = console.bar("reading the project", 0);
    let last = Mutex::new(String::new());
    let outcome = prove::prove(&Disk, &job, &|step| {
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
    let proved = outcome.map_err(Failure::from)?;
    let project = args.project.display().to_string();
    let report = VerifyReport::new(&project, &proved.certificate, &proved.moved, args.check);
    console.print(&match args.format {
        ResultFormat::Text => report.terminal(),
        ResultFormat::Json => report.json()?,
    })?;
    Ok(if report.passed { Exit::Done } else { Exit::GateFailed })
}

impl From<ProveError> for Failure {
    fn from(error: ProveError) -> Self {
        let help = match &error {
            ProveError::NoProject { .. } => Some("write one with `pivot evolve MODULE.py --target rust`".into()),
            ProveError::NoCertificate(_) => Some("`pivot verify` without --check writes one".into()),
            ProveError::NoSource { .. } => Some("--source takes the folder or file of the Python source".into()),
            ProveError::Policy(policy) => Some(policy.help()),
            ProveError::Build(BuildError::ToolMissing { .. }) => Some("`pivot doctor` lists what is needed".into()),
            _ => None,
        };
        let exit = match &error {
            ProveError::Build(BuildError::Rejected(_)) => Exit::GateFailed,
            _ => Exit::CouldNotRun,
        };
        Failure { message: error.to_string(), help, exit }
    }
}
