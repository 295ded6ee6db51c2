//! Running: the original composes and answers, the port follows, both at the same time.
//!
//! A worker is a pair of threads with a process each. The first composes cases with the original and sends them on; the
//! second asks the port and compares. Units (a function; a class with its objects) are dealt out to the workers; a
//! unit's cases depend on nothing but the seed and its name.

use super::case::{self, Answered, Case, Origin, Verdict};
use super::compose::{Composer, Start, ask_cases};
use super::evidence::{Calls, CorpusStep, Difference, DifferenceKind, Tally};
use super::inputs::unbind;
use super::random::Random;
use super::scout::Scouted;
use super::shapes;
use super::shrink::{self, Shrinker};
use super::side::{Reply, Side};
use super::subject::{SubjectId, Subjects};
use super::{Progress, VerifyJob};
use crate::artifact::Access;
use crate::host::clock;
use crate::recording::{Action, RecordedCall, Request};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Cases kept per function as its corpus.
const CORPUS: usize = 24;
/// Longest case and answer that a corpus takes.
const CORPUS_STEPS: usize = 12;
const CORPUS_ANSWER: usize = 4096;
/// Calls slower than this get no more than the minimum.
const SLOW: u64 = 10_000_000;

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

/// What was gathered about one function or method.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    pub(super) calls: Calls,
    pub(super) tally: Tally,
    pub(super) differences: Vec<Difference>,
    pub(super) corpus: Vec<Vec<CorpusStep>>,
    pub(super) exhausted: bool,
    /// Branches of the original that compared calls took.
    pub(super) branches: BTreeSet<u32>,
    outcomes: HashSet<String>,
}

enum Message {
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
    pub(super) next: AtomicUsize,
    pub(super) stopped: Mutex<HashSet<SubjectId>>,
    pub(super) deadline: Option<Instant>,
    pub(super) progress: &'a (dyn Fn(Progress) + Sync),
}

impl Engine<'_> {
    /// Runs all units and gives what was gathered; `None` after Ctrl-C.
    pub(super) fn run(&self) -> Option<BTreeMap<SubjectId, Gathered>> {
        let workers = self.job.limits.jobs.clamp(1, self.units.len().max(1));
        let parts: Vec<Option<BTreeMap<SubjectId, Gathered>>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..workers)
                .map(|_| {
                    let (sender, receiver) = sync_channel(16);
                    let consumer = scope.spawn(move || Consumer::new(self).run(receiver));
                    let producer = scope.spawn(move || self.produce(&sender));
                    (producer, consumer)
                })
                .collect();
            let finish =
                |(producer, consumer): (std::thread::ScopedJoinHandle<'_, _>, std::thread::ScopedJoinHandle<'_, _>)| {
                    let exhausted: Option<Vec<SubjectId>> = producer.join().ok().flatten();
                    let gathered: Option<BTreeMap<SubjectId, Gathered>> = consumer.join().ok().flatten();
                    let mut gathered = gathered?;
                    for id in exhausted? {
                        gathered.entry(id).or_default().exhausted = true;
                    }
                    Some(gathered)
                };
            handles.into_iter().map(finish).collect()
        });
        parts.into_iter().try_fold(BTreeMap::new(), |all, part| Some(merged(all, part?)))
    }

    /// Composes the cases of one unit after the other; gives the functions of which every call was made.
    fn produce(&self, sender: &SyncSender<Message>) -> Option<Vec<SubjectId>> {
        let mut python = self.job.counting_python();
        let mut exhausted = Vec::new();
        while let Some(unit) = self.units.get(self.next.fetch_add(1, Ordering::Relaxed)) {
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
            let mut producer = Producer { engine: self, composer, sender, made: BTreeMap::new() };
            producer.send_cases(vec![Case { steps: vec![Request::bare(Action::Reset)], origin: Origin::Generated }]);
            match unit {
                Unit::Function(id) => producer.function(*id, &mut exhausted),
                Unit::Class(_) | Unit::Module => producer.sequences(unit, &mut exhausted),
            }
            if producer.composer.interrupted {
                return None;
            }
        }
        Some(exhausted)
    }

    fn is_stopped(&self, id: SubjectId) -> bool {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    /// Whether enough differences of a function are known.
    fn is_enough(&self, gathered: &Gathered) -> bool {
        gathered.tally.different >= self.job.limits.differences.max(1)
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| clock::monotonic() > deadline)
    }

    /// How many calls a subject should get beside the recorded ones.
    fn wanted(&self, id: SubjectId, recorded: usize) -> usize {
        let evidence = self.job.evidence;
        let minimum = evidence.minimum_calls as usize;
        match self.is_slow(id) {
            true => minimum.saturating_sub(recorded),
            false => (evidence.generated_calls as usize).max(minimum.saturating_sub(recorded)),
        }
    }

    fn is_slow(&self, id: SubjectId) -> bool {
        self.scouted.cost[id].median() > SLOW
    }

    fn recorded(&self, id: SubjectId) -> impl Iterator<Item = &RecordedCall> {
        let name = self.subjects.all[id].name();
        self.job.recorded.iter().filter(move |call| call.callable == name)
    }
}

/// Composes the cases of one unit and sends them on.
struct Producer<'a, 'e> {
    engine: &'e Engine<'e>,
    composer: Composer<'a>,
    sender: &'e SyncSender<Message>,
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
        // The receiver goes away only with its thread, whose end is seen when it is joined.
        let _ = self.sender.send(Message::Cases(answered));
    }

    /// Waits until everything sent was compared and gives the number of compared calls.
    fn compared(&self) -> BTreeMap<SubjectId, usize> {
        let (sender, receiver) = channel();
        let _ = self.sender.send(Message::HowMany(sender));
        receiver.recv().unwrap_or_default()
    }

    fn may_go_on(&self, id: SubjectId) -> bool {
        !self.engine.is_stopped(id) && !self.engine.is_over() && !self.composer.interrupted
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
            let own = self.belongs(id, unit) && !self.engine.is_stopped(id);
            let wanted = if own { wanted.get(&id).copied().unwrap_or(0) } else { 0 };
            wanted.saturating_sub(made) as f64
        };
        let own: f64 = wanted.keys().map(|id| missing(*id)).sum();
        let average = own / wanted.len().max(1) as f64;
        let weight = |id: SubjectId| match () {
            () if self.engine.is_stopped(id) || self.engine.scouted.nondeterministic.contains_key(&id) => 0.0,
            () if self.engine.is_slow(id) => missing(id).max(average / 300.0),
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

/// Asks the port and compares.
struct Consumer<'e> {
    engine: &'e Engine<'e>,
    port: Side,
    gathered: BTreeMap<SubjectId, Gathered>,
    /// Processes of its own for making differences small, once there are any.
    shrinker: Option<Shrinker<'e>>,
    interrupted: bool,
}

impl<'e> Consumer<'e> {
    fn new(engine: &'e Engine<'e>) -> Consumer<'e> {
        let (port, gathered) = (engine.job.port_side(), BTreeMap::new());
        Consumer { engine, port, gathered, shrinker: None, interrupted: false }
    }

    fn run(mut self, receiver: Receiver<Message>) -> Option<BTreeMap<SubjectId, Gathered>> {
        for message in receiver {
            match message {
                Message::Cases(cases) if !self.interrupted => self.compare(cases),
                Message::Cases(_) => {}
                Message::HowMany(sender) => {
                    let totals = self.gathered.iter().map(|(id, gathered)| (*id, gathered.calls.total())).collect();
                    let _ = sender.send(totals);
                }
            }
        }
        (!self.interrupted).then_some(self.gathered)
    }

    fn compare(&mut self, cases: Vec<Answered>) {
        let (cases, skipped): (Vec<Answered>, Vec<Answered>) =
            cases.into_iter().partition(|answered| !self.is_given_up(&answered.case));
        drop(skipped);
        let mut start = 0;
        while start < cases.len() && !self.interrupted {
            let rest: Vec<Case> = cases[start..].iter().map(answered_part).collect();
            let replies = ask_until_failure(&mut self.port, &rest);
            let done = replies.len();
            for (answered, replies) in cases[start..].iter().zip(replies) {
                self.compare_case(answered, &replies);
            }
            start += done.max(1);
            while start < cases.len() && self.is_given_up(&cases[start].case) {
                start += 1;
            }
        }
    }

    fn is_given_up(&self, case: &Case) -> bool {
        let enough = |gathered: &Gathered| self.engine.is_enough(gathered);
        let given_up = |id: SubjectId| self.gathered.get(&id).is_some_and(enough);
        (0..case.steps.len()).filter_map(|index| case.subject(index, self.engine.subjects)).any(given_up)
    }

    fn compare_case(&mut self, answered: &Answered, replies: &[Reply]) {
        for index in 0..answered.case.steps.len() {
            if matches!(answered.python.get(index), None | Some(Err(_))) {
                return self.not_finished(answered, index);
            }
            let Some(reply) = replies.get(index) else { return };
            let verdict = case::compare(answered, index, reply, self.engine.subjects);
            if verdict == Verdict::Interrupted {
                self.interrupted = true;
                return;
            }
            let goes_on = matches!(verdict, Verdict::Same(_) | Verdict::NotComparable);
            self.note(answered, index, verdict, reply);
            if !goes_on {
                return;
            }
        }
    }

    /// The original did not answer: nothing to compare with.
    fn not_finished(&mut self, answered: &Answered, index: usize) {
        if let Some(id) = answered.case.subject(index, self.engine.subjects) {
            self.gathered.entry(id).or_default().tally.not_comparable += 1;
        }
    }

    fn note(&mut self, answered: &Answered, index: usize, verdict: Verdict, reply: &Reply) {
        let Some(id) = answered.case.responsible(index, self.engine.subjects) else { return };
        let is_call = answered.case.subject(index, self.engine.subjects).is_some();
        let gathered = self.gathered.entry(id).or_default();
        let spoken = answered.python.get(index).and_then(|reply| reply.as_ref().ok()).filter(|_| is_call);
        let python = spoken.and_then(|spoken| spoken.answer());
        if is_call {
            case::count(&mut gathered.tally, &verdict, python);
        } else if matches!(verdict, Verdict::Same(_)) {
            gathered.tally.states += 1;
        }
        if let (Verdict::Same(_) | Verdict::Different(..), Some(trace)) =
            (&verdict, spoken.and_then(|s| s.trace.as_ref()))
        {
            gathered.branches.extend(trace.branches.iter());
        }
        match verdict {
            Verdict::Same(_) if is_call => {
                match answered.case.origin {
                    Origin::Recorded => gathered.calls.recorded += 1,
                    Origin::Generated => gathered.calls.generated += 1,
                }
                if let Some(python) = python {
                    let new = gathered.outcomes.insert(case::signature(python));
                    gathered.tally.outcomes = gathered.outcomes.len();
                    if new && gathered.corpus.len() < CORPUS {
                        gathered.corpus.extend(corpus_case(answered, index));
                    }
                }
            }
            Verdict::Different(kind, _) => self.differs(id, answered, index, kind, reply),
            _ => {}
        }
    }

    /// Makes the difference small at once: only the smallest case tells which call is to blame for a state that differs.
    fn differs(&mut self, id: SubjectId, answered: &Answered, index: usize, kind: DifferenceKind, port: &Reply) {
        let steps = answered.case.steps[..=index].to_vec();
        let case = Case { steps, origin: answered.case.origin };
        let engine = self.engine;
        let shrinker = self.shrinker.get_or_insert_with(|| Shrinker::new(engine.job, engine.subjects));
        let (blamed, difference) = match shrinker.shrink(&case) {
            Some((blamed, difference)) => (blamed.unwrap_or(id), difference),
            None => (id, shrink::unshrunk(&case, kind, answered.python.get(index), port)),
        };
        let gathered = self.gathered.entry(blamed).or_default();
        gathered.tally.different += 1;
        match answered.case.origin {
            Origin::Recorded => gathered.calls.recorded += 1,
            Origin::Generated => gathered.calls.generated += 1,
        }
        if !gathered.differences.contains(&difference) {
            gathered.differences.push(difference);
        }
        if self.engine.is_enough(gathered) {
            self.engine.stopped.lock().unwrap_or_else(PoisonError::into_inner).insert(blamed);
        }
    }
}

/// The steps that the original answered: the port is not asked what the original did not get through.
fn answered_part(answered: &Answered) -> Case {
    let steps = answered.python.iter().take_while(|reply| reply.is_ok()).count();
    Case { steps: answered.case.steps[..steps.min(answered.case.steps.len())].to_vec(), origin: answered.case.origin }
}

/// Asks cases until one fails; that one is the last.
fn ask_until_failure(side: &mut Side, cases: &[Case]) -> Vec<Vec<Reply>> {
    let mut answered = Vec::new();
    for chunk in cases.chunks(32) {
        let steps: usize = chunk.iter().map(|case| case.steps.len()).sum();
        let replies = ask_first(side, chunk);
        let whole = replies.iter().map(Vec::len).sum::<usize>() == steps && replies.iter().flatten().all(Result::is_ok);
        answered.extend(replies);
        if !whole {
            break;
        }
    }
    answered
}

fn ask_first(side: &mut Side, cases: &[Case]) -> Vec<Vec<Reply>> {
    let requests: Vec<Request> = cases.iter().flat_map(|case| case.steps.iter().cloned()).collect();
    let mut replies = side.ask(&requests, false, None).into_iter();
    let mut answered = Vec::new();
    for case in cases {
        let said: Vec<Reply> = replies.by_ref().take(case.steps.len()).collect();
        let failed = said.len() < case.steps.len() || said.last().is_some_and(Result::is_err);
        answered.push(said);
        if failed {
            break;
        }
    }
    answered
}

/// A case up to a step with Python's answers, if it is small enough to be kept.
fn corpus_case(answered: &Answered, index: usize) -> Option<Vec<CorpusStep>> {
    let steps = answered.case.steps.get(..=index).filter(|steps| steps.len() <= CORPUS_STEPS)?;
    let kept = steps.iter().zip(&answered.python).enumerate().map(|(number, (request, reply))| {
        let request = request.to_line(number as u64 + 1, false);
        let line = reply.as_ref().ok()?.line.clone();
        // Cases of a batch have the numbers of the batch.
        let answer = format!(r#"{{"id":{}{}"#, number + 1, &line[line.find(',')?..]);
        (answer.len() <= CORPUS_ANSWER).then_some(CorpusStep { request, answer })
    });
    kept.collect()
}

fn merged(
    mut all: BTreeMap<SubjectId, Gathered>,
    part: BTreeMap<SubjectId, Gathered>,
) -> BTreeMap<SubjectId, Gathered> {
    for (id, more) in part {
        let gathered = all.entry(id).or_default();
        gathered.calls.recorded += more.calls.recorded;
        gathered.calls.generated += more.calls.generated;
        gathered.exhausted |= more.exhausted;
        gathered.outcomes.extend(more.outcomes);
        gathered.branches.extend(more.branches);
        let outcomes = gathered.outcomes.len();
        let (left, right) = (&mut gathered.tally, more.tally);
        left.returned += right.returned;
        left.raised += right.raised;
        left.different += right.different;
        left.guards += right.guards;
        left.integers_for_floats += right.integers_for_floats;
        left.not_comparable += right.not_comparable;
        left.states += right.states;
        left.outcomes = outcomes;
        gathered.differences.extend(more.differences);
        gathered.corpus.extend(more.corpus);
    }
    all
}

/// A fresh side asks one case alone; for shrinking.
pub(super) fn ask_alone(side: &mut Side, case: &Case, timeout: Option<Duration>) -> Vec<Reply> {
    ask_cases(side, std::slice::from_ref(case), false, timeout).pop().unwrap_or_default()
}
