//! Reads a module to be translated, with the local modules it imports, imported ones first.
//!
//! ```text
//! shop/pricing.py:  from .rules import TIERS      ->   shop.rules, shop.pricing
//! ```
//!
//! An import that leads to no file beside the entry is a library's: whoever resolves names says what that means. A
//! module that cannot be read is an error for the entry and a diagnostic for what it imports.

use crate::diagnostic::{Code, Diagnostic};
use crate::host::Files;
use crate::python;
use crate::python::ast::{Module, Stmt, StmtKind};
use crate::source::{FileId, Sources};
use crate::span::{Location, Span};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// Files over this size are data, not code.
const LARGEST: u64 = 64 << 20;

/// A parsed module with everything local that it imports.
#[derive(Debug, Default)]
pub struct Project {
    /// The texts.
    pub sources: Sources,
    /// The trees, in the order of [`Project::sources`].
    pub trees: Vec<Module>,
    /// All files, imported ones before those that import them.
    pub order: Vec<FileId>,
    /// The file that was asked for.
    pub entry: FileId,
    /// What was wrong with the texts.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why the entry could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path leads nowhere.
    #[error("{}: no such file", .0.display())]
    Missing(PathBuf),
    /// The path leads to a folder.
    #[error("{}: a folder, not a Python file", .0.display())]
    Folder(PathBuf),
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        /// The path as typed.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is data, not code.
    #[error("{}: larger than 64 MiB: such a file is data, not code", .0.display())]
    TooLarge(PathBuf),
    /// The file is not UTF-8.
    #[error("{}:{line}:{column}: not UTF-8", path.display())]
    NotUtf8 {
        /// The path as typed.
        path: PathBuf,
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Column of the first wrong byte, from 1.
        column: usize,
    },
}

impl LoadError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            LoadError::Missing(_) => "check the path; it is taken from the current folder",
            LoadError::Folder(_) => "name the module's file; `pivot analyze FOLDER` finds the ones worth it",
            LoadError::Unreadable { .. } => "check its permissions, and links that lead in a circle",
            LoadError::TooLarge(_) => "move the data into a file that the program reads",
            LoadError::NotUtf8 { .. } => "save the file as UTF-8",
        }
    }

    fn code(&self) -> Code {
        match self {
            LoadError::NotUtf8 { .. } => Code::NotUtf8,
            LoadError::TooLarge(_) => Code::FileTooLarge,
            LoadError::Missing(_) | LoadError::Folder(_) | LoadError::Unreadable { .. } => Code::Import,
        }
    }
}

/// Reads and parses the entry and what it imports locally.
pub fn load(files: &dyn Files, entry: &Path) -> Result<Project, LoadError> {
    let text = read(files, entry)?;
    let root = package_root(files, entry);
    let mut loader = Loader { files, root: &root, project: Project::default(), known: HashMap::new() };
    loader.project.entry = loader.visit(entry, text);
    Ok(loader.project)
}

/// Adds the web applications in the entry's folder that import it, without what else they import: their route handlers
/// can be translated along. One that cannot be read or parsed serves nothing.
pub fn add_applications(files: &dyn Files, project: &mut Project) {
    let entry = project.sources.get(project.entry).path.clone();
    let folder = entry.parent().unwrap_or(Path::new("")).to_path_buf();
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
    let root = package_root(files, &entry);
    let identity = |path: &Path| files.canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let known: Vec<PathBuf> = project.sources.iter().map(|file| identity(&file.path)).collect();
    for path in files.list(place).unwrap_or_default() {
        let path = folder.join(path.file_name().unwrap_or_default());
        let python = path.extension().is_some_and(|extension| extension == "py");
        if !python || known.contains(&identity(&path)) {
            continue;
        }
        let Ok(text) = read(files, &path) else { continue };
        if !text.contains("flask") {
            continue;
        }
        let loader = Loader { files, root: &root, project: std::mem::take(project), known: HashMap::new() };
        *project = loader.with_application(&path, text, &identity(&entry));
    }
}

impl Project {
    /// The tree of a file.
    pub fn tree(&self, file: FileId) -> &Module {
        &self.trees[file.0 as usize]
    }
}

struct Loader<'a> {
    files: &'a dyn Files,
    root: &'a Path,
    project: Project,
    /// By canonical path, so that two ways to one file are one module and circles end.
    known: HashMap<PathBuf, FileId>,
}

impl Loader<'_> {
    /// The project with a file more, where that imports the entry; else as it was.
    fn with_application(mut self, path: &Path, text: String, entry: &Path) -> Project {
        let diagnostics = self.project.diagnostics.len();
        let id = self.add(path, text);
        // What is wrong with a file that was not asked for is not reported.
        let sound = self.project.diagnostics.len() == diagnostics;
        self.project.diagnostics.truncate(diagnostics);
        if sound && self.imports(id).iter().any(|(path, _)| self.identity(path) == entry) {
            self.project.order.push(id);
        }
        self.project
    }

    /// Adds a file, then what it imports; a stack of its own, because chains of imports may be long.
    fn visit(&mut self, path: &Path, text: String) -> FileId {
        let entry = self.add(path, text);
        let mut open = vec![(entry, self.imports(entry), 0)];
        while let Some((file, imports, next)) = open.last_mut() {
            match imports.get(*next).cloned() {
                None => {
                    self.project.order.push(*file);
                    open.pop();
                }
                Some((path, span)) => {
                    *next += 1;
                    let importer = *file;
                    if let Some(file) = self.enter(&path, Location { file: importer, span }) {
                        let imports = self.imports(file);
                        open.push((file, imports, 0));
                    }
                }
            }
        }
        entry
    }

    /// Reads an imported file that is not known yet.
    fn enter(&mut self, path: &Path, at: Location) -> Option<FileId> {
        if self.known.contains_key(&self.identity(path)) {
            return None;
        }
        match read(self.files, path) {
            Ok(text) => Some(self.add(path, text)),
            Err(error) => {
                self.project.diagnostics.push(Diagnostic::new(error.code(), at, error.to_string()).help(error.help()));
                None
            }
        }
    }

    fn add(&mut self, path: &Path, text: String) -> FileId {
        let id = self.project.sources.add(path, module_name(self.root, path), text);
        self.known.insert(self.identity(path), id);
        let (tree, diagnostics) = python::parse(self.project.sources.get(id));
        self.project.trees.push(tree);
        self.project.diagnostics.extend(diagnostics);
        id
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.files.canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
    }

    /// The local files that a module's top level imports, with the place of the import.
    fn imports(&self, file: FileId) -> Vec<(PathBuf, Span)> {
        let own = &self.project.sources.get(file).path;
        let mut found = Vec::new();
        for stmt in &self.project.tree(file).body {
            for base in self.candidates(stmt, own) {
                found.extend(self.module_file(&base).map(|path| (path, stmt.span)));
            }
        }
        found
    }

    /// Paths without extension where the modules that a statement names would be.
    fn candidates(&self, stmt: &Stmt, own: &Path) -> Vec<PathBuf> {
        match &stmt.kind {
            StmtKind::Import(names) => {
                names.iter().flat_map(|alias| prefixes(&alias.name.text)).map(|name| below(self.root, name)).collect()
            }
            StmtKind::ImportFrom { module, names, level } => {
                let start = match level {
                    0 => self.root.to_path_buf(),
                    dots => own.ancestors().nth(*dots as usize).unwrap_or(Path::new("")).to_path_buf(),
                };
                let base = module.as_ref().map_or(start.clone(), |module| below(&start, &module.text));
                let inner: Vec<PathBuf> = names.iter().map(|alias| base.join(&alias.name.text)).collect();
                std::iter::once(base).chain(inner).collect()
            }
            _ => Vec::new(),
        }
    }

    fn module_file(&self, base: &Path) -> Option<PathBuf> {
        [base.with_extension("py"), base.join("__init__.py")].into_iter().find(|path| self.files.is_file(path))
    }
}

/// `a.b.c` imports `a`, `a.b` and `a.b.c`.
fn prefixes(dotted: &str) -> impl Iterator<Item = &str> {
    dotted.match_indices('.').map(|(dot, _)| &dotted[..dot]).chain([dotted])
}

fn below(folder: &Path, dotted: &str) -> PathBuf {
    dotted.split('.').fold(folder.to_path_buf(), |path, part| path.join(part))
}

fn read(files: &dyn Files, path: &Path) -> Result<String, LoadError> {
    let own = path.to_path_buf();
    if files.is_dir(path) {
        return Err(LoadError::Folder(own));
    }
    if files.size(path).is_ok_and(|size| size > LARGEST) {
        return Err(LoadError::TooLarge(own));
    }
    let bytes = files.read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => LoadError::Missing(path.to_path_buf()),
        _ => LoadError::Unreadable { path: path.to_path_buf(), source },
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let line = valid.matches('\n').count() + 1;
        let column = valid.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        LoadError::NotUtf8 { path: own, line, column }
    })
}

/// The folder that absolute imports of a file start from: the nearest above it that is not a package itself.
pub fn package_root(files: &dyn Files, path: &Path) -> PathBuf {
    let mut folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    while files.is_file(&folder.join("__init__.py")) {
        match folder.parent() {
            Some(parent) => folder = parent.to_path_buf(),
            None => break,
        }
    }
    folder
}

/// `shop/pricing.py` below its root is `shop.pricing`; a package is named as its folder.
fn module_name(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path).with_extension("");
    let parts: Vec<String> = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .filter(|part| part != "__init__" && part != "." && part != ".." && part != "/")
        .collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    fn names(project: &Project) -> Vec<&str> {
        project.order.iter().map(|file| project.sources.get(*file).module.as_str()).collect()
    }

    #[test]
    fn imported_modules_come_first() {
        let files = Memory::with([
            ("app/a.py", "import math\nimport b, pkg.c\nfrom pkg import d\n"),
            ("app/b.py", "import json.decoder\n"),
            ("app/pkg/__init__.py", ""),
            ("app/pkg/c.py", "from . import d\nfrom ..b import x\n"),
            ("app/pkg/d.py", "X = 1\n"),
            ("app/unused.py", ""),
        ]);
        let project = load(&files, Path::new("app/a.py")).unwrap();
        assert_eq!(names(&project), ["b", "pkg", "pkg.d", "pkg.c", "a"]);
        assert_eq!(project.sources.get(project.entry).module, "a");
    }

    #[test]
    fn circles_end() {
        let files = Memory::with([("a.py", "import b\n"), ("b.py", "import a\nimport b\n")]);
        assert_eq!(names(&load(&files, Path::new("a.py")).unwrap()), ["b", "a"]);
    }

    #[test]
    fn a_module_of_a_package_is_named_from_its_root() {
        let files =
            Memory::with([("shop/__init__.py", ""), ("shop/core/__init__.py", ""), ("shop/core/a.py", "x = 1\n")]);
        assert_eq!(names(&load(&files, Path::new("shop/core/a.py")).unwrap()), ["shop.core.a"]);
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_an_error_and_an_import_is_a_diagnostic() {
        let files = Memory::with([("a.py", &b"import b\nX = 1\n"[..]), ("b.py", b"x = '\xe9'\n"), ("d/x", b"")]);
        assert_eq!(load(&files, Path::new("b.py")).unwrap_err().to_string(), "b.py:1:6: not UTF-8");
        assert_eq!(load(&files, Path::new("c.py")).unwrap_err().to_string(), "c.py: no such file");
        assert!(matches!(load(&files, Path::new("d")), Err(LoadError::Folder(_))));
        let project = load(&files, Path::new("a.py")).unwrap();
        assert_eq!(project.diagnostics.len(), 1);
        assert_eq!(project.diagnostics[0].message, "b.py:1:6: not UTF-8");
    }
}
