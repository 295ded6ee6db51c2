//! The clock: real, or a steady one for comparisons.
//!
//! With `PIVOT_CLOCK` set to seconds since 1970 the clock starts there, and every read advances it by 1/1024 s.

use super::guard::guard;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

static STEADY: LazyLock<Mutex<Option<f64>>> = LazyLock::new(|| Mutex::new(start()));

fn start() -> Option<f64> {
    std::env::var("PIVOT_CLOCK").ok()?.parse().ok()
}

/// `time.time()`
pub fn now() -> f64 {
    match STEADY.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        Some(next) => {
            let read = *next;
            *next += 1.0 / 1024.0;
            read
        }
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_nanos() as f64 * 1e-9),
    }
}

/// Puts a steady clock back to its start.
pub fn reset() {
    *STEADY.lock().unwrap_or_else(PoisonError::into_inner) = start();
}

/// Lets time pass on a steady clock.
pub fn advance(seconds: f64) {
    if let Some(next) = STEADY.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        *next += seconds;
    }
}

/// A time in UTC, written by a format of `%Y %m %d %H %M %S` and literals.
pub fn utc_format(seconds: f64, format: &str) -> String {
    let whole = whole_seconds(seconds);
    let (days, second) = (whole.div_euclid(86_400), whole.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    if !(1..=9999).contains(&year) {
        guard("date", "");
    }
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '%' { chars.next() } else { None }) {
            ('%', Some('Y')) => out.push_str(&year.to_string()),
            ('%', Some('m')) => out.push_str(&format!("{month:02}")),
            ('%', Some('d')) => out.push_str(&format!("{day:02}")),
            ('%', Some('H')) => out.push_str(&format!("{:02}", second / 3600)),
            ('%', Some('M')) => out.push_str(&format!("{:02}", second / 60 % 60)),
            ('%', Some('S')) => out.push_str(&format!("{:02}", second % 60)),
            ('%', Some('%')) => out.push('%'),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Seconds as `datetime` sees them: rounded to microseconds, half to even, then down to the second.
fn whole_seconds(seconds: f64) -> i64 {
    if !(-1e12..1e12).contains(&seconds) {
        guard("date", "");
    }
    let micros = (seconds.fract() * 1e6).round_ties_even();
    let carry = if micros >= 1e6 { 1 } else if micros < 0.0 { -1 } else { 0 };
    seconds.trunc() as i64 + carry
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}
