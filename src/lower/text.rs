//! f-strings: parts, conversions, format specifications.

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// Lowers an f-string.
    pub fn format(&mut self, parts: &[ast::FStringPart], span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let mut lowered = Vec::new();
        for part in parts {
            match part {
                ast::FStringPart::Literal(text) => lowered.push(FormatPart::Literal(text.clone())),
                ast::FStringPart::Field { value, conversion, spec, debug } => {
                    if let Some(debug) = debug {
                        lowered.push(FormatPart::Literal(debug.clone()));
                    }
                    let value = self.expr(value, None)?;
                    if spec.iter().any(|part| matches!(part, ast::FStringPart::Field { .. })) {
                        let kind = match spec.last() {
                            Some(ast::FStringPart::Literal(text)) => text.chars().last(),
                            _ => None,
                        };
                        let spec = self.format(spec, span)?;
                        lowered.push(self.laid_out(value, *conversion, spec, kind, span)?);
                        continue;
                    }
                    let spec = self.format_spec(spec, span)?;
                    let repr = match conversion {
                        Some('r') => true,
                        Some('s') => false,
                        None => debug.is_some() && spec.is_empty(),
                        Some(_) => return self.refuse(Code::FormatSpec, span, "`!a` is not translated", "use `!r`"),
                    };
                    lowered.push(self.format_value(value, repr, spec, conversion.is_some(), span)?);
                }
            }
        }
        Ok(Expr::new(ExprKind::Format(lowered), Type::Str, at))
    }

    pub fn format_value(
        &mut self,
        value: Expr,
        repr: bool,
        spec: FormatSpec,
        as_text: bool,
        span: Span,
    ) -> Lowered<FormatPart> {
        let at = value.at;
        let plain = spec.is_empty() || repr || as_text;
        let value = match if plain { self.special_text(value, repr, span)? } else { Err(value) } {
            Ok(text) => {
                // The text itself from here on.
                let fits = matches!(spec.kind, None | Some('s'));
                if !fits {
                    return self.refuse(
                        Code::FormatSpec,
                        span,
                        "this format specification on text is not translated",
                        "",
                    );
                }
                return Ok(FormatPart::Value { value: text, repr: false, spec });
            }
            Err(value) => value,
        };
        let value = match value.ty {
            Type::Exception => Expr::new(ExprKind::Message(Box::new(value)), Type::Str, at),
            Type::Json => Expr::new(ExprKind::Builtin { op: Builtin::JsonToStr, args: vec![value] }, Type::Str, at),
            _ => value,
        };
        self.printable(&value.ty, span)?;
        let fits = match (&value.ty, spec.kind) {
            _ if spec.is_empty() => true,
            (Type::Unknown, _) => true,
            _ if repr || as_text => matches!(spec.kind, None | Some('s')),
            (Type::Str, None | Some('s')) => spec.sign.is_none() && spec.grouping.is_none() && !spec.alternate,
            (Type::Int, None | Some('d' | 'x' | 'X' | 'o' | 'b')) => spec.precision.is_none(),
            (Type::Int, Some('f' | '%')) | (Type::Float | Type::Number, Some('f' | '%' | 'e' | 'g')) => !spec.alternate,
            (Type::Float, None) => spec.precision.is_none() && !spec.alternate,
            _ => false,
        };
        if !fits {
            let message = format!("this format specification on {} is not translated", self.world.describe(&value.ty));
            return self.refuse(Code::FormatSpec, span, message, "");
        }
        let value = match (&value.ty, spec.kind) {
            (Type::Int, Some('f' | '%')) | (Type::Number, Some('f' | '%' | 'e' | 'g')) => self.to_float(value),
            _ => value,
        };
        Ok(FormatPart::Value { value, repr, spec })
    }

    /// A value as a specification that is computed says; `kind` is the last character of it, where that is known.
    pub(super) fn laid_out(
        &mut self,
        value: Expr,
        conversion: Option<char>,
        spec: Expr,
        kind: Option<char>,
        span: Span,
    ) -> Lowered<FormatPart> {
        let value = match conversion {
            None => value,
            Some('r' | 's') => self.as_text(value, conversion == Some('r'), span)?,
            Some(_) => return self.refuse(Code::FormatSpec, span, "`!a` is not translated", "use `!r`"),
        };
        let of_floats = kind.is_some_and(|kind| "fFeEgG%".contains(kind));
        let (operation, value) = match &value.ty {
            Type::Unknown => return Ok(FormatPart::Value { value, repr: false, spec: FormatSpec::default() }),
            Type::Int => ("~format.int", value),
            Type::Float if of_floats => ("~format.float", value),
            Type::Number if of_floats => ("~format.float", self.to_float(value)),
            Type::Float => ("~format.float_any", value),
            Type::Str => ("~format.text", value),
            other => {
                let message =
                    format!("a computed format specification on {} is not translated", self.world.describe(other));
                return self.refuse(Code::FormatSpec, span, message, "");
            }
        };
        let value = self.named_operation(operation, vec![value, spec], Type::Str, span);
        Ok(FormatPart::Value { value, repr: false, spec: FormatSpec::default() })
    }

    /// `str(value)`, `repr(value)`
    fn as_text(&mut self, value: Expr, repr: bool, span: Span) -> Lowered<Expr> {
        let at = value.at;
        let value = match self.special_text(value, repr, span)? {
            Ok(text) => return Ok(text),
            Err(value) => value,
        };
        if value.ty == Type::Unknown || value.ty == Type::Str && !repr {
            return Ok(value);
        }
        if matches!(value.ty, Type::Exception | Type::Json) {
            let message = "a computed format specification on this is not translated";
            return self.refuse(Code::FormatSpec, span, message, "make a text of it first: `str(x)`");
        }
        self.printable(&value.ty, span)?;
        let op = if repr { Builtin::Repr } else { Builtin::ToStr };
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![value] }, Type::Str, at))
    }

    /// `format(value)`, `format(value, spec)`
    pub fn format_call(&mut self, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let value = self.expr(&args[0], None)?;
        let part = match args.get(1).map(|spec| &spec.kind) {
            None => self.format_value(value, false, FormatSpec::default(), false, span)?,
            Some(ast::ExprKind::Str(text)) => {
                let spec = self.format_spec(&[ast::FStringPart::Literal(text.clone())], span)?;
                self.format_value(value, false, spec, false, span)?
            }
            Some(_) => {
                let spec = self.arguments(&args[1..], &[Type::Str])?.remove(0);
                self.laid_out(value, None, spec, None, span)?
            }
        };
        Ok(Expr::new(ExprKind::Format(vec![part]), Type::Str, self.at(span)))
    }

    fn format_spec(&mut self, parts: &[ast::FStringPart], span: Span) -> Lowered<FormatSpec> {
        let literal = |part: &ast::FStringPart| match part {
            ast::FStringPart::Literal(literal) => literal.clone(),
            ast::FStringPart::Field { .. } => String::new(),
        };
        let text: String = parts.iter().map(literal).collect();
        match parse_spec(&text) {
            Some(spec) => Ok(spec),
            None => self.refuse(Code::FormatSpec, span, format!("format specification `{text}` is not translated"), ""),
        }
    }
}

/// Reads `[[fill]align][sign][#][0][width][,][.precision][type]`.
pub fn parse_spec(text: &str) -> Option<FormatSpec> {
    let chars: Vec<char> = text.chars().collect();
    let mut spec = FormatSpec::default();
    let mut i = 0;
    let is_align = |c: &char| matches!(c, '<' | '>' | '^' | '=');
    if chars.len() >= 2 && is_align(&chars[1]) {
        (spec.fill, spec.align, i) = (Some(chars[0]), Some(chars[1]), 2);
    } else if chars.first().is_some_and(is_align) {
        (spec.align, i) = (Some(chars[0]), 1);
    }
    let eat = |i: &mut usize, allowed: &str| match chars.get(*i) {
        Some(c) if allowed.contains(*c) => {
            *i += 1;
            Some(*c)
        }
        _ => None,
    };
    spec.sign = eat(&mut i, "+- ");
    spec.alternate = eat(&mut i, "#").is_some();
    spec.zero = eat(&mut i, "0").is_some();
    spec.width = number(&chars, &mut i)?;
    spec.grouping = match chars.get(i) {
        Some(c @ (',' | '_')) => {
            i += 1;
            Some(*c)
        }
        _ => None,
    };
    if chars.get(i) == Some(&'.') {
        i += 1;
        spec.precision = Some(number(&chars, &mut i)??);
    }
    if let Some(c) = chars.get(i) {
        spec.kind = Some(*c);
        i += 1;
    }
    (i == chars.len()).then_some(spec)
}

/// Digits at a position: the outer option fails beyond 9,999, the inner one says whether there were any.
fn number(chars: &[char], i: &mut usize) -> Option<Option<u32>> {
    let start = *i;
    while chars.get(*i).is_some_and(char::is_ascii_digit) {
        *i += 1;
    }
    if start == *i {
        return Some(None);
    }
    let value: u32 = chars[start..*i].iter().collect::<String>().parse().ok()?;
    (value < 10_000).then_some(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_specifications() {
        let spec = parse_spec("*>+08,.2f").unwrap();
        assert_eq!((spec.fill, spec.align, spec.sign, spec.zero), (Some('*'), Some('>'), Some('+'), true));
        assert_eq!((spec.width, spec.grouping, spec.precision, spec.kind), (Some(8), Some(','), Some(2), Some('f')));
        assert!(parse_spec("06d").unwrap().zero);
        assert!(parse_spec("10q!").is_none());
        assert!(parse_spec("").unwrap().is_empty());
    }
}
