//! `math` on floats, where the result is determined to the last bit.

use super::exception::{Exception, OVERFLOW_ERROR, VALUE_ERROR};
use super::guard::guard;

fn domain() -> Exception {
    Exception::new(&VALUE_ERROR, "math domain error")
}

/// `x.conjugate()`
pub fn itself(x: f64) -> f64 {
    x
}

/// `math.copysign(x, y)`
pub fn copy_sign(x: f64, y: f64) -> f64 {
    x.copysign(y)
}

/// `math.fmod(x, y)`
pub fn fmod(x: f64, y: f64) -> Result<f64, Exception> {
    let rest = x % y;
    if rest.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain()) } else { Ok(rest) }
}

/// `math.remainder(x, y)`: to the nearest multiple, ties to an even one.
pub fn remainder(x: f64, y: f64) -> Result<f64, Exception> {
    if x.is_nan() || y.is_nan() {
        return Ok(if x.is_nan() { x } else { y });
    }
    if x.is_infinite() || y == 0.0 {
        return Err(domain());
    }
    if y.is_infinite() {
        return Ok(x);
    }
    let (size, unit) = (x.abs(), y.abs());
    let above = size % unit;
    let below = unit - above;
    let rest = if above < below {
        above
    } else if above > below {
        -below
    } else {
        above - 2.0 * ((0.5 * (size - above)) % unit)
    };
    Ok(1f64.copysign(x) * rest)
}

/// `math.modf(x)`: fraction and whole part.
pub fn modf(x: f64) -> (f64, f64) {
    if x.is_infinite() { (0f64.copysign(x), x) } else { (x.fract().copysign(x), x.trunc()) }
}

/// `math.frexp(x)`: a mantissa from 0.5 to 1 and a power of two.
pub fn frexp(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (scaled, shift) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(64), 64) } else { (x, 0) };
    let bits = scaled.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent - shift)
}

/// `math.ldexp(x, i)`
pub fn ldexp(x: f64, i: i64) -> Result<f64, Exception> {
    if x == 0.0 || !x.is_finite() {
        return Ok(x);
    }
    let (mantissa, exponent) = frexp(x);
    let exponent = exponent.saturating_add(i);
    if exponent > 1024 {
        return Err(Exception::new(&OVERFLOW_ERROR, "math range error"));
    }
    if exponent < -1080 {
        return Ok(0f64.copysign(x));
    }
    // Two steps: the first is exact, the second rounds once.
    let half = if exponent < -1000 { -1000 } else { exponent - 1 };
    Ok(mantissa * 2f64.powi(half as i32) * 2f64.powi((exponent - half) as i32))
}

/// `math.nextafter(x, y)`
pub fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return x + y;
    }
    if x == y {
        return y;
    }
    if y > x { x.next_up() } else { x.next_down() }
}

/// `math.ulp(x)`
pub fn ulp(x: f64) -> f64 {
    let size = x.abs();
    if !size.is_finite() {
        return size;
    }
    let above = size.next_up();
    if above.is_infinite() { size - size.next_down() } else { above - size }
}

/// `math.degrees(x)`
pub fn degrees(x: f64) -> f64 {
    x * (180.0 / std::f64::consts::PI)
}

/// `math.radians(x)`
pub fn radians(x: f64) -> f64 {
    x * (std::f64::consts::PI / 180.0)
}

/// `math.isclose(a, b, rel_tol=relative, abs_tol=absolute)`
pub fn is_close(a: f64, b: f64, relative: f64, absolute: f64) -> Result<bool, Exception> {
    if relative < 0.0 || absolute < 0.0 {
        return Err(Exception::new(&VALUE_ERROR, "tolerances must be non-negative"));
    }
    if a == b || a.is_infinite() || b.is_infinite() {
        return Ok(a == b);
    }
    let distance = (b - a).abs();
    Ok(distance <= (relative * b).abs() || distance <= (relative * a).abs() || distance <= absolute)
}

/// `math.fsum(values)`: the exact sum, rounded once.
pub fn exact_sum(values: &[f64]) -> Result<f64, Exception> {
    // The sum so far, as parts that do not overlap, smallest first.
    let mut parts: Vec<f64> = Vec::new();
    let (mut special, mut infinite) = (0.0, 0.0);
    for &value in values {
        let mut x = value;
        let mut kept = 0;
        for at in 0..parts.len() {
            let (large, small) = if x.abs() < parts[at].abs() { (parts[at], x) } else { (x, parts[at]) };
            x = large + small;
            let lost = small - (x - large);
            if lost != 0.0 {
                parts[kept] = lost;
                kept += 1;
            }
        }
        parts.truncate(kept);
        if x.is_finite() {
            if x != 0.0 {
                parts.push(x);
            }
        } else if value.is_finite() {
            return Err(Exception::new(&OVERFLOW_ERROR, "intermediate overflow in fsum"));
        } else {
            infinite += if value.is_infinite() { value } else { 0.0 };
            special += value;
            parts.clear();
        }
    }
    if special != 0.0 {
        return if infinite.is_nan() { Err(Exception::new(&VALUE_ERROR, "-inf + inf in fsum")) } else { Ok(special) };
    }
    Ok(rounded_sum(parts))
}

fn rounded_sum(mut parts: Vec<f64>) -> f64 {
    let Some(mut total) = parts.pop() else { return 0.0 };
    while let Some(small) = parts.pop() {
        let large = total;
        total = large + small;
        let lost = small - (total - large);
        if lost == 0.0 {
            continue;
        }
        // Halfway cases are decided by what is below.
        if parts.last().is_some_and(|next| (lost < 0.0) == (*next < 0.0) && *next != 0.0) {
            let twice = lost * 2.0;
            let other = total + twice;
            if other - total == twice {
                total = other;
            }
        }
        break;
    }
    total
}

/// `math.hypot(*coordinates)`
pub fn hypot(coordinates: &[f64]) -> f64 {
    norm(coordinates.iter().map(|x| x.abs()).collect())
}

/// `math.dist(p, q)`
pub fn dist(p: &[f64], q: &[f64]) -> Result<f64, Exception> {
    if p.len() != q.len() {
        return Err(Exception::new(&VALUE_ERROR, "both points must have the same number of dimensions"));
    }
    Ok(norm(p.iter().zip(q).map(|(a, b)| (a - b).abs()).collect()))
}

/// A sum that keeps what its additions round away.
struct Compensated {
    total: f64,
    lost: [f64; 3],
}

impl Compensated {
    fn add(&mut self, x: f64, part: usize) {
        let before = self.total;
        self.total += x;
        self.lost[part] += (before - self.total) + x;
    }

    fn value(&self) -> f64 {
        self.total - 1.0 + (self.lost[0] + self.lost[1] + self.lost[2])
    }
}

/// Two halves of a float whose products are exact.
fn halves(x: f64) -> (f64, f64) {
    let scaled = x * 134_217_729.0;
    let high = scaled - (scaled - x);
    (high, x - high)
}

/// The length of a vector of absolute values, as CPython 3.11 computes it.
fn norm(vector: Vec<f64>) -> f64 {
    let largest = vector.iter().copied().fold(0.0, |best, x| if x > best { x } else { best });
    if largest.is_infinite() {
        return largest;
    }
    if vector.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || vector.len() <= 1 {
        return largest;
    }
    let exponent = frexp(largest).1;
    let mut sum = Compensated { total: 1.0, lost: [0.0; 3] };
    if exponent < -1023 {
        vector.iter().map(|x| x / largest).for_each(|x| sum.add(x * x, 0));
        return largest * (sum.total - 1.0 + sum.lost[0]).sqrt();
    }
    let scale = 2f64.powi(-(exponent.min(1023) as i32)) * if exponent > 1023 { 0.5 } else { 1.0 };
    for x in &vector {
        let (high, low) = halves(x * scale);
        sum.add(high * high, 0);
        sum.add(2.0 * high * low, 1);
        sum.lost[2] += low * low;
    }
    let first = sum.value().sqrt();
    let (high, low) = halves(first);
    sum.add(-high * high, 0);
    sum.add(-2.0 * high * low, 1);
    sum.add(-low * low, 2);
    (first + sum.value() / (2.0 * first)) / scale
}

/// `x.as_integer_ratio()`
pub fn as_ratio(x: f64) -> Result<(i64, i64), Exception> {
    if x.is_nan() {
        return Err(Exception::new(&VALUE_ERROR, "cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(Exception::new(&OVERFLOW_ERROR, "cannot convert Infinity to integer ratio"));
    }
    let (mantissa, exponent) = frexp(x);
    let whole = (mantissa * 2f64.powi(53)) as i64;
    let zeros = if whole == 0 { 53 } else { i64::from(whole.trailing_zeros()) };
    let (whole, exponent) = (whole >> zeros.min(62), exponent - 53 + zeros);
    let shifted = |n: i64, by: i64| {
        let power = u32::try_from(by).ok().and_then(|by| 1i64.checked_shl(by)).filter(|power| *power > 0);
        power.and_then(|power| n.checked_mul(power)).unwrap_or_else(|| guard("int_overflow", ""))
    };
    match whole {
        0 => Ok((0, 1)),
        _ if exponent >= 0 => Ok((shifted(whole, exponent), 1)),
        _ => Ok((whole, shifted(1, -exponent))),
    }
}

/// `x.hex()`
pub fn hex(x: f64) -> String {
    if !x.is_finite() {
        return super::float::repr(x);
    }
    let bits = x.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    let sign = if x.is_sign_negative() { "-" } else { "" };
    match (exponent, fraction) {
        (0, 0) => format!("{sign}0x0.0p+0"),
        (0, _) => format!("{sign}0x0.{fraction:013x}p-1022"),
        _ => format!("{sign}0x1.{fraction:013x}p{:+}", exponent - 1023),
    }
}
