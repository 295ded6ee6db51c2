//! A tree without the bodies of its functions: what other files can see of a file.
//!
//! ```text
//! def price(x: int) -> int:         def price(x: int) -> int:
//!     total = 0                         def helper(y): ...
//!     def helper(y): ...                global RATE
//!     if x: global RATE
//! ```
//!
//! A million lines as trees are a gigabyte; their outlines are a tenth of that. The bodies are read again, one file at a
//! time, when they are walked. Constructors stay whole: they say what an object's attributes are.

use super::walk;
use crate::python::ast::{FunctionDef, Module, Stmt, StmtKind};
use crate::span::Span;
use std::collections::HashMap;

/// Methods whose assignments give an object its attributes.
pub const CONSTRUCTORS: [&str; 4] = ["__init__", "__new__", "__post_init__", "setUp"];

/// Takes the bodies of functions out of a tree; definitions inside them and `global` stay.
pub fn strip(module: &mut Module) {
    module.body.iter_mut().for_each(|stmt| visible(stmt, false));
}

fn visible(stmt: &mut Stmt, in_class: bool) {
    match &mut stmt.kind {
        StmtKind::FunctionDef(def) => strip_function(def, in_class),
        StmtKind::ClassDef(def) => def.body.iter_mut().for_each(|stmt| visible(stmt, true)),
        _ => walk::bodies_mut(stmt).into_iter().flatten().for_each(|stmt| visible(stmt, in_class)),
    }
}

fn strip_function(def: &mut FunctionDef, in_class: bool) {
    if in_class && CONSTRUCTORS.contains(&def.name.text.as_str()) {
        return;
    }
    let mut kept = Vec::new();
    keep(std::mem::take(&mut def.body), &mut kept);
    kept.shrink_to_fit();
    def.body = kept;
}

/// Moves what stays of a body out of its blocks.
fn keep(body: Vec<Stmt>, kept: &mut Vec<Stmt>) {
    for mut stmt in body {
        match stmt.kind {
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) | StmtKind::Global(_) => {
                visible(&mut stmt, false);
                kept.push(stmt);
            }
            _ => walk::bodies_mut(&mut stmt).into_iter().for_each(|inner| keep(std::mem::take(inner), kept)),
        }
    }
}

/// Every function of a whole tree, by the place of its name.
pub fn functions(module: &Module) -> HashMap<Span, &FunctionDef> {
    let mut found = HashMap::new();
    walk::each_statement(&module.body, &mut |stmt| {
        if let StmtKind::FunctionDef(def) = &stmt.kind {
            found.insert(def.name.span, &**def);
        }
    });
    found
}
