//! What the outside can call on a translated program, in Python's names.
//!
//! ```text
//! def price(n: int, rate: float = 0.1) -> float     ->   Callable { name: "price", params: [n: Int, rate?: Float], .. }
//! ```
//!
//! A function whose parameters or result have no shape (functions, web answers) is not callable from outside; route
//! handlers are reached through [`artifact::Route`] instead.

use super::EmitOptions;
use super::decide;
use crate::artifact::{Access, Callable, ClassInterface, GlobalObject, Interface, ParamShape, Route, Shape};
use crate::ir::{Class, ClassId, Function, FunctionKind, Program, Type};

/// The interface of a program.
pub fn interface(program: &Program, options: &EmitOptions) -> Interface {
    Interface {
        module: program.modules.last().map(|module| module.name.clone()).unwrap_or_default(),
        functions: functions(program, options),
        classes: program.classes.iter().enumerate().filter_map(|(id, _)| class(program, options, id)).collect(),
        objects: objects(program),
        routes: routes(program),
        has_state: program.globals.iter().any(|global| global.is_state),
    }
}

/// The shape of a type; `None` where values of it cannot cross the boundary.
pub fn shape(program: &Program, ty: &Type) -> Option<Shape> {
    let boxed = |inner: &Type| shape(program, inner).map(Box::new);
    Some(match ty {
        Type::None => Shape::None,
        Type::Bool => Shape::Bool,
        Type::Int => Shape::Int,
        Type::Float => Shape::Float,
        Type::Number => Shape::Number,
        Type::Str => Shape::Str,
        Type::Bytes => Shape::Bytes,
        Type::List(item) => Shape::List(boxed(item)?),
        Type::Set(item) => Shape::Set(boxed(item)?),
        Type::FrozenSet(item) => Shape::FrozenSet(boxed(item)?),
        Type::Dict(key, value, _) => Shape::Dict(boxed(key)?, boxed(value)?),
        Type::TupleOf(item) => Shape::TupleOf(boxed(item)?),
        Type::Tuple(items) => Shape::Tuple(items.iter().map(|item| shape(program, item)).collect::<Option<_>>()?),
        Type::Optional(inner) => Shape::Optional(boxed(inner)?),
        Type::Class(id) if program.class(*id).is_family => return None,
        Type::Class(id) => Shape::Class(program.class(*id).name.clone()),
        Type::Enum(id) => Shape::Enum(program.class(*id).name.clone(), names(program.class(*id))),
        Type::Json => Shape::Json,
        Type::Never => Shape::None,
        Type::Unknown
        | Type::Deque(_)
        | Type::Exception
        | Type::Function(..)
        | Type::Cell(_)
        | Type::Response
        | Type::Lock => return None,
    })
}

fn names(class: &Class) -> Vec<String> {
    class.members.iter().map(|member| member.name.clone()).collect()
}

/// A function or method as the outside sees it; `None` where something of it has no shape.
pub fn callable(program: &Program, options: &EmitOptions, function: &Function) -> Option<Callable> {
    let own = decide::own_params(function);
    let types = function.params.iter().map(|param| &function.locals[param.local.0 as usize].ty);
    if types.chain([&function.result]).any(Type::holds_kind) {
        return None;
    }
    let skipped = function.params.len() - own.len();
    let params = own.iter().map(|param| {
        let local = &function.locals[param.local.0 as usize];
        Some(ParamShape {
            name: local.name.clone(),
            shape: match shape(program, &local.ty)? {
                made if param.fresh => Shape::Optional(Box::new(made)),
                shape => shape,
            },
            optional: param.default.is_some() || param.rest,
            keyword_only: param.keyword_only,
            rest: param.rest,
        })
    });
    Some(Callable {
        name: function.name.clone(),
        params: params.collect::<Option<_>>()?,
        result: shape(program, &function.result)?,
        access: decide::access(function),
        raises: function.effects.raises,
        mutates: function.effects.mutates.iter().filter_map(|position| position.checked_sub(skipped)).collect(),
        reads_clock: function.effects.reads_clock,
        summary: function.doc.as_deref().and_then(|doc| doc.lines().next()).map(str::to_string),
        at: (options.describe)(function.at),
    })
}

/// True where the outside may name this function: public, and not a dunder.
pub fn is_exported(function: &Function) -> bool {
    function.public && !function.name.starts_with('_')
}

fn functions(program: &Program, options: &EmitOptions) -> Vec<Callable> {
    let plain = program.functions.iter().filter(|function| function.kind == FunctionKind::Plain);
    plain.filter(|function| is_exported(function)).filter_map(|f| callable(program, options, f)).collect()
}

fn class(program: &Program, options: &EmitOptions, index: usize) -> Option<ClassInterface> {
    let class = &program.classes[index];
    if !class.public || !class.members.is_empty() {
        return None;
    }
    let data = |field: &crate::ir::Field| Some((field.name.clone(), shape(program, &field.ty)?));
    let methods = class.methods.iter().map(|id| program.function(*id));
    let methods = methods.filter(|method| is_method(method) && is_exported(method));
    Some(ClassInterface {
        name: class.name.clone(),
        fields: class.fields.iter().filter_map(data).collect(),
        constructor: constructor(program, options, ClassId(index as u32)),
        methods: methods.filter_map(|method| callable(program, options, method)).collect(),
        is_value: class.dataclass.is_some(),
    })
}

fn is_method(function: &Function) -> bool {
    matches!(function.kind, FunctionKind::Method(_) | FunctionKind::Static(_))
}

/// The constructor of a class, with the class's name; `None` where a parameter has no shape.
pub fn constructor(program: &Program, options: &EmitOptions, id: ClassId) -> Option<Callable> {
    let class = program.class(id);
    match class.init {
        Some(init) => {
            let function = program.function(init);
            callable(program, options, function).map(|callable| Callable {
                name: class.name.clone(),
                result: Shape::Class(class.name.clone()),
                ..callable
            })
        }
        None => plain_constructor(program, options, class),
    }
}

fn plain_constructor(program: &Program, options: &EmitOptions, class: &Class) -> Option<Callable> {
    let defaults = class.dataclass.as_ref().map(|info| info.defaults.as_slice()).unwrap_or_default();
    let params = class.fields.iter().enumerate().map(|(index, field)| {
        Some(ParamShape {
            name: field.name.clone(),
            shape: shape(program, &field.ty)?,
            optional: defaults.get(index).is_some_and(Option::is_some),
            keyword_only: false,
            rest: false,
        })
    });
    Some(Callable {
        name: class.name.clone(),
        params: params.collect::<Option<_>>()?,
        result: Shape::Class(class.name.clone()),
        access: Access::Pure,
        raises: false,
        mutates: Vec::new(),
        reads_clock: false,
        summary: class.doc.as_deref().and_then(|doc| doc.lines().next()).map(str::to_string),
        at: (options.describe)(class.at),
    })
}

fn objects(program: &Program) -> Vec<GlobalObject> {
    let of_class = |global: &crate::ir::Global| match &global.ty {
        Type::Class(id) if program.class(*id).public && !global.name.starts_with('_') && global.is_shown() => {
            Some(GlobalObject { name: global.name.clone(), class: program.class(*id).name.clone() })
        }
        _ => None,
    };
    program.globals.iter().filter_map(of_class).collect()
}

fn routes(program: &Program) -> Vec<Route> {
    let route = |route: &crate::ir::Route| {
        let handler = program.function(route.handler);
        Route {
            method: route.method.clone(),
            path: route.path.clone(),
            handler: handler.name.clone(),
            path_params: route.path_params.clone(),
            reads_body: route.reads_body,
            query: Vec::new(),
            access: decide::access(handler),
        }
    };
    program.routes.iter().map(route).collect()
}
