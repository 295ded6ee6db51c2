//! The package: which files there are, what is in each, and how it is built.
//!
//! ```text
//! Cargo.toml            one library `logic`, one binary `call`
//! src/lib.rs            the modules and the session
//! src/pricing.rs        one file a Python module
//! src/state.rs          module globals that can change (where there are any)
//! src/boundary.rs       codec of the program's classes, dispatch
//! src/session.rs ...    the session and the protocol, the same for every program
//! src/support/*.rs      Python's operations, as far as they are used
//! src/bin/call.rs       the stdio protocol
//! interface.json        what can be called
//! ```

use super::{Emitter, boundary, printer, support};
use crate::artifact::{Artifact, GeneratedFile, Interface, Origin};
use crate::emit::{EmitError, interface};
use crate::ir::{Item, Module, ModuleId};
use crate::target::Target;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The whole package.
pub fn artifact(mut emitter: Emitter<'_>) -> Result<Artifact, EmitError> {
    let interface = interface::interface(emitter.program, emitter.options);
    let mut files = Vec::new();
    let mut used = BTreeSet::new();
    let has_state = interface.has_state;
    let mut bodies: Vec<TokenStream> = Vec::new();
    for (index, module) in emitter.program.modules.iter().enumerate() {
        emitter.module = Some(ModuleId(index as u32));
        bodies.push(emitter.module_items(module));
    }
    emitter.module = None;
    let state = has_state.then(|| emitter.state_items());
    let boundary = boundary::items(&emitter, &interface);
    for (index, module) in emitter.program.modules.iter().enumerate() {
        let id = ModuleId(index as u32);
        emitter.module = Some(id);
        let (repr, json) = (emitter.repr_items(id), emitter.json_items(id));
        let body = &bodies[index];
        let items = quote!(#body #repr #json);
        files.push(module_file(&emitter, id, module, &items, &mut used)?);
    }
    if let Some(state) = &state {
        files.push(file("src/state.rs", "The module globals that can change.", state, &mut used)?);
    }
    files.push(file("src/boundary.rs", boundary::STORY, &boundary, &mut used)?);
    files.extend(boundary::sources(&mut used, &boundary));
    files.extend(support_files(used));
    files.push(library(&emitter, has_state)?);
    files.push(manifest(&emitter));
    files.push(interface_file(&interface)?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Artifact { target: Target::Rust, package: emitter.options.package.clone(), files, interface })
}

/// A file without a map.
pub fn plain(path: impl Into<String>, text: impl Into<String>) -> GeneratedFile {
    GeneratedFile { path: path.into(), text: text.into(), map: Vec::new() }
}

fn module_file(
    emitter: &Emitter<'_>,
    id: ModuleId,
    module: &Module,
    items: &TokenStream,
    used: &mut BTreeSet<&'static str>,
) -> Result<GeneratedFile, EmitError> {
    let name = emitter.names.module(id).to_string();
    let story = match &module.doc {
        Some(doc) => format!("{}\n\nTranslated from `{}`.", text_only(doc), module.path),
        None => format!("Translated from `{}`.", module.path),
    };
    let mut written = file(&format!("src/{}.rs", name.trim_start_matches("r#")), &story, items, used)?;
    written.map = module.items.iter().flat_map(|item| origins(emitter, module, *item)).collect();
    Ok(written)
}

/// A module docstring whose examples nobody runs.
fn text_only(doc: &str) -> String {
    let lines = doc.trim().lines().map(|line| match line.trim_start().starts_with(">>>") || line.starts_with("    ") {
        true => format!("    {}", line.trim_start()),
        false => line.to_string(),
    });
    let mut out = String::new();
    let mut open = false;
    for line in lines {
        let code = line.starts_with("    ");
        if code != open {
            out.push_str(if code { "```text\n" } else { "```\n" });
            open = code;
        }
        out.push_str(line.strip_prefix("    ").unwrap_or(&line));
        out.push('\n');
    }
    if open {
        out.push_str("```\n");
    }
    out.trim_end().to_string()
}

fn origins(emitter: &Emitter<'_>, module: &Module, item: Item) -> Vec<Origin> {
    let origin = |item: String, lines: (usize, usize)| Origin {
        item,
        source: module.path.clone(),
        first_line: lines.0,
        last_line: lines.1,
    };
    let program = emitter.program;
    match item {
        Item::Class(id) => {
            let class = program.class(id);
            let name = emitter.names.class(id).to_string();
            let methods = class.init.iter().chain(&class.methods).filter(|method| emitter.reachable[method.0 as usize]);
            let methods = methods.map(|method| {
                origin(format!("{name}::{}", emitter.names.function(*method)), program.function(*method).lines)
            });
            std::iter::once(origin(name.clone(), class.lines)).chain(methods).collect()
        }
        Item::Exception(index) => {
            vec![origin(emitter.names.exceptions[index as usize].to_string(), program.exceptions[index as usize].lines)]
        }
        Item::Function(id) if emitter.reachable[id.0 as usize] => {
            vec![origin(emitter.names.function(id).to_string(), program.function(id).lines)]
        }
        Item::Function(_) | Item::Global(_) => Vec::new(),
    }
}

/// A file with the `use` lines that its items need.
fn file(
    path: &str,
    story: &str,
    items: &TokenStream,
    used: &mut BTreeSet<&'static str>,
) -> Result<GeneratedFile, EmitError> {
    let (uses, modules) = support::needs(items);
    used.extend(modules);
    let text = items.to_string();
    let mut lines = TokenStream::new();
    let has = |word: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word);
    if has("State") && !path.ends_with("state.rs") && !path.ends_with("boundary.rs") {
        lines.extend(quote!(
            use crate::state::State;
        ));
    }
    let paths: Vec<TokenStream> = uses.iter().map(|line| line.parse().unwrap_or_default()).collect();
    match paths.as_slice() {
        [] => {}
        [one] => lines.extend(quote!(use crate::support::#one;)),
        _ => lines.extend(quote!(use crate::support::{#(#paths),*};)),
    }
    if has("LazyLock") {
        lines.extend(quote!(
            use std::sync::LazyLock;
        ));
    }
    Ok(plain(path, printer::file(story, &quote!(#lines #items))?))
}

fn support_files(used: BTreeSet<&'static str>) -> Vec<GeneratedFile> {
    let modules = support::closure(used);
    let mut front = String::from("//! Python's operations, as far as this program uses them.\n\n");
    modules.iter().for_each(|module| front.push_str(&format!("pub mod {module};\n")));
    let sources =
        modules.iter().filter_map(|module| Some(plain(format!("src/support/{module}.rs"), support::text(module)?)));
    sources.chain([plain("src/support/mod.rs", front)]).collect()
}

fn library(emitter: &Emitter<'_>, has_state: bool) -> Result<GeneratedFile, EmitError> {
    let modules = emitter.names.modules.iter();
    let state = has_state.then(|| {
        quote!(
            pub mod state;
        )
    });
    let own = boundary::MODULES.iter().map(|name| {
        let name = format_ident!("{name}");
        // Not every program needs all that calls can need.
        if name == "call" { quote!(#[allow(dead_code)] mod #name;) } else { quote!(mod #name;) }
    });
    let items = quote!(
        #(pub mod #modules;)*
        mod boundary;
        #(#own)*
        #state
        pub mod support;
        pub use session::{Answer, RouteAnswer, RouteRequest, Session};
    );
    let story = format!(
        "The logic of `{}`, translated from Python.\n\nThis code is yours: change it as you like.",
        emitter.options.package
    );
    let text = printer::file(&story, &items)?;
    // Python's `not x >= 0.0` is true of NaN, which `x < 0.0` is not: such comparisons stay as they were written.
    // What Python has checked for None is known not to be None afterwards.
    let allowed = "\n#![allow(clippy::manual_find, clippy::neg_cmp_op_on_partial_ord, clippy::nonminimal_bool, clippy::unnecessary_unwrap)]\n#![allow(unused_assignments)]\n";
    let at = text.find("\npub mod").unwrap_or(text.len());
    let (head, tail) = text.split_at(at);
    Ok(plain("src/lib.rs", format!("{head}{allowed}{tail}")))
}

fn manifest(emitter: &Emitter<'_>) -> GeneratedFile {
    let name = emitter.options.package.replace('_', "-");
    plain(
        "Cargo.toml",
        format!(
            "[package]\nname = \"{name}-logic\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
             [lib]\nname = \"logic\"\n\n[[bin]]\nname = \"call\"\npath = \"src/bin/call.rs\"\n\n\
             [dependencies]\nindexmap = \"2\"\nserde_json = {{ version = \"1\", features = [\"arbitrary_precision\", \"preserve_order\"] }}\n"
        ),
    )
}

fn interface_file(interface: &Interface) -> Result<GeneratedFile, EmitError> {
    let text = serde_json::to_string_pretty(interface).map_err(|error| EmitError::Malformed(error.to_string()))?;
    Ok(plain("interface.json", text + "\n"))
}
