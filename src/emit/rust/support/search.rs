//! Python's text methods that look for parts: with bounds in code points, from either end, so many times.

use super::exception::{Exception, VALUE_ERROR};
use super::guard::guard;
use super::text::{is_space, len};

/// The part of a text between two bounds, and where it starts in code points; `None` where the start is past the end.
fn part(s: &str, start: Option<i64>, end: Option<i64>) -> Option<(&str, i64)> {
    let length = len(s);
    let clamp = |at: i64| if at < 0 { (at + length).max(0) } else { at };
    let (start, end) = (start.map_or(0, clamp), end.map_or(length, |end| clamp(end).min(length)));
    (start <= end).then(|| (&s[offset(s, start)..offset(s, end)], start))
}

/// Where a code point begins.
fn offset(s: &str, at: i64) -> usize {
    let at = at as usize;
    if s.is_ascii() { at } else { s.char_indices().nth(at).map_or(s.len(), |found| found.0) }
}

fn missing() -> Exception {
    Exception::new(&VALUE_ERROR, "substring not found")
}

fn checked(separator: &str) -> Result<(), Exception> {
    if separator.is_empty() { Err(Exception::new(&VALUE_ERROR, "empty separator")) } else { Ok(()) }
}

/// A limit as Python gives it: negative ones are none.
fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// `s.find(sub, start, end)`
pub fn find_in(s: &str, sub: &str, start: Option<i64>, end: Option<i64>) -> i64 {
    part(s, start, end).and_then(|(part, from)| Some(from + len(&part[..part.find(sub)?]))).unwrap_or(-1)
}

/// `s.rfind(sub, start, end)`
pub fn find_last(s: &str, sub: &str, start: Option<i64>, end: Option<i64>) -> i64 {
    part(s, start, end).and_then(|(part, from)| Some(from + len(&part[..part.rfind(sub)?]))).unwrap_or(-1)
}

/// `s.index(sub, start, end)`
pub fn index_in(s: &str, sub: &str, start: Option<i64>, end: Option<i64>) -> Result<i64, Exception> {
    let at = find_in(s, sub, start, end);
    if at < 0 { Err(missing()) } else { Ok(at) }
}

/// `s.rindex(sub, start, end)`
pub fn index_last(s: &str, sub: &str, start: Option<i64>, end: Option<i64>) -> Result<i64, Exception> {
    let at = find_last(s, sub, start, end);
    if at < 0 { Err(missing()) } else { Ok(at) }
}

/// `s.count(sub, start, end)`
pub fn count_in(s: &str, sub: &str, start: Option<i64>, end: Option<i64>) -> i64 {
    part(s, start, end).map_or(0, |(part, _)| part.matches(sub).count() as i64)
}

/// `s.startswith(prefix, start, end)`
pub fn starts_in(s: &str, prefix: &str, start: Option<i64>, end: Option<i64>) -> bool {
    part(s, start, end).is_some_and(|(part, _)| part.starts_with(prefix))
}

/// `s.endswith(suffix, start, end)`
pub fn ends_in(s: &str, suffix: &str, start: Option<i64>, end: Option<i64>) -> bool {
    part(s, start, end).is_some_and(|(part, _)| part.ends_with(suffix))
}

/// `s.replace(old, new, count)`
pub fn replace_some(s: &str, old: &str, new: &str, count: i64) -> String {
    let times = s.matches(old).count().min(limit(count));
    match times.checked_mul(new.len()) {
        Some(bytes) if bytes <= 1 << 32 => s.replacen(old, new, limit(count)),
        _ => guard("memory", ""),
    }
}

/// `s.split(None, maxsplit)`
pub fn split_words(s: &str, maxsplit: i64) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = s.trim_start_matches(is_space);
    while !rest.is_empty() {
        let end = rest.find(is_space).unwrap_or(rest.len());
        if words.len() == limit(maxsplit) {
            words.push(rest.to_string());
            break;
        }
        words.push(rest[..end].to_string());
        rest = rest[end..].trim_start_matches(is_space);
    }
    words
}

/// `s.rsplit(None, maxsplit)`
pub fn split_last_words(s: &str, maxsplit: i64) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = s.trim_end_matches(is_space);
    while !rest.is_empty() {
        let start = rest.char_indices().rev().find(|(_, c)| is_space(*c)).map_or(0, |(at, c)| at + c.len_utf8());
        if words.len() == limit(maxsplit) {
            words.push(rest.to_string());
            break;
        }
        words.push(rest[start..].to_string());
        rest = rest[..start].trim_end_matches(is_space);
    }
    words.reverse();
    words
}

/// `s.split(separator, maxsplit)`
pub fn split_parts(s: &str, separator: &str, maxsplit: i64) -> Result<Vec<String>, Exception> {
    checked(separator)?;
    Ok(s.splitn(limit(maxsplit).saturating_add(1), separator).map(str::to_string).collect())
}

/// `s.rsplit(separator, maxsplit)`
pub fn split_last_parts(s: &str, separator: &str, maxsplit: i64) -> Result<Vec<String>, Exception> {
    checked(separator)?;
    let mut parts: Vec<String> =
        s.rsplitn(limit(maxsplit).saturating_add(1), separator).map(str::to_string).collect();
    parts.reverse();
    Ok(parts)
}

/// `s.partition(separator)`
pub fn partition(s: &str, separator: &str) -> Result<(String, String, String), Exception> {
    checked(separator)?;
    let cut = s.split_once(separator);
    Ok(cut.map_or_else(
        || (s.to_string(), String::new(), String::new()),
        |(before, after)| (before.to_string(), separator.to_string(), after.to_string()),
    ))
}

/// `s.rpartition(separator)`
pub fn partition_last(s: &str, separator: &str) -> Result<(String, String, String), Exception> {
    checked(separator)?;
    let cut = s.rsplit_once(separator);
    Ok(cut.map_or_else(
        || (String::new(), String::new(), s.to_string()),
        |(before, after)| (before.to_string(), separator.to_string(), after.to_string()),
    ))
}

/// `s.splitlines(keepends)`
pub fn split_lines(s: &str, keepends: bool) -> Vec<String> {
    let ends = |c: char| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut lines = Vec::new();
    let mut rest = s;
    while !rest.is_empty() {
        let end = rest.find(ends).unwrap_or(rest.len());
        let after = &rest[end..];
        let skipped = if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        lines.push(rest[..if keepends { end + skipped } else { end }].to_string());
        rest = &after[skipped..];
    }
    lines
}

/// `s.removeprefix(prefix)`
pub fn without_prefix(s: &str, prefix: &str) -> String {
    s.strip_prefix(prefix).unwrap_or(s).to_string()
}

/// `s.removesuffix(suffix)`
pub fn without_suffix(s: &str, suffix: &str) -> String {
    s.strip_suffix(suffix).unwrap_or(s).to_string()
}
