//! What the code that runs while a module is loaded may do to globals, functions and classes: its own statements, and
//! the functions that they call.

use super::Depth;
use super::names::{self, runs};
use crate::ir::{ClassId, FunctionId, GlobalId, ModuleId};
use crate::lower::world::{Binding, World};
use crate::python::ast::{self, Comprehension, Expr, ExprKind, Stmt, StmtKind};
use crate::python::walk;
use crate::span::Span;
use std::collections::{BTreeMap, HashSet};

/// What may be done while a module is loaded.
#[derive(Default)]
pub struct Found {
    /// Globals that may be changed, how deep, and where.
    pub touched: BTreeMap<GlobalId, (Depth, Span)>,
    /// Methods that are called on globals, and where.
    pub called: BTreeMap<GlobalId, Vec<(String, Span)>>,
    /// What gets other attributes, under which name.
    pub changed: Vec<(String, Binding, Span)>,
}

/// Functions of the language that only look at what they are given.
const LOOKING: [&str; 12] =
    ["len", "print", "repr", "str", "bool", "hash", "id", "isinstance", "issubclass", "callable", "type", "format"];

/// Functions of the language that give back one of the elements, or something else made of them.
const CHOOSING: [&str; 5] = ["sum", "min", "max", "any", "all"];

/// Functions of the language that give something new with the same elements.
const TAKING: [&str; 13] = [
    "sorted",
    "list",
    "tuple",
    "map",
    "filter",
    "set",
    "frozenset",
    "dict",
    "enumerate",
    "zip",
    "reversed",
    "range",
    "iter",
];

/// Methods of containers that change nothing.
const READING: [&str; 7] = ["get", "keys", "values", "items", "index", "count", "copy"];

/// Looks through a module and the functions that it calls while it is loaded.
pub fn of_module(world: &World, module: ModuleId) -> Found {
    let mut scan = Scan {
        world,
        module,
        at: None,
        hidden: HashSet::new(),
        tracked: Vec::new(),
        found: Found::default(),
        reached: Vec::new(),
    };
    for stmt in world.module(module).body.iter().filter(|stmt| runs(stmt)) {
        scan.statement(stmt);
    }
    let mut next = 0;
    while let Some((id, span)) = scan.reached.get(next).copied() {
        next += 1;
        scan.function(id, span);
    }
    scan.found
}

/// The names that a module's statements mention outside the bodies of functions, definitions aside.
pub fn at_once(body: &[Stmt]) -> HashSet<&str> {
    fn expr<'a>(e: &'a Expr, found: &mut HashSet<&'a str>) {
        if let ExprKind::Name(name) = &e.kind {
            found.insert(name);
        }
        walk::parts(e).into_iter().for_each(|part| expr(part, found));
    }
    fn statement<'a>(stmt: &'a Stmt, found: &mut HashSet<&'a str>) {
        walk::heads(stmt).into_iter().for_each(|e| expr(e, found));
        if !matches!(stmt.kind, StmtKind::FunctionDef(_)) {
            ast::bodies(stmt).into_iter().flatten().for_each(|inner| statement(inner, found));
        }
    }
    let mut found = HashSet::new();
    body.iter().filter(|stmt| runs(stmt)).for_each(|stmt| statement(stmt, &mut found));
    found
}

/// True for a method that changes nothing, and gives nothing that could be changed: it stores nothing, calls nothing
/// but what only looks, and its result is plain.
pub fn only_looks(world: &World, id: FunctionId) -> bool {
    fn expr(e: &Expr) -> bool {
        let known = match &e.kind {
            ExprKind::Call { func, .. } => match &func.kind {
                ExprKind::Name(name) => {
                    [&LOOKING[..], &CHOOSING, &TAKING].iter().any(|known| known.contains(&name.as_str()))
                }
                ExprKind::Attribute { attr, .. } => READING.contains(&attr.text.as_str()),
                _ => false,
            },
            ExprKind::Await(_) | ExprKind::Yield(_) | ExprKind::YieldFrom(_) => false,
            _ => true,
        };
        known && walk::parts(e).into_iter().all(expr)
    }
    fn statement(stmt: &Stmt) -> bool {
        let stores = match &stmt.kind {
            StmtKind::Assign { targets, .. } | StmtKind::Delete(targets) => targets.iter().collect(),
            StmtKind::AnnAssign { target, .. } | StmtKind::AugAssign { target, .. } | StmtKind::For { target, .. } => {
                vec![target]
            }
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) | StmtKind::Global(_) => return false,
            _ => Vec::new(),
        };
        fn is_name(target: &Expr) -> bool {
            match &target.kind {
                ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().all(is_name),
                kind => matches!(kind, ExprKind::Name(_)),
            }
        }
        // `names += more` changes what has another name.
        let in_place = matches!(stmt.kind, StmtKind::AugAssign { .. });
        !in_place
            && stores.into_iter().all(is_name)
            && walk::heads(stmt).into_iter().all(expr)
            && ast::bodies(stmt).into_iter().flatten().all(statement)
    }
    let info = world.function(id);
    super::is_plain(&info.result) && info.written.stmts().iter().all(statement)
}

struct Scan<'w, 'a> {
    world: &'w World<'a>,
    /// Where names are looked up.
    module: ModuleId,
    /// The place in the loaded module where a function is called, for what the function does.
    at: Option<Span>,
    /// Names that mean variables of functions.
    hidden: HashSet<&'a str>,
    /// Variables of the comprehensions around, and what happens to them.
    tracked: Vec<(&'a str, Depth)>,
    found: Found,
    /// Functions that may be called, and where.
    reached: Vec<(FunctionId, Span)>,
}

impl<'a> Scan<'_, 'a> {
    fn function(&mut self, id: FunctionId, span: Span) {
        let info = self.world.function(id);
        self.module = info.module;
        self.at = Some(span);
        self.hidden = own_names(info.written.params(), info.written.stmts());
        for stmt in info.written.stmts() {
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                walk::heads(stmt).into_iter().for_each(|e| self.expr(e, Depth::WHOLE));
                if self.at.is_some() {
                    let outer = self.hidden.clone();
                    self.hidden.extend(own_names(&def.params, &def.body));
                    def.body.iter().for_each(|inner| self.statement(inner));
                    self.hidden = outer;
                }
            }
            StmtKind::ClassDef(def) => {
                walk::heads(stmt).into_iter().for_each(|e| self.expr(e, Depth::ELEMENTS));
                let own = def.body.iter().filter(|inner| !matches!(inner.kind, StmtKind::FunctionDef(_)));
                own.for_each(|inner| self.statement(inner));
            }
            StmtKind::Assign { targets, value }
                if self.at.is_none() && matches!(targets[..], [Expr { kind: ExprKind::Name(_), .. }]) =>
            {
                self.value(value);
            }
            StmtKind::AnnAssign { value: Some(value), target, .. }
                if self.at.is_none() && matches!(target.kind, ExprKind::Name(_)) =>
            {
                self.value(value);
            }
            StmtKind::Assign { targets, value } => {
                self.expr(value, Depth::WHOLE);
                targets.iter().for_each(|target| self.store(target));
            }
            StmtKind::AnnAssign { target, value, .. } => {
                value.iter().for_each(|value| self.expr(value, Depth::WHOLE));
                self.store(target);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(value, Depth::ELEMENTS);
                self.store(target);
                self.expr(target, Depth::WHOLE);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.store(target)),
            StmtKind::For { target, iter, .. } => {
                self.expr(iter, Depth::ELEMENTS);
                self.store(target);
            }
            StmtKind::If { test, .. } | StmtKind::While { test, .. } | StmtKind::Assert { test, .. } => {
                self.expr(test, Depth::NEVER);
            }
            StmtKind::Expr(e) => self.expr(e, Depth::NEVER),
            _ => walk::heads(stmt).into_iter().for_each(|e| self.expr(e, Depth::WHOLE)),
        }
        if let StmtKind::Global(names) = &stmt.kind {
            names.iter().for_each(|name| self.change(&name.text, stmt.span));
        }
        if !matches!(stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
            ast::bodies(stmt).into_iter().flatten().for_each(|inner| self.statement(inner));
        }
    }

    /// The first value of a global: what it names of others, it may share with them, which [`super::unsettled`] sees.
    fn value(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Name(_) => {}
            ExprKind::List(_) | ExprKind::Tuple(_) | ExprKind::Dict(_) | ExprKind::Set(_) => {
                walk::parts(e).into_iter().for_each(|part| self.value(part));
            }
            _ => self.expr(e, Depth::WHOLE),
        }
    }

    /// A target that is not a variable.
    fn store(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Attribute { value, attr } => match self.binding(value) {
                Some(Binding::Module(module)) => {
                    if let Some(binding) = self.world.module(module).names.get(&attr.text) {
                        self.found.changed.push((attr.text.clone(), binding.clone(), self.at.unwrap_or(target.span)));
                    }
                }
                Some(Binding::Class(class)) if self.world.class(class).attributes.contains_key(&attr.text) => {
                    let id = self.world.class(class).attributes[&attr.text];
                    let binding = Binding::Global(id);
                    self.found.changed.push((attr.text.clone(), binding, self.at.unwrap_or(target.span)));
                }
                Some(binding @ (Binding::Class(_) | Binding::Function(_))) => {
                    let name = crate::lower::annotations::dotted(value).unwrap_or_default();
                    self.found.changed.push((name, binding, self.at.unwrap_or(target.span)));
                }
                _ => self.expr(value, Depth::WHOLE),
            },
            ExprKind::Subscript { value, index } => {
                self.expr(value, Depth::WHOLE);
                self.expr(index, Depth::WHOLE);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.store(item)),
            ExprKind::Starred(inner) => self.store(inner),
            _ => {}
        }
    }

    /// What a name, or an attribute of a module, is.
    fn binding(&self, e: &Expr) -> Option<Binding> {
        match &e.kind {
            ExprKind::Name(name) if self.hidden.contains(name.as_str()) => None,
            ExprKind::Name(name) => self.world.module(self.module).names.get(name).cloned(),
            ExprKind::Attribute { value, attr } => match self.binding(value)? {
                Binding::Module(module) => self.world.module(module).names.get(&attr.text).cloned(),
                Binding::Class(class) => {
                    self.world.class(class).attributes.get(&attr.text).map(|id| Binding::Global(*id))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn expr(&mut self, e: &'a Expr, depth: Depth) {
        if let Some(binding) = self.binding(e) {
            if let Binding::Global(id) = binding {
                self.touch(id, depth, e.span);
            }
            return;
        }
        match &e.kind {
            ExprKind::Name(name) => {
                let known = self.tracked.iter_mut().rev().find(|(tracked, _)| tracked == name);
                known.into_iter().for_each(|(_, known)| *known = depth.min(*known));
            }
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords, depth),
            ExprKind::Attribute { value, .. } => self.expr(value, depth.below()),
            ExprKind::Subscript { value, index } => {
                self.expr(value, depth.below());
                self.expr(index, Depth::NEVER);
            }
            ExprKind::Compare { .. } | ExprKind::FString(_) => {
                walk::parts(e).into_iter().for_each(|part| self.expr(part, Depth::NEVER));
            }
            ExprKind::Unary { .. } | ExprKind::Binary { .. } => {
                walk::parts(e).into_iter().for_each(|part| self.expr(part, Depth::ELEMENTS));
            }
            ExprKind::BoolOp { .. } | ExprKind::Conditional { .. } => {
                walk::parts(e).into_iter().for_each(|part| self.expr(part, depth));
            }
            ExprKind::ListComp { element, clauses }
            | ExprKind::SetComp { element, clauses }
            | ExprKind::Generator { element, clauses } => self.comprehension(clauses, &[element]),
            ExprKind::DictComp { key, value, clauses } => self.comprehension(clauses, &[key, value]),
            ExprKind::Lambda { params, body } => {
                let outer = self.hidden.clone();
                self.hidden.extend(own_names(params, &[]));
                self.expr(body, Depth::WHOLE);
                self.hidden = outer;
            }
            _ => walk::parts(e).into_iter().for_each(|part| self.expr(part, Depth::WHOLE)),
        }
    }

    fn comprehension(&mut self, clauses: &'a [Comprehension], elements: &[&'a Expr]) {
        let [clause, rest @ ..] = clauses else {
            elements.iter().for_each(|element| self.expr(element, Depth::WHOLE));
            return;
        };
        let (outer, tracked) = (self.hidden.clone(), self.tracked.len());
        let names = names::targeted(&clause.target);
        self.hidden.extend(&names);
        // Keys and numbers never change.
        let first = match &clause.target.kind {
            ExprKind::Tuple(items) if gives_pairs(&clause.iter) => items.first().map(names::targeted),
            _ => None,
        };
        let kept = names.into_iter().filter(|name| first.as_ref().is_none_or(|first| !first.contains(name)));
        self.tracked.extend(kept.map(|name| (name, Depth::NEVER)));
        clause.conditions.iter().for_each(|test| self.expr(test, Depth::NEVER));
        self.comprehension(rest, elements);
        // Nothing happens to elements that are only looked at under their names.
        let named = self.tracked.split_off(tracked).into_iter().map(|(_, depth)| depth);
        self.hidden = outer;
        self.expr(&clause.iter, named.min().unwrap_or(Depth::NEVER).below());
    }

    fn call(&mut self, func: &'a Expr, args: &'a [Expr], keywords: &'a [ast::Keyword], result: Depth) {
        let language = match &func.kind {
            ExprKind::Name(name) if self.binding(func).is_none() => name.as_str(),
            _ => "",
        };
        let depth = match language {
            name if LOOKING.contains(&name) => Depth::NEVER,
            name if CHOOSING.contains(&name) => result.below(),
            name if TAKING.contains(&name) => result.max(Depth::ELEMENTS),
            _ => Depth::WHOLE,
        };
        let is_own = matches!(self.binding(func), Some(Binding::Function(_) | Binding::Class(_)));
        for arg in args.iter().chain(keywords.iter().map(|keyword| &keyword.value)) {
            self.expr(arg, depth);
            self.reach(arg);
            if let Some(binding @ Binding::Class(_)) = self.binding(arg)
                && (is_own || matches!(language, "setattr" | "delattr"))
            {
                let name = crate::lower::annotations::dotted(arg).unwrap_or_default();
                self.found.changed.push((name, binding, self.at.unwrap_or(arg.span)));
            }
        }
        self.reach(func);
        if let ExprKind::Attribute { value, attr } = &func.kind {
            self.reach(value);
            let read = match attr.text.as_str() {
                "index" | "count" => Some(Depth::NEVER),
                "keys" | "values" | "items" => Some(result),
                "copy" => Some(result.max(Depth::ELEMENTS)),
                "get" => Some(result.below()),
                _ => None,
            };
            match self.binding(value) {
                Some(Binding::Global(id)) if read.is_none() => {
                    let span = self.at.unwrap_or(value.span);
                    self.found.called.entry(id).or_default().push((attr.text.clone(), span));
                }
                _ => self.expr(value, read.unwrap_or(Depth::WHOLE)),
            }
        } else {
            self.expr(func, Depth::ELEMENTS);
        }
    }

    /// Notes what runs where a function or class is called.
    fn reach(&mut self, callee: &Expr) {
        let span = self.at.unwrap_or(callee.span);
        let callees = match self.binding(callee) {
            Some(Binding::Function(id)) => vec![id],
            Some(Binding::Class(class)) => self.methods(class),
            Some(_) => return,
            // A method of whatever object has one of that name.
            None => match &callee.kind {
                ExprKind::Attribute { attr, .. } => {
                    self.world.classes.iter().filter_map(|class| class.methods.get(&attr.text).copied()).collect()
                }
                _ => return,
            },
        };
        for id in callees {
            if self.reached.iter().all(|(reached, _)| *reached != id) {
                self.reached.push((id, span));
            }
        }
    }

    /// All methods of a class, and of those that it derives from.
    fn methods(&self, class: ClassId) -> Vec<FunctionId> {
        let info = self.world.class(class);
        let own = info.methods.values().chain(info.setters.values()).chain(&info.init).copied();
        let above = info.family.base.filter(|base| *base != class).map(|base| self.methods(base));
        own.chain(above.into_iter().flatten()).collect()
    }

    fn touch(&mut self, id: GlobalId, depth: Depth, span: Span) {
        if depth != Depth::NEVER {
            let span = self.at.unwrap_or(span);
            let known = self.found.touched.entry(id).or_insert((depth, span));
            known.0 = known.0.min(depth);
        }
    }

    /// A name that a function assigns with `global`.
    fn change(&mut self, name: &str, span: Span) {
        if let Some(binding) = self.world.module(self.module).names.get(name) {
            self.found.changed.push((name.to_string(), binding.clone(), self.at.unwrap_or(span)));
        }
    }
}

/// True for `d.items()` and `enumerate(xs)`, whose pairs begin with what never changes.
fn gives_pairs(iter: &Expr) -> bool {
    let ExprKind::Call { func, .. } = &iter.kind else { return false };
    match &func.kind {
        ExprKind::Attribute { attr, .. } => attr.text == "items",
        ExprKind::Name(name) => name == "enumerate",
        _ => false,
    }
}

/// The variables of a function.
fn own_names<'a>(params: &'a ast::Parameters, body: &'a [Stmt]) -> HashSet<&'a str> {
    let mut own: HashSet<&str> = names::of_block(body).into_iter().collect();
    fn globals<'a>(body: &'a [Stmt], own: &mut HashSet<&'a str>) {
        for stmt in body {
            if let StmtKind::Global(names) = &stmt.kind {
                names.iter().map(|name| name.text.as_str()).for_each(|name| _ = own.remove(name));
            }
            if !matches!(stmt.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)) {
                ast::bodies(stmt).into_iter().for_each(|inner| globals(inner, own));
            }
        }
    }
    globals(body, &mut own);
    own.extend(params.items.iter().map(|param| param.name.text.as_str()));
    own
}
