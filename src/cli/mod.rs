//! What was typed, and what will be done.
//!
//! `args` is the command line as typed; `settings` is the same with every default filled in, every path and policy
//! read, every name checked; each command is one short file that takes its settings, calls the pipeline and prints.
//! Results go to standard output, everything else to standard error through one [`console::Console`].

mod analyze;
pub mod args;
mod bench;
mod clean;
mod compose;
pub mod console;
mod doctor;
mod dump;
mod evolve;
pub mod exit;
mod explain;
mod kept;
pub mod settings;
mod verify;

use crate::host::interrupt;
use args::{Cli, Command};
use clap::Parser;
use console::Console;
use exit::Exit;
use std::ffi::OsString;

/// Runs one command line and says what the process should exit with.
pub fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    interrupt::install();
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let mut console = Console::new(cli.color, cli.quiet);
    let outcome = dispatch(cli.command, &mut console);
    exit::conclude(outcome, &mut console)
}

fn dispatch(command: Command, console: &mut Console) -> anyhow::Result<Exit> {
    match command {
        Command::Analyze(args) => analyze::run(&args, console),
        Command::Bench(args) => bench::run(&args, console),
        Command::Clean(args) => clean::run(&args, console),
        Command::Compose(args) => compose::run(&args, console),
        Command::Doctor(args) => doctor::run(&args, console),
        Command::Explain(args) => explain::run(&args, console),
        Command::Dump(args) => dump::run(&args, console),
        Command::Evolve(args) => evolve::run(&args, console),
        Command::Verify(args) => verify::run(&args, console),
    }
}
