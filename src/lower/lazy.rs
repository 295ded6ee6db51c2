//! `map`, `filter` and `itertools.starmap` where they are iterated at once: as the generator that they stand for.
//!
//! ```text
//! map(int, line.split())          ->   (int(item) for item in line.split())
//! filter(lambda n: n > 2, xs)     ->   (n for n in xs if n > 2)
//! ```

use super::body::Body;
use super::world::Lowered;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;
use std::collections::HashSet;

/// One clause of a generator: what is iterated under which name, what it gives, and under which condition.
pub struct Stage {
    pub target: ast::Expr,
    pub iter: ast::Expr,
    pub element: ast::Expr,
    pub condition: Option<ast::Expr>,
}

impl Stage {
    /// The stage as a generator expression.
    pub fn generator(self, span: Span) -> ast::Expr {
        let conditions = self.condition.into_iter().collect();
        let clause = ast::Comprehension { target: self.target, iter: self.iter, conditions, is_async: false };
        let kind = ast::ExprKind::Generator { element: Box::new(self.element), clauses: vec![clause] };
        ast::Expr { kind, span }
    }
}

impl Body<'_, '_> {
    /// The generator that a call of `map` or `filter` stands for.
    pub fn stage(&mut self, e: &ast::Expr) -> Option<Stage> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return None };
        let ast::ExprKind::Name(name) = &func.kind else { return None };
        let plain = keywords.is_empty() && !args.iter().any(|arg| matches!(arg.kind, ast::ExprKind::Starred(_)));
        if !plain || !self.is_builtin(name) {
            return None;
        }
        match (name.as_str(), args.as_slice()) {
            ("map", [function, sources @ ..]) if !sources.is_empty() => self.mapped(function, sources, e.span),
            ("filter", [function, source]) => self.filtered(function, source, e.span),
            _ => None,
        }
    }

    fn mapped(&mut self, function: &ast::Expr, sources: &[ast::Expr], span: Span) -> Option<Stage> {
        let (names, element) = self.applied(function, sources.len(), span)?;
        let (target, iter) = match (names.as_slice(), sources) {
            ([name], [source]) => (name.clone(), source.clone()),
            _ => {
                let zip = Box::new(name_of("zip", span));
                let call = ast::ExprKind::Call { func: zip, args: sources.to_vec(), keywords: Vec::new() };
                let iter = ast::Expr { kind: call, span };
                (ast::Expr { kind: ast::ExprKind::Tuple(names), span }, iter)
            }
        };
        if sources.len() > 1 && !self.is_builtin("zip") {
            return None;
        }
        Some(Stage { target, iter, element, condition: None })
    }

    fn filtered(&mut self, function: &ast::Expr, source: &ast::Expr, span: Span) -> Option<Stage> {
        let (target, condition) = match function.kind {
            ast::ExprKind::None => {
                let name = self.fresh_name(0, span);
                (name.clone(), name)
            }
            _ => {
                let (names, test) = self.applied(function, 1, span)?;
                (names.into_iter().next()?, test)
            }
        };
        Some(Stage { element: target.clone(), target, iter: source.clone(), condition: Some(condition) })
    }

    /// A function applied to so many names: the names, and what the call gives.
    pub fn applied(&mut self, function: &ast::Expr, count: usize, span: Span) -> Option<(Vec<ast::Expr>, ast::Expr)> {
        if let ast::ExprKind::Lambda { params, body } = &function.kind {
            let plain = |p: &ast::Parameter| {
                let positional = matches!(p.kind, ast::ParameterKind::Positional | ast::ParameterKind::PositionalOnly);
                positional && p.default.is_none()
            };
            let fits = params.items.len() == count && params.items.iter().all(plain);
            let names = params.items.iter().map(|p| name_of(&p.name.text, p.name.span)).collect();
            return fits.then(|| (names, (**body).clone()));
        }
        if !matches!(function.kind, ast::ExprKind::Name(_) | ast::ExprKind::Attribute { .. }) {
            return None;
        }
        let names: Vec<ast::Expr> = (0..count).map(|index| self.fresh_name(index, span)).collect();
        let call = ast::ExprKind::Call { func: Box::new(function.clone()), args: names.clone(), keywords: Vec::new() };
        Some((names, ast::Expr { kind: call, span: function.span }))
    }

    /// `next((e for x in xs if c), default)`: a loop that ends with the first item.
    pub fn next_or(&mut self, source: &ast::Expr, default: &ast::Expr, span: Span) -> Lowered<Expr> {
        use ast::ExprKind as K;
        let simple = matches!(default.kind, K::None | K::Int(_) | K::Float(_) | K::Bool(_) | K::Str(_) | K::Name(_))
            || matches!(&default.kind, K::Unary { operand, .. } if matches!(operand.kind, K::Int(_) | K::Float(_)));
        let Some((element, clause)) = self.first_of(source).filter(|_| simple) else {
            let message = "this `next` is not translated";
            return self.refuse(Code::UnsupportedCall, span, message, "write a loop that ends with `break`");
        };
        let mut targets = HashSet::new();
        super::generators::target_names(&clause.target, &mut targets);
        let mut read = HashSet::new();
        super::generators::names_in(&clause.iter, &mut read);
        if targets.iter().any(|name| self.is_cell(name) || read.contains(name)) {
            let message = "`next` over a variable of this name is not translated";
            return self.refuse(Code::UnsupportedCall, span, message, "rename it");
        }
        let outer = self.names.clone();
        let result = self.block(|b| {
            let first = b.expr(default, None)?;
            let local = b.new_local("found", &first.ty);
            let ty = b.locals[local.0 as usize].ty.clone();
            let first = b.coerce(first, &ty, "the default")?;
            b.flow.assigned.insert(local);
            b.push(StmtKind::Assign { place: Place::Local(local), value: first }, span);
            b.names.retain(|name, _| !targets.contains(name));
            let name = b.fresh_name(0, span);
            if let K::Name(text) = &name.kind {
                b.names.insert(text.clone(), local);
            }
            let stmt = |kind| ast::Stmt { kind, span };
            let mut body =
                vec![stmt(ast::StmtKind::Assign { targets: vec![name], value: element }), stmt(ast::StmtKind::Break)];
            for test in clause.conditions.into_iter().rev() {
                body = vec![stmt(ast::StmtKind::If { test, body, orelse: Vec::new() })];
            }
            let (target, iter) = (clause.target, clause.iter);
            b.statements(&[stmt(ast::StmtKind::For { target, iter, body, orelse: Vec::new(), is_async: false })])?;
            b.read_local(local, span)
        });
        self.names = outer;
        let (body, value) = result?;
        Ok(super::loops::after(body, value))
    }

    /// What an iterator gives, as an element and the one clause of a generator.
    fn first_of(&mut self, source: &ast::Expr) -> Option<(ast::Expr, ast::Comprehension)> {
        if let ast::ExprKind::Generator { element, clauses } = &source.kind {
            let [clause] = clauses.as_slice() else { return None };
            return (!clause.is_async).then(|| ((**element).clone(), clause.clone()));
        }
        let ast::ExprKind::Call { func, args, .. } = &source.kind else { return None };
        let builtin = match &func.kind {
            ast::ExprKind::Name(name) if self.is_builtin(name) => name.as_str(),
            _ => "",
        };
        let iter = match (builtin, args.as_slice()) {
            ("iter", [items]) => items.clone(),
            ("reversed" | "enumerate" | "zip" | "map" | "filter", _) => source.clone(),
            _ => match self.quiet(|b| b.expr(source, None)).map(|value| value.kind) {
                Some(ExprKind::Call { function, .. }) if self.world.function(function).is_generator => source.clone(),
                _ => return None,
            },
        };
        let taken = |word: &&str| self.names.contains_key(*word) || self.own_names.contains(*word);
        let free =
            ["item", "value", "first", "element"].into_iter().find(|word| !taken(word) && self.is_builtin(word))?;
        let target = name_of(free, source.span);
        let clause = ast::Comprehension { target: target.clone(), iter, conditions: Vec::new(), is_async: false };
        Some((target, clause))
    }

    /// A variable of its own as the target of a loop, and what is made of it stored into the real one.
    pub fn staged_target(
        &mut self,
        target: &ast::Expr,
        stage: Option<&Stage>,
        item: Type,
        span: Span,
    ) -> Lowered<Target> {
        let at = self.at(span);
        let local = self.new_local("item", &item);
        self.flow.assigned.insert(local);
        let mut value = Expr::local(local, item, at);
        if let Some(stage) = stage {
            let names = self.names.clone();
            value = self.stage_value(stage, value, span)?;
            self.names = names;
        }
        self.store(target, value, span)?;
        Ok(Target::Declare(local))
    }

    /// What a stage makes of an item; goes on with the next item where its condition does not hold.
    fn stage_value(&mut self, stage: &Stage, item: Expr, span: Span) -> Lowered<Expr> {
        let shaped = self.shaped(&stage.target, item)?;
        self.bind_stage(&stage.target, shaped, span)?;
        if let Some(test) = &stage.condition {
            let at = self.at(span);
            let test = self.condition(test)?.0;
            let skip = Stmt { kind: StmtKind::Continue, at };
            let test = Expr::new(ExprKind::Not(Box::new(test)), Type::Bool, at);
            self.push(StmtKind::If { test, then: vec![skip], orelse: Vec::new() }, span);
        }
        self.expr(&stage.element, None)
    }

    /// Gives the names of a stage their values.
    fn bind_stage(&mut self, target: &ast::Expr, value: Expr, span: Span) -> Lowered<()> {
        match (&target.kind, value.kind) {
            (ast::ExprKind::Tuple(items), ExprKind::Tuple(parts)) => {
                items.iter().zip(parts).try_for_each(|(item, part)| self.bind_stage(item, part, span))
            }
            (ast::ExprKind::Tuple(items), kind) => {
                let whole = self.spill(Expr { kind, ty: value.ty, at: value.at }, span);
                let parts = self.parts(items, whole, span)?;
                items.iter().zip(parts).try_for_each(|(item, part)| self.bind_stage(item, part, span))
            }
            (ast::ExprKind::Name(name), kind) => {
                let value = Expr { kind, ty: value.ty, at: value.at };
                let read = if Self::is_simple(&value) { value } else { self.spill(value, span) };
                if let Some(Place::Local(local)) = read.as_place() {
                    self.names.insert(name.clone(), *local);
                }
                Ok(())
            }
            _ => self.refuse(Code::UnsupportedExpression, target.span, "this loop target is not translated", ""),
        }
    }

    /// What `map` gives to so many targets: it is asked for one more at most.
    pub fn unpacked_stage(&mut self, stage: Stage, items: &[ast::Expr], span: Span) -> Lowered<Expr> {
        let starred = items.iter().any(|item| matches!(item.kind, ast::ExprKind::Starred(_)));
        if starred || stage.condition.is_some() {
            if stage.condition.is_some() && !starred {
                return self.refuse(Code::UnsupportedCall, span, "`filter` is unpacked", "make a list of it first");
            }
            return self.list_from(&stage.generator(span), false);
        }
        let source = self.list_from(&stage.iter, false)?;
        let (at, ty) = (self.at(span), source.ty.clone());
        let none = || Expr::new(ExprKind::None, Type::None, at);
        let most = Expr::new(ExprKind::Int(items.len() as i64 + 1), Type::Int, at);
        let first = ExprKind::Builtin { op: Builtin::Slice, args: vec![source, none(), most, none()] };
        let first = self.spill(Expr::new(first, ty, at), span);
        let Some(Place::Local(local)) = first.as_place() else { return Ok(first) };
        let name = format!("\u{0}mapped{}", local.0);
        self.names.insert(name.clone(), *local);
        let iter = ast::Expr { kind: ast::ExprKind::Name(name), span };
        self.list_from(&Stage { iter, ..stage }.generator(span), false)
    }

    /// `str.upper(s)`: a method by the name of its type, of a value of that type.
    pub fn unbound_method(
        &mut self,
        owner: &ast::Expr,
        attr: &ast::Name,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Option<Lowered<Expr>> {
        let ast::ExprKind::Name(name) = &owner.kind else { return None };
        if name == "dict" && attr.text == "fromkeys" && keywords.is_empty() && self.is_builtin(name) {
            return Some(self.dict_from_keys(args, span));
        }
        let made = matches!(attr.text.as_str(), "fromkeys" | "maketrans" | "from_bytes" | "fromhex" | "format");
        let types = ["str", "bytes", "list", "dict", "set", "frozenset", "int", "float"];
        if made || args.is_empty() || !types.contains(&name.as_str()) || !self.is_builtin(name) {
            return None;
        }
        let base = match self.expr(&args[0], None) {
            Ok(base) => base,
            Err(problem) => return Some(Err(problem)),
        };
        let fits = base.ty == Type::Unknown || super::library::type_word(&base.ty) == Some(name);
        fits.then(|| self.method_call(base, attr, &args[1..], keywords, None, span))
    }

    /// A name that no program can have.
    pub fn fresh_name(&self, index: usize, span: Span) -> ast::Expr {
        name_of(&format!("\u{0}item{}_{index}", self.locals.len()), span)
    }
}

/// What iterating over `d.get(key, [])` comes down to.
pub struct Looked {
    /// `key in d`
    pub test: ast::Expr,
    /// `d[key]`
    pub items: ast::Expr,
}

impl Body<'_, '_> {
    /// `for x in d.get(key, [])` is `for x in d[key]` where the key is there: nothing is copied, and a change of what
    /// is iterated is seen. A key that is computed gets a name, where there is a place for that.
    pub fn looked(&mut self, e: &ast::Expr, may_name: bool) -> Lowered<Option<Looked>> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return Ok(None) };
        let ast::ExprKind::Attribute { value: dict, attr } = &func.kind else { return Ok(None) };
        let [key, absent] = args.as_slice() else { return Ok(None) };
        if attr.text != "get" || !keywords.is_empty() || !is_empty_display(absent) || !is_path(dict) {
            return Ok(None);
        }
        if !may_name && !is_path(key) {
            return Ok(None);
        }
        let ty = self.quiet(|b| b.expr(dict, None)).map(|v| v.ty);
        let Some(Type::Dict(wanted, item, _)) = ty.filter(|ty| !ty.has_unknown()) else { return Ok(None) };
        if item.item().is_none() {
            return Ok(None);
        }
        let key = match is_path(key) {
            true => key.clone(),
            false => {
                let value = self.expr(key, Some(&wanted))?;
                let value = self.coerce(value, &wanted, "the key")?;
                let value = self.spill(value, key.span);
                let name = self.fresh_name(0, key.span);
                if let (ast::ExprKind::Name(name), Some(Place::Local(local))) = (&name.kind, value.as_place()) {
                    self.names.insert(name.clone(), *local);
                }
                name
            }
        };
        let (ops, comparators) = (vec![ast::CompareOp::In], vec![(**dict).clone()]);
        let test = ast::ExprKind::Compare { left: Box::new(key.clone()), ops, comparators };
        let items = ast::ExprKind::Subscript { value: dict.clone(), index: Box::new(key) };
        let at = |kind| ast::Expr { kind, span: e.span };
        Ok(Some(Looked { test: at(test), items: at(items) }))
    }
}

impl Body<'_, '_> {
    /// What `operator.itemgetter(..)` or `attrgetter(..)` takes of an item.
    pub fn getter(&self, e: &ast::Expr, item: &ast::Expr) -> Option<ast::Expr> {
        let ast::ExprKind::Call { func, args, keywords } = &e.kind else { return None };
        let name = super::annotations::dotted(func)?;
        let first = name.split('.').next().unwrap_or_default();
        if self.names.contains_key(first) || self.own_names.contains(first) || !keywords.is_empty() {
            return None;
        }
        let by_index = match super::annotations::library_name(self.world, self.module, &name).as_str() {
            "operator.itemgetter" => true,
            "operator.attrgetter" => false,
            _ => return None,
        };
        let part = |arg: &ast::Expr| {
            let at = |kind| ast::Expr { kind, span: arg.span };
            let own = Box::new(item.clone());
            match &arg.kind {
                ast::ExprKind::Str(path) if !by_index => Some(path.split('.').fold(item.clone(), |value, name| {
                    let attr = ast::Name { text: name.to_string(), span: arg.span };
                    at(ast::ExprKind::Attribute { value: Box::new(value), attr })
                })),
                ast::ExprKind::Int(_) | ast::ExprKind::Str(_) | ast::ExprKind::Unary { .. } if by_index => {
                    Some(at(ast::ExprKind::Subscript { value: own, index: Box::new(arg.clone()) }))
                }
                _ => None,
            }
        };
        let mut parts = args.iter().map(part).collect::<Option<Vec<_>>>()?;
        match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ => Some(ast::Expr { kind: ast::ExprKind::Tuple(parts), span: e.span }),
        }
    }
}

/// `[]`, `()`, `{}`
fn is_empty_display(e: &ast::Expr) -> bool {
    match &e.kind {
        ast::ExprKind::List(items) | ast::ExprKind::Tuple(items) => items.is_empty(),
        ast::ExprKind::Dict(items) => items.is_empty(),
        _ => false,
    }
}

/// Names, attributes of names and constants: reading them twice gives the same.
fn is_path(e: &ast::Expr) -> bool {
    match &e.kind {
        ast::ExprKind::Name(_) | ast::ExprKind::Int(_) | ast::ExprKind::Str(_) => true,
        ast::ExprKind::Attribute { value, .. } => is_path(value),
        _ => false,
    }
}

fn name_of(name: &str, span: Span) -> ast::Expr {
    ast::Expr { kind: ast::ExprKind::Name(name.to_string()), span }
}

/// The name of a variable as emitted code may have it.
pub fn shown(name: &str) -> &str {
    if name.starts_with('\u{0}') { "item" } else { name }
}
