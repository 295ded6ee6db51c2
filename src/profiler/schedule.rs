//! When to sample: once in every slot of the rate, at a random moment within it.
//!
//! Equal distances would beat with programs that work in a rhythm of their own (a timer, the interpreter's 5 ms GIL
//! turns) and see always the same phase. A random moment in each slot cannot, and still keeps the number of samples.

use std::time::{Duration, Instant};

/// Hands out the moments at which to sample.
pub struct Schedule {
    start: Instant,
    period: Duration,
    next_slot: u64,
    random: u64,
    /// Slots that were over before their turn came.
    pub missed: u64,
}

impl Schedule {
    /// A schedule that begins now, with `rate` samples a second.
    pub fn new(start: Instant, rate: f64, seed: u64) -> Schedule {
        Schedule { start, period: Duration::from_secs_f64(1.0 / rate), next_slot: 0, random: seed | 1, missed: 0 }
    }

    /// How long to wait from `now` for the next sample. Slots that are over are missed, never caught up with.
    pub fn wait(&mut self, now: Instant) -> Duration {
        let since_start = now.saturating_duration_since(self.start);
        let current = (since_start.as_nanos() / self.period.as_nanos().max(1)) as u64;
        if current > self.next_slot {
            self.missed += current - self.next_slot;
            self.next_slot = current;
        }
        let moment = self.period.mul_f64(self.next_slot as f64 + self.fraction());
        self.next_slot += 1;
        moment.saturating_sub(since_start)
    }

    /// A random number in 0..1 (xorshift; Marsaglia 2003).
    fn fraction(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_one_moment_and_no_phase_is_preferred() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 200.0, 42);
        let mut now = start;
        let mut first_half = 0;
        for slot in 0..1000_u32 {
            now += schedule.wait(now);
            let within = now - start - Duration::from_millis(5) * slot;
            assert!(within <= Duration::from_millis(5));
            first_half += u32::from(within < Duration::from_micros(2500));
        }
        assert!((400..600).contains(&first_half), "{first_half}");
        assert_eq!(schedule.missed, 0);
    }

    #[test]
    fn late_slots_are_missed_and_not_caught_up_with() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 100.0, 1);
        let late = start + Duration::from_millis(95);
        assert!(schedule.wait(late) <= Duration::from_millis(5));
        assert_eq!(schedule.missed, 9);
        assert!(schedule.wait(late) >= Duration::from_millis(5));
        assert_eq!(schedule.missed, 9);
    }
}
