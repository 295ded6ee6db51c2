//! `repr(x)`: what Python prints of a value inside containers and messages.

use std::fmt::Write;

/// Values that have a `repr`.
pub trait Repr {
    /// `repr(self)`
    fn repr(&self) -> String;
}

/// `repr` of a text: quotes chosen as Python does, what cannot be printed escaped.
pub fn text_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => escape(&mut out, c),
        }
    }
    out.push(quote);
    out
}

/// True for what `repr` shows as it is.
pub fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        c if c.is_ascii() => false,
        // Marks that combine with the character before them are printable; Rust escapes them only at the start.
        c => !['a', super::unicode::known(c)].iter().collect::<String>().escape_debug().any(|escaped| escaped == '\\'),
    }
}

fn escape(out: &mut String, c: char) {
    let code = u32::from(c);
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// `repr` of bytes.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for &byte in bytes {
        match char::from(byte) {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c @ ' '..='~' => out.push(c),
            _ => escape(&mut out, char::from(byte)),
        }
    }
    out.push(quote);
    out
}

/// `str(flag)`
pub fn bool_repr(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// Pieces between brackets: `[1, 2]`.
pub fn enclosed(open: &str, pieces: impl Iterator<Item = String>, close: &str) -> String {
    format!("{open}{}{close}", pieces.collect::<Vec<_>>().join(", "))
}

impl Repr for i64 {
    fn repr(&self) -> String {
        self.to_string()
    }
}

impl Repr for f64 {
    fn repr(&self) -> String {
        super::float::repr(*self)
    }
}

impl Repr for bool {
    fn repr(&self) -> String {
        bool_repr(*self).to_string()
    }
}

impl Repr for str {
    fn repr(&self) -> String {
        text_repr(self)
    }
}

impl Repr for String {
    fn repr(&self) -> String {
        text_repr(self)
    }
}

impl Repr for () {
    fn repr(&self) -> String {
        "None".to_string()
    }
}

impl<T: Repr> Repr for Option<T> {
    fn repr(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_string(), Repr::repr)
    }
}

impl<T: Repr> Repr for [T] {
    fn repr(&self) -> String {
        enclosed("[", self.iter().map(Repr::repr), "]")
    }
}

impl<T: Repr> Repr for Vec<T> {
    fn repr(&self) -> String {
        self.as_slice().repr()
    }
}

impl<T: Repr + ?Sized> Repr for &T {
    fn repr(&self) -> String {
        (**self).repr()
    }
}

impl<A: Repr> Repr for (A,) {
    fn repr(&self) -> String {
        format!("({},)", self.0.repr())
    }
}

macro_rules! tuples {
    ($($($name:ident $index:tt)+;)*) => {$(
        impl<$($name: Repr),+> Repr for ($($name,)+) {
            fn repr(&self) -> String {
                enclosed("(", [$(self.$index.repr()),+].into_iter(), ")")
            }
        }
    )*};
}

tuples! {
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}
