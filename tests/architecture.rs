//! The rules of ARCHITECTURE.md, checked from the source, so that they cannot rot.
//!
//! Test code (everything from `#[cfg(test)]` on, files named `tests.rs` and `testing.rs`) and comments are left out
//! where a rule is about the product's code.

#![allow(clippy::disallowed_methods, reason = "tests may touch the disk")]

use pivot::diagnostic::codes::TABLE;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Every component of `src/` with its layer; `main` and `lib` stand above them.
const LAYERS: &[(&str, u8)] = &[
    ("span", 0),
    ("source", 0),
    ("target", 0),
    ("diagnostic", 0),
    ("host", 0),
    ("python", 1),
    ("ir", 1),
    ("policy", 1),
    ("facts", 1),
    ("measurement", 1),
    ("recording", 1),
    ("artifact", 1),
    ("lower", 2),
    ("survey", 2),
    ("profiler", 2),
    ("emit", 2),
    ("recommend", 3),
    ("verify", 3),
    ("scaffold", 3),
    ("report", 4),
    ("pipeline", 5),
    ("cli", 6),
];

/// Uses that the layers would allow and the design does not: who, whom, why.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("python", "ir", "the syntax tree knows nothing of its meaning"),
    ("ir", "python", "the IR stands on its own"),
    ("emit", "python", "emit prints IR"),
    ("emit/rust", "emit/go", "back ends do not see each other"),
    ("emit/go", "emit/rust", "back ends do not see each other"),
    ("verify", "emit", "verify reads artifacts"),
    ("verify", "lower", "verify reads artifacts"),
    ("scaffold", "emit", "scaffold reads artifacts"),
    ("scaffold", "lower", "scaffold reads artifacts"),
    ("recommend", "host", "recommend does no I/O"),
    ("lower", "host", "translation does no I/O"),
    ("emit", "host", "translation does no I/O"),
];

/// Words that belong to one place: the word, where it may stand, how many files may name it there.
const AT_HOME: &[(&str, &str, usize)] = &[
    ("tree_sitter", "python", 1),
    ("handlebars", "scaffold", 1),
    ("annotate_snippets", "diagnostic", 1),
    ("indicatif", "cli", usize::MAX),
    ("anyhow", "cli", usize::MAX),
    ("clap::Parser", "cli", usize::MAX),
    ("std::fs", "host", usize::MAX),
    ("process::Stdio", "host", usize::MAX),
    ("std::process::Command", "host", usize::MAX),
    ("Instant::now", "host", 1),
    ("SystemTime::now", "host", 1),
];

/// Lines that a module may have, tests aside.
const LONGEST_MODULE: usize = 700;

/// Documents at the top of the repository.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "clippy.toml",
    "rustfmt.toml",
    "deny.toml",
    "docs/ci.md",
    "docs/semantics.md",
    "docs/subset.md",
];

/// A module of `src/`.
struct Module {
    /// Path below `src/`, with `/`.
    path: String,
    text: String,
    /// The text without comments and without tests.
    code: String,
}

impl Module {
    /// `emit/rust/names.rs` is of the component `emit`.
    fn component(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("testing") || self.path.contains("/tests/")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Folders below `src/emit` whose files are sources of generated projects: data, not modules.
const DATA: [&str; 2] = ["support", "snapshots"];

/// Rust files below a folder that are modules.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries
        .map(|entry| entry.into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.components().any(|part| DATA.iter().any(|folder| part.as_os_str() == *folder)))
        .collect()
}

fn modules() -> Vec<Module> {
    let source = root().join("src");
    let module = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(&source).unwrap().to_string_lossy().replace('\\', "/");
        Module { path, code: product_code(&text), text }
    };
    rust_files(&source).into_iter().map(module).collect()
}

fn product_code(text: &str) -> String {
    let product = match text.find("#[cfg(test)]\nmod ") {
        Some(tests) => &text[..tests],
        None => text,
    };
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The components and back ends that a module's code names after `crate::`.
fn uses(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (index, _) in code.match_indices("crate::") {
        let rest = &code[index + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split('}').next().unwrap_or_default();
            used.extend(group.split(',').map(|part| leading_path(part.trim())));
        } else {
            used.insert(leading_path(rest));
        }
    }
    used
}

/// `emit::go::names` becomes `emit/go`, `span::Span` becomes `span`.
fn leading_path(text: &str) -> String {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let first = word(text);
    let second = text[first.len()..].strip_prefix("::").map(word).unwrap_or_default();
    if first == "emit" && (second == "rust" || second == "go") { format!("{first}/{second}") } else { first }
}

fn layer(component: &str) -> Option<u8> {
    let component = component.split('/').next().unwrap_or_default();
    LAYERS.iter().find(|(name, _)| *name == component).map(|(_, layer)| *layer)
}

fn complain(what: &str, complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{what}:\n  {}", complaints.join("\n  "));
}

#[test]
fn every_component_has_a_layer_and_a_place_on_the_map() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap_or_default();
    let components: BTreeSet<String> = modules().iter().map(|module| module.component().to_string()).collect();
    let known: BTreeSet<String> =
        LAYERS.iter().map(|(name, _)| name.to_string()).chain(["lib".into(), "main".into()]).collect();
    assert_eq!(components, known);
    let missing =
        LAYERS.iter().filter(|(name, _)| !map.contains(&format!("`{name}`")) && !map.contains(&format!("`{name}/`")));
    complain("components that ARCHITECTURE.md does not name", missing.map(|(name, _)| name.to_string()).collect());
}

#[test]
fn imports_point_downwards() {
    let mut complaints = Vec::new();
    for module in modules() {
        let Some(own) = layer(module.component()) else { continue };
        for used in uses(&module.code) {
            let Some(theirs) = layer(&used) else { continue };
            let itself = used.split('/').next() == Some(module.component());
            let data = own <= 1 && theirs == own;
            if !itself && !data && theirs >= own {
                complaints.push(format!("{} (layer {own}) uses {used} (layer {theirs})", module.path));
            }
        }
    }
    complain("imports between layers", complaints);
}

#[test]
fn forbidden_uses_are_absent() {
    let mut complaints = Vec::new();
    for module in modules().iter().filter(|module| !module.is_test()) {
        let used = uses(&module.code);
        for (who, whom, why) in FORBIDDEN {
            let is_who = module.path.starts_with(&format!("{who}/")) || module.path == format!("{who}.rs");
            let hit = |used: &String| used == whom || used.starts_with(&format!("{whom}/"));
            if is_who && used.iter().any(hit) {
                complaints.push(format!("{} uses {whom}: {why}", module.path));
            }
        }
    }
    complain("uses that the design forbids", complaints);
}

#[test]
fn words_stay_at_home() {
    let modules = modules();
    let mut complaints = Vec::new();
    for (word, home, files) in AT_HOME {
        let naming: Vec<&Module> =
            modules.iter().filter(|module| !module.is_test() && names(&module.code, word)).collect();
        let strangers = naming.iter().filter(|module| module.component() != *home);
        complaints.extend(strangers.map(|module| format!("{} names {word}, which belongs to {home}", module.path)));
        if naming.len() > *files {
            let paths: Vec<&str> = naming.iter().map(|module| module.path.as_str()).collect();
            complaints.push(format!("{word} is named in {} files: {}", naming.len(), paths.join(", ")));
        }
    }
    complain("words away from home", complaints);
}

/// Whether the code names a path, not merely a longer word that contains it.
fn names(code: &str, word: &str) -> bool {
    let plain = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    code.match_indices(word)
        .any(|(index, _)| plain(code[..index].chars().next_back()) && plain(code[index + word.len()..].chars().next()))
}

#[test]
fn back_ends_have_one_shape() {
    let files = |target: &str| -> BTreeSet<String> {
        let folder = root().join("src/emit").join(target);
        let names =
            rust_files(&folder).into_iter().map(|path| path.strip_prefix(&folder).unwrap().display().to_string());
        names.collect()
    };
    assert_eq!(files("rust"), files("go"));
}

#[test]
fn modules_open_with_their_story() {
    let silent = modules().into_iter().filter(|module| !module.text.starts_with("//!")).map(|module| module.path);
    complain("modules without `//!` on the first line", silent.collect());
}

#[test]
fn modules_stay_small() {
    let long = modules().into_iter().filter(|module| !module.is_test()).filter_map(|module| {
        let lines =
            module.text.find("#[cfg(test)]\nmod ").map_or(module.text.as_str(), |at| &module.text[..at]).lines();
        let count = lines.count();
        (count > LONGEST_MODULE).then(|| format!("{}: {count} lines", module.path))
    });
    complain("modules to split", long.collect());
}

#[test]
fn documents_exist() {
    let missing = DOCUMENTS.iter().filter(|name| !root().join(name).is_file()).map(|name| name.to_string());
    complain("documents that are missing", missing.collect());
}

#[test]
fn refusals_are_documented() {
    let page = fs::read_to_string(root().join("docs/subset.md")).unwrap();
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `E")).collect();
    let refusals: Vec<_> = TABLE.iter().filter(|entry| entry.word.starts_with("E1")).collect();
    let row = |line: &str, word: &str, title: &str| line.starts_with(&format!("| `{word}` | {title} | "));
    let missing = refusals.iter().filter(|entry| !listed.iter().any(|line| row(line, entry.word, entry.title)));
    complain("codes that docs/subset.md does not list by name", missing.map(|e| e.word.to_string()).collect());
    assert_eq!(listed.len(), refusals.len(), "docs/subset.md lists codes twice, or codes that there are not");
}

#[test]
fn nothing_is_left_for_later() {
    let words = [concat!("to", "do!"), concat!("unimple", "mented!"), concat!("#[ig", "nore"), concat!("FIX", "ME")];
    let mut complaints = Vec::new();
    for path in [rust_files(&root().join("src")), rust_files(&root().join("tests"))].concat() {
        let text = fs::read_to_string(&path).unwrap();
        let found = words.iter().filter(|word| text.contains(**word));
        complaints.extend(found.map(|word| format!("{}: {word}", path.display())));
    }
    complain("work left for later", complaints);
}

#[test]
fn the_checks_themselves_can_fail() {
    assert_eq!(uses("use crate::{span::Span, emit::go::names};"), ["emit/go".to_string(), "span".into()].into());
    assert_eq!(uses("crate::host::Disk"), ["host".to_string()].into());
    assert!(names("use tree_sitter::Parser;", "tree_sitter") && !names("my_tree_sitter", "tree_sitter"));
    assert_eq!(product_code("a\n// b\n#[cfg(test)]\nmod tests {\n x }\n"), "a");
    assert_eq!(layer("emit/go"), Some(2));
}
