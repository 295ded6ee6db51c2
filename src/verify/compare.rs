//! Comparing: the port is asked what the original was asked, and each answer is judged and counted.
//!
//! The second of a worker's two threads. What it gathers about each function becomes that function's evidence.

use super::case::{self, Answered, Case, Origin, Verdict};
use super::engine::{Engine, Message};
use super::evidence::{Calls, CorpusStep, Difference, DifferenceKind, Tally};
use super::shrink::{self, Shrinker};
use super::side::{Reply, Side};
use super::subject::SubjectId;
use crate::recording::Request;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::mpsc::{Receiver, Sender};

/// Cases kept per function as its corpus.
const CORPUS: usize = 24;
/// Longest case and answer that a corpus takes.
const CORPUS_STEPS: usize = 12;
const CORPUS_ANSWER: usize = 4096;

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

/// What was gathered in each unit, by its number.
pub(super) type ByUnit = BTreeMap<usize, BTreeMap<SubjectId, Gathered>>;

/// Asks the port and compares.
pub(super) struct Consumer<'e> {
    engine: &'e Engine<'e>,
    port: Side,
    /// Of the unit that is being compared.
    gathered: BTreeMap<SubjectId, Gathered>,
    /// Tells after every message of cases which subjects have differed often enough since the last.
    news: Sender<Vec<SubjectId>>,
    stopped: Vec<SubjectId>,
    /// Processes of its own for making differences small, once there are any.
    shrinker: Option<Shrinker<'e>>,
    interrupted: bool,
}

impl<'e> Consumer<'e> {
    pub(super) fn new(engine: &'e Engine<'e>, news: Sender<Vec<SubjectId>>) -> Consumer<'e> {
        let (port, gathered) = (engine.job.port_side(), BTreeMap::new());
        Consumer { engine, port, gathered, news, stopped: Vec::new(), shrinker: None, interrupted: false }
    }

    pub(super) fn run(mut self, receiver: Receiver<Message>) -> Option<ByUnit> {
        let (mut units, mut current) = (BTreeMap::new(), None);
        for message in receiver {
            match message {
                Message::Unit(number) => {
                    let gathered = std::mem::take(&mut self.gathered);
                    units.extend(current.replace(number).map(|last| (last, gathered)));
                }
                Message::Cases(cases) => {
                    if !self.interrupted {
                        self.compare(cases);
                    }
                    // The composing thread may have ended after Ctrl-C.
                    let _ = self.news.send(std::mem::take(&mut self.stopped));
                }
                Message::HowMany(sender) => {
                    let totals = self.gathered.iter().map(|(id, gathered)| (*id, gathered.calls.total())).collect();
                    let _ = sender.send(totals);
                }
            }
        }
        units.extend(current.map(|last| (last, self.gathered)));
        (!self.interrupted).then_some(units)
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
        let (blamed, difference) = match shrinker.shrink(&case, engine.slow[id]) {
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
            self.stopped.push(blamed);
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

/// Adds what was gathered in one unit.
pub(super) fn merged(
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
