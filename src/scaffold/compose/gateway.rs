//! Finds the monolith that services were cut from, and says how it runs in a container.

use super::{ComposeError, Service, compose_path};
use crate::host::Files;
use serde::Serialize;
use std::path::{Component, Path, PathBuf};

/// The folder for what the monolith needs and does not have.
pub const FOLDER: &str = "api-gateway";

/// The interpreter where no lock says which one the translation follows.
const PYTHON: &str = "3.13.7";

/// Versions that are taken where the monolith's requirements name none.
const FLASK: &str = "3.1.2";
const FASTAPI: &str = "0.116.1";
const GUNICORN: &str = "23.0.0";
const UVICORN: &str = "0.35.0";

/// The monolith as gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its folder, seen from the system's.
    pub context: String,
    /// Its Dockerfile, seen from its own folder.
    pub dockerfile: String,
    /// True where it brought that Dockerfile itself.
    pub has_dockerfile: bool,
    /// True where it serves `/metrics`.
    pub has_metrics: bool,
    application: Application,
    python: String,
    has_requirements: bool,
}

/// A web application in a Python file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Application {
    framework: Framework,
    /// What a server is told to run: `monolith:app`.
    target: String,
    has_health: bool,
    has_metrics: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framework {
    Flask,
    FastApi,
}

/// What the monolith's Dockerfile is filled with.
#[derive(Serialize)]
pub struct GatewayFile {
    python: String,
    requirements: bool,
    framework: &'static str,
    framework_version: &'static str,
    server: &'static str,
    server_version: &'static str,
    command: String,
    health: &'static str,
}

/// Finds the monolith: where the user says, else beside the services, else where they were cut from.
pub fn find(
    disk: &dyn Files,
    dir: &Path,
    services: &[Service],
    named: Option<&Path>,
) -> Result<Option<Gateway>, ComposeError> {
    if let Some(path) = named {
        let found = at(disk, dir, path, services);
        return found.map(Some).ok_or_else(|| ComposeError::NoApplication { path: path.to_path_buf() });
    }
    let beside = disk.list(dir).unwrap_or_default().into_iter().filter(|entry| disk.is_dir(entry));
    let beside = beside.filter(|entry| services.iter().all(|service| service.project != *entry));
    let origins = services.iter().filter_map(|service| {
        let folder = service.inputs.source_folder.as_ref()?;
        Some(normal(&service.project.join(folder)))
    });
    Ok(beside.chain(origins).find_map(|path| at(disk, dir, &path, services)))
}

/// The monolith in a folder, or in the folder of an entry file.
fn at(disk: &dyn Files, dir: &Path, path: &Path, services: &[Service]) -> Option<Gateway> {
    let (folder, entries) = match disk.is_file(path) {
        true => (path.parent()?.to_path_buf(), vec![path.to_path_buf()]),
        false => (path.to_path_buf(), disk.list(path).ok()?),
    };
    let application = entries.iter().find_map(|entry| application(disk, entry))?;
    let has_dockerfile = disk.is_file(&folder.join("Dockerfile"));
    let written = dir.join(FOLDER).join("Dockerfile");
    let absolute = |path: &Path| disk.canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let written = absolute(dir).join(written.strip_prefix(dir).ok()?);
    Some(Gateway {
        context: compose_path(&absolute(dir), &absolute(&folder))?,
        dockerfile: match has_dockerfile {
            true => "Dockerfile".to_string(),
            false => super::relative(&absolute(&folder), &written)?,
        },
        has_dockerfile,
        has_metrics: application.has_metrics,
        python: python(services),
        has_requirements: disk.is_file(&folder.join("requirements.txt")),
        application,
    })
}

/// The web application that a Python file makes at its top level.
fn application(disk: &dyn Files, path: &Path) -> Option<Application> {
    let module = path.file_name()?.to_str()?.strip_suffix(".py")?;
    let text = disk.read_text(path).ok()?;
    let made = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.split(':').next()?.trim_end();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let value = value.trim_start().trim_start_matches("flask.").trim_start_matches("fastapi.");
        let framework = match value.split('(').next()? {
            "Flask" => Framework::Flask,
            "FastAPI" => Framework::FastApi,
            _ => return None,
        };
        (is_name && value.contains('(')).then(|| (framework, format!("{module}:{name}")))
    });
    let (framework, target) = made?;
    let serves = |route: &str| text.contains(&format!("\"{route}\"")) || text.contains(&format!("'{route}'"));
    Some(Application { framework, target, has_health: serves("/health"), has_metrics: serves("/metrics") })
}

/// The interpreter that the services follow: `CPython 3.11.7` is `3.11.7`.
fn python(services: &[Service]) -> String {
    let versions = services.iter().filter_map(|service| service.inputs.interpreter.split_whitespace().last());
    let is_version = |text: &&str| text.split('.').count() == 3 && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    versions.filter(is_version).map(str::to_string).next().unwrap_or_else(|| PYTHON.to_string())
}

/// A path without `.` and, where that is possible by its text alone, without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<Component> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.iter().collect()
}

impl Gateway {
    /// What the Dockerfile that is written for it is filled with.
    pub fn context(&self) -> GatewayFile {
        let target = &self.application.target;
        let (framework, framework_version, server, server_version, command) = match self.application.framework {
            Framework::Flask => {
                let command = ["gunicorn", "--bind", "0.0.0.0:8000", "--workers", "1", "--threads", "16", target];
                ("flask", FLASK, "gunicorn", GUNICORN, command.to_vec())
            }
            Framework::FastApi => {
                ("fastapi", FASTAPI, "uvicorn", UVICORN, vec!["uvicorn", "--host", "0.0.0.0", "--port", "8000", target])
            }
        };
        let quoted: Vec<String> = command.iter().map(|word| format!("\"{word}\"")).collect();
        GatewayFile {
            python: self.python.clone(),
            requirements: self.has_requirements,
            framework,
            framework_version,
            server,
            server_version,
            command: quoted.join(", "),
            health: match self.application.has_health {
                true => "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=2)",
                false => "import socket; socket.create_connection(('127.0.0.1', 8000), 2)",
            },
        }
    }
}
