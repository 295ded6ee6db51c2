//! A gzipped `profile.proto`, as `go tool pprof`, Pyroscope and Parca read it.
//!
//! Two values a sample, `cpu` and `wall` in nanoseconds; the reason is the label `reason`, so that
//! `go tool pprof -sample_index=wall -tagfocus=reason=gil` shows who waits for the GIL.

use super::{OUTSIDE, tree};
use crate::measurement::{Measurement, Reason, Seconds};
use flate2::Compression;
use flate2::write::GzEncoder;
use pprof::protos::{Function, Label, Line, Location, Mapping, Message, Profile, Sample, ValueType};
use std::collections::HashMap;
use std::io::Write;

/// Draws a measurement.
pub fn render(measurement: &Measurement) -> Vec<u8> {
    let bytes = profile(measurement).encode_to_vec();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = gzip.write_all(&bytes);
    gzip.finish().unwrap_or_default()
}

fn profile(measurement: &Measurement) -> Profile {
    let mut builder = Builder { strings: HashMap::new(), profile: Profile::default() };
    builder.string("");
    builder.head(measurement);
    let mut path: Vec<u64> = Vec::new();
    let outside = measurement.functions.len() as u64 + 1;
    let mut locations: HashMap<*const crate::measurement::Function, u64> = HashMap::new();
    for (function, number) in measurement.functions.iter().zip(1..) {
        builder.location(number, &function.name(), &function.file.to_string_lossy(), function.first_line);
        locations.insert(function, number);
    }
    builder.location(outside, OUTSIDE, "", 0);
    for node in tree::in_order(measurement) {
        path.truncate(node.depth);
        path.push(
            node.function.and_then(|function| locations.get(&std::ptr::from_ref(function))).copied().unwrap_or(outside),
        );
        builder.samples(&path, &node.own);
    }
    builder.profile
}

struct Builder {
    strings: HashMap<String, i64>,
    profile: Profile,
}

impl Builder {
    fn head(&mut self, measurement: &Measurement) {
        let [cpu, wall, nanoseconds] = ["cpu", "wall", "nanoseconds"].map(|word| self.string(word));
        self.profile.sample_type =
            vec![ValueType { ty: cpu, unit: nanoseconds }, ValueType { ty: wall, unit: nanoseconds }];
        self.profile.default_sample_type = cpu;
        self.profile.duration_nanos = nanos(measurement.wall_seconds);
        if measurement.sampling.rate > 0.0 {
            self.profile.period_type = Some(ValueType { ty: wall, unit: nanoseconds });
            self.profile.period = nanos(1.0 / measurement.sampling.rate);
        }
        let program = self.string(measurement.command.first().map_or("python", |word| word));
        self.profile.mapping = vec![Mapping { id: 1, filename: program, has_functions: true, ..Mapping::default() }];
        let comment = self.string(&measurement.command.join(" "));
        self.profile.comment = vec![comment];
    }

    fn location(&mut self, id: u64, name: &str, file: &str, line: u32) {
        let (name, filename) = (self.string(name), self.string(file));
        let start_line = i64::from(line);
        self.profile.function.push(Function { id, name, system_name: name, filename, start_line });
        let line = vec![Line { function_id: id, line: start_line }];
        self.profile.location.push(Location { id, mapping_id: 1, line, ..Location::default() });
    }

    fn samples(&mut self, path: &[u64], seconds: &Seconds) {
        let key = self.string("reason");
        for reason in Reason::ALL {
            let wall = nanos(seconds.of(reason));
            if wall > 0 {
                let cpu = if matches!(reason, Reason::Python | Reason::Native) { wall } else { 0 };
                let label = vec![Label { key, str: self.string(reason.word()), ..Label::default() }];
                let location_id = path.iter().rev().copied().collect();
                self.profile.sample.push(Sample { location_id, value: vec![cpu, wall], label });
            }
        }
    }

    /// The number of a text in the string table.
    fn string(&mut self, text: &str) -> i64 {
        if let Some(&number) = self.strings.get(text) {
            return number;
        }
        let number = self.profile.string_table.len() as i64;
        self.strings.insert(text.to_string(), number);
        self.profile.string_table.push(text.to_string());
        number
    }
}

fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}
