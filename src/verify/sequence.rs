//! Sequences of calls on one object, composed while the original runs them: the next call may need what the last one
//! returned. The port gets the finished sequence at once.

use super::case::{Case, Origin};
use super::compose::{Composer, Lesson, SELF, Start};
use super::inputs::{Given, Proposal};
use super::numbers::Mood;
use super::original::{Original, Session};
use super::pool::Pool;
use super::side::Reply;
use super::subject::SubjectId;
use crate::artifact::Access;
use crate::recording::{Action, Outcome, Request};
use std::collections::HashMap;
use std::sync::Arc;

/// Letters of a state that is looked at after every other change.
const LARGE: usize = 8 << 10;

/// How often a constructor may raise before a sequence is given up.
const ATTEMPTS: usize = 8;

/// What a sequence should be.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) start: Start,
    /// Calls of its members.
    pub(super) length: usize,
    /// How likely each subject is called.
    pub(super) weights: Vec<f64>,
    /// Whether the port lets the virtual clock jump.
    pub(super) clock_jumps: bool,
}

/// A sequence with what the original said, and the choices that led to it.
pub(super) struct Sequence {
    pub(super) case: Case,
    pub(super) python: Vec<Reply>,
    /// Whom each choice was for, and the step that called it.
    pub(super) choices: Vec<(SubjectId, Proposal, usize)>,
}

/// What globals hold after a reset, by name: the same every time.
pub(super) type Held = HashMap<String, Arc<Pool>>;

/// A sequence under way.
struct Composing<'s, 'c> {
    composer: &'c mut Composer<'s>,
    session: Session<'c>,
    steps: Vec<Request>,
    replies: Vec<Reply>,
    choices: Vec<(SubjectId, Proposal, usize)>,
    /// After how many changes the object is looked at again.
    look: usize,
    /// The mood that its calls get into, and after how many percent of them.
    mood: Option<(Mood, usize)>,
}

/// Composes a sequence that ends with the state of its object; `None` where it came to nothing.
pub(super) fn sequence(
    composer: &mut Composer,
    original: &mut Original,
    held: &mut Held,
    plan: &Plan,
) -> Option<Sequence> {
    // Scouting has a mood of its own.
    let is_scouting = composer.cost.is_some();
    let mood = if is_scouting { None } else { Mood::of_sequence(&mut composer.random) };
    if let Some((mood, 0)) = mood {
        composer.mood = Some(mood);
    }
    let session = original.session();
    let (steps, replies, choices) = (Vec::new(), Vec::new(), Vec::new());
    Composing { composer, session, steps, replies, choices, look: 1, mood }.compose(held, plan)
}

impl Composing<'_, '_> {
    fn compose(mut self, held: &mut Held, plan: &Plan) -> Option<Sequence> {
        let on = match &plan.start {
            Start::New(_) => SELF.to_owned(),
            Start::Global(name) => name.clone(),
            Start::Module => String::new(),
        };
        self.begin(&plan.start)?;
        let held = self.state_of(&plan.start, &on, held)?;
        if self.calls(plan, &on, held) {
            self.ask(vec![Request::bare(Action::State((plan.start != Start::Module).then_some(on)))]);
        }
        let case = Case { steps: self.steps, origin: Origin::Generated };
        let is_call = |id: SubjectId| !self.composer.subjects.is_constructor(id);
        let is_something = self.choices.iter().any(|(id, ..)| is_call(*id)) && !self.session.interrupted;
        is_something.then_some(Sequence { case, python: self.replies, choices: self.choices })
    }

    /// The calls of the sequence; false where the original did not get through one of them.
    fn calls(&mut self, plan: &Plan, on: &str, mut held: Arc<Pool>) -> bool {
        let members = self.composer.members(&plan.start);
        let mut here = Pool::default();
        // Calls that may have changed the object since it was last looked at.
        let mut stale = 0;
        // What fails again and again waits until something else has changed the state.
        let mut tired: HashMap<SubjectId, f64> = HashMap::new();
        // For each the arguments that got furthest without returning, and how many calls ever got as far.
        let mut furthest: HashMap<SubjectId, (u32, Given)> = HashMap::new();
        for at in 0..plan.length {
            if let Some((mood, _)) = self.mood.filter(|(_, after)| at * 100 >= plan.length * after) {
                self.composer.mood = Some(mood);
            }
            if stale >= self.look {
                let Some(now) = self.now(&plan.start, on) else { return false };
                (held, stale) = (Arc::new(now), 0);
            }
            let ready = self.composer.readiness(&members, [&here, &held]);
            let weight = |(id, ready): (&SubjectId, f64)| plan.weights[*id] * tired.get(id).unwrap_or(&1.0) * ready;
            let weights: Vec<f64> = members.iter().zip(ready).map(weight).collect();
            if weights.iter().sum::<f64>() <= 0.0 {
                break;
            }
            if plan.clock_jumps && self.composer.random.percent(4) {
                let jump = Action::Advance(self.composer.random.between(1, 2_000_000) as u32);
                if !self.ask(vec![Request::bare(jump)]) {
                    return false;
                }
            }
            let id = members[self.composer.random.weighted(&weights)];
            let proposal = match furthest.get(&id) {
                Some((_, given)) if self.composer.random.percent(60) => {
                    self.composer.propose_near(id, given.clone(), [&here, &held])
                }
                _ => self.composer.propose(id, [&here, &held]),
            };
            let Some(requests) = self.composer.steps(id, Some(on), &proposal.given) else { continue };
            let whole = self.ask(requests);
            let step = self.replies.len() - 1;
            match self.composer.learn(id, &proposal, self.replies.last(), Some(&mut here)) {
                Lesson::Returned => {
                    furthest.remove(&id);
                    if self.composer.subjects.callable(id).access == Access::Write {
                        tired.clear();
                        stale += 1;
                    }
                }
                Lesson::Failed(seen) if furthest.get(&id).is_none_or(|(known, _)| seen <= *known) => {
                    furthest.insert(id, (seen, proposal.given.clone()));
                }
                Lesson::Failed(_) | Lesson::Nothing => {
                    let weight = tired.entry(id).or_insert(1.0);
                    *weight = (*weight * 0.6).max(0.02);
                }
            }
            self.choices.push((id, proposal, step));
            if !whole {
                return false;
            }
        }
        true
    }

    /// Asks the next requests; false where the original did not answer them all.
    fn ask(&mut self, requests: Vec<Request>) -> bool {
        let replies = self.session.ask(&requests);
        let whole = replies.len() == requests.len() && replies.iter().all(Result::is_ok);
        self.steps.extend(requests.into_iter().take(replies.len()));
        self.replies.extend(replies);
        whole
    }

    /// Starts afresh and makes the object; where its constructor does not accept what it is given, with something else.
    fn begin(&mut self, start: &Start) -> Option<()> {
        if self.composer.needs_reset(start) && !self.ask(vec![Request::bare(Action::Reset)]) {
            return None;
        }
        let Start::New(class) = start else { return Some(()) };
        let class = self.composer.subjects.interface.classes.iter().find(|known| known.name == *class)?;
        for _ in 0..ATTEMPTS {
            let (steps, id, proposal) = self.composer.chosen_object(class, SELF)?;
            if !self.ask(steps) {
                return None;
            }
            let made = self.replies.last();
            let answer = made.and_then(|reply| reply.as_ref().ok()).and_then(|spoken| spoken.answer());
            let is_made = !matches!(answer.map(|answer| &answer.outcome), Some(Outcome::Error { .. }));
            self.composer.learn(id, &proposal, made, None);
            self.choices.push((id, proposal, self.replies.len() - 1));
            if is_made {
                return Some(());
            }
        }
        None
    }

    /// What the object holds before the sequence, as material for arguments.
    fn state_of(&mut self, start: &Start, on: &str, known: &mut Held) -> Option<Arc<Pool>> {
        if let Some(held) = known.get(on).filter(|_| !matches!(start, Start::New(_))) {
            return Some(Arc::clone(held));
        }
        let held = self.now(start, on)?;
        let held = Arc::new(held);
        if !matches!(start, Start::New(_)) {
            known.insert(on.to_owned(), Arc::clone(&held));
        }
        Some(held)
    }

    /// What the object holds now. The question is no step of the sequence: it changes nothing.
    fn now(&mut self, start: &Start, on: &str) -> Option<Pool> {
        let mut held = Pool::default();
        let request = Request::bare(Action::State((*start != Start::Module).then(|| on.to_owned())));
        let spoken = self.session.ask(std::slice::from_ref(&request)).pop()?.ok()?;
        if let Some(Outcome::Ok(state)) = spoken.answer().map(|answer| &answer.outcome) {
            held.harvest_state(state);
        }
        // A large state is looked at less often.
        self.look = 1 + spoken.line.len() / LARGE;
        Some(held)
    }
}

impl Composer<'_> {
    fn needs_reset(&self, start: &Start) -> bool {
        let clock = |id: &SubjectId| self.subjects.callable(*id).reads_clock;
        !matches!(start, Start::New(_)) || self.subjects.interface.has_state || self.members(start).iter().any(clock)
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
}
