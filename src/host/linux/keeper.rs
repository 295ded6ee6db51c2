//! Starts the command under a *keeper*: a tiny process between it and us, whose only work is to wait for it.
//!
//! Stopping a thread of one's own child, as a sampler must, can consume the child's exit status: the kernel hands it
//! to the tracer, and to nobody else if the tracer is also the parent. With a keeper in between, the tracer is a
//! stranger and the keeper always learns the status, with the resources used by the command and the descendants that
//! were waited for. The keeper also adopts orphans of the command, so that they stay in the tree that is sampled.
//!
//! ```text
//! pivot ── keeper ── python workload.py ── ...
//!    └───── pipe ◄──┘  started · not started · ended
//! ```
//!
//! If pivot dies the keeper is killed, and the command is asked to end.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What to start.
pub struct Launch<'a> {
    /// The program's file, already searched for.
    pub program: PathBuf,
    /// All arguments, the program's name first.
    pub arguments: &'a [String],
    pub directory: Option<&'a Path>,
    /// Variables in addition to our own environment.
    pub environment: &'a [(String, String)],
    /// Whether what the command writes to stdout goes to our stderr.
    pub stdout_to_stderr: bool,
}

/// How the command ended, and what it used.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// As `wait` returns it.
    pub status: i32,
    pub user: Duration,
    pub system: Duration,
}

/// The command under its keeper.
pub struct Keeper {
    keeper: libc::pid_t,
    command: libc::pid_t,
    messages: File,
    ended: Option<Ended>,
}

/// One message of the keeper: a kind and four numbers.
type Message = [i64; 4];
const MESSAGE_BYTES: usize = size_of::<Message>();
const STARTED: i64 = 1;
const NOT_STARTED: i64 = 2;
const ENDED: i64 = 3;

impl Keeper {
    /// Starts the command. The error is that of `fork` or `exec`.
    pub fn start(launch: &Launch) -> io::Result<Keeper> {
        let prepared = Prepared::new(launch)?;
        let (reader, writer) = pipe()?;
        // SAFETY: the child only calls async-signal-safe functions on memory prepared before the fork, and never
        // returns.
        let ourselves = std::process::id() as libc::pid_t;
        let keeper = unsafe { libc::fork() };
        match keeper {
            -1 => return Err(io::Error::last_os_error()),
            0 => unsafe { keep(&prepared, writer.as_raw_fd(), ourselves) },
            _ => drop(writer),
        }
        let mut started = Keeper { keeper, command: 0, messages: File::from(reader), ended: None };
        match started.next_message() {
            Some([STARTED, pid, ..]) => started.command = pid as libc::pid_t,
            Some([_, errno, ..]) => return Err(io::Error::from_raw_os_error(errno as i32)),
            None => return Err(io::Error::other("the process that watches over the command died")),
        }
        match started.exec_result() {
            Some(error) => Err(error),
            None => Ok(started),
        }
    }

    /// The process id of the command.
    pub fn command(&self) -> libc::pid_t {
        self.command
    }

    /// The process id of the keeper, to which orphans of the command are given.
    pub fn pid(&self) -> libc::pid_t {
        self.keeper
    }

    /// How the command ended, once it has; waits for at most `patience`.
    pub fn ended(&mut self, patience: Duration) -> Option<Ended> {
        if self.ended.is_none() && readable(self.messages.as_raw_fd(), patience) {
            self.ended = Some(match self.next_message() {
                Some([ENDED, status, user, system]) => Ended {
                    status: status as i32,
                    user: Duration::from_micros(user as u64),
                    system: Duration::from_micros(system as u64),
                },
                // The keeper itself was killed: so, by its last wish, was the command.
                _ => Ended { status: libc::SIGKILL, user: Duration::ZERO, system: Duration::ZERO },
            });
        }
        self.ended
    }

    /// Sends a signal to the command, if it has not ended.
    pub fn signal(&self, signal: i32) {
        if self.ended.is_none() {
            // SAFETY: plain system call; the keeper has not reaped the command, so the number is still its own.
            unsafe { libc::kill(self.command, signal) };
        }
    }

    /// The error of `exec`, if the program could not be run; the keeper reports it before anything else.
    fn exec_result(&mut self) -> Option<io::Error> {
        match self.next_message() {
            Some([NOT_STARTED, errno, ..]) => Some(io::Error::from_raw_os_error(errno as i32)),
            Some(_) => None,
            None => Some(io::Error::other("the process that watches over the command died")),
        }
    }

    fn next_message(&mut self) -> Option<Message> {
        let mut bytes = [0; MESSAGE_BYTES];
        self.messages.read_exact(&mut bytes).ok()?;
        let mut message = [0; 4];
        for (number, chunk) in message.iter_mut().zip(bytes.chunks_exact(8)) {
            *number = i64::from_ne_bytes(chunk.try_into().ok()?);
        }
        Some(message)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if self.ended.is_none() && self.command > 0 {
            self.signal(libc::SIGKILL);
        }
        // SAFETY: plain system call on our own child, which ends as soon as the command has.
        unsafe { libc::waitpid(self.keeper, std::ptr::null_mut(), 0) };
    }
}

/// Everything `exec` needs, laid out before the fork.
struct Prepared {
    program: CString,
    directory: Option<CString>,
    stdout_to_stderr: bool,
    argv: Vec<*const libc::c_char>,
    envp: Vec<*const libc::c_char>,
    _strings: Vec<CString>,
}

impl Prepared {
    fn new(launch: &Launch) -> io::Result<Prepared> {
        let mut strings = Vec::new();
        let mut argv = Vec::new();
        for argument in launch.arguments {
            push(&mut strings, &mut argv, OsStr::new(argument))?;
        }
        let mut envp = Vec::new();
        let inherited = std::env::vars_os().filter(|(name, _)| launch.environment.iter().all(|(n, _)| **n != **name));
        let added = launch.environment.iter().map(|(name, value)| (name.into(), value.into()));
        for (mut variable, value) in inherited.chain(added) {
            variable.push("=");
            variable.push(&value);
            push(&mut strings, &mut envp, &variable)?;
        }
        argv.push(std::ptr::null());
        envp.push(std::ptr::null());
        Ok(Prepared {
            program: c_string(launch.program.as_os_str())?,
            directory: launch.directory.map(|path| c_string(path.as_os_str())).transpose()?,
            stdout_to_stderr: launch.stdout_to_stderr,
            argv,
            envp,
            _strings: strings,
        })
    }
}

/// Keeps the string and its address; the address stays good because the bytes live on the heap.
fn push(strings: &mut Vec<CString>, pointers: &mut Vec<*const libc::c_char>, text: &OsStr) -> io::Result<()> {
    let string = c_string(text)?;
    pointers.push(string.as_ptr());
    strings.push(string);
    Ok(())
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "an argument holds a NUL byte"))
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors, which nobody else owns.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

fn readable(descriptor: RawFd, patience: Duration) -> bool {
    let mut poll = libc::pollfd { fd: descriptor, events: libc::POLLIN, revents: 0 };
    let milliseconds = i32::try_from(patience.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: one pollfd that lives through the call.
    unsafe { libc::poll(&mut poll, 1, milliseconds) > 0 }
}

/// The keeper's whole life, from the fork to its end.
///
/// # Safety
/// Only to be called in a freshly forked child. Calls async-signal-safe functions only.
unsafe fn keep(prepared: &Prepared, messages: RawFd, parent: libc::pid_t) -> ! {
    // SAFETY: system calls on values that this process owns.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if libc::getppid() != parent {
            libc::_exit(127);
        }
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1);
        let mut exec_result = [0; 2];
        if libc::pipe2(exec_result.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            give_up(messages);
        }
        let command = libc::fork();
        if command == -1 {
            give_up(messages);
        }
        if command == 0 {
            libc::close(exec_result[0]);
            become_command(prepared, exec_result[1]);
        }
        close_all_but(messages, exec_result[0]);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT, libc::SIGPIPE, libc::SIGTTOU] {
            libc::signal(signal, libc::SIG_IGN);
        }
        send(messages, [STARTED, i64::from(command), 0, 0]);
        let mut errno = 0_i32;
        let size = libc::read(exec_result[0], (&raw mut errno).cast(), size_of::<i32>());
        libc::close(exec_result[0]);
        let failed = size == size_of::<i32>() as isize;
        send(messages, if failed { [NOT_STARTED, i64::from(errno), 0, 0] } else { [STARTED, 0, 0, 0] });
        send(messages, wait_for(command));
        libc::_exit(0)
    }
}

/// Closes what the keeper inherited, so that nobody waits in vain for a pipe's end.
unsafe fn close_all_but(one: RawFd, other: RawFd) {
    let (low, high) = (one.min(other) as u32, one.max(other) as u32);
    for (first, last) in [(3, low - 1), (low + 1, high - 1), (high + 1, u32::MAX)] {
        if first <= last {
            // SAFETY: plain system call; the process uses none of these descriptors.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
    }
}

/// Waits until the command has ended, and for orphans on the way; the message to send then.
unsafe fn wait_for(command: libc::pid_t) -> Message {
    // SAFETY: `usage` is plain data, for which zeroes are a valid value.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let mut status = 0;
        loop {
            let ended = libc::wait4(-1, &mut status, 0, &mut usage);
            if ended == command {
                return [ENDED, i64::from(status), micros(usage.ru_utime), micros(usage.ru_stime)];
            }
            if ended == -1 && *libc::__errno_location() != libc::EINTR {
                return [ENDED, i64::from(libc::SIGKILL), 0, 0];
            }
        }
    }
}

fn micros(time: libc::timeval) -> i64 {
    time.tv_sec * 1_000_000 + time.tv_usec
}

/// Turns the child of the keeper into the command.
unsafe fn become_command(prepared: &Prepared, exec_result: RawFd) -> ! {
    // SAFETY: all pointers were prepared before the first fork and outlive the call.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        let mut ready = true;
        if prepared.stdout_to_stderr {
            ready &= libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) >= 0;
        }
        if let Some(directory) = &prepared.directory {
            ready &= libc::chdir(directory.as_ptr()) == 0;
        }
        if ready {
            libc::execve(prepared.program.as_ptr(), prepared.argv.as_ptr(), prepared.envp.as_ptr());
        }
        let errno = *libc::__errno_location();
        libc::write(exec_result, (&raw const errno).cast(), size_of::<i32>());
        libc::_exit(127)
    }
}

unsafe fn give_up(messages: RawFd) -> ! {
    // SAFETY: system calls only.
    unsafe {
        send(messages, [NOT_STARTED, i64::from(*libc::__errno_location()), 0, 0]);
        libc::_exit(127)
    }
}

unsafe fn send(messages: RawFd, message: Message) {
    // SAFETY: the message lives through the call; it is smaller than PIPE_BUF, so it arrives whole.
    unsafe { libc::write(messages, message.as_ptr().cast(), MESSAGE_BYTES) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(arguments: &[&str]) -> io::Result<Keeper> {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        let environment = [("PIVOT_TEST".to_owned(), "42".to_owned())];
        Keeper::start(&Launch {
            program: PathBuf::from(&arguments[0]),
            arguments: &arguments,
            directory: Some(Path::new("/")),
            environment: &environment,
            stdout_to_stderr: false,
        })
    }

    fn end(arguments: &[&str]) -> Ended {
        start(arguments).unwrap().ended(Duration::from_secs(10)).expect("it ends at once")
    }

    #[test]
    fn the_exit_code_arrives() {
        assert_eq!(libc::WEXITSTATUS(end(&["/bin/sh", "-c", "exit 7"]).status), 7);
    }

    #[test]
    fn folder_and_environment_are_as_asked() {
        let ended = end(&["/bin/sh", "-c", "test \"$PWD $PIVOT_TEST\" = '/ 42' && exit 5"]);
        assert_eq!(libc::WEXITSTATUS(ended.status), 5);
    }

    #[test]
    fn a_signal_arrives_and_is_told() {
        let mut keeper = start(&["/bin/sleep", "30"]).unwrap();
        assert!(keeper.ended(Duration::from_millis(20)).is_none());
        keeper.signal(libc::SIGTERM);
        let ended = keeper.ended(Duration::from_secs(10)).expect("it was asked to end");
        assert!(libc::WIFSIGNALED(ended.status) && libc::WTERMSIG(ended.status) == libc::SIGTERM);
    }

    #[test]
    fn a_program_that_cannot_run_is_an_error() {
        assert_eq!(start(&["/no/such/program"]).err().unwrap().kind(), io::ErrorKind::NotFound);
        assert_eq!(start(&["/etc/passwd"]).err().unwrap().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(start(&["/bin/sh", "a\0b"]).err().unwrap().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn processor_time_of_grandchildren_is_counted() {
        let busy = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
        let ended = end(&["/bin/sh", "-c", &format!("sh -c '{busy}'; exit 0")]);
        assert!(ended.user + ended.system > Duration::from_millis(5), "{ended:?}");
    }

    #[test]
    fn dropping_the_keeper_ends_the_command() {
        let keeper = start(&["/bin/sleep", "30"]).unwrap();
        let command = keeper.command();
        drop(keeper);
        // SAFETY: signal 0 only asks whether the process is there.
        assert_eq!(unsafe { libc::kill(command, 0) }, -1);
    }
}
