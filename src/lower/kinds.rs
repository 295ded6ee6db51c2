//! Dicts that do more than a dict: `collections.defaultdict`, `Counter` and `OrderedDict`.
//!
//! ```text
//! groups = defaultdict(list)       groups = {} as defaultdict[str, list[int]]
//! groups[key].append(x)            ListAppend[groups.entry(key, []), x]
//! counts = Counter(words)          Library(~counter.of)[words]
//! counts[word]                     DictGetOr[counts, word, 0]
//! ```
//!
//! In the targets they are plain dicts. A type says what kind of dict a value is, so that reading a key comes down to
//! the right operation; where a kind would be lost, the value is refused.

use super::annotations::dotted;
use super::body::Body;
use super::loops::{after, may_raise};
use super::world::{Binding, Lowered};
use crate::diagnostic::Code;
use crate::ir::library::Operation;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

/// Callables of no argument that give an empty value.
const FACTORIES: [&str; 10] = ["int", "float", "bool", "str", "list", "dict", "set", "tuple", "Counter", "deque"];

impl Body<'_, '_> {
    /// `defaultdict(factory)`, `defaultdict(factory, items)`.
    pub fn new_default_dict(
        &mut self,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        want: Option<&Type>,
        span: Span,
    ) -> Lowered<Expr> {
        let (factory, items) = match args {
            [factory] => (factory, None),
            [factory, items] => (factory, Some(items)),
            _ => return self.no_factory(span),
        };
        if let Some(odd) = keywords.first() {
            let message = "keyword arguments of `defaultdict` are not translated";
            return self.refuse(Code::UnsupportedCall, odd.value.span, message, "give it a dict");
        }
        let factory = self.factory_of(factory)?;
        let (key, value) = match want {
            Some(Type::Dict(key, value, _)) => ((**key).clone(), (**value).clone()),
            _ => (Type::Unknown, Type::Unknown),
        };
        let made = self.absent_value(factory, &value, span)?;
        let value = if value.has_unknown() { made.ty } else { value };
        let ty = Type::Dict(Box::new(key), Box::new(value), DictKind::Default(factory));
        self.dict_as(items, ty, span)
    }

    fn no_factory<T>(&self, span: Span) -> Lowered<T> {
        let message = "this factory of `defaultdict` is not translated";
        let help = "give it `int`, `float`, `str`, `list`, `dict`, `set` or a lambda of constants";
        self.refuse(Code::UnsupportedCall, span, message, help)
    }

    /// `OrderedDict()`, `OrderedDict(items)`.
    pub fn new_ordered_dict(&mut self, args: &[ast::Expr], want: Option<&Type>, span: Span) -> Lowered<Expr> {
        let (key, value) = match want {
            Some(Type::Dict(key, value, _)) => ((**key).clone(), (**value).clone()),
            _ => (Type::Unknown, Type::Unknown),
        };
        let ty = Type::Dict(Box::new(key), Box::new(value), DictKind::Ordered);
        self.dict_as(args.first(), ty, span)
    }

    /// A new dict of a type, with the items of another one or of pairs.
    fn dict_as(&mut self, items: Option<&ast::Expr>, ty: Type, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let Some(items) = items else { return Ok(Expr::new(ExprKind::Dict(Vec::new()), ty, at)) };
        let plain = match &ty {
            Type::Dict(key, value, _) => Type::dict((**key).clone(), (**value).clone()),
            other => other.clone(),
        };
        let made = match &items.kind {
            ast::ExprKind::Dict(_) => self.expr(items, Some(&plain).filter(|ty| !ty.has_unknown()))?,
            _ => self.builtin_call("dict", std::slice::from_ref(items), &[], Some(&plain), span)?,
        };
        let made = self.coerce(made, &plain, "the dict")?;
        let (Type::Dict(key, value, _), Some(kind)) = (&made.ty, ty.dict_kind()) else {
            return self.unknown(span, "the dict");
        };
        let ty = Type::Dict(key.clone(), value.clone(), kind);
        Ok(Expr::new(made.kind, ty, made.at))
    }

    /// What makes the values of a `defaultdict`.
    fn factory_of(&mut self, factory: &ast::Expr) -> Lowered<Factory> {
        if let ast::ExprKind::Lambda { params, body } = &factory.kind {
            if !params.items.is_empty() || !self.is_constant_body(body) {
                return self.no_factory(factory.span);
            }
            let place = (self.module, factory.span.start);
            self.world.factories.entry(place).or_insert_with(|| (**body).clone());
            return Ok(Factory::Lambda(place.0, place.1));
        }
        let word = dotted(factory).map(|name| match super::annotations::resolve(self.world, self.module, &name) {
            Some(Binding::Library(path)) => path.strip_prefix("collections.").map(str::to_string).unwrap_or(path),
            Some(_) => String::new(),
            None => name,
        });
        let local = |name: &str| self.names.contains_key(name) || self.own_names.contains(name);
        let known = word.filter(|word| !local(word)).and_then(|word| FACTORIES.iter().find(|f| **f == word));
        known.map_or_else(|| self.no_factory(factory.span), |word| Ok(Factory::Builtin(word)))
    }

    /// True for the body of a lambda that means the same wherever it is evaluated.
    fn is_constant_body(&self, e: &ast::Expr) -> bool {
        use ast::ExprKind as K;
        let all = |items: &[ast::Expr]| items.iter().all(|item| self.is_constant_body(item));
        match &e.kind {
            K::None | K::Bool(_) | K::Int(_) | K::Float(_) | K::Str(_) | K::Bytes(_) => true,
            K::List(items) | K::Tuple(items) | K::Set(items) => all(items),
            K::Dict(items) => items.iter().all(|item| {
                item.key.as_ref().is_some_and(|key| self.is_constant_body(key)) && self.is_constant_body(&item.value)
            }),
            K::Unary { operand, .. } => self.is_constant_body(operand),
            K::Binary { left, right, .. } => self.is_constant_body(left) && self.is_constant_body(right),
            K::Lambda { params, body } => params.items.is_empty() && self.is_constant_body(body),
            K::Name(_) | K::Attribute { .. } => dotted(e).is_some_and(|name| {
                let first = name.split('.').next().unwrap_or_default();
                !self.names.contains_key(first) && !self.own_names.contains(first)
            }),
            K::Call { func, args, keywords } => {
                let plain = matches!(func.kind, K::Name(_) | K::Attribute { .. }) && keywords.is_empty();
                let known = dotted(func).is_some_and(|name| {
                    let path = super::annotations::library_name(self.world, self.module, &name);
                    let word = path.strip_prefix("collections.").unwrap_or(&path);
                    FACTORIES.contains(&word) || word == "defaultdict"
                });
                plain && known && self.is_constant_body(func) && all(args)
            }
            _ => false,
        }
    }

    /// What a `defaultdict` puts where nothing is, as a value of the type of its values.
    fn absent_value(&mut self, factory: Factory, ty: &Type, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let want = Some(ty).filter(|ty| **ty != Type::Unknown);
        let item = || want.and_then(Type::item).unwrap_or(Type::Unknown);
        let value = match factory {
            Factory::Unknown => return self.unknown(span, "what the `defaultdict` puts where nothing is"),
            Factory::Lambda(module, start) => {
                let Some(body) = self.world.factories.get(&(module, start)).cloned() else {
                    return self.no_factory(span);
                };
                self.elsewhere((module, None), |b| b.expr(&body, want))?
            }
            Factory::Builtin(word) => {
                let (kind, own) = match word {
                    "int" => (ExprKind::Int(0), Type::Int),
                    "float" => (ExprKind::Float(0.0), Type::Float),
                    "bool" => (ExprKind::Bool(false), Type::Bool),
                    "str" => (ExprKind::Str(String::new()), Type::Str),
                    "tuple" => {
                        return Ok(self.new_tuple(Vec::new(), want.and_then(Type::item).unwrap_or(Type::Never), span));
                    }
                    "list" => (ExprKind::List(Vec::new()), Type::list(item())),
                    "deque" => (ExprKind::List(Vec::new()), Type::Deque(Box::new(item()))),
                    "set" => (ExprKind::Set(Vec::new()), Type::Set(Box::new(item()))),
                    "Counter" => (
                        ExprKind::Dict(Vec::new()),
                        Type::Dict(Box::new(item()), Box::new(Type::Int), DictKind::Counter),
                    ),
                    _ => {
                        let value = match want {
                            Some(Type::Dict(_, value, _)) => (**value).clone(),
                            _ => Type::Unknown,
                        };
                        (ExprKind::Dict(Vec::new()), Type::dict(item(), value))
                    }
                };
                Expr::new(kind, own, at)
            }
        };
        if value.ty == Type::Int && *ty == Type::Float {
            let message = "the values are declared as floats, and what is not there is the int 0";
            return self.refuse(Code::MixedTypes, span, message, "use `defaultdict(float)`");
        }
        if may_raise(&value) {
            return self.no_factory(span);
        }
        self.coerce(value, ty, "the default")
    }

    /// Lowers something as seen from a module and class, where no local name is known.
    pub(super) fn elsewhere(
        &mut self,
        (module, class): (ModuleId, Option<ClassId>),
        work: impl FnOnce(&mut Self) -> Lowered<Expr>,
    ) -> Lowered<Expr> {
        let here = (
            std::mem::replace(&mut self.module, module),
            std::mem::replace(&mut self.class, class),
            std::mem::replace(&mut self.in_class_body, true),
            std::mem::take(&mut self.names),
            std::mem::take(&mut self.own_names),
        );
        let result = work(self);
        (self.module, self.class, self.in_class_body, self.names, self.own_names) = here;
        result
    }

    /// `d[key]` where it is read: of a kind of dict that gives something for every key, that.
    pub fn kind_read(&mut self, place: Place, ty: Type, known: bool, span: Span) -> Lowered<Expr> {
        let at = self.at(span);
        let read = |place, ty| Expr::new(ExprKind::Read { place, take: Take::Look }, ty, at);
        let Place::Item { base, index, .. } = &place else { return Ok(read(place, ty)) };
        match base.ty.dict_kind() {
            Some(DictKind::Default(factory)) if !known => {
                let default = Box::new(self.absent_value(factory, &ty, span)?);
                let (base, key) = (base.clone(), index.clone());
                Ok(read(Place::Entry { base, key, default }, ty))
            }
            Some(DictKind::Counter) => {
                let zero = Expr::new(ExprKind::Int(0), Type::Int, at);
                let args = vec![(**base).clone(), (**index).clone(), zero];
                Ok(Expr::new(ExprKind::Builtin { op: Builtin::DictGetOr, args }, Type::Int, at))
            }
            _ => Ok(read(place, ty)),
        }
    }

    /// True where a key comes from a loop over the keys of the dict that is around this place.
    pub fn is_known_key(&self, dict: &ast::Expr, key: &ast::Expr) -> bool {
        let pair = dotted(dict).zip(dotted(key));
        pair.is_some_and(|pair| self.known_keys.contains(&pair))
    }

    /// The dict and the variable of a loop over keys that changes neither of them.
    pub fn keys_of_loop(
        &mut self,
        target: &ast::Expr,
        iter: &ast::Expr,
        body: &[ast::Stmt],
    ) -> Option<(String, String)> {
        let (dict, pairs) = match &iter.kind {
            ast::ExprKind::Call { func, args, .. } if args.is_empty() => match &func.kind {
                ast::ExprKind::Attribute { value, attr } if attr.text == "items" => (&**value, true),
                ast::ExprKind::Attribute { value, attr } if attr.text == "keys" => (&**value, false),
                _ => return None,
            },
            _ => (iter, false),
        };
        let key = match (&target.kind, pairs) {
            (ast::ExprKind::Tuple(items), true) => items.first()?,
            (_, false) => target,
            _ => return None,
        };
        let ast::ExprKind::Name(key) = &key.kind else { return None };
        let dict = dotted(dict)?;
        let mut assigned = std::collections::HashSet::new();
        super::body::assigned_names(body, &mut assigned);
        let first = dict.split('.').next().unwrap_or_default();
        (!assigned.contains(key) && !assigned.contains(first) && !dict.contains('.'))
            .then(|| (dict.clone(), key.clone()))
    }

    /// `d[key] op= value` on a dict that gives something for every key.
    pub fn update_entry(
        &mut self,
        place: Place,
        ty: &Type,
        op: ast::BinaryOp,
        value: &ast::Expr,
        span: Span,
    ) -> Lowered<()> {
        let at = self.at(span);
        let Place::Item { base, index, .. } = place else { return Ok(()) };
        let index = if Self::is_simple(&index) { *index } else { self.spill(*index, span) };
        let item = Place::Item { base: base.clone(), index: Box::new(index.clone()), check: Check::Wrap };
        let current = self.kind_read(item.clone(), ty.clone(), false, span)?;
        if let (Type::List(_), ast::BinaryOp::Add) = (ty, op) {
            let list = self.list_from(value, false)?;
            self.learn_place(&item, &list.ty);
            let list = self.coerce(list, ty, "the list")?;
            let call = ExprKind::Builtin { op: Builtin::ListExtend, args: vec![current, list] };
            let call = self.touched(Expr::new(call, Type::None, at), span)?;
            self.push(StmtKind::Expr(call), span);
            return Ok(());
        }
        let wish = Some(ty).filter(|ty| **ty != Type::Unknown).cloned();
        let seen = self.quiet(|b| b.expr(value, wish.as_ref()));
        let quiet = seen.is_none_or(|right| self.is_apart(&right, &base));
        // What the value reads sees the key that reading has put there.
        let current = if quiet || !ty.is_scalar() { current } else { self.spill(current, span) };
        let right = self.expr(value, wish.as_ref())?;
        if ty.has_unknown() && !right.ty.has_unknown() {
            self.learn_place(&item, &right.ty);
        }
        if let Some(change) = self.set_update(op, current.clone(), right.clone(), span) {
            let change = self.touched(change?, span)?;
            self.push(StmtKind::Expr(change), span);
            return Ok(());
        }
        if *ty == Type::Unknown || right.ty == Type::Unknown {
            return Ok(());
        }
        let in_place = right.ty == *ty && matches!(ty, Type::Int | Type::Float | Type::Str);
        if let (Some(arith), true, true) = (super::operators::arith(op), in_place, quiet) {
            let combined = self.binary(op, current.clone(), right.clone(), span)?;
            if combined.ty == *ty && (*ty != Type::Str || op == ast::BinaryOp::Add) {
                let place = match current.kind {
                    ExprKind::Read { place, .. } => place,
                    // A Counter is not changed by reading it, but here it is stored to.
                    _ => {
                        let default = Box::new(Expr::new(ExprKind::Int(0), Type::Int, at));
                        Place::Entry { base, key: Box::new(index), default }
                    }
                };
                self.push(StmtKind::Update { place, op: arith, value: right }, span);
                return Ok(());
            }
        }
        if !quiet && !ty.is_scalar() {
            let message = "the value is computed with what the dict holds";
            return self.refuse(Code::UnsupportedStatement, span, message, "give it a name first");
        }
        let combined = self.binary(op, current, right, span)?;
        self.learn_place(&item, &combined.ty);
        let combined = self.coerce(combined, ty, "the value")?;
        self.push(StmtKind::Assign { place: item, value: combined }, span);
        Ok(())
    }

    /// An operation on an element that reading puts there: it is there before the other operands are evaluated.
    pub fn touched(&mut self, call: Expr, span: Span) -> Lowered<Expr> {
        let ExprKind::Builtin { op, args } = call.kind else { return Ok(call) };
        let has_entry = args.first().and_then(Expr::as_place).is_some_and(holds_entry);
        if !has_entry || args[1..].iter().all(|arg| self.is_apart(arg, &args[0])) {
            return Ok(Expr::new(ExprKind::Builtin { op, args }, call.ty, call.at));
        }
        let (body, args) = self.block(|b| {
            let mut args = args.into_iter();
            let mut all: Vec<Expr> = args.next().into_iter().collect();
            if let Some(ExprKind::Read { place, .. }) = all.first_mut().map(|first| &mut first.kind) {
                b.pin_keys(place, span);
            }
            b.push(StmtKind::Expr(all[0].clone()), span);
            for arg in args {
                all.push(if Self::is_simple(&arg) || arg.ty == Type::None { arg } else { b.spill(arg, span) });
            }
            Ok(all)
        })?;
        Ok(after(body, Expr::new(ExprKind::Builtin { op, args }, call.ty, call.at)))
    }

    /// Gives names to the keys of entries on a path that are computed.
    fn pin_keys(&mut self, place: &mut Place, span: Span) {
        match place {
            Place::Local(_) | Place::Global(_) => {}
            Place::Field { base, .. } | Place::Some(base) | Place::Present(base) | Place::Cell(base) => {
                if let ExprKind::Read { place, .. } = &mut base.kind {
                    self.pin_keys(place, span);
                }
            }
            Place::Item { base, index: key, .. } | Place::Entry { base, key, .. } => {
                if let ExprKind::Read { place, .. } = &mut base.kind {
                    self.pin_keys(place, span);
                }
                if !Self::is_simple(key) {
                    **key = self.spill((**key).clone(), span);
                }
            }
        }
    }

    /// True for a value that neither raises nor reads what a place is part of.
    fn is_apart(&self, value: &Expr, base: &Expr) -> bool {
        let root = base.as_place().and_then(Place::root);
        let mut apart = !may_raise(value);
        walk::each_expr_of(value, &mut |e| {
            apart &= !e.as_place().is_some_and(|place| {
                holds_entry(place) || !e.ty.is_scalar() && (place.root() == root || root.is_none())
            });
        });
        apart
    }

    /// A declared type of a variable that holds a dict of a kind that the annotation does not say.
    pub fn declared_kind(declared: &Type, value: &Type) -> Type {
        let open = matches!(declared.dict_kind(), Some(DictKind::Plain | DictKind::Default(Factory::Unknown)));
        match (declared, value) {
            (Type::Dict(key, item, _), Type::Dict(_, _, kind)) if open => Type::Dict(key.clone(), item.clone(), *kind),
            _ => declared.clone(),
        }
    }

    /// An operation of the table that has a name of its own.
    pub(super) fn named_operation(&self, name: &str, args: Vec<Expr>, ty: Type, span: Span) -> Expr {
        let op = Builtin::Library(Operation::named(name)[0]);
        Expr::new(ExprKind::Builtin { op, args }, ty, self.at(span))
    }
}

fn holds_entry(place: &Place) -> bool {
    match place {
        Place::Entry { .. } => true,
        Place::Local(_) | Place::Global(_) => false,
        Place::Field { base, .. }
        | Place::Item { base, .. }
        | Place::Some(base)
        | Place::Present(base)
        | Place::Cell(base) => base.as_place().is_some_and(holds_entry),
    }
}
