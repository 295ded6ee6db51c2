//! Why time passes in a function of C, told from its name where the name says so: `time.sleep` sleeps, `recv` waits for
//! its peer. Whatever else is native code.

use crate::measurement::Reason;

const SLEEP: [&str; 3] = ["sleep", "nanosleep", "sigtimedwait"];
const LOCK: [&str; 7] = ["acquire", "acquire_lock", "__enter__", "wait", "join", "_join", "sem_wait"];
const IO: [&str; 31] = [
    "recv",
    "recv_into",
    "recvfrom",
    "recvfrom_into",
    "recvmsg",
    "send",
    "sendall",
    "sendto",
    "sendmsg",
    "sendfile",
    "accept",
    "_accept",
    "connect",
    "connect_ex",
    "getaddrinfo",
    "gethostbyname",
    "do_handshake",
    "select",
    "poll",
    "epoll",
    "control",
    "waitpid",
    "wait4",
    "waitid",
    "fsync",
    "fdatasync",
    "readinto",
    "readline",
    "read",
    "write",
    "flush",
];

/// The reason for time in `<built-in method time.sleep>`, `<method 'recv' of '_socket.socket' objects>`, `sleep`.
pub fn reason(name: &str) -> Reason {
    let (function, owner) = parts(name);
    // A `read` or `__enter__` of anything but locks, sockets and files is no wait.
    let is_lock = owner.is_some_and(|owner| owner.contains("lock") || owner.contains("Semaphore"));
    let is_other = owner.is_some_and(|owner| {
        !["socket", "_io.", "posix", "select", "time", "SSL", "ssl", "signal", "os", "thread"]
            .iter()
            .any(|known| owner.contains(known))
    });
    match function {
        _ if is_lock && LOCK.contains(&function) => Reason::Lock,
        _ if is_other => Reason::Native,
        function if SLEEP.contains(&function) => Reason::Sleep,
        function if IO.contains(&function) => Reason::Io,
        _ => Reason::Native,
    }
}

/// The function's own name, and the type or module it belongs to.
fn parts(name: &str) -> (&str, Option<&str>) {
    let inner = name.trim_matches(['<', '>', '{', '}']);
    if let Some(rest) = inner.strip_prefix("method '") {
        let (function, rest) = rest.split_once("' of '").unwrap_or((rest, ""));
        return (function, Some(rest.trim_end_matches("' objects")));
    }
    let dotted = inner.strip_prefix("built-in method ").unwrap_or(inner);
    match dotted.rsplit_once('.') {
        Some((owner, function)) => (function, Some(owner)),
        None => (dotted, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_builtins_tell_the_reason() {
        assert_eq!(reason("<built-in method time.sleep>"), Reason::Sleep);
        assert_eq!(reason("sleep"), Reason::Sleep);
        assert_eq!(reason("<method 'recv' of '_socket.socket' objects>"), Reason::Io);
        assert_eq!(reason("<built-in method posix.read>"), Reason::Io);
        assert_eq!(reason("{method 'poll' of 'select.epoll' objects}"), Reason::Io);
        assert_eq!(reason("<method 'acquire' of '_thread.lock' objects>"), Reason::Lock);
        assert_eq!(reason("<method 'join' of 'str' objects>"), Reason::Native);
        assert_eq!(reason("<method 'read' of 'pyexpat.parser' objects>"), Reason::Native);
        assert_eq!(reason("<built-in method builtins.sorted>"), Reason::Native);
        assert_eq!(reason(""), Reason::Native);
    }
}
