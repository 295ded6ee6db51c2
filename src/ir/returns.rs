//! Functions that give back an argument: the very same object, which the caller can see.
//!
//! ```text
//! def fill(xs): xs.append(1); return xs                  every return gives `xs`: shown as the argument itself
//! def longer(xs, ys): return xs if len(xs) > 1 else ys   now this, now that: known only while it runs
//! ```

use super::walk;
use super::{Conversion, Expr, ExprKind, Function, LocalId, Place, Program, Stmt, StmtKind, Target, Type};
use std::collections::BTreeSet;

/// The parameter that every return of a function gives back as it is, where the caller can see that it is the same
/// object.
pub fn returned_param(program: &Program, function: &Function) -> Option<LocalId> {
    let mut found = Vec::new();
    collect_returns(&function.body, &mut found);
    let local = |value: &Option<&Expr>| match value.and_then(Expr::as_place) {
        Some(Place::Local(local)) => Some(*local),
        _ => None,
    };
    let first = found.first().and_then(local)?;
    let same = found.iter().all(|value| local(value) == Some(first));
    let is_param = function.params.iter().any(|param| param.local == first);
    let mut kept = true;
    walk::each_stmt(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { place: Place::Local(local), .. } => kept &= *local != first,
        StmtKind::For { target, .. } => kept &= !assigns(target, first),
        StmtKind::Unpack { targets, .. } => kept &= !targets.iter().any(|target| assigns(target, first)),
        _ => {}
    });
    (same && is_param && kept && is_mutable(program, &function.result)).then_some(first)
}

fn assigns(target: &Target, local: LocalId) -> bool {
    match target {
        Target::Declare(other) | Target::Assign(Place::Local(other)) => *other == local,
        Target::Tuple(items) => items.iter().any(|item| assigns(item, local)),
        Target::Assign(_) | Target::Ignore => false,
    }
}

fn is_mutable(program: &Program, ty: &Type) -> bool {
    match ty {
        Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) => true,
        Type::Class(id) => !program.class(*id).dataclass.as_ref().is_some_and(|info| info.frozen),
        _ => false,
    }
}

fn collect_returns<'a>(stmts: &'a [Stmt], found: &mut Vec<Option<&'a Expr>>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Return(value) => found.push(value.as_ref()),
            StmtKind::If { then, orelse, .. } => {
                [then, orelse].into_iter().for_each(|part| collect_returns(part, found))
            }
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                [body, orelse].into_iter().for_each(|part| collect_returns(part, found));
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                [body, orelse, finally].into_iter().for_each(|part| collect_returns(part, found));
                handlers.iter().for_each(|handler| collect_returns(&handler.body, found));
            }
            _ => {}
        }
    }
}

/// True where a return may give back a whole list, dict or set that the caller gave, and not every return gives the
/// same one.
pub fn may_return_a_param(program: &Program, function: &Function) -> bool {
    let result = if let Type::Optional(inner) = &function.result { inner } else { &function.result };
    if !matches!(result, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)) {
        return false;
    }
    let mut given: BTreeSet<LocalId> = function.params.iter().map(|param| param.local).collect();
    for _ in 0..function.locals.len() {
        let before = given.len();
        walk::each_stmt(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::Let { local, value: Some(value) } | StmtKind::Assign { place: Place::Local(local), value }
                if is_one_of(value, &given) =>
            {
                given.insert(*local);
            }
            _ => {}
        });
        if given.len() == before {
            break;
        }
    }
    let mut returns = Vec::new();
    collect_returns(&function.body, &mut returns);
    returns.into_iter().flatten().any(|value| is_one_of(value, &given)) && returned_param(program, function).is_none()
}

fn is_one_of(value: &Expr, given: &BTreeSet<LocalId>) -> bool {
    match &value.kind {
        ExprKind::Read { place: Place::Local(local), .. } => given.contains(local),
        ExprKind::Read { place: Place::Some(base) | Place::Present(base), .. } => is_one_of(base, given),
        ExprKind::If { then, orelse, .. } => is_one_of(then, given) || is_one_of(orelse, given),
        ExprKind::Block { value, .. } | ExprKind::Convert { to: Conversion::Some, value } => is_one_of(value, given),
        _ => false,
    }
}
