//! The module globals that can change.

/// The module globals that can change.
#[derive(Clone, Debug)]
pub struct State {
    /// `pricing.py:422`
    pub default_book: crate::pricing::PriceBook,
}

impl State {
    /// The state after import.
    pub fn new() -> State {
        let default_book: crate::pricing::PriceBook = crate::pricing::PriceBook::new();
        State { default_book }
    }
}

impl Default for State {
    fn default() -> Self {
        State::new()
    }
}
