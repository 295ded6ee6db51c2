//! Who owns what: which classes are values, owned or shared; which parameters and variables only borrow.
//!
//! Python shares everything. A copy, a move or a borrow is chosen only where nobody can tell the difference:
//!
//! ```text
//! class never changed once built            value: copying it is invisible
//! changed, but never seen through two names owned: `&self`, `&mut self`
//! changed and aliased                       shared: a handle to one object
//! list bound to a second name               borrowed while nobody changes it, else refused (E1012)
//! ```
//!
//! The choice starts optimistic (owned) and repeats: whenever a body would have to duplicate an owned object, its
//! class becomes shared and everything is decided again.

mod bindings;
mod by_index;
mod checks;
mod classify;
mod decision;
mod facts;
mod fresh;
mod keeps;
mod one_object;
mod slots;
mod takes;
mod variables;

use super::aliases::Aliases;
use crate::diagnostic::Diagnostic;
use crate::ir::*;
use crate::span::Location;
use classify::classify;
use decision::Decision;
use facts::Facts;
use variables::{pass_parameters, passing_table};

/// What the decision for a body asks of the rest of the program.
enum Demand {
    Share(ClassId),
    Refuse(Diagnostic),
    /// Walk the list that is written there by position; where that cannot be done, the function is refused.
    ByIndex(Location, Diagnostic),
}

/// Decides ownership for the whole program; the functions that cannot be shown, with the reason.
pub fn own(program: &mut Program, rebound: &[bool]) -> Vec<(FunctionId, Diagnostic)> {
    one_object::settle(program);
    one_object::part_returns(program);
    classify(program);
    loop {
        let aliases = Aliases::of(program);
        super::effects::effects(program, &aliases, rebound);
        let facts = Facts::of(program);
        let mut next = program.clone();
        pass_parameters(&mut next, &facts);
        let passings = passing_table(&next);
        let mut demands = Vec::new();
        for index in 0..next.functions.len() {
            let mut body = Decision::new(&facts, &aliases, index, &passings);
            let mut function = next.functions[index].clone();
            body.decide(&mut function);
            demands.extend(body.demands.into_iter().map(|d| (FunctionId(index as u32), d)));
            next.functions[index] = function;
        }
        let walked = by_index::walked(&facts, &demands);
        let mut shared = false;
        for (_, demand) in &demands {
            if let Demand::Share(class) = demand {
                let repr = &mut program.classes[class.0 as usize].repr;
                shared |= *repr != ClassRepr::Shared;
                *repr = ClassRepr::Shared;
            }
        }
        if shared {
            continue;
        }
        if let Some(functions) = walked {
            program.functions = functions;
            continue;
        }
        let problems: Vec<_> = demands
            .into_iter()
            .filter_map(|(id, demand)| match demand {
                Demand::Refuse(problem) | Demand::ByIndex(_, problem) => Some((id, problem)),
                Demand::Share(_) => None,
            })
            .collect();
        if problems.is_empty() {
            variables::flag_globals(&mut next);
            for global in &mut next.globals {
                take_all_fresh(&mut global.value);
            }
            *program = next;
        }
        return problems;
    }
}

/// Reads in a global's initial value are of other globals: duplicated.
fn take_all_fresh(value: &mut Expr) {
    walk::each_part_of_mut(
        value,
        &mut |e| {
            let scalar = e.ty.is_scalar();
            if let ExprKind::Read { take, place } = &mut e.kind
                && !scalar
                && matches!(place, Place::Global(_))
            {
                *take = Take::Clone;
            }
        },
        &mut |_| {},
    );
}
