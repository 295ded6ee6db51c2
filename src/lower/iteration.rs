//! itertools, `functools.reduce`, `zip(strict=True)`, `copy`: what takes more than one support function.
//!
//! ```text
//! combinations(xs, 2)       ->   [(part[0], part[1]) for part in ~itertools.combinations(xs, 2)]
//! reduce(f, xs, start)      ->   total = start; for x in xs: total = f(total, x)
//! ```
//!
//! An iterator ends when it is used up, which a list does not: iterators are translated where they are iterated.

use super::annotations::{dotted, resolve};
use super::body::Body;
use super::world::{Binding, Lowered};
use crate::diagnostic::Code;
use crate::ir::library::Operation;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// Items of a tuple at most.
const WIDEST: usize = 8;

impl Body<'_, '_> {
    /// The full name of the library function that a callee is.
    pub fn library_path(&self, func: &ast::Expr) -> Option<String> {
        let name = dotted(func)?;
        let first = name.split('.').next().unwrap_or("");
        if self.names.contains_key(first) || self.own_names.contains(first) {
            return None;
        }
        match resolve(self.world, self.module, &name) {
            Some(Binding::Library(path)) => Some(path),
            _ => None,
        }
    }

    /// What an iterator of itertools gives, as a list; `None` for everything else.
    pub fn iterator(&mut self, e: &ast::Expr) -> Option<Lowered<Expr>> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return None };
        if let Some(columns) = self.transposed(e) {
            return Some(columns);
        }
        let path = self.library_path(func)?;
        let name = path.strip_prefix("itertools.")?;
        let list = match (name, args.as_slice(), keywords.as_slice()) {
            ("combinations" | "combinations_with_replacement" | "permutations", [items, count], [])
                if Self::constant(count).is_some_and(|n| (1..=WIDEST).contains(&n)) =>
            {
                self.selections(name, items, count, e.span)
            }
            ("combinations" | "combinations_with_replacement" | "permutations", [_, _], [])
            | ("permutations", [_], []) => self.selections_of_any(name, args, e.span),
            ("zip_longest", [_, ..], _) if !args.iter().any(|arg| matches!(arg.kind, ast::ExprKind::Starred(_))) => {
                self.longest(args, keywords, e.span)
            }
            ("product", [_, ..], _) => self.product(args, keywords, e.span),
            ("chain.from_iterable", [lists], []) => self.flattened(lists, e.span),
            ("chain", [_, ..], []) => self.chain(args, e.span),
            ("islice", [items, start, stop, rest @ ..], []) if rest.len() < 2 => {
                self.part_of(items, [Some(start), Some(stop), rest.first()], e.span)
            }
            _ if !Operation::named(&format!("~{path}")).is_empty() => {
                self.library_function(&format!("~{path}"), args, keywords, e.span)
            }
            _ => return None,
        };
        Some(list)
    }

    /// The value of an int that is written out.
    fn constant(e: &ast::Expr) -> Option<usize> {
        match e.kind {
            ast::ExprKind::Int(ast::IntLiteral::Small(n)) => usize::try_from(n).ok(),
            _ => None,
        }
    }

    fn selections(&mut self, name: &str, items: &ast::Expr, count: &ast::Expr, span: Span) -> Lowered<Expr> {
        let width = Self::constant(count).unwrap_or(1);
        let given = [items.clone(), count.clone()];
        let lists = self.library_function(&format!("~itertools.{name}"), &given, &[], span)?;
        let at = self.at(span);
        let item = lists.ty.item().and_then(|list| list.item()).unwrap_or(Type::Unknown);
        let local = self.new_local("item", &Type::list(item.clone()));
        self.flow.assigned.insert(local);
        let whole = Expr::local(local, Type::list(item.clone()), at);
        let parts = (0..width).map(|index| super::unpack::item(&whole, index, item.clone(), at)).collect();
        let ty = Type::Tuple(vec![item; width]);
        let kind = ComprehensionKind::List(Expr::new(ExprKind::Tuple(parts), ty.clone(), at));
        let loops = vec![Loop { target: Target::Declare(local), iter: Iter::Value(lists), conditions: Vec::new() }];
        Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), Type::list(ty), at))
    }

    fn product(&mut self, args: &[ast::Expr], keywords: &[ast::Keyword], span: Span) -> Lowered<Expr> {
        let repeat = match keywords {
            [] => Some(1),
            [only] if only.name.as_ref().is_some_and(|n| n.text == "repeat") => Self::constant(&only.value),
            _ => None,
        };
        let Some(repeat) = repeat.filter(|n| (1..=WIDEST).contains(&(n * args.len()))) else {
            let message = "`product` of so many is not translated";
            return self.refuse(
                Code::UnsupportedCall,
                span,
                message,
                "`repeat` is to be written out, 8 in all at most",
            );
        };
        let at = self.at(span);
        let (body, value) = self.block(|b| {
            let lists = args.iter().map(|arg| b.list_from(arg, false)).collect::<Lowered<Vec<_>>>()?;
            let lists: Vec<Expr> = lists.into_iter().map(|list| b.spill(list, span)).collect();
            let (mut loops, mut parts) = (Vec::new(), Vec::new());
            for list in (0..repeat).flat_map(|_| lists.iter()) {
                let item = list.ty.item().unwrap_or(Type::Unknown);
                let local = b.new_local("item", &item);
                b.flow.assigned.insert(local);
                parts.push(Expr::local(local, item, at));
                let iter = Iter::Value(list.clone());
                loops.push(Loop { target: Target::Declare(local), iter, conditions: Vec::new() });
            }
            let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
            let kind = ComprehensionKind::List(Expr::new(ExprKind::Tuple(parts), ty.clone(), at));
            Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), Type::list(ty), at))
        })?;
        Ok(super::loops::after(body, value))
    }

    /// `chain.from_iterable(lists)`: `(x for list in lists for x in list)`
    fn flattened(&mut self, lists: &ast::Expr, span: Span) -> Lowered<Expr> {
        let (outer, inner) = (self.fresh_name(0, span), self.fresh_name(1, span));
        let clause = |target: &ast::Expr, iter: &ast::Expr| ast::Comprehension {
            target: target.clone(),
            iter: iter.clone(),
            conditions: Vec::new(),
            is_async: false,
        };
        let clauses = vec![clause(&outer, lists), clause(&inner, &outer)];
        let kind = ast::ExprKind::Generator { element: Box::new(inner), clauses };
        self.list_from(&ast::Expr { kind, span }, false)
    }

    /// `[a, *items, b]`: lists joined in order.
    pub fn starred_list(&mut self, items: &[ast::Expr], want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let want = want.filter(|ty| matches!(ty, Type::List(_)));
        let starred = |item: &ast::Expr| matches!(item.kind, ast::ExprKind::Starred(_));
        let mut parts = Vec::new();
        for run in items.chunk_by(|a, b| !starred(a) && !starred(b)) {
            parts.push(match run {
                [ast::Expr { kind: ast::ExprKind::Starred(inner), .. }] => self.list_from(inner, false)?,
                _ => self.expr(&ast::Expr { kind: ast::ExprKind::List(run.to_vec()), span }, want)?,
            });
        }
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return self.unknown(span, "the list") };
        parts.try_fold(first, |all, next| self.binary(ast::BinaryOp::Add, all, next, span))
    }

    fn chain(&mut self, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let mut lists = args.iter().map(|arg| self.list_from(arg, false)).collect::<Lowered<Vec<_>>>()?.into_iter();
        let Some(first) = lists.next() else { return self.unknown(span, "the chain") };
        lists.try_fold(first, |all, next| self.binary(ast::BinaryOp::Add, all, next, span))
    }

    /// `islice(items, start, stop, step)` with bounds that are written out.
    fn part_of(&mut self, items: &ast::Expr, bounds: [Option<&ast::Expr>; 3], span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let mut args = vec![self.list_from(items, false)?];
        let ty = args[0].ty.clone();
        for bound in bounds {
            args.push(match bound.map(|bound| (&bound.kind, Self::constant(bound))) {
                None | Some((ast::ExprKind::None, _)) => Expr::new(ExprKind::None, Type::None, at),
                Some((_, Some(n))) => Expr::new(ExprKind::Int(n as i64), Type::Int, at),
                Some(_) => {
                    let message = "bounds of `islice` that are not written out are not translated";
                    return self.refuse(Code::UnsupportedCall, span, message, "take a slice of a list");
                }
            });
        }
        Ok(Expr::new(ExprKind::Builtin { op: Builtin::Slice, args }, ty, at))
    }

    /// `functools.reduce(function, items[, start])`
    pub fn reduce(&mut self, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let (function, items, start) = match args {
            [function, items] => (function, items, None),
            [function, items, start] => (function, items, Some(start)),
            _ => return self.refuse(Code::WrongArity, span, "`reduce` takes two or three arguments", ""),
        };
        let Some((names, element)) = self.applied(function, 2, span) else {
            let message = "this function of `reduce` is not translated";
            return self.refuse(Code::UnsupportedCall, function.span, message, "give a lambda or a name");
        };
        let outer = self.names.clone();
        let name = |e: &ast::Expr| match &e.kind {
            ast::ExprKind::Name(name) => name.clone(),
            _ => String::new(),
        };
        let total = name(&names[0]);
        let result = self.block(|b| {
            let list = b.list_from(items, false)?;
            let item = list.ty.item().unwrap_or(Type::Unknown);
            let list = b.spill(list, span);
            let at = b.at(span);
            let (first, rest) = match start {
                Some(start) => (b.expr(start, None)?, list),
                None => {
                    let length =
                        Expr::new(ExprKind::Builtin { op: Builtin::Len, args: vec![list.clone()] }, Type::Int, at);
                    b.perform("~reduce.check", vec![length], span);
                    let first = super::unpack::item(&list, 0, item, at);
                    (first, b.slice_from(list, 1, span))
                }
            };
            let ty = first.ty.clone();
            let local = b.new_local(super::lazy::shown(&total), &ty);
            b.names.insert(total.clone(), local);
            b.flow.assigned.insert(local);
            b.push(StmtKind::Assign { place: Place::Local(local), value: first }, span);
            b.each_into(&names, &element, rest, span)?;
            b.read_local(local, span)
        });
        self.names = outer;
        let (body, value) = result?;
        Ok(super::loops::after(body, value))
    }

    /// `for x in items: total = element`
    fn each_into(&mut self, names: &[ast::Expr], element: &ast::Expr, items: Expr, span: Span) -> Lowered<()> {
        let item = items.ty.item().unwrap_or(Type::Unknown);
        let (body, target) = self.block(|b| {
            let target = b.loop_target(&names[1], &item)?;
            let value = b.expr(element, None)?;
            b.store(&names[0], value, span)?;
            Ok(target)
        })?;
        self.push(StmtKind::For { target, iter: Iter::Value(items), body, orelse: Vec::new() }, span);
        Ok(())
    }

    fn slice_from(&self, list: Expr, start: i64, span: Span) -> Expr {
        let (at, ty) = (self.at(span), list.ty.clone());
        let none = || Expr::new(ExprKind::None, Type::None, at);
        let args = vec![list, Expr::new(ExprKind::Int(start), Type::Int, at), none(), none()];
        Expr::new(ExprKind::Builtin { op: Builtin::Slice, args }, ty, at)
    }

    /// A statement that carries out an operation of the library table.
    pub fn perform(&mut self, name: &str, args: Vec<Expr>, span: Span) {
        let op = Builtin::Library(Operation::named(name)[0]);
        let done = Expr::new(ExprKind::Builtin { op, args }, Type::None, self.at(span));
        self.push(StmtKind::Expr(done), span);
    }

    /// True for `zip(a, b, strict=True)`.
    pub fn is_strict_zip(&self, e: &ast::Expr) -> bool {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return false };
        let is_strict = |keyword: &ast::Keyword| {
            keyword.name.as_ref().is_some_and(|n| n.text == "strict")
                && matches!(keyword.value.kind, ast::ExprKind::Bool(true))
        };
        matches!(&func.kind, ast::ExprKind::Name(name) if name == "zip" && self.is_builtin(name))
            && args.len() > 1
            && keywords.len() == 1
            && keywords.iter().all(is_strict)
    }

    /// A strict `zip`: names for lists of their own, and the same `zip` over them without `strict`.
    pub fn strict_zip(&mut self, e: &ast::Expr) -> Lowered<(ast::Expr, Vec<Expr>)> {
        match &e.kind {
            ast::ExprKind::Call { func, args, .. } => self.named_lists(func, args, e.span),
            _ => self.refuse(Code::UnsupportedCall, e.span, "this is no `zip`", ""),
        }
    }

    fn named_lists(&mut self, zip: &ast::Expr, args: &[ast::Expr], span: Span) -> Lowered<(ast::Expr, Vec<Expr>)> {
        let (mut names, mut lists) = (Vec::new(), Vec::new());
        for arg in args {
            let (iter, item) = self.iterable(arg, false)?;
            let at = self.at(arg.span);
            let list = match iter {
                Iter::Value(value) if matches!(value.ty, Type::List(_)) && Self::is_simple(&value) => value,
                iter => {
                    let list = self.list_of(iter, item, at);
                    self.spill(list, arg.span)
                }
            };
            let name = self.fresh_name(names.len(), arg.span);
            if let (ast::ExprKind::Name(name), Some(Place::Local(local))) = (&name.kind, list.as_place()) {
                self.names.insert(name.clone(), *local);
                names.push(ast::Expr { kind: ast::ExprKind::Name(name.clone()), span: arg.span });
            } else {
                return self.refuse(
                    Code::UnsupportedCall,
                    arg.span,
                    "`zip(strict=True)` of this",
                    "give it a name first",
                );
            }
            lists.push(list);
        }
        let kind = ast::ExprKind::Call { func: Box::new(zip.clone()), args: names, keywords: Vec::new() };
        Ok((ast::Expr { kind, span }, lists))
    }

    /// Raises where lists of a strict `zip` differ in length.
    pub fn check_lengths(&mut self, lists: Vec<Expr>, span: Span) {
        let at = self.at(span);
        let length = |list| Expr::new(ExprKind::Builtin { op: Builtin::Len, args: vec![list] }, Type::Int, at);
        let lengths = Expr::new(ExprKind::List(lists.into_iter().map(length).collect()), Type::list(Type::Int), at);
        self.perform("~zip.check", vec![lengths], span);
    }

    /// A comprehension over a strict `zip`: the lengths are compared at its end.
    pub fn strict_comprehension(
        &mut self,
        zip: &ast::Expr,
        span: Span,
        work: impl FnOnce(&mut Self, &ast::Expr) -> Lowered<Expr>,
    ) -> Lowered<Expr> {
        let names = self.names.clone();
        let result = self.block(|b| {
            let (plain, lists) = b.strict_zip(zip)?;
            let value = work(b, &plain)?;
            if let ExprKind::Comprehension(c) = &value.kind
                && let ComprehensionKind::Any(_) | ComprehensionKind::All(_) = c.kind
            {
                let message = "`any` and `all` over a strict `zip` are not translated";
                return b.refuse(Code::UnsupportedCall, span, message, "compare the lengths first");
            }
            let value = b.spill(value, span);
            b.check_lengths(lists, span);
            Ok(value)
        });
        self.names = names;
        result.map(|(body, value)| super::loops::after(body, value))
    }

    /// `copy.copy(x)`, `copy.deepcopy(x)`
    pub fn copied(&mut self, arg: &ast::Expr, deep: bool, span: Span) -> Lowered<Expr> {
        let value = self.expr(arg, None)?;
        if value.ty == Type::Unknown {
            return self.unknown(span, "what is copied");
        }
        self.copy_of(value, deep, span)
    }

    fn copy_of(&mut self, value: Expr, deep: bool, span: Span) -> Lowered<Expr> {
        let (ty, at) = (value.ty.clone(), value.at);
        if is_immutable(&ty) {
            return Ok(value);
        }
        let shallow = match &ty {
            Type::List(item) => !deep || is_immutable(item),
            Type::Deque(_) => !deep,
            Type::Dict(_, item, _) => !deep || is_immutable(item),
            Type::Set(_) => true,
            _ => {
                let message = format!("a copy of {} is not translated", self.world.describe(&ty));
                return self.refuse(Code::UnsupportedCall, span, message, "");
            }
        };
        if shallow {
            return Ok(Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![value] }, ty, at));
        }
        let declared = |b: &mut Self, ty: &Type| {
            let local = b.new_local("item", ty);
            b.flow.assigned.insert(local);
            (Target::Declare(local), Expr::local(local, ty.clone(), at))
        };
        let (target, iter, kind) = match &ty {
            Type::Dict(key, item, _) => {
                let (key_target, key) = declared(self, key);
                let (target, read) = declared(self, item);
                let (before, value_of) = self.block(|b| b.copy_of(read, true, span))?;
                let kind = ComprehensionKind::Dict { key, value: super::loops::after(before, value_of) };
                (Target::Tuple(vec![key_target, target]), Iter::Items(value), kind)
            }
            _ => {
                let (target, read) = declared(self, &ty.item().unwrap_or(Type::Unknown));
                let (before, value_of) = self.block(|b| b.copy_of(read, true, span))?;
                (target, Iter::Value(value), ComprehensionKind::List(super::loops::after(before, value_of)))
            }
        };
        let loops = vec![Loop { target, iter, conditions: Vec::new() }];
        Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), ty, at))
    }
}

/// True for types whose values never change: a copy of them is themselves.
pub fn is_immutable(ty: &Type) -> bool {
    match ty {
        Type::None | Type::Bool | Type::Int | Type::Float | Type::Str | Type::Bytes | Type::FrozenSet(_) => true,
        Type::Number | Type::Enum(_) | Type::Never => true,
        Type::Tuple(items) => items.iter().all(is_immutable),
        Type::Optional(inner) | Type::TupleOf(inner) => is_immutable(inner),
        _ => false,
    }
}
