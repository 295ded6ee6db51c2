//! Classes of characters and letter case beyond ASCII.
//!
//! What a character is depends on the version of Unicode; so only characters that all versions agree on are answered
//! for, and among them only those whose case is one character. For all others the call declines.

use super::guard::guard;

/// True for characters that have been the same in every version of Unicode, and whose case does not depend on others.
fn is_settled(c: char) -> bool {
    matches!(c,
        '\0'..='\u{19a}' | '\u{19c}'..='\u{24f}'
        | '\u{391}'..='\u{3a1}' | '\u{3a4}'..='\u{3a9}' | '\u{3b1}'..='\u{3c1}' | '\u{3c4}'..='\u{3c9}'
        | '\u{400}'..='\u{481}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20b5}'
        | '\u{2190}'..='\u{22ff}' | '\u{2500}'..='\u{257f}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fa5}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{ff01}'..='\u{ff5e}' | '\u{1f300}'..='\u{1f64f}')
}

fn settled(c: char) -> char {
    if is_settled(c) { c } else { guard("unicode_class", "") }
}

/// The one character that a mapping gives.
fn single(mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => c,
        _ => guard("unicode_case", ""),
    }
}

fn upper(c: char) -> char {
    if c.is_ascii() { c.to_ascii_uppercase() } else { single(settled(c).to_uppercase()) }
}

fn lower(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { single(settled(c).to_lowercase()) }
}

/// At the start of a word; digraphs have a form of their own there.
fn titled(c: char) -> char {
    if matches!(c, '\u{1c4}'..='\u{1cc}' | '\u{1f1}'..='\u{1f3}') { guard("unicode_case", "") } else { upper(c) }
}

fn is_cased(c: char) -> bool {
    settled(c).is_uppercase() || c.is_lowercase() || matches!(c, '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}')
}

/// True for letters that have got a partner of the other case since Unicode 14.
fn is_paired_late(c: char) -> bool {
    matches!(c, '\u{19b}' | '\u{264}' | '\u{a7d3}' | '\u{a7d5}') || super::unicode::known(c) != c
}

fn checked(s: &str) -> &str {
    if s.chars().any(is_paired_late) { guard("unicode_version", "") } else { s }
}

/// `s.upper()`
pub fn to_upper(s: &str) -> String {
    if s.is_ascii() { s.to_ascii_uppercase() } else { checked(s).to_uppercase() }
}

/// `s.lower()`
pub fn to_lower(s: &str) -> String {
    if s.is_ascii() { s.to_ascii_lowercase() } else { checked(s).to_lowercase() }
}

/// `s.title()`
pub fn title(s: &str) -> String {
    let mut inside = false;
    s.chars()
        .map(|c| {
            let mapped = if inside { lower(c) } else { titled(c) };
            inside = is_cased(c);
            mapped
        })
        .collect()
}

/// `s.capitalize()`
pub fn capitalize(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map(titled).into_iter().chain(chars.map(lower)).collect()
}

/// `s.swapcase()`
pub fn swap(s: &str) -> String {
    s.chars()
        .map(|c| match settled(c) {
            c if c.is_uppercase() => lower(c),
            c if c.is_lowercase() => upper(c),
            c => c,
        })
        .collect()
}

/// `s.casefold()`
pub fn fold(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            'ß' | 'µ' | '\u{149}' | '\u{17f}' | '\u{1f0}' => guard("unicode_case", ""),
            c => lower(c),
        })
        .collect()
}

/// `s.isupper()`
pub fn is_upper(s: &str) -> bool {
    s.chars().any(|c| settled(c).is_uppercase())
        && s.chars().all(|c| settled(c).is_uppercase() || !is_cased(c))
}

/// `s.islower()`
pub fn is_lower(s: &str) -> bool {
    s.chars().any(|c| settled(c).is_lowercase())
        && s.chars().all(|c| settled(c).is_lowercase() || !is_cased(c))
}

/// `s.istitle()`
pub fn is_title(s: &str) -> bool {
    let (mut inside, mut found) = (false, false);
    for c in s.chars() {
        let cased = is_cased(c);
        let starts = cased && !c.is_lowercase();
        if cased && starts == inside {
            return false;
        }
        (inside, found) = (cased, found || cased);
    }
    found
}

fn all(s: &str, test: impl Fn(char) -> bool) -> bool {
    !s.is_empty() && s.chars().all(|c| test(settled(c)))
}

fn is_decimal_digit(c: char) -> bool {
    c.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&c)
}

fn has_digit(c: char) -> bool {
    is_decimal_digit(c) || matches!(c, '²' | '³' | '¹')
}

/// `s.isalpha()`
pub fn is_alpha(s: &str) -> bool {
    all(s, char::is_alphabetic)
}

/// `s.isdigit()`
pub fn is_digit(s: &str) -> bool {
    all(s, has_digit)
}

/// `s.isdecimal()`
pub fn is_decimal(s: &str) -> bool {
    all(s, is_decimal_digit)
}

fn is_number(c: char) -> bool {
    match c {
        // Many ideographs are numbers.
        '\u{4e00}'..='\u{9fa5}' => guard("unicode_class", ""),
        c => has_digit(c) || matches!(c, '¼'..='¾'),
    }
}

/// `s.isnumeric()`
pub fn is_numeric(s: &str) -> bool {
    all(s, is_number)
}

/// `s.isalnum()`
pub fn is_alnum(s: &str) -> bool {
    all(s, |c| c.is_alphabetic() || has_digit(c) || is_number(c))
}

/// `s.isidentifier()`
pub fn is_identifier(s: &str) -> bool {
    if !s.is_ascii() {
        guard("unicode_class", "");
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !s.is_empty() && s.chars().all(word) && !s.starts_with(|c: char| c.is_ascii_digit())
}

/// `s.isprintable()`
pub fn is_printable(s: &str) -> bool {
    s.chars().all(super::repr::is_printable)
}

/// `s.isascii()`
pub fn is_ascii(s: &str) -> bool {
    s.is_ascii()
}
