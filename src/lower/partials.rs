//! `functools.partial`, written out as the lambda that it is.
//!
//! ```text
//! partial(scale, 2, unit="m")     ->     lambda value: scale(2, value, unit="m")
//! partial(int, base=2)            ->     lambda value: int(value, base=2)
//! ```
//!
//! Python evaluates what is given when it makes the partial, and a lambda when it is called: only constants and
//! variables that are never assigned again are taken over. Parameters with a default are not asked for.

use super::generators::{bound_names, mentioned};
use super::import_names::{Paths, bare};
use super::maker::Maker;
use crate::python::ast::{self, Expr, ExprKind, ParameterKind, Stmt, StmtKind, bodies_mut};
use crate::python::walk;
use std::collections::{HashMap, HashSet};

/// Builtins that take one more argument.
const BUILTINS: &[&str] = &["abs", "divmod", "int", "max", "min", "pow", "round", "sorted", "sum"];

/// The module with its partials written out; nothing where it has none.
pub fn prepared(tree: &ast::Module) -> Option<ast::Module> {
    let paths = Paths::of(tree, &["functools", "operator"]);
    if paths.is_empty() {
        return None;
    }
    let mut counts = HashMap::new();
    count_bindings(&tree.body, &mut counts);
    let mut taken: HashSet<String> = counts.keys().cloned().collect();
    mentioned(&tree.body, &mut taken);
    let mut writer = Writer { paths, counts, taken, known: HashMap::new(), fixed: HashSet::new(), found: false };
    writer.note_functions(&tree.body);
    let mut made = tree.clone();
    ast::each_function_mut(&mut made.body, &mut |def| writer.function(def));
    writer.found.then_some(made)
}

struct Writer {
    paths: Paths,
    /// How often the module binds a name, anywhere.
    counts: HashMap<String, usize>,
    taken: HashSet<String>,
    /// Functions of the module and of the functions around.
    known: HashMap<String, ast::Parameters>,
    /// Variables of the function around that are never assigned again.
    fixed: HashSet<String>,
    found: bool,
}

fn count_bindings(body: &[Stmt], counts: &mut HashMap<String, usize>) {
    for stmt in body {
        let mut bound = HashSet::new();
        bound_names(std::slice::from_ref(&bare(stmt)), &mut bound);
        bound_otherwise(stmt, &mut bound);
        bound.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
        ast::bodies(stmt).into_iter().for_each(|inner| count_bindings(inner, counts));
    }
}

/// Names that a statement binds in other ways: `n += 1`, `del n`, `nonlocal n`, handlers, patterns.
fn bound_otherwise(stmt: &Stmt, bound: &mut HashSet<String>) {
    match &stmt.kind {
        StmtKind::AugAssign { target, .. } => super::generators::target_names(target, bound),
        StmtKind::Delete(targets) => {
            targets.iter().for_each(|target| super::generators::target_names(target, bound));
        }
        StmtKind::Global(names) | StmtKind::Nonlocal(names) => {
            bound.extend(names.iter().map(|name| name.text.clone()));
        }
        StmtKind::Try { handlers, .. } => {
            bound.extend(handlers.iter().filter_map(|handler| handler.name.as_ref()).map(|name| name.text.clone()));
        }
        StmtKind::Match { cases, .. } => {
            let mut found = Vec::new();
            cases.iter().for_each(|case| walk::captures(&case.pattern, &mut found));
            bound.extend(found.into_iter().map(|name| name.text.clone()));
        }
        _ => {}
    }
}

impl Writer {
    fn note_functions(&mut self, body: &[Stmt]) {
        for stmt in body {
            if let StmtKind::FunctionDef(def) = &stmt.kind
                && self.counts.get(&def.name.text) == Some(&1)
            {
                self.known.insert(def.name.text.clone(), def.params.clone());
            }
        }
    }

    fn function(&mut self, def: &mut ast::FunctionDef) {
        let (known, fixed) = (self.known.clone(), std::mem::take(&mut self.fixed));
        self.note_functions(&def.body);
        let mut counts = HashMap::new();
        count_bindings(&def.body, &mut counts);
        let own = def.params.items.iter().map(|param| param.name.text.clone());
        self.fixed = own.filter(|name| !counts.contains_key(name)).collect();
        for stmt in &def.body {
            if let StmtKind::Assign { .. } | StmtKind::AnnAssign { .. } = &stmt.kind {
                let mut bound = HashSet::new();
                bound_names(std::slice::from_ref(stmt), &mut bound);
                self.fixed.extend(bound.into_iter().filter(|name| counts.get(name) == Some(&1)));
            }
        }
        self.stmts(&mut def.body);
        (self.known, self.fixed) = (known, fixed);
    }

    fn stmts(&mut self, body: &mut [Stmt]) {
        for stmt in body {
            match &mut stmt.kind {
                StmtKind::FunctionDef(def) => self.function(def),
                StmtKind::ClassDef(_) => {}
                _ => {
                    super::spelled::heads_mut(stmt).into_iter().for_each(|e| self.expr(e));
                    bodies_mut(stmt).into_iter().for_each(|inner| self.stmts(inner));
                }
            }
        }
    }

    fn expr(&mut self, e: &mut Expr) {
        if let ExprKind::ListComp { .. }
        | ExprKind::SetComp { .. }
        | ExprKind::DictComp { .. }
        | ExprKind::Generator { .. }
        | ExprKind::Lambda { .. } = &e.kind
        {
            self.inner(e);
        } else {
            walk::parts_mut(e).into_iter().for_each(|part| self.expr(part));
        }
        if let Some(lambda) = self.written(e) {
            e.kind = lambda;
            self.found = true;
        }
    }

    /// Variables of comprehensions and lambdas are others each time.
    fn inner(&mut self, e: &mut Expr) {
        let fixed = self.fixed.clone();
        match &mut e.kind {
            ExprKind::ListComp { element, clauses }
            | ExprKind::SetComp { element, clauses }
            | ExprKind::Generator { element, clauses } => {
                self.clauses(clauses);
                self.expr(element);
            }
            ExprKind::DictComp { key, value, clauses } => {
                self.clauses(clauses);
                self.expr(key);
                self.expr(value);
            }
            ExprKind::Lambda { params, body } => {
                params.items.iter().for_each(|param| _ = self.fixed.remove(&param.name.text));
                self.expr(body);
            }
            _ => {}
        }
        self.fixed = fixed;
    }

    fn clauses(&mut self, clauses: &mut [ast::Comprehension]) {
        for clause in clauses {
            self.expr(&mut clause.iter);
            let mut names = HashSet::new();
            super::generators::target_names(&clause.target, &mut names);
            self.fixed.retain(|name| !names.contains(name));
            clause.conditions.iter_mut().for_each(|test| self.expr(test));
        }
    }

    /// The lambda that a partial stands for.
    fn written(&self, e: &Expr) -> Option<ExprKind> {
        let ExprKind::Call { func, args, keywords } = &e.kind else { return None };
        let (function, given) = args.split_first()?;
        let fixed = given.iter().chain(keywords.iter().map(|keyword| &keyword.value)).all(|arg| self.is_fixed(arg));
        let plain = keywords.iter().all(|keyword| keyword.name.is_some());
        if self.paths.path(func) != "functools.partial" || !fixed || !plain {
            return None;
        }
        let open = self.open(function, given.len(), keywords)?;
        let make = Maker { span: e.span };
        let param = |name: &String| ast::Parameter {
            name: ast::Name { text: name.clone(), span: e.span },
            kind: ParameterKind::Positional,
            annotation: None,
            default: None,
        };
        let args = given.iter().cloned().chain(open.iter().map(|name| make.name(name))).collect();
        let call = ExprKind::Call { func: Box::new(function.clone()), args, keywords: keywords.clone() };
        let params = ast::Parameters { items: open.iter().map(param).collect() };
        Some(ExprKind::Lambda { params: Box::new(params), body: Box::new(Expr { kind: call, span: func.span }) })
    }

    /// Names for the arguments that are left to give; `None` where the function is not known.
    fn open(&self, function: &Expr, given: usize, keywords: &[ast::Keyword]) -> Option<Vec<String>> {
        let one = || Some(vec![self.free("value")]);
        let ExprKind::Name(name) = &function.kind else {
            return self.paths.path(function).starts_with("operator.").then(one)?;
        };
        if let Some(params) = self.known.get(name) {
            let left = params.items.iter().skip(given);
            let asked = left.filter(|param| {
                let named = |keyword: &ast::Keyword| keyword.name.as_ref().is_some_and(|n| n.text == param.name.text);
                param.default.is_none() && !keywords.iter().any(named)
            });
            let asked: Vec<&ast::Parameter> = asked.collect();
            let positional = |param: &&ast::Parameter| {
                matches!(param.kind, ParameterKind::Positional | ParameterKind::PositionalOnly)
            };
            // What is left is given by position: nothing that is given by name may stand before it.
            let first = params.items.iter().skip(given).take(asked.len()).map(|param| &param.name.text);
            let in_order = first.eq(asked.iter().map(|param| &param.name.text));
            return (asked.iter().all(positional) && in_order && given <= params.items.len())
                .then(|| asked.iter().map(|param| self.free(&param.name.text)).collect());
        }
        let builtin = BUILTINS.contains(&name.as_str()) && !self.counts.contains_key(name);
        (builtin || self.paths.path(function).starts_with("operator.")).then(one)?
    }

    /// A name that nothing else has.
    fn free(&self, word: &str) -> String {
        let mut word = word.to_string();
        while self.taken.contains(&word) {
            word.push('_');
        }
        word
    }

    fn is_fixed(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Name(name) => self.fixed.contains(name) || self.known.contains_key(name),
            ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => true,
            ExprKind::Unary { operand, .. } => self.is_fixed(operand),
            _ => false,
        }
    }
}
