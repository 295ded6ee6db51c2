//! Driving one unit: which cases are made, in what order and how many.

use super::Progress;
use super::case::{Case, Origin};
use super::compose::{Composer, Start};
use super::crew::{Done, Task, Work};
use super::engine::{Engine, Unit};
use super::gather::{Account, Gathered};
use super::inputs::{Proposal, unbind};
use super::random::Random;
use super::sequence::Plan;
use super::shapes;
use super::subject::SubjectId;
use crate::artifact::Access;
use crate::host::interrupt;
use crate::recording::{Action, RecordedCall, Request};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, sync_channel};

/// Tasks under way: as many for every size of the crew, because the next task is made from what the last but three
/// taught.
const UNDER_WAY: usize = 4;
/// Calls of the first tasks, from which much is learned, and how many such tasks there are.
const FIRST: usize = 8;
const FIRST_TASKS: usize = 8;
/// Calls of a later task.
const TASK: usize = 48;
/// Calls made for one more answer, at most, where the port declines many.
const MOST_MORE: usize = 20;
/// Calls of sequences made for more answers, at least.
const FEWEST_MORE: usize = 24;
/// How often it is seen whether enough answers were compared.
const ROUNDS: usize = 6;
/// Values in the arguments of one task.
const TASK_SIZE: usize = 20_000;

/// A task that was sent.
struct UnderWay {
    done: Receiver<Done>,
    /// Of single calls: whose they are, and what was chosen for them.
    proposals: Option<(SubjectId, Vec<Proposal>)>,
    /// Of a sequence: how many calls of each subject are to be expected.
    expected: Vec<f64>,
}

/// Drives one unit.
pub(super) struct Driver<'e> {
    engine: &'e Engine<'e>,
    unit: &'e Unit,
    composer: Composer<'e>,
    account: Account<'e>,
    tasks: Sender<Task>,
    under_way: VecDeque<UnderWay>,
    /// Tasks sent so far.
    sent: usize,
    /// Calls made, by subject.
    made: BTreeMap<SubjectId, usize>,
    /// Sequences in a row that came to nothing.
    failures: usize,
}

impl<'e> Driver<'e> {
    pub(super) fn new(engine: &'e Engine<'e>, unit: &'e Unit, tasks: Sender<Task>) -> Driver<'e> {
        let random = Random::new(engine.job.seed, &unit.name(engine.subjects));
        let learned = engine.scouted.learned.clone();
        Driver {
            engine,
            unit,
            composer: Composer { subjects: engine.subjects, learned, random, cost: None, mood: None },
            account: Account::new(engine),
            tasks,
            under_way: VecDeque::new(),
            sent: 0,
            made: BTreeMap::new(),
            failures: 0,
        }
    }

    /// Makes all cases of the unit and gives what was gathered; `None` after Ctrl-C.
    pub(super) fn run(mut self) -> Option<BTreeMap<SubjectId, Gathered>> {
        match self.unit {
            Unit::Function(id) => self.function(*id),
            Unit::Class(_) | Unit::Module => self.sequences(),
        }
        self.finish();
        (!self.account.interrupted).then_some(self.account.gathered)
    }

    /// Sends a task; takes the oldest result where too many are under way.
    fn send(&mut self, work: Work, proposals: Option<(SubjectId, Vec<Proposal>)>, expected: Vec<f64>) {
        let (sender, done) = sync_channel(1);
        self.sent += 1;
        let name = format!("{} {}", self.unit.name(self.engine.subjects), self.sent);
        // The crew goes away only with its threads, which is seen when results are taken.
        let _ = self.tasks.send(Task { name, work, stops: Arc::clone(&self.account.stops), done: sender });
        self.under_way.push_back(UnderWay { done, proposals, expected });
        while self.under_way.len() >= UNDER_WAY {
            self.take();
        }
    }

    fn send_cases(&mut self, cases: Vec<Case>) {
        if !cases.is_empty() {
            self.send(Work::Cases(cases), None, Vec::new());
        }
    }

    /// Takes the oldest result: learns from it and keeps the account.
    fn take(&mut self) {
        let Some(task) = self.under_way.pop_front() else { return };
        let Ok(done) = task.done.recv() else {
            self.account.interrupted = true;
            return;
        };
        if let Some((id, proposals)) = &task.proposals {
            self.composer.learn_calls(*id, proposals, &done.answered);
        }
        for (id, proposal, step) in &done.choices {
            let reply = done.answered.first().and_then(|answered| answered.python.get(*step));
            self.composer.learn(*id, proposal, reply, None);
        }
        self.failures = if done.answered.is_empty() { self.failures + 1 } else { 0 };
        for (answered, compared) in done.answered.iter().zip(done.compared) {
            for id in answered.case.subjects(self.engine.subjects) {
                *self.made.entry(id).or_default() += 1;
            }
            self.account.add(answered, compared);
        }
    }

    /// Takes all results.
    fn finish(&mut self) {
        while !self.under_way.is_empty() {
            self.take();
        }
    }

    fn may_go_on(&self, id: SubjectId) -> bool {
        !self.account.is_stopped(id) && self.may_go_on_at_all()
    }

    fn may_go_on_at_all(&self) -> bool {
        !self.engine.is_over() && !self.account.interrupted && !interrupt::requested()
    }

    /// Recorded calls, every call where there are few, calls that do not bind, and generated ones.
    fn function(&mut self, id: SubjectId) {
        let callable = self.engine.subjects.callable(id);
        if self.engine.scouted.nondeterministic.contains_key(&id) {
            return;
        }
        let fresh = callable.reads_clock || callable.access == Access::Write;
        let recorded = self.recorded_cases(id, fresh);
        let count = recorded.len();
        let together = self.together(id);
        for chunk in recorded.chunks(together) {
            if self.may_go_on(id) {
                self.send(Work::Recorded(chunk.to_vec()), None, Vec::new());
            }
        }
        let unbound = self.composer.unbound_calls(id);
        self.send_cases(unbound);
        if !fresh && let Some(lists) = shapes::enumerate(callable) {
            let action = Action::Function(callable.name.clone());
            let call = |args| Request { action: action.clone(), args, kwargs: Vec::new() };
            let cases = lists.into_iter().map(|args| Case { steps: vec![call(args)], origin: Origin::Generated });
            self.send_cases(cases.collect());
            self.finish();
            return self.exhausted(id);
        }
        self.corners(id, fresh);
        self.fill(id, self.engine.wanted(id, count), fresh);
    }

    /// Calls at the corners of the parameters; those that run for too long end them.
    fn corners(&mut self, id: SubjectId, fresh: bool) {
        if self.engine.slow[id] || self.engine.scouted.nondeterministic.contains_key(&id) {
            return;
        }
        let calm = self.composer.learned.choosers[id].calm();
        let mut calls = self.composer.corner_calls(id, fresh).into_iter().peekable();
        while calls.peek().is_some() && self.may_go_on(id) && self.composer.learned.choosers[id].calm() <= calm + 1 {
            let (proposals, cases) = calls.by_ref().take(self.size(id)).unzip();
            self.send(Work::Cases(cases), Some((id, proposals)), Vec::new());
        }
    }

    fn exhausted(&mut self, id: SubjectId) {
        self.account.gathered.entry(id).or_default().exhausted = true;
    }

    /// How many calls of a subject go into one task.
    fn together(&self, id: SubjectId) -> usize {
        if self.engine.slow[id] { FIRST } else { TASK }
    }

    /// How many calls go into the next task.
    fn size(&self, id: SubjectId) -> usize {
        if self.sent < FIRST_TASKS { FIRST } else { self.together(id) }
    }

    /// Generates calls until enough were made, and more where too few of them could be compared.
    fn fill(&mut self, id: SubjectId, wanted: usize, fresh: bool) {
        let minimum = self.engine.job.evidence.minimum_calls as usize;
        let (mut wanted, mut before, mut made_so_far) = (wanted, 0, 0);
        for _ in 0..ROUNDS {
            made_so_far += wanted;
            let mut left = wanted;
            while left > 0 && self.may_go_on(id) {
                let made = self.calls(id, left.min(self.size(id)), fresh);
                if made == 0 {
                    return;
                }
                left -= made;
            }
            self.finish();
            let compared = self.account.compared().get(&id).copied().unwrap_or(0);
            (self.engine.progress)(Progress { name: self.engine.subjects.all[id].name(), compared, wanted: minimum });
            if compared >= minimum || compared == before || !self.may_go_on(id) {
                return;
            }
            before = compared;
            wanted = more(minimum - compared, made_so_far, compared);
        }
    }

    /// Sends a task of generated calls; gives their number.
    fn calls(&mut self, id: SubjectId, count: usize, fresh: bool) -> usize {
        let (mut proposals, mut cases, mut size) = (Vec::new(), Vec::<Case>::new(), 0);
        while cases.len() < count && size < TASK_SIZE {
            let (proposal, case) = self.composer.calls(id, 1, fresh);
            if case.is_empty() {
                break;
            }
            size += case.iter().map(Case::size).sum::<usize>();
            proposals.extend(proposal);
            cases.extend(case);
        }
        let made = cases.len();
        if made > 0 {
            self.send(Work::Cases(cases), Some((id, proposals)), Vec::new());
        }
        made
    }

    fn recorded(&self, id: SubjectId) -> impl Iterator<Item = &'e RecordedCall> + use<'e> {
        let name = self.engine.subjects.all[id].name();
        self.engine.job.recorded.iter().filter(move |call| call.callable == name)
    }

    fn recorded_cases(&mut self, id: SubjectId, fresh: bool) -> Vec<Case> {
        let callable = self.engine.subjects.callable(id);
        let mut cases = Vec::new();
        for call in self.recorded(id) {
            self.know(id, call);
            let action = Action::Function(callable.name.clone());
            let request = Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() };
            let reset = fresh.then(|| Request::bare(Action::Reset));
            cases.push(Case { steps: reset.into_iter().chain([request]).collect(), origin: Origin::Recorded });
        }
        cases
    }

    /// Takes the arguments of a recorded call as accepted ones.
    fn know(&mut self, id: SubjectId, call: &RecordedCall) {
        if let Some(given) = unbind(self.engine.subjects.callable(id), &call.args, &call.kwargs) {
            Arc::make_mut(&mut self.composer.learned.choosers[id]).know(given);
        }
    }

    /// Sequences of calls on the objects of a class or on the module, until every member was called often enough.
    fn sequences(&mut self) {
        let starts = self.unit.starts(self.engine.subjects);
        let mut members: Vec<SubjectId> = starts.iter().flat_map(|start| self.composer.members(start)).collect();
        members.sort_unstable();
        members.dedup();
        let own = self.unit.own(self.engine.subjects);
        for start in &starts {
            self.recorded_sequence(start);
        }
        let fresh = self.engine.subjects.interface.has_state || *self.unit == Unit::Module;
        for id in members.iter().copied().filter(|id| own.contains(id)) {
            let unbound = self.composer.unbound_calls(id);
            self.send_cases(unbound);
            self.corners(id, fresh || self.engine.subjects.callable(id).reads_clock);
        }
        let mut before = BTreeMap::new();
        for round in 0..ROUNDS {
            self.finish();
            let compared = self.account.compared();
            let wanted = self.wanted(&members, &compared, round == 0);
            let stuck = round > 0 && wanted.keys().all(|id| compared.get(id) == before.get(id));
            before = compared;
            if stuck || wanted.is_empty() || !self.one_round(&starts, &wanted, &own) {
                break;
            }
        }
        self.finish();
        self.constructors();
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
                let made = self.made.get(id).copied().unwrap_or(0);
                let wanted = match minimum.saturating_sub(so_far) {
                    _ if first => self.engine.wanted(*id, so_far),
                    0 => 0,
                    // What follows a declined call in its sequence counts for nothing: a few in a row may bring no answer.
                    missing => more(missing, made, so_far).max(FEWEST_MORE),
                };
                (wanted > 0).then_some((*id, wanted))
            })
            .collect()
    }

    /// Sequences until the members were called that often; false where nothing can be composed.
    fn one_round(&mut self, starts: &[Start], wanted: &BTreeMap<SubjectId, usize>, own: &[SubjectId]) -> bool {
        let before = self.made.clone();
        self.failures = 0;
        let mut turn = 0;
        while self.may_go_on_at_all() {
            if self.failures > 20 || starts.is_empty() {
                return false;
            }
            let Some(weights) = self.weights(wanted, &before, own) else {
                if self.under_way.is_empty() {
                    return true;
                }
                self.take();
                continue;
            };
            // Short ones too: what is seen only before anything else was done.
            let (least, most) = if self.composer.random.percent(12) { (1, 5) } else { (6, 40) };
            let length = self.composer.random.between(least, most) as usize;
            let start = starts[turn % starts.len()].clone();
            let expected = self.expected(&start, length, &weights);
            let plan = Plan { start, length, weights, clock_jumps: self.engine.scouted.clock_jumps };
            let name = format!("{} {}", self.unit.name(self.engine.subjects), self.sent);
            let random = Random::new(self.engine.job.seed, &name);
            let work = Work::Sequence(Box::new((plan, self.composer.learned.clone(), random)));
            self.send(work, None, expected);
            turn += 1;
        }
        true
    }

    /// How many calls of each subject a sequence will bring, about.
    fn expected(&self, start: &Start, length: usize, weights: &[f64]) -> Vec<f64> {
        let members = self.composer.members(start);
        let all: f64 = members.iter().map(|id| weights[*id]).sum();
        let share = |id| if members.contains(&id) { weights[id] / all.max(1e-9) } else { 0.0 };
        (0..weights.len()).map(|id| share(id) * length as f64).collect()
    }

    /// How likely each member is called next; `None` when nothing is missing beside what is under way.
    ///
    /// What has enough calls is still called a little, because it makes the states that the others need; functions
    /// that share the state are called now and then between the methods.
    fn weights(
        &self,
        wanted: &BTreeMap<SubjectId, usize>,
        before: &BTreeMap<SubjectId, usize>,
        own: &[SubjectId],
    ) -> Option<Vec<f64>> {
        let missing = |id: SubjectId| {
            let made = self.made.get(&id).unwrap_or(&0) - before.get(&id).unwrap_or(&0);
            let coming: f64 = self.under_way.iter().filter_map(|task| task.expected.get(id)).sum();
            let is_own = own.contains(&id) && !self.account.is_stopped(id);
            let wanted = if is_own { wanted.get(&id).copied().unwrap_or(0) } else { 0 };
            (wanted as f64 - made as f64 - coming).max(0.0)
        };
        let all: f64 = wanted.keys().map(|id| missing(*id)).sum();
        let average = all / wanted.len().max(1) as f64;
        let weight = |id: SubjectId| match () {
            () if self.account.is_stopped(id) || self.engine.scouted.nondeterministic.contains_key(&id) => 0.0,
            () if self.engine.slow[id] => missing(id).max(average / 300.0),
            () if self.engine.subjects.callable(id).access == Access::Write => missing(id).max(average * 0.7),
            () => missing(id).max(average * 0.06),
        };
        (all >= 1.0).then(|| (0..self.engine.subjects.all.len()).map(weight).collect())
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
            self.know(id, call);
            if self.engine.subjects.all[id].class.is_some() {
                let action = Action::Method { on: on.clone(), method: self.engine.subjects.callable(id).name.clone() };
                steps.push(Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() });
            }
        }
        for chunk in steps.chunks(50) {
            let mut steps = vec![Request::bare(Action::Reset)];
            steps.extend_from_slice(chunk);
            steps.push(Request::bare(Action::State(Some(on.clone()))));
            self.send(Work::Recorded(vec![Case { steps, origin: Origin::Recorded }]), None, Vec::new());
        }
    }

    /// Constructors are called in every sequence; those with arguments get calls of their own.
    fn constructors(&mut self) {
        let Unit::Class(name) = self.unit else { return };
        let Some(id) = self.engine.subjects.find(Some(name), "__init__") else { return };
        if self.engine.subjects.callable(id).params.is_empty() {
            self.calls(id, 1, false);
            self.finish();
            return self.exhausted(id);
        }
        let unbound = self.composer.unbound_calls(id);
        self.send_cases(unbound);
        self.corners(id, self.engine.subjects.interface.has_state);
        self.finish();
        let so_far = self.account.compared().get(&id).copied().unwrap_or(0);
        self.fill(id, self.engine.wanted(id, so_far), false);
    }
}

/// As many more calls as it takes for missing answers at the rate so far, with a reserve.
fn more(missing: usize, made: usize, compared: usize) -> usize {
    (missing * made / compared.max(1)).clamp(missing, MOST_MORE * missing) * 5 / 4 + 8
}
