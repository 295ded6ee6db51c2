//! What may stand left of `=`, after `for`, `del` and `as`.

use super::ast::{Expr, ExprKind};
use super::builder::Builder;
use super::tree::{self, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

/// Longer lines that could not be parsed are not looked at again.
const LONGEST_LINE: usize = 1_000;

impl Builder<'_> {
    /// A target; `act` says what is done to it (`assign to`, `delete`).
    pub fn target(&mut self, node: Node, act: &str) -> Expr {
        let target = self.expr(node);
        self.check_target(&target, act);
        target
    }

    /// Where a statement could not be parsed because its left side cannot be assigned to, says so.
    pub fn explain_target(&mut self, error: Span) -> bool {
        let text = self.source();
        let at = error.start as usize;
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        if line.len() > LONGEST_LINE {
            return false;
        }
        let Some(left) = left_side(line) else { return false };
        let margin = left.len() - left.trim_start().len();
        let span = Span::new(start + margin, start + left.len());
        let Some(tree) = tree::parse(text, span) else { return false };
        let root = tree.root();
        match root.children().as_slice() {
            [only] if !root.has_error() && only.kind() == Kind::ExpressionStatement && only.children().len() == 1 => {
                let known = self.problems();
                let target = self.expr(only.children()[0]);
                self.check_target(&target, "assign to");
                self.problems() > known
            }
            _ => false,
        }
    }

    /// Says that a starred expression stands alone where Python wants it in a list.
    pub fn no_star(&mut self, value: Expr) -> Expr {
        if let ExprKind::Starred(_) = value.kind {
            self.report(Code::Syntax, value.span, "a starred expression must be in a list or a tuple");
        }
        value
    }

    fn check_target(&mut self, target: &Expr, act: &str) {
        let mut todo = vec![target];
        while let Some(target) = todo.pop() {
            match &target.kind {
                ExprKind::Tuple(items) | ExprKind::List(items) => {
                    self.check_stars(items);
                    todo.extend(items);
                }
                ExprKind::Starred(inner) if act == "assign to" => todo.push(inner),
                ExprKind::Name(name) if name == "__debug__" => self.reject(target, act),
                ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } | ExprKind::Error => {}
                _ => self.reject(target, act),
            }
        }
    }

    fn check_stars(&mut self, items: &[Expr]) {
        let mut stars = items.iter().filter(|item| matches!(item.kind, ExprKind::Starred(_)));
        if let Some(second) = stars.nth(1) {
            self.report(Code::BadTarget, second.span, "two starred targets in one list");
        }
    }

    fn reject(&mut self, target: &Expr, act: &str) {
        let written = self.written(target.span).lines().next().unwrap_or("").to_string();
        let message = format!("cannot {act} {} `{written}`", describe(target));
        self.report(Code::BadTarget, target.span, message);
    }
}

/// The text before the first `=` of an assignment, plain or augmented.
fn left_side(line: &str) -> Option<&str> {
    let tokens = super::repair::outside_strings(line);
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "=" if depth == 0 => {
                let signs = tokens[..index].iter().rev().take_while(|token| "+-*/%@&|^<>!:=**".contains(token.text));
                let end = signs.last().map_or(token.at, |sign| sign.at);
                return Some(line[..end].trim_end()).filter(|left| !left.is_empty());
            }
            _ => {}
        }
    }
    None
}

/// What an expression is, in words.
pub fn describe(expr: &Expr) -> &'static str {
    match &expr.kind {
        ExprKind::Name(_) => "the name",
        ExprKind::None | ExprKind::Bool(_) | ExprKind::Ellipsis => "the constant",
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Str(_) | ExprKind::Bytes(_) => {
            "the literal"
        }
        ExprKind::FString(_) | ExprKind::TString(_) => "the f-string",
        ExprKind::Tuple(_) => "the tuple",
        ExprKind::List(_) => "the list",
        ExprKind::Set(_) | ExprKind::Dict(_) => "the display",
        ExprKind::Unary { .. } | ExprKind::Binary { .. } | ExprKind::BoolOp { .. } => "the operation",
        ExprKind::Compare { .. } => "the comparison",
        ExprKind::Conditional { .. } => "the conditional expression",
        ExprKind::Call { .. } => "the call",
        ExprKind::Lambda { .. } => "the lambda",
        ExprKind::ListComp { .. } | ExprKind::SetComp { .. } | ExprKind::DictComp { .. } => "the comprehension",
        ExprKind::Generator { .. } => "the generator",
        ExprKind::Await(_) | ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "the expression",
        ExprKind::Attribute { .. } | ExprKind::Subscript { .. } | ExprKind::Slice { .. } => "the expression",
        ExprKind::Starred(_) => "the starred expression",
        ExprKind::Named { .. } => "the named expression",
        ExprKind::Error => "the error",
    }
}
