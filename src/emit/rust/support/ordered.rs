//! `collections.OrderedDict`: what it has beyond a dict.

use super::dict::Dict;
use super::exception::{Exception, KEY_ERROR};
use super::key::Key;
use super::repr::Repr;

/// `d.move_to_end(key, last)`
pub fn move_to_end<K, V, Q>(d: &mut Dict<K, V>, key: &Q, last: bool) -> Result<(), Exception>
where
    K: Key + PartialEq,
    Q: Key + PartialEq<K> + Repr + ?Sized,
{
    match d.move_to_end(key, last) {
        true => Ok(()),
        false => Err(Exception::new(&KEY_ERROR, key.repr())),
    }
}

/// `d.popitem(last)`
pub fn pop_item<K: Key + PartialEq, V>(d: &mut Dict<K, V>, last: bool) -> Result<(K, V), Exception> {
    let pair = if last { d.pop_last() } else { d.pop_first() };
    pair.ok_or_else(|| Exception::new(&KEY_ERROR, "'dictionary is empty'"))
}

/// `a == b`: the order counts.
pub fn equal<K: PartialEq, V: PartialEq>(a: &Dict<K, V>, b: &Dict<K, V>) -> bool {
    a.len() == b.len() && a.iter().zip(b.iter()).all(|(one, other)| one == other)
}
