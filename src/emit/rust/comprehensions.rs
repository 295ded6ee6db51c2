//! Comprehensions, folds over loops, and sorting.
//!
//! ```text
//! [t for t in tiers if t.name != name]       tiers.iter().filter(|&t| t.name != name).cloned().collect()
//! sum(line.total for line in lines)          lines.iter().map(|line| line.total).fold(0.0, |total, value| total + value)
//! sorted(items, key=lambda i: i.price)       order::sorted_by(items.iter().cloned().map(|i| (i.price, i)), false)
//! ```
//!
//! A comprehension whose parts cannot raise becomes a chain of iterators, any other a loop in a block.

use super::expressions::Scope;
use super::loops::{Given, label};
use super::places::Kind;
use super::printer::{Code, Level};
use crate::emit::decide;
use crate::ir::walk::{self, Part};
use crate::ir::{
    Comprehension, ComprehensionKind, Expr, ExprKind, Iter, Lambda, LocalId, Need, Place, Root, Target, Type,
};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::HashSet;

impl Scope<'_, '_> {
    /// A list, set, dict or fold over loops.
    pub fn comprehension(&mut self, inner: &Comprehension, ty: &Type) -> Code {
        let forms = self.forms.clone();
        let asked = std::mem::replace(&mut self.asked, false);
        let chain = match inner.loops.as_slice() {
            [_] => self.chain(inner, ty),
            _ => None,
        };
        self.asked |= asked;
        match chain {
            Some((before, code)) => {
                let code = self.finish_extreme(inner, code);
                self.after(before, code)
            }
            None => {
                self.forms = forms;
                self.looped(inner, ty)
            }
        }
    }

    /// A chain of iterators, where nothing in it can raise, and what has to be evaluated before it.
    fn chain(&mut self, inner: &Comprehension, ty: &Type) -> Option<(TokenStream, Code)> {
        let (chain, pattern, gives) = self.filtered(inner)?;
        let code = self.consumer(inner, ty, chain, &pattern, &gives)?;
        Some((TokenStream::new(), code))
    }

    /// The iterator with its conditions, the pattern of its elements, and what they are.
    fn filtered(&mut self, inner: &Comprehension) -> Option<(Code, TokenStream, Given)> {
        let level = inner.loops.first()?;
        if !self.attempts.is_empty() && !self.in_closure || stores_outside(inner) {
            return None;
        }
        let source = self.source(&level.iter, false, &|scope, root| scope.disturbed(root, inner));
        let mut chain = source.chain;
        for condition in &level.conditions {
            let pattern = self.filter_pattern(&level.target, &source.gives, &source.ty)?;
            let (test, raises) = self.closure_body(|scope| scope.owned(condition));
            if raises {
                return None;
            }
            chain = chain.method("filter", &[quote!(|#pattern| #test)]);
        }
        let (pattern, start) = self.loop_pattern(&level.target, &source.gives, &source.ty);
        if !start.is_empty() {
            return None;
        }
        Some((chain, pattern, source.gives))
    }

    /// The iterator behind a list that is only iterated, where nothing in it can raise.
    pub(super) fn uncollected(&mut self, inner: &Comprehension) -> Option<Code> {
        let (ComprehensionKind::List(element), [_]) = (&inner.kind, inner.loops.as_slice()) else {
            return None;
        };
        let forms = self.forms.clone();
        let (chain, pattern, gives) = self.filtered(inner)?;
        let chain = self.mapped(chain, &pattern, element, &gives);
        if chain.is_none() {
            self.forms = forms;
        }
        chain
    }

    fn disturbed(&self, root: Root, inner: &Comprehension) -> bool {
        let mut found = false;
        let whole =
            Expr::new(ExprKind::Comprehension(Box::new(inner.clone())), Type::None, crate::span::Location::default());
        walk::each_expr_of(&whole, &mut |expr| found |= self.changes_root(root, expr));
        found
    }

    fn filter_pattern(&mut self, target: &Target, gives: &Given, ty: &Type) -> Option<TokenStream> {
        if gives.is_copied(ty) {
            let (pattern, start) = self.loop_pattern(target, gives, ty);
            return start.is_empty().then(|| quote!(&#pattern));
        }
        match target {
            Target::Declare(local) => {
                self.forms[local.0 as usize] = Kind::Ref;
                let name = &self.names[local.0 as usize];
                Some(quote!(#name))
            }
            Target::Ignore => Some(quote!(_)),
            Target::Assign(_) | Target::Tuple(_) => None,
        }
    }

    /// Ends a chain: maps the elements and collects or folds them.
    fn consumer(
        &mut self,
        inner: &Comprehension,
        ty: &Type,
        chain: Code,
        pattern: &TokenStream,
        gives: &Given,
    ) -> Option<Code> {
        let collected = |code: Code, ty: TokenStream| {
            Code::atom({
                let code = code.at(Level::Atom);
                quote!(#code.collect::<#ty>())
            })
        };
        let ty_tokens = self.emitter.ty(ty);
        Some(match &inner.kind {
            ComprehensionKind::List(element) | ComprehensionKind::Set(element) => {
                collected(self.mapped(chain, pattern, element, gives)?, ty_tokens)
            }
            ComprehensionKind::Dict { key, value } => {
                let (key, raises) = self.closure_body(|scope| scope.owned(key));
                let (value, value_raises) = self.closure_body(|scope| scope.owned(value));
                if raises || value_raises {
                    return None;
                }
                collected(chain.method("map", &[quote!(|#pattern| (#key, #value))]), ty_tokens)
            }
            ComprehensionKind::Sum { element, start } => {
                let mapped = self.mapped(chain, pattern, element, gives)?;
                match (&start.kind, &start.ty) {
                    (ExprKind::Int(0), Type::Int) => Code::atom({
                        let mapped = mapped.at(Level::Atom);
                        quote!(#mapped.sum::<i64>())
                    }),
                    _ => {
                        let start = self.owned(start);
                        mapped.method("fold", &[quote!(#start), quote!(|total, value| total + value)])
                    }
                }
            }
            ComprehensionKind::Any(test) => self.tested(chain, "any", pattern, test)?,
            ComprehensionKind::All(test) => self.tested(chain, "all", pattern, test)?,
            ComprehensionKind::Extreme { element, largest, key, .. } => {
                let element_code = match key {
                    None => self.mapped(chain, pattern, element, gives)?,
                    Some(key) => {
                        let (pair, raises) = self.closure_body(|scope| scope.keyed(key, element));
                        if raises {
                            return None;
                        }
                        chain.method("map", &[quote!(|#pattern| #pair)])
                    }
                };
                extreme(*largest, key.is_some(), &element_code)
            }
        })
    }

    fn tested(&mut self, chain: Code, name: &str, pattern: &TokenStream, test: &Expr) -> Option<Code> {
        let (test, raises) = self.closure_body(|scope| scope.owned(test));
        (!raises).then(|| chain.method(name, &[quote!(|#pattern| #test)]))
    }

    fn mapped(&mut self, chain: Code, pattern: &TokenStream, element: &Expr, gives: &Given) -> Option<Code> {
        let (code, raises) = self.closure_body(|scope| scope.owned(element));
        if raises {
            return None;
        }
        // Who goes on with the elements asks methods of them.
        let code = if decide::is_open(element) { code.anchored() } else { code };
        let (written, pattern_text) = (code.to_string(), pattern.to_string());
        let name = pattern_text.trim_start_matches(['&', ' ']);
        Some(match gives {
            Given::Owned if written == pattern_text => chain,
            Given::Ref if written == name => chain.method("copied", &[]),
            Given::Ref if written == format!("{name} . clone ()") => chain.method("cloned", &[]),
            _ => chain.method("map", &[quote!(|#pattern| #code)]),
        })
    }

    /// `(key(element), element)`
    fn keyed(&mut self, key: &Lambda, element: &Expr) -> Code {
        let element = self.owned(element);
        let Some(param) = key.params.first() else {
            return element;
        };
        self.forms[param.0 as usize] = Kind::Place;
        let name = self.names[param.0 as usize].clone();
        let key = self.owned(&key.body);
        Code::new(quote!({ let #name = #element; (#key, #name) }), Level::Block)
    }

    fn finish_extreme(&mut self, inner: &Comprehension, code: Code) -> Code {
        let ComprehensionKind::Extreme { largest, default, .. } = &inner.kind else {
            return code;
        };
        match default {
            // Of what is not there, None.
            Some(default) if matches!(default.kind, ExprKind::None) => code,
            Some(default) if decide::is_simple(default) => {
                let default = self.owned(default);
                code.method("unwrap_or", &[quote!(#default)])
            }
            Some(default) => {
                let default = self.owned(default);
                let (code, default) = (code.at(Level::Atom), default);
                Code::new(quote!(match #code { Some(value) => value, None => #default }), Level::Block)
            }
            None => {
                let message = format!("{}() arg is an empty sequence", if *largest { "max" } else { "min" });
                let code = code.method("ok_or_else", &[quote!(|| Exception::new(&exception::VALUE_ERROR, #message))]);
                self.settle(code.raising())
            }
        }
    }

    /// Loops in a block.
    fn looped(&mut self, inner: &Comprehension, ty: &Type) -> Code {
        let result = self.temporary("result");
        let number: usize = result.to_string().trim_start_matches("result_").parse().unwrap_or(0);
        let found = label("found", number);
        let ty_tokens = self.emitter.ty(ty);
        let (start, end) = match &inner.kind {
            ComprehensionKind::List(_) => (quote!(let mut #result: #ty_tokens = Vec::new();), quote!(#result)),
            ComprehensionKind::Set(_) | ComprehensionKind::Dict { .. } => {
                (quote!(let mut #result: #ty_tokens = Default::default();), quote!(#result))
            }
            ComprehensionKind::Sum { start, .. } => {
                let start = self.owned(start);
                (quote!(let mut #result: #ty_tokens = #start;), quote!(#result))
            }
            ComprehensionKind::Any(_) => (TokenStream::new(), quote!(false)),
            ComprehensionKind::All(_) => (TokenStream::new(), quote!(true)),
            ComprehensionKind::Extreme { .. } => (quote!(let mut #result = Vec::new();), quote!(#result)),
        };
        let loops = self.nested(inner, 0, &result, &found);
        match &inner.kind {
            ComprehensionKind::Any(_) | ComprehensionKind::All(_) => {
                Code::new(quote!(#found: { #loops #end }), Level::Block)
            }
            ComprehensionKind::Extreme { largest, key, .. } => {
                let best = extreme(*largest, key.is_some(), &Code::atom(quote!(#result)));
                let whole = Code::new(quote!({ #start #loops #best }), Level::Block);
                self.finish_extreme(inner, whole)
            }
            _ => Code::new(quote!({ #start #loops #end }), Level::Block),
        }
    }

    fn nested(&mut self, inner: &Comprehension, depth: usize, result: &Ident, found: &TokenStream) -> TokenStream {
        let Some(level) = inner.loops.get(depth) else {
            return self.collect_one(inner, result, found);
        };
        let source = self.source(&level.iter, false, &|scope, root| scope.disturbed(root, inner));
        let (pattern, start) = self.loop_pattern(&level.target, &source.gives, &source.ty);
        let conditions: Vec<Code> = level.conditions.iter().map(|condition| self.owned(condition)).collect();
        let body = self.nested(inner, depth + 1, result, found);
        let body = conditions.iter().rev().fold(body, |body, condition| quote!(if #condition { #body }));
        let over = source.plain;
        let over = if matches!(level.iter, Iter::Range { .. }) { over } else { over.anchored() };
        quote!(for #pattern in #over { #start #body })
    }

    fn collect_one(&mut self, inner: &Comprehension, result: &Ident, found: &TokenStream) -> TokenStream {
        match &inner.kind {
            ComprehensionKind::List(element) => {
                let element = self.owned(element);
                quote!(#result.push(#element);)
            }
            ComprehensionKind::Set(element) => {
                let element = self.owned(element);
                quote!(#result.insert(#element);)
            }
            ComprehensionKind::Dict { key, value } => {
                let (key, value) = (self.owned(key), self.owned(value));
                quote!(#result.insert(#key, #value);)
            }
            ComprehensionKind::Sum { element, .. } => {
                let element = self.owned(element);
                quote!(#result += #element;)
            }
            ComprehensionKind::Any(test) => {
                let test = self.owned(test);
                quote!(if #test { break #found true; })
            }
            ComprehensionKind::All(test) => {
                let test = self.owned(test).prefixed(quote!(!));
                quote!(if #test { break #found false; })
            }
            ComprehensionKind::Extreme { element, key, .. } => {
                let element = match key {
                    Some(key) => self.keyed(key, element),
                    None => self.owned(element),
                };
                quote!(#result.push(#element);)
            }
        }
    }

    /// `sorted(items, key, reverse)`
    pub fn sorted(&mut self, items: &Expr, key: Option<&Lambda>, reverse: bool) -> Code {
        let Some((key, param)) = key.and_then(|key| Some((key, *key.params.first()?))) else {
            let items = self.as_vec(items);
            return Code::atom(quote!(order::sorted(#items, #reverse)));
        };
        let items = self.as_iterator(items);
        self.sorted_by(items, key, param, reverse)
    }

    fn sorted_by(&mut self, items: Code, key: &Lambda, param: LocalId, reverse: bool) -> Code {
        self.forms[param.0 as usize] = Kind::Place;
        let name = self.names[param.0 as usize].clone();
        let (code, raises) = self.closure_body(|scope| scope.owned(&key.body));
        if !raises {
            let pairs = items.method("map", &[quote!(|#name| (#code, #name))]);
            return Code::atom(quote!(order::sorted_by(#pairs, #reverse)));
        }
        let code = self.owned(&key.body);
        let keyed = self.temporary("keyed");
        let block = quote!({
            let mut #keyed = Vec::new();
            for #name in #items { #keyed.push((#code, #name)); }
            order::sorted_by(#keyed, #reverse)
        });
        Code::new(block, Level::Block)
    }

    /// `items.sort(key, reverse)`
    pub fn sort(&mut self, items: &Expr, key: Option<&Lambda>, reverse: bool) -> Code {
        let key = key.and_then(|key| Some((key, *key.params.first()?)));
        self.change(items, &[], |scope, value| match key {
            None => {
                let list = value.borrow_mut();
                Code::atom(quote!(order::sort(#list, #reverse)))
            }
            Some((key, param)) => {
                let list = value.borrow_mut();
                scope.forms[param.0 as usize] = Kind::Place;
                let (_, raises) = scope.closure_body(|scope| scope.owned(&key.body));
                let taken = match raises {
                    // A list whose sorting ends in an exception is as it was.
                    true => value.code.clone().method("iter", &[]).method("cloned", &[]),
                    false => Code::atom(quote!(std::mem::take(#list).into_iter())),
                };
                let sorted = scope.sorted_by(taken, key, param, reverse);
                let place = value.place();
                Code::new(quote!(#place = #sorted), Level::Block)
            }
        })
    }

    /// The elements of something that can be iterated, as a vector.
    pub fn as_vec(&mut self, items: &Expr) -> Code {
        if let Type::List(_) = items.ty {
            return self.owned(items);
        }
        self.as_iterator(items).method("collect::<Vec<_>>", &[])
    }

    /// The elements of something that can be iterated, each a value of its own.
    fn as_iterator(&mut self, items: &Expr) -> Code {
        // The source is looked at where it stands; every element is then made a value of its own.
        let copied = match &items.kind {
            ExprKind::Builtin { op: crate::ir::Builtin::Copy, args } if args[0].ty == items.ty => &args[0],
            _ => items,
        };
        let mut looked = copied.clone();
        if let ExprKind::Read { take, .. } = &mut looked.kind
            && *take == crate::ir::Take::Clone
        {
            *take = crate::ir::Take::Look;
        }
        let source = self.source(&Iter::Value(looked), false, &|_, _| false);
        match (&source.gives, source.ty.is_scalar()) {
            (Given::Ref, true) => source.chain.method("copied", &[]),
            (Given::Ref, false) => source.chain.method("cloned", &[]),
            (Given::Slice, _) => source.chain.method("map", &[quote!(str::to_string)]),
            _ => source.chain,
        }
    }
}

fn extreme(largest: bool, keyed: bool, values: &Code) -> Code {
    Code::atom(match (largest, keyed) {
        (true, false) => quote!(order::largest(#values)),
        (false, false) => quote!(order::smallest(#values)),
        (true, true) => quote!(order::largest_by(#values)),
        (false, true) => quote!(order::smallest_by(#values)),
    })
}

/// True where a comprehension assigns a variable that lives longer: a closure could not.
fn stores_outside(inner: &Comprehension) -> bool {
    let whole =
        Expr::new(ExprKind::Comprehension(Box::new(inner.clone())), Type::None, crate::span::Location::default());
    let (mut stored, mut declared) = (HashSet::new(), HashSet::new());
    walk::each_part_of(&whole, Need::Own, &|_, _| Need::Ref, &mut |part| match part {
        Part::Store(Place::Local(local)) => drop(stored.insert(*local)),
        Part::Declare(local) => drop(declared.insert(*local)),
        _ => {}
    });
    !stored.is_subset(&declared)
}
