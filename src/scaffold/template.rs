//! Templates of shells: the one file that names the template engine.
//!
//! A template `rust/service/Cargo.toml.hbs` becomes `service/Cargo.toml`; a file without `.hbs` is copied as it is.
//! Templates are strict (an unknown name is an error), escape nothing, and know loops and conditions only. They are
//! embedded in the binary; a folder given by the user overrides them file by file.

use super::embedded::EMBEDDED;
use super::error::ScaffoldError;
use crate::host::Files;
use handlebars::{Handlebars, no_escape};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Templates by name, as they will be used.
#[derive(Clone, Debug)]
pub struct Templates {
    texts: BTreeMap<String, String>,
}

impl Default for Templates {
    fn default() -> Self {
        Templates { texts: EMBEDDED.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect() }
    }
}

impl Templates {
    /// The built-in templates with those of `dir` in their place; every file there must be called after a template.
    pub fn overridden(files: &dyn Files, dir: &Path) -> Result<Templates, ScaffoldError> {
        let mut templates = Templates::default();
        templates.take(files, dir, "")?;
        Ok(templates)
    }

    fn take(&mut self, files: &dyn Files, dir: &Path, prefix: &str) -> Result<(), ScaffoldError> {
        let io = |path: &Path| {
            let path = path.to_path_buf();
            move |source| ScaffoldError::Io { path, source }
        };
        for path in files.list(dir).map_err(io(dir))? {
            let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
            if files.is_dir(&path) {
                self.take(files, &path, &format!("{name}/"))?;
            } else if let Some(text) = self.texts.get_mut(&name) {
                *text = files.read_text(&path).map_err(io(&path))?;
            } else {
                return Err(ScaffoldError::UnknownTemplate { path });
            }
        }
        Ok(())
    }

    /// Renders every template whose name starts with `prefix`; paths are what follows it.
    pub fn render(&self, prefix: &str, data: &impl Serialize) -> Result<Vec<(PathBuf, String)>, ScaffoldError> {
        let ours =
            self.texts.iter().filter_map(|(name, text)| name.strip_prefix(prefix).map(|rest| (name, rest, text)));
        ours.map(|(name, rest, text)| match rest.strip_suffix(".hbs") {
            None => Ok((PathBuf::from(rest), text.clone())),
            Some(path) => Ok((PathBuf::from(path), render(name, text, data)?)),
        })
        .collect()
    }

    /// A hash over all names and texts: two runs with the same hash make the same shells from the same data.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in &self.texts {
            hash.update(format!("{} {}\n{name}{text}", name.len(), text.len()));
        }
        format!("{:x}", hash.finalize())
    }
}

fn render(name: &str, text: &str, data: &impl Serialize) -> Result<String, ScaffoldError> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    let failed = |reason: String| ScaffoldError::Template { name: name.to_string(), reason };
    engine.render_template(text, data).map_err(|problem| failed(problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn templates(texts: &[(&str, &str)]) -> Templates {
        Templates { texts: texts.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect() }
    }

    #[test]
    fn renders_what_ends_in_hbs_and_copies_the_rest() {
        let templates = templates(&[("x/a.txt.hbs", "<{{n}}>"), ("x/b.txt", "{{n}}"), ("y/c", "")]);
        let files = templates.render("x/", &json!({"n": "<1>"})).unwrap();
        assert_eq!(files, [("a.txt".into(), "<<1>>".to_string()), ("b.txt".into(), "{{n}}".to_string())]);
    }

    #[test]
    fn refuses_an_unknown_name() {
        let problem = templates(&[("x/a.hbs", "{{nobody}}")]).render("x/", &json!({})).unwrap_err();
        assert!(matches!(problem, ScaffoldError::Template { name, .. } if name == "x/a.hbs"));
    }

    #[test]
    fn hash_follows_the_texts() {
        assert_ne!(templates(&[("a", "bc")]).hash(), templates(&[("ab", "c")]).hash());
    }

    #[test]
    fn every_file_of_the_templates_folder_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let on_disk = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap);
        let on_disk = on_disk.filter(|entry| entry.file_type().is_file());
        let names: Vec<String> =
            on_disk.map(|entry| entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_string()).collect();
        let mut embedded: Vec<String> = EMBEDDED.iter().map(|(name, _)| name.to_string()).collect();
        embedded.sort();
        let mut names = names;
        names.sort();
        assert_eq!(names, embedded);
    }
}
