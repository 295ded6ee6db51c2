//! Reads the memory of another process, without stopping it.

use std::io;

use super::procfs::Id;

/// Fills `bytes` from `address` in the memory of a process.
pub fn read(process: Id, address: u64, bytes: &mut [u8]) -> io::Result<()> {
    let ours = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let theirs = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: bytes.len() };
    // SAFETY: the kernel writes at most `bytes.len()` bytes into `bytes`.
    let read = unsafe { libc::process_vm_readv(process, &ours, 1, &theirs, 1, 0) };
    match read {
        -1 => Err(io::Error::last_os_error()),
        count if count as usize == bytes.len() => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Part of a stack, read at once: unwinding asks for one word at a time, mostly from the same few kilobytes.
pub struct StackWindow {
    process: Id,
    start: u64,
    bytes: Vec<u8>,
}

impl StackWindow {
    const BYTES: usize = 4096;

    /// The window that begins at the stack pointer.
    pub fn at(process: Id, stack_pointer: u64) -> StackWindow {
        let start = stack_pointer & !7;
        let mut bytes = vec![0; Self::BYTES];
        if read(process, start, &mut bytes).is_err() {
            bytes.clear();
        }
        StackWindow { process, start, bytes }
    }

    /// The word at an address on the stack.
    pub fn word(&self, address: u64) -> Option<u64> {
        let mut word = [0; 8];
        let offset = address.checked_sub(self.start).and_then(|offset| usize::try_from(offset).ok());
        match offset.and_then(|offset| self.bytes.get(offset..offset.checked_add(8)?)) {
            Some(bytes) => word.copy_from_slice(bytes),
            None => read(self.process, address, &mut word).ok()?,
        }
        Some(u64::from_ne_bytes(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_memory_can_be_read_and_nothing_cannot() {
        let id = std::process::id() as Id;
        let words: Vec<u64> = (0..2000).collect();
        let address = words.as_ptr() as u64;
        let mut bytes = [0; 8];
        read(id, address + 8 * 42, &mut bytes).unwrap();
        assert_eq!(u64::from_ne_bytes(bytes), 42);
        assert!(read(id, 8, &mut bytes).is_err());

        let window = StackWindow::at(id, address);
        assert_eq!(window.word(address + 8 * 7), Some(7));
        assert_eq!(window.word(address + 8 * 1999), Some(1999));
        assert_eq!(window.word(8), None);
        assert_eq!(StackWindow::at(id, 8).word(address), Some(0));
    }
}
