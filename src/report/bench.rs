//! What `bench` found, for people and for programs.
//!
//! ```text
//!   price      61.2x (58.9 to 63.0)   CPython 46.1 us   port 0.75 us   stdio 14.0 us (3.3x)   HTTP 61 us (0.8x)
//!              34 % of the CPU was measured here: at most 1.52x for the program, 1.50x at this speed
//! ```

use crate::verify::{Benched, BenchedFunction};
use serde_json::{Value, json};
use std::fmt::Write;

/// The object that `bench --format json` prints.
pub fn json(project: &str, found: &Benched) -> serde_json::Result<String> {
    let functions: Vec<Value> = found.functions.iter().map(function).collect();
    let report = json!({
        "schema": 1,
        "project": project,
        "functions": functions,
        "peak_memory": found.memory,
        "notes": found.notes,
    });
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

fn function(found: &BenchedFunction) -> Value {
    let speed = &found.speed;
    json!({
        "name": speed.name,
        "calls": speed.calls,
        "rounds": speed.rounds,
        "python_ns": speed.python_ns,
        "port_ns": speed.port_ns,
        "speedup": speed.speedup,
        "stdio": found.stdio,
        "http": found.http,
        "cpu_share": found.share,
        "ceiling": found.share.map(|share| Ceiling::of(share, speed.speedup.median).bound),
        "whole_program": found.share.map(|share| Ceiling::of(share, speed.speedup.median).reached),
    })
}

/// What a faster function can do for its program, by Amdahl's law.
struct Ceiling {
    /// With a function that takes no time at all.
    bound: f64,
    /// At its speed.
    reached: f64,
}

impl Ceiling {
    fn of(share: f64, speedup: f64) -> Ceiling {
        let rest = (1.0 - share).max(1e-9);
        Ceiling { bound: 1.0 / rest, reached: 1.0 / (rest + share / speedup.max(1e-9)) }
    }
}

/// The report for a terminal.
pub fn terminal(found: &Benched) -> String {
    let mut out = String::new();
    let width = found.functions.iter().map(|function| function.speed.name.chars().count()).max().unwrap_or(0);
    for function in &found.functions {
        let speed = &function.speed;
        let ratio = speed.speedup;
        let _ = write!(
            out,
            "  {:<width$}  {:.1}x ({:.1} to {:.1})   CPython {}   port {}",
            speed.name,
            ratio.median,
            ratio.low,
            ratio.high,
            time(speed.python_ns),
            time(speed.port_ns)
        );
        for (way, trip) in [("stdio", &function.stdio), ("HTTP", &function.http)] {
            if let Some(trip) = trip {
                let _ = write!(out, "   {way} {} ({:.2}x)", time(trip.ns.median), speed.python_ns / trip.ns.median);
            }
        }
        out.push('\n');
        if let Some(share) = function.share {
            let Ceiling { bound, reached } = Ceiling::of(share, ratio.median);
            let _ = writeln!(
                out,
                "  {:<width$}  {:.0} % of the CPU was measured here: the program gets {reached:.2}x faster at this \
                 speed, {bound:.2}x is the bound",
                "",
                share * 100.0
            );
        }
    }
    if let (Some(python), Some(port)) = (found.memory.python, found.memory.port) {
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let _ = writeln!(out, "\n  peak memory: CPython {:.1} MiB, port {:.1} MiB", mebibytes(python), mebibytes(port));
    }
    found.notes.iter().for_each(|note| {
        let _ = writeln!(out, "  note: {note}");
    });
    out.push_str(
        "\n  Medians of a call with their 95 % intervals; in process without codecs, stdio and HTTP with everything that \
         a caller waits for.\n",
    );
    out
}

/// A time in the unit that fits.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.1} us", ns / 1e3),
        ns => format!("{:.1} ms", ns / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_is_amdahls() {
        let ceiling = Ceiling::of(0.5, 10.0);
        assert!((ceiling.bound - 2.0).abs() < 1e-9 && (ceiling.reached - 1.0 / 0.55).abs() < 1e-9);
        assert!(Ceiling::of(1.0, 10.0).reached > 9.99);
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        assert_eq!([640.0, 46_120.0, 3_200_000.0].map(time), ["640 ns", "46.1 us", "3.2 ms"]);
    }
}
