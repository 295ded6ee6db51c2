//! Running: units are driven side by side, a crew of processes does their tasks.
//!
//! A unit (a function; a class with its objects) is driven by one thread, which makes tasks, learns from their answers
//! and keeps the account (`driver`, `gather`). A crew of pairs of processes does the tasks of all units: the original
//! composes and answers, the port follows and is compared (`crew`). A driver has a fixed number of tasks under way and
//! takes their results in order, so that its calls depend on nothing but the seed and its unit's name: neither on time
//! nor on the size of the crew.

use super::compose::Start;
use super::crew::crew;
use super::driver::Driver;
use super::gather::{Gathered, merged};
use super::scout::Scouted;
use super::subject::{SubjectId, Subjects};
use super::{Progress, VerifyJob};
use crate::artifact::Access;
use crate::host::clock;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Calls whose loops go round more often than this, or that take longer, get no more calls than the minimum.
const SLOW_WORK: u64 = 20_000;
const SLOW_TIME: u64 = 50_000_000;

/// What is verified together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A function that changes no state.
    Function(SubjectId),
    /// The methods of a class.
    Class(String),
    /// The functions that change the state of the module.
    Module,
}

impl Unit {
    /// All units of an interface.
    pub(super) fn all(subjects: &Subjects) -> Vec<Unit> {
        let writes = !subjects.functions(|access| access == Access::Write).is_empty();
        let alone = subjects.functions(|access| access == Access::Pure || access == Access::Read && !writes);
        let classes = subjects.interface.classes.iter().filter(|class| !subjects.of_class(&class.name).is_empty());
        let mut units: Vec<Unit> = classes.map(|class| Unit::Class(class.name.clone())).collect();
        units.extend(writes.then_some(Unit::Module));
        units.extend(alone.into_iter().map(Unit::Function));
        units
    }

    pub(super) fn name(&self, subjects: &Subjects) -> String {
        match self {
            Unit::Function(id) => subjects.all[*id].name(),
            Unit::Class(name) => format!("class {name}"),
            Unit::Module => "module".into(),
        }
    }

    /// The subjects that are the unit's own, not functions that only share its state.
    pub(super) fn own(&self, subjects: &Subjects) -> Vec<SubjectId> {
        match self {
            Unit::Function(id) => vec![*id],
            Unit::Class(name) => subjects.of_class(name),
            Unit::Module => subjects.functions(|access| access != Access::Pure),
        }
    }

    /// What sequences of the unit begin with.
    pub(super) fn starts(&self, subjects: &Subjects) -> Vec<Start> {
        match self {
            Unit::Function(_) => Vec::new(),
            Unit::Module => vec![Start::Module],
            Unit::Class(name) => {
                let held = subjects.interface.objects.iter().filter(|object| object.class == *name);
                let mut starts: Vec<Start> = held.map(|object| Start::Global(object.name.clone())).collect();
                if subjects.find(Some(name), "__init__").is_some() {
                    starts.push(Start::New(name.clone()));
                }
                starts
            }
        }
    }
}

/// What all drivers share.
pub(super) struct Engine<'a> {
    pub(super) job: &'a VerifyJob<'a>,
    pub(super) subjects: &'a Subjects<'a>,
    pub(super) scouted: &'a Scouted,
    pub(super) units: Vec<Unit>,
    /// Which subjects get no more than the minimum of calls.
    pub(super) slow: Vec<bool>,
    pub(super) deadline: Option<Instant>,
    pub(super) progress: &'a (dyn Fn(Progress) + Sync),
}

/// Which subjects have slow calls, as scouted or as decided earlier.
pub(super) fn slow(job: &VerifyJob, subjects: &Subjects, scouted: &Scouted) -> Vec<bool> {
    let measured = scouted.cost.iter().map(|cost| (cost.work() > SLOW_WORK, cost.time() > SLOW_TIME));
    let is_slow = |name: String, (work, time)| work || job.decider.is_slow(&name, time);
    subjects.all.iter().zip(measured).map(|(subject, cost)| is_slow(subject.name(), cost)).collect()
}

impl Engine<'_> {
    /// Runs all units and gives what was gathered; `None` after Ctrl-C.
    pub(super) fn run(&self) -> Option<BTreeMap<SubjectId, Gathered>> {
        let jobs = self.job.limits.jobs.max(1);
        let next = AtomicUsize::new(0);
        let order = self.order();
        let results = Mutex::new(BTreeMap::new());
        let (results, next, order) = (&results, &next, &order);
        std::thread::scope(|scope| {
            let tasks = crew(scope, self.job, self.subjects, &self.scouted.answers, jobs);
            for _ in 0..jobs.min(self.units.len()) {
                let tasks = tasks.clone();
                scope.spawn(move || {
                    while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let found = Driver::new(self, &self.units[*at], tasks.clone()).run();
                        let is_over = found.is_none();
                        results.lock().unwrap_or_else(PoisonError::into_inner).insert(*at, found);
                        if is_over {
                            return;
                        }
                    }
                });
            }
        });
        let results = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
        results.into_values().try_fold(BTreeMap::new(), |all, part| Some(merged(all, part?)))
    }

    /// The units, the dearest first: what is left for the end is short.
    fn order(&self) -> Vec<usize> {
        let cost = |at: &usize| {
            let ids = self.units[*at].own(self.subjects).into_iter();
            std::cmp::Reverse(ids.map(|id| self.scouted.cost[id].work()).max())
        };
        let mut order: Vec<usize> = (0..self.units.len()).collect();
        order.sort_by_key(cost);
        order
    }

    /// Whether the time for everything is used up.
    pub(super) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| clock::monotonic() > deadline)
    }

    /// How many calls a subject should get beside the recorded ones.
    pub(super) fn wanted(&self, id: SubjectId, recorded: usize) -> usize {
        let evidence = self.job.evidence;
        let minimum = evidence.minimum_calls as usize;
        match self.slow[id] {
            true => minimum.saturating_sub(recorded),
            false => (evidence.generated_calls as usize).max(minimum.saturating_sub(recorded)),
        }
    }
}
