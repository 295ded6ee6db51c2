//! Number literals, decoded exactly: integers of any size to decimal digits, floats to the nearest double.

use super::ast::{ExprKind, IntLiteral};
use super::builder::Builder;
use super::tree::Node;
use crate::diagnostic::Code;

/// CPython's limit of digits in a decimal literal.
const MOST_DIGITS: usize = 4_300;

/// Our limit of digits in a literal of another base, which CPython does not have.
const MOST_OTHER_DIGITS: usize = 20_000;

impl Builder<'_> {
    /// An integer, a float or an imaginary number.
    pub fn number(&mut self, node: Node) -> ExprKind {
        match decode(self.text(node)) {
            Ok(kind) => kind,
            Err(Wrong { code, message, help }) => {
                match help {
                    Some(help) => self.report_with_help(code, node.span(), message, help),
                    None => self.report(code, node.span(), message),
                }
                ExprKind::Error
            }
        }
    }
}

/// Why a literal has no value.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    code: Code,
    message: String,
    help: Option<String>,
}

fn wrong(code: Code, message: impl Into<String>) -> Wrong {
    Wrong { code, message: message.into(), help: None }
}

/// The value of a literal.
pub(super) fn decode(written: &str) -> Result<ExprKind, Wrong> {
    if !underscores_are_between_digits(written) {
        return Err(wrong(Code::Syntax, format!("`{written}` has an underscore that is not between digits")));
    }
    let text: String = written.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
    if let Some((base, digits)) = other_base(&text) {
        return integer(written, digits, base);
    }
    if let Some(number) = text.strip_suffix('j') {
        return float(written, number).map(ExprKind::Imaginary);
    }
    if text.contains(['.', 'e']) {
        return float(written, &text).map(ExprKind::Float);
    }
    integer(written, &text, 10)
}

fn other_base(text: &str) -> Option<(u32, &str)> {
    [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().find_map(|(prefix, base)| Some((base, text.strip_prefix(prefix)?)))
}

/// `0x_1` is allowed, `1__0` and `1_` are not.
fn underscores_are_between_digits(written: &str) -> bool {
    let bytes = written.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').all(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        before && bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
    })
}

fn float(written: &str, text: &str) -> Result<f64, Wrong> {
    text.parse().map_err(|_| wrong(Code::Syntax, format!("`{written}` is not a number")))
}

fn integer(written: &str, digits: &str, base: u32) -> Result<ExprKind, Wrong> {
    if let Some(number) = digits.strip_suffix('l') {
        let help = Some(format!("write `{}`", &written[..written.len() - 1]));
        let message = format!("`{}` is a Python 2 long", shorten(written));
        return Err(Wrong { code: Code::Python2, message, help })
            .or_else(|error| check_digits(number, base).and(Err(error)));
    }
    check_digits(digits, base)?;
    let significant = digits.trim_start_matches('0');
    if base == 10 && digits.len() > 1 && digits.starts_with('0') && !significant.is_empty() {
        return Err(old_octal(written, digits));
    }
    if let Ok(small) = i64::from_str_radix(if significant.is_empty() { "0" } else { significant }, base) {
        return Ok(ExprKind::Int(IntLiteral::Small(small)));
    }
    let limit = if base == 10 { MOST_DIGITS } else { MOST_OTHER_DIGITS };
    if significant.len() > limit {
        let code = if base == 10 { Code::Syntax } else { Code::BigInteger };
        return Err(wrong(code, format!("this integer has {} digits, more than {limit}", significant.len())));
    }
    let decimal = if base == 10 { significant.to_string() } else { to_decimal(significant, base) };
    Ok(ExprKind::Int(IntLiteral::Big(decimal)))
}

fn check_digits(digits: &str, base: u32) -> Result<(), Wrong> {
    match digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        true => Err(wrong(Code::Syntax, format!("`{}` is not a number", shorten(digits)))),
        false => Ok(()),
    }
}

fn old_octal(written: &str, digits: &str) -> Wrong {
    let rest = digits.trim_start_matches('0');
    let octal = rest.chars().all(|digit| digit.is_digit(8));
    let help = if octal { format!("write `0o{rest}`") } else { format!("write `{rest}`") };
    Wrong { code: Code::Python2, message: format!("`{}` starts with a zero", shorten(written)), help: Some(help) }
}

fn shorten(written: &str) -> String {
    written.chars().take(40).collect()
}

/// Decimal digits of a number in another base: schoolbook, nine decimal digits at a time.
fn to_decimal(digits: &str, base: u32) -> String {
    let mut limbs: Vec<u32> = vec![0];
    for digit in digits.chars().filter_map(|digit| digit.to_digit(base)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let value = u64::from(*limb) * u64::from(base) + carry;
            *limb = (value % 1_000_000_000) as u32;
            carry = value / 1_000_000_000;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    let mut limbs = limbs.into_iter().rev();
    let first = limbs.next().unwrap_or(0).to_string();
    limbs.fold(first, |text, limb| text + &format!("{limb:09}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(written: &str) -> String {
        match decode(written) {
            Ok(kind) => format!("{kind:?}"),
            Err(wrong) => format!("{} {}", wrong.code.word(), wrong.help.unwrap_or(wrong.message)),
        }
    }

    #[test]
    fn integers_of_all_bases_and_sizes() {
        assert_eq!(shown("1_000"), "Int(Small(1000))");
        assert_eq!(shown("000"), "Int(Small(0))");
        assert_eq!(shown("0xFF_ff"), "Int(Small(65535))");
        assert_eq!(shown("0b_101"), "Int(Small(5))");
        assert_eq!(shown("9223372036854775807"), "Int(Small(9223372036854775807))");
        assert_eq!(shown("9223372036854775808"), "Int(Big(\"9223372036854775808\"))");
        assert_eq!(shown("0x10000000000000000"), "Int(Big(\"18446744073709551616\"))");
        assert_eq!(shown("0x1000000000000000000000000000000"), "Int(Big(\"1329227995784915872903807060280344576\"))");
    }

    #[test]
    fn floats_are_rounded_correctly() {
        assert_eq!(shown("1."), "Float(1.0)");
        assert_eq!(shown(".5e-3"), "Float(0.0005)");
        assert_eq!(shown("1e400"), "Float(inf)");
        assert_eq!(shown("09.5"), "Float(9.5)");
        assert_eq!(shown("2_0j"), "Imaginary(20.0)");
    }

    #[test]
    fn what_python_2_wrote_says_how_to_port_it() {
        assert_eq!(shown("0777"), "E0202 write `0o777`");
        assert_eq!(shown("099"), "E0202 write `99`");
        assert_eq!(shown("10L"), "E0202 write `10`");
        assert!(shown("1__0").starts_with("E0201"));
        assert!(shown("1_").starts_with("E0201"));
    }
}
