//! Blocks and simple statements.
//!
//! The concrete parser takes any dedent for granted: a line that comes back to a column where no block began lands in
//! some outer block. So each block checks that its statements stand in one column.

use super::ast::{Expr, ExprKind, Stmt, StmtKind};
use super::builder::Builder;
use super::indent::Margin;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

/// CPython's limit of nested blocks.
const MOST_BLOCKS: usize = 100;

impl Builder<'_> {
    /// The statements of a file or of a suite; `margin` is that of the header's line, none for a file.
    pub fn block(&mut self, node: Node, margin: Option<Margin>) -> Vec<Stmt> {
        let mut column = BlockColumn { header: margin, first: None, strays: false };
        let mut body = Vec::new();
        let mut previous = None;
        for child in node.children() {
            let before = previous.replace(child);
            if child.is_token() && !child.is_missing() {
                continue;
            }
            let stands_wrong = self.check_column(child, &mut column);
            if child.is_error() || stands_wrong {
                if child.is_error() {
                    self.unreadable(child);
                }
                mark_cut(body.last_mut(), child.span());
                push_error(&mut body, child.span());
                continue;
            }
            if self.check_separated(child, before.filter(|before| !before.is_error())) {
                push_error(&mut body, child.span());
                continue;
            }
            let statement = self.statement(child);
            body.push(statement);
        }
        body
    }

    /// A suite, one block deeper; a diagnostic where it is empty.
    pub fn suite(&mut self, owner: Node, suite: Option<Node>) -> Vec<Stmt> {
        let margin = Margin::of(self.source(), owner.span().start);
        let mut scope = self.scope;
        scope.blocks += 1;
        if scope.blocks > MOST_BLOCKS {
            self.report_too_deep(owner.span());
            return vec![error(owner.span())];
        }
        let at = suite.map_or(owner.span(), Node::span);
        let body = suite.and_then(|suite| {
            self.deeper(at, |builder| builder.within(scope, |builder| builder.block(suite, Some(margin))))
        });
        let mut body = body.unwrap_or_default();
        if !owner.has_error() && self.check_header(owner) {
            body.push(error(owner.span()));
        }
        if body.is_empty() {
            if !owner.has_error() && !suite.is_some_and(Node::has_error) {
                self.report(
                    Code::Indentation,
                    header_span(self.text(owner), owner),
                    "an indented block is missing here",
                );
            }
            body.push(error(owner.span()));
        }
        body
    }

    fn statement(&mut self, node: Node) -> Stmt {
        let built = self.deeper(node.span(), |builder| builder.statement_kind(node));
        let compound = matches!(built, Some((_, Some(_))));
        let (kind, end) = built.unwrap_or((StmtKind::Error, None));
        let kind = if self.take_too_deep() && !compound { StmtKind::Error } else { kind };
        let span = Span { start: node.span().start, end: end.unwrap_or(node.span().end) };
        Stmt { kind, span }
    }

    /// The statement and, for one with blocks, where the last of them ends.
    fn statement_kind(&mut self, node: Node) -> (StmtKind, Option<u32>) {
        if let Some((kind, end)) = self.compound(node) {
            return (kind, Some(end));
        }
        if node.has_error() || node.is_missing() {
            self.unreadable(node);
            return (StmtKind::Error, None);
        }
        if self.check_line(node) {
            return (StmtKind::Error, None);
        }
        (self.simple(node), None)
    }

    fn simple(&mut self, node: Node) -> StmtKind {
        match node.kind() {
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::Return => self.return_statement(node),
            Kind::Delete => self.delete(node),
            Kind::Raise => self.raise(node),
            Kind::Assert => self.assert(node),
            Kind::Import => self.import(node),
            Kind::ImportFrom | Kind::FutureImport => self.import_from(node),
            Kind::Global => StmtKind::Global(node.parts().into_iter().map(|part| self.name(part)).collect()),
            Kind::Nonlocal => self.nonlocal(node),
            Kind::Pass => StmtKind::Pass,
            Kind::Break => self.leave_loop(node, StmtKind::Break),
            Kind::Continue => self.leave_loop(node, StmtKind::Continue),
            Kind::TypeAlias => self.type_alias(node),
            Kind::Print => self.print_statement(node),
            Kind::Exec => self.exec_statement(node),
            _ => {
                self.unreadable(node);
                StmtKind::Error
            }
        }
    }

    fn expression_statement(&mut self, node: Node) -> StmtKind {
        let children = node.children();
        match children.first().map(|first| first.kind()) {
            Some(Kind::Assignment) => self.assignment(children[0]),
            Some(Kind::AugAssignment) => self.aug_assignment(children[0]),
            _ if children.len() == 1 => {
                let value = self.expr(children[0]);
                StmtKind::Expr(self.no_star(value))
            }
            _ => StmtKind::Expr(Expr { kind: ExprKind::Tuple(self.elements(node)), span: node.span() }),
        }
    }

    fn assignment(&mut self, node: Node) -> StmtKind {
        if let Some(annotation) = node.child(Field::Type) {
            return self.annotated(node, annotation);
        }
        let mut targets = Vec::new();
        let mut right = Some(node);
        while let Some(assignment) = right.filter(|right| right.kind() == Kind::Assignment) {
            if assignment.child(Field::Type).is_some() {
                self.report(Code::BadTarget, assignment.span(), "only a single target can be annotated");
                return StmtKind::Error;
            }
            targets.extend(assignment.child(Field::Left).map(|left| self.target(left, "assign to")));
            right = assignment.child(Field::Right);
        }
        match right.map(|right| (right, right.kind())) {
            Some((right, Kind::AugAssignment)) => {
                self.report(Code::BadTarget, right.span(), "an augmented assignment has no value");
                StmtKind::Error
            }
            Some((right, _)) => {
                let value = self.expr(right);
                StmtKind::Assign { targets, value: self.no_star(value) }
            }
            None => StmtKind::Error,
        }
    }

    fn annotated(&mut self, node: Node, annotation: Node) -> StmtKind {
        let Some(left) = node.child(Field::Left) else { return StmtKind::Error };
        let target = self.target(left, "annotate");
        if let ExprKind::Tuple(_) | ExprKind::List(_) = target.kind {
            self.report(Code::BadTarget, target.span, "only a single target can be annotated");
        }
        let annotation = self.expr(annotation);
        let value = node.child(Field::Right).map(|right| self.expr(right));
        StmtKind::AnnAssign { target, annotation, value }
    }

    fn aug_assignment(&mut self, node: Node) -> StmtKind {
        let (Some(left), Some(sign), Some(right)) =
            (node.child(Field::Left), node.child(Field::Operator), node.child(Field::Right))
        else {
            return StmtKind::Error;
        };
        let target = self.target(left, "assign to");
        if let ExprKind::Tuple(_) | ExprKind::List(_) | ExprKind::Starred(_) = target.kind {
            let what = super::target::describe(&target);
            self.report(Code::BadTarget, target.span, format!("{what} cannot take an augmented assignment"));
        }
        if let Kind::Assignment | Kind::AugAssignment = right.kind() {
            self.report(Code::BadTarget, right.span(), "an assignment has no value");
            return StmtKind::Error;
        }
        let sign = self.text(sign);
        match super::operator::binary_operator(sign.strip_suffix('=').unwrap_or(sign)) {
            Some(op) => StmtKind::AugAssign { target, op, value: self.expr(right) },
            None => StmtKind::Error,
        }
    }

    fn return_statement(&mut self, node: Node) -> StmtKind {
        if !self.scope.function {
            self.report(Code::Misplaced, node.span(), "`return` outside a function");
        }
        let value = node.parts().first().map(|value| self.expr(*value));
        StmtKind::Return(value.map(|value| self.no_star(value)))
    }

    fn leave_loop(&mut self, node: Node, kind: StmtKind) -> StmtKind {
        if !self.scope.repeats {
            self.report(Code::Misplaced, node.span(), format!("`{}` outside a loop", self.text(node)));
        }
        kind
    }

    fn delete(&mut self, node: Node) -> StmtKind {
        let parts = node.parts();
        let targets = match parts.first() {
            Some(list) if list.kind() == Kind::ExpressionList => list.parts(),
            _ => parts,
        };
        StmtKind::Delete(targets.into_iter().map(|target| self.target(target, "delete")).collect())
    }

    fn raise(&mut self, node: Node) -> StmtKind {
        let cause = node.child(Field::Cause).map(|cause| self.expr(cause));
        let raised = node.parts().into_iter().find(|part| part.field() != Some(Field::Cause));
        if let Some(list) = raised.filter(|part| part.kind() == Kind::ExpressionList) {
            return self.raise_two(node, list);
        }
        StmtKind::Raise { exc: raised.map(|raised| self.expr(raised)), cause }
    }

    fn assert(&mut self, node: Node) -> StmtKind {
        let mut parts = node.parts().into_iter();
        let test = parts.next().map(|test| self.expr(test));
        let msg = parts.next().map(|msg| self.expr(msg));
        match (test, parts.next()) {
            (Some(test), None) => StmtKind::Assert { test, msg },
            _ => {
                self.report(Code::Syntax, node.span(), "`assert` takes a condition and a message");
                StmtKind::Error
            }
        }
    }

    fn nonlocal(&mut self, node: Node) -> StmtKind {
        if !self.scope.function && self.scope.blocks == 0 {
            self.report(Code::Misplaced, node.span(), "`nonlocal` at module level");
        }
        StmtKind::Nonlocal(node.parts().into_iter().map(|part| self.name(part)).collect())
    }

    fn check_column(&mut self, node: Node, column: &mut BlockColumn) -> bool {
        let start = node.span().start;
        let margin = Margin::of(self.source(), start);
        if !margin.first_on_line {
            return false;
        }
        let expected = *column.first.get_or_insert(column.expected(margin));
        if margin.same(expected) {
            column.strays = false;
            return false;
        }
        if !node.is_error() && !std::mem::replace(&mut column.strays, true) {
            self.report_margin(node, margin, expected);
        }
        true
    }

    /// Checks that the clause of a statement (`else`, `except`) starts in the statement's own column.
    pub fn check_clause(&mut self, owner: Node, clause: Node) {
        let margin = Margin::of(self.source(), clause.span().start);
        let expected = Margin::of(self.source(), owner.span().start);
        if margin.first_on_line && expected.first_on_line && !margin.same(expected) {
            self.report_margin(clause, margin, expected);
        }
    }

    fn report_margin(&mut self, node: Node, margin: Margin, expected: Margin) {
        let line = header_span(self.text(node), node);
        if margin.columns == expected.columns {
            self.report(Code::Indentation, line, "tabs and spaces are mixed in the indentation");
            return;
        }
        let found = margin.columns;
        let message = match found < expected.columns {
            true => format!("this line is indented by {found} columns, where no block began"),
            false => format!("this line is indented by {found} columns, the block by {}", expected.columns),
        };
        let help = format!("indent it by {} columns, as the lines before it", expected.columns);
        self.report_with_help(Code::Indentation, line, message, help);
    }
}

/// The column of a block: that of its first statement, right of its header.
struct BlockColumn {
    header: Option<Margin>,
    first: Option<Margin>,
    /// The line before already stood in a wrong column.
    strays: bool,
}

impl BlockColumn {
    fn expected(&self, found: Margin) -> Margin {
        match self.header {
            None => Margin::default(),
            Some(header) if found.columns > header.columns && found.characters > header.characters => found,
            Some(header) => header.inner(),
        }
    }
}

/// The first line of a node.
fn header_span(text: &str, node: Node) -> Span {
    let start = node.span().start as usize;
    Span::new(start, start + text.lines().next().unwrap_or("").trim_end().len())
}

/// A statement that could not be read.
pub fn error(span: Span) -> Stmt {
    Stmt { kind: StmtKind::Error, span }
}

fn push_error(body: &mut Vec<Stmt>, span: Span) {
    match body.last_mut() {
        Some(Stmt { kind: StmtKind::Error, span: last }) => *last = last.to(span),
        _ => body.push(error(span)),
    }
}

/// Says in the last function of the statement before a misplaced line that it may have lost that line.
fn mark_cut(last: Option<&mut Stmt>, span: Span) {
    let mut last = last;
    while let Some(statement) = last {
        let body = match &mut statement.kind {
            StmtKind::FunctionDef(function) => return push_error(&mut function.body, span),
            StmtKind::ClassDef(class) => &mut class.body,
            _ => return,
        };
        last = body.last_mut();
    }
}
