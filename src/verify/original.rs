//! The original as somebody to ask: whole cases at once, or a sequence step by step.

use super::answers::{Answers, Asked};
use super::case::{Answered, Case};
use super::decided::Trail;
use super::side::{Ask, Failure, Reply, Side};
use super::subject::Subjects;
use crate::recording::{Action, Request};

/// A branch-counting copy of the original, and how it is asked.
pub(super) struct Original {
    side: Side,
    how: Ask,
    trail: Trail,
    /// Whether it starts afresh before every batch of cases.
    resets: bool,
    /// What it said in earlier runs.
    answers: Option<Answers>,
}

impl Original {
    pub(super) fn new(side: Side, how: Ask, trail: Trail, resets: bool) -> Original {
        Original { side, how, trail, resets, answers: None }
    }

    /// Does not ask from now on what was answered before.
    pub(super) fn remember(&mut self, answers: Option<Answers>) {
        self.answers = answers;
    }

    /// Sets how it is asked from now on, and for which part of the run.
    pub(super) fn begin(&mut self, how: Ask, trail: Trail) {
        (self.how, self.trail) = (how, trail);
    }

    /// The process itself.
    pub(super) fn side(&mut self) -> &mut Side {
        &mut self.side
    }

    /// Asks all cases, and those with integers for floats once more with floats.
    pub(super) fn answered(&mut self, cases: Vec<Case>, subjects: &Subjects) -> Vec<Answered> {
        let coerced: Vec<Option<Case>> = cases.iter().map(|case| case.coerced(subjects)).collect();
        let python = self.cases(&cases);
        let again: Vec<Case> = coerced.iter().flatten().cloned().collect();
        let mut again = self.cases(&again).into_iter();
        let with_coerced = |((case, python), coerced): ((Case, Vec<Reply>), Option<Case>)| {
            let coerced = coerced.and_then(|_| again.next());
            Answered { case, python, coerced }
        };
        cases.into_iter().zip(python).zip(coerced).map(with_coerced).collect()
    }

    /// What it says to cases that do not depend on each other: for each the replies up to its first failure.
    pub(super) fn cases(&mut self, cases: &[Case]) -> Vec<Vec<Reply>> {
        let Some(answers) = self.answers.clone() else { return self.living(cases) };
        let begun = Asked::new("case", self.how.work, self.resets);
        let asked: Vec<Asked> = cases.iter().map(|case| begun.and(&case.steps)).collect();
        let known = cases.iter().zip(&asked).map(|(case, asked)| match self.trail.until_given_up(&case.steps) {
            Some(_) => None,
            None => answers.get(asked),
        });
        let mut said: Vec<Option<Vec<Reply>>> = known.collect();
        let missing: Vec<usize> = (0..cases.len()).filter(|at| said[*at].is_none()).collect();
        let unknown: Vec<Case> = missing.iter().map(|at| cases[*at].clone()).collect();
        for (at, replies) in missing.into_iter().zip(self.living(&unknown)) {
            answers.keep(&asked[at], &replies);
            said[at] = Some(replies);
        }
        said.into_iter().flatten().collect()
    }

    /// What the process says now.
    fn living(&mut self, cases: &[Case]) -> Vec<Vec<Reply>> {
        if self.resets && !cases.is_empty() {
            self.side.ask(&[Request::bare(Action::Reset)], self.how);
        }
        ask_cases(&mut self.side, cases, self.how, &self.trail)
    }

    /// Starts asking step by step.
    pub(super) fn session(&mut self) -> Session<'_> {
        let known = Asked::new("sequence", self.how.work, self.resets);
        Session { original: self, asked: Vec::new(), known, living: 0, interrupted: false }
    }
}

/// Requests that belong together, asked as they are thought of.
pub(super) struct Session<'a> {
    original: &'a mut Original,
    /// What was asked so far.
    asked: Vec<Request>,
    /// The same as answers are kept under.
    known: Asked,
    /// How much of it the process itself was asked; the rest was answered before.
    living: usize,
    /// Whether the user pressed Ctrl-C.
    pub(super) interrupted: bool,
}

impl Session<'_> {
    /// What it says to the next requests; the last reply may be a failure, after which nothing more is asked.
    pub(super) fn ask(&mut self, requests: &[Request]) -> Vec<Reply> {
        let before = self.asked.len();
        self.asked.extend_from_slice(requests);
        let known = self.known.and(requests);
        let given_up = self.original.trail.until_given_up(&self.asked).map(|at| at.saturating_sub(before));
        let answers = self.original.answers.clone();
        let remembered = answers.as_ref().filter(|_| given_up.is_none()).and_then(|answers| answers.get(&known));
        let replies = match remembered {
            Some(replies) => replies,
            None => {
                let replies = self.ask_living(requests, before, given_up);
                answers.iter().for_each(|answers| answers.keep(&known, &replies));
                replies
            }
        };
        self.known = known;
        self.asked.truncate(before + replies.len());
        if replies.last() == Some(&Err(Failure::Hung)) {
            self.original.trail.hung(&self.asked);
        }
        self.interrupted |= replies.last() == Some(&Err(Failure::Interrupted));
        replies
    }

    /// Asks the process, which is first brought to where the sequence is.
    fn ask_living(&mut self, requests: &[Request], before: usize, given_up: Option<usize>) -> Vec<Reply> {
        let (side, how) = (&mut self.original.side, self.original.how);
        let missed = &self.asked[self.living..before];
        if !missed.is_empty()
            && let Some(failed) = side.ask(missed, how).into_iter().find(Result::is_err)
        {
            return vec![failed];
        }
        let mut replies = side.ask(&requests[..given_up.unwrap_or(requests.len())], how);
        cut(&mut replies);
        if given_up == Some(replies.len()) && replies.iter().all(Result::is_ok) {
            replies.push(side.give_up());
        }
        self.living = before + replies.len();
        replies
    }
}

/// Asks a side all cases in one go; a case that fails goes on with the next one in a fresh process.
pub(super) fn ask_cases(side: &mut Side, cases: &[Case], how: Ask, trail: &Trail) -> Vec<Vec<Reply>> {
    let mut answered: Vec<Vec<Reply>> = Vec::with_capacity(cases.len());
    while answered.len() < cases.len() {
        let rest = &cases[answered.len()..];
        let given_up = rest.iter().position(|case| trail.until_given_up(&case.steps).is_some());
        let before = answered.len();
        ask_some(side, &rest[..given_up.unwrap_or(rest.len())], how, &mut answered);
        if let Some(case) = given_up.filter(|at| answered.len() == before + at).and_then(|at| rest.get(at)) {
            answered.push(ask_until_given_up(side, case, how, trail));
        }
    }
    for (case, said) in cases.iter().zip(&answered) {
        if said.last() == Some(&Err(Failure::Hung)) {
            trail.hung(&case.steps[..said.len()]);
        }
    }
    answered
}

/// Asks a case up to the step that an earlier run gave up.
fn ask_until_given_up(side: &mut Side, case: &Case, how: Ask, trail: &Trail) -> Vec<Reply> {
    let steps = trail.until_given_up(&case.steps).unwrap_or(case.steps.len());
    let mut said = side.ask(&case.steps[..steps], how);
    cut(&mut said);
    if said.iter().all(Result::is_ok) {
        said.push(side.give_up());
    }
    said
}

/// Asks cases in one go, up to and including the first after which the process is gone.
fn ask_some(side: &mut Side, cases: &[Case], how: Ask, answered: &mut Vec<Vec<Reply>>) {
    let requests: Vec<Request> = cases.iter().flat_map(|case| case.steps.iter().cloned()).collect();
    if requests.is_empty() {
        return;
    }
    let mut replies = side.ask(&requests, how).into_iter();
    for (at, case) in cases.iter().enumerate() {
        let mut said: Vec<Reply> = replies.by_ref().take(case.steps.len()).collect();
        let is_short = said.len() < case.steps.len();
        cut(&mut said);
        if !is_short && !matches!(said.last(), Some(Err(failure)) if *failure != Failure::GaveUp) {
            answered.push(said);
            continue;
        }
        if side.is_uncertain() {
            answered.extend(ask_carefully(side, &cases[at..], how));
        } else {
            answered.push(said);
        }
        break;
    }
}

/// Asks one request after the other, up to and including the case that fails.
fn ask_carefully(side: &mut Side, cases: &[Case], how: Ask) -> Vec<Vec<Reply>> {
    let mut answered = Vec::new();
    for case in cases {
        let mut said: Vec<Reply> = Vec::with_capacity(case.steps.len());
        for step in &case.steps {
            said.extend(side.ask(std::slice::from_ref(step), how));
            if said.last().is_some_and(Result::is_err) {
                break;
            }
        }
        let failed = matches!(said.last(), Some(Err(failure)) if *failure != Failure::GaveUp);
        answered.push(said);
        if failed {
            break;
        }
    }
    answered
}

/// Forgets what came after the first failure.
fn cut(replies: &mut Vec<Reply>) {
    if let Some(failed) = replies.iter().position(Result::is_err) {
        replies.truncate(failed + 1);
    }
}
