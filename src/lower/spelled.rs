//! Iterators of itertools that take functions or have no end, written out as the generators that they are.
//!
//! ```text
//! for x in takewhile(lambda x: x < n, xs):        def takewhile_items():
//!     use(x)                                          for x in xs:
//!                                          ->             if not x < n:
//!                                                             break
//!                                                         yield x
//!                                                 for x in takewhile_items():
//!                                                     use(x)
//! ```
//!
//! What is asked of generators ([`super::generators`], [`super::laziness`]) is asked of them, too. Variables of a
//! comprehension around become parameters. Calls of other forms stay as they are.

use super::form::Form;
use super::generators::{bound_names, mentioned, names_in, target_names};
use super::groups;
use super::import_names::Paths;
use crate::python::ast::{self, BinaryOp, Expr, ExprKind, IntLiteral, Stmt, StmtKind, bodies_mut};
use crate::python::walk;
use std::collections::{BTreeSet, HashSet};

/// The module with such iterators written out; nothing where it has none.
pub fn prepared(tree: &ast::Module) -> Option<ast::Module> {
    let paths = Paths::of(tree, &["itertools", "operator"]);
    if paths.is_empty() {
        return None;
    }
    let mut taken = HashSet::new();
    bound_names(&tree.body, &mut taken);
    let bound = taken.clone();
    mentioned(&tree.body, &mut taken);
    let mut made = tree.clone();
    let mut writer = Writer { paths, taken, bound, hoisted: Vec::new(), found: false };
    ast::each_function_mut(&mut made.body, &mut |def| writer.function(def));
    writer.found.then_some(made)
}

struct Writer {
    paths: Paths,
    /// Names that are not free.
    taken: HashSet<String>,
    /// Names that the module binds somewhere: no builtins, or not surely.
    bound: HashSet<String>,
    /// Generators that stand before the statement that is gone through.
    hoisted: Vec<Stmt>,
    found: bool,
}

/// A function applied to names: the names, and what the call gives.
type Applied = (Vec<Expr>, Expr);

impl Writer {
    fn function(&mut self, def: &mut ast::FunctionDef) {
        let whole = def.body.clone();
        self.block(&mut def.body, &whole);
    }

    /// Goes through the statements of a function, whose body is `whole`.
    fn block(&mut self, body: &mut Vec<Stmt>, whole: &[Stmt]) {
        let mut made = Vec::new();
        for mut stmt in std::mem::take(body) {
            match &mut stmt.kind {
                StmtKind::FunctionDef(def) => self.function(def),
                StmtKind::ClassDef(_) => {}
                _ => {
                    self.groups_of(&mut stmt, whole);
                    heads_mut(&mut stmt).into_iter().for_each(|e| self.expr(e, whole, &BTreeSet::new()));
                    made.append(&mut self.hoisted);
                    bodies_mut(&mut stmt).into_iter().for_each(|inner| self.block(inner, whole));
                }
            }
            made.push(stmt);
        }
        *body = made;
    }

    /// `for key, group in groupby(...)`, where each group is used once.
    fn groups_of(&mut self, stmt: &mut Stmt, whole: &[Stmt]) {
        let StmtKind::For { target, iter, body, orelse, .. } = &mut stmt.kind else { return };
        if self.call_of(iter, "groupby").is_some()
            && groups::TAKERS.iter().all(|name| self.is_builtin(name))
            && groups::used_once(target, body)
            && orelse.is_empty()
            && !groups::used_outside(target, whole)
        {
            self.expr(iter, whole, &BTreeSet::new());
            self.grouped(iter, &BTreeSet::new());
            let name = self.fresh("group_items");
            groups::name_apart(target, body, &name);
        }
    }

    /// A name that nothing else has.
    fn fresh(&mut self, word: &str) -> String {
        let mut word = word.to_string();
        while !self.taken.insert(word.clone()) {
            word.push('_');
        }
        word
    }

    /// Goes through an expression inside comprehensions and lambdas that bind `inner`.
    fn expr(&mut self, e: &mut Expr, whole: &[Stmt], inner: &BTreeSet<String>) {
        match &mut e.kind {
            ExprKind::Lambda { params, body } => {
                let mut inner = inner.clone();
                inner.extend(params.items.iter().map(|param| param.name.text.clone()));
                self.expr(body, whole, &inner);
            }
            ExprKind::ListComp { element, clauses }
            | ExprKind::SetComp { element, clauses }
            | ExprKind::Generator { element, clauses } => {
                self.comprehension(clauses, &mut [&mut **element], whole, inner);
            }
            ExprKind::DictComp { key, value, clauses } => {
                self.comprehension(clauses, &mut [&mut **key, &mut **value], whole, inner);
            }
            _ => walk::parts_mut(e).into_iter().for_each(|part| self.expr(part, whole, inner)),
        }
        self.spell(e, inner);
    }

    fn comprehension(
        &mut self,
        clauses: &mut [ast::Comprehension],
        results: &mut [&mut Expr],
        whole: &[Stmt],
        inner: &BTreeSet<String>,
    ) {
        let mut inner = inner.clone();
        let grouped = clauses.len() == 1
            && self.call_of(&clauses[0].iter, "groupby").is_some()
            && groups::TAKERS.iter().all(|name| self.is_builtin(name))
            && groups::used_once_in(&clauses[0], results);
        for clause in clauses {
            self.expr(&mut clause.iter, whole, &inner);
            if grouped {
                self.grouped(&mut clause.iter, &inner);
            }
            let mut targets = HashSet::new();
            target_names(&clause.target, &mut targets);
            inner.extend(targets);
            clause.conditions.iter_mut().for_each(|test| self.expr(test, whole, &inner));
        }
        results.iter_mut().for_each(|result| self.expr(result, whole, &inner));
    }

    /// The arguments of a call of this function of itertools, where it has no keywords and no `*`.
    fn call_of<'e>(&self, e: &'e Expr, name: &str) -> Option<&'e [Expr]> {
        let ExprKind::Call { func, args, keywords } = &e.kind else { return None };
        let plain = !args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred(_)));
        let it = self.paths.path(func).strip_prefix("itertools.").is_some_and(|path| path == name);
        (it && plain && keywords.iter().all(|keyword| named(keyword, "key"))).then_some(args)
    }

    /// Replaces a call by one of a generator, where it is one that is written out.
    fn spell(&mut self, e: &mut Expr, inner: &BTreeSet<String>) {
        let ExprKind::Call { func, args, keywords } = &e.kind else { return };
        if args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred(_))) || args.iter().any(odd) {
            return;
        }
        let path = match &func.kind {
            ExprKind::Name(name) if matches!(name.as_str(), "map" | "zip") && self.is_builtin(name) => name.clone(),
            _ => self.paths.path(func),
        };
        let name = path.strip_prefix("itertools.").unwrap_or(&path).to_string();
        let mut form = Form::of(func.span, args.iter().chain(keywords.iter().map(|keyword| &keyword.value)));
        let body = match (name.as_str(), args.as_slice(), keywords.as_slice()) {
            ("takewhile", [test, items], []) => self.taken_while(&mut form, test, items),
            ("dropwhile", [test, items], []) => self.dropped_while(&mut form, test, items),
            ("filterfalse", [test, items], []) => self.filtered(&mut form, test, items),
            ("starmap", [function, items], []) => self.starred(&mut form, function, items),
            ("compress", [items, chosen], []) if self.is_builtin("zip") => form.compressed(items, chosen),
            ("accumulate", [items, rest @ ..], keywords) => self.accumulated(&mut form, items, rest, keywords),
            ("repeat", [value, times], []) => self.repeated(&mut form, value, times, false),
            ("repeat", [value], [times]) if named(times, "times") => {
                self.repeated(&mut form, value, &times.value, false)
            }
            ("islice", [items, stop], []) => self.first_of_endless(&mut form, items, stop),
            ("zip", [first, ..], []) if !self.is_endless(first) => self.zipped(&mut form, args, None),
            ("map", [function, sources @ ..], []) if sources.first().is_some_and(|first| !self.is_endless(first)) => {
                self.zipped(&mut form, sources, Some(function))
            }
            _ => None,
        };
        if let Some(body) = body {
            self.replace(e, &name, body, &form, inner);
        }
    }

    /// Writes the generator before the statement and a call of it in place of the expression.
    fn replace(&mut self, e: &mut Expr, name: &str, body: Vec<Stmt>, form: &Form, inner: &BTreeSet<String>) {
        let word = self.fresh(&format!("{name}_items"));
        let params: Vec<String> = inner.iter().filter(|name| form.free.contains(*name)).cloned().collect();
        self.hoisted.push(form.make.function(&word, &params, body));
        let args = params.iter().map(|param| form.make.name(param)).collect();
        e.kind = ExprKind::Call { func: Box::new(form.make.name(&word)), args, keywords: Vec::new() };
        self.found = true;
    }

    fn is_builtin(&self, name: &str) -> bool {
        !self.bound.contains(name)
    }

    /// A function applied to as many names; `None` for what is not to be looked through.
    fn applied(&self, form: &mut Form, function: &Expr, count: usize, others: &[&Expr]) -> Option<Applied> {
        let own = |form: &mut Form| (0..count).map(|_| form.own("item")).collect::<Vec<_>>();
        match &function.kind {
            ExprKind::Lambda { params, body } => {
                let plain = |param: &ast::Parameter| {
                    use ast::ParameterKind::{Positional, PositionalOnly};
                    matches!(param.kind, Positional | PositionalOnly) && param.default.is_none()
                };
                let mut outside = HashSet::new();
                others.iter().for_each(|other| names_in(other, &mut outside));
                let clear = params.items.iter().all(|param| plain(param) && !outside.contains(&param.name.text));
                let names = params.items.iter().map(|param| form.make.name(&param.name.text)).collect();
                (clear && params.items.len() == count).then(|| (names, (**body).clone()))
            }
            ExprKind::Name(_) | ExprKind::Attribute { .. } => {
                let names = own(form);
                let func = Box::new(function.clone());
                let call = ExprKind::Call { func, args: names.clone(), keywords: Vec::new() };
                Some((names, form.make.expr(call)))
            }
            ExprKind::Call { func, args, keywords } if count == 1 && keywords.is_empty() => {
                let names = own(form);
                let value = getter(&self.paths.path(func), args, &names[0])?;
                Some((names, value))
            }
            _ => None,
        }
    }

    fn taken_while(&mut self, form: &mut Form, test: &Expr, items: &Expr) -> Option<Vec<Stmt>> {
        let (names, test) = self.applied(form, test, 1, &[items])?;
        let make = &form.make;
        let item = names.into_iter().next()?;
        let end = make.branch(make.not(test), vec![make.stmt(StmtKind::Break)]);
        Some(vec![make.each(item.clone(), items.clone(), vec![end, make.give(item)])])
    }

    fn dropped_while(&mut self, form: &mut Form, test: &Expr, items: &Expr) -> Option<Vec<Stmt>> {
        let (names, test) = self.applied(form, test, 1, &[items])?;
        let dropping = form.own("dropping");
        let make = &form.make;
        let item = names.into_iter().next()?;
        let both = ExprKind::BoolOp { op: ast::BoolOp::And, values: vec![dropping.clone(), test] };
        let skip = make.branch(make.expr(both), vec![make.stmt(StmtKind::Continue)]);
        let truth = |value| make.expr(ExprKind::Bool(value));
        let found = make.assign(dropping.clone(), truth(false));
        let body = vec![skip, found, make.give(item.clone())];
        Some(vec![make.assign(dropping, truth(true)), make.each(item, items.clone(), body)])
    }

    fn filtered(&mut self, form: &mut Form, test: &Expr, items: &Expr) -> Option<Vec<Stmt>> {
        let (names, test) = match test.kind {
            ExprKind::None => {
                let item = form.own("item");
                (vec![item.clone()], item)
            }
            _ => self.applied(form, test, 1, &[items])?,
        };
        let make = &form.make;
        let item = names.into_iter().next()?;
        let give = make.branch(make.not(test), vec![make.give(item.clone())]);
        Some(vec![make.each(item, items.clone(), vec![give])])
    }

    fn starred(&mut self, form: &mut Form, function: &Expr, items: &Expr) -> Option<Vec<Stmt>> {
        let (target, value) = match &function.kind {
            ExprKind::Lambda { params, .. } => {
                let (names, value) = self.applied(form, function, params.items.len(), &[items])?;
                (form.make.expr(ExprKind::Tuple(names)), value)
            }
            ExprKind::Name(_) | ExprKind::Attribute { .. } => {
                let item = form.own("item");
                let args = vec![form.make.expr(ExprKind::Starred(Box::new(item.clone())))];
                let call = ExprKind::Call { func: Box::new(function.clone()), args, keywords: Vec::new() };
                (item, form.make.expr(call))
            }
            _ => return None,
        };
        Some(vec![form.make.each(target, items.clone(), vec![form.make.give(value)])])
    }

    /// `accumulate(items, function, initial=start)`; sums alone have operations of their own.
    fn accumulated(
        &mut self,
        form: &mut Form,
        items: &Expr,
        rest: &[Expr],
        keywords: &[ast::Keyword],
    ) -> Option<Vec<Stmt>> {
        let keyword = |name: &str| keywords.iter().find(|keyword| named(keyword, name)).map(|keyword| &keyword.value);
        let function = rest.first().or(keyword("func")).filter(|function| !matches!(function.kind, ExprKind::None));
        let start = keyword("initial").filter(|start| !matches!(start.kind, ExprKind::None));
        let known = keywords.iter().all(|keyword| named(keyword, "func") || named(keyword, "initial"));
        if rest.len() > 1 || !known || function.is_none() && start.is_none() {
            return None;
        }
        let totals = form.own("totals");
        let ((before, item), sum) = match function {
            Some(function) => {
                let others: Vec<&Expr> = [items].into_iter().chain(start).collect();
                let (names, sum) = self.applied(form, function, 2, &others)?;
                let mut names = names.into_iter();
                ((names.next()?, names.next()?), sum)
            }
            None => {
                let (total, item) = (form.own("total"), form.own("item"));
                let sum = form.make.binary(total.clone(), BinaryOp::Add, item.clone());
                ((total, item), sum)
            }
        };
        let make = &form.make;
        let last = || make.item(totals.clone(), make.expr(minus(make.int(1))));
        let add = |value: Expr| make.append(&totals, value);
        let next = vec![make.assign(before, last()), add(sum)];
        let (begin, step) = match start {
            Some(start) => {
                let totals = make.assign(totals.clone(), make.expr(ExprKind::List(vec![start.clone()])));
                (vec![totals, make.give(last())], next)
            }
            None => {
                let test = totals.clone();
                let step = StmtKind::If { test, body: next, orelse: vec![add(item.clone())] };
                (vec![make.assign(totals.clone(), make.empty_list())], vec![make.stmt(step)])
            }
        };
        let body = step.into_iter().chain([make.give(last())]).collect();
        Some(begin.into_iter().chain([make.each(item, items.clone(), body)]).collect())
    }

    /// `repeat(value, times)`; with `checked` as `islice(repeat(value), times)`.
    fn repeated(&mut self, form: &mut Form, value: &Expr, times: &Expr, checked: bool) -> Option<Vec<Stmt>> {
        if !self.is_builtin("range") {
            return None;
        }
        let (same, stop, place) = (form.own("same"), form.own("stop"), form.own("place"));
        let make = &form.make;
        let mut body = vec![make.assign(same.clone(), value.clone()), make.assign(stop.clone(), times.clone())];
        body.extend(checked.then(|| form.check_stop(&stop)));
        body.push(make.each(place, make.call("range", vec![stop]), vec![make.give(same)]));
        Some(body)
    }

    /// `islice` of `cycle`, `repeat` and `count`.
    fn first_of_endless(&mut self, form: &mut Form, items: &Expr, stop: &Expr) -> Option<Vec<Stmt>> {
        if let Some([value]) = self.call_of(items, "repeat") {
            return self.repeated(form, value, stop, true);
        }
        if let Some([again]) = self.call_of(items, "cycle").filter(|args| args.iter().all(|arg| self.surely_ends(arg)))
        {
            let (end, item) = (form.own("stop"), form.own("item"));
            let make = &form.make;
            let each = make.each(item.clone(), form.cycled(again, end.clone()), vec![make.give(item)]);
            return Some(vec![make.assign(end.clone(), stop.clone()), form.check_stop(&end), each]);
        }
        let args = self.call_of(items, "count")?;
        if args.len() > 2 || !self.is_builtin("range") {
            return None;
        }
        let (total, end, place) = (form.own("number"), form.own("stop"), form.own("place"));
        let make = &form.make;
        let start = args.first().cloned().unwrap_or(make.int(0));
        let step = args.get(1).cloned().unwrap_or(make.int(1));
        if !is_path(&step) {
            return None;
        }
        let more = make.stmt(StmtKind::AugAssign { target: total.clone(), op: BinaryOp::Add, value: step });
        let body = vec![make.give(total.clone()), more];
        Some(vec![
            make.assign(total, start),
            make.assign(end.clone(), stop.clone()),
            form.check_stop(&end),
            make.each(place, make.call("range", vec![end]), body),
        ])
    }

    /// True for `cycle(...)` and `repeat(x)`.
    fn is_endless(&self, e: &Expr) -> bool {
        ["cycle", "repeat"].iter().any(|name| self.call_of(e, name).is_some_and(|args| args.len() == 1))
    }

    /// `zip` of what has an end and then of what has none: `zip(xs, cycle(signs))`; and `map` of a function of those.
    fn zipped(&mut self, form: &mut Form, args: &[Expr], function: Option<&Expr>) -> Option<Vec<Stmt>> {
        let known = ["list", "len", "zip"].iter().all(|name| self.is_builtin(name));
        if !known || !args.iter().any(|arg| self.is_endless(arg)) {
            return None;
        }
        let ended: Vec<&Expr> = args.iter().filter(|arg| !self.is_endless(arg)).collect();
        let cycled = args.iter().filter_map(|arg| self.call_of(arg, "cycle")).flatten();
        if !ended.iter().copied().chain(cycled).all(|arg| self.surely_ends(arg)) {
            return None;
        }
        let items = form.own("items");
        let parts: Vec<Expr> = args.iter().map(|_| form.own("item")).collect();
        let (mut before, mut targets, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for (arg, part) in args.iter().zip(&parts) {
            let make = &form.make;
            if let Some([value]) = self.call_of(arg, "repeat") {
                before.push(make.assign(part.clone(), value.clone()));
            } else if let Some([again]) = self.call_of(arg, "cycle") {
                targets.push(part.clone());
                sources.push(form.cycled(again, make.call("len", vec![items.clone()])));
            }
        }
        let make = &form.make;
        let tuple = |parts: Vec<Expr>| make.expr(ExprKind::Tuple(parts));
        let mut own = parts.iter().zip(args).filter(|(_, arg)| !self.is_endless(arg)).map(|(part, _)| part.clone());
        let (target, iter) = match ended.as_slice() {
            [only] => (own.next_back()?, (*only).clone()),
            all => (tuple(own.collect()), make.call("zip", all.iter().map(|arg| (*arg).clone()).collect())),
        };
        let value = match function {
            None => tuple(parts.clone()),
            Some(function) if matches!(function.kind, ExprKind::Name(_) | ExprKind::Attribute { .. }) => {
                let func = Box::new(function.clone());
                make.expr(ExprKind::Call { func, args: parts.clone(), keywords: Vec::new() })
            }
            Some(_) => return None,
        };
        if sources.is_empty() {
            before.push(make.each(target, iter, vec![make.give(value)]));
            return Some(before);
        }
        before.push(make.assign(items.clone(), make.call("list", vec![iter])));
        targets.insert(0, target);
        sources.insert(0, items);
        before.push(make.each(tuple(targets), make.call("zip", sources), vec![make.give(value)]));
        Some(before)
    }

    /// True for what has an end that can be seen: variables, displays, ranges, methods of containers.
    fn surely_ends(&self, e: &Expr) -> bool {
        const ENDING: &[&str] = &["dict", "list", "range", "reversed", "set", "sorted", "str", "tuple"];
        match &e.kind {
            ExprKind::Call { func, args, .. } => match &func.kind {
                ExprKind::Name(name) if name == "enumerate" && self.is_builtin(name) => {
                    args.iter().all(|arg| self.surely_ends(arg))
                }
                ExprKind::Name(name) => ENDING.contains(&name.as_str()) && self.is_builtin(name),
                ExprKind::Attribute { attr, .. } => {
                    matches!(attr.text.as_str(), "items" | "keys" | "values" | "split" | "splitlines")
                }
                _ => false,
            },
            ExprKind::Generator { .. } | ExprKind::Await(_) => false,
            _ => true,
        }
    }

    /// `groupby(items, key)`: the groups as lists.
    fn grouped(&mut self, e: &mut Expr, inner: &BTreeSet<String>) {
        let ExprKind::Call { func, args, keywords } = &e.kind else { return };
        let key = match (args.as_slice(), keywords.as_slice()) {
            ([_], []) => None,
            ([_, key], []) => Some(key.clone()),
            ([_], [key]) => Some(key.value.clone()),
            _ => return,
        };
        let key = key.filter(|key| !matches!(key.kind, ExprKind::None));
        let items = args[0].clone();
        let known = ["enumerate", "len", "zip"].iter().all(|name| self.is_builtin(name));
        if odd(&items) || key.as_ref().is_some_and(odd) || !known {
            return;
        }
        let mut form = Form::of(func.span, [&items].into_iter().chain(&key));
        let applied = match &key {
            Some(key) => self.applied(&mut form, key, 1, &[&items]).map(|applied| (applied, true)),
            None => {
                let item = form.own("item");
                Some(((vec![item.clone()], item), false))
            }
        };
        let Some(((names, value), keyed)) = applied else { return };
        let Some(item) = names.into_iter().next() else { return };
        let body = form.groups(items, item, keyed.then_some(value));
        self.replace(e, "groupby", body, &form, inner);
    }
}

fn named(keyword: &ast::Keyword, name: &str) -> bool {
    keyword.name.as_ref().is_some_and(|word| word.text == name)
}

fn minus(value: Expr) -> ExprKind {
    ExprKind::Unary { op: ast::UnaryOp::Minus, operand: Box::new(value) }
}

/// What `itemgetter(..)` or `attrgetter(..)` takes of an item.
fn getter(path: &str, args: &[Expr], item: &Expr) -> Option<Expr> {
    let part = |arg: &Expr| {
        let at = |kind| Expr { kind, span: arg.span };
        match (path, &arg.kind) {
            (
                "operator.itemgetter",
                ExprKind::Int(IntLiteral::Small(_)) | ExprKind::Str(_) | ExprKind::Unary { .. },
            ) => {
                let (value, index) = (Box::new(item.clone()), Box::new(arg.clone()));
                Some(at(ExprKind::Subscript { value, index }))
            }
            ("operator.attrgetter", ExprKind::Str(path)) => Some(path.split('.').fold(item.clone(), |value, name| {
                let attr = ast::Name { text: name.to_string(), span: arg.span };
                at(ExprKind::Attribute { value: Box::new(value), attr })
            })),
            _ => None,
        }
    };
    let mut parts = args.iter().map(part).collect::<Option<Vec<_>>>()?;
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Expr { kind: ExprKind::Tuple(parts), span: item.span }),
    }
}

/// True for what cannot be moved into another function: it binds names, gives items, or waits.
fn odd(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Named { .. } | ExprKind::Yield(_) | ExprKind::YieldFrom(_) | ExprKind::Await(_))
        || walk::parts(e).into_iter().any(odd)
}

/// Names, attributes of names and constants: reading them twice gives the same.
fn is_path(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Name(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) | ExprKind::Bool(_) => true,
        ExprKind::Unary { operand, .. } => is_path(operand),
        ExprKind::Attribute { value, .. } => is_path(value),
        _ => false,
    }
}

/// The expressions that a statement evaluates before its blocks, to be changed.
pub fn heads_mut(stmt: &mut Stmt) -> Vec<&mut Expr> {
    match &mut stmt.kind {
        StmtKind::Return(value) => value.iter_mut().collect(),
        StmtKind::Assign { value, .. } | StmtKind::AugAssign { value, .. } => vec![value],
        StmtKind::AnnAssign { value, .. } => value.iter_mut().collect(),
        StmtKind::For { iter, .. } => vec![iter],
        StmtKind::While { test, .. } | StmtKind::If { test, .. } => vec![test],
        StmtKind::With { items, .. } => items.iter_mut().map(|item| &mut item.context).collect(),
        StmtKind::Match { subject, .. } => vec![subject],
        StmtKind::Raise { exc, cause } => exc.iter_mut().chain(cause).collect(),
        StmtKind::Assert { test, msg } => [test].into_iter().chain(msg).collect(),
        StmtKind::Expr(e) => vec![e],
        _ => Vec::new(),
    }
}
