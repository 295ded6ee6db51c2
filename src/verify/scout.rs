//! Scouting: a few calls of everything, on two Pythons, before anything is proven.
//!
//! It tells three things: where Python does not agree with itself (clock, random, ids, the order of sets of strings,
//! which differs between processes), what calls cost, and what values there are: results become arguments of others.

use super::branches::BranchTable;
use super::case::{Answered, Case, Origin, Verdict, compare};
use super::compose::{Composer, Cost, ask_cases};
use super::engine::Unit;
use super::inputs::Chooser;
use super::pool::Pool;
use super::random::Random;
use super::side::{Failure, Reply, Side, shorten};
use super::subject::{SubjectId, Subjects};
use super::{VerifyError, VerifyJob};
use crate::artifact::Access;
use crate::host::clock;
use crate::recording::{Action, Outcome, Request};
use std::collections::HashMap;
use std::time::Instant;

/// Calls of each function, and sequences of each start, that are scouted in one round.
const CALLS: usize = 12;
const SEQUENCES: usize = 3;
const ROUNDS: usize = 2;
/// How often that is done again, because Python does not agree with itself somewhere.
const AGAIN: usize = 4;
/// Recorded calls of each function that both Pythons repeat.
const RECORDED: usize = 20;

/// What scouting found.
pub(super) struct Scouted {
    pub(super) pool: Pool,
    pub(super) choosers: Vec<Chooser>,
    /// What calls cost, per subject.
    pub(super) cost: Vec<Cost>,
    /// What the numbers of branches mean.
    pub(super) branches: BranchTable,
    /// Where Python does not agree with itself.
    pub(super) nondeterministic: HashMap<SubjectId, String>,
    /// Whether the port lets the virtual clock jump.
    pub(super) clock_jumps: bool,
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
    let mut nondeterministic = HashMap::new();
    for _ in 0..AGAIN {
        let scouting = Scouting { job, subjects, units, deadline, clock_jumps, avoided: &nondeterministic };
        let (cases, mut scouted) = scouting.run()?;
        let found = disagreements(job, subjects, &cases)?;
        let news = found.keys().any(|id| !nondeterministic.contains_key(id));
        for (id, reason) in found {
            nondeterministic.entry(id).or_insert(reason);
        }
        scouted.nondeterministic.clone_from(&nondeterministic);
        if !news {
            return Ok(scouted);
        }
    }
    let scouting = Scouting { job, subjects, units, deadline, clock_jumps, avoided: &nondeterministic };
    let scouted = scouting.run()?.1;
    Ok(Scouted { nondeterministic, ..scouted })
}

/// One pass over all units.
struct Scouting<'a> {
    job: &'a VerifyJob<'a>,
    subjects: &'a Subjects<'a>,
    units: &'a [Unit],
    deadline: Option<Instant>,
    clock_jumps: bool,
    /// What is not called, because Python does not agree with itself there.
    avoided: &'a HashMap<SubjectId, String>,
}

impl Scouting<'_> {
    fn run(&self) -> Result<(Vec<Answered>, Scouted), VerifyError> {
        self.job.decider.forget();
        let mut python = self.job.counting_python("scout");
        import(&mut python)?;
        let branches = BranchTable::read(python.ask_line(r#"{"id":1,"branches":true}"#).as_deref());
        let mut composer = Composer {
            subjects: self.subjects,
            choosers: self.subjects.all.iter().map(|subject| Chooser::new(subject.callable)).collect(),
            pool: pool_of(self.job),
            random: Random::new(self.job.seed, "scout"),
            python: &mut python,
            cost: vec![Cost::default(); self.subjects.all.len()],
            held: HashMap::new(),
            patience: self.job.limits.patience,
            harvests: true,
            interrupted: false,
        };
        let mut cases = self.recorded(&mut composer);
        for _ in 0..ROUNDS {
            for unit in self.units {
                cases.extend(self.unit(&mut composer, unit));
                if composer.interrupted {
                    return Err(VerifyError::Interrupted);
                }
                if self.deadline.is_some_and(|deadline| clock::monotonic() > deadline) {
                    break;
                }
            }
        }
        let Composer { pool, choosers, cost, .. } = composer;
        let clock_jumps = self.clock_jumps;
        Ok((cases, Scouted { pool, choosers, cost, branches, nondeterministic: HashMap::new(), clock_jumps }))
    }

    /// The first recorded calls of each function; their arguments are known by name from now on.
    fn recorded(&self, composer: &mut Composer) -> Vec<Answered> {
        let mut cases = Vec::new();
        for (id, subject) in self.subjects.all.iter().enumerate() {
            let name = subject.name();
            for (index, call) in self.job.recorded.iter().filter(|call| call.callable == name).enumerate() {
                for (param, value) in subject.callable.params.iter().zip(&call.args) {
                    composer.pool.harvest(&param.name, value);
                }
                if index < RECORDED && subject.class.is_none() && !self.avoided.contains_key(&id) {
                    let action = Action::Function(subject.callable.name.clone());
                    let call = Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() };
                    let steps = vec![Request::bare(Action::Reset), call];
                    cases.push(Case { steps, origin: Origin::Recorded });
                }
            }
        }
        composer.answered(cases)
    }

    fn unit(&self, composer: &mut Composer, unit: &Unit) -> Vec<Answered> {
        match unit {
            Unit::Function(id) if self.avoided.contains_key(id) => Vec::new(),
            Unit::Function(id) => composer.calls(*id, CALLS, composer.subjects.callable(*id).access != Access::Pure),
            Unit::Class(_) | Unit::Module => {
                let starts = unit.starts(composer.subjects);
                let weight = |id: SubjectId| if self.avoided.contains_key(&id) { 0.0 } else { 1.0 };
                let turns = starts.iter().flat_map(|start| std::iter::repeat_n(start, SEQUENCES));
                turns.filter_map(|start| composer.sequence(start, 16, &weight, self.clock_jumps)).collect()
            }
        }
    }
}

/// Starts the original and imports the module.
fn import(python: &mut Side) -> Result<(), VerifyError> {
    let reply = python.ask(&[Request::bare(Action::Reset)], false, None).pop();
    match reply {
        Some(Ok(spoken)) => match spoken.answer().map(|answer| &answer.outcome) {
            Some(Outcome::Error { kind, message }) => Err(VerifyError::Import(format!("{kind}: {message}"))),
            _ => Ok(()),
        },
        Some(Err(Failure::Interrupted)) => Err(VerifyError::Interrupted),
        Some(Err(Failure::Hung)) => Err(VerifyError::Import("the import takes too long".into())),
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
        let replies = job.port_side().ask(&[Request::bare(Action::Advance(1))], false, None);
        let answer = replies.first().and_then(|reply| reply.as_ref().ok()?.answer());
        answer.is_some_and(|answer| matches!(answer.outcome, Outcome::Ok(_)))
    }
}

fn pool_of(job: &VerifyJob) -> Pool {
    let mut pool = Pool::of_literals(job.literals);
    for call in job.recorded.iter().take(2000) {
        call.kwargs.iter().for_each(|(name, value)| pool.harvest(name, value));
        call.args.iter().for_each(|value| pool.harvest("", value));
        if let Outcome::Ok(result) = &call.outcome {
            pool.harvest(&call.callable, result);
        }
    }
    pool
}

/// Repeats the cases on another Python, with other hashes of strings.
fn disagreements(
    job: &VerifyJob,
    subjects: &Subjects,
    cases: &[Answered],
) -> Result<HashMap<SubjectId, String>, VerifyError> {
    let mut other = job.python("scout again", "1");
    let mut found = HashMap::new();
    let plain: Vec<Case> = cases.iter().map(|answered| answered.case.clone()).collect();
    let replies = ask_cases(&mut other, &plain, false, Some(job.limits.patience));
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
