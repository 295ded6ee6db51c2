//! Parameters whose type was inferred, not declared.

use crate::wire::{WIDENED, wrong_type};

/// Reads an argument; declines an integer in the place of a float, as nobody said that it may stand there.
pub fn without_widening<T>(read: impl FnOnce() -> T) -> T {
    let before = WIDENED.replace(false);
    let value = read();
    if WIDENED.replace(before) {
        wrong_type();
    }
    value
}
