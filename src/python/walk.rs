//! The parts of the syntax tree, for walks that do not care what each kind of node means.
//!
//! `parts` gives the expressions directly inside an expression, `heads` those directly in a statement (its nested
//! blocks are `ast::bodies`). Targets, patterns and the defaults of parameters are among them; annotations are not.

use super::ast::*;

/// The expressions directly inside an expression, from left to right as written.
pub fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => items.iter().collect(),
        ExprKind::Dict(items) => items.iter().flat_map(|item| item.key.iter().chain([&item.value])).collect(),
        ExprKind::FString(pieces) | ExprKind::TString(pieces) => fields(pieces),
        ExprKind::Unary { operand, .. } => vec![operand],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::BoolOp { values, .. } => values.iter().collect(),
        ExprKind::Compare { left, comparators, .. } => [&**left].into_iter().chain(comparators).collect(),
        ExprKind::Conditional { test, body, orelse } => vec![body, test, orelse],
        ExprKind::Call { func, args, keywords } => {
            [&**func].into_iter().chain(args).chain(keywords.iter().map(|keyword| &keyword.value)).collect()
        }
        ExprKind::Attribute { value, .. } => vec![value],
        ExprKind::Subscript { value, index } => vec![value, index],
        ExprKind::Slice { lower, upper, step } => [lower, upper, step].into_iter().flatten().map(|e| &**e).collect(),
        ExprKind::Starred(inner) | ExprKind::Await(inner) | ExprKind::YieldFrom(inner) => vec![inner],
        ExprKind::Named { value, .. } => vec![value],
        ExprKind::Lambda { params, body } => defaults(params).into_iter().chain([&**body]).collect(),
        ExprKind::ListComp { element, clauses }
        | ExprKind::SetComp { element, clauses }
        | ExprKind::Generator { element, clauses } => loops(clauses).into_iter().chain([&**element]).collect(),
        ExprKind::DictComp { key, value, clauses } => loops(clauses).into_iter().chain([&**key, &**value]).collect(),
        ExprKind::Yield(value) => value.iter().map(|value| &**value).collect(),
        ExprKind::Name(_)
        | ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Ellipsis
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Error => Vec::new(),
    }
}

/// The names that `:=` assigns inside an expression, comprehensions included; lambdas have their own.
pub fn named<'a>(expr: &'a Expr, found: &mut Vec<&'a Name>) {
    match &expr.kind {
        ExprKind::Lambda { params, .. } => {
            defaults(params).into_iter().for_each(|default| named(default, found));
            return;
        }
        ExprKind::Named { target, .. } => found.push(target),
        _ => {}
    }
    parts(expr).into_iter().for_each(|part| named(part, found));
}

/// The expressions directly inside an expression that has no names of its own, to be changed.
pub fn parts_mut(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => items.iter_mut().collect(),
        ExprKind::Dict(items) => {
            items.iter_mut().flat_map(|item| item.key.iter_mut().chain([&mut item.value])).collect()
        }
        ExprKind::FString(pieces) | ExprKind::TString(pieces) => fields_mut(pieces),
        ExprKind::Unary { operand, .. } => vec![operand],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::BoolOp { values, .. } => values.iter_mut().collect(),
        ExprKind::Compare { left, comparators, .. } => [&mut **left].into_iter().chain(comparators).collect(),
        ExprKind::Conditional { test, body, orelse } => vec![body, test, orelse],
        ExprKind::Call { func, args, keywords } => {
            let keywords = keywords.iter_mut().map(|keyword| &mut keyword.value);
            [&mut **func].into_iter().chain(args).chain(keywords).collect()
        }
        ExprKind::Attribute { value, .. } => vec![value],
        ExprKind::Subscript { value, index } => vec![value, index],
        ExprKind::Slice { lower, upper, step } => {
            [lower, upper, step].into_iter().flatten().map(|e| &mut **e).collect()
        }
        ExprKind::Starred(inner) | ExprKind::Await(inner) | ExprKind::YieldFrom(inner) => vec![inner],
        ExprKind::Yield(value) => value.iter_mut().map(|value| &mut **value).collect(),
        ExprKind::Named { .. }
        | ExprKind::Lambda { .. }
        | ExprKind::ListComp { .. }
        | ExprKind::SetComp { .. }
        | ExprKind::DictComp { .. }
        | ExprKind::Generator { .. }
        | ExprKind::Name(_)
        | ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Ellipsis
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Error => Vec::new(),
    }
}

/// The expressions directly in a statement: of a `def` its decorators and defaults, of a `match` its patterns too.
pub fn heads(stmt: &Stmt) -> Vec<&Expr> {
    match &stmt.kind {
        StmtKind::FunctionDef(def) => def.decorators.iter().chain(defaults(&def.params)).collect(),
        StmtKind::ClassDef(def) => {
            let keywords = def.keywords.iter().map(|keyword| &keyword.value);
            def.decorators.iter().chain(&def.bases).chain(keywords).collect()
        }
        StmtKind::Return(value) => value.iter().collect(),
        StmtKind::Delete(targets) => targets.iter().collect(),
        StmtKind::Assign { targets, value } => targets.iter().chain([value]).collect(),
        StmtKind::AugAssign { target, value, .. } => vec![target, value],
        StmtKind::AnnAssign { target, value, .. } => [target].into_iter().chain(value).collect(),
        StmtKind::For { target, iter, .. } => vec![target, iter],
        StmtKind::While { test, .. } | StmtKind::If { test, .. } => vec![test],
        StmtKind::With { items, .. } => {
            items.iter().flat_map(|item| [&item.context].into_iter().chain(&item.target)).collect()
        }
        StmtKind::Match { subject, cases } => {
            let mut found = vec![subject];
            for case in cases {
                values(&case.pattern, &mut found);
                found.extend(&case.guard);
            }
            found
        }
        StmtKind::Raise { exc, cause } => exc.iter().chain(cause).collect(),
        StmtKind::Try { handlers, .. } => handlers.iter().filter_map(|handler| handler.kind.as_ref()).collect(),
        StmtKind::Assert { test, msg } => [test].into_iter().chain(msg).collect(),
        StmtKind::Expr(value) => vec![value],
        StmtKind::TypeAlias { .. }
        | StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Global(_)
        | StmtKind::Nonlocal(_)
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Error => Vec::new(),
    }
}

/// The names that a pattern binds.
pub fn captures<'a>(pattern: &'a Pattern, found: &mut Vec<&'a Name>) {
    match &pattern.kind {
        PatternKind::Capture(name) | PatternKind::Star(name) => found.extend(name),
        PatternKind::Sequence(items) | PatternKind::Or(items) => items.iter().for_each(|item| captures(item, found)),
        PatternKind::Mapping { items, rest } => {
            items.iter().for_each(|(_, item)| captures(item, found));
            found.extend(rest);
        }
        PatternKind::Class { positional, keywords, .. } => {
            positional.iter().chain(keywords.iter().map(|(_, item)| item)).for_each(|item| captures(item, found));
        }
        PatternKind::As { pattern, name } => {
            captures(pattern, found);
            found.push(name);
        }
        PatternKind::Value(_) | PatternKind::Error => {}
    }
}

/// The expressions that a pattern compares with.
fn values<'a>(pattern: &'a Pattern, found: &mut Vec<&'a Expr>) {
    match &pattern.kind {
        PatternKind::Value(value) => found.push(value),
        PatternKind::Sequence(items) | PatternKind::Or(items) => items.iter().for_each(|item| values(item, found)),
        PatternKind::Mapping { items, .. } => {
            for (key, item) in items {
                found.push(key);
                values(item, found);
            }
        }
        PatternKind::Class { class, positional, keywords } => {
            found.push(class);
            positional.iter().chain(keywords.iter().map(|(_, item)| item)).for_each(|item| values(item, found));
        }
        PatternKind::As { pattern, .. } => values(pattern, found),
        PatternKind::Capture(_) | PatternKind::Star(_) | PatternKind::Error => {}
    }
}

fn defaults(params: &Parameters) -> Vec<&Expr> {
    params.items.iter().filter_map(|param| param.default.as_ref()).collect()
}

fn loops(clauses: &[Comprehension]) -> Vec<&Expr> {
    clauses.iter().flat_map(|clause| [&clause.target, &clause.iter].into_iter().chain(&clause.conditions)).collect()
}

fn fields(pieces: &[FStringPart]) -> Vec<&Expr> {
    let mut found = Vec::new();
    for piece in pieces {
        if let FStringPart::Field { value, spec, .. } = piece {
            found.push(value);
            found.extend(fields(spec));
        }
    }
    found
}

fn fields_mut(pieces: &mut [FStringPart]) -> Vec<&mut Expr> {
    let mut found = Vec::new();
    for piece in pieces {
        if let FStringPart::Field { value, spec, .. } = piece {
            found.push(value);
            found.extend(fields_mut(spec));
        }
    }
    found
}
