//! Rule 15: the cheapest rung first: algorithm or cache, newer CPython, vectorise, mypyc, processes, in process,
//! service. The rung chosen is said together with the one rejected just below it.
//!
//! Here stand the reasons for which the middle rungs do not reach; mypyc's figures are from five benchmarks against
//! CPython 3.11: 1.7x (n-body, word count), 4.0x (fannkuch), 17x (spectral norm), and some programs got 20 % slower.

use super::super::case::Case;
use super::super::figures::{percent, times_range};
use super::super::opinion::{Effect, Form, Opinion};
use super::super::price::expected;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let policy = &case.policy.verdicts;
    let (least, enough) = (policy.minimum_share_percent / 100.0, policy.in_process_share_percent / 100.0);
    let mut opinions = Vec::new();
    if let Some(share) = case.cpu_share().filter(|share| (least..enough).contains(share)) {
        let text = format!("{} of the CPU is worth what costs no second language", percent(share));
        opinions.push(Opinion::new(15, Effect::Allow(Form::NewerPython), text.clone()));
        if case.facts.is_some_and(|facts| !facts.effects.dynamic) {
            opinions.push(Opinion::new(15, Effect::Allow(Form::Mypyc), text));
        }
    }
    let native = times_range(expected(case));
    opinions.extend([
        Opinion::new(
            15,
            Effect::Reject(Form::Processes),
            "more processes serve more requests and make none of them faster",
        ),
        Opinion::new(
            15,
            Effect::Reject(Form::Mypyc),
            format!("mypyc gives 0.8x to 4x on most code, native code an estimated {native}"),
        ),
        Opinion::new(15, Effect::Reject(Form::Vectorise), "its work does not have the shape of arrays"),
        Opinion::new(15, Effect::Reject(Form::NewerPython), "a newer interpreter gives some percent, not a multiple"),
        Opinion::new(
            15,
            Effect::Reject(Form::Fix),
            "no repeated query, no wait in a loop and no lock to narrow was found",
        ),
    ]);
    opinions
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    #[test]
    fn middling_shares_get_the_middle_rungs() {
        let opinions = judge(&World::new(|_| {}).share(0.07).case());
        assert!(allows(&opinions, Form::NewerPython) && allows(&opinions, Form::Mypyc));
        assert!(!allows(&judge(&World::new(|_| {}).share(0.3).case()), Form::NewerPython));
    }

    #[test]
    fn every_rung_between_has_a_reason_against_it() {
        let opinions = judge(&World::new(|_| {}).share(0.3).case());
        for form in [Form::Fix, Form::NewerPython, Form::Vectorise, Form::Mypyc, Form::Processes] {
            assert!(rejects(&opinions, form), "{form:?}");
        }
    }
}
