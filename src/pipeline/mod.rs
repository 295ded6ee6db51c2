//! The only place where stages are put in order: each function here reads like a table of contents.
//!
//! A function takes settings in which everything is decided, returns one value that holds all that was found, and
//! prints nothing; [`crate::cli`] fills the settings in and prints.

pub mod analyze;
pub mod bench;
pub mod build;
mod compose;
pub mod evolve;
pub mod load;
pub mod proof;
pub mod prove;
mod record;
pub mod translate;
mod unbuilt;

pub use analyze::{Analysis, AnalyzeError, AnalyzeSettings, Measure, analyze};
pub use compose::{Composition, compose};
pub use load::{LoadError, Project, load};
pub use record::{RecordError, RecordSettings, Recorded};
