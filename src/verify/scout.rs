//! Scouting: a few calls of everything, on two Pythons, before anything is proven.
//!
//! It tells three things: where Python does not agree with itself (clock, random, ids, the order of sets of strings,
//! which differs between processes), what calls cost, and what values there are: results become arguments of others.

use super::answers::Answers;
use super::branches::BranchTable;
use super::case::{Answered, Case, Origin, Verdict, compare};
use super::compose::{Composer, Cost, LONG_ANSWER, Learned, Start};
use super::decided::Trail;
use super::engine::Unit;
use super::inputs::{CALM, Chooser};
use super::numbers::{MAX, Mood};
use super::original::{Original, ask_cases};
use super::pool::Pool;
use super::random::Random;
use super::sequence::{Held, Plan, sequence};
use super::side::{Ask, Failure, Reply, Side, shorten};
use super::subject::{Subject, SubjectId, Subjects};
use super::{VerifyError, VerifyJob};
use crate::artifact::{Access, Shape};
use crate::host::{clock, interrupt};
use crate::recording::{Action, Outcome, Request, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

/// Calls of each function, and sequences of each start, that are scouted in one round.
const CALLS: usize = 12;
const SEQUENCES: usize = 3;
const ROUNDS: usize = 2;
/// How often that is done again, because Python does not agree with itself somewhere.
const AGAIN: usize = 4;
/// Recorded calls of each function that both Pythons repeat.
const RECORDED: usize = 20;

/// How often loops may go round in a call that probes for heavy parameters.
const PROBE_WORK: u64 = 200_000;

/// What scouting found.
pub(super) struct Scouted {
    pub(super) learned: Learned,
    /// What calls cost, per subject.
    pub(super) cost: Vec<Cost>,
    /// What the numbers of branches mean.
    pub(super) branches: BranchTable,
    /// Where Python does not agree with itself.
    pub(super) nondeterministic: HashMap<SubjectId, String>,
    /// Whether the port lets the virtual clock jump.
    pub(super) clock_jumps: bool,
    /// What the original said in earlier runs.
    pub(super) answers: Option<Answers>,
}

/// Scouts all units; again without those where Python does not agree with itself, because what they return would become
/// arguments that no other run makes.
pub(super) fn scout(
    job: &VerifyJob,
    subjects: &Subjects,
    units: &[Unit],
    deadline: Option<Instant>,
) -> Result<Scouted, VerifyError> {
    let clock_jumps = understands_jumps(job, subjects);
    let mut avoided = HashMap::new();
    let mut rounds = 0..;
    loop {
        let (cases, mut scouted, original) = pass(job, subjects, units, deadline, (&avoided, clock_jumps))?;
        let found = if rounds.next() < Some(AGAIN) { disagreements(job, subjects, &cases)? } else { HashMap::new() };
        let before = avoided.len();
        for (id, reason) in found {
            avoided.entry(id).or_insert(reason);
        }
        if avoided.len() == before {
            scouted.nondeterministic = avoided;
            return probed(job, subjects, deadline, original, scouted);
        }
    }
}

/// One pass over all units, without what is avoided.
fn pass(
    job: &VerifyJob,
    subjects: &Subjects,
    units: &[Unit],
    deadline: Option<Instant>,
    (avoided, clock_jumps): (&HashMap<SubjectId, String>, bool),
) -> Result<(Vec<Answered>, Scouted, Original), VerifyError> {
    job.decider.forget();
    let mut original = job.original();
    import(original.side())?;
    let branches = BranchTable::read(original.side().ask_line(r#"{"id":1,"branches":true}"#).as_deref());
    let mut constants = constants(original.side().ask_line(r#"{"id":1,"constants":true}"#).as_deref());
    let answers = fingerprint(original.side()).and_then(|fingerprint| job.answers(&fingerprint));
    let mut pool = Pool::default();
    constants.values().flatten().for_each(|value| pool.add_constant(value));
    harvest_recorded(job, &mut pool);
    let chooser = |(id, subject): (SubjectId, &Subject)| {
        let known = constants.remove(&subjects.qualified(id)).unwrap_or_default();
        Arc::new(Chooser::new(subject.callable, known.into()))
    };
    let choosers = subjects.all.iter().enumerate().map(chooser).collect();
    let composer = Composer {
        subjects,
        learned: Learned { choosers, pool: Arc::new(pool) },
        random: Random::new(job.seed, "scout"),
        cost: Some(vec![Cost::default(); subjects.all.len()]),
        // Extremes come when it is known which parameters are heavy.
        mood: Some(Mood::Usual),
    };
    let mut scout = Scout { composer, original, held: Held::new(), clock_jumps, avoided };
    let mut cases = scout.recorded(job);
    for _ in 0..ROUNDS {
        for unit in units {
            cases.extend(scout.unit(unit));
            if interrupt::requested() {
                return Err(VerifyError::Interrupted);
            }
            if deadline.is_some_and(|deadline| clock::monotonic() > deadline) {
                break;
            }
        }
    }
    let Composer { learned, cost, .. } = scout.composer;
    let cost = cost.unwrap_or_default();
    let scouted = Scouted { learned, cost, branches, nondeterministic: HashMap::new(), clock_jumps, answers };
    Ok((cases, scouted, scout.original))
}

/// Tries how large an integer each parameter may be before a call takes much work: one that can be anything is called
/// with everything, one that says how often to go round is not.
fn probed(
    job: &VerifyJob,
    subjects: &Subjects,
    deadline: Option<Instant>,
    mut original: Original,
    scouted: Scouted,
) -> Result<Scouted, VerifyError> {
    let random = Random::new(job.seed, "probe");
    let mut composer = Composer { subjects, learned: scouted.learned, random, cost: None, mood: None };
    let how = Ask { work: Some(PROBE_WORK), ..job.how(false) };
    original.begin(how, Trail::new(&job.decider, "probe"));
    for id in (0..subjects.all.len()).filter(|id| !scouted.nondeterministic.contains_key(id)) {
        for (at, param) in subjects.callable(id).params.iter().enumerate() {
            let over = deadline.is_some_and(|deadline| clock::monotonic() > deadline);
            let is_int = param.shape == Shape::Int || param.shape == Shape::Optional(Box::new(Shape::Int));
            if is_int && !over {
                probe(&mut composer, &mut original, id, at);
            }
        }
        if interrupt::requested() {
            return Err(VerifyError::Interrupted);
        }
    }
    Ok(Scouted { learned: composer.learned, ..scouted })
}

fn probe(composer: &mut Composer, original: &mut Original, id: SubjectId, param: usize) {
    let callable = composer.subjects.callable(id);
    let fresh = callable.reads_clock || callable.access != Access::Pure;
    for (number, next) in std::iter::once(MAX).chain(CALM.into_iter().flatten()).zip(CALM.into_iter().skip(1)) {
        let Some(case) = composer.probe(id, param, number, fresh) else { return };
        let said = original.cases(&[case]).pop().unwrap_or_default();
        if said.iter().all(|reply| reply.as_ref().is_ok_and(|spoken| spoken.line.len() < LONG_ANSWER)) {
            return;
        }
        if let Some(next) = next {
            Arc::make_mut(&mut composer.learned.choosers[id]).is_heavy_beyond(param, next);
        }
    }
}

/// Starts the original and imports the module.
fn import(python: &mut Side) -> Result<(), VerifyError> {
    let reply = python.ask(&[Request::bare(Action::Reset)], Ask::default()).pop();
    match reply {
        Some(Ok(spoken)) => match spoken.answer().map(|answer| &answer.outcome) {
            Some(Outcome::Error { kind, message }) => Err(VerifyError::Import(format!("{kind}: {message}"))),
            _ => Ok(()),
        },
        Some(Err(Failure::Interrupted)) => Err(VerifyError::Interrupted),
        Some(Err(Failure::Hung | Failure::GaveUp)) => Err(VerifyError::Import("the import takes too long".into())),
        Some(Err(Failure::Ended(how) | Failure::NotStarted(how))) => Err(VerifyError::Import(how)),
        Some(Err(Failure::Rubbish(line) | Failure::OutOfOrder(line) | Failure::Twice(line))) => {
            Err(VerifyError::Import(line))
        }
        None => Err(VerifyError::Import("no answer".into())),
    }
}

/// Asks the port for a jump of the clock, where anything reads the clock.
fn understands_jumps(job: &VerifyJob, subjects: &Subjects) -> bool {
    subjects.all.iter().any(|subject| subject.callable.reads_clock) && {
        let replies = job.port_side().ask(&[Request::bare(Action::Advance(1))], Ask::default());
        let answer = replies.first().and_then(|reply| reply.as_ref().ok()?.answer());
        answer.is_some_and(|answer| matches!(answer.outcome, Outcome::Ok(_)))
    }
}

/// Asks what the answers of the original depend on.
fn fingerprint(python: &mut Side) -> Option<String> {
    let answer = python.ask_line(r#"{"id":1,"fingerprint":true}"#)?;
    let json: serde_json::Value = serde_json::from_str(&answer).ok()?;
    json["ok"].as_str().map(str::to_owned)
}

/// Reads the worker's answer: the constants of each function by its qualified name.
fn constants(answer: Option<&str>) -> BTreeMap<String, Vec<Value>> {
    #[derive(serde::Deserialize)]
    struct One {
        name: String,
        values: Vec<serde_json::Value>,
    }
    #[derive(serde::Deserialize)]
    struct Answer {
        ok: Vec<One>,
    }
    let read = answer.and_then(|line| serde_json::from_str::<Answer>(line).ok());
    let values = |one: One| (one.name, one.values.iter().filter_map(|json| Value::from_json(json).ok()).collect());
    read.map(|answer| answer.ok.into_iter().map(values).collect()).unwrap_or_default()
}

fn harvest_recorded(job: &VerifyJob, pool: &mut Pool) {
    for call in job.recorded.iter().take(2000) {
        call.kwargs.iter().for_each(|(name, value)| pool.harvest(name, value));
        call.args.iter().for_each(|value| pool.harvest("", value));
        if let Outcome::Ok(result) = &call.outcome {
            pool.harvest(&call.callable, result);
        }
    }
}

/// Scouting under way.
struct Scout<'a> {
    composer: Composer<'a>,
    original: Original,
    held: Held,
    clock_jumps: bool,
    /// What is not called, because Python does not agree with itself there.
    avoided: &'a HashMap<SubjectId, String>,
}

impl Scout<'_> {
    /// The first recorded calls of each function; their arguments are known by name from now on.
    fn recorded(&mut self, job: &VerifyJob) -> Vec<Answered> {
        let mut cases = Vec::new();
        let pool = Arc::make_mut(&mut self.composer.learned.pool);
        for (id, subject) in self.composer.subjects.all.iter().enumerate() {
            let name = subject.name();
            for (index, call) in job.recorded.iter().filter(|call| call.callable == name).enumerate() {
                for (param, value) in subject.callable.params.iter().filter(|param| !param.rest).zip(&call.args) {
                    pool.harvest(&param.name, value);
                }
                if index < RECORDED && subject.class.is_none() && !self.avoided.contains_key(&id) {
                    let action = Action::Function(subject.callable.name.clone());
                    let call = Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() };
                    let steps = vec![Request::bare(Action::Reset), call];
                    cases.push(Case { steps, origin: Origin::Recorded });
                }
            }
        }
        self.original.answered(cases, self.composer.subjects)
    }

    fn unit(&mut self, unit: &Unit) -> Vec<Answered> {
        match unit {
            Unit::Function(id) if self.avoided.contains_key(id) => Vec::new(),
            Unit::Function(id) => self.function(*id),
            Unit::Class(_) | Unit::Module => {
                let starts = unit.starts(self.composer.subjects);
                let turns = starts.into_iter().flat_map(|start| std::iter::repeat_n(start, SEQUENCES));
                turns.filter_map(|start| self.sequence(start)).collect()
            }
        }
    }

    fn function(&mut self, id: SubjectId) -> Vec<Answered> {
        let callable = self.composer.subjects.callable(id);
        let fresh = callable.reads_clock || callable.access != Access::Pure;
        let (proposals, cases) = self.composer.calls(id, CALLS, fresh);
        let answered = self.original.answered(cases, self.composer.subjects);
        self.composer.learn_calls(id, &proposals, &answered);
        answered
    }

    fn sequence(&mut self, start: Start) -> Option<Answered> {
        let weight = |id| if self.avoided.contains_key(&id) { 0.0 } else { 1.0 };
        let weights = (0..self.composer.subjects.all.len()).map(weight).collect();
        let plan = Plan { start, length: 16, weights, clock_jumps: self.clock_jumps };
        let made = sequence(&mut self.composer, &mut self.original, &mut self.held, &plan)?;
        Some(Answered { case: made.case, python: made.python, coerced: None })
    }
}

/// Repeats the cases on another Python, with other hashes of strings.
fn disagreements(
    job: &VerifyJob,
    subjects: &Subjects,
    cases: &[Answered],
) -> Result<HashMap<SubjectId, String>, VerifyError> {
    let mut other = job.python("1");
    let mut found = HashMap::new();
    let plain: Vec<Case> = cases.iter().map(Answered::finished).collect();
    let replies = ask_cases(&mut other, &plain, job.how(true), &Trail::new(&job.decider, "scout again"));
    for (answered, replies) in cases.iter().zip(&replies) {
        for (index, reply) in replies.iter().enumerate() {
            if reply == &Err(Failure::Interrupted) {
                return Err(VerifyError::Interrupted);
            }
            let strict = Answered { coerced: None, ..answered.clone() };
            let verdict = compare(&strict, index, reply, subjects);
            if !matches!(verdict, Verdict::Different(_, _)) || reply.is_err() {
                continue;
            }
            let calls = (0..=index).rev().find_map(|index| answered.case.subject(index, subjects));
            if let Some(id) = calls {
                found.entry(id).or_insert_with(|| both(answered, index, reply));
            }
            break;
        }
    }
    Ok(found)
}

fn both(answered: &Answered, index: usize, other: &Reply) -> String {
    let said = |reply: Option<&Reply>| match reply {
        Some(Ok(spoken)) => {
            let said = spoken.line.split_once(',').map_or("", |(_, rest)| rest);
            let said = said.rsplit_once(",\"ns\":").map_or(said.trim_end_matches('}'), |(said, _)| said);
            shorten(said, 120)
        }
        _ => "nothing".to_owned(),
    };
    let call = answered.case.steps.get(index).map(Request::to_python).unwrap_or_default();
    format!("{call} gave {} and {}", said(answered.python.get(index)), said(Some(other)))
}
