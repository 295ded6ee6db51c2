//! JSON data of unknown shape, with Python's meaning: what `json.loads` gives and `jsonify` takes.

use super::exception::{ATTRIBUTE_ERROR, Exception, KEY_ERROR, OVERFLOW_ERROR, TYPE_ERROR};
use super::guard::guard;
use super::repr::{Repr, enclosed, text_repr};
use indexmap::IndexMap;
use std::fmt::Write;

/// JSON data.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits, by its digits.
    BigInt(String),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(IndexMap<String, Json>),
}

/// Values that are JSON data.
pub trait ToJson {
    /// The data.
    fn to_json(&self) -> Json;
}

/// A value as JSON data.
pub fn of<T: ToJson + ?Sized>(value: &T) -> Json {
    value.to_json()
}

/// Reads a request's body as `request.get_json(silent=True)` does: null where it is not JSON.
pub fn parse(body: &[u8]) -> Json {
    serde_json::from_slice::<serde_json::Value>(body).map_or(Json::Null, |value| from_value(&value))
}

/// Data from the parser's form.
pub fn from_value(value: &serde_json::Value) -> Json {
    match value {
        serde_json::Value::Null => Json::Null,
        serde_json::Value::Bool(flag) => Json::Bool(*flag),
        serde_json::Value::Number(number) => from_number(&number.to_string()),
        serde_json::Value::String(text) => Json::Text(text.clone()),
        serde_json::Value::Array(items) => Json::List(items.iter().map(from_value).collect()),
        serde_json::Value::Object(fields) => {
            Json::Object(fields.iter().map(|(key, value)| (key.clone(), from_value(value))).collect())
        }
    }
}

fn from_number(digits: &str) -> Json {
    if digits.contains(['.', 'e', 'E']) {
        return Json::Float(digits.parse().unwrap_or(f64::NAN));
    }
    digits.parse().map_or_else(|_| Json::BigInt(digits.to_string()), Json::Int)
}

impl Json {
    fn type_name(&self) -> &'static str {
        match self {
            Json::Null => "NoneType",
            Json::Bool(_) => "bool",
            Json::Int(_) | Json::BigInt(_) => "int",
            Json::Float(_) => "float",
            Json::Text(_) => "str",
            Json::List(_) => "list",
            Json::Object(_) => "dict",
        }
    }
}

fn type_error(message: String) -> Exception {
    Exception::new(&TYPE_ERROR, message)
}

/// `data[key]`
pub fn item<'a>(data: &'a Json, key: &str) -> Result<&'a Json, Exception> {
    match data {
        Json::Object(fields) => fields.get(key).ok_or_else(|| Exception::new(&KEY_ERROR, text_repr(key))),
        Json::List(_) => Err(type_error("list indices must be integers or slices, not str".to_string())),
        Json::Text(_) => Err(type_error("string indices must be integers, not 'str'".to_string())),
        other => Err(type_error(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

/// `data.get(key)`
pub fn get(data: &Json, key: &str) -> Result<Json, Exception> {
    get_or(data, key, Json::Null)
}

/// `data.get(key, default)`
pub fn get_or(data: &Json, key: &str, default: Json) -> Result<Json, Exception> {
    match data {
        Json::Object(fields) => Ok(fields.get(key).cloned().unwrap_or(default)),
        other => {
            let message = format!("'{}' object has no attribute 'get'", other.type_name());
            Err(Exception::new(&ATTRIBUTE_ERROR, message))
        }
    }
}

/// `int(data)`
pub fn to_int(data: &Json) -> Result<i64, Exception> {
    match data {
        Json::Bool(flag) => Ok(i64::from(*flag)),
        Json::Int(value) => Ok(*value),
        Json::BigInt(_) => guard("big_int", ""),
        Json::Float(value) => super::float::to_int(*value),
        Json::Text(text) => super::int::parse(text),
        Json::Null | Json::List(_) | Json::Object(_) => Err(type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            data.type_name()
        ))),
    }
}

/// `float(data)`
pub fn to_float(data: &Json) -> Result<f64, Exception> {
    match data {
        Json::Bool(flag) => Ok(f64::from(u8::from(*flag))),
        Json::Int(value) => Ok(*value as f64),
        Json::BigInt(digits) => match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(Exception::new(&OVERFLOW_ERROR, "int too large to convert to float")),
        },
        Json::Float(value) => Ok(*value),
        Json::Text(text) => super::float::parse(text),
        Json::Null | Json::List(_) | Json::Object(_) => {
            Err(type_error(format!("float() argument must be a string or a real number, not '{}'", data.type_name())))
        }
    }
}

/// `str(data)`
pub fn to_text(data: &Json) -> String {
    match data {
        Json::Text(text) => text.clone(),
        other => other.repr(),
    }
}

/// `bool(data)`
pub fn truth(data: &Json) -> bool {
    match data {
        Json::Null => false,
        Json::Bool(flag) => *flag,
        Json::Int(value) => *value != 0,
        Json::BigInt(_) => true,
        Json::Float(value) => *value != 0.0,
        Json::Text(text) => !text.is_empty(),
        Json::List(items) => !items.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
    }
}

/// `data or {}`
pub fn or_empty(data: &Json) -> Json {
    if truth(data) { data.clone() } else { Json::Object(IndexMap::new()) }
}

impl Repr for Json {
    fn repr(&self) -> String {
        match self {
            Json::Null => "None".to_string(),
            Json::Bool(flag) => flag.repr(),
            Json::Int(value) => value.to_string(),
            Json::BigInt(digits) => digits.clone(),
            Json::Float(value) => value.repr(),
            Json::Text(text) => text_repr(text),
            Json::List(items) => items.repr(),
            Json::Object(fields) => {
                let pairs = fields.iter().map(|(key, value)| format!("{}: {}", text_repr(key), value.repr()));
                enclosed("{", pairs, "}")
            }
        }
    }
}

/// The bytes that Flask's `jsonify` sends: keys sorted, nothing but ASCII, a newline at the end.
pub fn to_body(data: &Json) -> Vec<u8> {
    let mut out = String::new();
    write_data(&mut out, data);
    out.push('\n');
    out.into_bytes()
}

fn write_data(out: &mut String, data: &Json) {
    match data {
        Json::Null => out.push_str("null"),
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Int(value) => out.push_str(&value.to_string()),
        Json::BigInt(digits) => out.push_str(digits),
        Json::Float(value) => out.push_str(&number(*value)),
        Json::Text(text) => write_text(out, text),
        Json::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_data(out, item);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write_text(out, key);
                out.push(':');
                write_data(out, value);
            }
            out.push('}');
        }
    }
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_string(),
        value if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_string(),
        value => super::float::repr(value),
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

impl ToJson for Json {
    fn to_json(&self) -> Json {
        self.clone()
    }
}

impl ToJson for () {
    fn to_json(&self) -> Json {
        Json::Null
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }
}

impl ToJson for i64 {
    fn to_json(&self) -> Json {
        Json::Int(*self)
    }
}

impl ToJson for f64 {
    fn to_json(&self) -> Json {
        Json::Float(*self)
    }
}

impl ToJson for str {
    fn to_json(&self) -> Json {
        Json::Text(self.to_string())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Json {
        Json::Text(self.clone())
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, ToJson::to_json)
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Json {
        Json::List(self.iter().map(ToJson::to_json).collect())
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json {
        self.as_slice().to_json()
    }
}

impl<T: ToJson> ToJson for super::dict::Dict<String, T> {
    fn to_json(&self) -> Json {
        Json::Object(self.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
    }
}

