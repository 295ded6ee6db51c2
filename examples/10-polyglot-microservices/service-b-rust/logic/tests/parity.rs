//! Replays the calls of `parity/`: every answer must be the one that is written there. It takes no Python.
//!
//! Lines come in pairs, what is asked and what has to be answered; a request with the number 1 begins a new case. The
//! elements of a set may come in any order.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the clock began when the answers were written.
const CLOCK: &str = "1700000000";

#[test]
fn kept_calls_are_answered_as_the_original_answered_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../parity");
    let wrong: Vec<String> = transcripts(&folder).iter().flat_map(|path| replayed(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files of calls, sorted; none where nothing was compared yet.
fn transcripts(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let is_ours = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "jsonl") && !path.ends_with("recorded-calls.jsonl")
    };
    let mut files: Vec<PathBuf> = files.filter(is_ours).collect();
    files.sort();
    files
}

/// What is answered otherwise than it is written.
fn replayed(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a file of calls");
    let asked: String = text.lines().step_by(2).flat_map(|line| [line, "\n"]).collect();
    let mut call = Command::new(env!("CARGO_BIN_EXE_call"))
        .arg("--exact")
        .env("PIVOT_CLOCK", CLOCK)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command `call` runs");
    let mut stdin = call.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let stdout = call.stdout.take().expect("a pipe");
    let answers: Vec<String> = BufReader::new(stdout).lines().map_while(Result::ok).collect();
    let written = writer.join().expect("the requests are written");
    let ended = call.wait().expect("the command ends");
    let mut wrong = Vec::new();
    if written.is_err() || !ended.success() {
        wrong.push(format!("{}: `call` ended early: {ended}", path.display()));
    }
    let lines: Vec<&str> = text.lines().collect();
    for (at, pair) in lines.chunks(2).enumerate() {
        let answer = answers.get(at).map_or("nothing", String::as_str);
        let (asked, expected) = (pair[0], pair.get(1).copied().unwrap_or("nothing"));
        if answer != expected && (!expected.contains("set\":") || without_order(answer) != without_order(expected)) {
            let place = format!("{}:{}", path.display(), 2 * at + 1);
            wrong.push(format!("{place}\n  {asked}\n- {expected}\n+ {answer}"));
        }
    }
    wrong
}

/// An answer with the elements of its sets in order of their text.
fn without_order(answer: &str) -> Option<Value> {
    let mut value = serde_json::from_str(answer).ok()?;
    sort_sets(&mut value);
    Some(value)
}

fn sort_sets(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort_sets),
        Value::Object(fields) => {
            for (name, inner) in fields {
                sort_sets(inner);
                if let ("$set" | "$frozenset", Value::Array(items)) = (name.as_str(), inner) {
                    items.sort_by_cached_key(Value::to_string);
                }
            }
        }
        _ => {}
    }
}
