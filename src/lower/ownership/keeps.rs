//! What functions keep of what they are given: the second names that a call makes.
//!
//! ```text
//! def keep(rows, row): rows.append(row)      keeps `row`: the caller must not change it afterwards
//! def same(xs): return xs                    gives back `xs`: so does whoever uses the result
//! def new(rows): xs = []; rows.append(xs); return xs      its result is not a new object of the caller's alone
//! ```
//!
//! It also knows which calls leave nothing behind by which one could tell: parameters that every caller gives a new
//! object (they are the function's own), and results that nobody compares with an argument (they may be copies).

use super::classify::{Kind, kind};
use super::decision::Decision;
use super::facts::Facts;
use crate::ir::walk::{Part, each_expr, each_expr_of, each_part, each_part_of, each_stmt};
use crate::ir::*;
use std::collections::{HashMap, HashSet};

/// What one function keeps and gives back.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    /// Variables whose object is stored somewhere else, here or by a callee.
    stored: HashSet<LocalId>,
    /// Variables whose object may be what is returned.
    returned: HashSet<LocalId>,
}

/// What every function keeps, gives back, owns.
#[derive(Default)]
pub(super) struct Keeps {
    functions: Vec<Kept>,
    /// Parameters that are a new object in every call.
    pub(super) given: Vec<HashSet<LocalId>>,
    /// Per function: no caller can tell the result from a copy of the argument that it is.
    pub(super) unseen: Vec<bool>,
}

impl Keeps {
    pub(super) fn of(program: &Program) -> Keeps {
        let mut keeps = Keeps { functions: vec![Kept::default(); program.functions.len()], ..Keeps::default() };
        loop {
            let next: Vec<Kept> = program.functions.iter().map(|function| keeps.kept(program, function)).collect();
            if next == keeps.functions {
                break;
            }
            keeps.functions = next;
        }
        let calls = Calls::of(program);
        keeps.given = (0..program.functions.len()).map(|index| keeps.given_to(program, index, &calls)).collect();
        keeps.unseen = (0..program.functions.len()).map(|index| calls.unseen(index)).collect();
        keeps
    }

    /// True where a function stores the object of an argument.
    pub(super) fn stores(&self, program: &Program, function: FunctionId, position: usize) -> bool {
        let param = program.function(function).params.get(position);
        param.is_some_and(|param| self.functions[function.0 as usize].stored.contains(&param.local))
    }

    /// True where the result of a function may be the object of an argument.
    pub(super) fn gives_back(&self, program: &Program, function: FunctionId, position: usize) -> bool {
        let param = program.function(function).params.get(position);
        param.is_some_and(|param| self.functions[function.0 as usize].returned.contains(&param.local))
    }

    /// True where a function keeps or gives back any of its arguments.
    fn keeps_any(&self, program: &Program, function: FunctionId) -> bool {
        let count = program.function(function).params.len();
        (0..count).any(|at| self.stores(program, function, at) || self.gives_back(program, function, at))
    }

    /// True where what a function returns here is held nowhere else.
    pub(super) fn leaves(&self, index: usize, value: &Expr) -> bool {
        let mut found = HashMap::new();
        owned_reads(value, &mut found);
        found.iter().all(|(local, count)| *count == 1 && !self.functions[index].stored.contains(local))
    }

    /// The variables whose object an expression may be.
    pub(super) fn sources(&self, program: &Program, e: &Expr, out: &mut Vec<LocalId>) {
        match &e.kind {
            ExprKind::Read { place: Place::Local(local), .. } => out.push(*local),
            ExprKind::Read { place: Place::Some(inner) | Place::Present(inner), .. } => {
                self.sources(program, inner, out);
            }
            ExprKind::If { then, orelse, .. } => {
                self.sources(program, then, out);
                self.sources(program, orelse, out);
            }
            ExprKind::Block { value, .. } | ExprKind::Convert { value, .. } => self.sources(program, value, out),
            ExprKind::Call { function, args } => {
                let back = args.iter().enumerate().filter(|(at, _)| self.gives_back(program, *function, *at));
                back.for_each(|(_, arg)| self.sources(program, arg, out));
            }
            ExprKind::Builtin { op: Builtin::AttributeBase | Builtin::OperandBase, args } => {
                args.iter().take(1).for_each(|arg| self.sources(program, arg, out));
            }
            _ => {}
        }
    }

    fn kept(&self, program: &Program, function: &Function) -> Kept {
        let mut groups = Groups::default();
        // Reads that hand an object on, less those that only give it another name or return it.
        let mut stores: HashMap<LocalId, isize> = HashMap::new();
        let mut returned = Vec::new();
        each_part(&function.body, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(e, Need::Own) = part
                && let Some(local) = whole(e)
            {
                *stores.entry(local).or_default() += 1;
            }
            if let Part::Value(Expr { kind: ExprKind::Call { function, args }, .. }, _) = part {
                for (_, arg) in args.iter().enumerate().filter(|(at, _)| self.stores(program, *function, *at)) {
                    let mut found = Vec::new();
                    self.sources(program, arg, &mut found);
                    found.into_iter().for_each(|local| *stores.entry(local).or_default() += 1);
                }
            }
            if let Part::Value(Expr { kind: ExprKind::CallValue { args, .. }, .. }, _) = part {
                let mut found = Vec::new();
                args.iter().for_each(|arg| self.sources(program, arg, &mut found));
                found.into_iter().for_each(|local| *stores.entry(local).or_default() += 1);
            }
        });
        let named = |local: LocalId, value: &Expr, groups: &mut Groups, stores: &mut HashMap<LocalId, isize>| {
            let mut found = Vec::new();
            self.sources(program, value, &mut found);
            found.into_iter().for_each(|source| groups.join(local, source));
            let mut reads = Vec::new();
            alias_reads(value, &mut reads);
            reads.into_iter().for_each(|source| *stores.entry(source).or_default() -= 1);
        };
        each_stmt(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::Let { local, value: Some(value) } | StmtKind::Assign { place: Place::Local(local), value } => {
                named(*local, value, &mut groups, &mut stores)
            }
            StmtKind::Unpack { targets, value } => {
                if let ExprKind::Tuple(items) = &value.kind {
                    for (target, item) in targets.iter().zip(items) {
                        if let Target::Declare(local) | Target::Assign(Place::Local(local)) = target {
                            named(*local, item, &mut groups, &mut stores);
                        }
                    }
                }
            }
            StmtKind::Return(Some(value)) => {
                self.sources(program, value, &mut returned);
                let mut reads = HashMap::new();
                owned_reads(value, &mut reads);
                for (local, count) in reads {
                    *stores.entry(local).or_default() -= count as isize;
                    returned.push(local);
                }
            }
            _ => {}
        });
        let stored = stores.into_iter().filter(|(_, count)| *count > 0).map(|(local, _)| local);
        Kept { stored: groups.all(stored), returned: groups.all(returned.into_iter()) }
    }

    /// Parameters that are kept, or both changed and assigned, and hold a new object in every call.
    fn given_to(&self, program: &Program, index: usize, calls: &Calls) -> HashSet<LocalId> {
        let function = &program.functions[index];
        if function.public || !matches!(function.kind, FunctionKind::Plain) || calls.otherwise[index] {
            return HashSet::new();
        }
        let kept = &self.functions[index];
        let own = |(position, param): &(usize, &Param)| {
            let container = kind(program, &function.locals[param.local.0 as usize].ty) == Kind::Container;
            let wanted = kept.stored.contains(&param.local)
                || kept.returned.contains(&param.local)
                || function.effects.mutates.contains(position);
            container && wanted && calls.new_only[index].get(*position).copied().unwrap_or(false)
        };
        function.params.iter().enumerate().filter(own).map(|(_, param)| param.local).collect()
    }
}

/// What the calls of each function look like.
struct Calls {
    /// Called as a value, or where a global begins.
    otherwise: Vec<bool>,
    /// Per parameter: every call gives a new object.
    new_only: Vec<Vec<bool>>,
    /// Calls, and those whose result nobody can tell from a copy.
    count: Vec<usize>,
    hidden: Vec<usize>,
}

impl Calls {
    fn of(program: &Program) -> Calls {
        let count = program.functions.len();
        let mut calls = Calls {
            otherwise: vec![false; count],
            new_only: program.functions.iter().map(|f| vec![true; f.params.len()]).collect(),
            count: vec![0; count],
            hidden: vec![0; count],
        };
        for function in &program.functions {
            each_expr(&function.body, &mut |e| calls.note(program, e));
            each_stmt(&function.body, &mut |stmt| {
                if let StmtKind::Expr(Expr { kind: ExprKind::Call { function, args }, .. }) = &stmt.kind
                    && !hidden_by_arguments(program, args)
                {
                    calls.hidden[function.0 as usize] += 1;
                }
            });
        }
        for global in &program.globals {
            each_expr_of(&global.value, &mut |e| {
                if let ExprKind::Call { function, .. } | ExprKind::Closure { function, .. } = &e.kind {
                    calls.otherwise[function.0 as usize] = true;
                }
            });
        }
        calls
    }

    fn note(&mut self, program: &Program, e: &Expr) {
        match &e.kind {
            ExprKind::Closure { function, .. } => self.otherwise[function.0 as usize] = true,
            ExprKind::Call { function, args } => {
                let index = function.0 as usize;
                self.count[index] += 1;
                self.hidden[index] += usize::from(hidden_by_arguments(program, args));
                for (known, arg) in self.new_only[index].iter_mut().zip(args) {
                    *known &= is_new(arg);
                }
                self.new_only[index].iter_mut().skip(args.len()).for_each(|known| *known = false);
            }
            // What is only looked at for its elements, none of which can change.
            ExprKind::Builtin { op, args } if looks_only(*op, e) => {
                for (at, arg) in args.iter().enumerate() {
                    let plain = arg.ty.item().is_some_and(|item| item.is_scalar() || item == Type::Str);
                    if let ExprKind::Call { function, args: inner } = &arg.kind
                        && op.need(at) == Need::Ref
                        && plain
                        && !hidden_by_arguments(program, inner)
                    {
                        self.hidden[function.0 as usize] += 1;
                    }
                }
            }
            _ => {}
        }
    }

    fn unseen(&self, index: usize) -> bool {
        !self.otherwise[index] && self.count[index] == self.hidden[index]
    }
}

/// True for operations that keep none of their operands and give none back.
fn looks_only(op: Builtin, e: &Expr) -> bool {
    let copies = matches!(op, Builtin::ListExtend | Builtin::Concat | Builtin::Slice | Builtin::Copy | Builtin::Repeat);
    copies || matches!(op, Builtin::Len | Builtin::Contains) && e.ty.is_scalar()
}

/// True where no argument has a name by which the result could be found to be it.
fn hidden_by_arguments(program: &Program, args: &[Expr]) -> bool {
    args.iter().all(|arg| kind(program, &arg.ty) != Kind::Container || is_new(arg))
}

/// True for expressions that make a container here and now.
pub(super) fn is_new(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::List(_) | ExprKind::Dict(_) | ExprKind::Set(_) | ExprKind::None => true,
        ExprKind::Comprehension(c) => {
            matches!(c.kind, ComprehensionKind::List(_) | ComprehensionKind::Set(_) | ComprehensionKind::Dict { .. })
        }
        ExprKind::Builtin { op, .. } => {
            matches!(op, Builtin::Slice | Builtin::Concat | Builtin::Copy | Builtin::Repeat)
        }
        ExprKind::Sorted { .. } => true,
        ExprKind::Convert { to: Conversion::Some, value } => is_new(value),
        _ => false,
    }
}

/// The variable that an expression reads as a whole.
fn whole(e: &Expr) -> Option<LocalId> {
    match e.as_place()? {
        Place::Local(local) if !e.ty.is_scalar() => Some(*local),
        Place::Some(inner) | Place::Present(inner) => whole(inner),
        _ => None,
    }
}

/// The reads by which a value is another name of a variable's object.
fn alias_reads(e: &Expr, out: &mut Vec<LocalId>) {
    match &e.kind {
        ExprKind::If { then, orelse, .. } => {
            alias_reads(then, out);
            alias_reads(orelse, out);
        }
        ExprKind::Block { value, .. } | ExprKind::Convert { value, .. } => alias_reads(value, out),
        _ => out.extend(whole(e)),
    }
}

/// How often a value takes each variable's object.
fn owned_reads(value: &Expr, out: &mut HashMap<LocalId, usize>) {
    each_part_of(value, Need::Own, &|_, _| Need::Ref, &mut |part| {
        if let Part::Value(e, Need::Own) = part
            && let Some(local) = whole(e)
        {
            *out.entry(local).or_default() += 1;
        }
    });
}

/// Variables that may be names of one object.
#[derive(Default)]
struct Groups {
    pairs: Vec<(LocalId, LocalId)>,
}

impl Groups {
    fn join(&mut self, one: LocalId, other: LocalId) {
        self.pairs.push((one, other));
    }

    /// All names of the objects of some variables.
    fn all(&self, some: impl Iterator<Item = LocalId>) -> HashSet<LocalId> {
        let mut found: HashSet<LocalId> = some.collect();
        loop {
            let before = found.len();
            for (one, other) in &self.pairs {
                if found.contains(one) || found.contains(other) {
                    found.extend([*one, *other]);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }
}

impl<'p> Decision<'p> {
    /// An object of this function's own that a callee keeps, or hands back to be used, must not change afterwards.
    pub(super) fn check_kept(&mut self, e: &Expr, used: bool) {
        let (facts, program) = (self.facts, self.program());
        match &e.kind {
            ExprKind::Call { function, args } => {
                for (position, arg) in args.iter().enumerate() {
                    let kept = facts.keeps.stores(program, *function, position)
                        || used && facts.keeps.gives_back(program, *function, position);
                    if kept && self.need(*function, position) != Need::Own {
                        self.check_unchanged(arg);
                    }
                }
            }
            ExprKind::CallValue { args, .. } => {
                let keeps = |id: &FunctionId| facts.keeps.keeps_any(program, *id);
                if facts.callees(e).iter().any(keeps) {
                    args.iter().for_each(|arg| self.check_unchanged(arg));
                }
            }
            _ => {}
        }
    }

    fn check_unchanged(&mut self, arg: &Expr) {
        let mut names = Vec::new();
        self.facts.keeps.sources(self.program(), arg, &mut names);
        let changes = |local: &LocalId| self.fresh.holds(*local) && self.changed_later.contains(local);
        if self.kind(&arg.ty) == Kind::Container && names.iter().any(changes) {
            self.refuse_second_name(&arg.ty, arg.at);
        }
    }
}

impl Facts<'_> {
    /// True where a function's parameter is its own new object in every call.
    pub(super) fn is_given(&self, index: usize, local: LocalId) -> bool {
        self.keeps.given.get(index).is_some_and(|given| given.contains(&local))
    }
}
