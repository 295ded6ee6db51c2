//! What a run decided by the clock, written down, so that a later run makes the same calls on any machine.
//!
//! ```text
//! fib(38)        the original took too long: given up, and smaller numbers are drawn from then on
//! simulate       its calls are slow: it gets the minimum of calls, not more
//! ```
//!
//! Everything else follows from the seed, the source and the interface. A run that is given the decisions of an earlier
//! one gives up exactly what that one gave up, without asking, and waits for everything else.

use super::side::shorten;
use crate::recording::Request;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many times longer a run with decisions waits for a call that was not given up.
const LONGER: u32 = 10;
/// Letters of a call that are shown.
const SHOWN: usize = 120;

/// Decisions that were made by the clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// Functions whose calls are slow, by Python name.
    pub slow: BTreeSet<String>,
    /// Calls that the original did not finish in time: what identifies them (a hash of the part of the run and of
    /// everything asked since their case began), and the call as a reader of Python would write it.
    pub given_up: BTreeMap<String, String>,
}

/// Makes decisions or repeats those of an earlier run; clones share what was decided.
#[derive(Clone, Debug, Default)]
pub struct Decider {
    earlier: Option<Arc<Decisions>>,
    made: Arc<Mutex<Decisions>>,
}

impl Decider {
    /// A decider that repeats an earlier run's decisions.
    pub fn repeating(earlier: Decisions) -> Decider {
        Decider { earlier: Some(Arc::new(earlier)), made: Arc::default() }
    }

    /// Everything decided so far.
    pub fn decisions(&self) -> Decisions {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was decided in a part of a run that is done again.
    pub(super) fn forget(&self) {
        self.note(|made| *made = Decisions::default());
    }

    /// Whether a function counts as slow; `measured` says what the clock says.
    pub(super) fn is_slow(&self, name: &str, measured: bool) -> bool {
        let slow = self.earlier.as_ref().map_or(measured, |earlier| earlier.slow.contains(name));
        if slow {
            self.note(|made| {
                made.slow.insert(name.to_owned());
            });
        }
        slow
    }

    /// How long to wait for a call that may be given up after `patience`.
    pub(super) fn patience(&self, patience: Duration) -> Duration {
        if self.earlier.is_some() { patience * LONGER } else { patience }
    }

    fn give_up(&self, mark: String, request: &Request) {
        let call = shorten(&request.to_python(), SHOWN);
        self.note(|made| {
            made.given_up.insert(mark, call);
        });
    }

    fn note(&self, change: impl FnOnce(&mut Decisions)) {
        change(&mut self.made.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Tells one call that takes too long from every other: by the part of the run it belongs to, and by everything that was
/// asked from the beginning of its case.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail {
    decider: Decider,
    role: String,
}

impl Trail {
    /// The trail of a part of the run that asks the same in every run.
    pub(super) fn new(decider: &Decider, role: &str) -> Trail {
        Trail { decider: decider.clone(), role: role.to_owned() }
    }

    /// The last of these steps was not answered in time.
    pub(super) fn hung(&self, steps: &[Request]) {
        if let Some(last) = steps.last() {
            self.decider.give_up(self.mark(steps), last);
        }
    }

    /// How many steps of a case are asked before one that is given up unasked; `None` for all.
    pub(super) fn until_given_up(&self, steps: &[Request]) -> Option<usize> {
        let earlier = self.decider.earlier.as_ref().filter(|earlier| !earlier.given_up.is_empty())?;
        (0..steps.len()).find(|at| earlier.given_up.contains_key(&self.mark(&steps[..=*at])))
    }

    fn mark(&self, steps: &[Request]) -> String {
        let mut asked = Sha256::new_with_prefix(&self.role);
        for step in steps {
            asked.update("\n");
            asked.update(step.to_line(0, false));
        }
        asked.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Action, Value};

    fn call(n: i128) -> Request {
        Request { action: Action::Function("fib".into()), args: vec![Value::int(n)], kwargs: vec![] }
    }

    #[test]
    fn an_earlier_runs_decisions_are_repeated() {
        let first = Decider::default();
        let trail = Trail::new(&first, "price 3");
        assert_eq!(trail.until_given_up(&[call(38)]), None, "nothing is given up unasked in a first run");
        trail.hung(&[call(3), call(38)]);
        assert!(first.is_slow("fib", true) && !first.is_slow("add", false));
        let decisions = first.decisions();
        assert_eq!(decisions.given_up.values().collect::<Vec<_>>(), ["fib(38)"]);

        let second = Decider::repeating(decisions.clone());
        let trail = Trail::new(&second, "price 3");
        assert_eq!(trail.until_given_up(&[call(38), call(3)]), None, "asked first of all, it is another call");
        assert_eq!(trail.until_given_up(&[call(3), call(38), call(4)]), Some(1));
        assert_eq!(Trail::new(&second, "price 4").until_given_up(&[call(3), call(38)]), None);
        trail.hung(&[call(3), call(38)]);
        assert!(second.is_slow("fib", false) && !second.is_slow("add", true));
        assert_eq!(second.decisions(), decisions);
        assert_eq!(second.patience(Duration::from_secs(3)), Duration::from_secs(30));
    }
}
