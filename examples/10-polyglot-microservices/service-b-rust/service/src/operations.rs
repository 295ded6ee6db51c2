//! What those who run the service ask it: is it alive, is it ready, what has it done.

use crate::desk::Desk;
use crate::{NAME, answers, telemetry};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// The paths of operations.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/health", get(health))
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/api/stats", get(stats))
}

async fn health() -> Response {
    let body = json!({"service": NAME, "status": "healthy", "timestamp": timestamp(SystemTime::now())});
    answers::of_json(StatusCode::OK, &body)
}

async fn live() -> Response {
    answers::of_json(StatusCode::OK, &json!({"status": "alive"}))
}

/// Ready until told to stop.
async fn ready(State(desk): State<Desk>) -> Response {
    if desk.counters.is_stopping() {
        answers::of_json(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "stopping"}))
    } else {
        answers::of_json(StatusCode::OK, &json!({"status": "ready"}))
    }
}

async fn metrics() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], telemetry::scrape()).into_response()
}

async fn stats(State(desk): State<Desk>) -> Response {
    let microseconds = (desk.counters.mean_microseconds() * 1000.0).round() / 1000.0;
    let body = json!({
        "service": NAME,
        "language": "Rust",
        "requests_processed": desk.counters.calls(),
        "avg_calculation_time_us": microseconds,
    });
    answers::of_json(StatusCode::OK, &body)
}

/// A time in UTC as `2026-01-31T23:59:59Z`.
fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil_date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let from_march_0000 = days + 719_468;
    let (era, day_of_era) = (from_march_0000 / 146_097, from_march_0000 % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn writes_times_as_utc() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(at(1_798_761_599), "2026-12-31T23:59:59Z");
    }
}
