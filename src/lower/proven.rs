//! Indexes that loops prove to be in range: `xs[i]` where `i` goes through `range(len(xs))`, and nobody changes `xs`.
//!
//! ```text
//! n = len(xs)
//! for i in range(n):
//!     for j in range(i + 1, n):         xs[i] and xs[j] raise nothing
//! ```

use crate::ir::walk::{each_expr_mut, each_stmt};
use crate::ir::*;
use std::collections::{HashMap, HashSet};

/// The body of a function, with the indexes that loops prove marked as such, and what is known of its numbers.
pub fn proven(function: &Function) -> (Vec<Stmt>, Known<'_>) {
    let mut body = function.body.clone();
    let mut known = Known { function, lengths: HashMap::new(), natural: HashSet::new() };
    each_stmt(&function.body, &mut |stmt| {
        if let StmtKind::Let { local, value: Some(value) } = &stmt.kind
            && known.is_fixed(*local)
            && let Some(list) = known.length(value)
        {
            known.lengths.insert(*local, list);
        }
    });
    known.stmts(&mut body);
    (body, known)
}

/// The list that a number is at most the length of, and by how much less.
type Bound = (LocalId, i64);

/// What is known of the numbers of a function.
pub struct Known<'f> {
    function: &'f Function,
    /// Variables that hold lengths.
    lengths: HashMap<LocalId, Bound>,
    /// Variables of loops that are at least zero.
    natural: HashSet<LocalId>,
}

impl Known<'_> {
    fn is_fixed(&self, local: LocalId) -> bool {
        !self.function.locals[local.0 as usize].mutable
    }

    fn local(e: &Expr) -> Option<LocalId> {
        match e.as_place() {
            Some(Place::Local(local)) => Some(*local),
            _ => None,
        }
    }

    /// `len(xs)`, `len(xs) - 1`, a variable that holds it.
    fn length(&self, e: &Expr) -> Option<Bound> {
        match &e.kind {
            ExprKind::Builtin { op: Builtin::Len, args } => {
                let list = Self::local(args.first()?).filter(|list| self.is_fixed(*list))?;
                Some((list, 0))
            }
            ExprKind::Arith { op: ArithOp::Sub, left, right } => match (self.length(left)?, &right.kind) {
                ((list, less), ExprKind::Int(n)) if *n >= 0 => Some((list, less.checked_add(*n)?)),
                _ => None,
            },
            _ => self.lengths.get(&Self::local(e)?).copied(),
        }
    }

    /// True for ranges that are no longer than some list.
    pub fn is_short(&self, start: &Expr, stop: &Expr) -> bool {
        self.is_natural(start) && self.length(stop).is_some()
    }

    fn is_natural(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Int(n) => *n >= 0,
            ExprKind::Arith { op: ArithOp::Add, left, right } => self.is_natural(left) && self.is_natural(right),
            _ => Self::local(e).is_some_and(|local| self.natural.contains(&local)),
        }
    }

    /// The variable of a loop, and what it stays below.
    fn bound(&self, target: &Target, iter: &Iter) -> Option<(LocalId, Bound)> {
        let (local, bound) = match (target, iter) {
            (Target::Declare(local), Iter::Range { start, stop, step }) => {
                let forward = matches!(step.kind, ExprKind::Int(n) if n > 0);
                (*local, self.length(stop).filter(|_| forward && self.is_natural(start))?)
            }
            (Target::Tuple(parts), Iter::Enumerate(inner, start)) => match (parts.first()?, &**inner, &start.kind) {
                (Target::Declare(local), Iter::Value(list), ExprKind::Int(0)) => {
                    (*local, (Self::local(list).filter(|list| self.is_fixed(*list))?, 0))
                }
                _ => return None,
            },
            _ => return None,
        };
        self.is_fixed(local).then_some((local, bound))
    }

    fn stmts(&mut self, body: &mut [Stmt]) {
        for stmt in body {
            match &mut stmt.kind {
                StmtKind::For { target, iter, body, orelse } => {
                    if let Some((local, bound)) = self.bound(target, iter) {
                        self.natural.insert(local);
                        each_expr_mut(body, &mut |e| mark(e, local, bound), &mut |_| {});
                    }
                    self.stmts(body);
                    self.stmts(orelse);
                }
                StmtKind::While { body, orelse, .. } | StmtKind::If { then: body, orelse, .. } => {
                    self.stmts(body);
                    self.stmts(orelse);
                }
                StmtKind::Try { body, handlers, orelse, finally } => {
                    self.stmts(body);
                    handlers.iter_mut().for_each(|handler| self.stmts(&mut handler.body));
                    self.stmts(orelse);
                    self.stmts(finally);
                }
                _ => {}
            }
        }
    }
}

/// Marks `xs[i]` and `xs[i + n]`.
fn mark(e: &mut Expr, local: LocalId, (list, less): Bound) {
    let ExprKind::Read { place: Place::Item { base, index, check }, .. } = &mut e.kind else { return };
    let past = match &index.kind {
        ExprKind::Arith { op: ArithOp::Add, left, right } if Known::local(left) == Some(local) => match right.kind {
            ExprKind::Int(n) if n >= 0 => Some(n),
            _ => None,
        },
        _ => (Known::local(index) == Some(local)).then_some(0),
    };
    let of_list = matches!(base.ty, Type::List(_) | Type::Str | Type::Bytes | Type::TupleOf(_));
    if of_list && Known::local(base) == Some(list) && past.is_some_and(|past| past <= less) {
        *check = Check::Proven;
    }
}
