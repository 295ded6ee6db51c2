//! The codec of tuples of any length: an array.

use crate::support::tuple::TupleOf;
use crate::wire::{Wire, array, deeper, tag, tagged};
use serde_json::Value;

impl<T: Wire> Wire for TupleOf<T> {
    fn decode(value: &Value) -> Self {
        let items = array(tagged(value, "$tuple").unwrap_or(value));
        TupleOf::from(items.iter().map(T::decode).collect::<Vec<T>>())
    }

    fn encode(&self, exact: bool) -> Value {
        let items = deeper(2, || Value::Array(self.iter().map(|item| item.encode(exact)).collect()));
        if exact { tag("$tuple", items) } else { items }
    }
}
