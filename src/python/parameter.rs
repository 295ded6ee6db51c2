//! Parameters of functions and lambdas, and type parameters.

use super::ast::{Expr, ExprKind, Name, Parameter, ParameterKind, Parameters, StmtKind, TypeParam, TypeParamKind};
use super::builder::Builder;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use std::collections::HashSet;

impl Builder<'_> {
    /// The parameters of a `def` or a `lambda`, checked.
    pub fn parameters(&mut self, list: Node) -> Parameters {
        let mut signature = Signature::default();
        for part in list.children() {
            match part.kind() {
                Kind::Token => {}
                Kind::PositionalSeparator => self.slash(part, &mut signature),
                Kind::KeywordSeparator => self.star(part, &mut signature),
                Kind::TuplePattern => self.unpacking(part),
                _ => self.parameter(part, &mut signature),
            }
        }
        if let Some(star) = signature.bare_star {
            self.report(Code::BadParameters, star.span(), "a parameter must follow the bare `*`");
        }
        Parameters { items: signature.items }
    }

    fn slash(&mut self, node: Node, signature: &mut Signature) {
        let late = signature.items.iter().any(|item| item.kind != ParameterKind::Positional);
        if signature.items.is_empty() || late || signature.keyword_only {
            self.report(Code::BadParameters, node.span(), "`/` must come once, after a parameter and before `*`");
        }
        for item in &mut signature.items {
            if item.kind == ParameterKind::Positional {
                item.kind = ParameterKind::PositionalOnly;
            }
        }
    }

    fn star<'t>(&mut self, node: Node<'t>, signature: &mut Signature<'t>) {
        if signature.keyword_only {
            self.report(Code::BadParameters, node.span(), "`*` may come only once");
        }
        signature.keyword_only = true;
        signature.bare_star = Some(node);
    }

    fn unpacking(&mut self, node: Node) {
        let written = self.text(node).to_string();
        let help = "take one parameter and unpack it in the body";
        self.report_with_help(Code::Python2, node.span(), format!("the parameter `{written}` is Python 2"), help);
    }

    fn parameter<'t>(&mut self, node: Node<'t>, signature: &mut Signature<'t>) {
        let head = match node.kind() {
            Kind::DefaultParameter | Kind::TypedDefaultParameter => node.child(Field::Name),
            Kind::TypedParameter => node.parts().first().copied(),
            _ => Some(node),
        };
        let Some(head) = head else { return self.unreadable(node) };
        let splat = matches!(head.kind(), Kind::ListSplatPattern | Kind::DictSplatPattern);
        let inner = if splat { head.parts().first().copied() } else { Some(head) };
        let Some(inner) = inner.filter(|inner| inner.kind() == Kind::Identifier) else {
            return self.not_a_parameter(head);
        };
        let kind = match head.kind() {
            Kind::ListSplatPattern => ParameterKind::VarPositional,
            Kind::DictSplatPattern => ParameterKind::VarKeyword,
            _ if signature.keyword_only => ParameterKind::KeywordOnly,
            _ => ParameterKind::Positional,
        };
        let name = self.name(inner);
        let annotation = node.child(Field::Type).map(|annotation| self.expr(annotation));
        let default = node.child(Field::Value).map(|default| self.expr(default));
        let parameter = Parameter { name, kind, annotation, default };
        self.check_parameter(&parameter, signature);
        signature.bare_star = signature.bare_star.filter(|_| kind == ParameterKind::VarKeyword);
        signature.keyword_only |= kind == ParameterKind::VarPositional;
        signature.items.push(parameter);
    }

    fn not_a_parameter(&mut self, node: Node) {
        if node.kind() == Kind::TuplePattern {
            return self.unpacking(node);
        }
        let message = format!("`{}` is not a name of a parameter", self.text(node));
        self.report(Code::BadParameters, node.span(), message);
    }

    fn check_parameter(&mut self, parameter: &Parameter, signature: &mut Signature) {
        let Name { text, span } = &parameter.name;
        if !signature.names.insert(text.clone()) {
            self.report(Code::BadParameters, *span, format!("parameter `{text}` is there twice"));
        }
        if signature.items.last().is_some_and(|last| last.kind == ParameterKind::VarKeyword) {
            self.report(Code::BadParameters, *span, format!("parameter `{text}` comes after the `**` parameter"));
        }
        if parameter.kind == ParameterKind::VarPositional && signature.keyword_only {
            self.report(Code::BadParameters, *span, "`*` may come only once");
        }
        if parameter.kind == ParameterKind::Positional {
            if signature.has_default && parameter.default.is_none() {
                let message = format!("parameter `{text}` without a default comes after one with a default");
                self.report(Code::BadParameters, *span, message);
            }
            signature.has_default |= parameter.default.is_some();
        }
    }

    /// `[T: int, *Ts, **P]`
    pub fn type_params(&mut self, list: Node) -> Vec<TypeParam> {
        if list.has_error() {
            self.unreadable(list);
            return Vec::new();
        }
        list.parts().into_iter().filter_map(|part| self.type_param_with_default(part)).collect()
    }

    fn type_param_with_default(&mut self, node: Node) -> Option<TypeParam> {
        let param = self.type_param(node)?;
        let end = node.span().end;
        let Some((_, span)) = self.blanked.defaults.iter().find(|(place, _)| *place == end).copied() else {
            return Some(param);
        };
        let tree = super::tree::parse(self.source(), span)?;
        let statement = tree.root().first_child().filter(|statement| !statement.has_error());
        let value = statement.filter(|statement| statement.kind() == Kind::ExpressionStatement)?.first_child();
        match value {
            Some(value) => Some(TypeParam { default: Some(self.expr(value)), ..param }),
            None => Some(param),
        }
    }

    fn type_param(&mut self, node: Node) -> Option<TypeParam> {
        let inner = if node.kind() == Kind::Type { *node.parts().first()? } else { node };
        let parts = inner.parts();
        match (inner.kind(), parts.as_slice()) {
            (Kind::Identifier, _) => Some(self.plain_type_param(inner, TypeParamKind::TypeVar)),
            (Kind::ConstrainedType | Kind::Slice, [name, bound]) => {
                let bound = self.expr(*bound);
                let param = self.type_param(*name)?;
                Some(TypeParam { bound: Some(bound), ..param })
            }
            (Kind::SplatType | Kind::ListSplat | Kind::ListSplatPattern | Kind::DictSplat, [name]) => {
                let double = self.text(inner).starts_with("**");
                let kind = if double { TypeParamKind::ParamSpec } else { TypeParamKind::TypeVarTuple };
                Some(self.plain_type_param(*name, kind))
            }
            _ => {
                self.report(Code::Syntax, node.span(), format!("`{}` is not a type parameter", self.text(node)));
                None
            }
        }
    }

    fn plain_type_param(&mut self, node: Node, kind: TypeParamKind) -> TypeParam {
        TypeParam { name: self.name(node), kind, bound: None, default: None }
    }

    /// `type Name[T] = value`
    pub fn type_alias(&mut self, node: Node) -> StmtKind {
        let (Some(left), Some(right)) = (node.child(Field::Left), node.child(Field::Right)) else {
            return StmtKind::Error;
        };
        let head = left.parts().first().copied().filter(|_| left.kind() == Kind::Type).unwrap_or(left);
        let parts = head.parts();
        let (name, type_params) = match (head.kind(), parts.as_slice()) {
            (Kind::Identifier, _) => (head, Vec::new()),
            (Kind::GenericType, [name, list]) => (*name, self.type_params(*list)),
            (Kind::Subscript, [name, items @ ..]) => {
                (*name, items.iter().filter_map(|item| self.type_param_with_default(*item)).collect())
            }
            _ => {
                self.report(Code::Syntax, left.span(), format!("`{}` cannot be a type alias", self.text(left)));
                return StmtKind::Error;
            }
        };
        let value: Expr = self.expr(right);
        if let ExprKind::Error = value.kind {
            return StmtKind::Error;
        }
        StmtKind::TypeAlias { name: self.name(name), type_params, value }
    }
}

/// A parameter list while it is read.
#[derive(Default)]
struct Signature<'t> {
    items: Vec<Parameter>,
    names: HashSet<String>,
    keyword_only: bool,
    has_default: bool,
    bare_star: Option<Node<'t>>,
}
