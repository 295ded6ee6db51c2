//! Visits the parts of expressions and statements, with what each use does to the value.
//!
//! `operands` gives the direct parts of an expression in the order in which Python evaluates them, each with its
//! [`Need`]: looked at, changed in place, or kept. Analyses and emitters share this one answer.

use super::*;

/// How a function wants its arguments.
pub type Passings<'p> = &'p dyn Fn(FunctionId, usize) -> Need;

// The same answer for reading and for rewriting.
macro_rules! parts {
    ($parts:ident $store:ident $Part:ident $Block:ty, [$($m:tt)?] $iter:ident) => {
/// What a part of an expression or statement is.
pub enum $Part<'e> {
    /// An expression, and what is done with its value.
    Value(&'e $($m)? Expr, Need),
    /// A place that is assigned; its own parts are those of `store_parts`.
    Store(&'e $($m)? Place),
    /// A place that is changed in place (`+=`); its own parts are those of `store_parts`.
    Change(&'e $($m)? Place),
    /// A variable that begins here.
    Declare(LocalId),
    /// A block that runs at most once, or several times for a loop body.
    Body(&'e $($m)? $Block),
}

impl Expr {
    /// The parts of an expression in evaluation order; `need` is what the context does with its value.
    pub fn $parts<'e>(&'e $($m)? self, need: Need, passing: Passings, out: &mut Vec<$Part<'e>>) {
        use Need::*;
        let mut value = |e: &'e $($m)? Expr, need: Need| out.push($Part::Value(e, need));
        match &$($m)? self.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Member { .. }
            | ExprKind::Bytes(_) => {}
            ExprKind::Read { place, .. } => place.$parts(need, out),
            ExprKind::List(items) | ExprKind::Set(items) | ExprKind::Tuple(items) => {
                items.$iter().for_each(|item| value(item, Own));
            }
            ExprKind::Construct { fields, .. } => fields.$iter().for_each(|field| value(field, Own)),
            ExprKind::Dict(pairs) => {
                for (key, item) in pairs {
                    value(key, Own);
                    value(item, Own);
                }
            }
            ExprKind::Negate(inner) | ExprKind::Invert(inner) | ExprKind::Not(inner) => value(inner, Own),
            ExprKind::Arith { left, right, .. } | ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                value(left, Own);
                value(right, Own);
            }
            ExprKind::Compare { left, right, .. } => {
                value(left, Ref);
                value(right, Ref);
            }
            ExprKind::If { test, then, orelse } => {
                value(test, Own);
                value(then, need);
                value(orelse, need);
            }
            ExprKind::Block { body, value: last } => {
                out.push($Part::Body(body));
                out.push($Part::Value(last, need));
            }
            ExprKind::Convert { to, value: inner } => match to {
                Conversion::ToJson => value(inner, Ref),
                Conversion::Some => value(inner, Own),
                Conversion::ToNumber
                | Conversion::ToFloat
                | Conversion::Widen
                | Conversion::ToInt
                | Conversion::NonZero => value(inner, Own),
            },
            ExprKind::IsNone(inner) | ExprKind::Message(inner) | ExprKind::Attribute { exception: inner, .. } => {
                value(inner, Ref)
            }
            ExprKind::Builtin { op, args } => {
                args.$iter().enumerate().for_each(|(index, arg)| value(arg, op.need(index)));
            }
            ExprKind::Call { function, args } => {
                args.$iter().enumerate().for_each(|(index, arg)| value(arg, passing(*function, index)));
            }
            ExprKind::CallValue { callee, args } => {
                value(callee, Ref);
                args.$iter().for_each(|arg| value(arg, Own));
            }
            ExprKind::Comprehension(comprehension) => comprehension.$parts(out),
            ExprKind::Format(parts) => {
                for part in parts {
                    if let FormatPart::Value { value: inner, .. } = part {
                        value(inner, Ref);
                    }
                }
            }
            ExprKind::Closure { args, .. } => args.$iter().flatten().for_each(|arg| value(arg, Own)),
            ExprKind::NewCell(inner) => value(inner, Own),
            ExprKind::Sorted { items, key, .. } => {
                value(items, Own);
                if let Some(key) = key {
                    key.$parts(out);
                }
            }
            ExprKind::Sort { items, key, .. } => {
                value(items, Mut);
                if let Some(key) = key {
                    key.$parts(out);
                }
            }
        }
    }
}

impl Lambda {
    /// Parameters, then the body, which is only looked at.
    pub fn $parts<'e>(&'e $($m)? self, out: &mut Vec<$Part<'e>>) {
        self.params.$iter().for_each(|param| out.push($Part::Declare(*param)));
        out.push($Part::Value(&$($m)? self.body, Need::Own));
    }
}

impl Comprehension {
    /// Loops from the outermost in, then what they feed.
    pub fn $parts<'e>(&'e $($m)? self, out: &mut Vec<$Part<'e>>) {
        for one in &$($m)? self.loops {
            one.iter.$parts(out);
            one.target.$parts(out);
            one.conditions.$iter().for_each(|c| out.push($Part::Value(c, Need::Own)));
        }
        match &$($m)? self.kind {
            ComprehensionKind::List(e) | ComprehensionKind::Set(e) => out.push($Part::Value(e, Need::Own)),
            ComprehensionKind::Dict { key, value } => {
                out.push($Part::Value(key, Need::Own));
                out.push($Part::Value(value, Need::Own));
            }
            ComprehensionKind::Sum { element, start } => {
                out.push($Part::Value(start, Need::Own));
                out.push($Part::Value(element, Need::Own));
            }
            ComprehensionKind::Any(e) | ComprehensionKind::All(e) => out.push($Part::Value(e, Need::Own)),
            ComprehensionKind::Extreme { element, key, default, .. } => {
                out.push($Part::Value(element, Need::Own));
                if let Some(key) = key {
                    key.$parts(out);
                }
                if let Some(default) = default {
                    out.push($Part::Value(default, Need::Own));
                }
            }
        }
    }
}

impl Iter {
    /// The expressions that are iterated: looked at.
    pub fn $parts<'e>(&'e $($m)? self, out: &mut Vec<$Part<'e>>) {
        match self {
            Iter::Range { start, stop, step } => {
                for e in [start, stop, step] {
                    out.push($Part::Value(e, Need::Own));
                }
            }
            Iter::Value(e) | Iter::Items(e) | Iter::Values(e) => out.push($Part::Value(e, Need::Ref)),
            Iter::Enumerate(inner, start) => {
                inner.$parts(out);
                out.push($Part::Value(start, Need::Own));
            }
            Iter::Zip(inner) => inner.$iter().for_each(|i| i.$parts(out)),
            Iter::Reversed(inner) => inner.$parts(out),
        }
    }
}

impl Target {
    /// Variables that begin, places that are assigned.
    pub fn $parts<'e>(&'e $($m)? self, out: &mut Vec<$Part<'e>>) {
        match self {
            Target::Declare(local) => out.push($Part::Declare(*local)),
            Target::Assign(place) => {
                out.push($Part::Store(place));
            }
            Target::Tuple(items) => items.$iter().for_each(|t| t.$parts(out)),
            Target::Ignore => {}
        }
    }
}

impl Place {
    /// The parts of reading a place; changing an element changes the object that holds it.
    pub fn $parts<'e>(&'e $($m)? self, need: Need, out: &mut Vec<$Part<'e>>) {
        let base_need = if need == Need::Mut { Need::Mut } else { Need::Ref };
        match self {
            Place::Local(_) | Place::Global(_) => {}
            Place::Field { base, .. } | Place::Some(base) | Place::Present(base) => out.push($Part::Value(base, base_need)),
            Place::Cell(base) => out.push($Part::Value(base, Need::Ref)),
            Place::Item { base, index, .. } => {
                out.push($Part::Value(base, base_need));
                out.push($Part::Value(index, Need::Ref));
            }
            Place::Entry { base, key, default } => {
                out.push($Part::Value(base, Need::Mut));
                out.push($Part::Value(key, Need::Own));
                out.push($Part::Value(default, Need::Own));
            }
        }
    }

    /// The parts of assigning to a place: the object that holds it changes.
    pub fn $store<'e>(&'e $($m)? self, out: &mut Vec<$Part<'e>>) {
        match self {
            Place::Item { base, index, .. } => {
                let keeps = matches!(base.ty, Type::Dict(..));
                out.push($Part::Value(base, Need::Mut));
                out.push($Part::Value(index, if keeps { Need::Own } else { Need::Ref }));
            }
            other => other.$parts(Need::Mut, out),
        }
    }
}

impl Stmt {
    /// The parts of a statement in evaluation order.
    pub fn $parts<'e>(&'e $($m)? self, out: &mut Vec<$Part<'e>>) {
        match &$($m)? self.kind {
            StmtKind::Let { local, value } => {
                if let Some(value) = value {
                    out.push($Part::Value(value, Need::Own));
                }
                out.push($Part::Declare(*local));
            }
            StmtKind::Assign { place, value } => {
                out.push($Part::Value(value, Need::Own));
                out.push($Part::Store(place));
            }
            StmtKind::Update { place, value, .. } => {
                out.push($Part::Change(place));
                out.push($Part::Value(value, Need::Own));
            }
            StmtKind::Unpack { targets, value } => {
                out.push($Part::Value(value, Need::Own));
                targets.$iter().for_each(|t| t.$parts(out));
            }
            StmtKind::Expr(e) => out.push($Part::Value(e, Need::Ref)),
            StmtKind::If { test, then, orelse } => {
                out.push($Part::Value(test, Need::Own));
                out.extend([$Part::Body(then), $Part::Body(orelse)]);
            }
            StmtKind::While { test, body, orelse } => {
                out.push($Part::Value(test, Need::Own));
                out.extend([$Part::Body(body), $Part::Body(orelse)]);
            }
            StmtKind::For { target, iter, body, orelse } => {
                iter.$parts(out);
                target.$parts(out);
                out.extend([$Part::Body(body), $Part::Body(orelse)]);
            }
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    out.push($Part::Value(value, Need::Own));
                }
            }
            StmtKind::Raise(raise) => {
                out.push($Part::Value(&$($m)? raise.message, Need::Own));
                for (_, value) in &$($m)? raise.attributes {
                    out.push($Part::Value(value, Need::Own));
                }
            }
            StmtKind::Reraise(_) | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Try { body, handlers, orelse, finally } => {
                out.push($Part::Body(body));
                for handler in handlers {
                    out.push($Part::Declare(handler.local));
                    out.push($Part::Body(&$($m)? handler.body));
                }
                out.extend([$Part::Body(orelse), $Part::Body(finally)]);
            }
        }
    }
}


    };
}

parts!(parts store_parts Part [Stmt], [] iter);
parts!(parts_mut store_parts_mut PartMut Vec<Stmt>, [mut] iter_mut);

impl Iter {
    /// The containers that are iterated.
    pub fn containers(&self) -> Vec<&Expr> {
        match self {
            Iter::Range { .. } => Vec::new(),
            Iter::Value(e) | Iter::Items(e) | Iter::Values(e) => vec![e],
            Iter::Enumerate(inner, _) | Iter::Reversed(inner) => inner.containers(),
            Iter::Zip(inner) => inner.iter().flat_map(Iter::containers).collect(),
        }
    }
}

/// Calls `see` for every part of a body, at any depth, in evaluation order (parents after their parts).
pub fn each_part<'e>(body: &'e [Stmt], passing: Passings, see: &mut dyn FnMut(&Part<'e>)) {
    for stmt in body {
        let mut parts = Vec::new();
        stmt.parts(&mut parts);
        for part in parts {
            descend(part, passing, see);
        }
    }
}

/// Calls `see` for every part of an expression and at last for the expression itself.
pub fn each_part_of<'e>(e: &'e Expr, need: Need, passing: Passings, see: &mut dyn FnMut(&Part<'e>)) {
    descend(Part::Value(e, need), passing, see);
}

fn descend<'e>(part: Part<'e>, passing: Passings, see: &mut dyn FnMut(&Part<'e>)) {
    match &part {
        Part::Value(e, need) => {
            let mut parts = Vec::new();
            e.parts(*need, passing, &mut parts);
            for inner in parts {
                descend(inner, passing, see);
            }
        }
        Part::Body(body) => each_part(body, passing, see),
        Part::Store(place) | Part::Change(place) => {
            let mut parts = Vec::new();
            place.store_parts(&mut parts);
            for inner in parts {
                descend(inner, passing, see);
            }
        }
        Part::Declare(_) => {}
    }
    see(&part);
}

/// Calls `see` for every expression of a body, at any depth, after its parts.
pub fn each_expr<'e>(body: &'e [Stmt], see: &mut dyn FnMut(&'e Expr)) {
    each_part(body, &|_, _| Need::Ref, &mut |part| see_expr(part, see));
}

/// Calls `see` for every expression below an expression, and at last for the expression itself.
pub fn each_expr_of<'e>(e: &'e Expr, see: &mut dyn FnMut(&'e Expr)) {
    each_part_of(e, Need::Ref, &|_, _| Need::Ref, &mut |part| see_expr(part, see));
}

fn see_expr<'e>(part: &Part<'e>, see: &mut dyn FnMut(&'e Expr)) {
    if let Part::Value(e, _) = part {
        see(e);
    }
}

/// Calls `see` for every statement of a body, at any depth, before its parts.
pub fn each_stmt<'e>(body: &'e [Stmt], see: &mut dyn FnMut(&'e Stmt)) {
    for stmt in body {
        see(stmt);
        let mut parts = Vec::new();
        stmt.parts(&mut parts);
        for part in parts {
            if let Part::Body(inner) = part {
                each_stmt(inner, see);
            }
        }
    }
}

/// Calls `see` for every expression of a body, at any depth, after its parts, and `store` for every place that is
/// assigned or changed.
pub fn each_expr_mut(body: &mut [Stmt], see: &mut dyn FnMut(&mut Expr), store: &mut dyn FnMut(&mut Place)) {
    for stmt in body {
        let mut parts = Vec::new();
        stmt.parts_mut(&mut parts);
        parts.into_iter().for_each(|part| descend_mut(part, see, store));
    }
}

/// The same for one expression.
pub fn each_part_of_mut(e: &mut Expr, see: &mut dyn FnMut(&mut Expr), store: &mut dyn FnMut(&mut Place)) {
    descend_mut(PartMut::Value(e, Need::Own), see, store);
}

fn descend_mut(part: PartMut, see: &mut dyn FnMut(&mut Expr), store: &mut dyn FnMut(&mut Place)) {
    match part {
        PartMut::Value(e, need) => {
            let mut parts = Vec::new();
            e.parts_mut(need, &|_, _| Need::Ref, &mut parts);
            parts.into_iter().for_each(|inner| descend_mut(inner, see, store));
            see(e);
        }
        PartMut::Body(body) => each_expr_mut(body, see, store),
        PartMut::Store(place) | PartMut::Change(place) => {
            let mut parts = Vec::new();
            place.store_parts_mut(&mut parts);
            parts.into_iter().for_each(|inner| descend_mut(inner, see, store));
            store(place);
        }
        PartMut::Declare(_) => {}
    }
}

/// Calls `see` for every statement of a body, at any depth, including those inside block expressions.
pub fn each_stmt_mut(body: &mut [Stmt], see: &mut dyn FnMut(&mut Stmt)) {
    for stmt in body {
        see(stmt);
        let mut parts = Vec::new();
        stmt.parts_mut(&mut parts);
        for part in parts {
            match part {
                PartMut::Body(inner) => each_stmt_mut(inner, see),
                PartMut::Value(e, need) => stmts_in_mut(e, need, see),
                PartMut::Store(_) | PartMut::Change(_) | PartMut::Declare(_) => {}
            }
        }
    }
}

fn stmts_in_mut(e: &mut Expr, need: Need, see: &mut dyn FnMut(&mut Stmt)) {
    let mut parts = Vec::new();
    e.parts_mut(need, &|_, _| Need::Ref, &mut parts);
    for part in parts {
        match part {
            PartMut::Body(inner) => each_stmt_mut(inner, see),
            PartMut::Value(inner, need) => stmts_in_mut(inner, need, see),
            PartMut::Store(_) | PartMut::Change(_) | PartMut::Declare(_) => {}
        }
    }
}
