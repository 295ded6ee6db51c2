//! Python's float operations where Rust's operators or formatting mean something else.

use super::exception::{Exception, OVERFLOW_ERROR, VALUE_ERROR, ZERO_DIVISION_ERROR};
use super::guard::guard;
use std::cell::Cell;
use std::cmp::Ordering;
use std::hint::black_box;

thread_local! {
    static SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// True where a float was put into text since the last time this was asked.
pub fn take_shown() -> bool {
    SHOWN.replace(false)
}

#[cold]
fn zero_division(message: &str) -> Exception {
    Exception::new(&ZERO_DIVISION_ERROR, message)
}

/// `a / b`
#[inline]
pub fn div(a: f64, b: f64) -> Result<f64, Exception> {
    if b == 0.0 { Err(zero_division("float division by zero")) } else { Ok(a / b) }
}

/// `a // b`
pub fn floor_div(a: f64, b: f64) -> Result<f64, Exception> {
    if b == 0.0 { Err(zero_division("float floor division by zero")) } else { Ok(quotient_and_rest(a, b).0) }
}

/// `a % b`
pub fn modulo(a: f64, b: f64) -> Result<f64, Exception> {
    if b == 0.0 { Err(zero_division("float modulo")) } else { Ok(quotient_and_rest(a, b).1) }
}

/// `divmod(a, b)`
pub fn div_mod(a: f64, b: f64) -> Result<(f64, f64), Exception> {
    if b == 0.0 { Err(zero_division("float divmod()")) } else { Ok(quotient_and_rest(a, b)) }
}

fn quotient_and_rest(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(a / b), rest);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

/// `base ** exponent`; where Python's answer is a complex number, declines.
pub fn pow(base: f64, exponent: f64) -> Result<f64, Exception> {
    if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent != exponent.floor() {
        guard("complex", "");
    }
    // The compiler would turn some exponents into other functions, which round differently.
    let power = base.powf(black_box(exponent));
    if power.is_infinite() && base.is_finite() && exponent.is_finite() {
        return Err(if base == 0.0 {
            zero_division("0.0 cannot be raised to a negative power")
        } else {
            Exception::new(&OVERFLOW_ERROR, "(34, 'Numerical result out of range')")
        });
    }
    Ok(power)
}

/// `math.sqrt(x)`
#[inline]
pub fn sqrt(x: f64) -> Result<f64, Exception> {
    if x < 0.0 { Err(Exception::new(&VALUE_ERROR, "math domain error")) } else { Ok(x.sqrt()) }
}

/// `int(x)`: truncates.
#[inline]
pub fn to_int(x: f64) -> Result<i64, Exception> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let whole = x.trunc();
    if (-LIMIT..LIMIT).contains(&whole) {
        return Ok(whole as i64);
    }
    Err(if x.is_nan() {
        Exception::new(&VALUE_ERROR, "cannot convert float NaN to integer")
    } else if x.is_infinite() {
        Exception::new(&OVERFLOW_ERROR, "cannot convert float infinity to integer")
    } else {
        guard("big_int", "")
    })
}

/// `math.floor(x)`
#[inline]
pub fn floor(x: f64) -> Result<i64, Exception> {
    to_int(x.floor())
}

/// `math.ceil(x)`
#[inline]
pub fn ceil(x: f64) -> Result<i64, Exception> {
    to_int(x.ceil())
}

/// `round(x)`: half to even.
#[inline]
pub fn round(x: f64) -> Result<i64, Exception> {
    to_int(x.round_ties_even())
}

/// `round(x, digits)`: the decimal of that many digits nearest to the exact value, half to even.
pub fn round_to(x: f64, digits: i64) -> f64 {
    if !x.is_finite() || digits > 323 {
        return x;
    }
    if digits < -308 {
        return 0.0 * x;
    }
    let rounded = match usize::try_from(digits) {
        Ok(digits) => format!("{x:.digits$}"),
        Err(_) => round_whole(x, digits.unsigned_abs() as usize),
    };
    match rounded.parse::<f64>() {
        Ok(value) if value.is_finite() => value,
        _ => guard("float_overflow", ""),
    }
}

/// The exact decimal expansion of `x`, rounded to a multiple of a power of ten, as text.
fn round_whole(x: f64, zeros: usize) -> String {
    let exact = format!("{:.1074}", x.abs());
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let whole = format!("{whole:0>width$}", width = zeros + 1);
    let (kept, rest) = whole.split_at(whole.len() - zeros);
    let half = format!("5{}", "0".repeat(zeros + fraction.len() - 1));
    let odd = kept.bytes().last().is_some_and(|digit| digit % 2 == 1);
    let up = match format!("{rest}{fraction}").cmp(&half) {
        Ordering::Less => false,
        Ordering::Equal => odd,
        Ordering::Greater => true,
    };
    let kept = if up { add_one(kept) } else { kept.to_string() };
    format!("{}{kept}e{zeros}", if x.is_sign_negative() { "-" } else { "" })
}

fn add_one(digits: &str) -> String {
    let nines = digits.bytes().rev().take_while(|digit| *digit == b'9').count();
    let (head, _) = digits.split_at(digits.len() - nines);
    let raised = match head.as_bytes().split_last() {
        Some((last, front)) => format!("{}{}", String::from_utf8_lossy(front), char::from(last + 1)),
        None => "1".to_string(),
    };
    raised + &"0".repeat(nines)
}

/// `str(x)`, which is also `repr(x)`: the shortest digits that read back as `x`.
pub fn repr(x: f64) -> String {
    SHOWN.set(true);
    if x.is_nan() {
        return "nan".to_string();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.to_string();
    }
    let scientific = shortest(x);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32) - exponent;
        let plain = format!("{x:.places$}", places = decimals.max(1) as usize);
        return if plain.parse() == Ok(x) { plain } else { format!("{x:?}") };
    }
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// The fewest digits that read back as `x`, in scientific form; of two that are as near, the even one, as in Python.
fn shortest(x: f64) -> String {
    let found = format!("{x:e}");
    let digits = found.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let even = format!("{x:.places$e}", places = digits - 1);
    if even.parse() == Ok(x) { even } else { found }
}

/// `float(text)`
pub fn parse(text: &str) -> Result<f64, Exception> {
    let trimmed = text.trim_matches(super::text::is_space);
    if trimmed.chars().any(|c| !c.is_ascii() && c.is_numeric()) {
        guard("unicode_digits", "");
    }
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = trimmed.as_bytes();
    let misplaced = |(at, byte): (usize, &u8)| {
        *byte == b'_' && !(digit(at.checked_sub(1).and_then(|at| bytes.get(at))) && digit(bytes.get(at + 1)))
    };
    let parsed = if bytes.iter().enumerate().any(misplaced) { None } else { trimmed.replace('_', "").parse().ok() };
    parsed.ok_or_else(|| {
        let message = format!("could not convert string to float: {}", super::repr::text_repr(text));
        Exception::new(&VALUE_ERROR, message)
    })
}

/// Compares an integer with a float exactly; `None` where the float is NaN.
pub fn compare_int(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b >= 9_223_372_036_854_775_808.0 {
        return Some(Ordering::Less);
    }
    if b < -9_223_372_036_854_775_808.0 {
        return Some(Ordering::Greater);
    }
    let whole = b.floor();
    Some(a.cmp(&(whole as i64)).then(if b > whole { Ordering::Less } else { Ordering::Equal }))
}

/// `x.is_integer()`
#[inline]
pub fn is_integer(x: f64) -> bool {
    x.is_finite() && x.floor() == x
}
