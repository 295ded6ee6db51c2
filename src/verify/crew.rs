//! The crew: pairs of processes that do the tasks of all units. One thread of a pair talks to the original, the other to
//! the port, so that both work at the same time.

use super::VerifyJob;
use super::answers::Answers;
use super::case::{self, Answered, Case, Verdict};
use super::compose::{Composer, Learned};
use super::decided::Trail;
use super::gather::Stops;
use super::inputs::Proposal;
use super::original::Original;
use super::random::Random;
use super::sequence::{Held, Plan, sequence};
use super::side::{Ask, Reply, Side};
use super::subject::{SubjectId, Subjects};
use crate::recording::{Action, Request};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

/// How many cases the port is asked in one go.
const TOGETHER: usize = 32;

/// What the original is asked.
pub(super) enum Work {
    /// Cases that are known.
    Cases(Vec<Case>),
    /// Calls that were seen in a run of the user's program: no work is too much.
    Recorded(Vec<Case>),
    /// A sequence to be composed.
    Sequence(Box<(Plan, Learned, Random)>),
}

/// Something to be asked and compared.
pub(super) struct Task {
    /// The part of the run that it is, the same in every run.
    pub(super) name: String,
    pub(super) work: Work,
    pub(super) stops: Stops,
    pub(super) done: SyncSender<Done>,
}

/// What came of a task.
#[derive(Default)]
pub(super) struct Done {
    pub(super) answered: Vec<Answered>,
    /// For each case what the port said to its steps, up to the first difference.
    pub(super) compared: Vec<Vec<(Reply, Verdict)>>,
    /// Of a sequence: whom each choice was for, and the step that called it.
    pub(super) choices: Vec<(SubjectId, Proposal, usize)>,
}

/// Starts that many pairs; they end when nobody can send tasks any more.
pub(super) fn crew<'s, 'e: 's>(
    scope: &'s Scope<'s, 'e>,
    job: &'e VerifyJob<'e>,
    subjects: &'e Subjects<'e>,
    answers: &'e Option<Answers>,
    pairs: usize,
) -> Sender<Task> {
    let (tasks, waiting) = channel::<Task>();
    let (to_ports, answered) = sync_channel::<(Task, Done)>(2 * pairs);
    let (waiting, answered) = (Arc::new(Mutex::new(waiting)), Arc::new(Mutex::new(answered)));
    for _ in 0..pairs {
        let (waiting, to_ports) = (Arc::clone(&waiting), to_ports.clone());
        scope.spawn(move || ask_original(job, subjects, answers.clone(), (&waiting, &to_ports)));
        let answered = Arc::clone(&answered);
        scope.spawn(move || ask_port(job, subjects, &answered));
    }
    tasks
}

fn next<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn ask_original(
    job: &VerifyJob,
    subjects: &Subjects,
    answers: Option<Answers>,
    (tasks, ports): (&Mutex<Receiver<Task>>, &SyncSender<(Task, Done)>),
) {
    let mut original = job.original();
    original.remember(answers);
    let mut held = Held::new();
    while let Some(mut task) = next(tasks) {
        let work = std::mem::replace(&mut task.work, Work::Cases(Vec::new()));
        original.begin(job.how(matches!(work, Work::Recorded(_))), Trail::new(&job.decider, &task.name));
        let done = match work {
            Work::Cases(cases) | Work::Recorded(cases) => {
                Done { answered: original.answered(cases, subjects), ..Done::default() }
            }
            Work::Sequence(work) => {
                let (plan, learned, random) = *work;
                let mut composer = Composer { subjects, learned, random, cost: None, mood: None };
                composed(&mut composer, &mut original, &mut held, &plan)
            }
        };
        // Whoever would take it is gone only where everything ends.
        let _ = ports.send((task, done));
    }
}

fn composed(composer: &mut Composer, original: &mut Original, held: &mut Held, plan: &Plan) -> Done {
    let Some(made) = sequence(composer, original, held, plan) else { return Done::default() };
    let coerced = made.case.coerced(composer.subjects).map(|case| original.cases(&[case]).remove(0));
    let answered = Answered { case: made.case, python: made.python, coerced };
    Done { answered: vec![answered], choices: made.choices, ..Done::default() }
}

fn ask_port(job: &VerifyJob, subjects: &Subjects, tasks: &Mutex<Receiver<(Task, Done)>>) {
    let mut port = Port { side: job.port_side(), subjects, differences: job.limits.differences.max(1) };
    while let Some((task, mut done)) = next(tasks) {
        done.compared = port.compare(&done.answered, &task.stops);
        let _ = task.done.send(done);
    }
}

/// Asks the port and compares.
struct Port<'e> {
    side: Side,
    subjects: &'e Subjects<'e>,
    /// After that many differences of a subject in one task the rest of its cases is left out.
    differences: usize,
}

impl Port<'_> {
    fn compare(&mut self, cases: &[Answered], stops: &Stops) -> Vec<Vec<(Reply, Verdict)>> {
        let mut different: HashMap<SubjectId, usize> = HashMap::new();
        let mut compared = Vec::with_capacity(cases.len());
        if self.subjects.interface.has_state && !cases.is_empty() {
            self.side.ask(&[Request::bare(Action::Reset)], Ask::default());
        }
        while compared.len() < cases.len() {
            let is_over = |answered: &Answered| {
                let stops = stops.lock().unwrap_or_else(PoisonError::into_inner);
                let enough = |id| different.get(&id).is_some_and(|count| *count >= self.differences);
                answered.case.subjects(self.subjects).any(|id| stops.contains(&id) || enough(id))
            };
            let rest = &cases[compared.len()..];
            let together: Vec<Case> =
                rest.iter().take(TOGETHER).take_while(|answered| !is_over(answered)).map(Answered::finished).collect();
            if together.is_empty() {
                compared.push(Vec::new());
                continue;
            }
            for (answered, replies) in rest.iter().zip(ask_until_failure(&mut self.side, &together)) {
                let steps = self.compare_case(answered, replies);
                if let Some((_, Verdict::Different(..))) = steps.last() {
                    let at = answered.case.responsible(steps.len() - 1, self.subjects);
                    at.into_iter().for_each(|id| *different.entry(id).or_default() += 1);
                }
                compared.push(steps);
            }
        }
        compared
    }

    /// Step by step up to the first difference or guard.
    fn compare_case(&self, answered: &Answered, replies: Vec<Reply>) -> Vec<(Reply, Verdict)> {
        let mut compared = Vec::with_capacity(replies.len());
        for (index, reply) in replies.into_iter().enumerate() {
            let verdict = case::compare(answered, index, &reply, self.subjects);
            let goes_on = matches!(verdict, Verdict::Same(_) | Verdict::NotComparable);
            compared.push((reply, verdict));
            if !goes_on {
                break;
            }
        }
        compared
    }
}

/// Asks cases in one go, up to and including the first that fails.
fn ask_until_failure(side: &mut Side, cases: &[Case]) -> Vec<Vec<Reply>> {
    let requests: Vec<Request> = cases.iter().flat_map(|case| case.steps.iter().cloned()).collect();
    let mut replies = side.ask(&requests, Ask::default()).into_iter();
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
