//! Reads and parses files in parallel; from an entry file, follows its local imports wave by wave.

use super::SurveyOptions;
use super::imports::{Found, Import, imports_of, module_name, package_root};
use super::outline;
use crate::diagnostic::{Code, Diagnostic};
use crate::host::{Files, interrupt};
use crate::python::{self, ast::Module};
use crate::source::{FileId, SourceFile, Sources};
use crate::span::Location;
use rayon::prelude::*;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Files over this size are data, not code.
const LARGEST: u64 = 64 << 20;

/// A file that was read.
pub struct Parsed {
    /// Its syntax tree without the bodies of functions: see [`outline`].
    pub module: Module,
    /// What its imports bind; what they load is in `loads`.
    pub imports: Vec<Import>,
    /// Files that the interpreter runs for its imports, in their order.
    pub loads: Vec<PathBuf>,
}

/// Files in the order of [`Sources`].
#[derive(Default)]
pub struct Loaded {
    /// Their texts.
    pub sources: Sources,
    /// Their trees.
    pub parsed: Vec<Parsed>,
    /// What was wrong with them.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads these files and, where `follow` is set, whatever they import locally.
pub fn load(
    start: Vec<PathBuf>,
    roots: &[PathBuf],
    follow: bool,
    files: &dyn Files,
    options: &SurveyOptions,
) -> Loaded {
    let mut loaded = Loaded::default();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut wave = start;
    let found = Found::default();
    while !wave.is_empty() && !interrupt::requested() {
        wave.retain(|path| seen.insert(files.canonicalize(path).unwrap_or_else(|_| path.clone())));
        let known = loaded.parsed.len();
        options.tell(known, known + wave.len());
        let read: Vec<Read> = wave
            .par_iter()
            .map(|path| {
                let read = read(path, roots, files, &found);
                options.step();
                read
            })
            .collect();
        for one in read {
            loaded.take(one, roots, files);
        }
        let imported = loaded.parsed[known..].iter().flat_map(|parsed| parsed.loads.iter().cloned());
        wave = if follow { imported.collect() } else { Vec::new() };
    }
    loaded
}

struct Read {
    path: PathBuf,
    text: String,
    module: Module,
    imports: Vec<Import>,
    loads: Vec<PathBuf>,
    diagnostics: Vec<Diagnostic>,
}

fn read(path: &Path, roots: &[PathBuf], files: &dyn Files, found: &Found) -> Read {
    let (text, problem) = match text_of(path, files) {
        Ok(text) => (text, None),
        Err(problem) => (String::new(), Some(problem)),
    };
    let file = SourceFile::new(FileId(0), path, "", text);
    let (mut module, mut diagnostics) = python::parse(&file);
    diagnostics.extend(problem);
    let mut imports = imports_of(&module, path, roots, files, found);
    imports.shrink_to_fit();
    let mut seen = HashSet::new();
    let loads = imports.iter_mut().flat_map(|import| std::mem::take(&mut import.loads));
    let loads = loads.filter(|path| seen.insert(path.clone())).collect();
    outline::strip(&mut module);
    Read { path: path.to_path_buf(), text: file.text, module, imports, loads, diagnostics }
}

/// The text of a file, without a byte order mark; otherwise what is wrong with it.
fn text_of(path: &Path, files: &dyn Files) -> Result<String, Diagnostic> {
    let problem = |code, message: String| Diagnostic::new(code, Location::default(), message);
    let shown = path.display();
    if files.size(path).is_ok_and(|size| size > LARGEST) {
        return Err(problem(Code::FileTooLarge, format!("{shown} is larger than 64 MiB and was not read")));
    }
    let bytes = files.read(path).map_err(|error| {
        problem(Code::Unreadable, format!("{shown} cannot be read: {error}")).help("check its permissions")
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(problem(Code::NotUtf8, format!("{shown} is not UTF-8: byte {at}, line {line}"))
                .help("save the file as UTF-8"))
        }
    }
}

impl Loaded {
    /// Gives a file its index and its name, and moves its diagnostics to it.
    fn take(&mut self, read: Read, roots: &[PathBuf], files: &dyn Files) {
        let name = self.free_name(&read.path, roots, files);
        let id = self.sources.add(read.path, name, read.text);
        self.diagnostics.extend(read.diagnostics.into_iter().map(|mut diagnostic| {
            diagnostic.at.file = id;
            diagnostic
        }));
        self.parsed.push(Parsed { module: read.module, imports: read.imports, loads: read.loads });
    }

    /// The name an importer would write; where two files would share one, the longer name below the first root.
    fn free_name(&self, path: &Path, roots: &[PathBuf], files: &dyn Files) -> String {
        let short = module_name(path, &package_root(path, files));
        if self.sources.by_module(&short).is_none() {
            return short;
        }
        let long = roots.first().map_or_else(|| short.clone(), |root| module_name(path, root));
        let taken = |name: &String| self.sources.by_module(name).is_some();
        let numbered = (2..).map(|n: usize| format!("{long}#{n}"));
        std::iter::once(long.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(long)
    }
}
