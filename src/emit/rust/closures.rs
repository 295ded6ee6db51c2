//! Function values: making them and calling them.
//!
//! ```text
//! lambda x: x + n       Function1::new({ let n = n; move |x: i64| Ok(add_lambda(x, n)) })
//! rule(price)           rule(price)?
//! ```
//!
//! A value owns what it captures; variables that change after it was made are shared cells, so that all see the change.

use super::expressions::Scope;
use super::printer::{Code, Level};
use crate::emit::decide;
use crate::ir::{Expr, ExprKind, FunctionId, FunctionKind, Passing, Place, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The type of function values with so many parameters.
pub fn function_type(params: usize) -> Ident {
    format_ident!("Function{params}")
}

impl Scope<'_, '_> {
    /// A function of the program as a value.
    pub(super) fn closure(&mut self, id: FunctionId, args: &[Option<Expr>], ty: &Type) -> Code {
        let function = self.emitter.program.function(id);
        let mut before = TokenStream::new();
        let (mut open, mut codes, mut kept) = (Vec::new(), Vec::new(), false);
        for (arg, param) in args.iter().zip(&function.params) {
            let info = &function.locals[param.local.0 as usize];
            let name = match arg.as_ref().and_then(Expr::as_place) {
                Some(Place::Local(local)) => self.names[local.0 as usize].clone(),
                _ => self.temporary("bound"),
            };
            let name = match arg {
                None => {
                    let (name, ty) = (format_ident!("arg_{}", open.len()), self.emitter.ty(&info.ty));
                    open.push(quote!(#name: #ty));
                    name
                }
                Some(arg) => {
                    let value = self.owned(arg);
                    kept = true;
                    if name != value.to_string() {
                        before.extend(quote!(let #name = #value;));
                    }
                    name
                }
            };
            codes.push(self.given_to(&name, &info.ty, param.passing, arg.is_some()));
        }
        let call = self.closure_call(id, codes);
        let body = if function.effects.raises { call } else { Code::atom(quote!(Ok(#call))) };
        let name = function_type(if let Type::Function(params, _) = ty { params.len() } else { 0 });
        let closure = match (kept, before.is_empty()) {
            (false, _) => quote!(|#(#open),*| #body),
            (true, true) => quote!(move |#(#open),*| #body),
            (true, false) => quote!({ #before move |#(#open),*| #body }),
        };
        Code::atom(quote!(#name::new(#closure)))
    }

    /// An argument of the function behind a value; what the value keeps stays for the next call.
    fn given_to(&self, name: &Ident, ty: &Type, passing: Passing, kept: bool) -> TokenStream {
        match passing {
            _ if ty.is_scalar() => quote!(#name),
            Passing::Value if kept => quote!(#name.clone()),
            Passing::Value => quote!(#name),
            Passing::Ref => quote!(&#name),
            Passing::RefMut if decide::is_shared(self.emitter.program, ty) => quote!(&#name),
            Passing::RefMut => quote!(&mut #name),
        }
    }

    fn closure_call(&self, id: FunctionId, args: Vec<TokenStream>) -> Code {
        let function = self.emitter.program.function(id);
        let name = self.emitter.names.function(id);
        Code::atom(match (function.kind, args.split_first()) {
            (FunctionKind::Method(_) | FunctionKind::Property(_), Some((receiver, rest))) => {
                let receiver = match receiver.to_string().strip_prefix("& ") {
                    Some(plain) => plain.parse().unwrap_or_default(),
                    None => receiver.clone(),
                };
                quote!(#receiver.#name(#(#rest),*))
            }
            (FunctionKind::Init(class) | FunctionKind::Static(class), _) => {
                let class = self.emitter.class(class);
                quote!(#class::#name(#(#args),*))
            }
            _ => {
                let path = self.emitter.qualified(function.module, quote!(#name));
                quote!(#path(#(#args),*))
            }
        })
    }

    /// A call of a function value.
    pub(super) fn call_value(&mut self, callee: &Expr, args: &[Expr]) -> Code {
        if let ExprKind::Read { place: Place::Local(_), .. } = &callee.kind {
            let callee = self.receiver(callee).at(Level::Atom);
            let args = self.all_owned(args);
            return Code::atom(quote!(#callee(#(#args),*))).raising();
        }
        // The function is taken out of its place first: the arguments may change what is there.
        let function = self.owned_clone(callee);
        let name = self.temporary("function");
        let args = self.all_owned(args);
        Code::new(quote!({ let #name = #function; #name(#(#args),*) }), Level::Block).raising()
    }
}
