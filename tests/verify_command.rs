//! `pivot verify`: a generated project proves itself again, a check names what moved, and the project's own tests replay
//! the calls that are kept.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

use pivot::host::process::{Command, Status};
use std::path::{Path, PathBuf};

const SOURCE: &str = "\
\"\"\"Prices.\"\"\"

STEPS = {\"small\": 3, \"large\": 7}
seen: list[int] = []


def price(kind: str, count: int) -> int:
    \"\"\"What that many of a kind cost.\"\"\"
    if count < 0:
        raise ValueError(f\"{count} of {kind}\")
    return STEPS[kind] * count


def words(text: str) -> set[str]:
    \"\"\"The words of a text.\"\"\"
    return set(text.split())


class Till:
    \"\"\"What was taken.\"\"\"

    def __init__(self, name: str) -> None:
        self.name: str = name
        self.total: int = 0

    def take(self, amount: int) -> int:
        \"\"\"More in the till.\"\"\"
        if amount <= 0:
            raise ValueError(\"nothing\")
        self.total += amount
        return self.total
";

const POLICY: &str = "evidence:\n  minimum_calls: 40\n  generated_calls: 60\n";

/// A folder with a source and a project generated from it.
struct Place {
    _scratch: tempfile::TempDir,
    root: PathBuf,
}

impl Place {
    fn new(target: &str) -> Place {
        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path().join("shop");
        std::fs::create_dir(&root).expect("a folder");
        std::fs::write(root.join("prices.py"), SOURCE).expect("written");
        std::fs::write(root.join("pivot.yaml"), POLICY).expect("written");
        let place = Place { _scratch: scratch, root };
        let done = place.pivot(&["evolve", "prices.py", "--target", target, "--as", "library", "--output", "port"]);
        assert_eq!(done.0, Status::Code(0), "{}", done.1);
        place
    }

    fn pivot(&self, words: &[&str]) -> (Status, String) {
        pivot_in(&self.root, words)
    }

    fn check(&self) -> (Status, String) {
        self.pivot(&["verify", "port", "--check"])
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_else(|problem| panic!("{path}: {problem}"))
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.root.join(path), text).expect("written");
    }

    /// Changes a file, checks, and changes it back.
    fn moved(&self, path: &str, change: impl Fn(&str) -> String) -> String {
        let before = self.read(path);
        let after = change(&before);
        assert_ne!(before, after, "{path} was not changed");
        self.write(path, &after);
        let (status, said) = self.check();
        self.write(path, &before);
        assert_eq!(status, Status::Code(1), "{path}: {said}");
        said
    }
}

fn pivot_in(folder: &Path, words: &[&str]) -> (Status, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_pivot")).args(words).cwd(folder).run(None).expect("pivot runs");
    (done.status, format!("{}{}", done.stdout_text(), done.stderr_text()))
}

fn evidence(place: &Place) -> [String; 3] {
    ["PARITY.json", "PARITY.md", "parity/price.jsonl"].map(|name| place.read(&format!("port/{name}")))
}

#[test]
fn an_untouched_project_passes_again_and_again_and_elsewhere() {
    let place = Place::new("rust");
    let first = evidence(&place);
    assert!(!first.concat().contains(place.root.to_str().expect("text")), "a path of this machine: {}", first[0]);
    let (status, said) = place.check();
    assert!(status == Status::Code(0) && said.contains("nothing moved"), "{said}");
    let (status, said) = place.pivot(&["verify", "port", "--format", "json"]);
    assert_eq!(status, Status::Code(0), "{said}");
    assert!(said.contains("\"passed\": true"), "{said}");
    assert_eq!(evidence(&place), first);

    let elsewhere = place.root.with_file_name("another").join("place");
    std::fs::create_dir_all(elsewhere.parent().expect("a parent")).expect("a folder");
    std::fs::rename(&place.root, &elsewhere).expect("moved");
    let (status, said) = pivot_in(&elsewhere, &["verify", "port", "--check"]);
    assert!(status == Status::Code(0) && said.contains("nothing moved"), "{said}");
    let alone = elsewhere.with_file_name("alone");
    std::fs::rename(elsewhere.join("port"), &alone).expect("moved");
    let (status, said) = pivot_in(&alone, &["verify", ".", "--check"]);
    assert!(status == Status::Code(2) && said.contains("--source"), "{said}");
    let source = elsewhere.to_str().expect("text");
    let (status, said) = pivot_in(&alone, &["verify", ".", "--check", "--source", source]);
    assert!(status == Status::Code(0) && said.contains("nothing moved"), "{said}");
}

#[test]
fn a_check_names_what_moved() {
    let place = Place::new("rust");
    let said = place.moved("prices.py", |text| text.replace("\"large\": 7", "\"large\": 8"));
    assert!(said.contains("the Python source prices.py changed"), "{said}");
    assert!(said.contains("the answers of price: equal then, not equal now"), "{said}");
    let said = place.moved("port/logic/src/prices.rs", |text| format!("{text}\n// a note\n"));
    assert!(said.contains("the emitted file logic/src/prices.rs changed"), "{said}");
    assert_eq!(said.matches("moved:").count(), 1, "{said}");
    let said = place.moved("port/parity/price.jsonl", |text| {
        format!("{text}{{\"id\":1,\"function\":\"price\",\"args\":[\"large\",77]}}\n{{\"id\":1,\"ok\":539}}\n")
    });
    assert!(said.contains("the inputs parity/price.jsonl changed"), "{said}");
    let said = place.moved("pivot.yaml", |text| text.replace("60", "61"));
    assert!(said.contains("the policy"), "{said}");
    let said = place.moved("port/PARITY.json", |text| text.replace("CPython ", "CPython 1."));
    assert!(said.contains("the interpreter: CPython 1."), "{said}");
    let said = place.moved("port/PARITY.json", |text| text.replacen("\"generated\": ", "\"generated\": 1", 1));
    assert!(said.contains("the answers of price: "), "{said}");
    let said = place.moved("port/PARITY.md", |text| text.replace("equal", "Equal"));
    assert!(said.contains("PARITY.md is not what a proof writes"), "{said}");
    assert_eq!(place.check().0, Status::Code(0));
}

#[test]
fn what_is_no_project_cannot_be_verified() {
    let scratch = tempfile::tempdir().expect("a folder");
    let (status, said) = pivot_in(scratch.path(), &["verify", "."]);
    assert!(status == Status::Code(2) && said.contains("is no project that pivot generated"), "{said}");
}

const CARGO_TEST: [&str; 4] = ["test", "--offline", "--manifest-path", "logic/Cargo.toml"];

/// The own tests of the project, which know nothing of Python.
fn own_tests(place: &Place, program: &str, words: &[&str]) -> (Status, String) {
    let done = Command::new(program).args(words).cwd(place.root.join("port"));
    let target = std::env::var("PIVOT_TARGET_DIR").map(|folder| format!("{folder}/own-tests"));
    let done = match target {
        Ok(folder) => done.env("CARGO_TARGET_DIR", folder),
        Err(_) => done,
    };
    let done = done.run(None).expect("the tool runs");
    (done.status, format!("{}{}", done.stdout_text(), done.stderr_text()))
}

#[test]
fn kept_calls_are_replayed_by_the_tests_of_the_project() {
    for (target, program, words) in
        [("rust", "cargo", CARGO_TEST), ("go", "go", ["test", "-count=1", "-vet=off", "./logic/..."])]
    {
        let place = Place::new(target);
        assert!(place.read("port/parity/price.jsonl").contains("\"args\":[\"small\""), "{target}: no call succeeds");
        let (status, said) = own_tests(&place, program, &words);
        assert_eq!(status, Status::Code(0), "{target}: {said}");
        let calls = place.read("port/parity/Till.take.jsonl");
        assert!(calls.contains("\"message\":\"nothing\""), "{calls}");
        place.write(
            "port/parity/Till.take.jsonl",
            &calls.replace("\"message\":\"nothing\"", "\"message\":\"something\""),
        );
        let (status, said) = own_tests(&place, program, &words);
        assert!(status != Status::Code(0) && said.contains("+ {\"id\":"), "{target}: {said}");
    }
}

#[test]
fn a_difference_is_shown_with_its_line_and_becomes_a_test() {
    let place = Place::new("rust");
    assert_eq!(own_tests(&place, "cargo", &CARGO_TEST).0, Status::Code(0));
    place.write("prices.py", &SOURCE.replace("\"large\": 7", "\"large\": 8"));
    let (status, said) = place.pivot(&["verify", "port"]);
    assert_eq!(status, Status::Code(1), "{said}");
    assert!(said.contains("price (prices.py:7) differs after:"), "{said}");
    assert!(place.read("port/PARITY.md").contains("- Python "), "{said}");
    let (status, said) = own_tests(&place, "cargo", &CARGO_TEST);
    assert!(status != Status::Code(0) && said.contains("\"function\":\"price\",\"args\":[\"large\","), "{said}");
    let (status, said) = place.check();
    assert!(status == Status::Code(0), "what differs is certified, too: {said}");
}

#[test]
fn both_sides_are_timed_in_process_through_the_pipe_and_over_http() {
    let place = Place::new("go");
    let library = place.pivot(&["bench", "port", "--format", "json"]);
    assert_eq!(library.0, Status::Code(0), "{}", library.1);
    let words = ["evolve", "prices.py", "--target", "go", "--output", "service"];
    let (status, said) = place.pivot(&words);
    assert_eq!(status, Status::Code(0), "{said}");
    place.write("hotspots.json", r#"{"functions":[{"name":"prices.price","measured":{"cpu_share":0.5}}]}"#);
    let (status, said) = place.pivot(&["bench", "service", "--analysis", "hotspots.json", "--format", "json"]);
    assert_eq!(status, Status::Code(0), "{said}");
    let end = said.rfind("\n}").expect("an object") + 2;
    let start = said.find("{\n").expect("an object");
    let report: serde_json::Value = serde_json::from_str(&said[start..end]).expect("JSON");
    let price = report["functions"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "price"));
    let price = price.unwrap_or_else(|| panic!("{report:#}"));
    for pointer in ["/python_ns", "/port_ns", "/speedup/median", "/stdio/ns/median", "/http/ns/median"] {
        assert!(
            price.pointer(pointer).and_then(serde_json::Value::as_f64).is_some_and(|n| n > 0.0),
            "{pointer}: {price}"
        );
    }
    assert_eq!(price["ceiling"], 2.0);
    let (gain, ceiling) = (price["whole_program"].as_f64(), price["ceiling"].as_f64());
    assert!(gain < ceiling, "{price}");
    assert!(report["peak_memory"]["port"].as_u64() > Some(1 << 20), "{report:#}");
}
