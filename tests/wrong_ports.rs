//! Ports that a person or another tool might have written, in Rust and in Go, with the mistakes that they classically
//! have: none of them passes, and a port that declines everything proves nothing.

#![allow(clippy::disallowed_methods, reason = "these tests are about real programs")]

use pivot::artifact::Interface;
use pivot::host::process::{Command, find_program};
use pivot::policy::Policy;
use pivot::verify::{Decider, DifferenceKind, Kept, Limits, Status, Verification, VerifyJob, verify};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Each function with what verification says of it.
const MISTAKES: [(&str, DifferenceKind, &str); 18] = [
    ("total", DifferenceKind::Value, "a sum in 32 bits"),
    ("halves", DifferenceKind::Value, "division that cuts off"),
    ("weekday", DifferenceKind::Value, "a remainder with the dividend's sign"),
    ("nearest", DifferenceKind::Value, "a half rounded up"),
    ("cents", DifferenceKind::Value, "decimals rounded by multiplying"),
    ("letters", DifferenceKind::Value, "bytes counted"),
    ("initial", DifferenceKind::Value, "a byte for a code point"),
    ("tally", DifferenceKind::Value, "a dict without order"),
    ("doubled", DifferenceKind::Mutation, "a copy where Python has a second name"),
    ("ends", DifferenceKind::Value, "a list for a tuple"),
    ("factorial", DifferenceKind::Value, "a product that wraps at 64 bits"),
    ("find", DifferenceKind::Value, "zero for None"),
    ("size", DifferenceKind::Value, "a float for an int"),
    ("scaled", DifferenceKind::Value, "an int for a float"),
    ("shown", DifferenceKind::Value, "the language's own text of a float"),
    ("last", DifferenceKind::Outcome, "no IndexError"),
    ("positive", DifferenceKind::Message, "another message"),
    ("number", DifferenceKind::ExceptionType, "another exception"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong_ports")
}

/// True where a tool is there; its absence is said, or fails where everything is required.
fn has(tool: &str) -> bool {
    let found = find_program(tool).is_some();
    assert!(found || std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_none(), "`{tool}` is required and was not found");
    if !found {
        eprintln!("skipped: `{tool}` was not found");
    }
    found
}

fn run(command: Command) {
    let done = command.run(None).expect("the compiler runs");
    assert!(done.status.success(), "{}", done.stderr_text());
}

fn rust() -> Option<PathBuf> {
    let target = std::env::var_os("PIVOT_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".pivot/cache/target"), PathBuf::from);
    let build = Command::new("cargo").args(["build", "--quiet", "--locked"]).env("CARGO_TARGET_DIR", &target);
    has("cargo").then(|| run(build.cwd(folder().join("rust"))))?;
    Some(target.join("debug/wrong-port"))
}

fn go(scratch: &Path) -> Option<PathBuf> {
    has("go").then_some(())?;
    let port = scratch.join("wrong-port");
    run(Command::new("go").args(["build", "-o"]).arg(&port).cwd(folder().join("go")));
    Some(port)
}

fn check(port: &Path, words: &[&str]) -> Verification {
    let module = folder().join("original.py");
    let printer = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify/interface.py");
    let printed = Command::new("python3").arg(printer).arg(&module).run(None).expect("python3 runs");
    let interface: Interface = serde_json::from_slice(&printed.stdout).expect("an interface");
    let policy = Policy::profile("balanced").expect("a built-in profile");
    let words = words.iter().map(OsString::from);
    let job = VerifyJob {
        interpreter: "python3".into(),
        module,
        interface: &interface,
        port: [port.into()].into_iter().chain(words).collect(),
        recorded: &[],
        kept: &Kept::new(),
        evidence: &policy.evidence,
        seed: 1,
        limits: Limits::default(),
        decider: Decider::default(),
        answers: None,
    };
    verify(&job, &|_| {}).expect("verification runs")
}

fn mistakes_are_found(port: &Path) {
    let found = check(port, &[]);
    for (name, kind, mistake) in MISTAKES {
        let function = found.function(name).expect("evidence");
        assert_eq!(function.status, Status::NotEqual, "{name}, {mistake}: {function:#?}");
        let kinds: Vec<DifferenceKind> = function.differences.iter().map(|difference| difference.kind).collect();
        assert!(kinds.contains(&kind), "{name}, {mistake}: {:#?}", function.differences);
    }
    assert_eq!(found.functions.len(), MISTAKES.len() + 1);
    let plain = found.function("plain").expect("evidence");
    assert_eq!(plain.status, Status::Equal, "{plain:#?}");
}

fn declining_proves_nothing(port: &Path) {
    let found = check(port, &["--decline"]);
    for function in &found.functions {
        assert_eq!(function.status, Status::Unproven, "{function:#?}");
        assert!(function.tally.guards > 0 && function.calls.total() == 0, "{function:#?}");
    }
}

#[test]
fn mistakes_of_a_rust_port_are_found() {
    if let Some(port) = rust() {
        mistakes_are_found(&port);
        declining_proves_nothing(&port);
    }
}

#[test]
fn mistakes_of_a_go_port_are_found() {
    let scratch = pivot::host::scratch_dir().expect("a folder");
    if let Some(port) = go(scratch.path()) {
        mistakes_are_found(&port);
        declining_proves_nothing(&port);
    }
}
