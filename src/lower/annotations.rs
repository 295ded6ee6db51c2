//! Annotations to types: `dict[str, list[float] | None]`.

use super::world::{Binding, Lowered, World};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{DictKind, Factory, ModuleId, Type};
use crate::python::ast::{BinaryOp, Expr, ExprKind};

/// The type that an annotation names, seen from a module.
pub fn annotation(world: &World, module: ModuleId, expr: &Expr) -> Lowered<Type> {
    let refuse = |what: &str| {
        Box::new(
            Diagnostic::new(Code::UnsupportedAnnotation, world.at(module, expr.span), what)
                .help("use int, float, bool, str, list[...], dict[...], set[...], tuple[...], T | None or a class"),
        )
    };
    match &expr.kind {
        ExprKind::None => Ok(Type::None),
        ExprKind::Str(text) => match text.trim() {
            "" => Err(refuse("empty annotation")),
            text => match crate::python::expression(text) {
                Some(inner) => annotation(world, module, &inner).map_err(|problem| refuse(&problem.message)),
                None => Err(refuse(&format!("cannot read annotation `{text}`"))),
            },
        },
        ExprKind::Name(_) | ExprKind::Attribute { .. } => {
            let name = dotted(expr).unwrap_or_default();
            if let Some(Binding::Type(id)) = resolve(world, module, &name) {
                return super::type_names::meaning(world, id, (module, expr));
            }
            named(world, module, &name).ok_or_else(|| refuse(&format!("type `{name}` is outside the subset")))
        }
        ExprKind::Binary { op: BinaryOp::BitOr, left, right } => {
            let left = annotation(world, module, left)?;
            let right = annotation(world, module, right)?;
            union(left, right).ok_or_else(|| refuse(OTHER_UNIONS))
        }
        ExprKind::Subscript { value, index } => {
            let name = dotted(value).unwrap_or_default();
            if let Some(Binding::Class(id)) = resolve(world, module, &name) {
                // Of a generic class: what its objects hold, the code says.
                return Ok(world.class(id).object(id));
            }
            let name = library_name(world, module, &name);
            let items = match &index.kind {
                ExprKind::Tuple(items) => items.iter().collect::<Vec<_>>(),
                _ => vec![&**index],
            };
            let one = |i: usize| annotation(world, module, items[i]);
            match (name.rsplit('.').next().unwrap_or(""), items.len()) {
                ("list" | "List", 1) => Ok(Type::list(one(0)?)),
                ("Sequence" | "Iterable" | "Collection" | "MutableSequence", 1) => Ok(Type::list(one(0)?)),
                ("deque" | "Deque", 1) => Ok(Type::Deque(Box::new(one(0)?))),
                ("OrderedDict", 2) => Ok(of_kind(one(0)?, one(1)?, DictKind::Ordered)),
                ("defaultdict" | "DefaultDict", 2) => {
                    Ok(of_kind(one(0)?, one(1)?, DictKind::Default(Factory::Unknown)))
                }
                ("Counter", 1) => Ok(of_kind(one(0)?, Type::Int, DictKind::Counter)),
                ("dict" | "Dict" | "Mapping" | "MutableMapping", 2) => Ok(Type::dict(one(0)?, one(1)?)),
                ("set" | "Set" | "MutableSet", 1) => Ok(Type::Set(Box::new(one(0)?))),
                ("frozenset" | "FrozenSet", 1) => Ok(Type::FrozenSet(Box::new(one(0)?))),
                ("Optional", 1) => Ok(Type::optional(one(0)?)),
                ("Union", n) => {
                    (1..n).try_fold(one(0)?, |joined, i| union(joined, one(i)?).ok_or_else(|| refuse(OTHER_UNIONS)))
                }
                ("Final" | "ClassVar", 1) => one(0),
                ("Annotated", n) if n > 1 => one(0),
                ("tuple" | "Tuple", 2) if matches!(items[1].kind, ExprKind::Ellipsis) => {
                    let item = one(0)?;
                    match item.has_unknown() || super::iteration::is_immutable(&item) {
                        true => Ok(Type::tuple_of(item)),
                        false => Err(refuse("a tuple of any length of what can change is outside the subset")),
                    }
                }
                ("tuple" | "Tuple", 0) => Ok(Type::tuple_of(Type::Never)),
                ("tuple" | "Tuple", n) if !items.iter().any(|e| matches!(e.kind, ExprKind::Ellipsis)) => {
                    Ok(Type::Tuple((0..n).map(one).collect::<Lowered<Vec<_>>>()?))
                }
                ("Callable", 2) => match &items[0].kind {
                    ExprKind::List(params) => Ok(Type::Function(
                        params.iter().map(|p| annotation(world, module, p)).collect::<Lowered<Vec<_>>>()?,
                        Box::new(one(1)?),
                    )),
                    // Of any parameters: what is called says them.
                    ExprKind::Ellipsis => Ok(Type::Unknown),
                    _ => Err(refuse("this Callable has no parameter list")),
                },
                _ => Err(refuse(&format!("type `{name}[...]` is outside the subset"))),
            }
        }
        _ => Err(refuse("this annotation is outside the subset")),
    }
}

fn of_kind(key: Type, value: Type, kind: DictKind) -> Type {
    Type::Dict(Box::new(key), Box::new(value), kind)
}

const OTHER_UNIONS: &str = "unions other than `T | None` and `int | float` are outside the subset";

/// The type of `A | B`, where there is one.
fn union(a: Type, b: Type) -> Option<Type> {
    let is_number = |t: &Type| matches!(t, Type::Int | Type::Float | Type::Number);
    match (a, b) {
        (Type::None, t) | (t, Type::None) => Some(Type::optional(t)),
        (Type::Unknown, _) | (_, Type::Unknown) => Some(Type::Unknown),
        (Type::Optional(a), b) | (b, Type::Optional(a)) => union(*a, b).map(Type::optional),
        (a, b) if a == b => Some(a),
        (a, b) if is_number(&a) && is_number(&b) => Some(Type::Number),
        (Type::Class(a), Type::Class(b)) => {
            super::join::meet(a, b);
            None
        }
        _ => None,
    }
}

/// `a.b.c` of names and attributes.
pub fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Attribute { value, attr } => Some(format!("{}.{}", dotted(value)?, attr.text)),
        _ => None,
    }
}

fn named(world: &World, module: ModuleId, name: &str) -> Option<Type> {
    if let Some(Binding::Class(id)) = resolve(world, module, name) {
        return Some(world.class(id).object(id));
    }
    let name = library_name(world, module, name);
    Some(match name.as_str() {
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "str" => Type::Str,
        "bytes" => Type::Bytes,
        "None" => Type::None,
        "list" | "typing.List" => Type::list(Type::Unknown),
        "dict" | "typing.Dict" => Type::dict(Type::Unknown, Type::Unknown),
        "collections.deque" | "typing.Deque" => Type::Deque(Box::new(Type::Unknown)),
        "collections.OrderedDict" | "typing.OrderedDict" => of_kind(Type::Unknown, Type::Unknown, DictKind::Ordered),
        "collections.defaultdict" | "typing.DefaultDict" => {
            of_kind(Type::Unknown, Type::Unknown, DictKind::Default(Factory::Unknown))
        }
        "collections.Counter" | "typing.Counter" => of_kind(Type::Unknown, Type::Int, DictKind::Counter),
        "set" | "typing.Set" => Type::Set(Box::new(Type::Unknown)),
        // What the code and the calls say.
        "typing.Callable" | "collections.abc.Callable" | "typing.Any" | "object" => Type::Unknown,
        // An abstract container may be any of several: likewise.
        "typing.Sequence"
        | "collections.abc.Sequence"
        | "typing.Iterable"
        | "collections.abc.Iterable"
        | "typing.Collection"
        | "collections.abc.Collection" => Type::Unknown,
        "threading.Lock" | "threading.RLock" => Type::Lock,
        "flask.typing.ResponseReturnValue" | "flask.Response" => Type::Response,
        _ => return None,
    })
}

/// What a dotted name means in a module.
pub fn resolve(world: &World, module: ModuleId, name: &str) -> Option<Binding> {
    let (first, rest) = match name.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (name, None),
    };
    let binding = world.module(module).names.get(first)?;
    match (binding, rest) {
        (binding, None) => Some(binding.clone()),
        (Binding::Module(inner), Some(rest)) => resolve(world, *inner, rest),
        (Binding::Library(path), Some(rest)) => Some(Binding::Library(format!("{path}.{rest}"))),
        _ => None,
    }
}

/// The full library path of a name (`from time import time` makes `time` mean `time.time`), else the name itself.
pub fn library_name(world: &World, module: ModuleId, name: &str) -> String {
    match resolve(world, module, name) {
        Some(Binding::Library(path)) => path,
        _ => name.to_string(),
    }
}
