//! The codec of sets: an array in any order.

use crate::support::key::Key;
use crate::support::set::{FrozenSet, Set};
use crate::wire::{Wire, array, deeper, tag, tagged};
use serde_json::Value;

fn items<T: Wire + Key + PartialEq>(value: &Value) -> Set<T> {
    let items = tagged(value, "$set").or_else(|| tagged(value, "$frozenset")).unwrap_or(value);
    array(items).iter().map(T::decode).collect::<Set<T>>().of_unknown_order()
}

fn written<T: Wire>(set: &Set<T>, exact: bool, word: &str) -> Value {
    let items = deeper(2, || Value::Array(set.iter().map(|item| item.encode(exact)).collect()));
    if exact { tag(word, items) } else { items }
}

impl<T: Wire + Key + PartialEq> Wire for Set<T> {
    fn decode(value: &Value) -> Self {
        items(value)
    }

    fn encode(&self, exact: bool) -> Value {
        written(self, exact, "$set")
    }
}

impl<T: Wire + Key + PartialEq> Wire for FrozenSet<T> {
    fn decode(value: &Value) -> Self {
        items(value).frozen()
    }

    fn encode(&self, exact: bool) -> Value {
        written(self, exact, "$frozenset")
    }
}
