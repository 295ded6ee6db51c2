//! Types: from the IR's to Rust's.
//!
//! | IR | held | looked at | changed |
//! |---|---|---|---|
//! | `Int`, `Float`, `Bool` | `i64`, `f64`, `bool` | the same | - |
//! | `Number` | `Number` | the same | - |
//! | `Str` | `String` | `&str` | `&mut String` |
//! | `List(T)` | `Vec<T>` | `&[T]` | `&mut Vec<T>` |
//! | `TupleOf(T)` | `TupleOf<T>` | `&TupleOf<T>` | - |
//! | `Class` that is shared | `Shared<T>` | `&Shared<T>` | `&Shared<T>` |
//! | `Cell(T)` | `Shared<T>` | `&Shared<T>` | `&Shared<T>` |
//! | `Function` | `Function1<A, R>` | `&Function1<A, R>` | - |

use super::Emitter;
use crate::emit::decide;
use crate::ir::{ClassId, ModuleId, Passing, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Emitter<'_> {
    /// The type of a value that is held.
    pub fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::None | Type::Never | Type::Unknown | Type::Lock => quote!(()),
            Type::Bool => quote!(bool),
            Type::Int => quote!(i64),
            Type::Float => quote!(f64),
            Type::Number => quote!(Number),
            Type::Str => quote!(String),
            Type::Bytes => quote!(Vec<u8>),
            Type::List(item) => {
                let item = self.ty(item);
                quote!(Vec<#item>)
            }
            Type::Deque(item) => {
                let item = self.ty(item);
                quote!(Deque<#item>)
            }
            Type::Dict(key, value, _) => {
                let (key, value) = (self.ty(key), self.ty(value));
                quote!(Dict<#key, #value>)
            }
            Type::Set(item) => {
                let item = self.ty(item);
                quote!(Set<#item>)
            }
            Type::FrozenSet(item) => {
                let item = self.ty(item);
                quote!(FrozenSet<#item>)
            }
            Type::TupleOf(item) => {
                let item = self.ty(item);
                quote!(TupleOf<#item>)
            }
            Type::Tuple(items) => {
                let items = items.iter().map(|item| self.ty(item));
                quote!((#(#items,)*))
            }
            Type::Optional(inner) => {
                let inner = self.ty(inner);
                quote!(Option<#inner>)
            }
            Type::Class(id) if decide::is_shared(self.program, ty) => {
                let name = self.class(*id);
                quote!(Shared<#name>)
            }
            Type::Class(id) | Type::Enum(id) => self.class(*id),
            Type::Exception => quote!(Exception),
            Type::Function(params, result) => {
                let name = super::closures::function_type(params.len());
                let (params, result) = (params.iter().map(|param| self.ty(param)), self.ty(result));
                quote!(#name<#(#params,)* #result>)
            }
            Type::Cell(inner) => {
                let inner = self.ty(inner);
                quote!(Shared<#inner>)
            }
            Type::Json => quote!(Json),
            Type::Response => quote!(Response),
        }
    }

    /// The type of a parameter.
    pub fn param_type(&self, ty: &Type, passing: Passing) -> TokenStream {
        match passing {
            _ if ty.is_scalar() && passing != Passing::RefMut => self.ty(ty),
            Passing::Value => self.ty(ty),
            Passing::Ref | Passing::RefMut if decide::is_shared(self.program, ty) => {
                let ty = self.ty(ty);
                quote!(&#ty)
            }
            Passing::Ref => self.reference(ty),
            Passing::RefMut => {
                let ty = self.ty(ty);
                quote!(&mut #ty)
            }
        }
    }

    /// The type of a value that is only looked at.
    pub fn reference(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Str => quote!(&str),
            Type::Bytes => quote!(&[u8]),
            Type::List(item) => {
                let item = self.ty(item);
                quote!(&[#item])
            }
            ty if ty.is_scalar() => self.ty(ty),
            ty => {
                let ty = self.ty(ty);
                quote!(&#ty)
            }
        }
    }

    /// A class by its path from the module that is being written.
    pub fn class(&self, id: ClassId) -> TokenStream {
        let name = self.names.class(id);
        self.qualified(self.program.class(id).module, quote!(#name))
    }

    /// A name of a module, with the module's path unless it is the one that is being written.
    pub fn qualified(&self, module: ModuleId, name: TokenStream) -> TokenStream {
        if self.module == Some(module) {
            return name;
        }
        let module = self.names.module(module);
        quote!(crate::#module::#name)
    }
}

impl Emitter<'_> {
    /// The test whether NaN is inside of `it`, for a type whose values Python compares part by part.
    pub fn nan_inside(&self, ty: &Type) -> Option<TokenStream> {
        match ty {
            Type::Float | Type::Number => None,
            Type::Optional(inner) if matches!(**inner, Type::Float | Type::Number) => None,
            _ => self.has_nan(ty, &quote!(it)),
        }
    }

    /// The test whether a value is NaN or holds it; nothing where it never does.
    pub fn has_nan(&self, ty: &Type, it: &TokenStream) -> Option<TokenStream> {
        self.nan_test(ty, it, &mut Vec::new())
    }

    fn nan_test(&self, ty: &Type, it: &TokenStream, open: &mut Vec<ClassId>) -> Option<TokenStream> {
        let mut inner = |ty: &Type| self.nan_test(ty, &quote!(it), open);
        match ty {
            Type::Float => Some(quote!(#it.is_nan())),
            Type::Number => Some(quote!(#it.to_float().is_nan())),
            Type::List(item) | Type::Deque(item) | Type::TupleOf(item) => {
                let test = inner(item)?;
                Some(quote!(#it.iter().any(|it| #test)))
            }
            Type::Dict(_, value, _) => {
                let test = inner(value)?;
                Some(quote!(#it.values().any(|it| #test)))
            }
            Type::Optional(value) => {
                let test = inner(value)?;
                Some(quote!(#it.as_ref().is_some_and(|it| #test)))
            }
            Type::Tuple(items) => {
                let parts = items.iter().enumerate().map(|(index, item)| {
                    let index = proc_macro2::Literal::usize_unsuffixed(index);
                    self.nan_test(item, &quote!(#it.#index), open)
                });
                any(parts.flatten().collect())
            }
            // An object inside of one of its own class is not looked into: it may be the same again.
            Type::Class(id) if !open.contains(id) => {
                let class = self.program.class(*id);
                if decide::is_by_identity(class) {
                    return None;
                }
                open.push(*id);
                let names = &self.names.fields[id.0 as usize];
                let shared = decide::is_shared(self.program, ty);
                let object = if shared { quote!(it) } else { it.clone() };
                let parts = class
                    .fields
                    .iter()
                    .zip(names)
                    .map(|(field, name)| self.nan_test(&field.ty, &quote!(#object.#name), open));
                let test = any(parts.flatten().collect());
                open.pop();
                let test = test?;
                Some(if shared { quote!(#it.with(|it| #test)) } else { test })
            }
            _ => None,
        }
    }
}

fn any(tests: Vec<TokenStream>) -> Option<TokenStream> {
    (!tests.is_empty()).then(|| quote!(#(#tests)||*))
}

/// True where a reference to it is to an unsized type: `&str`, `&[T]`.
pub fn is_sliced(ty: &Type) -> bool {
    matches!(ty, Type::Str | Type::List(_) | Type::Bytes)
}
