//! Refuses iterations over generators where it would show that all items are made before the first is used.
//!
//! ```text
//! for x in numbers(xs):            for x in numbers(xs):
//!     out.append(x)                    xs.append(x)            # refused: the generator would see it
//! ```
//!
//! Making them first is the same where what the generator does cannot be seen by what is done with the items, and the
//! other way round; where an exception of the one does not decide what the other has done; and where a consumer that
//! may stop early stops a generator that would have ended soon anyway.

use super::aliases::{Aliases, RootKey, Roots, Summary, can_change};
use super::effects::{block_effects, block_raises};
use super::footprint::{Footprint, Key};
use super::generators::{Use, Uses};
use super::proven::{Known, proven};
use crate::artifact::Access;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::walk::{Part, each_part, each_stmt};
use crate::ir::*;
use crate::span::Location;
use std::collections::HashSet;

/// The largest `range` that is gone through for nothing.
const SMALL: i64 = 1_000_000;

/// Functions with such iterations. `generators` says which functions were generators.
pub fn check(program: &Program, aliases: &Aliases, generators: &[bool], uses: &Uses) -> Vec<(FunctionId, Diagnostic)> {
    let mut problems = Vec::new();
    if !generators.contains(&true) {
        return problems;
    }
    for (index, function) in program.functions.iter().enumerate() {
        let mut checker = Checker {
            program,
            aliases,
            generators,
            uses,
            function,
            summary: &aliases.functions[index],
            judged: HashSet::new(),
            problem: None,
        };
        checker.stmts(&function.body, false);
        checker.unjudged();
        if let Some(problem) = checker.problem {
            problems.push((FunctionId(index as u32), problem));
        }
    }
    problems
}

/// What is done with the items.
struct Consumer {
    /// As statements that run for every item.
    body: Vec<Stmt>,
    /// May stop before the end.
    leaves: bool,
    /// Puts the items away as they are and does nothing else.
    collects: bool,
    /// Changes these besides.
    changes: Roots,
    /// Types of containers that it changes besides.
    writes: Vec<Key>,
}

struct Checker<'p> {
    program: &'p Program,
    aliases: &'p Aliases,
    generators: &'p [bool],
    uses: &'p Uses,
    function: &'p Function,
    summary: &'p Summary,
    judged: HashSet<*const Expr>,
    problem: Option<Diagnostic>,
}

impl<'p> Checker<'p> {
    fn stmts(&mut self, body: &'p [Stmt], caught: bool) {
        for stmt in body {
            if let StmtKind::For { iter, body, .. } = &stmt.kind {
                let leaves = leaves(body);
                self.iteration(iter, caught, &|| Consumer { leaves, ..Consumer::new(body.clone()) });
            }
            let mut parts = Vec::new();
            stmt.parts(&mut parts);
            let tries = matches!(&stmt.kind, StmtKind::Try { .. });
            for part in parts {
                self.part(part, caught || tries);
            }
        }
    }

    fn part(&mut self, part: Part<'p>, caught: bool) {
        match part {
            Part::Value(e, _) => self.expr(e, caught),
            Part::Body(body) => self.stmts(body, caught),
            Part::Store(place) | Part::Change(place) => {
                let mut parts = Vec::new();
                place.store_parts(&mut parts);
                parts.into_iter().for_each(|part| self.part(part, caught));
            }
            Part::Declare(_) => {}
        }
    }

    fn expr(&mut self, e: &'p Expr, caught: bool) {
        match &e.kind {
            ExprKind::Comprehension(c) => {
                for (index, one) in c.loops.iter().enumerate() {
                    self.iteration(&one.iter, caught, &|| consumer_of(c, index));
                }
            }
            ExprKind::Builtin { op, args } => self.taken(op, args, caught),
            _ => {}
        }
        let mut parts = Vec::new();
        e.parts(Need::Ref, &|_, _| Need::Ref, &mut parts);
        parts.into_iter().for_each(|part| self.part(part, caught));
    }

    /// `xs.extend(g())`
    fn taken(&mut self, op: &Builtin, args: &'p [Expr], caught: bool) {
        let changed = (0..args.len()).find(|index| op.need(*index) == Need::Mut).map(|index| &args[index]);
        for call in args {
            let Some(id) = self.generator(call) else { continue };
            let mut consumer = Consumer { collects: true, ..Consumer::new(Vec::new()) };
            if let Some(target) = changed {
                consumer.changes = self.aliases.roots_of_holder(self.program, target, self.summary);
                consumer.writes.push(Key::Items(target.ty.some().clone()));
            }
            self.judge(id, call, &consumer, caught);
        }
    }

    fn generator(&self, e: &Expr) -> Option<FunctionId> {
        match &e.kind {
            ExprKind::Call { function, .. } if self.generators[function.0 as usize] => Some(*function),
            _ => None,
        }
    }

    fn iteration(&mut self, iter: &'p Iter, caught: bool, consumer: &dyn Fn() -> Consumer) {
        for call in iter.containers() {
            if let Some(id) = self.generator(call) {
                self.judge(id, call, &consumer(), caught);
            }
        }
    }

    /// Calls that no known iteration uses up.
    fn unjudged(&mut self) {
        let mut left = None;
        each_part(&self.function.body, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(e, _) = part
                && self.generator(e).is_some()
                && self.how(e) != Use::Whole
                && !self.judged.contains(&std::ptr::from_ref(*e))
            {
                left.get_or_insert(e.at);
            }
        });
        if let Some(at) = left {
            self.refuse(at, "this use of a generator is not translated");
        }
    }

    fn how(&self, call: &Expr) -> Use {
        self.uses.get(&call.at).copied().unwrap_or(Use::Some)
    }

    fn refuse(&mut self, at: Location, message: &str) {
        let problem = Diagnostic::new(Code::Generator, at, message)
            .help("iterate over `list(...)` of it, if it ends and all of it may be computed first");
        self.problem.get_or_insert(problem);
    }

    fn judge(&mut self, id: FunctionId, call: &'p Expr, consumer: &Consumer, caught: bool) {
        self.judged.insert(std::ptr::from_ref(call));
        let how = self.how(call);
        if how == Use::Whole {
            return;
        }
        let program = self.program;
        let own = &program.function(id).effects;
        let mut scratch = Summary { changed_here: Roots::new(), ..self.summary.clone() };
        each_part(&consumer.body, &|_, _| Need::Ref, &mut |part| self.aliases.note_change(program, part, &mut scratch));
        let mut changes = scratch.changed_here;
        changes.extend(consumer.changes.iter().copied());
        let theirs = block_effects(program, self.function, &consumer.body, &changes, self.aliases);
        let stops = how == Use::Some || consumer.leaves || theirs.raises;
        let outer = |root: &RootKey| match root {
            RootKey::Local(local) => self.function.params.iter().any(|param| param.local == *local),
            RootKey::Global(_) => true,
        };
        let shows = |e: &Effects| e.prints || e.reads_clock || e.state == Some(Access::Write);
        let seen = shows(&theirs) || changes.iter().any(outer);
        let acts = shows(own) || !own.mutates.is_empty();
        if acts && (stops || !consumer.collects || seen) {
            return self.refuse(call.at, "what this generator does shows between its items");
        }
        let raises = own.raises && block_raises(program, &proven(program.function(id)).0);
        if raises && (stops || seen || caught) {
            return self
                .refuse(call.at, "an exception of this generator may come after something was done with its items");
        }
        if stops && !self.is_bounded(id, &mut Vec::new()) {
            return self.refuse(call.at, "this generator, which may have no end, may be left before it");
        }
        if self.interferes(id, call, consumer, &changes, &theirs, &outer) {
            self.refuse(call.at, "what is done with the items of this generator may change what it reads");
        }
    }

    /// True where the consumer may change what the generator reads, or the generator what it has given.
    fn interferes(
        &self,
        id: FunctionId,
        call: &Expr,
        consumer: &Consumer,
        changes: &Roots,
        theirs: &Effects,
        outer: &dyn Fn(&RootKey) -> bool,
    ) -> bool {
        let (program, values) = (self.program, &self.aliases.values);
        let generator = program.function(id);
        if generator.effects.state.is_some() && theirs.state == Some(Access::Write) {
            return true;
        }
        let ExprKind::Call { args, .. } = &call.kind else { return true };
        let reads: Roots = args.iter().flat_map(|arg| self.aliases.roots(program, arg, self.summary)).collect();
        let shared = generator.result.item().is_some_and(|item| can_change(program, &item));
        // Containers have one name each, objects may have several.
        let aliased = |root: &RootKey| match root {
            RootKey::Local(local) => outer(root) && leads_to_object(&self.function.locals[local.0 as usize].ty),
            RootKey::Global(_) => true,
        };
        let touching = changes.iter().any(|root| reads.contains(root))
            || changes.iter().any(aliased) && reads.iter().any(aliased)
            || shared;
        if !touching {
            return false;
        }
        let own = Footprint::of_body(program, values, &generator.body);
        let mut done = Footprint::of_body(program, values, &consumer.body);
        if changes.is_empty() {
            done.writes.clear();
        }
        done.writes.extend(consumer.writes.iter().cloned());
        let is_field = |key: &&Key| matches!(key, Key::Field(_) | Key::Cell);
        // What the generator puts its items into is its own; that others are not changed once given, `ownership` sees.
        let given = Key::Items(generator.result.clone());
        let seen =
            |key: &Key| own.reads.contains(key) && (*key != given || reads.iter().any(|_| takes(generator, key)));
        done.writes.iter().any(seen) || shared && own.writes.iter().filter(is_field).any(|key| done.reads.contains(key))
    }

    /// True where a generator surely ends soon.
    fn is_bounded(&self, id: FunctionId, on_the_way: &mut Vec<FunctionId>) -> bool {
        if on_the_way.contains(&id) {
            return false;
        }
        on_the_way.push(id);
        let function = self.program.function(id);
        let (body, known) = (&function.body, proven(function).1);
        let is_short = |iter: &Iter| is_short(iter, &known);
        let mut bounded = true;
        each_stmt(body, &mut |stmt| match &stmt.kind {
            StmtKind::While { .. } => bounded = false,
            StmtKind::For { iter, .. } => bounded &= is_short(iter),
            _ => {}
        });
        each_part(body, &|_, _| Need::Ref, &mut |part| {
            if let Part::Value(e, _) = part {
                match &e.kind {
                    ExprKind::Comprehension(c) => bounded &= c.loops.iter().all(|one| is_short(&one.iter)),
                    ExprKind::Block { body, .. } => each_stmt(body, &mut |stmt| {
                        bounded &= match &stmt.kind {
                            StmtKind::While { .. } => false,
                            StmtKind::For { iter, .. } => is_short(iter),
                            _ => true,
                        }
                    }),
                    ExprKind::CallValue { .. } => bounded = false,
                    ExprKind::Call { function, .. } if self.generators[function.0 as usize] => {
                        bounded &= self.is_bounded(*function, on_the_way);
                    }
                    _ => {}
                }
            }
        });
        on_the_way.pop();
        bounded
    }
}

/// True where a parameter of a function may lead to a container of this type.
fn takes(function: &Function, key: &Key) -> bool {
    let Key::Items(ty) = key else { return true };
    function.params.iter().any(|param| leads_to(&function.locals[param.local.0 as usize].ty, ty))
}

/// True where a value of a type may hold, or be, one of another type; objects and functions may hold anything.
fn leads_to(ty: &Type, wanted: &Type) -> bool {
    ty == wanted
        || match ty {
            Type::Class(_) | Type::Function(..) => true,
            Type::List(t)
            | Type::TupleOf(t)
            | Type::Deque(t)
            | Type::Set(t)
            | Type::FrozenSet(t)
            | Type::Optional(t)
            | Type::Cell(t) => leads_to(t, wanted),
            Type::Dict(k, v, _) => leads_to(k, wanted) || leads_to(v, wanted),
            Type::Tuple(items) => items.iter().any(|t| leads_to(t, wanted)),
            _ => false,
        }
}

fn leads_to_object(ty: &Type) -> bool {
    leads_to(ty, &Type::Never)
}

impl Consumer {
    fn new(body: Vec<Stmt>) -> Consumer {
        Consumer { body, leaves: false, collects: false, changes: Roots::new(), writes: Vec::new() }
    }
}

/// What a comprehension does with the items of one of its loops.
fn consumer_of(c: &Comprehension, index: usize) -> Consumer {
    let mut parts: Vec<&Expr> = Vec::new();
    parts.extend(&c.loops[index].conditions);
    for one in &c.loops[index + 1..] {
        parts.extend(one.iter.containers());
        if let Iter::Range { start, stop, step } = &one.iter {
            parts.extend([start, stop, step]);
        }
        parts.extend(&one.conditions);
    }
    let plain = parts.is_empty() && index + 1 == c.loops.len();
    let (mut leaves, mut last) = (false, Vec::new());
    match &c.kind {
        ComprehensionKind::List(e) | ComprehensionKind::Set(e) => last.push(e),
        ComprehensionKind::Dict { key, value } => last.extend([key, value]),
        ComprehensionKind::Sum { element, .. } => last.push(element),
        ComprehensionKind::Any(e) | ComprehensionKind::All(e) => {
            leaves = true;
            last.push(e);
        }
        ComprehensionKind::Extreme { element, key, .. } => {
            last.push(element);
            last.extend(key.iter().map(|key| &key.body));
        }
    }
    let collects = plain && last.iter().all(|e| matches!(e.as_place(), Some(Place::Local(_))));
    let made = parts.into_iter().chain(last).map(|e| Stmt::new(StmtKind::Expr(e.clone()), e.at)).collect();
    Consumer { leaves, collects, ..Consumer::new(made) }
}

/// True where the body of a loop may end the loop.
fn leaves(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break | StmtKind::Return(_) => true,
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => returns(body) || leaves(orelse),
        StmtKind::If { then, orelse, .. } => leaves(then) || leaves(orelse),
        StmtKind::Try { body, handlers, orelse, finally } => {
            leaves(body) || handlers.iter().any(|h| leaves(&h.body)) || leaves(orelse) || leaves(finally)
        }
        _ => false,
    })
}

fn returns(body: &[Stmt]) -> bool {
    let mut found = false;
    each_stmt(body, &mut |stmt| found |= matches!(stmt.kind, StmtKind::Return(_)));
    found
}

/// True for iterations over what is there already.
fn is_short(iter: &Iter, known: &Known) -> bool {
    match iter {
        Iter::Range { stop, start, .. } => is_small(stop) && is_small(start) || known.is_short(start, stop),
        Iter::Value(_) | Iter::Items(_) | Iter::Values(_) => true,
        Iter::Enumerate(inner, _) | Iter::Reversed(inner) => is_short(inner, known),
        Iter::Zip(inner) => inner.iter().any(|iter| is_short(iter, known)),
    }
}

/// True for numbers of the size of what is there already.
fn is_small(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Int(n) => n.abs() <= SMALL,
        ExprKind::Negate(inner) => is_small(inner),
        ExprKind::Builtin { op: Builtin::Len, .. } => true,
        ExprKind::Arith { op: ArithOp::Add | ArithOp::Sub, left, right } => is_small(left) && is_small(right),
        ExprKind::Arith { op: ArithOp::FloorDiv, left, .. } => is_small(left),
        _ => false,
    }
}
