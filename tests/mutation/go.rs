//! Faults in emitted Go: a small Go program finds them on the syntax tree; their texts become cases of one program that
//! chooses among them when it starts.
//!
//! ```text
//! func Middle(a, b int64) int64 {               func Middle(a, b int64) int64 {
//!     return support.FloorDiv(a+b, 2)     =>        switch injectedFault {
//! }                                                 case 1: // fault
//!                                                       return func() int64 {
//!                                                           return truncatingDiv(a+b, 2)
//!                                                       }()
//!                                                   }
//!                                                   return support.FloorDiv(a+b, 2)
//!                                               }
//! ```

use crate::fault::{Kind, Place};
use crate::rust::Found;
use crate::twins::Twins;
use pivot::host::process::{Command, Stdin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A function whose body can be exchanged.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Frame {
    pub function: String,
    pub origin: String,
    results: String,
    start: usize,
    end: usize,
    pub words: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    frame: usize,
    kind: Kind,
    context: String,
    before: String,
    after: String,
    start: usize,
    end: usize,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Question<'a> {
    text: &'a str,
    boundary: bool,
    twins: BTreeMap<&'a str, Twin<'a>>,
    mutates: &'a BTreeMap<String, Vec<usize>>,
    codings: BTreeMap<&'a str, Vec<Coding<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Twin<'a> {
    name: &'a str,
    kind: Kind,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Coding<'a> {
    how: &'a str,
    kind: Kind,
}

/// A Go file with the faults that can be made in it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Source {
    #[serde(skip)]
    text: String,
    #[serde(skip)]
    boundary: bool,
    pub frames: Vec<Frame>,
    faults: Vec<Change>,
}

/// The finder, compiled once.
pub struct Finder(PathBuf);

/// What the finder has to know of a program.
pub struct Hints<'a> {
    pub twins: &'a Twins,
    /// Positions of parameters that may change, by origin.
    pub mutates: &'a BTreeMap<String, Vec<usize>>,
    /// Wrong ways to write results, by Python name.
    pub codings: &'a BTreeMap<String, Vec<(&'static str, Kind)>>,
}

impl Finder {
    pub fn build(folder: &Path) -> Finder {
        let program = folder.join("finder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutation/finder");
        let done = Command::new("go").args(["build", "-o"]).arg(&program).cwd(source).run(None).expect("go runs");
        assert!(done.status.success(), "{}", done.stderr_text());
        Finder(program)
    }

    pub fn find(&self, text: &str, boundary: bool, hints: &Hints) -> Source {
        let twins = hints.twins.all().map(|twin| (twin.callee.as_str(), Twin { name: &twin.name, kind: twin.kind }));
        let codings = hints.codings.iter().map(|(name, codings)| {
            (name.as_str(), codings.iter().map(|(how, kind)| Coding { how, kind: *kind }).collect())
        });
        let question =
            Question { text, boundary, twins: twins.collect(), mutates: hints.mutates, codings: codings.collect() };
        let question = serde_json::to_vec(&question).expect("a question");
        let done = Command::new(&self.0).stdin(Stdin::Bytes(question)).run(None).expect("the finder runs");
        assert!(done.status.success(), "{}", done.stderr_text());
        let found: Source = serde_json::from_slice(&done.stdout).expect("an answer");
        Source { text: text.to_string(), boundary, ..found }
    }
}

impl Source {
    /// Every fault; its site is its place in the list.
    pub fn found(&self) -> Vec<Found> {
        let one = |(site, change): (usize, &Change)| {
            let frame = &self.frames[change.frame];
            Found {
                kind: change.kind,
                place: if self.boundary { Place::Boundary } else { Place::Body },
                function: frame.function.clone(),
                context: change.context.clone(),
                before: change.before.clone(),
                after: change.after.clone(),
                origin: frame.origin.clone(),
                site,
            }
        };
        self.faults.iter().enumerate().map(one).collect()
    }

    /// The body of a function.
    pub fn body(&self, function: &str) -> &str {
        let frame = self.frames.iter().find(|frame| frame.function == function);
        frame.map_or("", |frame| &self.text[frame.start..frame.end])
    }

    /// The text with these faults (site, number) built in.
    pub fn with(&self, faults: &[(usize, usize)]) -> String {
        let mut text = self.text.clone();
        for (at, frame) in self.frames.iter().enumerate().rev() {
            let cases: String = faults
                .iter()
                .filter(|(site, _)| self.faults[*site].frame == at)
                .map(|(site, number)| self.case(frame, &self.faults[*site], *number))
                .collect();
            if !cases.is_empty() {
                text.insert_str(frame.start, &format!("\nswitch injectedFault {{\n{cases}}}\n"));
            }
        }
        text
    }

    fn case(&self, frame: &Frame, change: &Change, number: usize) -> String {
        let (before, after) = (&self.text[frame.start..change.start], &self.text[change.end..frame.end]);
        let body = format!("{before}{}{after}", change.text);
        let results = &frame.results;
        match results.is_empty() {
            true => format!("case {number}: // fault\nfunc() {{{body}}}()\nreturn\n"),
            false => format!("case {number}: // fault\nreturn func() {results} {{{body}}}()\n"),
        }
    }
}
