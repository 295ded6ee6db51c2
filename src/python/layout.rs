//! One statement a line. The concrete parser takes a line end for white space wherever no statement can end, and goes
//! on after a complete statement without asking for one; Python does neither.

use super::builder::Builder;
use super::tree::{Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

impl Builder<'_> {
    /// Whether a simple statement goes on in the next line without brackets or a backslash; says so.
    pub fn check_line(&mut self, statement: Node) -> bool {
        let broken = self.broken_line(&[statement]);
        self.report_broken_line(broken)
    }

    /// The same for the header of a block: all before its colon.
    pub fn check_header(&mut self, owner: Node) -> bool {
        let mut header = owner.children();
        let colon = header.iter().position(|child| child.is_token() && self.text(*child) == ":");
        header.truncate(colon.map_or(header.len(), |colon| colon + 1));
        let broken = self.broken_line(&header);
        self.report_broken_line(broken)
    }

    fn report_broken_line(&mut self, broken: Option<Span>) -> bool {
        if let Some(span) = broken {
            let help = "put it in parentheses to go on in the next line";
            self.report_with_help(Code::Syntax, span, "the line ends in the middle of a statement", help);
        }
        broken.is_some()
    }

    /// The token before a line end outside brackets.
    fn broken_line(&self, nodes: &[Node]) -> Option<Span> {
        let mut todo: Vec<Node> = nodes.iter().rev().copied().collect();
        let mut depth = 0usize;
        let mut last: Option<Span> = None;
        while let Some(node) = todo.pop() {
            let span = node.span();
            if depth == 0
                && let Some(before) = last
                && self.ends_line(before.end, span.start)
            {
                return Some(before);
            }
            let text = self.text(node);
            let opaque = matches!(node.kind(), Kind::String | Kind::Block) || !text.contains('\n');
            match (node.is_token(), text) {
                (true, "(" | "[" | "{") => depth += 1,
                (true, ")" | "]" | "}") => depth = depth.saturating_sub(1),
                _ if !opaque && !is_bracketed(node) => {
                    todo.extend(node.children().into_iter().rev());
                    continue;
                }
                _ => {}
            }
            last = Some(span);
        }
        None
    }

    /// Whether the text between two tokens ends a logical line.
    fn ends_line(&self, from: u32, to: u32) -> bool {
        let between = self.written(Span { start: from, end: to.max(from) });
        between.match_indices(['\n', '\r']).any(|(at, end)| {
            let before = &between[..at];
            !(before.ends_with('\\') || end == "\n" && before.ends_with('\r'))
        })
    }

    /// Whether a statement starts behind another one without a semicolon; says so.
    pub fn check_separated(&mut self, statement: Node, previous: Option<Node>) -> bool {
        let joined = previous.is_some_and(|previous| {
            let span = Span { start: previous.span().end, end: statement.span().start.max(previous.span().end) };
            !previous.is_token() && !self.written(span).contains(['\n', '\r', ';'])
        });
        if joined {
            self.report(Code::Syntax, statement.span(), "two statements in one line need `;` between them");
        }
        joined
    }

    /// White space that only looks like a blank.
    pub fn check_blanks(&mut self) {
        let text = self.source();
        if text.is_ascii() || !text.char_indices().skip(1).any(|(_, c)| is_strange_blank(c)) {
            return;
        }
        let mut end = 0;
        for token in super::repair::outside_strings(text) {
            let gap = text[end..token.at].lines().flat_map(|line| line.split('#').next()).flat_map(str::chars);
            let sign = token.text.chars().filter(|_| !token.text.starts_with(['"', '\'']));
            let strange = gap.chain(sign).find(|character| is_strange_blank(*character));
            if let Some(character) = strange.filter(|c| *c != '\u{feff}' || end > 0) {
                let message = format!("the character U+{:04X} is no white space in Python", character as u32);
                let span = Span::new(end, token.at + token.text.len());
                self.forget_syntax(span);
                return self.report_with_help(Code::Syntax, span, message, "write a blank");
            }
            end = token.at + token.text.len();
        }
    }
}

fn is_bracketed(node: Node) -> bool {
    matches!(
        node.kind(),
        Kind::Parenthesized
            | Kind::List
            | Kind::Set
            | Kind::Dict
            | Kind::ArgumentList
            | Kind::Parameters
            | Kind::Generator
            | Kind::ListComp
            | Kind::SetComp
            | Kind::DictComp
            | Kind::Tuple
            | Kind::TypeParameter
            | Kind::ListPattern
            | Kind::DictPattern
            | Kind::TuplePattern
    )
}

fn is_strange_blank(character: char) -> bool {
    let space = character.is_whitespace() && !character.is_ascii();
    space || matches!(character, '\u{feff}' | '\u{2060}' | '\u{200b}')
}
