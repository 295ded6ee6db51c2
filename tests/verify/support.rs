//! What the tests of verification share: interfaces read from annotations, ports that are Python themselves.

#![allow(dead_code)] // each test file uses its part

use pivot::artifact::Interface;
use pivot::host::process::Command;
use pivot::policy::Evidence;
use pivot::verify::{Decider, FunctionEvidence, Kept, Limits, Verification, VerifyJob, verify};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

const WORKER: [&str; 2] =
    [include_str!("../../src/verify/python/codec.py"), include_str!("../../src/verify/python/worker.py")];

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify")
}

pub fn interface(module: &Path) -> Interface {
    let done = Command::new("python3").arg(folder().join("interface.py")).arg(module).run(None).expect("python3 runs");
    assert!(done.status.success(), "{}", done.stderr_text());
    serde_json::from_slice(&done.stdout).expect("an interface")
}

/// A module that answers as a port.
pub fn twin(module: &Path) -> Vec<OsString> {
    let worker = WORKER.join("\n");
    ["python3".into(), "-B".into(), "-c".into(), worker.into(), module.into()].into()
}

/// A module that answers as a port, with a few lines of Python that change the worker.
pub fn twin_with(module: &Path, change: &str) -> Vec<OsString> {
    let start = "if __name__ == \"__main__\":";
    let worker = WORKER.join("\n");
    assert!(worker.contains(start), "the worker begins otherwise");
    let worker = worker.replace(start, &format!("{change}\n{start}"));
    ["python3".into(), "-B".into(), "-c".into(), worker.into(), module.into()].into()
}

/// A script that answers as a port.
pub fn script(name: &str) -> Vec<OsString> {
    ["python3".into(), folder().join("ports").join(name).into()].into()
}

pub fn check(module: &Path, port: Vec<OsString>, calls: u32) -> Verification {
    check_with(module, port, calls, |_| {})
}

pub fn check_with(module: &Path, port: Vec<OsString>, calls: u32, change: impl Fn(&mut VerifyJob)) -> Verification {
    let interface = interface(module);
    let evidence = Evidence { minimum_calls: calls, generated_calls: calls + calls / 5 };
    let kept = Kept::new();
    let mut job = VerifyJob {
        interpreter: "python3".into(),
        module: module.into(),
        interface: &interface,
        port,
        recorded: &[],
        kept: &kept,
        evidence: &evidence,
        seed: 1,
        limits: Limits { call: Duration::from_secs(2), jobs: 1, ..Limits::default() },
        decider: Decider::default(),
        answers: None,
    };
    change(&mut job);
    verify(&job, &|_| {}).expect("verification runs")
}

pub fn original() -> PathBuf {
    folder().join("original.py")
}

pub fn of<'v>(verification: &'v Verification, name: &str) -> &'v FunctionEvidence {
    verification.function(name).unwrap_or_else(|| panic!("no evidence of {name}"))
}
