//! The recorder of calls: secrets are never written, files are the user's alone, everything else is as it was called.

#![allow(clippy::disallowed_methods, reason = "tests may touch the disk")]

use pivot::host::process::Command;
use pivot::verify::{Recorder, Recording};
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

/// Runs a workload beside a module `m` of which the named functions are recorded: what it prints, and what was kept.
fn record(module: &str, names: &[&str], budget: usize, workload: &str) -> (String, Recording) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.py"), module).unwrap();
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let recorder = Recorder::new(&folder.path().join("m.py"), &names, budget).unwrap();
    let mut command = Command::new("python3").args(["-c", workload]).cwd(folder.path());
    for (name, value) in recorder.environment(None) {
        command = command.env(name, value);
    }
    let done = command.run(Some(Duration::from_secs(60))).unwrap();
    assert!(done.status.success(), "{}", done.stderr_text());
    (done.stdout_text(), recorder.collect().unwrap())
}

#[test]
fn a_function_whose_budget_is_spent_has_its_own_code_again_wherever_it_is_held() {
    let workload = "
import m
from m import f
own = f.__code__.co_varnames
for i in range(3): f(i)
print(f.__code__.co_varnames == own, m.f is f)
m.f(3)
f(4)
print(f.__code__.co_varnames, f(5), '__signature__' in vars(f))
";
    let (said, recording) = record("def f(x):\n    return x + 1\n", &["f"], 4, workload);
    assert_eq!(said, "True True\n('x',) 6 False\n");
    assert_eq!(recording.calls.len(), 4);
}

#[test]
fn a_function_that_is_called_with_the_same_again_and_again_is_let_go() {
    let workload = "
import m
for i in range(100_001): m.f(1)
print(m.f.__code__.co_varnames)
";
    let (said, recording) = record("def f(x):\n    return x + 1\n", &["f"], 4, workload);
    assert_eq!(said, "('x',)\n");
    assert_eq!(recording.calls.len(), 1);
}

/// The names that the recorder's code needs are not those of the module that it runs in.
const EVERY_KIND: &str = "
type = len = next = map = tuple = None
class Base:
    def __init__(self, n):
        self.n = n

class Box(Base):
    def __init__(self, n, *, twice=False):
        super().__init__(n * (1 + twice))

    def add(self, *more):
        for one in more:
            self.n += one
        return self.n

def outer(step):
    def inner(x, by=1):
        return x + step * by
    return inner

inner = outer(10)

def down(n, seen=()):
    return seen if n == 0 else down(n - 1, (*seen, n))

def named(a, /, b, *, c=3, **others):
    return a, b, c, sorted(others.items())

def fails(x):
    raise KeyError(x)

BOX = Box(1)
";

#[test]
fn recorded_functions_of_every_kind_do_what_they_did() {
    let workload = "
import inspect, m
for turn in range(300):
    box = m.Box(turn, twice=True)
    said = [box.add(), box.add(1, 2), m.BOX.add(1), m.inner(turn), m.inner(1, by=turn), m.down(3), m.named(1, 2), m.named(1, b=turn, c=4, d=5)]
    for wrong in (lambda: m.down(), lambda: m.inner(1, 2, 3)):
        try:
            wrong()
        except TypeError as problem:
            said.append(str(problem))
    try:
        m.fails('x')
    except KeyError as problem:
        said.append(repr(problem))
print(said)
print(inspect.signature(m.named), inspect.signature(m.Box), m.down.__name__, m.inner.__qualname__)
";
    let names = ["Box.__init__", "Box.add", "inner", "down", "named", "fails"];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.py"), EVERY_KIND).unwrap();
    let bare =
        Command::new("python3").args(["-c", workload]).cwd(folder.path()).run(Some(Duration::from_secs(60))).unwrap();
    let (said, recording) = record(EVERY_KIND, &names, 1000, workload);
    assert_eq!(said, bare.stdout_text());
    assert!(said.contains("KeyError('x')"), "{said}");
    for name in names {
        assert!(recording.calls.iter().any(|call| call.callable == name), "{name} was not recorded");
    }
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
