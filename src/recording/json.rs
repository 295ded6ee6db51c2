//! The codec: values to and from the exact and the plain form of the stdio protocol.
//!
//! Reading accepts both forms. What the plain form loses (a tuple is an array, a dataclass an object) is given back by
//! [`Value::shaped`], which knows the declared shape.

use super::value::{Float, Integer, Object, Value};
use crate::artifact::{ClassInterface, Shape};
use serde_json::{Map, Value as Json};

/// A value that is not in the form of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// A tag that does not exist, or not with this content.
    #[error("malformed {0}")]
    Malformed(String),
    /// No JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
}

impl Value {
    /// Reads JSON data in exact or plain form.
    pub fn from_json(json: &Json) -> Result<Value, CodecError> {
        Ok(match json {
            Json::Null => Value::None,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => read_number(number.as_str())?,
            Json::String(text) => Value::Str(text.clone()),
            Json::Array(items) => Value::List(read_all(items)?),
            Json::Object(object) => read_object(object)?,
        })
    }

    /// Reads a value from text.
    pub fn from_text(text: &str) -> Result<Value, CodecError> {
        let json = serde_json::from_str(text).map_err(|problem| CodecError::NotJson(problem.to_string()))?;
        Value::from_json(&json)
    }

    /// The exact form as one line of JSON.
    pub fn to_exact(&self) -> String {
        let mut text = String::new();
        self.write_exact(&mut text);
        text
    }

    /// The plain form as one line of JSON.
    pub fn to_plain(&self) -> String {
        let mut text = String::new();
        write(self, false, &mut text);
        text
    }

    /// Appends the exact form.
    pub fn write_exact(&self, text: &mut String) {
        write(self, true, text);
    }

    /// Gives a value that was read from the plain form the types that its declared shape tells.
    pub fn shaped(self, shape: &Shape, classes: &[ClassInterface]) -> Value {
        match (shape, self) {
            (Shape::Optional(_), Value::None) => Value::None,
            (Shape::Optional(inner), value) => value.shaped(inner, classes),
            (Shape::List(inner), Value::List(items)) => Value::List(shape_all(items, inner, classes)),
            (Shape::Set(inner), Value::List(items)) => Value::Set(shape_all(items, inner, classes)),
            (Shape::FrozenSet(inner), Value::List(items)) => Value::FrozenSet(shape_all(items, inner, classes)),
            (Shape::TupleOf(inner), Value::List(items)) => Value::Tuple(shape_all(items, inner, classes)),
            (Shape::Tuple(shapes), Value::List(items)) if shapes.len() == items.len() => {
                Value::Tuple(items.into_iter().zip(shapes).map(|(item, shape)| item.shaped(shape, classes)).collect())
            }
            (Shape::Dict(key, inner), Value::Dict(pairs)) => Value::Dict(shape_pairs(pairs, key, inner, classes)),
            (Shape::Dict(key, inner), Value::List(items)) => match as_pairs(&items) {
                Some(pairs) => Value::Dict(shape_pairs(pairs, key, inner, classes)),
                None => Value::List(items),
            },
            (Shape::Class(name), Value::Dict(pairs)) => shape_object(name, pairs, classes),
            (_, value) => value,
        }
    }
}

fn shape_all(items: Vec<Value>, shape: &Shape, classes: &[ClassInterface]) -> Vec<Value> {
    items.into_iter().map(|item| item.shaped(shape, classes)).collect()
}

fn shape_pairs(
    pairs: Vec<(Value, Value)>,
    key: &Shape,
    inner: &Shape,
    classes: &[ClassInterface],
) -> Vec<(Value, Value)> {
    pairs.into_iter().map(|(name, value)| (name.shaped(key, classes), value.shaped(inner, classes))).collect()
}

fn as_pairs(items: &[Value]) -> Option<Vec<(Value, Value)>> {
    items.iter().map(as_pair).collect()
}

fn as_pair(item: &Value) -> Option<(Value, Value)> {
    match item {
        Value::List(pair) | Value::Tuple(pair) => match pair.as_slice() {
            [key, value] => Some((key.clone(), value.clone())),
            _ => None,
        },
        _ => None,
    }
}

fn shape_object(name: &str, pairs: Vec<(Value, Value)>, classes: &[ClassInterface]) -> Value {
    let Some(class) = classes.iter().find(|class| class.name == name) else { return Value::Dict(pairs) };
    let shape_of = |field: &str| class.fields.iter().find(|(known, _)| known == field).map(|(_, shape)| shape);
    let fields = pairs.into_iter().filter_map(|(key, value)| match key {
        Value::Str(field) => {
            let value = match shape_of(&field) {
                Some(shape) => value.shaped(shape, classes),
                None => value,
            };
            Some((field, value))
        }
        _ => None,
    });
    Value::Object(Object { class: name.to_owned(), fields: fields.collect() })
}

fn read_number(text: &str) -> Result<Value, CodecError> {
    if let Some(integer) = Integer::parse(text) {
        return Ok(Value::Int(integer));
    }
    let number: f64 = text.parse().map_err(|_| CodecError::Malformed(format!("number {text}")))?;
    Ok(Value::Float(Float::new(number)))
}

fn read_all(items: &[Json]) -> Result<Vec<Value>, CodecError> {
    items.iter().map(Value::from_json).collect()
}

fn read_object(object: &Map<String, Json>) -> Result<Value, CodecError> {
    match object.iter().next() {
        Some((tag, content)) if tag.starts_with('$') => read_tagged(tag, content, object),
        _ => object
            .iter()
            .map(|(key, value)| Ok((Value::Str(key.clone()), Value::from_json(value)?)))
            .collect::<Result<_, _>>()
            .map(Value::Dict),
    }
}

fn read_tagged(tag: &str, content: &Json, whole: &Map<String, Json>) -> Result<Value, CodecError> {
    let malformed = || CodecError::Malformed(tag.to_owned());
    let items = || content.as_array().ok_or_else(malformed).and_then(|items| read_all(items));
    let text = || content.as_str().map(str::to_owned).ok_or_else(malformed);
    let bytes = || content.as_str().and_then(base64_decode).ok_or_else(malformed);
    Ok(match tag {
        "$tuple" => Value::Tuple(items()?),
        "$set" => Value::Set(items()?),
        "$frozenset" => Value::FrozenSet(items()?),
        "$dict" => Value::Dict(items()?.iter().map(as_pair).collect::<Option<_>>().ok_or_else(malformed)?),
        "$bytes" => Value::Bytes(bytes()?),
        "$bytearray" => Value::ByteArray(bytes()?),
        "$float" => Value::float(text()?.parse().map_err(|_| malformed())?),
        "$alias" => Value::Alias(text()?),
        "$ref" => Value::Ref(text()?),
        "$class" => Value::Object(read_class(content).ok_or_else(malformed)??),
        "$iter" => Value::Tagged(
            tag.to_owned(),
            Box::new(Value::Tuple(vec![
                Value::List(items()?),
                whole.get("end").map_or(Ok(Value::None), Value::from_json)?,
            ])),
        ),
        _ => Value::Tagged(tag.to_owned(), Box::new(Value::from_json(content)?)),
    })
}

fn read_class(content: &Json) -> Option<Result<Object, CodecError>> {
    let class = content.get("name")?.as_str()?.to_owned();
    let fields = content.get("fields")?.as_object()?;
    let fields = fields.iter().map(|(name, value)| Ok((name.clone(), Value::from_json(value)?))).collect();
    Some(Result::map(fields, |fields| Object { class, fields }))
}

fn write(value: &Value, exact: bool, text: &mut String) {
    match value {
        Value::None => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Int(integer) => text.push_str(integer.digits()),
        Value::Float(float) => write_float(float.get(), text),
        Value::Str(string) => write_text(string, text),
        Value::Bytes(bytes) => write_bytes("$bytes", bytes, text),
        Value::ByteArray(bytes) => write_bytes(if exact { "$bytearray" } else { "$bytes" }, bytes, text),
        Value::List(items) => write_items(None, items, exact, text),
        Value::Tuple(items) => write_items(exact.then_some("$tuple"), items, exact, text),
        Value::Set(items) => write_items(exact.then_some("$set"), items, exact, text),
        Value::FrozenSet(items) => write_items(exact.then_some("$frozenset"), items, exact, text),
        Value::Dict(pairs) => write_dict(pairs, exact, text),
        Value::Object(object) => write_instance(object, exact, text),
        Value::Alias(name) => write_tagged("$alias", &Value::Str(name.clone()), exact, text),
        Value::Ref(name) => write_tagged("$ref", &Value::Str(name.clone()), exact, text),
        Value::Tagged(tag, inner) if tag == "$iter" => write_iterator(inner, exact, text),
        Value::Tagged(tag, inner) => write_tagged(tag, inner, exact, text),
    }
}

fn write_float(number: f64, text: &mut String) {
    match number {
        _ if number.is_nan() => text.push_str(r#"{"$float":"nan"}"#),
        f64::INFINITY => text.push_str(r#"{"$float":"inf"}"#),
        f64::NEG_INFINITY => text.push_str(r#"{"$float":"-inf"}"#),
        _ => text.push_str(&format!("{number:?}")),
    }
}

fn write_text(string: &str, text: &mut String) {
    text.push_str(&Json::String(string.to_owned()).to_string());
}

fn write_bytes(tag: &str, bytes: &[u8], text: &mut String) {
    text.push_str(&format!(r#"{{"{tag}":"{}"}}"#, base64_encode(bytes)));
}

fn write_tagged(tag: &str, inner: &Value, exact: bool, text: &mut String) {
    text.push('{');
    write_text(tag, text);
    text.push(':');
    write(inner, exact, text);
    text.push('}');
}

fn write_iterator(inner: &Value, exact: bool, text: &mut String) {
    let Value::Tuple(parts) = inner else { return write(inner, exact, text) };
    text.push_str(r#"{"$iter":"#);
    parts.first().into_iter().for_each(|items| write(items, exact, text));
    text.push_str(r#","end":"#);
    write(parts.get(1).unwrap_or(&Value::None), exact, text);
    text.push('}');
}

fn write_items(tag: Option<&str>, items: &[Value], exact: bool, text: &mut String) {
    if let Some(tag) = tag {
        text.push_str(&format!(r#"{{"{tag}":"#));
    }
    text.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(item, exact, text);
    }
    text.push(']');
    if tag.is_some() {
        text.push('}');
    }
}

fn write_dict(pairs: &[(Value, Value)], exact: bool, text: &mut String) {
    let named: Option<Vec<(&String, &Value)>> = pairs
        .iter()
        .map(|(key, value)| match key {
            Value::Str(name) if !name.starts_with('$') => Some((name, value)),
            _ => None,
        })
        .collect();
    match named {
        Some(named) => write_fields(&named, exact, text),
        None => {
            let listed: Vec<Value> =
                pairs.iter().map(|(key, value)| Value::List(vec![key.clone(), value.clone()])).collect();
            write_items(exact.then_some("$dict"), &listed, exact, text);
        }
    }
}

fn write_instance(object: &Object, exact: bool, text: &mut String) {
    let fields: Vec<(&String, &Value)> = object.fields.iter().map(|(name, value)| (name, value)).collect();
    if !exact {
        return write_fields(&fields, exact, text);
    }
    text.push_str(r#"{"$class":{"name":"#);
    write_text(&object.class, text);
    text.push_str(r#","fields":"#);
    write_fields(&fields, exact, text);
    text.push_str("}}");
}

fn write_fields(fields: &[(&String, &Value)], exact: bool, text: &mut String) {
    text.push('{');
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_text(name, text);
        text.push(':');
        write(value, exact, text);
    }
    text.push('}');
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let index = (group >> (18 - 6 * position) & 63) as usize;
            text.push(if position <= chunk.len() { ALPHABET[index] as char } else { '=' });
        }
    }
    text
}

fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in digits.as_bytes().chunks(4) {
        let mut group = 0u32;
        for digit in chunk {
            let index = ALPHABET.iter().position(|known| known == digit)?;
            group = group << 6 | u32::try_from(index).ok()?;
        }
        let whole = (group << (6 * (4 - chunk.len()))).to_be_bytes();
        bytes.extend_from_slice(&whole[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any value, built like any other data by proptest.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::None),
            any::<bool>().prop_map(Value::Bool),
            any::<i128>().prop_map(Value::int),
            any::<f64>().prop_map(Value::float),
            ".{0,8}".prop_map(Value::Str),
            proptest::collection::vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
            proptest::collection::vec(any::<u8>(), 0..9).prop_map(Value::ByteArray),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let items = proptest::collection::vec(inner.clone(), 0..5);
            let pairs = proptest::collection::vec((inner.clone(), inner.clone()), 0..5);
            let fields = proptest::collection::vec(("[a-z]{1,5}", inner), 0..3);
            prop_oneof![
                items.clone().prop_map(Value::List),
                items.clone().prop_map(Value::Tuple),
                items.clone().prop_map(Value::Set),
                items.prop_map(Value::FrozenSet),
                pairs.prop_map(Value::Dict),
                fields.prop_map(|mut fields| {
                    fields.sort_by(|left, right| left.0.cmp(&right.0));
                    fields.dedup_by(|left, right| left.0 == right.0);
                    Value::Object(Object { class: "Thing".into(), fields })
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn exact_form_loses_nothing(value in any_value()) {
            let mut value = value;
            drop_repeated_keys(&mut value);
            prop_assert_eq!(Value::from_text(&value.to_exact()), Ok(value));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Value::from_text(&text);
        }
    }

    /// A Python dict has no repeated keys.
    fn drop_repeated_keys(value: &mut Value) {
        match value {
            Value::Dict(pairs) => {
                let mut seen = Vec::new();
                pairs.retain(|(key, _)| {
                    !seen.contains(key) && {
                        seen.push(key.clone());
                        true
                    }
                });
                pairs.iter_mut().for_each(|(key, value)| {
                    drop_repeated_keys(key);
                    drop_repeated_keys(value);
                });
            }
            Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
                items.iter_mut().for_each(drop_repeated_keys);
            }
            Value::Object(object) => object.fields.iter_mut().for_each(|(_, value)| drop_repeated_keys(value)),
            _ => {}
        }
    }

    #[test]
    fn exact_form_is_as_documented() {
        let cases = [
            (r#"{"$tuple":[1,2.0]}"#, Value::Tuple(vec![Value::int(1), Value::float(2.0)])),
            (r#"{"$dict":[[1,"a"]]}"#, Value::Dict(vec![(Value::int(1), Value::text("a"))])),
            (r#"{"$dict":[["$a",null]]}"#, Value::Dict(vec![(Value::text("$a"), Value::None)])),
            (r#"{"$bytes":"AAEC/w=="}"#, Value::Bytes(vec![0, 1, 2, 255])),
            ("-0.0", Value::float(-0.0)),
            (r#"{"$float":"-inf"}"#, Value::float(f64::NEG_INFINITY)),
            (r#"{"$decimal":"1.10"}"#, Value::Tagged("$decimal".into(), Box::new(Value::text("1.10")))),
            (
                r#"{"$iter":[1],"end":null}"#,
                Value::Tagged(
                    "$iter".into(),
                    Box::new(Value::Tuple(vec![Value::List(vec![Value::int(1)]), Value::None])),
                ),
            ),
        ];
        for (text, value) in cases {
            assert_eq!(Value::from_text(text), Ok(value.clone()), "{text}");
            assert_eq!(value.to_exact(), text);
        }
        let huge = "1".repeat(5000);
        assert_eq!(Value::from_text(&huge).map(|value| value.to_exact()), Ok(huge));
    }

    #[test]
    fn numbers_keep_kind_and_last_digit() {
        for text in ["1e16", "5e-324", "1.7976931348623157e308", "0.1", "9007199254740993.0"] {
            let Ok(Value::Float(float)) = Value::from_text(text) else { panic!("{text} is a float") };
            assert_eq!(Some(float.get()), text.parse().ok());
        }
        assert_eq!(Value::from_text("9007199254740993"), Ok(Value::int(9_007_199_254_740_993)));
    }

    #[test]
    fn malformed_tags_are_errors() {
        for text in [r#"{"$tuple":1}"#, r#"{"$dict":[[1]]}"#, r#"{"$bytes":"A"}"#, r#"{"$class":{}}"#, "{", "nan"] {
            assert!(Value::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn plain_form_and_shape_give_the_value_back() {
        let class = ClassInterface {
            name: "Point".into(),
            fields: vec![("at".into(), Shape::Tuple(vec![Shape::Int, Shape::Int]))],
            constructor: None,
            methods: vec![],
            is_value: true,
        };
        let at = Value::Tuple(vec![Value::int(1), Value::int(2)]);
        let point = Value::Object(Object { class: "Point".into(), fields: vec![("at".into(), at)] });
        let value = Value::Dict(vec![(Value::int(1), Value::Set(vec![point]))]);
        let shape = Shape::Dict(Box::new(Shape::Int), Box::new(Shape::Set(Box::new(Shape::Class("Point".into())))));
        assert_eq!(value.to_plain(), r#"[[1,[{"at":[1,2]}]]]"#);
        let read = Value::from_text(&value.to_plain()).map(|read| read.shaped(&shape, &[class]));
        assert_eq!(read, Ok(value));
    }
}
