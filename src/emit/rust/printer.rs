//! Rust code on its way to text: expressions that know how tightly they bind, and the printing of whole files.
//!
//! Expressions are token streams; what is missing in a token stream is precedence, so [`Code`] carries it and puts
//! parentheses exactly where they are needed. Files are parsed by `syn` and printed by `prettyplease`, which sets no
//! blank lines between items; those are put in here.

use crate::emit::EmitError;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// How tightly an expression binds, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `if`, `match`, blocks and closures: in parentheses wherever an operator or a method follows.
    Block,
    Or,
    And,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Cast,
    Unary,
    /// Calls, fields, names, literals.
    Atom,
}

/// An expression of Rust.
#[derive(Clone, Debug)]
pub struct Code {
    tokens: TokenStream,
    level: Level,
    /// True where it is a `Result` whose error is an `Exception`, not yet taken apart.
    pub raises: bool,
}

impl Code {
    /// An expression that binds as tightly as a name.
    pub fn atom(tokens: TokenStream) -> Code {
        Code { tokens, level: Level::Atom, raises: false }
    }

    /// An expression with a level.
    pub fn new(tokens: TokenStream, level: Level) -> Code {
        Code { tokens, level, raises: false }
    }

    /// The same expression, as a `Result`.
    pub fn raising(self) -> Code {
        Code { raises: true, ..self }
    }

    /// The tokens, in parentheses where the context binds tighter.
    pub fn at(&self, level: Level) -> TokenStream {
        let tokens = &self.tokens;
        if self.level < level { quote!((#tokens)) } else { tokens.clone() }
    }

    /// `self.name(args)`
    pub fn method(&self, name: &str, args: &[TokenStream]) -> Code {
        let receiver = self.at(Level::Atom);
        let name: TokenStream = name.parse().unwrap_or_default();
        Code::atom(quote!(#receiver.#name(#(#args),*)))
    }

    /// `prefix self`
    pub fn prefixed(&self, prefix: TokenStream) -> Code {
        let operand = self.at(Level::Unary);
        Code::new(quote!(#prefix #operand), Level::Unary)
    }

    /// `left op right` for an operator that groups to the left.
    pub fn binary(left: &Code, op: TokenStream, right: &Code, level: Level) -> Code {
        let tighter = match level {
            Level::Or => Level::And,
            Level::And => Level::Compare,
            Level::Compare => Level::BitOr,
            Level::BitOr => Level::BitXor,
            Level::BitXor => Level::BitAnd,
            Level::BitAnd => Level::Shift,
            Level::Shift => Level::Sum,
            Level::Sum => Level::Product,
            _ => Level::Cast,
        };
        let on_left = if level == Level::Compare { tighter } else { level };
        // A cast before `<` would read as the start of generics.
        let on_left = if left.level == Level::Cast && level <= Level::Shift { Level::Unary } else { on_left };
        let on_right = if right.level == Level::Cast { Level::Unary } else { tighter };
        let (left, right) = (left.at(on_left), right.at(on_right));
        Code::new(quote!(#left #op #right), level)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tokens.fmt(out)
    }
}

impl ToTokens for Code {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

/// Prints items as a file that opens with a story.
pub fn file(story: &str, items: &TokenStream) -> Result<String, EmitError> {
    let parsed: syn::File = syn::parse2(items.clone())
        .map_err(|error| EmitError::Malformed(format!("{error}: {}", excerpt(&items.to_string()))))?;
    let mut text: String = story.lines().map(|line| format!("//! {line}").trim_end().to_string() + "\n").collect();
    let mut uses_open = false;
    for item in parsed.items {
        let is_use = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
        if !(is_use && uses_open) {
            text.push('\n');
        }
        uses_open = is_use;
        let has_members = matches!(item, syn::Item::Impl(_));
        let printed = prettyplease::unparse(&syn::File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items: vec![item],
        });
        text.push_str(&if has_members { spaced_members(&printed) } else { printed });
    }
    Ok(text)
}

/// Puts a blank line after each member of an `impl` but the last.
fn spaced_members(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        out.push_str(line);
        out.push('\n');
        if *line == "    }" && lines.get(at + 1).is_some_and(|next| *next != "}") {
            out.push('\n');
        }
    }
    out
}

fn excerpt(text: &str) -> String {
    text.chars().take(4000).collect()
}
