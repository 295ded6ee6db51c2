//! Every fixture under `fixtures/translate/` is translated to both languages, built, and compared with CPython on
//! generated calls: nothing may be refused, and every function must be equal.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

use pivot::host::Disk;
use pivot::host::process::{Output, find_program};
use pivot::pipeline::evolve::{EvolveJob, Form, evolve};
use pivot::policy::Policy;
use pivot::target::Target;
use pivot::verify::Status;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One folder for all generated Rust, so that dependencies compile once.
fn target_dir() -> PathBuf {
    std::env::var_os("PIVOT_TARGET_DIR").map_or_else(|| root().join(".pivot/cache/target"), PathBuf::from)
}

fn toolchain(target: Target) -> bool {
    let tool = match target {
        Target::Rust => "cargo",
        Target::Go => "go",
    };
    let found = find_program(tool).is_some();
    let required = std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_some();
    assert!(found || !required, "`{tool}` is required and was not found");
    if !found {
        eprintln!("skipped: `{tool}` was not found");
    }
    found
}

fn check(case: &str, target: Target) {
    if !toolchain(target) {
        return;
    }
    let scratch = pivot::host::scratch_dir().unwrap();
    let name = format!("{}-{}", case.replace('/', "-"), target.word());
    let file = root().join("fixtures/translate").join(format!("{case}.py"));
    // A workload beside the module is the command whose calls are recorded.
    let workload = file.with_extension("workload");
    let command = match workload.exists() {
        true => vec!["python3".into(), workload.into_os_string()],
        false => Vec::new(),
    };
    let job = EvolveJob {
        file,
        target,
        policy: Policy::profile("aggressive").unwrap(),
        output: scratch.path().join(name),
        only: Vec::new(),
        form: Form::Library,
        python: find_program("python3"),
        command,
        timeout: None,
        command_output: Output::Stderr,
        target_dir: target_dir(),
        answers: Path::new(env!("CARGO_MANIFEST_DIR")).join(".pivot/cache/answers"),
    };
    assert!(job.python.is_some(), "python3 was not found");
    let found = evolve(&Disk, &job, &|_| {}).unwrap_or_else(|error| panic!("{case} to {}: {error}", target.word()));
    assert!(found.translation.refusals.is_empty(), "{:?}", found.translation.refusals);
    assert_eq!(found.not_built, None);
    let verification = found.verification.expect("the port was built, so it is compared");
    let wrong: Vec<String> = verification
        .functions
        .iter()
        .filter(|f| f.status != Status::Equal)
        .map(|f| format!("{}: {:?} {:?}", f.name, f.status, f.reason))
        .collect();
    assert!(wrong.is_empty(), "{case} to {}:\n{}", target.word(), wrong.join("\n"));
}

macro_rules! cases {
    ($($name:ident $case:literal;)*) => {$(
        mod $name {
            #[test]
            fn rust() {
                super::check($case, pivot::target::Target::Rust);
            }

            #[test]
            fn go() {
                super::check($case, pivot::target::Target::Go);
            }
        }
    )*
        /// The macro names every fixture there is.
        #[test]
        fn no_fixture_is_left_out() {
            let named = [$($case),*];
            for folder in std::fs::read_dir(root().join("fixtures/translate")).unwrap() {
                let folder = folder.unwrap().path();
                for file in std::fs::read_dir(&folder).unwrap() {
                    let file = file.unwrap().path();
                    if file.extension().is_some_and(|e| e == "py") {
                        let topic = folder.file_name().unwrap().to_string_lossy().into_owned();
                        let case = format!("{topic}/{}", file.file_stem().unwrap().to_string_lossy());
                        assert!(named.contains(&case.as_str()), "{case} is not tested");
                    }
                }
            }
        }
    };
}

/// What the platform's C library computes is translated to Rust, which calls the same one, and not to Go.
#[test]
fn the_platforms_libm() {
    check("../platform/libm", Target::Rust);
}

cases! {
    generators "generators/lists";
    rest "functions/rest";
    fresh "functions/fresh";
    computed_formats "text/computed_formats";
    named_tuples "classes/named_tuples";
    integers "numbers/integers";
    either "numbers/either";
    mixed "numbers/mixed";
    updates "numbers/updates";
    widened "numbers/widened";
    floats "numbers/floats";
    number_library "numbers/library";
    strings "text/strings";
    text_methods "text/methods";
    lists "containers/lists";
    aliasing "containers/aliasing";
    given "containers/given";
    one_object "containers/one_object";
    rows "containers/rows";
    dicts "containers/dicts";
    sets "containers/sets";
    heaps "containers/heaps";
    deques "containers/deques";
    tuples "containers/tuples";
    kinds "containers/kinds";
    elements "containers/elements";
    iteration "containers/iteration";
    walks "containers/walks";
    parser "classes/parser";
    discards "control/discards";
    first_time "control/first_time";
    letter_tree "classes/letter_tree";
    swaps "containers/swaps";
    extremes "containers/extremes";
    type_names "functions/type_names";
    formats "text/formats";
    unpacking "containers/unpacking";
    exceptions "control/exceptions";
    matching "control/matching";
    construction "classes/construction";
    enums "classes/enums";
    account "classes/account";
    optional "control/optional";
    written_out "containers/constants";
    lives "control/lives";
    imports "control/imports";
    imports_again "control/imports_again";
    unbound "control/unbound";
    unused "control/unused";
    versions "control/versions";
    certain "control/certain";
    identity "numbers/identity";
    named "control/named";
    maybe "text/maybe";
    printing "functions/printing";
    membership "containers/membership";
    reads_itself "containers/reads_itself";
    families "classes/families";
    inheritance "classes/inheritance";
    linked "classes/linked";
    members "classes/members";
    keys "classes/keys";
    raised "classes/raised";
    special "classes/special";
    unions "classes/unions";
    untyped "recorded/untyped";
    vague "recorded/vague";
    nones "recorded/nones";
    constants "functions/constants";
    powers "numbers/powers";
    nested "functions/nested";
    cache "functions/cache";
    inner_cache "functions/inner_cache";
    lazy_iterators "generators/lazy_iterators";
    partials "functions/partials";
    kept "functions/kept";
    values "functions/values";
}
