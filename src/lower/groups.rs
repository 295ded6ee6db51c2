//! Whether the groups of a `groupby` can be lists: each is used once, before the next one is asked for.
//!
//! ```text
//! for key, group in groupby(xs): print(key, len(list(group)))       once
//! for key, group in groupby(xs): kept.append(group)                  kept: the group is gone when it is looked at
//! ```

use super::generators::{names_in, target_names};
use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::python::walk;
use std::collections::HashSet;

/// Builtins that take all items of what they are given, or stop and leave the rest.
pub const TAKERS: &[&str] = &["list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all"];

/// The name of the groups in the target of a loop: `Some(None)` where they have none, `None` where that is not plain.
fn group_name(target: &Expr) -> Option<&str> {
    match &target.kind {
        ExprKind::Tuple(parts) => match parts.as_slice() {
            [key, Expr { kind: ExprKind::Name(group), .. }] => {
                let mut names = HashSet::new();
                target_names(key, &mut names);
                (!names.contains(group)).then_some(group)
            }
            _ => None,
        },
        _ => None,
    }
}

/// True for a loop that uses each group once, or makes a list of it first.
pub fn used_once(target: &Expr, body: &[Stmt]) -> bool {
    let Some(group) = group_name(target) else { return false };
    let first = body.iter().find(|stmt| count_in(stmt, group) > 0);
    let listed = first.is_some_and(|stmt| match &stmt.kind {
        StmtKind::Assign { targets, value } => {
            let same = matches!(targets.as_slice(), [Expr { kind: ExprKind::Name(name), .. }] if name == group);
            same && matches!(&value.kind, ExprKind::Call { func, .. } if is_name(func, "list"))
                && taken(value, group) == Some(1)
        }
        _ => false,
    });
    let uses = body.iter().map(|stmt| taken_in(stmt, group)).try_fold(0, |sum, one| Some(sum + one?));
    listed || uses.is_some_and(|uses| uses < 2)
}

/// Gives the groups another name than the lists that a loop makes of them first: `group = list(group)`.
pub fn name_apart(target: &mut Expr, body: &mut [Stmt], name: &str) {
    let Some(group) = group_name(target).map(str::to_string) else { return };
    let first = body.iter_mut().find(|stmt| count_in(stmt, &group) > 0);
    if let Some(StmtKind::Assign { value, .. }) = first.map(|stmt| &mut stmt.kind)
        && let ExprKind::Call { args, .. } = &mut value.kind
        && let [arg] = args.as_mut_slice()
        && is_name(arg, &group)
        && let ExprKind::Tuple(parts) = &mut target.kind
        && let [_, part] = parts.as_mut_slice()
    {
        arg.kind = ExprKind::Name(name.to_string());
        part.kind = ExprKind::Name(name.to_string());
    }
}

/// True where a comprehension uses each group once.
pub fn used_once_in(clause: &ast::Comprehension, results: &[&mut Expr]) -> bool {
    let Some(group) = group_name(&clause.target) else { return false };
    let parts = clause.conditions.iter().chain(results.iter().map(|result| &**result));
    let uses = parts.map(|part| taken(part, group)).try_fold(0, |sum, one| Some(sum + one?));
    uses.is_some_and(|uses| uses < 2)
}

/// True where the name of the groups is used outside the loops and comprehensions that bind it.
pub fn used_outside(target: &Expr, whole: &[Stmt]) -> bool {
    group_name(target).is_none_or(|group| whole.iter().any(|stmt| free_in(stmt, group)))
}

fn is_name(e: &Expr, wanted: &str) -> bool {
    matches!(&e.kind, ExprKind::Name(name) if name == wanted)
}

fn binds(target: &Expr, name: &str) -> bool {
    let mut names = HashSet::new();
    target_names(target, &mut names);
    names.contains(name)
}

fn mentions(e: &Expr, name: &str) -> bool {
    let mut names = HashSet::new();
    names_in(e, &mut names);
    names.contains(name)
}

fn count_in(stmt: &Stmt, name: &str) -> usize {
    let own = walk::heads(stmt).into_iter().filter(|e| mentions(e, name)).count();
    own + ast::bodies(stmt).into_iter().flatten().map(|stmt| count_in(stmt, name)).sum::<usize>()
}

/// How often a statement takes the items of a group; `None` where it does anything else with it, or again and again.
fn taken_in(stmt: &Stmt, name: &str) -> Option<usize> {
    if count_in(stmt, name) == 0 {
        return Some(0);
    }
    let inside = |body: &[Stmt]| body.iter().try_fold(0, |sum, stmt| Some(sum + taken_in(stmt, name)?));
    let none = |body: &[Stmt]| body.iter().all(|stmt| count_in(stmt, name) == 0);
    match &stmt.kind {
        StmtKind::For { target, iter, body, orelse, .. } => {
            let alone = none(body) && none(orelse) && !binds(target, name);
            let uses = if is_name(iter, name) { Some(1) } else { taken(iter, name) };
            uses.filter(|_| alone)
        }
        StmtKind::If { test, body, orelse } => Some(taken(test, name)? + inside(body)? + inside(orelse)?),
        StmtKind::Expr(_) | StmtKind::Return(_) => {
            walk::heads(stmt).into_iter().try_fold(0, |sum, e| Some(sum + taken(e, name)?))
        }
        StmtKind::Assign { targets, value } if !targets.iter().any(|target| mentions(target, name)) => {
            taken(value, name)
        }
        StmtKind::AugAssign { target, value, .. } if !mentions(target, name) => taken(value, name),
        _ => None,
    }
}

/// How often an expression takes the items of a group; `None` where it does anything else with it, or again and again.
fn taken(e: &Expr, name: &str) -> Option<usize> {
    match &e.kind {
        ExprKind::Name(other) => (other != name).then_some(0),
        ExprKind::Call { func, args, keywords } => {
            let whole = match &func.kind {
                ExprKind::Name(taker) => TAKERS.contains(&taker.as_str()),
                ExprKind::Attribute { attr, .. } => attr.text == "join",
                _ => false,
            };
            let direct = args.first().is_some_and(|first| whole && is_name(first, name));
            let rest = args.iter().skip(usize::from(direct)).chain(keywords.iter().map(|keyword| &keyword.value));
            let rest = rest.chain([&**func]).try_fold(0, |sum, part| Some(sum + taken(part, name)?))?;
            Some(rest + usize::from(direct))
        }
        ExprKind::ListComp { clauses, .. }
        | ExprKind::SetComp { clauses, .. }
        | ExprKind::Generator { clauses, .. }
        | ExprKind::DictComp { clauses, .. } => {
            let first = &clauses.first()?.iter;
            let uses = if is_name(first, name) { 1 } else { taken(first, name)? };
            let again = walk::parts(e).into_iter().filter(|part| !std::ptr::eq(*part, first));
            again.into_iter().all(|part| !mentions(part, name)).then_some(uses)
        }
        _ => match mentions(e, name) {
            false => Some(0),
            true if matches!(e.kind, ExprKind::Lambda { .. } | ExprKind::Named { .. }) => None,
            true => walk::parts(e).into_iter().try_fold(0, |sum, part| Some(sum + taken(part, name)?)),
        },
    }
}

/// True where a name is used outside the loops and comprehensions that bind it.
fn free_in(stmt: &Stmt, name: &str) -> bool {
    let inside = |body: &[Stmt]| body.iter().any(|stmt| free_in(stmt, name));
    match &stmt.kind {
        StmtKind::For { target, iter, orelse, .. } if binds(target, name) => free_of(iter, name) || inside(orelse),
        _ => walk::heads(stmt).into_iter().any(|e| free_of(e, name)) || ast::bodies(stmt).into_iter().any(inside),
    }
}

fn free_of(e: &Expr, name: &str) -> bool {
    match &e.kind {
        ExprKind::Name(other) => other == name,
        ExprKind::ListComp { clauses, .. }
        | ExprKind::SetComp { clauses, .. }
        | ExprKind::Generator { clauses, .. }
        | ExprKind::DictComp { clauses, .. }
            if clauses.iter().any(|clause| binds(&clause.target, name)) =>
        {
            clauses.first().is_some_and(|clause| free_of(&clause.iter, name))
        }
        _ => walk::parts(e).into_iter().any(|part| free_of(part, name)),
    }
}
