//! Codecs: how the values of this program are read, written and copied at the boundary.
//!
//! ```text
//! list[int]   ->   support.ListCodec(support.IntCodec)      a class   ->   functions that read, write and copy it
//! ```

use super::boundary::derived_names;
use super::printer::{Ex, St};
use super::statements::Body;
use super::{Context, text};
use crate::emit::interface;
use crate::ir::{ClassId, ClassRepr, FieldId, Type};
use std::fmt::Write;

/// The codec of a type.
pub(super) fn codec_of(cx: &Context, ty: &Type) -> String {
    let of = |ty: &Type| codec_of(cx, ty);
    match ty {
        Type::None | Type::Never | Type::Unknown | Type::Lock => "support.NoneCodec".into(),
        Type::Bool => "support.BoolCodec".into(),
        Type::Int => "support.IntCodec".into(),
        Type::Float => "support.FloatCodec".into(),
        Type::Number => "support.NumberCodec".into(),
        Type::Str => "support.TextCodec".into(),
        Type::Bytes => "support.BytesCodec".into(),
        Type::List(item) => format!("support.ListCodec({})", of(item)),
        Type::Dict(key, value, _) => format!("support.DictCodec({}, {})", of(key), of(value)),
        Type::Set(item) => format!("support.SetCodec(\"$set\", {})", of(item)),
        Type::FrozenSet(item) => format!("support.SetCodec(\"$frozenset\", {})", of(item)),
        Type::TupleOf(item) => format!("support.TupleOfCodec({})", of(item)),
        Type::Tuple(items) if items.is_empty() => "support.NoneCodec".into(),
        Type::Tuple(items) => {
            let items: Vec<String> = items.iter().map(of).collect();
            format!("support.Tuple{}Codec({})", items.len(), items.join(", "))
        }
        Type::Optional(inner) if cx.is_nilable(inner) => format!("support.NilCodec({})", of(inner)),
        Type::Optional(inner) => format!("support.OptionCodec({})", of(inner)),
        Type::Class(id) => format!("{}()", derived_names(cx.names.class(*id))[0]),
        Type::Enum(id) => {
            let class = cx.class(*id);
            let names: Vec<String> = class.members.iter().map(|member| text::quote(&member.name)).collect();
            let (ty, word) = (cx.names.class(*id), text::quote(&class.name));
            format!("support.MemberCodec[{ty}]({word}, {})", names.join(", "))
        }
        Type::Json => "support.JSONCodec".into(),
        Type::Deque(_) | Type::Exception | Type::Function(..) | Type::Cell(_) | Type::Response => {
            cx.refuse(Default::default(), "values of this type do not cross the boundary".into());
            "support.NoneCodec".into()
        }
    }
}

/// Reading, writing and copying the objects of a class.
pub(super) fn codec(cx: &Context, id: ClassId) -> String {
    let class = cx.class(id);
    let [codec, read, write, write_fields, clone] = derived_names(cx.names.class(id));
    let ty = cx.ty(&Type::Class(id));
    let name = text::quote(&class.name);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "\nfunc {codec}() support.Codec[{ty}] {{\n\treturn support.Codec[{ty}]{{Read: {read}, Write: {write}}}\n}}"
    );
    let data: Vec<(usize, bool)> = class
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| (index, interface::shape(cx.program, &field.ty).is_some()))
        .collect();
    let readable = data.iter().all(|(_, has)| *has);
    let _ = writeln!(out, "\nfunc {read}(r *support.Reader, data any) {ty} {{");
    if ty.starts_with('*') {
        let _ = writeln!(out, "\tif kept, ok := support.KeptAs[{ty}](r, data); ok {{\n\t\treturn kept\n\t}}");
    }
    if readable {
        let values = class.fields.iter().map(|field| {
            let key = Ex::word(text::quote(&field.name));
            let arguments = vec![Ex::word("r"), Ex::word("fields"), key, Ex::word(codec_of(cx, &field.ty))];
            Ex::call("support.ReadField", arguments)
        });
        let values: Vec<Ex> = values.collect();
        let fields = if values.is_empty() { "" } else { "fields := " };
        let object = Body::new(cx, None, &[]).construct(id, values);
        let count = class.fields.len();
        let _ = writeln!(out, "\t{fields}support.Object(data, {name}, {count})\n\treturn {}\n}}", object.text(1));
    } else {
        let _ = writeln!(out, "\tsupport.Decline(\"type\")\n\treturn {}\n}}", cx.zero(&Type::Class(id)).text(1));
    }
    let _ = writeln!(
        out,
        "\nfunc {write}(w *support.Writer, value {ty}) {{\n\tw.BeginClass({name})\n\t{write_fields}(w, value)\n\tw.EndClass()\n}}"
    );
    let _ = writeln!(out, "\nfunc {write_fields}(w *support.Writer, value {ty}) {{");
    for (index, _) in data.iter().filter(|(_, has)| *has) {
        let field = &class.fields[*index];
        let member = cx.names.field(id, FieldId(*index as u32));
        let key = text::quote(&field.name);
        let _ = writeln!(out, "\tsupport.WriteField(w, {key}, {}, value.{member})", codec_of(cx, &field.ty));
    }
    out.push_str("}\n");
    if is_copied(cx, id) {
        let _ = writeln!(out, "\nfunc {clone}(c *support.Cloner, object {ty}) {ty} {{");
        let _ = writeln!(out, "\treturn support.Copy(c, object, func(copied {ty}) {{");
        for (index, field) in class.fields.iter().enumerate() {
            let member = cx.names.field(id, FieldId(index as u32));
            if let Some(copy) = copy_of(cx, &field.ty, Ex::word("object").dot(member)) {
                let _ = writeln!(out, "\t\tcopied.{member} = {}", copy.text(2));
            }
        }
        out.push_str("\t})\n}\n");
    }
    out
}

/// True where objects of the class change, so that going back needs a copy.
pub(super) fn is_copied(cx: &Context, id: ClassId) -> bool {
    cx.class(id).repr != ClassRepr::Value && !cx.keys.contains(&id)
}

/// A copy of a value with everything in it that can change; none where nothing can.
pub(super) fn copy_of(cx: &Context, ty: &Type, value: Ex) -> Option<Ex> {
    let function = |ty: &Type| {
        let copy = copy_of(cx, ty, Ex::word("value"))?;
        let name = cx.ty(ty);
        Some(Ex::Func(format!("(value {name}) {name}"), vec![St::Return(vec![copy])]))
    };
    match ty {
        Type::Class(id) if is_copied(cx, *id) => {
            let name = derived_names(cx.names.class(*id))[4].clone();
            Some(Ex::call(name, vec![Ex::word("c"), value]))
        }
        Type::List(item) => Some(match function(item) {
            Some(copy) => Ex::call("support.CopyList", vec![value, copy]),
            None => Ex::call("slices.Clone", vec![value]),
        }),
        Type::Bytes => Some(Ex::call("slices.Clone", vec![value])),
        Type::Deque(item) => {
            let same = format!("(value {0}) {0}", cx.ty(item));
            let same = Ex::Func(same, vec![St::Return(vec![Ex::word("value")])]);
            Some(Ex::call("support.CopyDeque", vec![value, function(item).unwrap_or(same)]))
        }
        Type::Dict(_, item, _) => {
            let same = format!("(value {0}) {0}", cx.ty(item));
            let same = Ex::Func(same, vec![St::Return(vec![Ex::word("value")])]);
            Some(Ex::call("support.CopyDict", vec![value, function(item).unwrap_or(same)]))
        }
        Type::Set(_) => Some(value.method("Clone", vec![])),
        Type::Optional(inner) if cx.is_nilable(inner) => copy_of(cx, inner, value),
        Type::Optional(inner) => Some(Ex::call("support.CopyOption", vec![value, function(inner)?])),
        Type::Tuple(items) => {
            let parts: Vec<Option<Ex>> = items
                .iter()
                .enumerate()
                .map(|(index, item)| copy_of(cx, item, value.clone().dot(format!("V{index}"))))
                .collect();
            if parts.iter().all(Option::is_none) {
                return None;
            }
            let fields = parts.into_iter().enumerate().map(|(index, part)| {
                let name = format!("V{index}");
                (name.clone(), part.unwrap_or(value.clone().dot(name)))
            });
            Some(Ex::Keyed { pointer: false, ty: cx.ty(ty), fields: fields.collect() })
        }
        Type::Unknown
        | Type::Never
        | Type::None
        | Type::Bool
        | Type::Int
        | Type::Float
        | Type::Number
        | Type::Str
        | Type::FrozenSet(_)
        | Type::TupleOf(_)
        | Type::Class(_)
        | Type::Enum(_)
        | Type::Exception
        | Type::Function(..)
        | Type::Cell(_)
        | Type::Json
        | Type::Response
        | Type::Lock => None,
    }
}
