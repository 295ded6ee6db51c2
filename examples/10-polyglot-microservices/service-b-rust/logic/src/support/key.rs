//! What can be a key: values with Python's equality and Python's hash.
//!
//! The hash of numbers, and of tuples and frozensets of them, is CPython's: it decides the order of a set. Texts are
//! hashed anew in each process, as there. Of NaN, whose equality is a matter of identity in Python, a key declines.

use super::guard::guard;
use super::hash::Seeded;
use indexmap::Equivalent;
use std::hash::{BuildHasher, Hash, Hasher};

/// Values that can be keys of dicts and elements of sets.
pub trait Key {
    /// `hash(self)`
    fn hash_of(&self) -> i64;

    /// The hash of a sequence of such values.
    fn hash_of_all(items: &[Self]) -> i64
    where
        Self: Sized,
    {
        tuple_hash(items.iter().map(Key::hash_of))
    }
}

/// A key as a table holds it.
#[derive(Clone, Debug)]
pub struct Slot<K>(pub K);

/// A key that is looked for.
pub struct Look<'a, Q: ?Sized>(pub &'a Q);

impl<K: Key> Hash for Slot<K> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_i64(self.0.hash_of());
    }
}

impl<Q: Key + ?Sized> Hash for Look<'_, Q> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_i64(self.0.hash_of());
    }
}

impl<K: PartialEq> PartialEq for Slot<K> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: PartialEq> Eq for Slot<K> {}

impl<K, Q: PartialEq<K> + ?Sized> Equivalent<Slot<K>> for Look<'_, Q> {
    #[inline]
    fn equivalent(&self, key: &Slot<K>) -> bool {
        *self.0 == key.0
    }
}

/// Numbers are hashed modulo this prime.
const MODULUS: u64 = (1 << 61) - 1;

/// A hash is never -1.
fn signed(size: u64, negative: bool) -> i64 {
    match if negative { -(size as i64) } else { size as i64 } {
        -1 => -2,
        hash => hash,
    }
}

impl Key for i64 {
    #[inline]
    fn hash_of(&self) -> i64 {
        let size = self.unsigned_abs();
        signed(if size < MODULUS { size } else { size % MODULUS }, *self < 0)
    }
}

impl Key for bool {
    #[inline]
    fn hash_of(&self) -> i64 {
        i64::from(*self)
    }
}

impl Key for f64 {
    fn hash_of(&self) -> i64 {
        if self.is_nan() {
            guard("nan_key", "");
        }
        if self.is_infinite() {
            return if *self > 0.0 { 314_159 } else { -314_159 };
        }
        let bits = self.abs().to_bits();
        let (exponent, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
        let (whole, exponent) =
            if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
        // whole * 2 ** exponent; a factor of two is a rotation modulo the prime.
        let turn = exponent.rem_euclid(61) as u32;
        let rotated = ((whole << turn) & MODULUS) | (whole >> (61 - turn));
        signed(if rotated == MODULUS { 0 } else { rotated }, *self < 0.0)
    }
}

impl Key for str {
    #[inline]
    fn hash_of(&self) -> i64 {
        let mut state = Seeded::default().build_hasher();
        state.write(self.as_bytes());
        state.finish() as i64
    }
}

impl Key for String {
    #[inline]
    fn hash_of(&self) -> i64 {
        self.as_str().hash_of()
    }
}

impl Key for u8 {
    fn hash_of(&self) -> i64 {
        i64::from(*self)
    }

    fn hash_of_all(items: &[u8]) -> i64 {
        let mut state = Seeded::default().build_hasher();
        state.write(items);
        state.finish() as i64
    }
}

impl Key for () {
    fn hash_of(&self) -> i64 {
        0xfca8_6420
    }
}

impl<T: Key> Key for [T] {
    fn hash_of(&self) -> i64 {
        T::hash_of_all(self)
    }
}

impl<T: Key> Key for Vec<T> {
    fn hash_of(&self) -> i64 {
        T::hash_of_all(self)
    }
}

impl<T: Key> Key for Option<T> {
    fn hash_of(&self) -> i64 {
        self.as_ref().map_or_else(|| ().hash_of(), Key::hash_of)
    }
}

impl<T: Key + ?Sized> Key for &T {
    #[inline]
    fn hash_of(&self) -> i64 {
        (**self).hash_of()
    }
}

/// The hash of a tuple from those of its items.
pub fn tuple_hash(items: impl ExactSizeIterator<Item = i64>) -> i64 {
    const PRIMES: [u64; 3] = [11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 2_870_177_450_012_600_261];
    let length = items.len() as u64;
    let step = |sum: u64, item: i64| {
        sum.wrapping_add((item as u64).wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
    };
    let sum = items.fold(PRIMES[2], step).wrapping_add(length ^ (PRIMES[2] ^ 3_527_539));
    if sum == u64::MAX { 1_546_275_796 } else { sum as i64 }
}

macro_rules! tuples {
    ($($($name:ident $index:tt)+;)*) => {$(
        impl<$($name: Key),+> Key for ($($name,)+) {
            #[inline]
            fn hash_of(&self) -> i64 {
                tuple_hash([$(self.$index.hash_of()),+].into_iter())
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}
