//! Format specifications that are computed while the program runs.
//!
//! What is no specification, or one that Python alone knows, declines.

use super::format::{Layout, float as laid_out_float, int as laid_out_int, layout, text as laid_out_text};
use super::guard::guard;

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: char,
    precision: Option<usize>,
    kind: char,
}

fn odd() -> ! {
    guard("format_spec", "")
}

/// Reads a specification; the widest are left to Python.
fn read(text: &str) -> Spec {
    let mut chars = text.chars().peekable();
    let mut second = text.chars().skip(1);
    let is_align = |c: &char| matches!(c, '<' | '>' | '^' | '=');
    let fill = if second.next().as_ref().is_some_and(is_align) { chars.next() } else { None };
    let align = chars.next_if(is_align);
    let sign = chars.next_if(|c| matches!(c, '+' | '-' | ' '));
    let alternate = chars.next_if_eq(&'#').is_some();
    let zero = fill.is_none() && chars.next_if_eq(&'0').is_some();
    let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize| {
        let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
        if digits.len() > most { odd() } else { digits.parse::<usize>().ok() }
    };
    let width = number(&mut chars, 6).unwrap_or(0);
    let grouping = chars.next_if(|c| matches!(c, ',' | '_')).unwrap_or(' ');
    let precision = chars.next_if_eq(&'.').map(|_| number(&mut chars, 4).unwrap_or_else(|| odd()));
    let kind = chars.next();
    if kind == Some(' ') || chars.next().is_some() {
        odd();
    }
    Spec { fill, align, sign, alternate, zero, width, grouping, precision, kind: kind.unwrap_or(' ') }
}

impl Spec {
    fn layout(&self) -> Layout {
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let align = self.align.unwrap_or(if self.zero { '=' } else { '>' });
        layout(fill, align, self.sign.unwrap_or('-'), self.width, self.grouping)
    }
}

/// `format(n, spec)`
pub fn int(n: i64, text: &str) -> String {
    let spec = read(text);
    match spec.kind {
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%' => float(n as f64, text),
        ' ' | 'd' | 'b' | 'o' | 'x' | 'X' if spec.precision.is_none() => {
            if spec.grouping == ',' && !matches!(spec.kind, ' ' | 'd') {
                odd();
            }
            laid_out_int(n, spec.layout(), spec.alternate, if spec.kind == ' ' { 'd' } else { spec.kind })
        }
        _ => odd(),
    }
}

/// `format(x, spec)`
pub fn float(x: f64, text: &str) -> String {
    let spec = read(text);
    let plain = spec.kind == ' ' && spec.precision.is_none();
    let known = matches!(spec.kind, 'f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%');
    if spec.alternate || !plain && !known {
        odd();
    }
    laid_out_float(x, spec.layout(), spec.precision, false, spec.kind)
}

/// `format(x, spec)` where the specification does not say the kind of number.
pub fn float_any(x: f64, text: &str) -> String {
    float(x, text)
}

/// `format(s, spec)`
pub fn text(s: &str, text: &str) -> String {
    let spec = read(text);
    let plain = spec.sign.is_none() && !spec.alternate && !spec.zero && spec.grouping == ' ';
    if !plain || spec.align == Some('=') || !matches!(spec.kind, ' ' | 's') {
        odd();
    }
    let layout = Layout { align: spec.align.unwrap_or('<'), ..spec.layout() };
    laid_out_text(s, layout, spec.precision)
}

/// The width of `%*d`: how it is aligned, its sign, zeros and the width; a negative one is on the left.
pub fn starred(width: i64, left: bool, zero: bool, flags: &str) -> String {
    let left = left || width < 0;
    let (align, zero) = match (left, zero) {
        (true, _) => ("<", ""),
        (false, true) => ("", "0"),
        (false, false) => (">", ""),
    };
    format!("{align}{flags}{zero}{}", width.unsigned_abs())
}

/// The precision of `%.*f`; a negative one is zero.
pub fn precision(digits: i64) -> String {
    format!(".{}", digits.max(0))
}
