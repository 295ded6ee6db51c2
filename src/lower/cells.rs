//! Variables that several functions share: each lives in a cell, and every use goes through it.
//!
//! ```text
//! count = 0                    let count = cell(0)
//! def step():                  fn step(count: cell[int])
//!     nonlocal count               *count += 1
//!     count += 1
//! ```
//!
//! Which variables need one: those that an inner function assigns, and those that a function value keeps while they
//! may still change, by assignment or in place.

use super::body::Body;
use super::world::{Lowered, Variable};
use crate::diagnostic::Code;
use crate::ir::*;
use crate::span::Span;

impl Body<'_, '_> {
    /// True where a name of this body is a variable in a cell.
    pub fn is_cell(&self, name: &str) -> bool {
        let cells = self.function().map(|id| &self.world.function(id).nesting.cells);
        !self.global_names.contains(name) && cells.is_some_and(|cells| cells.contains(name))
    }

    /// Parameters that are shared move into cells first.
    pub fn cells_of_parameters(&mut self, params: &[Param], span: Span) -> Lowered<()> {
        for param in params {
            let info = self.locals[param.local.0 as usize].clone();
            if matches!(info.ty, Type::Cell(_)) || !self.is_cell(&info.name) {
                continue;
            }
            let declared = self.declared.get(&param.local).cloned();
            let value = Expr::local(param.local, info.ty, self.at(span));
            let local = self.begin_cell(&info.name, value, span)?;
            if let Some(ty) = declared {
                self.declared.insert(local, ty);
            }
        }
        Ok(())
    }

    /// Begins a variable with a new cell that holds a value.
    pub fn begin_cell(&mut self, name: &str, value: Expr, span: Span) -> Lowered<LocalId> {
        let local = self.new_local(name, &Type::Cell(Box::new(value.ty.clone())));
        self.names.insert(name.to_string(), local);
        self.flow.assigned.insert(local);
        let ty = self.locals[local.0 as usize].ty.clone();
        if !matches!(value.ty, Type::Optional(_) | Type::None | Type::Unknown) {
            self.flow.narrowed.insert(local);
        }
        let value = self.coerce(value, ty.content(), "the variable")?;
        let at = self.at(span);
        let cell = Expr::new(ExprKind::NewCell(Box::new(value)), ty, at);
        self.push(StmtKind::Let { local, value: Some(cell) }, span);
        Ok(local)
    }

    /// The place of a shared variable that is first assigned inside a block: its cell is made at the very beginning,
    /// with a value that nobody reads.
    pub fn cell_before(&mut self, name: &str, ty: &Type, span: Span) -> Lowered<Place> {
        self.sinks.push(Vec::new());
        let local = self.new_cell(name, ty, span);
        self.prelude.extend(self.sinks.pop().unwrap_or_default());
        Ok(self.place_of(local?, span))
    }

    /// A new variable in a cell with a value that nobody reads.
    pub fn new_cell(&mut self, name: &str, ty: &Type, span: Span) -> Lowered<LocalId> {
        let local = self.new_local(name, &Type::Cell(Box::new(ty.clone())));
        self.names.insert(name.to_string(), local);
        let ty = self.locals[local.0 as usize].ty.clone();
        let at = self.at(span);
        let Some(empty) = empty_value(ty.content()) else {
            if !self.world.last {
                return Ok(local);
            }
            let message = format!("`{name}` is shared with an inner function and first assigned inside a block");
            return self.refuse(Code::ClosureCapture, span, message, "assign it before the block");
        };
        let empty = Expr::new(empty, ty.content().clone(), at);
        let cell = Expr::new(ExprKind::NewCell(Box::new(empty)), ty, at);
        self.push(StmtKind::Let { local, value: Some(cell) }, span);
        Ok(local)
    }

    /// The place of a variable: itself, or what its cell holds.
    pub fn place_of(&self, local: LocalId, span: Span) -> Place {
        match &self.locals[local.0 as usize].ty {
            ty @ Type::Cell(_) => Place::Cell(Box::new(Expr::local(local, ty.clone(), self.at(span)))),
            _ => Place::Local(local),
        }
    }

    /// Notes that the variable of a cell was assigned; `open`: perhaps None.
    pub fn assigned_cell(&mut self, cell: &Expr, open: bool) {
        if let Some(Place::Local(local)) = cell.as_place() {
            self.flow.assigned.insert(*local);
            match open {
                true => self.flow.narrowed.remove(local),
                false => self.flow.narrowed.insert(*local),
            };
        }
    }

    /// Makes a variable that a function value keeps a cell, where it may change afterwards.
    pub fn share(&mut self, variable: &Variable, ty: &Type) {
        let nesting = &mut self.world.functions[variable.owner.0 as usize].nesting;
        let again = nesting.bound.get(&variable.name).is_some_and(|count| *count > 1);
        if (again || holds_container(ty)) && nesting.cells.insert(variable.name.clone()) {
            self.world.changed = true;
        }
    }
}

/// True for types with a list, dict or set in them, outside objects.
fn holds_container(ty: &Type) -> bool {
    match ty {
        Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) => true,
        Type::Optional(inner) => holds_container(inner),
        Type::Tuple(items) => items.iter().any(holds_container),
        _ => false,
    }
}

/// Some value of a type, where there is one that costs nothing.
fn empty_value(ty: &Type) -> Option<ExprKind> {
    Some(match ty {
        Type::Unknown | Type::None | Type::Optional(_) => ExprKind::None,
        Type::Bool => ExprKind::Bool(false),
        Type::Int => ExprKind::Int(0),
        Type::Float => ExprKind::Float(0.0),
        Type::Str => ExprKind::Str(String::new()),
        Type::Bytes => ExprKind::Bytes(Vec::new()),
        Type::List(_) | Type::Deque(_) => ExprKind::List(Vec::new()),
        Type::Dict(..) => ExprKind::Dict(Vec::new()),
        Type::Set(_) => ExprKind::Set(Vec::new()),
        _ => return None,
    })
}
