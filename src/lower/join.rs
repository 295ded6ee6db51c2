//! The least type that holds two: what a variable is after both branches assigned it.
//!
//! ```text
//! Unknown + T = T        None + T = T | None        list[Unknown] + list[int] = list[int]
//! int + float = number, which remembers which it is; not inside functions and keys
//! ```

use crate::ir::{ClassId, DictKind, Factory, Type};
use std::cell::RefCell;

thread_local! {
    /// Classes of which objects met where one type was looked for, since [`forget_met`].
    static MET: RefCell<Vec<(ClassId, ClassId)>> = const { RefCell::new(Vec::new()) };
}

/// Forgets which classes met.
pub fn forget_met() {
    MET.with(|met| met.borrow_mut().clear());
}

/// The pairs of classes of which objects met where one type was looked for.
pub fn met() -> Vec<(ClassId, ClassId)> {
    MET.with(|met| met.borrow().clone())
}

/// Notes that objects of two classes met.
pub fn meet(a: ClassId, b: ClassId) {
    MET.with(|met| {
        let mut met = met.borrow_mut();
        if !met.contains(&(a, b)) && !met.contains(&(b, a)) {
            met.push((a, b));
        }
    });
}

/// The least type that represents both, where there is one.
pub fn join(a: &Type, b: &Type) -> Option<Type> {
    if let (Type::Int | Type::Float | Type::Number, Type::Int | Type::Float | Type::Number) = (a, b)
        && a != b
    {
        return Some(Type::Number);
    }
    use Type::*;
    Some(match (a, b) {
        _ if a == b => a.clone(),
        (Unknown | Never, t) | (t, Unknown | Never) => t.clone(),
        (None, Optional(_)) => b.clone(),
        (Optional(_), None) => a.clone(),
        (None, t) | (t, None) => Type::optional(t.clone()),
        (Optional(s), Optional(t)) => Type::optional(join(s, t)?),
        (Optional(s), t) | (t, Optional(s)) => Type::optional(join(s, t)?),
        (List(s), List(t)) => Type::list(join(s, t)?),
        (Deque(s), Deque(t)) => Deque(Box::new(join(s, t)?)),
        (Set(s), Set(t)) => Set(Box::new(same_numbers(s, t)?)),
        (FrozenSet(s), FrozenSet(t)) => FrozenSet(Box::new(same_numbers(s, t)?)),
        (TupleOf(s), TupleOf(t)) => TupleOf(Box::new(join(s, t)?)),
        (TupleOf(s), Tuple(items)) | (Tuple(items), TupleOf(s)) => joined_tuple(s, items)?,
        (Cell(s), Cell(t)) => Cell(Box::new(join(s, t)?)),
        (Function(s, r), Function(t, q)) if s.len() == t.len() => {
            let params = s.iter().zip(t).map(|(s, t)| same_numbers(s, t)).collect::<Option<Vec<_>>>()?;
            Function(params, Box::new(same_numbers(r, q)?))
        }
        (Dict(k, v, kind), Dict(l, w, other)) => {
            Dict(Box::new(same_numbers(k, l)?), Box::new(join(v, w)?), same_kind(*kind, *other)?)
        }
        (Tuple(s), Tuple(t)) if s.len() == t.len() => {
            Tuple(s.iter().zip(t).map(|(s, t)| join(s, t)).collect::<Option<Vec<_>>>()?)
        }
        (Tuple(s), Tuple(t)) => joined_tuple(&joined_item(s)?, t)?,
        (Class(a), Class(b)) => {
            meet(*a, *b);
            return Option::None;
        }
        _ => return Option::None,
    })
}

/// The type of a tuple of any length of such items that also holds those of a tuple that is written out.
fn joined_tuple(item: &Type, items: &[Type]) -> Option<Type> {
    let joined = items.iter().try_fold(item.clone(), |joined, other| same_numbers(&joined, other))?;
    let fits = joined.has_unknown() || super::iteration::is_immutable(&joined);
    fits.then(|| Type::tuple_of(joined))
}

/// The type of all items of a tuple, where there is one.
pub fn joined_item(items: &[Type]) -> Option<Type> {
    items.iter().try_fold(Type::Never, |joined, other| same_numbers(&joined, other))
}

/// The kind of two dicts that are of one kind.
fn same_kind(a: DictKind, b: DictKind) -> Option<DictKind> {
    match (a, b) {
        (DictKind::Default(Factory::Unknown), DictKind::Default(_)) => Some(b),
        (DictKind::Default(_), DictKind::Default(Factory::Unknown)) => Some(a),
        _ => (a == b).then_some(a),
    }
}

/// The join of types that agree on where ints and floats are.
fn same_numbers(a: &Type, b: &Type) -> Option<Type> {
    join(a, b).filter(|joined| !makes_number(a, joined) && !makes_number(b, joined))
}

/// True where an int or a float of the first type stands as a number in the second, or a tuple of fixed length as one
/// of any length: values of the one are no values of the other.
pub fn makes_number(from: &Type, to: &Type) -> bool {
    use Type::*;
    match (from, to) {
        (Int | Float, Number) => true,
        (Optional(s), Optional(t))
        | (List(s), List(t))
        | (Deque(s), Deque(t))
        | (Set(s), Set(t))
        | (FrozenSet(s), FrozenSet(t))
        | (TupleOf(s), TupleOf(t))
        | (Cell(s), Cell(t)) => makes_number(s, t),
        (s, Optional(t)) => makes_number(s, t),
        (Dict(k, v, _), Dict(l, w, _)) => makes_number(k, l) || makes_number(v, w),
        // One is held in another way than the other.
        (Tuple(_), TupleOf(_)) => true,
        (Tuple(s), Tuple(t)) => s.iter().zip(t).any(|(s, t)| makes_number(s, t)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins() {
        assert_eq!(join(&Type::None, &Type::Int), Some(Type::optional(Type::Int)));
        assert_eq!(join(&Type::list(Type::Unknown), &Type::list(Type::Str)), Some(Type::list(Type::Str)));
        assert_eq!(join(&Type::Int, &Type::Float), Some(Type::Number));
        let set = |item| Type::Set(Box::new(item));
        assert_eq!(join(&set(Type::Int), &set(Type::Float)), Option::None, "keys are not numbers");
        assert_eq!(
            join(&Type::optional(Type::Int), &Type::Int),
            Some(Type::optional(Type::Int)),
            "an option joins with its inner type"
        );
    }
}
