//! Numbers that may as well be floats: nobody can tell which of the two they are.
//!
//! ```text
//! total = 0                          total is 0.0 from the start: it only ever meets floats
//! for x in xs: total += x * 0.5
//! return total                       (-> float)
//! ```

use crate::ir::walk::{Part, each_part, each_stmt};
use crate::ir::*;
use std::collections::HashMap;

/// Names of the variables of a function that are numbers and may as well be floats: stored are small constants and
/// floats, and what is read is at once a float or compared.
pub fn may_be_floats(function: &Function) -> Vec<String> {
    let mut stays: Vec<bool> = function.locals.iter().map(|local| local.ty == Type::Number).collect();
    let mut copies = Vec::new();
    function.params.iter().for_each(|param| keep(&mut stays, param.local, false));
    each_stmt(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Let { local, value: Some(value) } | StmtKind::Assign { place: Place::Local(local), value } => {
            match variable(value) {
                Some(from) => copies.push((*local, from)),
                None => keep(&mut stays, *local, is_float_or_small(value)),
            }
        }
        StmtKind::For { target, .. } => refuse_target(target, &mut stays),
        StmtKind::Unpack { targets, .. } => targets.iter().for_each(|target| refuse_target(target, &mut stays)),
        _ => {}
    });
    let mut reads: HashMap<LocalId, (usize, usize)> = HashMap::new();
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
        let Part::Value(e, _) = part else { return };
        // What a comprehension takes from its source is what the source holds.
        if let ExprKind::Comprehension(inner) = &e.kind {
            inner.loops.iter().for_each(|each| refuse_target(&each.target, &mut stays));
        }
        if let Some(local) = variable(e) {
            reads.entry(local).or_default().0 += 1;
        }
        for local in untold(e) {
            reads.entry(local).or_default().1 += 1;
        }
    });
    // What is copied into a variable that may be a float is not told there.
    copies.iter().for_each(|(_, from)| reads.entry(*from).or_default().1 += 1);
    for (local, (all, untold)) in reads {
        keep(&mut stays, local, all == untold);
    }
    copies.retain(|(to, from)| stays.len() > to.0.max(from.0) as usize);
    while let Some((to, from)) = copies.iter().find(|(to, from)| stays[to.0 as usize] != stays[from.0 as usize]) {
        (stays[to.0 as usize], stays[from.0 as usize]) = (false, false);
    }
    function.locals.iter().zip(stays).filter(|(_, stays)| *stays).map(|(local, _)| local.name.clone()).collect()
}

/// Notes what holds of a variable; a place whose type is not known is no variable.
fn keep(stays: &mut [bool], local: LocalId, holds: bool) {
    if let Some(stays) = stays.get_mut(local.0 as usize) {
        *stays &= holds;
    }
}

fn is_float_or_small(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Convert { to: Conversion::ToNumber, value } => {
            value.ty == Type::Float || matches!(value.kind, ExprKind::Int(n) if n.unsigned_abs() <= 1 << 53)
        }
        _ => false,
    }
}

fn refuse_target(target: &Target, stays: &mut [bool]) {
    match target {
        Target::Declare(local) | Target::Assign(Place::Local(local)) => keep(stays, *local, false),
        Target::Tuple(items) => items.iter().for_each(|item| refuse_target(item, stays)),
        Target::Assign(_) | Target::Ignore => {}
    }
}

fn variable(e: &Expr) -> Option<LocalId> {
    match &e.kind {
        ExprKind::Read { place: Place::Local(local), .. } => Some(*local),
        _ => None,
    }
}

/// Variables that an expression reads without telling an int from a float.
fn untold(e: &Expr) -> Vec<LocalId> {
    match &e.kind {
        ExprKind::Convert { to: Conversion::ToFloat | Conversion::Widen, value } => {
            variable(value).into_iter().collect()
        }
        ExprKind::Compare { left, right, .. } => [left, right].into_iter().filter_map(|side| variable(side)).collect(),
        _ => Vec::new(),
    }
}
