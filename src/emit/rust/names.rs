//! Names: from Python's to Rust's, each once.
//!
//! ```text
//! _check_units -> check_units      maxValue -> max_value      type -> kind of keyword: r#type      N -> n
//! ```
//!
//! Leading underscores go, unless the name without them is taken; keywords are escaped; two Python names never meet
//! in one Rust name.

use crate::ir::{Class, ClassId, Function, FunctionId, FunctionKind, GlobalId, Module, ModuleId, Program};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;

/// Words that cannot be names even with `r#`.
const NEVER_RAW: &[&str] = &["self", "Self", "super", "crate", "_", ""];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types that generated code names without a path.
const TAKEN_TYPES: &[&str] = &[
    "Answer",
    "Box",
    "Dict",
    "Err",
    "Exception",
    "ExceptionClass",
    "Function0",
    "Function1",
    "Function2",
    "Function3",
    "Function4",
    "Function5",
    "Function6",
    "Json",
    "LazyLock",
    "None",
    "Ok",
    "Option",
    "Repr",
    "Response",
    "Result",
    "Self",
    "Session",
    "Set",
    "Shared",
    "Some",
    "State",
    "String",
    "ToJson",
    "Vec",
];

/// Shared objects that are open, from the outermost in.
pub const OPEN: &[&str] = &["it", "inner", "inner_2", "inner_3", "inner_4", "inner_5", "inner_6", "inner_7"];

/// Values that generated code names without a path.
const TAKEN_VALUES: &[&str] = &["state", "error"];

/// Makes an identifier of a word that may be a keyword.
pub fn ident(word: &str) -> Ident {
    match word {
        word if NEVER_RAW.contains(&word) => Ident::new(&format!("{word}_"), Span::call_site()),
        word if KEYWORDS.contains(&word) => Ident::new_raw(word, Span::call_site()),
        word => Ident::new(word, Span::call_site()),
    }
}

/// `maxValue` and `MAX_VALUE` become `max_value`; what Rust cannot spell becomes its code point.
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut previous = '_';
    for c in name.chars() {
        if c.is_uppercase() && (previous.is_lowercase() || previous.is_ascii_digit()) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
        previous = c;
    }
    out
}

/// `price_tier` and `priceTier` become `PRICE_TIER`.
pub fn screaming(name: &str) -> String {
    snake(name).to_uppercase()
}

fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>())
        .collect()
}

fn members(class: &Class) -> Vec<Ident> {
    let mut taken = HashSet::from(["Self".to_string()]);
    class.members.iter().map(|member| ident(&fresh(&camel(&member.name.to_lowercase()), &mut taken))).collect()
}

/// Takes a name that is free: without leading underscores if possible, else with a number.
pub fn fresh(wanted: &str, taken: &mut HashSet<String>) -> String {
    let trimmed = wanted.trim_start_matches('_');
    let base = match trimmed.chars().next() {
        None => "unnamed".to_string(),
        Some(first) if first.is_ascii_digit() => format!("n{trimmed}"),
        Some(_) => trimmed.to_string(),
    };
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let free = std::iter::once(base.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(base);
    taken.insert(free.clone());
    free
}

/// The Rust names of everything that has a name outside functions.
pub struct Names {
    /// By module.
    pub modules: Vec<Ident>,
    /// By class.
    pub classes: Vec<Ident>,
    /// By class, then member of an enumeration.
    pub members: Vec<Vec<Ident>>,
    /// By class, then field.
    pub fields: Vec<Vec<Ident>>,
    /// By exception class of the program.
    pub exceptions: Vec<Ident>,
    /// By function.
    pub functions: Vec<Ident>,
    /// By global: fields of the state in lower case, constants in upper case.
    pub globals: Vec<Ident>,
}

impl Names {
    /// Chooses all names of a program.
    pub fn choose(program: &Program, support: &[&str]) -> Names {
        let mut modules: HashSet<String> = support
            .iter()
            .copied()
            .chain(["support", "state", "boundary", "wire", "routes"])
            .map(str::to_string)
            .collect();
        let module = |module: &Module| ident(&fresh(&snake(&module.name.replace('.', "_")), &mut modules));
        let mut classes: HashSet<String> = TAKEN_TYPES.iter().map(|name| name.to_string()).collect();
        let class = |class: &Class| {
            let name = camel(&class.name);
            let name = if classes.contains(&name) { format!("{name}Object") } else { name };
            ident(&fresh(&name, &mut classes))
        };
        let mut state = HashSet::new();
        let mut statics = HashSet::new();
        Names {
            modules: program.modules.iter().map(module).collect(),
            classes: program.classes.iter().map(class).collect(),
            members: program.classes.iter().map(members).collect(),
            fields: program.classes.iter().map(fields).collect(),
            exceptions: program
                .exceptions
                .iter()
                .map(|class| ident(&fresh(&screaming(&class.name), &mut statics)))
                .collect(),
            functions: functions(program),
            globals: program
                .globals
                .iter()
                .map(|global| match global.is_state {
                    true => ident(&fresh(&snake(&global.word()), &mut state)),
                    false => ident(&fresh(&screaming(&global.word()), &mut statics)),
                })
                .collect(),
        }
    }

    /// A member of an enumeration.
    pub fn member(&self, id: ClassId, index: u32) -> &Ident {
        &self.members[id.0 as usize][index as usize]
    }

    /// The name of a function.
    pub fn function(&self, id: FunctionId) -> &Ident {
        &self.functions[id.0 as usize]
    }

    /// The name of a class.
    pub fn class(&self, id: ClassId) -> &Ident {
        &self.classes[id.0 as usize]
    }

    /// The name of a global.
    pub fn global(&self, id: GlobalId) -> &Ident {
        &self.globals[id.0 as usize]
    }

    /// The name of a module.
    pub fn module(&self, id: ModuleId) -> &Ident {
        &self.modules[id.0 as usize]
    }
}

fn fields(class: &Class) -> Vec<Ident> {
    let mut taken = HashSet::new();
    class.fields.iter().map(|field| ident(&fresh(&snake(&field.name), &mut taken))).collect()
}

fn functions(program: &Program) -> Vec<Ident> {
    let mut taken = HashSet::new();
    let mut names = vec![None; program.functions.len()];
    // Public names first: they stay as they are.
    for private in [false, true] {
        for (index, function) in program.functions.iter().enumerate() {
            if function.name.starts_with('_') == private {
                let scope = format!("{:?}.{:?}.", function.module, function.kind.class());
                names[index] = Some(in_scope(&scope, function, &mut taken));
            }
        }
    }
    names.into_iter().map(|name| name.unwrap_or_else(|| ident("unnamed"))).collect()
}

fn in_scope(scope: &str, function: &Function, taken: &mut HashSet<String>) -> Ident {
    let wanted = match function.kind {
        FunctionKind::Init(_) if function.name == "__init__" => "new".to_string(),
        FunctionKind::Init(_) => format!("new_{}", snake(function.name.trim_start_matches('_'))),
        _ => snake(function.name.trim_start_matches('_').trim_end_matches("__")),
    };
    let wanted = if wanted.is_empty() { "unnamed".to_string() } else { wanted };
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let free = |name: &String| !taken.contains(&format!("{scope}{name}"));
    let name = std::iter::once(wanted.clone()).chain(numbered).find(free).unwrap_or(wanted);
    taken.insert(format!("{scope}{name}"));
    ident(&name)
}

/// The Rust names of a function's variables.
pub fn locals(function: &Function) -> Vec<Ident> {
    of_locals(&function.locals, crate::emit::decide::has_self(function))
}

/// The Rust names of some variables, of which the first may be `self`.
pub fn of_locals(locals: &[crate::ir::Local], has_self: bool) -> Vec<Ident> {
    let mut taken: HashSet<String> = TAKEN_VALUES.iter().chain(OPEN).map(|name| name.to_string()).collect();
    let name = |(index, local): (usize, &crate::ir::Local)| match index {
        0 if has_self => Ident::new("self", Span::call_site()),
        _ => ident(&fresh(&snake(&local.name), &mut taken)),
    };
    locals.iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_idiomatic_and_stay_apart() {
        let mut taken = HashSet::new();
        assert_eq!(snake("maxValue"), "max_value");
        assert_eq!(screaming("searchSteps"), "SEARCH_STEPS");
        assert_eq!(fresh("_units", &mut taken), "units");
        assert_eq!(fresh("units", &mut taken), "units_2");
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(camel("price_tier"), "PriceTier");
    }
}
