//! A measurement for other tools: a file each, drawn from the same tree of stacks.
//!
//! | format | who reads it |
//! |---|---|
//! | `json` | `pivot analyze --import`, and whoever wants every figure ([`crate::measurement`]) |
//! | `collapsed` | flame graph scripts: one stack a line, microseconds |
//! | `speedscope` | speedscope |
//! | `pprof` | `go tool pprof`, Pyroscope, Parca |
//! | `trace` | Chrome's and Perfetto's trace viewers |
//! | `svg` | any browser: a flame graph of its own |
//!
//! What a stack waited for is never lost: formats that have no place for it get one more frame below the function, such
//! as `[io]`. Times are thread-seconds: a format's "wall" adds up all threads.

mod collapsed;
mod flamegraph;
mod pprof;
mod speedscope;
mod trace;
mod tree;

use crate::measurement::{Function, Measurement, Reason};
use std::path::Path;

/// A format that a measurement is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The measurement itself, versioned.
    Json,
    /// One stack a line.
    Collapsed,
    /// The JSON of speedscope.
    Speedscope,
    /// A gzipped `profile.proto`.
    Pprof,
    /// Chrome's trace events.
    Trace,
    /// A flame graph that needs nothing but a browser.
    Svg,
}

impl Export {
    /// Every format, in the order in which help and messages list them.
    pub const ALL: [Export; 6] =
        [Export::Json, Export::Collapsed, Export::Speedscope, Export::Pprof, Export::Trace, Export::Svg];

    /// The word that stands for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Export::Json => "json",
            Export::Collapsed => "collapsed",
            Export::Speedscope => "speedscope",
            Export::Pprof => "pprof",
            Export::Trace => "trace",
            Export::Svg => "svg",
        }
    }

    /// The format that a word stands for.
    pub fn of(word: &str) -> Option<Export> {
        Export::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The file's content.
    pub fn render(self, measurement: &Measurement) -> Result<Vec<u8>, serde_json::Error> {
        Ok(match self {
            Export::Json => serde_json::to_vec(measurement)?,
            Export::Collapsed => collapsed::render(measurement).into_bytes(),
            Export::Speedscope => serde_json::to_vec(&speedscope::render(measurement))?,
            Export::Pprof => pprof::render(measurement),
            Export::Trace => serde_json::to_vec(&trace::render(measurement))?,
            Export::Svg => flamegraph::render(measurement).into_bytes(),
        })
    }
}

/// What stands for time outside of Python where a stack is expected.
const OUTSIDE: &str = "(outside Python)";

/// The frame that says why time passed without computing Python: `[native]`, `[io]`. Python itself needs none.
fn reason_frame(reason: Reason) -> Option<String> {
    (reason != Reason::Python).then(|| format!("[{}]", reason.word()))
}

/// The path as the project sees it.
fn path(measurement: &Measurement, function: &Function) -> String {
    let below = function.file.strip_prefix(&measurement.project_root).unwrap_or(&function.file);
    below.display().to_string()
}

/// `Inventory.query_stock (shop/inventory.py:12)`, as py-spy writes frames.
fn frame(measurement: &Measurement, function: &Function) -> String {
    let file = path(measurement, function);
    match function.first_line {
        0 if file.is_empty() || Path::new(&file) == Path::new("~") => function.qualname.clone(),
        0 => format!("{} ({file})", function.qualname),
        line => format!("{} ({file}:{line})", function.qualname),
    }
}

#[cfg(test)]
mod tests;
