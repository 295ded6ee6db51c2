//! Books what samples saw: per thread first, then scaled to what the system's own clocks say, then by stack.
//!
//! A sample of a waiting thread stands for the time since the one before; samples of a computing thread all weigh the
//! same, because the time between two of them may have passed in a queue for a processor. That makes a good
//! *distribution* over stacks and a poor *sum*: so once a thread has ended (or the run has), its samples are scaled such that computing adds up to the thread's
//! processor time, being ready to compute to the scheduler's figure, and waiting to what is left of its life.
//!
//! ```text
//! samples:  calculate_price 60, parse 40      processor time of the thread: 1.500 s
//! booked:   calculate_price 0.900 s, parse 0.600 s
//! ```
//!
//! A computing thread that was looked at too late says nothing about where: its time is in the sum, and not in the
//! distribution. Threads with few samples are scaled together, because a single sample says little about a single thread.

use std::collections::HashMap;
use std::time::Duration;

use crate::measurement::{Reason, Seconds, StackTable};

/// Threads with fewer samples than this are scaled together with the others of their process.
const ENOUGH_FOR_A_SCALE_OF_ITS_OWN: u64 = 50;

/// Seconds booked for a sample of a computing thread; any value will do, since the sum is scaled.
const WEIGHT_OF_COMPUTING: f64 = 0.005;

/// A function as the interpreter names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Frame {
    pub file: String,
    pub name: String,
    pub first_line: i32,
}

/// A function with the rows of computing samples in which it was on the stack.
#[derive(Debug)]
pub struct SeenFunction {
    pub frame: Frame,
    pub spells: u64,
    /// How often it was called; 0 where nobody counts.
    pub calls: u64,
}

/// The functions that were met, each with a number.
#[derive(Debug, Default)]
pub struct Functions {
    seen: Vec<SeenFunction>,
    known: HashMap<Frame, u32>,
}

impl Functions {
    /// The number of a function.
    pub fn number(&mut self, frame: Frame) -> u32 {
        let next = self.seen.len() as u32;
        let number = *self.known.entry(frame.clone()).or_insert(next);
        if number == next {
            self.seen.push(SeenFunction { frame, spells: 0, calls: 0 });
        }
        number
    }

    /// The functions with these numbers.
    #[cfg(test)]
    pub fn frames(&self, numbers: &[u32]) -> Vec<Frame> {
        numbers.iter().map(|&number| self.seen[number as usize].frame.clone()).collect()
    }
}

/// What a thread was seen doing in one sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen {
    /// On a processor, in native code or not, if that is known.
    Computing { native: Option<bool> },
    /// Waiting, be it for a processor.
    Waiting(Reason),
    /// On a processor, but where it was at the moment that was meant nobody saw.
    TooLate,
}

/// Time by reason before native code is told from Python everywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    pub seconds: Seconds,
    /// Computing, in code that could not be told.
    pub untold: f64,
    pub samples: u64,
    pub computing: u64,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.seconds.add(&other.seconds);
        self.untold += other.untold;
        self.samples += other.samples;
        self.computing += other.computing;
    }

    fn cpu(&self) -> f64 {
        self.seconds.cpu() + self.untold
    }

    fn scaled(&self, scale: &Scale) -> Tally {
        let mut scaled = *self;
        for reason in Reason::ALL {
            *scaled.seconds.of_mut(reason) *= match reason {
                Reason::Python | Reason::Native => scale.computing,
                Reason::Queue => scale.queued,
                _ => scale.waiting,
            };
        }
        scaled.untold *= scale.computing;
        scaled
    }
}

/// Where a sample is booked: on a stack, or outside of Python.
pub type Place = Option<u32>;

/// The samples of one thread (or of several that are scaled together), with what the system's clocks say.
#[derive(Debug, Default)]
pub struct ThreadBook {
    tallies: HashMap<Place, Tally>,
    /// From its first sample to its last.
    pub life: Duration,
    /// Processor time in that span.
    pub computing: Duration,
    /// Time ready for a processor in that span.
    pub queued: Duration,
    last_computing: Place,
    /// The stack whose place was asked for last, function by function with its place.
    last: Vec<(u32, u32)>,
}

/// Factors from sampled to real time.
struct Scale {
    computing: f64,
    queued: f64,
    waiting: f64,
}

impl ThreadBook {
    fn merge(&mut self, other: ThreadBook) {
        for (place, tally) in other.tallies {
            self.tallies.entry(place).or_default().add(&tally);
        }
        self.life += other.life;
        self.computing += other.computing;
        self.queued += other.queued;
    }

    fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        self.tallies.values().for_each(|tally| sum.add(tally));
        sum
    }

    fn scale(&self) -> Scale {
        let sampled = self.sum();
        let (computing, queued) = (self.computing.as_secs_f64(), self.queued.as_secs_f64());
        let waiting = (self.life.as_secs_f64() - computing - queued).max(0.0);
        let factor = |real: f64, sampled: f64| if sampled > 0.0 { real / sampled } else { 1.0 };
        Scale {
            computing: factor(computing, sampled.cpu()),
            queued: factor(queued, sampled.seconds.queue),
            waiting: factor(waiting, sampled.seconds.waiting()),
        }
    }
}

/// The books of one process.
#[derive(Debug, Default)]
pub struct Ledger {
    pub functions: Functions,
    stacks: StackTable,
    closed: HashMap<Place, Tally>,
    small: ThreadBook,
}

/// What a ledger holds once it is closed.
pub struct Closed {
    pub functions: Vec<SeenFunction>,
    pub stacks: StackTable,
    /// Time of threads outside of Python.
    pub outside: Seconds,
}

impl Ledger {
    /// The place of a thread's stack, given from the outermost function inwards; outside of Python if there is none.
    /// From one sample to the next mostly the innermost functions differ, and only those are looked up.
    pub fn place(&mut self, thread: &mut ThreadBook, functions: &[u32]) -> Place {
        let same = thread.last.iter().zip(functions).take_while(|((before, _), now)| before == *now).count();
        thread.last.truncate(same);
        for &function in &functions[same..] {
            let parent = thread.last.last().map(|&(_, place)| place);
            thread.last.push((function, self.stacks.intern(parent, function)));
        }
        thread.last.last().map(|&(_, place)| place)
    }

    /// Books one sample of a thread; `span` of its life has passed since the one before.
    pub fn book(&mut self, thread: &mut ThreadBook, place: Place, seen: Seen, span: Duration) {
        thread.life += span;
        let tally = thread.tallies.entry(place).or_default();
        let seconds = span.as_secs_f64();
        tally.samples += 1;
        match seen {
            Seen::TooLate => {}
            Seen::Waiting(reason) => *tally.seconds.of_mut(reason) += seconds,
            Seen::Computing { native } => {
                tally.computing += 1;
                *match native {
                    Some(true) => &mut tally.seconds.native,
                    Some(false) => &mut tally.seconds.python,
                    None => &mut tally.untold,
                } += WEIGHT_OF_COMPUTING;
                self.count_spells(std::mem::replace(&mut thread.last_computing, place), place);
            }
        }
    }

    /// Closes the book of a thread that has ended. What it did without ever being caught at it goes to the books of
    /// the threads with few samples.
    pub fn close_thread(&mut self, book: ThreadBook) {
        let sum = book.sum();
        if sum.samples < ENOUGH_FOR_A_SCALE_OF_ITS_OWN {
            self.small.merge(book);
            return;
        }
        self.post(&book);
        if sum.cpu() == 0.0 {
            self.small.computing += book.computing;
        }
        if sum.seconds.queue == 0.0 {
            self.small.queued += book.queued;
        }
    }

    /// Closes the books of the process; all threads must have been closed before.
    pub fn close(mut self) -> Closed {
        let small = std::mem::take(&mut self.small);
        self.post(&small);
        let told = self.native_shares();
        let mut outside = Seconds::default();
        for (place, tally) in std::mem::take(&mut self.closed) {
            let Some(number) = place else {
                outside.add(&tally.seconds);
                outside.native += tally.untold;
                continue;
            };
            let stack = self.stacks.get_mut(number);
            let native = told.share(stack.function, &tally);
            stack.seconds.add(&tally.seconds);
            stack.seconds.native += tally.untold * native;
            stack.seconds.python += tally.untold * (1.0 - native);
            stack.samples += tally.samples;
            stack.computing += tally.computing;
        }
        Closed { functions: self.functions.seen, stacks: self.stacks, outside }
    }

    fn post(&mut self, book: &ThreadBook) {
        let scale = book.scale();
        for (place, tally) in &book.tallies {
            self.closed.entry(*place).or_default().add(&tally.scaled(&scale));
        }
    }

    /// A function that is on this computing stack and was not on the thread's one before begins a new row.
    fn count_spells(&mut self, before: Place, now: Place) {
        if before == now {
            return;
        }
        let old = self.functions_on(before);
        for function in self.functions_on(now) {
            if !old.contains(&function) {
                self.functions.seen[function as usize].spells += 1;
            }
        }
    }

    fn functions_on(&self, mut place: Place) -> Vec<u32> {
        let mut functions = Vec::new();
        while let Some(number) = place {
            let stack = self.stacks.get(number);
            if !functions.contains(&stack.function) {
                functions.push(stack.function);
            }
            place = stack.parent;
        }
        functions
    }

    fn native_shares(&self) -> NativeShares {
        let mut by_function: HashMap<u32, Seconds> = HashMap::new();
        for (place, tally) in &self.closed {
            if let Some(number) = place {
                by_function.entry(self.stacks.get(*number).function).or_default().add(&tally.seconds);
            }
        }
        NativeShares { by_function }
    }
}

/// What part of computing is native where a sample could not tell: as in the samples that could, of the same stack,
/// else of the same function, else none.
struct NativeShares {
    by_function: HashMap<u32, Seconds>,
}

impl NativeShares {
    fn share(&self, function: u32, tally: &Tally) -> f64 {
        let told = |seconds: &Seconds| (seconds.cpu() > 0.0).then(|| seconds.native / seconds.cpu());
        told(&tally.seconds).or_else(|| self.by_function.get(&function).and_then(told)).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: Seen = Seen::Computing { native: Some(false) };
    const NATIVE: Seen = Seen::Computing { native: Some(true) };
    const UNTOLD: Seen = Seen::Computing { native: None };
    const SPAN: Duration = Duration::from_millis(5);

    fn place(ledger: &mut Ledger, thread: &mut ThreadBook, names: &[&str]) -> Place {
        let frame = |name: &&str| Frame { file: "m.py".into(), name: (*name).to_owned(), first_line: 1 };
        let functions: Vec<u32> = names.iter().map(|name| ledger.functions.number(frame(name))).collect();
        ledger.place(thread, &functions)
    }

    /// Own seconds of the function with this name.
    fn own(closed: &Closed, name: &str) -> Seconds {
        let mut sum = Seconds::default();
        for number in 0..closed.stacks.len() {
            let stack = closed.stacks.get(number as u32);
            if closed.functions[stack.function as usize].frame.name == name {
                sum.add(&stack.seconds);
            }
        }
        sum
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn samples_are_scaled_to_the_clock() {
        let mut ledger = Ledger::default();
        let mut thread = ThreadBook::default();
        let price = place(&mut ledger, &mut thread, &["main", "price"]);
        let parse = place(&mut ledger, &mut thread, &["main", "parse"]);
        (0..60).for_each(|_| ledger.book(&mut thread, price, PYTHON, SPAN));
        (0..40).for_each(|_| ledger.book(&mut thread, parse, NATIVE, SPAN));
        (0..100).for_each(|_| ledger.book(&mut thread, parse, Seen::Waiting(Reason::Io), SPAN));
        (thread.computing, thread.queued) = (Duration::from_millis(400), Duration::ZERO);
        ledger.close_thread(thread);
        let closed = ledger.close();
        assert!(near(own(&closed, "price").python, 0.24));
        assert!(near(own(&closed, "parse").native, 0.16));
        assert!(near(own(&closed, "parse").io, 0.6));
        assert_eq!(own(&closed, "main").wall(), 0.0);
    }

    #[test]
    fn short_threads_are_scaled_together() {
        let mut ledger = Ledger::default();
        let work = place(&mut ledger, &mut ThreadBook::default(), &["work"]);
        for _ in 0..50 {
            let mut thread = ThreadBook::default();
            ledger.book(&mut thread, work, PYTHON, SPAN);
            ledger.close_thread(ThreadBook { computing: Duration::from_millis(2), ..thread });
            // As many threads are never caught computing, and yet have computed.
            ledger.close_thread(ThreadBook { computing: Duration::from_millis(2), ..ThreadBook::default() });
        }
        assert!(near(own(&ledger.close(), "work").python, 0.2));
    }

    #[test]
    fn untold_code_is_split_as_the_told() {
        let mut ledger = Ledger::default();
        let mut thread = ThreadBook { computing: SPAN * 8, ..ThreadBook::default() };
        let place = place(&mut ledger, &mut thread, &["dump"]);
        for seen in [NATIVE, NATIVE, NATIVE, PYTHON, UNTOLD, UNTOLD, UNTOLD, UNTOLD] {
            ledger.book(&mut thread, place, seen, SPAN);
        }
        ledger.close_thread(thread);
        let dump = own(&ledger.close(), "dump");
        assert!(near(dump.native, 0.03) && near(dump.python, 0.01), "{dump:?}");
    }

    #[test]
    fn waiting_for_a_processor_is_not_computing() {
        let mut ledger = Ledger::default();
        let mut thread = ThreadBook { computing: SPAN * 2, queued: SPAN * 2, ..ThreadBook::default() };
        let place = place(&mut ledger, &mut thread, &["work"]);
        for seen in [PYTHON, Seen::Waiting(Reason::Queue), PYTHON, PYTHON] {
            ledger.book(&mut thread, place, seen, SPAN);
        }
        ledger.close_thread(thread);
        let work = own(&ledger.close(), "work");
        assert!(near(work.python, 0.01) && near(work.queue, 0.01), "{work:?}");
    }

    #[test]
    fn a_look_that_came_too_late_moves_no_share() {
        let mut ledger = Ledger::default();
        let mut thread = ThreadBook { computing: SPAN * 100, ..ThreadBook::default() };
        let [work, after] = [["work"], ["after"]].map(|names| place(&mut ledger, &mut thread, &names));
        for _ in 0..60 {
            ledger.book(&mut thread, work, PYTHON, SPAN);
            ledger.book(&mut thread, after, Seen::TooLate, SPAN);
            ledger.book(&mut thread, after, Seen::Waiting(Reason::Io), SPAN);
        }
        ledger.close_thread(thread);
        let closed = ledger.close();
        let [work, after] = ["work", "after"].map(|name| own(&closed, name));
        assert!(near(work.python, 0.5) && after.python == 0.0, "{work:?}, {after:?}");
        assert!(near(after.io, 0.4), "{after:?}");
    }

    #[test]
    fn rows_of_samples_are_counted_per_function() {
        let mut ledger = Ledger::default();
        let mut thread = ThreadBook::default();
        for names in [&["main", "a"][..], &["main", "a", "b"], &["main"], &["main", "a"], &["main", "a"]] {
            let place = place(&mut ledger, &mut thread, names);
            ledger.book(&mut thread, place, PYTHON, SPAN);
        }
        let spells: Vec<u64> = ledger.functions.seen.iter().map(|function| function.spells).collect();
        assert_eq!(spells, [1, 2, 1]);
    }
}
