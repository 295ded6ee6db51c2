//! Both shells, built for real around logic written by hand, and asked over the network.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files, programs and times")]

#[path = "scaffold/support.rs"]
mod support;

use pivot::target::Target;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use support::{Connection, Running, build, cargo, go, has, run, write_mock};

const SERVICE: &str = "shop-service";

#[test]
fn the_rust_shell() {
    if has("cargo") {
        let project = tempfile::tempdir().unwrap();
        write_mock(Target::Rust, project.path());
        run(&mut cargo(project.path(), &["test", "--locked", "--quiet"]));
        run(&mut cargo(project.path(), &["fmt", "--check", "--package", SERVICE]));
        run(&mut cargo(
            project.path(),
            &["clippy", "--locked", "--quiet", "--package", SERVICE, "--", "-D", "warnings"],
        ));
        speaks(Target::Rust, project.path(), "avg_calculation_time_us");
    }
}

#[test]
fn the_go_shell() {
    if has("go") {
        let project = tempfile::tempdir().unwrap();
        write_mock(Target::Go, project.path());
        run(&mut go(project.path(), &["vet", "./..."]));
        run(&mut go(project.path(), &["test", "./..."]));
        assert_eq!(run(go(project.path(), &["fmt"]).arg("./service")), "");
        speaks(Target::Go, project.path(), "avg_response_time_us");
    }
}

/// What both shells do alike.
fn speaks(target: Target, project: &Path, mean: &str) {
    let binary = build(target, project, SERVICE);
    let service = Running::start(&binary, &[]);
    functions_and_methods(&service);
    own_routes(&service);
    faults(&service);
    operations(&service, target, mean);
    drop(service);
    takes_the_next_port(&binary);
    declines_when_full(&binary);
    times_out(&binary);
    never_oversells(&binary);
    drains(&binary);
    says_what_setting_is_wrong(&binary);
}

fn functions_and_methods(service: &Running) {
    let answer = service.post("/api/shop.price", r#"{"base": 1.5, "units": 4}"#);
    assert_eq!((answer.status, answer.body.as_str()), (200, "6.0"));
    let answer = service.post("/api/shop.price", r#"{"base": -1.0}"#);
    assert_eq!(
        (answer.status, answer.json()),
        (422, json!({"error": {"type": "ValueError", "message": "base is negative"}}))
    );
    let answer = service.post("/api/stock/reserve", r#"{"units": 1.5}"#);
    assert_eq!((answer.status, answer.json()), (422, json!({"guard": {"kind": "type", "at": "shop.py:3:0"}})));
    assert_eq!(service.post("/api/stock/reserve", "{}").status, 400);
    assert_eq!(service.post("/api/stock/reserve", r#"{"units": 7}"#).body, "7");
    assert_eq!(service.post("/api/stock/left", "").body, "93");
    let answer = service.post("/api/shop.price:batch", r#"[{"base": 2.0}, {"base": -2.0}, {"base": "x"}, 5]"#);
    let outcomes = answer.json();
    assert_eq!((answer.status, &outcomes[0]), (200, &json!({"ok": 2.0})));
    assert_eq!(outcomes[1]["error"]["type"], "ValueError");
    assert_eq!(
        (&outcomes[2]["fault"]["kind"], &outcomes[3]["fault"]["kind"]),
        (&json!("malformed"), &json!("malformed"))
    );
}

fn own_routes(service: &Running) {
    let answer = service.post("/api/price", r#"{"base": 2.0}"#);
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"route\":2.0}\n"));
    let answer = service.get("/api/stock/12?verbose=a%20b&c=");
    assert_eq!(answer.json(), json!({"item": 12, "query": [["verbose", "a b"], ["c", ""]]}));
    for path in ["/api/stock/twelve", "/api/stock/left"] {
        let answer = service.get(path);
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
    assert!(
        service
            .get("/api/stock/twelve")
            .body
            .starts_with("<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>")
    );
    let answer = service.post("/api/stock/a%20b/close", "");
    assert_eq!((answer.status, answer.body.as_str()), (409, "{\"closed\":\"a b\"}\n"));
    assert_eq!(service.get("/broken").status, 500);
}

fn faults(service: &Running) {
    let kind = |answer: support::Answer| {
        (answer.status, answer.json()["fault"]["kind"].as_str().unwrap_or_default().to_string())
    };
    assert_eq!(kind(service.post("/api/shop.price", "{\"base\": 1")), (400, "malformed".to_string()));
    assert_eq!(kind(service.post("/api/shop.price", "[]")), (400, "malformed".to_string()));
    assert_eq!(kind(service.post("/api/shop.price", "{} {}")), (400, "malformed".to_string()));
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    assert_eq!(kind(service.post("/api/shop.price", &large)), (413, "too_large".to_string()));
    assert_eq!(kind(service.post("/api/price", &large)), (413, "too_large".to_string()));
    assert_eq!(kind(service.post("/api/none", "{}")), (404, "not_found".to_string()));
    assert_eq!(kind(service.get("/api/shop.price")), (405, "method_not_allowed".to_string()));
    for beyond in ["[".repeat(500_000), r#"{"base": "\ud800"}"#.to_string()] {
        let answer = service.post("/api/shop.price", &beyond);
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(answer.json()["guard"]["kind"].is_string());
    }
}

fn operations(service: &Running, target: Target, mean: &str) {
    let health = service.get("/health").json();
    assert_eq!((&health["service"], &health["status"]), (&json!(SERVICE), &json!("healthy")));
    assert_eq!(health["timestamp"].as_str().map(str::len), Some("2026-01-31T23:59:59Z".len()));
    for path in ["/livez", "/readyz", "/ready"] {
        assert_eq!(service.get(path).status, 200);
    }
    let stats = service.get("/api/stats").json();
    assert_eq!((&stats["service"], &stats["language"]), (&json!(SERVICE), &json!(target.title())));
    let before = stats["requests_processed"].as_u64().unwrap();
    assert!(stats[mean].as_f64().unwrap() > 0.0, "{stats}");
    service.post("/api/stock/left", "");
    assert_eq!(service.get("/api/stats").json()["requests_processed"], json!(before + 1));
    let metrics = service.get("/metrics").body;
    for line in [
        "# HELP http_requests_total ",
        "# HELP logic_call_duration_seconds ",
        "route=\"/api/stock/{name}/close\"",
        "route=\"unmatched\"",
        "callee=\"STOCK.reserve\"",
        "outcome=\"guard\"",
        "process_resident_memory_bytes ",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    for query in support::dashboard_queries(&support::root().join("templates/system")) {
        let selector = query.split("{job=~").next().unwrap();
        let name = selector.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
        assert!(metrics.contains(&format!("\n{name}")), "{name} of the dashboard is not among\n{metrics}");
    }
}

fn takes_the_next_port(binary: &Path) {
    let first = Running::start(binary, &[]);
    let second = Running::start(binary, &[("PORT", &first.port.to_string())]);
    assert_ne!(first.port, second.port);
    assert_eq!(second.get("/health").status, 200);
    let asks = |port: u16| {
        std::process::Command::new(binary).arg("healthcheck").env("PORT", port.to_string()).status().unwrap()
    };
    assert!(asks(second.port).success());
    assert!(!asks(support::free_port()).success());
}

fn declines_when_full(binary: &Path) {
    let service = Running::start(binary, &[("MAX_IN_FLIGHT", "2")]);
    let mut busy: Vec<Connection> = (0..2).map(|_| Connection::open(service.port)).collect();
    for connection in &mut busy {
        connection.send("POST", "/api/nap", r#"{"milliseconds": 600}"#);
    }
    std::thread::sleep(Duration::from_millis(200));
    let answer = service.post("/api/nap", r#"{"milliseconds": 1}"#);
    assert_eq!((answer.status, &answer.json()["fault"]["kind"]), (429, &json!("overload")));
    assert_eq!(service.get("/health").status, 200);
    for connection in &mut busy {
        assert_eq!(connection.receive().status, 200);
    }
    assert_eq!(service.post("/api/nap", r#"{"milliseconds": 1}"#).status, 200);
}

fn times_out(binary: &Path) {
    let service = Running::start(binary, &[("REQUEST_TIMEOUT_MS", "200")]);
    let started = Instant::now();
    let answer = service.post("/api/nap", r#"{"milliseconds": 1500}"#);
    assert_eq!((answer.status, &answer.json()["fault"]["kind"]), (408, &json!("timeout")));
    assert!(started.elapsed() < Duration::from_millis(1200), "{:?}", started.elapsed());
    let naps = format!("[{}]", vec![r#"{"milliseconds": 50}"#; 40].join(","));
    assert_eq!(service.post("/api/nap:batch", &naps).status, 408);
}

fn never_oversells(binary: &Path) {
    let service = Running::start(binary, &[]);
    let outcomes = support::in_parallel(64, |_| {
        let mut connection = Connection::open(service.port);
        let ask = |_| {
            connection.send("POST", "/api/stock/reserve", r#"{"units": 1}"#);
            connection.receive().status
        };
        (0..4).map(ask).collect::<Vec<u16>>()
    });
    let outcomes = outcomes.concat();
    let with = |status: u16| outcomes.iter().filter(|outcome| **outcome == status).count();
    assert_eq!((with(200), with(422)), (100, 156), "{outcomes:?}");
    assert_eq!(service.post("/api/stock/left", "").body, "0");
}

fn drains(binary: &Path) {
    let service = Running::start(binary, &[]);
    let mut idle = Connection::open(service.port);
    idle.send("GET", "/livez", "");
    assert_eq!(idle.receive().status, 200);
    let mut busy = Connection::open(service.port);
    busy.send("POST", "/api/nap", r#"{"milliseconds": 700}"#);
    std::thread::sleep(Duration::from_millis(200));
    service.terminate();
    std::thread::sleep(Duration::from_millis(200));
    assert!(std::net::TcpStream::connect(("127.0.0.1", service.port)).is_err(), "new connections are still taken");
    assert_eq!(busy.receive().body, "700");
    let (code, log) = service.wait(Duration::from_secs(5));
    assert_eq!(code, Some(0));
    assert!(log.iter().any(|line| line.contains("stopped")), "{log:?}");
}

fn says_what_setting_is_wrong(binary: &Path) {
    let output = std::process::Command::new(binary).env("PORT", "http").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("PORT=http"));
}
