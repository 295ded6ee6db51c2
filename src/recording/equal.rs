//! When two values are the same: exactly, with one relaxation that is counted.
//!
//! Python's `def half(x: float) -> float` may return `3` where the annotation says float. The port says `3.0`. That is
//! the annotation's lie, not a difference: it is counted, and only where the declared shape says float.

use super::value::{Object, Value};
use crate::artifact::{ClassInterface, Shape};

/// Compares what Python gave with what a port gave.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The classes whose fields have declared shapes.
    pub classes: &'a [ClassInterface],
}

/// The first place where two values differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where: `[2].total`.
    pub path: String,
}

type Outcome = Result<usize, Mismatch>;

impl Comparison<'_> {
    /// Compares; gives the number of integers where the shape says float, or the first difference.
    pub fn compare(&self, python: &Value, port: &Value, shape: Option<&Shape>) -> Outcome {
        if python == port {
            return Ok(0);
        }
        let shape = match shape {
            Some(Shape::Optional(inner)) => Some(inner.as_ref()),
            other => other,
        };
        match (python, port) {
            (Value::Int(integer), Value::Float(float)) if shape == Some(&Shape::Float) => {
                let same = integer.to_f64().is_some_and(|number| number == float.get());
                if same { Ok(1) } else { differ() }
            }
            (Value::List(left), Value::List(right)) => self.items(left, right, |_| element(shape)),
            (Value::Tuple(left), Value::Tuple(right)) => self.items(left, right, |index| match shape {
                Some(Shape::Tuple(shapes)) => shapes.get(index),
                Some(Shape::TupleOf(inner)) => Some(inner.as_ref()),
                _ => None,
            }),
            (Value::Set(left), Value::Set(right)) | (Value::FrozenSet(left), Value::FrozenSet(right)) => {
                self.unordered(left, right, element(shape))
            }
            (Value::Dict(left), Value::Dict(right)) => self.pairs(left, right, shape),
            (Value::Object(left), Value::Object(right)) => self.objects(left, right),
            (Value::Tagged(left_tag, left), Value::Tagged(right_tag, right)) if left_tag == right_tag => {
                self.compare(left, right, None)
            }
            _ => differ(),
        }
    }

    fn items<'s>(&self, left: &[Value], right: &[Value], shape: impl Fn(usize) -> Option<&'s Shape>) -> Outcome {
        if left.len() != right.len() {
            return differ();
        }
        let mut lies = 0;
        for (index, (one, other)) in left.iter().zip(right).enumerate() {
            lies += self.compare(one, other, shape(index)).map_err(|inner| inner.under(&format!("[{index}]")))?;
        }
        Ok(lies)
    }

    fn unordered(&self, left: &[Value], right: &[Value], shape: Option<&Shape>) -> Outcome {
        if left.len() != right.len() {
            return differ();
        }
        let mut rest: Vec<&Value> = right.iter().collect();
        let mut lies = 0;
        for one in left {
            let exact = rest.iter().position(|other| *other == one).map(|index| (index, 0));
            let found = exact.or_else(|| {
                rest.iter().enumerate().find_map(|(index, other)| Some((index, self.compare(one, other, shape).ok()?)))
            });
            let Some((index, more)) = found else { return differ() };
            rest.swap_remove(index);
            lies += more;
        }
        Ok(lies)
    }

    fn pairs(&self, left: &[(Value, Value)], right: &[(Value, Value)], shape: Option<&Shape>) -> Outcome {
        if left.len() != right.len() {
            return differ();
        }
        let (key_shape, value_shape) = match shape {
            Some(Shape::Dict(key, value)) => (Some(key.as_ref()), Some(value.as_ref())),
            _ => (None, None),
        };
        let mut lies = 0;
        for ((left_key, left_value), (right_key, right_value)) in left.iter().zip(right) {
            let step = format!("[{}]", left_key.to_plain());
            lies += self.compare(left_key, right_key, key_shape).map_err(|inner| inner.under(&step))?;
            lies += self.compare(left_value, right_value, value_shape).map_err(|inner| inner.under(&step))?;
        }
        Ok(lies)
    }

    fn objects(&self, left: &Object, right: &Object) -> Outcome {
        if left.class != right.class {
            return differ();
        }
        self.fields(&left.class, &left.fields, &right.fields)
    }

    /// Compares the fields of two objects of one class; their order does not count.
    pub fn fields(&self, class: &str, left: &[(String, Value)], right: &[(String, Value)]) -> Outcome {
        let declared = self.classes.iter().find(|known| known.name == class);
        let mut lies = 0;
        for (name, one) in left {
            let step = format!(".{name}");
            let Some((_, other)) = right.iter().find(|(known, _)| known == name) else {
                return Err(Mismatch { path: step });
            };
            let shape = declared.and_then(|class| class.fields.iter().find(|(known, _)| known == name));
            lies += self.compare(one, other, shape.map(|(_, shape)| shape)).map_err(|inner| inner.under(&step))?;
        }
        match right.iter().find(|(name, _)| !left.iter().any(|(known, _)| known == name)) {
            Some((name, _)) => Err(Mismatch { path: format!(".{name}") }),
            None => Ok(lies),
        }
    }
}

fn element(shape: Option<&Shape>) -> Option<&Shape> {
    match shape {
        Some(Shape::List(inner) | Shape::Set(inner) | Shape::FrozenSet(inner)) => Some(inner),
        _ => None,
    }
}

fn differ() -> Outcome {
    Err(Mismatch { path: String::new() })
}

impl Mismatch {
    fn under(self, step: &str) -> Mismatch {
        Mismatch { path: format!("{step}{}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(python: &str, port: &str, shape: Option<&Shape>) -> Outcome {
        let read = |text| Value::from_text(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        Comparison { classes: &[] }.compare(&read(python), &read(port), shape)
    }

    #[test]
    fn kinds_and_bits_count() {
        for (python, port) in [
            ("3", "3.0"),
            ("0.0", "-0.0"),
            ("true", "1"),
            (r#"{"$tuple":[1]}"#, "[1]"),
            ("[1,2]", "[1]"),
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#),
            (r#"{"$set":[1,2]}"#, r#"{"$set":[1,3]}"#),
            (r#"{"$set":[1]}"#, r#"{"$frozenset":[1]}"#),
            ("0.1", "0.10000000000000002"),
        ] {
            assert!(compare(python, port, None).is_err(), "{python} {port}");
        }
        assert_eq!(compare(r#"{"$set":[1,2]}"#, r#"{"$set":[2,1]}"#, None), Ok(0));
        assert_eq!(compare(r#"{"$float":"nan"}"#, r#"{"$float":"nan"}"#, None), Ok(0));
    }

    #[test]
    fn integers_pass_for_floats_only_where_the_shape_says_so() {
        let floats = Shape::List(Box::new(Shape::Float));
        assert_eq!(compare("[1,2.5,3]", "[1.0,2.5,3.0]", Some(&floats)), Ok(2));
        assert_eq!(compare("[1]", "[2.0]", Some(&floats)), Err(Mismatch { path: "[0]".into() }));
        assert!(compare("[1.0]", "[1]", Some(&floats)).is_err(), "the other way round is a difference");
        assert!(compare("[9007199254740993]", "[9007199254740992.0]", Some(&floats)).is_ok());
    }

    #[test]
    fn a_difference_is_named() {
        let point = |x: &str| format!(r#"{{"a":[{{"$class":{{"name":"P","fields":{{"x":{x}}}}}}}]}}"#);
        assert_eq!(compare(&point("1"), &point("2"), None), Err(Mismatch { path: "[\"a\"][0].x".into() }));
    }
}
