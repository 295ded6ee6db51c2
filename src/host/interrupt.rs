//! Ctrl-C and SIGTERM set a flag; long work polls it and returns.
//!
//! Returning (rather than dying in the signal handler) is what kills children and removes half-written files: their
//! owners are dropped. A second Ctrl-C exits at once with status 130.

use signal_hook::consts::{SIGINT, SIGTERM};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// What a process that was interrupted exits with.
pub const EXIT_CODE: i32 = 130;

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();

fn flag() -> &'static Arc<AtomicBool> {
    FLAG.get_or_init(|| Arc::new(AtomicBool::new(false)))
}

/// Starts to listen for SIGINT and SIGTERM; called once, by `main`.
pub fn install() {
    for signal in [SIGINT, SIGTERM] {
        // The shutdown is registered first: it sees the flag as the previous signal left it.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, EXIT_CODE, flag().clone());
        let _ = signal_hook::flag::register(signal, flag().clone());
    }
}

/// True after the first SIGINT or SIGTERM.
pub fn requested() -> bool {
    flag().load(Ordering::Relaxed)
}

/// Takes the first signal as the end of what was waited for; the next one interrupts again.
pub fn acknowledge() {
    flag().store(false, Ordering::Relaxed);
}

/// The error that work returns when it stops because of [`requested`].
pub fn error() -> io::Error {
    io::Error::new(io::ErrorKind::Interrupted, "interrupted")
}

/// `Err` after the first SIGINT or SIGTERM, for use with `?` between two steps of long work.
pub fn check() -> io::Result<()> {
    if requested() { Err(error()) } else { Ok(()) }
}
