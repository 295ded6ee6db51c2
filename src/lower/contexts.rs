//! `with` on the program's own context managers.
//!
//! ```text
//! with Span(log) as span:            manager = Span(log); span = manager.__enter__()
//!     work()                  ->     try: work()
//!                                    finally: manager.__exit__(None, None, None)
//! ```
//!
//! An `__exit__` that looks at the exception, or may swallow it, is refused.

use super::body::Body;
use super::world::{Lowered, Written};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::python::walk;
use crate::span::Span;

impl Body<'_, '_> {
    pub(super) fn with(&mut self, items: &[ast::WithItem], body: &[ast::Stmt], span: Span) -> Lowered<()> {
        let Some((item, rest)) = items.split_first() else { return self.statements(body) };
        let value = self.expr(&item.context, None)?;
        match &value.ty {
            Type::Unknown => self.with(rest, body, span),
            Type::Lock if item.target.is_none() => self.with(rest, body, span),
            Type::Class(_) => self.with_own(value, item, rest, body, span),
            _ => self.refuse(
                Code::UnsupportedStatement,
                item.context.span,
                "`with` is translated for locks and for classes of the program only",
                "call the function directly, or use try/finally",
            ),
        }
    }

    fn with_own(
        &mut self,
        value: Expr,
        item: &ast::WithItem,
        rest: &[ast::WithItem],
        body: &[ast::Stmt],
        span: Span,
    ) -> Lowered<()> {
        let at = self.at(span);
        let (Some(enter), Some(exit)) = (self.special(&value.ty, "__enter__"), self.special(&value.ty, "__exit__"))
        else {
            let message = format!("`{}` has no `__enter__` and `__exit__`", self.world.describe(&value.ty));
            return self.refuse(Code::TypeMismatch, item.context.span, message, "");
        };
        self.check_exit(exit)?;
        let manager = if matches!(value.as_place(), Some(Place::Local(_))) { value } else { self.spill(value, span) };
        let gives_itself = self.gives_itself(enter);
        let entered = self.call_special(enter, vec![manager.clone()], span)?;
        match &item.target {
            Some(target) if gives_itself => {
                self.push(StmtKind::Expr(entered), span);
                self.store(target, manager.clone(), span)?;
            }
            Some(target) => self.store(target, entered, span)?,
            None => self.push(StmtKind::Expr(entered), span),
        }
        let before = self.flow.clone();
        let (stmts, ()) = self.block(|b| b.with(rest, body, span))?;
        let after = std::mem::replace(&mut self.flow, before);
        self.forget_assigned(body);
        let (finally, ()) = self.block(|b| {
            let none = Expr::new(ExprKind::None, Type::None, at);
            let count = b.world.function(exit).params.len();
            let mut args = vec![manager];
            args.resize(count.max(1), none);
            let call = b.call_function(exit, args, span)?;
            b.push(StmtKind::Expr(call), span);
            Ok(())
        })?;
        self.flow = after;
        self.push(StmtKind::Try { body: stmts, handlers: Vec::new(), orelse: Vec::new(), finally }, span);
        Ok(())
    }

    /// True for an `__enter__` that ends in `return self` and returns nowhere else.
    fn gives_itself(&self, enter: FunctionId) -> bool {
        let Written::Def(def) = self.world.function(enter).written else { return false };
        let own = def.params.items.first().map(|param| param.name.text.as_str());
        let is_own = |e: &ast::Expr| matches!(&e.kind, ast::ExprKind::Name(name) if Some(name.as_str()) == own);
        let mut all = true;
        each_return(&def.body, &mut |value| all &= value.is_some_and(is_own));
        let last = def.body.last().map(|stmt| &stmt.kind);
        all && matches!(last, Some(ast::StmtKind::Return(Some(value))) if is_own(value))
    }

    /// Refuses an `__exit__` for which it matters how the body ended.
    fn check_exit(&self, exit: FunctionId) -> Lowered<()> {
        let info = self.world.function(exit);
        let Written::Def(def) = info.written else { return Ok(()) };
        let given: Vec<&str> = def.params.items.iter().skip(1).map(|param| param.name.text.as_str()).collect();
        let mut swallows = false;
        each_return(&def.body, &mut |value| {
            swallows |=
                !matches!(value.map(|e| &e.kind), None | Some(ast::ExprKind::None | ast::ExprKind::Bool(false)));
        });
        if !swallows && !mentions(&def.body, &given) {
            return Ok(());
        }
        let message = "an `__exit__` that looks at the exception, or may swallow it, is not translated";
        self.refuse(Code::UnsupportedStatement, def.name.span, message, "use `try` where it is used")
    }
}

/// Calls `visit` with the value of every `return` of a body, without those of functions inside.
fn each_return<'a>(body: &'a [ast::Stmt], visit: &mut impl FnMut(Option<&'a ast::Expr>)) {
    for stmt in body {
        match &stmt.kind {
            ast::StmtKind::Return(value) => visit(value.as_ref()),
            ast::StmtKind::FunctionDef(_) | ast::StmtKind::ClassDef(_) => {}
            _ => ast::bodies(stmt).into_iter().for_each(|body| each_return(body, visit)),
        }
    }
}

/// True where a body names one of these variables.
pub(super) fn mentions(body: &[ast::Stmt], names: &[&str]) -> bool {
    fn inside(e: &ast::Expr, names: &[&str]) -> bool {
        matches!(&e.kind, ast::ExprKind::Name(name) if names.contains(&name.as_str()))
            || walk::parts(e).into_iter().any(|part| inside(part, names))
    }
    body.iter().any(|stmt| {
        walk::heads(stmt).into_iter().any(|e| inside(e, names))
            || ast::bodies(stmt).into_iter().any(|body| mentions(body, names))
    })
}
