//! Python 2, recognised where the concrete parser takes it for granted, each with its port.

use super::ast::{BinaryOp, Expr, ExprKind, StmtKind};
use super::builder::Builder;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

impl Builder<'_> {
    /// `print x, y` and `print >>file, x`
    pub fn print_statement(&mut self, node: Node) -> StmtKind {
        let parts = node.parts();
        if let Some(Kind::Chevron) = parts.first().map(|part| part.kind()) {
            return self.print_shift(node, &parts);
        }
        let mut arguments: Vec<String> = parts.iter().map(|part| self.text(*part).to_string()).collect();
        let ends_in_comma = node.children().last().is_some_and(|last| self.text(*last) == ",");
        if ends_in_comma && !arguments.is_empty() {
            arguments.push("end=\" \"".to_string());
        }
        self.port(node.span(), "the print statement is Python 2", &format!("print({})", arguments.join(", ")));
        StmtKind::Error
    }

    /// `print >>file, x`, which Python 3 reads as a tuple whose first element is a shift.
    fn print_shift(&mut self, node: Node, parts: &[Node]) -> StmtKind {
        let [chevron, rest @ ..] = parts else { return StmtKind::Error };
        let Some(file) = chevron.parts().first().copied() else { return StmtKind::Error };
        let texts: Vec<&str> = rest.iter().map(|part| self.text(*part)).collect();
        let port = format!("print({}, file={})", texts.join(", "), self.text(file));
        self.port(node.span(), "the print statement is Python 2", &port.replace("(, ", "("));
        self.weaken_last();
        let word = Span::new(node.span().start as usize, node.span().start as usize + "print".len());
        let left = Box::new(Expr { kind: ExprKind::Name("print".to_string()), span: word });
        let right = Box::new(self.expr(file));
        let shift = ExprKind::Binary { op: BinaryOp::RightShift, left, right };
        let first = Expr { kind: shift, span: word.to(file.span()) };
        if node.children().len() == 2 {
            return StmtKind::Expr(first);
        }
        let items = std::iter::once(first).chain(rest.iter().map(|part| self.expr(*part))).collect();
        StmtKind::Expr(Expr { kind: ExprKind::Tuple(items), span: node.span() })
    }

    /// `exec code in names`
    pub fn exec_statement(&mut self, node: Node) -> StmtKind {
        let parts: Vec<&str> = node.parts().into_iter().map(|part| self.text(part)).collect();
        let call = format!("exec({})", parts.join(", "));
        self.port(node.span(), "the exec statement is Python 2", &call);
        StmtKind::Error
    }

    /// `raise E, "message"`
    pub fn raise_two(&mut self, node: Node, list: Node) -> StmtKind {
        let parts: Vec<&str> = list.parts().into_iter().map(|part| self.text(part)).collect();
        let call = match parts.as_slice() {
            [kind, rest @ ..] => format!("raise {kind}({})", rest.first().unwrap_or(&"")),
            [] => "raise".to_string(),
        };
        self.port(node.span(), "`raise` with a comma is Python 2", &call);
        StmtKind::Error
    }

    /// `except A, B:`: Python 2 where the second is the variable, a tuple of types since 3.14.
    pub fn several_types(&mut self, clause: Node, values: &[Node]) -> Expr {
        let span = values.iter().map(|value| value.span()).reduce(Span::to).unwrap_or(clause.span());
        if let [kind, name] = values
            && name.kind() == Kind::Identifier
            && self.text(*name).starts_with(|first: char| first.is_lowercase() || first == '_')
        {
            let port = format!("except {} as {}:", self.text(*kind), self.text(*name));
            self.port(span, "`except` with a comma is Python 2", &port);
            return Expr { kind: ExprKind::Error, span };
        }
        if let Some(alias) = clause.child(Field::Alias) {
            self.report(Code::Syntax, alias.span(), "several exception types need parentheses before `as`");
        }
        Expr { kind: ExprKind::Tuple(values.iter().map(|value| self.checked_expr(*value)).collect()), span }
    }

    fn port(&mut self, span: Span, message: &str, port: &str) {
        let line = port.lines().next().unwrap_or("");
        let dots = if line.len() < port.len() { " …" } else { "" };
        self.report_with_help(Code::Python2, span, message, format!("write `{line}{dots}`"));
    }
}
