//! Branches of the original: what the numbers mean that an instrumented copy reports, and which of them the compared
//! calls took.
//!
//! ```text
//! {"id":2,"trace":[19389,4,33,36,41],"ok":142.5}      19,389 ns, 4 times round a loop, branches 33, 36 and 41
//! 11 of 12 branches; not reached: pricing.py:40 else
//! ```
//!
//! The copy is made by `python/branches.py`. A function answers for its own branches and for those of the helpers that
//! its calls entered, unless a helper is compared under its own name. A branch counts as reached when a call that took
//! it was compared, whichever function was called.

use super::evidence::Branches;
use super::subject::{SubjectId, Subjects};
use crate::artifact::Interface;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// From here on numbers are lines where a call failed, no branches.
const FAILED: u32 = 1 << 30;

/// What the copy reports of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// How long the call took.
    pub(super) nanoseconds: u64,
    /// How often it went round its loops: a cost that is the same on every machine.
    pub(super) work: u64,
    /// The branches it took, sorted; after them what stands for the lines where it failed.
    pub(super) branches: Arc<[u32]>,
}

impl Trace {
    /// Takes the trace out of an answer line; what is left is a line of the plain protocol.
    pub(super) fn take(line: &mut String) -> Option<Trace> {
        const BEGIN: &str = r#","trace":["#;
        let start = line.find(',').filter(|start| line[*start..].starts_with(BEGIN))?;
        let end = start + line[start..].find(']')?;
        let mut numbers = line[start + BEGIN.len()..end].split(',').map(str::parse::<u64>);
        let (nanoseconds, work) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        let branches = numbers.map(|number| number.ok().and_then(|n| n.try_into().ok())).collect::<Option<_>>()?;
        line.drain(start..=end);
        Some(Trace { nanoseconds, work, branches })
    }

    /// What stands for the line of the function itself where the call failed.
    pub(super) fn failed_at(&self) -> Option<u32> {
        self.branches.iter().copied().find(|number| *number >= FAILED)
    }
}

/// The functions of the original and their branches.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct BranchTable {
    functions: Vec<TableFunction>,
    branches: Vec<Branch>,
}

#[derive(Clone, Debug, Deserialize)]
struct TableFunction {
    file: String,
    name: String,
    /// The mark that a call of it leaves.
    entry: u32,
}

#[derive(Clone, Debug, Deserialize)]
struct Branch {
    number: u32,
    file: String,
    line: usize,
    kind: String,
    /// Place of the function in the table.
    function: usize,
}

impl BranchTable {
    /// Reads the worker's answer; an empty table where there is none.
    pub(super) fn read(answer: Option<&str>) -> BranchTable {
        #[derive(Deserialize)]
        struct Answer {
            ok: BranchTable,
        }
        answer.and_then(|line| serde_json::from_str::<Answer>(line).ok()).map(|answer| answer.ok).unwrap_or_default()
    }

    /// What each subject's calls reached, given the branches that the compared calls of every subject took; `None`
    /// where the subject's source was not counted.
    pub(super) fn counts(
        &self,
        subjects: &Subjects,
        taken: &BTreeMap<SubjectId, BTreeSet<u32>>,
    ) -> Vec<Option<Branches>> {
        let own: Vec<Option<usize>> = (0..subjects.all.len()).map(|id| self.own(subjects, id)).collect();
        let everywhere: BTreeSet<u32> = taken.values().flatten().copied().collect();
        let nothing = BTreeSet::new();
        (0..subjects.all.len())
            .map(|id| {
                let entered = taken.get(&id).unwrap_or(&nothing);
                let is_mine = |function: usize| {
                    own[id] == Some(function)
                        || entered.contains(&self.functions[function].entry) && !own.contains(&Some(function))
                };
                let mine: Vec<bool> = (0..self.functions.len()).map(is_mine).collect();
                mine.contains(&true).then(|| self.count(&mine, &everywhere))
            })
            .collect()
    }

    fn count(&self, mine: &[bool], reached: &BTreeSet<u32>) -> Branches {
        let all: Vec<&Branch> =
            self.branches.iter().filter(|branch| mine.get(branch.function).copied().unwrap_or(false)).collect();
        let missed: Vec<&&Branch> = all.iter().filter(|branch| !reached.contains(&branch.number)).collect();
        let told = missed.iter().map(|branch| format!("{}:{} {}", branch.file, branch.line, branch.kind));
        Branches { total: all.len(), reached: all.len() - missed.len(), missed: told.collect() }
    }

    /// The function that a subject names: in the translated module, or else in the only file that has it.
    fn own(&self, subjects: &Subjects, id: SubjectId) -> Option<usize> {
        let name = subjects.qualified(id);
        let named: Vec<usize> = (0..self.functions.len()).filter(|at| self.functions[*at].name == name).collect();
        let entry = file_of(subjects.interface);
        let here = named.iter().copied().find(|at| self.functions[*at].file == entry);
        here.or(if let [only] = named.as_slice() { Some(*only) } else { None })
    }
}

/// `shop/pricing.py` of `shop.pricing`.
fn file_of(interface: &Interface) -> String {
    format!("{}.py", interface.module.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::callable;
    use super::*;
    use crate::artifact::Shape;

    #[test]
    fn a_trace_is_taken_out_of_a_line() {
        let mut line = r#"{"id":2,"trace":[19389,4,33,36],"ok":{"trace":[1]}}"#.to_owned();
        let trace = Trace::take(&mut line);
        assert_eq!(line, r#"{"id":2,"ok":{"trace":[1]}}"#);
        assert_eq!(
            trace.map(|trace| (trace.nanoseconds, trace.work, trace.branches.to_vec())),
            Some((19389, 4, vec![33, 36]))
        );
        for plain in [r#"{"id":2,"ok":{"a":1,"trace":[1,2]}}"#, "rubbish", ""] {
            let mut line = plain.to_owned();
            assert_eq!((Trace::take(&mut line), line.as_str()), (None, plain));
        }
    }

    #[test]
    fn helpers_count_for_those_who_call_them() {
        let table = BranchTable::read(Some(
            r#"{"id":1,"ok":{"functions":[{"file":"m.py","line":1,"name":"f","entry":0},
            {"file":"m.py","line":5,"name":"_helper","entry":2},{"file":"m.py","line":9,"name":"g","entry":4}],
            "branches":[{"number":1,"file":"m.py","line":2,"kind":"if","function":0},
            {"number":3,"file":"m.py","line":6,"kind":"else","function":1},
            {"number":5,"file":"m.py","line":10,"kind":"loop","function":2}]}}"#,
        ));
        let functions = ["f", "g"].map(|name| callable(name, vec![], Shape::None)).to_vec();
        let interface = Interface { module: "m".into(), functions, ..Interface::default() };
        let subjects = Subjects::of(&interface);
        let taken = BTreeMap::from([(0, BTreeSet::from([0, 1, 2, 4, 5])), (1, BTreeSet::from([4]))]);
        let counts = table.counts(&subjects, &taken);
        let missed = vec!["m.py:6 else".to_owned()];
        assert_eq!(counts[0], Some(Branches { total: 2, reached: 1, missed }));
        assert_eq!(counts[1], Some(Branches { total: 1, reached: 1, missed: vec![] }));
        assert_eq!(BranchTable::read(None).counts(&subjects, &taken), [None, None]);
    }
}
