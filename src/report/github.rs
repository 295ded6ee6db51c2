//! GitHub workflow commands: annotations on the lines of a pull request.
//!
//! ```text
//! ::warning file=pricing.py,line=425,endLine=429,title=pricing.calculate_price: Rust%2C in process::34 %25 of the CPU
//! ```
//!
//! GitHub shows ten annotations of a level for a step, so only findings that ask for something, and errors, are told.

use super::analysis::{AnalysisReport, FunctionReport};
use crate::recommend::Form;
use std::fmt::Write;

/// Annotations of one level that GitHub shows.
const SHOWN: usize = 10;

/// Draws a report.
pub fn render(report: &AnalysisReport) -> String {
    let mut out = String::new();
    for function in report.functions.iter().filter(|function| asks(function)).take(SHOWN) {
        let level = if report.is_measured() { "warning" } else { "notice" };
        let title = format!("{}: {}", function.name, function.verdict.words);
        let place = Place { file: &function.file, line: function.line, end_line: function.end_line, column: None };
        command(&mut out, level, &place, &title, &function.verdict.because.text);
    }
    for problem in &report.diagnostics {
        let level = if problem.severity == "note" { "notice" } else { problem.severity };
        let place =
            Place { file: &problem.file, line: problem.line, end_line: problem.line, column: Some(problem.column) };
        command(&mut out, level, &place, problem.code, &problem.message);
    }
    for warning in report.warnings.iter().filter(|_| report.is_measured()) {
        let _ = writeln!(out, "::notice title=pivot::{}", data(&warning.message));
    }
    out
}

fn asks(function: &FunctionReport) -> bool {
    function.verdict.form != Form::Stay && function.part_of.is_none()
}

struct Place<'a> {
    file: &'a str,
    line: usize,
    end_line: usize,
    column: Option<usize>,
}

fn command(out: &mut String, level: &str, place: &Place<'_>, title: &str, message: &str) {
    let column = place.column.map(|column| format!(",col={column}")).unwrap_or_default();
    let (file, title) = (property(place.file), property(title));
    let (line, end) = (place.line, place.end_line);
    let _ = writeln!(out, "::{level} file={file},line={line},endLine={end}{column},title={title}::{}", data(message));
}

/// A message, escaped as the runner decodes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value: commas and colons would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_would_misread_is_escaped() {
        assert_eq!(data("34 %\nof a: b, c"), "34 %25%0Aof a: b, c");
        assert_eq!(property("a:b,c%\r"), "a%3Ab%2Cc%25%0D");
    }
}
