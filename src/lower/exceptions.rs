//! Raising and catching: `raise`, `try`, `assert`.

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::{self, *};
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    pub(super) fn raise(&mut self, exc: Option<&ast::Expr>, span: Span) -> Lowered<()> {
        let Some(exc) = exc else {
            return match self.handlers.last() {
                Some(&local) => self.leave(StmtKind::Reraise(local), span),
                None => self.refuse(Code::UnsupportedStatement, span, "bare `raise` outside a handler", ""),
            };
        };
        if let ast::ExprKind::Name(name) = &exc.kind
            && let Some(&local) = self.names.get(name)
            && self.handlers.contains(&local)
        {
            return self.leave(StmtKind::Reraise(local), span);
        }
        let (callee, args, keywords) = match &exc.kind {
            ast::ExprKind::Call { func, args, keywords } => (&**func, args.as_slice(), keywords.as_slice()),
            _ => (exc, &[][..], &[][..]),
        };
        let class = self.exception_class(callee)?;
        if self.raise_with(class, args, keywords, span)? {
            return Ok(());
        }
        if let Some(keyword) = keywords.first() {
            let message = "keyword arguments of an exception without `__init__`";
            return self.refuse(Code::UnsupportedCall, keyword.value.span, message, "give them by position");
        }
        let message = self.exception_message(class, args, span)?;
        self.leave(StmtKind::Raise(Raise { class, message, attributes: Vec::new() }), span)
    }

    /// The exception class that an expression names.
    pub(super) fn exception_class(&mut self, e: &ast::Expr) -> Lowered<ExceptionId> {
        let name = super::annotations::dotted(e).unwrap_or_default();
        match super::annotations::resolve(self.world, self.module, &name) {
            Some(super::world::Binding::Exception(id)) => return Ok(id),
            Some(super::world::Binding::Opaque(problem)) => return Err(problem),
            None => {
                if let Some(kind) = ExceptionKind::from_name(&name) {
                    return Ok(ExceptionId::Builtin(kind));
                }
            }
            _ => {}
        }
        self.refuse(Code::UnknownName, e.span, format!("`{name}` is not an exception class that is known"), "")
    }

    /// `str(exception)` as its class computes it from the arguments.
    pub(super) fn exception_message(&mut self, class: ExceptionId, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let values = args.iter().map(|arg| self.expr(arg, None)).collect::<Lowered<Vec<_>>>()?;
        self.message_of(class, values, span)
    }

    /// `str(exception)` as its class computes it from the values of the arguments.
    pub(super) fn message_of(&mut self, class: ExceptionId, mut values: Vec<Expr>, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let text = |kind| Expr::new(kind, Type::Str, at);
        let key_error = ExceptionId::Builtin(ExceptionKind::KeyError);
        match values.len() {
            0 => Ok(text(ExprKind::Str(String::new()))),
            1 => {
                let value = values.remove(0);
                if self.world.exception_is_a(class, key_error) {
                    return Ok(text(ExprKind::Builtin { op: Builtin::Repr, args: vec![value] }));
                }
                let value = match self.special_text(value, false, span)? {
                    Ok(text) => text,
                    Err(value) => value,
                };
                Ok(match value.ty {
                    Type::Str => value,
                    _ => text(ExprKind::Builtin { op: Builtin::ToStr, args: vec![value] }),
                })
            }
            _ => {
                let ty = Type::Tuple(values.iter().map(|v| v.ty.clone()).collect());
                let tuple = Expr::new(ExprKind::Tuple(values), ty, at);
                Ok(text(ExprKind::Builtin { op: Builtin::Repr, args: vec![tuple] }))
            }
        }
    }

    pub(super) fn try_(
        &mut self,
        body: &[ast::Stmt],
        handlers: &[ast::ExceptHandler],
        orelse: &[ast::Stmt],
        finalbody: &[ast::Stmt],
        span: Span,
    ) -> Lowered<()> {
        let before = self.flow.clone();
        let (stmts, ()) = self.block(|b| b.statements(body))?;
        let (orelse_stmts, ()) = self.block(|b| b.statements(orelse))?;
        let mut after = std::mem::replace(&mut self.flow, before.clone());
        let mut lowered = Vec::new();
        for handler in handlers {
            self.flow = before.clone();
            self.forget_assigned(body);
            lowered.push(self.handler(handler)?);
            after = after.meet(std::mem::take(&mut self.flow));
        }
        let (finally, finally_flow) = {
            self.flow = before.clone();
            self.forget_assigned(body);
            let (stmts, ()) = self.block(|b| b.statements(finalbody))?;
            (stmts, std::mem::take(&mut self.flow))
        };
        if finally_flow.dead {
            return self.refuse(
                Code::UnsupportedStatement,
                span,
                "`finally` leaves with return, break or raise",
                "leave after the `try` statement",
            );
        }
        after.assigned.extend(finally_flow.assigned.difference(&before.assigned).copied().collect::<Vec<_>>());
        self.flow = after;
        self.push(StmtKind::Try { body: stmts, handlers: lowered, orelse: orelse_stmts, finally }, span);
        Ok(())
    }

    pub(super) fn handler(&mut self, handler: &ast::ExceptHandler) -> Lowered<ir::Handler> {
        let classes = match handler.kind.as_ref().map(|e| &e.kind) {
            None => Vec::new(),
            Some(ast::ExprKind::Tuple(items)) => {
                items.iter().map(|e| self.exception_class(e)).collect::<Lowered<Vec<_>>>()?
            }
            Some(_) => match handler.kind.as_ref() {
                Some(e) => vec![self.exception_class(e)?],
                None => Vec::new(),
            },
        };
        let all = ExceptionId::Builtin(ExceptionKind::Exception);
        let classes = if classes.contains(&all) { Vec::new() } else { classes };
        let known = classes.clone();
        let name = handler.name.as_ref().map_or("_caught", |n| n.text.as_str());
        let local = self.new_local(name, &Type::Exception);
        self.caught.insert(local, known);
        self.flow.assigned.insert(local);
        let shadowed = handler.name.as_ref().and_then(|n| self.names.insert(n.text.clone(), local));
        self.handlers.push(local);
        let result = self.block(|b| b.statements(&handler.body));
        self.handlers.pop();
        if let Some(name) = &handler.name {
            match shadowed {
                Some(old) => self.names.insert(name.text.clone(), old),
                None => self.names.remove(&name.text),
            };
        }
        Ok(ir::Handler { classes, local, body: result?.0 })
    }

    pub(super) fn assert(&mut self, test: &ast::Expr, msg: Option<&ast::Expr>, span: Span) -> Lowered<()> {
        let at = self.at(span);
        let (condition, facts) = self.condition(test)?;
        let class = ExceptionId::Builtin(ExceptionKind::AssertionError);
        let (body, ()) = self.block(|b| {
            let message = b.exception_message(class, msg.map(std::slice::from_ref).unwrap_or(&[]), span)?;
            b.push(StmtKind::Raise(Raise { class, message, attributes: Vec::new() }), span);
            Ok(())
        })?;
        facts.assume(&mut self.flow, true);
        let test = Expr::new(ExprKind::Not(Box::new(condition)), Type::Bool, at);
        self.push(StmtKind::If { test, then: body, orelse: Vec::new() }, span);
        Ok(())
    }
}
