//! Rule 3: T under 1 us: move the cut to the enclosing loop. 1 to 10 us: in process only. From 10 us of pure CPU and
//! p >= 10 %: in process is the default.

use super::super::case::Case;
use super::super::figures::{duration, percent};
use super::super::opinion::{Effect, Form, Opinion};

/// Without a run a call must be this long, in microseconds, before it is worth a guess.
const WORTH_A_GUESS: f64 = 100.0;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let mut opinions = by_time(case);
    opinions.extend(match case.cpu_share() {
        Some(share) => by_share(case, share),
        None => by_estimate(case),
    });
    opinions
}

fn by_time(case: &Case<'_>) -> Vec<Opinion> {
    let Some(us) = case.call_us() else { return Vec::new() };
    let takes = format!("a call takes {}", duration(us));
    if us < 1.0 {
        let text = format!("{takes}: crossing any boundary costs about as much");
        let flip = "a cut around the loop that calls it";
        return [Form::Extension, Form::Service]
            .map(|form| Opinion::new(3, Effect::Reject(form), text.clone()).flip(flip))
            .into();
    }
    if us < 10.0 {
        return vec![Opinion::new(
            3,
            Effect::Reject(Form::Service),
            format!("{takes}: small enough for in process only"),
        )];
    }
    Vec::new()
}

fn by_share(case: &Case<'_>, share: f64) -> Option<Opinion> {
    let least = case.policy.verdicts.in_process_share_percent / 100.0;
    let shown = percent(share);
    if share < least {
        let text = format!("{shown} of the CPU is not worth a second language");
        return Some(
            Opinion::new(3, Effect::Reject(Form::Extension), text).flip(format!("{} of the CPU", percent(least))),
        );
    }
    let text = match case.call_us() {
        Some(us) if us < 1.0 => return None,
        Some(us) if us < 10.0 => {
            "many short calls: in process, or better a cut around the loop that makes them".to_string()
        }
        Some(us) => format!("{shown} of the CPU, {} a call: worth native code in the same process", duration(us)),
        None => format!("{shown} of the CPU: worth native code in the same process"),
    };
    Some(Opinion::new(3, Effect::Allow(Form::Extension), text))
}

fn by_estimate(case: &Case<'_>) -> Option<Opinion> {
    let us = case.call_us()?;
    let flip = format!("a measured share of the CPU of {:.0} % or more", case.policy.verdicts.in_process_share_percent);
    if us < WORTH_A_GUESS {
        let text = format!("some {} a call by estimate: worth moving only if it is called very often", duration(us));
        return Some(Opinion::new(3, Effect::Stay, text).flip(flip));
    }
    let shown = if us > 1e6 { "far more than a millisecond".to_string() } else { format!("some {}", duration(us)) };
    let text = format!("{shown} a call by estimate, if a run confirms that it counts");
    Some(Opinion::new(3, Effect::Allow(Form::Extension), text).flip(flip))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    #[test]
    fn by_time_of_a_call() {
        let at = |us: f64| judge(&World::new(|_| {}).share(0.3).per_call(us).case());
        assert!(rejects(&at(0.5), Form::Extension) && says(&at(0.5), "around the loop"));
        assert!(allows(&at(5.0), Form::Extension) && rejects(&at(5.0), Form::Service));
        assert!(allows(&at(50.0), Form::Extension) && !rejects(&at(50.0), Form::Service));
    }

    #[test]
    fn by_share() {
        assert!(rejects(&judge(&World::new(|_| {}).share(0.07).per_call(50.0).case()), Form::Extension));
    }

    #[test]
    fn without_a_run_small_calls_stay() {
        assert!(stays(&judge(&World::new(|_| {}).per_call(3.0).case())));
        assert!(allows(&judge(&World::new(|_| {}).per_call(4e4).case()), Form::Extension));
    }
}
