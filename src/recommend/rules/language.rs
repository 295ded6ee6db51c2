//! Rule 13: in process always Rust; a tight p99 on a large heap Rust; fan-out of I/O and many connections Go; work in
//! the shape of NumPy neither.

use super::super::case::Case;
use super::super::opinion::{Effect, Language, Opinion};
use crate::policy::Need;

pub fn judge(case: &Case<'_>) -> Vec<Opinion> {
    let asks = |need: Need| case.needs.contains(&need);
    let (language, text) = if asks(Need::Latency) {
        (Language::Rust, "a tight bound on latency: Rust has no collector to wait for")
    } else if asks(Need::Concurrency) {
        (Language::Go, "many connections at a time: Go's goroutines are made for them")
    } else if holds_shared_state(case) && !case.needs.is_empty() {
        (Language::Go, "state behind a lock with many clients: Go keeps it plain")
    } else {
        (Language::Rust, "computing, and the same code can stay in process: Rust")
    };
    vec![Opinion::new(13, Effect::Prefer(language), text)]
}

fn holds_shared_state(case: &Case<'_>) -> bool {
    case.facts.is_some_and(|facts| facts.effects.locks && facts.effects.has_state())
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::*;
    use super::*;
    use crate::facts::State;

    fn preferred(world: &World) -> Language {
        match judge(&world.case()).remove(0).effect {
            Effect::Prefer(language) => language,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn needs_decide_and_rust_is_the_default() {
        assert_eq!(preferred(&World::new(|_| {})), Language::Rust);
        assert_eq!(preferred(&World::new(|_| {}).needs(Need::Concurrency)), Language::Go);
        assert_eq!(preferred(&World::new(|_| {}).needs(Need::Concurrency).needs(Need::Latency)), Language::Rust);
        assert_eq!(preferred(&World::new(|_| {}).needs(Need::Isolation)), Language::Rust);
    }

    #[test]
    fn locked_state_of_a_service_is_plain_in_go() {
        let locked = |f: &mut crate::facts::FunctionFacts| {
            f.effects.locks = true;
            f.effects.writes = [State::Attribute("_products".into())].into_iter().collect();
        };
        assert_eq!(preferred(&World::new(locked).needs(Need::Ownership)), Language::Go);
        assert_eq!(preferred(&World::new(locked)), Language::Rust);
    }
}
