//! Which classes are values, and what a copy of a value means.

use super::facts::*;
use super::fresh::*;
use crate::ir::walk::{Part, each_part};
use crate::ir::*;
use std::collections::HashSet;

/// Classes that nothing changes are values.
pub(super) fn classify(program: &mut Program) {
    let mut changed: HashSet<ClassId> = HashSet::new();
    let mut changed_types: HashSet<Type> = HashSet::new();
    program.classes.iter_mut().for_each(|class| class.repr = ClassRepr::Owned);
    let facts = Facts::of(program);
    for (index, function) in program.functions.iter().enumerate() {
        let fresh = Fresh::of(&facts, index);
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| match part {
            Part::Store(place) | Part::Change(place) => note_change(place, &fresh, &mut changed, &mut changed_types),
            Part::Value(e, Need::Mut) => match e.as_place() {
                Some(Place::Local(_) | Place::Global(_) | Place::Cell(_)) | None => {
                    note_container(e, &fresh, &mut changed_types);
                }
                Some(place) => note_change(place, &fresh, &mut changed, &mut changed_types),
            },
            _ => {}
        });
    }
    drop(facts);
    let told_apart = told_apart(program);
    for index in 0..program.classes.len() {
        let id = ClassId(index as u32);
        // A container that is changed through a variable may be a field of any class that has one of its type.
        let by_type = program.classes[index].fields.iter().any(|f| changed_types.contains(&f.ty));
        let value = !changed.contains(&id) && !by_type;
        let shared = told_apart.contains(&id) || holds_itself(program, id);
        program.classes[index].repr = match (shared, value) {
            (true, _) => ClassRepr::Shared,
            (false, true) => ClassRepr::Value,
            (false, false) => ClassRepr::Owned,
        };
    }
}

/// Classes whose objects are told apart by identity somewhere: a copy would be another object.
fn told_apart(program: &Program) -> HashSet<ClassId> {
    let mut found = HashSet::new();
    let mut compared: Vec<Type> = Vec::new();
    let functions = program.functions.iter();
    let types = functions.clone().flat_map(|f| f.locals.iter().map(|l| &l.ty).chain([&f.result]));
    types.chain(program.globals.iter().map(|g| &g.ty)).for_each(|ty| keyed(ty, &mut compared));
    program.classes.iter().flat_map(|c| &c.fields).for_each(|field| keyed(&field.ty, &mut compared));
    for function in functions {
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
            let Part::Value(e, _) = part else { return };
            keyed(&e.ty, &mut compared);
            match &e.kind {
                ExprKind::Compare { op: CompareOp::Is | CompareOp::IsNot, left, .. } => {
                    found.extend(object_class(&left.ty));
                }
                ExprKind::Compare { left, .. } => compared.push(left.ty.clone()),
                ExprKind::Builtin {
                    op: Builtin::Contains | Builtin::IndexOf | Builtin::Count | Builtin::ListRemove,
                    args,
                } => compared.extend(args.iter().map(|arg| arg.ty.clone())),
                _ => {}
            }
        });
    }
    let mut seen = HashSet::new();
    compared.iter().for_each(|ty| compared_by_identity(program, ty, &mut seen, &mut found));
    found
}

fn object_class(ty: &Type) -> Option<ClassId> {
    match ty {
        Type::Class(id) => Some(*id),
        Type::Optional(inner) => object_class(inner),
        _ => None,
    }
}

/// Keys of dicts and elements of sets are compared.
fn keyed(ty: &Type, compared: &mut Vec<Type>) {
    match ty {
        Type::Dict(key, value, _) => {
            compared.push((**key).clone());
            keyed(value, compared);
        }
        Type::Set(item) | Type::FrozenSet(item) => compared.push((**item).clone()),
        Type::List(item) | Type::Deque(item) | Type::Optional(item) => keyed(item, compared),
        Type::Tuple(items) => items.iter().for_each(|item| keyed(item, compared)),
        _ => {}
    }
}

fn compared_by_identity(program: &Program, ty: &Type, seen: &mut HashSet<ClassId>, found: &mut HashSet<ClassId>) {
    match ty {
        Type::Class(id) if !program.class(*id).has_eq => {
            found.insert(*id);
        }
        Type::Class(id) if seen.insert(*id) => {
            let fields = &program.class(*id).fields;
            fields.iter().for_each(|field| compared_by_identity(program, &field.ty, seen, found));
        }
        Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::Optional(t) => {
            compared_by_identity(program, t, seen, found);
        }
        Type::Dict(k, v, _) => {
            compared_by_identity(program, k, seen, found);
            compared_by_identity(program, v, seen, found);
        }
        Type::Tuple(items) => items.iter().for_each(|t| compared_by_identity(program, t, seen, found)),
        _ => {}
    }
}

/// True for a class whose values would hold values of it directly: without an end, unless behind a handle.
fn holds_itself(program: &Program, id: ClassId) -> bool {
    fn inside(program: &Program, ty: &Type, seen: &mut HashSet<ClassId>) {
        match ty {
            Type::Class(id) if seen.insert(*id) => {
                program.class(*id).fields.iter().for_each(|field| inside(program, &field.ty, seen));
            }
            Type::Optional(t) => inside(program, t, seen),
            Type::Tuple(items) => items.iter().for_each(|t| inside(program, t, seen)),
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    program.class(id).fields.iter().for_each(|field| inside(program, &field.ty, &mut seen));
    seen.contains(&id)
}

/// The class whose object changes when a place does; else the type of the container that does.
pub(super) fn note_change(place: &Place, fresh: &Fresh, classes: &mut HashSet<ClassId>, types: &mut HashSet<Type>) {
    match place {
        Place::Local(_) | Place::Global(_) => {}
        Place::Field { class, .. } => {
            classes.insert(*class);
        }
        // What a cell holds is replaced as a whole.
        Place::Cell(_) => {}
        Place::Item { base, .. } | Place::Entry { base, .. } | Place::Some(base) | Place::Present(base) => {
            match base.as_place() {
                Some(Place::Local(_) | Place::Global(_) | Place::Cell(_)) | None => note_container(base, fresh, types),
                Some(inner) => note_change(inner, fresh, classes, types),
            }
        }
    }
}

/// A container that is changed through a variable, unless it is the function's own new object: where that is stored
/// into an object and changed afterwards, the copy at the store is refused.
pub(super) fn note_container(e: &Expr, fresh: &Fresh, types: &mut HashSet<Type>) {
    let own = matches!(e.as_place(), Some(Place::Local(local)) if fresh.holds(*local));
    if !own && matches!(e.ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)) {
        types.insert(e.ty.clone());
    }
}

/// What a copy of a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    /// Text, values, handles: a copy is invisible.
    Plain,
    /// A list, dict or set: a copy is visible when somebody changes it.
    Container,
    /// An owned object: a copy is always visible.
    Unique(ClassId),
}

pub(super) fn kind(program: &Program, ty: &Type) -> Kind {
    match ty {
        _ if ty.is_scalar() => Kind::Scalar,
        Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) => Kind::Container,
        Type::Class(id) => match program.class(*id).repr {
            ClassRepr::Owned => Kind::Unique(*id),
            ClassRepr::Value | ClassRepr::Shared => Kind::Plain,
        },
        Type::Optional(t) | Type::FrozenSet(t) => kind(program, t),
        Type::Tuple(items) => {
            let kinds: Vec<Kind> = items.iter().map(|t| kind(program, t)).collect();
            let unique = kinds.iter().find(|k| matches!(k, Kind::Unique(_)));
            match unique {
                Some(unique) => *unique,
                None if kinds.contains(&Kind::Container) => Kind::Container,
                None => Kind::Plain,
            }
        }
        _ => Kind::Plain,
    }
}

/// The first owned class inside a type.
pub(super) fn unique_inside(program: &Program, ty: &Type) -> Option<ClassId> {
    match ty {
        Type::Class(id) => (program.class(*id).repr == ClassRepr::Owned).then_some(*id),
        Type::List(t) | Type::Deque(t) | Type::Set(t) | Type::FrozenSet(t) | Type::Optional(t) => {
            unique_inside(program, t)
        }
        Type::Dict(k, v, _) => unique_inside(program, k).or_else(|| unique_inside(program, v)),
        Type::Tuple(items) => items.iter().find_map(|t| unique_inside(program, t)),
        _ => None,
    }
}
