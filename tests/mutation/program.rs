//! A translated module with its faults: written by pivot, taken apart for faults, built with them inside.

use crate::boundary;
use crate::excused::Excused;
use crate::fault::{Fault, Kind, Place, rank};
use crate::go::{Finder, Hints, Source};
use crate::rust::{self, Found, Logic};
use crate::twins::Twins;
use pivot::artifact::{Callable, Interface};
use pivot::host::process::{Command, Output};
use pivot::host::{Disk, Files};
use pivot::pipeline::evolve::{EvolveError, EvolveJob, Form, evolve};
use pivot::policy::Policy;
use pivot::target::Target;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const RUST_TWINS: &str = include_str!("wrong.rs");
const GO_TWINS: &str = include_str!("wrong.go.txt");
const RUST_PRELUDE: &str = include_str!("prelude.rs");
const GO_PRELUDE: &str = include_str!("prelude.go.txt");
const GO_CODED: &str = include_str!("coded.go.txt");

/// Faults of one kind that are taken in one function, and in one module.
const A_KIND: (usize, usize) = (1, 1);

/// A translated module.
pub struct Program {
    pub target: Target,
    /// `containers/lists`
    pub module: String,
    /// The Python file.
    pub source: PathBuf,
    pub interface: Interface,
    /// Every fault that can be made, numbered from 1.
    pub faults: Vec<Fault>,
    folder: PathBuf,
    /// The translated functions and the boundary, as they were written.
    logic: (PathBuf, String),
    boundary: (PathBuf, String),
    twins: Twins,
    /// Each emitted function with its origin and the words in it.
    functions: Vec<(String, String, Vec<String>)>,
    go: Option<(Source, Source)>,
}

/// Repository folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One folder for all generated Rust, so that dependencies compile once.
fn target_dir() -> PathBuf {
    std::env::var_os("PIVOT_TARGET_DIR").map_or_else(|| root().join(".pivot/cache/target"), PathBuf::from)
}

fn read(path: &Path) -> String {
    Disk.read_text(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Program {
    /// Translates a module and finds its faults; `None` where nothing of it is translated without recorded calls.
    pub fn new(file: &str, target: Target, work: &Path, finder: Option<&Finder>) -> Option<Program> {
        let module = file.trim_start_matches("fixtures/translate/").trim_end_matches(".py").to_string();
        let folder = work.join(format!("{}-{}", module.replace('/', "-"), target.word()));
        let source = root().join(file);
        let job = EvolveJob {
            file: source.clone(),
            target,
            policy: Policy::profile("balanced").expect("a built-in profile"),
            output: folder.clone(),
            only: Vec::new(),
            form: Form::Library,
            python: None,
            command: Vec::new(),
            timeout: None,
            command_output: Output::Stderr,
            target_dir: target_dir(),
            answers: work.join("answers"),
        };
        let evolved = match evolve(&Disk, &job, &|_| {}) {
            Ok(evolved) => evolved,
            Err(EvolveError::AllRefused(..)) => return None,
            Err(error) => panic!("{file}: {error}"),
        };
        let interface = Interface { routes: Vec::new(), ..evolved.interface };
        let name = source.file_stem().expect("a name").to_string_lossy().into_owned();
        let (sources, extension) = match target {
            Target::Rust => (folder.join("logic/src"), "rs"),
            Target::Go => (folder.join("logic"), "go"),
        };
        // Where the name is taken, the module's file has another.
        let names = ["_py", "_2", ""].map(|more| format!("{name}{more}.{extension}"));
        let logic = names.iter().map(|name| sources.join(name)).find(|path| path.is_file());
        let logic = logic.unwrap_or_else(|| panic!("{file}: no file {names:?}"));
        let boundary = sources.join(format!("boundary.{extension}"));
        let mut program = Program {
            target,
            module,
            source,
            interface,
            faults: Vec::new(),
            twins: match target {
                Target::Rust => Twins::parse(RUST_TWINS, folder.join("logic/src/support/shared.rs").is_file()),
                Target::Go => Twins::parse(GO_TWINS, true),
            },
            logic: (logic.clone(), read(&logic)),
            boundary: (boundary.clone(), read(&boundary)),
            functions: Vec::new(),
            go: None,
            folder,
        };
        let found = program.find(finder);
        program.faults = program.numbered(found);
        Some(program)
    }

    fn find(&mut self, finder: Option<&Finder>) -> Vec<Found> {
        let codings = boundary::codings(&self.interface);
        match self.target {
            Target::Rust => {
                let logic = Logic::parse(&self.logic.1);
                self.functions = logic.functions();
                let mut found = logic.faults(&self.twins);
                found.extend(boundary::faults(&self.boundary.1, &codings, &self.twins));
                found
            }
            Target::Go => {
                let mutates = self.callables().map(|(_, callable)| (origin_of(callable), callable.mutates.clone()));
                let mutates: BTreeMap<String, Vec<usize>> = mutates.collect();
                let hints = Hints { twins: &self.twins, mutates: &mutates, codings: &codings };
                let finder = finder.expect("Go's finder");
                let logic = finder.find(&self.logic.1, false, &hints);
                let boundary = finder.find(&self.boundary.1, true, &hints);
                let functions = logic.frames.iter();
                self.functions = functions
                    .map(|frame| (frame.function.clone(), frame.origin.clone(), frame.words.clone()))
                    .collect();
                let found = logic.found().into_iter().chain(boundary.found()).collect();
                self.go = Some((logic, boundary));
                found
            }
        }
    }

    /// Faults with numbers and unique keys; those that nothing from outside reaches are left out.
    fn numbered(&self, found: Vec<Found>) -> Vec<Fault> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut faults = Vec::new();
        for found in found {
            let mut fault = Fault {
                number: faults.len() + 1,
                target: self.target,
                module: self.module.clone(),
                function: found.function,
                kind: found.kind,
                place: found.place,
                context: found.context,
                before: found.before,
                after: found.after,
                nth: 1,
                origin: found.origin,
                site: found.site,
            };
            let count = seen.entry(fault.key()).or_default();
            *count += 1;
            fault.nth = *count;
            if !self.affected(&fault).is_empty() && self.can_show(&fault) {
                faults.push(fault);
            }
        }
        faults
    }

    /// A result can be the same object as an argument only where an argument is returned.
    fn can_show(&self, fault: &Fault) -> bool {
        if fault.place != Place::Boundary || fault.kind != Kind::Aliasing {
            return true;
        }
        let callable = self.callables().find(|(name, _)| *name == fault.function).expect("a callable").1;
        let returned = |words: &[String]| {
            let params = callable.params.iter().map(|param| param.name.replace('_', "").to_lowercase());
            let params: Vec<String> = params.collect();
            words.iter().any(|word| params.contains(&word.to_lowercase()))
        };
        let of = self.functions.iter().find(|(_, origin, _)| *origin == origin_of(callable));
        of.is_some_and(|(name, _, _)| returned(&self.returned(name)))
    }

    /// The names that an emitted Go function returns as they are.
    fn returned(&self, name: &str) -> Vec<String> {
        let Some((logic, _)) = &self.go else { return Vec::new() };
        let lines = logic.body(name).lines().filter_map(|line| line.trim().strip_prefix("return "));
        lines.map(|value| value.trim_end_matches(", nil").to_string()).collect()
    }

    /// A few faults of each kind from as many functions, the same every time; one that nobody can see only where its
    /// kind has no other.
    pub fn selected(&self, excused: &Excused) -> Vec<&Fault> {
        let mut faults: Vec<&Fault> = self.faults.iter().collect();
        faults.sort_by_key(|fault| (excused.why(fault).is_some(), rank(&fault.key())));
        let mut in_function: BTreeMap<(&str, Kind), usize> = BTreeMap::new();
        let mut in_module: BTreeMap<Kind, usize> = BTreeMap::new();
        faults.retain(|fault| {
            let in_function = in_function.entry((fault.function.as_str(), fault.kind)).or_default();
            let in_module = in_module.entry(fault.kind).or_default();
            let takes = *in_function < A_KIND.0 && *in_module < A_KIND.1;
            *in_function += usize::from(takes);
            *in_module += usize::from(takes);
            takes
        });
        faults
    }

    /// The wrong twins of its language.
    pub fn twins(&self) -> &Twins {
        &self.twins
    }

    /// Everything that can be called, with its Python name.
    fn callables(&self) -> impl Iterator<Item = (String, &Callable)> {
        let functions = self.interface.functions.iter().map(|callable| (callable.name.clone(), callable));
        let methods = self.interface.classes.iter().flat_map(|class| {
            let constructor = class.constructor.iter().map(|callable| (format!("{}.__init__", class.name), callable));
            constructor.chain(class.methods.iter().map(|method| (format!("{}.{}", class.name, method.name), method)))
        });
        functions.chain(methods)
    }

    /// Python names of what can be called and runs through a fault.
    pub fn affected(&self, fault: &Fault) -> BTreeSet<String> {
        if fault.place == Place::Boundary {
            return BTreeSet::from([fault.function.clone()]);
        }
        let mut reached: BTreeSet<usize> = (0..self.functions.len())
            .filter(|at| self.functions[*at].0 == fault.function && self.functions[*at].1 == fault.origin)
            .collect();
        loop {
            let names: Vec<&str> = reached.iter().map(|at| short_name(&self.functions[*at].0)).collect();
            let calls = |at: &usize| self.functions[*at].2.iter().any(|word| names.contains(&word.as_str()));
            let more: Vec<usize> = (0..self.functions.len()).filter(|at| !reached.contains(at)).filter(calls).collect();
            if more.is_empty() {
                break;
            }
            reached.extend(more);
        }
        let origins: BTreeSet<&str> = reached.iter().map(|at| self.functions[*at].1.as_str()).collect();
        let is_it = |(_, callable): &(String, &Callable)| origins.contains(origin_of(callable).as_str());
        self.callables().filter(is_it).map(|(name, _)| name).collect()
    }

    /// The interface with only what runs through faults; of a class all or nothing, because calls come in sequences.
    pub fn narrowed(&self, faults: &[&Fault]) -> Interface {
        self.only(&faults.iter().flat_map(|fault| self.affected(fault)).collect())
    }

    /// The interface with only the function that has the fault; `None` where nobody calls it from outside.
    pub fn alone(&self, fault: &Fault) -> Option<Interface> {
        let is_it = |(name, callable): &(String, &Callable)| match fault.place {
            Place::Body => origin_of(callable) == fault.origin,
            Place::Boundary => *name == fault.function,
        };
        let names: BTreeSet<String> = self.callables().filter(is_it).map(|(name, _)| name).collect();
        (!names.is_empty()).then(|| self.only(&names))
    }

    fn only(&self, names: &BTreeSet<String>) -> Interface {
        let mut interface = self.interface.clone();
        interface.functions.retain(|callable| names.contains(&callable.name));
        for class in &mut interface.classes {
            if !names.iter().any(|name| name.split('.').next() == Some(&class.name) && name.contains('.')) {
                class.methods.clear();
            }
        }
        interface
    }

    /// Builds these faults into one program; gives its command and the faults that the compiler lets through.
    pub fn build<'f>(&self, faults: &[&'f Fault]) -> (PathBuf, Vec<&'f Fault>) {
        let mut alive: Vec<&Fault> = faults.to_vec();
        loop {
            self.write(&alive);
            let problems = match self.target {
                Target::Rust => self.compile_rust(),
                Target::Go => self.compile_go(),
            };
            if problems.is_empty() {
                return (self.folder.join("call-with-faults"), alive);
            }
            let rejected: BTreeSet<usize> = problems.iter().flat_map(|problem| self.blamed(problem, &alive)).collect();
            if rejected.is_empty() {
                eprintln!("not built, with or without faults: {} to {}: {problems:?}", self.module, self.target.word());
                return (self.folder.join("call-with-faults"), Vec::new());
            }
            alive.retain(|fault| !rejected.contains(&fault.number));
        }
    }

    fn write(&self, faults: &[&Fault]) {
        let of = |place: Place| faults.iter().filter(move |fault| fault.place == place);
        let (logic, boundary) = match (&self.go, self.target) {
            (Some((logic, boundary)), _) => {
                let numbers = |place| of(place).map(|fault| (fault.site, fault.number)).collect::<Vec<_>>();
                (logic.with(&numbers(Place::Body)), boundary.with(&numbers(Place::Boundary)))
            }
            (None, _) => {
                let numbers = |place| {
                    of(place).map(|fault| (fault.function.clone(), fault.site, fault.number)).collect::<Vec<_>>()
                };
                let codings = boundary::codings(&self.interface);
                let logic = Logic::parse(&self.logic.1).with(&self.twins, &numbers(Place::Body));
                (logic, boundary::with(&self.boundary.1, &codings, &self.twins, &numbers(Place::Boundary)))
            }
        };
        let extra = match self.target {
            Target::Rust => self.rust_module(&logic, faults),
            Target::Go => self.go_module(&logic),
        };
        let mut files = vec![(self.logic.0.clone(), logic), (self.boundary.0.clone(), boundary)];
        files.extend(extra);
        for (path, text) in files {
            if Disk.read_text(&path).ok().as_deref() != Some(&text) {
                Disk.write(&path, text.as_bytes()).expect("a file of the program");
            }
        }
    }

    /// The module of twins, and the line that declares it.
    fn rust_module(&self, logic: &str, faults: &[&Fault]) -> Vec<(PathBuf, String)> {
        let support = self.folder.join("logic/src/support");
        let mut text = RUST_PRELUDE.to_string();
        for entry in walkdir::WalkDir::new(&support).into_iter().flatten() {
            let name = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if entry.file_type().is_file() && name != "mod" {
                text += &format!("use crate::support::{name};\n");
            }
        }
        text += "use crate::support::exception::Exception;\n";
        if self.twins.has_shared {
            text += "pub fn apart<T: Clone + 'static>(object: &shared::Shared<T>) -> shared::Shared<T> {\n    \
                     shared::Shared::new(object.with(T::clone))\n}\n";
        }
        for fault in faults {
            text += &format!("pub const F{0}: usize = {0};\n", fault.number);
        }
        self.twins.used_in(logic).for_each(|twin| text += &twin.text);
        let path = self.folder.join("logic/src/lib.rs");
        let declaration = format!("pub mod {};\n", rust::MODULE);
        let library = read(&path).replace(&declaration, "") + &declaration;
        vec![(self.folder.join(format!("logic/src/{}.rs", rust::MODULE)), text), (path, library)]
    }

    fn go_module(&self, logic: &str) -> Vec<(PathBuf, String)> {
        let module = read(&self.folder.join("go.mod"));
        let module = module.lines().next().and_then(|line| line.strip_prefix("module ")).expect("a module").trim();
        let twins: String = self.twins.used_in(logic).map(|twin| twin.text.as_str()).collect();
        let support = format!("{module}/logic/support");
        let code: String = twins.lines().filter(|line| !line.starts_with("//@")).collect();
        let needed = ["math", "slices", "strings", "strconv", &support]
            .into_iter()
            .filter(|package| code.contains(&format!("{}.", short_name(package))))
            .map(|package| format!("import \"{package}\"\n"))
            .collect::<String>();
        vec![
            (self.folder.join("logic/injected.go"), GO_PRELUDE.to_string()),
            (self.folder.join("logic/twins.go"), format!("package logic\n\n{needed}\n{twins}")),
            (self.folder.join("logic/support/injected.go"), GO_CODED.to_string()),
        ]
    }

    /// Compiles; gives file and line of each problem.
    fn compile_rust(&self) -> Vec<Problem> {
        let target_dir = target_dir();
        let _lock = pivot::host::lock(&target_dir.join("faults.lock")).expect("a lock");
        let done = Command::new("cargo")
            .args(["build", "--quiet", "--message-format=json", "--bin", "call", "--manifest-path", "logic/Cargo.toml"])
            .env("CARGO_TARGET_DIR", &target_dir)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS")
            .cwd(&self.folder)
            .run(None)
            .expect("cargo runs");
        if done.status.success() {
            let bytes = Disk.read(&target_dir.join("debug/call")).expect("the program");
            let kept = self.folder.join("call-with-faults");
            Disk.write(&kept, &bytes).expect("the program is kept");
            Disk.set_mode(&kept, 0o755).expect("the program can run");
            return Vec::new();
        }
        let messages = String::from_utf8_lossy(&done.stdout).into_owned();
        let problems: Vec<Problem> = messages.lines().flat_map(rust_problems).collect();
        assert!(!problems.is_empty(), "{}{messages}", done.stderr_text());
        problems
    }

    fn compile_go(&self) -> Vec<Problem> {
        let done = Command::new("go")
            .args(["build", "-gcflags=./...=-e", "-o", "call-with-faults", "./logic/cmd/call"])
            .cwd(&self.folder)
            .run(None)
            .expect("go runs");
        if done.status.success() {
            return Vec::new();
        }
        let said = done.stderr_text();
        let problems: Vec<Problem> = said.lines().filter_map(go_problem).collect();
        assert!(!problems.is_empty(), "{said}");
        problems
    }

    /// The faults that a problem of the compiler is about.
    fn blamed(&self, problem: &Problem, alive: &[&Fault]) -> Vec<usize> {
        let path = walkdir::WalkDir::new(self.folder.join("logic")).into_iter().flatten();
        let Some(path) = path.map(|entry| entry.into_path()).find(|path| path.ends_with(&problem.file)) else {
            return Vec::new();
        };
        let text = read(&path);
        let above: Vec<&str> = text.lines().take(problem.line).collect();
        let case = above.iter().rev().find_map(|line| {
            let line = line.trim();
            let rust = line.strip_prefix(&format!("crate::{}::F", rust::MODULE)).filter(|_| line.contains("=>"));
            let go = line.strip_prefix("case ").filter(|_| line.ends_with("// fault"));
            let digits: String = rust.or(go)?.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<usize>().ok()
        });
        if let Some(number) = case {
            return vec![number];
        }
        // A twin that does not fit this program takes its faults along.
        let twin = above.iter().rev().find_map(|line| line.strip_prefix("//@ ")?.split(' ').next());
        let Some(twin) = twin.and_then(|callee| self.twins.of(callee)) else { return Vec::new() };
        alive.iter().filter(|fault| fault.after.contains(&twin.name)).map(|fault| fault.number).collect()
    }
}

/// `rule` for `PriceBook::rule`, `PriceBook.Rule` and `a/b/rule`.
fn short_name(name: &str) -> &str {
    name.rsplit([':', '.', '/']).next().unwrap_or(name)
}

/// `lists.py:39` for `lists.py:39:1`.
fn origin_of(callable: &Callable) -> String {
    callable.at.rsplit_once(':').map_or(String::new(), |(place, _)| place.to_string())
}

#[derive(Clone, Debug)]
struct Problem {
    file: String,
    line: usize,
    #[expect(dead_code, reason = "shown when nothing is to blame")]
    message: String,
}

fn rust_problems(line: &str) -> Vec<Problem> {
    let message: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let message = &message["message"];
    if message["level"] != "error" {
        return Vec::new();
    }
    let spans = message["spans"].as_array().cloned().unwrap_or_default();
    let primary = spans.iter().filter(|span| span["is_primary"] == true);
    let one = |span: &serde_json::Value| Problem {
        file: span["file_name"].as_str().unwrap_or_default().to_string(),
        line: span["line_start"].as_u64().unwrap_or(0) as usize,
        message: message["message"].as_str().unwrap_or_default().to_string(),
    };
    primary.map(one).collect()
}

fn go_problem(line: &str) -> Option<Problem> {
    let mut parts = line.splitn(4, ':');
    let (file, number) = (parts.next()?, parts.next()?.parse().ok()?);
    let message = parts.nth(1).unwrap_or_default().to_string();
    Some(Problem { file: file.trim_start_matches("./").to_string(), line: number, message })
}
