//! Rule 8: from 50 % of the CPU inside C there is little left to win -> stay, or vectorise the loop around it.

use super::super::case::Case;
use super::super::figures::percent;
use super::super::opinion::{Effect, Form, Opinion};
use crate::facts::UseKind;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let native = case.native_share();
    if native.value * 100.0 < case.policy.verdicts.native_percent {
        return Vec::new();
    }
    let shown = if native.is_measured() { "" } else { " (estimated)" };
    let text = format!("{}{shown} of its CPU is inside native libraries already", percent(native.value));
    let in_loop = case.facts.and_then(|facts| facts.uses_of(UseKind::Array).find(|u| u.loop_depth > 0));
    match in_loop {
        Some(found) => {
            let flip = format!("`{}` on whole arrays instead of in a loop", found.name);
            vec![
                Opinion::new(8, Effect::Stay, text.clone()),
                Opinion::new(8, Effect::Allow(Form::Vectorise), text).flip(flip),
            ]
        }
        None => vec![Opinion::new(8, Effect::Stay, text).flip("a larger share of Python around the native calls")],
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::facts::Use;
    use crate::measurement::Seconds;
    use crate::span::Location;

    fn half_native() -> Seconds {
        Seconds { python: 8.0, native: 12.0, ..Seconds::default() }
    }

    #[test]
    fn native_work_stays() {
        assert!(stays(&judge(&World::new(|_| {}).seconds(half_native()).case())));
        assert!(judge(&World::new(|_| {}).share(0.2).case()).is_empty());
    }

    #[test]
    fn array_calls_in_a_loop_want_whole_arrays() {
        let call = Use { kind: UseKind::Array, name: "numpy.dot".into(), at: Location::default(), loop_depth: 1 };
        let opinions = judge(&World::new(|f| f.uses.push(call)).seconds(half_native()).case());
        assert!(allows(&opinions, Form::Vectorise) && says(&opinions, "numpy.dot"));
    }
}
