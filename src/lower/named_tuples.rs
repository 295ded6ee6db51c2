//! Named tuples: frozen dataclasses that are tuples wherever a tuple is asked for.
//!
//! ```text
//! Point = namedtuple("Point", "x y")        class Point(NamedTuple):
//!                                     ->        x: object
//!                                               y: object
//! x, y = point                              x, y = (point.x, point.y)
//! point == (1, 2)                           (point.x, point.y) == (1, 2)
//! ```

use super::annotations::dotted;
use super::body::Body;
use super::world::{ClassInfo, Lowered};
use crate::diagnostic::Code;
use crate::ir::{self, FieldId, Place, Take, Type};
use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::span::Span;
use std::collections::{HashMap, HashSet};

/// The base class of named tuples, by its full name.
pub const BASE: &str = "typing.NamedTuple";
const FACTORY: &str = "collections.namedtuple";

/// The module with its calls of `namedtuple` as classes; nothing where it has none.
pub fn prepared(tree: &ast::Module) -> Option<ast::Module> {
    let names = imported(tree);
    if names.is_empty() {
        return None;
    }
    let mut made = tree.clone();
    let mut found = false;
    for stmt in &mut made.body {
        let kind = match &stmt.kind {
            StmtKind::Assign { targets, value } => match targets.as_slice() {
                [Expr { kind: ExprKind::Name(name), span }] => fields(value, &names, Some(name)).map(|body| {
                    let name = ast::Name { text: name.clone(), span: *span };
                    class(name, body, value.span, Vec::new())
                }),
                _ => None,
            },
            StmtKind::ClassDef(def) => match def.bases.as_slice() {
                [base] if def.keywords.is_empty() => fields(base, &names, None).map(|mut body| {
                    body.extend(def.body.iter().cloned());
                    let doc = def.body.first().filter(|stmt| is_text(stmt)).cloned();
                    body.splice(0..0, doc);
                    class(def.name.clone(), body, base.span, def.decorators.clone())
                }),
                _ => None,
            },
            _ => None,
        };
        if let Some(kind) = kind {
            stmt.kind = kind;
            found = true;
        }
    }
    found.then_some(made)
}

fn is_text(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::Expr(Expr { kind: ExprKind::Str(_), .. }))
}

fn class(name: ast::Name, body: Vec<Stmt>, span: Span, decorators: Vec<Expr>) -> StmtKind {
    let module = Box::new(Expr { kind: ExprKind::Name("typing".into()), span });
    let attr = ast::Name { text: "NamedTuple".into(), span };
    let base = Expr { kind: ExprKind::Attribute { value: module, attr }, span };
    StmtKind::ClassDef(Box::new(ast::ClassDef {
        name,
        decorators,
        type_params: Vec::new(),
        bases: vec![base],
        keywords: Vec::new(),
        body,
    }))
}

/// What names of the module mean of those that make named tuples.
fn imported(tree: &ast::Module) -> HashMap<String, &'static str> {
    let mut names = HashMap::new();
    for stmt in &tree.body {
        match &stmt.kind {
            StmtKind::Import(all) => {
                for alias in all.iter().filter(|alias| matches!(alias.name.text.as_str(), "collections" | "typing")) {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).text.clone();
                    let is_factory = alias.name.text == "collections";
                    let (member, full) = if is_factory { ("namedtuple", FACTORY) } else { ("NamedTuple", BASE) };
                    names.insert(format!("{name}.{member}"), full);
                }
            }
            StmtKind::ImportFrom { module: Some(module), names: all, level: 0 } => {
                for alias in all {
                    let full = match (module.text.as_str(), alias.name.text.as_str()) {
                        ("collections", "namedtuple") => FACTORY,
                        ("typing", "NamedTuple") => BASE,
                        _ => continue,
                    };
                    names.insert(alias.asname.as_ref().unwrap_or(&alias.name).text.clone(), full);
                }
            }
            _ => {}
        }
    }
    names
}

/// The fields that a call of `namedtuple` or `NamedTuple` writes out, as statements of a class.
fn fields(call: &Expr, names: &HashMap<String, &'static str>, called: Option<&String>) -> Option<Vec<Stmt>> {
    let ExprKind::Call { func, args, keywords } = &call.kind else { return None };
    let [Expr { kind: ExprKind::Str(own), .. }, listed] = args.as_slice() else { return None };
    if called.is_some_and(|name| name != own) {
        return None;
    }
    let object = || Expr { kind: ExprKind::Name("object".into()), span: call.span };
    let (all, defaults): (Vec<(String, Expr)>, &[Expr]) = match (*names.get(&dotted(func)?)?, keywords.as_slice()) {
        (FACTORY, keywords) => {
            let all = match &listed.kind {
                ExprKind::Str(text) => {
                    text.replace(',', " ").split_whitespace().map(|name| (name.to_string(), object())).collect()
                }
                ExprKind::List(items) | ExprKind::Tuple(items) => {
                    items.iter().map(|item| Some((text_of(item)?, object()))).collect::<Option<_>>()?
                }
                _ => return None,
            };
            (all, defaults_of(keywords)?)
        }
        (_, []) => match &listed.kind {
            ExprKind::List(items) | ExprKind::Tuple(items) => (items.iter().map(pair_of).collect::<Option<_>>()?, &[]),
            _ => return None,
        },
        _ => return None,
    };
    let plain = |name: &str| !name.starts_with('_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let once: HashSet<&String> = all.iter().map(|(name, _)| name).collect();
    if all.is_empty() || once.len() != all.len() || defaults.len() > all.len() || !all.iter().all(|(n, _)| plain(n)) {
        return None;
    }
    let given = all.len() - defaults.len();
    let field = |(index, (name, annotation)): (usize, (String, Expr))| {
        let value = index.checked_sub(given).map(|index| defaults[index].clone());
        let target = Expr { kind: ExprKind::Name(name), span: call.span };
        Stmt { kind: StmtKind::AnnAssign { target, annotation, value }, span: call.span }
    };
    Some(all.into_iter().enumerate().map(field).collect())
}

fn text_of(e: &Expr) -> Option<String> {
    if let ExprKind::Str(text) = &e.kind { Some(text.clone()) } else { None }
}

fn pair_of(e: &Expr) -> Option<(String, Expr)> {
    match &e.kind {
        ExprKind::Tuple(pair) => match pair.as_slice() {
            [name, annotation] => Some((text_of(name)?, annotation.clone())),
            _ => None,
        },
        _ => None,
    }
}

fn defaults_of(keywords: &[ast::Keyword]) -> Option<&[Expr]> {
    match keywords {
        [] => Some(&[]),
        [only] if only.name.as_ref().is_some_and(|name| name.text == "defaults") => match &only.value.kind {
            ExprKind::Tuple(items) | ExprKind::List(items) => Some(items),
            _ => None,
        },
        _ => None,
    }
}

/// True for special methods that would make another tuple of a named tuple.
pub fn changes_tuple(name: &str) -> bool {
    super::special::compares(name)
        || matches!(name, "__len__" | "__getitem__" | "__contains__" | "__iter__" | "__hash__" | "__setitem__")
        || name.starts_with("__r") && name != "__repr__" && name != "__round__"
}

impl ClassInfo<'_> {
    /// Makes it a named tuple.
    pub fn make_tuple(&mut self) {
        (self.is_tuple, self.is_dataclass, self.eq, self.frozen, self.order) = (true, true, true, true, true);
    }
}

impl Body<'_, '_> {
    /// True for named tuples.
    pub fn is_named_tuple(&self, ty: &Type) -> bool {
        matches!(ty, Type::Class(id) if self.world.class(*id).is_tuple)
    }

    /// A named tuple as a tuple; other values as they are.
    pub fn untupled(&mut self, value: ir::Expr) -> Lowered<ir::Expr> {
        if !self.is_named_tuple(&value.ty) {
            return Ok(value);
        }
        let span = value.at.span;
        let at = value.at;
        let (body, tuple) = self.block(|b| {
            let whole = if Self::is_simple(&value) { value } else { b.spill(value, span) };
            let parts = b.tuple_fields(&whole);
            let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
            Ok(ir::Expr::new(ir::ExprKind::Tuple(parts), ty, at))
        })?;
        Ok(super::loops::after(body, tuple))
    }

    /// The fields of a named tuple that is simple to evaluate.
    pub fn tuple_fields(&self, whole: &ir::Expr) -> Vec<ir::Expr> {
        let Type::Class(class) = whole.ty else { return Vec::new() };
        let read = |(index, field): (usize, &super::world::FieldInfo)| {
            let place = Place::Field { base: Box::new(whole.clone()), class, field: FieldId(index as u32) };
            ir::Expr::new(ir::ExprKind::Read { place, take: Take::Look }, field.ty.clone(), whole.at)
        };
        self.world.class(class).fields.iter().enumerate().map(read).collect()
    }

    /// `point[0]`; `None` where the index is computed.
    pub fn tuple_field(&mut self, base: &ir::Expr, index: &Expr) -> Option<ir::Expr> {
        let Type::Class(class) = base.ty else { return None };
        let info = self.world.class(class);
        let constant = match &index.kind {
            ExprKind::Int(ast::IntLiteral::Small(n)) => *n,
            ExprKind::Unary { op: ast::UnaryOp::Minus, operand } => match operand.kind {
                ExprKind::Int(ast::IntLiteral::Small(n)) => -n,
                _ => return None,
            },
            _ => return None,
        };
        let count = info.fields.len() as i64;
        let place = usize::try_from(if constant < 0 { constant + count } else { constant }).ok()?;
        let ty = info.fields.get(place).filter(|_| info.is_tuple)?.ty.clone();
        let field = FieldId(place as u32);
        let place = Place::Field { base: Box::new(base.clone()), class, field };
        Some(ir::Expr::new(ir::ExprKind::Read { place, take: Take::Look }, ty, base.at))
    }

    /// Methods that every named tuple has.
    pub fn named_tuple_method(
        &mut self,
        base: &ir::Expr,
        attr: &ast::Name,
        args: &[Expr],
        keywords: &[ast::Keyword],
        span: Span,
    ) -> Option<Lowered<ir::Expr>> {
        if !self.is_named_tuple(&base.ty) || !args.is_empty() {
            return None;
        }
        match attr.text.as_str() {
            "_replace" => Some(self.replaced(base.clone(), keywords, span)),
            "_asdict" if keywords.is_empty() => Some(self.as_dict(base.clone(), span)),
            _ => None,
        }
    }

    fn replaced(&mut self, base: ir::Expr, keywords: &[ast::Keyword], span: Span) -> Lowered<ir::Expr> {
        let (at, ty) = (self.at(span), base.ty.clone());
        let Type::Class(class) = ty else { return Ok(base) };
        let (body, fields) = self.block(|b| {
            let whole = if Self::is_simple(&base) { base } else { b.spill(base, span) };
            let mut fields = b.tuple_fields(&whole);
            for keyword in keywords {
                let found = keyword.name.as_ref().and_then(|name| b.world.class(class).field(&name.text));
                let Some((index, want)) = found.map(|(index, field)| (index, field.ty.clone())) else {
                    let message = "`_replace` of a field that the named tuple does not have";
                    return b.refuse(Code::WrongArity, keyword.value.span, message, "name its fields");
                };
                let value = b.expr(&keyword.value, Some(&want).filter(|ty| **ty != Type::Unknown))?;
                b.learn_tuple_field(class, index, &value.ty);
                let want = b.world.class(class).fields[index].ty.clone();
                let value = b.coerce(value, &want, "the field")?;
                fields[index] = if super::calls::is_constant(&value) { value } else { b.spill(value, span) };
            }
            Ok(fields)
        })?;
        Ok(super::loops::after(body, ir::Expr::new(ir::ExprKind::Construct { class, fields }, ty, at)))
    }

    fn as_dict(&mut self, base: ir::Expr, span: Span) -> Lowered<ir::Expr> {
        let at = self.at(span);
        let Type::Class(class) = base.ty else { return Ok(base) };
        let fields = &self.world.class(class).fields;
        let item = fields.first().map_or(Type::Unknown, |field| field.ty.clone());
        if fields.iter().any(|field| field.ty != item) && self.world.last {
            let message = "`_asdict` of fields of several types is not translated";
            return self.refuse(Code::MixedTypes, span, message, "read the fields one by one");
        }
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let (body, pairs) = self.block(|b| {
            let whole = if Self::is_simple(&base) { base } else { b.spill(base, span) };
            let key = |name: String| ir::Expr::new(ir::ExprKind::Str(name), Type::Str, at);
            Ok(names.into_iter().map(key).zip(b.tuple_fields(&whole)).collect())
        })?;
        let dict = ir::Expr::new(ir::ExprKind::Dict(pairs), Type::dict(Type::Str, item), at);
        Ok(super::loops::after(body, dict))
    }

    /// What a call gives to a field without an annotation tells its type.
    pub fn learn_tuple_field(&mut self, class: ir::ClassId, index: usize, ty: &Type) {
        let field = &mut self.world.classes[class.0 as usize].fields[index];
        if !field.declared {
            super::world::World::learn(&mut self.world.changed, &mut field.ty, ty);
        }
    }
}
