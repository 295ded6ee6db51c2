//! `match` and its patterns.

use super::ast::{BinaryOp, Expr, ExprKind, MatchCase, Name, Pattern, PatternKind, StmtKind, UnaryOp};
use super::builder::Builder;
use super::operator::binary_operator;
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;

impl Builder<'_> {
    /// `match subject: case ...`
    pub fn match_statement(&mut self, node: Node) -> StmtKind {
        let subject = self.subject(node);
        let mut cases = Vec::new();
        let mut column = None;
        for clause in node.child(Field::Body).map(Node::children).unwrap_or_default() {
            match clause.kind() {
                Kind::CaseClause => {
                    self.check_clause(*column.get_or_insert(clause), clause);
                    cases.push(self.case(clause));
                }
                Kind::Token => {}
                _ => self.unreadable(clause),
            }
        }
        if cases.is_empty() && !node.has_error() {
            self.report(Code::Indentation, node.span(), "a `case` block is missing here");
        }
        StmtKind::Match { subject, cases }
    }

    fn subject(&mut self, node: Node) -> Expr {
        let (subjects, comma) = self.listed(node, Field::Subject);
        if let ([one], None) = (subjects.as_slice(), comma) {
            return self.checked_expr(*one);
        }
        let span = subjects.iter().map(|one| one.span()).chain(comma).reduce(Span::to).unwrap_or(node.span());
        Expr { kind: ExprKind::Tuple(subjects.into_iter().map(|one| self.checked_expr(one)).collect()), span }
    }

    /// The children of a field and, where there is one, the comma after the last of them.
    fn listed<'t>(&self, node: Node<'t>, field: Field) -> (Vec<Node<'t>>, Option<Span>) {
        let children = node.children();
        let items: Vec<Node> = children.iter().copied().filter(|child| child.field() == Some(field)).collect();
        let last = items.last().map_or(0, |last| last.span().end);
        let comma = children.iter().find(|child| child.span().start >= last && self.text(**child) == ",");
        (items, comma.map(|comma| comma.span()))
    }

    fn case(&mut self, clause: Node) -> MatchCase {
        let pattern = self.case_patterns(clause);
        let guard = clause.child(Field::Guard).and_then(|guard| guard.parts().first().copied());
        let guard = guard.map(|guard| self.checked_expr(guard));
        let suite = clause.child(Field::Consequence);
        let body = self.suite(clause, suite);
        let end = body.last().map_or(clause.span().end, |last| last.span.end);
        MatchCase { pattern, guard, body, span: Span { start: clause.span().start, end } }
    }

    fn case_patterns(&mut self, clause: Node) -> Pattern {
        let children = clause.children();
        if let Some(broken) = children.iter().find(|child| child.is_error() || child.is_missing()) {
            self.unreadable(*broken);
            return Pattern { kind: PatternKind::Error, span: broken.span() };
        }
        let patterns: Vec<Node> = children.iter().copied().filter(|child| child.kind() == Kind::CasePattern).collect();
        let last = patterns.last().map_or(0, |last| last.span().end);
        let comma = children.iter().find(|child| child.span().start >= last && self.text(**child) == ",");
        if let ([one], None) = (patterns.as_slice(), comma) {
            return self.pattern(*one);
        }
        let span = patterns.iter().chain(comma).map(|one| one.span()).reduce(Span::to).unwrap_or(clause.span());
        let items = patterns.into_iter().map(|one| self.pattern(one)).collect();
        Pattern { kind: PatternKind::Sequence(items), span }
    }

    fn pattern(&mut self, node: Node) -> Pattern {
        if node.has_error() {
            return self.broken_pattern(node);
        }
        let built = self.deeper(node.span(), |builder| builder.pattern_inside(node));
        built.unwrap_or(Pattern { kind: PatternKind::Error, span: node.span() })
    }

    fn broken_pattern(&mut self, node: Node) -> Pattern {
        self.unreadable(node);
        Pattern { kind: PatternKind::Error, span: node.span() }
    }

    fn pattern_inside(&mut self, node: Node) -> Pattern {
        let children = node.children();
        let span = node.span();
        match (node.kind(), children.as_slice()) {
            (Kind::CasePattern, [only]) if only.kind() != Kind::Token => self.pattern(*only),
            (Kind::CasePattern, several) => self.simple_pattern(several, span),
            (Kind::AsPattern, [pattern, .., name]) => {
                let pattern = Box::new(self.pattern(*pattern));
                Pattern { kind: PatternKind::As { pattern, name: self.name(*name) }, span }
            }
            (Kind::UnionPattern, children) => {
                let arms = children.split(|child| self.text(*child) == "|");
                let arms: Vec<&[Node]> = arms.filter(|arm| !arm.is_empty()).collect();
                let arms = arms.into_iter().map(|arm| self.simple_pattern(arm, covering(arm, span))).collect();
                Pattern { kind: PatternKind::Or(arms), span }
            }
            (Kind::TuplePattern, children) if node.parts().len() == 1 && !self.has_sign(children, ",") => {
                let inner = node.parts()[0];
                match self.pattern(inner) {
                    Pattern { kind: PatternKind::Star(name), span: star } => Pattern {
                        kind: PatternKind::Sequence(vec![Pattern { kind: PatternKind::Star(name), span: star }]),
                        span,
                    },
                    pattern => pattern,
                }
            }
            (Kind::TuplePattern | Kind::ListPattern, _) => {
                let items = node.parts().into_iter().map(|part| self.pattern(part)).collect();
                Pattern { kind: PatternKind::Sequence(items), span }
            }
            (Kind::DictPattern, _) => self.mapping_pattern(node),
            (Kind::ClassPattern, [class, ..]) => self.class_pattern(node, *class),
            (Kind::SplatPattern, [.., name]) => Pattern { kind: PatternKind::Star(self.capture(*name)), span },
            (Kind::DottedName, _) => self.dotted_pattern(node),
            _ => match self.pattern_value(node) {
                Some(value) => Pattern { kind: PatternKind::Value(value), span },
                None => self.broken_pattern(node),
            },
        }
    }

    /// A pattern of one node, or of a minus sign and a number.
    fn simple_pattern(&mut self, nodes: &[Node], span: Span) -> Pattern {
        match nodes {
            [only] if only.kind() == Kind::Token => match self.text(*only) {
                "_" => Pattern { kind: PatternKind::Capture(None), span },
                _ => self.broken_pattern(*only),
            },
            [only] => self.pattern(*only),
            [.., number] => Pattern { kind: PatternKind::Value(self.negative(*number, span)), span },
            [] => Pattern { kind: PatternKind::Error, span },
        }
    }

    fn negative(&mut self, number: Node, span: Span) -> Expr {
        let operand = Box::new(Expr { kind: self.number(number), span: number.span() });
        Expr { kind: ExprKind::Unary { op: UnaryOp::Minus, operand }, span }
    }

    /// The literal of a value pattern.
    fn pattern_value(&mut self, node: Node) -> Option<Expr> {
        let kind = match node.kind() {
            Kind::String | Kind::Concatenated => {
                let text = self.string_expr(node);
                if let ExprKind::FString(_) | ExprKind::TString(_) = text.kind {
                    self.report(Code::Syntax, node.span(), "a pattern cannot be an f-string");
                }
                return Some(text);
            }
            Kind::Integer | Kind::Float => self.number(node),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::None => ExprKind::None,
            Kind::ComplexPattern => return self.complex_value(node),
            _ => return None,
        };
        Some(Expr { kind, span: node.span() })
    }

    /// `-1 + 2j`
    fn complex_value(&mut self, node: Node) -> Option<Expr> {
        let children = node.children();
        let (left, sign, right) = match children.as_slice() {
            [left, sign, right] => (Expr { kind: self.number(*left), span: left.span() }, sign, right),
            [minus, left, sign, right] => (self.negative(*left, minus.span().to(left.span())), sign, right),
            _ => return None,
        };
        let op: BinaryOp = binary_operator(self.text(*sign))?;
        let right = Expr { kind: self.number(*right), span: right.span() };
        let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, span: node.span() })
    }

    fn capture(&mut self, node: Node) -> Option<Name> {
        (self.text(node) != "_").then(|| self.name(node))
    }

    /// `name` captures, `a.b` is a value.
    fn dotted_pattern(&mut self, node: Node) -> Pattern {
        let span = node.span();
        let kind = match node.parts().as_slice() {
            [only] => PatternKind::Capture(self.capture(*only)),
            _ => PatternKind::Value(self.dotted_value(node)),
        };
        Pattern { kind, span }
    }

    fn dotted_value(&mut self, node: Node) -> Expr {
        let mut parts = node.parts().into_iter();
        let Some(first) = parts.next() else { return self.not_an_expression(node) };
        let mut value = Expr { kind: ExprKind::Name(self.name(first).text), span: first.span() };
        for part in parts {
            let span = value.span.to(part.span());
            value = Expr { kind: ExprKind::Attribute { value: Box::new(value), attr: self.name(part) }, span };
        }
        value
    }

    fn mapping_pattern(&mut self, node: Node) -> Pattern {
        let mut items = Vec::new();
        let mut rest = None;
        let mut key: Vec<Node> = Vec::new();
        for child in node.children() {
            match child.field() {
                Some(Field::Key) => key.push(child),
                Some(Field::Value) => {
                    let value = self.pattern(child);
                    items.extend(self.mapping_key(&std::mem::take(&mut key)).map(|key| (key, value)));
                }
                _ if child.kind() == Kind::SplatPattern => rest = child.children().last().map(|name| self.name(*name)),
                _ => {}
            }
        }
        Pattern { kind: PatternKind::Mapping { items, rest }, span: node.span() }
    }

    fn mapping_key(&mut self, nodes: &[Node]) -> Option<Expr> {
        let span = covering(nodes, nodes.first()?.span());
        match self.simple_pattern(nodes, span).kind {
            PatternKind::Value(value) => Some(value),
            PatternKind::Error => Some(Expr { kind: ExprKind::Error, span }),
            _ => {
                self.report(Code::Syntax, span, "a key of a mapping pattern must be a literal or a dotted name");
                Some(Expr { kind: ExprKind::Error, span })
            }
        }
    }

    fn class_pattern(&mut self, node: Node, class: Node) -> Pattern {
        let class = self.dotted_value(class);
        let mut positional = Vec::new();
        let mut keywords: Vec<(Name, Pattern)> = Vec::new();
        for case in node.parts().into_iter().skip(1) {
            let inner = case.parts().first().copied().unwrap_or(case);
            match (inner.kind(), inner.children().as_slice()) {
                (Kind::KeywordPattern, [name, _, value @ ..]) => {
                    let name = self.name(*name);
                    let value = self.simple_pattern(value, covering(value, inner.span()));
                    keywords.push((name, value));
                }
                _ => {
                    if !keywords.is_empty() {
                        self.report(Code::ArgumentOrder, case.span(), "positional pattern after keyword pattern");
                    }
                    positional.push(self.pattern(case));
                }
            }
        }
        Pattern { kind: PatternKind::Class { class, positional, keywords }, span: node.span() }
    }

    fn has_sign(&self, nodes: &[Node], sign: &str) -> bool {
        nodes.iter().any(|node| node.is_token() && self.text(*node) == sign)
    }
}

fn covering(nodes: &[Node], otherwise: Span) -> Span {
    nodes.iter().map(|node| node.span()).reduce(Span::to).unwrap_or(otherwise)
}
