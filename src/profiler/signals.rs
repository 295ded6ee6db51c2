//! Signals that somebody sends to us and means for the command.
//!
//! Keys pressed on a terminal (Ctrl-C, Ctrl-Z, Ctrl-\) reach the command by themselves, because it runs in our process
//! group. What is sent to our process alone is passed on. Ctrl-C and SIGTERM end the run and are not dealt with here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::SigId;
use signal_hook::consts::{SIGUSR1, SIGUSR2};

/// Listens for as long as it lives.
pub struct Signals {
    flags: Vec<(i32, Arc<AtomicBool>)>,
    registrations: Vec<SigId>,
}

impl Signals {
    /// Begins to listen; a signal that cannot be listened for keeps its effect on us.
    pub fn listen() -> Signals {
        let mut signals = Signals { flags: Vec::new(), registrations: Vec::new() };
        for signal in [SIGUSR1, SIGUSR2] {
            let flag = Arc::new(AtomicBool::new(false));
            if let Ok(registration) = signal_hook::flag::register(signal, flag.clone()) {
                signals.flags.push((signal, flag));
                signals.registrations.push(registration);
            }
        }
        signals
    }

    /// Signals that arrived since the last time.
    pub fn arrived(&self) -> impl Iterator<Item = i32> {
        self.flags.iter().filter(|(_, flag)| flag.swap(false, Ordering::Relaxed)).map(|(signal, _)| *signal)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.registrations.drain(..).for_each(|registration| _ = signal_hook::low_level::unregister(registration));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_sent_to_us_arrives_once() {
        let signals = Signals::listen();
        assert_eq!(signals.arrived().count(), 0);
        signal_hook::low_level::raise(SIGUSR2).unwrap();
        assert_eq!(signals.arrived().collect::<Vec<_>>(), [SIGUSR2]);
        assert_eq!(signals.arrived().count(), 0);
    }
}
