//! From typed IR to Rust and Go.
//!
//! `decide` asks the questions that both languages share, once; `rust` and `go` answer twice, in files of the same
//! names. `interface` says what the outside can call. Support sources are ordinary files of the target language,
//! included in the output only where something uses them.
//!
//! Nothing here sees Python's syntax: the IR has all that matters. Nothing here touches files: an [`Artifact`] is text.

pub mod decide;
pub mod go;
pub mod interface;
pub mod rust;
#[cfg(test)]
pub mod testing;

use crate::artifact::Artifact;
use crate::diagnostic::Diagnostic;
use crate::ir::Program;
use crate::span::Location;
use crate::target::Target;

/// What a translation needs to know besides the program.
pub struct EmitOptions<'a> {
    /// Name of the package, which is the entry module's last part: `pricing`.
    pub package: String,
    /// Go module of the project around the package, as its `go.mod` says; Rust needs none.
    pub module: String,
    /// Says a location for people and for guards: `pricing.py:12:8`.
    pub describe: &'a dyn Fn(Location) -> String,
    /// How the result is to be compiled.
    pub build: BuildFlags,
}

/// What a policy says of the release build; never changes a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildFlags {
    /// Rust's `opt-level`, 0 to 3.
    pub opt_level: u8,
    /// Optimise across crates.
    pub lto: bool,
    /// Rust's `codegen-units`; one is slowest to build and fastest to run.
    pub codegen_units: u32,
}

impl Default for BuildFlags {
    fn default() -> Self {
        BuildFlags { opt_level: 3, lto: true, codegen_units: 1 }
    }
}

/// Why a program has no output in a language.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The language cannot say it; the places are in the diagnostics.
    #[error("{} place(s) cannot be written in the target language", .0.len())]
    Refused(Vec<Diagnostic>),
    /// What was generated is not well-formed: a bug of the emitter, with the parser's message.
    #[error("generated code is malformed: {0}")]
    Malformed(String),
}

/// Writes a program in a language.
pub fn emit(target: Target, program: &Program, options: &EmitOptions) -> Result<Artifact, EmitError> {
    match target {
        Target::Rust => rust::emit(program, options),
        Target::Go => go::emit(program, options),
    }
}
