//! Expressions. Long chains (`a.b().c[0]`, `a + b + c`, `a and b`) are walked in loops; only real nesting recurses.

use super::ast::{BoolOp, CompareOp, Comprehension, DictItem, Expr, ExprKind, Keyword, Name, UnaryOp};
use super::builder::{Builder, Scope};
use super::tree::{Field, Kind, Node};
use crate::diagnostic::Code;
use crate::span::Span;
use unicode_normalization::UnicodeNormalization;

/// CPython's limit of nested brackets.
const MOST_BRACKETS: usize = 200;

/// Words that can never be names; the concrete parser lets some of them through.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

impl<'s> Builder<'s> {
    /// The expression of a node, its parentheses taken off.
    pub fn expr(&mut self, node: Node) -> Expr {
        let listed = matches!(node.kind(), Kind::ExpressionList | Kind::PatternList);
        if !self.blanked.stars.is_empty()
            && !listed
            && let Some(star) = self.blanked.stars.remove(&node.span().start)
        {
            let span = Span { start: star, end: node.span().end };
            return Expr { kind: ExprKind::Starred(Box::new(self.expr(node))), span };
        }
        let (inner, brackets) = unwrap(node);
        let scope = Scope { brackets: self.scope.brackets + brackets, ..self.scope };
        if scope.brackets > MOST_BRACKETS {
            self.report_too_deep(node.span());
            return Expr { kind: ExprKind::Error, span: inner.span() };
        }
        let built = self.deeper(inner.span(), |builder| builder.within(scope, |builder| builder.bare(inner)));
        built.unwrap_or(Expr { kind: ExprKind::Error, span: inner.span() })
    }

    fn bare(&mut self, node: Node) -> Expr {
        if self.text(node).starts_with('*')
            && let Some(star) = leading_star(node)
        {
            return self.hoist_star(node, star);
        }
        self.unstarred(node)
    }

    /// `*f(x)` where the concrete tree reads `(*f)(x)`.
    fn hoist_star(&mut self, node: Node, star: Node) -> Expr {
        let outer = self.hoisted.replace(star.span());
        let mut inner = self.unstarred(node);
        self.hoisted = outer;
        move_start(&mut inner, star.span().start, inner_start(star));
        Expr { kind: ExprKind::Starred(Box::new(inner)), span: node.span() }
    }

    fn unstarred(&mut self, node: Node) -> Expr {
        match node.kind() {
            Kind::Binary | Kind::Unary | Kind::Await | Kind::UnionType => self.operators(node),
            Kind::Attribute | Kind::Subscript | Kind::Call => self.chain(node),
            Kind::Boolean => self.bool_op(node),
            Kind::Conditional => self.conditional(node),
            Kind::Type => match node.parts().first() {
                Some(inner) => self.expr(*inner),
                None => self.not_an_expression(node),
            },
            Kind::ListSplat | Kind::ListSplatPattern if self.hoisted == Some(node.span()) => match node.parts().first()
            {
                Some(inner) => self.expr(*inner),
                None => self.not_an_expression(node),
            },
            Kind::TuplePattern if !has_comma(self, node) && node.parts().len() == 1 => self.expr(node.parts()[0]),
            _ => {
                let kind = self.atom(node);
                Expr { kind, span: node.span() }
            }
        }
    }

    fn atom(&mut self, node: Node) -> ExprKind {
        match node.kind() {
            Kind::Identifier => ExprKind::Name(self.name(node).text),
            Kind::None => ExprKind::None,
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::Ellipsis => ExprKind::Ellipsis,
            Kind::Integer | Kind::Float => self.number(node),
            Kind::String => self.strings(&[node]),
            Kind::Concatenated => self.strings(&node.parts()),
            Kind::Tuple | Kind::ExpressionList | Kind::PatternList | Kind::TuplePattern => {
                ExprKind::Tuple(self.bracketed(node))
            }
            Kind::List | Kind::ListPattern => ExprKind::List(self.bracketed(node)),
            Kind::Set => ExprKind::Set(self.bracketed(node)),
            Kind::Dict => ExprKind::Dict(self.dict(node)),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::SplatType => self.starred(node),
            Kind::Not => self.not(node),
            Kind::Comparison => self.comparison(node),
            Kind::Lambda => self.lambda(node),
            Kind::Named => self.named(node),
            Kind::Yield => self.yield_expression(node),
            Kind::ListComp => self.comprehension(node, |element, clauses| ExprKind::ListComp { element, clauses }),
            Kind::SetComp => self.comprehension(node, |element, clauses| ExprKind::SetComp { element, clauses }),
            Kind::Generator => self.comprehension(node, |element, clauses| ExprKind::Generator { element, clauses }),
            Kind::DictComp => self.dict_comprehension(node),
            Kind::GenericType => self.generic_type(node),
            Kind::MemberType => self.member_type(node),
            Kind::ConstrainedType => self.slice(node),
            Kind::Slice => self.slice(node),
            _ => self.not_an_expression(node).kind,
        }
    }

    /// An error for a node that is no expression here.
    pub fn not_an_expression(&mut self, node: Node) -> Expr {
        if node.has_error() || node.is_missing() {
            self.unreadable(node);
        } else {
            let first = self.text(node).lines().next().unwrap_or("");
            self.report(Code::Syntax, node.span(), format!("`{first}` is not an expression here"));
        }
        Expr { kind: ExprKind::Error, span: node.span() }
    }

    /// A name, in the form in which Python compares names.
    pub fn name(&mut self, node: Node) -> Name {
        let written = self.text(node);
        if KEYWORDS.contains(&written) {
            self.report(Code::Syntax, node.span(), format!("`{written}` is a keyword"));
        }
        Name { text: normalised(written), span: node.span() }
    }

    /// The elements of a display or a bare tuple, one bracket deeper.
    fn bracketed(&mut self, node: Node) -> Vec<Expr> {
        let inner = usize::from(!matches!(node.kind(), Kind::ExpressionList | Kind::PatternList));
        let scope = Scope { brackets: self.scope.brackets + inner, ..self.scope };
        self.within(scope, |builder| builder.elements(node))
    }

    /// All parts as expressions.
    pub fn elements(&mut self, node: Node) -> Vec<Expr> {
        node.parts().into_iter().map(|part| self.expr(part)).collect()
    }

    fn dict(&mut self, node: Node) -> Vec<DictItem> {
        let scope = Scope { brackets: self.scope.brackets + 1, ..self.scope };
        self.within(scope, |builder| node.parts().into_iter().map(|part| builder.dict_item(part)).collect())
    }

    fn dict_item(&mut self, node: Node) -> DictItem {
        let key = node.child(Field::Key).map(|key| self.expr(key));
        let value = match (node.kind(), node.child(Field::Value)) {
            (Kind::Pair, Some(value)) => self.expr(value),
            (Kind::DictSplat, _) if !node.parts().is_empty() => self.expr(node.parts()[0]),
            _ => self.not_an_expression(node),
        };
        DictItem { key, value }
    }

    fn starred(&mut self, node: Node) -> ExprKind {
        match node.parts().first() {
            Some(value) if !self.text(node).starts_with("**") => ExprKind::Starred(Box::new(self.expr(*value))),
            _ => self.not_an_expression(node).kind,
        }
    }

    fn not(&mut self, node: Node) -> ExprKind {
        let mut spans = vec![node.span()];
        let mut operand = node.child(Field::Argument);
        while let Some(inner) = operand.filter(|operand| operand.kind() == Kind::Not) {
            spans.push(inner.span());
            operand = inner.child(Field::Argument);
        }
        let Some(operand) = operand else { return self.not_an_expression(node).kind };
        let built = self.deeper_by(spans.len(), node.span(), |builder| builder.expr(operand));
        let Some(mut result) = built else { return ExprKind::Error };
        for span in spans.into_iter().rev() {
            result = Expr { kind: ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(result) }, span };
        }
        result.kind
    }

    /// `a and b and c` is one node; the concrete tree leans to the left.
    fn bool_op(&mut self, node: Node) -> Expr {
        let word = self.operator_text(node);
        let mut values = Vec::new();
        let mut left = Some(node);
        while let Some(inner) = left.filter(|left| left.kind() == Kind::Boolean && self.operator_text(*left) == word) {
            values.extend(inner.child(Field::Right));
            left = inner.child(Field::Left);
        }
        values.extend(left);
        let values: Vec<Expr> = values.into_iter().rev().map(|value| self.expr(value)).collect();
        let op = if word == "and" { BoolOp::And } else { BoolOp::Or };
        Expr { kind: ExprKind::BoolOp { op, values }, span: node.span() }
    }

    fn operator_text(&self, node: Node) -> &'s str {
        node.child(Field::Operator).map_or("", |operator| self.text(operator))
    }

    fn comparison(&mut self, node: Node) -> ExprKind {
        let mut operands = Vec::new();
        let mut ops = Vec::new();
        for child in node.children() {
            match child.field() {
                Some(Field::Operators) => ops.push(self.compare_op(child)),
                _ => operands.push(self.expr(child)),
            }
        }
        if operands.len() != ops.len() + 1 {
            return self.not_an_expression(node).kind;
        }
        let left = Box::new(operands.remove(0));
        ExprKind::Compare { left, ops, comparators: operands }
    }

    fn compare_op(&mut self, node: Node) -> CompareOp {
        match (node.kind(), self.text(node)) {
            (Kind::NotIn, _) => CompareOp::NotIn,
            (Kind::IsNot, _) => CompareOp::IsNot,
            (_, "==") => CompareOp::Eq,
            (_, "!=") => CompareOp::NotEq,
            (_, "<") => CompareOp::Lt,
            (_, "<=") => CompareOp::LtEq,
            (_, ">") => CompareOp::Gt,
            (_, ">=") => CompareOp::GtEq,
            (_, "is") => CompareOp::Is,
            (_, "in") => CompareOp::In,
            _ => {
                self.report_with_help(Code::Python2, node.span(), "`<>` is Python 2", "write `!=`");
                CompareOp::NotEq
            }
        }
    }

    /// `a if b else c if d else e` leans to the right and is walked in a loop.
    fn conditional(&mut self, node: Node) -> Expr {
        let mut arms = Vec::new();
        let mut last = node;
        while last.kind() == Kind::Conditional {
            let parts = last.parts();
            let [body, test, orelse] = parts.as_slice() else { return self.not_an_expression(node) };
            arms.push((*body, *test, last.span()));
            last = *orelse;
        }
        let built = self.deeper_by(arms.len(), node.span(), |builder| {
            let arms: Vec<_> =
                arms.into_iter().map(|(body, test, span)| (builder.expr(body), builder.expr(test), span)).collect();
            (arms, builder.expr(last))
        });
        let Some((arms, mut result)) = built else { return Expr { kind: ExprKind::Error, span: node.span() } };
        for (body, test, span) in arms.into_iter().rev() {
            let (test, body, orelse) = (Box::new(test), Box::new(body), Box::new(result));
            result = Expr { kind: ExprKind::Conditional { test, body, orelse }, span };
        }
        result
    }

    fn lambda(&mut self, node: Node) -> ExprKind {
        let params = node.child(Field::Parameters).map(|list| self.parameters(list)).unwrap_or_default();
        let scope = Scope { function: true, coroutine: false, repeats: false, ..self.scope };
        let body = node.child(Field::Body);
        match body.map(|body| self.within(scope, |builder| builder.expr(body))) {
            Some(body) => ExprKind::Lambda { params: Box::new(params), body: Box::new(body) },
            None => self.not_an_expression(node).kind,
        }
    }

    fn named(&mut self, node: Node) -> ExprKind {
        match (node.child(Field::Name), node.child(Field::Value)) {
            (Some(target), Some(value)) => {
                ExprKind::Named { target: self.name(target), value: Box::new(self.expr(value)) }
            }
            _ => self.not_an_expression(node).kind,
        }
    }

    fn yield_expression(&mut self, node: Node) -> ExprKind {
        if !self.scope.function {
            self.report(Code::Misplaced, node.span(), "`yield` outside a function");
        }
        let is_from = node.children().iter().any(|child| child.is_token() && self.text(*child) == "from");
        let value = node.parts().first().map(|value| Box::new(self.expr(*value)));
        match (is_from, value) {
            (false, value) => ExprKind::Yield(value),
            (true, Some(value)) => ExprKind::YieldFrom(value),
            (true, None) => self.not_an_expression(node).kind,
        }
    }

    fn comprehension(&mut self, node: Node, make: fn(Box<Expr>, Vec<Comprehension>) -> ExprKind) -> ExprKind {
        let lazy = node.kind() == Kind::Generator;
        let coroutine = self.scope.coroutine || lazy;
        let scope = Scope { brackets: self.scope.brackets + 1, coroutine, ..self.scope };
        self.within(scope, |builder| {
            let Some(body) = node.child(Field::Body) else { return builder.not_an_expression(node).kind };
            let element = Box::new(builder.expr(body));
            if let ExprKind::Starred(_) = element.kind {
                builder.report(Code::Syntax, element.span, "a comprehension cannot unpack its element");
            }
            make(element, builder.clauses(node))
        })
    }

    fn dict_comprehension(&mut self, node: Node) -> ExprKind {
        let pair = node.child(Field::Body);
        match pair.and_then(|pair| Some((pair.child(Field::Key)?, pair.child(Field::Value)?))) {
            Some((key, value)) => {
                let scope = Scope { brackets: self.scope.brackets + 1, ..self.scope };
                self.within(scope, |builder| {
                    let (key, value) = (Box::new(builder.expr(key)), Box::new(builder.expr(value)));
                    ExprKind::DictComp { key, value, clauses: builder.clauses(node) }
                })
            }
            None => self.not_an_expression(node).kind,
        }
    }

    fn clauses(&mut self, node: Node) -> Vec<Comprehension> {
        let mut clauses: Vec<Comprehension> = Vec::new();
        for child in node.parts() {
            match (child.kind(), clauses.last_mut()) {
                (Kind::ForInClause, _) => {
                    let clause = self.for_clause(child);
                    clauses.extend(clause);
                }
                (Kind::IfClause, Some(_)) => {
                    let condition = child.parts().first().map(|condition| self.expr(*condition));
                    if let Some(clause) = clauses.last_mut() {
                        clause.conditions.extend(condition);
                    }
                }
                _ => {}
            }
        }
        clauses
    }

    fn for_clause(&mut self, node: Node) -> Option<Comprehension> {
        let target = self.target(node.child(Field::Left)?, "assign to");
        let children = node.children();
        let is_async = children.first().is_some_and(|first| self.text(*first) == "async");
        let sources: Vec<Node> = children.into_iter().filter(|child| child.field() == Some(Field::Right)).collect();
        let signs = sources.iter().filter(|source| source.is_token()).count();
        let sources: Vec<Node> = sources.into_iter().filter(|source| !source.is_token()).collect();
        if sources.len() > 1 || signs > 0 {
            let help = "put the tuple in parentheses";
            self.report_with_help(
                Code::Python2,
                node.span(),
                "a tuple without parentheses after `in` is Python 2",
                help,
            );
        }
        let iter = self.expr(*sources.first()?);
        Some(Comprehension { target, iter, conditions: Vec::new(), is_async })
    }

    /// `a.b(c)[d]`: down to the first value in a loop, then outwards again.
    fn chain(&mut self, node: Node) -> Expr {
        let mut links = Vec::new();
        let mut base = node;
        loop {
            let field = match base.kind() {
                Kind::Attribute => Field::Object,
                Kind::Subscript => Field::Value,
                Kind::Call => Field::Function,
                _ => break,
            };
            let Some(inner) = base.child(field) else { return self.not_an_expression(node) };
            links.push(base);
            base = inner;
        }
        let built = self.deeper_by(links.len(), node.span(), |builder| {
            let mut value = builder.expr(base);
            for link in links.into_iter().rev() {
                value = Expr { kind: builder.link(value, link), span: link.span() };
            }
            value
        });
        built.unwrap_or(Expr { kind: ExprKind::Error, span: node.span() })
    }

    fn link(&mut self, value: Expr, link: Node) -> ExprKind {
        let value = Box::new(value);
        match link.kind() {
            Kind::Attribute => match link.child(Field::Attribute) {
                Some(attr) => ExprKind::Attribute { value, attr: self.name(attr) },
                None => self.not_an_expression(link).kind,
            },
            Kind::Subscript => ExprKind::Subscript { value, index: Box::new(self.index(link)) },
            _ => {
                let (args, keywords) = match link.child(Field::Arguments) {
                    Some(list) if list.kind() == Kind::Generator => (vec![self.expr(list)], Vec::new()),
                    Some(list) => self.arguments(list),
                    None => (Vec::new(), Vec::new()),
                };
                ExprKind::Call { func: value, args, keywords }
            }
        }
    }

    fn index(&mut self, node: Node) -> Expr {
        let children = node.children();
        let inside: Vec<Node> = children.iter().copied().filter(|c| c.field() == Some(Field::Subscript)).collect();
        let scope = Scope { brackets: self.scope.brackets + 1, ..self.scope };
        let comma = children.iter().rev().find(|child| child.is_token() && self.text(**child) == ",");
        let mut items: Vec<Expr> = self.within(scope, |builder| inside.iter().map(|n| builder.expr(*n)).collect());
        let starred = matches!(items.as_slice(), [Expr { kind: ExprKind::Starred(_), .. }]);
        if comma.is_none() && items.len() == 1 && !starred {
            return items.remove(0);
        }
        let whole = inside.first().map_or(node.span(), |first| first.span());
        let whole = inside.iter().chain(comma).fold(whole, |whole, item| whole.to(item.span()));
        Expr { kind: ExprKind::Tuple(items), span: whole }
    }

    fn slice(&mut self, node: Node) -> ExprKind {
        let mut bounds: [Option<Box<Expr>>; 3] = [None, None, None];
        let mut at = 0;
        for child in node.children() {
            if child.is_token() {
                at += usize::from(self.text(child) == ":");
            } else if let Some(bound) = bounds.get_mut(at) {
                *bound = Some(Box::new(self.expr(child)));
            }
        }
        let [lower, upper, step] = bounds;
        ExprKind::Slice { lower, upper, step }
    }

    /// `list[int]` in an annotation.
    fn generic_type(&mut self, node: Node) -> ExprKind {
        let parts = node.parts();
        let [value, list] = parts.as_slice() else { return self.not_an_expression(node).kind };
        let mut items = self.elements(*list);
        let comma = list.children().into_iter().rev().find(|child| self.text(*child) == ",");
        let index = match (items.len(), comma) {
            (1, None) if !matches!(items[0].kind, ExprKind::Starred(_)) => items.remove(0),
            _ => {
                let whole = list.parts().into_iter().chain(comma).map(Node::span).reduce(Span::to);
                Expr { kind: ExprKind::Tuple(items), span: whole.unwrap_or(list.span()) }
            }
        };
        ExprKind::Subscript { value: Box::new(self.expr(*value)), index: Box::new(index) }
    }

    /// `a.B` in an annotation.
    fn member_type(&mut self, node: Node) -> ExprKind {
        let parts = node.parts();
        let [value, attr] = parts.as_slice() else { return self.not_an_expression(node).kind };
        ExprKind::Attribute { value: Box::new(self.expr(*value)), attr: self.name(*attr) }
    }

    /// The arguments of a call or the bases of a class.
    pub fn arguments(&mut self, list: Node) -> (Vec<Expr>, Vec<Keyword>) {
        let scope = Scope { brackets: self.scope.brackets + 1, ..self.scope };
        self.within(scope, |builder| builder.arguments_inside(list))
    }

    fn arguments_inside(&mut self, list: Node) -> (Vec<Expr>, Vec<Keyword>) {
        let mut args = Vec::new();
        let mut keywords: Vec<Keyword> = Vec::new();
        for part in list.parts() {
            match part.kind() {
                Kind::KeywordArgument => {
                    let keyword = self.keyword(part);
                    keywords.extend(keyword);
                }
                Kind::DictSplat => {
                    let value = part.parts().first().map(|value| self.expr(*value));
                    keywords.extend(value.map(|value| Keyword { name: None, value }));
                }
                _ => {
                    let arg = self.expr(part);
                    self.check_argument_order(&arg, &keywords);
                    args.push(arg);
                }
            }
        }
        self.check_repeated(&keywords);
        (args, keywords)
    }

    fn keyword(&mut self, node: Node) -> Option<Keyword> {
        let name = self.name(node.child(Field::Name)?);
        Some(Keyword { name: Some(name), value: self.expr(node.child(Field::Value)?) })
    }

    fn check_argument_order(&mut self, arg: &Expr, keywords: &[Keyword]) {
        let unpacks = keywords.iter().any(|keyword| keyword.name.is_none());
        let starred = matches!(arg.kind, ExprKind::Starred(_));
        if starred && unpacks {
            self.report(Code::ArgumentOrder, arg.span, "`*` argument after `**` argument");
        }
        let Some(last) = keywords.last().filter(|_| !starred) else { return };
        let written = self.written(arg.span).lines().next().unwrap_or("");
        let after = last.name.as_ref().map_or("a `**` argument".to_string(), |name| format!("`{}=`", name.text));
        let message = format!("positional argument `{written}` after {after}");
        self.report_with_help(Code::ArgumentOrder, arg.span, message, "move it before the keyword arguments");
    }

    fn check_repeated(&mut self, keywords: &[Keyword]) {
        let mut seen = std::collections::HashSet::new();
        for name in keywords.iter().filter_map(|keyword| keyword.name.as_ref()) {
            if !seen.insert(&name.text) {
                self.report(Code::Syntax, name.span, format!("keyword argument `{}` is repeated", name.text));
            }
        }
    }
}

/// Takes parentheses off; also how many there were.
fn unwrap(node: Node) -> (Node, usize) {
    let mut inner = node;
    let mut brackets = 0;
    while inner.kind() == Kind::Parenthesized {
        let parts = inner.parts();
        let [only] = parts.as_slice() else { break };
        inner = *only;
        brackets += 1;
    }
    (inner, brackets)
}

/// The star at the very left of an operation, a call or the like.
fn leading_star(node: Node) -> Option<Node> {
    let mut left = node;
    while let Kind::Binary
    | Kind::Boolean
    | Kind::Comparison
    | Kind::Conditional
    | Kind::Call
    | Kind::Attribute
    | Kind::Subscript
    | Kind::UnionType = left.kind()
    {
        left = left.first_child()?;
    }
    (left != node && matches!(left.kind(), Kind::ListSplat | Kind::ListSplatPattern)).then_some(left)
}

fn inner_start(star: Node) -> u32 {
    star.parts().first().map_or(star.span().start + 1, |inner| inner.span().start)
}

/// Takes a leading star out of the spans along the left side.
fn move_start(expr: &mut Expr, from: u32, to: u32) {
    let mut left = Some(expr);
    while let Some(expr) = left.filter(|expr| expr.span.start == from) {
        expr.span.start = to;
        left = match &mut expr.kind {
            ExprKind::Binary { left, .. } | ExprKind::Compare { left, .. } => Some(left),
            ExprKind::BoolOp { values, .. } => values.first_mut(),
            ExprKind::Conditional { body, .. } => Some(body),
            ExprKind::Call { func: value, .. } | ExprKind::Attribute { value, .. } => Some(value),
            ExprKind::Subscript { value, .. } => Some(value),
            _ => None,
        };
    }
}

fn has_comma(builder: &Builder, node: Node) -> bool {
    node.children().iter().any(|child| child.is_token() && builder.text(*child) == ",")
}

/// An identifier as Python compares it.
pub fn normalised(written: &str) -> String {
    if written.is_ascii() { written.to_string() } else { written.nfkc().collect() }
}
