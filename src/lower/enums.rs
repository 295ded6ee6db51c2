//! Enumerations: `Enum` and `IntEnum` of members that are written out.
//!
//! What Python's `Enum` gives its members is written into the class before anything else looks at it, as the methods
//! that a programmer would write:
//!
//! ```text
//! class Color(Enum):            class Color(Enum):
//!     RED = 1                       RED = 1
//!     GREEN = auto()        ->      GREEN = 2
//!                                   @property
//!                                   def value(self) -> int: ...       by cases
//!                                   @property
//!                                   def name(self) -> str: ...
//!                                   @staticmethod
//!                                   def _of_value(value: int): ...    or ValueError: `Color(3)`
//!                                   @staticmethod
//!                                   def _of_name(name: str): ...      or KeyError: `Color["BLUE"]`
//! ```

use super::annotations::{dotted, library_name};
use super::body::Body;
use super::world::{ClassInfo, Lowered, World};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, ClassId, CompareOp, ModuleId, Type};
use crate::python::ast::{self, Expr, ExprKind, Stmt, StmtKind};
use crate::span::Span;
use std::collections::HashMap;

/// The property that gives a member's value.
pub const VALUE: &str = "value";
/// The property that gives a member's name.
pub const NAME: &str = "name";
/// What `Class(value)` calls.
pub const OF_VALUE: &str = "_of_value";
/// What `Class["NAME"]` calls.
pub const OF_NAME: &str = "_of_name";

/// What an enumeration is besides one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixin {
    /// `Enum`: equal to nothing but itself.
    Plain,
    /// `IntEnum`, `(int, Enum)`: an int in operations.
    Int,
    /// `StrEnum`, `(str, Enum)`: compares as a text.
    Str,
}

/// The kind of enumeration that base classes make, by their full names.
pub fn mixin(bases: &[String]) -> Option<Mixin> {
    let bases: Vec<&str> = bases.iter().map(String::as_str).collect();
    match bases.as_slice() {
        ["enum.Enum"] => Some(Mixin::Plain),
        ["enum.IntEnum"] | ["int", "enum.Enum"] => Some(Mixin::Int),
        ["enum.StrEnum"] | ["str", "enum.Enum"] => Some(Mixin::Str),
        _ => None,
    }
}

/// The module with what `Enum` gives written out; nothing where it has no enumerations.
pub fn prepared(tree: &ast::Module) -> Option<ast::Module> {
    let names = imported(tree);
    let full = |base: &Expr| {
        let name = dotted(base)?;
        let (first, rest) = name.split_once('.').map_or((name.as_str(), None), |(first, rest)| (first, Some(rest)));
        let head = names.get(first).cloned().unwrap_or_else(|| first.to_string());
        Some(rest.map_or(head.clone(), |rest| format!("{head}.{rest}")))
    };
    let is_enum = |stmt: &Stmt| match &stmt.kind {
        StmtKind::ClassDef(def) => {
            let bases: Vec<String> = def.bases.iter().filter_map(full).collect();
            bases.len() == def.bases.len() && mixin(&bases).is_some()
        }
        _ => false,
    };
    if !tree.body.iter().any(is_enum) {
        return None;
    }
    let mut made = tree.clone();
    for stmt in made.body.iter_mut().filter(|stmt| is_enum(stmt)) {
        if let StmtKind::ClassDef(def) = &mut stmt.kind {
            let text_values = def.bases.iter().filter_map(full).any(|base| base == "enum.StrEnum");
            number(def, text_values, &full);
            let methods = methods(def);
            def.body.extend(methods);
        }
    }
    Some(made)
}

/// What imported names mean in full.
fn imported(tree: &ast::Module) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for stmt in &tree.body {
        match &stmt.kind {
            StmtKind::Import(all) => {
                for alias in all.iter().filter(|alias| alias.name.text == "enum") {
                    names.insert(alias.asname.as_ref().unwrap_or(&alias.name).text.clone(), "enum".into());
                }
            }
            StmtKind::ImportFrom { module: Some(module), names: all, level: 0 } if module.text == "enum" => {
                for alias in all {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).text.clone();
                    names.insert(name, format!("enum.{}", alias.name.text));
                }
            }
            _ => {}
        }
    }
    names
}

/// The name and value of a member.
fn member(stmt: &Stmt) -> Option<(&str, &Expr)> {
    let StmtKind::Assign { targets, value } = &stmt.kind else { return None };
    let [Expr { kind: ExprKind::Name(name), .. }] = targets.as_slice() else { return None };
    (!name.starts_with('_')).then_some((name, value))
}

/// Puts numbers in the place of `auto()`: one more than the member before.
fn number(def: &mut ast::ClassDef, text_values: bool, full: &dyn Fn(&Expr) -> Option<String>) {
    // What `auto()` gives after anything but numbers that grow depends on the version of Python.
    let mut last = Some(0);
    for stmt in &mut def.body {
        let Some((name, value)) = member(stmt) else { continue };
        let is_auto = matches!(&value.kind, ExprKind::Call { func, args, .. }
            if args.is_empty() && full(func).as_deref() == Some("enum.auto"));
        let kind = match (&value.kind, last) {
            _ if is_auto && text_values => ExprKind::Str(name.to_lowercase()),
            (_, Some(last)) if is_auto => ExprKind::Int(ast::IntLiteral::Small(last + 1)),
            (kind, _) => kind.clone(),
        };
        last = match kind {
            ExprKind::Int(ast::IntLiteral::Small(n)) => last.filter(|last| n > *last).map(|_| n),
            _ => None,
        };
        if let StmtKind::Assign { value, .. } = &mut stmt.kind {
            value.kind = kind;
        }
    }
}

/// The members by value: those of equal values are one, under the first name.
fn members(def: &ast::ClassDef) -> Vec<(&str, &Expr)> {
    let mut found: Vec<(&str, &Expr)> = Vec::new();
    for (name, value) in def.body.iter().filter_map(member) {
        if !found.iter().any(|(_, known)| literal(known) == literal(value)) {
            found.push((name, value));
        }
    }
    found
}

/// A literal as text that is equal where the literals are; nothing for other expressions.
fn literal(e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Int(n) => Some(format!("int {n:?}")),
        ExprKind::Str(text) => Some(format!("str {text:?}")),
        ExprKind::Float(x) => Some(format!("float {x:?}")),
        ExprKind::Bool(b) => Some(format!("bool {b}")),
        ExprKind::Unary { op: ast::UnaryOp::Minus, operand } => literal(operand).map(|text| format!("-{text}")),
        ExprKind::Tuple(items) => {
            let items: Option<Vec<String>> = items.iter().map(literal).collect();
            items.map(|items| format!("({})", items.join(", ")))
        }
        _ => None,
    }
}

fn methods(def: &ast::ClassDef) -> Vec<Stmt> {
    let span = def.name.span;
    let make = |kind| Expr { kind, span };
    let name = |text: &str| make(ExprKind::Name(text.to_string()));
    let found = members(def);
    let of_class = |member: &str| {
        let attr = ast::Name { text: member.to_string(), span };
        make(ExprKind::Attribute { value: Box::new(name(&def.name.text)), attr })
    };
    let stmt = |kind| Stmt { kind, span };
    let give = |value| stmt(StmtKind::Return(Some(value)));
    let when = |left, op, right, value| {
        let test = make(ExprKind::Compare { left: Box::new(left), ops: vec![op], comparators: vec![right] });
        stmt(StmtKind::If { test, body: vec![give(value)], orelse: Vec::new() })
    };
    // By cases; the last one needs no test.
    let by_case = |of: &dyn Fn(&str, &Expr) -> Expr| -> Vec<Stmt> {
        let count = found.len();
        let case = |(index, (member, value)): (usize, &(&str, &Expr))| {
            let result = of(member, value);
            if index + 1 == count {
                give(result)
            } else {
                when(name("self"), ast::CompareOp::Is, of_class(member), result)
            }
        };
        found.iter().enumerate().map(case).collect()
    };
    let raise = |class: &str, arg: Expr| {
        let exc = make(ExprKind::Call { func: Box::new(name(class)), args: vec![arg], keywords: Vec::new() });
        stmt(StmtKind::Raise { exc: Some(exc), cause: None })
    };
    let ty = value_type(&found).map(name);
    let mut of_value: Vec<Stmt> = found
        .iter()
        .map(|(member, value)| when(name("value"), ast::CompareOp::Eq, (*value).clone(), of_class(member)))
        .collect();
    let shown = ast::FStringPart::Field { value: name("value"), conversion: Some('r'), spec: Vec::new(), debug: None };
    let rest = ast::FStringPart::Literal(format!(" is not a valid {}", def.name.text));
    of_value.push(raise("ValueError", make(ExprKind::FString(vec![shown, rest]))));
    let aliases = def.body.iter().filter_map(member).filter_map(|(alias, value)| {
        let (of, _) = found.iter().find(|(_, known)| literal(known) == literal(value))?;
        let word = make(ExprKind::Str(alias.to_string()));
        Some(when(name("name"), ast::CompareOp::Eq, word, of_class(of)))
    });
    let mut of_name: Vec<Stmt> = aliases.collect();
    of_name.push(raise("KeyError", name("name")));
    let text = name("str");
    let method = |decorator: &str, called: &str, param: &str, hint: Option<&Expr>, result: Option<&Expr>, body| {
        let param = ast::Parameter {
            name: ast::Name { text: param.to_string(), span },
            kind: ast::ParameterKind::Positional,
            annotation: hint.cloned(),
            default: None,
        };
        stmt(StmtKind::FunctionDef(Box::new(ast::FunctionDef {
            name: ast::Name { text: called.to_string(), span },
            decorators: vec![name(decorator)],
            type_params: Vec::new(),
            params: ast::Parameters { items: vec![param] },
            returns: result.cloned(),
            body,
            is_async: false,
        })))
    };
    let class = name(&def.name.text);
    vec![
        method("property", VALUE, "self", None, ty.as_ref(), by_case(&|_, value| value.clone())),
        method("property", NAME, "self", None, Some(&text), by_case(&|member, _| make(ExprKind::Str(member.into())))),
        method("staticmethod", OF_VALUE, "value", ty.as_ref(), Some(&class), of_value),
        method("staticmethod", OF_NAME, "name", Some(&text), Some(&class), of_name),
    ]
}

/// The type that all values have, as it is annotated.
fn value_type(found: &[(&str, &Expr)]) -> Option<&'static str> {
    let one = |e: &Expr| match &e.kind {
        ExprKind::Int(_) => Some("int"),
        ExprKind::Unary { operand, .. } if matches!(operand.kind, ExprKind::Int(_)) => Some("int"),
        ExprKind::Str(_) => Some("str"),
        _ => None,
    };
    let first = one(found.first()?.1)?;
    found.iter().all(|(_, value)| one(value) == Some(first)).then_some(first)
}

/// The members of an enumeration, or why it has none that are known.
pub fn read_members(
    world: &World,
    module: ModuleId,
    def: &ast::ClassDef,
    mixin: Mixin,
) -> Result<Vec<(String, u32)>, Diagnostic> {
    let refuse = |span: Span, what: String, help: &str| {
        Err(Diagnostic::new(Code::UnsupportedClass, world.at(module, span), what).help(help))
    };
    let kept = members(def);
    for (name, value) in def.body.iter().filter_map(member) {
        let Some(text) = literal(value) else {
            let what = format!("the value of member `{name}` is not written out");
            return refuse(value.span, what, "give it a literal, or `auto()`");
        };
        let kind = |text: &str| text.trim_start_matches('-').split(' ').next().unwrap_or("").to_string();
        let wanted = match mixin {
            Mixin::Plain => text.starts_with('(').then(|| "(".to_string()),
            Mixin::Int => Some("int".to_string()),
            Mixin::Str => Some("str".to_string()),
        };
        if wanted.is_some_and(|wanted| !text.starts_with('(') && kind(&text) != wanted) {
            return refuse(value.span, format!("the value of member `{name}` has another type"), "");
        }
        // 1, 1.0 and True are one member.
        let numbers = |text: &str| matches!(kind(text).as_str(), "int" | "float" | "bool");
        let mixed = kept.iter().filter_map(|(_, other)| literal(other));
        if numbers(&text) && mixed.into_iter().any(|other| numbers(&other) && kind(&other) != kind(&text)) {
            return refuse(value.span, "members have numbers of several types".into(), "give all values one type");
        }
        if matches!(name, VALUE | NAME) {
            return refuse(value.span, format!("a member is called `{name}`"), "call it otherwise");
        }
    }
    if let Some(stmt) = def.body.iter().find(|stmt| is_odd(stmt)) {
        let what = "this statement in an enumeration is not translated".to_string();
        return refuse(stmt.span, what, "write members as `NAME = value`, without annotations and underscores");
    }
    let methods = def.body.iter().filter_map(|stmt| match &stmt.kind {
        StmtKind::FunctionDef(inner) => Some(&inner.name),
        _ => None,
    });
    let given = |name: &&ast::Name| matches!(name.text.as_str(), VALUE | NAME | OF_VALUE | OF_NAME);
    if let Some(own) = methods.filter(given).find(|name| name.span != def.name.span) {
        return refuse(own.span, format!("an enumeration has its own `{}`", own.text), "call it otherwise");
    }
    let special = def.body.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::FunctionDef(inner)
            if matches!(
                inner.name.text.as_str(),
                "__init__" | "__new__" | "_missing_" | "_generate_next_value_" | "__eq__" | "__hash__"
            ) =>
        {
            Some(&inner.name)
        }
        _ => None,
    });
    if let Some(name) = special {
        return refuse(name.span, format!("an enumeration with `{}` is not translated", name.text), "leave it out");
    }
    if kept.is_empty() {
        return refuse(def.name.span, "an enumeration without members is not translated".into(), "");
    }
    let index = |value: &Expr| kept.iter().position(|(_, known)| literal(known) == literal(value));
    let all = def.body.iter().filter_map(member);
    Ok(all.filter_map(|(name, value)| Some((name.to_string(), index(value)? as u32))).collect())
}

/// True for statements that make members, or names beside them, in ways that are not followed.
fn is_odd(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Assign { .. } => member(stmt).is_none(),
        StmtKind::AnnAssign { .. } | StmtKind::AugAssign { .. } => true,
        StmtKind::FunctionDef(_) | StmtKind::Pass => false,
        StmtKind::Expr(e) => !matches!(e.kind, ExprKind::Str(_) | ExprKind::Ellipsis),
        _ => true,
    }
}

/// What `repr` gives of each member, where that is known.
pub fn texts_of_members(def: &ast::ClassDef) -> Vec<Option<String>> {
    let class = &def.name.text;
    let text = |(name, value): &(&str, &Expr)| shown(value).map(|value| format!("<{class}.{name}: {value}>"));
    members(def).iter().map(text).collect()
}

/// `repr` of a simple literal.
fn shown(e: &Expr) -> Option<String> {
    match &e.kind {
        ExprKind::Int(ast::IntLiteral::Small(n)) => Some(n.to_string()),
        ExprKind::Unary { op: ast::UnaryOp::Minus, operand } => match operand.kind {
            ExprKind::Int(ast::IntLiteral::Small(n)) if n != 0 => Some(format!("-{n}")),
            _ => None,
        },
        ExprKind::Bool(true) => Some("True".into()),
        ExprKind::Bool(false) => Some("False".into()),
        ExprKind::Str(text) => {
            let plain = text.chars().all(|c| matches!(c, ' '..='~') && !matches!(c, '\'' | '"' | '\\'));
            plain.then(|| format!("'{text}'"))
        }
        ExprKind::Tuple(items) => {
            let items: Vec<String> = items.iter().map(shown).collect::<Option<_>>()?;
            let comma = if items.len() == 1 { "," } else { "" };
            Some(format!("({}{comma})", items.join(", ")))
        }
        _ => None,
    }
}

impl ClassInfo<'_> {
    /// The type of its objects.
    pub fn object(&self, id: ClassId) -> Type {
        if self.mixin.is_some() { Type::Enum(id) } else { Type::Class(self.family.root) }
    }

    /// The names of the members, one each, in order.
    pub fn member_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, index) in &self.members {
            if *index as usize == names.len() {
                names.push(name.clone());
            }
        }
        names
    }
}

impl Body<'_, '_> {
    /// The enumeration that an expression names.
    pub fn enumeration(&self, e: &Expr) -> Option<ClassId> {
        self.class_named(e).filter(|class| self.world.class(*class).mixin.is_some())
    }

    /// `Color.RED`, where there is such a member.
    pub fn member(&self, class: ClassId, name: &str, span: Span) -> Option<ir::Expr> {
        let info = self.world.class(class);
        let (_, index) = info.members.iter().find(|(known, _)| known == name)?;
        let kind = ir::ExprKind::Member { class, index: *index };
        Some(ir::Expr::new(kind, Type::Enum(class), self.at(span)))
    }

    /// All members, as iteration gives them.
    pub fn all_members(&self, class: ClassId, span: Span) -> ir::Expr {
        let at = self.at(span);
        let count = self.world.class(class).member_names().len() as u32;
        let member = |index| ir::Expr::new(ir::ExprKind::Member { class, index }, Type::Enum(class), at);
        let members = (0..count).map(member).collect();
        ir::Expr::new(ir::ExprKind::List(members), Type::list(Type::Enum(class)), at)
    }

    /// The method that the class of a member has under a name.
    pub fn member_method(&self, ty: &Type, name: &str) -> Option<ir::FunctionId> {
        let Type::Enum(class) = ty else { return None };
        self.world.class(*class).methods.get(name).copied()
    }

    /// A member of `IntEnum` or `StrEnum` as the value that it is in operations; other values are given back.
    pub fn plain_value(&mut self, value: ir::Expr, span: Span) -> Lowered<ir::Expr> {
        let Type::Enum(class) = value.ty else { return Ok(value) };
        match (self.world.class(class).mixin, self.member_method(&value.ty, VALUE)) {
            (Some(Mixin::Int | Mixin::Str), Some(method)) => self.call_function(method, vec![value], span),
            _ => Ok(value),
        }
    }

    /// `str(member)` or `repr(member)` of a plain enumeration.
    pub fn member_text(&mut self, value: ir::Expr, repr: bool, span: Span) -> Lowered<ir::Expr> {
        let at = self.at(span);
        let Type::Enum(class) = value.ty else { return Ok(value) };
        let info = self.world.class(class);
        let word = info.name.clone();
        if info.mixin != Some(Mixin::Plain) {
            let message = format!("the text of a member of `{word}` depends on the version of Python");
            return self.refuse(Code::UnsupportedExpression, span, message, "use `.name` or `.value`");
        }
        let (Some(name), Some(number)) = (self.member_method(&value.ty, NAME), self.member_method(&value.ty, VALUE))
        else {
            return self.unknown(span, "the text of the member");
        };
        let value = if Self::is_simple(&value) || !repr { value } else { self.spill(value, span) };
        let part = |value| ir::FormatPart::Value { value, repr: false, spec: ir::FormatSpec::default() };
        let mut parts = vec![ir::FormatPart::Literal(format!("{}{word}.", if repr { "<" } else { "" }))];
        parts.push(part(self.call_function(name, vec![value.clone()], span)?));
        if repr {
            parts.push(ir::FormatPart::Literal(": ".into()));
            let inner = self.call_function(number, vec![value], span)?;
            parts.push(ir::FormatPart::Value { value: inner, repr: true, spec: ir::FormatSpec::default() });
            parts.push(ir::FormatPart::Literal(">".into()));
        }
        Ok(ir::Expr::new(ir::ExprKind::Format(parts), Type::Str, at))
    }

    /// `==`, `!=`, `is` and `is not` of members; the operands come back where it is something else.
    pub fn compare_members(
        &mut self,
        op: ast::CompareOp,
        left: ir::Expr,
        right: ir::Expr,
        span: Span,
    ) -> Lowered<Result<ir::Expr, (ir::Expr, ir::Expr)>> {
        let at = self.at(span);
        let equal = match op {
            ast::CompareOp::Eq | ast::CompareOp::Is => CompareOp::Eq,
            ast::CompareOp::NotEq | ast::CompareOp::IsNot => CompareOp::NotEq,
            _ => {
                let (left, right) = (self.plain_value(left, span)?, self.plain_value(right, span)?);
                return Ok(Err((left, right)));
            }
        };
        let inner = |ty: &Type| if let Type::Optional(inner) = ty { (**inner).clone() } else { ty.clone() };
        if let (Type::Enum(a), Type::Enum(b)) = (inner(&left.ty), inner(&right.ty))
            && a == b
        {
            let ty = if left.ty == right.ty { left.ty.clone() } else { Type::optional(Type::Enum(a)) };
            let (left, right) = (self.coerce(left, &ty, "the value")?, self.coerce(right, &ty, "the value")?);
            let kind = ir::ExprKind::Compare { op: equal, left: Box::new(left), right: Box::new(right) };
            return Ok(Ok(ir::Expr::new(kind, Type::Bool, at)));
        }
        if matches!(op, ast::CompareOp::Is | ast::CompareOp::IsNot) {
            return Ok(Err((left, right)));
        }
        let (left, right) = (self.plain_value(left, span)?, self.plain_value(right, span)?);
        let plain = |e: &ir::Expr| matches!(e.ty, Type::Enum(_)) && Self::is_simple(e);
        let known = |e: &ir::Expr| {
            e.ty.is_number() || matches!(e.ty, Type::Str | Type::Bytes | Type::Enum(_) | Type::None | Type::Tuple(_))
        };
        // A member is equal to nothing but itself.
        if plain(&left) && known(&right) && Self::is_simple(&right)
            || plain(&right) && known(&left) && Self::is_simple(&left)
        {
            return Ok(Ok(ir::Expr::new(ir::ExprKind::Bool(equal == CompareOp::NotEq), Type::Bool, at)));
        }
        Ok(Err((left, right)))
    }
}

/// The full names of the bases of a class.
pub fn full_names(world: &World, module: ModuleId, def: &ast::ClassDef) -> Option<Vec<String>> {
    def.bases.iter().map(|base| dotted(base).map(|name| library_name(world, module, &name))).collect()
}
