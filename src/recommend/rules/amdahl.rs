//! Rule 1: the whole gets no faster than its untouched rest allows. p under 5 % -> stay.
//!
//! The ceiling 1/(1-p+p/S) is always said, never S alone.

use super::super::case::Case;
use super::super::figures::{percent, times};
use super::super::opinion::{Effect, Opinion};

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let Some(share) = case.cpu_share() else { return Vec::new() };
    let least = case.policy.verdicts.minimum_share_percent / 100.0;
    let shown = percent(share);
    if share < least {
        let text = if case.measured.is_some() {
            format!("{shown} of the CPU: the program gets at most {} faster by it", times(1.0 / (1.0 - share)))
        } else {
            "it was not seen computing in this run".to_string()
        };
        let flip = format!("a workload in which it has {} of the CPU", percent(least));
        return vec![Opinion::new(1, Effect::Stay, text).flip(flip)];
    }
    let ceiling = times(1.0 / (1.0 - share.min(0.999)));
    vec![Opinion::new(1, Effect::Say, format!("{shown} of the CPU: the whole can get at most {ceiling} faster by it"))]
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::judge;

    #[test]
    fn small_shares_stay() {
        assert!(stays(&judge(&World::new(|_| {}).share(0.04).case())));
        assert!(!stays(&judge(&World::new(|_| {}).share(0.06).case())));
    }

    #[test]
    fn the_ceiling_is_said() {
        assert!(says(&judge(&World::new(|_| {}).share(0.35).case()), "at most 1.54x"));
    }

    #[test]
    fn nothing_measured_nothing_said() {
        assert!(judge(&World::new(|_| {}).case()).is_empty());
    }
}
