//! Running: the original composes and answers, the port follows, both at the same time.
//!
//! A worker is a pair of threads with a process each. The first composes cases with the original and sends them on; the
//! second asks the port and compares. Units (a function; a class with its objects) are dealt out to the workers; a
//! unit's cases depend on nothing but the seed and its name. Not even on how far the second thread is: what it found
//! in a message (a function that differs is not called any more) is heard a fixed number of messages later.

use super::case::{Answered, Case, Origin};
use super::compare::{ByUnit, Consumer, Gathered, merged};
use super::compose::{Composer, Start, ask_cases};
use super::inputs::unbind;
use super::random::Random;
use super::scout::Scouted;
use super::shapes;
use super::side::{Reply, Side};
use super::subject::{SubjectId, Subjects};
use super::{Progress, VerifyJob};
use crate::artifact::Access;
use crate::host::clock;
use crate::recording::{Action, RecordedCall, Request};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

/// Calls slower than this get no more than the minimum.
const SLOW: u64 = 10_000_000;
/// How many messages the composing thread is ahead of what it hears of the comparing one.
const AHEAD: usize = 16;

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

    fn name(&self, subjects: &Subjects) -> String {
        match self {
            Unit::Function(id) => subjects.all[*id].name(),
            Unit::Class(name) => format!("class {name}"),
            Unit::Module => "module".into(),
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

/// What the composing thread sends to the comparing one.
pub(super) enum Message {
    /// The cases that follow are of this unit.
    Unit(usize),
    Cases(Vec<Answered>),
    /// Asks how many calls of each subject were compared so far.
    HowMany(Sender<BTreeMap<SubjectId, usize>>),
}

/// What all workers share.
pub(super) struct Engine<'a> {
    pub(super) job: &'a VerifyJob<'a>,
    pub(super) subjects: &'a Subjects<'a>,
    pub(super) scouted: &'a Scouted,
    pub(super) units: Vec<Unit>,
    /// Which subjects get no more than the minimum of calls.
    pub(super) slow: Vec<bool>,
    pub(super) next: AtomicUsize,
    pub(super) deadline: Option<Instant>,
    pub(super) progress: &'a (dyn Fn(Progress) + Sync),
}

/// Which subjects have slow calls, as scouted or as decided earlier.
pub(super) fn slow(job: &VerifyJob, subjects: &Subjects, scouted: &Scouted) -> Vec<bool> {
    let measured = scouted.cost.iter().map(|cost| cost.median() > SLOW);
    subjects.all.iter().zip(measured).map(|(subject, slow)| job.decider.is_slow(&subject.name(), slow)).collect()
}

impl Engine<'_> {
    /// Runs all units and gives what was gathered; `None` after Ctrl-C.
    pub(super) fn run(&self) -> Option<BTreeMap<SubjectId, Gathered>> {
        let workers = self.job.limits.jobs.clamp(1, self.units.len().max(1));
        let parts: Vec<Option<ByUnit>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..workers)
                .map(|_| {
                    let (sender, receiver) = sync_channel(AHEAD);
                    let (news, heard) = channel();
                    let consumer = scope.spawn(move || Consumer::new(self, news).run(receiver));
                    let producer = scope.spawn(move || self.produce(&sender, &heard));
                    (producer, consumer)
                })
                .collect();
            handles.into_iter().map(finished).collect()
        });
        let mut units = BTreeMap::new();
        for part in parts {
            units.extend(part?);
        }
        Some(units.into_values().fold(BTreeMap::new(), merged))
    }

    /// Composes the cases of one unit after the other; gives the functions of which every call was made, by unit.
    fn produce(&self, sender: &SyncSender<Message>, heard: &Receiver<Vec<SubjectId>>) -> Option<Exhausted> {
        let mut python = self.job.counting_python("compose");
        let mut all = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = self.units.get(number) else { return Some(all) };
            let mut exhausted = Vec::new();
            let name = unit.name(self.subjects);
            let composer = Composer {
                subjects: self.subjects,
                choosers: self.scouted.choosers.clone(),
                pool: self.scouted.pool.clone(),
                random: Random::new(self.job.seed, &name),
                python: &mut python,
                cost: self.scouted.cost.clone(),
                held: HashMap::new(),
                patience: self.job.limits.patience,
                harvests: false,
                interrupted: false,
            };
            let _ = sender.send(Message::Unit(number));
            let news = News { heard, unheard: 0, stopped: HashSet::new() };
            let mut producer = Producer { engine: self, composer, sender, news, made: BTreeMap::new() };
            producer.send_cases(vec![Case { steps: vec![Request::bare(Action::Reset)], origin: Origin::Generated }]);
            match unit {
                Unit::Function(id) => producer.function(*id, &mut exhausted),
                Unit::Class(_) | Unit::Module => producer.sequences(unit, &mut exhausted),
            }
            producer.news.hear_all();
            if producer.composer.interrupted {
                return None;
            }
            all.push((number, exhausted));
        }
    }

    /// Whether enough differences of a function are known.
    pub(super) fn is_enough(&self, gathered: &Gathered) -> bool {
        gathered.tally.different >= self.job.limits.differences.max(1)
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| clock::monotonic() > deadline)
    }

    /// How many calls a subject should get beside the recorded ones.
    fn wanted(&self, id: SubjectId, recorded: usize) -> usize {
        let evidence = self.job.evidence;
        let minimum = evidence.minimum_calls as usize;
        match self.slow[id] {
            true => minimum.saturating_sub(recorded),
            false => (evidence.generated_calls as usize).max(minimum.saturating_sub(recorded)),
        }
    }

    fn recorded(&self, id: SubjectId) -> impl Iterator<Item = &RecordedCall> {
        let name = self.subjects.all[id].name();
        self.job.recorded.iter().filter(move |call| call.callable == name)
    }
}

/// The functions of which every call was made, by unit.
type Exhausted = Vec<(usize, Vec<SubjectId>)>;

/// Waits for a worker's two threads.
fn finished(
    (producer, consumer): (ScopedJoinHandle<'_, Option<Exhausted>>, ScopedJoinHandle<'_, Option<ByUnit>>),
) -> Option<ByUnit> {
    let exhausted = producer.join().ok().flatten();
    let mut units = consumer.join().ok().flatten()?;
    for (number, ids) in exhausted? {
        let unit = units.entry(number).or_default();
        ids.into_iter().for_each(|id| unit.entry(id).or_default().exhausted = true);
    }
    Some(units)
}

/// What the comparing thread tells after every message of cases: which subjects have differed often enough.
struct News<'e> {
    heard: &'e Receiver<Vec<SubjectId>>,
    /// Messages sent of which nothing was heard yet.
    unheard: usize,
    stopped: HashSet<SubjectId>,
}

impl News<'_> {
    /// Before a message is sent: hears of the one that many messages ago, never of a later one.
    fn before_sending(&mut self) {
        if self.unheard == AHEAD {
            self.hear();
        }
        self.unheard += 1;
    }

    fn hear_all(&mut self) {
        while self.unheard > 0 {
            self.hear();
        }
    }

    fn hear(&mut self) {
        // The sender goes away only with its thread, whose end is seen when it is joined.
        self.stopped.extend(self.heard.recv().unwrap_or_default());
        self.unheard -= 1;
    }
}

/// Composes the cases of one unit and sends them on.
struct Producer<'a, 'e> {
    engine: &'e Engine<'e>,
    composer: Composer<'a>,
    sender: &'e SyncSender<Message>,
    news: News<'e>,
    /// Calls sent, by subject.
    made: BTreeMap<SubjectId, usize>,
}

impl Producer<'_, '_> {
    fn send_cases(&mut self, cases: Vec<Case>) {
        let answered = self.composer.answered(cases);
        self.send(answered);
    }

    fn send(&mut self, answered: Vec<Answered>) {
        for one in &answered {
            for index in 0..one.case.steps.len() {
                if let Some(id) = one.case.subject(index, self.engine.subjects) {
                    *self.made.entry(id).or_default() += 1;
                }
            }
        }
        self.news.before_sending();
        // The receiver goes away only with its thread, whose end is seen when it is joined.
        let _ = self.sender.send(Message::Cases(answered));
    }

    /// Waits until everything sent was compared and gives the number of compared calls.
    fn compared(&mut self) -> BTreeMap<SubjectId, usize> {
        self.news.hear_all();
        let (sender, receiver) = channel();
        let _ = self.sender.send(Message::HowMany(sender));
        receiver.recv().unwrap_or_default()
    }

    fn is_stopped(&self, id: SubjectId) -> bool {
        self.news.stopped.contains(&id)
    }

    fn may_go_on(&self, id: SubjectId) -> bool {
        !self.is_stopped(id) && !self.engine.is_over() && !self.composer.interrupted
    }

    /// Recorded calls, every call where there are few, calls that do not bind, and generated ones.
    fn function(&mut self, id: SubjectId, exhausted: &mut Vec<SubjectId>) {
        let callable = self.engine.subjects.callable(id);
        if self.engine.scouted.nondeterministic.contains_key(&id) {
            return;
        }
        let fresh = callable.reads_clock || callable.access == Access::Write;
        let recorded = self.recorded_cases(id, fresh);
        let count = recorded.len();
        recorded.chunks(32).for_each(|chunk| self.send_cases(chunk.to_vec()));
        let unbound = self.composer.unbound_calls(id);
        self.send_cases(unbound);
        if !fresh && let Some(lists) = shapes::enumerate(callable) {
            let action = Action::Function(callable.name.clone());
            let call = |args| Request { action: action.clone(), args, kwargs: Vec::new() };
            let cases = lists.into_iter().map(|args| Case { steps: vec![call(args)], origin: Origin::Generated });
            self.send_cases(cases.collect());
            return exhausted.push(id);
        }
        self.fill(id, self.engine.wanted(id, count), fresh);
    }

    /// Generates calls until enough were made, and more where too few of them could be compared.
    fn fill(&mut self, id: SubjectId, wanted: usize, fresh: bool) {
        let minimum = self.engine.job.evidence.minimum_calls as usize;
        let (mut wanted, mut before) = (wanted, 0);
        for _ in 0..4 {
            let mut left = wanted;
            while left > 0 && self.may_go_on(id) {
                let answered = self.composer.calls(id, left.min(32), fresh);
                if answered.is_empty() {
                    return;
                }
                left -= answered.len();
                self.send(answered);
            }
            let compared = self.compared().get(&id).copied().unwrap_or(0);
            (self.engine.progress)(Progress { name: self.engine.subjects.all[id].name(), compared, wanted: minimum });
            if compared >= minimum || compared == before || !self.may_go_on(id) {
                return;
            }
            before = compared;
            wanted = (minimum - compared) * 5 / 4 + 8;
        }
    }

    fn recorded_cases(&mut self, id: SubjectId, fresh: bool) -> Vec<Case> {
        let callable = self.engine.subjects.callable(id);
        let mut cases = Vec::new();
        for call in self.engine.recorded(id) {
            if let Some(given) = unbind(callable, &call.args, &call.kwargs) {
                self.composer.choosers[id].know(given);
            }
            let action = Action::Function(callable.name.clone());
            let request = Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() };
            let reset = fresh.then(|| Request::bare(Action::Reset));
            cases.push(Case { steps: reset.into_iter().chain([request]).collect(), origin: Origin::Recorded });
        }
        cases
    }

    /// Sequences of calls on the objects of a class or on the module, until every member was called often enough.
    fn sequences(&mut self, unit: &Unit, exhausted: &mut Vec<SubjectId>) {
        let starts = unit.starts(self.engine.subjects);
        let mut members: Vec<SubjectId> = starts.iter().flat_map(|start| self.composer.members(start)).collect();
        members.sort_unstable();
        members.dedup();
        for start in &starts {
            self.recorded_sequence(start);
        }
        for id in members.iter().copied().filter(|id| self.belongs(*id, unit)).collect::<Vec<_>>() {
            let unbound = self.composer.unbound_calls(id);
            self.send_cases(unbound);
        }
        let mut before = BTreeMap::new();
        for round in 0..4 {
            let compared = self.compared();
            let wanted = self.wanted(&members, &compared, round == 0);
            let stuck = round > 0 && wanted.keys().all(|id| compared.get(id) == before.get(id));
            before = compared;
            if stuck || wanted.is_empty() || !self.one_round(unit, &starts, &wanted) {
                break;
            }
        }
        self.constructors(unit, exhausted);
    }

    /// Whether a subject is the unit's own, not one of the functions that only share its state.
    fn belongs(&self, id: SubjectId, unit: &Unit) -> bool {
        match unit {
            Unit::Class(name) => self.engine.subjects.all[id].class.is_some_and(|class| class.name == *name),
            Unit::Module => true,
            Unit::Function(_) => false,
        }
    }

    /// How many more calls each member needs.
    fn wanted(
        &self,
        members: &[SubjectId],
        compared: &BTreeMap<SubjectId, usize>,
        first: bool,
    ) -> BTreeMap<SubjectId, usize> {
        let minimum = self.engine.job.evidence.minimum_calls as usize;
        members
            .iter()
            .filter(|id| self.may_go_on(**id) && !self.engine.scouted.nondeterministic.contains_key(id))
            .filter_map(|id| {
                let so_far = compared.get(id).copied().unwrap_or(0);
                let missing = minimum.saturating_sub(so_far);
                let wanted = if first { self.engine.wanted(*id, so_far) } else { missing };
                (wanted > 0).then_some((*id, wanted))
            })
            .collect()
    }

    /// Sequences until the members were called that often; false where nothing can be composed.
    fn one_round(&mut self, unit: &Unit, starts: &[Start], wanted: &BTreeMap<SubjectId, usize>) -> bool {
        let before = self.made.clone();
        let (mut failures, mut turn) = (0, 0);
        loop {
            let Some(weights) = self.weights(unit, wanted, &before) else { return true };
            if failures > 20 || starts.is_empty() {
                return false;
            }
            let length = self.composer.random.between(6, 40) as usize;
            let weight = |id: SubjectId| weights.get(&id).copied().unwrap_or(0.0);
            let start = &starts[turn % starts.len()];
            match self.composer.sequence(start, length, &weight, self.engine.scouted.clock_jumps) {
                Some(answered) => self.send(vec![answered]),
                None => failures += 1,
            }
            turn += 1;
        }
    }

    /// How likely each member is called next; `None` when nothing is missing or nothing may go on.
    ///
    /// What has enough calls is still called a little, because it makes the states that the others need; functions
    /// that share the state are called now and then between the methods.
    fn weights(
        &self,
        unit: &Unit,
        wanted: &BTreeMap<SubjectId, usize>,
        before: &BTreeMap<SubjectId, usize>,
    ) -> Option<BTreeMap<SubjectId, f64>> {
        if self.engine.is_over() || self.composer.interrupted {
            return None;
        }
        let missing = |id: SubjectId| {
            let made = self.made.get(&id).unwrap_or(&0) - before.get(&id).unwrap_or(&0);
            let own = self.belongs(id, unit) && !self.is_stopped(id);
            let wanted = if own { wanted.get(&id).copied().unwrap_or(0) } else { 0 };
            wanted.saturating_sub(made) as f64
        };
        let own: f64 = wanted.keys().map(|id| missing(*id)).sum();
        let average = own / wanted.len().max(1) as f64;
        let weight = |id: SubjectId| match () {
            () if self.is_stopped(id) || self.engine.scouted.nondeterministic.contains_key(&id) => 0.0,
            () if self.engine.slow[id] => missing(id).max(average / 300.0),
            () if self.engine.subjects.callable(id).access == Access::Write => missing(id).max(average * 0.7),
            () => missing(id).max(average * 0.06),
        };
        (own > 0.0).then(|| (0..self.engine.subjects.all.len()).map(|id| (id, weight(id))).collect())
    }

    /// Recorded method calls in their order, on a fresh object, as far as they were made on such an object.
    fn recorded_sequence(&mut self, start: &Start) {
        let on = match start {
            Start::Global(name) => name.clone(),
            Start::New(_) | Start::Module => return,
        };
        let members = self.composer.members(start);
        let mut steps = Vec::new();
        for call in self.engine.job.recorded {
            let Some(id) = members.iter().copied().find(|id| self.engine.subjects.all[*id].name() == call.callable)
            else {
                continue;
            };
            let callable = self.engine.subjects.callable(id);
            if let Some(given) = unbind(callable, &call.args, &call.kwargs) {
                self.composer.choosers[id].know(given);
            }
            if self.engine.subjects.all[id].class.is_some() {
                let action = Action::Method { on: on.clone(), method: callable.name.clone() };
                steps.push(Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() });
            }
        }
        let cases = steps.chunks(50).map(|chunk| {
            let mut steps = vec![Request::bare(Action::Reset)];
            steps.extend_from_slice(chunk);
            steps.push(Request::bare(Action::State(Some(on.clone()))));
            Case { steps, origin: Origin::Recorded }
        });
        for case in cases.collect::<Vec<_>>() {
            self.send_cases(vec![case]);
        }
    }

    /// Constructors are called in every sequence; those with arguments get calls of their own.
    fn constructors(&mut self, unit: &Unit, exhausted: &mut Vec<SubjectId>) {
        let Unit::Class(name) = unit else { return };
        let Some(id) = self.engine.subjects.find(Some(name), "__init__") else { return };
        if self.engine.subjects.callable(id).params.is_empty() {
            let answered = self.composer.calls(id, 1, false);
            self.send(answered);
            return exhausted.push(id);
        }
        let unbound = self.composer.unbound_calls(id);
        self.send_cases(unbound);
        let so_far = self.compared().get(&id).copied().unwrap_or(0);
        self.fill(id, self.engine.wanted(id, so_far), false);
    }
}

/// A fresh side asks one case alone; for shrinking.
pub(super) fn ask_alone(side: &mut Side, case: &Case, timeout: Option<Duration>) -> Vec<Reply> {
    ask_cases(side, std::slice::from_ref(case), false, timeout).pop().unwrap_or_default()
}
