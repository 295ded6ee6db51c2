//! Why a thread waits, from the system call it waits in.
//!
//! CPython waits for the GIL on a condition variable inside its global state (`_PyRuntime`), so a `futex` on an address
//! in there is the GIL, and any other one a lock. The rest follows from what the call is for; a call that waits for a
//! descriptor *or* a time is sleep only if there is no descriptor.

use std::ops::Range;

use crate::host::linux::procfs::Call;
use crate::measurement::Reason;

/// Why a thread in this call waits; `runtime` is where CPython keeps its global state.
pub fn of(call: &Call, runtime: &Range<u64>) -> Reason {
    let [first, second, ..] = call.arguments;
    match call.number {
        libc::SYS_futex if runtime.contains(&first) => Reason::Gil,
        libc::SYS_futex | libc::SYS_futex_waitv | libc::SYS_flock | libc::SYS_semtimedop | libc::SYS_semop => {
            Reason::Lock
        }
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => Reason::Sleep,
        libc::SYS_pselect6 if first == 0 => Reason::Sleep,
        libc::SYS_ppoll if second == 0 => Reason::Sleep,
        libc::SYS_rt_sigtimedwait | libc::SYS_rt_sigsuspend => Reason::Sleep,
        libc::SYS_restart_syscall => of_restarted(call, runtime),
        number => of_older_call(number, call),
    }
}

/// A timed wait that goes on after a stop: its number is gone, its arguments are not. It can be a futex, a poll or one
/// of the two sleeps.
fn of_restarted(call: &Call, runtime: &Range<u64>) -> Reason {
    const LARGEST_CLOCK: u64 = 31;
    const LARGEST_SMALL_NUMBER: u64 = 4095;
    const PRIVATE_FUTEX: u64 = libc::FUTEX_PRIVATE_FLAG as u64;
    let [first, second, ..] = call.arguments;
    if runtime.contains(&first) {
        Reason::Gil
    } else if first <= LARGEST_CLOCK || second > LARGEST_SMALL_NUMBER || second == 0 {
        Reason::Sleep
    } else if second & PRIVATE_FUTEX != 0 {
        Reason::Lock
    } else {
        Reason::Io
    }
}

/// The calls that only the oldest architectures have.
#[cfg(target_arch = "x86_64")]
fn of_older_call(number: i64, call: &Call) -> Reason {
    match number {
        libc::SYS_select if call.arguments[0] == 0 => Reason::Sleep,
        libc::SYS_poll if call.arguments[1] == 0 => Reason::Sleep,
        libc::SYS_pause => Reason::Sleep,
        _ => Reason::Io,
    }
}

/// The calls that only the oldest architectures have.
#[cfg(not(target_arch = "x86_64"))]
fn of_older_call(_: i64, _: &Call) -> Reason {
    Reason::Io
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_wait_is_told() {
        let runtime = 0x1000..0x2000;
        let reason = |number, first, second| of(&Call { number, arguments: [first, second, 0, 0, 0, 0] }, &runtime);
        assert_eq!(reason(libc::SYS_futex, 0x1800, 0x189), Reason::Gil);
        assert_eq!(reason(libc::SYS_futex, 0x2000, 0x189), Reason::Lock);
        assert_eq!(reason(libc::SYS_clock_nanosleep, 1, 0), Reason::Sleep);
        assert_eq!(reason(libc::SYS_pselect6, 0, 0), Reason::Sleep);
        assert_eq!(reason(libc::SYS_pselect6, 5, 0), Reason::Io);
        assert_eq!(reason(libc::SYS_ppoll, 0x7ff0, 1), Reason::Io);
        assert_eq!(reason(libc::SYS_recvfrom, 3, 0), Reason::Io);
        assert_eq!(reason(libc::SYS_fsync, 3, 0), Reason::Io);
        assert_eq!(reason(libc::SYS_wait4, 3, 0), Reason::Io);
        assert_eq!(reason(libc::SYS_restart_syscall, 0x1800, 0x89), Reason::Gil);
        assert_eq!(reason(libc::SYS_restart_syscall, 0x7f00, 0x89), Reason::Lock);
        assert_eq!(reason(libc::SYS_restart_syscall, 1, 0), Reason::Sleep);
        assert_eq!(reason(libc::SYS_restart_syscall, 0x7f00, 0x7f80), Reason::Sleep);
        assert_eq!(reason(libc::SYS_restart_syscall, 0x7f00, 2), Reason::Io);
    }
}
