//! Function values: making them and calling them; cells.
//!
//! ```text
//! lambda x: x + n       func(arg0 int64) (int64, error) { return addLambda(arg0, n), nil }
//! rule(price)           result, err := rule(price); if err != nil { ... }
//! ```
//!
//! A function literal sees Go's variables themselves, so a value that may change later is kept in a temporary first;
//! variables that Python shares are cells.

use super::printer::{Ex, St};
use super::statements::{Body, Escape};
use crate::ir::{Expr, FunctionId, FunctionKind, Place, Type};

impl<'c> Body<'c> {
    /// A function of the program as a value.
    pub(super) fn closure(&mut self, id: FunctionId, args: &'c [Option<Expr>], ty: &Type) -> Ex {
        let function = self.cx.function(id);
        let Type::Function(_, result) = ty else { return Ex::word("nil") };
        let kept: Vec<&Expr> = args.iter().flatten().collect();
        let mut kept = self.operands(&kept).into_iter();
        let deep = self.cx.deep_values.contains(ty);
        let mut params: Vec<String> = deep.then(|| "depth int".to_string()).into_iter().collect();
        let (mut values, mut open) = (Vec::new(), 0);
        for (arg, param) in args.iter().zip(&function.params) {
            let Some(arg) = arg else {
                let name = format!("arg{open}");
                params.push(format!("{name} {}", self.cx.ty(&function.locals[param.local.0 as usize].ty)));
                values.push(Ex::word(name));
                open += 1;
                continue;
            };
            let value = kept.next().unwrap_or(Ex::word("nil"));
            values.push(if self.is_fixed(arg, &value) { value } else { self.spill_typed("bound", value, &arg.ty) });
        }
        let signature = format!("({}) ({}, error)", params.join(", "), self.cx.ty(result));
        let body =
            self.closed(Escape::Return(vec![self.cx.zero(result)]), |this| this.closure_body(id, values, result));
        Ex::Func(signature, body)
    }

    /// True for what surely stays as it is after the function value was made.
    fn is_fixed(&self, arg: &Expr, value: &Ex) -> bool {
        match arg.as_place() {
            Some(Place::Local(local)) => !self.locals[local.0 as usize].mutable && matches!(value, Ex::Word(_)),
            _ => self.is_stable(value),
        }
    }

    fn closure_body(&mut self, id: FunctionId, values: Vec<Ex>, result: &Type) {
        let function = self.cx.function(id);
        let mut values = values.into_iter();
        let name = self.cx.names.function(id).to_string();
        let callee = match function.kind {
            FunctionKind::Method(_) | FunctionKind::Property(_) => values.next().unwrap_or(Ex::word("nil")).dot(name),
            FunctionKind::Plain | FunctionKind::Init(_) | FunctionKind::Static(_) => Ex::word(name),
        };
        let depth = self.cx.recursive[id.0 as usize].then(|| Ex::word("depth"));
        let call = Ex::Call(Box::new(callee), depth.into_iter().chain(values).collect());
        let nothing = self.cx.zero(&Type::None);
        match (function.effects.raises, result) {
            (true, Type::None) => {
                self.raising_only(call);
                self.push(St::Return(vec![nothing, Ex::word("nil")]));
            }
            (true, _) => self.push(St::Return(vec![call])),
            (false, Type::None) => {
                self.push(St::Expr(call));
                self.push(St::Return(vec![nothing, Ex::word("nil")]));
            }
            (false, _) => self.push(St::Return(vec![call, Ex::word("nil")])),
        }
    }

    /// A call of a function value.
    pub(super) fn call_value(&mut self, callee: &'c Expr, args: &'c [Expr], wanted: bool) -> Ex {
        let mut operands = vec![callee];
        operands.extend(args);
        let mut values = self.operands(&operands).into_iter();
        let function = values.next().unwrap_or(Ex::word("nil"));
        let deeper = if self.recursive { Ex::word("depth").binary("+", Ex::word("1")) } else { Ex::word("1") };
        let depth = self.cx.deep_values.contains(&callee.ty).then_some(deeper);
        let call = Ex::Call(Box::new(function), depth.into_iter().chain(values).collect());
        self.raising(call, "result", wanted)
    }

    /// A new cell.
    pub(super) fn new_cell(&mut self, inner: &'c Expr, ty: &Type) -> Ex {
        let value = self.expr(inner);
        let ty = self.cx.ty(ty);
        Ex::Keyed { pointer: true, ty: ty.trim_start_matches('*').into(), fields: vec![("Value".into(), value)] }
    }
}
