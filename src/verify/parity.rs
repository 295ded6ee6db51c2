//! The certificate: what was proven, in a form that a sceptical reviewer can read and derive again.
//!
//! No times, no absolute paths: the same sources, inputs and interpreter give the same bytes. The level that a number
//! of calls allows follows from the rule of three: n equal answers and no difference mean a failure rate below 3/n at
//! 95 % confidence.

use super::decided::Decisions;
use super::evidence::{Branches, Calls, Difference, FunctionEvidence, Status, Tally, Verification};
use crate::policy::Evidence;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// `PARITY.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Version of this form.
    pub schema: u32,
    /// What was compared with what.
    pub hashes: Hashes,
    /// `CPython 3.11.7`
    pub interpreter: String,
    /// The policy's name.
    pub policy: String,
    /// Answers that a function needs to be equal.
    pub minimum_calls: u32,
    /// Calls that are generated for a function, where it is not slow.
    pub generated_calls: u32,
    /// Where the generated calls began.
    pub seed: u64,
    /// What was decided by the clock, once.
    #[serde(default)]
    pub decisions: Decisions,
    /// One entry a function.
    pub functions: Vec<Entry>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// Hashes of what the evidence rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// Python files by path relative to the entry's folder, with their SHA-256.
    pub source: Vec<(String, String)>,
    /// Emitted files by path relative to the output, with their SHA-256.
    pub emitted: Vec<(String, String)>,
    /// What the policy says.
    pub policy: String,
    /// The files of `parity/` by their names: the recorded calls, the calls that were kept and their answers.
    pub inputs: Vec<(String, String)>,
}

impl Hashes {
    /// The SHA-256 of some bytes, in hexadecimal.
    pub fn of(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What was found about one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Python name.
    pub name: String,
    /// Whether it is equal.
    pub status: Status,
    /// Why not.
    pub reason: Option<String>,
    /// Answers compared.
    pub calls: Calls,
    /// The numbers behind.
    pub tally: Tally,
    /// True where every possible call was made.
    pub exhausted: bool,
    /// Branches of the original that the compared calls took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branches: Option<Branches>,
    /// Upper bound of the rate of calls that differ, at 95 %; absent where something differs or nothing was compared.
    pub failure_rate_below: Option<f64>,
    /// What the number of calls allows.
    pub level: Level,
    /// Shrunk differences.
    pub differences: Vec<Difference>,
}

/// What a number of equal answers allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing yet.
    None,
    /// 300 calls: merge the code.
    Merge,
    /// 3,000 calls: run in the shadow of the original.
    Shadow,
    /// 30,000 calls: take the traffic.
    FullTraffic,
}

/// What that many equal answers allow.
pub fn level(calls: usize) -> Level {
    match calls {
        0..300 => Level::None,
        300..3_000 => Level::Merge,
        3_000..30_000 => Level::Shadow,
        _ => Level::FullTraffic,
    }
}

/// The upper bound of the failure rate after that many equal answers, at 95 %.
pub fn failure_rate(calls: usize) -> Option<f64> {
    (calls > 0).then(|| (3.0 / calls as f64).min(1.0))
}

impl Certificate {
    /// The certificate of a verification.
    pub fn of(found: &Verification, hashes: Hashes, policy: &str, evidence: &Evidence, seed: u64) -> Certificate {
        Certificate {
            schema: 1,
            hashes,
            interpreter: found.interpreter.clone(),
            policy: policy.to_owned(),
            minimum_calls: evidence.minimum_calls,
            generated_calls: evidence.generated_calls,
            seed,
            decisions: found.decisions.clone(),
            functions: found.functions.iter().map(entry).collect(),
            notes: found.notes.clone(),
        }
    }

    /// The text of `PARITY.json`.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The certificate as it is read from its file: a number may come back as its neighbour.
    pub fn as_written(&self) -> Certificate {
        serde_json::from_str(&self.to_json()).unwrap_or_else(|_| self.clone())
    }

    /// The text of `PARITY.md`.
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "# Parity\n\nCompared with {}, policy {}, at least {} equal answers a function.\n\n\
             | function | status | recorded | generated | raised | declined | branches | failure rate | allows |\n\
             |---|---|---:|---:|---:|---:|---:|---|---|\n",
            self.interpreter, self.policy, self.minimum_calls
        );
        self.functions.iter().for_each(|entry| text.push_str(&row(entry)));
        for entry in self.functions.iter().filter(|entry| entry.status != Status::Equal) {
            let reason = entry.reason.as_deref().unwrap_or("no reason known");
            text.push_str(&format!("\n## {}: {}\n\n{reason}\n", entry.name, status_word(entry.status)));
            entry.differences.iter().for_each(|difference| text.push_str(&told(difference)));
        }
        text.push_str(&not_reached(&self.functions));
        if !self.notes.is_empty() {
            text.push_str("\n## Notes\n\n");
            self.notes.iter().for_each(|note| text.push_str(&format!("- {note}\n")));
        }
        text.push_str(
            "\n\"Raised\" answers are equal exceptions, type and message. \"Declined\" calls are guards: no answer, so \
             no equal answer.\n\"Branches\" are those of the original that compared calls took, helpers included.\nThe failure rate is the bound 3/n at 95 % for calls like these.\n",
        );
        text
    }
}

fn entry(found: &FunctionEvidence) -> Entry {
    let compared = found.calls.total();
    let equal = found.status == Status::Equal;
    Entry {
        name: found.name.clone(),
        status: found.status,
        reason: match found.nondeterministic {
            // What the two runs gave is another thing in every run.
            Some(_) if found.status == Status::Unproven => Some("Python does not agree with itself".into()),
            _ => found.reason.clone(),
        },
        calls: found.calls,
        tally: found.tally,
        exhausted: found.exhausted,
        branches: found.branches.clone(),
        failure_rate_below: failure_rate(compared).filter(|_| equal && !found.exhausted),
        level: if equal { level(compared) } else { Level::None },
        differences: found.differences.clone(),
    }
}

fn row(entry: &Entry) -> String {
    let rate = match entry.failure_rate_below {
        Some(rate) => format!("< {:.2} %", rate * 100.0),
        None if entry.exhausted && entry.status == Status::Equal => "every call made".into(),
        None => "-".into(),
    };
    let allows = match entry.level {
        Level::None => "-",
        Level::Merge => "merge",
        Level::Shadow => "shadow",
        Level::FullTraffic => "full traffic",
    };
    let Tally { raised, guards, .. } = entry.tally;
    let Calls { recorded, generated } = entry.calls;
    let status = status_word(entry.status);
    let branches = entry.branches.as_ref().map_or("-".into(), |found| format!("{} of {}", found.reached, found.total));
    format!(
        "| `{}` | {status} | {recorded} | {generated} | {raised} | {guards} | {branches} | {rate} | {allows} |\n",
        entry.name
    )
}

/// The branches of the original that no compared call took.
fn not_reached(entries: &[Entry]) -> String {
    let missed = |entry: &Entry| {
        let branches = entry.branches.as_ref().filter(|branches| !branches.missed.is_empty())?;
        Some(format!("- `{}`: {}\n", entry.name, branches.missed.join(", ")))
    };
    let lines: String = entries.iter().filter_map(missed).collect();
    if lines.is_empty() { lines } else { format!("\n## Branches not reached\n\n{lines}") }
}

/// A status in words.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Equal => "equal",
        Status::NotEqual => "not equal",
        Status::Unproven => "unproven",
    }
}

fn told(difference: &Difference) -> String {
    let calls = difference.calls.join("\n  ");
    let Difference { python, port, .. } = difference;
    format!("\n{}\n\n```diff\n  {calls}\n- Python {python}\n+ port   {port}\n```\n", difference.line())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Decisions;
    use crate::verify::evidence::{CorpusStep, DifferenceKind};

    fn evidence(status: Status, generated: usize) -> FunctionEvidence {
        FunctionEvidence {
            name: "price".into(),
            status,
            reason: (status != Status::Equal).then(|| "it differs".to_owned()),
            calls: Calls { recorded: 0, generated },
            tally: Tally::default(),
            exhausted: false,
            differences: Vec::new(),
            branches: Some(Branches { total: 2, reached: 1, missed: vec!["m.py:4 else".into()] }),
            nondeterministic: None,
            corpus: vec![vec![CorpusStep { request: r#"{"id":1}"#.into(), answer: r#"{"ok":1}"#.into() }]],
        }
    }

    fn certificate(found: FunctionEvidence) -> Certificate {
        let found = Verification {
            functions: vec![found],
            interpreter: "CPython 3.11.7".into(),
            notes: vec![],
            decisions: Decisions::default(),
        };
        Certificate::of(
            &found,
            Hashes::default(),
            "balanced",
            &Evidence { minimum_calls: 1000, generated_calls: 3000 },
            1,
        )
    }

    #[test]
    fn levels_and_rates_follow_the_rule_of_three() {
        assert_eq!(
            [299, 300, 3_000, 30_000].map(level),
            [Level::None, Level::Merge, Level::Shadow, Level::FullTraffic]
        );
        assert_eq!((failure_rate(0), failure_rate(300)), (None, Some(0.01)));
    }

    #[test]
    fn what_is_not_equal_has_no_level_and_is_shown() {
        let mut found = evidence(Status::NotEqual, 5000);
        found.differences.push(Difference {
            kind: DifferenceKind::Value,
            at: "m.py:3:0".into(),
            path: String::new(),
            calls: vec!["price(1)".into()],
            requests: vec![],
            python: "2".into(),
            port: "3".into(),
        });
        let certificate = certificate(found);
        assert_eq!((certificate.functions[0].level, certificate.functions[0].failure_rate_below), (Level::None, None));
        let text = certificate.to_markdown();
        assert!(text.contains("m.py:3\n\n```diff\n  price(1)\n- Python 2\n+ port   3"), "{text}");
    }

    #[test]
    fn a_certificate_survives_its_file() {
        let certificate = certificate(evidence(Status::Equal, 3000));
        let read: Result<Certificate, _> = serde_json::from_str(&certificate.to_json());
        assert_eq!(read.ok(), Some(certificate.clone()));
        assert!(
            certificate.to_markdown().contains("| `price` | equal | 0 | 3000 | 0 | 0 | 1 of 2 | < 0.10 % | shadow |")
        );
    }

    /// Where a value has other fields than its schema, or other types.
    fn strangers(value: &serde_json::Value, schema: &serde_json::Value, at: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
            found.extend(required.filter(|name| !fields.contains_key(*name)).map(|name| format!("{at}: no {name}")));
            for (name, inner) in fields {
                match known.get(name) {
                    Some(schema) => found.extend(strangers(inner, schema, &format!("{at}.{name}"))),
                    None => found.push(format!("{at}: {name} is not described")),
                }
            }
        }
        let items = value.as_array().into_iter().flatten().enumerate();
        found.extend(items.flat_map(|(index, item)| strangers(item, &schema["items"], &format!("{at}[{index}]"))));
        let allowed = schema["enum"].as_array();
        found.extend(allowed.filter(|all| !all.contains(value)).map(|_| format!("{at}: {value} is none of the words")));
        found
    }

    #[test]
    fn a_certificate_is_compared_as_it_is_written() {
        for calls in 30_000..31_000 {
            let certificate = certificate(evidence(Status::Equal, calls));
            let read: Option<Certificate> = serde_json::from_str(&certificate.to_json()).ok();
            assert_eq!(read, Some(certificate.as_written()), "{calls}");
            assert_eq!(read.map(|read| read.as_written()), Some(certificate.as_written()), "{calls}");
        }
    }

    #[test]
    fn the_certificate_is_the_documented_form() {
        let schema = include_str!("../../docs/parity.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
        let mut different = evidence(Status::NotEqual, 5000);
        different.differences.push(Difference {
            kind: DifferenceKind::Value,
            at: "m.py:3:0".into(),
            path: String::new(),
            calls: vec!["price(1)".into()],
            requests: vec![],
            python: "2".into(),
            port: "3".into(),
        });
        for found in [evidence(Status::Equal, 3000), different] {
            let value = serde_json::to_value(certificate(found)).expect("JSON");
            assert_eq!(strangers(&value, &schema, "$"), Vec::<String>::new());
        }
    }
}
