//! Walks over statements that every part of the survey needs: nested bodies, bound names, docstrings.

use crate::python::ast::*;
use std::collections::HashSet;

/// Calls `visit` with every statement in source order, nested ones included.
pub fn each_statement<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in body {
        visit(stmt);
        for inner in bodies(stmt) {
            each_statement(inner, visit);
        }
    }
}

/// Calls `visit` with every statement of one scope: nested blocks, but not the bodies of `def` and `class`.
pub fn each_in_scope<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in body {
        visit(stmt);
        if !matches!(stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
            for inner in bodies(stmt) {
                each_in_scope(inner, visit);
            }
        }
    }
}

/// Names that a function body binds itself, without those declared `global` or `nonlocal`.
pub fn local_names(def: &FunctionDef) -> HashSet<&str> {
    let mut bound: HashSet<&str> = def.params.items.iter().map(|p| p.name.text.as_str()).collect();
    let mut foreign = Vec::new();
    each_in_scope(&def.body, &mut |stmt| match &stmt.kind {
        StmtKind::Global(names) | StmtKind::Nonlocal(names) => foreign.extend(names.iter().map(|n| n.text.as_str())),
        _ => bound_by(stmt, &mut bound),
    });
    for name in foreign {
        bound.remove(name);
    }
    bound
}

/// Names declared `global` in a function body.
pub fn global_names(def: &FunctionDef) -> HashSet<&str> {
    let mut names = HashSet::new();
    each_in_scope(&def.body, &mut |stmt| {
        if let StmtKind::Global(declared) = &stmt.kind {
            names.extend(declared.iter().map(|n| n.text.as_str()));
        }
    });
    names
}

fn bound_by<'a>(stmt: &'a Stmt, bound: &mut HashSet<&'a str>) {
    match &stmt.kind {
        StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| names_in_target(target, bound)),
        StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, .. } | StmtKind::For { target, .. } => {
            names_in_target(target, bound)
        }
        StmtKind::With { items, .. } => {
            items.iter().filter_map(|item| item.target.as_ref()).for_each(|target| names_in_target(target, bound))
        }
        StmtKind::FunctionDef(def) => drop(bound.insert(&def.name.text)),
        StmtKind::ClassDef(def) => drop(bound.insert(&def.name.text)),
        StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
            bound.extend(names.iter().map(bound_by_import));
        }
        StmtKind::Try { handlers, .. } => {
            bound.extend(handlers.iter().filter_map(|handler| handler.name.as_ref()).map(|n| n.text.as_str()))
        }
        _ => {}
    }
}

/// The name that an import binds: `import a.b` binds `a`.
pub fn bound_by_import(alias: &Alias) -> &str {
    match &alias.asname {
        Some(name) => &name.text,
        None => alias.name.text.split('.').next().unwrap_or(&alias.name.text),
    }
}

fn names_in_target<'a>(target: &'a Expr, bound: &mut HashSet<&'a str>) {
    match &target.kind {
        ExprKind::Name(name) => drop(bound.insert(name)),
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| names_in_target(item, bound)),
        ExprKind::Starred(inner) => names_in_target(inner, bound),
        _ => {}
    }
}

/// `a.b.c` as a text, where an expression is a name with attributes.
pub fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Attribute { value, attr } => Some(format!("{}.{}", dotted(value)?, attr.text)),
        _ => None,
    }
}

/// The text of a string literal.
pub fn literal_text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Str(text) => Some(text),
        _ => None,
    }
}
