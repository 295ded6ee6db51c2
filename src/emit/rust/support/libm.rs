//! `math` on floats, as the platform's libm computes it: CPython calls the same functions.

use super::exception::{Exception, OVERFLOW_ERROR, VALUE_ERROR, ZERO_DIVISION_ERROR};

fn domain() -> Exception {
    Exception::new(&VALUE_ERROR, "math domain error")
}

fn range() -> Exception {
    Exception::new(&OVERFLOW_ERROR, "math range error")
}

/// A result that is no number only where the operand is none.
fn defined(x: f64, result: f64) -> Result<f64, Exception> {
    if result.is_nan() && !x.is_nan() { Err(domain()) } else { Ok(result) }
}

/// A result that is infinite only where the operand is.
fn bounded(x: f64, result: f64) -> Result<f64, Exception> {
    if result.is_infinite() && x.is_finite() { Err(range()) } else { defined(x, result) }
}

/// `math.sin(x)`
pub fn sin(x: f64) -> Result<f64, Exception> {
    defined(x, x.sin())
}

/// `math.cos(x)`
pub fn cos(x: f64) -> Result<f64, Exception> {
    defined(x, x.cos())
}

/// `math.tan(x)`
pub fn tan(x: f64) -> Result<f64, Exception> {
    defined(x, x.tan())
}

/// `math.asin(x)`
pub fn asin(x: f64) -> Result<f64, Exception> {
    defined(x, x.asin())
}

/// `math.acos(x)`
pub fn acos(x: f64) -> Result<f64, Exception> {
    defined(x, x.acos())
}

/// `math.atan(x)`
pub fn atan(x: f64) -> f64 {
    x.atan()
}

/// `math.atan2(y, x)`
pub fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

/// `math.sinh(x)`
pub fn sinh(x: f64) -> Result<f64, Exception> {
    bounded(x, x.sinh())
}

/// `math.cosh(x)`
pub fn cosh(x: f64) -> Result<f64, Exception> {
    bounded(x, x.cosh())
}

/// `math.tanh(x)`
pub fn tanh(x: f64) -> f64 {
    x.tanh()
}

/// `math.exp(x)`
pub fn exp(x: f64) -> Result<f64, Exception> {
    bounded(x, x.exp())
}

/// `math.expm1(x)`
pub fn expm1(x: f64) -> Result<f64, Exception> {
    bounded(x, x.exp_m1())
}

/// A logarithm of what is above zero.
fn logarithm(x: f64, of: impl Fn(f64) -> f64) -> Result<f64, Exception> {
    match x {
        x if x.is_nan() || x == f64::INFINITY => Ok(x),
        x if x > 0.0 => Ok(of(x)),
        _ => Err(domain()),
    }
}

/// `math.log(x)`
pub fn log(x: f64) -> Result<f64, Exception> {
    logarithm(x, f64::ln)
}

/// `math.log(x, base)`
pub fn log_to(x: f64, base: f64) -> Result<f64, Exception> {
    let (number, unit) = (log(x)?, log(base)?);
    if unit == 0.0 {
        return Err(Exception::new(&ZERO_DIVISION_ERROR, "float division by zero"));
    }
    Ok(number / unit)
}

/// `math.log2(x)`
pub fn log2(x: f64) -> Result<f64, Exception> {
    logarithm(x, f64::log2)
}

/// `math.log10(x)`
pub fn log10(x: f64) -> Result<f64, Exception> {
    logarithm(x, f64::log10)
}

/// `math.log1p(x)`
pub fn log1p(x: f64) -> Result<f64, Exception> {
    let result = if x == 0.0 { x } else { x.ln_1p() };
    if result.is_infinite() && x.is_finite() { Err(domain()) } else { defined(x, result) }
}

/// `math.pow(x, y)`
pub fn pow(x: f64, y: f64) -> Result<f64, Exception> {
    let result = x.powf(y);
    if !x.is_finite() || !y.is_finite() || result.is_finite() {
        return Ok(result);
    }
    Err(if result.is_nan() || x == 0.0 { domain() } else { range() })
}
