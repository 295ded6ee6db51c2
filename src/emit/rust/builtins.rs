//! Builtin operations: one arm each, by what Rust has for them or by a support function.
//!
//! Operations on containers look at or change them where they are ([`Scope::look`], [`Scope::change`]), so that a
//! container inside a shared object is neither copied nor kept borrowed.

use super::expressions::Scope;
use super::places::{Kind, Value, has_entry, reads_root};
use super::printer::{Code, Level};
use crate::emit::decide;
use crate::ir::{Builtin, Expr, ExprKind, FormatPart, FormatSpec, Type};
use proc_macro2::TokenStream;
use quote::quote;

impl Scope<'_, '_> {
    /// A builtin operation; `ty` is the type of its result.
    pub fn builtin(&mut self, op: Builtin, args: &[Expr], ty: &Type) -> Value {
        if op == Builtin::JsonItem {
            return Value::new(self.function(quote!(json::item), args, true), Kind::Ref);
        }
        if op == Builtin::TupleItems {
            return Value::new(self.receiver(&args[0]).method("items", &[]), Kind::Slice);
        }
        Value::owned(match op {
            Builtin::IntAbs => self.owned_call(args, "abs"),
            Builtin::FloatAbs => self.owned_call(args, "abs"),
            Builtin::NumberAbs => self.owned_call(args, "abs"),
            Builtin::NumberToInt => self.function(quote!(number::to_int), args, true),
            Builtin::NumberRound => self.function(quote!(number::round), args, true),
            Builtin::IntFromFloat => self.function(quote!(float::to_int), args, true),
            Builtin::IntFromStr => self.function(quote!(int::parse), args, true),
            Builtin::FloatFromStr => self.function(quote!(float::parse), args, true),
            Builtin::FloatRound => self.function(quote!(float::round), args, true),
            Builtin::FloatRoundTo => self.function(quote!(float::round_to), args, false),
            Builtin::DivMod if args[0].ty == Type::Float => self.function(quote!(float::div_mod), args, true),
            Builtin::DivMod => self.function(quote!(int::div_mod), args, true),
            Builtin::Min => self.extreme_of(args, false),
            Builtin::Max => self.extreme_of(args, true),
            Builtin::IntBitLength => self.function(quote!(int::bit_length), args, false),
            Builtin::IntPowMod => self.function(quote!(int::pow_mod), args, true),
            Builtin::FloatIsInteger => {
                let x = self.owned(&args[0]);
                Code::atom(quote!(float::is_integer(#x)))
            }
            Builtin::MathSqrt => self.function(quote!(float::sqrt), args, true),
            Builtin::MathFloor => self.function(quote!(float::floor), args, true),
            Builtin::MathCeil => self.function(quote!(float::ceil), args, true),
            Builtin::MathIsNan => self.owned_call(args, "is_nan"),
            Builtin::MathIsInf => self.owned_call(args, "is_infinite"),
            Builtin::MathIsFinite => self.owned_call(args, "is_finite"),
            Builtin::MathGcd => self.function(quote!(int::gcd), args, false),
            Builtin::ToStr => self.text_of(&args[0]),
            Builtin::Repr => self.repr(&args[0]),
            Builtin::Ord => self.function(quote!(text::ord), args, true),
            Builtin::Chr => self.function(quote!(text::chr), args, true),
            Builtin::StrJoin => self.join(args),
            Builtin::StrSplit => self.function(quote!(text::split), args, false),
            Builtin::StrSplitAt => self.function(quote!(text::split_at), args, true),
            Builtin::StrSplitLines => self.function(quote!(text::split_lines), args, false),
            Builtin::StrStrip => self.strip(args, quote!(text::strip), quote!(text::strip_chars)),
            Builtin::StrStripStart => self.strip(args, quote!(text::strip_start), quote!(text::strip_start_chars)),
            Builtin::StrStripEnd => self.strip(args, quote!(text::strip_end), quote!(text::strip_end_chars)),
            Builtin::StrReplace => self.text_method(args, "replace"),
            Builtin::StrFind => self.function(quote!(text::find), args, false),
            Builtin::StrStartsWith => self.text_method(args, "starts_with"),
            Builtin::StrEndsWith => self.text_method(args, "ends_with"),
            Builtin::StrUpper => self.function(quote!(letters::to_upper), args, false),
            Builtin::StrLower => self.function(quote!(letters::to_lower), args, false),
            Builtin::StrIsDigit => self.function(quote!(letters::is_digit), args, false),
            Builtin::StrIsAlpha => self.function(quote!(letters::is_alpha), args, false),
            Builtin::StrIsAlnum => self.function(quote!(letters::is_alnum), args, false),
            Builtin::StrIsSpace => self.function(quote!(text::is_all_space), args, false),
            Builtin::StrZfill => self.function(quote!(text::zfill), args, false),
            Builtin::Len => self.length(&args[0]),
            Builtin::IsEmpty => self.look(&args[0], &[], |_, value| value.code.method("is_empty", &[])),
            Builtin::Contains => self.contains(&args[0], &args[1]),
            Builtin::Concat => self.concat(&args[0], &args[1]),
            Builtin::Repeat if args[0].ty == Type::Str => self.function(quote!(text::repeat), args, false),
            Builtin::Repeat => match &args[0].kind {
                ExprKind::List(items) => {
                    let items: Vec<Code> = items.iter().map(|item| self.owned(item)).collect();
                    let count = self.owned(&args[1]);
                    Code::atom(quote!(list::repeat(&[#(#items),*], #count)))
                }
                _ => self.function(quote!(list::repeat), args, false),
            },
            Builtin::TupleFrom => {
                let items = self.owned(&args[0]);
                Code::atom(quote!(TupleOf::from(#items)))
            }
            Builtin::TupleItems => self.receiver(&args[0]).method("items", &[]),
            Builtin::Slice => self.slice(args),
            Builtin::Copy => self.copy(&args[0], ty),
            Builtin::Clear => self.change(&args[0], &[], |_, value| value.code.method("clear", &[])),
            Builtin::Count => self.count(&args[0], &args[1]),
            Builtin::IndexOf if args[0].ty == Type::Str => self.function(quote!(text::index_of), args, true),
            Builtin::IndexOf => {
                self.emitter.needs_repr(&args[1].ty);
                self.looked(args, quote!(list::index_of), true)
            }
            Builtin::ListAppend => self.changed_by(args, "push"),
            Builtin::ListExtend => self.change(&args[0], &[&args[1]], |scope, list| {
                let other = scope.sliced(&args[1]);
                list.code.method("extend_from_slice", &[quote!(#other)])
            }),
            Builtin::ListInsert => self.changing(args, quote!(list::insert), false),
            Builtin::ListPop => self.changing(args, quote!(list::pop), true),
            Builtin::ListPopAt => self.changing(args, quote!(list::pop_at), true),
            Builtin::ListRemove => self.changing(args, quote!(list::remove), true),
            Builtin::ListDelete => self.changing(args, quote!(list::delete), true),
            Builtin::ListReverse => self.change(&args[0], &[], |_, list| list.code.method("reverse", &[])),
            Builtin::DictGet => self.get(&args[0], &args[1]),
            Builtin::DictGetOr => self.with_default(args, |scope| scope.get_or(args)),
            Builtin::AttributeBase => return self.inside_option(quote!(attribute), args),
            Builtin::OperandBase => return self.inside_option(quote!(operand), args),
            Builtin::DictDelete | Builtin::DictPop => {
                self.emitter.needs_repr(&args[1].ty);
                self.changing(args, quote!(dict::pop), true)
            }
            Builtin::DictPopOr if decide::takes_option(args) => self.change(&args[0], &[&args[1]], |scope, dict| {
                let key = scope.borrowed(&args[1]);
                dict.code.method("shift_remove", &[quote!(#key)])
            }),
            Builtin::DictPopOr => self.with_default(args, |scope| {
                scope.change(&args[0], &[&args[1], &args[2]], |scope, dict| {
                    let (key, default) = (scope.borrowed(&args[1]), scope.owned(&args[2]));
                    dict.code.method("shift_remove", &[quote!(#key)]).method("unwrap_or", &[quote!(#default)])
                })
            }),
            Builtin::DictUpdate => self.change(&args[0], &[&args[1]], |scope, dict| {
                let other = scope.owned_copy(&args[1]);
                dict.code.method("extend", &[quote!(#other)])
            }),
            Builtin::SetAdd => self.changed_by(args, "insert"),
            Builtin::SetDiscard => self.change(&args[0], &[&args[1]], |scope, set| {
                let item = scope.borrowed(&args[1]);
                set.code.method("discard", &[quote!(#item)])
            }),
            Builtin::SetRemove => {
                self.emitter.needs_repr(&args[1].ty);
                self.changing(args, quote!(set::remove), true)
            }
            Builtin::SetUnion => self.set_operation(args, quote!(set::union), ty),
            Builtin::SetIntersection => self.set_operation(args, quote!(set::intersection), ty),
            Builtin::SetDifference => self.set_operation(args, quote!(set::difference), ty),
            Builtin::SetSymmetricDifference => self.set_operation(args, quote!(set::symmetric_difference), ty),
            Builtin::SetIsSubset => self.look(&args[0], &[&args[1]], |scope, set| {
                let other = scope.borrowed(&args[1]);
                set.code.method("is_subset", &[quote!(#other)])
            }),
            Builtin::SetItems => self.look(&args[0], &[], |_, set| {
                let set = set.borrow();
                Code::atom(quote!(set::items(#set)))
            }),
            Builtin::SetForget => self.owned(&args[0]).method("of_unknown_order", &[]),
            Builtin::SetPop => self.changing(args, quote!(set::pop), true),
            Builtin::ClockNow => Code::atom(quote!(clock::now())),
            Builtin::UtcFormat => self.function(quote!(clock::utc_format), args, false),
            Builtin::JsonItem => self.function(quote!(json::item), args, true),
            Builtin::JsonGet => self.function(quote!(json::get), args, true),
            Builtin::JsonGetOr => {
                let (data, key, default) = (self.borrowed(&args[0]), self.borrowed(&args[1]), self.owned(&args[2]));
                Code::atom(quote!(json::get_or(#data, #key, #default))).raising()
            }
            Builtin::JsonToInt => self.function(quote!(json::to_int), args, true),
            Builtin::JsonToFloat => self.function(quote!(json::to_float), args, true),
            Builtin::JsonToStr => self.function(quote!(json::to_text), args, false),
            Builtin::NumberIsInt => self.owned(&args[0]).method("is_int", &[]),
            Builtin::JsonTruth => self.function(quote!(json::truth), args, false),
            Builtin::JsonOrEmpty => self.function(quote!(json::or_empty), args, false),
            Builtin::Respond => self.function(quote!(web::respond), args, false),
            Builtin::Library(op) => self.library(op, args),
        })
    }

    fn owned_call(&mut self, args: &[Expr], method: &str) -> Code {
        let receiver = self.owned(&args[0]);
        let literal = receiver.to_string().trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        let receiver = match literal {
            true => {
                let ty = self.emitter.ty(&args[0].ty);
                Code::new(quote!(#receiver as #ty), Level::Cast)
            }
            false => receiver,
        };
        receiver.method(method, &[])
    }

    /// `path(args)`; scalars go by value, everything else by reference.
    fn function(&mut self, path: TokenStream, args: &[Expr], raises: bool) -> Code {
        let codes: Vec<Code> = args.iter().map(|arg| self.passed(arg)).collect();
        let code = Code::atom(quote!(#path(#(#codes),*)));
        if raises { code.raising() } else { code }
    }

    fn passed(&mut self, arg: &Expr) -> Code {
        match &arg.ty {
            ty if ty.is_scalar() => self.owned(arg),
            _ => self.borrowed(arg),
        }
    }

    /// `path(&container, &item)`
    fn looked(&mut self, args: &[Expr], path: TokenStream, raises: bool) -> Code {
        self.look(&args[0], &[&args[1]], |scope, container| {
            let (container, item) = (container.borrow(), scope.wanted(&args[1]));
            let code = Code::atom(quote!(#path(#container, #item)));
            if raises { code.raising() } else { code }
        })
    }

    /// `path(&mut container, args)`
    fn changing(&mut self, args: &[Expr], path: TokenStream, raises: bool) -> Code {
        let others: Vec<&Expr> = args[1..].iter().collect();
        let keyed = matches!(args[0].ty, Type::Dict(..) | Type::Set(_));
        let removes = path.to_string().ends_with("remove");
        self.change(&args[0], &others, |scope, container| {
            let container = container.borrow_mut();
            let codes = args[1..].iter().map(|arg| match (keyed, removes) {
                (true, _) => scope.borrowed(arg),
                (false, true) => scope.wanted(arg),
                (false, false) => scope.owned(arg),
            });
            let codes: Vec<Code> = codes.collect();
            let code = Code::atom(quote!(#path(#container #(, #codes)*)));
            if raises { code.raising() } else { code }
        })
    }

    /// `container.method(item)` where the item is kept.
    fn changed_by(&mut self, args: &[Expr], method: &str) -> Code {
        let simple = decide::is_quiet(&args[1]);
        let makes_entry = args[0].as_place().is_some_and(has_entry);
        if !makes_entry && (!simple || self.reads_root_of(&args[0], &args[1])) {
            let (name, item) = (self.temporary("item"), self.owned(&args[1]));
            let changed = self.change(&args[0], &[], |_, container| container.code.method(method, &[quote!(#name)]));
            return self.after(quote!(let #name = #item;), changed);
        }
        self.change(&args[0], &[&args[1]], |scope, container| {
            let item = scope.owned(&args[1]);
            container.code.method(method, &[quote!(#item)])
        })
    }

    /// True where a value reads what a change is about to borrow.
    pub(super) fn reads_root_of(&self, changed: &Expr, value: &Expr) -> bool {
        let root = changed.as_place().and_then(crate::ir::Place::root);
        root.is_some_and(|root| reads_root(root, value))
    }

    fn extreme_of(&mut self, args: &[Expr], largest: bool) -> Code {
        let codes: Vec<Code> = args.iter().map(|arg| self.owned(arg)).collect();
        let is_literal = |code: &Code| code.to_string().starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let ints = args.iter().all(|arg| arg.ty == Type::Int) && codes.first().is_some_and(|code| !is_literal(code));
        let (word, function) = if largest { ("max", quote!(order::max)) } else { ("min", quote!(order::min)) };
        let joined = codes.into_iter().reduce(|best, next| match ints {
            true => best.method(word, &[quote!(#next)]),
            false => Code::atom(quote!(#function(#best, #next))),
        });
        joined.unwrap_or_else(|| Code::atom(quote!(())))
    }

    fn join(&mut self, args: &[Expr]) -> Code {
        let separator = self.borrowed(&args[0]);
        let list = self.value(&args[1]);
        let list = self.settled(list).code;
        list.method("join", &[quote!(#separator)])
    }

    fn strip(&mut self, args: &[Expr], plain: TokenStream, chars: TokenStream) -> Code {
        self.function(if args.len() > 1 { chars } else { plain }, args, false)
    }

    fn text_method(&mut self, args: &[Expr], method: &str) -> Code {
        let receiver = self.receiver(&args[0]);
        let others: Vec<TokenStream> = args[1..]
            .iter()
            .map(|arg| {
                let arg = self.sliced(arg);
                quote!(#arg)
            })
            .collect();
        receiver.method(method, &others)
    }

    fn length(&mut self, arg: &Expr) -> Code {
        if let Type::Tuple(items) = &arg.ty {
            return super::arithmetic::int_literal(items.len() as i64);
        }
        let text = arg.ty == Type::Str;
        self.look(arg, &[], |_, value| match text {
            true => {
                let text = value.borrow();
                Code::atom(quote!(text::len(#text)))
            }
            false => {
                let length = value.code.method("len", &[]);
                Code::new(quote!(#length as i64), Level::Cast)
            }
        })
    }

    /// `item in container`; Python computes the item first.
    fn contains(&mut self, container: &Expr, item: &Expr) -> Code {
        let in_closure = matches!(&container.ty, Type::List(item) | Type::TupleOf(item) if **item == Type::Str)
            && !decide::is_simple(item);
        let both_raise = decide::may_raise(container) && decide::may_raise(item);
        let first: &[&Expr] = if in_closure || both_raise { &[item] } else { &[] };
        let (before, hoisted) = self.keep(first);
        let code = self.contains_here(container, item);
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        self.after(before, code)
    }

    fn contains_here(&mut self, container: &Expr, item: &Expr) -> Code {
        if let ExprKind::List(items) = &container.kind
            && !items.is_empty()
            && items.iter().all(decide::is_simple)
        {
            return self.in_display(items, item);
        }
        if let Type::Tuple(items) = &container.ty {
            return self.in_tuple(container, items.len(), item);
        }
        let method = if matches!(container.ty, Type::Dict(..)) { "contains_key" } else { "contains" };
        let of_texts = matches!(&container.ty, Type::List(item) | Type::TupleOf(item) if **item == Type::Str);
        self.look(container, &[item], |scope, value| {
            if of_texts {
                let (one, item) = (scope.parameter("item"), scope.text_place(item));
                return value.code.method("iter", &[]).method("any", &[quote!(|#one| #one == #item)]);
            }
            let item = match &container.ty {
                Type::Str => scope.sliced(item),
                Type::List(_) | Type::TupleOf(_) | Type::Deque(_) => scope.wanted(item),
                _ => scope.borrowed(item),
            };
            value.code.method(method, &[quote!(#item)])
        })
    }

    /// `item in ["a", "b"]`   ->   `["a", "b"].contains(&item)`
    fn in_display(&mut self, items: &[Expr], item: &Expr) -> Code {
        let form = |scope: &mut Self, e: &Expr| if item.ty == Type::Str { scope.sliced(e) } else { scope.owned(e) };
        let elements: Vec<Code> = items.iter().map(|element| form(self, element)).collect();
        if self.emitter.has_nan(&item.ty, &quote!(it)).is_some() {
            let item = self.wanted(item);
            return Code::atom(quote!([#(#elements),*].contains(#item)));
        }
        let item = form(self, item);
        Code::atom(quote!([#(#elements),*].contains(&#item)))
    }

    /// A reference to what is looked for; NaN declines.
    fn wanted(&mut self, item: &Expr) -> Code {
        let reference = self.borrowed(item);
        match self.emitter.has_nan(&item.ty, &quote!(it)) {
            Some(test) => Code::atom(quote!(nan::wanted(#reference, |it| #test))),
            None => reference,
        }
    }

    /// A text as something that a `&String` can be compared with.
    fn text_place(&mut self, item: &Expr) -> Code {
        let value = self.value(item);
        let value = self.settled(value);
        match value.kind {
            Kind::Slice => value.code,
            _ => value.borrow(),
        }
    }

    fn in_tuple(&mut self, container: &Expr, length: usize, item: &Expr) -> Code {
        let tuple = self.receiver(container).at(Level::Atom);
        let elements = (0..length).map(|index| {
            let index = proc_macro2::Literal::usize_unsuffixed(index);
            Code::atom(quote!(#tuple.#index))
        });
        let (elements, item): (Vec<Code>, Code) = match &item.ty {
            Type::Str => (elements.map(|part| part.method("as_str", &[])).collect(), self.sliced(item)),
            Type::Float | Type::Number => {
                let (elements, item): (Vec<Code>, Code) = (elements.collect(), self.wanted(item));
                return Code::atom(quote!([#(#elements),*].contains(#item)));
            }
            ty if ty.is_scalar() => (elements.collect(), self.owned(item)),
            _ => (elements.map(|part| part.prefixed(quote!(&))).collect(), self.borrowed(item)),
        };
        Code::atom(quote!([#(#elements),*].contains(&#item)))
    }

    fn concat(&mut self, left: &Expr, right: &Expr) -> Code {
        if left.ty == Type::Str {
            let mut parts = Vec::new();
            collect_pieces(left, &mut parts);
            collect_pieces(right, &mut parts);
            return self.format(&parts);
        }
        let (left, right) = (self.sliced(left), self.sliced(right));
        Code::atom(quote!([#left, #right].concat()))
    }

    fn slice(&mut self, args: &[Expr]) -> Code {
        let bounds: Vec<Code> = args[1..].iter().map(|bound| self.bound(bound)).collect();
        let function = if args[0].ty == Type::Str { quote!(text::slice) } else { quote!(list::slice) };
        let missing = (bounds.len()..3).map(|_| quote!(None));
        let missing: Vec<TokenStream> = missing.collect();
        let step = args.get(3).filter(|step| step.ty != Type::None);
        let constant = step.map(|step| decide::constant_int(self.emitter.program, unwrapped(step)));
        let safe = constant.is_none_or(|step| step.is_some_and(|step| step != 0));
        let code = self.look(&args[0], &[], |_, value| {
            let value = value.borrow();
            Code::atom(quote!(#function(#value, #(#bounds),* #(, #missing)*))).raising()
        });
        if safe { Code::atom(quote!(exception::proven(#code))) } else { code }
    }

    fn bound(&mut self, bound: &Expr) -> Code {
        let code = self.owned(bound);
        match bound.ty {
            Type::None => Code::atom(quote!(None)),
            Type::Optional(_) => code,
            _ => Code::atom(quote!(Some(#code))),
        }
    }

    fn copy(&mut self, arg: &Expr, ty: &Type) -> Code {
        match (&arg.ty, ty) {
            (Type::FrozenSet(_), Type::FrozenSet(_)) => self.owned_copy(arg),
            (Type::Set(_) | Type::FrozenSet(_), Type::Set(_) | Type::FrozenSet(_)) => self.look(arg, &[], |_, set| {
                let set = set.borrow();
                frozen(Code::atom(quote!(set::copy(#set))), ty)
            }),
            (Type::Dict(..), Type::Set(_) | Type::FrozenSet(_)) => self.look(arg, &[], |_, dict| {
                let dict = dict.borrow();
                frozen(Code::atom(quote!(set::of_keys(#dict))), ty)
            }),
            (from, to) if from == to => self.owned_copy(arg),
            (Type::TupleOf(_), Type::List(_)) => self.look(arg, &[], |_, tuple| tuple.code.method("to_vec", &[])),
            (_, Type::List(_)) => self.as_vec(arg),
            (_, Type::Deque(_)) => {
                let items = self.as_vec(arg);
                Code::atom(quote!(Deque::from(#items)))
            }
            (_, Type::Set(_) | Type::FrozenSet(_)) => {
                let ty = self.emitter.ty(ty);
                let items = self.as_vec(arg).method("into_iter", &[]).at(Level::Atom);
                Code::atom(quote!(#items.collect::<#ty>()))
            }
            _ => self.owned_copy(arg),
        }
    }

    pub(super) fn owned_copy(&mut self, arg: &Expr) -> Code {
        let ty = arg.ty.clone();
        self.look(arg, &[], |scope, value| scope.duplicate(value, &ty))
    }

    fn count(&mut self, container: &Expr, item: &Expr) -> Code {
        if container.ty == Type::Str {
            let (text, part) = (self.borrowed(container), self.borrowed(item));
            return Code::atom(quote!(text::count(#text, #part)));
        }
        let computed: &[&Expr] = if decide::is_simple(item) { &[] } else { &[item] };
        let (before, hoisted) = self.keep(computed);
        let code = self.count_here(container, item);
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        self.after(before, code)
    }

    fn count_here(&mut self, container: &Expr, item: &Expr) -> Code {
        self.look(container, &[item], |scope, list| {
            let is_text = item.ty == Type::Str;
            let (other, item) =
                (scope.parameter("other"), if is_text { scope.text_place(item) } else { scope.wanted(item) });
            let filtered = list.code.method("iter", &[]).method("filter", &[quote!(|#other| *#other == #item)]);
            let count = filtered.method("count", &[]);
            Code::new(quote!(#count as i64), Level::Cast)
        })
    }

    fn get(&mut self, dict: &Expr, key: &Expr) -> Code {
        let scalar = matches!(&dict.ty, Type::Dict(_, value, _) if value.is_scalar());
        let nested = matches!(&dict.ty, Type::Dict(_, value, _) if matches!(**value, Type::Optional(_)));
        self.look(dict, &[key], |scope, value| {
            let key = scope.borrowed(key);
            let found = value.code.method("get", &[quote!(#key)]).method(if scalar { "copied" } else { "cloned" }, &[]);
            if nested { found.method("flatten", &[]) } else { found }
        })
    }

    /// `(dict, key, default)`: Python computes key and default before it looks.
    fn with_default(&mut self, args: &[Expr], body: impl FnOnce(&mut Self) -> Code) -> Code {
        if decide::is_silent(&args[2]) {
            return body(self);
        }
        // What is made on the spot is made first, as in Python.
        let made = args[..1].iter().filter(|dict| dict.as_place().is_none());
        let computed: Vec<&Expr> = made.chain(args[1..].iter().filter(|arg| !decide::is_simple(arg))).collect();
        let (before, hoisted) = self.keep(&computed);
        let code = body(self);
        hoisted.iter().for_each(|expr| drop(self.given.remove(expr)));
        self.after(before, code)
    }

    fn get_or(&mut self, args: &[Expr]) -> Code {
        let scalar = matches!(&args[0].ty, Type::Dict(_, value, _) if value.is_scalar());
        self.look(&args[0], &[&args[1], &args[2]], |scope, dict| {
            let (key, default) = (scope.borrowed(&args[1]), scope.owned(&args[2]));
            let found = dict.code.method("get", &[quote!(#key)]).method(if scalar { "copied" } else { "cloned" }, &[]);
            match scalar || !decide::is_silent(&args[2]) {
                true => found.method("unwrap_or", &[quote!(#default)]),
                false => found.method("unwrap_or_else", &[quote!(|| #default)]),
            }
        })
    }

    fn set_operation(&mut self, args: &[Expr], path: TokenStream, ty: &Type) -> Code {
        let (left, right) = (self.borrowed(&args[0]), self.borrowed(&args[1]));
        let (left, right) =
            if decide::only_literals(&args[0], &args[1]) { (left.anchored(), right.anchored()) } else { (left, right) };
        frozen(Code::atom(quote!(#path(#left, #right))), ty)
    }
}

/// A set as the type that is wanted of it.
fn frozen(set: Code, ty: &Type) -> Code {
    if matches!(ty, Type::FrozenSet(_)) { set.method("frozen", &[]) } else { set }
}

/// The value that a conversion to an Optional holds.
fn unwrapped(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Convert { value, .. } => value,
        _ => expr,
    }
}

/// The pieces of a chain of concatenated texts, as those of an f-string.
fn collect_pieces(expr: &Expr, parts: &mut Vec<FormatPart>) {
    match &expr.kind {
        ExprKind::Builtin { op: Builtin::Concat, args } => args.iter().for_each(|arg| collect_pieces(arg, parts)),
        ExprKind::Str(text) => parts.push(FormatPart::Literal(text.clone())),
        ExprKind::Format(inner) => parts.extend(inner.iter().cloned()),
        ExprKind::Builtin { op: Builtin::ToStr, args }
            if matches!(args[0].ty, Type::Int | Type::Float | Type::Bool) =>
        {
            parts.push(FormatPart::Value { value: args[0].clone(), repr: false, spec: FormatSpec::default() });
        }
        _ => parts.push(FormatPart::Value { value: expr.clone(), repr: false, spec: FormatSpec::default() }),
    }
}
