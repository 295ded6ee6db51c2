//! Starts the service, or with `healthcheck` asks a running one how it is.

use service::config::Config;
use service::{NAME, application, server, telemetry};
use std::process::ExitCode;
use std::time::Duration;

/// Room for as many levels of recursion as Python allows.
const STACK_BYTES: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    let config = match Config::from_environment(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(problem) => {
            eprintln!("{NAME}: {problem}");
            return ExitCode::from(2);
        }
    };
    match std::env::args().nth(1).as_deref() {
        None => run(&config),
        Some("healthcheck") => healthcheck(&config),
        Some(other) => {
            eprintln!("{NAME}: unknown command `{other}`; there is only `healthcheck`");
            ExitCode::from(2)
        }
    }
}

/// Serves until it is told to stop and the requests in flight are answered.
fn run(config: &Config) -> ExitCode {
    telemetry::start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(config.workers)
        .thread_stack_size(STACK_BYTES)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(problem) => {
            tracing::error!(%problem, "could not start");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        let listener = server::listen(config).await?;
        let (router, desk) = application(config);
        server::serve(listener, router, desk, config).await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tracing::error!(%problem, "could not serve");
            ExitCode::FAILURE
        }
    }
}

/// Succeeds when a service on this machine's `PORT` answers `/health`.
fn healthcheck(config: &Config) -> ExitCode {
    match server::ask_health(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{NAME}: {problem}");
            ExitCode::FAILURE
        }
    }
}
