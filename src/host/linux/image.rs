//! Programs and libraries as a process has them mapped, and what their ELF files tell.

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;
use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Object, ObjectSection, ObjectSymbol};

use super::procfs::Id;

/// A stretch of a file mapped into a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub addresses: Range<u64>,
    pub offset: u64,
    pub executable: bool,
    pub writable: bool,
    pub path: PathBuf,
}

/// The files mapped into a process, in the order of their addresses.
pub fn mappings(process: Id) -> Vec<Mapping> {
    let text = fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
    text.lines().filter_map(parse_mapping).collect()
}

fn parse_mapping(line: &str) -> Option<Mapping> {
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    let offset = u64::from_str_radix(words.next()?, 16).ok()?;
    let path = words.nth(2)?.trim_start();
    path.starts_with('/').then_some(())?;
    Some(Mapping {
        addresses: u64::from_str_radix(start, 16).ok()?..u64::from_str_radix(end, 16).ok()?,
        offset,
        executable: rights.contains('x'),
        writable: rights.contains('w'),
        path: PathBuf::from(path),
    })
}

/// An ELF file, mapped into our memory.
#[derive(Clone)]
pub struct Image {
    bytes: Arc<Mmap>,
}

/// A section's bytes, which keep the file mapped.
#[derive(Clone)]
pub struct Section {
    bytes: Arc<Mmap>,
    range: Range<usize>,
}

impl std::ops::Deref for Section {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(self.range.clone()).unwrap_or_default()
    }
}

impl Image {
    /// Maps a file as the given process sees it (it may live in another mount namespace). `None` if it is no 64-bit
    /// ELF file.
    pub fn open(process: Id, path: &Path) -> Option<Image> {
        let seen = format!("/proc/{process}/root{}", path.display());
        let file = File::open(seen).or_else(|_| File::open(path)).ok()?;
        // SAFETY: the file of a running program: the system refuses to write to it, and installers replace it whole.
        let bytes = Arc::new(unsafe { Mmap::map(&file) }.ok()?);
        ElfFile64::<object::Endianness>::parse(&bytes[..]).ok()?;
        Some(Image { bytes })
    }

    fn elf(&self) -> Option<ElfFile64<'_, object::Endianness>> {
        ElfFile64::parse(&self.bytes[..]).ok()
    }

    /// Where a symbol lies, by the addresses written in the file.
    pub fn symbol(&self, name: &str) -> Option<Range<u64>> {
        let elf = self.elf()?;
        let named = |symbol: &object::read::elf::ElfSymbol64<'_, '_, object::Endianness>| {
            symbol.is_definition() && symbol.name() == Ok(name)
        };
        let symbol = elf.dynamic_symbols().find(named).or_else(|| elf.symbols().find(named))?;
        Some(symbol.address()..symbol.address() + symbol.size().max(1))
    }

    /// What is to be added to addresses written in the file to get those in the process.
    pub fn bias(&self, mapped: &Mapping) -> Option<u64> {
        const PAGE: u64 = 4096;
        let elf = self.elf()?;
        let endian = elf.endian();
        // Two segments can share a page of the file; their rights tell them apart.
        let segment = elf.elf_program_headers().iter().find(|header| {
            let offset: u64 = header.p_offset(endian);
            let size: u64 = header.p_filesz(endian);
            let executable = header.p_flags(endian) & object::elf::PF_X != 0;
            let pages = offset & !(PAGE - 1)..offset + size;
            header.p_type(endian) == object::elf::PT_LOAD
                && executable == mapped.executable
                && pages.contains(&mapped.offset)
        })?;
        let written = segment.p_vaddr(endian).wrapping_sub(segment.p_offset(endian)).wrapping_add(mapped.offset);
        Some(mapped.addresses.start.wrapping_sub(written))
    }

    /// A section's addresses as written in the file, and its bytes.
    pub fn section(&self, name: &str) -> Option<(Range<u64>, Section)> {
        let elf = self.elf()?;
        let section = elf.section_by_name(name)?;
        let (offset, size) = section.file_range()?;
        let range = usize::try_from(offset).ok()?..usize::try_from(offset.checked_add(size)?).ok()?;
        let addresses = section.address()..section.address().checked_add(section.size())?;
        Some((addresses, Section { bytes: self.bytes.clone(), range }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_of_files_are_read_with_spaces_in_their_names() {
        let line = "7f00-7f10 r-xp 00002000 fe:01 1234                       /opt/my libs/libpython3.11.so.1.0";
        let mapping = parse_mapping(line).unwrap();
        assert_eq!((mapping.addresses, mapping.offset), (0x7f00..0x7f10, 0x2000));
        assert!(mapping.executable && !mapping.writable);
        assert_eq!(mapping.path, Path::new("/opt/my libs/libpython3.11.so.1.0"));
        assert_eq!(parse_mapping("7f00-7f10 rw-p 00000000 00:00 0 "), None);
        assert_eq!(parse_mapping("7f00-7f10 rw-p 00000000 00:00 0          [heap]"), None);
        assert_eq!(parse_mapping("what"), None);
    }

    #[test]
    fn our_own_program_is_found_where_it_is_mapped() {
        let id = std::process::id() as Id;
        let program = super::super::procfs::program(id).unwrap();
        let image = Image::open(id, &program).unwrap();
        let code = mappings(id).into_iter().find(|m| m.path == program && m.executable).unwrap();
        let bias = image.bias(&code).unwrap();
        let (written, bytes) = image.section(".text").unwrap();
        let start = written.start.wrapping_add(bias);
        assert!(code.addresses.contains(&start));
        let mut there = [0; 64];
        super::super::memory::read(id, start, &mut there).unwrap();
        assert_eq!(there, bytes[..64]);
        assert!(Image::open(id, Path::new("/etc/passwd")).is_none());
    }
}
