//! Python's format specifications: `[[fill]align][sign][#][0][width][,][.precision][type]`.

/// A parsed specification, without precision and type.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// What fills the width.
    pub fill: char,
    /// One of `<`, `>`, `^`, `=`.
    pub align: char,
    /// `-`: only where negative; `+` and space: always one.
    pub sign: char,
    /// Smallest number of code points.
    pub width: usize,
    /// `,` or `_` between groups of digits; a space stands for none.
    pub grouping: char,
}

/// A layout from its parts.
pub fn layout(fill: char, align: char, sign: char, width: usize, grouping: char) -> Layout {
    Layout { fill, align, sign, width, grouping }
}

/// `format(x, ".2f")` and the like.
pub fn fixed_point(x: f64, precision: usize) -> String {
    float(x, layout(' ', '>', '-', 0, ' '), Some(precision), false, 'f')
}

impl Layout {
    /// Lays out a number given as its sign, its digits (with fraction and exponent) and the size of a group.
    fn number(self, negative: bool, prefix: &str, digits: &str, group: usize) -> String {
        let sign = if negative { "-" } else { [("+", '+'), (" ", ' ')].iter().find(|s| s.1 == self.sign).map_or("", |s| s.0) };
        let head = format!("{sign}{prefix}");
        let zero_padded = self.fill == '0' && self.align == '=';
        let least = if zero_padded { self.width.saturating_sub(head.len()) } else { 0 };
        let body = if self.grouping == ' ' { digits.to_string() } else { grouped(digits, self.grouping, group, least) };
        let missing = self.width.saturating_sub(head.len() + body.len());
        match self.align {
            '=' => format!("{head}{}{body}", self.filling(missing)),
            _ => self.padded(&format!("{head}{body}"), missing),
        }
    }

    fn filling(self, count: usize) -> String {
        std::iter::repeat_n(self.fill, count).collect()
    }

    fn padded(self, body: &str, missing: usize) -> String {
        let left = match self.align {
            '<' => 0,
            '^' => missing / 2,
            _ => missing,
        };
        format!("{}{body}{}", self.filling(left), self.filling(missing - left))
    }
}

/// Puts separators into the digits before the point, and zeros before them up to a width.
fn grouped(digits: &str, separator: char, group: usize, least: usize) -> String {
    let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    let end = if group == 3 { digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()) } else { end };
    let (whole, rest) = digits.split_at(end);
    let mut reversed: Vec<char> = Vec::new();
    let mut source = whole.chars().rev();
    for count in 0.. {
        let next = source.next();
        if next.is_none() && reversed.len() + rest.len() >= least {
            break;
        }
        if count > 0 && count % group == 0 {
            reversed.push(separator);
        }
        reversed.push(next.unwrap_or('0'));
    }
    reversed.iter().rev().chain(rest.chars().collect::<Vec<_>>().iter()).collect()
}

/// `format(n, ...)` of an integer; `kind` is one of `d b o x X`.
pub fn int(n: i64, layout: Layout, alternate: bool, kind: char) -> String {
    let magnitude = n.unsigned_abs();
    let (digits, prefix, group) = match kind {
        'b' => (format!("{magnitude:b}"), "0b", 4),
        'o' => (format!("{magnitude:o}"), "0o", 4),
        'x' => (format!("{magnitude:x}"), "0x", 4),
        'X' => (format!("{magnitude:X}"), "0X", 4),
        _ => (magnitude.to_string(), "", 3),
    };
    layout.number(n < 0, if alternate { prefix } else { "" }, &digits, group)
}

/// `format(x, ...)` of a float; `kind` is one of `f F e E g G %`, or a space for none.
pub fn float(x: f64, layout: Layout, precision: Option<usize>, alternate: bool, kind: char) -> String {
    let upper = |text: String| if kind.is_ascii_uppercase() { text.to_uppercase() } else { text };
    let magnitude = x.abs();
    let digits = match (kind, precision) {
        _ if !x.is_finite() => if x.is_nan() { "nan".to_string() } else { "inf".to_string() },
        ('%', precision) => fixed(magnitude * 100.0, precision.unwrap_or(6), alternate),
        ('f' | 'F', precision) => fixed(magnitude, precision.unwrap_or(6), alternate),
        ('e' | 'E', precision) => scientific(magnitude, precision.unwrap_or(6), alternate),
        ('g' | 'G', precision) => general(magnitude, precision.unwrap_or(6).max(1), alternate, false),
        (_, Some(precision)) => general(magnitude, precision.max(1), alternate, true),
        (_, None) => super::float::repr(magnitude),
    };
    let layout = if x.is_finite() { layout } else { Layout { grouping: ' ', ..layout } };
    let percent = if kind == '%' { "%" } else { "" };
    let negative = x.is_sign_negative() && !x.is_nan();
    layout.number(negative, "", &format!("{}{percent}", upper(digits)), 3)
}

/// `format(s, ...)` of a text.
pub fn text(s: &str, layout: Layout, precision: Option<usize>) -> String {
    let cut: String = precision.map_or_else(|| s.to_string(), |precision| s.chars().take(precision).collect());
    layout.padded(&cut, layout.width.saturating_sub(cut.chars().count()))
}

fn fixed(x: f64, precision: usize, alternate: bool) -> String {
    let point = if alternate && precision == 0 { "." } else { "" };
    if x.is_finite() { format!("{x:.precision$}{point}") } else { "inf".to_string() }
}

fn scientific(x: f64, precision: usize, alternate: bool) -> String {
    let text = format!("{x:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if alternate && precision == 0 { "." } else { "" };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}{point}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `%g`, and the form without a type, which keeps at least one digit after the point.
fn general(x: f64, precision: usize, alternate: bool, keep_point: bool) -> String {
    let rounded = format!("{x:.digits$e}", digits = precision - 1);
    let exponent: i32 = rounded.split_once('e').and_then(|parts| parts.1.parse().ok()).unwrap_or(0);
    let limit = precision as i32 - i32::from(keep_point && precision > 0);
    let plain = (-4..precision as i32).contains(&exponent) && (!keep_point || exponent < limit.max(1) || exponent < limit);
    if plain {
        let decimals = (precision as i32 - 1 - exponent).max(0) as usize;
        let text = fixed(x, decimals, alternate);
        let text = if alternate { text } else { without_zeros(&text).to_string() };
        return if keep_point && !text.contains('.') { text + ".0" } else { text };
    }
    let text = scientific(x, precision - 1, alternate);
    let (mantissa, tail) = text.split_once('e').unwrap_or((&text, ""));
    if alternate { text } else { format!("{}e{tail}", without_zeros(mantissa)) }
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
