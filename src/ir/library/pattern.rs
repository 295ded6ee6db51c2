//! Signatures as text: reading rows of the table, and fitting types to them.

use super::{Ask, Default, Param, ParamKind, Row};
use crate::ir::{Need, Type};

/// A type with variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// A type of its own.
    Exactly(Type),
    /// A type variable.
    Variable(char),
    List(Box<Pattern>),
    Deque(Box<Pattern>),
    Dict(Box<Pattern>, Box<Pattern>),
    Set(Box<Pattern>),
    FrozenSet(Box<Pattern>),
    Tuple(Vec<Pattern>),
    Optional(Box<Pattern>),
    /// Anything that can be iterated, as a list; `any_order` where the order of a set cannot be seen.
    Iterable {
        item: Box<Pattern>,
        any_order: bool,
    },
}

impl Pattern {
    /// True where it mentions a type variable.
    pub fn has_variable(&self) -> bool {
        match self {
            Pattern::Exactly(_) => false,
            Pattern::Variable(_) => true,
            Pattern::List(t) | Pattern::Deque(t) | Pattern::Set(t) | Pattern::FrozenSet(t) | Pattern::Optional(t) => {
                t.has_variable()
            }
            Pattern::Iterable { item, .. } => item.has_variable(),
            Pattern::Dict(k, v) => k.has_variable() || v.has_variable(),
            Pattern::Tuple(items) => items.iter().any(Pattern::has_variable),
        }
    }

    /// The type with variables replaced; a variable that is not bound is unknown.
    pub fn filled(&self, bindings: &Bindings) -> Type {
        match self {
            Pattern::Exactly(ty) => ty.clone(),
            Pattern::Variable(name) => bindings.get(*name).cloned().unwrap_or(Type::Unknown),
            Pattern::List(t) | Pattern::Iterable { item: t, .. } => Type::list(t.filled(bindings)),
            Pattern::Deque(t) => Type::Deque(Box::new(t.filled(bindings))),
            Pattern::Set(t) => Type::Set(Box::new(t.filled(bindings))),
            Pattern::FrozenSet(t) => Type::FrozenSet(Box::new(t.filled(bindings))),
            Pattern::Optional(t) => Type::optional(t.filled(bindings)),
            Pattern::Dict(k, v) => Type::dict(k.filled(bindings), v.filled(bindings)),
            Pattern::Tuple(items) => Type::Tuple(items.iter().map(|t| t.filled(bindings)).collect()),
        }
    }
}

/// What type variables stand for.
#[derive(Clone, Debug, std::default::Default)]
pub struct Bindings(Vec<(char, Type)>);

impl Bindings {
    /// What a variable stands for.
    pub fn get(&self, name: char) -> Option<&Type> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty)
    }

    /// Gives a variable a type.
    pub fn set(&mut self, name: char, ty: Type) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = ty,
            None => self.0.push((name, ty)),
        }
    }

    /// Fits an operand of exactly this type to a pattern; false where it does not.
    pub fn fit(&mut self, pattern: &Pattern, ty: &Type) -> bool {
        self.fit_by(pattern, ty, &|a, b| (a == b).then(|| a.clone()))
    }

    /// The same, where `join` says what a variable that meets two types stands for.
    pub fn fit_by(&mut self, pattern: &Pattern, ty: &Type, join: &dyn Fn(&Type, &Type) -> Option<Type>) -> bool {
        let mut inner = |p: &Pattern, t: &Type| self.fit_by(p, t, join);
        match (pattern, ty) {
            (_, Type::Unknown) => true,
            (Pattern::Exactly(Type::Float), Type::Int | Type::Bool) => true,
            (Pattern::Exactly(Type::Int), Type::Bool) => true,
            (Pattern::Exactly(want), ty) => want == ty,
            (Pattern::Variable(name), ty) => match self.get(*name).cloned() {
                None => {
                    self.set(*name, ty.clone());
                    true
                }
                Some(known) => match join(&known, ty) {
                    Some(joined) => {
                        self.set(*name, joined);
                        true
                    }
                    None => false,
                },
            },
            (Pattern::Iterable { item, .. }, Type::List(t)) => inner(item, t),
            (Pattern::List(p), Type::List(t))
            | (Pattern::Deque(p), Type::Deque(t))
            | (Pattern::Set(p), Type::Set(t))
            | (Pattern::FrozenSet(p), Type::FrozenSet(t)) => is_element(p, t) && inner(p, t),
            (Pattern::Dict(k, v), Type::Dict(l, w, _)) => {
                is_element(k, l) && is_element(v, w) && inner(k, l) && inner(v, w)
            }
            (Pattern::Tuple(ps), Type::Tuple(ts)) => {
                ps.len() == ts.len() && ps.iter().zip(ts).all(|(p, t)| inner(p, t))
            }
            (Pattern::Optional(_), Type::None) => true,
            (Pattern::Optional(p), Type::Optional(t)) => inner(p, t),
            (Pattern::Optional(p), t) => inner(p, t),
            _ => false,
        }
    }
}

/// Elements of containers are not converted: an int among floats stays an int.
fn is_element(pattern: &Pattern, ty: &Type) -> bool {
    !matches!((pattern, ty), (Pattern::Exactly(want), ty) if want != ty && *ty != Type::Unknown)
}

/// Reads a row of the table. The table is part of the program and a test reads all of it, so a row that is not
/// well-formed ends in a panic with the row.
pub fn row(line: &str) -> Row {
    let mut reader = Reader { line, rest: line };
    let changes = reader.word("mut ");
    let path = reader.until("(").trim();
    let (path, object) = receiver(path, changes);
    let mut params: Vec<Param> = object.into_iter().collect();
    let is_method = !params.is_empty();
    reader.expect("(");
    reader.params(&mut params);
    reader.expect(")");
    reader.expect("->");
    let result = reader.pattern();
    let mut row = Row {
        path,
        params,
        is_method,
        result,
        raises: false,
        guards: false,
        outside: false,
        shows: false,
        asks: Vec::new(),
        module: String::new(),
        function: String::new(),
    };
    reader.effects(&mut row);
    row
}

/// `list[T].index` is a method of an object; `math.comb` is not, nor is `@int.from_bytes`.
fn receiver(path: &str, changes: bool) -> (String, Option<Param>) {
    let Some((owner, name)) = path.rsplit_once('.') else { return (path.to_string(), None) };
    if let Some(owner) = owner.strip_prefix('@') {
        return (format!("{owner}.{name}"), None);
    }
    let word = owner.split('[').next().unwrap_or(owner);
    const TYPES: [&str; 12] =
        ["str", "bytes", "int", "float", "bool", "list", "deque", "dict", "set", "frozenset", "tuple", "iter"];
    if !TYPES.contains(&word) {
        return (path.to_string(), None);
    }
    let pattern = Reader { line: owner, rest: owner }.pattern();
    let need = if changes { Need::Mut } else { Need::Ref };
    let object = Param { name: "self".into(), pattern, need, default: None, kind: ParamKind::Positional };
    (format!("{word}.{name}"), Some(object))
}

struct Reader<'a> {
    line: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn fail(&self, what: &str) -> ! {
        panic!("{what} at `{}` in the row `{}`", self.rest, self.line)
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn word(&mut self, text: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, text: &str) {
        if !self.word(text) {
            self.fail(text);
        }
    }

    fn until(&mut self, text: &str) -> &'a str {
        let at = self.rest.find(text).unwrap_or(self.rest.len());
        let (found, rest) = self.rest.split_at(at);
        self.rest = rest;
        found
    }

    fn name(&mut self) -> &'a str {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        if name.is_empty() { self.fail("a name") } else { name }
    }

    fn params(&mut self, params: &mut Vec<Param>) {
        let mut named = false;
        self.skip();
        while !self.rest.starts_with(')') {
            if self.word("/") {
                params.iter_mut().for_each(|param| param.kind = ParamKind::Positional);
            } else if self.rest.starts_with("*,") {
                self.expect("*");
                named = true;
            } else {
                let rest = self.word("*");
                let param = self.param(match (rest, named) {
                    (true, _) => ParamKind::Rest,
                    (false, true) => ParamKind::Named,
                    (false, false) => ParamKind::Either,
                });
                named |= rest;
                params.push(param);
            }
            self.word(",");
            self.skip();
        }
    }

    fn param(&mut self, kind: ParamKind) -> Param {
        let name = self.name().to_string();
        self.expect(":");
        let need = match (self.word("mut "), self.word("own ")) {
            (true, _) => Need::Mut,
            (_, true) => Need::Own,
            _ => Need::Ref,
        };
        let pattern = self.pattern();
        let default = self.word("=").then(|| self.default());
        Param { name, pattern, need, default, kind }
    }

    fn default(&mut self) -> Default {
        self.skip();
        if self.word("'") {
            let text = self.until("'").to_string();
            self.expect("'");
            return Default::Str(text);
        }
        let end = self.rest.find([',', ')']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        match text.trim() {
            "None" => Default::None,
            "True" => Default::Bool(true),
            "False" => Default::Bool(false),
            "MAX" => Default::Int(i64::MAX),
            text => match (text.parse(), text.parse()) {
                (Ok(number), _) => Default::Int(number),
                (_, Ok(number)) => Default::Float(number),
                _ => self.fail("a default"),
            },
        }
    }

    fn pattern(&mut self) -> Pattern {
        let mut pattern = self.simple();
        while self.word("|") {
            self.expect("None");
            pattern = Pattern::Optional(Box::new(pattern));
        }
        pattern
    }

    fn simple(&mut self) -> Pattern {
        let name = self.name();
        let exactly = |ty| Pattern::Exactly(ty);
        match name {
            "int" => return exactly(Type::Int),
            "float" => return exactly(Type::Float),
            "bool" => return exactly(Type::Bool),
            "str" => return exactly(Type::Str),
            "bytes" => return exactly(Type::Bytes),
            "None" => return exactly(Type::None),
            _ => {}
        }
        let mut chars = name.chars();
        if let (Some(letter @ 'A'..='Z'), None) = (chars.next(), chars.next()) {
            return Pattern::Variable(letter);
        }
        self.expect("[");
        let mut items = Vec::new();
        while !self.word("]") {
            items.push(self.pattern());
            self.word(",");
        }
        let count = items.len();
        let mut items = items.into_iter().map(Box::new);
        let mut next = || items.next().unwrap_or_else(|| self.fail("a type"));
        match (name, count) {
            ("list", 1) => Pattern::List(next()),
            ("deque", 1) => Pattern::Deque(next()),
            ("set", 1) => Pattern::Set(next()),
            ("frozenset", 1) => Pattern::FrozenSet(next()),
            ("iter", 1) => Pattern::Iterable { item: next(), any_order: false },
            ("anyorder", 1) => Pattern::Iterable { item: next(), any_order: true },
            ("dict", 2) => {
                let key = next();
                Pattern::Dict(key, next())
            }
            ("tuple", _) => Pattern::Tuple(items.map(|item| *item).collect()),
            _ => self.fail("a type"),
        }
    }

    fn effects(&mut self, row: &mut Row) {
        loop {
            if self.word("raises") {
                row.raises = true;
            } else if self.word("guards") {
                row.guards = true;
            } else if self.word("outside") {
                row.outside = true;
            } else if self.word("shows") {
                row.shows = true;
            } else if self.word("=") {
                self.skip();
                let (module, function) = self.rest.split_once("::").unwrap_or_else(|| self.fail("a support function"));
                (row.module, row.function) = (module.to_string(), function.trim().to_string());
                return;
            } else {
                let ask = match self.name() {
                    "eq" => Ask::Eq,
                    "ord" => Ask::Ord,
                    "repr" => Ask::Repr,
                    "key" => Ask::Key,
                    _ => self.fail("an effect"),
                };
                self.expect("=");
                let variable = self.name().chars().next().unwrap_or_else(|| self.fail("a variable"));
                row.asks.push((ask, variable));
            }
        }
    }
}
