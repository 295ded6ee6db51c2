//! One side of the comparison: a process that speaks the stdio protocol, restarted when it fails.

use super::branches::Trace;
use crate::host::process::{Command, Running, Status};
use crate::recording::{Answer, Outcome, Request};
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

/// How long a process may take until it answers for the first time.
const START: Duration = Duration::from_secs(30);

/// A request that no port knows: its answer, whatever it is, says that everything before was answered.
const PING: &str = r#"{"id":0,"ping":true}"#;

/// What a branch-counting original says when it is asked where it is.
const FLUSHED: &str = r#"{"flushed":true}"#;
/// How long it may take to say so.
const FLUSH: Duration = Duration::from_millis(500);
/// The end of the answer to a call that took more work than allowed.
const GAVE_UP: &str = r#","gave_up":true}"#;

/// How requests are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ask {
    /// Whether the duration of each call is wanted.
    pub(super) time: bool,
    /// How long one answer may take; `None` for the side's own limit.
    pub(super) timeout: Option<Duration>,
    /// How often the loops of the original may go round in one call.
    pub(super) work: Option<u64>,
}

/// How a process failed to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No answer in time.
    Hung,
    /// The original took more work than allowed, and was stopped; its process goes on.
    GaveUp,
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
    pub(super) fn new(line: String, trace: Option<Trace>) -> Spoken {
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
    /// A branch-counting original: it answers quick calls together, and tells where it is when asked by a signal.
    counts: bool,
    /// True after a failure that may belong to a later request than the first without an answer.
    uncertain: bool,
}

impl Side {
    pub(super) fn new(command: Command, timeout: Duration) -> Side {
        Side { command, timeout, running: None, fenced: false, counts: false, uncertain: false }
    }

    /// A side that is not trusted to answer each request once.
    pub(super) fn fenced(command: Command, timeout: Duration) -> Side {
        Side { fenced: true, ..Side::new(command, timeout) }
    }

    /// A branch-counting original.
    pub(super) fn counting(command: Command, timeout: Duration) -> Side {
        Side { counts: true, ..Side::new(command, timeout) }
    }

    /// Sends all requests and reads the answers; stops at the first failure, which is then the last reply. Calls that
    /// were given up are no failure of the process.
    pub(super) fn ask(&mut self, requests: &[Request], how: Ask) -> Vec<Reply> {
        self.uncertain = false;
        let mut replies = Vec::with_capacity(requests.len());
        if let Err(failure) = self.send(requests, how) {
            self.running = None;
            replies.push(Err(failure));
            return replies;
        }
        let timeout = how.timeout.unwrap_or(self.timeout);
        for id in 1..=requests.len() as u64 {
            match self.receive(id, timeout) {
                Err(Failure::Twice(line)) => blame_last(&mut replies, Failure::Twice(line)),
                reply => replies.push(reply),
            }
            if !matches!(replies.last(), Some(Ok(_) | Err(Failure::GaveUp))) {
                self.running = None;
                self.uncertain &= requests.len() > 1;
                return replies;
            }
        }
        if let Some(Err(failure)) = self.fenced.then(|| self.receive(0, timeout)) {
            self.running = None;
            blame_last(&mut replies, failure);
        }
        replies
    }

    /// The most memory that its process has had resident, in bytes; `None` where it does not run.
    pub(super) fn peak_memory(&self) -> Option<u64> {
        self.running.as_ref()?.peak_memory()
    }

    /// Takes a request as not answered in time, without asking.
    pub(super) fn give_up(&mut self) -> Reply {
        self.running = None;
        Err(Failure::Hung)
    }

    /// The answer line to a request line that is no call.
    pub(super) fn ask_line(&mut self, line: &str) -> Option<String> {
        let timeout = self.timeout;
        let running = self.start().ok()?;
        running.write_line(line).ok()?;
        running.read_line(Some(timeout)).ok()?
    }

    /// Whether the last failure may belong to a later request than the one it was reported for.
    pub(super) fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    fn send(&mut self, requests: &[Request], how: Ask) -> Result<(), Failure> {
        let mut text = String::new();
        for (index, request) in requests.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { "\n" });
            text.push_str(&request.to_line(index as u64 + 1, how.time));
            if let Some(work) = how.work.filter(|_| self.counts) {
                text.pop();
                text.push_str(&format!(",\"work\":{work}}}"));
            }
        }
        if self.fenced {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(PING);
        }
        let running = self.start()?;
        match running.write_line(&text) {
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
            // Everything before is answered: it is this request that takes so long.
            Ok(Some(line)) if self.counts && line == FLUSHED => {
                self.uncertain = false;
                Err(Failure::Hung)
            }
            Ok(Some(line)) => checked(line, id),
            Ok(None) => {
                self.uncertain = self.counts;
                Err(self.ended())
            }
            Err(problem) if problem.kind() == io::ErrorKind::TimedOut && self.counts && !self.uncertain => {
                self.uncertain = true;
                running.poke();
                self.receive(id, FLUSH)
            }
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
fn checked(mut line: String, id: u64) -> Reply {
    let trace = Trace::take(&mut line);
    if trace.is_some() && line.ends_with(GAVE_UP) {
        return Err(Failure::GaveUp);
    }
    let is_begun = line.strip_prefix(r#"{"id":"#).and_then(|rest| rest.split_once(','));
    if is_begun.is_some_and(|(begun, _)| begun.parse() == Ok(id)) && line.ends_with('}') {
        return Ok(Spoken::new(line, trace));
    }
    match Answer::from_line(&line) {
        Ok(answer) if answer.id == Some(id) => Ok(Spoken::new(line, trace)),
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
