//! What shapes say about values: which values fit, which parameters can be enumerated, where an integer stands for a
//! float.

use crate::artifact::{Callable, ClassInterface, Shape};
use crate::recording::{Object, Value};

/// The kind of a value or shape, without what is inside containers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Int,
    Float,
    Str,
    Bytes,
    List,
    Tuple,
    Set,
    Dict,
    Class(String),
}

/// The kind of a value; `None` for what is not worth keeping.
pub(super) fn kind_of(value: &Value) -> Option<Kind> {
    Some(match value {
        Value::Int(_) => Kind::Int,
        Value::Float(_) => Kind::Float,
        Value::Str(_) => Kind::Str,
        Value::Bytes(_) => Kind::Bytes,
        Value::List(_) => Kind::List,
        Value::Tuple(_) => Kind::Tuple,
        Value::Set(_) => Kind::Set,
        Value::Dict(_) => Kind::Dict,
        Value::Object(object) => Kind::Class(object.class.clone()),
        _ => return None,
    })
}

/// The kind of the values of a shape.
pub(super) fn kind_of_shape(shape: &Shape) -> Option<Kind> {
    Some(match shape {
        Shape::Int => Kind::Int,
        Shape::Float | Shape::Number => Kind::Float,
        Shape::Str => Kind::Str,
        Shape::Bytes => Kind::Bytes,
        Shape::List(_) => Kind::List,
        Shape::Tuple(_) | Shape::TupleOf(_) => Kind::Tuple,
        Shape::Set(_) => Kind::Set,
        Shape::Dict(_, _) => Kind::Dict,
        Shape::Optional(inner) => return kind_of_shape(inner),
        Shape::Class(name) => Kind::Class(name.clone()),
        Shape::None | Shape::Bool | Shape::FrozenSet(_) | Shape::Enum(..) | Shape::Json => return None,
    })
}

/// Whether a value has a shape.
pub(super) fn fits(value: &Value, shape: &Shape, classes: &[ClassInterface]) -> bool {
    let all = |items: &[Value], inner: &Shape| items.iter().all(|item| fits(item, inner, classes));
    match (shape, value) {
        (Shape::None, Value::None) | (Shape::Bool, Value::Bool(_)) | (Shape::Int, Value::Int(_)) => true,
        (Shape::Float, Value::Float(_)) | (Shape::Str, Value::Str(_)) | (Shape::Bytes, Value::Bytes(_)) => true,
        (Shape::Number, Value::Int(_) | Value::Float(_)) => true,
        (Shape::Optional(inner), value) => *value == Value::None || fits(value, inner, classes),
        (Shape::List(inner), Value::List(items))
        | (Shape::Set(inner), Value::Set(items))
        | (Shape::FrozenSet(inner), Value::FrozenSet(items))
        | (Shape::TupleOf(inner), Value::Tuple(items)) => all(items, inner),
        (Shape::Tuple(shapes), Value::Tuple(items)) => {
            shapes.len() == items.len() && items.iter().zip(shapes).all(|(item, shape)| fits(item, shape, classes))
        }
        (Shape::Dict(key, inner), Value::Dict(pairs)) => {
            pairs.iter().all(|(name, value)| fits(name, key, classes) && fits(value, inner, classes))
        }
        (Shape::Class(name), Value::Object(object)) => *name == object.class && fields_fit(object, classes),
        (Shape::Enum(class, members), value) => members.iter().any(|name| *value == member(class, name)),
        (Shape::Json, value) => !matches!(value, Value::Object(_) | Value::Alias(_) | Value::Ref(_)),
        _ => false,
    }
}

fn fields_fit(object: &Object, classes: &[ClassInterface]) -> bool {
    let Some(class) = classes.iter().find(|class| class.name == object.class) else { return false };
    class.fields.len() == object.fields.len()
        && class.fields.iter().all(|(name, shape)| {
            object.fields.iter().any(|(known, value)| known == name && fits(value, shape, classes))
        })
}

/// All argument lists of a callable whose parameters have few values; `None` where they have many.
pub(super) fn enumerate(callable: &Callable) -> Option<Vec<Vec<Value>>> {
    let mut lists = vec![Vec::new()];
    for param in &callable.params {
        let values = few(&param.shape)?;
        if param.keyword_only || param.optional || lists.len() * values.len() > 64 {
            return None;
        }
        lists = lists
            .into_iter()
            .flat_map(|list: Vec<Value>| {
                values.iter().map(move |value| list.iter().chain([value]).cloned().collect::<Vec<_>>())
            })
            .collect();
    }
    Some(lists)
}

/// A member of an enumeration.
pub(super) fn member(class: &str, name: &str) -> Value {
    Value::Tagged("$enum".into(), Box::new(Value::text(format!("{class}.{name}"))))
}

fn few(shape: &Shape) -> Option<Vec<Value>> {
    match shape {
        Shape::None => Some(vec![Value::None]),
        Shape::Bool => Some(vec![Value::Bool(false), Value::Bool(true)]),
        Shape::Enum(class, members) => Some(members.iter().map(|name| member(class, name)).collect()),
        Shape::Optional(inner) => {
            let mut values = few(inner)?;
            values.push(Value::None);
            Some(values)
        }
        Shape::Tuple(shapes) if shapes.is_empty() => Some(vec![Value::Tuple(Vec::new())]),
        _ => None,
    }
}

/// The value with floats for the integers where the shape says float; `None` where there is none such.
pub(super) fn coerced(value: &Value, shape: &Shape, classes: &[ClassInterface]) -> Option<Value> {
    match (shape, value) {
        (Shape::Float, Value::Int(integer)) => integer.to_f64().map(Value::float),
        (Shape::Optional(inner), value) => coerced(value, inner, classes),
        (Shape::List(inner), Value::List(items)) => coerced_all(items, |_| Some(inner), classes).map(Value::List),
        (Shape::Set(inner), Value::Set(items)) => coerced_all(items, |_| Some(inner), classes).map(Value::Set),
        (Shape::FrozenSet(inner), Value::FrozenSet(items)) => {
            coerced_all(items, |_| Some(inner), classes).map(Value::FrozenSet)
        }
        (Shape::TupleOf(inner), Value::Tuple(items)) => coerced_all(items, |_| Some(inner), classes).map(Value::Tuple),
        (Shape::Tuple(shapes), Value::Tuple(items)) => {
            coerced_all(items, |index| shapes.get(index), classes).map(Value::Tuple)
        }
        (Shape::Dict(key, inner), Value::Dict(pairs)) => {
            let keys: Vec<Value> = pairs.iter().map(|(key, _)| key.clone()).collect();
            let values: Vec<Value> = pairs.iter().map(|(_, value)| value.clone()).collect();
            let new_keys = coerced_all(&keys, |_| Some(key), classes);
            let new_values = coerced_all(&values, |_| Some(inner), classes);
            if new_keys.is_none() && new_values.is_none() {
                return None;
            }
            let pairs = new_keys.unwrap_or(keys).into_iter().zip(new_values.unwrap_or(values));
            Some(Value::Dict(pairs.collect()))
        }
        (Shape::Class(name), Value::Object(object)) => {
            let class = classes.iter().find(|class| class.name == *name)?;
            let shape_of = |field: &str| class.fields.iter().find(|(known, _)| known == field).map(|(_, shape)| shape);
            let values: Vec<Value> = object.fields.iter().map(|(_, value)| value.clone()).collect();
            let new = coerced_all(&values, |index| object.fields.get(index).and_then(|(n, _)| shape_of(n)), classes)?;
            let names = object.fields.iter().map(|(name, _)| name.clone());
            Some(Value::Object(Object { class: name.clone(), fields: names.zip(new).collect() }))
        }
        _ => None,
    }
}

fn coerced_all<'s, S: std::borrow::Borrow<Shape> + 's>(
    items: &[Value],
    shape: impl Fn(usize) -> Option<&'s S>,
    classes: &[ClassInterface],
) -> Option<Vec<Value>> {
    let new: Vec<Option<Value>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| shape(index).and_then(|shape| coerced(item, shape.borrow(), classes)))
        .collect();
    new.iter()
        .any(Option::is_some)
        .then(|| new.into_iter().zip(items).map(|(new, item)| new.unwrap_or_else(|| item.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_in_float_places_become_floats() {
        let floats = Shape::Dict(Box::new(Shape::Str), Box::new(Shape::List(Box::new(Shape::Float))));
        let given = Value::Dict(vec![(Value::text("a"), Value::List(vec![Value::int(3), Value::float(0.5)]))]);
        let expected = Value::Dict(vec![(Value::text("a"), Value::List(vec![Value::float(3.0), Value::float(0.5)]))]);
        assert_eq!(coerced(&given, &floats, &[]), Some(expected.clone()));
        assert_eq!(coerced(&expected, &floats, &[]), None);
        assert!(fits(&expected, &floats, &[]) && !fits(&given, &floats, &[]));
    }

    #[test]
    fn few_values_are_enumerated() {
        let param = |shape| crate::artifact::ParamShape {
            name: "p".into(),
            shape,
            optional: false,
            keyword_only: false,
            rest: false,
        };
        let mut callable = super::super::tests_support::callable("f", vec![], Shape::None);
        assert_eq!(enumerate(&callable), Some(vec![vec![]]));
        callable.params = vec![param(Shape::Bool), param(Shape::Optional(Box::new(Shape::Bool)))];
        assert_eq!(enumerate(&callable).map(|lists| lists.len()), Some(6));
        callable.params.push(param(Shape::Int));
        assert_eq!(enumerate(&callable), None);
    }
}
