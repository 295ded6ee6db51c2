//! How the body of a `try` ended, where it can end in more ways than a `Result` tells apart.

use super::exception::Exception;

/// The end of a `try` body.
pub enum Attempt<T, R> {
    /// It ran to its end.
    Done(T),
    /// It raised.
    Raised(Exception),
    /// It returned from the function.
    Returned(R),
}

/// How the body of a `try` inside a loop was left before its end.
pub enum Exit<R> {
    /// It returned from the function.
    Returned(R),
    /// It ended the loop.
    Break,
    /// It went on with the next round.
    Continue,
}
