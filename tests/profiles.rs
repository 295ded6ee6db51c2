//! `pivot analyze --export` and `--import`: one run in every format, each read by a tool that is not ours where there is
//! one; profiles of other tools read back.

#![allow(clippy::disallowed_methods, reason = "tests may run programs and touch the disk")]

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a program says; a missing toolchain is said aloud, and fails where toolchains are required.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            assert!(std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_none(), "{program}: {error}");
            eprintln!("skipped: {program}: {error}");
            None
        }
    }
}

#[test]
fn one_run_is_written_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiler/cpu.py").display().to_string();
    let formats = ["json", "collapsed", "speedscope", "pprof", "trace", "svg"];
    let exports = formats.map(|format| format!("--export={format}={}", file(format)));
    let mut command = Command::new(env!("CARGO_BIN_EXE_pivot"));
    command.args(["analyze", &script]).args(&exports).args(["--quiet", "--", "python3", &script, "1"]);
    let run = command.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));

    let json = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(file(name)).unwrap()).unwrap() };
    let seconds: f64 = json("json")["stacks"].as_array().unwrap().iter().map(wall).sum();
    let outside = json("json")["outside"].as_object().unwrap().values().map(|part| part.as_f64().unwrap()).sum::<f64>();
    let seconds = seconds + outside;
    let collapsed = std::fs::read_to_string(file("collapsed")).unwrap();
    let microseconds: f64 =
        collapsed.lines().map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum();
    assert!((seconds - microseconds / 1e6).abs() < 0.01, "{seconds} {microseconds}");
    let end = json("speedscope")["profiles"][0]["endValue"].as_f64().unwrap();
    assert!((seconds - end).abs() < 0.01, "{seconds} {end}");
    assert!(json("trace")["traceEvents"].as_array().unwrap().iter().any(|event| event["name"] == "heavy (cpu.py:14)"
        || event["name"].as_str().is_some_and(|name| name.starts_with("heavy "))));
    assert!(std::fs::read_to_string(file("svg")).unwrap().contains("cpu.heavy"));

    if let Some(top) = output("go", &["tool", "pprof", "-top", "-sample_index=cpu", &file("pprof")]) {
        assert!(top.contains("Type: cpu") && top.contains("cpu.heavy"), "{top}");
    }
    if let Some(tags) = output("go", &["tool", "pprof", "-tags", "-sample_index=wall", &file("pprof")]) {
        assert!(tags.contains("reason") && tags.contains("python"), "{tags}");
    }
}

fn wall(stack: &Value) -> f64 {
    stack["seconds"].as_object().unwrap().values().map(|seconds| seconds.as_f64().unwrap()).sum()
}

#[test]
fn an_export_of_nothing_is_refused() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pivot"));
    command.args(["analyze", "tests/profiler/cpu.py", "--export", "svg=x.svg"]);
    let run = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("nothing would be measured"));
}

/// `pivot analyze tests/import/job.py ARGUMENTS`: exit code, standard output, standard error.
fn analyze(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pivot"));
    command.args(["analyze", "tests/import/job.py"]).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    let run = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (run.status.code(), text(run.stdout), text(run.stderr))
}

#[test]
fn imported_profiles_are_ranked_and_their_gaps_said() {
    let (code, report, _) = analyze(&["--import", "tests/import/job.pstats"]);
    assert_eq!(code, Some(0));
    for words in ["imported from tests/import/job.pstats (pstats)", "shop.price", "other threads are not in it"] {
        assert!(report.contains(words), "{words}: {report}");
    }
    let files = ["--import", "tests/import/job.pb.gz", "tests/import/job.collapsed", "--format", "json"];
    let report: Value = serde_json::from_str(&analyze(&files).1).unwrap();
    assert_eq!(report["run"]["origin"]["kind"], "imported");
    assert_eq!(report["run"]["origin"]["files"].as_array().unwrap().len(), 2);
    assert!(report["functions"].as_array().unwrap().iter().any(|function| function["name"] == "shop.price"));
}

#[test]
fn an_unreadable_profile_is_one_message_and_nothing_else() {
    let (code, report, said) = analyze(&["--import", "tests/import/shop.py"]);
    assert_eq!((code, report.as_str()), (Some(2), ""));
    assert!(said.starts_with("error: tests/import/shop.py is no profile of a known format\n help: "), "{said}");
    let (code, _, said) = analyze(&["--import", "tests/import/job.pstats", "--", "python3", "x.py"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot be used with"), "{said}");
}

#[test]
fn calls_of_chosen_functions_are_kept_for_the_user_alone() {
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join("pyproject.toml"), "").unwrap();
    for file in ["job.py", "shop.py"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(file), project.path().join(file))
            .unwrap();
    }
    let pivot = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pivot"));
        command.args(arguments).current_dir(project.path()).output().unwrap()
    };
    let run = pivot(&["analyze", "job.py", "--record", "shop.price", "--", "python3", "job.py"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && said.contains("calls are in"), "{said}");
    let file = project.path().join(".pivot/recordings/shop.jsonl");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let call: Value = serde_json::from_str(std::fs::read_to_string(&file).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!((call["callable"].as_str(), &call["args"]), (Some("price"), &serde_json::json!([0])));
    let run = pivot(&["analyze", "job.py", "--record", "shop.cost", "--", "python3", "job.py"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("no function `shop.cost` was found"));

    std::fs::create_dir_all(project.path().join(".pivot/cache/x")).unwrap();
    assert!(pivot(&["clean"]).status.success());
    assert!(!project.path().join(".pivot/cache").exists() && file.exists());
}
