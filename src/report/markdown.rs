//! The report as Markdown: what a GitHub step summary shows.

use super::analysis::{AnalysisReport, FunctionReport};
use crate::recommend::figures::{duration, percent};
use std::fmt::Write;

/// Draws a report.
pub fn render(report: &AnalysisReport) -> String {
    let mut out = format!("## Hotspots of `{}`\n\n", report.entry);
    if report.functions.is_empty() {
        out.push_str("No function to show.\n");
    } else {
        out += &table(report);
    }
    out.push('\n');
    out += &origin(report);
    for warning in &report.warnings {
        let help = warning.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let _ = writeln!(out, "\n> **Warning:** {}{}", escape(&warning.message), escape(&help));
    }
    out
}

fn table(report: &AnalysisReport) -> String {
    let weight = if report.is_measured() { "CPU | own" } else { "steps (estimated)" };
    let rule = if report.is_measured() { "--:|--:" } else { "--:" };
    let mut out = format!("| # | {weight} | a call | function | verdict | why |\n|--:|{rule}|--:|---|---|---|\n");
    for function in &report.functions {
        let _ = writeln!(
            out,
            "| {} | {} | {} | `{}`<br>{}:{} | **{}** | {} |",
            function.rank,
            shares(report, function),
            per_call(function),
            escape(&function.name),
            escape(&function.file),
            function.line,
            escape(&function.verdict.words),
            escape(&function.verdict.because.text),
        );
    }
    out
}

fn shares(report: &AnalysisReport, function: &FunctionReport) -> String {
    match (&function.measured, &function.estimate) {
        (Some(cost), _) => format!("{} | {}", percent(cost.cpu_share), percent(cost.own_cpu_share)),
        (None, _) if report.is_measured() => " | ".into(),
        (None, Some(estimate)) => format!("{:.0}", estimate.steps),
        (None, None) => String::new(),
    }
}

fn per_call(function: &FunctionReport) -> String {
    match &function.per_call_us {
        Some(figure) if figure.is_measured() => duration(figure.value),
        Some(figure) if figure.value < 1e6 => format!("~{}", duration(figure.value)),
        _ => String::new(),
    }
}

fn origin(report: &AnalysisReport) -> String {
    match (&report.run, &report.measure_with) {
        (Some(run), _) => {
            format!("{} (`{}`). Times marked ~ are estimates.\n", run.basis(), run.what().replace('`', "'"),)
        }
        (None, Some(command)) => format!("Estimated from the code; nothing was run. Measure with `{command}`.\n"),
        (None, None) => String::new(),
    }
}

/// Text that Markdown would read as something else, made plain.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '|' | '*' | '_' | '[' | ']' | '\\' => out.extend(['\\', sign]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            sign => out.push(sign),
        }
    }
    out
}
