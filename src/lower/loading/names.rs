//! The names that the code of a module binds while it is loaded, at any depth, and how.

use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::python::walk;
use crate::span::Span;

/// A name that is bound by a statement.
pub struct Bound<'a> {
    pub name: &'a str,
    /// The whole statement.
    pub span: Span,
    pub how: How,
}

/// How a name is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By a `def` or `class` that always runs.
    Definition,
    /// By an import that always runs.
    Import,
    Otherwise,
}

/// The names that a module's statements bind, in their order.
pub fn bound(body: &[Stmt]) -> Vec<Bound<'_>> {
    let mut found = Vec::new();
    body.iter().filter(|stmt| runs(stmt)).for_each(|stmt| statement(stmt, true, &mut found));
    found
}

/// The names that a function's statements bind, without those of functions inside.
pub fn of_block(body: &[Stmt]) -> Vec<&str> {
    let mut found = Vec::new();
    body.iter().for_each(|stmt| statement(stmt, false, &mut found));
    found.into_iter().map(|bound| bound.name).collect()
}

/// False for `if __name__ == "__main__":` and `if TYPE_CHECKING:`, whose bodies do not run when the module is loaded.
pub fn runs(stmt: &Stmt) -> bool {
    let StmtKind::If { test, orelse, .. } = &stmt.kind else { return true };
    !orelse.is_empty() || !(is_main(test) || is_typing(test))
}

/// `__name__ == "__main__"`
pub fn is_main(test: &Expr) -> bool {
    matches!(&test.kind, ExprKind::Compare { left, .. } if matches!(&left.kind, ExprKind::Name(n) if n == "__name__"))
}

/// `TYPE_CHECKING`
pub fn is_typing(test: &Expr) -> bool {
    crate::lower::annotations::dotted(test).is_some_and(|name| name.ends_with("TYPE_CHECKING"))
}

fn statement<'a>(stmt: &'a Stmt, always: bool, found: &mut Vec<Bound<'a>>) {
    let mut bind = |name: &'a str, how: How| {
        let how = if always { how } else { How::Otherwise };
        found.push(Bound { name, span: stmt.span, how });
    };
    match &stmt.kind {
        StmtKind::FunctionDef(def) if is_overload(def) => {}
        StmtKind::FunctionDef(def) => bind(&def.name.text, How::Definition),
        StmtKind::ClassDef(def) => bind(&def.name.text, How::Definition),
        StmtKind::Import(_) | StmtKind::ImportFrom { .. } => {
            super::super::local_imports::bound_by(stmt).into_iter().for_each(|name| bind(name, How::Import));
        }
        StmtKind::AnnAssign { value: None, .. } => {}
        StmtKind::Assign { targets, .. } | StmtKind::Delete(targets) => {
            targets.iter().flat_map(targeted).for_each(|name| bind(name, How::Otherwise));
        }
        StmtKind::AnnAssign { target, .. } | StmtKind::AugAssign { target, .. } | StmtKind::For { target, .. } => {
            targeted(target).into_iter().for_each(|name| bind(name, How::Otherwise));
        }
        StmtKind::With { items, .. } => {
            let targets = items.iter().filter_map(|item| item.target.as_ref());
            targets.flat_map(targeted).for_each(|name| bind(name, How::Otherwise));
        }
        StmtKind::Try { handlers, .. } => {
            let names = handlers.iter().filter_map(|handler| handler.name.as_ref());
            names.for_each(|name| bind(&name.text, How::Otherwise));
        }
        StmtKind::Match { cases, .. } => {
            let mut captured = Vec::new();
            cases.iter().for_each(|case| walk::captures(&case.pattern, &mut captured));
            captured.into_iter().for_each(|name| bind(&name.text, How::Otherwise));
        }
        _ => {}
    }
    let mut named = Vec::new();
    walk::heads(stmt).into_iter().for_each(|e| walk::named(e, &mut named));
    named.into_iter().for_each(|name| bind(&name.text, How::Otherwise));
    if !matches!(stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
        ast::bodies(stmt).into_iter().flatten().for_each(|inner| statement(inner, false, found));
    }
}

/// `@overload`: says types, and is replaced by the function that follows.
pub fn is_overload(def: &ast::FunctionDef) -> bool {
    let last = |e: &Expr| {
        crate::lower::annotations::dotted(e).is_some_and(|name| name.split('.').next_back() == Some("overload"))
    };
    def.decorators.iter().any(last)
}

/// The names in a target.
pub fn targeted(target: &Expr) -> Vec<&str> {
    match &target.kind {
        ExprKind::Name(name) => vec![name],
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().flat_map(targeted).collect(),
        ExprKind::Starred(inner) => targeted(inner),
        _ => Vec::new(),
    }
}
