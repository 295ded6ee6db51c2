//! Faults in emitted Rust: found on the syntax tree, built into one program that chooses among them when it starts.
//!
//! ```text
//! pub fn middle(a: i64, b: i64) -> i64 {      pub fn middle(a: i64, b: i64) -> i64 {
//!     (a + b).div_euclid(2)              =>       match crate::injected_fault::current() {
//! }                                                   crate::injected_fault::F1 => { (a - b).div_euclid(2) }
//!                                                     crate::injected_fault::F2 => { native_div(a + b, 2) }
//!                                                     _ => { (a + b).div_euclid(2) }
//!                                                 }
//!                                             }
//! ```

use crate::fault::{Kind, Place, shortened};
use crate::twins::Twins;
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, ItemFn, Lit, Stmt, parse_quote};

/// The module with the twins.
pub const MODULE: &str = "injected_fault";

/// A fault that can be made, as it is found.
#[derive(Clone, Debug)]
pub struct Found {
    pub kind: Kind,
    pub place: Place,
    pub function: String,
    pub context: String,
    pub before: String,
    pub after: String,
    pub origin: String,
    pub site: usize,
}

/// A file of translated functions.
pub struct Logic(syn::File);

impl Logic {
    pub fn parse(text: &str) -> Logic {
        Logic(syn::parse_file(text).expect("emitted Rust parses"))
    }

    /// Every fault that can be made in it.
    pub fn faults(&self, twins: &Twins) -> Vec<Found> {
        let mut found = Vec::new();
        each_function(&self.0.items, &mut |name, attrs, signature, block| {
            let mut walk = Walk::new(twins, None);
            walk.function(signature, &mut block.clone());
            found.extend(walk.found.into_iter().enumerate().map(|(site, fault)| Found {
                place: Place::Body,
                function: name.to_string(),
                origin: origin(attrs),
                site,
                ..fault
            }));
        });
        found
    }

    /// The text with these faults (function, site, number) built in.
    pub fn with(mut self, twins: &Twins, faults: &[(String, usize, usize)]) -> String {
        each_function_mut(&mut self.0.items, &mut |name, signature, block| {
            let arms: Vec<(usize, Block)> = faults
                .iter()
                .filter(|(function, _, _)| function == name)
                .map(|(_, site, number)| {
                    let (mut walk, mut changed) = (Walk::new(twins, Some(*site)), block.clone());
                    walk.function(signature, &mut changed);
                    (*number, changed)
                })
                .collect();
            *block = switched(block, arms);
        });
        prettyplease::unparse(&self.0)
    }

    /// Which functions each function names, and where each comes from.
    pub fn functions(&self) -> Vec<(String, String, Vec<String>)> {
        let mut all = Vec::new();
        each_function(&self.0.items, &mut |name, attrs, _, block| {
            all.push((name.to_string(), origin(attrs), words(block.to_token_stream())));
        });
        all
    }
}

/// Every identifier in some code, inside macros as well.
fn words(tokens: proc_macro2::TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(word) => found.push(word.to_string()),
            proc_macro2::TokenTree::Group(group) => found.extend(words(group.stream())),
            _ => {}
        }
    }
    found
}

/// A body that chooses among itself and its changed copies.
pub fn switched(block: &Block, arms: Vec<(usize, Block)>) -> Block {
    if arms.is_empty() {
        return block.clone();
    }
    let module = format_ident!("{MODULE}");
    let arms = arms.into_iter().map(|(number, block)| {
        let name = format_ident!("F{number}");
        quote!(crate::#module::#name => #block)
    });
    parse_quote!({ match crate::#module::current() { #(#arms)* _ => #block } })
}

/// The Python lines in a doc comment: `` `lists.py:4-6` `` gives `lists.py:4`.
fn origin(attrs: &[syn::Attribute]) -> String {
    let docs = attrs.iter().rev().filter_map(|attr| match &attr.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(tokens_of(&pair.value)),
        _ => None,
    });
    let place = docs.filter_map(|text| Some(text.split_once('`')?.1.split('`').next()?.to_string())).next();
    place.map_or(String::new(), |place| place.split('-').next().unwrap_or_default().to_string())
}

/// Sees a function: its name, attributes, signature and body.
type See<'a> = dyn FnMut(&str, &[syn::Attribute], &syn::Signature, &Block) + 'a;

fn each_function(items: &[Item], each: &mut See) {
    for item in items {
        match item {
            Item::Fn(ItemFn { attrs, sig, block, .. }) => each(&sig.ident.to_string(), attrs, sig, block),
            Item::Impl(item) => {
                let class = class_name(&item.self_ty);
                for member in &item.items {
                    if let syn::ImplItem::Fn(method) = member {
                        each(&format!("{class}::{}", method.sig.ident), &method.attrs, &method.sig, &method.block);
                    }
                }
            }
            _ => {}
        }
    }
}

fn each_function_mut(items: &mut [Item], each: &mut dyn FnMut(&str, &syn::Signature, &mut Block)) {
    for item in items {
        match item {
            Item::Fn(ItemFn { sig, block, .. }) => each(&sig.ident.to_string(), sig, block),
            Item::Impl(item) => {
                let class = class_name(&item.self_ty);
                for member in &mut item.items {
                    if let syn::ImplItem::Fn(method) = member {
                        each(&format!("{class}::{}", method.sig.ident), &method.sig, &mut method.block);
                    }
                }
            }
            _ => {}
        }
    }
}

/// `Account` for `Account` and for `Shared<Account>`.
fn class_name(class: &syn::Type) -> String {
    words(class.to_token_stream()).pop().unwrap_or_default()
}

/// Code on one line, as people write it.
pub fn tokens_of(code: &impl ToTokens) -> String {
    let text = code.to_token_stream().to_string();
    let tight = [(" :: ", "::"), (" . ", "."), (" (", "("), ("( ", "("), (" )", ")"), (" ,", ","), (" ;", ";")];
    let text = tight.iter().fold(text, |text, (wide, tight)| text.replace(wide, tight));
    let tight =
        [(" ?", "?"), ("& ", "&"), (" !(", "!("), ("! ", "!"), (" [", "["), ("[ ", "["), (" ]", "]"), ("- ", "-")];
    tight.iter().fold(text, |text, (wide, tight)| text.replace(wide, tight))
}

/// What surrounds an expression.
#[derive(Clone, Copy, Default)]
struct Inside {
    exception: bool,
    default: bool,
    /// Only whether it is zero counts, so that its sign does not.
    zero: bool,
}

/// Walks a function in a fixed order and offers every fault; makes the wanted one.
pub struct Walk<'a> {
    twins: &'a Twins,
    wanted: Option<usize>,
    offered: usize,
    done: bool,
    inside: Inside,
    context: String,
    params: Vec<String>,
    found: Vec<Found>,
}

impl<'a> Walk<'a> {
    pub fn new(twins: &'a Twins, wanted: Option<usize>) -> Walk<'a> {
        Walk {
            twins,
            wanted,
            offered: 0,
            done: false,
            inside: Inside::default(),
            context: String::new(),
            params: Vec::new(),
            found: Vec::new(),
        }
    }

    /// True where this is the fault to make.
    pub fn offer(&mut self, kind: Kind, before: &str, after: &str) -> bool {
        self.offered += 1;
        match self.wanted {
            Some(wanted) => {
                self.done = wanted + 1 == self.offered;
                self.done
            }
            None => {
                self.found.push(Found {
                    kind,
                    place: Place::Body,
                    function: String::new(),
                    context: self.context.clone(),
                    before: shortened(before, 70),
                    after: shortened(after, 70),
                    origin: String::new(),
                    site: 0,
                });
                false
            }
        }
    }

    pub fn is_done(&self) -> bool {
        self.done
    }

    /// What was offered.
    pub fn into_found(self) -> Vec<Found> {
        self.found
    }

    /// Offers wrong defaults for a parameter.
    pub fn default(&mut self, absent: &mut Expr) {
        self.inside.default = true;
        let before = tokens_of(absent);
        let other: Option<Expr> = match before.as_str() {
            "None" => Some(parse_quote!(Some(Default::default()))),
            "Vec::new()" => Some(parse_quote!(vec![Default::default()])),
            _ => None,
        };
        match other {
            Some(other) if self.offer(Kind::Default, &before, &tokens_of(&other)) => *absent = other,
            Some(_) => {}
            None => self.visit_expr_mut(absent),
        }
        self.inside.default = false;
    }

    fn function(&mut self, signature: &syn::Signature, block: &mut Block) {
        for input in &signature.inputs {
            let syn::FnArg::Typed(input) = input else { continue };
            let syn::Pat::Ident(name) = &*input.pat else { continue };
            self.params.push(name.ident.to_string());
        }
        for input in &signature.inputs {
            let syn::FnArg::Typed(input) = input else { continue };
            let (syn::Pat::Ident(name), syn::Type::Reference(reference)) = (&*input.pat, &*input.ty) else { continue };
            if reference.mutability.is_some() {
                let name = &name.ident;
                self.context = "the parameters".into();
                if self.offer(Kind::Mutation, &format!("{name}"), &format!("&mut {name}.clone()")) {
                    block.stmts.insert(0, parse_quote!(let #name = &mut #name.clone();));
                    return;
                }
            }
        }
        self.visit_block_mut(block);
    }

    fn in_context(&mut self, stmt: &Stmt) {
        let text = tokens_of(stmt);
        self.context = shortened(text.split(" {").next().unwrap_or(&text), 80);
    }

    /// Visits the arguments of `vec!` and `format!`, which are tokens to the parser.
    fn visit_arguments(&mut self, tokens: &mut proc_macro2::TokenStream) {
        type Arguments = syn::punctuated::Punctuated<Expr, syn::Token![,]>;
        let parser = Arguments::parse_terminated;
        let Ok(mut arguments) = syn::parse::Parser::parse2(parser, tokens.clone()) else { return };
        for argument in &mut arguments {
            self.visit_expr_mut(argument);
        }
        if self.done {
            *tokens = arguments.to_token_stream();
        }
    }

    fn visit_all<'e>(&mut self, inside: Inside, expressions: impl Iterator<Item = &'e mut Expr>) {
        let outside = std::mem::replace(&mut self.inside, inside);
        expressions.for_each(|expression| self.visit_expr_mut(expression));
        self.inside = outside;
    }
}

impl VisitMut for Walk<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let last = block.stmts.len().saturating_sub(1);
        for at in 0..block.stmts.len() {
            if self.done {
                return;
            }
            self.in_context(&block.stmts[at]);
            if let Some(kind) = droppable(&block.stmts[at], at == last)
                && self.offer(kind, "the statement", "nothing")
            {
                block.stmts.remove(at);
                return;
            }
            self.visit_stmt_mut(&mut block.stmts[at]);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        for (kind, changed) in changes(expr, self.inside, self.twins, &self.params) {
            if self.done {
                return;
            }
            if self.offer(kind, &tokens_of(expr), &tokens_of(&changed)) {
                *expr = changed;
                return;
            }
        }
        match expr {
            Expr::Macro(call) => {
                let name = call.mac.path.get_ident().map(ToString::to_string);
                if matches!(name.as_deref(), Some("vec" | "format")) {
                    self.visit_arguments(&mut call.mac.tokens);
                }
            }
            Expr::Call(call) if tokens_of(&call.func) == "Exception::new" => {
                let inside = Inside { exception: true, ..self.inside };
                self.visit_all(inside, call.args.iter_mut().skip(1));
            }
            Expr::Binary(binary) if compares_with_zero(binary) => {
                self.visit_all(Inside { zero: true, ..self.inside }, std::iter::once(&mut *binary.left));
                self.visit_expr_mut(&mut binary.right);
            }
            Expr::MethodCall(call) if call.method == "expect" => self.visit_expr_mut(&mut call.receiver),
            Expr::MethodCall(call) if matches!(call.method.to_string().as_str(), "unwrap_or" | "get_or") => {
                self.visit_expr_mut(&mut call.receiver);
                self.visit_all(Inside { default: true, ..self.inside }, call.args.iter_mut());
            }
            // A negative number is one constant, and `enter` counts the depth of recursion.
            Expr::Unary(unary) if is_number(&unary.expr) => {}
            Expr::Call(call) if tokens_of(&call.func) == "recursion::enter" => {}
            // Which guard it was is no part of an answer.
            Expr::Call(call) if tokens_of(&call.func) == "guard::guard" => {}
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }
}

/// Whether a statement can be left out, and what that would be.
fn droppable(stmt: &Stmt, last: bool) -> Option<Kind> {
    let Stmt::Expr(expr, semicolon) = stmt else { return None };
    match expr {
        Expr::If(branch) if branch.else_branch.is_none() => {
            Some(if leaves_with_error(&branch.then_branch) { Kind::Check } else { Kind::Statement })
        }
        Expr::ForLoop(_) | Expr::While(_) if !last => Some(Kind::Statement),
        _ if semicolon.is_none() => None,
        Expr::Try(inner) if matches!(&*inner.expr, Expr::Call(_)) => Some(Kind::Check),
        Expr::Try(_) | Expr::MethodCall(_) | Expr::Call(_) | Expr::Assign(_) | Expr::Break(_) | Expr::Continue(_) => {
            Some(Kind::Statement)
        }
        Expr::Binary(_) => Some(Kind::Statement),
        _ => None,
    }
}

fn leaves_with_error(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(Expr::Return(value), _)) => tokens_of(&value.expr).starts_with("Err"),
        _ => false,
    }
}

/// The wrong expressions that a right one can become.
fn changes(expr: &Expr, inside: Inside, twins: &Twins, params: &[String]) -> Vec<(Kind, Expr)> {
    match expr {
        Expr::Binary(binary) => of_binary(binary),
        Expr::Unary(unary) => of_unary(unary, inside),
        Expr::Lit(literal) => of_literal(&literal.lit, inside).into_iter().collect(),
        Expr::Range(range) => of_range(range).into_iter().collect(),
        Expr::If(branch) => of_if(branch).into_iter().collect(),
        Expr::Call(call) => {
            of_call(call, twins, params).into_iter().filter(|(kind, _)| !(inside.zero && *kind == Kind::Sign)).collect()
        }
        Expr::MethodCall(call) => {
            of_method(call, twins).into_iter().filter(|(kind, _)| !(inside.zero && *kind == Kind::Sign)).collect()
        }
        _ => Vec::new(),
    }
}

fn compares_with_zero(binary: &syn::ExprBinary) -> bool {
    matches!(binary.op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_)) && tokens_of(&binary.right) == "0"
}

/// True for an index that can be anything: a number as written, or what the caller gave. Those of loops are in range.
fn is_free(index: &Expr, params: &[String]) -> bool {
    match index {
        Expr::Unary(unary) => is_number(&unary.expr),
        other => is_number(other) || params.contains(&tokens_of(other)),
    }
}

fn of_binary(binary: &syn::ExprBinary) -> Vec<(Kind, Expr)> {
    use syn::BinOp::*;
    let (left, right) = (&binary.left, &binary.right);
    let swapped: (Kind, syn::BinOp) = match binary.op {
        Add(_) => (Kind::Operator, parse_quote!(-)),
        Sub(_) => (Kind::Operator, parse_quote!(+)),
        Mul(_) => (Kind::Operator, parse_quote!(+)),
        Div(_) => (Kind::Operator, parse_quote!(*)),
        And(_) => (Kind::Operator, parse_quote!(||)),
        Or(_) => (Kind::Operator, parse_quote!(&&)),
        BitAnd(_) => (Kind::Operator, parse_quote!(|)),
        BitOr(_) => (Kind::Operator, parse_quote!(^)),
        BitXor(_) => (Kind::Operator, parse_quote!(|)),
        Eq(_) => (Kind::Operator, parse_quote!(!=)),
        Ne(_) => (Kind::Operator, parse_quote!(==)),
        Lt(_) => (Kind::Comparison, parse_quote!(<=)),
        Le(_) => (Kind::Comparison, parse_quote!(<)),
        Gt(_) => (Kind::Comparison, parse_quote!(>=)),
        Ge(_) => (Kind::Comparison, parse_quote!(>)),
        AddAssign(_) => (Kind::Operator, parse_quote!(-=)),
        SubAssign(_) => (Kind::Operator, parse_quote!(+=)),
        MulAssign(_) => (Kind::Operator, parse_quote!(+=)),
        _ => return Vec::new(),
    };
    let (kind, op) = swapped;
    let mut all = vec![(kind, Expr::Binary(syn::ExprBinary { op, ..binary.clone() }))];
    let module = format_ident!("{MODULE}");
    let wrapping: Option<Expr> = match binary.op {
        // Lengths, and one more or less than something, do not come near 64 bits.
        _ if tokens_of(binary).contains("len()") || is_number(left) || is_number(right) => None,
        Add(_) => Some(parse_quote!(crate::#module::wrapping_add(#left, #right))),
        Sub(_) => Some(parse_quote!(crate::#module::wrapping_sub(#left, #right))),
        Mul(_) => Some(parse_quote!(crate::#module::wrapping_mul(#left, #right))),
        AddAssign(_) => Some(parse_quote!(#left = crate::#module::wrapping_add(#left, #right))),
        SubAssign(_) => Some(parse_quote!(#left = crate::#module::wrapping_sub(#left, #right))),
        MulAssign(_) => Some(parse_quote!(#left = crate::#module::wrapping_mul(#left, #right))),
        _ => None,
    };
    all.extend(wrapping.map(|wrapping| (Kind::Overflow, wrapping)));
    all
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(literal) if matches!(literal.lit, Lit::Int(_) | Lit::Float(_)))
}

fn of_unary(unary: &syn::ExprUnary, inside: Inside) -> Vec<(Kind, Expr)> {
    let operand = &unary.expr;
    match unary.op {
        syn::UnOp::Neg(_) if is_number(operand) => {
            let Expr::Lit(literal) = &**operand else { return Vec::new() };
            let Lit::Int(number) = &literal.lit else { return vec![(constant(inside), parse_quote!(#operand))] };
            let value = -number.base10_parse::<i64>().unwrap_or(0) + 1;
            let value: Expr = syn::parse_str(&format!("{value}{}", number.suffix())).expect("a number");
            vec![(constant(inside), value)]
        }
        syn::UnOp::Neg(_) => {
            let module = format_ident!("{MODULE}");
            let wrapping = parse_quote!(crate::#module::wrapping_neg(#operand));
            vec![(Kind::Operator, (**operand).clone()), (Kind::Overflow, wrapping)]
        }
        syn::UnOp::Not(_) => vec![(Kind::Operator, (**operand).clone())],
        _ => Vec::new(),
    }
}

fn constant(inside: Inside) -> Kind {
    match inside {
        Inside { exception: true, .. } => Kind::Message,
        Inside { default: true, .. } => Kind::Default,
        _ => Kind::Constant,
    }
}

fn of_literal(literal: &Lit, inside: Inside) -> Option<(Kind, Expr)> {
    let kind = constant(inside);
    let changed = match literal {
        Lit::Int(number) => format!("{}{}", number.base10_parse::<u64>().ok()?.checked_add(1)?, number.suffix()),
        Lit::Float(number) => {
            let value: f64 = number.base10_parse().ok()?;
            let next = if value + 1.0 == value { value / 2.0 } else { value + 1.0 };
            format!("{next:?}{}", number.suffix())
        }
        Lit::Bool(flag) => (!flag.value).to_string(),
        Lit::Str(text) => format!("{:?}", format!("{}~", text.value())),
        _ => return None,
    };
    Some((kind, syn::parse_str(&changed).ok()?))
}

fn of_range(range: &syn::ExprRange) -> Option<(Kind, Expr)> {
    let (Some(start), Some(end)) = (&range.start, &range.end) else { return None };
    let changed = match range.limits {
        syn::RangeLimits::HalfOpen(_) => parse_quote!(#start..=#end),
        syn::RangeLimits::Closed(_) => parse_quote!(#start..#end),
    };
    Some((Kind::Comparison, changed))
}

fn of_if(branch: &syn::ExprIf) -> Option<(Kind, Expr)> {
    let (condition, then) = (&branch.cond, &branch.then_branch);
    let (_, otherwise) = branch.else_branch.as_ref()?;
    matches!(**otherwise, Expr::Block(_)).then(|| (Kind::Branch, parse_quote!(if #condition #otherwise else #then)))
}

fn of_call(call: &syn::ExprCall, twins: &Twins, params: &[String]) -> Option<(Kind, Expr)> {
    let (callee, args) = (tokens_of(&call.func), &call.args);
    if callee == "Exception::new" {
        let class = tokens_of(call.args.first()?);
        let other = if class.ends_with("RUNTIME_ERROR") { "TYPE_ERROR" } else { "RUNTIME_ERROR" };
        let other = format_ident!("{other}");
        let mut changed = call.clone();
        *changed.args.first_mut()? = parse_quote!(&crate::support::exception::#other);
        return Some((Kind::Exception, Expr::Call(changed)));
    }
    let indexes = matches!(callee.as_str(), "list::item" | "list::slot" | "list::pop_at" | "list::delete");
    if indexes && !is_free(args.last()?, params) {
        return None;
    }
    // A divisor as written divides what is rounded once; bounds as written do not wrap.
    let divides = matches!(callee.as_str(), "int::ratio" | "int::true_div");
    if divides && is_number(args.last()?) || callee == "list::slice" && args.iter().skip(1).all(is_written_bound) {
        return None;
    }
    let twin = twins.of(&callee)?;
    let (module, name) = (format_ident!("{MODULE}"), format_ident!("{}", twin.name));
    Some((twin.kind, parse_quote!(crate::#module::#name(#args))))
}

/// `None` or `Some(2)`
fn is_written_bound(bound: &Expr) -> bool {
    match bound {
        Expr::Call(some) => some.args.iter().all(is_number),
        other => tokens_of(other) == "None",
    }
}

fn of_method(call: &syn::ExprMethodCall, twins: &Twins) -> Vec<(Kind, Expr)> {
    let (receiver, args) = (&call.receiver, &call.args);
    let module = format_ident!("{MODULE}");
    let method = call.method.to_string();
    let mut all = Vec::new();
    if let Some(twin) = twins.of(&format!(".{method}")) {
        let name = format_ident!("{}", twin.name);
        let by_reference = twin.takes_text.then(|| quote!(&*));
        all.push((twin.kind, parse_quote!(crate::#module::#name(#by_reference #receiver, #args))));
    }
    let renamed = |name: &str| {
        let method = format_ident!("{name}");
        Expr::MethodCall(syn::ExprMethodCall { method, ..call.clone() })
    };
    match method.as_str() {
        "shift_remove" => all.push((Kind::Order, renamed("swap_remove"))),
        "is_none" => all.push((Kind::Operator, renamed("is_some"))),
        "is_some" => all.push((Kind::Operator, renamed("is_none"))),
        "keys" | "values" if args.is_empty() => all.push((Kind::Order, parse_quote!(#call.rev()))),
        "rev" => all.push((Kind::Order, (**receiver).clone())),
        "abs" => all.push((Kind::Operator, (**receiver).clone())),
        "is_a" => all.push((Kind::Exception, parse_quote!(#receiver.is_a(&crate::support::exception::RUNTIME_ERROR)))),
        "sum" if tokens_of(call).contains("< i64 >") => {
            all.push((Kind::Overflow, parse_quote!(crate::#module::wrapping_sum(#receiver))));
        }
        "clone" if twins.has_shared => all.push((Kind::Aliasing, parse_quote!(crate::#module::apart(&#receiver)))),
        "cloned" if twins.has_shared => {
            all.push((Kind::Aliasing, parse_quote!(#receiver.map(|it| crate::#module::apart(it)))));
        }
        _ => {}
    }
    all
}
