//! The example holds what its own README's commands give: they are run again elsewhere, and every file is compared.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

#[path = "scaffold/support.rs"]
mod support;

use pivot::scaffold::{self, ProjectLock};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{root, run};

const EXAMPLE: &str = "examples/10-polyglot-microservices";

/// The projects that were cut out.
const PROJECTS: [&str; 2] = ["service-b-rust", "service-c-go"];

/// The lines of the README's shell blocks that call pivot.
fn commands() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(EXAMPLE).join("README.md")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("pivot "));
    lines.map(|line| line.split_whitespace().map(str::to_string).collect()).collect()
}

#[test]
fn the_readme_has_the_walkthrough() {
    let verbs: Vec<String> = commands().iter().map(|words| words[0].clone()).collect();
    assert_eq!(verbs, ["analyze", "evolve", "evolve", "compose"]);
    for word in commands().concat().iter().filter(|word| word.starts_with("../../")) {
        assert!(root().join(EXAMPLE).join(word).is_file(), "{word}");
    }
}

#[test]
fn the_example_is_what_its_commands_give() {
    let example = root().join(EXAMPLE);
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join(EXAMPLE);
    std::fs::create_dir_all(&fresh).unwrap();
    copy(&root().join("fixtures/monolith"), &folder.path().join("fixtures/monolith"));
    for words in commands().iter().filter(|words| words[0] != "analyze") {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pivot"));
        command.args(words).current_dir(&fresh);
        run(if words[0] == "evolve" { command.arg("--no-run") } else { &mut command });
    }
    for path in generated(&fresh) {
        let new = std::fs::read_to_string(fresh.join(&path)).unwrap();
        let old = std::fs::read_to_string(example.join(&path)).unwrap_or_else(|_| panic!("{} is new", path.display()));
        assert!(plain(&new) == plain(&old), "{} is not what the commands give now: run tools/example", path.display());
    }
    let gone = generated(&example).into_iter().find(|path| !fresh.join(path).is_file());
    assert_eq!(gone, None, "the commands do not give it any more: run tools/example");
}

#[test]
fn the_evidence_is_of_these_files() {
    for project in PROJECTS.map(|project| root().join(EXAMPLE).join(project)) {
        let read = |name: &str| std::fs::read(project.join(name)).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let certificate: Value = serde_json::from_slice(&read("PARITY.json")).unwrap();
        let emitted = certificate["hashes"]["emitted"].as_array().unwrap();
        assert_eq!(emitted.len(), lock(&project).files.len());
        for pair in emitted {
            let name = pair[0].as_str().unwrap();
            assert_eq!(pair[1], json!(scaffold::fingerprint(&read(name))), "{name}: run tools/example");
        }
        let functions = certificate["functions"].as_array().unwrap();
        let unequal = functions.iter().find(|function| function["status"] != json!("equal"));
        assert!(!functions.is_empty() && unequal.is_none(), "{unequal:?}");
        let summary = String::from_utf8(read("PARITY.md")).unwrap();
        assert!(functions.iter().all(|function| summary.contains(function["name"].as_str().unwrap())), "{summary}");
    }
}

#[test]
fn nothing_names_the_machine_it_was_made_on() {
    let example = root().join(EXAMPLE);
    let home = std::env::var("HOME").unwrap_or_default();
    let places = [root().to_str().unwrap(), &home].map(|place| format!("{place}/"));
    for entry in walkdir::WalkDir::new(&example).into_iter().map(Result::unwrap) {
        let text = if entry.file_type().is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
        let text = String::from_utf8_lossy(&text);
        let named = places.iter().find(|place| place.len() > 1 && text.contains(*place));
        assert_eq!(named, None, "{}", entry.path().display());
    }
}

/// A text without the version of the interpreter that it was made with, which `--no-run` does not ask for.
fn plain(text: &str) -> String {
    let mut plain = text.to_string();
    for before in ["CPython ", "FROM python:"] {
        let mut parts = plain.split(before).map(str::to_string);
        let first = parts.next().unwrap_or_default();
        let rest = parts.map(|part| match part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
            rest if rest.len() < part.len() => format!("{before}{}", rest.trim_start()),
            _ => format!("{before}{part}"),
        });
        plain = rest.fold(first, |whole, part| whole + &part);
    }
    plain
}

fn lock(project: &Path) -> ProjectLock {
    ProjectLock::read(&std::fs::read_to_string(project.join("pivot.lock")).unwrap()).unwrap()
}

/// The files that were generated, by the two kinds of record.
fn generated(example: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for project in PROJECTS {
        found.extend(lock(&example.join(project)).files.into_keys().map(|path| Path::new(project).join(path)));
    }
    let text = std::fs::read_to_string(example.join(".pivot/compose.lock")).unwrap();
    let system: Value = serde_json::from_str(&text).unwrap();
    found.extend(system["files"].as_object().unwrap().keys().map(PathBuf::from));
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if !source.is_dir() {
            std::fs::copy(source, target).unwrap();
        } else if entry.file_name() != "__pycache__" {
            copy(&source, &target);
        }
    }
}
