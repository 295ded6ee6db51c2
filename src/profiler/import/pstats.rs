//! What `cProfile` and `profile` write: own and cumulative wall time of each function, and of each pair of caller and
//! callee. Functions of C are not functions of their own here: their time is their caller's, for the reason that their
//! name gives.
//!
//! Whole stacks are not in the file. They are put together from the pairs, as if a call of a function cost the same
//! whoever stood above: a function's own time is exact, its total is in proportion. Own time that no chain of callers
//! leads to (calls in a circle, or below a hundred-thousandth of the run) stands alone.

use std::collections::HashMap;
use std::rc::Rc;

use super::marshal::{self, Value};
use super::{Books, Format, Lines, Problem, Record, builtins};
use crate::measurement::Reason;

const MOST_FUNCTIONS: usize = 200_000;
const MOST_PAIRS: usize = 2_000_000;
const MOST_STACKS: usize = 200_000;
const MOST_STEPS: usize = 20_000_000;
const DEEPEST: usize = 400;
/// Part of the whole below which a branch is not followed.
const NEGLIGIBLE: f64 = 1e-5;

type Name = (Rc<str>, i64, Rc<str>);

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<Record, Problem> {
    let value = marshal::read(bytes).map_err(broken)?;
    let mut graph = Graph::of(&value)?;
    graph.weigh();
    let mut books = Books::default();
    graph.book(&mut books)?;
    Ok(Record {
        format: Format::Pstats,
        wall_seconds: None,
        books,
        lines: Lines::Definition,
        samples: None,
        command: None,
        has_seconds: true,
        has_native: true,
        gaps: vec![
            "its clock is wall time of one thread: waiting is told only where a built-in function's name says so, and \
             other threads are not in it",
            "it keeps pairs of caller and callee, not stacks: totals are put together in proportion, own times are as \
             measured",
            "tracing makes small functions dearer than they are: their shares are too large",
        ],
    })
}

fn broken(what: impl Into<String>) -> Problem {
    Problem::Broken { format: Format::Pstats, what: what.into() }
}

struct Function {
    name: Name,
    calls: u64,
    own: f64,
    total: f64,
    callers: Vec<Pair>,
    callees: Vec<(usize, Pair)>,
    /// The part of its time for which nobody that was seen called it.
    root: f64,
    /// Own time in that part.
    root_own: f64,
}

/// A caller with the part of the callee's time that is on its behalf.
#[derive(Clone, Copy)]
struct Pair {
    caller: usize,
    calls: u64,
    own: f64,
    total: f64,
    /// Part of the callee's calls, by time, that are the caller's.
    share: f64,
}

struct Graph {
    functions: Vec<Function>,
    whole: f64,
}

impl Graph {
    fn of(value: &Value) -> Result<Graph, Problem> {
        let Value::Dict(entries) = value else { return Err(broken("it holds no dict of functions")) };
        if entries.len() > MOST_FUNCTIONS {
            return Err(Problem::TooMany { what: "functions", limit: MOST_FUNCTIONS });
        }
        let mut numbers: HashMap<Name, usize> = HashMap::new();
        let mut functions = Vec::new();
        for (key, figures) in entries.iter() {
            let (Some(name), Some((calls, own, total, _))) = (name(key), figures_of(figures)) else {
                return Err(broken("an entry that is not (file, line, name): (calls, calls, own, total, callers)"));
            };
            numbers.insert(name.clone(), functions.len());
            functions.push(Function {
                name,
                calls,
                own,
                total,
                callers: Vec::new(),
                callees: Vec::new(),
                root: 0.0,
                root_own: 0.0,
            });
        }
        let mut pairs = 0;
        for ((_, figures), number) in entries.iter().zip(0..) {
            let Some((_, own, total, callers)) = figures_of(figures) else { continue };
            pairs += callers.len();
            if pairs > MOST_PAIRS {
                return Err(Problem::TooMany { what: "pairs of caller and callee", limit: MOST_PAIRS });
            }
            functions[number].callers = pairs_of(callers, own, total, &numbers)?;
        }
        let whole = functions.iter().map(|function| function.own).sum();
        Ok(Graph { functions, whole })
    }

    /// Gives calls of itself to a function's other callers, and tells callers of their callees. What is called from
    /// nowhere that was seen (the program itself, the interpreter's own calls) is a root to that part.
    fn weigh(&mut self) {
        let nested = self.nested();
        for number in 0..self.functions.len() {
            let function = &mut self.functions[number];
            let mut callers = std::mem::take(&mut function.callers);
            let own_of_itself: f64 = callers.iter().filter(|pair| pair.caller == number).map(|pair| pair.own).sum();
            callers.retain(|pair| pair.caller != number);
            let own: f64 = callers.iter().map(|pair| pair.own).sum();
            let nested = nested.get(&number);
            if let Some(nested) = nested {
                // Such calls lie within one from nowhere: their time is in its time already.
                callers.iter_mut().filter(|pair| nested[pair.caller]).for_each(|pair| pair.total = 0.0);
            }
            let total: f64 = callers.iter().map(|pair| pair.total).sum();
            let from_nowhere = (function.total - total).max(0.0);
            let whole = total + from_nowhere;
            let share = |part: f64| if whole > 0.0 { part / whole } else { 0.0 };
            for pair in &mut callers {
                pair.share = share(pair.total);
                pair.own += own_of_itself * pair.share;
            }
            function.root = if callers.is_empty() { 1.0 } else { share(from_nowhere) };
            function.root_own = (function.own - own - own_of_itself * (1.0 - function.root)).max(0.0);
            function.callers.clone_from(&callers);
            for pair in callers {
                self.functions[pair.caller].callees.push((number, pair));
            }
        }
    }

    /// For the functions with calls from nowhere (of which there are few: the program itself), whom they lead to.
    fn nested(&self) -> HashMap<usize, Vec<bool>> {
        const MOST_ROOTS: usize = 16;
        let mut callees: Vec<Vec<usize>> = vec![Vec::new(); self.functions.len()];
        for (number, function) in self.functions.iter().enumerate() {
            function.callers.iter().for_each(|pair| callees[pair.caller].push(number));
        }
        let seen =
            |function: &Function| function.callers.iter().fold(0, |sum: u64, pair| sum.saturating_add(pair.calls));
        let roots = self.functions.iter().enumerate().filter(|(_, function)| function.calls > seen(function));
        let reached = |root: usize| {
            let (mut reached, mut open) = (vec![false; callees.len()], vec![root]);
            while let Some(number) = open.pop() {
                for &callee in callees[number].iter().filter(|callee| **callee != root) {
                    if !std::mem::replace(&mut reached[callee], true) {
                        open.push(callee);
                    }
                }
            }
            (root, reached)
        };
        roots.map(|(number, _)| number).take(MOST_ROOTS).map(reached).collect()
    }

    fn book(&self, books: &mut Books) -> Result<(), Problem> {
        let mut left: Vec<f64> = self.functions.iter().map(|function| function.own).collect();
        let mut walk = Walk {
            graph: self,
            books,
            left: &mut left,
            on_path: vec![false; self.functions.len()],
            stacks: 0,
            steps: 0,
        };
        for number in 0..self.functions.len() {
            let Function { root, root_own, total, .. } = self.functions[number];
            if root * total.max(root_own) >= NEGLIGIBLE * self.whole {
                walk.function(number, None, root, root_own, 0)?;
            }
        }
        for (number, function) in self.functions.iter().enumerate().filter(|(number, _)| !self.is_native(*number)) {
            let frame = self.frame(books, number)?;
            books.called(frame, function.calls);
        }
        for (number, left) in left.into_iter().enumerate().filter(|(_, left)| *left > 1e-9) {
            self.book_rest(books, number, left)?;
        }
        Ok(())
    }

    /// Books own time that no chain of callers led to: on the function alone, or on the callers of a function of C.
    fn book_rest(&self, books: &mut Books, number: usize, seconds: f64) -> Result<(), Problem> {
        if !self.is_native(number) {
            let stack = self.stack(books, None, number)?;
            return books.book(Some(stack), Reason::Python, seconds, 0);
        }
        let (reason, callers) = (self.reason(number), &self.functions[number].callers);
        let all: f64 = callers.iter().map(|pair| pair.own).sum();
        for pair in callers.iter().filter(|pair| pair.own > 0.0) {
            let stack = match self.is_native(pair.caller) {
                true => None,
                false => Some(self.stack(books, None, pair.caller)?),
            };
            books.book(stack, reason, seconds * pair.own / all, 0)?;
        }
        let is_unclaimed = all <= 0.0;
        books.book(None, reason, if is_unclaimed { seconds } else { 0.0 }, 0)
    }

    fn is_native(&self, number: usize) -> bool {
        &*self.functions[number].name.0 == "~"
    }

    fn reason(&self, number: usize) -> Reason {
        if self.is_native(number) { builtins::reason(&self.functions[number].name.2) } else { Reason::Python }
    }

    fn stack(&self, books: &mut Books, caller: Option<u32>, number: usize) -> Result<u32, Problem> {
        let frame = self.frame(books, number)?;
        books.stack(caller, frame)
    }

    fn frame(&self, books: &mut Books, number: usize) -> Result<u32, Problem> {
        let (file, line, name) = &self.functions[number].name;
        books.frame(name, file, u32::try_from(*line).unwrap_or(0))
    }
}

/// Follows calls from the functions that nobody calls.
struct Walk<'a> {
    graph: &'a Graph,
    books: &'a mut Books,
    /// Own time of each function that no stack has yet.
    left: &'a mut [f64],
    on_path: Vec<bool>,
    stacks: usize,
    steps: usize,
}

impl Walk<'_> {
    /// Books `own` seconds of a function below `caller`; `part` is how much of its total is below this stack.
    fn function(
        &mut self,
        number: usize,
        caller: Option<u32>,
        part: f64,
        own: f64,
        depth: usize,
    ) -> Result<(), Problem> {
        let function = &self.graph.functions[number];
        let own = own.min(self.left[number]).max(0.0);
        let stack = match self.graph.is_native(number) {
            true => caller,
            false => Some(self.graph.stack(self.books, caller, number)?),
        };
        self.stacks += 1;
        self.left[number] -= own;
        self.books.book(stack, self.graph.reason(number), own, 0)?;
        self.on_path[number] = true;
        for &(callee, pair) in &function.callees {
            self.steps += 1;
            let goes_on =
                depth < DEEPEST && self.steps < MOST_STEPS && self.stacks < MOST_STACKS && !self.on_path[callee];
            if goes_on && pair.total.max(pair.own) * part >= NEGLIGIBLE * self.graph.whole {
                self.function(callee, stack, part * pair.share, pair.own * part, depth + 1)?;
            }
        }
        self.on_path[number] = false;
        Ok(())
    }
}

fn name(key: &Value) -> Option<Name> {
    let Value::Tuple(parts) = key else { return None };
    match &parts[..] {
        [Value::Text(file), Value::Int(line), Value::Text(name)] => Some((file.clone(), *line, name.clone())),
        _ => None,
    }
}

/// Callers with their figures, as the file has them.
type Callers<'a> = &'a [(Value, Value)];

/// Calls, own time, cumulative time and callers of an entry.
fn figures_of(value: &Value) -> Option<(u64, f64, f64, Callers<'_>)> {
    let Value::Tuple(parts) = value else { return None };
    match &parts[..] {
        [_, Value::Int(calls), own, total, Value::Dict(callers)] => {
            Some((u64::try_from(*calls).ok()?, seconds(own)?, seconds(total)?, callers))
        }
        _ => None,
    }
}

fn seconds(value: &Value) -> Option<f64> {
    match value {
        Value::Float(seconds) if seconds.is_finite() => Some(seconds.max(0.0)),
        Value::Int(seconds) => Some((*seconds as f64).max(0.0)),
        _ => None,
    }
}

/// The callers of a function; `profile` counts calls only, so time goes by their number.
fn pairs_of(
    callers: &[(Value, Value)],
    own: f64,
    total: f64,
    numbers: &HashMap<Name, usize>,
) -> Result<Vec<Pair>, Problem> {
    let calls: f64 = callers.iter().map(|(_, figures)| if let Value::Int(n) = figures { *n as f64 } else { 0.0 }).sum();
    let mut pairs = Vec::new();
    for (key, figures) in callers {
        let unusable = || broken("a caller that is not (file, line, name): (calls, calls, own, total)");
        let Some(&caller) = numbers.get(&name(key).ok_or_else(unusable)?) else { continue };
        let figures = match figures {
            Value::Int(n) if calls > 0.0 => Some((*n, own * *n as f64 / calls, total * *n as f64 / calls)),
            Value::Tuple(parts) => match &parts[..] {
                [Value::Int(n), Value::Int(_), own, total] => seconds(own).zip(seconds(total)).map(|(o, t)| (*n, o, t)),
                _ => None,
            },
            _ => None,
        };
        let (calls, own, total) = figures.ok_or_else(unusable)?;
        pairs.push(Pair { caller, calls: u64::try_from(calls).unwrap_or(0), own, total, share: 0.0 });
    }
    Ok(pairs)
}
