//! `bench` in order: read the project, build it, time the same calls on both sides, then through the pipe and HTTP.

use super::prove::{Generated, ProveError};
use crate::artifact::Interface;
use crate::host::http::{Connection, free_port};
use crate::host::process::{Command, Output, Running};
use crate::host::{Files, clock};
use crate::recording::{Action, Request, Value};
use crate::scaffold::paths::PathMap;
use crate::target::Target;
use crate::verify::{self, Benched, BenchedFunction, Cases, Decider, Speed, Trip};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Requests of one function, and how long they may take together.
const REQUESTS: usize = 400;
const TIME: Duration = Duration::from_secs(1);
/// How long a service may take to answer at all, and one request.
const START: Duration = Duration::from_secs(20);
const ANSWER: Duration = Duration::from_secs(10);

/// Everything decided about a run.
#[derive(Clone, Debug)]
pub struct BenchJob {
    /// The generated project's folder.
    pub project: PathBuf,
    /// The Python source's folder or file, where it is not found by itself.
    pub source: Option<PathBuf>,
    /// The interpreter to be faster than.
    pub python: PathBuf,
    /// Only these functions; empty for all.
    pub only: Vec<String>,
    /// Shared folder that Rust is compiled into.
    pub target_dir: PathBuf,
    /// A report of `pivot analyze --format json` with measured shares.
    pub analysis: Option<PathBuf>,
}

/// Times a generated project.
pub fn bench(files: &dyn Files, job: &BenchJob, stage: &(dyn Fn(&str) + Sync)) -> Result<Benched, ProveError> {
    let read = Generated::read(files, &job.project, job.source.as_deref(), None)?;
    let shares = match &job.analysis {
        Some(path) => shares(&files.read_text(path)?)?,
        None => BTreeMap::new(),
    };
    stage("building the logic");
    let call = read.build(files, &job.project, &job.target_dir)?;
    let seed = super::proof::seed(read.certificate.as_ref());
    let verify_job = read.proof(&job.project, &job.python, &call, seed).job(Decider::default());
    let mut cases = read.kept.clone();
    cases.retain(|name, _| job.only.is_empty() || job.only.contains(name));
    let timed = verify::bench(&verify_job, &cases, &|name| stage(&format!("timing {name}")))?;
    stage("timing calls through the pipe");
    let mut stdio = verify::round_trips(&verify_job, &timed.cases)?;
    let mut notes: Vec<String> = cases
        .keys()
        .filter(|name| !timed.cases.contains_key(*name))
        .map(|name| format!("{name}: no kept call returns on both sides"))
        .collect();
    let mut http = BTreeMap::new();
    if read.lock.inputs.form == "service" {
        stage("building the service");
        match Service::start(&read, job) {
            Ok(mut service) => {
                stage("timing calls over HTTP");
                http = service.trips(&read.interface, &timed.cases)?;
            }
            Err(problem) => notes.push(format!("nothing was timed over HTTP: {problem}")),
        }
    }
    let module = &read.lock.inputs.module;
    let one = |speed: Speed| BenchedFunction {
        stdio: stdio.remove(&speed.name),
        http: http.remove(&speed.name),
        share: shares.get(&format!("{module}.{}", speed.name)).copied(),
        speed,
    };
    Ok(Benched { functions: timed.speeds.into_iter().map(one).collect(), memory: timed.memory, notes })
}

/// The measured shares of a report, by dotted name.
fn shares(text: &str) -> io::Result<BTreeMap<String, f64>> {
    let report: serde_json::Value = serde_json::from_str(text)?;
    let functions = report["functions"].as_array().map_or(&[] as &[_], Vec::as_slice);
    let share = |function: &serde_json::Value| {
        Some((function["name"].as_str()?.to_owned(), function["measured"]["cpu_share"].as_f64()?))
    };
    Ok(functions.iter().filter_map(share).collect())
}

/// A generated service that runs.
struct Service {
    process: Running,
    port: u16,
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has nothing to save; a process that does not end is killed with its group.
        let _ = self.process.stop();
    }
}

impl Service {
    /// Builds and starts it.
    fn start(read: &Generated, job: &BenchJob) -> io::Result<Service> {
        let program = built(read.target, &job.project, &job.target_dir)?;
        let port = free_port()?;
        let command = Command::new(&program).env("PORT", port.to_string()).stdout(Output::Null).stderr(Output::Capture);
        let mut service = Service { process: command.spawn()?, port };
        let start = clock::monotonic();
        while start.elapsed() < START {
            if let Some(status) = service.process.try_wait()? {
                return Err(io::Error::other(format!("the service ended: {status:?}")));
            }
            let healthy = Connection::open(port, ANSWER).and_then(|mut open| open.request("GET", "/health", ""));
            if healthy.is_ok_and(|(status, _)| status == 200) {
                return Ok(service);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other("the service does not answer"))
    }

    /// How long calls of functions take over one connection; of those that have a path and calls that return.
    fn trips(&mut self, interface: &Interface, cases: &Cases) -> io::Result<BTreeMap<String, Trip>> {
        let map = PathMap::of(interface).map_err(io::Error::other)?;
        let mut connection = Connection::open(self.port, ANSWER)?;
        let mut trips = BTreeMap::new();
        for path in &map.functions {
            let Some(cases) = cases.get(&path.function.name) else { continue };
            let names: Vec<&str> = path.function.params.iter().map(|param| param.name.as_str()).collect();
            let bodies: Vec<String> = cases.iter().filter_map(|case| body(case.last()?, &names)).collect();
            let trip = trip(&mut connection, &path.path, &bodies)?;
            trips.extend(trip.map(|trip| (path.function.name.clone(), trip)));
        }
        Ok(trips)
    }
}

/// The arguments of a call of a function by name.
fn body(call: &Request, names: &[&str]) -> Option<String> {
    let Action::Function(_) = &call.action else { return None };
    let positional = names.iter().zip(&call.args).map(|(name, value)| (Value::text(*name), value.clone()));
    let named = call.kwargs.iter().map(|(name, value)| (Value::text(name), value.clone()));
    let pairs: Vec<(Value, Value)> = positional.chain(named).collect();
    Some(if pairs.is_empty() { "{}".to_owned() } else { Value::Dict(pairs).to_plain() })
}

/// Times requests one after the other; bodies that are not answered with 200 are left out.
fn trip(connection: &mut Connection, path: &str, bodies: &[String]) -> io::Result<Option<Trip>> {
    let mut good = Vec::new();
    for body in bodies {
        if connection.request("POST", path, body)?.0 == 200 {
            good.push(body);
        }
    }
    let (start, mut times) = (clock::monotonic(), Vec::new());
    while !good.is_empty() && times.len() < REQUESTS && start.elapsed() < TIME {
        for body in &good {
            let sent = clock::monotonic();
            connection.request("POST", path, body)?;
            times.push(sent.elapsed().as_nanos() as f64);
        }
    }
    Ok(Trip::of(times))
}

/// Builds the service and gives its program.
fn built(target: Target, project: &Path, target_dir: &Path) -> io::Result<PathBuf> {
    let (command, program) = match target {
        Target::Rust => {
            let name = package_name(project)?;
            let manifest = project.join("Cargo.toml");
            let command = Command::new("cargo")
                .args(["build", "--release", "--quiet", "--package", &name, "--manifest-path"])
                .arg(manifest)
                .env("CARGO_TARGET_DIR", target_dir);
            (command, target_dir.join("release").join(name))
        }
        Target::Go => {
            let program = target_dir.join("calls").join("service-under-test");
            let command = Command::new("go").args(["build", "-o"]).arg(&program).arg("./service").cwd(project);
            (command, program)
        }
    };
    let done = command.stdout(Output::Null).stderr(Output::Capture).run(None)?;
    match done.status.success() {
        true => Ok(program),
        false => Err(io::Error::other(format!("the service does not compile:\n{}", done.stderr_text()))),
    }
}

/// The name in `service/Cargo.toml`.
fn package_name(project: &Path) -> io::Result<String> {
    let manifest = crate::host::Disk.read_text(&project.join("service/Cargo.toml"))?;
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.map(str::to_owned).ok_or_else(|| io::Error::other("service/Cargo.toml has no name"))
}
