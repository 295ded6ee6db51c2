//! Expressions, by recursive descent; operators by precedence, in loops where they lean to the left.

use super::super::ast::*;
use super::super::builder::Scope;
use super::lexer::{Token, TokenKind};
use super::{LONGEST, Reader, expr};
use crate::span::Span;

impl Reader<'_> {
    /// `a, *b`: one value, or a tuple without brackets.
    pub(super) fn value_list(&mut self) -> Option<Expr> {
        self.list(|reader| reader.starred_or(Reader::value))
    }

    /// Values between commas: one alone, or a tuple.
    pub(super) fn list(&mut self, item: impl Fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        let start = self.start();
        let first = item(self)?;
        if self.kind() != TokenKind::Comma {
            return Some(first).filter(|first| !matches!(first.kind, ExprKind::Starred(_)));
        }
        let mut items = vec![first];
        while self.accept(TokenKind::Comma) {
            if self.ends_list() {
                break;
            }
            items.push(item(self)?);
        }
        Some(expr(ExprKind::Tuple(items), self.since(start)))
    }

    fn ends_list(&self) -> bool {
        use TokenKind::*;
        matches!(
            self.kind(),
            NewLine | End | Semicolon | Assign | Augmented | Colon | Close | CloseSquare | CloseBrace | In
        )
    }

    /// `*value`, or what `otherwise` reads.
    pub(super) fn starred_or(&mut self, otherwise: fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        if self.kind() != TokenKind::Star {
            return otherwise(self);
        }
        let start = self.take().start;
        let value = Box::new(self.deeper(|reader| reader.binary(0))?);
        Some(expr(ExprKind::Starred(value), self.since(start)))
    }

    /// `name := value`, or a value.
    pub(super) fn named(&mut self) -> Option<Expr> {
        if self.kind() != TokenKind::Name || self.kind_after() != TokenKind::Walrus {
            return self.value();
        }
        let start = self.start();
        let target = self.name()?;
        self.take();
        let value = Box::new(self.value()?);
        Some(expr(ExprKind::Named { target, value }, self.since(start)))
    }

    /// A value without commas: `a if b else c`, `lambda`, and all that binds more.
    pub(super) fn value(&mut self) -> Option<Expr> {
        self.deeper(Self::value_inside)
    }

    fn value_inside(&mut self) -> Option<Expr> {
        if self.kind() == TokenKind::Lambda {
            return self.lambda();
        }
        let start = self.start();
        let body = self.either()?;
        if !self.accept(TokenKind::If) {
            return Some(body);
        }
        let test = self.either()?;
        self.expect(TokenKind::Else)?;
        let orelse = Box::new(self.value()?);
        let kind = ExprKind::Conditional { test: Box::new(test), body: Box::new(body), orelse };
        Some(expr(kind, self.since(start)))
    }

    fn lambda(&mut self) -> Option<Expr> {
        let start = self.take().start;
        let params = Box::new(self.parameters(TokenKind::Colon, false)?);
        self.expect(TokenKind::Colon)?;
        let scope = Scope { function: true, coroutine: false, repeats: false, ..self.scope };
        let body = Box::new(self.within(scope, Self::value)?);
        Some(expr(ExprKind::Lambda { params, body }, self.since(start)))
    }

    /// `a or b`
    pub(super) fn either(&mut self) -> Option<Expr> {
        self.joined(TokenKind::Or, BoolOp::Or, |reader| reader.joined(TokenKind::And, BoolOp::And, Self::inverted))
    }

    fn joined(&mut self, word: TokenKind, op: BoolOp, part: fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        let start = self.start();
        let first = part(self)?;
        if self.kind() != word {
            return Some(first);
        }
        let mut values = vec![first];
        while self.accept(word) {
            values.push(part(self)?);
        }
        Some(expr(ExprKind::BoolOp { op, values }, self.since(start)))
    }

    fn inverted(&mut self) -> Option<Expr> {
        if self.kind() != TokenKind::Not {
            return self.comparison();
        }
        let start = self.take().start;
        let operand = Box::new(self.deeper(Self::inverted)?);
        Some(expr(ExprKind::Unary { op: UnaryOp::Not, operand }, self.since(start)))
    }

    fn comparison(&mut self) -> Option<Expr> {
        let start = self.start();
        let left = self.binary(0)?;
        let (mut ops, mut comparators) = (Vec::new(), Vec::new());
        while let Some(op) = self.compare_op() {
            ops.push(op);
            comparators.push(self.binary(0)?);
        }
        if ops.is_empty() {
            return Some(left);
        }
        Some(expr(ExprKind::Compare { left: Box::new(left), ops, comparators }, self.since(start)))
    }

    fn compare_op(&mut self) -> Option<CompareOp> {
        let op = match (self.kind(), self.kind_after()) {
            (TokenKind::Equal, _) => CompareOp::Eq,
            (TokenKind::NotEqual, _) => CompareOp::NotEq,
            (TokenKind::Less, _) => CompareOp::Lt,
            (TokenKind::LessEqual, _) => CompareOp::LtEq,
            (TokenKind::Greater, _) => CompareOp::Gt,
            (TokenKind::GreaterEqual, _) => CompareOp::GtEq,
            (TokenKind::In, _) => CompareOp::In,
            (TokenKind::Not, TokenKind::In) => CompareOp::NotIn,
            (TokenKind::Is, TokenKind::Not) => CompareOp::IsNot,
            (TokenKind::Is, _) => CompareOp::Is,
            _ => return None,
        };
        self.take();
        if matches!(op, CompareOp::NotIn | CompareOp::IsNot) {
            self.take();
        }
        Some(op)
    }

    /// Infix operators that bind at least as much as `least`.
    pub(super) fn binary(&mut self, least: u8) -> Option<Expr> {
        let start = self.start();
        let mut left = self.prefixed()?;
        let mut signs = 0;
        while let Some((op, binds)) = infix(self.kind()).filter(|(_, binds)| *binds >= least) {
            signs += 1;
            if signs > LONGEST {
                return None;
            }
            self.take();
            let right = self.deeper(|reader| reader.binary(binds + 1))?;
            let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
            left = expr(kind, self.since(start));
        }
        Some(left)
    }

    fn prefixed(&mut self) -> Option<Expr> {
        let op = match self.kind() {
            TokenKind::Minus => UnaryOp::Minus,
            TokenKind::Plus => UnaryOp::Plus,
            TokenKind::Tilde => UnaryOp::Invert,
            _ => return self.power(),
        };
        let start = self.take().start;
        let operand = Box::new(self.deeper(Self::prefixed)?);
        Some(expr(ExprKind::Unary { op, operand }, self.since(start)))
    }

    fn power(&mut self) -> Option<Expr> {
        let start = self.start();
        let left = self.awaited()?;
        if !self.accept(TokenKind::Power) {
            return Some(left);
        }
        let right = Box::new(self.deeper(Self::prefixed)?);
        let kind = ExprKind::Binary { op: BinaryOp::Pow, left: Box::new(left), right };
        Some(expr(kind, self.since(start)))
    }

    fn awaited(&mut self) -> Option<Expr> {
        if self.kind() != TokenKind::Await {
            return self.chain();
        }
        let start = self.take().start;
        let value = Box::new(self.chain()?);
        self.scope.coroutine.then(|| expr(ExprKind::Await(value), self.since(start)))
    }

    /// `a.b(c)[d]`
    fn chain(&mut self) -> Option<Expr> {
        let start = self.start();
        let mut value = self.atom()?;
        let mut links = 0;
        loop {
            let kind = match self.kind() {
                TokenKind::Dot => {
                    self.take();
                    ExprKind::Attribute { value: Box::new(value), attr: self.name()? }
                }
                TokenKind::Open => {
                    let (args, keywords) = self.deeper(Self::arguments)?;
                    ExprKind::Call { func: Box::new(value), args, keywords }
                }
                TokenKind::OpenSquare => {
                    let index = Box::new(self.deeper(Self::index)?);
                    ExprKind::Subscript { value: Box::new(value), index }
                }
                _ => return Some(value),
            };
            value = expr(kind, self.since(start));
            links += 1;
            if links > LONGEST {
                return None;
            }
        }
    }

    /// The arguments of a call or the bases of a class, brackets included.
    pub(super) fn arguments(&mut self) -> Option<(Vec<Expr>, Vec<Keyword>)> {
        let open = self.expect(TokenKind::Open)?.start;
        let (mut args, mut keywords): (Vec<Expr>, Vec<Keyword>) = (Vec::new(), Vec::new());
        while !self.accept(TokenKind::Close) {
            self.argument(open, &mut args, &mut keywords)?;
            if !self.accept(TokenKind::Comma) {
                self.expect(TokenKind::Close)?;
                break;
            }
        }
        Some((args, keywords))
    }

    fn argument(&mut self, open: u32, args: &mut Vec<Expr>, keywords: &mut Vec<Keyword>) -> Option<()> {
        match (self.kind(), self.kind_after()) {
            (TokenKind::Power, _) => {
                self.take();
                keywords.push(Keyword { name: None, value: self.value()? });
            }
            (TokenKind::Star, _) => {
                let start = self.take().start;
                let value = Box::new(self.value()?);
                args.push(expr(ExprKind::Starred(value), self.since(start)));
                if keywords.iter().any(|keyword| keyword.name.is_none()) {
                    return None;
                }
            }
            (TokenKind::Name, TokenKind::Assign) => {
                let name = self.name()?;
                self.take();
                if keywords.iter().any(|known| known.name.as_ref().is_some_and(|known| known.text == name.text)) {
                    return None;
                }
                keywords.push(Keyword { name: Some(name), value: self.value()? });
            }
            _ => {
                let value = self.named()?;
                if matches!(self.kind(), TokenKind::For | TokenKind::Async) {
                    return self.only_argument(open, value, args, keywords);
                }
                if !keywords.is_empty() {
                    return None;
                }
                args.push(value);
            }
        }
        Some(())
    }

    /// `f(x for x in y)`: the brackets of the call are those of the generator.
    fn only_argument(&mut self, open: u32, element: Expr, args: &mut Vec<Expr>, keywords: &[Keyword]) -> Option<()> {
        if !args.is_empty() || !keywords.is_empty() {
            return None;
        }
        let clauses = self.lazy(Self::clauses)?;
        let close = Some(self.tokens[self.at]).filter(|token| token.kind == TokenKind::Close)?;
        let kind = ExprKind::Generator { element: Box::new(element), clauses };
        args.push(expr(kind, Span { start: open, end: close.end }));
        Some(())
    }

    fn index(&mut self) -> Option<Expr> {
        self.expect(TokenKind::OpenSquare)?;
        let start = self.start();
        let mut items = vec![self.slice_or_value()?];
        let mut last = self.end();
        let mut is_tuple = matches!(items[0].kind, ExprKind::Starred(_));
        while self.accept(TokenKind::Comma) {
            is_tuple = true;
            last = self.end();
            if self.kind() == TokenKind::CloseSquare {
                break;
            }
            items.push(self.slice_or_value()?);
            last = self.end();
        }
        self.expect(TokenKind::CloseSquare)?;
        if is_tuple { Some(expr(ExprKind::Tuple(items), Span { start, end: last })) } else { items.pop() }
    }

    fn slice_or_value(&mut self) -> Option<Expr> {
        let start = self.start();
        let mut bounds: [Option<Box<Expr>>; 3] = [None, None, None];
        let mut at = 0;
        loop {
            match self.kind() {
                TokenKind::Colon if at < 2 => {
                    self.take();
                    at += 1;
                }
                TokenKind::Comma | TokenKind::CloseSquare if at > 0 => break,
                _ => {
                    if bounds[at].is_some() {
                        return None;
                    }
                    let value = self.starred_or(Self::named)?;
                    if at == 0 && self.kind() != TokenKind::Colon {
                        return Some(value);
                    }
                    if matches!(value.kind, ExprKind::Starred(_) | ExprKind::Named { .. }) {
                        return None;
                    }
                    bounds[at] = Some(Box::new(value));
                }
            }
        }
        let [lower, upper, step] = bounds;
        Some(expr(ExprKind::Slice { lower, upper, step }, self.since(start)))
    }

    fn atom(&mut self) -> Option<Expr> {
        let token = self.tokens[self.at];
        let kind = match token.kind {
            TokenKind::Name => ExprKind::Name(self.written(token).to_string()),
            TokenKind::Number => super::super::number::decode(self.written(token)).ok()?,
            TokenKind::None => ExprKind::None,
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::Dots => ExprKind::Ellipsis,
            TokenKind::Text => return self.strings(),
            TokenKind::Open => return self.deeper(Self::brackets),
            TokenKind::OpenSquare => return self.deeper(Self::square_brackets),
            TokenKind::OpenBrace => return self.deeper(Self::braces),
            _ => return None,
        };
        self.take();
        Some(expr(kind, token.span()))
    }

    /// `(a)`, `(a, b)`, `(x for x in y)`, `(yield a)`
    fn brackets(&mut self) -> Option<Expr> {
        let start = self.take().start;
        if self.accept(TokenKind::Close) {
            return Some(expr(ExprKind::Tuple(Vec::new()), self.since(start)));
        }
        if self.kind() == TokenKind::Yield {
            let value = self.yielded()?;
            self.expect(TokenKind::Close)?;
            return Some(value);
        }
        let first = self.starred_or(Self::named)?;
        if matches!(self.kind(), TokenKind::For | TokenKind::Async) {
            let clauses = self.lazy(Self::clauses)?;
            self.expect(TokenKind::Close)?;
            let element = self.element(first)?;
            return Some(expr(ExprKind::Generator { element, clauses }, self.since(start)));
        }
        if self.accept(TokenKind::Close) {
            return Some(first).filter(|first| !matches!(first.kind, ExprKind::Starred(_)));
        }
        let items = self.rest(first, TokenKind::Close)?;
        Some(expr(ExprKind::Tuple(items), self.since(start)))
    }

    /// The items after the first, up to the closing bracket.
    fn rest(&mut self, first: Expr, close: TokenKind) -> Option<Vec<Expr>> {
        let mut items = vec![first];
        while !self.accept(close) {
            self.expect(TokenKind::Comma)?;
            if self.accept(close) {
                break;
            }
            items.push(self.starred_or(Self::named)?);
        }
        Some(items)
    }

    fn square_brackets(&mut self) -> Option<Expr> {
        let start = self.take().start;
        if self.accept(TokenKind::CloseSquare) {
            return Some(expr(ExprKind::List(Vec::new()), self.since(start)));
        }
        let first = self.starred_or(Self::named)?;
        let kind = if matches!(self.kind(), TokenKind::For | TokenKind::Async) {
            let clauses = self.clauses()?;
            self.expect(TokenKind::CloseSquare)?;
            ExprKind::ListComp { element: self.element(first)?, clauses }
        } else {
            ExprKind::List(self.rest(first, TokenKind::CloseSquare)?)
        };
        Some(expr(kind, self.since(start)))
    }

    fn braces(&mut self) -> Option<Expr> {
        let start = self.take().start;
        if self.accept(TokenKind::CloseBrace) {
            return Some(expr(ExprKind::Dict(Vec::new()), self.since(start)));
        }
        if self.kind() == TokenKind::Power {
            let kind = ExprKind::Dict(self.dict_items(Vec::new())?);
            return Some(expr(kind, self.since(start)));
        }
        let first = self.starred_or(Self::named)?;
        let kind = match self.kind() {
            TokenKind::Colon => self.dict(first)?,
            TokenKind::For | TokenKind::Async => {
                let clauses = self.clauses()?;
                self.expect(TokenKind::CloseBrace)?;
                ExprKind::SetComp { element: self.element(first)?, clauses }
            }
            _ => ExprKind::Set(self.rest(first, TokenKind::CloseBrace)?),
        };
        Some(expr(kind, self.since(start)))
    }

    fn dict(&mut self, key: Expr) -> Option<ExprKind> {
        self.take();
        if matches!(key.kind, ExprKind::Starred(_) | ExprKind::Named { .. }) {
            return None;
        }
        let value = self.value()?;
        if matches!(self.kind(), TokenKind::For | TokenKind::Async) {
            let clauses = self.clauses()?;
            self.expect(TokenKind::CloseBrace)?;
            return Some(ExprKind::DictComp { key: Box::new(key), value: Box::new(value), clauses });
        }
        let mut items = vec![DictItem { key: Some(key), value }];
        if !self.accept(TokenKind::CloseBrace) {
            self.expect(TokenKind::Comma)?;
            items = self.dict_items(items)?;
        }
        Some(ExprKind::Dict(items))
    }

    /// Items up to the closing brace, behind a comma.
    fn dict_items(&mut self, mut items: Vec<DictItem>) -> Option<Vec<DictItem>> {
        while !self.accept(TokenKind::CloseBrace) {
            let key = if self.accept(TokenKind::Power) {
                None
            } else {
                let key = self.value()?;
                self.expect(TokenKind::Colon)?;
                Some(key)
            };
            let value = if key.is_some() { self.value()? } else { self.binary(0)? };
            items.push(DictItem { key, value });
            if !self.accept(TokenKind::Comma) {
                self.expect(TokenKind::CloseBrace)?;
                break;
            }
        }
        Some(items)
    }

    fn element(&self, element: Expr) -> Option<Box<Expr>> {
        (!matches!(element.kind, ExprKind::Starred(_))).then(|| Box::new(element))
    }

    /// In a generator `await` is allowed anywhere.
    fn lazy<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let scope = Scope { coroutine: true, ..self.scope };
        self.within(scope, work)
    }

    fn clauses(&mut self) -> Option<Vec<Comprehension>> {
        let mut clauses = Vec::new();
        loop {
            let is_async = self.kind() == TokenKind::Async;
            if is_async {
                self.take();
            }
            self.expect(TokenKind::For)?;
            let target = self.targets()?;
            self.expect(TokenKind::In)?;
            let iter = self.either()?;
            let mut conditions = Vec::new();
            while self.accept(TokenKind::If) {
                conditions.push(self.condition()?);
            }
            clauses.push(Comprehension { target, iter, conditions, is_async });
            if !matches!(self.kind(), TokenKind::For | TokenKind::Async) {
                return Some(clauses);
            }
        }
    }

    fn condition(&mut self) -> Option<Expr> {
        match (self.kind(), self.kind_after()) {
            (TokenKind::Name, TokenKind::Walrus) => None,
            _ => self.either(),
        }
    }

    /// What stands after `for`.
    pub(super) fn targets(&mut self) -> Option<Expr> {
        let target = self.list(|reader| reader.starred_or(|reader| reader.binary(0)))?;
        assignable(&target, true).then_some(target)
    }

    pub(super) fn yielded(&mut self) -> Option<Expr> {
        let start = self.take().start;
        if !self.scope.function {
            return None;
        }
        if self.accept(TokenKind::From) {
            let value = Box::new(self.value()?);
            return Some(expr(ExprKind::YieldFrom(value), self.since(start)));
        }
        let value = if self.ends_list() { None } else { Some(Box::new(self.value_list()?)) };
        Some(expr(ExprKind::Yield(value), self.since(start)))
    }

    /// Parameters up to a token that stays.
    pub(super) fn parameters(&mut self, close: TokenKind, annotated: bool) -> Option<Parameters> {
        let mut items: Vec<Parameter> = Vec::new();
        let (mut keyword_only, mut bare_star, mut has_default, mut slash) = (false, false, false, false);
        while self.kind() != close {
            match self.kind() {
                TokenKind::Slash => {
                    self.take();
                    if slash || keyword_only || items.is_empty() {
                        return None;
                    }
                    slash = true;
                    for item in items.iter_mut() {
                        item.kind = ParameterKind::PositionalOnly;
                    }
                }
                TokenKind::Star if matches!(self.kind_after(), TokenKind::Comma) => {
                    self.take();
                    if keyword_only {
                        return None;
                    }
                    (keyword_only, bare_star) = (true, true);
                }
                _ => {
                    let kind = self.parameter_kind(keyword_only)?;
                    let parameter = self.parameter(kind, annotated)?;
                    let is_last = items.last().is_some_and(|last| last.kind == ParameterKind::VarKeyword);
                    let is_twice = items.iter().any(|item| item.name.text == parameter.name.text);
                    let positional = kind == ParameterKind::Positional;
                    let lacks_default = positional && has_default && parameter.default.is_none();
                    let star = matches!(kind, ParameterKind::VarPositional | ParameterKind::VarKeyword);
                    if is_last || is_twice || lacks_default || star && (parameter.default.is_some()) {
                        return None;
                    }
                    if bare_star && kind == ParameterKind::VarKeyword {
                        return None;
                    }
                    bare_star = false;
                    has_default |= positional && parameter.default.is_some();
                    keyword_only |= kind == ParameterKind::VarPositional;
                    items.push(parameter);
                }
            }
            if !self.accept(TokenKind::Comma) {
                break;
            }
        }
        (self.kind() == close && !bare_star).then_some(Parameters { items })
    }

    fn parameter_kind(&mut self, keyword_only: bool) -> Option<ParameterKind> {
        match self.kind() {
            TokenKind::Star if keyword_only => None,
            TokenKind::Star => {
                self.take();
                Some(ParameterKind::VarPositional)
            }
            TokenKind::Power => {
                self.take();
                Some(ParameterKind::VarKeyword)
            }
            _ if keyword_only => Some(ParameterKind::KeywordOnly),
            _ => Some(ParameterKind::Positional),
        }
    }

    fn parameter(&mut self, kind: ParameterKind, annotated: bool) -> Option<Parameter> {
        let name = self.name()?;
        let annotation = match annotated && self.accept(TokenKind::Colon) {
            true => Some(self.value()?),
            false => None,
        };
        let default = if self.accept(TokenKind::Assign) { Some(self.value()?) } else { None };
        Some(Parameter { name, kind, annotation, default })
    }

    /// The sign of an augmented assignment, as an operator.
    pub(super) fn augmented(&self, token: Token) -> Option<BinaryOp> {
        super::super::operator::binary_operator(self.written(token).strip_suffix('=')?)
    }
}

/// Whether an expression can be assigned to; `nests` allows tuples and stars.
pub(super) fn assignable(target: &Expr, nests: bool) -> bool {
    match &target.kind {
        ExprKind::Name(name) => name != "__debug__",
        ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => true,
        ExprKind::Tuple(items) | ExprKind::List(items) if nests => {
            let stars = items.iter().filter(|item| matches!(item.kind, ExprKind::Starred(_))).count();
            stars < 2 && items.iter().all(|item| assignable(item, nests))
        }
        ExprKind::Starred(inner) if nests => assignable(inner, nests),
        _ => false,
    }
}

/// An infix operator with how much it binds.
fn infix(kind: TokenKind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        TokenKind::Bar => (BinaryOp::BitOr, 0),
        TokenKind::Caret => (BinaryOp::BitXor, 1),
        TokenKind::And2 => (BinaryOp::BitAnd, 2),
        TokenKind::Left => (BinaryOp::LeftShift, 3),
        TokenKind::Right => (BinaryOp::RightShift, 3),
        TokenKind::Plus => (BinaryOp::Add, 4),
        TokenKind::Minus => (BinaryOp::Sub, 4),
        TokenKind::Star => (BinaryOp::Mul, 5),
        TokenKind::At => (BinaryOp::MatMul, 5),
        TokenKind::Slash => (BinaryOp::Div, 5),
        TokenKind::Floor => (BinaryOp::FloorDiv, 5),
        TokenKind::Percent => (BinaryOp::Mod, 5),
        _ => return None,
    })
}
