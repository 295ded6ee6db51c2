//! The services cut out of the example shop, built and started, side by side with the shop itself.
//!
//! The same requests go, in the same order, to the shop under Flask's test client and to each service; status, media type
//! and body must be the same but for times. Then 64 clients reserve at once, and SIGTERM comes while calls are computed.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files, programs and times")]

#[path = "scaffold/support.rs"]
mod support;

use pivot::host::Disk;
use pivot::pipeline::translate;
use pivot::target::Target;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use support::{Connection, Running, build, has, root};

/// Requests about prices: the published one first, then discounts, refusals and nonsense.
const PRICING: &[(&str, &str, &str)] = &[
    (
        "POST",
        "/api/calculate_price",
        r#"{"product_id":123,"base_price":173.0,"quantity_available":223,"demand_factor":1.0}"#,
    ),
    (
        "POST",
        "/api/calculate_price",
        r#"{"product_id":"7","base_price":"60","quantity_available":5,"demand_factor":2}"#,
    ),
    (
        "POST",
        "/api/calculate_price",
        r#"{"product_id":0,"base_price":173.0,"quantity_available":223,"demand_factor":1.0}"#,
    ),
    (
        "POST",
        "/api/calculate_price",
        r#"{"product_id":1,"base_price":-1,"quantity_available":223,"demand_factor":1.0}"#,
    ),
    ("POST", "/api/calculate_price", r#"{"product_id":1}"#),
    (
        "POST",
        "/api/calculate_price",
        r#"{"product_id":null,"base_price":[],"quantity_available":{},"demand_factor":true}"#,
    ),
    ("POST", "/api/calculate_price", "{"),
    ("POST", "/api/calculate_price", ""),
    ("POST", "/api/dynamic_price", r#"{"base_price":1200,"quantity_available":8,"demand_factor":1.5}"#),
    ("POST", "/api/dynamic_price", r#"{"base_price":1200,"quantity_available":-8,"demand_factor":1.5}"#),
    (
        "POST",
        "/api/quote",
        r#"{"product_id":123,"base_price":173.0,"quantity":25,"quantity_available":223,"loyalty_years":3}"#,
    ),
    ("POST", "/api/quote", r#"{"product_id":123,"base_price":173.0,"quantity":0,"quantity_available":223}"#),
];

/// Requests about stock, which build on each other.
const INVENTORY: &[(&str, &str, &str)] = &[
    ("GET", "/api/inventory/123", ""),
    ("GET", "/api/inventory/99999", ""),
    ("GET", "/api/inventory/abc", ""),
    ("POST", "/api/inventory/reserve", r#"{"product_id":123,"quantity":2}"#),
    ("POST", "/api/inventory/reserve", r#"{"product_id":123,"quantity":10000}"#),
    ("POST", "/api/inventory/reserve", r#"{"product_id":99999,"quantity":1}"#),
    ("POST", "/api/inventory/reserve", r#"{"product_id":123,"quantity":0}"#),
    ("POST", "/api/inventory/reserve", "[]"),
    ("GET", "/api/inventory/123", ""),
    ("POST", "/api/inventory/RES-123-000001/confirm", ""),
    ("POST", "/api/inventory/RES-123-000001/release", ""),
    ("POST", "/api/inventory/reserve", r#"{"product_id":5,"quantity":3}"#),
    ("POST", "/api/inventory/RES-5-000002/release", ""),
    ("POST", "/api/inventory/restock", r#"{"product_id":5,"warehouse":"WH-2","quantity":40}"#),
    ("POST", "/api/inventory/restock", r#"{"product_id":5,"warehouse":"nowhere","quantity":40}"#),
    (
        "POST",
        "/api/inventory/transfer",
        r#"{"product_id":5,"from_warehouse":"WH-2","to_warehouse":"WH-3","quantity":15}"#,
    ),
    (
        "POST",
        "/api/inventory/transfer",
        r#"{"product_id":5,"from_warehouse":"WH-2","to_warehouse":"WH-2","quantity":15}"#,
    ),
    ("GET", "/api/inventory/5", ""),
];

/// Puts requests to the shop under Flask's test client: a JSON array in, an array of [status, media type, body] out.
const SHOP: &str = r#"
import json, sys
from monolith import app
client = app.test_client()
answers = []
for method, path, body in json.load(sys.stdin):
    answer = client.open(path, method=method, data=body.encode(), content_type="application/json")
    answers.append([answer.status_code, answer.mimetype, answer.get_data(as_text=True)])
json.dump(answers, sys.stdout)
"#;

#[test]
fn pricing_in_rust() {
    answers_as_the_shop_does("pricing", Target::Rust, PRICING, finishes_what_it_began);
}

#[test]
fn pricing_in_go() {
    answers_as_the_shop_does("pricing", Target::Go, PRICING, finishes_what_it_began);
}

#[test]
fn inventory_in_go() {
    answers_as_the_shop_does("inventory", Target::Go, INVENTORY, never_oversells);
}

#[test]
fn inventory_in_rust() {
    answers_as_the_shop_does("inventory", Target::Rust, INVENTORY, never_oversells);
}

/// One request of each kind, then what the service has to prove under load.
fn answers_as_the_shop_does(module: &str, target: Target, requests: &[(&str, &str, &str)], then: fn(Running)) {
    let toolchain = if target == Target::Rust { "cargo" } else { "go" };
    if !(has("python3") && has(toolchain) && has_flask()) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join(format!("{module}-{}", target.word()));
    evolve(module, target, &project);
    let name = format!("{module}-service");
    let service = Running::start(&build(target, &project, &name), &[]);
    let health = service.get("/health").json();
    assert_eq!((&health["service"], &health["status"]), (&json!(name), &json!("healthy")));
    for ((method, path, body), shop) in requests.iter().zip(ask_the_shop(requests)) {
        let answer = service.ask(method, path, body);
        let media = answer.field("content-type").unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default();
        let ours = json!([answer.status, media, without_times(&answer.body)]);
        let theirs = json!([shop[0], shop[1], without_times(shop[2].as_str().unwrap_or_default())]);
        assert_eq!(ours, theirs, "{method} {path} {body}");
    }
    let stats = service.get("/api/stats").json();
    assert_eq!((&stats["service"], &stats["language"]), (&json!(name), &json!(target.title())));
    assert!(stats["requests_processed"].as_u64() >= Some(1), "{stats}");
    then(service);
}

/// Translates a module of the fixture into a project.
fn evolve(module: &str, target: Target, out: &Path) {
    let source = root().join("fixtures/monolith").join(format!("{module}.py"));
    let translation = translate::translate(&Disk, &source, &[], true).unwrap();
    let folder = out.file_name().unwrap().to_str().unwrap();
    support::write(module, folder, out, |build| translate::emit(&translation, target, folder, build).unwrap());
}

/// The interpreter of the fixture's virtual environment, or the one on the path.
fn python() -> PathBuf {
    let ours = root().join(".venv/bin/python");
    if ours.is_file() { ours } else { PathBuf::from("python3") }
}

fn has_flask() -> bool {
    let found =
        Command::new(python()).args(["-c", "import flask, sqlalchemy, numpy"]).output().unwrap().status.success();
    let required = std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_some_and(|value| value == "1");
    assert!(found || !required, "the shop's requirements are missing, and PIVOT_REQUIRE_TOOLCHAINS=1 asks for them");
    if !found {
        eprintln!("skipped: fixtures/monolith/requirements.txt is not installed");
    }
    found
}

fn ask_the_shop(requests: &[(&str, &str, &str)]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("requests.json");
    std::fs::write(&input, json!(requests).to_string()).unwrap();
    let mut command = Command::new(python());
    command.args(["-c", SHOP]).current_dir(root().join("fixtures/monolith")).stdin(std::fs::File::open(input).unwrap());
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A body in which every time of the form `2026-01-31T23:59:59Z` is the same.
fn without_times(body: &str) -> String {
    let form = "dddd-dd-ddTdd:dd:ddZ";
    let is_time = |text: &str| {
        text.len() == form.len()
            && text.chars().zip(form.chars()).all(|(c, f)| if f == 'd' { c.is_ascii_digit() } else { c == f })
    };
    let parts = body.split('"').map(|part| if is_time(part) { "TIME" } else { part });
    parts.collect::<Vec<&str>>().join("\"")
}

/// 64 clients take what is there, one unit at a time, and not one unit more.
fn never_oversells(service: Running) {
    let left = service.get("/api/inventory/20").json()["available"].as_u64().unwrap();
    let outcomes = support::in_parallel(64, |_| {
        let mut connection = Connection::open(service.port);
        let reserve = |_| {
            connection.send("POST", "/api/inventory/reserve", r#"{"product_id":20,"quantity":1}"#);
            let answer = connection.receive();
            (answer.status, answer.json()["reservation_id"].as_str().map(str::to_string))
        };
        (0..4).map(reserve).collect::<Vec<_>>()
    });
    let outcomes = outcomes.concat();
    let mut reserved: Vec<&String> = outcomes.iter().filter_map(|(_, id)| id.as_ref()).collect();
    assert_eq!(reserved.len() as u64, left);
    reserved.sort();
    reserved.dedup();
    assert_eq!(reserved.len() as u64, left, "every reservation has an id of its own");
    let refused = outcomes.iter().filter(|(status, _)| *status == 409).count() as u64;
    assert_eq!(refused, 256 - left);
    assert_eq!(service.get("/api/inventory/20").json()["available"], json!(0));
    finishes(service, Vec::new());
}

/// What is being computed when SIGTERM comes is still answered.
fn finishes_what_it_began(service: Running) {
    let call =
        |id: usize| json!({"product_id": id, "base_price": 99.5, "quantity_available": 40, "demand_factor": 1.25});
    let calls = json!((1..=6).map(call).collect::<Vec<Value>>()).to_string();
    let busy = (0..2).map(|_| {
        let mut connection = Connection::open(service.port);
        connection.send("POST", "/api/pricing.calculate_price:batch", &calls);
        connection
    });
    let busy = busy.collect();
    std::thread::sleep(Duration::from_millis(50));
    finishes(service, busy);
}

fn finishes(service: Running, busy: Vec<Connection>) {
    service.terminate();
    for mut connection in busy {
        let answer = connection.receive();
        let outcomes = answer.json();
        let done = outcomes
            .as_array()
            .is_some_and(|outcomes| outcomes.len() == 6 && outcomes.iter().all(|o| o.get("ok").is_some()));
        assert!(answer.status == 200 && done, "{answer:?}");
    }
    assert_eq!(service.wait(Duration::from_secs(10)).0, Some(0));
}
