//! Dispatch: one call from outside, from reading its arguments to keeping its result.
//!
//! ```text
//! "price": {Name: "price", Access: support.Pure, Params: ..., Run: func(state *State, call *support.Call) error {
//!     sku := support.Arg(call, 0, support.TextCodec)
//!     call.Start()
//!     result, err := Price(state, sku)
//!     call.Stop()
//!     ...
//!     support.Return(call, support.FloatCodec, result)
//! }}
//! ```

use super::boundary::Tables;
use super::names::{GoIdent, Scope};
use super::printer::Ex;
use super::statements::Body;
use super::{Context, text};
use crate::artifact::Access;
use crate::emit::decide;
use crate::ir::{Class, ClassId, Expr, Function, FunctionId, FunctionKind, Type};

impl<'a> Tables<'a> {
    fn head(&mut self, indent: usize, key: &str, name: &str, at: &str, function: Option<(FunctionId, &Function)>) {
        self.line(indent, &format!("{}: {{", text::quote(key)));
        let mut rows = vec![("Name:".to_string(), format!("{},", text::quote(name)))];
        rows.push(("At:".into(), format!("{},", text::quote(at))));
        let (access, guards) = function.map_or((Access::Pure, false), |(_, f)| {
            let written = f.params.iter().map(|param| &f.locals[param.local.0 as usize].ty).chain([&f.result]);
            let deep = written.into_iter().any(|ty| decide::is_endless(self.cx.program, ty));
            (decide::access(f), f.effects.guards || deep)
        });
        let access = match access {
            Access::Pure => "support.Pure,",
            Access::Read => "support.Read,",
            Access::Write => "support.Write,",
        };
        rows.push(("Access:".into(), access.into()));
        if guards {
            rows.push(("Guards:".into(), "true,".into()));
        }
        if function.is_some_and(|(_, f)| f.effects.reads_clock) {
            rows.push(("Clock:".into(), "true,".into()));
        }
        if function.is_some_and(|(id, _)| decide::shows_floats(self.cx.program, id)) {
            rows.push(("ShowsFloats:".into(), "true,".into()));
        }
        self.out.push_str(&super::printer::columns(&rows, indent + 1));
    }

    /// One function, method or constructor with `__init__`.
    pub(super) fn entry(&mut self, indent: usize, key: &str, id: FunctionId, name: &str, method: bool) {
        let function = self.cx.function(id);
        let at = (self.cx.options.describe)(function.at);
        self.head(indent, key, name, &at, Some((id, function)));
        if method {
            // A flag after the aligned lines, in a block of its own.
            self.out.push('\n');
            self.line(indent + 1, "Method: true,");
        }
        let own = decide::own_params(function);
        let local = |index: usize| &function.locals[own[index].local.0 as usize];
        let params: Vec<(String, Vec<&str>)> =
            own.iter().enumerate().map(|(i, p)| (local(i).name.clone(), flags(p))).collect();
        self.params(indent + 1, &params);
        self.line(indent + 1, "Run: func(state *State, call *support.Call) error {");
        let mut scope = arguments_scope();
        let skipped = function.params.len() - own.len();
        let mut values = Vec::new();
        for (index, param) in own.iter().enumerate() {
            let variable = scope.take(&GoIdent::private(&local(index).name), "Value");
            let codec = self.codec(&local(index).ty);
            let read = match decide::takes_only_floats(param, &local(index).ty) {
                true => format!("support.Unwidened({codec})"),
                false => codec.clone(),
            };
            self.argument(indent + 2, index, &variable, &read, &local(index).ty, param.default.as_ref());
            if function.effects.mutates.contains(&(index + skipped)) {
                self.line(indent + 2, &format!("support.Watch(call, {index}, {codec}, &{variable})"));
            }
            let pointer = if self.cx.pointers.contains(&(id, index + skipped)) { "&" } else { "" };
            values.push(format!("{pointer}{variable}"));
        }
        self.invocation(indent + 2, id, values);
        self.line(indent + 1, "},");
        self.line(indent, "},");
    }

    fn params(&mut self, indent: usize, params: &[(String, Vec<&str>)]) {
        if params.is_empty() {
            return;
        }
        self.line(indent, "Params: []support.Param{");
        for (name, flags) in params {
            let flags: String = flags.iter().map(|flag| format!(", {flag}: true")).collect();
            self.line(indent + 1, &format!("{{Name: {}{flags}}},", text::quote(name)));
        }
        self.line(indent, "},");
    }

    fn argument(&mut self, indent: usize, index: usize, name: &str, codec: &str, ty: &Type, default: Option<&'a Expr>) {
        let read = match default {
            None => format!("support.Arg(call, {index}, {codec})"),
            Some(default) => {
                let default = self.default_text(default, ty);
                format!("support.ArgOr(call, {index}, {codec}, {default})")
            }
        };
        self.line(indent, &format!("{name} := {read}"));
    }

    /// A default, which is a literal, a constant or an empty container.
    fn default_text(&self, default: &'a Expr, ty: &Type) -> String {
        let mut body = Body::new(self.cx, None, &[]);
        let value = body.expr(default);
        if !body.out.is_empty() {
            self.cx.refuse(default.at, "this default needs statements in Go".into());
        }
        match (&value, ty) {
            (Ex::Word(word), _) if word == "nil" => "nil".into(),
            _ => value.text(0),
        }
    }

    fn invocation(&mut self, indent: usize, id: FunctionId, mut values: Vec<String>) {
        let function = self.cx.function(id);
        let name = self.cx.names.function(id);
        let given = values.clone();
        let mut all = Vec::new();
        if function.effects.state.is_some() {
            all.push("state".to_string());
        }
        if self.cx.recursive[id.0 as usize] {
            all.push("1".to_string());
        }
        all.append(&mut values);
        let callee = match function.kind {
            FunctionKind::Method(class) | FunctionKind::Property(class) => {
                let ty = self.cx.ty(&Type::Class(class));
                self.line(indent, &format!("self := call.Self.({ty})"));
                format!("self.{name}")
            }
            FunctionKind::Plain | FunctionKind::Init(_) | FunctionKind::Static(_) => name.to_string(),
        };
        let call = format!("{callee}({})", all.join(", "));
        let nothing = function.result == Type::None;
        self.line(indent, "call.Start()");
        let left = match (nothing, function.effects.raises) {
            (true, true) => "err := ",
            (true, false) => "",
            (false, true) => "result, err := ",
            (false, false) => "result := ",
        };
        self.line(indent, &format!("{left}{call}"));
        self.line(indent, "call.Stop()");
        if function.effects.raises {
            self.line(indent, "if err != nil {");
            self.line(indent + 1, "return err");
            self.line(indent, "}");
        }
        if decide::gives_back_sometimes(self.cx.program, function) {
            self.give_either(indent, function, &given);
        } else {
            self.give_back(indent, function);
        }
        self.line(indent, "return nil");
    }

    /// The result of a function that gives back an argument now and then; `given` are the variables of the arguments.
    fn give_either(&mut self, indent: usize, function: &Function, given: &[String]) {
        let object = |name: &str, ty: &Type| match ty {
            Type::Optional(inner) if !self.cx.is_nilable(inner) => format!("{name}.Value"),
            _ => name.to_owned(),
        };
        let wanted = function.result.some();
        let mut candidates = String::new();
        for (index, (param, name)) in function.params.iter().zip(given).enumerate() {
            let ty = &function.locals[param.local.0 as usize].ty;
            if ty.some() == wanted {
                let value = object(name.trim_start_matches('&'), ty);
                candidates.push_str(&format!(", support.GivenArgument{{Index: {index}, Value: {value}}}"));
            }
        }
        let (codec, result) = (self.codec(&function.result), object("result", &function.result));
        self.line(indent, &format!("support.ReturnEither(call, {codec}, result, {result}{candidates})"));
    }

    fn give_back(&mut self, indent: usize, function: &Function) {
        if let FunctionKind::Init(_) = function.kind {
            return self.line(indent, "call.Keep(result)");
        }
        let given = crate::ir::returns::returned_param(self.cx.program, function)
            .and_then(|local| decide::own_params(function).iter().position(|param| param.local == local))
            .filter(|_| matches!(function.result, Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_)));
        if let Some(index) = given {
            let codec = self.codec(&function.result);
            return self.line(indent, &format!("support.ReturnGiven(call, {index}, {codec}, result)"));
        }
        let how = if is_shared(self.cx, &function.result) { "ReturnShared" } else { "Return" };
        let value = if function.result == Type::None { "struct{}{}" } else { "result" };
        let codec = self.codec(&function.result);
        self.line(indent, &format!("support.{how}(call, {codec}, {value})"));
    }

    /// A dataclass without `__init__` of its own.
    pub(super) fn plain_constructor(&mut self, id: ClassId, class: &'a Class) {
        let at = (self.cx.options.describe)(class.at);
        self.head(2, &class.name, &class.constructor_name(), &at, None);
        self.out.push('\n');
        self.line(3, "Method: true,");
        let defaults = class.dataclass.as_ref().map(|info| info.defaults.as_slice()).unwrap_or_default();
        let default = |index: usize| defaults.get(index).and_then(Option::as_ref);
        let flag = |i: usize| default(i).map(|_| "Optional");
        let params: Vec<(String, Vec<&str>)> =
            class.fields.iter().enumerate().map(|(i, f)| (f.name.clone(), flag(i).into_iter().collect())).collect();
        self.params(3, &params);
        self.line(3, "Run: func(state *State, call *support.Call) error {");
        let mut scope = arguments_scope();
        let mut values = Vec::new();
        for (index, field) in class.fields.iter().enumerate() {
            let name = scope.take(&GoIdent::private(&field.name), "Value");
            let codec = self.codec(&field.ty);
            self.argument(4, index, &name, &codec, &field.ty, default(index));
            values.push(Ex::word(name));
        }
        let object = Body::new(self.cx, None, &[]).construct(id, values);
        self.line(4, &format!("call.Keep({})", object.text(4)));
        self.line(4, "return nil");
        self.line(3, "},");
        self.line(2, "},");
    }
}

/// What the boundary has to know of a parameter.
fn flags(param: &crate::ir::Param) -> Vec<&'static str> {
    let all = [
        (param.default.is_some() || param.rest, "Optional"),
        (param.keyword_only, "KeywordOnly"),
        (param.positional_only, "PositionalOnly"),
        (param.rest, "Rest"),
        (param.fresh, "Fresh"),
    ];
    all.into_iter().filter(|flag| flag.0).map(|flag| flag.1).collect()
}

fn arguments_scope() -> Scope {
    Scope::with(["call", "result", "self"].map(str::to_string))
}

/// True where two names for a value of the type could be seen to mean the same.
fn is_shared(cx: &Context, ty: &Type) -> bool {
    match ty {
        Type::List(_) | Type::Deque(_) | Type::Dict(..) | Type::Set(_) => true,
        Type::Class(id) => cx.class(*id).dataclass.as_ref().is_none_or(|info| !info.frozen) && !cx.keys.contains(id),
        Type::Optional(inner) => is_shared(cx, inner),
        _ => false,
    }
}
