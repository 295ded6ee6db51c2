//! The tree as indented text, one node a line: what `pivot dump --stage ast` prints.
//!
//! ```text
//! x = f(1, *a)     Assign 1:1-1:13
//!                    Name x 1:1-1:2
//!                    Call 1:5-1:13
//!                      Name f 1:5-1:6
//!                      Int 1 1:7-1:8
//!                      Starred 1:10-1:12
//!                        Name a 1:11-1:12
//! ```
//!
//! Labels (`body`, `orelse`) stand where children of one node have several roles. F-strings are shown as Python makes
//! them: the text of `{x=}` is part of the literal before the field.

use super::ast::*;
use crate::source::SourceFile;
use crate::span::Span;
use std::fmt::Write;

/// The tree as text; with a file, statements and expressions carry their places.
pub fn dump(module: &Module, file: Option<&SourceFile>) -> String {
    let mut dumper = Dumper { out: String::new(), file, depth: 0 };
    dumper.statements(&module.body);
    dumper.out
}

struct Dumper<'f> {
    out: String,
    file: Option<&'f SourceFile>,
    depth: usize,
}

impl Dumper<'_> {
    fn line(&mut self, words: &[&str], span: Option<Span>) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        self.out.push_str(&words.join(" "));
        if let (Some(file), Some(span)) = (self.file, span) {
            let (start, end) = (file.line_column(span.start), file.line_column(span.end));
            let _ = write!(self.out, " {}:{}-{}:{}", start.0, start.1, end.0, end.1);
        }
        self.out.push('\n');
    }

    fn inside(&mut self, work: impl FnOnce(&mut Self)) {
        self.depth += 1;
        work(self);
        self.depth -= 1;
    }

    /// A label with children; nothing where there are none.
    fn group<T>(&mut self, label: &str, items: &[T], each: impl Fn(&mut Self, &T)) {
        if !items.is_empty() {
            self.line(&[label], None);
            self.inside(|dumper| items.iter().for_each(|item| each(dumper, item)));
        }
    }

    fn statements(&mut self, statements: &[Stmt]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn block(&mut self, label: &str, statements: &[Stmt]) {
        self.group(label, statements, |dumper, statement| dumper.statement(statement));
    }

    fn expressions(&mut self, label: &str, expressions: &[Expr]) {
        self.group(label, expressions, |dumper, expr| dumper.expr(expr));
    }

    fn labelled(&mut self, label: &str, expr: Option<&Expr>) {
        self.expressions(label, expr.map(std::slice::from_ref).unwrap_or_default());
    }

    fn statement(&mut self, statement: &Stmt) {
        let words = statement_words(&statement.kind);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.line(&words, Some(statement.span));
        self.inside(|dumper| dumper.statement_children(&statement.kind));
    }

    fn statement_children(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::FunctionDef(function) => self.function(function),
            StmtKind::ClassDef(class) => self.class(class),
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.expr(target)),
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|target| self.expr(target));
                self.expr(value);
            }
            StmtKind::AugAssign { target, op: _, value } => {
                self.expr(target);
                self.expr(value);
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                self.expr(target);
                self.expr(annotation);
                self.labelled("value", value.as_ref());
            }
            StmtKind::TypeAlias { name: _, type_params, value } => {
                self.group("type_params", type_params, Self::type_param);
                self.expr(value);
            }
            StmtKind::For { target, iter, body, orelse, is_async: _ } => {
                self.expr(target);
                self.expr(iter);
                self.block("body", body);
                self.block("orelse", orelse);
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test);
                self.block("body", body);
                self.block("orelse", orelse);
            }
            StmtKind::With { items, body, is_async: _ } => {
                for item in items {
                    self.line(&["item"], None);
                    self.inside(|dumper| dumper.with_item(item));
                }
                self.block("body", body);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject);
                cases.iter().for_each(|case| self.case(case));
            }
            StmtKind::Raise { exc, cause } => {
                exc.iter().for_each(|exc| self.expr(exc));
                self.labelled("from", cause.as_ref());
            }
            StmtKind::Try { body, handlers, orelse, finalbody, is_star: _ } => {
                self.block("body", body);
                handlers.iter().for_each(|handler| self.handler(handler));
                self.block("orelse", orelse);
                self.block("finally", finalbody);
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test);
                msg.iter().for_each(|msg| self.expr(msg));
            }
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                names.iter().for_each(|name| self.alias(name))
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue | StmtKind::Error => {}
        }
    }

    fn function(&mut self, function: &FunctionDef) {
        self.expressions("decorators", &function.decorators);
        self.group("type_params", &function.type_params, Self::type_param);
        function.params.items.iter().for_each(|param| self.parameter(param));
        self.labelled("returns", function.returns.as_ref());
        self.block("body", &function.body);
    }

    fn class(&mut self, class: &ClassDef) {
        self.expressions("decorators", &class.decorators);
        self.group("type_params", &class.type_params, Self::type_param);
        self.expressions("bases", &class.bases);
        class.keywords.iter().for_each(|keyword| self.keyword(keyword));
        self.block("body", &class.body);
    }

    fn with_item(&mut self, item: &WithItem) {
        self.expr(&item.context);
        item.target.iter().for_each(|target| self.expr(target));
    }

    fn case(&mut self, case: &MatchCase) {
        self.line(&["case"], None);
        self.inside(|dumper| {
            dumper.pattern(&case.pattern);
            dumper.labelled("guard", case.guard.as_ref());
            dumper.block("body", &case.body);
        });
    }

    fn handler(&mut self, handler: &ExceptHandler) {
        let name = handler.name.as_ref().map(|name| name.text.as_str());
        self.line(&["except"].into_iter().chain(name).collect::<Vec<_>>(), None);
        self.inside(|dumper| {
            handler.kind.iter().for_each(|kind| dumper.expr(kind));
            dumper.block("body", &handler.body);
        });
    }

    fn alias(&mut self, alias: &Alias) {
        let mut words = vec!["alias", &alias.name.text];
        words.extend(alias.asname.iter().flat_map(|name| ["as", &name.text]));
        self.line(&words, None);
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.line(&[&format!("{:?}", parameter.kind), &parameter.name.text], None);
        self.inside(|dumper| {
            dumper.labelled("annotation", parameter.annotation.as_ref());
            dumper.labelled("default", parameter.default.as_ref());
        });
    }

    fn type_param(&mut self, param: &TypeParam) {
        self.line(&[&format!("{:?}", param.kind), &param.name.text], None);
        self.inside(|dumper| {
            dumper.labelled("bound", param.bound.as_ref());
            dumper.labelled("default", param.default.as_ref());
        });
    }

    fn keyword(&mut self, keyword: &Keyword) {
        self.line(&["keyword", keyword.name.as_ref().map_or("**", |name| &name.text)], None);
        self.inside(|dumper| dumper.expr(&keyword.value));
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let name = |name: &Option<Name>| name.as_ref().map_or("_".to_string(), |name| name.text.clone());
        match &pattern.kind {
            PatternKind::Value(value) => {
                self.line(&["Value"], None);
                self.inside(|dumper| dumper.expr(value));
            }
            PatternKind::Capture(captured) => self.line(&["Capture", &name(captured)], None),
            PatternKind::Star(captured) => self.line(&["Star", &name(captured)], None),
            PatternKind::Sequence(items) => self.patterns("Sequence", items),
            PatternKind::Or(items) => self.patterns("Or", items),
            PatternKind::Mapping { items, rest } => {
                let rest = rest.as_ref().map(|rest| rest.text.as_str());
                self.line(&["Mapping"].into_iter().chain(rest).collect::<Vec<_>>(), None);
                self.inside(|dumper| {
                    for (key, value) in items {
                        dumper.expr(key);
                        dumper.pattern(value);
                    }
                });
            }
            PatternKind::Class { class, positional, keywords } => {
                self.line(&["Class"], None);
                self.inside(|dumper| {
                    dumper.expr(class);
                    positional.iter().for_each(|pattern| dumper.pattern(pattern));
                    for (name, pattern) in keywords {
                        dumper.line(&["keyword", &name.text], None);
                        dumper.inside(|dumper| dumper.pattern(pattern));
                    }
                });
            }
            PatternKind::As { pattern, name } => {
                self.line(&["As", &name.text], None);
                self.inside(|dumper| dumper.pattern(pattern));
            }
            PatternKind::Error => self.line(&["Error"], None),
        }
    }

    fn patterns(&mut self, word: &str, items: &[Pattern]) {
        self.line(&[word], None);
        self.inside(|dumper| items.iter().for_each(|item| dumper.pattern(item)));
    }

    fn expr(&mut self, expr: &Expr) {
        let words = expr_words(&expr.kind);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.line(&words, Some(expr.span));
        self.inside(|dumper| dumper.expr_children(&expr.kind));
    }

    fn expr_children(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::FString(parts) | ExprKind::TString(parts) => self.format_parts(parts),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
                items.iter().for_each(|item| self.expr(item));
            }
            ExprKind::Dict(items) => items.iter().for_each(|item| self.dict_item(item)),
            ExprKind::Unary { op: _, operand } => self.expr(operand),
            ExprKind::Binary { op: _, left, right } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::BoolOp { op: _, values } => values.iter().for_each(|value| self.expr(value)),
            ExprKind::Compare { left, ops, comparators } => {
                self.expr(left);
                for (op, comparator) in ops.iter().zip(comparators) {
                    self.line(&[&format!("{op:?}")], None);
                    self.expr(comparator);
                }
            }
            ExprKind::Conditional { test, body, orelse } => {
                [test, body, orelse].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func);
                args.iter().for_each(|arg| self.expr(arg));
                keywords.iter().for_each(|keyword| self.keyword(keyword));
            }
            ExprKind::Attribute { value, attr: _ } | ExprKind::Starred(value) => self.expr(value),
            ExprKind::Await(value) | ExprKind::YieldFrom(value) => self.expr(value),
            ExprKind::Subscript { value, index } => {
                self.expr(value);
                self.expr(index);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.labelled("lower", lower.as_deref());
                self.labelled("upper", upper.as_deref());
                self.labelled("step", step.as_deref());
            }
            ExprKind::Named { target: _, value } => self.expr(value),
            ExprKind::Lambda { params, body } => {
                params.items.iter().for_each(|param| self.parameter(param));
                self.expr(body);
            }
            ExprKind::ListComp { element, clauses }
            | ExprKind::SetComp { element, clauses }
            | ExprKind::Generator { element, clauses } => {
                self.expr(element);
                clauses.iter().for_each(|clause| self.clause(clause));
            }
            ExprKind::DictComp { key, value, clauses } => {
                self.expr(key);
                self.expr(value);
                clauses.iter().for_each(|clause| self.clause(clause));
            }
            ExprKind::Yield(value) => value.iter().for_each(|value| self.expr(value)),
            ExprKind::Name(_) | ExprKind::None | ExprKind::Bool(_) | ExprKind::Ellipsis | ExprKind::Error => {}
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) => {}
            ExprKind::Str(_) | ExprKind::Bytes(_) => {}
        }
    }

    fn dict_item(&mut self, item: &DictItem) {
        match &item.key {
            Some(key) => self.expr(key),
            None => self.line(&["**"], None),
        }
        self.expr(&item.value);
    }

    fn clause(&mut self, clause: &Comprehension) {
        self.line(&[if clause.is_async { "async for" } else { "for" }], None);
        self.inside(|dumper| {
            dumper.expr(&clause.target);
            dumper.expr(&clause.iter);
            dumper.expressions("if", &clause.conditions);
        });
    }

    fn format_parts(&mut self, parts: &[FStringPart]) {
        let mut literal = String::new();
        for part in parts {
            match part {
                FStringPart::Literal(text) => literal.push_str(text),
                FStringPart::Field { value, conversion, spec, debug } => {
                    literal.push_str(debug.as_deref().unwrap_or(""));
                    self.format_literal(&mut literal);
                    let letter = conversion.map(|letter| format!("!{letter}")).unwrap_or_default();
                    self.line(&[&format!("field{letter}")], None);
                    self.inside(|dumper| {
                        dumper.expr(value);
                        if !spec.is_empty() {
                            dumper.line(&["spec"], None);
                            dumper.inside(|dumper| dumper.format_parts(spec));
                        }
                    });
                }
            }
        }
        self.format_literal(&mut literal);
    }

    fn format_literal(&mut self, literal: &mut String) {
        if !literal.is_empty() {
            self.line(&["literal", &quoted(literal)], None);
        }
        literal.clear();
    }
}

fn statement_words(kind: &StmtKind) -> Vec<String> {
    let is = |yes: bool, word: &str| yes.then(|| word.to_string());
    let names = |names: &[Name]| names.iter().map(|name| name.text.clone()).collect::<Vec<_>>();
    let mut words = vec![];
    match kind {
        StmtKind::FunctionDef(function) => {
            words.extend(is(function.is_async, "async"));
            words.extend(["FunctionDef".to_string(), function.name.text.clone()]);
        }
        StmtKind::ClassDef(class) => words.extend(["ClassDef".to_string(), class.name.text.clone()]),
        StmtKind::AugAssign { op, .. } => words.extend(["AugAssign".to_string(), format!("{op:?}")]),
        StmtKind::TypeAlias { name, .. } => words.extend(["TypeAlias".to_string(), name.text.clone()]),
        StmtKind::For { is_async, .. } => words.extend(is(*is_async, "async").into_iter().chain(["For".to_string()])),
        StmtKind::With { is_async, .. } => words.extend(is(*is_async, "async").into_iter().chain(["With".to_string()])),
        StmtKind::Try { is_star, .. } => words.extend(["Try".to_string()].into_iter().chain(is(*is_star, "star"))),
        StmtKind::ImportFrom { module, level, .. } => {
            let dots = ".".repeat(*level as usize);
            words.push("ImportFrom".to_string());
            words.push(dots + module.as_ref().map_or("", |module| &module.text));
        }
        StmtKind::Global(list) => words.extend(["Global".to_string()].into_iter().chain(names(list))),
        StmtKind::Nonlocal(list) => words.extend(["Nonlocal".to_string()].into_iter().chain(names(list))),
        _ => words.push(statement_word(kind).to_string()),
    }
    words
}

fn statement_word(kind: &StmtKind) -> &'static str {
    match kind {
        StmtKind::FunctionDef(_) => "FunctionDef",
        StmtKind::ClassDef(_) => "ClassDef",
        StmtKind::Return(_) => "Return",
        StmtKind::Delete(_) => "Delete",
        StmtKind::Assign { .. } => "Assign",
        StmtKind::AugAssign { .. } => "AugAssign",
        StmtKind::AnnAssign { .. } => "AnnAssign",
        StmtKind::TypeAlias { .. } => "TypeAlias",
        StmtKind::For { .. } => "For",
        StmtKind::While { .. } => "While",
        StmtKind::If { .. } => "If",
        StmtKind::With { .. } => "With",
        StmtKind::Match { .. } => "Match",
        StmtKind::Raise { .. } => "Raise",
        StmtKind::Try { .. } => "Try",
        StmtKind::Assert { .. } => "Assert",
        StmtKind::Import(_) => "Import",
        StmtKind::ImportFrom { .. } => "ImportFrom",
        StmtKind::Global(_) => "Global",
        StmtKind::Nonlocal(_) => "Nonlocal",
        StmtKind::Expr(_) => "Expr",
        StmtKind::Pass => "Pass",
        StmtKind::Break => "Break",
        StmtKind::Continue => "Continue",
        StmtKind::Error => "Error",
    }
}

fn expr_words(kind: &ExprKind) -> Vec<String> {
    let pair = |word: &str, detail: String| vec![word.to_string(), detail];
    match kind {
        ExprKind::Name(name) => pair("Name", name.clone()),
        ExprKind::Bool(value) => pair("Bool", if *value { "True".to_string() } else { "False".to_string() }),
        ExprKind::Int(IntLiteral::Small(value)) => pair("Int", value.to_string()),
        ExprKind::Int(IntLiteral::Big(digits)) => pair("Int", digits.clone()),
        ExprKind::Float(value) => pair("Float", format!("{value:?}")),
        ExprKind::Imaginary(value) => pair("Imaginary", format!("{value:?}")),
        ExprKind::Str(text) => pair("Str", quoted(text)),
        ExprKind::Bytes(bytes) => {
            pair("Bytes", bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
        }
        ExprKind::Unary { op, .. } => pair("Unary", format!("{op:?}")),
        ExprKind::Binary { op, .. } => pair("Binary", format!("{op:?}")),
        ExprKind::BoolOp { op, .. } => pair("BoolOp", format!("{op:?}")),
        ExprKind::Attribute { attr, .. } => pair("Attribute", attr.text.clone()),
        ExprKind::Named { target, .. } => pair("Named", target.text.clone()),
        _ => vec![expr_word(kind).to_string()],
    }
}

fn expr_word(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Name(_) => "Name",
        ExprKind::None => "None",
        ExprKind::Bool(_) => "Bool",
        ExprKind::Ellipsis => "Ellipsis",
        ExprKind::Int(_) => "Int",
        ExprKind::Float(_) => "Float",
        ExprKind::Imaginary(_) => "Imaginary",
        ExprKind::Str(_) => "Str",
        ExprKind::Bytes(_) => "Bytes",
        ExprKind::FString(_) => "FString",
        ExprKind::TString(_) => "TString",
        ExprKind::Tuple(_) => "Tuple",
        ExprKind::List(_) => "List",
        ExprKind::Set(_) => "Set",
        ExprKind::Dict(_) => "Dict",
        ExprKind::Unary { .. } => "Unary",
        ExprKind::Binary { .. } => "Binary",
        ExprKind::BoolOp { .. } => "BoolOp",
        ExprKind::Compare { .. } => "Compare",
        ExprKind::Conditional { .. } => "Conditional",
        ExprKind::Call { .. } => "Call",
        ExprKind::Attribute { .. } => "Attribute",
        ExprKind::Subscript { .. } => "Subscript",
        ExprKind::Slice { .. } => "Slice",
        ExprKind::Starred(_) => "Starred",
        ExprKind::Named { .. } => "Named",
        ExprKind::Lambda { .. } => "Lambda",
        ExprKind::ListComp { .. } => "ListComp",
        ExprKind::SetComp { .. } => "SetComp",
        ExprKind::DictComp { .. } => "DictComp",
        ExprKind::Generator { .. } => "Generator",
        ExprKind::Await(_) => "Await",
        ExprKind::Yield(_) => "Yield",
        ExprKind::YieldFrom(_) => "YieldFrom",
        ExprKind::Error => "Error",
    }
}

/// Text in double quotes, with JSON's escapes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
