//! `sorted` and `list.sort`: the key, and a direction that is known or computed.
//!
//! ```text
//! sorted(xs, reverse=down)   ->   sorted(xs, reverse=True) if down else sorted(xs)
//! ```

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// `sorted` and `list.sort`: key, reverse.
    pub fn sorted(
        &mut self,
        items: Expr,
        key: Option<&ast::Expr>,
        reverse: Option<&ast::Expr>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let ty = items.ty.clone();
        if let Some(test) = computed_option(reverse) {
            let (body, value) = self.block(|b| {
                let items = b.spill(items, span);
                let key = b.sort_key(&ty, key, span)?;
                let sorted = |reverse: bool| {
                    let kind = ExprKind::Sorted { items: Box::new(items.clone()), key: key.clone(), reverse };
                    Box::new(Expr::new(kind, ty.clone(), at))
                };
                let test = Box::new(b.sort_direction(test)?);
                Ok(Expr::new(ExprKind::If { test, then: sorted(true), orelse: sorted(false) }, ty.clone(), at))
            })?;
            return Ok(super::loops::after(body, value));
        }
        let key = self.sort_key(&items.ty, key, span)?;
        let reverse = is_true(reverse);
        Ok(Expr::new(ExprKind::Sorted { items: Box::new(items), key, reverse }, ty, at))
    }

    /// `list.sort`: the same, in place.
    pub fn sort(
        &mut self,
        items: Expr,
        key: Option<&ast::Expr>,
        reverse: Option<&ast::Expr>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let key = self.sort_key(&items.ty, key, span)?;
        let sort = |reverse: bool| {
            let kind = ExprKind::Sort { items: Box::new(items.clone()), key: key.clone(), reverse };
            Expr::new(kind, Type::None, at)
        };
        let Some(test) = computed_option(reverse) else { return Ok(sort(is_true(reverse))) };
        let test = self.sort_direction(test)?;
        let branch = |reverse: bool| vec![Stmt::new(StmtKind::Expr(sort(reverse)), at)];
        let choice = Stmt::new(StmtKind::If { test, then: branch(true), orelse: branch(false) }, at);
        Ok(super::loops::after(vec![choice], Expr::new(ExprKind::None, Type::None, at)))
    }

    /// `reverse=`: Python wants an int or a bool.
    fn sort_direction(&mut self, reverse: &ast::Expr) -> Lowered<Expr> {
        let value = self.expr(reverse, None)?;
        if !matches!(value.ty, Type::Bool | Type::Int | Type::Unknown) {
            return self.refuse(
                Code::TypeMismatch,
                reverse.span,
                "`reverse` wants a bool or an int",
                "write `bool(x)`",
            );
        }
        self.truth(value)
    }

    /// The key of a sort over a list type.
    fn sort_key(&mut self, list: &Type, key: Option<&ast::Expr>, span: Span) -> Lowered<Option<Box<Lambda>>> {
        let item = list.item().unwrap_or(Type::Unknown);
        let key = match key.filter(|k| !matches!(k.kind, ast::ExprKind::None)) {
            Some(key) => Some(Box::new(self.key_function(key, &item)?)),
            None => None,
        };
        self.orderable(key.as_ref().map_or(&item, |k| &k.body.ty), span)?;
        Ok(key)
    }
}

/// An option that is neither True nor False as written.
fn computed_option(option: Option<&ast::Expr>) -> Option<&ast::Expr> {
    option.filter(|e| !matches!(e.kind, ast::ExprKind::Bool(_)))
}

fn is_true(option: Option<&ast::Expr>) -> bool {
    option.is_some_and(|e| matches!(e.kind, ast::ExprKind::Bool(true)))
}
