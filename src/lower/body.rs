//! The state of lowering one body: its variables, what is known at this point, and where statements go.
//!
//! Variables are versioned: `n = str(n)` at the top level of a function makes a second variable `n_2`. What is known
//! (`Flow`) is which variables are surely assigned and which Optionals are surely not None.

use super::join::{join, makes_number};
use super::narrowing::{FieldPath, Known};
use super::world::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::*;
use crate::python::{ast, walk};
use crate::span::{Location, Span};
use std::collections::{HashMap, HashSet};

/// Whose code is being lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Function(FunctionId),
    Global(GlobalId),
}

/// What is known at a point of the code.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Variables that are surely assigned.
    pub assigned: HashSet<LocalId>,
    /// Optionals that are surely not None.
    pub narrowed: HashSet<LocalId>,
    /// Inner functions whose definition has surely run.
    pub defined: HashSet<FunctionId>,
    /// Fields that are surely not None.
    pub narrowed_fields: HashSet<FieldPath>,
    /// Classes of a family that an object surely is one of.
    pub kinds: HashMap<Known, Vec<ClassId>>,
    /// True after `return`, `raise`, `break`, `continue`.
    pub dead: bool,
}

impl Flow {
    /// What is known where two paths meet.
    pub fn meet(self, other: Flow) -> Flow {
        match (self.dead, other.dead) {
            (true, _) => other,
            (_, true) => self,
            _ => Flow {
                kinds: meet_kinds(self.kinds, other.kinds),
                assigned: self.assigned.intersection(&other.assigned).copied().collect(),
                narrowed: self.narrowed.intersection(&other.narrowed).copied().collect(),
                defined: self.defined.intersection(&other.defined).copied().collect(),
                narrowed_fields: self.narrowed_fields.intersection(&other.narrowed_fields).cloned().collect(),
                dead: false,
            },
        }
    }
}

/// What is known of classes on both of two paths.
fn meet_kinds(
    mut one: HashMap<Known, Vec<ClassId>>,
    other: HashMap<Known, Vec<ClassId>>,
) -> HashMap<Known, Vec<ClassId>> {
    one.retain(|known, classes| match other.get(known) {
        Some(more) => {
            let new: Vec<ClassId> = more.iter().copied().filter(|class| !classes.contains(class)).collect();
            classes.extend(new);
            true
        }
        None => false,
    });
    one
}

/// One body being lowered.
pub struct Body<'w, 'a> {
    pub world: &'w mut World<'a>,
    pub module: ModuleId,
    pub owner: Owner,
    /// Name of the `self` parameter, where there is one.
    pub self_name: Option<String>,
    /// The class in whose body it is written.
    pub class: Option<ClassId>,
    /// The class that it belongs to: of which a constructor makes objects, and that `cls` is.
    pub made: Option<ClassId>,
    /// Name of the `cls` parameter of a class method.
    pub cls_name: Option<String>,
    /// Names are looked up among the class's variables first: in its body.
    pub in_class_body: bool,
    /// Calls of functions of the program lowered so far: each may have assigned fields.
    pub calls: u32,
    /// In `__init__`: the class, whose fields are variables here.
    pub init: Option<ClassId>,
    /// Constructors of base classes around that are run here.
    pub inlined: u32,
    /// In `__init__`, once the object is built: the variable that holds it.
    pub built: Option<LocalId>,
    pub locals: Vec<Local>,
    /// The current version of each name.
    pub names: HashMap<String, LocalId>,
    /// Names that the body assigns somewhere: never looked up outside.
    pub own_names: HashSet<String>,
    /// Variables that `:=` assigns.
    pub named: HashSet<LocalId>,
    /// Dicts and variables of the loops around that go through the keys.
    pub known_keys: Vec<(String, String)>,
    /// Names declared `global`.
    pub global_names: HashSet<String>,
    /// Variables of enclosing functions, which come as parameters.
    pub captured: HashMap<Variable, LocalId>,
    /// Declared types of variables (`x: float = 0`).
    pub declared: HashMap<LocalId, Type>,
    pub flow: Flow,
    /// Statements of the open blocks, innermost last.
    pub sinks: Vec<Vec<Stmt>>,
    /// Depth of loops, branches and try blocks: a new version may begin only at 0.
    pub depth: u32,
    /// Where the open blocks stand, innermost last.
    pub blocks: Vec<Span>,
    /// What is known at each `break` of the open loops.
    pub breaks: Vec<Vec<Flow>>,
    /// Variables of the enclosing handlers, for a bare `raise`.
    pub handlers: Vec<LocalId>,
    /// The exception whose constructor is run here.
    pub raising: Option<super::raising::Raising>,
    /// Classes of the exceptions that the variables of handlers hold.
    pub caught: HashMap<LocalId, Vec<ExceptionId>>,
    /// Reads of variables that are not surely bound, with their names in Python.
    pub unsure: Vec<(LocalId, Location, String)>,
    /// What stands before the first statement: cells of variables that are first assigned inside a block.
    pub prelude: Vec<Stmt>,
}

impl<'w, 'a> Body<'w, 'a> {
    /// An empty body of an owner.
    pub fn new(world: &'w mut World<'a>, module: ModuleId, owner: Owner) -> Self {
        Body {
            world,
            module,
            owner,
            self_name: None,
            class: None,
            made: None,
            cls_name: None,
            in_class_body: false,
            calls: 0,
            init: None,
            inlined: 0,
            built: None,
            locals: Vec::new(),
            names: HashMap::new(),
            own_names: HashSet::new(),
            named: HashSet::new(),
            global_names: HashSet::new(),
            captured: HashMap::new(),
            known_keys: Vec::new(),
            declared: HashMap::new(),
            flow: Flow::default(),
            sinks: vec![Vec::new()],
            depth: 0,
            blocks: Vec::new(),
            breaks: Vec::new(),
            handlers: Vec::new(),
            raising: None,
            caught: HashMap::new(),
            unsure: Vec::new(),
            prelude: Vec::new(),
        }
    }

    /// A place in this body's file.
    pub fn at(&self, span: Span) -> Location {
        self.world.at(self.module, span)
    }

    /// A refusal as an error value.
    pub fn refuse<T>(&self, code: Code, span: Span, message: impl Into<String>, help: &str) -> Lowered<T> {
        let mut problem = Diagnostic::new(code, self.at(span), message);
        if !help.is_empty() {
            problem = problem.help(help);
        }
        Err(Box::new(problem))
    }

    /// Adds a statement to the open block.
    pub fn push(&mut self, kind: StmtKind, span: Span) {
        let at = self.at(span);
        if let Some(sink) = self.sinks.last_mut() {
            sink.push(Stmt::new(kind, at));
        }
    }

    /// Runs `work` with a new block and returns the block's statements.
    pub fn block<T>(&mut self, work: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<(Vec<Stmt>, T)> {
        self.sinks.push(Vec::new());
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        let stmts = self.sinks.pop().unwrap_or_default();
        Ok((stmts, result?))
    }

    /// Types of this body's variables by unique name, from earlier passes.
    pub fn variables(&mut self) -> &mut HashMap<String, Type> {
        match self.owner {
            Owner::Function(id) => &mut self.world.functions[id.0 as usize].variables,
            Owner::Global(id) => &mut self.world.globals[id.0 as usize].variables,
        }
    }

    /// A new variable whose type is what earlier passes found, joined with `ty`.
    pub fn new_local(&mut self, name: &str, ty: &Type) -> LocalId {
        let mut unique = name.to_string();
        let mut version = 1;
        while self.locals.iter().any(|l| l.name == unique) {
            version += 1;
            unique = format!("{name}_{version}");
        }
        let known = self.variables().get(&unique).cloned().unwrap_or(Type::Unknown);
        let ty = match (known, ty) {
            (_, Type::Int | Type::Number) if self.is_float(&unique) => Type::Float,
            // What was learned before the variable turned out to need a cell.
            (known, Type::Cell(inner)) if !matches!(known, Type::Cell(_)) => {
                Type::Cell(Box::new(join(&known, inner).unwrap_or_else(|| (**inner).clone())))
            }
            (known, ty) => join(&known, ty).unwrap_or_else(|| ty.clone()),
        };
        let known = self.variables().get(&unique).cloned().unwrap_or(Type::Unknown);
        if ty != known {
            self.variables().insert(unique.clone(), ty.clone());
            self.world.changed = true;
        }
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: unique, ty, mutable: false, used: false, binding: crate::ir::Binding::Value });
        id
    }

    /// True for a variable that is a float also where an int is stored, because nobody can tell.
    pub fn is_float(&self, unique: &str) -> bool {
        match self.owner {
            Owner::Function(id) => self.world.function(id).floats.contains(unique),
            Owner::Global(_) => false,
        }
    }

    /// Widens a variable's type, or that of what its cell holds; false where the types do not fit.
    pub fn learn_local(&mut self, local: LocalId, ty: &Type) -> bool {
        let Some(current) = self.locals.get(local.0 as usize).map(|l| l.ty.clone()) else { return true };
        if matches!(ty, Type::Int | Type::Float | Type::Number) && self.is_float(&self.locals[local.0 as usize].name) {
            return true;
        }
        let Some(joined) = join(current.content(), ty) else { return false };
        let joined = if matches!(current, Type::Cell(_)) { Type::Cell(Box::new(joined)) } else { joined };
        if joined != current {
            let name = self.locals[local.0 as usize].name.clone();
            self.locals[local.0 as usize].ty = joined.clone();
            self.variables().insert(name, joined);
            self.world.changed = true;
        }
        true
    }

    /// A fresh variable for a value computed on the way.
    pub fn temporary(&mut self, ty: &Type) -> LocalId {
        let local = self.new_local("_value", ty);
        self.flow.assigned.insert(local);
        local
    }

    /// Stores a value into a fresh variable and gives a read of it.
    pub fn spill(&mut self, value: Expr, span: Span) -> Expr {
        let ty = value.ty.clone();
        let local = self.temporary(&ty);
        self.push(StmtKind::Let { local, value: Some(value) }, span);
        Expr::local(local, ty, self.at(span))
    }

    /// Reads a local, through its Optional where it is known not to be None.
    pub fn read_local(&mut self, local: LocalId, span: Span) -> Lowered<Expr> {
        let ty = self.locals[local.0 as usize].ty.clone();
        if !self.flow.assigned.contains(&local) && !self.flow.dead {
            self.read_unsure(local, span)?;
        }
        let at = self.at(span);
        let read = Expr::local(local, ty.clone(), at);
        let read = match ty {
            Type::Cell(inner) => {
                let place = Place::Cell(Box::new(read));
                Expr::new(ExprKind::Read { place, take: Take::Look }, *inner, at)
            }
            _ => read,
        };
        Ok(self.inside_known(read))
    }

    /// What stands for a value whose type is not known yet; a refusal in the last pass.
    pub fn unknown(&self, span: Span, what: &str) -> Lowered<Expr> {
        if self.world.last {
            return self.refuse(
                Code::UnknownType,
                span,
                format!("the type of {what} cannot be inferred"),
                "annotate the parameter or variable",
            );
        }
        Ok(Expr::new(ExprKind::None, Type::Unknown, self.at(span)))
    }

    /// Fits a value to a type: into an Optional, a bool or int where a float is wanted, `None` to unit.
    pub fn coerce(&mut self, value: Expr, want: &Type, what: &str) -> Lowered<Expr> {
        let at = value.at;
        let span = at.span;
        if value.ty == *want || value.ty == Type::Never || *want == Type::Unknown {
            return Ok(value);
        }
        if value.ty == Type::Unknown {
            return if self.world.last { self.unknown(span, what) } else { Ok(value) };
        }
        if *want == Type::Never && !self.world.last {
            // An element of what is empty so far.
            return Ok(value);
        }
        let convert =
            |to, value: Expr, ty: &Type| Expr::new(ExprKind::Convert { to, value: Box::new(value) }, ty.clone(), at);
        match (&value.ty, want) {
            (Type::Function(..), Type::Function(..)) if self.world.last => self.other_function(&value, want, what),
            (Type::None, Type::Optional(_)) => {
                self.learn_none(&value, want);
                match value.kind {
                    ExprKind::None => Ok(Expr::new(ExprKind::None, want.clone(), at)),
                    _ if Self::is_simple(&value) => Ok(Expr::new(ExprKind::None, want.clone(), at)),
                    _ => {
                        let body = vec![Stmt::new(StmtKind::Expr(value), at)];
                        let none = Box::new(Expr::new(ExprKind::None, want.clone(), at));
                        Ok(Expr::new(ExprKind::Block { body, value: none }, want.clone(), at))
                    }
                }
            }
            (_, Type::Optional(inner)) if !matches!(value.ty, Type::Optional(_)) => {
                let inner_value = self.coerce(value, inner, what)?;
                Ok(convert(Conversion::Some, inner_value, want))
            }
            (Type::Int, Type::Float) => Ok(match value.kind {
                ExprKind::Int(n) if n.unsigned_abs() < 1 << 53 => {
                    let literal = Expr::new(ExprKind::Int(n), Type::Int, at);
                    convert(Conversion::Widen, literal, want)
                }
                _ => convert(Conversion::Widen, value, want),
            }),
            (Type::Int | Type::Float, Type::Number) => Ok(convert(Conversion::ToNumber, value, want)),
            (Type::Number, Type::Float) => Ok(convert(Conversion::Widen, value, want)),
            (_, Type::Json) => Ok(convert(Conversion::ToJson, value, want)),
            (Type::Optional(inner), _)
                if !matches!(want, Type::Optional(_) | Type::None) && join(inner, want).is_some() =>
            {
                // Python would go on with None; what it does then is not followed.
                let value = self.present(value);
                self.coerce(value, want, what)
            }
            // What is written out takes the wanted types part by part.
            (Type::List(_), Type::List(item))
                if matches!(value.kind, ExprKind::List(_)) && join(&value.ty, want).as_ref() == Some(want) =>
            {
                let ExprKind::List(items) = value.kind else { return Ok(value) };
                let items = items.into_iter().map(|one| self.coerce(one, item, what)).collect::<Lowered<Vec<_>>>()?;
                Ok(Expr::new(ExprKind::List(items), want.clone(), at))
            }
            (Type::List(_), Type::List(item))
                if matches!(&value.kind, ExprKind::Comprehension(made) if makes_plainly(made) || wraps(made, item))
                    && join(&value.ty, want).as_ref() == Some(want) =>
            {
                let ExprKind::Comprehension(mut made) = value.kind else { return Ok(value) };
                if let ComprehensionKind::List(element) = made.kind {
                    made.kind = ComprehensionKind::List(self.coerce(element, item, what)?);
                }
                Ok(Expr::new(ExprKind::Comprehension(made), want.clone(), at))
            }
            (Type::Tuple(_) | Type::TupleOf(_), Type::TupleOf(item)) => self.widened_tuple(value, item, what),
            _ if join(&value.ty, want).as_ref() == Some(want) && !makes_number(&value.ty, want) => {
                Ok(super::retype::retyped(value, want))
            }
            _ if !self.world.last && (value.ty.has_unknown() || want.has_unknown()) => Ok(value),
            _ => {
                let message = format!(
                    "{what} is {}, but the value here is {}",
                    self.world.describe(want),
                    self.world.describe(&value.ty)
                );
                let kinds = value.ty.dict_kind().is_some_and(|kind| kind != DictKind::Plain);
                let help = if kinds { "`dict(d)` makes a plain dict" } else { "give both the same type" };
                self.refuse(Code::MixedTypes, span, message, help)
            }
        }
    }

    /// A parameter of which only None is known is stored where something else may be: so it may be that too.
    fn learn_none(&mut self, value: &Expr, want: &Type) {
        if want.has_unknown() {
            return;
        }
        let (Some(Place::Local(local)), Owner::Function(id)) = (value.as_place(), self.owner) else { return };
        let Some(name) = self.locals.get(local.0 as usize).map(|local| local.name.clone()) else { return };
        let info = &mut self.world.functions[id.0 as usize];
        if let Some(param) = info.params.iter_mut().find(|param| param.name == name && !param.declared) {
            World::learn(&mut self.world.changed, &mut param.ty, want);
        }
    }

    /// Joins what a place turned out to hold into the type of the variable, field or global at its root.
    pub fn learn_place(&mut self, place: &Place, ty: &Type) {
        match place {
            Place::Local(local) => {
                self.learn_local(*local, ty);
            }
            Place::Global(global) => {
                let info = &mut self.world.globals[global.0 as usize];
                if !info.declared {
                    World::learn(&mut self.world.changed, &mut info.ty, ty);
                }
            }
            Place::Field { class, field, .. } => {
                let held = &self.world.classes[class.0 as usize].fields[field.0 as usize];
                let optional = self.world.is_optional(*class, held);
                let info = &mut self.world.classes[class.0 as usize].fields[field.0 as usize];
                if !info.declared {
                    let ty = if optional { ty.some() } else { ty };
                    World::learn(&mut self.world.changed, &mut info.ty, ty);
                }
            }
            Place::Item { base, .. } | Place::Entry { base, .. } => {
                let outer = match &base.ty {
                    Type::List(_) => Type::list(ty.clone()),
                    Type::Deque(_) => Type::Deque(Box::new(ty.clone())),
                    Type::Dict(key, _, _) => base.ty.dict_like((**key).clone(), ty.clone()),
                    _ => return,
                };
                if let Some(inner) = base.as_place() {
                    self.learn_place(&inner.clone(), &outer);
                }
            }
            Place::Cell(inner) => {
                if let Some(Place::Local(local)) = inner.as_place() {
                    self.learn_local(*local, ty);
                }
            }
            Place::Some(inner) | Place::Present(inner) => {
                if let Some(place) = inner.as_place() {
                    self.learn_place(&place.clone(), &Type::optional(ty.clone()));
                }
            }
        }
    }

    /// True where evaluating the expression twice, or later, makes no difference.
    pub fn is_simple(expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Member { .. }
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_) => true,
            ExprKind::Read { place, .. } => match place {
                Place::Local(_) | Place::Global(_) => true,
                Place::Some(inner) | Place::Present(inner) | Place::Cell(inner) | Place::Field { base: inner, .. } => {
                    Self::is_simple(inner)
                }
                Place::Item { .. } | Place::Entry { .. } => false,
            },
            ExprKind::Convert { value, .. } | ExprKind::Negate(value) | ExprKind::Not(value) => Self::is_simple(value),
            _ => false,
        }
    }
}

/// Names that a body assigns, without looking into nested functions and comprehensions.
pub fn assigned_names(body: &[ast::Stmt], found: &mut HashSet<String>) {
    use ast::StmtKind::*;
    for stmt in body {
        let mut named = Vec::new();
        walk::heads(stmt).into_iter().for_each(|head| walk::named(head, &mut named));
        found.extend(named.into_iter().map(|name| name.text.clone()));
        match &stmt.kind {
            Assign { targets, .. } => targets.iter().for_each(|t| target_names(t, found)),
            AugAssign { target, .. } | AnnAssign { target, .. } => target_names(target, found),
            For { target, .. } => target_names(target, found),
            With { items, .. } => items.iter().filter_map(|i| i.target.as_ref()).for_each(|t| target_names(t, found)),
            FunctionDef(def) => {
                found.insert(def.name.text.clone());
                continue;
            }
            ClassDef(_) => continue,
            Match { cases, .. } => {
                let mut names = Vec::new();
                cases.iter().for_each(|case| walk::captures(&case.pattern, &mut names));
                found.extend(names.into_iter().map(|name| name.text.clone()));
            }
            Try { handlers, .. } => {
                found.extend(handlers.iter().filter_map(|h| h.name.as_ref()).map(|n| n.text.clone()))
            }
            _ => {}
        }
        for inner in ast::bodies(stmt) {
            assigned_names(inner, found);
        }
    }
}

fn target_names(target: &ast::Expr, found: &mut HashSet<String>) {
    match &target.kind {
        ast::ExprKind::Name(name) => {
            found.insert(name.clone());
        }
        ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) => items.iter().for_each(|t| target_names(t, found)),
        ast::ExprKind::Starred(inner) => target_names(inner, found),
        _ => {}
    }
}

/// True where the elements of a comprehension are what may be None where they go.
fn wraps(made: &Comprehension, item: &Type) -> bool {
    matches!((&made.kind, item), (ComprehensionKind::List(element), Type::Optional(inner)) if element.ty == **inner)
}

/// True for a comprehension whose elements are written out, or made by one: they take a type without further ado.
fn makes_plainly(made: &Comprehension) -> bool {
    match &made.kind {
        ComprehensionKind::List(element) => match &element.kind {
            ExprKind::None => true,
            ExprKind::Comprehension(inner) => makes_plainly(inner),
            _ => false,
        },
        _ => false,
    }
}
