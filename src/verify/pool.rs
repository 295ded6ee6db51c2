//! Values that were seen: in the source, in recordings, in the state of objects, in results.
//!
//! A generated `reserve(product_id)` means something only with a product that exists, and `release(reservation_id)`
//! with a reservation that an earlier call returned. Values are kept by the name they had (a field, a parameter, a key)
//! and by their kind.

use super::shapes::{Kind, kind_of};
use crate::recording::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

/// How many values are kept of one name or kind.
const KEPT: usize = 64;

/// Values by name and by kind, the latest last.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    named: HashMap<String, Vec<Value>>,
    typed: HashMap<Kind, Vec<Value>>,
    /// How often a short text was seen: what comes again and again is the name of something.
    often: HashMap<Value, usize>,
    frequent: OnceLock<Vec<Value>>,
    /// Keys of dicts and elements of sets inside the state of an object.
    keys: Vec<Value>,
}

impl Pool {
    /// Keeps a constant of the source.
    pub(super) fn add_constant(&mut self, value: &Value) {
        self.add_typed(value);
    }

    /// Keeps a value under a name, and everything inside it under its own names.
    pub(super) fn harvest(&mut self, name: &str, value: &Value) {
        self.add_named(name, value);
        value.each_named(&mut |inner, value| self.add_named(inner, value));
        self.harvest_kinds(value, 0);
    }

    /// Keeps everything inside the state of an object, and apart from the rest what something can be looked up by.
    pub(super) fn harvest_state(&mut self, state: &Value) {
        self.harvest("state", state);
        state.children().into_iter().for_each(|field| self.harvest_keys(field, 0));
    }

    fn harvest_keys(&mut self, value: &Value, depth: usize) {
        let found: Vec<&Value> = match value {
            Value::Dict(pairs) => pairs.iter().map(|(key, _)| key).collect(),
            Value::Set(items) | Value::FrozenSet(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        found.into_iter().for_each(|key| keep(&mut self.keys, key));
        if depth < 4 {
            value.children().into_iter().take(KEPT).for_each(|child| self.harvest_keys(child, depth + 1));
        }
    }

    /// What something can be looked up by in the state of an object.
    pub(super) fn keys(&self) -> &[Value] {
        &self.keys
    }

    fn harvest_kinds(&mut self, value: &Value, depth: usize) {
        if depth > 6 {
            return;
        }
        self.add_typed(value);
        value.children().into_iter().for_each(|child| self.harvest_kinds(child, depth + 1));
    }

    fn add_named(&mut self, name: &str, value: &Value) {
        keep(self.named.entry(name.trim_start_matches('_').to_owned()).or_default(), value);
    }

    fn add_typed(&mut self, value: &Value) {
        if matches!(value, Value::Str(text) if text.len() < 40) {
            *self.often.entry(value.clone()).or_default() += 1;
            self.frequent.take();
        }
        if let Some(kind) = kind_of(value) {
            keep(self.typed.entry(kind).or_default(), value);
        }
    }

    /// True where nothing was seen yet.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.typed.is_empty()
    }

    /// Values that had this name.
    pub(super) fn named(&self, name: &str) -> &[Value] {
        self.named.get(name.trim_start_matches('_')).map_or(&[], Vec::as_slice)
    }

    /// The names under which values of this kind were seen, sorted.
    pub(super) fn names(&self, kind: &Kind) -> Vec<&str> {
        let has = |values: &Vec<Value>| values.iter().any(|value| kind_of(value).as_ref() == Some(kind));
        let mut names: Vec<&str> =
            self.named.iter().filter(|(_, values)| has(values)).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The texts seen most often, at most a dozen, each more than twice.
    pub(super) fn frequent(&self) -> &[Value] {
        self.frequent.get_or_init(|| self.most_frequent())
    }

    fn most_frequent(&self) -> Vec<Value> {
        let mut texts: Vec<(&Value, usize)> =
            self.often.iter().filter(|(_, count)| **count > 2).map(|(text, count)| (text, *count)).collect();
        texts.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        texts.into_iter().take(12).map(|(text, _)| text.clone()).collect()
    }

    /// Forgets a value of this name.
    pub(super) fn forget(&mut self, name: &str, value: &Value) {
        if let Some(values) = self.named.get_mut(name.trim_start_matches('_')) {
            values.retain(|known| known != value);
        }
    }

    /// Values of this kind.
    pub(super) fn typed(&self, kind: &Kind) -> &[Value] {
        self.typed.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// Appends a value that is not there yet; forgets the oldest but a few of the first.
fn keep(values: &mut Vec<Value>, value: &Value) {
    if let Some(known) = values.iter().position(|known| known == value) {
        // Seen again: among the latest now, unless it is one of the first.
        if known >= KEPT / 4 {
            values[known..].rotate_left(1);
        }
        return;
    }
    if value.size() > 2000 {
        return;
    }
    if values.len() == KEPT {
        values.remove(KEPT / 4);
    }
    values.push(value.clone());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Object;

    #[test]
    fn values_are_found_by_name_and_by_kind() {
        let fields = vec![("reservation_id".into(), Value::text("RES-1")), ("_n".into(), Value::int(3))];
        let mut pool = Pool::default();
        pool.harvest("result", &Value::List(vec![Value::Object(Object { class: "R".into(), fields })]));
        assert_eq!(pool.named("reservation_id"), [Value::text("RES-1")]);
        assert_eq!(pool.named("n"), [Value::int(3)]);
        assert_eq!(pool.typed(&Kind::Int), [Value::int(3)]);
        assert_eq!(pool.typed(&Kind::Class("R".into())).len(), 1);
    }

    #[test]
    fn a_pool_stays_small_and_keeps_first_and_last() {
        let mut pool = Pool::default();
        (0..1000).for_each(|number| pool.harvest("id", &Value::int(number)));
        let kept = pool.named("id");
        assert_eq!(kept.len(), KEPT);
        assert_eq!((kept.first(), kept.last()), (Some(&Value::int(0)), Some(&Value::int(999))));
    }
}
