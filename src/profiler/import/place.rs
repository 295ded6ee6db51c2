//! Which function of this project a function of a profile is: the profile may come from another host, where the project
//! lies elsewhere, and name the line that ran instead of the one that begins the function.
//!
//! ```text
//! /app/shop/pricing.py, `calculate_price`, line 431   on the host
//! ./shop/pricing.py, `calculate_price`, line 425      here: same end of the path, and 431 is inside
//! ```

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::super::ledger::{Closed, Frame, SeenFunction};
use super::{Books, Lines};
use crate::measurement::StackTable;

/// A function of the project.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Absolute path of its file.
    pub path: PathBuf,
    /// Such as `Inventory.query_stock`.
    pub qualname: String,
    /// The line where it begins (with its first decorator), from 1.
    pub first_line: u32,
    pub last_line: u32,
}

/// The project's files and functions.
pub struct Places<'a> {
    root: &'a Path,
    by_file: HashMap<&'a Path, Vec<&'a Definition>>,
    /// Files by their last part.
    by_name: HashMap<&'a std::ffi::OsStr, Vec<&'a Path>>,
}

impl<'a> Places<'a> {
    /// The places of a project.
    pub fn new(root: &'a Path, definitions: &'a [Definition]) -> Self {
        let mut by_file: HashMap<&Path, Vec<&Definition>> = HashMap::new();
        definitions.iter().for_each(|found| by_file.entry(&found.path).or_default().push(found));
        let mut by_name: HashMap<_, Vec<&Path>> = HashMap::new();
        for path in by_file.keys().copied() {
            by_name.entry(path.file_name().unwrap_or_default()).or_default().push(path);
        }
        by_name.values_mut().for_each(|paths| paths.sort());
        Places { root, by_file, by_name }
    }

    /// The books with the functions as they are known here.
    pub fn here(&self, books: Books, lines: Lines) -> Closed {
        let (frames, read, outside) = books.into_parts();
        let seen = |(frame, calls)| SeenFunction { frame: self.find(frame, lines), spells: 0, calls };
        let functions = frames.into_iter().map(seen);
        let mut stacks = StackTable::default();
        for stack in read {
            let number = stacks.intern(stack.parent, stack.function);
            *stacks.get_mut(number) = stack;
        }
        Closed { functions: functions.collect(), stacks, outside }
    }

    fn find(&self, frame: Frame, lines: Lines) -> Frame {
        let file = self.file(&frame.file);
        let line = u32::try_from(frame.first_line).unwrap_or(0);
        let found = file.and_then(|file| self.definition(file, &frame.name, line));
        match (found, lines) {
            (Some(found), _) => Frame {
                file: found.path.to_string_lossy().into_owned(),
                name: found.qualname.clone(),
                first_line: i32::try_from(found.first_line).unwrap_or(0),
            },
            (None, lines) => Frame {
                file: file.map_or(frame.file.clone(), |file| file.to_string_lossy().into_owned()),
                first_line: match lines {
                    Lines::Definition => frame.first_line,
                    Lines::Current => i32::from(frame.name == "<module>"),
                },
                name: frame.name,
            },
        }
    }

    /// The project's file that a path means: itself, or the one whose whole place in the project is the path's end.
    fn file(&self, file: &str) -> Option<&'a Path> {
        let path = Path::new(file);
        let absolute = self.root.join(path);
        if let Some((&known, _)) = self.by_file.get_key_value(absolute.as_path()) {
            return Some(known);
        }
        let is_foreign = |part: Component| {
            let part = part.as_os_str().to_string_lossy();
            part == "site-packages" || part == "dist-packages" || part.starts_with("python3.")
        };
        if path.components().any(is_foreign) {
            return None;
        }
        let candidates = self.by_name.get(path.file_name()?)?;
        let fits = |known: &&&Path| {
            let inside = known.strip_prefix(self.root).unwrap_or(known);
            if path.is_absolute() { path.ends_with(inside) } else { known.ends_with(path) || path.ends_with(inside) }
        };
        candidates.iter().filter(fits).max_by_key(|known| known.components().count()).copied()
    }

    /// The innermost function of that name around the line; the only one of that name where there is no line.
    fn definition(&self, file: &Path, name: &str, line: u32) -> Option<&'a Definition> {
        let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'));
        let is_named = |d: &&&Definition| d.qualname == name || ends(&d.qualname, name) || ends(name, &d.qualname);
        let named: Vec<&&Definition> = self.by_file.get(file)?.iter().filter(is_named).collect();
        let around = named.iter().filter(|d| d.first_line <= line && line <= d.last_line);
        let innermost = around.max_by_key(|d| d.first_line);
        let only = || (line == 0 && named.len() == 1).then(|| &named[0]);
        innermost.or_else(only).map(|found| **found)
    }
}
