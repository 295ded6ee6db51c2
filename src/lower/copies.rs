//! Copies that nobody needs: `",".join(list(xs))` reads `xs` itself.
//!
//! A copy goes where the operation that it is made for only looks at it and nothing changes the original before it
//! does, and where what is copied is new and has no other owner: `list(a + b)`.

use crate::ir::walk;
use crate::ir::*;

/// Takes needless copies out of a body.
pub fn take_out(body: &mut [Stmt]) {
    walk::each_expr_mut(
        body,
        &mut |e| match &mut e.kind {
            ExprKind::Builtin { op: Builtin::Copy, args } if args[0].ty == e.ty && is_new(&args[0]) => {
                *e = args.remove(0);
            }
            ExprKind::Builtin { op: Builtin::Copy, .. } => {}
            // What is changed may be what is copied.
            ExprKind::Builtin { op, args } if (0..args.len()).all(|index| op.need(index) != Need::Mut) => {
                for index in 0..args.len() {
                    let looked_at = op.need(index) == Need::Ref;
                    if looked_at && !args[index + 1..].iter().any(changes_something) {
                        look_at_original(&mut args[index]);
                    }
                }
            }
            _ => {}
        },
        &mut |_| {},
    );
}

/// The list that is copied instead of its copy.
fn look_at_original(copy: &mut Expr) {
    let original = match &mut copy.kind {
        ExprKind::Builtin { op: Builtin::Copy, args } => &mut args[0],
        ExprKind::Comprehension(comprehension) => match as_it_is(comprehension) {
            Some(original) => original,
            None => return,
        },
        _ => return,
    };
    if original.ty == copy.ty && matches!(copy.ty, Type::List(_)) {
        *copy = original.clone();
    }
}

/// The list of `[x for x in xs]`.
fn as_it_is(comprehension: &mut Comprehension) -> Option<&mut Expr> {
    let [Loop { target: Target::Declare(local), iter: Iter::Value(original), conditions }] =
        comprehension.loops.as_mut_slice()
    else {
        return None;
    };
    let ComprehensionKind::List(element) = &comprehension.kind else { return None };
    let same = matches!(element.as_place(), Some(Place::Local(read)) if read == local);
    (same && conditions.is_empty()).then_some(original)
}

/// True for a list that is made here.
fn is_new(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::List(_) | ExprKind::Comprehension(_) | ExprKind::Sorted { .. } => true,
        ExprKind::Builtin { op, .. } => matches!(op, Builtin::Copy | Builtin::Concat | Builtin::Slice),
        _ => false,
    }
}

fn changes_something(e: &Expr) -> bool {
    let mut changes = false;
    walk::each_part_of(e, Need::Ref, &|_, _| Need::Ref, &mut |part| {
        changes |= match part {
            walk::Part::Value(e, need) => {
                *need == Need::Mut || matches!(e.kind, ExprKind::Call { .. } | ExprKind::CallValue { .. })
            }
            walk::Part::Store(_) | walk::Part::Change(_) | walk::Part::Body(_) => true,
            walk::Part::Declare(_) => false,
        };
    });
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests_support::translated;

    /// How many copies are left of a function.
    fn copies(body: &str) -> usize {
        let head = "def f(xs: list[str], ys: list[str]) -> int:\n";
        let lowered = translated(&format!("{head}{body}"));
        assert!(lowered.refusals.is_empty(), "{:?}", lowered.refusals);
        let mut count = 0;
        walk::each_expr(&lowered.program.functions[0].body, &mut |e| {
            count += usize::from(match &e.kind {
                ExprKind::Builtin { op: Builtin::Copy, .. } => true,
                ExprKind::Comprehension(comprehension) => as_it_is(&mut comprehension.clone()).is_some(),
                _ => false,
            });
        });
        count
    }

    #[test]
    fn what_is_only_looked_at_is_not_copied() {
        assert_eq!(copies("    return len(','.join(list(xs)))\n"), 0);
        assert_eq!(copies("    return len(list(xs + ys))\n"), 0);
    }

    #[test]
    fn what_may_change_is_copied() {
        assert_eq!(copies("    zs = list(xs)\n    zs.append('a')\n    return len(xs)\n"), 1);
        let loops = "    for x in list(xs):\n        xs.append(x)\n    return len(xs)\n";
        assert_eq!(copies(loops), 1);
    }
}
