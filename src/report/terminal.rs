//! The report for people at a terminal.
//!
//! ```text
//!   #   CPU   own  a call  time goes to  function                  verdict
//!   1  34 %   0 %   46 ms  ██████████▓▓  pricing.calculate_price   Rust, in process
//!        34 % of the CPU, 46 ms a call: worth native code in the same process
//! ```
//!
//! Below 80 columns the bar goes, then the own share; names are cut last.

use super::analysis::{AnalysisReport, FunctionReport};
use super::table::{PARTS, bar, cut, paint, per_mille, wrap};
use crate::diagnostic::render::Style;
use crate::measurement::{Ending, Reason};
use crate::recommend::Form;
use crate::recommend::figures::{Range, duration, percent, times, times_range};
use std::fmt::Write;

/// Columns where nobody says how many there are.
const DEFAULT_WIDTH: usize = 110;
const BAR: usize = 12;

/// Draws a report.
pub fn render(report: &AnalysisReport, style: Style) -> String {
    let screen =
        Screen { color: style.color, width: if style.width == 0 { DEFAULT_WIDTH } else { style.width.max(40) } };
    let mut out = screen.head(report);
    if report.functions.is_empty() {
        let _ = writeln!(out, "No function to show.");
    } else {
        out += &screen.table(report);
    }
    out += &screen.foot(report);
    out
}

struct Screen {
    color: bool,
    width: usize,
}

impl Screen {
    fn head(&self, report: &AnalysisReport) -> String {
        let size = &report.program;
        let mut line =
            format!("{}: {}, {}", report.entry, count(size.files, "file"), count(size.functions, "function"));
        match &report.run {
            Some(run) => {
                let _ = write!(line, "; {}", run.subject());
            }
            None => line.push_str("; estimated from the code, nothing was run"),
        }
        format!("{}\n\n", paint(&cut(&line, self.width), "1", self.color))
    }

    fn table(&self, report: &AnalysisReport) -> String {
        let has_bar = report.is_measured() && self.width >= 80;
        let has_own = report.is_measured() && self.width >= 64;
        let verdict = report.functions.iter().map(|f| f.verdict.words.chars().count()).max().unwrap_or(0).clamp(7, 40);
        let fixed = 14 + if has_own { 6 } else { 0 } + 9 + if has_bar { BAR + 2 } else { 0 } + verdict + 2;
        let longest = report.functions.iter().map(|f| f.name.chars().count()).max().unwrap_or(0);
        let name = longest.clamp(8, self.width.saturating_sub(fixed).max(8));
        let columns = Columns { has_bar, has_own, name, verdict };
        let mut out = self.heading(report, &columns);
        for function in &report.functions {
            out += &self.row(report, function, &columns);
        }
        out + &self.rest(report, &columns)
    }

    /// The row that makes the column of own shares add up to everything.
    fn rest(&self, report: &AnalysisReport, columns: &Columns) -> String {
        let shown: f64 =
            report.functions.iter().filter_map(|f| f.measured.as_ref()).map(|cost| cost.own_cpu_share).sum();
        let whole = report.run.as_ref().map_or(0.0, |run| run.seconds.cpu());
        if !columns.has_own || whole <= 0.0 || shown > 1.0 {
            return String::new();
        }
        let mut line = format!("{:>3}  {:>7}  {:>5}  {:>7}", "", "", percent(1.0 - shown), "");
        if columns.has_bar {
            line += &" ".repeat(BAR + 2);
        }
        let text = cut("all other code: libraries, functions not shown", self.width.saturating_sub(line.len() + 2));
        format!("{line}  {}\n", paint(&text, "2", self.color))
    }

    /// All time by reason: figures that add up.
    fn reasons(&self, report: &AnalysisReport) -> String {
        let Some(seconds) = report.run.as_ref().map(|run| run.seconds).filter(|seconds| seconds.wall() > 0.0) else {
            return String::new();
        };
        let tenths = per_mille(&Reason::ALL.map(|reason| seconds.of(reason)));
        let told = Reason::ALL.iter().zip(tenths).filter(|(_, tenths)| *tenths > 0);
        let told: Vec<String> =
            told.map(|(reason, tenths)| format!("{} {}.{} %", reason.words(), tenths / 10, tenths % 10)).collect();
        let text = format!("{} of thread time: {}.", duration(seconds.wall() * 1e6), told.join(", "));
        wrap(&text, self.width).iter().map(|line| format!("{line}\n")).collect()
    }

    fn heading(&self, report: &AnalysisReport, columns: &Columns) -> String {
        let mut line = format!("{:>3}", "#");
        line += &format!("  {:>7}", if report.is_measured() { "CPU" } else { "steps" });
        if columns.has_own {
            line += &format!("  {:>5}", "own");
        }
        line += &format!("  {:>7}", "a call");
        if columns.has_bar {
            line += &format!("  {:<BAR$}", "time goes to");
        }
        line += &format!("  {:<width$}  verdict", "function", width = columns.name);
        format!("{}\n", paint(line.trim_end(), "4", self.color))
    }

    fn row(&self, report: &AnalysisReport, function: &FunctionReport, columns: &Columns) -> String {
        let mut line = format!("{:>3}  {:>7}", function.rank, weight(report, function));
        let measured = function.measured.as_ref();
        if columns.has_own {
            line += &format!("  {:>5}", measured.map_or(String::new(), |cost| percent(cost.own_cpu_share)));
        }
        line += &format!("  {:>7}", per_call(function));
        if columns.has_bar {
            line.push_str("  ");
            let cells = measured.map_or_else(|| vec![(' ', 0); BAR], |cost| bar(&cost.seconds, BAR));
            for run in cells.chunk_by(|a, b| a == b) {
                let signs: String = run.iter().map(|(sign, _)| *sign).collect();
                line += &paint(&signs, &run[0].1.to_string(), self.color && run[0].1 != 0);
            }
        }
        line += &format!("  {:<width$}", cut(&function.name, columns.name), width = columns.name);
        line += &format!(
            "  {}",
            paint(&cut(&function.verdict.words, columns.verdict), tone(function.verdict.form), self.color)
        );
        let mut out = format!("{}\n", line.trim_end());
        for text in details(function) {
            for part in wrap(&text, self.width.saturating_sub(7)) {
                let _ = writeln!(out, "       {}", paint(&part, "2", self.color));
            }
        }
        out
    }

    fn foot(&self, report: &AnalysisReport) -> String {
        let mut out = String::from("\n");
        if report.is_measured() && self.width >= 80 && !report.functions.is_empty() {
            let legend: Vec<String> = PARTS.iter().map(|part| format!("{} {}", part.sign, part.name)).collect();
            let _ = writeln!(out, "{}", legend.join("  "));
        }
        out += &self.reasons(report);
        for text in origins(report) {
            for part in wrap(&text, self.width) {
                let _ = writeln!(out, "{part}");
            }
        }
        for warning in &report.warnings {
            self.say(&mut out, "warning", "1;33", &warning.message);
            if let Some(help) = &warning.help {
                self.say(&mut out, "   help", "1;32", help);
            }
        }
        if let Some(command) = &report.measure_with {
            self.say(&mut out, "measure", "1;36", command);
        }
        out
    }

    fn say(&self, out: &mut String, word: &str, code: &str, text: &str) {
        for (place, part) in wrap(text, self.width.saturating_sub(word.len() + 2)).into_iter().enumerate() {
            let lead =
                if place == 0 { paint(&format!("{word}:"), code, self.color) } else { " ".repeat(word.len() + 1) };
            let _ = writeln!(out, "{lead} {part}");
        }
    }
}

struct Columns {
    has_bar: bool,
    has_own: bool,
    name: usize,
    verdict: usize,
}

/// The share of the CPU, or the estimated steps.
fn weight(report: &AnalysisReport, function: &FunctionReport) -> String {
    match (&function.measured, &function.estimate) {
        (Some(cost), _) => percent(cost.cpu_share),
        (None, Some(estimate)) if !report.is_measured() => steps(estimate.steps),
        _ => String::new(),
    }
}

/// `207k`, `1.9M`
fn steps(steps: f64) -> String {
    match steps {
        steps if steps < 1e3 => format!("{steps:.0}"),
        steps if steps < 1e6 => format!("{:.0}k", steps / 1e3),
        steps if steps < 1e9 => format!("{:.1}M", steps / 1e6),
        steps => format!("{:.0}G", steps / 1e9),
    }
}

/// Time of a call; estimates are marked.
fn per_call(function: &FunctionReport) -> String {
    match &function.per_call_us {
        Some(figure) if figure.is_measured() => duration(figure.value),
        Some(figure) if figure.value < 1e6 => format!("~{}", duration(figure.value)),
        _ => String::new(),
    }
}

/// Why, what it would give, what was rejected below, what would change it.
fn details(function: &FunctionReport) -> Vec<String> {
    let verdict = &function.verdict;
    let mut lines = vec![format!("{} (rule {})", verdict.because.text, verdict.because.rule)];
    if function.part_of.is_some() {
        return lines;
    }
    lines.extend(promise(function));
    let told = verdict.reasons.iter().find(|reason| reason.rule == 7 && reason.text != verdict.because.text);
    lines.extend(told.map(|reason| reason.text.clone()));
    if matches!(verdict.form, Form::Extension | Form::Service)
        && let Some(rung) = &verdict.rejected
    {
        lines.push(format!("not {}: {}", rung.form.words(), rung.reason));
    }
    if let Some(flip) = verdict.flips.first() {
        lines.push(format!("would change with: {}", flip.text));
    }
    if let Some(refusal) = function.translation.as_ref().and_then(|translation| translation.refusal.as_ref()) {
        lines.push(format!(
            "refused at {}:{}:{}: {} {}",
            refusal.file, refusal.line, refusal.column, refusal.code, refusal.message
        ));
    }
    lines
}

/// What the form is expected to give: the call, the whole, and the ceiling.
fn promise(function: &FunctionReport) -> Option<String> {
    let verdict = &function.verdict;
    let option = function.price.options.iter().find(|option| {
        option.form == verdict.form && (option.form != Form::Service || option.language.title() == verdict.language)
    })?;
    let ceiling = function.price.ceiling.as_ref()?;
    let program: Range = option.program?;
    let call = option.call.unwrap_or(option.code);
    Some(format!(
        "estimated: a call {}, the whole program {}; never more than {} (Amdahl)",
        times_range(call),
        times_range(program),
        times(ceiling.value),
    ))
}

/// How the figures came about.
fn origins(report: &AnalysisReport) -> Vec<String> {
    let Some(run) = &report.run else {
        return vec![
            "Everything above is an estimate from loops and calls; the order may be wrong, and a run settles it."
                .into(),
        ];
    };
    let python = run.python.as_deref().map(|version| format!(", CPython {version}")).unwrap_or_default();
    let ending = match run.ending {
        Ending::Code { code: 0 } | Ending::DurationReached | Ending::Detached | Ending::NotSeen => "",
        _ => " (the command did not end well)",
    };
    vec![format!("{}{python}{ending}. Times marked ~ and speeds of other forms are estimates.", run.basis())]
}

fn tone(form: Form) -> &'static str {
    match form {
        Form::Stay => "32",
        Form::Fix | Form::NewerPython | Form::Vectorise | Form::Mypyc | Form::Processes => "33",
        Form::Extension | Form::Service | Form::OtherStack => "1;36",
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
