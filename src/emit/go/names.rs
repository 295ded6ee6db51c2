//! Names in Go: mixed caps with initialisms, exported where Python's name is public, never a keyword.
//!
//! ```text
//! product_id -> ProductID | productID      _check_units -> checkUnits      MAX_UNITS -> MaxUnits
//! ```

use super::printer::{Ex, Head, St};
use crate::ir::{Class, ClassId, FieldId, FunctionId, FunctionKind, GlobalId, Program};
use std::collections::BTreeSet;

/// The names of everything in the package, fixed before anything is written.
pub(super) struct Names {
    classes: Vec<String>,
    /// By class, the members of an enumeration.
    members: Vec<Vec<String>>,
    exceptions: Vec<String>,
    functions: Vec<String>,
    /// By function, the table of what it gave.
    memos: Vec<String>,
    globals: Vec<String>,
    fields: Vec<Vec<String>>,
    package: Scope,
}

impl Names {
    /// Names for a program; a private function that shares its name with a variable gets another one.
    pub(super) fn new(program: &Program) -> Names {
        let mut package = Scope::with(PACKAGE_NAMES.iter().map(|name| name.to_string()));
        let classes = program.classes.iter().map(|c| package.take(&GoIdent::of(&c.name), "Type")).collect::<Vec<_>>();
        for name in classes.iter().flat_map(|class| super::boundary::derived_names(class)) {
            package.taken.insert(name);
        }
        let mut words = Vec::new();
        for (class, word) in program.classes.iter().zip(&classes) {
            let member = |member: &crate::ir::Member| {
                let name = GoIdent::exported(&member.name.to_lowercase());
                package.take(&GoIdent(format!("{word}{name}")), "Member")
            };
            words.push(class.members.iter().map(member).collect());
        }
        let exceptions = program.exceptions.iter().map(|e| package.take(&GoIdent::of(&e.name), "Type")).collect();
        let mut fields = Vec::new();
        let mut functions = vec![String::new(); program.functions.len()];
        for class in &program.classes {
            fields.push(members(program, class, &mut functions));
        }
        let mut state = Scope::default();
        let globals = program.globals.iter().map(|global| match global.is_state {
            true => state.take(&GoIdent::of(&global.word()), "Value"),
            false => package.take(&GoIdent::of(&global.word()), "Value"),
        });
        let globals = globals.collect();
        let locals = local_names(program);
        for (index, function) in program.functions.iter().enumerate() {
            let ident = match function.kind {
                FunctionKind::Plain => GoIdent::of(&function.name),
                FunctionKind::Init(class) if function.name == "__init__" => constructor(&classes[class.0 as usize]),
                FunctionKind::Init(_) => constructor(GoIdent::of(&function.name).as_str()),
                FunctionKind::Static(class) => {
                    let member = GoIdent::exported(&function.name);
                    GoIdent(format!("{}{member}", classes[class.0 as usize]))
                }
                FunctionKind::Method(_) | FunctionKind::Property(_) => continue,
            };
            let ident = if locals.contains(ident.as_str()) { GoIdent(format!("{ident}Of")) } else { ident };
            functions[index] = package.take(&ident, "Func");
        }
        let memo = |(function, name): (&crate::ir::Function, &String)| match function.memo {
            Some(_) => package.take(&GoIdent::private(&format!("{}_known", function.name)), "Memo"),
            None => name.clone(),
        };
        let memos = program.functions.iter().zip(&functions).map(memo).collect();
        Names { classes, members: words, exceptions, functions, memos, globals, fields, package }
    }

    /// The struct of a class.
    pub(super) fn class(&self, id: ClassId) -> &str {
        &self.classes[id.0 as usize]
    }

    /// A member of an enumeration.
    pub(super) fn member(&self, id: ClassId, index: u32) -> &str {
        &self.members[id.0 as usize][index as usize]
    }

    /// The variable of an exception class of the program.
    pub(super) fn exception(&self, index: u32) -> &str {
        &self.exceptions[index as usize]
    }

    /// The function, or the method without its receiver.
    pub(super) fn function(&self, id: FunctionId) -> &str {
        &self.functions[id.0 as usize]
    }

    /// The table of what a function gave that keeps it.
    pub(super) fn memo(&self, id: FunctionId) -> &str {
        &self.memos[id.0 as usize]
    }

    /// The constant or variable of a global, or its field in the state.
    pub(super) fn global(&self, id: GlobalId) -> &str {
        &self.globals[id.0 as usize]
    }

    /// A field of a class.
    pub(super) fn field(&self, class: ClassId, field: FieldId) -> &str {
        &self.fields[class.0 as usize][field.0 as usize]
    }

    /// A scope for the variables of a function: the package's names are taken.
    pub(super) fn scope(&self) -> Scope {
        self.package.clone()
    }
}

/// Names of a class's fields and methods, which share one scope.
fn members(program: &Program, class: &Class, functions: &mut [String]) -> Vec<String> {
    let mut scope = Scope::with(METHOD_NAMES.iter().map(|name| name.to_string()));
    let fields = class.fields.iter().map(|field| scope.take(&GoIdent::member(&field.name), "Field")).collect();
    for id in &class.methods {
        let method = program.function(*id);
        if let FunctionKind::Method(_) | FunctionKind::Property(_) = method.kind {
            functions[id.0 as usize] = scope.take(&GoIdent::member(&method.name), "Method");
        }
    }
    fields
}

fn constructor(class: &str) -> GoIdent {
    match class.starts_with(char::is_uppercase) {
        true => GoIdent(format!("New{class}")),
        false => GoIdent(format!("new{}", upper_first(class))),
    }
}

fn local_names(program: &Program) -> BTreeSet<String> {
    let locals = program.functions.iter().flat_map(|function| &function.locals);
    locals.map(|local| GoIdent::private(&local.name).0).collect()
}

/// Methods that the emitter adds to classes, and names that `go vet` reserves for the standard library's meaning.
const METHOD_NAMES: &[&str] = &[
    "Compare",
    "Equal",
    "Format",
    "GobDecode",
    "GobEncode",
    "Hash",
    "MarshalJSON",
    "MarshalXML",
    "Peek",
    "ReadByte",
    "ReadFrom",
    "ReadRune",
    "Repr",
    "Scan",
    "Seek",
    "UnmarshalJSON",
    "UnmarshalXML",
    "UnreadByte",
    "UnreadRune",
    "WriteByte",
    "WriteTo",
];

/// An identifier that is valid in Go and is no keyword.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoIdent(String);

impl GoIdent {
    /// The exported form of a Python name.
    pub fn exported(name: &str) -> GoIdent {
        GoIdent(join(name, true))
    }

    /// The form of a Python name that is seen in the package only.
    pub fn private(name: &str) -> GoIdent {
        let text = join(name, false);
        if is_reserved(&text) { GoIdent(format!("{text}Value")) } else { GoIdent(text) }
    }

    /// A field or method: exported unless the Python name starts with an underscore; only keywords are taken.
    pub fn member(name: &str) -> GoIdent {
        let text = join(name, !name.starts_with('_'));
        if KEYWORDS.contains(&text.as_str()) { GoIdent(format!("{text}Value")) } else { GoIdent(text) }
    }

    /// Exported unless the Python name starts with an underscore.
    pub fn of(name: &str) -> GoIdent {
        if name.starts_with('_') { GoIdent::private(name) } else { GoIdent::exported(name) }
    }

    /// The identifier's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for GoIdent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names taken in a scope; hands out names that are still free.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// A scope in which these names are taken.
    pub fn with(names: impl IntoIterator<Item = String>) -> Scope {
        Scope { taken: names.into_iter().collect() }
    }

    /// Takes the name, or the name with the suffix, or that with a number.
    pub fn take(&mut self, ident: &GoIdent, suffix: &str) -> String {
        let plain = ident.0.clone();
        let suffixed = format!("{plain}{suffix}");
        let numbered = (2..).map(|number| format!("{plain}{number}"));
        let free = [plain.clone(), suffixed].into_iter().chain(numbered).find(|name| !self.taken.contains(name));
        let name = free.unwrap_or(plain);
        self.taken.insert(name.clone());
        name
    }

    /// Takes a name for a temporary.
    pub fn temporary(&mut self, hint: &str) -> String {
        self.take(&GoIdent::private(hint), "1")
    }

    /// True where the name is taken.
    pub fn has(&self, name: &str) -> bool {
        self.taken.contains(name)
    }
}

const INITIALISMS: &[&str] = &[
    "api", "ascii", "cpu", "css", "dns", "eof", "html", "http", "https", "id", "ip", "json", "ram", "rpc", "sql",
    "ssh", "tcp", "tls", "ttl", "udp", "ui", "uid", "uri", "url", "utc", "utf8", "uuid", "xml",
];

const KEYWORDS: &[&str] = &[
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

/// Keywords, predeclared names that generated code uses, and the packages it imports.
const RESERVED: &[&str] = &[
    "any",
    "append",
    "bool",
    "break",
    "byte",
    "cap",
    "case",
    "chan",
    "clear",
    "close",
    "cmp",
    "complex",
    "const",
    "continue",
    "copy",
    "default",
    "defer",
    "delete",
    "else",
    "err",
    "error",
    "fallthrough",
    "false",
    "float64",
    "fmt",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "init",
    "int",
    "int64",
    "interface",
    "iota",
    "json",
    "len",
    "main",
    "make",
    "map",
    "math",
    "max",
    "min",
    "new",
    "nil",
    "package",
    "panic",
    "print",
    "println",
    "range",
    "real",
    "recover",
    "return",
    "rune",
    "select",
    "slices",
    "state",
    "string",
    "strings",
    "struct",
    "support",
    "switch",
    "sync",
    "true",
    "type",
    "uint64",
    "url",
    "var",
];

/// True for a word that generated code needs for itself.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Words that the boundary takes in the package before any name of the program.
pub const PACKAGE_NAMES: &[&str] = &[
    "Answer",
    "AnswerError",
    "AnswerGuard",
    "AnswerKind",
    "AnswerMalformed",
    "AnswerOk",
    "NewSession",
    "NewState",
    "RouteAnswer",
    "RouteError",
    "RouteGuard",
    "RouteKind",
    "RouteNotFound",
    "RouteRequest",
    "RouteResponse",
    "Session",
    "State",
    "classOf",
    "cloneObject",
    "cloneState",
    "constructors",
    "functions",
    "handlers",
    "methods",
    "module",
    "objects",
    "writeState",
];

fn join(name: &str, exported: bool) -> String {
    let upper_only = !name.chars().any(char::is_lowercase);
    let words: Vec<String> = split_words(name, upper_only);
    let mut out = String::new();
    for (index, word) in words.iter().enumerate() {
        let small = word.to_lowercase();
        let first = index == 0 && !exported;
        let plural =
            small.strip_suffix('s').filter(|one| INITIALISMS.contains(one) && !INITIALISMS.contains(&small.as_str()));
        if let (Some(one), false) = (plural, first) {
            out.push_str(&format!("{}s", one.to_uppercase()));
        } else if INITIALISMS.contains(&small.as_str()) {
            out.push_str(&if first { small } else { small.to_uppercase() });
        } else if first {
            out.push_str(&lower_first(word));
        } else {
            out.push_str(&upper_first(word));
        }
    }
    if out.is_empty() {
        out.push_str(if exported { "Blank" } else { "blank" });
    }
    let letter = out.chars().next().is_some_and(|c| c.is_alphabetic());
    let visible = out.chars().next().is_some_and(char::is_uppercase);
    match (letter, exported && !visible) {
        (true, false) => out,
        (true, true) | (false, true) => format!("X{out}"),
        (false, false) => format!("x{out}"),
    }
}

/// Words between underscores; all-capital names are lowered, so that `MAX_UNITS` becomes `MaxUnits`.
fn split_words(name: &str, upper_only: bool) -> Vec<String> {
    let parts = name.split('_').filter(|part| !part.is_empty());
    let mut words: Vec<String> = Vec::new();
    for part in parts {
        let word = if upper_only { part.to_lowercase() } else { part.to_string() };
        // Digits on both sides of a joint would run together: `x_1_2` is not `x_12`.
        let digits = word.starts_with(|c: char| c.is_ascii_digit());
        match words.last_mut() {
            Some(last) if digits && last.ends_with(|c: char| c.is_ascii_digit()) => {
                last.push('_');
                last.push_str(&word);
            }
            _ => words.push(word),
        }
    }
    words
}

fn upper_first(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Lowers the first letter, or the whole run of capitals before a word: `HTTPClient` becomes `httpClient`.
fn lower_first(word: &str) -> String {
    let capitals = word.chars().take_while(|c| c.is_uppercase()).count();
    let lowered = if capitals > 1 && capitals < word.chars().count() { capitals - 1 } else { capitals };
    word.chars()
        .enumerate()
        .flat_map(|(i, c)| if i < lowered { c.to_lowercase().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

/// Reads variables for nothing where nothing else reads them, as Go refuses a variable that is only assigned.
///
/// `rounded, err := support.Round(x)`   ->   and `_ = rounded` where the value is not wanted
pub(super) fn read_all(body: &mut Vec<St>) {
    let mut at = 0;
    while at < body.len() {
        for inner in bodies(&mut body[at]) {
            read_all(inner);
        }
        let unread: Vec<String> =
            declared(&body[at]).into_iter().filter(|name| !body[at + 1..].iter().any(|st| reads(st, name))).collect();
        at += 1;
        if !unread.is_empty() {
            let nothing = unread.iter().map(|_| Ex::word("_")).collect();
            body.insert(at, St::Assign(nothing, "=", unread.into_iter().map(Ex::word).collect()));
            at += 1;
        }
    }
}

fn bodies(st: &mut St) -> Vec<&mut Vec<St>> {
    match st {
        St::If { then, orelse, .. } => vec![then, orelse],
        St::For { body, .. } | St::Leavable { body, .. } | St::Block(body) => vec![body],
        St::Expr(_) | St::Assign(..) | St::Step(..) | St::Var(..) | St::Return(_) | St::Break(_) | St::Continue(_) => {
            vec![]
        }
    }
}

/// Variables that a statement declares for those after it.
fn declared(st: &St) -> Vec<String> {
    match st {
        St::Var(name, ..) => vec![name.clone()],
        St::Assign(left, ":=", _) => {
            let names = left.iter().filter_map(|ex| match ex {
                Ex::Word(name) if name != "_" => Some(name.clone()),
                _ => None,
            });
            names.collect()
        }
        _ => vec![],
    }
}

/// True where a statement reads a variable; to assign it is not to read it.
fn reads(st: &St, name: &str) -> bool {
    let any = |body: &[St]| body.iter().any(|st| reads(st, name));
    match st {
        St::Expr(ex) => reads_ex(ex, name),
        St::Step(target, _) => is_read_target(target, name),
        St::Assign(left, _, right) => {
            left.iter().any(|target| is_read_target(target, name)) || right.iter().any(|ex| reads_ex(ex, name))
        }
        St::Var(_, _, value) => value.iter().any(|ex| reads_ex(ex, name)),
        St::If { init, test, then, orelse } => {
            init.iter().any(|st| reads(st, name)) || reads_ex(test, name) || any(then) || any(orelse)
        }
        St::For { head, body, .. } => {
            let in_head = match head {
                Head::Forever => false,
                Head::While(test) => reads_ex(test, name),
                Head::Clauses(init, test, step) => reads(init, name) || reads_ex(test, name) || reads(step, name),
                Head::Range(_, value) => reads_ex(value, name),
            };
            in_head || any(body)
        }
        St::Leavable { body, .. } | St::Block(body) => any(body),
        St::Return(values) => values.iter().any(|ex| reads_ex(ex, name)),
        St::Break(_) | St::Continue(_) => false,
    }
}

fn is_read_target(target: &Ex, name: &str) -> bool {
    !matches!(target, Ex::Word(_)) && reads_ex(target, name)
}

fn reads_ex(ex: &Ex, name: &str) -> bool {
    let any = |items: &[Ex]| items.iter().any(|ex| reads_ex(ex, name));
    match ex {
        Ex::Word(word) => word.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == name),
        Ex::Unary(_, inner) | Ex::Paren(inner) | Ex::Selector(inner, _) => reads_ex(inner, name),
        Ex::Binary(_, left, right) | Ex::Index(left, right) => reads_ex(left, name) || reads_ex(right, name),
        Ex::Call(callee, arguments) | Ex::Spread(callee, arguments) => reads_ex(callee, name) || any(arguments),
        Ex::Slice(inner, low, high) => {
            reads_ex(inner, name) || low.iter().chain(high).any(|bound| reads_ex(bound, name))
        }
        Ex::Literal(_, items) => any(items),
        Ex::Keyed { fields, .. } => fields.iter().any(|(_, ex)| reads_ex(ex, name)),
        Ex::Func(_, body) => body.iter().any(|st| reads(st, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_mixed_caps_with_initialisms() {
        let rows = [
            ("product_id", "ProductID", "productID"),
            ("MAX_UNITS", "MaxUnits", "maxUnits"),
            ("_check_units", "CheckUnits", "checkUnits"),
            ("PriceBook", "PriceBook", "priceBook"),
            ("HTTPClient", "HTTPClient", "httpClient"),
            ("id", "ID", "id"),
            ("x_1_2", "X1_2", "x1_2"),
            ("_1", "X1", "x1"),
            ("__", "Blank", "blank"),
            ("type", "Type", "typeValue"),
        ];
        for (python, exported, private) in rows {
            assert_eq!(GoIdent::exported(python).as_str(), exported);
            assert_eq!(GoIdent::private(python).as_str(), private);
        }
    }

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_scope_never_gives_a_name_twice() {
        let mut scope = Scope::default();
        let level = GoIdent::private("level");
        let names: Vec<String> = (0..3).map(|_| scope.take(&level, "Of")).collect();
        assert_eq!(names, ["level", "levelOf", "level2"]);
    }
}
