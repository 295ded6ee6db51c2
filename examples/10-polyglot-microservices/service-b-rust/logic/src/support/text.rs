//! Python's text operations: texts are counted and cut by code point, never by byte.

use super::exception::{Exception, INDEX_ERROR, TYPE_ERROR, VALUE_ERROR};
use super::guard::guard;

/// What `str.isspace`, `split` and `strip` take for whitespace.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// `len(s)`
#[inline]
pub fn len(s: &str) -> i64 {
    if s.is_ascii() { s.len() as i64 } else { s.chars().count() as i64 }
}

/// `s[index]`
pub fn item(s: &str, index: i64) -> Result<String, Exception> {
    let at = if index < 0 { index + len(s) } else { index };
    let found = match usize::try_from(at) {
        Ok(at) if s.is_ascii() => s.as_bytes().get(at).map(|byte| char::from(*byte)),
        Ok(at) => s.chars().nth(at),
        Err(_) => None,
    };
    found.map(String::from).ok_or_else(|| Exception::new(&INDEX_ERROR, "string index out of range"))
}

/// `s[start:stop:step]`
pub fn slice(s: &str, start: Option<i64>, stop: Option<i64>, step: Option<i64>) -> Result<String, Exception> {
    if s.is_ascii() && step.is_none_or(|step| step == 1) {
        let (start, stop) = super::list::bounds(s.len(), start, stop);
        return Ok(s.get(start..stop.max(start)).unwrap_or_default().to_string());
    }
    let chars: Vec<char> = s.chars().collect();
    Ok(super::list::slice(&chars, start, stop, step)?.into_iter().collect())
}

/// The characters of a text, each as a text.
pub fn chars(s: &str) -> impl DoubleEndedIterator<Item = &str> {
    s.char_indices().map(|(at, c)| &s[at..at + c.len_utf8()])
}

/// `s.find(part)`
pub fn find(s: &str, part: &str) -> i64 {
    s.find(part).map_or(-1, |at| len(&s[..at]))
}

/// `s.index(part)`
pub fn index_of(s: &str, part: &str) -> Result<i64, Exception> {
    match find(s, part) {
        -1 => Err(Exception::new(&VALUE_ERROR, "substring not found")),
        at => Ok(at),
    }
}

/// `s.count(part)`
pub fn count(s: &str, part: &str) -> i64 {
    s.matches(part).count() as i64
}

/// `s.split()`
pub fn split(s: &str) -> Vec<String> {
    s.split(is_space).filter(|part| !part.is_empty()).map(str::to_string).collect()
}

/// `s.split(separator)`
pub fn split_at(s: &str, separator: &str) -> Result<Vec<String>, Exception> {
    if separator.is_empty() {
        return Err(Exception::new(&VALUE_ERROR, "empty separator"));
    }
    Ok(s.split(separator).map(str::to_string).collect())
}

/// `s.splitlines()`
pub fn split_lines(s: &str) -> Vec<String> {
    let ends = |c: char| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut lines = Vec::new();
    let mut rest = s;
    while !rest.is_empty() {
        let end = rest.find(ends).unwrap_or(rest.len());
        lines.push(rest[..end].to_string());
        let after = &rest[end..];
        let skipped = if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        rest = &after[skipped..];
    }
    lines
}

/// `s.strip()`
pub fn strip(s: &str) -> String {
    s.trim_matches(is_space).to_string()
}

/// `s.lstrip()`
pub fn strip_start(s: &str) -> String {
    s.trim_start_matches(is_space).to_string()
}

/// `s.rstrip()`
pub fn strip_end(s: &str) -> String {
    s.trim_end_matches(is_space).to_string()
}

/// `s.strip(chars)`
pub fn strip_chars(s: &str, chars: &str) -> String {
    s.trim_matches(|c| chars.contains(c)).to_string()
}

/// `s.lstrip(chars)`
pub fn strip_start_chars(s: &str, chars: &str) -> String {
    s.trim_start_matches(|c| chars.contains(c)).to_string()
}

/// `s.rstrip(chars)`
pub fn strip_end_chars(s: &str, chars: &str) -> String {
    s.trim_end_matches(|c| chars.contains(c)).to_string()
}

/// `s.isspace()`
pub fn is_all_space(s: &str) -> bool {
    !s.is_empty() && s.chars().all(is_space)
}

/// `s.zfill(width)`
pub fn zfill(s: &str, width: i64) -> String {
    let missing = usize::try_from(width.saturating_sub(len(s))).unwrap_or(0);
    let (sign, digits) = match s.as_bytes().first() {
        Some(b'+' | b'-') => s.split_at(1),
        _ => ("", s),
    };
    format!("{sign}{}{digits}", repeat("0", missing as i64))
}

/// `s * count`
pub fn repeat(s: &str, count: i64) -> String {
    let count = usize::try_from(count).unwrap_or(0);
    match s.len().checked_mul(count) {
        Some(bytes) if bytes <= 1 << 32 => s.repeat(count),
        _ => guard("memory", ""),
    }
}

/// `ord(s)`
pub fn ord(s: &str) -> Result<i64, Exception> {
    let mut chars = s.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(i64::from(u32::from(c))),
        _ => {
            let message = format!("ord() expected a character, but string of length {} found", len(s));
            Err(Exception::new(&TYPE_ERROR, message))
        }
    }
}

/// `chr(code)`
pub fn chr(code: i64) -> Result<String, Exception> {
    if !(0..0x11_0000).contains(&code) {
        return Err(Exception::new(&VALUE_ERROR, "chr() arg not in range(0x110000)"));
    }
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) => Ok(c.to_string()),
        None => guard("surrogate", ""),
    }
}
