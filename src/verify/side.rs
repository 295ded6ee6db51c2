//! One side of the comparison: a process that speaks the stdio protocol, restarted when it fails.

use super::branches::Trace;
use super::decided::Trail;
use crate::host::process::{Command, Running, Status};
use crate::recording::{Answer, Outcome, Request};
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

/// How long a process may take until it answers for the first time.
const START: Duration = Duration::from_secs(30);

/// A request that no port knows: its answer, whatever it is, says that everything before was answered.
const PING: &str = r#"{"id":0,"ping":true}"#;

/// How a process failed to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No answer in time.
    Hung,
    /// The process ended, with the last line it wrote to stderr.
    Ended(String),
    /// A line that is no answer.
    Rubbish(String),
    /// The answer to another request.
    OutOfOrder(String),
    /// A second answer to the request before.
    Twice(String),
    /// The process could not be started.
    NotStarted(String),
    /// Ctrl-C.
    Interrupted,
}

/// What a side said to one request.
pub(super) type Reply = Result<Spoken, Failure>;

/// An answer line; compared as text first, read once when needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// The line without its end.
    pub(super) line: String,
    /// What the copy that counts branches reported beside.
    pub(super) trace: Option<Trace>,
    read: OnceLock<Option<Answer>>,
}

impl Spoken {
    fn new(mut line: String) -> Spoken {
        let trace = Trace::take(&mut line);
        Spoken { line, trace, read: OnceLock::new() }
    }

    /// The answer; `None` where the line is none.
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.read.get_or_init(|| Answer::from_line(&self.line).ok()).as_ref()
    }
}

/// A process and how to start it again.
pub(super) struct Side {
    command: Command,
    timeout: Duration,
    running: Option<Running>,
    /// Every batch ends with a request that nobody counts: what comes too much, or an end right after an answer, is
    /// seen at once and blamed on the call that did it.
    fenced: bool,
    /// What it was asked, where calls that take too long are given up.
    trail: Option<Trail>,
}

impl Side {
    pub(super) fn new(command: Command, timeout: Duration) -> Side {
        Side { command, timeout, running: None, fenced: false, trail: None }
    }

    /// A side that is not trusted to answer each request once.
    pub(super) fn fenced(command: Command, timeout: Duration) -> Side {
        Side { fenced: true, ..Side::new(command, timeout) }
    }

    /// A side whose calls are given up where a timeout says so.
    pub(super) fn giving_up(self, trail: Trail) -> Side {
        Side { trail: Some(trail), ..self }
    }

    /// Sends all requests and reads the answers; stops at the first failure, which is then the last reply.
    pub(super) fn ask(&mut self, requests: &[Request], time: bool, timeout: Option<Duration>) -> Vec<Reply> {
        if self.running.is_none()
            && let Some(trail) = &mut self.trail
        {
            trail.restart();
        }
        let may_hang = self.trail.as_ref().filter(|_| timeout.is_some());
        let asked = may_hang.map_or(requests.len(), |trail| trail.until_given_up(requests));
        let timeout = may_hang.and_then(|trail| timeout.map(|timeout| trail.patience(timeout))).or(timeout);
        let mut replies = self.ask_now(&requests[..asked], time, timeout.unwrap_or(self.timeout));
        if asked < requests.len() && replies.iter().all(Result::is_ok) {
            replies.push(Err(Failure::Hung));
            self.running = None;
        }
        if let Some(trail) = &mut self.trail {
            for (request, reply) in requests.iter().zip(&replies) {
                match reply {
                    Ok(_) => trail.answered(request),
                    Err(Failure::Hung) => trail.hung(request),
                    Err(_) => {}
                }
            }
        }
        replies
    }

    fn ask_now(&mut self, requests: &[Request], time: bool, timeout: Duration) -> Vec<Reply> {
        let mut replies = Vec::with_capacity(requests.len());
        if requests.is_empty() {
            return replies;
        }
        if let Err(failure) = self.send(requests, time) {
            self.running = None;
            replies.push(Err(failure));
            return replies;
        }
        for id in 1..=requests.len() as u64 {
            match self.receive(id, timeout) {
                Err(Failure::Twice(line)) => blame_last(&mut replies, Failure::Twice(line)),
                reply => replies.push(reply),
            }
            if replies.last().is_some_and(Result::is_err) {
                self.running = None;
                return replies;
            }
        }
        if let Some(Err(failure)) = self.fenced.then(|| self.receive(0, timeout)) {
            self.running = None;
            blame_last(&mut replies, failure);
        }
        replies
    }

    /// The answer line to a request line that is no call.
    pub(super) fn ask_line(&mut self, line: &str) -> Option<String> {
        let timeout = self.timeout;
        let running = self.start().ok()?;
        running.write_line(line).ok()?;
        running.read_line(Some(timeout)).ok()?
    }

    fn send(&mut self, requests: &[Request], time: bool) -> Result<(), Failure> {
        let mut lines: Vec<String> =
            requests.iter().enumerate().map(|(index, request)| request.to_line(index as u64 + 1, time)).collect();
        lines.extend(self.fenced.then(|| PING.to_owned()));
        let running = self.start()?;
        match running.write_line(&lines.join("\n")) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.ended()),
        }
    }

    fn start(&mut self) -> Result<&mut Running, Failure> {
        if self.running.is_none() {
            let running = self.command.spawn().map_err(|problem| Failure::NotStarted(problem.to_string()))?;
            self.running = Some(running);
            self.greet()?;
        }
        self.running.as_mut().ok_or_else(|| Failure::NotStarted("the process is gone".into()))
    }

    /// Waits until the process answers at all, so that its start does not count as a slow call.
    fn greet(&mut self) -> Result<(), Failure> {
        let Some(running) = &mut self.running else { return Ok(()) };
        let asked = running.write_line(PING).is_ok();
        let line = if asked { running.read_line(Some(START.max(self.timeout))) } else { Ok(None) };
        match line.map(|line| line.map(|line| Answer::from_line(&line))) {
            Ok(None) => Err(self.ended()),
            Ok(Some(Ok(answer))) => match answer.outcome {
                Outcome::Error { kind, message } if kind != "ProtocolError" => {
                    Err(Failure::Ended(format!("{kind}: {message}")))
                }
                _ => Ok(()),
            },
            // Whoever answers rubbish will do so again when it counts.
            Ok(Some(Err(_))) => Ok(()),
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => Err(Failure::Interrupted),
            Err(problem) if problem.kind() == io::ErrorKind::TimedOut => Err(Failure::Hung),
            Err(_) => Ok(()),
        }
    }

    fn receive(&mut self, id: u64, timeout: Duration) -> Reply {
        let Some(running) = &mut self.running else { return Err(Failure::Hung) };
        match running.read_line(Some(timeout)) {
            Ok(Some(line)) => checked(line, id),
            Ok(None) => Err(self.ended()),
            Err(problem) if problem.kind() == io::ErrorKind::TimedOut => Err(Failure::Hung),
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => Err(Failure::Interrupted),
            Err(problem) => Err(Failure::Rubbish(problem.to_string())),
        }
    }

    /// How the process ended.
    fn ended(&mut self) -> Failure {
        let Some(running) = &mut self.running else { return Failure::Ended(String::new()) };
        let status = match running.wait(Some(Duration::from_secs(1))) {
            Ok(Status::Code(code)) => format!("exit code {code}"),
            Ok(Status::Signal(signal)) => format!("signal {signal}"),
            Ok(Status::TimedOut) | Err(_) => "closed its output".to_owned(),
        };
        let said = running.stderr_so_far();
        let said = String::from_utf8_lossy(&said);
        match said.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => Failure::Ended(format!("{status}: {}", shorten(line.trim(), 200))),
            None => Failure::Ended(status),
        }
    }
}

/// What went wrong after an answer is the fault of the call that was answered.
fn blame_last(replies: &mut Vec<Reply>, failure: Failure) {
    replies.pop();
    replies.push(Err(failure));
}

/// Takes a line that answers this request. A line that begins well is not read here: most are only compared as text.
fn checked(line: String, id: u64) -> Reply {
    if line.starts_with(&format!(r#"{{"id":{id},"#)) && line.ends_with('}') {
        return Ok(Spoken::new(line));
    }
    match Answer::from_line(&line) {
        Ok(answer) if answer.id == Some(id) => Ok(Spoken::new(line)),
        // At the end of a batch nothing is expected any more but the answer to the ping.
        Ok(answer) if id == 0 || answer.id.is_some_and(|answered| answered + 1 == id && answered > 0) => {
            Err(Failure::Twice(shorten(&line, 200)))
        }
        Ok(_) => Err(Failure::OutOfOrder(shorten(&line, 200))),
        Err(_) => Err(Failure::Rubbish(shorten(&line, 200))),
    }
}

/// The beginning of a text, with an ellipsis where something is missing.
pub(super) fn shorten(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
