//! `functools.cache` and `functools.lru_cache` on functions of a module: results that are kept by the arguments.
//!
//! ```text
//! @lru_cache(maxsize=None)          fn fib(n: int) -> int remembers
//! def fib(n: int) -> int: ...           ...
//! ```
//!
//! Nobody can tell a kept result from a computed one where the function is pure, its arguments say all that there is to
//! say of them (not so floats: `0.0` and `-0.0` are one key), and its result never changes. Everything else is
//! refused. Exceptions are not kept, as in Python. Functions inside functions: [`super::caches`].

use super::annotations::{dotted, library_name};
use super::iteration::is_immutable;
use super::world::World;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Function, FunctionId, Memo, ModuleId, Program, Type};
use crate::python::ast::{Expr, ExprKind, IntLiteral, Keyword, UnaryOp};

/// What `lru_cache` keeps where nothing else is said.
pub const USUAL: u32 = 128;
/// Parameters of which a key is made at most.
const WIDEST: usize = 8;

/// What the decorators of a function keep: `Some(None)` where it is nothing (`maxsize=0`), `None` where they are others.
pub fn declared(world: &World, module: ModuleId, decorators: &[Expr]) -> Option<Option<Memo>> {
    let [decorator] = decorators else { return None };
    let most = kept(decorator, |e| library_name(world, module, &dotted(e).unwrap_or_default()))?;
    Some((most != Some(0)).then_some(Memo { most }))
}

/// How many results a decorator keeps (`Some(None)`: all); `None` where it is no cache, or not known how large a one.
pub fn kept(decorator: &Expr, path: impl Fn(&Expr) -> String) -> Option<Option<u32>> {
    let ExprKind::Call { func, args, keywords } = &decorator.kind else {
        return match path(decorator).as_str() {
            "functools.cache" => Some(None),
            "functools.lru_cache" => Some(Some(USUAL)),
            _ => None,
        };
    };
    if path(func) != "functools.lru_cache" || args.len() > 2 {
        return None;
    }
    let named = |keyword: &'_ Keyword, name: &str| keyword.name.as_ref().is_some_and(|word| word.text == name);
    let known = keywords.iter().all(|keyword| named(keyword, "maxsize") || named(keyword, "typed"));
    let argument = |index: usize, name: &str| {
        args.get(index).or(keywords.iter().find(|keyword| named(keyword, name)).map(|keyword| &keyword.value))
    };
    let typed = argument(1, "typed").is_none_or(|typed| matches!(typed.kind, ExprKind::Bool(_)));
    if !known || !typed {
        return None;
    }
    argument(0, "maxsize").map_or(Some(Some(USUAL)), size)
}

fn size(most: &Expr) -> Option<Option<u32>> {
    match &most.kind {
        ExprKind::None => Some(None),
        ExprKind::Int(IntLiteral::Small(most)) => u32::try_from(*most).ok().map(Some),
        ExprKind::Unary { op: UnaryOp::Minus, operand } if matches!(operand.kind, ExprKind::Int(_)) => Some(Some(0)),
        _ => None,
    }
}

/// Refuses the functions whose kept results somebody could tell from computed ones.
pub fn check(program: &Program) -> Vec<(FunctionId, Diagnostic)> {
    let mut problems = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        if function.memo.is_some()
            && let Some((why, help)) = visible(function)
        {
            let message = format!("the cache of `{}` can be told: {why}", function.name);
            let problem = Diagnostic::new(Code::Decorator, function.at, message).help(help);
            problems.push((FunctionId(index as u32), problem));
        }
    }
    problems
}

/// How somebody could tell that results are kept, and what would help.
fn visible(function: &Function) -> Option<(String, &'static str)> {
    let effects = &function.effects;
    let key = function.params.iter().map(|param| (&function.locals[param.local.0 as usize], param));
    let odd = key.clone().find(|(local, _)| !is_plain_key(&local.ty));
    if let Some((local, _)) = odd {
        let why = match has_float(&local.ty) {
            true => format!("to it `0.0` and `-0.0` are one `{}`", local.name),
            false => format!("`{}` may change, or be told from what equals it", local.name),
        };
        return Some((why, "take ints, texts, or tuples of them"));
    }
    if function.params.len() > WIDEST || function.params.iter().any(|param| param.rest) {
        return Some(("it takes too many arguments".into(), "take a tuple"));
    }
    let pure = effects.state.is_none() && !effects.prints && !effects.reads_clock && effects.mutates.is_empty();
    if !pure {
        return Some(("the function does more than to compute its result".into(), "leave the cache out"));
    }
    let plain = is_immutable(&function.result) && !matches!(function.result, Type::None | Type::Never);
    (!plain).then(|| ("all callers get the same result, which may change".into(), "return a tuple"))
}

/// True for types whose equal values nobody can tell apart.
fn is_plain_key(ty: &Type) -> bool {
    match ty {
        Type::None | Type::Bool | Type::Int | Type::Str | Type::Bytes | Type::Enum(_) => true,
        Type::Tuple(items) => items.iter().all(is_plain_key),
        Type::Optional(inner) | Type::TupleOf(inner) => is_plain_key(inner),
        _ => false,
    }
}

fn has_float(ty: &Type) -> bool {
    match ty {
        Type::Float | Type::Number => true,
        Type::Tuple(items) => items.iter().any(has_float),
        Type::Optional(inner) | Type::TupleOf(inner) | Type::FrozenSet(inner) => has_float(inner),
        _ => false,
    }
}
