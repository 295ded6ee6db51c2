//! Loops: `for`, `while`, and what is iterated.
//!
//! ```text
//! for demand in market.daily_demand          for &demand in &market.daily_demand
//! for level in product.levels.values()       a snapshot of the handles, since product is shared
//! ```

use super::arithmetic::int_literal;
use super::expressions::Scope;
use super::places::{Kind, Value};
use super::printer::{Code, Level};
use crate::artifact::Access;
use crate::emit::decide;
use crate::ir::leaving;
use crate::ir::walk::Part;
use crate::ir::{Binding, Expr, ExprKind, Iter, LocalId, Need, Passing, Place, Root, Stmt, Target, Type, walk};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashSet;

/// A loop that is being written.
#[derive(Clone, Debug)]
pub struct Frame {
    label: Ident,
    /// `break` ends the block around the loop, which also skips the loop's `else`.
    block: Option<Ident>,
    /// Something inside names the label.
    used: bool,
    /// How many `try` blocks were open around the loop.
    attempts: usize,
    /// How many blocks that an `else` of a loop stands in were open around the loop.
    searches: usize,
}

/// What an iterator gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Values.
    Owned,
    /// References to values.
    Ref,
    /// Pieces of a text.
    Slice,
    /// References that may change what they refer to.
    Mut,
    /// Tuples.
    Tuple(Vec<Given>),
}

impl Given {
    pub(super) fn is_copied(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Given::Owned, ty) => ty.is_scalar(),
            (Given::Ref | Given::Slice, _) => true,
            (Given::Mut, _) => false,
            (Given::Tuple(parts), Type::Tuple(types)) => parts.iter().zip(types).all(|(part, ty)| part.is_copied(ty)),
            (Given::Tuple(_), _) => false,
        }
    }
}

/// An iterator that is being written.
pub struct Source {
    /// As an iterator.
    pub(super) chain: Code,
    /// As what stands after `in`.
    pub(super) plain: Code,
    pub(super) gives: Given,
    pub(super) ty: Type,
}

pub(super) fn label(word: &str, number: usize) -> TokenStream {
    let lifetime = syn::Lifetime::new(&format!("'{word}_{number}"), Span::call_site());
    quote!(#lifetime)
}

/// The variables and globals that statements change, as a whole or inside.
fn changed_roots(body: &[Stmt]) -> HashSet<Root> {
    let mut roots = HashSet::new();
    walk::each_part(body, &|_, _| Need::Mut, &mut |part| match part {
        Part::Value(expr, Need::Mut) if !expr.ty.is_scalar() && expr.ty != Type::Str => {
            roots.extend(expr.as_place().and_then(Place::root));
        }
        Part::Store(place) | Part::Change(place) => roots.extend(place.root()),
        _ => {}
    });
    roots
}

impl Scope<'_, '_> {
    /// `while test: body` with an `else`.
    pub fn while_loop(&mut self, test: &Expr, body: &[Stmt], orelse: &[Stmt]) -> TokenStream {
        let forever = matches!(test.kind, ExprKind::Bool(true));
        let test = self.owned(test);
        let head = if forever { quote!(loop) } else { quote!(while #test) };
        self.framed(head, TokenStream::new(), body, orelse)
    }

    /// `for target in iter: body` with an `else`.
    pub fn for_loop(&mut self, target: &Target, iter: &Iter, body: &[Stmt], orelse: &[Stmt]) -> TokenStream {
        let outer = std::mem::replace(&mut self.changed_by_body, changed_roots(body));
        let source = self.source(iter, wants_mut(self, target), &|scope, root| scope.conflicts(root, body));
        self.changed_by_body = outer;
        let (pattern, start) = self.loop_pattern(target, &source.gives, &source.ty);
        let over = source.plain;
        let over = if matches!(iter, Iter::Range { .. }) { over } else { over.anchored() };
        self.framed(quote!(for #pattern in #over), start, body, orelse)
    }

    fn framed(&mut self, head: TokenStream, start: TokenStream, body: &[Stmt], orelse: &[Stmt]) -> TokenStream {
        let name = self.temporary("each");
        let number: usize = name.to_string().trim_start_matches("each_").parse().unwrap_or(0);
        let block = (!orelse.is_empty() && leaving::breaks(body)).then(|| format_ident!("search_{number}"));
        let (attempts, searches) = (self.attempts.len(), self.searches);
        self.loops.push(Frame { label: name, block: block.clone(), used: false, attempts, searches });
        let body = self.stmts(body);
        let used = self.loops.pop().is_some_and(|frame| frame.used);
        self.searches += usize::from(block.is_some());
        let orelse = self.stmts(orelse);
        self.searches -= usize::from(block.is_some());
        let label_tokens = label("each", number);
        let whole = if used { quote!(#label_tokens: #head { #start #body }) } else { quote!(#head { #start #body }) };
        match block {
            Some(_) => {
                let block = label("search", number);
                quote!(#block: { #whole #orelse })
            }
            None => quote!(#whole #orelse),
        }
    }

    /// `break` or `continue`.
    pub fn leave_loop(&mut self, ends: bool) -> TokenStream {
        let (open, searches) = (self.attempts.len(), self.searches);
        let Some(frame) = self.loops.last_mut() else {
            return TokenStream::new();
        };
        let inside = self.attempts.iter().skip(frame.attempts).rev();
        if let Some(left) = inside.filter_map(|attempt| attempt.leave_loop(ends)).next() {
            return left;
        }
        let lifetime = |name: &Ident| {
            let lifetime = syn::Lifetime::new(&format!("'{name}"), Span::call_site());
            quote!(#lifetime)
        };
        if let (true, Some(block)) = (ends, &frame.block) {
            let block = lifetime(block);
            return quote!(break #block;);
        }
        let keyword = if ends { quote!(break) } else { quote!(continue) };
        if open > frame.attempts || searches > frame.searches {
            frame.used = true;
            let name = lifetime(&frame.label);
            return quote!(#keyword #name;);
        }
        quote!(#keyword;)
    }

    /// True where the loop's body changes what the comprehension in its head reads.
    fn source_changes(&self, comprehension: &Expr) -> bool {
        let mut changes = false;
        walk::each_expr_of(comprehension, &mut |expr| {
            let root = expr.as_place().and_then(Place::root);
            changes |= root.is_some_and(|root| self.changed_by_body.contains(&root));
        });
        changes
    }

    /// True where some statements change, as a whole, what a path starts at.
    fn conflicts(&self, root: Root, body: &[Stmt]) -> bool {
        let mut found = false;
        walk::each_expr(body, &mut |expr| found |= self.changes_root(root, expr));
        found
    }

    pub(super) fn changes_root(&self, root: Root, expr: &Expr) -> bool {
        let ExprKind::Call { function, args } = &expr.kind else {
            return false;
        };
        let callee = self.emitter.program.function(*function);
        if let Root::Global(id) = root {
            return self.emitter.program.global(id).is_state && callee.effects.state == Some(Access::Write);
        }
        args.iter().zip(&callee.params).any(|(arg, param)| {
            let whole = match arg.as_place() {
                Some(Place::Local(local)) => Some(Root::Local(*local)),
                _ => None,
            };
            param.passing == Passing::RefMut && whole == Some(root) && !decide::is_shared(self.emitter.program, &arg.ty)
        })
    }

    /// What is iterated. `conflicts` says whether the loop changes what a path starts at; then a copy is iterated.
    pub(super) fn source(&mut self, iter: &Iter, mutable: bool, conflicts: &dyn Fn(&Self, Root) -> bool) -> Source {
        match iter {
            Iter::Range { start, stop, step } => self.range(start, stop, step),
            Iter::Value(expr) => self.elements(expr, mutable, conflicts),
            Iter::Items(expr) => self.entries(expr, mutable, conflicts, true),
            Iter::Values(expr) => self.entries(expr, mutable, conflicts, false),
            Iter::Enumerate(inner, start) => {
                let inner = self.source(inner, mutable, conflicts);
                let start = match start.kind {
                    ExprKind::Int(value) if value >= 0 => Code::atom(format!("{value}i64").parse().unwrap_or_default()),
                    _ => self.owned(start),
                };
                let (start, chain) = (start.at(Level::Or), inner.plain);
                let ty = Type::Tuple(vec![Type::Int, inner.ty]);
                same(Code::atom(quote!((#start..).zip(#chain))), Given::Tuple(vec![Given::Owned, inner.gives]), ty)
            }
            Iter::Zip(inner) => self.zip(inner, mutable, conflicts),
            Iter::Reversed(inner) => self.reversed(inner, mutable, conflicts),
        }
    }

    /// From the last to the first; what is computed for the items is computed from the first on, as Python does.
    fn reversed(&mut self, inner: &Iter, mutable: bool, conflicts: &dyn Fn(&Self, Root) -> bool) -> Source {
        let source = match inner {
            Iter::Value(expr) if matches!(expr.kind, ExprKind::Comprehension(_)) => {
                let list = self.owned(expr);
                same(list.method("into_iter", &[]), Given::Owned, expr.ty.item().unwrap_or(Type::Int))
            }
            _ => self.source(inner, mutable, conflicts),
        };
        let ends = matches!(inner, Iter::Range { .. } | Iter::Value(_) | Iter::Items(_) | Iter::Values(_));
        let chain = match ends {
            true => source.chain,
            false => source.chain.method("collect::<Vec<_>>", &[]).method("into_iter", &[]),
        };
        same(chain.method("rev", &[]), source.gives, source.ty)
    }

    fn range(&mut self, start: &Expr, stop: &Expr, step: &Expr) -> Source {
        let constant = decide::constant_int(self.emitter.program, step);
        if constant == Some(1) {
            let literal =
                |end: &Expr| decide::constant_int(self.emitter.program, end).filter(|_| decide::is_simple(end));
            let from = match (literal(start), literal(stop)) {
                (Some(value), Some(_)) => {
                    let level = if value < 0 { Level::Unary } else { Level::Atom };
                    Code::new(format!("{value}i64").parse().unwrap_or_default(), level)
                }
                _ => self.owned(start),
            };
            let (from, to) = (from.at(Level::Or), inclusive(self, stop));
            let code = quote!(#from #to);
            return Source {
                chain: Code::atom(quote!((#code))),
                plain: Code::new(code, Level::Block),
                gives: Given::Owned,
                ty: Type::Int,
            };
        }
        let never_zero = constant.is_some_and(|step| step != 0);
        let (start, stop, step) = (self.owned(start), self.owned(stop), self.owned(step));
        let code = match never_zero {
            true => Code::atom(quote!(range::steps(#start, #stop, #step))),
            false => self.settle(Code::atom(quote!(range::range(#start, #stop, #step))).raising()),
        };
        same(code, Given::Owned, Type::Int)
    }

    fn zip(&mut self, inner: &[Iter], mutable: bool, conflicts: &dyn Fn(&Self, Root) -> bool) -> Source {
        let sources: Vec<Source> = inner.iter().map(|iter| self.source(iter, mutable, conflicts)).collect();
        let gives = Given::Tuple(sources.iter().map(|source| source.gives.clone()).collect());
        let ty = Type::Tuple(sources.iter().map(|source| source.ty.clone()).collect());
        let mut parts = sources.into_iter();
        let Some(first) = parts.next() else {
            return same(Code::atom(quote!(std::iter::empty::<()>())), Given::Owned, Type::None);
        };
        let names: Vec<Ident> = (0..inner.len()).map(|index| format_ident!("part_{index}")).collect();
        let (mut chain, mut nested) = (first.chain, names.first().map(|name| quote!(#name)).unwrap_or_default());
        for (source, name) in parts.zip(&names[1..]) {
            let other = source.plain;
            chain = chain.method("zip", &[quote!(#other)]);
            nested = quote!((#nested, #name));
        }
        if inner.len() != 2 {
            chain = chain.method("map", &[quote!(|#nested| (#(#names,)*))]);
        }
        same(chain, gives, ty)
    }

    fn elements(&mut self, expr: &Expr, mutable: bool, conflicts: &dyn Fn(&Self, Root) -> bool) -> Source {
        let item = expr.ty.item().unwrap_or(Type::Int);
        match &expr.ty {
            Type::Str => {
                let text = self.borrowed(expr);
                return same(Code::atom(quote!(text::chars(#text))), Given::Slice, Type::Str);
            }
            Type::Bytes => {
                let bytes = self.receiver(expr).method("iter", &[]);
                return same(bytes.method("map", &[quote!(|&byte| i64::from(byte))]), Given::Owned, Type::Int);
            }
            Type::Tuple(items) => return self.tuple_elements(expr, items.len(), item),
            Type::Dict(..) => return self.keys(expr, item, conflicts),
            _ => {}
        }
        if let ExprKind::Comprehension(inner) = &expr.kind
            && !self.source_changes(expr)
            && let Some(chain) = self.uncollected(inner)
        {
            return same(chain, Given::Owned, item);
        }
        let value = self.snapshot(expr, conflicts);
        match value.kind {
            Kind::Owned => {
                let chain = value.code.method("into_iter", &[]);
                Source { chain, plain: value.code.anchored(), gives: Given::Owned, ty: item }
            }
            Kind::Lazy => same(value.code.method("iter", &[]), Given::Ref, item),
            _ if mutable => {
                let chain = value.code.method("iter_mut", &[]);
                let plain = lent(value.borrow_mut(), &chain);
                Source { chain, plain, gives: Given::Mut, ty: item }
            }
            _ => {
                let chain = value.code.method("iter", &[]);
                let plain = lent(value.borrow(), &chain);
                Source { chain, plain, gives: Given::Ref, ty: item }
            }
        }
    }

    fn tuple_elements(&mut self, expr: &Expr, length: usize, item: Type) -> Source {
        let array = match &expr.kind {
            ExprKind::Tuple(items) => {
                let items: Vec<Code> = items.iter().map(|item| self.owned(item)).collect();
                quote!([#(#items),*])
            }
            _ => {
                let tuple = self.receiver(expr).at(Level::Atom);
                let indices = (0..length).map(proc_macro2::Literal::usize_unsuffixed);
                quote!([#(#tuple.#indices.clone()),*])
            }
        };
        let array = Code::atom(array);
        Source { chain: array.method("into_iter", &[]), plain: array, gives: Given::Owned, ty: item }
    }

    fn keys(&mut self, expr: &Expr, item: Type, conflicts: &dyn Fn(&Self, Root) -> bool) -> Source {
        if self.needs_copy(expr, conflicts) {
            let copied = if item.is_scalar() { "copied" } else { "cloned" };
            let code = self.look(expr, &[], |_, dict| {
                dict.code.method("keys", &[]).method(copied, &[]).method("collect::<Vec<_>>", &[])
            });
            return owned_source(self.settle(code), item);
        }
        let value = self.value(expr);
        let value = self.settled(value);
        match value.kind {
            Kind::Owned => same(value.code.method("into_keys", &[]), Given::Owned, item),
            _ => same(value.code.method("keys", &[]), Given::Ref, item),
        }
    }

    fn entries(&mut self, expr: &Expr, mutable: bool, conflicts: &dyn Fn(&Self, Root) -> bool, keys: bool) -> Source {
        let (key, value_ty) = match &expr.ty {
            Type::Dict(key, value, _) => ((**key).clone(), (**value).clone()),
            _ => (Type::None, Type::None),
        };
        let ty = if keys { Type::Tuple(vec![key, value_ty.clone()]) } else { value_ty.clone() };
        let given = |part: Given| if keys { Given::Tuple(vec![Given::Ref, part]) } else { part };
        if !keys && self.needs_copy(expr, conflicts) {
            let copied = if value_ty.is_scalar() { "copied" } else { "cloned" };
            let code = self.look(expr, &[], |_, dict| {
                dict.code.method("values", &[]).method(copied, &[]).method("collect::<Vec<_>>", &[])
            });
            return owned_source(self.settle(code), ty);
        }
        let value = self.snapshot(expr, conflicts);
        match (value.kind, keys) {
            (Kind::Owned, true) => Source {
                chain: value.code.method("into_iter", &[]),
                plain: value.code,
                gives: Given::Tuple(vec![Given::Owned, Given::Owned]),
                ty,
            },
            (Kind::Owned, false) => same(value.code.method("into_values", &[]), Given::Owned, ty),
            (_, false) if mutable => same(value.code.method("values_mut", &[]), Given::Mut, ty),
            (_, false) => same(value.code.method("values", &[]), Given::Ref, ty),
            (Kind::Lazy, true) => same(value.code.method("iter", &[]), given(Given::Ref), ty),
            (_, true) if mutable => {
                let chain = value.code.method("iter_mut", &[]);
                let plain = lent(value.borrow_mut(), &chain);
                Source { chain, plain, gives: given(Given::Mut), ty }
            }
            (_, true) => {
                let chain = value.code.method("iter", &[]);
                let plain = lent(value.borrow(), &chain);
                Source { chain, plain, gives: given(Given::Ref), ty }
            }
        }
    }

    fn needs_copy(&self, expr: &Expr, conflicts: &dyn Fn(&Self, Root) -> bool) -> bool {
        let Some(place) = expr.as_place() else {
            return false;
        };
        self.crossing(place).is_some() || place.root().is_some_and(|root| conflicts(self, root))
    }

    /// A container to iterate over: where it is, or a copy where the loop could disturb it.
    fn snapshot(&mut self, expr: &Expr, conflicts: &dyn Fn(&Self, Root) -> bool) -> Value {
        let value = self.value(expr);
        if self.needs_copy(expr, conflicts) {
            let code = self.duplicate(value, &expr.ty);
            return Value::owned(self.settle(code));
        }
        self.settled(value)
    }

    /// The pattern of a loop's target, and statements that start the body.
    pub(super) fn loop_pattern(&mut self, target: &Target, gives: &Given, ty: &Type) -> (TokenStream, TokenStream) {
        match target {
            Target::Ignore => (quote!(_), TokenStream::new()),
            Target::Declare(local) => self.declare_given(*local, gives, ty),
            Target::Assign(place) => {
                let name = self.temporary("item");
                let value = match gives {
                    Given::Owned => Value::new(Code::atom(quote!(#name)), Kind::Place),
                    Given::Slice => Value::new(Code::atom(quote!(#name)), Kind::Slice),
                    _ => Value::new(Code::atom(quote!(#name)), Kind::Ref),
                };
                let code = if *gives == Given::Owned { value.code } else { self.duplicate(value, ty) };
                (quote!(#name), self.store(place, code, true))
            }
            Target::Tuple(targets) => self.tuple_pattern(targets, gives, ty),
        }
    }

    fn tuple_pattern(&mut self, targets: &[Target], gives: &Given, ty: &Type) -> (TokenStream, TokenStream) {
        let types: Vec<Type> = match ty {
            Type::Tuple(types) => types.clone(),
            other => vec![other.item().unwrap_or(Type::None); targets.len()],
        };
        let parts: Vec<Given> = match gives {
            Given::Tuple(parts) => parts.clone(),
            other => vec![other.clone(); targets.len()],
        };
        let mut starts = TokenStream::new();
        // Scalars inside a referenced tuple stay references: patterns cannot mix both.
        let referenced = matches!(gives, Given::Ref | Given::Mut);
        let patterns: Vec<TokenStream> = targets
            .iter()
            .zip(parts.iter().zip(&types))
            .map(|(target, (part, ty))| {
                let (pattern, start) = match target {
                    Target::Declare(local) if referenced => self.declare_reference(*local),
                    target => self.loop_pattern(target, part, ty),
                };
                starts.extend(start);
                pattern
            })
            .collect();
        let comma = if patterns.len() == 1 { quote!(,) } else { TokenStream::new() };
        (quote!((#(#patterns),* #comma)), starts)
    }

    fn declare_reference(&mut self, local: LocalId) -> (TokenStream, TokenStream) {
        self.forms[local.0 as usize] = Kind::Ref;
        let name = self.declared_name(local);
        self.owned_if_reassigned(local, name)
    }

    fn declare_given(&mut self, local: LocalId, gives: &Given, ty: &Type) -> (TokenStream, TokenStream) {
        let form = match gives {
            Given::Owned | Given::Tuple(_) => Kind::Place,
            Given::Ref if ty.is_scalar() => Kind::Place,
            Given::Ref => Kind::Ref,
            Given::Slice => Kind::Slice,
            Given::Mut => Kind::Mut,
        };
        self.forms[local.0 as usize] = form;
        let name = self.declared_name(local);
        let (pattern, start) = match form {
            Kind::Ref | Kind::Slice => self.owned_if_reassigned(local, name),
            _ => (name, TokenStream::new()),
        };
        let pattern = match gives {
            Given::Ref if ty.is_scalar() && pattern.to_string().starts_with("mut ") => quote!(&(#pattern)),
            Given::Ref if ty.is_scalar() => quote!(&#pattern),
            Given::Tuple(parts) => {
                let start = self.rebuilt(local, parts, ty);
                return (pattern, start);
            }
            _ => pattern,
        };
        (pattern, start)
    }

    /// A whole tuple is wanted where the iterator gives its parts by reference.
    fn rebuilt(&mut self, local: LocalId, parts: &[Given], ty: &Type) -> TokenStream {
        let Type::Tuple(types) = ty else {
            return TokenStream::new();
        };
        let name = self.names[local.0 as usize].clone();
        let code: Vec<Code> = parts
            .iter()
            .zip(types)
            .enumerate()
            .map(|(index, (part, ty))| {
                let index = proc_macro2::Literal::usize_unsuffixed(index);
                let kind = match part {
                    Given::Owned | Given::Tuple(_) => Kind::Owned,
                    Given::Slice => Kind::Slice,
                    Given::Ref | Given::Mut => Kind::Ref,
                };
                self.duplicate(Value::new(Code::atom(quote!(#name.#index)), kind), ty)
            })
            .collect();
        let mutable = if self.locals[local.0 as usize].mutable { quote!(mut) } else { TokenStream::new() };
        quote!(let #mutable #name = (#(#code),*);)
    }

    /// A variable that the body assigns anew holds a value of its own.
    fn owned_if_reassigned(&mut self, local: LocalId, name: TokenStream) -> (TokenStream, TokenStream) {
        let info = &self.locals[local.0 as usize];
        if !info.mutable || info.binding != Binding::Value {
            return (name, TokenStream::new());
        }
        let plain = self.names[local.0 as usize].clone();
        let value = self.local(local);
        let code = self.duplicate(value, self.local_type(local));
        self.forms[local.0 as usize] = Kind::Place;
        (quote!(#plain), quote!(let mut #plain = #code;))
    }

    /// A pattern of values that declares what a target declares.
    pub fn pattern(&mut self, target: &Target) -> TokenStream {
        self.pattern_with_stores(target).0
    }

    /// A pattern of values, and the statements that store what goes to places that exist.
    pub fn pattern_with_stores(&mut self, target: &Target) -> (TokenStream, TokenStream) {
        match target {
            Target::Ignore => (quote!(_), TokenStream::new()),
            Target::Declare(local) => {
                self.forms[local.0 as usize] = Kind::Place;
                (self.declared_name(*local), TokenStream::new())
            }
            Target::Assign(Place::Local(local)) if !self.locals[local.0 as usize].used => {
                (quote!(_), TokenStream::new())
            }
            Target::Assign(place) => {
                let name = self.temporary("value");
                (quote!(#name), self.store(place, Code::atom(quote!(#name)), true))
            }
            Target::Tuple(targets) => {
                let parts: Vec<_> = targets.iter().map(|target| self.pattern_with_stores(target)).collect();
                let (patterns, stores): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
                let comma = if patterns.len() == 1 { quote!(,) } else { TokenStream::new() };
                (quote!((#(#patterns),* #comma)), quote!(#(#stores)*))
            }
        }
    }
}

fn wants_mut(scope: &Scope<'_, '_>, target: &Target) -> bool {
    match target {
        Target::Declare(local) => {
            scope.locals[local.0 as usize].binding == Binding::RefMut
                && !decide::is_shared(scope.emitter.program, scope.local_type(*local))
        }
        Target::Tuple(parts) => parts.iter().any(|part| wants_mut(scope, part)),
        Target::Assign(_) | Target::Ignore => false,
    }
}

/// What stands after `in`: a reference that came as a parameter is used again after the loop, so that it is not given away.
fn lent(whole: Code, chain: &Code) -> Code {
    if quote!(#whole).to_string().starts_with('&') { whole } else { chain.clone() }
}

fn same(code: Code, gives: Given, ty: Type) -> Source {
    Source { plain: code.clone(), chain: code, gives, ty }
}

fn owned_source(code: Code, ty: Type) -> Source {
    Source { chain: code.method("into_iter", &[]), plain: code, gives: Given::Owned, ty }
}

/// `..stop`, or `..=last` where the bound is written as `last + 1`.
fn inclusive(scope: &mut Scope<'_, '_>, stop: &Expr) -> TokenStream {
    if let ExprKind::Arith { op: crate::ir::ArithOp::Add, left, right } = &stop.kind
        && matches!(right.kind, ExprKind::Int(1))
    {
        let last = scope.owned(left).at(Level::Sum);
        return quote!(..=#last);
    }
    let stop = match stop.kind {
        ExprKind::Int(value) => int_literal(value),
        _ => scope.owned(stop),
    };
    let stop = stop.at(Level::Sum);
    quote!(..#stop)
}
