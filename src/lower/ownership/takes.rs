//! How values leave their places: looked at, moved, duplicated. Bodies are walked backwards, knowing what is live.

use super::classify::*;
use super::decision::*;
use crate::ir::walk::{Part, PartMut, each_part, each_part_of};
use crate::ir::*;
use std::collections::HashSet;

/// The variable that a place is.
fn local_of(place: &Place) -> Option<LocalId> {
    match place {
        Place::Local(local) => Some(*local),
        _ => None,
    }
}

/// The variables that an operand still refers to while the operands after it are computed, so that none of them may take
/// the value away: `text.join([text, text])`.
fn lent(operand: &PartMut) -> Vec<LocalId> {
    let mut found = Vec::new();
    let PartMut::Value(operand, Need::Ref | Need::Mut) = operand else { return found };
    let refers = operand.as_place().is_some() || matches!(operand.ty, Type::Str | Type::Bytes);
    if refers && !operand.ty.is_scalar() {
        each_part_of(operand, Need::Ref, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(inner, _) = part {
                found.extend(inner.as_place().and_then(local_of));
            }
        });
    }
    found
}

impl<'p> Decision<'p> {
    pub(super) fn block(&mut self, body: &mut [Stmt]) {
        for stmt in body.iter_mut().rev() {
            self.stmt(stmt);
        }
    }

    pub(super) fn stmt(&mut self, stmt: &mut Stmt) {
        match &mut stmt.kind {
            StmtKind::If { test, then, orelse } => {
                let after = self.live.clone();
                self.block(then);
                let then_live = std::mem::replace(&mut self.live, after);
                self.block(orelse);
                self.live.extend(then_live);
                self.value(test, Need::Own);
            }
            StmtKind::While { .. } | StmtKind::For { .. } => self.loop_(stmt),
            StmtKind::Try { body, handlers, orelse, finally } => {
                let mut last = HashSet::new();
                each_part(finally, &|_, _| Need::Ref, &mut |part| match part {
                    Part::Value(e, _) => last.extend(e.as_place().and_then(local_of)),
                    Part::Store(place) | Part::Change(place) => last.extend(local_of(place)),
                    Part::Declare(_) | Part::Body(_) => {}
                });
                self.block(finally);
                self.lasts.push(last);
                let after = self.live.clone();
                self.block(orelse);
                let mut live = std::mem::take(&mut self.live);
                for handler in handlers {
                    self.live = after.clone();
                    self.block(&mut handler.body);
                    live.extend(std::mem::take(&mut self.live));
                }
                self.live = live;
                // A handler may run after any part of the body, so nothing that is read from there on is moved in it, not
                // even before the body gives it another value.
                self.handled.push(self.live.union(&after).copied().collect());
                self.block(body);
                self.handled.pop();
                self.live.extend(after);
                self.lasts.pop();
            }
            StmtKind::Expr(e) if matches!(e.kind, ExprKind::Call { .. }) => {
                self.check_kept(e, false);
                self.called(e, Need::Ref);
            }
            StmtKind::Return(Some(value)) => {
                self.leave(HashSet::new());
                let exported = self.public_only || self.unseen_copy(value);
                self.returned(value, exported);
            }
            StmtKind::Return(None) => self.leave(HashSet::new()),
            StmtKind::Break => self.leave(self.loops.last().map(|(after, _)| after.clone()).unwrap_or_default()),
            StmtKind::Continue => self.leave(self.loops.last().map(|(_, next)| next.clone()).unwrap_or_default()),
            StmtKind::Raise(raise) => {
                raise.attributes.iter_mut().rev().for_each(|(_, value)| self.value(value, Need::Own));
                self.value(&mut raise.message, Need::Own);
            }
            StmtKind::Let { local, value } => {
                self.ends(*local);
                let binding = self.bindings.get(local).copied().unwrap_or(Binding::Value);
                if let Some(value) = value {
                    let need = match binding {
                        Binding::Value => Need::Own,
                        Binding::Ref => Need::Ref,
                        Binding::RefMut => Need::Mut,
                    };
                    self.value(value, need);
                }
            }
            StmtKind::Assign { place: Place::Local(local), value } => {
                self.ends(*local);
                self.value(value, Need::Own);
            }
            StmtKind::Update { place, value, .. } => {
                // It is read once more after the value was taken.
                if let Some(Root::Local(local)) = place.root() {
                    self.mention(local);
                }
                self.value(value, Need::Own);
                self.part(PartMut::Change(place));
            }
            _ => {
                let mut parts = Vec::new();
                stmt.parts_mut(&mut parts);
                for part in parts.into_iter().rev() {
                    self.part(part);
                }
            }
        }
    }

    /// What is live where a statement goes elsewhere: what is live there, what each `finally` on the way uses, and what
    /// a handler reads, because the value that is taken along may raise.
    fn leave(&mut self, there: HashSet<LocalId>) {
        self.live = there;
        self.live.extend(self.lasts.iter().chain(&self.handled).flatten());
    }

    /// A variable begins here or is given another value: what it held before is read by handlers only.
    fn ends(&mut self, local: LocalId) {
        if !self.handled.iter().any(|handled| handled.contains(&local)) {
            self.live.remove(&local);
        }
    }

    /// True where the value is an argument that no caller knows by another name.
    fn unseen_copy(&self, value: &Expr) -> bool {
        let param =
            |local: &LocalId| self.params.contains_key(local) && self.stores.get(local).copied().unwrap_or(0) == 0;
        self.facts.keeps.unseen[self.index]
            && value.as_place().and_then(local_of).is_some_and(|local| param(&local) && !self.fresh.holds(local))
    }

    pub(super) fn returned(&mut self, value: &mut Expr, exported: bool) {
        let container = self.kind(&value.ty) == Kind::Container;
        if exported
            && container
            && let ExprKind::Read { place, take } = &mut value.kind
            && !matches!(place, Place::Local(local) if self.fresh.holds(*local))
            && unique_inside(self.facts.program, &value.ty).is_none()
        {
            // Only the outside sees the result, and it gets a snapshot in any case.
            *take = Take::Clone;
            let mut parts = Vec::new();
            value.parts_mut(Need::Ref, &|_, _| Need::Ref, &mut parts);
            for part in parts.into_iter().rev() {
                self.part(part);
            }
            if let Some(Place::Local(local)) = value.as_place() {
                self.mention(*local);
            }
            return;
        }
        self.value(value, Need::Own);
    }

    /// Everything a loop mentions is live at its end, except what begins inside.
    pub(super) fn loop_(&mut self, stmt: &mut Stmt) {
        let mut mentioned = HashSet::new();
        let mut begun = HashSet::new();
        let mut changed = HashSet::new();
        each_part(std::slice::from_ref(stmt), &|_, _| Need::Ref, &mut |part| match part {
            Part::Value(e, need) => {
                if let Some(Place::Local(local)) = e.as_place() {
                    mentioned.insert(*local);
                    if *need == Need::Mut {
                        changed.insert(*local);
                    }
                }
            }
            Part::Store(Place::Local(local)) | Part::Change(Place::Local(local)) => {
                mentioned.insert(*local);
            }
            Part::Declare(local) => {
                begun.insert(*local);
            }
            _ => {}
        });
        let referents: Vec<LocalId> = mentioned.iter().filter_map(|l| self.referents.get(l)).copied().collect();
        mentioned.extend(referents);
        self.changed_later.extend(changed);
        let orelse = match &mut stmt.kind {
            StmtKind::While { orelse, .. } | StmtKind::For { orelse, .. } => std::mem::take(orelse),
            _ => Vec::new(),
        };
        let mut orelse = orelse;
        let after = self.live.clone();
        self.block(&mut orelse);
        self.live.extend(mentioned.difference(&begun));
        self.loops.push((after, self.live.clone()));
        match &mut stmt.kind {
            StmtKind::While { test, body, orelse: slot } => {
                self.block(body);
                self.value(test, Need::Own);
                *slot = orelse;
            }
            StmtKind::For { iter, body, orelse: slot, .. } => {
                self.block(body);
                self.iter(iter);
                *slot = orelse;
            }
            _ => {}
        }
        self.loops.pop();
    }

    pub(super) fn iter(&mut self, iter: &mut Iter) {
        let mut parts = Vec::new();
        iter.parts_mut(&mut parts);
        for part in parts.into_iter().rev() {
            self.part(part);
        }
    }

    pub(super) fn part(&mut self, part: PartMut) {
        match part {
            PartMut::Value(e, need) => self.value(e, need),
            PartMut::Body(body) => self.block(body),
            PartMut::Store(place) | PartMut::Change(place) => {
                if let Place::Local(local) = place {
                    self.mention(*local);
                }
                let mut parts = Vec::new();
                place.store_parts_mut(&mut parts);
                for inner in parts.into_iter().rev() {
                    self.part(inner);
                }
            }
            PartMut::Declare(local) => self.ends(local),
        }
    }

    pub(super) fn mention(&mut self, local: LocalId) {
        self.live.insert(local);
        if let Some(referent) = self.referents.get(&local).copied() {
            self.mention(referent);
        }
    }

    pub(super) fn value(&mut self, e: &mut Expr, need: Need) {
        if let ExprKind::Comprehension(_) = &e.kind {
            return self.comprehension(e);
        }
        if let ExprKind::If { test, then, orelse } = &mut e.kind {
            if need == Need::Mut {
                match kind(self.facts.program, &e.ty) {
                    Kind::Container => {
                        let message =
                            format!("this {} is changed through the result of an expression", describe(&e.ty));
                        self.refuse(e.at, message);
                    }
                    Kind::Unique(class) => self.demands.push(super::Demand::Share(class)),
                    Kind::Scalar | Kind::Plain => {}
                }
            }
            let after = self.live.clone();
            self.value(then, need);
            let then_live = std::mem::replace(&mut self.live, after);
            self.value(orelse, need);
            self.live.extend(then_live);
            return self.value(test, Need::Own);
        }
        if let ExprKind::And(left, right) | ExprKind::Or(left, right) = &mut e.kind {
            self.value(right, Need::Own);
            return self.value(left, Need::Own);
        }
        self.check_kept(e, true);
        self.called(e, need);
    }

    fn called(&mut self, e: &mut Expr, need: Need) {
        self.take(e, need);
        self.check_result(e, need);
        if let ExprKind::Call { .. } = e.kind {
            self.check_arguments(e);
        }
        let passings = self.passings;
        let passing = move |f: FunctionId, i: usize| {
            passings.get(f.0 as usize).and_then(|row| row.get(i)).copied().unwrap_or(Need::Ref)
        };
        let mut parts = Vec::new();
        e.parts_mut(need, &passing, &mut parts);
        let lent: Vec<Vec<LocalId>> = parts.iter().map(lent).collect();
        for (index, part) in parts.into_iter().enumerate().rev() {
            lent[..index].iter().flatten().for_each(|local| self.mention(*local));
            self.part(part);
        }
    }

    pub(super) fn comprehension(&mut self, e: &mut Expr) {
        // Parts run many times: nothing from outside is moved.
        let mut mentioned = HashSet::new();
        let mut begun = HashSet::new();
        each_part_of(e, Need::Own, &|_, _| Need::Ref, &mut |part| match part {
            Part::Value(inner, _) => {
                if let Some(Place::Local(local)) = inner.as_place() {
                    mentioned.insert(*local);
                }
            }
            Part::Declare(local) => {
                begun.insert(*local);
            }
            _ => {}
        });
        let outside: Vec<LocalId> = mentioned.difference(&begun).copied().collect();
        let before = self.live.clone();
        self.live.extend(&outside);
        let ExprKind::Comprehension(c) = &mut e.kind else { return };
        let mut parts = Vec::new();
        c.parts_mut(&mut parts);
        for part in parts.into_iter().rev() {
            self.part(part);
        }
        self.live = before;
        for local in outside {
            self.mention(local);
        }
    }

    /// Decides how a read leaves its place.
    pub(super) fn take(&mut self, e: &mut Expr, need: Need) {
        let kind = self.kind(&e.ty);
        let at = e.at;
        let ty = e.ty.clone();
        let ExprKind::Read { place, take } = &mut e.kind else { return };
        if let Place::Local(local) = place
            && need == Need::Mut
        {
            self.changed_later.insert(*local);
        }
        let own_local = match place {
            Place::Local(local) => Some(*local),
            Place::Some(inner) | Place::Present(inner) => match inner.as_place() {
                Some(Place::Local(local)) => Some(*local),
                _ => None,
            },
            _ => None,
        };
        if kind == Kind::Scalar || need != Need::Own {
            *take = Take::Look;
            if let Place::Local(local) = place {
                let local = *local;
                self.mention(local);
            }
            return;
        }
        if let Some(local) = own_local {
            let binding = match self.params.get(&local) {
                Some(Passing::Value) | None => self.bindings.get(&local).copied().unwrap_or(Binding::Value),
                Some(Passing::Ref) => Binding::Ref,
                Some(Passing::RefMut) => Binding::RefMut,
            };
            if binding == Binding::Value && !self.live.contains(&local) {
                *take = Take::Move;
                self.mention(local);
                return;
            }
        }
        *take = Take::Clone;
        let root = place.root();
        if let Place::Local(local) = place {
            let local = *local;
            self.mention(local);
        }
        self.check_copy(&ty, kind, root, at);
    }
}
