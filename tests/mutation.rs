//! Does verification catch wrong translations? Translated functions are made wrong in one place at a time, built, and
//! verified; what is reported as equal although it is wrong is a hole in verification.
//!
//! ```text
//! cargo test --test mutation                     a sample of both languages and every kind of fault
//! make mutation                                  all of it; writes docs/mutation.md
//! PIVOT_MUTATION_MINUTES=30 make mutation        as much of it as is begun in that time
//! PIVOT_MUTATION='rust containers/lists bisect'  all faults whose key begins so; several beginnings with `;` between
//! ```
//!
//! New fixtures are picked up by themselves. A fault that nobody can see from outside is excused in
//! `tests/mutation/excused.yaml`, by its key, with the argument.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "these tests are about real files and programs"
)]

#[path = "mutation/boundary.rs"]
mod boundary;
#[path = "mutation/excused.rs"]
mod excused;
#[path = "mutation/fault.rs"]
mod fault;
#[path = "mutation/go.rs"]
mod go;
#[path = "mutation/program.rs"]
mod program;
#[path = "mutation/report.rs"]
mod report;
#[path = "mutation/run.rs"]
mod run;
#[path = "mutation/rust.rs"]
mod rust;
#[path = "mutation/sample.rs"]
mod sample;
#[path = "mutation/twins.rs"]
mod twins;

use excused::Excused;
use fault::{Fault, rank};
use go::Finder;
use pivot::host::process::{Command, find_program};
use pivot::target::Target;
use pivot::verify::Status;
use program::{Program, root};
use report::Judged;
use run::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Modules besides those of `fixtures/translate/`.
const MODULES: [&str; 2] = ["tests/verify/original.py", "tests/verify/desk.py"];
/// Modules whose original takes minutes for the calls of one verification: only where `PIVOT_MUTATION` names them.
const SLOW: [&str; 2] = ["fixtures/monolith/pricing.py", "fixtures/monolith/inventory.py"];

/// Share of the visible faults that must be found, in percent.
const WANTED: f64 = 97.0;
/// The same for a sample, in which one that nobody could see and that is not excused yet weighs much more.
const WANTED_OF_SAMPLE: f64 = 80.0;
/// Share of all faults that may be excused, in percent.
const EXCUSABLE: usize = 10;

fn modules() -> Vec<String> {
    let fixtures = walkdir::WalkDir::new(root().join("fixtures/translate")).sort_by_file_name();
    let paths = fixtures.into_iter().flatten().map(|entry| entry.into_path());
    let python = paths.filter(|path| path.extension().is_some_and(|extension| extension == "py"));
    let relative = python.map(|path| path.strip_prefix(root()).expect("below the root").display().to_string());
    let named = std::env::var("PIVOT_MUTATION").unwrap_or_default();
    let slow = SLOW.iter().filter(|module| named.contains(module.trim_end_matches(".py")));
    relative.chain(MODULES.iter().chain(slow).map(ToString::to_string)).collect()
}

fn targets() -> Vec<Target> {
    let required = std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_some();
    let has = |target: &Target| {
        let tool = if *target == Target::Rust { "cargo" } else { "go" };
        let found = find_program(tool).is_some();
        assert!(found || !required, "`{tool}` is required and was not found");
        if !found {
            eprintln!("skipped: `{tool}` was not found");
        }
        found
    };
    [Target::Rust, Target::Go].into_iter().filter(has).collect()
}

fn programs(work: &Path) -> Vec<Program> {
    let targets = targets();
    let finder = targets.contains(&Target::Go).then(|| Finder::build(work));
    let pairs = targets.iter().flat_map(|target| modules().into_iter().map(|module| (*target, module)));
    pairs.filter_map(|(target, module)| Program::new(&module, target, work, finder.as_ref())).collect()
}

/// Does a step and says how long it took.
fn timed<R>(what: &str, step: impl FnOnce() -> R) -> R {
    let started = Instant::now();
    let result = step();
    eprintln!("{what}: {:.1} s", started.elapsed().as_secs_f64());
    result
}

/// Builds the programs with these faults; gives each program's command and the faults that compile. A program that does
/// not compile by itself is left out, and said.
fn built<'p>(chosen: &[(&'p Program, Vec<&'p Fault>)]) -> Vec<(&'p Program, PathBuf, Vec<&'p Fault>)> {
    let built = run::each(chosen, |(program, faults)| {
        let (command, alive) = program.build(faults);
        (*program, command, alive)
    });
    built.into_iter().filter(|(_, _, alive)| !alive.is_empty()).collect()
}

/// A program that is built: its command, the faults in it, and what differs even where none is on.
struct Built<'p> {
    program: &'p Program,
    command: PathBuf,
    faults: Vec<&'p Fault>,
    differs: BTreeSet<String>,
}

/// Verifies without a fault: what differs anyway cannot tell anything, and its faults are left out.
fn sound<'p>(built: Vec<(&'p Program, PathBuf, Vec<&'p Fault>)>) -> Vec<Built<'p>> {
    let differing = run::each(&built, |(program, command, faults)| {
        let found = run::verified(program, command, &program.narrowed(faults), 0);
        let differs = found.functions.into_iter().filter(|function| function.status == Status::NotEqual);
        differs.map(|function| function.name).collect::<BTreeSet<String>>()
    });
    let one =
        |((program, command, mut faults), differs): ((&'p Program, PathBuf, Vec<&'p Fault>), BTreeSet<String>)| {
            faults.retain(|fault| !program.affected(fault).is_subset(&differs));
            Built { program, command, faults, differs }
        };
    built.into_iter().zip(differing).map(one).collect()
}

fn nothing_differs_anyway(built: &[Built]) {
    let differs = built.iter().filter(|one| !one.differs.is_empty());
    let differs =
        differs.map(|one| format!("{} to {}: {:?}", one.program.module, one.program.target.word(), one.differs));
    let differs: Vec<String> = differs.collect();
    assert!(differs.is_empty(), "differs without a fault:\n{}", differs.join("\n"));
}

/// Verifies with each fault, in an order that mixes programs and kinds; those that are not begun in time are left out.
fn judged<'p>(built: &[Built<'p>], ends: Option<Instant>) -> Vec<Judged<'p>> {
    let mut pairs: Vec<(&Built<'p>, &'p Fault)> =
        built.iter().flat_map(|one| one.faults.iter().map(move |fault| (one, *fault))).collect();
    pairs.sort_by_key(|(_, fault)| rank(&fault.key()));
    let outcomes = run::each(&pairs, |(one, fault)| {
        if ends.is_some_and(|ends| Instant::now() > ends) {
            return None;
        }
        let outcome = run::judged(one.program, &one.command, fault, &one.differs);
        if !matches!(outcome, Outcome::Found(..)) {
            eprintln!("{outcome:?}: {}", fault.key());
        }
        Some(outcome)
    });
    let judged = pairs.into_iter().zip(outcomes);
    judged.filter_map(|((_, fault), outcome)| Some(Judged { fault, outcome: outcome? })).collect()
}

fn by_program<'p>(
    programs: &'p [Program],
    excused: &Excused,
    wanted: impl Fn(&Fault) -> bool,
) -> Vec<(&'p Program, Vec<&'p Fault>)> {
    let of = |program: &'p Program| {
        (program, program.selected(excused).into_iter().filter(|fault| wanted(fault)).collect::<Vec<_>>())
    };
    programs.iter().map(of).filter(|(_, faults)| !faults.is_empty()).collect()
}

/// Every excuse is for a fault that still exists; says which twins stand for what no fixture calls.
fn tables_are_fresh(programs: &[Program], excused: &Excused) {
    let faults = || programs.iter().flat_map(|program| &program.faults);
    let stale = excused.stale(faults());
    assert!(stale.is_empty(), "tests/mutation/excused.yaml excuses what is no longer there:\n{}", stale.join("\n"));
    for target in targets() {
        let used: String = faults().filter(|fault| fault.target == target).map(|fault| fault.after.as_str()).collect();
        let twins = programs.iter().find(|program| program.target == target).expect("a program").twins();
        let idle = twins.all().filter(|twin| !used.contains(&twin.name)).map(|twin| twin.callee.as_str());
        eprintln!("{}: no fixture calls {:?}, which have wrong twins", target.word(), idle.collect::<Vec<_>>());
    }
}

fn assert_score(judged: &[Judged], excused: &Excused, wanted: f64) {
    let total = report::total(&report::scores(judged, excused));
    let missed: Vec<String> = report::missed(judged, excused).iter().map(|one| one.fault.key()).collect();
    eprintln!("{total:?}, {:.1} %", total.percent());
    assert!(total.percent() >= wanted, "verification misses:\n{}", missed.join("\n"));
}

#[test]
fn faults_are_found() {
    let scratch = pivot::host::scratch_dir().expect("a folder");
    let programs = timed("programs translated", || programs(scratch.path()));
    let excused = Excused::read();
    match std::env::var("PIVOT_MUTATION") {
        Err(_) => sampled(&programs, &excused),
        Ok(word) if word == "all" => {
            tables_are_fresh(&programs, &excused);
            whole(&programs, &excused);
        }
        Ok(prefixes) => {
            let begins = |key: String| prefixes.split(';').any(|prefix| key.starts_with(prefix));
            let chosen = by_program(&programs, &excused, |fault| begins(fault.key()));
            let judged = judged(&sound(built(&chosen)), None);
            judged.iter().for_each(|one| println!("{:?} | {}", one.outcome, one.fault.key()));
        }
    }
}

fn sampled(programs: &[Program], excused: &Excused) {
    let candidates = sample::candidates(programs, excused);
    let chosen = by_program(programs, excused, |fault| candidates.contains(&fault.key()));
    let built = timed("built with faults", || built(&chosen));
    let alive = built.iter().flat_map(|(_, _, faults)| faults.iter().copied());
    let chosen = sample::chosen(alive);
    let narrowed: Vec<(&Program, PathBuf, Vec<&Fault>)> = built
        .into_iter()
        .map(|(program, command, faults)| {
            let faults = faults.into_iter().filter(|fault| chosen.contains(&fault.key())).collect();
            (program, command, faults)
        })
        .collect();
    let built = timed("verified without a fault", || sound(narrowed));
    let judged = timed("verified with one fault at a time", || judged(&built, None));
    assert!(judged.len() >= 15, "only {} faults were made", judged.len());
    assert_score(&judged, excused, WANTED_OF_SAMPLE);
}

fn whole(programs: &[Program], excused: &Excused) {
    let minutes = std::env::var("PIVOT_MUTATION_MINUTES").ok().map(|text| text.parse().expect("a number of minutes"));
    let ends = minutes.map(|minutes: u64| Instant::now() + Duration::from_secs(60 * minutes));
    let counts = |program: &Program| (program.module.clone(), program.faults.len(), program.selected(excused).len());
    eprintln!("{:#?}", programs.iter().map(counts).collect::<Vec<_>>());
    let built = timed("built with faults", || built(&by_program(programs, excused, |_| true)));
    let built = timed("verified without a fault", || sound(built));
    let judged = timed("verified with one fault at a time", || judged(&built, ends));
    let wrongly: Vec<String> = judged
        .iter()
        .filter(|one| matches!(one.outcome, Outcome::Found(..)) && excused.why(one.fault).is_some())
        .map(|one| one.fault.key())
        .collect();
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).run(None).expect("date runs").stdout_text();
    let made: usize = built.iter().map(|one| one.faults.len()).sum();
    let page = report::page(&judged, excused, date.trim(), made - judged.len());
    std::fs::write(root().join("docs/mutation.md"), page).expect("the page is written");
    nothing_differs_anyway(&built);
    assert!(wrongly.is_empty(), "excused, but found:\n{}", wrongly.join("\n"));
    let total = report::total(&report::scores(&judged, excused));
    assert!(total.made >= 300, "only {} faults", total.made);
    assert!(total.excused * 100 <= total.made * EXCUSABLE, "{} of {} faults are excused", total.excused, total.made);
    assert_score(&judged, excused, WANTED);
    let mut kinds: BTreeMap<fault::Kind, usize> = BTreeMap::new();
    judged.iter().for_each(|one| *kinds.entry(one.fault.kind).or_default() += 1);
    assert_eq!(kinds.len(), fault::KINDS.len(), "a kind of fault is never made: {kinds:?}");
}
