//! Where a Python program's time goes: runs a command, samples the stacks of all its Python processes and threads,
//! and says for each function how long it computed and what it waited for.
//!
//! ```text
//! pivot analyze monolith.py -- python workload.py --requests 200
//!
//! run       starts the command under a keeper, finds its processes, gives each a ...
//! watcher   ... which waits for the interpreter, then 200 times a second
//!             asks /proc what each thread does        host::linux::procfs, reasons
//!             stops those that compute                host::linux::pause
//!             reads the Python stacks                 interpreter, walker, layout
//!             tells native code from Python           native
//!             books what it saw                       ledger
//! attach    watches a process that is running already instead
//! import    reads what other profilers wrote instead
//! assemble  gives functions their names and merges the books into one Measurement
//! ```
//!
//! Nothing is injected into the program and nothing in it is changed. The sum of what is booked is what the system's
//! own clocks say; samples only decide how it is spread. What is absent: no parser (names come from the caller where
//! the interpreter does not know them), no opinion on the figures (see `measurement` and `recommend`).

mod assemble;
mod attach;
pub mod import;
mod interpreter;
mod layout;
mod ledger;
mod native;
mod reasons;
mod run;
mod schedule;
mod signals;
mod walker;
mod watcher;

pub use assemble::QualifiedName;
pub use attach::{AttachSettings, attach};
pub use run::{DEFAULT_RATE, ProfilerError, Refusal, RunSettings, run};
