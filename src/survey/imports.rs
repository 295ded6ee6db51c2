//! Where an import leads: to a file of the program, to a package folder, or outside.
//!
//! ```text
//! from .pricing import quote     in shop/cart.py    ->  shop/pricing.py, name quote
//! import numpy as np             nowhere local      ->  outside: numpy
//! ```
//!
//! The search goes as the interpreter's would: the folder of the entry file, the folder above the importing file's
//! outermost package, then `src/` beside it. Folders without `__init__.py` are namespace packages.

use super::walk::{bound_by_import, each_statement};
use crate::host::Files;
use crate::python::ast::{Module, Stmt, StmtKind};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// One name that an import statement binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name bound; `*` for a star import.
    pub name: String,
    /// What it is bound to.
    pub target: Target,
    /// Files that the interpreter runs for it, packages' `__init__.py` included.
    pub loads: Vec<PathBuf>,
    /// True where the statement stands at the top level of the module.
    pub is_global: bool,
    /// Byte offset of the statement.
    pub offset: u32,
}

/// What an import binds a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A module of the program: a file, or the folder of a package.
    Module(PathBuf),
    /// A name inside a module of the program.
    Symbol(PathBuf, String),
    /// A dotted name that is not part of the program.
    Outside(String),
}

/// All imports of a file, those inside functions too.
pub fn imports_of(module: &Module, file: &Path, roots: &[PathBuf], files: &dyn Files, known: &Found) -> Vec<Import> {
    let finder = Finder { file, roots: search_path(file, roots, files), files, known };
    let top = top_level(&module.body);
    let mut found = Vec::new();
    each_statement(&module.body, &mut |stmt| {
        let start = found.len();
        match &stmt.kind {
            StmtKind::Import(names) => names.iter().for_each(|alias| {
                found.push(finder.import(&alias.name.text, alias.asname.is_some(), bound_by_import(alias)))
            }),
            StmtKind::ImportFrom { module, names, level } => {
                let module = module.as_ref().map_or("", |name| name.text.as_str());
                let base = finder.base(module, *level);
                for alias in names {
                    found.push(finder.import_from(&base, &alias.name.text, bound_by_import(alias)));
                }
            }
            _ => return,
        }
        let is_global = top.contains(&std::ptr::from_ref(stmt));
        for import in &mut found[start..] {
            import.is_global = is_global;
            import.offset = stmt.span.start;
        }
    });
    found
}

/// Statements outside functions and classes; those in `if` and `try` blocks count as top level.
fn top_level(body: &[Stmt]) -> HashSet<*const Stmt> {
    let mut found = HashSet::new();
    super::walk::each_in_scope(body, &mut |stmt| {
        found.insert(std::ptr::from_ref(stmt));
    });
    found
}

/// The folder that holds the outermost package of a file: where its absolute imports start.
pub fn package_root(file: &Path, files: &dyn Files) -> PathBuf {
    let mut folder = parent(file);
    while files.is_file(&folder.join("__init__.py")) && folder.file_name().is_some() {
        folder = parent(&folder);
    }
    folder
}

/// Dotted name of a file below a root: `shop/pricing.py` is `shop.pricing`, `shop/__init__.py` is `shop`.
pub fn module_name(file: &Path, root: &Path) -> String {
    let below = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let mut parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "__init__") {
        parts.pop();
    }
    if parts.first().is_some_and(|first| first == "src") && parts.len() > 1 {
        parts.remove(0);
    }
    parts.retain(|part| part != "/" && part != "." && part != "..");
    parts.join(".")
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

fn search_path(file: &Path, roots: &[PathBuf], files: &dyn Files) -> Vec<PathBuf> {
    let own = package_root(file, files);
    let mut path = Vec::new();
    for folder in [parent_unless_package(file, files), Some(own.clone()), Some(own.join("src"))] {
        path.extend(folder);
    }
    for root in roots {
        path.extend([root.clone(), root.join("src")]);
    }
    let mut seen = HashSet::new();
    path.retain(|folder| seen.insert(folder.clone()));
    path
}

/// The folder of a script that is not part of a package: the interpreter searches it first.
fn parent_unless_package(file: &Path, files: &dyn Files) -> Option<PathBuf> {
    let folder = parent(file);
    (!files.is_file(&folder.join("__init__.py"))).then_some(folder)
}

/// Where the part after `from` leads.
enum Base {
    /// A package's folder, or a module's file: below that there is nothing.
    Local {
        path: PathBuf,
        loads: Vec<PathBuf>,
        is_file: bool,
    },
    Outside(String),
}

/// Dotted names that were looked for below a folder, with where they lead: files import the same few.
#[derive(Default)]
pub struct Found(RwLock<HashMap<PathBuf, Modules>>);

/// What was found below one folder.
type Modules = HashMap<String, Option<(PathBuf, Vec<PathBuf>)>>;

struct Finder<'a> {
    file: &'a Path,
    roots: Vec<PathBuf>,
    files: &'a dyn Files,
    known: &'a Found,
}

impl Finder<'_> {
    /// `import a.b.c [as name]`
    fn import(&self, dotted: &str, is_renamed: bool, name: &str) -> Import {
        let (target, loads) = match self.absolute(dotted) {
            Some((path, loads)) if is_renamed || !dotted.contains('.') => (Target::Module(path), loads),
            Some((_, loads)) => {
                let top =
                    self.absolute(name).map_or_else(|| Target::Outside(name.into()), |found| Target::Module(found.0));
                (top, loads)
            }
            None if is_renamed => (Target::Outside(dotted.into()), Vec::new()),
            None => (Target::Outside(name.into()), Vec::new()),
        };
        Import { name: name.into(), target, loads, is_global: false, offset: 0 }
    }

    /// `from base import symbol [as name]`
    fn import_from(&self, base: &Base, symbol: &str, name: &str) -> Import {
        let (target, loads) = match base {
            Base::Outside(dotted) if dotted.is_empty() => (Target::Outside(symbol.into()), Vec::new()),
            Base::Outside(dotted) => (Target::Outside(format!("{dotted}.{symbol}")), Vec::new()),
            Base::Local { path, loads, is_file } => {
                let mut loads = loads.clone();
                let is_name = *is_file || symbol == "*";
                let target = match (!is_name).then(|| self.below(path, symbol)).flatten() {
                    Some((module, own)) => {
                        loads.extend(own);
                        Target::Module(module)
                    }
                    None => Target::Symbol(path.clone(), symbol.into()),
                };
                (target, loads)
            }
        };
        Import {
            name: if symbol == "*" { "*".into() } else { name.into() },
            target,
            loads,
            is_global: false,
            offset: 0,
        }
    }

    fn base(&self, module: &str, level: u32) -> Base {
        let found = if level == 0 {
            self.absolute(module)
        } else {
            let start = (1..level).fold(parent(self.file), |folder, _| parent(&folder));
            self.below(&start, module)
        };
        match found {
            Some((path, loads)) => {
                let is_file = loads.last() == Some(&path);
                Base::Local { path, loads, is_file }
            }
            None => Base::Outside(module.into()),
        }
    }

    fn absolute(&self, dotted: &str) -> Option<(PathBuf, Vec<PathBuf>)> {
        self.roots.iter().find_map(|root| self.below(root, dotted))
    }

    /// The module of a dotted name below a folder, and the files that importing it runs.
    fn below(&self, start: &Path, dotted: &str) -> Option<(PathBuf, Vec<PathBuf>)> {
        let known = self.known.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(start).and_then(|modules| modules.get(dotted)) {
            return found.clone();
        }
        drop(known);
        let found = self.search(start, dotted);
        let mut known = self.known.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(start.to_path_buf()).or_default().insert(dotted.to_string(), found.clone());
        found
    }

    fn search(&self, start: &Path, dotted: &str) -> Option<(PathBuf, Vec<PathBuf>)> {
        let mut path = start.to_path_buf();
        let mut loads: Vec<PathBuf> = if dotted.is_empty() { self.loaded_by(&path) } else { Vec::new() };
        for part in dotted.split('.').filter(|part| !part.is_empty()) {
            if loads.last() == Some(&path) {
                return None; // a module's file has nothing below it
            }
            path = self.child(&path, part)?;
            loads.extend(self.loaded_by(&path));
        }
        Some((path, loads))
    }

    /// A package or a module directly below a folder. Packages win over files, namespace packages lose to them.
    fn child(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let package = folder.join(name);
        let file = folder.join(format!("{name}.py"));
        if self.files.is_file(&package.join("__init__.py")) {
            Some(package)
        } else if self.files.is_file(&file) {
            Some(file)
        } else {
            self.is_namespace(&package).then_some(package)
        }
    }

    /// A folder without `__init__.py` that holds Python.
    fn is_namespace(&self, folder: &Path) -> bool {
        let entries = if self.files.is_dir(folder) { self.files.list(folder).unwrap_or_default() } else { Vec::new() };
        entries.iter().any(|entry| super::discover::is_python(entry) || self.files.is_file(&entry.join("__init__.py")))
    }

    fn loaded_by(&self, module: &Path) -> Vec<PathBuf> {
        let file = if super::discover::is_python(module) { module.to_path_buf() } else { module.join("__init__.py") };
        if self.files.is_file(&file) { vec![file] } else { Vec::new() }
    }
}
