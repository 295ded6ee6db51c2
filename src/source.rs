//! The Python files of a run: their text, their module names, and where a byte offset is for a person.
//!
//! ```text
//! pricing.py, byte 57   ->   pricing.py:3:8   (line and column from 1, columns in code points)
//! ```

use crate::span::{Location, Span};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Index of a file in [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// One Python file that was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its index in the run.
    pub id: FileId,
    /// The path as the user would type it.
    pub path: PathBuf,
    /// Dotted module name as an importer in the same run would write it (`pricing`, `shop.pricing`).
    pub module: String,
    /// The whole text, UTF-8, newlines as in the file.
    pub text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// Registers a text under a path and a module name.
    pub fn new(id: FileId, path: impl Into<PathBuf>, module: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        line_starts.shrink_to_fit();
        SourceFile { id, path: path.into(), module: module.into(), text, line_starts }
    }

    /// Line and column of a byte offset, both from 1; columns count code points.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1) - 1;
        let start = self.line_starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |prefix| prefix.chars().count());
        (line + 1, column + 1)
    }

    /// The text that a span covers; empty where the span is not of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// All files of a run, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    by_path: HashMap<PathBuf, FileId>,
    by_module: HashMap<String, FileId>,
}

impl Sources {
    /// Adds a file and returns its index.
    pub fn add(&mut self, path: impl Into<PathBuf>, module: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(self.files.len() as u32);
        let file = SourceFile::new(id, path, module, text);
        self.by_path.entry(file.path.clone()).or_insert(id);
        self.by_module.entry(file.module.clone()).or_insert(id);
        self.files.push(file);
        id
    }

    /// The file of an index handed out by [`Sources::add`].
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file read from this path, if any.
    pub fn by_path(&self, path: &Path) -> Option<&SourceFile> {
        self.by_path.get(path).map(|id| self.get(*id))
    }

    /// The file that holds this dotted module, if any.
    pub fn by_module(&self, module: &str) -> Option<&SourceFile> {
        self.by_module.get(module).map(|id| self.get(*id))
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// `path:line:column` of a location, for people and for the protocol's guards.
    pub fn describe(&self, at: Location) -> String {
        let file = self.get(at.file);
        let (line, column) = file.line_column(at.span.start);
        format!("{}:{line}:{column}", file.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points() {
        let file = SourceFile::new(FileId(0), "a.py", "a", "x = 1\né = 'é' + y\n");
        let y = file.text.find('y').unwrap() as u32;
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column(y), (2, 11));
        assert_eq!(file.line_column(10_000), (3, 1));
    }
}
