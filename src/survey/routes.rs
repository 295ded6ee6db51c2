//! Web routes, read from decorators: `@app.route("/x", methods=["POST"])`, `@router.get("/x/{id}")`.

use super::walk::literal_text;
use crate::facts::RouteFact;
use crate::python::ast::*;

const VERBS: &[&str] = &["delete", "get", "head", "options", "patch", "post", "put"];

/// The route that a function answers: the first decorator that declares one.
pub fn route(def: &FunctionDef) -> Option<RouteFact> {
    def.decorators.iter().find_map(declared)
}

fn declared(decorator: &Expr) -> Option<RouteFact> {
    let ExprKind::Call { func, args, keywords } = &decorator.kind else { return None };
    let ExprKind::Attribute { attr, .. } = &func.kind else { return None };
    let named =
        |name: &str| keywords.iter().find(|k| k.name.as_ref().is_some_and(|n| n.text == name)).map(|k| &k.value);
    let path = args.first().or_else(|| named("path")).or_else(|| named("rule")).and_then(literal_text)?;
    let is_verb = VERBS.contains(&attr.text.as_str());
    let is_path = path.is_empty() || path.starts_with('/');
    if !is_path || !(is_verb || matches!(attr.text.as_str(), "route" | "api_route" | "websocket")) {
        return None;
    }
    let methods = if is_verb { vec![attr.text.to_ascii_uppercase()] } else { listed(named("methods")) };
    Some(RouteFact { methods, path: path.to_string() })
}

fn listed(methods: Option<&Expr>) -> Vec<String> {
    let items: &[Expr] = match methods.map(|methods| &methods.kind) {
        Some(ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items)) => items,
        _ => &[],
    };
    let found: Vec<String> = items.iter().filter_map(literal_text).map(str::to_ascii_uppercase).collect();
    if found.is_empty() { vec!["GET".into()] } else { found }
}
