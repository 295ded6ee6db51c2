//! Faults that nobody can see from outside, each with the argument why: `excused.yaml`.

use crate::fault::Fault;
use crate::program::root;
use pivot::host::{Disk, Files};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Why nobody can tell.
    why: String,
    /// The keys of the faults that this is about.
    faults: Vec<String>,
}

/// Arguments by key of the fault.
pub struct Excused(BTreeMap<String, String>);

impl Excused {
    /// Reads the table; a fault stands in it once.
    pub fn read() -> Excused {
        let text = Disk.read_text(&root().join("tests/mutation/excused.yaml")).expect("the table of excuses");
        let entries: Vec<Entry> = serde_yaml::from_str(&text).expect("a table of excuses");
        let mut all = BTreeMap::new();
        for entry in entries {
            assert!(entry.why.len() > 20, "an excuse is an argument: {}", entry.why);
            for key in entry.faults {
                let again = all.insert(key.clone(), entry.why.trim().to_string());
                assert!(again.is_none(), "excused twice: {key}");
            }
        }
        Excused(all)
    }

    pub fn why(&self, fault: &Fault) -> Option<&str> {
        self.0.get(&fault.key()).map(String::as_str)
    }

    /// Keys that name no fault any more: the code has moved.
    pub fn stale<'f>(&self, faults: impl Iterator<Item = &'f Fault>) -> Vec<String> {
        let keys: BTreeSet<String> = faults.map(Fault::key).collect();
        self.0.keys().filter(|key| !keys.contains(*key)).cloned().collect()
    }
}
