//! `pivot bench`: the same calls timed on both sides.

use super::args::{BenchArgs, ResultFormat};
use super::console::Console;
use super::exit::{Exit, Failure};
use super::settings;
use crate::host::Disk;
use crate::pipeline::bench::{BenchJob, bench};
use crate::report::bench as report;

/// Runs the command.
pub fn run(args: &BenchArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let job = BenchJob {
        project: args.project.clone(),
        source: args.source.clone(),
        python: settings::python(args.python.as_deref())?,
        only: args.function.clone(),
        target_dir: settings::target_dir(&settings::project_root(&Disk, &args.project)),
        analysis: args.analysis.clone(),
    };
    console.note("the Python module will be imported in a worker process to be timed");
    let bar = console.bar("reading the project", 0);
    let outcome = bench(&Disk, &job, &|words| {
        bar.set_message(words.to_owned());
        bar.tick();
    });
    bar.finish_and_clear();
    let found = outcome.map_err(Failure::from)?;
    if found.functions.is_empty() {
        let message = format!("{} has no kept calls that could be timed", args.project.display());
        let help = Some("`pivot verify` compares and keeps them".into());
        return Err(Failure { message, help, exit: Exit::CouldNotRun }.into());
    }
    console.print(&match args.format {
        ResultFormat::Text => report::terminal(&found),
        ResultFormat::Json => report::json(&args.project.display().to_string(), &found)?,
    })?;
    Ok(Exit::Done)
}
