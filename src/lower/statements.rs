//! Statements: assignment, branches, loops, exceptions.

use super::body::{Body, Flow, assigned_names};
use super::join::{join, makes_number};
use super::narrowing::Known;
use super::world::*;
use crate::diagnostic::Code;
use crate::ir::*;
use crate::python::{ast, walk};
use crate::span::Span;
use std::collections::HashSet;

impl Body<'_, '_> {
    /// Lowers statements into the open block.
    pub fn statements(&mut self, body: &[ast::Stmt]) -> Lowered<()> {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return Ok(()) };
        self.blocks.push(Span { start: first.span.start, end: last.span.end });
        let done = self.statements_of_block(body);
        self.blocks.pop();
        done
    }

    fn statements_of_block(&mut self, body: &[ast::Stmt]) -> Lowered<()> {
        for stmt in body {
            if self.flow.dead {
                break;
            }
            self.build_before(stmt)?;
            if self.raise_on_none(stmt)? {
                break;
            }
            match self.statement(stmt) {
                Ok(()) => {}
                Err(problem) if self.world.last => return Err(problem),
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> Lowered<()> {
        use ast::StmtKind as S;
        let span = stmt.span;
        match &stmt.kind {
            S::Import(_) | S::ImportFrom { .. } => {
                let lifted = &self.world.module(self.module).lifted;
                if super::local_imports::bound_by(stmt).into_iter().all(|name| lifted.contains(name)) {
                    return Ok(());
                }
                self.refuse(Code::UnsupportedStatement, span, "import inside a function", "import at module level")
            }
            S::Pass => Ok(()),
            S::Expr(e) => self.expression_statement(e),
            S::Assign { targets, value } => self.assign(targets, value, span),
            S::AnnAssign { target, annotation, value } => {
                self.annotated_assign(target, annotation, value.as_ref(), span)
            }
            S::AugAssign { target, op, value } => self.update(target, *op, value, span),
            S::Return(value) => self.return_(value.as_ref(), span),
            S::If { test, body, orelse } => self.if_(test, body, orelse, span),
            S::While { test, body, orelse } => self.while_(test, body, orelse, span),
            S::For { target, iter, body, orelse, is_async: false } => self.for_(target, iter, body, orelse, span),
            S::Break => {
                let flow = self.flow.clone();
                if let Some(open) = self.breaks.last_mut() {
                    open.push(flow);
                }
                self.leave(StmtKind::Break, span)
            }
            S::Continue => self.leave(StmtKind::Continue, span),
            S::Raise { exc, .. } => self.raise(exc.as_ref(), span),
            S::Try { body, handlers, orelse, finalbody, is_star: false } => {
                self.try_(body, handlers, orelse, finalbody, span)
            }
            S::Match { subject, cases } => self.match_(subject, cases, span),
            S::With { items, body, is_async: false } => self.with(items, body, span),
            S::Delete(targets) => targets.iter().try_for_each(|t| self.delete(t)),
            S::Assert { test, msg } => self.assert(test, msg.as_ref(), span),
            S::Global(names) => {
                self.global_names.extend(names.iter().map(|n| n.text.clone()));
                Ok(())
            }
            S::Nonlocal(_) => Ok(()),
            S::FunctionDef(def) => self.define_inner(def),
            S::Error => self.refuse(Code::Syntax, span, "this statement could not be parsed", ""),
            _ => self.refuse(Code::UnsupportedStatement, span, "this kind of statement is not translated yet", ""),
        }
    }

    pub(super) fn leave(&mut self, kind: StmtKind, span: Span) -> Lowered<()> {
        self.push(kind, span);
        self.flow.dead = true;
        Ok(())
    }

    fn expression_statement(&mut self, e: &ast::Expr) -> Lowered<()> {
        if matches!(e.kind, ast::ExprKind::Str(_) | ast::ExprKind::Ellipsis | ast::ExprKind::None) {
            return Ok(());
        }
        if self.set_frozen(e)? || self.run_base_constructor(e)? {
            return Ok(());
        }
        let value = self.expr(e, None)?;
        if value.ty == Type::Lock {
            return Ok(());
        }
        self.push(StmtKind::Expr(value), e.span);
        Ok(())
    }

    fn assign(&mut self, targets: &[ast::Expr], value: &ast::Expr, span: Span) -> Lowered<()> {
        if let [target] = targets {
            if let Some(lambda) = self.named_lambda(target, value) {
                self.flow.defined.insert(lambda);
                return Ok(());
            }
            if let ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) = &target.kind {
                if self.swapped(items, value, span)? {
                    return Ok(());
                }
                return self.unpack(target, items, value, span);
            }
            let want = self.target_type(target);
            let value = match (&target.kind, &value.kind) {
                (
                    ast::ExprKind::Subscript { index, .. },
                    ast::ExprKind::Generator { .. } | ast::ExprKind::Call { .. },
                ) if matches!(index.kind, ast::ExprKind::Slice { .. }) => self.list_from(value, false)?,
                _ => self.expr(value, want.as_ref())?,
            };
            return self.store(target, value, span);
        }
        let value = self.expr(value, None)?;
        let value = if Self::is_simple(&value) { value } else { self.spill(value, span) };
        for target in targets {
            self.store(target, value.clone(), span)?;
        }
        Ok(())
    }

    fn annotated_assign(
        &mut self,
        target: &ast::Expr,
        hint: &ast::Expr,
        value: Option<&ast::Expr>,
        span: Span,
    ) -> Lowered<()> {
        let Some(value) = value else { return Ok(()) };
        let ty = super::annotations::annotation(self.world, self.module, hint)?;
        let value = self.expr(value, Some(&ty))?;
        let ty = Self::declared_kind(&ty, &value.ty);
        if let ast::ExprKind::Attribute { value: base, attr } = &target.kind
            && self.is_init_self(base)
            && ty != Type::Lock
        {
            self.declare_field(&self.member_name(&attr.text), &ty);
        }
        let says_all = !ty.has_unknown();
        // What the annotation leaves open, the value may say.
        let ty = if says_all { ty } else { super::join::join(&ty, &value.ty).unwrap_or(ty) };
        let value = self.coerce(value, &ty, "the annotation")?;
        if let ast::ExprKind::Name(name) = &target.kind
            && !self.names.contains_key(name)
            && !self.global_names.contains(name)
        {
            if self.is_cell(name) {
                let local = self.begin_cell(name, value, span)?;
                if says_all {
                    self.declared.insert(local, ty);
                }
                return Ok(());
            }
            let local = self.new_local(name, &ty);
            self.names.insert(name.clone(), local);
            if says_all {
                self.declared.insert(local, ty);
            }
        }
        self.store(target, value, span)
    }

    /// The type that a target already has, as a wish to the value's expression.
    pub(super) fn target_type(&mut self, target: &ast::Expr) -> Option<Type> {
        match &target.kind {
            ast::ExprKind::Name(name) => {
                let Some(&local) = self.names.get(name) else {
                    // Not assigned yet in this pass: functions learn from what earlier passes saw.
                    let seen = self.variables().get(name).map(|ty| ty.content().clone());
                    return seen.filter(|ty| ty.holds_function() || ty.holds_number());
                };
                let ty = self.locals[local.0 as usize].ty.content().clone();
                let open =
                    ty.has_unknown() || ty.holds_function() || ty.holds_number() || matches!(ty, Type::Optional(_));
                (self.declared.contains_key(&local) || open).then_some(ty)
            }
            ast::ExprKind::Attribute { value, attr } => {
                if let (Some(class), ast::ExprKind::Name(name)) = (self.init, &value.kind)
                    && Some(name) == self.self_name.as_ref()
                {
                    let class = self.world.root(class);
                    let (_, field) = self.world.class(class).field(&self.member_name(&attr.text))?;
                    return Some(field.ty.clone());
                }
                self.quiet(|body| body.place(target)).map(|(_, ty)| ty)
            }
            ast::ExprKind::Subscript { .. } => self.quiet(|body| body.place(target)).map(|(_, ty)| ty),
            _ => None,
        }
    }

    /// Runs something for its result only: statements, variables and refusals are forgotten.
    pub fn quiet<T>(&mut self, work: impl FnOnce(&mut Self) -> Lowered<T>) -> Option<T> {
        let locals = self.locals.len();
        let (prelude, unsure) = (self.prelude.len(), self.unsure.len());
        let flow = self.flow.clone();
        let names = self.names.clone();
        let changed = self.world.changed;
        let result = self.block(work).ok().map(|(_, value)| value);
        self.locals.truncate(locals);
        self.prelude.truncate(prelude);
        self.unsure.truncate(unsure);
        self.flow = flow;
        self.names = names;
        self.world.changed = changed;
        result
    }

    /// Stores a value into a target.
    pub fn store(&mut self, target: &ast::Expr, value: Expr, span: Span) -> Lowered<()> {
        let place = match &target.kind {
            ast::ExprKind::Name(name) if self.is_cell(name) && !self.names.contains_key(name) && self.depth == 0 => {
                return self.begin_cell(name, value, span).map(|_| ());
            }
            ast::ExprKind::Name(name) => self.name_place(name, &value, target.span)?,
            ast::ExprKind::Attribute { value: base, attr } if self.is_init_self(base) => {
                return self.store_field(&self.member_name(&attr.text), value, span);
            }
            ast::ExprKind::Tuple(items) | ast::ExprKind::List(items) => {
                let value = self.shaped(target, value)?;
                let targets = self.targets(items, &value.ty, span)?;
                self.push(StmtKind::Unpack { targets, value }, span);
                return Ok(());
            }
            ast::ExprKind::Starred(inner) => return self.store(inner, value, span),
            ast::ExprKind::Subscript { value: base, index } if matches!(index.kind, ast::ExprKind::Slice { .. }) => {
                return self.store_slice(base, index, value, span);
            }
            ast::ExprKind::Attribute { value: object, attr } => {
                return self.store_attribute(object, attr, value, span);
            }
            ast::ExprKind::Subscript { value: object, index } if self.has_setitem(object) => {
                return self.store_item(object, index, value, span);
            }
            _ => {
                let (place, ty) = self.place(target)?;
                if matches!(ty, Type::Lock) {
                    return Ok(());
                }
                self.learn_place(&place, &value.ty);
                let value = self.coerce(value, &ty, "the target")?;
                self.push(StmtKind::Assign { place, value }, span);
                return Ok(());
            }
        };
        let value = match &place {
            Place::Local(local) => {
                let ty = self.locals[local.0 as usize].ty.clone();
                let not_none = !matches!(value.ty, Type::Optional(_) | Type::None | Type::Unknown);
                let kinds = self.stored_kinds(&value);
                let value = self.coerce(value, &ty, "the variable")?;
                self.flow.assigned.insert(*local);
                self.flow.forget_paths_from(*local);
                self.learn_kinds(Known::Local(*local), kinds);
                if not_none {
                    self.flow.narrowed.insert(*local);
                } else {
                    self.flow.narrowed.remove(local);
                }
                value
            }
            Place::Global(global) => {
                let ty = self.world.global(*global).ty.clone();
                self.coerce(value, &ty, "the global")?
            }
            Place::Cell(cell) => {
                let ty = cell.ty.content().clone();
                let none = matches!(value.ty, Type::Optional(_) | Type::None | Type::Unknown);
                let value = self.coerce(value, &ty, "the variable")?;
                self.assigned_cell(cell, none);
                value
            }
            _ => value,
        };
        self.push(StmtKind::Assign { place, value }, span);
        Ok(())
    }

    /// The variable or global that an assignment to a name stores into.
    pub(super) fn name_place(&mut self, name: &str, value: &Expr, span: Span) -> Lowered<Place> {
        if self.global_names.contains(name) {
            return match self.world.module(self.module).names.get(name) {
                Some(super::world::Binding::Global(id)) => {
                    let id = *id;
                    self.learn_place(&Place::Global(id), &value.ty);
                    Ok(Place::Global(id))
                }
                _ => {
                    self.refuse(Code::GlobalState, span, format!("global `{name}` is not defined at module level"), "")
                }
            };
        }
        if let Some(&local) = self.names.get(name) {
            let fits = match self.declared.get(&local) {
                _ if self.leaves_parameter(local) => false,
                Some(Type::Int) if self.begins_anew(local, &value.ty) => false,
                Some(Type::Int) if matches!(value.ty, Type::Float | Type::Number) => {
                    self.widen_declared(name, local);
                    true
                }
                Some(_) => true,
                None if self.begins_anew(local, &value.ty) => false,
                None => self.learn_local(local, &value.ty),
            };
            if fits || (!self.world.last && value.ty.has_unknown()) {
                return Ok(self.place_of(local, span));
            }
            let is_cell = matches!(self.locals[local.0 as usize].ty, Type::Cell(_));
            if is_cell || self.depth > 0 && !self.stays_inside(name) && !self.is_never_read(name) {
                let message = format!(
                    "`{name}` is {} and becomes {}",
                    self.world.describe(&self.locals[local.0 as usize].ty.clone()),
                    self.world.describe(&value.ty)
                );
                return self.refuse(Code::MixedTypes, span, message, "use another name for the second value");
            }
        }
        if self.is_cell(name) {
            return self.cell_before(name, &value.ty, span);
        }
        let local = self.new_local(name, &value.ty);
        self.names.insert(name.to_string(), local);
        Ok(Place::Local(local))
    }

    pub(super) fn return_(&mut self, value: Option<&ast::Expr>, span: Span) -> Lowered<()> {
        if value.is_some_and(|e| self.is_not_implemented(e)) {
            return self.return_not_implemented(span);
        }
        if self.inlined > 0 {
            let message = "`return` in `__init__` of a base class is not translated";
            return self.refuse(Code::UnsupportedClass, span, message, "use `if` and `else`");
        }
        if self.class.is_some() && self.is_constructor() && value.is_none() {
            return self.finish_init(span);
        }
        let want = self.result_type();
        let value = match value {
            None => Expr::new(ExprKind::None, Type::None, self.at(span)),
            Some(e) if want == Some(Type::Response) => self.handler_result(e, span)?,
            Some(e) => {
                let known = self.inferred_result();
                let wish = Some(&known).filter(|ty| ty.holds_function() || ty.holds_number());
                self.expr(e, want.as_ref().or(wish))?
            }
        };
        let want = want.filter(|want| !self.contradicts(&value.ty, want));
        let value = match want {
            Some(want) => self.coerce(value, &want, "the declared result")?,
            None => {
                self.learn_result(&value.ty, span)?;
                let joined = self.inferred_result();
                self.coerce(value, &joined, "the result")?
            }
        };
        self.leave_with(value, span)
    }

    fn leave_with(&mut self, value: Expr, span: Span) -> Lowered<()> {
        let value = match value.kind {
            ExprKind::None if value.ty == Type::None => None,
            _ => Some(value),
        };
        self.leave(StmtKind::Return(value), span)
    }

    /// Gives a value as the result, whose type is learned.
    pub fn give(&mut self, value: Expr, span: Span) -> Lowered<()> {
        self.learn_result(&value.ty, span)?;
        let joined = self.inferred_result();
        let value = self.coerce(value, &joined, "the result")?;
        if value.ty == Type::None {
            self.push(StmtKind::Expr(value), span);
            return self.leave(StmtKind::Return(None), span);
        }
        self.leave_with(value, span)
    }

    /// True where code gives a result that its annotation does not allow. Python runs the code and never reads the
    /// annotation, so from here on the result is what the code gives.
    pub fn contradicts(&mut self, given: &Type, declared: &Type) -> bool {
        let super::body::Owner::Function(id) = self.owner else { return false };
        let open = given.has_unknown() || declared.has_unknown() || *given == Type::Never;
        let converted = match declared.content() {
            Type::Optional(inner) => matches!(
                (given, &**inner),
                (Type::Int | Type::Float, Type::Number) | (Type::Tuple(_), Type::TupleOf(_))
            ),
            other => {
                matches!((given, other), (Type::Int | Type::Float, Type::Number) | (Type::Tuple(_), Type::TupleOf(_)))
            }
        };
        let fits = join(given, declared).is_some_and(|joined| joined == *declared)
            && (converted || !makes_number(given, declared))
            || matches!(
                (given, declared.content()),
                (Type::Int, Type::Float) | (_, Type::Json | Type::Response | Type::Function(..))
            )
            || matches!((given, declared), (Type::Int, Type::Optional(inner)) if **inner == Type::Float);
        if open || fits || self.world.last || !self.world.function(id).declared_result {
            return false;
        }
        let info = &mut self.world.functions[id.0 as usize];
        info.declared_result = false;
        info.result = Type::Unknown;
        self.world.changed = true;
        true
    }

    /// The declared result type.
    fn result_type(&self) -> Option<Type> {
        match self.owner {
            super::body::Owner::Function(id) => {
                let info = self.world.function(id);
                info.declared_result.then(|| info.result.clone())
            }
            _ => None,
        }
    }

    fn inferred_result(&self) -> Type {
        match self.owner {
            super::body::Owner::Function(id) => self.world.function(id).result.clone(),
            _ => Type::Unknown,
        }
    }

    /// Joins a type into the inferred result.
    pub fn learn_result(&mut self, ty: &Type, span: Span) -> Lowered<()> {
        let super::body::Owner::Function(id) = self.owner else { return Ok(()) };
        let info = &mut self.world.functions[id.0 as usize];
        if info.declared_result || World::learn(&mut self.world.changed, &mut info.result, ty) {
            return Ok(());
        }
        let message = format!(
            "results are {} and {}",
            self.world.describe(&self.world.function(id).result),
            self.world.describe(ty)
        );
        self.refuse(Code::MixedTypes, span, message, "annotate the result or return one type")
    }

    fn if_(&mut self, test: &ast::Expr, body: &[ast::Stmt], orelse: &[ast::Stmt], span: Span) -> Lowered<()> {
        let (condition, facts) = self.condition(test)?;
        if let ExprKind::Bool(known) = condition.kind {
            // Folded (`isinstance` on a known type): only one branch is ever taken.
            return self.statements(if known { body } else { orelse });
        }
        let before = self.flow.clone();
        let names = self.names.clone();
        facts.assume(&mut self.flow, true);
        let (then, ()) = self.block(|b| b.statements(body))?;
        let after_then = std::mem::replace(&mut self.flow, before);
        let then_names = std::mem::replace(&mut self.names, names);
        facts.assume(&mut self.flow, false);
        self.adopt_names(then_names);
        let (orelse, ()) = self.block(|b| b.statements(orelse))?;
        let after_else = std::mem::take(&mut self.flow);
        self.flow = after_then.meet(after_else);
        self.push(StmtKind::If { test: condition, then, orelse }, span);
        Ok(())
    }

    /// Names first assigned in a branch are the same variables afterwards.
    fn adopt_names(&mut self, other: std::collections::HashMap<String, LocalId>) {
        for (name, local) in other {
            self.names.entry(name).or_insert(local);
        }
    }

    /// Forgets that variables assigned in a loop's body are not None.
    pub(super) fn forget_assigned(&mut self, body: &[ast::Stmt]) {
        self.forget_shared();
        let mut names = HashSet::new();
        assigned_names(body, &mut names);
        self.forget_narrowed(&names);
    }

    /// The same of variables that `:=` assigns in a loop's test.
    fn forget_assigned_by(&mut self, test: &ast::Expr) {
        let mut names = Vec::new();
        walk::named(test, &mut names);
        self.forget_narrowed(&names.into_iter().map(|name| name.text.clone()).collect());
    }

    fn forget_narrowed(&mut self, names: &HashSet<String>) {
        let locals: HashSet<LocalId> = names.iter().filter_map(|n| self.names.get(n)).copied().collect();
        self.flow.narrowed.retain(|local| !locals.contains(local));
        locals.iter().for_each(|local| self.flow.forget_paths_from(*local));
    }

    fn while_(&mut self, test: &ast::Expr, body: &[ast::Stmt], orelse: &[ast::Stmt], span: Span) -> Lowered<()> {
        self.forget_assigned(body);
        self.forget_assigned_by(test);
        let (condition, facts) = self.condition(test)?;
        let forever = matches!(condition.kind, ExprKind::Bool(true));
        let mut after = self.flow.clone();
        facts.assume(&mut self.flow, true);
        let LoopBody { stmts, breaks, .. } = self.loop_body(|b| b.statements(body))?;
        facts.assume(&mut after, false);
        after.dead = forever;
        self.flow = after;
        let (orelse, ()) = self.block(|b| b.statements(orelse))?;
        self.leave_loop(breaks);
        self.push(StmtKind::While { test: condition, body: stmts, orelse }, span);
        Ok(())
    }

    /// Lowers a loop's body and collects what is known at each `break`.
    fn loop_body<T>(&mut self, work: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<LoopBody<T>> {
        self.breaks.push(Vec::new());
        let result = self.block(work);
        let breaks = self.breaks.pop().unwrap_or_default();
        let (stmts, value) = result?;
        Ok(LoopBody { stmts, breaks, value })
    }

    /// After a loop: its end (with `else`), or any `break`.
    fn leave_loop(&mut self, breaks: Vec<Flow>) {
        let end = std::mem::take(&mut self.flow);
        self.flow = breaks.into_iter().fold(end, Flow::meet);
    }

    fn for_(
        &mut self,
        target: &ast::Expr,
        iter: &ast::Expr,
        body: &[ast::Stmt],
        orelse: &[ast::Stmt],
        span: Span,
    ) -> Lowered<()> {
        if self.is_strict_zip(iter) {
            let (zip, lists) = self.strict_zip(iter)?;
            return self.for_each(target, &zip, body, (orelse, lists), span);
        }
        if orelse.is_empty()
            && let Some(looked) = self.looked(iter, true)?
        {
            let (target, body) = (target.clone(), body.to_vec());
            let kind = ast::StmtKind::For { target, iter: looked.items, body, orelse: Vec::new(), is_async: false };
            return self.if_(&looked.test, &[ast::Stmt { kind, span }], &[], span);
        }
        self.for_each(target, iter, body, (orelse, Vec::new()), span)
    }

    /// A loop; where it ends by itself the lengths of lists are compared before the `else`.
    fn for_each(
        &mut self,
        target: &ast::Expr,
        iter: &ast::Expr,
        body: &[ast::Stmt],
        (orelse, lists): (&[ast::Stmt], Vec<Expr>),
        span: Span,
    ) -> Lowered<()> {
        let stage = self.stage(iter);
        let written = iter;
        self.check_iterator(iter, body)?;
        let (iter, item) = self.iterable(stage.as_ref().map_or(iter, |stage| &stage.iter), false)?;
        self.forget_assigned(body);
        let keys = self.keys_of_loop(target, written, body);
        self.known_keys.extend(keys.clone());
        let before = self.flow.clone();
        let LoopBody { stmts, breaks, value: target } = self.loop_body(|b| {
            let target = match &stage {
                None if Self::has_shape(target, &item) => b.target(target, &item)?,
                stage => b.staged_target(target, stage.as_ref(), item.clone(), span)?,
            };
            b.statements(body)?;
            Ok(target)
        })?;
        self.flow = before;
        keys.into_iter().for_each(|_| drop(self.known_keys.pop()));
        let (orelse, ()) = self.block(|b| {
            if !lists.is_empty() {
                b.check_lengths(lists, span);
            }
            b.statements(orelse)
        })?;
        self.leave_loop(breaks);
        self.push(StmtKind::For { target, iter, body: stmts, orelse }, span);
        Ok(())
    }
}

/// A lowered loop body.
struct LoopBody<T> {
    stmts: Vec<Stmt>,
    /// What is known at each `break`.
    breaks: Vec<Flow>,
    value: T,
}
