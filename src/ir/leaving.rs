//! How control leaves statements: at their end, or by `break`, `continue` and `return`.

use super::{ExprKind, Stmt, StmtKind, Type};

/// True where control never comes out at the end of some statements.
pub fn diverges(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Reraise(_) | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::If { then, orelse, .. } => diverges(then) && diverges(orelse),
        StmtKind::While { test, body, orelse } => {
            !breaks(body) && (matches!(test.kind, ExprKind::Bool(true)) || diverges(orelse))
        }
        StmtKind::For { body, orelse, .. } => !breaks(body) && diverges(orelse),
        StmtKind::Try { body, handlers, orelse, finally } => {
            diverges(finally)
                || (diverges(body) || diverges(orelse)) && handlers.iter().all(|handler| diverges(&handler.body))
        }
        StmtKind::Expr(expr) => expr.ty == Type::Never,
        StmtKind::Let { .. } | StmtKind::Assign { .. } | StmtKind::Update { .. } | StmtKind::Unpack { .. } => false,
    })
}

/// True where some statements may leave the loop that is directly around them by `break`.
pub fn breaks(stmts: &[Stmt]) -> bool {
    leaves(stmts, &|kind| matches!(kind, StmtKind::Break))
}

/// True where some statements may start the next round of the loop that is directly around them.
pub fn continues(stmts: &[Stmt]) -> bool {
    leaves(stmts, &|kind| matches!(kind, StmtKind::Continue))
}

fn leaves(stmts: &[Stmt], test: &dyn Fn(&StmtKind) -> bool) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::If { then, orelse, .. } => leaves(then, test) || leaves(orelse, test),
        StmtKind::For { orelse, .. } | StmtKind::While { orelse, .. } => leaves(orelse, test),
        StmtKind::Try { body, handlers, orelse, finally } => {
            let handled = handlers.iter().any(|handler| leaves(&handler.body, test));
            handled || leaves(body, test) || leaves(orelse, test) || leaves(finally, test)
        }
        kind => test(kind),
    })
}

/// True where some statements, or the ones inside them, return from the function.
pub fn returns(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return(_) => true,
        StmtKind::If { then, orelse, .. } => returns(then) || returns(orelse),
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => returns(body) || returns(orelse),
        StmtKind::Try { body, handlers, orelse, finally } => {
            let handled = handlers.iter().any(|handler| returns(&handler.body));
            handled || returns(body) || returns(orelse) || returns(finally)
        }
        _ => false,
    })
}
