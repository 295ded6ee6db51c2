//! What `verify` found, for people and for programs.
//!
//! ```text
//!   equal      calculate_price    1000 recorded  3000 generated   < 0.08 %   shadow
//!
//!   1 equal; 4000 answers compared with CPython 3.11.7; nothing moved
//! ```

use crate::verify::{Certificate, Entry, Level, Status};
use serde::Serialize;
use std::fmt::Write;

/// The object that `verify --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerifyReport<'a> {
    /// Version of this form.
    pub schema: u32,
    /// Folder of the generated project, as typed.
    pub project: &'a str,
    /// Whether this was a check: nothing was written.
    pub check: bool,
    /// Of a check: nothing moved. Else: every function is equal.
    pub passed: bool,
    /// What is not as it was certified, in words.
    pub moved: &'a [String],
    /// What was found now.
    pub certificate: &'a Certificate,
}

impl<'a> VerifyReport<'a> {
    /// The report of a run.
    pub fn new(project: &'a str, certificate: &'a Certificate, moved: &'a [String], check: bool) -> VerifyReport<'a> {
        let equal = certificate.functions.iter().all(|entry| entry.status == Status::Equal);
        let passed = if check { moved.is_empty() } else { equal };
        VerifyReport { schema: 1, project, check, passed, moved, certificate }
    }

    /// The report as JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The report for a terminal.
    pub fn terminal(&self) -> String {
        let mut out = String::new();
        let entries = &self.certificate.functions;
        let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
        for entry in entries {
            let _ = writeln!(out, "  {:<10} {:<width$}  {}", word(entry.status), entry.name, line(entry));
        }
        for entry in entries {
            for difference in entry.differences.iter().take(3) {
                let _ = writeln!(out, "\n  {} ({}) differs after:", entry.name, difference.line());
                difference.calls.iter().for_each(|call| {
                    let _ = writeln!(out, "    {call}");
                });
                let _ = writeln!(out, "  - Python {}\n  + port   {}", difference.python, difference.port);
            }
        }
        let _ = write!(out, "\n  {}", self.summary());
        self.moved.iter().for_each(|moved| {
            let _ = write!(out, "\n  moved: {moved}");
        });
        self.certificate.notes.iter().for_each(|note| {
            let _ = write!(out, "\n  note: {note}");
        });
        out.push('\n');
        out
    }

    fn summary(&self) -> String {
        let entries = &self.certificate.functions;
        let count = |status: Status| entries.iter().filter(|entry| entry.status == status).count();
        let counts = [Status::Equal, Status::NotEqual, Status::Unproven].map(|status| (count(status), word(status)));
        let parts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let compared: usize = entries.iter().map(|entry| entry.calls.total()).sum();
        let end = match (self.check, self.moved.len()) {
            (false, _) => format!("{0}/PARITY.json and {0}/PARITY.md are written", self.project.trim_end_matches('/')),
            (true, 0) => "nothing moved".to_owned(),
            (true, 1) => "1 thing moved".to_owned(),
            (true, count) => format!("{count} things moved"),
        };
        let parts = parts.collect::<Vec<_>>().join(", ");
        format!("{parts}; {compared} answers compared with {}; {end}", self.certificate.interpreter)
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Equal => "equal",
        Status::NotEqual => "not_equal",
        Status::Unproven => "unproven",
    }
}

fn line(entry: &Entry) -> String {
    let mut text = format!("{:>6} recorded {:>6} generated", entry.calls.recorded, entry.calls.generated);
    let rate = match entry.failure_rate_below {
        Some(rate) => format!("   < {:.2} %", rate * 100.0),
        None if entry.exhausted && entry.status == Status::Equal => "   every call made".to_owned(),
        None => String::new(),
    };
    text.push_str(&rate);
    match entry.level {
        Level::None => {}
        Level::Merge => text.push_str("   merge"),
        Level::Shadow => text.push_str("   shadow"),
        Level::FullTraffic => text.push_str("   full traffic"),
    }
    if let Some(reason) = &entry.reason {
        let _ = write!(text, "   {reason}");
    }
    text
}
