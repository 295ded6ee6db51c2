//! Which surveyed function a measured one is: by file and name, with the line to tell namesakes apart.

use super::candidates::Node;
use crate::facts::{FunctionFacts, FunctionId, Program};
use crate::measurement::{Function, Measurement};
use std::collections::HashMap;
use std::path::{Component, Path};

/// Measured functions and the surveyed ones that they are.
pub struct Join {
    known: Vec<Option<FunctionId>>,
}

impl Join {
    /// Matches all functions of a run.
    pub fn new(program: &Program, measurement: &Measurement) -> Join {
        let mut by_name: HashMap<&str, Vec<&FunctionFacts>> = HashMap::new();
        for function in &program.functions {
            by_name.entry(&function.qualname).or_default().push(function);
        }
        let matched = |measured: &Function| {
            let namesakes = by_name.get(measured.qualname.as_str())?;
            let fitting = namesakes.iter().map(|facts| (likeness(program, facts, measured), facts));
            fitting
                .filter(|(likeness, _)| likeness.0 > 0)
                .max_by_key(|(likeness, _)| *likeness)
                .map(|(_, facts)| facts.id)
        };
        Join { known: measurement.functions.iter().map(matched).collect() }
    }

    /// The node of a measured function: surveyed, or at least the user's own; `None` for libraries and for what the
    /// interpreter makes up (`<module>`, `<listcomp>`).
    pub fn node(&self, measurement: &Measurement, index: usize) -> Option<Node> {
        let function = &measurement.functions[index];
        match self.known[index] {
            Some(id) => Some(Node::Known(id)),
            None if function.user && !function.qualname.ends_with('>') => Some(Node::Seen(index)),
            None => None,
        }
    }

    /// The measured function that is this surveyed one.
    pub fn measured(&self, id: FunctionId) -> Option<usize> {
        self.known.iter().position(|known| *known == Some(id))
    }
}

/// How well two functions of one name fit: parts of the path that are equal from the end, and the line.
fn likeness(program: &Program, facts: &FunctionFacts, measured: &Function) -> (usize, bool) {
    let path = &program.source_of(facts).path;
    let shared = shared_end(path, &measured.file);
    let is_whole = shared == parts(path).count();
    let line = measured.first_line as usize;
    let same_line = line == facts.first_line || line == facts.def_line;
    if is_whole || (shared > 0 && same_line) { (shared, same_line) } else { (0, false) }
}

/// Number of equal parts from the end of two paths.
fn shared_end(a: &Path, b: &Path) -> usize {
    parts(a).zip(parts(b)).take_while(|(a, b)| a == b).count()
}

/// Names of a path from the end, without `.` and `..`.
fn parts(path: &Path) -> impl Iterator<Item = &std::ffi::OsStr> {
    path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::facts;
    use super::*;
    use crate::source::FileId;

    fn measured(file: &str, line: u32) -> Function {
        let (module, qualname) = ("m".to_string(), "f".to_string());
        Function { module, qualname, file: file.into(), first_line: line, user: true, spells: 1, calls: 0 }
    }

    #[test]
    fn files_fit_by_the_end_of_their_paths() {
        let mut program = Program::default();
        program.sources.add("../shop/a/util.py", "a.util", "");
        program.sources.add("../shop/b/util.py", "b.util", "");
        for file in 0..2 {
            let mut function = facts("util.f");
            (function.id, function.at.file) = (FunctionId(file), FileId(file));
            program.functions.push(function);
        }
        let best = |file: &str| {
            let of = |id: u32| likeness(&program, &program.functions[id as usize], &measured(file, 1));
            if of(0) > of(1) { 0 } else { 1 }
        };
        assert_eq!(best("/home/me/shop/a/util.py"), 0);
        assert_eq!(best("/home/me/shop/b/util.py"), 1);
        assert_eq!(likeness(&program, &program.functions[0], &measured("/usr/lib/other.py", 1)), (0, false));
    }
}
