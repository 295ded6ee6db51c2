//! Our syntax tree against CPython's own, on files of the standard library of the interpreter found.
//!
//! `PIVOT_TEST_PYTHON` names another interpreter, `PIVOT_TEST_FILES` takes more files than the sample of 80.
//! Lines and columns of all statements and expressions are compared too.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

use pivot::diagnostic::Severity;
use pivot::python::{dump::dump, parse};
use pivot::source::{FileId, SourceFile};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn trees_equal_those_of_cpython() {
    let python = std::env::var("PIVOT_TEST_PYTHON").unwrap_or("python3".to_string());
    let Some(library) = standard_library(&python) else {
        assert!(std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_none(), "python3 is needed");
        eprintln!("skipped: no python3 found");
        return;
    };
    let most = std::env::var("PIVOT_TEST_FILES").ok().and_then(|most| most.parse().ok()).unwrap_or(80);
    let files = sample(python_files(&library), most);
    let folder = tempfile::tempdir().unwrap();
    dump_by_cpython(&python, folder.path(), &files);
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (index, path) in files.iter().enumerate() {
        let Ok(text) = String::from_utf8(std::fs::read(path).unwrap()) else { continue };
        let expected = std::fs::read_to_string(folder.path().join(format!("{index}.txt"))).ok();
        compared += usize::from(expected.is_some());
        wrong.extend(difference(path, text, expected));
    }
    eprintln!("{compared} trees compared, {} differ", wrong.len());
    assert!(compared * 10 >= files.len() * 9, "only {compared} of {} files could be compared", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What differs in one file, if anything.
fn difference(path: &Path, text: String, expected: Option<String>) -> Option<String> {
    let file = SourceFile::new(FileId(0), path, "module", text);
    let (module, diagnostics) = parse(&file);
    let shown = |at: u32| format!("{}:{}", path.display(), file.line_column(at).0);
    let Some(expected) = expected else {
        return diagnostics.is_empty().then(|| format!("{}: CPython refuses it", path.display()));
    };
    if let Some(first) = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error) {
        return Some(format!("{}: {} {}", shown(first.at.span.start), first.code.word(), first.message));
    }
    let ours = dump(&module, Some(&file));
    let mut lines = ours.lines().zip(expected.lines()).enumerate();
    match lines.find(|(_, (ours, theirs))| !alike(ours, theirs)) {
        Some((at, (ours, theirs))) => Some(format!("{}: line {at}: {ours} | CPython: {theirs}", path.display())),
        None if ours.lines().count() != expected.lines().count() => Some(format!("{}: length", path.display())),
        None => None,
    }
}

/// Before 3.12 CPython does not know the places inside f-strings; then only ours has one.
fn alike(ours: &str, theirs: &str) -> bool {
    let is_place = |word: &str| word.contains('-') && word.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '-');
    ours == theirs || ours.rsplit_once(' ').is_some_and(|(head, place)| head == theirs && is_place(place))
}

fn standard_library(python: &str) -> Option<PathBuf> {
    let script = "import os; print(os.path.dirname(os.__file__))";
    let output = Command::new(python).args(["-I", "-c", script]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_dir().then_some(path)
}

/// All Python files but those that are wrong on purpose.
fn python_files(library: &Path) -> Vec<PathBuf> {
    let skipped = ["site-packages", "lib2to3", "__pycache__", "bad_coding", "badsyntax", "bad_grammar"];
    let walk = walkdir::WalkDir::new(library).sort_by_file_name().into_iter().flatten();
    let files = walk.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|e| e == "py"));
    files.filter(|path| !skipped.iter().any(|word| path.to_string_lossy().contains(word))).collect()
}

/// Evenly spread over the list.
fn sample(files: Vec<PathBuf>, most: usize) -> Vec<PathBuf> {
    let step = files.len().div_ceil(most).max(1);
    files.into_iter().step_by(step).collect()
}

fn dump_by_cpython(python: &str, folder: &Path, files: &[PathBuf]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/dump_ast.py");
    for (start, chunk) in files.chunks(200).enumerate() {
        let target = folder.join(start.to_string());
        std::fs::create_dir(&target).unwrap();
        let mut command = Command::new(python);
        command.arg(&script).arg(&target).arg("--places").args(chunk);
        assert!(command.status().unwrap().success(), "dump_ast.py failed");
        for (index, _) in chunk.iter().enumerate() {
            let from = target.join(format!("{index}.txt"));
            if from.exists() {
                std::fs::rename(from, folder.join(format!("{}.txt", start * 200 + index))).unwrap();
            }
        }
    }
}
