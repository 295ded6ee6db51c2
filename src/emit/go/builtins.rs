//! Builtin operations: one arm each.

use super::arithmetic::zero_division;
use super::places::take_two;
use super::printer::{Ex, St};
use super::statements::{Body, is_untyped};
use super::text;
use crate::emit::decide;
use crate::ir::{ArithOp, Builtin, Expr, Type};

impl<'c> Body<'c> {
    /// The value of an operation; those that change something write statements and give nothing.
    pub(super) fn builtin(&mut self, op: Builtin, args: &'c [Expr], e: &'c Expr, wanted: bool) -> Ex {
        match op {
            Builtin::IntAbs => self.plain("support.Abs", args),
            Builtin::FloatAbs => self.plain("math.Abs", args),
            Builtin::NumberAbs => self.plain("support.AbsNumber", args),
            Builtin::NumberToInt => self.raised("support.IntFromNumber", args, "whole", wanted),
            Builtin::NumberRound => self.raised("support.RoundNumber", args, "rounded", wanted),
            Builtin::IntFromFloat => self.raised("support.IntFromFloat", args, "whole", wanted),
            Builtin::IntFromStr => self.raised("support.IntFromText", args, "number", wanted),
            Builtin::FloatFromStr => self.raised("support.FloatFromText", args, "number", wanted),
            Builtin::FloatRound => self.raised("support.Round", args, "rounded", wanted),
            Builtin::FloatRoundTo => self.plain("support.RoundTo", args),
            Builtin::DivMod => self.div_mod(args),
            Builtin::Min => self.extreme_of(args, false),
            Builtin::Max => self.extreme_of(args, true),
            Builtin::IntBitLength => self.plain("support.BitLength", args),
            Builtin::IntPowMod => self.raised("support.PowMod", args, "power", wanted),
            Builtin::FloatIsInteger => self.plain("support.IsInteger", args),
            Builtin::MathSqrt => self.raised("support.Sqrt", args, "root", wanted),
            Builtin::MathFloor => self.raised("support.Floor", args, "whole", wanted),
            Builtin::MathCeil => self.raised("support.Ceil", args, "whole", wanted),
            Builtin::MathIsNan => self.plain("math.IsNaN", args),
            Builtin::MathIsInf => {
                let mut values = self.all(args);
                values.push(Ex::word("0"));
                Ex::call("math.IsInf", values)
            }
            Builtin::MathIsFinite => self.plain("support.IsFinite", args),
            Builtin::MathGcd => self.plain("support.Gcd", args),
            Builtin::ToStr => self.shown(&args[0], false),
            Builtin::Repr => self.shown(&args[0], true),
            Builtin::Ord => self.raised("support.Ord", args, "code", wanted),
            Builtin::Chr => self.raised("support.Chr", args, "char", wanted),
            Builtin::StrJoin => {
                let [separator, items] = take_two(self.all(args));
                Ex::call("strings.Join", vec![items, separator])
            }
            Builtin::StrSplit => self.plain("support.SplitSpace", args),
            Builtin::StrSplitAt => self.raised("support.SplitAt", args, "parts", wanted),
            Builtin::StrSplitLines => self.plain("support.SplitLines", args),
            Builtin::StrStrip => self.strip(args, "support.StripSpace", "strings.Trim"),
            Builtin::StrStripStart => self.strip(args, "support.StripSpaceStart", "strings.TrimLeft"),
            Builtin::StrStripEnd => self.strip(args, "support.StripSpaceEnd", "strings.TrimRight"),
            Builtin::StrReplace => self.plain("strings.ReplaceAll", args),
            Builtin::StrFind => self.plain("support.FindText", args),
            Builtin::StrStartsWith => self.plain("strings.HasPrefix", args),
            Builtin::StrEndsWith => self.plain("strings.HasSuffix", args),
            Builtin::StrUpper => self.plain("support.Upper", args),
            Builtin::StrLower => self.plain("support.Lower", args),
            Builtin::StrIsDigit => self.plain("support.LettersIsDigit", args),
            Builtin::StrIsAlpha => self.plain("support.LettersIsAlpha", args),
            Builtin::StrIsAlnum => self.plain("support.LettersIsAlnum", args),
            Builtin::StrIsSpace => self.plain("support.IsSpaces", args),
            Builtin::StrZfill => self.plain("support.ZeroFill", args),
            Builtin::Len => self.length(&args[0]),
            Builtin::IsEmpty => self.is_empty(&args[0]),
            Builtin::Contains => self.contains(args),
            Builtin::Concat => self.concat(args),
            Builtin::Repeat => match args[0].ty {
                Type::Str => self.plain("support.RepeatText", args),
                _ => self.plain("support.Repeat", args),
            },
            Builtin::TupleFrom => self.plain("support.NewTuple", args),
            Builtin::TupleItems => self.method("Items", args),
            Builtin::Slice => self.slice(args, wanted),
            Builtin::Copy => self.copy(&args[0], &e.ty),
            Builtin::Clear => self.clear(&args[0]),
            Builtin::Count => self.count(args),
            Builtin::IndexOf => self.index_of(args, wanted),
            Builtin::ListAppend => self.append(args),
            Builtin::ListExtend => self.extend(args),
            Builtin::ListInsert => {
                let list = self.lvalue(&args[0]);
                let mut values = vec![list.clone()];
                values.extend(self.operands(&[&args[1], &args[2]]));
                self.assign_to(list, Ex::call("support.Insert", values))
            }
            Builtin::ListPop => {
                let list = self.address(&args[0]);
                self.raising(Ex::call("support.Pop", vec![list]), "last", wanted)
            }
            Builtin::ListPopAt => {
                let list = self.address(&args[0]);
                let place = self.expr(&args[1]);
                self.raising(Ex::call("support.PopAt", vec![list, place]), "taken", wanted)
            }
            Builtin::ListRemove => {
                let list = self.address(&args[0]);
                let item = self.expr(&args[1]);
                let matches = self.matcher(&args[1], item);
                self.only(Ex::call("support.Remove", vec![list, matches]))
            }
            Builtin::ListDelete => {
                let list = self.address(&args[0]);
                let place = self.expr(&args[1]);
                self.only(Ex::call("support.DeleteAt", vec![list, place]))
            }
            Builtin::ListReverse => {
                let list = self.lvalue(&args[0]);
                self.done(Ex::call("slices.Reverse", vec![list]))
            }
            Builtin::DictGet => {
                let [dict, key] = take_two(self.all(args));
                match &args[0].ty {
                    Type::Dict(_, value, _) if self.cx.is_nilable(value) || matches!(**value, Type::Optional(_)) => {
                        dict.method("GetOr", vec![key, self.cx.zero(&e.ty)])
                    }
                    _ => Ex::call("support.Lookup", vec![dict, key]),
                }
            }
            Builtin::DictGetOr => self.method("GetOr", args),
            Builtin::AttributeBase => self.inside_option(args, "support.AttributeError"),
            Builtin::OperandBase => self.inside_option(args, "support.TypeError"),
            Builtin::DictDelete => {
                let [dict, key] = take_two(self.all(args));
                let key = self.stable("key", key, &args[1]);
                let message = self.cx.repr(&args[1].ty, key.clone());
                self.raise_unless(dict.method("Delete", vec![key]), "support.KeyError", message);
                self.cx.zero(&Type::None)
            }
            Builtin::DictPop => self.dict_pop(args, wanted),
            Builtin::DictPopOr if decide::takes_option(args) => {
                let [dict, key] = take_two(self.all(&args[..2]));
                match wanted {
                    false => self.done(dict.method("Delete", vec![key])),
                    true if self.cx.is_nilable(args[2].ty.some()) => {
                        let zero = self.cx.zero(&args[2].ty);
                        self.spill("taken", dict.method("TakeOr", vec![key, zero]))
                    }
                    true => self.spill("taken", Ex::call("support.DictPopOption", vec![dict, key])),
                }
            }
            Builtin::DictPopOr => {
                let value = self.method("TakeOr", args);
                if wanted { self.spill("taken", value) } else { self.done(value) }
            }
            Builtin::DictUpdate => {
                let call = self.method("Update", args);
                self.done(call)
            }
            Builtin::SetAdd => {
                let call = self.method("Add", args);
                self.done(call)
            }
            Builtin::SetDiscard => {
                let call = self.method("Delete", args);
                self.done(call)
            }
            Builtin::SetRemove => {
                let [set, item] = take_two(self.all(args));
                let item = self.stable("item", item, &args[1]);
                let message = self.cx.repr(&args[1].ty, item.clone());
                self.raise_unless(set.method("Delete", vec![item]), "support.KeyError", message);
                self.cx.zero(&Type::None)
            }
            Builtin::SetUnion => self.method("Union", args),
            Builtin::SetIntersection => self.method("Intersection", args),
            Builtin::SetDifference => self.method("Difference", args),
            Builtin::SetSymmetricDifference => self.method("SymmetricDifference", args),
            Builtin::SetIsSubset => self.method("IsSubset", args),
            Builtin::SetItems => {
                let set = self.expr(&args[0]);
                set.method("InOrder", vec![]).method("Items", vec![])
            }
            Builtin::SetForget => self.method("FromOutside", args),
            Builtin::SetPop => {
                let set = self.expr(&args[0]);
                self.raising(set.method("Pop", vec![]), "taken", wanted)
            }
            Builtin::ClockNow => self.spill("now", Ex::call("support.Now", vec![])),
            Builtin::UtcFormat => self.plain("support.FormatUTC", args),
            Builtin::JsonItem => self.raised("support.JSONItem", args, "member", wanted),
            Builtin::JsonGet => self.raised("support.JSONGet", args, "member", wanted),
            Builtin::JsonGetOr => self.raised("support.JSONGetOr", args, "member", wanted),
            Builtin::JsonToInt => self.raised("support.JSONToInt", args, "number", wanted),
            Builtin::JsonToFloat => self.raised("support.JSONToFloat", args, "number", wanted),
            Builtin::JsonToStr => self.plain("support.JSONToText", args),
            Builtin::NumberIsInt => self.method("IsInt", args),
            Builtin::JsonTruth => self.plain("support.JSONTruth", args),
            Builtin::JsonOrEmpty => self.plain("support.JSONOrEmpty", args),
            Builtin::Respond => self.plain("support.Respond", args),
            Builtin::Library(op) => self.library(op, args, e, wanted),
        }
    }

    fn all(&mut self, args: &'c [Expr]) -> Vec<Ex> {
        self.operands(&args.iter().collect::<Vec<_>>())
    }

    /// A function of all operands.
    fn plain(&mut self, name: &str, args: &'c [Expr]) -> Ex {
        let values = self.all(args);
        Ex::call(name, values)
    }

    /// A function of all operands that gives an error as well.
    fn raised(&mut self, name: &str, args: &'c [Expr], hint: &str, wanted: bool) -> Ex {
        let call = self.plain(name, args);
        self.raising(call, hint, wanted)
    }

    /// A method of the first operand.
    fn method(&mut self, name: &str, args: &'c [Expr]) -> Ex {
        let mut values = self.all(args).into_iter();
        let object = values.next().unwrap_or(Ex::word("nil"));
        object.method(name, values.collect())
    }

    /// A call for what it does.
    fn done(&mut self, call: Ex) -> Ex {
        self.push(St::Expr(call));
        self.cx.zero(&Type::None)
    }

    /// A call that gives an error alone.
    fn only(&mut self, call: Ex) -> Ex {
        self.raising_only(call);
        self.cx.zero(&Type::None)
    }

    fn assign_to(&mut self, left: Ex, right: Ex) -> Ex {
        self.push(St::Assign(vec![left], "=", vec![right]));
        self.cx.zero(&Type::None)
    }

    fn div_mod(&mut self, args: &'c [Expr]) -> Ex {
        let [a, b] = take_two(self.all(args));
        let b = self.stable("divisor", b, &args[1]);
        if !decide::never_zero(self.cx.program, &args[1]) {
            let message = match args[0].ty {
                Type::Float => "float divmod()",
                _ => zero_division(ArithOp::FloorDiv, &args[0].ty),
            };
            let test = b.clone().binary("==", Ex::word("0"));
            self.raise_if(test, "support.ZeroDivisionError", Ex::word(text::quote(message)));
        }
        let name = if args[0].ty == Type::Float { "support.DivModFloat" } else { "support.DivMod" };
        Ex::call(name, vec![a, b])
    }

    /// `min(a, b, ...)`: from the left, the first of equals.
    fn extreme_of(&mut self, args: &'c [Expr], largest: bool) -> Ex {
        let values = self.all(args);
        let name = if largest { "support.Max" } else { "support.Min" };
        let ty = &args[0].ty;
        if matches!(ty, Type::Int | Type::Float | Type::Str) {
            let joined = values.into_iter().reduce(|best, next| {
                let name = match (ty, is_untyped(&best) && is_untyped(&next)) {
                    (Type::Int, true) => format!("{name}[int64]"),
                    _ => name.to_string(),
                };
                Ex::call(name, vec![best, next])
            });
            return joined.unwrap_or(Ex::word("0"));
        }
        let mut values = values.into_iter();
        let first = values.next().unwrap_or(Ex::word("nil"));
        let best = self.spill_typed("best", first, ty);
        for value in values {
            let value = self.spill_typed("candidate", value, ty);
            let op = if largest { ">" } else { "<" };
            let test = self.cx.compare(ty, value.clone(), best.clone()).binary(op, Ex::word("0"));
            let then = vec![St::Assign(vec![best.clone()], "=", vec![value])];
            self.push(St::If { init: None, test, then, orelse: vec![] });
        }
        best
    }

    fn shown(&mut self, e: &'c Expr, repr: bool) -> Ex {
        let value = self.expr(e);
        let value = self.twice(&e.ty, value);
        if repr { self.cx.repr(&e.ty, value) } else { self.cx.text_of(&e.ty, value) }
    }

    fn strip(&mut self, args: &'c [Expr], space: &str, chars: &str) -> Ex {
        let name = if args.len() == 1 { space } else { chars };
        self.plain(name, args)
    }

    fn length(&mut self, e: &'c Expr) -> Ex {
        let value = self.expr(e);
        match &e.ty {
            Type::Str => Ex::call("support.Length", vec![value]),
            Type::TupleOf(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) | Type::FrozenSet(_) => {
                Ex::call("int64", vec![value.method("Len", vec![])])
            }
            Type::Tuple(items) => Ex::call("int64", vec![Ex::word(items.len().to_string())]),
            _ => Ex::call("int64", vec![value.len()]),
        }
    }

    fn is_empty(&mut self, e: &'c Expr) -> Ex {
        let value = self.expr(e);
        let zero = Ex::word("0");
        match &e.ty {
            Type::Str => value.binary("==", Ex::word("\"\"")),
            Type::TupleOf(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) | Type::FrozenSet(_) => {
                value.method("Len", vec![]).binary("==", zero)
            }
            Type::Tuple(items) => Ex::word(items.is_empty().to_string()),
            _ => value.len().binary("==", zero),
        }
    }

    fn contains(&mut self, args: &'c [Expr]) -> Ex {
        // Python evaluates the item first.
        let [item, container] = take_two(self.operands(&[&args[1], &args[0]]));
        match &args[0].ty {
            Type::Str => Ex::call("strings.Contains", vec![container, item]),
            Type::Dict(..) | Type::Set(_) | Type::FrozenSet(_) => container.method("Has", vec![item]),
            Type::Bytes => {
                let matches = Ex::call("byte", vec![item]);
                Ex::call("slices.Contains", vec![container, matches])
            }
            Type::List(ty) if matches!(**ty, Type::Int | Type::Str | Type::Bool) => {
                Ex::call("slices.Contains", vec![container, item])
            }
            Type::Tuple(types) => {
                let ty = types.first().map_or("struct{}".into(), |ty| self.cx.ty(ty));
                let base = self.spill("items", container);
                let parts = (0..types.len()).map(|i| base.clone().dot(format!("V{i}"))).collect();
                let items = Ex::Literal(format!("[]{ty}"), parts);
                let matches = self.matcher(&args[1], item);
                Ex::call("slices.ContainsFunc", vec![items, matches])
            }
            ty => {
                let matches = self.matcher(&args[1], item);
                let container = if let Type::Deque(_) | Type::TupleOf(_) = ty {
                    container.method("Items", vec![])
                } else {
                    container
                };
                Ex::call("slices.ContainsFunc", vec![container, matches])
            }
        }
    }

    /// `func(item T) bool { return item == wanted }`
    fn matcher(&mut self, e: &'c Expr, wanted: Ex) -> Ex {
        let wanted = if super::places::is_path(&wanted) { wanted } else { self.spill_typed("wanted", wanted, &e.ty) };
        let item = self.fresh("item");
        let equal = match e.ty {
            Type::Float => Ex::call("support.EqualFloats", vec![Ex::word(item.clone()), wanted]),
            _ => self.cx.equal(&e.ty, Ex::word(item.clone()), wanted),
        };
        Ex::Func(format!("({item} {}) bool", self.cx.ty(&e.ty)), vec![St::Return(vec![equal])])
    }

    fn concat(&mut self, args: &'c [Expr]) -> Ex {
        match args[0].ty {
            Type::Str => {
                let [a, b] = take_two(self.all(args));
                a.binary("+", b)
            }
            _ => self.plain("slices.Concat", args),
        }
    }

    fn slice(&mut self, args: &'c [Expr], wanted: bool) -> Ex {
        let mut values = self.all(args).into_iter();
        let items = values.next().unwrap_or(Ex::word("nil"));
        let bounds: Vec<Ex> = values.zip(&args[1..]).map(|(value, e)| self.bound(value, &e.ty)).collect();
        let mut all = vec![items];
        all.extend(bounds);
        let name = if args[0].ty == Type::Str { "support.SliceText" } else { "support.Slice" };
        let constant_step = decide::constant_int(self.cx.program, &args[3]).is_some_and(|step| step != 0);
        match args[3].ty == Type::None || constant_step {
            true => Ex::call("support.Proven", vec![Ex::call(name, all)]),
            false => self.raising(Ex::call(name, all), "part", wanted),
        }
    }

    /// A bound of a slice, which may be absent.
    fn bound(&mut self, value: Ex, ty: &Type) -> Ex {
        match ty {
            Type::Int => Ex::call("support.Some", vec![self.typed(value, &Type::Int)]),
            Type::Optional(_) => value,
            _ => Ex::word("support.Option[int64]{}"),
        }
    }

    /// A shallow copy as the type that is asked for.
    fn copy(&mut self, e: &'c Expr, ty: &Type) -> Ex {
        let value = self.expr(e);
        let arguments = super::expressions::type_arguments(&self.cx.ty(ty));
        match (&e.ty, ty) {
            (Type::Dict(..), Type::List(_)) => value.method("Keys", vec![]),
            (Type::Set(_) | Type::FrozenSet(_), Type::List(_)) => value.method("Items", vec![]),
            (Type::Str, Type::List(_)) => Ex::call("support.Chars", vec![value]),
            (Type::Dict(..), Type::Set(_) | Type::FrozenSet(_)) => Ex::call("support.SetOfKeys", vec![value]),
            (Type::FrozenSet(_), Type::FrozenSet(_)) => value,
            // What never changes is its own copy.
            (Type::Str, Type::Str) => value,
            (Type::Set(_) | Type::FrozenSet(_), Type::Set(_) | Type::FrozenSet(_)) => value.method("Copy", vec![]),
            (Type::List(_), Type::Set(_) | Type::FrozenSet(_)) => {
                Ex::Spread(Box::new(Ex::word(format!("support.NewSet{arguments}"))), vec![value])
            }
            (Type::Str, Type::Set(_) | Type::FrozenSet(_)) => {
                let chars = Ex::call("support.Chars", vec![value]);
                Ex::Spread(Box::new(Ex::word(format!("support.NewSet{arguments}"))), vec![chars])
            }
            (Type::TupleOf(_) | Type::Deque(_), Type::List(_)) => {
                Ex::call("slices.Clone", vec![value.method("Items", vec![])])
            }
            (Type::List(_), Type::Deque(_)) => Ex::call("support.DequeOf", vec![Ex::call("slices.Clone", vec![value])]),
            (Type::Dict(..) | Type::Deque(_), _) => value.method("Clone", vec![]),
            (Type::Tuple(types), Type::List(item)) => {
                let base = self.spill("items", value);
                let parts = (0..types.len()).map(|i| base.clone().dot(format!("V{i}"))).collect();
                Ex::Literal(format!("[]{}", self.cx.ty(item)), parts)
            }
            _ => Ex::call("slices.Clone", vec![value]),
        }
    }

    fn clear(&mut self, e: &'c Expr) -> Ex {
        match &e.ty {
            Type::List(_) | Type::Bytes => {
                let list = self.lvalue(e);
                self.assign_to(list, Ex::word("nil"))
            }
            _ => {
                let call = self.expr(e).method("Clear", vec![]);
                self.done(call)
            }
        }
    }

    fn count(&mut self, args: &'c [Expr]) -> Ex {
        match args[0].ty {
            Type::Str => self.plain("support.CountText", args),
            _ => {
                let [items, item] = take_two(self.all(args));
                let matches = self.matcher(&args[1], item);
                Ex::call("support.Count", vec![items, matches])
            }
        }
    }

    fn index_of(&mut self, args: &'c [Expr], wanted: bool) -> Ex {
        if args[0].ty == Type::Str {
            return self.raised("support.IndexOfText", args, "place", wanted);
        }
        let [items, item] = take_two(self.all(args));
        let item = if super::places::is_path(&item) { item } else { self.spill_typed("wanted", item, &args[1].ty) };
        let matches = self.matcher(&args[1], item.clone());
        let repr = self.cx.repr_function(&args[1].ty);
        self.raising(Ex::call("support.IndexOf", vec![items, matches, item, repr]), "place", wanted)
    }

    fn append(&mut self, args: &'c [Expr]) -> Ex {
        let list = self.lvalue(&args[0]);
        let item = self.expr(&args[1]);
        let item = if matches!(args[0].ty, Type::Bytes) { Ex::call("byte", vec![item]) } else { item };
        self.assign_to(list.clone(), Ex::call("append", vec![list, item]))
    }

    fn extend(&mut self, args: &'c [Expr]) -> Ex {
        let list = self.lvalue(&args[0]);
        let other = self.expr(&args[1]);
        self.assign_to(list.clone(), Ex::Spread(Box::new(Ex::word("append")), vec![list, other]))
    }

    fn dict_pop(&mut self, args: &'c [Expr], wanted: bool) -> Ex {
        let [dict, key] = take_two(self.all(args));
        let key = self.stable("key", key, &args[1]);
        let message = self.cx.repr(&args[1].ty, key.clone());
        if !wanted {
            self.raise_unless(dict.method("Delete", vec![key]), "support.KeyError", message);
            return Ex::word("nil");
        }
        let (value, found) = (self.fresh("taken"), self.fresh("found"));
        let pair = vec![Ex::word(value.clone()), Ex::word(found.clone())];
        self.push(St::Assign(pair, ":=", vec![dict.method("Take", vec![key])]));
        self.raise_unless(Ex::word(found), "support.KeyError", message);
        Ex::word(value)
    }

    /// Any value as JSON data.
    pub(super) fn json_data(&mut self, value: Ex, ty: &Type) -> Ex {
        match ty {
            Type::Json | Type::None | Type::Bool | Type::Int | Type::Float | Type::Str => match ty {
                Type::None => Ex::word("nil"),
                _ => self.typed(value, ty),
            },
            Type::List(item) | Type::Dict(_, item, _) if **item == Type::Json => value,
            Type::List(_) | Type::Dict(..) | Type::Optional(_) | Type::Tuple(_) | Type::TupleOf(_) => {
                let value = if super::places::is_path(&value) { value } else { self.spill("data", value) };
                self.cx.json_of(ty, value)
            }
            _ => {
                self.cx.refuse(Default::default(), "values of this type are no JSON data".into());
                Ex::word("nil")
            }
        }
    }
}

impl super::Context<'_> {
    /// A value that is written more than once, as JSON data.
    fn json_of(&self, ty: &Type, value: Ex) -> Ex {
        let function = |ty: &Type| {
            let body = St::Return(vec![self.json_of(ty, Ex::word("value"))]);
            Ex::Func(format!("(value {}) any", self.ty(ty)), vec![body])
        };
        match ty {
            Type::List(item) | Type::Dict(_, item, _) if **item == Type::Json => value,
            Type::List(item) => Ex::call("support.JSONList", vec![value, function(item)]),
            Type::Dict(key, item, _) if **key == Type::Str => {
                Ex::call("support.JSONObject", vec![value, function(item)])
            }
            Type::Optional(inner) if !self.is_nilable(inner) => {
                Ex::call("support.JSONOption", vec![value, function(inner)])
            }
            Type::TupleOf(item) => Ex::call("support.JSONList", vec![value.method("Items", vec![]), function(item)]),
            Type::Tuple(items) => {
                let part = |(i, ty): (usize, &Type)| self.json_of(ty, value.clone().dot(format!("V{i}")));
                Ex::Literal("[]any".into(), items.iter().enumerate().map(part).collect())
            }
            Type::None => Ex::word("nil"),
            Type::Bool | Type::Int | Type::Float | Type::Str | Type::Json => value,
            Type::Unknown
            | Type::Never
            | Type::Number
            | Type::Bytes
            | Type::Dict(..)
            | Type::Set(_)
            | Type::FrozenSet(_)
            | Type::Optional(_)
            | Type::Class(_)
            | Type::Enum(_)
            | Type::Exception
            | Type::Deque(_)
            | Type::Function(..)
            | Type::Cell(_)
            | Type::Response
            | Type::Lock => {
                self.refuse(Default::default(), "values of this type are no JSON data".into());
                Ex::word("nil")
            }
        }
    }
}
