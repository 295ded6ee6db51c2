//! Python that the concrete grammar cannot read, put into words that it can.
//!
//! The repaired text has the length of the original, so every place stays where it is, and the tree builder takes all
//! text from the original. What was blanked out is remembered: the stars of `return *[1], 2`, the defaults of
//! `class A[T = int]`.

use super::tree::{self, Tree};
use crate::span::Span;
use std::borrow::Cow;
use std::collections::HashMap;

/// What was blanked out, by the place where it belongs.
#[derive(Default)]
pub struct Blanked {
    /// Byte after the blanked star's white space -> the star.
    pub stars: HashMap<u32, u32>,
    /// Byte after a type parameter -> its default.
    pub defaults: Vec<(u32, Span)>,
}

/// The concrete tree of a file, of a repaired text where that is needed.
pub fn parse(text: &str) -> Option<(Tree, Blanked)> {
    let whole = Span::new(0, text.len());
    let clean = plain_words(text);
    let tree = tree::parse(&clean, whole)?;
    if !tree.root().has_error() {
        return Some((tree, Blanked::default()));
    }
    let mut bytes = clean.into_owned().into_bytes();
    let code = outside_strings(text);
    let blanked = blank(text, &code, &mut bytes);
    join_brackets(&code, &mut bytes);
    if bytes == text.as_bytes() {
        return Some((tree, blanked));
    }
    match String::from_utf8(bytes).ok().and_then(|repaired| tree::parse(&repaired, whole)) {
        Some(repaired) => Some((repaired, blanked)),
        None => Some((tree, Blanked::default())),
    }
}

/// `type(x).y = z` is no alias, and a carriage return alone ends a line.
fn plain_words(text: &str) -> Cow<'_, str> {
    let mut clean = Cow::Borrowed(text);
    if text.contains('\r') {
        let bytes = text.as_bytes();
        let lone =
            |(at, byte): (usize, &u8)| if *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') { b'\n' } else { *byte };
        let bytes = bytes.iter().enumerate().map(lone).collect();
        clean = String::from_utf8(bytes).map_or(clean, Cow::Owned);
    }
    let calls: Vec<usize> = text.match_indices("type").map(|(at, _)| at).filter(|at| starts_call(text, *at)).collect();
    for at in calls {
        clean.to_mut().replace_range(at..at + "type".len(), "typ_");
    }
    clean
}

/// Whether the word at a place begins a statement and is called.
fn starts_call(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t']);
    let begins = before.is_empty() || before.ends_with(['\n', '\r', ';', ':']);
    begins && text[at + "type".len()..].trim_start_matches([' ', '\t']).starts_with('(')
}

/// Blanks stars and defaults out of `bytes`, which has the places of `text`.
fn blank(text: &str, code: &[Token], bytes: &mut [u8]) -> Blanked {
    let mut blanked = Blanked::default();
    for (index, token) in code.iter().enumerate() {
        match token.text {
            "*" if is_prefix(code.get(index.wrapping_sub(1))) && !is_name(code.get(index + 1)) => {
                if let Some(next) = code.get(index + 1) {
                    bytes[token.at] = b' ';
                    blanked.stars.insert(next.at as u32, token.at as u32);
                }
            }
            "class" | "def" | "type" if matches!(code.get(index + 2), Some(bracket) if bracket.text == "[") => {
                for default in defaults(&code[index + 2..]) {
                    bytes[default.start as usize..default.end as usize].fill(b' ');
                    let place = text[..default.start as usize].trim_end().len() as u32;
                    blanked.defaults.push((place, Span { start: default.start + 1, end: default.end }));
                }
            }
            _ => {}
        }
    }
    blanked
}

/// Blanks line ends and comments between brackets: the concrete parser takes a line that starts left of the block for
/// a dedent even there. Where brackets do not match, nothing is touched.
fn join_brackets(code: &[Token], bytes: &mut [u8]) {
    let depths = code.iter().scan(0i32, |depth, token| {
        *depth += match token.text {
            "(" | "[" | "{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        };
        Some(*depth)
    });
    let depths: Vec<i32> = depths.collect();
    if depths.iter().any(|depth| *depth < 0) || depths.last() != Some(&0) {
        return;
    }
    for (pair, depth) in code.windows(2).zip(depths) {
        if depth > 0 {
            bytes[pair[0].at + pair[0].text.len()..pair[1].at].fill(b' ');
        }
    }
}

/// `= default` of each type parameter in the brackets with which `code` starts.
fn defaults(code: &[Token]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut open = None;
    for token in code {
        match token.text {
            "[" | "(" | "{" => depth += 1,
            "]" | ")" | "}" => depth -= 1,
            "=" if depth == 1 => open = Some(token.at),
            _ => {}
        }
        if depth == 0 || depth == 1 && token.text == "," {
            found.extend(open.take().map(|start| Span::new(start, token.at)));
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// A word, a string or a sign, without white space and comments.
pub struct Token<'t> {
    /// Its text.
    pub text: &'t str,
    /// Its first byte.
    pub at: usize,
}

/// Where a star before an expression can stand.
fn is_prefix(before: Option<&Token>) -> bool {
    before.is_none_or(|before| matches!(before.text, "=" | "(" | "[" | "{" | "," | ":" | "return" | "yield" | "in"))
}

fn is_name(token: Option<&Token>) -> bool {
    token.is_none_or(|token| {
        token.text.starts_with(|c: char| c == '_' || c == '*' || c == ')' || c == ',' || c.is_alphabetic())
    })
}

/// A rough cut into tokens: enough to tell code from strings and comments.
pub fn outside_strings(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string_length(rest, first),
            _ if first.is_whitespace() => first.len_utf8(),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            '*' if rest.starts_with("**") => 2,
            '=' if rest.starts_with("==") => 2,
            _ => first.len_utf8(),
        };
        if first != '#' && !first.is_whitespace() {
            tokens.push(Token { text: &rest[..length], at });
        }
        at += length.max(1);
    }
    tokens
}

/// The text of an f-string's field as `{x=}` shows it: without comments.
pub fn without_comments(text: &str) -> String {
    let mut at = 0;
    let mut kept = String::with_capacity(text.len());
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => string_length(rest, first),
            _ => first.len_utf8(),
        };
        if first != '#' {
            kept.push_str(&rest[..length]);
        }
        at += length;
    }
    kept
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The length of the string with which a text starts; to the end of the line where it is not closed.
fn string_length(text: &str, quote: char) -> usize {
    let triple: String = [quote; 3].iter().collect();
    let is_triple = text.starts_with(&triple);
    let end = if is_triple { triple.as_str() } else { &triple[..1] };
    let mut at = end.len();
    let mut escaped = false;
    while let Some(character) = text[at..].chars().next() {
        if !escaped && text[at..].starts_with(end) {
            return at + end.len();
        }
        if character == '\n' && !is_triple && !escaped {
            return at;
        }
        escaped = character == '\\' && !escaped;
        at += character.len_utf8();
    }
    at
}
