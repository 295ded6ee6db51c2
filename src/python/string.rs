//! String literals: prefixes, escapes, adjacent literals, f-strings.

use super::ast::{Expr, ExprKind, FStringPart};
use super::builder::{Builder, Scope};
use super::escape::{Decoded, decode_bytes, decode_text, universal_newlines};
use super::repair::without_comments;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

/// What the letters before the quote say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Prefix {
    raw: bool,
    bytes: bool,
    format: bool,
    template: bool,
}

/// One literal of a run of adjacent ones.
enum Piece {
    Bytes(Vec<u8>),
    Parts(Vec<FStringPart>),
}

impl Builder<'_> {
    /// One string, or several adjacent ones as one.
    pub fn strings(&mut self, nodes: &[Node]) -> ExprKind {
        let mut bytes = Vec::new();
        let mut parts = Vec::new();
        let mut kinds = Prefix::default();
        let mut plain = false;
        for node in nodes {
            let Some((prefix, piece)) = self.piece(*node) else { return ExprKind::Error };
            kinds.bytes |= prefix.bytes;
            kinds.format |= prefix.format;
            kinds.template |= prefix.template;
            plain |= !prefix.bytes && !prefix.template;
            match piece {
                Piece::Bytes(more) => bytes.extend(more),
                Piece::Parts(more) => more.into_iter().for_each(|part| push_part(&mut parts, part)),
            }
        }
        if (kinds.bytes || kinds.template) && plain || kinds.bytes && kinds.template {
            let whole = nodes.iter().map(|node| node.span()).reduce(Span::to).unwrap_or_default();
            let kind = if kinds.bytes { "bytes" } else { "template strings" };
            self.report(Code::Syntax, whole, format!("{kind} and text cannot be adjacent literals"));
            return ExprKind::Error;
        }
        match (kinds.bytes, kinds.template, kinds.format) {
            (true, ..) => ExprKind::Bytes(bytes),
            (_, true, _) => ExprKind::TString(parts),
            (_, _, true) => ExprKind::FString(parts),
            _ => ExprKind::Str(joined(parts)),
        }
    }

    fn piece(&mut self, node: Node) -> Option<(Prefix, Piece)> {
        let children = node.children();
        let first = children.first()?;
        let prefix = self.prefix(node, self.text(*first))?;
        let start = first.span().end;
        let quotes = self.text(*first).trim_start_matches(|c: char| c.is_ascii_alphabetic()).len() as u32;
        let inside = Span { start, end: node.span().end.saturating_sub(quotes).max(start) };
        if prefix.bytes {
            let decoded = self.bytes(inside, prefix.raw)?;
            return Some((prefix, Piece::Bytes(decoded)));
        }
        if !prefix.format && !prefix.template {
            let text = self.literal_text(inside, prefix.raw)?;
            return Some((prefix, Piece::Parts(vec![FStringPart::Literal(text)])));
        }
        let fields = children.into_iter().filter(|child| child.kind() == Kind::Interpolation).collect();
        let parts = self.pieces(inside, fields, prefix.raw)?;
        Some((prefix, Piece::Parts(parts)))
    }

    fn prefix(&mut self, node: Node, start: &str) -> Option<Prefix> {
        let letters = start.trim_end_matches(['\'', '"', '`']).to_ascii_lowercase();
        let has = |letter| letters.contains(letter);
        let prefix = Prefix { raw: has('r'), bytes: has('b'), format: has('f'), template: has('t') };
        match letters.as_str() {
            _ if start.ends_with('`') => {
                let inside = self.text(node).trim_matches('`').to_string();
                let help = format!("write `repr({inside})`");
                self.report_with_help(Code::Python2, node.span(), "backticks are Python 2", help);
                None
            }
            "" | "u" | "r" | "b" | "br" | "rb" | "f" | "fr" | "rf" | "t" | "tr" | "rt" => Some(prefix),
            "ur" => {
                let help = "write `r` alone, and other characters than ASCII as they are";
                self.report_with_help(Code::Python2, node.span(), "the prefix `ur` is Python 2", help);
                None
            }
            _ => {
                self.report(Code::Syntax, node.span(), format!("`{letters}` is not a prefix of strings"));
                None
            }
        }
    }

    fn bytes(&mut self, span: Span, raw: bool) -> Option<Vec<u8>> {
        let text = universal_newlines(self.written(span));
        if !text.is_ascii() {
            self.report(Code::Syntax, span, "bytes can only hold ASCII characters and escapes");
            return None;
        }
        if raw {
            return Some(text.into_owned().into_bytes());
        }
        match decode_bytes(&text) {
            Ok(bytes) => Some(bytes),
            Err(message) => {
                self.report(Code::Syntax, span, message);
                None
            }
        }
    }

    fn literal_text(&mut self, span: Span, raw: bool) -> Option<String> {
        let text = universal_newlines(self.written(span));
        if raw || !text.contains('\\') {
            return Some(text.into_owned());
        }
        self.decoded(span, decode_text(&text, false))
    }

    fn decoded(&mut self, span: Span, decoded: Decoded) -> Option<String> {
        match decoded {
            Decoded::Text(text) => Some(text),
            Decoded::Surrogate(escape) => {
                let message = format!("`{escape}` is half a character (a surrogate), which text here cannot hold");
                self.report(Code::UnsupportedExpression, span, message);
                None
            }
            Decoded::Wrong(message) => {
                self.report(Code::Syntax, span, message);
                None
            }
        }
    }

    /// Literal text and fields, in order.
    fn pieces(&mut self, inside: Span, fields: Vec<Node>, raw: bool) -> Option<Vec<FStringPart>> {
        let mut parts = Vec::new();
        let mut at = inside.start;
        for field in fields {
            let literal = self.format_text(Span { start: at, end: field.span().start }, raw)?;
            push_part(&mut parts, FStringPart::Literal(literal));
            at = field.span().end;
            for part in self.field(field, raw)? {
                push_part(&mut parts, part);
            }
        }
        let literal = self.format_text(Span { start: at, end: inside.end.max(at) }, raw)?;
        push_part(&mut parts, FStringPart::Literal(literal));
        Some(parts)
    }

    /// Text of an f-string outside its fields, where braces are doubled.
    fn format_text(&mut self, span: Span, raw: bool) -> Option<String> {
        let text = universal_newlines(self.written(span));
        match raw {
            true => Some(text.replace("{{", "{").replace("}}", "}")),
            false => self.decoded(span, decode_text(&text, true)),
        }
    }

    fn field(&mut self, node: Node, raw: bool) -> Option<Vec<FStringPart>> {
        let children = node.children();
        let Some(expression) = node.child(Field::Expression) else {
            self.report(Code::Syntax, node.span(), "this field of an f-string is empty");
            return None;
        };
        if expression.kind() == Kind::Named {
            return self.field_with_sign(node, expression, raw);
        }
        let scope = Scope { brackets: self.scope.brackets + 1, ..self.scope };
        let value = self.within(scope, |builder| builder.expr(expression));
        let conversion = node.child(Field::TypeConversion).and_then(|node| self.conversion(node));
        let spec_node = node.child(Field::FormatSpecifier);
        let spec = match spec_node {
            Some(spec) => self.spec(spec, raw)?,
            None => Vec::new(),
        };
        let equals = children.iter().find(|child| child.is_token() && self.text(**child) == "=");
        let end = children.iter().find(|child| equals.is_some_and(|e| child.span().start >= e.span().end));
        let debug = equals.and(end).map(|end| {
            let span = Span { start: node.span().start + 1, end: end.span().start };
            without_comments(&universal_newlines(self.written(span)))
        });
        let implied = debug.is_some() && spec_node.is_none();
        let conversion = conversion.or(implied.then_some('r'));
        Some(vec![FStringPart::Field { value, conversion, spec, debug }])
    }

    /// `{x:=5}` is the value `x` with the specification `=5`, though it looks like a walrus.
    fn field_with_sign(&mut self, node: Node, named: Node, raw: bool) -> Option<Vec<FStringPart>> {
        let name = named.child(Field::Name)?;
        let colon =
            name.span().end + self.written(Span { start: name.span().end, end: node.span().end }).find(':')? as u32;
        let span = Span { start: colon + 1, end: node.span().end.saturating_sub(1).max(colon + 1) };
        let spec = vec![FStringPart::Literal(self.format_text(span, raw)?)];
        Some(vec![FStringPart::Field { value: self.expr(name), conversion: None, spec, debug: None }])
    }

    fn conversion(&mut self, node: Node) -> Option<char> {
        let written = self.text(node);
        let letter = written.chars().find(|c| *c != '!').filter(|c| matches!(c, 'r' | 's' | 'a'));
        if letter.is_none() {
            self.report(Code::Syntax, node.span(), format!("`{written}` is not a conversion: `!r`, `!s` or `!a`"));
        }
        letter
    }

    fn spec(&mut self, node: Node, raw: bool) -> Option<Vec<FStringPart>> {
        let span = node.span();
        let fields = node.parts().into_iter();
        let fields =
            fields.filter(|part| matches!(part.kind(), Kind::FormatExpression | Kind::Interpolation)).collect();
        let inside = Span { start: span.start + 1, end: span.end };
        self.deeper(span, |builder| builder.pieces(inside, fields, raw)).flatten()
    }

    /// A string as an expression of its own, for patterns.
    pub fn string_expr(&mut self, node: Node) -> Expr {
        Expr {
            kind: self.strings(&if node.kind() == Kind::Concatenated { node.parts() } else { vec![node] }),
            span: node.span(),
        }
    }
}

fn push_part(parts: &mut Vec<FStringPart>, part: FStringPart) {
    match (parts.last_mut(), part) {
        (_, FStringPart::Literal(text)) if text.is_empty() => {}
        (Some(FStringPart::Literal(last)), FStringPart::Literal(text)) => last.push_str(&text),
        (_, part) => parts.push(part),
    }
}

fn joined(parts: Vec<FStringPart>) -> String {
    let literal = |part| if let FStringPart::Literal(text) = part { Some(text) } else { None };
    parts.into_iter().filter_map(literal).collect()
}
