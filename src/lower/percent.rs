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
    Value(Field),
}

/// A field of a `%` format.
struct Field {
    kind: char,
    spec: FormatSpec,
    /// `-`: the width is filled on the right.
    left: bool,
    /// `*`: a value before says the width, the precision.
    starred: [bool; 2],
}

/// Which value a placeholder of `str.format` takes.
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
        let takes = |piece: &Piece| match piece {
            Piece::Literal(_) => 0,
            Piece::Value(field) => 1 + field.starred.iter().filter(|starred| **starred).count(),
        };
        let wanted: usize = pieces.iter().map(takes).sum();
        if wanted != values.len() {
            let message = format!("the format takes {wanted} values, {} are given", values.len());
            return self.refuse(Code::FormatSpec, span, message, "");
        }
        let starred = pieces.iter().any(|piece| takes(piece) > 1);
        let (body, parts) = self.block(|b| {
            let kept = |b: &mut Self, value: Expr| match starred && !Self::is_simple(&value) {
                true => b.spill(value, span),
                false => value,
            };
            let values: Vec<Expr> = values.into_iter().map(|value| kept(b, value)).collect();
            let mut values = values.into_iter();
            let mut parts = Vec::new();
            for piece in pieces {
                parts.push(match piece {
                    Piece::Literal(text) => FormatPart::Literal(text),
                    Piece::Value(field) => b.percent_field(field, &mut values, span)?,
                });
            }
            Ok(parts)
        })?;
        let text = Expr::new(ExprKind::Format(parts), Type::Str, self.at(span));
        Ok(super::loops::after(body, text))
    }

    fn percent_field(
        &mut self,
        field: Field,
        values: &mut impl Iterator<Item = Expr>,
        span: Span,
    ) -> Lowered<FormatPart> {
        let mut stars = [None, None];
        for (star, wanted) in stars.iter_mut().zip(field.starred) {
            if wanted {
                let Some(value) = values.next() else { return Ok(FormatPart::Literal(String::new())) };
                *star = Some(self.coerce(value, &Type::Int, "the width or precision")?);
            }
        }
        let Some(value) = values.next() else { return Ok(FormatPart::Literal(String::new())) };
        let Field { kind, spec, .. } = &field;
        let as_text = matches!(kind, 's' | 'r');
        let value = self.percent_operand(value, *kind, spec, span)?;
        if stars.iter().all(Option::is_none) {
            let spec = FormatSpec { kind: Some(*kind).filter(|_| !as_text), ..spec.clone() };
            return self.format_value(value, *kind == 'r', spec, as_text, span);
        }
        let (conversion, kind) = (Some(*kind).filter(|_| as_text), Some(*kind).filter(|_| !as_text));
        let spec = self.starred_spec(&field, stars, span);
        self.laid_out(value, conversion, spec, kind, span)
    }

    /// The specification of a field of which the width or the precision is computed.
    fn starred_spec(&mut self, field: &Field, [width, precision]: [Option<Expr>; 2], span: Span) -> Expr {
        let (at, spec) = (self.at(span), &field.spec);
        let shown = |value| FormatPart::Value { value, repr: false, spec: FormatSpec::default() };
        let flags = spec.sign.map(String::from).unwrap_or_default();
        let mut parts = Vec::new();
        match (width, spec.width) {
            (Some(width), _) => {
                let constant = |kind, ty| Expr::new(kind, ty, at);
                let bool = |value| constant(ExprKind::Bool(value), Type::Bool);
                let flags = constant(ExprKind::Str(flags), Type::Str);
                let args = vec![width, bool(field.left), bool(spec.zero), flags];
                parts.push(shown(self.named_operation("~format.starred", args, Type::Str, span)));
            }
            (None, Some(width)) => {
                let align = spec.align.map(String::from).unwrap_or_default();
                let zero = if spec.zero { "0" } else { "" };
                parts.push(FormatPart::Literal(format!("{align}{flags}{zero}{width}")));
            }
            (None, None) => parts.push(FormatPart::Literal(flags)),
        }
        match (precision, spec.precision) {
            (Some(digits), _) => {
                parts.push(shown(self.named_operation("~format.precision", vec![digits], Type::Str, span)));
            }
            (None, Some(digits)) => parts.push(FormatPart::Literal(format!(".{digits}"))),
            (None, None) => {}
        }
        let kind = Some(field.kind).filter(|kind| !matches!(kind, 's' | 'r'));
        parts.extend(kind.map(|kind| FormatPart::Literal(kind.into())));
        Expr::new(ExprKind::Format(parts), Type::Str, at)
    }

    fn percent_operand(&mut self, value: Expr, kind: char, spec: &FormatSpec, span: Span) -> Lowered<Expr> {
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
        Ok(if matches!(kind, 'f' | 'e' | 'g') { self.to_float(value) } else { value })
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
        let Some(fields) = placeholders(format) else {
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
                let named = |name: &str| keywords.iter().position(|k| k.name.as_ref().is_some_and(|n| n.text == name));
                let given = |source: &Source| match source {
                    Source::Place(place) => values.get(*place).filter(|_| *place < args.len()).cloned(),
                    Source::Name(name) => named(name).and_then(|place| values.get(args.len() + place)).cloned(),
                };
                let part = match field {
                    Placeholder::Literal(text) => Some(FormatPart::Literal(text)),
                    Placeholder::Value(source, conversion, spec) => match given(&source) {
                        None => None,
                        Some(value) => b.placed(value, conversion, spec, &given, span)?,
                    },
                };
                let Some(part) = part else {
                    return b.refuse(Code::FormatSpec, span, "the format names a value that is not given", "");
                };
                parts.push(part);
            }
            Ok(parts)
        })?;
        let value = Expr::new(ExprKind::Format(parts), Type::Str, self.at(span));
        Ok(super::loops::after(body, value))
    }

    /// A placeholder with its value; `None` where its specification names what is not given.
    fn placed(
        &mut self,
        value: Expr,
        conversion: Option<char>,
        spec: Vec<Placeholder>,
        given: &dyn Fn(&Source) -> Option<Expr>,
        span: Span,
    ) -> Lowered<Option<FormatPart>> {
        if let [] | [Placeholder::Literal(_)] = spec.as_slice() {
            let text = spec.into_iter().find_map(|part| match part {
                Placeholder::Literal(text) => Some(text),
                Placeholder::Value(..) => None,
            });
            let text = text.unwrap_or_default();
            let Some(spec) = super::text::parse_spec(&text) else {
                let message = format!("format specification `{text}` is not translated");
                return self.refuse(Code::FormatSpec, span, message, "");
            };
            return self.format_value(value, conversion == Some('r'), spec, conversion.is_some(), span).map(Some);
        }
        let kind = match spec.last() {
            Some(Placeholder::Literal(text)) => text.chars().last(),
            _ => None,
        };
        let mut parts = Vec::new();
        for part in spec {
            let part = match part {
                Placeholder::Literal(text) => FormatPart::Literal(text),
                Placeholder::Value(source, conversion, inner) => {
                    let Some(value) = given(&source) else { return Ok(None) };
                    match self.placed(value, conversion, inner, given, span)? {
                        Some(part) => part,
                        None => return Ok(None),
                    }
                }
            };
            parts.push(part);
        }
        let spec = Expr::new(ExprKind::Format(parts), Type::Str, self.at(span));
        self.laid_out(value, conversion, spec, kind, span).map(Some)
    }
}

/// A placeholder of `str.format`, or the text between.
enum Placeholder {
    Literal(String),
    Value(Source, Option<char>, Vec<Placeholder>),
}

/// How placeholders without a name are counted.
#[derive(Default)]
struct Count {
    automatic: usize,
    numbered: bool,
}

/// The placeholders of a format; `None` for attributes, indexes and mistakes.
fn placeholders(format: &str) -> Option<Vec<Placeholder>> {
    placeholders_in(format, &mut Count::default(), 0)
}

fn placeholders_in(format: &str, count: &mut Count, depth: usize) -> Option<Vec<Placeholder>> {
    let mut found = Vec::new();
    let mut literal = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        if depth == 0 && (rest.starts_with("{{") || rest.starts_with("}}")) {
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
        let end = closing(rest)?;
        let field = &rest[1..end];
        rest = &rest[end + 1..];
        found.push(Placeholder::Literal(std::mem::take(&mut literal)));
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = match name.split_once('!') {
            Some((name, "r")) => (name, Some('r')),
            Some((name, "s")) => (name, Some('s')),
            Some(_) => return None,
            None => (name, None),
        };
        let source = if name.is_empty() {
            count.automatic += 1;
            Source::Place(count.automatic - 1)
        } else if name.chars().all(|c| c.is_ascii_digit()) {
            count.numbered = true;
            Source::Place(name.parse().ok()?)
        } else if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            Source::Name(name.to_string())
        } else {
            return None;
        };
        if count.automatic > 0 && count.numbered || depth > 1 {
            return None;
        }
        found.push(Placeholder::Value(source, conversion, placeholders_in(spec, count, depth + 1)?));
    }
    found.push(Placeholder::Literal(literal));
    Some(found)
}

/// Where the bracket closes that opens a text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// The pieces of a `%` format; `None` for names and mistakes.
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
        let (mut spec, mut starred) = (FormatSpec::default(), [false; 2]);
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
        starred[0] = chars.next_if_eq(&'*').is_some();
        if !starred[0] {
            spec.width = digits(&mut chars)?;
        }
        if chars.next_if_eq(&'.').is_some() {
            starred[1] = chars.next_if_eq(&'*').is_some();
            spec.precision = if starred[1] { None } else { Some(digits(&mut chars)?.unwrap_or(0)) };
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
        if starred[1] && matches!(kind, 'd' | 'x' | 'X' | 'o') {
            return None;
        }
        pieces.push(Piece::Value(Field { kind, spec, left, starred }));
    }
    pieces.push(Piece::Literal(literal));
    Some(pieces)
}
