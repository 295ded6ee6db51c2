//! `math` on integers.

use super::exception::{Exception, VALUE_ERROR};
use super::guard::guard;
use super::int::gcd;

fn negative(message: &str) -> Exception {
    Exception::new(&VALUE_ERROR, message)
}

/// What does not fit into 64 bits declines.
fn fitting(value: u128) -> i64 {
    i64::try_from(value).unwrap_or_else(|_| guard("int_overflow", ""))
}

/// `math.gcd(*integers)`
pub fn gcd_of(integers: &[i64]) -> i64 {
    integers.iter().fold(0, |result, n| gcd(result, *n))
}

/// `math.lcm(*integers)`
pub fn lcm_of(integers: &[i64]) -> i64 {
    let step = |result: i64, n: &i64| match (result, *n) {
        (0, _) | (_, 0) => 0,
        (a, b) => fitting(u128::from((a / gcd(a, b)).unsigned_abs()) * u128::from(b.unsigned_abs())),
    };
    integers.iter().fold(1, step)
}

/// `math.comb(n, k)`
pub fn comb(n: i64, k: i64) -> Result<i64, Exception> {
    if n < 0 {
        return Err(negative("n must be a non-negative integer"));
    }
    if k < 0 {
        return Err(negative("k must be a non-negative integer"));
    }
    if k > n {
        return Ok(0);
    }
    let ways = (0..k.min(n - k) as u128).fold(1, |ways, at| fitting(ways as u128 * (n as u128 - at) / (at + 1)));
    Ok(ways)
}

/// `math.perm(n, k)`
pub fn perm(n: i64, k: Option<i64>) -> Result<i64, Exception> {
    let Some(k) = k else { return factorial(n) };
    if n < 0 {
        return Err(negative("n must be a non-negative integer"));
    }
    if k < 0 {
        return Err(negative("k must be a non-negative integer"));
    }
    if k > n {
        return Ok(0);
    }
    Ok((0..k).fold(1, |ways: i64, at| fitting(ways as u128 * (n - at) as u128)))
}

/// `math.factorial(n)`
pub fn factorial(n: i64) -> Result<i64, Exception> {
    if n < 0 {
        return Err(negative("factorial() not defined for negative values"));
    }
    Ok((2..=n).fold(1, |product: i64, factor| fitting(product as u128 * factor as u128)))
}

/// `math.isqrt(n)`
pub fn root(n: i64) -> Result<i64, Exception> {
    match u64::try_from(n) {
        Ok(n) => Ok(n.isqrt() as i64),
        Err(_) => Err(negative("isqrt() argument must be nonnegative")),
    }
}

/// `math.prod(values, start=start)` of integers.
pub fn product(values: &[i64], start: i64) -> i64 {
    let step = |result: i64, value: &i64| result.checked_mul(*value).unwrap_or_else(|| guard("int_overflow", ""));
    values.iter().fold(start, step)
}

/// `n.bit_count()`
pub fn bit_count(n: i64) -> i64 {
    i64::from(n.unsigned_abs().count_ones())
}

/// The integer itself: `n.conjugate()`, `math.trunc(n)`.
pub fn itself(n: i64) -> i64 {
    n
}

/// `n.as_integer_ratio()`
pub fn as_ratio(n: i64) -> (i64, i64) {
    (n, 1)
}

/// `round(n, digits)`: to a power of ten, halves to an even one.
pub fn round_to(n: i64, digits: i64) -> i64 {
    if digits >= 0 {
        return n;
    }
    if digits < -19 {
        return 0;
    }
    let unit = 10i128.pow(digits.unsigned_abs() as u32);
    let (quotient, rest) = (i128::from(n).div_euclid(unit), i128::from(n).rem_euclid(unit));
    let up = 2 * rest > unit || 2 * rest == unit && quotient % 2 != 0;
    let rounded = (quotient + i128::from(up)) * unit;
    i64::try_from(rounded).unwrap_or_else(|_| guard("int_overflow", ""))
}
