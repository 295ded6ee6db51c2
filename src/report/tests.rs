//! Every format on the same report, one snapshot each; and the promises that a snapshot cannot hold.

use super::*;
use crate::diagnostic::render::Style;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::*;
use crate::measurement::Measurement;
use crate::measurement::tests::{Tree, measurement};
use crate::policy::Policy;
use crate::recommend::matrix::Matrix;
use crate::recommend::testing::facts;
use crate::recommend::{Inputs, recommend};
use crate::span::{Location, Span};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const TEXT: &str = "import time\n\ndef price(n):\n    return n * 2\n\n\ndef send(x):\n    time.sleep(x)\n\n\ndef tiny():\n    return 1\n";

/// Three functions in `shop/m|odd.py`: one computes, one waits, one is next to nothing.
fn program() -> Program {
    let mut program = Program::default();
    let file = program.sources.add("/srv/shop/m.py", "m", TEXT);
    for (number, name) in ["price", "send", "tiny"].iter().enumerate() {
        let start = TEXT.find(&format!("def {name}")).unwrap();
        let mut function = facts(&format!("m.{name}"));
        function.id = FunctionId(number as u32);
        function.at = Location { file, span: Span::new(start, start + 20) };
        function.name_span = Span::new(start + 4, start + 4 + name.len());
        (function.first_line, function.last_line) =
            (TEXT[..start].lines().count() + 1, TEXT[..start].lines().count() + 2);
        function.cost.loop_depth = 1;
        program.functions.push(function);
    }
    program.functions[0].translation = Some(Translation::Accepted);
    program.functions[1].cost.total = Steps { waits: 40_000.0, compute: 100.0, ..Steps::default() };
    program.functions[2].cost.total = Steps::of(Work::Compute, 4.0);
    program.modules.push(ModuleFacts {
        file,
        name: "m".into(),
        imports: Vec::new(),
        packages: ["time".to_string()].into(),
        lines: 12,
        is_test: false,
    });
    program
}

fn run() -> Measurement {
    let mut run = measurement(&[Tree("price", 6.0, &[]), Tree("send", 0.5, &[]), Tree("other", 3.5, &[])]);
    for function in &mut run.functions {
        function.file = "/srv/shop/m.py".into();
    }
    run.functions[2].user = false;
    run.functions[0].spells = 120;
    (run.stacks[0].seconds.native, run.stacks[0].seconds.gil) = (0.6, 1.0);
    (run.stacks[1].seconds.io, run.stacks[1].seconds.sleep) = (8.0, 2.0);
    run
}

fn report(run: Option<&Measurement>) -> AnalysisReport {
    let (program, policy, matrix) = (program(), Policy::profile("balanced").unwrap(), Matrix::built_in());
    let calls = BTreeMap::from([("m.price".to_string(), 120)]);
    let inputs =
        Inputs { program: &program, measurement: run, policy: &policy, matrix: &matrix, calls: &calls, limit: 10 };
    let verdicts = recommend(&inputs);
    let diagnostics = [Diagnostic::new(Code::Python2, program.functions[2].at, "print | statement, 100 %: Python 2")];
    AnalysisReport::new(&ReportInputs {
        entry: Path::new("shop/m.py"),
        program: &program,
        measurement: run,
        verdicts: &verdicts,
        diagnostics: &diagnostics,
        base: Path::new("/srv"),
        unasked: 0,
    })
}

fn measured() -> AnalysisReport {
    report(Some(&run()))
}

#[test]
fn terminal_shows_where_the_time_goes() {
    insta::assert_snapshot!("terminal", terminal::render(&measured(), Style::default()));
    insta::assert_snapshot!("terminal_estimated", terminal::render(&report(None), Style::default()));
}

#[test]
fn terminal_fits_narrow_screens_and_colours_are_optional() {
    for width in [40, 60, 80, 120, 200] {
        let drawn = terminal::render(&measured(), Style { color: false, width });
        assert!(!drawn.contains('\x1b'));
        let widest = drawn.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest <= width.max(60), "{widest} columns of {width}:\n{drawn}");
    }
    assert!(terminal::render(&measured(), Style { color: true, width: 100 }).contains("\x1b[1;36mRust, in process"));
}

#[test]
fn markdown_is_a_table() {
    insta::assert_snapshot!("markdown", markdown::render(&measured()));
    let rows = markdown::render(&measured());
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let counts: Vec<usize> = rows.lines().filter(|line| line.starts_with('|')).map(bars).collect();
    assert!(counts.len() > 3 && counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
}

#[test]
fn github_annotates_lines() {
    insta::assert_snapshot!("github", github::render(&measured()));
}

#[test]
fn sarif_points_at_real_places() {
    let text = sarif::render(&measured()).unwrap();
    insta::assert_snapshot!("sarif", text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"] && rule["help"]["text"].is_string()));
        let place = &result["locations"][0]["physicalLocation"];
        let line = place["region"]["startLine"].as_u64().unwrap() as usize;
        assert!(
            place["artifactLocation"]["uri"] == "shop/m.py" && TEXT.lines().nth(line - 1).unwrap().contains("def ")
        );
    }
}

#[test]
fn json_is_the_documented_form() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/analysis.schema.json")).unwrap();
    for report in [measured(), report(None)] {
        let value: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        assert_eq!(value["schema"], 1);
        let mut problems = Vec::new();
        conforms(&value, &schema, &schema, "$", &mut problems);
        assert!(problems.is_empty(), "{problems:#?}");
    }
    insta::assert_snapshot!("json", json::render(&measured()).unwrap());
}

/// As much of JSON Schema as the schema of the report uses; a keyword that is not known is a problem.
fn conforms(value: &Value, schema: &Value, root: &Value, at: &str, problems: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else { return };
    for (keyword, rule) in rules {
        match keyword.as_str() {
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#'));
                conforms(value, target.unwrap_or(&Value::Bool(true)), root, at, problems);
                problems.extend(target.is_none().then(|| format!("{at}: {rule} leads nowhere")));
            }
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !types.iter().any(|one| is_type(value, one.as_str().unwrap_or(""))) {
                    problems.push(format!("{at}: {value} is not {rule}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => {
                problems.push(format!("{at}: {value} not in {rule}"))
            }
            "const" if rule != value => problems.push(format!("{at}: {value} is not {rule}")),
            "required" => {
                for name in rule.as_array().unwrap().iter().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        problems.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in value.as_object().into_iter().flatten() {
                    match rule.get(name) {
                        Some(rule) => conforms(inner, rule, root, &format!("{at}.{name}"), problems),
                        None if schema["additionalProperties"] == false => {
                            problems.push(format!("{at}.{name} is not documented"))
                        }
                        None => {}
                    }
                }
            }
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    conforms(item, rule, root, &format!("{at}[{place}]"), problems);
                }
            }
            "anyOf" => {
                let fits = |one: &Value| {
                    let mut inner = Vec::new();
                    conforms(value, one, root, at, &mut inner);
                    inner.is_empty()
                };
                if !rule.as_array().unwrap().iter().any(fits) {
                    problems.push(format!("{at}: {value} fits none of {rule}"));
                }
            }
            "enum" | "const" | "$schema" | "$id" | "$defs" | "title" | "description" | "additionalProperties" => {}
            "minimum" => {
                if value.as_f64().is_some_and(|number| number < rule.as_f64().unwrap()) {
                    problems.push(format!("{at}: {value} under {rule}"));
                }
            }
            other => problems.push(format!("{at}: the test does not know the keyword {other}")),
        }
    }
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn gates_compare_measured_shares_only() {
    assert!(matches!(gate(&measured(), 30.0), GateOutcome::Failed(names) if names[0].starts_with("m.price ")));
    assert_eq!(gate(&measured(), 95.0), GateOutcome::Passed);
    assert_eq!(gate(&report(None), 1.0), GateOutcome::Unmeasured);
}
