//! Questions about a program that both back ends ask, answered once.
//!
//! What may a call do to the state, is a divisor surely not zero, does a function put floats into text, which
//! functions can reach themselves. The answers are about Python's meaning, never about Rust or Go.

use crate::artifact::Access;
use crate::ir::returns;
use crate::ir::{
    ArithOp, Builtin, Check, Class, ClassId, ClassRepr, Conversion, Expr, ExprKind, FormatPart, Function, FunctionId,
    FunctionKind, Need, Param, Place, Program, Type, Values, walk,
};
use std::collections::{BTreeSet, HashSet};

/// The parameters without `self`.
pub fn own_params(function: &Function) -> &[Param] {
    match function.kind {
        FunctionKind::Method(_) | FunctionKind::Property(_) => function.params.get(1..).unwrap_or_default(),
        FunctionKind::Plain | FunctionKind::Init(_) | FunctionKind::Static(_) => &function.params,
    }
}

/// True for a function of which the outside is told, call by call, which argument it gave back.
pub fn gives_back_sometimes(program: &Program, function: &Function) -> bool {
    function.public && returns::gives_back_sometimes(program, function)
}

/// True where the first parameter is `self`.
pub fn has_self(function: &Function) -> bool {
    matches!(function.kind, FunctionKind::Method(_) | FunctionKind::Property(_))
}

/// True where Python counts the object or class among the arguments, in what it says of wrong ones.
pub fn is_bound(function: &Function) -> bool {
    function.takes_class || function.kind.class().is_some() && !matches!(function.kind, FunctionKind::Static(_))
}

/// What a call needs of the state around it; a method needs at least to read its object.
pub fn access(function: &Function) -> Access {
    let state = function.effects.state.unwrap_or(Access::Pure);
    match has_self(function) {
        true if function.effects.mutates.contains(&0) => Access::Write,
        true => state.max(Access::Read),
        false => state,
    }
}

/// The value of an integer expression that is a literal or a constant global, negated or not.
pub fn constant_int(program: &Program, expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Int(value) => Some(*value),
        ExprKind::Negate(inner) => constant_int(program, inner)?.checked_neg(),
        ExprKind::Read { place: Place::Global(id), .. } if !program.global(*id).is_state => {
            constant_int(program, &program.global(*id).value)
        }
        _ => None,
    }
}

/// The value of a float expression that is a literal or a constant global, negated or converted from an int.
pub fn constant_float(program: &Program, expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Float(value) => Some(*value),
        ExprKind::Negate(inner) => Some(-constant_float(program, inner)?),
        ExprKind::Convert { value, .. } if value.ty == Type::Int && expr.ty == Type::Float => {
            constant_int(program, value).map(|value| value as f64)
        }
        ExprKind::Read { place: Place::Global(id), .. } if !program.global(*id).is_state => {
            constant_float(program, &program.global(*id).value)
        }
        _ => None,
    }
}

/// True where a number is a constant other than zero, or proven not to be zero, so that dividing by it cannot raise.
pub fn never_zero(program: &Program, expr: &Expr) -> bool {
    match expr.ty {
        _ if matches!(expr.kind, ExprKind::Convert { to: Conversion::NonZero, .. }) => true,
        Type::Int => constant_int(program, expr).is_some_and(|value| value != 0),
        Type::Float => constant_float(program, expr).is_some_and(|value| value != 0.0),
        _ => false,
    }
}

/// True for a class whose objects are equal only to themselves, and are told apart.
pub fn is_by_identity(class: &Class) -> bool {
    !class.has_eq && class.repr == ClassRepr::Shared
}

/// Classes whose values are keys of dicts or elements of sets, directly or inside a tuple.
pub fn key_classes(program: &Program, suits: &dyn Fn(&Class) -> bool) -> BTreeSet<ClassId> {
    let mut keys = BTreeSet::new();
    let mut see = |ty: &Type| find_keys(program, suits, ty, false, &mut keys);
    for class in &program.classes {
        class.fields.iter().for_each(|field| see(&field.ty));
    }
    for function in &program.functions {
        function.locals.iter().for_each(|local| see(&local.ty));
        see(&function.result);
        walk::each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
            if let walk::Part::Value(e, _) = part {
                see(&e.ty);
            }
        });
    }
    program.globals.iter().for_each(|global| see(&global.ty));
    keys
}

fn find_keys(program: &Program, suits: &dyn Fn(&Class) -> bool, ty: &Type, is_key: bool, keys: &mut BTreeSet<ClassId>) {
    match ty {
        Type::Class(id) => {
            let class = program.class(*id);
            if is_key && suits(class) && keys.insert(*id) {
                class.fields.iter().for_each(|field| find_keys(program, suits, &field.ty, true, keys));
            }
        }
        Type::Enum(id) if is_key => _ = keys.insert(*id),
        Type::Dict(key, value, _) => {
            find_keys(program, suits, key, true, keys);
            find_keys(program, suits, value, false, keys);
        }
        Type::Set(item) | Type::FrozenSet(item) => find_keys(program, suits, item, true, keys),
        Type::List(item) | Type::Deque(item) => find_keys(program, suits, item, false, keys),
        Type::Optional(inner) | Type::TupleOf(inner) => find_keys(program, suits, inner, is_key, keys),
        Type::Cell(inner) => find_keys(program, suits, inner, false, keys),
        Type::Tuple(items) => items.iter().for_each(|item| find_keys(program, suits, item, is_key, keys)),
        Type::Function(params, result) => {
            params.iter().chain([&**result]).for_each(|ty| find_keys(program, suits, ty, false, keys));
        }
        Type::Unknown
        | Type::Never
        | Type::None
        | Type::Bool
        | Type::Int
        | Type::Float
        | Type::Number
        | Type::Str
        | Type::Bytes
        | Type::Enum(_)
        | Type::Exception
        | Type::Json
        | Type::Response
        | Type::Lock => {}
    }
}

/// True where values of a type are handles to something that is shared between owners.
pub fn is_shared(program: &Program, ty: &Type) -> bool {
    match ty {
        Type::Class(id) => program.class(*id).repr == ClassRepr::Shared,
        Type::Cell(_) => true,
        _ => false,
    }
}

/// The class of a shared object, or of one that may be None.
pub fn shared_class(program: &Program, ty: &Type) -> Option<ClassId> {
    match ty {
        Type::Optional(inner) => shared_class(program, inner),
        Type::Class(id) if is_shared(program, ty) => Some(*id),
        _ => None,
    }
}

/// True where an expression runs no function of the program, so that it may be evaluated while an object is open.
pub fn is_quiet(expr: &Expr) -> bool {
    let mut quiet = true;
    walk::each_expr_of(expr, &mut |inner| {
        quiet &= !matches!(inner.kind, ExprKind::Call { .. } | ExprKind::CallValue { .. } | ExprKind::Block { .. });
    });
    quiet
}

/// True where evaluating an expression changes something that a place may lie in: `values.pop()`.
pub fn changes_something(expr: &Expr) -> bool {
    let mut changes = false;
    walk::each_part_of(expr, Need::Ref, &|_, _| Need::Ref, &mut |part| {
        changes |= matches!(part, walk::Part::Value(_, Need::Mut) | walk::Part::Store(_) | walk::Part::Change(_));
    });
    changes
}

/// True where evaluating an expression does nothing but read locals and constants.
pub fn is_simple(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) => true,
        ExprKind::Read { place: Place::Local(_), .. } => true,
        ExprKind::Negate(inner) | ExprKind::Convert { value: inner, .. } => is_simple(inner),
        _ => false,
    }
}

/// True where what is taken out of a dict of plain values is an option, because the default is None: `d.pop(key, None)`.
pub fn takes_option(args: &[Expr]) -> bool {
    let is_option = |ty: &Type| matches!(ty, Type::Optional(_));
    is_option(&args[2].ty) && matches!(&args[0].ty, Type::Dict(_, value, _) if !is_option(value))
}

/// True where nothing but literals says which kind of number an expression gives: `5 if test else 3`, `(n, 1)`.
pub fn is_open(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Float(_) => true,
        ExprKind::Negate(inner) => is_open(inner),
        ExprKind::If { then, orelse, .. } => is_open(then) && is_open(orelse),
        ExprKind::Tuple(items) => items.iter().any(is_open),
        ExprKind::List(items) | ExprKind::Set(items) => !items.is_empty() && items.iter().all(is_open),
        _ => false,
    }
}

/// True where two sides that are compared may both be made of literals, which leave open what kind of number they are.
pub fn only_literals(left: &Expr, right: &Expr) -> bool {
    let says = |side: &Expr| side.as_place().is_some() || matches!(side.ty, Type::Str | Type::Bool | Type::Bytes);
    let scalar = |side: &Expr| matches!(side.ty, Type::Int | Type::Float | Type::Number);
    match scalar(left) || scalar(right) {
        true => is_simple(left) && is_simple(right) && !says(left) && !says(right),
        false => !says(left) && !says(right),
    }
}

/// True where finding a place may end in a Python exception: an item that may not be there.
pub fn place_raises(place: &Place) -> bool {
    match place {
        Place::Local(_) | Place::Global(_) => false,
        Place::Item { base, index, check } => *check != Check::Proven || may_raise(base) || may_raise(index),
        Place::Entry { base, key, default } => [base, key, default].iter().any(|part| may_raise(part)),
        Place::Field { base, .. } | Place::Some(base) | Place::Present(base) | Place::Cell(base) => may_raise(base),
    }
}

/// True where evaluating an expression may end in a Python exception.
pub fn may_raise(expr: &Expr) -> bool {
    let mut raises = false;
    walk::each_expr_of(expr, &mut |inner| {
        raises |= match &inner.kind {
            ExprKind::Read { place, .. } => place_raises(place),
            ExprKind::Builtin { op, .. } => op.raises(),
            ExprKind::Call { .. } | ExprKind::CallValue { .. } | ExprKind::Block { .. } => true,
            ExprKind::Arith { op, right, .. } => arith_raises(*op, right),
            _ => false,
        };
    });
    raises
}

fn arith_raises(op: ArithOp, right: &Expr) -> bool {
    match op {
        ArithOp::Add | ArithOp::Sub | ArithOp::Mul | ArithOp::BitAnd | ArithOp::BitOr | ArithOp::BitXor => false,
        ArithOp::TrueDiv | ArithOp::FloorDiv | ArithOp::Mod => match right.kind {
            ExprKind::Int(value) => value == 0,
            ExprKind::Float(value) => value == 0.0,
            ExprKind::Convert { to: Conversion::NonZero, .. } => false,
            _ => true,
        },
        ArithOp::Pow | ArithOp::LeftShift | ArithOp::RightShift => true,
    }
}

/// True for values that are there without computing: whether and when they are made cannot be told.
pub fn is_silent(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::List(items) | ExprKind::Tuple(items) => items.iter().all(is_silent),
        ExprKind::Set(items) => items.is_empty(),
        ExprKind::Dict(pairs) => pairs.is_empty(),
        ExprKind::Bytes(_) => true,
        _ => is_simple(expr),
    }
}

/// Functions that can reach themselves through calls, of function values too.
pub fn recursive(program: &Program) -> Vec<bool> {
    let values = Values::of(program);
    let calls: Vec<BTreeSet<usize>> = program.functions.iter().map(|function| called(function, &values)).collect();
    let reaches_itself = |start: usize| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<usize> = calls[start].iter().copied().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(&calls[next]);
            }
        }
        seen.contains(&start)
    };
    (0..calls.len()).map(reaches_itself).collect()
}

/// The functions that a function may call, directly or as values.
fn called(function: &Function, values: &Values) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    walk::each_expr(&function.body, &mut |expr| match &expr.kind {
        ExprKind::Call { function, .. } => _ = found.insert(function.0 as usize),
        ExprKind::CallValue { callee, .. } => {
            found.extend(values.targets(&callee.ty).map(|(function, _)| function.0 as usize));
        }
        _ => {}
    });
    found
}

/// The functions that a function names: calls, or takes as values.
pub fn callees(function: &Function) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    walk::each_expr(&function.body, &mut |expr| found.extend(named_by(expr)));
    found
}

fn named_by(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Call { function, .. } | ExprKind::Closure { function, .. } => Some(function.0 as usize),
        _ => None,
    }
}

/// Types of function values of which one may reach itself, so that a call of one is a level deeper.
pub fn deep_values(program: &Program, recursive: &[bool]) -> HashSet<Type> {
    let mut found = HashSet::new();
    let mut see = |expr: &Expr| {
        if let ExprKind::Closure { function, .. } = &expr.kind
            && recursive[function.0 as usize]
        {
            found.insert(expr.ty.clone());
        }
    };
    program.functions.iter().for_each(|function| walk::each_expr(&function.body, &mut see));
    program.globals.iter().for_each(|global| walk::each_expr_of(&global.value, &mut see));
    found
}

/// Functions that are reached from public ones, from globals or from routes; the others need not be written.
pub fn reachable(program: &Program) -> Vec<bool> {
    let mut open: Vec<usize> = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        if function.public {
            open.push(index);
        }
    }
    open.extend(program.routes.iter().map(|route| route.handler.0 as usize));
    open.extend(program.classes.iter().filter(|class| class.public).filter_map(|class| Some(class.init?.0 as usize)));
    for global in &program.globals {
        walk::each_expr_of(&global.value, &mut |expr| open.extend(named_by(expr)));
    }
    let mut seen = vec![false; program.functions.len()];
    while let Some(next) = open.pop() {
        if !std::mem::replace(&mut seen[next], true) {
            open.extend(callees(&program.functions[next]));
        }
    }
    seen
}

/// True where an int from outside must not become a float: nobody declared that it may.
pub fn takes_only_floats(param: &Param, ty: &Type) -> bool {
    fn holds_float(ty: &Type) -> bool {
        match ty {
            Type::Float => true,
            Type::List(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::TupleOf(t)
            | Type::Optional(t) => holds_float(t),
            Type::Dict(key, value, _) => holds_float(key) || holds_float(value),
            Type::Tuple(items) => items.iter().any(holds_float),
            _ => false,
        }
    }
    !param.declared && holds_float(ty)
}

/// True where a call may put a float into text, so that `3` and `3.0` can be told apart in what it says.
pub fn shows_floats(program: &Program, function: FunctionId) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![function.0 as usize];
    while let Some(next) = open.pop() {
        if !seen.insert(next) {
            continue;
        }
        let function = &program.functions[next];
        let mut shown = false;
        walk::each_expr(&function.body, &mut |expr| shown |= puts_float_into_text(program, expr));
        if shown {
            return true;
        }
        open.extend(callees(function));
    }
    false
}

fn puts_float_into_text(program: &Program, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Builtin { op: Builtin::ToStr | Builtin::Repr, args } => {
            args.iter().any(|arg| has_float(program, &arg.ty))
        }
        ExprKind::Builtin { op: Builtin::Library(op), args } if op.row().shows => {
            args.iter().any(|arg| has_float(program, &arg.ty))
        }
        ExprKind::Format(parts) => parts.iter().any(|part| match part {
            FormatPart::Literal(_) => false,
            FormatPart::Value { value, spec, .. } => spec.kind.is_none() && has_float(program, &value.ty),
        }),
        _ => false,
    }
}

fn has_float(program: &Program, ty: &Type) -> bool {
    let (mut found, mut classes) = (false, BTreeSet::new());
    each_inner(program, ty, &mut classes, &mut |inner| found |= *inner == Type::Float);
    found
}

/// Calls `see` for a type and all types inside it; the fields of each class once.
fn each_inner(program: &Program, ty: &Type, seen: &mut BTreeSet<ClassId>, see: &mut dyn FnMut(&Type)) {
    see(ty);
    match ty {
        Type::List(item)
        | Type::Deque(item)
        | Type::Set(item)
        | Type::FrozenSet(item)
        | Type::TupleOf(item)
        | Type::Optional(item) => {
            each_inner(program, item, seen, see);
        }
        Type::Dict(key, value, _) => {
            each_inner(program, key, seen, see);
            each_inner(program, value, seen, see);
        }
        Type::Tuple(items) => items.iter().for_each(|item| each_inner(program, item, seen, see)),
        Type::Class(id) if seen.insert(*id) => {
            program.class(*id).fields.iter().for_each(|field| each_inner(program, &field.ty, seen, see));
        }
        _ => {}
    }
}

/// True where values of a type may be nested without an end known before: their classes hold themselves.
pub fn is_endless(program: &Program, ty: &Type) -> bool {
    let (mut classes, mut endless) = (BTreeSet::new(), false);
    each_inner(program, ty, &mut classes, &mut |_| {});
    for class in classes {
        let mut inside = BTreeSet::new();
        for field in &program.class(class).fields {
            each_inner(program, &field.ty, &mut inside, &mut |_| {});
        }
        endless |= inside.contains(&class);
    }
    endless
}
