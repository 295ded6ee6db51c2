//! Methods of builtin types.

use super::body::Body;
use super::join::join;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// `base.name(args)` on text, bytes or a container.
    pub fn builtin_method(
        &mut self,
        base: Expr,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let called = self.method_of(base, attr, args, keywords, want, span)?;
        self.touched(called, span)
    }

    fn method_of(
        &mut self,
        base: Expr,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        match base.ty.clone() {
            Type::Str => self.str_method(base, attr, args, span),
            Type::List(item) => self.list_method(base, &item, attr, args, keywords, span),
            Type::Tuple(_) | Type::TupleOf(_) => self.tuple_method(base, attr, args, span),
            Type::Deque(item) => self.deque_method(base, &item, attr, args, span),
            Type::Dict(key, value, _) => self.dict_method(base, (&key, &value), attr, args, want, span),
            Type::Set(item) => self.set_method(base, &item, attr, args, span),
            Type::FrozenSet(_) if attr.text == "copy" && args.is_empty() => Ok(base),
            Type::FrozenSet(_) if Self::combines_sets(&attr.text) && !attr.text.ends_with("update") => {
                self.combined_sets(base, &attr.text, args, span)
            }
            Type::Int if attr.text == "bit_length" && args.is_empty() => {
                self.operate(Builtin::IntBitLength, base, vec![], Type::Int, span)
            }
            Type::Float if attr.text == "is_integer" && args.is_empty() => {
                self.operate(Builtin::FloatIsInteger, base, vec![], Type::Bool, span)
            }
            Type::Json if attr.text == "get" && args.len() == 1 => {
                let args = self.arguments(args, &[Type::Str])?;
                self.operate(Builtin::JsonGet, base, args, Type::Json, span)
            }
            Type::Json if attr.text == "get" && args.len() == 2 => {
                let args = self.arguments(args, &[Type::Str, Type::Json])?;
                self.operate(Builtin::JsonGetOr, base, args, Type::Json, span)
            }
            _ => self.other_method(base, attr, args, keywords, span),
        }
    }

    /// A method that has only a row in the library table.
    pub(super) fn other_method(
        &mut self,
        base: Expr,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let ty = base.ty.clone();
        match self.library_method(base, attr, args, keywords, span) {
            Some(called) => called,
            None => self.no_method(&ty, attr, span),
        }
    }

    fn no_method(&self, ty: &Type, attr: &ast::Name, span: Span) -> Lowered<Expr> {
        let message = format!("`.{}` of {} has no translation", attr.text, self.world.describe(ty));
        self.refuse(Code::UnsupportedCall, span, message, "`docs/subset.md` lists what has one")
    }

    pub(super) fn operate(&self, op: Builtin, base: Expr, args: Vec<Expr>, ty: Type, span: Span) -> Lowered<Expr> {
        let mut all = vec![base];
        all.extend(args);
        Ok(Expr::new(ExprKind::Builtin { op, args: all }, ty, self.at(span)))
    }

    fn str_method(&mut self, base: Expr, attr: &ast::Name, args: &[ast::Expr], span: Span) -> Lowered<Expr> {
        use Builtin as B;
        let args = match (attr.text.as_str(), args) {
            // None stands for the default here.
            ("split" | "strip" | "lstrip" | "rstrip", [only]) if matches!(only.kind, ast::ExprKind::None) => &[],
            _ => args,
        };
        let (op, wants, ty): (B, &[Type], Type) = match (attr.text.as_str(), args.len()) {
            ("join", 1) => {
                let list = self.list_from(&args[0], false)?;
                if !matches!(&list.ty, Type::List(t) if matches!(**t, Type::Str | Type::Unknown)) {
                    return self.refuse(Code::TypeMismatch, span, "`join` of something other than text", "");
                }
                return self.operate(B::StrJoin, base, vec![list], Type::Str, span);
            }
            ("split", 0) => (B::StrSplit, &[], Type::list(Type::Str)),
            ("split", 1) => (B::StrSplitAt, &[Type::Str], Type::list(Type::Str)),
            ("splitlines", 0) => (B::StrSplitLines, &[], Type::list(Type::Str)),
            ("strip", 0 | 1) => (B::StrStrip, &[Type::Str], Type::Str),
            ("lstrip", 0 | 1) => (B::StrStripStart, &[Type::Str], Type::Str),
            ("rstrip", 0 | 1) => (B::StrStripEnd, &[Type::Str], Type::Str),
            ("replace", 2) => (B::StrReplace, &[Type::Str, Type::Str], Type::Str),
            ("find", 1) => (B::StrFind, &[Type::Str], Type::Int),
            ("count", 1) => (B::Count, &[Type::Str], Type::Int),
            ("startswith", 1) => (B::StrStartsWith, &[Type::Str], Type::Bool),
            ("endswith", 1) => (B::StrEndsWith, &[Type::Str], Type::Bool),
            ("upper", 0) => (B::StrUpper, &[], Type::Str),
            ("lower", 0) => (B::StrLower, &[], Type::Str),
            ("isdigit", 0) => (B::StrIsDigit, &[], Type::Bool),
            ("isalpha", 0) => (B::StrIsAlpha, &[], Type::Bool),
            ("isalnum", 0) => (B::StrIsAlnum, &[], Type::Bool),
            ("isspace", 0) => (B::StrIsSpace, &[], Type::Bool),
            ("zfill", 1) => (B::StrZfill, &[Type::Int], Type::Str),
            _ => return self.other_method(base, attr, args, &[], span),
        };
        let args = self.arguments(args, wants)?;
        self.operate(op, base, args, ty, span)
    }

    fn list_method(
        &mut self,
        base: Expr,
        item: &Type,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        use Builtin as B;
        match (attr.text.as_str(), args.len()) {
            ("append" | "remove" | "count" | "index", 1) => {
                let value = self.element(&base, item, &args[0])?;
                let (op, ty) = match attr.text.as_str() {
                    "append" => (B::ListAppend, Type::None),
                    "remove" => (B::ListRemove, Type::None),
                    "count" => (B::Count, Type::Int),
                    _ => (B::IndexOf, Type::Int),
                };
                self.operate(op, base, vec![value], ty, span)
            }
            ("extend", 1) => {
                let other = self.list_from(&args[0], false)?;
                let place = base.as_place().cloned();
                if let Some(place) = place {
                    self.learn_place(&place, &other.ty);
                }
                let other = self.coerce(other, &base.ty.clone(), "the list")?;
                self.operate(B::ListExtend, base, vec![other], Type::None, span)
            }
            ("insert", 2) => {
                let index = self.arguments(&args[..1], &[Type::Int])?.remove(0);
                let value = self.element(&base, item, &args[1])?;
                self.operate(B::ListInsert, base, vec![index, value], Type::None, span)
            }
            ("pop", 0) => self.operate(B::ListPop, base, vec![], item.clone(), span),
            ("pop", 1) => {
                let args = self.arguments(args, &[Type::Int])?;
                self.operate(B::ListPopAt, base, args, item.clone(), span)
            }
            ("reverse", 0) => self.operate(B::ListReverse, base, vec![], Type::None, span),
            ("clear", 0) => self.operate(B::Clear, base, vec![], Type::None, span),
            ("copy", 0) => {
                let ty = base.ty.clone();
                self.operate(B::Copy, base, vec![], ty, span)
            }
            ("sort", 0) => {
                let find = |name: &str| {
                    keywords.iter().find(|k| k.name.as_ref().is_some_and(|n| n.text == name)).map(|k| &k.value)
                };
                if keywords
                    .iter()
                    .any(|k| !k.name.as_ref().is_some_and(|n| matches!(n.text.as_str(), "key" | "reverse")))
                {
                    return self.refuse(Code::WrongArity, span, "`sort` takes `key` and `reverse`", "");
                }
                self.sort(base, find("key"), find("reverse"), span)
            }
            _ => self.other_method(base, attr, args, &[], span),
        }
    }

    /// A value that goes into a container, or is looked for in it: the container learns its type.
    pub(super) fn element(&mut self, base: &Expr, item: &Type, arg: &ast::Expr) -> Lowered<Expr> {
        let value = self.expr(arg, Some(item).filter(|t| t.is_wish()))?;
        if item.has_unknown()
            && let Some(place) = base.as_place()
        {
            let learned = match &base.ty {
                Type::Set(_) => Type::Set(Box::new(value.ty.clone())),
                Type::Deque(_) => Type::Deque(Box::new(value.ty.clone())),
                _ => Type::list(value.ty.clone()),
            };
            self.learn_place(&place.clone(), &learned);
            return Ok(value);
        }
        self.grow(base, item, &value);
        self.coerce(value, item, "the element")
    }

    /// Lets a container's element type grow (`None` joins `int`) where it is inferred.
    fn grow(&mut self, base: &Expr, item: &Type, value: &Expr) {
        if let (Some(joined), Some(place)) = (join(item, &value.ty), base.as_place())
            && joined != *item
        {
            let learned = match &base.ty {
                Type::Set(_) => Type::Set(Box::new(joined)),
                Type::Deque(_) => Type::Deque(Box::new(joined)),
                _ => Type::list(joined),
            };
            self.learn_place(&place.clone(), &learned);
        }
    }

    fn dict_method(
        &mut self,
        base: Expr,
        (key, value): (&Type, &Type),
        attr: &ast::Name,
        args: &[ast::Expr],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        use Builtin as B;
        let at = self.at(span);
        let own = match base.ty.dict_kind() {
            Some(DictKind::Counter) => self.counter_method(&base, key, attr, args, span),
            Some(DictKind::Ordered) => self.ordered_method(&base, (key, value), attr, args, &[], span),
            _ => None,
        };
        if let Some(own) = own {
            return own;
        }
        let is_none = |e: &ast::Expr| matches!(e.kind, ast::ExprKind::None);
        match (attr.text.as_str(), args.len()) {
            ("get", 1) => {
                let args = self.arguments(args, std::slice::from_ref(key))?;
                self.operate(B::DictGet, base, args, Type::optional(value.clone()), span)
            }
            ("get", 2) if is_none(&args[1]) => {
                let args = self.arguments(&args[..1], std::slice::from_ref(key))?;
                self.operate(B::DictGet, base, args, Type::optional(value.clone()), span)
            }
            // What is taken out, or None; where the values may be None themselves, that is a default like any other.
            ("pop", 2) if is_none(&args[1]) && !matches!(value, Type::Optional(_) | Type::None | Type::Unknown) => {
                let ty = Type::optional(value.clone());
                let mut given = self.arguments(&args[..1], std::slice::from_ref(key))?;
                given.push(Expr::new(ExprKind::None, ty.clone(), self.at(args[1].span)));
                self.operate(B::DictPopOr, base, given, ty, span)
            }
            ("get" | "pop", 2) => {
                let args = self.arguments(args, &[key.clone(), value.clone()])?;
                let op = if attr.text == "get" { B::DictGetOr } else { B::DictPopOr };
                self.operate(op, base, args, value.clone(), span)
            }
            ("pop", 1) => {
                let args = self.arguments(args, std::slice::from_ref(key))?;
                self.operate(B::DictPop, base, args, value.clone(), span)
            }
            ("setdefault", 2) => {
                let k = self.expr(&args[0], Some(key).filter(|t| t.is_wish()))?;
                let default = self.expr(&args[1], Some(value).filter(|t| t.is_wish()))?;
                if let Some(place) = base.as_place() {
                    self.learn_place(&place.clone(), &base.ty.dict_like(k.ty.clone(), default.ty.clone()));
                }
                let k = self.coerce(k, key, "the key")?;
                let default = self.coerce(default, value, "the default")?;
                let place = Place::Entry { base: Box::new(base), key: Box::new(k), default: Box::new(default) };
                Ok(Expr::new(ExprKind::Read { place, take: Take::Look }, value.clone(), at))
            }
            ("update", 1) => {
                let plain = Type::dict(key.clone(), value.clone());
                let other = self.expr(&args[0], Some(&plain))?;
                // What is taken over are the items, whatever kind of dict has them.
                let plain =
                    if other.ty.dict_kind().is_some() { other.ty.dict_like(key.clone(), value.clone()) } else { plain };
                if let (Some(place), Type::Dict(k, v, _)) = (base.as_place(), &other.ty) {
                    self.learn_place(&place.clone(), &base.ty.dict_like((**k).clone(), (**v).clone()));
                }
                let args = vec![self.coerce(other, &plain, "the argument")?];
                self.operate(B::DictUpdate, base, args, Type::None, span)
            }
            ("clear", 0) => self.operate(B::Clear, base, vec![], Type::None, span),
            ("copy", 0) => {
                let ty = base.ty.clone();
                self.operate(B::Copy, base, vec![], ty, span)
            }
            ("popitem", 0) => {
                let pair = Type::Tuple(vec![key.clone(), value.clone()]);
                let op = B::Library(crate::ir::library::Operation::named("~dict.popitem")[0]);
                self.operate(op, base, vec![], pair, span)
            }
            ("keys" | "values" | "items", 0) => {
                let _ = want;
                self.refuse(
                    Code::UnsupportedCall,
                    span,
                    format!("`.{}()` is used as a value", attr.text),
                    "loop over it directly, or make a list of it",
                )
            }
            _ => self.other_method(base, attr, args, &[], span),
        }
    }

    fn set_method(
        &mut self,
        base: Expr,
        item: &Type,
        attr: &ast::Name,
        args: &[ast::Expr],
        span: Span,
    ) -> Lowered<Expr> {
        use Builtin as B;
        match (attr.text.as_str(), args.len()) {
            ("add" | "discard" | "remove", 1) => {
                let value = self.element(&base, item, &args[0])?;
                let op = match attr.text.as_str() {
                    "add" => B::SetAdd,
                    "discard" => B::SetDiscard,
                    _ => B::SetRemove,
                };
                self.operate(op, base, vec![value], Type::None, span)
            }
            ("clear", 0) => self.operate(B::Clear, base, vec![], Type::None, span),
            ("copy", 0) => {
                let ty = base.ty.clone();
                self.operate(B::Copy, base, vec![], ty, span)
            }
            ("pop", 0) if *item == Type::Unknown => self.unknown(span, "the items of the set"),
            ("pop", 0) if super::loops::order_known(item) => self.operate(B::SetPop, base, vec![], item.clone(), span),
            ("pop", 0) => self.refuse(
                Code::SetOrder,
                span,
                "which item `pop` takes depends on the order of the set",
                "take `min(...)` of it, or keep a list",
            ),
            (name, _) if Self::combines_sets(name) => self.combined_sets(base, name, args, span),
            _ => self.other_method(base, attr, args, &[], span),
        }
    }
}
