//! The original is asked once: its answers are kept for the next run, as long as nothing changes that they depend on.

#![allow(clippy::disallowed_methods)] // originals are written and damaged

#[path = "verify/support.rs"]
mod support;

use pivot::host::{Disk, Files};
use pivot::verify::{Certificate, Hashes, Status, Verification};
use std::path::{Path, PathBuf};
use support::{check_with, of, twin};

const SOURCE: &str = r#"
"""Tells how often it is called, to a file beside it."""

import os

STEP = 2


def stepped(n: int) -> int:
    with open(os.path.join(os.path.dirname(__file__), "calls"), "a") as file:
        file.write("x")
    return n + STEP


class Tally:
    def __init__(self, start: int) -> None:
        self.total = start

    def add(self, n: int) -> int:
        with open(os.path.join(os.path.dirname(__file__), "calls"), "a") as file:
            file.write("x")
        self.total += n
        return self.total
"#;

/// A folder with an original that counts its calls, and a port that does not.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = pivot::host::scratch_dir().expect("a folder");
        let place = Place { folder };
        place.write("STEP = 2");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, step: &str) {
        let source = SOURCE.replace("STEP = 2", step);
        std::fs::write(self.path("counted.py"), &source).expect("written");
        let quiet = source.replace("file.write(\"x\")", "pass").replace("\"a\"", "\"r\"");
        std::fs::create_dir_all(self.path("port")).expect("a folder");
        std::fs::write(self.path("port/counted.py"), quiet).expect("written");
        std::fs::write(self.path("port/calls"), "").expect("written");
    }

    /// Verifies; gives what was found and how often the original was called.
    fn run(&self, answers: Option<&Path>) -> (Verification, usize) {
        std::fs::write(self.path("calls"), "").expect("written");
        let port = twin(&self.path("port/counted.py"));
        let found = check_with(&self.path("counted.py"), port, 200, |job| {
            job.answers = answers.map(Path::to_path_buf);
            // The copies for making differences small ask living processes.
            job.limits.shrinking = 0;
        });
        (found, std::fs::read(self.path("calls")).expect("the calls").len())
    }

    fn kept(&self) -> PathBuf {
        self.path("answers")
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = Disk.list(&self.kept()).unwrap_or_default().into_iter();
        files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect()
    }
}

fn text(found: &Verification) -> String {
    let evidence = pivot::policy::Evidence { minimum_calls: 200, generated_calls: 240 };
    Certificate::of(found, Hashes::default(), "test", &evidence, 1).to_json()
}

#[test]
fn each_call_runs_once_and_the_certificate_is_the_same() {
    let place = Place::new();
    let (first, asked) = place.run(Some(&place.kept()));
    assert!(first.all_equal() && asked > 500, "{asked} calls: {first:#?}");
    let (second, again) = place.run(Some(&place.kept()));
    assert_eq!(text(&first), text(&second));
    // What is left is the scout's, and the replay of the calls that are kept in the project.
    assert!(again * 2 < asked, "{again} calls of {asked} again");
    let (without, all) = place.run(None);
    assert_eq!(text(&first), text(&without));
    assert!(all >= asked, "{all} calls of {asked}: nothing is kept where nobody asks for it");
}

#[test]
fn another_source_has_other_answers() {
    let place = Place::new();
    let (_, asked) = place.run(Some(&place.kept()));
    place.write("STEP = 3");
    let (found, again) = place.run(Some(&place.kept()));
    assert!(found.all_equal(), "{found:#?}");
    assert!(again * 10 > asked * 9, "{again} calls of {asked}: answers of the source before");
    assert_eq!(place.files().len(), 2);
}

#[test]
fn damage_and_deletion_do_no_harm() {
    let place = Place::new();
    let (first, asked) = place.run(Some(&place.kept()));
    let [file] = place.files().try_into().expect("one file");
    let kept = std::fs::read_to_string(&file).expect("answers");
    std::fs::write(&file, kept.replace("ok", "no").replace("2", "3")).expect("damaged");
    let (second, again) = place.run(Some(&place.kept()));
    assert_eq!(text(&first), text(&second));
    assert_eq!(again, asked, "every call is asked again");
    std::fs::remove_dir_all(place.kept()).expect("deleted");
    let (third, again) = place.run(Some(&place.kept()));
    assert_eq!((text(&first), asked), (text(&third), again));
}

#[test]
fn modules_of_a_package_have_answers_of_their_own() {
    let place = Place::new();
    let package = place.path("pair");
    std::fs::create_dir_all(&package).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(package.join(name), text).expect("written");
    write("__init__.py", "from pair import double, half\n");
    write("double.py", "def change(n: int) -> int:\n    return n * 2\n");
    write("half.py", "def change(n: int) -> int:\n    return n // 2\n");
    for name in ["double.py", "half.py"] {
        let module = package.join(name);
        let found = check_with(&module, twin(&module), 200, |job| job.answers = Some(place.kept()));
        assert!(found.all_equal(), "{name}: {found:#?}");
    }
    assert_eq!(place.files().len(), 2);
}

const MOODY: &str = r#"
import uuid


def token(n: int) -> str:
    return f"token {uuid.uuid4().hex}"


def clamped(n: int) -> str:
    return f"clamped {max(0, min(n, 9))}"
"#;

#[test]
fn what_is_never_twice_the_same_is_not_kept() {
    let place = Place::new();
    let moody = place.path("moody.py");
    std::fs::write(&moody, MOODY).expect("written");
    let found = check_with(&moody, twin(&moody), 40, |job| job.answers = Some(place.kept()));
    assert_eq!(of(&found, "clamped").status, Status::Equal);
    assert!(of(&found, "token").nondeterministic.is_some());
    let kept: String = place.files().iter().filter_map(|path| Disk.read_text(path).ok()).collect();
    assert!(kept.contains("clamped 9") && !kept.contains("token "), "{kept}");
}
