//! Containers by the place that owns them.
//!
//! A list, dict or set has one place: a variable, a field, an element of another container. Two containers in
//! different fields, or in a field and in a variable that holds its own, are never the same object, whatever objects
//! the fields belong to; two in the same field may be, where the objects are shared.
//!
//! ```text
//! for n in v.neighbors: queue.append(n)        Field(neighbors) is read, Local(queue) changes: apart
//! for n in v.neighbors: n.neighbors.append(v)  Field(neighbors) is read and changes: v may be n
//! ```

use super::fresh::Fresh;
use crate::ir::walk::{Part, each_part};
use crate::ir::*;
use std::collections::HashSet;

/// The place that owns a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Local(LocalId),
    Global(GlobalId),
    Field(ClassId, FieldId),
    /// An element of another container, by the container's type.
    Item(Type),
}

/// The slots that a function and what it calls touch, besides its own variables.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Touched {
    pub(super) read: HashSet<Slot>,
    pub(super) changed: HashSet<Slot>,
    /// Types of containers that change through variables that may mean a slot of that type.
    pub(super) changed_types: HashSet<Type>,
}

impl Touched {
    /// True where a container of a type in a slot may change.
    pub(super) fn changes(&self, slot: &Slot, ty: &Type) -> bool {
        self.changed.contains(slot) || self.changed_types.contains(ty)
    }

    fn extend(&mut self, other: &Touched) {
        self.read.extend(other.read.iter().cloned());
        self.changed.extend(other.changed.iter().cloned());
        self.changed_types.extend(other.changed_types.iter().cloned());
    }
}

/// The slot that an expression reads a container from.
pub(super) fn slot(e: &Expr) -> Option<Slot> {
    match e.as_place()? {
        Place::Local(local) => Some(Slot::Local(*local)),
        Place::Global(global) => Some(Slot::Global(*global)),
        Place::Field { class, field, .. } => Some(Slot::Field(*class, *field)),
        Place::Item { .. } | Place::Entry { .. } => Some(Slot::Item(e.ty.clone())),
        Place::Some(inner) | Place::Present(inner) => slot(inner),
        // Several functions may have the cell under names of their own.
        Place::Cell(_) => Some(Slot::Item(e.ty.clone())),
    }
}

/// The slots on the way to a container that lie in shared objects, the container's own first.
pub(super) fn shared_slots(program: &Program, e: &Expr) -> Vec<(Slot, Type)> {
    let Some(place) = e.as_place() else { return Vec::new() };
    let (own, base) = match place {
        Place::Local(_) | Place::Global(_) => return Vec::new(),
        Place::Cell(_) => return vec![(Slot::Item(e.ty.clone()), e.ty.clone())],
        Place::Some(inner) | Place::Present(inner) => return shared_slots(program, inner),
        Place::Field { base, class, field } if program.class(*class).repr == ClassRepr::Shared => {
            return vec![(Slot::Field(*class, *field), e.ty.clone())];
        }
        Place::Field { base, class, field } => (Slot::Field(*class, *field), base),
        Place::Item { base, .. } | Place::Entry { base, .. } => (Slot::Item(e.ty.clone()), base),
    };
    let mut found = shared_slots(program, base);
    if !found.is_empty() {
        found.insert(0, (own, e.ty.clone()));
    }
    found
}

pub(super) fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_))
}

/// The container that a part changes.
pub(super) fn changed<'e>(part: &Part<'e>) -> Option<&'e Expr> {
    match part {
        Part::Store(Place::Item { base, .. }) | Part::Change(Place::Item { base, .. }) => Some(base),
        Part::Value(e, Need::Mut) if is_container(&e.ty) => Some(e),
        Part::Value(Expr { kind: ExprKind::Read { place: Place::Entry { base, .. }, .. }, .. }, _) => Some(base),
        _ => None,
    }
}

/// What each function touches, with what it calls.
pub(super) fn touched(program: &Program, fresh: &[Fresh]) -> Vec<Touched> {
    let mut all = vec![Touched::default(); program.functions.len()];
    loop {
        let before = all.clone();
        for (index, function) in program.functions.iter().enumerate() {
            let found = touched_by(program, function, &fresh[index], &all);
            all[index] = found;
        }
        if all == before {
            return all;
        }
    }
}

fn touched_by(program: &Program, function: &Function, fresh: &Fresh, all: &[Touched]) -> Touched {
    let mut touched = Touched::default();
    let is_param = |local: LocalId| function.params.iter().any(|param| param.local == local);
    let change = |e: &Expr, touched: &mut Touched| match slot(e) {
        // What a parameter means is known where the function is called.
        Some(Slot::Local(local)) if is_param(local) || fresh.holds(local) => {}
        Some(Slot::Local(_)) | None => {
            touched.changed_types.insert(e.ty.clone());
        }
        Some(slot) => {
            touched.changed.insert(slot);
        }
    };
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
        if let Some(e) = changed(part) {
            change(e, &mut touched);
        }
        // A field that is assigned holds another container than before.
        if let Part::Store(Place::Field { class, field, .. }) = part {
            touched.changed.insert(Slot::Field(*class, *field));
        }
        let Part::Value(e, _) = part else { return };
        if is_container(&e.ty)
            && let Some(slot) = slot(e).filter(|slot| !matches!(slot, Slot::Local(_)))
        {
            touched.read.insert(slot);
        }
        if let ExprKind::Call { function, args } = &e.kind {
            touched.extend(&all[function.0 as usize]);
            let callee = program.function(*function);
            for position in &callee.effects.mutates {
                if let Some(arg) = args.get(*position).filter(|arg| is_container(&arg.ty)) {
                    change(arg, &mut touched);
                }
            }
        }
    });
    touched
}
