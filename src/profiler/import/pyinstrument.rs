//! The JSON of pyinstrument: a tree of frames with the wall time below each (`-r json`), or its own session file with
//! the stacks as they were sampled (`-r session`). Built-in functions are frames of their own there; here their time is
//! their caller's, for the reason that their name gives.

use serde::Deserialize;

use super::{Books, Format, Lines, Problem, Record, builtins, json};
use crate::measurement::Reason;

#[derive(Deserialize)]
struct File {
    duration: f64,
    sample_count: u64,
    #[serde(default)]
    target_description: Option<String>,
    #[serde(default)]
    root_frame: Option<Frame>,
    #[serde(default)]
    frame_records: Option<Vec<(Vec<String>, f64)>>,
}

#[derive(Deserialize)]
struct Frame {
    function: String,
    file_path: String,
    line_no: u32,
    time: f64,
    children: Vec<Frame>,
    #[serde(default)]
    class_name: Option<String>,
}

/// Reads a file.
pub fn read(text: &str) -> Result<Record, Problem> {
    json::with(Format::Pyinstrument, text, |file: File| {
        let mut reader = Reader { books: Books::default(), samples: file.sample_count };
        if let Some(root) = &file.root_frame {
            // The tree has no counts: samples are spread by time.
            let each = file.sample_count as f64 / root.time.max(f64::MIN_POSITIVE);
            reader.tree(root, None, each)?;
        }
        for (stack, seconds) in file.frame_records.iter().flatten() {
            reader.record(stack, *seconds)?;
        }
        Ok(Record {
            format: Format::Pyinstrument,
            books: reader.books,
            lines: Lines::Definition,
            wall_seconds: Some(file.duration).filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
            samples: Some(reader.samples),
            command: file.target_description,
            has_seconds: true,
            has_native: true,
            gaps: vec![
                "its clock is wall time of one thread: waiting is told only where a built-in function's name says so, \
                 and other threads are not in it",
            ],
        })
    })
}

struct Reader {
    books: Books,
    samples: u64,
}

impl Reader {
    fn tree(&mut self, frame: &Frame, caller: Option<u32>, samples_a_second: f64) -> Result<(), Problem> {
        let name = match &frame.class_name {
            Some(class) => format!("{class}.{}", frame.function),
            None => frame.function.clone(),
        };
        let (stack, reason) = self.step(caller, &name, &frame.file_path, frame.line_no)?;
        let below: f64 = frame.children.iter().map(|child| child.time).sum();
        let own = frame.time - below;
        self.books.book(stack, reason, own, (own.max(0.0) * samples_a_second).round() as u64)?;
        frame.children.iter().try_for_each(|child| self.tree(child, stack, samples_a_second))
    }

    fn record(&mut self, frames: &[String], seconds: f64) -> Result<(), Problem> {
        let (mut stack, mut reason) = (None, Reason::Python);
        for frame in frames {
            let Some((name, file, line)) = identified(frame) else {
                let what = format!("a frame without file and line: {:?}", frame.chars().take(80).collect::<String>());
                return Err(Problem::Broken { format: Format::Pyinstrument, what });
            };
            if file == "<thread>" {
                continue;
            }
            (stack, reason) = self.step(stack, &name, file, line)?;
        }
        self.books.book(stack, reason, seconds, 1)
    }

    /// The stack one frame further in, and why time passes there.
    fn step(
        &mut self,
        stack: Option<u32>,
        name: &str,
        file: &str,
        line: u32,
    ) -> Result<(Option<u32>, Reason), Problem> {
        match (file, name) {
            ("<built-in>", name) => Ok((stack, builtins::reason(name))),
            (_, "[await]" | "[out-of-context]") => Ok((stack, Reason::Unknown)),
            (_, "[self]") => Ok((stack, Reason::Python)),
            _ => {
                let frame = self.books.frame(name, file, line)?;
                Ok((Some(self.books.stack(stack, frame)?), Reason::Python))
            }
        }
    }
}

/// Name, file and line of `ring\0/shop/job.py\05\1cTill\1l6`: after the first `\1` come the class and the line that ran.
fn identified(frame: &str) -> Option<(String, &str, u32)> {
    let mut attributes = frame.split('\u{1}');
    let mut head = attributes.next()?.split('\0');
    let (name, file, line) = (head.next()?, head.next()?, head.next()?);
    let class = attributes.find_map(|attribute| attribute.strip_prefix('c')).filter(|class| !class.is_empty());
    let name = class.map_or_else(|| name.to_owned(), |class| format!("{class}.{name}"));
    Some((name, file, line.parse().unwrap_or(0)))
}
