//! Compiles the logic of a generated project: its `call` command, which answers the stdio protocol.
//!
//! All Rust is compiled into one folder, so that dependencies compile once; the finished command is copied out of it
//! under a lock, because every project's is named `call` there.

use crate::host::process::{Command, Status, find_program};
use crate::host::{Files, lock};
use crate::policy::Build;
use crate::target::Target;
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};

/// What to compile, with what.
#[derive(Clone, Copy, Debug)]
pub struct BuildJob<'a> {
    /// The generated project's folder.
    pub project: &'a Path,
    /// Its language.
    pub target: Target,
    /// The policy's build settings.
    pub build: &'a Build,
    /// The folder that all Rust is compiled into; the commands are kept below it too.
    pub target_dir: &'a Path,
}

/// Why there is no command.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A tool is not installed.
    #[error("`{tool}` was not found, which {} needs", target.title())]
    ToolMissing {
        /// The program's name.
        tool: &'static str,
        /// The language that needs it.
        target: Target,
    },
    /// The compiler rejects what was generated: a bug of ours.
    #[error("the generated project does not compile:\n{0}")]
    Rejected(String),
    /// The compiler could not be run, or its result not be kept.
    #[error("cannot build: {0}")]
    Io(#[from] io::Error),
}

/// The programs that a target's builds take.
pub fn tools(target: Target) -> &'static [&'static str] {
    match target {
        Target::Rust => &["cargo", "rustc", "cc"],
        Target::Go => &["go"],
    }
}

/// Fails where a tool of the target is missing; asked before anything is written.
pub fn check_tools(target: Target) -> Result<(), BuildError> {
    match tools(target).iter().find(|tool| find_program(tool).is_none()) {
        Some(tool) => Err(BuildError::ToolMissing { tool, target }),
        None => Ok(()),
    }
}

/// Compiles the command `call` and returns its absolute path.
pub fn build(files: &dyn Files, job: &BuildJob) -> Result<PathBuf, BuildError> {
    check_tools(job.target)?;
    let project = files.canonicalize(job.project)?;
    files.create_dir_all(job.target_dir)?;
    let target_dir = files.canonicalize(job.target_dir)?;
    let kept = target_dir.join("calls").join(folder_name(&project)).join("call");
    match job.target {
        Target::Rust => rust(files, &project, &target_dir, &kept)?,
        Target::Go => go(files, job, &project, &kept)?,
    }
    Ok(kept)
}

fn rust(files: &dyn Files, project: &Path, target_dir: &Path, kept: &Path) -> Result<(), BuildError> {
    let _lock = lock(&target_dir.join("calls.lock"))?;
    let command = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--bin", "call", "--manifest-path", "logic/Cargo.toml"])
        .env("CARGO_TARGET_DIR", target_dir)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .cwd(project);
    compile(command)?;
    let bytes = files.read(&target_dir.join("release/call"))?;
    if files.read(kept).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    files.write(kept, &bytes)?;
    Ok(files.set_mode(kept, 0o755)?)
}

fn go(files: &dyn Files, job: &BuildJob, project: &Path, kept: &Path) -> Result<(), BuildError> {
    if let Some(folder) = kept.parent() {
        files.create_dir_all(folder)?;
    }
    let mut command = Command::new("go").arg("build").args(job.build.go.flags()).arg("-o").arg(kept);
    for (name, value) in job.build.go.environment() {
        command = command.env(name, value);
    }
    compile(command.arg("./logic/cmd/call").cwd(project))
}

/// Runs a compiler to its end; Ctrl-C ends it.
fn compile(command: Command) -> Result<(), BuildError> {
    let done = command.run(None)?;
    match done.status {
        Status::Code(0) => Ok(()),
        _ => Err(BuildError::Rejected(done.stderr_text().trim_end().to_string())),
    }
}

/// A name for a project's folder that no other folder has.
fn folder_name(project: &Path) -> String {
    let digest = Sha256::digest(project.as_os_str().as_encoded_bytes());
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let name = project.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}-{short}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Disk, scratch_dir};
    use crate::policy::Policy;

    fn call(files: &[(&str, &str)], target: Target) -> Result<String, BuildError> {
        let scratch = scratch_dir()?;
        let project = scratch.path().join("demo-port");
        for (path, text) in files {
            Disk.write(&project.join(path), text.as_bytes())?;
        }
        let policy = Policy::profile("balanced").unwrap();
        let target_dir = scratch.path().join("target");
        let job = BuildJob { project: &project, target, build: &policy.build, target_dir: &target_dir };
        let path = build(&Disk, &job)?;
        Ok(Command::new(path).run(None)?.stdout_text())
    }

    #[test]
    fn rust_is_built_and_kept() {
        let root = "[workspace]\nmembers = [\"logic\"]\nresolver = \"3\"\n";
        let logic =
            "[package]\nname = \"my-demo-logic\"\nedition = \"2024\"\n\n[[bin]]\nname = \"call\"\npath = \"call.rs\"\n";
        let files = [("Cargo.toml", root), ("logic/Cargo.toml", logic)];
        let good = [files[0], files[1], ("logic/call.rs", "fn main() { print!(\"here\") }")];
        assert_eq!(call(&good, Target::Rust).unwrap(), "here");
        let bad = [files[0], files[1], ("logic/call.rs", "fn main() { 1 + }")];
        let error = call(&bad, Target::Rust).unwrap_err().to_string();
        assert!(error.contains("does not compile") && error.contains("call.rs:1"), "{error}");
    }

    #[test]
    fn go_is_built_and_kept() {
        let files = [
            ("go.mod", "module demo-port\n\ngo 1.22\n"),
            ("logic/cmd/call/main.go", "package main\n\nfunc main() { print() ; println() }\n"),
        ];
        assert_eq!(call(&files, Target::Go).unwrap(), "");
    }

    #[test]
    fn folders_of_one_name_are_told_apart() {
        assert_ne!(folder_name(Path::new("/a/port")), folder_name(Path::new("/b/port")));
        assert!(folder_name(Path::new("/a/port")).starts_with("port-"));
    }
}
