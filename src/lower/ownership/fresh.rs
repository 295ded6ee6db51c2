//! Which variables of a function hold only new objects.

use super::facts::*;
use crate::ir::walk::{Part, each_part, each_stmt};
use crate::ir::*;
use std::collections::HashSet;

/// Which variables of a function hold only new objects.
pub(super) struct Fresh {
    pub(super) stale: HashSet<LocalId>,
}

impl Fresh {
    pub(super) fn of(facts: &Facts, index: usize) -> Fresh {
        let function = &facts.program.functions[index];
        let known = function.params.iter().map(|p| p.local).filter(|local| !facts.is_given(index, *local));
        let mut fresh = Fresh { stale: known.collect() };
        loop {
            let before = fresh.stale.len();
            each_stmt(&function.body, &mut |stmt| match &stmt.kind {
                StmtKind::Let { local, value: Some(value) }
                | StmtKind::Assign { place: Place::Local(local), value }
                    if !fresh.is_fresh(facts, value) =>
                {
                    fresh.stale.insert(*local);
                }
                StmtKind::For { target, iter, .. } => fresh.targets(target, iter_is_fresh(facts, &fresh, iter)),
                StmtKind::Unpack { targets, value } => {
                    let is_fresh = fresh.is_fresh(facts, value);
                    targets.iter().for_each(|t| fresh.targets(t, is_fresh));
                }
                _ => {}
            });
            each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
                if let Part::Value(Expr { kind: ExprKind::Comprehension(c), .. }, _) = part {
                    for one in &c.loops {
                        let is_fresh = iter_is_fresh(facts, &fresh, &one.iter);
                        fresh.targets(&one.target, is_fresh);
                    }
                }
            });
            if fresh.stale.len() == before {
                return fresh;
            }
        }
    }

    pub(super) fn targets(&mut self, target: &Target, is_fresh: bool) {
        match target {
            Target::Declare(local) | Target::Assign(Place::Local(local)) if !is_fresh => {
                self.stale.insert(*local);
            }
            Target::Tuple(items) => items.iter().for_each(|t| self.targets(t, is_fresh)),
            _ => {}
        }
    }

    pub(super) fn holds(&self, local: LocalId) -> bool {
        !self.stale.contains(&local)
    }

    pub(super) fn is_fresh(&self, facts: &Facts, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Read { place: Place::Local(local), .. } => e.ty.is_scalar() || self.holds(*local),
            ExprKind::Read { place: Place::Some(inner) | Place::Present(inner), .. } => self.is_fresh(facts, inner),
            ExprKind::Read { .. } => e.ty.is_scalar(),
            ExprKind::If { then, orelse, .. } => self.is_fresh(facts, then) && self.is_fresh(facts, orelse),
            ExprKind::Block { value, .. } | ExprKind::Convert { value, .. } => self.is_fresh(facts, value),
            ExprKind::Call { function, .. } => facts.returns_fresh[function.0 as usize],
            ExprKind::Builtin { op, args } => match op {
                Builtin::DictGet => false,
                Builtin::Library(op) => !op.row().gives_part() || op.need(0) == Need::Mut || e.ty.is_scalar(),
                Builtin::AttributeBase | Builtin::OperandBase => {
                    args.first().is_some_and(|arg| self.is_fresh(facts, arg))
                }
                Builtin::DictGetOr | Builtin::Min | Builtin::Max => e.ty.is_scalar() || args.is_empty(),
                _ => true,
            },
            ExprKind::CallValue { .. } => false,
            ExprKind::Comprehension(c) => match &c.kind {
                ComprehensionKind::Extreme { element, .. } => self.is_fresh(facts, element),
                _ => true,
            },
            _ => true,
        }
    }
}

pub(super) fn iter_is_fresh(facts: &Facts, fresh: &Fresh, iter: &Iter) -> bool {
    iter.containers().iter().all(|container| {
        let fresh_container = !matches!(container.kind, ExprKind::Read { .. }) && fresh.is_fresh(facts, container);
        let scalars = match &container.ty {
            Type::Dict(k, v, _) => k.is_scalar() && v.is_scalar(),
            other => other.item().is_some_and(|t| t.is_scalar()),
        };
        fresh_container || scalars
    })
}
