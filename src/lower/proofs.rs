//! Checks that need not be made, because what they ask is certain: `if key in table: table[key]`.
//!
//! One walk through a body in the order in which it runs. It marks elements that are surely there
//! ([`Check::Proven`]) and divisors that are surely not zero ([`Conversion::NonZero`]); what is certain where is kept by
//! [`super::certain`]. A loop starts from what none of its rounds may end, so that each body is walked once.

use super::certain::{Certain, Ends, Fact, Key, Path, family};
use crate::ir::leaving;
use crate::ir::walk::{self, PartMut};
use crate::ir::*;

/// Marks what is proven in a body.
pub fn prove(body: &mut [Stmt]) {
    block(body, Certain::default());
}

/// Walks statements; gives what is certain at their end, nothing where control never gets there.
fn block(body: &mut [Stmt], known: Certain) -> Option<Certain> {
    let mut known = Some(known);
    for stmt in body {
        // What cannot be reached is left as it is.
        known = statement(stmt, known?);
    }
    known
}

fn statement(stmt: &mut Stmt, mut known: Certain) -> Option<Certain> {
    match &mut stmt.kind {
        StmtKind::Let { local, value } => {
            if let Some(value) = value.as_mut() {
                expression(value, &mut known);
            }
            known.end(&Ends::of_local(*local));
            value.iter().for_each(|value| assigned(*local, value, &mut known));
        }
        StmtKind::Assign { place, value } => {
            expression(value, &mut known);
            store(place, &mut known);
            if let Place::Local(local) = place {
                assigned(*local, value, &mut known);
            }
        }
        StmtKind::Update { place, op, value } => update(place, *op, value, &mut known),
        StmtKind::Unpack { targets, value } => {
            expression(value, &mut known);
            for target in targets {
                into(target, &mut known);
            }
        }
        StmtKind::Expr(e) => expression(e, &mut known),
        StmtKind::If { test, then, orelse } => {
            let (yes, no) = condition(test, known);
            return Certain::join(block(then, yes), block(orelse, no));
        }
        StmtKind::While { test, body, orelse } => {
            known.end(&Ends::of_expr(test).and(Ends::of_body(body)));
            let (yes, no) = condition(test, known.clone());
            block(body, yes);
            return match leaving::breaks(body) {
                true => Certain::join(block(orelse, no), Some(known)),
                false => block(orelse, no),
            };
        }
        StmtKind::For { target, iter, body, orelse } => {
            iterated(iter, &mut known);
            let ends = Ends::of_target(target).and(Ends::of_body(body));
            known.end(&ends);
            let mut round = known.clone();
            into(target, &mut round);
            of_loop(target, iter, &ends, &mut round);
            block(body, round);
            let ended = block(orelse, known.clone());
            return if leaving::breaks(body) { Certain::join(ended, Some(known)) } else { ended };
        }
        StmtKind::Return(value) => {
            value.iter_mut().for_each(|value| expression(value, &mut known));
            return None;
        }
        StmtKind::Raise(raise) => {
            expression(&mut raise.message, &mut known);
            raise.attributes.iter_mut().for_each(|(_, value)| expression(value, &mut known));
            return None;
        }
        StmtKind::Reraise(_) | StmtKind::Break | StmtKind::Continue => return None,
        StmtKind::Try { body, handlers, orelse, finally } => return attempt(body, handlers, orelse, finally, known),
    }
    Some(known)
}

fn attempt(
    body: &mut [Stmt],
    handlers: &mut [Handler],
    orelse: &mut [Stmt],
    finally: &mut [Stmt],
    known: Certain,
) -> Option<Certain> {
    let mut raised = known.clone();
    raised.end(&Ends::of_body(body));
    let mut anywhere = raised.clone();
    handlers.iter().for_each(|handler| anywhere.end(&Ends::of_body(&handler.body)));
    anywhere.end(&Ends::of_body(orelse));
    let mut ended = block(body, known).and_then(|known| block(orelse, known));
    for handler in handlers {
        let mut caught = raised.clone();
        caught.end(&Ends::of_local(handler.local));
        ended = Certain::join(ended, block(&mut handler.body, caught));
    }
    let ends = Ends::of_body(finally);
    block(finally, anywhere)?;
    ended.map(|mut known| {
        known.end(&ends);
        known
    })
}

/// What a variable's new value tells.
fn assigned(local: LocalId, value: &Expr, known: &mut Certain) {
    let path = || Path { root: local, fields: Vec::new() };
    match &value.kind {
        ExprKind::Int(number) if *number != 0 => known.learn(Fact::NonZero(local)),
        ExprKind::Dict(pairs) => {
            for key in pairs.iter().filter_map(|(key, _)| Key::of(key)) {
                if key != Key::Local(local) {
                    known.learn(Fact::Has(path(), key));
                }
            }
        }
        ExprKind::List(items) if !items.is_empty() => {
            family(&value.ty).into_iter().for_each(|family| {
                known.learn(Fact::AtLeast(path(), family, items.len() as i64));
            });
        }
        _ => {}
    }
}

/// The parts of a place that is assigned, and what the assignment ends and tells.
fn store(place: &mut Place, known: &mut Certain) {
    let mut parts = Vec::new();
    place.store_parts_mut(&mut parts);
    walk_parts(parts, known);
    check(place, known);
    known.end(&Ends::of_store(place));
    found(place, known);
}

/// `place op= value`: the place is found before the value is computed, and written after.
fn update(place: &mut Place, op: ArithOp, value: &mut Expr, known: &mut Certain) {
    let mut parts = Vec::new();
    place.store_parts_mut(&mut parts);
    walk_parts(parts, known);
    let before = known.clone();
    expression(value, known);
    let mut kept = before;
    kept.end(&Ends::of_expr(value));
    check(place, &kept);
    if divides(op) && known.never_zero(value) {
        nonzero(value);
    }
    known.end(&Ends::of_store(place));
    found(place, known);
}

fn divides(op: ArithOp) -> bool {
    matches!(op, ArithOp::TrueDiv | ArithOp::FloorDiv | ArithOp::Mod)
}

fn into(target: &mut Target, known: &mut Certain) {
    match target {
        Target::Declare(local) => known.end(&Ends::of_local(*local)),
        Target::Assign(place) => store(place, known),
        Target::Tuple(items) => items.iter_mut().for_each(|item| into(item, known)),
        Target::Ignore => {}
    }
}

/// What the iteration tells of its variables at the start of each round; `ends` is what earlier rounds may have ended.
fn of_loop(target: &Target, iter: &Iter, ends: &Ends, known: &mut Certain) {
    let variable = |target: &Target| match target {
        Target::Declare(local) | Target::Assign(Place::Local(local)) => Some(*local),
        _ => None,
    };
    match (iter, target) {
        (Iter::Value(keys), _) => {
            let (dict, taken_before) = taken_from(keys);
            if !(taken_before && ends.removes_keys()) {
                variable(target).into_iter().for_each(|local| key_of(dict, local, ends, known));
            }
        }
        (Iter::Items(dict), Target::Tuple(items)) => {
            items.first().and_then(variable).into_iter().for_each(|local| key_of(dict, local, ends, known));
        }
        (Iter::Range { start, step, .. }, _) => {
            let positive = |e: &Expr| matches!(e.kind, ExprKind::Int(value) if value > 0);
            if let (true, Some(local)) = (positive(start) && positive(step), variable(target)) {
                known.learn(Fact::NonZero(local));
            }
        }
        (Iter::Enumerate(inner, start), Target::Tuple(items)) => {
            let counted = items.first().and_then(variable);
            if let (ExprKind::Int(1..), Some(local)) = (&start.kind, counted) {
                known.learn(Fact::NonZero(local));
            }
            items.get(1).into_iter().for_each(|item| of_loop(item, inner, ends, known));
        }
        _ => {}
    }
}

/// What the elements of a list come from, and whether the list is one of its own, made before the loop begins.
fn taken_from(list: &Expr) -> (&Expr, bool) {
    match &list.kind {
        ExprKind::Sorted { items, .. } => (taken_from(items).0, true),
        ExprKind::Builtin { op: Builtin::Copy, args } => (taken_from(&args[0]).0, true),
        ExprKind::Comprehension(comprehension) => match (comprehension.loops.as_slice(), &comprehension.kind) {
            (
                [Loop { target: Target::Declare(local), iter: Iter::Value(source), .. }],
                ComprehensionKind::List(item),
            ) if matches!(item.as_place(), Some(Place::Local(read)) if read == local) => (taken_from(source).0, true),
            _ => (list, false),
        },
        _ => (list, false),
    }
}

/// A variable that goes through the keys of a dict, which keeps its name through all rounds.
fn key_of(dict: &Expr, local: LocalId, ends: &Ends, known: &mut Certain) {
    let Type::Dict(key, _, _) = &dict.ty else { return };
    let plain = matches!(**key, Type::Int | Type::Str | Type::Bool | Type::Bytes | Type::Enum(_));
    if let (true, Some(path)) = (plain, Path::of(dict))
        && !ends.renames(&path)
    {
        known.learn(Fact::Has(path, Key::Local(local)));
    }
}

fn iterated(iter: &mut Iter, known: &mut Certain) {
    let mut parts = Vec::new();
    iter.parts_mut(&mut parts);
    walk_parts(parts, known);
}

/// Walks a test; gives what is certain where it holds and where it does not.
fn condition(test: &mut Expr, mut known: Certain) -> (Certain, Certain) {
    match &mut test.kind {
        ExprKind::Not(inner) => {
            let (yes, no) = condition(inner, known);
            return (no, yes);
        }
        ExprKind::And(left, right) => {
            let (held, failed) = condition(left, known);
            let (yes, no) = condition(right, held);
            return (yes, Certain::join(Some(failed), Some(no)).unwrap_or_default());
        }
        ExprKind::Or(left, right) => {
            let (held, failed) = condition(left, known);
            let (yes, no) = condition(right, failed);
            return (Certain::join(Some(held), Some(yes)).unwrap_or_default(), no);
        }
        _ => expression(test, &mut known),
    }
    let (mut yes, mut no) = (known.clone(), known);
    told(test, &mut yes, &mut no);
    (yes, no)
}

/// What a single test tells.
fn told(test: &Expr, yes: &mut Certain, no: &mut Certain) {
    match &test.kind {
        ExprKind::Builtin { op: Builtin::Contains, args } => {
            if let (Type::Dict(..), Some(path), Some(key)) = (&args[0].ty, Path::of(&args[0]), Key::of(&args[1])) {
                yes.learn(Fact::Has(path, key));
            }
        }
        ExprKind::Builtin { op: Builtin::IsEmpty, args } => long(&args[0], 1, no),
        ExprKind::Compare { op, left, right } => {
            compared(*op, left, right, yes, no);
            compared(op.mirrored(), right, left, yes, no);
        }
        _ => {}
    }
}

/// `value op constant`
fn compared(op: CompareOp, value: &Expr, constant: &Expr, yes: &mut Certain, no: &mut Certain) {
    let number = match constant.kind {
        ExprKind::Int(number) => number,
        ExprKind::Float(0.0) => 0,
        _ => return,
    };
    if let ExprKind::Read { place: Place::Local(local), .. } = &value.kind
        && matches!(value.ty, Type::Int | Type::Float)
        && let Some(holds) = holds(op, 0, number)
    {
        (if holds { no } else { yes }).learn(Fact::NonZero(*local));
        return;
    }
    if let ExprKind::Builtin { op: Builtin::Len, args } = &value.kind {
        let (least_yes, least_no) = match op {
            CompareOp::Eq => (number, i64::from(number == 0)),
            CompareOp::NotEq => (i64::from(number == 0), number),
            CompareOp::GtEq => (number, 0),
            CompareOp::Gt => (number.saturating_add(1), 0),
            CompareOp::Lt => (0, number),
            CompareOp::LtEq => (0, number.saturating_add(1)),
            CompareOp::Is | CompareOp::IsNot => return,
        };
        long(&args[0], least_yes, yes);
        long(&args[0], least_no, no);
    }
}

/// Whether `left op right` holds.
fn holds(op: CompareOp, left: i64, right: i64) -> Option<bool> {
    Some(match op {
        CompareOp::Eq => left == right,
        CompareOp::NotEq => left != right,
        CompareOp::Lt => left < right,
        CompareOp::LtEq => left <= right,
        CompareOp::Gt => left > right,
        CompareOp::GtEq => left >= right,
        CompareOp::Is | CompareOp::IsNot => return None,
    })
}

fn long(container: &Expr, least: i64, known: &mut Certain) {
    if let (1.., Some(path), Some(family)) = (least, Path::of(container), family(&container.ty)) {
        known.learn(Fact::AtLeast(path, family, least));
    }
}

/// Walks an expression; what it ends and tells is in `known` afterwards.
fn expression(e: &mut Expr, known: &mut Certain) {
    match &mut e.kind {
        ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Not(_) => {
            let (yes, no) = condition(e, std::mem::take(known));
            *known = Certain::join(Some(yes), Some(no)).unwrap_or_default();
        }
        ExprKind::If { test, then, orelse } => {
            let (mut yes, mut no) = condition(test, std::mem::take(known));
            expression(then, &mut yes);
            expression(orelse, &mut no);
            *known = Certain::join(Some(yes), Some(no)).unwrap_or_default();
        }
        ExprKind::Block { body, value } => {
            *known = block(body, std::mem::take(known)).unwrap_or_default();
            expression(value, known);
        }
        ExprKind::Comprehension(comprehension) => {
            let ends = of_comprehension(comprehension);
            known.end(&ends);
            folded(comprehension, &ends, known);
        }
        ExprKind::Sorted { items, key, .. } | ExprKind::Sort { items, key, .. } => {
            expression(items, known);
            if let Some(key) = key {
                lambda(key, known);
            }
        }
        _ => {
            let mut parts = Vec::new();
            e.parts_mut(Need::Ref, &|_, _| Need::Ref, &mut parts);
            walk_parts(parts, known);
            known.end(&Ends::of_operation(e));
            operation(e, known);
        }
    }
}

/// What the operation of an expression needs not check, and what it tells.
fn operation(e: &mut Expr, known: &mut Certain) {
    match &mut e.kind {
        ExprKind::Read { place, .. } => {
            check(place, known);
            found(place, known);
        }
        ExprKind::Arith { op, right, .. } if divides(*op) && known.never_zero(right) => nonzero(right),
        ExprKind::Builtin { op: Builtin::DivMod, args } if known.never_zero(&args[1]) => nonzero(&mut args[1]),
        _ => {}
    }
}

fn of_comprehension(comprehension: &Comprehension) -> Ends {
    let mut parts = Vec::new();
    comprehension.parts(&mut parts);
    parts.into_iter().fold(Ends::default(), |ends, part| match part {
        walk::Part::Value(e, _) => ends.and(Ends::of_expr(e)),
        walk::Part::Store(place) | walk::Part::Change(place) => ends.and(Ends::of_store(place)),
        walk::Part::Declare(local) => ends.and(Ends::of_local(local)),
        walk::Part::Body(body) => ends.and(Ends::of_body(body)),
    })
}

/// The loops of a comprehension and what they feed; what the whole may end is ended already.
fn folded(comprehension: &mut Comprehension, ends: &Ends, known: &Certain) {
    let mut round = known.clone();
    for one in &mut comprehension.loops {
        iterated(&mut one.iter, &mut round);
        into(&mut one.target, &mut round);
        of_loop(&one.target, &one.iter, ends, &mut round);
        for test in &mut one.conditions {
            round = condition(test, round).0;
        }
    }
    let once = |e: &mut Expr| expression(e, &mut known.clone());
    match &mut comprehension.kind {
        ComprehensionKind::List(e) | ComprehensionKind::Set(e) => expression(e, &mut round),
        ComprehensionKind::Any(test) | ComprehensionKind::All(test) => expression(test, &mut round),
        ComprehensionKind::Dict { key, value } => {
            expression(key, &mut round);
            expression(value, &mut round);
        }
        ComprehensionKind::Sum { element, start } => {
            once(start);
            expression(element, &mut round);
        }
        ComprehensionKind::Extreme { element, key, default, .. } => {
            expression(element, &mut round);
            key.iter_mut().for_each(|key| lambda(key, &mut known.clone()));
            default.iter_mut().for_each(once);
        }
    }
}

/// A key function, which runs any number of times.
fn lambda(lambda: &mut Lambda, known: &mut Certain) {
    let ends = lambda.params.iter().fold(Ends::of_expr(&lambda.body), |ends, param| ends.and(Ends::of_local(*param)));
    known.end(&ends);
    expression(&mut lambda.body, &mut known.clone());
}

fn walk_parts(parts: Vec<PartMut>, known: &mut Certain) {
    for part in parts {
        match part {
            PartMut::Value(e, _) => expression(e, known),
            PartMut::Store(place) | PartMut::Change(place) => store(place, known),
            PartMut::Declare(local) => known.end(&Ends::of_local(local)),
            PartMut::Body(body) => *known = block(body, std::mem::take(known)).unwrap_or_default(),
        }
    }
}

/// Marks an element that is surely there.
fn check(place: &mut Place, known: &Certain) {
    let Place::Item { base, index, check } = place else { return };
    let proven = match (&base.ty, &index.kind) {
        (Type::Dict(..), _) => known.has(base, index),
        (Type::List(_) | Type::TupleOf(_), ExprKind::Int(index @ 0..)) => known.at_least(base, index.saturating_add(1)),
        _ => false,
    };
    if proven {
        *check = Check::Proven;
    }
}

/// What is certain once an element was found or written.
fn found(place: &Place, known: &mut Certain) {
    let (base, index) = match place {
        Place::Item { base, index, .. } => (base, index),
        Place::Entry { base, key, .. } => (base, key),
        _ => return,
    };
    let Some(path) = Path::of(base) else { return };
    match (&base.ty, &index.kind) {
        (Type::Dict(..), _) => Key::of(index).into_iter().for_each(|key| known.learn(Fact::Has(path.clone(), key))),
        (_, ExprKind::Int(index @ 0..)) => long(base, index.saturating_add(1), known),
        _ => {}
    }
}

/// Says of a divisor that it is not zero.
fn nonzero(e: &mut Expr) {
    let value = Box::new(e.clone());
    e.kind = ExprKind::Convert { to: Conversion::NonZero, value };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests_support::translated;

    /// What is written for elements and divisions of a function: `d[k]!` where nothing is checked.
    fn checks(body: &str) -> String {
        let head = "def f(d: dict[str, int], k: str, xs: list[int], n: int) -> int:\n";
        let lowered = translated(&format!("{head}{body}"));
        assert!(lowered.refusals.is_empty(), "{:?}", lowered.refusals);
        let mut shown = Vec::new();
        walk::each_expr(&lowered.program.functions[0].body, &mut |e| match &e.kind {
            ExprKind::Read { place: Place::Item { base, check, .. }, .. } => {
                let name = if matches!(base.ty, Type::Dict(..)) { "d" } else { "xs" };
                shown.push(format!("{name}{}", if *check == Check::Proven { "!" } else { "?" }));
            }
            ExprKind::Arith { op: ArithOp::FloorDiv, right, .. } => {
                let proven = matches!(right.kind, ExprKind::Convert { to: Conversion::NonZero, .. });
                shown.push(format!("//{}", if proven { "!" } else { "?" }));
            }
            _ => {}
        });
        shown.join(" ")
    }

    #[test]
    fn what_was_tested_needs_no_check() {
        assert_eq!(checks("    return d[k] if k in d else 0\n"), "d!");
        assert_eq!(checks("    if k not in d:\n        d[k] = 1\n    return d[k]\n"), "d!");
        assert_eq!(checks("    if k not in d:\n        return 0\n    return d[k] + d[k]\n"), "d! d!");
        assert_eq!(checks("    return d[k] + d[k]\n"), "d? d!");
        assert_eq!(checks("    total = 0\n    for key in d:\n        total += d[key]\n    return total\n"), "d!");
        assert_eq!(checks("    if not xs:\n        return 0\n    return xs[0] + xs[1] + xs[0]\n"), "xs! xs? xs!");
        assert_eq!(checks("    if len(xs) < 2:\n        return 0\n    return xs[1]\n"), "xs!");
        assert_eq!(checks("    return n // len(xs) if xs else 0\n"), "//!");
        assert_eq!(checks("    return 7 // n if n > 0 or n < -3 else 0\n"), "//!");
        assert_eq!(checks("    for key in sorted(d):\n        n += d[key]\n    return n\n"), "d!");
        assert_eq!(checks("    for i in range(2, n):\n        n += 7 // i\n    return n\n"), "//!");
    }

    #[test]
    fn what_may_have_changed_is_checked() {
        assert_eq!(checks("    if k in d:\n        d.pop(k)\n        return d[k]\n    return 0\n"), "d?");
        assert_eq!(checks("    if k in d:\n        k = k + 'x'\n        return d[k]\n    return 0\n"), "d?");
        assert_eq!(checks("    if k in d or n > 3:\n        return d[k]\n    return 0\n"), "d?");
        assert_eq!(checks("    if k in d:\n        n = 1\n    return d[k]\n"), "d?");
        assert_eq!(
            checks("    if k in d:\n        for x in xs:\n            n += d[k]\n            k += 'x'\n    return n\n"),
            "d?"
        );
        assert_eq!(checks("    if 'a' in d and d.pop(k, 0) > 1:\n        return d['a']\n    return 0\n"), "d?");
        assert_eq!(checks("    if xs:\n        xs.pop()\n        return xs[0]\n    return 0\n"), "xs?");
        assert_eq!(
            checks("    while xs and n > 0:\n        n -= xs[0]\n        xs.pop()\n    return n + xs[0]\n"),
            "xs! xs?"
        );
        assert_eq!(checks("    if n != 0:\n        n -= 1\n        return 7 // n\n    return 0\n"), "//?");
        assert_eq!(checks("    return 7 // n if n >= 0 else 0\n"), "//?");
        let caught =
            "    try:\n        d[k] = 7 // n\n    except ZeroDivisionError:\n        return d[k]\n    return d[k]\n";
        assert_eq!(checks(caught), "//? d? d!");
        assert_eq!(checks("    for key in d:\n        n += d[key]\n        d = {'x': n}\n    return n\n"), "d?");
        assert_eq!(
            checks("    for key in sorted(d):\n        n += d[key]\n        d = {'x': n}\n    return n\n"),
            "d?"
        );
        assert_eq!(checks("    for key in list(d):\n        n += d[key]\n        d.pop(k)\n    return n\n"), "d?");
        let renamed = "    for key, m in d.items():\n        n += d[key] + m\n        d = {'x': n}\n    return n\n";
        assert_eq!(checks(renamed), "d?");
        let called = "    def clear() -> None:\n        d.clear()\n    if k in d:\n        clear()\n        return d[k]\n    return 0\n";
        assert_eq!(checks(called), "d?");
    }
}
