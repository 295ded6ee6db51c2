//! `functools.cache` and `functools.lru_cache` on functions inside functions: written out as the dict that they are.
//!
//! ```text
//! @cache                                    costs_cache = {}
//! def costs(i, j):                          def costs_computed(i, j):
//!     return costs(i - 1, j) + w[j]   ->        return costs(i - 1, j) + w[j]
//!                                           def costs(i, j):
//!                                               key = (i, j)
//!                                               if key in costs_cache:
//!                                                   return costs_cache[key]
//!                                               result = costs_computed(i, j)
//!                                               costs_cache[key] = result
//!                                               return result
//! ```
//!
//! A cache of so many results lets the one go that was not asked for the longest. Python has a key of its own for each
//! way to give the arguments: where they are given in several ways, the decorator stays, and is refused.

use super::generators::{bound_names, mentioned};
use super::import_names::{Paths, bare};
use super::maker::Maker;
use super::memo::kept;
use crate::python::ast::{self, Expr, ExprKind, ParameterKind, Stmt, StmtKind, bodies_mut};
use crate::python::walk;
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// The largest cache whose order is worth keeping.
const LARGEST: u32 = 1024;

/// The module with the caches of inner functions written out; nothing where it has none.
pub fn prepared(tree: &ast::Module) -> Option<ast::Module> {
    let paths = Paths::of(tree, &["functools"]);
    if paths.is_empty() {
        return None;
    }
    let mut taken = HashSet::new();
    bound_names(&tree.body, &mut taken);
    mentioned(&tree.body, &mut taken);
    let mut made = tree.clone();
    let mut writer = Writer { paths, taken, found: false };
    ast::each_function_mut(&mut made.body, &mut |def| writer.function(def));
    writer.found.then_some(made)
}

struct Writer {
    paths: Paths,
    taken: HashSet<String>,
    found: bool,
}

/// A cache that is written out.
struct Cache {
    most: Option<u32>,
    /// The names of the dict and of the function that computes.
    table: String,
    computed: String,
}

impl Writer {
    fn function(&mut self, def: &mut ast::FunctionDef) {
        let mut written = HashMap::new();
        let outer = def.body.clone();
        self.inside(&mut def.body, &outer, &mut written);
        if !written.is_empty() {
            self.found = true;
            clear_tables(&mut def.body, &written);
        }
        each_inner(&mut def.body, &mut |inner| self.function(inner));
    }

    /// Writes out the caches of the functions directly inside one, whose body is `outer`.
    fn inside(&mut self, body: &mut Vec<Stmt>, outer: &[Stmt], written: &mut HashMap<String, String>) {
        let mut made = Vec::new();
        for mut stmt in std::mem::take(body) {
            match &stmt.kind {
                StmtKind::FunctionDef(def) => match self.cache_of(def, outer) {
                    Some(cache) => {
                        written.insert(def.name.text.clone(), cache.table.clone());
                        made.extend(cache.statements(def, stmt.span));
                    }
                    None => made.push(stmt),
                },
                StmtKind::ClassDef(_) => made.push(stmt),
                _ => {
                    bodies_mut(&mut stmt).into_iter().for_each(|inner| self.inside(inner, outer, written));
                    made.push(stmt);
                }
            }
        }
        *body = made;
    }

    fn cache_of(&mut self, def: &ast::FunctionDef, outer: &[Stmt]) -> Option<Cache> {
        let [decorator] = def.decorators.as_slice() else { return None };
        let most = kept(decorator, |e| self.paths.path(e))?;
        let bounded = most.is_some();
        let positional =
            |kind: ParameterKind| matches!(kind, ParameterKind::Positional | ParameterKind::PositionalOnly);
        let fits = most.is_none_or(|most| (1..=LARGEST).contains(&most))
            && !def.is_async
            && def.params.items.iter().all(|param| positional(param.kind))
            && !(bounded && ["len", "list"].iter().any(|name| self.is_bound(outer, name)))
            && gives_back(&def.body)
            && Uses::of(&def.name.text, outer).one_way(def);
        if !fits {
            return None;
        }
        let table = self.fresh(&format!("{}_cache", def.name.text));
        let computed = self.fresh(&format!("{}_computed", def.name.text));
        Some(Cache { most, table, computed })
    }

    /// True for a name that is no builtin, or may be none.
    fn is_bound(&self, outer: &[Stmt], name: &str) -> bool {
        let mut bound = HashSet::new();
        bound_names(outer, &mut bound);
        bound.contains(name)
    }

    fn fresh(&mut self, word: &str) -> String {
        let mut word = word.to_string();
        while !self.taken.insert(word.clone()) {
            word.push('_');
        }
        word
    }
}

/// Calls `see` for the functions nearest inside.
fn each_inner(body: &mut [Stmt], see: &mut dyn FnMut(&mut ast::FunctionDef)) {
    for stmt in body {
        match &mut stmt.kind {
            StmtKind::FunctionDef(def) => see(def),
            _ => bodies_mut(stmt).into_iter().for_each(|inner| each_inner(inner, see)),
        }
    }
}

/// True where a function gives something back, and is no generator.
fn gives_back(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return(Some(value)) => !matches!(value.kind, ExprKind::None),
        StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => false,
        _ => ast::bodies(stmt).into_iter().any(gives_back),
    })
}

/// How the name of an inner function is used in the function around it.
#[derive(Default)]
struct Uses {
    /// Numbers of arguments that it is called with.
    counts: HashSet<usize>,
    /// Called with arguments by name, or with `*`.
    otherwise: bool,
    /// Bound more than once.
    rebound: bool,
    /// Taken as a value.
    taken: bool,
}

impl Uses {
    fn of(name: &str, outer: &[Stmt]) -> Uses {
        let mut uses = Uses::default();
        let mut bindings = 0;
        uses.stmts(name, outer, &mut bindings);
        uses.rebound = bindings != 1;
        uses
    }

    /// True where all calls give the arguments in one way.
    fn one_way(&self, def: &ast::FunctionDef) -> bool {
        let has_default = def.params.items.iter().any(|param| param.default.is_some());
        !self.otherwise && !self.rebound && (!has_default || self.counts.len() < 2 && !self.taken)
    }

    fn stmts(&mut self, name: &str, body: &[Stmt], bindings: &mut usize) {
        for stmt in body {
            let mut bound = HashSet::new();
            bound_names(std::slice::from_ref(&bare(stmt)), &mut bound);
            let names = matches!(&stmt.kind, StmtKind::Nonlocal(names) | StmtKind::Global(names)
                if names.iter().any(|other| other.text == name));
            *bindings += usize::from(bound.contains(name)) + usize::from(names);
            walk::heads(stmt).into_iter().for_each(|e| self.expr(name, e));
            ast::bodies(stmt).into_iter().for_each(|inner| self.stmts(name, inner, bindings));
        }
    }

    fn expr(&mut self, name: &str, e: &Expr) {
        let is_it = |e: &Expr| matches!(&e.kind, ExprKind::Name(word) if word == name);
        match &e.kind {
            ExprKind::Call { func, args, keywords } if is_it(func) => {
                self.counts.insert(args.len());
                let starred = args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred(_)));
                self.otherwise |= !keywords.is_empty() || starred;
                args.iter().chain(keywords.iter().map(|keyword| &keyword.value)).for_each(|e| self.expr(name, e));
            }
            ExprKind::Attribute { value, attr } if is_it(value) => self.otherwise |= attr.text != "cache_clear",
            ExprKind::Lambda { params, .. } if params.items.iter().any(|param| param.name.text == name) => {
                self.rebound = true;
                self.otherwise = true;
            }
            _ if is_it(e) => self.taken = true,
            _ => walk::parts(e).into_iter().for_each(|part| self.expr(name, part)),
        }
    }
}

/// `NAME.cache_clear()` as a statement clears the dict.
fn clear_tables(body: &mut [Stmt], written: &HashMap<String, String>) {
    for stmt in body {
        if let StmtKind::Expr(Expr { kind: ExprKind::Call { func, args, keywords }, .. }) = &mut stmt.kind
            && let ExprKind::Attribute { value, attr } = &mut func.kind
            && let ExprKind::Name(name) = &mut value.kind
            && attr.text == "cache_clear"
            && args.is_empty()
            && keywords.is_empty()
            && let Some(table) = written.get(name)
        {
            *name = table.clone();
            attr.text = "clear".into();
        }
        bodies_mut(stmt).into_iter().for_each(|inner| clear_tables(inner, written));
    }
}

impl Cache {
    /// The dict, the function that computes, and the one that looks first.
    fn statements(&self, def: &ast::FunctionDef, whole: Span) -> Vec<Stmt> {
        let span = def.decorators.first().map_or(def.name.span, |decorator| decorator.span);
        let make = Maker { span };
        let params: Vec<&str> = def.params.items.iter().map(|param| param.name.text.as_str()).collect();
        let free = |words: [&str; 3]| {
            let free = words.iter().find(|word| !params.contains(word));
            free.map_or_else(|| format!("{}_", words[0]), |word| word.to_string())
        };
        let (key, result) = (free(["key", "arguments", "wanted"]), free(["result", "answer", "computed"]));
        let names: Vec<Expr> = params.iter().map(|name| make.name(name)).collect();
        let table = || make.name(&self.table);
        let mut body = Vec::new();
        let key = match names.as_slice() {
            [only] => only.clone(),
            [] => make.int(0),
            _ => {
                body.push(make.assign(make.name(&key), make.expr(ExprKind::Tuple(names.clone()))));
                make.name(&key)
            }
        };
        let result = make.name(&result);
        let at_key = || make.expr(ExprKind::Subscript { value: Box::new(table()), index: Box::new(key.clone()) });
        let is_there = |op| {
            make.expr(ExprKind::Compare { left: Box::new(key.clone()), ops: vec![op], comparators: vec![table()] })
        };
        let give = |value: Expr| make.stmt(StmtKind::Return(Some(value)));
        let store = make.assign(at_key(), result.clone());
        let hit = match self.most {
            None => vec![give(at_key())],
            Some(_) => {
                let taken = make.method(&self.table, "pop", vec![key.clone()]);
                vec![make.assign(result.clone(), taken), store.clone(), give(result.clone())]
            }
        };
        body.push(make.branch(is_there(ast::CompareOp::In), hit));
        body.push(make.assign(result.clone(), make.call(&self.computed, names)));
        match self.most {
            None => body.push(store),
            Some(most) => {
                let size = make.call("len", vec![table()]);
                let full = make.expr(ExprKind::Compare {
                    left: Box::new(size),
                    ops: vec![ast::CompareOp::GtEq],
                    comparators: vec![make.int(i64::from(most))],
                });
                let keys = Box::new(make.call("list", vec![table()]));
                let oldest = make.expr(ExprKind::Subscript { value: keys, index: Box::new(make.int(0)) });
                let oldest = ExprKind::Subscript { value: Box::new(table()), index: Box::new(oldest) };
                let let_go = make.branch(full, vec![make.stmt(StmtKind::Delete(vec![make.expr(oldest)]))]);
                // What is computed may have asked for the same.
                body.push(make.branch(is_there(ast::CompareOp::NotIn), vec![let_go, store]));
            }
        }
        body.push(give(result));
        let begin = make.assign(table(), make.expr(ExprKind::Dict(Vec::new())));
        let mut computed = def.clone();
        computed.decorators.clear();
        computed.name.text = self.computed.clone();
        let looking = ast::FunctionDef {
            name: ast::Name { text: def.name.text.clone(), span },
            decorators: Vec::new(),
            body,
            ..def.clone()
        };
        let computed = Stmt { kind: StmtKind::FunctionDef(Box::new(computed)), span: whole };
        vec![begin, computed, make.stmt(StmtKind::FunctionDef(Box::new(looking)))]
    }
}
