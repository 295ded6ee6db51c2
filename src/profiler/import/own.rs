//! What `pivot analyze --export json` wrote.

use serde::Deserialize;

use super::{Books, Format, Lines, Problem, Record, json};
use crate::measurement::{Measurement, NativeMethod, Reason, SCHEMA};

#[derive(Deserialize)]
struct Version {
    schema: serde_json::Value,
}

/// Reads a file.
pub fn read(text: &str) -> Result<Record, Problem> {
    json::with(Format::Measurement, text, |version: Version| match version.schema.as_u64() {
        Some(found) if found == u64::from(SCHEMA) => Ok(()),
        _ => Err(Problem::OtherVersion { found: version.schema.to_string().chars().take(20).collect() }),
    })?;
    json::with(Format::Measurement, text, |measurement: Measurement| record(&measurement))
}

fn record(measurement: &Measurement) -> Result<Record, Problem> {
    let broken = |what: String| Problem::Broken { format: Format::Measurement, what };
    let mut books = Books::default();
    let mut numbers: Vec<u32> = Vec::new();
    for (place, stack) in measurement.stacks.iter().enumerate() {
        let count = measurement.functions.len();
        let function = measurement.functions.get(stack.function as usize);
        let function = function.ok_or_else(|| broken(format!("function {} of {count}", stack.function)))?;
        let caller = match stack.parent.map(|parent| numbers.get(parent as usize)) {
            None => None,
            Some(Some(number)) => Some(*number),
            Some(None) => return Err(broken(format!("stack {place} comes before its caller"))),
        };
        let frame = books.frame(&function.qualname, &function.file.to_string_lossy(), function.first_line)?;
        let number = books.stack(caller, frame)?;
        let mut samples = stack.samples;
        for reason in Reason::ALL {
            let seconds = stack.seconds.of(reason);
            let of_reason = if matches!(reason, Reason::Python) { stack.computing.min(samples) } else { 0 };
            books.book(Some(number), reason, seconds, of_reason)?;
            samples -= of_reason;
        }
        numbers.push(number);
    }
    for reason in Reason::ALL {
        books.book(None, reason, measurement.outside.of(reason), 0)?;
    }
    Ok(Record {
        format: Format::Measurement,
        books,
        lines: Lines::Definition,
        wall_seconds: Some(measurement.wall_seconds).filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
        samples: Some(measurement.sampling.stacks),
        command: Some(measurement.command.join(" ")).filter(|command| !command.is_empty()),
        has_seconds: true,
        has_native: measurement.native_method == NativeMethod::Unwound,
        gaps: Vec::new(),
    })
}
