//! What all bodies together say: who changes which containers and classes, whose results are new objects.

use super::fresh::*;
use super::keeps::Keeps;
use super::slots::{Touched, touched};
use crate::ir::walk::{Part, each_part, each_stmt};
use crate::ir::*;
use std::collections::HashSet;

/// What all bodies together say.
pub(super) struct Facts<'p> {
    pub(super) program: &'p Program,
    /// Per function: every result is a new object.
    pub(super) returns_fresh: Vec<bool>,
    /// Per function: the types of the containers it or its callees change.
    pub(super) changed_types: Vec<HashSet<Type>>,
    /// Per function: the classes whose objects it or its callees change.
    pub(super) changed_classes: Vec<HashSet<ClassId>>,
    /// Types of containers that are changed where they are not the function's own new object.
    pub(super) changed_in_place: HashSet<Type>,
    /// Per function: the containers that it and its callees touch, by the places that own them.
    pub(super) touched: Vec<Touched>,
    /// Per function: number of calls to it in the program.
    pub(super) callers: Vec<usize>,
    /// What calls of function values may run.
    pub(super) values: Values,
    /// Per function: it or a callee calls function values, which may change what they share.
    pub(super) calls_values: Vec<bool>,
    /// What calls keep of their arguments.
    pub(super) keeps: Keeps,
}

impl<'p> Facts<'p> {
    /// True where a container of this type, or inside it, is changed in place somewhere.
    pub(super) fn changes_inside(&self, ty: &Type) -> bool {
        if self.changed_in_place.contains(ty) {
            return true;
        }
        match ty {
            Type::List(t) | Type::Deque(t) | Type::Optional(t) => self.changes_inside(t),
            Type::Dict(_, v, _) => self.changes_inside(v),
            Type::Tuple(items) => items.iter().any(|t| self.changes_inside(t)),
            _ => false,
        }
    }

    pub(super) fn of(program: &'p Program) -> Facts<'p> {
        let count = program.functions.len();
        let mut facts = Facts {
            program,
            returns_fresh: vec![true; count],
            changed_types: vec![HashSet::new(); count],
            changed_classes: vec![HashSet::new(); count],
            changed_in_place: HashSet::new(),
            touched: Vec::new(),
            callers: vec![0; count],
            values: Values::of(program),
            calls_values: vec![false; count],
            keeps: Keeps::of(program),
        };
        for function in &program.functions {
            each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
                if let Part::Value(
                    Expr { kind: ExprKind::Call { function, .. } | ExprKind::Closure { function, .. }, .. },
                    _,
                ) = part
                {
                    facts.callers[function.0 as usize] += 1;
                }
            });
        }
        facts.fix_returns(program);
        facts.fix_changes(program);
        let fresh: Vec<Fresh> = (0..count).map(|index| Fresh::of(&facts, index)).collect();
        facts.touched = touched(program, &fresh);
        for (function, fresh) in program.functions.iter().zip(&fresh) {
            let mut in_place = HashSet::new();
            each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
                if let Some((ty, variable)) = changed_container(part)
                    && !variable.is_some_and(|local| fresh.holds(local))
                {
                    in_place.insert(ty);
                }
            });
            facts.changed_in_place.extend(in_place);
        }
        facts
    }

    pub(super) fn fix_returns(&mut self, program: &Program) {
        loop {
            let mut changed = false;
            for (index, function) in program.functions.iter().enumerate() {
                let fresh = Fresh::of(self, index);
                let mut all = true;
                each_stmt(&function.body, &mut |stmt| {
                    if let StmtKind::Return(Some(value)) = &stmt.kind {
                        all &= fresh.is_fresh(self, value) && self.keeps.leaves(index, value);
                    }
                });
                changed |= self.returns_fresh[index] && !all;
                self.returns_fresh[index] &= all;
            }
            if !changed {
                return;
            }
        }
    }

    /// The functions that evaluating an expression itself may run.
    pub(super) fn callees(&self, e: &Expr) -> Vec<FunctionId> {
        match &e.kind {
            ExprKind::Call { function, .. } => vec![*function],
            ExprKind::CallValue { callee, .. } => self.values.targets(&callee.ty).map(|(id, _)| *id).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn fix_changes(&mut self, program: &Program) {
        loop {
            let mut changed = false;
            for (index, function) in program.functions.iter().enumerate() {
                let (mut types, mut classes) = (HashSet::new(), HashSet::new());
                let mut calls_values = false;
                each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
                    if let Some((ty, _)) = changed_container(part) {
                        types.insert(ty);
                    }
                    match part {
                        Part::Store(Place::Field { class, .. }) | Part::Change(Place::Field { class, .. }) => {
                            classes.insert(*class);
                        }
                        Part::Value(e, _) => {
                            for id in self.callees(e) {
                                types.extend(self.changed_types[id.0 as usize].iter().cloned());
                                classes.extend(self.changed_classes[id.0 as usize].iter().copied());
                                calls_values |= self.calls_values[id.0 as usize];
                            }
                            calls_values |= matches!(e.kind, ExprKind::CallValue { .. });
                        }
                        _ => {}
                    }
                });
                changed |= types.len() != self.changed_types[index].len();
                changed |= classes.len() != self.changed_classes[index].len();
                changed |= calls_values != self.calls_values[index];
                self.calls_values[index] = calls_values;
                self.changed_types[index] = types;
                self.changed_classes[index] = classes;
            }
            if !changed {
                return;
            }
        }
    }
}

/// The container that a part changes, by type, and the variable that holds it, where it is held by one directly: an
/// element of a variable's container may have other names.
pub(super) fn changed_container(part: &Part) -> Option<(Type, Option<LocalId>)> {
    let of = |base: &Expr| match base.as_place() {
        Some(Place::Local(local)) => (base.ty.clone(), Some(*local)),
        _ => (base.ty.clone(), None),
    };
    match part {
        Part::Store(Place::Item { base, .. }) | Part::Change(Place::Item { base, .. }) => Some(of(base)),
        Part::Value(e, Need::Mut) if matches!(e.ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)) => {
            Some(of(e))
        }
        _ => None,
    }
}
