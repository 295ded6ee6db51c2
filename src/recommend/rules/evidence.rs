//! Rule 16: n identical calls without a difference leave a failure rate under 3/n at 95 %: 300 to merge, 3,000 for
//! shadow traffic, 30,000 for all of it. Compare Python with Python first, to know the noise.

use super::super::case::Case;
use super::super::opinion::{Effect, Opinion};

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let calls = case.policy.evidence.minimum_calls.max(1);
    let rate = 3.0 / f64::from(calls) * 100.0;
    let mut text = format!(
        "a translation counts as equal after {calls} calls without a difference: under {rate} % may then differ (95 %)"
    );
    if case.facts.is_some_and(|facts| facts.effects.unrepeatable) {
        text.push_str("; it reads the clock or random numbers, so Python is compared with itself first");
    }
    vec![Opinion::new(16, Effect::Say, text)]
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::judge;

    #[test]
    fn the_bound_follows_the_policy() {
        let mut world = World::new(|_| {});
        assert!(says(&judge(&world.case()), "1000 calls") && says(&judge(&world.case()), "under 0.3 %"));
        world.policy.evidence.minimum_calls = 300;
        assert!(says(&judge(&world.case()), "under 1 %"));
    }

    #[test]
    fn noise_is_measured_first() {
        assert!(says(&judge(&World::new(|f| f.effects.unrepeatable = true).case()), "compared with itself"));
    }
}
