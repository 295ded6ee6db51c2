//! Rule 2: a service pays from T >= 10 x (round trip and serialisation). T under 1 ms is never one for its speed.
//!
//! About 3.5 ms with a session on one host, 5 ms within a zone, 30 ms through a mesh. Where a need other than speed is
//! declared, a shorter call may still be a service as long as the round trip does not exceed the call itself: the price
//! is then said.

use super::super::case::Case;
use super::super::figures::{duration, percent};
use super::super::opinion::{Effect, Form, Opinion};
use crate::policy::Need;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let Some(call) = &case.per_call else { return Vec::new() };
    let (us, policy) = (call.value, &case.policy.verdicts);
    let least = policy.break_even_us().max(1_000.0);
    let shown = format!("a call takes {}", duration(us));
    if us >= least {
        let text = format!(
            "{shown}: a round trip of {} is {} of it",
            duration(policy.round_trip_us),
            percent(policy.round_trip_us / us)
        );
        return vec![Opinion::new(2, Effect::Say, text)];
    }
    let slower = (us + policy.round_trip_us) / us.max(1e-3);
    let has_other_need = case.needs.iter().any(|need| *need != Need::Latency);
    if us >= policy.round_trip_us && has_other_need {
        let text = format!(
            "{shown}, under the break-even of {}: as a service it pays for its declared need with a round trip of {} a call",
            duration(least),
            percent(policy.round_trip_us / us),
        );
        return vec![Opinion::new(2, Effect::Say, text)];
    }
    let text = if slower >= 2.0 {
        format!(
            "{shown}: behind a network even instant code takes {:.0} times as long",
            policy.round_trip_us / us.max(1e-3)
        )
    } else {
        format!("{shown}: a service pays from {}", duration(least))
    };
    vec![Opinion::new(2, Effect::Reject(Form::Service), text).flip(format!("{} of work a call", duration(least)))]
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    #[test]
    fn a_millisecond_is_no_service_for_its_speed() {
        let opinions = judge(&World::new(|_| {}).per_call(900.0).case());
        assert!(rejects(&opinions, Form::Service) && says(&opinions, "pays from 3.5 ms"));
        assert!(!rejects(&judge(&World::new(|_| {}).per_call(45_000.0).case()), Form::Service));
    }

    #[test]
    fn a_declared_need_pays_for_it_unless_the_need_is_speed() {
        let world = || World::new(|_| {}).per_call(900.0);
        assert!(!rejects(&judge(&world().needs(Need::Ownership).case()), Form::Service));
        assert!(rejects(&judge(&world().needs(Need::Latency).case()), Form::Service));
    }

    #[test]
    fn microseconds_are_never_a_service() {
        let opinions = judge(&World::new(|_| {}).per_call(1.7).needs(Need::Isolation).case());
        assert!(rejects(&opinions, Form::Service) && says(&opinions, "206 times as long"));
    }
}
