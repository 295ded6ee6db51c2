//! What the environment decides, read once at the start.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::time::Duration;

/// The settings of a running service.
#[derive(Clone, Debug)]
pub struct Config {
    /// `HOST`: the address to listen on; loopback unless said otherwise.
    pub host: IpAddr,
    /// `PORT`: the first port to try; the next free one is taken when it is busy.
    pub port: u16,
    /// `BODY_LIMIT_BYTES`: the largest request body.
    pub body_limit: usize,
    /// `REQUEST_TIMEOUT_MS`: how long a request may take, its body included.
    pub request_timeout: Duration,
    /// `IDLE_TIMEOUT_MS`: how long a connection may take to send the head of its next request.
    pub idle_timeout: Duration,
    /// `DRAIN_TIMEOUT_MS`: how long requests in flight may take after the signal to stop.
    pub drain_timeout: Duration,
    /// `MAX_IN_FLIGHT`: calls computing or waiting to compute; one more is answered 429.
    pub max_in_flight: usize,
    /// `WORKERS`: threads that compute; one a core unless said otherwise.
    pub workers: usize,
}

impl Config {
    /// Reads the settings through `get`, or says which one cannot be read.
    pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Result<Config, String> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let milliseconds = |name: &str, default| read(&get, name, default).map(Duration::from_millis);
        Ok(Config {
            host: read(&get, "HOST", IpAddr::V4(Ipv4Addr::LOCALHOST))?,
            port: read(&get, "PORT", 8001)?,
            body_limit: read(&get, "BODY_LIMIT_BYTES", 1024 * 1024)?,
            request_timeout: milliseconds("REQUEST_TIMEOUT_MS", 10_000)?,
            idle_timeout: milliseconds("IDLE_TIMEOUT_MS", 60_000)?,
            drain_timeout: milliseconds("DRAIN_TIMEOUT_MS", 20_000)?,
            max_in_flight: read(&get, "MAX_IN_FLIGHT", 256)?,
            workers: read(&get, "WORKERS", cores)?.max(1),
        })
    }
}

fn read<T: FromStr<Err: Display>>(get: impl Fn(&str) -> Option<String>, name: &str, default: T) -> Result<T, String> {
    match get(name) {
        None => Ok(default),
        Some(text) => text.trim().parse().map_err(|problem| format!("{name}={text}: {problem}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listens_on_loopback_unless_told() {
        let config = Config::from_environment(|_| None).unwrap();
        assert!(config.host.is_loopback());
        assert_eq!(config.port, 8001);
    }

    #[test]
    fn names_the_setting_that_cannot_be_read() {
        let problem = Config::from_environment(|name| (name == "PORT").then(|| "http".to_string())).unwrap_err();
        assert!(problem.starts_with("PORT=http: "), "{problem}");
    }
}
