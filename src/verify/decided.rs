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
use crate::recording::{Action, Request};
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
    /// Calls that the original did not finish in time: what identifies them (a hash of everything asked of the process
    /// before), and the call as a reader of Python would write it.
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

    /// Whether an earlier run gave this call up.
    fn was_given_up(&self, mark: &str) -> bool {
        self.earlier.as_ref().is_some_and(|earlier| earlier.given_up.contains_key(mark))
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

/// Follows what one process was asked, to tell one call that takes too long from every other.
#[derive(Clone, Debug)]
pub(super) struct Trail {
    decider: Decider,
    role: String,
    asked: Sha256,
}

impl Trail {
    /// The trail of a process that has been asked nothing; processes of one role are asked the same in every run.
    pub(super) fn new(decider: &Decider, role: &str) -> Trail {
        Trail { decider: decider.clone(), role: role.to_owned(), asked: Sha256::new_with_prefix(role) }
    }

    /// The process starts again.
    pub(super) fn restart(&mut self) {
        self.asked = Sha256::new_with_prefix(&self.role);
    }

    /// The process answered a request.
    pub(super) fn answered(&mut self, request: &Request) {
        if request.action == Action::Reset {
            self.restart();
        }
        self.asked.update(request.to_line(0, false));
        self.asked.update("\n");
    }

    /// The process did not answer a request in time.
    pub(super) fn hung(&mut self, request: &Request) {
        self.decider.give_up(self.mark(request), request);
    }

    /// How many of these requests are asked before one that is given up unasked.
    pub(super) fn until_given_up(&self, requests: &[Request]) -> usize {
        if self.decider.earlier.as_ref().is_none_or(|earlier| earlier.given_up.is_empty()) {
            return requests.len();
        }
        let mut ahead = self.clone();
        for (at, request) in requests.iter().enumerate() {
            if self.decider.was_given_up(&ahead.mark(request)) {
                return at;
            }
            ahead.answered(request);
        }
        requests.len()
    }

    /// How long to wait for an answer.
    pub(super) fn patience(&self, patience: Duration) -> Duration {
        self.decider.patience(patience)
    }

    fn mark(&self, request: &Request) -> String {
        let asked = self.asked.clone().chain_update(request.to_line(0, false));
        asked.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Value;

    fn call(n: i128) -> Request {
        Request { action: Action::Function("fib".into()), args: vec![Value::int(n)], kwargs: vec![] }
    }

    #[test]
    fn an_earlier_runs_decisions_are_repeated() {
        let first = Decider::default();
        let mut trail = Trail::new(&first, "compose");
        trail.answered(&call(3));
        assert_eq!(trail.until_given_up(&[call(38)]), 1, "nothing is given up unasked in a first run");
        trail.hung(&call(38));
        assert!(first.is_slow("fib", true) && !first.is_slow("add", false));
        let decisions = first.decisions();
        assert_eq!(decisions.given_up.values().collect::<Vec<_>>(), ["fib(38)"]);

        let second = Decider::repeating(decisions.clone());
        let mut trail = Trail::new(&second, "compose");
        assert_eq!(trail.until_given_up(&[call(38), call(3)]), 2, "asked first of all, it is another call");
        assert_eq!(trail.until_given_up(&[call(3), call(38), call(4)]), 1);
        trail.answered(&call(3));
        trail.hung(&call(38));
        assert!(second.is_slow("fib", false) && !second.is_slow("add", true));
        assert_eq!(second.decisions(), decisions);
        assert_eq!(second.patience(Duration::from_secs(3)), Duration::from_secs(30));
    }
}
