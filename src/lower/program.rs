//! Puts the translated bodies together: what the entry reaches, renumbered, with the decisions of the whole program.

use super::aliases::Aliases;
use super::enums::{NAME, VALUE};
use super::world::{FieldDefault, FieldInfo, World, Written};
use super::{Bodies, LowerOptions, LoweredProgram, effects, ownership, values, widening};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::{Part, each_expr_mut, each_part, each_part_of, each_part_of_mut, each_stmt_mut};
use crate::ir::*;
use crate::source::FileId;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Builds the program; where ownership finds a body that cannot be shown, it is refused and building starts again.
pub fn build(mut world: World, mut bodies: Bodies, entry: FileId, options: &LowerOptions) -> LoweredProgram {
    loop {
        let (mut program, numbers) = assemble(&world, &bodies, entry, options);
        let rebound: Vec<bool> = numbers.globals.iter().map(|old| world.globals[*old as usize].rebound).collect();
        let mut problems = ownership::own(&mut program, &rebound);
        if problems.is_empty() {
            let aliases = Aliases::of(&program);
            effects::effects(&mut program, &aliases, &rebound);
            problems = widening::check(&program);
            problems.extend(values::check(&program, &aliases));
            problems.extend(super::set_order::check(&program));
            problems.extend(super::memo::check(&program));
            let generators: Vec<bool> =
                numbers.functions.iter().map(|old| world.functions[*old as usize].is_generator).collect();
            problems.extend(super::laziness::check(&program, &aliases, &generators, &world.uses));
        }
        let unsettled = super::loading::unsettled(&program);
        if problems.is_empty() && unsettled.is_empty() && keep_inside(&mut world, &program, &numbers) {
            continue;
        }
        if problems.is_empty() && unsettled.is_empty() {
            let refusals = refusals(&world, entry, options);
            return LoweredProgram { program, refusals };
        }
        for (function, problem) in problems {
            let old = numbers.functions[function.0 as usize] as usize;
            super::refuse(&mut world, old, problem);
        }
        for (global, problem) in unsettled {
            world.globals[numbers.globals[global.0 as usize] as usize].refused = Some(problem);
        }
        loop {
            bodies = super::final_pass(&mut world);
            if bodies.complete {
                break;
            }
        }
    }
}

/// Keeps functions inside the module that give back an argument now and then: outside it would be a copy. True where
/// there are any that were not yet.
fn keep_inside(world: &mut World, program: &Program, numbers: &Numbers) -> bool {
    let mut found = false;
    for (function, old) in program.functions.iter().zip(&numbers.functions) {
        let plain = matches!(function.kind, FunctionKind::Plain);
        let given = || returns::may_return_a_param(program, function);
        if plain && function.public && given() && !returns::gives_back_sometimes(program, function) {
            let message =
                format!("`{}` may give back an argument itself, and outside it would be a copy", function.name);
            let problem = Diagnostic::new(Code::Aliasing, function.at, message)
                .help("return a copy on every path: `list(xs)`, `dict(d)`, `set(s)`");
            world.functions[*old as usize].inside = Some(problem);
            found = true;
        }
    }
    found
}

/// Old indexes in order of the new ones.
struct Numbers {
    functions: Vec<u32>,
    classes: Vec<u32>,
    globals: Vec<u32>,
    exceptions: Vec<u32>,
}

/// What is reached, as old indexes.
#[derive(Default)]
struct Reached {
    functions: BTreeSet<u32>,
    classes: BTreeSet<u32>,
    globals: BTreeSet<u32>,
    exceptions: BTreeSet<u32>,
}

fn assemble(world: &World, bodies: &Bodies, entry: FileId, options: &LowerOptions) -> (Program, Numbers) {
    let reached = reach(world, bodies, entry, options);
    let numbers = Numbers {
        functions: reached.functions.iter().copied().collect(),
        classes: reached.classes.iter().copied().collect(),
        globals: reached.globals.iter().copied().collect(),
        exceptions: reached.exceptions.iter().copied().collect(),
    };
    let maps = Maps::new(&numbers);
    let mut program = Program::default();
    for &old in &numbers.classes {
        program.classes.push(class(world, ClassId(old), &reached, entry, &maps));
    }
    for &old in &numbers.exceptions {
        let info = &world.exceptions[old as usize];
        let at = world.at(info.module, info.span);
        program.exceptions.push(ExceptionClass {
            name: info.name.clone(),
            module: info.module,
            base: maps.exception(info.base),
            doc: info.doc.clone(),
            at,
            lines: world.lines(info.module, info.span),
        });
    }
    for &old in &numbers.functions {
        if let Some(function) = &bodies.functions[old as usize] {
            let mut function = function.clone();
            maps.function_body(&mut function);
            function.public = is_public(world, old, entry) && crosses(world, old);
            program.functions.push(function);
        }
    }
    for &old in &numbers.globals {
        if let Some((value, locals)) = &bodies.globals[old as usize] {
            let info = &world.globals[old as usize];
            let (mut value, mut locals) = (value.clone(), locals.clone());
            maps.expression(&mut value);
            locals.iter_mut().for_each(|l| maps.ty(&mut l.ty));
            note_reads(&value, &mut locals);
            let mut ty = info.ty.clone();
            maps.ty(&mut ty);
            let at = world.at(info.module, info.span);
            program.globals.push(Global {
                name: info.name.clone(),
                module: info.module,
                class: info.class.map(|class| world.class(class).name.clone()),
                ty,
                value,
                locals,
                is_state: false,
                at,
            });
        }
    }
    program.routes = routes(world, &reached, &maps);
    for info in &world.modules {
        let items = info.items.iter().filter_map(|item| maps.item(*item)).collect();
        program.modules.push(Module { name: info.name.clone(), path: info.path.clone(), doc: info.doc.clone(), items });
    }
    let entry = world.modules.iter().position(|m| m.file == entry).unwrap_or(0);
    order_modules(&mut program, entry);
    (program, numbers)
}

/// Marks the variables that a global's value reads.
fn note_reads(value: &Expr, locals: &mut [Local]) {
    each_part_of(value, Need::Ref, &|_, _| Need::Ref, &mut |part| {
        if let Part::Value(Expr { kind: ExprKind::Read { place: Place::Local(local), .. }, .. }, _) = part {
            locals[local.0 as usize].used = true;
        }
    });
}

/// Leaves out modules of which nothing is reached and puts the entry last.
fn order_modules(program: &mut Program, entry: usize) {
    let kept = |index: &usize| *index != entry && !program.modules[*index].items.is_empty();
    let order: Vec<usize> = (0..program.modules.len()).filter(kept).chain([entry]).collect();
    let place = |id: &mut ModuleId| {
        let position = order.iter().position(|old| *old == id.0 as usize);
        *id = ModuleId(position.unwrap_or(order.len() - 1) as u32);
    };
    program.classes.iter_mut().for_each(|class| place(&mut class.module));
    program.exceptions.iter_mut().for_each(|exception| place(&mut exception.module));
    program.functions.iter_mut().for_each(|function| place(&mut function.module));
    program.globals.iter_mut().for_each(|global| place(&mut global.module));
    program.modules = order.iter().map(|old| program.modules[*old].clone()).collect();
}

/// Public as Python users see it: no leading underscore, in the entry module.
fn is_public(world: &World, function: u32, entry: FileId) -> bool {
    let info = &world.functions[function as usize];
    let class_public = match info.kind.class() {
        Some(class) => !world.class(class).name.starts_with('_'),
        None => true,
    };
    let own = !info.name.starts_with('_') || matches!(info.kind, FunctionKind::Init(_));
    world.module(info.module).file == entry && class_public && own && info.nesting.path.is_none()
}

/// True where callers outside the module can call a function.
fn crosses(world: &World, function: u32) -> bool {
    world.functions[function as usize].inside.is_none() && crossing(world, function).is_none()
}

/// What a parameter or the result holds that callers outside cannot give or take.
fn crossing(world: &World, function: u32) -> Option<&'static str> {
    let info = &world.functions[function as usize];
    let mut types = info.params.iter().map(|param| &param.ty).chain([&info.result]);
    let plain = matches!(info.kind, FunctionKind::Plain);
    types.find_map(|ty| uncoded(world, ty, &mut HashSet::new())).filter(|_| plain)
}

/// What has no form of its own in calls, inside a type.
fn uncoded(world: &World, ty: &Type, seen: &mut HashSet<ClassId>) -> Option<&'static str> {
    if ty.holds_function() {
        return Some("a function");
    }
    match ty {
        Type::Deque(_) => Some("a deque"),
        Type::Dict(_, _, DictKind::Default(_)) => Some("a defaultdict"),
        Type::Dict(_, _, DictKind::Counter) => Some("a Counter"),
        Type::Dict(_, _, DictKind::Ordered) => Some("an OrderedDict"),
        Type::List(t) | Type::Set(t) | Type::FrozenSet(t) | Type::TupleOf(t) | Type::Optional(t) | Type::Cell(t) => {
            uncoded(world, t, seen)
        }
        Type::Dict(k, v, _) => uncoded(world, k, seen).or_else(|| uncoded(world, v, seen)),
        Type::Tuple(items) => items.iter().find_map(|t| uncoded(world, t, seen)),
        Type::Class(id) if world.is_related(*id) => {
            Some("an object of a class that others derive from, or that derives")
        }
        Type::Class(id) if seen.insert(*id) => {
            let fields = &world.class(*id).fields;
            fields.iter().filter(|f| !matches!(f.ty, Type::Function(..))).find_map(|f| uncoded(world, &f.ty, seen))
        }
        _ => None,
    }
}

fn wanted(options: &LowerOptions, name: &str) -> bool {
    options.only.is_empty() || options.only.iter().any(|only| only == name || only.split('.').next() == Some(name))
}

fn reach(world: &World, bodies: &Bodies, entry: FileId, options: &LowerOptions) -> Reached {
    let mut reached = Reached::default();
    for (index, info) in world.functions.iter().enumerate() {
        let plain = matches!(info.kind, FunctionKind::Plain);
        let entered = is_public(world, index as u32, entry) && crosses(world, index as u32);
        if plain && entered && wanted(options, &info.name) {
            reach_function(world, bodies, index as u32, &mut reached);
        }
    }
    for (index, info) in world.classes.iter().enumerate() {
        let public = world.module(info.module).file == entry && !info.name.starts_with('_');
        let public = public && !world.is_related(ClassId(index as u32)) && !info.is_made();
        if public && wanted(options, &info.name) {
            reach_class(world, bodies, index as u32, &mut reached);
        }
    }
    for (index, info) in world.globals.iter().enumerate() {
        let object = matches!(info.ty, Type::Class(_));
        if object && options.only.is_empty() && world.module(info.module).file == entry {
            reach_global(world, bodies, index as u32, &mut reached);
        }
    }
    reach_routes(world, bodies, entry, &mut reached);
    reached
}

/// Handlers that the entry's functions, classes or globals are reached from.
fn reach_routes(world: &World, bodies: &Bodies, entry: FileId, reached: &mut Reached) {
    for route in &world.routes {
        let mut tried = Reached::default();
        reach_function(world, bodies, route.function.0, &mut tried);
        let in_entry = |module: ModuleId| world.module(module).file == entry;
        let uses = tried.functions.iter().any(|f| in_entry(world.functions[*f as usize].module))
            || tried.globals.iter().any(|g| in_entry(world.globals[*g as usize].module));
        if uses {
            reach_function(world, bodies, route.function.0, reached);
        }
    }
}

fn routes(world: &World, reached: &Reached, maps: &Maps) -> Vec<Route> {
    let made = world.routes.iter().filter(|route| reached.functions.contains(&route.function.0));
    made.map(|route| Route {
        method: route.method.clone(),
        path: route.path.clone(),
        handler: maps.function(route.function),
        path_params: route.path_params.clone(),
        reads_body: world.function(route.function).params.iter().any(|p| p.name == super::routes::BODY),
    })
    .collect()
}

fn reach_function(world: &World, bodies: &Bodies, index: u32, reached: &mut Reached) {
    let Some(function) = &bodies.functions[index as usize] else { return };
    if !reached.functions.insert(index) {
        return;
    }
    let mut found = Found::default();
    function.locals.iter().for_each(|l| found.ty(&l.ty));
    found.ty(&function.result);
    function.params.iter().filter_map(|p| p.default.as_ref()).for_each(|e| found.expression(e));
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| found.part(part));
    walk::each_stmt(&function.body, &mut |stmt| found.stmt(stmt));
    found.follow(world, bodies, reached);
    if let Some(class) = function.kind.class() {
        reach_class(world, bodies, class.0, reached);
    }
}

fn reach_class(world: &World, bodies: &Bodies, index: u32, reached: &mut Reached) {
    let related = world.is_related(ClassId(index));
    let index = world.root(ClassId(index)).0;
    let info = &world.classes[index as usize];
    if info.refused.is_some() || !reached.classes.insert(index) {
        return;
    }
    let mut found = Found::default();
    info.fields.iter().for_each(|field| found.ty(&field.ty));
    found.follow(world, bodies, reached);
    if related {
        // The methods that are called.
        return;
    }
    for method in info.methods.values().chain(info.setters.values()) {
        reach_function(world, bodies, method.0, reached);
    }
}

fn reach_global(world: &World, bodies: &Bodies, index: u32, reached: &mut Reached) {
    let Some((value, locals)) = &bodies.globals[index as usize] else { return };
    if !reached.globals.insert(index) {
        return;
    }
    let mut found = Found::default();
    found.expression(value);
    locals.iter().for_each(|l| found.ty(&l.ty));
    found.ty(&world.globals[index as usize].ty);
    found.follow(world, bodies, reached);
}

/// What a body names.
#[derive(Default)]
struct Found {
    functions: BTreeSet<u32>,
    classes: BTreeSet<u32>,
    globals: BTreeSet<u32>,
    exceptions: BTreeSet<u32>,
}

impl Found {
    fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Class(id) | Type::Enum(id) => {
                self.classes.insert(id.0);
            }
            Type::List(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::TupleOf(t)
            | Type::Optional(t)
            | Type::Cell(t) => self.ty(t),
            Type::Dict(k, v, _) => {
                self.ty(k);
                self.ty(v);
            }
            Type::Tuple(items) => items.iter().for_each(|t| self.ty(t)),
            Type::Function(params, result) => params.iter().chain([&**result]).for_each(|t| self.ty(t)),
            _ => {}
        }
    }

    fn expression(&mut self, e: &Expr) {
        each_part_of(e, Need::Own, &|_, _| Need::Ref, &mut |part| self.part(part));
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Value(e, _) => {
                self.ty(&e.ty);
                match &e.kind {
                    ExprKind::Call { function, .. } | ExprKind::Closure { function, .. } => {
                        self.functions.insert(function.0);
                    }
                    ExprKind::Construct { class, .. } | ExprKind::Member { class, .. } => {
                        self.classes.insert(class.0);
                    }
                    ExprKind::Read { place: Place::Global(id), .. } => {
                        self.globals.insert(id.0);
                    }
                    ExprKind::Block { body, .. } => walk::each_stmt(body, &mut |stmt| self.stmt(stmt)),
                    _ => {}
                }
            }
            Part::Store(Place::Global(id)) | Part::Change(Place::Global(id)) => {
                self.globals.insert(id.0);
            }
            _ => {}
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let mut note = |id: &ExceptionId| {
            if let ExceptionId::Custom(index) = id {
                self.exceptions.insert(*index);
            }
        };
        match &stmt.kind {
            StmtKind::Raise(raise) => note(&raise.class),
            StmtKind::Try { handlers, .. } => handlers.iter().flat_map(|h| &h.classes).for_each(note),
            _ => {}
        }
    }

    fn follow(self, world: &World, bodies: &Bodies, reached: &mut Reached) {
        self.functions.into_iter().for_each(|f| reach_function(world, bodies, f, reached));
        self.classes.into_iter().for_each(|c| reach_class(world, bodies, c, reached));
        self.globals.into_iter().for_each(|g| reach_global(world, bodies, g, reached));
        for mut index in self.exceptions {
            while reached.exceptions.insert(index) {
                match world.exceptions[index as usize].base {
                    ExceptionId::Custom(base) => index = base,
                    ExceptionId::Builtin(_) => break,
                }
            }
        }
    }
}

fn class(world: &World, id: ClassId, reached: &Reached, entry: FileId, maps: &Maps) -> Class {
    let info = world.class(id);
    let related = world.is_related(id);
    let at = world.at(info.module, info.span);
    let fields: Vec<Field> = info
        .fields
        .iter()
        .enumerate()
        .map(|(index, f)| {
            let mut ty = if related { world.slot(id, index) } else { f.ty.clone() };
            maps.ty(&mut ty);
            Field { name: f.name.clone(), ty }
        })
        .collect();
    let method = |id: &FunctionId| reached.functions.contains(&id.0).then(|| maps.function(*id));
    let own = |name: &str| world.family_defines(id, name);
    Class {
        name: info.name.clone(),
        module: info.module,
        doc: super::collect::docstring(&info.def.body),
        members: (info.member_names().into_iter().zip(&info.member_texts))
            .map(|(name, text)| Member { name, repr: text.clone().filter(|_| !own("__repr__")) })
            .collect(),
        repr: ClassRepr::Owned,
        init: info.init.as_ref().and_then(method),
        methods: methods(world, id).iter().filter(|id| Some(**id) != info.init).filter_map(method).collect(),
        dataclass: (info.is_dataclass && !related).then(|| DataclassInfo {
            frozen: info.frozen,
            is_tuple: info.is_tuple,
            defaults: info
                .fields
                .iter()
                .zip(&fields)
                .map(|(f, field)| {
                    let member = member_default(world, f, &field.ty, at);
                    member.or_else(|| default(f.default.as_ref(), &field.ty, at))
                })
                .collect(),
        }),
        has_eq: if related { world.compares_fields(id) } else { info.eq } || own("__eq__"),
        has_order: info.order,
        own_eq: own("__eq__") || related && world.compares_oddly(id),
        own_repr: own("__repr__") || related,
        is_family: related,
        hashable: info.frozen && info.eq && !own("__eq__") && !related,
        public: world.module(info.module).file == entry && !info.name.starts_with('_') && !related,
        fields,
        at,
        lines: world.lines(info.module, info.span),
    }
}

/// The methods of a class and, of the root of a family, of all its classes.
fn methods(world: &World, id: ClassId) -> Vec<FunctionId> {
    let family = &world.class(id).family;
    let members = if family.members.is_empty() { std::slice::from_ref(&family.root) } else { &family.members };
    let of_class = |class: &ClassId| {
        let info = world.class(*class);
        let init = info.init.filter(|_| *class != id);
        info.methods.values().chain(info.setters.values()).copied().chain(init).collect::<Vec<_>>()
    };
    let mut found: Vec<FunctionId> = Vec::new();
    for method in family.dispatch.values().copied().chain(members.iter().flat_map(of_class)) {
        if !found.contains(&method) {
            found.push(method);
        }
    }
    found
}

/// A default that is a member of an enumeration.
fn member_default(world: &World, field: &FieldInfo, ty: &Type, at: crate::span::Location) -> Option<Expr> {
    let (Some(FieldDefault::Value(e)), Type::Enum(old), Type::Enum(class)) = (&field.default, &field.ty, ty) else {
        return None;
    };
    let crate::python::ast::ExprKind::Attribute { attr, .. } = &e.kind else { return None };
    let (_, index) = world.class(*old).members.iter().find(|(name, _)| *name == attr.text)?;
    Some(Expr::new(ExprKind::Member { class: *class, index: *index }, ty.clone(), at))
}

/// The default of a dataclass field as far as callers from outside need it.
fn default(default: Option<&FieldDefault>, ty: &Type, at: crate::span::Location) -> Option<Expr> {
    use crate::python::ast;
    let make = |kind| Some(Expr::new(kind, ty.clone(), at));
    match default? {
        FieldDefault::Factory(_) => match ty {
            Type::List(_) | Type::Deque(_) => make(ExprKind::List(Vec::new())),
            Type::Dict(..) => make(ExprKind::Dict(Vec::new())),
            Type::Set(_) => make(ExprKind::Set(Vec::new())),
            _ => None,
        },
        FieldDefault::Value(e) => match (&e.kind, ty) {
            (ast::ExprKind::Int(ast::IntLiteral::Small(n)), Type::Int) => make(ExprKind::Int(*n)),
            (ast::ExprKind::Int(ast::IntLiteral::Small(n)), Type::Float) => make(ExprKind::Float(*n as f64)),
            (ast::ExprKind::Float(x), Type::Float) => make(ExprKind::Float(*x)),
            (ast::ExprKind::Str(s), Type::Str) => make(ExprKind::Str(s.clone())),
            (ast::ExprKind::Bool(b), Type::Bool) => make(ExprKind::Bool(*b)),
            (ast::ExprKind::None, Type::Optional(_)) => make(ExprKind::None),
            (ast::ExprKind::Tuple(items), Type::TupleOf(item)) if items.is_empty() => {
                let none = Expr::new(ExprKind::List(Vec::new()), Type::List(item.clone()), at);
                make(ExprKind::Builtin { op: Builtin::TupleFrom, args: vec![none] })
            }
            _ => None,
        },
    }
}

/// New indexes by old ones.
struct Maps {
    functions: BTreeMap<u32, u32>,
    classes: BTreeMap<u32, u32>,
    globals: BTreeMap<u32, u32>,
    exceptions: BTreeMap<u32, u32>,
}

impl Maps {
    fn new(numbers: &Numbers) -> Maps {
        let map = |old: &[u32]| old.iter().enumerate().map(|(new, old)| (*old, new as u32)).collect();
        Maps {
            functions: map(&numbers.functions),
            classes: map(&numbers.classes),
            globals: map(&numbers.globals),
            exceptions: map(&numbers.exceptions),
        }
    }

    fn function(&self, id: FunctionId) -> FunctionId {
        FunctionId(self.functions.get(&id.0).copied().unwrap_or(u32::MAX))
    }

    fn class(&self, id: ClassId) -> ClassId {
        ClassId(self.classes.get(&id.0).copied().unwrap_or(u32::MAX))
    }

    fn exception(&self, id: ExceptionId) -> ExceptionId {
        match id {
            ExceptionId::Custom(index) => ExceptionId::Custom(self.exceptions.get(&index).copied().unwrap_or(u32::MAX)),
            builtin => builtin,
        }
    }

    fn item(&self, item: Item) -> Option<Item> {
        match item {
            Item::Class(id) => self.classes.get(&id.0).map(|n| Item::Class(ClassId(*n))),
            Item::Exception(index) => self.exceptions.get(&index).map(|n| Item::Exception(*n)),
            Item::Function(id) => self.functions.get(&id.0).map(|n| Item::Function(FunctionId(*n))),
            Item::Global(id) => self.globals.get(&id.0).map(|n| Item::Global(GlobalId(*n))),
        }
    }

    fn ty(&self, ty: &mut Type) {
        match ty {
            Type::Class(id) | Type::Enum(id) => *id = self.class(*id),
            Type::List(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::TupleOf(t)
            | Type::Optional(t)
            | Type::Cell(t) => self.ty(t),
            Type::Dict(k, v, _) => {
                self.ty(k);
                self.ty(v);
            }
            Type::Tuple(items) => items.iter_mut().for_each(|t| self.ty(t)),
            Type::Function(params, result) => {
                params.iter_mut().for_each(|t| self.ty(t));
                self.ty(result);
            }
            _ => {}
        }
    }

    fn place(&self, place: &mut Place) {
        match place {
            Place::Global(id) => *id = GlobalId(self.globals.get(&id.0).copied().unwrap_or(u32::MAX)),
            Place::Field { class, .. } => *class = self.class(*class),
            Place::Local(_)
            | Place::Item { .. }
            | Place::Entry { .. }
            | Place::Some(_)
            | Place::Present(_)
            | Place::Cell(_) => {}
        }
    }

    fn expr(&self, e: &mut Expr) {
        self.ty(&mut e.ty);
        match &mut e.kind {
            ExprKind::Read { place, .. } => self.place(place),
            ExprKind::Call { function, .. } | ExprKind::Closure { function, .. } => {
                *function = self.function(*function);
            }
            ExprKind::Construct { class, .. } | ExprKind::Member { class, .. } => *class = self.class(*class),
            _ => {}
        }
    }

    fn expression(&self, e: &mut Expr) {
        each_part_of_mut(e, &mut |e| self.expr(e), &mut |place| self.place(place));
    }

    fn function_body(&self, function: &mut Function) {
        each_expr_mut(&mut function.body, &mut |e| self.expr(e), &mut |place| self.place(place));
        each_stmt_mut(&mut function.body, &mut |stmt| match &mut stmt.kind {
            StmtKind::Raise(raise) => raise.class = self.exception(raise.class),
            StmtKind::Try { handlers, .. } => {
                handlers.iter_mut().flat_map(|h| &mut h.classes).for_each(|class| *class = self.exception(*class));
            }
            _ => {}
        });
        function.locals.iter_mut().for_each(|l| self.ty(&mut l.ty));
        self.ty(&mut function.result);
        function.params.iter_mut().filter_map(|p| p.default.as_mut()).for_each(|e| self.expression(e));
        function.kind = match function.kind {
            FunctionKind::Plain => FunctionKind::Plain,
            FunctionKind::Method(id) => FunctionKind::Method(self.class(id)),
            FunctionKind::Property(id) => FunctionKind::Property(self.class(id)),
            FunctionKind::Init(id) => FunctionKind::Init(self.class(id)),
            FunctionKind::Static(id) => FunctionKind::Static(self.class(id)),
        };
    }
}

/// Why public definitions of the entry are not in the program, by qualified name.
fn refusals(world: &World, entry: FileId, options: &LowerOptions) -> Vec<(String, Diagnostic)> {
    let mut found = Vec::new();
    for info in &world.classes {
        if world.module(info.module).file == entry
            && wanted(options, &info.name)
            && let Some(problem) = &info.refused
        {
            found.push((info.name.clone(), problem.clone()));
        }
    }
    for (index, info) in world.functions.iter().enumerate() {
        let class = info.kind.class().map(|id| world.class(id));
        let name = match class {
            Some(class) => format!("{}.{}", class.name, info.name),
            None => info.name.clone(),
        };
        let class_refused = class.is_some_and(|class| class.refused.is_some());
        // What is made for a family of classes is not written anywhere.
        if matches!(info.written, Written::Dispatch(_)) || info.home.is_some() {
            continue;
        }
        let given = class.is_some_and(|class| class.mixin.is_some()) && matches!(info.name.as_str(), VALUE | NAME);
        if given {
            continue;
        }
        let crossing = crossing(world, index as u32).map(|what| {
            let message = format!("`{name}` takes or gives {what}, which cannot cross the call boundary");
            Diagnostic::new(Code::UnsupportedAnnotation, world.at(info.module, info.written.place(info.span)), message)
                .help(match what {
                    "a function" => "it is translated where other functions of the module call it",
                    "a deque" => "take and give a list: `list(d)`",
                    _ => "take and give a dict: `dict(d)`",
                })
        });
        if let Some(problem) = info.refused.as_ref().or(info.inside.as_ref()).or(crossing.as_ref())
            && !class_refused
            && is_public(world, index as u32, entry)
            && wanted(options, name.split('.').next().unwrap_or(&name))
        {
            found.push((name, problem.clone()));
        }
    }
    found
}
