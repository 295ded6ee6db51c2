//! Text from a format that is written out: `"%5.2f" % x` and `"{:>5}".format(x)`, as an f-string says it.

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// A piece of a format: text, or a value with its specification.
enum Piece {
    Literal(String),
    Value { repr: bool, kind: char, spec: FormatSpec },
}

/// Which value a field of `str.format` takes.
enum Source {
    Place(usize),
    Name(String),
}

impl Body<'_, '_> {
    /// `"..." % values`
    pub fn percent(&mut self, format: Expr, values: Expr, span: Span) -> Lowered<Expr> {
        let ExprKind::Str(text) = &format.kind else { return self.unknown(span, "the format") };
        let Some(pieces) = percent_pieces(text) else {
            return self.refuse(
                Code::FormatSpec,
                span,
                format!("the format `{text}` is not translated"),
                "use an f-string",
            );
        };
        let values = match (values.kind, values.ty) {
            (ExprKind::Tuple(items), _) => items,
            (kind, ty @ (Type::Tuple(_) | Type::TupleOf(_) | Type::Dict(..) | Type::Unknown))
                if ty != Type::Unknown =>
            {
                let _ = kind;
                let message = "`%` with a variable that holds a tuple or dict is not translated";
                return self.refuse(Code::FormatSpec, span, message, "write the values out");
            }
            (kind, ty) => vec![Expr::new(kind, ty, format.at)],
        };
        let wanted = pieces.iter().filter(|piece| matches!(piece, Piece::Value { .. })).count();
        if wanted != values.len() {
            let message = format!("the format takes {wanted} values, {} are given", values.len());
            return self.refuse(Code::FormatSpec, span, message, "");
        }
        let mut values = values.into_iter();
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Literal(text) => FormatPart::Literal(text),
                Piece::Value { repr, kind, spec } => {
                    let Some(value) = values.next() else { continue };
                    self.percent_value(value, repr, kind, spec, span)?
                }
            });
        }
        Ok(Expr::new(ExprKind::Format(parts), Type::Str, self.at(span)))
    }

    fn percent_value(
        &mut self,
        value: Expr,
        repr: bool,
        kind: char,
        spec: FormatSpec,
        span: Span,
    ) -> Lowered<FormatPart> {
        let as_text = matches!(kind, 's' | 'r');
        let value = if as_text { value } else { self.to_int(value) };
        let fits = match (&value.ty, kind) {
            (Type::Unknown, _) | (_, 's' | 'r') => true,
            (Type::Int, 'd' | 'x' | 'X' | 'o') => spec.precision.is_none() && !spec.alternate,
            (Type::Int | Type::Float, 'f' | 'e' | 'g') => !spec.alternate,
            _ => false,
        };
        if !fits {
            let message = format!("`%{kind}` of {} is not translated", self.world.describe(&value.ty));
            return self.refuse(Code::FormatSpec, span, message, "");
        }
        let value = if matches!(kind, 'f' | 'e' | 'g') { self.to_float(value) } else { value };
        let spec = FormatSpec { kind: (!as_text).then_some(kind), ..spec };
        self.format_value(value, repr, spec, as_text, span)
    }

    /// `"...".format(values)`
    pub fn format_method(
        &mut self,
        format: &str,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let unusual = || format!("the format `{format}` is not translated");
        let Some(fields) = fields(format) else {
            return self.refuse(Code::FormatSpec, span, unusual(), "use an f-string");
        };
        let plain = !args.iter().any(|arg| matches!(arg.kind, ast::ExprKind::Starred(_)));
        if !plain || keywords.iter().any(|keyword| keyword.name.is_none()) {
            return self.refuse(Code::UnsupportedCall, span, "`*` in a call of `format` is not translated", "");
        }
        let (body, parts) = self.block(|b| {
            let mut values = Vec::new();
            for given in args.iter().chain(keywords.iter().map(|keyword| &keyword.value)) {
                let value = b.expr(given, None)?;
                values.push(if Self::is_simple(&value) { value } else { b.spill(value, span) });
            }
            let mut parts = Vec::new();
            for field in fields {
                let (source, conversion, spec) = match field {
                    Field::Literal(text) => {
                        parts.push(FormatPart::Literal(text));
                        continue;
                    }
                    Field::Value(source, conversion, spec) => (source, conversion, spec),
                };
                let named = |name: &str| keywords.iter().position(|k| k.name.as_ref().is_some_and(|n| n.text == name));
                let place = match source {
                    Source::Place(place) => Some(place).filter(|place| *place < args.len()),
                    Source::Name(name) => named(&name).map(|place| args.len() + place),
                };
                let Some(value) = place.and_then(|place| values.get(place).cloned()) else {
                    return b.refuse(Code::FormatSpec, span, "the format names a value that is not given", "");
                };
                parts.push(b.format_value(value, conversion == Some('r'), spec, conversion.is_some(), span)?);
            }
            Ok(parts)
        })?;
        let value = Expr::new(ExprKind::Format(parts), Type::Str, self.at(span));
        Ok(super::loops::after(body, value))
    }
}

/// A field of `str.format`, or the text between.
enum Field {
    Literal(String),
    Value(Source, Option<char>, FormatSpec),
}

/// The fields of a format; `None` for attributes, indexes, nested fields and mistakes.
fn fields(format: &str) -> Option<Vec<Field>> {
    let mut found = Vec::new();
    let mut literal = String::new();
    let (mut automatic, mut numbered) = (0, false);
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("{{") || rest.starts_with("}}") {
            literal.push(c);
            rest = &rest[2..];
            continue;
        }
        if c != '{' {
            if c == '}' {
                return None;
            }
            literal.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let end = rest.find('}')?;
        let field = &rest[1..end];
        if field.contains('{') {
            return None;
        }
        rest = &rest[end + 1..];
        found.push(Field::Literal(std::mem::take(&mut literal)));
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = match name.split_once('!') {
            Some((name, "r")) => (name, Some('r')),
            Some((name, "s")) => (name, Some('s')),
            Some(_) => return None,
            None => (name, None),
        };
        let source = if name.is_empty() {
            automatic += 1;
            Source::Place(automatic - 1)
        } else if name.chars().all(|c| c.is_ascii_digit()) {
            numbered = true;
            Source::Place(name.parse().ok()?)
        } else if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            Source::Name(name.to_string())
        } else {
            return None;
        };
        if automatic > 0 && numbered {
            return None;
        }
        found.push(Field::Value(source, conversion, super::text::parse_spec(spec)?));
    }
    found.push(Field::Literal(literal));
    Some(found)
}

/// The pieces of a `%` format; `None` for names, computed widths and mistakes.
fn percent_pieces(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            literal.push('%');
            continue;
        }
        let mut spec = FormatSpec::default();
        let mut left = false;
        while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
            match flag {
                '-' => left = true,
                '+' => spec.sign = Some('+'),
                ' ' => spec.sign = spec.sign.or(Some(' ')),
                '0' => spec.zero = true,
                _ => spec.alternate = true,
            }
        }
        let digits = |chars: &mut std::iter::Peekable<std::str::Chars>| {
            let text: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
            if text.len() > 4 { None } else { Some(text.parse::<u32>().ok()) }
        };
        spec.width = digits(&mut chars)?;
        if chars.next_if_eq(&'.').is_some() {
            spec.precision = Some(digits(&mut chars)?.unwrap_or(0));
        }
        let kind = match chars.next()? {
            'i' | 'u' => 'd',
            kind @ ('d' | 'x' | 'X' | 'o' | 'f' | 'e' | 'g' | 's' | 'r') => kind,
            _ => return None,
        };
        let as_text = matches!(kind, 's' | 'r');
        if as_text && (spec.sign.is_some() || spec.alternate) {
            return None;
        }
        spec.zero &= !left && !as_text;
        if spec.width.is_some() && !spec.zero {
            spec.align = Some(if left { '<' } else { '>' });
        }
        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        pieces.push(Piece::Value { repr: kind == 'r', kind, spec });
    }
    pieces.push(Piece::Literal(literal));
    Some(pieces)
}
