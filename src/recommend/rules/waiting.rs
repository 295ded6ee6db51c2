//! Rule 7: waiting is not computing. From 80 % of the wall time waiting -> stay, and name what is waited for: the query
//! in a loop, the sequential awaits, the pool. Go only for fan-out of I/O with some 1,000 requests in flight.
//!
//! Waiting for a lock is the program's own doing: named here, with the part that a narrower lock would free.

use super::super::case::Case;
use super::super::figures::percent;
use super::super::opinion::{Effect, Form, Language, Opinion};
use crate::facts::UseKind;
use crate::policy::Need;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let mut opinions = repeated_waits(case);
    let waiting = case.waiting_share();
    if waiting.value * 100.0 >= case.policy.verdicts.waiting_percent {
        let shown = if waiting.is_measured() { "" } else { " (estimated)" };
        let text = format!("{}{shown} of its time is waiting: another language waits as long", percent(waiting.value));
        opinions
            .push(Opinion::new(7, Effect::Stay, text).flip("less waiting: caching, a pool, several requests at once"));
        if case.needs.contains(&Need::Concurrency) {
            let text = "thousands of waits at a time are what Go's goroutines are for";
            opinions.push(Opinion::new(7, Effect::Prefer(Language::Go), text));
        }
    }
    opinions.extend(contended_lock(case));
    opinions
}

/// Statements, requests or awaits in a loop: one round trip for each item.
fn repeated_waits(case: &Case<'_>) -> Vec<Opinion> {
    let Some(facts) = case.facts else { return Vec::new() };
    let repeated = |kind: UseKind| facts.uses_of(kind).find(|u| u.loop_depth > 0);
    if let Some(found) = repeated(UseKind::Database).or_else(|| repeated(UseKind::Wait)) {
        let text = format!("`{}` stands in a loop: one round trip for each item (N+1)", found.name);
        return vec![Opinion::new(7, Effect::Allow(Form::Fix), text).flip("one query or request for all items")];
    }
    if let Some(found) = repeated(UseKind::Await) {
        let text = format!("`{}` is awaited in a loop: the waits add up one after the other", found.name);
        return vec![Opinion::new(7, Effect::Allow(Form::Fix), text).flip("`asyncio.gather` or a task group")];
    }
    Vec::new()
}

/// A lock that the function takes itself and for which threads queue.
fn contended_lock(case: &Case<'_>) -> Option<Opinion> {
    let facts = case.facts?;
    let waited = case.lock_share().filter(|share| *share >= 0.05)?;
    let lock = facts.locks.iter().max_by(|a, b| a.held_share.total_cmp(&b.held_share))?;
    let text = format!(
        "{} of its time it waits for `{}`, which is held for {} of the work (estimated)",
        percent(waited),
        lock.name,
        percent(lock.held_share),
    );
    if lock.movable_share < 0.5 {
        return Some(Opinion::new(7, Effect::Say, text));
    }
    let computes = case.cpu_share().is_some_and(|share| share * 100.0 >= case.policy.verdicts.in_process_share_percent);
    let fix = format!("a narrower lock: {} of what it covers only reads (estimated)", percent(lock.movable_share));
    if computes {
        let text = format!("{text}; a narrower lock alone would move the queue to the GIL, because the work computes");
        return Some(Opinion::new(7, Effect::Say, text).flip(format!("{fix}, on a Python without the GIL")));
    }
    Some(Opinion::new(7, Effect::Allow(Form::Fix), text).flip(fix))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::facts::{LockUse, Use};
    use crate::measurement::Seconds;
    use crate::span::Location;

    fn using(kind: UseKind, loop_depth: u32) -> World {
        World::new(|f| f.uses.push(Use { kind, name: "session.execute".into(), at: Location::default(), loop_depth }))
    }

    #[test]
    fn who_waits_stays() {
        let world = World::new(|_| {}).seconds(Seconds { python: 1.0, io: 9.0, ..Seconds::default() });
        assert!(stays(&judge(&world.case())) && says(&judge(&world.case()), "90 % of its time is waiting"));
        let busy = World::new(|_| {}).seconds(Seconds { python: 5.0, io: 5.0, ..Seconds::default() });
        assert!(judge(&busy.case()).is_empty());
    }

    #[test]
    fn waiting_for_a_lock_is_not_waiting_for_the_world() {
        let world =
            World::new(|f| f.locks.push(lock(0.9))).seconds(Seconds { python: 20.0, lock: 80.0, ..Seconds::default() });
        let opinions = judge(&world.case());
        assert!(!stays(&opinions) && says(&opinions, "waits for `self._lock`") && says(&opinions, "narrower lock"));
        assert!(!allows(&opinions, Form::Fix), "its work computes: the GIL would be next");
        let idle =
            World::new(|f| f.locks.push(lock(0.9))).seconds(Seconds { python: 2.0, lock: 80.0, ..Seconds::default() });
        assert!(allows(&judge(&idle.case()), Form::Fix));
    }

    fn lock(movable_share: f64) -> LockUse {
        LockUse { name: "self._lock".into(), at: Location::default(), held_share: 0.95, movable_share }
    }

    #[test]
    fn one_query_an_item_is_named() {
        let opinions = judge(&using(UseKind::Database, 1).case());
        assert!(allows(&opinions, Form::Fix) && says(&opinions, "N+1"));
        assert!(says(&judge(&using(UseKind::Await, 2).case()), "gather"));
        assert!(judge(&using(UseKind::Database, 0).case()).is_empty());
    }
}
