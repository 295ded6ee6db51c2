//! Exceptions: raising, and `try`.
//!
//! The body of a `try` is a closure that gives a `Result`, so that `?` leaves it; where the body also leaves a loop or
//! may return without always returning, it is a labelled block instead. Variables that the body assigns come out of
//! it as values:
//!
//! ```text
//! try: n = int(s)              let n = match (|| int::parse(s))() {
//! except ValueError: n = 0         Ok(value) => value,
//!                                  Err(error) if error.is_a(&VALUE_ERROR) => 0,
//!                                  Err(error) => return Err(error),
//!                              };
//! ```

use super::expressions::Scope;
use super::places::Kind;
use crate::ir::leaving;
use crate::ir::{ExceptionId, ExceptionKind, Handler, LocalId, Place, Raise, Stmt, StmtKind, Type};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// A `try` body that is being written as a labelled block.
#[derive(Clone, Debug)]
pub struct Attempt {
    label: Ident,
    /// A `finally` follows, which runs before a loop is left too.
    leaves: bool,
}

impl Attempt {
    fn lifetime(&self) -> TokenStream {
        let lifetime = syn::Lifetime::new(&format!("'{}", self.label), Span::call_site());
        quote!(#lifetime)
    }

    /// Leaves the body with an exception.
    pub fn leave(&self, error: TokenStream) -> TokenStream {
        let label = self.lifetime();
        quote!(break #label Attempt::Raised(#error))
    }

    /// Leaves the body by returning from the function.
    pub fn give_back(&self, value: TokenStream, has_value: bool) -> TokenStream {
        let label = self.lifetime();
        let value = if has_value { value } else { quote!(()) };
        let value = if self.leaves { quote!(Exit::Returned(#value)) } else { value };
        quote!(break #label Attempt::Returned(#value);)
    }

    /// Leaves the body by ending the loop around, or by its next round; nothing where no `finally` follows.
    pub fn leave_loop(&self, ends: bool) -> Option<TokenStream> {
        let label = self.lifetime();
        let exit = if ends { quote!(Exit::Break) } else { quote!(Exit::Continue) };
        self.leaves.then(|| quote!(break #label Attempt::Returned(#exit);))
    }
}

impl Scope<'_, '_> {
    /// The static of an exception class.
    pub fn exception_class(&self, id: ExceptionId) -> TokenStream {
        match id {
            ExceptionId::Builtin(kind) => {
                let name = format_ident!("{}", builtin_static(kind));
                quote!(exception::#name)
            }
            ExceptionId::Custom(index) => {
                let class = &self.emitter.program.exceptions[index as usize];
                let name = &self.emitter.names.exceptions[index as usize];
                self.emitter.qualified(class.module, quote!(#name))
            }
        }
    }

    /// `raise Class(message)`
    pub fn raise(&mut self, raise: &Raise, tail: bool) -> TokenStream {
        let class = self.exception_class(raise.class);
        let message = self.value(&raise.message);
        let message = self.settled(message);
        let message = if message.kind == Kind::Owned || message.kind == Kind::Slice {
            message.code
        } else {
            self.duplicate(message, &raise.message.ty)
        };
        let attributes: Vec<TokenStream> = (raise.attributes.iter())
            .map(|(name, value)| {
                let (value, ty) = (self.owned(value), self.emitter.ty(&value.ty));
                quote!(.with::<#ty>(#name, #value))
            })
            .collect();
        self.throw(quote!(Exception::new(&#class, #message) #(#attributes)*), tail)
    }

    /// Raises again what a handler caught.
    pub fn reraise(&mut self, local: LocalId, tail: bool) -> TokenStream {
        let error = &self.names[local.0 as usize].clone();
        self.throw(quote!(#error), tail)
    }

    fn throw(&mut self, error: TokenStream, tail: bool) -> TokenStream {
        if let Some(attempt) = self.attempts.last() {
            let leave = attempt.leave(error);
            return quote!(#leave;);
        }
        self.asked = true;
        if !self.raises {
            return quote!(exception::proven(Err(#error)));
        }
        if tail { quote!(Err(#error)) } else { quote!(return Err(#error);) }
    }

    /// True where a variable that is declared without a value gets it from the `try` that follows.
    pub fn is_given_by_try(&mut self, local: LocalId, rest: &[Stmt]) -> bool {
        let user = rest.iter().find(|stmt| !matches!(stmt.kind, StmtKind::Let { value: None, .. }));
        let given = user.is_some_and(|stmt| match &stmt.kind {
            StmtKind::Try { body, orelse, .. } => assigns(body, local) || assigns(orelse, local),
            _ => false,
        });
        if given {
            self.forms[local.0 as usize] = Kind::Owned;
        }
        given
    }

    /// `try: body except ...: handlers else: orelse finally: finally`
    pub fn try_stmt(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        orelse: &[Stmt],
        finally: &[Stmt],
        tail: bool,
    ) -> TokenStream {
        let results = self.results(body, orelse, handlers);
        if finally.is_empty() {
            return self.attempt(body, handlers, orelse, &results, tail);
        }
        self.with_finally(body, handlers, orelse, finally, &results, tail)
    }

    /// The variables that the statement gives: declared before it without a value.
    fn results(&mut self, body: &[Stmt], orelse: &[Stmt], handlers: &[Handler]) -> Vec<LocalId> {
        let mut found = Vec::new();
        for index in 0..self.locals.len() {
            let local = LocalId(index as u32);
            let assigned = assigns(body, local)
                || assigns(orelse, local)
                || handlers.iter().any(|handler| assigns(&handler.body, local));
            if self.forms[index] == Kind::Owned && assigned {
                found.push(local);
                self.forms[index] = Kind::Place;
            }
        }
        found
    }

    fn attempt(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        orelse: &[Stmt],
        results: &[LocalId],
        tail: bool,
    ) -> TokenStream {
        let leaves = leaving::breaks(body) || leaving::continues(body);
        let returns = leaving::returns(body);
        let always = leaving::diverges(body);
        let values = self.tuple_of(results);
        let direct = self.direct_attempt(body, results);
        let declared = if direct.is_some() { TokenStream::new() } else { self.declare_results(results, body) };
        let (before, outcome) = if let Some(direct) = direct {
            (TokenStream::new(), direct)
        } else if leaves || returns && !always {
            self.block_body(body, &declared, &values)
        } else {
            self.closure_attempt(body, &declared, &values, returns)
        };
        let falls_through = !always && !leaving::diverges(orelse);
        let orelse_code = self.stmts(orelse);
        let ok = if falls_through { quote!({ #orelse_code #values }) } else { quote!({ #orelse_code }) };
        let arms = self.handler_arms(handlers, results, tail);
        let pattern = self.results_pattern(results);
        let bound = if results.is_empty() { quote!(()) } else { values.clone() };
        let on_ok = match (returns && always && !leaves, falls_through && orelse.is_empty()) {
            (true, _) => self.returned(tail),
            (false, true) => quote!(Ok(#bound) => #bound,),
            (false, false) => quote!(Ok(#bound) => #ok),
        };
        // A labelled block stands before the match that looks at how it ended.
        let (first, outcome) = match leaves || returns && !always {
            true => (quote!(#before let ended = #outcome;), quote!(ended)),
            false => (TokenStream::new(), outcome),
        };
        let matched = quote!(match #outcome { #on_ok #arms });
        let diverges = !falls_through && handlers.iter().all(|handler| leaving::diverges(&handler.body));
        if results.is_empty() || diverges { quote!(#first #matched) } else { quote!(#first let #pattern = #matched;) }
    }

    fn returned(&mut self, tail: bool) -> TokenStream {
        // Inside another `try` the way out is through its block: `finally` and the rest of it still run.
        if let Some(outer) = self.attempts.last() {
            let given = outer.give_back(quote!(value), true);
            return quote!(Ok(value) => { #given });
        }
        let whole = if self.raises { quote!(Ok(value)) } else { quote!(value) };
        if tail { quote!(Ok(value) => #whole,) } else { quote!(Ok(value) => return #whole,) }
    }

    /// Declares the results inside a body, except those that the body's own assignments declare.
    fn declare_results(&mut self, results: &[LocalId], body: &[Stmt]) -> TokenStream {
        let (direct, others): (Vec<LocalId>, Vec<LocalId>) = results.iter().partition(|local| {
            let first = body.iter().find(|stmt| assigns(std::slice::from_ref(stmt), **local));
            first.is_some_and(|stmt| matches!(stmt.kind, StmtKind::Assign { .. }))
        });
        self.pending.extend(direct);
        let declare = |local: &LocalId| {
            let (name, ty) = (&self.names[local.0 as usize], self.emitter.ty(self.local_type(*local)));
            quote!(let #name: #ty;)
        };
        others.iter().map(declare).collect()
    }

    fn tuple_of(&self, results: &[LocalId]) -> TokenStream {
        let names = results.iter().map(|local| &self.names[local.0 as usize]);
        if results.len() == 1 { quote!(#(#names)*) } else { quote!((#(#names),*)) }
    }

    fn results_pattern(&self, results: &[LocalId]) -> TokenStream {
        let names: Vec<TokenStream> = results.iter().map(|local| self.declared_name(*local)).collect();
        if names.len() == 1 { quote!(#(#names)*) } else { quote!((#(#names),*)) }
    }

    /// A body that is nothing but one expression that raises: its `Result` as it is.
    fn direct_attempt(&mut self, body: &[Stmt], results: &[LocalId]) -> Option<TokenStream> {
        let value = match (body, results) {
            ([Stmt { kind: StmtKind::Return(Some(value)), .. }], []) => value,
            ([Stmt { kind: StmtKind::Assign { place: Place::Local(local), value }, .. }], [only]) if local == only => {
                value
            }
            ([Stmt { kind: StmtKind::Expr(value), .. }], []) if value.ty == Type::None => value,
            _ => return None,
        };
        let attempts = std::mem::take(&mut self.attempts);
        let raises = std::mem::replace(&mut self.raises, true);
        let in_closure = std::mem::replace(&mut self.in_closure, false);
        let asked = std::mem::replace(&mut self.asked, false);
        let code = self.owned_raw(value);
        let leaves = std::mem::replace(&mut self.asked, asked);
        (self.raises, self.in_closure, self.attempts) = (raises, in_closure, attempts);
        (code.raises && !leaves).then(|| quote!(#code))
    }

    /// The body as a closure; `?` and `return` leave it.
    fn closure_attempt(
        &mut self,
        body: &[Stmt],
        declared: &TokenStream,
        values: &TokenStream,
        returns: bool,
    ) -> (TokenStream, TokenStream) {
        let attempts = std::mem::take(&mut self.attempts);
        let loops = std::mem::take(&mut self.loops);
        let raises = std::mem::replace(&mut self.raises, true);
        let in_closure = std::mem::replace(&mut self.in_closure, false);
        let asked = self.asked;
        let code = if leaving::diverges(body) { self.tail_stmts(body) } else { self.stmts(body) };
        (self.asked, self.in_closure) = (asked, in_closure);
        (self.raises, self.loops, self.attempts) = (raises, loops, attempts);
        let (end, ty) = match returns {
            true => {
                let ty = self.emitter.ty(&self.result.clone());
                (TokenStream::new(), quote!(-> Result<#ty, Exception>))
            }
            false if leaving::diverges(body) => (TokenStream::new(), quote!(-> Result<(), Exception>)),
            false => (quote!(Ok(#values)), quote!(-> Result<_, Exception>)),
        };
        (TokenStream::new(), quote!((|| #ty { #declared #code #end })()))
    }

    /// The body as a labelled block, which `break` and `continue` of outer loops can leave.
    fn block_body(
        &mut self,
        body: &[Stmt],
        declared: &TokenStream,
        values: &TokenStream,
    ) -> (TokenStream, TokenStream) {
        let label = self.temporary("attempt");
        let attempt = Attempt { label, leaves: false };
        self.attempts.push(attempt.clone());
        let code = self.stmts(body);
        self.attempts.pop();
        let label = attempt.lifetime();
        let end = if leaving::diverges(body) { TokenStream::new() } else { quote!(Attempt::Done(#values)) };
        let returned = match self.attempts.last() {
            Some(outer) => outer.give_back(quote!(value), true),
            None if self.raises => quote!(return Ok(value)),
            None => quote!(return value),
        };
        let ty = self.emitter.ty(&self.result.clone());
        let passes = quote!(let ended = #label: { #declared #code #end };);
        let outcome = quote!(match ended {
            Attempt::Done(values) => Ok(values),
            Attempt::Raised(error) => Err(error),
            Attempt::Returned(value) => { let value: #ty = value; #returned }
        });
        (passes, outcome)
    }

    fn handler_arms(&mut self, handlers: &[Handler], results: &[LocalId], tail: bool) -> TokenStream {
        let mut arms = TokenStream::new();
        let mut catches_all = false;
        for handler in handlers {
            // Such handlers have no test: a list that is empty, or names nothing but the root.
            let root = ExceptionId::Builtin(ExceptionKind::BaseException);
            catches_all |= handler.classes.iter().all(|class| *class == root);
            arms.extend(self.handler_arm(handler, results, tail));
        }
        if !catches_all {
            let again = self.throw(quote!(error), tail);
            arms.extend(quote!(Err(error) => { #again }));
        }
        arms
    }

    fn handler_arm(&mut self, handler: &Handler, results: &[LocalId], tail: bool) -> TokenStream {
        let named = self.locals[handler.local.0 as usize].used || reraises(&handler.body, handler.local);
        let name = self.names[handler.local.0 as usize].clone();
        self.forms[handler.local.0 as usize] = Kind::Place;
        let tests: Vec<TokenStream> = handler
            .classes
            .iter()
            .filter(|class| **class != ExceptionId::Builtin(ExceptionKind::BaseException))
            .map(|class| {
                let class = self.exception_class(*class);
                quote!(#name.is_a(&#class))
            })
            .collect();
        let falls_through = !leaving::diverges(&handler.body);
        let declared = if falls_through { self.declare_results(results, &handler.body) } else { TokenStream::new() };
        let values = self.tuple_of(results);
        let body = match tail && !falls_through {
            true => self.body(&handler.body),
            false => self.stmts(&handler.body),
        };
        let end = if falls_through && !results.is_empty() { values } else { TokenStream::new() };
        let pattern = if named || !tests.is_empty() { quote!(#name) } else { quote!(_) };
        match tests.is_empty() {
            true => quote!(Err(#pattern) => { #declared #body #end }),
            false => quote!(Err(#pattern) if #(#tests)||* => { #declared #body #end }),
        }
    }

    /// Runs the rest as an attempt of its own, then `finally`, then goes on as the attempt ended.
    fn with_finally(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        orelse: &[Stmt],
        finally: &[Stmt],
        results: &[LocalId],
        tail: bool,
    ) -> TokenStream {
        let label = self.temporary("guarded");
        let all = || [body, orelse].into_iter().chain(handlers.iter().map(|handler| handler.body.as_slice()));
        let leaves = all().any(|body| leaving::breaks(body) || leaving::continues(body));
        let returns = all().any(leaving::returns);
        let attempt = Attempt { label, leaves };
        self.attempts.push(attempt.clone());
        let inner = match handlers.is_empty() && orelse.is_empty() {
            true => {
                let (declared, code) = (self.declare_results(results, body), self.stmts(body));
                quote!(#declared #code)
            }
            false => self.attempt(body, handlers, orelse, results, false),
        };
        self.attempts.pop();
        let (values, pattern) = (self.tuple_of(results), self.results_pattern(results));
        let diverges = (leaving::diverges(body) || leaving::diverges(orelse))
            && handlers.iter().all(|handler| leaving::diverges(&handler.body));
        let finally = self.stmts(finally);
        let label = attempt.lifetime();
        let again = self.throw(quote!(error), tail && diverges);
        let returned = match (self.attempts.last(), tail && diverges) {
            (Some(outer), _) => outer.give_back(quote!(value), true),
            (None, true) => {
                if self.raises {
                    quote!(Ok(value))
                } else {
                    quote!(value)
                }
            }
            (None, false) => {
                if self.raises {
                    quote!(return Ok(value);)
                } else {
                    quote!(return value;)
                }
            }
        };
        let ty = match returns {
            true => self.emitter.ty(&self.result.clone()),
            false => quote!(std::convert::Infallible),
        };
        let returned = if returns { quote!({ #returned }) } else { quote!(match value {},) };
        let (ty, arm) = match leaves {
            true => {
                let (ended, next) = (self.leave_loop(true), self.leave_loop(false));
                let exits = quote!(
                    Attempt::Returned(Exit::Returned(value)) => #returned
                    Attempt::Returned(Exit::Break) => { #ended }
                    Attempt::Returned(Exit::Continue) => { #next }
                );
                (quote!(Exit<#ty>), exits)
            }
            false => (ty, quote!(Attempt::Returned(value) => #returned)),
        };
        let rest = quote!(
            Attempt::Raised(error) => { #again }
            #arm
        );
        if diverges {
            return quote!(
                let outcome: Attempt<std::convert::Infallible, #ty> = #label: { #inner };
                #finally
                match outcome { Attempt::Done(never) => match never {}, #rest }
            );
        }
        quote!(
            let outcome: Attempt<_, #ty> = #label: { #inner Attempt::Done(#values) };
            #finally
            let #pattern = match outcome { Attempt::Done(values) => values, #rest };
        )
    }
}

/// True where some statements assign a whole variable.
pub fn assigns(stmts: &[Stmt], local: LocalId) -> bool {
    use crate::ir::Target;
    fn target(part: &Target, local: LocalId) -> bool {
        match part {
            Target::Assign(Place::Local(assigned)) => *assigned == local,
            Target::Tuple(parts) => parts.iter().any(|part| target(part, local)),
            Target::Assign(_) | Target::Declare(_) | Target::Ignore => false,
        }
    }
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Assign { place: Place::Local(assigned), .. } => *assigned == local,
        StmtKind::Unpack { targets, .. } => targets.iter().any(|part| target(part, local)),
        StmtKind::If { then, orelse, .. } => assigns(then, local) || assigns(orelse, local),
        StmtKind::While { body, orelse, .. } => assigns(body, local) || assigns(orelse, local),
        StmtKind::For { target: assigned, body, orelse, .. } => {
            target(assigned, local) || assigns(body, local) || assigns(orelse, local)
        }
        StmtKind::Try { body, handlers, orelse, finally } => {
            let handled = handlers.iter().any(|handler| assigns(&handler.body, local));
            handled || assigns(body, local) || assigns(orelse, local) || assigns(finally, local)
        }
        _ => false,
    })
}

fn reraises(stmts: &[Stmt], local: LocalId) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Reraise(again) => *again == local,
        StmtKind::If { then, orelse, .. } => reraises(then, local) || reraises(orelse, local),
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
            reraises(body, local) || reraises(orelse, local)
        }
        _ => false,
    })
}

/// The static of one of Python's classes in `support/exception.rs`.
pub fn builtin_static(kind: ExceptionKind) -> String {
    match kind {
        ExceptionKind::OSError => "OS_ERROR".to_string(),
        ExceptionKind::EOFError => "EOF_ERROR".to_string(),
        _ => super::names::screaming(kind.name()),
    }
}
