//! Reads the memory of another process, without stopping it.

use std::collections::HashMap;
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

/// Pages of another process, each read at most once until they are forgotten.
///
/// A system call costs as much as copying several pages, and what was looked at a moment ago is mostly what will be
/// looked at next: pages that were used before are read again together, in one call.
pub struct Pages {
    process: Id,
    bytes: Vec<u8>,
    /// Numbers of pages, where their bytes begin, and whether they were asked for.
    known: HashMap<u64, (usize, bool)>,
    used: Vec<u64>,
    /// The page asked for last, and where its bytes begin.
    last: Option<(u64, usize)>,
}

impl Pages {
    const SIZE: u64 = 4096;
    /// Pages read at once where nothing is known yet: stacks of frames grow upwards and are followed downwards.
    const WINDOW: u64 = 4;
    /// What one system call takes (`UIO_MAXIOV`).
    const MOST: usize = 1024;

    /// No pages yet.
    pub fn of(process: Id) -> Pages {
        Pages { process, bytes: Vec::new(), known: HashMap::new(), used: Vec::new(), last: None }
    }

    /// Forgets all, and reads those pages again that were used since the last time.
    pub fn refresh(&mut self) {
        self.known.clear();
        self.bytes.clear();
        self.last = None;
        let mut used = std::mem::take(&mut self.used);
        used.truncate(Self::MOST);
        // Pages that are gone are missed when they are asked for.
        let _ = self.load(&used);
    }

    /// Fills `bytes` from an address.
    pub fn copy(&mut self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            let at = address.checked_add(done as u64).ok_or(io::ErrorKind::InvalidInput)?;
            let start = self.place(at / Self::SIZE)? + (at % Self::SIZE) as usize;
            let length = (bytes.len() - done).min((Self::SIZE - at % Self::SIZE) as usize);
            bytes[done..done + length].copy_from_slice(&self.bytes[start..start + length]);
            done += length;
        }
        Ok(())
    }

    /// The word at an address.
    pub fn word(&mut self, address: u64) -> io::Result<u64> {
        let mut word = [0; 8];
        self.copy(address, &mut word)?;
        Ok(u64::from_ne_bytes(word))
    }

    fn place(&mut self, page: u64) -> io::Result<usize> {
        if let Some((last, start)) = self.last
            && last == page
        {
            return Ok(start);
        }
        if !self.known.contains_key(&page) {
            let window: Vec<u64> = (0..Self::WINDOW).map_while(|below| page.checked_sub(below)).collect();
            let new = window.iter().position(|page| self.known.contains_key(page)).unwrap_or(window.len());
            self.load(&window[..new])?;
        }
        let (start, used) = self.known.get_mut(&page).ok_or(io::ErrorKind::UnexpectedEof)?;
        if !std::mem::replace(used, true) {
            self.used.push(page);
        }
        self.last = Some((page, *start));
        Ok(*start)
    }

    /// Reads pages in one call; those after one that cannot be read are left out.
    fn load(&mut self, pages: &[u64]) -> io::Result<()> {
        if pages.is_empty() {
            return Ok(());
        }
        let size = Self::SIZE as usize;
        let start = self.bytes.len();
        self.bytes.resize(start + pages.len() * size, 0);
        let ours = libc::iovec { iov_base: self.bytes[start..].as_mut_ptr().cast(), iov_len: pages.len() * size };
        let theirs: Vec<libc::iovec> = pages
            .iter()
            .map(|page| libc::iovec { iov_base: (page * Self::SIZE) as *mut libc::c_void, iov_len: size })
            .collect();
        // SAFETY: the kernel writes at most the bytes that were just added to `self.bytes`.
        let read = unsafe {
            libc::process_vm_readv(self.process, &ours, 1, theirs.as_ptr(), theirs.len() as libc::c_ulong, 0)
        };
        let whole = usize::try_from(read).map_or(0, |read| read / size);
        self.bytes.truncate(start + whole * size);
        self.known.extend(pages[..whole].iter().enumerate().map(|(i, page)| (*page, (start + i * size, false))));
        if read < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
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
    #[test]
    fn pages_are_read_once_and_again_after_a_refresh() {
        let mut words: Vec<u64> = (0..4000).collect();
        let address = words.as_ptr() as u64;
        let mut pages = Pages::of(std::process::id() as Id);
        assert_eq!(pages.word(address + 8 * 3000).unwrap(), 3000);
        words[3000] = 7;
        std::hint::black_box(&mut words);
        assert_eq!(pages.word(address + 8 * 3000).unwrap(), 3000);
        pages.refresh();
        assert_eq!(pages.word(address + 8 * 3000).unwrap(), 7);
        let mut across = vec![0; 8 * 1000];
        pages.copy(address + 8 * 1000, &mut across).unwrap();
        assert!(across.chunks_exact(8).zip(1000_u64..).all(|(bytes, word)| bytes == word.to_ne_bytes()));
        assert!(pages.word(8).is_err() && pages.word(u64::MAX - 3).is_err());
    }
}
