//! From each function to its callers: costs, effects, and what a lock covers.
//!
//! ```text
//! season_profit 900 steps   <- 72 times - expected_profit   <- 1,728 times - best_points
//! ```
//!
//! Costs are added from the leaves up, one group of mutually recursive functions at a time; such a group is thought to
//! go round as often as a loop of unknown length. Effects grow until nothing new is found; a callee's effects on its
//! object and its arguments become effects on whatever the caller passed.

use super::function::{Edge, Raw};
use super::roots::Root;
use super::trips::GUESS;
use crate::facts::{Effects, FunctionId, LockUse, State, Steps, UseKind};
use crate::span::Location;
use std::collections::{BTreeSet, HashSet};

/// Groups of mutually recursive functions, callees before callers (Tarjan, without recursion).
pub fn groups(raws: &[Raw]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut number = vec![UNSEEN; raws.len()];
    let mut low = vec![0; raws.len()];
    let mut on_stack = vec![false; raws.len()];
    let (mut stack, mut groups, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..raws.len() {
        let mut work: Vec<(usize, usize)> = if number[start] == UNSEEN { vec![(start, 0)] } else { Vec::new() };
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                number[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            match raws[node].edges.get(edge).map(|edge| edge.callee.0 as usize) {
                Some(callee) => {
                    work.push((node, edge + 1));
                    if number[callee] == UNSEEN {
                        work.push((callee, 0));
                    } else if on_stack[callee] {
                        low[node] = low[node].min(number[callee]);
                    }
                }
                None => {
                    if let Some(&(caller, _)) = work.last() {
                        low[caller] = low[caller].min(low[node]);
                    }
                    if low[node] == number[node] {
                        let mut group = Vec::new();
                        while let Some(member) = stack.pop() {
                            on_stack[member] = false;
                            group.push(member);
                            if member == node {
                                break;
                            }
                        }
                        groups.push(group);
                    }
                }
            }
        }
    }
    groups
}

/// True for groups whose members can reach themselves.
pub fn is_recursive(group: &[usize], raws: &[Raw]) -> bool {
    group.len() > 1 || raws[group[0]].edges.iter().any(|edge| edge.callee.0 as usize == group[0])
}

/// Cost of one call of each function with its callees.
pub fn totals(raws: &[Raw], groups: &[Vec<usize>]) -> Vec<Steps> {
    let mut totals = vec![Steps::default(); raws.len()];
    for group in groups {
        let members: HashSet<usize> = group.iter().copied().collect();
        let mut sums: Vec<Steps> = Vec::new();
        for &member in group {
            let mut sum = raws[member].own;
            let outward = raws[member].edges.iter().filter(|edge| !members.contains(&(edge.callee.0 as usize)));
            for edge in outward {
                sum.add(totals[edge.callee.0 as usize], edge.times);
            }
            sums.push(sum);
        }
        if is_recursive(group, raws) {
            let mut round = Steps::default();
            sums.iter().for_each(|sum| round.add(*sum, GUESS));
            sums.iter_mut().for_each(|sum| *sum = round);
        }
        for (&member, sum) in group.iter().zip(sums) {
            totals[member] = sum;
        }
    }
    totals
}

/// Effects of each function with its callees.
pub fn effects(raws: &[Raw], groups: &[Vec<usize>]) -> Vec<Effects> {
    let mut effects: Vec<Effects> = raws.iter().map(own_effects).collect();
    spread(raws, groups, &mut effects, |effects| &mut effects.writes);
    let changing = Changing::of(raws, &effects);
    for (effect, raw) in effects.iter_mut().zip(raws) {
        effect.reads = raw.reads.iter().filter(|state| changing.includes(state)).cloned().collect();
    }
    spread(raws, groups, &mut effects, |effects| &mut effects.reads);
    effects
}

/// What of a program's state changes at all: reading the rest is reading a constant.
struct Changing {
    globals: BTreeSet<String>,
    attributes: BTreeSet<String>,
}

impl Changing {
    fn of(raws: &[Raw], effects: &[Effects]) -> Self {
        let written = effects.iter().flat_map(|effects| &effects.writes);
        let globals = written
            .filter_map(|state| match state {
                State::Global(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        Changing { globals, attributes: raws.iter().flat_map(|raw| raw.attributes_set.iter().cloned()).collect() }
    }

    fn includes(&self, state: &State) -> bool {
        match state {
            State::Global(name) => self.globals.contains(name),
            State::Attribute(name) => self.attributes.contains(name),
            State::Argument(_) => false,
        }
    }
}

fn own_effects(raw: &Raw) -> Effects {
    let uses = |kinds: &[UseKind]| raw.uses.iter().any(|u| kinds.contains(&u.kind));
    Effects {
        reads: BTreeSet::new(),
        writes: raw.writes.clone(),
        outside: uses(&[UseKind::Outside, UseKind::Wait, UseKind::Database]),
        database: uses(&[UseKind::Database]),
        transaction: uses(&[UseKind::Transaction]),
        unrepeatable: uses(&[UseKind::Clock, UseKind::Random]),
        dynamic: uses(&[UseKind::Dynamic]),
        locks: !raw.locks.is_empty(),
        raises: raw.raises,
    }
}

/// Carries effects from callees to callers until nothing changes; within a group the rounds are bounded by its size.
fn spread(
    raws: &[Raw],
    groups: &[Vec<usize>],
    effects: &mut [Effects],
    states: fn(&mut Effects) -> &mut BTreeSet<State>,
) {
    for group in groups {
        for _ in 0..=group.len() {
            let mut grew = false;
            for &member in group {
                for edge in &raws[member].edges {
                    let mut callee = effects[edge.callee.0 as usize].clone();
                    let caller = &mut effects[member];
                    let seen: Vec<State> =
                        states(&mut callee).iter().filter_map(|state| carried(state, edge)).collect();
                    for state in seen {
                        grew |= states(caller).insert(state);
                    }
                    grew |= carry_flags(&callee, caller);
                }
            }
            if !grew {
                break;
            }
        }
    }
}

fn carry_flags(callee: &Effects, caller: &mut Effects) -> bool {
    let mut grew = false;
    for (from, to) in [
        (callee.outside, &mut caller.outside),
        (callee.database, &mut caller.database),
        (callee.transaction, &mut caller.transaction),
        (callee.unrepeatable, &mut caller.unrepeatable),
        (callee.dynamic, &mut caller.dynamic),
        (callee.locks, &mut caller.locks),
    ] {
        grew |= from && !*to;
        *to |= from;
    }
    grew
}

/// A callee's state as its caller sees it.
fn carried(state: &State, edge: &Edge) -> Option<State> {
    match state {
        State::Global(_) => Some(state.clone()),
        State::Attribute(name) => edge.receiver.changed(name),
        State::Argument(name) => {
            let root = edge.arguments.iter().find(|(param, _)| param == name).map(|(_, root)| root)?;
            match root {
                Root::Object => Some(State::Attribute("(contents)".into())),
                root => root.changed("(contents)"),
            }
        }
    }
}

/// Locks of a function with the share of its cost that they cover.
pub fn locks(
    raw: &Raw,
    id: FunctionId,
    file: crate::source::FileId,
    totals: &[Steps],
    effects: &[Effects],
) -> Vec<LockUse> {
    let whole = totals[id.0 as usize].sum();
    raw.locks
        .iter()
        .map(|lock| {
            let (mut held, mut movable) = (lock.own.sum(), 0.0);
            for edge in &raw.edges[lock.edges.clone()] {
                let cost = totals[edge.callee.0 as usize].sum() * edge.times;
                let callee = &effects[edge.callee.0 as usize];
                held += cost;
                if callee.writes.is_empty() && !callee.outside && !callee.unrepeatable {
                    movable += cost;
                }
            }
            let share = |part: f64, of: f64| if of > 0.0 { (part / of).clamp(0.0, 1.0) } else { 0.0 };
            LockUse {
                name: lock.name.clone(),
                at: Location { file, span: lock.at },
                held_share: share(held, whole),
                movable_share: share(movable, held),
            }
        })
        .collect()
}
