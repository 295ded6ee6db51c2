//! Python's marshal format, as far as pstats uses it: numbers, text, tuples and dicts, with references. Anything else
//! (code objects above all) is refused. Nothing is executed.
//!
//! Values that are referred to are shared, not copied, so a file of nested references ("billion laughs") stays as small
//! as it is; depth and number of values have limits, and every length is checked against what is left of the file.

use std::rc::Rc;

const DEEPEST: usize = 16;
const MOST_VALUES: usize = 3_000_000;
const FLAG_REFERENCED: u8 = 0x80;

/// A value of the file.
#[derive(Clone, Debug)]
pub enum Value {
    None,
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Tuple(Rc<[Value]>),
    Dict(Rc<[(Value, Value)]>),
}

/// Reads the one value that a file holds.
pub fn read(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { bytes, at: 0, references: Vec::new(), values: 0 };
    match reader.value(0)? {
        Some(value) => Ok(value),
        None => Err("an end without a dict".into()),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// `None` while the value is being read: a value that refers to itself is none of pstats.
    references: Vec<Option<Value>>,
    values: usize,
}

impl<'a> Reader<'a> {
    /// The next value; `None` for the mark that ends a dict.
    fn value(&mut self, depth: usize) -> Result<Option<Value>, String> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(format!("more than {MOST_VALUES} values"));
        }
        if depth > DEEPEST {
            return Err(format!("nested deeper than {DEEPEST}"));
        }
        let code = self.byte()?;
        let slot = (code & FLAG_REFERENCED != 0).then(|| {
            self.references.push(None);
            self.references.len() - 1
        });
        let value = match code & !FLAG_REFERENCED {
            b'0' => return Ok(None),
            b'N' => Value::None,
            b'F' => Value::Int(0),
            b'T' => Value::Int(1),
            b'i' => Value::Int(i64::from(i32::from_le_bytes(self.array()?))),
            b'I' => Value::Int(i64::from_le_bytes(self.array()?)),
            b'l' => self.long()?,
            b'g' => Value::Float(f64::from_le_bytes(self.array()?)),
            b'f' => self.written_float()?,
            b'u' | b'a' | b'A' | b's' | b't' => {
                let length = self.length()?;
                self.text(length)?
            }
            b'z' | b'Z' => {
                let length = self.byte()?.into();
                self.text(length)?
            }
            b')' => {
                let length = self.byte()?.into();
                self.tuple(length, depth)?
            }
            b'(' => {
                let length = self.length()?;
                self.tuple(length, depth)?
            }
            b'{' => self.dict(depth)?,
            b'r' => self.reference()?,
            other => return Err(format!("byte {}: a value of kind 0x{other:02x} is none of pstats", self.at - 1)),
        };
        if let Some(slot) = slot {
            self.references[slot] = Some(value.clone());
        }
        Ok(Some(value))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| format!("it ends after {} bytes, in the middle of a value", self.bytes.len()))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn length(&mut self) -> Result<usize, String> {
        let length = i32::from_le_bytes(self.array()?);
        usize::try_from(length).map_err(|_| format!("byte {}: a length of {length}", self.at - 4))
    }

    /// An int of 15-bit digits; one that does not fit is taken as the largest there is.
    fn long(&mut self) -> Result<Value, String> {
        let count = i32::from_le_bytes(self.array()?);
        let digits = self.take(2 * count.unsigned_abs() as usize)?;
        let mut number: i64 = 0;
        for digit in digits.chunks_exact(2).rev() {
            let digit = i64::from(u16::from_le_bytes([digit[0], digit[1]]) & 0x7fff);
            number = number.checked_mul(1 << 15).and_then(|high| high.checked_add(digit)).unwrap_or(i64::MAX);
        }
        Ok(Value::Int(if count < 0 { -number } else { number }))
    }

    fn written_float(&mut self) -> Result<Value, String> {
        let length = self.byte()?.into();
        let digits = std::str::from_utf8(self.take(length)?).ok().and_then(|digits| digits.parse().ok());
        digits.map(Value::Float).ok_or_else(|| format!("byte {}: no number", self.at))
    }

    fn text(&mut self, length: usize) -> Result<Value, String> {
        Ok(Value::Text(String::from_utf8_lossy(self.take(length)?).into()))
    }

    fn tuple(&mut self, length: usize, depth: usize) -> Result<Value, String> {
        if length > self.bytes.len() - self.at {
            return Err(format!(
                "byte {}: a tuple of {length} values in a file of {} bytes",
                self.at,
                self.bytes.len()
            ));
        }
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(self.value(depth + 1)?.ok_or("an end within a tuple")?);
        }
        Ok(Value::Tuple(values.into()))
    }

    fn dict(&mut self, depth: usize) -> Result<Value, String> {
        let mut pairs = Vec::new();
        while let Some(key) = self.value(depth + 1)? {
            let value = self.value(depth + 1)?.ok_or("a key without a value")?;
            pairs.push((key, value));
        }
        Ok(Value::Dict(pairs.into()))
    }

    fn reference(&mut self) -> Result<Value, String> {
        let index = self.length()?;
        match self.references.get(index) {
            Some(Some(value)) => Ok(value.clone()),
            Some(None) => Err("a value that refers to itself".into()),
            None => Err(format!("a reference to value {index} of {}", self.references.len())),
        }
    }
}
