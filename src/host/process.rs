//! Commands whose children never outlive us.
//!
//! ```no_run
//! # use pivot::host::process::{Command, Status};
//! # use std::time::Duration;
//! let done = Command::new("python3").args(["-c", "print(1)"]).run(Some(Duration::from_secs(5)))?;
//! assert_eq!(done.status, Status::Code(0));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Every child leads a process group of its own, which is killed when the command ends, times out, is dropped or the
//! user presses Ctrl-C. On Linux the kernel also kills the child when the thread that started it ends, so start
//! children from threads that stay. An interrupted wait is an error of kind `Interrupted`.

pub use super::running::Running;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a child reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing: end of file at once.
    #[default]
    Null,
    /// What we read.
    Inherit,
    /// These bytes, then end of file.
    Bytes(Vec<u8>),
    /// What [`Running::write_line`] sends.
    Lines,
}

/// Where a child's output goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Into [`Finished`], or line by line out of [`Running::read_line`].
    #[default]
    Capture,
    /// Where ours goes.
    Inherit,
    /// Where our standard error goes.
    Stderr,
    /// Nowhere.
    Null,
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It exited with this code.
    Code(i32),
    /// This signal killed it.
    Signal(i32),
    /// It ran longer than allowed and was stopped.
    TimedOut,
}

impl Status {
    /// True for an exit with code 0.
    pub fn success(self) -> bool {
        self == Status::Code(0)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Status::Code(code) => write!(f, "exit code {code}"),
            Status::Signal(signal) => write!(f, "killed by signal {signal}"),
            Status::TimedOut => write!(f, "timed out"),
        }
    }
}

/// A child that ended, with what it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub status: Status,
    /// What it wrote to standard output, if captured.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, if captured.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// Standard output as text, with U+FFFD for what is not UTF-8.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text, with U+FFFD for what is not UTF-8.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// A program to run, with everything around it.
#[derive(Clone, Debug)]
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    cwd: Option<PathBuf>,
    env: Vec<(OsString, OsString)>,
    env_removed: Vec<OsString>,
    memory_limit: Option<u64>,
    pub(super) stdin: Stdin,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
}

impl Command {
    /// A program by name (looked up in `PATH`) or path, without arguments, reading nothing, output captured.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Command {
            program: program.as_ref().to_os_string(),
            args: Vec::new(),
            cwd: None,
            env: Vec::new(),
            env_removed: Vec::new(),
            memory_limit: None,
            stdin: Stdin::default(),
            stdout: Output::default(),
            stderr: Output::default(),
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_os_string());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_os_string()));
        self
    }

    /// Runs it in this folder.
    pub fn cwd(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cwd = Some(folder.into());
        self
    }

    /// Adds or replaces an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_os_string(), value.as_ref().to_os_string()));
        self
    }

    /// Hides an environment variable of ours.
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env_removed.push(name.as_ref().to_os_string());
        self
    }

    /// Limits its address space, in bytes.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Says what it reads.
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Says where its standard output goes.
    pub fn stdout(mut self, stdout: Output) -> Self {
        self.stdout = stdout;
        self
    }

    /// Says where its standard error goes.
    pub fn stderr(mut self, stderr: Output) -> Self {
        self.stderr = stderr;
        self
    }

    /// The command as one would type it, for messages.
    pub fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }

    /// Runs it to its end; after `timeout` its group gets SIGTERM and, two seconds later, SIGKILL.
    pub fn run(&self, timeout: Option<Duration>) -> io::Result<Finished> {
        Running::start(self, false)?.finish(timeout)
    }

    /// Starts it, to be talked to line by line; its standard input is [`Stdin::Lines`] unless something else was said.
    pub fn spawn(&self) -> io::Result<Running> {
        let stdin = if self.stdin == Stdin::Null { Stdin::Lines } else { self.stdin.clone() };
        Running::start(&self.clone().stdin(stdin), true)
    }

    pub(super) fn prepare(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value))).process_group(0);
        for name in &self.env_removed {
            command.env_remove(name);
        }
        if let Some(folder) = &self.cwd {
            command.current_dir(folder);
        }
        let memory = self.memory_limit;
        // SAFETY: between fork and exec only async-signal-safe system calls are made, and nothing is allocated.
        unsafe { command.pre_exec(move || confine(memory)) };
        command
    }
}

/// Runs in the child before `exec`: dies with its parent, and gets no more address space than allowed.
fn confine(memory: Option<u64>) -> io::Result<()> {
    // SAFETY: plain system calls on values that live on this stack.
    unsafe {
        #[cfg(target_os = "linux")]
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if let Some(bytes) = memory {
            let limit = libc::rlimit { rlim_cur: bytes as libc::rlim_t, rlim_max: bytes as libc::rlim_t };
            if libc::setrlimit(libc::RLIMIT_AS, &limit) != 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The executable that a name stands for: looked up in `PATH`, or itself when it has a slash.
pub fn find_program(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| executable(path));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| executable(candidate))
}

fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Gives memory that was freed back to the system: glibc keeps it for the thread that freed it, so the next stage, in other
/// threads, would take more.
pub fn give_back_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, and any thread may call it at any time (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::clock;

    fn shell(script: &str) -> Command {
        Command::new("sh").args(["-c", script])
    }

    fn alive(pid: i32) -> bool {
        // A zombie that init has not reaped yet counts as dead.
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
    }

    /// Whether a grandchild dies within some seconds: the kernel delivers the signal when it gets round to it.
    fn dies(pid: i32) -> bool {
        let deadline = clock::monotonic() + Duration::from_secs(10);
        while alive(pid) && clock::monotonic() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        !alive(pid)
    }

    #[test]
    fn captures_output_and_code() {
        let done = shell("cat; echo err >&2; exit 3").stdin(Stdin::Bytes(b"in".to_vec())).run(None).unwrap();
        assert_eq!(done, Finished { status: Status::Code(3), stdout: b"in".to_vec(), stderr: b"err\n".to_vec() });
    }

    #[test]
    fn input_that_nobody_reads_is_no_error() {
        let done = shell("exit 0").stdin(Stdin::Bytes(vec![b'x'; 1 << 20])).run(None).unwrap();
        assert!(done.status.success());
    }

    #[test]
    fn environment_and_folder_are_set() {
        let command = shell("echo $A-$HOME-$(pwd)").env("A", "1").env_remove("HOME").cwd("/");
        assert_eq!(command.run(None).unwrap().stdout, b"1--/\n");
    }

    #[test]
    fn a_timeout_ends_the_whole_group() {
        let start = clock::monotonic();
        let done = shell("sleep 30 & echo $!; wait").run(Some(Duration::from_millis(200))).unwrap();
        assert_eq!(done.status, Status::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(dies(done.stdout_text().trim().parse().unwrap()));
    }

    #[test]
    fn who_ignores_sigterm_is_killed() {
        let done = shell("trap '' TERM; while :; do sleep 0.05; done").run(Some(Duration::from_millis(100))).unwrap();
        assert_eq!(done.status, Status::TimedOut);
    }

    #[test]
    fn a_grandchild_that_keeps_the_pipe_does_not_hang_us() {
        let start = clock::monotonic();
        assert!(shell("sleep 30 & exit 0").run(None).unwrap().status.success());
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn dropping_kills() {
        let mut child = shell("sleep 30 & echo $!; wait").spawn().unwrap();
        let pid = child.read_line(Some(Duration::from_secs(5))).unwrap().unwrap().parse().unwrap();
        assert!(alive(pid));
        drop(child);
        assert!(dies(pid));
    }

    #[test]
    fn lines_go_back_and_forth() {
        let mut child = Command::new("cat").spawn().unwrap();
        for i in 0..1000 {
            child.write_line(&format!("line {i}")).unwrap();
        }
        for i in 0..1000 {
            assert_eq!(child.read_line(Some(Duration::from_secs(5))).unwrap(), Some(format!("line {i}")));
        }
        let slow = child.read_line(Some(Duration::from_millis(20))).unwrap_err();
        assert_eq!(slow.kind(), io::ErrorKind::TimedOut);
        child.close_stdin();
        assert_eq!(child.read_line(Some(Duration::from_secs(5))).unwrap(), None);
        assert_eq!(child.wait(Some(Duration::from_secs(5))).unwrap(), Status::Code(0));
    }

    #[test]
    fn memory_is_limited() {
        let python = "x = bytearray(600_000_000)";
        let done = Command::new("python3").args(["-c", python]).memory_limit(300 << 20).run(None).unwrap();
        assert!(!done.status.success() && done.stderr_text().contains("MemoryError"), "{done:?}");
    }

    #[test]
    fn signals_are_told_apart_from_codes() {
        assert_eq!(shell("kill -KILL $$").run(None).unwrap().status, Status::Signal(9));
    }

    #[test]
    fn programs_are_found_and_missing_ones_are_errors() {
        assert!(find_program("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(find_program("no-such-program-anywhere"), None);
        assert_eq!(find_program("/etc/passwd"), None);
        let error = Command::new("no-such-program-anywhere").run(None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn lines_are_quoted_for_people() {
        assert_eq!(Command::new("a").args(["b c", "it's", "-x=1"]).line(), r"a 'b c' 'it'\''s' -x=1");
    }
}
