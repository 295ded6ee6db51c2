//! Routes: what an HTTP request means to its handler.
//!
//! ```text
//! "get_product": {Access: support.Read, Ints: []bool{true}, Run: func(state *State, args []any) (int64, []byte, error) {
//!     response, err := GetProduct(state, args[0].(int64))
//!     ...
//! }}
//! ```

use super::boundary::Tables;
use super::text;
use crate::artifact::Access;
use crate::emit::decide;
use crate::ir::{Function, FunctionId, Type};

impl Tables<'_> {
    pub(super) fn handlers(&mut self) {
        self.line(0, "\nfunc handlers() map[string]*support.Handler[*State] {");
        self.line(1, "return map[string]*support.Handler[*State]{");
        for route in &self.cx.program.routes {
            let function = self.cx.function(route.handler);
            self.line(2, &format!("{}: {{", text::quote(&function.name)));
            let mut rows =
                vec![("At:".to_string(), format!("{},", text::quote(&(self.cx.options.describe)(function.at))))];
            let access = match decide::access(function) {
                Access::Pure => "support.Pure,",
                Access::Read => "support.Read,",
                Access::Write => "support.Write,",
            };
            rows.push(("Access:".into(), access.into()));
            if function.effects.guards {
                rows.push(("Guards:".into(), "true,".into()));
            }
            if function.effects.reads_clock {
                rows.push(("Clock:".into(), "true,".into()));
            }
            if !route.path_params.is_empty() {
                let ints: Vec<&str> =
                    route.path_params.iter().map(|(_, int)| if *int { "true" } else { "false" }).collect();
                rows.push(("Ints:".into(), format!("[]bool{{{}}},", ints.join(", "))));
            }
            if route.reads_body {
                rows.push(("ReadsBody:".into(), "true,".into()));
            }
            self.out.push_str(&super::printer::columns(&rows, 3));
            self.handler_run(route.handler, function);
            self.line(2, "},");
        }
        self.line(1, "}");
        self.line(0, "}");
    }

    fn handler_run(&mut self, id: FunctionId, function: &Function) {
        self.line(3, "Run: func(state *State, args []any) (int64, []byte, error) {");
        let mut values = Vec::new();
        if function.effects.state.is_some() {
            values.push("state".to_string());
        }
        if self.cx.recursive[id.0 as usize] {
            values.push("1".to_string());
        }
        for (index, param) in function.params.iter().enumerate() {
            values.push(match &function.locals[param.local.0 as usize].ty {
                Type::Json => format!("args[{index}]"),
                ty => format!("args[{index}].({})", self.cx.ty(ty)),
            });
        }
        let call = format!("{}({})", self.cx.names.function(id), values.join(", "));
        if function.effects.raises {
            self.line(4, &format!("response, err := {call}"));
            self.line(4, "if err != nil {");
            self.line(5, "return 0, nil, err");
            self.line(4, "}");
        } else {
            self.line(4, &format!("response := {call}"));
        }
        self.line(4, "return response.Status, response.Body(), nil");
        self.line(3, "},");
    }
}
