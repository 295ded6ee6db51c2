//! Rust code on its way to text: expressions that know how tightly they bind, and the printing of whole files.
//!
//! Expressions are token streams; what is missing in a token stream is precedence, so [`Code`] carries it and puts
//! parentheses exactly where they are needed. Files are parsed by `syn` and printed by `prettyplease`, which sets no
//! blank lines between items; those are put in here.

use crate::emit::EmitError;
use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
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

    /// The same expression, where a literal that decides its type says which number it is.
    pub fn anchored(self) -> Code {
        Code { tokens: anchored(self.tokens), ..self }
    }

    /// `self.name(args)`
    pub fn method(&self, name: &str, args: &[TokenStream]) -> Code {
        let receiver = anchored(self.at(Level::Atom));
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

/// Functions whose result has the type of their first argument.
const OF_FIRST: &[&str] = &["vec", "from_iter", "max", "min"];

/// An expression that a method is called on, where a literal that comes first has its type: `(-3_i64).abs()`,
/// `vec![1_i64, 2].iter()`. Rust would not know which integer it is.
fn anchored(tokens: TokenStream) -> TokenStream {
    anchor(tokens, true)
}

/// The same; `numbers` is false among the arguments of a function, where only items of lists are sure to be of
/// Python's types.
fn anchor(tokens: TokenStream, numbers: bool) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_word = |tree: &TokenTree, word: &str| matches!(tree, TokenTree::Ident(ident) if ident == word);
    let lead = match trees.first() {
        // The first branch says it for both.
        Some(first) if is_word(first, "if") => trees.iter().position(is_block),
        _ => leading(&trees),
    };
    let Some(lead) = lead else { return trees.into_iter().collect() };
    let made = match &trees[lead] {
        TokenTree::Literal(literal) if numbers => suffixed(literal).map(TokenTree::Literal),
        // An index into what stands before.
        TokenTree::Group(group) if is_index(group, &trees[..lead]) => None,
        TokenTree::Group(group) => {
            let name = trees[..lead].iter().rev().find_map(|tree| match tree {
                TokenTree::Ident(ident) => Some(ident.to_string()),
                _ => None,
            });
            let passes = is_block(&trees[lead]) || name.is_none_or(|name| OF_FIRST.contains(&name.as_str()));
            let numbers = group.delimiter() == Delimiter::Bracket || numbers && passes;
            Some(TokenTree::Group(first_anchored(group, numbers)))
        }
        _ => None,
    };
    if let Some(made) = made {
        trees[lead] = made;
    }
    trees.into_iter().collect()
}

/// The first element of a list or of arguments, and every part of a tuple.
fn first_anchored(group: &Group, numbers: bool) -> Group {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_dot = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '.');
    // The other end of a range says which number it is.
    if trees.windows(2).any(|pair| pair.iter().all(is_dot)) {
        return group.clone();
    }
    let is_comma = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    let parts = trees.split(is_comma).map(|part| part.iter().cloned().collect::<TokenStream>());
    let is_tuple = group.delimiter() == Delimiter::Parenthesis;
    let parts = parts.enumerate().map(|(index, part)| match index == 0 || is_tuple {
        true => anchor(part, numbers),
        false => part,
    });
    let parts: Vec<TokenStream> = parts.collect();
    Group::new(group.delimiter(), quote!(#(#parts),*))
}

/// Where the literal or the brackets stand that decide the type: after signs, `&`, a path, `!` of a macro. A name that
/// is an operand says its type itself.
fn leading(trees: &[TokenTree]) -> Option<usize> {
    let punct = |tree: &TokenTree, allowed: &[char]| matches!(tree, TokenTree::Punct(punct) if allowed.contains(&punct.as_char()));
    let signs = trees.iter().take_while(|tree| punct(tree, &['-', '!', '&', '*'])).count();
    let path = trees[signs..].iter().take_while(|tree| matches!(tree, TokenTree::Ident(_)) || punct(tree, &[':', '!']));
    let at = signs + path.count();
    trees.get(at).filter(|tree| matches!(tree, TokenTree::Literal(_) | TokenTree::Group(_))).map(|_| at)
}

fn is_index(group: &Group, before: &[TokenTree]) -> bool {
    group.delimiter() == Delimiter::Bracket && matches!(before.last(), Some(TokenTree::Ident(_)))
}

fn is_block(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn suffixed(literal: &Literal) -> Option<Literal> {
    let text = literal.to_string();
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let has_type = text.contains(|c: char| c.is_ascii_alphabetic() && c != 'e');
    let kind = if text.contains(['.', 'e']) { "f64" } else { "i64" };
    if is_number && !has_type { format!("{text}_{kind}").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_say_which_number_they_are() {
        let text = |code: TokenStream| anchored(code).to_string();
        assert_eq!(text(quote!((-3))), quote!((-3_i64)).to_string());
        assert_eq!(text(quote!(vec![1.5, 2.0])), quote!(vec![1.5_f64, 2.0]).to_string());
        assert_eq!(
            text(quote!(Dict::from_iter([(1, -2), (3, 4)]))),
            quote!(Dict::from_iter([(1_i64, -2_i64), (3, 4)])).to_string()
        );
        assert_eq!(text(quote!(order::max(0, n))), quote!(order::max(0_i64, n)).to_string());
        assert_eq!(text(quote!(text::item("a", 0))), quote!(text::item("a", 0)).to_string());
        assert_eq!(text(quote!(list::repeat(&vec![-3, 3], 1))), quote!(list::repeat(&vec![-3_i64, 3], 1)).to_string());
        assert_eq!(text(quote!(if a { 5 } else { 3 })), quote!(if a { 5_i64 } else { 3 }).to_string());
        assert_eq!(text(quote!((0..n))), quote!((0..n)).to_string());
        assert_eq!(text(quote!(values)), "values");
        assert_eq!(text(quote!(values[0])), quote!(values[0]).to_string());
        assert_eq!(text(quote!((id * 37))), quote!((id * 37)).to_string());
        assert_eq!(text(quote!((37 * id))), quote!((37_i64 * id)).to_string());
        assert_eq!(text(quote!((id * 37))), quote!((id * 37)).to_string());
        assert_eq!(text(quote!((37 * id))), quote!((37_i64 * id)).to_string());
    }
}
