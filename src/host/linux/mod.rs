//! What Linux tells of other processes: their threads, what these wait for, their memory and registers.
//!
//! Everything here is a thin layer over system calls and `/proc`; what the answers mean is decided above.

pub mod image;
pub mod keeper;
pub mod memory;
pub mod pause;
pub mod priority;
pub mod procfs;
