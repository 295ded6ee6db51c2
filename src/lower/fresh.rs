//! Containers made where an argument is left out: the default that Python programs write as `None`.
//!
//! ```text
//! def add(x, xs=None):              fn add(x: int, xs: list[int] = fresh [])
//!     if xs is None:                    xs.append(x)
//!         xs = []                       return xs
//!     xs.append(x)
//!     return xs
//! ```
//!
//! The container that is made is empty and nobody has looked at the parameter before, so that the caller may as well
//! make it: the parameter is a plain container, and a call that leaves it out, or gives `None`, gives a new one.

use crate::ir::Type;
use crate::python::ast;

/// A parameter with such a default: its name, the container, and which statement of the body makes it.
pub struct Fresh<'a> {
    pub name: &'a str,
    pub made: &'a ast::Expr,
    pub statement: usize,
}

/// The parameters of a function with such a default.
pub fn defaults(def: &ast::FunctionDef) -> Vec<Fresh<'_>> {
    let is_none = |e: &ast::Expr| matches!(e.kind, ast::ExprKind::None);
    let mut open: Vec<&str> = def
        .params
        .items
        .iter()
        .filter(|p| p.default.as_ref().is_some_and(is_none))
        .map(|p| p.name.text.as_str())
        .collect();
    let mut found = Vec::new();
    for (statement, stmt) in def.body.iter().enumerate() {
        if open.is_empty() {
            break;
        }
        match made(stmt).filter(|(name, _)| open.contains(name)) {
            Some((name, made)) => {
                found.push(Fresh { name, made, statement });
                open.retain(|other| *other != name);
            }
            None => open.retain(|name| !may_mention(stmt, name)),
        }
    }
    found
}

/// `if name is None: name = []`, `name = [] if name is None else name`: the name and the container.
fn made(stmt: &ast::Stmt) -> Option<(&str, &ast::Expr)> {
    match &stmt.kind {
        ast::StmtKind::If { test, body, orelse } if orelse.is_empty() => {
            let name = compared(test, ast::CompareOp::Is)?;
            let [ast::Stmt { kind, .. }] = body.as_slice() else { return None };
            let (target, value) = match kind {
                ast::StmtKind::Assign { targets, value } if targets.len() == 1 => (&targets[0], value),
                _ => return None,
            };
            (is_name(target, name) && is_empty(value)).then_some((name, value))
        }
        ast::StmtKind::Assign { targets, value } if targets.len() == 1 => {
            let ast::ExprKind::Conditional { test, body, orelse } = &value.kind else { return None };
            let (name, kept, made) = match compared(test, ast::CompareOp::Is) {
                Some(name) => (name, orelse, body),
                None => (compared(test, ast::CompareOp::IsNot)?, body, orelse),
            };
            (is_name(&targets[0], name) && is_name(kept, name) && is_empty(made)).then_some((name, made))
        }
        _ => None,
    }
}

impl Fresh<'_> {
    /// The type of a parameter that is annotated so, where what is made is of it.
    pub fn fitting(&self, declared: &Type) -> Option<Type> {
        let word = match &self.made.kind {
            ast::ExprKind::List(_) => "list",
            ast::ExprKind::Dict(_) => "dict",
            ast::ExprKind::Call { func, .. } => match &func.kind {
                ast::ExprKind::Name(name) => name.as_str(),
                _ => return None,
            },
            _ => return None,
        };
        let fits = match declared.some() {
            Type::Unknown => true,
            Type::List(_) => word == "list",
            Type::Dict(_, _, crate::ir::DictKind::Plain) => word == "dict",
            Type::Set(_) => word == "set",
            _ => false,
        };
        fits.then(|| declared.some().clone())
    }
}

fn is_name(e: &ast::Expr, name: &str) -> bool {
    matches!(&e.kind, ast::ExprKind::Name(other) if other == name)
}

/// The name that is compared with `None`.
fn compared(test: &ast::Expr, wanted: ast::CompareOp) -> Option<&str> {
    let ast::ExprKind::Compare { left, ops, comparators } = &test.kind else { return None };
    match (&left.kind, ops.as_slice(), comparators.as_slice()) {
        (ast::ExprKind::Name(name), [op], [ast::Expr { kind: ast::ExprKind::None, .. }]) if *op == wanted => Some(name),
        _ => None,
    }
}

/// True for a new empty list, dict or set.
fn is_empty(e: &ast::Expr) -> bool {
    match &e.kind {
        ast::ExprKind::List(items) => items.is_empty(),
        ast::ExprKind::Dict(items) => items.is_empty(),
        ast::ExprKind::Call { func, args, keywords } => {
            let is_maker =
                matches!(&func.kind, ast::ExprKind::Name(name) if matches!(name.as_str(), "list" | "dict" | "set"));
            is_maker && args.is_empty() && keywords.is_empty()
        }
        _ => false,
    }
}

/// True where a statement may name a variable.
fn may_mention(stmt: &ast::Stmt, name: &str) -> bool {
    use ast::StmtKind::*;
    let is_plain = |stmt: &ast::Stmt| {
        matches!(stmt.kind, Expr(_) | Assign { .. } | AugAssign { .. } | If { .. } | Return(_) | Raise { .. } | Pass)
    };
    let inside = ast::bodies(stmt).into_iter().flatten().all(is_plain);
    !is_plain(stmt) || !inside || super::contexts::mentions(std::slice::from_ref(stmt), &[name])
}
