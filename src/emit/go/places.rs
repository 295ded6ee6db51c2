//! Places: reading them, assigning to them, changing what is in them.
//!
//! A list is a slice: a function that makes its caller's list longer or shorter gets a pointer to it. Fields, elements
//! and dict values are reached in place; an element of a dict is looked up once.

use super::expressions::Touch;
use super::printer::{Ex, St};
use super::statements::Body;
use super::types::is_reference;
use crate::ir::{
    Binding, Check, ClassId, Expr, ExprKind, FunctionId, LocalId, Need, Passing, Place, Program, Take, Type, walk,
};
use std::collections::BTreeSet;

/// Parameters that travel by pointer: those whose change would be lost in a copy of the slice.
pub(super) fn pointer_params(program: &Program, keys: &BTreeSet<ClassId>) -> BTreeSet<(FunctionId, usize)> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (index, function) in program.functions.iter().enumerate() {
            let id = FunctionId(index as u32);
            for (position, param) in function.params.iter().enumerate() {
                let ty = &function.locals[param.local.0 as usize].ty;
                let candidate = param.passing == Passing::RefMut && !is_reference(keys, ty);
                if candidate && is_resized(&function.body, param.local, &found) {
                    found.insert((id, position));
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// True where a body makes a local longer or shorter, or gives it to something that may.
pub(super) fn is_resized(body: &[crate::ir::Stmt], local: LocalId, found: &BTreeSet<(FunctionId, usize)>) -> bool {
    let is_local = |e: &Expr| matches!(e.as_place(), Some(Place::Local(l)) if *l == local);
    let mut resized = false;
    walk::each_part(body, &|_, _| Need::Ref, &mut |part| match part {
        walk::Part::Value(e, _) => match &e.kind {
            ExprKind::Builtin { op, args } if op.need(0) == Need::Mut => {
                resized |= args.first().is_some_and(&is_local);
            }
            ExprKind::Call { function, args } => {
                let by_pointer = |(i, arg): (usize, &Expr)| is_local(arg) && found.contains(&(*function, i));
                resized |= args.iter().enumerate().any(by_pointer);
            }
            _ => {}
        },
        walk::Part::Store(Place::Local(l)) | walk::Part::Change(Place::Local(l)) => resized |= *l == local,
        _ => {}
    });
    resized
}

impl<'c> Body<'c> {
    /// The value of a place.
    pub(super) fn read(&mut self, place: &'c Place, take: Take, ty: &Type, wanted: bool) -> Ex {
        let value = match place {
            Place::Local(local) => self.local(*local),
            Place::Global(id) => self.global(*id),
            Place::Field { base, class, field } => {
                let name = self.cx.names.field(*class, *field).to_string();
                self.expr(base).dot(name)
            }
            Place::Cell(base) => self.expr(base).dot("Value"),
            Place::Item { base, index, check } => self.item(base, index, *check, wanted),
            Place::Entry { .. } => self.slot(place).unary("*"),
            Place::Some(base) => self.some(base),
            Place::Present(base) => self.present(base),
        };
        match (take, ty) {
            (Take::Clone, Type::List(_) | Type::Bytes) => Ex::call("slices.Clone", vec![value]),
            _ => value,
        }
    }

    /// A variable, or what it points to.
    pub(super) fn local(&self, local: LocalId) -> Ex {
        let name = Ex::word(self.names[local.0 as usize].clone());
        if self.pointers[local.0 as usize] { name.unary("*") } else { name }
    }

    fn global(&self, id: crate::ir::GlobalId) -> Ex {
        let name = self.cx.names.global(id);
        match self.cx.program.global(id).is_state {
            true => Ex::word("state").dot(name),
            false => Ex::word(name),
        }
    }

    /// The value inside an Optional that is known to be there.
    fn some(&mut self, base: &'c Expr) -> Ex {
        let value = self.expr(base);
        match &base.ty {
            Type::Optional(inner) if !self.cx.is_nilable(inner) => value.dot("Value"),
            _ => value,
        }
    }

    /// The value of an option that may be None: declines where it is.
    fn present(&mut self, base: &'c Expr) -> Ex {
        let check = self.presence(&base.ty);
        Ex::call(check, vec![self.expr(base)])
    }

    /// The function that gives the value of an option, or declines.
    fn presence(&self, ty: &Type) -> &'static str {
        match ty {
            Type::Optional(inner) if !self.cx.is_nilable(inner) => "support.Present",
            _ => "support.NotNil",
        }
    }

    /// The value inside an Optional that is tested here: an exception of this class where there is none.
    pub(super) fn inside_option(&mut self, args: &'c [Expr], class: &str) -> Ex {
        let option = self.expr(&args[0]);
        let option = self.stable("maybe", option, &args[0]);
        let nilable = matches!(&args[0].ty, Type::Optional(inner) if self.cx.is_nilable(inner));
        let (test, value) = match nilable {
            true => (option.clone().binary("!=", Ex::word("nil")), option),
            false => (option.clone().dot("Valid"), option.dot("Value")),
        };
        let message = self.expr(&args[1]);
        self.raise_unless(test, class, message);
        value
    }

    fn item(&mut self, base: &'c Expr, index: &'c Expr, check: Check, wanted: bool) -> Ex {
        match &base.ty {
            Type::Dict(key, _, _) => {
                let values = self.operands(&[base, index]);
                let [dict, at] = take_two(values);
                if check == Check::Proven {
                    return dict.method("At", vec![at]);
                }
                let at = self.stable("key", at, index);
                let found = self.fresh("found");
                let value = if wanted { self.fresh("value") } else { "_".into() };
                let pair = vec![Ex::word(value.clone()), Ex::word(found.clone())];
                self.push(St::Assign(pair, ":=", vec![dict.method("Get", vec![at.clone()])]));
                let message = self.cx.repr(key, at);
                self.raise_unless(Ex::word(found), "support.KeyError", message);
                Ex::word(value)
            }
            Type::Tuple(_) => {
                let place = crate::emit::decide::constant_int(self.cx.program, index).unwrap_or(0);
                let length = if let Type::Tuple(items) = &base.ty { items.len() as i64 } else { 0 };
                let place = if place < 0 { place + length } else { place };
                self.expr(base).dot(format!("V{place}"))
            }
            Type::TupleOf(_) => {
                let [tuple, at] = take_two(self.operands(&[base, index]));
                let items = tuple.method("Items", vec![]);
                match check {
                    Check::Proven => items.at(at),
                    Check::Wrap | Check::Upper => {
                        self.raising(Ex::call("support.TupleItemAt", vec![items, at]), "item", wanted)
                    }
                }
            }
            Type::Str => {
                let [text, at] = take_two(self.operands(&[base, index]));
                self.raising(Ex::call("support.CharAt", vec![text, at]), "char", wanted)
            }
            Type::Deque(_) => {
                let [deque, at] = take_two(self.operands(&[base, index]));
                let slot = self.raising(Ex::call("support.DequeAt", vec![deque, at]), "slot", wanted);
                if wanted { slot.unary("*") } else { slot }
            }
            _ => {
                let [items, at] = take_two(self.operands(&[base, index]));
                let value = match check {
                    Check::Proven => items.at(at),
                    Check::Wrap | Check::Upper => {
                        self.raising(Ex::call("support.ItemAt", vec![items, at]), "item", wanted)
                    }
                };
                if base.ty == Type::Bytes { Ex::call("int64", vec![value]) } else { value }
            }
        }
    }

    /// A pointer to the value of a dict at a key, or the default put there.
    fn slot(&mut self, place: &'c Place) -> Ex {
        let Place::Entry { base, key, default } = place else { return Ex::word("nil") };
        let mut values = self.operands(&[base, key, default]).into_iter();
        let dict = values.next().unwrap_or(Ex::word("nil"));
        let call = dict.method("SetDefault", values.collect());
        self.spill("slot", call)
    }

    /// Something that can stand to the left of `=` more than once: its parts are evaluated here.
    pub(super) fn lvalue(&mut self, e: &'c Expr) -> Ex {
        match &e.kind {
            ExprKind::Read { place, .. } => self.place_lvalue(place),
            _ => {
                let value = self.expr(e);
                self.spill("value", value)
            }
        }
    }

    fn place_lvalue(&mut self, place: &'c Place) -> Ex {
        match place {
            Place::Local(local) => self.local(*local),
            Place::Global(id) => self.global(*id),
            Place::Field { base, class, field } => {
                let name = self.cx.names.field(*class, *field).to_string();
                self.owner(base).dot(name)
            }
            Place::Cell(base) => self.owner(base).dot("Value"),
            Place::Item { base, index, check } if matches!(base.ty, Type::Dict(..)) => {
                self.dict_slot(base, index, *check).unary("*")
            }
            Place::Item { base, index, .. } if matches!(base.ty, Type::Deque(_)) => {
                let [deque, at] = take_two(self.operands(&[base, index]));
                self.raising(Ex::call("support.DequeAt", vec![deque, at]), "slot", true).unary("*")
            }
            Place::Item { base, index, check } => self.element(base, index, *check, "support.Index"),
            Place::Entry { .. } => self.slot(place).unary("*"),
            Place::Some(base) | Place::Present(base) => {
                let value = self.lvalue(base);
                if matches!(place, Place::Present(_)) {
                    let check = self.presence(&base.ty);
                    self.push(St::Expr(Ex::call(check, vec![value.clone()])));
                }
                match &base.ty {
                    Type::Optional(inner) if !self.cx.is_nilable(inner) => value.dot("Value"),
                    _ => value,
                }
            }
        }
    }

    /// The object that holds a field; evaluated once.
    fn owner(&mut self, base: &'c Expr) -> Ex {
        if !self.cx.is_reference(&base.ty) {
            return self.lvalue(base);
        }
        let owner = self.expr(base);
        if is_path(&owner) { owner } else { self.spill("object", owner) }
    }

    /// A pointer to the value of a dict at a key that must be there.
    fn dict_slot(&mut self, base: &'c Expr, index: &'c Expr, check: Check) -> Ex {
        let [dict, key] = take_two(self.operands(&[base, index]));
        if check == Check::Proven {
            return self.spill("slot", dict.method("Ref", vec![key]));
        }
        let key = self.stable("key", key, index);
        let slot = self.spill("slot", dict.method("Ref", vec![key.clone()]));
        let Type::Dict(key_type, _, _) = &base.ty else { return slot };
        let message = self.cx.repr(key_type, key);
        self.raise_if(slot.clone().binary("==", Ex::word("nil")), "support.KeyError", message);
        slot
    }

    /// `items[index]` with the index checked by a function of the support package.
    fn element(&mut self, base: &'c Expr, index: &'c Expr, check: Check, how: &str) -> Ex {
        let items = self.lvalue(base);
        let place = self.expr(index);
        let place = match check {
            Check::Proven => self.stable("place", place, index),
            Check::Wrap | Check::Upper => {
                let call = Ex::call(how, vec![place, items.clone().len()]);
                self.raising(call, "place", true)
            }
        };
        items.at(place)
    }

    /// `place = value`
    pub(super) fn store(&mut self, place: &'c Place, value: Ex) {
        match place {
            Place::Item { base, index, .. } if matches!(base.ty, Type::Dict(..)) => {
                let [dict, key] = take_two(self.operands(&[base, index]));
                self.push(St::Expr(dict.method("Set", vec![key, value])));
            }
            Place::Item { base, .. } if matches!(base.ty, Type::Deque(_)) => {
                let left = self.place_lvalue(place);
                self.push(St::Assign(vec![left], "=", vec![value]));
            }
            Place::Item { base, index, check } => {
                let element = self.element(base, index, *check, "support.IndexToStore");
                let value = if base.ty == Type::Bytes { Ex::call("byte", vec![value]) } else { value };
                self.push(St::Assign(vec![element], "=", vec![value]));
            }
            Place::Local(_)
            | Place::Global(_)
            | Place::Field { .. }
            | Place::Entry { .. }
            | Place::Some(_)
            | Place::Present(_)
            | Place::Cell(_) => {
                let left = self.place_lvalue(place);
                self.push(St::Assign(vec![left], "=", vec![value]));
            }
        }
    }

    /// What evaluating the parts of a place may change.
    pub(super) fn touch_of_place(&self, place: &'c Place) -> Touch {
        let mut parts = Vec::new();
        place.store_parts(&mut parts);
        let mut touch = Touch::default();
        for part in parts {
            if let walk::Part::Value(e, _) = part {
                touch.add(self.touch(e));
            }
        }
        touch
    }

    /// The place for an update: elements of dicts and lists must be there.
    pub(super) fn update_lvalue(&mut self, place: &'c Place) -> Ex {
        self.place_lvalue(place)
    }

    /// An argument that the function changes: a pointer to where the slice is.
    pub(super) fn address(&mut self, e: &'c Expr) -> Ex {
        match self.lvalue(e) {
            Ex::Unary("*", inner) => *inner,
            other => other.unary("&"),
        }
    }

    /// True where a variable is a pointer to a place that is changed through it.
    pub(super) fn is_pointer(cx: &super::Context, local: &crate::ir::Local) -> bool {
        local.binding == Binding::RefMut && !cx.is_reference(&local.ty)
    }
}

/// True for names and fields of names: reading them twice costs nothing and gives the same.
pub(super) fn is_path(ex: &Ex) -> bool {
    match ex {
        Ex::Word(_) => true,
        Ex::Selector(inner, _) => is_path(inner),
        Ex::Unary("*", inner) => is_path(inner),
        _ => false,
    }
}

/// The first two of a list of operands.
pub(super) fn take_two(values: Vec<Ex>) -> [Ex; 2] {
    let mut values = values.into_iter();
    let mut next = || values.next().unwrap_or(Ex::word("nil"));
    [next(), next()]
}
