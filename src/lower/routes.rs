//! Web routes: handlers of Flask applications that only need the translated module.
//!
//! ```text
//! @app.post("/api/reserve")                     POST /api/reserve, handler reserve(request_body: Json) -> Response
//! def reserve():
//!     body = request.get_json(silent=True)      read of `request_body`
//!     ...
//!     return jsonify({"id": r.id}), 201         Respond({"id": ...}, 201)
//! ```
//!
//! A handler is a function like any other: it is translated or refused by the same rules. Hooks around requests
//! (`before_request`, `after_request`) and error handlers stay with the Python application.

use super::annotations::{dotted, resolve};
use super::body::Body;
use super::world::{Binding, Lowered, ParamInfo, World};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// Name of the parameter that holds the request's JSON body.
pub const BODY: &str = "request_body";

/// A route as its decorator declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteInfo {
    pub method: String,
    /// In braces form.
    pub path: String,
    pub function: FunctionId,
    pub path_params: Vec<(String, bool)>,
}

/// The routes that a function's decorators declare; `None` where one of them is something else.
pub fn declared(
    world: &World,
    module: ModuleId,
    decorators: &[ast::Expr],
    function: FunctionId,
) -> Option<Vec<RouteInfo>> {
    let mut routes = Vec::new();
    for decorator in decorators {
        let ast::ExprKind::Call { func, args, keywords } = &decorator.kind else { return None };
        let ast::ExprKind::Attribute { value, attr } = &func.kind else { return None };
        if !is_application(world, module, value) {
            return None;
        }
        let [ast::Expr { kind: ast::ExprKind::Str(rule), .. }] = args.as_slice() else { return None };
        let (path, path_params) = braces(rule)?;
        let methods = match attr.text.as_str() {
            "get" | "post" | "put" | "delete" | "patch" => vec![attr.text.to_uppercase()],
            "route" => route_methods(keywords)?,
            _ => return None,
        };
        for method in methods {
            routes.push(RouteInfo { method, path: path.clone(), function, path_params: path_params.clone() });
        }
    }
    Some(routes)
}

/// True for a module global that is made by `Flask(...)` or `Blueprint(...)`.
fn is_application(world: &World, module: ModuleId, e: &ast::Expr) -> bool {
    let Some(Binding::Global(id)) = dotted(e).and_then(|name| resolve(world, module, &name)) else { return false };
    let info = world.global(id);
    let ast::ExprKind::Call { func, .. } = &info.value.kind else { return false };
    let made = dotted(func).and_then(|name| resolve(world, info.module, &name));
    matches!(made, Some(Binding::Library(path)) if matches!(path.as_str(), "flask.Flask" | "flask.Blueprint"))
}

fn route_methods(keywords: &[ast::Keyword]) -> Option<Vec<String>> {
    match keywords {
        [] => Some(vec!["GET".into()]),
        [keyword] if keyword.name.as_ref().is_some_and(|n| n.text == "methods") => match &keyword.value.kind {
            ast::ExprKind::List(items) | ast::ExprKind::Tuple(items) => items
                .iter()
                .map(|item| match &item.kind {
                    ast::ExprKind::Str(method) => Some(method.to_uppercase()),
                    _ => None,
                })
                .collect(),
            _ => None,
        },
        _ => None,
    }
}

/// `/a/<int:id>` to `/a/{id}`, with each parameter's name and whether it is an integer.
fn braces(rule: &str) -> Option<(String, Vec<(String, bool)>)> {
    let mut path = String::new();
    let mut params = Vec::new();
    let mut rest = rule;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>')?;
        let (kind, name) = match rest[start + 1..end].split_once(':') {
            Some((kind, name)) => (kind, name),
            None => ("string", &rest[start + 1..end]),
        };
        if !matches!(kind, "int" | "string") {
            return None;
        }
        path.push_str(&rest[..start]);
        path.push_str(&format!("{{{name}}}"));
        params.push((name.to_string(), kind == "int"));
        rest = &rest[end + 1..];
    }
    path.push_str(rest);
    Some((path, params))
}

/// Gives a handler its fixed signature: path parameters in order of the path, then the body where it is read.
pub fn sign(world: &mut World, route: &RouteInfo) {
    let info = &mut world.functions[route.function.0 as usize];
    for param in &mut info.params {
        if let Some((_, integer)) = route.path_params.iter().find(|(name, _)| *name == param.name) {
            param.ty = if *integer { Type::Int } else { Type::Str };
            param.declared = true;
        }
    }
    info.params.sort_by_key(|p| route.path_params.iter().position(|(name, _)| *name == p.name));
    info.result = Type::Response;
    info.declared_result = true;
    if reads_body(info.written.stmts()) && !info.params.iter().any(|p| p.name == BODY) {
        info.params.push(ParamInfo {
            name: BODY.into(),
            ty: Type::Json,
            declared: true,
            default: None,
            is_factory: false,
            is_fresh: false,
            keyword_only: false,
            positional_only: false,
            rest: false,
            span: info.written.place(info.span),
        });
    }
}

fn reads_body(body: &[ast::Stmt]) -> bool {
    body.iter().any(|stmt| {
        let value = match &stmt.kind {
            ast::StmtKind::Assign { value, .. } | ast::StmtKind::Expr(value) => Some(value),
            ast::StmtKind::AnnAssign { value, .. } | ast::StmtKind::Return(value) => value.as_ref(),
            _ => None,
        };
        value.is_some_and(calls_get_json) || ast::bodies(stmt).into_iter().any(reads_body)
    })
}

fn calls_get_json(e: &ast::Expr) -> bool {
    match &e.kind {
        ast::ExprKind::Call { func, args, .. } => {
            matches!(&func.kind, ast::ExprKind::Attribute { attr, .. } if attr.text == "get_json")
                || args.iter().any(calls_get_json)
        }
        ast::ExprKind::BoolOp { values, .. } => values.iter().any(calls_get_json),
        _ => false,
    }
}

impl Body<'_, '_> {
    /// `request.get_json(silent=True)`.
    pub fn request_json(&mut self, keywords: &[ast::Keyword], span: Span) -> Lowered<Expr> {
        let silent = matches!(keywords, [keyword] if keyword.name.as_ref().is_some_and(|n| n.text == "silent")
            && matches!(keyword.value.kind, ast::ExprKind::Bool(true)));
        match self.names.get(BODY).copied() {
            Some(local) if silent => self.read_local(local, span),
            Some(_) => self.refuse(
                Code::UnsupportedCall,
                span,
                "`get_json` answers malformed bodies with an error page of the framework",
                "call `request.get_json(silent=True)` and check the result",
            ),
            None => self.refuse(Code::UnsupportedCall, span, "`request` is read outside a route handler", ""),
        }
    }

    /// `jsonify(value)`.
    pub fn jsonify(&mut self, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let [value] = args else {
            return self.refuse(Code::UnsupportedCall, span, "`jsonify` is translated for one argument", "");
        };
        let value = self.expr(value, Some(&Type::Json))?;
        self.respond(value, 200, span)
    }

    fn respond(&mut self, value: Expr, status: i64, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let json = match value.ty {
            Type::Json => value,
            _ => {
                self.json_data(&value.ty, span)?;
                self.coerce(value, &Type::Json, "the answer")?
            }
        };
        let status = Expr::new(ExprKind::Int(status), Type::Int, at);
        Ok(Expr::new(ExprKind::Builtin { op: Builtin::Respond, args: vec![json, status] }, Type::Response, at))
    }

    /// Refuses types that the framework does not turn into JSON.
    pub fn json_data(&self, ty: &Type, span: Span) -> Lowered<()> {
        let fine = match ty {
            Type::None | Type::Bool | Type::Int | Type::Float | Type::Str | Type::Json | Type::Unknown => true,
            Type::List(t) | Type::Optional(t) => return self.json_data(t, span),
            Type::Tuple(items) => return items.iter().try_for_each(|t| self.json_data(t, span)),
            Type::Dict(k, v, _) if **k == Type::Str => return self.json_data(v, span),
            Type::Class(id) => {
                let class = self.world.class(*id);
                if class.is_dataclass {
                    return class.fields.iter().map(|f| f.ty.clone()).try_for_each(|t| self.json_data(&t, span));
                }
                false
            }
            _ => false,
        };
        if fine {
            return Ok(());
        }
        let message = format!("{} is not turned into JSON", self.world.describe(ty));
        self.refuse(Code::UnsupportedCall, span, message, "build a dict of its fields")
    }

    /// The result of a handler: a response, JSON data, or either with a status.
    pub fn handler_result(&mut self, value: &ast::Expr, span: Span) -> Lowered<Expr> {
        if let ast::ExprKind::Tuple(items) = &value.kind
            && let [body, status] = items.as_slice()
        {
            let body = self.handler_result(body, span)?;
            let status = self.expr(status, Some(&Type::Int))?;
            let status = self.coerce(status, &Type::Int, "the status")?;
            return match body.kind {
                ExprKind::Builtin { op: Builtin::Respond, mut args } => {
                    args.truncate(1);
                    args.push(status);
                    Ok(Expr::new(ExprKind::Builtin { op: Builtin::Respond, args }, Type::Response, body.at))
                }
                _ => self.refuse(
                    Code::UnsupportedCall,
                    span,
                    "the status of this answer is set later",
                    "return `jsonify(...), status`",
                ),
            };
        }
        let value = self.expr(value, None)?;
        match value.ty {
            Type::Response | Type::Unknown => Ok(value),
            Type::Dict(..) | Type::List(_) | Type::Json => self.respond(value, 200, span),
            _ => self.refuse(Code::UnsupportedCall, span, "this answer is not JSON", "return `jsonify(...)`"),
        }
    }

    /// `datetime.fromtimestamp(seconds, timezone.utc).strftime("...")`.
    pub fn utc_format(&mut self, made: &ast::Expr, format: &[ast::Expr], span: Span) -> Option<Lowered<Expr>> {
        let ast::ExprKind::Call { func, args, keywords } = &made.kind else { return None };
        let path = |e: &ast::Expr| match dotted(e).and_then(|name| resolve(self.world, self.module, &name)) {
            Some(Binding::Library(path)) => path,
            _ => String::new(),
        };
        let zone = match (args.get(1), keywords.as_slice()) {
            (Some(zone), []) => zone,
            (None, [keyword]) if keyword.name.as_ref().is_some_and(|n| n.text == "tz") => &keyword.value,
            _ => return None,
        };
        let utc = matches!(path(zone).as_str(), "datetime.timezone.utc" | "datetime.UTC");
        if path(func) != "datetime.datetime.fromtimestamp" || !utc {
            return None;
        }
        let [ast::Expr { kind: ast::ExprKind::Str(format), .. }] = format else { return None };
        if !translated_format(format) {
            return None;
        }
        let at = self.at(span);
        let format = Expr::new(ExprKind::Str(format.clone()), Type::Str, at);
        Some(self.expr(&args[0], Some(&Type::Float)).map(|seconds| {
            let seconds = self.to_float(seconds);
            Expr::new(ExprKind::Builtin { op: Builtin::UtcFormat, args: vec![seconds, format] }, Type::Str, at)
        }))
    }
}

/// True for formats of `%Y %m %d %H %M %S %%` and literals.
fn translated_format(format: &str) -> bool {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c == '%' && !matches!(chars.next(), Some('Y' | 'm' | 'd' | 'H' | 'M' | 'S' | '%')) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_become_braces() {
        let expected = ("/a/{id}/{name}".to_string(), vec![("id".to_string(), true), ("name".to_string(), false)]);
        assert_eq!(braces("/a/<int:id>/<name>"), Some(expected));
        assert_eq!(braces("/files/<path:rest>"), None);
        assert_eq!(braces("/open/<int:x"), None);
    }
}
