//! Rule 4: a list of dicts or objects costs 144 to 350 ns a record through PyO3, against 29 to 65 ns for a plain sum
//! in Python: at least 1 us of work per record, or columns. Numbers, bytes and arrays are nearly free.

use super::super::case::Case;
use super::super::figures::duration;
use super::super::opinion::{Effect, Form, Opinion};
use super::super::price::RECORD_NS;
use crate::facts::Payload;

/// Records in a list of unknown length, as the survey guesses.
const RECORDS: f64 = 24.0;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    if case.facts.is_none() || case.payload() != Payload::Records {
        return Vec::new();
    }
    let cost = format!(
        "each record of its lists or dicts costs {:.0} to {:.0} ns to cross in process",
        RECORD_NS.low, RECORD_NS.high
    );
    let columns = "pass columns (lists of numbers, bytes, arrays) instead of records";
    match case.call_us().map(|us| us / RECORDS) {
        Some(work) if work < 1.0 => {
            let text = format!("{cost}, and there is only about {} of work for each", duration(work));
            vec![Opinion::new(4, Effect::Reject(Form::Extension), text).flip(columns)]
        }
        _ => vec![Opinion::new(4, Effect::Say, cost).flip(columns)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;

    fn world(payload: Payload, us: f64) -> World {
        World::new(|f| f.boundary.result = payload).per_call(us)
    }

    #[test]
    fn records_need_work() {
        assert!(rejects(&judge(&world(Payload::Records, 12.0).case()), Form::Extension));
        let opinions = judge(&world(Payload::Records, 5_000.0).case());
        assert!(!rejects(&opinions, Form::Extension) && says(&opinions, "144 to 350 ns"));
    }

    #[test]
    fn columns_are_nearly_free() {
        assert!(judge(&world(Payload::Columns, 12.0).case()).is_empty());
    }
}
