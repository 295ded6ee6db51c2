//! Draws diagnostics: for people with the source line and a hint, for programs as JSON.
//!
//! ```text
//! warning[E1003]: async function `fetch` is not translated
//!   --> shop.py:3:1
//!    |
//!  3 | async def fetch(url: str) -> str:
//!    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
//!    |
//!    = help: move the computing part into a plain function
//! ```
//!
//! Only the first line of a span is drawn, and no line over 400 characters: generated one-line files exist.

use super::{Diagnostic, Severity};
use crate::source::{SourceFile, Sources};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;
use std::ops::Range;

/// Lines longer than this many bytes are named, not drawn.
const LONGEST_DRAWN: usize = 400;

/// How a drawing looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Columns of the terminal; 0 where there is none.
    pub width: usize,
}

/// Draws problems in the order of their places, each followed by an empty line.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let base = if style.color { Renderer::styled() } else { Renderer::plain() };
    let width = if style.width == 0 { LONGEST_DRAWN + 40 } else { style.width.max(40) };
    let renderer = base.decor_style(DecorStyle::Ascii).term_width(width);
    let mut drawn = String::new();
    for diagnostic in in_order(diagnostics) {
        drawn.push_str(&renderer.render(&[group(diagnostic, sources.get(diagnostic.at.file))]));
        drawn.push_str("\n\n");
    }
    drawn
}

/// One problem as JSON has it: places are resolved to path, line and column (from 1, in code points).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// `E1003`
    pub code: &'static str,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// The path as the user typed it.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// Column from 1.
    pub column: usize,
    /// The smallest edit that would help.
    pub help: Option<String>,
}

/// Problems as JSON has them, in the order of their places.
pub fn records(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Record> {
    in_order(diagnostics).into_iter().map(|diagnostic| record(diagnostic, sources)).collect()
}

fn record(diagnostic: &Diagnostic, sources: &Sources) -> Record {
    let file = sources.get(diagnostic.at.file);
    let (line, column) = file.line_column(diagnostic.at.span.start);
    Record {
        code: diagnostic.code.word(),
        severity: diagnostic.severity.word(),
        message: diagnostic.message.clone(),
        file: file.path.display().to_string(),
        line,
        column,
        help: diagnostic.help.clone(),
    }
}

impl Severity {
    /// The word for people and for JSON.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }

    fn level(self) -> Level<'static> {
        match self {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        }
    }
}

fn in_order(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| (diagnostic.at, diagnostic.code));
    sorted
}

fn group<'a>(diagnostic: &'a Diagnostic, file: &'a SourceFile) -> Group<'a> {
    let title = diagnostic.severity.level().primary_title(diagnostic.message.as_str()).id(diagnostic.code.word());
    let (number, column) = file.line_column(diagnostic.at.span.start);
    let (line, marked) = first_line(file, diagnostic);
    let path = file.path.to_string_lossy();
    let group = if line.len() > LONGEST_DRAWN {
        title.element(Origin::path(path).line(number).char_column(column))
    } else {
        let snippet = Snippet::source(line).line_start(number).path(path.into_owned());
        title.element(snippet.annotation(AnnotationKind::Primary.span(marked)))
    };
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// The line in which a problem starts, and the part of it that the problem covers.
fn first_line<'a>(file: &'a SourceFile, diagnostic: &Diagnostic) -> (&'a str, Range<usize>) {
    let start = file.text.floor_char_boundary(diagnostic.at.span.start as usize);
    let end = file.text.ceil_char_boundary(diagnostic.at.span.end as usize).max(start);
    let line_start = file.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = file.text[start..].find('\n').map_or(file.text.len(), |newline| start + newline);
    let line = file.text[line_start..line_end].trim_end_matches('\r');
    let clip = |offset: usize| (offset - line_start).min(line.len());
    (line, clip(start)..clip(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::FileId;
    use crate::span::{Location, Span};

    fn at(file: FileId, start: usize, end: usize) -> Location {
        Location { file, span: Span::new(start, end) }
    }

    fn shop() -> (Sources, FileId) {
        let mut sources = Sources::default();
        let text = "é = 1\r\nasync def fetch(url):\r\n    return url\r\n";
        let file = sources.add("shop.py", "shop", text);
        (sources, file)
    }

    #[test]
    fn draws_the_line_the_mark_and_the_hint() {
        let (sources, file) = shop();
        let problem = Diagnostic::new(Code::AsyncFunction, at(file, 8, 45), "async function `fetch` is not translated")
            .help("move the computing part into a plain function");
        insta::assert_snapshot!(render(&[problem], &sources, Style::default()), @r"
        warning[E1003]: async function `fetch` is not translated
         --> shop.py:2:1
          |
        2 | async def fetch(url):
          | ^^^^^^^^^^^^^^^^^^^^^
          |
          = help: move the computing part into a plain function
        ");
    }

    #[test]
    fn colour_only_when_asked() {
        let (sources, file) = shop();
        let problem = [Diagnostic::new(Code::Syntax, at(file, 0, 2), "cannot read this")];
        assert!(!render(&problem, &sources, Style::default()).contains('\x1b'));
        assert!(render(&problem, &sources, Style { color: true, width: 80 }).contains('\x1b'));
    }

    #[test]
    fn places_outside_or_inside_a_character_do_not_panic() {
        let (sources, file) = shop();
        for (start, end) in [(1, 1), (1, 0), (0, 9_999), (9_999, 9_999), (7, 7), (44, 60)] {
            let problem = Diagnostic::new(Code::Syntax, at(file, start, end), "cannot read this");
            assert!(render(&[problem], &sources, Style::default()).contains("shop.py"));
        }
        let mut sources = Sources::default();
        let empty = sources.add("empty.py", "empty", "");
        let problem = Diagnostic::new(Code::Syntax, at(empty, 0, 0), "nothing");
        assert!(render(&[problem], &sources, Style::default()).contains("empty.py"));
    }

    #[test]
    fn an_endless_line_is_named_not_drawn() {
        let mut sources = Sources::default();
        let file = sources.add("data.py", "data", format!("x = [{}]\n", "1, ".repeat(200_000)));
        let problem = Diagnostic::new(Code::Syntax, at(file, 4, 500_000), "cannot read this");
        let drawn = render(&[problem], &sources, Style::default());
        assert!(drawn.contains("data.py:1:5") && drawn.len() < 200, "{drawn}");
    }

    #[test]
    fn records_are_sorted_and_resolved() {
        let (sources, file) = shop();
        let late = Diagnostic::new(Code::Syntax, at(file, 13, 14), "late");
        let early = Diagnostic::new(Code::NotUtf8, at(file, 0, 1), "early").help("h");
        let json = serde_json::to_value(records(&[late, early], &sources)).unwrap();
        assert_eq!(
            json,
            serde_json::json!([
                {"code": "E0101", "severity": "error", "message": "early", "file": "shop.py", "line": 1, "column": 1, "help": "h"},
                {"code": "E0201", "severity": "error", "message": "late", "file": "shop.py", "line": 2, "column": 6, "help": null},
            ])
        );
    }
}
