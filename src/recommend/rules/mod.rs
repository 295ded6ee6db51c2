//! The sixteen rules that a verdict rests on, one file each: what it says, the figures, a test.
//!
//! A rule looks at a [`Case`] and gives opinions; it knows nothing of the other rules. The ladder weighs them.
//! T is the Python time of a call, p the share of the CPU, S the expected speedup, k the calls per request.

mod amdahl;
mod break_even;
mod chattiness;
mod cheapest_first;
mod data_gravity;
mod evidence;
mod fan_out;
mod gil;
mod language;
mod leaves;
mod marshalling;
mod native;
mod portability;
mod reason;
mod running_costs;
mod waiting;

use super::case::Case;
use super::opinion::Opinion;

/// A rule of the table.
pub struct Rule {
    /// Its number, stable.
    pub number: u8,
    /// A few words.
    pub title: &'static str,
    /// What it says of a function.
    pub judge: fn(&Case<'_>) -> Vec<Opinion>,
}

const fn rule(number: u8, title: &'static str, judge: fn(&Case<'_>) -> Vec<Opinion>) -> Rule {
    Rule { number, title, judge }
}

/// All rules by number.
pub const RULES: [Rule; 16] = [
    rule(1, "the ceiling (Amdahl)", amdahl::judge),
    rule(2, "break-even of a service", break_even::judge),
    rule(3, "leaves move with their loop", leaves::judge),
    rule(4, "marshalling", marshalling::judge),
    rule(5, "chattiness", chattiness::judge),
    rule(6, "fan-out and depth", fan_out::judge),
    rule(7, "waiting is not computing", waiting::judge),
    rule(8, "already native", native::judge),
    rule(9, "the GIL", gil::judge),
    rule(10, "data gravity", data_gravity::judge),
    rule(11, "a service needs a reason", reason::judge),
    rule(12, "running costs", running_costs::judge),
    rule(13, "Rust or Go", language::judge),
    rule(14, "portability", portability::judge),
    rule(15, "cheapest rung first", cheapest_first::judge),
    rule(16, "evidence", evidence::judge),
];

/// The title of a rule's number.
pub fn title(number: u8) -> &'static str {
    RULES.iter().find(|rule| rule.number == number).map_or("", |rule| rule.title)
}

/// What all rules say of a function.
pub fn opinions(case: &Case<'_>) -> Vec<Opinion> {
    RULES.iter().flat_map(|rule| (rule.judge)(case)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::policy::Need;

    #[test]
    fn rules_are_numbered_and_speak_under_their_own_number() {
        let worlds = [
            World::new(|_| {}),
            World::new(|_| {}).share(0.3).per_call(50_000.0).needs(Need::Isolation),
            World::new(|f| f.effects.transaction = true).share(0.01).per_call(0.5),
        ];
        for (index, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.number as usize, index + 1);
            for opinion in worlds.iter().flat_map(|world| (rule.judge)(&world.case())) {
                assert_eq!(opinion.rule, rule.number, "{}", opinion.text);
                assert!(!opinion.text.is_empty() && !opinion.text.ends_with('.'), "{}", opinion.text);
            }
        }
    }
}
