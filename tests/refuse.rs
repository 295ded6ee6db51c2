//! Every file under `fixtures/refuse/<code>/` has a function of the file's name that must be refused with that code,
//! at a place in the file and with nothing of it in the program.

#![allow(clippy::disallowed_methods, reason = "tests may touch the disk")]

use pivot::diagnostic::Code;
use pivot::host::{Disk, Memory};
use pivot::pipeline::translate::translate;
use std::path::Path;

#[test]
fn what_is_outside_the_subset_is_refused_by_its_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/refuse");
    let mut seen = 0;
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        let code = folder.file_name().unwrap().to_string_lossy().into_owned();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_none_or(|extension| extension != "py") {
                continue;
            }
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let translation = translate(&Disk, &file, &[], false).unwrap();
            let found = translation.refusals.iter().find(|(refused, _)| *refused == name);
            let (_, problem) = found.unwrap_or_else(|| panic!("{} was translated", file.display()));
            assert_eq!(problem.code.word(), code, "{}: {}", file.display(), problem.message);
            assert!(translation.program.functions.iter().all(|f| f.name != name), "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} refusals were found");
}

#[test]
fn without_recorded_calls_untyped_functions_are_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/translate/recorded");
    for file in std::fs::read_dir(root).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "py") {
            let translation = translate(&Disk, &file, &[], false).unwrap();
            assert!(!translation.refusals.is_empty(), "{}", file.display());
        }
    }
}

#[test]
fn a_method_without_self_is_refused_with_whoever_calls_it() {
    let alone = "class A:\n    def f():\n        return 1\n\ndef g(x: A) -> int:\n    return x.f()\n";
    let overridden = format!("{alone}\nclass B(A):\n    def f():\n        return 2\n");
    for text in [alone, overridden.as_str()] {
        let files = Memory::with([("/p/m.py", text)]);
        let translation = translate(&files, Path::new("/p/m.py"), &[], false).unwrap();
        let refused: Vec<&str> = translation.refusals.iter().map(|(name, _)| name.as_str()).collect();
        assert!(refused.contains(&"g"), "{text}: {refused:?}");
        let own = translation.refusals.iter().find(|(name, _)| name == "A.f").map(|(_, problem)| problem.code);
        assert!(own.is_none_or(|code| code == Code::WrongArity), "{text}: {own:?}");
        assert!(translation.program.functions.iter().all(|function| function.name != "f"), "{text}");
    }
}
