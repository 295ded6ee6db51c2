//! Bad input of every kind: one clear message with a place and a hint, the right exit code, no panic, nothing
//! half-written.

#![allow(clippy::disallowed_methods, reason = "tests may touch the disk")]

use pivot::host::process::{Command, Finished, Status};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// No command in this file may take longer.
const LIMIT: Duration = Duration::from_secs(300);

/// A folder of its own with files in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Place {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn pivot(&self, args: &[&str]) -> Finished {
        self.pivot_with(args, |command| command)
    }

    fn pivot_with(&self, args: &[&str], adjust: impl Fn(Command) -> Command) -> Finished {
        let command = Command::new(env!("CARGO_BIN_EXE_pivot")).args(args).cwd(self.path());
        let done = adjust(command).run(Some(LIMIT)).unwrap();
        let said = done.stderr_text();
        assert!(matches!(done.status, Status::Code(_)), "{args:?} ended with {}:\n{said}", done.status);
        assert!(!said.contains("panicked") && !said.contains("stack overflow"), "{args:?}:\n{said}");
        done
    }

    /// Everything below the folder, to see that nothing was written.
    fn entries(&self) -> Vec<PathBuf> {
        let walk = walkdir::WalkDir::new(self.path()).sort_by_file_name();
        walk.into_iter().filter_map(Result::ok).map(|entry| entry.into_path()).collect()
    }
}

/// The command fails with this code, says these words, gives a hint, and writes nothing.
#[track_caller]
fn refuses(place: &Place, args: &[&str], code: i32, words: &[&str]) {
    let before = place.entries();
    let done = place.pivot(args);
    let said = done.stderr_text();
    assert_eq!(done.status, Status::Code(code), "{args:?}:\n{said}");
    for word in words {
        assert!(said.contains(word), "{args:?} does not say `{word}`:\n{said}");
    }
    assert!(said.contains("help: "), "{args:?} gives no hint:\n{said}");
    assert_eq!(place.entries(), before, "{args:?} wrote something");
}

/// The command succeeds and says these words on either stream.
#[track_caller]
fn says(place: &Place, args: &[&str], words: &[&str]) {
    let done = place.pivot(args);
    let said = done.stdout_text() + &done.stderr_text();
    assert_eq!(done.status, Status::Code(0), "{args:?}:\n{said}");
    for word in words {
        assert!(said.contains(word), "{args:?} does not say `{word}`:\n{said}");
    }
}

mod analyze {
    use super::*;

    #[test]
    fn missing_file() {
        refuses(&Place::new(), &["analyze", "nope.py"], 2, &["nope.py", "no such file or folder"]);
    }

    #[test]
    fn folder_without_python() {
        refuses(&Place::new().file("notes.txt", "x"), &["analyze", "."], 2, &["no Python files"]);
    }

    #[test]
    fn syntax_error() {
        let place = Place::new().file("shop.py", "def good():\n    return 1\n\ndef bad(:\n    return 2\n");
        says(&place, &["analyze", "shop.py"], &["E0201", "shop.py:4:", "good"]);
    }

    #[test]
    fn not_utf8() {
        let place = Place::new().file("shop.py", b"# -*- coding: latin-1 -*-\nname = '\xe9'\n");
        says(&place, &["analyze", "shop.py"], &["E0101", "shop.py", "line 2"]);
    }

    #[test]
    fn python_2() {
        let place = Place::new().file("shop.py", "def f(x):\n    print \"x\", x\n");
        says(&place, &["analyze", "shop.py"], &["E0202", "shop.py:2:5"]);
    }

    #[test]
    fn empty_file() {
        says(&Place::new().file("shop.py", ""), &["analyze", "shop.py"], &["0 functions"]);
    }

    #[test]
    fn ten_megabytes() {
        let function = "def f(x):\n    return [x, x + 1, {'a': x}, 'text']\n\n";
        let place = Place::new().file("big.py", function.repeat(10_000_000 / function.len()));
        let start = Instant::now();
        says(&place, &["analyze", "big.py"], &[]);
        assert!(start.elapsed() < LIMIT);
    }

    #[test]
    fn one_line_of_ten_megabytes() {
        let place = Place::new().file("data.py", format!("x = [{}]\n", "1, ".repeat(3_300_000)));
        says(&place, &["analyze", "data.py"], &[]);
    }

    #[test]
    fn nested_a_hundred_thousand_deep() {
        let deep = 100_000;
        let cases = [
            format!("x = {}1{}\n", "(".repeat(deep), ")".repeat(deep)),
            format!("x = {}1{}\n", "[".repeat(deep), "]".repeat(deep)),
            format!("x = {}1\n", "-".repeat(deep)),
            format!("x = {}1\n", "not ".repeat(deep)),
            format!("x = 1{}\n", "+1".repeat(deep)),
            format!("x = a{}\n", ".a".repeat(deep)),
            format!("x = f{}\n", "()".repeat(deep)),
            format!("x = {}1\n", "lambda: ".repeat(deep)),
            format!("x = {}", "(".repeat(deep)),
            (0..2000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect(),
        ];
        for text in cases {
            let start: String = text.chars().take(20).collect();
            let place = Place::new().file("deep.py", text);
            let done = place.pivot(&["analyze", "deep.py"]);
            assert_eq!(done.status, Status::Code(0), "{start}: {}", done.stderr_text());
        }
    }

    #[test]
    fn loop_of_links() {
        let place = Place::new();
        std::os::unix::fs::symlink("loop.py", place.path().join("loop.py")).unwrap();
        refuses(&place, &["analyze", "loop.py"], 2, &["loop.py"]);
        let folder = Place::new().file("shop/a.py", "def f():\n    return 1\n");
        std::os::unix::fs::symlink("..", folder.path().join("shop/again")).unwrap();
        says(&folder, &["analyze", "shop"], &["a.f"]);
    }

    #[test]
    fn unreadable_file() {
        // Reading it fails for every user, root included.
        let place = Place::new();
        std::os::unix::fs::symlink("/proc/self/mem", place.path().join("shop.py")).unwrap();
        refuses(&place, &["analyze", "shop.py"], 2, &["shop.py"]);
    }

    #[test]
    fn numbers_and_formats_that_are_none() {
        let place = Place::new().file("shop.py", "def f():\n    return 1\n");
        for args in [
            ["--rate", "0"],
            ["--rate", "many"],
            ["--duration", "0"],
            ["--timeout", "soon"],
            ["--format", "pdf"],
            ["--fail-on", "share"],
            ["--top", "0"],
            ["--jobs", "0"],
            ["--profile", "bold"],
        ] {
            let done = place.pivot(&["analyze", "shop.py", args[0], args[1]]);
            assert_eq!(done.status, Status::Code(2), "{args:?}: {}", done.stderr_text());
            assert!(done.stdout.is_empty() && !done.stderr.is_empty());
        }
    }

    #[test]
    fn output_that_cannot_be_written() {
        let place = Place::new().file("shop.py", "def f():\n    return 1\n").file("file", "");
        refuses(&place, &["analyze", "shop.py", "--output", "file/report.txt"], 2, &["file/report.txt"]);
    }

    #[test]
    fn a_policy_with_a_mistake() {
        let place =
            Place::new().file("shop.py", "def f():\n    return 1\n").file("pivot.yaml", "evidence:\n  calls: 3\n");
        refuses(&place, &["analyze", "shop.py"], 2, &["pivot.yaml:2:3", "unknown field `calls`"]);
    }
}

mod workload {
    use super::*;

    fn shop() -> Place {
        Place::new().file("shop.py", "def f():\n    return sum(range(1000))\n")
    }

    #[test]
    fn command_that_does_not_exist() {
        refuses(&shop(), &["analyze", "shop.py", "--", "no-such-program"], 2, &["no-such-program"]);
    }

    #[test]
    fn command_that_fails_still_gives_its_report() {
        let script = "import shop, sys, time\nend = time.time() + 1\nwhile time.time() < end: shop.f()\nsys.exit(7)";
        let done = shop().pivot(&["analyze", "shop.py", "--", "python3", "-c", script]);
        assert_eq!(done.status, Status::Code(4), "{}", done.stderr_text());
        assert!(done.stdout_text().contains("shop.f"), "{}", done.stdout_text());
        assert!((done.stdout_text() + &done.stderr_text()).contains('7'), "{}", done.stderr_text());
    }

    #[test]
    fn command_that_runs_for_ever_is_ended() {
        let script = "import shop\nwhile True: shop.f()";
        let start = Instant::now();
        let done = shop().pivot(&["analyze", "shop.py", "--timeout", "2s", "--", "python3", "-c", script]);
        assert_eq!(done.status, Status::Code(4), "{}", done.stderr_text());
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(done.stdout_text().contains("shop.f"), "{}", done.stdout_text());
    }

    #[test]
    fn a_duration_that_is_over_is_no_failure() {
        let script = "import shop\nwhile True: shop.f()";
        let args = ["analyze", "shop.py", "--duration", "2s", "--", "python3", "-c", script];
        says(&shop(), &args, &["shop.f"]);
    }

    #[test]
    fn ctrl_c_ends_the_command_and_exits_with_130() {
        let place = shop();
        let script = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)";
        let mut pivot = Command::new(env!("CARGO_BIN_EXE_pivot"))
            .args(["analyze", "shop.py", "--format", "text", "--output", "report.txt", "--", "python3", "-c", script])
            .cwd(place.path())
            .spawn()
            .unwrap();
        let pid = pivot.read_line(Some(LIMIT)).unwrap().unwrap();
        pivot.signal(libc::SIGINT);
        assert_eq!(pivot.wait(Some(LIMIT)).unwrap(), Status::Code(130));
        let deadline = Instant::now() + Duration::from_secs(10);
        let alive = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
        while alive() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!alive(), "the command outlived us");
    }

    #[test]
    fn a_reader_that_goes_away_is_no_failure() {
        let place = shop();
        let pipe = format!("{} explain codes | true; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_pivot"));
        let done = Command::new("bash").args(["-c", &pipe]).cwd(place.path()).run(Some(LIMIT)).unwrap();
        assert_eq!(done.stdout_text(), "0\n", "{}", done.stderr_text());
    }
}

mod evolve {
    use super::*;

    const PRICING: &str = "def price(quantity: int) -> int:\n    return quantity * 3\n";

    fn pricing() -> Place {
        Place::new().file("pricing.py", PRICING)
    }

    /// Translates only: nothing is built or run.
    fn only_translate<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["evolve", "pricing.py", "--target", "go", "--no-run"], more].concat()
    }

    #[test]
    fn missing_file_and_folder() {
        let place = Place::new().file("shop/a.py", PRICING);
        refuses(&place, &["evolve", "nope.py", "--target", "rust", "--no-run"], 2, &["nope.py", "no such file"]);
        refuses(&place, &["evolve", "shop", "--target", "rust", "--no-run"], 2, &["shop", "a folder"]);
    }

    #[test]
    fn not_utf8() {
        let place = Place::new().file("pricing.py", b"def price():\n    return '\xe9'\n");
        refuses(&place, &only_translate(&[]), 2, &["pricing.py:2:13", "UTF-8"]);
    }

    /// What Python itself would not import is not translated in parts.
    #[test]
    fn code_that_is_no_python_3() {
        let cases = [
            ("def price():\n    return 1\n\ndef bad(:\n    return 2\n", "E0201", "pricing.py:4:"),
            ("def price(x):\n    print \"x\", x\n", "E0202", "pricing.py:2:5"),
            ("def price():\n        return 1\n    return 2\n", "E0203", "pricing.py:3:"),
        ];
        for (text, code, at) in cases {
            let place = Place::new().file("pricing.py", text);
            let before = place.entries();
            let done = place.pivot(&only_translate(&[]));
            let said = done.stderr_text();
            assert_eq!(done.status, Status::Code(2), "{said}");
            assert!(said.contains(code) && said.contains(at), "{said}");
            assert_eq!(place.entries(), before);
        }
    }

    #[test]
    fn unknown_function() {
        refuses(&pricing(), &only_translate(&["--function", "nope"]), 2, &["`nope`", "there are: "]);
    }

    #[test]
    fn unknown_profile() {
        refuses(&pricing(), &only_translate(&["--profile", "bold"]), 2, &["bold", "balanced"]);
    }

    #[test]
    fn words_that_are_none() {
        for args in [["--target", "cobol"], ["--as", "daemon"], ["--timeout", "soon"], ["--format", "pdf"]] {
            let place = pricing();
            let before = place.entries();
            let done = place.pivot(&["evolve", "pricing.py", args[0], args[1]]);
            let said = done.stderr_text();
            assert_eq!(done.status, Status::Code(2), "{args:?}: {said}");
            assert!(said.contains(args[1]) && done.stdout.is_empty(), "{args:?}: {said}");
            assert_eq!(place.entries(), before, "{args:?} wrote something");
        }
    }

    #[test]
    fn output_that_is_not_ours() {
        let place = pricing().file("mine/notes.txt", "keep me").file("file", "");
        refuses(&place, &only_translate(&["--output", "mine"]), 2, &["mine", "--output"]);
        refuses(&place, &only_translate(&["--output", "."]), 2, &["--output"]);
        refuses(&place, &only_translate(&["--output", "file"]), 2, &["file"]);
        assert_eq!(fs::read_to_string(place.path().join("mine/notes.txt")).unwrap(), "keep me");
    }

    #[test]
    fn edited_file() {
        let place = pricing();
        let done = place.pivot(&only_translate(&[]));
        assert_eq!(done.status, Status::Code(0), "{}", done.stderr_text());
        let edited = place.path().join("pricing-go/go.mod");
        let other = place.path().join("pricing-go/README.md");
        let (text, untouched) = (fs::read_to_string(&edited).unwrap() + "// mine\n", fs::read(&other).unwrap());
        fs::write(&edited, &text).unwrap();
        let place = place.file("pricing.py", PRICING.replace('3', "4"));
        let before = place.entries();
        let done = place.pivot(&only_translate(&[]));
        assert_eq!(done.status, Status::Code(3), "{}", done.stderr_text());
        assert!(done.stderr_text().contains("1 file in pricing-go changed"), "{}", done.stderr_text());
        assert_eq!(place.entries(), before);
        assert_eq!(fs::read_to_string(&edited).unwrap(), text);
        assert_eq!(fs::read(&other).unwrap(), untouched);
    }

    #[test]
    fn missing_tools() {
        let place = pricing();
        let python = pivot::host::process::find_program("python3").unwrap();
        fs::create_dir(place.path().join("bin")).unwrap();
        std::os::unix::fs::symlink(python, place.path().join("bin/python3")).unwrap();
        let before = place.entries();
        for (target, tool) in [("go", "`go`"), ("rust", "`cargo`")] {
            let args = ["evolve", "pricing.py", "--target", target];
            let done = place.pivot_with(&args, |command| command.env("PATH", place.path().join("bin")));
            let said = done.stderr_text();
            assert_eq!(done.status, Status::Code(2), "{said}");
            assert!(said.contains(tool) && said.contains("not found"), "{said}");
            assert_eq!(place.entries(), before, "{target}");
        }
    }

    #[test]
    fn nothing_that_can_be_translated() {
        let place = Place::new().file("pricing.py", "async def price():\n    return 1\n");
        let before = place.entries();
        let done = place.pivot(&only_translate(&[]));
        let said = done.stderr_text();
        assert_eq!(done.status, Status::Code(1), "{said}");
        assert!(said.contains("E1003") && said.contains("nothing in pricing.py can be translated"), "{said}");
        assert_eq!(place.entries(), before);
        let done = place.pivot(&only_translate(&["--format", "json"]));
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("an object even so");
        assert_eq!(report["functions"][0]["status"], "refused", "{report}");
        assert_eq!(report["functions"][0]["refusals"][0]["code"], "E1003", "{report}");
        assert_eq!((done.status, place.entries()), (Status::Code(1), before));
    }

    #[test]
    fn command_that_fails_or_hangs_still_leaves_the_project() {
        let place = pricing();
        let evolve = ["evolve", "pricing.py", "--target", "go", "--as", "library"];
        let failing: &[&str] = &["--", "python3", "-c", "import pricing, sys; pricing.price(2); sys.exit(7)"];
        let hanging: &[&str] = &["--timeout", "1s", "--", "python3", "-c", "import time; time.sleep(600)"];
        for (rest, words) in [(failing, "the command failed"), (hanging, "took too long")] {
            let start = Instant::now();
            let done = place.pivot(&[&evolve, rest].concat());
            let said = done.stderr_text();
            assert_eq!(done.status, Status::Code(4), "{said}");
            assert!(said.contains(words), "{said}");
            assert!(place.path().join("pricing-go/PARITY.md").is_file(), "{said}");
            assert!(start.elapsed() < LIMIT);
        }
    }
}
