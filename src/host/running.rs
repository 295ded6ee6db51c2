//! A child that is running: its pipes are served by threads, so that no side can block the other.

use super::process::{Command, Finished, Output, Status, Stdin};
use super::{clock, interrupt};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a child may take to follow SIGTERM.
const GRACE: Duration = Duration::from_secs(2);
/// How long we listen to pipes that somebody keeps open after the child ended.
const DRAIN: Duration = Duration::from_secs(1);
/// How often a wait looks for Ctrl-C.
const POLL: Duration = Duration::from_millis(20);
/// Bytes kept of one captured stream; what comes after is read and dropped.
const CAPTURE_LIMIT: usize = 256 << 20;

/// Longest line that is read, in bytes.
const LINE_LIMIT: usize = 64 << 20;
/// Bytes read at once, and how many such pieces are read ahead: a child that floods its output waits, and memory stays
/// bounded.
const PIECE: usize = 64 << 10;
const PIECES_AHEAD: usize = 16;

/// How long the last words of a child that has ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A child process with its pipes; killed with its group when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    status: Option<Status>,
    /// True once the group was killed and its leader reaped: from then on the number may be somebody else's.
    gone: bool,
    stdin: Option<Sender<Vec<u8>>>,
    lines: Option<Receiver<Lines>>,
    /// Lines that were received and not asked for yet.
    ready: VecDeque<io::Result<Vec<u8>>>,
    stdout: Option<Capture>,
    stderr: Option<Capture>,
}

/// Lines that arrived together.
type Lines = Vec<io::Result<Vec<u8>>>;

/// What a thread has read so far, and a channel that closes when it has read everything.
#[derive(Debug)]
struct Capture {
    bytes: Arc<Mutex<Vec<u8>>>,
    done: Receiver<()>,
}

impl Running {
    /// Starts a command; with `by_line`, captured standard output is for [`Running::read_line`].
    pub(super) fn start(command: &Command, by_line: bool) -> io::Result<Running> {
        let mut prepared = command.prepare();
        prepared.stdin(match command.stdin {
            Stdin::Null => Stdio::null(),
            Stdin::Inherit => Stdio::inherit(),
            Stdin::Bytes(_) | Stdin::Lines => Stdio::piped(),
        });
        prepared.stdout(stdio(command.stdout)?).stderr(stdio(command.stderr)?);
        let mut child = prepared.spawn()?;
        let stdin = child.stdin.take().map(feed);
        let out = child.stdout.take();
        let (lines, stdout) = if by_line { (out.map(split_lines), None) } else { (None, out.map(capture)) };
        let stderr = child.stderr.take().map(capture);
        let mut running =
            Running { child, status: None, gone: false, stdin, lines, ready: VecDeque::new(), stdout, stderr };
        if let Stdin::Bytes(bytes) = &command.stdin {
            running.send(bytes.clone()).ok();
            running.close_stdin();
        }
        Ok(running)
    }

    /// Its process id, which is also its group's.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Queues one line for its standard input; never blocks. Fails once the child has closed its input.
    pub fn write_line(&mut self, line: &str) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        self.send(bytes)
    }

    fn send(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let closed = || io::Error::new(io::ErrorKind::BrokenPipe, "the process no longer reads its input");
        self.stdin.as_ref().ok_or_else(closed)?.send(bytes).map_err(|_| closed())
    }

    /// Ends its standard input after what was queued.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// The next line of its standard output without the newline; `None` at its end. Errors: `TimedOut`,
    /// `Interrupted` after Ctrl-C, `InvalidData` for a line that is not UTF-8 or has more than 64 MiB.
    pub fn read_line(&mut self, timeout: Option<Duration>) -> io::Result<Option<String>> {
        let Some(lines) = &self.lines else { return Ok(None) };
        let deadline = timeout.map(|timeout| clock::monotonic() + timeout);
        loop {
            if let Some(line) = self.ready.pop_front() {
                let text = String::from_utf8(line?);
                return text.map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
            }
            match lines.recv_timeout(until(deadline).min(POLL)) {
                Ok(lines) => {
                    self.ready.extend(lines);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => interrupt::check()?,
            }
            if until(deadline).is_zero() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the process did not answer in time"));
            }
        }
    }

    /// What it has written to standard error so far, if captured; of a child that has ended, everything that arrives
    /// within a second.
    pub fn stderr_so_far(&self) -> Vec<u8> {
        let Some(capture) = &self.stderr else { return Vec::new() };
        if self.status.is_some() {
            // Nothing is ever sent: the channel closes when everything is read.
            let _ = capture.done.recv_timeout(LAST_WORDS);
        }
        lock(&capture.bytes).clone()
    }

    /// Its status if it has ended, without waiting.
    pub fn try_wait(&mut self) -> io::Result<Option<Status>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?.map(|status| match (status.code(), status.signal()) {
                (Some(code), _) => Status::Code(code),
                (None, signal) => Status::Signal(signal.unwrap_or(0)),
            });
        }
        Ok(self.status)
    }

    /// Waits for its end; after `timeout` its group gets SIGTERM, then SIGKILL, and the answer is `TimedOut`.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Status> {
        let deadline = timeout.map(|timeout| clock::monotonic() + timeout);
        match self.wait_until(deadline)? {
            Some(status) => Ok(status),
            None => {
                self.stop()?;
                self.status = Some(Status::TimedOut);
                Ok(Status::TimedOut)
            }
        }
    }

    /// SIGTERM to its group and, if it does not follow in two seconds, SIGKILL.
    pub fn stop(&mut self) -> io::Result<Status> {
        self.signal(libc::SIGTERM);
        let deadline = clock::monotonic() + GRACE;
        while self.try_wait()?.is_none() && clock::monotonic() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        self.kill()
    }

    /// SIGKILL to its group, at once.
    pub fn kill(&mut self) -> io::Result<Status> {
        self.signal(libc::SIGKILL);
        self.gone = true;
        if self.status.is_none() {
            self.child.wait()?;
            self.try_wait()?;
        }
        Ok(self.status.unwrap_or(Status::Signal(libc::SIGKILL)))
    }

    /// The most memory that it has had resident, in bytes; `None` where the system does not tell.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    }

    /// Sends SIGUSR1 to the child alone: only for children that know what to do with it.
    pub fn poke(&self) {
        if !self.gone && self.status.is_none() {
            // SAFETY: a system call without memory; the number is our child's, which was not reaped.
            unsafe { libc::kill(self.child.id() as libc::pid_t, libc::SIGUSR1) };
        }
    }

    /// Sends a signal to the whole group.
    pub fn signal(&self, signal: i32) {
        if !self.gone {
            // SAFETY: a system call without memory; the group's number is our child's.
            unsafe { libc::killpg(self.child.id() as libc::pid_t, signal) };
        }
    }

    fn wait_until(&mut self, deadline: Option<Instant>) -> io::Result<Option<Status>> {
        let mut pause = Duration::from_micros(500);
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(Some(status));
            }
            interrupt::check()?;
            if until(deadline).is_zero() {
                return Ok(None);
            }
            thread::sleep(pause.min(until(deadline)));
            pause = (pause * 2).min(POLL);
        }
    }

    /// Waits and collects what it wrote.
    pub(super) fn finish(mut self, timeout: Option<Duration>) -> io::Result<Finished> {
        let status = self.wait(timeout)?;
        self.kill()?; // what it left behind would keep the pipes open
        let stdout = self.stdout.take().map(Capture::take).unwrap_or_default();
        let stderr = self.stderr.take().map(Capture::take).unwrap_or_default();
        Ok(Finished { status, stdout, stderr })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

impl Capture {
    fn take(self) -> Vec<u8> {
        let _ = self.done.recv_timeout(DRAIN);
        std::mem::take(&mut lock(&self.bytes))
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> std::sync::MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn until(deadline: Option<Instant>) -> Duration {
    deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(clock::monotonic()))
}

fn stdio(output: Output) -> io::Result<Stdio> {
    use std::os::fd::AsFd;
    Ok(match output {
        Output::Capture => Stdio::piped(),
        Output::Inherit => Stdio::inherit(),
        Output::Stderr => Stdio::from(io::stderr().as_fd().try_clone_to_owned()?),
        Output::Null => Stdio::null(),
    })
}

/// Writes what is sent, in order; ends when the sender is dropped or the child stops reading.
fn feed(mut pipe: std::process::ChildStdin) -> Sender<Vec<u8>> {
    let (sender, queue) = channel::<Vec<u8>>();
    thread::spawn(move || {
        while let Ok(bytes) = queue.recv() {
            if pipe.write_all(&bytes).is_err() {
                return;
            }
        }
    });
    sender
}

/// Reads lines as they come; those that are there at the same time are sent together.
fn split_lines(pipe: impl Read + Send + 'static) -> Receiver<Lines> {
    let (sender, lines) = sync_channel(PIECES_AHEAD);
    thread::spawn(move || {
        let mut reader = BufReader::with_capacity(PIECE, pipe);
        while let Some(first) = next_line(&mut reader).transpose() {
            let mut together = vec![first];
            while together.last().is_some_and(Result::is_ok) && reader.buffer().contains(&b'\n') {
                together.extend(next_line(&mut reader).transpose());
            }
            let failed = together.last().is_some_and(Result::is_err);
            if sender.send(together).is_err() || failed {
                return;
            }
        }
    });
    lines
}

/// The next line without its end; `None` at the end of everything.
fn next_line(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let length = reader.take(LINE_LIMIT as u64 + 1).read_until(b'\n', &mut line)?;
    if line.pop_if(|last| *last == b'\n').is_none() && length > LINE_LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of more than 64 MiB"));
    }
    Ok((length > 0).then_some(line))
}

fn capture(mut pipe: impl Read + Send + 'static) -> Capture {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let (sender, done) = channel();
    let kept = bytes.clone();
    thread::spawn(move || {
        let _sender = sender; // dropped at the end, which closes the channel
        let mut buffer = [0; 64 << 10];
        while let Ok(n @ 1..) = pipe.read(&mut buffer) {
            let mut kept = lock(&kept);
            let room = CAPTURE_LIMIT.saturating_sub(kept.len()).min(n);
            kept.extend_from_slice(&buffer[..room]);
        }
    });
    Capture { bytes, done }
}
