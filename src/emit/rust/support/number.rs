//! Numbers that are an int or a float and remember which: what a variable is that begins as `0` and grows by floats.

use super::exception::Exception;
use super::float;
use super::guard::guard;
use super::int;
use super::repr::Repr;
use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// An int or a float.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A Python int.
    Int(i64),
    /// A Python float.
    Float(f64),
}

use Number::{Float, Int};

impl Number {
    /// `float(self)`
    #[inline]
    pub fn to_float(self) -> f64 {
        match self {
            Int(n) => n as f64,
            Float(x) => x,
        }
    }

    /// `abs(self)`
    pub fn abs(self) -> Number {
        match self {
            Int(n) => Int(n.checked_abs().unwrap_or_else(|| guard("int_overflow", ""))),
            Float(x) => Float(x.abs()),
        }
    }
}

/// `a / b`
pub fn div(a: Number, b: Number) -> Result<f64, Exception> {
    match (a, b) {
        (Int(a), Int(b)) => int::true_div(a, b),
        _ => float::div(a.to_float(), b.to_float()),
    }
}

/// `a // b`
pub fn floor_div(a: Number, b: Number) -> Result<Number, Exception> {
    match (a, b) {
        (Int(i64::MIN), Int(-1)) => guard("int_overflow", ""),
        (Int(a), Int(b)) => int::floor_div(a, b).map(Int),
        _ => float::floor_div(a.to_float(), b.to_float()).map(Float),
    }
}

/// `a % b`
pub fn modulo(a: Number, b: Number) -> Result<Number, Exception> {
    match (a, b) {
        (Int(a), Int(b)) => int::modulo(a, b).map(Int),
        _ => float::modulo(a.to_float(), b.to_float()).map(Float),
    }
}

/// `a ** b`: of ints an int, or a float where the exponent is negative.
pub fn pow(a: Number, b: Number) -> Result<Number, Exception> {
    match (a, b) {
        (Int(a), Int(b)) if b >= 0 => Ok(Int(int::pow(a, b))),
        _ => float::pow(a.to_float(), b.to_float()).map(Float),
    }
}

/// `int(x)`
pub fn to_int(x: Number) -> Result<i64, Exception> {
    match x {
        Int(n) => Ok(n),
        Float(x) => float::to_int(x),
    }
}

/// `round(x)`
pub fn round(x: Number) -> Result<i64, Exception> {
    match x {
        Int(n) => Ok(n),
        Float(x) => float::round(x),
    }
}

/// A float that stands for a number from here on: for an int beyond 2^53 it would be another one.
pub fn widen(x: Number) -> f64 {
    match x {
        Int(n) => int::widen(n),
        Float(x) => x,
    }
}

impl Number {
    /// `isinstance(x, int)`
    pub fn is_int(self) -> bool {
        matches!(self, Int(_))
    }
}

impl Add for Number {
    type Output = Number;

    #[inline]
    fn add(self, other: Number) -> Number {
        match (self, other) {
            (Int(a), Int(b)) => Int(a + b),
            _ => Float(self.to_float() + other.to_float()),
        }
    }
}

impl AddAssign for Number {
    #[inline]
    fn add_assign(&mut self, other: Number) {
        *self = *self + other;
    }
}

impl Sub for Number {
    type Output = Number;

    #[inline]
    fn sub(self, other: Number) -> Number {
        match (self, other) {
            (Int(a), Int(b)) => Int(a - b),
            _ => Float(self.to_float() - other.to_float()),
        }
    }
}

impl Mul for Number {
    type Output = Number;

    #[inline]
    fn mul(self, other: Number) -> Number {
        match (self, other) {
            (Int(a), Int(b)) => Int(a * b),
            _ => Float(self.to_float() * other.to_float()),
        }
    }
}

impl Neg for Number {
    type Output = Number;

    #[inline]
    fn neg(self) -> Number {
        match self {
            Int(n) => Int(-n),
            Float(x) => Float(-x),
        }
    }
}

impl PartialEq for Number {
    #[inline]
    fn eq(&self, other: &Number) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

/// Exact also between an int and a float.
impl PartialOrd for Number {
    #[inline]
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        match (*self, *other) {
            (Int(a), Int(b)) => Some(a.cmp(&b)),
            (Float(a), Float(b)) => a.partial_cmp(&b),
            (Int(a), Float(b)) => float::compare_int(a, b),
            (Float(a), Int(b)) => float::compare_int(b, a).map(Ordering::reverse),
        }
    }
}

impl Repr for Number {
    fn repr(&self) -> String {
        match self {
            Int(n) => n.to_string(),
            Float(x) => float::repr(*x),
        }
    }
}
