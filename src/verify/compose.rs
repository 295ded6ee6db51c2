//! Making cases: single calls in batches, and sequences of method calls that follow what the original answers.
//!
//! A sequence is composed while the original runs it, one call at a time, because the next call may need what the last
//! one returned. The port gets the finished sequence at once.

use super::case::{Answered, Case, Origin};
use super::inputs::{Chooser, Given, Proposal, Surroundings, bind};
use super::pool::Pool;
use super::random::Random;
use super::side::{Failure, Reply, Side};
use super::subject::{SubjectId, Subjects};
use crate::artifact::{Access, ClassInterface};
use crate::recording::{Action, Outcome, Request, Value};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

/// Answers longer than this make the generator draw smaller values.
const LONG_ANSWER: usize = 64 << 10;
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

/// Nanoseconds of scouted calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost(Vec<u64>);

impl Cost {
    /// The median; 0 without calls.
    pub(super) fn median(&self) -> u64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(0)
    }
}

/// Composes cases for the functions, methods and constructors of an interface.
pub(super) struct Composer<'a> {
    pub(super) subjects: &'a Subjects<'a>,
    pub(super) choosers: Vec<Chooser>,
    pub(super) pool: Pool,
    pub(super) random: Random,
    pub(super) python: &'a mut Side,
    /// What calls cost so far, per subject.
    pub(super) cost: Vec<Cost>,
    /// What globals hold after a reset.
    pub(super) held: HashMap<String, Rc<Pool>>,
    /// How long a call of the original may take that nobody recorded.
    pub(super) patience: Duration,
    /// Whether results are kept as material for other functions.
    pub(super) harvests: bool,
    pub(super) interrupted: bool,
}

impl Composer<'_> {
    /// Asks the original; after a failure the rest of the cases goes to a fresh process.
    pub(super) fn answered(&mut self, cases: Vec<Case>) -> Vec<Answered> {
        let coerced: Vec<Option<Case>> = cases.iter().map(|case| case.coerced(self.subjects)).collect();
        let python = self.ask_cases(&cases);
        let again: Vec<Case> = coerced.iter().flatten().cloned().collect();
        let mut again = self.ask_cases(&again).into_iter();
        cases
            .into_iter()
            .zip(python)
            .zip(coerced)
            .map(|((case, python), coerced)| {
                let coerced = coerced.and_then(|_| again.next());
                Answered { case, python, coerced }
            })
            .collect()
    }

    fn ask_cases(&mut self, cases: &[Case]) -> Vec<Vec<Reply>> {
        let replies = ask_cases(self.python, cases, self.harvests, Some(self.patience));
        self.interrupted |= replies.iter().flatten().any(|reply| *reply == Err(Failure::Interrupted));
        replies
    }

    /// Calls of one function, each a case of its own.
    pub(super) fn calls(&mut self, id: SubjectId, count: usize, fresh: bool) -> Vec<Answered> {
        let mut proposals = Vec::with_capacity(count);
        let mut cases = Vec::with_capacity(count);
        for _ in 0..count {
            let nothing = Pool::default();
            let proposal = self.propose(id, [&nothing, &nothing]);
            let Some(mut steps) = self.steps(id, None, &proposal.given) else { return Vec::new() };
            if fresh {
                steps.insert(0, Request::bare(Action::Reset));
            }
            proposals.push(proposal);
            cases.push(Case { steps, origin: Origin::Generated });
        }
        let answered = self.answered(cases);
        for (one, proposal) in answered.iter().zip(&proposals) {
            let last = one.case.steps.len() - 1;
            let step = if matches!(one.case.steps[last].action, Action::State(_)) { last - 1 } else { last };
            self.learn(id, proposal, one.python.get(step), None);
        }
        answered
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
        if !callable.params.iter().any(|param| param.keyword_only) {
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

    fn propose(&mut self, id: SubjectId, here: [&Pool; 2]) -> Proposal {
        let around = Surroundings { classes: &self.subjects.interface.classes, here, everywhere: &self.pool };
        self.choosers[id].propose(self.subjects.callable(id), around, &mut self.random)
    }

    /// The requests of one call: objects that its arguments need, its own object, the call, the state of what it made.
    fn steps(&mut self, id: SubjectId, on: Option<&str>, given: &Given) -> Option<Vec<Request>> {
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
                    steps.push(self.new_object(class, SELF)?);
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
            steps.push(self.new_object(class, &keep)?);
            given[index] = Some(Value::Ref(keep));
        }
        Some(steps)
    }

    /// The request that makes an object with arguments its constructor is likely to accept.
    fn new_object(&mut self, class: &ClassInterface, keep: &str) -> Option<Request> {
        let id = self.subjects.find(Some(&class.name), "__init__")?;
        let nothing = Pool::default();
        let given = self.propose(id, [&nothing, &nothing]).given;
        let (args, kwargs) = bind(self.subjects.callable(id), &given, &mut self.random);
        let nested = self.subjects.callable(id).params.iter().any(|p| self.subjects.needs_object(&p.shape).is_some());
        let action = Action::New { class: class.name.clone(), keep: keep.to_owned() };
        (!nested).then_some(Request { action, args, kwargs })
    }

    /// Learns from an answer; true where the call returned.
    fn learn(&mut self, id: SubjectId, proposal: &Proposal, reply: Option<&Reply>, here: Option<&mut Pool>) -> bool {
        let spoken = match reply {
            Some(Ok(spoken)) => spoken,
            Some(Err(Failure::Hung | Failure::Ended(_))) => {
                self.choosers[id].calm_down();
                return false;
            }
            _ => return false,
        };
        if spoken.line.len() > LONG_ANSWER {
            self.choosers[id].calm_down();
        }
        let Some(answer) = spoken.answer() else { return false };
        if let Some(nanoseconds) = answer.nanoseconds {
            self.cost[id].0.push(nanoseconds);
        }
        self.choosers[id].learn(proposal, answer);
        let callable = self.subjects.callable(id);
        let Outcome::Ok(result) = &answer.outcome else {
            // The only argument was not accepted: what it named may be gone.
            if let (Some(here), [param], [Some(value)]) = (here, callable.params.as_slice(), proposal.given.as_slice())
            {
                here.forget(&param.name, value);
            }
            return false;
        };
        if let Some(here) = here {
            here.harvest(&callable.name, result);
            for (param, value) in callable.params.iter().zip(&proposal.given) {
                value.iter().for_each(|value| here.harvest(&param.name, value));
            }
        }
        if self.harvests && spoken.line.len() < LONG_ANSWER {
            self.pool.harvest(&callable.name, result);
        }
        true
    }

    /// A sequence of calls on one object, chosen by `weight`, ending with its state; `None` where it came to nothing.
    pub(super) fn sequence(
        &mut self,
        start: &Start,
        length: usize,
        weight: &dyn Fn(SubjectId) -> f64,
        clock_jumps: bool,
    ) -> Option<Answered> {
        let (mut steps, mut replies) = self.begin(start)?;
        let on = match start {
            Start::New(_) => SELF.to_owned(),
            Start::Global(name) => name.clone(),
            Start::Module => String::new(),
        };
        let held = self.state_of(start, &on)?;
        let members = self.members(start);
        let mut here = Pool::default();
        // What fails again and again waits until something else has changed the state.
        let mut tired: HashMap<SubjectId, f64> = HashMap::new();
        for _ in 0..length {
            let ready = self.readiness(&members, [&here, &held]);
            let weights: Vec<f64> = members
                .iter()
                .zip(ready)
                .map(|(id, ready)| weight(*id) * tired.get(id).unwrap_or(&1.0) * ready)
                .collect();
            if weights.iter().sum::<f64>() <= 0.0 {
                break;
            }
            if clock_jumps && self.random.percent(4) {
                let jump = Request::bare(Action::Advance(self.random.between(1, 2_000_000) as u32));
                replies.extend(self.ask(std::slice::from_ref(&jump))?);
                steps.push(jump);
            }
            let id = members[self.random.weighted(&weights)];
            let proposal = self.propose(id, [&here, &held]);
            let Some(requests) = self.steps(id, Some(&on), &proposal.given) else { continue };
            let said = self.ask(&requests);
            let reply = said.as_ref().map_or(Some(&Err(Failure::Hung)), |said| said.last());
            if !self.learn(id, &proposal, reply, Some(&mut here)) {
                let weight = tired.entry(id).or_insert(1.0);
                *weight = (*weight * 0.5).max(0.02);
            } else if self.subjects.callable(id).access == Access::Write {
                tired.clear();
            }
            replies.extend(said?);
            steps.extend(requests);
        }
        let state = Request::bare(Action::State((*start != Start::Module).then_some(on)));
        replies.extend(self.ask(std::slice::from_ref(&state))?);
        steps.push(state);
        let case = Case { steps, origin: Origin::Generated };
        let coerced = case.coerced(self.subjects).map(|case| self.ask_cases(&[case]).remove(0));
        Some(Answered { case, python: replies, coerced })
    }

    /// How likely each member can do something now. What needs a token (`release(reservation_id)`) waits until there is
    /// one; meanwhile what gives out such tokens (`reserve`) comes first.
    fn readiness(&self, members: &[SubjectId], here: [&Pool; 2]) -> Vec<f64> {
        let takes = |id: &SubjectId, name: &str| self.subjects.callable(*id).params.iter().any(|p| p.name == name);
        let takers = |name: &str| members.iter().filter(|id| takes(id, name)).count();
        // What few take comes from what many take, not the other way round: `release` gives out no products.
        let gives = |id: &SubjectId, name: &str| {
            let params = &self.subjects.callable(*id).params;
            !takes(id, name)
                && self.subjects.result_fields(*id).contains(&name)
                && params.iter().all(|param| takers(&param.name) >= takers(name))
        };
        let has = |name: &str| here.iter().any(|pool| !pool.named(name).is_empty());
        let is_token = |name: &str| members.iter().any(|id| gives(id, name));
        let missing: Vec<&str> = members
            .iter()
            .flat_map(|id| self.subjects.callable(*id).params.iter().map(|param| param.name.as_str()))
            .filter(|name| is_token(name) && !has(name))
            .collect();
        let one = |id: &SubjectId| match () {
            () if missing.iter().any(|name| takes(id, name)) => 0.01,
            () if missing.iter().any(|name| gives(id, name)) => 4.0,
            () if self.subjects.callable(*id).params.iter().any(|param| is_token(&param.name)) => 2.5,
            () => 1.0,
        };
        members.iter().map(one).collect()
    }

    /// Starts afresh and makes the object.
    fn begin(&mut self, start: &Start) -> Option<(Vec<Request>, Vec<Reply>)> {
        let mut steps = Vec::new();
        if self.needs_reset(start) {
            steps.push(Request::bare(Action::Reset));
        }
        if let Start::New(class) = start {
            let class = self.subjects.interface.classes.iter().find(|known| known.name == *class)?;
            steps.push(self.new_object(class, SELF)?);
        }
        let replies = self.ask(&steps)?;
        let made = replies.last().and_then(|reply| reply.as_ref().ok()).and_then(|spoken| spoken.answer());
        let failed = matches!(made.map(|answer| &answer.outcome), Some(Outcome::Error { .. }));
        (!failed).then_some((steps, replies))
    }

    fn needs_reset(&self, start: &Start) -> bool {
        let clock = |id: &SubjectId| self.subjects.callable(*id).reads_clock;
        !matches!(start, Start::New(_)) || self.subjects.interface.has_state || self.members(start).iter().any(clock)
    }

    /// What the object holds before the sequence, as material for arguments; globals begin alike every time.
    fn state_of(&mut self, start: &Start, on: &str) -> Option<Rc<Pool>> {
        if let Some(held) = self.held.get(on).filter(|_| !matches!(start, Start::New(_))) {
            return Some(Rc::clone(held));
        }
        let mut held = Pool::default();
        let request = Request::bare(Action::State((*start != Start::Module).then(|| on.to_owned())));
        let reply = self.python.ask(std::slice::from_ref(&request), false, Some(self.patience)).pop()?.ok()?;
        if let Some(Outcome::Ok(state)) = reply.answer().map(|answer| &answer.outcome) {
            held.harvest("state", state);
        }
        let held = Rc::new(held);
        if !matches!(start, Start::New(_)) {
            self.held.insert(on.to_owned(), Rc::clone(&held));
        }
        Some(held)
    }

    /// Requests that belong together; `None` where the original did not get through them.
    fn ask(&mut self, requests: &[Request]) -> Option<Vec<Reply>> {
        let replies = self.python.ask(requests, self.harvests, Some(self.patience));
        self.interrupted |= replies.last() == Some(&Err(Failure::Interrupted));
        let whole = replies.len() == requests.len() && replies.iter().all(Result::is_ok);
        whole.then_some(replies)
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

/// Asks a side all cases in one go; a case that fails goes on with the next one in a fresh process.
pub(super) fn ask_cases(side: &mut Side, cases: &[Case], time: bool, timeout: Option<Duration>) -> Vec<Vec<Reply>> {
    let mut answered: Vec<Vec<Reply>> = Vec::with_capacity(cases.len());
    while answered.len() < cases.len() {
        let rest = &cases[answered.len()..];
        let requests: Vec<Request> = rest.iter().flat_map(|case| case.steps.iter().cloned()).collect();
        let mut replies = side.ask(&requests, time, timeout).into_iter();
        for case in rest {
            let said: Vec<Reply> = replies.by_ref().take(case.steps.len()).collect();
            let failed = said.len() < case.steps.len() || said.last().is_some_and(Result::is_err);
            answered.push(said);
            if failed {
                break;
            }
        }
    }
    answered
}
