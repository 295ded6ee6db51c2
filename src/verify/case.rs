//! A case: requests that belong together, sent to both sides and compared answer by answer.

use super::evidence::{DifferenceKind, Tally};
use super::shapes;
use super::side::{Failure, Reply, Spoken};
use super::subject::{SubjectId, Subjects};
use crate::artifact::{Access, Callable, Interface};
use crate::recording::{Action, Answer, Comparison, Outcome, Request, Value};

/// Where a case came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Recorded,
    Generated,
}

/// Requests that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) steps: Vec<Request>,
    pub(super) origin: Origin,
}

/// A case with what Python said to it.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) case: Case,
    pub(super) python: Vec<Reply>,
    /// What Python said with floats for the integers where floats are declared; `None` where there are none such.
    pub(super) coerced: Option<Vec<Reply>>,
}

impl Answered {
    /// The steps that the original got through: nobody else is asked more.
    pub(super) fn finished(&self) -> Case {
        let steps = self.python.iter().take_while(|reply| reply.is_ok()).count();
        Case { steps: self.case.steps[..steps.min(self.case.steps.len())].to_vec(), origin: self.case.origin }
    }
}

/// What the comparison of one step gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same, with that many integers for floats.
    Same(usize),
    /// The port declined.
    Guard,
    /// The original's answer cannot be compared.
    NotComparable,
    /// The original ran out of stack or memory, at a place of its own: what comes after cannot be compared either.
    OutOfResources,
    /// Different.
    Different(DifferenceKind, String),
    /// Ctrl-C.
    Interrupted,
}

impl Case {
    /// The case with floats where floats are declared and integers were given.
    pub(super) fn coerced(&self, subjects: &Subjects) -> Option<Case> {
        let mut changed = false;
        let mut coerced = self.clone();
        for (index, step) in coerced.steps.iter_mut().enumerate() {
            let Some(callable) = self.subject(index, subjects).map(|id| subjects.callable(id)) else { continue };
            for (position, value) in step.args.iter_mut().enumerate() {
                changed |= coerce(value, callable.shape_at(position), subjects.interface);
            }
            for (name, value) in &mut step.kwargs {
                let param = callable.params.iter().find(|param| param.name == *name);
                changed |= coerce(value, param.map(|param| &param.shape), subjects.interface);
            }
        }
        changed.then_some(coerced)
    }

    /// Which function, method or constructor a step calls.
    pub(super) fn subject(&self, index: usize, subjects: &Subjects) -> Option<SubjectId> {
        match &self.steps.get(index)?.action {
            Action::Function(name) => subjects.find(None, name),
            Action::New { class, .. } => subjects.find(Some(class), "__init__"),
            Action::Method { on, method } => subjects.find(Some(self.class_of(on, subjects)?), method),
            Action::State(_) | Action::Reset | Action::Advance(_) => None,
        }
    }

    /// Everything that its steps call.
    pub(super) fn subjects(&self, subjects: &Subjects) -> impl Iterator<Item = SubjectId> {
        (0..self.steps.len()).filter_map(|index| self.subject(index, subjects))
    }

    /// The class of an object by the name it is kept under.
    pub(super) fn class_of<'s>(&'s self, name: &str, subjects: &'s Subjects) -> Option<&'s str> {
        let made = self.steps.iter().find_map(|step| match &step.action {
            Action::New { class, keep } if keep == name => Some(class.as_str()),
            _ => None,
        });
        let held = || subjects.interface.objects.iter().find(|object| object.name == name);
        made.or_else(|| held().map(|object| object.class.as_str()))
    }

    /// Whom a step's verdict belongs to: what it calls, or for a state the last call that may have changed it.
    pub(super) fn responsible(&self, index: usize, subjects: &Subjects) -> Option<SubjectId> {
        if let Some(id) = self.subject(index, subjects) {
            return Some(id);
        }
        let mut calls = (0..index).rev().filter_map(|index| self.subject(index, subjects)).peekable();
        let last = calls.peek().copied();
        calls.find(|id| subjects.callable(*id).access == Access::Write).or(last)
    }

    /// How large it is, for a shrinker to compare by.
    pub(super) fn size(&self) -> usize {
        self.steps.iter().map(Request::size).sum()
    }
}

fn coerce(value: &mut Value, shape: Option<&crate::artifact::Shape>, interface: &Interface) -> bool {
    let new = shape.and_then(|shape| shapes::coerced(value, shape, &interface.classes));
    let found = new.is_some();
    if let Some(new) = new {
        *value = new;
    }
    found
}

/// Compares what both sides said to one step.
pub(super) fn compare(answered: &Answered, index: usize, port: &Reply, subjects: &Subjects) -> Verdict {
    let first = compare_with(answered, index, answered.python.get(index), port, subjects);
    match (&first, &answered.coerced) {
        (Verdict::Different(_, _), Some(coerced)) => {
            match compare_with(answered, index, coerced.get(index), port, subjects) {
                Verdict::Same(lies) => Verdict::Same(lies + 1),
                _ => first,
            }
        }
        _ => first,
    }
}

fn compare_with(
    answered: &Answered,
    index: usize,
    python: Option<&Reply>,
    port: &Reply,
    subjects: &Subjects,
) -> Verdict {
    let Some(Ok(python)) = python else { return Verdict::NotComparable };
    match port {
        Ok(port) if is_same_text(&port.line, &python.line) => unless_unencodable(python),
        Ok(port) => compare_spoken(&answered.case, index, python, port, subjects),
        Err(Failure::Interrupted) => Verdict::Interrupted,
        // The port goes on where the original had no memory left.
        Err(Failure::Hung | Failure::GaveUp)
            if python.answer().is_some_and(|answer| is_kind(answer, "MemoryError")) =>
        {
            Verdict::OutOfResources
        }
        Err(failure) => Verdict::Different(kind_of_failure(failure), String::new()),
    }
}

/// Whether two answers are the same but for their numbers.
fn is_same_text(left: &str, right: &str) -> bool {
    let rest = |line: &str| line.find(',').map_or(0, |at| at);
    left[rest(left)..] == right[rest(right)..]
}

fn unless_unencodable(python: &Spoken) -> Verdict {
    // Long answers are results; reading them only to find that out is dear.
    if python.line.len() > 4096 {
        return Verdict::Same(0);
    }
    match python.answer() {
        Some(answer) if is_resource(answer) => Verdict::OutOfResources,
        Some(answer) if answer.is_protocol_error() => Verdict::NotComparable,
        Some(Answer { outcome: Outcome::Unencodable(_), .. }) | None => Verdict::NotComparable,
        Some(_) => Verdict::Same(0),
    }
}

fn kind_of_failure(failure: &Failure) -> DifferenceKind {
    match failure {
        Failure::Hung | Failure::GaveUp | Failure::Interrupted => DifferenceKind::Hang,
        Failure::Ended(_) | Failure::NotStarted(_) => DifferenceKind::Crash,
        Failure::Rubbish(_) => DifferenceKind::Rubbish,
        Failure::OutOfOrder(_) | Failure::Twice(_) => DifferenceKind::OutOfOrder,
    }
}

/// Exceptions that tell of the machine and not of the function: a port may well do without them.
fn is_resource(answer: &Answer) -> bool {
    is_kind(answer, "RecursionError") || is_kind(answer, "MemoryError")
}

fn is_kind(answer: &Answer, class: &str) -> bool {
    matches!(&answer.outcome, Outcome::Error { kind, .. } if kind == class)
}

fn compare_spoken(case: &Case, index: usize, python: &Spoken, port: &Spoken, subjects: &Subjects) -> Verdict {
    let Some(python) = python.answer() else { return Verdict::NotComparable };
    let Some(port) = port.answer() else { return Verdict::Different(DifferenceKind::Rubbish, String::new()) };
    if is_resource(python) {
        return Verdict::OutOfResources;
    }
    if python.is_protocol_error() {
        return Verdict::NotComparable;
    }
    if matches!(python.outcome, Outcome::Unencodable(_)) {
        return Verdict::NotComparable;
    }
    match &port.outcome {
        // A defect, and no choice to decline.
        Outcome::Guard { kind, .. } if ["panic", "unexpected_exception"].contains(&kind.as_str()) => {
            return Verdict::Different(DifferenceKind::Panic, String::new());
        }
        Outcome::Guard { .. } => return Verdict::Guard,
        _ => {}
    }
    if port.is_protocol_error() {
        return Verdict::Different(DifferenceKind::Protocol, String::new());
    }
    let callable = case.subject(index, subjects).map(|id| subjects.callable(id));
    match compare_answers(case, index, python, port, callable, subjects) {
        Ok(lies) => Verdict::Same(lies),
        Err((kind, path)) => Verdict::Different(kind, path),
    }
}

type Compared = Result<usize, (DifferenceKind, String)>;

fn compare_answers(
    case: &Case,
    index: usize,
    python: &Answer,
    port: &Answer,
    callable: Option<&Callable>,
    subjects: &Subjects,
) -> Compared {
    let comparison = Comparison { classes: &subjects.interface.classes };
    let mut lies = match (&python.outcome, &port.outcome) {
        (Outcome::Ok(left), Outcome::Ok(right)) => match case.steps.get(index).map(|step| &step.action) {
            Some(Action::State(name)) => compare_state(case, name.as_deref(), left, right, subjects)?,
            _ => comparison
                .compare(left, right, callable.map(|callable| &callable.result))
                .map_err(|mismatch| (DifferenceKind::Value, mismatch.path))?,
        },
        (Outcome::Error { kind: left, message: said }, Outcome::Error { kind: right, message: heard }) => {
            check(left == right, DifferenceKind::ExceptionType)?;
            check(said == heard, DifferenceKind::Message)?;
            0
        }
        _ => return Err((DifferenceKind::Outcome, String::new())),
    };
    lies += compare_mutated(python, port, callable, &comparison)?;
    check(python.stdout == port.stdout, DifferenceKind::Stdout)?;
    Ok(lies)
}

fn check(same: bool, kind: DifferenceKind) -> Result<(), (DifferenceKind, String)> {
    if same { Ok(()) } else { Err((kind, String::new())) }
}

fn compare_mutated(python: &Answer, port: &Answer, callable: Option<&Callable>, comparison: &Comparison) -> Compared {
    let mut lies = 0;
    for (name, left) in &python.mutated {
        let right = port.mutated.iter().find(|(known, _)| known == name);
        let Some((_, right)) = right else { return Err((DifferenceKind::Mutation, name.clone())) };
        let param = callable.and_then(|callable| param_named(callable, name));
        lies += comparison
            .compare(left, right, param)
            .map_err(|mismatch| (DifferenceKind::Mutation, format!("{name}{}", mismatch.path)))?;
    }
    match port.mutated.iter().find(|(name, _)| !python.mutated.iter().any(|(known, _)| known == name)) {
        Some((name, _)) => Err((DifferenceKind::Mutation, name.clone())),
        None => Ok(lies),
    }
}

fn param_named<'c>(callable: &'c Callable, name: &str) -> Option<&'c crate::artifact::Shape> {
    match name.parse::<usize>() {
        Ok(position) => callable.shape_at(position),
        Err(_) => callable.params.iter().find(|param| param.name == name).map(|param| &param.shape),
    }
}

/// Compares the state of an object field by field, that of a module as far as the port keeps it.
fn compare_state(case: &Case, name: Option<&str>, python: &Value, port: &Value, subjects: &Subjects) -> Compared {
    let (Some(left), Some(right)) = (as_fields(python), as_fields(port)) else {
        return Err((DifferenceKind::State, String::new()));
    };
    let comparison = Comparison { classes: &subjects.interface.classes };
    let (class, left) = match name {
        Some(name) => (case.class_of(name, subjects).unwrap_or_default(), left),
        None => ("", left.into_iter().filter(|(name, _)| right.iter().any(|(known, _)| known == name)).collect()),
    };
    comparison.fields(class, &left, &right).map_err(|mismatch| (DifferenceKind::State, mismatch.path))
}

fn as_fields(value: &Value) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Object(object) => Some(object.fields.clone()),
        Value::Dict(pairs) => pairs
            .iter()
            .map(|(key, value)| match key {
                Value::Str(name) => Some((name.clone(), value.clone())),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// What kind of outcome an answer is: calls with new kinds are worth keeping.
pub(super) fn signature(answer: &Answer) -> String {
    match &answer.outcome {
        Outcome::Ok(value) => format!("ok {} {}", outline(value, 0), answer.mutated.len()),
        Outcome::Error { kind, message } => {
            let words =
                message.split_whitespace().filter(|word| word.chars().all(|letter| letter.is_ascii_alphabetic()));
            format!("{kind} {}", words.take(8).collect::<Vec<_>>().join(" "))
        }
        Outcome::Guard { kind, .. } => format!("guard {kind}"),
        Outcome::Unencodable(_) => "unencodable".into(),
    }
}

fn outline(value: &Value, depth: usize) -> String {
    let size = |count: usize| {
        ["none", "one", "some", "many"][match count {
            0 => 0,
            1 => 1,
            2..=8 => 2,
            _ => 3,
        }]
    };
    match value {
        Value::None => "none".into(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(integer) => integer.to_i128().map_or("huge".into(), |number| number.signum().to_string()),
        Value::Float(float) => match float.get() {
            number if number.is_nan() => "nan".into(),
            number if number.is_infinite() => "inf".into(),
            number => format!("{}f", number.partial_cmp(&0.0).map_or(0, |order| order as i8)),
        },
        Value::Str(text) => format!("str {}{}", size(text.chars().count()), if text.is_ascii() { "" } else { " wide" }),
        Value::Object(object) if depth < 2 => {
            object.fields.iter().map(|(_, field)| outline(field, depth + 1)).collect::<Vec<_>>().join(",")
        }
        Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
            size(items.len()).to_owned()
        }
        Value::Dict(pairs) => size(pairs.len()).to_owned(),
        _ => "other".into(),
    }
}

/// Counts one compared call.
pub(super) fn count(tally: &mut Tally, verdict: &Verdict, python: Option<&Answer>) {
    match verdict {
        Verdict::Same(lies) => {
            tally.integers_for_floats += lies;
            match python.map(|answer| &answer.outcome) {
                Some(Outcome::Error { .. }) => tally.raised += 1,
                _ => tally.returned += 1,
            }
        }
        Verdict::Guard => tally.guards += 1,
        Verdict::NotComparable | Verdict::OutOfResources => tally.not_comparable += 1,
        // Differences are counted where the blame is found.
        Verdict::Different(_, _) | Verdict::Interrupted => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Access, Shape};
    use crate::verify::tests_support::{callable, param};

    /// What is said of two steps, a call and the state after it, as far as it is asked.
    fn verdicts(python: [&str; 2], port: [&str; 2]) -> Vec<Verdict> {
        let mut walk = callable("walk", vec![param("n", Shape::Int)], Shape::Int);
        walk.access = Access::Write;
        let interface = Interface { functions: vec![walk], ..Interface::default() };
        let call = Request { action: Action::Function("walk".into()), args: vec![Value::int(9)], kwargs: vec![] };
        let steps = vec![call, Request::bare(Action::State(None))];
        let case = Case { steps, origin: Origin::Generated };
        let said = |lines: [&str; 2]| lines.map(|line| Ok(Spoken::new(line.to_owned(), None))).to_vec();
        let answered = Answered { case, python: said(python), coerced: None };
        let subjects = Subjects::of(&interface);
        said(port).iter().enumerate().map(|(index, reply)| compare(&answered, index, reply, &subjects)).collect()
    }

    #[test]
    fn a_lack_of_stack_is_no_answer_and_ends_the_case() {
        let deep = r#"{"id":1,"error":{"type":"RecursionError","message":"too deep"}}"#;
        let state = |n: i32| format!(r#"{{"id":2,"ok":{{"COUNT":{n}}}}}"#);
        let found = verdicts([deep, &state(1)], [r#"{"id":1,"ok":3}"#, &state(0)]);
        assert_eq!(found[0], Verdict::OutOfResources);
        assert!(matches!(found[1], Verdict::Different(..)), "which is why nobody asks for it: {found:?}");
        let found = verdicts([deep, &state(1)], [deep, &state(1)]);
        assert_eq!(found[0], Verdict::OutOfResources);
    }

    #[test]
    fn a_broken_proof_is_a_difference() {
        let state = r#"{"id":2,"ok":{}}"#;
        for kind in ["panic", "unexpected_exception"] {
            let guard = format!(r#"{{"id":1,"guard":{{"kind":"{kind}","at":"m.py:1:0"}}}}"#);
            let found = verdicts([r#"{"id":1,"ok":3}"#, state], [&guard, state]);
            assert_eq!(found[0], Verdict::Different(DifferenceKind::Panic, String::new()));
        }
        let guard = r#"{"id":1,"guard":{"kind":"overflow","at":"m.py:1:0"}}"#;
        assert_eq!(verdicts([r#"{"id":1,"ok":3}"#, state], [guard, state])[0], Verdict::Guard);
    }
}
