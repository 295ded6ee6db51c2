//! Entry point of the `pivot` binary.

fn main() -> std::process::ExitCode {
    pivot::cli::run(std::env::args_os()).into()
}
