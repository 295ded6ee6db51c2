//! Statements with blocks.

use super::ast::{ClassDef, ExceptHandler, Expr, ExprKind, FunctionDef, Keyword, Stmt, StmtKind, WithItem};
use super::builder::{Builder, Scope};
use super::statement::error;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

impl Builder<'_> {
    /// The statement and the end of its last block; `None` for a simple statement.
    pub fn compound(&mut self, node: Node) -> Option<(StmtKind, u32)> {
        let kind = match node.kind() {
            Kind::If => self.if_statement(node),
            Kind::For => self.for_statement(node),
            Kind::While => self.while_statement(node),
            Kind::Try => self.try_statement(node),
            Kind::With => self.with_statement(node),
            Kind::FunctionDef => self.function(node, Vec::new()),
            Kind::ClassDef => self.class(node, Vec::new()),
            Kind::Decorated => self.decorated(node),
            Kind::Match => self.match_statement(node),
            _ => return None,
        };
        let end = last_end(&kind).unwrap_or(node.span().end);
        Some((kind, end))
    }

    /// A header's expression; an error inside does not spoil the blocks below.
    pub fn header_expr(&mut self, owner: Node, field: Field) -> Expr {
        match owner.child(field) {
            Some(node) => self.checked_expr(node),
            None => {
                self.unreadable(owner);
                Expr { kind: ExprKind::Error, span: owner.span() }
            }
        }
    }

    /// An expression that may hold text that could not be parsed.
    pub fn checked_expr(&mut self, node: Node) -> Expr {
        if node.has_error() || node.is_missing() {
            self.unreadable(node);
            return Expr { kind: ExprKind::Error, span: node.span() };
        }
        self.expr(node)
    }

    /// The suite of a header; text in the header that could not be parsed spoils it.
    fn body(&mut self, owner: Node, field: Field) -> Vec<Stmt> {
        let suite = owner.child(field);
        let mut body = self.suite(owner, suite);
        self.spoil(owner, &mut body);
        body
    }

    fn spoil(&mut self, owner: Node, body: &mut Vec<Stmt>) {
        let broken = owner.children().into_iter().find(|child| child.is_error() || child.is_missing());
        if let Some(broken) = broken {
            self.unreadable(broken);
            body.insert(0, error(broken.span()));
        }
    }

    fn loop_body(&mut self, owner: Node) -> Vec<Stmt> {
        let scope = Scope { repeats: true, ..self.scope };
        self.within(scope, |builder| builder.body(owner, Field::Body))
    }

    /// The block of `else` or `finally`, empty where there is none.
    fn clause_block(&mut self, owner: Node, kind: Kind) -> Vec<Stmt> {
        let Some(clause) = owner.children().into_iter().find(|child| child.kind() == kind) else { return Vec::new() };
        self.check_clause(owner, clause);
        self.clause_body(clause)
    }

    fn clause_body(&mut self, clause: Node) -> Vec<Stmt> {
        let block = clause.children().into_iter().find(|child| child.kind() == Kind::Block);
        let mut body = self.suite(clause, block);
        self.spoil(clause, &mut body);
        body
    }

    /// `elif`s are collected first and nested afterwards, so that a long chain costs no recursion.
    fn if_statement(&mut self, node: Node) -> StmtKind {
        let mut arms =
            vec![(self.header_expr(node, Field::Condition), self.body(node, Field::Consequence), node.span())];
        let clauses: Vec<Node> = node.children().into_iter().filter(|child| child.kind() == Kind::Elif).collect();
        let built = self.deeper_by(clauses.len(), node.span(), |builder| {
            for clause in clauses {
                builder.check_clause(node, clause);
                let test = builder.header_expr(clause, Field::Condition);
                arms.push((test, builder.body(clause, Field::Consequence), clause.span()));
            }
            (arms, builder.clause_block(node, Kind::Else))
        });
        let Some((mut arms, mut orelse)) = built else { return StmtKind::Error };
        let first = arms.remove(0);
        for (test, body, span) in arms.into_iter().rev() {
            let end = orelse.last().or(body.last()).map_or(span.end, |last: &Stmt| last.span.end);
            let span = Span { start: span.start, end };
            orelse = vec![Stmt { kind: StmtKind::If { test, body, orelse }, span }];
        }
        StmtKind::If { test: first.0, body: first.1, orelse }
    }

    fn for_statement(&mut self, node: Node) -> StmtKind {
        let is_async = self.is_async(node);
        let target = match node.child(Field::Left) {
            Some(left) if !left.has_error() => self.target(left, "assign to"),
            _ => self.header_expr(node, Field::Left),
        };
        let iter = self.header_expr(node, Field::Right);
        let iter = self.no_star(iter);
        let body = self.loop_body(node);
        let orelse = self.clause_block(node, Kind::Else);
        StmtKind::For { target, iter, body, orelse, is_async }
    }

    fn while_statement(&mut self, node: Node) -> StmtKind {
        let test = self.header_expr(node, Field::Condition);
        let body = self.loop_body(node);
        StmtKind::While { test, body, orelse: self.clause_block(node, Kind::Else) }
    }

    /// Whether a statement starts with `async`, which must be in an async function.
    fn is_async(&mut self, node: Node) -> bool {
        let first = node.children().first().copied();
        let found = first.filter(|first| first.is_token() && self.text(*first) == "async");
        if let Some(word) = found
            && !self.scope.coroutine
            && node.kind() != Kind::FunctionDef
        {
            self.report(Code::Misplaced, word.span(), "`async` outside an async function");
        }
        found.is_some()
    }

    fn with_statement(&mut self, node: Node) -> StmtKind {
        let is_async = self.is_async(node);
        let clause = node.children().into_iter().find(|child| child.kind() == Kind::WithClause);
        let items = clause.map(|clause| self.with_items(clause)).unwrap_or_default();
        StmtKind::With { items, body: self.body(node, Field::Body), is_async }
    }

    fn with_items(&mut self, clause: Node) -> Vec<WithItem> {
        if clause.has_error() {
            self.unreadable(clause);
            let context = Expr { kind: ExprKind::Error, span: clause.span() };
            return vec![WithItem { context, target: None }];
        }
        let values: Vec<Node> = clause.parts().into_iter().filter_map(|item| item.child(Field::Value)).collect();
        let values = match values.as_slice() {
            [one] => bracketed_items(*one).unwrap_or(values),
            _ => values,
        };
        values.into_iter().map(|value| self.with_item(value)).collect()
    }

    fn with_item(&mut self, value: Node) -> WithItem {
        if value.kind() != Kind::AsPattern {
            return WithItem { context: self.expr(value), target: None };
        }
        let parts = value.parts();
        let context = match parts.first() {
            Some(context) => self.expr(*context),
            None => Expr { kind: ExprKind::Error, span: value.span() },
        };
        let target = value.child(Field::Alias).and_then(|alias| alias.parts().first().copied().or(Some(alias)));
        WithItem { context, target: target.map(|target| self.target(target, "assign to")) }
    }

    fn try_statement(&mut self, node: Node) -> StmtKind {
        let body = self.body(node, Field::Body);
        let clauses: Vec<Node> = node.children().into_iter().filter(|child| child.kind() == Kind::Except).collect();
        let mut handlers = Vec::with_capacity(clauses.len());
        let mut stars = 0;
        for clause in &clauses {
            self.check_clause(node, *clause);
            stars += usize::from(self.has_star(*clause));
            handlers.push(self.handler(*clause));
        }
        let orelse = self.clause_block(node, Kind::Else);
        let finalbody = self.clause_block(node, Kind::Finally);
        self.check_handlers(node, &handlers, stars, !orelse.is_empty(), !finalbody.is_empty());
        StmtKind::Try { body, handlers, orelse, finalbody, is_star: stars > 0 }
    }

    fn check_handlers(
        &mut self,
        node: Node,
        handlers: &[ExceptHandler],
        stars: usize,
        has_else: bool,
        has_finally: bool,
    ) {
        let word = Span::new(node.span().start as usize, node.span().start as usize + "try".len());
        if handlers.is_empty() && (!has_finally || has_else) && !node.has_error() {
            self.report(Code::Syntax, word, "this `try` has no `except` block");
        }
        if stars != 0 && stars != handlers.len() {
            self.report(Code::Syntax, word, "`except` and `except*` cannot be on the same `try`");
        }
        let bare = |handler: &&ExceptHandler| handler.kind.is_none();
        if stars == 0
            && let Some(handler) = handlers.iter().rev().skip(1).find(bare)
        {
            self.report(Code::Syntax, header(handler.span, 6), "a bare `except:` must be the last one");
        }
        if stars != 0
            && let Some(handler) = handlers.iter().find(bare)
        {
            self.report(Code::Syntax, header(handler.span, 6), "`except*` must name exception types");
        }
    }

    fn has_star(&self, clause: Node) -> bool {
        clause.children().iter().any(|child| child.is_token() && self.text(*child) == "*")
    }

    fn handler(&mut self, clause: Node) -> ExceptHandler {
        let (kind, name) = self.handler_head(clause);
        let body = self.clause_body(clause);
        let end = body.last().map_or(clause.span().end, |last| last.span.end);
        ExceptHandler { kind, name, body, span: Span { start: clause.span().start, end } }
    }

    fn handler_head(&mut self, clause: Node) -> (Option<Expr>, Option<super::ast::Name>) {
        let heads = clause.children();
        let values: Vec<Node> = heads.iter().copied().filter(|child| child.field() == Some(Field::Value)).collect();
        let alias = heads.iter().copied().find(|child| child.field() == Some(Field::Alias));
        match (values.as_slice(), alias) {
            ([], _) => (None, None),
            ([pattern], None) if pattern.kind() == Kind::AsPattern && !pattern.has_error() => {
                let kind = pattern.parts().first().map(|kind| self.expr(*kind));
                let alias = pattern.child(Field::Alias);
                (kind, alias.and_then(|alias| self.handler_name(alias)))
            }
            ([value], alias) => {
                let kind = self.checked_expr(*value);
                (Some(kind), alias.and_then(|alias| self.handler_name(alias)))
            }
            (several, _) => (Some(self.several_types(clause, several)), None),
        }
    }

    fn handler_name(&mut self, alias: Node) -> Option<super::ast::Name> {
        let inner = if alias.kind() == Kind::AsPatternTarget { alias.parts().first().copied()? } else { alias };
        if inner.kind() != Kind::Identifier {
            self.report(Code::BadTarget, inner.span(), format!("`{}` is not a name", self.text(inner)));
            return None;
        }
        Some(self.name(inner))
    }

    fn decorated(&mut self, node: Node) -> StmtKind {
        let mut decorators = Vec::new();
        for child in node.children().into_iter().filter(|child| child.kind() == Kind::Decorator) {
            self.check_clause(node, child);
            match child.parts().first() {
                Some(expression) => decorators.push(self.checked_expr(*expression)),
                None => self.unreadable(child),
            }
        }
        let Some(definition) = node.child(Field::Definition) else {
            self.unreadable(node);
            return StmtKind::Error;
        };
        self.check_clause(node, definition);
        match definition.kind() {
            Kind::ClassDef => self.class(definition, decorators),
            _ => self.function(definition, decorators),
        }
    }

    fn function(&mut self, node: Node, decorators: Vec<Expr>) -> StmtKind {
        let Some(name) = node.child(Field::Name).filter(|name| !name.is_missing()) else {
            self.unreadable(node);
            return StmtKind::Error;
        };
        let is_async = self.is_async(node);
        let name = self.name(name);
        let type_params = node.child(Field::TypeParameters).map(|list| self.type_params(list)).unwrap_or_default();
        let list = node.child(Field::Parameters);
        let broken = list.filter(|list| list.has_error());
        let params = list.filter(|list| !list.has_error()).map(|list| self.parameters(list)).unwrap_or_default();
        let returns = node.child(Field::ReturnType).map(|returns| self.checked_expr(returns));
        let scope = Scope { function: true, coroutine: is_async, repeats: false, ..self.scope };
        if let Some(broken) = broken {
            self.unreadable(broken);
        }
        let mut body = self.within(scope, |builder| builder.body(node, Field::Body));
        if let Some(broken) = broken {
            body.insert(0, error(broken.span()));
        }
        let function = FunctionDef { name, decorators, type_params, params, returns, body, is_async };
        StmtKind::FunctionDef(Box::new(function))
    }

    fn class(&mut self, node: Node, decorators: Vec<Expr>) -> StmtKind {
        let Some(name) = node.child(Field::Name).filter(|name| !name.is_missing()) else {
            self.unreadable(node);
            return StmtKind::Error;
        };
        let name = self.name(name);
        let type_params = node.child(Field::TypeParameters).map(|list| self.type_params(list)).unwrap_or_default();
        let (bases, keywords) = self.class_arguments(node);
        let scope = Scope { function: false, coroutine: false, repeats: false, ..self.scope };
        let body = self.within(scope, |builder| builder.body(node, Field::Body));
        StmtKind::ClassDef(Box::new(ClassDef { name, decorators, type_params, bases, keywords, body }))
    }

    fn class_arguments(&mut self, node: Node) -> (Vec<Expr>, Vec<Keyword>) {
        match node.child(Field::Superclasses) {
            None => (Vec::new(), Vec::new()),
            Some(list) if list.has_error() => {
                self.unreadable(list);
                (vec![Expr { kind: ExprKind::Error, span: list.span() }], Vec::new())
            }
            Some(list) => self.arguments(list),
        }
    }
}

/// `with (a, b as c):` is two items, not a tuple.
fn bracketed_items(value: Node) -> Option<Vec<Node>> {
    match value.kind() {
        Kind::Tuple => {
            let items = value.parts();
            let splat = items.iter().any(|item| matches!(item.kind(), Kind::ListSplat | Kind::ListSplatPattern));
            (!splat && !items.is_empty()).then_some(items)
        }
        Kind::Parenthesized => Some(value.parts()).filter(|parts| parts.iter().any(|p| p.kind() == Kind::AsPattern)),
        _ => None,
    }
}

fn header(span: Span, length: u32) -> Span {
    Span { start: span.start, end: (span.start + length).min(span.end) }
}

/// Where the last block of a statement ends.
fn last_end(kind: &StmtKind) -> Option<u32> {
    let body = match kind {
        StmtKind::FunctionDef(function) => &function.body,
        StmtKind::ClassDef(class) => &class.body,
        StmtKind::With { body, .. } => body,
        StmtKind::Match { cases, .. } => return cases.last().map(|case| case.span.end),
        StmtKind::For { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => {
            if orelse.is_empty() {
                body
            } else {
                orelse
            }
        }
        StmtKind::Try { finalbody, .. } if !finalbody.is_empty() => finalbody,
        StmtKind::Try { orelse, .. } if !orelse.is_empty() => orelse,
        StmtKind::Try { handlers, .. } if !handlers.is_empty() => return handlers.last().map(|last| last.span.end),
        StmtKind::Try { body, .. } => body,
        _ => return None,
    };
    body.last().map(|last| last.span.end)
}
