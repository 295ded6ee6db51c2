//! Projects as a whole: which files there are, and what reaches them.

use super::*;
use crate::artifact::{GeneratedFile, Interface, Route};
use crate::policy::{DEFAULT_PROFILE, GoAmd64, GoBuild, Lto, Policy, RustBuild};

fn artifact(target: Target) -> Artifact {
    let text = include_str!("../../tests/scaffold/interface.json");
    let interface: Interface = serde_json::from_str(text).unwrap();
    let manifest = "[package]\nname = \"shop-logic\"\nversion = \"0.1.0\"\n\n[dependencies]\nserde_json = \"1\"\n";
    let files = match target {
        Target::Rust => vec![GeneratedFile { path: "Cargo.toml".into(), text: manifest.into(), map: Vec::new() }],
        Target::Go => Vec::new(),
    };
    Artifact { target, package: "shop".into(), files, interface }
}

fn options<'a>(templates: &'a Templates, build: &'a Build) -> ServiceOptions<'a> {
    let [folder, source, interpreter] = ["service-x", "shop.py", "CPython 3.11.7"].map(str::to_string);
    ServiceOptions { templates, folder, source, interpreter, build, port: DEFAULT_PORT }
}

fn balanced() -> Build {
    Policy::profile(DEFAULT_PROFILE).unwrap().build
}

fn project(
    target: Target,
    form: fn(&Artifact, &ServiceOptions) -> Result<ProjectFiles, ScaffoldError>,
) -> ProjectFiles {
    let templates = Templates::default();
    form(&artifact(target), &options(&templates, &balanced())).unwrap()
}

fn text<'a>(files: &'a ProjectFiles, path: &str) -> &'a str {
    &files.iter().find(|(found, _)| found == std::path::Path::new(path)).unwrap_or_else(|| panic!("no {path}")).1
}

#[test]
fn a_project_has_the_same_files_around_logic_in_every_language() {
    for target in Target::ALL {
        let files = project(target, service);
        for path in ["Dockerfile", "README.md", "openapi.yaml", ".dockerignore", "logic/interface.json"] {
            assert!(!text(&files, path).is_empty(), "{target:?} {path}");
        }
        assert!(files.is_sorted());
    }
}

#[test]
fn a_library_has_no_shell() {
    for target in Target::ALL {
        let files = project(target, library);
        assert!(
            files.iter().all(|(path, _)| !path.starts_with("service") && path != std::path::Path::new("Dockerfile"))
        );
        assert!(text(&files, "README.md").contains(target.title()));
    }
}

#[test]
fn the_lock_holds_what_the_service_needs_and_no_more() {
    let files = project(Target::Rust, service);
    let lock = text(&files, "Cargo.lock");
    for name in ["shop-logic", "shop-service", "axum", "serde_json"] {
        assert!(lock.contains(&format!("name = \"{name}\"")), "{name}");
    }
    assert!(!lock.contains("name = \"num-bigint\""));
    let alone = project(Target::Rust, library);
    assert!(!text(&alone, "Cargo.lock").contains("axum"));
}

#[test]
fn build_flags_reach_the_manifest_and_checks_stay() {
    let templates = Templates::default();
    let build = Build {
        rust: RustBuild { opt_level: 2, lto: Lto::Thin, codegen_units: 1, strip: true },
        go: GoBuild { goamd64: GoAmd64::V2, trimpath: true, strip: true },
    };
    let options = options(&templates, &build);
    let files = service(&artifact(Target::Rust), &options).unwrap();
    let manifest = text(&files, "Cargo.toml");
    for line in ["opt-level = 2", "lto = \"thin\"", "codegen-units = 1", "overflow-checks = true", "panic = \"unwind\""]
    {
        assert!(manifest.contains(line), "{line} in\n{manifest}");
    }
    let files = service(&artifact(Target::Go), &options).unwrap();
    assert!(text(&files, "Dockerfile").contains("GOAMD64=v2 go build '-trimpath' '-ldflags=-s -w' -o"));
}

#[test]
fn a_service_without_calls_of_its_own_is_still_a_service() {
    for target in Target::ALL {
        let mut artifact = artifact(target);
        let templates = Templates::default();
        artifact.interface = Interface { module: "bare".into(), ..Interface::default() };
        let files = service(&artifact, &options(&templates, &balanced())).unwrap();
        assert!(text(&files, "README.md").contains("bare-service"));
    }
}

#[test]
fn an_overridden_template_is_used_and_an_unknown_one_named() {
    let disk = crate::host::Memory::with([("t/shared/README.md.hbs", "mine: {{service}}")]);
    let templates = Templates::overridden(&disk, "t".as_ref()).unwrap();
    assert_ne!(templates.hash(), Templates::default().hash());
    let build = balanced();
    let options = options(&templates, &build);
    assert_eq!(text(&service(&artifact(Target::Go), &options).unwrap(), "README.md"), "mine: shop-service");
    let disk = crate::host::Memory::with([("t/shared/README.hbs", "typo")]);
    assert!(matches!(Templates::overridden(&disk, "t".as_ref()), Err(ScaffoldError::UnknownTemplate { .. })));
}

#[test]
fn openapi_describes_every_path() {
    let files = project(Target::Go, service);
    let document: serde_yaml::Value = serde_yaml::from_str(text(&files, "openapi.yaml")).unwrap();
    let paths = document["paths"].as_mapping().unwrap();
    let calls = ["/api/shop.price", "/api/nap:batch", "/api/stock/reserve", "/api/stock/{item_id}", "/health"];
    for path in calls {
        assert!(paths.contains_key(path), "{path}");
    }
    let result = &document["paths"]["/api/labels"]["post"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(result["additionalProperties"]["prefixItems"][0]["type"], "integer");
}

#[test]
fn routes_that_go_cannot_tell_apart_are_refused_for_go_alone() {
    let route = |path: &str| Route { path: path.into(), ..artifact(Target::Go).interface.routes[1].clone() };
    for target in Target::ALL {
        let mut artifact = artifact(target);
        artifact.interface.routes = vec![route("/a/{x}"), route("/{y}/b")];
        let templates = Templates::default();
        let made = service(&artifact, &options(&templates, &balanced()));
        assert_eq!(made.is_ok(), target == Target::Rust);
    }
}
