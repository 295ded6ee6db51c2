//! The languages that `pivot evolve` can write.

use serde::{Deserialize, Serialize};

/// A language that Python is translated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// Rust, edition 2024.
    Rust,
    /// Go, 1.22 or later.
    Go,
}

impl Target {
    /// Every target, in the order in which reports list them.
    pub const ALL: [Target; 2] = [Target::Rust, Target::Go];

    /// The word typed on the command line and used in folder names.
    pub fn word(self) -> &'static str {
        match self {
            Target::Rust => "rust",
            Target::Go => "go",
        }
    }

    /// The language's own spelling of its name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Target::Rust => "Rust",
            Target::Go => "Go",
        }
    }
}
