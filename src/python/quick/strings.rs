//! String literals: adjacent ones as one, f-strings with their fields.

use super::super::ast::{Expr, ExprKind, FStringPart};
use super::super::escape::{Decoded, decode_bytes, decode_text};
use super::lexer::{self, TokenKind};
use super::{Reader, expr};
use crate::span::Span;

impl Reader<'_> {
    /// One literal or several adjacent ones.
    pub(super) fn strings(&mut self) -> Option<Expr> {
        let start = self.start();
        let (mut text, mut bytes, mut parts) = (String::new(), Vec::new(), Vec::new());
        let (mut formats, mut has_text, mut has_bytes) = (false, false, false);
        while self.kind() == TokenKind::Text {
            let token = self.take();
            let piece = Piece::of(self.written(token), token.start);
            if piece.bytes {
                has_bytes = true;
                bytes.extend(decoded_bytes(self.slice(piece.inside), piece.raw)?);
                continue;
            }
            has_text = true;
            formats |= piece.format;
            if piece.format {
                push_text(&mut parts, std::mem::take(&mut text));
                self.format(piece.inside, piece.raw, false, &mut parts)?;
            } else {
                text.push_str(&decoded(self.slice(piece.inside), piece.raw, false)?);
            }
        }
        let kind = match (has_text, has_bytes, formats) {
            (true, true, _) => return None,
            (false, ..) => ExprKind::Bytes(bytes),
            (_, _, false) => ExprKind::Str(text),
            _ => {
                push_text(&mut parts, text);
                ExprKind::FString(parts)
            }
        };
        Some(expr(kind, self.since(start)))
    }

    fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The literal text and the fields of an f-string, or of a specification inside one.
    fn format(&mut self, inside: Span, raw: bool, nested: bool, parts: &mut Vec<FStringPart>) -> Option<()> {
        let bytes = self.text.as_bytes();
        let (mut at, end) = (inside.start as usize, inside.end as usize);
        let mut literal = at;
        while at < end {
            match bytes[at] {
                // `\N{...}` is no field.
                b'\\' if !raw && bytes.get(at + 1) == Some(&b'N') => return None,
                b'\\' if !raw => at += 2,
                b'{' | b'}' if bytes.get(at + 1) == Some(&bytes[at]) && at + 1 < end && !nested => at += 2,
                b'}' => return None,
                b'{' if bytes.get(at + 1) == Some(&b'{') => return None,
                b'{' => {
                    let text = decoded(&self.text[literal..at], raw, true)?;
                    push_text(parts, text);
                    at = self.field(at + 1, end, raw, parts)?;
                    literal = at;
                }
                _ => at += 1,
            }
        }
        let text = decoded(self.text.get(literal..end)?, raw, true)?;
        push_text(parts, text);
        Some(())
    }

    /// A field from behind its brace on; gives the place behind the closing one.
    fn field(&mut self, start: usize, end: usize, raw: bool, parts: &mut Vec<FStringPart>) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let stop = end_of_value(bytes, start, end)?;
        let value = self.field_value(start, stop)?;
        let mut at = stop;
        let mut conversion = None;
        if bytes[at] == b'!' {
            let letter = *bytes.get(at + 1)? as char;
            conversion = Some(letter).filter(|letter| matches!(letter, 'r' | 's' | 'a'));
            conversion?;
            at += 2;
        }
        let mut spec = Vec::new();
        if *bytes.get(at)? == b':' {
            let close = end_of_spec(bytes, at + 1, end)?;
            self.deeper(|reader| reader.format(Span::new(at + 1, close), raw, true, &mut spec))?;
            at = close;
        }
        if at >= end || bytes[at] != b'}' {
            return None;
        }
        parts.push(FStringPart::Field { value, conversion, spec, debug: None });
        Some(at + 1)
    }

    /// The expression between two places.
    fn field_value(&mut self, start: usize, stop: usize) -> Option<Expr> {
        let tokens = lexer::tokens(self.text, start, stop, true)?;
        let outer = (std::mem::replace(&mut self.tokens, tokens), std::mem::take(&mut self.at));
        let value = self.deeper(|reader| {
            let value = reader.value_list()?;
            (reader.kind() == TokenKind::End).then_some(value)
        });
        (self.tokens, self.at) = outer;
        value
    }
}

/// What a literal's prefix and quotes say.
struct Piece {
    raw: bool,
    bytes: bool,
    format: bool,
    inside: Span,
}

impl Piece {
    fn of(written: &str, start: u32) -> Piece {
        let letters = written.bytes().take_while(u8::is_ascii_alphabetic).count();
        let has = |letter: u8| written.as_bytes()[..letters].iter().any(|byte| byte | 32 == letter);
        let rest = &written.as_bytes()[letters..];
        let quotes = if rest.len() >= 6 && rest[0] == rest[1] && rest[1] == rest[2] { 3 } else { 1 };
        let from = start as usize + letters + quotes;
        let inside = Span::new(from, start as usize + written.len() - quotes);
        Piece { raw: has(b'r'), bytes: has(b'b'), format: has(b'f'), inside }
    }
}

/// Where the value of a field ends: at `!r`, at the colon of its specification, at the closing brace.
fn end_of_value(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0usize);
    while at < end {
        match bytes[at] {
            b'\\' | b'#' | b'\n' => return None,
            b'"' | b'\'' => at = end_of_string(bytes, at, end)?,
            b'(' | b'[' | b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b'!' if depth == 0 && bytes.get(at + 1) == Some(&b'=') => at += 1,
            b'!' | b':' if depth == 0 => return Some(at),
            b'=' if depth == 0 && bytes.get(at + 1) == Some(&b'=') => at += 1,
            b'<' | b'>' if depth == 0 && bytes.get(at + 1) == Some(&b'=') => at += 1,
            b'=' if depth == 0 => return None, // `{x=}` shows its own text
            _ => {}
        }
        at += 1;
    }
    None
}

/// The last byte of a string without escapes that starts here.
fn end_of_string(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let quote = bytes[at];
    if bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote) {
        return None;
    }
    let length = bytes[at + 1..end].iter().position(|byte| *byte == quote || *byte == b'\\')?;
    (bytes[at + 1 + length] == quote).then_some(at + 1 + length)
}

/// The brace that closes a field, from its specification on.
fn end_of_spec(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate().take(end).skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            b'\\' | b'\n' | b'"' | b'\'' => return None,
            _ => {}
        }
    }
    None
}

fn decoded(text: &str, raw: bool, doubled: bool) -> Option<String> {
    if text.contains('\r') {
        return None;
    }
    match (raw, doubled) {
        (true, false) => Some(text.to_string()),
        (true, true) => Some(text.replace("{{", "{").replace("}}", "}")),
        _ if !(text.contains('\\') || doubled && text.contains(['{', '}'])) => Some(text.to_string()),
        _ => match decode_text(text, doubled) {
            Decoded::Text(text) => Some(text),
            Decoded::Surrogate(_) | Decoded::Wrong(_) => None,
        },
    }
}

fn decoded_bytes(text: &str, raw: bool) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.contains('\r') {
        return None;
    }
    if raw { Some(text.as_bytes().to_vec()) } else { decode_bytes(text).ok() }
}

fn push_text(parts: &mut Vec<FStringPart>, text: String) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(FStringPart::Literal(last)) => last.push_str(&text),
        _ => parts.push(FStringPart::Literal(text)),
    }
}
