//! The codec of sets: an array in any order.

use crate::support::set::Set;
use crate::wire::{Wire, array, tag, tagged};
use serde_json::Value;
use std::hash::Hash;

impl<T: Wire + Hash + Eq> Wire for Set<T> {
    fn decode(value: &Value) -> Self {
        let items = tagged(value, "$set").or_else(|| tagged(value, "$frozenset")).unwrap_or(value);
        array(items).iter().map(T::decode).collect()
    }

    fn encode(&self, exact: bool) -> Value {
        let items = Value::Array(self.iter().map(|item| item.encode(exact)).collect());
        if exact { tag("$set", items) } else { items }
    }
}
