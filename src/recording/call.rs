//! Requests, answers and recorded calls: the lines of the stdio protocol and of recordings.

use super::json::CodecError;
use super::value::Value;
use serde_json::Value as Json;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Call a function of the module.
    Function(String),
    /// Construct an object and keep it under a name.
    New {
        /// Python name of the class.
        class: String,
        /// The name to keep it under.
        keep: String,
    },
    /// Call a method of a kept object or of a module global.
    Method {
        /// Name of the object.
        on: String,
        /// Name of the method.
        method: String,
    },
    /// Tell the fields of an object, or of the module.
    State(Option<String>),
    /// Start afresh.
    Reset,
    /// Let the virtual clock jump forward, in milliseconds.
    Advance(u32),
}

/// One request: an action and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Arguments by position.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub kwargs: Vec<(String, Value)>,
}

impl Request {
    /// A request without arguments.
    pub fn bare(action: Action) -> Request {
        Request { action, args: Vec::new(), kwargs: Vec::new() }
    }

    /// Reads a request line; `None` where it is none.
    pub fn from_line(line: &str) -> Option<Request> {
        let json: Json = serde_json::from_str(line).ok()?;
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let action = if let Some(name) = text("function") {
            Action::Function(name)
        } else if let Some(class) = text("new") {
            Action::New { class, keep: text("as").unwrap_or_default() }
        } else if let Some(method) = text("method") {
            Action::Method { on: text("on")?, method }
        } else if json.get("state").is_some() {
            Action::State(text("state"))
        } else if let Some(seconds) = json.get("advance").and_then(Json::as_f64) {
            Action::Advance((seconds * 1000.0) as u32)
        } else {
            json.get("reset").map(|_| Action::Reset)?
        };
        let args = match json.get("args").and_then(Json::as_array) {
            Some(args) => args.iter().map(Value::from_json).collect::<Result<_, _>>().ok()?,
            None => Vec::new(),
        };
        Some(Request { action, args, kwargs: read_mutated(json.get("kwargs")).ok()? })
    }

    /// The request as one line without its end; `time` asks for the duration of the call.
    pub fn to_line(&self, id: u64, time: bool) -> String {
        let mut line = format!(r#"{{"id":{id}"#);
        self.write_action(&mut line);
        if time {
            line.push_str(r#","time":true"#);
        }
        line.push('}');
        line
    }

    /// Appends `,"function":"f","args":[..]` and the like.
    fn write_action(&self, line: &mut String) {
        match &self.action {
            Action::Function(name) => push_field(line, "function", name),
            Action::New { class, keep } => {
                push_field(line, "new", class);
                push_field(line, "as", keep);
            }
            Action::Method { on, method } => {
                push_field(line, "on", on);
                push_field(line, "method", method);
            }
            Action::State(None) => return line.push_str(r#","state":null"#),
            Action::State(Some(name)) => return push_field(line, "state", name),
            Action::Reset => return line.push_str(r#","reset":true"#),
            Action::Advance(milliseconds) => {
                return line.push_str(&format!(r#","advance":{:?}"#, f64::from(*milliseconds) / 1000.0));
            }
        }
        line.push_str(r#","args":"#);
        Value::List(self.args.clone()).write_exact(line);
        if !self.kwargs.is_empty() {
            let named = self.kwargs.iter().map(|(name, value)| (Value::text(name), value.clone()));
            line.push_str(r#","kwargs":"#);
            Value::Dict(named.collect()).write_exact(line);
        }
    }

    /// The call as a reader of Python would write it: `inventory.reserve(7, quantity=2)`.
    pub fn to_python(&self) -> String {
        let mut given: Vec<String> = self.args.iter().map(Value::to_exact).collect();
        given.extend(self.kwargs.iter().map(|(name, value)| format!("{name}={}", value.to_exact())));
        let given = given.join(", ");
        match &self.action {
            Action::Function(name) => format!("{name}({given})"),
            Action::New { class, keep } => format!("{keep} = {class}({given})"),
            Action::Method { on, method } => format!("{on}.{method}({given})"),
            Action::State(None) => "state of the module".to_owned(),
            Action::State(Some(name)) => format!("state of {name}"),
            Action::Reset => "start afresh".to_owned(),
            Action::Advance(milliseconds) => format!("{milliseconds} ms later"),
        }
    }

    /// How large the request is, for a shrinker to compare by.
    pub fn size(&self) -> usize {
        1 + self.args.iter().map(Value::size).sum::<usize>()
            + self.kwargs.iter().map(|(_, value)| 1 + value.size()).sum::<usize>()
    }
}

fn push_field(line: &mut String, key: &str, text: &str) {
    line.push_str(&format!(r#","{key}":{}"#, Json::String(text.to_owned())));
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned.
    Ok(Value),
    /// It raised: type and message.
    Error {
        /// Name of the exception's class.
        kind: String,
        /// `str(e)`
        message: String,
    },
    /// The port declined.
    Guard {
        /// What it declined for.
        kind: String,
        /// The Python line.
        at: String,
    },
    /// The original gave something that has no form in the protocol.
    Unencodable(String),
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The request it belongs to.
    pub id: Option<u64>,
    /// What came of the call.
    pub outcome: Outcome,
    /// Arguments that the call changed, by position or name.
    pub mutated: Vec<(String, Value)>,
    /// What the call printed.
    pub stdout: String,
    /// How long the call itself took, where asked.
    pub nanoseconds: Option<u64>,
}

impl Answer {
    /// Reads an answer line.
    pub fn from_line(line: &str) -> Result<Answer, CodecError> {
        let json: Json = serde_json::from_str(line).map_err(|problem| CodecError::NotJson(problem.to_string()))?;
        Ok(Answer {
            id: json.get("id").and_then(Json::as_u64),
            outcome: read_outcome(&json)?,
            mutated: read_mutated(json.get("mutated"))?,
            stdout: json.get("stdout").and_then(Json::as_str).unwrap_or_default().to_owned(),
            nanoseconds: json.get("ns").and_then(Json::as_u64),
        })
    }

    /// True where the request was not understood.
    pub fn is_protocol_error(&self) -> bool {
        matches!(&self.outcome, Outcome::Error { kind, .. } if kind == "ProtocolError")
    }
}

fn read_outcome(json: &Json) -> Result<Outcome, CodecError> {
    let text = |object: &Json, key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    if let Some(result) = json.get("ok") {
        return Ok(Outcome::Ok(Value::from_json(result)?));
    }
    if let Some(error) = json.get("error").filter(|error| error.is_object()) {
        let message = match error.get("message") {
            Some(Json::String(message)) => message.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        return Ok(Outcome::Error { kind: text(error, "type"), message });
    }
    if let Some(guard) = json.get("guard") {
        return Ok(Outcome::Guard { kind: text(guard, "kind"), at: text(guard, "at") });
    }
    match json.get("unencodable").and_then(Json::as_str) {
        Some(reason) => Ok(Outcome::Unencodable(reason.to_owned())),
        None => Err(CodecError::Malformed("answer without ok, error or guard".into())),
    }
}

fn read_mutated(json: Option<&Json>) -> Result<Vec<(String, Value)>, CodecError> {
    let Some(object) = json.and_then(Json::as_object) else { return Ok(Vec::new()) };
    object.iter().map(|(name, value)| Ok((name.clone(), Value::from_json(value)?))).collect()
}

/// A call that was seen in a run of the user's program.
///
/// Methods are recorded as material (object's class, arguments), not as a sequence to be replayed: other threads may
/// have come between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCall {
    /// `price` or `Inventory.reserve`.
    pub callable: String,
    /// Name of the module global that the method was called on.
    pub on: Option<String>,
    /// Arguments by position, without `self`.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub kwargs: Vec<(String, Value)>,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub nanoseconds: u64,
}

impl RecordedCall {
    /// The call as a line of a recording, without its duration: the same call gives the same line.
    pub fn to_line(&self) -> String {
        let named = |pairs: &[(String, Value)]| {
            Value::Dict(pairs.iter().map(|(name, value)| (Value::text(name), value.clone())).collect()).to_exact()
        };
        let on = self.on.as_ref().map_or(Value::None, Value::text).to_exact();
        let outcome = match &self.outcome {
            Outcome::Ok(value) => format!(r#""ok":{}"#, value.to_exact()),
            Outcome::Error { kind, message } => {
                let error = [("type".to_owned(), Value::text(kind)), ("message".to_owned(), Value::text(message))];
                format!(r#""error":{}"#, named(&error))
            }
            Outcome::Guard { kind, at } => {
                let guard = [("kind".to_owned(), Value::text(kind)), ("at".to_owned(), Value::text(at))];
                format!(r#""guard":{}"#, named(&guard))
            }
            Outcome::Unencodable(reason) => format!(r#""unencodable":{}"#, Value::text(reason).to_exact()),
        };
        let (callable, args) = (Value::text(&self.callable).to_exact(), Value::List(self.args.clone()).to_exact());
        let kwargs = if self.kwargs.is_empty() { "{}".to_owned() } else { named(&self.kwargs) };
        format!(r#"{{"callable":{callable},"on":{on},"args":{args},"kwargs":{kwargs},{outcome}}}"#)
    }

    /// Reads a line of a recording; `None` where it is no call (the header, a half-written last line).
    pub fn from_line(line: &str) -> Option<RecordedCall> {
        let json: Json = serde_json::from_str(line).ok()?;
        let args = json.get("args")?.as_array()?.iter().map(Value::from_json).collect::<Result<_, _>>().ok()?;
        let kwargs = read_mutated(json.get("kwargs")).ok()?;
        Some(RecordedCall {
            callable: json.get("callable")?.as_str()?.to_owned(),
            on: json.get("on").and_then(Json::as_str).map(str::to_owned),
            args,
            kwargs,
            outcome: read_outcome(&json).ok()?,
            nanoseconds: json.get("ns").and_then(Json::as_u64).unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_lines_of_the_protocol() {
        let call = Request {
            action: Action::Method { on: "a".into(), method: "reserve".into() },
            args: vec![Value::int(7), Value::Tuple(vec![])],
            kwargs: vec![("n".into(), Value::float(1.0))],
        };
        assert_eq!(
            call.to_line(3, true),
            r#"{"id":3,"on":"a","method":"reserve","args":[7,{"$tuple":[]}],"kwargs":{"n":1.0},"time":true}"#
        );
        assert_eq!(call.to_python(), r#"a.reserve(7, {"$tuple":[]}, n=1.0)"#);
        let bare = [Action::State(None), Action::State(Some("a".into())), Action::Reset, Action::Advance(1500)];
        let new = Request { action: Action::New { class: "C".into(), keep: "a".into() }, ..call.clone() };
        for request in bare.map(Request::bare).into_iter().chain([call, new]) {
            assert_eq!(Request::from_line(&request.to_line(1, false)), Some(request));
        }
        assert_eq!(Request::from_line("{}"), None);
        assert_eq!(Request::bare(Action::State(None)).to_line(1, false), r#"{"id":1,"state":null}"#);
        assert_eq!(Request::bare(Action::Advance(1500)).to_line(1, false), r#"{"id":1,"advance":1.5}"#);
    }

    #[test]
    fn answers_are_read() {
        let answer = Answer::from_line(r#"{"id":1,"error":{"type":"KeyError","message":"'x'"},"stdout":"hi\n"}"#);
        let outcome = Outcome::Error { kind: "KeyError".into(), message: "'x'".into() };
        let expected = Answer { id: Some(1), outcome, mutated: vec![], stdout: "hi\n".into(), nanoseconds: None };
        assert_eq!(answer, Ok(expected));
        for rubbish in ["", "hello", "{}", "[]", r#"{"id":1}"#, r#"{"id":1,"ok":{"$tuple":2}}"#] {
            assert!(Answer::from_line(rubbish).is_err(), "{rubbish}");
        }
    }

    #[test]
    fn recordings_are_read_and_rubbish_is_passed_over() {
        let line = r#"{"callable":"Inventory.reserve","on":"INVENTORY","args":[1],"kwargs":{},"ok":null,"ns":5}"#;
        let call = RecordedCall::from_line(line);
        assert_eq!(
            call.map(|call| (call.callable, call.on, call.args)),
            Some(("Inventory.reserve".into(), Some("INVENTORY".into()), vec![Value::int(1)]))
        );
        for outcome in [r#""ok":[1.5,null]"#, r#""error":{"type":"KeyError","message":"'x'"}"#] {
            let line = format!(r#"{{"callable":"f","on":null,"args":["a"],"kwargs":{{"n":2}},{outcome}}}"#);
            assert_eq!(RecordedCall::from_line(&line).map(|call| call.to_line()), Some(line));
        }
        assert_eq!(RecordedCall::from_line(r#"{"recording":1}"#), None);
        assert_eq!(RecordedCall::from_line(r#"{"callable":"#), None);
    }
}
