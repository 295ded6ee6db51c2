//! Accounting: what the compared cases of one unit come to, case by case in their order.

use super::VerifyJob;
use super::case::{self, Answered, Case, Origin, Verdict};
use super::engine::Engine;
use super::evidence::{Calls, CorpusStep, Difference, DifferenceKind, Tally};
use super::shrink::{self, Shrinker};
use super::side::{Failure, Reply};
use super::subject::{SubjectId, Subjects};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Calls that the original did not get through.
    pub(super) gave_up: GaveUp,
    outcomes: HashSet<String>,
}

/// How many calls of the original were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GaveUp {
    /// Their loops went round too often.
    pub(super) for_work: usize,
    /// They took too long.
    pub(super) for_time: usize,
}

/// Subjects of a unit of which enough differences are known: cases with them need no port any more.
pub(super) type Stops = Arc<Mutex<HashSet<SubjectId>>>;

/// The account of one unit.
pub(super) struct Account<'e> {
    engine: &'e Engine<'e>,
    job: &'e VerifyJob<'e>,
    subjects: &'e Subjects<'e>,
    pub(super) gathered: BTreeMap<SubjectId, Gathered>,
    pub(super) stops: Stops,
    /// Processes of its own for making differences small, once there are any.
    shrinker: Option<Shrinker<'e>>,
    /// Whether the user pressed Ctrl-C.
    pub(super) interrupted: bool,
}

impl<'e> Account<'e> {
    pub(super) fn new(engine: &'e Engine<'e>) -> Account<'e> {
        let (gathered, stops) = (BTreeMap::new(), Stops::default());
        Account {
            engine,
            job: engine.job,
            subjects: engine.subjects,
            gathered,
            stops,
            shrinker: None,
            interrupted: false,
        }
    }

    /// Calls compared so far, by subject.
    pub(super) fn compared(&self) -> BTreeMap<SubjectId, usize> {
        self.gathered.iter().map(|(id, gathered)| (*id, gathered.calls.total())).collect()
    }

    /// Whether enough differences of a subject are known.
    pub(super) fn is_stopped(&self, id: SubjectId) -> bool {
        self.gathered.get(&id).is_some_and(|gathered| gathered.tally.different >= self.job.limits.differences.max(1))
    }

    /// Takes a case with what the port said to its steps, as far as it was compared.
    pub(super) fn add(&mut self, answered: &Answered, compared: Vec<(Reply, Verdict)>) {
        let is_over = answered.case.subjects(self.subjects).any(|id| self.is_stopped(id));
        if is_over || self.interrupted {
            return;
        }
        let mut compared = compared.into_iter();
        for index in 0..answered.case.steps.len() {
            if matches!(answered.python.get(index), None | Some(Err(_))) {
                return self.not_finished(answered, index);
            }
            let Some((reply, verdict)) = compared.next() else { return };
            if verdict == Verdict::Interrupted {
                self.interrupted = true;
                return;
            }
            self.note(answered, index, verdict, &reply);
        }
    }

    /// The original did not answer: nothing to compare with.
    fn not_finished(&mut self, answered: &Answered, index: usize) {
        if let Some(id) = answered.case.subject(index, self.subjects) {
            let gathered = self.gathered.entry(id).or_default();
            gathered.tally.not_comparable += 1;
            match answered.python.get(index) {
                Some(Err(Failure::GaveUp)) => gathered.gave_up.for_work += 1,
                Some(Err(Failure::Hung)) => gathered.gave_up.for_time += 1,
                _ => {}
            }
        }
    }

    fn note(&mut self, answered: &Answered, index: usize, verdict: Verdict, reply: &Reply) {
        let Some(id) = answered.case.responsible(index, self.subjects) else { return };
        let is_call = answered.case.subject(index, self.subjects).is_some();
        let gathered = self.gathered.entry(id).or_default();
        let spoken = answered.python.get(index).and_then(|reply| reply.as_ref().ok()).filter(|_| is_call);
        let python = spoken.and_then(|spoken| spoken.answer());
        if is_call {
            case::count(&mut gathered.tally, &verdict, python);
        } else {
            note_state(gathered, &verdict, answered.case.origin);
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
        let (job, subjects) = (self.job, self.subjects);
        let shrinker = self.shrinker.get_or_insert_with(|| Shrinker::new(job, subjects));
        let (blamed, difference) = match shrinker.shrink(&case, self.engine.slow[id]) {
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
        if self.is_stopped(blamed) {
            self.stops.lock().unwrap_or_else(PoisonError::into_inner).insert(blamed);
        }
    }
}

/// Counts the state after a call. Where it is declined, nobody saw what the call did: the call counts as declined.
fn note_state(gathered: &mut Gathered, verdict: &Verdict, origin: Origin) {
    let calls = match origin {
        Origin::Recorded => &mut gathered.calls.recorded,
        Origin::Generated => &mut gathered.calls.generated,
    };
    match verdict {
        Verdict::Same(_) => gathered.tally.states += 1,
        Verdict::Guard if *calls > 0 && gathered.tally.returned > 0 => {
            *calls -= 1;
            gathered.tally.returned -= 1;
            gathered.tally.guards += 1;
        }
        _ => {}
    }
}

/// A case up to a step with Python's answers, if it is small enough to be kept.
fn corpus_case(answered: &Answered, index: usize) -> Option<Vec<CorpusStep>> {
    let steps = answered.case.steps.get(..=index).filter(|steps| steps.len() <= CORPUS_STEPS)?;
    let kept = steps.iter().zip(&answered.python).enumerate().map(|(number, (request, reply))| {
        let request = request.to_line(number as u64 + 1, false);
        let answer = reply.as_ref().ok()?.line.clone();
        (answer.len() <= CORPUS_ANSWER).then_some(CorpusStep { request, answer })
    });
    kept.collect()
}

/// The sum of what two units gathered.
pub(super) fn merged(
    mut all: BTreeMap<SubjectId, Gathered>,
    part: BTreeMap<SubjectId, Gathered>,
) -> BTreeMap<SubjectId, Gathered> {
    for (id, more) in part {
        let gathered = all.entry(id).or_default();
        gathered.calls.recorded += more.calls.recorded;
        gathered.calls.generated += more.calls.generated;
        gathered.exhausted |= more.exhausted;
        gathered.gave_up.for_work += more.gave_up.for_work;
        gathered.gave_up.for_time += more.gave_up.for_time;
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
