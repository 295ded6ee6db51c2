//! Variables that some path reads before any assignment: a flag beside each says whether it is bound.
//!
//! ```text
//! for x in xs:             let y = 0; let y_is_bound = False
//!     y = f(x)             for x in xs: y = f(x); y_is_bound = True
//! return y + 1      ->     if not y_is_bound: raise UnboundLocalError(...)
//!                          return y + 1
//! ```
//!
//! The test stands where Python looks the name up: before the statement where nothing that could be told is evaluated
//! earlier in it, else inside the expression. What a comprehension reads of its function is another error in Python,
//! and differs between versions: that stays refused.

use super::body::{Body, Owner};
use super::world::{Lowered, Written};
use crate::diagnostic::Code;
use crate::ir::walk::{Part, PartMut};
use crate::ir::*;
use crate::python::{ast, walk};
use crate::span::{Location, Span};
use std::collections::{BTreeMap, HashMap, HashSet};

impl Body<'_, '_> {
    /// Notes a read of a variable that is not surely bound; a refusal where a flag cannot say it.
    pub(super) fn read_unsure(&mut self, local: LocalId, span: Span) -> Lowered<()> {
        let Local { name, ty, .. } = self.locals[local.0 as usize].clone();
        let written = self.written_name(local);
        if (stand_in(&ty, self.at(span)).is_none() && ty != Type::Unknown)
            || written.is_none()
            || self.in_other_scope(span)
        {
            let message = format!("`{name}` may be read before it is assigned");
            return self.refuse(Code::UnboundLocal, span, message, "assign it a value on every path");
        }
        let (at, Some(name)) = (self.at(span), written) else { return Ok(()) };
        self.unsure.push((local, at, name));
        Ok(())
    }

    /// The name of a variable as Python knows it.
    fn written_name(&self, local: LocalId) -> Option<String> {
        self.names.iter().find(|(_, named)| **named == local).map(|(name, _)| name.clone())
    }

    /// True inside a comprehension or a lambda, which are functions of their own, and outside functions.
    fn in_other_scope(&self, span: Span) -> bool {
        let Owner::Function(id) = self.owner else { return true };
        let info = self.world.function(id);
        let Written::Def(def) = info.written else { return true };
        info.is_generator || in_body(&def.body, span)
    }

    /// Puts flags and tests into the finished body.
    pub(super) fn test_unsure(&mut self, body: &mut Vec<Stmt>, span: Span) -> Lowered<()> {
        let reads = std::mem::take(&mut self.unsure);
        if reads.is_empty() {
            return Ok(());
        }
        // A test that is known beforehand leaves no read to stand before.
        if let Some((_, at, name)) = reads.iter().find(|(local, at, _)| !is_read(body, *local, *at)) {
            let message = format!("`{name}` may be read before it is assigned");
            return self.refuse(Code::UnboundLocal, at.span, message, "assign it a value on every path");
        }
        let at = self.at(span);
        let words: BTreeMap<LocalId, String> = reads.iter().map(|(local, _, name)| (*local, name.clone())).collect();
        let reads = reads.into_iter().map(|(local, at, _)| (local, at)).collect();
        let mut tests = Tests { reads, flags: HashMap::new(), refused: None };
        let mut before = Vec::new();
        for (local, word) in words {
            let Local { name, ty, .. } = self.locals[local.0 as usize].clone();
            let Some(value) = stand_in(&ty, at) else {
                let message = format!("`{name}` may be read before it is assigned");
                return self.refuse(Code::UnboundLocal, span, message, "assign it a value on every path");
            };
            let flag = self.new_local(&format!("{name}_is_bound"), &Type::Bool);
            tests.flags.insert(local, (flag, word));
            let no = Expr::new(ExprKind::Bool(false), Type::Bool, at);
            before.push(Stmt::new(StmtKind::Assign { place: Place::Local(local), value }, at));
            before.push(Stmt::new(StmtKind::Assign { place: Place::Local(flag), value: no }, at));
        }
        tests.block(body, &mut HashSet::new());
        if let Some(at) = tests.refused {
            let message = "a variable that may not be bound is changed inside an expression";
            return self.refuse(Code::UnboundLocal, at.span, message, "assign it a value on every path");
        }
        body.splice(0..0, before);
        Ok(())
    }
}

/// True where a read of a variable is still there in the finished body.
fn is_read(body: &[Stmt], local: LocalId, at: Location) -> bool {
    let holds = |outer: Location| outer.span.start <= at.span.start && at.span.end <= outer.span.end;
    let mut found = false;
    crate::ir::walk::each_part(body, &|_, _| Need::Ref, &mut |part| {
        if let Part::Value(e, _) = part {
            found |= holds(e.at) && matches!(e.as_place(), Some(Place::Local(read)) if *read == local);
        }
    });
    crate::ir::walk::each_stmt(body, &mut |stmt| {
        found |= holds(stmt.at)
            && matches!(&stmt.kind, StmtKind::Update { place: Place::Local(read), .. } if *read == local);
    });
    found
}

/// A value for a variable that is not bound; nobody ever sees it.
fn stand_in(ty: &Type, at: Location) -> Option<Expr> {
    let kind = match ty {
        Type::Int => ExprKind::Int(0),
        Type::Float => ExprKind::Float(0.0),
        Type::Bool => ExprKind::Bool(false),
        Type::Str => ExprKind::Str(String::new()),
        Type::Bytes => ExprKind::Bytes(Vec::new()),
        Type::List(_) => ExprKind::List(Vec::new()),
        Type::Dict(..) => ExprKind::Dict(Vec::new()),
        Type::Set(_) => ExprKind::Set(Vec::new()),
        Type::Optional(_) => ExprKind::None,
        Type::Tuple(items) => ExprKind::Tuple(items.iter().map(|item| stand_in(item, at)).collect::<Option<Vec<_>>>()?),
        _ => return None,
    };
    Some(Expr::new(kind, ty.clone(), at))
}

/// True where a place of a body is inside a comprehension or a lambda, but not in what a comprehension iterates first.
fn in_body(body: &[ast::Stmt], span: Span) -> bool {
    body.iter().any(|stmt| {
        walk::heads(stmt).into_iter().any(|head| in_expression(head, span))
            || ast::bodies(stmt).into_iter().any(|inner| in_body(inner, span))
    })
}

fn in_expression(e: &ast::Expr, span: Span) -> bool {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    if !holds(e.span) {
        return false;
    }
    let first = match &e.kind {
        ast::ExprKind::ListComp { clauses, .. }
        | ast::ExprKind::SetComp { clauses, .. }
        | ast::ExprKind::DictComp { clauses, .. }
        | ast::ExprKind::Generator { clauses, .. } => clauses.first().map(|clause| &clause.iter),
        ast::ExprKind::Lambda { .. } => None,
        _ => return walk::parts(e).into_iter().any(|part| in_expression(part, span)),
    };
    first.is_none_or(|first| !holds(first.span) || in_expression(first, span))
}

/// Where flags are set and tested.
struct Tests {
    reads: Vec<(LocalId, Location)>,
    /// The flag of each variable, and the variable's name in Python.
    flags: HashMap<LocalId, (LocalId, String)>,
    /// A change inside an expression, which a test cannot stand before.
    refused: Option<Location>,
}

impl Tests {
    fn block(&mut self, block: &mut Vec<Stmt>, sure: &mut HashSet<LocalId>) {
        let mut index = 0;
        while index < block.len() {
            let at = block[index].at;
            let mut scan = Scan { tests: self, quiet: true, first: Vec::new() };
            scan.statement(&block[index]);
            let first: Vec<LocalId> = scan.first.into_iter().filter(|local| !sure.contains(local)).collect();
            for local in first {
                if sure.insert(local) {
                    block.insert(index, self.test(local, at));
                    index += 1;
                }
            }
            let stored = self.stored(&block[index]);
            let is_loop = matches!(block[index].kind, StmtKind::For { .. });
            let mut parts = Vec::new();
            block[index].parts_mut(&mut parts);
            parts.into_iter().for_each(|part| self.part(part, &mut sure.clone()));
            let set: Vec<Stmt> = stored.iter().map(|local| self.set(*local, at)).collect();
            match &mut block[index].kind {
                StmtKind::For { body, .. } if is_loop => {
                    body.splice(0..0, set);
                }
                _ => {
                    sure.extend(&stored);
                    let count = set.len();
                    block.splice(index + 1..index + 1, set);
                    index += count;
                }
            }
            index += 1;
        }
    }

    /// The variables that a statement itself binds.
    fn stored(&self, stmt: &Stmt) -> Vec<LocalId> {
        let mut parts = Vec::new();
        stmt.parts(&mut parts);
        let stored = |part: &Part| match part {
            Part::Store(Place::Local(local)) => Some(*local),
            Part::Declare(local) => Some(*local),
            _ => None,
        };
        parts.iter().filter_map(stored).filter(|local| self.flags.contains_key(local)).collect()
    }

    /// Tests inside the expressions and blocks of a statement.
    fn part(&mut self, part: PartMut, sure: &mut HashSet<LocalId>) {
        match part {
            PartMut::Body(body) => self.block(body, sure),
            PartMut::Value(e, need) => {
                if let Some(local) = self.unsure(e).filter(|local| !sure.contains(local)) {
                    if need == Need::Mut {
                        self.refused.get_or_insert(e.at);
                    }
                    let value = Box::new(e.clone());
                    e.kind = ExprKind::Block { body: vec![self.test(local, e.at)], value };
                    return;
                }
                let mut parts = Vec::new();
                e.parts_mut(need, &|_, _| Need::Ref, &mut parts);
                parts.into_iter().for_each(|part| self.part(part, sure));
            }
            PartMut::Store(place) | PartMut::Change(place) => {
                let mut parts = Vec::new();
                place.store_parts_mut(&mut parts);
                parts.into_iter().for_each(|part| self.part(part, sure));
            }
            PartMut::Declare(_) => {}
        }
    }

    /// The variable that an expression reads where it may not be bound.
    fn unsure(&self, e: &Expr) -> Option<LocalId> {
        match e.as_place() {
            Some(Place::Local(local)) if self.is_unsure(*local, e.at) => Some(*local),
            _ => None,
        }
    }

    fn is_unsure(&self, local: LocalId, at: Location) -> bool {
        let holds = |read: &Location| at.span.start <= read.span.start && read.span.end <= at.span.end;
        self.reads.iter().any(|(read, place)| *read == local && holds(place))
    }

    /// `if not bound: raise UnboundLocalError(...)`
    fn test(&self, local: LocalId, at: Location) -> Stmt {
        let (flag, name) = &self.flags[&local];
        let message = format!("cannot access local variable '{name}' where it is not associated with a value");
        let raise = Raise {
            class: ExceptionId::Builtin(ExceptionKind::UnboundLocalError),
            message: Expr::new(ExprKind::Str(message), Type::Str, at),
            attributes: Vec::new(),
        };
        let bound = Expr::local(*flag, Type::Bool, at);
        let test = Expr::new(ExprKind::Not(Box::new(bound)), Type::Bool, at);
        Stmt::new(StmtKind::If { test, then: vec![Stmt::new(StmtKind::Raise(raise), at)], orelse: Vec::new() }, at)
    }

    fn set(&self, local: LocalId, at: Location) -> Stmt {
        let value = Expr::new(ExprKind::Bool(true), Type::Bool, at);
        Stmt::new(StmtKind::Assign { place: Place::Local(self.flags[&local].0), value }, at)
    }
}

/// Finds the variables that a statement reads before anything that could be told.
struct Scan<'t> {
    tests: &'t Tests,
    /// Nothing so far raises, changes or prints anything.
    quiet: bool,
    first: Vec<LocalId>,
}

impl Scan<'_> {
    fn statement(&mut self, stmt: &Stmt) {
        if let StmtKind::Update { place: Place::Local(local), .. } = &stmt.kind
            && self.tests.is_unsure(*local, stmt.at)
        {
            self.first.push(*local);
        }
        let mut parts = Vec::new();
        stmt.parts(&mut parts);
        for part in &parts {
            if !self.part(part) {
                return;
            }
        }
    }

    /// False where what follows may run or not.
    fn part(&mut self, part: &Part) -> bool {
        match part {
            Part::Value(e, _) => {
                self.expression(e);
                true
            }
            Part::Store(_) | Part::Change(_) | Part::Declare(_) => true,
            Part::Body(_) => false,
        }
    }

    fn expression(&mut self, e: &Expr) {
        if !self.quiet {
            return;
        }
        if let Some(local) = self.tests.unsure(e) {
            self.first.push(local);
            return;
        }
        let mut parts = Vec::new();
        e.parts(Need::Own, &|_, _| Need::Ref, &mut parts);
        let may_stop =
            matches!(e.kind, ExprKind::And(..) | ExprKind::Or(..) | ExprKind::If { .. } | ExprKind::Comprehension(_));
        for part in &parts {
            if !self.part(part) || may_stop {
                self.quiet &= !may_stop || parts.len() < 2;
                break;
            }
        }
        self.quiet &= is_quiet(e);
    }
}

/// True for an expression of which the operation itself neither raises nor changes anything.
fn is_quiet(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Member { .. }
        | ExprKind::List(_)
        | ExprKind::Tuple(_)
        | ExprKind::Not(_)
        | ExprKind::IsNone(_) => true,
        ExprKind::Read { place, .. } => matches!(place, Place::Local(_) | Place::Global(_) | Place::Some(_)),
        ExprKind::Arith { op, .. } => matches!(op, ArithOp::Add | ArithOp::Sub | ArithOp::Mul),
        ExprKind::Convert { to, .. } => matches!(to, Conversion::Some | Conversion::ToNumber | Conversion::Widen),
        ExprKind::Builtin { op, .. } => matches!(op, Builtin::Len | Builtin::IsEmpty),
        _ => false,
    }
}
