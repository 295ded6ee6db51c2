//! Collapsed stacks: `main (m.py:3);work (m.py:9) 12`, one a line, the number last; and austin's text form
//! (`P12;T0x7f;m.py:main:3;m.py:work:9 12000`, microseconds).

use super::{ASSUMED_PERIOD, Books, Format, Lines, OUTSIDE, Problem, Record, reason_of_frame};
use crate::measurement::Reason;

/// Longest line that is read, in bytes.
const LONGEST_LINE: usize = 4 << 20;
/// What our own export and austin count in.
const MICROSECOND: f64 = 1e-6;

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<Record, Problem> {
    let is_austin = bytes.starts_with(b"# austin") || bytes.starts_with(b"# mode:");
    let mut reader = Reader {
        books: Books::default(),
        samples: 0,
        is_austin,
        unit: if is_austin { MICROSECOND } else { ASSUMED_PERIOD },
    };
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let broken =
            |what: &str| Problem::Broken { format: Format::Collapsed, what: format!("line {}: {what}", number + 1) };
        if line.len() > LONGEST_LINE {
            return Err(broken(&format!("longer than {} MB", LONGEST_LINE >> 20)));
        }
        let line = match std::str::from_utf8(line) {
            Ok(line) => line.trim(),
            // A first line that is no text at all was never a profile.
            Err(_) if number == 0 => return Err(Problem::Unknown),
            Err(_) => return Err(broken("not UTF-8")),
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.parse::<u64>().is_ok() {
            continue; // py-spy's samples in which no thread ran
        }
        let split = line.rsplit_once(' ').and_then(|(stack, count)| Some((stack.trim(), count.parse::<f64>().ok()?)));
        let Some((stack, count)) =
            split.filter(|(stack, count)| !stack.is_empty() && count.is_finite() && *count >= 0.0)
        else {
            let never_was = number == 0;
            return Err(if never_was { Problem::Unknown } else { broken("no count at its end") });
        };
        reader.line(stack, count)?;
    }
    Ok(reader.finish())
}

struct Reader {
    books: Books,
    samples: u64,
    is_austin: bool,
    unit: f64,
}

impl Reader {
    fn line(&mut self, stack: &str, count: f64) -> Result<(), Problem> {
        let mut caller = None;
        let mut reason = Reason::Python;
        for frame in stack.split(';').map(str::trim) {
            if is_heading(frame) || frame.is_empty() || frame == OUTSIDE {
                continue;
            }
            if let Some(found) = reason_of_frame(frame) {
                reason = found;
                continue;
            }
            let (name, file, line) = if self.is_austin { austin_frame(frame) } else { parts(frame) };
            let frame = self.books.frame(name, file, line)?;
            caller = Some(self.books.stack(caller, frame)?);
        }
        let samples = if self.is_austin { 1 } else { count as u64 };
        self.samples = self.samples.saturating_add(samples);
        self.books.book(caller, reason, count * self.unit, samples)
    }

    fn finish(self) -> Record {
        Record {
            format: Format::Collapsed,
            books: self.books,
            lines: Lines::Current,
            wall_seconds: None,
            samples: Some(self.samples),
            command: None,
            has_seconds: self.is_austin,
            has_native: false,
            gaps: vec!["the file does not tell waiting and native code from computing Python: all is booked as Python"],
        }
    }
}

/// Whether a frame stands for a process or a thread.
fn is_heading(frame: &str) -> bool {
    let numbered = |letter: char| {
        frame.strip_prefix(letter).is_some_and(|rest| {
            let digits = rest.strip_prefix("0x").unwrap_or(rest).split(':').next().unwrap_or_default();
            !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit())
        })
    };
    frame.starts_with("process ") || frame.starts_with("thread (") || numbered('P') || numbered('T')
}

/// Name, file and line of `work (shop/m.py:9)`; a frame of another shape is a name.
pub fn parts(frame: &str) -> (&str, &str, u32) {
    let Some((name, place)) = frame.strip_suffix(')').and_then(|frame| frame.rsplit_once(" (")) else {
        return (frame, "", 0);
    };
    match place.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => (name, file, line),
        None => (name, place, 0),
    }
}

/// Name, file and line of `/shop/m.py:work:9`.
fn austin_frame(frame: &str) -> (&str, &str, u32) {
    let mut parts = frame.rsplitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(line), Some(name), Some(file)) => (name, file, line.parse().unwrap_or(0)),
        _ => (frame, "", 0),
    }
}
