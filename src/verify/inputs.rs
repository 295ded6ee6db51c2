//! Choosing arguments: every parameter draws from several sources and learns which of them the original accepts.
//!
//! ```text
//! reserve(product_id, quantity)      product_id: 17 from the state of the object, quantity: 3, an ordinary number
//! release(reservation_id)            "RES-17-000001", from the result of the call before
//! ```
//!
//! A source whose values end in exceptions is asked less often, but never not at all: the exceptions must be equal too.

use super::branches::Trace;
use super::case;
use super::numbers::Mood;
use super::pool::Pool;
use super::random::Random;
use super::shapes::{fits, kind_of_shape};
use super::values::Values;
use crate::artifact::{Callable, ClassInterface, ParamShape, Shape};
use crate::recording::{Answer, Outcome, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Arguments by parameter; `None` leaves an optional one out.
pub(super) type Given = Vec<Option<Value>>;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Accepted before for this parameter.
    Accepted,
    /// Seen in this sequence or in its object, under this name.
    Here,
    /// Seen in this sequence or in its object, of this kind.
    HereKind,
    /// A key of a dict inside the object as it is now.
    HereKey,
    /// A text seen again and again in its object.
    HereOften,
    /// Inside another argument of the same call: a key of the dict, an element of the list.
    Sibling,
    /// Seen anywhere.
    Seen,
    /// A constant of the function's source, or an ordinary value with one inside.
    Constant,
    /// An ordinary value of the shape.
    Ordinary,
    /// Close to one that was accepted or seen here.
    Near,
    /// An edge of the shape.
    Boundary,
    /// An integer where a float is declared.
    IntegerForFloat,
}

const SOURCES: [(Source, f64); 12] = [
    (Source::Accepted, 1.5),
    (Source::Here, 4.0),
    (Source::HereKind, 1.0),
    (Source::HereOften, 1.0),
    (Source::Sibling, 1.0),
    (Source::Seen, 1.5),
    (Source::Ordinary, 2.5),
    (Source::Near, 1.2),
    (Source::Boundary, 0.5),
    (Source::IntegerForFloat, 0.25),
    (Source::Constant, 2.0),
    (Source::HereKey, 5.0),
];

/// The place of [`Source::Ordinary`], which always has a value.
const ORDINARY: usize = 6;

/// How often a source was asked and how often the call then returned.
#[derive(Clone, Copy, Debug, Default)]
struct Arm {
    tries: f64,
    returned: f64,
}

/// Largest integers drawn after that many calls ran too long.
pub(super) const CALM: [Option<i128>; 6] = [None, Some(100_000), Some(2000), Some(200), Some(25), Some(8)];
/// How many argument lists are kept of each sort.
const KEPT: usize = 48;

/// Chooses arguments for one function, method or constructor.
#[derive(Clone, Debug)]
pub(super) struct Chooser {
    arms: Vec<[Arm; SOURCES.len()]>,
    accepted: Vec<Given>,
    interesting: Vec<Given>,
    /// For each branch how many calls took it, and the latest arguments of those that were new in some way.
    branches: BTreeMap<u32, (u32, Given)>,
    /// Constants that the function mentions, or that are inside globals which it reads.
    constants: Arc<[Value]>,
    /// How often each kind of outcome was seen.
    outcomes: HashMap<String, u32>,
    calm: usize,
    /// The largest integer that each parameter takes without much work, as far as it was probed.
    heavy: Vec<Option<i128>>,
}

/// A proposal, with what is needed to learn from its answer.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub(super) given: Given,
    drawn: Vec<(usize, usize)>,
}

/// Where values are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) classes: &'a [ClassInterface],
    /// What was seen in this sequence, then what its object holds.
    pub(super) here: [&'a Pool; 2],
    /// What was seen anywhere.
    pub(super) everywhere: &'a Pool,
    /// What kind of numbers the call is made of; `None` leaves it to chance.
    pub(super) mood: Option<Mood>,
}

impl Proposal {
    /// Arguments that were not drawn, so that no source learns from them.
    pub(super) fn fixed(given: Given) -> Proposal {
        Proposal { given, drawn: Vec::new() }
    }
}

impl Chooser {
    pub(super) fn new(callable: &Callable, constants: Arc<[Value]>) -> Chooser {
        Chooser {
            branches: BTreeMap::new(),
            constants,
            arms: vec![Default::default(); callable.params.len()],
            accepted: Vec::new(),
            interesting: Vec::new(),
            outcomes: HashMap::new(),
            calm: 0,
            heavy: vec![None; callable.params.len()],
        }
    }

    /// Constants that the function mentions, its own first.
    pub(super) fn constants(&self) -> &[Value] {
        &self.constants
    }

    /// Learns that a parameter takes integers up to this without much work, and not many more.
    pub(super) fn is_heavy_beyond(&mut self, param: usize, largest: i128) {
        self.heavy[param] = Some(largest);
    }

    /// How often calls ran for too long.
    pub(super) fn calm(&self) -> usize {
        self.calm
    }

    /// The largest integers that are drawn for a parameter.
    pub(super) fn largest(&self, param: usize) -> Option<i128> {
        self.heavy[param].into_iter().chain(CALM[self.calm]).min()
    }

    /// Learns that a call ran for too long or gave too much: draws smaller integers from now on.
    pub(super) fn calm_down(&mut self) {
        self.calm = (self.calm + 1).min(CALM.len() - 1);
    }

    /// Proposes arguments: new ones throughout, or known ones with one or two of them changed.
    pub(super) fn propose(&self, callable: &Callable, around: Surroundings, random: &mut Random) -> Proposal {
        // As long as nothing is accepted, what got furthest is worth more than another guess.
        // In a sequence, what was accepted elsewhere seldom means anything here.
        let share = match (around.here.iter().all(|pool| pool.is_empty()), self.accepted.is_empty()) {
            (true, true) => 70,
            (true, false) => 45,
            (false, true) => 30,
            (false, false) => 12,
        };
        let base = if random.percent(share) { self.base(random) } else { None };
        self.propose_near(base, callable, around, random)
    }

    /// Proposes these arguments with one or two of them changed, or new ones.
    pub(super) fn propose_near(
        &self,
        base: Option<Given>,
        callable: &Callable,
        around: Surroundings,
        random: &mut Random,
    ) -> Proposal {
        let params = &callable.params;
        let mut given = base.clone().unwrap_or_else(|| vec![None; params.len()]);
        let mut drawn = Vec::new();
        let is_alone = around.here.iter().all(|pool| pool.is_empty());
        let mood = around.mood.unwrap_or_else(|| Mood::of_call(is_alone, random));
        // All by what the object can be looked up by: one that is not there would end the call.
        let by_key = !around.here[1].keys().is_empty() && random.percent(35);
        let changed = random.below(params.len());
        let also = if random.percent(20) { random.below(params.len()) } else { changed };
        for (index, param) in params.iter().enumerate() {
            let key = if by_key { self.here_key(index, param, around, random) } else { None };
            if key.is_some() {
                given[index] = key;
                continue;
            }
            if base.is_some() && index != changed && index != also {
                continue;
            }
            if param.optional && random.percent(35) {
                given[index] = None;
                continue;
            }
            if mood.suits(&param.shape) && random.percent(60) {
                let values = Values { mood, ..self.values(around, self.largest(index)) };
                given[index] = Some(values.ordinary(&param.shape, &param.name, random, 0));
                continue;
            }
            // Half of the changes of known arguments are small ones.
            let before = given[index].take().filter(|_| random.percent(50));
            if let Some(value) = before.and_then(|value| self.changed(&value, (index, param), around, random)) {
                given[index] = Some(value);
                continue;
            }
            let (source, value) = self.draw(index, param, &given, around, random);
            given[index] = Some(value);
            drawn.push((index, source));
        }
        Proposal { given, drawn }
    }

    /// A value close to this one, or this one with a constant of the source inside.
    fn changed(
        &self,
        value: &Value,
        (index, param): (usize, &ParamShape),
        around: Surroundings,
        random: &mut Random,
    ) -> Option<Value> {
        let largest = self.largest(index);
        let values = self.values(around, largest);
        let changed = match random.percent(35) {
            true => values.planted(value, random),
            false => values.near(value, random),
        };
        let fitting = fits(&changed, &param.shape, around.classes);
        (fitting && !exceeds(&changed, largest)).then_some(changed)
    }

    fn base(&self, random: &mut Random) -> Option<Given> {
        if random.percent(50)
            && let Some(rare) = self.rare(random)
        {
            return Some(rare);
        }
        let known = if random.percent(70) && !self.accepted.is_empty() { &self.accepted } else { &self.interesting };
        random.pick(known).cloned()
    }

    /// Arguments that took a branch which few calls took: of three branches the rarest.
    fn rare(&self, random: &mut Random) -> Option<Given> {
        let all: Vec<&(u32, Given)> = self.branches.values().filter(|(_, given)| !given.is_empty()).collect();
        let some = (0..3).filter_map(|_| random.pick(&all).copied());
        some.min_by_key(|(count, _)| *count).map(|(_, given)| given.clone())
    }

    fn draw(
        &self,
        index: usize,
        param: &ParamShape,
        given: &Given,
        around: Surroundings,
        random: &mut Random,
    ) -> (usize, Value) {
        let weights: Vec<f64> = SOURCES
            .iter()
            .zip(&self.arms[index])
            .map(|((source, weight), arm)| {
                // A name that this very object or sequence knows is most likely meant.
                let known =
                    *source == Source::Here && around.here.iter().any(|pool| !pool.named(&param.name).is_empty());
                let weight = if known { weight * 3.0 } else { *weight };
                weight * ((arm.returned + 1.0) / (arm.tries + 2.0) + 0.04)
            })
            .collect();
        for _ in 0..6 {
            let source = random.weighted(&weights);
            if let Some(value) = self.from(SOURCES[source].0, (index, param), given, around, random) {
                return (source, value);
            }
        }
        let values = self.values(around, self.largest(index));
        (ORDINARY, values.ordinary(&param.shape, &param.name, random, 0))
    }

    fn values<'a>(&'a self, around: Surroundings<'a>, largest: Option<i128>) -> Values<'a> {
        let (classes, pool) = (around.classes, around.everywhere);
        Values { classes, pool, constants: &self.constants, largest, mood: Mood::Usual }
    }

    /// A key of a dict or an element of a set inside the object, of the parameter's shape.
    fn here_key(&self, index: usize, param: &ParamShape, around: Surroundings, random: &mut Random) -> Option<Value> {
        let keys = around.here[1].keys().iter();
        let fitting: Vec<&Value> =
            keys.filter(|key| fits(key, &param.shape, around.classes) && !exceeds(key, self.largest(index))).collect();
        random.pick(&fitting).map(|key| (*key).clone())
    }

    fn from(
        &self,
        source: Source,
        (index, param): (usize, &ParamShape),
        given: &Given,
        around: Surroundings,
        random: &mut Random,
    ) -> Option<Value> {
        let largest = self.largest(index);
        let values = self.values(around, largest);
        let (shape, name) = (&param.shape, param.name.as_str());
        let value = match source {
            Source::Accepted => random.pick(&self.accepted)?.get(index)?.clone(),
            Source::Here => here(around, shape, name, random),
            Source::HereKind => here_kind(around, shape, random),
            Source::HereKey => self.here_key(index, param, around, random),
            Source::HereOften => {
                random.pick(around.here[1].frequent()).cloned().filter(|value| fits(value, shape, around.classes))
            }
            Source::Sibling => sibling(given, shape, around.classes, random),
            Source::Seen => values.seen(shape, name, random),
            Source::Ordinary => Some(values.ordinary(shape, name, random, 0)),
            Source::Near => {
                let known = random.pick(&self.accepted).and_then(|given| given.get(index)?.clone());
                let known = known.or_else(|| here(around, shape, name, random))?;
                Some(values.near(&known, random))
            }
            Source::Boundary => Some(values.boundary(shape, name, random, 0)),
            Source::Constant if self.constants.is_empty() => None,
            Source::Constant => {
                let whole = random.pick(&self.constants).filter(|value| fits(value, shape, around.classes)).cloned();
                let ordinary = |random: &mut Random| values.ordinary(shape, name, random, 0);
                Some(whole.unwrap_or_else(|| values.planted(&ordinary(random), random)))
            }
            Source::IntegerForFloat => integer_for(shape, &values, random),
        };
        value.filter(|value| !exceeds(value, largest))
    }

    /// Learns from the answer to a proposal; gives how often its like was seen.
    ///
    /// A call that returned is a success, and so is one that took a branch nobody took before; an exception is the
    /// less of one the more often it was raised there, so that what gets one check further counts as progress.
    pub(super) fn learn(&mut self, proposal: &Proposal, answer: &Answer, trace: Option<&Trace>) -> u32 {
        let returned = matches!(answer.outcome, Outcome::Ok(_));
        let small = proposal.given.iter().flatten().map(Value::size).sum::<usize>() < 400;
        let new = trace.is_some_and(|trace| self.took(&trace.branches, &proposal.given, small));
        let failed = trace.and_then(|trace| trace.failed_at()).filter(|_| !returned);
        let seen = self.outcomes.entry(format!("{} {failed:?}", case::signature(answer))).or_default();
        *seen += 1;
        let seen = *seen;
        let reward = if returned || new { 1.0 } else { 1.0 / f64::from(1 + seen) };
        if seen == 1 && small {
            keep(&mut self.interesting, &proposal.given);
        }
        for (param, source) in &proposal.drawn {
            let arm = &mut self.arms[*param][*source];
            // Old experience fades: what is accepted changes with the state.
            if arm.tries >= 60.0 {
                arm.returned *= 1.0 - 1.0 / 60.0;
                arm.tries -= 1.0;
            }
            arm.tries += 1.0;
            arm.returned += reward;
        }
        if returned && small {
            keep(&mut self.accepted, &proposal.given);
        }
        seen
    }

    /// Counts the branches of a call; true where one of them is new. Arguments are kept for what is new, and
    /// for what was seen again and again now and then, so that the ones kept do not grow old.
    fn took(&mut self, branches: &[u32], given: &Given, small: bool) -> bool {
        let mut new = false;
        for branch in branches {
            let known = self.branches.entry(*branch).or_default();
            known.0 += 1;
            new |= known.0 == 1;
            if small && known.0.is_power_of_two() {
                known.1.clone_from(given);
            }
        }
        new
    }

    /// Arguments that were accepted, the latest of them.
    pub(super) fn accepted(&self) -> Option<&Given> {
        self.accepted.last()
    }

    /// Takes recorded arguments as accepted ones.
    pub(super) fn know(&mut self, given: Given) {
        keep(&mut self.accepted, &given);
    }
}

fn keep(list: &mut Vec<Given>, given: &Given) {
    if list.contains(given) {
        return;
    }
    if list.len() == KEPT {
        list.remove(KEPT / 4);
    }
    list.push(given.clone());
}

/// A value that had this name here; the latest are the likeliest.
fn here(around: Surroundings, shape: &Shape, name: &str, random: &mut Random) -> Option<Value> {
    let pool = if random.percent(70) { around.here } else { [around.here[1], around.here[0]] };
    pool.iter().find_map(|pool| {
        let named: Vec<&Value> = pool.named(name).iter().filter(|value| fits(value, shape, around.classes)).collect();
        let latest = &named[named.len().saturating_sub(6)..];
        let from = if random.percent(60) { latest } else { &named };
        random.pick(from).map(|value| (*value).clone())
    })
}

/// A part of another argument.
fn sibling(given: &Given, shape: &Shape, classes: &[ClassInterface], random: &mut Random) -> Option<Value> {
    let parts: Vec<&Value> = given.iter().flatten().flat_map(Value::children).collect();
    let fitting: Vec<&Value> = parts.into_iter().filter(|value| fits(value, shape, classes)).collect();
    random.pick(&fitting).map(|value| (*value).clone())
}

/// A value of the kind that had another name here: `from_wh` may be what is called `warehouse` elsewhere. Every name is
/// as likely as the next, however many values it had.
fn here_kind(around: Surroundings, shape: &Shape, random: &mut Random) -> Option<Value> {
    let kind = kind_of_shape(shape)?;
    let first = random.below(2);
    [around.here[first], around.here[1 - first]].iter().find_map(|pool| {
        let names = pool.names(&kind);
        let name = random.pick(&names)?;
        let fitting: Vec<&Value> = pool.named(name).iter().filter(|value| fits(value, shape, around.classes)).collect();
        random.pick(&fitting).map(|value| (*value).clone())
    })
}

fn integer_for(shape: &Shape, values: &Values, random: &mut Random) -> Option<Value> {
    match shape {
        Shape::Float => Some(values.ordinary(&Shape::Int, "", random, 0)),
        Shape::Optional(inner) => integer_for(inner, values, random),
        Shape::List(inner) if **inner == Shape::Float => {
            let items = (0..1 + random.below(4)).map(|_| values.ordinary(&Shape::Int, "", random, 0));
            Some(Value::List(items.collect()))
        }
        _ => None,
    }
}

fn exceeds(value: &Value, largest: Option<i128>) -> bool {
    match (value, largest) {
        (Value::Int(integer), Some(largest)) => integer.to_i128().is_none_or(|number| number.abs() > largest),
        (_, None) => false,
        (value, _) => value.children().into_iter().any(|child| exceeds(child, largest)),
    }
}

/// Positional and named arguments for what was given: names after the first gap, after `*`, and now and then earlier.
pub(super) fn bind(callable: &Callable, given: &Given, random: &mut Random) -> (Vec<Value>, Vec<(String, Value)>) {
    let named_from = if random.percent(12) { random.below(callable.params.len() + 1) } else { usize::MAX };
    let (mut args, mut kwargs, mut gap) = (Vec::new(), Vec::new(), false);
    for (index, (param, value)) in callable.params.iter().zip(given).enumerate() {
        let Some(value) = value else {
            gap = true;
            continue;
        };
        if let (true, Value::Tuple(items)) = (param.rest, value) {
            // Behind a name nothing goes by position.
            args.extend(items.iter().filter(|_| !gap).cloned());
            continue;
        }
        gap |= param.keyword_only || index >= named_from;
        if gap {
            kwargs.push((param.name.clone(), value.clone()));
        } else {
            args.push(value.clone());
        }
    }
    (args, kwargs)
}

/// What recorded arguments are by parameter; `None` where they do not bind.
pub(super) fn unbind(callable: &Callable, args: &[Value], kwargs: &[(String, Value)]) -> Option<Given> {
    let rest = callable.params.iter().position(|param| param.rest);
    if args.len() > callable.params.len() && rest.is_none() {
        return None;
    }
    let given = callable.params.iter().enumerate().map(|(index, param)| {
        if param.rest {
            return Some(Value::Tuple(args.get(index..).unwrap_or_default().to_vec()));
        }
        let args = &args[..rest.unwrap_or(args.len()).min(args.len())];
        let named = || kwargs.iter().find(|(name, _)| *name == param.name).map(|(_, value)| value);
        args.get(index).or_else(named).cloned()
    });
    Some(given.collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::{callable, param};
    use super::*;

    fn answer(outcome: Outcome) -> Answer {
        Answer { id: None, outcome, mutated: vec![], stdout: String::new(), nanoseconds: None }
    }

    #[test]
    fn a_chooser_learns_what_is_accepted() {
        let callable = callable("f", vec![param("id", Shape::Int)], Shape::Int);
        let (empty, mut seen) = (Pool::default(), Pool::default());
        seen.harvest("id", &Value::int(123_457));
        let around = Surroundings { classes: &[], here: [&seen, &empty], everywhere: &empty, mood: Some(Mood::Usual) };
        let mut chooser = Chooser::new(&callable, Arc::default());
        let mut random = Random::new(1, "learn");
        let mut returned = 0;
        for round in 0..600 {
            let proposal = chooser.propose(&callable, around, &mut random);
            let good = proposal.given == [Some(Value::int(123_457))];
            let error = Outcome::Error { kind: "KeyError".into(), message: "no".into() };
            chooser.learn(&proposal, &answer(if good { Outcome::Ok(Value::None) } else { error }), None);
            returned += usize::from(good && round >= 300);
        }
        assert!((150..300).contains(&returned), "{returned} of 300: most are accepted, not all");
    }

    #[test]
    fn ordinary_is_where_it_is_said_to_be() {
        assert_eq!(SOURCES[ORDINARY].0, Source::Ordinary);
    }

    #[test]
    fn arguments_bind_and_unbind() {
        let mut callable = callable("f", vec![param("a", Shape::Int), param("b", Shape::Int)], Shape::Int);
        callable.params[1].optional = true;
        let given = vec![Some(Value::int(1)), Some(Value::int(2))];
        let mut random = Random::new(5, "bind");
        for _ in 0..50 {
            let (args, kwargs) = bind(&callable, &given, &mut random);
            assert_eq!(unbind(&callable, &args, &kwargs), Some(given.clone()));
        }
        assert_eq!(unbind(&callable, &[Value::None, Value::None, Value::None], &[]), None);
    }
}
