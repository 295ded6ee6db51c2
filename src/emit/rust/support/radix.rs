//! Integers as text in other bases than ten.

use super::exception::{Exception, VALUE_ERROR};
use super::guard::guard;

fn signed(n: i64, digits: String) -> String {
    if n < 0 { format!("-{digits}") } else { digits }
}

/// `bin(n)`
pub fn bin(n: i64) -> String {
    signed(n, format!("{:#b}", n.unsigned_abs()))
}

/// `oct(n)`
pub fn oct(n: i64) -> String {
    signed(n, format!("{:#o}", n.unsigned_abs()))
}

/// `hex(n)`
pub fn hex(n: i64) -> String {
    signed(n, format!("{:#x}", n.unsigned_abs()))
}

/// `int(text, base)`
pub fn parse(text: &str, base: i64) -> Result<i64, Exception> {
    if base != 0 && !(2..=36).contains(&base) {
        return Err(Exception::new(&VALUE_ERROR, "int() base must be >= 2 and <= 36, or 0"));
    }
    let trimmed = text.trim_matches(super::text::is_space);
    if trimmed.chars().any(|c| !c.is_ascii() && c.is_numeric()) {
        guard("unicode_digits", "");
    }
    let (negative, unsigned) = match trimmed.as_bytes().first() {
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    magnitude(unsigned, base)
        .map(|value| within(value, negative))
        .ok_or_else(|| super::int::invalid_literal(text, base))
}

fn within(value: Option<u64>, negative: bool) -> i64 {
    let signed = value.map(i128::from).map(|value| if negative { -value } else { value });
    signed.and_then(|value| i64::try_from(value).ok()).unwrap_or_else(|| guard("big_int", ""))
}

/// The value of digits, `None` inside where it is beyond 64 bits, `None` outside where they are not well-formed.
fn magnitude(digits: &str, base: i64) -> Option<Option<u64>> {
    let prefix = digits.get(..2).map(str::to_ascii_lowercase);
    let named = match prefix.as_deref() {
        Some("0b") => 2,
        Some("0o") => 8,
        Some("0x") => 16,
        _ => 0,
    };
    let prefixed = named != 0 && (base == 0 || base == named);
    let rest = if prefixed { &digits[2..] } else { digits };
    let rest = if prefixed { rest.strip_prefix('_').unwrap_or(rest) } else { rest };
    let radix = if base != 0 { base } else if prefixed { named } else { 10 };
    let radix = u32::try_from(radix).unwrap_or(10);
    if rest.split('_').any(|part| part.is_empty() || !part.chars().all(|c| c.is_digit(radix))) {
        return None;
    }
    let plain = rest.replace('_', "");
    if base == 0 && !prefixed && plain.starts_with('0') && !plain.trim_start_matches('0').is_empty() {
        return None;
    }
    Some(u64::from_str_radix(&plain, radix).ok())
}
