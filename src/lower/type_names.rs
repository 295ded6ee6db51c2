//! Names that a module gives to types.
//!
//! ```text
//! Grid = list[list[int]]              another name of a type; `type Grid = list[list[int]]` and `Grid: TypeAlias = ...` too
//! Node = Vertex                       another name of a class
//! UserId = NewType("UserId", int)     to the interpreter a function that gives back its argument
//! T = TypeVar("T")                    a type that the code and the calls say; `def f[T](x: T)` too
//! ```

use super::annotations::{annotation, dotted, library_name, resolve};
use super::collect::bind;
use super::world::{Binding, Lowered, World};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ModuleId, Type};
use crate::python::ast::{self, BinaryOp, Expr, ExprKind};
use std::cell::Cell;

/// A named type, by its place in [`World::type_names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeNameId(u32);

/// What a name of a type is.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// Another name of the type that is written so.
    Alias(&'a Expr),
    /// A `NewType` of the type that is written so.
    New(&'a Expr),
    /// A type variable.
    Variable,
}

/// A name of a type, seen from the module that defines it.
pub struct TypeName<'a> {
    module: ModuleId,
    kind: Kind<'a>,
    /// It is being read: a name that needs itself is a recursive type.
    is_open: Cell<bool>,
}

/// Binds a name where its value, or its annotation, makes it a name of a type; false where it is something else.
pub(super) fn define<'a>(
    world: &mut World<'a>,
    module: ModuleId,
    name: &str,
    declared: Option<&'a Expr>,
    value: &'a Expr,
) -> bool {
    let is_alias = |hint| library_name(world, module, &dotted(hint).unwrap_or_default()) == "typing.TypeAlias";
    let kind = match (declared, made(world, module, value)) {
        (Some(hint), _) if is_alias(hint) => Some(Kind::Alias(value)),
        (Some(_), _) => None,
        (None, Some(kind)) => Some(kind),
        (None, None) => is_generic(world, module, value).then_some(Kind::Alias(value)),
    };
    if let Some(kind) = kind {
        add(world, module, name, kind);
        return true;
    }
    let Some(path) = dotted(value).filter(|_| declared.is_none()) else { return false };
    match resolve(world, module, &path) {
        Some(known @ (Binding::Class(_) | Binding::Type(_))) => bind(world, module, name, known),
        None if is_builtin(&path) => add(world, module, name, Kind::Alias(value)),
        _ => return false,
    }
    true
}

/// Binds a name to a kind of type name.
pub(super) fn add<'a>(world: &mut World<'a>, module: ModuleId, name: &str, kind: Kind<'a>) {
    let id = TypeNameId(world.type_names.len() as u32);
    world.type_names.push(TypeName { module, kind, is_open: Cell::new(false) });
    bind(world, module, name, Binding::Type(id));
}

/// Binds the type variables of a function or class (`def first[T](items: list[T]) -> T`), which only annotations name.
pub(super) fn add_variables(world: &mut World<'_>, module: ModuleId, params: &[ast::TypeParam]) {
    for param in params {
        if !world.module(module).names.contains_key(&param.name.text) {
            add(world, module, &param.name.text, Kind::Variable);
        }
    }
}

/// True for `Generic[T]` among the bases of a class: it says nothing but type variables.
pub(super) fn is_generic_base(world: &World<'_>, module: ModuleId, base: &Expr) -> bool {
    let ExprKind::Subscript { value, .. } = &base.kind else { return false };
    dotted(value).is_some_and(|path| library_name(world, module, &path) == "typing.Generic")
}

/// What a call makes that is a name of a type.
fn made<'a>(world: &World<'a>, module: ModuleId, value: &'a Expr) -> Option<Kind<'a>> {
    let ExprKind::Call { func, args, .. } = &value.kind else { return None };
    match (library_name(world, module, &dotted(func)?).as_str(), args.as_slice()) {
        ("typing.TypeVar" | "typing_extensions.TypeVar", [_, ..]) => Some(Kind::Variable),
        ("typing.NewType", [_, base]) => Some(Kind::New(base)),
        _ => None,
    }
}

/// True for what can only be a type: `list[int]`, `Optional[Node]`, `int | str`.
fn is_generic(world: &World<'_>, module: ModuleId, value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Subscript { value, .. } => {
            let Some(path) = dotted(value) else { return false };
            let is_own = resolve(world, module, &path).is_some_and(|binding| !matches!(binding, Binding::Library(_)));
            let library = library_name(world, module, &path);
            !is_own && library.rsplit_once('.').map_or(is_container(&library), |(from, _)| is_of_types(from))
        }
        ExprKind::Binary { op: BinaryOp::BitOr, left, right } => {
            let is_type = |side: &Expr| {
                matches!(side.kind, ExprKind::None)
                    || is_generic(world, module, side)
                    || dotted(side).is_some_and(|path| is_type_name(world, module, &path))
            };
            is_type(left) && is_type(right)
        }
        _ => false,
    }
}

/// Built-in classes that take the types of their elements.
fn is_container(name: &str) -> bool {
    matches!(name, "list" | "dict" | "set" | "frozenset" | "tuple")
}

/// Libraries of which everything that is subscribed is a type.
fn is_of_types(library: &str) -> bool {
    matches!(library, "typing" | "typing_extensions" | "collections" | "collections.abc")
}

fn is_type_name(world: &World<'_>, module: ModuleId, path: &str) -> bool {
    match resolve(world, module, path) {
        Some(Binding::Class(_) | Binding::Type(_)) => true,
        Some(Binding::Library(path)) => path.rsplit_once('.').is_some_and(|(from, _)| is_of_types(from)),
        Some(_) => false,
        None => is_builtin(path),
    }
}

fn is_builtin(name: &str) -> bool {
    is_container(name) || matches!(name, "int" | "float" | "bool" | "str" | "bytes")
}

/// The type that a name stands for.
pub(super) fn meaning(world: &World<'_>, id: TypeNameId, user: (ModuleId, &Expr)) -> Lowered<Type> {
    let name = &world.type_names[id.0 as usize];
    let written = match name.kind {
        Kind::Variable => return Ok(Type::Unknown),
        Kind::Alias(written) | Kind::New(written) => written,
    };
    if name.is_open.replace(true) {
        let at = world.at(user.0, user.1.span);
        let problem = Diagnostic::new(Code::UnsupportedAnnotation, at, "a type that contains itself is not translated");
        return Err(Box::new(problem.help("say it with a class")));
    }
    let found = annotation(world, name.module, written);
    name.is_open.set(false);
    found
}

/// True for a `NewType`, which called gives back its argument.
pub(super) fn gives_back(world: &World<'_>, id: TypeNameId) -> bool {
    matches!(world.type_names[id.0 as usize].kind, Kind::New(_))
}
