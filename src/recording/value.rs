//! Python values as data.

use std::fmt;

/// A Python value, as exact as it crosses the boundary.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer of any length.
    Int(Integer),
    /// A float by its bits.
    Float(Float),
    /// Text without lone surrogates.
    Str(String),
    /// `bytes`
    Bytes(Vec<u8>),
    /// `bytearray`
    ByteArray(Vec<u8>),
    /// `list`
    List(Vec<Value>),
    /// `tuple`
    Tuple(Vec<Value>),
    /// `set`, in the order in which it was sent.
    Set(Vec<Value>),
    /// `frozenset`, in the order in which it was sent.
    FrozenSet(Vec<Value>),
    /// `dict` in insertion order.
    Dict(Vec<(Value, Value)>),
    /// A dataclass, a named tuple or another object with fields.
    Object(Object),
    /// The result is the argument of this position or name, or `self`.
    Alias(String),
    /// A kept object.
    Ref(String),
    /// What has a tag but no meaning to us beyond equality: `$decimal`, `$datetime`, `$enum`, `$iter`, ...
    Tagged(String, Box<Value>),
}

/// An object's class and fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// Python name of the class.
    pub class: String,
    /// Its fields in order.
    pub fields: Vec<(String, Value)>,
}

impl Value {
    /// An integer.
    pub fn int(number: i128) -> Value {
        Value::Int(Integer::from(number))
    }

    /// A float.
    pub fn float(number: f64) -> Value {
        Value::Float(Float::new(number))
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Str(text.into())
    }

    /// Calls `visit` with every named value inside: fields of objects and values under text keys.
    pub fn each_named(&self, visit: &mut impl FnMut(&str, &Value)) {
        match self {
            Value::Object(object) => {
                for (name, value) in &object.fields {
                    visit(name, value);
                    value.each_named(visit);
                }
            }
            Value::Dict(pairs) => {
                for (key, value) in pairs {
                    if let Value::Str(name) = key {
                        visit(name, value);
                    }
                    value.each_named(visit);
                }
            }
            _ => self.children().into_iter().for_each(|child| child.each_named(visit)),
        }
    }

    /// The values directly inside, keys of a dict included.
    pub fn children(&self) -> Vec<&Value> {
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
                items.iter().collect()
            }
            Value::Dict(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
            Value::Object(object) => object.fields.iter().map(|(_, value)| value).collect(),
            Value::Tagged(_, inner) => vec![inner],
            _ => Vec::new(),
        }
    }

    /// How many values it consists of, itself included.
    pub fn size(&self) -> usize {
        1 + self.children().into_iter().map(Value::size).sum::<usize>()
    }
}

/// An integer of any length, kept as its canonical decimal digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Integer(String);

impl Integer {
    /// Reads decimal digits with an optional sign; `None` where there is anything else.
    pub fn parse(text: &str) -> Option<Integer> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(Integer(match digits {
            "" => "0".to_owned(),
            _ if negative => format!("-{digits}"),
            _ => digits.to_owned(),
        }))
    }

    /// Its decimal digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The number, where it fits.
    pub fn to_i128(&self) -> Option<i128> {
        self.0.parse().ok()
    }

    /// The nearest float, as `float(n)` gives it; `None` where Python raises `OverflowError`.
    pub fn to_f64(&self) -> Option<f64> {
        self.0.parse::<f64>().ok().filter(|number| number.is_finite())
    }

    fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }

    fn magnitude(&self) -> (usize, &str) {
        let digits = self.0.trim_start_matches('-');
        (digits.len(), digits)
    }
}

impl From<i128> for Integer {
    fn from(number: i128) -> Self {
        Integer(number.to_string())
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self.is_negative(), other.is_negative()) {
            (false, true) => std::cmp::Ordering::Greater,
            (true, false) => std::cmp::Ordering::Less,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A float by its bits; all NaNs are one, `-0.0` is not `0.0`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Float(u64);

impl Float {
    /// Keeps a float.
    pub fn new(number: f64) -> Float {
        Float(if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() })
    }

    /// The float.
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl fmt::Debug for Float {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_canonical_and_ordered() {
        let sorted = ["-100000000000000000000", "-3", "0", "2", "10", "99999999999999999999"];
        let mut read: Vec<_> = sorted.iter().rev().filter_map(|text| Integer::parse(text)).collect();
        read.sort();
        assert_eq!(read.iter().map(Integer::digits).collect::<Vec<_>>(), sorted);
        assert_eq!(Integer::parse("-000"), Integer::parse("0"));
        assert_eq!(Integer::parse("+1"), None);
        assert_eq!(Integer::parse("1e3"), None);
        assert_eq!(Integer::parse("9".repeat(400).as_str()).and_then(|number| number.to_f64()), None);
    }

    #[test]
    fn floats_differ_by_sign_of_zero_and_agree_on_nan() {
        assert_ne!(Float::new(0.0), Float::new(-0.0));
        assert_eq!(Float::new(f64::NAN), Float::new(-f64::NAN));
    }
}
