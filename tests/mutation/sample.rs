//! A sample for every run of the tests: each kind in each language, from few programs, the same every time.

use crate::excused::Excused;
use crate::fault::{Fault, Kind, rank};
use crate::program::Program;
use std::collections::{BTreeMap, BTreeSet};

/// Candidates of a kind and language, of which the first that compiles is taken.
const CANDIDATES: usize = 4;
/// Programs per language that the sample comes from, as far as they have every kind.
const PROGRAMS: usize = 3;

/// The keys of the faults to try to build.
pub fn candidates(programs: &[Program], excused: &Excused) -> BTreeSet<String> {
    let mut chosen = BTreeSet::new();
    for target in programs.iter().map(|program| program.target.word()).collect::<BTreeSet<_>>() {
        let mut those: Vec<&Program> = programs.iter().filter(|program| program.target.word() == target).collect();
        those.sort_by_key(|program| rank(&program.module));
        let first = those.len().min(PROGRAMS);
        let mut left: BTreeMap<Kind, usize> = BTreeMap::new();
        let kinds = those.iter().flat_map(|program| program.selected(excused).into_iter().map(|fault| fault.kind));
        kinds.for_each(|kind| *left.entry(kind).or_default() = CANDIDATES);
        for part in [&those[..first], &those[first..]] {
            let mut faults: Vec<&Fault> = part.iter().flat_map(|program| program.selected(excused)).collect();
            faults.retain(|fault| excused.why(fault).is_none());
            faults.sort_by_key(|fault| rank(&fault.key()));
            for fault in faults {
                let left = left.entry(fault.kind).or_default();
                if *left > 0 {
                    *left -= 1;
                    chosen.insert(fault.key());
                }
            }
        }
    }
    chosen
}

/// Of the faults that compile, one of each kind: in one language, and of the next kind in the next.
pub fn chosen<'f>(alive: impl Iterator<Item = &'f Fault>) -> BTreeSet<String> {
    let mut all: Vec<(Kind, &str, String)> = alive.map(|it| (it.kind, it.target.word(), it.key())).collect();
    all.sort_by_key(|(kind, target, key)| (*kind, *target, rank(key)));
    let mut chosen = BTreeSet::new();
    for (turn, of_kind) in all.chunk_by(|a, b| a.0 == b.0).enumerate() {
        let languages: Vec<_> = of_kind.chunk_by(|a, b| a.1 == b.1).collect();
        chosen.insert(languages[turn % languages.len()][0].2.clone());
    }
    chosen
}
