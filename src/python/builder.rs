//! What every part of the tree builder shares: the text, the place in the program, the depth, and the problems found.
//!
//! Depth is counted in levels of the tree that is being built, because that is what later stages walk. The builder
//! recurses as deep as the tree; past [`ROOM`] levels it goes on in a thread with a larger stack.

use super::repair::Blanked;
use super::tree::Node;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::SourceFile;
use crate::span::{Location, Span};

/// The deepest tree that is built: CPython's compiler stops at about three thousand levels too.
pub const DEEPEST: usize = 3_000;

/// Levels of recursion that any thread's stack has room for.
const ROOM: usize = 24;

/// Stack of the thread in which deeper recursion goes on.
const STACK: usize = 256 << 20;

/// Where in the program the builder is: which statements make sense here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope {
    /// Inside a function's body.
    pub function: bool,
    /// That function is `async`.
    pub coroutine: bool,
    /// Inside a loop of that function.
    pub repeats: bool,
    /// Nested blocks.
    pub blocks: usize,
    /// Nested brackets.
    pub brackets: usize,
}

/// Builds the typed tree of one file.
pub struct Builder<'s> {
    file: &'s SourceFile,
    /// Where we are.
    pub scope: Scope,
    diagnostics: Vec<Diagnostic>,
    depth: usize,
    level: usize,
    roomy: bool,
    unreadable_until: u32,
    /// The star that is being moved out of the operation that it starts.
    pub hoisted: Option<Span>,
    /// What the concrete parser was not shown.
    pub blanked: Blanked,
    too_deep: bool,
}

impl<'s> Builder<'s> {
    /// A builder at the start of a file.
    pub fn new(file: &'s SourceFile, blanked: Blanked) -> Self {
        let (scope, diagnostics) = (Scope::default(), Vec::new());
        Builder {
            file,
            scope,
            diagnostics,
            depth: 0,
            level: 0,
            roomy: false,
            unreadable_until: 0,
            blanked,
            hoisted: None,
            too_deep: false,
        }
    }

    /// The problems found, in the order of their places.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.at.span);
        self.diagnostics
    }

    /// The source text of a node.
    pub fn text(&self, node: Node) -> &'s str {
        self.file.slice(node.span())
    }

    /// The source text of a span.
    pub fn written(&self, span: Span) -> &'s str {
        self.file.slice(span)
    }

    /// The whole source text.
    pub fn source(&self) -> &'s str {
        &self.file.text
    }

    /// Notes a problem.
    pub fn report(&mut self, code: Code, span: Span, message: impl Into<String>) {
        let at = Location { file: self.file.id, span };
        self.diagnostics.push(Diagnostic::new(code, at, message));
    }

    /// Notes a problem and the smallest edit that would help.
    pub fn report_with_help(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let at = Location { file: self.file.id, span };
        self.diagnostics.push(Diagnostic::new(code, at, message).help(help));
    }

    /// Takes back that a place could not be parsed, because something better is known about it.
    pub fn forget_syntax(&mut self, span: Span) {
        let within = |at: Span| span.start <= at.start && at.start <= span.end;
        self.diagnostics.retain(|known| known.code != Code::Syntax || !within(known.at.span));
    }

    /// How many problems were found so far.
    pub fn problems(&self) -> usize {
        self.diagnostics.len()
    }

    /// Makes the last problem a warning: Python takes the code, though it cannot mean it.
    pub fn weaken_last(&mut self) {
        if let Some(last) = self.diagnostics.last_mut() {
            last.severity = Severity::Warning;
        }
    }

    /// Notes that a node holds text that could not be parsed: once for each run of lines.
    pub fn unreadable(&mut self, node: Node) {
        let (span, message) = self.describe_error(node);
        let known = span.start < self.unreadable_until;
        if span.end.max(node.span().start) >= self.unreadable_until {
            self.unreadable_until = self.end_of_next_line(span.end);
        }
        if !known && !self.explain_target(span) {
            self.report(Code::Syntax, span, message);
        }
    }

    fn end_of_next_line(&self, offset: u32) -> u32 {
        let rest = self.source().get(offset as usize..).unwrap_or("");
        let length = rest.match_indices('\n').nth(1).map_or(rest.len() + 1, |(at, _)| at + 1);
        offset + length as u32
    }

    /// The innermost place of an error, and words for it.
    fn describe_error(&self, node: Node) -> (Span, String) {
        let mut inner = node;
        while !inner.is_error() && !inner.is_missing() {
            match inner.children().into_iter().find(|child| child.has_error() || child.is_missing()) {
                Some(child) => inner = child,
                None => break,
            }
        }
        if inner.is_missing() {
            let word = if inner.is_token() { format!("`{}`", inner.word()) } else { inner.word().replace('_', " ") };
            return (inner.span(), format!("{word} is missing here"));
        }
        let line = self.text(inner).lines().next().unwrap_or("").trim();
        let shown: String = line.chars().take(40).collect();
        let dots = if shown.len() < line.len() { "…" } else { "" };
        let message = match shown.is_empty() {
            true => "this could not be parsed".to_string(),
            false => format!("`{shown}{dots}` could not be parsed"),
        };
        (inner.span(), message)
    }

    /// Does work one level down; `None`, with a diagnostic, where the tree would become too deep.
    pub fn deeper<T: Send>(&mut self, at: Span, work: impl FnOnce(&mut Self) -> T + Send) -> Option<T> {
        self.deeper_by(1, at, work)
    }

    /// The same for work that adds several levels at once.
    pub fn deeper_by<T: Send>(&mut self, by: usize, at: Span, work: impl FnOnce(&mut Self) -> T + Send) -> Option<T> {
        if self.depth + by > DEEPEST {
            self.report_too_deep(at);
            return None;
        }
        self.depth += by;
        self.level += 1;
        let result = match self.level > ROOM && !self.roomy {
            true => self.in_larger_stack(at, work),
            false => Some(work(self)),
        };
        self.level -= 1;
        self.depth -= by;
        result
    }

    fn in_larger_stack<T: Send>(&mut self, at: Span, work: impl FnOnce(&mut Self) -> T + Send) -> Option<T> {
        self.roomy = true;
        let result = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || work(self));
            thread.ok().and_then(|thread| thread.join().ok())
        });
        self.roomy = false;
        if result.is_none() {
            self.report_too_deep(at);
        }
        result
    }

    /// Notes that the code is too deep, once for each statement.
    pub fn report_too_deep(&mut self, at: Span) {
        if !self.too_deep {
            self.report(Code::TooDeep, at, "this is nested too deep");
        }
        self.too_deep = true;
    }

    /// Whether the statement just built was too deep; asking forgets it.
    pub fn take_too_deep(&mut self) -> bool {
        std::mem::take(&mut self.too_deep)
    }

    /// Does work in another scope and comes back.
    pub fn within<T>(&mut self, scope: Scope, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.scope, scope);
        let result = work(self);
        self.scope = outer;
        result
    }
}
