//! Decides where each variable begins.
//!
//! Python has no declarations: a variable begins where it is first assigned. Bodies are lowered with assignments
//! only; this turns the first one into a `Let` in the innermost block that holds all uses, or puts an empty `Let`
//! before the statement whose branches assign it.
//!
//! ```text
//! if a: x = 1            let x
//! else: x = 2     ->     if a { x = 1 } else { x = 2 }
//! print(x)               print(x)
//! ```

use crate::ir::walk::{Part, each_expr_mut, each_part, each_part_of, each_stmt, each_stmt_mut};
use crate::ir::*;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Places the declarations of a body; `fixed` are parameters and other variables that exist already.
pub fn declare(body: &mut Vec<Stmt>, fixed: &HashSet<LocalId>) {
    let mut stored = BTreeSet::new();
    let mut declared = fixed.clone();
    each_part(body, &|_, _| Need::Ref, &mut |part| match part {
        Part::Store(Place::Local(local)) => {
            stored.insert(*local);
        }
        Part::Declare(local) => {
            declared.insert(*local);
        }
        _ => {}
    });
    let open: BTreeSet<LocalId> = stored.into_iter().filter(|l| !declared.contains(l)).collect();
    declare_in(body, &open);
}

/// Gives each loop a variable of its own where a name is nothing but the variable of several loops.
///
/// ```text
/// for row in a: f(row)            for row in a: f(row)
/// for row in b: g(row)     ->     for row_2 in b: g(row_2)
/// ```
pub fn separate_loops(body: &mut [Stmt], locals: &mut Vec<Local>, fixed: &HashSet<LocalId>) {
    let mut loops: HashMap<LocalId, (usize, usize)> = HashMap::new();
    each_stmt(body, &mut |stmt| {
        let StmtKind::For { target, body, .. } = &stmt.kind else { return };
        for local in target_locals(target) {
            let found = loops.entry(local).or_default();
            *found = (found.0 + 1, found.1 + 1 + uses(body, local));
        }
    });
    let is_own = |(local, (count, inside)): (LocalId, (usize, usize))| {
        (count > 1 && !fixed.contains(&local) && uses(body, local) == inside).then_some(local)
    };
    let chosen: HashSet<LocalId> = loops.into_iter().filter_map(is_own).collect();
    let mut seen = HashSet::new();
    each_stmt_mut(body, &mut |stmt| {
        let StmtKind::For { target, body, .. } = &mut stmt.kind else { return };
        for local in target_locals(target) {
            if chosen.contains(&local) && !seen.insert(local) {
                let own = another(locals, local);
                rename_target(target, local, own);
                rename(body, local, own);
            }
        }
    });
}

/// A variable like another one, under a name of its own.
fn another(locals: &mut Vec<Local>, local: LocalId) -> LocalId {
    let mut own = locals[local.0 as usize].clone();
    let base = own.name.clone();
    let free = (2..).map(|n| format!("{base}_{n}")).find(|name| locals.iter().all(|l| l.name != *name));
    own.name = free.unwrap_or(base);
    locals.push(own);
    LocalId(locals.len() as u32 - 1)
}

fn target_locals(target: &Target) -> Vec<LocalId> {
    match target {
        Target::Assign(Place::Local(local)) => vec![*local],
        Target::Tuple(items) => items.iter().flat_map(target_locals).collect(),
        _ => Vec::new(),
    }
}

fn rename_target(target: &mut Target, from: LocalId, to: LocalId) {
    match target {
        Target::Assign(Place::Local(local)) if *local == from => *local = to,
        Target::Tuple(items) => items.iter_mut().for_each(|item| rename_target(item, from, to)),
        _ => {}
    }
}

fn rename(body: &mut [Stmt], from: LocalId, to: LocalId) {
    let place = |place: &mut Place| {
        if let Place::Local(local) = place
            && *local == from
        {
            *local = to;
        }
    };
    each_expr_mut(
        body,
        &mut |e| {
            if let ExprKind::Read { place: read, .. } = &mut e.kind {
                place(read);
            }
        },
        &mut |stored| place(stored),
    );
}

/// How often a body names a variable.
fn uses(body: &[Stmt], local: LocalId) -> usize {
    let mut count = 0;
    each_part(body, &|_, _| Need::Ref, &mut |part| match part {
        Part::Value(e, _) => count += usize::from(matches!(e.as_place(), Some(Place::Local(l)) if *l == local)),
        Part::Store(Place::Local(l)) | Part::Change(Place::Local(l)) | Part::Declare(l) => {
            count += usize::from(*l == local);
        }
        _ => {}
    });
    count
}

/// Declares those of `open` that this block holds all uses of and no inner block does.
fn declare_in(block: &mut Vec<Stmt>, open: &BTreeSet<LocalId>) {
    let mentions: Vec<Mentions> = block.iter().map(|stmt| Mentions::of(stmt, open)).collect();
    let mut inner: Vec<BTreeSet<LocalId>> = vec![BTreeSet::new(); block.len()];
    let mut before: Vec<Vec<LocalId>> = vec![Vec::new(); block.len()];
    for &local in open {
        let users: Vec<usize> = (0..block.len()).filter(|i| mentions[*i].all.contains(&local)).collect();
        let Some(&first) = users.first() else { continue };
        let alone = users.len() == 1;
        if alone && mentions[first].in_one_body(local) {
            inner[first].insert(local);
        } else if !begin_at(&mut block[first], local, alone) {
            before[first].push(local);
        }
    }
    for (stmt, open) in block.iter_mut().zip(&inner) {
        descend(stmt, open);
    }
    for index in (0..block.len()).rev() {
        let at = block[index].at;
        for &local in before[index].iter().rev() {
            block.insert(index, Stmt::new(StmtKind::Let { local, value: None }, at));
        }
    }
}

/// Which variables a statement mentions, and in which of its blocks.
struct Mentions {
    all: HashSet<LocalId>,
    head: HashSet<LocalId>,
    bodies: Vec<HashSet<LocalId>>,
}

impl Mentions {
    fn of(stmt: &Stmt, open: &BTreeSet<LocalId>) -> Mentions {
        let mut parts = Vec::new();
        stmt.parts(&mut parts);
        let mut mentions = Mentions { all: HashSet::new(), head: HashSet::new(), bodies: Vec::new() };
        for part in &parts {
            let mut found = HashSet::new();
            match part {
                Part::Value(e, need) => mentioned(e, *need, open, &mut found),
                Part::Store(place) | Part::Change(place) => {
                    mentioned_place(place, open, &mut found);
                    let mut inner = Vec::new();
                    place.store_parts(&mut inner);
                    for part in inner {
                        if let Part::Value(e, need) = part {
                            mentioned(e, need, open, &mut found);
                        }
                    }
                }
                Part::Declare(local) => {
                    found.insert(*local);
                }
                Part::Body(body) => each_part(body, &|_, _| Need::Ref, &mut |part| note(part, open, &mut found)),
            }
            mentions.all.extend(&found);
            match part {
                Part::Body(_) => mentions.bodies.push(found),
                _ => mentions.head.extend(&found),
            }
        }
        mentions
    }

    /// True where one inner block holds every use, or one block expression in the statement's head does.
    fn in_one_body(&self, local: LocalId) -> bool {
        !self.head.contains(&local) && self.bodies.iter().filter(|b| b.contains(&local)).count() == 1
    }
}

fn mentioned(e: &Expr, need: Need, open: &BTreeSet<LocalId>, found: &mut HashSet<LocalId>) {
    each_part_of(e, need, &|_, _| Need::Ref, &mut |part| note(part, open, found));
}

fn mentioned_place(place: &Place, open: &BTreeSet<LocalId>, found: &mut HashSet<LocalId>) {
    if let Place::Local(local) = place
        && open.contains(local)
    {
        found.insert(*local);
    }
}

fn note(part: &Part, open: &BTreeSet<LocalId>, found: &mut HashSet<LocalId>) {
    match part {
        Part::Value(e, _) => {
            if let Some(Place::Local(local)) = e.as_place()
                && open.contains(local)
            {
                found.insert(*local);
            }
        }
        Part::Store(place) | Part::Change(place) => mentioned_place(place, open, found),
        Part::Declare(_) | Part::Body(_) => {}
    }
}

/// Makes a statement the beginning of a variable where it assigns it directly.
fn begin_at(stmt: &mut Stmt, local: LocalId, alone: bool) -> bool {
    match &mut stmt.kind {
        StmtKind::Assign { place: Place::Local(target), value } if *target == local => {
            let mut found = HashSet::new();
            mentioned(value, Need::Own, &BTreeSet::from([local]), &mut found);
            if !found.is_empty() {
                return false;
            }
            let value = std::mem::replace(value, Expr::new(ExprKind::None, Type::None, stmt.at));
            stmt.kind = StmtKind::Let { local, value: Some(value) };
            true
        }
        StmtKind::For { target, .. } if alone => declare_target(target, local),
        _ => false,
    }
}

/// Turns `Assign(local)` inside a target into `Declare(local)`.
fn declare_target(target: &mut Target, local: LocalId) -> bool {
    match target {
        Target::Assign(Place::Local(own)) if *own == local => {
            *target = Target::Declare(local);
            true
        }
        Target::Tuple(items) => items.iter_mut().any(|item| declare_target(item, local)),
        _ => false,
    }
}

fn descend(stmt: &mut Stmt, open: &BTreeSet<LocalId>) {
    match &mut stmt.kind {
        StmtKind::If { then, orelse, .. } => {
            declare_in(then, open);
            declare_in(orelse, open);
        }
        StmtKind::While { body, orelse, .. } | StmtKind::For { body, orelse, .. } => {
            declare_in(body, open);
            declare_in(orelse, open);
        }
        StmtKind::Try { body, handlers, orelse, finally } => {
            declare_in(body, open);
            handlers.iter_mut().for_each(|h| declare_in(&mut h.body, open));
            declare_in(orelse, open);
            declare_in(finally, open);
        }
        _ => {}
    }
}

/// After declarations stand: an unpacking whose targets are all fresh `Let`s just before it declares them itself.
pub fn merge_unpacking(block: &mut Vec<Stmt>) {
    let mut index = 0;
    while index < block.len() {
        merge_inner(&mut block[index]);
        if let StmtKind::Unpack { targets, .. } = &block[index].kind {
            let locals: Option<Vec<LocalId>> = targets.iter().map(plain_local).collect();
            let count = targets.len();
            if let Some(locals) = locals
                && index >= count
                && block[index - count..index]
                    .iter()
                    .all(|s| matches!(&s.kind, StmtKind::Let { local, value: None } if locals.contains(local)))
            {
                if let StmtKind::Unpack { targets, .. } = &mut block[index].kind {
                    locals.iter().for_each(|local| {
                        targets.iter_mut().any(|t| declare_target(t, *local));
                    });
                }
                block.drain(index - count..index);
                index -= count;
            }
        }
        index += 1;
    }
}

fn plain_local(target: &Target) -> Option<LocalId> {
    match target {
        Target::Assign(Place::Local(local)) => Some(*local),
        _ => None,
    }
}

fn merge_inner(stmt: &mut Stmt) {
    match &mut stmt.kind {
        StmtKind::If { then, orelse, .. } => {
            merge_unpacking(then);
            merge_unpacking(orelse);
        }
        StmtKind::While { body, orelse, .. } | StmtKind::For { body, orelse, .. } => {
            merge_unpacking(body);
            merge_unpacking(orelse);
        }
        StmtKind::Try { body, handlers, orelse, finally } => {
            merge_unpacking(body);
            handlers.iter_mut().for_each(|h| merge_unpacking(&mut h.body));
            merge_unpacking(orelse);
            merge_unpacking(finally);
        }
        _ => {}
    }
}
