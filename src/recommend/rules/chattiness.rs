//! Rule 5: a call site in a loop, or k > 1: a batch endpoint and a rewritten caller, or in process. Refused as a
//! service where k x round trip exceeds 10 % of the request.
//!
//! A request that makes k calls of T spends at least k x T, so the bound is the same for one call: round trip over T.

use super::super::case::Case;
use super::super::figures::percent;
use super::super::opinion::{Effect, Form, Opinion};

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let callers = case.calls_in_loops();
    let many = case.calls_per_request.as_ref().filter(|calls| calls.value > 1.5);
    let how = match (callers.first(), many) {
        (Some(caller), _) => format!("{} calls it in a loop", caller.dotted()),
        (None, Some(calls)) => format!("a request calls it {:.0} times", calls.value),
        (None, None) => return Vec::new(),
    };
    let batch = "one call for the whole loop: the service's `:batch` form and a rewritten caller";
    let round_trip = case.policy.verdicts.round_trip_us;
    match case.call_us().map(|us| round_trip / us.max(1e-3)) {
        Some(share) if share > 0.1 => {
            let text = format!("{how}: the round trips alone would add {} to each request", percent(share));
            vec![Opinion::new(5, Effect::Reject(Form::Service), text).flip(batch)]
        }
        _ => vec![Opinion::new(5, Effect::Say, format!("{how}: as a service it wants a batch")).flip(batch)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::facts::{CallSite, FunctionId};
    use crate::span::Location;

    fn looped(us: f64) -> World {
        let mut world = World::new(|_| {}).per_call(us);
        let mut caller = facts("m.g");
        caller.id = FunctionId(1);
        caller.calls.push(CallSite { callee: FunctionId(0), at: Location::default(), times: 24.0, loop_depth: 1 });
        world.program.functions.push(caller);
        world
    }

    #[test]
    fn loops_around_short_calls_are_no_place_for_a_service() {
        let opinions = judge(&looped(900.0).case());
        assert!(
            rejects(&opinions, Form::Service) && says(&opinions, "m.g calls it in a loop") && says(&opinions, "batch")
        );
    }

    #[test]
    fn loops_around_long_calls_want_a_batch() {
        assert!(!rejects(&judge(&looped(90_000.0).case()), Form::Service));
        assert!(judge(&World::new(|_| {}).per_call(900.0).case()).is_empty());
    }
}
