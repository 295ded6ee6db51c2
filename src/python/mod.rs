//! Python text to our typed syntax tree. Parsing never fails: it gives a module and what was wrong with the text.
//!
//! ```text
//! def f(x):             FunctionDef f(x)
//!     return -x ** 2      Return (Minus (Pow x 2))
//! f(a=1, b)             E0204 positional argument `b` after `a=`
//! ```
//!
//! A tolerant concrete parser ([`tree`]) gives nodes; a [`builder`] makes the tree from them, decodes literals, puts
//! operators where Python's precedence wants them, and says what Python would reject though the concrete parser does
//! not. Whatever has an error in it is an `Error` node, so no later stage can mistake it for code.

pub mod ast;
mod builder;
mod compound;
pub mod dump;
mod escape;
mod expression;
mod import;
mod indent;
mod layout;
mod number;
mod operator;
mod parameter;
mod pattern;
mod python2;
mod quick;
mod repair;
mod statement;
mod string;
mod target;
mod tree;
pub mod walk;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, SourceFile};
use crate::span::Span;
use builder::Builder;

/// A parsed file with what was wrong in it; statements that could not be read are `StmtKind::Error`. Plain code is read
/// by [`quick`]; it gives up where there is anything to say.
pub fn parse(file: &SourceFile) -> (ast::Module, Vec<Diagnostic>) {
    quick::parse(file).map_or_else(|| tolerant(file), |module| (module, Vec::new()))
}

/// The same by the tolerant parser alone.
pub(crate) fn tolerant(file: &SourceFile) -> (ast::Module, Vec<Diagnostic>) {
    let Some((tree, blanked)) = repair::parse(&file.text) else {
        let mut builder = Builder::new(file, repair::Blanked::default());
        let whole = Span::new(0, file.text.len());
        builder.report(Code::Syntax, Span::default(), "the parser gave up on this file");
        return (ast::Module { body: vec![statement::error(whole)] }, builder.into_diagnostics());
    };
    let mut builder = Builder::new(file, blanked);
    let body = builder.block(tree.root(), None);
    builder.check_blanks();
    (ast::Module { body }, builder.into_diagnostics())
}

/// Reads a text that is one expression, such as a quoted annotation; its spans are of the text.
pub fn expression(text: &str) -> Option<ast::Expr> {
    let file = SourceFile::new(FileId::default(), "", "", text);
    let (module, problems) = parse(&file);
    match (module.body.as_slice(), problems.is_empty()) {
        ([ast::Stmt { kind: ast::StmtKind::Expr(expr), .. }], true) => Some(expr.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
