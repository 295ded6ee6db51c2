//! The wrong twins of what translated code calls, read from `wrong.rs` and `wrong.go`.

use crate::fault::Kind;
use std::collections::BTreeMap;

/// A wrong twin.
#[derive(Clone, Debug)]
pub struct Twin {
    /// What it stands for: `int::floor_div`, `.rem_euclid`, `support.Mod`.
    pub callee: String,
    pub kind: Kind,
    /// Its own name.
    pub name: String,
    /// Its source, with the line that begins it.
    pub text: String,
    /// Its first parameter is a Rust `&str`.
    pub takes_text: bool,
}

/// All twins of a language that fit a program.
#[derive(Clone, Debug, Default)]
pub struct Twins {
    by_callee: BTreeMap<String, Twin>,
    /// The program has objects with several owners.
    pub has_shared: bool,
}

impl Twins {
    /// Reads a file of twins.
    pub fn parse(source: &str, has_shared: bool) -> Twins {
        let mut by_callee = BTreeMap::new();
        for part in source.split("\n//@ ").skip(1) {
            let (head, code) = part.split_once('\n').expect("a head and code");
            let (callee, kind) = head.trim().split_once(' ').expect("a callee and a kind");
            let kind: Kind = serde_json::from_value(kind.into()).unwrap_or_else(|_| panic!("a kind of fault: {kind}"));
            let after = code.split_once("fn ").or_else(|| code.split_once("func ")).expect("a function").1;
            let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let takes_text = after.contains("(s: &str") && callee.starts_with('.');
            let text = format!("//@ {head}\n{code}\n");
            by_callee.insert(callee.to_string(), Twin { callee: callee.to_string(), kind, name, text, takes_text });
        }
        Twins { by_callee, has_shared }
    }

    /// The twin of a callee.
    pub fn of(&self, callee: &str) -> Option<&Twin> {
        self.by_callee.get(callee)
    }

    pub fn all(&self) -> impl Iterator<Item = &Twin> {
        self.by_callee.values()
    }

    /// Those whose name appears in some code.
    pub fn used_in<'t>(&'t self, code: &'t str) -> impl Iterator<Item = &'t Twin> {
        self.by_callee.values().filter(move |twin| {
            let mut places = code.match_indices(&twin.name);
            places.any(|(at, name)| code[at + name.len()..].starts_with(['(', ':']))
        })
    }
}
