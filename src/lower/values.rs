//! Functions as values: lambdas, names of functions, calls of what a variable holds; and what a value must not do.
//!
//! ```text
//! rules = {"double": lambda n: n * 2}       {"double": closure lambda(_)}
//! rules[name](3)                            rules[name](3)         any function of that type may run
//! ```
//!
//! The type of a function value is exact: `Callable[[int], int]` holds functions from int to int and no others.

use super::aliases::{Aliases, RootKey, can_change};
use super::body::Body;
use super::calls::SlotDefault;
use super::world::{Lowered, World};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::{each_expr, each_expr_of};
use crate::ir::*;
use crate::python::ast;
use crate::span::Span;

impl Body<'_, '_> {
    /// A lambda as a value.
    pub fn lambda(&mut self, want: Option<&Type>, span: Span) -> Lowered<Expr> {
        match self.world.inner.get(&(self.module, span)).copied() {
            Some(id) => self.function_value(id, want, span),
            None => {
                self.refuse(Code::UnsupportedExpression, span, "a lambda here is not translated", "name a function")
            }
        }
    }

    /// A function as a value of the wanted type, or with the parameters that have no default.
    pub fn function_value(&mut self, id: FunctionId, want: Option<&Type>, span: Span) -> Lowered<Expr> {
        self.check_refused(id, span)?;
        self.check_iterated(id, span)?;
        self.check_defined(id, span)?;
        let wanted = match want {
            Some(Type::Function(params, result)) => Some((params.clone(), (**result).clone())),
            Some(Type::Optional(inner)) => match &**inner {
                Type::Function(params, result) => Some((params.clone(), (**result).clone())),
                _ => None,
            },
            _ => None,
        };
        let params = self.world.function(id).params.clone();
        if params.iter().any(|param| param.rest || param.is_fresh) {
            let name = &self.world.function(id).name;
            let message = format!(
                "`{name}`, which takes any number of arguments or makes a container of its own, is taken as a value"
            );
            return self.refuse(Code::ClosureCapture, span, message, "wrap it: `lambda a, b: ...`");
        }
        let required = params.iter().take_while(|p| p.default.is_none()).count();
        let open = wanted.as_ref().map_or(required, |(types, _)| types.len());
        let positional = params.iter().filter(|p| !p.keyword_only).count();
        if open < required || open > positional || params[required..].iter().any(|p| p.default.is_none()) {
            let name = self.world.function(id).name.clone();
            let message =
                format!("`{name}` as a value takes {positional} arguments, {open} are given where it is used");
            return self.refuse(Code::WrongArity, span, message, "");
        }
        if let Some((types, result)) = &wanted {
            self.teach(id, types, result);
        }
        let mut args: Vec<Option<Expr>> = vec![None; open];
        let info = self.world.function(id);
        let home = (info.module, info.kind.class());
        for param in &params[open..] {
            let Some(default) = param.default else { continue };
            let value = match self.world.function(id).nesting.path.is_some() {
                // Evaluated where the function is made.
                true => self.expr(default, Some(&param.ty).filter(|t| **t != Type::Unknown))?,
                false => self.default_value(home, &SlotDefault::Value(default), &param.ty, span)?,
            };
            let index = args.len();
            let slot = &mut self.world.functions[id.0 as usize].params[index];
            if !slot.declared {
                World::learn(&mut self.world.changed, &mut slot.ty, &value.ty);
            }
            let ty = self.world.function(id).params[index].ty.clone();
            args.push(Some(self.coerce(value, &ty, "the default")?));
        }
        args.extend(self.captured_arguments(id, true, span)?.into_iter().map(Some));
        let info = self.world.function(id);
        let types = info.params[..open].iter().map(|p| p.ty.clone()).collect();
        let ty = Type::Function(types, Box::new(info.result.clone()));
        Ok(Expr::new(ExprKind::Closure { function: id, args }, ty, self.at(span)))
    }

    /// A function learns its types from where its value goes.
    fn teach(&mut self, id: FunctionId, types: &[Type], result: &Type) {
        let info = &mut self.world.functions[id.0 as usize];
        for (param, ty) in info.params.iter_mut().zip(types).filter(|(param, _)| !param.declared) {
            World::learn(&mut self.world.changed, &mut param.ty, ty);
        }
        if !info.declared_result && info.result.has_unknown() && info.result != Type::Unknown {
            World::learn(&mut self.world.changed, &mut info.result, result);
        }
    }

    /// `callee(args)` where the callee is an expression.
    pub fn call_value(
        &mut self,
        callee: &ast::Expr,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        let callee = self.expr(callee, None)?;
        self.call_function_value(callee, args, keywords, span)
    }

    /// A call of a function value.
    pub fn call_function_value(
        &mut self,
        callee: Expr,
        args: &[ast::Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Lowered<Expr> {
        if let Some(id) = self.special(&callee.ty, "__call__") {
            return self.call_bound(id, Some(callee), args, keywords, span);
        }
        if let Some(odd) = keywords.first() {
            let message = "keyword arguments of a function value are not translated";
            return self.refuse(Code::UnsupportedCall, odd.value.span, message, "pass them by position");
        }
        let (params, result) = match &callee.ty {
            Type::Function(params, result) => (params.clone(), (**result).clone()),
            Type::Unknown => (vec![Type::Unknown; args.len()], Type::Unknown),
            other => {
                let message = format!("{} is called", self.world.describe(other));
                let help = if matches!(other, Type::Optional(_)) { "check `is None` first" } else { "" };
                return self.refuse(Code::TypeMismatch, span, message, help);
            }
        };
        if params.len() != args.len() || args.iter().any(|arg| matches!(arg.kind, ast::ExprKind::Starred(_))) {
            let message = format!("the function value takes {} arguments, {} are given", params.len(), args.len());
            return self.refuse(Code::WrongArity, span, message, "");
        }
        let mut values = Vec::new();
        for (arg, want) in args.iter().zip(&params) {
            values.push(self.expr(arg, Some(want).filter(|t| t.is_wish()))?);
        }
        if let Some(place) = callee.as_place() {
            let types = values.iter().map(|value| value.ty.clone()).collect();
            self.learn_place(&place.clone(), &Type::Function(types, Box::new(Type::Unknown)));
        }
        let values = values
            .into_iter()
            .zip(&params)
            .map(|(value, want)| self.coerce(value, want, "the parameter"))
            .collect::<Lowered<Vec<_>>>()?;
        self.forget_shared();
        if result == Type::Unknown {
            return self.unknown(span, "the result of a function value");
        }
        Ok(Expr::new(ExprKind::CallValue { callee: Box::new(callee), args: values }, result, self.at(span)))
    }

    /// The refusal of a function value where one of another type is wanted.
    pub fn other_function(&self, value: &Expr, want: &Type, what: &str) -> Lowered<Expr> {
        let (want, have) = (self.world.describe(want), self.world.describe(&value.ty));
        let help = "give both the same parameter and result types";
        self.refuse(Code::MixedTypes, value.at.span, format!("{what} is {want}, but the function here is {have}"), help)
    }
}

/// What function values of a program may not do: the functions that make them, with the reason. A value that a global
/// holds is the fault of its function.
pub fn check(program: &Program, aliases: &Aliases) -> Vec<(FunctionId, Diagnostic)> {
    let mut problems = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        each_expr(&function.body, &mut |e| {
            if let Some((_, message)) = fault(program, aliases, e) {
                problems.push((FunctionId(index as u32), refusal(e, message)));
            }
        });
    }
    for (index, global) in program.globals.iter().enumerate() {
        if global.is_state && global.ty.holds_function() {
            problems.extend(users(program, GlobalId(index as u32)));
        }
        each_expr_of(&global.value, &mut |e| {
            if let Some((function, message)) = fault(program, aliases, e) {
                problems.push((function, refusal(e, message)));
            }
        });
    }
    problems
}

/// The functions that read or change a global.
fn users(program: &Program, id: GlobalId) -> Vec<(FunctionId, Diagnostic)> {
    let mut found = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        let mut used = None;
        each_expr(&function.body, &mut |e| {
            if matches!(e.as_place(), Some(Place::Global(global)) if *global == id) {
                used = Some(e.at);
            }
        });
        if let Some(at) = used {
            let message = format!("global `{}` holds functions and changes", program.global(id).name);
            let problem = Diagnostic::new(Code::GlobalState, at, message).help("keep functions in a table that stays");
            found.push((FunctionId(index as u32), problem));
        }
    }
    found
}

fn refusal(e: &Expr, message: String) -> Diagnostic {
    Diagnostic::new(Code::ClosureCapture, e.at, message).help("call the function by its name where it is needed")
}

fn fault(program: &Program, aliases: &Aliases, e: &Expr) -> Option<(FunctionId, String)> {
    let ExprKind::Closure { function: id, args } = &e.kind else { return None };
    let function = program.function(*id);
    let summary = &aliases.functions[id.0 as usize];
    let name = &function.name;
    if args.iter().filter(|arg| arg.is_none()).count() > 6 {
        return Some((*id, format!("`{name}` has more than six parameters and is used as a value")));
    }
    if function.effects.state.is_some() {
        return Some((*id, format!("`{name}` uses module globals that change, and is used as a value")));
    }
    for (position, param) in function.params.iter().enumerate() {
        let ty = &function.locals[param.local.0 as usize].ty;
        if function.effects.mutates.contains(&position) && is_container(ty) {
            return Some((*id, format!("`{name}` changes its argument in place, and is used as a value")));
        }
    }
    let kept = |root: &RootKey| match root {
        RootKey::Global(_) => true,
        RootKey::Local(local) => {
            let position = function.params.iter().position(|p| p.local == *local);
            position.is_some_and(|position| args.get(position).is_some_and(Option::is_some))
        }
    };
    if holds_container(&function.result) && can_change(program, &function.result) && summary.returns.iter().any(kept) {
        return Some((*id, format!("`{name}` gives a container that it keeps, and is used as a value")));
    }
    None
}

fn is_container(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_))
}

fn holds_container(ty: &Type) -> bool {
    match ty {
        Type::Optional(inner) => holds_container(inner),
        Type::Tuple(items) => items.iter().any(holds_container),
        other => is_container(other),
    }
}
