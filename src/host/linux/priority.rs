//! Has a thread run the moment it wants to.
//!
//! Under load, a thread whose time has come waits for a processor until somebody lets go of one: at the scheduler's
//! tick, or when a program sleeps or asks the kernel for something. What the others do at that moment is not what they
//! do at a random one, so a sampler that comes late sees mostly beginnings and ends of system calls.

use std::mem::{size_of, zeroed};

/// The calling thread goes before others while this lives, as far as the system allows; must be dropped by the thread
/// that made it.
pub struct Preferred {
    before: Option<libc::sched_attr>,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl Preferred {
    /// Prefers the calling thread to all that compute in the usual way if we may, else a little: for work that takes
    /// next to no time and is worth nothing later. Its timers ring when they should, and not when others ring.
    pub fn to_all() -> Preferred {
        const AHEAD_OF_THE_USUAL: i32 = -10;
        // SAFETY: plain system call; it sets a number of the calling thread.
        unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1) };
        let real_time = libc::sched_attr { sched_policy: libc::SCHED_FIFO as u32, sched_priority: 1, ..attributes() };
        let before = current();
        let nice = before.map_or(0, |before| before.sched_nice);
        let little = [AHEAD_OF_THE_USUAL.min(nice), nice].map(short_turns);
        let _ = before.is_some() && [real_time].iter().chain(&little).any(set);
        Preferred { before, _not_send: std::marker::PhantomData }
    }
}

impl Drop for Preferred {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // What children inherit takes rights to be set back; the sampler has no children.
            let _ = set(before) || set(&libc::sched_attr { sched_flags: attributes().sched_flags, ..*before });
        }
    }
}

/// The usual way, with so short a turn that it comes soon (Linux 6.12 and later; before, the length is ignored).
fn short_turns(nice: i32) -> libc::sched_attr {
    const SHORTEST_TURN: u64 = 100_000;
    libc::sched_attr {
        sched_policy: libc::SCHED_OTHER as u32,
        sched_nice: nice,
        sched_runtime: SHORTEST_TURN,
        ..attributes()
    }
}

/// Attributes that say nothing, but that children do not inherit them.
fn attributes() -> libc::sched_attr {
    // SAFETY: all of its fields are integers.
    let zeroes: libc::sched_attr = unsafe { zeroed() };
    libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_flags: libc::SCHED_FLAG_RESET_ON_FORK as u64,
        ..zeroes
    }
}

fn current() -> Option<libc::sched_attr> {
    let mut attributes = attributes();
    let size = size_of::<libc::sched_attr>();
    // SAFETY: the kernel writes at most `size` bytes of integers; 0 is the calling thread.
    let failed = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, size, 0) };
    (failed == 0).then_some(attributes)
}

fn set(attributes: &libc::sched_attr) -> bool {
    // SAFETY: the kernel reads `attributes`; 0 is the calling thread.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, attributes, 0) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_preferred_and_then_as_before() {
        let of = |attributes: libc::sched_attr| (attributes.sched_policy, attributes.sched_nice);
        let before = current().map(of).expect("the kernel tells");
        let preferred = Preferred::to_all();
        let (policy, nice) = current().map(of).expect("the kernel tells");
        assert!(policy == libc::SCHED_FIFO as u32 || nice <= before.1);
        drop(preferred);
        assert_eq!(current().map(of), Some(before));
    }
}
