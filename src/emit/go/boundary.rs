//! The boundary: what the outside calls, and how the state is copied before a call that may decline.
//!
//! The machinery (binding, locks, the protocol) is in the support package; this file writes the tables that are about
//! this program, with what `codec`, `dispatch` and `routes` know of their entries:
//!
//! ```text
//! func functions()      "price": one entry a function, see `dispatch`
//! func classOf(object)  case *PriceBook: return "PriceBook"
//! ```

use super::codec::{codec, codec_of, copy_of, is_copied};
use super::names::GoIdent;
use super::printer::Ex;
use super::{Context, items, text};
use crate::artifact::Interface;
use crate::emit::{decide, interface};
use crate::ir::{ClassId, FunctionId, FunctionKind, GlobalId, Type};
use std::fmt::Write;

/// The text of `boundary.go` without its clause.
pub(super) fn text(cx: &Context, interface: &Interface) -> String {
    let mut out = String::from(FRONT);
    out.push_str(&items::state(cx));
    let classes = (0..cx.program.classes.len()).map(|i| ClassId(i as u32));
    let classes: Vec<ClassId> = classes.filter(|id| cx.class(*id).members.is_empty()).collect();
    let mut tables = Tables { cx, interface, out: String::new() };
    tables.module(&classes);
    out.push('\n');
    out.push_str(&tables.out);
    for class in classes {
        out.push_str(&codec(cx, class));
    }
    out
}

const FRONT: &str = "\
// Session is the module at work: its state behind a lock, and the objects that callers keep.
type Session = support.Session[*State]

// NewSession returns a session as it is after importing the module.
func NewSession() *Session {
\treturn support.NewSession(module())
}

// Answer is the answer to a call.
type Answer = support.Answer

// AnswerKind says how a call ended.
type AnswerKind = support.AnswerKind

// Kinds of answers.
const (
\tAnswerOk        = support.AnswerOk
\tAnswerError     = support.AnswerError
\tAnswerGuard     = support.AnswerGuard
\tAnswerMalformed = support.AnswerMalformed
)

// RouteRequest is a request to a route of the monolith.
type RouteRequest = support.RouteRequest

// RouteAnswer is the answer of a route.
type RouteAnswer = support.RouteAnswer

// RouteKind says how a route ended.
type RouteKind = support.RouteKind

// Kinds of route answers.
const (
\tRouteResponse = support.RouteResponse
\tRouteError    = support.RouteError
\tRouteGuard    = support.RouteGuard
\tRouteNotFound = support.RouteNotFound
)

";

/// Names that the boundary gives to things about a class.
pub(super) fn derived_names(class: &str) -> [String; 5] {
    let upper = GoIdent::exported(class).to_string();
    let lower = GoIdent::private(class).to_string();
    [
        format!("{lower}Codec"),
        format!("read{upper}"),
        format!("write{upper}"),
        format!("write{upper}Fields"),
        format!("clone{upper}"),
    ]
}

pub(super) struct Tables<'a> {
    pub(super) cx: &'a Context<'a>,
    interface: &'a Interface,
    pub(super) out: String,
}

impl<'a> Tables<'a> {
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "\t".repeat(indent));
    }

    /// The tables of everything that can be called.
    fn module(&mut self, classes: &[ClassId]) {
        self.line(0, "// module lists what the outside can call.");
        self.line(0, "func module() *support.Module[*State] {");
        self.line(1, "return &support.Module[*State]{");
        self.line(2, "New:          NewState,");
        self.line(2, "Clone:        cloneState,");
        self.line(2, "Functions:    functions(),");
        self.line(2, "Constructors: constructors(),");
        self.line(2, "Methods:      methods(),");
        self.line(2, "Objects:      objects(),");
        self.line(2, "ClassOf:      classOf,");
        self.line(2, "CloneObject:  cloneObject,");
        self.line(2, "WriteState:   writeState,");
        if !self.cx.program.routes.is_empty() {
            self.line(2, "Handlers:     handlers(),");
        }
        self.line(1, "}");
        self.line(0, "}");
        self.functions();
        self.constructors(classes);
        self.methods(classes);
        self.objects();
        self.class_switches(classes);
        if !self.cx.program.routes.is_empty() {
            self.handlers();
        }
    }

    fn functions(&mut self) {
        self.line(0, "\nfunc functions() map[string]*support.Callable[*State] {");
        self.line(1, "return map[string]*support.Callable[*State]{");
        for (index, function) in self.cx.program.functions.iter().enumerate() {
            let plain = function.kind == FunctionKind::Plain && interface::is_exported(function);
            if plain && interface::callable(self.cx.program, self.cx.options, function).is_some() {
                self.entry(2, &function.name, FunctionId(index as u32), &function.name, false);
            }
        }
        self.end_table();
    }

    /// Closes a table; one without rows stands on one line, as gofmt has it.
    fn end_table(&mut self) {
        if self.out.ends_with("{\n") {
            self.out.pop();
            self.line(0, "}");
        } else {
            self.line(1, "}");
        }
        self.line(0, "}");
    }

    fn constructors(&mut self, classes: &[ClassId]) {
        self.line(0, "\nfunc constructors() map[string]*support.Callable[*State] {");
        self.line(1, "return map[string]*support.Callable[*State]{");
        for id in classes {
            let class = self.cx.class(*id);
            if !class.public || interface::constructor(self.cx.program, self.cx.options, *id).is_none() {
                continue;
            }
            match class.init {
                Some(init) => {
                    let name = format!("{}.__init__", class.name);
                    self.entry(2, &class.name, init, &name, true);
                }
                None => self.plain_constructor(*id, class),
            }
        }
        self.end_table();
    }

    fn methods(&mut self, classes: &[ClassId]) {
        self.line(0, "\nfunc methods() map[string]map[string]*support.Callable[*State] {");
        self.line(1, "return map[string]map[string]*support.Callable[*State]{");
        for id in classes {
            let class = self.cx.class(*id);
            let called: Vec<FunctionId> = class.methods.iter().copied().filter(|m| self.is_called(*m)).collect();
            if called.is_empty() || !class.public {
                continue;
            }
            self.line(2, &format!("{}: {{", text::quote(&class.name)));
            for method in called {
                let function = self.cx.function(method);
                let name = format!("{}.{}", class.name, function.name);
                self.entry(3, &function.name, method, &name, decide::is_bound(function));
            }
            self.line(2, "},");
        }
        self.end_table();
    }

    fn is_called(&self, id: FunctionId) -> bool {
        let function = self.cx.function(id);
        matches!(function.kind, FunctionKind::Method(_) | FunctionKind::Static(_))
            && interface::is_exported(function)
            && interface::callable(self.cx.program, self.cx.options, function).is_some()
    }

    fn objects(&mut self) {
        self.line(0, "\nfunc objects() map[string]func(state *State) any {");
        self.line(1, "return map[string]func(state *State) any{");
        let rows: Vec<(String, String)> = self
            .interface
            .objects
            .iter()
            .filter_map(|object| {
                let index = self
                    .cx
                    .program
                    .globals
                    .iter()
                    .position(|global| global.is_shown() && global.name == object.name)?;
                let name = self.cx.names.global(GlobalId(index as u32));
                let value =
                    if self.cx.program.globals[index].is_state { format!("state.{name}") } else { name.to_string() };
                let key = format!("{}:", text::quote(&object.name));
                Some((key, format!("func(state *State) any {{ return {value} }},")))
            })
            .collect();
        self.out.push_str(&super::printer::columns(&rows, 2));
        self.end_table();
    }

    /// What depends on an object's class.
    fn class_switches(&mut self, classes: &[ClassId]) {
        let cx = self.cx;
        self.line(0, "\nfunc classOf(object any) string {");
        self.line(1, "switch object.(type) {");
        for id in classes {
            self.line(1, &format!("case {}:", cx.ty(&Type::Class(*id))));
            self.line(2, &format!("return {}", text::quote(&cx.class(*id).name)));
        }
        self.line(1, "}");
        self.line(1, "return \"\"");
        self.line(0, "}");
        let copied: Vec<ClassId> = classes.iter().copied().filter(|id| is_copied(cx, *id)).collect();
        self.line(0, "\nfunc cloneObject(c *support.Cloner, object any) any {");
        if !copied.is_empty() {
            self.line(1, "switch object := object.(type) {");
            for id in &copied {
                self.line(1, &format!("case {}:", cx.ty(&Type::Class(*id))));
                self.line(2, &format!("return {}(c, object)", derived_names(cx.names.class(*id))[4]));
            }
            self.line(1, "}");
        }
        self.line(1, "return object");
        self.line(0, "}");
        self.clone_state();
        self.write_state(classes);
    }

    fn clone_state(&mut self) {
        let cx = self.cx;
        self.line(0, "\nfunc cloneState(c *support.Cloner, state *State) *State {");
        self.line(1, "copied := *state");
        for (index, global) in cx.program.globals.iter().enumerate().filter(|(_, global)| global.is_state) {
            let name = cx.names.global(GlobalId(index as u32));
            if let Some(copy) = copy_of(cx, &global.ty, Ex::word("state").dot(name)) {
                self.line(1, &format!("copied.{name} = {}", copy.text(1)));
            }
        }
        self.line(1, "return &copied");
        self.line(0, "}");
    }

    fn write_state(&mut self, classes: &[ClassId]) {
        let cx = self.cx;
        self.line(0, "\nfunc writeState(w *support.Writer, state *State, object any) {");
        self.line(1, "w.Begin()");
        let bound = if classes.is_empty() { "" } else { "object := " };
        self.line(1, &format!("switch {bound}object.(type) {{"));
        self.line(1, "case nil:");
        for (index, global) in cx.program.globals.iter().enumerate() {
            if global.is_state && global.is_shown() && interface::shape(cx.program, &global.ty).is_some() {
                let name = cx.names.global(GlobalId(index as u32));
                let codec = self.codec(&global.ty);
                let key = text::quote(&global.name);
                self.line(2, &format!("support.WriteField(w, {key}, {codec}, state.{name})"));
            }
        }
        for id in classes {
            self.line(1, &format!("case {}:", cx.ty(&Type::Class(*id))));
            self.line(2, &format!("{}(w, object)", derived_names(cx.names.class(*id))[3]));
        }
        self.line(1, "default:");
        self.line(2, "support.Decline(\"type\")");
        self.line(1, "}");
        self.line(1, "w.End()");
        self.line(0, "}");
    }

    pub(super) fn codec(&self, ty: &Type) -> String {
        codec_of(self.cx, ty)
    }
}
