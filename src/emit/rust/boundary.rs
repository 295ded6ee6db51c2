//! The boundary: from Python's names to Rust functions.
//!
//! What is the same for every program (session, protocol, binding, codec of builtin types) are ordinary source files
//! under `support/shell/`; what depends on the program is generated, here and in `codec`, `dispatch` and `routes`:
//!
//! ```text
//! function_need("total")                    Some(Need::Pure), so that the session knows which lock to take
//! pure_function("total", call)              one arm a function, see `dispatch`
//! write_method("BOOK", "set_rule", ..)      write_price_book(&mut world.state.book, "set_rule", ..)
//! ```

use super::dispatch::dispatch;
use super::package::plain;
use super::{Emitter, support};
use crate::artifact::{Access, GeneratedFile, Interface};
use crate::emit::{decide, interface};
use crate::ir::{ClassId, ClassRepr, Function, FunctionId, FunctionKind, GlobalId, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// What the generated boundary file says of itself.
pub const STORY: &str = "From Python's names to this package's functions, and the codec of its classes.";

/// Modules that are the same for every program.
pub const MODULES: &[&str] = &["call", "session", "wire"];

/// The files that are the same for every program; `boundary` is the one that is not.
pub fn sources(used: &mut BTreeSet<&'static str>, boundary: &TokenStream) -> Vec<GeneratedFile> {
    used.extend(["exception", "guard", "float"]);
    let modules = support::closure(used.clone());
    let mut files = vec![
        plain("src/bin/call.rs", include_str!("support/shell/main.rs")),
        plain("src/call.rs", include_str!("support/shell/call.rs")),
        plain("src/session.rs", include_str!("support/shell/session.rs")),
    ];
    let mut wire = String::from(include_str!("support/shell/wire.rs"));
    let inferred = boundary.to_string().contains("inferred ::");
    let parts = [
        ("dict", modules.contains("dict"), include_str!("support/shell/wire_dict.rs")),
        ("inferred", inferred, include_str!("support/shell/wire_inferred.rs")),
        ("json", modules.contains("json"), include_str!("support/shell/wire_json.rs")),
        ("number", modules.contains("number"), include_str!("support/shell/wire_number.rs")),
        ("set", modules.contains("set"), include_str!("support/shell/wire_set.rs")),
        ("tuple", modules.contains("tuple"), include_str!("support/shell/wire_tuple.rs")),
    ];
    for (module, _, text) in parts.iter().rev().filter(|part| part.1) {
        files.push(plain(format!("src/wire/{module}.rs"), *text));
        let at = wire.find("use crate::support").unwrap_or(0);
        let public = if *module == "inferred" { "pub " } else { "" };
        wire.insert_str(at, &format!("{public}mod {module};\n"));
    }
    let at = wire.find("use crate::support").unwrap_or(0);
    wire.insert(at, '\n');
    files.push(plain("src/wire.rs", wire.replace("\n\n\nuse", "\n\nuse").replace("\n\n\nmod", "\n\nmod")));
    files
}

/// What depends on the program.
pub fn items(emitter: &Emitter<'_>, interface: &Interface) -> TokenStream {
    let boundary = Boundary { emitter };
    let (codecs, objects) = (boundary.codecs(), boundary.objects());
    let (functions, methods, routes) = (boundary.functions(), boundary.methods(), boundary.routes());
    let shown = boundary.shown();
    let hooks = boundary.hooks();
    let state = (!interface.has_state).then(|| {
        quote!(
            /// The module globals that can change: none.
            #[derive(Clone, Debug)]
            pub struct State;

            impl State {
                /// The state after import.
                pub fn new() -> State {
                    State
                }
            }
        )
    });
    let cells = boundary.classes().next().map(|_| {
        quote!(
            use std::cell::RefCell;
        )
    });
    let reexport = interface.has_state.then(|| {
        quote!(
            pub use crate::state::State;
        )
    });
    quote!(
        #reexport
        use crate::call::{Call, Param, Signature};
        use crate::session::{RouteRequest, World};
        use crate::wire::{Wire, deeper, field, fields, object};
        use serde_json::{Map, Value};
        #cells
        use std::collections::HashMap;

        /// What a call needs of the state around it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Need {
            /// Nothing.
            Pure,
            /// To read it.
            Read,
            /// To change it.
            Write,
        }

        #state
        #objects
        #functions
        #methods
        #routes
        #shown
        #hooks
        #codecs
    )
}

pub(super) struct Boundary<'e, 'p> {
    pub(super) emitter: &'e Emitter<'p>,
}

impl<'e, 'p> Boundary<'e, 'p> {
    fn exported(&self) -> impl Iterator<Item = (FunctionId, &'p Function)> {
        let program = self.emitter.program;
        let all = program.functions.iter().enumerate().map(|(index, function)| (FunctionId(index as u32), function));
        let emitter = self.emitter;
        all.filter(move |(id, function)| {
            emitter.reachable[id.0 as usize]
                && interface::is_exported(function)
                && interface::callable(program, emitter.options, function).is_some()
        })
    }

    pub(super) fn classes(&self) -> impl Iterator<Item = ClassId> + use<'p> {
        let classes = &self.emitter.program.classes;
        let kept = |class: &crate::ir::Class| class.public && class.members.is_empty();
        (0..classes.len()).filter(move |index| kept(&classes[*index])).map(|index| ClassId(index as u32))
    }

    pub(super) fn class_type(&self, id: ClassId) -> TokenStream {
        self.emitter.ty(&Type::Class(id))
    }

    pub(super) fn variant(&self, id: ClassId) -> &'e Ident {
        self.emitter.names.class(id)
    }

    fn objects(&self) -> TokenStream {
        let ids: Vec<ClassId> = self.classes().collect();
        let (names, types): (Vec<_>, Vec<_>) = ids.iter().map(|id| (self.variant(*id), self.class_type(*id))).unzip();
        let words = ids.iter().map(|id| &self.emitter.program.class(*id).name);
        if ids.is_empty() {
            return quote!(
                /// An object that a session keeps: this program has no classes.
                #[derive(Clone, Debug)]
                pub enum Object {}

                /// The kept objects that the arguments of the next call may name: none.
                pub fn give(objects: &HashMap<String, Object>) {
                    let _ = objects;
                }

                impl Object {
                    fn class(&self) -> &'static str {
                        match *self {}
                    }
                }
            );
        }
        quote!(
            /// An object that a session keeps.
            #[derive(Clone, Debug)]
            pub enum Object {
                #(#names(#types)),*
            }

            thread_local! {
                static GIVEN: RefCell<HashMap<String, Object>> = RefCell::default();
            }

            /// The kept objects that the arguments of the next call may name.
            pub fn give(objects: &HashMap<String, Object>) {
                GIVEN.set(objects.clone());
            }

            /// The kept object that a value names.
            fn given(value: &Value) -> Option<Object> {
                let name = crate::wire::tagged(value, "$ref")?.as_str()?;
                GIVEN.with_borrow(|given| given.get(name).cloned())
            }

            impl Object {
                fn class(&self) -> &'static str {
                    match self {
                        #(Object::#names(_) => #words),*
                    }
                }
            }
        )
    }

    pub(super) fn has_variant(&self, ty: &Type) -> Option<ClassId> {
        match ty {
            Type::Class(id) if self.emitter.program.class(*id).public => Some(*id),
            _ => None,
        }
    }

    fn functions(&self) -> TokenStream {
        let plain: Vec<_> = self.exported().filter(|(_, function)| function.kind == FunctionKind::Plain).collect();
        let needs = plain.iter().map(|(_, function)| {
            let (name, need) = (&function.name, need(decide::access(function)));
            quote!(#name => Some(#need),)
        });
        let needs: Vec<TokenStream> = needs.collect();
        let of = |access: Access| -> Vec<TokenStream> {
            plain
                .iter()
                .filter(|(_, function)| decide::access(function) == access)
                .map(|(id, function)| {
                    let (name, word) = (self.emitter.names.function(*id), &function.name);
                    let path = self.emitter.qualified(function.module, quote!(#name));
                    let state = if function.effects.state.is_some() { quote!(state) } else { TokenStream::new() };
                    let arm = self.arm(function, word, path, state);
                    quote!(#word => #arm)
                })
                .collect()
        };
        let needs = known(quote!(name), &needs);
        let pure = dispatch(quote!(name), &of(Access::Pure), &["call"]);
        let read = dispatch(quote!(name), &of(Access::Read), &["call", "state"]);
        let write = dispatch(quote!(name), &of(Access::Write), &["call", "state"]);
        let classes = self.constructors();
        quote!(
            /// What a function needs; `None` where there is no such function.
            pub fn function_need(name: &str) -> Option<Need> {
                #needs
            }

            /// Calls a function that touches no state.
            pub fn pure_function(name: &str, call: &mut Call<'_>) -> Result<Value, Exception> {
                #pure
            }

            /// Calls a function that reads the state.
            pub fn read_function(name: &str, call: &mut Call<'_>, state: &State) -> Result<Value, Exception> {
                #read
            }

            /// Calls a function that changes the state.
            pub fn write_function(name: &str, call: &mut Call<'_>, state: &mut State) -> Result<Value, Exception> {
                #write
            }

            #classes
        )
    }

    fn constructors(&self) -> TokenStream {
        let mut needs = Vec::new();
        let (mut reading, mut writing) = (Vec::new(), Vec::new());
        for id in self.classes() {
            let class = self.emitter.program.class(id);
            if interface::constructor(self.emitter.program, self.emitter.options, id).is_none() {
                continue;
            }
            let word = &class.name;
            let access = class.init.map_or(Access::Pure, |init| decide::access(self.emitter.program.function(init)));
            let need = need(access);
            needs.push(quote!(#word => Some(#need),));
            let arm = match class.init {
                Some(init) => {
                    let function = self.emitter.program.function(init);
                    let (path, name) = (self.emitter.class(id), self.emitter.names.function(init));
                    let state = if function.effects.state.is_some() { quote!(state) } else { TokenStream::new() };
                    self.arm(function, &format!("{word}.__init__"), quote!(#path::#name), state)
                }
                None => self.plain_constructor(id),
            };
            let arm = quote!(#word => #arm);
            if access == Access::Write { writing.push(arm) } else { reading.push(arm) }
        }
        let needs = known(quote!(class), &needs);
        let reading = dispatch(quote!(class), &reading, &["call", "state"]);
        let writing = dispatch(quote!(class), &writing, &["call", "state"]);
        quote!(
            /// What a constructor needs; `None` where there is no such class.
            pub fn class_need(class: &str) -> Option<Need> {
                #needs
            }

            /// Makes an object.
            pub fn construct(class: &str, call: &mut Call<'_>, state: &State) -> Result<Value, Exception> {
                #reading
            }

            /// Makes an object; the constructor changes the state.
            pub fn construct_writing(class: &str, call: &mut Call<'_>, state: &mut State) -> Result<Value, Exception> {
                #writing
            }
        )
    }

    fn methods(&self) -> TokenStream {
        let mut needs = Vec::new();
        let mut functions = TokenStream::new();
        for class in self.classes() {
            functions.extend(self.class_methods(class, &mut needs));
        }
        let globals = self.global_objects();
        let kinds = globals.iter().map(|(word, class, _)| {
            let class = &self.emitter.program.class(*class).name;
            quote!(#word => #class,)
        });
        let kinds: Vec<TokenStream> = kinds.collect();
        let need_of = match needs.is_empty() {
            true => quote!(let _ = (world, object, name); None),
            false => {
                let kind = match kinds.is_empty() {
                    true => quote!(let class = world.objects.get(object)?.class();),
                    false => quote!(let class = match world.objects.get(object) {
                        Some(kept) => kept.class(),
                        None => match object {
                            #(#kinds)*
                            _ => return None,
                        },
                    };),
                };
                quote!(#kind match (class, name) { #(#needs)* _ => None })
            }
        };
        let (reading, writing) = (self.method_dispatch(&globals, false), self.method_dispatch(&globals, true));
        quote!(
            /// What a method needs; `None` where there is no such object or method.
            pub fn method_need(world: &World, object: &str, name: &str) -> Option<Need> {
                #need_of
            }

            /// Calls a method that changes nothing.
            pub fn read_method(object: &str, name: &str, call: &mut Call<'_>, world: &World) -> Result<Value, Exception> {
                #reading
            }

            /// Calls a method that changes its object or the state.
            pub fn write_method(object: &str, name: &str, call: &mut Call<'_>, world: &mut World) -> Result<Value, Exception> {
                #writing
            }

            #functions
        )
    }

    /// Module globals that hold objects: Python name, class, the global.
    pub(super) fn global_objects(&self) -> Vec<(&'p String, ClassId, GlobalId)> {
        let globals = self.emitter.program.globals.iter().enumerate();
        let object = |(index, global): (usize, &'p crate::ir::Global)| match global.ty {
            Type::Class(id)
                if self.emitter.program.class(id).public && !global.name.starts_with('_') && global.is_shown() =>
            {
                Some((&global.name, id, GlobalId(index as u32)))
            }
            _ => None,
        };
        globals.filter_map(object).collect()
    }

    fn method_list(&self, class: ClassId) -> Vec<(FunctionId, &'p Function)> {
        let of_class = |function: &Function| match function.kind {
            FunctionKind::Method(id) | FunctionKind::Static(id) => id == class,
            FunctionKind::Plain | FunctionKind::Property(_) | FunctionKind::Init(_) => false,
        };
        self.exported().filter(|(_, function)| of_class(function)).collect()
    }

    fn dispatcher(&self, class: ClassId, word: &str) -> Ident {
        format_ident!("{word}_{}", super::names::snake(&self.emitter.names.class(class).to_string()))
    }

    fn class_methods(&self, class: ClassId, needs: &mut Vec<TokenStream>) -> TokenStream {
        let methods = self.method_list(class);
        if methods.is_empty() {
            return TokenStream::new();
        }
        let class_word = &self.emitter.program.class(class).name;
        let (mut reading, mut writing) = (Vec::new(), Vec::new());
        for (id, function) in methods {
            let (word, name) = (&function.name, self.emitter.names.function(id));
            let access = decide::access(function).max(Access::Read);
            let kind = need(access);
            needs.push(quote!((#class_word, #word) => Some(#kind),));
            let path = self.emitter.class(class);
            let callee = if decide::has_self(function) { quote!(this.#name) } else { quote!(#path::#name) };
            let state = if function.effects.state.is_some() { quote!(state) } else { TokenStream::new() };
            let arm = self.arm(function, &format!("{class_word}.{word}"), callee, state);
            let arm = quote!(#word => #arm);
            if access == Access::Write { writing.push(arm) } else { reading.push(arm) }
        }
        let ty = self.class_type(class);
        let shared = self.emitter.program.class(class).repr == ClassRepr::Shared;
        let this_mut = if shared { quote!(&#ty) } else { quote!(&mut #ty) };
        let (read, write) = (self.dispatcher(class, "read"), self.dispatcher(class, "write"));
        let (reading, writing) = (
            dispatch(quote!(name), &reading, &["this", "call", "state"]),
            dispatch(quote!(name), &writing, &["this", "call", "state"]),
        );
        quote!(
            fn #read(this: &#ty, name: &str, call: &mut Call<'_>, state: &State) -> Result<Value, Exception> {
                #reading
            }

            fn #write(this: #this_mut, name: &str, call: &mut Call<'_>, state: &mut State) -> Result<Value, Exception> {
                #writing
            }
        )
    }

    /// True where a method of the class changes the state besides its object.
    fn is_stateful(&self, class: ClassId) -> bool {
        self.method_list(class).iter().any(|(_, function)| function.effects.state.is_some())
    }

    fn method_dispatch(&self, globals: &[(&String, ClassId, GlobalId)], writes: bool) -> TokenStream {
        let with_methods = |class: &ClassId| !self.method_list(*class).is_empty();
        let kept: Vec<TokenStream> = self
            .classes()
            .filter(with_methods)
            .map(|class| {
                let (variant, function) =
                    (self.variant(class), self.dispatcher(class, if writes { "write" } else { "read" }));
                match writes {
                    true => {
                        quote!(Object::#variant(this) => return #function(this, name, call, &mut world.state),)
                    }
                    false => quote!(Object::#variant(this) => return #function(this, name, call, &world.state),),
                }
            })
            .collect();
        let arms: Vec<TokenStream> = globals
            .iter()
            .filter(|(_, class, _)| with_methods(class))
            .map(|(word, class, id)| {
                let arm = self.global_method(*class, *id, writes);
                quote!(#word => #arm,)
            })
            .collect();
        if kept.is_empty() && arms.is_empty() {
            return quote!(let _ = (object, name, call, world); Ok(Value::Null));
        }
        let found = if writes { quote!(world.objects.get_mut(object)) } else { quote!(world.objects.get(object)) };
        let rest = match arms.is_empty() {
            true => quote!(Ok(Value::Null)),
            false => quote!(match object { #(#arms)* _ => Ok(Value::Null) }),
        };
        let complete = kept.len() == self.classes().count();
        let others = (!complete).then(|| quote!(_ => {}));
        let kept = match kept.as_slice() {
            [] => TokenStream::new(),
            [only] if !complete => {
                let (pattern, arm) = split_arm(only);
                quote!(if let Some(#pattern) = #found { #arm; })
            }
            _ => quote!(if let Some(kept) = #found { match kept { #(#kept)* #others } }),
        };
        quote!(#kept #rest)
    }

    fn global_method(&self, class: ClassId, id: GlobalId, writes: bool) -> TokenStream {
        let function = self.dispatcher(class, if writes { "write" } else { "read" });
        let (global, name) = (self.emitter.program.global(id), self.emitter.names.global(id));
        let shared = self.emitter.program.class(class).repr == ClassRepr::Shared;
        if !global.is_state {
            let path = self.emitter.qualified(global.module, quote!(#name));
            return match (writes, shared) {
                (false, _) => quote!(#function(&#path, name, call, &world.state)),
                (true, true) => quote!(#function(&#path, name, call, &mut world.state)),
                (true, false) => quote!(#function(&mut #path.clone(), name, call, &mut world.state)),
            };
        }
        match (writes, shared) {
            (false, _) => quote!(#function(&world.state.#name, name, call, &world.state)),
            (true, true) => {
                quote!({ let this = world.state.#name.clone(); #function(&this, name, call, &mut world.state) })
            }
            (true, false) if self.is_stateful(class) => quote!({
                let mut this = world.state.#name.clone();
                let result = #function(&mut this, name, call, &mut world.state);
                world.state.#name = this;
                result
            }),
            (true, false) => {
                // No method of this class looks at the state, so an empty borrow of it is enough.
                let write = self.detached(class);
                quote!(#write(&mut world.state.#name, name, call))
            }
        }
    }

    /// The write dispatcher without the state, for classes whose methods do not touch it.
    fn detached(&self, class: ClassId) -> Ident {
        self.dispatcher(class, "change")
    }

    fn hooks(&self) -> TokenStream {
        let program = self.emitter.program;
        let shares = program.classes.iter().any(|class| class.repr == ClassRepr::Shared);
        let clock = program.functions.iter().any(|function| function.effects.reads_clock);
        let (begin, end) = match shares {
            true => (quote!(crate::support::shared::begin();), quote!(crate::support::shared::end(undo);)),
            false => (TokenStream::new(), quote!(let _ = undo;)),
        };
        let (reset, advance) = match clock {
            true => (quote!(clock::reset();), quote!(clock::advance(seconds);)),
            false => (TokenStream::new(), quote!(let _ = seconds;)),
        };
        let prints = program.functions.iter().any(|function| function.effects.prints);
        let (listen, heard) = match prints {
            true => (quote!(console::listen();), quote!(console::heard())),
            false => (TokenStream::new(), quote!(String::new())),
        };
        let changes: TokenStream = self.classes().map(|class| self.change_dispatcher(class)).collect();
        quote!(
            /// A call that may change something starts.
            pub fn begin() {
                #begin
            }

            /// A call that may have changed something is over.
            pub fn end(undo: bool) {
                #end
            }

            /// True where a float was put into text since the last time this was asked.
            pub fn take_shown() -> bool {
                float::take_shown()
            }

            /// From here on what is printed on this thread is kept.
            pub fn listen() {
                #listen
            }

            /// What was printed since [`listen`].
            pub fn heard() -> String {
                #heard
            }

            /// Something here reads the clock.
            pub const HAS_CLOCK: bool = #clock;

            /// Puts the clock back.
            pub fn reset_clock() {
                #reset
            }

            /// Lets time pass.
            pub fn advance_clock(seconds: f64) {
                #advance
            }

            #changes
        )
    }

    fn change_dispatcher(&self, class: ClassId) -> TokenStream {
        let owned_global = self.global_objects().iter().any(|(_, other, id)| {
            *other == class
                && self.emitter.program.global(*id).is_state
                && self.emitter.program.class(class).repr != ClassRepr::Shared
        });
        let methods = self.method_list(class);
        if !owned_global || self.is_stateful(class) || methods.is_empty() {
            return TokenStream::new();
        }
        let class_word = &self.emitter.program.class(class).name;
        let arms: Vec<TokenStream> = methods
            .iter()
            .filter(|(_, function)| decide::access(function) == Access::Write)
            .map(|(id, function)| {
                let (word, name) = (&function.name, self.emitter.names.function(*id));
                let arm = self.arm(function, &format!("{class_word}.{word}"), quote!(this.#name), TokenStream::new());
                quote!(#word => #arm)
            })
            .collect();
        let (name, ty) = (self.detached(class), self.class_type(class));
        let body = dispatch(quote!(name), &arms, &["this", "call"]);
        quote!(fn #name(this: &mut #ty, name: &str, call: &mut Call<'_>) -> Result<Value, Exception> { #body })
    }
}

/// The two sides of `pattern => body,`.
fn split_arm(arm: &TokenStream) -> (TokenStream, TokenStream) {
    let trees: Vec<proc_macro2::TokenTree> = arm.clone().into_iter().collect();
    let is = |tree: &proc_macro2::TokenTree, c: char| matches!(tree, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == c);
    let arrow = trees.windows(2).position(|pair| is(&pair[0], '=') && is(&pair[1], '>')).unwrap_or(0);
    let (pattern, body) = (trees[..arrow].iter().cloned().collect(), &trees[arrow + 2..]);
    let body = match body.split_last() {
        Some((last, front)) if is(last, ',') => front,
        _ => body,
    };
    (pattern, body.iter().cloned().collect())
}

pub(super) fn need(access: Access) -> TokenStream {
    match access {
        Access::Pure => quote!(Need::Pure),
        Access::Read => quote!(Need::Read),
        Access::Write => quote!(Need::Write),
    }
}

pub(super) fn known(name: TokenStream, arms: &[TokenStream]) -> TokenStream {
    match arms.is_empty() {
        true => quote!(let _ = #name; None),
        false => quote!(match #name { #(#arms)* _ => None }),
    }
}
