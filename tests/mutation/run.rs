//! Runs verification on programs with one fault on at a time, and says which faults it finds.

use crate::fault::Fault;
use crate::program::Program;
use pivot::artifact::Interface;
use pivot::policy::Policy;
use pivot::verify::{Decider, DifferenceKind, Kept, Limits, Status, Verification, VerifyJob, verify};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What verification says of a program with a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A function is not equal: the function, and how it differs.
    Found(String, DifferenceKind),
    /// Nothing differs, but a function is no longer proven, so that it would not be shipped.
    Unproven(String),
    /// Everything is said to be equal.
    Missed,
}

/// Verifies a program with a fault (0 for none) against the Python it came from.
pub fn verified(program: &Program, command: &Path, interface: &Interface, fault: usize) -> Verification {
    let policy = Policy::profile("balanced").expect("a built-in profile");
    let words: [OsString; 3] = ["--exact".into(), "--fault".into(), fault.to_string().into()];
    let job = VerifyJob {
        interpreter: "python3".into(),
        module: program.source.clone(),
        interface,
        port: [command.into()].into_iter().chain(words).collect(),
        recorded: &[],
        kept: &Kept::new(),
        evidence: &policy.evidence,
        seed: pivot::pipeline::evolve::SEED,
        limits: Limits {
            call: Duration::from_secs(3),
            memory: Some(2 << 30),
            jobs: 1,
            differences: 1,
            shrinking: 0,
            ..Limits::default()
        },
        decider: Decider::default(),
        answers: None,
    };
    verify(&job, &|_| {}).unwrap_or_else(|error| panic!("{} with fault {fault}: {error}", program.module))
}

/// What verification says of a fault: first of the function that has it, then of all that runs through it; what is known
/// to differ without it does not count.
pub fn judged(program: &Program, command: &Path, fault: &Fault, known: &BTreeSet<String>) -> Outcome {
    let all = program.narrowed(&[fault]);
    if let Some(alone) = program.alone(fault).filter(|alone| *alone != all) {
        let outcome = concluded(&verified(program, command, &alone, fault.number), known);
        if let Outcome::Found(..) = outcome {
            return outcome;
        }
    }
    concluded(&verified(program, command, &all, fault.number), known)
}

fn concluded(found: &Verification, known: &BTreeSet<String>) -> Outcome {
    let mut functions = found.functions.iter().filter(|function| !known.contains(&function.name));
    let differs = functions.clone().find(|function| function.status == Status::NotEqual);
    if let Some(function) = differs {
        let kind = function.differences.first().map_or(DifferenceKind::Value, |difference| difference.kind);
        return Outcome::Found(function.name.clone(), kind);
    }
    match functions.find(|function| function.status == Status::Unproven) {
        Some(function) => Outcome::Unproven(format!("{}: {:?}", function.name, function.reason)),
        None => Outcome::Missed,
    }
}

/// Does something for each of many, two at a time; results in their order.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<R>>> = Mutex::new(items.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((at, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
                {
                    let result = work(item);
                    results.lock().expect("no worker panics with the lock")[at] = Some(result);
                }
            });
        }
    });
    let results = results.into_inner().expect("no worker panics with the lock");
    results.into_iter().map(|result| result.expect("every item is worked on")).collect()
}
