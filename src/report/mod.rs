//! One report value, drawn in several formats: a file each, tested on the same data.
//!
//! [`AnalysisReport`] is what `pivot analyze` found, [`evolve`] has what `pivot evolve` proved,
//! [`verify`] what `pivot verify` did, [`bench`] how fast things are. All are plain data with
//! paths, lines and figures resolved: the formats only draw. Whatever is a number says where it comes from.

pub mod analysis;
pub mod bench;
pub mod evolve;
pub mod export;
pub mod gate;
pub mod github;
pub mod json;
pub mod markdown;
pub mod sarif;
mod table;
pub mod terminal;
pub mod verify;

#[cfg(test)]
mod tests;

pub use analysis::{AnalysisReport, ReportInputs};
pub use gate::{GateOutcome, gate};
