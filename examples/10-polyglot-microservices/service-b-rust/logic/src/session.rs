//! The session: the state of the module, the locks around it, and the stdio protocol.
//!
//! Pure calls take no lock, readers a shared one, writers an exclusive one. A call that declines leaves no trace: what
//! it changed is put back.

use crate::boundary::{self, Need, Object, State};
use crate::call::Call;
use crate::support::exception::Exception;
use crate::support::guard::Guard;
use serde_json::{Map, Value};
use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Once, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

thread_local! {
    static CALLING: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What a call gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Its result.
    Ok(Value),
    /// A Python exception.
    Error { kind: String, message: String },
    /// It declined.
    Guard { kind: String, at: String },
    /// It does not exist, or the arguments do not fit.
    Malformed(String),
}

/// A web request of a route.
#[derive(Clone, Debug, Default)]
pub struct RouteRequest {
    /// Path parameters as they stand in the path, in order.
    pub path: Vec<String>,
    /// Query parameters.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a route gave.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteAnswer {
    /// A response.
    Response { status: u16, content_type: &'static str, body: Vec<u8> },
    /// An exception that the handler did not catch.
    Error { kind: String, message: String },
    /// It declined.
    Guard { kind: String, at: String },
    /// No such route, or a path parameter did not convert.
    NotFound,
}

/// Everything that calls can change.
#[derive(Clone)]
pub struct World {
    /// Module globals.
    pub state: State,
    /// Objects made by `new` or kept by `as`.
    pub objects: HashMap<String, Object>,
}

/// The state of the module and the locks around it.
pub struct Session {
    world: RwLock<World>,
}

impl Default for Session {
    fn default() -> Self {
        Session::new()
    }
}

type Outcome = Result<Result<Value, Exception>, Guard>;

impl Session {
    /// The state after import.
    pub fn new() -> Session {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if !CALLING.get() {
                    before(info);
                }
            }));
        });
        Session { world: RwLock::new(World { state: State::new(), objects: HashMap::new() }) }
    }

    fn read(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls a function; arguments by name.
    pub fn function(&self, name: &str, arguments: &Map<String, Value>) -> Answer {
        let mut call = Call::new(&[], arguments, false);
        call.by_name = true;
        match boundary::function_need(name) {
            Some(need) => {
                let outcome = self.call_function(name, need, &mut call);
                answer(outcome, &call)
            }
            None => Answer::Malformed(format!("no function {name}")),
        }
    }

    /// Calls a method of a module global; arguments by name.
    pub fn method(&self, object: &str, name: &str, arguments: &Map<String, Value>) -> Answer {
        let mut call = Call::new(&[], arguments, false);
        call.by_name = true;
        match self.call_method(object, name, &mut call) {
            Some(outcome) => answer(outcome, &call),
            None => Answer::Malformed(format!("no method {object}.{name}")),
        }
    }

    /// Answers a request of a route.
    pub fn route(&self, handler: &str, request: &RouteRequest) -> RouteAnswer {
        let Some((need, at)) = boundary::route_need(handler) else {
            return RouteAnswer::NotFound;
        };
        let mut found = None;
        let outcome = match need {
            Need::Write => self.writing(|world| {
                found = boundary::write_route(handler, request, &mut world.state);
                Ok(Value::Null)
            }),
            Need::Pure | Need::Read => {
                let world = self.read();
                guarded(|| {
                    found = boundary::read_route(handler, request, &world.state);
                    Ok(Value::Null)
                })
            }
        };
        match (outcome, found) {
            (Err(guard), _) => RouteAnswer::Guard { kind: guard.kind.to_string(), at: place(&guard, at) },
            (Ok(_), None) => RouteAnswer::NotFound,
            (Ok(_), Some(Err(error))) => {
                RouteAnswer::Error { kind: error.class().name.to_string(), message: error.message().to_string() }
            }
            (Ok(_), Some(Ok((status, body)))) => RouteAnswer::Response { status, content_type: "application/json", body },
        }
    }

    fn call_function(&self, name: &str, need: Need, call: &mut Call<'_>) -> Outcome {
        self.prepare(call);
        let outcome = match need {
            // A kept object that is given may change.
            Need::Pure | Need::Read if !call.referred.is_empty() => self.writing(|world| match need {
                Need::Pure => boundary::pure_function(name, call),
                Need::Read | Need::Write => boundary::read_function(name, call, &world.state),
            }),
            Need::Pure => guarded(|| boundary::pure_function(name, call)),
            Need::Read => {
                let world = self.read();
                guarded(|| boundary::read_function(name, call, &world.state))
            }
            Need::Write => self.writing(|world| boundary::write_function(name, call, &mut world.state)),
        };
        self.put_back(call, &outcome);
        outcome
    }

    fn call_method(&self, object: &str, name: &str, call: &mut Call<'_>) -> Option<Outcome> {
        let need = boundary::method_need(&self.read(), object, name)?;
        self.prepare(call);
        let outcome = match need {
            Need::Pure | Need::Read if !call.referred.is_empty() => {
                self.writing(|world| boundary::read_method(object, name, call, world))
            }
            Need::Pure | Need::Read => {
                let world = self.read();
                guarded(|| boundary::read_method(object, name, call, &world))
            }
            Need::Write => self.writing(|world| boundary::write_method(object, name, call, world)),
        };
        self.put_back(call, &outcome);
        Some(outcome)
    }

    fn prepare(&self, call: &mut Call<'_>) {
        let names = call.references();
        if !names.is_empty() {
            let world = self.read();
            let known = names.into_iter().filter_map(|name| Some((name.clone(), world.objects.get(&name)?.clone())));
            call.referred = known.collect();
            boundary::give(&call.referred);
        }
    }

    fn put_back(&self, call: &mut Call<'_>, outcome: &Outcome) {
        if outcome.is_ok() && !call.returned.is_empty() {
            self.write().objects.extend(call.returned.drain(..));
        }
    }

    /// Runs a change; where it declines, everything is as before.
    fn writing(&self, change: impl FnOnce(&mut World) -> Result<Value, Exception>) -> Outcome {
        let mut world = self.write();
        let before = world.clone();
        boundary::begin();
        let outcome = guarded(|| change(&mut world));
        boundary::end(outcome.is_err());
        if outcome.is_err() {
            *world = before;
        }
        outcome
    }

    /// The stdio protocol: one request line in, one answer line out, without line ends.
    pub fn call_line(&self, line: &str, exact: bool) -> String {
        let request = match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(request)) => request,
            Ok(_) => return written(&Value::Null, protocol_error("a request is an object")),
            Err(error) => return unreadable(line, &error.to_string()),
        };
        let id = request.get("id").cloned().unwrap_or(Value::Null);
        boundary::listen();
        let mut answer = self.perform(&request, exact);
        let printed = boundary::heard();
        if !printed.is_empty() && !answer.contains_key("guard") {
            answer.insert("stdout".to_string(), Value::from(printed));
        }
        written(&id, answer)
    }

    fn perform(&self, request: &Map<String, Value>, exact: bool) -> Map<String, Value> {
        let word = |name: &str| request.get(name).and_then(Value::as_str);
        if let Some(state) = request.get("state") {
            return self.show(state, exact);
        }
        if request.contains_key("reset") {
            return self.reset();
        }
        if let (Some(seconds), true) = (request.get("advance").and_then(Value::as_f64), boundary::HAS_CLOCK) {
            boundary::advance_clock(seconds);
            return ok(Value::Null);
        }
        let (none, empty) = (Vec::new(), Map::new());
        let args = request.get("args").and_then(Value::as_array).unwrap_or(&none);
        let kwargs = request.get("kwargs").and_then(Value::as_object).unwrap_or(&empty);
        let mut call = Call::new(args, kwargs, exact);
        let outcome = match (word("function"), word("new"), word("on"), word("method")) {
            (Some(name), _, _, _) => {
                boundary::function_need(name).map(|need| self.call_function(name, need, &mut call))
            }
            (_, Some(class), _, _) => boundary::class_need(class).map(|need| self.construct(class, need, &mut call)),
            (_, _, Some(object), Some(name)) => self.call_method(object, name, &mut call),
            _ => return protocol_error("unknown request"),
        };
        let Some(outcome) = outcome else {
            return protocol_error("no such function, class, object or method");
        };
        let discard = request.contains_key("new") || request.get("discard").and_then(Value::as_bool) == Some(true);
        self.answered(outcome, call, word("as"), discard, request.contains_key("time"))
    }

    fn construct(&self, class: &str, need: Need, call: &mut Call<'_>) -> Outcome {
        self.prepare(call);
        let outcome = match need {
            Need::Write => self.writing(|world| boundary::construct_writing(class, call, &mut world.state)),
            Need::Pure | Need::Read if !call.referred.is_empty() => {
                self.writing(|world| boundary::construct(class, call, &world.state))
            }
            Need::Pure | Need::Read => {
                let world = self.read();
                guarded(|| boundary::construct(class, call, &world.state))
            }
        };
        self.put_back(call, &outcome);
        outcome
    }

    fn answered(&self, outcome: Outcome, call: Call<'_>, keep: Option<&str>, discard: bool, time: bool) -> Map<String, Value> {
        let mut fields = match outcome {
            Ok(Ok(value)) => {
                if let (Some(name), Some(object)) = (keep, call.kept) {
                    self.write().objects.insert(name.to_string(), object);
                }
                ok(if discard { Value::Null } else { value })
            }
            Ok(Err(error)) => error_fields(error.class().name, error.message()),
            Err(guard) => return guard_fields(guard.kind, &place(&guard, call.at)),
        };
        if !call.mutated.is_empty() {
            fields.insert("mutated".to_string(), Value::Object(call.mutated));
        }
        if time {
            fields.insert("ns".to_string(), Value::from(call.nanoseconds));
        }
        fields
    }

    fn show(&self, name: &Value, exact: bool) -> Map<String, Value> {
        let world = self.read();
        let mut found = true;
        let shown = guarded(|| {
            let fields = match name.as_str() {
                None => Some(boundary::show_state(&world.state, exact)),
                Some(name) => boundary::show_object(&world, name, exact),
            };
            found = fields.is_some();
            Ok(Value::Object(fields.unwrap_or_default()))
        });
        match shown {
            Ok(Ok(fields)) if found => ok(fields),
            Ok(_) => protocol_error("no such object"),
            Err(guard) => guard_fields(guard.kind, guard.at),
        }
    }

    fn reset(&self) -> Map<String, Value> {
        boundary::reset_clock();
        *self.write() = World { state: State::new(), objects: HashMap::new() };
        ok(Value::Null)
    }
}

/// Runs a call; what panics declines.
fn guarded(run: impl FnOnce() -> Result<Value, Exception>) -> Outcome {
    let was = CALLING.replace(true);
    crate::wire::take_widened();
    crate::wire::start_writing();
    boundary::take_shown();
    let outcome = catch_unwind(AssertUnwindSafe(run)).map_err(|payload| reason(payload.as_ref()));
    CALLING.set(was);
    // An integer stood for a float, and floats were put into text: Python would have shown `3`, not `3.0`.
    if crate::wire::take_widened() && boundary::take_shown() && outcome.is_ok() {
        return Err(Guard { kind: "int_for_float", at: "" });
    }
    outcome
}

fn reason(payload: &(dyn Any + Send)) -> Guard {
    if let Some(guard) = payload.downcast_ref::<Guard>() {
        return guard.clone();
    }
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let overflow = text.is_some_and(|text| text.starts_with("attempt to") && text.ends_with("overflow"));
    Guard { kind: if overflow { "int_overflow" } else { "panic" }, at: "" }
}

fn place(guard: &Guard, at: &str) -> String {
    if guard.at.is_empty() { at.to_string() } else { guard.at.to_string() }
}

fn answer(outcome: Outcome, call: &Call<'_>) -> Answer {
    match outcome {
        Ok(Ok(value)) => Answer::Ok(value),
        Ok(Err(error)) if call.unbound => Answer::Malformed(error.message().to_string()),
        Ok(Err(error)) => Answer::Error { kind: error.class().name.to_string(), message: error.message().to_string() },
        Err(guard) => Answer::Guard { kind: guard.kind.to_string(), at: place(&guard, call.at) },
    }
}

fn ok(value: Value) -> Map<String, Value> {
    Map::from_iter([("ok".to_string(), value)])
}

fn named(word: &str, first: (&str, &str), second: (&str, &str)) -> Map<String, Value> {
    let text = |pair: (&str, &str)| (pair.0.to_string(), Value::String(pair.1.to_string()));
    Map::from_iter([(word.to_string(), Value::Object(Map::from_iter([text(first), text(second)])))])
}

fn error_fields(kind: &str, message: &str) -> Map<String, Value> {
    named("error", ("type", kind), ("message", message))
}

fn guard_fields(kind: &str, at: &str) -> Map<String, Value> {
    named("guard", ("kind", kind), ("at", at))
}

fn protocol_error(message: &str) -> Map<String, Value> {
    error_fields("ProtocolError", message)
}

fn written(id: &Value, fields: Map<String, Value>) -> String {
    let mut whole = Map::from_iter([("id".to_string(), id.clone())]);
    whole.extend(fields);
    Value::Object(whole).to_string()
}

/// A line that the parser rejects: too deep and lone surrogates are values that Python has and we decline.
fn unreadable(line: &str, problem: &str) -> String {
    let id = identity(line);
    if problem.contains("recursion limit") {
        return written(&id, guard_fields("depth", ""));
    }
    if problem.contains("surrogate") || problem.contains("unexpected end of hex escape") {
        return written(&id, guard_fields("surrogate", ""));
    }
    written(&id, protocol_error(problem))
}

/// The id of a request that cannot be read as a whole, where it stands at its start.
fn identity(line: &str) -> Value {
    let after = line.trim_start().strip_prefix('{').map(str::trim_start).and_then(|rest| rest.strip_prefix("\"id\""));
    let number = after.map(str::trim_start).and_then(|rest| rest.strip_prefix(':')).map(str::trim_start);
    let digits: String = number.unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u64>().map_or(Value::Null, Value::from)
}
