//! Stops one thread of another process for as long as a [`Pause`] lives.
//!
//! Only threads that compute are ever stopped: a thread that waits does not change its Python frames, and stopping it
//! would make some system calls return early. A stopped thread sees nothing of it; if we die, the kernel lets it go.

use std::io;
use std::ptr;

use super::procfs::Id;

/// A stopped thread; it goes on when this is dropped. Must be dropped by the thread that made it.
pub struct Pause {
    thread: Id,
    _not_send: std::marker::PhantomData<*const ()>,
}

/// Registers from which the machine stack can be unwound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registers {
    pub instruction: u64,
    pub stack: u64,
    pub frame: u64,
    /// The link register; 0 where the machine has none.
    pub link: u64,
}

impl Pause {
    /// Stops a thread. `Ok(None)` where it ended meanwhile; an error where we may not.
    pub fn of(thread: Id) -> io::Result<Option<Pause>> {
        if let Err(error) = trace(libc::PTRACE_SEIZE, thread, 0) {
            let gone = error.raw_os_error() == Some(libc::ESRCH) || !is_there(thread);
            return if gone { Ok(None) } else { Err(error) };
        }
        let pause = Pause { thread, _not_send: std::marker::PhantomData };
        if trace(libc::PTRACE_INTERRUPT, thread, 0).is_err() || !pause.wait()? {
            return Ok(None);
        }
        Ok(Some(pause))
    }

    /// Waits until the thread has stopped; false if it ended instead. Signals that arrive first are passed on.
    fn wait(&self) -> io::Result<bool> {
        loop {
            let mut status = 0;
            // SAFETY: `status` lives through the call.
            if unsafe { libc::waitpid(self.thread, &mut status, libc::__WALL) } == -1 {
                let error = io::Error::last_os_error();
                match error.raw_os_error() {
                    Some(libc::EINTR) => continue,
                    Some(libc::ECHILD | libc::ESRCH) => return Ok(false),
                    _ => return Err(error),
                }
            }
            if !libc::WIFSTOPPED(status) {
                return Ok(false);
            }
            if status >> 16 == libc::PTRACE_EVENT_STOP {
                return Ok(true);
            }
            if trace(libc::PTRACE_CONT, self.thread, libc::WSTOPSIG(status) as usize).is_err() {
                return Ok(false);
            }
        }
    }

    /// The registers of the stopped thread.
    #[cfg(target_arch = "x86_64")]
    pub fn registers(&self) -> Option<Registers> {
        let registers: libc::user_regs_struct = self.register_set()?;
        Some(Registers { instruction: registers.rip, stack: registers.rsp, frame: registers.rbp, link: 0 })
    }

    /// The registers of the stopped thread.
    #[cfg(target_arch = "aarch64")]
    pub fn registers(&self) -> Option<Registers> {
        let registers: libc::user_regs_struct = self.register_set()?;
        let [frame, link] = [registers.regs[29], registers.regs[30]];
        Some(Registers { instruction: registers.pc, stack: registers.sp, frame, link })
    }

    fn register_set<T>(&self) -> Option<T> {
        const GENERAL_REGISTERS: usize = 1;
        let mut registers = std::mem::MaybeUninit::<T>::zeroed();
        let mut place = libc::iovec { iov_base: registers.as_mut_ptr().cast(), iov_len: size_of::<T>() };
        // SAFETY: the kernel writes at most `iov_len` bytes of plain integers, for which zeroes are valid as well.
        unsafe {
            let failed = libc::ptrace(
                libc::PTRACE_GETREGSET,
                self.thread,
                GENERAL_REGISTERS as *mut libc::c_void,
                (&raw mut place).cast::<libc::c_void>(),
            );
            (failed == 0).then(|| registers.assume_init())
        }
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        // Fails only if the thread has ended.
        let _ = trace(libc::PTRACE_DETACH, self.thread, 0);
    }
}

fn trace(request: libc::c_uint, thread: Id, data: usize) -> io::Result<()> {
    // SAFETY: none of the requests made here has the kernel touch our memory.
    let failed = unsafe { libc::ptrace(request, thread, ptr::null_mut::<libc::c_void>(), data as *mut libc::c_void) };
    if failed == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn is_there(thread: Id) -> bool {
    super::procfs::is_alive(thread)
}

#[cfg(test)]
mod tests {
    use super::super::procfs::{Activity, Thread};
    use super::*;

    #[test]
    fn a_paused_thread_stands_still_and_then_goes_on() {
        let mut busy = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let id = busy.id() as Id;
        let thread = Thread::open(id, id).unwrap();
        let pause = Pause::of(id).unwrap().expect("it runs for ever");
        let before = thread.schedule().unwrap();
        let registers = pause.registers().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(thread.schedule().unwrap().computing, before.computing);
        assert_eq!(pause.registers(), Some(registers));
        assert!(registers.instruction != 0 && registers.stack != 0);
        drop(pause);
        let goes_on = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            thread.schedule().unwrap().computing > before.computing
        });
        assert!(goes_on && thread.activity().unwrap() == Activity::Computing);
        busy.kill().unwrap();
        busy.wait().unwrap();
        assert!(Pause::of(id).unwrap().is_none());
    }
}
