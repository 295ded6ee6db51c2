//! What each outcome looks like over HTTP.
//!
//! - a value: 200 and the value
//! - a Python exception: 422 `{"error": {"type", "message"}}`
//! - a guard, which says that this service declines and the original Python has to answer: 422 `{"guard": {"kind", "at"}}`
//! - whatever concerns HTTP alone: its status and `{"fault": {"kind", "message"}}`
//! - the monolith's own routes: exactly what the monolith answers

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use logic::{Answer, RouteAnswer};
use serde_json::{Value, json};
use std::error::Error;

/// A problem that is neither Python's nor a guard's.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Fault {
    /// The request cannot be understood.
    pub fn malformed(message: impl Into<String>) -> Fault {
        Fault { status: StatusCode::BAD_REQUEST, kind: "malformed", message: message.into() }
    }

    /// The body is over the limit.
    pub fn too_large() -> Fault {
        Fault::plain(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than this service takes")
    }

    /// Every place is taken.
    pub fn overload() -> Fault {
        Fault::plain(StatusCode::TOO_MANY_REQUESTS, "overload", "too many calls in flight; try again")
    }

    /// The request took longer than it may.
    pub fn timeout() -> Fault {
        Fault::plain(StatusCode::REQUEST_TIMEOUT, "timeout", "the request took longer than it may")
    }

    /// The computation was lost; whoever asked has to turn to the original.
    pub fn crash() -> Fault {
        Fault::guard("crash", "the computation did not come to an end")
    }

    fn guard(kind: &'static str, message: &str) -> Fault {
        Fault::plain(StatusCode::UNPROCESSABLE_ENTITY, kind, message)
    }

    fn plain(status: StatusCode, kind: &'static str, message: &str) -> Fault {
        Fault { status, kind, message: message.to_string() }
    }
}

/// Marks a response whose body is final, so that [`explain_fault`] leaves it alone.
#[derive(Clone, Copy)]
struct Final;

/// The answer to a call.
pub fn of_call(answer: Answer) -> Response {
    let status = match answer {
        Answer::Ok(_) => StatusCode::OK,
        Answer::Error { .. } | Answer::Guard { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Answer::Malformed(_) => StatusCode::BAD_REQUEST,
    };
    match answer {
        Answer::Ok(value) => of_json(status, &value),
        other => of_json(status, &described(other)),
    }
}

/// One word for how a call went, for the metrics.
pub fn outcome(answer: &Answer) -> &'static str {
    match answer {
        Answer::Ok(_) => "ok",
        Answer::Error { .. } => "error",
        Answer::Guard { .. } => "guard",
        Answer::Malformed(_) => "malformed",
    }
}

/// One word for how one of the monolith's own routes went.
pub fn route_outcome(answer: &RouteAnswer) -> &'static str {
    match answer {
        RouteAnswer::Response { status, .. } if *status < 400 => "ok",
        RouteAnswer::Response { .. } | RouteAnswer::Error { .. } => "error",
        RouteAnswer::Guard { .. } => "guard",
        RouteAnswer::NotFound => "malformed",
    }
}

/// The answers to a batch: an array with `{"ok": value}` or what went wrong, one for each call.
pub fn of_batch(answers: Vec<Answer>) -> Response {
    of_json(StatusCode::OK, &answers.into_iter().map(described).collect())
}

fn described(answer: Answer) -> Value {
    match answer {
        Answer::Ok(value) => json!({"ok": value}),
        Answer::Error { kind, message } => json!({"error": {"type": kind, "message": message}}),
        Answer::Guard { kind, at } => json!({"guard": {"kind": kind, "at": at}}),
        Answer::Malformed(message) => json!({"fault": {"kind": "malformed", "message": message}}),
    }
}

/// The answer of one of the monolith's own routes; `handler` is named in the log when it raised.
pub fn of_route(handler: &str, answer: RouteAnswer) -> Response {
    match answer {
        RouteAnswer::Response { status, content_type, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            finished(status, HeaderValue::from_static(content_type), body)
        }
        RouteAnswer::Error { kind, message } => {
            tracing::error!(handler, kind, message, "the route raised");
            page(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR_PAGE)
        }
        RouteAnswer::Guard { kind, at } => of_call(Answer::Guard { kind, at }),
        RouteAnswer::NotFound => page(StatusCode::NOT_FOUND, NOT_FOUND_PAGE),
    }
}

/// The answer to a request that failed as HTTP.
pub fn of_fault(fault: &Fault) -> Response {
    let body = match fault.status {
        StatusCode::UNPROCESSABLE_ENTITY => json!({"guard": {"kind": fault.kind, "at": fault.message}}),
        _ => json!({"fault": {"kind": fault.kind, "message": fault.message}}),
    };
    let mut response = of_json(fault.status, &body);
    if fault.status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// JSON that is out of reach of the translated code is a guard, as it is on every other way in; the rest is malformed.
pub fn unreadable_json(problem: &serde_json::Error) -> Fault {
    let text = problem.to_string();
    if text.starts_with("recursion limit exceeded") {
        Fault::guard("nesting", "the body is nested too deep")
    } else if text.contains("surrogate") || text.starts_with("unexpected end of hex escape") {
        Fault::guard("surrogate", "the body has half a surrogate pair")
    } else {
        Fault::malformed(format!("the body is not JSON: {text}"))
    }
}

/// True where a body could not be read because it is over the limit.
pub fn is_too_large(problem: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(problem);
    while let Some(problem) = cause {
        if problem.to_string() == "length limit exceeded" {
            return true;
        }
        cause = problem.source();
    }
    false
}

/// Gives the refusals that carry no answer of ours (unknown path or method, limits) a body of the common form.
pub async fn explain_fault(response: Response) -> Response {
    if response.extensions().get::<Final>().is_some() {
        return response;
    }
    let fault = match response.status() {
        StatusCode::NOT_FOUND => Fault::plain(StatusCode::NOT_FOUND, "not_found", "nothing is at this path"),
        StatusCode::METHOD_NOT_ALLOWED => {
            Fault::plain(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has other methods")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Fault::too_large(),
        StatusCode::REQUEST_TIMEOUT => Fault::timeout(),
        _ => return response,
    };
    let mut explained = of_fault(&fault);
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        explained.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    explained
}

/// A JSON body with its length, so that head and body leave in one piece.
pub fn of_json(status: StatusCode, value: &Value) -> Response {
    finished(status, HeaderValue::from_static("application/json"), value.to_string().into_bytes())
}

fn page(status: StatusCode, text: &'static str) -> Response {
    finished(status, HeaderValue::from_static("text/html; charset=utf-8"), text.as_bytes().to_vec())
}

fn finished(status: StatusCode, content_type: HeaderValue, body: Vec<u8>) -> Response {
    let mut response = (status, [(header::CONTENT_TYPE, content_type)], Body::from(body)).into_response();
    response.extensions_mut().insert(Final);
    response
}

/// What the monolith's framework answers where no route fits.
const NOT_FOUND_PAGE: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
    <p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n";

/// What the monolith's framework answers where a handler raised.
const INTERNAL_ERROR_PAGE: &str = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n\
    <h1>Internal Server Error</h1>\n<p>The server encountered an internal error and was unable to complete your request. \
    Either the server is overloaded or there is an error in the application.</p>\n";
