//! The decision for one body: its state and the order of its steps.

use super::Demand;
use super::classify::*;
use super::facts::*;
use super::fresh::*;
use super::variables::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::*;
use crate::lower::aliases::{Aliases, RootKey, Summary};
use std::collections::{HashMap, HashSet};

/// What helps against a second name.
pub(super) const COPY: &str = "make a copy where the second name begins: `list(xs)`, `dict(d)`";

/// The decision for one body.
pub(super) struct Decision<'p> {
    pub(super) facts: &'p Facts<'p>,
    pub(super) summary: &'p Summary,
    pub(super) aliases: &'p Aliases,
    pub(super) passings: &'p [Vec<Need>],
    pub(super) fresh: Fresh,
    pub(super) locals: &'p [Local],
    pub(super) stores: HashMap<LocalId, usize>,
    pub(super) bindings: HashMap<LocalId, Binding>,
    /// What a reference variable refers to: the root must stay while it lives.
    pub(super) referents: HashMap<LocalId, LocalId>,
    pub(super) params: HashMap<LocalId, Passing>,
    pub(super) index: usize,
    pub(super) public_only: bool,
    pub(super) demands: Vec<Demand>,
    /// Live variables, walking backwards.
    pub(super) live: HashSet<LocalId>,
    /// What each `finally` around mentions.
    pub(super) lasts: Vec<HashSet<LocalId>>,
    /// What is live where the handlers around begin.
    pub(super) handled: Vec<HashSet<LocalId>>,
    /// What is live after each loop around, and at the begin of its next round.
    pub(super) loops: Vec<(HashSet<LocalId>, HashSet<LocalId>)>,
    /// Variables that are changed later, walking backwards.
    pub(super) changed_later: HashSet<LocalId>,
}

impl<'p> Decision<'p> {
    pub(super) fn new(facts: &'p Facts<'p>, aliases: &'p Aliases, index: usize, passings: &'p [Vec<Need>]) -> Self {
        let function = &facts.program.functions[index];
        Decision {
            facts,
            summary: &aliases.functions[index],
            aliases,
            passings,
            fresh: Fresh::of(facts, index),
            locals: &function.locals,
            stores: stores(function),
            bindings: HashMap::new(),
            referents: HashMap::new(),
            params: HashMap::new(),
            index,
            public_only: function.public && facts.callers[index] == 0,
            demands: Vec::new(),
            live: HashSet::new(),
            lasts: Vec::new(),
            handled: Vec::new(),
            loops: Vec::new(),
            changed_later: HashSet::new(),
        }
    }

    pub(super) fn program(&self) -> &'p Program {
        self.facts.program
    }

    pub(super) fn kind(&self, ty: &Type) -> Kind {
        kind(self.program(), ty)
    }

    pub(super) fn need(&self, function: FunctionId, position: usize) -> Need {
        self.passings.get(function.0 as usize).and_then(|row| row.get(position)).copied().unwrap_or(Need::Ref)
    }

    pub(super) fn refuse(&mut self, at: crate::span::Location, message: String) {
        self.demands.push(Demand::Refuse(Diagnostic::new(Code::Aliasing, at, message).help(COPY)));
    }

    pub(super) fn refuse_second_name(&mut self, ty: &Type, at: crate::span::Location) {
        let name = describe(ty);
        self.refuse(at, format!("this {name} would be seen under two names, and one of them changes it"));
    }

    pub(super) fn decide(&mut self, function: &mut Function) {
        self.params = function.params.iter().map(|p| (p.local, p.passing)).collect();
        self.check_parameters(function);
        self.bind_blocks(&mut function.body);
        self.bind_lambdas(function);
        for (local, binding) in &mut self.bindings {
            // Handles and scalars are changed through any reference.
            let kind = kind(self.facts.program, &function.locals[local.0 as usize].ty);
            if *binding == Binding::RefMut && !matches!(kind, Kind::Container | Kind::Unique(_)) {
                *binding = Binding::Ref;
            }
            function.locals[local.0 as usize].binding = *binding;
        }
        self.block(&mut function.body);
        self.flags(function);
    }
}

pub(super) fn mark_clone(arg: &mut Expr) {
    if let ExprKind::Read { take, .. } = &mut arg.kind {
        *take = Take::Clone;
    }
}

pub(super) fn root_key(root: Root) -> RootKey {
    match root {
        Root::Local(local) => RootKey::Local(local),
        Root::Global(global) => RootKey::Global(global),
    }
}

pub(super) fn describe(ty: &Type) -> &'static str {
    match ty {
        Type::List(_) => "list",
        Type::Deque(_) => "deque",
        Type::Dict(..) => "dict",
        Type::Set(_) => "set",
        _ => "value",
    }
}
