//! The inputs that verification makes: which branches of the original they reach, and that counting changes nothing.

#[path = "verify/support.rs"]
mod support;

use pivot::host::process::Command;
use std::path::Path;
use support::{check, folder, of, original, twin};

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
