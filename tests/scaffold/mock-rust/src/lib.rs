//! A small logic package written by hand, which keeps to the same contract as the emitted ones: the shells are tested on it.

use serde_json::{Map, Value, json};
use std::sync::Mutex;
use std::time::Duration;

/// The state of the module.
#[derive(Default)]
pub struct Session {
    reserved: Mutex<i64>,
}

/// What a call gave.
pub enum Answer {
    Ok(Value),
    Error { kind: String, message: String },
    Guard { kind: String, at: String },
    Malformed(String),
}

/// A request to one of the monolith's own routes.
pub struct RouteRequest {
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What one of the monolith's own routes gave.
pub enum RouteAnswer {
    Response { status: u16, content_type: &'static str, body: Vec<u8> },
    Error { kind: String, message: String },
    Guard { kind: String, at: String },
    NotFound,
}

const UNITS: i64 = 100;

impl Session {
    pub fn new() -> Session {
        Session::default()
    }

    pub fn call_line(&self, line: &str, _exact: bool) -> String {
        json!({"id": null, "error": {"type": "ProtocolError", "message": line}}).to_string()
    }

    pub fn function(&self, name: &str, arguments: &Map<String, Value>) -> Answer {
        match name {
            "price" => price(arguments),
            "nap" => match integer(arguments, "milliseconds") {
                Ok(milliseconds) => {
                    std::thread::sleep(Duration::from_millis(milliseconds.max(0) as u64));
                    Answer::Ok(json!(milliseconds))
                }
                Err(answer) => answer,
            },
            "labels" => Answer::Ok(json!({})),
            _ => Answer::Malformed(format!("no function {name}")),
        }
    }

    pub fn method(&self, object: &str, name: &str, arguments: &Map<String, Value>) -> Answer {
        let mut reserved = self.reserved.lock().unwrap_or_else(|poison| poison.into_inner());
        match (object, name) {
            ("STOCK", "left") => Answer::Ok(json!(UNITS - *reserved)),
            ("STOCK", "reserve") => match integer(arguments, "units") {
                Ok(units) if units > UNITS - *reserved => {
                    Answer::Error { kind: "ValueError".into(), message: format!("{units} are too many") }
                }
                Ok(units) => {
                    *reserved += units;
                    Answer::Ok(json!(*reserved))
                }
                Err(answer) => answer,
            },
            _ => Answer::Malformed(format!("no method {object}.{name}")),
        }
    }

    pub fn route(&self, handler: &str, request: &RouteRequest) -> RouteAnswer {
        let respond = |status, body: Value| {
            RouteAnswer::Response { status, content_type: "application/json", body: format!("{body}\n").into_bytes() }
        };
        match handler {
            "price_route" => match serde_json::from_slice::<Value>(&request.body) {
                Ok(body) => respond(200, json!({"route": body["base"]})),
                Err(_) => respond(400, json!({"error": "base is required"})),
            },
            "item" => match request.path[0].parse::<i64>() {
                Ok(item) => respond(200, json!({"item": item, "query": request.query})),
                Err(_) => RouteAnswer::NotFound,
            },
            "close" => respond(409, json!({"closed": request.path[0]})),
            _ => RouteAnswer::Error { kind: "KeyError".into(), message: "'x'".into() },
        }
    }
}

fn price(arguments: &Map<String, Value>) -> Answer {
    let units = match arguments.get("units") {
        None => 1,
        Some(_) => match integer(arguments, "units") {
            Ok(units) => units,
            Err(answer) => return answer,
        },
    };
    match arguments.get("base").and_then(Value::as_f64) {
        None => Answer::Malformed("price() needs base".into()),
        Some(base) if base < 0.0 => Answer::Error { kind: "ValueError".into(), message: "base is negative".into() },
        Some(base) => Answer::Ok(json!(base * units as f64)),
    }
}

fn integer(arguments: &Map<String, Value>, name: &str) -> Result<i64, Answer> {
    match arguments.get(name) {
        None => Err(Answer::Malformed(format!("{name} is missing"))),
        Some(value) => value.as_i64().ok_or(Answer::Guard { kind: "type".into(), at: "shop.py:3:0".into() }),
    }
}
