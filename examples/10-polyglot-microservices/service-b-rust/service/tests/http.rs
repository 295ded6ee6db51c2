//! The service over HTTP: what every client may rely on, whatever the module computes.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use service::config::Config;
use service::{NAME, application};
use tower::ServiceExt;

/// A path that computes something.
const CALL: &str = "/api/demand_profile";

fn config() -> Config {
    Config::from_environment(|_| None).unwrap()
}

async fn send(config: &Config, method: &str, path: &str, body: impl Into<Body>) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let (router, _) = application(config);
    let response = router.oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn fault(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap();
    value["fault"]["kind"].as_str().unwrap_or_default().to_string()
}

#[tokio::test]
async fn says_that_it_is_healthy() {
    let (status, body) = send(&config(), "GET", "/health", "").await;
    let value: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, value["service"].as_str(), value["status"].as_str()),
        (StatusCode::OK, Some(NAME), Some("healthy"))
    );
    assert!(value["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn is_alive_and_ready() {
    for path in ["/livez", "/readyz", "/ready"] {
        assert_eq!(send(&config(), "GET", path, "").await.0, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn knows_no_other_paths_and_methods() {
    let (status, body) = send(&config(), "POST", "/api/no_such_function", "{}").await;
    assert_eq!((status, fault(&body).as_str()), (StatusCode::NOT_FOUND, "not_found"));
    let (status, body) = send(&config(), "DELETE", "/health", "").await;
    assert_eq!((status, fault(&body).as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
}

#[tokio::test]
async fn counts_what_it_answers() {
    send(&config(), "GET", "/livez", "").await;
    let (status, text) = send(&config(), "GET", "/metrics", "").await;
    assert_eq!(status, StatusCode::OK);
    for name in ["http_requests_total", "http_request_duration_seconds"] {
        assert!(text.contains(&format!("# HELP {name} ")), "{name} is missing in\n{text}");
    }
    assert!(text.contains("route=\"/livez\""), "{text}");
    let (_, stats) = send(&config(), "GET", "/api/stats", "").await;
    assert_eq!(serde_json::from_str::<Value>(&stats).unwrap()["service"], NAME);
}

#[tokio::test]
async fn counts_what_it_computes() {
    send(&config(), "POST", CALL, "{}").await;
    let (_, text) = send(&config(), "GET", "/metrics", "").await;
    for name in ["logic_calls_total", "logic_call_duration_seconds"] {
        assert!(text.contains(&format!("# HELP {name} ")), "{name} is missing in\n{text}");
    }
    assert!(text.contains(&format!("route=\"{CALL}\"")), "{text}");
}

#[tokio::test]
async fn refuses_what_is_not_json() {
    let (status, body) = send(&config(), "POST", CALL, "{").await;
    assert_eq!((status, fault(&body).as_str()), (StatusCode::BAD_REQUEST, "malformed"));
}

#[tokio::test]
async fn refuses_a_batch_that_is_no_array() {
    let (status, body) = send(&config(), "POST", &format!("{CALL}:batch"), "{}").await;
    assert_eq!((status, fault(&body).as_str()), (StatusCode::BAD_REQUEST, "malformed"));
}

#[tokio::test]
async fn answers_an_empty_batch() {
    assert_eq!(send(&config(), "POST", &format!("{CALL}:batch"), "[]").await, (StatusCode::OK, "[]".to_string()));
}

#[tokio::test]
async fn refuses_a_body_over_the_limit() {
    let body = format!("\"{}\"", "x".repeat(1024 * 1024));
    let (status, body) = send(&config(), "POST", CALL, body).await;
    assert_eq!((status, fault(&body).as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
}

#[tokio::test]
async fn declines_what_is_nested_too_deep() {
    let (status, body) = send(&config(), "POST", CALL, "[".repeat(100_000)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("\"guard\""), "{body}");
}

#[tokio::test]
async fn turns_away_what_it_has_no_place_for() {
    let full = Config { max_in_flight: 0, ..config() };
    let (status, body) = send(&full, "POST", CALL, "{}").await;
    assert_eq!((status, fault(&body).as_str()), (StatusCode::TOO_MANY_REQUESTS, "overload"));
}
