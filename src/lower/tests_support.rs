//! Small translations for the tests of this component.

use super::{LowerOptions, LoweredProgram, Unit, lower};
use crate::source::Sources;

/// A module of its own, translated.
pub(super) fn translated(text: &str) -> LoweredProgram {
    let mut sources = Sources::default();
    let id = sources.add("m.py", "m", text.to_string());
    let (tree, _) = crate::python::parse(sources.get(id));
    lower(&[Unit { file: sources.get(id), tree: &tree }], id, &LowerOptions::default())
}
