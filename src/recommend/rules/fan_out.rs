//! Rule 6: the chance of meeting a slow answer is 1 - 0.99^N. Chains of services deeper than 2 are not recommended
//! without an override.
//!
//! A module with declared needs is a service, or will be. What such a module calls below itself counts as depth.

use super::super::case::Case;
use super::super::opinion::{Effect, Form, Opinion};
use crate::facts::{FunctionFacts, FunctionId};
use std::collections::{BTreeSet, HashMap};

/// Services one behind the other that still need no override.
const DEEPEST: usize = 2;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let Some(facts) = case.facts.filter(|_| !case.needs.is_empty()) else { return Vec::new() };
    let below: BTreeSet<&str> = services_below(case, facts);
    let depth = 1 + depth_below(case, facts, &mut HashMap::new());
    let mut opinions = Vec::new();
    if depth > DEEPEST {
        let text = format!("it would be the first of {depth} services that wait for each other");
        let flip = "a shorter chain: the caller asks both, or a queue between them";
        opinions.push(Opinion::new(6, Effect::Reject(Form::Service), text).flip(flip));
    }
    if below.len() > 1 {
        let slow = 1.0 - 0.99_f64.powi(below.len() as i32);
        let text = format!(
            "it asks {} services: {:.0} of 100 requests meet the slowest percent of one",
            below.len(),
            slow * 100.0
        );
        opinions.push(Opinion::new(6, Effect::Say, text));
    }
    opinions
}

/// Modules with declared needs that the function calls into, itself left out.
fn services_below<'a>(case: &'a Case<'_>, facts: &FunctionFacts) -> BTreeSet<&'a str> {
    let reached = case.reached(facts).into_iter().filter(|f| f.module != facts.module);
    reached.filter(|f| !case.policy.needs_of(&f.dotted()).is_empty()).map(|f| f.module.as_str()).collect()
}

/// The longest chain of services below a function; a function that calls itself again adds nothing.
fn depth_below(case: &Case<'_>, facts: &FunctionFacts, known: &mut HashMap<FunctionId, usize>) -> usize {
    if let Some(depth) = known.get(&facts.id) {
        return *depth;
    }
    known.insert(facts.id, 0);
    let mut deepest = 0;
    for call in &facts.calls {
        let callee = case.program.function(call.callee);
        let is_service = callee.module != facts.module && !case.policy.needs_of(&callee.dotted()).is_empty();
        deepest = deepest.max(usize::from(is_service) + depth_below(case, callee, known));
    }
    known.insert(facts.id, deepest);
    deepest
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::facts::CallSite;
    use crate::policy::Need;
    use crate::span::Location;

    fn chain(modules: &[&str]) -> World {
        let mut world = World::new(|_| {}).needs(Need::Isolation);
        for (index, module) in modules.iter().enumerate() {
            let mut callee = facts(&format!("{module}.f"));
            callee.id = FunctionId(index as u32 + 1);
            let call = CallSite { callee: callee.id, at: Location::default(), times: 1.0, loop_depth: 0 };
            world.program.functions[index].calls.push(call);
            world.program.functions.push(callee);
            world.policy.needs.insert(module.to_string(), vec![Need::Isolation]);
        }
        world
    }

    #[test]
    fn two_services_in_a_row_are_accepted_three_are_not() {
        assert!(!rejects(&judge(&chain(&["a"]).case()), Form::Service));
        let opinions = judge(&chain(&["a", "b"]).case());
        assert!(rejects(&opinions, Form::Service) && says(&opinions, "first of 3 services"));
        assert!(says(&opinions, "2 of 100 requests"));
    }

    #[test]
    fn without_a_need_there_is_no_service_to_count() {
        assert!(judge(&World::new(|_| {}).case()).is_empty());
    }
}
