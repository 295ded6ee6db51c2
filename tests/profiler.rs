//! Measures small Python programs that know the truth about themselves (`tests/profiler/*.py`), and compares.
//!
//! Every program writes what it measured inside to its stdout (here: to a file), as JSON. The programs run for one or
//! two seconds, so shares carry a few points of sampling noise, and more on a busy machine: bounds follow from the
//! interval that the measurement itself gives.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use pivot::host::process::Command;
use pivot::host::{Disk, Files, clock};
use pivot::measurement::{Ending, FunctionCost, Interval, Measurement, NativeMethod};
use pivot::profiler::{ProfilerError, RunSettings, run};
use serde_json::Value;

/// One measurement at a time: two at once would disturb each other on a small machine.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `python3 SCRIPT ARGUMENTS` and returns the measurement with what the script says.
fn measure(script: &str, arguments: &[&str], change: impl FnOnce(&mut RunSettings)) -> (Measurement, Value) {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let said = tempfile::NamedTempFile::new().unwrap();
    let line = format!("exec '{}' {script} {} > {}", python(), arguments.join(" "), said.path().display());
    let mut settings = settings(&["sh", "-c", &line]);
    change(&mut settings);
    let measurement = run(&settings, &|_, _| None, &|| false).unwrap();
    let mut text = String::new();
    said.reopen().unwrap().read_to_string(&mut text).unwrap();
    (measurement, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The interpreter itself: `python3` may be a script that takes a while to find it.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let ask = Command::new("python3").args(["-c", "import sys; print(sys.executable, end='')"]);
        String::from_utf8(ask.run(None).expect("python3 runs").stdout).expect("a path in UTF-8")
    })
}

fn settings(command: &[&str]) -> RunSettings {
    let command = command.iter().map(|&word| word.to_owned()).collect();
    RunSettings { directory: Some(scripts()), ..RunSettings::new(command, scripts()) }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profiler")
}

fn cost(measurement: &Measurement, name: &str) -> FunctionCost {
    let function = measurement.find(name).unwrap_or_else(|| panic!("{name} was not seen"));
    measurement.costs().swap_remove(function)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

/// The shares of these functions among themselves are, in truth and as measured, within one point and twice the
/// half-width that the measurement gives for them: four standard errors.
fn assert_shares(measurement: &Measurement, truth: &Value, module: &str, functions: &[&str]) {
    let true_cpu = |name: &str| number(&truth[name]);
    let seen = |name: &str| cost(measurement, &format!("{module}.{name}"));
    let true_sum: f64 = functions.iter().map(|name| true_cpu(name)).sum();
    let seen_sum: f64 = functions.iter().map(|name| seen(name).total.cpu()).sum();
    for name in functions {
        let (expected, cost) = (true_cpu(name) / true_sum, seen(name));
        let spells = measurement.functions[cost.function].spells;
        let share = Interval::of_share(cost.total.cpu() / seen_sum, measurement.sampling.computing, spells);
        let (error, bound) = (share.value - expected, 0.01 + 2.0 * share.half_width());
        assert!(error.abs() < bound, "{name}: off by {error:.3} (bound {bound:.3}), in truth {expected:.3}");
    }
    assert!(measurement.sampling.computing > 50, "{:?}", measurement.sampling);
}

#[test]
fn processor_time_is_spread_as_it_was_spent() {
    let (m, truth) = measure("cpu.py", &["1.5"], |settings| settings.rate = 400.0);
    assert_eq!(m.ending, Ending::Code { code: 0 });
    assert_shares(&m, &truth, "cpu", &["heavy", "light"]);
    let sum = number(&truth["heavy"]) + number(&truth["light"]);
    let seen = cost(&m, "cpu.heavy").total.cpu() + cost(&m, "cpu.light").total.cpu();
    assert!((seen / sum - 1.0).abs() < 0.1, "{seen} s of processor time, in truth {sum} s");
    let ranking: Vec<String> = m.hotspots().into_iter().map(|hotspot| hotspot.name).collect();
    assert_eq!(ranking[1..], ["cpu.heavy", "cpu.light"]);
    assert!(m.python().is_some_and(|version| version.starts_with('3')));
}

#[test]
fn recursion_comprehensions_and_tiny_calls_are_right() {
    let (m, truth) = measure("recursion.py", &["1.5"], |settings| settings.rate = 400.0);
    assert_shares(&m, &truth, "recursion", &["fibonacci", "squares", "tiny_calls"]);
    let fibonacci = cost(&m, "recursion.fibonacci");
    assert!((fibonacci.own.cpu() - fibonacci.total.cpu()).abs() < 1e-9);
    assert!(cost(&m, "recursion.step").total.cpu() > 0.0);
    assert!(
        m.functions
            .iter()
            .all(|function| !function.user || !function.qualname.contains('<') || function.qualname == "<module>")
    );
}

#[test]
fn native_code_is_told_from_python() {
    let (m, truth) = measure("native.py", &["2.5"], |settings| settings.rate = 300.0);
    let functions = ["hashing", "small_hashing", "packing", "dumping", "sorting", "matching", "python"];
    assert_shares(&m, &truth, "native", &functions);
    assert_eq!(m.native_method, NativeMethod::Unwound);
    let native_share = |name: &str| {
        let total = cost(&m, &format!("native.{name}")).total;
        total.native / total.cpu()
    };
    for (name, least) in [("hashing", 0.9), ("packing", 0.9), ("sorting", 0.85), ("small_hashing", 0.6)] {
        assert!(native_share(name) > least, "{name}: {:.2} native", native_share(name));
    }
    assert!(native_share("python") < 0.1, "{:.2} of pure Python is native", native_share("python"));
}

/// A launcher that has not mapped its `libpython` yet is met by chance only: so many starts meet some.
#[test]
fn an_interpreter_is_known_however_early_it_is_met() {
    for _ in 0..12 {
        let (m, _) = measure("cpu.py", &["0.1"], |_| {});
        assert_eq!(m.native_method, NativeMethod::Unwound);
    }
}

#[test]
fn each_wait_has_its_reason() {
    let (m, truth) = measure("threads.py", &["1.5"], |_| {});
    let spin = cost(&m, "threads.spin").total;
    let of_spins = |what: &str| number(&truth["spin_one"][what]) + number(&truth["spin_two"][what]);
    let not_computing = of_spins("wall") - of_spins("cpu");
    let waited = spin.gil + spin.queue;
    assert!(
        (waited - not_computing).abs() < 0.15 * of_spins("wall"),
        "{waited} s, in truth {not_computing} s: {spin:?}"
    );
    assert!(spin.io + spin.lock + spin.sleep < 0.05 * spin.wall(), "{spin:?}");
    let mostly = |name: &str, part: fn(&FunctionCost) -> f64, least: f64| {
        let cost = cost(&m, &format!("threads.{name}"));
        let share = part(&cost) / cost.total.wall();
        assert!(share > least, "{name}: {share:.2} of {:?}", cost.total);
    };
    mostly("nap", |cost| cost.total.sleep, 0.6);
    mostly("wait_for_lock", |cost| cost.total.lock, 0.9);
    mostly("wait_for_peer", |cost| cost.total.io, 0.9);
    let wall = cost(&m, "threads.wait_for_peer").total.wall();
    let true_wall = number(&truth["wait_for_peer"]["wall"]);
    assert!((wall / true_wall - 1.0).abs() < 0.15, "{wall} s, in truth {true_wall} s");
}

#[test]
fn forked_and_started_processes_are_included() {
    let (m, truth) = measure("family.py", &["1"], |_| {});
    assert_eq!(m.processes.len(), 4, "{:?}", m.processes);
    let crunch = cost(&m, "family.crunch").total.cpu();
    let of_workers = number(&truth["crunch"]);
    assert!(crunch > of_workers, "{crunch} s, in the workers alone {of_workers} s");
    assert!(m.cpu.python_processes <= m.cpu.total() * 1.02, "{:?}", m.cpu);
    assert!(m.cpu.sampled > 0.6 * m.cpu.total(), "{:?}", m.cpu);
}

#[test]
fn a_command_that_fails_is_reported_with_its_code() {
    let _alone = ALONE.lock();
    let m =
        run(&settings(&[python(), "-c", "import sys, time; time.sleep(0.3); sys.exit(3)"]), &|_, _| None, &|| false);
    assert_eq!(m.unwrap().ending, Ending::Code { code: 3 });
}

#[test]
fn a_command_without_python_says_so() {
    let m = run(&settings(&["true"]), &|_, _| None, &|| false).unwrap();
    assert!(m.processes.is_empty() && m.stacks.is_empty());
    assert!(m.warnings()[0].message.contains("no Python interpreter"));
}

#[test]
fn what_cannot_be_run_is_an_error_with_advice() {
    let error = |command: &[&str], rate| {
        let settings = RunSettings { rate, ..settings(command) };
        run(&settings, &|_, _| None, &|| false).unwrap_err()
    };
    assert!(matches!(error(&["no-such-program"], 200.0), ProfilerError::NotFound(_)));
    assert!(error(&["no-such-program"], 200.0).help().is_some());
    let folder = tempfile::tempdir().unwrap();
    let nonsense = folder.path().join("nonsense");
    Disk.write(&nonsense, b"\x7fELF but no program").unwrap();
    Disk.set_mode(&nonsense, 0o755).unwrap();
    assert!(matches!(error(&[nonsense.to_str().unwrap()], 200.0), ProfilerError::NotStarted { .. }));
    assert!(matches!(error(&[], 200.0), ProfilerError::NoCommand));
    assert!(matches!(error(&["true"], f64::NAN), ProfilerError::BadRate(_)));
}

#[test]
fn a_command_that_runs_for_ever_is_ended() {
    let _alone = ALONE.lock();
    let endless = settings(&[python(), "-c", "while True: pass"]);
    let a_second = Some(Duration::from_secs(1));
    let started = clock::monotonic();
    let timed_out = run(&RunSettings { timeout: a_second, ..endless.clone() }, &|_, _| None, &|| false).unwrap();
    assert_eq!(timed_out.ending, Ending::TimedOut);
    let sampled = run(&RunSettings { duration: a_second, ..endless.clone() }, &|_, _| None, &|| false).unwrap();
    assert_eq!(sampled.ending, Ending::DurationReached);
    let interrupted = run(&endless, &|_, _| None, &|| started.elapsed() > Duration::from_millis(2500)).unwrap();
    assert_eq!(interrupted.ending, Ending::Interrupted);
    assert!(started.elapsed() < Duration::from_secs(12));
    assert!(timed_out.sampling.taken > 0 && sampled.sampling.taken > 0);
}
