//! Profiles that other tools wrote, read into one [`Measurement`]: several files (many hosts, many days) are added up.
//!
//! | format | whole stacks | what it cannot say |
//! |---|---|---|
//! | `pivot analyze --export json` | yes | nothing is missing |
//! | cProfile's pstats | pairs of caller and callee | other threads, waiting that is not a built-in's |
//! | collapsed stacks | yes | seconds, waiting, native code |
//! | speedscope | yes | waiting, native code |
//! | pprof (`.pb.gz`) | yes | the reason of waiting |
//! | scalene's JSON | no | who called whom |
//! | pyinstrument's JSON | yes | other threads, waiting that is not a built-in's |
//!
//! What a format does not say is said as a note of the measurement; nothing is made up. The files are somebody else's:
//! they are parsed, never executed (marshal data is read by a reader of our own), and every size, depth and index is
//! checked before memory is spent on it. The format is told from the content.

mod books;
mod builtins;
mod collapsed;
mod json;
mod marshal;
mod own;
mod place;
mod pprof;
mod pstats;
mod pyinstrument;
mod scalene;
mod speedscope;

use std::io;
use std::path::{Path, PathBuf};

use super::assemble::{Assembled, Assembly};
use crate::host::Files;
use crate::measurement::{
    CpuSeconds, Ending, ImportedFile, Measurement, NativeMethod, Origin, Reason, SCHEMA, Sampling, Seconds,
};
pub use books::Books;
pub use place::Definition;
use place::Places;

/// Files larger than this are not read.
const LARGEST_FILE: u64 = 128 << 20;

/// Files to read, and the project that they are about.
#[derive(Debug, Clone)]
pub struct ImportSettings {
    /// The profiles, as typed.
    pub files: Vec<PathBuf>,
    /// The folder whose files are the user's code; absolute.
    pub project_root: PathBuf,
}

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own JSON.
    Measurement,
    /// What `cProfile` and `pstats` write.
    Pstats,
    /// One stack a line.
    Collapsed,
    /// The JSON of speedscope.
    Speedscope,
    /// `profile.proto`, gzipped or not.
    Pprof,
    /// The JSON of scalene.
    Scalene,
    /// The JSON of pyinstrument: `-r json` or `-r session`.
    Pyinstrument,
}

impl Format {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Format::Measurement => "pivot JSON",
            Format::Pstats => "pstats",
            Format::Collapsed => "collapsed stacks",
            Format::Speedscope => "speedscope",
            Format::Pprof => "pprof",
            Format::Scalene => "scalene JSON",
            Format::Pyinstrument => "pyinstrument JSON",
        }
    }
}

/// Why a file cannot be read as a profile.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is not there, or not readable.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// It is larger than what is read.
    #[error("is larger than {} MB", .limit >> 20)]
    TooLarge { limit: u64 },
    /// The content is of no known format.
    #[error("is no profile of a known format")]
    Unknown,
    /// It begins like a format and is not.
    #[error("is not valid {}: {what}", .format.name())]
    Broken { format: Format, what: String },
    /// It has more of something than any real profile.
    #[error("has more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    /// It was written by another version.
    #[error("is of version {found}, and this pivot reads version {SCHEMA}")]
    OtherVersion { found: String },
    /// A well-formed file without a single sample.
    #[error("holds no time at all")]
    Empty,
}

impl Problem {
    /// The same, with what a file says of itself made fit for a message of one line.
    fn presentable(self) -> Problem {
        const LONGEST: usize = 300;
        let Problem::Broken { format, what } = self else { return self };
        let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        Problem::Broken { format, what: what.chars().take(LONGEST).map(plain).collect() }
    }
}

/// A file that could not be read, and why.
#[derive(Debug, thiserror::Error)]
#[error("{} {problem}", .file.display())]
pub struct ImportError {
    pub file: PathBuf,
    pub problem: Problem,
}

impl ImportError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self.problem {
            Problem::Unreadable(_) => "--import takes the paths of profiles",
            Problem::TooLarge { .. } | Problem::TooMany { .. } => {
                "write the profile of a shorter run, or of fewer hosts"
            }
            Problem::Unknown => {
                "read are cProfile's pstats, collapsed stacks, speedscope, pprof (.pb.gz), scalene's and pyinstrument's \
                 JSON, and what --export json wrote"
            }
            Problem::Broken { .. } => "the file may have been cut off while it was copied; write it again",
            Problem::OtherVersion { .. } => "write it again with this version, or export it as pprof there",
            Problem::Empty => "profile for longer, and check that the program did something while it was watched",
        }
    }
}

/// What the line of a frame means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Where the function is defined.
    Definition,
    /// Where it was when it was seen.
    Current,
}

/// One file, read.
pub struct Record {
    pub format: Format,
    pub books: Books,
    pub lines: Lines,
    /// How long the run took, where the format says so.
    pub wall_seconds: Option<f64>,
    /// Stacks that were sampled; `None` where calls were traced.
    pub samples: Option<u64>,
    /// What was run.
    pub command: Option<String>,
    /// Whether the times are seconds, or only in proportion.
    pub has_seconds: bool,
    /// Whether native code is told from Python.
    pub has_native: bool,
    /// What the format does not say, as ends of the sentence "the format ...".
    pub gaps: Vec<&'static str>,
}

/// Reads profiles and adds them up. `definitions` are the functions of the project.
pub fn import(
    files: &dyn Files,
    settings: &ImportSettings,
    definitions: &[Definition],
) -> Result<Measurement, ImportError> {
    let failed = |file: &Path| {
        let file = file.to_owned();
        move |problem| ImportError { file, problem }
    };
    let mut read = Vec::new();
    for file in &settings.files {
        read.push(content(files, file).and_then(|bytes| self::read(&bytes)).map_err(failed(file))?);
    }
    let origin = Origin::Imported { files: listed(&settings.files, &read) };
    Ok(merge(read, origin, &settings.project_root, definitions))
}

fn content(files: &dyn Files, file: &Path) -> Result<Vec<u8>, Problem> {
    if files.is_dir(file) {
        return Err(Problem::Unreadable(io::ErrorKind::IsADirectory.into()));
    }
    if !files.is_file(file) {
        return Err(Problem::Unreadable(io::Error::new(io::ErrorKind::NotFound, "there is no such file")));
    }
    if files.size(file).map_err(Problem::Unreadable)? > LARGEST_FILE {
        return Err(Problem::TooLarge { limit: LARGEST_FILE });
    }
    files.read(file).map_err(Problem::Unreadable)
}

/// Reads one profile; the format is told from its content.
pub fn read(bytes: &[u8]) -> Result<Record, Problem> {
    let record = read_any(bytes).map_err(Problem::presentable)?;
    if record.books.total().wall() <= 0.0 {
        return Err(Problem::Empty);
    }
    Ok(record)
}

fn read_any(bytes: &[u8]) -> Result<Record, Problem> {
    match bytes {
        [] => Err(Problem::Empty),
        [0x1f, 0x8b, ..] => pprof::read_gzipped(bytes),
        [0xfb, ..] | [b'{', b'(' | b')' | 0xa8 | 0xa9 | b'0', ..] => pstats::read(bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if text.trim_start().starts_with('{') => json::read(text),
            _ if pprof::looks_like(bytes) => pprof::read(bytes),
            _ => collapsed::read(bytes),
        },
    }
}

fn listed(files: &[PathBuf], read: &[Record]) -> Vec<ImportedFile> {
    let named = |(path, record): (&PathBuf, &Record)| ImportedFile {
        path: path.clone(),
        format: record.format.name().to_owned(),
        samples: record.samples,
    };
    files.iter().zip(read).map(named).collect()
}

fn merge(records: Vec<Record>, origin: Origin, root: &Path, definitions: &[Definition]) -> Measurement {
    let notes = notes(&records);
    let places = Places::new(root, definitions);
    let untraced: u64 = records.iter().filter_map(|record| record.samples).sum();
    let computing: u64 = records.iter().filter(|record| record.samples.is_some()).map(|r| r.books.computing()).sum();
    let wall_seconds = records.iter().filter_map(|record| record.wall_seconds).sum();
    let has_native = records.iter().all(|record| record.has_native);
    let command = match &records[..] {
        [only] => only.command.iter().cloned().collect(),
        _ => Vec::new(),
    };
    let all_counted = records.iter().all(|record| record.samples.is_none());
    let mut assembly = Assembly::new(root, &|_, _| None);
    for mut record in records {
        if !all_counted {
            record.books.forget_calls();
        }
        assembly.add_books(places.here(record.books, record.lines), Some(root));
    }
    let assembled = assembly.finish();
    let cpu = total(&assembled).cpu();
    Measurement {
        schema: SCHEMA,
        origin,
        command,
        project_root: root.to_owned(),
        ending: Ending::NotSeen,
        wall_seconds,
        cpu: CpuSeconds { user: cpu, system: 0.0, python_processes: cpu, sampled: cpu },
        sampling: Sampling { taken: untraced, stacks: untraced, computing, ..Sampling::default() },
        native_method: if has_native { NativeMethod::Unwound } else { NativeMethod::Untold },
        processes: Vec::new(),
        functions: assembled.functions,
        stacks: assembled.stacks,
        outside: assembled.outside,
        notes,
    }
}

fn total(assembled: &Assembled) -> Seconds {
    let mut total = assembled.outside;
    assembled.stacks.iter().for_each(|stack| total.add(&stack.seconds));
    total
}

/// What the formats do not say, each thing once.
fn notes(records: &[Record]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for record in records {
        let all = record.gaps.iter().copied().chain((!record.has_seconds).then_some(NO_SECONDS));
        for gap in all {
            let note = format!("{}: {gap}", record.format.name());
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

const NO_SECONDS: &str = "the file counts samples and does not say how far apart they were: shares are right, and seconds take 10 ms a sample";

/// Seconds of a sample where the format has none; see [`NO_SECONDS`].
const ASSUMED_PERIOD: f64 = 0.01;

/// The reason that a last frame such as `[io]` stands for, as our own exports write it.
fn reason_of_frame(name: &str) -> Option<Reason> {
    Reason::of_word(name.strip_prefix('[')?.strip_suffix(']')?)
}

/// What stands for time outside of Python in our own exports.
const OUTSIDE: &str = "(outside Python)";

#[cfg(test)]
mod tests;
