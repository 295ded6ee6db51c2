//! Literals and formatted text.
//!
//! ```text
//! f"RES-{product_id}-{n:06d}"   ->   fmt.Sprintf("RES-%d-%06d", productID, n)
//! ```

use super::printer::Ex;
use super::statements::Body;
use crate::ir::{Expr, FormatPart, FormatSpec, Type};
use std::fmt::Write;

/// An integer literal.
pub(super) fn int(value: i64) -> Ex {
    match value {
        i64::MIN => Ex::word("math.MinInt64"),
        _ if value < 0 => Ex::word(value.unsigned_abs().to_string()).unary("-"),
        _ => Ex::word(value.to_string()),
    }
}

/// A float literal that reads back as the same float.
pub(super) fn float(value: f64) -> Ex {
    if value.is_nan() {
        return Ex::call("math.NaN", vec![]);
    }
    if value.is_infinite() {
        let sign = if value > 0.0 { Ex::word("1") } else { Ex::word("1").unary("-") };
        return Ex::call("math.Inf", vec![sign]);
    }
    if value == 0.0 && value.is_sign_negative() {
        return Ex::call("math.Copysign", vec![Ex::word("0"), Ex::word("1").unary("-")]);
    }
    let text = Ex::word(format!("{:?}", value.abs()));
    if value < 0.0 { text.unary("-") } else { text }
}

/// A text literal.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c if (c as u32) < 0x10000 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => {
                let _ = write!(out, "\\U{:08x}", c as u32);
            }
        }
    }
    out.push('"');
    out
}

/// A bytes literal.
pub(super) fn bytes(bytes: &[u8]) -> Ex {
    let mut out = String::from("[]byte(\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push_str("\")");
    Ex::word(out)
}

impl<'c> Body<'c> {
    /// An f-string: joined texts, or a format where numbers are among them.
    pub(super) fn format(&mut self, parts: &'c [FormatPart]) -> Ex {
        let values: Vec<&Expr> = parts.iter().filter_map(value_of).collect();
        let mut values = self.operands(&values).into_iter();
        let pieces: Vec<Piece> = parts
            .iter()
            .filter_map(|part| match part {
                FormatPart::Literal(text) => Some(Piece::Literal(text.clone())),
                FormatPart::Value { value, repr, spec } => {
                    values.next().map(|ex| self.piece(ex, &value.ty, *repr, spec))
                }
            })
            .collect();
        if pieces.iter().any(|piece| matches!(piece, Piece::Number(..))) {
            return sprintf(&pieces);
        }
        let words = pieces.into_iter().filter_map(|piece| match piece {
            Piece::Literal(text) if text.is_empty() => None,
            Piece::Literal(text) => Some(Ex::word(quote(&text))),
            Piece::Text(ex) | Piece::Number(_, ex) => Some(ex),
        });
        words.reduce(|all, one| all.binary("+", one)).unwrap_or(Ex::word("\"\""))
    }

    fn piece(&mut self, value: Ex, ty: &Type, repr: bool, spec: &FormatSpec) -> Piece {
        if repr {
            let value = self.twice(ty, value);
            let text = self.cx.repr(ty, value);
            return if spec.is_empty() { Piece::Text(text) } else { Piece::Text(spec_call(spec, "Text", text)) };
        }
        match ty {
            Type::Int => int_piece(value, spec),
            Type::Float => Piece::Text(float_text(value, spec)),
            Type::Bool if !spec.is_empty() && spec.kind != Some('s') => {
                Piece::Text(spec_call(spec, "Int", Ex::call("support.IntFromBool", vec![value])))
            }
            _ => {
                let value = self.twice(ty, value);
                let text = self.cx.text_of(ty, value);
                if spec.is_empty() { Piece::Text(text) } else { Piece::Text(spec_call(spec, "Text", text)) }
            }
        }
    }

    /// A tuple as something that can be written part by part.
    pub(super) fn twice(&mut self, ty: &Type, value: Ex) -> Ex {
        match ty {
            Type::Tuple(_) if !super::places::is_path(&value) => self.spill("parts", value),
            _ => value,
        }
    }
}

/// A piece of an f-string.
enum Piece {
    Literal(String),
    Text(Ex),
    /// A verb of `fmt.Sprintf` and its number.
    Number(String, Ex),
}

fn value_of(part: &FormatPart) -> Option<&Expr> {
    match part {
        FormatPart::Value { value, .. } => Some(value),
        FormatPart::Literal(_) => None,
    }
}

fn int_piece(value: Ex, spec: &FormatSpec) -> Piece {
    let plain = FormatSpec { zero: spec.zero, width: spec.width, kind: spec.kind, ..FormatSpec::default() };
    if *spec != plain || !matches!(spec.kind, None | Some('d')) {
        return Piece::Text(spec_call(spec, "Int", value));
    }
    let zero = if spec.zero && spec.width.is_some() { "0" } else { "" };
    let width = spec.width.map_or(String::new(), |width| width.to_string());
    Piece::Number(format!("%{zero}{width}d"), value)
}

fn float_text(value: Ex, spec: &FormatSpec) -> Ex {
    if spec.is_empty() {
        return Ex::call("support.FloatText", vec![value]);
    }
    let fixed = FormatSpec { precision: spec.precision, kind: Some('f'), ..FormatSpec::default() };
    match spec.precision {
        Some(digits) if *spec == fixed => Ex::call("support.Fixed", vec![value, Ex::word(digits.to_string())]),
        _ => spec_call(spec, "Float", value),
    }
}

fn sprintf(pieces: &[Piece]) -> Ex {
    let mut format = String::new();
    let mut arguments = vec![Ex::word("\"\"")];
    for piece in pieces {
        match piece {
            Piece::Literal(text) => format.push_str(&text.replace('%', "%%")),
            Piece::Text(ex) => {
                format.push_str("%s");
                arguments.push(ex.clone());
            }
            Piece::Number(verb, ex) => {
                format.push_str(verb);
                arguments.push(ex.clone());
            }
        }
    }
    if format == "%d" {
        return Ex::call("support.IntText", arguments.split_off(1));
    }
    arguments[0] = Ex::word(quote(&format));
    Ex::call("fmt.Sprintf", arguments)
}

/// `support.Spec{...}.Int(value)`
fn spec_call(spec: &FormatSpec, method: &str, value: Ex) -> Ex {
    let rune =
        |c: char| Ex::word(format!("'{}'", if c == '\'' || c == '\\' { format!("\\{c}") } else { c.to_string() }));
    let mut fields = Vec::new();
    let mut add = |name: &str, value: Option<Ex>| fields.extend(value.map(|value| (name.to_string(), value)));
    add("Fill", spec.fill.map(rune));
    add("Align", spec.align.map(rune));
    add("Sign", spec.sign.filter(|sign| *sign != '-').map(rune));
    add("Alternate", spec.alternate.then(|| Ex::word("true")));
    add("Zero", spec.zero.then(|| Ex::word("true")));
    add("Width", spec.width.map(|width| Ex::word(width.to_string())));
    add("Grouping", spec.grouping.map(rune));
    add("Precision", spec.precision.map(|digits| Ex::word((digits + 1).to_string())));
    add("Kind", spec.kind.filter(|kind| !matches!(kind, 's' | 'd')).map(rune));
    Ex::Keyed { pointer: false, ty: "support.Spec".into(), fields }.method(method, vec![value])
}
