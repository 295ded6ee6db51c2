//! What a call of a function value may run: every function that the program takes as a value of that type.
//!
//! ```text
//! add = lambda a: a + n        values of fn(int) -> int: the lambda, open at 0
//! apply(add, 3)                a call of a value of that type in `apply` may run the lambda
//! ```

use super::walk::{each_expr, each_expr_of};
use super::{Expr, ExprKind, FunctionId, Program, Type};
use std::collections::{BTreeSet, HashMap};

/// A function as a value: which function, and which of its parameters the caller gives, in order.
pub type Target = (FunctionId, Vec<usize>);

/// Function values by their type.
#[derive(Clone, Debug, Default)]
pub struct Values {
    by_type: HashMap<Type, BTreeSet<Target>>,
}

impl Values {
    /// The values that the functions and globals of a program make.
    pub fn of(program: &Program) -> Values {
        let mut values = Values::default();
        program.functions.iter().for_each(|function| each_expr(&function.body, &mut |e| values.note(e)));
        program.globals.iter().for_each(|global| each_expr_of(&global.value, &mut |e| values.note(e)));
        values
    }

    fn note(&mut self, e: &Expr) {
        if let ExprKind::Closure { function, args } = &e.kind {
            let open = (0..args.len()).filter(|index| args[*index].is_none()).collect();
            self.by_type.entry(e.ty.clone()).or_default().insert((*function, open));
        }
    }

    /// What a call of a value of this type may run.
    pub fn targets(&self, ty: &Type) -> impl Iterator<Item = &Target> {
        self.by_type.get(ty).into_iter().flatten()
    }
}
