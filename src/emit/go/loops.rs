//! Loops: what is iterated, and how each round's value reaches its target.
//!
//! ```text
//! for name, units in allocations.items()   ->   for _, entry := range allocations.Entries() { name := entry.Key ... }
//! ```

use super::printer::{Ex, Head, St};
use super::statements::Body;
use super::text;
use crate::emit::decide;
use crate::ir::{Expr, Iter, LocalId, Place, Target, Type};

/// A loop's head, and what each round gives.
pub(super) struct Walk {
    pub(super) head: Head,
    item: Item,
}

/// What a round gives.
enum Item {
    /// The head declares the target itself.
    Bound,
    Value(Ex),
    /// An element that can be changed in place: its value, and where it is.
    Slot(Ex, Ex),
    /// A tuple that nobody has put together, with its type.
    Parts(Vec<Item>, Type),
    /// A statement first, then the item.
    After(St, Box<Item>),
}

impl Walk {
    /// Gives the target its value at the start of a round.
    pub(super) fn enter<'c>(&self, body: &mut Body<'c>, target: &'c Target) {
        self.item.enter(body, target);
    }
}

impl Item {
    fn enter<'c>(&self, body: &mut Body<'c>, target: &'c Target) {
        match (self, target) {
            (Item::Bound, _) => {}
            (Item::After(st, item), _) => {
                body.push(st.clone());
                item.enter(body, target);
            }
            (Item::Parts(items, _), Target::Tuple(targets)) => {
                items.iter().zip(targets).for_each(|(item, target)| item.enter(body, target));
            }
            (Item::Slot(_, slot), Target::Declare(local)) if body.pointers[local.0 as usize] => {
                let name = Ex::word(body.names[local.0 as usize].clone());
                body.push(St::Assign(vec![name], ":=", vec![slot.clone()]));
            }
            (_, target) => {
                let value = self.value(body);
                body.target(target, value);
            }
        }
    }

    fn value(&self, body: &Body) -> Ex {
        match self {
            Item::Bound => Ex::word("nil"),
            Item::Value(ex) | Item::Slot(ex, _) => ex.clone(),
            Item::After(_, item) => item.value(body),
            Item::Parts(items, ty) => {
                let part = |(index, item): (usize, &Item)| (format!("V{index}"), item.value(body));
                let fields = items.iter().enumerate().map(part).collect();
                Ex::Keyed { pointer: false, ty: body.cx.ty(ty), fields }
            }
        }
    }
}

impl<'c> Body<'c> {
    /// The head of a loop over something; statements that must run before the loop are written here.
    pub(super) fn walk(&mut self, target: &'c Target, iter: &'c Iter) -> Walk {
        match iter {
            Iter::Range { start, stop, step } => self.walk_range(target, start, stop, step),
            Iter::Value(e) => self.walk_value(target, e),
            Iter::Items(e) => {
                let (head, entry, slot) = self.entries(e);
                let parts = vec![Item::Value(entry.clone().dot("Key")), Item::Slot(entry.dot("Value"), slot)];
                Walk { head, item: Item::Parts(parts, item_type(iter)) }
            }
            Iter::Values(e) => {
                let (head, entry, slot) = self.entries(e);
                Walk { head, item: Item::Slot(entry.dot("Value"), slot) }
            }
            Iter::Enumerate(inner, start) => self.walk_numbered(target, inner, start, item_type(iter)),
            Iter::Zip(inner) => self.walk_together(inner, item_type(iter)),
            Iter::Reversed(inner) => self.walk_backwards(inner),
        }
    }

    /// A loop over the pairs of a dict: its head, the pair, and where the value is.
    fn entries(&mut self, dict: &'c Expr) -> (Head, Ex, Ex) {
        let dict = self.expr(dict);
        let entry = self.fresh("entry");
        let pair = Ex::word(entry.clone());
        let slot = dict.clone().method("Ref", vec![pair.clone().dot("Key")]);
        (Head::Range(vec!["_".into(), entry], dict.method("Entries", vec![])), pair, slot)
    }

    /// The name that a loop's head can declare for a target: a variable of its own that the body does not change.
    fn head_name(&self, target: &Target) -> Option<String> {
        match target {
            Target::Declare(local) if self.pointers[local.0 as usize] => None,
            Target::Declare(local) => Some(self.names[local.0 as usize].clone()),
            _ => None,
        }
    }

    fn walk_value(&mut self, target: &'c Target, e: &'c Expr) -> Walk {
        if let Target::Declare(local) = target
            && self.pointers[local.0 as usize]
        {
            return self.walk_pointers(*local, e);
        }
        let name = self.head_name(target);
        let value = self.expr(e);
        let over = |name: String, value: Ex| Head::Range(vec!["_".into(), name], value);
        let own = |this: &mut Self, hint: &str| name.clone().unwrap_or_else(|| this.fresh(hint));
        let (head, item) = match &e.ty {
            Type::Dict(..) => {
                let entry = self.fresh("entry");
                let head = over(entry.clone(), value.method("Entries", vec![]));
                return Walk { head, item: Item::Value(Ex::word(entry).dot("Key")) };
            }
            Type::Str => {
                let char = self.fresh("char");
                let item = Item::Value(Ex::call("string", vec![Ex::word(char.clone())]));
                return Walk { head: over(char, value), item };
            }
            Type::Bytes => {
                let byte = self.fresh("octet");
                let item = Item::Value(Ex::call("int64", vec![Ex::word(byte.clone())]));
                return Walk { head: over(byte, value), item };
            }
            Type::TupleOf(_) | Type::Set(_) | Type::FrozenSet(_) | Type::Deque(_) => {
                let item = own(self, "item");
                (over(item.clone(), value.method("Items", vec![])), item)
            }
            Type::Tuple(types) => {
                let base = if super::places::is_path(&value) { value } else { self.spill("items", value) };
                let parts = (0..types.len()).map(|i| base.clone().dot(format!("V{i}"))).collect();
                let ty = types.first().map_or("struct{}".into(), |ty| self.cx.ty(ty));
                let item = own(self, "item");
                (over(item.clone(), Ex::Literal(format!("[]{ty}"), parts)), item)
            }
            _ => {
                let item = own(self, "item");
                (over(item.clone(), value), item)
            }
        };
        let item = if name.is_some() { Item::Bound } else { Item::Value(Ex::word(item)) };
        Walk { head, item }
    }

    /// Elements that the body changes: pointers into the slice.
    fn walk_pointers(&mut self, local: LocalId, e: &'c Expr) -> Walk {
        let items = match &e.ty {
            Type::Deque(_) => {
                let items = self.expr(e).method("Items", vec![]);
                self.spill("items", items)
            }
            _ => self.lvalue(e),
        };
        let place = self.fresh("place");
        let pointer = items.clone().at(Ex::word(place.clone())).unary("&");
        let name = Ex::word(self.names[local.0 as usize].clone());
        let st = St::Assign(vec![name], ":=", vec![pointer]);
        Walk { head: Head::Range(vec![place], items), item: Item::After(st, Box::new(Item::Bound)) }
    }

    fn walk_range(&mut self, target: &'c Target, start: &'c Expr, stop: &'c Expr, step: &'c Expr) -> Walk {
        let by = decide::constant_int(self.cx.program, step);
        let mut values = self.operands(&[start, stop, step]).into_iter();
        let mut next = || values.next().unwrap_or(Ex::word("0"));
        let (first, end, stride) = (next(), next(), next());
        self.note_range(target, start, stop, by);
        let own = match target {
            Target::Declare(local) if !self.locals[local.0 as usize].mutable => self.head_name(target),
            _ => None,
        };
        let number = own.clone().unwrap_or_else(|| self.fresh("number"));
        let item = if own.is_some() { Item::Bound } else { Item::Value(Ex::word(number.clone())) };
        if by == Some(1) && first == Ex::word("0") {
            return Walk { head: Head::Range(vec![number], self.typed(end, &Type::Int)), item };
        }
        let variable = Ex::word(number.clone());
        let begin = |first: Ex, this: &Self| {
            Box::new(St::Assign(vec![Ex::word(number.clone())], ":=", vec![this.typed(first, &Type::Int)]))
        };
        let simple = match by {
            Some(1) => Some(("<", "++")),
            Some(-1) => Some((">", "--")),
            _ => None,
        };
        if let Some((test, step)) = simple {
            let end = self.fixed("stop", end, stop);
            let head = Head::Clauses(
                begin(first, self),
                variable.clone().binary(test, end),
                Box::new(St::Step(variable, step)),
            );
            return Walk { head, item };
        }
        let small = |e: &Expr| matches!(self.range(e), Some((low, high)) if low > -(1 << 61) && high < 1 << 61);
        if let Some(by) = by.filter(|by| *by != 0 && by.unsigned_abs() < 1 << 61)
            && small(stop)
        {
            let end = self.fixed("stop", end, stop);
            let (test, op, amount) = if by > 0 { ("<", "+=", by) } else { (">", "-=", -by) };
            let step = St::Assign(vec![variable.clone()], op, vec![text::int(amount)]);
            let head = Head::Clauses(begin(first, self), variable.binary(test, end), Box::new(step));
            return Walk { head, item };
        }
        self.walk_counted(number, item, first, end, stride, start, step)
    }

    /// Any range: the number of rounds is known beforehand, so nothing can overflow.
    #[allow(clippy::too_many_arguments)]
    fn walk_counted(
        &mut self,
        number: String,
        item: Item,
        first: Ex,
        end: Ex,
        stride: Ex,
        start: &'c Expr,
        step: &'c Expr,
    ) -> Walk {
        let stride = self.fixed("stride", stride, step);
        if !decide::never_zero(self.cx.program, step) {
            let message = Ex::word("\"range() arg 3 must not be zero\"");
            self.raise_if(stride.clone().binary("==", Ex::word("0")), "support.ValueError", message);
        }
        let first = self.fixed("first", first, start);
        let rounds = self.fresh("rounds");
        let count = Ex::call("support.RangeLength", vec![first.clone(), end, stride.clone()]);
        let (variable, left) = (Ex::word(number), Ex::word(rounds));
        let both = vec![variable.clone(), left.clone()];
        let begin = St::Assign(both.clone(), ":=", vec![self.typed(first, &Type::Int), count]);
        let next = vec![variable.binary("+", stride), left.clone().binary("-", Ex::word("1"))];
        let test = left.binary(">", Ex::word("0"));
        let head = Head::Clauses(Box::new(begin), test, Box::new(St::Assign(both, "=", next)));
        Walk { head, item }
    }

    /// A value that the loop's body cannot change.
    fn fixed(&mut self, hint: &str, value: Ex, e: &'c Expr) -> Ex {
        let constant = |e: &Expr| match e.as_place() {
            Some(Place::Local(local)) => !self.locals[local.0 as usize].mutable,
            Some(Place::Global(id)) => !self.cx.program.global(*id).is_state,
            _ => false,
        };
        if self.is_stable(&value) || constant(e) { value } else { self.spill_typed(hint, value, &e.ty) }
    }

    /// Remembers the range of a loop's variable, where nothing else assigns it.
    fn note_range(&mut self, target: &Target, start: &Expr, stop: &Expr, by: Option<i64>) {
        let Target::Declare(local) = target else { return };
        if self.locals[local.0 as usize].mutable {
            return;
        }
        let bounds = (self.range(start), self.range(stop).unwrap_or((i64::MIN.into(), i64::MAX.into())));
        let (Some((low, high)), (least, most)) = bounds else { return };
        let range = match by {
            Some(by) if by > 0 => (low, (most - 1).max(low)),
            Some(by) if by < 0 => ((least + 1).min(high), high),
            _ => return,
        };
        self.ranges[local.0 as usize] = Some(range);
    }

    fn walk_numbered(&mut self, target: &'c Target, inner: &'c Iter, start: &'c Expr, ty: Type) -> Walk {
        let blank: &'static Target = &Target::Ignore;
        let inner_target = match target {
            Target::Tuple(targets) if targets.len() == 2 => &targets[1],
            _ => blank,
        };
        let is_slice = matches!(inner, Iter::Value(e) if matches!(e.ty, Type::List(_) | Type::Deque(_)));
        let walk = self.walk(inner_target, inner);
        let from = self.expr(start);
        let (head, number, before) = match walk.head {
            Head::Range(names, value) if is_slice && names.len() == 2 => {
                let place = self.fresh("place");
                let count = Ex::call("int64", vec![Ex::word(place.clone())]);
                let number = if from == Ex::word("0") { count } else { count.binary("+", from) };
                (Head::Range(vec![place, names[1].clone()], value), number, None)
            }
            head => {
                let counter = self.spill_typed("counter", from, &Type::Int);
                let number = self.fresh("place");
                let declare = St::Assign(vec![Ex::word(number.clone())], ":=", vec![counter.clone()]);
                (head, Ex::word(number), Some((declare, St::Step(counter, "++"))))
            }
        };
        let parts = Item::Parts(vec![Item::Value(number), walk.item], ty);
        let item = match before {
            Some((declare, step)) => Item::After(declare, Box::new(Item::After(step, Box::new(parts)))),
            None => parts,
        };
        Walk { head, item }
    }

    fn walk_together(&mut self, inner: &'c [Iter], ty: Type) -> Walk {
        let slices: Vec<Ex> = inner
            .iter()
            .map(|iter| {
                let items = self.slice_of(iter);
                if super::places::is_path(&items) { items } else { self.spill("items", items) }
            })
            .collect();
        let place = self.fresh("place");
        let lengths: Vec<Ex> = slices.iter().map(|items| items.clone().len()).collect();
        let rounds = if lengths.len() == 1 { lengths[0].clone() } else { Ex::call("min", lengths) };
        let parts = slices.into_iter().map(|items| element(items, Ex::word(place.clone()))).collect();
        Walk { head: Head::Range(vec![place], rounds), item: Item::Parts(parts, ty) }
    }

    fn walk_backwards(&mut self, inner: &'c Iter) -> Walk {
        let items = self.slice_of(inner);
        let items = if super::places::is_path(&items) { items } else { self.spill("items", items) };
        let place = Ex::word(self.fresh("place"));
        let last = items.clone().len().binary("-", Ex::word("1"));
        let begin = St::Assign(vec![place.clone()], ":=", vec![last]);
        let test = place.clone().binary(">=", Ex::word("0"));
        let head = Head::Clauses(Box::new(begin), test, Box::new(St::Step(place.clone(), "--")));
        Walk { head, item: element(items, place) }
    }

    /// Everything that an iteration gives, as a slice that is only looked at.
    fn slice_of(&mut self, iter: &'c Iter) -> Ex {
        match iter {
            Iter::Value(e) => self.sequence(e),
            Iter::Values(e) => self.expr(e).method("Values", vec![]),
            Iter::Range { .. } | Iter::Items(_) | Iter::Enumerate(..) | Iter::Zip(_) | Iter::Reversed(_) => {
                let ty = item_type(iter);
                let list = self.spill("items", Ex::Literal(format!("[]{}", self.cx.ty(&ty)), vec![]));
                let walk = self.walk(&Target::Ignore, iter);
                let item = walk.item.value(self);
                let add = Ex::call("append", vec![list.clone(), item]);
                let mut body = Vec::new();
                let mut before = &walk.item;
                while let Item::After(st, next) = before {
                    body.push(st.clone());
                    before = next;
                }
                body.push(St::Assign(vec![list.clone()], "=", vec![add]));
                self.push(St::For { label: None, head: walk.head, body });
                list
            }
        }
    }

    /// The elements of a container as a slice that is only looked at.
    pub(super) fn sequence(&mut self, e: &'c Expr) -> Ex {
        let value = self.expr(e);
        match &e.ty {
            Type::Dict(..) => value.method("Keys", vec![]),
            Type::TupleOf(_) | Type::Set(_) | Type::FrozenSet(_) | Type::Deque(_) => value.method("Items", vec![]),
            Type::Str => Ex::call("support.Chars", vec![value]),
            Type::Tuple(types) => {
                let base = if super::places::is_path(&value) { value } else { self.spill("items", value) };
                let parts = (0..types.len()).map(|i| base.clone().dot(format!("V{i}"))).collect();
                let ty = types.first().map_or("struct{}".into(), |ty| self.cx.ty(ty));
                Ex::Literal(format!("[]{ty}"), parts)
            }
            _ => value,
        }
    }
}

/// `items[place]`
fn element(items: Ex, place: Ex) -> Item {
    let value = items.at(place);
    Item::Slot(value.clone(), value.unary("&"))
}

/// What each round of an iteration gives.
fn item_type(iter: &Iter) -> Type {
    match iter {
        Iter::Range { .. } => Type::Int,
        Iter::Value(e) => e.ty.item().unwrap_or(Type::None),
        Iter::Items(e) => match &e.ty {
            Type::Dict(key, value, _) => Type::Tuple(vec![(**key).clone(), (**value).clone()]),
            _ => Type::None,
        },
        Iter::Values(e) => match &e.ty {
            Type::Dict(_, value, _) => (**value).clone(),
            _ => Type::None,
        },
        Iter::Enumerate(inner, _) => Type::Tuple(vec![Type::Int, item_type(inner)]),
        Iter::Zip(inner) => Type::Tuple(inner.iter().map(item_type).collect()),
        Iter::Reversed(inner) => item_type(inner),
    }
}
