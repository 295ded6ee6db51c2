//! Threads and processes as `/proc` shows them.
//!
//! Files of a thread are kept open and read again from their start, which costs a third of opening them anew: at 200
//! samples a second that is most of what watching an idle thread costs.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Duration;

/// Process or thread id.
pub type Id = libc::pid_t;

/// The scheduler's books on one thread (`/proc/PID/task/TID/schedstat`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Time on a processor.
    pub computing: Duration,
    /// Time ready to compute, with no processor free.
    pub queued: Duration,
    /// How often it was put on a processor.
    pub turns: u64,
}

/// What a thread was doing when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// On a processor, or ready for one.
    Computing,
    /// In a system call, not computing.
    Waiting(Call),
    /// Not computing, and not to be read why (stopped, exiting).
    Unknown,
}

/// A system call that a thread waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    pub number: i64,
    pub arguments: [u64; 6],
}

/// The open files of one thread.
pub struct Thread {
    pub id: Id,
    stat: File,
    schedstat: File,
    call: Option<File>,
}

impl Thread {
    /// Opens the files of a thread; the error says that it is gone or foreign.
    pub fn open(process: Id, thread: Id) -> io::Result<Thread> {
        let folder = format!("/proc/{process}/task/{thread}");
        Ok(Thread {
            id: thread,
            stat: File::open(format!("{folder}/stat"))?,
            schedstat: File::open(format!("{folder}/schedstat"))?,
            call: File::open(format!("{folder}/syscall")).ok(),
        })
    }

    /// The scheduler's books; the error says that the thread has ended.
    pub fn schedule(&self) -> io::Result<Schedule> {
        let mut buffer = [0; 128];
        parse_schedule(read_text(&self.schedstat, &mut buffer)?).ok_or_else(unexpected)
    }

    /// What the thread does now; the error says that it has ended.
    ///
    /// The call says it of a thread that computes, at a fifth of what the kernel takes to put `stat` together.
    pub fn activity(&self) -> io::Result<Activity> {
        let (mut words, mut stat) = ([0; 256], [0; 512]);
        let call = self.call.as_ref().and_then(|file| read_text(file, &mut words).ok());
        if call.is_some_and(|text| text.starts_with("running")) {
            return Ok(Activity::Computing);
        }
        match state(read_text(&self.stat, &mut stat)?) {
            Some('R') => Ok(Activity::Computing),
            Some('S' | 'D' | 'I' | 't') => Ok(call.map_or(Activity::Unknown, parse_call)),
            Some('Z' | 'X') => Err(io::ErrorKind::NotFound.into()),
            Some(_) => Ok(Activity::Unknown),
            None => Err(unexpected()),
        }
    }
}

/// The threads of a process, listed anew only when their number has changed.
pub struct Threads {
    process: Id,
    folder: Option<File>,
    links: u64,
    ids: HashSet<Id>,
}

impl Threads {
    /// The threads that are there now.
    pub fn of(process: Id) -> Threads {
        let folder = File::open(format!("/proc/{process}/task")).ok();
        let mut threads = Threads { process, folder, links: 0, ids: HashSet::new() };
        threads.list();
        threads
    }

    /// Their ids; empty once the process has ended.
    pub fn ids(&self) -> &HashSet<Id> {
        &self.ids
    }

    /// Looks whether there are more or fewer; true if they were listed anew. One that ended while another began is
    /// not noticed by that: whoever finds that one has ended asks to [`list`](Threads::list).
    pub fn look(&mut self) -> bool {
        let changed = self.count() != Some(self.links);
        if changed {
            self.list();
        }
        changed
    }

    /// Lists them anew.
    pub fn list(&mut self) {
        self.links = self.count().unwrap_or(0);
        self.ids = threads(self.process).into_iter().collect();
    }

    /// Links of the folder: the kernel counts two and one for each thread.
    fn count(&self) -> Option<u64> {
        use std::os::unix::fs::MetadataExt;
        self.folder.as_ref()?.metadata().ok().map(|metadata| metadata.nlink())
    }
}

/// Ids of the threads of a process; empty once it has ended.
pub fn threads(process: Id) -> Vec<Id> {
    numbers(&format!("/proc/{process}/task"))
}

/// The program's file of a process.
pub fn program(process: Id) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/exe")).ok()
}

/// Whether the system lets us see what a process is made of; true for one that has ended.
pub fn may_read(process: Id) -> bool {
    let opened = File::open(format!("/proc/{process}/maps"));
    opened.map_or_else(|error| error.kind() != io::ErrorKind::PermissionDenied, |_| true)
}

/// Whether a process runs under our own user's id.
pub fn is_ours(process: Id) -> bool {
    use std::os::unix::fs::MetadataExt;
    // SAFETY: the call cannot fail and touches no memory.
    let ours = unsafe { libc::geteuid() };
    fs::metadata(format!("/proc/{process}")).is_ok_and(|metadata| metadata.uid() == ours)
}

/// The kernel's restriction of who may read whom (Yama); `None` where there is none.
pub fn ptrace_scope() -> Option<u32> {
    fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok()?.trim().parse().ok()
}

/// The working folder of a process.
pub fn folder(process: Id) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/cwd")).ok()
}

/// The arguments a process was started with.
pub fn arguments(process: Id) -> Vec<String> {
    let bytes = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let parts = bytes.split(|&byte| byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

/// Whether a process is there and has not ended (a zombie has).
pub fn is_alive(process: Id) -> bool {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    !matches!(state(&text), None | Some('Z' | 'X'))
}

/// Processor time of all threads a process ever had; `None` once it has been waited for.
pub fn processor_time(process: Id) -> Option<Duration> {
    // The kernel's encoding of "the scheduler clock of that process" (see clock_getcpuclockid(3)).
    const SCHEDULER_CLOCK: i32 = 2;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` lives through the call.
    let failed = unsafe { libc::clock_gettime((!process << 3) | SCHEDULER_CLOCK, &mut time) } != 0;
    (!failed).then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// Finds the descendants of a process, each once. Processes looked at before are not looked at again, and while the
/// system gives out no ids there are none to look for: a look at a quiet system costs one short read.
pub struct Family {
    members: HashSet<Id>,
    strangers: HashSet<Id>,
    births: Births,
}

/// Tells from the id given out last (`/proc/loadavg`) whether new processes can have come.
struct Births {
    file: Option<File>,
    last: Vec<u8>,
    quiet_looks: u32,
}

impl Births {
    /// An id is given out some time before its process can be seen: so long one has to go on looking.
    const LOOKS_AFTER: u32 = 5;
    /// However quiet it is, every so often all are listed.
    const MOST_QUIET_LOOKS: u32 = 25;

    fn new() -> Births {
        Births { file: File::open("/proc/loadavg").ok(), last: Vec::new(), quiet_looks: 0 }
    }

    fn are_possible(&mut self) -> bool {
        let mut buffer = [0; 128];
        let read = self.file.as_ref().and_then(|file| file.read_at(&mut buffer, 0).ok());
        let text = &buffer[..read.unwrap_or(0)];
        let id = text.rsplit(|&byte| byte == b' ').next().unwrap_or_default();
        if id.is_empty() || id != self.last || self.quiet_looks >= Self::MOST_QUIET_LOOKS {
            self.last = id.to_vec();
            self.quiet_looks = 0;
        }
        self.quiet_looks += 1;
        self.quiet_looks <= Self::LOOKS_AFTER
    }
}

impl Family {
    /// The family of `ancestor`.
    pub fn of(ancestor: Id) -> Family {
        Family { members: HashSet::from([ancestor]), strangers: HashSet::new(), births: Births::new() }
    }

    /// Descendants that were not there at the last look.
    pub fn newcomers(&mut self) -> Vec<Id> {
        if !self.births.are_possible() {
            return Vec::new();
        }
        let present: HashSet<Id> = numbers("/proc").into_iter().collect();
        self.strangers.retain(|id| present.contains(id));
        let mut unknown: Vec<Id> =
            present.iter().copied().filter(|id| !self.members.contains(id) && !self.strangers.contains(id)).collect();
        unknown.sort_unstable();
        let mut newcomers = Vec::new();
        loop {
            let before = newcomers.len();
            unknown.retain(|&id| {
                let belongs = parent(id).is_some_and(|parent| self.members.contains(&parent));
                if belongs {
                    self.members.insert(id);
                    newcomers.push(id);
                }
                !belongs
            });
            if newcomers.len() == before {
                break;
            }
        }
        self.strangers.extend(unknown);
        newcomers
    }
}

fn parent(process: Id) -> Option<Id> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    after_name(&text)?.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn numbers(folder: &str) -> Vec<Id> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn read_text<'b>(file: &File, buffer: &'b mut [u8]) -> io::Result<&'b str> {
    let length = file.read_at(buffer, 0)?;
    // A thread's name may hold any byte; what follows it is ASCII, and that is all that is looked at.
    let start = buffer[..length].iter().rposition(|&byte| byte == b')').unwrap_or(0);
    std::str::from_utf8(&buffer[start..length]).map_err(|_| unexpected())
}

fn unexpected() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the kernel's answer has another form than expected")
}

fn after_name(stat: &str) -> Option<&str> {
    Some(&stat[stat.rfind(')')? + 1..])
}

fn state(stat: &str) -> Option<char> {
    after_name(stat)?.trim_start().chars().next()
}

fn parse_schedule(text: &str) -> Option<Schedule> {
    let mut numbers = text.split_ascii_whitespace().map(str::parse::<u64>);
    Some(Schedule {
        computing: Duration::from_nanos(numbers.next()?.ok()?),
        queued: Duration::from_nanos(numbers.next()?.ok()?),
        turns: numbers.next()?.ok()?,
    })
}

/// Reads `running`, `-1 sp pc` (stopped outside of a call) or `number a b c d e f sp pc`.
fn parse_call(text: &str) -> Activity {
    let mut words = text.split_ascii_whitespace();
    let Some(number) = words.next().and_then(|word| word.parse::<i64>().ok()) else {
        return if text.starts_with("running") { Activity::Computing } else { Activity::Unknown };
    };
    if number < 0 {
        return Activity::Computing;
    }
    let mut arguments = [0; 6];
    for (argument, word) in arguments.iter_mut().zip(words) {
        *argument = u64::from_str_radix(word.trim_start_matches("0x"), 16).unwrap_or(0);
    }
    Activity::Waiting(Call { number, arguments })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_full_of_brackets_does_not_hide_the_state() {
        assert_eq!(state("83 (Thread.(<lambda>)) S 1 19"), Some('S'));
        assert_eq!(state("83 ()) R 1) R 1"), None.or(Some('R')));
        assert_eq!(state("83"), None);
        assert_eq!(state(""), None);
    }

    #[test]
    fn calls_are_read_in_every_form() {
        assert_eq!(parse_call("running\n"), Activity::Computing);
        assert_eq!(parse_call("-1 0x7ffe 0x7f00\n"), Activity::Computing);
        assert_eq!(parse_call(""), Activity::Unknown);
        let Activity::Waiting(call) = parse_call("202 0x5581 0x189 0x0 0x0 0x0 0xffffffff 0x7ffe 0x7fd4\n") else {
            panic!("a futex call");
        };
        assert_eq!((call.number, call.arguments[0], call.arguments[5]), (202, 0x5581, 0xffff_ffff));
    }

    #[test]
    fn our_own_thread_is_computing_and_its_books_grow() {
        let id = std::process::id() as Id;
        // SAFETY: plain system call.
        let thread = Thread::open(id, unsafe { libc::gettid() }).unwrap();
        assert_eq!(thread.activity().unwrap(), Activity::Computing);
        let before = thread.schedule().unwrap();
        let started = processor_time(id).unwrap();
        while processor_time(id).unwrap() < started + Duration::from_millis(30) {}
        assert!(thread.schedule().unwrap().computing > before.computing);
        assert!(threads(id).contains(&thread.id));
        assert!(is_alive(id) && program(id).is_some() && folder(id).is_some() && !arguments(id).is_empty());
    }

    #[test]
    fn a_family_has_children_and_grandchildren_once() {
        let mut family = Family::of(std::process::id() as Id);
        family.newcomers();
        let mut child = std::process::Command::new("sh").args(["-c", "sleep 5 & wait"]).spawn().unwrap();
        let mut seen = Vec::new();
        for _ in 0..200 {
            seen.extend(family.newcomers());
            let grandchild = seen.iter().any(|&id| arguments(id).first().is_some_and(|name| name == "sleep"));
            if seen.contains(&(child.id() as Id)) && grandchild {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let of_child: Vec<Id> = seen.iter().copied().filter(|&id| parent(id) == Some(child.id() as Id)).collect();
        assert_eq!(of_child.len(), 1, "{seen:?}");
        // SAFETY: a process this test started.
        unsafe { libc::kill(of_child[0], libc::SIGKILL) };
        child.wait().unwrap();
        assert!(!is_alive(of_child[0]));
    }

    #[test]
    fn threads_are_listed_anew_when_their_number_changes() {
        let mut threads = Threads::of(std::process::id() as Id);
        let (told, id) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            // SAFETY: plain system call.
            told.send(unsafe { libc::gettid() }).unwrap();
            ended.recv().unwrap_err();
        });
        let id = id.recv().unwrap();
        // Tests beside this one begin and end threads as well.
        assert!((0..100).any(|_| threads.look() && threads.ids().contains(&id)), "{:?}", threads.ids());
        drop(end);
        thread.join().unwrap();
        threads.list();
        assert!(!threads.ids().contains(&id));
        assert!(Threads::of(Id::MAX).ids().is_empty());
    }
}
