//! The JSON of scalene: for each function what share of the run it computed in Python, in native code, and waited.
//!
//! Who called whom is not in it for every function, so functions stand alone: their totals are their own times.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Books, Format, Lines, Problem, Record, json};
use crate::measurement::Reason;

#[derive(Deserialize)]
struct File {
    files: BTreeMap<String, Content>,
    elapsed_time_sec: f64,
    #[serde(default)]
    program: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    functions: Vec<Function>,
}

#[derive(Deserialize)]
struct Function {
    line: String,
    lineno: u32,
    n_cpu_percent_python: f64,
    n_cpu_percent_c: f64,
    n_sys_percent: f64,
}

/// Reads a file.
pub fn read(text: &str) -> Result<Record, Problem> {
    json::with(Format::Scalene, text, |file: File| {
        let broken = |what: &str| Problem::Broken { format: Format::Scalene, what: what.to_owned() };
        if !file.elapsed_time_sec.is_finite() || file.elapsed_time_sec < 0.0 {
            return Err(broken("elapsed_time_sec is no length of time"));
        }
        let mut books = Books::default();
        for (path, content) in &file.files {
            for function in &content.functions {
                let frame = books.frame(&function.line, path, function.lineno)?;
                let stack = books.stack(None, frame)?;
                let parts = [
                    (Reason::Python, function.n_cpu_percent_python),
                    (Reason::Native, function.n_cpu_percent_c),
                    (Reason::Unknown, function.n_sys_percent),
                ];
                for (reason, percent) in parts {
                    if !(0.0..=1e6).contains(&percent) {
                        return Err(broken("a share that is no percentage"));
                    }
                    books.book(Some(stack), reason, percent / 100.0 * file.elapsed_time_sec, 0)?;
                }
            }
        }
        Ok(Record {
            format: Format::Scalene,
            books,
            lines: Lines::Definition,
            wall_seconds: Some(file.elapsed_time_sec),
            samples: None,
            command: file.program,
            has_seconds: true,
            has_native: true,
            gaps: vec![
                "it does not say who called whom: every total is the function's own time",
                "it calls all waiting \"system\" time: the reason is not known",
            ],
        })
    })
}
