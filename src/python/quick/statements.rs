//! Statements and blocks.

use super::super::ast::*;
use super::super::builder::Scope;
use super::Reader;
use super::expressions::assignable;
use super::lexer::TokenKind;
use crate::span::Span;

impl Reader<'_> {
    /// The statements of a file.
    pub(super) fn file(&mut self) -> Option<Vec<Stmt>> {
        let mut body = Vec::new();
        while self.kind() != TokenKind::End {
            self.statement(&mut body)?;
        }
        Some(body)
    }

    /// One compound statement, or one line of simple ones.
    fn statement(&mut self, body: &mut Vec<Stmt>) -> Option<()> {
        let compound = self.deeper(|reader| match reader.kind() {
            TokenKind::If => reader.if_statement().map(Some),
            TokenKind::For => reader.for_statement(false).map(Some),
            TokenKind::While => reader.while_statement().map(Some),
            TokenKind::Try => reader.try_statement().map(Some),
            TokenKind::With => reader.with_statement(false).map(Some),
            TokenKind::Def => reader.function(Vec::new(), None, false).map(Some),
            TokenKind::Class => reader.class(Vec::new(), None).map(Some),
            TokenKind::At => reader.decorated().map(Some),
            TokenKind::Async => reader.async_statement().map(Some),
            _ => Some(None),
        })?;
        match compound {
            Some(stmt) => body.push(stmt),
            None => self.line(body)?,
        }
        Some(())
    }

    fn line(&mut self, body: &mut Vec<Stmt>) -> Option<()> {
        loop {
            let start = self.start();
            let kind = self.simple()?;
            body.push(Stmt { kind, span: self.since(start) });
            let separated = self.accept(TokenKind::Semicolon);
            if self.accept(TokenKind::NewLine) {
                return Some(());
            }
            if !separated {
                return None;
            }
        }
    }

    fn suite(&mut self) -> Option<Vec<Stmt>> {
        self.expect(TokenKind::Colon)?;
        let mut body = Vec::new();
        if !self.accept(TokenKind::NewLine) {
            self.line(&mut body)?;
            return Some(body);
        }
        self.expect(TokenKind::Indent)?;
        while !self.accept(TokenKind::Dedent) {
            self.statement(&mut body)?;
        }
        Some(body)
    }

    fn loop_body(&mut self) -> Option<Vec<Stmt>> {
        let scope = Scope { repeats: true, ..self.scope };
        self.within(scope, Self::suite)
    }

    fn else_body(&mut self) -> Option<Vec<Stmt>> {
        if self.accept(TokenKind::Else) { self.suite() } else { Some(Vec::new()) }
    }

    fn simple(&mut self) -> Option<StmtKind> {
        match self.kind() {
            TokenKind::Pass => self.word(StmtKind::Pass),
            TokenKind::Break if self.scope.repeats => self.word(StmtKind::Break),
            TokenKind::Continue if self.scope.repeats => self.word(StmtKind::Continue),
            TokenKind::Return if self.scope.function => {
                self.take();
                Some(StmtKind::Return(if self.ends_statement() { None } else { Some(self.value_list()?) }))
            }
            TokenKind::Import => self.import(),
            TokenKind::From => self.import_from(),
            TokenKind::Raise => self.raise(),
            TokenKind::Assert => self.assert(),
            TokenKind::Del => self.delete(),
            TokenKind::Global => Some(StmtKind::Global(self.names()?)),
            TokenKind::Nonlocal if self.scope.function => Some(StmtKind::Nonlocal(self.names()?)),
            _ => self.expression_statement(),
        }
    }

    fn word(&mut self, kind: StmtKind) -> Option<StmtKind> {
        self.take();
        Some(kind)
    }

    fn ends_statement(&self) -> bool {
        matches!(self.kind(), TokenKind::NewLine | TokenKind::Semicolon)
    }

    fn names(&mut self) -> Option<Vec<Name>> {
        self.take();
        let mut names = vec![self.name()?];
        while self.accept(TokenKind::Comma) {
            names.push(self.name()?);
        }
        Some(names)
    }

    fn raise(&mut self) -> Option<StmtKind> {
        self.take();
        if self.ends_statement() {
            return Some(StmtKind::Raise { exc: None, cause: None });
        }
        let exc = Some(self.value()?);
        let cause = if self.accept(TokenKind::From) { Some(self.value()?) } else { None };
        Some(StmtKind::Raise { exc, cause })
    }

    fn assert(&mut self) -> Option<StmtKind> {
        self.take();
        let test = self.value()?;
        let msg = if self.accept(TokenKind::Comma) { Some(self.value()?) } else { None };
        Some(StmtKind::Assert { test, msg })
    }

    fn delete(&mut self) -> Option<StmtKind> {
        self.take();
        let mut targets = Vec::new();
        while !self.ends_statement() {
            let target = self.binary(0)?;
            // A tuple of targets is rare; the tolerant parser knows what may be in one.
            if !assignable(&target, false) {
                return None;
            }
            targets.push(target);
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        (!targets.is_empty()).then_some(StmtKind::Delete(targets))
    }

    fn dotted(&mut self) -> Option<Name> {
        let start = self.start();
        let mut text = self.name()?.text;
        while self.accept(TokenKind::Dot) {
            text.push('.');
            text.push_str(&self.name()?.text);
        }
        Some(Name { text, span: self.since(start) })
    }

    fn import(&mut self) -> Option<StmtKind> {
        self.take();
        let mut names = Vec::new();
        loop {
            let name = self.dotted()?;
            names.push(self.alias(name)?);
            if !self.accept(TokenKind::Comma) {
                return Some(StmtKind::Import(names));
            }
        }
    }

    fn alias(&mut self, name: Name) -> Option<Alias> {
        let asname = if self.accept(TokenKind::As) { Some(self.name()?) } else { None };
        Some(Alias { name, asname })
    }

    fn import_from(&mut self) -> Option<StmtKind> {
        self.take();
        let mut level = 0;
        loop {
            match self.kind() {
                TokenKind::Dot => level += 1,
                TokenKind::Dots => level += 3,
                _ => break,
            }
            self.take();
        }
        let module = if level > 0 && self.kind() == TokenKind::Import { None } else { Some(self.dotted()?) };
        self.expect(TokenKind::Import)?;
        if self.kind() == TokenKind::Star {
            let name = Name { text: "*".to_string(), span: self.take().span() };
            let names = vec![Alias { name, asname: None }];
            return (!self.scope.function).then_some(StmtKind::ImportFrom { module, names, level });
        }
        let bracketed = self.accept(TokenKind::Open);
        let mut names = Vec::new();
        loop {
            let name = self.name()?;
            names.push(self.alias(name)?);
            let more = self.accept(TokenKind::Comma);
            if bracketed && self.accept(TokenKind::Close) || !more && !bracketed {
                break;
            }
            if !more {
                return None;
            }
        }
        Some(StmtKind::ImportFrom { module, names, level })
    }

    fn expression_statement(&mut self) -> Option<StmtKind> {
        // `print >>file` and its like mean something else in Python 2, which the tolerant parser warns of.
        let may_be_python_2 = self.kind() == TokenKind::Name && self.kind_after() == TokenKind::Right;
        if may_be_python_2 {
            return None;
        }
        let first = self.assigned_value()?;
        match self.kind() {
            TokenKind::Assign => self.assignment(first),
            TokenKind::Augmented => {
                let sign = self.take();
                let op = self.augmented(sign)?;
                let value = self.assigned_value()?;
                assignable(&first, false).then_some(StmtKind::AugAssign { target: first, op, value })
            }
            TokenKind::Colon => {
                self.take();
                let annotation = self.value()?;
                let value = if self.accept(TokenKind::Assign) { Some(self.assigned_value()?) } else { None };
                assignable(&first, false).then_some(StmtKind::AnnAssign { target: first, annotation, value })
            }
            _ => Some(StmtKind::Expr(first)),
        }
    }

    fn assignment(&mut self, first: Expr) -> Option<StmtKind> {
        let mut targets = Vec::new();
        let mut value = first;
        while self.accept(TokenKind::Assign) {
            if !assignable(&value, true) {
                return None;
            }
            targets.push(value);
            value = self.assigned_value()?;
        }
        Some(StmtKind::Assign { targets, value })
    }

    /// A value, a tuple without brackets, or a `yield`. A starred target alone needs a comma.
    fn assigned_value(&mut self) -> Option<Expr> {
        if self.kind() == TokenKind::Yield { self.yielded() } else { self.value_list() }
    }

    /// A statement with blocks ends with the last of them.
    fn compound(&self, kind: StmtKind, start: u32, end: Option<u32>) -> Option<Stmt> {
        Some(Stmt { kind, span: Span { start, end: end? } })
    }

    fn if_statement(&mut self) -> Option<Stmt> {
        let start = self.take().start;
        let test = self.named()?;
        let body = self.suite()?;
        let orelse = match self.kind() {
            TokenKind::Elif => vec![self.deeper(Self::if_statement)?],
            _ => self.else_body()?,
        };
        let end = ends(&orelse).or(ends(&body));
        self.compound(StmtKind::If { test, body, orelse }, start, end)
    }

    fn for_statement(&mut self, is_async: bool) -> Option<Stmt> {
        let start = self.take().start;
        let target = self.targets()?;
        self.expect(TokenKind::In)?;
        let iter = self.value_list()?;
        let body = self.loop_body()?;
        let orelse = self.else_body()?;
        let end = ends(&orelse).or(ends(&body));
        self.compound(StmtKind::For { target, iter, body, orelse, is_async }, start, end)
    }

    fn while_statement(&mut self) -> Option<Stmt> {
        let start = self.take().start;
        let test = self.named()?;
        let body = self.loop_body()?;
        let orelse = self.else_body()?;
        let end = ends(&orelse).or(ends(&body));
        self.compound(StmtKind::While { test, body, orelse }, start, end)
    }

    fn try_statement(&mut self) -> Option<Stmt> {
        let start = self.take().start;
        let body = self.suite()?;
        let mut handlers: Vec<ExceptHandler> = Vec::new();
        while self.kind() == TokenKind::Except {
            if handlers.last().is_some_and(|last| last.kind.is_none()) {
                return None;
            }
            handlers.push(self.handler()?);
        }
        let orelse = self.else_body()?;
        let finalbody = if self.accept(TokenKind::Finally) { self.suite()? } else { Vec::new() };
        if handlers.is_empty() && (finalbody.is_empty() || !orelse.is_empty()) {
            return None;
        }
        let end = ends(&finalbody).or(ends(&orelse)).or(handlers.last().map(|last| last.span.end));
        self.compound(StmtKind::Try { body, handlers, orelse, finalbody, is_star: false }, start, end)
    }

    fn handler(&mut self) -> Option<ExceptHandler> {
        let start = self.take().start;
        let kind = if self.kind() == TokenKind::Colon { None } else { Some(self.value()?) };
        let name = if kind.is_some() && self.accept(TokenKind::As) { Some(self.name()?) } else { None };
        let body = self.suite()?;
        let span = Span { start, end: ends(&body)? };
        Some(ExceptHandler { kind, name, body, span })
    }

    fn with_statement(&mut self, is_async: bool) -> Option<Stmt> {
        let start = self.take().start;
        let items = self.with_items()?;
        let body = self.suite()?;
        let end = ends(&body);
        self.compound(StmtKind::With { items, body, is_async }, start, end)
    }

    /// `with (a as b, c):` in brackets, or without.
    fn with_items(&mut self) -> Option<Vec<WithItem>> {
        let place = self.at;
        if self.accept(TokenKind::Open)
            && let Some(items) = self.items_until(TokenKind::Close)
            && self.accept(TokenKind::Close)
            && self.kind() == TokenKind::Colon
        {
            return Some(items);
        }
        self.at = place;
        self.items_until(TokenKind::Colon)
    }

    fn items_until(&mut self, close: TokenKind) -> Option<Vec<WithItem>> {
        let depth = self.depth;
        let mut items = Vec::new();
        while self.kind() != close {
            let Some(context) = self.value() else {
                self.depth = depth;
                return None;
            };
            let mut target = None;
            if self.accept(TokenKind::As) {
                target = Some(self.starred_or(|reader| reader.binary(0))).filter(|target| target.is_some())?;
            }
            if target.as_ref().is_some_and(|target| !assignable(target, true)) {
                return None;
            }
            items.push(WithItem { context, target });
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        (!items.is_empty() && self.kind() == close).then_some(items)
    }

    fn async_statement(&mut self) -> Option<Stmt> {
        let start = self.take().start;
        let mut stmt = match self.kind() {
            TokenKind::Def => return self.function(Vec::new(), Some(start), true),
            TokenKind::For if self.scope.coroutine => self.for_statement(true)?,
            TokenKind::With if self.scope.coroutine => self.with_statement(true)?,
            _ => return None,
        };
        stmt.span.start = start;
        Some(stmt)
    }

    fn decorated(&mut self) -> Option<Stmt> {
        let start = self.start();
        let mut decorators = Vec::new();
        while self.accept(TokenKind::At) {
            decorators.push(self.named()?);
            self.expect(TokenKind::NewLine)?;
        }
        match self.kind() {
            TokenKind::Class => self.class(decorators, Some(start)),
            TokenKind::Def => self.function(decorators, Some(start), false),
            TokenKind::Async if self.kind_after() == TokenKind::Def => {
                self.take();
                self.function(decorators, Some(start), true)
            }
            _ => None,
        }
    }

    fn function(&mut self, decorators: Vec<Expr>, start: Option<u32>, is_async: bool) -> Option<Stmt> {
        let start = start.unwrap_or(self.start());
        self.take();
        let name = self.name()?;
        self.expect(TokenKind::Open)?;
        let params = self.parameters(TokenKind::Close, true)?;
        self.take();
        let returns = if self.accept(TokenKind::Arrow) { Some(self.value()?) } else { None };
        let scope = Scope { function: true, coroutine: is_async, repeats: false, ..self.scope };
        let body = self.within(scope, Self::suite)?;
        let end = ends(&body);
        let type_params = Vec::new();
        let function = FunctionDef { name, decorators, type_params, params, returns, body, is_async };
        self.compound(StmtKind::FunctionDef(Box::new(function)), start, end)
    }

    fn class(&mut self, decorators: Vec<Expr>, start: Option<u32>) -> Option<Stmt> {
        let start = start.unwrap_or(self.start());
        self.take();
        let name = self.name()?;
        let (bases, keywords) =
            if self.kind() == TokenKind::Open { self.arguments()? } else { (Vec::new(), Vec::new()) };
        let scope = Scope { function: false, coroutine: false, repeats: false, ..self.scope };
        let body = self.within(scope, Self::suite)?;
        let end = ends(&body);
        let type_params = Vec::new();
        let class = ClassDef { name, decorators, type_params, bases, keywords, body };
        self.compound(StmtKind::ClassDef(Box::new(class)), start, end)
    }
}

/// Where a block ends.
fn ends(body: &[Stmt]) -> Option<u32> {
    body.last().map(|last| last.span.end)
}
