//! Refuses answers that depend on the order of a set in ways that types do not show.
//!
//! ```text
//! any(prices[w] > 9 for w in words)     of a set of texts: the answer, or KeyError, whichever comes first
//! ```

use super::effects::expr_raises;
use super::loops::loops_over_set;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::each_expr;
use crate::ir::*;

/// Functions with such a fold.
pub fn check(program: &Program) -> Vec<(FunctionId, Diagnostic)> {
    let mut problems = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        let mut found = None;
        each_expr(&function.body, &mut |e| {
            if ends_early(e) && loops_over_set(e) && expr_raises(program, e, Need::Own) {
                found.get_or_insert(e.at);
            }
        });
        if let Some(at) = found {
            let message = "whether this answers or raises depends on the order of a set";
            let problem = Diagnostic::new(Code::SetOrder, at, message).help("loop over `sorted(...)` of it");
            problems.push((FunctionId(index as u32), problem));
        }
    }
    problems
}

fn ends_early(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Comprehension(c) if matches!(c.kind, ComprehensionKind::Any(_) | ComprehensionKind::All(_)))
}
