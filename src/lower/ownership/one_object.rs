//! Second names for one object that can be written as one name.
//!
//! ```text
//! def fill(xs): ...; return xs        every return gives the argument itself:
//! xs = fill(xs)                           fill(xs)
//! ys = fill(xs)                           fill(xs); ys = xs
//! return fill(xs)                         fill(xs); return xs
//!
//! ys = xs; ys.append(1)               neither is assigned again, so that both are one object for ever:
//!                                         xs.append(1)
//! ```
//!
//! What is left of second names is for the rest of the decision to allow or refuse.

use super::classify::{Kind, kind};
use super::keeps::is_new;
use super::variables::stores;
use crate::ir::returns::{collect_returns, given_position, gives_back_sometimes, may_return_a_param, returned_param};
use crate::ir::walk::{Part, PartMut, each_expr, each_expr_mut, each_expr_of, each_part, each_stmt, each_stmt_mut};
use crate::ir::*;
use std::collections::HashMap;

/// Gives each return of a public function that gives back an argument now and then a statement of its own, with what it
/// calls before it, so that each says what the outside is told.
pub(super) fn part_returns(program: &mut Program) {
    for index in 0..program.functions.len() {
        let function = &program.functions[index];
        if !function.public || !may_return_a_param(program, function) {
            continue;
        }
        part_choices(&mut program.functions[index].body);
        let function = &program.functions[index];
        if gives_back_sometimes(program, function) {
            let (mut body, mut locals) = (function.body.clone(), function.locals.clone());
            call_first(function, &mut body, &mut locals);
            (program.functions[index].body, program.functions[index].locals) = (body, locals);
        }
    }
}

/// `return a if test else b` as a branch.
fn part_choices(body: &mut [Stmt]) {
    each_stmt_mut(body, &mut |stmt| {
        if let StmtKind::Return(Some(value)) = &mut stmt.kind
            && let ExprKind::If { test, then, orelse } = &mut value.kind
        {
            let at = stmt.at;
            let test = std::mem::replace(&mut **test, Expr::new(ExprKind::Bool(true), Type::Bool, at));
            let back = |value: &Expr| vec![Stmt::new(StmtKind::Return(Some(value.clone())), at)];
            stmt.kind = StmtKind::If { test, then: back(then), orelse: back(orelse) };
        }
    });
}

/// What a return computes with calls gets a name first.
fn call_first(function: &Function, body: &mut Vec<Stmt>, locals: &mut Vec<Local>) {
    let mut index = 0;
    while index < body.len() {
        let mut parts = Vec::new();
        body[index].parts_mut(&mut parts);
        for part in parts {
            if let PartMut::Body(inner) = part {
                call_first(function, inner, locals);
            }
        }
        if let StmtKind::Return(Some(value)) = &body[index].kind
            && given_position(function, value).is_none()
            && calls(value)
        {
            let (at, value) = (body[index].at, value.clone());
            let local = named(locals, "result", &value.ty);
            body[index].kind = StmtKind::Return(Some(Expr::local(local, value.ty.clone(), at)));
            body.insert(index, Stmt::new(StmtKind::Let { local, value: Some(value) }, at));
            index += 1;
        }
        index += 1;
    }
}

fn calls(value: &Expr) -> bool {
    let mut found = false;
    each_expr_of(value, &mut |e| found |= matches!(e.kind, ExprKind::Call { .. } | ExprKind::CallValue { .. }));
    found
}

/// `(a if test else b).pop()` changes the one or the other: `a.pop() if test else b.pop()`.
fn part_changes(body: &mut [Stmt]) {
    each_expr_mut(
        body,
        &mut |e| {
            let ExprKind::Builtin { op, args } = &e.kind else { return };
            let Some(Expr { kind: ExprKind::If { test, then, orelse }, .. }) = args.first() else { return };
            if op.need(0) != Need::Mut {
                return;
            }
            let of = |chosen: &Expr| {
                let mut args = args.clone();
                args[0] = chosen.clone();
                Box::new(Expr::new(ExprKind::Builtin { op: *op, args }, e.ty.clone(), e.at))
            };
            e.kind = ExprKind::If { test: test.clone(), then: of(then), orelse: of(orelse) };
        },
        &mut |_| {},
    );
    each_stmt_mut(body, &mut |stmt| {
        if let StmtKind::Expr(Expr { kind: ExprKind::If { test, then, orelse }, .. }) = &stmt.kind {
            let one = |e: &Expr| vec![Stmt::new(StmtKind::Expr(e.clone()), stmt.at)];
            stmt.kind = StmtKind::If { test: (**test).clone(), then: one(then), orelse: one(orelse) };
        }
    });
}

/// Writes the second names of a program that are surely one object as one name.
pub(super) fn settle(program: &mut Program) {
    program.functions.iter_mut().for_each(|function| part_changes(&mut function.body));
    loop {
        let mut found = false;
        for index in 0..program.functions.len() {
            found |= unwind(program, index);
        }
        let given = Given::of(program);
        for function in &mut program.functions {
            let mut body = std::mem::take(&mut function.body);
            found |= given.block(&mut body, &mut function.locals);
            function.body = body;
        }
        if !found {
            break;
        }
    }
    drop_results(program);
    for index in 0..program.functions.len() {
        while let Some((second, first)) = second_name(program, &program.functions[index]) {
            rename(&mut program.functions[index].body, second, first);
        }
    }
}

/// `return f(.., xs)` in `f` itself, where every other return gives its parameter `xs`: so does this one, in the end.
fn unwind(program: &mut Program, index: usize) -> bool {
    let function = &program.functions[index];
    let stored = stores(function);
    let mut returns = Vec::new();
    collect_returns(&function.body, &mut returns);
    let id = FunctionId(index as u32);
    let is_own = |position: usize, value: &Expr| {
        matches!(&value.kind, ExprKind::Call { function: callee, args }
            if *callee == id && args.get(position).and_then(variable) == Some(function.params[position].local))
    };
    let gives = |position: usize| {
        let local = function.params[position].local;
        let is_given = |value: &Option<&Expr>| {
            value.is_some_and(|value| variable(value) == Some(local) || is_own(position, value))
        };
        let own = returns.iter().flatten().filter(|value| is_own(position, value)).count();
        is_container(program, &function.locals[local.0 as usize].ty)
            && !stored.contains_key(&local)
            && 0 < own
            && own < returns.len()
            && returns.iter().all(is_given)
    };
    let Some(position) = (0..function.params.len()).find(|position| gives(*position)) else { return false };
    let given = Given { positions: HashMap::from([(id, position)]) };
    let function = &mut program.functions[index];
    let mut body = std::mem::take(&mut function.body);
    let found = given.block(&mut body, &mut function.locals);
    program.functions[index].body = body;
    found
}

/// The variable that an expression reads.
fn variable(e: &Expr) -> Option<LocalId> {
    match e.as_place() {
        Some(Place::Local(local)) => Some(*local),
        _ => None,
    }
}

/// True for an argument of which nobody can tell when it is evaluated.
fn is_harmless(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => true,
        ExprKind::Convert { to: Conversion::Some | Conversion::ToNumber | Conversion::Widen, value } => {
            is_harmless(value)
        }
        ExprKind::List(items) | ExprKind::Tuple(items) => items.iter().all(is_harmless),
        _ => variable(e).is_some(),
    }
}

fn is_container(program: &Program, ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)) && kind(program, ty) == Kind::Container
}

/// Functions that give back a parameter on every path, with its position.
struct Given {
    positions: HashMap<FunctionId, usize>,
}

impl Given {
    /// Those of which a call gives a variable, so that its result is another name for what the variable holds.
    fn of(program: &Program) -> Given {
        let mut positions = HashMap::new();
        for (index, function) in program.functions.iter().enumerate() {
            if matches!(function.kind, FunctionKind::Plain)
                && is_container(program, &function.result)
                && let Some(local) = returned_param(program, function)
                && let Some(position) = function.params.iter().position(|param| param.local == local)
            {
                positions.insert(FunctionId(index as u32), position);
            }
        }
        let mut named = HashMap::new();
        for function in &program.functions {
            each_expr(&function.body, &mut |e| {
                if let ExprKind::Call { function, args } = &e.kind
                    && let Some(position) = positions.get(function)
                    && args.get(*position).and_then(variable).is_some()
                {
                    named.insert(*function, *position);
                }
            });
        }
        Given { positions: named }
    }

    /// Rewrites the statements of a block whose value is such a call; true where there are any.
    fn block(&self, block: &mut Vec<Stmt>, locals: &mut Vec<Local>) -> bool {
        let mut found = false;
        let mut index = 0;
        while index < block.len() {
            let mut parts = Vec::new();
            block[index].parts_mut(&mut parts);
            for part in parts {
                found |= self.inside(part, locals);
            }
            if let Some(written) = self.statement(&block[index], locals) {
                let count = written.len();
                block.splice(index..=index, written);
                index += count;
                found = true;
            } else {
                index += 1;
            }
        }
        found
    }

    fn inside(&self, part: PartMut, locals: &mut Vec<Local>) -> bool {
        match part {
            PartMut::Body(body) => self.block(body, locals),
            PartMut::Value(e, need) => {
                let mut parts = Vec::new();
                e.parts_mut(need, &|_, _| Need::Ref, &mut parts);
                parts.into_iter().fold(false, |found, part| self.inside(part, locals) | found)
            }
            PartMut::Store(_) | PartMut::Change(_) | PartMut::Declare(_) => false,
        }
    }

    /// The statements for one whose value is such a call: the call, then what is done with the variable.
    fn statement(&self, stmt: &Stmt, locals: &mut Vec<Local>) -> Option<Vec<Stmt>> {
        let value = match &stmt.kind {
            StmtKind::Let { value: Some(value), .. }
            | StmtKind::Assign { place: Place::Local(_), value }
            | StmtKind::Return(Some(value)) => value,
            _ => return None,
        };
        let ExprKind::Call { function, args } = &value.kind else { return None };
        let position = *self.positions.get(function)?;
        let given = args.get(position)?;
        let at = stmt.at;
        let mut written = Vec::new();
        let mut call = value.clone();
        let local = match variable(given) {
            Some(local) => local,
            // A new object gets a name of its own, where nobody can tell that it is made first.
            None if is_new(given) && args[..position].iter().all(is_harmless) => {
                let local = match stmt.kind {
                    StmtKind::Let { local, .. } => local,
                    _ => named(locals, "given", &given.ty),
                };
                written.push(Stmt::new(StmtKind::Let { local, value: Some(given.clone()) }, at));
                if let ExprKind::Call { args, .. } = &mut call.kind {
                    args[position] = Expr::local(local, given.ty.clone(), given.at);
                }
                local
            }
            None => return None,
        };
        written.push(Stmt::new(StmtKind::Expr(call), at));
        let result = Expr::local(local, value.ty.clone(), value.at);
        match &stmt.kind {
            StmtKind::Assign { place: Place::Local(target), .. } | StmtKind::Let { local: target, .. }
                if *target == local => {}
            StmtKind::Assign { place, .. } => {
                written.push(Stmt::new(StmtKind::Assign { place: place.clone(), value: result }, at));
            }
            StmtKind::Let { local: target, .. } => {
                written.push(Stmt::new(StmtKind::Let { local: *target, value: Some(result) }, at));
            }
            _ => written.push(Stmt::new(StmtKind::Return(Some(result)), at)),
        }
        Some(written)
    }
}

/// A new variable.
fn named(locals: &mut Vec<Local>, name: &str, ty: &Type) -> LocalId {
    let taken = |name: &str| locals.iter().any(|local| local.name == name);
    let free = (2..).map(|count| format!("{name}_{count}")).find(|name| !taken(name));
    let name = if taken(name) { free.unwrap_or_default() } else { name.to_owned() };
    locals.push(Local { name, ty: ty.clone(), mutable: true, used: true, binding: Binding::Value });
    LocalId(locals.len() as u32 - 1)
}

/// Functions of the module alone that give back a parameter to nobody give back nothing.
fn drop_results(program: &mut Program) {
    let count = program.functions.len();
    let (mut all, mut dropped, mut otherwise) = (vec![0; count], vec![0; count], vec![false; count]);
    let mut note = |e: &Expr, otherwise: &mut Vec<bool>, is_global: bool| match &e.kind {
        ExprKind::Closure { function, .. } => otherwise[function.0 as usize] = true,
        ExprKind::Call { function, .. } => {
            all[function.0 as usize] += 1;
            otherwise[function.0 as usize] |= is_global;
        }
        _ => {}
    };
    for function in &program.functions {
        each_expr(&function.body, &mut |e| note(e, &mut otherwise, false));
        function.params.iter().filter_map(|param| param.default.as_ref()).for_each(|default| {
            each_expr_of(default, &mut |e| note(e, &mut otherwise, true));
        });
        each_stmt(&function.body, &mut |stmt| {
            if let StmtKind::Expr(Expr { kind: ExprKind::Call { function, .. }, .. }) = &stmt.kind {
                dropped[function.0 as usize] += 1;
            }
        });
    }
    for global in &program.globals {
        each_expr_of(&global.value, &mut |e| note(e, &mut otherwise, true));
    }
    let routed: Vec<FunctionId> = program.routes.iter().map(|route| route.handler).collect();
    for index in 0..count {
        let function = &program.functions[index];
        let inside = matches!(function.kind, FunctionKind::Plain)
            && !function.public
            && !otherwise[index]
            && !routed.contains(&FunctionId(index as u32));
        let unused = 0 < all[index] && all[index] == dropped[index];
        if inside && unused && is_container(program, &function.result) && returned_param(program, function).is_some() {
            let function = &mut program.functions[index];
            function.result = Type::None;
            empty_returns(&mut function.body);
            retype(program, FunctionId(index as u32));
        }
    }
}

fn empty_returns(body: &mut [Stmt]) {
    each_stmt_mut(body, &mut |stmt| {
        if let StmtKind::Return(value) = &mut stmt.kind {
            *value = None;
        }
    });
}

/// The calls of a function that gives nothing any more.
fn retype(program: &mut Program, id: FunctionId) {
    for function in &mut program.functions {
        each_expr_mut(
            &mut function.body,
            &mut |e| {
                if matches!(&e.kind, ExprKind::Call { function, .. } if *function == id) {
                    e.ty = Type::None;
                }
            },
            &mut |_| {},
        );
    }
}

/// A variable that begins as another name for what one that is never assigned again holds, and is never assigned
/// itself.
fn second_name(program: &Program, function: &Function) -> Option<(LocalId, LocalId)> {
    let stored = stores(function);
    let mut begun: HashMap<LocalId, usize> = HashMap::new();
    each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
        if let Part::Declare(local) = part {
            *begun.entry(*local).or_default() += 1;
        }
    });
    // An empty beginning is one that something else fills.
    each_stmt(&function.body, &mut |stmt| {
        if let StmtKind::Let { local, value: None } = &stmt.kind {
            begun.remove(local);
        }
    });
    let is_param = |local: LocalId| function.params.iter().any(|param| param.local == local);
    let count = |local: LocalId| stored.get(&local).copied().unwrap_or(0);
    let once = |local: LocalId| match is_param(local) {
        true => count(local) == 0,
        false => count(local) == 1 && begun.get(&local) == Some(&1),
    };
    let mut found = None;
    each_stmt(&function.body, &mut |stmt| {
        if let StmtKind::Let { local, value: Some(value) } = &stmt.kind
            && let Some(first) = variable(value)
            && value.ty == function.locals[local.0 as usize].ty
            && value.ty == function.locals[first.0 as usize].ty
            && is_container(program, &value.ty)
            && first != *local
            && once(*local)
            && once(first)
        {
            found.get_or_insert((*local, first));
        }
    });
    found
}

/// One name instead of two.
fn rename(body: &mut Vec<Stmt>, from: LocalId, to: LocalId) {
    remove_beginning(body, from);
    each_expr_mut(
        body,
        &mut |e| {
            if let ExprKind::Read { place: Place::Local(local), .. } = &mut e.kind
                && *local == from
            {
                *local = to;
            }
        },
        &mut |_| {},
    );
}

fn remove_beginning(body: &mut Vec<Stmt>, local: LocalId) {
    body.retain(|stmt| !matches!(&stmt.kind, StmtKind::Let { local: begun, .. } if *begun == local));
    for stmt in body {
        let mut parts = Vec::new();
        stmt.parts_mut(&mut parts);
        parts.into_iter().for_each(|part| remove_inside(part, local));
    }
}

fn remove_inside(part: PartMut, local: LocalId) {
    match part {
        PartMut::Body(body) => remove_beginning(body, local),
        PartMut::Value(e, need) => {
            let mut parts = Vec::new();
            e.parts_mut(need, &|_, _| Need::Ref, &mut parts);
            parts.into_iter().for_each(|part| remove_inside(part, local));
        }
        PartMut::Store(_) | PartMut::Change(_) | PartMut::Declare(_) => {}
    }
}
