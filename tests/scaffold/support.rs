//! What tests of generated projects share: making one from the hand-written logic, building it, running it, asking it.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::disallowed_methods, reason = "these tests are about real files, programs and times")]

use pivot::artifact::{Artifact, GeneratedFile};
use pivot::host::Disk;
use pivot::policy::{Build, DEFAULT_PROFILE, Policy};
use pivot::scaffold::{self, LockInputs, ServiceOptions, Templates};
use pivot::target::Target;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The folder of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The one folder that generated Rust is built in, so that its dependencies compile once.
pub fn target_folder() -> PathBuf {
    std::env::var_os("PIVOT_TARGET_DIR").map_or_else(|| root().join(".pivot/cache/target"), PathBuf::from)
}

/// True where a program is there; where it is not, says so, and fails if this machine is meant to have everything.
pub fn has(program: &str) -> bool {
    let found = pivot::host::process::find_program(program).is_some();
    if !found {
        let required = std::env::var_os("PIVOT_REQUIRE_TOOLCHAINS").is_some_and(|value| value == "1");
        assert!(!required, "{program} is missing, and PIVOT_REQUIRE_TOOLCHAINS=1 asks for it");
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// The logic written by hand for a target, as an artifact.
pub fn mock(target: Target) -> Artifact {
    let folder = root().join("tests/scaffold").join(format!("mock-{}", target.word()));
    let entries = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| GeneratedFile {
        path: entry.path().strip_prefix(&folder).unwrap().to_str().unwrap().to_string(),
        text: std::fs::read_to_string(entry.path()).unwrap(),
        map: Vec::new(),
    });
    let interface = std::fs::read_to_string(root().join("tests/scaffold/interface.json")).unwrap();
    let interface = serde_json::from_str(&interface).unwrap();
    let text = |text: String| if target == Target::Go { text.replace("mockmodule", "service-x") } else { text };
    let files = files.map(|file| GeneratedFile { text: text(file.text), ..file }).collect();
    Artifact { target, package: "shop".to_string(), files, interface }
}

/// Writes the project of the hand-written logic into `out`.
pub fn write_mock(target: Target, out: &Path) {
    write_mock_as(target, "shop", out);
}

/// Writes the project of the hand-written logic into `out`, as if it were of another module.
pub fn write_mock_as(target: Target, module: &str, out: &Path) {
    write(module, "service-x", out, |_| {
        let mut artifact = mock(target);
        artifact.interface.module = module.to_string();
        artifact
    });
}

/// Writes the project around an artifact into `out`.
pub fn write(module: &str, folder: &str, out: &Path, artifact: impl Fn(&Build) -> Artifact) {
    let templates = Templates::default();
    let [folder, source, interpreter] = [folder, &format!("{module}.py"), "CPython 3.11.7"].map(str::to_string);
    let build = &Policy::profile(DEFAULT_PROFILE).unwrap().build;
    let artifact = artifact(build);
    let inputs = LockInputs {
        module: module.to_string(),
        target: artifact.target.word().to_string(),
        form: "service".to_string(),
        interpreter: interpreter.clone(),
        ..LockInputs::default()
    };
    let options =
        ServiceOptions { templates: &templates, folder, source, interpreter, build, port: scaffold::DEFAULT_PORT };
    let files = scaffold::service(&artifact, &options).unwrap();
    scaffold::write_project(&files, &Disk, out, inputs).unwrap();
}

/// The queries of every panel of the dashboard of the system in `dir`.
pub fn dashboard_queries(dir: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(dir.join("grafana/dashboards/services.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().to_string()).collect()
}

/// Runs a program to its end and returns what it printed, or panics with it.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|problem| panic!("{command:?}: {problem}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    text
}

/// Cargo in a generated project.
pub fn cargo(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project).env("CARGO_TARGET_DIR", target_folder());
    for name in ["CARGO_MANIFEST_DIR", "RUST_BACKTRACE", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

/// Go in a generated project.
pub fn go(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("go");
    command.args(arguments).current_dir(project).env("GOFLAGS", "-mod=readonly -buildvcs=false");
    command
}

/// Builds the service of a project and returns its binary.
pub fn build(target: Target, project: &Path, service: &str) -> PathBuf {
    match target {
        Target::Rust => {
            run(&mut cargo(project, &["build", "--locked", "--package", service]));
            let built = target_folder().join("debug").join(service);
            let kept = project.join("target").join(service);
            std::fs::create_dir_all(project.join("target")).unwrap();
            std::fs::copy(built, &kept).unwrap();
            kept
        }
        Target::Go => {
            let binary = project.join("target").join(service);
            run(go(project, &["build", "-o"]).arg(&binary).arg("./service"));
            binary
        }
    }
}

/// A running service; it is killed when the value is dropped.
pub struct Running {
    child: Child,
    /// Where it listens.
    pub port: u16,
    log: mpsc::Receiver<String>,
}

impl Running {
    /// Starts a service on a free port and waits until it listens.
    pub fn start(binary: &Path, environment: &[(&str, &str)]) -> Running {
        let mut command = Command::new(binary);
        command.env("PORT", free_port().to_string()).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, log) = mpsc::channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut running = Running { child, port: 0, log };
        running.port = running.wait_for_port(Duration::from_secs(20));
        running
    }

    /// The port that the log names once the service listens.
    fn wait_for_port(&self, patience: Duration) -> u16 {
        let end = Instant::now() + patience;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left).expect("the service does not listen");
            let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(port) = event["port"].as_u64() {
                return u16::try_from(port).unwrap();
            }
        }
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]));
    }

    /// Waits for the end, and returns its exit code and what is left of its log.
    pub fn wait(mut self, patience: Duration) -> (Option<i32>, Vec<String>) {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), self.log.iter().collect());
            }
            assert!(Instant::now() < end, "the service does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends one request on a connection of its own.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut connection = Connection::open(self.port);
        connection.send(method, path, body);
        connection.receive()
    }

    /// Sends a JSON body.
    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, body)
    }

    /// Gets a path.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `client` returns in each of `count` threads that start together.
pub fn in_parallel<T: Send>(count: usize, client: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = std::sync::Barrier::new(count);
    let run = |number| {
        start.wait();
        client(number)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                scope.spawn({
                    let run = &run;
                    move || run(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A port that nothing listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// What came back.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A field of the head.
    pub fn field(&self, name: &str) -> Option<String> {
        head_field(&self.head, name)
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|problem| panic!("{problem}: {self:?}"))
    }
}

fn head_field(head: &str, name: &str) -> Option<String> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut named = fields.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    named.next().map(|(_, value)| value.trim().to_string())
}

/// A kept connection that speaks just enough HTTP.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects.
    pub fn open(port: u16) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream: BufReader::new(stream) }
    }

    /// Sends a request in one piece.
    pub fn send(&mut self, method: &str, path: &str, body: &str) {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        // A service may answer and close before it has read a body that is too large.
        let _ = self.stream.get_mut().write_all(format!("{head}{body}").as_bytes());
    }

    /// Receives an answer.
    pub fn receive(&mut self) -> Answer {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.stream.read_line(&mut head).unwrap(), 0, "the connection closed after {head:?}");
        }
        let body = match head_field(&head, "transfer-encoding") {
            Some(_) => self.chunks(),
            None => self.exactly(head_field(&head, "content-length").map_or(0, |length| length.parse().unwrap())),
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, body: String::from_utf8(body).unwrap(), head }
    }

    fn exactly(&mut self, length: usize) -> Vec<u8> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        body
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let mut size = String::new();
            self.stream.read_line(&mut size).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            body.extend(self.exactly(size));
            self.exactly(2);
            if size == 0 {
                return body;
            }
        }
    }
}
