//! Codecs: how the values of this program are read and written at the boundary.
//!
//! ```text
//! class Tier: name: str     impl Wire for Tier { fn decode(value) -> Tier { .. } fn encode(&self, exact) -> Value { .. } }
//! TIERS: list[Tier]         show_state(): Map::from_iter([("TIERS".to_string(), state.tiers.encode(exact))])
//! ```

use super::boundary::Boundary;
use super::expressions::Scope;
use crate::ir::{ClassId, ClassRepr, Expr, GlobalId, Type};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeSet;

impl Boundary<'_, '_> {
    /// True where values of a type can be written and read.
    pub(super) fn is_wired(&self, ty: &Type) -> bool {
        self.is_wired_within(ty, &mut BTreeSet::new())
    }

    /// `seen` are the classes on the way: a class that holds itself is wired if everything else in it is.
    fn is_wired_within(&self, ty: &Type, seen: &mut BTreeSet<ClassId>) -> bool {
        match ty {
            Type::None
            | Type::Never
            | Type::Bool
            | Type::Int
            | Type::Float
            | Type::Number
            | Type::Str
            | Type::Bytes
            | Type::Enum(_)
            | Type::Json => true,
            Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) | Type::Optional(item) => {
                self.is_wired_within(item, seen)
            }
            Type::Dict(key, value, _) => self.is_wired_within(key, seen) && self.is_wired_within(value, seen),
            Type::Tuple(items) => items.len() <= 8 && items.iter().all(|item| self.is_wired_within(item, seen)),
            Type::Class(id) if self.emitter.program.class(*id).is_family => false,
            Type::Class(id) => {
                !seen.insert(*id)
                    || self.emitter.program.class(*id).fields.iter().all(|field| self.is_wired_within(&field.ty, seen))
            }
            Type::Unknown
            | Type::Deque(_)
            | Type::Exception
            | Type::Function(..)
            | Type::Cell(_)
            | Type::Response
            | Type::Lock => false,
        }
    }

    pub(super) fn codecs(&self) -> TokenStream {
        let classes = (0..self.emitter.program.classes.len() as u32).map(ClassId);
        classes.map(|id| self.codec(id)).collect()
    }

    /// True where values of a type can be written: of objects, what of them can.
    fn is_written(&self, ty: &Type) -> bool {
        match ty {
            Type::Class(id) => !self.emitter.program.class(*id).is_family,
            Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) | Type::Optional(item) => {
                self.is_written(item)
            }
            Type::Dict(key, value, _) => self.is_written(key) && self.is_written(value),
            Type::Tuple(items) => items.len() <= 8 && items.iter().all(|item| self.is_written(item)),
            other => self.is_wired(other),
        }
    }

    fn codec(&self, id: ClassId) -> TokenStream {
        let class = self.emitter.program.class(id);
        if !class.members.is_empty() {
            return self.member_codec(id);
        }
        let (ty, path) = (self.class_type(id), self.emitter.class(id));
        let names = &self.emitter.names.fields[id.0 as usize];
        let written: Vec<usize> = (0..class.fields.len()).filter(|at| self.is_written(&class.fields[*at].ty)).collect();
        let words: Vec<&String> = written.iter().map(|at| &class.fields[*at].name).collect();
        let members: Vec<_> = written.iter().map(|at| &names[*at]).collect();
        let word = &class.name;
        let reads = class.fields.iter().enumerate().map(|(at, info)| {
            let default = class.dataclass.as_ref().and_then(|info| info.defaults.get(at)?.as_ref());
            let (name, word) = (&names[at], &info.name);
            match default {
                Some(default) => {
                    let default = self.default(default);
                    quote!(#name: if fields.contains_key(#word) { field(fields, #word) } else { #default })
                }
                None => quote!(#name: field(fields, #word)),
            }
        });
        let built = quote!(#path { #(#reads),* });
        let pairs = quote!(deeper(3, || Map::from_iter([#((#words.to_string(), it.#members.encode(exact))),*])));
        let kept = self.kept(id);
        let unused = names.is_empty().then(|| quote!(let _ = fields;));
        let (built, written) = match class.repr {
            ClassRepr::Shared => (quote!(Shared::new(#built)), quote!(self.with(|it| object(#word, #pairs, exact)))),
            ClassRepr::Value | ClassRepr::Owned => (built, quote!({ let it = self; object(#word, #pairs, exact) })),
        };
        let written = if words.is_empty() { quote!(object(#word, Map::new(), exact)) } else { written };
        let read = match self.is_wired(&Type::Class(id)) {
            true => quote!(#kept let fields = fields(value, #word); #unused #built),
            false => quote!(#kept let _ = value; crate::wire::wrong_type()),
        };
        quote!(
            impl Wire for #ty {
                fn decode(value: &Value) -> Self {
                    #read
                }

                fn encode(&self, exact: bool) -> Value {
                    #written
                }
            }
        )
    }

    fn member_codec(&self, id: ClassId) -> TokenStream {
        let class = self.emitter.program.class(id);
        let (path, names) = (self.emitter.class(id), &self.emitter.names.members[id.0 as usize]);
        let words: Vec<String> = class.members.iter().map(|member| format!("{}.{}", class.name, member.name)).collect();
        quote!(
            impl Wire for #path {
                fn decode(value: &Value) -> Self {
                    match crate::wire::tagged(value, "$enum").and_then(Value::as_str) {
                        #(Some(#words) => #path::#names,)*
                        _ => crate::wire::wrong_type(),
                    }
                }

                fn encode(&self, _exact: bool) -> Value {
                    let word = match self {
                        #(#path::#names => #words,)*
                    };
                    crate::wire::tag("$enum", Value::String(word.to_string()))
                }
            }
        )
    }

    /// Takes the kept object that a value names, unless a change of it would be lost.
    fn kept(&self, id: ClassId) -> Option<TokenStream> {
        let class = self.emitter.program.class(id);
        if !class.public || class.repr == ClassRepr::Owned {
            return None;
        }
        let variant = self.variant(id);
        let others = (self.classes().count() > 1).then(|| quote!(_ => crate::wire::wrong_type(),));
        Some(quote!(
            if let Some(object) = given(value) {
                return match object {
                    Object::#variant(it) => it,
                    #others
                };
            }
        ))
    }

    fn default(&self, default: &Expr) -> TokenStream {
        let mut scope = Scope::bare(self.emitter);
        let code = scope.owned(default);
        quote!(#code)
    }

    /// A closure that gives a default.
    pub(super) fn closure(&self, default: &Expr) -> TokenStream {
        let default = self.default(default);
        let text = default.to_string();
        match text
            .strip_suffix(" ()")
            .filter(|path| path.split(" :: ").all(|word| word.chars().all(char::is_alphanumeric)))
        {
            Some(path) => path.parse().unwrap_or_default(),
            None => quote!(|| #default),
        }
    }

    pub(super) fn shown(&self) -> TokenStream {
        let program = self.emitter.program;
        let fields: Vec<TokenStream> = program
            .globals
            .iter()
            .enumerate()
            .filter(|(_, global)| global.is_state && global.is_shown() && self.is_wired(&global.ty))
            .map(|(index, global)| {
                let (word, name) = (&global.name, self.emitter.names.global(GlobalId(index as u32)));
                quote!((#word.to_string(), state.#name.encode(exact)))
            })
            .collect();
        let whole = match fields.is_empty() {
            true => quote!(let _ = (state, exact); Map::new()),
            false => quote!(Map::from_iter([#(#fields),*])),
        };
        let kept: Vec<TokenStream> = self
            .classes()
            .map(|class| {
                let (variant, word) = (self.variant(class), &program.class(class).name);
                quote!(Some(Object::#variant(it)) => Some((it.encode(exact), #word)),)
            })
            .collect();
        let globals: Vec<TokenStream> = self
            .global_objects()
            .into_iter()
            .map(|(word, class, id)| {
                let (global, name) = (program.global(id), self.emitter.names.global(id));
                let class = &program.class(class).name;
                let place = match global.is_state {
                    true => quote!(world.state.#name),
                    false => self.emitter.qualified(global.module, quote!(#name)),
                };
                quote!(#word => Some((#place.encode(exact), #class)),)
            })
            .collect();
        let object = match (kept.is_empty(), globals.is_empty()) {
            (true, true) => quote!(let _ = (world, name, exact); None),
            _ => {
                let rest =
                    if globals.is_empty() { quote!(None) } else { quote!(match name { #(#globals)* _ => None }) };
                quote!(
                    let (value, class) = match world.objects.get(name) { #(#kept)* _ => #rest }?;
                    Some(fields(&value, class).clone())
                )
            }
        };
        quote!(
            /// The module globals that can change, by Python name.
            pub fn show_state(state: &State, exact: bool) -> Map<String, Value> {
                #whole
            }

            /// The fields of an object, by Python name.
            pub fn show_object(world: &World, name: &str, exact: bool) -> Option<Map<String, Value>> {
                #object
            }
        )
    }
}
