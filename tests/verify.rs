//! Verification against ports that are right, wrong in the classic ways, and broken as processes.
//!
//! The ports are Python: a right or wrong twin of the original behind the same worker, or a few lines that misbehave.

#[path = "verify/support.rs"]
mod support;

use pivot::host::process::{Command, Output};
use pivot::policy::Evidence;
use pivot::recording::{Outcome, RecordedCall, Value};
use pivot::verify::{
    Certificate, Decider, Decisions, DifferenceKind, Hashes, Kept, Limits, Recorder, Recording, Status, Verification,
    VerifyJob, bench, corpus_lines, round_trips, verify,
};
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use support::{check, check_with, folder, interface, of, original, script, twin, twin_with};

#[test]
fn the_same_module_is_equal() {
    let found = check(&original(), twin(&original()), 120);
    for function in &found.functions {
        let expected = if function.name == "shuffled" { Status::Unproven } else { Status::Equal };
        assert_eq!(function.status, expected, "{function:#?}");
        assert!(function.status != Status::Equal || function.exhausted || function.calls.total() >= 120);
    }
    let shuffled = of(&found, "shuffled");
    assert!(shuffled.reason.as_deref().is_some_and(|why| why.contains("does not agree with itself")), "{shuffled:?}");
}

#[test]
fn classic_mistakes_differ() {
    let found = check(&original(), twin(&folder().join("wrong.py")), 200);
    let expected = [
        ("total", DifferenceKind::Value),
        ("halves", DifferenceKind::Value),
        ("weekday", DifferenceKind::Value),
        ("cents", DifferenceKind::Value),
        ("letters", DifferenceKind::Value),
        ("counts", DifferenceKind::Value),
        ("sort_in_place", DifferenceKind::Mutation),
        ("ends", DifferenceKind::Value),
        ("root", DifferenceKind::Message),
        ("first", DifferenceKind::ExceptionType),
        ("same", DifferenceKind::Value),
        ("shout", DifferenceKind::Stdout),
        ("Account.withdraw", DifferenceKind::State),
    ];
    for (name, kind) in expected {
        let function = of(&found, name);
        assert_eq!(function.status, Status::NotEqual, "{function:#?}");
        let kinds: Vec<_> = function.differences.iter().map(|difference| difference.kind).collect();
        assert!(kinds.contains(&kind), "{name}: {:#?}", function.differences);
    }
    assert_eq!(of(&found, "Account.deposit").status, Status::Equal, "{:#?}", of(&found, "Account.deposit"));
    differences_are_small(&found);
}

fn differences_are_small(found: &Verification) {
    let calls = |name: &str| of(found, name).differences[0].calls.clone();
    let sort = calls("sort_in_place");
    assert!(sort.len() == 1 && sort[0].starts_with("sort_in_place(["), "{sort:?}");
    // Shrinking has a limit of time: on a busy machine a step more may be left.
    let withdraw = calls("Account.withdraw");
    assert!(withdraw.len() <= 4 && withdraw.iter().any(|call| call.contains(".withdraw(")), "{withdraw:?}");
    assert_eq!(withdraw.last().map(String::as_str), Some("state of it"), "{withdraw:?}");
    // It is wrong for negative numbers, and for those that no float holds.
    assert_eq!(calls("halves").len(), 1);
    assert_eq!(calls("letters").len(), 1);
}

#[test]
fn a_port_that_guards_everything_is_unproven() {
    let found = check(&original(), script("guards.py"), 50);
    assert!(found.functions.iter().all(|function| function.status == Status::Unproven), "{found:#?}");
    assert!(of(&found, "total").tally.guards > 0);
}

/// What the process does when `bad` is called, what verification calls it, and what its report says.
const MISBEHAVIOURS: [(&str, DifferenceKind, &str); 14] = [
    ("hang", DifferenceKind::Hang, "no answer in time"),
    ("crash", DifferenceKind::Crash, "the process ended: exit code 1: out of luck"),
    ("exit_seven", DifferenceKind::Crash, "the process ended: exit code 7"),
    ("exit_after", DifferenceKind::Crash, "the process ended: exit code 8"),
    ("eat_memory", DifferenceKind::Crash, "MemoryError"),
    ("rubbish", DifferenceKind::Rubbish, "no answer but \"hello\""),
    ("noise", DifferenceKind::Rubbish, "no answer but \"looking into it ...\""),
    ("disorder", DifferenceKind::OutOfOrder, "the answer to another request"),
    ("twice", DifferenceKind::OutOfOrder, "a second answer"),
    ("endless", DifferenceKind::Rubbish, "a line of more than 64 MiB"),
    ("flood", DifferenceKind::OutOfOrder, "a second answer"),
    ("not_text", DifferenceKind::Rubbish, "no answer but"),
    ("cut", DifferenceKind::Rubbish, "no answer but"),
    ("panic", DifferenceKind::Panic, "\"kind\":\"panic\""),
];

#[test]
fn broken_processes_are_results_and_the_run_goes_on() {
    for (how, kind, said) in MISBEHAVIOURS {
        let mut port = script("misbehaves.py");
        port.push(how.into());
        let found = check_with(&folder().join("small.py"), port, 50, |job| {
            let call = Duration::from_millis(if how == "hang" { 700 } else { 5000 });
            job.limits = Limits { call, memory: Some(400 << 20), differences: 1, ..job.limits.clone() };
            job.limits.shrinking = 0;
        });
        let bad = of(&found, "bad");
        assert_eq!((bad.status, bad.differences.len()), (Status::NotEqual, 1), "{how}: {bad:#?}");
        let difference = &bad.differences[0];
        assert_eq!(difference.kind, kind, "{how}: {bad:#?}");
        assert!(difference.port.contains(said), "{how}: {difference:#?}");
        assert!(difference.calls.iter().all(|call| call.starts_with("bad(")), "{how}: {difference:#?}");
        assert_eq!(of(&found, "good").status, Status::Equal, "{how}: {:#?}", of(&found, "good"));
    }
}

#[test]
fn a_port_that_is_not_there_is_a_result() {
    let found = check(&folder().join("small.py"), vec!["/nowhere/call".into()], 50);
    assert!(found.functions.iter().all(|function| function.status == Status::NotEqual), "{found:#?}");
}

/// The certificate and the corpora of a run.
fn written(module: &Path, port: Vec<OsString>, decider: &Decider) -> (String, String) {
    let found = check_with(module, port, 60, |job| {
        (job.limits.jobs, job.limits.patience, job.decider) = (2, Duration::from_secs(1), decider.clone());
    });
    let text =
        Certificate::of(&found, Hashes::default(), "test", &Evidence { minimum_calls: 60, generated_calls: 72 }, 1)
            .to_json();
    (text, found.functions.iter().map(|function| corpus_lines(&function.corpus)).collect())
}

/// A run, and another one that is given what the clock decided in the first.
fn written_twice(module: &Path, port: &[OsString]) -> (String, Decisions) {
    let first = Decider::default();
    let found = written(module, port.to_vec(), &first);
    let second = Decider::repeating(first.decisions());
    assert_same(&found, &written(module, port.to_vec(), &second));
    assert_eq!(second.decisions(), first.decisions());
    (found.0, first.decisions())
}

fn assert_same(first: &(String, String), second: &(String, String)) {
    let lines = first.0.lines().zip(second.0.lines());
    assert_eq!(lines.filter(|(left, right)| left != right).collect::<Vec<_>>(), []);
    let lines = first.1.lines().zip(second.1.lines());
    assert_eq!(lines.filter(|(left, right)| left != right).collect::<Vec<_>>(), []);
    assert!(first == second, "the corpora differ");
}

#[test]
fn the_same_seed_gives_the_same_certificate() {
    let (text, _) = written_twice(&original(), &twin(&original()));
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")) && text.len() > 1000);
}

#[test]
fn differences_are_found_alike_in_every_run() {
    let (text, _) = written_twice(&original(), &twin(&folder().join("wrong.py")));
    assert!(text.contains("\"not_equal\""), "{text}");
}

#[test]
fn what_is_never_twice_the_same_disturbs_nothing_and_the_clock_decides_once() {
    let moods = folder().join("moods.py");
    let (_, decisions) = written_twice(&moods, &twin(&moods));
    assert!(decisions.given_up.values().any(|call| call.starts_with("climb(")), "{decisions:#?}");
}

/// Runs the workload with a recorder.
fn recorded(args: &[&str]) -> (Recording, String) {
    let callables: Vec<String> =
        ["total", "middle", "sort_in_place", "first", "Account.deposit", "absent", "No.where"].map(String::from).into();
    let recorder = Recorder::new(&original(), &callables, 300).expect("a recorder");
    let mut command = Command::new("python3").args(args).cwd(folder()).stderr(Output::Inherit);
    for (name, value) in recorder.environment(Some(folder().join("site").as_os_str())) {
        command = command.env(name, value);
    }
    let done = command.run(Some(Duration::from_secs(60))).expect("python3 runs");
    assert!(done.status.success(), "{done:?}");
    (recorder.collect().expect("recordings"), done.stdout_text())
}

#[test]
fn calls_of_a_run_are_recorded() {
    for args in [["workload.py"].as_slice(), &["-m", "workload"]] {
        let (recording, printed) = recorded(args);
        assert!(printed.contains("the user's sitecustomize"), "{printed}");
        assert_eq!(recording.processes, 2);
        let of = |name: &str| -> Vec<&RecordedCall> {
            recording.calls.iter().filter(|call| call.callable == name).collect()
        };
        assert!((200..=301).contains(&of("total").len()), "{} calls of total", of("total").len());
        assert!(of("total").iter().any(|call| call.args == [Value::List(vec![Value::int(4711)])]), "the child's call");
        assert_eq!(of("sort_in_place")[0].args, [Value::List(vec![Value::int(2), Value::int(1)])], "before the call");
        assert_eq!(of("middle")[0].kwargs.len(), 1);
        assert!(matches!(&of("first")[0].outcome, Outcome::Error { kind, .. } if kind == "KeyError"));
        assert_eq!((of("Account.deposit").len(), of("absent").len()), (1, 0));
        assert_eq!(Recording::read(&recording.lines).calls, recording.calls);
    }
}

#[test]
fn recorded_calls_are_replayed_and_timed() {
    let (recording, _) = recorded(&["workload.py"]);
    let interface = interface(&original());
    let evidence = Evidence { minimum_calls: 50, generated_calls: 60 };
    let kept = Kept::new();
    let job = VerifyJob {
        interpreter: "python3".into(),
        module: original(),
        interface: &interface,
        port: twin(&original()),
        recorded: &recording.calls,
        kept: &kept,
        evidence: &evidence,
        seed: 1,
        limits: Limits::default(),
        decider: Decider::default(),
        answers: None,
    };
    let found = verify(&job, &|_| {}).expect("verification runs");
    assert!(of(&found, "total").calls.recorded >= 200, "{:#?}", of(&found, "total"));
    let timed = bench(&job, &found.cases(), &|_| {}).expect("both sides are timed");
    let speeds = timed.speeds;
    let trips = round_trips(&job, &timed.cases).expect("the pipe is timed");
    assert!(trips["total"].ns.median > 1000.0, "{trips:?}");
    let total = speeds.iter().find(|speed| speed.name == "total").expect("total is timed");
    // Both sides are the same Python.
    assert!(total.speedup.low <= total.speedup.median && total.speedup.median <= total.speedup.high);
    assert!((0.2..5.0).contains(&total.speedup.median), "{total:?}");
}

#[test]
fn sequences_use_what_earlier_calls_returned() {
    let desk = folder().join("desk.py");
    let found = check(&desk, twin(&desk), 60);
    for (name, share) in [("Desk.check_in", 50), ("Desk.check_out", 35)] {
        let function = of(&found, name);
        assert_eq!(function.status, Status::Equal, "{function:#?}");
        let returned = function.tally.returned * 100 / function.calls.total();
        assert!(returned >= share, "{name}: only {returned} % of the calls return");
        assert!(function.tally.raised > 0, "{name} never raises");
    }
}

#[test]
fn a_function_that_reads_the_clock_agrees_with_itself() {
    let waits = folder().join("waits.py");
    let found = check(&waits, twin(&waits), 60);
    assert_eq!(of(&found, "waited").status, Status::Equal, "{:#?}", of(&found, "waited"));
}

/// Declines nine of ten calls.
const DECLINES: &str = r#"
import zlib
_perform = Worker.perform
def perform(self, request):
    if "function" in request and zlib.crc32(repr((request.get("args"), request.get("kwargs"))).encode()) % 10:
        return {"guard": {"kind": "type", "at": "small.py:1:0"}}
    return _perform(self, request)
Worker.perform = perform
"#;

#[test]
fn a_port_that_declines_most_calls_gets_as_many_more() {
    let small = folder().join("small.py");
    let found = check(&small, twin_with(&small, DECLINES), 300);
    for name in ["good", "bad"] {
        let function = of(&found, name);
        assert_eq!(function.status, Status::Equal, "{function:#?}");
        assert!(function.tally.guards > 5 * function.calls.total(), "{function:#?}");
    }
}

/// Declines to make every other object.
const DECLINES_TO_MAKE: &str = r#"
_perform = Worker.perform
def perform(self, request):
    size = [*request.get("args", ()), *request.get("kwargs", {}).values(), 0][0]
    if "new" in request and type(size) is int and size % 2:
        return {"guard": {"kind": "type", "at": "crates.py:1:0"}}
    return _perform(self, request)
Worker.perform = perform
"#;

#[test]
fn what_was_not_made_is_not_another_object_of_that_name() {
    let crates = folder().join("crates.py");
    let found = check(&crates, twin_with(&crates, DECLINES_TO_MAKE), 100);
    for name in ["Crate.__init__", "Crate.grow"] {
        let function = of(&found, name);
        assert_eq!(function.status, Status::Equal, "{function:#?}");
    }
    let made = of(&found, "Crate.__init__").tally;
    assert!(made.guards > 0 && made.raised > 0, "{made:?}");
}
