//! Making a difference small: fewer calls, shorter lists, smaller numbers, as long as both sides still differ.

use super::VerifyJob;
use super::case::{self, Answered, Case, Verdict};
use super::decided::Trail;
use super::evidence::{Difference, DifferenceKind};
use super::original::ask_cases;
use super::side::{Ask, Failure, Reply, Side, shorten};
use super::subject::{SubjectId, Subjects};
use crate::recording::{Action, Object, Request, Value};

/// One of so many smaller cases is tried where each of them is slow, or costs a timeout or a restart. No clock decides
/// here: the same difference is made equally small in every run.
const DEAR: usize = 25;
/// Letters of an answer that are shown.
const SHOWN: usize = 400;

/// Both sides, fresh, for trying one case after the other.
pub(super) struct Shrinker<'a> {
    subjects: &'a Subjects<'a>,
    python: Side,
    port: Side,
    patience: Ask,
    trail: Trail,
    allowed: usize,
    tries: usize,
}

/// A case that differs in its last step.
struct Shown {
    case: Case,
    kind: DifferenceKind,
    path: String,
    python: String,
    port: String,
}

impl<'a> Shrinker<'a> {
    /// Processes that are not started before they are needed.
    pub(super) fn new(job: &VerifyJob, subjects: &'a Subjects<'a>) -> Shrinker<'a> {
        Shrinker {
            subjects,
            python: job.python("0"),
            port: job.port_side(),
            patience: job.how(true),
            trail: Trail::new(&job.decider, "shrink"),
            allowed: job.limits.shrinking,
            tries: 0,
        }
    }

    /// The smallest case found that differs in the same way, and who is responsible in it; `None` where the difference
    /// does not show again.
    pub(super) fn shrink(&mut self, case: &Case, slow: bool) -> Option<(Option<SubjectId>, Difference)> {
        let mut best = self.try_case(case)?;
        let allowed = match best.kind {
            DifferenceKind::Hang | DifferenceKind::Crash | DifferenceKind::Rubbish => self.allowed / DEAR,
            _ if slow => self.allowed / DEAR,
            _ => self.allowed,
        };
        self.tries = 0;
        'again: while self.tries < allowed {
            for candidate in smaller(&best.case, self.subjects) {
                self.tries += 1;
                if self.tries >= allowed {
                    break 'again;
                }
                if let Some(shown) = self.try_case(&candidate).filter(|shown| shown.kind == best.kind) {
                    best = shown;
                    continue 'again;
                }
            }
            break;
        }
        let responsible = best.case.responsible(best.case.steps.len().saturating_sub(1), self.subjects);
        Some((responsible, told(best)))
    }

    /// Runs a case on both sides; gives it up to the first step that differs.
    fn try_case(&mut self, case: &Case) -> Option<Shown> {
        let mut case = case.clone();
        if case.steps.first().map(|step| &step.action) != Some(&Action::Reset) {
            case.steps.insert(0, Request::bare(Action::Reset));
        }
        let python = self.ask_python(&case);
        if python.len() < case.steps.len() || python.iter().any(Result::is_err) {
            self.tries += if python.last() == Some(&Err(Failure::Hung)) { DEAR } else { 0 };
            return None;
        }
        let coerced = case.coerced(self.subjects).map(|case| self.ask_python(&case));
        let port = ask_alone(&mut self.port, &case, Ask::default(), &Trail::default());
        let answered = Answered { case, python, coerced };
        for (index, reply) in port.iter().enumerate() {
            match case::compare(&answered, index, reply, self.subjects) {
                Verdict::Same(_) | Verdict::NotComparable => {}
                Verdict::Guard | Verdict::OutOfResources | Verdict::Interrupted => return None,
                Verdict::Different(kind, path) => {
                    let mut case = answered.case;
                    case.steps.truncate(index + 1);
                    let python = said(answered.python.get(index)?);
                    return Some(Shown { case, kind, path, python, port: said(reply) });
                }
            }
        }
        None
    }

    fn ask_python(&mut self, case: &Case) -> Vec<Reply> {
        ask_alone(&mut self.python, case, self.patience, &self.trail)
    }
}

fn ask_alone(side: &mut Side, case: &Case, how: Ask, trail: &Trail) -> Vec<Reply> {
    ask_cases(side, std::slice::from_ref(case), how, trail).pop().unwrap_or_default()
}

/// A difference that did not show again, as it was seen.
pub(super) fn unshrunk(case: &Case, kind: DifferenceKind, python: Option<&Reply>, port: &Reply) -> Difference {
    let python = python.map(said).unwrap_or_default();
    told(Shown { case: case.clone(), kind, path: String::new(), python, port: said(port) })
}

fn said(reply: &Reply) -> String {
    match reply {
        Ok(spoken) => {
            let line = spoken.line.split_once(',').map_or(spoken.line.as_str(), |(_, rest)| rest);
            shorten(line.strip_suffix('}').unwrap_or(line), SHOWN)
        }
        Err(Failure::Hung | Failure::GaveUp) => "no answer in time".into(),
        Err(Failure::Ended(how)) => format!("the process ended: {how}"),
        Err(Failure::Rubbish(line)) => format!("no answer but {line:?}"),
        Err(Failure::OutOfOrder(line)) => format!("the answer to another request: {line}"),
        Err(Failure::Twice(line)) => format!("a second answer: {line}"),
        Err(Failure::NotStarted(why)) => format!("cannot be started: {why}"),
        Err(Failure::Interrupted) => "interrupted".into(),
    }
}

fn told(shown: Shown) -> Difference {
    let steps = match shown.case.steps.split_first() {
        Some((first, rest)) if first.action == Action::Reset && !rest.is_empty() => rest,
        _ => &shown.case.steps,
    };
    Difference {
        kind: shown.kind,
        at: String::new(),
        path: shown.path,
        calls: steps.iter().map(Request::to_python).collect(),
        requests: steps.iter().enumerate().map(|(at, step)| step.to_line(at as u64 + 1, false)).collect(),
        python: shown.python,
        port: shown.port,
    }
}

/// Cases a little smaller than this one, the much smaller ones first.
fn smaller(case: &Case, subjects: &Subjects) -> Vec<Case> {
    let mut found = fewer_steps(case);
    for (at, step) in case.steps.iter().enumerate() {
        for args in smaller_lists(&step.args) {
            found.push(with_step(case, at, Request { args, ..step.clone() }));
        }
        found.extend(positional(case, at, subjects));
        for (name_at, (name, value)) in step.kwargs.iter().enumerate() {
            for value in smaller_values(value) {
                let mut kwargs = step.kwargs.clone();
                kwargs[name_at] = (name.clone(), value);
                found.push(with_step(case, at, Request { kwargs, ..step.clone() }));
            }
        }
    }
    found.retain(|other| other.size() <= case.size());
    found
}

/// The step with its first named argument by position, where that means the same.
fn positional(case: &Case, at: usize, subjects: &Subjects) -> Option<Case> {
    let mut step = case.steps[at].clone();
    let param = subjects.callable(case.subject(at, subjects)?).params.get(step.args.len())?;
    let named =
        step.kwargs.iter().position(|(name, _)| *name == param.name).filter(|_| !param.keyword_only && !param.rest)?;
    let (_, value) = step.kwargs.remove(named);
    step.args.push(value);
    Some(with_step(case, at, step))
}

fn with_step(case: &Case, at: usize, step: Request) -> Case {
    let mut case = case.clone();
    case.steps[at] = step;
    case
}

/// Without half, a quarter, ... one of the steps; the last stays, and what makes objects stays.
fn fewer_steps(case: &Case) -> Vec<Case> {
    let removable: Vec<usize> = (0..case.steps.len().saturating_sub(1))
        .filter(|at| !matches!(case.steps[*at].action, Action::New { .. } | Action::Reset))
        .collect();
    let mut found = Vec::new();
    let mut size = removable.len();
    while size > 0 {
        for chunk in removable.chunks(size) {
            let kept = case.steps.iter().enumerate().filter(|(at, _)| !chunk.contains(at));
            found.push(Case { steps: kept.map(|(_, step)| step.clone()).collect(), origin: case.origin });
        }
        size /= 2;
    }
    found
}

fn smaller_lists(values: &[Value]) -> Vec<Vec<Value>> {
    let mut found = Vec::new();
    for (at, value) in values.iter().enumerate() {
        for value in smaller_values(value) {
            let mut values = values.to_vec();
            values[at] = value;
            found.push(values);
        }
    }
    found
}

/// Values smaller than this one, of the same type.
fn smaller_values(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(true) => vec![Value::Bool(false)],
        Value::Int(integer) => match integer.to_i128() {
            Some(number) => smaller_ints(number),
            None => Vec::new(),
        },
        Value::Float(float) => smaller_floats(float.get()),
        Value::Str(text) => smaller_texts(text),
        Value::Bytes(bytes) => smaller_slices(bytes).into_iter().map(Value::Bytes).collect(),
        Value::List(items) => smaller_items(items).into_iter().map(Value::List).collect(),
        Value::Set(items) => smaller_items(items).into_iter().map(Value::Set).collect(),
        Value::FrozenSet(items) => smaller_items(items).into_iter().map(Value::FrozenSet).collect(),
        Value::Tuple(items) => smaller_lists(items).into_iter().map(Value::Tuple).collect(),
        Value::Dict(pairs) => smaller_pairs(pairs),
        Value::Object(object) => smaller_objects(object),
        _ => Vec::new(),
    }
}

fn smaller_ints(number: i128) -> Vec<Value> {
    let mut found: Vec<i128> = vec![0, number / 1000, number / 10, number / 2, number - number.signum()];
    if number < 0 {
        found.insert(1, -number);
    }
    found.dedup();
    found
        .into_iter()
        .filter(|smaller| smaller.abs() < number.abs() || *smaller == -number && number < 0)
        .map(Value::int)
        .collect()
}

fn smaller_floats(number: f64) -> Vec<Value> {
    if number == 0.0 && number.is_sign_positive() {
        return Vec::new();
    }
    let mut found = vec![0.0, 1.0, number.trunc(), (number * 4.0).round() / 4.0, (number * 100.0).round() / 100.0];
    if number.is_finite() && number.abs() > 2.0 {
        found.push((number / 2.0).trunc());
    }
    let shorter = |other: &f64| format!("{other:?}").len() < format!("{number:?}").len() || other.abs() < number.abs();
    found.into_iter().filter(|other| *other != number && shorter(other)).map(Value::float).collect()
}

fn smaller_texts(text: &str) -> Vec<Value> {
    let letters: Vec<char> = text.chars().collect();
    let mut found: Vec<Value> =
        smaller_slices(&letters).into_iter().map(|letters| Value::Str(letters.into_iter().collect())).collect();
    if let Some(at) = letters.iter().position(|letter| *letter != 'a') {
        let mut letters = letters;
        letters[at] = 'a';
        found.push(Value::Str(letters.into_iter().collect()));
    }
    found
}

/// Without all, a half, ... one of the elements.
fn smaller_slices<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let mut found = Vec::new();
    let mut size = items.len();
    while size > 0 {
        for start in (0..items.len()).step_by(size).take(16) {
            let end = (start + size).min(items.len());
            found.push(items[..start].iter().chain(&items[end..]).cloned().collect());
        }
        size /= 2;
    }
    found
}

fn smaller_items(items: &[Value]) -> Vec<Vec<Value>> {
    let mut found = smaller_slices(items);
    found.extend(smaller_lists(items));
    found
}

fn smaller_pairs(pairs: &[(Value, Value)]) -> Vec<Value> {
    let mut found: Vec<Value> = smaller_slices(pairs).into_iter().map(Value::Dict).collect();
    for (at, (_, value)) in pairs.iter().enumerate() {
        for value in smaller_values(value) {
            let mut pairs = pairs.to_vec();
            pairs[at].1 = value;
            found.push(Value::Dict(pairs));
        }
    }
    found
}

fn smaller_objects(object: &Object) -> Vec<Value> {
    let mut found = Vec::new();
    for (at, (_, value)) in object.fields.iter().enumerate() {
        for value in smaller_values(value) {
            let mut object = object.clone();
            object.fields[at].1 = value;
            found.push(Value::Object(object));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shrinks a value as long as it still does what `keeps` says.
    fn shrunk(value: Value, keeps: impl Fn(&Value) -> bool) -> Value {
        let mut value = value;
        let mut rounds = 0;
        while let Some(next) = smaller_values(&value).into_iter().find(|next| keeps(next)) {
            value = next;
            rounds += 1;
            assert!(rounds < 10_000, "shrinking does not end at {value:?}");
        }
        value
    }

    #[test]
    fn shrinking_ends_at_the_smallest() {
        let big = |value: &Value| matches!(value, Value::Int(number) if number.to_i128().is_some_and(|n| n >= 1000));
        assert_eq!(shrunk(Value::int(123_456_789), big), Value::int(1000));
        let negative = |value: &Value| matches!(value, Value::Int(number) if number.to_i128().is_some_and(|n| n < -2));
        assert_eq!(shrunk(Value::int(-77), negative), Value::int(-3));
        let list = Value::List((0..40).map(Value::int).collect());
        let long = |value: &Value| matches!(value, Value::List(items) if items.len() >= 3);
        assert_eq!(shrunk(list, long), Value::List(vec![Value::int(0); 3]));
        let wide = |value: &Value| matches!(value, Value::Str(text) if !text.is_ascii());
        assert_eq!(shrunk(Value::text("hello wörld"), wide), Value::text("ö"));
        for number in [0.1, -3.75, 1e300, f64::NAN, f64::NEG_INFINITY, -0.0] {
            shrunk(Value::float(number), |_| true);
        }
    }
}
