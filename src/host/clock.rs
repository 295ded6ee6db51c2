//! The only reader of time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time of day.
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// Time since 1970, in UTC; zero on a clock that is set before.
pub fn since_1970() -> Duration {
    now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A point on a clock that never goes back, to measure durations with.
pub fn monotonic() -> Instant {
    Instant::now()
}
