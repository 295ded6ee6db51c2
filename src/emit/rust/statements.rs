//! Statements: declarations, assignments, branches and returns.
//!
//! ```text
//! xs[i] = v        *list::slot(&mut xs, i)? = v;
//! d[k] += n        *dict::item_mut(&mut d, k)? += n;
//! return f(x)      f(x)         (last statement of a function whose callee raises: its Result as it is)
//! ```

use super::expressions::Scope;
use super::places::{Kind, indices};
use super::printer::{Code, Level};
use crate::emit::decide;
use crate::ir::{ArithOp, Builtin, Expr, ExprKind, LocalId, Place, Stmt, StmtKind, Target, Type};
use crate::ir::{leaving, returns};
use proc_macro2::TokenStream;
use quote::quote;

impl Scope<'_, '_> {
    /// Statements inside a body.
    pub fn stmts(&mut self, stmts: &[Stmt]) -> TokenStream {
        self.sequence(stmts, false)
    }

    /// The whole body of a function: the last statement is its value.
    pub fn body(&mut self, stmts: &[Stmt]) -> TokenStream {
        let body = self.sequence(stmts, true);
        let falls_through = !leaving::diverges(stmts);
        let end = if falls_through && self.raises { quote!(Ok(())) } else { TokenStream::new() };
        quote!(#body #end)
    }

    /// The body of a closure that always returns or raises: the last statement is its value.
    pub fn tail_stmts(&mut self, stmts: &[Stmt]) -> TokenStream {
        self.sequence(stmts, true)
    }

    fn sequence(&mut self, stmts: &[Stmt], tail: bool) -> TokenStream {
        let mut out = TokenStream::new();
        for (at, stmt) in stmts.iter().enumerate() {
            let last = at + 1 == stmts.len();
            let ends = leaving::diverges(std::slice::from_ref(stmt));
            out.extend(self.stmt(stmt, tail && last && ends, &stmts[at + 1..]));
            if ends {
                break;
            }
        }
        out
    }

    fn stmt(&mut self, stmt: &Stmt, tail: bool, rest: &[Stmt]) -> TokenStream {
        match &stmt.kind {
            StmtKind::Let { local, value } => self.declare(*local, value.as_ref(), rest),
            StmtKind::Assign { place, value } => self.assign(place, value),
            StmtKind::Update { place, op, value } => self.update(place, *op, value),
            StmtKind::Unpack { targets, value } => self.unpack(targets, value),
            StmtKind::Expr(expr) => self.effect(expr),
            StmtKind::If { test, then, orelse } => self.branch(test, then, orelse, tail),
            StmtKind::While { test, body, orelse } => self.while_loop(test, body, orelse),
            StmtKind::For { target, iter, body, orelse } => self.for_loop(target, iter, body, orelse),
            StmtKind::Return(value) => self.give_back(value.as_ref(), tail),
            StmtKind::Raise(raise) => self.raise(raise, tail),
            StmtKind::Reraise(local) => self.reraise(*local, tail),
            StmtKind::Try { body, handlers, orelse, finally } => self.try_stmt(body, handlers, orelse, finally, tail),
            StmtKind::Break => self.leave_loop(true),
            StmtKind::Continue => self.leave_loop(false),
        }
    }

    fn declare(&mut self, local: LocalId, value: Option<&Expr>, rest: &[Stmt]) -> TokenStream {
        let Some(value) = value else {
            return self.declare_later(local, rest);
        };
        let form = self.value_form(local, value);
        let (code, annotated) = match form {
            Kind::Place => (self.owned(value), !is_evident(value)),
            Kind::Mut => (self.changed(value).borrow_mut(), false),
            _ => (self.sliced(value), false),
        };
        self.forms[local.0 as usize] = form;
        let name = self.declared_name(local);
        let ty = self.emitter.ty(self.local_type(local));
        if annotated { quote!(let #name: #ty = #code;) } else { quote!(let #name = #code;) }
    }

    fn declare_later(&mut self, local: LocalId, rest: &[Stmt]) -> TokenStream {
        if self.is_given_by_try(local, rest) {
            return TokenStream::new();
        }
        let name = self.declared_name(local);
        let ty = match self.locals[local.0 as usize].binding {
            crate::ir::Binding::Value => self.emitter.ty(self.local_type(local)),
            _ => self.emitter.reference(self.local_type(local)),
        };
        self.forms[local.0 as usize] = match self.locals[local.0 as usize].binding {
            crate::ir::Binding::Value => Kind::Place,
            _ if self.local_type(local).is_scalar() => Kind::Place,
            _ if super::types::is_sliced(self.local_type(local)) => Kind::Slice,
            _ => Kind::Ref,
        };
        quote!(let #name: #ty;)
    }

    /// The form of a variable whose first value is this.
    fn value_form(&self, local: LocalId, value: &Expr) -> Kind {
        let probe = match value.as_place() {
            Some(place) if self.crossing(place).is_none() && looks(value) => Kind::Place,
            _ if matches!(value.kind, ExprKind::Str(_)) => Kind::Slice,
            _ => Kind::Owned,
        };
        self.binding_form(local, &super::places::Value::new(Code::atom(TokenStream::new()), probe))
    }

    /// The pattern that declares a variable: `mut x`, `x` or `_x`.
    pub fn declared_name(&self, local: LocalId) -> TokenStream {
        let (name, info) = (&self.names[local.0 as usize], &self.locals[local.0 as usize]);
        // A handle is not changed by changing the object.
        let handle = match &info.ty {
            Type::Optional(inner) => decide::is_shared(self.emitter.program, inner),
            ty => decide::is_shared(self.emitter.program, ty),
        };
        let reassigned = self.reassigned.get(local.0 as usize).copied().unwrap_or(true);
        let holds = self.forms[local.0 as usize] == Kind::Place && (!handle || reassigned);
        match (info.used, info.mutable && holds) {
            (false, _) if name == "unnamed" => quote!(_),
            (false, _) => {
                let unused = quote::format_ident!("_{}", name.to_string().trim_start_matches("r#"));
                quote!(#unused)
            }
            (true, true) => quote!(mut #name),
            (true, false) => quote!(#name),
        }
    }

    /// `place = value`
    pub fn assign(&mut self, place: &Place, value: &Expr) -> TokenStream {
        if let Place::Local(local) = place {
            return self.assign_local(*local, value);
        }
        let code = self.owned(value);
        self.store(place, code, decide::is_simple(value))
    }

    fn assign_local(&mut self, local: LocalId, value: &Expr) -> TokenStream {
        let name = &self.names[local.0 as usize].clone();
        if !self.locals[local.0 as usize].used {
            return self.effect(value);
        }
        let form = self.forms[local.0 as usize];
        let code = match form {
            Kind::Slice | Kind::Ref => self.sliced(value),
            Kind::Mut => self.changed(value).borrow_mut(),
            Kind::Owned | Kind::Place | Kind::Lazy => self.owned(value),
        };
        if let Some(at) = self.pending.iter().position(|pending| *pending == local) {
            self.pending.remove(at);
            return quote!(let #name = #code;);
        }
        quote!(#name = #code;)
    }

    /// Puts a value that is a code into a place.
    pub fn store(&mut self, place: &Place, code: Code, simple: bool) -> TokenStream {
        let handle = self.crossing(place);
        let (before, code) = match simple && handle.is_none() {
            true => (TokenStream::new(), code),
            false if matches!(place, Place::Field { .. }) && handle.is_none() => (TokenStream::new(), code),
            false => {
                let name = self.temporary("value");
                (quote!(let #name = #code;), Code::atom(quote!(#name)))
            }
        };
        let stored = match handle {
            Some(handle) => self.inside(handle, "update", &indices(place), |scope| scope.store_here(place, &code)),
            None => self.apart(place.root(), &indices(place), |scope| scope.store_here(place, &code)),
        };
        let stored = self.settle(stored);
        quote!(#before #stored;)
    }

    fn store_here(&mut self, place: &Place, value: &Code) -> Code {
        if let Place::Item { base, index, .. } = place
            && matches!(base.ty, Type::Dict(..))
        {
            let key = self.owned(index);
            let dict = self.changed(base).code.at(Level::Atom);
            let code = quote!(#dict.insert(#key, #value));
            return Code::new(if self.in_closure { quote!({ #code; }) } else { code }, Level::Block);
        }
        let target = self.place_mut(place, true);
        let target = self.settled(target).place();
        Code::new(quote!(#target = #value), Level::Block)
    }

    fn update(&mut self, place: &Place, op: ArithOp, value: &Expr) -> TokenStream {
        let loud = !decide::is_quiet(value) || decide::changes_something(value);
        // Rust computes the value first, Python looks at the place first: where both may raise, Python's order counts.
        let both_raise = decide::place_raises(place) && decide::may_raise(value);
        if !matches!(place, Place::Local(_)) && (loud || both_raise) {
            return self.update_from_before(place, op, value);
        }
        if value.ty == Type::Str {
            return self.push_text(place, value);
        }
        let code = self.owned(value);
        let needs_name = !decide::is_simple(value) && !matches!(place, Place::Local(_));
        let (before, code) = match needs_name && (self.crossing(place).is_some() || !decide::is_quiet(value)) {
            true => {
                let name = self.temporary("value");
                (quote!(let #name = #code;), Code::atom(quote!(#name)))
            }
            false => (TokenStream::new(), code),
        };
        let updated = match self.crossing(place) {
            Some(handle) => {
                self.inside(handle, "update", &indices(place), |scope| scope.update_here(place, op, &code, value))
            }
            None => self.apart(place.root(), &indices(place), |scope| scope.update_here(place, op, &code, value)),
        };
        let updated = self.settle(updated);
        quote!(#before #updated;)
    }

    /// The value runs something that may change the place: what was there before counts.
    fn update_from_before(&mut self, place: &Place, op: ArithOp, value: &Expr) -> TokenStream {
        let computed: Vec<&Expr> = indices(place).into_iter().filter(|index| !decide::is_simple(index)).collect();
        let (mut out, hoisted) = self.keep(&computed);
        let old = self.read(place, crate::ir::Take::Clone, &value.ty);
        let (old, before) = (self.settled(old).code, self.temporary("before"));
        out.extend(quote!(let #before = #old;));
        let (code, name) = (self.owned(value), self.temporary("value"));
        out.extend(quote!(let #name = #code;));
        let after = match value.ty {
            Type::Str => Code::atom(quote!((#before + &#name))),
            _ => self.arith(op, Code::atom(quote!(#before)), Code::atom(quote!(#name)), value),
        };
        out.extend(self.store(place, after, false));
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        out
    }

    fn update_here(&mut self, place: &Place, op: ArithOp, code: &Code, value: &Expr) -> Code {
        let target = self.place_mut(place, false);
        let target = self.settled(target).place();
        let token = match op {
            ArithOp::Add => quote!(+=),
            ArithOp::Sub => quote!(-=),
            ArithOp::Mul => quote!(*=),
            ArithOp::TrueDiv if value.ty == Type::Float && decide::never_zero(self.emitter.program, value) => {
                quote!(/=)
            }
            ArithOp::BitAnd => quote!(&=),
            ArithOp::BitOr => quote!(|=),
            ArithOp::BitXor => quote!(^=),
            ArithOp::TrueDiv
            | ArithOp::FloorDiv
            | ArithOp::Mod
            | ArithOp::Pow
            | ArithOp::LeftShift
            | ArithOp::RightShift => return self.recompute(target, op, code, value),
        };
        Code::new(quote!(#target #token #code), Level::Block)
    }

    fn recompute(&mut self, target: Code, op: ArithOp, code: &Code, value: &Expr) -> Code {
        if target.to_string().contains('?') || target.to_string().contains('(') {
            let computed = self.arith(op, Code::new(quote!(*slot), Level::Unary), code.clone(), value);
            return Code::new(quote!({ let slot = &mut #target; *slot = #computed; }), Level::Block);
        }
        let computed = self.arith(op, target.clone(), code.clone(), value);
        Code::new(quote!(#target = #computed), Level::Block)
    }

    fn push_text(&mut self, place: &Place, value: &Expr) -> TokenStream {
        let piece = self.owned_piece(value);
        let (before, piece) = match decide::is_simple(value) {
            true => (TokenStream::new(), piece),
            false => {
                let name = self.temporary("piece");
                (quote!(let #name = #piece;), Code::atom(quote!(#name)))
            }
        };
        let push = |scope: &mut Self| {
            let target = scope.place_mut(place, false);
            let target = scope.settled(target).code;
            target.method("push_str", &[quote!(#piece)])
        };
        let pushed = match self.crossing(place) {
            Some(handle) => self.inside(handle, "update", &indices(place), push),
            None => self.apart(place.root(), &indices(place), push),
        };
        let pushed = self.settle(pushed);
        quote!(#before #pushed;)
    }

    fn owned_piece(&mut self, value: &Expr) -> Code {
        let borrowed = self.value(value);
        self.settled(borrowed).borrow()
    }

    fn unpack(&mut self, targets: &[Target], value: &Expr) -> TokenStream {
        let whole = Target::Tuple(targets.to_vec());
        let same = |target: &Target| matches!(target, Target::Declare(_) | Target::Ignore);
        let value = self.owned(value);
        if targets.iter().all(same) {
            let pattern = self.pattern(&whole);
            return quote!(let #pattern = #value;);
        }
        if let Some(names) = self.plain_locals(targets) {
            return quote!((#(#names),*) = #value;);
        }
        let (pattern, stores) = self.pattern_with_stores(&whole);
        quote!(let #pattern = #value; #stores)
    }

    /// The names of variables that hold values, where all targets are such.
    fn plain_locals(&self, targets: &[Target]) -> Option<Vec<TokenStream>> {
        let name = |target: &Target| match target {
            // Nobody reads it: it is not declared.
            Target::Assign(Place::Local(local)) if !self.locals[local.0 as usize].used => Some(quote!(_)),
            Target::Assign(Place::Local(local))
                if self.forms[local.0 as usize] == Kind::Place && !self.pending.contains(local) =>
            {
                let name = &self.names[local.0 as usize];
                Some(quote!(#name))
            }
            _ => None,
        };
        targets.iter().map(name).collect()
    }

    /// An expression for what it does.
    fn effect(&mut self, expr: &Expr) -> TokenStream {
        let code = match &expr.kind {
            ExprKind::Block { body, value } => {
                let (body, value) = (self.stmts(body), self.effect(value));
                return quote!(#body #value);
            }
            ExprKind::None => return TokenStream::new(),
            // Reading puts something there; nobody wants it.
            ExprKind::Read { place: place @ Place::Entry { .. }, .. } if self.crossing(place).is_none() => {
                let slot = self.place_mut(place, false);
                let slot = self.settled(slot).code;
                return quote!(#slot;);
            }
            _ => self.owned_raw(expr),
        };
        let code = self.settle(code);
        let plain = expr.ty == Type::None || expr.ty == Type::Never || matches!(expr.kind, ExprKind::Builtin { .. });
        match plain && !is_must_use(expr) {
            true => quote!(#code;),
            false => quote!(let _ = #code;),
        }
    }

    fn branch(&mut self, test: &Expr, then: &[Stmt], orelse: &[Stmt], tail: bool) -> TokenStream {
        let test = self.owned(test);
        let then = self.sequence(then, tail);
        if orelse.is_empty() {
            return quote!(if #test { #then });
        }
        let chained = matches!(orelse, [Stmt { kind: StmtKind::If { .. }, .. }]);
        let orelse = self.sequence(orelse, tail);
        if chained { quote!(if #test { #then } else #orelse) } else { quote!(if #test { #then } else { #orelse }) }
    }

    fn give_back(&mut self, value: Option<&Expr>, tail: bool) -> TokenStream {
        let noted = self.note_given(value);
        let given_back = self.hand_back(value, tail);
        quote!(#noted #given_back)
    }

    /// Notes which argument the outside gets back, in a function that gives one back now and then.
    fn note_given(&self, value: Option<&Expr>) -> Option<TokenStream> {
        let function = self.gives_back?;
        Some(match value.and_then(|value| returns::given_position(function, value)) {
            Some(position) => {
                let position = proc_macro2::Literal::usize_unsuffixed(position);
                quote!(given::back(#position);)
            }
            None => quote!(given::nothing();),
        })
    }

    fn hand_back(&mut self, value: Option<&Expr>, tail: bool) -> TokenStream {
        let code = match value {
            Some(value) => self.owned_raw(value),
            None => Code::atom(quote!(())),
        };
        if let Some(attempt) = self.attempts.last().cloned() {
            let code = self.settle(code);
            return attempt.give_back(quote!(#code), value.is_some());
        }
        let whole = match (self.raises, code.raises) {
            (true, true) => code,
            (true, false) => Code::atom(quote!(Ok(#code))),
            (false, _) => self.settle(code),
        };
        match (tail, value.is_some() || self.raises) {
            (true, true) => quote!(#whole),
            (true, false) => TokenStream::new(),
            (false, true) => quote!(return #whole;),
            (false, false) => quote!(return;),
        }
    }
}

fn looks(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Read { take: crate::ir::Take::Look, .. })
}

/// True where the type of a value shows in its Rust expression, so that a declaration needs no type.
fn is_evident(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Read { .. }
        | ExprKind::Call { .. }
        | ExprKind::Construct { .. }
        | ExprKind::Format(_)
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::Member { .. }
        | ExprKind::Float(_)
        | ExprKind::Compare { .. }
        | ExprKind::Not(_)
        | ExprKind::And(..)
        | ExprKind::Or(..)
        | ExprKind::IsNone(_)
        | ExprKind::Attribute { .. }
        | ExprKind::Message(_) => true,
        ExprKind::Convert { value: inner, .. } => is_evident(inner) || value.ty == Type::Float,
        ExprKind::Negate(inner) | ExprKind::Invert(inner) => is_evident(inner),
        ExprKind::Arith { left, right, .. } => value.ty == Type::Float || is_evident(left) || is_evident(right),
        ExprKind::If { then, orelse, .. } => is_evident(then) || is_evident(orelse),
        ExprKind::Builtin { op: Builtin::Min | Builtin::Max, args } => args.iter().any(is_evident),
        ExprKind::Builtin { .. } | ExprKind::Comprehension(_) | ExprKind::Sorted { .. } => true,
        ExprKind::Tuple(items) => items.iter().all(is_evident),
        ExprKind::None
        | ExprKind::Int(_)
        | ExprKind::Bytes(_)
        | ExprKind::List(_)
        | ExprKind::Dict(_)
        | ExprKind::Set(_)
        | ExprKind::Block { .. }
        | ExprKind::CallValue { .. }
        | ExprKind::Closure { .. }
        | ExprKind::NewCell(_)
        | ExprKind::Sort { .. } => false,
    }
}

fn is_must_use(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Builtin { op, .. } => {
            !matches!(op, Builtin::ListPop | Builtin::ListPopAt | Builtin::DictPop | Builtin::DictPopOr)
                && expr.ty != Type::None
        }
        _ => false,
    }
}
