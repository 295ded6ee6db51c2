//! What was generated, judged by the tools that its users will judge it by: `tools/install-validators.sh` has them.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

#[path = "scaffold/support.rs"]
mod support;

use pivot::host::Disk;
use pivot::scaffold::{self, ComposeOptions, Templates};
use pivot::target::Target;
use std::path::PathBuf;
use std::process::Command;
use support::{root, run, write_mock_as};

/// A tool of `.tools/bin`, or of the system; absent ones are said aloud.
fn tool(name: &str) -> Option<Command> {
    let ours = root().join(".tools/bin").join(name);
    if ours.is_file() {
        return Some(Command::new(ours));
    }
    support::has(name).then(|| Command::new(name))
}

/// A system of two services, with the monolith of the fixtures as its gateway.
fn system() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("10-polyglot");
    write_mock_as(Target::Rust, "pricing", &dir.join("service-b-rust"));
    write_mock_as(Target::Go, "inventory", &dir.join("service-c-go"));
    let options = ComposeOptions {
        templates: &Templates::default(),
        monolith: Some(root().join("fixtures/monolith/monolith.py")),
    };
    let system = scaffold::compose(&Disk, &dir, &options).unwrap();
    assert!(!scaffold::write_system(&system, &Disk, &dir).unwrap().is_unchanged());
    assert!(scaffold::write_system(&system, &Disk, &dir).unwrap().is_unchanged());
    (folder, dir)
}

/// The system above, and the one of the example, whose code was translated.
fn systems() -> (tempfile::TempDir, [PathBuf; 2]) {
    let (folder, dir) = system();
    (folder, [dir, root().join("examples/10-polyglot-microservices")])
}

#[test]
fn dockerfiles_please_hadolint() {
    if let Some(mut hadolint) = tool("hadolint") {
        let (_folder, dirs) = systems();
        let of = |dir: &PathBuf| ["service-b-rust", "service-c-go", "api-gateway"].map(|name| dir.join(name));
        let files = dirs.iter().flat_map(of).map(|folder| folder.join("Dockerfile"));
        run(hadolint.arg("--failure-threshold").arg("style").args(files));
    }
}

#[test]
fn compose_reads_the_system() {
    let (_folder, dirs) = systems();
    for file in dirs.each_ref().map(|dir| dir.join("compose.yaml")) {
        if let Some(mut compose) = tool("docker-compose") {
            run(compose.arg("--file").arg(&file).args(["config", "-q"]).env_remove("GRAFANA_ADMIN_PASSWORD"));
        }
        if let Some(mut schema) = tool("check-jsonschema") {
            run(schema.args(["--builtin-schema", "vendor.compose-spec"]).arg(&file));
        }
    }
}

#[test]
fn prometheus_reads_its_configuration_and_the_dashboards_queries() {
    let (folder, dirs) = systems();
    for dir in dirs {
        let (Some(mut config), Some(mut queries)) = (tool("promtool"), tool("promtool")) else { return };
        run(config.args(["check", "config"]).arg(dir.join("prometheus/prometheus.yml")));
        let rules = folder.path().join("rules.yml");
        std::fs::write(&rules, recorded(&support::dashboard_queries(&dir))).unwrap();
        run(queries.args(["check", "rules"]).arg(rules));
    }
}

/// Queries as recording rules, which promtool can check; Grafana's variables get a value.
fn recorded(queries: &[String]) -> String {
    let plain = queries.iter().map(|query| query.replace("$__rate_interval", "1m").replace("$job", ".+"));
    let rules: Vec<serde_json::Value> = plain
        .enumerate()
        .map(|(number, query)| serde_json::json!({"record": format!("q:{number}"), "expr": query}))
        .collect();
    serde_json::json!({"groups": [{"name": "dashboard", "rules": rules}]}).to_string()
}

#[test]
fn descriptions_are_openapi() {
    let (_folder, dirs) = systems();
    let of = |dir: &PathBuf| ["service-b-rust", "service-c-go"].map(|project| dir.join(project).join("openapi.yaml"));
    if let Some(mut validator) = tool("openapi-spec-validator") {
        run(validator.args(dirs.iter().flat_map(of)));
    }
}

#[test]
fn everything_that_is_mounted_is_there() {
    let (_folder, dirs) = systems();
    for dir in dirs {
        let text = std::fs::read_to_string(dir.join("compose.yaml")).unwrap();
        let compose: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        for (name, service) in compose["services"].as_mapping().unwrap() {
            let mounts = service["volumes"].as_sequence().cloned().unwrap_or_default();
            for mount in mounts.iter().filter_map(|mount| mount.as_str()).filter(|mount| mount.starts_with("./")) {
                assert!(dir.join(mount.split(':').next().unwrap()).exists(), "{name:?} {mount}");
            }
            if let Some(context) = service["build"]["context"].as_str() {
                let file = service["build"]["dockerfile"].as_str().unwrap_or("Dockerfile");
                assert!(dir.join(context).join(file).is_file(), "{name:?} {context} {file}");
            }
        }
    }
}
