//! Standard output for results, standard error for everything else.

use super::args::ColorChoice;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{self, Style};
use crate::source::Sources;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};

/// Where a run prints, and how.
pub struct Console {
    out: Style,
    err: Style,
    quiet: bool,
    bars: bool,
}

impl Console {
    /// A console on the process's own streams; `auto` colours are on for terminals unless `NO_COLOR` is set.
    pub fn new(choice: ColorChoice, quiet: bool) -> Self {
        let width = terminal_width();
        let style =
            |terminal: bool| Style { color: wants_color(choice, terminal), width: if terminal { width } else { 0 } };
        let err_terminal = io::stderr().is_terminal();
        Console {
            out: style(io::stdout().is_terminal()),
            err: style(err_terminal),
            quiet,
            bars: err_terminal && !quiet,
        }
    }

    /// How standard output looks.
    pub fn style(&self) -> Style {
        self.out
    }

    /// Writes a result to standard output.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Says something about the run on standard error; silent with `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", "\x1b[1;36m", text);
        }
    }

    /// Warns on standard error, also with `--quiet`.
    pub fn warn(&self, text: &str) {
        self.say("warning", "\x1b[1;33m", text);
    }

    /// Tells a failure and what would help on standard error.
    pub fn error(&self, text: &str, help: Option<&str>) {
        self.say("error", "\x1b[1;31m", text);
        if let Some(help) = help {
            self.say(" help", "\x1b[1;32m", help);
        }
    }

    /// Draws problems in the user's code on standard error; with `--quiet` only the errors.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        self.problems(&self.drawn(diagnostics, sources));
    }

    /// Problems in the user's code as standard error shows them.
    pub fn drawn(&self, diagnostics: &[Diagnostic], sources: &Sources) -> String {
        let heavy = |diagnostic: &&Diagnostic| !self.quiet || diagnostic.severity == crate::diagnostic::Severity::Error;
        let shown: Vec<Diagnostic> = diagnostics.iter().filter(heavy).cloned().collect();
        render::render(&shown, sources, self.err)
    }

    /// Writes problems that are drawn already to standard error.
    pub fn problems(&self, drawn: &str) {
        let _ = io::stderr().lock().write_all(drawn.as_bytes());
    }

    /// Everything about the streams that changes how something is drawn.
    pub fn looks(&self) -> (Style, Style, bool) {
        (self.out, self.err, self.quiet)
    }

    /// A bar over `total` steps of work (a spinner where 0); invisible unless standard error is a terminal.
    pub fn bar(&self, what: &str, total: u64) -> ProgressBar {
        let target = if self.bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        bar.set_draw_target(target);
        let template = if total == 0 { "{spinner} {msg} {elapsed}" } else { "{msg} {wide_bar} {pos}/{len} {elapsed}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_string());
        bar
    }

    fn say(&self, word: &str, color: &str, text: &str) {
        let (on, off) = if self.err.color { (color, "\x1b[0m") } else { ("", "") };
        let _ = writeln!(io::stderr().lock(), "{on}{word}{off}: {text}");
    }
}

fn wants_color(choice: ColorChoice, terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Columns of the terminal on standard error or output; 0 where there is none.
fn terminal_width() -> usize {
    // SAFETY: the call fills the struct it is given, and the struct is plain numbers.
    unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        let asked = [libc::STDOUT_FILENO, libc::STDERR_FILENO]
            .into_iter()
            .any(|fd| libc::ioctl(fd, libc::TIOCGWINSZ, &mut size) == 0 && size.ws_col > 0);
        if asked { size.ws_col.into() } else { 0 }
    }
}
