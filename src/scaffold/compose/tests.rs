//! Systems in memory: who is found, under which name, at which port, and what is never overwritten.

use super::*;
use crate::host::Memory;
use crate::scaffold::lock::{LockInputs, ProjectLock};

fn lock(module: &str, target: &str, form: &str) -> String {
    let inputs = LockInputs {
        module: module.to_string(),
        target: target.to_string(),
        form: form.to_string(),
        source_folder: Some("../../shop".to_string()),
        interpreter: "CPython 3.11.7".to_string(),
        ..LockInputs::default()
    };
    ProjectLock::new(inputs, Fingerprints::new()).text().unwrap()
}

fn disk() -> Memory {
    Memory::with([
        ("/w/sys/service-b-rust/pivot.lock", lock("pricing", "rust", "service")),
        ("/w/sys/service-c-go/pivot.lock", lock("inventory", "go", "service")),
        ("/w/sys/lib/pivot.lock", lock("search", "rust", "library")),
        ("/w/shop/monolith.py", "app = Flask(__name__)\n@app.get(\"/health\")\n@app.get(\"/metrics\")\n".to_string()),
        ("/w/shop/requirements.txt", "flask==3.1.2\n".to_string()),
    ])
}

fn system(disk: &Memory) -> System {
    let options = ComposeOptions { templates: &Templates::default(), monolith: None };
    compose(disk, Path::new("/w/sys"), &options).unwrap()
}

fn text(system: &System, path: &str) -> String {
    system.files.iter().find(|(found, _)| found == Path::new(path)).unwrap_or_else(|| panic!("no {path}")).1.clone()
}

fn yaml(system: &System, path: &str) -> serde_yaml::Value {
    serde_yaml::from_str(&text(system, path)).unwrap()
}

#[test]
fn services_have_names_and_ports() {
    let found: Vec<(String, u16)> = system(&disk()).services.into_iter().map(|s| (s.name, s.port)).collect();
    assert_eq!(found, [("pricing-service".to_string(), 8001), ("inventory-service".to_string(), 8002)]);
}

#[test]
fn two_of_one_module_do_not_share_a_name() {
    let disk = disk();
    disk.write(Path::new("/w/sys/z/pivot.lock"), lock("pricing", "go", "service").as_bytes()).unwrap();
    assert_eq!(system(&disk).services[2].name, "pricing-service-go");
}

#[test]
fn the_monolith_is_the_gateway_and_its_folder_stays_as_it_is() {
    let system = system(&disk());
    let compose = yaml(&system, "compose.yaml");
    let gateway = &compose["services"]["api-gateway"];
    assert_eq!(gateway["build"]["context"], "../shop");
    assert_eq!(gateway["build"]["dockerfile"], "../sys/api-gateway/Dockerfile");
    assert_eq!(gateway["environment"]["RUST_SERVICE_URL"], "http://pricing-service:8001");
    assert_eq!(gateway["environment"]["GO_SERVICE_URL"], "http://inventory-service:8002");
    let dockerfile = text(&system, "api-gateway/Dockerfile");
    assert!(dockerfile.contains("FROM python:3.11.7-slim-bookworm"));
    assert!(dockerfile.contains("\"monolith:app\""));
    assert!(system.files.iter().all(|(path, _)| path.is_relative() && !path.starts_with("..")));
}

#[test]
fn a_monolith_with_a_dockerfile_keeps_it() {
    let disk = disk();
    disk.write(Path::new("/w/shop/Dockerfile"), b"FROM scratch\n").unwrap();
    let system = system(&disk);
    assert_eq!(yaml(&system, "compose.yaml")["services"]["api-gateway"]["build"]["dockerfile"], "Dockerfile");
    assert!(system.files.iter().all(|(path, _)| !path.starts_with("api-gateway")));
}

#[test]
fn a_monolith_beside_the_services_is_found_first() {
    let disk = disk();
    disk.write(Path::new("/w/sys/service-a-python/main.py"), b"api: FastAPI = FastAPI()\n").unwrap();
    let system = system(&disk);
    assert_eq!(yaml(&system, "compose.yaml")["services"]["api-gateway"]["build"]["context"], "./service-a-python");
    assert!(text(&system, "api-gateway/Dockerfile").contains("\"uvicorn\""));
    assert!(!text(&system, "prometheus/prometheus.yml").contains("api-gateway"), "it has no /metrics");
}

#[test]
fn without_a_monolith_there_is_no_gateway() {
    let disk = disk();
    disk.remove_dir_all(Path::new("/w/shop")).unwrap();
    let system = system(&disk);
    assert_eq!(system.gateway, None);
    assert!(yaml(&system, "compose.yaml")["services"].get("api-gateway").is_none());
    let options = ComposeOptions { templates: &Templates::default(), monolith: Some("/w/none".into()) };
    let named = compose(&disk, Path::new("/w/sys"), &options);
    assert!(matches!(named, Err(ComposeError::NoApplication { .. })));
}

#[test]
fn every_container_is_bounded_watched_and_restarted() {
    let compose = yaml(&system(&disk()), "compose.yaml");
    let services = compose["services"].as_mapping().unwrap();
    assert_eq!(services.len(), 6);
    for (name, service) in services {
        assert!(service["deploy"]["resources"]["limits"]["memory"].is_string(), "{name:?}");
        assert_eq!(service["restart"], "unless-stopped", "{name:?}");
        assert_eq!(service["cap_drop"][0], "ALL", "{name:?}");
        let image = service["image"].as_str().unwrap();
        assert!(image.contains(':') && !image.ends_with(":latest"), "{image}");
    }
}

#[test]
fn nothing_to_compose_is_said() {
    let disk = Memory::with([("/w/sys/readme", "")]);
    let options = ComposeOptions { templates: &Templates::default(), monolith: None };
    assert!(matches!(compose(&disk, Path::new("/w/sys"), &options), Err(ComposeError::NoServices { .. })));
    assert!(matches!(compose(&disk, Path::new("/w/none"), &options), Err(ComposeError::Io { .. })));
}

#[test]
fn a_second_run_writes_nothing_and_an_edit_stops_it() {
    let disk = disk();
    let root = Path::new("/w/sys");
    assert!(!write_system(&system(&disk), &disk, root).unwrap().is_unchanged());
    assert!(write_system(&system(&disk), &disk, root).unwrap().is_unchanged());
    disk.write(&root.join("compose.yaml"), b"mine").unwrap();
    let problem = write_system(&system(&disk), &disk, root).unwrap_err();
    assert!(problem.is_conflict() && matches!(problem, WriteError::Edited { .. }));
}

#[test]
fn a_compose_file_of_the_users_is_not_taken_over() {
    let disk = disk();
    disk.write(Path::new("/w/sys/compose.yaml"), b"mine").unwrap();
    let problem = write_system(&system(&disk), &disk, Path::new("/w/sys")).unwrap_err();
    assert!(problem.is_conflict() && matches!(problem, WriteError::InTheWay { .. }));
    assert!(!disk.is_file(Path::new("/w/sys/prometheus/prometheus.yml")));
}
