//! The command line as typed, and nothing more: no default that depends on the machine, no file that was read.

use crate::report::export::Export;
use crate::target::Target;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Finds the hotspots of a Python program, says what should become of each, translates functions to Rust or Go, and
/// proves the translation equal.
#[derive(Debug, Parser)]
#[command(name = "pivot", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "\
A first session:
  pivot doctor                                      which tools are there
  pivot analyze monolith.py -- python workload.py   where the time goes, a verdict per function
  pivot evolve pricing.py --target rust             the module as a proven Rust service
  pivot compose .                                   the system around what was cut

Exit codes: 0 done, 1 a gate failed, 2 could not run, 3 edited files in the way,
            4 your command failed or timed out, 130 interrupted.")]
pub struct Cli {
    /// Colours: only on terminals, always, or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
    /// Say nothing but results, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On terminals, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// One verb of `pivot`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find where the time goes and what should become of each hot function
    Analyze(AnalyzeArgs),
    /// Translate a module to Rust or Go, prove it equal, and put a service around it
    Evolve(EvolveArgs),
    /// Prove a generated project again, or check its certificate
    Verify(VerifyArgs),
    /// Time the same calls in Python and in a generated project
    Bench(BenchArgs),
    /// List the tools found, their versions, and what each is needed for
    Doctor(DoctorArgs),
    /// Write the system around what was cut: compose file, gateway, metrics, dashboard
    Compose(ComposeArgs),
    /// Explain a diagnostic code, or print a profile
    Explain(ExplainArgs),
    /// Print what a stage makes of a file
    Dump(DumpArgs),
    /// Empty the cache of a project: .pivot/cache
    Clean(CleanArgs),
}

/// `pivot analyze`
#[derive(Debug, Args)]
#[command(after_help = "\
Without a command nothing is run: costs are estimated from the code. With one it is run, sampled and measured.

  pivot analyze monolith.py
  pivot analyze src/ --format markdown --output hotspots.md
  pivot analyze monolith.py -- python workload.py --requests 200
  pivot analyze monolith.py --export svg=flame.svg --export pprof=cpu.pb.gz -- python workload.py
  pivot analyze monolith.py --pid 4711 --subprocesses --duration 30s
  pivot analyze monolith.py --import host1.pb.gz host2.pb.gz
  pivot analyze monolith.py --fail-on 'share>30%' --format github -- python -m pytest")]
pub struct AnalyzeArgs {
    /// The program's entry file, whose local imports are followed; or a folder
    pub entry: PathBuf,
    /// Read profiles of other tools instead of running anything; several are added up
    #[arg(long, num_args = 1.., value_name = "FILE", conflicts_with_all = ["command", "duration", "timeout"])]
    pub import: Vec<PathBuf>,
    /// Watch a process that is running already, until --duration is over or Ctrl-C; it is left as it was
    #[arg(long, value_name = "PID", conflicts_with_all = ["command", "import", "timeout"])]
    pub pid: Option<i32>,
    /// With --pid: watch its children as well, such as the workers of a web server
    #[arg(long, requires = "pid")]
    pub subprocesses: bool,
    /// Keep the calls of this function while the command runs, in .pivot/recordings (repeatable; secrets are left out)
    #[arg(long, value_name = "NAME", requires = "command")]
    pub record: Vec<String>,
    /// Samples a second
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "HZ")]
    pub rate: u32,
    /// Stop the command (with --pid: stop watching) after this long and report what was seen (30, 30s, 2m)
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub duration: Option<Duration>,
    /// Give the command up after this long: its failure is reported
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub timeout: Option<Duration>,
    /// How the report is drawn
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ReportFormat,
    /// Exit with 1 when a function of yours is over the limit
    #[arg(long, value_parser = fail_on, value_name = "share>N%")]
    pub fail_on: Option<FailOn>,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also write the measurement for another tool: json, collapsed, speedscope, pprof, trace or svg (repeatable)
    #[arg(long, value_parser = export, value_name = "FORMAT=FILE")]
    pub export: Vec<ExportTo>,
    /// How many functions the report shows
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub top: u32,
    /// How many files are parsed at a time [default: one per core]
    #[arg(long, short, value_parser = clap::value_parser!(u32).range(1..=1024), value_name = "N")]
    pub jobs: Option<u32>,
    /// The interpreter that stands behind `python` in the command
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// Thresholds of the verdicts: a profile or a policy file
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// The command to run and measure
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// `pivot evolve`
#[derive(Debug, Args)]
#[command(after_help = "\
  pivot evolve pricing.py --target rust
  pivot evolve inventory.py --target go --profile conservative --output services/inventory
  pivot evolve pricing.py --target rust --function calculate_price -- python workload.py

The module is imported in a limited worker process to compare answers; --no-run translates only.
The output folder is yours: files you edited are never overwritten.")]
pub struct EvolveArgs {
    /// The Python module
    pub file: PathBuf,
    /// The language to write
    #[arg(long, short, value_enum)]
    pub target: Target,
    /// Speed, size and strictness of evidence: conservative, balanced, aggressive, or a policy file [default: balanced]
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// Where the project is written [default: ./<module>-<target>]
    #[arg(long, short, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Translate only this function or class and what it needs (repeatable)
    #[arg(long, short, value_name = "NAME")]
    pub function: Vec<String>,
    /// What is put around the translated logic
    #[arg(long = "as", value_enum, default_value_t, value_name = "FORM")]
    pub form: Form,
    /// The interpreter to be equal to [default: the active virtual environment's, else python3]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// Translate and write only: nothing is imported, built or compared
    #[arg(long, conflicts_with = "command")]
    pub no_run: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ResultFormat,
    /// Give the command up after this long (30, 30s, 2m)
    #[arg(long, value_parser = duration, value_name = "TIME")]
    pub timeout: Option<Duration>,
    /// A command whose calls are recorded and replayed on both sides
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// `pivot verify`
#[derive(Debug, Args)]
#[command(after_help = "\
  pivot verify service-b-rust                 builds it, compares it with its Python, writes PARITY.json and PARITY.md
  pivot verify service-b-rust --check         fails, and says why, where anything is not as it was certified

The module is imported in a limited worker process to compare answers.")]
pub struct VerifyArgs {
    /// The generated project's folder
    #[arg(value_name = "DIR")]
    pub project: PathBuf,
    /// Derive everything anew and fail when anything is not as certified; nothing is written
    #[arg(long)]
    pub check: bool,
    /// The interpreter to be equal to [default: the active virtual environment's, else python3]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// The folder or file of the Python source [default: found from the project]
    #[arg(long, value_name = "PATH")]
    pub source: Option<PathBuf>,
    /// A profile or policy file [default: the one that the project was made with]
    #[arg(long, value_name = "NAME|FILE")]
    pub profile: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ResultFormat,
}

/// `pivot bench`
#[derive(Debug, Args)]
#[command(after_help = "\
  pivot bench service-b-rust
  pivot bench service-b-rust --analysis hotspots.json    with Amdahl's ceiling, from `pivot analyze --format json`

The calls of parity/ are timed: in process on both sides, in turns, then through the port's pipe and over HTTP.")]
pub struct BenchArgs {
    /// The generated project's folder
    #[arg(value_name = "DIR")]
    pub project: PathBuf,
    /// Time only this function or method (repeatable)
    #[arg(long, short, value_name = "NAME")]
    pub function: Vec<String>,
    /// A report of `pivot analyze --format json` of a run: its shares say what the whole program gains
    #[arg(long, value_name = "FILE")]
    pub analysis: Option<PathBuf>,
    /// The interpreter to be faster than [default: the active virtual environment's, else python3]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// The folder or file of the Python source [default: found from the project]
    #[arg(long, value_name = "PATH")]
    pub source: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ResultFormat,
}

/// `pivot compose`
#[derive(Debug, Args)]
#[command(after_help = "\
  pivot compose .                             writes ./compose.yaml and what it mounts
  pivot compose . --monolith shop/app.py      names the gateway, where it is not found by itself")]
pub struct ComposeArgs {
    /// The folder that holds the generated projects; the files are written there
    pub folder: PathBuf,
    /// The monolith's folder or entry file [default: found from the generated projects]
    #[arg(long, value_name = "PATH")]
    pub monolith: Option<PathBuf>,
}

/// `pivot doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ResultFormat,
    /// The interpreter to look at [default: the active virtual environment's, else python3]
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
}

/// `pivot explain`
#[derive(Debug, Args)]
#[command(after_help = "\
  pivot explain E1003        what a diagnostic means and what to do
  pivot explain codes        all codes
  pivot explain balanced     a whole policy file, to copy from")]
pub struct ExplainArgs {
    /// A diagnostic code, `codes`, or the name of a profile
    pub word: String,
}

/// `pivot clean`
#[derive(Debug, Args)]
pub struct CleanArgs {
    /// The project, or a file or folder in it
    #[arg(default_value = ".")]
    pub path: PathBuf,
}

/// `pivot dump`
#[derive(Debug, Args)]
pub struct DumpArgs {
    /// The Python file
    pub file: PathBuf,
    /// The stage
    #[arg(long, value_enum)]
    pub stage: Stage,
}

/// How `analyze` draws its report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For a terminal
    #[default]
    Text,
    /// Versioned, for programs
    Json,
    /// For a pull request or a wiki
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands that annotate lines on GitHub
    Github,
}

/// How the other commands print their result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ResultFormat {
    /// For a terminal
    #[default]
    Text,
    /// One object, for programs
    Json,
}

/// What `evolve` puts around the translated logic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// An HTTP service with a Dockerfile
    #[default]
    Service,
    /// The logic alone, as a package
    Library,
}

/// A stage that `dump` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The typed syntax tree
    Ast,
    /// The typed IR: what is translated, with its effects and owners
    Ir,
    /// The Rust that is written from it
    Rust,
    /// The Go that is written from it
    Go,
}

/// The limit of `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailOn {
    /// Share of the CPU, in percent, above which a function fails the gate.
    pub share_percent: f64,
}

/// A file of `--export`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTo {
    /// What is written.
    pub format: Export,
    /// Where.
    pub file: PathBuf,
}

/// `svg=flame.svg`
fn export(text: &str) -> Result<ExportTo, String> {
    let formats = || Export::ALL.map(Export::word).join(", ");
    let Some((word, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err(format!("expected FORMAT=FILE, for example svg=flame.svg; formats: {}", formats()));
    };
    let format = Export::of(word).ok_or_else(|| format!("`{word}` is no format; formats: {}", formats()))?;
    Ok(ExportTo { format, file: file.into() })
}

/// `30`, `30s`, `1.5m`, `200ms`, `2h`; more than nothing and at most a year.
fn duration(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale = match &text[number.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        unit => return Err(format!("`{unit}` is no unit of time; use ms, s, m or h")),
    };
    let seconds = number.trim().parse::<f64>().map_err(|_| "not a number of seconds".to_string())? * scale;
    if seconds > 0.0 && seconds <= 31_536_000.0 {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("must be more than 0 and at most a year".into())
    }
}

/// `share>30%`
fn fail_on(text: &str) -> Result<FailOn, String> {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let number = squeezed.strip_prefix("share>").map(|rest| rest.strip_suffix('%').unwrap_or(rest));
    match number.and_then(|number| number.parse::<f64>().ok()) {
        Some(share_percent) if (0.0..=100.0).contains(&share_percent) => Ok(FailOn { share_percent }),
        _ => Err("expected `share>N%` with N from 0 to 100, for example 'share>30%' (quote it for the shell)".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_is_documented() {
        for command in Cli::command().get_subcommands() {
            for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }

    #[test]
    fn durations() {
        let good = [("30", 30.0), ("30s", 30.0), ("1.5m", 90.0), ("200ms", 0.2), ("2h", 7200.0)];
        for (text, seconds) in good {
            assert_eq!(duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "s", "0", "-1", "1d", "inf", "nan", "1e300", "ten"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn exports() {
        assert_eq!(export("svg=a=b.svg"), Ok(ExportTo { format: Export::Svg, file: "a=b.svg".into() }));
        for text in ["", "svg", "svg=", "=x", "html=x"] {
            assert!(export(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits() {
        for text in ["share>30%", "share > 30 %", "share>30"] {
            assert_eq!(fail_on(text), Ok(FailOn { share_percent: 30.0 }), "{text}");
        }
        for text in ["", "share", "share>", "share>x%", "share<30%", "share>101%", "time>3%", "share>nan%"] {
            assert!(fail_on(text).is_err(), "{text}");
        }
    }
}
