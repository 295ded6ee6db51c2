//! The JSON of speedscope (`https://www.speedscope.app/file-format-schema.json`): one profile of all thread-seconds, one
//! of the processor's seconds only.

use super::{OUTSIDE, path, reason_frame, tree};
use crate::measurement::{Function, Measurement, Reason};
use serde_json::{Value, json};
use std::collections::HashMap;

const CPU: [Reason; 2] = [Reason::Python, Reason::Native];

/// Draws a measurement.
pub fn render(measurement: &Measurement) -> Value {
    let mut frames = Frames { measurement, list: Vec::new(), known: HashMap::new() };
    let profiles =
        vec![frames.profile("wall time of all threads", &Reason::ALL), frames.profile("processor time", &CPU)];
    json!({
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": concat!("pivot ", env!("CARGO_PKG_VERSION")),
        "name": measurement.command.join(" "),
        "activeProfileIndex": 0,
        "shared": {"frames": frames.list},
        "profiles": profiles,
    })
}

struct Frames<'a> {
    measurement: &'a Measurement,
    list: Vec<Value>,
    known: HashMap<Frame, usize>,
}

#[derive(PartialEq, Eq, Hash)]
enum Frame {
    Function(Function),
    Outside,
    Reason(Reason),
}

impl Frames<'_> {
    fn profile(&mut self, name: &str, reasons: &[Reason]) -> Value {
        let (mut samples, mut weights, mut end) = (Vec::new(), Vec::new(), 0.0);
        let mut path: Vec<usize> = Vec::new();
        for node in tree::in_order(self.measurement) {
            path.truncate(node.depth);
            path.push(self.number(node.function.map_or(Frame::Outside, |function| Frame::Function(function.clone()))));
            for &reason in reasons.iter().filter(|&&reason| node.own.of(reason) > 0.0) {
                let mut sample = path.clone();
                if reason_frame(reason).is_some() {
                    sample.push(self.number(Frame::Reason(reason)));
                }
                end += node.own.of(reason);
                samples.push(sample);
                weights.push(node.own.of(reason));
            }
        }
        json!({"type": "sampled", "name": name, "unit": "seconds", "startValue": 0, "endValue": end,
               "samples": samples, "weights": weights})
    }

    fn number(&mut self, frame: Frame) -> usize {
        if let Some(&number) = self.known.get(&frame) {
            return number;
        }
        self.list.push(match &frame {
            Frame::Outside => json!({"name": OUTSIDE}),
            Frame::Reason(reason) => json!({"name": reason_frame(*reason)}),
            Frame::Function(function) if function.first_line == 0 => {
                json!({"name": function.qualname, "file": path(self.measurement, function)})
            }
            Frame::Function(function) => json!({"name": function.qualname, "file": path(self.measurement, function),
                                                "line": function.first_line}),
        });
        let number = self.list.len() - 1;
        self.known.insert(frame, number);
        number
    }
}
