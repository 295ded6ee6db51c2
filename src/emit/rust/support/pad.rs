//! Python's text methods that fill a width.

use super::exception::{Exception, TYPE_ERROR};
use super::guard::guard;
use super::text::len;

fn filled(fill: &str) -> Result<(), Exception> {
    match len(fill) {
        1 => Ok(()),
        _ => Err(Exception::new(&TYPE_ERROR, "The fill character must be exactly one character long")),
    }
}

fn padded(s: &str, fill: &str, before: i64, after: i64) -> String {
    if before.max(after) > 1 << 28 {
        guard("memory", "");
    }
    format!("{}{s}{}", fill.repeat(before.max(0) as usize), fill.repeat(after.max(0) as usize))
}

/// `s.center(width, fill)`: the odd one goes to the left where the width is odd.
pub fn center(s: &str, width: i64, fill: &str) -> Result<String, Exception> {
    filled(fill)?;
    let missing = width.saturating_sub(len(s)).max(0);
    let before = missing / 2 + (missing & width & 1);
    Ok(padded(s, fill, before, missing - before))
}

/// `s.ljust(width, fill)`
pub fn end(s: &str, width: i64, fill: &str) -> Result<String, Exception> {
    filled(fill)?;
    Ok(padded(s, fill, 0, width.saturating_sub(len(s))))
}

/// `s.rjust(width, fill)`
pub fn start(s: &str, width: i64, fill: &str) -> Result<String, Exception> {
    filled(fill)?;
    Ok(padded(s, fill, width.saturating_sub(len(s)), 0))
}

/// `s.expandtabs(size)`
pub fn expand_tabs(s: &str, size: i64) -> String {
    let mut out = String::with_capacity(s.len());
    let mut column = 0;
    for c in s.chars() {
        match c {
            '\t' => {
                let count = if size > 0 { size - column % size } else { 0 };
                if count > 1 << 20 {
                    guard("memory", "");
                }
                out.extend(std::iter::repeat_n(' ', count as usize));
                column += count;
            }
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            _ => {
                out.push(c);
                column += 1;
            }
        }
    }
    out
}
