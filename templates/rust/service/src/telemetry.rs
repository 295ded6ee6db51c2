//! Numbers for Prometheus and a log for machines.

use crate::desk::Desk;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";
const IN_FLIGHT: &str = "http_requests_in_flight";
const CALLS: &str = "logic_calls_total";
const CALL_DURATION: &str = "logic_call_duration_seconds";

/// From a call that hardly does anything to one at the end of everybody's patience.
const BUCKETS: [f64; 16] =
    [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Writes the log as JSON, one event a line; `RUST_LOG` chooses what is said.
pub fn start_log() {
    let wanted = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = wanted.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).init();
}

/// Counts and times every request under the route that it matched.
pub async fn observe(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    registry();
    let route =
        request.extensions().get::<MatchedPath>().map_or("unmatched".to_string(), |path| path.as_str().to_string());
    let method = standard_method(request.method().as_str());
    let in_flight = InFlight::enter();
    let started = Instant::now();
    let response = next.run(request).await;
    let took = started.elapsed();
    drop(in_flight);
    let status = response.status().as_u16().to_string();
    tracing::debug!(method, route, status, took_us = took.as_micros(), calls = desk.counters.calls(), "request");
    histogram!(DURATION, "method" => method, "route" => route.clone()).record(took.as_secs_f64());
    counter!(REQUESTS, "method" => method, "route" => route, "status" => status).increment(1);
    response
}

/// Counts one call of the translated module and how it went.
pub fn computed(callee: String, outcome: &'static str, took: Duration) {
    histogram!(CALL_DURATION, "callee" => callee.clone()).record(took.as_secs_f64());
    counter!(CALLS, "callee" => callee, "outcome" => outcome).increment(1);
}

/// Everything counted so far, in Prometheus' text format.
pub fn scrape() -> String {
    let (handle, process) = registry();
    process.collect();
    handle.run_upkeep();
    handle.render()
}

/// Moves what was recorded into its buckets, so that an instance nobody scrapes does not grow.
pub async fn keep_up() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        registry().0.run_upkeep();
    }
}

/// Anybody can invent a method; a label must not follow.
fn standard_method(name: &str) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|known| *known == name).unwrap_or("other")
}

/// Counts a request as in flight until it is dropped, also when the client goes away.
struct InFlight;

impl InFlight {
    fn enter() -> InFlight {
        gauge!(IN_FLIGHT).increment(1.0);
        InFlight
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1.0);
    }
}

/// The one registry of the process, set up when it is first needed.
fn registry() -> &'static (PrometheusHandle, Collector) {
    static REGISTRY: OnceLock<(PrometheusHandle, Collector)> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = builder.set_buckets_for_metric(Matcher::Suffix("_duration_seconds".to_string()), &BUCKETS);
        let recorder = builder.unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics were set up elsewhere; these stay empty");
        }
        describe_counter!(REQUESTS, "HTTP requests by method, matched route and status");
        describe_histogram!(DURATION, Unit::Seconds, "Time from the head of a request to its answer");
        describe_gauge!(IN_FLIGHT, "HTTP requests being answered");
        describe_counter!(CALLS, "Calls of the translated module by callee and outcome: ok, error, guard or malformed");
        describe_histogram!(CALL_DURATION, Unit::Seconds, "Time that the translated module computed for a call");
        let process = Collector::default();
        process.describe();
        (handle, process)
    })
}
