//! `openapi.yaml`: what the service takes and gives, read off the interface.

use super::context::pattern_parameters;
use super::error::ScaffoldError;
use super::paths::{OwnPath, PathMap};
use crate::artifact::{Callable, ClassInterface, Interface, Shape};
use serde_json::{Map, Value, json};

/// Describes a service in OpenAPI 3.1, as YAML.
pub fn describe(interface: &Interface, map: &PathMap, service: &str) -> Result<String, ScaffoldError> {
    let values = interface.classes.iter().map(|class| (class.name.clone(), class_schema(class)));
    let mut schemas: Map<String, Value> = values.collect();
    schemas.extend(outcomes());
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": service,
            "version": "0.1.0",
            "description": format!("The Python module `{}`, translated.", interface.module),
        },
        "servers": [{"url": "/"}],
        "paths": paths(map),
        "components": {"schemas": schemas},
    });
    // YAML reads JSON; going through its text keeps the two libraries' numbers apart.
    let document: serde_yaml::Value = serde_yaml::from_str(&document.to_string())?;
    Ok(serde_yaml::to_string(&document)?)
}

fn paths(map: &PathMap) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: &str, method: &str, operation: Value| {
        let item = paths.entry(path.to_string()).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.to_ascii_lowercase(), operation);
        }
    };
    for own in &map.own {
        add(&own.path, &own.route.method, own_operation(own));
    }
    let functions = map.functions.iter().map(|f| (&f.path, f.function.name.clone(), &f.function));
    let methods = map.methods.iter().map(|m| (&m.path, format!("{}.{}", m.object, m.method.name), &m.method));
    for (path, name, callable) in functions.chain(methods) {
        add(path, "post", call_operation(&name, callable));
        add(&format!("{path}:batch"), "post", batch_operation(&name, callable));
    }
    for (path, id, summary, content) in operations() {
        let answer = json!({"description": "The answer.", "content": content});
        add(path, "get", json!({"operationId": id, "summary": summary, "responses": {"200": answer}}));
    }
    paths
}

fn operations() -> [(&'static str, &'static str, &'static str, Value); 6] {
    let object = || json!({"application/json": {"schema": {"type": "object"}}});
    [
        ("/health", "health", "Say how the service is.", json_content(reference("http.Health"))),
        ("/livez", "livez", "Say that the process lives.", object()),
        ("/readyz", "readyz", "Say whether requests are welcome.", object()),
        ("/ready", "ready", "Say whether requests are welcome.", object()),
        (
            "/metrics",
            "metrics",
            "Return the counters for Prometheus.",
            json!({"text/plain": {"schema": {"type": "string"}}}),
        ),
        ("/api/stats", "stats", "Return what was computed so far.", object()),
    ]
}

fn call_operation(name: &str, callable: &Callable) -> Value {
    let body =
        json!({"required": callable.params.iter().any(|p| !p.optional), "content": json_content(arguments(callable))});
    let mut responses = faults();
    responses
        .insert("200".into(), json!({"description": "The result.", "content": json_content(schema(&callable.result))}));
    responses.insert("422".into(), json!({"description": "A Python exception, or a guard.", "content": json_content(json!({"anyOf": [reference("http.Raised"), reference("http.Declined")]}))}));
    operation(name, callable, body, responses)
}

fn batch_operation(name: &str, callable: &Callable) -> Value {
    let calls = json!({"type": "array", "items": arguments(callable)});
    let body = json!({"required": true, "content": json_content(calls)});
    let done = json!({"type": "object", "required": ["ok"], "properties": {"ok": schema(&callable.result)}});
    let outcome =
        json!({"anyOf": [done, reference("http.Raised"), reference("http.Declined"), reference("http.Faulty")]});
    let answers = json!({"type": "array", "items": outcome});
    let mut responses = faults();
    responses.insert(
        "200".into(),
        json!({"description": "One outcome for each call, in order.", "content": json_content(answers)}),
    );
    responses
        .insert("422".into(), json!({"description": "A guard.", "content": json_content(reference("http.Declined"))}));
    operation(&format!("{name}:batch"), callable, body, responses)
}

fn operation(name: &str, callable: &Callable, body: Value, responses: Map<String, Value>) -> Value {
    let summary = callable.summary.clone().unwrap_or_else(|| format!("Call `{name}`."));
    let id = name.replace(['.', ':'], "_");
    json!({"operationId": format!("call_{id}"), "summary": summary, "requestBody": body, "responses": responses})
}

fn own_operation(own: &OwnPath) -> Value {
    let route = &own.route;
    let names: Vec<&str> = pattern_parameters(&own.path).collect();
    let mut parameters: Vec<Value> = (pattern_parameters(&route.path).zip(names))
        .map(|(name, served)| {
            let integer = route.path_params.iter().any(|(param, integer)| param == name && *integer);
            let schema = if integer { json!({"type": "integer"}) } else { json!({"type": "string"}) };
            json!({"name": served, "in": "path", "required": true, "schema": schema})
        })
        .collect();
    let query = route.query.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}));
    parameters.extend(query);
    let id = own.path.replace(['/', '{', '}', '.', ':'], "_");
    let mut operation = json!({
        "operationId": format!("route_{}{id}", route.method.to_ascii_lowercase()),
        "summary": format!("The monolith's own route `{}`, with the monolith's answers.", route.handler),
        "parameters": parameters,
        "responses": {"default": {"description": "What the monolith answers.", "content": json_content(json!({}))}},
    });
    if route.reads_body {
        operation["requestBody"] = json!({"content": json_content(json!({}))});
    }
    operation
}

/// Parameters by name.
fn arguments(callable: &Callable) -> Value {
    let properties: Map<String, Value> = callable.params.iter().map(|p| (p.name.clone(), schema(&p.shape))).collect();
    let required: Vec<&str> = callable.params.iter().filter(|p| !p.optional).map(|p| p.name.as_str()).collect();
    object(properties, &required)
}

fn class_schema(class: &ClassInterface) -> Value {
    let properties: Map<String, Value> =
        class.fields.iter().map(|(name, shape)| (name.clone(), schema(shape))).collect();
    let required: Vec<&str> = class.fields.iter().map(|(name, _)| name.as_str()).collect();
    object(properties, &required)
}

fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    if required.is_empty() {
        return json!({"type": "object", "properties": properties});
    }
    json!({"type": "object", "required": required, "properties": properties})
}

fn schema(shape: &Shape) -> Value {
    match shape {
        Shape::None => json!({"type": "null"}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Int => json!({"type": "integer"}),
        Shape::Float | Shape::Number => json!({"anyOf": [{"type": "number"}, reference("http.NonFinite")]}),
        Shape::Str => json!({"type": "string"}),
        Shape::Bytes => reference("http.Bytes"),
        Shape::List(item) | Shape::TupleOf(item) => json!({"type": "array", "items": schema(item)}),
        Shape::Set(item) | Shape::FrozenSet(item) => {
            json!({"type": "array", "uniqueItems": true, "items": schema(item)})
        }
        Shape::Dict(key, value) if **key == Shape::Str => {
            json!({"type": "object", "additionalProperties": schema(value)})
        }
        Shape::Dict(key, value) => {
            json!({"type": "array", "items": schema(&Shape::Tuple(vec![(**key).clone(), (**value).clone()]))})
        }
        Shape::Tuple(items) if items.is_empty() => json!({"type": "array", "maxItems": 0}),
        Shape::Tuple(items) => {
            let prefix: Vec<Value> = items.iter().map(schema).collect();
            json!({"type": "array", "prefixItems": prefix, "minItems": items.len(), "maxItems": items.len()})
        }
        Shape::Optional(inner) => json!({"anyOf": [schema(inner), {"type": "null"}]}),
        Shape::Class(name) => reference(name),
        Shape::Enum(class, members) => {
            let words: Vec<String> = members.iter().map(|name| format!("{class}.{name}")).collect();
            json!({"type": "object", "required": ["$enum"], "properties": {"$enum": {"enum": words}}})
        }
        Shape::Json => json!({}),
    }
}

/// Schemas that every service has; no Python class can have a dot in its name.
fn outcomes() -> Map<String, Value> {
    let text = || json!({"type": "string"});
    let pair = |outer: &str, first: &str, second: &str| {
        let inner =
            json!({"type": "object", "required": [first, second], "properties": {first: text(), second: text()}});
        json!({"type": "object", "required": [outer], "properties": {outer: inner}})
    };
    let health = json!({"service": text(), "status": text(), "timestamp": {"type": "string", "format": "date-time"}});
    let schemas = json!({
        "http.Raised": pair("error", "type", "message"),
        "http.Declined": pair("guard", "kind", "at"),
        "http.Faulty": pair("fault", "kind", "message"),
        "http.Health": {"type": "object", "required": ["service", "status", "timestamp"], "properties": health},
        "http.Bytes": {"type": "object", "required": ["$bytes"], "properties": {"$bytes": text()}},
        "http.NonFinite": {"type": "object", "required": ["$float"], "properties": {"$float": {"enum": ["nan", "inf", "-inf"]}}},
    });
    match schemas {
        Value::Object(schemas) => schemas,
        _ => Map::new(),
    }
}

/// What HTTP itself can object to.
fn faults() -> Map<String, Value> {
    let kinds = [
        ("400", "The body cannot be understood."),
        ("408", "It took too long."),
        ("413", "The body is too large."),
        ("429", "Too many calls are in flight."),
    ];
    let fault = |text: &str| json!({"description": text, "content": json_content(reference("http.Faulty"))});
    kinds.into_iter().map(|(status, text)| (status.to_string(), fault(text))).collect()
}

fn json_content(schema: Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
