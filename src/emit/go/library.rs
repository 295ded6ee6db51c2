//! Operations of the library table: a call of their support function.
//!
//! ```text
//! s.center(9)                  text, err := support.TextCenter(s, 9, " ")
//! heapq.heappush(heap, n)      support.HeapqPush(&heap, n, cmp.Compare[int64])
//! ```
//!
//! What Go's type parameters cannot know of elements (equality, order, text) is passed as functions at the end.

use super::printer::Ex;
use super::statements::Body;
use crate::ir::library::{Ask, Operation};
use crate::ir::{Expr, Need, Type};

/// The module of what the platform's libm computes: Go has functions of its own, with other last digits.
const LIBM: &str = "libm";

impl<'c> Body<'c> {
    /// A call of the support function of an operation.
    pub(super) fn library(&mut self, op: Operation, args: &'c [Expr], e: &'c Expr, wanted: bool) -> Ex {
        let row = op.row();
        if row.module == LIBM {
            let message = format!("`{}` of Go may differ from the C library's in the last digits", row.path);
            self.cx.refuse_inexact(e.at, message);
            return self.cx.zero(&e.ty);
        }
        let values = match op.need(0) {
            Need::Mut => {
                let container =
                    if self.cx.is_reference(&args[0].ty) { self.expr(&args[0]) } else { self.address(&args[0]) };
                let mut values = vec![container];
                values.extend(self.operands(&args[1..].iter().collect::<Vec<_>>()));
                values
            }
            Need::Ref | Need::Own => self.operands(&args.iter().collect::<Vec<_>>()),
        };
        let given = values.into_iter().zip(args).filter(|(_, arg)| arg.ty != Type::None);
        let mut operands: Vec<Ex> = given.map(|(value, arg)| self.typed(value, &arg.ty)).collect();
        let types: Vec<Type> = args.iter().map(|arg| arg.ty.clone()).collect();
        let bindings = op.bindings(&types);
        for (ask, variable) in &row.asks {
            let Some(ty) = bindings.get(*variable) else { continue };
            match ask {
                Ask::Eq => operands.push(self.cx.equal_function(ty)),
                Ask::Ord => operands.push(self.cx.compare_function(ty)),
                Ask::Repr => operands.push(self.cx.repr_function(ty)),
                Ask::Key => {}
            }
        }
        let call = Ex::call(format!("support.{}", row.go_name()), operands);
        match (row.raises, &e.ty) {
            (true, Type::None) => {
                self.raising_only(call);
                self.cx.zero(&Type::None)
            }
            (true, _) => self.raising(call, "result", wanted),
            (false, Type::None) => {
                self.push(super::printer::St::Expr(call));
                self.cx.zero(&Type::None)
            }
            (false, _) if row.outside || op.need(0) == Need::Mut => match wanted {
                true => self.spill("result", call),
                false => {
                    self.push(super::printer::St::Assign(vec![Ex::word("_")], "=", vec![call]));
                    Ex::word("nil")
                }
            },
            (false, _) => call,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::go::support;

    #[test]
    fn every_operation_has_its_support_function() {
        let exact = Operation::all().filter(|op| op.row().module != LIBM);
        let missing = exact.map(|op| op.row().go_name()).filter(|name| {
            let declared = |source: &str, end: &str| source.contains(&format!("\nfunc {name}{end}"));
            !support::SOURCES.iter().any(|(_, source)| declared(source, "(") || declared(source, "["))
        });
        let missing: Vec<String> = missing.collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
