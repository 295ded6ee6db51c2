//! One function with everything that is known of it: what the rules look at.

use super::figures::Figure;
use crate::facts::{FunctionFacts, Payload, Program, Work};
use crate::measurement::{Hotspot, Seconds};
use crate::policy::{Need, Policy};

/// How long a step of the survey takes in CPython, in microseconds: an order of magnitude, not a clock.
pub const STEP_US: f64 = 0.025;

/// What the rules judge.
pub struct Case<'a> {
    /// Module and name.
    pub name: String,
    /// What the code tells.
    pub facts: Option<&'a FunctionFacts>,
    /// The program around it.
    pub program: &'a Program,
    /// What the run told; `None` where nothing was measured or the function was not seen.
    pub measured: Option<Hotspot>,
    /// True where a run was measured at all: a function that was not seen then has next to no share.
    pub is_run: bool,
    /// CPU time of one call, in microseconds.
    pub per_call: Option<Figure>,
    /// Calls per request or per call of the route handler above it, where that is known.
    pub calls_per_request: Option<Figure>,
    /// What the user decided.
    pub policy: &'a Policy,
    /// Reasons besides speed that the user declared for it.
    pub needs: Vec<Need>,
}

impl Case<'_> {
    /// Share of the CPU, from 0 to 1; `None` where nothing was measured.
    pub fn cpu_share(&self) -> Option<f64> {
        match (&self.measured, self.is_run) {
            (Some(hotspot), _) => Some(hotspot.cpu_share.value),
            (None, true) => Some(0.0),
            (None, false) => None,
        }
    }

    /// Total seconds by reason, callees included.
    pub fn seconds(&self) -> Option<&Seconds> {
        self.measured.as_ref().map(|hotspot| &hotspot.cost.total)
    }

    /// Share of its wall time that it waited for the world outside: files, sockets, timers. Waiting for locks and the
    /// GIL is the program's own doing and does not count.
    pub fn waiting_share(&self) -> Figure {
        match self.seconds().filter(|seconds| seconds.wall() > 0.0) {
            Some(seconds) => {
                Figure::measured((seconds.io + seconds.sleep + seconds.unknown) / seconds.wall(), "the run")
            }
            None => Figure::estimated(self.work_share(Work::Waits), "the code"),
        }
    }

    /// Share of its CPU time inside native libraries.
    pub fn native_share(&self) -> Figure {
        match self.seconds().filter(|seconds| seconds.cpu() > 0.0) {
            Some(seconds) => Figure::measured(seconds.native / seconds.cpu(), "the run"),
            None => Figure::estimated(self.cpu_work_share(Work::Native), "the code"),
        }
    }

    /// Share of its wall time that it waited for locks.
    pub fn lock_share(&self) -> Option<f64> {
        self.seconds().filter(|seconds| seconds.wall() > 0.0).map(|seconds| seconds.lock / seconds.wall())
    }

    /// Share of its wall time that it waited for the GIL.
    pub fn gil_share(&self) -> Option<f64> {
        self.seconds().filter(|seconds| seconds.wall() > 0.0).map(|seconds| seconds.gil / seconds.wall())
    }

    /// Estimated share of one kind of work.
    pub fn work_share(&self, work: Work) -> f64 {
        self.facts.map_or(0.0, |facts| facts.cost.total.share(work))
    }

    /// Estimated share of one kind of work among what computes.
    pub fn cpu_work_share(&self, work: Work) -> f64 {
        self.facts.map_or(0.0, |facts| {
            let cpu = facts.cost.total.cpu();
            if cpu > 0.0 { facts.cost.total.get(work) / cpu } else { 0.0 }
        })
    }

    /// Microseconds a call; `None` where nothing is known.
    pub fn call_us(&self) -> Option<f64> {
        self.per_call.as_ref().map(|figure| figure.value)
    }

    /// The dearest shape that crosses the boundary.
    pub fn payload(&self) -> Payload {
        self.facts.map_or(Payload::Unknown, |facts| facts.boundary.heaviest())
    }

    /// True where it, or something that it calls, computes in loops.
    pub fn has_loops(&self) -> bool {
        self.facts.is_some_and(|facts| self.reached(facts).iter().any(|function| function.cost.loop_depth > 0))
    }

    /// Call sites of it in the program that stand in a loop.
    pub fn calls_in_loops(&self) -> Vec<&FunctionFacts> {
        let Some(id) = self.facts.map(|facts| facts.id) else { return Vec::new() };
        let calls_it = |f: &&FunctionFacts| f.calls.iter().any(|call| call.callee == id && call.loop_depth > 0);
        self.program.functions.iter().filter(|f| !f.is_test).filter(calls_it).collect()
    }

    /// The function and everything that it calls, at any depth.
    pub fn reached(&self, facts: &FunctionFacts) -> Vec<&FunctionFacts> {
        let mut seen = vec![false; self.program.functions.len()];
        let mut found = Vec::new();
        let mut next = vec![facts.id];
        while let Some(id) = next.pop() {
            let place = id.0 as usize;
            if place < seen.len() && !std::mem::replace(&mut seen[place], true) {
                let function = self.program.function(id);
                next.extend(function.calls.iter().map(|call| call.callee));
                found.push(function);
            }
        }
        found
    }
}
