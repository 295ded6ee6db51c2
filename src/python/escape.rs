//! Escapes inside string literals, as CPython decodes them.

use std::borrow::Cow;
use std::str::Chars;

/// What a text literal decodes to.
#[derive(Debug, PartialEq)]
pub enum Decoded {
    /// Its text.
    Text(String),
    /// The escape of a surrogate, which Rust's text cannot hold.
    Surrogate(String),
    /// What is wrong with it.
    Wrong(String),
}

/// Line ends as CPython reads them: `\r\n` and `\r` become `\n`.
pub fn universal_newlines(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => text.into(),
    }
}

/// Decodes the escapes of text; `doubled` says that braces are written twice, as in f-strings.
pub fn decode_text(text: &str, doubled: bool) -> Decoded {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match escape(&mut rest, &mut out) {
                Ok(()) => {}
                Err(problem) => return problem,
            },
            '{' | '}' if doubled => {
                out.push(character);
                if rest.as_str().starts_with(character) {
                    rest.next();
                }
            }
            _ => out.push(character),
        }
    }
    Decoded::Text(out)
}

fn escape(rest: &mut Chars, out: &mut String) -> Result<(), Decoded> {
    let Some(letter) = rest.next() else {
        out.push('\\');
        return Ok(());
    };
    match letter {
        '\n' => {}
        'x' => out.push(hexadecimal(rest, 'x', 2)?),
        'u' => out.push(hexadecimal(rest, 'u', 4)?),
        'U' => out.push(hexadecimal(rest, 'U', 8)?),
        'N' => named(rest, out)?,
        '0'..='7' => out.push(char::from_u32(octal(letter, rest)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        _ => match simple(letter) {
            Some(character) => out.push(character),
            None => out.extend(['\\', letter]),
        },
    }
    Ok(())
}

/// Decodes the escapes of bytes; the text is ASCII.
pub fn decode_bytes(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character as u8);
            continue;
        }
        match rest.next() {
            None => out.push(b'\\'),
            Some('\n') => {}
            Some('x') => {
                let digits = digits(&mut rest, 2, 16);
                let value = u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2);
                out.push(value.ok_or("`\\x` needs two hexadecimal digits")?);
            }
            Some(letter @ '0'..='7') => out.push(octal(letter, &mut rest) as u8),
            Some(letter) => match simple(letter) {
                Some(character) => out.push(character as u8),
                None => out.extend([b'\\', letter as u8]),
            },
        }
    }
    Ok(out)
}

/// The escapes of one letter that text and bytes share.
fn simple(letter: char) -> Option<char> {
    Some(match letter {
        '\\' | '\'' | '"' => letter,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        _ => return None,
    })
}

/// Up to three octal digits, the first of them already read.
fn octal(first: char, rest: &mut Chars) -> u32 {
    let more = digits(rest, 2, 8);
    more.chars().fold(first as u32 - '0' as u32, |value, digit| value * 8 + digit as u32 - '0' as u32)
}

fn digits<'t>(rest: &mut Chars<'t>, most: usize, base: u32) -> &'t str {
    let text = rest.as_str();
    let length = text.chars().take(most).take_while(|digit| digit.is_digit(base)).count();
    *rest = text[length..].chars();
    &text[..length]
}

fn hexadecimal(rest: &mut Chars, letter: char, length: usize) -> Result<char, Decoded> {
    let digits = digits(rest, length, 16);
    if digits.len() != length {
        return Err(Decoded::Wrong(format!("`\\{letter}` needs {length} hexadecimal digits")));
    }
    let value = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
    char::from_u32(value).ok_or_else(|| match value {
        0xD800..=0xDFFF => Decoded::Surrogate(format!("\\{letter}{digits}")),
        _ => Decoded::Wrong(format!("`\\{letter}{digits}` is no Unicode character")),
    })
}

/// `\N{BULLET}`
fn named(rest: &mut Chars, out: &mut String) -> Result<(), Decoded> {
    let text = rest.as_str();
    let name = text.strip_prefix('{').and_then(|text| text.split_once('}'));
    let Some((name, after)) = name else { return Err(Decoded::Wrong("`\\N` needs a name in braces".to_string())) };
    let Some(character) = unicode_names2::character(name) else {
        return Err(Decoded::Wrong(format!("`{name}` is no name of a Unicode character")));
    };
    out.push(character);
    *rest = after.chars();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(written: &str) -> String {
        match decode_text(written, false) {
            Decoded::Text(text) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn text_escapes() {
        assert_eq!(text(r"a\tb\x41\101\0\u00e9\U0001F600"), "a\tbAA\0é😀");
        assert_eq!(text(r"\N{BULLET}\N{latin small letter a}"), "•a");
        assert_eq!(text("one\\\ntwo"), "onetwo");
        assert_eq!(text(r"\d\ \8"), r"\d\ \8", "unknown escapes stay");
        assert_eq!(text(r"\777"), "\u{1ff}");
    }

    #[test]
    fn wrong_escapes_say_what_is_wrong() {
        assert_eq!(text(r"\x4"), "Wrong(\"`\\\\x` needs 2 hexadecimal digits\")");
        assert_eq!(text(r"\N{NO SUCH}"), "Wrong(\"`NO SUCH` is no name of a Unicode character\")");
        assert_eq!(text(r"\ud800"), "Surrogate(\"\\\\ud800\")");
        assert!(text(r"\U00110000").starts_with("Wrong"));
    }

    #[test]
    fn bytes_escapes() {
        assert_eq!(decode_bytes(r"\x00\xff\377\n\u0041"), Ok(b"\x00\xff\xff\n\\u0041".to_vec()));
        assert!(decode_bytes(r"\x4").is_err());
    }

    #[test]
    fn doubled_braces_are_one() {
        assert_eq!(decode_text("{{a}}", true), Decoded::Text("{a}".to_string()));
    }
}
