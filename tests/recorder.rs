//! The recorder of calls: secrets are never written, files are the user's alone, everything else is as it was called.

#![allow(clippy::disallowed_methods, reason = "tests may touch the disk")]

use pivot::host::process::Command;
use pivot::verify::Recorder;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const MODULE: &str = "
from dataclasses import dataclass

@dataclass
class Account:
    name: str
    api_key: str

def log_in(user, password):
    if password != 'hunter2':
        raise ValueError(f'{password} is wrong')
    return True

def load(config):
    return len(config)

def open_account(account):
    return account.name

def issue(user):
    return {'accessToken': 'hunter2-result'}

def parse(tokens, author):
    return len(tokens)

def keyed(**options):
    return sorted(options)
";

const WORKLOAD: &str = "
import login
login.log_in('ada', 'hunter2')
try:
    login.log_in('ada', 'hunter2-wrong')
except ValueError:
    pass
login.load({'db': [{'password': 'hunter2'}]})
login.load({'db': 1})
login.open_account(login.Account('ada', 'hunter2'))
login.issue('ada')
login.parse(['a', 'b'], 'ada')
login.keyed(secret_key='hunter2')
";

#[test]
fn a_function_whose_budget_is_spent_is_the_function_itself_again() {
    let folder = tempfile::tempdir().unwrap();
    let workload = "import m\nfor i in range(3): m.f(i)\nprint(hasattr(m.f, '__wrapped__'))\nm.f(3)\nm.f(4)\nprint(hasattr(m.f, '__wrapped__'), m.f(5))";
    std::fs::write(folder.path().join("m.py"), "def f(x):\n    return x + 1\n").unwrap();
    let recorder = Recorder::new(&folder.path().join("m.py"), &["f".to_owned()], 4).unwrap();
    let mut command = Command::new("python3").args(["-c", workload]).cwd(folder.path());
    for (name, value) in recorder.environment(None) {
        command = command.env(name, value);
    }
    let done = command.run(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(done.stdout_text(), "True\nFalse 6\n");
    assert_eq!(recorder.collect().unwrap().calls.len(), 4);
}

#[test]
fn secrets_are_never_written_and_the_rest_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("login.py"), MODULE).unwrap();
    std::fs::write(folder.path().join("workload.py"), WORKLOAD).unwrap();
    let names = ["log_in", "load", "open_account", "issue", "parse", "keyed"].map(String::from);
    let recorder = Recorder::new(&folder.path().join("login.py"), &names, 300).unwrap();
    let mut command = Command::new("python3").args(["workload.py"]).cwd(folder.path());
    let environment = recorder.environment(None);
    for (name, value) in &environment {
        command = command.env(name, value);
    }
    assert!(command.run(Some(Duration::from_secs(60))).unwrap().status.success());

    let plan: Value = serde_json::from_str(environment[1].1.to_str().unwrap()).unwrap();
    let mut written = String::new();
    for file in std::fs::read_dir(plan["folder"].as_str().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        written += &std::fs::read_to_string(file.path()).unwrap();
    }
    assert!(!written.contains("hunter2"), "{written}");

    let recording = recorder.collect().unwrap();
    let kept: Vec<&str> = recording.calls.iter().map(|call| call.callable.as_str()).collect();
    assert_eq!(kept, ["load", "parse"]);
    // Both calls of `log_in` have the same types.
    assert_eq!(recording.redacted, 5, "{written}");
    let first: Value = serde_json::from_str(written.lines().find(|line| line.contains("log_in")).unwrap()).unwrap();
    assert_eq!(first["types"], serde_json::json!(["str", "str"]));
}
