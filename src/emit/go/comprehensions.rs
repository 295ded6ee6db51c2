//! Comprehensions, folds over loops, and sorting.
//!
//! ```text
//! [x * 2 for x in xs if x]                 ->   doubled := []int64{}; for _, x := range xs { if ... { append } }
//! sorted(xs, key=lambda x: (-x.a, x.b))    ->   slices.SortStableFunc(xs, func(a, b *X) int { return cmp.Or(...) })
//! ```

use super::printer::{Ex, Head, St};
use super::statements::{Body, Escape, Frame};
use crate::ir::{Comprehension, ComprehensionKind, Expr, ExprKind, Iter, Lambda, LocalId, Loop, Place, Target, Type};

impl<'c> Body<'c> {
    /// A comprehension or a fold: loops that fill a variable.
    pub(super) fn comprehension(&mut self, comprehension: &'c Comprehension, ty: &Type) -> Ex {
        if let Some(value) = self.whole_list(comprehension, ty) {
            return value;
        }
        if let Some(value) = self.same_items(comprehension) {
            return value;
        }
        let loops = &comprehension.loops;
        match &comprehension.kind {
            ComprehensionKind::List(element) => self.collect(loops, element, ty),
            ComprehensionKind::Set(element) => {
                let arguments = super::expressions::type_arguments(&self.cx.ty(ty));
                let set = self.spill("items", Ex::call(format!("support.NewSet{arguments}"), vec![]));
                self.nest(loops, None, &mut |this| {
                    let value = this.expr(element);
                    this.push(St::Expr(set.clone().method("Add", vec![value])));
                });
                set
            }
            ComprehensionKind::Dict { key, value } => {
                let arguments = super::expressions::type_arguments(&self.cx.ty(ty));
                let dict = self.spill("table", Ex::call(format!("support.NewDict{arguments}"), vec![]));
                self.nest(loops, None, &mut |this| {
                    let values = this.operands(&[key, value]);
                    this.push(St::Expr(dict.clone().method("Set", values)));
                });
                dict
            }
            ComprehensionKind::Sum { element, start } => self.sum(loops, element, start, ty),
            ComprehensionKind::Any(element) => self.search(loops, element, true),
            ComprehensionKind::All(element) => self.search(loops, element, false),
            ComprehensionKind::Extreme { element, largest, key, default } => {
                self.extreme(loops, element, *largest, key.as_ref(), default.as_ref(), ty)
            }
        }
    }

    /// `sum(xs)`, `min(xs)`, `max(xs)` of a list of numbers or texts have functions of their own.
    fn whole_list(&mut self, comprehension: &'c Comprehension, ty: &Type) -> Option<Ex> {
        let [Loop { target: Target::Declare(local), iter: Iter::Value(list), conditions }] =
            comprehension.loops.as_slice()
        else {
            return None;
        };
        let is_item = |e: &Expr| matches!(e.as_place(), Some(Place::Local(l)) if l == local);
        if !conditions.is_empty() || !matches!(list.ty, Type::List(_)) {
            return None;
        }
        match &comprehension.kind {
            ComprehensionKind::Sum { element, start } if is_item(element) => {
                let name = match (&start.kind, ty) {
                    (ExprKind::Int(0), Type::Int) => "support.SumInts",
                    (ExprKind::Float(zero), Type::Float) if *zero == 0.0 && zero.is_sign_positive() => {
                        "support.SumFloats"
                    }
                    _ => return None,
                };
                let items = self.expr(list);
                Some(Ex::call(name, vec![items]))
            }
            ComprehensionKind::Extreme { element, largest, key: None, default: None }
                if is_item(element) && matches!(ty, Type::Int | Type::Float | Type::Str) =>
            {
                let items = self.expr(list);
                let (name, hint) = if *largest { ("support.MaxOf", "largest") } else { ("support.MinOf", "smallest") };
                Some(self.raising(Ex::call(name, vec![items]), hint, true))
            }
            _ => None,
        }
    }

    /// `[x for x in xs]` is a copy.
    fn same_items(&mut self, comprehension: &'c Comprehension) -> Option<Ex> {
        let [Loop { target: Target::Declare(local), iter, conditions }] = comprehension.loops.as_slice() else {
            return None;
        };
        let ComprehensionKind::List(element) = &comprehension.kind else { return None };
        let same = matches!(element.as_place(), Some(Place::Local(l)) if l == local) && conditions.is_empty();
        match iter {
            Iter::Value(e) if same => {
                let value = self.sequence(e);
                let fresh = !matches!(e.ty, Type::List(_) | Type::Deque(_));
                Some(if fresh { value } else { Ex::call("slices.Clone", vec![value]) })
            }
            Iter::Values(e) if same => Some(self.expr(e).method("Values", vec![])),
            _ => None,
        }
    }

    fn collect(&mut self, loops: &'c [Loop], element: &'c Expr, ty: &Type) -> Ex {
        let list = Ex::word(self.fresh("items"));
        let head = self.nest(loops, None, &mut |this| {
            let value = this.expr(element);
            this.push(St::Assign(vec![list.clone()], "=", vec![Ex::call("append", vec![list.clone(), value])]));
        });
        let ty = self.cx.ty(ty);
        let all = loops.len() == 1 && loops[0].conditions.is_empty();
        let start = match head {
            Some(Head::Range(names, over)) if all && super::places::is_path(&over) && names.len() == 2 => {
                Ex::call("make", vec![Ex::word(ty), Ex::word("0"), over.len()])
            }
            _ => Ex::Literal(ty, vec![]),
        };
        // Right before the loop, which was written last.
        let at = self.out.len() - 1;
        self.out.insert(at, St::Assign(vec![list.clone()], ":=", vec![start]));
        list
    }

    fn sum(&mut self, loops: &'c [Loop], element: &'c Expr, start: &'c Expr, ty: &Type) -> Ex {
        let start = self.expr(start);
        let total = self.spill_typed("total", start, ty);
        self.nest(loops, None, &mut |this| {
            let value = this.expr(element);
            let st = match ty {
                Type::Int => {
                    St::Assign(vec![total.clone()], "=", vec![Ex::call("support.Add", vec![total.clone(), value])])
                }
                Type::Number => {
                    let sum = Ex::call("support.AddNumbers", vec![total.clone(), value]);
                    St::Assign(vec![total.clone()], "=", vec![sum])
                }
                _ => {
                    let value =
                        if matches!(value, Ex::Binary("*", ..)) { Ex::call("float64", vec![value]) } else { value };
                    St::Assign(vec![total.clone()], "+=", vec![value])
                }
            };
            this.push(st);
        });
        total
    }

    /// `any` (wanted) and `all` (not wanted): the first element that decides ends the loops.
    fn search(&mut self, loops: &'c [Loop], element: &'c Expr, wanted: bool) -> Ex {
        let result = self.spill("holds", Ex::word((!wanted).to_string()));
        let label = (loops.len() > 1).then(|| self.fresh("search"));
        self.nest(loops, label.clone(), &mut |this| {
            let value = this.expr(element);
            let test = if wanted { value } else { value.negated() };
            let found = St::Assign(vec![result.clone()], "=", vec![Ex::word(wanted.to_string())]);
            let then = vec![found, St::Break(label.clone())];
            this.push(St::If { init: None, test, then, orelse: vec![] });
        });
        result
    }

    fn extreme(
        &mut self,
        loops: &'c [Loop],
        element: &'c Expr,
        largest: bool,
        key: Option<&'c Lambda>,
        default: Option<&'c Expr>,
        ty: &Type,
    ) -> Ex {
        let (best, found) = (self.fresh("best"), self.fresh("found"));
        let rank = key.map(|key| (self.fresh("rank"), &key.body.ty));
        self.push(St::Var(best.clone(), self.cx.ty(&element.ty), None));
        if let Some((rank, rank_type)) = &rank {
            self.push(St::Var(rank.clone(), self.cx.ty(rank_type), None));
        }
        self.push(St::Assign(vec![Ex::word(found.clone())], ":=", vec![Ex::word("false")]));
        let best = Ex::word(best);
        let found = Ex::word(found);
        self.nest(loops, None, &mut |this| {
            let value = this.expr(element);
            let fixed = matches!(element.as_place(), Some(Place::Local(l)) if !this.locals[l.0 as usize].mutable);
            let value = if fixed { value } else { this.spill_typed("candidate", value, &element.ty) };
            let (ranked, holder, rank_type) = match (key, &rank) {
                (Some(key), Some((rank, rank_type))) => {
                    let ranked = this.applied(key, value.clone());
                    let ranked = this.spill_typed("ranked", ranked, rank_type);
                    (ranked, Ex::word(rank.clone()), *rank_type)
                }
                _ => (value.clone(), best.clone(), &element.ty),
            };
            let better = this.better(rank_type, ranked.clone(), holder.clone(), largest);
            let mut left = vec![best.clone(), found.clone()];
            let mut right = vec![value, Ex::word("true")];
            if key.is_some() {
                left.insert(1, holder);
                right.insert(1, ranked);
            }
            let test = found.clone().negated().binary("||", better);
            this.push(St::If { init: None, test, then: vec![St::Assign(left, "=", right)], orelse: vec![] });
        });
        let result = self.unless_found(best, found, largest, default, element, ty);
        match ty {
            Type::Optional(inner) if !self.cx.is_nilable(inner) && element.ty != *ty && default.is_none() => {
                Ex::call("support.Some", vec![result])
            }
            _ => result,
        }
    }

    /// The default, or the exception, where the loops gave nothing.
    fn unless_found(
        &mut self,
        best: Ex,
        found: Ex,
        largest: bool,
        default: Option<&'c Expr>,
        element: &'c Expr,
        ty: &Type,
    ) -> Ex {
        let Some(default) = default else {
            let name = if largest { "max" } else { "min" };
            let message = Ex::word(format!("\"{name}() arg is an empty sequence\""));
            self.raise_unless(found, "support.ValueError", message);
            return best;
        };
        if element.ty == *ty {
            let value = self.block(|this| {
                let value = this.expr(default);
                this.push(St::Assign(vec![best.clone()], "=", vec![value]));
            });
            self.push(St::If { init: None, test: found.negated(), then: value, orelse: vec![] });
            return best;
        }
        let value = self.expr(default);
        let result = self.spill_typed("result", value, ty);
        let some = match ty {
            Type::Optional(inner) if !self.cx.is_nilable(inner) => Ex::call("support.Some", vec![best]),
            _ => best,
        };
        let then = vec![St::Assign(vec![result.clone()], "=", vec![some])];
        self.push(St::If { init: None, test: found, then, orelse: vec![] });
        result
    }

    /// `a` ranks strictly before the best so far.
    fn better(&mut self, ty: &Type, a: Ex, best: Ex, largest: bool) -> Ex {
        let op = if largest { ">" } else { "<" };
        match ty {
            Type::Int | Type::Float | Type::Str => a.binary(op, best),
            _ => self.cx.compare(ty, a, best).binary(op, Ex::word("0")),
        }
    }

    /// The body of a lambda for an argument.
    fn applied(&mut self, lambda: &'c Lambda, argument: Ex) -> Ex {
        if let [param] = lambda.params.as_slice()
            && self.is_used(*param)
        {
            let name = Ex::word(self.names[param.0 as usize].clone());
            self.push(St::Assign(vec![name], ":=", vec![argument]));
        }
        self.expr(&lambda.body)
    }

    /// Loops inside loops, conditions between them, and what they feed; gives the outermost head.
    fn nest(&mut self, loops: &'c [Loop], label: Option<String>, inner: &mut dyn FnMut(&mut Self)) -> Option<Head> {
        let Some((one, rest)) = loops.split_first() else {
            inner(self);
            return None;
        };
        let walk = self.walk(&one.target, &one.iter);
        self.frames.push(Frame::Loop { label: label.clone(), past: None, past_used: false });
        let body = self.block(|this| {
            walk.enter(this, &one.target);
            this.filtered(&one.conditions, rest, inner);
        });
        self.frames.pop();
        let head = tidy(walk.head, &body);
        self.push(St::For { label, head: head.clone(), body });
        Some(head)
    }

    fn filtered(&mut self, conditions: &'c [Expr], rest: &'c [Loop], inner: &mut dyn FnMut(&mut Self)) {
        let Some((condition, others)) = conditions.split_first() else {
            self.nest(rest, None, inner);
            return;
        };
        let test = self.expr(condition);
        let then = self.block(|this| this.filtered(others, rest, inner));
        self.push(St::If { init: None, test, then, orelse: vec![] });
    }

    /// `sorted(items, key=...)`
    pub(super) fn sorted(&mut self, items: &'c Expr, key: Option<&'c Lambda>, reverse: bool) -> Ex {
        let Some(ty) = items.ty.item() else { return Ex::word("nil") };
        let fresh = matches!(items.ty, Type::Dict(..) | Type::Set(_) | Type::FrozenSet(_) | Type::Str | Type::Tuple(_));
        let value = self.sequence(items);
        let cloned = matches!(&value, Ex::Call(callee, _) if **callee == Ex::word("slices.Clone"));
        let fresh = fresh || cloned || matches!(items.kind, ExprKind::Comprehension(_) | ExprKind::List(_));
        let copy = if fresh { value } else { Ex::call("slices.Clone", vec![value]) };
        let copy = self.spill("sorted", copy);
        self.sort_slice(copy.clone(), &ty, key, reverse);
        copy
    }

    /// `items.sort(key=...)`
    pub(super) fn sort(&mut self, items: &'c Expr, key: Option<&'c Lambda>, reverse: bool) -> Ex {
        let Some(ty) = items.ty.item() else { return Ex::word("nil") };
        let list = self.lvalue(items);
        self.sort_slice(list, &ty, key, reverse);
        self.cx.zero(&Type::None)
    }

    fn sort_slice(&mut self, list: Ex, ty: &Type, key: Option<&'c Lambda>, reverse: bool) {
        if key.is_none() && matches!(ty, Type::Int | Type::Str) {
            self.push(St::Expr(Ex::call("slices.Sort", vec![list.clone()])));
            if reverse {
                self.push(St::Expr(Ex::call("slices.Reverse", vec![list])));
            }
            return;
        }
        let compare = match key {
            None => Some(self.comparison(ty, reverse, &mut |_, name| Ex::word(name))),
            Some(key) => self.key_comparison(ty, key, reverse),
        };
        match (compare, key) {
            (Some(compare), _) => self.push(St::Expr(Ex::call("slices.SortStableFunc", vec![list, compare]))),
            (None, Some(key)) => self.sort_by_keys(list, ty, key, reverse),
            (None, None) => {}
        }
    }

    /// A function that compares two elements by a key that each of them has.
    fn comparison(&mut self, ty: &Type, reverse: bool, key: &mut dyn FnMut(&mut Self, &str) -> Ex) -> Ex {
        let (a, b) = (self.fresh("a"), self.fresh("b"));
        let (left, right) = (key(self, &a), key(self, &b));
        let (left, right) = if reverse { (right, left) } else { (left, right) };
        let value = self.cx.compare(ty, left, right);
        Ex::Func(format!("({a}, {b} {}) int", self.cx.ty(ty)), vec![St::Return(vec![value])])
    }

    /// Comparison by a key that is a plain expression of the element; none where it needs statements.
    fn key_comparison(&mut self, ty: &Type, key: &'c Lambda, reverse: bool) -> Option<Ex> {
        let [param] = key.params.as_slice() else { return None };
        let touch = self.touch(&key.body);
        if touch.writes_heap || touch.writes_locals {
            return None;
        }
        let (a, b) = (self.fresh("a"), self.fresh("b"));
        let left = self.key_parts(key, *param, &a)?;
        let right = self.key_parts(key, *param, &b)?;
        let types: Vec<&Type> = match (&key.body.kind, &key.body.ty) {
            (ExprKind::Tuple(_), Type::Tuple(types)) => types.iter().collect(),
            (_, Type::Tuple(_)) => return None,
            (_, ty) => vec![ty],
        };
        let parts = left
            .into_iter()
            .zip(right)
            .zip(types)
            .map(|((x, y), ty)| if reverse { self.cx.compare(ty, y, x) } else { self.cx.compare(ty, x, y) });
        let mut parts: Vec<Ex> = parts.collect();
        let value = if parts.len() == 1 { parts.remove(0) } else { Ex::call("cmp.Or", parts) };
        Some(Ex::Func(format!("({a}, {b} {}) int", self.cx.ty(ty)), vec![St::Return(vec![value])]))
    }

    /// The key of an element of this name, in parts where it is a tuple; none where it needs statements.
    fn key_parts(&mut self, key: &'c Lambda, param: LocalId, name: &str) -> Option<Vec<Ex>> {
        let index = param.0 as usize;
        let own = std::mem::replace(&mut self.names[index], name.to_string());
        let mut parts = Vec::new();
        let before = self.closed(Escape::Never, |this| match &key.body.kind {
            ExprKind::Tuple(items) => parts = this.operands(&items.iter().collect::<Vec<_>>()),
            _ => parts.push(this.expr(&key.body)),
        });
        self.names[index] = own;
        before.is_empty().then_some(parts)
    }

    fn sort_by_keys(&mut self, list: Ex, ty: &Type, key: &'c Lambda, reverse: bool) {
        let key_type = key.body.ty.clone();
        let keys =
            Ex::call("make", vec![Ex::word(format!("[]{}", self.cx.ty(&key_type))), Ex::word("0"), list.clone().len()]);
        let keys = self.spill("keys", keys);
        let item = self.fresh("item");
        let body = self.block(|this| {
            let value = this.applied(key, Ex::word(item.clone()));
            this.push(St::Assign(vec![keys.clone()], "=", vec![Ex::call("append", vec![keys.clone(), value])]));
        });
        let head = tidy(Head::Range(vec!["_".into(), item], list.clone()), &body);
        self.push(St::For { label: None, head, body });
        let mut compare = self.cx.compare_function(&key_type);
        if reverse {
            compare = Ex::call("support.Reversed", vec![compare]);
        }
        let sorted = Ex::call("support.SortedBy", vec![list.clone(), keys, compare]);
        let _ = ty;
        self.push(St::Expr(Ex::call("copy", vec![list, sorted])));
    }
}

/// A head without the variables that nothing reads.
pub(super) fn tidy(head: Head, body: &[St]) -> Head {
    let Head::Range(names, value) = head else { return head };
    let mut names: Vec<String> =
        names.into_iter().map(|name| if mentions_all(body, &name) { name } else { "_".into() }).collect();
    while names.last().is_some_and(|name| name == "_") {
        names.pop();
    }
    Head::Range(names, value)
}

fn mentions_all(body: &[St], name: &str) -> bool {
    body.iter().any(|st| mentions(st, name))
}

/// True where a statement has the name in it.
fn mentions(st: &St, name: &str) -> bool {
    let mut renamed = st.clone();
    super::printer::rename(&mut renamed, name, "\u{0}");
    renamed != *st
}
