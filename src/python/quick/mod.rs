//! The same tree as [`super::parse`] makes, for code without surprises and many times faster; `None` for all else.
//!
//! A tolerant parser keeps every comma and every way to go on after a mistake. Whoever reads a million lines to see where
//! loops are needs neither, so this one goes once over the tokens, straight to the typed tree. It gives up at the first
//! thing that is wrong, rare or could mean two things (`match`, `type`, t-strings, `{x=}`, names outside ASCII, nesting
//! deeper than anybody writes): the tolerant parser then reads the file, and says what is wrong with it. So nothing is
//! ever reported from here, and a tree from here is one about which there is nothing to report.
//!
//! ```text
//! def f(x): return -x ** 2     Some(FunctionDef f(x) ...), equal to the tolerant parser's, places included
//! def f(x) return              None
//! ```

mod expressions;
mod lexer;
mod statements;
mod strings;

use super::ast::{Expr, ExprKind, Module, Name};
use super::builder::Scope;
use crate::source::SourceFile;
use crate::span::Span;
use lexer::{Token, TokenKind};

/// Levels of recursion after which it gives up.
const DEEPEST: usize = 100;

/// Signs in one run of operators, and links in one chain, after which it gives up.
const LONGEST: usize = 1_000;

/// The tree of a file about which there is nothing to say; `None` where the tolerant parser must look.
pub fn parse(file: &SourceFile) -> Option<Module> {
    let text = file.text.as_str();
    let tokens = lexer::tokens(text, 0, text.len(), false)?;
    let mut reader = Reader { text, tokens, at: 0, scope: Scope::default(), depth: 0 };
    let body = reader.file()?;
    Some(Module { body })
}

/// Goes over the tokens of a text.
struct Reader<'s> {
    text: &'s str,
    tokens: Vec<Token>,
    at: usize,
    scope: Scope,
    depth: usize,
}

impl<'s> Reader<'s> {
    fn kind(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    /// The kind of the token after the next; `End` behind the last.
    fn kind_after(&self) -> TokenKind {
        self.tokens.get(self.at + 1).map_or(TokenKind::End, |token| token.kind)
    }

    /// Where the next token starts.
    fn start(&self) -> u32 {
        self.tokens[self.at].start
    }

    /// Where the last token that was taken ends.
    fn end(&self) -> u32 {
        self.at.checked_sub(1).map_or(0, |before| self.tokens[before].end)
    }

    fn since(&self, start: u32) -> Span {
        Span { start, end: self.end() }
    }

    /// Takes the next token; the last one, `End`, stays.
    fn take(&mut self) -> Token {
        let token = self.tokens[self.at];
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn accept(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.take();
        }
        found
    }

    fn expect(&mut self, kind: TokenKind) -> Option<Token> {
        (self.kind() == kind).then(|| self.take())
    }

    fn written(&self, token: Token) -> &'s str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn name(&mut self) -> Option<Name> {
        let token = self.expect(TokenKind::Name)?;
        Some(Name { text: self.written(token).to_string(), span: token.span() })
    }

    /// Does work one level deeper.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Does work in another scope and comes back.
    fn within<T>(&mut self, scope: Scope, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outer = std::mem::replace(&mut self.scope, scope);
        let result = work(self);
        self.scope = outer;
        result
    }
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

#[cfg(test)]
mod tests;
