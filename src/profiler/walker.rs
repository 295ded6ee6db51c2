//! Walks the Python stacks of another process with few system calls.
//!
//! A stack is a chain of frames, each of which names its code object, which names function and file. All of it lies in
//! few pages, the same ones from sample to sample: they are read in one call ([`Pages`]), and then it is a matter of
//! following pointers. What a code object is called is read once; afterwards its own fields tell that it is still the same.
//!
//! ```text
//! interpreter ─► thread state ─► frame ─► frame ─► ...      pages of the last sample: one call
//!                                  └► code ─► "parse", "shop/orders.py", 12     read when first met
//! ```
//!
//! Stacks deeper than [`DEEPEST`] keep their innermost frames.

use std::collections::{HashMap, HashSet};
use std::io;

use super::layout::{self, CodeLayout, Layout};
use super::ledger::{Frame, Functions};
use crate::host::linux::memory::Pages;
use crate::host::linux::procfs::Id;

/// Frames that are read of one stack.
pub const DEEPEST: usize = 16_384;

/// Thread states that are followed before the list is taken to be garbage.
const MOST_THREADS: usize = 16_384;

/// Characters of a name or a path that are read.
const LONGEST_TEXT: u64 = 4096;

/// The stacks of some threads, and who holds the GIL.
#[derive(Debug, Default)]
pub struct Stacks {
    pub holder: Option<Id>,
    /// Functions from the outermost inwards; empty for a thread that runs no Python code.
    pub by_thread: HashMap<Id, Vec<u32>>,
    /// Whether one of them was cut at its outer end.
    pub cut: bool,
}

/// Reads the stacks of one interpreter.
pub struct Walker {
    layout: Layout,
    interpreter: u64,
    /// Where the GIL is; 0 if that is not known.
    gil: u64,
    pages: Pages,
    codes: HashMap<u64, Code>,
    sample: u64,
}

/// A code object that was met.
struct Code {
    identity: [u64; 5],
    /// `None` for code of the interpreter's own that is no function.
    function: Option<u32>,
    checked: u64,
}

impl Walker {
    /// A walker for an interpreter of a known version, from the addresses of its state and of its GIL.
    pub fn new(process: Id, version: (u64, u64), interpreter: u64, gil: u64) -> Option<Walker> {
        let layout = layout::of(version.0, version.1)?;
        Some(Walker { layout, interpreter, gil, pages: Pages::of(process), codes: HashMap::new(), sample: 0 })
    }

    /// Forgets the functions it met: their numbers belong to one table.
    pub fn forget(&mut self) {
        self.codes.clear();
    }

    /// Reads the stacks of the threads that `wanted` says; `id_of` knows the thread of a `pthread_t`.
    pub fn stacks(
        &mut self,
        wanted: &HashSet<Id>,
        functions: &mut Functions,
        id_of: &mut dyn FnMut(u64) -> Option<Id>,
    ) -> io::Result<Stacks> {
        self.sample += 1;
        self.pages.refresh();
        let holder = self.holder()?;
        let mut stacks = Stacks::default();
        let mut state = self.pages.word(self.interpreter + self.layout.threads)?;
        for _ in 0..MOST_THREADS {
            if state == 0 {
                return Ok(stacks);
            }
            if let Some(id) = self.id(state, id_of)? {
                if holder == Some(state) {
                    stacks.holder = Some(id);
                }
                if wanted.contains(&id) {
                    let (frames, cut) = self.frames(state, functions)?;
                    stacks.cut |= cut;
                    stacks.by_thread.insert(id, frames);
                }
            }
            state = self.pages.word(state + self.layout.thread.next)?;
        }
        Err(io::Error::other("the list of threads has no end"))
    }

    /// The state of the thread that holds the GIL.
    fn holder(&mut self) -> io::Result<Option<u64>> {
        if self.gil == 0 {
            return Ok(None);
        }
        if !self.layout.gil_is_structure {
            return Ok(Some(self.pages.word(self.gil)?).filter(|&state| state != 0));
        }
        let locked = self.pages.word(self.gil + layout::LOCKED)? as u32;
        Ok((locked != 0).then_some(self.pages.word(self.gil + layout::LAST_HOLDER)?))
    }

    fn id(&mut self, state: u64, id_of: &mut dyn FnMut(u64) -> Option<Id>) -> io::Result<Option<Id>> {
        Ok(match self.layout.thread.id {
            Some(offset) => Some(self.pages.word(state + offset)? as Id),
            None => id_of(self.pages.word(state + self.layout.thread.pthread)?),
        })
    }

    /// The functions on a stack from the outermost inwards, and whether the outermost are missing.
    fn frames(&mut self, state: u64, functions: &mut Functions) -> io::Result<(Vec<u32>, bool)> {
        let mut frame = self.pages.word(state + self.layout.thread.innermost)?;
        if let (Some(offset), true) = (self.layout.thread.behind, frame != 0) {
            frame = self.pages.word(frame + offset)?;
        }
        let mut stack = Vec::new();
        let mut left = DEEPEST;
        while frame != 0 && left > 0 {
            if self.is_python(frame)? {
                let code = self.pages.word(frame + self.layout.frame.code)?;
                stack.extend(self.function(code, functions));
            }
            frame = self.pages.word(frame + self.layout.frame.previous)?;
            left -= 1;
        }
        stack.reverse();
        Ok((stack, frame != 0))
    }

    fn is_python(&mut self, frame: u64) -> io::Result<bool> {
        let Some(offset) = self.layout.frame.owner else { return Ok(true) };
        let mut owner = [0];
        self.pages.copy(frame + offset, &mut owner)?;
        Ok(owner[0] != layout::OWNED_BY_C_STACK)
    }

    /// The function of a code object; none if it cannot be read, as in the middle of a change.
    fn function(&mut self, code: u64, functions: &mut Functions) -> Option<u32> {
        let sample = self.sample;
        if let Some(known) = self.codes.get(&code)
            && known.checked == sample
        {
            return known.function;
        }
        let identity = identity(&mut self.pages, &self.layout.code, code).ok()?;
        match self.codes.get_mut(&code) {
            Some(known) if known.identity == identity => {
                known.checked = sample;
                known.function
            }
            _ => {
                let frame = self.name(code, &identity).ok()?;
                let is_own = !frame.file.is_empty() && frame.file != "<shim>";
                let function = is_own.then(|| functions.number(frame));
                self.codes.insert(code, Code { identity, function, checked: sample });
                function
            }
        }
    }

    fn name(&mut self, code: u64, identity: &[u64; 5]) -> io::Result<Frame> {
        let mut line = [0; 4];
        self.pages.copy(code + self.layout.code.first_line, &mut line)?;
        Ok(Frame { file: self.text(identity[0])?, name: self.text(identity[1])?, first_line: i32::from_ne_bytes(line) })
    }

    /// Reads a `str` (PEP 393): its length, one, two or four bytes a character, and the characters behind the head.
    fn text(&mut self, address: u64) -> io::Result<String> {
        const LENGTH: u64 = 16;
        const STATE: u64 = 32;
        let length = self.pages.word(address + LENGTH)?;
        let state = self.pages.word(address + STATE)?;
        let (width, compact, ascii) = ((state >> 2 & 7) as usize, state >> 5 & 1, state >> 6 & 1);
        if length > LONGEST_TEXT || compact == 0 {
            return Err(io::Error::other("no text"));
        }
        let mut bytes = vec![0; length as usize * width];
        self.pages.copy(address + self.layout.characters[1 - ascii as usize], &mut bytes)?;
        text_of(&bytes, width).ok_or_else(|| io::Error::other("no text"))
    }
}

/// The characters of a string of that width.
fn text_of(bytes: &[u8], width: usize) -> Option<String> {
    match width {
        1 => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        2 => bytes
            .chunks_exact(2)
            .map(|pair| char::from_u32(u32::from(u16::from_ne_bytes([pair[0], pair[1]]))))
            .collect(),
        4 => bytes
            .chunks_exact(4)
            .map(|four| char::from_u32(u32::from_ne_bytes([four[0], four[1], four[2], four[3]])))
            .collect(),
        _ => None,
    }
}

/// What tells a code object from another one that lies at the same address later.
fn identity(pages: &mut Pages, layout: &CodeLayout, code: u64) -> io::Result<[u64; 5]> {
    Ok([
        pages.word(code + layout.file)?,
        pages.word(code + layout.name)?,
        pages.word(code + layout.line_table)?,
        pages.word(code + layout.constants)?,
        pages.word(code + layout.first_line)? & u64::from(u32::MAX),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_every_width_is_read() {
        assert_eq!(text_of(b"caf\xe9", 1).as_deref(), Some("café"));
        assert_eq!(text_of(&[0x41, 0, 0xac, 0x20], 2).as_deref(), Some("A€"));
        assert_eq!(text_of(&0x1f40d_u32.to_ne_bytes(), 4).as_deref(), Some("🐍"));
        assert_eq!(text_of(&[0x00, 0xd8], 2), None);
        assert_eq!(text_of(b"a", 0), None);
    }
}
