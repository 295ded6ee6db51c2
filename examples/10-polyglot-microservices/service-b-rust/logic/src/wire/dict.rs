//! The codec of dicts: an object where all keys are texts, else pairs.

use crate::support::dict::Dict;
use crate::support::key::Key;
use crate::wire::{Wire, array, deeper, tag, tagged, wrong_type};
use serde_json::Value;

impl<K: Wire + Key + PartialEq, V: Wire> Wire for Dict<K, V> {
    fn decode(value: &Value) -> Self {
        if let (None, Value::Object(fields)) = (tagged(value, "$dict"), value) {
            return fields.iter().map(|(key, value)| (K::decode(&Value::String(key.clone())), V::decode(value))).collect();
        }
        let pairs = array(tagged(value, "$dict").unwrap_or(value));
        pairs
            .iter()
            .map(|pair| match array(pair) {
                [key, value] => (K::decode(key), V::decode(value)),
                _ => wrong_type(),
            })
            .collect()
    }

    fn encode(&self, exact: bool) -> Value {
        let keys: Vec<Value> = self.keys().map(|key| key.encode(exact)).collect();
        let plain = |key: &Value| key.as_str().is_some_and(|text| !text.starts_with('$'));
        let named = keys.iter().all(plain);
        let levels = if named { 1 } else { 3 };
        let values = deeper(levels, || self.values().map(|value| value.encode(exact)).collect::<Vec<_>>());
        if named {
            let names = keys.iter().map(|key| key.as_str().unwrap_or_default().to_string());
            return Value::Object(names.zip(values).collect());
        }
        let pairs = Value::Array(keys.into_iter().zip(values).map(|(key, value)| Value::Array(vec![key, value])).collect());
        if exact { tag("$dict", pairs) } else { pairs }
    }
}
