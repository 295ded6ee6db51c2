//! Which variables refer to places instead of holding values, and loops over containers.

use super::Demand;
use super::checks::shared_elements;
use super::classify::*;
use super::decision::*;
use super::slots::{self, Slot};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::{Part, PartMut, each_part};
use crate::ir::*;
use crate::lower::aliases::{RootKey, Roots};
use std::collections::BTreeSet;

impl<'p> Decision<'p> {
    pub(super) fn bind_blocks(&mut self, body: &mut [Stmt]) {
        for index in 0..body.len() {
            let (head, rest) = body.split_at_mut(index + 1);
            let stmt = &mut head[index];
            match &mut stmt.kind {
                StmtKind::Let { local, value: Some(value) } => self.bind_let(*local, value, rest),
                StmtKind::For { target, iter, body, orelse } => {
                    self.bind_loop(target, iter, Some(body));
                    let mut parts = Vec::new();
                    iter.parts_mut(&mut parts);
                    for part in parts {
                        if let PartMut::Value(e, _) = part {
                            self.bind_expression(e);
                        }
                    }
                    self.bind_blocks(body);
                    self.bind_blocks(orelse);
                    continue;
                }
                _ => {}
            }
            let mut parts = Vec::new();
            stmt.parts_mut(&mut parts);
            for part in parts {
                match part {
                    PartMut::Body(inner) => self.bind_blocks(inner),
                    PartMut::Value(e, _) => self.bind_expression(e),
                    PartMut::Store(place) | PartMut::Change(place) => {
                        let mut inner = Vec::new();
                        place.store_parts_mut(&mut inner);
                        for part in inner {
                            if let PartMut::Value(e, _) = part {
                                self.bind_expression(e);
                            }
                        }
                    }
                    PartMut::Declare(_) => {}
                }
            }
        }
    }

    pub(super) fn bind_expression(&mut self, e: &mut Expr) {
        if let ExprKind::Comprehension(c) = &mut e.kind {
            for one in &mut c.loops {
                self.bind_loop(&one.target, &mut one.iter, None);
            }
        }
        let mut parts = Vec::new();
        e.parts_mut(Need::Own, &|_, _| Need::Ref, &mut parts);
        for part in parts {
            match part {
                PartMut::Value(inner, _) => self.bind_expression(inner),
                PartMut::Body(inner) => self.bind_blocks(inner),
                PartMut::Store(_) | PartMut::Change(_) | PartMut::Declare(_) => {}
            }
        }
    }

    /// A path of fields and elements from a variable or constant, without a shared object on the way.
    pub(super) fn plain_path(&self, e: &Expr) -> bool {
        let Some(place) = e.as_place() else { return false };
        match place {
            Place::Local(_) | Place::Global(_) => true,
            Place::Entry { .. } | Place::Cell(_) => false,
            Place::Field { base, class, .. } => {
                self.program().class(*class).repr != ClassRepr::Shared && self.plain_path(base)
            }
            Place::Some(base) | Place::Present(base) => self.plain_path(base),
            Place::Item { base, .. } => !matches!(base.ty, Type::Str | Type::Bytes) && self.plain_path(base),
        }
    }

    pub(super) fn roots(&self, e: &Expr) -> Roots {
        self.aliases.roots_of_holder(self.program(), e, self.summary)
    }

    pub(super) fn bind_let(&mut self, local: LocalId, value: &Expr, rest: &[Stmt]) {
        let kind = self.kind(&value.ty);
        if kind == Kind::Scalar || !matches!(value.kind, ExprKind::Read { .. }) {
            return;
        }
        let bare = matches!(value.as_place(), Some(Place::Local(_)));
        let once = self.stores.get(&local).copied().unwrap_or(0) <= 1;
        if !once || !self.plain_path(value) || (bare && kind == Kind::Plain) {
            return;
        }
        let Some(root) = value.as_place().and_then(Place::root) else { return };
        if let Root::Local(root) = root {
            let stored = self.stores.get(&root).copied().unwrap_or(0);
            let is_param = self.params.contains_key(&root);
            if stored > usize::from(!is_param) {
                return;
            }
            if bare && self.fresh.holds(root) {
                return;
            }
        }
        let roots = self.roots(value);
        let touched = roots.iter().any(|r| self.summary.changed_here.contains(r));
        let self_changed = self.summary.changed_here.contains(&RootKey::Local(local));
        let binding = if !touched && !self_changed {
            Binding::Ref
        } else if !bare
            && matches!(kind, Kind::Container | Kind::Unique(_))
            && self_changed
            && !mentions(rest, local, root)
        {
            Binding::RefMut
        } else {
            return;
        };
        self.bindings.insert(local, binding);
        if let Root::Local(root) = root {
            self.referents.insert(local, root);
        }
    }

    /// Loop variables refer to elements where the container is a place; else they hold them.
    pub(super) fn bind_loop(&mut self, target: &Target, iter: &mut Iter, body: Option<&mut Vec<Stmt>>) {
        let containers: Vec<Expr> = iter.containers().into_iter().cloned().collect();
        for container in &containers {
            if let Some(body) = &body {
                self.check_loop_changes(container, body);
            }
        }
        if containers.iter().any(|c| matches!(c.kind, ExprKind::Read { .. })) {
            self.check_kept_elements(target, containers[0].at);
        }
        let conflict = match &body {
            Some(body) => containers.iter().any(|c| self.root_changes_in(c, body)),
            None => false,
        };
        if conflict {
            containers.iter().for_each(|container| self.walk_rows(container));
            snapshot(iter);
        }
        let by_ref =
            !conflict && containers.iter().all(|c| self.plain_path(c) && matches!(c.kind, ExprKind::Read { .. }));
        let shaped =
            matches!(target, Target::Tuple(_)) || !matches!(iter, Iter::Items(_) | Iter::Enumerate(..) | Iter::Zip(_));
        for container in &containers {
            let fresh_container = !matches!(container.kind, ExprKind::Read { .. });
            let item = match &container.ty {
                Type::Dict(k, v, _) => Type::Tuple(vec![(**k).clone(), (**v).clone()]),
                other => other.item().unwrap_or(Type::None),
            };
            if let Some(class) = unique_inside(self.program(), &item) {
                let changes = self.changes_class(class);
                if changes || !(by_ref && shaped || fresh_container) {
                    self.demands.push(Demand::Share(class));
                }
            }
        }
        if by_ref && shaped {
            self.bind_targets(target, &containers);
        }
        for container in &containers {
            if !self.fresh.is_fresh(self.facts, container) {
                self.check_stores(target, container);
            }
        }
    }

    /// Containers in a list that the loop changes somewhere: a copy of the list would have copies of them.
    fn walk_rows(&mut self, container: &Expr) {
        if let Type::List(inner) = &container.ty
            && slots::is_container(inner)
            && self.facts.changes_inside(inner)
            && matches!(container.kind, ExprKind::Read { .. })
        {
            let problem = shared_elements(&container.ty, container.at);
            self.demands.push(Demand::ByIndex(container.at, problem));
        }
    }

    /// A variable from before the loop that takes elements is a second name for them.
    fn check_stores(&mut self, target: &Target, container: &Expr) {
        match target {
            Target::Assign(Place::Local(local)) => {
                let ty = self.locals[local.0 as usize].ty.clone();
                let root = container.as_place().and_then(Place::root);
                self.check_copy(&ty, self.kind(&ty), root, container.at);
            }
            Target::Tuple(items) => items.iter().for_each(|item| self.check_stores(item, container)),
            Target::Assign(_) | Target::Declare(_) | Target::Ignore => {}
        }
    }

    /// A variable that outlives its loop holds a copy of an element: it must not be changed.
    fn check_kept_elements(&mut self, target: &Target, at: crate::span::Location) {
        match target {
            Target::Assign(Place::Local(local)) if self.summary.changed_here.contains(&RootKey::Local(*local)) => {
                let ty = self.locals[local.0 as usize].ty.clone();
                match self.kind(&ty) {
                    Kind::Unique(class) => self.demands.push(Demand::Share(class)),
                    Kind::Container => {
                        self.refuse(at, "an element that the loop changes is used after the loop too".into());
                    }
                    // A handle to the element is as good as the element.
                    _ => {}
                }
            }
            Target::Tuple(items) => items.iter().for_each(|item| self.check_kept_elements(item, at)),
            _ => {}
        }
    }

    pub(super) fn bind_targets(&mut self, target: &Target, containers: &[Expr]) {
        match target {
            Target::Declare(local) => {
                let changed = self.summary.changed_here.contains(&RootKey::Local(*local));
                self.bindings.insert(*local, if changed { Binding::RefMut } else { Binding::Ref });
                for container in containers {
                    if let Some(Root::Local(root)) = container.as_place().and_then(Place::root) {
                        self.referents.insert(*local, root);
                    }
                }
            }
            Target::Tuple(items) => items.iter().for_each(|t| self.bind_targets(t, containers)),
            Target::Assign(_) | Target::Ignore => {}
        }
    }

    /// True where this function or a callee changes objects of a class.
    pub(super) fn changes_class(&self, class: ClassId) -> bool {
        let index = self.aliases.functions.iter().position(|s| std::ptr::eq(s, self.summary));
        index.is_some_and(|index| self.facts.changed_classes[index].contains(&class))
    }

    /// Refuses a loop whose body may change the very container that is iterated.
    pub(super) fn check_loop_changes(&mut self, container: &Expr, body: &[Stmt]) {
        if !matches!(container.kind, ExprKind::Read { .. }) {
            return;
        }
        let roots = self.roots(container);
        let own = slots::slot(container);
        let holds_own = |slot: &Option<Slot>| matches!(slot, Some(Slot::Local(local)) if self.fresh.holds(*local));
        let shared = !slots::shared_slots(self.program(), container).is_empty();
        let may_be_same = |target: &Expr| {
            let other = slots::slot(target);
            let apart = own != other && (holds_own(&own) || holds_own(&other) || is_placed(&own) && is_placed(&other));
            target.ty == container.ty && !apart && (shared || !self.roots(target).is_disjoint(&roots))
        };
        let mut found = None;
        each_part(body, &|_, _| Need::Ref, &mut |part| {
            if let Some(target) = slots::changed(part).filter(|target| may_be_same(target)) {
                found = Some(target.at);
            }
            if let Part::Value(Expr { kind: ExprKind::Call { function, args }, at, .. }, _) = part {
                let touched = &self.facts.touched[function.0 as usize];
                let callee = self.program().function(*function);
                let mut given = args.iter().enumerate().filter(|(at, _)| callee.effects.mutates.contains(at));
                let changes = own.as_ref().is_none_or(|slot| touched.changes(slot, &container.ty)) && !holds_own(&own);
                let same_root = || args.iter().any(|arg| !self.roots(arg).is_disjoint(&roots));
                if given.any(|(_, arg)| may_be_same(arg)) || changes && (shared || same_root()) {
                    found = Some(*at);
                }
            }
            // A function value may change what it shares with others.
            if let Part::Value(e @ Expr { kind: ExprKind::CallValue { .. }, .. }, _) = part
                && self
                    .facts
                    .callees(e)
                    .iter()
                    .any(|id| self.facts.changed_types[id.0 as usize].contains(&container.ty))
            {
                found = Some(e.at);
            }
        });
        if let Some(at) = found {
            let message = "this may change the container that the loop iterates";
            let problem = Diagnostic::new(Code::MutatedWhileIterated, at, message)
                .help("iterate over a copy: `for x in list(xs)`");
            self.demands.push(Demand::ByIndex(container.at, problem));
        }
    }

    /// True where the body changes something through the variable that the container is part of.
    pub(super) fn root_changes_in(&self, container: &Expr, body: &[Stmt]) -> bool {
        let Some(root) = container.as_place().and_then(Place::root) else { return false };
        let mut roots = BTreeSet::from([root_key(root)]);
        if let Root::Local(local) = root
            && let Some(referent) = self.referents.get(&local)
        {
            roots.insert(RootKey::Local(*referent));
        }
        let mut found = false;
        let passing = |f: FunctionId, i: usize| self.need(f, i);
        each_part(body, &passing, &mut |part| {
            let changed = match part {
                Part::Value(e, Need::Mut) => e.as_place().and_then(Place::root),
                Part::Store(place) | Part::Change(place) => place.root(),
                _ => None,
            };
            found |= changed.is_some_and(|root| roots.contains(&root_key(root)));
        });
        found
    }

    pub(super) fn bind_lambdas(&mut self, function: &mut Function) {
        let mut params = Vec::new();
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(e, _) = part {
                match &e.kind {
                    ExprKind::Sorted { key: Some(key), .. } | ExprKind::Sort { key: Some(key), .. } => {
                        params.extend(&key.params);
                    }
                    ExprKind::Comprehension(c) => {
                        if let ComprehensionKind::Extreme { key: Some(key), .. } = &c.kind {
                            params.extend(&key.params);
                        }
                    }
                    _ => {}
                }
            }
        });
        for local in params {
            self.bindings.insert(local, Binding::Ref);
        }
        for (local, binding) in self.bindings.clone() {
            if function.locals[local.0 as usize].ty.is_scalar() {
                self.bindings.remove(&local);
            } else {
                function.locals[local.0 as usize].binding = binding;
            }
        }
    }
}

/// True for a container in a field, global or other container.
fn is_placed(slot: &Option<Slot>) -> bool {
    !matches!(slot, None | Some(Slot::Local(_)))
}

/// True where statements mention both a variable and, while it may still be used, the root it refers to.
pub(super) fn mentions(rest: &[Stmt], local: LocalId, root: Root) -> bool {
    let uses = |stmt: &Stmt, wanted: &dyn Fn(&Place) -> bool| {
        let mut found = false;
        each_part(std::slice::from_ref(stmt), &|_, _| Need::Ref, &mut |part| match part {
            Part::Value(e, _) => found |= e.as_place().is_some_and(wanted),
            Part::Store(place) | Part::Change(place) => found |= wanted(place),
            _ => {}
        });
        found
    };
    let is_local = |place: &Place| matches!(place, Place::Local(l) if *l == local);
    let is_root = |place: &Place| match (place, root) {
        (Place::Local(l), Root::Local(r)) => *l == r,
        (Place::Global(g), Root::Global(r)) => *g == r,
        _ => false,
    };
    let Some(last) = rest.iter().rposition(|stmt| uses(stmt, &is_local)) else { return false };
    rest[..=last].iter().any(|stmt| uses(stmt, &is_root))
}

/// Iterates over a copy of the container.
pub(super) fn snapshot(iter: &mut Iter) {
    match iter {
        Iter::Value(e) | Iter::Items(e) | Iter::Values(e) => {
            if matches!(e.kind, ExprKind::Read { .. }) {
                let (ty, at) = (e.ty.clone(), e.at);
                let inner = std::mem::replace(e, Expr::new(ExprKind::None, Type::None, at));
                *e = Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![inner] }, ty, at);
            }
        }
        Iter::Enumerate(inner, _) | Iter::Reversed(inner) => snapshot(inner),
        Iter::Zip(items) => items.iter_mut().for_each(snapshot),
        Iter::Range { .. } => {}
    }
}
