//! When to sample: once in every slot of the rate, at a random moment within it.
//!
//! Equal distances would beat with programs that work in a rhythm of their own (a timer, the interpreter's 5 ms GIL
//! turns) and see always the same phase. A random moment in each slot cannot, and still keeps the number of samples.
//!
//! A moment is only random if the sample is taken then. One that had to wait for a processor is taken when somebody lets
//! go of one, and what threads do at that moment is no accident (see `host::linux::priority`).

use std::time::{Duration, Instant};

/// So late a sample may always come: twice what a thread needs to wake up.
const LEAST_TOLERANCE: Duration = Duration::from_micros(150);

/// Hands out the moments at which to sample.
pub struct Schedule {
    start: Instant,
    period: Duration,
    next_slot: u64,
    random: u64,
    moment: Instant,
    /// How late a sample may come.
    tolerance: Duration,
    /// Slots that were over before their turn came, or whose sample came too late to say what was computed.
    pub missed: u64,
}

impl Schedule {
    /// A schedule that begins now, with `rate` samples a second.
    pub fn new(start: Instant, rate: f64, seed: u64) -> Schedule {
        Schedule {
            start,
            period: Duration::from_secs_f64(1.0 / rate),
            next_slot: 0,
            random: seed | 1,
            moment: start,
            tolerance: LEAST_TOLERANCE,
            missed: 0,
        }
    }

    /// The moment of the next sample. Slots that are over are missed, never caught up with.
    pub fn next(&mut self, now: Instant) -> Instant {
        let since_start = now.saturating_duration_since(self.start);
        let current = (since_start.as_nanos() / self.period.as_nanos().max(1)) as u64;
        if current > self.next_slot {
            self.missed += current - self.next_slot;
            self.next_slot = current;
        }
        let moment = self.period.mul_f64(self.next_slot as f64 + self.fraction());
        self.next_slot += 1;
        self.moment = self.start + moment;
        self.moment
    }

    /// Whether it is `now` still the random moment that was handed out last; if not, the sample is missed as far as
    /// computing goes. Where nearly all come late, the least late are good enough: one in four.
    pub fn is_in_time(&mut self, now: Instant) -> bool {
        let in_time = now.saturating_duration_since(self.moment) <= self.tolerance;
        if in_time {
            self.tolerance = self.tolerance.mul_f64(0.75).max(LEAST_TOLERANCE);
        } else {
            self.tolerance = self.tolerance.mul_f64(1.1);
            self.missed += 1;
        }
        in_time
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
            now = schedule.next(now);
            let within = now - start - Duration::from_millis(5) * slot;
            assert!(within <= Duration::from_millis(5));
            first_half += u32::from(within < Duration::from_micros(2500));
        }
        assert!((400..600).contains(&first_half), "{first_half}");
        assert_eq!(schedule.missed, 0);
    }

    #[test]
    fn samples_that_come_late_are_missed_and_yet_some_are_taken() {
        let taken = |lateness: &dyn Fn(u32) -> u64| {
            let mut schedule = Schedule::new(Instant::now(), 200.0, 3);
            let mut now = schedule.start;
            let taken = (0..4000).filter(|&sample| {
                now = schedule.next(now) + Duration::from_micros(lateness(sample));
                schedule.is_in_time(now)
            });
            let taken = taken.count();
            assert!(schedule.missed >= 4000 - taken as u64);
            taken
        };
        assert_eq!(taken(&|_| 80), 4000);
        assert_eq!(taken(&|sample| if sample % 2 == 0 { 80 } else { 3000 }), 2000);
        let always_late = taken(&|sample| 1000 + u64::from(sample * 7919 % 1000));
        assert!((900..1300).contains(&always_late), "{always_late}");
    }

    #[test]
    fn late_slots_are_missed_and_not_caught_up_with() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, 100.0, 1);
        let late = start + Duration::from_millis(95);
        assert!(schedule.next(late) < start + Duration::from_millis(100));
        assert_eq!(schedule.missed, 9);
        assert!(schedule.next(late) >= start + Duration::from_millis(100));
        assert_eq!(schedule.missed, 9);
    }
}
