//! Loops over a list that their body changes, as Python's list iterator walks it: by a position that grows until it
//! meets the length of the list as it is then.
//!
//! ```text
//! for cell in grid[i]:            at = 0
//!     flood(grid, i)              while at < len(grid[i]):
//!                                     cell = grid[i][at]
//!                                     at += 1
//!                                     flood(grid, i)
//! ```
//!
//! The list is looked up again each time: by a path that surely leads to the same list as long as the loop runs. An
//! element that is a list, dict or set itself is looked up wherever it is named, since the list stays as it is:
//!
//! ```text
//! for i, row in enumerate(grid):  at = 0
//!     flood(grid, i)              while at < len(grid):
//!     total += len(row)               here = at
//!                                     at += 1
//!                                     flood(grid, here)
//!                                     total += len(grid[here])
//! ```

use super::Demand;
use super::classify::{Kind, kind};
use super::facts::Facts;
use crate::ir::walk::{Part, PartMut, each_part};
use crate::ir::*;
use crate::span::Location;
use std::collections::HashSet;

/// All functions, with the loops that are demanded rewritten; `None` where none of them can be walked by position.
pub(super) fn walked(facts: &Facts, demands: &[(FunctionId, Demand)]) -> Option<Vec<Function>> {
    let mut functions = None;
    for (id, demand) in demands {
        let Demand::ByIndex(at, _) = demand else { continue };
        let mut function = functions.as_ref().unwrap_or(&facts.program.functions)[id.0 as usize].clone();
        if in_block(facts, &mut function.body, &mut function.locals, *at) {
            functions.get_or_insert_with(|| facts.program.functions.clone())[id.0 as usize] = function;
        }
    }
    functions
}

fn in_block(facts: &Facts, block: &mut Vec<Stmt>, locals: &mut Vec<Local>, at: Location) -> bool {
    for index in 0..block.len() {
        if can_be_walked(facts, &block[index], at) {
            let stmt = block.remove(index);
            block.splice(index..index, rewritten(stmt, locals));
            return true;
        }
        let mut parts = Vec::new();
        block[index].parts_mut(&mut parts);
        for part in parts {
            if let PartMut::Body(inner) = part
                && in_block(facts, inner, locals, at)
            {
                return true;
            }
        }
    }
    false
}

fn can_be_walked(facts: &Facts, stmt: &Stmt, at: Location) -> bool {
    let StmtKind::For { target, iter, .. } = &stmt.kind else { return false };
    walk(iter).is_some_and(|(list, start)| {
        list.at == at
            && (is_list(facts.program, list) || row(facts, target, list, stmt).is_some())
            && is_numbered(target, (list, start))
            && is_stable(facts, list, stmt)
    })
}

/// The variable that holds an element which is a container itself, where the loop neither assigns the variable nor
/// changes the list, so that the element can be looked up whenever it is named.
fn row(facts: &Facts, target: &Target, list: &Expr, stmt: &Stmt) -> Option<LocalId> {
    let Type::List(inner) = &list.ty else { return None };
    if kind(facts.program, inner) != Kind::Container || !super::slots::is_container(inner) {
        return None;
    }
    let local = element(target)?;
    let mut stored = 0;
    let walked = std::slice::from_ref(stmt);
    each_part(walked, &|_, _| Need::Ref, &mut |part| match part {
        Part::Store(Place::Local(other)) | Part::Change(Place::Local(other)) | Part::Declare(other) => {
            stored += usize::from(*other == local);
        }
        _ => {}
    });
    let changes = Changes::of(walked, facts, &Changes::of_program(facts));
    (stored == 1 && !changes.anything && !changes.types.contains(&list.ty)).then_some(local)
}

/// The variable that begins as the element.
fn element(target: &Target) -> Option<LocalId> {
    match target {
        Target::Declare(local) => Some(*local),
        Target::Tuple(parts) => match parts.as_slice() {
            [_, Target::Declare(local)] => Some(*local),
            _ => None,
        },
        Target::Assign(_) | Target::Ignore => None,
    }
}

/// The list of `for x in list` and `for n, x in enumerate(list, start)`, and the start.
fn walk(iter: &Iter) -> Option<(&Expr, Option<&Expr>)> {
    match iter {
        Iter::Value(list) => Some((list, None)),
        Iter::Enumerate(inner, start) => match &**inner {
            Iter::Value(list) => Some((list, Some(start))),
            _ => None,
        },
        _ => None,
    }
}

/// True for a list of what can be copied out of it.
fn is_list(program: &Program, list: &Expr) -> bool {
    let item = |ty: &Type| matches!(kind(program, ty), Kind::Scalar | Kind::Plain);
    matches!(&list.ty, Type::List(inner) if item(inner))
}

/// True where number and element have targets of their own, and it cannot be told whether the list or the start of the
/// counting is evaluated first.
fn is_numbered(target: &Target, (list, start): (&Expr, Option<&Expr>)) -> bool {
    let is_plain =
        |start: &Expr| matches!(start.kind, ExprKind::Int(_)) || matches!(list.as_place(), Some(Place::Local(_)));
    start.is_none_or(|start| is_plain(start) && matches!(target, Target::Tuple(parts) if parts.len() == 2))
}

/// Containers that are changed themselves, not only something inside them.
#[derive(Clone, Default, PartialEq)]
struct Changes {
    types: HashSet<Type>,
    /// Function values are called: they may change anything.
    anything: bool,
}

impl Changes {
    fn add(&mut self, other: &Changes) {
        self.types.extend(other.types.iter().cloned());
        self.anything |= other.anything;
    }

    /// What statements change, with what they call.
    fn of(body: &[Stmt], facts: &Facts, functions: &[Changes]) -> Changes {
        let mut changes = Changes::default();
        each_part(body, &|_, _| Need::Ref, &mut |part| match part {
            Part::Store(Place::Item { base, .. }) | Part::Change(Place::Item { base, .. }) => {
                changes.types.insert(base.ty.clone());
            }
            Part::Value(e, _) => changes.expression(e, facts, functions),
            _ => {}
        });
        changes
    }

    fn expression(&mut self, e: &Expr, facts: &Facts, functions: &[Changes]) {
        match &e.kind {
            ExprKind::Builtin { op, args } => {
                let changed = args.iter().enumerate().filter(|(at, _)| op.need(*at) == Need::Mut);
                self.types.extend(changed.map(|(_, arg)| arg.ty.clone()));
            }
            ExprKind::Sort { items, .. } => {
                self.types.insert(items.ty.clone());
            }
            // Looking up what may not be there yet puts it there.
            ExprKind::Read { place: Place::Entry { base, .. }, .. } => {
                self.types.insert(base.ty.clone());
            }
            ExprKind::CallValue { .. } => self.anything = true,
            _ => {}
        }
        facts.callees(e).into_iter().for_each(|id| self.add(&functions[id.0 as usize]));
    }

    /// What each function of the program changes.
    fn of_program(facts: &Facts) -> Vec<Changes> {
        let functions = &facts.program.functions;
        let mut all = vec![Changes::default(); functions.len()];
        loop {
            let next: Vec<Changes> = functions.iter().map(|one| Changes::of(&one.body, facts, &all)).collect();
            if next == all {
                return all;
            }
            all = next;
        }
    }
}

/// True where a path leads to the same container as long as a loop runs: neither its target nor its body changes it.
fn is_stable(facts: &Facts, list: &Expr, walked: &Stmt) -> bool {
    let walked = std::slice::from_ref(walked);
    let mut stored = HashSet::new();
    each_part(walked, &|_, _| Need::Ref, &mut |part| match part {
        Part::Store(Place::Local(local)) | Part::Change(Place::Local(local)) | Part::Declare(local) => {
            stored.insert(*local);
        }
        _ => {}
    });
    let is_kept = |local: LocalId| !stored.contains(&local);
    if let Some(Place::Local(local)) = list.as_place() {
        return is_kept(*local);
    }
    let changes = Changes::of(walked, facts, &Changes::of_program(facts));
    !changes.anything && leads(list, &is_kept, &|ty| !changes.types.contains(ty))
}

fn leads(e: &Expr, is_kept: &dyn Fn(LocalId) -> bool, is_unchanged: &dyn Fn(&Type) -> bool) -> bool {
    match e.as_place() {
        Some(Place::Local(local)) => is_kept(*local),
        Some(Place::Item { base, index, .. }) => {
            let is_index = match &index.kind {
                ExprKind::Int(_) | ExprKind::Str(_) => true,
                ExprKind::Read { place: Place::Local(local), .. } => is_kept(*local),
                _ => false,
            };
            is_index && is_unchanged(&base.ty) && leads(base, is_kept, is_unchanged)
        }
        _ => false,
    }
}

/// The loop as a `while`.
fn rewritten(stmt: Stmt, locals: &mut Vec<Local>) -> Vec<Stmt> {
    let at = stmt.at;
    let StmtKind::For { target, iter, body, orelse } = stmt.kind else { return vec![stmt] };
    let Some((list, start)) = walk(&iter).map(|(list, start)| (list.clone(), start.cloned())) else {
        return Vec::new();
    };
    let item = list.ty.item().unwrap_or(Type::None);
    let position = counter(locals, "at");
    let row = element(&target).filter(|_| super::slots::is_container(&item));
    let read = Expr::new(
        ExprKind::Read {
            place: Place::Item {
                base: Box::new(list.clone()),
                index: Box::new(Expr::local(position, Type::Int, at)),
                check: Check::Upper,
            },
            take: Take::Look,
        },
        item,
        at,
    );
    let mut inner = Vec::new();
    let mut before = vec![starting(position, Expr::new(ExprKind::Int(0), Type::Int, at), at)];
    match (start, target) {
        (Some(start), Target::Tuple(parts)) => {
            let number = counter(locals, "number");
            before.push(starting(number, start, at));
            let values = [Expr::local(number, Type::Int, at), read];
            let count = if row.is_some() { 1 } else { 2 };
            inner.extend(parts.into_iter().zip(values).take(count).filter_map(|(part, value)| given(part, value, at)));
            inner.push(next(number, at));
        }
        (_, target) if row.is_none() => inner.extend(given(target, read, at)),
        _ => {}
    }
    let mut body = body;
    if let Some(row) = row {
        let here = counter(locals, "here");
        inner.push(starting(here, Expr::local(position, Type::Int, at), at));
        look_up(&mut body, row, &list, here);
    }
    inner.push(next(position, at));
    inner.extend(body);
    let length = Expr::new(ExprKind::Builtin { op: Builtin::Len, args: vec![list] }, Type::Int, at);
    let (left, right) = (Box::new(Expr::local(position, Type::Int, at)), Box::new(length));
    let test = Expr::new(ExprKind::Compare { op: CompareOp::Lt, left, right }, Type::Bool, at);
    before.push(Stmt::new(StmtKind::While { test, body: inner, orelse }, at));
    before
}

/// Looks an element up wherever its variable is named; it is surely there.
fn look_up(body: &mut [Stmt], row: LocalId, list: &Expr, here: LocalId) {
    walk::each_expr_mut(
        body,
        &mut |e| {
            if let ExprKind::Read { place, .. } = &mut e.kind
                && matches!(place, Place::Local(local) if *local == row)
            {
                let index = Box::new(Expr::local(here, Type::Int, list.at));
                *place = Place::Item { base: Box::new(list.clone()), index, check: Check::Proven };
            }
        },
        &mut |_| {},
    );
}

fn counter(locals: &mut Vec<Local>, name: &str) -> LocalId {
    let mut unique = name.to_owned();
    let mut count = 1;
    while locals.iter().any(|local| local.name == unique) {
        count += 1;
        unique = format!("{name}_{count}");
    }
    locals.push(Local { name: unique, ty: Type::Int, mutable: true, used: true, binding: Binding::Value });
    LocalId(locals.len() as u32 - 1)
}

fn starting(local: LocalId, value: Expr, at: Location) -> Stmt {
    Stmt::new(StmtKind::Let { local, value: Some(value) }, at)
}

fn next(local: LocalId, at: Location) -> Stmt {
    let one = Expr::new(ExprKind::Int(1), Type::Int, at);
    Stmt::new(StmtKind::Update { place: Place::Local(local), op: ArithOp::Add, value: one }, at)
}

/// A target gets its value.
fn given(target: Target, value: Expr, at: Location) -> Option<Stmt> {
    let kind = match target {
        Target::Ignore => return None,
        Target::Declare(local) => StmtKind::Let { local, value: Some(value) },
        Target::Assign(place) => StmtKind::Assign { place, value },
        Target::Tuple(targets) => StmtKind::Unpack { targets, value },
    };
    Some(Stmt::new(kind, at))
}
