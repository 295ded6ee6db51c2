//! What is JSON: told apart by its keys, read into plain structs on a stack that is large enough for deep trees.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::{Format, Problem, Record, own, pyinstrument, scalene, speedscope};

/// Longest text that is read, in bytes.
const LONGEST: usize = 64 << 20;
/// Deepest nesting: two levels a frame, for twice as many frames as Python's usual limit.
const DEEPEST: usize = 4_000;
const STACK: usize = 256 << 20;

/// Reads a text whose first sign is `{`.
pub fn read(text: &str) -> Result<Record, Problem> {
    if text.len() > LONGEST {
        return Err(Problem::TooLarge { limit: LONGEST as u64 });
    }
    if depth(text) > DEEPEST {
        return Err(Problem::TooMany { what: "levels of nesting", limit: DEEPEST });
    }
    match format(text) {
        Some(Format::Speedscope) => speedscope::read(text),
        Some(Format::Scalene) => scalene::read(text),
        Some(Format::Pyinstrument) => pyinstrument::read(text),
        Some(Format::Measurement) => own::read(text),
        Some(_) | None => Err(Problem::Unknown),
    }
}

/// Parses a text of a format and works on it, on a stack of its own.
pub fn with<T: DeserializeOwned, R: Send>(
    format: Format,
    text: &str,
    work: impl FnOnce(T) -> Result<R, Problem> + Send,
) -> Result<R, Problem> {
    let broken = |what: String| Problem::Broken { format, what };
    let parse = || {
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        let value = T::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        work(value.map_err(|error| broken(error.to_string()))?)
    };
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse);
        match worker.map(|worker| worker.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => Err(Problem::Unreadable(error)),
        }
    })
}

/// How deep brackets are nested, outside of strings.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Keys that tell the formats apart; the values are looked at later.
#[derive(Deserialize)]
struct Keys {
    profiles: Option<IgnoredAny>,
    shared: Option<IgnoredAny>,
    root_frame: Option<IgnoredAny>,
    frame_records: Option<IgnoredAny>,
    files: Option<IgnoredAny>,
    elapsed_time_sec: Option<IgnoredAny>,
    project_root: Option<IgnoredAny>,
    stacks: Option<IgnoredAny>,
}

/// The format by its keys; of a text that is cut off, by the keys that its beginning shows.
fn format(text: &str) -> Option<Format> {
    let parsed = with(Format::Speedscope, text, |keys: Keys| Ok(keys));
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    let [speedscope, pyinstrument, scalene, own] = match &parsed {
        Ok(keys) => [
            keys.shared.is_some() && keys.profiles.is_some(),
            keys.root_frame.is_some() || keys.frame_records.is_some(),
            keys.files.is_some() && keys.elapsed_time_sec.is_some(),
            keys.project_root.is_some() && keys.stacks.is_some(),
        ],
        Err(_) => [
            has("$schema") || (has("shared") && has("frames")),
            has("root_frame") || has("frame_records"),
            has("elapsed_time_sec"),
            has("project_root"),
        ],
    };
    match () {
        () if speedscope => Some(Format::Speedscope),
        () if pyinstrument => Some(Format::Pyinstrument),
        () if scalene => Some(Format::Scalene),
        () if own => Some(Format::Measurement),
        () => None,
    }
}

/// A list of lists of numbers, kept in one row: a list of its own for every two characters would take twenty times the
/// memory.
#[derive(Default)]
pub struct Rows {
    numbers: Vec<u32>,
    ends: Vec<usize>,
}

impl Rows {
    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The lists, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.numbers[start..*end])
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Outer)
    }
}

struct Outer;

impl<'de> Visitor<'de> for Outer {
    type Value = Rows;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a list of lists of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Rows, A::Error> {
        let mut rows = Rows::default();
        while list.next_element_seed(Inner(&mut rows.numbers))?.is_some() {
            rows.ends.push(rows.numbers.len());
        }
        Ok(rows)
    }
}

struct Inner<'a>(&'a mut Vec<u32>);

impl<'de> serde::de::DeserializeSeed<'de> for Inner<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Inner<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(number) = list.next_element()? {
            self.0.push(number);
        }
        Ok(())
    }
}
