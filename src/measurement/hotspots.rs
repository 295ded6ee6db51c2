//! The ranking of the user's functions: by total processor time, one line for one piece of work.
//!
//! A ranking by total time alone begins with `main`, the request loop and the route handlers, which only hand work
//! on. So a function is *passed over* where
//!
//! - one callee of the user's has 90 % or more of its time (library code in between does not count), or
//! - other modules of the user's have 90 % or more of it, whichever way they were reached.
//!
//! Where that chain ends within a module, the unit that can be cut out is the function by which the module is
//! *entered* from another one, so it is kept, and the functions below it that have 90 % or more of its time are
//! *folded* into it:
//!
//! ```text
//! workload.main 98 % ─ monolith.price 33 % ─ pricing.calculate_price 33 % ─ pricing._search 32 %
//! passed over          passed over           kept                           folded
//! ```
//!
//! Code at the top of a module is no function: it is shown only where it does most of its work itself.
//!
//! Where a function computed nothing, wall time takes the place of processor time.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{FunctionCost, Interval, Measurement, Seconds, ratio};

/// What counts as (nearly) all of a function's time.
const NEARLY_ALL: f64 = 0.9;

/// A function of the user's code in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hotspot {
    /// Module-qualified name.
    pub name: String,
    /// Index into [`Measurement::functions`].
    pub function: usize,
    pub cost: FunctionCost,
    /// Share of the processor time of all sampled code that is the function's total.
    pub cpu_share: Interval,
    /// Share of the processor time of all sampled code that is the function's own.
    pub own_cpu_share: f64,
    /// Share of the thread-seconds of all sampled code.
    pub wall_share: f64,
    /// Functions of the same module that have nearly all of its time, outermost first: where to look inside.
    pub mostly_in: Vec<usize>,
}

impl Measurement {
    /// The user's functions by total processor time, without those that only hand work on.
    pub fn hotspots(&self) -> Vec<Hotspot> {
        let whole = self.total();
        let chains = Chains::of(self);
        let users = chains.costs.iter().filter(|cost| self.functions[cost.function].user && cost.is_seen());
        let kept: Vec<&FunctionCost> = users.filter(|cost| !chains.passes_on(cost.function)).collect();
        let mut folded = chains.folded(kept.iter().map(|cost| cost.function));
        let inner: HashSet<usize> = folded.values().flatten().copied().collect();
        let mut hotspots: Vec<Hotspot> = kept
            .into_iter()
            .filter(|cost| !inner.contains(&cost.function))
            .map(|cost| self.hotspot(cost.clone(), &whole, folded.remove(&cost.function).unwrap_or_default()))
            .collect();
        hotspots.sort_by(|a, b| {
            let by_cpu = b.cost.total.cpu().total_cmp(&a.cost.total.cpu());
            by_cpu.then(b.cost.total.wall().total_cmp(&a.cost.total.wall())).then_with(|| a.name.cmp(&b.name))
        });
        hotspots
    }

    fn hotspot(&self, cost: FunctionCost, whole: &Seconds, mostly_in: Vec<usize>) -> Hotspot {
        let function = &self.functions[cost.function];
        let share = ratio(cost.total.cpu(), whole.cpu());
        Hotspot {
            name: function.name(),
            function: cost.function,
            cpu_share: self.interval(share, cost.function),
            own_cpu_share: ratio(cost.own.cpu(), whole.cpu()),
            wall_share: ratio(cost.total.wall(), whole.wall()),
            cost,
            mostly_in,
        }
    }
}

impl Measurement {
    /// A function's share of the processor time with its interval: exact where every call was traced.
    pub fn interval(&self, share: f64, function: usize) -> Interval {
        let is_traced = self.origin.is_imported() && self.sampling.stacks == 0;
        let spells = self.functions.get(function).map_or(0, |function| function.spells);
        if is_traced { Interval::exact(share) } else { Interval::of_share(share, self.sampling.computing, spells) }
    }
}

/// Who hands work on to whom.
struct Chains<'m> {
    measurement: &'m Measurement,
    costs: Vec<FunctionCost>,
    /// Time of a callee and below, by caller and callee, both of the user's.
    calls: HashMap<(usize, usize), Seconds>,
    /// The largest part of a function's time that is one callee's, and whether that is of the same module.
    largest_callee: Vec<(f64, bool)>,
    /// Time of a function in which other modules of the user's did the work.
    elsewhere: Vec<Seconds>,
    /// Time of a function in which its module had been entered from another one of the user's, by this function.
    entered: Vec<Seconds>,
    /// Time of the second function while somewhere below the first, for functions of the same module.
    below: HashMap<(usize, usize), Seconds>,
}

impl<'m> Chains<'m> {
    fn of(measurement: &'m Measurement) -> Chains<'m> {
        let count = measurement.functions.len();
        let mut chains = Chains {
            measurement,
            costs: measurement.costs(),
            calls: HashMap::new(),
            largest_callee: vec![(0.0, false); count],
            elsewhere: vec![Seconds::default(); count],
            entered: vec![Seconds::default(); count],
            below: HashMap::new(),
        };
        let mut path = Vec::new();
        for (number, stack) in measurement.stacks.iter().enumerate() {
            measurement.functions_on(number, &mut path);
            path.retain(|&function| measurement.functions[function].user);
            chains.read(&path, &stack.seconds);
        }
        chains.find_largest_callees();
        chains
    }

    /// Reads one stack: its distinct functions of the user's, innermost first.
    fn read(&mut self, path: &[usize], seconds: &Seconds) {
        for (depth, &function) in path.iter().enumerate() {
            if !self.same_module(function, path[0]) {
                self.elsewhere[function].add(seconds);
            }
            if let Some(&caller) = path.get(depth + 1) {
                self.calls.entry((caller, function)).or_default().add(seconds);
                if !self.same_module(function, caller) {
                    self.entered[function].add(seconds);
                }
            }
            for &inner in &path[..depth] {
                if self.same_module(function, inner) {
                    self.below.entry((function, inner)).or_default().add(seconds);
                }
            }
        }
    }

    fn find_largest_callees(&mut self) {
        for (&(caller, callee), seconds) in &self.calls {
            let part = self.part(seconds, caller);
            if part > self.largest_callee[caller].0 {
                self.largest_callee[caller] = (part, self.same_module(caller, callee));
            }
        }
    }

    fn same_module(&self, one: usize, other: usize) -> bool {
        let functions = &self.measurement.functions;
        functions[one].file == functions[other].file
    }

    /// What part of the function's time these seconds are.
    fn part(&self, seconds: &Seconds, function: usize) -> f64 {
        let whole = &self.costs[function].total;
        if whole.cpu() > 0.0 { ratio(seconds.cpu(), whole.cpu()) } else { ratio(seconds.wall(), whole.wall()) }
    }

    fn passes_on(&self, function: usize) -> bool {
        let (largest, within) = self.largest_callee[function];
        let to_a_callee = largest >= NEARLY_ALL && !(within && self.is_entrance(function));
        to_a_callee
            || self.part(&self.elsewhere[function], function) >= NEARLY_ALL
            || (self.is_module_level(function) && self.part(&self.costs[function].own, function) < 0.5)
    }

    fn is_module_level(&self, function: usize) -> bool {
        self.measurement.functions[function].qualname == "<module>"
    }

    /// Whether it is mostly by this function that its module is entered.
    fn is_entrance(&self, function: usize) -> bool {
        self.part(&self.entered[function], function) > 0.5
    }

    /// For each of these functions that is an entrance, the functions folded into it, outermost first.
    fn folded(&self, kept: impl Iterator<Item = usize>) -> HashMap<usize, Vec<usize>> {
        let entrances = kept.filter(|&function| self.is_entrance(function));
        let mut folded: HashMap<usize, Vec<usize>> = entrances.map(|function| (function, Vec::new())).collect();
        for (&(outer, inner), seconds) in &self.below {
            if let Some(inside) = folded.get_mut(&outer)
                && self.part(seconds, outer) >= NEARLY_ALL
                && self.part(seconds, inner) >= NEARLY_ALL
            {
                inside.push(inner);
            }
        }
        for inside in folded.values_mut() {
            inside.sort_by(|&a, &b| self.costs[b].total.cpu().total_cmp(&self.costs[a].total.cpu()).then(a.cmp(&b)));
        }
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Tree, measurement};

    fn ranking(roots: &[Tree]) -> Vec<String> {
        measurement(roots).hotspots().into_iter().map(|hotspot| hotspot.name).collect()
    }

    #[test]
    fn a_frame_that_passes_work_on_is_passed_over() {
        let price = &[Tree("price", 9.5, &[])];
        let names = ranking(&[Tree("main", 0.2, &[Tree("route", 0.3, price), Tree("tiny", 0.2, &[])])]);
        assert_eq!(names, ["m.price", "m.tiny"]);
    }

    #[test]
    fn a_frame_that_shares_its_work_out_stays() {
        assert_eq!(
            ranking(&[Tree("main", 0.0, &[Tree("a", 6.0, &[]), Tree("b", 4.0, &[])])]),
            ["m.main", "m.a", "m.b"]
        );
    }

    #[test]
    fn the_entrance_of_a_module_stands_for_what_it_does_inside() {
        let search = &[Tree("pricing:_search", 0.1, &[Tree("pricing:_profit", 9.0, &[])])];
        let price = &[Tree("pricing:calculate_price", 0.1, search)];
        let m = measurement(&[Tree("main", 0.0, &[Tree("route", 0.1, price), Tree("load", 4.0, &[])])]);
        let hotspots = m.hotspots();
        let names: Vec<&str> = hotspots.iter().map(|hotspot| &*hotspot.name).collect();
        assert_eq!(names, ["m.main", "pricing.calculate_price", "m.load"]);
        let inside: Vec<String> = hotspots[1].mostly_in.iter().map(|&f| m.functions[f].qualname.clone()).collect();
        assert_eq!(inside, ["_search", "_profit"]);
    }

    #[test]
    fn a_dispatcher_to_other_modules_is_passed_over() {
        let routes = &[Tree("pricing:price", 5.0, &[]), Tree("reports:sum", 4.0, &[]), Tree("write", 0.3, &[])];
        assert_eq!(ranking(&[Tree("loop", 0.1, routes)]), ["pricing.price", "reports.sum", "m.write"]);
    }

    #[test]
    fn a_function_that_leaves_its_work_to_a_library_stays() {
        let client = &[Tree("lib!client:send", 0.1, &[Tree("pricing:price", 2.0, &[])])];
        let dump = &[Tree("lib!json:encode", 5.0, &[])];
        assert_eq!(ranking(&[Tree("ask", 0.0, client), Tree("save", 0.1, dump)]), ["m.save", "pricing.price"]);
    }

    #[test]
    fn module_level_code_is_shown_for_its_own_work_only() {
        let top = &[Tree("a", 3.0, &[]), Tree("b", 3.0, &[])];
        assert_eq!(ranking(&[Tree("<module>", 1.0, top)]), ["m.a", "m.b"]);
        assert_eq!(ranking(&[Tree("<module>", 9.0, top)]), ["m.<module>", "m.a", "m.b"]);
    }

    #[test]
    fn a_helper_that_others_use_too_is_not_folded() {
        let helper = &[Tree("pricing:helper", 5.0, &[])];
        let names = ranking(&[Tree("a", 0.1, &[Tree("pricing:one", 0.1, helper), Tree("pricing:two", 0.1, helper)])]);
        assert_eq!(names, ["pricing.helper", "pricing.one", "pricing.two"]);
    }

    #[test]
    fn shares_are_of_all_sampled_code() {
        let m = measurement(&[Tree("a", 3.0, &[]), Tree("b", 1.0, &[])]);
        let shares: Vec<f64> = m.hotspots().iter().map(|h| h.cpu_share.value).collect();
        assert_eq!(shares, [0.75, 0.25]);
    }
}
