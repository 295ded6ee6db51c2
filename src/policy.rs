//! A policy file (`profiles/*.yaml`, `pivot.yaml`) read once into plain data.
//!
//! ```yaml
//! extends: conservative            # a profile by name; balanced when absent
//! evidence:
//!   minimum_calls: 5000            # what is not said stays as in the profile
//! needs:
//!   pricing: [independent_scaling]
//! ```
//!
//! A policy changes speed, size and strictness of evidence, never results. The three profiles are inside the binary;
//! a file may replace them (`--profile FILE`), and a `pivot.yaml` beside the source is laid over whichever profile is
//! chosen. A key that is not known is an error with its line.

use crate::host::Files;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The profiles inside the binary: name and text.
pub const PROFILES: [(&str, &str); 3] = [
    ("conservative", include_str!("../profiles/conservative.yaml")),
    ("balanced", include_str!("../profiles/balanced.yaml")),
    ("aggressive", include_str!("../profiles/aggressive.yaml")),
];

/// The profile used when none is named.
pub const DEFAULT_PROFILE: &str = "balanced";

/// The file beside the source that is laid over the profile.
pub const PROJECT_FILE: &str = "pivot.yaml";

/// Everything that a user may decide about a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// Where it comes from, for people: `balanced`, `balanced + pivot.yaml`, `strict.yaml`.
    #[serde(skip)]
    pub name: String,
    /// How Python's integers are held.
    pub integers: Integers,
    /// How generated code is compiled.
    pub build: Build,
    /// What must be compared before a function counts as equal.
    pub evidence: Evidence,
    /// When a function is worth moving, and how far.
    pub verdicts: Verdicts,
    /// Reasons besides speed, by dotted module or function name.
    pub needs: BTreeMap<String, Vec<Need>>,
}

/// How Python's integers are held in translated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integers {
    /// 64 bits with a check on every operation; a result beyond that is a guard.
    Checked64,
}

/// How generated code is compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// Settings of `cargo build --release`. Overflow checks are on and panics unwind under every policy.
    pub rust: RustBuild,
    /// Settings of `go build`.
    pub go: GoBuild,
}

/// `[profile.release]` of a generated Rust workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RustBuild {
    /// `opt-level`, 0 to 3.
    pub opt_level: u8,
    /// `lto`.
    pub lto: Lto,
    /// `codegen-units`, at least 1.
    pub codegen_units: u16,
    /// `strip`: leave symbols out of the binary.
    pub strip: bool,
}

/// Link-time optimisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lto {
    /// None.
    Off,
    /// Across crates, in parallel.
    Thin,
    /// Across crates, as one.
    Fat,
}

impl Lto {
    /// The word that Cargo takes.
    pub fn word(self) -> &'static str {
        match self {
            Lto::Off => "off",
            Lto::Thin => "thin",
            Lto::Fat => "fat",
        }
    }
}

/// Flags of `go build` for a generated Go module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoBuild {
    /// Lowest x86-64 level that the binary runs on, as `GOAMD64` takes it.
    pub goamd64: GoAmd64,
    /// `-trimpath`: no paths of the building machine in the binary.
    pub trimpath: bool,
    /// `-ldflags=-s -w`: leave symbols out of the binary.
    pub strip: bool,
}

impl GoBuild {
    /// The arguments of `go build`.
    pub fn flags(&self) -> Vec<String> {
        let flags = [(self.trimpath, "-trimpath"), (self.strip, "-ldflags=-s -w")];
        flags.iter().filter(|(on, _)| *on).map(|(_, flag)| flag.to_string()).collect()
    }

    /// The environment of `go build`.
    pub fn environment(&self) -> [(&'static str, &'static str); 1] {
        [("GOAMD64", self.goamd64.word())]
    }
}

/// A level of x86-64. `v3` is absent: there the Go compiler fuses `x*y + z`, which rounds differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GoAmd64 {
    /// Every x86-64 machine.
    V1,
    /// SSE4.2 and POPCNT.
    V2,
}

impl GoAmd64 {
    /// The word that the variable `GOAMD64` takes.
    pub fn word(self) -> &'static str {
        match self {
            GoAmd64::V1 => "v1",
            GoAmd64::V2 => "v2",
        }
    }
}

/// What must be compared before a function counts as equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Answers compared without a difference; guards do not count.
    pub minimum_calls: u32,
    /// Inputs made up per function, beside those recorded.
    pub generated_calls: u32,
}

/// When a function is worth moving, and how far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdicts {
    /// Share of the CPU below which nothing is worth moving.
    pub minimum_share_percent: f64,
    /// Share of the CPU from which an in-process extension is worth its second language.
    pub in_process_share_percent: f64,
    /// What a call over the network is taken to cost, in microseconds.
    pub round_trip_us: f64,
    /// How many round trips of work a call must hold before it may become a service.
    pub break_even_factor: f64,
    /// Share of the wall time above which a function waits rather than computes.
    pub waiting_percent: f64,
    /// Share of the CPU inside native libraries above which there is little left to win.
    pub native_percent: f64,
}

impl Verdicts {
    /// Work per call, in microseconds, from which a service may pay.
    pub fn break_even_us(&self) -> f64 {
        self.round_trip_us * self.break_even_factor
    }
}

/// A reason besides speed to put code into a service of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Answers within a tight bound.
    Latency,
    /// Thousands of connections at a time.
    Concurrency,
    /// More or fewer replicas than the rest.
    IndependentScaling,
    /// Its failures must not be the rest's.
    Isolation,
    /// A team of its own.
    Team,
    /// Callers in other languages or systems.
    OtherCallers,
    /// The data behind it belongs to it alone.
    Ownership,
}

/// Why a policy could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Neither a profile nor a file.
    #[error("no profile or file named `{0}`")]
    Unknown(String),
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not say what a policy says.
    #[error("{file}:{line}:{column}: {message}")]
    Invalid {
        /// The file as the user would type it, or `profile balanced`.
        file: String,
        /// Line from 1.
        line: usize,
        /// Column from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

impl PolicyError {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            PolicyError::Unknown(_) => {
                format!("profiles are {}; or give the path of a policy file", profile_names().join(", "))
            }
            PolicyError::Unreadable { .. } => "check the path and its permissions".into(),
            PolicyError::Invalid { .. } => format!("`pivot explain {DEFAULT_PROFILE}` prints a whole file"),
        }
    }
}

/// The names of the profiles inside the binary.
pub fn profile_names() -> [&'static str; 3] {
    PROFILES.map(|(name, _)| name)
}

impl Policy {
    /// A profile inside the binary.
    pub fn profile(name: &str) -> Result<Policy, PolicyError> {
        let (name, text) =
            PROFILES.iter().find(|(known, _)| *known == name).ok_or_else(|| PolicyError::Unknown(name.to_string()))?;
        let label = format!("profile {name}");
        let whole: Whole = parse(text, &label)?;
        Ok(Policy { name: name.to_string(), ..whole.into() })
    }

    /// The policy of a run: the chosen profile or file (else what `pivot.yaml` extends, else balanced), with the
    /// `pivot.yaml` of the project folder laid over a profile. A file that was chosen stands alone.
    pub fn load(files: &dyn Files, chosen: Option<&str>, project: &Path) -> Result<Policy, PolicyError> {
        if let Some(path) = chosen.filter(|word| !profile_names().contains(word)) {
            let path = Path::new(path);
            if !files.is_file(path) {
                return Err(PolicyError::Unknown(path.display().to_string()));
            }
            let overlay = read_overlay(files, path)?;
            let base = Policy::profile(overlay.extends.as_deref().unwrap_or(DEFAULT_PROFILE))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return checked(Policy { name, ..overlay.over(base) }, path);
        }
        let path = project.join(PROJECT_FILE);
        if !files.is_file(&path) {
            return Policy::profile(chosen.unwrap_or(DEFAULT_PROFILE));
        }
        let overlay = read_overlay(files, &path)?;
        let base = Policy::profile(chosen.or(overlay.extends.as_deref()).unwrap_or(DEFAULT_PROFILE))?;
        let name = format!("{} + {PROJECT_FILE}", base.name);
        checked(Policy { name, ..overlay.over(base) }, &path)
    }

    /// The needs declared for a dotted name: its own and those of the modules and classes around it.
    pub fn needs_of(&self, name: &str) -> Vec<Need> {
        let covers =
            |declared: &str| name.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let mut needs = Vec::new();
        for need in self.needs.iter().filter(|(declared, _)| covers(declared)).flat_map(|(_, needs)| needs) {
            if !needs.contains(need) {
                needs.push(*need);
            }
        }
        needs
    }

    /// SHA-256 of what the policy says, wherever it was written; in hexadecimal.
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn read_overlay(files: &dyn Files, path: &Path) -> Result<Overlay, PolicyError> {
    let unreadable = |source| PolicyError::Unreadable { path: path.to_path_buf(), source };
    let text = files.read_text(path).map_err(unreadable)?;
    let nothing = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if nothing { Ok(Overlay::default()) } else { parse(&text, &path.display().to_string()) }
}

/// Numbers that parse and still make no sense are errors of the file as a whole.
fn checked(policy: Policy, path: &Path) -> Result<Policy, PolicyError> {
    let verdicts = &policy.verdicts;
    let percents = [
        ("minimum_share_percent", verdicts.minimum_share_percent),
        ("in_process_share_percent", verdicts.in_process_share_percent),
        ("waiting_percent", verdicts.waiting_percent),
        ("native_percent", verdicts.native_percent),
    ];
    let complaint = percents
        .iter()
        .find(|(_, value)| !(0.0..=100.0).contains(value))
        .map(|(name, value)| format!("`verdicts.{name}` is {value}, not between 0 and 100"))
        .or((policy.build.rust.opt_level > 3).then(|| "`build.rust.opt_level` is not between 0 and 3".into()))
        .or((policy.build.rust.codegen_units == 0).then(|| "`build.rust.codegen_units` is 0".into()))
        .or((policy.evidence.minimum_calls == 0)
            .then(|| "`evidence.minimum_calls` is 0: nothing would be proven".into()))
        .or((!(verdicts.round_trip_us > 0.0 && verdicts.break_even_factor > 0.0))
            .then(|| "`verdicts.round_trip_us` and `verdicts.break_even_factor` must be above 0".into()));
    match complaint {
        Some(message) => Err(PolicyError::Invalid { file: path.display().to_string(), line: 1, column: 1, message }),
        None => Ok(policy),
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, file: &str) -> Result<T, PolicyError> {
    serde_yaml::from_str(text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let said = error.to_string();
        let message = said.split(" at line ").next().unwrap_or(&said).to_string();
        PolicyError::Invalid { file: file.to_string(), line, column, message }
    })
}

/// Writes, for each struct of settings, the whole form (every key required, for the profiles inside the binary) and
/// the overlay (every key optional, for files of users), so that neither can forget a key of the other.
macro_rules! forms {
    ($($whole:ident $overlay:ident => $plain:ident { $($field:ident: $kind:ty,)* } nested { $($inner:ident: $inner_whole:ident $inner_overlay:ident,)* })*) => {$(
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $whole { $($field: $kind,)* $($inner: $inner_whole,)* }

        impl From<$whole> for $plain {
            fn from(whole: $whole) -> $plain {
                $plain { $($field: whole.$field,)* $($inner: whole.$inner.into(),)* }
            }
        }

        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct $overlay { $($field: Option<$kind>,)* $($inner: $inner_overlay,)* }

        impl $overlay {
            fn over(self, base: $plain) -> $plain {
                $plain { $($field: self.$field.unwrap_or(base.$field),)* $($inner: self.$inner.over(base.$inner),)* }
            }
        }
    )*};
}

forms! {
    WholeRust OverRust => RustBuild { opt_level: u8, lto: Lto, codegen_units: u16, strip: bool, } nested {}
    WholeGo OverGo => GoBuild { goamd64: GoAmd64, trimpath: bool, strip: bool, } nested {}
    WholeBuild OverBuild => Build {} nested { rust: WholeRust OverRust, go: WholeGo OverGo, }
    WholeEvidence OverEvidence => Evidence { minimum_calls: u32, generated_calls: u32, } nested {}
    WholeVerdicts OverVerdicts => Verdicts {
        minimum_share_percent: f64, in_process_share_percent: f64, round_trip_us: f64, break_even_factor: f64,
        waiting_percent: f64, native_percent: f64,
    } nested {}
}

type Needs = BTreeMap<String, Vec<Need>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    integers: Integers,
    build: WholeBuild,
    evidence: WholeEvidence,
    verdicts: WholeVerdicts,
    needs: Needs,
}

impl From<Whole> for Policy {
    fn from(whole: Whole) -> Policy {
        Policy {
            name: String::new(),
            integers: whole.integers,
            build: whole.build.into(),
            evidence: whole.evidence.into(),
            verdicts: whole.verdicts.into(),
            needs: whole.needs,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Overlay {
    extends: Option<String>,
    integers: Option<Integers>,
    build: OverBuild,
    evidence: OverEvidence,
    verdicts: OverVerdicts,
    needs: Option<Needs>,
}

impl Overlay {
    fn over(self, base: Policy) -> Policy {
        Policy {
            name: base.name,
            integers: self.integers.unwrap_or(base.integers),
            build: self.build.over(base.build),
            evidence: self.evidence.over(base.evidence),
            verdicts: self.verdicts.over(base.verdicts),
            needs: self.needs.unwrap_or(base.needs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    fn load(chosen: Option<&str>, files: &[(&str, &str)]) -> Result<Policy, PolicyError> {
        let files = Memory::with(files.iter().copied());
        Policy::load(&files, chosen, Path::new("shop"))
    }

    #[test]
    fn profiles_parse_make_sense_and_differ() {
        let all: Vec<Policy> = profile_names()
            .iter()
            .map(|name| checked(Policy::profile(name).unwrap(), Path::new(name)).unwrap())
            .collect();
        assert_eq!(all.iter().map(|policy| policy.evidence.minimum_calls).collect::<Vec<_>>(), [3000, 1000, 300]);
        for (index, policy) in all.iter().enumerate() {
            assert!(policy.evidence.generated_calls > policy.evidence.minimum_calls);
            for other in &all[..index] {
                assert_ne!(policy.build, other.build);
                assert_ne!(policy.evidence, other.evidence);
                assert_ne!(policy.verdicts, other.verdicts);
                assert_ne!(policy.fingerprint(), other.fingerprint());
                assert_eq!(policy.integers, other.integers);
            }
        }
    }

    #[test]
    fn default_is_balanced() {
        assert_eq!(load(None, &[]).unwrap(), Policy::profile("balanced").unwrap());
    }

    #[test]
    fn project_file_is_laid_over_the_profile() {
        let text = "extends: conservative\nevidence: {minimum_calls: 7}\nneeds: {pricing: [isolation]}\n";
        let policy = load(None, &[("shop/pivot.yaml", text)]).unwrap();
        assert_eq!((policy.evidence.minimum_calls, policy.evidence.generated_calls), (7, 3600));
        assert_eq!(policy.name, "conservative + pivot.yaml");
        let typed = load(Some("aggressive"), &[("shop/pivot.yaml", text)]).unwrap();
        assert_eq!((typed.evidence.minimum_calls, typed.evidence.generated_calls), (7, 400));
        let empty = load(None, &[("shop/pivot.yaml", "# nothing\n")]).unwrap();
        assert_eq!(empty.fingerprint(), Policy::profile("balanced").unwrap().fingerprint());
    }

    #[test]
    fn a_chosen_file_stands_alone() {
        let files = [("shop/pivot.yaml", "evidence: {minimum_calls: 7}\n"), ("my.yaml", "build: {rust: {lto: fat}}\n")];
        let policy = load(Some("my.yaml"), &files).unwrap();
        assert_eq!((policy.name.as_str(), policy.evidence.minimum_calls), ("my.yaml", 1000));
        assert_eq!(policy.build.rust.lto, Lto::Fat);
    }

    #[test]
    fn needs_cover_what_is_inside() {
        let text = "needs: {pricing: [isolation], pricing.price: [team, isolation], pric: [latency]}\n";
        let policy = load(None, &[("shop/pivot.yaml", text)]).unwrap();
        assert_eq!(policy.needs_of("pricing.price"), [Need::Isolation, Need::Team]);
        assert_eq!(policy.needs_of("pricing.Book.price"), [Need::Isolation]);
        assert_eq!(policy.needs_of("inventory"), []);
    }

    #[test]
    fn mistakes_have_their_line() {
        let cases = [
            ("evidence:\n  minimum_calls: 5\n  minimal_calls: 6\n", 3, "unknown field `minimal_calls`"),
            ("build:\n  rust:\n    lto: huge\n", 3, "unknown variant `huge`"),
            ("colour: blue\n", 1, "unknown field `colour`"),
            ("evidence:\n  minimum_calls: many\n", 2, "invalid type"),
            ("build: {go: {goamd64: v3}}\n", 1, "unknown variant `v3`"),
            ("evidence: {minimum_calls: 5\n", 2, "did not find expected"),
            ("verdicts: {waiting_percent: 180}\n", 1, "not between 0 and 100"),
            ("evidence: {minimum_calls: 0}\n", 1, "nothing would be proven"),
        ];
        for (text, line, words) in cases {
            let error = load(None, &[("shop/pivot.yaml", text)]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("shop/pivot.yaml:{line}:")) && error.contains(words), "{text}: {error}");
        }
        assert_eq!(load(Some("bold"), &[]).unwrap_err().to_string(), "no profile or file named `bold`");
        assert!(load(None, &[("shop/pivot.yaml", "extends: bold\n")]).is_err());
    }
}
