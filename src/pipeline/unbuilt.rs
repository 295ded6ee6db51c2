//! Which functions a compiler's complaints are about, so that the others stay usable.
//!
//! Generated items say above themselves which Python lines they came from (`pricing.py:12-30`); a complaint is about
//! the item whose comment is the last one before its line.

use super::load::Project;
use crate::artifact::Artifact;
use crate::emit::EmitError;
use crate::lower::Unbuilt;
use crate::source::FileId;
use std::path::Path;

/// The functions that a compiler complains about; `project` is what the artifact was made from.
pub fn complaints(output: &str, artifact: &Artifact, project: &Project) -> Vec<Unbuilt> {
    let mut found: Vec<Unbuilt> = Vec::new();
    let mut message = String::new();
    for line in output.lines() {
        if let Some(text) = line.strip_prefix("error") {
            message = text.trim_start_matches(|c: char| c != ':').trim_start_matches(':').trim().to_string();
        }
        let Some((file, number, rest)) = position(line, artifact) else { continue };
        let Some((source, first)) = origin(&artifact.files[file].text, number) else { continue };
        let Some(source) = file_of(project, &source) else { continue };
        let reason = if rest.is_empty() { message.clone() } else { rest.to_string() };
        if !found.iter().any(|known| (known.file, known.line) == (source, first)) {
            found.push(Unbuilt { file: source, line: first, problem: Err(reason) });
        }
    }
    found
}

/// The functions that the target language cannot say.
pub fn unsayable(error: &EmitError, project: &Project) -> Vec<Unbuilt> {
    let EmitError::Refused(problems) = error else { return Vec::new() };
    let one = |problem: &crate::diagnostic::Diagnostic| {
        let line = project.sources.get(problem.at.file).line_column(problem.at.span.start).0;
        Unbuilt { file: problem.at.file, line, problem: Ok(problem.clone()) }
    };
    problems.iter().map(one).collect()
}

/// `--> logic/src/shop.rs:12:5` of rustc and `./shop.go:12:5: message` of Go: the file, the line and what is said of it.
fn position<'o>(line: &'o str, artifact: &Artifact) -> Option<(usize, usize, &'o str)> {
    let line = line.trim_start().trim_start_matches("--> ").trim_start_matches("./");
    let mut parts = line.splitn(4, ':');
    let (path, number, _) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    let path = path.trim_start_matches("logic/");
    let file = artifact.files.iter().position(|file| file.path == path)?;
    Some((file, number, parts.next().unwrap_or("").trim()))
}

/// The Python file and first line that the item around a line came from.
fn origin(text: &str, line: usize) -> Option<(String, usize)> {
    let lines: Vec<&str> = text.lines().take(line).collect();
    lines.iter().rev().find_map(|line| {
        let comment = line.trim_start().strip_prefix("//")?;
        comment.split(|c: char| c.is_whitespace() || c == '`').find_map(|word| {
            let (file, place) = word.split_once(".py:")?;
            let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
            Some((format!("{file}.py"), digits.parse().ok()?))
        })
    })
}

/// The file of a project that a comment names, by its path relative to the entry's folder.
fn file_of(project: &Project, name: &str) -> Option<FileId> {
    let folder = project.sources.get(project.entry).path.parent().unwrap_or(Path::new(""));
    project.order.iter().copied().find(|id| {
        let path = &project.sources.get(*id).path;
        path.strip_prefix(folder).unwrap_or(path) == Path::new(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_comment_before_a_line_names_the_item() {
        let rust =
            "/// `shop.py:3-5`\npub fn one() {}\n\n/// Doc.\n///\n/// `shop.py:8-20`\npub fn two() {\n    x\n}\n";
        assert_eq!(origin(rust, 2), Some(("shop.py".into(), 3)));
        assert_eq!(origin(rust, 8), Some(("shop.py".into(), 8)));
        let go = "package logic\n\n// Two is shop.py:8-20.\nfunc Two() {\n\tx\n}\n";
        assert_eq!(origin(go, 5), Some(("shop.py".into(), 8)));
        assert_eq!(origin(go, 1), None);
    }

    #[test]
    fn both_compilers_say_where() {
        let file =
            |path: &str| crate::artifact::GeneratedFile { path: path.into(), text: String::new(), map: Vec::new() };
        let artifact = Artifact {
            target: crate::target::Target::Go,
            package: "shop".into(),
            files: vec![file("shop.go"), file("src/shop.rs")],
            interface: crate::artifact::Interface::default(),
        };
        let rust = "   --> logic/src/shop.rs:12:5";
        assert_eq!(position(rust, &artifact), Some((1, 12, "")));
        assert_eq!(
            position("./shop.go:7:2: declared and not used: x", &artifact),
            Some((0, 7, "declared and not used: x"))
        );
        assert_eq!(position("logic/shop.go:7:2: broken", &artifact), Some((0, 7, "broken")));
        assert_eq!(position("   | ./other.go:7:2: broken", &artifact), None);
    }
}
