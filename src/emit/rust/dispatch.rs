//! Dispatch: one call from outside, from binding its arguments to writing its result.
//!
//! ```text
//! "rule" => {
//!     call.bind(&Signature { name: "PriceBook.rule", .. })?;
//!     let value_0: String = call.take(0);
//!     call.start();
//!     let result = this.rule(&value_0);
//!     call.stop();
//!     Ok(result?.encode(call.exact))
//! }
//! ```

use super::boundary::Boundary;
use crate::emit::decide;
use crate::ir::{ClassId, ClassRepr, Function, FunctionKind, Param, Passing, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Boundary<'_, '_> {
    /// The body of an arm: binds, decodes, calls, encodes.
    pub(super) fn arm(
        &self,
        function: &Function,
        qualified: &str,
        callee: TokenStream,
        state: TokenStream,
    ) -> TokenStream {
        let params = decide::own_params(function);
        let skipped = function.params.len() - params.len();
        let signature = self.signature(function, qualified, params);
        let types: Vec<&Type> = params.iter().map(|param| &function.locals[param.local.0 as usize].ty).collect();
        let names: Vec<Ident> = (0..params.len()).map(|index| format_ident!("value_{index}")).collect();
        let mut before = TokenStream::new();
        let mut after = TokenStream::new();
        let mut passed: Vec<TokenStream> = if state.is_empty() { Vec::new() } else { vec![state] };
        for (at, param) in params.iter().enumerate() {
            let (name, index) = (&names[at], proc_macro2::Literal::usize_unsuffixed(at));
            before.extend(self.taken(at, param, types[at], name));
            let is_reported = function.effects.mutates.contains(&(at + skipped)) && self.is_wired(types[at]);
            if is_reported {
                before.extend(quote!(call.before(#index, &#name);));
                after.extend(quote!(call.after(#index, &#name);));
            }
            if self.is_returned(param, types[at]) {
                let (key, variant) =
                    (format_ident!("key_{at}"), self.has_variant(types[at]).map(|id| self.variant(id)));
                after.extend(
                    quote!(if let Some(key) = #key { call.returned.push((key, Object::#variant(#name.clone()))); }),
                );
            }
            let shared = decide::is_shared(self.emitter.program, types[at]);
            let kept = self.may_be_result(types[at], function);
            passed.push(match param.passing {
                // A handle of its own: it is asked afterwards what became of the object.
                Passing::Value if kept || is_reported && self.is_handle(types[at]) => quote!(#name.clone()),
                Passing::Value => quote!(#name),
                Passing::Ref if types[at].is_scalar() => quote!(#name),
                Passing::RefMut if !shared => quote!(&mut #name),
                Passing::Ref | Passing::RefMut => quote!(&#name),
            });
        }
        let result = quote!(#callee(#(#passed),*));
        let unit = !function.effects.raises
            && matches!(function.result, Type::None | Type::Never)
            && !matches!(function.kind, FunctionKind::Init(_));
        let result = if unit { quote!(#result;) } else { quote!(let result = #result;) };
        let outcome = self.outcome(function, params);
        quote!({
            #signature
            #before
            call.start();
            #result
            call.stop();
            #after
            #outcome
        })
    }

    fn is_handle(&self, ty: &Type) -> bool {
        let inner = if let Type::Optional(inner) = ty { inner } else { ty };
        decide::is_shared(self.emitter.program, inner)
    }

    fn is_returned(&self, param: &Param, ty: &Type) -> bool {
        param.passing == Passing::RefMut
            && self.has_variant(ty).is_some()
            && !decide::is_shared(self.emitter.program, ty)
    }

    fn taken(&self, at: usize, param: &Param, ty: &Type, name: &Ident) -> TokenStream {
        let rust_type = self.emitter.ty(ty);
        let index = proc_macro2::Literal::usize_unsuffixed(at);
        let plain = match &param.default {
            _ if !self.is_wired(ty) => quote!(crate::wire::wrong_type()),
            Some(default) => {
                let default = self.closure(default);
                quote!(call.take_or(#index, #default))
            }
            None => quote!(call.take(#index)),
        };
        let plain = match decide::takes_only_floats(param, ty) {
            true => quote!(crate::wire::inferred::without_widening(|| #plain)),
            false => plain,
        };
        let mutable =
            (param.passing == Passing::RefMut && !decide::is_shared(self.emitter.program, ty)).then(|| quote!(mut));
        let Some(class) = self.has_variant(ty) else {
            return quote!(let #mutable #name: #rust_type = #plain;);
        };
        let variant = self.variant(class);
        let only = self.classes().count() == 1;
        let others = (!only).then(|| quote!(Some(_) => crate::wire::wrong_type(),));
        if self.is_returned(param, ty) {
            let key = format_ident!("key_{at}");
            return quote!(let (#key, #mutable #name): (Option<String>, #rust_type) = match call.referred(#index) {
                Some((key, Object::#variant(it))) => (Some(key), it),
                #others
                None => (None, #plain),
            };);
        }
        quote!(let #mutable #name: #rust_type = match call.referred(#index) {
            Some((_, Object::#variant(it))) => it,
            #others
            None => #plain,
        };)
    }

    fn signature(&self, function: &Function, qualified: &str, params: &[Param]) -> TokenStream {
        let bound = usize::from(decide::is_bound(function));
        let at = (self.emitter.options.describe)(function.at);
        let params = params.iter().map(|param| {
            let name = &function.locals[param.local.0 as usize].name;
            let (required, rest, fresh) = (param.default.is_none() && !param.rest, param.rest, param.fresh);
            let (keyword_only, positional_only) = (param.keyword_only, param.positional_only);
            quote!(Param { name: #name, required: #required, keyword_only: #keyword_only, positional_only: #positional_only, rest: #rest, fresh: #fresh })
        });
        quote!(call.bind(&Signature { name: #qualified, bound: #bound, params: &[#(#params),*], at: #at })?;)
    }

    fn outcome(&self, function: &Function, params: &[Param]) -> TokenStream {
        let is_init = matches!(function.kind, FunctionKind::Init(_));
        let ty = match function.kind {
            FunctionKind::Init(class) => Type::Class(class),
            _ => function.result.clone(),
        };
        let unit = matches!(ty, Type::None | Type::Never) && !is_init;
        let opened = match function.effects.raises {
            true if unit => quote!(result?;),
            true => quote!(let result = result?;),
            false => TokenStream::new(),
        };
        let kept = self.has_variant(&ty).map(|class| {
            let variant = self.variant(class);
            quote!(call.kept = Some(Object::#variant(result.clone()));)
        });
        if is_init {
            let kept = self.has_variant(&ty).map(|class| {
                let variant = self.variant(class);
                quote!(call.kept = Some(Object::#variant(result));)
            });
            return quote!(#opened #kept Ok(Value::Null));
        }
        let encoded = match &ty {
            Type::None | Type::Never => quote!(Ok(Value::Null)),
            ty if self.is_wired(ty) => quote!(Ok(result.encode(call.exact))),
            _ => quote!({
                let _ = result;
                Ok(Value::Null)
            }),
        };
        let alias = self.alias(function, params);
        quote!(#opened #kept #alias #encoded)
    }

    /// True where an argument of a type may be the very object that a function gives back.
    fn may_be_result(&self, ty: &Type, function: &Function) -> bool {
        let class = decide::shared_class(self.emitter.program, &function.result);
        class.is_some() && class == decide::shared_class(self.emitter.program, ty)
    }

    /// The answer of a function that gives back one of its arguments.
    fn alias(&self, function: &Function, params: &[Param]) -> Option<TokenStream> {
        if decide::shared_class(self.emitter.program, &function.result).is_some() {
            return Some(self.shared_alias(function, params));
        }
        if decide::gives_back_sometimes(self.emitter.program, function) {
            return Some(quote!(if let Some(alias) = given::position().and_then(|position| call.alias(position)) {
                return Ok(alias);
            }));
        }
        let local = crate::ir::returns::returned_param(self.emitter.program, function)?;
        if decide::has_self(function) && local.0 == 0 {
            return Some(quote!(if true {
                return Ok(crate::wire::tag("$alias", Value::from("self")));
            }));
        }
        let index = proc_macro2::Literal::usize_unsuffixed(params.iter().position(|param| param.local == local)?);
        Some(quote!(if let Some(alias) = call.alias(#index) { return Ok(alias); }))
    }

    /// The answer where the result is the object itself, or one that was given, which shows only when it runs.
    fn shared_alias(&self, function: &Function, params: &[Param]) -> TokenStream {
        let handle = |ty: &Type, name: &TokenStream| match ty {
            Type::Optional(_) => quote!(#name.as_ref()),
            _ => quote!(Some(&#name)),
        };
        let result = handle(&function.result, &quote!(result));
        let own = function.params.first().filter(|_| decide::has_self(function));
        let own = own.filter(|own| self.may_be_result(&function.locals[own.local.0 as usize].ty, function));
        let mut tests: TokenStream = own
            .map(|_| {
                quote!(if shared::is_given(#result, Some(this)) {
                    return Ok(crate::wire::tag("$alias", Value::from("self")));
                })
            })
            .unwrap_or_default();
        for (at, param) in params.iter().enumerate() {
            let ty = &function.locals[param.local.0 as usize].ty;
            if self.may_be_result(ty, function) {
                let (name, index) = (format_ident!("value_{at}"), proc_macro2::Literal::usize_unsuffixed(at));
                let given = handle(ty, &quote!(#name));
                tests.extend(
                    quote!(if let (true, Some(alias)) = (shared::is_given(#result, #given), call.alias(#index)) {
                        return Ok(alias);
                    }),
                );
            }
        }
        tests
    }

    pub(super) fn plain_constructor(&self, id: ClassId) -> TokenStream {
        let class = self.emitter.program.class(id);
        let (path, variant) = (self.emitter.class(id), self.variant(id));
        let defaults = class.dataclass.as_ref().map(|info| info.defaults.as_slice()).unwrap_or_default();
        let default = |at: usize| defaults.get(at).and_then(Option::as_ref);
        let names = &self.emitter.names.fields[id.0 as usize];
        let params = class.fields.iter().enumerate().map(|(at, field)| {
            let (name, required) = (&field.name, default(at).is_none());
            quote!(Param { name: #name, required: #required, keyword_only: false, positional_only: false, rest: false, fresh: false })
        });
        let values = names.iter().enumerate().map(|(at, name)| match default(at) {
            Some(expr) => {
                let (expr, at) = (self.closure(expr), proc_macro2::Literal::usize_unsuffixed(at));
                quote!(#name: call.take_or(#at, #expr))
            }
            None => {
                let at = proc_macro2::Literal::usize_unsuffixed(at);
                quote!(#name: call.take(#at))
            }
        });
        let (qualified, at) = (class.constructor_name(), (self.emitter.options.describe)(class.at));
        let built = quote!(#path { #(#values),* });
        let built = if class.repr == ClassRepr::Shared { quote!(Shared::new(#built)) } else { built };
        quote!({
            call.bind(&Signature { name: #qualified, bound: 1, params: &[#(#params),*], at: #at })?;
            call.start();
            let result = #built;
            call.stop();
            call.kept = Some(Object::#variant(result));
            Ok(Value::Null)
        })
    }
}

/// A match over names; parameters that no arm mentions are looked at, so that nobody misses them.
pub(super) fn dispatch(name: TokenStream, arms: &[TokenStream], params: &[&str]) -> TokenStream {
    let text = arms.iter().map(TokenStream::to_string).collect::<String>();
    let mentions = |param: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == param);
    let unused: Vec<Ident> =
        params.iter().filter(|param| !mentions(param)).map(|param| format_ident!("{param}")).collect();
    let looked = match unused.as_slice() {
        [] => TokenStream::new(),
        [one] => quote!(let _ = &#one;),
        _ => quote!(let _ = (#(&#unused),*);),
    };
    match arms.is_empty() {
        true => quote!(let _ = #name; #looked Ok(Value::Null)),
        false => quote!(#looked match #name { #(#arms)* _ => Ok(Value::Null) }),
    }
}
