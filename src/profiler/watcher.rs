//! Watches one process from its start to its end: waits until Python runs in it, then samples its threads.
//!
//! One sample, for every thread: what does the scheduler's book say (nothing new? then it still waits where it
//! waited), is it computing or in which call does it wait; then the threads that compute are stopped for a fraction of a
//! millisecond, the Python stacks read, and all is booked.

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::interpreter::{AttachError, Interpreter};
use super::ledger::{Closed, Ledger, Place, Seen, ThreadBook};
use super::native::NativeCode;
use super::reasons;
use super::schedule::Schedule;
use super::walker::Stacks;
use crate::host::clock;
use crate::host::linux::pause::{Pause, Registers};
use crate::host::linux::priority::Preferred;
use crate::host::linux::procfs::{self, Activity, Id, Thread, Threads};
use crate::measurement::{Reason, Sampling};

/// After so many failures in a row the process is taken to run another program, and Python is looked for again.
const FAILURES_BEFORE_LOOKING_AGAIN: u32 = 20;
const FIRST_LOOK: Duration = Duration::from_millis(2);
const SLOWEST_LOOK: Duration = Duration::from_millis(25);

/// What watching one process gave.
pub struct Watched {
    pub process: Id,
    pub command: Vec<String>,
    pub folder: Option<std::path::PathBuf>,
    /// `None` if Python was never seen.
    pub python: Option<String>,
    pub books: Closed,
    pub threads: u64,
    pub sampling: Sampling,
    /// Processor time of the whole process.
    pub cpu: Duration,
    /// The part of it that fell between the first sample and the last.
    pub sampled_cpu: Duration,
    /// Whether native code could be told by unwinding in every sample.
    pub unwound: bool,
    /// Whether waiting for the GIL could be told from waiting for another lock.
    pub gil_told: bool,
    /// Whether the outermost functions of a stack were left out because it was too deep.
    pub cut: bool,
    /// Whether the system forbade to read the process.
    pub refused: bool,
    /// The last failure to read a stack.
    pub failure: Option<String>,
}

/// Watches a process until it ends or `stop` is set.
pub fn watch(process: Id, rate: f64, stop: &AtomicBool) -> Watched {
    let mut watcher = Watcher::new(process, rate, stop);
    while let Some(interpreter) = watcher.wait_for_python() {
        watcher.sample_while_it_runs(interpreter);
    }
    watcher.finish()
}

struct Watcher<'a> {
    process: Id,
    rate: f64,
    stop: &'a AtomicBool,
    ledger: Ledger,
    threads: HashMap<Id, Watching>,
    command: Vec<String>,
    folder: Option<std::path::PathBuf>,
    python: Option<String>,
    threads_seen: HashSet<Id>,
    sampling: Sampling,
    /// Whether the sample is taken at the random moment that was meant for it.
    in_time: bool,
    cpu: Duration,
    cpu_at_attach: Option<Duration>,
    native: Option<NativeCode>,
    unwound: bool,
    gil_told: bool,
    cut: bool,
    refused: bool,
    failure: Option<String>,
}

/// A thread under observation.
struct Watching {
    files: Thread,
    book: ThreadBook,
    schedule: procfs::Schedule,
    place: Place,
    waits: Option<Reason>,
}

/// What was found out about a thread in this sample.
struct Look {
    id: Id,
    activity: Activity,
    fresh: bool,
    pause: Option<Pause>,
    registers: Option<Registers>,
    /// What it computes, where it does.
    seen: Option<Seen>,
    /// Whether it was ready and waited for a processor.
    was_queued: bool,
}

impl<'a> Watcher<'a> {
    fn new(process: Id, rate: f64, stop: &'a AtomicBool) -> Self {
        Watcher {
            process,
            rate,
            stop,
            ledger: Ledger::default(),
            threads: HashMap::new(),
            command: procfs::arguments(process),
            folder: None,
            python: None,
            threads_seen: HashSet::new(),
            sampling: Sampling { rate, ..Sampling::default() },
            in_time: true,
            cpu: Duration::ZERO,
            cpu_at_attach: None,
            native: None,
            unwound: true,
            gil_told: true,
            cut: false,
            refused: false,
            failure: None,
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || !procfs::is_alive(self.process)
    }

    /// Looks for an interpreter, ever more seldom, until there is one or the process is over.
    fn wait_for_python(&mut self) -> Option<Interpreter> {
        let mut pause = FIRST_LOOK;
        while !self.is_over() && !self.refused {
            self.read_clock();
            match Interpreter::attach(self.process) {
                Ok(interpreter) => return Some(interpreter),
                Err(AttachError::Refused) => self.refused = true,
                Err(AttachError::NotPython | AttachError::NotReady(_)) => {}
            }
            std::thread::sleep(pause);
            pause = (pause * 3 / 2).min(SLOWEST_LOOK);
        }
        None
    }

    fn sample_while_it_runs(&mut self, mut interpreter: Interpreter) {
        self.python = Some(interpreter.version());
        self.command = procfs::arguments(self.process);
        self.folder = procfs::folder(self.process);
        self.read_clock();
        self.cpu_at_attach.get_or_insert(self.cpu);
        self.native = interpreter.image.as_ref().and_then(|image| NativeCode::of(self.process, image));
        self.gil_told &= !interpreter.runtime.is_empty();
        let taken_before = self.sampling.taken;
        let seed = self.process as u64
            ^ u64::from(clock::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos())
            ^ 0x9e37_79b9_7f4a_7c15;
        let mut schedule = Schedule::new(clock::monotonic(), self.rate, seed);
        let mut last = clock::monotonic();
        let mut failures = 0;
        let mut present = Threads::of(self.process);
        self.meet_threads(&present);
        let _ahead = Preferred::to_all();
        while failures < FAILURES_BEFORE_LOOKING_AGAIN && !self.stop.load(Ordering::Relaxed) {
            let now = schedule.next(clock::monotonic());
            std::thread::sleep(now.saturating_duration_since(clock::monotonic()));
            if !self.read_clock() {
                break;
            }
            self.in_time = schedule.is_in_time(clock::monotonic());
            match self.sample(&mut interpreter, &mut present, now, now - last) {
                Ok(true) => failures = 0,
                Ok(false) => break,
                Err(failure) => {
                    failures += 1;
                    self.failure = Some(failure);
                    self.sampling.failed += 1;
                }
            }
            last = now;
        }
        self.sampling.missed += schedule.missed;
        self.unwound &= was_unwound(self.native.is_some(), self.sampling.taken - taken_before);
        self.close_threads();
    }

    /// Brings the processor time up to date; false once the process is over.
    fn read_clock(&mut self) -> bool {
        let clock = procfs::processor_time(self.process);
        self.cpu = self.cpu.max(clock.unwrap_or_default());
        clock.is_some()
    }

    /// Threads that are there when sampling begins: what they did before is not sampled, so it is not booked.
    fn meet_threads(&mut self, present: &Threads) {
        for &id in present.ids() {
            if let Ok(watching) = Watching::meet(self.process, id, true) {
                self.threads.insert(id, watching);
            }
        }
    }

    /// Takes one sample of all threads; false if none is left.
    fn sample(
        &mut self,
        interpreter: &mut Interpreter,
        present: &mut Threads,
        now: Instant,
        span: Duration,
    ) -> Result<bool, String> {
        let mut looks = self.look_at_all(present);
        if looks.is_empty() {
            return Ok(false);
        }
        for look in looks.iter_mut().filter(|look| look.activity == Activity::Computing) {
            self.halt(look, now).map_err(|error| error.to_string())?;
        }
        let paused_at = clock::monotonic();
        let stacks = self.stacks_of(&looks, interpreter, present.ids());
        if let Ok(stacks) = &stacks {
            for look in looks.iter_mut().filter(|look| look.activity == Activity::Computing) {
                look.seen = Some(self.seen(look, stacks));
            }
        }
        if looks.iter().any(|look| look.pause.is_some()) {
            self.sampling.paused_seconds += paused_at.elapsed().as_secs_f64();
        }
        looks.iter_mut().for_each(|look| look.pause = None);
        let mut stacks = stacks?;
        self.cut |= stacks.cut;
        self.sampling.taken += u64::from(self.in_time);
        for look in looks {
            let stack = stacks.by_thread.remove(&look.id);
            self.book(&look, stack, &interpreter.runtime, span);
        }
        Ok(true)
    }

    /// What each thread does. One that has ended may have made room for another, so then all are listed anew.
    fn look_at_all(&mut self, present: &mut Threads) -> Vec<Look> {
        if present.look() {
            self.let_go_of_the_ended(present.ids());
        }
        let looks: Vec<Look> = present.ids().iter().filter_map(|&id| self.look(id)).collect();
        if looks.len() == present.ids().len() {
            return looks;
        }
        present.list();
        self.let_go_of_the_ended(present.ids());
        let known: HashSet<Id> = looks.iter().map(|look| look.id).collect();
        let newcomers: Vec<Id> = present.ids().difference(&known).copied().collect();
        let newer = newcomers.into_iter().filter_map(|id| self.look(id)).collect::<Vec<Look>>();
        looks.into_iter().chain(newer).collect()
    }

    fn let_go_of_the_ended(&mut self, present: &HashSet<Id>) {
        let ended: Vec<Id> = self.threads.keys().filter(|id| !present.contains(id)).copied().collect();
        for id in ended {
            if let Some(watching) = self.threads.remove(&id) {
                self.ledger.close_thread(watching.book);
            }
        }
    }

    /// What a thread does; `None` if it ended meanwhile.
    fn look(&mut self, id: Id) -> Option<Look> {
        if !self.threads.contains_key(&id) {
            self.threads.insert(id, Watching::meet(self.process, id, false).ok()?);
        }
        self.threads_seen.insert(id);
        let watching = self.threads.get_mut(&id)?;
        let schedule = watching.files.schedule().ok()?;
        if schedule == watching.schedule && watching.waits.is_some() {
            return Some(Look::nothing_new(id));
        }
        let activity = watching.files.activity().ok()?;
        watching.advance(schedule);
        Some(Look { activity, fresh: true, ..Look::nothing_new(id) })
    }

    /// Stops a thread that computes, and finds out whether it really was on a processor when its turn to be looked at
    /// came, or was waiting for one.
    ///
    fn halt(&mut self, look: &mut Look, moment: Instant) -> io::Result<()> {
        look.pause = Pause::of(look.id)?;
        let since = moment.elapsed();
        look.registers = look.pause.as_ref().and_then(Pause::registers);
        if let Some(watching) = self.threads.get_mut(&look.id)
            && let Ok(schedule) = watching.files.schedule()
        {
            look.was_queued = was_queued(&watching.schedule, &schedule, since);
            watching.advance(schedule);
        }
        Ok(())
    }

    /// The Python stacks of the threads that have moved.
    fn stacks_of(
        &mut self,
        looks: &[Look],
        interpreter: &mut Interpreter,
        present: &HashSet<Id>,
    ) -> Result<Stacks, String> {
        let moved: HashSet<Id> = looks.iter().filter(|look| look.fresh).map(|look| look.id).collect();
        if moved.is_empty() {
            return Ok(Stacks::default());
        }
        interpreter.stacks(&moved, present, &mut self.ledger.functions)
    }

    /// What a stopped thread computes, or that it does not: one that is ready to, and holds no GIL, and is in no
    /// native code either, is about to take the GIL.
    fn seen(&mut self, look: &Look, stacks: &Stacks) -> Seen {
        let (is_python, holds_gil) = (stacks.by_thread.contains_key(&look.id), stacks.holder == Some(look.id));
        if look.was_queued && (holds_gil || !is_python) {
            return Seen::Waiting(Reason::Queue);
        }
        if !is_python {
            return Seen::Computing { native: Some(true) };
        }
        let native = match (&mut self.native, look.registers) {
            (Some(native), Some(registers)) => native.is_native(&registers),
            (Some(_), None) => None,
            (None, _) => Some(!holds_gil),
        };
        match native {
            Some(false) if !holds_gil => {
                Seen::Waiting(if stacks.holder.is_some() { Reason::Gil } else { Reason::Queue })
            }
            _ if look.was_queued => Seen::Waiting(Reason::Queue),
            native => Seen::Computing { native },
        }
    }

    fn book(&mut self, look: &Look, stack: Option<Vec<u32>>, runtime: &Range<u64>, span: Duration) {
        let Some(watching) = self.threads.get_mut(&look.id) else { return };
        self.sampling.stacks += 1;
        if look.fresh {
            watching.place = stack.and_then(|stack| self.ledger.place(&mut watching.book, &stack));
            watching.waits = match &look.activity {
                Activity::Computing => None,
                Activity::Waiting(call) => Some(reasons::of(call, runtime)),
                Activity::Unknown => Some(Reason::Unknown),
            };
        }
        let seen = match (look.seen, watching.waits) {
            (Some(Seen::Computing { .. }), _) if !self.in_time => Seen::TooLate,
            (Some(seen), _) => seen,
            (None, reason) => Seen::Waiting(reason.unwrap_or(Reason::Unknown)),
        };
        self.sampling.computing += u64::from(matches!(seen, Seen::Computing { .. }));
        self.ledger.book(&mut watching.book, watching.place, seen, span);
    }

    fn close_threads(&mut self) {
        for (_, watching) in std::mem::take(&mut self.threads) {
            self.ledger.close_thread(watching.book);
        }
    }

    fn finish(self) -> Watched {
        Watched {
            process: self.process,
            command: self.command,
            folder: self.folder,
            python: self.python,
            books: self.ledger.close(),
            threads: self.threads_seen.len() as u64,
            sampling: self.sampling,
            cpu: self.cpu,
            sampled_cpu: self.cpu_at_attach.map_or(Duration::ZERO, |before| self.cpu.saturating_sub(before)),
            unwound: self.unwound,
            gil_told: self.gil_told,
            cut: self.cut,
            refused: self.refused,
            failure: self.failure,
        }
    }
}

/// Whether a thread waited for a processor at the moment of the sample, which was `since` ago: by what the
/// scheduler said when it was looked at, and once it was stopped.
///
/// A thread must be on a processor to be stopped, so one that was waiting has been given one since. If it had waited for
/// longer than since the moment, that is the program's own fate; if not, it was we who took the processor away.
fn was_queued(looked_at: &procfs::Schedule, stopped: &procfs::Schedule, since: Duration) -> bool {
    stopped.turns != looked_at.turns && stopped.queued.saturating_sub(looked_at.queued) > since
}

/// Whether a stretch of sampling leaves it true that all was unwound. An interpreter found in a process that is ending
/// gives no sample any more, and then its libraries may be gone too: that says nothing about the samples before.
fn was_unwound(code_is_known: bool, samples: u64) -> bool {
    code_is_known || samples == 0
}

impl Look {
    /// The thread still waits where it waited.
    fn nothing_new(id: Id) -> Look {
        Look {
            id,
            activity: Activity::Unknown,
            fresh: false,
            pause: None,
            registers: None,
            seen: None,
            was_queued: false,
        }
    }
}

impl Watching {
    /// Begins to watch a thread; `known_before` if it had lived before we began to sample.
    fn meet(process: Id, id: Id, known_before: bool) -> io::Result<Watching> {
        let files = Thread::open(process, id)?;
        let schedule = if known_before { files.schedule()? } else { procfs::Schedule::default() };
        Ok(Watching { files, book: ThreadBook::default(), schedule, place: None, waits: None })
    }

    /// Takes over the scheduler's new figures.
    fn advance(&mut self, schedule: procfs::Schedule) {
        self.book.computing += schedule.computing.saturating_sub(self.schedule.computing);
        self.book.queued += schedule.queued.saturating_sub(self.schedule.queued);
        self.schedule = schedule;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_whose_processor_we_took_was_computing() {
        let micros = Duration::from_micros;
        let looked_at = procfs::Schedule { computing: micros(900), queued: micros(100), turns: 7 };
        let after = |queued: u64, turns: u64| procfs::Schedule { queued: micros(100 + queued), turns, ..looked_at };
        assert!(!was_queued(&looked_at, &after(0, 7), micros(60)), "it never stopped computing");
        assert!(!was_queued(&looked_at, &after(40, 8), micros(60)), "it waited since we came");
        assert!(was_queued(&looked_at, &after(2000, 8), micros(1200)), "it had waited before");
    }

    #[test]
    fn a_look_at_an_ending_process_does_not_make_earlier_samples_coarse() {
        assert!(was_unwound(false, 0) && was_unwound(true, 9));
        assert!(!was_unwound(false, 1));
    }
}
