//! Functions and stacks of a file that is read, with limits: a hostile file is refused before it takes much memory.

use std::collections::HashMap;

use super::super::ledger::Frame;
use super::Problem;
use crate::measurement::{Reason, Seconds, Stack, StackTable};

const MOST_FUNCTIONS: usize = 200_000;
const MOST_STACKS: usize = 500_000;
const MOST_FRAMES: usize = 4_000;
/// Bytes of a name or path that are kept.
const LONGEST_TEXT: usize = 1_000;
/// Seconds that a file may hold in all: three hundred thousand years.
const MOST_SECONDS: f64 = 1e13;

/// What a file holds.
#[derive(Default)]
pub struct Books {
    frames: Vec<Frame>,
    known: HashMap<Frame, u32>,
    calls: HashMap<u32, u64>,
    stacks: StackTable,
    depths: Vec<u16>,
    outside: Seconds,
    sum: f64,
}

impl Books {
    /// The number of a function; `line` is 0 where it is not known.
    pub fn frame(&mut self, name: &str, file: &str, line: u32) -> Result<u32, Problem> {
        let first_line = i32::try_from(line).unwrap_or(0);
        let frame = Frame { file: short(file), name: short(name), first_line };
        if let Some(&number) = self.known.get(&frame) {
            return Ok(number);
        }
        if self.frames.len() >= MOST_FUNCTIONS {
            return Err(Problem::TooMany { what: "functions", limit: MOST_FUNCTIONS });
        }
        let number = self.frames.len() as u32;
        self.frames.push(frame.clone());
        self.known.insert(frame, number);
        Ok(number)
    }

    /// Notes how often a function was called.
    pub fn called(&mut self, frame: u32, calls: u64) {
        let known = self.calls.entry(frame).or_default();
        *known = known.saturating_add(calls);
    }

    /// Forgets how often functions were called: other files that do not say are added.
    pub fn forget_calls(&mut self) {
        self.calls.clear();
    }

    /// The number of the stack in which a function was called from `caller`.
    pub fn stack(&mut self, caller: Option<u32>, frame: u32) -> Result<u32, Problem> {
        let number = self.stacks.intern(caller, frame);
        if number as usize == self.depths.len() {
            let depth = caller.map_or(0, |caller| self.depths[caller as usize]) + 1;
            if usize::from(depth) > MOST_FRAMES {
                return Err(Problem::TooMany { what: "frames on one stack", limit: MOST_FRAMES });
            }
            if self.depths.len() >= MOST_STACKS {
                return Err(Problem::TooMany { what: "distinct stacks", limit: MOST_STACKS });
            }
            self.depths.push(depth);
        }
        Ok(number)
    }

    /// Books time on a stack, or outside of Python; what is no time at all is not booked.
    pub fn book(&mut self, stack: Option<u32>, reason: Reason, seconds: f64, samples: u64) -> Result<(), Problem> {
        if !seconds.is_finite() || seconds <= 0.0 {
            return Ok(());
        }
        self.sum += seconds;
        if self.sum > MOST_SECONDS {
            return Err(Problem::TooMany { what: "seconds", limit: MOST_SECONDS as usize });
        }
        let Some(stack) = stack else {
            *self.outside.of_mut(reason) += seconds;
            return Ok(());
        };
        let stack = self.stacks.get_mut(stack);
        *stack.seconds.of_mut(reason) += seconds;
        stack.samples = stack.samples.saturating_add(samples);
        if matches!(reason, Reason::Python | Reason::Native) {
            stack.computing = stack.computing.saturating_add(samples);
        }
        Ok(())
    }

    /// All time in it.
    pub fn total(&self) -> Seconds {
        let mut total = self.outside;
        (0..self.stacks.len()).for_each(|number| total.add(&self.stacks.get(number as u32).seconds));
        total
    }

    /// Samples of computing threads.
    pub fn computing(&self) -> u64 {
        (0..self.stacks.len()).map(|number| self.stacks.get(number as u32).computing).fold(0, u64::saturating_add)
    }

    /// Functions with how often they were called, stacks and the time outside of Python.
    pub fn into_parts(self) -> (Vec<(Frame, u64)>, Vec<Stack>, Seconds) {
        let Books { frames, calls, stacks, outside, .. } = self;
        let counted = |(frame, number): (Frame, u32)| (frame, calls.get(&number).copied().unwrap_or(0));
        (frames.into_iter().zip(0..).map(counted).collect(), stacks.into_stacks(), outside)
    }
}

/// A text without what no name has, and not longer than is kept.
fn short(text: &str) -> String {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
