//! Text to tokens, with the ends of lines and the margins that count; `None` for text that needs a closer look.

use crate::span::Span;

macro_rules! kinds {
    (words { $($word:ident $text:literal),* $(,)? } signs { $($sign:ident),* $(,)? }) => {
        /// What a token is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum TokenKind { $($word,)* $($sign,)* }

        fn word(text: &[u8]) -> TokenKind {
            const SHORTEST: usize = 2;
            const LONGEST: usize = 8;
            if text.len() < SHORTEST || text.len() > LONGEST {
                return TokenKind::Name;
            }
            $(if text == $text.as_bytes() { return TokenKind::$word; })*
            TokenKind::Name
        }
    };
}

kinds! {
    words {
        False "False", None "None", True "True", And "and", As "as", Assert "assert", Async "async", Await "await",
        Break "break", Class "class", Continue "continue", Def "def", Del "del", Elif "elif", Else "else",
        Except "except", Finally "finally", For "for", From "from", Global "global", If "if", Import "import",
        In "in", Is "is", Lambda "lambda", Nonlocal "nonlocal", Not "not", Or "or", Pass "pass", Raise "raise",
        Return "return", Try "try", While "while", With "with", Yield "yield",
    }
    signs {
        Name, Number, Text, NewLine, Indent, Dedent, End,
        Open, Close, OpenSquare, CloseSquare, OpenBrace, CloseBrace, Comma, Colon, Semicolon, Dot, Dots, Arrow, Walrus,
        Assign, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Plus, Minus, Star, Power, Slash, Floor,
        Percent, At, And2, Bar, Caret, Tilde, Left, Right, Augmented,
    }
}

/// A piece of the text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// Its place.
    pub fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// The margin of a line: columns with tabs to the next multiple of eight, and with tabs as one.
type Margin = (u32, u32);

struct Lexer<'s> {
    bytes: &'s [u8],
    at: usize,
    end: usize,
    tokens: Vec<Token>,
    margins: Vec<Margin>,
    open: Vec<TokenKind>,
}

/// CPython's limit of nested brackets.
const MOST_BRACKETS: usize = 200;

/// CPython's limit of nested blocks.
const MOST_BLOCKS: usize = 100;

/// The tokens between two places; `inside` brackets neither lines nor margins count.
pub fn tokens(text: &str, from: usize, to: usize, inside: bool) -> Option<Vec<Token>> {
    let tokens = Vec::with_capacity((to - from) / 5 + 8);
    let mut lexer =
        Lexer { bytes: text.as_bytes(), at: from, end: to, tokens, margins: vec![(0, 0)], open: Vec::new() };
    if u32::try_from(text.len()).is_err() {
        return None;
    }
    if !inside {
        lexer.margin()?;
    }
    while lexer.at < lexer.end {
        lexer.token(inside)?;
    }
    if !lexer.open.is_empty() {
        return None;
    }
    if !inside {
        lexer.end_of_text();
    }
    lexer.push(TokenKind::End, lexer.end);
    Some(lexer.tokens)
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        if at < self.end { self.bytes[at] } else { 0 }
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, start: start as u32, end: self.at as u32 });
    }

    fn end_of_text(&mut self) {
        if self.tokens.last().is_some_and(|last| !matches!(last.kind, TokenKind::NewLine | TokenKind::Dedent)) {
            self.push(TokenKind::NewLine, self.end);
        }
        while self.margins.len() > 1 {
            self.margins.pop();
            self.push(TokenKind::Dedent, self.end);
        }
    }

    fn token(&mut self, inside: bool) -> Option<()> {
        let start = self.at;
        let first = self.bytes[start];
        match first {
            b' ' | b'\t' | b'\x0c' => self.at += 1,
            b'#' => self.comment(),
            b'\n' => self.line_end(1, inside)?,
            b'\r' if self.byte(1) == b'\n' => self.line_end(2, inside)?,
            b'\\' if self.byte(1) == b'\n' => self.at += 2,
            b'\\' if self.byte(1) == b'\r' && self.byte(2) == b'\n' => self.at += 3,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word()?,
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_ascii_digit() => self.number(),
            b'"' | b'\'' => self.string(start)?,
            _ => self.sign(first)?,
        }
        Some(())
    }

    fn comment(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn line_end(&mut self, length: usize, inside: bool) -> Option<()> {
        let start = self.at;
        self.at += length;
        if inside || !self.open.is_empty() {
            return Some(());
        }
        self.tokens.push(Token { kind: TokenKind::NewLine, start: start as u32, end: start as u32 });
        self.margin()
    }

    /// Reads the margin of the next line that holds code; blank lines and comments have none.
    fn margin(&mut self) -> Option<()> {
        let mut margin: Margin = (0, 0);
        loop {
            match self.byte(0) {
                b' ' => margin = (margin.0 + 1, margin.1 + 1),
                b'\t' => margin = ((margin.0 / 8 + 1) * 8, margin.1 + 1),
                b'\x0c' => margin = (0, 0),
                b'\n' => margin = (0, 0),
                b'\r' if self.byte(1) == b'\n' => {}
                b'#' => {
                    self.comment();
                    continue;
                }
                b'\\' => return None,
                _ => break,
            }
            self.at += 1;
        }
        if self.at >= self.end {
            self.at = self.end;
            return Some(());
        }
        self.step(margin)
    }

    fn step(&mut self, margin: Margin) -> Option<()> {
        let top = *self.margins.last()?;
        if margin.0 > top.0 && margin.1 > top.1 {
            self.margins.push(margin);
            self.push(TokenKind::Indent, self.at);
            return (self.margins.len() <= MOST_BLOCKS).then_some(());
        }
        while *self.margins.last()? != margin {
            if self.margins.len() == 1 {
                return None;
            }
            self.margins.pop();
            self.push(TokenKind::Dedent, self.at);
        }
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.byte(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9') {
            self.at += 1;
        }
        let text = &self.bytes[start..self.at];
        match self.byte(0) {
            b'"' | b'\'' if is_prefix(text) => self.string(start),
            b'"' | b'\'' => None,
            128.. => None,
            _ => {
                let kind = word(text);
                self.push(kind, start);
                Some(())
            }
        }
    }

    /// All that can belong to a number; whether it is one is seen when it is decoded.
    fn number(&mut self) {
        let start = self.at;
        let other_base = self.byte(0) == b'0' && matches!(self.byte(1) | 32, b'x' | b'o' | b'b');
        while matches!(self.byte(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | b'.') {
            let exponent = self.byte(0) | 32 == b'e' && !other_base && matches!(self.byte(1), b'+' | b'-');
            self.at += 1 + usize::from(exponent);
        }
        self.push(TokenKind::Number, start);
    }

    /// A string from its prefix on; the next byte is the quote.
    fn string(&mut self, start: usize) -> Option<()> {
        let quote = self.byte(0);
        let triple = self.byte(1) == quote && self.byte(2) == quote;
        self.at += if triple { 3 } else { 1 };
        loop {
            if self.at >= self.end {
                return None;
            }
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'\n' if !triple => return None,
                byte if byte == quote && !triple => {
                    self.at += 1;
                    break;
                }
                byte if byte == quote && self.byte(1) == quote && self.byte(2) == quote => {
                    self.at += 3;
                    break;
                }
                _ => self.at += 1,
            }
        }
        if self.at > self.end {
            return None;
        }
        self.push(TokenKind::Text, start);
        Some(())
    }

    fn sign(&mut self, first: u8) -> Option<()> {
        use TokenKind::*;
        let (second, third) = (self.byte(1), self.byte(2));
        let (kind, length) = match (first, second, third) {
            (b'.', b'.', b'.') => (Dots, 3),
            (b'*', b'*', b'=') | (b'/', b'/', b'=') | (b'<', b'<', b'=') | (b'>', b'>', b'=') => (Augmented, 3),
            (b'*', b'*', _) => (Power, 2),
            (b'/', b'/', _) => (Floor, 2),
            (b'<', b'<', _) => (Left, 2),
            (b'>', b'>', _) => (Right, 2),
            (b'-', b'>', _) => (Arrow, 2),
            (b':', b'=', _) => (Walrus, 2),
            (b'=', b'=', _) => (Equal, 2),
            (b'!', b'=', _) => (NotEqual, 2),
            (b'<', b'=', _) => (LessEqual, 2),
            (b'>', b'=', _) => (GreaterEqual, 2),
            (b'<', b'>', _) => return Option::None,
            (b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^', b'=', _) => (Augmented, 2),
            (b'(', ..) => (Open, 1),
            (b')', ..) => (Close, 1),
            (b'[', ..) => (OpenSquare, 1),
            (b']', ..) => (CloseSquare, 1),
            (b'{', ..) => (OpenBrace, 1),
            (b'}', ..) => (CloseBrace, 1),
            (b',', ..) => (Comma, 1),
            (b':', ..) => (Colon, 1),
            (b';', ..) => (Semicolon, 1),
            (b'.', ..) => (Dot, 1),
            (b'=', ..) => (Assign, 1),
            (b'<', ..) => (Less, 1),
            (b'>', ..) => (Greater, 1),
            (b'+', ..) => (Plus, 1),
            (b'-', ..) => (Minus, 1),
            (b'*', ..) => (Star, 1),
            (b'/', ..) => (Slash, 1),
            (b'%', ..) => (Percent, 1),
            (b'@', ..) => (At, 1),
            (b'&', ..) => (And2, 1),
            (b'|', ..) => (Bar, 1),
            (b'^', ..) => (Caret, 1),
            (b'~', ..) => (Tilde, 1),
            _ => return Option::None,
        };
        self.bracket(kind)?;
        let start = self.at;
        self.at += length;
        self.push(kind, start);
        Some(())
    }

    fn bracket(&mut self, kind: TokenKind) -> Option<()> {
        use TokenKind::*;
        match kind {
            Open | OpenSquare | OpenBrace => {
                self.open.push(kind);
                (self.open.len() < MOST_BRACKETS).then_some(())
            }
            Close => self.open.pop().filter(|open| *open == Open).map(drop),
            CloseSquare => self.open.pop().filter(|open| *open == OpenSquare).map(drop),
            CloseBrace => self.open.pop().filter(|open| *open == OpenBrace).map(drop),
            _ => Some(()),
        }
    }
}

/// The prefixes of strings that are read here.
fn is_prefix(text: &[u8]) -> bool {
    let lower: Vec<u8> = text.iter().take(3).map(u8::to_ascii_lowercase).collect();
    matches!(lower.as_slice(), b"r" | b"u" | b"b" | b"f" | b"br" | b"rb" | b"fr" | b"rf")
}
