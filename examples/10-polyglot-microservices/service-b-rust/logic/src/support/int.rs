//! Python's integer operations where Rust's operators mean something else.
//!
//! Integers are 64-bit. Sums and products use Rust's own operators with overflow checks on, so that an overflow
//! declines; division and remainder round toward minus infinity here, as in Python.

use super::exception::{Exception, VALUE_ERROR, ZERO_DIVISION_ERROR};
use super::guard::guard;
use super::repr::text_repr;

#[cold]
fn zero_division(message: &str) -> Exception {
    Exception::new(&ZERO_DIVISION_ERROR, message)
}

/// `a // b`
#[inline]
pub fn floor_div(a: i64, b: i64) -> Result<i64, Exception> {
    if b == 0 {
        return Err(zero_division("integer division or modulo by zero"));
    }
    Ok(floor_div_by(a, b))
}

/// `a // b` for a `b` that is not zero.
#[inline]
pub fn floor_div_by(a: i64, b: i64) -> i64 {
    let quotient = a / b;
    if a.wrapping_rem(b) != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// `a % b`
#[inline]
pub fn modulo(a: i64, b: i64) -> Result<i64, Exception> {
    if b == 0 {
        return Err(zero_division("integer modulo by zero"));
    }
    Ok(modulo_by(a, b))
}

/// `a % b` for a `b` that is not zero.
#[inline]
pub fn modulo_by(a: i64, b: i64) -> i64 {
    let remainder = a.wrapping_rem(b);
    if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
}

/// `divmod(a, b)`
#[inline]
pub fn div_mod(a: i64, b: i64) -> Result<(i64, i64), Exception> {
    Ok((floor_div(a, b)?, modulo(a, b)?))
}

/// `a / b`
#[inline]
pub fn true_div(a: i64, b: i64) -> Result<f64, Exception> {
    if b == 0 {
        return Err(zero_division("division by zero"));
    }
    Ok(ratio(a, b))
}

/// `a / b` for a `b` that is not zero: the quotient rounded once, also where an operand has more than 53 bits.
#[inline]
pub fn ratio(a: i64, b: i64) -> f64 {
    const EXACT: u64 = 1 << 53;
    if a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT { a as f64 / b as f64 } else { long_ratio(a, b) }
}

#[cold]
fn long_ratio(a: i64, b: i64) -> f64 {
    let (dividend, divisor) = (u128::from(a.unsigned_abs()), u128::from(b.unsigned_abs()));
    if dividend == 0 {
        return if b < 0 { -0.0 } else { 0.0 };
    }
    let bits = |n: u128| 128 - n.leading_zeros() as i32;
    let shift = 63 + bits(divisor) - bits(dividend);
    let scaled = dividend << shift;
    let sticky = u128::from(scaled % divisor != 0);
    let magnitude = ((scaled / divisor) | sticky) as f64 * 2f64.powi(-shift);
    if (a < 0) != (b < 0) { -magnitude } else { magnitude }
}

/// `base ** exponent`; a negative exponent declines, since Python's answer is a float.
#[inline]
pub fn pow(base: i64, exponent: i64) -> i64 {
    match base {
        _ if exponent < 0 => guard("negative_power", ""),
        0 | 1 => if exponent == 0 { 1 } else { base },
        -1 => if exponent % 2 == 0 { 1 } else { -1 },
        _ => u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent)).unwrap_or_else(|| guard("int_overflow", "")),
    }
}

/// `pow(base, exponent, modulus)`
pub fn pow_mod(base: i64, exponent: i64, modulus: i64) -> Result<i64, Exception> {
    if modulus == 0 {
        return Err(Exception::new(&VALUE_ERROR, "pow() 3rd argument cannot be 0"));
    }
    let wide = i128::from(modulus);
    let (mut base, mut exponent) = (i128::from(base).rem_euclid(wide.abs()), exponent);
    if exponent < 0 {
        base = inverse(base, wide.abs())?;
        exponent = exponent.checked_neg().unwrap_or_else(|| guard("int_overflow", ""));
    }
    let mut result = 1i128.rem_euclid(wide.abs());
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % wide.abs();
        }
        base = base * base % wide.abs();
        exponent >>= 1;
    }
    Ok(if result != 0 && wide < 0 { result + wide } else { result } as i64)
}

fn inverse(value: i128, modulus: i128) -> Result<i128, Exception> {
    let (mut r, mut next_r, mut t, mut next_t) = (modulus, value, 0, 1);
    while next_r != 0 {
        let quotient = r / next_r;
        (t, next_t) = (next_t, t - quotient * next_t);
        (r, next_r) = (next_r, r - quotient * next_r);
    }
    if r != 1 {
        return Err(Exception::new(&VALUE_ERROR, "base is not invertible for the given modulus"));
    }
    Ok(t.rem_euclid(modulus))
}

/// `a << count`
#[inline]
pub fn shift_left(a: i64, count: i64) -> Result<i64, Exception> {
    if count < 0 {
        return Err(Exception::new(&VALUE_ERROR, "negative shift count"));
    }
    if a == 0 {
        return Ok(0);
    }
    let shifted = if count < 63 { a << count } else { 0 };
    if count < 63 && shifted >> count == a { Ok(shifted) } else { guard("int_overflow", "") }
}

/// `a >> count`
#[inline]
pub fn shift_right(a: i64, count: i64) -> Result<i64, Exception> {
    if count < 0 {
        return Err(Exception::new(&VALUE_ERROR, "negative shift count"));
    }
    Ok(a >> count.min(63))
}

/// An integer that stands for a float from here on; beyond 2^53 it would be another number.
#[inline]
pub fn widen(n: i64) -> f64 {
    if n.unsigned_abs() <= 1 << 53 { n as f64 } else { guard("int_for_float", "") }
}

/// `n.bit_length()`
#[inline]
pub fn bit_length(n: i64) -> i64 {
    i64::from(64 - n.unsigned_abs().leading_zeros())
}

/// `math.gcd(a, b)`
pub fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a).unwrap_or_else(|_| guard("int_overflow", ""))
}

/// The error of `int(text, base)`; it shows no more than 200 characters.
pub fn invalid_literal(text: &str, base: i64) -> Exception {
    let shown: String = text_repr(text).chars().take(200).collect();
    Exception::new(&VALUE_ERROR, format!("invalid literal for int() with base {base}: {shown}"))
}

/// More digits CPython declines to read, with another message.
const MOST_DIGITS: usize = 4300;

/// `int(text)`
pub fn parse(text: &str) -> Result<i64, Exception> {
    let trimmed = text.trim_matches(super::text::is_space);
    let (negative, digits) = match trimmed.as_bytes().first() {
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    if digits.chars().any(|c| !c.is_ascii() && c.is_numeric()) {
        guard("unicode_digits", "");
    }
    if digits.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS {
        guard("big_int", "");
    }
    let well_formed = digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !well_formed {
        return Err(invalid_literal(text, 10));
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{}", digits.replace('_', "")).parse().or_else(|_| guard("big_int", ""))
}
