//! Puts the books of all watched processes together into one [`Measurement`], and gives functions their names.
//!
//! A function is the same in two processes if file, name and first line are. Its module comes from the file's place:
//! under the project's root (`shop/pricing.py` is `shop.pricing`, `shop/__init__.py` is `shop`), else under an
//! installed-packages or standard-library folder. The interpreter knows qualified names from 3.11 on
//! (`Inventory.query_stock`); for older ones the caller is asked what is defined at that line.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::ledger::{Closed, SeenFunction};
use super::watcher::Watched;
use crate::measurement::{Function, Process, Sampling, Seconds, Stack, StackTable};

/// Says which function or class is defined at a line of a file: `Inventory.query_stock`.
pub type QualifiedName<'a> = dyn Fn(&Path, u32) -> Option<String> + 'a;

/// Folders below which files are somebody else's.
const FOREIGN: [&str; 3] = ["site-packages", "dist-packages", "node_modules"];

/// What the interpreter calls comprehensions.
const COMPREHENSIONS: [&str; 4] = ["<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"];

/// What was merged so far.
pub struct Assembly<'a> {
    root: PathBuf,
    qualified_name: &'a QualifiedName<'a>,
    functions: Vec<Function>,
    known: HashMap<(PathBuf, String, u32), u32>,
    stacks: StackTable,
    outside: Seconds,
    processes: Vec<Process>,
    sampling: Sampling,
}

/// The parts of a measurement that come from the watched processes.
pub struct Assembled {
    pub functions: Vec<Function>,
    pub stacks: Vec<Stack>,
    pub outside: Seconds,
    pub processes: Vec<Process>,
    pub sampling: Sampling,
}

impl<'a> Assembly<'a> {
    /// An empty assembly for a project.
    pub fn new(root: &Path, qualified_name: &'a QualifiedName<'a>) -> Self {
        Assembly {
            root: root.to_owned(),
            qualified_name,
            functions: Vec::new(),
            known: HashMap::new(),
            stacks: StackTable::default(),
            outside: Seconds::default(),
            processes: Vec::new(),
            sampling: Sampling::default(),
        }
    }

    /// Adds what watching one process gave.
    pub fn add(&mut self, watched: Watched) {
        let Some(python) = watched.python else { return };
        self.sampling.taken += watched.sampling.taken;
        self.sampling.missed += watched.sampling.missed;
        self.sampling.failed += watched.sampling.failed;
        self.sampling.stacks += watched.sampling.stacks;
        self.sampling.computing += watched.sampling.computing;
        self.sampling.paused_seconds += watched.sampling.paused_seconds;
        self.processes.push(Process {
            pid: watched.process,
            command: watched.command,
            python,
            threads: watched.threads,
            samples: watched.sampling.taken,
            cpu_seconds: watched.cpu.as_secs_f64(),
        });
        self.add_books(watched.books, watched.folder.as_deref());
    }

    /// What came together, without functions that are on no stack because they became part of others.
    pub fn finish(self) -> Assembled {
        let mut stacks = self.stacks.into_stacks();
        let mut numbers: Vec<Option<u32>> = vec![None; self.functions.len()];
        stacks.iter().for_each(|stack| numbers[stack.function as usize] = Some(0));
        numbers.iter_mut().flatten().zip(0..).for_each(|(number, next)| *number = next);
        for stack in &mut stacks {
            stack.function = numbers[stack.function as usize].unwrap_or_default();
        }
        let kept = self.functions.into_iter().zip(&numbers).filter(|(_, number)| number.is_some());
        Assembled {
            functions: kept.map(|(function, _)| function).collect(),
            stacks,
            outside: self.outside,
            processes: self.processes,
            sampling: self.sampling,
        }
    }

    /// Adds functions and stacks; relative paths of files are seen from `folder`.
    pub fn add_books(&mut self, books: Closed, folder: Option<&Path>) {
        self.outside.add(&books.outside);
        let functions: Vec<u32> = books.functions.iter().map(|seen| self.function(seen, folder)).collect();
        let mut numbers: Vec<u32> = Vec::new();
        for stack in books.stacks.into_stacks() {
            let parent = stack.parent.map(|number| numbers[number as usize]);
            let function = functions[stack.function as usize];
            let number = match parent.filter(|&parent| self.is_part_of(function, self.stacks.get(parent).function)) {
                Some(around) => around,
                None => self.stacks.intern(parent, function),
            };
            let ours = self.stacks.get_mut(number);
            ours.samples += stack.samples;
            ours.computing += stack.computing;
            ours.seconds.add(&stack.seconds);
            numbers.push(number);
        }
    }

    /// Whether a function is a comprehension written in the function that runs it: to its author it is the same
    /// function, and from CPython 3.12 on most of them are.
    fn is_part_of(&self, inner: u32, outer: u32) -> bool {
        let (inner, outer) = (&self.functions[inner as usize], &self.functions[outer as usize]);
        let around = COMPREHENSIONS.iter().find_map(|name| inner.qualname.strip_suffix(name));
        inner.file == outer.file
            && around.is_some_and(|around| match around.strip_suffix(".<locals>.") {
                Some(around) => around == outer.qualname,
                None => around.is_empty() && outer.first_line <= inner.first_line,
            })
    }

    /// The number of a function in the measurement.
    fn function(&mut self, seen: &SeenFunction, folder: Option<&Path>) -> u32 {
        let file = absolute(&seen.frame.file, folder);
        let line = u32::try_from(seen.frame.first_line).unwrap_or(0);
        let key = (file.clone(), seen.frame.name.clone(), line);
        let next = self.functions.len() as u32;
        let number = *self.known.entry(key).or_insert(next);
        if number == next {
            let function = self.name(&seen.frame.name, file, line);
            self.functions.push(function);
        }
        let function = &mut self.functions[number as usize];
        function.spells += seen.spells;
        function.calls = function.calls.saturating_add(seen.calls);
        number
    }

    fn name(&self, name: &str, file: PathBuf, first_line: u32) -> Function {
        let is_plain = !name.contains('.') && !name.starts_with('<');
        let qualname = is_plain.then(|| (self.qualified_name)(&file, first_line)).flatten();
        Function {
            module: module(&file, &self.root),
            qualname: qualname.unwrap_or_else(|| name.to_owned()),
            user: is_users(&file, &self.root),
            file,
            first_line,
            spells: 0,
            calls: 0,
        }
    }
}

/// The file's absolute path without `.` and `..`; names such as `<string>` stay as they are.
fn absolute(file: &str, folder: Option<&Path>) -> PathBuf {
    let path = Path::new(file);
    if file.starts_with('<') || (path.is_relative() && folder.is_none()) {
        return path.to_owned();
    }
    let mut clean = PathBuf::new();
    for part in folder.unwrap_or(Path::new("/")).join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = clean.pop(),
            part => clean.push(part),
        }
    }
    clean
}

/// Whether a file is the user's own: under the root, and not of an installed package or the standard library.
fn is_users(file: &Path, root: &Path) -> bool {
    file.strip_prefix(root).is_ok_and(|inside| package_folder(inside).is_none())
}

/// The module that a file is.
fn module(file: &Path, root: &Path) -> String {
    if is_users(file, root) {
        return dotted(file.strip_prefix(root).unwrap_or(file));
    }
    match package_folder(file) {
        Some(inside) => dotted(inside),
        None if file.is_absolute() => dotted(Path::new(file.file_name().unwrap_or_default())),
        None => frozen(&file.to_string_lossy()),
    }
}

/// The path below the innermost folder of installed packages or of the standard library.
fn package_folder(file: &Path) -> Option<&Path> {
    let parts: Vec<Component> = file.components().collect();
    let folder = parts.iter().rposition(|part| {
        let name = part.as_os_str().to_string_lossy();
        FOREIGN.contains(&&*name) || is_library_folder(&name)
    })?;
    let mut inside = file.components();
    inside.by_ref().take(folder + 1).for_each(drop);
    Some(inside.as_path())
}

/// `python3.11` and the like, as in `/usr/lib/python3.11/json/decoder.py`.
fn is_library_folder(name: &str) -> bool {
    name.strip_prefix("python3.").is_some_and(|minor| minor.starts_with(|first: char| first.is_ascii_digit()))
}

/// `<frozen importlib._bootstrap>` is module `importlib._bootstrap`; other names in brackets are left.
fn frozen(name: &str) -> String {
    let inner = name.strip_prefix("<frozen ").and_then(|rest| rest.strip_suffix('>'));
    inner.unwrap_or(name).to_owned()
}

fn dotted(path: &Path) -> String {
    let mut parts: Vec<String> = path.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "__init__") {
        parts.pop();
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Frame;
    use super::*;

    #[test]
    fn modules_are_named_by_their_place() {
        let module = |file: &str| module(&absolute(file, Some(Path::new("/shop"))), Path::new("/shop"));
        assert_eq!(module("/shop/pricing.py"), "pricing");
        assert_eq!(module("pricing.py"), "pricing");
        assert_eq!(module("./api/../pricing.py"), "pricing");
        assert_eq!(module("/shop/api/__init__.py"), "api");
        assert_eq!(module("/shop/api/v1/routes.py"), "api.v1.routes");
        assert_eq!(module("/shop/.venv/lib/python3.11/site-packages/flask/app.py"), "flask.app");
        assert_eq!(module("/usr/lib/python3.11/json/decoder.py"), "json.decoder");
        assert_eq!(module("/usr/lib/python3/dist-packages/numpy/__init__.py"), "numpy");
        assert_eq!(module("/elsewhere/tool.py"), "tool");
        assert_eq!(module("<frozen importlib._bootstrap>"), "importlib._bootstrap");
        assert_eq!(module("<string>"), "<string>");
    }

    #[test]
    fn the_users_code_is_below_the_root_and_not_installed() {
        let root = Path::new("/shop");
        let users = |file: &str| is_users(Path::new(file), root);
        assert!(users("/shop/pricing.py") && users("/shop/python/x.py"));
        assert!(!users("/shop/.venv/lib/python3.11/site-packages/flask/app.py"));
        assert!(!users("/usr/lib/python3.11/json/decoder.py"));
        assert!(!users("/shopping/x.py") && !users("<string>"));
    }

    #[test]
    fn a_comprehension_belongs_to_the_function_that_runs_it() {
        let mut assembly = Assembly::new(Path::new("/shop"), &|_, _| None);
        let mut number = |name: &str, first_line| {
            let frame = Frame { file: "/shop/m.py".into(), name: name.into(), first_line };
            assembly.function(&SeenFunction { frame, spells: 1, calls: 0 }, None)
        };
        let (a, b) = (number("C.a", 10), number("b", 20));
        let (of_a, old) = (number("C.a.<locals>.<genexpr>", 12), number("<listcomp>", 12));
        assert!(assembly.is_part_of(of_a, a) && !assembly.is_part_of(of_a, b));
        assert!(assembly.is_part_of(old, a) && !assembly.is_part_of(old, b));
        assert!(!assembly.is_part_of(a, b) && !assembly.is_part_of(b, a));
    }

    #[test]
    fn older_interpreters_names_are_completed_by_the_caller() {
        let asked = |file: &Path, line: u32| {
            (file == Path::new("/shop/inventory.py") && line == 12).then(|| "Inventory.query_stock".to_owned())
        };
        let assembly = Assembly::new(Path::new("/shop"), &asked);
        let name = |name: &str, line| assembly.name(name, "/shop/inventory.py".into(), line).name();
        assert_eq!(name("query_stock", 12), "inventory.Inventory.query_stock");
        assert_eq!(name("query_stock", 99), "inventory.query_stock");
        assert_eq!(name("Warehouse.query_stock", 12), "inventory.Warehouse.query_stock");
        assert_eq!(name("<module>", 12), "inventory.<module>");
    }
}
