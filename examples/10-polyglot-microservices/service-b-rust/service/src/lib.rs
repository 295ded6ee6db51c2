//! The HTTP shell around the translated module `pricing`: paths, statuses, limits and metrics, and no logic.
//!
//! - [`routes`]: every path, in one table
//! - [`desk`]: takes calls, a bounded number at a time, away from the threads that talk to the network
//! - [`answers`]: what each outcome looks like over HTTP
//! - [`operations`]: health, readiness, metrics, statistics
//! - [`config`], [`server`], [`telemetry`]: the environment, connections, numbers

pub mod answers;
pub mod config;
pub mod desk;
pub mod operations;
pub mod routes;
pub mod server;
pub mod telemetry;

use axum::Router;
use axum::middleware;
use config::Config;
use desk::Desk;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// The service's name, as `/health` says it.
pub const NAME: &str = "pricing-service";

/// Builds the whole application: routes, operations, limits.
pub fn application(config: &Config) -> (Router, Desk) {
    let desk = Desk::new(config);
    let router = routes::routes()
        .layer(RequestBodyLimitLayer::new(config.body_limit))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::REQUEST_TIMEOUT, config.request_timeout))
        .merge(operations::routes())
        .layer(middleware::map_response(answers::explain_fault))
        .layer(middleware::from_fn_with_state(desk.clone(), telemetry::observe))
        .with_state(desk.clone());
    (router, desk)
}
