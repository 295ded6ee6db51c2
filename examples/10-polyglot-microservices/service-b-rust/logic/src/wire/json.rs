//! The codec of JSON data: itself.

use crate::support::json::{Json, from_value};
use crate::wire::Wire;
use serde_json::{Map, Value};

impl Wire for Json {
    fn decode(value: &Value) -> Json {
        from_value(value)
    }

    fn encode(&self, exact: bool) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Int(value) => value.encode(exact),
            Json::BigInt(digits) => serde_json::from_str(digits).unwrap_or(Value::Null),
            Json::Float(value) => value.encode(exact),
            Json::Text(text) => Value::String(text.clone()),
            Json::List(items) => items.encode(exact),
            Json::Object(fields) => {
                Value::Object(Map::from_iter(fields.iter().map(|(key, value)| (key.clone(), value.encode(exact)))))
            }
        }
    }
}
