//! One stack a line, from the outermost frame inwards, then its microseconds:
//!
//! ```text
//! <module> (workload.py:1);price_route (monolith.py:40);calculate_price (pricing.py:425) 9700123
//! <module> (workload.py:1);price_route (monolith.py:40);[gil] 400210
//! ```

use super::{OUTSIDE, frame, reason_frame, tree};
use crate::measurement::{Measurement, Reason};
use std::fmt::Write;

/// Draws a measurement.
pub fn render(measurement: &Measurement) -> String {
    let mut out = String::new();
    let mut path: Vec<String> = Vec::new();
    for node in tree::in_order(measurement) {
        path.truncate(node.depth);
        path.push(clean(&node.function.map_or_else(|| OUTSIDE.to_string(), |f| frame(measurement, f))));
        for reason in Reason::ALL {
            let microseconds = (node.own.of(reason) * 1e6).round();
            if microseconds >= 1.0 {
                let below = reason_frame(reason).map(|frame| format!(";{frame}")).unwrap_or_default();
                let _ = writeln!(out, "{}{below} {microseconds:.0}", path.join(";"));
            }
        }
    }
    out
}

/// A frame without what separates frames and lines.
fn clean(frame: &str) -> String {
    frame.chars().map(|c| if c == ';' || c.is_control() { '_' } else { c }).collect()
}
