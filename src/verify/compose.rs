//! Making cases: arguments become requests, with the objects they need; answers teach what to choose next.
//!
//! Single calls are made in batches, sequences of method calls in [`super::sequence`].

use super::branches::Trace;
use super::case::{Answered, Case, Origin};
use super::corners::{corners, omissions};
use super::inputs::{Chooser, Given, Proposal, Surroundings, bind};
use super::numbers::Mood;
use super::pool::Pool;
use super::random::Random;
use super::side::{Failure, Reply};
use super::subject::{SubjectId, Subjects};
use crate::artifact::{Access, ClassInterface, Shape};
use crate::recording::{Action, Outcome, Request, Value};
use std::sync::Arc;

/// Answers longer than this make the generator draw smaller values.
pub(super) const LONG_ANSWER: usize = 64 << 10;
/// How deep objects are made of objects.
const NESTED: usize = 3;
/// The name under which sequences keep their object.
pub(super) const SELF: &str = "it";

/// What a sequence begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A new object of a class.
    New(String),
    /// A global of the module that holds an object.
    Global(String),
    /// The module's own state.
    Module,
}

/// What calls of one subject cost: the time they took, and how often their loops went round.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    nanoseconds: Vec<u64>,
    work: Vec<u64>,
}

impl Cost {
    fn add(&mut self, trace: &Trace) {
        self.nanoseconds.push(trace.nanoseconds);
        self.work.push(trace.work);
    }

    /// The median in nanoseconds; 0 without calls.
    pub(super) fn time(&self) -> u64 {
        median(&self.nanoseconds)
    }

    /// The median of the rounds; 0 without calls.
    pub(super) fn work(&self) -> u64 {
        median(&self.work)
    }
}

/// Where values are drawn from.
fn surroundings<'a>(
    subjects: &Subjects<'a>,
    everywhere: &'a Pool,
    here: [&'a Pool; 2],
    mood: Option<Mood>,
) -> Surroundings<'a> {
    Surroundings { classes: &subjects.interface.classes, here, everywhere, mood }
}

fn median(numbers: &[u64]) -> u64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// What was learned about every subject, and the values that were seen.
#[derive(Clone)]
pub(super) struct Learned {
    pub(super) choosers: Vec<Arc<Chooser>>,
    pub(super) pool: Arc<Pool>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    /// It returned.
    Returned,
    /// It raised; calls that failed like it, this one included.
    Failed(u32),
    /// No answer that could teach anything.
    Nothing,
}

/// Composes cases for the functions, methods and constructors of an interface.
pub(super) struct Composer<'a> {
    pub(super) subjects: &'a Subjects<'a>,
    pub(super) learned: Learned,
    pub(super) random: Random,
    /// What calls cost so far, per subject; only while scouting.
    pub(super) cost: Option<Vec<Cost>>,
    /// What kind of numbers calls are made of; `None` leaves it to chance.
    pub(super) mood: Option<Mood>,
}

impl Composer<'_> {
    /// Calls of one function, each a case of its own, with the arguments that were chosen; none where the objects that
    /// they need cannot be made.
    pub(super) fn calls(&mut self, id: SubjectId, count: usize, fresh: bool) -> (Vec<Proposal>, Vec<Case>) {
        let (mut proposals, mut cases) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for _ in 0..count {
            let nothing = Pool::default();
            let proposal = self.propose(id, [&nothing, &nothing]);
            let Some(case) = self.case(id, &proposal.given, fresh) else { return Default::default() };
            proposals.push(proposal);
            cases.push(case);
        }
        (proposals, cases)
    }

    /// A call with these arguments, from a fresh start where it needs one.
    fn case(&mut self, id: SubjectId, given: &Given, fresh: bool) -> Option<Case> {
        let mut steps = self.steps(id, None, given)?;
        if fresh {
            steps.insert(0, Request::bare(Action::Reset));
        }
        Some(Case { steps, origin: Origin::Generated })
    }

    /// Calls at the corners of the parameters, and with each default left out, every one a case of its own; a method that
    /// changes its object is followed by the state.
    pub(super) fn corner_calls(&mut self, id: SubjectId, fresh: bool) -> Vec<(Proposal, Case)> {
        let subject = self.subjects.all[id].clone();
        let is_method = subject.class.is_some();
        let chooser = &self.learned.choosers[id];
        let mut all = corners(subject.callable, chooser, is_method);
        let base = match chooser.accepted() {
            Some(given) => given.clone(),
            None => self.propose(id, [&Pool::default(), &Pool::default()]).given,
        };
        all.extend(omissions(subject.callable, &base));
        let looks = is_method && subject.callable.access == Access::Write && !self.subjects.is_constructor(id);
        let mut made = Vec::with_capacity(all.len());
        for given in all {
            let Some(mut case) = self.case(id, &given, fresh) else { break };
            case.steps.extend(looks.then(|| Request::bare(Action::State(Some(SELF.to_owned())))));
            made.push((Proposal::fixed(given), case));
        }
        made
    }

    /// Calls with one large integer for a parameter, the other arguments as they were accepted.
    pub(super) fn probe(&mut self, id: SubjectId, param: usize, number: i128, fresh: bool) -> Option<Case> {
        let mut given = match self.learned.choosers[id].accepted() {
            Some(given) => given.clone(),
            None => self.propose(id, [&Pool::default(), &Pool::default()]).given,
        };
        given[param] = Some(Value::int(number));
        self.case(id, &given, fresh)
    }

    /// Learns from the answers to such calls.
    pub(super) fn learn_calls(&mut self, id: SubjectId, proposals: &[Proposal], answered: &[Answered]) {
        for (one, proposal) in answered.iter().zip(proposals) {
            let last = one.case.steps.len() - 1;
            let step = if matches!(one.case.steps[last].action, Action::State(_)) { last - 1 } else { last };
            self.learn(id, proposal, one.python.get(step), None);
        }
    }

    /// Calls that do not bind: Python's own words for that are part of the function's meaning.
    pub(super) fn unbound_calls(&mut self, id: SubjectId) -> Vec<Case> {
        let nothing = Pool::default();
        let callable = self.subjects.callable(id);
        let given = self.propose(id, [&nothing, &nothing]).given;
        let Some(steps) = self.steps(id, None, &given) else { return Vec::new() };
        let Some(call) = steps.iter().rposition(|step| self.is_call(step)) else { return Vec::new() };
        let positional: Vec<Value> = given.iter().map(|value| value.clone().unwrap_or(Value::None)).collect();
        let mut variants = vec![(Vec::new(), vec![("unexpected_argument".to_owned(), Value::None)])];
        if callable.params.iter().any(|param| !param.optional) {
            variants.push((Vec::new(), Vec::new()));
        }
        if !callable.params.iter().any(|param| param.keyword_only || param.rest) {
            variants.push((positional.iter().cloned().chain([Value::int(1)]).collect(), Vec::new()));
        }
        variants
            .into_iter()
            .map(|(args, kwargs)| {
                let mut steps = steps.clone();
                steps.truncate(call + 1);
                steps[call] = Request { action: steps[call].action.clone(), args, kwargs };
                Case { steps, origin: Origin::Generated }
            })
            .collect()
    }

    fn is_call(&self, step: &Request) -> bool {
        matches!(step.action, Action::Function(_) | Action::Method { .. } | Action::New { .. })
    }

    /// Arguments for a call, chosen among other things from what was seen in the sequence and in its object.
    pub(super) fn propose(&mut self, id: SubjectId, here: [&Pool; 2]) -> Proposal {
        let around = surroundings(self.subjects, &self.learned.pool, here, self.mood);
        self.learned.choosers[id].propose(self.subjects.callable(id), around, &mut self.random)
    }

    /// The requests of one call: objects that its arguments need, its own object, the call, the state of what it made.
    pub(super) fn steps(&mut self, id: SubjectId, on: Option<&str>, given: &Given) -> Option<Vec<Request>> {
        let subject = self.subjects.all[id].clone();
        let mut given = given.clone();
        let mut steps = self.objects_for(id, &mut given)?;
        let (args, kwargs) = bind(subject.callable, &given, &mut self.random);
        let is_constructor = self.subjects.is_constructor(id);
        match subject.class {
            None => {
                let action = Action::Function(subject.callable.name.clone());
                steps.push(Request { action, args, kwargs });
            }
            Some(class) if is_constructor => {
                let action = Action::New { class: class.name.clone(), keep: SELF.to_owned() };
                steps.push(Request { action, args, kwargs });
                steps.push(Request::bare(Action::State(Some(SELF.to_owned()))));
            }
            Some(class) => {
                if on.is_none() {
                    steps.extend(self.new_object(class, SELF)?);
                }
                let on = on.unwrap_or(SELF).to_owned();
                let action = Action::Method { on, method: subject.callable.name.clone() };
                steps.push(Request { action, args, kwargs });
            }
        }
        Some(steps)
    }

    /// Makes the objects that arguments stand for and puts references in their places.
    fn objects_for(&mut self, id: SubjectId, given: &mut Given) -> Option<Vec<Request>> {
        let mut steps = Vec::new();
        for (index, param) in self.subjects.callable(id).params.iter().enumerate() {
            let Some(class) = self.subjects.needs_object(&param.shape) else { continue };
            if !matches!(given[index], Some(Value::Object(_))) {
                continue;
            }
            let keep = format!("given{index}");
            steps.extend(self.new_object(class, &keep)?);
            given[index] = Some(Value::Ref(keep));
        }
        Some(steps)
    }

    /// The requests that make an object with arguments its constructor is likely to accept.
    pub(super) fn new_object(&mut self, class: &ClassInterface, keep: &str) -> Option<Vec<Request>> {
        self.nested_object(class, keep, 0).map(|(steps, ..)| steps)
    }

    /// The same, with the constructor and what was chosen for it.
    pub(super) fn chosen_object(
        &mut self,
        class: &ClassInterface,
        keep: &str,
    ) -> Option<(Vec<Request>, SubjectId, Proposal)> {
        self.nested_object(class, keep, 0)
    }

    /// An object with the objects it is made of, which come first; a chain of optional ones ends somewhere.
    fn nested_object(
        &mut self,
        class: &ClassInterface,
        keep: &str,
        depth: usize,
    ) -> Option<(Vec<Request>, SubjectId, Proposal)> {
        let id = self.subjects.find(Some(&class.name), "__init__")?;
        let callable = self.subjects.callable(id);
        let nothing = Pool::default();
        let proposal = self.propose(id, [&nothing, &nothing]);
        let mut given = proposal.given.clone();
        let mut steps = Vec::new();
        for (index, param) in callable.params.iter().enumerate() {
            let Some(inner) = self.subjects.needs_object(&param.shape) else { continue };
            let may_be_none = matches!(param.shape, Shape::Optional(_));
            if may_be_none && (depth >= NESTED || self.random.percent(35 + 15 * depth)) {
                given[index] = if param.optional { None } else { Some(Value::None) };
                continue;
            }
            if depth >= NESTED {
                return None;
            }
            let part = format!("{keep}_{index}");
            steps.extend(self.nested_object(inner, &part, depth + 1)?.0);
            given[index] = Some(Value::Ref(part));
        }
        let (args, kwargs) = bind(callable, &given, &mut self.random);
        let action = Action::New { class: class.name.clone(), keep: keep.to_owned() };
        steps.push(Request { action, args, kwargs });
        Some((steps, id, proposal))
    }

    /// Arguments that differ little from these.
    pub(super) fn propose_near(&mut self, id: SubjectId, given: Given, here: [&Pool; 2]) -> Proposal {
        let around = surroundings(self.subjects, &self.learned.pool, here, self.mood);
        self.learned.choosers[id].propose_near(Some(given), self.subjects.callable(id), around, &mut self.random)
    }

    /// Learns from an answer.
    pub(super) fn learn(
        &mut self,
        id: SubjectId,
        proposal: &Proposal,
        reply: Option<&Reply>,
        here: Option<&mut Pool>,
    ) -> Lesson {
        let chooser = Arc::make_mut(&mut self.learned.choosers[id]);
        let spoken = match reply {
            Some(Ok(spoken)) => spoken,
            Some(Err(Failure::Hung | Failure::GaveUp | Failure::Ended(_))) => {
                chooser.calm_down();
                return Lesson::Nothing;
            }
            _ => return Lesson::Nothing,
        };
        if spoken.line.len() > LONG_ANSWER {
            chooser.calm_down();
        }
        let Some(answer) = spoken.answer() else { return Lesson::Nothing };
        let seen = chooser.learn(proposal, answer, spoken.trace.as_ref());
        if let (Some(cost), Some(trace)) = (&mut self.cost, &spoken.trace) {
            cost[id].add(trace);
        }
        let callable = self.subjects.callable(id);
        let Outcome::Ok(result) = &answer.outcome else {
            // The only argument was not accepted: what it named may be gone.
            if let (Some(here), [param], [Some(value)]) = (here, callable.params.as_slice(), proposal.given.as_slice())
            {
                here.forget(&param.name, value);
            }
            return Lesson::Failed(seen);
        };
        if let Some(here) = here {
            here.harvest(&callable.name, result);
            for (param, value) in callable.params.iter().zip(&proposal.given) {
                value.iter().for_each(|value| here.harvest(&param.name, value));
            }
        }
        if self.cost.is_some() && spoken.line.len() < LONG_ANSWER {
            Arc::make_mut(&mut self.learned.pool).harvest(&callable.name, result);
        }
        Lesson::Returned
    }

    /// What is called in a sequence: the methods of the object, and functions that share state with it.
    pub(super) fn members(&self, start: &Start) -> Vec<SubjectId> {
        let class = match start {
            Start::New(class) => Some(class.as_str()),
            Start::Global(name) => {
                let objects = &self.subjects.interface.objects;
                objects.iter().find(|object| object.name == *name).map(|object| object.class.as_str())
            }
            Start::Module => None,
        };
        let methods = class.map(|class| self.subjects.of_class(class)).unwrap_or_default();
        let methods = methods.into_iter().filter(|id| !self.subjects.is_constructor(*id));
        let shared = match start {
            Start::New(_) => Vec::new(),
            Start::Global(_) | Start::Module => self.subjects.functions(|access| access != Access::Pure),
        };
        methods.chain(shared).collect()
    }
}
