//! Routes: what an HTTP request means to its handler.
//!
//! ```text
//! "get_product" => {
//!     let value_0 = path_int(request.path.first()?)?;
//!     Some(pricing::get_product(state, value_0).map(|response| (response.status, json::to_body(&response.body))))
//! }
//! ```

use super::boundary::{Boundary, known, need};
use crate::artifact::Access;
use crate::emit::decide;
use crate::ir::{Passing, Route};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::BTreeSet;

impl Boundary<'_, '_> {
    pub(super) fn routes(&self) -> TokenStream {
        let routes = &self.emitter.program.routes;
        let mut seen = BTreeSet::new();
        let routes: Vec<&Route> = routes.iter().filter(|route| seen.insert(route.handler)).collect();
        let needs: Vec<TokenStream> = routes
            .iter()
            .map(|route| {
                let handler = self.emitter.program.function(route.handler);
                let (word, need, at) =
                    (&handler.name, need(decide::access(handler)), (self.emitter.options.describe)(handler.at));
                quote!(#word => Some((#need, #at)),)
            })
            .collect();
        let arms = |writes: bool| -> Vec<TokenStream> {
            let wanted = routes.iter().filter(|route| {
                (decide::access(self.emitter.program.function(route.handler)) == Access::Write) == writes
            });
            wanted.map(|route| self.route_arm(route)).collect()
        };
        let needs = known(quote!(handler), &needs);
        let route_body = |arms: &[TokenStream]| match arms.is_empty() {
            true => quote!(let _ = (handler, request, state); None),
            false => quote!(match handler { #(#arms)* _ => None }),
        };
        let (reading, writing) = (route_body(&arms(false)), route_body(&arms(true)));
        let integer = routes.iter().any(|route| route.path_params.iter().any(|param| param.1)).then(|| {
            quote!(
                /// A path parameter of the `int` converter: ASCII digits only.
                fn path_int(text: &str) -> Option<i64> {
                    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                    digits.then(|| text.parse().unwrap_or_else(|_| crate::support::guard::guard("big_int", "")))
                }
            )
        });
        quote!(
            /// What a route's handler needs and where it is; `None` where there is no such handler.
            pub fn route_need(handler: &str) -> Option<(Need, &'static str)> {
                #needs
            }

            /// A response's status and body, or an exception; `None` where a path parameter does not convert.
            pub type Routed = Option<Result<(u16, Vec<u8>), Exception>>;

            /// Runs a handler that changes nothing.
            pub fn read_route(handler: &str, request: &RouteRequest, state: &State) -> Routed {
                #reading
            }

            /// Runs a handler that changes the state.
            pub fn write_route(handler: &str, request: &RouteRequest, state: &mut State) -> Routed {
                #writing
            }

            #integer
        )
    }

    fn route_arm(&self, route: &Route) -> TokenStream {
        let handler = self.emitter.program.function(route.handler);
        let (word, name) = (&handler.name, self.emitter.names.function(route.handler));
        let path = self.emitter.qualified(handler.module, quote!(#name));
        let mut passed: Vec<TokenStream> = Vec::new();
        if handler.effects.state.is_some() {
            passed.push(quote!(state));
        }
        let mut before = TokenStream::new();
        for (at, param) in handler.params.iter().enumerate() {
            let value = format_ident!("value_{at}");
            let ty = &handler.locals[param.local.0 as usize].ty;
            before.extend(match (route.path_params.get(at), ty) {
                (Some((_, true)), _) => {
                    let part = path_part(at);
                    quote!(let #value = path_int(#part?)?;)
                }
                (Some((_, false)), _) => {
                    let part = path_part(at);
                    quote!(let #value = #part?.clone();)
                }
                (None, _) => quote!(let #value = json::parse(&request.body);),
            });
            passed.push(match param.passing {
                Passing::Value => quote!(#value),
                Passing::Ref | Passing::RefMut if ty.is_scalar() => quote!(#value),
                Passing::Ref => quote!(&#value),
                Passing::RefMut => quote!(&mut #value.clone()),
            });
        }
        let call = quote!(#path(#(#passed),*));
        let unused = handler.effects.state.is_none().then(|| quote!(let _ = &state;));
        match handler.effects.raises {
            true => quote!(#word => {
                #unused
                #before
                Some(#call.map(|response| (response.status, json::to_body(&response.body))))
            }),
            false => quote!(#word => {
                #unused
                #before
                let response = #call;
                Some(Ok((response.status, json::to_body(&response.body))))
            }),
        }
    }
}

/// A part of a request's path, as an Option.
fn path_part(at: usize) -> TokenStream {
    let index = proc_macro2::Literal::usize_unsuffixed(at);
    if at == 0 { quote!(request.path.first()) } else { quote!(request.path.get(#index)) }
}
