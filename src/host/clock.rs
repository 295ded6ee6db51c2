//! The only reader of time.

use std::time::{Instant, SystemTime};

/// The time of day.
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A point on a clock that never goes back, to measure durations with.
pub fn monotonic() -> Instant {
    Instant::now()
}
