//! What the names of a module stand for before anything else is known of it: those that imports of some modules give,
//! and nothing else binds.

use super::annotations::dotted;
use super::generators::bound_names;
use crate::python::ast::{self, Expr, Stmt, StmtKind, bodies_mut};

use std::collections::{HashMap, HashSet};

/// Names with the full paths that they stand for: `it` for `itertools`, `take` for `itertools.takewhile`.
#[derive(Default)]
pub struct Paths {
    names: HashMap<String, String>,
}

impl Paths {
    /// The names that a module gives to other modules and what is in them.
    pub fn of(tree: &ast::Module, modules: &[&str]) -> Paths {
        let mut names = HashMap::new();
        note_imports(&tree.body, modules, &mut names);
        if !names.is_empty() {
            let mut others = HashSet::new();
            note_other_names(&tree.body, modules, &mut others);
            names.retain(|name, _| !others.contains(name));
        }
        Paths { names }
    }

    /// True where no such name is known.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The full path of a name, empty where it is none of these.
    pub fn path(&self, e: &Expr) -> String {
        let name = dotted(e).unwrap_or_default();
        let (first, rest) = name.split_once('.').unwrap_or((&name, ""));
        match (self.names.get(first), rest) {
            (Some(path), "") => path.clone(),
            (Some(path), rest) => format!("{path}.{rest}"),
            _ => String::new(),
        }
    }
}

fn note_imports(body: &[Stmt], modules: &[&str], found: &mut HashMap<String, String>) {
    for stmt in body {
        let word = |alias: &ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).text.clone();
        match &stmt.kind {
            StmtKind::Import(names) => {
                let ours = names.iter().filter(|alias| modules.contains(&alias.name.text.as_str()));
                found.extend(ours.map(|alias| (word(alias), alias.name.text.clone())));
            }
            StmtKind::ImportFrom { module: Some(from), names, level: 0 } if modules.contains(&from.text.as_str()) => {
                found.extend(names.iter().map(|alias| (word(alias), format!("{}.{}", from.text, alias.name.text))));
            }
            _ => {}
        }
        ast::bodies(stmt).into_iter().for_each(|inner| note_imports(inner, modules, found));
    }
}

/// Names that anything but an import of these modules binds.
fn note_other_names(body: &[Stmt], modules: &[&str], found: &mut HashSet<String>) {
    for stmt in body {
        let ours = match &stmt.kind {
            StmtKind::Import(names) => names.iter().all(|alias| modules.contains(&alias.name.text.as_str())),
            StmtKind::ImportFrom { module: Some(from), level: 0, .. } => modules.contains(&from.text.as_str()),
            _ => false,
        };
        if !ours {
            bound_names(std::slice::from_ref(&bare(stmt)), found);
        }
        ast::bodies(stmt).into_iter().for_each(|inner| note_other_names(inner, modules, found));
    }
}

/// A statement without what is nested in it.
pub fn bare(stmt: &Stmt) -> Stmt {
    let mut stmt = stmt.clone();
    bodies_mut(&mut stmt).into_iter().for_each(Vec::clear);
    stmt
}
