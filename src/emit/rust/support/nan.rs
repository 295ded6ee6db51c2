//! NaN inside of containers: Python asks for identity before it compares, and finds one NaN equal to itself.
//!
//! A translation does not know whether two NaN are one object, and declines where the answer depends on it.

use super::guard::guard;
use std::cmp::Ordering;

/// `a == b`; the functions say whether NaN is inside.
pub fn equal<A: PartialEq<B> + ?Sized, B: ?Sized>(
    a: &A,
    b: &B,
    first: impl Fn(&A) -> bool,
    second: impl Fn(&B) -> bool,
) -> bool {
    a == b || {
        decline(first(a) && second(b));
        false
    }
}

/// What `<` and its kin go by; the functions say whether NaN is inside.
pub fn compare<A: PartialOrd<B> + ?Sized, B: ?Sized>(
    a: &A,
    b: &B,
    first: impl Fn(&A) -> bool,
    second: impl Fn(&B) -> bool,
) -> Option<Ordering> {
    decline(first(a) && second(b));
    a.partial_cmp(b)
}

/// Something that is looked for among others.
pub fn wanted<T: ?Sized>(item: &T, has_nan: impl Fn(&T) -> bool) -> &T {
    decline(has_nan(item));
    item
}

fn decline(depends: bool) {
    if depends {
        guard("nan_identity", "");
    }
}
