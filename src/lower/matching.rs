//! `match`: the patterns become conditions and assignments, case by case.
//!
//! ```text
//! match command:                          if len(command) == 2 and command[0] == "go":
//!     case ["go", where]: ...      ->         where = command[1]; ...
//!     case []: ...                        elif len(command) == 0: ...
//!     case _: ...                         else: ...
//! ```
//!
//! What a pattern can never match, given the type of the subject, is left out with its body.

use super::body::Body;
use super::world::{Binding, Lowered};
use crate::diagnostic::Code;
use crate::ir::{StmtKind, Type};
use crate::python::ast::{self, CompareOp, ExprKind, Pattern, PatternKind};
use crate::python::walk;
use crate::span::Span;

/// What a pattern asks, and what it binds.
#[derive(Default)]
struct Matched {
    tests: Vec<ast::Expr>,
    binds: Vec<(ast::Name, ast::Expr)>,
}

impl Matched {
    fn test(test: ast::Expr) -> Matched {
        Matched { tests: vec![test], binds: Vec::new() }
    }

    fn and(&mut self, other: Matched) {
        self.tests.extend(other.tests);
        self.binds.extend(other.binds);
    }
}

impl Body<'_, '_> {
    pub(super) fn match_(&mut self, subject: &ast::Expr, cases: &[ast::MatchCase], span: Span) -> Lowered<()> {
        let subject = self.subject(subject, cases, span)?;
        let mut chain: Vec<ast::Stmt> = Vec::new();
        for case in cases.iter().rev() {
            let Some(matched) = self.pattern(&case.pattern, &subject)? else { continue };
            chain = vec![self.branch(case, matched, chain)?];
        }
        self.statements(&chain)
    }

    /// The subject as something that can be read again: names, or a display of names.
    fn subject(&mut self, subject: &ast::Expr, cases: &[ast::MatchCase], span: Span) -> Lowered<ast::Expr> {
        let mut captured = Vec::new();
        cases.iter().for_each(|case| walk::captures(&case.pattern, &mut captured));
        let is_free = |name: &str| !captured.iter().any(|captured| captured.text == name);
        match &subject.kind {
            ExprKind::Name(name) if is_free(name) => Ok(subject.clone()),
            ExprKind::Tuple(items) if !items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_))) => {
                let items = items.iter().map(|item| self.subject(item, cases, span)).collect::<Lowered<Vec<_>>>()?;
                Ok(ast::Expr { kind: ExprKind::Tuple(items), span: subject.span })
            }
            _ => {
                let value = self.expr(subject, None)?;
                let name = format!("\u{0}subject{}", self.locals.len());
                let local = self.new_local("subject", &value.ty);
                self.names.insert(name.clone(), local);
                self.flow.assigned.insert(local);
                self.push(StmtKind::Assign { place: crate::ir::Place::Local(local), value }, span);
                Ok(ast::Expr { kind: ExprKind::Name(name), span: subject.span })
            }
        }
    }

    /// `if tests: binds; body else: the rest`
    fn branch(&mut self, case: &ast::MatchCase, matched: Matched, rest: Vec<ast::Stmt>) -> Lowered<ast::Stmt> {
        let Matched { mut tests, binds } = matched;
        if let Some(guard) = &case.guard {
            for (name, _) in &binds {
                let known = self.names.get(&name.text).is_some_and(|local| self.flow.assigned.contains(local));
                if known {
                    let message = format!("`{}` is bound by a pattern even where the guard fails", name.text);
                    let help = "capture under a name that is not used before";
                    return self.refuse(Code::UnsupportedStatement, name.span, message, help);
                }
            }
            if !binds.is_empty() && has_scope(guard) {
                let message = "a function or comprehension in a guard is not translated";
                return self.refuse(Code::UnsupportedStatement, guard.span, message, "test inside the case");
            }
            let mut guard = guard.clone();
            replace(&mut guard, &binds);
            tests.push(guard);
        }
        let span = case.span;
        let assign = |(name, value): (ast::Name, ast::Expr)| {
            let target = ast::Expr { kind: ExprKind::Name(name.text), span: name.span };
            ast::Stmt { kind: ast::StmtKind::Assign { targets: vec![target], value }, span: name.span }
        };
        let mut body: Vec<ast::Stmt> = binds.into_iter().map(assign).collect();
        body.extend(case.body.iter().cloned());
        let test = match tests.len() {
            0 => ast::Expr { kind: ExprKind::Bool(true), span },
            1 => tests.remove(0),
            _ => ast::Expr { kind: ExprKind::BoolOp { op: ast::BoolOp::And, values: tests }, span },
        };
        Ok(ast::Stmt { kind: ast::StmtKind::If { test, body, orelse: rest }, span })
    }

    /// What a pattern asks of a path; `None` where it can never match.
    fn pattern(&mut self, pattern: &Pattern, path: &ast::Expr) -> Lowered<Option<Matched>> {
        let span = pattern.span;
        let refuse = |b: &Self, what: &str| b.refuse(Code::UnsupportedStatement, span, what, "use `if` and `elif`");
        match &pattern.kind {
            PatternKind::Capture(None) => Ok(Some(Matched::default())),
            PatternKind::Capture(Some(name)) => {
                Ok(Some(Matched { tests: Vec::new(), binds: vec![(name.clone(), path.clone())] }))
            }
            PatternKind::As { pattern, name } => Ok(self.pattern(pattern, path)?.map(|mut matched| {
                matched.binds.push((name.clone(), path.clone()));
                matched
            })),
            PatternKind::Value(value) => Ok(self.value_pattern(value, path, span)),
            PatternKind::Or(items) => self.or_pattern(items, path, span),
            PatternKind::Sequence(items) => self.sequence_pattern(items, path, span),
            PatternKind::Class { class, positional, keywords } => {
                self.class_pattern(class, positional, keywords, path, span)
            }
            PatternKind::Mapping { items, rest: None } => self.mapping_pattern(items, path, span),
            PatternKind::Mapping { .. } => refuse(self, "`**rest` in a pattern is not translated"),
            PatternKind::Star(_) | PatternKind::Error => refuse(self, "this pattern is not translated"),
        }
    }

    fn type_of(&mut self, path: &ast::Expr) -> Type {
        self.quiet(|b| b.expr(path, None)).map_or(Type::Unknown, |value| value.ty)
    }

    fn value_pattern(&mut self, value: &ast::Expr, path: &ast::Expr, span: Span) -> Option<Matched> {
        let ty = self.type_of(path);
        let op = match &value.kind {
            ExprKind::None if !matches!(ty, Type::Optional(_) | Type::None | Type::Unknown | Type::Json) => {
                return None;
            }
            ExprKind::None => CompareOp::Is,
            ExprKind::Bool(wanted) => {
                let test = path.clone();
                return (ty.content() == &Type::Bool).then(|| match wanted {
                    true => Matched::test(test),
                    false => {
                        Matched::test(node(ExprKind::Unary { op: ast::UnaryOp::Not, operand: Box::new(test) }, span))
                    }
                });
            }
            _ => CompareOp::Eq,
        };
        if op == CompareOp::Eq {
            let inner = if let Type::Optional(inner) = &ty { inner } else { &ty };
            let given = self.type_of(value);
            let simple = |t: &Type| t.is_number() || matches!(t, Type::Str | Type::Bytes);
            let same = *inner == given || inner.is_number() && given.is_number();
            if *inner != Type::Unknown && given != Type::Unknown && simple(&given) && !same {
                let other = simple(inner)
                    || matches!(
                        inner,
                        Type::List(_)
                            | Type::Deque(_)
                            | Type::Dict(..)
                            | Type::Set(_)
                            | Type::Tuple(_)
                            | Type::TupleOf(_)
                            | Type::None
                    );
                if other {
                    return None;
                }
            }
        }
        Some(Matched::test(compare(path.clone(), op, value.clone(), span)))
    }

    fn or_pattern(&mut self, items: &[Pattern], path: &ast::Expr, span: Span) -> Lowered<Option<Matched>> {
        let mut alternatives = Vec::new();
        let mut bound: Option<Vec<(ast::Name, ast::Expr)>> = None;
        for item in items {
            let Some(matched) = self.pattern(item, path)? else { continue };
            let shown = |binds: &[(ast::Name, ast::Expr)]| {
                let mut all: Vec<_> = binds.iter().map(|(name, value)| (name.text.clone(), shape(value))).collect();
                all.sort();
                all
            };
            if bound.as_ref().is_some_and(|bound| shown(bound) != shown(&matched.binds)) {
                let message = "alternatives that bind names to different parts are not translated";
                return self.refuse(Code::UnsupportedStatement, span, message, "write a case for each");
            }
            bound = Some(matched.binds);
            alternatives.push(all_of(matched.tests, span));
        }
        let Some(binds) = bound else { return Ok(None) };
        if alternatives.iter().any(|test| matches!(test.kind, ExprKind::Bool(true))) {
            return Ok(Some(Matched { tests: Vec::new(), binds }));
        }
        let test = match alternatives.len() {
            1 => alternatives.remove(0),
            _ => node(ExprKind::BoolOp { op: ast::BoolOp::Or, values: alternatives }, span),
        };
        Ok(Some(Matched { tests: vec![test], binds }))
    }

    fn sequence_pattern(&mut self, items: &[Pattern], path: &ast::Expr, span: Span) -> Lowered<Option<Matched>> {
        let star = items.iter().position(|item| matches!(item.kind, PatternKind::Star(_)));
        let count = items.len() - usize::from(star.is_some());
        let fits = |length: usize| if star.is_some() { length >= count } else { length == count };
        if let ExprKind::Tuple(parts) = &path.kind {
            let parts = parts.clone();
            return if fits(parts.len()) { self.parts_pattern(items, star, &parts, span) } else { Ok(None) };
        }
        let ty = self.type_of(path);
        let (optional, ty) = match ty {
            Type::Optional(inner) => (true, *inner),
            ty => (false, ty),
        };
        let mut found = Matched::default();
        if optional {
            found.and(Matched::test(compare(path.clone(), CompareOp::IsNot, node(ExprKind::None, span), span)));
        }
        let is_tuple = matches!(ty, Type::TupleOf(_));
        match ty {
            Type::Tuple(types) => {
                if !fits(types.len()) {
                    return Ok(None);
                }
                let parts: Vec<ast::Expr> = (0..types.len()).map(|i| item(path, int(i as i64, span), span)).collect();
                let Some(inner) = self.parts_pattern(items, star, &parts, span)? else { return Ok(None) };
                found.and(inner);
            }
            Type::List(_) | Type::TupleOf(_) | Type::Deque(_) | Type::Unknown => {
                let op = if star.is_some() { CompareOp::GtEq } else { CompareOp::Eq };
                let length = call("len", path.clone(), span);
                if star.is_none() || count > 0 {
                    found.and(Matched::test(compare(length, op, int(count as i64, span), span)));
                }
                for (index, pattern) in items.iter().enumerate() {
                    let after = items.len() - index;
                    let is_after = star.is_some_and(|star| index > star);
                    let place = if is_after { -(after as i64) } else { index as i64 };
                    let Some(inner) = (match &pattern.kind {
                        PatternKind::Star(None) => continue,
                        PatternKind::Star(Some(name)) => {
                            let upper = (after > 1).then(|| Box::new(int(1 - after as i64, span)));
                            let lower = (index > 0).then(|| Box::new(int(index as i64, span)));
                            let rest = item(path, node(ExprKind::Slice { lower, upper, step: None }, span), span);
                            let rest = if is_tuple { call("list", rest, span) } else { rest };
                            Some(Matched { tests: Vec::new(), binds: vec![(name.clone(), rest)] })
                        }
                        _ => self.pattern(pattern, &item(path, int(place, span), span))?,
                    }) else {
                        return Ok(None);
                    };
                    found.and(inner);
                }
            }
            ty if self.is_named_tuple(&ty) => {
                let message = "a pattern of a sequence for a named tuple is not translated";
                return self.refuse(Code::UnsupportedStatement, span, message, "name the class: `case Point(x, y):`");
            }
            _ => return Ok(None),
        }
        Ok(Some(found))
    }

    /// A sequence pattern on parts that are known one by one.
    fn parts_pattern(
        &mut self,
        items: &[Pattern],
        star: Option<usize>,
        parts: &[ast::Expr],
        span: Span,
    ) -> Lowered<Option<Matched>> {
        let mut found = Matched::default();
        for (index, pattern) in items.iter().enumerate() {
            let after = items.len() - index;
            let matched = match &pattern.kind {
                PatternKind::Star(None) => continue,
                PatternKind::Star(Some(name)) => {
                    let rest = parts[index..=parts.len() - after].to_vec();
                    Some(Matched { tests: Vec::new(), binds: vec![(name.clone(), node(ExprKind::List(rest), span))] })
                }
                _ if star.is_some_and(|star| index > star) => self.pattern(pattern, &parts[parts.len() - after])?,
                _ => self.pattern(pattern, &parts[index])?,
            };
            let Some(matched) = matched else { return Ok(None) };
            found.and(matched);
        }
        Ok(Some(found))
    }

    fn mapping_pattern(
        &mut self,
        items: &[(ast::Expr, Pattern)],
        path: &ast::Expr,
        span: Span,
    ) -> Lowered<Option<Matched>> {
        if !matches!(self.type_of(path), Type::Dict(..) | Type::Unknown) {
            let message = "a mapping pattern on something other than a dict is not translated";
            return self.refuse(Code::UnsupportedStatement, span, message, "use `if` and `elif`");
        }
        let mut found = Matched::default();
        for (key, pattern) in items {
            found.and(Matched::test(compare(key.clone(), CompareOp::In, path.clone(), span)));
            let Some(inner) = self.pattern(pattern, &item(path, key.clone(), span))? else { return Ok(None) };
            found.and(inner);
        }
        Ok(Some(found))
    }

    fn class_pattern(
        &mut self,
        class: &ast::Expr,
        positional: &[Pattern],
        keywords: &[(ast::Name, Pattern)],
        path: &ast::Expr,
        span: Span,
    ) -> Lowered<Option<Matched>> {
        let name = super::annotations::dotted(class).unwrap_or_default();
        let scalar = matches!(name.as_str(), "int" | "float" | "str" | "bool" | "bytes" | "list" | "dict" | "tuple");
        let test = node(
            ExprKind::Call {
                func: Box::new(node(ExprKind::Name("isinstance".into()), span)),
                args: vec![path.clone(), class.clone()],
                keywords: Vec::new(),
            },
            span,
        );
        let known = self.quiet(|b| b.condition(&test)).map(|(test, _)| test.kind);
        let mut found = match known {
            Some(crate::ir::ExprKind::Bool(false)) => return Ok(None),
            Some(crate::ir::ExprKind::Bool(true)) => Matched::default(),
            _ => Matched::test(test),
        };
        if scalar && keywords.is_empty() && positional.len() <= 1 {
            for pattern in positional {
                let Some(inner) = self.pattern(pattern, path)? else { return Ok(None) };
                found.and(inner);
            }
            return Ok(Some(found));
        }
        let names = if positional.is_empty() { Vec::new() } else { self.match_args(class, span)? };
        if positional.len() > names.len() {
            let message = format!("`{name}` has fewer positional parts than the pattern");
            return self.refuse(Code::UnsupportedStatement, span, message, "");
        }
        let named = keywords.iter().map(|(name, pattern)| (name.text.clone(), pattern));
        let all: Vec<(String, &Pattern)> = names.into_iter().zip(positional).chain(named).collect();
        let narrowed = found.tests.clone();
        for (attr, pattern) in all {
            let attr = ast::Name { text: attr, span };
            let part = node(ExprKind::Attribute { value: Box::new(path.clone()), attr }, span);
            let flow = self.flow.clone();
            if let Some((_, facts)) = narrowed.first().and_then(|test| self.quiet(|b| b.condition(test))) {
                facts.assume(&mut self.flow, true);
            }
            let inner = self.pattern(pattern, &part);
            self.flow = flow;
            let Some(inner) = inner? else { return Ok(None) };
            found.and(inner);
        }
        Ok(Some(found))
    }

    /// `__match_args__` of a class: as it says, or the fields of a dataclass.
    fn match_args(&mut self, class: &ast::Expr, span: Span) -> Lowered<Vec<String>> {
        let name = super::annotations::dotted(class).unwrap_or_default();
        if let Some(Binding::Class(id)) = super::annotations::resolve(self.world, self.module, &name) {
            let info = self.world.class(id);
            if let Some(names) = &info.match_args {
                return Ok(names.clone());
            }
            if info.is_dataclass {
                let fields = info.fields.iter().filter(|field| field.in_init && !field.keyword_only);
                return Ok(fields.map(|field| field.name.clone()).collect());
            }
        }
        let message = format!("`{name}` has no `__match_args__` that is known");
        self.refuse(Code::UnsupportedStatement, span, message, "name the attributes in the pattern")
    }
}

fn node(kind: ExprKind, span: Span) -> ast::Expr {
    ast::Expr { kind, span }
}

fn int(n: i64, span: Span) -> ast::Expr {
    let literal = node(ExprKind::Int(ast::IntLiteral::Small(n.abs())), span);
    if n < 0 { node(ExprKind::Unary { op: ast::UnaryOp::Minus, operand: Box::new(literal) }, span) } else { literal }
}

fn item(path: &ast::Expr, index: ast::Expr, span: Span) -> ast::Expr {
    node(ExprKind::Subscript { value: Box::new(path.clone()), index: Box::new(index) }, span)
}

/// `name(argument)` of a builtin function.
fn call(name: &str, argument: ast::Expr, span: Span) -> ast::Expr {
    let func = Box::new(node(ExprKind::Name(name.into()), span));
    node(ExprKind::Call { func, args: vec![argument], keywords: Vec::new() }, span)
}

fn compare(left: ast::Expr, op: CompareOp, right: ast::Expr, span: Span) -> ast::Expr {
    node(ExprKind::Compare { left: Box::new(left), ops: vec![op], comparators: vec![right] }, span)
}

fn all_of(mut tests: Vec<ast::Expr>, span: Span) -> ast::Expr {
    match tests.len() {
        0 => node(ExprKind::Bool(true), span),
        1 => tests.remove(0),
        _ => node(ExprKind::BoolOp { op: ast::BoolOp::And, values: tests }, span),
    }
}

/// A path as text, without places.
fn shape(path: &ast::Expr) -> String {
    let head = match &path.kind {
        ExprKind::Name(name) => name.clone(),
        ExprKind::Int(n) => format!("{n:?}"),
        ExprKind::Str(text) => format!("{text:?}"),
        ExprKind::Attribute { attr, .. } => format!(".{}", attr.text),
        ExprKind::Unary { .. } => "-".into(),
        ExprKind::Slice { lower, upper, .. } => format!("{}:{}", lower.is_some(), upper.is_some()),
        _ => String::new(),
    };
    let parts: Vec<String> = walk::parts(path).into_iter().map(shape).collect();
    format!("{head}({})", parts.join(","))
}

/// True where an expression has names of its own.
fn has_scope(e: &ast::Expr) -> bool {
    matches!(
        e.kind,
        ExprKind::Lambda { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::Generator { .. }
            | ExprKind::Named { .. }
    ) || walk::parts(e).into_iter().any(has_scope)
}

/// Puts what names are bound to in their place.
fn replace(e: &mut ast::Expr, binds: &[(ast::Name, ast::Expr)]) {
    if let ExprKind::Name(name) = &e.kind {
        if let Some((_, value)) = binds.iter().rev().find(|(bound, _)| bound.text == *name) {
            *e = value.clone();
        }
        return;
    }
    walk::parts_mut(e).into_iter().for_each(|part| replace(part, binds));
}
