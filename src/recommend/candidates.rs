//! Which functions a verdict is given on: where the time goes, cut at the doors of modules.
//!
//! For a run the measurement ranks them itself ([`Measurement::hotspots`]). By the code alone it goes the same way:
//!
//! ```text
//! monolith.price_route        97 % in calculate_price: only passes work on        passed over
//! pricing.calculate_price     called from another module: the door                a candidate
//!   PriceBook.quote           99 % in best_points: passes work on                 behind the door
//!     best_points             98 % in season_profit: passes work on               behind the door
//!       season_profit         where the work is                                   behind the door
//! ```
//!
//! A function that passes 90 % of its cost on to one callee, or to other modules together, only passes work on. From
//! the function where the work is, the way leads up through such callers to the one that other modules call: that is
//! where a cut could be made without touching the module's inside.

use super::join::Join;
use crate::facts::{FunctionId, Program};
use crate::measurement::{Hotspot, Measurement};
use std::collections::{BTreeMap, BTreeSet};

/// A caller is passed over where its callees have this share of its time.
const PASSES_ON: f64 = 0.9;

/// A function of the program, or one that was only seen running, by its index in the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// Surveyed.
    Known(FunctionId),
    /// Seen in the run, not among the files surveyed.
    Seen(usize),
}

/// A function to be judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The function.
    pub node: Node,
    /// Functions of its module through which its work goes, down to where it is done.
    pub behind: Vec<Node>,
    /// The candidate of the same module in which this one spends nearly all of its time.
    pub part_of: Option<Node>,
}

/// Who calls whom, and what that is thought to cost.
#[derive(Default)]
struct Graph {
    total: BTreeMap<Node, f64>,
    calls: BTreeMap<(Node, Node), f64>,
    /// Cost of the second below the first; only for functions of one module, where it is known.
    within: BTreeMap<(Node, Node), f64>,
    module: BTreeMap<Node, String>,
}

/// The functions to judge by a measured run, most processor time first. Functions outside the surveyed files are left
/// out unless they work themselves: what drives the program is not the program.
pub fn measured(measurement: &Measurement, join: &Join) -> Vec<Candidate> {
    let hotspots = measurement.hotspots();
    let nodes: Vec<Option<Node>> = hotspots.iter().map(|hotspot| join.node(measurement, hotspot.function)).collect();
    let inside = Inside::of(measurement, &hotspots);
    hotspots
        .iter()
        .zip(&nodes)
        .filter_map(|(hotspot, node)| {
            let node = (*node).filter(|node| matches!(node, Node::Known(_)) || hotspot.own_cpu_share >= 0.05)?;
            let behind = hotspot.mostly_in.iter().filter_map(|index| join.node(measurement, *index)).collect();
            let outer = inside.outermost(hotspot, &hotspots).and_then(|index| join.node(measurement, index));
            Some(Candidate { node, behind, part_of: outer })
        })
        .collect()
}

/// Time of one hotspot below another of the same file.
struct Inside {
    seconds: BTreeMap<(usize, usize), f64>,
}

impl Inside {
    fn of(measurement: &Measurement, hotspots: &[Hotspot]) -> Inside {
        let wanted: BTreeSet<usize> = hotspots.iter().map(|hotspot| hotspot.function).collect();
        let file = |index: usize| &measurement.functions[index].file;
        let mut seconds = BTreeMap::new();
        for number in 0..measurement.stacks.len() {
            let cpu = measurement.stacks[number].seconds.cpu();
            let path: Vec<usize> =
                path(measurement, number).into_iter().filter(|index| wanted.contains(index)).collect();
            let mut pairs = BTreeSet::new();
            for (place, inner) in path.iter().enumerate() {
                let outer = path[place + 1..].iter().filter(|outer| *outer != inner && file(**outer) == file(*inner));
                pairs.extend(outer.map(|outer| (*outer, *inner)));
            }
            for pair in pairs {
                *seconds.entry(pair).or_default() += cpu;
            }
        }
        Inside { seconds }
    }

    /// The largest hotspot that holds nearly all of this one's time.
    fn outermost(&self, inner: &Hotspot, hotspots: &[Hotspot]) -> Option<usize> {
        let total = |hotspot: &Hotspot| hotspot.cost.total.cpu();
        let holds = |outer: &&Hotspot| {
            let below = self.seconds.get(&(outer.function, inner.function)).copied().unwrap_or(0.0);
            total(inner) > 0.0 && total(outer) >= total(inner) && below >= PASSES_ON * total(inner)
        };
        hotspots.iter().filter(holds).max_by(|a, b| total(a).total_cmp(&total(b))).map(|outer| outer.function)
    }
}

/// The functions on a stack, from the top down.
fn path(measurement: &Measurement, number: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut next = Some(number as u32);
    while let Some(stack) = next.and_then(|number| measurement.stacks.get(number as usize)) {
        found.push(stack.function as usize);
        next = stack.parent;
    }
    found
}

/// The functions to judge by the code alone, the most expensive by estimate first.
pub fn estimated(program: &Program) -> Vec<Candidate> {
    Graph::estimated(program).candidates()
}

impl Graph {
    /// Costs by estimate: what a function costs within a caller is known only where it has a single one.
    fn estimated(program: &Program) -> Graph {
        let mut graph = Graph::default();
        let functions = || program.functions.iter().filter(|function| !function.is_test);
        let mut callers: BTreeMap<FunctionId, BTreeSet<FunctionId>> = BTreeMap::new();
        for function in functions() {
            let node = Node::Known(function.id);
            graph.module.insert(node, function.module.clone());
            graph.total.insert(node, function.cost.total.cpu());
            for call in function.calls.iter().filter(|call| call.callee != function.id) {
                let cost = program.function(call.callee).cost.total.cpu() * call.times;
                *graph.calls.entry((node, Node::Known(call.callee))).or_default() += cost;
                callers.entry(call.callee).or_default().insert(function.id);
            }
        }
        let sole = |callee: FunctionId| {
            let caller = callers.get(&callee).filter(|callers| callers.len() == 1)?.first().copied()?;
            (program.function(caller).module == program.function(callee).module).then_some(caller)
        };
        for function in functions() {
            let mut above = Vec::new();
            while let Some(caller) = sole(above.last().copied().unwrap_or(function.id)).filter(|c| !above.contains(c)) {
                graph.within.insert((Node::Known(caller), Node::Known(function.id)), function.cost.total.cpu());
                above.push(caller);
            }
        }
        graph
    }

    fn candidates(&self) -> Vec<Candidate> {
        let above = Above::of(self);
        let mut found: BTreeMap<Node, Candidate> = BTreeMap::new();
        for node in self.total.keys().filter(|node| !self.passes_on(**node)) {
            let behind = self.way_up(*node, &above);
            let door = behind.last().copied().unwrap_or(*node);
            let mut inner: Vec<Node> = std::iter::once(*node).chain(behind).filter(|inner| *inner != door).collect();
            inner.reverse();
            let candidate = found.entry(door).or_insert(Candidate { node: door, behind: Vec::new(), part_of: None });
            candidate.behind.extend(inner);
        }
        let doors: BTreeSet<Node> = found.keys().copied().collect();
        for candidate in found.values_mut() {
            candidate.part_of = self.contained_in(candidate.node, &doors, &above);
        }
        let mut candidates: Vec<Candidate> = found.into_values().collect();
        candidates.sort_by(|a, b| self.total(b.node).total_cmp(&self.total(a.node)).then(a.node.cmp(&b.node)));
        candidates
    }

    fn total(&self, node: Node) -> f64 {
        self.total.get(&node).copied().unwrap_or(0.0)
    }

    fn callees(&self, node: Node) -> impl Iterator<Item = (Node, f64)> {
        let first = Node::Known(FunctionId(0));
        self.calls
            .range((node, first)..)
            .take_while(move |((caller, _), _)| *caller == node)
            .map(|((_, callee), time)| (*callee, *time))
    }

    fn passes_on(&self, node: Node) -> bool {
        let total = self.total(node);
        if total <= 0.0 {
            return false;
        }
        let elsewhere: f64 = self
            .callees(node)
            .filter(|(callee, _)| self.module.get(callee) != self.module.get(&node))
            .map(|(_, time)| time)
            .sum();
        elsewhere >= PASSES_ON * total || self.callees(node).any(|(_, time)| time >= PASSES_ON * total)
    }

    /// Callers of the same module that only pass work on to this one, up to the one that other modules call; empty
    /// where no other module does.
    fn way_up(&self, node: Node, above: &Above) -> Vec<Node> {
        let (mut way, mut door) = (vec![node], 0);
        loop {
            let here = way[way.len() - 1];
            let next = above.callers(here).find(|caller| {
                let time = self.calls.get(&(*caller, here)).copied().unwrap_or(0.0);
                let is_whole =
                    self.within.get(&(*caller, here)).is_some_and(|within| *within >= PASSES_ON * self.total(here));
                !way.contains(caller) && is_whole && time > 0.0 && time >= PASSES_ON * self.total(*caller)
            });
            if self.is_door(here, above) {
                door = way.len() - 1;
            }
            match next {
                Some(caller) => way.push(caller),
                None => break,
            }
        }
        way.truncate(door + 1);
        way.remove(0);
        way
    }

    /// Called from another module.
    fn is_door(&self, node: Node, above: &Above) -> bool {
        above.callers(node).any(|caller| self.module.get(&caller) != self.module.get(&node))
    }

    /// The largest candidate of the same module that holds nearly all of this one's time.
    fn contained_in(&self, node: Node, doors: &BTreeSet<Node>, above: &Above) -> Option<Node> {
        let holds = |door: &Node| {
            *door != node
                && doors.contains(door)
                && self.total(*door) >= self.total(node)
                && self.within.get(&(*door, node)).is_some_and(|within| *within >= PASSES_ON * self.total(node))
        };
        above.around(node).filter(holds).max_by(|a, b| self.total(*a).total_cmp(&self.total(*b)))
    }
}

/// The graph seen from below, so that large programs are not searched for every function.
struct Above {
    callers: BTreeMap<Node, BTreeSet<Node>>,
    around: BTreeMap<Node, BTreeSet<Node>>,
}

impl Above {
    fn of(graph: &Graph) -> Above {
        let inverse = |pairs: &BTreeMap<(Node, Node), f64>| {
            let mut inverse: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
            for (upper, lower) in pairs.keys() {
                inverse.entry(*lower).or_default().insert(*upper);
            }
            inverse
        };
        Above { callers: inverse(&graph.calls), around: inverse(&graph.within) }
    }

    /// Who calls a function, in order.
    fn callers(&self, node: Node) -> impl Iterator<Item = Node> {
        self.callers.get(&node).into_iter().flatten().copied()
    }

    /// Below whom a function's time is known to be, in order.
    fn around(&self, node: Node) -> impl Iterator<Item = Node> {
        self.around.get(&node).into_iter().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts;
    use super::*;
    use crate::facts::{CallSite, FunctionFacts, Steps, Work};
    use crate::measurement::tests::{Tree, measurement};
    use crate::span::Location;

    fn node(number: u32) -> Node {
        Node::Known(FunctionId(number))
    }

    /// Functions with their module and own cost, and who calls whom how often.
    fn program(functions: &[(&str, f64)], calls: &[(u32, u32, f64)]) -> Program {
        let mut program = Program::default();
        for (number, (module, own)) in functions.iter().enumerate() {
            let mut function = facts(&format!("{module}.f{number}"));
            function.id = FunctionId(number as u32);
            function.cost.total = Steps::of(Work::Compute, *own);
            program.functions.push(function);
        }
        for (caller, callee, times) in calls.iter().rev().copied() {
            let cost = program.functions[callee as usize].cost.total;
            program.functions[caller as usize].cost.total.add(cost, times);
            let call = CallSite { callee: FunctionId(callee), at: Location::default(), times, loop_depth: 0 };
            program.functions[caller as usize].calls.push(call);
        }
        program
    }

    #[test]
    fn work_is_cut_at_the_door_of_its_module() {
        // route 0 -> price 1 -> quote 2 -> season 3 -> helper 4
        let functions = [("web", 10.0), ("pricing", 10.0), ("pricing", 1.0), ("pricing", 600.0), ("pricing", 300.0)];
        let found = estimated(&program(&functions, &[(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0)]));
        let doors: Vec<Node> = found.iter().map(|candidate| candidate.node).collect();
        assert_eq!(doors, [node(1), node(4)]);
        assert_eq!(found[0].behind, [node(2), node(3)]);
        assert_eq!((found[0].part_of, found[1].part_of), (None, Some(node(1))));
    }

    #[test]
    fn a_caller_of_several_modules_only_passes_work_on() {
        let found = estimated(&program(&[("load", 1.0), ("a", 500.0), ("b", 400.0)], &[(0, 1, 1.0), (0, 2, 1.0)]));
        assert_eq!(found.iter().map(|c| c.node).collect::<Vec<_>>(), [node(1), node(2)]);
    }

    #[test]
    fn a_caller_of_several_functions_of_its_own_module_stays() {
        let found = estimated(&program(&[("a", 20.0), ("a", 500.0), ("a", 400.0)], &[(0, 1, 1.0), (0, 2, 1.0)]));
        assert_eq!(found[0].node, node(0));
        assert!(found[1..].iter().all(|candidate| candidate.part_of == Some(node(0))));
    }

    #[test]
    fn recursion_ends() {
        let found = estimated(&program(&[("a", 5.0), ("a", 5.0)], &[(0, 1, 1.0), (1, 0, 1.0)]));
        assert!(found.len() <= 2);
    }

    #[test]
    fn measured_work_inside_another_hotspot_is_part_of_it() {
        let tree = &[Tree("uptake", 4.0, &[])];
        let run = measurement(&[Tree("season", 5.0, tree), Tree("other", 1.0, &[])]);
        let mut program = Program::default();
        program.sources.add("m.py", "m", "");
        for (number, name) in ["m.season", "m.uptake", "m.other"].iter().enumerate() {
            program.functions.push(FunctionFacts { id: FunctionId(number as u32), ..facts(name) });
        }
        let found = measured(&run, &Join::new(&program, &run));
        let parts: Vec<(Node, Option<Node>)> = found.iter().map(|c| (c.node, c.part_of)).collect();
        assert_eq!(parts, [(node(0), None), (node(1), Some(node(0))), (node(2), None)]);
    }
}
