//! `profile.proto`, as `go tool pprof`, Pyroscope and Parca write it, gzipped or not.
//!
//! The messages are read one by one with the types of the `pprof` crate, never all at once: a sample of two bytes would
//! take seventy in memory, and a packed file can hold millions.

use std::collections::HashMap;
use std::io::Read;

use ::pprof::protos::{Function, Line, Location, Message, Sample, ValueType};
use flate2::read::MultiGzDecoder;

use super::{ASSUMED_PERIOD, Books, Format, Lines, OUTSIDE, Problem, Record};
use crate::measurement::Reason;

/// Longest unpacked file that is read, in bytes.
const LONGEST: u64 = 128 << 20;
/// Longest single message, in bytes.
const LONGEST_MESSAGE: usize = 1 << 20;
const MOST_ENTRIES: usize = 1_000_000;

/// Reads a gzipped file.
pub fn read_gzipped(bytes: &[u8]) -> Result<Record, Problem> {
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes).take(LONGEST + 1);
    reader.read_to_end(&mut unpacked).map_err(|error| broken(format!("it cannot be unpacked: {error}")))?;
    if unpacked.len() as u64 > LONGEST {
        return Err(Problem::TooLarge { limit: LONGEST });
    }
    read(&unpacked)
}

/// Whether bytes begin like an unpacked file: with a field of its first kind.
pub fn looks_like(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x0a) && bytes.get(1).is_some_and(|length| *length <= 16) && bytes.get(2) == Some(&0x08)
}

/// Reads an unpacked file.
pub fn read(bytes: &[u8]) -> Result<Record, Problem> {
    let tables = Tables::of(bytes)?;
    let values = Values::of(&tables)?;
    let mut reader = Reader { books: Books::default(), known: HashMap::new(), samples: 0, reasons: 0, tables, values };
    for field in Fields(bytes) {
        if let Field::Message(2, bytes) = field? {
            reader.sample(&message::<Sample>(bytes)?)?;
        }
    }
    Ok(reader.finish())
}

fn broken(what: impl Into<String>) -> Problem {
    Problem::Broken { format: Format::Pprof, what: what.into() }
}

fn message<T: Message + Default>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.len() > LONGEST_MESSAGE {
        return Err(Problem::TooMany { what: "bytes in one message", limit: LONGEST_MESSAGE });
    }
    T::decode(bytes).map_err(|error| broken(error.to_string()))
}

/// A field of the outermost message.
enum Field<'a> {
    Message(u64, &'a [u8]),
    Number(u64, u64),
}

/// The fields of a message, in order.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next_field(&mut self) -> Result<Field<'a>, Problem> {
        let tag = self.varint()?;
        let number = tag >> 3;
        match tag & 7 {
            0 => Ok(Field::Number(number, self.varint()?)),
            1 => self.take(8).map(|_| Field::Number(0, 0)),
            2 => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                self.take(length).map(|bytes| Field::Message(number, bytes))
            }
            5 => self.take(4).map(|_| Field::Number(0, 0)),
            kind => Err(broken(format!("a field of kind {kind}"))),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (taken, rest) =
            self.0.split_at_checked(length).ok_or_else(|| broken("it ends in the middle of a message"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Problem> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(broken("a number of more than 64 bits"))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.next_field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Everything that samples refer to.
#[derive(Default)]
struct Tables<'a> {
    strings: Vec<&'a str>,
    kinds: Vec<ValueType>,
    /// Lines of a location, innermost first: function and line.
    locations: HashMap<u64, Vec<Line>>,
    functions: HashMap<u64, Function>,
    period: Option<ValueType>,
    period_length: i64,
    duration: i64,
    comments: Vec<i64>,
}

impl<'a> Tables<'a> {
    fn of(bytes: &'a [u8]) -> Result<Tables<'a>, Problem> {
        let mut tables = Tables::default();
        for field in Fields(bytes) {
            match field? {
                Field::Message(1, bytes) => tables.kinds.push(message(bytes)?),
                Field::Message(4, bytes) => {
                    let location: Location = message(bytes)?;
                    tables.locations.insert(location.id, location.line);
                }
                Field::Message(5, bytes) => {
                    let function: Function = message(bytes)?;
                    tables.functions.insert(function.id, function);
                }
                Field::Message(6, bytes) => {
                    tables.strings.push(std::str::from_utf8(bytes).map_err(|_| broken("a name that is not UTF-8"))?);
                }
                Field::Message(11, bytes) => tables.period = Some(message(bytes)?),
                Field::Number(10, nanoseconds) => tables.duration = nanoseconds as i64,
                Field::Number(12, length) => tables.period_length = length as i64,
                Field::Number(13, comment) => tables.comments.push(comment as i64),
                _ => {}
            }
            let entries = [
                tables.kinds.len(),
                tables.comments.len(),
                tables.locations.len(),
                tables.functions.len(),
                tables.strings.len(),
            ];
            if entries.iter().any(|entries| *entries > MOST_ENTRIES) {
                return Err(Problem::TooMany { what: "entries in one table", limit: MOST_ENTRIES });
            }
        }
        Ok(tables)
    }

    fn string(&self, index: i64) -> Result<&'a str, Problem> {
        let found = usize::try_from(index).ok().and_then(|index| self.strings.get(index));
        found.copied().ok_or_else(|| broken(format!("string {index} of {} strings", self.strings.len())))
    }
}

/// Which values of a sample are times.
struct Values {
    cpu: Option<(usize, f64)>,
    wall: Option<(usize, f64)>,
    count: Option<usize>,
    has_seconds: bool,
    number: usize,
}

impl Values {
    fn of(tables: &Tables) -> Result<Values, Problem> {
        let mut values = Values { cpu: None, wall: None, count: None, has_seconds: true, number: tables.kinds.len() };
        let mut kinds = Vec::new();
        for (index, kind) in tables.kinds.iter().enumerate().take(16) {
            let (what, unit) = (tables.string(kind.ty)?, tables.string(kind.unit)?);
            kinds.push(format!("{what}/{unit}"));
            match (what, scale(unit)) {
                ("cpu", Some(scale)) => values.cpu = Some((index, scale)),
                ("wall" | "walltime" | "wall_time" | "time", Some(scale)) => values.wall = Some((index, scale)),
                (_, Some(scale)) if values.wall.is_none() && what != "delay" => values.wall = Some((index, scale)),
                ("samples" | "cpu" | "wall" | "events", None) if unit == "count" => values.count = Some(index),
                _ => {}
            }
        }
        if values.cpu.is_none() && values.wall.is_none() {
            let index = values.count.ok_or_else(|| broken(format!("it holds no time but {}", kinds.join(", "))))?;
            let unit = tables.period.as_ref().and_then(|period| tables.string(period.unit).ok()).and_then(scale);
            let period = unit.map(|unit| unit * tables.period_length as f64).filter(|period| *period > 0.0);
            values.has_seconds = period.is_some();
            values.cpu = Some((index, period.unwrap_or(ASSUMED_PERIOD)));
        }
        Ok(values)
    }
}

fn scale(unit: &str) -> Option<f64> {
    match unit {
        "nanoseconds" => Some(1e-9),
        "microseconds" => Some(1e-6),
        "milliseconds" => Some(1e-3),
        "seconds" => Some(1.0),
        _ => None,
    }
}

struct Reader<'a> {
    books: Books,
    /// Frames of functions that were met.
    known: HashMap<(u64, i64), Option<u32>>,
    samples: u64,
    /// Samples whose reason is written beside them, as our own export does.
    reasons: u64,
    tables: Tables<'a>,
    values: Values,
}

impl Reader<'_> {
    fn sample(&mut self, sample: &Sample) -> Result<(), Problem> {
        if sample.value.len() != self.values.number {
            let (found, expected) = (sample.value.len(), self.values.number);
            return Err(broken(format!("a sample with {found} values where there are {expected} kinds")));
        }
        let stack = self.stack(sample)?;
        let value = |place: Option<(usize, f64)>| place.map(|(index, scale)| sample.value[index].max(0) as f64 * scale);
        let count = self.values.count.map_or(1, |index| u64::try_from(sample.value[index]).unwrap_or(0));
        self.samples = self.samples.saturating_add(count);
        let (cpu, wall) = (value(self.values.cpu), value(self.values.wall));
        if let Some(reason) = self.reason(sample)? {
            self.reasons += 1;
            return self.books.book(stack, reason, wall.or(cpu).unwrap_or(0.0), count);
        }
        let computing = cpu.or(wall).unwrap_or(0.0);
        self.books.book(stack, Reason::Python, computing, count)?;
        self.books.book(stack, Reason::Unknown, wall.unwrap_or(0.0) - computing, 0)
    }

    fn stack(&mut self, sample: &Sample) -> Result<Option<u32>, Problem> {
        let mut stack = None;
        for id in sample.location_id.iter().rev() {
            let lines = self.tables.locations.get(id);
            let lines = lines.ok_or_else(|| broken(format!("location {id}, which is not in the file")))?.clone();
            for line in lines.iter().rev() {
                if let Some(frame) = self.frame(line)? {
                    stack = Some(self.books.stack(stack, frame)?);
                }
            }
        }
        Ok(stack)
    }

    fn frame(&mut self, line: &Line) -> Result<Option<u32>, Problem> {
        let function = self.tables.functions.get(&line.function_id);
        let missing = || broken(format!("function {}, which is not in the file", line.function_id));
        let function = function.ok_or_else(missing)?;
        // With the line of the definition, the line that ran does not matter.
        let at = if function.start_line > 0 { function.start_line } else { line.line };
        if let Some(&known) = self.known.get(&(function.id, at)) {
            return Ok(known);
        }
        let (name, file) = (self.tables.string(function.name)?, self.tables.string(function.filename)?);
        let frame = match name {
            OUTSIDE => None,
            name => Some(self.books.frame(name, file, u32::try_from(at).unwrap_or(0))?),
        };
        self.known.insert((function.id, at), frame);
        Ok(frame)
    }

    fn reason(&self, sample: &Sample) -> Result<Option<Reason>, Problem> {
        for label in sample.label.iter().filter(|label| label.str != 0) {
            if self.tables.string(label.key)? == "reason" {
                return Ok(Reason::of_word(self.tables.string(label.str)?));
            }
        }
        Ok(None)
    }

    fn finish(self) -> Record {
        let ours = self.reasons > 0;
        let (has_cpu, has_wall) = (self.values.cpu.is_some(), self.values.wall.is_some());
        let mut gaps = Vec::new();
        match (ours, has_cpu, has_wall) {
            (true, ..) => {}
            (_, true, true) => gaps.push("the file does not say why threads waited, nor tell native code from Python"),
            (_, true, false) => gaps.push("the file holds processor time only: waiting and native code are not in it"),
            (_, false, _) => {
                gaps.push("the file holds wall time only: waiting is not told from computing, all is booked as Python")
            }
        }
        let command = self.tables.comments.first().and_then(|index| self.tables.string(*index).ok());
        Record {
            format: Format::Pprof,
            lines: if self.tables.functions.values().all(|f| f.start_line > 0) {
                Lines::Definition
            } else {
                Lines::Current
            },
            wall_seconds: Some(self.tables.duration as f64 * 1e-9).filter(|seconds| *seconds > 0.0),
            samples: Some(self.samples),
            command: command.filter(|_| ours).map(str::to_owned),
            has_seconds: self.values.has_seconds,
            has_native: ours,
            gaps,
            books: self.books,
        }
    }
}
