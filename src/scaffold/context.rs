//! The data that templates of one project are filled with.

use super::ServiceOptions;
use super::paths::{PathMap, parameter};
use crate::artifact::Artifact;
use crate::policy;
use crate::target::Target;
use serde::Serialize;

/// Data of one generated project.
#[derive(Serialize)]
pub struct Project {
    /// Dotted Python module.
    pub module: String,
    /// Name of the logic package without its suffix.
    pub package: String,
    logic_package: String,
    /// Name of the service.
    pub service: String,
    folder: String,
    go_module: String,
    source: String,
    interpreter: String,
    language: &'static str,
    is_rust: bool,
    port: u16,
    build: Build,
    own: Vec<Own>,
    functions: Vec<Function>,
    methods: Vec<Method>,
    paths: Vec<Line>,
    first_call: Option<String>,
}

#[derive(Serialize)]
struct Build {
    opt_level: u8,
    lto: &'static str,
    codegen_units: u16,
    strip: bool,
    goamd64: &'static str,
    goflags: String,
}

/// A route; every text but `method` is a literal of the target language.
#[derive(Serialize)]
struct Own {
    method: String,
    path: String,
    pattern: String,
    handler: String,
    parameters: String,
}

#[derive(Serialize)]
struct Function {
    path: String,
    name: String,
}

#[derive(Serialize)]
struct Method {
    path: String,
    object: String,
    name: String,
}

/// A line of the README's table of paths.
#[derive(Serialize)]
struct Line {
    method: String,
    path: String,
    what: String,
}

/// Collects the data of a project.
pub fn service(artifact: &Artifact, options: &ServiceOptions, map: &PathMap) -> Project {
    Project {
        module: artifact.interface.module.clone(),
        package: artifact.package.clone(),
        logic_package: logic_package(artifact),
        service: service_name(&artifact.interface.module),
        folder: options.folder.clone(),
        go_module: go_module(&options.folder),
        source: options.source.clone(),
        interpreter: options.interpreter.clone(),
        language: artifact.target.title(),
        is_rust: artifact.target == Target::Rust,
        port: options.port,
        build: build(options.build),
        own: own(artifact.target, map),
        functions: (map.functions.iter())
            .map(|f| Function { path: literal(&f.path), name: literal(&f.function.name) })
            .collect(),
        methods: (map.methods.iter())
            .map(|m| Method { path: literal(&m.path), object: literal(&m.object), name: literal(&m.method.name) })
            .collect(),
        paths: lines(map),
        first_call: map.first_call().map(literal),
    }
}

/// The name of the logic's Cargo package, as its manifest has it; Go's has none.
fn logic_package(artifact: &Artifact) -> String {
    let manifest = artifact.files.iter().find(|file| file.path == "Cargo.toml");
    let name =
        manifest.and_then(|file| file.text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')));
    name.map_or_else(|| format!("{}-logic", artifact.package), str::to_string)
}

fn build(policy: &policy::Build) -> Build {
    let (rust, go) = (&policy.rust, &policy.go);
    let flags: Vec<String> = go.flags().iter().map(|flag| format!(" '{flag}'")).collect();
    Build {
        opt_level: rust.opt_level,
        lto: rust.lto.word(),
        codegen_units: rust.codegen_units,
        strip: rust.strip,
        goamd64: go.goamd64.word(),
        goflags: flags.concat(),
    }
}

/// The service that a module becomes: `shop.pricing` is `pricing-service`.
pub fn service_name(module: &str) -> String {
    let last = module.rsplit('.').next().unwrap_or_default();
    let kept = last.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let name: String = kept.collect();
    let name = name.trim_matches('-');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        format!("{name}-service")
    } else {
        format!("m{name}-service")
    }
}

/// The Go module of a project in `folder`: a name that Go accepts and does not take for a path of its library.
pub fn go_module(folder: &str) -> String {
    let kept = folder.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' });
    let name: String = kept.collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() || ["logic", "service", "std", "cmd"].contains(&name) {
        format!("{name}-module")
    } else {
        name.to_string()
    }
}

/// The own routes; axum looks at the path before the method and wants the shadowed ones too, Go's router does not.
fn own(target: Target, map: &PathMap) -> Vec<Own> {
    let shadowed: &[super::paths::OwnPath] = if target == Target::Rust { &map.shadowed } else { &[] };
    let parameters = |own: &super::paths::OwnPath| {
        let named = own.route.path_params.iter().map(|(name, _)| literal(name));
        named.collect::<Vec<String>>().join(", ")
    };
    (map.own.iter().chain(shadowed))
        .map(|own| Own {
            method: own.route.method.clone(),
            path: literal(&own.path),
            pattern: literal(&own.route.path),
            handler: literal(&own.route.handler),
            parameters: parameters(own),
        })
        .collect()
}

fn lines(map: &PathMap) -> Vec<Line> {
    let own = map.own.iter().map(|own| Line {
        method: own.route.method.clone(),
        path: own.path.clone(),
        what: format!("the monolith's own route `{}`", own.route.handler),
    });
    let functions = map.functions.iter().map(|f| (&f.path, format!("`{}`", f.function.name)));
    let methods = map.methods.iter().map(|m| (&m.path, format!("`{}.{}`", m.object, m.method.name)));
    let calls =
        functions.chain(methods).map(|(path, what)| Line { method: "POST".to_string(), path: path.clone(), what });
    own.chain(calls).collect()
}

/// A string literal that Rust and Go read alike.
fn literal(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => String::new(),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// The parameters in a pattern, in the order in which they stand.
pub fn pattern_parameters(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('/').filter_map(parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_services_after_modules() {
        let names = ["pricing", "shop.stock_keeping", "_1"].map(service_name);
        assert_eq!(names, ["pricing-service", "stock-keeping-service", "m1-service"]);
    }

    #[test]
    fn names_go_modules_after_folders() {
        let names = ["service-c-go", "my folder", "logic"].map(go_module);
        assert_eq!(names, ["service-c-go", "my-folder", "logic-module"]);
    }

    #[test]
    fn literals_are_quoted() {
        assert_eq!(literal("a\"b\\"), "\"a\\\"b\\\\\"");
    }
}
