//! Checks that nobody can tell a widened int (`0` where a float is declared) from a float.
//!
//! A widened value goes on as a float; its text would be `3.0` where Python says `3`. Arithmetic with a real float,
//! division and comparison give the same either way; so the taint ends there.

use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::{Part, each_part, each_stmt};
use crate::ir::*;
use std::collections::HashSet;

/// Where a widened value may be.
#[derive(Default, PartialEq, Clone)]
struct Taint {
    locals: HashSet<(u32, LocalId)>,
    fields: HashSet<(ClassId, FieldId)>,
    results: HashSet<u32>,
    /// Types of function values that may give one.
    values: HashSet<Type>,
    /// Some container of floats holds one.
    elements: bool,
}

/// Functions in which a widened value may become text.
pub fn check(program: &Program) -> Vec<(FunctionId, Diagnostic)> {
    let values = Values::of(program);
    let mut taint = Taint::default();
    loop {
        let before = taint.clone();
        for index in 0..program.functions.len() {
            spread(program, &values, index as u32, &mut taint);
        }
        if taint == before {
            break;
        }
    }
    let mut problems = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        let mut found = None;
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(e, _) = part {
                for shown in shown(e) {
                    if holds_float(program, &shown.ty, &mut HashSet::new()) && tainted(&taint, index as u32, shown) {
                        found.get_or_insert(shown.at);
                    }
                }
            }
        });
        if let Some(at) = found {
            let problem = Diagnostic::new(
                Code::MixedTypes,
                at,
                "this value may be an int in Python where a float is declared, and its text would differ",
            )
            .help("write the integer as a float where it comes from: `0.0`, `float(n)`");
            problems.push((FunctionId(index as u32), problem));
        }
    }
    problems
}

/// The operands whose text becomes visible.
fn shown(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Builtin { op: Builtin::ToStr | Builtin::Repr, args } => args.iter().collect(),
        ExprKind::Builtin { op: Builtin::Library(op), args } if op.row().shows => args.iter().collect(),
        ExprKind::Format(parts) => parts
            .iter()
            .filter_map(|part| match part {
                FormatPart::Value { value, spec, repr } if *repr || spec.kind.is_none() => Some(value),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn holds_float(program: &Program, ty: &Type, seen: &mut HashSet<ClassId>) -> bool {
    match ty {
        Type::Float => true,
        Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::TupleOf(t) | Type::Optional(t) => {
            holds_float(program, t, seen)
        }
        Type::Dict(k, v, _) => holds_float(program, k, seen) || holds_float(program, v, seen),
        Type::Tuple(items) => items.iter().any(|t| holds_float(program, t, seen)),
        Type::Class(id) => {
            seen.insert(*id) && program.class(*id).fields.iter().any(|f| holds_float(program, &f.ty, seen))
        }
        _ => false,
    }
}

fn spread(program: &Program, values: &Values, index: u32, taint: &mut Taint) {
    let function = &program.functions[index as usize];
    each_stmt(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Let { local, value: Some(value) } => flow(taint, index, &Place::Local(*local), value),
        StmtKind::Assign { place, value } => flow(taint, index, place, value),
        StmtKind::Return(Some(value)) if tainted(taint, index, value) => {
            taint.results.insert(index);
        }
        StmtKind::For { target, iter, .. } => items(taint, index, target, iter),
        StmtKind::Unpack { targets, value } if tainted(taint, index, value) => {
            targets.iter().for_each(|t| mark_target(taint, index, t));
        }
        _ => {}
    });
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
        let Part::Value(e, _) = part else { return };
        match &e.kind {
            ExprKind::Call { function, args } => {
                let callee = program.function(*function);
                for (param, arg) in callee.params.iter().zip(args) {
                    if tainted(taint, index, arg) {
                        taint.locals.insert((function.0, param.local));
                    }
                }
            }
            ExprKind::Closure { function, args } => {
                let callee = program.function(*function);
                for (param, arg) in callee.params.iter().zip(args) {
                    if arg.as_ref().is_some_and(|arg| tainted(taint, index, arg)) {
                        taint.locals.insert((function.0, param.local));
                    }
                }
            }
            ExprKind::CallValue { callee, args } => {
                for (function, open) in values.targets(&callee.ty) {
                    let params = &program.function(*function).params;
                    for (position, arg) in open.iter().zip(args) {
                        if tainted(taint, index, arg) {
                            taint.locals.insert((function.0, params[*position].local));
                        }
                    }
                    // The results of all function values of a type are one.
                    if taint.results.contains(&function.0) {
                        taint.values.insert(callee.ty.clone());
                    }
                }
            }
            ExprKind::NewCell(value) => taint.elements |= tainted(taint, index, value),
            ExprKind::Construct { class, fields } => {
                for (field, value) in fields.iter().enumerate() {
                    if tainted(taint, index, value) {
                        taint.fields.insert((*class, FieldId(field as u32)));
                    }
                }
            }
            ExprKind::Comprehension(c) => {
                c.loops.iter().for_each(|one| items(taint, index, &one.target, &one.iter));
            }
            ExprKind::Builtin { op, args } if args.iter().enumerate().any(|(i, _)| op.need(i) == Need::Mut) => {
                taint.elements |= args.iter().any(|a| tainted(taint, index, a));
            }
            ExprKind::List(values) | ExprKind::Set(values) => {
                taint.elements |= values.iter().any(|v| tainted(taint, index, v));
            }
            ExprKind::Dict(pairs) => taint.elements |= pairs.iter().any(|(_, v)| tainted(taint, index, v)),
            _ => {}
        }
    });
}

fn flow(taint: &mut Taint, index: u32, place: &Place, value: &Expr) {
    if !tainted(taint, index, value) {
        return;
    }
    match place {
        Place::Local(local) => {
            taint.locals.insert((index, *local));
        }
        Place::Field { class, field, .. } => {
            taint.fields.insert((*class, *field));
        }
        Place::Item { .. }
        | Place::Entry { .. }
        | Place::Global(_)
        | Place::Some(_)
        | Place::Present(_)
        | Place::Cell(_) => {
            taint.elements = true;
        }
    }
}

fn items(taint: &mut Taint, index: u32, target: &Target, iter: &Iter) {
    if taint.elements || iter.containers().iter().any(|c| tainted(taint, index, c)) {
        mark_target(taint, index, target);
    }
}

fn mark_target(taint: &mut Taint, index: u32, target: &Target) {
    match target {
        Target::Declare(local) | Target::Assign(Place::Local(local)) => {
            taint.locals.insert((index, *local));
        }
        Target::Tuple(items) => items.iter().for_each(|t| mark_target(taint, index, t)),
        Target::Assign(_) => taint.elements = true,
        Target::Ignore => {}
    }
}

/// True where the value may be, or hold, a widened int.
fn tainted(taint: &Taint, index: u32, e: &Expr) -> bool {
    let any = |items: &[Expr]| items.iter().any(|i| tainted(taint, index, i));
    match &e.kind {
        ExprKind::Convert { to: Conversion::Widen, .. } => true,
        ExprKind::Convert { to: Conversion::Some, value } => tainted(taint, index, value),
        ExprKind::Read { place, .. } => match place {
            Place::Local(local) => taint.locals.contains(&(index, *local)),
            Place::Field { class, field, .. } => taint.fields.contains(&(*class, *field)),
            Place::Some(inner) | Place::Present(inner) => tainted(taint, index, inner),
            Place::Item { base, .. } => taint.elements || tainted(taint, index, base),
            Place::Entry { .. } | Place::Global(_) | Place::Cell(_) => taint.elements,
        },
        ExprKind::Negate(inner) => tainted(taint, index, inner),
        ExprKind::Arith { op, left, right } => {
            // Both sides could be ints in Python: so could the result, except of a division.
            let int_like = |e: &Expr| tainted(taint, index, e) || whole(e);
            *op != ArithOp::TrueDiv
                && e.ty == Type::Float
                && int_like(left)
                && int_like(right)
                && (tainted(taint, index, left) || tainted(taint, index, right))
        }
        ExprKind::If { then, orelse, .. } => tainted(taint, index, then) || tainted(taint, index, orelse),
        ExprKind::Block { value, .. } => tainted(taint, index, value),
        ExprKind::Call { function, .. } => taint.results.contains(&function.0),
        ExprKind::CallValue { callee, .. } => taint.values.contains(&callee.ty),
        ExprKind::Builtin { op, args } => match op {
            Builtin::AttributeBase | Builtin::OperandBase => any(args),
            Builtin::FloatAbs | Builtin::Min | Builtin::Max | Builtin::FloatRoundTo => any(args),
            Builtin::DictGet | Builtin::DictGetOr | Builtin::DictPop | Builtin::DictPopOr => {
                e.ty == Type::Float && taint.elements || any(args)
            }
            Builtin::ListPop | Builtin::ListPopAt | Builtin::Copy | Builtin::Concat | Builtin::Slice => {
                taint.elements || any(args)
            }
            Builtin::Library(op) if op.row().hands_on() => taint.elements || any(args),
            _ => false,
        },
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => any(items),
        ExprKind::Construct { fields, .. } => any(fields),
        ExprKind::Dict(pairs) => pairs.iter().any(|(_, v)| tainted(taint, index, v)),
        ExprKind::Comprehension(c) => match &c.kind {
            ComprehensionKind::List(e) | ComprehensionKind::Set(e) => tainted(taint, index, e),
            ComprehensionKind::Dict { value, .. } => tainted(taint, index, value),
            // The sum of nothing is the int 0.
            ComprehensionKind::Sum { start, .. } => tainted(taint, index, start),
            ComprehensionKind::Extreme { element, default, .. } => {
                tainted(taint, index, element) || default.as_ref().is_some_and(|d| tainted(taint, index, d))
            }
            ComprehensionKind::Any(_) | ComprehensionKind::All(_) => false,
        },
        ExprKind::Sorted { items, .. } => tainted(taint, index, items),
        _ => false,
    }
}

/// An int constant or conversion that arithmetic turned into a float.
fn whole(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Float(x) => x.fract() == 0.0,
        ExprKind::Convert { to: Conversion::ToFloat, .. } => true,
        _ => false,
    }
}
