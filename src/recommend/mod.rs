//! Facts, measurement and policy become priced verdicts; no I/O.
//!
//! ```text
//! pricing.calculate_price    34 % of the CPU, 46 ms a call, pure     ->  Rust, in process (rule 3)
//!                            rejected below: processes (rule 15); service: no need declared (rule 11)
//! ```
//!
//! The way: [`candidates`] says which functions, [`case`] gathers what is known of each, sixteen [`rules`] give their
//! opinions, [`ladder`] weighs them, [`price`] says what each form would give. Without a measurement everything is an
//! estimate, is called one, and the verdict is to measure first.

pub mod candidates;
pub mod case;
pub mod figures;
pub mod join;
pub mod ladder;
pub mod matrix;
pub mod opinion;
pub mod price;
pub mod rules;

#[cfg(test)]
pub mod testing;

use crate::facts::{FunctionFacts, FunctionId, Program};
use crate::measurement::{FunctionCost, Hotspot, Measurement};
use crate::policy::Policy;
use candidates::{Candidate, Node};
use case::{Case, STEP_US};
use figures::Figure;
pub use figures::{Origin, Range};
use join::Join;
use ladder::Decision;
pub use ladder::Rung;
use matrix::{Guess, Matrix};
use opinion::{Effect, Opinion};
pub use opinion::{Form, Language};
pub use price::Price;
use serde::Serialize;
use std::collections::BTreeMap;

/// What verdicts are made from.
pub struct Inputs<'a> {
    /// The surveyed program.
    pub program: &'a Program,
    /// A run of it.
    pub measurement: Option<&'a Measurement>,
    /// What the user decided.
    pub policy: &'a Policy,
    /// Where kinds of work belong.
    pub matrix: &'a Matrix,
    /// Calls counted in the run, by dotted name; may be empty.
    pub calls: &'a BTreeMap<String, u64>,
    /// Verdicts on at most this many functions.
    pub limit: usize,
}

/// What should become of one function.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Module and name.
    pub name: String,
    /// Its facts, where it was surveyed.
    pub id: Option<FunctionId>,
    /// What it cost in the run.
    pub measured: Option<Hotspot>,
    /// The form it should take.
    pub form: Form,
    /// In which language.
    pub language: Language,
    /// True where a run was measured; otherwise the verdict is to measure first.
    pub is_measured: bool,
    /// The rule that decided, and its sentence.
    pub because: Reason,
    /// Everything else that the rules say.
    pub reasons: Vec<Reason>,
    /// What would change the verdict.
    pub flips: Vec<Reason>,
    /// The rung rejected just below.
    pub rejected: Option<Rung>,
    /// Every rung with what decided it.
    pub ladder: Vec<Rung>,
    /// What moving would give and cost.
    pub price: Price,
    /// The kind of work it seems to be in the published advice.
    pub kind: Option<Guess>,
    /// Functions of its module through which its work goes.
    pub behind: Vec<String>,
    /// The function with which it would move.
    pub part_of: Option<String>,
}

/// A sentence of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The rule's number.
    pub rule: u8,
    /// The rule in a few words.
    pub title: &'static str,
    /// One sentence with the figures, without a full stop.
    pub text: String,
}

impl Reason {
    fn new(rule: u8, text: impl Into<String>) -> Reason {
        Reason { rule, title: rules::title(rule), text: text.into() }
    }
}

/// Verdicts on the functions where the time goes, most important first.
pub fn recommend(inputs: &Inputs<'_>) -> Vec<Verdict> {
    let judge = Judge::new(inputs);
    let candidates = match (inputs.measurement, &judge.join) {
        (Some(measurement), Some(join)) => candidates::measured(measurement, join),
        _ => candidates::estimated(inputs.program),
    };
    let mut verdicts: Vec<Verdict> =
        candidates.iter().take(inputs.limit).map(|candidate| judge.verdict(candidate)).collect();
    for place in 0..verdicts.len() {
        follow(place, &mut verdicts);
    }
    verdicts
}

/// The verdict on one function of the program, wherever it ranks.
pub fn recommend_one(inputs: &Inputs<'_>, id: FunctionId) -> Verdict {
    Judge::new(inputs).verdict(&Candidate { node: Node::Known(id), behind: Vec::new(), part_of: None })
}

/// A function that spends its time inside a candidate that moves goes along with it.
fn follow(place: usize, verdicts: &mut [Verdict]) {
    let Some(outer) = verdicts[place].part_of.clone() else { return };
    let Some(outer) = verdicts.iter().find(|verdict| verdict.name == outer) else { return };
    if !matches!(outer.form, Form::Extension | Form::Service) {
        return;
    }
    let (form, language, name) = (outer.form, outer.language.clone(), outer.name.clone());
    let inner = &mut verdicts[place];
    (inner.form, inner.language) = (form, language);
    inner.because = Reason::new(3, format!("it runs inside {name} and moves with it"));
}

struct Judge<'a> {
    inputs: &'a Inputs<'a>,
    join: Option<Join>,
    costs: Vec<FunctionCost>,
}

impl<'a> Judge<'a> {
    fn new(inputs: &'a Inputs<'a>) -> Self {
        let join = inputs.measurement.map(|measurement| Join::new(inputs.program, measurement));
        Judge { inputs, join, costs: inputs.measurement.map(Measurement::costs).unwrap_or_default() }
    }

    fn verdict(&self, candidate: &Candidate) -> Verdict {
        let case = self.case(candidate.node);
        let opinions = rules::opinions(&case);
        let least = case.policy.verdicts.minimum_share_percent / 100.0;
        let is_slow = case.measured.as_ref().is_none_or(|hotspot| hotspot.wall_share >= least);
        let decision = ladder::decide(&opinions, is_slow);
        let kind = case.facts.and_then(|facts| self.inputs.matrix.guess(self.inputs.program, facts));
        let rejected = decision.rejected().cloned();
        let mut verdict = Verdict {
            name: case.name.clone(),
            id: case.facts.map(|facts| facts.id),
            measured: case.measured.clone(),
            form: decision.form,
            language: decision.language.clone(),
            is_measured: case.is_run,
            because: Reason::new(decision.because.0, &decision.because.1),
            reasons: reasons(decision.form, &opinions),
            flips: flips(&decision, &opinions),
            rejected,
            ladder: decision.ladder,
            price: price::price(&case),
            kind,
            behind: candidate.behind.iter().map(|node| self.name(*node)).collect(),
            part_of: candidate.part_of.map(|node| self.name(node)),
        };
        existing_stack(&mut verdict);
        verdict
    }

    fn name(&self, node: Node) -> String {
        match (node, self.inputs.measurement) {
            (Node::Known(id), _) => self.inputs.program.function(id).dotted(),
            (Node::Seen(index), Some(measurement)) => measurement.functions[index].name(),
            (Node::Seen(_), None) => String::new(),
        }
    }

    fn case(&self, node: Node) -> Case<'_> {
        let program = self.inputs.program;
        let name = self.name(node);
        let facts = match node {
            Node::Known(id) => Some(program.function(id)),
            Node::Seen(_) => None,
        };
        let measured = self.inputs.measurement.and_then(|measurement| {
            let index = match node {
                Node::Known(id) => self.join.as_ref()?.measured(id)?,
                Node::Seen(index) => index,
            };
            hotspot(measurement, self.costs.get(index)?)
        });
        Case {
            per_call: self.per_call(&name, facts, measured.as_ref()),
            needs: self.inputs.policy.needs_of(&name),
            is_run: self.inputs.measurement.is_some(),
            calls_per_request: None,
            policy: self.inputs.policy,
            program,
            measured,
            facts,
            name,
        }
    }

    /// CPU time of a call: by counted calls, by unbroken rows of samples where they are long, else by the code.
    fn per_call(&self, name: &str, facts: Option<&FunctionFacts>, measured: Option<&Hotspot>) -> Option<Figure> {
        let by_code = facts.map(|facts| Figure::estimated(facts.cost.total.cpu() * STEP_US, "the code"));
        let (Some(hotspot), Some(measurement)) = (measured, self.inputs.measurement) else { return by_code };
        let us = hotspot.cost.total.cpu() * 1e6;
        let function = &measurement.functions[hotspot.function];
        let calls = self.inputs.calls.get(name).copied().unwrap_or(function.calls);
        if calls > 0 {
            return Some(Figure::measured(us / calls as f64, format!("{calls} calls counted")));
        }
        if measurement.origin.is_imported() {
            return by_code;
        }
        let spells = function.spells.max(1) as f64;
        let (row, interval) = (us / spells, 1e6 / measurement.sampling.rate.max(1.0));
        if row >= 3.0 * interval {
            return Some(Figure::estimated(row, "unbroken rows of samples"));
        }
        by_code.map(|by_code| Figure { value: by_code.value.min(row), ..by_code })
    }
}

/// What a function cost, in the form in which the measurement ranks its own.
fn hotspot(measurement: &Measurement, cost: &FunctionCost) -> Option<Hotspot> {
    let cost = Some(cost).filter(|cost| cost.is_seen())?.clone();
    let whole = measurement.total();
    let ratio = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let function = &measurement.functions[cost.function];
    let share = ratio(cost.total.cpu(), whole.cpu());
    Some(Hotspot {
        name: function.name(),
        function: cost.function,
        cpu_share: measurement.interval(share, cost.function),
        own_cpu_share: ratio(cost.own.cpu(), whole.cpu()),
        wall_share: ratio(cost.total.wall(), whole.wall()),
        cost,
        mostly_in: Vec::new(),
    })
}

/// What speaks for and beside the verdict: rungs that were ruled out are told by the ladder.
fn reasons(form: Form, opinions: &[Opinion]) -> Vec<Reason> {
    let moves = matches!(form, Form::Extension | Form::Service);
    let is_told = |opinion: &&Opinion| match &opinion.effect {
        Effect::Say | Effect::Stay => opinion.rule != 16 || moves,
        Effect::Allow(allowed) => *allowed == form,
        Effect::Prefer(_) => form == Form::Service,
        Effect::Reject(rejected) => matches!(rejected, Form::Service) && moves,
    };
    let mut reasons: Vec<Reason> = Vec::new();
    for opinion in opinions.iter().filter(is_told) {
        let reason = Reason::new(opinion.rule, &opinion.text);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

/// What would change the verdict: whatever could be otherwise in what spoke against the rungs above, first of all in
/// the rule that decided. A function that stays is not told about services: other rungs come long before.
fn flips(decision: &Decision, opinions: &[Opinion]) -> Vec<Reason> {
    let form = decision.form;
    let counts = |opinion: &&Opinion| match &opinion.effect {
        Effect::Reject(Form::Service) if form == Form::Stay => false,
        Effect::Reject(rejected) => *rejected > form && opinion.rule != 15,
        Effect::Stay | Effect::Say => true,
        Effect::Allow(allowed) => *allowed == form,
        Effect::Prefer(_) => false,
    };
    let mut flips: Vec<Reason> = Vec::new();
    for opinion in opinions.iter().filter(counts) {
        if let Some(flip) = &opinion.flip {
            let reason = Reason::new(opinion.rule, flip);
            if !flips.contains(&reason) {
                flips.push(reason);
            }
        }
    }
    flips.sort_by_key(|flip| flip.rule != decision.because.0);
    flips
}

/// Where a translation is refused and the advice knows something that exists already, that is the verdict.
fn existing_stack(verdict: &mut Verdict) {
    let is_refused = verdict.ladder.iter().any(|rung| rung.form == Form::Extension && rung.rule == Some(14));
    let Some(kind) = verdict.kind.as_ref().filter(|_| is_refused && matches!(verdict.form, Form::Mypyc)) else {
        return;
    };
    let Some(stack) = kind.stacks.first().filter(|stack| !["stay", "rust", "go"].contains(&stack.as_str())) else {
        return;
    };
    (verdict.form, verdict.language) = (Form::OtherStack, Language::Other(stack.clone()));
    verdict.because =
        Reason::new(14, format!("it cannot be translated, and {stack} exists for {}: {}", kind.kind, kind.reason));
}

impl Verdict {
    /// The verdict in a few words: `Rust, in process`, `Go service`, `stay`.
    pub fn words(&self) -> String {
        let settled = match self.form {
            Form::Extension => format!("{}, in process", self.language.title()),
            Form::Service => format!("{} service", self.language.title()),
            Form::OtherStack => self.language.title().to_string(),
            form => form.words().to_string(),
        };
        if self.is_measured || self.form == Form::Stay { settled } else { format!("measure first; likely {settled}") }
    }
}

#[cfg(test)]
mod tests;
