//! Refuses answers that depend on the order of a set in ways that types do not show.
//!
//! ```text
//! any(prices[w] > 9 for w in words)     of a set of texts: the answer, or KeyError, whichever comes first
//! sum(show(w) for w in words)           where `show` prints
//! ```

use super::effects::expr_raises;
use super::loops::loops_over_set;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::{each_expr, each_expr_of};
use crate::ir::*;

/// Functions with such a fold.
pub fn check(program: &Program) -> Vec<(FunctionId, Diagnostic)> {
    let mut problems = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        let mut found = None;
        each_expr(&function.body, &mut |e| {
            let over_set = loops_over_set(e);
            if over_set && ends_early(e) && expr_raises(program, e, Need::Own) {
                found.get_or_insert((e.at, "whether this answers or raises depends on the order of a set"));
            } else if over_set && prints(program, e) {
                found.get_or_insert((e.at, "what this prints depends on the order of a set"));
            }
        });
        if let Some((at, message)) = found {
            let problem = Diagnostic::new(Code::SetOrder, at, message).help("loop over `sorted(...)` of it");
            problems.push((FunctionId(index as u32), problem));
        }
    }
    problems
}

fn ends_early(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Comprehension(c) if matches!(c.kind, ComprehensionKind::Any(_) | ComprehensionKind::All(_)))
}

fn prints(program: &Program, e: &Expr) -> bool {
    let mut found = false;
    each_expr_of(e, &mut |part| {
        found |= match &part.kind {
            ExprKind::Builtin { op, .. } => op.prints(),
            ExprKind::Call { function, .. } => program.function(*function).effects.prints,
            ExprKind::CallValue { .. } => true,
            _ => false,
        };
    });
    found
}
