//! The codec of values: plain JSON, and the exact form that tags what plain JSON loses.
//!
//! ```text
//! (1, 2)            plain [1,2]        exact {"$tuple":[1,2]}
//! {1: "a"}          plain [[1,"a"]]    exact {"$dict":[[1,"a"]]}
//! float("nan")      {"$float":"nan"}
//! ```
//!
//! Both forms are read. A value of another type than the signature says declines with the guard `type`.

mod json;
mod dict;

use crate::support::guard::guard;
use serde_json::{Map, Number, Value};
use std::cell::Cell;

thread_local! {
    static WIDENED: Cell<bool> = const { Cell::new(false) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// How deep values may be nested that are written; objects that hold themselves are deeper than that.
const DEEPEST: u32 = 100;

/// Writes what is inside a value that takes so many levels; declines where it is nested too deep.
pub fn deeper<R>(levels: u32, write: impl FnOnce() -> R) -> R {
    let depth = DEPTH.get();
    if depth > DEEPEST {
        guard("depth", "");
    }
    DEPTH.set(depth + levels);
    let written = write();
    DEPTH.set(depth);
    written
}

/// Begins to write a value that is not inside another one.
pub fn start_writing() {
    DEPTH.set(0);
}

/// True where an integer was taken for a float since the last time this was asked.
pub fn take_widened() -> bool {
    WIDENED.replace(false)
}

/// Values that cross the boundary.
pub trait Wire: Sized {
    /// Reads a value; declines where it has another type.
    fn decode(value: &Value) -> Self;

    /// Writes a value.
    fn encode(&self, exact: bool) -> Value;

    /// Reads a list of such values.
    fn decode_list(value: &Value) -> Vec<Self> {
        array(value).iter().map(Self::decode).collect()
    }

    /// Writes a list of such values.
    fn encode_list(items: &[Self], exact: bool) -> Value {
        deeper(1, || Value::Array(items.iter().map(|item| item.encode(exact)).collect()))
    }
}

/// Declines a value of the wrong type.
pub fn wrong_type() -> ! {
    guard("type", "")
}

/// The content of a tagged value: `{"$set": [..]}`.
pub fn tagged<'a>(value: &'a Value, tag: &str) -> Option<&'a Value> {
    value.as_object().filter(|fields| fields.len() == 1)?.get(tag)
}

/// A tagged value.
pub fn tag(word: &str, content: Value) -> Value {
    Value::Object(Map::from_iter([(word.to_string(), content)]))
}

/// The elements of an array.
pub fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| wrong_type())
}

/// The fields of an object of a class, tagged or not.
pub fn fields<'a>(value: &'a Value, class: &str) -> &'a Map<String, Value> {
    match tagged(value, "$class").and_then(Value::as_object) {
        Some(object) if object.get("name").and_then(Value::as_str) == Some(class) => {
            object.get("fields").and_then(Value::as_object).unwrap_or_else(|| wrong_type())
        }
        Some(_) => wrong_type(),
        None => value.as_object().unwrap_or_else(|| wrong_type()),
    }
}

/// A field of an object; declines where it is missing.
pub fn field<T: Wire>(fields: &Map<String, Value>, name: &str) -> T {
    fields.get(name).map_or_else(|| wrong_type(), T::decode)
}

/// An object of a class from its fields.
pub fn object(class: &str, fields: Map<String, Value>, exact: bool) -> Value {
    if !exact {
        return Value::Object(fields);
    }
    let content = Map::from_iter([
        ("name".to_string(), Value::String(class.to_string())),
        ("fields".to_string(), Value::Object(fields)),
    ]);
    tag("$class", Value::Object(content))
}

impl Wire for i64 {
    fn decode(value: &Value) -> i64 {
        let Value::Number(number) = value else { wrong_type() };
        let digits = number.to_string();
        if digits.contains(['.', 'e', 'E']) {
            wrong_type();
        }
        digits.parse().unwrap_or_else(|_| guard("big_int", ""))
    }

    fn encode(&self, _exact: bool) -> Value {
        Value::from(*self)
    }
}

impl Wire for f64 {
    fn decode(value: &Value) -> f64 {
        match (value, tagged(value, "$float").and_then(Value::as_str)) {
            (_, Some("nan")) => f64::NAN,
            (_, Some("inf")) => f64::INFINITY,
            (_, Some("-inf")) => f64::NEG_INFINITY,
            (Value::Number(number), _) => float_of(&number.to_string()),
            _ => wrong_type(),
        }
    }

    fn encode(&self, _exact: bool) -> Value {
        let word = match *self {
            x if x.is_nan() => "nan",
            x if x.is_infinite() => if x > 0.0 { "inf" } else { "-inf" },
            x => return Number::from_f64(x).map_or(Value::Null, Value::Number),
        };
        tag("$float", Value::String(word.to_string()))
    }
}

fn float_of(digits: &str) -> f64 {
    const EXACT: i64 = 1 << 53;
    let value: f64 = digits.parse().unwrap_or_else(|_| wrong_type());
    if !value.is_finite() {
        guard("big_float", "");
    }
    if !digits.contains(['.', 'e', 'E']) {
        WIDENED.set(true);
        if !digits.parse::<i64>().is_ok_and(|whole| (-EXACT..=EXACT).contains(&whole)) {
            guard("int_for_float", "");
        }
    }
    value
}

impl Wire for bool {
    fn decode(value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| wrong_type())
    }

    fn encode(&self, _exact: bool) -> Value {
        Value::Bool(*self)
    }
}

impl Wire for String {
    fn decode(value: &Value) -> String {
        if tagged(value, "$text").is_some() {
            guard("surrogate", "");
        }
        value.as_str().unwrap_or_else(|| wrong_type()).to_string()
    }

    fn encode(&self, _exact: bool) -> Value {
        Value::String(self.clone())
    }
}

impl Wire for () {
    fn decode(value: &Value) {
        if !value.is_null() {
            wrong_type();
        }
    }

    fn encode(&self, _exact: bool) -> Value {
        Value::Null
    }
}

impl<T: Wire> Wire for Option<T> {
    fn decode(value: &Value) -> Option<T> {
        if value.is_null() { None } else { Some(T::decode(value)) }
    }

    fn encode(&self, exact: bool) -> Value {
        self.as_ref().map_or(Value::Null, |value| value.encode(exact))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn decode(value: &Value) -> Vec<T> {
        T::decode_list(value)
    }

    fn encode(&self, exact: bool) -> Value {
        T::encode_list(self, exact)
    }
}

/// A byte is only seen as a part of bytes, which travel as base64.
impl Wire for u8 {
    fn decode(_value: &Value) -> u8 {
        wrong_type()
    }

    fn encode(&self, _exact: bool) -> Value {
        Value::from(*self)
    }

    fn decode_list(value: &Value) -> Vec<u8> {
        let text = tagged(value, "$bytes").and_then(Value::as_str).unwrap_or_else(|| wrong_type());
        from_base64(text).unwrap_or_else(|| wrong_type())
    }

    fn encode_list(items: &[u8], _exact: bool) -> Value {
        tag("$bytes", Value::String(to_base64(items)))
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let padding = chunk.iter().rev().take_while(|letter| **letter == b'=').count();
        let mut word = 0u32;
        for letter in chunk {
            let digit = ALPHABET.iter().position(|known| known == letter).or((*letter == b'=').then_some(0))?;
            word = word << 6 | digit as u32;
        }
        if chunk.len() != 4 || padding > 2 {
            return None;
        }
        out.extend_from_slice(&word.to_be_bytes()[1..4 - padding]);
    }
    Some(out)
}

macro_rules! tuples {
    ($($count:literal $($name:ident $index:tt)+;)*) => {$(
        impl<$($name: Wire),+> Wire for ($($name,)+) {
            fn decode(value: &Value) -> Self {
                let items = array(tagged(value, "$tuple").unwrap_or(value));
                if items.len() != $count {
                    wrong_type();
                }
                ($($name::decode(&items[$index]),)+)
            }

            fn encode(&self, exact: bool) -> Value {
                let items = deeper(2, || Value::Array(vec![$(self.$index.encode(exact)),+]));
                if exact { tag("$tuple", items) } else { items }
            }
        }
    )*};
}

tuples! {
    1 A 0;
    2 A 0 B 1;
    3 A 0 B 1 C 2;
    4 A 0 B 1 C 2 D 3;
    5 A 0 B 1 C 2 D 3 E 4;
    6 A 0 B 1 C 2 D 3 E 4 F 5;
    7 A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    8 A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}
