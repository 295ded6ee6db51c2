//! Functions that can reach themselves count how deep they are, and decline before Python would give up.

use super::guard::guard;
use std::cell::Cell;

/// Levels that surely fit into CPython's default limit of 1000 with the caller's own frames.
const LIMIT: u32 = 960;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// One level; leaving the function drops it.
pub struct Level(());

/// Enters a recursive function.
#[inline]
pub fn enter() -> Level {
    let depth = DEPTH.get() + 1;
    if depth > LIMIT {
        guard("depth", "");
    }
    DEPTH.set(depth);
    Level(())
}

impl Drop for Level {
    #[inline]
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}
