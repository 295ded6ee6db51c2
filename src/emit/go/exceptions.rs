//! Exceptions: raising, catching, cleaning up.
//!
//! Inside a `try` a call that may raise keeps its error in a variable and leaves a labelled block; behind the block the
//! handlers ask for the error's class. Outside, it returns the error to the caller. `finally` is written on every way
//! out: after the block, and before each jump that leaves it.

use super::printer::{Ex, St};
use super::statements::{Body, Escape, Frame, leaves};
use crate::ir::{ExceptionId, ExceptionKind, Handler, Raise, Stmt};

impl<'c> Body<'c> {
    /// The variable of an exception class.
    pub(super) fn class_word(&self, id: ExceptionId) -> String {
        match id {
            ExceptionId::Builtin(ExceptionKind::Exception) => "support.ExceptionClass".into(),
            ExceptionId::Builtin(kind) => format!("support.{}", kind.name()),
            ExceptionId::Custom(index) => self.cx.names.exception(index).into(),
        }
    }

    pub(super) fn raise(&mut self, raise: &'c Raise) {
        let message = self.expr(&raise.message);
        let class = self.class_word(raise.class);
        let mut error = Ex::word(class).method("New", vec![message]);
        for (name, value) in &raise.attributes {
            let plain = self.expr(value);
            let value = self.typed(plain, &value.ty);
            error = error.method("With", vec![Ex::word(super::text::quote(name)), value]);
        }
        self.fail(error);
    }

    /// Lets an error out of this place: into the enclosing `try`, or to the caller.
    pub(super) fn fail(&mut self, error: Ex) {
        let found = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Catch { label, caught, used } | Frame::Finally { label, caught, used, .. } => {
                *used += 1;
                Some((label.clone(), caught.clone()))
            }
            Frame::Loop { .. } | Frame::Switch => None,
        });
        if let Some((label, caught)) = found {
            self.push(St::Assign(vec![Ex::word(caught)], "=", vec![error]));
            self.push(St::Break(Some(label)));
            return;
        }
        match self.escape.clone() {
            Escape::Return(mut values) => {
                values.push(error);
                self.push(St::Return(values));
            }
            Escape::Never => self.push(St::Expr(Ex::call("panic", vec![error]))),
        }
    }

    /// A call that gives a value and an error: the value, after the error has been seen to.
    pub(super) fn raising(&mut self, call: Ex, hint: &str, wanted: bool) -> Ex {
        let error = Ex::word("err");
        let failed = error.clone().binary("!=", Ex::word("nil"));
        let then = self.block(|this| this.fail(Ex::word("err")));
        if !wanted {
            let init = St::Assign(vec![Ex::word("_"), error], ":=", vec![call]);
            self.push(St::If { init: Some(Box::new(init)), test: failed, then, orelse: vec![] });
            return Ex::word("nil");
        }
        let name = self.fresh(hint);
        self.push(St::Assign(vec![Ex::word(name.clone()), error], ":=", vec![call]));
        self.push(St::If { init: None, test: failed, then, orelse: vec![] });
        Ex::word(name)
    }

    /// A call that gives an error alone.
    pub(super) fn raising_only(&mut self, call: Ex) {
        let init = St::Assign(vec![Ex::word("err")], ":=", vec![call]);
        let test = Ex::word("err").binary("!=", Ex::word("nil"));
        let then = self.block(|this| this.fail(Ex::word("err")));
        self.push(St::If { init: Some(Box::new(init)), test, then, orelse: vec![] });
    }

    /// `if test { raise class(message) }`
    pub(super) fn raise_if(&mut self, test: Ex, class: &str, message: Ex) {
        let then = self.block(|this| this.fail(Ex::word(class).method("New", vec![message])));
        self.push(St::If { init: None, test, then, orelse: vec![] });
    }

    /// `if !test { raise class(message) }`
    pub(super) fn raise_unless(&mut self, test: Ex, class: &str, message: Ex) {
        self.raise_if(test.negated(), class, message);
    }

    pub(super) fn attempt(
        &mut self,
        body: &'c [Stmt],
        handlers: &'c [Handler],
        orelse: &'c [Stmt],
        finally: &'c [Stmt],
    ) {
        if finally.is_empty() {
            return self.catch(body, handlers, orelse);
        }
        let label = self.fresh("cleanup");
        let caught = self.fresh("pending");
        self.frames.push(Frame::Finally { label: label.clone(), caught: caught.clone(), used: 0, body: finally });
        let block = self.block(|this| this.catch(body, handlers, orelse));
        let Some(Frame::Finally { used, .. }) = self.frames.pop() else { return };
        let ends = block.last().is_some_and(leaves);
        if used == 0 {
            self.out.extend(block);
            if !ends {
                self.statements(finally);
            }
            return;
        }
        self.push(St::Var(caught.clone(), "error".into(), None));
        self.push(St::Leavable { label, body: block });
        self.statements(finally);
        if !self.out.last().is_some_and(leaves) {
            self.fail_if_pending(caught, ends);
        }
    }

    /// Lets a kept error out after the cleaning up; `always`: there surely is one.
    fn fail_if_pending(&mut self, caught: String, always: bool) {
        if always {
            return self.fail(Ex::word(caught));
        }
        let test = Ex::word(caught.clone()).binary("!=", Ex::word("nil"));
        let then = self.block(|this| this.fail(Ex::word(caught)));
        self.push(St::If { init: None, test, then, orelse: vec![] });
    }

    fn catch(&mut self, body: &'c [Stmt], handlers: &'c [Handler], orelse: &'c [Stmt]) {
        if handlers.is_empty() {
            self.statements(body);
            if !self.out.last().is_some_and(leaves) {
                self.statements(orelse);
            }
            return;
        }
        let label = self.fresh("attempt");
        let caught = self.fresh("failure");
        self.frames.push(Frame::Catch { label: label.clone(), caught: caught.clone(), used: 0 });
        let mut block = self.block(|this| this.statements(body));
        let Some(Frame::Catch { used, .. }) = self.frames.pop() else { return };
        if !block.last().is_some_and(leaves) {
            self.frames.push(Frame::Switch);
            let after = self.block(|this| this.statements(orelse));
            self.frames.pop();
            block.extend(after);
        }
        if used == 0 {
            self.out.extend(block);
            return;
        }
        let handled = self.block(|this| this.handlers(handlers, &caught));
        if used == 1 && self.in_place(&mut block, &label, &caught, &handled) {
            self.out.extend(block);
            return;
        }
        let ends = block.last().is_some_and(leaves);
        self.push(St::Var(caught.clone(), "error".into(), None));
        self.push(St::Leavable { label, body: block });
        match ends {
            true => self.out.extend(handled),
            false => {
                let test = Ex::word(caught).binary("!=", Ex::word("nil"));
                self.push(St::If { init: None, test, then: handled, orelse: vec![] });
            }
        }
    }

    /// The handlers, one after the other; what none of them catches goes on.
    fn handlers(&mut self, handlers: &'c [Handler], caught: &str) {
        let caught = Ex::Call(Box::new(Ex::word("support.Caught")), vec![Ex::word(caught)]);
        let name = self.fresh("exception");
        self.push(St::Assign(vec![Ex::word(name.clone())], ":=", vec![caught]));
        let mut rest = self.block(|this| this.fail(Ex::word(name.clone())));
        for handler in handlers.iter().rev() {
            let test = self.catches(handler, &name);
            let own = self.names[handler.local.0 as usize].clone();
            let then = self.block(|this| this.statements(&handler.body));
            let mut then = then;
            then.iter_mut().for_each(|st| super::printer::rename(st, &own, &name));
            rest = match test {
                None => then,
                Some(test) if then.last().is_some_and(leaves) => {
                    let mut both = vec![St::If { init: None, test, then, orelse: vec![] }];
                    both.extend(rest);
                    both
                }
                Some(test) => vec![St::If { init: None, test, then, orelse: rest }],
            };
        }
        self.out.extend(rest);
    }

    /// The test that a handler makes; none where it catches everything.
    fn catches(&self, handler: &Handler, name: &str) -> Option<Ex> {
        let all = ExceptionId::Builtin(ExceptionKind::BaseException);
        if handler.classes.contains(&all) {
            return None;
        }
        let classes = match handler.classes.as_slice() {
            [] => vec!["support.ExceptionClass".to_string()],
            classes => classes.iter().map(|id| self.class_word(*id)).collect(),
        };
        let class = Ex::word(name).dot("Class");
        let tests = classes.into_iter().map(|word| class.clone().method("IsA", vec![Ex::word(word)]));
        tests.reduce(|all, one| all.binary("||", one))
    }

    /// Puts handlers that leave where the only error comes up: `if err != nil { handlers }`.
    fn in_place(&self, block: &mut [St], label: &str, caught: &str, handled: &[St]) -> bool {
        if !handled.last().is_some_and(leaves) {
            return false;
        }
        for st in block.iter_mut() {
            let St::If { then, .. } = st else { continue };
            let [St::Assign(left, "=", error), St::Break(Some(to))] = then.as_slice() else { continue };
            if to != label || left.as_slice() != [Ex::word(caught)] {
                continue;
            }
            let [Ex::Word(error)] = error.as_slice() else { return false };
            let error = error.clone();
            let mut handled = handled.to_vec();
            handled.iter_mut().for_each(|st| super::printer::rename(st, caught, &error));
            *then = handled;
            return true;
        }
        false
    }

    /// `break`
    pub(super) fn leave_loop(&mut self) {
        let Some(index) = self.frames.iter().rposition(|frame| matches!(frame, Frame::Loop { .. })) else { return };
        self.run_finally(index + 1);
        let inner_switch = self.frames[index + 1..].iter().any(|frame| !matches!(frame, Frame::Loop { .. }));
        if let Frame::Loop { past: Some(past), past_used, .. } = &mut self.frames[index] {
            *past_used = true;
            let to = past.clone();
            return self.push(St::Break(Some(to)));
        }
        let label = if inner_switch { Some(self.loop_label(index)) } else { None };
        self.push(St::Break(label));
    }

    /// `continue`
    pub(super) fn next_round(&mut self) {
        let Some(index) = self.frames.iter().rposition(|frame| matches!(frame, Frame::Loop { .. })) else { return };
        self.run_finally(index + 1);
        self.push(St::Continue(None));
    }

    fn loop_label(&mut self, index: usize) -> String {
        if let Frame::Loop { label: Some(label), .. } = &self.frames[index] {
            return label.clone();
        }
        let name = self.fresh("rounds");
        if let Frame::Loop { label, .. } = &mut self.frames[index] {
            *label = Some(name.clone());
        }
        name
    }

    /// Statements of the `finally` blocks between this place and a frame, the innermost first.
    pub(super) fn run_finally(&mut self, outermost: usize) {
        for index in (outermost..self.frames.len()).rev() {
            if let Frame::Finally { body, .. } = self.frames[index] {
                let inner = self.frames.split_off(index);
                self.statements(body);
                self.frames.extend(inner);
            }
        }
    }

    /// True where a return has something to clean up.
    pub(super) fn has_finally(&self) -> bool {
        self.frames.iter().any(|frame| matches!(frame, Frame::Finally { .. }))
    }

    /// True where nothing encloses this place that would catch an error.
    pub(super) fn frames_are_loops(&self) -> bool {
        self.frames.iter().all(|frame| matches!(frame, Frame::Loop { .. } | Frame::Switch))
    }
}
