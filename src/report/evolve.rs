//! What `evolve` found, for people and for programs.
//!
//! ```text
//! equal      calculate_price          1000 recorded  1312 generated   61.2x (58.9 to 63.0)
//! refused    export_csv               E1009 pricing.py:88:12: `csv.writer` has no translation
//! ```

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Sources;
use crate::verify::{Branches, Difference, FunctionEvidence, Ratio, Speed, Status, Verification};
use serde::Serialize;
use std::fmt::Write;

/// The object that `evolve --format json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvolveReport {
    /// Version of this form.
    pub schema: u32,
    /// Folder of the generated project.
    pub output: String,
    /// The command that answers the stdio protocol; empty where nothing was built.
    pub call: Vec<String>,
    /// One entry for each public function, method and refused class.
    pub functions: Vec<FunctionReport>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// What became of one function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FunctionReport {
    /// Python name; methods as `Class.method`.
    pub name: String,
    /// `equal`, `not_equal`, `unproven`, `refused`, `not_built`.
    pub status: String,
    /// Why, where it is not equal.
    pub reason: Option<String>,
    /// Why it was not translated.
    pub refusals: Vec<RefusalReport>,
    /// Answers compared, by the origin of their calls.
    pub calls: CallCounts,
    /// Answers that differ.
    pub differences: usize,
    /// Answers declined where Python had one.
    pub guards: usize,
    /// Branches of the original that compared calls took; absent where they could not be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branches: Option<Branches>,
    /// How much faster the port is on the same calls; absent where it was not timed.
    pub speedup: Option<Speedup>,
    /// The smallest calls that show a difference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Difference>,
}

/// A refusal with its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RefusalReport {
    pub code: String,
    pub message: String,
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub help: Option<String>,
}

/// Answers compared by the origin of their calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallCounts {
    pub recorded: usize,
    pub generated: usize,
}

/// A ratio with its 95 % interval, and the times it comes from, in nanoseconds a call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Speedup {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    pub python_ns: f64,
    pub port_ns: f64,
}

/// What a report is made from.
pub struct Findings<'a> {
    /// Folder of the generated project, as typed.
    pub output: String,
    /// The command that answers the stdio protocol.
    pub call: Vec<String>,
    /// Names of all translated public functions and methods.
    pub translated: Vec<String>,
    /// Why others were not.
    pub refusals: &'a [(String, Diagnostic)],
    /// For the refusals' places.
    pub sources: &'a Sources,
    /// Why the logic was not built, where it was not.
    pub not_built: Option<&'a str>,
    /// The comparison, where it ran.
    pub verification: Option<&'a Verification>,
    /// The timing.
    pub speeds: &'a [Speed],
}

/// Builds the report.
pub fn evolve_report(findings: &Findings) -> EvolveReport {
    let translated = findings.translated.iter().map(|name| translated(findings, name));
    let refused = findings.refusals.iter().map(|(name, problem)| refused(findings, name, problem));
    EvolveReport {
        schema: 1,
        output: findings.output.clone(),
        call: findings.call.clone(),
        functions: translated.chain(refused).collect(),
        notes: findings.verification.map(|found| found.notes.clone()).unwrap_or_default(),
    }
}

fn translated(findings: &Findings, name: &str) -> FunctionReport {
    let speed = findings.speeds.iter().find(|speed| speed.name == name);
    let mut report = FunctionReport {
        name: name.to_string(),
        status: "unproven".into(),
        reason: Some("not run".into()),
        refusals: Vec::new(),
        calls: CallCounts::default(),
        differences: 0,
        guards: 0,
        branches: None,
        speedup: speed.map(speedup),
        examples: Vec::new(),
    };
    if let Some(reason) = findings.not_built {
        report.status = "not_built".into();
        report.reason = Some(reason.lines().next().unwrap_or(reason).to_string());
    } else if let Some(evidence) = findings.verification.and_then(|found| found.function(name)) {
        describe(&mut report, evidence);
    }
    report
}

fn describe(report: &mut FunctionReport, evidence: &FunctionEvidence) {
    report.status = word(evidence.status).into();
    report.reason = evidence.reason.clone();
    report.calls = CallCounts { recorded: evidence.calls.recorded, generated: evidence.calls.generated };
    report.differences = evidence.tally.different;
    report.guards = evidence.tally.guards;
    report.branches = evidence.branches.clone();
    report.examples = evidence.differences.clone();
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Equal => "equal",
        Status::NotEqual => "not_equal",
        Status::Unproven => "unproven",
    }
}

fn speedup(speed: &Speed) -> Speedup {
    let Ratio { median, low, high } = speed.speedup;
    Speedup { median, low, high, python_ns: speed.python_ns, port_ns: speed.port_ns }
}

fn refused(findings: &Findings, name: &str, problem: &Diagnostic) -> FunctionReport {
    let file = findings.sources.get(problem.at.file);
    let (line, column) = file.line_column(problem.at.span.start);
    FunctionReport {
        name: name.to_string(),
        status: if problem.code == Code::NotBuilt { "not_built" } else { "refused" }.into(),
        reason: Some(problem.message.clone()),
        refusals: vec![RefusalReport {
            code: problem.code.word().to_string(),
            message: problem.message.clone(),
            file: file.path.display().to_string(),
            line,
            column,
            help: problem.help.clone(),
        }],
        calls: CallCounts::default(),
        differences: 0,
        guards: 0,
        branches: None,
        speedup: None,
        examples: Vec::new(),
    }
}

impl EvolveReport {
    /// Functions with a status.
    pub fn count(&self, status: &str) -> usize {
        self.functions.iter().filter(|function| function.status == status).count()
    }

    /// The JSON form.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The form for a terminal: one line a function, then what differs.
    pub fn terminal(&self) -> String {
        let mut out = String::new();
        let width = self.functions.iter().map(|f| f.name.chars().count()).max().unwrap_or(0);
        for function in &self.functions {
            let _ = writeln!(out, "  {:<10} {:<width$}  {}", function.status, function.name, function.line());
        }
        for function in &self.functions {
            for example in function.examples.iter().take(3) {
                let _ = writeln!(out, "\n  {} ({}) differs after:", function.name, example.line());
                example.calls.iter().for_each(|call| {
                    let _ = writeln!(out, "    {call}");
                });
                let _ = writeln!(out, "  - Python {}\n  + port   {}", example.python, example.port);
            }
        }
        let missed: Vec<String> = self.functions.iter().filter_map(FunctionReport::not_reached).collect();
        missed.iter().for_each(|line| {
            let _ = write!(out, "\n  {line}");
        });
        let gap = if missed.is_empty() { "" } else { "\n" };
        let _ = write!(out, "{gap}\n  {}", self.summary());
        self.notes.iter().for_each(|note| {
            let _ = write!(out, "\n  note: {note}");
        });
        out.push('\n');
        out
    }

    fn summary(&self) -> String {
        let words = ["equal", "not_equal", "unproven", "refused", "not_built"];
        let counts = words.iter().map(|word| (self.count(word), word)).filter(|(count, _)| *count > 0);
        let parts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
        let compared: usize = self.functions.iter().map(|f| f.calls.recorded + f.calls.generated).sum();
        format!("{}; {compared} answers compared; the project is in {}", parts.join(", "), self.output)
    }
}

impl FunctionReport {
    /// `not reached in price: pricing.py:40 else, pricing.py:51 loop`
    fn not_reached(&self) -> Option<String> {
        let missed = &self.branches.as_ref()?.missed;
        let shown = missed.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if missed.len() > 6 { format!(" and {} more", missed.len() - 6) } else { String::new() };
        (!missed.is_empty()).then(|| format!("not reached in {}: {shown}{more}", self.name))
    }

    fn line(&self) -> String {
        if let Some(refusal) = self.refusals.first() {
            return format!(
                "{} {}:{}:{}: {}",
                refusal.code, refusal.file, refusal.line, refusal.column, refusal.message
            );
        }
        let mut line = format!("{:>5} recorded {:>6} generated", self.calls.recorded, self.calls.generated);
        if self.differences > 0 {
            let _ = write!(line, "  {} differ", self.differences);
        }
        if self.guards > 0 {
            let _ = write!(line, "  {} guards", self.guards);
        }
        if let Some(branches) = self.branches.as_ref().filter(|branches| branches.total > 0) {
            let _ = write!(line, "  branches {} of {}", branches.reached, branches.total);
        }
        if let Some(speed) = &self.speedup {
            let _ = write!(
                line,
                "  {:.1}x ({:.1} to {:.1}; {} against {})",
                speed.median,
                speed.low,
                speed.high,
                duration(speed.port_ns),
                duration(speed.python_ns)
            );
        }
        if let Some(reason) = &self.reason {
            let _ = write!(line, "  {reason}");
        }
        line
    }
}

/// A time in the unit that people read.
fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.1} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_readable_units() {
        assert_eq!([duration(120.4), duration(53_000.0), duration(45_200_000.0)], ["120 ns", "53.0 us", "45.2 ms"]);
    }

    #[test]
    fn refusals_name_their_place() {
        use crate::diagnostic::Code;
        use crate::span::{Location, Span};
        let mut sources = Sources::default();
        let file = sources.add("a.py", "a", "x = 1\ny = eval('2')\n");
        let problem = Diagnostic::new(Code::UnsupportedCall, Location { file, span: Span::new(10, 14) }, "no `eval`");
        let refusals = vec![("f".to_string(), problem)];
        let report = evolve_report(&Findings {
            output: "out".into(),
            call: vec![],
            translated: vec!["g".into()],
            refusals: &refusals,
            sources: &sources,
            not_built: None,
            verification: None,
            speeds: &[],
        });
        assert_eq!((report.count("refused"), report.count("unproven")), (1, 1));
        assert!(report.terminal().contains("E1009 a.py:2:5: no `eval`"), "{}", report.terminal());
        let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
        assert_eq!(json["functions"][1]["refusals"][0]["line"], 2);
    }
}
