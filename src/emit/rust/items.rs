//! Items: classes, exception classes, globals, the state, functions and methods.
//!
//! Each carries the Python docstring and says which Python lines it came from.

use super::Emitter;
use super::expressions::Scope;
use super::places::Storage;
use crate::artifact::Access;
use crate::emit::decide;
use crate::ir::{
    ArithOp, Class, ClassId, ClassRepr, Expr, ExprKind, Function, FunctionId, FunctionKind, Global, GlobalId, Item,
    Memo, Module, ModuleId, Passing, Place, Type,
};
use proc_macro2::TokenStream;
use quote::quote;

impl Emitter<'_> {
    /// All items of a module.
    pub fn module_items(&self, module: &Module) -> TokenStream {
        module.items.iter().map(|item| self.item(*item)).collect()
    }

    fn item(&self, item: Item) -> TokenStream {
        match item {
            Item::Class(id) => self.class_items(id),
            Item::Exception(index) => self.exception_item(index),
            Item::Function(id) if self.reachable[id.0 as usize] => self.function_item(id),
            Item::Function(_) => TokenStream::new(),
            Item::Global(id) if self.program.global(id).is_state => TokenStream::new(),
            Item::Global(id) => self.constant(id),
        }
    }

    /// Doc attributes: the docstring, then where it came from.
    fn docs(&self, module: ModuleId, doc: Option<&str>, lines: Option<(usize, usize)>) -> TokenStream {
        let path = &self.program.modules[module.0 as usize].path;
        let name = path.rsplit('/').next().unwrap_or(path);
        let origin =
            lines.map(
                |(first, last)| {
                    if first == last { format!("`{name}:{first}`") } else { format!("`{name}:{first}-{last}`") }
                },
            );
        let doc = doc.map(str::trim_end).filter(|doc| !doc.is_empty());
        let mut text: Vec<String> = doc.map(documented).unwrap_or_default();
        if let Some(origin) = origin {
            if !text.is_empty() {
                text.push(String::new());
            }
            text.push(origin);
        }
        let lines = text.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
        quote!(#(#[doc = #lines])*)
    }

    fn exception_item(&self, index: u32) -> TokenStream {
        let class = &self.program.exceptions[index as usize];
        let (name, word) = (&self.names.exceptions[index as usize], &class.name);
        let docs = self.docs(class.module, class.doc.as_deref(), Some(class.lines));
        let base = Scope::bare(self).exception_class(class.base);
        quote!(#docs pub static #name: ExceptionClass = ExceptionClass::new(#word, &#base);)
    }

    fn class_items(&self, id: ClassId) -> TokenStream {
        let class = self.program.class(id);
        let name = self.names.class(id);
        let docs = self.docs(class.module, class.doc.as_deref(), Some(class.lines));
        if !class.members.is_empty() {
            return self.member_items(id, docs);
        }
        let derives = self.derives(class);
        let fields = class.fields.iter().zip(&self.names.fields[id.0 as usize]).map(|(field, name)| {
            let ty = self.ty(&field.ty);
            quote!(pub #name: #ty)
        });
        let (own, shared): (Vec<FunctionId>, Vec<FunctionId>) = class
            .init
            .iter()
            .chain(&class.methods)
            .copied()
            .filter(|method| self.reachable[method.0 as usize])
            .partition(|method| class.repr != ClassRepr::Shared || !decide::has_self(self.program.function(*method)));
        let own_eq = class.own_eq.then(|| {
            // Python asks the object.
            quote!(
                impl PartialEq for #name {
                    fn eq(&self, _other: &Self) -> bool {
                        guard::guard("own_eq", "")
                    }
                }
            )
        });
        let by_identity = decide::is_by_identity(class).then(|| {
            quote!(
                impl PartialEq for #name {
                    fn eq(&self, other: &Self) -> bool {
                        std::ptr::eq(self, other)
                    }
                }
            )
        });
        let key_impl = (self.keys.contains(&id) && self.is_hashable(&Type::Class(id))).then(|| self.key_impl(id));
        let own_impl = self.implementation(quote!(#name), &own);
        let shared_impl = self.implementation(quote!(Shared<#name>), &shared);
        quote!(#docs #derives pub struct #name { #(#fields),* } #own_eq #by_identity #key_impl #own_impl #shared_impl)
    }

    /// An enumeration with its methods.
    fn member_items(&self, id: ClassId, docs: TokenStream) -> TokenStream {
        let (name, members) = (self.names.class(id), &self.names.members[id.0 as usize]);
        let methods: Vec<FunctionId> = self.program.class(id).methods.clone();
        let methods: Vec<FunctionId> = methods.into_iter().filter(|id| self.reachable[id.0 as usize]).collect();
        let own_impl = self.implementation(quote!(#name), &methods);
        let key = self.keys.contains(&id).then(|| {
            quote!(
                impl Key for #name {
                    fn hash_of(&self) -> i64 {
                        *self as i64
                    }
                }
            )
        });
        quote!(#docs #[derive(Clone, Copy, Debug, PartialEq, Eq)] pub enum #name { #(#members),* } #key #own_impl)
    }

    fn implementation(&self, name: TokenStream, methods: &[FunctionId]) -> TokenStream {
        if methods.is_empty() {
            return TokenStream::new();
        }
        let methods = methods.iter().map(|method| self.function_item(*method));
        quote!(impl #name { #(#methods)* })
    }

    fn derives(&self, class: &Class) -> TokenStream {
        let types = || class.fields.iter().map(|field| &field.ty);
        let mut derives = vec![quote!(Clone), quote!(Debug)];
        if !types().any(Type::holds_function) && class.has_eq && !class.own_eq {
            derives.push(quote!(PartialEq));
            if class.has_order {
                derives.push(quote!(PartialOrd));
            }
        }
        quote!(#[derive(#(#derives),*)])
    }

    /// The hash of a class whose values are keys: that of the tuple of its fields, or its own place.
    fn key_impl(&self, id: ClassId) -> TokenStream {
        let (name, fields) = (self.names.class(id), &self.names.fields[id.0 as usize]);
        if !self.program.class(id).has_eq {
            return quote!(
                impl Key for #name {
                    fn hash_of(&self) -> i64 {
                        std::ptr::from_ref(self).addr() as i64
                    }
                }
            );
        }
        quote!(
            impl Key for #name {
                fn hash_of(&self) -> i64 {
                    key::tuple_hash([#(self.#fields.hash_of()),*].into_iter())
                }
            }
        )
    }

    fn is_hashable(&self, ty: &Type) -> bool {
        match ty {
            Type::None | Type::Bool | Type::Int | Type::Float | Type::Str | Type::Bytes | Type::Enum(_) => true,
            Type::FrozenSet(inner) | Type::TupleOf(inner) | Type::Optional(inner) => self.is_hashable(inner),
            Type::Tuple(items) => items.iter().all(|item| self.is_hashable(item)),
            Type::Class(id) => {
                let class = self.program.class(*id);
                decide::is_by_identity(class)
                    || class.hashable && class.fields.iter().all(|field| self.is_hashable(&field.ty))
            }
            _ => false,
        }
    }

    /// How a constant is kept.
    pub fn storage(&self, id: GlobalId) -> Storage {
        let global = self.program.global(id);
        if self.is_const(&global.value, &global.ty) { Storage::Const } else { Storage::Lazy }
    }

    fn is_const(&self, value: &Expr, ty: &Type) -> bool {
        match (&value.kind, ty) {
            (ExprKind::List(items), Type::List(item)) => {
                !items.is_empty() && item.is_scalar() && items.iter().all(|value| self.is_const(value, item))
            }
            (ExprKind::Str(_), Type::Str) => true,
            (ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_), _) => true,
            (ExprKind::None, Type::Optional(inner)) => inner.is_scalar(),
            (ExprKind::Negate(inner), _) => self.is_const(inner, &inner.ty),
            (ExprKind::Convert { value: inner, .. }, _) => inner.ty.is_scalar() && self.is_const(inner, &inner.ty),
            (ExprKind::Tuple(items), Type::Tuple(types)) => {
                ty.is_scalar() && items.iter().zip(types).all(|(item, ty)| self.is_const(item, ty))
            }
            (ExprKind::Arith { op: ArithOp::Add | ArithOp::Sub | ArithOp::Mul, left, right }, _) => {
                self.is_const(left, &left.ty) && self.is_const(right, &right.ty)
            }
            (ExprKind::Read { place: Place::Global(id), .. }, ty) => {
                ty.is_scalar() && !self.program.global(*id).is_state && self.storage(*id) == Storage::Const
            }
            _ => false,
        }
    }

    fn constant(&self, id: GlobalId) -> TokenStream {
        let global = self.program.global(id);
        let (name, docs) = (self.names.global(id), self.global_docs(global));
        let mut scope = Scope::of_global(self, global);
        if self.storage(id) == Storage::Lazy {
            let (ty, value) = (self.ty(&global.ty), scope.owned(&global.value));
            return quote!(#docs pub static #name: LazyLock<#ty> = LazyLock::new(|| #value););
        }
        if let (ExprKind::List(items), Type::List(item)) = (&global.value.kind, &global.ty) {
            let (item, length) = (self.ty(item), proc_macro2::Literal::usize_unsuffixed(items.len()));
            let items: Vec<_> = items.iter().map(|item| scope.owned(item)).collect();
            return quote!(#docs pub static #name: [#item; #length] = [#(#items),*];);
        }
        let value = scope.value(&global.value).code;
        let ty = self.reference(&global.ty);
        quote!(#docs pub const #name: #ty = #value;)
    }

    fn global_docs(&self, global: &Global) -> TokenStream {
        let at = (self.options.describe)(global.at);
        let line = at.rsplit(':').nth(1).and_then(|line| line.parse().ok());
        self.docs(global.module, None, line.map(|line| (line, line)))
    }

    /// The struct of all globals that can change, and how it starts.
    pub fn state_items(&self) -> TokenStream {
        let ids = (0..self.program.globals.len() as u32).map(GlobalId).filter(|id| self.program.global(*id).is_state);
        let (mut fields, mut starts, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for id in ids {
            let global = self.program.global(id);
            let (name, ty, docs) = (self.names.global(id), self.ty(&global.ty), self.global_docs(global));
            let mut scope = Scope::of_global(self, global);
            scope.state_is_local = true;
            let value = scope.owned(&global.value);
            fields.push(quote!(#docs pub #name: #ty));
            starts.push(quote!(let #name: #ty = #value;));
            names.push(name);
        }
        quote!(
            /// The module globals that can change.
            #[derive(Clone, Debug)]
            pub struct State { #(#fields),* }

            impl State {
                /// The state after import.
                pub fn new() -> State {
                    #(#starts)*
                    State { #(#names),* }
                }
            }

            impl Default for State {
                fn default() -> Self {
                    State::new()
                }
            }
        )
    }

    fn function_item(&self, id: FunctionId) -> TokenStream {
        let function = self.program.function(id);
        let docs = self.docs(function.module, function.doc.as_deref(), Some(function.lines));
        let name = self.names.function(id);
        let mut scope = Scope::of(self, function);
        let params = self.params(function, &scope);
        let result = self.result_type(function);
        let level = self.recursive[id.0 as usize].then(|| quote!(let _level = recursion::enter();));
        let key = function.memo.map(|memo| self.memo_key(&mut scope, function, memo));
        let body = scope.body(&function.body);
        let body = match key {
            // Python counts the cache as a level, too.
            Some((table, key)) => {
                let recall = if function.effects.raises { quote!(try_recall) } else { quote!(recall) };
                quote!(#table KNOWN.#recall(#key, || #result { #level #level #body }))
            }
            None => quote!(#level #body),
        };
        let allows = self.allows(function, name);
        let visibility = if self.is_visible(function) { quote!(pub) } else { TokenStream::new() };
        quote!(#docs #allows #visibility fn #name(#params) #result { #body })
    }

    /// The table of what a function gave, and the key that its arguments make.
    fn memo_key(&self, scope: &mut Scope<'_, '_>, function: &Function, memo: Memo) -> (TokenStream, TokenStream) {
        let locals = || function.params.iter().map(|param| (param.local, &function.locals[param.local.0 as usize].ty));
        let reads = locals().map(|(local, ty)| Expr::local(local, ty.clone(), function.at)).collect::<Vec<_>>();
        let (values, types): (Vec<_>, Vec<_>) = reads.iter().map(|read| (scope.owned(read), self.ty(&read.ty))).unzip();
        let (key, key_type) = match (values.as_slice(), types.as_slice()) {
            ([value], [ty]) => (quote!(#value), quote!(#ty)),
            _ => (quote!((#(#values),*)), quote!((#(#types),*))),
        };
        let result = self.ty(&function.result);
        let made = match memo.most {
            Some(most) => {
                let most = proc_macro2::Literal::usize_unsuffixed(most as usize);
                quote!(Memo::of(#most))
            }
            None => quote!(Memo::of_all()),
        };
        (quote!(static KNOWN: Memo<#key_type, #result> = #made;), key)
    }

    /// Functions that only their own module calls are private to it.
    fn is_visible(&self, function: &Function) -> bool {
        let outside = |(index, caller): (usize, &Function)| {
            caller.module != function.module
                && decide::callees(caller).iter().any(|callee| std::ptr::eq(&self.program.functions[*callee], function))
                && self.reachable[index]
        };
        function.public
            || matches!(function.kind, FunctionKind::Init(_))
            || self.program.functions.iter().enumerate().any(outside)
            || self.program.globals.iter().any(|global| global.module != function.module || global.is_state)
            || self.program.routes.iter().any(|route| std::ptr::eq(self.program.function(route.handler), function))
    }

    fn allows(&self, function: &Function, name: &proc_macro2::Ident) -> TokenStream {
        let state = usize::from(function.effects.state.is_some());
        let many = (function.params.len() + state > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
        let owned_self =
            decide::has_self(function) && function.params.first().is_some_and(|p| p.passing == Passing::Value);
        let convention = name == "new" && !matches!(function.kind, FunctionKind::Init(_))
            || owned_self
            || ["from_", "into_", "to_", "as_", "is_"].iter().any(|prefix| name.to_string().starts_with(prefix));
        let convention = convention.then(|| quote!(#[allow(clippy::wrong_self_convention)]));
        let default = (matches!(function.kind, FunctionKind::Init(_)) && function.params.is_empty())
            .then(|| quote!(#[allow(clippy::new_without_default)]));
        quote!(#many #convention #default)
    }

    fn params(&self, function: &Function, scope: &Scope<'_, '_>) -> TokenStream {
        let mut params: Vec<TokenStream> = Vec::new();
        let mut rest = function.params.as_slice();
        if decide::has_self(function)
            && let Some((first, others)) = rest.split_first()
        {
            let shared = function.kind.class().is_some_and(|id| self.program.class(id).repr == ClassRepr::Shared);
            params.push(match first.passing {
                Passing::RefMut if !shared => quote!(&mut self),
                Passing::Value if !shared => quote!(self),
                _ => quote!(&self),
            });
            rest = others;
        }
        match function.effects.state {
            Some(Access::Write) => params.push(quote!(state: &mut State)),
            Some(_) => params.push(quote!(state: &State)),
            None => {}
        }
        for param in rest {
            let local = &function.locals[param.local.0 as usize];
            let name = scope.declared_name(param.local);
            let ty = self.param_type(&local.ty, param.passing);
            params.push(quote!(#name: #ty));
        }
        quote!(#(#params),*)
    }

    fn result_type(&self, function: &Function) -> TokenStream {
        let ty = self.ty(&function.result);
        match (function.effects.raises, &function.result) {
            (true, _) => quote!(-> Result<#ty, Exception>),
            (false, Type::None | Type::Never) => TokenStream::new(),
            (false, _) => quote!(-> #ty),
        }
    }

    /// `repr` of classes whose values are printed.
    pub fn repr_items(&self, module: ModuleId) -> TokenStream {
        let classes = self.shown_classes.borrow().clone();
        classes.iter().filter(|id| self.program.class(**id).module == module).map(|id| self.repr_item(*id)).collect()
    }

    fn repr_item(&self, id: ClassId) -> TokenStream {
        let class = self.program.class(id);
        let (name, fields) = (self.names.class(id), &self.names.fields[id.0 as usize]);
        if !class.members.is_empty() {
            let members = class.members.iter().zip(&self.names.members[id.0 as usize]).map(|(member, word)| {
                let text = match &member.repr {
                    Some(text) => quote!(#text.to_string()),
                    None => quote!(guard::guard("repr", "")),
                };
                quote!(#name::#word => #text)
            });
            return quote!(impl Repr for #name { fn repr(&self) -> String { match self { #(#members),* } } });
        }
        if class.dataclass.is_none() || class.own_repr {
            // Python shows where the object lies, or asks the object.
            let ty = if class.repr == ClassRepr::Shared { quote!(Shared<#name>) } else { quote!(#name) };
            return quote!(
                impl Repr for #ty {
                    fn repr(&self) -> String {
                        guard::guard("repr", "")
                    }
                }
            );
        }
        let words = class.fields.iter().map(|field| format!("{}={{}}", field.name)).collect::<Vec<_>>().join(", ");
        let template = format!("{}({words})", class.name);
        match class.repr {
            ClassRepr::Shared => quote!(
                impl Repr for Shared<#name> {
                    fn repr(&self) -> String {
                        let it = self.with(#name::clone);
                        format!(#template #(, it.#fields.repr())*)
                    }
                }
            ),
            ClassRepr::Value | ClassRepr::Owned => quote!(
                impl Repr for #name {
                    fn repr(&self) -> String {
                        format!(#template #(, self.#fields.repr())*)
                    }
                }
            ),
        }
    }

    /// JSON of classes that are put into web answers: their fields.
    pub fn json_items(&self, module: ModuleId) -> TokenStream {
        let classes = self.json_classes.borrow().clone();
        classes.iter().filter(|id| self.program.class(**id).module == module).map(|id| self.json_item(*id)).collect()
    }

    fn json_item(&self, id: ClassId) -> TokenStream {
        let (name, fields) = (self.names.class(id), &self.names.fields[id.0 as usize]);
        let words = self.program.class(id).fields.iter().map(|field| &field.name);
        let shared = self.program.class(id).repr == ClassRepr::Shared;
        let pairs = quote!([#((#words.to_string(), it.#fields.to_json())),*]);
        let object = quote!(Json::Object(#pairs.into_iter().collect()));
        match shared {
            true => quote!(impl ToJson for Shared<#name> { fn to_json(&self) -> Json { self.with(|it| #object) } }),
            false => quote!(impl ToJson for #name { fn to_json(&self) -> Json { let it = self; #object } }),
        }
    }
}

/// A docstring as Rust documentation: indented parts become text blocks, so that nobody runs them.
fn documented(doc: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open = false;
    for line in doc.lines() {
        let code = line.starts_with("    ") || line.starts_with(">>>") || (open && !line.trim().is_empty());
        if code != open {
            if code {
                out.push("```text".to_string());
            } else if out.last().is_some_and(|last: &String| !last.is_empty()) {
                out.push("```".to_string());
            }
            open = code;
        }
        out.push(line.trim_end().to_string());
    }
    if open {
        out.push("```".to_string());
    }
    out
}
