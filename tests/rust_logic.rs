//! The Rust that is written for the monolith's modules: it builds, and answers what the shop's documentation says.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

use pivot::host::Disk;
use pivot::pipeline::translate;
use pivot::target::Target;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Writes the logic package of a module below a folder that all tests share, and builds its `call`.
fn build(module: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/monolith/{module}.py"));
    let translation = translate::translate(&Disk, &source, &[], true).expect("the module translates");
    let policy = pivot::policy::Policy::profile("balanced").expect("a built-in profile");
    let artifact = translate::emit(&translation, Target::Rust, module, &policy.build).expect("it can be written");
    let shared = std::env::temp_dir().join("pivot-rust-logic");
    let folder = shared.join(module);
    for file in &artifact.files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders can be made");
        std::fs::write(&path, &file.text).expect("files can be written");
    }
    let manifest = folder.join("Cargo.toml");
    let workspace = std::fs::read_to_string(&manifest).expect("a manifest") + "\n[workspace]\n";
    std::fs::write(&manifest, workspace).expect("the manifest can be written");
    let target = shared.join(format!("target-{module}"));
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--manifest-path"])
        .arg(&manifest)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "-D warnings")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the logic of {module} builds without warnings");
    target.join("debug/call")
}

/// The answers of `call` to some requests.
fn ask(call: &Path, requests: &[&str]) -> Vec<String> {
    let mut child = Command::new(call)
        .env("PIVOT_CLOCK", "1700000000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("call starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all((requests.join("\n") + "\n").as_bytes()).expect("requests are read");
    drop(input);
    let output = child.wait_with_output().expect("call ends");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_string).collect()
}

#[test]
fn pricing_gives_the_published_answer() {
    let call = build("pricing");
    let answers = ask(
        &call,
        &[
            r#"{"id":1,"function":"calculate_price","args":[123,173.0,223,1.0]}"#,
            r#"{"id":2,"function":"calculate_price","args":[0,173.0,223,1.0]}"#,
            r#"{"id":3,"function":"calculate_price","args":[1]}"#,
            r#"{"id":4,"function":"demand_profile","args":[9223372036854775807]}"#,
            r#"{"id":5,"on":"DEFAULT_BOOK","method":"rule","args":["none"]}"#,
            "rubbish",
        ],
    );
    assert!(
        answers[0].starts_with(r#"{"id":1,"ok":{"product_id":123,"#) && answers[0].contains(r#""final_price":164.35,"#)
    );
    assert!(
        answers[1].contains(r#""error":{"type":"ValueError","message":"product_id must be from 1 to 99999999: 0"}"#)
    );
    assert!(answers[2].contains("calculate_price() missing 3 required positional arguments: 'base_price', 'quantity_available', and 'demand_factor'"));
    assert!(answers[3].contains(r#""guard":{"kind":"int_overflow","at":"#), "{}", answers[3]);
    assert!(answers[4].contains(r#""type":"UnknownRule""#));
    assert!(answers[5].contains(r#""type":"ProtocolError""#));
}

#[test]
fn inventory_keeps_its_state() {
    let call = build("inventory");
    let answers = ask(
        &call,
        &[
            r#"{"id":1,"on":"INVENTORY","method":"reserve","args":[123,23]}"#,
            r#"{"id":2,"on":"INVENTORY","method":"stock_by_warehouse","args":[123]}"#,
            r#"{"id":3,"on":"INVENTORY","method":"restock","args":[123,"WH-4",99999999999999999999]}"#,
            r#"{"id":4,"on":"INVENTORY","method":"reserve","args":[123,201]}"#,
            r#"{"id":5,"on":"INVENTORY","method":"release","args":["RES-123-000001"]}"#,
            r#"{"id":6,"on":"INVENTORY","method":"stock_by_warehouse","args":[123]}"#,
            r#"{"id":7,"reset":true}"#,
            r#"{"id":8,"on":"INVENTORY","method":"release","args":["RES-123-000001"]}"#,
        ],
    );
    assert!(answers[0].contains(r#""reservation_id":"RES-123-000001""#), "{}", answers[0]);
    assert_eq!(answers[1], r#"{"id":2,"ok":{"WH-4":200}}"#);
    assert!(answers[2].contains(r#""guard":{"kind":"big_int""#));
    assert!(answers[3].contains(r#""message":"product 123: 201 requested, 200 available""#));
    assert_eq!(answers[5], r#"{"id":6,"ok":{"WH-4":223}}"#);
    assert!(answers[7].contains(r#""message":"reservation RES-123-000001 not found""#));
}
