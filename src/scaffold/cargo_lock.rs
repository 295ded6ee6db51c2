//! Cuts the one `Cargo.lock` that pivot was tested with down to what a project needs.
//!
//! Every generated project thus builds with the same versions, `--locked` from its first build on, and projects that
//! share a target folder share their dependencies. What the lock does not know is left to Cargo, which then completes it.

use super::ProjectFiles;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const LOCK: &str = "Cargo.lock";

/// Cuts `Cargo.lock` among `files` to the needs of the manifests among them.
pub fn complete(files: &mut ProjectFiles) {
    let manifests = files.iter().filter(|(path, _)| path.ends_with("Cargo.toml") && path.components().count() == 2);
    let packages: Vec<Package> = manifests.filter_map(|(_, text)| Package::of_manifest(text)).collect();
    if let Some((_, lock)) = files.iter_mut().find(|(path, _)| path == Path::new(LOCK)) {
        *lock = cut(lock, packages);
    }
}

/// A package of a lock: what others call it, what it needs, and its text.
#[derive(Clone, Debug)]
struct Package {
    name: String,
    version: String,
    needs: Vec<String>,
    text: String,
}

impl Package {
    /// Reads the lines behind a `[[package]]`.
    fn of_lock(text: &str) -> Package {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
            line.unwrap_or_default().trim_matches('"').to_string()
        };
        let needs = text.lines().filter_map(|line| line.strip_prefix(" \"")?.strip_suffix("\","));
        let needs = needs.map(str::to_string).collect();
        Package { name: field("name"), version: field("version"), needs, text: text.trim_end().to_string() }
    }

    /// Reads a manifest that we wrote: one dependency a line.
    fn of_manifest(text: &str) -> Option<Package> {
        let mut section = "";
        let mut fields = BTreeMap::new();
        let mut needs = BTreeSet::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']');
            } else if let Some((key, value)) = line.split_once('=') {
                match section {
                    "package" => drop(fields.insert(key.trim(), value.trim().trim_matches('"'))),
                    "dependencies" | "dev-dependencies" => drop(needs.insert(package_of(key.trim(), value))),
                    _ => {}
                }
            }
        }
        let (name, version) = (fields.get("name")?.to_string(), fields.get("version")?.to_string());
        let listed: String = needs.iter().map(|need| format!(" \"{need}\",\n")).collect();
        let listed = if needs.is_empty() { String::new() } else { format!("\ndependencies = [\n{listed}]") };
        let text = format!("name = \"{name}\"\nversion = \"{version}\"{listed}");
        Some(Package { name, version, needs: needs.into_iter().collect(), text })
    }

    /// True where a dependency written `name` or `name version` means this package.
    fn is(&self, need: &str) -> bool {
        match need.split_once(' ') {
            None => self.name == need,
            Some((name, version)) => self.name == name && self.version == version,
        }
    }
}

/// The package that a line of dependencies means: its key, unless it is renamed.
fn package_of(key: &str, value: &str) -> String {
    let renamed = value.split_once("package = \"").and_then(|(_, rest)| rest.split_once('"'));
    renamed.map_or(key, |(name, _)| name).to_string()
}

fn cut(lock: &str, ours: Vec<Package>) -> String {
    let mut parts = lock.split("[[package]]\n");
    let head = parts.next().unwrap_or_default();
    let known: Vec<Package> = parts.map(Package::of_lock).collect();
    let mut open: Vec<String> = ours.iter().flat_map(|package| package.needs.clone()).collect();
    let mut kept: BTreeMap<(String, String), String> = BTreeMap::new();
    while let Some(need) = open.pop() {
        for package in known.iter().filter(|package| package.is(&need)) {
            let key = (package.name.clone(), package.version.clone());
            if kept.insert(key, package.text.clone()).is_none() {
                open.extend(package.needs.iter().cloned());
            }
        }
    }
    kept.extend(ours.into_iter().map(|package| ((package.name, package.version), package.text)));
    let packages: Vec<String> = kept.into_values().map(|text| format!("[[package]]\n{text}\n")).collect();
    format!("{head}{}", packages.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const LOCK_TEXT: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b 2.0.0\",\n]\n\n\
        [[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n\n\
        [[package]]\nname = \"unused\"\nversion = \"1.0.0\"\n";

    #[test]
    fn keeps_what_is_needed() {
        let manifest = "[package]\nname = \"mine\"\nversion = \"0.1.0\"\n\n[dependencies]\nx = { package = \"a\", version = \"1\" }\n";
        let mut files = vec![
            (PathBuf::from(LOCK), LOCK_TEXT.to_string()),
            (PathBuf::from("logic/Cargo.toml"), manifest.to_string()),
        ];
        complete(&mut files);
        let expected = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b 2.0.0\",\n]\n\n\
            [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n\n\
            [[package]]\nname = \"mine\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
        assert_eq!(files[0].1, expected);
    }
}
