//! Importers against files that are no good: real files of every format, mutated at random.
//!
//! Whatever comes in, a profile or one message comes out: no panic, no abort, little memory. The stable toolchain is
//! enough:
//!
//!     cargo test --test import_fuzz                               a few thousand executions
//!     PIVOT_FUZZ_RUNS=1000000 cargo test --test import_fuzz -- --nocapture
//!     PIVOT_FUZZ_SEED=7 ...                                       other ones
//!     PIVOT_FUZZ_MB=60 ...                                        larger files for the memory's bound

#![allow(clippy::disallowed_methods, reason = "tests may touch the disk")]

use pivot::profiler::import::read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

const FEW: u64 = 3_000;
/// Of the whole process, in kilobytes.
const MEMORY: u64 = 500_000;

/// Pieces that matter to one of the formats.
const WORDS: [&[u8]; 24] = [
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\0",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"r\0\0\0\0",
    b"\xa9\x02",
    b"{",
    b"}",
    b"[",
    b"]",
    b"0",
    b"-1",
    b"1e308",
    b"-0.0",
    b"4294967296",
    b"9223372036854775808",
    b"null",
    b"\"\"",
    b";",
    b" 1\n",
    b"\n",
    b"\x1a\x00",
    b"\x12\x00",
    b"[[[[[[[[",
];

/// A random number generator (xorshift; Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(64)).min(bytes.len());
            match self.below(8) {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                2 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                3 => _ = bytes.splice(at..at, WORDS[self.below(WORDS.len())].iter().copied()),
                4 => _ = bytes.drain(at..end),
                5 => {
                    let piece = bytes[at..end].repeat(1 + self.below(40));
                    bytes.splice(at..at, piece);
                }
                6 => {
                    let from = self.below(other.len());
                    let to = (from + self.below(200)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
                _ => _ = bytes.splice(at..end, WORDS[self.below(WORDS.len())].iter().copied()),
            }
        }
    }
}

/// Files of every format; the packed one also unpacked, because mutations rarely survive the checksum.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "py"));
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "gz")) {
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*std::fs::read(file).unwrap()), &mut unpacked)
            .unwrap();
        seeds.push(unpacked);
    }
    assert!(seeds.len() >= 9, "a seed for every format");
    seeds
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_that_comes_in_makes_it_fall_over() {
    let (runs, seed) = (setting("PIVOT_FUZZ_RUNS", FEW), setting("PIVOT_FUZZ_SEED", 1));
    let seeds = seeds();
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (mut read_well, mut refused) = (0_u64, 0_u64);
    for run in 0..runs {
        let mut bytes = seeds[run as usize % seeds.len()].clone();
        let other = &seeds[random.below(seeds.len())];
        random.mutate(&mut bytes, other);
        match catch_unwind(AssertUnwindSafe(|| read(&bytes).map(|record| record.books.total().wall()))) {
            Ok(Ok(seconds)) => {
                assert!(seconds.is_finite() && seconds > 0.0);
                read_well += 1;
            }
            Ok(Err(problem)) => {
                let said = problem.to_string();
                assert!(!said.is_empty() && said.len() < 1_000 && !said.contains('\n'), "run {run}: {said:?}");
                refused += 1;
            }
            Err(_) => {
                let file = std::env::temp_dir().join("pivot-import-fuzz");
                std::fs::write(&file, &bytes).unwrap();
                panic!("run {run} of seed {seed} panicked; the file is {}", file.display());
            }
        }
    }
    let peak = peak_memory();
    eprintln!("{runs} executions: {read_well} read, {refused} refused, none fell over; at most {} MB", peak / 1000);
    assert!(read_well > 0 && refused > 0, "{read_well} {refused}");
    assert!(peak < MEMORY, "{peak} kB");
}

/// The beginning of an unpacked pprof file: one kind of value, and the words for it.
const PPROF: &[u8] = b"\n\x04\x08\x01\x10\x022\x002\x03cpu2\x0bnanoseconds";

/// A file of `size` bytes that says as much as it can in little space.
fn dense(head: &str, piece: &str, tail: &str, size: usize) -> Vec<u8> {
    let count = (size - head.len() - tail.len()) / (piece.len() + 1);
    format!("{head}{}{tail}", vec![piece; count].join(",")).into_bytes()
}

#[test]
fn the_largest_files_take_bounded_memory() {
    let size = (setting("PIVOT_FUZZ_MB", 8) as usize) << 20;
    let shared = "{\"shared\":{\"frames\":[{\"name\":\"a\"}]},\"profiles\":[{\"type\":\"sampled\",\"unit\":\"none\",";
    let files: [&dyn Fn() -> Vec<u8>; 11] = [
        &|| dense(&format!("{shared}\"weights\":[1],\"samples\":["), "[]", "]}]}", size),
        &|| dense(&format!("{shared}\"samples\":[[]],\"weights\":["), "1", "]}]}", size),
        &|| dense("{\"profiles\":[],\"shared\":{\"frames\":[", "{\"name\":\"\"}", "]}}", size),
        &|| [b"\xfb".as_slice(), &b"N".repeat(size)].concat(),
        &|| [b"\xfb".as_slice(), &b")\x01N".repeat(size / 3)].concat(),
        &|| [PPROF, &b"\x12\x00".repeat(size / 2)].concat(),
        &|| [PPROF, &b"\x12\x05\x12\x01\x01\x1a\x00".repeat(size / 7)].concat(),
        &|| [PPROF, &b"\"\x00".repeat(size / 2)].concat(),
        &|| [PPROF, &b"2\x00".repeat(size / 2)].concat(),
        &|| b"a;b;c 1\n".repeat(size / 64),
        &|| b"x".repeat(size),
    ];
    for (number, file) in files.iter().enumerate() {
        let result = read(&file());
        let peak = peak_memory();
        eprintln!("{number}: {:?}, peak {} MB", result.map(|r| r.samples).map_err(|e| e.to_string()), peak / 1000);
        assert!(peak < MEMORY, "file {number}: {peak} kB");
    }
}
