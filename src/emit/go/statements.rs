//! Bodies: statements of the IR, written in order; expressions add the statements they need before their own.

use super::Context;
use super::arithmetic::note_counters;
use super::names::{GoIdent, Scope};
use super::printer::{Ex, Head, St, rename};
use crate::emit::decide;
use crate::ir::{
    ArithOp, Expr, ExprKind, Function, FunctionId, Local, LocalId, Place, Stmt, StmtKind, Take, Target, Type, returns,
    walk,
};

/// A body that is being written.
pub(super) struct Body<'c> {
    pub(super) cx: &'c Context<'c>,
    /// The function; none for the value of a global.
    pub(super) function: Option<&'c Function>,
    pub(super) locals: &'c [Local],
    /// Go names of the locals.
    pub(super) names: Vec<String>,
    /// Locals that are pointers to what they stand for.
    pub(super) pointers: Vec<bool>,
    pub(super) scope: Scope,
    /// Statements of the block that is being written.
    pub(super) out: Vec<St>,
    /// What encloses the place that is being written, from the outside in.
    pub(super) frames: Vec<Frame<'c>>,
    /// What happens to an exception that nothing here catches.
    pub(super) escape: Escape,
    /// True where the function carries how deep it is.
    pub(super) recursive: bool,
    /// Integer ranges that are known of locals.
    pub(super) ranges: Vec<Option<(i128, i128)>>,
}

/// Something that a jump or an exception may have to pass.
pub(super) enum Frame<'c> {
    /// A loop; the label is given when a jump needs one.
    Loop {
        label: Option<String>,
        /// Where `break` goes, if not to the end of the loop: past its `else`.
        past: Option<String>,
        /// True once a jump past the `else` was written.
        past_used: bool,
    },
    /// A `try` body: exceptions are kept in a variable and the block is left.
    Catch { label: String, caught: String, used: usize },
    /// As `Catch`, with statements to run on every way out.
    Finally { label: String, caught: String, used: usize, body: &'c [Stmt] },
    /// Inside a block that can be left, where `break` would not reach the loop.
    Switch,
}

/// How an exception leaves a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Escape {
    /// `return zero, err`
    Return(Vec<Ex>),
    /// The body surely does not raise; should it, it declines.
    Never,
}

impl<'c> Body<'c> {
    /// A body over a table of variables.
    pub(super) fn new(cx: &'c Context<'c>, function: Option<FunctionId>, locals: &'c [Local]) -> Body<'c> {
        let mut scope = cx.names.scope();
        let recursive = function.is_some_and(|id| cx.recursive[id.0 as usize]);
        if recursive {
            scope.take(&GoIdent::private("depth"), "Value");
        }
        let names = locals.iter().map(|local| scope.take(&GoIdent::private(&local.name), "Value")).collect();
        let mut pointers: Vec<bool> = locals.iter().map(|local| Body::is_pointer(cx, local)).collect();
        let ranges = vec![None; locals.len()];
        let target = function.map(|id| cx.function(id));
        for (position, param) in target.iter().flat_map(|f| f.params.iter().enumerate()) {
            let by_pointer = function.is_some_and(|id| cx.pointers.contains(&(id, position)));
            pointers[param.local.0 as usize] = by_pointer;
        }
        if let Some(target) = target {
            note_elements(cx, target, &mut pointers);
        }
        let raises = target.is_some_and(|f| f.effects.raises);
        let escape = match target {
            Some(f) if raises && f.result != Type::None => Escape::Return(vec![cx.zero(&f.result)]),
            Some(_) if raises => Escape::Return(vec![]),
            _ => Escape::Never,
        };
        let mut ranges = ranges;
        if let Some(target) = target {
            note_counters(&target.body, &mut ranges);
            target.params.iter().for_each(|param| ranges[param.local.0 as usize] = None);
        }
        Body {
            cx,
            function: target,
            locals,
            names,
            pointers,
            scope,
            out: Vec::new(),
            frames: Vec::new(),
            escape,
            recursive,
            ranges,
        }
    }

    /// Adds a statement.
    pub(super) fn push(&mut self, st: St) {
        self.out.push(st);
    }

    /// Writes into a block of its own.
    pub(super) fn block(&mut self, write: impl FnOnce(&mut Self)) -> Vec<St> {
        let outer = std::mem::take(&mut self.out);
        write(self);
        std::mem::replace(&mut self.out, outer)
    }

    /// A name for a temporary.
    pub(super) fn fresh(&mut self, hint: &str) -> String {
        self.scope.temporary(hint)
    }

    /// Keeps a value in a temporary.
    pub(super) fn spill(&mut self, hint: &str, value: Ex) -> Ex {
        let name = self.fresh(hint);
        self.push(St::Assign(vec![Ex::word(name.clone())], ":=", vec![value]));
        Ex::word(name)
    }

    /// All statements of a body, up to one that never goes on.
    pub(super) fn statements(&mut self, body: &'c [Stmt]) {
        for stmt in body {
            self.statement(stmt);
            if self.out.last().is_some_and(leaves) {
                break;
            }
        }
    }

    fn statement(&mut self, stmt: &'c Stmt) {
        match &stmt.kind {
            StmtKind::Let { local, value } => self.declare(*local, value.as_ref()),
            StmtKind::Assign { place, value } => self.assign(place, value),
            StmtKind::Update { place, op, value } => self.update(place, *op, value),
            StmtKind::Unpack { targets, value } => self.unpack(targets, value),
            StmtKind::Expr(e) => self.effect(e),
            StmtKind::If { test, then, orelse } => self.branch(test, then, orelse),
            StmtKind::While { test, body, orelse } => self.while_loop(test, body, orelse),
            StmtKind::For { target, iter, body, orelse } => self.for_loop(target, iter, body, orelse),
            StmtKind::Return(value) => self.give_back(value.as_ref()),
            StmtKind::Raise(raise) => self.raise(raise),
            StmtKind::Reraise(local) => {
                let exception = self.local(*local);
                self.fail(exception);
            }
            StmtKind::Try { body, handlers, orelse, finally } => self.attempt(body, handlers, orelse, finally),
            StmtKind::Break => self.leave_loop(),
            StmtKind::Continue => self.next_round(),
        }
    }

    /// An expression whose value nobody wants.
    fn effect(&mut self, e: &'c Expr) {
        let touch = self.touch(e);
        let value = self.emit(e, false);
        match value {
            Ex::Call(..) | Ex::Spread(..) if touch.writes_heap || touch.guards => match e.kind {
                ExprKind::Call { .. } | ExprKind::CallValue { .. } => self.push(St::Expr(value)),
                _ => self.push(St::Assign(vec![Ex::word("_")], "=", vec![value])),
            },
            _ => {}
        }
    }

    fn declare(&mut self, local: LocalId, value: Option<&'c Expr>) {
        let index = local.0 as usize;
        let name = self.names[index].clone();
        let used = self.is_used(local);
        let Some(value) = value else {
            if used {
                let ty = self.cx.ty(&self.locals[index].ty);
                self.push(St::Var(name, ty, None));
            }
            return;
        };
        if !used {
            self.effect(value);
            return;
        }
        if self.pointers[index] {
            let pointer = self.address(value);
            self.push(St::Assign(vec![Ex::word(name)], ":=", vec![pointer]));
            return;
        }
        if !self.locals[index].mutable && self.ranges[index].is_none() && value.ty == Type::Int {
            self.ranges[index] = self.range(value);
        }
        let start = self.out.len();
        let ex = self.expr(value);
        self.bind(start, &name, value, ex);
    }

    /// `name := value`, or the temporary that holds the value gets the name.
    fn bind(&mut self, start: usize, name: &str, value: &'c Expr, ex: Ex) {
        if let Ex::Word(temporary) = &ex
            && declares(&self.out[start..], temporary)
        {
            let temporary = temporary.clone();
            self.out[start..].iter_mut().for_each(|st| rename(st, &temporary, name));
            return;
        }
        let statement = match self.needs_type(value, &ex) {
            true if matches!(value.ty, Type::Int) => {
                St::Assign(vec![Ex::word(name)], ":=", vec![Ex::call("int64", vec![ex])])
            }
            true => St::Var(name.into(), self.cx.ty(&value.ty), (!is_zero(&ex)).then_some(ex)),
            false => St::Assign(vec![Ex::word(name)], ":=", vec![ex]),
        };
        self.push(statement);
    }

    /// True where Go would not give the variable the right type by itself.
    fn needs_type(&self, value: &'c Expr, ex: &Ex) -> bool {
        match (&value.ty, ex) {
            (Type::Int, Ex::Word(text)) => text.starts_with(|c: char| c.is_ascii_digit()),
            (Type::Int, Ex::Unary("-", inner)) => {
                matches!(&**inner, Ex::Word(text) if text.starts_with(|c: char| c.is_ascii_digit()))
            }
            (_, Ex::Word(text)) => text == "nil",
            _ => false,
        }
    }

    fn assign(&mut self, place: &'c Place, value: &'c Expr) {
        if let Place::Local(local) = place
            && !self.is_used(*local)
        {
            self.effect(value);
            return;
        }
        let mut ex = self.expr(value);
        let touch = self.touch_of_place(place);
        let own = self.touch(value);
        if touch.disturbs(own) && !self.is_stable(&ex) {
            ex = self.spill_typed("value", ex, &value.ty);
        }
        self.store(place, ex);
    }

    fn update(&mut self, place: &'c Place, op: ArithOp, value: &'c Expr) {
        let touch = self.touch(value);
        if let (Place::Item { .. }, true) = (place, touch.writes_heap) {
            self.update_slowly(place, op, value);
            return;
        }
        let left = self.update_lvalue(place);
        let before = match place {
            Place::Local(_) if !touch.writes_locals => left.clone(),
            _ if touch.writes_heap || touch.writes_locals => self.spill("before", left.clone()),
            _ => left.clone(),
        };
        let right = self.expr(value);
        self.combine(left, before, op, value, right, place);
    }

    /// The value may change the container: read, compute, then store by key again.
    fn update_slowly(&mut self, place: &'c Place, op: ArithOp, value: &'c Expr) {
        let old = self.read(place, crate::ir::Take::Look, &value.ty, true);
        let old = self.spill("before", old);
        let right = self.expr(value);
        let result = self.arithmetic(op, old, right, None, value);
        let result = self.spill("after", result);
        self.store(place, result);
    }

    fn combine(&mut self, left: Ex, before: Ex, op: ArithOp, value: &'c Expr, right: Ex, place: &'c Place) {
        let ty = value.ty.clone();
        let same = left == before;
        let short = match (op, &ty) {
            (ArithOp::Add, Type::Float | Type::Str) => Some("+="),
            (ArithOp::Sub, Type::Float) => Some("-="),
            (ArithOp::Mul, Type::Float) => Some("*="),
            (ArithOp::Add | ArithOp::Sub, Type::Int) if self.is_counted(place, value) => {
                Some(if op == ArithOp::Add { "+=" } else { "-=" })
            }
            _ => None,
        };
        match short {
            Some(short) if same && ty == Type::Int && right == Ex::word("1") => {
                self.push(St::Step(left, if short == "+=" { "++" } else { "--" }));
            }
            Some(short) if same => self.push(St::Assign(vec![left], short, vec![right])),
            _ => {
                let result = self.arithmetic(op, before, right, None, value);
                self.push(St::Assign(vec![left], "=", vec![result]));
            }
        }
    }

    fn unpack(&mut self, targets: &'c [Target], value: &'c Expr) {
        let (ExprKind::Tuple(items), Type::Tuple(types)) = (&value.kind, &value.ty) else {
            let ex = self.expr(value);
            let pair = self.spill("parts", ex);
            let parts = (0..targets.len()).map(|i| pair.clone().dot(format!("V{i}")));
            let parts: Vec<Ex> = parts.collect();
            return targets.iter().zip(parts).for_each(|(target, part)| self.target(target, part));
        };
        let operands: Vec<&Expr> = items.iter().collect();
        let values = self.operands(&operands);
        let simple = |target: &Target| matches!(target, Target::Assign(Place::Local(_)) | Target::Declare(_));
        let all_used = targets.iter().all(|target| self.target_used(target));
        if targets.len() == items.len() && targets.iter().all(simple) && all_used {
            return self.assign_together(targets, values, types);
        }
        let values: Vec<Ex> = values
            .into_iter()
            .zip(types)
            .map(|(ex, ty)| if self.is_stable(&ex) { ex } else { self.spill_typed("part", ex, ty) })
            .collect();
        targets.iter().zip(values).for_each(|(target, value)| self.target(target, value));
    }

    /// `a, b = b, a`
    fn assign_together(&mut self, targets: &'c [Target], values: Vec<Ex>, types: &[Type]) {
        let fresh = targets.iter().all(|target| matches!(target, Target::Declare(_)));
        for target in targets {
            if let (Target::Declare(local), false) = (target, fresh) {
                self.declare(*local, None);
            }
        }
        let left = targets.iter().map(|target| match target {
            Target::Declare(local) | Target::Assign(Place::Local(local)) => self.local(*local),
            Target::Assign(_) | Target::Tuple(_) | Target::Ignore => Ex::word("_"),
        });
        let left: Vec<Ex> = left.collect();
        let right = values.into_iter().zip(types).map(|(value, ty)| match fresh {
            true => self.typed(value, ty),
            false => value,
        });
        let right: Vec<Ex> = right.collect();
        self.push(St::Assign(left, if fresh { ":=" } else { "=" }, right));
    }

    /// A value that has its type on its own.
    pub(super) fn typed(&self, value: Ex, ty: &Type) -> Ex {
        let name = self.cx.ty(ty);
        let name = if name.starts_with('*') || name.starts_with("func") { format!("({name})") } else { name };
        if is_untyped(&value) && *ty != Type::Float { Ex::call(name, vec![value]) } else { value }
    }

    /// Keeps a value in a temporary of the right type.
    pub(super) fn spill_typed(&mut self, hint: &str, value: Ex, ty: &Type) -> Ex {
        let value = self.typed(value, ty);
        self.spill(hint, value)
    }

    fn target_used(&self, target: &Target) -> bool {
        match target {
            Target::Declare(local) | Target::Assign(Place::Local(local)) => self.is_used(*local),
            Target::Assign(_) | Target::Tuple(_) => true,
            Target::Ignore => false,
        }
    }

    /// Gives a value to a target.
    pub(super) fn target(&mut self, target: &'c Target, value: Ex) {
        match target {
            Target::Declare(local) | Target::Assign(Place::Local(local)) if !self.is_used(*local) => {}
            Target::Declare(local) => {
                let value = self.typed(value, &self.locals[local.0 as usize].ty.clone());
                let name = self.names[local.0 as usize].clone();
                self.push(St::Assign(vec![Ex::word(name)], ":=", vec![value]));
            }
            Target::Assign(place) => self.store(place, value),
            Target::Tuple(items) => {
                let value = if super::places::is_path(&value) { value } else { self.spill("parts", value) };
                for (index, item) in items.iter().enumerate() {
                    self.target(item, value.clone().dot(format!("V{index}")));
                }
            }
            Target::Ignore => {}
        }
    }

    fn branch(&mut self, test: &'c Expr, then: &'c [Stmt], orelse: &'c [Stmt]) {
        let test = self.expr(test);
        let then = self.block(|body| body.statements(then));
        let orelse = self.block(|body| body.statements(orelse));
        match (then.is_empty(), orelse.is_empty()) {
            (true, true) => self.push_ignored(test),
            (true, false) => self.push(St::If { init: None, test: test.negated(), then: orelse, orelse: vec![] }),
            (false, false) if then.last().is_some_and(leaves) => {
                self.push(St::If { init: None, test, then, orelse: vec![] });
                // What follows a branch that leaves needs no `else`; names are unique in the function.
                self.out.extend(orelse);
            }
            _ => self.push(St::If { init: None, test, then, orelse }),
        }
    }

    fn push_ignored(&mut self, test: Ex) {
        if !super::places::is_path(&test) {
            self.push(St::Assign(vec![Ex::word("_")], "=", vec![test]));
        }
    }

    fn while_loop(&mut self, test: &'c Expr, body: &'c [Stmt], orelse: &'c [Stmt]) {
        self.looped(orelse, |this| {
            let mut condition = None;
            let written = this.block(|this| {
                let value = this.expr(test);
                if this.out.is_empty() {
                    condition = Some(value);
                } else {
                    let stop = vec![St::Break(None)];
                    this.push(St::If { init: None, test: value.negated(), then: stop, orelse: vec![] });
                }
                this.statements(body);
            });
            let head = match condition {
                Some(Ex::Word(word)) if word == "true" => Head::Forever,
                Some(condition) => Head::While(condition),
                None => Head::Forever,
            };
            (head, written)
        });
    }

    fn for_loop(&mut self, target: &'c Target, iter: &'c crate::ir::Iter, body: &'c [Stmt], orelse: &'c [Stmt]) {
        let walk = self.walk(target, iter);
        self.looped(orelse, |this| {
            let written = this.block(|this| {
                walk.enter(this, target);
                this.statements(body);
            });
            (super::comprehensions::tidy(walk.head, &written), written)
        });
    }

    /// Writes a loop and its `else`.
    fn looped(&mut self, orelse: &'c [Stmt], write: impl FnOnce(&mut Self) -> (Head, Vec<St>)) {
        let past = (!orelse.is_empty()).then(|| self.fresh("done"));
        self.frames.push(Frame::Loop { label: None, past: past.clone(), past_used: false });
        let (head, body) = write(self);
        let Some(Frame::Loop { label, past_used, .. }) = self.frames.pop() else { return };
        let one = St::For { label, head, body };
        let Some(past) = past else { return self.push(one) };
        if past_used {
            self.frames.push(Frame::Switch);
            let mut block = vec![one];
            block.extend(self.block(|this| this.statements(orelse)));
            self.frames.pop();
            self.push(St::Leavable { label: past, body: block });
        } else {
            self.push(one);
            self.statements(orelse);
        }
    }

    fn give_back(&mut self, value: Option<&'c Expr>) {
        let raises = self.function.is_some_and(|f| f.effects.raises);
        let nothing = self.function.is_none_or(|f| f.result == Type::None);
        let Some(value) = value.filter(|_| !nothing) else {
            if let Some(value) = value {
                self.effect(value);
            }
            self.run_finally(0);
            if raises && self.frames_are_loops() && self.hand_on_error() {
                return;
            }
            let values = if raises { vec![Ex::word("nil")] } else { vec![] };
            return self.push(St::Return(values));
        };
        if self.returns_call(value) {
            return;
        }
        if let (ExprKind::If { test, then, orelse }, true) = (&value.kind, self.frames_are_loops()) {
            let test = self.expr(test);
            let then = self.block(|this| this.give_back(Some(then)));
            self.push(St::If { init: None, test, then, orelse: vec![] });
            return self.give_back(Some(orelse));
        }
        let mut ex = self.given_back(value).unwrap_or_else(|| self.expr(value));
        if self.has_finally() {
            ex = self.spill_typed("result", ex, &value.ty);
        }
        self.run_finally(0);
        if raises && self.frames_are_loops() && self.hand_on(&ex) {
            return;
        }
        let mut values = vec![ex];
        if raises {
            values.push(Ex::word("nil"));
        }
        self.push(St::Return(values));
    }

    /// An argument that is given back itself, where the outside looks whether it is.
    fn given_back(&mut self, value: &'c Expr) -> Option<Ex> {
        let function = self.function.filter(|f| decide::gives_back_sometimes(self.cx.program, f))?;
        returns::given_position(function, value)?;
        match &value.kind {
            ExprKind::Read { place, take: Take::Clone } => Some(self.read(place, Take::Look, &value.ty, true)),
            _ => None,
        }
    }

    /// `value, err := f(); if err != nil { return zero, err }; return value, nil` is `return f()`.
    pub(super) fn hand_on(&mut self, value: &Ex) -> bool {
        let [.., St::Assign(left, ":=", right), St::If { init: None, then, .. }] = self.out.as_slice() else {
            return false;
        };
        let same = matches!(left.as_slice(), [first, error] if first == value && *error == Ex::word("err"));
        let returns = matches!(then.as_slice(), [St::Return(values)] if values.last() == Some(&Ex::word("err")));
        if !same || !returns {
            return false;
        }
        let call = right.clone();
        self.out.truncate(self.out.len() - 2);
        self.push(St::Return(call));
        true
    }

    /// `if err := f(); err != nil { return err }; return nil` is `return f()`.
    fn hand_on_error(&mut self) -> bool {
        let Some(St::If { init: Some(init), then, .. }) = self.out.last() else { return false };
        let St::Assign(left, ":=", right) = &**init else { return false };
        let alone = left.as_slice() == [Ex::word("err")];
        if !alone || then.as_slice() != [St::Return(vec![Ex::word("err")])] {
            return false;
        }
        let call = right.clone();
        self.out.pop();
        self.push(St::Return(call));
        true
    }

    /// `return f(x)` where both give a value and an error, and nothing here could catch it.
    fn returns_call(&mut self, value: &'c Expr) -> bool {
        let ExprKind::Call { function, args } = &value.kind else { return false };
        let callee = self.cx.function(*function);
        let fits = callee.effects.raises && matches!(self.escape, Escape::Return(_)) && self.frames_are_loops();
        let same = self.function.is_some_and(|f| f.result == value.ty && f.effects.raises);
        if fits && same && callee.result == value.ty {
            let call = self.call_text(*function, args);
            self.push(St::Return(vec![call]));
            return true;
        }
        false
    }

    /// True where something reads the variable; Go refuses others.
    pub(super) fn is_used(&self, local: LocalId) -> bool {
        self.locals[local.0 as usize].used
    }

    /// The function's own statements, with what stands before them.
    pub(super) fn whole(mut self, function: &'c Function) -> Vec<St> {
        if self.recursive {
            if function.memo.is_some() {
                self.push(St::Step(Ex::word("depth"), "++"));
            }
            self.push(St::Expr(Ex::call("support.Descend", vec![Ex::word("depth")])));
        }
        self.statements(&function.body);
        let raises = function.effects.raises;
        if !self.out.last().is_some_and(leaves) && !self.out.last().is_some_and(terminates) {
            match (&function.result, raises) {
                (Type::None, true) => {
                    if !self.hand_on_error() {
                        self.push(St::Return(vec![Ex::word("nil")]));
                    }
                }
                (Type::None, false) => {}
                _ => self.push(St::Expr(Ex::call("panic", vec![Ex::word("\"unreachable\"")]))),
            }
        }
        if matches!(self.out.last(), Some(St::Return(values)) if values.is_empty()) {
            self.out.pop();
        }
        super::names::read_all(&mut self.out);
        self.out
    }
}

/// Notes loop variables that are lists and get longer or shorter: they point to the element itself.
fn note_elements(cx: &Context, function: &Function, pointers: &mut [bool]) {
    let mut declared = vec![false; pointers.len()];
    walk::each_stmt(&function.body, &mut |stmt| {
        if let StmtKind::For { target, .. } = &stmt.kind {
            note_declared(target, &mut declared);
        }
    });
    for (index, local) in function.locals.iter().enumerate() {
        let changes = declared[index] && !cx.is_reference(&local.ty) && matches!(local.ty, Type::List(_) | Type::Bytes);
        if changes && super::places::is_resized(&function.body, LocalId(index as u32), &cx.pointers) {
            pointers[index] = true;
        }
    }
}

fn note_declared(target: &Target, seen: &mut [bool]) {
    match target {
        Target::Declare(local) => seen[local.0 as usize] = true,
        Target::Tuple(items) => items.iter().for_each(|item| note_declared(item, seen)),
        Target::Assign(_) | Target::Ignore => {}
    }
}

/// True where nothing after the statement can be reached.
pub(super) fn leaves(st: &St) -> bool {
    match st {
        St::Return(_) | St::Break(_) | St::Continue(_) => true,
        St::Expr(Ex::Call(callee, _)) => matches!(&**callee, Ex::Word(word) if word == "panic"),
        St::If { then, orelse, .. } => {
            !orelse.is_empty() && then.last().is_some_and(leaves) && orelse.last().is_some_and(leaves)
        }
        St::Block(body) => body.last().is_some_and(leaves),
        St::Expr(_) | St::Assign(..) | St::Step(..) | St::Var(..) | St::For { .. } | St::Leavable { .. } => false,
    }
}

/// True where Go sees that a function ends here: besides `leaves`, a loop without end and without `break`.
pub(super) fn terminates(st: &St) -> bool {
    match st {
        St::For { head: Head::Forever, body, label } => !body.iter().any(|st| breaks(st, label.as_deref(), true)),
        St::Leavable { label, body } => {
            !body.iter().any(|st| breaks(st, Some(label), false)) && body.last().is_some_and(terminates)
        }
        other => leaves(other),
    }
}

/// True where a statement jumps out of the loop or block of this label; `plain`: an unlabelled `break` does too.
fn breaks(st: &St, label: Option<&str>, plain: bool) -> bool {
    match st {
        St::Break(None) => plain,
        St::Break(Some(to)) => Some(to.as_str()) == label,
        St::If { then, orelse, .. } => then.iter().chain(orelse).any(|st| breaks(st, label, plain)),
        St::Block(body) => body.iter().any(|st| breaks(st, label, plain)),
        St::For { body, .. } | St::Leavable { body, .. } => body.iter().any(|st| breaks(st, label, false)),
        St::Expr(_) | St::Assign(..) | St::Step(..) | St::Var(..) | St::Return(_) | St::Continue(_) => false,
    }
}

fn is_zero(ex: &Ex) -> bool {
    matches!(ex, Ex::Word(text) if text == "nil")
}

/// True where one of the statements declares the name.
fn declares(statements: &[St], name: &str) -> bool {
    statements.iter().any(|st| match st {
        St::Var(declared, ..) => declared == name,
        St::Assign(left, ":=", _) => left.iter().any(|ex| matches!(ex, Ex::Word(word) if word == name)),
        _ => false,
    })
}

/// True for constants, which have no type of their own in Go: `3`, `-3`, `nil`, `1 << 4`.
pub(super) fn is_untyped(value: &Ex) -> bool {
    match value {
        Ex::Word(text) => text == "nil" || text.starts_with(|c: char| c.is_ascii_digit()),
        Ex::Unary("-" | "^", inner) | Ex::Paren(inner) => is_untyped(inner),
        Ex::Binary("+" | "-" | "*" | "/" | "%" | "<<" | ">>" | "&" | "|" | "^", left, right) => {
            is_untyped(left) && is_untyped(right)
        }
        _ => false,
    }
}
