//! Faults where calls from outside arrive: a default, a result written wrongly, an argument copied.

use crate::fault::{Kind, Place};
use crate::rust::{Found, MODULE, Walk, switched, tokens_of};
use crate::twins::Twins;
use pivot::artifact::{Callable, Interface, Shape};
use quote::format_ident;
use std::collections::{BTreeMap, BTreeSet};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, parse_quote};

/// Ways to write results wrongly that would show, by Python name.
pub type Codings = BTreeMap<String, Vec<(&'static str, Kind)>>;

/// The ways in which the results of an interface can be written wrongly.
pub fn codings(interface: &Interface) -> Codings {
    let name_of = |class: &str, callable: &Callable| format!("{class}.{}", callable.name);
    let functions = interface.functions.iter().map(|callable| (callable.name.clone(), callable));
    let methods = interface
        .classes
        .iter()
        .flat_map(|class| class.methods.iter().map(move |method| (name_of(&class.name, method), method)));
    let one = |(name, callable): (String, &Callable)| {
        let mut found = BTreeSet::new();
        ways(&callable.result, interface, 0, &mut found);
        (name, found.into_iter().collect())
    };
    functions.chain(methods).map(one).collect()
}

fn ways(shape: &Shape, interface: &Interface, depth: usize, found: &mut BTreeSet<(&'static str, Kind)>) {
    if depth > 6 {
        return;
    }
    let mut inside = |shape: &Shape| ways(shape, interface, depth + 1, found);
    match shape {
        Shape::List(item)
        | Shape::TupleOf(item)
        | Shape::Set(item)
        | Shape::FrozenSet(item)
        | Shape::Optional(item) => inside(item),
        Shape::Dict(key, value) => {
            inside(key);
            inside(value);
        }
        Shape::Tuple(items) => items.iter().for_each(inside),
        Shape::Class(name) => {
            let class = interface.classes.iter().find(|class| class.name == *name);
            class.into_iter().flat_map(|class| &class.fields).for_each(|(_, field)| inside(field));
        }
        Shape::None
        | Shape::Bool
        | Shape::Int
        | Shape::Float
        | Shape::Number
        | Shape::Str
        | Shape::Bytes
        | Shape::Enum(..)
        | Shape::Json => {}
    }
    found.extend(match shape {
        Shape::List(_) => Some(("list_as_tuple", Kind::Tuple)),
        Shape::Tuple(_) | Shape::TupleOf(_) => Some(("tuple_as_list", Kind::Tuple)),
        Shape::Int => Some(("int_as_float", Kind::Number)),
        Shape::Float => Some(("float_as_int", Kind::Number)),
        Shape::Dict(..) => Some(("order_lost", Kind::Order)),
        Shape::Optional(_) => Some(("zero_for_none", Kind::None)),
        _ => None,
    });
}

/// The faults of the Rust boundary.
pub fn faults(text: &str, codings: &Codings, twins: &Twins) -> Vec<Found> {
    let mut file = syn::parse_file(text).expect("the emitted boundary parses");
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    each_arm(&mut file, &mut |name, block| {
        // An object of the module and one that was made have an arm each: one fault stands for both.
        if !known.insert(name.to_string()) {
            return;
        }
        let mut arm = Arm::new(name, codings, Walk::new(twins, None), None);
        arm.visit_block_mut(&mut block.clone());
        let found = arm.walk.into_found().into_iter().enumerate();
        all.extend(found.map(|(site, found)| Found {
            place: Place::Boundary,
            function: name.to_string(),
            site,
            ..found
        }));
    });
    all
}

/// The boundary with these faults (Python name, site, number) built in.
pub fn with(text: &str, codings: &Codings, twins: &Twins, faults: &[(String, usize, usize)]) -> String {
    let mut file = syn::parse_file(text).expect("the emitted boundary parses");
    each_arm(&mut file, &mut |name, block| {
        let changed = faults.iter().filter(|(function, _, _)| function == name).map(|(_, site, number)| {
            let mut changed = block.clone();
            Arm::new(name, codings, Walk::new(twins, Some(*site)), Some(*site)).visit_block_mut(&mut changed);
            (*number, changed)
        });
        let changed = changed.collect();
        *block = switched(block, changed);
    });
    prettyplease::unparse(&file)
}

/// Visits the arms that bind a call, by the Python name in their signature.
fn each_arm(file: &mut syn::File, each: &mut dyn FnMut(&str, &mut Block)) {
    struct Arms<'a>(&'a mut dyn FnMut(&str, &mut Block));
    impl VisitMut for Arms<'_> {
        fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
            if let Expr::Block(body) = &mut *arm.body {
                let first = body.block.stmts.first().map(tokens_of).unwrap_or_default();
                let name = first.split_once("name : \"").filter(|_| first.starts_with("call.bind"));
                if let Some(name) = name.and_then(|(_, rest)| rest.split('"').next()) {
                    let name = name.to_string();
                    return (self.0)(&name, &mut body.block);
                }
            }
            visit_mut::visit_arm_mut(self, arm);
        }
    }
    Arms(each).visit_file_mut(file);
}

/// Offers the faults of one arm.
struct Arm<'a> {
    name: &'a str,
    codings: &'a Codings,
    walk: Walk<'a>,
    wanted: Option<usize>,
}

impl<'a> Arm<'a> {
    fn new(name: &'a str, codings: &'a Codings, walk: Walk<'a>, wanted: Option<usize>) -> Arm<'a> {
        Arm { name, codings, walk, wanted }
    }

    /// The wrong forms of an expression of the boundary.
    fn changes(&self, expr: &Expr) -> Vec<(Kind, Expr)> {
        let module = format_ident!("{MODULE}");
        match expr {
            Expr::MethodCall(call) if call.method == "encode" && tokens_of(&call.receiver) == "result" => {
                let codings = self.codings.get(self.name).into_iter().flatten();
                codings.map(|(how, kind)| (*kind, parse_quote!(crate::#module::coded(#call, #how)))).collect()
            }
            Expr::Reference(reference) if reference.mutability.is_some() => {
                let argument = tokens_of(&reference.expr);
                let alone = &reference.expr;
                let copied: Expr = parse_quote!(&mut #alone.clone());
                argument.starts_with("value_").then_some((Kind::Mutation, copied)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl VisitMut for Arm<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if self.wanted.is_some() && self.walk.is_done() {
            return;
        }
        for (kind, changed) in self.changes(expr) {
            if self.walk.offer(kind, &tokens_of(expr), &tokens_of(&changed)) {
                *expr = changed;
                return;
            }
        }
        match expr {
            Expr::MethodCall(call) if call.method == "take_or" => {
                if let Some(Expr::Closure(absent)) = call.args.last_mut() {
                    self.walk.default(&mut absent.body);
                }
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }
}
