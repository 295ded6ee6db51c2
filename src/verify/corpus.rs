//! The corpus: calls worth keeping, replayed on both sides whenever something is verified, and by the project's own
//! tests without Python.
//!
//! ```text
//! parity/price.jsonl      {"id":1,"function":"price","args":[3]}        what is asked
//!                         {"id":1,"ok":142.5}                           what has to be answered
//! ```
//!
//! A request with the number 1 begins a case. Kept are the cases that were kept before or added by hand, those of this
//! run that showed a new kind of outcome, and the smallest ones that differ. Every case is asked anew of both sides:
//! Python's answer is what has to be answered, the elements of sets in any order, unless the port says the same in
//! other words (an integer for a float), or declines. Kept cases are not drawn at random, so they count for no failure rate.

use super::VerifyJob;
use super::case::{self, Answered, Case, Origin, Verdict};
use super::decided::Trail;
use super::evidence::CorpusStep;
use super::gather::Gathered;
use super::original::ask_cases;
use super::scout::Scouted;
use super::shrink;
use super::side::{Ask, Failure, Reply, Side};
use super::subject::{SubjectId, Subjects};
use crate::artifact::Access;
use crate::recording::{Action, Request};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Cases of a function that are kept unasked; beyond that only what was kept before and what differs.
const CORPUS: usize = 24;
/// Longest answer that is kept.
const LONGEST: usize = 4096;

/// Cases kept in a project: requests by the Python name of the function.
pub type Kept = BTreeMap<String, Vec<Vec<Request>>>;

/// Reads the cases of `parity/<function>.jsonl`; lines that are no requests are left out.
pub fn read_corpus(text: &str) -> Vec<Vec<Request>> {
    let mut cases: Vec<Vec<Request>> = Vec::new();
    for line in text.lines().step_by(2) {
        let Some(request) = Request::from_line(line) else { continue };
        match cases.last_mut() {
            Some(case) if !line.starts_with(r#"{"id":1,"#) => case.push(request),
            _ => cases.push(vec![request]),
        }
    }
    cases
}

/// The lines of `parity/<function>.jsonl`.
pub fn corpus_lines(corpus: &[Vec<CorpusStep>]) -> String {
    corpus.iter().flatten().map(|step| format!("{}\n{}\n", step.request, step.answer)).collect()
}

/// Settles the corpus of every subject and replays it; `None` after Ctrl-C.
pub(super) fn replay(
    job: &VerifyJob,
    subjects: &Subjects,
    scouted: &Scouted,
    gathered: &mut BTreeMap<SubjectId, Gathered>,
) -> Option<()> {
    let mut sides = (job.python("0"), job.port_side());
    for (id, subject) in subjects.all.iter().enumerate() {
        let kept = job.kept.get(&subject.name()).map_or(&[] as &[_], Vec::as_slice);
        let found = gathered.entry(id).or_default();
        if scouted.nondeterministic.contains_key(&id) {
            found.corpus.clear();
            continue;
        }
        let cases = settled(id, subjects, kept, found);
        replay_function(job, subjects, cases, found, &mut sides)?;
    }
    Some(())
}

/// What was kept, what differs, then what this run found.
fn settled(id: SubjectId, subjects: &Subjects, kept: &[Vec<Request>], found: &Gathered) -> Vec<Case> {
    let read = |lines: &[String]| lines.iter().map(|line| Request::from_line(line)).collect::<Option<Vec<Request>>>();
    let differing = found.differences.iter().filter_map(|difference| read(&difference.requests));
    let mut cases: Vec<Vec<Request>> = Vec::new();
    for steps in kept.iter().cloned().chain(differing) {
        let steps = from_fresh(steps, id, subjects);
        if !cases.contains(&steps) {
            cases.push(steps);
        }
    }
    let known = cases.len();
    for case in &found.corpus {
        let lines: Vec<String> = case.iter().map(|step| step.request.clone()).collect();
        let Some(steps) = read(&lines).map(|steps| from_fresh(steps, id, subjects)) else { continue };
        if !cases.contains(&steps) && cases.len() < known.max(CORPUS) {
            cases.push(steps);
        }
    }
    cases.into_iter().map(|steps| Case { steps, origin: Origin::Generated }).collect()
}

/// The case from a state that does not depend on what was asked before.
fn from_fresh(mut steps: Vec<Request>, id: SubjectId, subjects: &Subjects) -> Vec<Request> {
    let subject = &subjects.all[id];
    let begins = steps.first().map(|step| &step.action);
    let own_object = matches!(begins, Some(Action::New { .. })) && !subjects.interface.has_state;
    let depends = match subject.class {
        Some(_) => !own_object,
        None => subject.callable.access != Access::Pure,
    };
    if (depends || subject.callable.reads_clock) && begins != Some(&Action::Reset) {
        steps.insert(0, Request::bare(Action::Reset));
    }
    steps
}

fn replay_function(
    job: &VerifyJob,
    subjects: &Subjects,
    cases: Vec<Case>,
    found: &mut Gathered,
    (python, port): &mut (Side, Side),
) -> Option<()> {
    let (how, trail) = (job.how(true), Trail::new(&job.decider, "replay"));
    let coerced: Vec<Option<Case>> = cases.iter().map(|case| case.coerced(subjects)).collect();
    let again: Vec<Case> = coerced.iter().flatten().cloned().collect();
    let said = ask_cases(python, &cases, how, &trail);
    let mut said_again = ask_cases(python, &again, how, &trail).into_iter();
    let answered: Vec<Answered> = cases
        .into_iter()
        .zip(said)
        .zip(coerced)
        .map(|((case, python), coerced)| Answered { case, python, coerced: coerced.and_then(|_| said_again.next()) })
        .filter(|one| one.python.len() == one.case.steps.len() && one.python.iter().all(Result::is_ok))
        .collect();
    let asked: Vec<Case> = answered.iter().map(|one| one.case.clone()).collect();
    let heard = ask_cases(port, &asked, Ask::default(), &Trail::default());
    let interrupted = |reply: &Reply| *reply == Err(Failure::Interrupted);
    if answered.iter().flat_map(|one| &one.python).chain(heard.iter().flatten()).any(interrupted) {
        return None;
    }
    found.corpus = answered.iter().zip(&heard).filter_map(|(one, port)| judged(one, port, subjects, found)).collect();
    found.corpus.sort_by(|left, right| last(left).cmp(&last(right)));
    Some(())
}

fn last(case: &[CorpusStep]) -> Option<&str> {
    case.last().map(|step| step.request.as_str())
}

/// The case with what has to be answered, up to the first difference or guard; a difference that nobody knew yet counts.
fn judged(one: &Answered, port: &[Reply], subjects: &Subjects, found: &mut Gathered) -> Option<Vec<CorpusStep>> {
    let mut steps = Vec::new();
    for (index, request) in one.case.steps.iter().enumerate() {
        let (python, reply) = (one.python.get(index)?, port.get(index)?);
        let own = python.as_ref().ok()?.line.as_str();
        let verdict = case::compare(one, index, reply, subjects);
        let answer = match (&verdict, reply) {
            (Verdict::Same(_), Ok(spoken)) if has_set(own) || has_set(&spoken.line) => {
                // A port may give the elements in another order every time.
                (sorted(own) == sorted(&spoken.line)).then_some(own)?
            }
            (Verdict::Same(_) | Verdict::Guard, Ok(spoken)) => spoken.line.as_str(),
            (Verdict::Different(..), _) => own,
            _ => return None,
        };
        steps.push(CorpusStep {
            request: request.to_line(index as u64 + 1, false),
            answer: format!(r#"{{"id":{}{}"#, index + 1, &answer[answer.find(',')?..]),
        });
        if let Verdict::Different(kind, _) = verdict {
            let difference = shrink::unshrunk(&cut(&one.case, index), kind, Some(python), reply);
            if !found.differences.iter().any(|known| known.requests == difference.requests) {
                found.tally.different += 1;
                found.differences.push(difference);
            }
            break;
        }
        if verdict == Verdict::Guard {
            break;
        }
    }
    steps.iter().all(|step| step.answer.len() <= LONGEST).then_some(steps)
}

fn has_set(line: &str) -> bool {
    line.contains(r#""$set""#) || line.contains(r#""$frozenset""#)
}

/// An answer without its number, the elements of sets in order of their text.
fn sorted(line: &str) -> Option<Json> {
    let mut json: Json = serde_json::from_str(line).ok()?;
    json.as_object_mut()?.shift_remove("id");
    sort_sets(&mut json);
    Some(json)
}

fn sort_sets(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(sort_sets),
        Json::Object(fields) => {
            for (name, value) in fields {
                sort_sets(value);
                if let (true, Json::Array(items)) = (matches!(name.as_str(), "$set" | "$frozenset"), value) {
                    items.sort_by_cached_key(Json::to_string);
                }
            }
        }
        _ => {}
    }
}

fn cut(case: &Case, index: usize) -> Case {
    Case { steps: case.steps[..=index].to_vec(), origin: case.origin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let step = |id: u64, n: u64| CorpusStep {
            request: format!(r#"{{"id":{id},"function":"f","args":[{n}]}}"#),
            answer: format!(r#"{{"id":{id},"ok":{n}}}"#),
        };
        let corpus = vec![vec![step(1, 5)], vec![step(1, 6), step(2, 7)]];
        let lines = corpus_lines(&corpus);
        assert_eq!(lines.lines().count(), 6);
        let read = read_corpus(&lines);
        assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(read[1][1].to_line(2, false), corpus[1][1].request);
    }

    #[test]
    fn sets_have_no_order_and_lists_have() {
        let one = sorted(r#"{"id":1,"ok":[{"$set":["b",{"$frozenset":[2,1]}]}]}"#);
        assert_eq!(one, sorted(r#"{"id":7,"ok":[{"$set":[{"$frozenset":[1,2]},"b"]}]}"#));
        assert_ne!(sorted(r#"{"id":1,"ok":[1,2]}"#), sorted(r#"{"id":1,"ok":[2,1]}"#));
    }
}
