//! Expressions: calls, objects, conversions; and the scope in which they are written.
//!
//! ```text
//! self.rule("x") * y    self.rule("x")? * y
//! a if test else b      if test { a } else { b }
//! Line(sku, units)      Line { sku: sku.to_string(), units }
//! ```

use super::Emitter;
use super::arithmetic::{float_literal, int_as_float, int_literal};
use super::names;
use super::places::{Kind, Value};
use super::printer::{Code, Level};
use super::types::is_sliced;
use crate::emit::decide;
use crate::ir::{
    Binding, ClassId, ClassRepr, Conversion, Expr, ExprKind, Function, FunctionId, FunctionKind, Local, LocalId,
    Passing, Root, Take, Type,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::{HashMap, HashSet};

/// What the variables of a body are, and what surrounds the expression that is being written.
pub struct Scope<'e, 'p> {
    pub emitter: &'e Emitter<'p>,
    pub locals: &'p [Local],
    /// The Rust names of the variables.
    pub names: Vec<Ident>,
    /// What each variable holds.
    pub forms: Vec<Kind>,
    /// The function gives a `Result`.
    pub raises: bool,
    /// What the function returns.
    pub result: Type,
    /// Inside a closure, `?` leaves the closure.
    pub in_closure: bool,
    /// A `?` was written since this was last cleared.
    pub asked: bool,
    /// State globals are local variables: while the state is being built.
    pub state_is_local: bool,
    /// Expressions that have been evaluated already.
    pub given: HashMap<*const Expr, Value>,
    /// Labels of the loops around, innermost last, and whether each is used.
    pub loops: Vec<super::loops::Frame>,
    /// What the body of the loop whose head is being written changes: a list of parts of it must be made first.
    pub changed_by_body: HashSet<Root>,
    /// How many blocks are open in which the `else` of a loop is written.
    pub searches: usize,
    /// Labels of the `try` bodies around that are written as blocks, innermost last.
    pub attempts: Vec<super::exceptions::Attempt>,
    /// By variable: something assigns to it as a whole.
    pub reassigned: Vec<bool>,
    /// Variables whose first assignment declares them.
    pub pending: Vec<LocalId>,
    /// The function, where it gives back an argument on some paths and the outside is told which.
    pub gives_back: Option<&'p Function>,
    /// How many shared objects are open around what is being written.
    pub opened: usize,
    counter: usize,
}

impl<'e, 'p> Scope<'e, 'p> {
    /// The scope of a function's body.
    pub fn of(emitter: &'e Emitter<'p>, function: &'p Function) -> Scope<'e, 'p> {
        let mut scope = Scope::bare(emitter);
        scope.locals = &function.locals;
        scope.names = names::locals(function);
        scope.forms = vec![Kind::Place; function.locals.len()];
        scope.raises = function.effects.raises;
        scope.result = function.result.clone();
        scope.gives_back = decide::gives_back_sometimes(emitter.program, function).then_some(function);
        let assigned = |local| super::exceptions::assigns(&function.body, LocalId(local as u32));
        scope.reassigned = (0..function.locals.len()).map(assigned).collect();
        for param in &function.params {
            let ty = &function.locals[param.local.0 as usize].ty;
            scope.forms[param.local.0 as usize] = scope.param_form(ty, param.passing);
        }
        scope
    }

    /// The scope of an expression outside functions.
    pub fn bare(emitter: &'e Emitter<'p>) -> Scope<'e, 'p> {
        Scope {
            emitter,
            locals: &[],
            names: Vec::new(),
            forms: Vec::new(),
            raises: false,
            result: Type::None,
            in_closure: false,
            asked: false,
            state_is_local: false,
            given: HashMap::new(),
            loops: Vec::new(),
            changed_by_body: HashSet::new(),
            searches: 0,
            attempts: Vec::new(),
            reassigned: Vec::new(),
            pending: Vec::new(),
            gives_back: None,
            opened: 0,
            counter: 0,
        }
    }

    /// The scope of a global's value.
    pub fn of_global(emitter: &'e Emitter<'p>, global: &'p crate::ir::Global) -> Scope<'e, 'p> {
        let mut scope = Scope::bare(emitter);
        scope.locals = &global.locals;
        scope.names = names::of_locals(&global.locals, false);
        scope.forms = vec![Kind::Place; global.locals.len()];
        scope
    }

    fn param_form(&self, ty: &Type, passing: Passing) -> Kind {
        match passing {
            Passing::RefMut if decide::is_shared(self.emitter.program, ty) => Kind::Ref,
            Passing::RefMut => Kind::Mut,
            Passing::Value => Kind::Place,
            Passing::Ref if ty.is_scalar() => Kind::Place,
            Passing::Ref if is_sliced(ty) => Kind::Slice,
            Passing::Ref => Kind::Ref,
        }
    }

    /// A new name for a temporary.
    pub fn temporary(&mut self, word: &str) -> Ident {
        loop {
            self.counter += 1;
            let name = format_ident!("{word}_{}", self.counter);
            // No variable of the function may be hidden.
            if !self.names.contains(&name) {
                return name;
            }
        }
    }

    /// A name for the parameter of a closure that reads variables: the word, unless a variable has it.
    pub fn parameter(&mut self, word: &str) -> Ident {
        let name = format_ident!("{word}");
        if self.names.contains(&name) { self.temporary(word) } else { name }
    }

    /// The variable as it stands.
    pub fn local(&self, id: LocalId) -> Value {
        let name = &self.names[id.0 as usize];
        Value::new(Code::atom(quote!(#name)), self.forms[id.0 as usize])
    }

    /// The type of a variable.
    pub fn local_type(&self, id: LocalId) -> &'p Type {
        &self.locals[id.0 as usize].ty
    }

    /// Takes a `Result` apart: by `?`, or declining where nothing may be raised.
    pub fn settle(&mut self, code: Code) -> Code {
        if !code.raises {
            return code;
        }
        if let Some(attempt) = self.attempts.last().filter(|_| !self.in_closure) {
            let leave = attempt.leave(quote!(error));
            return Code::new(quote!(match #code { Ok(value) => value, Err(error) => #leave }), Level::Block);
        }
        if self.raises || self.in_closure {
            self.asked = true;
            let result = code.at(Level::Atom);
            return Code::atom(quote!(#result?));
        }
        Code::atom(quote!(exception::proven(#code)))
    }

    /// A value with its errors settled.
    pub fn settled(&mut self, value: Value) -> Value {
        Value { code: self.settle(value.code), kind: value.kind }
    }

    /// An expression as a value that the context keeps, errors settled.
    pub fn owned(&mut self, expr: &Expr) -> Code {
        let code = self.owned_raw(expr);
        self.settle(code)
    }

    /// An expression as a value that the context keeps; may be a `Result`.
    pub fn owned_raw(&mut self, expr: &Expr) -> Code {
        let value = self.value(expr);
        self.duplicate(value, &expr.ty)
    }

    /// An expression as a reference, where the context says of what type.
    pub fn borrowed(&mut self, expr: &Expr) -> Code {
        let value = self.value(expr);
        self.settled(value).borrow()
    }

    /// An expression in whatever form comes naturally.
    pub fn value(&mut self, expr: &Expr) -> Value {
        if let Some(value) = self.given.get(&std::ptr::from_ref(expr)) {
            return value.clone();
        }
        match &expr.kind {
            ExprKind::None => Value::owned(match expr.ty {
                Type::Optional(_) => Code::atom(quote!(None)),
                Type::Json => Code::atom(quote!(Json::Null)),
                _ => Code::atom(quote!(())),
            }),
            ExprKind::Bool(value) => Value::owned(Code::atom(quote!(#value))),
            ExprKind::Int(value) => Value::owned(int_literal(*value)),
            ExprKind::Member { class, index } => {
                let (ty, name) = (self.emitter.class(*class), self.emitter.names.member(*class, *index));
                Value::owned(Code::atom(quote!(#ty::#name)))
            }
            ExprKind::Float(value) => Value::owned(float_literal(*value)),
            ExprKind::Str(value) => Value::new(Code::atom(quote!(#value)), Kind::Slice),
            ExprKind::Bytes(value) => {
                let literal = Literal::byte_string(value);
                Value::new(Code::atom(quote!(#literal)), Kind::Slice)
            }
            ExprKind::Read { place, take } => self.read(place, *take, &expr.ty),
            ExprKind::List(items) if matches!(expr.ty, Type::Deque(_)) => Value::owned(self.deque(items)),
            ExprKind::List(items) => Value::owned(self.list(items)),
            ExprKind::Dict(pairs) => Value::owned(self.dict(pairs)),
            ExprKind::Set(items) => Value::owned(self.set(items)),
            ExprKind::Tuple(items) => {
                let items: Vec<Code> = items.iter().map(|item| self.owned(item)).collect();
                Value::owned(Code::atom(if items.len() == 1 { quote!((#(#items),*,)) } else { quote!((#(#items),*)) }))
            }
            ExprKind::Negate(inner) => Value::owned(self.owned(inner).prefixed(quote!(-))),
            ExprKind::Invert(inner) | ExprKind::Not(inner) => Value::owned(self.owned(inner).prefixed(quote!(!))),
            ExprKind::Arith { op, left, right } => {
                let (left_code, right_code) = (self.owned(left), self.owned(right));
                Value::owned(self.arith_raw(*op, left_code, right_code, right))
            }
            ExprKind::Compare { op, left, right } => Value::owned(self.compare(*op, left, right)),
            ExprKind::And(left, right) => Value::owned(self.logic(left, quote!(&&), right, Level::And)),
            ExprKind::Or(left, right) => Value::owned(self.logic(left, quote!(||), right, Level::Or)),
            ExprKind::If { test, then, orelse } => self.conditional(test, then, orelse),
            ExprKind::Block { body, value } => {
                let body = self.stmts(body);
                let value = self.owned(value);
                Value::owned(Code::new(quote!({ #body #value }), Level::Block))
            }
            ExprKind::Convert { to, value } => Value::owned(self.convert(*to, value)),
            ExprKind::IsNone(inner) => {
                Value::owned(self.look(inner, &[], |_, value| value.code.method("is_none", &[])))
            }
            ExprKind::Builtin { op, args } => self.builtin(*op, args, &expr.ty),
            ExprKind::Call { function, args } => Value::owned(self.call(*function, args)),
            ExprKind::CallValue { callee, args } => Value::owned(self.call_value(callee, args)),
            ExprKind::Construct { class, fields } => Value::owned(self.construct(*class, fields)),
            ExprKind::Comprehension(inner) => Value::owned(self.comprehension(inner, &expr.ty)),
            ExprKind::Format(parts) => Value::owned(self.format(parts)),
            ExprKind::Closure { function, args } => Value::owned(self.closure(*function, args, &expr.ty)),
            ExprKind::NewCell(inner) => {
                let value = self.owned(inner);
                Value::owned(Code::atom(quote!(Shared::new(#value))))
            }
            ExprKind::Sorted { items, key, reverse } => Value::owned(self.sorted(items, key.as_deref(), *reverse)),
            ExprKind::Sort { items, key, reverse } => Value::owned(self.sort(items, key.as_deref(), *reverse)),
            ExprKind::Message(inner) => {
                let error = self.receiver(inner).method("message", &[]);
                Value::new(error, Kind::Slice)
            }
            ExprKind::Attribute { exception, name } => {
                let (error, ty) = (self.receiver(exception), self.emitter.ty(&expr.ty));
                Value::owned(Code::atom(quote!(exception::attribute::<#ty>(&#error, #name))))
            }
        }
    }

    pub(super) fn all_owned(&mut self, exprs: &[Expr]) -> Vec<Code> {
        exprs.iter().map(|expr| self.owned(expr)).collect()
    }

    fn list(&mut self, items: &[Expr]) -> Code {
        let composed = items.iter().any(|item| matches!(item.kind, ExprKind::Construct { .. } | ExprKind::List(_)));
        let items = self.all_owned(items);
        Code::atom(match items.is_empty() {
            true => quote!(Vec::new()),
            // The printer lays out the arguments of functions, not those of macros.
            false if composed => quote!(Vec::from([#(#items),*])),
            false => quote!(vec![#(#items),*]),
        })
    }

    fn deque(&mut self, items: &[Expr]) -> Code {
        let items = self.all_owned(items);
        Code::atom(if items.is_empty() { quote!(Deque::default()) } else { quote!(Deque::from_iter([#(#items),*])) })
    }

    fn set(&mut self, items: &[Expr]) -> Code {
        let items = self.all_owned(items);
        Code::atom(if items.is_empty() { quote!(Set::default()) } else { quote!(Set::from_iter([#(#items),*])) })
    }

    fn dict(&mut self, pairs: &[(Expr, Expr)]) -> Code {
        let pairs: Vec<TokenStream> = pairs
            .iter()
            .map(|(key, value)| {
                let (key, value) = (self.owned(key), self.owned(value));
                quote!((#key, #value))
            })
            .collect();
        Code::atom(if pairs.is_empty() { quote!(Dict::default()) } else { quote!(Dict::from_iter([#(#pairs),*])) })
    }

    fn logic(&mut self, left: &Expr, op: TokenStream, right: &Expr, level: Level) -> Code {
        if let (Level::And, Some(code)) = (level, self.within(left, right)) {
            return code;
        }
        let (left, right) = (self.owned(left), self.owned(right));
        Code::binary(&left, op, &right, level)
    }

    fn conditional(&mut self, test: &Expr, then: &Expr, orelse: &Expr) -> Value {
        let test = self.owned(test);
        let literals = [then, orelse].iter().all(|arm| matches!(arm.kind, ExprKind::Str(_)));
        if literals {
            let (then, orelse) = (self.value(then).code, self.value(orelse).code);
            return Value::new(Code::new(quote!(if #test { #then } else { #orelse }), Level::Block), Kind::Slice);
        }
        let (then, orelse) = (self.owned(then), self.owned(orelse));
        Value::owned(Code::new(quote!(if #test { #then } else { #orelse }), Level::Block))
    }

    fn convert(&mut self, to: Conversion, value: &Expr) -> Code {
        match to {
            Conversion::ToNumber => {
                let code = self.owned(value);
                Code::atom(if value.ty == Type::Int {
                    quote!(Number::Int(#code))
                } else {
                    quote!(Number::Float(#code))
                })
            }
            Conversion::ToFloat => {
                if let Some(constant) = int_as_float(value) {
                    return float_literal(constant);
                }
                let code = self.owned(value);
                match value.ty {
                    Type::Bool => Code::atom(quote!(f64::from(u8::from(#code)))),
                    Type::Float => code,
                    Type::Number => code.method("to_float", &[]),
                    _ => {
                        let code = code.at(Level::Cast);
                        Code::new(quote!(#code as f64), Level::Cast)
                    }
                }
            }
            Conversion::Widen => {
                if let Some(constant) = int_as_float(value) {
                    return float_literal(constant);
                }
                let code = self.owned(value);
                match value.ty {
                    Type::Number => Code::atom(quote!(number::widen(#code))),
                    _ => Code::atom(quote!(int::widen(#code))),
                }
            }
            Conversion::ToInt => {
                let code = self.owned(value);
                Code::atom(quote!(i64::from(#code)))
            }
            Conversion::Some => {
                let code = self.owned(value);
                Code::atom(quote!(Some(#code)))
            }
            Conversion::NonZero => self.owned(value),
            Conversion::ToJson if value.ty == Type::Json => self.owned(value),
            Conversion::ToJson => {
                self.emitter.needs_json(&value.ty);
                self.look(value, &[], |_, value| {
                    let value = value.borrow();
                    Code::atom(quote!(json::of(#value)))
                })
            }
        }
    }

    /// A call of a function of the program.
    pub fn call(&mut self, id: FunctionId, args: &[Expr]) -> Code {
        let function = self.emitter.program.function(id);
        let written_back = self.written_back(function, args);
        if let Some(at) = written_back {
            return self.call_written_back(id, args, at);
        }
        let (before, hoisted) = self.hoist_around_changes(function, args);
        let mut codes: Vec<TokenStream> = Vec::new();
        if function.effects.state.is_some() {
            codes.push(quote!(state));
        }
        let skip = usize::from(decide::has_self(function));
        let receiver = (skip == 1).then(|| self.call_receiver(&args[0], function.params[0].passing));
        for (arg, param) in args.iter().zip(&function.params).skip(skip) {
            let code = self.argument(arg, param.passing, function);
            codes.push(quote!(#code));
        }
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        let name = self.emitter.names.function(id);
        let code = match (receiver, function.kind) {
            (Some(receiver), _) => {
                let receiver = receiver.at(Level::Atom);
                Code::atom(quote!(#receiver.#name(#(#codes),*)))
            }
            (None, FunctionKind::Init(class) | FunctionKind::Static(class)) => {
                let class = self.emitter.class(class);
                Code::atom(quote!(#class::#name(#(#codes),*)))
            }
            (None, _) => {
                let path = self.emitter.qualified(function.module, quote!(#name));
                Code::atom(quote!(#path(#(#codes),*)))
            }
        };
        let code = if function.effects.raises { code.raising() } else { code };
        self.after(before, code)
    }

    fn call_receiver(&mut self, object: &Expr, passing: Passing) -> Code {
        match passing {
            Passing::RefMut => self.changed(object).code,
            Passing::Value => self.owned(object),
            Passing::Ref => self.receiver(object),
        }
    }

    fn argument(&mut self, arg: &Expr, passing: Passing, function: &Function) -> Code {
        match passing {
            Passing::Value => self.owned(arg),
            Passing::Ref if arg.ty.is_scalar() => self.owned(arg),
            Passing::Ref if self.is_in_state(arg, function) => {
                let code = self.owned(arg);
                code.prefixed(quote!(&))
            }
            Passing::Ref => self.borrowed(arg),
            Passing::RefMut if decide::is_shared(self.emitter.program, &arg.ty) => self.borrowed(arg),
            Passing::RefMut => self.changed(arg).borrow_mut(),
        }
    }

    /// True where an argument lies in the state and the callee changes the state.
    fn is_in_state(&self, arg: &Expr, function: &Function) -> bool {
        let in_state = |root| matches!(root, crate::ir::Root::Global(id) if self.emitter.program.global(id).is_state);
        function.effects.state == Some(crate::artifact::Access::Write)
            && arg.as_place().and_then(crate::ir::Place::root).is_some_and(in_state)
    }

    /// Where a call changes something, what is not simple is evaluated before the change is prepared.
    fn hoist_around_changes(&mut self, function: &Function, args: &[Expr]) -> (TokenStream, Vec<*const Expr>) {
        let changes = function.params.iter().any(|param| param.passing == Passing::RefMut)
            || function.effects.state == Some(crate::artifact::Access::Write);
        let mut temporaries = TokenStream::new();
        let mut hoisted = Vec::new();
        for (arg, param) in args.iter().zip(&function.params) {
            let calls = !decide::is_quiet(arg);
            if changes && calls && param.passing != Passing::RefMut {
                let name = self.temporary("argument");
                let value = self.owned(arg);
                temporaries.extend(quote!(let #name = #value;));
                self.given.insert(std::ptr::from_ref(arg), Value::new(Code::atom(quote!(#name)), Kind::Place));
                hoisted.push(std::ptr::from_ref(arg));
            }
        }
        (temporaries, hoisted)
    }

    /// The argument that a callee changes although it lies inside a shared object.
    fn written_back(&self, function: &Function, args: &[Expr]) -> Option<usize> {
        args.iter().zip(&function.params).position(|(arg, param)| {
            param.passing == Passing::RefMut
                && !decide::is_shared(self.emitter.program, &arg.ty)
                && !self.given.contains_key(&std::ptr::from_ref(arg))
                && arg.as_place().is_some_and(|place| self.crossing(place).is_some())
        })
    }

    /// Takes the argument out of its object, calls, and puts it back.
    fn call_written_back(&mut self, id: FunctionId, args: &[Expr], at: usize) -> Code {
        let arg = &args[at];
        let name = self.temporary("changed");
        let before = self.owned_clone(arg);
        self.given.insert(std::ptr::from_ref(arg), Value::new(Code::atom(quote!(#name)), Kind::Place));
        let call = self.call(id, args);
        self.given.remove(&std::ptr::from_ref(arg));
        let raises = call.raises;
        let back = self.change(arg, &[], |_, value| {
            let place = value.place();
            Code::new(quote!(*&mut #place = #name), Level::Block)
        });
        let back = self.settle(back);
        let code = Code::new(quote!({ let mut #name = #before; let result = #call; #back; result }), Level::Block);
        if raises { code.raising() } else { code }
    }

    pub(super) fn owned_clone(&mut self, expr: &Expr) -> Code {
        let value = match expr.as_place() {
            Some(place) => self.read(place, Take::Clone, &expr.ty),
            None => self.value(expr),
        };
        self.settled(value).code
    }

    /// A new object.
    pub fn construct(&mut self, class: ClassId, fields: &[Expr]) -> Code {
        let names = &self.emitter.names.fields[class.0 as usize];
        let fields: Vec<TokenStream> = fields
            .iter()
            .zip(names)
            .map(|(field, name)| {
                let value = self.owned(field);
                if *name == value.to_string() { quote!(#name) } else { quote!(#name: #value) }
            })
            .collect();
        let path = self.emitter.class(class);
        match self.emitter.program.class(class).repr {
            ClassRepr::Shared => Code::atom(quote!(Shared::new(#path { #(#fields),* }))),
            ClassRepr::Value | ClassRepr::Owned => Code::new(quote!(#path { #(#fields),* }), Level::Block),
        }
    }

    /// Whether a variable holds a value or refers to one, from what is assigned to it.
    pub fn binding_form(&self, local: LocalId, value: &Value) -> Kind {
        let ty = self.local_type(local);
        match self.locals[local.0 as usize].binding {
            _ if ty.is_scalar() || decide::is_shared(self.emitter.program, ty) => Kind::Place,
            Binding::Value => Kind::Place,
            _ if value.kind == Kind::Owned => Kind::Place,
            Binding::Ref if is_sliced(ty) => Kind::Slice,
            Binding::Ref => Kind::Ref,
            Binding::RefMut => Kind::Mut,
        }
    }
}
