//! Analyses without a measurement that are kept, so that asking again costs a look at the files instead of reading them.
//!
//! ```text
//! .pivot/cache/analyses/9f2c….json    what was printed, and every file, folder and missing path that it depends on
//! ```
//!
//! A file counts as unchanged with the same size and time of change; where the time differs, or is so close to when the
//! analysis was kept that a change might not show, its content decides. A folder likewise, with its entries for a content;
//! what its entries say (that something below it is missing) is not asked again. Who sets a changed file of the same size
//! back to its old time gets the old answer; `pivot clean` empties the cache. What cannot be read, is damaged or was kept by
//! another pivot does not count, and a folder that cannot be written keeps nothing: both are silent.

use crate::host::files::Stamp;
use crate::host::{Disk, Files, Seen};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Programs of fewer files are read anew: that is quicker than anybody notices.
const FEWEST: usize = 100;

/// Analyses that are kept of a project.
const MOST: usize = 16;

/// Changes this close to each other may have the same time.
const RACE: Duration = Duration::from_secs(2);

/// What an analysis prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The report.
    pub report: String,
    /// Problems in the files, for standard error.
    pub problems: String,
}

/// Where one analysis is kept.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// When it was kept, since 1970.
    at: Duration,
    printed: Printed,
    files: Vec<(PathBuf, Option<State>)>,
    folders: Vec<(PathBuf, Listing)>,
    asked: Vec<(PathBuf, Kind)>,
}

/// A file as it was read.
#[derive(Serialize, Deserialize)]
struct State {
    size: u64,
    modified: Duration,
    hash: String,
}

/// A folder as it was listed.
#[derive(Serialize, Deserialize)]
struct Listing {
    modified: Duration,
    /// Of the names in it.
    hash: String,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Missing,
    File,
    Folder,
}

impl Place {
    /// The place for an analysis in a cache; `identity` is everything but files that it depends on.
    pub fn new(cache: &Path, identity: &str) -> Place {
        let program = std::env::current_exe().ok().and_then(|path| Disk.stamp(&path).ok());
        let version = (env!("CARGO_PKG_VERSION"), program.map(|stamp| (stamp.size, stamp.modified)));
        let name = format!("{}.json", &hash(format!("{version:?} {identity}").as_bytes())[..32]);
        Place { folder: cache.join("analyses"), name }
    }

    /// What was printed, where nothing has changed since.
    pub fn find(&self) -> Option<Printed> {
        let text = Disk.read(&self.folder.join(&self.name)).ok()?;
        let (sum, body) = (text.get(..64)?, text.get(64..)?);
        let kept: Kept = (sum == hash(body).as_bytes()).then(|| serde_json::from_slice(body).ok())??;
        let same = kept.files.par_iter().all(|(path, state)| is_same(path, state.as_ref(), kept.at))
            && kept.folders.par_iter().all(|(path, listing)| is_same_folder(path, listing, kept.at))
            && kept.asked.par_iter().all(|(path, kind)| self::kind(path) == *kind);
        same.then_some(kept.printed)
    }

    /// Keeps what was printed, with the files that it depends on; `began` is from before any of them was read.
    pub fn keep(&self, printed: Printed, seen: &Seen, began: Duration) {
        if seen.read.len() < FEWEST {
            return;
        }
        let files: Vec<&PathBuf> = seen.read.iter().filter(|path| !is_implied(path, &seen.listed)).collect();
        let is_new = |path: &&PathBuf| !seen.read.contains(*path) && !is_implied(path, &seen.listed);
        let kept = Kept {
            at: began,
            printed,
            files: files.par_iter().map(|path| (path.to_path_buf(), state(path))).collect(),
            folders: seen.listed.iter().map(|path| (path.clone(), listing(path))).collect(),
            asked: seen.asked.iter().filter(is_new).map(|path| (path.clone(), kind(path))).collect(),
        };
        // A file that changed while it was read may have been seen half old, half new.
        let is_settled = |state: &State| state.modified <= began;
        if !kept.files.iter().all(|(_, state)| state.as_ref().is_none_or(is_settled)) {
            return;
        }
        let Ok(body) = serde_json::to_vec(&kept) else { return };
        let text = [hash(&body).into_bytes(), body].concat();
        // Nothing is lost where this fails: the next analysis reads the files again.
        let _ = Disk.write(&self.folder.join(&self.name), &text);
        self.make_room();
    }

    /// Removes the oldest analyses where there are too many.
    fn make_room(&self) {
        let mut all: Vec<(Duration, PathBuf)> = Vec::new();
        for path in Disk.list(&self.folder).unwrap_or_default() {
            all.extend(Disk.stamp(&path).ok().map(|stamp| (stamp.modified, path)));
        }
        all.sort();
        let surplus = all.len().saturating_sub(MOST);
        for (_, path) in all.into_iter().take(surplus) {
            let _ = Disk.remove_file(&path);
        }
    }
}

fn is_same(path: &Path, state: Option<&State>, kept: Duration) -> bool {
    match (state, Disk.stamp(path)) {
        (None, now) => now.is_err(),
        (Some(_), Err(_)) => false,
        (Some(old), Ok(now)) if now.size != old.size => false,
        (Some(old), Ok(now)) => {
            let is_certain = now.modified == old.modified && old.modified + RACE < kept;
            is_certain || content(path).as_deref() == Some(&old.hash)
        }
    }
}

fn is_same_folder(path: &Path, old: &Listing, kept: Duration) -> bool {
    let now = Disk.stamp(path).ok().filter(|stamp| stamp.is_folder).map(|stamp| stamp.modified);
    let is_certain = now == Some(old.modified) && old.modified + RACE < kept;
    is_certain || entries(path) == old.hash
}

/// True where the entries of a folder that was listed say that there is nothing at this path.
fn is_implied(path: &Path, listed: &BTreeSet<PathBuf>) -> bool {
    let parents = path.ancestors().zip(path.ancestors().skip(1));
    for (missing, folder) in parents {
        if is_left_out(missing.file_name().unwrap_or_default()) || kind(missing) != Kind::Missing {
            return false;
        }
        if listed.contains(folder) {
            return true;
        }
    }
    false
}

fn state(path: &Path) -> Option<State> {
    let Stamp { size, modified, .. } = Disk.stamp(path).ok()?;
    Some(State { size, modified, hash: content(path)? })
}

fn content(path: &Path) -> Option<String> {
    Disk.read(path).ok().map(|bytes| hash(&bytes))
}

fn kind(path: &Path) -> Kind {
    match Disk.stamp(path) {
        Err(_) => Kind::Missing,
        Ok(stamp) if stamp.is_folder => Kind::Folder,
        Ok(_) => Kind::File,
    }
}

fn listing(folder: &Path) -> Listing {
    // The time is from before: an entry that comes in between makes another time.
    let modified = Disk.stamp(folder).map(|stamp| stamp.modified).unwrap_or_default();
    Listing { modified, hash: entries(folder) }
}

/// What Python and we ourselves put into folders.
fn is_left_out(name: &OsStr) -> bool {
    name == "__pycache__" || name == ".pivot"
}

/// The names in a folder, without those that are left out, as a hash.
fn entries(folder: &Path) -> String {
    let mut names = Vec::new();
    for path in Disk.list(folder).unwrap_or_default() {
        let name = path.file_name().unwrap_or_default();
        if !is_left_out(name) {
            names.extend(name.as_encoded_bytes());
            names.push(0);
        }
    }
    hash(&names)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{clock, scratch_dir};

    /// A folder with enough files, what was seen of it, and the place of its analysis.
    struct Project {
        folder: tempfile::TempDir,
        seen: Seen,
    }

    impl Project {
        fn new() -> Project {
            let folder = scratch_dir().expect("a folder");
            let mut seen = Seen::default();
            for number in 0..FEWEST {
                let path = folder.path().join(format!("src/m{number}.py"));
                Disk.write(&path, b"x = 1\n").expect("written");
                seen.read.insert(path);
            }
            seen.listed.insert(folder.path().join("src"));
            // So that the time of the next change is another one, however soon it comes.
            set_modified(&folder.path().join("src"), clock::since_1970() - Duration::from_secs(3600));
            seen.asked.insert(folder.path().join("src/none.py"));
            Project { folder, seen }
        }

        fn place(&self) -> Place {
            Place::new(&self.folder.path().join("cache"), "identity")
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// Keeps as if it were an hour later, so that times of change are certain.
        fn keep(&self) {
            self.place().keep(printed(), &self.seen, clock::since_1970() + Duration::from_secs(3600));
        }
    }

    fn set_modified(path: &Path, time: Duration) {
        let file = std::fs::File::open(path).expect("there");
        file.set_modified(std::time::UNIX_EPOCH + time).expect("set");
    }

    fn printed() -> Printed {
        Printed { report: "1 slow".into(), problems: String::new() }
    }

    #[test]
    fn the_same_files_give_the_same_answer() {
        let project = Project::new();
        assert_eq!(project.place().find(), None);
        project.keep();
        assert_eq!(project.place().find(), Some(printed()));
        assert_eq!(Place::new(&project.path("cache"), "another").find(), None);
    }

    #[test]
    fn changed_new_and_removed_files_count() {
        for change in [
            (|project: &Project| Disk.write(&project.path("src/m7.py"), b"x = 12\n").is_ok()) as fn(&Project) -> bool,
            |project| Disk.write(&project.path("src/m7.py"), b"x = 2\n").is_ok(),
            |project| Disk.write(&project.path("src/new.py"), b"").is_ok(),
            |project| Disk.remove_file(&project.path("src/m7.py")).is_ok(),
            |project| Disk.create_dir_all(&project.path("src/none.py")).is_ok(),
        ] {
            let project = Project::new();
            project.keep();
            assert!(change(&project));
            assert_eq!(project.place().find(), None);
        }
    }

    #[test]
    fn what_a_listed_folder_says_is_not_kept_and_still_counts() {
        let project = Project::new();
        let mut seen = project.seen.clone();
        seen.read.insert(project.path("src/.gitignore"));
        seen.asked.extend(["src/none/of/this.py", "src/m7.py", "other.py"].map(|name| project.path(name)));
        project.place().keep(printed(), &seen, clock::since_1970() + Duration::from_secs(3600));
        let text = Disk.read_text(&project.place().folder.join(project.place().name)).expect("kept");
        assert!(!text.contains("none") && !text.contains("gitignore"), "{text}");
        assert!(text.contains("other.py"), "its folder was not listed: {text}");
        for name in ["src/none/of/this.py", "src/.gitignore", "other.py"] {
            assert_eq!(project.place().find(), Some(printed()));
            Disk.write(&project.path(name), b"x = 1\n").expect("written");
            assert_eq!(project.place().find(), None, "{name}");
            Disk.remove_file(&project.path(name)).expect("removed");
            let _ = Disk.remove_dir_all(&project.path("src/none"));
        }
    }

    #[test]
    fn a_folder_that_changes_right_after_is_seen_by_its_entries() {
        let project = Project::new();
        let folder = project.path("src");
        let now = clock::since_1970();
        set_modified(&folder, now);
        project.place().keep(printed(), &project.seen, now);
        Disk.write(&project.path("src/new.py"), b"").expect("written");
        set_modified(&folder, now);
        assert_eq!(project.place().find(), None);
    }

    #[test]
    fn a_file_written_again_with_the_same_content_is_the_same() {
        let project = Project::new();
        project.keep();
        Disk.write(&project.path("src/m7.py"), b"x = 1\n").expect("written");
        Disk.create_dir_all(&project.path("src/__pycache__")).expect("made");
        assert_eq!(project.place().find(), Some(printed()));
    }

    #[test]
    fn a_change_right_after_is_seen_by_content() {
        let project = Project::new();
        let path = project.path("src/m7.py");
        let before = Disk.stamp(&path).expect("there").modified;
        project.place().keep(printed(), &project.seen, clock::since_1970());
        Disk.write(&path, b"x = 2\n").expect("written");
        set_modified(&path, before);
        assert_eq!(project.place().find(), None);
    }

    #[test]
    fn only_an_old_time_set_on_purpose_hides_a_change_of_the_same_size() {
        let project = Project::new();
        let path = project.path("src/m7.py");
        let before = Disk.stamp(&path).expect("there").modified;
        project.keep();
        Disk.write(&path, b"x = 2\n").expect("written");
        set_modified(&path, before);
        assert_eq!(project.place().find(), Some(printed()), "as the component's documentation says");
    }

    #[test]
    fn damage_does_no_harm() {
        let project = Project::new();
        project.keep();
        let path = project.place().folder.join(project.place().name);
        let text = Disk.read(&path).expect("kept");
        let mut wrong = text.clone();
        let at = wrong.iter().position(|byte| *byte == b'1').filter(|at| *at > 64).unwrap_or(100);
        wrong[at] ^= 1;
        for damaged in [&b""[..], b"{}", &text[..text.len() / 2], &wrong] {
            Disk.write(&path, damaged).expect("written");
            assert_eq!(project.place().find(), None);
        }
        project.keep();
        assert_eq!(project.place().find(), Some(printed()));
    }

    #[test]
    fn small_programs_and_files_that_change_meanwhile_are_not_kept() {
        let project = Project::new();
        let few = Seen { read: project.seen.read.iter().take(3).cloned().collect(), ..Seen::default() };
        project.place().keep(printed(), &few, clock::since_1970());
        project.place().keep(printed(), &project.seen, Duration::ZERO);
        assert_eq!(project.place().find(), None);
        assert!(!Disk.is_dir(&project.path("cache")));
    }

    #[test]
    fn only_the_latest_stay() {
        let project = Project::new();
        for number in 0..MOST + 3 {
            let place = Place::new(&project.path("cache"), &number.to_string());
            place.keep(printed(), &project.seen, clock::since_1970());
        }
        assert_eq!(Disk.list(&project.path("cache/analyses")).expect("there").len(), MOST);
    }
}
