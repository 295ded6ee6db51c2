//! Rule 9: the GIL. Processes first; a Python without it costs 1 to 10 % single-threaded and helps from four cores when
//! every extension is ready; it does nothing for one request's latency. Extensions release it from 50 us of pure work.

use super::super::case::Case;
use super::super::figures::percent;
use super::super::opinion::{Effect, Form, Opinion};

/// Share of the wall time spent waiting for the GIL that is worth a word.
const NOTEWORTHY: f64 = 0.2;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let Some(waiting) = case.gil_share().filter(|share| *share >= NOTEWORTHY) else { return Vec::new() };
    let text = format!("{} of its time it waits for the GIL while other threads compute", percent(waiting));
    let mut opinions = vec![
        Opinion::new(9, Effect::Allow(Form::Processes), text)
            .flip("more processes, or Python 3.14t from four cores on"),
    ];
    let is_pure = case.facts.is_some_and(|facts| facts.effects.is_pure());
    if is_pure && case.call_us().is_none_or(|us| us >= 50.0) {
        let text = "native code of this length releases the GIL: other threads go on while it computes";
        opinions.push(Opinion::new(9, Effect::Say, text));
    }
    opinions
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::measurement::Seconds;

    #[test]
    fn queues_for_the_gil_suggest_processes() {
        let world =
            World::new(|_| {}).seconds(Seconds { python: 20.0, gil: 30.0, ..Seconds::default() }).per_call(500.0);
        let opinions = judge(&world.case());
        assert!(allows(&opinions, Form::Processes) && says(&opinions, "60 %") && says(&opinions, "releases the GIL"));
        assert!(judge(&World::new(|_| {}).share(0.5).case()).is_empty());
    }
}
