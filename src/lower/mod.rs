//! From syntax tree to typed IR: names, types, effects, ownership.
//!
//! ```text
//! def total(prices: list[float]) -> float:      fn total(prices: &list[float]) -> float
//!     result = 0.0                                  let mut result: float = 0.0
//!     for price in prices:                          for price in prices
//!         result += price                               result += price
//!     return result                                 return result
//! ```
//!
//! Modules are collected ([`collect`]), then all bodies are lowered again and again until no pass learns a type
//! ([`world`]); what is still unknown then, or outside the subset, is refused with a place and a reason. A function
//! that calls a refused one is refused too. What is left is analysed as a whole: where variables begin
//! ([`declare`]), what may alias what ([`aliases`]), who owns what ([`ownership`]), what a call may do ([`effects`]).
//!
//! Absent here: files, processes, anything about Rust or Go.

pub mod aliases;
mod annotations;
mod bases;
mod body;
mod caches;
mod calls;
mod cells;
mod certain;
mod classes;
mod closures;
mod collect;
mod conditions;
mod contexts;
mod copies;
mod counters;
mod declare;
mod deques;
mod dicts;
mod dispatch;
mod effects;
mod enums;
mod exceptions;
mod expressions;
mod families;
mod floats;
mod footprint;
mod form;
mod fresh;
mod functions;
mod generators;
mod groups;
mod import_names;
mod iteration;
mod iterators;
mod join;
mod kinds;
mod laziness;
mod lazy;
mod library;
mod loading;
mod local_imports;
mod loops;
mod maker;
mod matching;
mod members;
mod memo;
mod methods;
mod named;
mod named_tuples;
mod narrowing;
mod nones;
mod objects;
mod observed;
mod operators;
mod ownership;
mod partials;
mod percent;
mod printing;
mod program;
mod proofs;
mod proven;
mod raising;
mod retype;
mod routes;
mod scopes;
mod set_order;
mod sets;
mod sorting;
mod special;
mod spelled;
mod statements;
mod swaps;
#[cfg(test)]
mod tests_support;
mod text;
mod tuples;
mod type_names;
mod unbound;
mod unpack;
mod updates;
mod values;
mod versions;
mod widening;
mod world;

pub use collect::Unit;

use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, FunctionId, FunctionKind, GlobalId, Local, Passing, StmtKind, Type};
use crate::python::{ast, walk};
use crate::recording::RecordedCall;
use crate::source::FileId;
use body::{Body, Owner, assigned_names};
use std::collections::HashSet;
use world::{Lowered, World, Written};

/// What is translated.
#[derive(Clone, Debug, Default)]
pub struct LowerOptions {
    /// Functions and classes of the entry to translate (`name`, `Class`, `Class.method`); empty for all public ones.
    pub only: Vec<String>,
    /// Calls seen in a run of the user's program: types for parameters without an annotation.
    pub recorded: Vec<RecordedCall>,
    /// Functions of which the translation does not compile.
    pub unbuilt: Vec<Unbuilt>,
}

/// A function that the target cannot say, or of which the translation does not compile.
#[derive(Clone, Debug, PartialEq)]
pub struct Unbuilt {
    /// Its file.
    pub file: FileId,
    /// A line of it, from 1.
    pub line: usize,
    /// What is wrong: what the back end refused, or the compiler's words.
    pub problem: Result<Diagnostic, String>,
}

/// A translated program, and why what is not in it is not.
pub struct LoweredProgram {
    /// What could be translated.
    pub program: ir::Program,
    /// One refusal for each function or class of the entry that is not in the program, by its qualified name.
    pub refusals: Vec<(String, Diagnostic)>,
}

/// The refusal of a function whose result nothing tells.
const RESULT: &str = "the type of the result cannot be inferred";

/// Passes that learn types; real programs need three to five.
const MOST_PASSES: usize = 40;

/// Lowers the entry file with what it reaches in the other units.
pub fn lower(units: &[Unit], entry: FileId, options: &LowerOptions) -> LoweredProgram {
    let made: Vec<Option<ast::Module>> = units.iter().map(|unit| enums::prepared(unit.tree)).collect();
    let units = with_trees(units, &made);
    let made: Vec<Option<ast::Module>> = units.iter().map(|unit| named_tuples::prepared(unit.tree)).collect();
    let units = with_trees(&units, &made);
    let made: Vec<Option<ast::Module>> = units.iter().map(|unit| partials::prepared(unit.tree)).collect();
    let units = with_trees(&units, &made);
    let made: Vec<Option<ast::Module>> = units.iter().map(|unit| spelled::prepared(unit.tree)).collect();
    let units = with_trees(&units, &made);
    let made: Vec<Option<ast::Module>> = units.iter().map(|unit| caches::prepared(unit.tree)).collect();
    let units = with_trees(&units, &made);
    let mut generators = generators::Generators::default();
    let made: Vec<Option<ast::Module>> =
        units.iter().map(|unit| generators.prepared(unit.file.id, unit.tree)).collect();
    let units = with_trees(&units, &made);
    let mut defined = HashSet::new();
    units.iter().for_each(|unit| generators::bound_names(&unit.tree.body, &mut defined));
    units.iter().for_each(|unit| generators.note_uses(unit.file.id, unit.tree, &defined));
    join::forget_met();
    let apart = lower_with(&units, entry, options, &generators, &[]);
    let met = join::met();
    if apart.refusals.is_empty() || met.is_empty() {
        return apart;
    }
    // Objects of several classes meet in one place: they may go as one type.
    let together = lower_with(&units, entry, options, &generators, &met);
    if together.refusals.len() < apart.refusals.len() { together } else { apart }
}

/// The units with trees that were made for some of them.
fn with_trees<'a>(units: &[Unit<'a>], made: &'a [Option<ast::Module>]) -> Vec<Unit<'a>> {
    let one = |(unit, made): (&Unit<'a>, &'a Option<ast::Module>)| Unit {
        file: unit.file,
        tree: made.as_ref().unwrap_or(unit.tree),
    };
    units.iter().zip(made).map(one).collect()
}

/// Lowers the units, with objects of the classes of each pair as values of one type.
fn lower_with(
    units: &[Unit],
    entry: FileId,
    options: &LowerOptions,
    generators: &generators::Generators,
    together: &[(ir::ClassId, ir::ClassId)],
) -> LoweredProgram {
    let mut world = collect::collect(units, entry, together);
    world.mark_generators(generators);
    collect::sign_by_calls(&mut world, |world, info| observed::is_known(world, info, entry, &options.recorded));
    observed::teach(&mut world, entry, &options.recorded);
    options.unbuilt.iter().for_each(|unbuilt| leave_out(&mut world, unbuilt));
    learn(&mut world);
    if nones::settle(&mut world) {
        learn(&mut world);
    }
    if nones::settle_results(&mut world) {
        learn(&mut world);
    }
    if choose_floats(&mut world) {
        learn(&mut world);
    }
    world.last = true;
    let mut bodies;
    loop {
        bodies = final_pass(&mut world);
        if bodies.complete {
            break;
        }
    }
    program::build(world, bodies, entry, options)
}

/// Refuses the function or method of which the translation does not compile.
fn leave_out(world: &mut World, unbuilt: &Unbuilt) {
    let lines = |info: &world::FunctionInfo| world.lines(info.module, info.written.place(info.span));
    let around = |info: &world::FunctionInfo| {
        let whole = world.lines(info.module, info.span);
        let (first, last) = (whole.0.min(lines(info).0), whole.1);
        world.module(info.module).file == unbuilt.file && (first..=last).contains(&unbuilt.line)
    };
    let outermost = |info: &world::FunctionInfo| info.nesting.path.is_none();
    let found = world.functions.iter().position(|info| outermost(info) && around(info));
    if let Some(index) = found {
        let info = &world.functions[index];
        let at = world.at(info.module, info.span);
        let problem = match &unbuilt.problem {
            Ok(refused) => refused.clone(),
            Err(reason) => Diagnostic::new(Code::NotBuilt, at, reason.clone()),
        };
        refuse(world, index, problem);
    }
}

/// Passes until nothing new is learned.
fn learn(world: &mut World) {
    for _ in 0..MOST_PASSES {
        world.changed = false;
        pass(world);
        if !world.changed {
            return;
        }
    }
}

/// Makes floats of the numbers of which nobody can tell; true where there are any.
fn choose_floats(world: &mut World) -> bool {
    let mut found = false;
    // What is refused somewhere has not been seen whole.
    world.last = true;
    for index in 0..world.functions.len() {
        if world.functions[index].is_unused {
            continue;
        }
        let Ok(function) = lower_function(world, FunctionId(index as u32)) else { continue };
        let names = floats::may_be_floats(&function);
        found |= !names.is_empty();
        let info = &mut world.functions[index];
        for name in names {
            info.variables.insert(name.clone(), Type::Float);
            info.floats.insert(name);
        }
    }
    world.last = false;
    found
}

/// Lowers everything once, for what it teaches.
fn pass(world: &mut World) {
    for index in 0..world.globals.len() {
        let _ = lower_global(world, GlobalId(index as u32));
    }
    for index in 0..world.functions.len() {
        if !world.functions[index].is_unused {
            let _ = lower_function(world, FunctionId(index as u32));
        }
    }
}

/// What the last pass made.
pub struct Bodies {
    globals: Vec<Option<(ir::Expr, Vec<Local>)>>,
    functions: Vec<Option<ir::Function>>,
    /// False where something was refused that others may depend on.
    complete: bool,
}

fn final_pass(world: &mut World) -> Bodies {
    let mut bodies = Bodies { globals: Vec::new(), functions: Vec::new(), complete: true };
    for index in 0..world.classes.len() {
        let info = &world.classes[index];
        if let Some(class) = info.fields.iter().find_map(|field| world.own_key(&field.ty)) {
            let problem = own_key(world, class, world.at(info.module, info.def.name.span));
            world.classes[index].refused.get_or_insert(problem);
        }
    }
    refuse_holders(world);
    families::spread_refusals(world);
    for index in 0..world.globals.len() {
        let refused = world.globals[index].refused.is_some();
        let made = if refused { None } else { Some(lower_global(world, GlobalId(index as u32))) };
        bodies.globals.push(match made {
            None => None,
            Some(Ok(value)) => Some(value),
            Some(Err(problem)) => {
                world.globals[index].refused = Some(*problem);
                bodies.complete = false;
                None
            }
        });
    }
    for index in 0..world.functions.len() {
        let refused = world.functions[index].refused.is_some() || world.functions[index].is_unused;
        let made = if refused { None } else { Some(lower_function(world, FunctionId(index as u32))) };
        bodies.functions.push(match made {
            None => None,
            Some(Ok(function)) => Some(function),
            Some(Err(problem)) => {
                refuse(world, index, *problem);
                bodies.complete = false;
                None
            }
        });
    }
    bodies
}

/// Refuses classes whose fields are objects of a refused class.
fn refuse_holders(world: &mut World) {
    loop {
        let holder = world.classes.iter().enumerate().find_map(|(index, info)| {
            let held =
                info.fields.iter().find_map(|field| world.refused_class(&field.ty).map(|problem| (field, problem)));
            let (field, problem) = held.filter(|_| info.refused.is_none())?;
            let message =
                format!("field `{}` holds objects of a class that is refused: {}", field.name, problem.message);
            Some((index, Diagnostic::new(Code::CallRefused, world.at(info.module, info.def.name.span), message)))
        });
        let Some((index, problem)) = holder else { return };
        world.classes[index].refused = Some(problem);
    }
}

/// The refusal of objects as keys that compare themselves.
fn own_key(world: &World, class: ir::ClassId, at: crate::span::Location) -> Diagnostic {
    let message =
        format!("objects of `{}`, which has its own `__eq__`, are keys or elements of a set", world.class(class).name);
    Diagnostic::new(Code::TypeMismatch, at, message)
        .help("use a frozen dataclass, or a tuple of its fields, as the key")
}

/// Refuses a function; without its constructor a class cannot be made either.
fn refuse(world: &mut World, index: usize, problem: Diagnostic) {
    if let FunctionKind::Init(class) = world.functions[index].kind {
        world.classes[class.0 as usize].refused.get_or_insert(problem.clone());
    }
    world.functions[index].refused = Some(problem);
}

fn lower_global(world: &mut World, id: GlobalId) -> Lowered<(ir::Expr, Vec<Local>)> {
    let info = world.global(id);
    let (module, value, declared, ty) = (info.module, info.value, info.declared, info.ty.clone());
    let class = info.class;
    let mut body = Body::new(world, module, Owner::Global(id));
    (body.class, body.in_class_body) = (class, class.is_some());
    let want = Some(&ty).filter(|t| **t != Type::Unknown);
    let mut value = body.expr(value, want)?;
    if declared {
        value = body.coerce(value, &ty, "the annotation")?;
    } else {
        let place = ir::Place::Global(id);
        body.learn_place(&place, &value.ty);
        let now = body.world.global(id).ty.clone();
        value = body.coerce(value, &now, "the global")?;
    }
    let locals = std::mem::take(&mut body.locals);
    let hoisted = body.sinks.iter().any(|sink| !sink.is_empty());
    let span = world.global(id).span;
    let problem = |message: &str| {
        Err(Box::new(
            Diagnostic::new(Code::GlobalState, world.at(module, span), message).help("build the value in a function"),
        ))
    };
    if hoisted {
        return problem("this initial value needs statements");
    }
    if let Some(problem) = loading::problem(world, id, &value.ty) {
        return Err(Box::new(problem));
    }
    if world.last && value.ty.has_unknown() {
        return problem("the type of this global cannot be inferred");
    }
    Ok((value, locals))
}

fn lower_function(world: &mut World, id: FunctionId) -> Lowered<ir::Function> {
    let info = world.function(id);
    if let Some(problem) = &info.refused {
        return Err(Box::new(problem.clone()));
    }
    let (module, kind, written, span) = (info.module, info.kind, info.written, info.span);
    let (takes_class, info_home) = (info.takes_class, info.home);
    let mut body = Body::new(world, module, Owner::Function(id));
    let takes_self = !matches!(kind, FunctionKind::Plain | FunctionKind::Static(_));
    if let (true, Written::Def(def)) = (takes_self, written)
        && def.params.items.is_empty()
    {
        let message = format!("`{}` takes no `self`, and a method is always given its object", def.name.text);
        let problem = Diagnostic::new(Code::WrongArity, world.at(module, span), message);
        return Err(Box::new(problem.help("add `self` as its first parameter, or mark it `@staticmethod`")));
    }
    if let (true, Written::Dispatch(first)) = (takes_self, written) {
        body.self_name = body.world.function(first).written.params().items.first().map(|p| p.name.text.clone());
    } else if takes_self {
        body.self_name = written.params().items.first().map(|p| p.name.text.clone());
    }
    body.class = info_home.or(kind.class());
    body.made = kind.class();
    if takes_class {
        body.cls_name = written.params().items.first().map(|p| p.name.text.clone());
    }
    if let FunctionKind::Init(class) = kind {
        body.init = Some(class);
    }
    let mut params = parameters(&mut body, id)?;
    params.extend(body.captured_parameters(id, span)?);
    if body.world.function(id).sets_fields {
        body.set_fields(span)?;
    }
    body.cells_of_parameters(&params, span)?;
    assigned_names(written.stmts(), &mut body.own_names);
    if let Written::Lambda { body: value, .. } = written {
        let mut named = Vec::new();
        walk::named(value, &mut named);
        body.own_names.extend(named.into_iter().map(|name| name.text.clone()));
    }
    collect_globals(written.stmts(), &mut body);
    match written {
        Written::Def(def) => {
            let made: Vec<usize> = body.made_before(id, def);
            let runs = def.body.iter().enumerate().filter(|(index, _)| !made.contains(index));
            if made.is_empty() {
                body.statements(&def.body)?;
            } else {
                let kept: Vec<ast::Stmt> = runs.map(|(_, stmt)| stmt.clone()).collect();
                body.statements(&kept)?;
            }
        }
        Written::Lambda { body: value, .. } => body.return_(Some(value), value.span)?,
        Written::Dispatch(_) => body.dispatch(id, span)?,
        Written::Fields => {}
    }
    finish(&mut body, kind, span)?;
    body.learn_captured(id);
    let mut stmts = std::mem::take(&mut body.prelude);
    stmts.extend(body.sinks.pop().unwrap_or_default());
    if body.world.last {
        body.test_unsure(&mut stmts, span)?;
    }
    let mut locals = std::mem::take(&mut body.locals);
    let fixed: HashSet<ir::LocalId> = params.iter().map(|p| p.local).collect();
    if world.last {
        declare::separate_loops(&mut stmts, &mut locals, &fixed);
        declare::declare(&mut stmts, &fixed);
        declare::merge_unpacking(&mut stmts);
        copies::take_out(&mut stmts);
        proofs::prove(&mut stmts);
        if let Some(at) = hashed_number(&stmts) {
            let message = "keys of dicts and elements of sets that are an int or a float are not translated";
            return Err(Box::new(Diagnostic::new(Code::MixedTypes, at, message).help("make them all floats")));
        }
        if let Some(local) = locals.iter().find(|l| l.ty.has_unknown()) {
            let message = format!("the type of `{}` cannot be inferred", local.name);
            return Err(Box::new(
                Diagnostic::new(Code::UnknownType, world.at(module, written.place(span)), message)
                    .help(format!("annotate it: `{}: list[int] = []`", local.name)),
            ));
        }
    }
    let info = world.function(id);
    let result = if info.result == Type::Unknown { Type::None } else { info.result.clone() };
    if world.last && result.has_unknown() {
        let problem = Diagnostic::new(Code::UnknownType, world.at(module, written.place(span)), RESULT);
        return Err(Box::new(problem.help("annotate the result")));
    }
    let types = locals.iter().map(|local| &local.ty).chain([&result]);
    if let (true, Some(problem)) = (world.last, types.filter_map(|ty| world.refused_class(ty)).next()) {
        let message = format!("an object of a class that is refused is used here: {}", problem.message);
        return Err(Box::new(Diagnostic::new(Code::CallRefused, world.at(module, written.place(span)), message)));
    }
    let types = locals.iter().map(|local| &local.ty).chain([&result]);
    if let (true, Some(class)) = (world.last, types.filter_map(|ty| world.own_key(ty)).next()) {
        return Err(Box::new(own_key(world, class, world.at(module, written.place(span)))));
    }
    Ok(ir::Function {
        name: info.word.as_ref().or(info.nesting.path.as_ref()).unwrap_or(&info.name).clone(),
        module,
        kind: world.rooted(kind),
        takes_class,
        params,
        result,
        locals,
        body: stmts,
        effects: ir::Effects::default(),
        memo: world.function(id).memo,
        doc: collect::docstring(written.stmts()),
        public: false,
        at: world.at(module, span),
        lines: world.lines(module, span),
    })
}

/// Where a value is hashed that is an int or a float.
fn hashed_number(stmts: &[ir::Stmt]) -> Option<crate::span::Location> {
    let mut found = None;
    ir::walk::each_part(stmts, &|_, _| ir::Need::Ref, &mut |part| {
        if let ir::walk::Part::Value(e, _) = part
            && e.ty.hashes_number()
        {
            found.get_or_insert(e.at);
        }
    });
    found
}

/// The parameters as variables, with their defaults.
fn parameters(body: &mut Body, id: FunctionId) -> Lowered<Vec<ir::Param>> {
    let mut params = Vec::new();
    for mut param in body.world.function(id).params.clone() {
        let held = body.variables().get(&param.name).cloned().filter(|held| !matches!(held, Type::Cell(_)));
        let by_body = param.is_fresh || param.ty == Type::None;
        if let (true, false, Some(held)) = (by_body, param.declared, held) {
            // The calls say nothing of it, and the body stores something.
            let slot = &mut body.world.functions[id.0 as usize].params[params.len()];
            World::learn(&mut body.world.changed, &mut slot.ty, &held);
            param.ty = slot.ty.clone();
        }
        if body.world.last && param.ty.has_unknown() {
            if let Some(problem) = collect::hint_problem(body.world, body.world.function(id), &param.name) {
                return Err(Box::new(problem));
            }
            return body.refuse(
                Code::UnknownType,
                param.span,
                format!("the type of parameter `{}` cannot be inferred", param.name),
                "annotate it",
            );
        }
        let local = body.new_local(&param.name, &param.ty);
        if param.declared {
            body.declared.insert(local, param.ty.clone());
        }
        body.names.insert(param.name.clone(), local);
        body.flow.assigned.insert(local);
        if !body.is_cell(&param.name) {
            body.begin_widened(&param.name, local, param.span)?;
        }
        // The defaults of an inner function are given where it is called or made.
        let inner = body.world.function(id).nesting.path.is_some();
        let default = match param.default.filter(|_| !inner) {
            None => None,
            Some(e) => {
                let want = Some(&param.ty).filter(|t| **t != Type::Unknown);
                body.in_class_body = true;
                let value = match param.is_factory {
                    true => body.factory(e, &param.ty, e.span),
                    false if param.is_fresh => body.expr(e, want),
                    false => body.constant_default(e, want, e.span),
                };
                body.in_class_body = false;
                let value = value?;
                if !param.declared {
                    World::learn(
                        &mut body.world.changed,
                        &mut body.world.functions[id.0 as usize].params[params.len()].ty,
                        &value.ty,
                    );
                }
                Some(body.coerce(value, &param.ty, "the default")?)
            }
        };
        params.push(ir::Param {
            local,
            passing: Passing::Value,
            default,
            keyword_only: param.keyword_only,
            positional_only: param.positional_only,
            rest: param.rest,
            fresh: param.is_fresh,
            declared: param.declared,
        });
    }
    Ok(params)
}

/// `global` statements hold for the whole body, wherever they stand.
fn collect_globals(stmts: &[ast::Stmt], body: &mut Body) {
    for stmt in stmts {
        match &stmt.kind {
            ast::StmtKind::Global(names) => {
                body.global_names.extend(names.iter().map(|name| name.text.clone()));
                names.iter().for_each(|name| _ = body.own_names.remove(&name.text));
            }
            ast::StmtKind::Nonlocal(names) => names.iter().for_each(|name| _ = body.own_names.remove(&name.text)),
            ast::StmtKind::FunctionDef(_) | ast::StmtKind::ClassDef(_) => continue,
            _ => {}
        }
        for inner in ast::bodies(stmt) {
            collect_globals(inner, body);
        }
    }
}

/// What happens where the body ends without `return`.
fn finish(body: &mut Body, kind: FunctionKind, span: crate::span::Span) -> Lowered<()> {
    if body.flow.dead {
        return Ok(());
    }
    if matches!(kind, FunctionKind::Init(_)) {
        return body.finish_init(span);
    }
    let Owner::Function(id) = body.owner else { return Ok(()) };
    let result = body.world.function(id).result.clone();
    let undeclared = body.contradicts(&Type::None, &result);
    let info = body.world.function(id);
    if undeclared || !info.declared_result {
        return body.learn_result(&Type::None, span).map(|()| {
            let joined = body.world.function(id).result.clone();
            if matches!(joined, Type::Optional(_)) {
                push_none(body, joined, span);
            }
        });
    }
    match info.result.clone() {
        Type::None => Ok(()),
        joined @ Type::Optional(_) => {
            push_none(body, joined, span);
            Ok(())
        }
        _ => {
            let name = info.name.clone();
            body.refuse(
                Code::MixedTypes,
                span,
                format!("`{name}` may end without `return`, which gives None"),
                "return a value or raise on every path",
            )
        }
    }
}

fn push_none(body: &mut Body, ty: Type, span: crate::span::Span) {
    let value = ir::Expr::new(ir::ExprKind::None, ty, body.at(span));
    body.push(StmtKind::Return(Some(value)), span);
}
