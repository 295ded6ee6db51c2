//! The inputs that verification makes: which branches of the original they reach, and that counting changes nothing.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros)] // faults are put into copies of files; figures are shown

#[path = "verify/support.rs"]
mod support;

use pivot::host::process::Command;
use pivot::verify::Status;
use std::path::Path;
use support::{check, check_with, folder, of, original, twin};

#[test]
fn a_copy_that_counts_branches_means_the_same() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/verify/python/branches.py");
    let command = Command::new("python3").arg(folder().join("copies.py")).arg(tools).arg(folder().join("tricky.py"));
    let done = command.run(None).expect("python3 runs");
    assert!(done.status.success(), "{}", done.stderr_text());
    let kinds = done.stdout_text();
    for kind in
        ["if", "else", "loop not taken", "and stops", "or goes on", "except KeyError", "case guard false", "lambda"]
    {
        assert!(kinds.contains(kind), "{kind}: {kinds}");
    }
}

#[test]
fn branches_are_counted_by_function() {
    let found = check(&original(), twin(&original()), 60);
    let branches = |name: &str| of(&found, name).branches.clone().unwrap_or_default();
    assert_eq!((branches("root").total, branches("root").reached), (2, 2));
    assert_eq!((branches("total").total, branches("total").reached), (2, 2));
    assert_eq!((branches("Account.withdraw").total, branches("halves").total), (2, 0));
}

/// Branches reached and all of them, over the functions of a module; notes what was missed.
fn coverage(module: &Path, calls: u32, missed: &mut Vec<String>) -> (usize, usize) {
    let found = check(module, twin(module), calls);
    let mut sum = (0, 0);
    for (name, branches) in found.functions.iter().filter_map(|f| Some((&f.name, f.branches.as_ref()?))) {
        sum = (sum.0 + branches.reached, sum.1 + branches.total);
        missed.extend(branches.missed.iter().map(|branch| format!("{name} {branch}")));
    }
    sum
}

#[test]
fn nine_in_ten_branches_of_the_fixtures_are_reached() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/translate");
    let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter();
    let files = files.map(|entry| entry.expect("a readable folder").into_path());
    // What has no annotations cannot be called without recorded calls.
    let modules = files.filter(|path| path.extension().is_some_and(|end| end == "py") && !path.ends_with("untyped.py"));
    let (mut reached, mut total, mut missed) = (0, 0, Vec::new());
    for module in modules {
        let (some, all) = coverage(&module, 200, &mut missed);
        // `make coverage` shows this.
        println!("{some:>4} of {all:<4} {}", module.strip_prefix(&folder).expect("below the folder").display());
        (reached, total) = (reached + some, total + all);
    }
    println!("{reached} of {total} branches: {:.1} %; not reached: {missed:#?}", reached as f64 * 100.0 / total as f64);
    assert!(total >= 190, "{total} branches: what was counted?");
    assert!(reached * 10 >= total * 9, "{reached} of {total}: {missed:#?}");
}

/// Faults that only a call shows which got far enough: file, what is there, what the port has instead, whose fault.
const FAULTS: [(&str, &str, &str, &str); 9] = [
    ("classes/account.py", "self._moves += 1", "self._moves += 0", "Bank.move"),
    ("classes/account.py", "taker.add(\"in\"", "taker.add(\"in~\"", "Bank.move"),
    ("classes/account.py", "RATES[kind], 2)", "RATES[kind], 3)", "Bank.interest"),
    ("classes/account.py", "del self._accounts[owner]", "pass", "Bank.close_empty"),
    ("classes/members.py", "c >= -273.15", "c > -273.15", "Temp.is_valid"),
    ("classes/members.py", "\"below absolute zero\"", "\"too cold\"", "use"),
    ("classes/keys.py", "b: str = \"x\"", "b: str = \"y\"", "Q.__init__"),
    ("numbers/integers.py", "return (a >> n) + (1 << n)", "return min((a >> n) + (1 << n), 2**63 - 1)", "shift"),
    ("../../tests/verify/locks.py", "return \"open\"", "return \"ajar\"", "Lock.turn"),
];

#[test]
fn faults_behind_preconditions_are_found() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/translate");
    let scratch = pivot::host::scratch_dir().expect("a folder");
    for (file, right, wrong, name) in FAULTS {
        let original = fixtures.join(file);
        let text = std::fs::read_to_string(&original).expect("a fixture");
        assert!(text.contains(right), "{file}: {right}");
        let port = scratch.path().join(original.file_name().expect("a name"));
        std::fs::write(&port, text.replace(right, wrong)).expect("written");
        let found = check_with(&original, twin(&port), 300, |job| job.limits.shrinking = 20);
        assert_eq!(of(&found, name).status, Status::NotEqual, "{wrong}: {:#?}", of(&found, name));
    }
}
