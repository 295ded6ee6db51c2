//! First look at each module: what it defines and what its names mean. Bodies are not read yet.

use super::annotations::{annotation, dotted};
use super::type_names;
use super::world::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ClassId, FunctionId, FunctionKind, GlobalId, Item, ModuleId, Type};
use crate::python::ast::{self, Expr, ExprKind, ParameterKind, Stmt, StmtKind};
use crate::source::{FileId, SourceFile};
use crate::span::Span;
use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};

/// A parsed file that takes part.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    pub file: &'a SourceFile,
    pub tree: &'a ast::Module,
}

/// Collects the definitions of all modules, in the order given: what the entry imports before it, and what imports the
/// entry after it. Objects of the classes of a pair go as one type.
pub fn collect<'a>(units: &[Unit<'a>], entry: FileId, together: &[(ClassId, ClassId)]) -> World<'a> {
    let mut world = World::default();
    for unit in units {
        world.modules.push(ModuleInfo {
            file: unit.file.id,
            source: unit.file,
            name: unit.file.module.clone(),
            path: unit.file.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
            doc: docstring(&unit.tree.body),
            names: IndexMap::new(),
            items: Vec::new(),
            body: &unit.tree.body,
            lifted: HashSet::new(),
        });
    }
    for index in 0..units.len() {
        let module = ModuleId(index as u32);
        for stmt in world.module(module).body {
            define(&mut world, module, stmt);
        }
        let (imports, names) = super::local_imports::liftable(&world, module);
        imports.into_iter().for_each(|stmt| define(&mut world, module, stmt));
        world.modules[index].lifted = names;
    }
    for index in 0..units.len() {
        mark_rebound_globals(&mut world, ModuleId(index as u32));
    }
    let loaded = units.iter().position(|unit| unit.file.id == entry).unwrap_or(units.len());
    for index in 0..units.len() {
        let module = ModuleId(index as u32);
        super::loading::bound_again(&mut world, module);
        // What imports the entry is a caller like others.
        if index <= loaded {
            super::loading::changes(&mut world, module);
        }
    }
    super::families::link(&mut world, together);
    super::scopes::nest(&mut world);
    annotate(&mut world);
    world
}

/// The docstring that opens a body, cleaned of its indentation.
pub fn docstring(body: &[Stmt]) -> Option<String> {
    match body.first().map(|s| &s.kind) {
        Some(StmtKind::Expr(Expr { kind: ExprKind::Str(text), .. })) => Some(clean(text)),
        _ => None,
    }
}

fn clean(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or("").trim();
    let rest: Vec<&str> = lines.collect();
    let indent = |line: &&&str| line.len() - line.trim_start().len();
    let margin = rest.iter().filter(|l| !l.trim().is_empty()).map(|l| indent(&l)).min().unwrap_or(0);
    let mut out = vec![first.to_string()];
    out.extend(rest.iter().map(|l| l.get(margin..).unwrap_or("").trim_end().to_string()));
    out.join("\n")
}

pub(super) fn bind(world: &mut World, module: ModuleId, name: &str, binding: Binding) {
    world.modules[module.0 as usize].names.insert(name.to_string(), binding);
}

pub(super) fn opaque(world: &mut World, module: ModuleId, name: &str, diagnostic: Diagnostic) {
    bind(world, module, name, Binding::Opaque(Box::new(diagnostic)));
}

fn define<'a>(world: &mut World<'a>, module: ModuleId, stmt: &'a Stmt) {
    match &stmt.kind {
        StmtKind::Import(names) => {
            for alias in names {
                let path = alias.name.text.as_str();
                let (name, target) = match &alias.asname {
                    Some(asname) => (asname.text.as_str(), path),
                    None => {
                        let first = path.split('.').next().unwrap_or(path);
                        (first, first)
                    }
                };
                let binding = import(world, target);
                bind(world, module, name, binding);
            }
        }
        StmtKind::ImportFrom { module: from, names, level } => {
            let base = from.as_ref().map(|n| n.text.clone()).unwrap_or_default();
            let base = absolute(&world.module(module).name, &base, *level);
            for alias in names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).text.clone();
                let binding = import_member(world, &base, &alias.name.text);
                bind(world, module, &name, binding);
            }
        }
        StmtKind::FunctionDef(def) if super::loading::is_overload(def) => {}
        StmtKind::FunctionDef(def) => {
            let id = add_function(world, module, def, stmt, FunctionKind::Plain);
            if let Some(routes) = super::routes::declared(world, module, &def.decorators, id) {
                world.routes.extend(routes);
            } else if let Some(memo) = super::memo::declared(world, module, &def.decorators) {
                world.functions[id.0 as usize].memo = memo;
            } else if let Some(decorator) = def.decorators.first() {
                let text = dotted(decorator).unwrap_or_else(|| "decorator".into());
                refuse_function(world, id, Code::Decorator, decorator, format!("decorator `{text}` is not known"));
            }
            bind(world, module, &def.name.text, Binding::Function(id));
            world.modules[module.0 as usize].items.push(Item::Function(id));
        }
        StmtKind::ClassDef(def) => {
            type_names::add_variables(world, module, &def.type_params);
            super::members::define_class(world, module, def, stmt);
        }
        StmtKind::Assign { targets, value } => match targets.as_slice() {
            [Expr { kind: ExprKind::Name(name), .. }] if type_names::define(world, module, name, None, value) => {}
            [Expr { kind: ExprKind::Name(name), .. }] => define_global(world, module, name, None, value, stmt),
            _ => {
                for name in targets.iter().flat_map(names_in) {
                    let problem = Diagnostic::new(
                        Code::GlobalState,
                        world.at(module, stmt.span),
                        format!("global `{name}` is assigned by unpacking"),
                    )
                    .help("assign each global in a statement of its own");
                    opaque(world, module, &name, problem);
                }
            }
        },
        StmtKind::AnnAssign { target, annotation, value } => {
            if let (ExprKind::Name(name), Some(value)) = (&target.kind, value)
                && !type_names::define(world, module, name, Some(annotation), value)
            {
                define_global(world, module, name, Some(annotation), value, stmt);
            }
        }
        StmtKind::TypeAlias { name, type_params, value } if type_params.is_empty() => {
            type_names::add(world, module, &name.text, type_names::Kind::Alias(value));
        }
        StmtKind::If { test, body, orelse } => {
            // `if TYPE_CHECKING:` is read; `if __name__ == "__main__":` does not run on import.
            if super::loading::is_typing(test) {
                body.iter().for_each(|inner| define(world, module, inner));
            } else if !super::loading::is_main(test) {
                for inner in body.iter().chain(orelse) {
                    refuse_conditional(world, module, inner);
                }
            }
        }
        _ => {}
    }
}

/// Names bound below a condition at module level are known, but what they are is not.
fn refuse_conditional(world: &mut World, module: ModuleId, stmt: &Stmt) {
    let names = match &stmt.kind {
        StmtKind::Assign { targets, .. } => targets.iter().flat_map(names_in).collect(),
        StmtKind::FunctionDef(def) => vec![def.name.text.clone()],
        StmtKind::ClassDef(def) => vec![def.name.text.clone()],
        _ => Vec::new(),
    };
    for name in names {
        let at = world.at(module, stmt.span);
        let problem = Diagnostic::new(Code::GlobalState, at, format!("`{name}` is defined under a condition"))
            .help("define it unconditionally at module level");
        opaque(world, module, &name, problem);
    }
}

fn names_in(target: &Expr) -> Vec<String> {
    match &target.kind {
        ExprKind::Name(name) => vec![name.clone()],
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().flat_map(names_in).collect(),
        ExprKind::Starred(inner) => names_in(inner),
        _ => Vec::new(),
    }
}

fn absolute(current: &str, name: &str, level: u32) -> String {
    if level == 0 {
        return name.to_string();
    }
    let mut parts: Vec<&str> = current.split('.').collect();
    parts.truncate(parts.len().saturating_sub(level as usize));
    if !name.is_empty() {
        parts.push(name);
    }
    parts.join(".")
}

fn import(world: &World, path: &str) -> Binding {
    match world.modules.iter().position(|m| m.name == path) {
        Some(index) => Binding::Module(ModuleId(index as u32)),
        None => Binding::Library(path.to_string()),
    }
}

fn import_member(world: &World, base: &str, name: &str) -> Binding {
    if let Some(index) = world.modules.iter().position(|m| m.name == base)
        && let Some(binding) = world.modules[index].names.get(name)
    {
        return binding.clone();
    }
    let path = format!("{base}.{name}");
    match import(world, &path) {
        Binding::Library(_) => Binding::Library(path),
        found => found,
    }
}

fn define_global<'a>(
    world: &mut World<'a>,
    module: ModuleId,
    name: &str,
    declared: Option<&'a Expr>,
    value: &'a Expr,
    stmt: &Stmt,
) {
    if let Some(Binding::Global(id)) = world.module(module).names.get(name).cloned() {
        let at = world.at(module, stmt.span);
        world.globals[id.0 as usize].refused = Some(
            Diagnostic::new(Code::GlobalState, at, format!("global `{name}` is assigned twice"))
                .help("give each global one assignment at module level"),
        );
        return;
    }
    let (ty, refused) = match declared.map(|a| annotation(world, module, a)) {
        None => (Type::Unknown, None),
        Some(Ok(ty)) => (ty, None),
        Some(Err(problem)) => (Type::Unknown, Some(*problem)),
    };
    let id = GlobalId(world.globals.len() as u32);
    world.globals.push(GlobalInfo {
        name: name.to_string(),
        module,
        value,
        declared: ty != Type::Unknown && !ty.has_unknown(),
        ty,
        class: None,
        hint: None,
        rebound: false,
        touched: Vec::new(),
        span: stmt.span,
        refused,
        variables: HashMap::new(),
    });
    bind(world, module, name, Binding::Global(id));
    world.modules[module.0 as usize].items.push(Item::Global(id));
}

pub(super) fn add_function<'a>(
    world: &mut World<'a>,
    module: ModuleId,
    def: &'a ast::FunctionDef,
    stmt: &Stmt,
    kind: FunctionKind,
) -> FunctionId {
    type_names::add_variables(world, module, &def.type_params);
    let id = FunctionId(world.functions.len() as u32);
    world.functions.push(FunctionInfo::new(def.name.text.clone(), module, kind, Written::Def(def), stmt.span));
    if def.is_async {
        let at = world.at(module, def.name.span);
        let problem = Diagnostic::new(Code::AsyncFunction, at, format!("`{}` is an async function", def.name.text))
            .help("move the computing part into a plain `def` and call it from the coroutine");
        world.functions[id.0 as usize].refused = Some(problem);
    }
    id
}

pub(super) fn refuse_function(world: &mut World, id: FunctionId, code: Code, at: &Expr, message: String) {
    let module = world.function(id).module;
    let problem = Diagnostic::new(code, world.at(module, at.span), message);
    world.functions[id.0 as usize].refused.get_or_insert(problem);
}

/// Reads the annotations of all signatures and fields, once every class is known.
fn annotate(world: &mut World) {
    super::members::annotate(world);
    read_signatures(world);
    for route in world.routes.clone() {
        super::routes::sign(world, &route);
    }
}

fn read_signatures(world: &mut World) {
    for index in 0..world.functions.len() {
        let id = FunctionId(index as u32);
        match signature(world, id, Hints::Binding) {
            Ok(found) => sign(world, index, found),
            Err(problem) => {
                world.functions[index].refused.get_or_insert(*problem);
            }
        }
    }
}

/// Parameters, and the result where it is declared.
type Signature<'a> = (Vec<ParamInfo<'a>>, Option<Type>);

/// What an annotation outside the subset comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hints {
    /// The function is refused.
    Binding,
    /// No annotation at all.
    Passing,
}

fn sign<'a>(world: &mut World<'a>, index: usize, (params, result): Signature<'a>) {
    let info = &mut world.functions[index];
    info.params = params;
    info.declared_result = result.is_some();
    info.result = result.unwrap_or(Type::Unknown);
}

/// Takes an annotation outside the subset as none where something else says the types: calls that were recorded, or,
/// for a function that only the module itself calls, those calls.
///
/// ```text
/// def longest(xs: list | str): ...      recorded: longest([3, 1])       xs: list[int], everything else is declined
/// ```
pub fn sign_by_calls(world: &mut World, is_known: impl Fn(&World, &FunctionInfo) -> bool) {
    for index in 0..world.functions.len() {
        let info = &world.functions[index];
        let by_hint = info.refused.as_ref().is_some_and(|problem| problem.code == Code::UnsupportedAnnotation);
        if !by_hint || !is_known(world, info) {
            continue;
        }
        if let Ok(found) = signature(world, FunctionId(index as u32), Hints::Passing) {
            sign(world, index, found);
            world.functions[index].refused = None;
        }
    }
}

/// Why the annotation of a parameter says nothing; `None` where there is none, or where it does.
pub fn hint_problem(world: &World, info: &FunctionInfo, param: &str) -> Option<Diagnostic> {
    let written = info.written.params().items.iter().find(|written| written.name.text == param)?;
    annotation(world, info.module, written.annotation.as_ref()?).err().map(|problem| *problem)
}

fn signature<'a>(world: &World<'a>, id: FunctionId, hints: Hints) -> Lowered<Signature<'a>> {
    let info = world.function(id);
    if let (true, Some(class)) = (info.sets_fields, info.kind.class()) {
        let home = info.home.unwrap_or(class);
        return Ok((super::members::field_parameters(world, home, info.span), Some(Type::Class(world.root(class)))));
    }
    if let Written::Dispatch(first) = info.written {
        return Ok(super::dispatch::signature(world, id, first));
    }
    let is_exit = info.name == "__exit__" && matches!(info.kind, FunctionKind::Method(_));
    let mut params = Vec::new();
    let takes_self = matches!(info.kind, FunctionKind::Method(_) | FunctionKind::Property(_) | FunctionKind::Init(_));
    let fresh = fresh_defaults(world, info);
    for (index, param) in info.written.params().items.iter().enumerate() {
        let at = world.at(info.module, param.name.span);
        if info.takes_class && index == 0 {
            continue;
        }
        if takes_self && index == 0 {
            if let FunctionKind::Method(class) | FunctionKind::Property(class) = info.kind {
                params.push(ParamInfo {
                    name: param.name.text.clone(),
                    ty: world.class(class).object(class),
                    declared: true,
                    default: None,
                    is_factory: false,
                    is_fresh: false,
                    keyword_only: false,
                    positional_only: true,
                    rest: false,
                    span: param.name.span,
                });
            }
            continue;
        }
        if is_exit && param.kind == ParameterKind::VarPositional {
            continue;
        }
        if param.kind == ParameterKind::VarKeyword || param.kind == ParameterKind::VarPositional && is_implicit(info) {
            let message = format!("parameter `*{}` takes any number of arguments", param.name.text);
            return Err(Box::new(
                Diagnostic::new(Code::UnsupportedStatement, at, message).help("pass a list or a dict instead"),
            ));
        }
        let is_rest = param.kind == ParameterKind::VarPositional;
        let ty = match &param.annotation {
            // What the exception was; only None is given.
            _ if is_exit => Type::None,
            // A default of None says what the annotation forgets.
            Some(hint) => match (hinted(world, info.module, hint, hints)?, &param.default) {
                (ty, Some(Expr { kind: ExprKind::None, .. })) if ty != Type::Unknown => Type::optional(ty),
                (ty, _) => ty,
            },
            None => Type::Unknown,
        };
        let ty = if is_rest { rest_type(ty, at)? } else { ty };
        let made = fresh.iter().find(|fresh| fresh.name == param.name.text);
        let made = made.and_then(|fresh| Some((fresh.made, fresh.fitting(&ty)?)));
        let (default, ty) = match &made {
            Some((made, plain)) => (Some(*made), plain.clone()),
            None => (param.default.as_ref(), ty),
        };
        let declared = !ty.has_unknown() && !is_exit;
        let ty = match info.kind {
            FunctionKind::Method(class) if ty == Type::Unknown && super::special::compares(&info.name) => {
                Type::Class(world.root(class))
            }
            _ => ty,
        };
        params.push(ParamInfo {
            name: param.name.text.clone(),
            declared,
            ty,
            default,
            is_factory: false,
            is_fresh: made.is_some(),
            keyword_only: param.kind == ParameterKind::KeywordOnly,
            positional_only: param.kind == ParameterKind::PositionalOnly,
            rest: is_rest,
            span: param.name.span,
        });
    }
    let result = match (&info.kind, info.written.returns()) {
        (FunctionKind::Init(class), _) => Some(Type::Class(world.root(*class))),
        (_, Some(hint)) => Some(hinted(world, info.module, hint, hints)?).filter(|t| !t.has_unknown()),
        (_, None) => None,
    };
    Ok((params, result))
}

/// The parameters that stand for a new container where they are left out; methods that have others of their name beside
/// them keep what is written.
fn fresh_defaults<'a>(world: &World<'a>, info: &FunctionInfo<'a>) -> Vec<super::fresh::Fresh<'a>> {
    match info.written {
        // What a constructor is given goes into fields, of which it may make others.
        Written::Def(_) if matches!(info.kind, FunctionKind::Init(_)) => Vec::new(),
        Written::Def(def) if !info.kind.class().is_some_and(|class| world.is_related(class)) => {
            super::fresh::defaults(def)
        }
        _ => Vec::new(),
    }
}

/// True for special methods that Python calls by itself.
fn is_implicit(info: &FunctionInfo) -> bool {
    let name = info.name.as_str();
    name.starts_with("__") && name.ends_with("__") && !matches!(info.kind, FunctionKind::Init(_))
}

/// The type of `*name: T`: a tuple of any length.
fn rest_type(item: Type, at: crate::span::Location) -> Lowered<Type> {
    if item.has_unknown() || super::iteration::is_immutable(&item) {
        return Ok(Type::tuple_of(item));
    }
    let message = "any number of arguments that can change is outside the subset";
    Err(Box::new(Diagnostic::new(Code::UnsupportedAnnotation, at, message).help("take a list of them")))
}

fn hinted(world: &World, module: ModuleId, hint: &Expr, hints: Hints) -> Lowered<Type> {
    match annotation(world, module, hint) {
        Err(_) if hints == Hints::Passing => Ok(Type::Unknown),
        found => found,
    }
}

/// Finds `global NAME` in function bodies.
fn mark_rebound_globals(world: &mut World, module: ModuleId) {
    fn search(body: &[Stmt], found: &mut Vec<(String, Span)>) {
        for stmt in body {
            if let StmtKind::Global(names) = &stmt.kind {
                found.extend(names.iter().map(|n| (n.text.clone(), n.span)));
            }
            for inner in crate::python::ast::bodies(stmt) {
                search(inner, found);
            }
        }
    }
    let mut found = Vec::new();
    search(world.module(module).body, &mut found);
    for (name, span) in found {
        match world.module(module).names.get(&name).cloned() {
            Some(Binding::Global(id)) => world.globals[id.0 as usize].rebound = true,
            Some(binding) => {
                let message = format!("`{name}` is assigned by a function");
                let problem = Diagnostic::new(Code::GlobalState, world.at(module, span), message);
                let problem = problem.help("give each its own name");
                super::loading::refuse(world, &binding, problem.clone());
                opaque(world, module, &name, problem);
            }
            None => {}
        }
    }
}
