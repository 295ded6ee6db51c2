//! The system around what was cut so far: the services, the monolith as their gateway, and what watches over them.
//!
//! ```text
//! DIR/service-b-rust/pivot.lock   ->  pricing-service    :8001   its own Dockerfile
//! DIR/service-c-go/pivot.lock     ->  inventory-service  :8002   its own Dockerfile
//! the monolith they were cut from ->  api-gateway        :8000   its own Dockerfile, or one written here
//!                                     redis :6379, prometheus :9090, grafana :3000
//! ```
//!
//! `compose` reads and returns; [`write_system`] writes. What is absent: nothing is started, and the monolith's folder is
//! never written to.

mod discover;
mod gateway;

pub use discover::Service;
pub use gateway::Gateway;

use super::ProjectFiles;
use super::error::{ScaffoldError, WriteError};
use super::lock::relative;
use super::template::Templates;
use super::write::{Fingerprints, Folder, Record, Written, fingerprints, lock_error, read_record};
use crate::host::Files;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What a system is made with.
#[derive(Clone, Debug)]
pub struct ComposeOptions<'a> {
    /// Templates to use.
    pub templates: &'a Templates,
    /// The monolith's folder or entry file; found by itself where it is not given.
    pub monolith: Option<PathBuf>,
}

/// A system that has not been written yet.
#[derive(Clone, Debug)]
pub struct System {
    /// Its files, with paths relative to its folder, sorted.
    pub files: ProjectFiles,
    /// The services in it.
    pub services: Vec<Service>,
    /// The monolith, where there is one.
    pub gateway: Option<Gateway>,
}

/// Why there is no system.
#[derive(Debug, Error)]
pub enum ComposeError {
    /// No folder holds a generated service.
    #[error("{dir}: no generated service is in there")]
    NoServices {
        /// The folder that was searched.
        dir: PathBuf,
    },
    /// The folder named as the monolith's holds no web application.
    #[error("{path}: no Flask or FastAPI application is in there")]
    NoApplication {
        /// The folder or file.
        path: PathBuf,
    },
    /// A lock of a generated project cannot be read.
    #[error(transparent)]
    Lock(#[from] WriteError),
    /// A template failed.
    #[error(transparent)]
    Scaffold(#[from] ScaffoldError),
    /// The disk refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
}

/// Reads the projects under `dir` and returns the system around them.
pub fn compose(disk: &dyn Files, dir: &Path, options: &ComposeOptions) -> Result<System, ComposeError> {
    let services = discover::services(disk, dir)?;
    if services.is_empty() {
        return Err(ComposeError::NoServices { dir: dir.to_path_buf() });
    }
    let gateway = gateway::find(disk, dir, &services, options.monolith.as_deref())?;
    let context = Context {
        name: project_name(disk, dir),
        gateway: gateway.as_ref().map(|gateway| GatewayContext::of(gateway, &services)),
        scrape_gateway: gateway.as_ref().is_some_and(|gateway| gateway.has_metrics),
        services: &services,
    };
    let mut files = options.templates.render("system/", &context)?;
    if let Some(gateway) = gateway.as_ref().filter(|gateway| !gateway.has_dockerfile) {
        let own = options.templates.render("gateway/", &gateway.context())?;
        files.extend(own.into_iter().map(|(path, text)| (Path::new(gateway::FOLDER).join(path), text)));
    }
    files.sort();
    Ok(System { files, services, gateway })
}

/// Where the record of a system is.
const RECORD: &str = ".pivot/compose.lock";

/// Where the record of a run that was not finished is.
const PENDING: &str = ".pivot/compose.pending";

/// The record of a system: fingerprints of the files that were written.
#[derive(Serialize, Deserialize)]
struct SystemLock {
    schema: u32,
    files: Fingerprints,
}

/// Writes a system to `dir`, or refuses and changes nothing: where a file was edited since it was written, or one that
/// pivot did not write has its name.
pub fn write_system(system: &System, disk: &dyn Files, dir: &Path) -> Result<Written, WriteError> {
    let lock = SystemLock { schema: 1, files: fingerprints(&system.files) };
    let text = serde_json::to_string_pretty(&lock).map_err(|problem| lock_error(&dir.join(RECORD), &problem))? + "\n";
    let folder = Folder::open(disk, dir, read_lock(disk, &dir.join(RECORD))?, read_lock(disk, &dir.join(PENDING))?)?;
    folder.update(&system.files, &Record { path: RECORD, pending: PENDING, text })
}

fn read_lock(disk: &dyn Files, path: &Path) -> Result<Fingerprints, WriteError> {
    let Some(text) = read_record(disk, path)? else { return Ok(Fingerprints::new()) };
    let lock: SystemLock = serde_json::from_str(&text).map_err(|problem| lock_error(path, &problem))?;
    if lock.schema == 1 { Ok(lock.files) } else { Err(lock_error(path, &"its form is not known to this version")) }
}

#[derive(Serialize)]
struct Context<'a> {
    name: String,
    gateway: Option<GatewayContext>,
    scrape_gateway: bool,
    services: &'a [Service],
}

#[derive(Serialize)]
struct GatewayContext {
    context: String,
    dockerfile: String,
    urls: Vec<Url>,
}

#[derive(Serialize)]
struct Url {
    variable: String,
    url: String,
}

impl GatewayContext {
    fn of(gateway: &Gateway, services: &[Service]) -> GatewayContext {
        let mut urls: Vec<Url> = Vec::new();
        for service in services {
            let url = format!("http://{}:{}", service.name, service.port);
            let named = service.name.to_ascii_uppercase().replace('-', "_");
            for variable in [format!("{}_SERVICE_URL", service.language.to_ascii_uppercase()), format!("{named}_URL")] {
                if urls.iter().all(|known| known.variable != variable) {
                    urls.push(Url { variable, url: url.clone() });
                }
            }
        }
        GatewayContext { context: gateway.context.clone(), dockerfile: gateway.dockerfile.clone(), urls }
    }
}

/// The system's name: its folder's, as Compose wants names.
fn project_name(disk: &dyn Files, dir: &Path) -> String {
    let whole = disk.canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    let name = whole.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let kept: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let name = kept.trim_matches(['-', '_']);
    if name.is_empty() { "system".to_string() } else { name.to_string() }
}

/// A path of the system's files to a folder, as Compose reads it.
fn compose_path(from: &Path, to: &Path) -> Option<String> {
    let path = relative(from, to)?;
    Some(if path.starts_with("..") || path == "." { path } else { format!("./{path}") })
}

#[cfg(test)]
mod tests;
