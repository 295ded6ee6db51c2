//! Places: variables, fields, elements, and how a value leaves or enters them.
//!
//! ```text
//! xs[i]                          *list::item(xs, i)?
//! self._rules[name] = v          self.rules.insert(name.to_string(), v);
//! product.levels[w].on_hand      product.with(|it| dict::item(&it.levels, w).cloned())?.with(|it| it.on_hand)
//! ```
//!
//! A path that passes through a shared object is cut there: the rest of it is read or changed inside a closure of
//! the object, and nothing of the program runs in that closure.

use super::expressions::Scope;
use super::names;
use super::printer::{Code, Level};
use super::types::is_sliced;
use crate::emit::decide;
use crate::ir::{Check, ClassRepr, Expr, ExprKind, GlobalId, Place, Root, Take, Type, walk};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// What kind of Rust expression stands for a value of type `T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A `T` that belongs to nobody yet.
    Owned,
    /// A place that holds a `T`.
    Place,
    /// A `&T`.
    Ref,
    /// A `&str` or a slice.
    Slice,
    /// A `&mut T`.
    Mut,
    /// A static that is initialised when it is first used.
    Lazy,
}

/// An expression and what it stands for.
#[derive(Clone, Debug)]
pub struct Value {
    /// The expression.
    pub code: Code,
    /// What it stands for.
    pub kind: Kind,
}

impl Value {
    /// A value that belongs to nobody yet.
    pub fn owned(code: Code) -> Value {
        Value { code, kind: Kind::Owned }
    }

    /// A value of a kind.
    pub fn new(code: Code, kind: Kind) -> Value {
        Value { code, kind }
    }

    /// The same, where literals say which number they are.
    pub fn anchored(self) -> Value {
        Value { code: self.code.anchored(), ..self }
    }

    /// The expression as a place of type `T`.
    pub fn place(&self) -> Code {
        match self.kind {
            Kind::Owned | Kind::Place => self.code.clone(),
            Kind::Ref | Kind::Slice | Kind::Mut | Kind::Lazy => self.code.prefixed(quote!(*)),
        }
    }

    /// The expression as a reference, where the context says of what type.
    pub fn borrow(&self) -> Code {
        match self.kind {
            Kind::Owned | Kind::Place | Kind::Lazy => self.code.prefixed(quote!(&)),
            Kind::Ref | Kind::Slice | Kind::Mut => self.code.clone(),
        }
    }

    /// The expression as a reference that may change what it refers to.
    pub fn borrow_mut(&self) -> Code {
        match self.kind {
            Kind::Owned | Kind::Place => self.code.prefixed(quote!(&mut)),
            Kind::Ref | Kind::Slice | Kind::Mut | Kind::Lazy => self.code.clone(),
        }
    }
}

impl Scope<'_, '_> {
    /// Reads a place as the reader wants it.
    pub fn read(&mut self, place: &Place, take: Take, ty: &Type) -> Value {
        if let Some(handle) = self.crossing(place) {
            return Value::owned(self.read_shared(handle, place, ty));
        }
        let value = self.place(place, ty);
        match take {
            Take::Look => value,
            Take::Move if value.kind == Kind::Place => Value::owned(value.code),
            Take::Move | Take::Clone => Value::owned(self.duplicate(value, ty)),
        }
    }

    /// A value of its own, copied or cloned from where it is.
    pub fn duplicate(&mut self, value: Value, ty: &Type) -> Code {
        if value.kind == Kind::Owned {
            return value.code;
        }
        if value.code.raises && value.kind == Kind::Ref {
            return value.code.method(if ty.is_scalar() { "copied" } else { "cloned" }, &[]).raising();
        }
        let value = self.settled(value);
        match ty {
            ty if ty.is_scalar() => value.place(),
            Type::Str if value.kind == Kind::Slice => value.code.method("to_string", &[]),
            Type::List(_) | Type::Bytes if value.kind == Kind::Slice || value.kind == Kind::Place => {
                value.code.method("to_vec", &[])
            }
            Type::Class(_) if value.kind == Kind::Lazy => {
                let place = value.place();
                place.method("clone", &[])
            }
            _ => value.code.method("clone", &[]),
        }
    }

    /// The handle of the last shared object that a path passes through.
    pub fn crossing<'x>(&self, place: &'x Place) -> Option<&'x Expr> {
        match place {
            Place::Local(_) | Place::Global(_) => None,
            Place::Cell(base) => (!self.given.contains_key(&std::ptr::from_ref::<Expr>(base))).then_some(base),
            Place::Field { base, class, .. } if self.emitter.program.class(*class).repr == ClassRepr::Shared => {
                (!self.given.contains_key(&std::ptr::from_ref::<Expr>(base))).then_some(base)
            }
            Place::Field { base, .. }
            | Place::Item { base, .. }
            | Place::Entry { base, .. }
            | Place::Some(base)
            | Place::Present(base) => self.crossing(base.as_place()?),
        }
    }

    fn read_shared(&mut self, handle: &Expr, place: &Place, ty: &Type) -> Code {
        self.inside(handle, "with", &indices(place), |scope| {
            let value = scope.place(place, ty);
            scope.duplicate(value, ty)
        })
    }

    /// `handle.with(|it| body)` or `handle.update(..)`; what must not run inside is evaluated before.
    pub fn inside(
        &mut self,
        handle: &Expr,
        method: &str,
        outside: &[&Expr],
        body: impl FnOnce(&mut Self) -> Code,
    ) -> Code {
        let (temporaries, hoisted) = self.hoist(outside);
        let receiver = self.value(handle);
        let receiver = self.settled(receiver).code;
        // Objects that are open at once have names of their own.
        let name = &names::OPEN[self.opened.min(names::OPEN.len() - 1)];
        let it = names::ident(name);
        self.opened += 1;
        self.given.insert(std::ptr::from_ref(handle), Value::new(Code::atom(quote!(#it)), Kind::Ref));
        let (inner, raises) = self.closure_body(body);
        self.given.remove(&std::ptr::from_ref(handle));
        self.opened -= 1;
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        let call = receiver.method(method, &[quote!(|#it| #inner)]);
        let call = if raises { call.raising() } else { call };
        self.after(temporaries, call)
    }

    /// Writes the body of a closure: the code, and whether it is a `Result`.
    pub fn closure_body(&mut self, body: impl FnOnce(&mut Self) -> Code) -> (Code, bool) {
        let asked = std::mem::replace(&mut self.asked, false);
        let in_closure = std::mem::replace(&mut self.in_closure, true);
        let inner = body(self);
        self.in_closure = in_closure;
        let asked_inside = std::mem::replace(&mut self.asked, asked);
        match (inner.raises, asked_inside) {
            (true, _) => (inner, true),
            (false, true) => (Code::atom(quote!(Ok::<_, Exception>(#inner))), true),
            (false, false) => (inner, false),
        }
    }

    /// Evaluates what is not quiet into temporaries; returns them and the expressions that they stand for.
    pub fn hoist(&mut self, exprs: &[&Expr]) -> (TokenStream, Vec<*const Expr>) {
        let loud: Vec<&Expr> = exprs.iter().copied().filter(|expr| !decide::is_quiet(expr)).collect();
        self.keep(&loud)
    }

    /// Evaluates expressions into temporaries; returns them and the expressions that they stand for.
    pub fn keep(&mut self, exprs: &[&Expr]) -> (TokenStream, Vec<*const Expr>) {
        let mut temporaries = TokenStream::new();
        let mut hoisted = Vec::new();
        for expr in exprs {
            let name = self.temporary("value");
            let value = self.owned(expr);
            temporaries.extend(quote!(let #name = #value;));
            self.given.insert(std::ptr::from_ref(*expr), Value::new(Code::atom(quote!(#name)), Kind::Place));
            hoisted.push(std::ptr::from_ref(*expr));
        }
        (temporaries, hoisted)
    }

    /// An expression after some statements.
    pub fn after(&mut self, before: TokenStream, code: Code) -> Code {
        if before.is_empty() {
            return code;
        }
        let block = Code::new(quote!({ #before #code }), Level::Block);
        if code.raises { block.raising() } else { block }
    }

    /// A place to look at.
    pub fn place(&mut self, place: &Place, ty: &Type) -> Value {
        match place {
            Place::Local(local) => self.local(*local),
            Place::Global(global) => self.global(*global),
            Place::Field { base, class, field } => {
                let base = self.receiver(base);
                let name = &self.emitter.names.fields[class.0 as usize][field.0 as usize];
                let base = base.at(Level::Atom);
                Value::new(Code::atom(quote!(#base.#name)), Kind::Place)
            }
            Place::Cell(base) => self.value(base),
            Place::Item { base, index, check } => self.item(base, index, *check),
            Place::Entry { base, key, default } => self.entry(base, key, default),
            Place::Some(base) | Place::Present(base) => {
                let value = self.value(base);
                let value = self.settled(value);
                match value.kind {
                    _ if ty.is_scalar() => Value::owned(unwrapped(place, value.code)),
                    Kind::Owned => Value::owned(unwrapped(place, value.code)),
                    _ => Value::new(unwrapped(place, value.code.method("as_ref", &[])), Kind::Ref),
                }
            }
        }
    }

    /// The value inside an Optional that is tested here, by a function of `option`.
    pub fn inside_option(&mut self, function: TokenStream, args: &[Expr]) -> Value {
        let option = self.borrowed(&args[0]);
        let message = self.borrowed(&args[1]);
        Value::new(Code::atom(quote!(option::#function(#option, #message))).raising(), Kind::Ref)
    }

    /// A value as the receiver of a method or field.
    pub fn receiver(&mut self, expr: &Expr) -> Code {
        let value = self.value(expr);
        let value = self.settled(value);
        match expr.kind {
            ExprKind::Int(_) | ExprKind::Float(_) => {
                let (code, ty) = (value.code, self.emitter.ty(&expr.ty));
                Code::new(quote!(#code as #ty), Level::Cast)
            }
            _ => value.code,
        }
    }

    fn global(&mut self, id: GlobalId) -> Value {
        let (global, name) = (self.emitter.program.global(id), self.emitter.names.global(id));
        if global.is_state {
            let code = if self.state_is_local { quote!(#name) } else { quote!(state.#name) };
            return Value::new(Code::atom(code), Kind::Place);
        }
        let path = Code::atom(self.emitter.qualified(global.module, quote!(#name)));
        match self.emitter.storage(id) {
            Storage::Const if global.ty == Type::Str => Value::new(path, Kind::Slice),
            Storage::Const => Value::new(path, Kind::Place),
            Storage::Lazy => Value::new(path, Kind::Lazy),
        }
    }

    fn item(&mut self, base: &Expr, index: &Expr, check: Check) -> Value {
        match &base.ty {
            Type::Dict(..) if check == Check::Proven => {
                let base = self.receiver(base).at(Level::Atom);
                let key = self.borrowed(index);
                Value::new(Code::atom(quote!(#base[#key])), Kind::Place)
            }
            Type::Dict(..) => {
                self.emitter.needs_repr(&index.ty);
                let base = self.borrowed(base);
                let key = self.borrowed(index);
                Value::new(Code::atom(quote!(dict::item(#base, #key))).raising(), Kind::Ref)
            }
            Type::Tuple(items) => self.tuple_item(base, index, items),
            Type::TupleOf(_) if check != Check::Proven => {
                let (base, index) = (self.borrowed(base), self.owned(index));
                Value::new(Code::atom(quote!(list::tuple_item(#base, #index))).raising(), Kind::Ref)
            }
            Type::Deque(_) => {
                let (base, index) = (self.borrowed(base), self.owned(index));
                Value::new(Code::atom(quote!(deque::item(#base, #index))).raising(), Kind::Ref)
            }
            Type::Str => {
                let (base, index) = (self.borrowed(base), self.owned(index));
                Value::owned(Code::atom(quote!(text::item(#base, #index))).raising())
            }
            Type::Bytes => {
                let (base, index) = (self.borrowed(base), self.owned(index));
                Value::owned(Code::atom(quote!(list::byte(#base, #index))).raising())
            }
            _ if check == Check::Proven => {
                let base = self.receiver(base).at(Level::Atom);
                let index = self.position(index);
                Value::new(Code::atom(quote!(#base[#index])), Kind::Place)
            }
            _ => {
                let (base, index) = (self.borrowed(base), self.owned(index));
                Value::new(Code::atom(quote!(list::item(#base, #index))).raising(), Kind::Ref)
            }
        }
    }

    /// An index that is proven to be in range, as `usize`.
    fn position(&mut self, index: &Expr) -> Code {
        match index.kind {
            ExprKind::Int(value) => Code::atom(Literal::i64_unsuffixed(value).into_iter_tokens()),
            _ => {
                let index = self.owned(index).at(Level::Cast);
                Code::new(quote!(#index as usize), Level::Cast)
            }
        }
    }

    fn tuple_item(&mut self, base: &Expr, index: &Expr, items: &[Type]) -> Value {
        let constant = decide::constant_int(self.emitter.program, index);
        let wrapped = constant.map(|index| if index < 0 { index + items.len() as i64 } else { index });
        if let Some(at) = wrapped.filter(|at| (0..items.len() as i64).contains(at)) {
            let (base, at) = (self.receiver(base).at(Level::Atom), Literal::i64_unsuffixed(at));
            return Value::new(Code::atom(quote!(#base.#at)), Kind::Place);
        }
        let (base, index) = (self.receiver(base).at(Level::Atom), self.owned(index));
        let parts = (0..items.len()).map(Literal::usize_unsuffixed);
        let code = quote!(list::tuple_item(&[#(#base.#parts.clone()),*], #index).cloned());
        Value::owned(Code::atom(code).raising())
    }

    fn entry(&mut self, base: &Expr, key: &Expr, default: &Expr) -> Value {
        let root = base.as_place().and_then(Place::root);
        let code = self.apart(root, &[key, default], |scope| scope.entry_apart(base, key, default));
        Value::new(code, Kind::Mut)
    }

    fn entry_apart(&mut self, base: &Expr, key: &Expr, default: &Expr) -> Code {
        let (base, key) = (self.changed(base).code.at(Level::Atom), self.owned(key));
        let entry = Code::atom(quote!(#base.entry(#key)));
        let empty = match &default.kind {
            ExprKind::List(items) | ExprKind::Set(items) => items.is_empty(),
            ExprKind::Dict(pairs) => pairs.is_empty(),
            _ => false,
        };
        if empty {
            return entry.method("or_default", &[]);
        }
        let default_code = self.owned(default);
        let simple = decide::is_simple(default) && default.ty.is_scalar();
        // Python computes the default where it is not needed, too.
        match simple || !decide::is_silent(default) {
            true => entry.method("or_insert", &[quote!(#default_code)]),
            false => entry.method("or_insert_with", &[quote!(|| #default_code)]),
        }
    }

    /// A place to change what is in it; `assigned` where it is replaced as a whole.
    pub fn place_mut(&mut self, place: &Place, assigned: bool) -> Value {
        match place {
            Place::Local(local) => self.local(*local),
            Place::Global(global) => self.global(*global),
            Place::Field { base, class, field } => {
                let base = self.changed(base).code.at(Level::Atom);
                let name = &self.emitter.names.fields[class.0 as usize][field.0 as usize];
                Value::new(Code::atom(quote!(#base.#name)), Kind::Place)
            }
            Place::Cell(base) => Value::new(self.changed(base).code, Kind::Mut),
            Place::Item { base, index, check } => match &base.ty {
                Type::Dict(..) if *check == Check::Proven => {
                    let base = self.changed(base).code.at(Level::Atom);
                    let key = self.borrowed(index);
                    Value::new(Code::atom(quote!(#base[#key])), Kind::Place)
                }
                Type::Dict(..) => {
                    self.emitter.needs_repr(&index.ty);
                    let base = self.changed(base).borrow_mut();
                    let key = self.borrowed(index);
                    Value::new(Code::atom(quote!(dict::item_mut(#base, #key))).raising(), Kind::Mut)
                }
                Type::Deque(_) => {
                    let base = self.changed(base).borrow_mut();
                    let index = self.owned(index);
                    Value::new(Code::atom(quote!(deque::item_mut(#base, #index))).raising(), Kind::Mut)
                }
                _ if *check == Check::Proven => {
                    let base = self.changed(base).code.at(Level::Atom);
                    let index = self.position(index);
                    Value::new(Code::atom(quote!(#base[#index])), Kind::Place)
                }
                _ => {
                    let base = self.changed(base).borrow_mut();
                    let index = self.owned(index);
                    let function = if assigned { quote!(list::slot) } else { quote!(list::item_mut) };
                    Value::new(Code::atom(quote!(#function(#base, #index))).raising(), Kind::Mut)
                }
            },
            Place::Entry { base, key, default } => self.entry(base, key, default),
            Place::Some(base) | Place::Present(base) => {
                let option = self.changed(base).code.method("as_mut", &[]);
                Value::new(unwrapped(place, option), Kind::Mut)
            }
        }
    }

    /// A value that is changed in place, with its errors settled.
    pub fn changed(&mut self, expr: &Expr) -> Value {
        let given = self.given.get(&std::ptr::from_ref(expr)).cloned();
        let value = match (given, expr.as_place()) {
            (Some(value), _) => value,
            (None, Some(place)) if !decide::is_shared(self.emitter.program, &expr.ty) => self.place_mut(place, false),
            (None, _) => self.value(expr),
        };
        self.settled(value)
    }

    /// Changes what is in an expression's place: directly, or inside the shared object that it passes through.
    pub fn change(&mut self, expr: &Expr, others: &[&Expr], body: impl FnOnce(&mut Self, Value) -> Code) -> Code {
        let handle = expr.as_place().and_then(|place| self.crossing(place).map(|handle| (place, handle)));
        match handle {
            Some((place, handle)) => {
                let mut outside = indices(place);
                outside.extend(others);
                self.inside(handle, "update", &outside, |scope| {
                    let value = scope.changed(expr);
                    body(scope, value)
                })
            }
            None if expr.as_place().is_some_and(has_entry) && others.iter().any(|o| !decide::is_simple(o)) => {
                self.change_entry(expr, others, body)
            }
            None => {
                let place = expr.as_place();
                let mut operands = place.map(indices).unwrap_or_default();
                operands.extend(others);
                self.apart(place.and_then(Place::root), &operands, |scope| {
                    let value = scope.changed(expr);
                    body(scope, value)
                })
            }
        }
    }

    /// `d.setdefault(key, [])` puts the entry there before the operands are computed.
    fn change_entry(&mut self, expr: &Expr, others: &[&Expr], body: impl FnOnce(&mut Self, Value) -> Code) -> Code {
        let operands = expr.as_place().map(indices).unwrap_or_default();
        // The path is taken twice: what it moves has to be there again.
        let once = |operand: &&Expr| !decide::is_silent(operand) || is_moved(operand);
        let computed: Vec<&Expr> = operands.into_iter().filter(once).collect();
        let (mut before, mut hoisted) = self.keep(&computed);
        let entry = self.changed(expr).code;
        before.extend(quote!(#entry;));
        let computed: Vec<&Expr> = others.iter().copied().filter(|operand| !decide::is_simple(operand)).collect();
        let (values, more) = self.keep(&computed);
        for expr in &more {
            if let Some(value) = self.given.get_mut(expr) {
                value.kind = Kind::Owned;
            }
        }
        before.extend(values);
        hoisted.extend(more);
        let value = self.changed(expr);
        let code = body(self, value);
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        self.after(before, code)
    }

    /// Something that borrows a variable to change it: operands that read the variable, and what is computed before
    /// them, are evaluated first.
    ///
    /// `xs[xs[0]] = v`   ->   `let value_1 = list::item(xs, 0)?; *list::slot(xs, value_1)? = v;`
    pub fn apart(&mut self, root: Option<Root>, operands: &[&Expr], body: impl FnOnce(&mut Self) -> Code) -> Code {
        let reads = |operand: &&Expr| root.is_some_and(|root| reads_root(root, operand));
        let Some(last) = operands.iter().rposition(reads) else { return body(self) };
        let first: Vec<&Expr> =
            operands[..=last].iter().copied().filter(|operand| !decide::is_silent(operand)).collect();
        let (before, hoisted) = self.keep(&first);
        for expr in &hoisted {
            if let Some(value) = self.given.get_mut(expr) {
                value.kind = Kind::Owned;
            }
        }
        let code = body(self);
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        self.after(before, code)
    }

    /// Looks at an expression: directly, or inside the shared object that it passes through.
    pub fn look(&mut self, expr: &Expr, others: &[&Expr], body: impl FnOnce(&mut Self, Value) -> Code) -> Code {
        let handle = expr.as_place().and_then(|place| self.crossing(place).map(|handle| (place, handle)));
        match handle {
            Some((place, handle)) => {
                let mut outside = indices(place);
                outside.extend(others);
                self.inside(handle, "with", &outside, |scope| {
                    let value = scope.place(place, &expr.ty);
                    let value = scope.settled(value);
                    body(scope, value)
                })
            }
            None => {
                let value = self.value(expr);
                let value = self.settled(value);
                body(self, value)
            }
        }
    }

    /// A reference of exactly the type that looking at a value gives: `&str` for text, a slice for a list.
    pub fn sliced(&mut self, expr: &Expr) -> Code {
        let value = self.value(expr);
        let value = self.settled(value);
        match (&expr.ty, value.kind) {
            (ty, Kind::Slice) if is_sliced(ty) => value.code,
            (Type::Str, _) => value.code.method("as_str", &[]),
            (ty, _) if is_sliced(ty) => value.code.method("as_slice", &[]),
            _ => value.borrow(),
        }
    }
}

/// How a constant is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// A `const`.
    Const,
    /// A `static LazyLock`.
    Lazy,
}

/// The indices and keys of a path, up to the shared object that it passes through.
pub(super) fn indices(place: &Place) -> Vec<&Expr> {
    match place {
        Place::Local(_) | Place::Global(_) => Vec::new(),
        Place::Field { base, .. } | Place::Some(base) | Place::Present(base) | Place::Cell(base) => {
            base.as_place().map(indices).unwrap_or_default()
        }
        Place::Item { base, index, .. } => {
            let mut found = base.as_place().map(indices).unwrap_or_default();
            found.push(index);
            found
        }
        Place::Entry { base, key, default } => {
            let mut found = base.as_place().map(indices).unwrap_or_default();
            found.extend([&**key, &**default]);
            found
        }
    }
}

/// True for a variable, or a part of one, that is moved away.
fn is_moved(operand: &Expr) -> bool {
    matches!(operand.kind, ExprKind::Read { take: Take::Move, .. }) && !operand.ty.is_scalar()
}

/// True where a place makes an entry on the way.
pub(super) fn has_entry(place: &Place) -> bool {
    match place {
        Place::Local(_) | Place::Global(_) => false,
        Place::Entry { .. } => true,
        Place::Field { base, .. }
        | Place::Item { base, .. }
        | Place::Some(base)
        | Place::Present(base)
        | Place::Cell(base) => base.as_place().is_some_and(has_entry),
    }
}

/// True where a value reads what a variable holds; a number is copied when it is read.
pub(super) fn reads_root(root: Root, value: &Expr) -> bool {
    let mut found = false;
    walk::each_expr_of(value, &mut |expr| {
        found |= expr.as_place().and_then(Place::root) == Some(root) && !expr.ty.is_scalar();
    });
    found
}

trait IntoTokens {
    fn into_iter_tokens(self) -> TokenStream;
}

impl IntoTokens for Literal {
    fn into_iter_tokens(self) -> TokenStream {
        quote!(#self)
    }
}

/// What is in an option: it is known to be there, or the call declines where it is not.
fn unwrapped(place: &Place, option: Code) -> Code {
    match place {
        Place::Present(_) => option.method("unwrap_or_else", &[quote!(|| guard::guard("none", ""))]),
        _ => option.method("expect", &[quote!("is not None here")]),
    }
}
