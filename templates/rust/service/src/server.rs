//! Connections: where to listen, how long to wait for a head, how to stop without losing a request.

use crate::NAME;
use crate::config::Config;
use crate::desk::Desk;
use crate::telemetry;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How many ports behind a busy one are tried.
const PORTS_TO_TRY: u16 = 100;

/// Listens on the configured port, or on the next free one.
pub async fn listen(config: &Config) -> io::Result<TcpListener> {
    let last = config.port.saturating_add(PORTS_TO_TRY);
    let mut port = config.port;
    loop {
        match TcpListener::bind((config.host, port)).await {
            Err(problem) if problem.kind() == io::ErrorKind::AddrInUse && port < last => port += 1,
            other => return other,
        }
    }
}

/// Answers until SIGTERM or Ctrl-C, then takes no new connections and waits for the requests in flight.
pub async fn serve(listener: TcpListener, router: Router, desk: Desk, config: &Config) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(config.idle_timeout);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(told_to_stop()?);
    let address = listener.local_addr()?;
    tracing::info!(service = NAME, address = address.to_string(), port = address.port(), "listening");
    tokio::spawn(telemetry::keep_up());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        if let Err(problem) = stream.set_nodelay(true) {
            tracing::debug!(%problem, "the connection keeps Nagle's delay");
        }
        let service = TowerToHyperService::new(router.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(problem) = connection.await {
                tracing::debug!(%problem, "a connection broke");
            }
        });
    }
    drop(listener);
    desk.counters.stop();
    tracing::info!(service = NAME, "stopping: answering what is in flight");
    tokio::select! {
        () = connections.shutdown() => tracing::info!(service = NAME, "stopped"),
        () = tokio::time::sleep(config.drain_timeout) => tracing::warn!(service = NAME, "stopped with requests in flight"),
    }
    Ok(())
}

/// Comes back at SIGTERM or SIGINT.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Asks the service on the configured port for its health, or says why it does not answer.
pub fn ask_health(config: &Config) -> Result<(), String> {
    let host = if config.host.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { config.host };
    let answer = ask(SocketAddr::new(host, config.port), "/health").map_err(|problem| problem.to_string())?;
    if answer.starts_with("HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err(answer.lines().next().unwrap_or("no answer").to_string())
    }
}

fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let patience = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn takes_the_next_port_when_one_is_busy() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let wanted = |name: &str| (name == "PORT").then(|| port.to_string());
        let found = listen(&Config::from_environment(wanted).unwrap()).await.unwrap();
        assert_ne!(found.local_addr().unwrap().port(), port);
    }
}
