//! A flame graph in one SVG file: who called whom from top to bottom, how long from left to right, and *why* by colour.
//!
//! ```text
//! ┌ workload.main ──────────────────────────────────────────┐
//! ├ monolith.price_route ────────────┬ reports.write ───────┤
//! ├ pricing.calculate_price ──┐      ├ json.dump ────┐
//! ```
//!
//! Each frame is filled in the proportions of its reasons: computing Python, native code, waiting for the GIL. The file
//! needs nothing else: it shows as a picture anywhere, and in a browser it zooms on a click, searches, hides reasons
//! that are clicked in the legend, and follows the light or dark scheme of the system.

use super::{OUTSIDE, path, tree};
use crate::measurement::{Measurement, Reason, Seconds};
use crate::report::table::cut;
use std::fmt::Write;

/// Units of the drawing; about pixels.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const ROW: f64 = 18.0;
/// Where the first row of frames begins.
const TOP: f64 = 78.0;
/// Width of a character of the 12-pixel monospaced font.
const CHARACTER: f64 = 7.25;
/// What parts a frame from the next one.
const GAP: f64 = 0.7;
/// Frames narrower than this are left out.
const NARROWEST: f64 = 0.4;
/// Frames that are drawn at most, the widest first.
const MOST_FRAMES: usize = 8000;

const STYLE: &str = include_str!("flamegraph.css");
const SCRIPT: &str = include_str!("flamegraph.js");

/// Draws a measurement.
pub fn render(measurement: &Measurement) -> String {
    let total = measurement.total();
    let nodes = tree::in_order(measurement);
    let frames = lay_out(&nodes, total.wall());
    let rows = frames.iter().map(|frame| frame.node.depth + 2).max().unwrap_or(1);
    let height = TOP + rows as f64 * ROW + 34.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"Flame graph\" font-family=\"ui-monospace, 'DejaVu Sans Mono', \
         Menlo, Consolas, monospace\" font-size=\"12\">\n<style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
    );
    head(&mut out, measurement, &total);
    out.push_str("<g id=\"frames\">\n");
    root(&mut out, &total);
    frames.iter().for_each(|frame| frame.draw(&mut out, measurement, total.wall()));
    let _ = write!(
        out,
        "</g>\n<text id=\"details\" class=\"dim\" x=\"{MARGIN}\" y=\"{:.0}\">\
         Click a frame to zoom, a reason to hide it.</text>\n<script><![CDATA[\n{SCRIPT}]]></script>\n</svg>\n",
        height - 12.0
    );
    out
}

/// The title, what was measured, and the legend with the sum of each reason.
fn head(out: &mut String, measurement: &Measurement, total: &Seconds) {
    let command = escape(&cut(&measurement.command.join(" "), 110));
    let _ = writeln!(out, "<text class=\"title\" x=\"{MARGIN}\" y=\"22\">{command}</text>");
    let _ = writeln!(
        out,
        "<text class=\"dim\" x=\"{MARGIN}\" y=\"40\">{:.2} thread-seconds, {:.2} of them on a processor; from the top: \
         who called whom; width: time; colour: why</text>\n\
         <text id=\"search\" class=\"button\" x=\"{}\" y=\"22\" text-anchor=\"end\" tabindex=\"0\">search</text>\n\
         <text id=\"reset\" class=\"button\" x=\"{}\" y=\"22\" text-anchor=\"end\" tabindex=\"0\">reset</text>",
        total.wall(),
        total.cpu(),
        WIDTH - MARGIN,
        WIDTH - MARGIN - 60.0
    );
    let mut x = MARGIN;
    for reason in Reason::ALL.into_iter().filter(|&reason| total.of(reason) > 0.0) {
        let label = format!("{} {}", legend(reason), share(total.of(reason), total.wall()));
        let width = 18.0 + label.chars().count() as f64 * CHARACTER + 14.0;
        let _ = writeln!(
            out,
            "<g class=\"legend\" data-r=\"{}\" tabindex=\"0\"><title>{}: {:.3} s; click to hide or show</title>\
             <rect class=\"{}\" x=\"{x:.1}\" y=\"50\" width=\"12\" height=\"12\"/>\
             <text x=\"{:.1}\" y=\"60\">{label}</text></g>",
            Reason::ALL.iter().position(|other| *other == reason).unwrap_or_default(),
            reason.words(),
            total.of(reason),
            reason.word(),
            x + 17.0
        );
        x += width;
    }
}

/// A reason in a word or two.
fn legend(reason: Reason) -> &'static str {
    match reason {
        Reason::Python => "Python",
        Reason::Native => "native code",
        Reason::Queue => "no processor",
        Reason::Gil => "GIL",
        Reason::Io => "I/O",
        Reason::Lock => "lock",
        Reason::Sleep => "asleep",
        Reason::Unknown => "unknown",
    }
}

/// A frame with its place.
struct Frame<'a> {
    node: &'a tree::Node<'a>,
    x: f64,
    width: f64,
}

/// Gives the frames their places: callees below their caller, side by side.
fn lay_out<'a>(nodes: &'a [tree::Node<'a>], whole: f64) -> Vec<Frame<'a>> {
    if whole <= 0.0 {
        return Vec::new();
    }
    let mut starts = vec![MARGIN];
    let mut frames = Vec::new();
    for node in nodes {
        let width = node.total.wall() / whole * (WIDTH - 2.0 * MARGIN);
        let x = starts[node.depth];
        starts[node.depth] += width;
        starts.truncate(node.depth + 1);
        starts.push(x);
        if width >= NARROWEST {
            frames.push(Frame { node, x, width });
        }
    }
    let mut widths: Vec<f64> = frames.iter().map(|frame| frame.width).collect();
    widths.sort_by(|a, b| b.total_cmp(a));
    if let Some(&limit) = widths.get(MOST_FRAMES) {
        // A callee is no wider than its caller, so nobody loses its caller.
        frames.retain(|frame| frame.width > limit);
    }
    frames
}

fn root(out: &mut String, total: &Seconds) {
    let _ = write!(out, "<g class=\"f\" data-d=\"0\" data-t=\"{}\"><title>everything</title>", seconds(total));
    parts(out, total, MARGIN, WIDTH - 2.0 * MARGIN, TOP);
    let _ = writeln!(out, "<text x=\"{}\" y=\"{}\">everything</text></g>", MARGIN + 4.0, TOP + 13.0);
}

impl Frame<'_> {
    fn draw(&self, out: &mut String, measurement: &Measurement, whole: f64) {
        let node = self.node;
        let name = node.function.map_or_else(|| OUTSIDE.to_string(), |function| function.name());
        let y = TOP + (node.depth + 1) as f64 * ROW;
        let _ = write!(out, "<g class=\"f\" data-d=\"{}\" data-t=\"{}\">", node.depth + 1, seconds(&node.total));
        let _ = write!(out, "<title>{}", escape(&name));
        if let Some(function) = node.function {
            let _ = write!(out, " ({}:{})", escape(&path(measurement, function)), function.first_line);
        }
        let _ = write!(out, "\n{:.3} s, {}", node.total.wall(), share(node.total.wall(), whole));
        for reason in Reason::ALL.into_iter().filter(|&reason| node.total.of(reason) > 0.0) {
            let part = node.total.of(reason);
            let _ = write!(out, "\n{} {:.3} s ({})", reason.words(), part, share(part, node.total.wall()));
        }
        out.push_str("</title>");
        parts(out, &node.total, self.x, self.width, y);
        let room = ((self.width - 6.0) / CHARACTER).floor();
        let text = if room >= 3.0 { cut(&name, room as usize) } else { String::new() };
        let _ = writeln!(out, "<text x=\"{:.1}\" y=\"{}\">{}</text></g>", self.x + 4.0, y + 13.0, escape(&text));
    }
}

/// The rectangles of a frame, one for each reason, side by side.
fn parts(out: &mut String, seconds: &Seconds, x: f64, width: f64, y: f64) {
    let width = if width > 2.0 { width - GAP } else { width };
    let mut x = x;
    for reason in Reason::ALL.into_iter().filter(|&reason| seconds.of(reason) > 0.0) {
        let part = width * seconds.share(reason);
        let height = ROW - 1.0;
        let word = reason.word();
        let _ = write!(out, "<rect class=\"{word}\" x=\"{x:.2}\" y=\"{y}\" width=\"{part:.2}\" height=\"{height}\"/>");
        x += part;
    }
}

/// Microseconds by reason, in their order, for the script.
fn seconds(seconds: &Seconds) -> String {
    let numbers: Vec<String> = Reason::ALL.iter().map(|&reason| format!("{:.0}", seconds.of(reason) * 1e6)).collect();
    numbers.join(" ")
}

fn share(part: f64, whole: f64) -> String {
    format!("{:.1} %", 100.0 * crate::measurement::ratio(part, whole))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
