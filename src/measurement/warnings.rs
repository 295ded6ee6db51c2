//! What a reader should know before trusting a measurement, in plain words.

use super::{Ending, Measurement, ratio};

/// Fewer computing samples than this leave shares too coarse to act on.
const ENOUGH_SAMPLES: u64 = 200;

/// Something that limits what a measurement can tell: a sentence, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub message: String,
    pub help: Option<String>,
}

impl Warning {
    fn new(message: impl Into<String>) -> Self {
        Warning { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Measurement {
    /// Everything that limits this measurement, most important first.
    pub fn warnings(&self) -> Vec<Warning> {
        let checks = [
            self.bad_ending(),
            self.no_python(),
            self.nothing_of_the_users(),
            self.too_few_samples(),
            self.starved_sampler(),
            self.unreadable_stacks(),
            self.outside_python(),
            self.mostly_native(),
            self.unseen_processor_time(),
            self.mostly_waiting(),
            self.coarse_native_share(),
        ];
        let notes = self.notes.iter().map(|note| Warning::new(note.clone()));
        checks.into_iter().flatten().chain(notes).collect()
    }

    fn bad_ending(&self) -> Option<Warning> {
        let message = match self.ending {
            Ending::Code { code: 0 } | Ending::DurationReached | Ending::Detached | Ending::NotSeen => return None,
            Ending::Code { code } => format!("the command failed with exit code {code}"),
            Ending::Signal { signal } => format!("the command was ended by signal {signal}"),
            Ending::TimedOut => "the command ran into the time limit and was ended".to_owned(),
            Ending::Interrupted => "the run was interrupted".to_owned(),
        };
        Some(Warning::new(format!("{message}: the figures cover what ran until then")))
    }

    fn no_python(&self) -> Option<Warning> {
        (self.processes.is_empty() && !self.origin.is_imported()).then(|| {
            Warning::new("no Python interpreter was seen while the command ran: there is nothing to show")
                .help("give a command that runs Python for at least a few tenths of a second")
        })
    }

    fn nothing_of_the_users(&self) -> Option<Warning> {
        (!self.functions.is_empty() && self.functions.iter().all(|function| !function.user)).then(|| {
            let root = self.project_root.display();
            Warning::new(format!("no function in a file under {root} was seen: all time went into other code"))
                .help("check that the command runs the project that is analysed, and not an installed copy")
        })
    }

    fn too_few_samples(&self) -> Option<Warning> {
        let computing = self.sampling.computing;
        let is_sampled = !self.processes.is_empty() || (self.origin.is_imported() && self.sampling.stacks > 0);
        (is_sampled && computing < ENOUGH_SAMPLES).then(|| {
            Warning::new(format!("only {computing} samples of computing threads: shares are rough"))
                .help("run the command for longer, or raise --rate")
        })
    }

    fn starved_sampler(&self) -> Option<Warning> {
        let missed = ratio(self.sampling.missed as f64, (self.sampling.missed + self.sampling.taken) as f64);
        (missed > 0.1).then(|| {
            Warning::new(format!(
                "the sampler missed {:.0} % of its moments: the machine is overloaded",
                100.0 * missed
            ))
            .help("leave one processor free, or lower --rate")
        })
    }

    fn unreadable_stacks(&self) -> Option<Warning> {
        let failed = ratio(self.sampling.failed as f64, (self.sampling.failed + self.sampling.taken) as f64);
        (failed > 0.05).then(|| Warning::new(format!("{:.0} % of the stacks could not be read", 100.0 * failed)))
    }

    fn outside_python(&self) -> Option<Warning> {
        let outside = ratio(self.outside.cpu(), self.total().cpu());
        (outside > 0.5).then(|| {
            let share = 100.0 * outside;
            Warning::new(format!("{share:.0} % of the processor time was spent in threads that run no Python"))
        })
    }

    fn mostly_native(&self) -> Option<Warning> {
        let inside: f64 = self.stacks.iter().map(|stack| stack.seconds.native).sum();
        let share = ratio(inside, self.total().cpu());
        (share > 0.5).then(|| {
            let share = 100.0 * share;
            Warning::new(format!("{share:.0} % of the processor time was spent in native code that Python called"))
                .help("a translation of the Python around it cannot make that part faster")
        })
    }

    fn unseen_processor_time(&self) -> Option<Warning> {
        let unseen = self.cpu.total() - self.cpu.sampled;
        let share = ratio(unseen, self.cpu.total());
        (!self.processes.is_empty() && share > 0.2 && unseen > 0.2).then(|| {
            let share = 100.0 * share;
            Warning::new(format!(
                "{share:.0} % of the command's processor time was not sampled: it fell before Python was up, into \
                 short-lived processes or into programs other than Python"
            ))
        })
    }

    fn mostly_waiting(&self) -> Option<Warning> {
        let busy = ratio(self.cpu.sampled, self.wall_seconds);
        (!self.processes.is_empty() && busy < 0.2).then(|| {
            let share = 100.0 * busy;
            Warning::new(format!(
                "the program computed for only {share:.0} % of the time it ran: it mostly waited, and shares of the \
                 processor time are shares of that little"
            ))
        })
    }

    fn coarse_native_share(&self) -> Option<Warning> {
        let coarse = self.native_method == super::NativeMethod::WithoutGil;
        (coarse && !self.processes.is_empty()).then(|| {
            Warning::new(
                "native code could only be told from Python where it ran without the GIL: its share is a lower bound",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Tree, measurement};
    use super::*;

    fn messages(m: &Measurement) -> String {
        m.warnings().into_iter().map(|w| w.message + "\n").collect()
    }

    #[test]
    fn a_good_measurement_has_no_warnings() {
        assert_eq!(messages(&measurement(&[Tree("f", 5.0, &[])])), "");
    }

    #[test]
    fn each_limit_is_said() {
        let good = measurement(&[Tree("f", 5.0, &[])]);
        let says = |change: fn(&mut Measurement), words: &str| {
            let mut m = good.clone();
            change(&mut m);
            let said = messages(&m);
            assert!(said.contains(words), "{words:?} not in {said:?}");
        };
        says(|m| m.ending = Ending::Code { code: 3 }, "exit code 3");
        says(|m| m.ending = Ending::Signal { signal: 9 }, "signal 9");
        says(|m| m.ending = Ending::TimedOut, "time limit");
        says(|m| m.processes.clear(), "no Python interpreter");
        says(|m| m.functions.iter_mut().for_each(|f| f.user = false), "under /project was seen");
        says(|m| m.sampling.computing = 10, "only 10 samples");
        says(|m| m.sampling.missed = 5_000, "missed 83 %");
        says(|m| m.sampling.failed = 1_000, "50 % of the stacks");
        says(|m| m.outside.native = 50.0, "run no Python");
        says(|m| m.cpu.user = 50.0, "90 % of the command's processor time was not sampled");
        says(|m| m.stacks[0].seconds.native = 50.0, "91 % of the processor time was spent in native code");
        says(|m| m.wall_seconds = 100.0, "computed for only 5 %");
        says(|m| m.native_method = super::super::NativeMethod::WithoutGil, "lower bound");
        says(|m| m.notes.push("the moon is full".to_owned()), "the moon is full");
    }
}
