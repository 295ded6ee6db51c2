//! `pivot clean`: empties the cache of a project. Recordings, baselines and what was generated stay.

use super::args::CleanArgs;
use super::console::Console;
use super::exit::{Exit, cannot};
use super::settings;
use crate::host::{Disk, Files};

/// Removes `.pivot/cache` at the project's root, if it is there.
pub fn run(args: &CleanArgs, console: &mut Console) -> anyhow::Result<Exit> {
    if !Disk.is_dir(&args.path) && !Disk.is_file(&args.path) {
        return Err(cannot(format!("there is no {}", args.path.display()), "name the project's folder"));
    }
    let cache = settings::project_root(&Disk, &args.path).join(".pivot/cache");
    if !Disk.is_dir(&cache) {
        console.note(&format!("there is no cache: {} does not exist", cache.display()));
        return Ok(Exit::Done);
    }
    Disk.remove_dir_all(&cache)
        .map_err(|error| cannot(format!("cannot remove {}: {error}", cache.display()), "check its permissions"))?;
    console.note(&format!("{} is empty now", cache.display()));
    Ok(Exit::Done)
}
