//! Dicts from pairs and names, dicts merged, views of dicts.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// The dict of `d.keys()`, `d.values()` or `d.items()`, where only its length is asked for.
    pub fn viewed(&mut self, e: &ast::Expr) -> Lowered<Option<Expr>> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return Ok(None) };
        let ast::ExprKind::Attribute { value, attr } = &func.kind else { return Ok(None) };
        let is_view = matches!(attr.text.as_str(), "keys" | "values" | "items") && args.is_empty();
        if !is_view || !keywords.is_empty() {
            return Ok(None);
        }
        match self.quiet(|b| b.expr(value, None)).map(|v| v.ty) {
            Some(Type::Dict(..)) => self.expr(value, None).map(Some),
            _ => Ok(None),
        }
    }

    /// True where `dict(...)` of this takes pairs.
    pub fn is_pairs(&mut self, e: &ast::Expr) -> bool {
        let is_dict = |ty: Option<Type>| matches!(ty, Some(Type::Dict(..) | Type::Unknown));
        !is_dict(self.quiet(|b| b.expr(e, None)).map(|v| v.ty))
    }

    /// `dict(pairs)`
    pub fn dict_of_pairs(&mut self, pairs: &ast::Expr, span: Span) -> Lowered<Expr> {
        self.fold(pairs, false, |b, pair| {
            let (key, value) = match (&pair.kind, &pair.ty) {
                (ExprKind::Tuple(parts), _) if parts.len() == 2 => (parts[0].clone(), parts[1].clone()),
                (_, Type::Tuple(types)) if types.len() == 2 && Self::is_simple(&pair) => {
                    let part = |index: usize| super::unpack::item(&pair, index, types[index].clone(), pair.at);
                    (part(0), part(1))
                }
                (_, Type::Unknown) => (pair.clone(), pair),
                _ => {
                    let message = "`dict(...)` of this is not translated";
                    return b.refuse(Code::UnsupportedCall, span, message, "use a dict comprehension");
                }
            };
            b.hashable(&key.ty, span)?;
            let ty = Type::dict(key.ty.clone(), value.ty.clone());
            Ok((ComprehensionKind::Dict { key, value }, ty))
        })
    }

    /// `{**defaults, "a": 1, **given}`: dicts merged in order, into a new one.
    pub fn merged_dict(&mut self, items: &[ast::DictItem], want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let want = want.filter(|ty| matches!(ty, Type::Dict(..)));
        let empty = Expr::new(ExprKind::Dict(Vec::new()), Type::dict(Type::Unknown, Type::Unknown), self.at(span));
        items.chunk_by(|a, b| a.key.is_some() && b.key.is_some()).try_fold(empty, |merged, run| {
            let part = match run {
                [ast::DictItem { key: None, value }] => self.expr(value, want)?,
                _ => self.dict(run, want, span)?,
            };
            match (&merged.kind, &part.kind) {
                (ExprKind::Dict(none), ExprKind::Dict(_)) if none.is_empty() => Ok(part),
                _ => self.binary(ast::BinaryOp::BitOr, merged, part, span),
            }
        })
    }

    /// `dict(a=1, b=2)`
    pub fn dict_of_names(&mut self, keywords: &[ast::Keyword], want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let mut items = Vec::new();
        for keyword in keywords {
            let Some(name) = &keyword.name else {
                return self.refuse(
                    Code::UnsupportedCall,
                    keyword.value.span,
                    "`**` in `dict(...)` is not translated",
                    "",
                );
            };
            let key = ast::Expr { kind: ast::ExprKind::Str(name.text.clone()), span: name.span };
            items.push(ast::DictItem { key: Some(key), value: keyword.value.clone() });
        }
        self.expr(&ast::Expr { kind: ast::ExprKind::Dict(items), span }, want)
    }

    /// `dict.fromkeys(keys, value)` of a value that never changes.
    pub fn dict_from_keys(&mut self, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let (keys, value) = match args {
            [keys, value] => (keys, value),
            _ => {
                let message = "`dict.fromkeys` is translated with keys and a value";
                return self.refuse(Code::UnsupportedCall, span, message, "use a dict comprehension");
            }
        };
        let (body, made) = self.block(|b| {
            let keys = b.list_from(keys, false)?;
            let keys = b.spill(keys, span);
            let value = b.expr(value, None)?;
            if !super::iteration::is_immutable(&value.ty) && value.ty != Type::Unknown {
                let message = "all keys would share one value that can change";
                return b.refuse(Code::UnsupportedCall, span, message, "use a dict comprehension");
            }
            let value = if Self::is_simple(&value) { value } else { b.spill(value, span) };
            let item = keys.ty.item().unwrap_or(Type::Unknown);
            b.hashable(&item, span)?;
            let local = b.new_local("item", &item);
            b.flow.assigned.insert(local);
            let at = b.at(span);
            let ty = Type::dict(item.clone(), value.ty.clone());
            let kind = ComprehensionKind::Dict { key: Expr::local(local, item, at), value };
            let loops = vec![Loop { target: Target::Declare(local), iter: Iter::Value(keys), conditions: Vec::new() }];
            Ok(Expr::new(ExprKind::Comprehension(Box::new(Comprehension { kind, loops })), ty, at))
        })?;
        Ok(super::loops::after(body, made))
    }

    /// `a | b`
    pub fn merged_dicts(&mut self, left: Expr, right: Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let (Type::Dict(a, b, _), Type::Dict(c, d, _)) = (&left.ty, &right.ty) else {
            return self.unknown(span, "the dicts");
        };
        let (Some(key), Some(value)) = (join(a, c), join(b, d)) else {
            return self.refuse(Code::MixedTypes, span, "dicts of different types meet", "");
        };
        let ty = Type::dict(key, value);
        let left = self.coerce(left, &ty, "the dict")?;
        let right = self.coerce(right, &ty, "the dict")?;
        let (body, value) = self.block(|b| {
            let copy = Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![left] }, ty.clone(), at);
            let merged = b.spill(copy, span);
            let update = ExprKind::Builtin { op: Builtin::DictUpdate, args: vec![merged.clone(), right] };
            b.push(StmtKind::Expr(Expr::new(update, Type::None, at)), span);
            Ok(merged)
        })?;
        Ok(super::loops::after(body, value))
    }
}
