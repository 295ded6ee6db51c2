//! What a call may do besides returning: raise, decline, touch state, read the clock, change its arguments.

use super::aliases::{Aliases, RootKey};
use crate::artifact::Access;
use crate::ir::walk::{Part, each_part, each_part_of};
use crate::ir::*;
use std::collections::HashSet;

/// Marks the globals that are state, and computes the effects of every function.
pub fn effects(program: &mut Program, aliases: &Aliases, rebound: &[bool]) {
    mark_state(program, aliases, rebound);
    for (index, summary) in aliases.functions.iter().enumerate() {
        let function = &program.functions[index];
        let mutates = (0..function.params.len())
            .filter(|position| summary.changes.contains(&RootKey::Local(function.params[*position].local)))
            .collect();
        program.functions[index].effects = Effects { mutates, ..Effects::default() };
    }
    loop {
        let mut changed = false;
        for index in 0..program.functions.len() {
            let found = direct(program, &program.functions[index], &aliases.functions[index].changes, &aliases.values);
            let function = &mut program.functions[index];
            let next = Effects { mutates: function.effects.mutates.clone(), ..found };
            changed |= next != function.effects;
            function.effects = next;
        }
        if !changed {
            return;
        }
    }
}

/// A global is state where a function changes it, or where its class can be changed by a method.
fn mark_state(program: &mut Program, aliases: &Aliases, rebound: &[bool]) {
    for (index, rebound) in rebound.iter().enumerate() {
        let key = RootKey::Global(GlobalId(index as u32));
        let changed = aliases.functions.iter().any(|summary| summary.changes.contains(&key));
        let changeable = match &program.globals[index].ty {
            Type::Class(id) => program.class(*id).repr != ClassRepr::Value,
            _ => false,
        };
        program.globals[index].is_state = changed || changeable || *rebound;
    }
}

/// What statements of a function may do, of which `changes` says what they change.
pub fn block_effects(
    program: &Program,
    function: &Function,
    body: &[Stmt],
    changes: &super::aliases::Roots,
    aliases: &Aliases,
) -> Effects {
    let part = Function { body: body.to_vec(), ..function.clone() };
    direct(program, &part, changes, &aliases.values)
}

fn direct(program: &Program, function: &Function, changes: &super::aliases::Roots, values: &Values) -> Effects {
    let mut effects = Effects { raises: block_raises(program, &function.body), ..Effects::default() };
    let touch = |effects: &mut Effects, access: Access| {
        effects.state = Some(effects.state.map_or(access, |old| old.max(access)));
    };
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| match part {
        Part::Value(e, _) => {
            effects.guards |= may_guard(e);
            match &e.kind {
                ExprKind::Read { place: Place::Global(id), .. } if program.global(*id).is_state => {
                    let changed = changes.contains(&RootKey::Global(*id));
                    touch(&mut effects, if changed { Access::Write } else { Access::Read });
                }
                ExprKind::Builtin { op: Builtin::ClockNow, .. } => effects.reads_clock = true,
                ExprKind::Builtin { op, .. } if op.prints() => effects.prints = true,
                ExprKind::Builtin { op: Builtin::Library(op), .. } if op.row().outside => effects.reads_clock = true,
                ExprKind::Call { function, .. } => add(&mut effects, &program.function(*function).effects),
                ExprKind::CallValue { callee, .. } => {
                    values.targets(&callee.ty).for_each(|(id, _)| add(&mut effects, &program.function(*id).effects));
                }
                _ => {}
            }
        }
        Part::Store(Place::Global(_)) | Part::Change(Place::Global(_)) => touch(&mut effects, Access::Write),
        Part::Change(_) => effects.guards = true,
        _ => {}
    });
    // Objects that compare or show themselves decline where something else would do that.
    let asks = |ty: &Type| holds_own(program, ty, &mut HashSet::new());
    effects.guards = effects.guards || function.locals.iter().any(|local| asks(&local.ty));
    effects
}

/// True where a type has objects in it that compare or show themselves.
fn holds_own(program: &Program, ty: &Type, seen: &mut HashSet<ClassId>) -> bool {
    match ty {
        Type::Class(id) => {
            let class = program.class(*id);
            class.own_eq
                || class.own_repr
                || seen.insert(*id) && class.fields.iter().any(|field| holds_own(program, &field.ty, seen))
        }
        Type::List(t)
        | Type::Deque(t)
        | Type::Set(t)
        | Type::FrozenSet(t)
        | Type::TupleOf(t)
        | Type::Optional(t)
        | Type::Cell(t) => holds_own(program, t, seen),
        Type::Dict(k, v, _) => holds_own(program, k, seen) || holds_own(program, v, seen),
        Type::Tuple(items) => items.iter().any(|t| holds_own(program, t, seen)),
        _ => false,
    }
}

/// Adds what a callee may do, besides raising and what it does to its arguments.
fn add(effects: &mut Effects, callee: &Effects) {
    effects.guards |= callee.guards;
    effects.reads_clock |= callee.reads_clock;
    effects.prints |= callee.prints;
    effects.state = effects.state.max(callee.state);
}

fn may_guard(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Arith { .. } | ExprKind::Negate(_) => e.ty == Type::Int,
        ExprKind::Builtin { op, .. } => op.guards(),
        ExprKind::Convert { to: Conversion::Widen, value } => !matches!(value.kind, ExprKind::Int(_)),
        ExprKind::Comprehension(c) => matches!(c.kind, ComprehensionKind::Sum { .. }) && e.ty == Type::Int,
        ExprKind::Sorted { .. } | ExprKind::Sort { .. } => true,
        ExprKind::Read { place: Place::Present(_), .. } => true,
        _ => false,
    }
}

/// True where a statement list may end in an exception that leaves it.
pub fn block_raises(program: &Program, body: &[Stmt]) -> bool {
    body.iter().any(|stmt| stmt_raises(program, stmt))
}

fn stmt_raises(program: &Program, stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Raise(_) | StmtKind::Reraise(_) => true,
        StmtKind::Try { body, handlers, orelse, finally } => {
            let catches_all = handlers.iter().any(|h| h.classes.is_empty());
            (!catches_all && block_raises(program, body))
                || handlers.iter().any(|h| block_raises(program, &h.body))
                || block_raises(program, orelse)
                || block_raises(program, finally)
        }
        StmtKind::Update { op, value, .. } if arith_raises(*op, value) => true,
        StmtKind::For { iter, .. } if range_raises(program, iter) => true,
        _ => {
            let mut parts = Vec::new();
            stmt.parts(&mut parts);
            parts.into_iter().any(|part| match part {
                Part::Value(e, need) => expr_raises(program, e, need),
                // A store to a list element checks its index; a dict takes any key.
                Part::Store(place) => {
                    let checked = matches!(place, Place::Item { base, check, .. }
                        if matches!(base.ty, Type::List(_)) && *check != Check::Proven);
                    checked || place_raises(program, place)
                }
                Part::Change(place) => {
                    matches!(place, Place::Item { check, .. } if *check != Check::Proven)
                        || place_raises(program, place)
                }
                Part::Body(body) => block_raises(program, body),
                Part::Declare(_) => false,
            })
        }
    }
}

fn place_raises(program: &Program, place: &Place) -> bool {
    let mut parts = Vec::new();
    place.store_parts(&mut parts);
    parts.into_iter().any(|part| matches!(part, Part::Value(e, need) if expr_raises(program, e, need)))
}

/// True where evaluating an expression may end in an exception.
pub fn expr_raises(program: &Program, e: &Expr, need: Need) -> bool {
    let mut raises = false;
    each_part_of(e, need, &|_, _| Need::Ref, &mut |part| {
        if let Part::Value(e, _) = part {
            raises |= raises_itself(program, e);
        }
    });
    raises
}

/// True where the operation itself, not its operands, may raise.
fn raises_itself(program: &Program, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Read { place: Place::Item { check, .. }, .. } => *check != Check::Proven,
        ExprKind::Arith { op, right, .. } => arith_raises(*op, right),
        ExprKind::Builtin { op, .. } => op.raises(),
        ExprKind::Call { function, .. } => program.function(*function).effects.raises,
        ExprKind::CallValue { .. } => true,
        ExprKind::Comprehension(c) => {
            let empty = matches!(&c.kind, ComprehensionKind::Extreme { default: None, .. });
            empty || c.loops.iter().any(|one| range_raises(program, &one.iter))
        }
        ExprKind::Block { body, .. } => block_raises(program, body),
        _ => false,
    }
}

/// `range(a, b, 0)` raises; a constant step does not.
fn range_raises(program: &Program, iter: &Iter) -> bool {
    match iter {
        Iter::Range { step, .. } => !is_nonzero(program, step),
        Iter::Enumerate(inner, _) | Iter::Reversed(inner) => range_raises(program, inner),
        Iter::Zip(items) => items.iter().any(|item| range_raises(program, item)),
        Iter::Value(_) | Iter::Items(_) | Iter::Values(_) => false,
    }
}

/// True for an integer that is a constant other than zero.
fn is_nonzero(program: &Program, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Int(value) => *value != 0,
        ExprKind::Negate(inner) => is_nonzero(program, inner),
        ExprKind::Read { place: Place::Global(id), .. } => {
            let global = program.global(*id);
            !global.is_state && is_nonzero(program, &global.value)
        }
        _ => false,
    }
}

fn arith_raises(op: ArithOp, right: &Expr) -> bool {
    match op {
        ArithOp::TrueDiv | ArithOp::FloorDiv | ArithOp::Mod => {
            !matches!(right.kind, ExprKind::Int(n) if n != 0)
                && !matches!(right.kind, ExprKind::Float(x) if x != 0.0)
                && !matches!(right.kind, ExprKind::Convert { to: Conversion::NonZero, .. })
        }
        ArithOp::LeftShift | ArithOp::RightShift => !matches!(right.kind, ExprKind::Int(n) if n >= 0),
        ArithOp::Pow => right.ty == Type::Float,
        ArithOp::Add | ArithOp::Sub | ArithOp::Mul | ArithOp::BitAnd | ArithOp::BitOr | ArithOp::BitXor => false,
    }
}
