//! The published advice on where kinds of work belong, as data, and which kind a function seems to be.
//!
//! A kind is guessed only where several pieces of evidence meet; it informs a verdict and never makes one alone.

use crate::facts::{FunctionFacts, Program, Work};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The matrix inside the binary.
pub const BUILT_IN: &str = include_str!("../../profiles/matrix.yaml");

/// Kinds of work and where they belong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Pieces of evidence that must meet before a kind is guessed.
    pub needs_evidence: usize,
    /// Kinds by name.
    pub kinds: BTreeMap<String, Kind>,
    /// What the languages give, by factor and language.
    pub factors: BTreeMap<String, BTreeMap<String, String>>,
}

/// A kind of work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Where it belongs, best first; `stay` is Python.
    pub stacks: Vec<String>,
    /// Why.
    pub reason: String,
    /// Words in names of modules and functions that hint at it.
    pub words: Vec<String>,
    /// Packages that hint at it.
    pub packages: Vec<String>,
    /// Kinds of work that fit it.
    pub work: Vec<Work>,
}

/// A kind that a function seems to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Guess {
    /// Its name in the matrix.
    pub kind: String,
    /// Where it belongs, best first.
    pub stacks: Vec<String>,
    /// Why.
    pub reason: String,
    /// What hints at it.
    pub evidence: Vec<String>,
}

impl Matrix {
    /// Reads a matrix.
    pub fn parse(text: &str) -> Result<Matrix, serde_yaml::Error> {
        serde_yaml::from_str(text)
    }

    /// The matrix inside the binary; it is checked by a test, and empty should it ever not parse.
    pub fn built_in() -> Matrix {
        let empty = Matrix { needs_evidence: 2, kinds: BTreeMap::new(), factors: BTreeMap::new() };
        Matrix::parse(BUILT_IN).unwrap_or(empty)
    }

    /// The kind with most evidence; `None` where too little meets, or two kinds have the same.
    pub fn guess(&self, program: &Program, function: &FunctionFacts) -> Option<Guess> {
        let mut guesses: Vec<Guess> = self
            .kinds
            .iter()
            .map(|(name, kind)| kind.guess(name, program, function))
            .filter(|guess| guess.evidence.len() >= self.needs_evidence.max(1))
            .collect();
        guesses.sort_by_key(|guess| std::cmp::Reverse(guess.evidence.len()));
        let is_tie = guesses.len() > 1 && guesses[0].evidence.len() == guesses[1].evidence.len();
        if is_tie { None } else { guesses.into_iter().next() }
    }
}

impl Kind {
    fn guess(&self, name: &str, program: &Program, function: &FunctionFacts) -> Guess {
        let mut evidence = Vec::new();
        let dotted = function.dotted().to_lowercase();
        let parts: Vec<&str> = dotted.split(['.', '_']).collect();
        if let Some(word) = self.words.iter().find(|word| parts.contains(&word.as_str())) {
            evidence.push(format!("\"{word}\" in its name"));
        }
        let module = program.modules.iter().find(|module| module.name == function.module);
        if let Some(package) = self.packages.iter().find(|p| module.is_some_and(|m| m.packages.contains(p.as_str()))) {
            evidence.push(format!("its module imports {package}"));
        }
        if self.work.contains(&function.work()) {
            evidence.push(format!("its work is {}", function.work().words()));
        }
        Guess { kind: name.to_string(), stacks: self.stacks.clone(), reason: self.reason.clone(), evidence }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts;
    use super::*;

    #[test]
    fn the_built_in_matrix_parses_and_gives_reasons() {
        let matrix = Matrix::parse(BUILT_IN).unwrap();
        assert!(matrix.kinds.len() > 15);
        for (name, kind) in &matrix.kinds {
            assert!(!kind.stacks.is_empty() && kind.reason.len() > 20, "{name}");
            assert!(!kind.words.is_empty(), "{name}");
        }
        assert_eq!(matrix.factors["latency"]["rust"], "highest");
    }

    #[test]
    fn one_piece_of_evidence_is_not_enough() {
        let matrix = Matrix::built_in();
        let program = Program::default();
        let guess = matrix.guess(&program, &facts("pricing.calculate_price")).unwrap();
        assert_eq!((guess.kind.as_str(), guess.evidence.len()), ("pricing_dynamic", 2));
        let mut waiting = facts("pricing.calculate_price");
        waiting.cost.total = crate::facts::Steps::of(Work::Native, 1e5);
        assert_eq!(matrix.guess(&program, &waiting), None);
    }
}
