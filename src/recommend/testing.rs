//! A small world for the tests of rules: one function, and what is known of it.

use super::case::Case;
use super::figures::Figure;
use super::opinion::{Effect, Form, Opinion};
use crate::facts::*;
use crate::measurement::{FunctionCost, Hotspot, Interval, Seconds};
use crate::policy::{Need, Policy};
use crate::source::FileId;
use crate::span::{Location, Span};
use std::collections::BTreeSet;

/// Facts of a function that computes a little and touches nothing.
pub fn facts(name: &str) -> FunctionFacts {
    let (module, qualname) = name.split_once('.').unwrap_or(("m", name));
    FunctionFacts {
        id: FunctionId(0),
        module: module.into(),
        qualname: qualname.into(),
        at: Location { file: FileId(0), span: Span::new(0, 10) },
        name_span: Span::new(4, 8),
        first_line: 1,
        def_line: 1,
        last_line: 9,
        kind: FunctionKind::Function,
        is_public: true,
        is_async: false,
        is_generator: false,
        is_test: false,
        decorators: Vec::new(),
        route: None,
        cost: CostFact { total: Steps::of(Work::Compute, 1e6), ..CostFact::default() },
        uses: Vec::new(),
        calls: Vec::new(),
        unresolved: BTreeSet::new(),
        effects: Effects::default(),
        locks: Vec::new(),
        boundary: Boundary::default(),
        translation: None,
    }
}

/// A program of one function, and a run of it.
pub struct World {
    pub program: Program,
    pub policy: Policy,
    pub hotspot: Option<Hotspot>,
    pub per_call: Option<f64>,
    pub needs: Vec<Need>,
}

impl World {
    pub fn new(change: impl FnOnce(&mut FunctionFacts)) -> World {
        let mut function = facts("m.f");
        change(&mut function);
        let mut program = Program { functions: vec![function], ..Program::default() };
        program.sources.add("m.py", "m", "def f():\n    pass\n\n\n\n\n\n\n\n");
        World {
            program,
            policy: Policy::profile("balanced").unwrap(),
            hotspot: None,
            per_call: None,
            needs: Vec::new(),
        }
    }

    /// The function had these seconds of a run with 100 seconds of CPU.
    pub fn seconds(mut self, total: Seconds) -> World {
        let share = total.cpu() / 100.0;
        self.hotspot = Some(Hotspot {
            name: "m.f".into(),
            function: 0,
            cost: FunctionCost { function: 0, own: total, total, computing: 1000, samples: 1000 },
            cpu_share: Interval { value: share, low: share * 0.9, high: share * 1.1, design_effect: 1.0 },
            own_cpu_share: share,
            wall_share: share,
            mostly_in: Vec::new(),
        });
        self
    }

    /// The function had this share of the CPU, all of it Python.
    pub fn share(self, share: f64) -> World {
        self.seconds(Seconds { python: share * 100.0, ..Seconds::default() })
    }

    pub fn per_call(mut self, us: f64) -> World {
        self.per_call = Some(us);
        self
    }

    pub fn needs(mut self, need: Need) -> World {
        self.needs.push(need);
        self
    }

    pub fn case(&self) -> Case<'_> {
        Case {
            name: self.program.functions[0].dotted(),
            facts: Some(&self.program.functions[0]),
            program: &self.program,
            measured: self.hotspot.clone(),
            is_run: self.hotspot.is_some(),
            per_call: self.per_call.map(|us| Figure::measured(us, "counted calls")),
            calls_per_request: None,
            policy: &self.policy,
            needs: self.needs.clone(),
        }
    }
}

pub fn rejects(opinions: &[Opinion], form: Form) -> bool {
    opinions.iter().any(|opinion| opinion.effect == Effect::Reject(form))
}

pub fn allows(opinions: &[Opinion], form: Form) -> bool {
    opinions.iter().any(|opinion| opinion.effect == Effect::Allow(form))
}

pub fn stays(opinions: &[Opinion]) -> bool {
    opinions.iter().any(|opinion| opinion.effect == Effect::Stay)
}

pub fn says(opinions: &[Opinion], words: &str) -> bool {
    opinions
        .iter()
        .any(|opinion| opinion.text.contains(words) || opinion.flip.as_deref().is_some_and(|f| f.contains(words)))
}
