//! Types of parameters without an annotation, from calls that were recorded.
//!
//! ```text
//! def largest(xs): ...        recorded: largest([3, 1]), largest([])        xs: list[int]
//! ```
//!
//! A recorded call is evidence, not a promise: where calls disagree the most frequent type wins, and the boundary
//! declines values of another type. Annotations and call sites in the program count more: they join with what is learnt
//! here as with any other evidence.

use super::join::join;
use super::world::{FunctionInfo, World};
use crate::ir::{FunctionKind, Type};
use crate::recording::{RecordedCall, Value};
use crate::source::FileId;

/// Gives parameters of the entry's functions and methods that have no annotation the types of recorded arguments.
pub fn teach(world: &mut World, entry: FileId, calls: &[RecordedCall]) {
    for index in 0..world.functions.len() {
        let info = &world.functions[index];
        if world.module(info.module).file != entry {
            continue;
        }
        let name = qualified(world, info);
        let seen: Vec<&RecordedCall> = calls.iter().filter(|call| call.callable == name).collect();
        let learnt: Vec<(usize, Type)> =
            (0..info.params.len()).filter_map(|at| Some((at, parameter(world, info, at, &seen)?))).collect();
        let nones = (0..info.params.len()).filter(|at| is_none(info, *at, &seen)).map(|at| (index, at));
        world.only_none.extend(nones.collect::<Vec<_>>());
        for (at, ty) in learnt {
            world.functions[index].params[at].ty = ty;
        }
    }
}

/// True for a function whose types are known without its annotations: from recorded calls, or because only the module
/// itself calls it.
pub fn is_known(world: &World, info: &FunctionInfo, entry: FileId, calls: &[RecordedCall]) -> bool {
    let is_private = info.name.starts_with('_') && !info.name.ends_with("__");
    let name = qualified(world, info);
    is_private || world.module(info.module).file == entry && calls.iter().any(|call| call.callable == name)
}

/// The name that a recording has for a function: `price`, `Inventory.reserve`.
fn qualified(world: &World, info: &FunctionInfo) -> String {
    match info.kind.class() {
        Some(class) => format!("{}.{}", world.class(class).name, info.name),
        None => info.name.clone(),
    }
}

/// True for a parameter that calls give None, and nothing else.
fn is_none(info: &FunctionInfo, at: usize, calls: &[&RecordedCall]) -> bool {
    let mut given = calls.iter().filter_map(|call| argument(info, at, call)).peekable();
    given.peek().is_some() && given.all(|value| matches!(value, Value::None))
}

/// The argument that a call gives for a parameter.
fn argument<'c>(info: &FunctionInfo, at: usize, call: &'c RecordedCall) -> Option<&'c Value> {
    let param = info.params.get(at)?;
    let has_self = matches!(info.kind, FunctionKind::Method(_) | FunctionKind::Property(_));
    let position = if param.keyword_only { None } else { at.checked_sub(usize::from(has_self)) };
    let named = || call.kwargs.iter().find(|(name, _)| *name == param.name).map(|(_, value)| value);
    position.and_then(|position| call.args.get(position)).or_else(named)
}

/// The type of a parameter by the calls; `None` where it is annotated or nothing was seen.
fn parameter(world: &World, info: &FunctionInfo, at: usize, calls: &[&RecordedCall]) -> Option<Type> {
    let param = info.params.get(at).filter(|param| !param.declared)?;
    let has_self = matches!(info.kind, FunctionKind::Method(_) | FunctionKind::Property(_));
    let position = if param.keyword_only { None } else { at.checked_sub(usize::from(has_self)) };
    if param.rest {
        return rest(world, position?, calls);
    }
    let mut seen: Vec<(Type, usize)> = Vec::new();
    for call in calls {
        let Some(value) = argument(info, at, call) else { continue };
        let Some(ty) = type_of(world, value) else { continue };
        match seen.iter_mut().find(|(known, _)| *known == ty) {
            Some((_, count)) => *count += 1,
            None => seen.push((ty, 1)),
        }
    }
    // Stable: among equally frequent types the one seen first.
    seen.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let joined = seen.iter().fold(param.ty.clone(), |known, (ty, _)| join(&known, ty).unwrap_or(known));
    let joined = if param.is_fresh { joined.some().clone() } else { joined };
    Some(joined).filter(|ty| *ty != Type::Unknown && !(param.is_fresh && *ty == Type::None))
}

/// The type of a parameter that takes the arguments from a position on.
fn rest(world: &World, position: usize, calls: &[&RecordedCall]) -> Option<Type> {
    let item = elements(world, calls.iter().flat_map(|call| call.args.get(position..).unwrap_or_default()))?;
    Some(Type::tuple_of(item)).filter(super::iteration::is_immutable)
}

/// The type of a recorded value; `None` where it has none in the subset.
fn type_of(world: &World, value: &Value) -> Option<Type> {
    Some(match value {
        Value::None => Type::None,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::Str(_) => Type::Str,
        Value::Bytes(_) => Type::Bytes,
        Value::List(items) => Type::list(elements(world, items)?),
        Value::Set(items) => Type::Set(Box::new(elements(world, items)?)),
        Value::FrozenSet(items) => Type::FrozenSet(Box::new(elements(world, items)?)),
        Value::Tuple(items) => Type::Tuple(items.iter().map(|item| type_of(world, item)).collect::<Option<_>>()?),
        Value::Dict(pairs) => {
            let (keys, values): (Vec<&Value>, Vec<&Value>) = pairs.iter().map(|(key, value)| (key, value)).unzip();
            Type::dict(elements(world, keys)?, elements(world, values)?)
        }
        Value::Object(object) => Type::Class(world.class_named(&object.class)?),
        Value::ByteArray(_) | Value::Alias(_) | Value::Ref(_) | Value::Tagged(..) => return None,
    })
}

/// The one type of all elements.
fn elements<'v>(world: &World, items: impl IntoIterator<Item = &'v Value>) -> Option<Type> {
    items.into_iter().try_fold(Type::Unknown, |known, item| join(&known, &type_of(world, item)?))
}
