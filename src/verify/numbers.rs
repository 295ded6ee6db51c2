//! Numbers to call with: ordinary ones, edges, and numbers for a purpose.
//!
//! One call in a few is made in a *mood*: of numbers at the edges of 64 bits, so that sums leave them together; of numbers
//! so small that equal ones meet; of numbers so long that every bit of a quotient counts.

use super::random::Random;
use crate::artifact::Shape;
use crate::recording::Value;

pub(super) const MAX: i128 = i64::MAX as i128;
pub(super) const MIN: i128 = i64::MIN as i128;

const INTS: &[i128] = &[
    0,
    -1,
    1,
    2,
    -2,
    7,
    10,
    100,
    127,
    128,
    255,
    256,
    1000,
    65_535,
    65_536,
    999_999,
    1_000_000,
    (1 << 31) - 1,
    1 << 31,
    -(1 << 31),
    1 << 32,
    1 << 53,
    (1 << 53) + 1,
    MAX - 1,
    MAX,
    MAX + 1,
    MIN,
    MIN + 1,
    MIN - 1,
    1 << 64,
    1_000_000_000_000_000_000,
    1_000_000_000_000_000_000_000_000_000_000,
];

/// The largest number whose square has 64 bits.
const ROOT: i128 = 3_037_000_499;

/// What sums and products leave 64 bits with, and what keeps them just inside.
const EDGES: &[i128] = &[
    MAX,
    MAX,
    MIN,
    MIN,
    MAX - 1,
    MIN + 1,
    MAX - 2,
    MAX / 2,
    MAX / 2 + 1,
    MIN / 2,
    MIN / 2 - 1,
    ROOT,
    ROOT + 1,
    0,
    1,
    -1,
];

const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1.5,
    2.5,
    -2.5,
    0.1,
    0.2,
    0.3,
    1e-9,
    2.675,
    1.005,
    100.0,
    1e15,
    1e16,
    1e22,
    5e-324,
    2.225_073_858_507_201_4e-308,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    2_147_483_648.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    9_223_372_036_854_775_808.0,
    123_456.789,
];

/// What kind of numbers a call is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    /// As they come.
    #[default]
    Usual,
    /// At the edges of 64 bits.
    Edges,
    /// From a handful, and texts of few letters: equal ones meet.
    Small,
    /// Of 54 to 63 bits: more than a float holds.
    Wide,
}

impl Mood {
    /// The mood of a call: mostly none, and less often where earlier calls say what is meant.
    pub(super) fn of_call(is_alone: bool, random: &mut Random) -> Mood {
        match random.below(if is_alone { 25 } else { 50 }) {
            0 | 1 => Mood::Edges,
            2 | 3 => Mood::Small,
            4 => Mood::Wide,
            _ => Mood::Usual,
        }
    }

    /// Whether values of a shape have numbers that the mood is about, or may be equal to each other.
    pub(super) fn suits(self, shape: &Shape) -> bool {
        match shape {
            Shape::Int | Shape::Float | Shape::Number => self != Mood::Usual,
            Shape::List(inner) | Shape::TupleOf(inner) | Shape::Set(inner) | Shape::FrozenSet(inner) => {
                self == Mood::Small || self.suits(inner)
            }
            Shape::Optional(inner) => self.suits(inner),
            Shape::Dict(key, value) => self == Mood::Small || self.suits(key) || self.suits(value),
            Shape::Tuple(shapes) => shapes.iter().any(|shape| self.suits(shape)),
            Shape::Class(_) => self != Mood::Usual,
            Shape::None | Shape::Bool | Shape::Str | Shape::Bytes | Shape::Enum(..) | Shape::Json => false,
        }
    }

    /// The mood of a whole sequence, and how many percent of its calls come before: at the edges there is little that is
    /// not declined, so that mostly only the last calls go there.
    pub(super) fn of_sequence(random: &mut Random) -> Option<(Mood, usize)> {
        match random.below(16) {
            0 | 1 => Some((Mood::Edges, 75)),
            2 => Some((Mood::Edges, 0)),
            3 | 4 => Some((Mood::Small, 0)),
            _ => None,
        }
    }
}

/// An integer as calls have them.
pub(super) fn ordinary_int(mood: Mood, random: &mut Random) -> i128 {
    match mood {
        Mood::Edges if random.percent(75) => edge_int(random),
        Mood::Small => random.between(-3, 3).into(),
        Mood::Wide => wide(random),
        Mood::Usual | Mood::Edges => match random.below(12) {
            0..=4 => random.between(0, 20).into(),
            5 | 6 => random.between(0, 1000).into(),
            7 => random.between(0, 1_000_000).into(),
            8 | 9 => random.between(-20, 20).into(),
            10 => random.between(-100_000, 100_000).into(),
            _ => random.between(0, 2_000_000_000_000).into(),
        },
    }
}

/// An integer of 54 to 63 bits, one in four negative.
fn wide(random: &mut Random) -> i128 {
    let number = i128::from(random.bits() >> (1 + random.below(10)));
    if random.percent(25) { -number } else { number }
}

/// An integer at the edge of 64 bits, or just inside.
pub(super) fn edge_int(random: &mut Random) -> i128 {
    random.pick(EDGES).copied().unwrap_or(MAX)
}

/// A float as calls have them.
pub(super) fn ordinary_float(mood: Mood, random: &mut Random) -> Value {
    match mood {
        Mood::Edges if random.percent(75) => return boundary_float(random),
        Mood::Small => return Value::float(random.between(-6, 6) as f64 / 2.0),
        Mood::Wide => return Value::float(wide(random) as f64 / (1u64 << random.below(62)) as f64),
        Mood::Usual | Mood::Edges => {}
    }
    let scale = [1.0, 1.0, 10.0, 10.0, 100.0, 1000.0, 1000.0, 1_000_000.0][random.below(8)];
    let number = random.unit() * scale;
    let number = match random.below(6) {
        0 | 1 => (number * 100.0).round() / 100.0,
        2 => number.round(),
        3 => (number * 8.0).round() / 8.0,
        _ => number,
    };
    Value::float(match random.below(20) {
        0 | 1 => -number,
        2 => f64::from_bits(random.bits()),
        _ => number,
    })
}

/// An integer at the edge of something.
pub(super) fn boundary_int(random: &mut Random) -> i128 {
    random.pick(INTS).copied().unwrap_or(0)
}

/// A float at the edge of something.
pub(super) fn boundary_float(random: &mut Random) -> Value {
    Value::float(random.pick(FLOATS).copied().unwrap_or(0.0))
}

/// A float close to another one.
pub(super) fn near_float(number: f64, random: &mut Random) -> Value {
    Value::float(match random.below(10) {
        0 => number.next_up(),
        1 => number.next_down(),
        2 => -number,
        3 => number * 2.0,
        4 => number / 2.0,
        5 => number.round(),
        6 => number + 1.0,
        7 => (number * 100.0).round() / 100.0 + 0.005,
        _ => number * (0.5 + random.unit()),
    })
}

/// A number as a text that `int()` or `float()` reads: a constant of the source or its neighbour, or any other.
pub(super) fn number_text(constants: &[Value], random: &mut Random) -> String {
    let known: Vec<f64> = constants.iter().filter_map(number).collect();
    let number = match random.pick(&known) {
        Some(number) if random.percent(50) => match random.below(6) {
            0 | 1 => *number,
            2 => number - 1.0,
            3 => number + 1.0,
            4 => number * 2.0,
            _ => number + random.between(-500, 500) as f64,
        },
        _ if random.percent(30) => return boundary_int(random).to_string(),
        _ => random.between(-2000, 2000) as f64 / if random.percent(50) { 1.0 } else { 4.0 },
    };
    if number.fract() == 0.0 && random.percent(70) { format!("{number:.0}") } else { format!("{number:?}") }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(integer) => integer.to_f64(),
        Value::Float(float) => Some(float.get()).filter(|number| number.is_finite()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mood_has_its_numbers() {
        let mut random = Random::new(7, "moods");
        let mut all = |mood| (0..400).map(|_| ordinary_int(mood, &mut random)).collect::<Vec<i128>>();
        assert!(all(Mood::Small).iter().all(|number| number.abs() <= 3));
        assert!(all(Mood::Wide).iter().all(|number| (1 << 44..1 << 63).contains(&number.abs())));
        let edges = all(Mood::Edges);
        assert!(edges.contains(&MAX) && edges.contains(&MIN) && edges.contains(&(MAX / 2 + 1)));
        assert!(all(Mood::Usual).iter().all(|number| number.abs() < 1 << 41));
    }

    #[test]
    fn texts_of_numbers_are_read_as_such() {
        let mut random = Random::new(8, "texts");
        let constants = [Value::float(-459.67), Value::text("F")];
        let texts: Vec<String> = (0..300).map(|_| number_text(&constants, &mut random)).collect();
        assert!(texts.iter().all(|text| text.parse::<f64>().is_ok()), "{texts:?}");
        let below = |text: &&String| text.parse::<f64>().is_ok_and(|number| number < -459.67 && number > -2000.0);
        assert!(texts.iter().filter(below).count() > 20);
    }
}
