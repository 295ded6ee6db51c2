//! Chrome's trace events: the tree of stacks laid out from left to right, most time first.
//!
//! A measurement keeps sums, not moments, so the axis is not the order of events; the name of the track says so.

use super::{OUTSIDE, frame, tree};
use crate::measurement::{Measurement, Reason};
use serde_json::{Value, json};

/// Draws a measurement.
pub fn render(measurement: &Measurement) -> Value {
    let mut events = vec![
        named("process_name", &measurement.command.join(" ")),
        named("thread_name", "sums of all threads, most first: not a timeline"),
    ];
    // Where the next callee at each depth begins, in microseconds.
    let mut starts: Vec<f64> = vec![0.0];
    for node in tree::in_order(measurement) {
        let name = node.function.map_or_else(|| OUTSIDE.to_string(), |function| frame(measurement, function));
        let start = starts[node.depth];
        let duration = node.total.wall() * 1e6;
        events.push(event(
            &name,
            "function",
            start,
            duration,
            json!({"own_us": node.own.wall() * 1e6, "cpu_us": node.total.cpu() * 1e6}),
        ));
        starts.truncate(node.depth);
        starts.push(start + duration);
        let mut inside = start;
        for reason in Reason::ALL.into_iter().filter(|reason| *reason != Reason::Python) {
            let microseconds = node.own.of(reason) * 1e6;
            if microseconds > 0.0 {
                events.push(event(reason.words(), reason.word(), inside, microseconds, json!({})));
                inside += microseconds;
            }
        }
        // Python's own part follows without an event of its own; callees come after it.
        starts.push(inside + node.own.python * 1e6);
    }
    json!({"traceEvents": events, "displayTimeUnit": "ms",
           "otherData": {"exporter": concat!("pivot ", env!("CARGO_PKG_VERSION"))}})
}

fn event(name: &str, category: &str, start: f64, duration: f64, arguments: Value) -> Value {
    json!({"name": name, "cat": category, "ph": "X", "ts": start, "dur": duration, "pid": 1, "tid": 1, "args": arguments})
}

fn named(what: &str, name: &str) -> Value {
    json!({"name": what, "ph": "M", "pid": 1, "tid": 1, "args": {"name": name}})
}
