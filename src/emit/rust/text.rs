//! Text from pieces: f-strings become `format!`, and pieces that Rust formats differently go through `format::`.
//!
//! ```text
//! f"RES-{pid}-{n:06d}"     format!("RES-{pid}-{n:06}")
//! f"{price:,.2f}"          format!("{}", format::float(price, ..))
//! f"{name!r}"              format!("{}", repr::text_repr(name))
//! ```

use super::expressions::Scope;
use super::places::Kind;
use super::printer::Code;
use crate::ir::{Expr, FormatPart, FormatSpec, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Scope<'_, '_> {
    /// An f-string.
    pub fn format(&mut self, parts: &[FormatPart]) -> Code {
        let mut template = String::new();
        let mut args: Vec<TokenStream> = Vec::new();
        for part in parts {
            match part {
                FormatPart::Literal(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
                FormatPart::Value { value, repr, spec } => {
                    let (directive, arg) = self.piece(value, *repr, spec);
                    let inline = arg.to_string();
                    if is_identifier(&inline) {
                        template.push_str(&format!("{{{inline}{directive}}}"));
                    } else {
                        template.push_str(&format!("{{{directive}}}"));
                        args.push(quote!(#arg));
                    }
                }
            }
        }
        if args.is_empty() && !template.contains(['{', '}']) {
            return Code::atom(quote!(#template.to_string()));
        }
        Code::atom(quote!(format!(#template #(, #args)*)))
    }

    /// How a piece is written: a directive of `format!`, and what it is applied to.
    fn piece(&mut self, value: &Expr, repr: bool, spec: &FormatSpec) -> (String, Code) {
        if repr {
            let text = self.repr(value);
            return if spec.is_empty() {
                (String::new(), text)
            } else {
                (String::new(), self.laid_out_text(text, spec))
            };
        }
        match &value.ty {
            Type::Int if spec.is_empty() => (String::new(), self.shown(value)),
            Type::Int if is_plain_int(spec) => (plain_directive(spec), self.shown(value)),
            Type::Int if matches!(spec.kind, None | Some('d' | 'b' | 'o' | 'x' | 'X')) => {
                let (code, layout, alternate) = (self.owned(value), layout(spec, '>'), spec.alternate);
                let kind = spec.kind.unwrap_or('d');
                (String::new(), Code::atom(quote!(format::int(#code, #layout, #alternate, #kind))))
            }
            Type::Int => {
                let code = self.owned(value).at(super::printer::Level::Cast);
                (String::new(), float_piece(&Code::new(quote!(#code as f64), super::printer::Level::Cast), spec))
            }
            Type::Float if spec.is_empty() => {
                let code = self.owned(value);
                (String::new(), Code::atom(quote!(float::repr(#code))))
            }
            Type::Float => {
                let code = self.owned(value);
                (String::new(), float_piece(&code, spec))
            }
            Type::Str if spec.is_empty() => (String::new(), self.shown(value)),
            Type::Str if is_plain_text(spec) => (plain_directive(spec), self.shown(value)),
            _ => {
                let text = self.text_of(value);
                if spec.is_empty() { (String::new(), text) } else { (String::new(), self.laid_out_text(text, spec)) }
            }
        }
    }

    /// A value that Rust's `Display` prints as Python does.
    fn shown(&mut self, value: &Expr) -> Code {
        let shown = self.value(value);
        let shown = self.settled(shown);
        if shown.kind == Kind::Lazy { shown.place() } else { shown.code }
    }

    fn laid_out_text(&mut self, text: Code, spec: &FormatSpec) -> Code {
        let (layout, precision) = (layout(spec, '<'), option(spec.precision));
        Code::atom(quote!(format::text(&#text, #layout, #precision)))
    }

    /// `str(value)` as a text of its own.
    pub fn text_of(&mut self, value: &Expr) -> Code {
        match &value.ty {
            Type::Str => self.owned(value),
            Type::Int => self.receiver(value).method("to_string", &[]),
            Type::Json => {
                let code = self.borrowed(value);
                Code::atom(quote!(json::to_text(#code)))
            }
            Type::Exception => self.receiver(value).method("message", &[]).method("to_string", &[]),
            _ => self.repr(value),
        }
    }

    /// `repr(value)` as a text of its own.
    pub fn repr(&mut self, value: &Expr) -> Code {
        self.emitter.needs_repr(&value.ty);
        match &value.ty {
            Type::Int => self.receiver(value).method("to_string", &[]),
            Type::Float => {
                let code = self.owned(value);
                Code::atom(quote!(float::repr(#code)))
            }
            Type::Str => {
                let code = self.borrowed(value);
                Code::atom(quote!(repr::text_repr(#code)))
            }
            Type::Bool => {
                let code = self.owned(value);
                Code::atom(quote!(repr::bool_repr(#code).to_string()))
            }
            Type::Bytes => {
                let code = self.borrowed(value);
                Code::atom(quote!(repr::bytes_repr(#code)))
            }
            _ => self.look(value, &[], |_, value| value.code.method("repr", &[])),
        }
    }
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    starts && chars.all(|c| c.is_alphanumeric() || c == '_') && text != "self"
}

/// True where Rust's own directive means the same: width, zeros, fill and alignment, sign `+`.
fn is_plain_int(spec: &FormatSpec) -> bool {
    let aligned = spec.zero && spec.align.is_none() || !spec.zero && spec.align != Some('=');
    matches!(spec.kind, None | Some('d'))
        && spec.grouping.is_none()
        && !spec.alternate
        && spec.precision.is_none()
        && spec.sign.is_none_or(|sign| sign != ' ')
        && aligned
}

fn is_plain_text(spec: &FormatSpec) -> bool {
    !spec.zero && spec.align != Some('=') && spec.sign.is_none() && spec.grouping.is_none() && !spec.alternate
}

fn plain_directive(spec: &FormatSpec) -> String {
    let fill = spec.fill.filter(|_| spec.align.is_some()).map(String::from).unwrap_or_default();
    let align = spec.align.map(String::from).unwrap_or_default();
    let sign = if spec.sign == Some('+') { "+" } else { "" };
    let zero = if spec.zero { "0" } else { "" };
    let width = spec.width.map(|width| width.to_string()).unwrap_or_default();
    let precision = spec.precision.map(|precision| format!(".{precision}")).unwrap_or_default();
    let directive = format!("{fill}{align}{sign}{zero}{width}{precision}");
    if directive.is_empty() { directive } else { format!(":{directive}") }
}

fn float_piece(code: &Code, spec: &FormatSpec) -> Code {
    let plain = FormatSpec { precision: spec.precision, kind: spec.kind, ..FormatSpec::default() };
    if *spec == plain && spec.kind == Some('f') {
        let precision = proc_macro2::Literal::u32_unsuffixed(spec.precision.unwrap_or(6));
        return Code::atom(quote!(format::fixed_point(#code, #precision)));
    }
    let (layout, precision, alternate) = (layout(spec, '>'), option(spec.precision), spec.alternate);
    let kind = spec.kind.unwrap_or(' ');
    Code::atom(quote!(format::float(#code, #layout, #precision, #alternate, #kind)))
}

fn option(value: Option<u32>) -> TokenStream {
    match value {
        Some(value) => {
            let value = proc_macro2::Literal::u32_unsuffixed(value);
            quote!(Some(#value))
        }
        None => quote!(None),
    }
}

/// The layout of a specification, given how its values are aligned by default.
fn layout(spec: &FormatSpec, default: char) -> TokenStream {
    let zero = spec.zero && spec.fill.is_none();
    let fill = spec.fill.unwrap_or(if zero { '0' } else { ' ' });
    let align = spec.align.unwrap_or(if spec.zero && default == '>' { '=' } else { default });
    let sign = spec.sign.unwrap_or('-');
    let width = proc_macro2::Literal::u32_unsuffixed(spec.width.unwrap_or(0));
    let grouping = spec.grouping.unwrap_or(' ');
    quote!(format::layout(#fill, #align, #sign, #width, #grouping))
}
