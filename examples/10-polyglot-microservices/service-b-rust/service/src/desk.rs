//! Takes calls and has them computed: a bounded number at a time, never on the threads that talk to the network.

use crate::answers::{self, Fault};
use crate::config::Config;
use crate::telemetry;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on, post};
use logic::{Answer, RouteAnswer, RouteRequest, Session};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// What every handler shares: the translated module's state, the places for calls, and the counters.
#[derive(Clone)]
pub struct Desk {
    session: Arc<Session>,
    places: Arc<Semaphore>,
    /// Counters behind `/api/stats`.
    pub counters: Arc<Counters>,
    request_timeout: Duration,
}

/// What has been done so far.
#[derive(Default)]
pub struct Counters {
    calls: AtomicU64,
    nanoseconds: AtomicU64,
    stopping: AtomicBool,
}

impl Counters {
    fn record(&self, took: Duration) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Requests that were computed.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Mean time of computing a request in microseconds; 0 before the first.
    pub fn mean_microseconds(&self) -> f64 {
        match self.calls() {
            0 => 0.0,
            calls => self.nanoseconds.load(Ordering::Relaxed) as f64 / 1000.0 / calls as f64,
        }
    }

    /// Says that no new requests are welcome.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// True once the service was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

impl Desk {
    /// Starts with the module's state as Python has it after the import.
    pub fn new(config: &Config) -> Desk {
        Desk {
            session: Arc::new(Session::new()),
            places: Arc::new(Semaphore::new(config.max_in_flight)),
            counters: Arc::default(),
            request_timeout: config.request_timeout,
        }
    }

    /// Computes `job` on a worker, or declines when every place is taken. What could not be begun in time is not begun:
    /// whoever asked was told so.
    async fn compute<T: Send + 'static>(&self, job: impl FnOnce(&Session) -> T + Send + 'static) -> Result<T, Fault> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Fault::overload())?;
        let session = Arc::clone(&self.session);
        let counters = Arc::clone(&self.counters);
        let deadline = Instant::now() + self.request_timeout;
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            let started = Instant::now();
            if started > deadline {
                return Err(Fault::timeout());
            }
            let outcome = job(&session);
            counters.record(started.elapsed());
            Ok(outcome)
        });
        work.await.unwrap_or_else(|_| Err(Fault::crash()))
    }
}

/// Where a call goes: a function, or a method of an object that the module holds.
#[derive(Clone, Copy)]
enum Callee {
    Function(&'static str),
    Method(&'static str, &'static str),
}

impl Callee {
    fn call(self, session: &Session, arguments: &Map<String, Value>) -> Answer {
        let started = Instant::now();
        let (label, answer) = match self {
            Callee::Function(name) => (name.to_string(), session.function(name, arguments)),
            Callee::Method(object, name) => (format!("{object}.{name}"), session.method(object, name, arguments)),
        };
        telemetry::computed(label, answers::outcome(&answer), started.elapsed());
        answer
    }
}

/// One of the monolith's own routes.
pub struct Own {
    /// Its HTTP method.
    pub filter: MethodFilter,
    /// The path to serve.
    pub path: &'static str,
    /// The monolith's path, with its parameters in braces.
    pub pattern: &'static str,
    /// The translated handler.
    pub handler: &'static str,
    /// The path's parameters in the order in which the handler takes them.
    pub parameters: &'static [&'static str],
}

/// Serves a function: the body has its parameters by name.
pub fn function(name: &'static str) -> MethodRouter<Desk> {
    single(Callee::Function(name))
}

/// Serves a function for many calls at once: the body is an array of parameters by name.
pub fn function_batch(name: &'static str) -> MethodRouter<Desk> {
    batch(Callee::Function(name))
}

/// Serves a method of the module's object `object`.
pub fn method(object: &'static str, name: &'static str) -> MethodRouter<Desk> {
    single(Callee::Method(object, name))
}

/// Serves a method of the module's object `object` for many calls at once, in their order.
pub fn method_batch(object: &'static str, name: &'static str) -> MethodRouter<Desk> {
    batch(Callee::Method(object, name))
}

fn single(callee: Callee) -> MethodRouter<Desk> {
    post(move |State(desk): State<Desk>, body: Body| async move {
        answer(async {
            let arguments = match read_json(body).await? {
                Value::Object(arguments) => arguments,
                _ => return Err(Fault::malformed("the body must be an object: parameters by name")),
            };
            let answer = desk.compute(move |session| callee.call(session, &arguments)).await?;
            Ok(answers::of_call(answer))
        })
        .await
    })
}

fn batch(callee: Callee) -> MethodRouter<Desk> {
    post(move |State(desk): State<Desk>, body: Body| async move {
        answer(async {
            let Value::Array(calls) = read_json(body).await? else {
                return Err(Fault::malformed("the body must be an array of objects: parameters by name"));
            };
            let deadline = Instant::now() + desk.request_timeout;
            let asked = calls.len();
            let answers = desk.compute(move |session| compute_all(session, callee, &calls, deadline)).await?;
            if answers.len() < asked { Err(Fault::timeout()) } else { Ok(answers::of_batch(answers)) }
        })
        .await
    })
}

/// Computes a batch in order; nobody waits for what lies behind the deadline, so it is not begun.
fn compute_all(session: &Session, callee: Callee, calls: &[Value], deadline: Instant) -> Vec<Answer> {
    let in_time = calls.iter().take_while(|_| Instant::now() < deadline);
    in_time
        .map(|call| match call {
            Value::Object(arguments) => callee.call(session, arguments),
            _ => Answer::Malformed("a call must be an object: parameters by name".to_string()),
        })
        .collect()
}

/// Serves one of the monolith's own routes with the monolith's own answers.
pub fn own(route: &'static Own) -> MethodRouter<Desk> {
    on(route.filter, move |State(desk): State<Desk>, request: Request| async move {
        answer(async {
            let request = own_request(route, request).await?;
            let answer = desk.compute(move |session| call_own(session, route.handler, &request)).await?;
            Ok(answers::of_route(route.handler, answer))
        })
        .await
    })
}

fn call_own(session: &Session, handler: &str, request: &RouteRequest) -> RouteAnswer {
    let started = Instant::now();
    let answer = session.route(handler, request);
    telemetry::computed(handler.to_string(), answers::route_outcome(&answer), started.elapsed());
    answer
}

async fn own_request(route: &Own, request: Request) -> Result<RouteRequest, Fault> {
    let path = path_parameters(route.pattern, route.parameters, request.uri().path());
    let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let query = query.into_owned().collect();
    let says_json = is_json(request.headers());
    let body = read(request.into_body()).await?;
    Ok(RouteRequest { path, query, body: if says_json { body } else { Vec::new() } })
}

async fn answer(outcome: impl Future<Output = Result<Response, Fault>>) -> Response {
    outcome.await.unwrap_or_else(|fault| answers::of_fault(&fault))
}

/// The raw texts of `parameters`, in that order, taken from `path` by where they stand in `pattern`.
fn path_parameters(pattern: &str, parameters: &[&str], path: &str) -> Vec<String> {
    let places: Vec<(&str, &str)> = pattern.split('/').zip(path.split('/')).collect();
    let text = |name: &&str| {
        let named = |segment: &str| segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(name);
        let place = places.iter().find(|(segment, _)| named(segment));
        place.map(|(_, text)| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned())
    };
    parameters.iter().filter_map(text).collect()
}

/// True where the request says that its body is JSON; the monolith reads no other.
fn is_json(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a body whole; the limit is set where the routes are put together.
async fn read(body: Body) -> Result<Vec<u8>, Fault> {
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(problem) if answers::is_too_large(&problem) => Err(Fault::too_large()),
        Err(_) => Err(Fault::malformed("the body ended early")),
    }
}

/// Reads a body as JSON; none at all stands for no parameters.
async fn read_json(body: Body) -> Result<Value, Fault> {
    let bytes = read(body).await?;
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(&bytes).map_err(|problem| answers::unreadable_json(&problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_path_parameters_in_the_handlers_order() {
        let found = path_parameters("/a/{x}/b/{y}", &["y", "x"], "/a/1%202/b/3");
        assert_eq!(found, ["3", "1 2"]);
    }

    #[test]
    fn knows_json_by_its_media_type() {
        let says = |text: &str| is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())]));
        assert!(says("application/json; charset=utf-8"));
        assert!(says("application/problem+json"));
        assert!(!says("application/x-www-form-urlencoded"));
    }
}
