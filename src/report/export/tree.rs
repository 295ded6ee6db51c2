//! The stacks of a measurement as a tree that can be walked from the root, with what each node cost in all.

use crate::measurement::{Function, Measurement, Seconds};

/// A stack with everything below it.
pub struct Node<'a> {
    /// `None` for what ran outside of Python.
    pub function: Option<&'a Function>,
    /// How many callers it has.
    pub depth: usize,
    /// Time exactly here.
    pub own: Seconds,
    /// Time here and below.
    pub total: Seconds,
}

/// Every stack, callers before their callees and siblings by time: most first.
pub fn in_order(measurement: &Measurement) -> Vec<Node<'_>> {
    let stacks = &measurement.stacks;
    let mut totals: Vec<Seconds> = stacks.iter().map(|stack| stack.seconds).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); stacks.len()];
    let mut roots = Vec::new();
    for number in (0..stacks.len()).rev() {
        match stacks[number].parent {
            Some(parent) => {
                let total = totals[number];
                totals[parent as usize].add(&total);
                children[parent as usize].push(number);
            }
            None => roots.push(number),
        }
    }
    let lightest_first = |numbers: &mut Vec<usize>| {
        numbers.sort_by(|&a, &b| totals[a].wall().total_cmp(&totals[b].wall()).then(b.cmp(&a)));
    };
    lightest_first(&mut roots);
    children.iter_mut().for_each(lightest_first);
    let mut nodes = Vec::with_capacity(stacks.len() + 1);
    let mut open: Vec<(usize, usize)> = roots.into_iter().map(|root| (root, 0)).collect();
    while let Some((number, depth)) = open.pop() {
        let stack = &stacks[number];
        let function = measurement.functions.get(stack.function as usize);
        nodes.push(Node { function, depth, own: stack.seconds, total: totals[number] });
        open.extend(children[number].iter().map(|&child| (child, depth + 1)));
    }
    if measurement.outside.wall() > 0.0 {
        let outside = measurement.outside;
        nodes.push(Node { function: None, depth: 0, own: outside, total: outside });
    }
    nodes
}
