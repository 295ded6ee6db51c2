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
use crate::facts::{Effects, FunctionId, LockUse, State, StateSet, Steps, UseKind};
use crate::span::Location;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Groups of mutually recursive functions, callees before callers (Tarjan, without recursion).
pub fn groups(raws: &[&Raw]) -> Vec<Vec<usize>> {
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
pub fn is_recursive(group: &[usize], raws: &[&Raw]) -> bool {
    group.len() > 1 || raws[group[0]].edges.iter().any(|edge| edge.callee.0 as usize == group[0])
}

/// Cost of one call of each function with its callees.
pub fn totals(raws: &[&Raw], groups: &[Vec<usize>]) -> Vec<Steps> {
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
pub fn effects(raws: &[&Raw], groups: &[Vec<usize>]) -> Vec<Effects> {
    let states = States::of(raws);
    let writes = spread(raws, groups, &states, |raw, found| found.extend(states.places(&raw.writes)));
    let changing = Changing::of(raws, &states, &writes);
    let reads = spread(raws, groups, &states, |raw, found| {
        found.extend(states.places(raw.reads.iter().filter(|state| changing.includes(state))));
    });
    let mut effects: Vec<Effects> = raws.iter().map(|raw| raw.flags.clone()).collect();
    spread_flags(raws, groups, &mut effects);
    for ((effects, reads), writes) in effects.iter_mut().zip(reads).zip(writes) {
        effects.reads = StateSet::new(Arc::clone(&states.table), reads);
        effects.writes = StateSet::new(Arc::clone(&states.table), writes);
    }
    effects
}

/// All states of a program, so that sets of them are sets of numbers.
struct States {
    table: Arc<[State]>,
    /// What the calls of each function do to the states of their callees, in the order of its edges.
    carriers: Vec<Vec<Carrier>>,
}

/// How a caller sees a callee's states.
struct Carrier {
    object: OnObject,
    /// Places of the callee's arguments, and of what the caller passed.
    arguments: Vec<(u32, Option<u32>)>,
}

/// What a state of the callee's object is to the caller.
enum OnObject {
    Nothing,
    Same,
    Other(u32),
}

impl States {
    fn of(raws: &[&Raw]) -> Self {
        let own = raws.iter().flat_map(|raw| raw.reads.iter().chain(&raw.writes).cloned());
        let passed = raws.iter().flat_map(|raw| &raw.edges).flat_map(|edge| {
            let arguments = edge.arguments.iter();
            let both = arguments.flat_map(|(name, root)| [Some(State::Argument(name.clone())), passed_on(root)]);
            both.chain([edge.receiver.changed(CONTENTS)]).flatten()
        });
        let table: Arc<[State]> = own.chain(passed).collect::<BTreeSet<State>>().into_iter().collect();
        let mut states = States { table, carriers: Vec::new() };
        states.carriers = raws.iter().map(|raw| raw.edges.iter().map(|edge| states.carrier(edge)).collect()).collect();
        states
    }

    fn place(&self, state: &State) -> Option<u32> {
        self.table.binary_search(state).ok().map(|place| place as u32)
    }

    fn places<'s>(&self, states: impl IntoIterator<Item = &'s State>) -> impl Iterator<Item = u32> {
        states.into_iter().filter_map(|state| self.place(state))
    }

    fn carrier(&self, edge: &Edge) -> Carrier {
        let object = match &edge.receiver {
            Root::Fresh => OnObject::Nothing,
            Root::Object => OnObject::Same,
            Root::Attribute(own) if own.is_empty() => OnObject::Same,
            other => {
                other.changed(CONTENTS).and_then(|state| self.place(&state)).map_or(OnObject::Nothing, OnObject::Other)
            }
        };
        let passed = |(name, root): &(String, Root)| {
            Some((self.place(&State::Argument(name.clone()))?, passed_on(root).and_then(|state| self.place(&state))))
        };
        Carrier { object, arguments: edge.arguments.iter().filter_map(passed).collect() }
    }

    /// A callee's state as its caller sees it.
    fn carried(&self, state: u32, carrier: &Carrier) -> Option<u32> {
        match (self.table.get(state as usize)?, &carrier.object) {
            (State::Global(_), _) | (State::Attribute(_), OnObject::Same) => Some(state),
            (State::Attribute(_), OnObject::Nothing) => None,
            (State::Attribute(_), OnObject::Other(place)) => Some(*place),
            (State::Argument(_), _) => carrier.arguments.iter().find(|(own, _)| *own == state)?.1,
        }
    }
}

/// What a change inside an object is called.
const CONTENTS: &str = "(contents)";

/// What changes for the caller when an argument of this root is changed.
fn passed_on(root: &Root) -> Option<State> {
    root.changed(CONTENTS)
}

/// What of a program's state changes at all: reading the rest is reading a constant.
struct Changing {
    globals: HashSet<String>,
    attributes: HashSet<String>,
}

impl Changing {
    fn of(raws: &[&Raw], states: &States, writes: &[BTreeSet<u32>]) -> Self {
        let written: HashSet<u32> = writes.iter().flatten().copied().collect();
        let globals = written
            .into_iter()
            .filter_map(|place| match states.table.get(place as usize) {
                Some(State::Global(name)) => Some(name.clone()),
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

/// What a function does by itself, without the states that it touches.
pub fn own_flags(raw: &Raw) -> Effects {
    let uses = |kinds: &[UseKind]| raw.uses.iter().any(|u| kinds.contains(&u.kind));
    Effects {
        outside: uses(&[UseKind::Outside, UseKind::Wait, UseKind::Database]),
        database: uses(&[UseKind::Database]),
        transaction: uses(&[UseKind::Transaction]),
        unrepeatable: uses(&[UseKind::Clock, UseKind::Random]),
        dynamic: uses(&[UseKind::Dynamic]),
        locks: !raw.locks.is_empty(),
        raises: raw.raises,
        ..Effects::default()
    }
}

/// Carries states from callees to callers until nothing changes, callees first; inside a group of mutually recursive
/// functions each state goes once over each call.
fn spread(
    raws: &[&Raw],
    groups: &[Vec<usize>],
    states: &States,
    own: impl Fn(&Raw, &mut BTreeSet<u32>),
) -> Vec<BTreeSet<u32>> {
    let mut sets: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); raws.len()];
    for group in groups {
        let members: HashSet<usize> = group.iter().copied().collect();
        let mut callers: HashMap<usize, Vec<(usize, &Carrier)>> = HashMap::new();
        for &member in group {
            let mut found = BTreeSet::new();
            own(raws[member], &mut found);
            for (edge, carrier) in raws[member].edges.iter().zip(&states.carriers[member]) {
                let callee = edge.callee.0 as usize;
                if members.contains(&callee) {
                    callers.entry(callee).or_default().push((member, carrier));
                } else {
                    found.extend(sets[callee].iter().filter_map(|state| states.carried(*state, carrier)));
                }
            }
            sets[member] = found;
        }
        let mut todo: Vec<(usize, u32)> = Vec::new();
        if !callers.is_empty() {
            todo.extend(group.iter().flat_map(|&member| sets[member].iter().map(move |state| (member, *state))));
        }
        while let Some((member, state)) = todo.pop() {
            for (caller, carrier) in callers.get(&member).into_iter().flatten() {
                if let Some(state) = states.carried(state, carrier)
                    && sets[*caller].insert(state)
                {
                    todo.push((*caller, state));
                }
            }
        }
    }
    sets
}

/// Who is in a group of mutually recursive functions reaches what any of them reaches.
fn spread_flags(raws: &[&Raw], groups: &[Vec<usize>], effects: &mut [Effects]) {
    for group in groups {
        let mut all = Effects::default();
        for &member in group {
            carry_flags(&effects[member], &mut all);
            for edge in &raws[member].edges {
                carry_flags(&effects[edge.callee.0 as usize], &mut all);
            }
        }
        group.iter().for_each(|&member| carry_flags(&all, &mut effects[member]));
    }
}

fn carry_flags(from: &Effects, to: &mut Effects) {
    to.outside |= from.outside;
    to.database |= from.database;
    to.transaction |= from.transaction;
    to.unrepeatable |= from.unrepeatable;
    to.dynamic |= from.dynamic;
    to.locks |= from.locks;
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
