//! How far a sampled share may be from the truth.
//!
//! Samples of one long call are alike, so `n` samples tell less than `n` throws of a coin. For a function that is on
//! or off the stack, the rows of successive equal samples give the correlation of neighbours, `r`; the *design effect*
//! `(1 + r) / (1 - r)` says by how much the variance grows (Kish, *Survey Sampling*, for the term; a two-state Markov
//! chain for the value). The interval is Wilson's, with `n` divided by it.

use serde::{Deserialize, Serialize};

/// Two-sided 95 % of a normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A measured share between 0 and 1 with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Factor by which the dependence of neighbouring samples widens the variance; 1 if they were independent.
    pub design_effect: f64,
}

impl Interval {
    /// A share that was not sampled: every call was traced.
    pub fn exact(share: f64) -> Interval {
        Interval { value: share, low: share, high: share, design_effect: 1.0 }
    }

    /// The interval of `share`, estimated from `samples` samples in which the function was present in `spells`
    /// unbroken rows.
    pub fn of_share(share: f64, samples: u64, spells: u64) -> Interval {
        let share = share.clamp(0.0, 1.0);
        if samples == 0 {
            return Interval { value: share, low: 0.0, high: 1.0, design_effect: 1.0 };
        }
        let design_effect = design_effect(share, samples as f64, spells as f64);
        let n = samples as f64 / design_effect;
        let z2 = Z * Z;
        let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        let (low, high) = ((centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0));
        Interval { value: share, low, high, design_effect }
    }

    /// Half the width of the interval.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// `(1 + r) / (1 - r)` with the correlation `r` of neighbours in a two-state chain, at least 1.
fn design_effect(share: f64, samples: f64, spells: f64) -> f64 {
    let variance = share * (1.0 - share);
    if variance <= 0.0 || spells <= 0.0 {
        return 1.0;
    }
    let correlation = (1.0 - spells / (samples * variance)).clamp(0.0, 0.999);
    (1.0 + correlation) / (1.0 - correlation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn independent_samples_give_the_binomial_interval() {
        // 2,500 expected rows at share one half: neighbours are independent.
        let interval = Interval::of_share(0.5, 10_000, 2_500);
        assert!((interval.design_effect - 1.0).abs() < 1e-9);
        assert!((interval.half_width() - 0.0098).abs() < 1e-4, "{interval:?}");
    }

    #[test]
    fn long_calls_widen_the_interval() {
        let short = Interval::of_share(0.3, 6_000, 1_260);
        let long = Interval::of_share(0.3, 6_000, 60);
        assert!(long.design_effect > 30.0);
        assert!(long.half_width() > 4.0 * short.half_width());
    }

    #[test]
    fn the_interval_holds_the_value_and_stays_within_bounds() {
        for share in [0.0, 1e-6, 0.01, 0.5, 0.999, 1.0, 7.0, f64::MIN] {
            for samples in [0, 1, 2, 100, u64::MAX] {
                let i = Interval::of_share(share, samples, samples / 3);
                assert!(
                    0.0 <= i.low && i.low <= i.value && i.value <= i.high && i.high <= 1.0,
                    "{share} {samples} {i:?}"
                );
            }
        }
    }
}
