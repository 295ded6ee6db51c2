//! What a piece of the program reads and writes of values that can change, by the types that they are reached through.
//!
//! ```text
//! for line in self.lines: self.total += line.price      reads   .lines  list[Line]  .price  .total
//!                                                       writes  .total
//! ```
//!
//! Types are static, so a list of ints is never changed through anything but a list of ints: what one piece writes can
//! be seen by another only where they share a key.

use crate::ir::walk::{Part, each_part};
use crate::ir::*;
use std::collections::HashSet;

/// A kind of place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Fields of this name.
    Field(String),
    /// Elements of containers of this type.
    Items(Type),
    /// What cells hold.
    Cell,
}

/// What is read and written, callees included.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    pub reads: HashSet<Key>,
    pub writes: HashSet<Key>,
}

impl Footprint {
    /// That of statements.
    pub fn of_body(program: &Program, values: &Values, body: &[Stmt]) -> Footprint {
        let mut finder = Finder { program, values, found: Footprint::default(), seen: HashSet::new() };
        finder.body(body);
        finder.found
    }
}

struct Finder<'p> {
    program: &'p Program,
    values: &'p Values,
    found: Footprint,
    seen: HashSet<FunctionId>,
}

impl Finder<'_> {
    fn body(&mut self, body: &[Stmt]) {
        let mut called = Vec::new();
        each_part(body, &|_, _| Need::Ref, &mut |part| self.part(part, &mut called));
        self.follow(called);
    }

    fn follow(&mut self, called: Vec<FunctionId>) {
        for id in called {
            if self.seen.insert(id) {
                let program = self.program;
                self.body(&program.function(id).body);
            }
        }
    }

    fn part(&mut self, part: &Part, called: &mut Vec<FunctionId>) {
        match part {
            Part::Value(e, need) => {
                self.value(e, called);
                if *need == Need::Mut && is_container(e.ty.some()) {
                    self.found.writes.insert(Key::Items(e.ty.some().clone()));
                }
            }
            Part::Store(place) | Part::Change(place) => {
                let key = self.key(place);
                self.found.writes.extend(key);
            }
            Part::Declare(_) | Part::Body(_) => {}
        }
    }

    fn value(&mut self, e: &Expr, called: &mut Vec<FunctionId>) {
        self.read(&e.ty, false, &mut HashSet::new());
        match &e.kind {
            ExprKind::Read { place, .. } => {
                let key = self.key(place);
                if let Place::Entry { .. } = place {
                    self.found.writes.extend(key.clone());
                }
                self.found.reads.extend(key);
            }
            ExprKind::Call { function, .. } | ExprKind::Closure { function, .. } => called.push(*function),
            ExprKind::CallValue { callee, .. } => {
                called.extend(self.values.targets(&callee.ty).map(|(function, _)| *function));
            }
            ExprKind::Compare { .. }
            | ExprKind::Builtin { .. }
            | ExprKind::Format(_)
            | ExprKind::Convert { .. }
            | ExprKind::Sorted { .. }
            | ExprKind::Sort { .. }
            | ExprKind::Comprehension(_) => {
                let mut parts = Vec::new();
                e.parts(Need::Ref, &|_, _| Need::Ref, &mut parts);
                for part in parts {
                    if let Part::Value(inner, _) = part {
                        self.read(&inner.ty, true, &mut HashSet::new());
                    }
                }
            }
            _ => {}
        }
    }

    /// The place that is read or written, by what it is reached through.
    fn key(&self, place: &Place) -> Option<Key> {
        match place {
            Place::Local(_) | Place::Global(_) => None,
            Place::Field { class, field, .. } => {
                Some(Key::Field(self.program.class(*class).fields[field.0 as usize].name.clone()))
            }
            Place::Item { base, .. } | Place::Entry { base, .. } => Some(Key::Items(base.ty.some().clone())),
            Place::Some(base) | Place::Present(base) => base.as_place().and_then(|place| self.key(place)),
            Place::Cell(_) => Some(Key::Cell),
        }
    }

    /// Reading a value of a type: the containers in it, and the fields of objects where `deep`.
    fn read(&mut self, ty: &Type, deep: bool, seen: &mut HashSet<ClassId>) {
        if is_container(ty) {
            self.found.reads.insert(Key::Items(ty.clone()));
        }
        match ty {
            Type::List(t)
            | Type::TupleOf(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::Optional(t)
            | Type::Cell(t) => self.read(t, deep, seen),
            Type::Dict(k, v, _) => {
                self.read(k, deep, seen);
                self.read(v, deep, seen);
            }
            Type::Tuple(items) => items.iter().for_each(|t| self.read(t, deep, seen)),
            Type::Class(id) if deep && seen.insert(*id) => {
                let program = self.program;
                for field in &program.class(*id).fields {
                    self.found.reads.insert(Key::Field(field.name.clone()));
                    self.read(&field.ty, true, seen);
                }
            }
            _ => {}
        }
    }
}

fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_))
}
