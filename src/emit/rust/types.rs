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

/// True where a reference to it is to an unsized type: `&str`, `&[T]`.
pub fn is_sliced(ty: &Type) -> bool {
    matches!(ty, Type::Str | Type::List(_) | Type::Bytes)
}
