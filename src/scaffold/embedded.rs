//! The table of built-in templates; a test holds it equal to the folder `templates/`.

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name)))),*]
    };
}

/// Name and text of every built-in template, sorted by name.
pub const EMBEDDED: &[(&str, &str)] = templates![
    "gateway/Dockerfile.dockerignore",
    "gateway/Dockerfile.hbs",
    "go/Dockerfile.hbs",
    "go/go.mod.hbs",
    "go/go.sum",
    "go/service/answers.go.hbs",
    "go/service/config.go",
    "go/service/desk.go.hbs",
    "go/service/main.go.hbs",
    "go/service/operations.go",
    "go/service/routes.go.hbs",
    "go/service/server.go",
    "go/service/service_test.go.hbs",
    "go/service/telemetry.go",
    "library-go/README.md.hbs",
    "library-go/go.mod.hbs",
    "library-rust/Cargo.toml.hbs",
    "library-rust/README.md.hbs",
    "locked-rust/Cargo.lock",
    "parity-go/logic/cmd/call/parity_test.go.hbs",
    "parity-rust/logic/tests/parity.rs",
    "rust/Cargo.toml.hbs",
    "rust/Dockerfile.hbs",
    "rust/rustfmt.toml",
    "rust/service/Cargo.toml.hbs",
    "rust/service/src/answers.rs",
    "rust/service/src/config.rs",
    "rust/service/src/desk.rs",
    "rust/service/src/lib.rs.hbs",
    "rust/service/src/main.rs",
    "rust/service/src/operations.rs",
    "rust/service/src/routes.rs.hbs",
    "rust/service/src/server.rs",
    "rust/service/src/telemetry.rs",
    "rust/service/tests/http.rs.hbs",
    "shared/.dockerignore",
    "shared/README.md.hbs",
    "system/compose.yaml.hbs",
    "system/grafana/dashboards/services.json",
    "system/grafana/provisioning/dashboards/services.yaml",
    "system/grafana/provisioning/datasources/prometheus.yaml",
    "system/prometheus/prometheus.yml.hbs",
];
