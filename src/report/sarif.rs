//! SARIF 2.1.0: findings with their places, for code scanning.
//!
//! A verdict that asks for something is a result under the rule of its form; a problem in a file is a result under its
//! own code. Places are relative to the root of the sources and percent-encoded.

use super::analysis::{AnalysisReport, FunctionReport};
use crate::diagnostic::codes;
use crate::recommend::Form;
use crate::recommend::figures::percent;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Forms that are rules: those that ask for something.
const FORMS: [(Form, &str, &str); 8] = [
    (Form::Fix, "Hotspot to repair", "It repeats work or waits that one change of the code would save."),
    (Form::NewerPython, "Hotspot for a newer interpreter", "Its share is worth what costs no second language."),
    (Form::Vectorise, "Hotspot to vectorise", "Its work has the shape of arrays and is done an element at a time."),
    (Form::Mypyc, "Hotspot to compile as it is", "mypyc compiles typed Python without another language."),
    (Form::Processes, "Hotspot behind the GIL", "Threads queue for the interpreter; processes would not."),
    (Form::Extension, "Hotspot for native code in process", "It computes enough for native code in the same process."),
    (Form::Service, "Hotspot for a service", "It computes enough, and a declared need asks for a process of its own."),
    (Form::OtherStack, "Hotspot that exists elsewhere", "Something made for this kind of work exists already."),
];

/// Draws a report as one JSON object with a newline at the end.
pub fn render(report: &AnalysisReport) -> Result<String, serde_json::Error> {
    let mut results: Vec<Value> = report.functions.iter().filter(|f| asks(f)).map(|f| result(report, f)).collect();
    results.extend(report.diagnostics.iter().map(|problem| {
        json!({
            "ruleId": problem.code,
            "level": problem.severity,
            "message": {"text": sentence(&problem.message)},
            "locations": [location(&problem.file, json!({"startLine": problem.line, "startColumn": problem.column}))],
        })
    }));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "pivot",
                "version": report.version,
                "rules": rules(report),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder in which pivot was run."}}},
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn asks(function: &FunctionReport) -> bool {
    function.verdict.form != Form::Stay && function.part_of.is_none()
}

fn rule_id(form: Form) -> String {
    format!("hotspot/{}", form.words().replace(' ', "-").to_lowercase())
}

fn rules(report: &AnalysisReport) -> Vec<Value> {
    let mut rules: Vec<Value> = FORMS
        .iter()
        .map(|(form, title, help)| {
            json!({
                "id": rule_id(*form),
                "name": title.split(' ').map(capital).collect::<String>(),
                "shortDescription": {"text": format!("{title}.")},
                "fullDescription": {"text": help},
                "help": {"text": format!("{help} The message says which rule decided; the JSON report has every rung with its reason.")},
                "defaultConfiguration": {"level": "warning"},
            })
        })
        .collect();
    let used = |entry: &&codes::Entry| report.diagnostics.iter().any(|problem| problem.code == entry.word);
    rules.extend(codes::TABLE.iter().filter(used).map(|entry| {
        json!({
            "id": entry.word,
            "shortDescription": {"text": format!("{}.", entry.title)},
            "fullDescription": {"text": entry.explanation},
            "help": {"text": entry.explanation},
            "defaultConfiguration": {"level": entry.severity.word()},
        })
    }));
    rules
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

fn result(report: &AnalysisReport, function: &FunctionReport) -> Value {
    let share = function.measured.as_ref().map(|cost| format!(" ({} of the CPU)", percent(cost.cpu_share)));
    let message = format!(
        "{}{}: {}. {}",
        function.name,
        share.unwrap_or_default(),
        function.verdict.words,
        sentence(&function.verdict.because.text),
    );
    let region = json!({"startLine": function.line, "startColumn": function.column, "endLine": function.end_line});
    let fingerprint: String =
        Sha256::digest(function.name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "ruleId": rule_id(function.verdict.form),
        "level": if report.is_measured() { "warning" } else { "note" },
        "message": {"text": message},
        "locations": [location(&function.file, region)],
        "partialFingerprints": {"function/v1": fingerprint},
        "properties": {
            "basis": report.basis,
            "cpuShare": function.measured.as_ref().map(|cost| cost.cpu_share),
            "language": function.verdict.language,
            "rule": function.verdict.because.rule,
        },
    })
}

fn location(file: &str, region: Value) -> Value {
    let artifact = if file.starts_with('/') {
        json!({"uri": format!("file://{}", encode(file))})
    } else {
        json!({"uri": encode(file), "uriBaseId": "SRCROOT"})
    };
    json!({"physicalLocation": {"artifactLocation": artifact, "region": region}})
}

/// A path as the path of a URI.
fn encode(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()+,;=@".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A sentence with its full stop and its capital.
fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    format!("{}.", capital(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(encode("shop/a b/prix_é.py"), "shop/a%20b/prix_%C3%A9.py");
        assert_eq!(encode("100%.py"), "100%25.py");
    }

    #[test]
    fn every_form_that_asks_is_a_rule() {
        for form in Form::LADDER.into_iter().filter(|form| *form != Form::Stay) {
            assert!(FORMS.iter().any(|(rule, ..)| *rule == form), "{form:?}");
        }
    }
}
