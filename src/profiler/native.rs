//! Tells native code from Python: what was the thread doing *below* its innermost Python function?
//!
//! The machine stack is unwound from the innermost frame up to the interpreter's evaluation loop. On the way there is
//! native code if there is
//!
//! - code of any library that is neither the interpreter nor the system's C library (`_json`, numpy, OpenSSL), or
//! - a function that the interpreter offers to Python (`list.sort`, `re.Pattern.match`): those are recognised by
//!   their addresses, which stand in the interpreter's method tables, so no symbols are needed.
//!
//! ```text
//! memmove          C library: belongs to whoever called it
//! PyUnicode_Join   interpreter
//! encoder_call     _json.so                     -> native
//! _PyEval_EvalFrameDefault                      stop
//! ```
//!
//! What the interpreter does for Python code by itself (a dictionary look-up, integer arithmetic, garbage collection)
//! is Python. Where the stack cannot be unwound, the answer is "unknown", and the ledger decides by the known ones.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

#[cfg(target_arch = "aarch64")]
use framehop::aarch64::{CacheAarch64 as Cache, UnwindRegsAarch64, UnwinderAarch64 as MachineUnwinder};
#[cfg(target_arch = "x86_64")]
use framehop::x86_64::{CacheX86_64 as Cache, UnwindRegsX86_64, UnwinderX86_64 as MachineUnwinder};
use framehop::{Module, ModuleSectionInfo, Unwinder};

use super::interpreter::place_of;
use crate::host::linux::image::{Image, Mapping, Section, mappings};
use crate::host::linux::memory::{self, StackWindow};
use crate::host::linux::pause::Registers;
use crate::host::linux::procfs::Id;

/// Deeper than any chain of C functions between two Python functions that was ever met.
const DEEPEST: usize = 100;

const PAGE: u64 = 4096;

/// Knows the code mapped into one process.
pub struct NativeCode {
    process: Id,
    unwinder: MachineUnwinder<Section>,
    cache: Cache,
    code: CodeMap,
    /// The evaluation loop.
    evaluation: Range<u64>,
    interpreter: FunctionStarts,
    /// Where the functions begin that the interpreter offers to Python.
    offered: HashSet<u64>,
}

/// Whose code lies where.
#[derive(Default)]
struct CodeMap {
    /// The file of the interpreter.
    home: PathBuf,
    libraries: Vec<Library>,
    /// Pages of code that no file is mapped to: the kernel's own, or made at run time.
    nobodys: HashSet<u64>,
}

/// A stretch of code and whose it is.
struct Library {
    addresses: Range<u64>,
    owner: Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Interpreter,
    System,
    Extension,
}

impl NativeCode {
    /// Learns the code of a process. `None` if the interpreter has been built such that nothing can be told.
    pub fn of(process: Id, interpreter: &(Image, Mapping)) -> Option<NativeCode> {
        let (image, code) = interpreter;
        let evaluation = place_of(image, code, "_PyEval_EvalFrameDefault")?;
        let starts = FunctionStarts::of(image, code)?;
        let offered = offered_functions(process, code, &starts);
        let mut native = NativeCode {
            process,
            unwinder: MachineUnwinder::new(),
            cache: Cache::new(),
            code: CodeMap { home: code.path.clone(), ..CodeMap::default() },
            evaluation,
            interpreter: starts,
            offered,
        };
        native.learn_libraries();
        Some(native)
    }

    /// Whether a stopped thread is in native code; `None` where that cannot be told.
    pub fn is_native(&mut self, registers: &Registers) -> Option<bool> {
        match self.walk(registers) {
            Walk::Told(native) => Some(native),
            Walk::Lost => None,
            Walk::Unknown(address) => {
                self.learn_libraries();
                self.code.give_to_nobody(address);
                match self.walk(registers) {
                    Walk::Told(native) => Some(native),
                    Walk::Lost | Walk::Unknown(_) => None,
                }
            }
        }
    }

    fn walk(&mut self, registers: &Registers) -> Walk {
        let stack = StackWindow::at(self.process, registers.stack);
        let mut read = |address: u64| stack.word(address).ok_or(());
        let start = unwind_registers(registers);
        let mut frames = self.unwinder.iter_frames(registers.instruction, start, &mut self.cache, &mut read);
        for _ in 0..DEEPEST {
            let Ok(Some(frame)) = frames.next() else { return Walk::Lost };
            let address = frame.address_for_lookup();
            if self.evaluation.contains(&address) {
                return Walk::Told(false);
            }
            match self.code.owner_of(address) {
                Some(Owner::Extension) => return Walk::Told(true),
                Some(Owner::Interpreter) => {
                    if self.interpreter.start_of(address).is_some_and(|start| self.offered.contains(&start)) {
                        return Walk::Told(true);
                    }
                }
                Some(Owner::System) => {}
                None => return Walk::Unknown(address),
            }
        }
        Walk::Lost
    }

    /// Adds the code that was mapped since the last time.
    fn learn_libraries(&mut self) {
        for mapping in mappings(self.process).into_iter().filter(|mapping| mapping.executable) {
            if self.code.add(&mapping)
                && let Some(image) = Image::open(self.process, &mapping.path)
                && let Some(module) = module(&image, &mapping)
            {
                self.unwinder.add_module(module);
            }
        }
    }
}

impl CodeMap {
    fn owner_of(&self, address: u64) -> Option<Owner> {
        let known = self.libraries.iter().find(|library| library.addresses.contains(&address));
        known.map(|library| library.owner).or_else(|| self.nobodys.contains(&(address / PAGE)).then_some(Owner::System))
    }

    /// Adds a library; false if it was known.
    fn add(&mut self, mapping: &Mapping) -> bool {
        let new = self.libraries.iter().all(|known| known.addresses != mapping.addresses);
        if new {
            let owner = owner(&mapping.path, &self.home);
            self.libraries.push(Library { addresses: mapping.addresses.clone(), owner });
        }
        new
    }

    /// Remembers code that no file is mapped to, so that it is not searched for again.
    fn give_to_nobody(&mut self, address: u64) {
        if self.owner_of(address).is_none() {
            self.nobodys.insert(address / PAGE);
        }
    }
}

/// What came of unwinding.
enum Walk {
    Told(bool),
    /// Code at this address that was mapped after the last look.
    Unknown(u64),
    Lost,
}

#[cfg(target_arch = "x86_64")]
fn unwind_registers(registers: &Registers) -> UnwindRegsX86_64 {
    UnwindRegsX86_64::new(registers.instruction, registers.stack, registers.frame)
}

#[cfg(target_arch = "aarch64")]
fn unwind_registers(registers: &Registers) -> UnwindRegsAarch64 {
    UnwindRegsAarch64::new(registers.link, registers.stack, registers.frame)
}

fn module(image: &Image, code: &Mapping) -> Option<Module<Section>> {
    Some(Module::new(code.path.display().to_string(), code.addresses.clone(), image.bias(code)?, Sections(image)))
}

/// An ELF file as the unwinder asks for it: sections by name; addresses are written as if it were mapped at 0.
struct Sections<'a>(&'a Image);

impl ModuleSectionInfo<Section> for Sections<'_> {
    fn base_svma(&self) -> u64 {
        0
    }

    fn section_svma_range(&mut self, name: &[u8]) -> Option<Range<u64>> {
        Some(self.0.section(std::str::from_utf8(name).ok()?)?.0)
    }

    fn section_data(&mut self, name: &[u8]) -> Option<Section> {
        Some(self.0.section(std::str::from_utf8(name).ok()?)?.1)
    }
}

/// Whose code a file is. A system library is the C library and its companions: what they do, they do for a caller.
fn owner(path: &Path, home: &Path) -> Owner {
    const SYSTEM: [&str; 9] = ["libc.so", "libc-", "libm.so", "libm-", "libpthread", "libdl", "librt", "ld-", "ld.so"];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let musl = name.starts_with("ld-musl") || name.starts_with("libc.musl");
    if path == home {
        Owner::Interpreter
    } else if musl || SYSTEM.iter().any(|system| name.starts_with(system)) {
        Owner::System
    } else {
        Owner::Extension
    }
}

/// Where the functions of the interpreter begin, from the sorted table in `.eh_frame_hdr`.
struct FunctionStarts {
    /// In the process's addresses, ascending.
    starts: Vec<u64>,
}

impl FunctionStarts {
    fn of(image: &Image, code: &Mapping) -> Option<FunctionStarts> {
        let (written, header) = image.section(".eh_frame_hdr")?;
        let base = written.start.wrapping_add(image.bias(code)?);
        Some(FunctionStarts { starts: read_starts(&header, base)? })
    }

    /// The beginning of the function that an address lies in.
    fn start_of(&self, address: u64) -> Option<u64> {
        let after = self.starts.partition_point(|&start| start <= address);
        self.starts.get(after.checked_sub(1)?).copied()
    }

    fn is_start(&self, address: u64) -> bool {
        self.starts.binary_search(&address).is_ok()
    }
}

/// Reads the binary search table (Linux Standard Base, "The .eh_frame_hdr section") in the one encoding that linkers
/// write: version 1, a 4-byte pointer, a 4-byte count, and pairs of 4-byte offsets from the section's beginning.
fn read_starts(header: &[u8], base: u64) -> Option<Vec<u64>> {
    const COUNT_IS_FOUR_BYTES: u8 = 0x03;
    const PAIRS_ARE_FOUR_BYTES_FROM_HERE: u8 = 0x3b;
    let [1, _, COUNT_IS_FOUR_BYTES, PAIRS_ARE_FOUR_BYTES_FROM_HERE] = header.get(..4)? else { return None };
    let count = u32::from_le_bytes(header.get(8..12)?.try_into().ok()?) as usize;
    let pairs = header.get(12..)?.chunks_exact(8).take(count);
    let offset = |pair: &[u8]| i32::from_le_bytes([pair[0], pair[1], pair[2], pair[3]]);
    Some(pairs.map(|pair| base.wrapping_add_signed(i64::from(offset(pair)))).collect())
}

/// Finds the `PyMethodDef`s in the interpreter's data: a pointer to a name, a pointer to the beginning of a function,
/// flags, a pointer to a text or none.
fn offered_functions(process: Id, code: &Mapping, starts: &FunctionStarts) -> HashSet<u64> {
    let own: Vec<Mapping> = mappings(process).into_iter().filter(|mapping| mapping.path == code.path).collect();
    let constants: Vec<&Range<u64>> = own.iter().filter(|m| !m.executable).map(|m| &m.addresses).collect();
    let is_constant = |address: u64| constants.iter().any(|range| range.contains(&address));
    let mut offered = HashSet::new();
    for data in own.iter().filter(|mapping| !mapping.executable) {
        let mut bytes = vec![0; (data.addresses.end - data.addresses.start) as usize];
        if memory::read(process, data.addresses.start, &mut bytes).is_err() {
            continue;
        }
        let words: Vec<u64> =
            bytes.chunks_exact(8).map(|b| u64::from_ne_bytes(b.try_into().unwrap_or_default())).collect();
        for definition in words.windows(4) {
            let [name, function, flags, text] = [definition[0], definition[1], definition[2], definition[3]];
            if is_flags(flags) && starts.is_start(function) && is_constant(name) && (text == 0 || is_constant(text)) {
                offered.insert(function);
            }
        }
    }
    offered
}

/// Whether a word can be the flags of a method: a calling convention (`METH_VARARGS`, `METH_NOARGS`, `METH_O`,
/// `METH_FASTCALL`, with or without `METH_KEYWORDS`), and nothing unknown.
fn is_flags(word: u64) -> bool {
    const CONVENTIONS: u64 = 0x01 | 0x04 | 0x08 | 0x80;
    const KNOWN: u64 = 0x3ff;
    word & CONVENTIONS != 0 && word & !KNOWN == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_belongs_to_the_interpreter_the_system_or_an_extension() {
        let home = Path::new("/usr/lib/libpython3.11.so.1.0");
        let of = |path: &str| owner(Path::new(path), home);
        assert_eq!(of("/usr/lib/libpython3.11.so.1.0"), Owner::Interpreter);
        assert_eq!(of("/usr/lib/x86_64-linux-gnu/libc.so.6"), Owner::System);
        assert_eq!(of("/lib/x86_64-linux-gnu/libc-2.31.so"), Owner::System);
        assert_eq!(of("/lib/ld-musl-x86_64.so.1"), Owner::System);
        assert_eq!(of("/usr/lib/libcrypto.so.3"), Owner::Extension);
        assert_eq!(of("/x/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so"), Owner::Extension);
    }

    #[test]
    fn the_table_of_functions_is_read_and_searched() {
        let mut header = vec![1, 0x1b, 0x03, 0x3b, 0, 0, 0, 0, 2, 0, 0, 0];
        for start in [-0x100_i32, 0x40] {
            header.extend(start.to_le_bytes());
            header.extend([0; 4]);
        }
        let starts = FunctionStarts { starts: read_starts(&header, 0x1000).unwrap() };
        assert_eq!(starts.starts, [0xf00, 0x1040]);
        assert_eq!(starts.start_of(0xeff), None);
        assert_eq!(starts.start_of(0x103f), Some(0xf00));
        assert_eq!(starts.start_of(0x9999), Some(0x1040));
        assert!(starts.is_start(0x1040) && !starts.is_start(0x1041));
        assert!(read_starts(&[1, 0x1b, 0x03, 0x00, 0, 0, 0, 0, 0, 0, 0, 0], 0).is_none());
        assert!(read_starts(&[], 0).is_none());
    }

    #[test]
    fn flags_of_methods_are_told_from_other_words() {
        assert!([0x01, 0x03, 0x04, 0x08, 0x80, 0x82, 0x18, 0x282].into_iter().all(is_flags));
        assert!([0, 0x10, 0x02, 0x400, 0x1_0000_0001, u64::MAX].into_iter().all(|word| !is_flags(word)));
    }
}
