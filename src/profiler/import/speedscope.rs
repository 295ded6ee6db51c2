//! The JSON of speedscope: profiles of samples (stacks with weights) or of events (a frame opens, a frame closes).

use serde::Deserialize;

use super::json::{self, Rows};
use super::{ASSUMED_PERIOD, Books, Format, Lines, OUTSIDE, Problem, Record, reason_of_frame};
use crate::measurement::Reason;

#[derive(Deserialize)]
struct File {
    shared: Shared,
    profiles: Vec<Profile>,
    #[serde(default)]
    exporter: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Shared {
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
struct Frame {
    name: String,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    line: Option<f64>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(rename = "type")]
    kind: String,
    unit: String,
    #[serde(default)]
    samples: Option<Rows>,
    #[serde(default)]
    weights: Option<Vec<f64>>,
    #[serde(default)]
    events: Option<Vec<Event>>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: Kind,
    at: f64,
    frame: u32,
}

#[derive(Deserialize, PartialEq)]
enum Kind {
    O,
    C,
}

/// Reads a file.
pub fn read(text: &str) -> Result<Record, Problem> {
    json::with(Format::Speedscope, text, |file: File| {
        let ours = file.exporter.as_deref().is_some_and(|exporter| exporter.starts_with("pivot "));
        // Our second profile is a part of the first.
        let profiles = if ours { &file.profiles[..file.profiles.len().min(1)] } else { &file.profiles[..] };
        let mut reader = Reader {
            frames: &file.shared.frames,
            numbers: vec![None; file.shared.frames.len()],
            books: Books::default(),
            samples: 0,
            has_seconds: true,
        };
        for profile in profiles {
            reader.profile(profile)?;
        }
        Ok(reader.finish(ours, file.name))
    })
}

fn broken(what: impl Into<String>) -> Problem {
    Problem::Broken { format: Format::Speedscope, what: what.into() }
}

struct Reader<'a> {
    frames: &'a [Frame],
    /// Numbers of the frames in the books, once they were needed.
    numbers: Vec<Option<u32>>,
    books: Books,
    samples: u64,
    has_seconds: bool,
}

impl Reader<'_> {
    fn profile(&mut self, profile: &Profile) -> Result<(), Problem> {
        let unit = match profile.unit.as_str() {
            "nanoseconds" => 1e-9,
            "microseconds" => 1e-6,
            "milliseconds" => 1e-3,
            "seconds" => 1.0,
            "none" => {
                self.has_seconds = false;
                ASSUMED_PERIOD
            }
            other => return Err(broken(format!("it counts {other:?}, not time"))),
        };
        match (profile.kind.as_str(), &profile.samples, &profile.weights, &profile.events) {
            ("sampled", Some(samples), Some(weights), _) => self.sampled(samples, weights, unit),
            ("evented", _, _, Some(events)) => self.evented(events, unit),
            (kind, ..) => Err(broken(format!("a profile of type {kind:?} without what belongs to it"))),
        }
    }

    fn sampled(&mut self, samples: &Rows, weights: &[f64], unit: f64) -> Result<(), Problem> {
        if samples.len() != weights.len() {
            return Err(broken(format!("{} samples and {} weights", samples.len(), weights.len())));
        }
        for (sample, weight) in samples.iter().zip(weights) {
            let (mut stack, mut reason) = (None, Reason::Python);
            for &frame in sample {
                match reason_of_frame(&self.frame(frame)?.name) {
                    Some(found) => reason = found,
                    None => stack = self.push(stack, frame)?,
                }
            }
            self.samples += 1;
            self.books.book(stack, reason, weight * unit, 1)?;
        }
        Ok(())
    }

    fn evented(&mut self, events: &[Event], unit: f64) -> Result<(), Problem> {
        let mut open: Vec<(u32, Option<u32>)> = Vec::new();
        let mut last = events.first().map_or(0.0, |event| event.at);
        for (number, event) in events.iter().enumerate() {
            if !event.at.is_finite() || event.at < last {
                return Err(broken(format!("event {number} lies before the one before it")));
            }
            if let Some((_, stack)) = open.last() {
                self.books.book(*stack, Reason::Python, (event.at - last) * unit, 1)?;
                self.samples += 1;
            }
            last = event.at;
            match event.kind {
                Kind::O => {
                    let stack = self.push(open.last().and_then(|(_, stack)| *stack), event.frame)?;
                    open.push((event.frame, stack));
                }
                Kind::C if open.last().is_some_and(|(frame, _)| *frame == event.frame) => _ = open.pop(),
                Kind::C => {
                    let frame = event.frame;
                    return Err(broken(format!(
                        "event {number} closes frame {frame}, which is not the innermost open one"
                    )));
                }
            }
        }
        Ok(())
    }

    fn frame(&self, frame: u32) -> Result<&Frame, Problem> {
        let count = self.frames.len();
        self.frames.get(frame as usize).ok_or_else(|| broken(format!("frame {frame} of {count} frames")))
    }

    fn push(&mut self, stack: Option<u32>, frame: u32) -> Result<Option<u32>, Problem> {
        let found = self.frame(frame)?;
        if found.name == OUTSIDE {
            return Ok(None);
        }
        let number = match self.numbers[frame as usize] {
            Some(number) => number,
            None => {
                let line = found.line.filter(|line| (0.0..1e9).contains(line)).unwrap_or(0.0) as u32;
                let (name, file) = (found.name.clone(), found.file.clone().unwrap_or_default());
                self.books.frame(&name, &file, line)?
            }
        };
        self.numbers[frame as usize] = Some(number);
        self.books.stack(stack, number).map(Some)
    }

    fn finish(self, ours: bool, name: Option<String>) -> Record {
        let gap = "the file does not tell waiting and native code from computing Python: all is booked as Python";
        Record {
            format: Format::Speedscope,
            books: self.books,
            lines: if ours { Lines::Definition } else { Lines::Current },
            wall_seconds: None,
            samples: Some(self.samples),
            command: name.filter(|name| !name.is_empty()),
            has_seconds: self.has_seconds,
            has_native: ours,
            gaps: if ours { Vec::new() } else { vec![gap] },
        }
    }
}
