//! Numbers that say where they come from.

use serde::Serialize;

/// A number with its origin: nothing is printed without one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Where it comes from.
    pub origin: Origin,
    /// On what it was measured, from what it was estimated, or which bound it is.
    pub from: String,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Seen in a run.
    Measured,
    /// Worked out from something else.
    Estimated,
    /// It cannot be more, or less.
    Bound,
}

impl Figure {
    /// Seen in a run.
    pub fn measured(value: f64, from: impl Into<String>) -> Figure {
        Figure { value, origin: Origin::Measured, from: from.into() }
    }

    /// Worked out.
    pub fn estimated(value: f64, from: impl Into<String>) -> Figure {
        Figure { value, origin: Origin::Estimated, from: from.into() }
    }

    /// A bound.
    pub fn bound(value: f64, from: impl Into<String>) -> Figure {
        Figure { value, origin: Origin::Bound, from: from.into() }
    }

    /// True where a run showed it.
    pub fn is_measured(&self) -> bool {
        self.origin == Origin::Measured
    }
}

/// From the least to the most that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

impl Range {
    /// From `low` to `high`.
    pub const fn new(low: f64, high: f64) -> Range {
        Range { low, high }
    }

    /// Both ends through a function that does not fall.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Range {
        Range { low: change(self.low), high: change(self.high) }
    }
}

/// `34 %`, `4.8 %`, `5 %`
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    let text = if value.abs() < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

/// Microseconds in the unit that reads best: `1.7 us`, `46 ms`, `2.1 s`.
pub fn duration(us: f64) -> String {
    let (value, unit) = match us {
        us if us < 1_000.0 => (us, "us"),
        us if us < 1_000_000.0 => (us / 1_000.0, "ms"),
        us => (us / 1_000_000.0, "s"),
    };
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// `1.05x`, `3.4x`, `46x`
pub fn times(factor: f64) -> String {
    match factor {
        factor if factor < 0.095 => format!("{factor:.3}x"),
        factor if factor < 1.995 => format!("{factor:.2}x"),
        factor if factor < 9.95 => format!("{factor:.1}x"),
        factor => format!("{factor:.0}x"),
    }
}

/// `1.2x to 3.4x`; one number where both ends read the same.
pub fn times_range(range: Range) -> String {
    let (low, high) = (times(range.low), times(range.high));
    if low == high { low } else { format!("{low} to {high}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!((percent(0.345), percent(0.004), percent(0.0)), ("34 %".into(), "0.4 %".into(), "0 %".into()));
        assert_eq!((duration(1.72), duration(45_973.0)), ("1.7 us".into(), "46 ms".into()));
        assert_eq!(duration(2_100_000.0), "2.1 s");
        assert_eq!((percent(0.0476), percent(0.05), percent(0.0999)), ("4.8 %".into(), "5 %".into(), "10 %".into()));
        assert_eq!(times_range(Range::new(1.308, 1.312)), "1.31x");
        assert_eq!(times_range(Range::new(1.5, 40.0)), "1.50x to 40x");
        assert_eq!((times(0.0048), times(3.44)), ("0.005x".into(), "3.4x".into()));
    }
}
