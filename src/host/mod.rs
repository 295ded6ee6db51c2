//! The only door to files, processes and clocks.
//!
//! Stages take `&dyn Files` and get [`Disk`] from the command line or [`Memory`] from a test. Commands are run by
//! [`process`], which sees to it that no child outlives us; [`interrupt`] turns Ctrl-C into a flag that long work
//! polls; [`clock`] is the only reader of time; [`http`] calls a
//! service on this machine; [`linux`] watches running processes for the profiler.
//!
//! What is absent: nothing here knows Python, a target language or a report.

#![allow(clippy::disallowed_methods, reason = "this is the door that the lint points everybody else to")]

pub mod clock;
pub mod files;
pub mod http;
pub mod interrupt;
pub mod linux;
mod memory;
pub mod process;
mod running;
mod watched;

pub use files::{Disk, FileLock, Files, lock, scratch_dir};
pub use memory::Memory;
pub use watched::{Seen, Watched};
