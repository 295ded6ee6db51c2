//! What the code of a module does while it is loaded, besides defining each name once.
//!
//! A translated global begins with the value of its one statement, and a name means its one definition. So a global is
//! refused that other code of the module may change before the first call, and a name that is bound again.
//!
//! ```text
//! TABLE = []                    a global
//! fill(TABLE)                   may change it: refused, and so are functions that read it
//! def area(r): ...              refused: it is never called under this name
//! def area(r): ...              means the name
//! area = cached(area)           then neither does
//! ```

mod names;
mod uses;

use super::collect::opaque;
use super::iteration::is_immutable;
use super::world::{Binding, World};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind, GlobalId, ModuleId, Need, Place, Program, Type, walk};
use crate::span::Span;
use names::{Bound, How};
pub(super) use names::{is_main, is_overload, is_typing};
use std::collections::HashMap;

/// How deep in a value something may change, or get another name: 0 is the value itself (`fill(TABLE)`), 1 its elements
/// (`TABLE[0].append(1)`), 2 the elements of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Depth(u8);

impl Depth {
    const WHOLE: Depth = Depth(0);
    const ELEMENTS: Depth = Depth(1);
    /// Nothing changes: `len(TABLE)`.
    const NEVER: Depth = Depth(u8::MAX);

    /// The depth in a value of which this is the depth in an element.
    fn below(self) -> Depth {
        Depth(self.0.saturating_add(1))
    }
}

/// What happens to a global while a module is loaded.
#[derive(Clone, Debug)]
pub(super) enum Touch {
    At(Depth),
    /// The method is called on it.
    Method(String),
}

/// Refuses what the code of a module changes while it is loaded.
pub(super) fn changes(world: &mut World, module: ModuleId) {
    let found = uses::of_module(world, module);
    let touched = found.touched.into_iter().map(|(id, (depth, span))| (id, Touch::At(depth), span));
    let called = found
        .called
        .into_iter()
        .flat_map(|(id, methods)| methods.into_iter().map(move |(name, span)| (id, Touch::Method(name), span)));
    for (id, touch, span) in touched.chain(called) {
        let info = world.global(id);
        let message = format!("global `{}` may be changed while the module is loaded", info.name);
        let problem = Diagnostic::new(Code::GlobalState, world.at(module, span), message)
            .help("build the whole value in the statement that defines it, or in a function that returns it");
        world.globals[id.0 as usize].touched.push((touch, problem));
    }
    for (name, binding, span) in found.changed {
        let message = format!("`{name}` is changed while the module is loaded");
        let problem = Diagnostic::new(Code::GlobalState, world.at(module, span), message)
            .help("say everything in the definition itself");
        refuse(world, &binding, problem);
    }
}

/// Refuses names that are bound more than once, and definitions that another one of the same name replaces.
pub(super) fn bound_again(world: &mut World, module: ModuleId) {
    let body = world.module(module).body;
    let mut all: HashMap<&str, Vec<Bound>> = HashMap::new();
    for bound in names::bound(body) {
        all.entry(bound.name).or_default().push(bound);
    }
    let used = uses::at_once(body);
    let mut all: Vec<(&str, Vec<Bound>)> = all.into_iter().filter(|(_, bound)| bound.len() > 1).collect();
    all.sort_by_key(|(_, bound)| bound[0].span.start);
    for (name, bound) in all {
        if !world.module(module).names.contains_key(name) || bound.iter().all(|one| one.how == How::Import) {
            continue;
        }
        let last = &bound[bound.len() - 1];
        let message = format!("`{name}` is bound again, on line {}", world.lines(module, last.span).0);
        let replaced = |at: Span| {
            Diagnostic::new(Code::GlobalState, world.at(module, at), message.clone()).help("give each its own name")
        };
        let problems: Vec<(Span, Diagnostic)> = bound.iter().map(|one| (one.span, replaced(one.span))).collect();
        let replaces = bound.iter().all(|one| one.how == How::Definition) && !used.contains(name);
        let kept = if replaces { last.span } else { Span::default() };
        for (span, problem) in problems.into_iter().filter(|(span, _)| *span != kept) {
            refuse_definition(world, module, span, &problem);
            if !replaces {
                opaque(world, module, name, problem);
            }
        }
    }
}

/// Refuses the function or class that a statement defines.
fn refuse_definition(world: &mut World, module: ModuleId, span: Span, problem: &Diagnostic) {
    let functions = world.functions.iter_mut().filter(|info| info.module == module && info.span == span);
    functions.for_each(|info| info.refused = info.refused.take().or(Some(problem.clone())));
    let classes = world.classes.iter_mut().filter(|info| info.module == module && info.span == span);
    classes.for_each(|info| info.refused = info.refused.take().or(Some(problem.clone())));
    let globals = world.globals.iter_mut().filter(|info| info.module == module && info.span == span);
    globals.for_each(|info| info.refused = info.refused.take().or(Some(problem.clone())));
}

/// Refuses what a name means.
pub(super) fn refuse(world: &mut World, binding: &Binding, problem: Diagnostic) {
    let refused = match binding {
        Binding::Function(id) => &mut world.functions[id.0 as usize].refused,
        Binding::Class(id) => &mut world.classes[id.0 as usize].refused,
        Binding::Global(id) => &mut world.globals[id.0 as usize].refused,
        Binding::Exception(_) | Binding::Type(_) | Binding::Module(_) | Binding::Library(_) | Binding::Opaque(_) => {
            return;
        }
    };
    refused.get_or_insert(problem);
}

/// Why a global of a type may have changed by the time that its module is loaded.
pub(super) fn problem(world: &World, id: GlobalId, ty: &Type) -> Option<Diagnostic> {
    let touches = world.global(id).touched.iter();
    let changing = |touch: &Touch| match touch {
        Touch::At(depth) => may_change(world, ty, *depth),
        Touch::Method(name) => match ty.some() {
            Type::Class(class) => {
                let method = world.class(*class).methods.get(name);
                !method.is_some_and(|method| uses::only_looks(world, *method))
            }
            _ => may_change(world, ty, Depth::WHOLE),
        },
    };
    touches.filter(|(touch, _)| changing(touch)).map(|(_, problem)| problem.clone()).next()
}

/// Globals whose first value comes from what functions change, or shares what they change.
pub(super) fn unsettled(program: &Program) -> Vec<(GlobalId, Diagnostic)> {
    let mut found = Vec::new();
    for (index, global) in program.globals.iter().enumerate() {
        let mut is_unsettled = global.is_state && shares(&global.value);
        walk::each_part_of(&global.value, Need::Own, &|_, _| Need::Ref, &mut |part| {
            let walk::Part::Value(e, _) = part else { return };
            is_unsettled |= match &e.kind {
                ExprKind::Read { place: Place::Global(id), .. } => program.global(*id).is_state,
                ExprKind::Call { function, .. } => program.function(*function).effects.state.is_some(),
                ExprKind::CallValue { .. } => true,
                _ => false,
            };
        });
        if is_unsettled {
            let message = format!("global `{}` begins with what functions change, or shares it", global.name);
            let problem = Diagnostic::new(Code::GlobalState, global.at, message)
                .help("begin with a value of its own: a copy of constants, or what a function of constants returns");
            found.push((GlobalId(index as u32), problem));
        }
    }
    found
}

/// True where a value may have another global, or a part of one, in it.
fn shares(e: &Expr) -> bool {
    if is_immutable(&e.ty) {
        return false;
    }
    match &e.kind {
        ExprKind::Comprehension(_) | ExprKind::Builtin { .. } | ExprKind::Sorted { .. } if is_plain(&e.ty) => false,
        ExprKind::Read { place: Place::Global(_), .. } => true,
        _ => {
            let mut parts = Vec::new();
            e.parts(Need::Own, &|_, _| Need::Ref, &mut parts);
            parts.iter().any(|part| matches!(part, walk::Part::Value(e, _) if shares(e)))
        }
    }
}

/// True where a value of a type may change at a depth, or below.
fn may_change(world: &World, ty: &Type, depth: Depth) -> bool {
    let inside = |ty: &Type| may_change(world, ty, Depth(depth.0.saturating_sub(1)));
    match ty {
        _ if depth == Depth::NEVER || is_immutable(ty) => false,
        Type::Function(..) => false,
        Type::Set(_) => depth == Depth::WHOLE,
        Type::List(item) | Type::Deque(item) | Type::Dict(_, item, _) => depth == Depth::WHOLE || inside(item),
        Type::Tuple(items) => items.iter().any(inside),
        Type::Optional(inner) => may_change(world, inner, depth),
        Type::Class(id) => {
            let info = world.class(*id);
            !info.frozen || info.fields.iter().any(|field| may_change(world, &field.ty, Depth::WHOLE))
        }
        _ => true,
    }
}

/// True for values of which nothing changes when a copy of them changes.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Deque(item) | Type::Set(item) | Type::Dict(_, item, _) => is_immutable(item),
        _ => is_immutable(ty),
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests_support;

    /// The functions of a module that are translated, and what of it is refused.
    fn translated(text: &str) -> (Vec<String>, Vec<String>) {
        let lowered = tests_support::translated(text);
        let shown = |params: usize, name: &str| format!("{name}/{params}");
        let functions = lowered.program.functions.iter().map(|f| shown(f.params.len(), &f.name)).collect();
        (functions, lowered.refusals.iter().map(|(name, problem)| format!("{name}: {}", problem.message)).collect())
    }

    #[test]
    fn the_last_definition_of_a_name_is_meant() {
        let text = "def f(n: int) -> int:\n    return n\n\n\ndef g(n: int) -> int:\n    return f(n, 1)\n\n\n\
                    def f(n: int, m: int) -> int:\n    return n - m\n";
        let (functions, refused) = translated(text);
        assert_eq!(functions, ["g/1", "f/2"]);
        assert_eq!(refused, ["f: `f` is bound again, on line 9"]);
    }

    #[test]
    fn overloads_are_no_definitions() {
        let text = "from typing import overload\n\n\n@overload\ndef f(n: int) -> int: ...\n\n\n\
                    def f(n: int) -> int:\n    return n\n";
        assert_eq!(translated(text), (vec!["f/1".to_string()], vec![]));
    }

    #[test]
    fn what_only_looks_at_a_global_changes_nothing() {
        let head = "T = {'a': [1], 'b': [2]}\n";
        let tail = "\n\n\ndef f(k: str) -> int:\n    return len(T[k])\n";
        for looks in [
            "print(len(T))",
            "S = [len(v) for v in T.values()]",
            "assert 'a' in T",
            "if __name__ == '__main__':\n    T.clear()",
        ] {
            assert_eq!(translated(&format!("{head}{looks}{tail}")).0, ["f/1"], "{looks}");
        }
        for changes in [
            "T['c'] = [3]",
            "T['a'].append(1)",
            "del T['a']",
            "for v in T.values():\n    v.append(1)",
            "register(T)",
            "V = [v.append(1) for v in T.values()]",
            "T.update(c=[1])",
        ] {
            assert!(translated(&format!("{head}{changes}{tail}")).0.is_empty(), "{changes}");
        }
    }
}
