//! `import` and `from ... import`.

use super::ast::{Alias, Name, StmtKind};
use super::builder::Builder;
use super::expression::normalised;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

impl Builder<'_> {
    /// `import a.b as c, d`
    pub fn import(&mut self, node: Node) -> StmtKind {
        self.check_last_comma(node);
        StmtKind::Import(self.aliases(node))
    }

    /// `from ..a import b as c`
    pub fn import_from(&mut self, node: Node) -> StmtKind {
        self.check_last_comma(node);
        let (module, level) = self.source_module(node);
        let star = node.children().into_iter().find(|child| child.kind() == Kind::WildcardImport);
        let Some(star) = star else { return StmtKind::ImportFrom { module, names: self.aliases(node), level } };
        if self.scope.blocks > 0 && self.scope.function {
            self.report(Code::Misplaced, node.span(), "`import *` inside a function");
        }
        let name = Name { text: "*".to_string(), span: star.span() };
        StmtKind::ImportFrom { module, names: vec![Alias { name, asname: None }], level }
    }

    fn source_module(&mut self, node: Node) -> (Option<Name>, u32) {
        let Some(module) = node.child(Field::ModuleName) else {
            let word = node.children().get(1).map_or(node.span(), |word| word.span());
            return (Some(Name { text: self.written(word).to_string(), span: word }), 0);
        };
        if module.kind() != Kind::RelativeImport {
            return (Some(self.dotted(module)), 0);
        }
        let parts = module.parts();
        let prefix = parts.iter().find(|part| part.kind() == Kind::ImportPrefix);
        let level = prefix.map_or(0, |prefix| self.text(*prefix).matches('.').count() as u32);
        let name = parts.iter().find(|part| part.kind() == Kind::DottedName);
        (name.map(|name| self.dotted(*name)), level)
    }

    fn aliases(&mut self, node: Node) -> Vec<Alias> {
        let names = node.children().into_iter();
        let names = names.filter(|child| matches!(child.kind(), Kind::DottedName | Kind::AliasedImport));
        let names: Vec<Node> = names.filter(|child| child.field() != Some(Field::ModuleName)).collect();
        names.into_iter().map(|name| self.alias(name)).collect()
    }

    fn alias(&mut self, node: Node) -> Alias {
        match (node.kind(), node.child(Field::Name)) {
            (Kind::AliasedImport, Some(name)) => {
                let asname = node.child(Field::Alias).map(|alias| self.name(alias));
                Alias { name: self.dotted(name), asname }
            }
            _ => Alias { name: self.dotted(node), asname: None },
        }
    }

    /// A dotted name as one, without white space.
    pub fn dotted(&mut self, node: Node) -> Name {
        let words: Vec<String> = node.parts().into_iter().map(|part| self.name(part).text).collect();
        let text = if words.is_empty() { normalised(self.text(node)) } else { words.join(".") };
        Name { text, span: node.span() }
    }

    fn check_last_comma(&mut self, node: Node) {
        let children = node.children();
        if let Some(last) = children.last().filter(|last| self.text(**last) == ",") {
            let span: Span = last.span();
            self.report(Code::Syntax, span, "a trailing comma needs parentheses around the names");
        }
    }
}
