//! Functions that give back an argument: the very same object, which the caller can see.
//!
//! ```text
//! def fill(xs): xs.append(1); return xs                  every return gives `xs`: shown as the argument itself
//! def longer(xs, ys): return xs if len(xs) > 1 else ys   now this, now that: known only while it runs
//! ```

use super::walk;
use super::{
    Conversion, Expr, ExprKind, Function, FunctionKind, LocalId, Place, Program, Stmt, StmtKind, Target, Type,
};
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
    (same && is_param && is_kept(function, first) && is_mutable(program, &function.result)).then_some(first)
}

/// True for a variable that is never assigned after it began.
fn is_kept(function: &Function, first: LocalId) -> bool {
    let mut kept = true;
    walk::each_stmt(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { place: Place::Local(local), .. } => kept &= *local != first,
        StmtKind::For { target, .. } => kept &= !assigns(target, first),
        StmtKind::Unpack { targets, .. } => kept &= !targets.iter().any(|target| assigns(target, first)),
        _ => {}
    });
    kept
}

/// The position of the parameter that a return gives back as it is, in a function that gives back an argument now and
/// then.
pub fn given_position(function: &Function, value: &Expr) -> Option<usize> {
    match &value.kind {
        ExprKind::Read { place: Place::Local(local), .. } if is_kept(function, *local) => {
            function.params.iter().position(|param| param.local == *local)
        }
        ExprKind::Read { place: Place::Some(base) | Place::Present(base), .. } => given_position(function, base),
        _ => None,
    }
}

/// True for a function that gives back an argument on some paths only, where of each return it is known which one, or
/// that it is none.
pub fn gives_back_sometimes(program: &Program, function: &Function) -> bool {
    if !may_return_a_param(program, function) {
        return false;
    }
    let mut returns = Vec::new();
    collect_returns(&function.body, &mut returns);
    let given = given_names(program, function);
    let decided = |value: &&Expr| {
        given_position(function, value).is_some() || !is_one_of(program, value, &given, &mut Vec::new())
    };
    let mut runs_later = false;
    walk::each_stmt(&function.body, &mut |stmt| {
        runs_later |= matches!(&stmt.kind, StmtKind::Try { finally, .. } if !finally.is_empty());
    });
    let plain = matches!(function.kind, FunctionKind::Plain) && !matches!(function.result, Type::Optional(_));
    plain && !runs_later && returns.iter().flatten().all(decided)
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

/// The values of all returns of statements, in the order in which they are written.
pub fn collect_returns<'a>(stmts: &'a [Stmt], found: &mut Vec<Option<&'a Expr>>) {
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
    if !is_container(function.result.some()) {
        return false;
    }
    may_give_back(program, function, &mut Vec::new()) && returned_param(program, function).is_none()
}

fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_))
}

/// True where a return may give back an argument; `around` are the functions whose returns are being looked at.
fn may_give_back<'p>(program: &'p Program, function: &'p Function, around: &mut Vec<&'p Function>) -> bool {
    let given = given_names(program, function);
    let mut returns = Vec::new();
    collect_returns(&function.body, &mut returns);
    around.push(function);
    let found = returns.into_iter().flatten().any(|value| is_one_of(program, value, &given, around));
    around.pop();
    found
}

/// The variables that may hold an argument.
fn given_names(program: &Program, function: &Function) -> BTreeSet<LocalId> {
    let container = |local: &LocalId| is_container(function.locals[local.0 as usize].ty.some());
    let mut given: BTreeSet<LocalId> = function.params.iter().map(|param| param.local).filter(container).collect();
    for _ in 0..function.locals.len() {
        let before = given.len();
        walk::each_stmt(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::Let { local, value: Some(value) } | StmtKind::Assign { place: Place::Local(local), value }
                if is_one_of(program, value, &given, &mut vec![function]) =>
            {
                given.insert(*local);
            }
            _ => {}
        });
        if given.len() == before {
            break;
        }
    }
    given
}

fn is_one_of<'p>(
    program: &'p Program,
    value: &'p Expr,
    given: &BTreeSet<LocalId>,
    around: &mut Vec<&'p Function>,
) -> bool {
    let mut inner = |value: &'p Expr| is_one_of(program, value, given, around);
    if let ExprKind::Call { function, args } = &value.kind {
        // A function that is being looked at gives back what its other returns do.
        let callee = program.function(*function);
        let is_given = args.iter().any(inner);
        let open = around.iter().any(|other| std::ptr::eq(*other, callee));
        return is_given && !open && may_give_back(program, callee, around);
    }
    match &value.kind {
        ExprKind::Read { place: Place::Local(local), .. } => given.contains(local),
        ExprKind::Read { place: Place::Some(base) | Place::Present(base), .. } => inner(base),
        ExprKind::If { then, orelse, .. } => inner(then) || inner(orelse),
        ExprKind::Block { value, .. } | ExprKind::Convert { to: Conversion::Some, value } => inner(value),
        _ => false,
    }
}
