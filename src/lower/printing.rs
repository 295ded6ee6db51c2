//! `print(a, b, sep=s, end=e)`: one text, written when all of it is known.
//!
//! Python evaluates all arguments before it writes the first. Where a later argument may change what an earlier one
//! shows (`print(xs, xs.pop())`), nothing is translated.

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::library::Operation;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// Lowers a call of `print`.
    pub fn print(&mut self, args: &[ast::Expr], keywords: &[ast::Keyword], span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let (mut between, mut end) = (None, None);
        for keyword in keywords {
            let place = match keyword.name.as_ref().map(|name| name.text.as_str()) {
                Some("sep") => &mut between,
                Some("end") => &mut end,
                Some("flush") if matches!(keyword.value.kind, ast::ExprKind::Bool(_)) => continue,
                _ => {
                    let message = "this keyword argument of `print` is not translated";
                    return self.refuse(Code::UnsupportedCall, keyword.value.span, message, "print to standard output");
                }
            };
            *place = match &keyword.value.kind {
                ast::ExprKind::None => None,
                ast::ExprKind::Str(text) => Some(text.clone()),
                _ => {
                    let message = "`sep` and `end` that are not written out are not translated";
                    return self.refuse(Code::UnsupportedCall, keyword.value.span, message, "join the texts first");
                }
            };
        }
        let mut pieces = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                pieces.push(FormatPart::Literal(between.clone().unwrap_or_else(|| " ".to_string())));
            }
            let text = self.shown(arg, &args[index + 1..])?;
            pieces.push(FormatPart::Value { value: text, repr: false, spec: FormatSpec::default() });
        }
        pieces.push(FormatPart::Literal(end.unwrap_or_else(|| "\n".to_string())));
        let text = Expr::new(ExprKind::Format(pieces), Type::Str, at);
        let op = Builtin::Library(Operation::named("~print")[0]);
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![text] }, Type::None, at))
    }

    /// The text of an argument, where those after it cannot change it.
    fn shown(&mut self, arg: &ast::Expr, later: &[ast::Expr]) -> Lowered<Expr> {
        if matches!(arg.kind, ast::ExprKind::Starred(_)) {
            let help = "join the texts first";
            return self.refuse(Code::UnsupportedCall, arg.span, "`*` in `print` is not translated", help);
        }
        let ty = self.quiet(|b| b.expr(arg, None)).map_or(Type::Unknown, |value| value.ty);
        let is_new = matches!(
            arg.kind,
            ast::ExprKind::List(_)
                | ast::ExprKind::Dict(_)
                | ast::ExprKind::Set(_)
                | ast::ExprKind::ListComp { .. }
                | ast::ExprKind::DictComp { .. }
                | ast::ExprKind::SetComp { .. }
        );
        if !never_changes(&ty) && !is_new && later.iter().any(|arg| self.may_change(arg)) {
            let message = "a later argument of this `print` may change what this one shows";
            return self.refuse(Code::UnsupportedCall, arg.span, message, "compute the arguments before `print`");
        }
        self.str_call(arg, arg.span)
    }

    /// True where an expression may change a value: it assigns, or calls something that does not only look.
    fn may_change(&self, e: &ast::Expr) -> bool {
        let itself = match &e.kind {
            ast::ExprKind::Named { .. } => true,
            ast::ExprKind::Call { func, .. } => match &func.kind {
                ast::ExprKind::Name(name) => !(LOOKING.contains(&name.as_str()) && self.is_builtin(name)),
                _ => true,
            },
            _ => false,
        };
        itself || crate::python::walk::parts(e).into_iter().any(|part| self.may_change(part))
    }
}

/// Builtins that only look at what they are given.
const LOOKING: [&str; 18] = [
    "abs", "all", "any", "bool", "chr", "dict", "float", "int", "len", "list", "max", "min", "ord", "repr", "round",
    "sorted", "str", "sum",
];

/// True for values that stay as they are.
fn never_changes(ty: &Type) -> bool {
    match ty {
        Type::Optional(inner) | Type::TupleOf(inner) => never_changes(inner),
        Type::Tuple(items) => items.iter().all(never_changes),
        Type::Str | Type::Bytes | Type::None | Type::Enum(_) | Type::Unknown => true,
        _ => ty.is_scalar(),
    }
}
