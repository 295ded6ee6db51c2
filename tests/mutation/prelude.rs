//! What every program with faults has: which fault is on, and the faults that need more than another operator.
#![allow(dead_code, unused_imports, clippy::all)]

use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The number behind `--fault`; zero where none is on.
pub fn current() -> usize {
    static CURRENT: OnceLock<usize> = OnceLock::new();
    *CURRENT.get_or_init(|| {
        let words: Vec<String> = std::env::args().collect();
        let at = words.iter().position(|word| word == "--fault");
        at.and_then(|at| words.get(at + 1)?.parse().ok()).unwrap_or(0)
    })
}

pub fn wrapping_add(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

pub fn wrapping_sub(a: i64, b: i64) -> i64 {
    a.wrapping_sub(b)
}

pub fn wrapping_mul(a: i64, b: i64) -> i64 {
    a.wrapping_mul(b)
}

pub fn wrapping_neg(a: i64) -> i64 {
    a.wrapping_neg()
}

pub fn wrapping_sum(items: impl Iterator<Item = i64>) -> i64 {
    items.fold(0, i64::wrapping_add)
}

/// A result as a wrong codec writes it.
pub fn coded(value: Value, how: &str) -> Value {
    match value {
        Value::Number(number) if how == "int_as_float" && !number.to_string().contains(['.', 'e']) => {
            number.to_string().parse().map_or(Value::Number(number), |x: f64| Value::from(x))
        }
        Value::Number(number) if how == "float_as_int" && number.to_string().ends_with(".0") => {
            serde_json::from_str(number.to_string().trim_end_matches(".0")).unwrap_or(Value::Number(number))
        }
        Value::Null if how == "zero_for_none" => Value::from(0),
        Value::Array(items) => {
            let items = Value::Array(items.into_iter().map(|item| coded(item, how)).collect());
            if how == "list_as_tuple" { Value::Object(Map::from_iter([("$tuple".to_string(), items)])) } else { items }
        }
        Value::Object(fields) => coded_object(fields, how),
        other => other,
    }
}

/// A list that is one in every codec, and the lists in it as deep as that; what they hold is written wrongly.
fn structure(value: Value, how: &str, depth: usize) -> Value {
    match value {
        Value::Array(items) if depth > 0 => {
            Value::Array(items.into_iter().map(|item| structure(item, how, depth - 1)).collect())
        }
        other => coded(other, how),
    }
}

fn coded_object(fields: Map<String, Value>, how: &str) -> Value {
    let tag = fields.keys().next().filter(|key| key.starts_with('$') && fields.len() == 1).cloned();
    let each = |fields: Map<String, Value>| fields.into_iter().map(|(key, value)| (key, coded(value, how)));
    match (tag.as_deref(), how) {
        (Some("$float"), _) => Value::Object(fields),
        (Some("$tuple"), "tuple_as_list") => fields.into_iter().map(|(_, items)| coded(items, how)).next().unwrap_or_default(),
        (Some(tag @ ("$tuple" | "$set" | "$frozenset" | "$dict")), "list_as_tuple") => {
            let depth = if tag == "$dict" { 2 } else { 1 };
            Value::Object(fields.into_iter().map(|(key, items)| (key, structure(items, how, depth))).collect())
        }
        (Some("$dict"), "order_lost") => {
            let pairs = fields["$dict"].as_array().cloned().unwrap_or_default();
            let mut pairs: Vec<Value> = pairs.into_iter().map(|pair| structure(pair, how, 1)).collect();
            pairs.reverse();
            Value::Object(Map::from_iter([("$dict".to_string(), Value::Array(pairs))]))
        }
        (Some(_), _) => Value::Object(each(fields).collect()),
        (None, "order_lost") => Value::Object(fields.into_iter().rev().collect()),
        (None, _) => Value::Object(each(fields).collect()),
    }
}
