//! `collections.deque`: how one is made, its methods, and what of it crosses the boundary of calls.
//!
//! ```text
//! queue = deque([start])      queue = [start] as deque[str]
//! queue.popleft()             Library(deque.popleft)[queue]
//! deque(xs, maxlen=3)         Library(~deque.limited)[xs, 3]
//! ```

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::library::Operation;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// `deque()`, `deque(iterable)`, `deque(iterable, maxlen)`.
    pub fn new_deque(
        &mut self,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let named = |name: &str| {
            let found = keywords.iter().find(|k| k.name.as_ref().is_some_and(|n| n.text == name));
            found.map(|keyword| &keyword.value)
        };
        let (source, limit) = (args.first().or(named("iterable")), args.get(1).or(named("maxlen")));
        if usize::from(source.is_some()) + usize::from(limit.is_some()) != args.len() + keywords.len() {
            return self.refuse(Code::WrongArity, span, "`deque` takes an iterable and `maxlen`", "");
        }
        let at = self.at(span);
        let wish = want.filter(|ty| matches!(ty, Type::Deque(_))).and_then(Type::item);
        let items = match source {
            None => Expr::new(ExprKind::List(Vec::new()), Type::list(wish.unwrap_or(Type::Unknown)), at),
            Some(source @ ast::Expr { kind: ast::ExprKind::List(_), .. }) => {
                self.expr(source, wish.map(Type::list).as_ref())?
            }
            Some(source) => self.list_from(source, false)?,
        };
        let whole = self.deque_of(items);
        let Some(limit) = limit else { return Ok(whole) };
        let (ty, limit) = (whole.ty.clone(), self.deque_limit(limit)?);
        let op = Builtin::Library(Operation::named("~deque.limited")[0]);
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![whole, limit] }, ty, at))
    }

    /// A list as a deque: its items are kept where the list is new, copied where it is not.
    fn deque_of(&self, list: Expr) -> Expr {
        let (ty, at) = (Type::Deque(Box::new(list.ty.item().unwrap_or(Type::Unknown))), list.at);
        let op = match list.kind {
            // What is made may be told later what it holds.
            ExprKind::List(items) => return Expr::new(ExprKind::List(items), ty, at),
            ExprKind::Read { .. } | ExprKind::Builtin { op: Builtin::Copy, .. } => Builtin::Copy,
            _ => Builtin::Library(Operation::named("~deque.of")[0]),
        };
        let list = match list.kind {
            ExprKind::Builtin { op: Builtin::Copy, mut args } if args.len() == 1 => args.remove(0),
            kind => Expr::new(kind, list.ty, at),
        };
        Expr::new(ExprKind::Builtin { op, args: vec![list] }, ty, at)
    }

    /// `del d[index]`
    pub fn delete_from_deque(&mut self, base: Expr, index: &ast::Expr, span: Span) -> Lowered<()> {
        let index = self.expr(index, Some(&Type::Int))?;
        let index = self.coerce(index, &Type::Int, "the index")?;
        self.perform("~deque.delete", vec![base, index], span);
        Ok(())
    }

    /// `d += items`
    pub fn extend_deque(&mut self, base: Expr, item: &Type, items: &ast::Expr, span: Span) -> Lowered<()> {
        let items = self.deque_items(&base, item, items)?;
        self.perform("deque.extend", vec![base, items], span);
        Ok(())
    }

    /// What is added to a deque, as a list of its items.
    fn deque_items(&mut self, base: &Expr, item: &Type, items: &ast::Expr) -> Lowered<Expr> {
        let items = self.list_from(items, false)?;
        if let (Some(place), Some(given)) = (base.as_place().cloned(), items.ty.item()) {
            self.learn_place(&place, &Type::Deque(Box::new(given)));
        }
        self.coerce(items, &Type::list(item.clone()), "the items")
    }

    /// `d.maxlen`
    pub fn max_len(&self, base: Expr, span: Span) -> Expr {
        let op = Builtin::Library(Operation::named("~deque.maxlen")[0]);
        Expr::new(ExprKind::Builtin { op, args: vec![base] }, Type::optional(Type::Int), self.at(span))
    }

    fn deque_limit(&mut self, limit: &ast::Expr) -> Lowered<Expr> {
        let value = self.expr(limit, None)?;
        let value = if value.ty == Type::Bool { self.to_int(value) } else { value };
        match value.ty {
            Type::None | Type::Optional(_) => Ok(value),
            _ => self.coerce(value, &Type::optional(Type::Int), "`maxlen`"),
        }
    }

    /// A method of a deque; what goes into it tells what it holds.
    pub fn deque_method(
        &mut self,
        base: Expr,
        item: &Type,
        attr: &ast::Name,
        args: &[ast::Expr],
        span: Span,
    ) -> Lowered<Expr> {
        let library = |name: &str| Builtin::Library(Operation::named(name)[0]);
        match (attr.text.as_str(), args.len()) {
            ("append" | "appendleft" | "remove", 1) => {
                let value = self.element(&base, item, &args[0])?;
                self.operate(library(&format!("deque.{}", attr.text)), base, vec![value], Type::None, span)
            }
            ("insert", 2) => {
                let index = self.arguments(&args[..1], &[Type::Int])?.remove(0);
                let value = self.element(&base, item, &args[1])?;
                self.operate(library("deque.insert"), base, vec![index, value], Type::None, span)
            }
            ("pop" | "popleft", 0) => {
                self.operate(library(&format!("deque.{}", attr.text)), base, vec![], item.clone(), span)
            }
            ("extend" | "extendleft", 1) => {
                let items = self.deque_items(&base, item, &args[0])?;
                self.operate(library(&format!("deque.{}", attr.text)), base, vec![items], Type::None, span)
            }
            ("clear", 0) => self.operate(Builtin::Clear, base, vec![], Type::None, span),
            ("copy", 0) => {
                let ty = base.ty.clone();
                self.operate(Builtin::Copy, base, vec![], ty, span)
            }
            _ => self.other_method(base, attr, args, &[], span),
        }
    }
}
