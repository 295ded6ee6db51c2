//! One call on its way: arguments bound as Python binds them, what they were before, what came out.

use crate::boundary::Object;
use crate::support::exception::{Exception, TYPE_ERROR};
use crate::wire::Wire;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Instant;

/// A parameter of a signature.
pub struct Param {
    /// Python name.
    pub name: &'static str,
    /// Has no default.
    pub required: bool,
    /// Stands after a `*`.
    pub keyword_only: bool,
    /// Stands before a `/`.
    pub positional_only: bool,
    /// Takes the positional arguments that are left.
    pub rest: bool,
    /// `None` asks for its default.
    pub fresh: bool,
}

/// What a call has to fit.
pub struct Signature {
    /// As Python's messages name it: `PriceBook.rule`.
    pub name: &'static str,
    /// One where `self` is bound already, else zero.
    pub bound: usize,
    /// Parameters without `self`.
    pub params: &'static [Param],
    /// Where it is defined.
    pub at: &'static str,
}

/// A call on its way.
pub struct Call<'a> {
    args: &'a [Value],
    kwargs: &'a Map<String, Value>,
    /// Results are written in the exact form.
    pub exact: bool,
    /// Kept objects that arguments refer to.
    pub referred: HashMap<String, Object>,
    /// Where the callee is defined.
    pub at: &'static str,
    /// The arguments did not fit the signature.
    pub unbound: bool,
    given: Vec<Option<(String, Cow<'a, Value>)>>,
    /// All arguments are given by name, those of `*name` as a list.
    pub by_name: bool,
    before: Vec<(usize, Value)>,
    /// Arguments that the call changed.
    pub mutated: Map<String, Value>,
    /// Objects that arguments referred to and that may have changed.
    pub returned: Vec<(String, Object)>,
    /// The result, where it can be kept.
    pub kept: Option<Object>,
    started: Option<Instant>,
    /// How long the call itself took.
    pub nanoseconds: u64,
}

impl<'a> Call<'a> {
    /// A call with its arguments.
    pub fn new(args: &'a [Value], kwargs: &'a Map<String, Value>, exact: bool) -> Call<'a> {
        Call {
            args,
            kwargs,
            exact,
            referred: HashMap::new(),
            at: "",
            unbound: false,
            given: Vec::new(),
            by_name: false,
            before: Vec::new(),
            mutated: Map::new(),
            returned: Vec::new(),
            kept: None,
            started: None,
            nanoseconds: 0,
        }
    }

    /// The names of kept objects that arguments refer to.
    pub fn references(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.args.iter().chain(self.kwargs.values()).for_each(|value| find_references(value, &mut names));
        names
    }

    /// Binds the arguments, with CPython's messages where they do not fit.
    pub fn bind(&mut self, signature: &'static Signature) -> Result<(), Exception> {
        self.at = signature.at;
        let bound = self.bind_values(signature);
        self.unbound = bound.is_err();
        bound.map_err(|message| Exception::new(&TYPE_ERROR, format!("{}() {message}", signature.name)))
    }

    fn bind_values(&mut self, signature: &Signature) -> Result<(), String> {
        let params = signature.params;
        let positional = params.iter().filter(|param| !param.keyword_only && !param.rest).count();
        let mut given: Vec<Option<(String, Cow<'a, Value>)>> = vec![None; params.len()];
        for (at, value) in self.args.iter().take(positional).enumerate() {
            given[at] = Some((at.to_string(), Cow::Borrowed(value)));
        }
        let rest = params.iter().position(|param| param.rest);
        let can_be_named = |param: &Param| !param.positional_only && (self.by_name || !param.rest);
        for (name, value) in self.kwargs {
            match params.iter().position(|param| param.name == name && can_be_named(param)) {
                None if params.iter().any(|param| param.name == name && param.positional_only) => {
                    return Err(format!("got some positional-only arguments passed as keyword arguments: '{name}'"));
                }
                None => return Err(format!("got an unexpected keyword argument '{name}'")),
                Some(at) if given[at].is_some() => return Err(format!("got multiple values for argument '{name}'")),
                Some(at) => given[at] = Some((name.clone(), Cow::Borrowed(value))),
            }
        }
        match rest {
            Some(rest) => {
                let left = self.args.get(positional..).unwrap_or_default().to_vec();
                given[rest].get_or_insert_with(|| (positional.to_string(), Cow::Owned(Value::Array(left))));
            }
            None if self.args.len() > positional => return Err(self.too_many(signature, positional, &given)),
            None => {}
        }
        let missing = |keyword_only: bool| {
            let absent = params.iter().zip(&given).filter(|(param, value)| param.required && value.is_none());
            absent.filter(|(param, _)| param.keyword_only == keyword_only).map(|(param, _)| param.name).collect::<Vec<_>>()
        };
        for (keyword_only, word) in [(false, "positional"), (true, "keyword-only")] {
            let names = missing(keyword_only);
            if !names.is_empty() {
                let plural = if names.len() == 1 { "" } else { "s" };
                return Err(format!("missing {} required {word} argument{plural}: {}", names.len(), listed(&names)));
            }
        }
        for (_, given) in params.iter().zip(&mut given).filter(|(param, _)| param.fresh) {
            *given = given.take().filter(|(_, value)| !value.is_null());
        }
        self.given = given;
        Ok(())
    }

    fn too_many(&self, signature: &Signature, positional: usize, given: &[Option<(String, Cow<'a, Value>)>]) -> String {
        let params = signature.params;
        let required = params.iter().filter(|param| !param.keyword_only && param.required).count() + signature.bound;
        let most = positional + signature.bound;
        let takes = if required == most { format!("takes {most}") } else { format!("takes from {required} to {most}") };
        let plural = if most == 1 && required == most { "" } else { "s" };
        let count = self.args.len() + signature.bound;
        let keywords = params.iter().zip(given).filter(|(param, value)| param.keyword_only && value.is_some()).count();
        let (were, extra) = match keywords {
            0 => (if count == 1 { "was" } else { "were" }, String::new()),
            _ => {
                let s = if count == 1 { "" } else { "s" };
                let keyword_s = if keywords == 1 { "" } else { "s" };
                let extra = format!(" positional argument{s} (and {keywords} keyword-only argument{keyword_s})");
                ("were", extra)
            }
        };
        format!("{takes} positional argument{plural} but {count}{extra} {were} given")
    }

    /// The value of a parameter; `None` where its default is to be taken.
    fn value(&self, at: usize) -> Option<&Value> {
        self.given.get(at)?.as_ref().map(|given| &*given.1)
    }

    /// A parameter that has no default.
    pub fn take<T: Wire>(&self, at: usize) -> T {
        T::decode(self.value(at).unwrap_or(&Value::Null))
    }

    /// A parameter that has a default.
    pub fn take_or<T: Wire>(&self, at: usize, default: impl FnOnce() -> T) -> T {
        self.value(at).map_or_else(default, T::decode)
    }

    /// The kept object that an argument refers to.
    pub fn referred(&self, at: usize) -> Option<(String, Object)> {
        let name = crate::wire::tagged(self.value(at)?, "$ref")?.as_str()?;
        Some((name.to_string(), self.referred.get(name)?.clone()))
    }

    /// Notes what an argument is before the call.
    pub fn before<T: Wire>(&mut self, at: usize, value: &T) {
        if self.value(at).is_some() {
            self.before.push((at, value.encode(true)));
        }
    }

    /// Notes what an argument is after the call.
    pub fn after<T: Wire>(&mut self, at: usize, value: &T) {
        let Some((_, before)) = self.before.iter().find(|noted| noted.0 == at) else { return };
        if *before != value.encode(true)
            && let Some(Some((name, _))) = self.given.get(at)
        {
            self.mutated.insert(name.clone(), value.encode(self.exact));
        }
    }

    /// The name under which an argument was given, for a result that is the same object.
    pub fn alias(&self, at: usize) -> Option<Value> {
        let name = self.given.get(at)?.as_ref().map(|given| given.0.clone())?;
        Some(crate::wire::tag("$alias", Value::String(name)))
    }

    /// The call itself starts.
    pub fn start(&mut self) {
        self.started = Some(Instant::now());
    }

    /// The call itself is over.
    pub fn stop(&mut self) {
        let spent = self.started.map_or(0, |started| started.elapsed().as_nanos());
        self.nanoseconds = u64::try_from(spent).unwrap_or(u64::MAX);
    }
}

/// `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        [front @ .., last] => format!("{}, and {last}", front.join(", ")),
    }
}

/// The kept objects that a value names, at any depth.
fn find_references(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| find_references(item, names)),
        Value::Object(fields) => {
            names.extend(crate::wire::tagged(value, "$ref").and_then(Value::as_str).map(str::to_string));
            fields.values().for_each(|item| find_references(item, names));
        }
        _ => {}
    }
}
