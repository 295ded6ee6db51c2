//! What a duplicate, a changed result or an overlapping argument asks of the rest of the program.

use super::Demand;
use super::classify::*;
use super::decision::*;
use super::slots;
use super::variables::stores;
use crate::artifact::Access;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::*;
use crate::lower::aliases::RootKey;

/// The refusal of a copy whose elements somebody changes.
pub(super) fn shared_elements(container: &Type, at: crate::span::Location) -> Diagnostic {
    let message = format!("the elements of this {} are shared with the copy, and changed", describe(container));
    Diagnostic::new(Code::Aliasing, at, message).help(COPY)
}

impl<'p> Decision<'p> {
    /// Asks for what a duplicate needs to be invisible.
    pub(super) fn check_copy(&mut self, ty: &Type, kind: Kind, root: Option<Root>, at: crate::span::Location) {
        if let Some(class) = unique_inside(self.program(), ty) {
            self.demands.push(Demand::Share(class));
        }
        if kind != Kind::Container {
            return;
        }
        let fresh_root = matches!(root, Some(Root::Local(local)) if self.fresh.holds(local));
        let later = matches!(root, Some(Root::Local(local)) if self.changed_later.contains(&local));
        let unchanged = !self.facts.changes_inside(ty);
        if unchanged && !(fresh_root && later) {
            return;
        }
        self.refuse_second_name(ty, at);
    }

    /// A parameter whose value is changed, and which is also assigned in a branch or a loop: whose value is changed
    /// cannot be said then.
    pub(super) fn check_parameters(&mut self, function: &Function) {
        let stored = stores(function);
        for (position, param) in function.params.iter().enumerate() {
            let Local { name, ty, .. } = &function.locals[param.local.0 as usize];
            let owned = matches!(self.kind(ty), Kind::Container | Kind::Unique(_));
            let assigned = stored.get(&param.local).copied().unwrap_or(0) > 0;
            let owned = owned && !self.facts.is_given(self.index, param.local);
            if owned && assigned && function.effects.mutates.contains(&position) {
                let message = format!("the caller's `{name}` may be changed here, and `{name}` is also assigned");
                let help = "give what is assigned another name";
                self.demands.push(Demand::Refuse(Diagnostic::new(Code::Aliasing, function.at, message).help(help)));
            }
        }
    }

    /// Results of operations that give a part of something old.
    pub(super) fn check_result(&mut self, e: &Expr, need: Need) {
        let part = |op: &Builtin| match op {
            Builtin::DictGet | Builtin::DictGetOr | Builtin::Min | Builtin::Max => true,
            // What is taken out of a container belongs to nobody else.
            Builtin::Library(op) => op.need(0) != Need::Mut && op.row().gives_part(),
            _ => false,
        };
        if let ExprKind::Builtin { op, args } = &e.kind
            && part(op)
        {
            let kind = self.kind(&e.ty);
            let root = args.first().and_then(Expr::as_place).and_then(Place::root);
            if kind != Kind::Scalar {
                self.check_copy(&e.ty, kind, root, e.at);
            }
        }
        if let ExprKind::Builtin { op: Builtin::AttributeBase | Builtin::OperandBase, args } = &e.kind
            && need == Need::Own
            && !self.fresh.is_fresh(self.facts, &args[0])
        {
            let root = args[0].as_place().and_then(Place::root);
            self.check_copy(&e.ty, self.kind(&e.ty), root, e.at);
        }
        if need == Need::Mut && !matches!(e.kind, ExprKind::Read { .. }) {
            let kind = self.kind(&e.ty);
            let fresh = self.fresh.is_fresh(self.facts, e);
            match kind {
                Kind::Container if !fresh => {
                    self.refuse(
                        e.at,
                        format!("this {} is changed through the result of an expression", describe(&e.ty)),
                    );
                }
                Kind::Unique(class) if !fresh => self.demands.push(Demand::Share(class)),
                _ => {}
            }
        }
        // A copy of a container of objects duplicates the objects.
        if let ExprKind::Builtin { op, args } = &e.kind
            && matches!(
                op,
                Builtin::Copy
                    | Builtin::Concat
                    | Builtin::Repeat
                    | Builtin::Slice
                    | Builtin::ListExtend
                    | Builtin::DictUpdate
                    | Builtin::Library(_)
            )
            && !matches!(op, Builtin::Library(op) if !op.row().hands_on() && op.need(0) != Need::Mut)
        {
            // Operands that are kept or changed in place hold the same elements as before.
            let copied = |at: &usize| match op {
                Builtin::Library(op) => op.need(*at) == Need::Ref,
                Builtin::ListExtend | Builtin::DictUpdate => *at > 0,
                _ => true,
            };
            let fresh = |e: &Expr| !matches!(e.kind, ExprKind::Read { .. }) && self.fresh.is_fresh(self.facts, e);
            // What is repeated is the same object each time.
            let once = matches!(op, Builtin::Concat | Builtin::ListExtend);
            let elements = |e: &Expr| match &e.kind {
                _ if !once => false,
                ExprKind::List(items) => items.iter().all(fresh),
                ExprKind::Comprehension(made) => matches!(&made.kind, ComprehensionKind::List(item) if fresh(item)),
                _ => false,
            };
            let shares = |(at, arg): &(usize, &Expr)| copied(at) && !elements(arg);
            let operands: Vec<&Expr> = args.iter().enumerate().filter(shares).map(|(_, arg)| arg).collect();
            // `set(d)` takes the keys only.
            let of_keys = matches!((op, &e.ty), (Builtin::Copy, Type::Set(_) | Type::FrozenSet(_)));
            operands.into_iter().for_each(|arg| self.check_elements(if of_keys { &e.ty } else { &arg.ty }, e.at));
        }
        if let ExprKind::Sorted { items, .. } = &e.kind
            && matches!(items.kind, ExprKind::Read { .. })
        {
            self.check_elements(&items.ty, e.at);
        }
    }

    /// A copy of a container holds the same elements in Python: duplicating them must be invisible.
    fn check_elements(&mut self, container: &Type, at: crate::span::Location) {
        if let Some(class) = unique_inside(self.program(), container) {
            self.demands.push(Demand::Share(class));
        }
        let inner = match container {
            Type::Dict(_, value, _) => Some((**value).clone()),
            other => other.item(),
        };
        if let Some(inner) = inner
            && self.facts.changes_inside(&inner)
        {
            self.demands.push(Demand::Refuse(shared_elements(container, at)));
        }
    }

    /// A list, dict or set inside a shared object or a cell reaches a callee as it is before the call, and what the
    /// callee makes of it is put back afterwards: nothing else may look at it or change it meanwhile.
    fn check_parts(&mut self, function: FunctionId, args: &[Expr]) {
        for (position, arg) in args.iter().enumerate() {
            let need = self.need(function, position);
            if self.kind(&arg.ty) != Kind::Container || !self.passes_handle(arg) {
                continue;
            }
            let changes = self.facts.changed_types[function.0 as usize].contains(&arg.ty);
            let roots = self.roots(arg);
            let others = args.iter().enumerate().filter(|(index, _)| *index != position);
            let overlaps = others.into_iter().any(|(_, other)| {
                !other.ty.is_scalar() && other.ty != Type::Str && !self.roots(other).is_disjoint(&roots)
            });
            let reached = overlaps || self.facts.calls_values[function.0 as usize];
            let state = self.program().function(function).effects.state.is_some()
                && roots.iter().any(|root| matches!(root, RootKey::Global(_)));
            if (need == Need::Mut || changes) && (reached || state) {
                self.refuse(
                    arg.at,
                    "this part of a shared object is passed to a function that may reach it otherwise".into(),
                );
            }
        }
    }

    /// True where a path passes through a shared object or a cell.
    fn passes_handle(&self, e: &Expr) -> bool {
        let Some(place) = e.as_place() else { return false };
        match place {
            Place::Local(_) | Place::Global(_) => false,
            Place::Cell(_) => true,
            Place::Field { base, class, .. } => {
                self.program().class(*class).repr == ClassRepr::Shared || self.passes_handle(base)
            }
            Place::Item { base, .. } | Place::Entry { base, .. } | Place::Some(base) | Place::Present(base) => {
                self.passes_handle(base)
            }
        }
    }

    /// An argument that is changed must not overlap another one, or the state that the callee touches.
    pub(super) fn check_arguments(&mut self, e: &mut Expr) {
        let ExprKind::Call { function, args } = &mut e.kind else { return };
        let function = *function;
        let state = self.program().function(function).effects.state;
        let root_of = |this: &Self, arg: &Expr| {
            let root = arg.as_place().and_then(Place::root)?;
            Some(match root {
                Root::Local(local) => match this.referents.get(&local) {
                    Some(referent) => Root::Local(*referent),
                    None => root,
                },
                global => global,
            })
        };
        self.check_parts(function, args);
        for (position, arg) in args.iter().enumerate().filter(|(_, arg)| slots::is_container(&arg.ty)) {
            let touched = &self.facts.touched[function.0 as usize];
            let mutates = self.need(function, position) == Need::Mut;
            let meets = slots::shared_slots(self.program(), arg)
                .iter()
                .any(|(slot, ty)| touched.changes(slot, ty) || mutates && touched.read.contains(slot));
            if meets {
                let message =
                    format!("this {} is also reached through its object in the call, and changed", describe(&arg.ty));
                self.refuse(arg.at, message);
            }
        }
        for position in 0..args.len() {
            let need = self.need(function, position);
            let Some(root) = root_of(self, &args[position]) else { continue };
            let shared =
                |ty: &Type| matches!(ty, Type::Class(id) if self.program().class(*id).repr == ClassRepr::Shared);
            if let Root::Global(id) = root
                && self.program().global(id).is_state
                && state.is_some()
                && (state == Some(Access::Write) || need == Need::Mut)
                && !shared(&args[position].ty)
                && !args[position].ty.is_scalar()
            {
                match unique_inside(self.program(), &self.program().global(id).ty) {
                    Some(class) => self.demands.push(Demand::Share(class)),
                    None if matches!(self.kind(&args[position].ty), Kind::Container) => {
                        let at = args[position].at;
                        self.refuse(at, "this global is passed to a function that also uses it directly".into());
                    }
                    None => mark_clone(&mut args[position]),
                }
            }
            if need != Need::Mut {
                continue;
            }
            for (index, other) in args.iter_mut().enumerate() {
                if index == position || other.ty.is_scalar() || root_of(self, other) != Some(root) {
                    continue;
                }
                match self.kind(&other.ty) {
                    Kind::Scalar => {}
                    Kind::Plain => mark_clone(other),
                    Kind::Unique(class) => self.demands.push(Demand::Share(class)),
                    Kind::Container => {
                        let at = other.at;
                        self.refuse(at, "two arguments are parts of one object that the call changes".into());
                    }
                }
            }
        }
    }
}
