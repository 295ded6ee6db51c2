//! The least type that holds two: what a variable is after both branches assigned it.
//!
//! ```text
//! Unknown + T = T        None + T = T | None        list[Unknown] + list[int] = list[int]
//! int + float = nothing: Python would remember which it is
//! ```

use crate::ir::Type;

/// The least type that represents both, where there is one.
pub fn join(a: &Type, b: &Type) -> Option<Type> {
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
        (Set(s), Set(t)) => Set(Box::new(join(s, t)?)),
        (FrozenSet(s), FrozenSet(t)) => FrozenSet(Box::new(join(s, t)?)),
        (Cell(s), Cell(t)) => Cell(Box::new(join(s, t)?)),
        (Function(s, r), Function(t, q)) if s.len() == t.len() => {
            let params = s.iter().zip(t).map(|(s, t)| join(s, t)).collect::<Option<Vec<_>>>()?;
            Function(params, Box::new(join(r, q)?))
        }
        (Dict(k, v), Dict(l, w)) => Type::dict(join(k, l)?, join(v, w)?),
        (Tuple(s), Tuple(t)) if s.len() == t.len() => {
            Tuple(s.iter().zip(t).map(|(s, t)| join(s, t)).collect::<Option<Vec<_>>>()?)
        }
        _ => return Option::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins() {
        assert_eq!(join(&Type::None, &Type::Int), Some(Type::optional(Type::Int)));
        assert_eq!(join(&Type::list(Type::Unknown), &Type::list(Type::Str)), Some(Type::list(Type::Str)));
        assert_eq!(join(&Type::Int, &Type::Float), Option::None);
        assert_eq!(
            join(&Type::optional(Type::Int), &Type::Int),
            Some(Type::optional(Type::Int)),
            "an option joins with its inner type"
        );
    }
}
