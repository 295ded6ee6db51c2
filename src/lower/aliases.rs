//! Which objects a value may be part of, and which objects a function changes.
//!
//! The analysis does not follow the order of statements and joins all contexts of a call: it answers "may", never
//! "must". An object is named by its root: a parameter or local that holds it, or a module global.
//!
//! ```text
//! product = self._product(n)      product may be part of self      (`_product` may return part of `self`)
//! product.levels[w].on_hand -= 1  changes product, so self
//! ```

use crate::ir::walk::{Part, each_part};
use crate::ir::*;
use std::collections::{BTreeSet, HashMap};

/// A set of roots.
pub type Roots = BTreeSet<RootKey>;

/// A root that can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKey {
    Local(LocalId),
    Global(GlobalId),
}

/// What is known of each function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// What each variable may be part of, besides itself.
    pub origins: HashMap<LocalId, Roots>,
    /// Parameters and globals that the result may be part of.
    pub returns: Roots,
    /// Parameters and globals that are changed.
    pub changes: Roots,
    /// Variables (and what they are part of) that are changed by this function itself.
    pub changed_here: Roots,
}

/// Summaries of all functions of a program.
pub struct Aliases {
    pub functions: Vec<Summary>,
    /// What calls of function values may run.
    pub values: Values,
}

/// True for types whose values can be changed in place, or hold some that can.
pub fn can_change(program: &Program, ty: &Type) -> bool {
    changes_within(program, ty, &mut BTreeSet::new())
}

/// `seen` are the classes on the way: a class that holds itself can change if something else in it can.
fn changes_within(program: &Program, ty: &Type, seen: &mut BTreeSet<ClassId>) -> bool {
    match ty {
        Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) | Type::Function(..) | Type::Cell(_) => true,
        Type::Class(id) => {
            let class = program.class(*id);
            class.repr != ClassRepr::Value
                || seen.insert(*id) && class.fields.iter().any(|f| changes_within(program, &f.ty, seen))
        }
        Type::Optional(t) | Type::FrozenSet(t) => changes_within(program, t, seen),
        Type::Tuple(items) => items.iter().any(|t| changes_within(program, t, seen)),
        _ => false,
    }
}

impl Aliases {
    /// Summaries by fixpoint over the call graph.
    pub fn of(program: &Program) -> Aliases {
        let functions = vec![Summary::default(); program.functions.len()];
        let mut aliases = Aliases { functions, values: Values::of(program) };
        for _ in 0..100 {
            let mut stable = true;
            for index in 0..program.functions.len() {
                let next = aliases.summarise(program, &program.functions[index], &aliases.functions[index]);
                stable &= next == aliases.functions[index];
                aliases.functions[index] = next;
            }
            if stable {
                break;
            }
        }
        aliases
    }

    fn summarise(&self, program: &Program, function: &Function, old: &Summary) -> Summary {
        let mut summary = old.clone();
        let params: BTreeSet<LocalId> = function.params.iter().map(|p| p.local).collect();
        walk::each_stmt(&function.body, &mut |stmt| {
            let flow = |target: &Place, value: &Expr, summary: &mut Summary| {
                let roots = self.roots(program, value, summary);
                self.hold(target, roots, summary);
            };
            match &stmt.kind {
                StmtKind::Let { local, value: Some(value) } => flow(&Place::Local(*local), value, &mut summary),
                StmtKind::Assign { place, value } => flow(place, value, &mut summary),
                StmtKind::Unpack { targets, value } => {
                    let roots = self.roots(program, value, &summary);
                    targets.iter().for_each(|t| self.hold_target(t, &roots, &mut summary));
                }
                StmtKind::For { target, iter, .. } => self.hold_items(program, target, iter, &mut summary),
                StmtKind::Return(Some(value)) => {
                    let roots = self.roots(program, value, &summary);
                    summary.returns.extend(roots.into_iter().filter(|r| outer(r, &params)));
                }
                _ => {}
            }
        });
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| self.note_change(program, part, &mut summary));
        summary.changes = summary.changed_here.iter().filter(|r| outer(r, &params)).copied().collect();
        summary
    }

    /// Notes what a part of a body changes, and what it stores where.
    pub fn note_change(&self, program: &Program, part: &Part, summary: &mut Summary) {
        match part {
            Part::Value(e, _) => self.expression(program, e, summary),
            Part::Store(place) | Part::Change(place) => self.change_holder(program, place, summary),
            Part::Declare(_) | Part::Body(_) => {}
        }
    }

    fn expression(&self, program: &Program, e: &Expr, summary: &mut Summary) {
        match &e.kind {
            ExprKind::Comprehension(c) => {
                c.loops.iter().for_each(|one| self.hold_items(program, &one.target, &one.iter, summary));
            }
            ExprKind::Call { function, args } => {
                self.called(program, *function, &args.iter().collect::<Vec<_>>(), summary);
            }
            ExprKind::CallValue { callee, args } => {
                for target in self.values.targets(&callee.ty) {
                    let all = given(program, target, callee, args);
                    self.called(program, target.0, &all, summary);
                }
            }
            ExprKind::Builtin { op, args } => {
                let changed = args.iter().enumerate().find(|(index, _)| op.need(*index) == Need::Mut);
                if let Some((_, target)) = changed {
                    let roots = self.roots_of_holder(program, target, summary);
                    summary.changed_here.extend(roots);
                    let mut stored = Roots::new();
                    for (index, arg) in args.iter().enumerate() {
                        if op.need(index) == Need::Own || matches!(op, Builtin::ListExtend | Builtin::DictUpdate) {
                            stored.extend(self.roots(program, arg, summary));
                        }
                    }
                    if let Some(place) = target.as_place() {
                        self.hold(&place.clone(), stored, summary);
                    }
                }
            }
            ExprKind::Sort { items, .. } => {
                let roots = self.roots_of_holder(program, items, summary);
                summary.changed_here.extend(roots);
            }
            ExprKind::Read { place: Place::Entry { base, default, .. }, .. } => {
                let roots = self.roots_of_holder(program, base, summary);
                summary.changed_here.extend(roots);
                let stored = self.roots(program, default, summary);
                if let Some(place) = base.as_place() {
                    self.hold(&place.clone(), stored, summary);
                }
            }
            _ => {}
        }
    }

    /// What a call of a function with these arguments changes, and what it stores where.
    fn called(&self, program: &Program, function: FunctionId, args: &[&Expr], summary: &mut Summary) {
        let callee = &self.functions[function.0 as usize];
        for change in callee.changes.clone() {
            match argument(program, function, change, args) {
                Some(arg) => {
                    let roots = self.roots_of_holder(program, arg, summary);
                    summary.changed_here.extend(roots);
                }
                None => {
                    summary.changed_here.insert(change);
                }
            }
        }
        // What a callee stores into one argument may be part of another.
        for (position, arg) in args.iter().enumerate() {
            let Some(local) = program.function(function).params.get(position).map(|p| p.local) else { continue };
            let Some(held) = callee.origins.get(&local) else { continue };
            let mut roots = Roots::new();
            for root in held.clone() {
                match argument(program, function, root, args) {
                    Some(other) => roots.extend(self.roots(program, other, summary)),
                    None => {
                        if matches!(root, RootKey::Global(_)) {
                            roots.insert(root);
                        }
                    }
                }
            }
            if let Some(place) = arg.as_place() {
                self.hold(&place.clone(), roots, summary);
            }
        }
    }

    /// What the result of a call of a function with these arguments may be part of.
    fn returned(&self, program: &Program, function: FunctionId, args: &[&Expr], summary: &Summary) -> Roots {
        let mut roots = Roots::new();
        for root in &self.functions[function.0 as usize].returns {
            match argument(program, function, *root, args) {
                Some(arg) => roots.extend(self.roots_of_holder(program, arg, summary)),
                None => {
                    roots.insert(*root);
                }
            }
        }
        roots
    }

    /// Notes that the variable or global at the root of a place now holds parts of `roots`.
    fn hold(&self, place: &Place, roots: Roots, summary: &mut Summary) {
        if let Some(Root::Local(local)) = place.root()
            && !roots.is_empty()
        {
            let held = summary.origins.entry(local).or_default();
            held.extend(roots.into_iter().filter(|r| *r != RootKey::Local(local)));
        }
    }

    fn hold_target(&self, target: &Target, roots: &Roots, summary: &mut Summary) {
        match target {
            Target::Declare(local) => self.hold(&Place::Local(*local), roots.clone(), summary),
            Target::Assign(place) => self.hold(place, roots.clone(), summary),
            Target::Tuple(items) => items.iter().for_each(|t| self.hold_target(t, roots, summary)),
            Target::Ignore => {}
        }
    }

    fn hold_items(&self, program: &Program, target: &Target, iter: &Iter, summary: &mut Summary) {
        let mut roots = Roots::new();
        for container in iter.containers() {
            let holds_change = match &container.ty {
                Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) => can_change(program, t),
                Type::Dict(_, v, _) => can_change(program, v),
                Type::Tuple(items) => items.iter().any(|t| can_change(program, t)),
                _ => false,
            };
            if holds_change {
                roots.extend(self.roots_of_holder(program, container, summary));
            }
        }
        self.hold_target(target, &roots, summary);
    }

    /// A change of a place changes whatever holds it.
    fn change_holder(&self, program: &Program, place: &Place, summary: &mut Summary) {
        let roots = match place {
            Place::Local(_) => return,
            Place::Global(global) => Roots::from([RootKey::Global(*global)]),
            Place::Field { base, .. }
            | Place::Item { base, .. }
            | Place::Entry { base, .. }
            | Place::Some(base)
            | Place::Present(base)
            | Place::Cell(base) => self.roots_of_holder(program, base, summary),
        };
        summary.changed_here.extend(roots);
    }

    /// What a value may be part of; nothing for values that cannot change.
    pub fn roots(&self, program: &Program, e: &Expr, summary: &Summary) -> Roots {
        if can_change(program, &e.ty) { self.roots_of_holder(program, e, summary) } else { Roots::new() }
    }

    /// What the object that an expression gives may be part of.
    pub fn roots_of_holder(&self, program: &Program, e: &Expr, summary: &Summary) -> Roots {
        let all = |items: &[&Expr]| items.iter().flat_map(|e| self.roots(program, e, summary)).collect::<Roots>();
        match &e.kind {
            ExprKind::Read { place, .. } => match place {
                Place::Local(local) => {
                    let mut roots = summary.origins.get(local).cloned().unwrap_or_default();
                    roots.insert(RootKey::Local(*local));
                    roots
                }
                Place::Global(global) => Roots::from([RootKey::Global(*global)]),
                Place::Entry { base, default, .. } => {
                    let mut roots = self.roots_of_holder(program, base, summary);
                    roots.extend(self.roots(program, default, summary));
                    roots
                }
                Place::Field { base, .. }
                | Place::Item { base, .. }
                | Place::Some(base)
                | Place::Present(base)
                | Place::Cell(base) => self.roots_of_holder(program, base, summary),
            },
            ExprKind::Call { function, args } => {
                self.returned(program, *function, &args.iter().collect::<Vec<_>>(), summary)
            }
            ExprKind::Builtin { op, args } => match op {
                // Gives a part of the first operand, or one of the operands.
                Builtin::DictGet
                | Builtin::DictGetOr
                | Builtin::Min
                | Builtin::Max
                | Builtin::AttributeBase
                | Builtin::OperandBase => args
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index != 1 || matches!(op, Builtin::Min | Builtin::Max))
                    .flat_map(|(_, arg)| self.roots_of_holder(program, arg, summary))
                    .collect(),
                // New containers of old elements, and elements taken out.
                _ => {
                    if can_change(program, &e.ty) {
                        let holds = |ty: &Type| {
                            ty.item().is_some_and(|t| can_change(program, &t))
                                || matches!(ty, Type::Dict(_, v, _) if can_change(program, v))
                        };
                        args.iter()
                            .filter(|arg| holds(&arg.ty))
                            .flat_map(|arg| self.roots_of_holder(program, arg, summary))
                            .collect()
                    } else {
                        Roots::new()
                    }
                }
            },
            ExprKind::If { then, orelse, .. } => all(&[then, orelse]),
            ExprKind::Block { value, .. } => self.roots(program, value, summary),
            ExprKind::Convert { value, .. } => self.roots(program, value, summary),
            ExprKind::List(items) | ExprKind::Set(items) | ExprKind::Tuple(items) => {
                items.iter().flat_map(|e| self.roots(program, e, summary)).collect()
            }
            ExprKind::Construct { fields, .. } => fields.iter().flat_map(|e| self.roots(program, e, summary)).collect(),
            ExprKind::Dict(pairs) => pairs.iter().flat_map(|(_, v)| self.roots(program, v, summary)).collect(),
            ExprKind::Comprehension(c) => match &c.kind {
                ComprehensionKind::List(e) | ComprehensionKind::Set(e) => self.roots(program, e, summary),
                ComprehensionKind::Dict { value, .. } => self.roots(program, value, summary),
                ComprehensionKind::Extreme { element, default, .. } => {
                    let mut roots = self.roots(program, element, summary);
                    if let Some(default) = default {
                        roots.extend(self.roots(program, default, summary));
                    }
                    roots
                }
                ComprehensionKind::Sum { .. } | ComprehensionKind::Any(_) | ComprehensionKind::All(_) => Roots::new(),
            },
            ExprKind::Sorted { items, .. } => {
                if items.ty.item().is_some_and(|t| can_change(program, &t)) {
                    self.roots_of_holder(program, items, summary)
                } else {
                    Roots::new()
                }
            }
            ExprKind::CallValue { callee, args } => {
                let targets = self.values.targets(&callee.ty);
                targets
                    .flat_map(|target| self.returned(program, target.0, &given(program, target, callee, args), summary))
                    .collect()
            }
            ExprKind::Closure { args, .. } => {
                args.iter().flatten().flat_map(|e| self.roots(program, e, summary)).collect()
            }
            ExprKind::NewCell(inner) => self.roots(program, inner, summary),
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Member { .. }
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Negate(_)
            | ExprKind::Invert(_)
            | ExprKind::Not(_)
            | ExprKind::Arith { .. }
            | ExprKind::Compare { .. }
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::IsNone(_)
            | ExprKind::Format(_)
            | ExprKind::Sort { .. }
            | ExprKind::Attribute { .. }
            | ExprKind::Message(_) => Roots::new(),
        }
    }
}

fn outer(root: &RootKey, params: &BTreeSet<LocalId>) -> bool {
    match root {
        RootKey::Local(local) => params.contains(local),
        RootKey::Global(_) => true,
    }
}

/// The argument that a callee's root stands for; `None` for globals.
fn argument<'e>(program: &Program, function: FunctionId, root: RootKey, args: &[&'e Expr]) -> Option<&'e Expr> {
    let RootKey::Local(local) = root else { return None };
    let position = program.function(function).params.iter().position(|p| p.local == local)?;
    args.get(position).copied()
}

/// What each parameter of a function gets when it is called as a value: an argument, or what the value keeps.
fn given<'e>(
    program: &Program,
    (function, open): &(FunctionId, Vec<usize>),
    callee: &'e Expr,
    args: &'e [Expr],
) -> Vec<&'e Expr> {
    let count = program.function(*function).params.len();
    let one = |position: usize| match open.iter().position(|index| *index == position) {
        Some(index) => args.get(index).unwrap_or(callee),
        None => callee,
    };
    (0..count).map(one).collect()
}
