//! Parameters and variables: how they travel, which change, which are read at all.

use super::classify::*;
use super::decision::*;
use super::facts::*;
use crate::ir::walk::{Part, each_part, each_stmt};
use crate::ir::*;
use std::collections::{HashMap, HashSet};

/// How each parameter travels.
pub(super) fn pass_parameters(program: &mut Program, facts: &Facts) {
    for index in 0..program.functions.len() {
        let stored = stores(&program.functions[index]);
        let kept = kept(&program.functions[index]);
        for position in 0..program.functions[index].params.len() {
            let function = &program.functions[index];
            let local = function.params[position].local;
            let ty = &function.locals[local.0 as usize].ty;
            let changed = function.effects.mutates.contains(&position);
            let passing = match kind(facts.program, ty) {
                Kind::Scalar => Passing::Value,
                _ if facts.is_given(index, local) => Passing::Value,
                _ if stored.get(&local).copied().unwrap_or(0) > 0 => Passing::Value,
                Kind::Container | Kind::Unique(_) if changed => Passing::RefMut,
                // The new object is the only one to hold it, which is checked where it is made.
                Kind::Container if kept.contains(&local) && facts.changes_inside(ty) => Passing::Value,
                _ => Passing::Ref,
            };
            let function = &mut program.functions[index];
            function.params[position].passing = passing;
            let binding = match passing {
                Passing::Value => Binding::Value,
                Passing::Ref => Binding::Ref,
                Passing::RefMut => Binding::RefMut,
            };
            function.locals[local.0 as usize].binding = binding;
        }
    }
}

/// Variables that a constructor stores.
fn kept(function: &Function) -> HashSet<LocalId> {
    let mut found = HashSet::new();
    if matches!(function.kind, FunctionKind::Init(_)) {
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(e, Need::Own) = part
                && let Some(Place::Local(local)) = e.as_place()
            {
                found.insert(*local);
            }
        });
    }
    found
}

pub(super) fn passing_table(program: &Program) -> Vec<Vec<Need>> {
    let need = |p: &Param| match p.passing {
        Passing::Value => Need::Own,
        Passing::Ref => Need::Ref,
        Passing::RefMut => Need::Mut,
    };
    program.functions.iter().map(|f| f.params.iter().map(need).collect()).collect()
}

/// How often each variable is assigned.
pub(super) fn stores(function: &Function) -> HashMap<LocalId, usize> {
    let mut counts = HashMap::new();
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| match part {
        Part::Store(Place::Local(local)) | Part::Change(Place::Local(local)) | Part::Declare(local) => {
            *counts.entry(*local).or_insert(0) += 1;
        }
        _ => {}
    });
    // An empty `Let` is no assignment.
    each_stmt(&function.body, &mut |stmt| {
        if let StmtKind::Let { local, value: None } = &stmt.kind
            && let Some(count) = counts.get_mut(local)
        {
            *count -= 1;
        }
    });
    counts
}

impl<'p> Decision<'p> {
    /// Which variables change and which are read at all.
    pub(super) fn flags(&self, function: &mut Function) {
        let reassigned = reassigned(function);
        let used = read(&function.body);
        let passing = |f: FunctionId, i: usize| self.need(f, i);
        let mut changed = HashSet::new();
        each_part(&function.body, &passing, &mut |part| {
            let local = match part {
                Part::Value(e, Need::Mut) => match e.as_place() {
                    Some(Place::Local(local)) => Some((*local, &e.ty)),
                    _ => None,
                },
                _ => None,
            };
            if let Some((local, ty)) = local
                && !matches!(ty, Type::Class(id) if self.program().class(*id).repr == ClassRepr::Shared)
            {
                changed.insert(local);
            }
        });
        // What a variable refers to changes with it.
        let through = self.bindings.iter().filter(|(_, binding)| **binding == Binding::RefMut);
        changed.extend(through.filter_map(|(local, _)| self.referents.get(local)));
        for (index, local) in function.locals.iter_mut().enumerate() {
            let id = LocalId(index as u32);
            local.used = used.contains(&id);
            local.mutable = reassigned.contains(&id) || (changed.contains(&id) && local.binding == Binding::Value);
        }
    }
}

/// Says of the variables of a global's first value which are read at all.
pub(super) fn flag_globals(program: &mut Program) {
    for global in &mut program.globals {
        let body = [Stmt::new(StmtKind::Return(Some(global.value.clone())), global.at)];
        let used = read(&body);
        for (index, local) in global.locals.iter_mut().enumerate() {
            local.used = used.contains(&LocalId(index as u32));
        }
    }
}

/// Variables that a body reads.
fn read(body: &[Stmt]) -> HashSet<LocalId> {
    let mut used = HashSet::new();
    each_part(body, &|_, _| Need::Ref, &mut |part| {
        let read = match part {
            Part::Value(e, _) => e.as_place(),
            // An update reads what was there.
            Part::Change(place) => Some(&**place),
            _ => None,
        };
        if let Some(Place::Local(local)) = read {
            used.insert(*local);
        }
    });
    each_stmt(body, &mut |stmt| {
        if let StmtKind::Reraise(local) = stmt.kind {
            used.insert(local);
        }
    });
    used
}

/// Variables that are assigned where they may already hold a value.
pub(super) fn reassigned(function: &Function) -> HashSet<LocalId> {
    let mut held: HashSet<LocalId> = function.params.iter().map(|p| p.local).collect();
    let mut found = HashSet::new();
    walk_stores(&function.body, &mut held, &mut found);
    found
}

pub(super) fn walk_stores(body: &[Stmt], held: &mut HashSet<LocalId>, found: &mut HashSet<LocalId>) {
    for stmt in body {
        let mut parts = Vec::new();
        stmt.parts(&mut parts);
        for part in parts {
            if let Part::Value(e, _) = part {
                expression_stores(e, held, found);
            }
        }
        let mut store = |local: LocalId, held: &mut HashSet<LocalId>| {
            if !held.insert(local) {
                found.insert(local);
            }
        };
        match &stmt.kind {
            StmtKind::Let { local, value } => {
                held.remove(local);
                if value.is_some() {
                    held.insert(*local);
                }
            }
            StmtKind::If { then, orelse, .. } => {
                let mut other = held.clone();
                walk_stores(then, held, found);
                walk_stores(orelse, &mut other, found);
                held.extend(other);
            }
            StmtKind::While { body, orelse, .. } | StmtKind::For { body, orelse, .. } => {
                if let StmtKind::For { target, .. } = &stmt.kind {
                    target_stores(target, held, found);
                }
                walk_stores(body, held, found);
                match &stmt.kind {
                    StmtKind::For { target, .. } => target_stores(target, held, found),
                    StmtKind::While { test, .. } => expression_stores(test, held, found),
                    _ => {}
                }
                walk_stores(body, held, found);
                walk_stores(orelse, held, found);
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                walk_stores(body, held, found);
                walk_stores(orelse, held, found);
                for handler in handlers {
                    walk_stores(&handler.body, held, found);
                }
                walk_stores(finally, held, found);
            }
            StmtKind::Assign { place: Place::Local(local), .. } => store(*local, held),
            StmtKind::Update { place: Place::Local(local), .. } => {
                found.insert(*local);
            }
            StmtKind::Unpack { targets, .. } => targets.iter().for_each(|t| target_stores(t, held, found)),
            _ => {}
        }
    }
}

/// The same for the blocks inside of an expression.
fn expression_stores(e: &Expr, held: &mut HashSet<LocalId>, found: &mut HashSet<LocalId>) {
    let mut parts = Vec::new();
    e.parts(Need::Own, &|_, _| Need::Ref, &mut parts);
    // What a comprehension makes for each item happens again and again.
    let rounds = if matches!(e.kind, ExprKind::Comprehension(_)) { 2 } else { 1 };
    for part in std::iter::repeat_n(&parts, rounds).flatten() {
        match part {
            Part::Value(inner, _) => expression_stores(inner, held, found),
            Part::Body(body) => walk_stores(body, held, found),
            Part::Store(_) | Part::Change(_) | Part::Declare(_) => {}
        }
    }
}

pub(super) fn target_stores(target: &Target, held: &mut HashSet<LocalId>, found: &mut HashSet<LocalId>) {
    match target {
        Target::Declare(local) => {
            held.insert(*local);
        }
        Target::Assign(Place::Local(local)) => {
            if !held.insert(*local) {
                found.insert(*local);
            }
        }
        Target::Tuple(items) => items.iter().for_each(|t| target_stores(t, held, found)),
        Target::Assign(_) | Target::Ignore => {}
    }
}
