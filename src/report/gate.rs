//! `--fail-on share>N%`: whether a report passes a limit.

use super::analysis::AnalysisReport;

/// What a gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateOutcome {
    /// No function is over the limit.
    Passed,
    /// These functions are over it, largest first.
    Failed(Vec<String>),
    /// Nothing was measured: a share cannot be compared.
    Unmeasured,
}

/// Compares every function's measured share of the CPU with a limit in percent.
pub fn gate(report: &AnalysisReport, limit_percent: f64) -> GateOutcome {
    if !report.is_measured() {
        return GateOutcome::Unmeasured;
    }
    let over = report.functions.iter().filter_map(|function| {
        let share = function.measured.as_ref()?.cpu_share * 100.0;
        (share > limit_percent).then(|| format!("{} {share:.1} %", function.name))
    });
    match over.collect::<Vec<_>>() {
        over if over.is_empty() => GateOutcome::Passed,
        over => GateOutcome::Failed(over),
    }
}
