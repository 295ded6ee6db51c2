//! Own and total cost of functions, and what they called.
//!
//! *Own* is time on the top of the stack, *total* is time anywhere on it, counted once however often the function
//! occurs (recursion).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Measurement, Seconds};

/// What one function cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionCost {
    /// Index into [`Measurement::functions`].
    pub function: usize,
    /// Time in the function itself.
    pub own: Seconds,
    /// Time in the function and in everything it called.
    pub total: Seconds,
    /// Samples of computing threads with the function anywhere on the stack.
    pub computing: u64,
    /// Samples with the function anywhere on the stack.
    pub samples: u64,
}

/// What a function called, and what that cost on its behalf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Callee {
    /// Index into [`Measurement::functions`].
    pub function: usize,
    /// Time in the callee and below, while called from the caller.
    pub total: Seconds,
}

impl Measurement {
    /// Own and total cost of every function, in the order of [`Measurement::functions`].
    pub fn costs(&self) -> Vec<FunctionCost> {
        let mut costs: Vec<FunctionCost> = (0..self.functions.len()).map(FunctionCost::nothing).collect();
        let mut path = Vec::new();
        for (number, stack) in self.stacks.iter().enumerate() {
            if stack.is_only_passed() {
                continue;
            }
            costs[stack.function as usize].own.add(&stack.seconds);
            self.functions_on(number, &mut path);
            for &function in &path {
                costs[function].count(stack);
            }
        }
        costs
    }

    /// What `function` called directly, most processor time first.
    pub fn callees(&self, function: usize) -> Vec<Callee> {
        let calls = self.calls().into_iter().filter(|((caller, _), _)| *caller == function);
        let mut callees: Vec<Callee> = calls.map(|((_, function), total)| Callee { function, total }).collect();
        callees.sort_by(|a, b| b.total.cpu().total_cmp(&a.total.cpu()).then(a.function.cmp(&b.function)));
        callees
    }

    /// Time in a callee and below while called from a caller, by (caller, callee); a function's calls of itself are
    /// its own time.
    pub fn calls(&self) -> HashMap<(usize, usize), Seconds> {
        let mut calls: HashMap<(usize, usize), Seconds> = HashMap::new();
        let mut pairs = Vec::new();
        for (number, stack) in self.stacks.iter().enumerate() {
            if stack.is_only_passed() {
                continue;
            }
            self.calls_on(number, &mut pairs);
            for &pair in &pairs {
                calls.entry(pair).or_default().add(&stack.seconds);
            }
        }
        calls
    }

    /// The distinct functions on a stack.
    pub(super) fn functions_on(&self, stack: usize, path: &mut Vec<usize>) {
        path.clear();
        let mut next = Some(stack as u32);
        while let Some(number) = next {
            let stack = &self.stacks[number as usize];
            let function = stack.function as usize;
            if !path.contains(&function) {
                path.push(function);
            }
            next = stack.parent;
        }
    }

    /// The distinct pairs of caller and callee on a stack.
    fn calls_on(&self, stack: usize, pairs: &mut Vec<(usize, usize)>) {
        pairs.clear();
        let mut callee = &self.stacks[stack];
        while let Some(caller) = callee.parent.map(|number| &self.stacks[number as usize]) {
            let pair = (caller.function as usize, callee.function as usize);
            if pair.0 != pair.1 && !pairs.contains(&pair) {
                pairs.push(pair);
            }
            callee = caller;
        }
    }
}

impl FunctionCost {
    /// Whether the function was seen on a stack, or has time without samples (where calls were traced).
    pub fn is_seen(&self) -> bool {
        self.samples > 0 || self.total.wall() > 0.0
    }

    fn nothing(function: usize) -> Self {
        FunctionCost { function, own: Seconds::default(), total: Seconds::default(), computing: 0, samples: 0 }
    }

    fn count(&mut self, stack: &super::Stack) {
        self.total.add(&stack.seconds);
        self.samples += stack.samples;
        self.computing += stack.computing;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Tree, measurement};
    use super::*;

    #[test]
    fn recursion_is_counted_once() {
        let m = measurement(&[Tree("walk", 1.0, &[Tree("walk", 2.0, &[Tree("walk", 3.0, &[])])])]);
        let costs = m.costs();
        assert_eq!(costs.len(), 1);
        assert_eq!(costs[0].total.cpu(), 6.0);
        assert_eq!(costs[0].own.cpu(), 6.0);
        assert!(m.callees(0).is_empty());
    }

    #[test]
    fn mutual_recursion_gives_each_caller_its_callee() {
        let m = measurement(&[Tree("even", 1.0, &[Tree("odd", 1.0, &[Tree("even", 1.0, &[])])])]);
        let (even, odd) = (m.find("m.even").unwrap(), m.find("m.odd").unwrap());
        assert_eq!(m.costs()[even].total.cpu(), 3.0);
        assert_eq!(m.callees(even), [Callee { function: odd, total: python(2.0) }]);
        assert_eq!(m.callees(odd), [Callee { function: even, total: python(1.0) }]);
    }

    fn python(seconds: f64) -> Seconds {
        Seconds { python: seconds, ..Seconds::default() }
    }
}
