//! `pivot analyze --pid`: a program that is running already, with its children; the watcher killed; what cannot be watched.

#![allow(clippy::disallowed_methods, reason = "tests may run programs and read /proc")]

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A program with two forked workers that compute, and a parent that waits; it prints the number of rounds now and then.
const SERVER: &str = "
import os, sys, time
def work():
    return sum(i * i % 7 for i in range(2000))
def worker(rounds):
    while os.getppid() == parent:
        work()
parent = os.getpid()
for _ in range(2):
    if os.fork() == 0:
        worker(0)
        os._exit(0)
def idle():
    while True:
        time.sleep(0.05)
        print('alive', flush=True)
idle()
";

/// One server at a time: its workers take all the processors there are.
static ALONE: Mutex<()> = Mutex::new(());

struct Server {
    _alone: MutexGuard<'static, ()>,
    process: Child,
    lines: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Server {
    fn start() -> Server {
        let alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("server.py"), SERVER).unwrap();
        let mut command = Command::new("python3");
        let mut process = command.arg(folder.path().join("server.py")).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        lines.read_line(&mut String::new()).unwrap();
        Server { _alone: alone, process, lines, folder }
    }

    fn analyze(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pivot"));
        command
            .arg("analyze")
            .arg(self.folder.path().join("server.py"))
            .arg("--pid")
            .arg(self.process.id().to_string());
        command.args(arguments);
        command
    }

    /// The server says so itself, and again after that.
    fn assert_alive(&mut self) {
        let until = Instant::now() + Duration::from_millis(500);
        while Instant::now() < until {
            let mut line = String::new();
            self.lines.read_line(&mut line).unwrap();
            assert_eq!(line, "alive\n");
        }
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let state = stat[stat.rfind(')').unwrap() + 2..].chars().next().unwrap();
        assert!(matches!(state, 'R' | 'S'), "it stands still: {state}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn cpu_share(report: &Value, name: &str) -> f64 {
    let functions = report["functions"].as_array().unwrap();
    let function = functions.iter().find(|function| function["name"] == name);
    function.and_then(|function| function["measured"]["cpu_share"].as_f64()).unwrap_or(0.0)
}

#[test]
fn a_running_program_and_its_children_are_watched_and_left_alone() {
    let mut server = Server::start();
    let run = server.analyze(&["--subprocesses", "--duration", "4s", "--format", "json"]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["run"]["origin"]["kind"], "attached");
    assert_eq!(report["run"]["ending"]["kind"], "detached");
    assert!(cpu_share(&report, "server.work") > 0.8, "{:#}", report["functions"]);
    assert!(report["run"]["seconds"]["sleep"].as_f64().unwrap() > 0.5, "the parent sleeps");
    server.assert_alive();
}

#[test]
fn without_children_only_the_process_itself_is_seen() {
    let server = Server::start();
    let run = server.analyze(&["--duration", "3s", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(cpu_share(&report, "server.work"), 0.0);
    let seconds = report["run"]["seconds"].as_object().unwrap();
    let computing = seconds.iter().filter(|(reason, _)| matches!(reason.as_str(), "python" | "native"));
    let computing: f64 = computing.map(|(_, seconds)| seconds.as_f64().unwrap()).sum();
    assert!(seconds["sleep"].as_f64().unwrap() > computing, "{seconds:?}");
}

#[test]
fn a_killed_watcher_leaves_the_program_running() {
    let mut server = Server::start();
    for moment in [300, 707, 1001] {
        let mut watcher = server.analyze(&["--subprocesses", "--rate", "2000"]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        watcher.kill().unwrap();
        watcher.wait().unwrap();
        server.assert_alive();
    }
    for child in
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.process.id())).unwrap().split(' ')
    {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        assert!(!stat.contains(") t "), "a worker stands still: {stat}");
    }
}

#[test]
fn an_interrupt_ends_the_watching_with_a_report() {
    let server = Server::start();
    let watcher = server.analyze(&["--subprocesses"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(3000));
    let pid = watcher.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let run = watcher.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let report = String::from_utf8_lossy(&run.stdout);
    assert!(report.contains("server.work"), "{report}");
}

/// What `pivot analyze --pid PID` says of a process that cannot be watched.
fn refused(program: &str, arguments: &[&str]) -> String {
    let run = Command::new(program).args(arguments).output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stderr).unwrap()
}

#[test]
fn what_cannot_be_watched_is_said_with_what_to_do() {
    let pivot = env!("CARGO_BIN_EXE_pivot");
    let entry = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/job.py");
    let said = refused(pivot, &["analyze", entry, "--pid", "2147483647"]);
    assert!(said.starts_with("error: there is no process 2147483647\n help: "), "{said}");
    let mut sleeper = Command::new("sleep").arg("60").spawn().unwrap();
    let said = refused(pivot, &["analyze", entry, "--pid", &sleeper.id().to_string()]);
    assert!(said.contains("no Python runs in process") && said.contains("--subprocesses"), "{said}");
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
}

/// As another user, where we may become one.
#[test]
fn another_users_process_is_refused_with_what_to_do() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let (pivot, entry) = (folder.path().join("pivot"), folder.path().join("server.py"));
    std::fs::copy(env!("CARGO_BIN_EXE_pivot"), &pivot).unwrap();
    std::fs::write(&entry, SERVER).unwrap();
    let opened = Command::new("chmod").arg("-R").arg("a+rx").arg(folder.path()).status().unwrap();
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let may = Command::new("setpriv").args(nobody).arg(&pivot).arg("--version").output();
    if !opened.success() || !may.is_ok_and(|run| run.status.success()) {
        eprintln!("skipped: we cannot run as another user here");
        return;
    }
    let words =
        [pivot.to_str().unwrap(), "analyze", entry.to_str().unwrap(), "--pid", &server.process.id().to_string()];
    let said = refused("setpriv", &[&nobody[..], &words[..]].concat());
    assert!(said.contains("the system does not allow process") && said.contains("another user"), "{said}");
}
