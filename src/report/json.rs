//! The report as JSON: the value itself, described in `docs/report-schema.md`.

use super::analysis::AnalysisReport;

/// The report as one JSON object over several lines, with a newline at the end.
pub fn render(report: &AnalysisReport) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}
