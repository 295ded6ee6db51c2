//! Python's builtin functions and the library functions that have a translation.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// A call of a builtin by its name.
    pub fn builtin_call(
        &mut self,
        name: &str,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        if Self::has_operation(&format!("builtins.{name}")) && !(name == "int" && args.len() + keywords.len() < 2) {
            return self.library_function(&format!("builtins.{name}"), args, keywords, span);
        }
        let keyword =
            |name: &str| keywords.iter().find(|k| k.name.as_ref().is_some_and(|n| n.text == name)).map(|k| &k.value);
        let known: &[&str] = match name {
            "sorted" => &["key", "reverse"],
            "min" | "max" => &["key", "default"],
            "sum" => &["start"],
            _ => &[],
        };
        if name == "print" {
            return self.print(args, keywords, span);
        }
        if name == "dict" && args.is_empty() && !keywords.is_empty() {
            return self.dict_of_names(keywords, want, span);
        }
        if let Some(odd) = keywords.iter().find(|k| !k.name.as_ref().is_some_and(|n| known.contains(&n.text.as_str())))
        {
            return self.refuse(
                Code::UnsupportedCall,
                odd.value.span,
                format!("this keyword argument of `{name}` is not translated"),
                "",
            );
        }
        match (name, args.len()) {
            ("len", 1) => {
                let value = match self.viewed(&args[0])? {
                    Some(dict) => dict,
                    None if let Some(class) = self.enumeration(&args[0]) => self.all_members(class, span),
                    None => self.expr(&args[0], None)?,
                };
                let value = self.operand_base(value, "object of type 'NoneType' has no len()");
                match &value.ty {
                    Type::Class(id) if self.world.class(*id).is_tuple && Self::is_simple(&value) => {
                        let count = self.world.class(*id).fields.len();
                        Ok(Expr::new(ExprKind::Int(count as i64), Type::Int, at))
                    }
                    Type::Tuple(items) if Self::is_simple(&value) => {
                        Ok(Expr::new(ExprKind::Int(items.len() as i64), Type::Int, at))
                    }
                    Type::Str
                    | Type::Bytes
                    | Type::List(_)
                    | Type::Deque(_)
                    | Type::Dict(..)
                    | Type::Set(_)
                    | Type::FrozenSet(_)
                    | Type::TupleOf(_) => {
                        Ok(Expr::new(ExprKind::Builtin { op: Builtin::Len, args: vec![value] }, Type::Int, at))
                    }
                    Type::Unknown => Ok(Expr::new(ExprKind::Int(0), Type::Int, at)),
                    ty if let Some(id) = self.special(ty, "__len__") => self.special_len(id, value, span),
                    other => {
                        let message = format!("`len` of {} is not translated", self.world.describe(other));
                        self.refuse(Code::TypeMismatch, span, message, "")
                    }
                }
            }
            ("abs", 1) => {
                let value = self.expr(&args[0], None)?;
                let value = self.present(value);
                if let Some(id) = self.special(&value.ty, "__abs__") {
                    return self.call_special(id, vec![value], span);
                }
                let value = self.as_number(value, args[0].span, "abs")?;
                let op = match value.ty {
                    Type::Float => Builtin::FloatAbs,
                    Type::Number => Builtin::NumberAbs,
                    _ => Builtin::IntAbs,
                };
                let ty = value.ty.clone();
                Ok(Expr::new(ExprKind::Builtin { op, args: vec![value] }, ty, at))
            }
            ("round", 1 | 2) => self.round(args, span),
            ("int", 0) => Ok(Expr::new(ExprKind::Int(0), Type::Int, at)),
            ("int", 1) => self.int_call(&args[0], span),
            ("float", 1) => self.float_call(&args[0], span),
            ("bool", 1) => Ok(self.condition(&args[0])?.0),
            ("str", 0) => Ok(Expr::new(ExprKind::Str(String::new()), Type::Str, at)),
            ("str", 1) => self.str_call(&args[0], span),
            ("repr", 1) => {
                let value = self.expr(&args[0], None)?;
                let value = match self.special_text(value, true, span)? {
                    Ok(text) => return Ok(text),
                    Err(value) => value,
                };
                self.printable(&value.ty, span)?;
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::Repr, args: vec![value] }, Type::Str, at))
            }
            ("format", 1 | 2) => self.format_call(args, span),
            ("ord", 1) => self.simple(Builtin::Ord, args, &[Type::Str], Type::Int, span),
            ("chr", 1) => self.simple(Builtin::Chr, args, &[Type::Int], Type::Str, span),
            ("divmod", 2) => {
                let left = self.number(&args[0], name)?;
                let right = self.number(&args[1], name)?;
                let both_int = left.ty == Type::Int && right.ty == Type::Int;
                let (left, right) = if both_int { (left, right) } else { (self.to_float(left), self.to_float(right)) };
                let ty = Type::Tuple(vec![left.ty.clone(); 2]);
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::DivMod, args: vec![left, right] }, ty, at))
            }
            ("pow", 2) => {
                let left = self.expr(&args[0], None)?;
                let right = self.expr(&args[1], None)?;
                self.binary(ast::BinaryOp::Pow, left, right, span)
            }
            ("pow", 3) => self.simple(Builtin::IntPowMod, args, &[Type::Int, Type::Int, Type::Int], Type::Int, span),
            ("min" | "max", 1) => self.extreme(name, &args[0], keyword("key"), keyword("default"), span),
            ("min" | "max", 2..) if keyword("key").is_some() && keywords.len() == 1 => {
                let list = ast::Expr { kind: ast::ExprKind::List(args.to_vec()), span };
                self.extreme(name, &list, keyword("key"), None, span)
            }
            ("min" | "max", 2..) if keywords.is_empty() => self.extreme_of(name, args, want, span),
            ("next", 2) => self.next_or(&args[0], &args[1], span),
            ("sum", 1 | 2) => self.sum(&args[0], args.get(1).or(keyword("start")), span),
            ("any" | "all", 1) => {
                let folded = self.fold(&args[0], true, |b, element| {
                    let test = b.truth(element)?;
                    let kind = if name == "any" { ComprehensionKind::Any(test) } else { ComprehensionKind::All(test) };
                    Ok((kind, Type::Bool))
                })?;
                // Whether an exception or the answer comes first is a matter of order; `set_order` refuses the rest.
                let known = super::loops::set_sources(&folded).iter().all(super::loops::order_known);
                if known && super::loops::may_raise(&folded) { self.in_set_order(folded, span) } else { Ok(folded) }
            }
            ("sorted", 1) => {
                // Under a key, items that tie stay in the order they came.
                let items = self.list_from(&args[0], keyword("key").is_none())?;
                let item = items.ty.item().unwrap_or(Type::Unknown);
                let computed = matches!(args[0].kind, ast::ExprKind::Generator { .. });
                let items = if computed { self.any_order_is_same(items, &item, span)? } else { items };
                self.sorted(items, keyword("key"), keyword("reverse"), span)
            }
            ("tuple", 0) => Ok(self.empty_tuple(span)),
            ("tuple", 1) => self.tuple_of(&args[0], span),
            ("list", 0) => self.expr(&ast::Expr { kind: ast::ExprKind::List(vec![]), span }, want),
            ("list", 1) => self.list_from(&args[0], false),
            ("dict", 0) => self.expr(&ast::Expr { kind: ast::ExprKind::Dict(vec![]), span }, want),
            ("dict", 1) if self.is_pairs(&args[0]) => self.dict_of_pairs(&args[0], span),
            ("dict", 1) => {
                let value = self.expr(&args[0], None)?;
                if !matches!(value.ty, Type::Dict(..) | Type::Unknown) {
                    return self.refuse(
                        Code::UnsupportedCall,
                        span,
                        "`dict(...)` of this is not translated",
                        "use a dict comprehension",
                    );
                }
                let ty = match &value.ty {
                    Type::Dict(key, item, _) => Type::dict((**key).clone(), (**item).clone()),
                    other => other.clone(),
                };
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::Copy, args: vec![value] }, ty, at))
            }
            ("set" | "frozenset", 0 | 1) => self.set_call(name == "frozenset", args.first(), want, span),
            ("isinstance", 2) => match self.family_test(&args[0], &args[1], span)? {
                Some((test, _)) => Ok(test),
                None => self.is_instance(&args[0], &args[1], span),
            },
            ("range" | "enumerate" | "zip" | "reversed" | "map" | "filter" | "iter", _) => self.refuse(
                Code::UnsupportedCall,
                span,
                format!("`{name}` is used as a value"),
                "loop over it directly, or make a list of it",
            ),
            _ => self.refuse(
                Code::UnsupportedCall,
                span,
                format!("`{name}` with {} arguments has no translation", args.len()),
                "`docs/subset.md` lists what has one",
            ),
        }
    }

    /// A builtin operation with operands of fixed types.
    pub fn simple(&mut self, op: Builtin, args: &[ast::Expr], wants: &[Type], ty: Type, span: Span) -> Lowered<Expr> {
        let args = self.arguments(args, wants)?;
        Ok(Expr::new(ExprKind::Builtin { op, args }, ty, self.at(span)))
    }

    /// `set(...)` and `frozenset(...)`.
    fn set_call(&mut self, frozen: bool, source: Option<&ast::Expr>, want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let of = |item: Type| if frozen { Type::FrozenSet(Box::new(item)) } else { Type::Set(Box::new(item)) };
        let Some(source) = source else {
            let item = want.filter(|ty| matches!(ty, Type::Set(_) | Type::FrozenSet(_))).and_then(Type::item);
            return Ok(Expr::new(ExprKind::Set(Vec::new()), of(item.unwrap_or(Type::Unknown)), at));
        };
        let made = self.fold(source, true, |_, element| {
            let ty = of(element.ty.clone());
            Ok((ComprehensionKind::Set(element), ty))
        })?;
        self.hashable(&made.ty.item().unwrap_or(Type::Unknown), span)?;
        if matches!(source.kind, ast::ExprKind::Generator { .. }) {
            return Ok(self.set_of_set_items(made));
        }
        // Of a set or dict CPython makes room first, which decides the order.
        if let ExprKind::Comprehension(c) = &made.kind
            && let [Loop { iter: Iter::Value(whole), .. }] = c.loops.as_slice()
            && matches!(whole.ty, Type::Set(_) | Type::FrozenSet(_) | Type::Dict(..))
        {
            let args = vec![whole.clone()];
            return Ok(Expr::new(ExprKind::Builtin { op: Builtin::Copy, args }, made.ty, at));
        }
        Ok(made)
    }

    /// A set that is computed from the items of a set: its own order is not known from here on.
    pub fn set_of_set_items(&self, made: Expr) -> Expr {
        let known = made.ty.item().is_some_and(|item| super::loops::order_known(&item));
        if !known || !super::loops::loops_over_set(&made) {
            return made;
        }
        let (ty, at) = (made.ty.clone(), made.at);
        Expr::new(ExprKind::Builtin { op: Builtin::SetForget, args: vec![made] }, ty, at)
    }

    fn number(&mut self, e: &ast::Expr, name: &str) -> Lowered<Expr> {
        let value = self.expr(e, None)?;
        let value = self.present(value);
        self.as_number(value, e.span, name)
    }

    /// A value as the number that a builtin takes.
    fn as_number(&mut self, value: Expr, span: Span, name: &str) -> Lowered<Expr> {
        match value.ty {
            Type::Int | Type::Float | Type::Number => Ok(value),
            Type::Bool => Ok(self.to_int(value)),
            Type::Unknown => self.unknown(span, &format!("the argument of `{name}`")),
            _ => {
                let message = format!("`{name}` of {} is not translated", self.world.describe(&value.ty));
                self.refuse(Code::TypeMismatch, span, message, "")
            }
        }
    }

    fn round(&mut self, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let value = self.number(&args[0], "round")?;
        let digits = args.get(1).filter(|d| !matches!(d.kind, ast::ExprKind::None));
        match (&value.ty, digits) {
            (Type::Int, None) | (Type::Unknown, _) => Ok(value),
            (Type::Float, None) => {
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::FloatRound, args: vec![value] }, Type::Int, at))
            }
            (Type::Number, None) => {
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::NumberRound, args: vec![value] }, Type::Int, at))
            }
            (Type::Float, Some(digits)) => {
                let digits = self.arguments(std::slice::from_ref(digits), &[Type::Int])?.remove(0);
                let op = ExprKind::Builtin { op: Builtin::FloatRoundTo, args: vec![value, digits] };
                Ok(Expr::new(op, Type::Float, at))
            }
            (Type::Int, Some(digits)) => {
                let digits = self.arguments(std::slice::from_ref(digits), &[Type::Int])?.remove(0);
                Ok(self.named_operation("~round.int", vec![value, digits], Type::Int, span))
            }
            _ => self.refuse(Code::UnsupportedCall, span, "`round` of this to digits is not translated", ""),
        }
    }

    fn int_call(&mut self, e: &ast::Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let value = self.expr(e, None)?;
        let value = self.present(value);
        let value = self.plain_value(value, span)?;
        let op = match value.ty {
            Type::Int => return Ok(value),
            Type::Bool => return Ok(self.to_int(value)),
            Type::Unknown => {
                return self.unknown(span, "the argument of `int`").map(|v| Expr::new(v.kind, Type::Int, at));
            }
            Type::Float => Builtin::IntFromFloat,
            Type::Number => Builtin::NumberToInt,
            Type::Str => Builtin::IntFromStr,
            Type::Json => Builtin::JsonToInt,
            _ => {
                let message = format!("`int` of {} is not translated", self.world.describe(&value.ty));
                return self.refuse(Code::TypeMismatch, span, message, "");
            }
        };
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![value] }, Type::Int, at))
    }

    fn float_call(&mut self, e: &ast::Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if let ast::ExprKind::Str(text) = &e.kind
            && let Some(value) = special_float(text)
        {
            return Ok(Expr::new(ExprKind::Float(value), Type::Float, at));
        }
        let value = self.expr(e, None)?;
        let value = self.present(value);
        let op = match value.ty {
            Type::Int | Type::Bool | Type::Float | Type::Number => {
                let value = self.to_int(value);
                return Ok(self.to_float(value));
            }
            Type::Unknown => {
                return self.unknown(span, "the argument of `float`").map(|v| Expr::new(v.kind, Type::Float, at));
            }
            Type::Str => Builtin::FloatFromStr,
            Type::Json => Builtin::JsonToFloat,
            _ => {
                let message = format!("`float` of {} is not translated", self.world.describe(&value.ty));
                return self.refuse(Code::TypeMismatch, span, message, "");
            }
        };
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![value] }, Type::Float, at))
    }

    pub(super) fn str_call(&mut self, e: &ast::Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let value = self.expr(e, None)?;
        let value = match self.special_text(value, false, span)? {
            Ok(text) => return Ok(text),
            Err(value) => value,
        };
        let kind = match value.ty {
            Type::Str => return Ok(value),
            Type::Exception => ExprKind::Message(Box::new(value)),
            Type::Json => ExprKind::Builtin { op: Builtin::JsonToStr, args: vec![value] },
            _ => {
                self.printable(&value.ty, span)?;
                ExprKind::Builtin { op: Builtin::ToStr, args: vec![value] }
            }
        };
        Ok(Expr::new(kind, Type::Str, at))
    }

    /// Refuses types whose text shows an address or a hash order.
    pub fn printable(&self, ty: &Type, span: Span) -> Lowered<()> {
        let bad = match ty {
            Type::Set(item) | Type::FrozenSet(item) if !super::loops::order_known(item) && **item != Type::Unknown => {
                Some("the text of a set shows its order")
            }
            Type::Class(_) if self.special(ty, "__repr__").is_some() => {
                Some("the text of objects with a `__repr__` inside something else is not translated")
            }
            Type::Class(id) if !self.world.class(*id).is_dataclass => Some("the text of an object shows its address"),
            Type::Class(id) if self.world.is_related(*id) => {
                Some("the text of a dataclass that others derive from, or that derives, is not translated")
            }
            Type::Enum(_) if self.special(ty, "__repr__").is_some() => {
                Some("the text of members with a `__repr__` inside something else is not translated")
            }
            Type::Function(..) | Type::Lock | Type::Response | Type::Json => Some("this value has no translated text"),
            Type::Dict(_, _, kind) if *kind != DictKind::Plain => {
                Some("the text of a defaultdict, Counter or OrderedDict is not translated")
            }
            _ => None,
        };
        if let Some(message) = bad {
            return self.refuse(Code::UnsupportedCall, span, message, "");
        }
        match ty {
            Type::List(t) | Type::TupleOf(t) | Type::Deque(t) | Type::Optional(t) => self.printable(t, span),
            Type::Dict(k, v, _) => self.printable(k, span).and_then(|()| self.printable(v, span)),
            Type::Tuple(items) => items.iter().try_for_each(|t| self.printable(t, span)),
            _ => Ok(()),
        }
    }

    fn extreme(
        &mut self,
        name: &str,
        source: &ast::Expr,
        key: Option<&ast::Expr>,
        default: Option<&ast::Expr>,
        span: Span,
    ) -> Lowered<Expr> {
        let largest = name == "max";
        let found = self.fold(source, key.is_none(), |b, element| {
            let ty = element.ty.clone();
            let key = key.map(|k| b.key_function(k, &ty)).transpose()?;
            b.orderable(key.as_ref().map_or(&ty, |k| &k.body.ty), span)?;
            let mut result = ty.clone();
            let default = match default {
                None => None,
                Some(e) if matches!(e.kind, ast::ExprKind::None) && !matches!(ty, Type::Optional(_) | Type::None) => {
                    result = Type::optional(ty);
                    Some(Expr::new(ExprKind::None, result.clone(), b.at(e.span)))
                }
                Some(e) => {
                    let value = b.expr(e, Some(&ty))?;
                    if !is_silent(&value) {
                        let message = format!("a computed `default` of `{name}` is not translated");
                        let help = "assign it to a variable first: Python computes it also where it is not needed";
                        return b.refuse(Code::UnsupportedCall, span, message, help);
                    }
                    Some(b.coerce(value, &ty, "the default")?)
                }
            };
            Ok((ComprehensionKind::Extreme { element, largest, key, default }, result))
        })?;
        let values = found.ty.some().clone();
        self.any_order_is_same(found, &values, span)
    }

    pub fn orderable(&mut self, ty: &Type, span: Span) -> Lowered<()> {
        let fine = match ty {
            Type::Unknown | Type::Int | Type::Float | Type::Number | Type::Bool | Type::Str | Type::Bytes => true,
            Type::Class(id) => self.world.class(*id).order,
            Type::Tuple(items) => {
                let items = items.clone();
                return items.iter().try_for_each(|t| self.orderable(t, span));
            }
            Type::List(item) | Type::TupleOf(item) => {
                let item = (**item).clone();
                return self.orderable(&item, span);
            }
            _ => false,
        };
        if fine {
            return Ok(());
        }
        let message = format!("ordering values of {} is not translated", self.world.describe(ty));
        self.refuse(Code::TypeMismatch, span, message, "give a `key`")
    }

    fn extreme_of(&mut self, name: &str, args: &[ast::Expr], want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let values = args.iter().map(|a| self.expr(a, None)).collect::<Lowered<Vec<_>>>()?;
        let mut ty = Type::Never;
        for value in &values {
            ty = match join(&ty, &value.ty) {
                Some(Type::Number) if want == Some(&Type::Float) => Type::Float,
                Some(joined) => joined,
                None if ty.is_number() && value.ty.is_number() && want == Some(&Type::Float) => Type::Float,
                None => {
                    let message =
                        format!("`{name}` of {} and {}", self.world.describe(&ty), self.world.describe(&value.ty));
                    return self.refuse(Code::MixedTypes, span, message, "write integers as floats: `0.0`");
                }
            };
        }
        if ty == Type::Unknown {
            return self.unknown(span, "the arguments");
        }
        self.orderable(&ty, span)?;
        let values = values.into_iter().map(|v| self.coerce(v, &ty, "the argument")).collect::<Lowered<Vec<_>>>()?;
        let op = if name == "min" { Builtin::Min } else { Builtin::Max };
        Ok(Expr::new(ExprKind::Builtin { op, args: values }, ty, at))
    }

    fn sum(&mut self, source: &ast::Expr, start: Option<&ast::Expr>, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        if matches!(&start.map(|start| &start.kind), Some(ast::ExprKind::List(items)) if items.is_empty()) {
            return self.sum_of_lists(source, span);
        }
        let total = self.fold(source, true, |b, element| {
            let element = b.to_int(element);
            let ty = match &element.ty {
                Type::Int | Type::Float | Type::Number => element.ty.clone(),
                Type::Unknown => {
                    return b.unknown(span, "the summed values").map(|v| (ComprehensionKind::Any(v), Type::Unknown));
                }
                other => {
                    let message = format!("`sum` of {} is not translated", b.world.describe(other));
                    return b.refuse(Code::TypeMismatch, span, message, "");
                }
            };
            let start = match start {
                Some(e) => b.expr(e, Some(&ty))?,
                None => Expr::new(ExprKind::Int(0), Type::Int, at),
            };
            // `sum([])` of floats is the int 0: widened, so that its text is checked.
            let (ty, element, start) = match (&ty, &start.ty) {
                (Type::Int, Type::Float) => (Type::Float, b.to_float(element), start),
                _ => {
                    let start = b.coerce(start, &ty, "the start")?;
                    (ty, element, start)
                }
            };
            Ok((ComprehensionKind::Sum { element, start }, ty))
        })?;
        let values = total.ty.clone();
        self.any_order_is_same(total, &values, span)
    }

    /// `isinstance` on a value whose type is known folds to a constant.
    fn is_instance(&mut self, value: &ast::Expr, classes: &ast::Expr, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let value = self.expr(value, None)?;
        if value.ty == Type::Unknown {
            return self.unknown(span, "the tested value").map(|v| Expr::new(v.kind, Type::Bool, at));
        }
        let classes: Vec<&ast::Expr> = match &classes.kind {
            ast::ExprKind::Tuple(items) => items.iter().collect(),
            _ => vec![classes],
        };
        if !Self::is_simple(&value) || matches!(value.ty, Type::Optional(_) | Type::Json | Type::Exception) {
            return self.refuse(
                Code::UnsupportedCall,
                span,
                "`isinstance` on a value of several types is not translated yet",
                "",
            );
        }
        let names: Vec<String> = classes.iter().filter_map(|class| super::annotations::dotted(class)).collect();
        if value.ty == Type::Number {
            return Ok(number_is(&names, value));
        }
        let asks = |name: &str| names.iter().any(|asked| asked == name);
        if value.ty == Type::Float && asks("int") != asks("float") {
            // An int goes where a float is declared, and stays one.
            let message = "whether this is an int or a float at run time is not translated";
            let help = "declare `int | float`, or ask for `(int, float)`";
            return self.refuse(Code::UnsupportedCall, span, message, help);
        }
        let mut result = false;
        for class in classes {
            let name = super::annotations::dotted(class).unwrap_or_default();
            let matches = match (name.as_str(), &value.ty) {
                ("int", Type::Int | Type::Bool) | ("int" | "float", Type::Number) => true,
                ("float", Type::Float) | ("bool", Type::Bool) => true,
                ("str", Type::Str) | ("bytes", Type::Bytes) | ("list", Type::List(_)) | ("dict", Type::Dict(..)) => {
                    true
                }
                ("tuple", Type::Class(id)) => self.world.class(*id).is_tuple,
                ("tuple", Type::Tuple(_) | Type::TupleOf(_))
                | ("set", Type::Set(_))
                | ("frozenset", Type::FrozenSet(_)) => true,
                ("int" | "str", Type::Enum(id)) => {
                    let wanted = if name == "int" { super::enums::Mixin::Int } else { super::enums::Mixin::Str };
                    self.world.class(*id).mixin == Some(wanted)
                }
                ("int" | "float" | "bool" | "str" | "bytes" | "list" | "dict" | "tuple" | "set" | "frozenset", _) => {
                    false
                }
                _ => match super::annotations::resolve(self.world, self.module, &name) {
                    Some(super::world::Binding::Class(id)) => value.ty == self.world.class(id).object(id),
                    _ => {
                        return self.refuse(
                            Code::UnknownName,
                            class.span,
                            format!("`{name}` is not a class that is known"),
                            "",
                        );
                    }
                },
            };
            result |= matches;
        }
        Ok(Expr::new(ExprKind::Bool(result), Type::Bool, at))
    }

    /// A call of a library function by its full path.
    pub fn library_call(
        &mut self,
        path: &str,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let at = self.at(span);
        let _ = want;
        let float = |op| (op, Type::Float);
        match path {
            "flask.request.get_json" => return self.request_json(keywords, span),
            "flask.jsonify" if keywords.is_empty() => return self.jsonify(args, span),
            "collections.defaultdict" => return self.new_default_dict(args, keywords, want, span),
            "collections.Counter" => return self.new_counter(args, keywords, want, span),
            "collections.OrderedDict" if args.len() < 2 && keywords.is_empty() => {
                return self.new_ordered_dict(args, want, span);
            }
            "collections.deque" => return self.new_deque(args, keywords, want, span),
            "functools.reduce" if keywords.is_empty() => return self.reduce(args, span),
            "copy.copy" | "copy.deepcopy" if keywords.is_empty() && args.len() == 1 => {
                return self.copied(&args[0], path == "copy.deepcopy", span);
            }
            "math.gcd" if args.len() == 2 => {}
            _ if Self::has_operation(path) => return self.library_function(path, args, keywords, span),
            _ if keywords.is_empty()
                && let Some(stands_for) = super::iterators::operator_call(path, args, span) =>
            {
                return self.expr(&stands_for, want);
            }
            _ => {}
        }
        if !keywords.is_empty() {
            return self.refuse(
                Code::UnsupportedCall,
                span,
                format!("keyword arguments of `{path}` are not translated"),
                "",
            );
        }
        let (op, ty) = match (path, args.len()) {
            ("threading.Lock" | "threading.RLock", 0) => return Ok(Expr::new(ExprKind::None, Type::Lock, at)),
            ("time.time", 0) => {
                return Ok(Expr::new(ExprKind::Builtin { op: Builtin::ClockNow, args: vec![] }, Type::Float, at));
            }
            ("math.sqrt", 1) => float(Builtin::MathSqrt),
            ("math.fabs", 1) => float(Builtin::FloatAbs),
            ("math.isnan", 1) => (Builtin::MathIsNan, Type::Bool),
            ("math.isinf", 1) => (Builtin::MathIsInf, Type::Bool),
            ("math.isfinite", 1) => (Builtin::MathIsFinite, Type::Bool),
            ("math.floor" | "math.ceil" | "math.trunc", 1) => {
                let value = self.number(&args[0], path)?;
                if value.ty == Type::Int {
                    return Ok(value);
                }
                let op = match path {
                    "math.floor" => Builtin::MathFloor,
                    "math.ceil" => Builtin::MathCeil,
                    _ => Builtin::IntFromFloat,
                };
                let of = |op, value: Expr| Expr::new(ExprKind::Builtin { op, args: vec![value] }, Type::Int, at);
                if value.ty != Type::Number {
                    return Ok(of(op, value));
                }
                let (before, whole) = self.block(|b| {
                    let value = if Self::is_simple(&value) { value } else { b.spill(value, span) };
                    let test = Box::new(Expr { ty: Type::Bool, ..of(Builtin::NumberIsInt, value.clone()) });
                    let orelse = Box::new(of(op, b.to_float(value.clone())));
                    let then = Box::new(of(Builtin::NumberToInt, value));
                    Ok(Expr::new(ExprKind::If { test, then, orelse }, Type::Int, at))
                })?;
                return Ok(super::loops::after(before, whole));
            }
            ("math.gcd", 2) => return self.simple(Builtin::MathGcd, args, &[Type::Int, Type::Int], Type::Int, span),
            _ => {
                return self.refuse(
                    Code::UnsupportedCall,
                    span,
                    format!("`{path}` has no translation"),
                    "`docs/subset.md` lists what has one",
                );
            }
        };
        let value = self.number(&args[0], path)?;
        let value = self.to_float(value);
        Ok(Expr::new(ExprKind::Builtin { op, args: vec![value] }, ty, at))
    }
}

/// The infinities and NaN as text: constants.
fn special_float(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "inf" | "+inf" | "infinity" => Some(f64::INFINITY),
        "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
        "nan" => Some(f64::NAN),
        _ => None,
    }
}

/// True for values that are there without computing: whether they are made cannot be told.
fn is_silent(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => items.iter().all(is_silent),
        ExprKind::Dict(pairs) => pairs.is_empty(),
        ExprKind::Convert { value, .. } => is_silent(value),
        _ => Body::is_simple(e),
    }
}

/// `isinstance` of an int or a float: which of the two it is.
fn number_is(names: &[String], value: Expr) -> Expr {
    let has = |name: &str| names.iter().any(|other| other == name);
    let at = value.at;
    let kind = match (has("int"), has("float")) {
        (false, false) => ExprKind::Bool(false),
        (true, true) => ExprKind::Bool(true),
        (int, _) => {
            let is_int = ExprKind::Builtin { op: Builtin::NumberIsInt, args: vec![value] };
            if int { is_int } else { ExprKind::Not(Box::new(Expr::new(is_int, Type::Bool, at))) }
        }
    };
    Expr::new(kind, Type::Bool, at)
}
