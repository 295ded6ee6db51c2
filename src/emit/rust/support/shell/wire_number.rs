//! The codec of numbers that remember whether they are an int or a float.

use crate::support::number::Number;
use crate::wire::Wire;
use serde_json::Value;

impl Wire for Number {
    fn decode(value: &Value) -> Number {
        match value {
            Value::Number(number) if !number.to_string().contains(['.', 'e', 'E']) => Number::Int(i64::decode(value)),
            _ => Number::Float(f64::decode(value)),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        match self {
            Number::Int(n) => n.encode(exact),
            Number::Float(x) => x.encode(exact),
        }
    }
}
