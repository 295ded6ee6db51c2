//! `pivot doctor`: which tools are there, in which version, and what each is needed for.

use super::args::{DoctorArgs, ResultFormat};
use super::console::Console;
use super::exit::Exit;
use super::settings;
use crate::host::process::{Command, find_program};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A tool that some command of ours runs, or that checks what we write.
struct Tool {
    /// What users call it.
    name: &'static str,
    /// The program and the arguments that make it print its version.
    ask: &'static [&'static str],
    /// Which commands need it, and for what.
    needed_for: &'static str,
}

/// Every tool that is looked for; a version is asked for with arguments that change nothing.
const TOOLS: &[Tool] = &[
    Tool { name: "cargo", ask: &["cargo", "--version"], needed_for: "evolve --target rust: builds the translation" },
    Tool { name: "rustc", ask: &["rustc", "--version"], needed_for: "evolve --target rust: compiles it" },
    Tool { name: "cc", ask: &["cc", "--version"], needed_for: "evolve --target rust: links it" },
    Tool { name: "go", ask: &["go", "version"], needed_for: "evolve --target go: builds the translation" },
    Tool { name: "git", ask: &["git", "--version"], needed_for: "optional: keeps what was generated" },
    Tool { name: "docker", ask: &["docker", "--version"], needed_for: "optional: builds the images" },
    Tool {
        name: "docker compose",
        ask: &["docker", "compose", "version"],
        needed_for: "optional: starts what compose wrote",
    },
    Tool {
        name: "buildah",
        ask: &["buildah", "--version"],
        needed_for: "optional: builds the images without a daemon",
    },
    Tool { name: "hadolint", ask: &["hadolint", "--version"], needed_for: "optional: checks Dockerfiles" },
    Tool { name: "promtool", ask: &["promtool", "--version"], needed_for: "optional: checks the scrape configuration" },
];

/// What was found of one tool.
#[derive(Debug, Serialize)]
struct Found {
    name: String,
    path: Option<PathBuf>,
    version: Option<String>,
    needed_for: &'static str,
}

/// Everything that was found.
#[derive(Debug, Serialize)]
struct Checkup {
    schema: u32,
    tools: Vec<Found>,
    /// Targets that `evolve` can build and prove on this machine.
    targets: Vec<&'static str>,
}

/// Looks for the tools and prints what was found; could not run where `evolve` can reach no target.
pub fn run(args: &DoctorArgs, console: &mut Console) -> anyhow::Result<Exit> {
    let python = python(args.python.as_deref());
    let tools: Vec<Found> = std::iter::once(python).chain(TOOLS.iter().map(look)).collect();
    let targets = targets(&tools);
    let checkup = Checkup { schema: 1, tools, targets };
    let text = match args.format {
        ResultFormat::Text => text(&checkup),
        ResultFormat::Json => serde_json::to_string_pretty(&checkup)? + "\n",
    };
    console.print(&text)?;
    Ok(if checkup.targets.is_empty() { Exit::CouldNotRun } else { Exit::Done })
}

fn python(typed: Option<&Path>) -> Found {
    let path = settings::python(typed).ok();
    let version = path.as_ref().and_then(|path| version(Command::new(path).arg("--version")));
    let needed_for = "evolve, verify, bench: runs the original; 3.11 or later";
    Found { name: "python".into(), path: path.filter(|_| version.is_some()), version, needed_for }
}

fn look(tool: &Tool) -> Found {
    let path = find_program(tool.ask[0]);
    let version = path.as_ref().and_then(|path| version(Command::new(path).args(&tool.ask[1..])));
    // Without an answer the program is there only in name: a shim without a version behind it.
    Found { name: tool.name.into(), path: path.filter(|_| version.is_some()), version, needed_for: tool.needed_for }
}

/// The first line that a tool answers with; `None` where it fails or does not answer in time.
fn version(command: Command) -> Option<String> {
    let done = command.run(Some(Duration::from_secs(20))).ok().filter(|done| done.status.success())?;
    let said = if done.stdout.is_empty() { done.stderr_text() } else { done.stdout_text() };
    said.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_string)
}

fn targets(tools: &[Found]) -> Vec<&'static str> {
    let there = |name: &str| tools.iter().any(|tool| tool.name == name && tool.version.is_some());
    let rust = ["python", "cargo", "rustc", "cc"].into_iter().all(there);
    let go = ["python", "go"].into_iter().all(there);
    [("rust", rust), ("go", go)].into_iter().filter(|(_, ready)| *ready).map(|(target, _)| target).collect()
}

fn text(checkup: &Checkup) -> String {
    let width = checkup.tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for tool in &checkup.tools {
        let (mark, version) = match &tool.version {
            Some(version) => ("ok", version.as_str()),
            None => ("--", "not found"),
        };
        let name = &tool.name;
        text += &format!("{mark}  {name:<width$}  {version}\n    {:<width$}  {}\n", "", tool.needed_for);
    }
    text += &match checkup.targets.as_slice() {
        [] => {
            "\npivot evolve cannot run here: it needs python, and cargo, rustc and cc (rust) or go (go)\n".to_string()
        }
        targets => format!("\npivot evolve can build and prove: {}\n", targets.join(", ")),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, version: Option<&str>) -> Found {
        Found { name: name.into(), path: None, version: version.map(str::to_string), needed_for: "testing" }
    }

    #[test]
    fn a_target_needs_all_of_its_tools() {
        let all = |missing: &str| {
            let names = ["python", "cargo", "rustc", "cc", "go"];
            let tools = names.map(|name| found(name, (name != missing).then_some("1")));
            targets(&tools)
        };
        assert_eq!(all(""), ["rust", "go"]);
        assert_eq!(all("cc"), ["go"]);
        assert_eq!(all("go"), ["rust"]);
        assert!(all("python").is_empty());
    }

    #[test]
    fn what_is_missing_is_said() {
        let checkup = Checkup { schema: 1, tools: vec![found("python", None)], targets: vec![] };
        let text = text(&checkup);
        assert!(text.contains("--  python  not found") && text.contains("cannot run here"), "{text}");
    }
}
