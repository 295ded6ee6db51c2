//! Operations of the library table: a call of their support function.
//!
//! ```text
//! s.center(9)                  text::center(s, 9, " ")?
//! heapq.heappush(heap, n)      heapq::push(&mut heap, n);
//! ```

use super::expressions::Scope;
use super::printer::Code;
use crate::emit::decide;
use crate::ir::library::{Ask, Operation, Pattern};
use crate::ir::{Expr, ExprKind, Need, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Scope<'_, '_> {
    /// A call of the support function of an operation.
    pub(super) fn library(&mut self, op: Operation, args: &[Expr]) -> Code {
        let row = op.row();
        let types: Vec<Type> = args.iter().map(|arg| arg.ty.clone()).collect();
        let bindings = op.bindings(&types);
        for (ask, variable) in &row.asks {
            if let (Ask::Repr, Some(ty)) = (ask, bindings.get(*variable)) {
                self.emitter.needs_repr(ty);
            }
        }
        let (module, function) = (format_ident!("{}", row.module), format_ident!("{}", row.function));
        let path = quote!(#module::#function);
        let code = match op.need(0) {
            Need::Mut => self.library_change(op, path, args),
            Need::Ref | Need::Own => {
                let operands = self.library_operands(op, args, 0);
                Code::atom(quote!(#path(#(#operands),*)))
            }
        };
        if row.raises { code.raising() } else { code }
    }

    fn library_operands(&mut self, op: Operation, args: &[Expr], skip: usize) -> Vec<TokenStream> {
        let given = args.iter().enumerate().skip(skip).filter(|(_, arg)| arg.ty != Type::None);
        given
            .map(|(index, arg)| {
                let code = self.library_operand(op, index, arg);
                quote!(#code)
            })
            .collect()
    }

    fn library_operand(&mut self, op: Operation, index: usize, arg: &Expr) -> Code {
        let generic = op.row().params.get(index).is_some_and(|param| matches!(param.pattern, Pattern::Variable(_)));
        match (&arg.kind, op.need(index)) {
            (_, Need::Own) => self.owned(arg),
            // A value of any type is looked at, scalar or not.
            _ if generic => self.borrowed(arg),
            _ if arg.ty.is_scalar() => self.owned(arg),
            (ExprKind::List(items), _) => {
                let items: Vec<Code> = items.iter().map(|item| self.owned(item)).collect();
                Code::atom(quote!(&[#(#items),*]))
            }
            (ExprKind::Set(_) | ExprKind::Dict(_), _) => self.borrowed(arg).anchored(),
            _ => self.borrowed(arg),
        }
    }

    /// `path(&mut container, ..)`: what reads the container is evaluated before it is borrowed.
    fn library_change(&mut self, op: Operation, path: TokenStream, args: &[Expr]) -> Code {
        let mut before = TokenStream::new();
        let mut ready: Vec<Option<Code>> = vec![None];
        for (index, arg) in args.iter().enumerate().skip(1) {
            let simple = decide::is_simple(arg) && !self.reads_root_of(&args[0], arg);
            ready.push((!simple && arg.ty != Type::None).then(|| {
                let name = self.temporary("operand");
                if op.need(index) == Need::Ref && !arg.ty.is_scalar() && self.reads_root_of(&args[0], arg) {
                    let operand = self.owned_copy(arg);
                    before.extend(quote!(let #name = #operand;));
                    return Code::atom(quote!(#name)).prefixed(quote!(&));
                }
                let operand = self.library_operand(op, index, arg);
                before.extend(quote!(let #name = #operand;));
                Code::atom(quote!(#name))
            }));
        }
        let changed = self.change(&args[0], &[], |scope, container| {
            let container = container.borrow_mut();
            let operands: Vec<Code> = args
                .iter()
                .enumerate()
                .skip(1)
                .filter(|(_, arg)| arg.ty != Type::None)
                .map(|(index, arg)| match &ready[index] {
                    Some(code) => code.clone(),
                    None => scope.library_operand(op, index, arg),
                })
                .collect();
            let code = Code::atom(quote!(#path(#container #(, #operands)*)));
            if op.row().raises { code.raising() } else { code }
        });
        self.after(before, changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::rust::support;

    #[test]
    fn every_operation_has_its_support_function() {
        let missing = Operation::all().map(Operation::row).filter(|row| {
            let source = support::text(&row.module).unwrap_or_default();
            let found = |end: &str| source.contains(&format!("pub fn {}{end}", row.function));
            !found("(") && !found("<")
        });
        let missing: Vec<String> = missing.map(|row| format!("{}::{}", row.module, row.function)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
