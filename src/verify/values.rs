//! Values from shapes: ordinary ones, boundaries, and neighbours of values that were seen.

use super::numbers::{
    Mood, boundary_float, boundary_int, edge_int, near_float, number_text, ordinary_float, ordinary_int,
};
use super::pool::Pool;
use super::random::Random;
use super::shapes::kind_of_shape;
use crate::artifact::{ClassInterface, Shape};
use crate::recording::{Integer, Object, Value};

const STRINGS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "b",
    "ab",
    "aa",
    "aba",
    "Hello, World",
    "héé",
    "abcé",
    "日本語",
    "😀",
    "e\u{301}",
    "ß",
    "İ",
    "ǅ",
    "\u{3000}x\u{a0}",
    "\n",
    "line\nline\r\n",
    "\t x ",
    "0",
    "-1",
    "42",
    "1.5",
    "1e5",
    "١٢",
    "\0",
    "'",
    "\"",
    "\\",
    "{}",
    "%s",
    "a,b,,c",
    "  padded  ",
    "MiXeD cAsE",
    "the the cat",
];

const LETTERS: &[&str] = &["abc", "abcdefghijklmnopqrstuvwxyz", "ABCxyz", "0123456789", "ab 12,.-_", "aé日😀 "];

/// Draws values.
#[derive(Debug)]
pub(super) struct Values<'a> {
    /// Where the shapes of classes are found.
    pub(super) classes: &'a [ClassInterface],
    /// Values that were seen.
    pub(super) pool: &'a Pool,
    /// Constants that the function mentions.
    pub(super) constants: &'a [Value],
    /// Integers beyond this are not drawn: larger ones made the original run for too long.
    pub(super) largest: Option<i128>,
    /// What kind of numbers is drawn.
    pub(super) mood: Mood,
}

impl Values<'_> {
    /// An ordinary value of a shape; `name` is what the value will be called.
    pub(super) fn ordinary(&self, shape: &Shape, name: &str, random: &mut Random, depth: usize) -> Value {
        match shape {
            Shape::None => Value::None,
            Shape::Bool => Value::Bool(random.percent(50)),
            Shape::Int => self.ordinary_int(random),
            Shape::Float => ordinary_float(self.mood, random),
            Shape::Number if random.percent(50) => self.ordinary_int(random),
            Shape::Number => ordinary_float(self.mood, random),
            Shape::Str if self.mood == Mood::Small => few_letters(random),
            Shape::Str => ordinary_text(self.constants, random),
            Shape::Bytes => Value::Bytes((0..random.below(12)).map(|_| random.bits() as u8).collect()),
            Shape::List(inner) => Value::List(self.items(inner, name, random, depth)),
            Shape::TupleOf(inner) => Value::Tuple(self.items(inner, name, random, depth)),
            Shape::Set(inner) => Value::Set(distinct(self.items(inner, name, random, depth))),
            Shape::FrozenSet(inner) => Value::FrozenSet(distinct(self.items(inner, name, random, depth))),
            Shape::Dict(key, inner) => self.dict(key, inner, name, random, depth),
            Shape::Tuple(shapes) => {
                Value::Tuple(shapes.iter().map(|shape| self.any(shape, name, random, depth + 1)).collect())
            }
            // Objects that hold themselves end somewhere.
            Shape::Optional(_) if random.percent(20 + 12 * depth) => Value::None,
            Shape::Optional(inner) => self.any(inner, name, random, depth),
            Shape::Class(class) => self.object(class, random, depth),
            Shape::Enum(class, members) => {
                super::shapes::member(class, random.pick(members).map_or("", String::as_str))
            }
            Shape::Json => self.json(random, depth),
        }
    }

    fn ordinary_int(&self, random: &mut Random) -> Value {
        let number = ordinary_int(self.mood, random);
        // As far from the edge as the code itself steps.
        let step = match random.pick(self.constants) {
            Some(Value::Int(step)) if self.mood == Mood::Edges && random.percent(35) => step.to_i128(),
            _ => None,
        };
        self.limited(number - step.filter(|step| step.abs() < 1000).unwrap_or(0) * number.signum())
    }

    /// A value of a shape: seen, ordinary or a boundary.
    pub(super) fn any(&self, shape: &Shape, name: &str, random: &mut Random, depth: usize) -> Value {
        match random.below(10) {
            _ if self.mood != Mood::Usual => self.ordinary(shape, name, random, depth),
            0..=2 => self.seen(shape, name, random).unwrap_or_else(|| self.ordinary(shape, name, random, depth)),
            3 => self.boundary(shape, name, random, depth),
            _ => self.ordinary(shape, name, random, depth),
        }
    }

    /// A value of the pool that had this name or has at least the kind.
    pub(super) fn seen(&self, shape: &Shape, name: &str, random: &mut Random) -> Option<Value> {
        let fits = |value: &&Value| super::shapes::fits(value, shape, self.classes);
        let named: Vec<&Value> = self.pool.named(name).iter().filter(fits).collect();
        if !named.is_empty() && random.percent(75) {
            return random.pick(&named).map(|value| (*value).clone());
        }
        self.of_kind(shape, random)
    }

    /// A value of the pool that has the kind.
    pub(super) fn of_kind(&self, shape: &Shape, random: &mut Random) -> Option<Value> {
        let kind = kind_of_shape(shape)?;
        let fits = |value: &&Value| super::shapes::fits(value, shape, self.classes);
        let typed: Vec<&Value> = self.pool.typed(&kind).iter().filter(fits).collect();
        random.pick(&typed).map(|value| (*value).clone())
    }

    /// A value at the edge of what the shape allows.
    pub(super) fn boundary(&self, shape: &Shape, name: &str, random: &mut Random, depth: usize) -> Value {
        match shape {
            Shape::Int => self.limited(boundary_int(random)),
            Shape::Float => boundary_float(random),
            Shape::Number => {
                let which = if random.percent(50) { Shape::Int } else { Shape::Float };
                self.boundary(&which, name, random, depth)
            }
            Shape::Str if random.percent(5) => Value::text("abcé ".repeat(400)),
            Shape::Str => Value::text(random.pick(STRINGS).copied().unwrap_or("")),
            Shape::Bytes => Value::Bytes(if random.percent(50) { Vec::new() } else { vec![0, 255, 128] }),
            Shape::List(inner) => Value::List(self.edge_items(inner, name, random, depth)),
            Shape::TupleOf(inner) => Value::Tuple(self.edge_items(inner, name, random, depth)),
            Shape::Set(inner) => Value::Set(distinct(self.edge_items(inner, name, random, depth))),
            Shape::FrozenSet(inner) => Value::FrozenSet(distinct(self.edge_items(inner, name, random, depth))),
            Shape::Dict(_, _) if random.percent(60) => Value::Dict(Vec::new()),
            Shape::Optional(inner) if random.percent(50) => self.boundary(inner, name, random, depth),
            Shape::Tuple(shapes) => {
                Value::Tuple(shapes.iter().map(|shape| self.boundary(shape, name, random, depth + 1)).collect())
            }
            _ => self.ordinary(shape, name, random, depth),
        }
    }

    fn limited(&self, number: i128) -> Value {
        Value::int(match self.largest {
            Some(largest) if number.abs() > largest => number % (largest + 1),
            _ => number,
        })
    }

    fn items(&self, shape: &Shape, name: &str, random: &mut Random, depth: usize) -> Vec<Value> {
        let length = match random.below(20) {
            _ if depth > 6 => 0,
            _ if depth > 3 => random.below(2),
            0 => 0,
            1 | 2 => 1,
            3 => 12 + random.below(30),
            _ => 2 + random.below(6),
        };
        // Words that the code asks for stand beside each other.
        let known = self.constants.iter().filter(|value| super::shapes::fits(value, shape, self.classes));
        let known: Vec<&Value> = if random.percent(12) { known.collect() } else { Vec::new() };
        let item = |random: &mut Random| match random.pick(&known) {
            Some(constant) if random.percent(80) => (*constant).clone(),
            _ => self.any(shape, singular(name), random, depth + 1),
        };
        let items: Vec<Value> = (0..length).map(|_| item(random)).collect();
        arranged(items, random)
    }

    /// None, one, or the same several times; among floats what does not order.
    fn edge_items(&self, shape: &Shape, name: &str, random: &mut Random, depth: usize) -> Vec<Value> {
        let one = self.any(shape, singular(name), random, depth + 1);
        match random.below(4) {
            0 => Vec::new(),
            1 => vec![one],
            2 => vec![one; 2 + random.below(3)],
            _ => (0..1 + random.below(4)).map(|_| self.boundary(shape, singular(name), random, depth + 1)).collect(),
        }
    }

    fn dict(&self, key: &Shape, inner: &Shape, name: &str, random: &mut Random, depth: usize) -> Value {
        let mut keys = self.items(key, "key", random, depth);
        // Keys that the code names: where one of them is looked up, so are others.
        let named: Vec<&Value> =
            self.constants.iter().filter(|value| super::shapes::fits(value, key, self.classes)).collect();
        if !named.is_empty() && random.percent(40) {
            keys.extend((0..1 + random.below(3)).filter_map(|_| random.pick(&named).map(|value| (*value).clone())));
        }
        let keys = distinct(keys);
        let pairs = keys.into_iter().map(|key| {
            let name = if let Value::Str(name) = &key { name.clone() } else { singular(name).to_owned() };
            let value = self.any(inner, &name, random, depth + 1);
            (key, value)
        });
        Value::Dict(pairs.collect())
    }

    fn object(&self, class: &str, random: &mut Random, depth: usize) -> Value {
        let known = self.classes.iter().find(|known| known.name == class).filter(|_| depth < 8);
        let fields = known.map_or(&[] as &[_], |known| &known.fields);
        let fields = fields.iter().map(|(name, shape)| (name.clone(), self.any(shape, name, random, depth + 1)));
        Value::Object(Object { class: class.to_owned(), fields: fields.collect() })
    }

    fn json(&self, random: &mut Random, depth: usize) -> Value {
        let shape = match random.below(if depth > 2 { 5 } else { 7 }) {
            0 => Shape::None,
            1 => Shape::Bool,
            2 => Shape::Int,
            3 => Shape::Float,
            4 => Shape::Str,
            5 => Shape::List(Box::new(Shape::Json)),
            _ => Shape::Dict(Box::new(Shape::Str), Box::new(Shape::Json)),
        };
        self.ordinary(&shape, "", random, depth + 1)
    }

    /// A value close to another one.
    pub(super) fn near(&self, value: &Value, random: &mut Random) -> Value {
        match value {
            Value::Bool(truth) => Value::Bool(!truth),
            Value::Int(integer) => self.near_int(integer, random),
            Value::Float(float) => near_float(float.get(), random),
            Value::Str(text) => near_text(text, random),
            Value::List(items) => Value::List(self.near_items(items, random)),
            Value::Set(items) => Value::Set(distinct(self.near_items(items, random))),
            Value::FrozenSet(items) => Value::FrozenSet(distinct(self.near_items(items, random))),
            Value::Tuple(items) => Value::Tuple(self.near_one(items, random)),
            Value::Dict(pairs) => self.near_pairs(pairs, random),
            Value::Object(object) => {
                let values: Vec<Value> = object.fields.iter().map(|(_, value)| value.clone()).collect();
                let names = object.fields.iter().map(|(name, _)| name.clone());
                let fields = names.zip(self.near_one(&values, random)).collect();
                Value::Object(Object { class: object.class.clone(), fields })
            }
            other => other.clone(),
        }
    }

    /// The value with a constant in the place of one of its parts, or inside a text.
    pub(super) fn planted(&self, value: &Value, random: &mut Random) -> Value {
        match value {
            Value::List(items) => Value::List(self.planted_one(items, random)),
            Value::Set(items) => Value::Set(distinct(self.planted_one(items, random))),
            Value::FrozenSet(items) => Value::FrozenSet(distinct(self.planted_one(items, random))),
            Value::Tuple(items) => Value::Tuple(self.planted_one(items, random)),
            Value::Dict(pairs) => self.planted_pair(pairs, random),
            Value::Object(object) => {
                let values: Vec<Value> = object.fields.iter().map(|(_, value)| value.clone()).collect();
                let names = object.fields.iter().map(|(name, _)| name.clone());
                let fields = names.zip(self.planted_one(&values, random)).collect();
                Value::Object(Object { class: object.class.clone(), fields })
            }
            leaf => self.planted_leaf(leaf, random),
        }
    }

    fn planted_one(&self, items: &[Value], random: &mut Random) -> Vec<Value> {
        let mut items = items.to_vec();
        for _ in 0..1 + random.below(2) {
            let chosen = random.below(items.len());
            if let Some(item) = items.get_mut(chosen) {
                *item = self.planted(item, random);
            }
        }
        items
    }

    fn planted_pair(&self, pairs: &[(Value, Value)], random: &mut Random) -> Value {
        let mut pairs = pairs.to_vec();
        let chosen = random.below(pairs.len());
        if let Some(pair) = pairs.get(chosen) {
            let new = match random.percent(60) {
                true => (self.planted_leaf(&pair.0, random), pair.1.clone()),
                false => (pair.0.clone(), self.planted(&pair.1, random)),
            };
            // Beside the pair that it was made from: where one key of the source is wanted, so are others.
            if new.0 != pair.0 && !pairs.iter().any(|(key, _)| *key == new.0) {
                pairs.push(new);
            } else {
                pairs[chosen].1 = new.1;
            }
        }
        Value::Dict(pairs)
    }

    fn planted_leaf(&self, leaf: &Value, random: &mut Random) -> Value {
        let alike: Vec<&Value> = self
            .constants
            .iter()
            .filter(|known| std::mem::discriminant(*known) == std::mem::discriminant(leaf))
            .collect();
        let Some(constant) = random.pick(&alike).copied() else { return self.near(leaf, random) };
        match (leaf, constant) {
            (Value::Str(_), Value::Str(affix)) if affix.chars().count() < 6 && random.percent(25) => {
                let number = number_text(self.constants, random);
                Value::Str(if random.percent(70) { number + affix } else { affix.clone() + &number })
            }
            (Value::Str(text), Value::Str(constant)) if random.percent(50) => spliced(text, constant, random),
            (Value::Int(_), Value::Int(constant)) if random.percent(50) => self.near_int(constant, random),
            (Value::Float(_), Value::Float(constant)) if random.percent(30) => near_float(constant.get(), random),
            _ => constant.clone(),
        }
    }

    fn near_int(&self, integer: &Integer, random: &mut Random) -> Value {
        let Some(number) = integer.to_i128() else { return Value::Int(integer.clone()) };
        self.limited(match random.below(9) {
            8 => edge_int(random),
            0 | 1 => number.saturating_add(1),
            2 | 3 => number.saturating_sub(1),
            4 => number.saturating_neg(),
            5 => number.saturating_mul(2),
            6 => number / 2,
            _ => number.saturating_add(random.between(-100, 100).into()),
        })
    }

    fn near_one(&self, items: &[Value], random: &mut Random) -> Vec<Value> {
        let chosen = random.below(items.len());
        let mut items = items.to_vec();
        if let Some(item) = items.get_mut(chosen) {
            *item = self.near(item, random);
        }
        items
    }

    fn near_items(&self, items: &[Value], random: &mut Random) -> Vec<Value> {
        let mut items = items.to_vec();
        let chosen = random.below(items.len());
        match random.below(6) {
            0 if !items.is_empty() => {
                items.remove(chosen);
            }
            // What is first stays first, and what is last stays last.
            5 if !items.is_empty() => items.insert(chosen.max(1), items[chosen].clone()),
            1 if !items.is_empty() => items.push(items[chosen].clone()),
            2 => items.reverse(),
            3 if !items.is_empty() => items.swap(0, chosen),
            _ => return self.near_one(&items, random),
        }
        items
    }

    fn near_pairs(&self, pairs: &[(Value, Value)], random: &mut Random) -> Value {
        let mut pairs = pairs.to_vec();
        let chosen = random.below(pairs.len());
        match pairs.get_mut(chosen) {
            Some(_) if random.percent(30) => {
                pairs.remove(chosen);
            }
            Some(pair) => pair.1 = self.near(&pair.1, random),
            None => {}
        }
        Value::Dict(pairs)
    }
}

/// `items` of a list called `prices` are called `price`.
fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        // Python has one key for 1, 1.0 and True.
        let taken = kept.iter().any(|other| *other == item || same_number(other, &item));
        if !taken {
            kept.push(item);
        }
    }
    kept
}

fn same_number(left: &Value, right: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::Int(integer) => integer.to_f64(),
        Value::Float(float) => Some(float.get()),
        _ => None,
    };
    number(left).is_some() && number(left) == number(right)
}

/// Leaves a list as it is, or sorts or reverses it, or repeats an element.
fn arranged(mut items: Vec<Value>, random: &mut Random) -> Vec<Value> {
    match random.below(8) {
        0 => items.sort(),
        1 => items.reverse(),
        2 if !items.is_empty() => items.push(items[random.below(items.len())].clone()),
        _ => {}
    }
    items
}

fn few_letters(random: &mut Random) -> Value {
    Value::text(["", "a", "b", "aa", "ab", "ba", "A"][random.below(7)])
}

fn ordinary_text(constants: &[Value], random: &mut Random) -> Value {
    if random.percent(6) {
        return Value::Str(number_text(constants, random));
    }
    if random.percent(15)
        && let Some(text) = joined_text(constants, random)
    {
        return Value::Str(text);
    }
    if random.percent(15) {
        return Value::text(random.pick(STRINGS).copied().unwrap_or(""));
    }
    let letters: Vec<char> = random.pick(LETTERS).copied().unwrap_or("a").chars().collect();
    let length = if random.percent(8) { 20 + random.below(60) } else { 1 + random.below(9) };
    Value::Str((0..length).filter_map(|_| random.pick(&letters).copied()).collect())
}

/// Numbers and words with something between them that the source mentions: what it takes apart.
fn joined_text(constants: &[Value], random: &mut Random) -> Option<String> {
    let texts = || constants.iter().filter_map(|value| if let Value::Str(text) = value { Some(text) } else { None });
    let separates =
        |text: &&String| (1..=3).contains(&text.chars().count()) && !text.chars().any(char::is_alphanumeric);
    let separators: Vec<&String> = texts().filter(separates).collect();
    let words: Vec<&String> = texts().filter(|text| !separates(text)).collect();
    let separator = random.pick(&separators)?;
    let numbers = random.percent(70);
    let piece = |random: &mut Random| match random.pick(&words) {
        _ if numbers && random.percent(50) => random.between(0, 30).to_string(),
        _ if numbers && random.percent(90) => number_text(constants, random),
        Some(word) if random.percent(50) => (*word).clone(),
        _ => random.pick(STRINGS).copied().unwrap_or("").to_owned(),
    };
    let pieces: Vec<String> = (0..1 + random.below(4)).map(|_| piece(random)).collect();
    let joined = pieces.join(separator);
    Some(if random.percent(15) { format!("\u{2003}{joined}\u{85}\n") } else { joined })
}

fn near_text(text: &str, random: &mut Random) -> Value {
    let mut letters: Vec<char> = text.chars().collect();
    let chosen = random.below(letters.len());
    match random.below(7) {
        0 if !letters.is_empty() => {
            letters.remove(chosen);
        }
        1 => letters.insert(chosen, 'é'),
        2 => letters.insert(chosen, 'a'),
        3 => return Value::Str(text.to_uppercase()),
        4 => letters.reverse(),
        5 => letters.extend_from_within(..),
        _ => letters.push(' '),
    }
    letters.truncate(2000);
    Value::Str(letters.into_iter().collect())
}

/// A text with another one somewhere inside it.
fn spliced(text: &str, constant: &str, random: &mut Random) -> Value {
    let letters: Vec<char> = text.chars().take(200).collect();
    let at = random.below(letters.len() + 1);
    let (before, after) = letters.split_at(at);
    Value::Str(before.iter().copied().chain(constant.chars()).chain(after.iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::shapes::fits;

    #[test]
    fn what_is_drawn_fits_its_shape() {
        let boxed = |shape| Box::new(shape);
        let inner = Shape::Tuple(vec![Shape::Int, Shape::Float, Shape::Optional(boxed(Shape::Str))]);
        let fields = vec![("xs".to_owned(), Shape::List(boxed(Shape::Float))), ("n".to_owned(), Shape::Bool)];
        let class = ClassInterface { name: "P".into(), fields, constructor: None, methods: vec![], is_value: true };
        let shapes = [
            inner.clone(),
            Shape::List(boxed(inner.clone())),
            Shape::Dict(boxed(Shape::Str), boxed(Shape::Set(boxed(Shape::Int)))),
            Shape::Class("P".into()),
            Shape::Bytes,
        ];
        let classes = [class];
        let pool = Pool::default();
        let constants = [Value::text("a"), Value::int(-3)];
        let mood = Mood::Usual;
        let values = Values { classes: &classes, pool: &pool, constants: &constants, largest: Some(50), mood };
        let mut random = Random::new(3, "values");
        for shape in &shapes {
            for _ in 0..200 {
                let value = values.any(shape, "x", &mut random, 0);
                assert!(fits(&value, shape, &classes), "{value:?} is no {shape:?}");
                let near = values.near(&value, &mut random);
                assert!(fits(&near, shape, &classes), "{near:?} is no {shape:?}");
            }
        }
        let ints = (0..500).map(|_| values.any(&Shape::Int, "n", &mut random, 0));
        assert!(
            ints.filter_map(|value| match value {
                Value::Int(n) => n.to_i128(),
                _ => None,
            })
            .all(|n| n.abs() <= 50)
        );
    }

    #[test]
    fn texts_are_joined_by_what_the_code_splits_at() {
        let constants = [Value::text(";"), Value::text("half"), Value::int(3)];
        let mut random = Random::new(1, "joined");
        let texts: Vec<String> = (0..300).filter_map(|_| joined_text(&constants, &mut random)).collect();
        assert_eq!(texts.len(), 300);
        assert!(texts.iter().any(|text| text.split(';').filter(|piece| piece.parse::<i64>().is_ok()).count() > 1));
        assert!(texts.iter().any(|text| text.split(';').any(|piece| piece == "half")));
        assert_eq!(joined_text(&[Value::text("half")], &mut random), None, "nothing that separates");
    }

    #[test]
    fn keys_are_distinct_as_python_sees_them() {
        let kept = distinct(vec![Value::int(1), Value::float(1.0), Value::Bool(true), Value::int(2)]);
        assert_eq!(kept, [Value::int(1), Value::int(2)]);
    }
}
