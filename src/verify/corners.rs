//! Calls at the corners: every edge of one scalar parameter with every edge of the others, and each default left out.
//!
//! ```text
//! shift(a, n) = (a >> n) + (1 << n)       leaves 64 bits at a = 2**63 - 1 and n = 0 only: two edges that must meet
//! ```

use super::inputs::{Chooser, Given};
use super::numbers::{MAX, MIN};
use super::shapes::{Kind, kind_of_shape};
use crate::artifact::{Callable, Shape};
use crate::recording::Value;

/// Edges of each parameter where there are one, two or three of them: a few hundred calls of a function.
const OF_FUNCTION: [usize; 3] = [120, 20, 7];
/// The same for a method, which is called in sequences besides.
const OF_METHOD: [usize; 3] = [40, 10, 5];
/// Constants of the source that count as edges.
const CONSTANTS: usize = 8;

/// The cross product of the edges of one to three scalar parameters; nothing where there are more, or others.
pub(super) fn corners(callable: &Callable, chooser: &Chooser, is_method: bool) -> Vec<Given> {
    let most = if is_method { OF_METHOD } else { OF_FUNCTION };
    let Some(most) = callable.params.len().checked_sub(1).and_then(|at| most.get(at)) else { return Vec::new() };
    let mut product = vec![Vec::new()];
    for (at, param) in callable.params.iter().enumerate() {
        // A text names something in the state of an object: sequences know what there is.
        if is_method && kind_of_shape(&param.shape) == Some(Kind::Str) {
            return Vec::new();
        }
        let Some(edges) = edges(&param.shape, chooser.constants(), chooser.largest(at)) else { return Vec::new() };
        let mut edges: Vec<Option<Value>> = distinct(edges).into_iter().map(Some).collect();
        if param.optional {
            edges.insert(edges.len().min(2), None);
        }
        edges.truncate(*most);
        product = product
            .into_iter()
            .flat_map(|given: Given| edges.iter().map(move |edge| given.iter().chain([edge]).cloned().collect()))
            .collect();
    }
    product
}

/// These arguments with each default left out alone, then with all of them left out.
pub(super) fn omissions(callable: &Callable, given: &Given) -> Vec<Given> {
    let optional: Vec<usize> = (0..callable.params.len()).filter(|at| callable.params[*at].optional).collect();
    let without = |left_out: &[usize]| {
        let mut given = given.clone();
        left_out.iter().for_each(|at| given[*at] = None);
        given
    };
    let each = optional.iter().map(|at| without(&[*at]));
    let all = (optional.len() > 1).then(|| without(&optional));
    each.chain(all).collect()
}

/// The edges of a scalar, those that matter most first; `None` for other shapes.
fn edges(shape: &Shape, constants: &[Value], largest: Option<i128>) -> Option<Vec<Value>> {
    Some(match shape {
        Shape::None => vec![Value::None],
        Shape::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Shape::Int => ints(constants, largest),
        Shape::Float => floats(constants),
        Shape::Number => interleaved(ints(constants, largest), floats(constants)),
        Shape::Str => texts(constants),
        Shape::Optional(inner) => {
            let mut values = edges(inner, constants, largest)?;
            values.insert(1.min(values.len()), Value::None);
            values
        }
        _ => return None,
    })
}

fn ints(constants: &[Value], largest: Option<i128>) -> Vec<Value> {
    let known = constants.iter().filter_map(|value| match value {
        Value::Int(integer) => integer.to_i128(),
        Value::Float(float) if float.get().abs() < 1e18 => Some(float.get() as i128),
        _ => None,
    });
    let known: Vec<i128> = known.filter(|number| (MIN..=MAX).contains(number)).take(CONSTANTS).collect();
    // As far from an edge as the code itself steps.
    let steps: Vec<i128> = known.iter().copied().filter(|number| (2..1000).contains(number)).collect();
    let mut known = known.into_iter().flat_map(|number| [number, number - 1, number + 1]);
    let mut numbers: Vec<i128> = vec![0, MAX, 1, MIN, -1];
    numbers.extend(known.by_ref().take(3));
    numbers.extend([MAX - 1, MIN + 1, 2, MAX / 2]);
    numbers.extend(steps.iter().take(3).flat_map(|step| [MAX / 2 - step, MAX - step]));
    numbers.extend([MAX / 2 + 1, -2]);
    numbers.extend(known);
    numbers.extend(steps.iter().flat_map(|step| [MAX / 2 - step, MAX - step, MIN + step]));
    numbers.extend([
        MIN / 2,
        MIN / 2 - 1,
        MAX - 2,
        10,
        7,
        100,
        (1 << 53) + 1,
        1 << 31,
        -(1 << 31),
        1 << 32,
        63,
        64,
        62,
    ]);
    numbers.extend([MAX + 1, MIN - 1, 3_037_000_499, 3_037_000_500, 3, -3, 5, 255, 256, 1000]);
    let fits = |number: &i128| largest.is_none_or(|largest| number.abs() <= largest);
    numbers.into_iter().filter(fits).map(Value::int).collect()
}

fn floats(constants: &[Value]) -> Vec<Value> {
    let known = constants.iter().filter_map(|value| match value {
        Value::Int(integer) => integer.to_f64(),
        Value::Float(float) => Some(float.get()),
        _ => None,
    });
    let mut known = known.take(CONSTANTS).flat_map(|number| [number, number.next_up(), number.next_down()]);
    let mut numbers: Vec<f64> = vec![0.0, 1.0, -1.0, -0.0];
    numbers.extend(known.by_ref().take(3));
    numbers.extend([0.5, 2.5, f64::INFINITY, f64::NAN, f64::NEG_INFINITY, 1e16, f64::MAX]);
    numbers.extend(known);
    numbers.extend([-0.5, 1.5, 0.1, 5e-324, f64::MIN, 9_223_372_036_854_775_808.0, 1e22, 2.675, 1e-7, 123.456]);
    numbers.into_iter().map(Value::float).collect()
}

fn texts(constants: &[Value]) -> Vec<Value> {
    let known = constants.iter().filter(|value| matches!(value, Value::Str(_))).take(CONSTANTS).cloned();
    let mut known: Vec<Value> = known.collect();
    known.extend(["", "a", "é", " b ", "0", "-1", "1.5", "Ab", "日本", "a,b"].map(Value::text));
    known
}

fn interleaved(left: Vec<Value>, right: Vec<Value>) -> Vec<Value> {
    let mut right = right.into_iter();
    left.into_iter().flat_map(|value| [Some(value), right.next()]).flatten().collect()
}

fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::{callable, param};
    use super::*;

    #[test]
    fn edges_meet_edges() {
        let shift = callable("shift", vec![param("a", Shape::Int), param("n", Shape::Int)], Shape::Int);
        let mut chooser = Chooser::new(&shift, [Value::int(40)].to_vec().into());
        let all = corners(&shift, &chooser, false);
        let has = |all: &[Given], a: i128, n: i128| all.contains(&vec![Some(Value::int(a)), Some(Value::int(n))]);
        assert!(all.len() > 200 && all.len() <= 400, "{}", all.len());
        assert!(has(&all, MAX, 0) && has(&all, MIN, -1) && has(&all, 41, MAX) && has(&all, MAX - 1, 40));
        chooser.is_heavy_beyond(1, 200);
        let light = corners(&shift, &chooser, false);
        assert!(has(&light, MAX, 0) && !has(&light, 0, MAX));
    }

    #[test]
    fn other_shapes_have_no_corners() {
        let lists = callable("f", vec![param("xs", Shape::List(Box::new(Shape::Int)))], Shape::Int);
        assert!(corners(&lists, &Chooser::new(&lists, Vec::new().into()), false).is_empty());
        let four = callable("f", vec![param("x", Shape::Int); 4], Shape::Int);
        assert!(corners(&four, &Chooser::new(&four, Vec::new().into()), false).is_empty());
    }

    #[test]
    fn each_default_is_left_out() {
        let mut callable = callable("f", vec![param("a", Shape::Int); 3], Shape::Int);
        callable.params[1].optional = true;
        callable.params[2].optional = true;
        let one = || Some(Value::int(1));
        let left_out = omissions(&callable, &vec![one(), one(), one()]);
        assert_eq!(left_out, [vec![one(), None, one()], vec![one(), one(), None], vec![one(), None, None]]);
    }
}
