//! Rule 11: a service needs a reason besides speed: independent scaling, a team, isolation, other callers, data of its
//! own. Else in process. Reasons are declared in `pivot.yaml`, never guessed.

use super::super::case::Case;
use super::super::opinion::{Effect, Form, Opinion};
use crate::policy::Need;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let declared: Vec<&str> = case.needs.iter().map(|need| words(*need)).collect();
    let reasons = case.needs.iter().any(|need| *need != Need::Latency);
    if reasons {
        let text = format!("declared in the policy: {}", declared.join(", "));
        return vec![Opinion::new(11, Effect::Allow(Form::Service), text)];
    }
    let text = match declared.is_empty() {
        true => "no reason besides speed is declared for a service",
        false => "latency is the declared need, and a network only adds to it",
    };
    let flip = "a need in `pivot.yaml`: independent_scaling, isolation, team, other_callers, ownership or concurrency";
    vec![Opinion::new(11, Effect::Reject(Form::Service), text).flip(flip)]
}

/// A need in plain words.
pub fn words(need: Need) -> &'static str {
    match need {
        Need::Latency => "latency",
        Need::Concurrency => "thousands of connections",
        Need::IndependentScaling => "independent scaling",
        Need::Isolation => "isolation of failures",
        Need::Team => "a team of its own",
        Need::OtherCallers => "callers in other languages",
        Need::Ownership => "ownership of its data",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    #[test]
    fn speed_is_no_reason() {
        assert!(rejects(&judge(&World::new(|_| {}).case()), Form::Service));
        assert!(rejects(&judge(&World::new(|_| {}).needs(Need::Latency).case()), Form::Service));
    }

    #[test]
    fn a_declared_need_is() {
        let opinions = judge(&World::new(|_| {}).needs(Need::IndependentScaling).case());
        assert!(allows(&opinions, Form::Service) && says(&opinions, "independent scaling"));
    }
}
