//! A port of `original.py` as it is written in a hurry: every function but `plain` has one mistake.
//!
//! What does not fit a signature is declined, so that nothing differs but the mistakes; `--decline` declines everything.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::BufRead;

const PARAMS: [(&str, &[&str]); 19] = [
    ("total", &["xs"]),
    ("halves", &["n"]),
    ("weekday", &["day"]),
    ("nearest", &["x"]),
    ("cents", &["price"]),
    ("letters", &["text"]),
    ("initial", &["text"]),
    ("tally", &["words"]),
    ("doubled", &["xs"]),
    ("ends", &["xs"]),
    ("factorial", &["n"]),
    ("find", &["xs", "n"]),
    ("size", &["words"]),
    ("scaled", &["x"]),
    ("shown", &["x"]),
    ("last", &["xs"]),
    ("positive", &["n"]),
    ("number", &["text"]),
    ("plain", &["flag", "text"]),
];

fn total(xs: Vec<i64>) -> i32 {
    xs.iter().fold(0, |sum, x| sum.wrapping_add(*x as i32))
}

fn tally(words: Vec<String>) -> HashMap<String, i64> {
    let mut found = HashMap::new();
    for word in words {
        *found.entry(word).or_insert(0) += 1;
    }
    found
}

fn doubled(xs: &[i64]) -> usize {
    let mut ys = xs.to_vec();
    ys.extend_from_slice(xs);
    ys.len()
}

fn factorial(n: i64) -> i64 {
    (2..n.rem_euclid(30)).fold(1i64, |result, i| result.wrapping_mul(i))
}

/// The answer to a call whose arguments have the right types; `None` declines.
fn answer(name: &str, args: &[Value]) -> Option<Value> {
    let ok = |value: Value| Some(json!({ "ok": value }));
    let raised = |class: &str, message: String| Some(json!({"error": {"type": class, "message": message}}));
    match name {
        "total" => ok(json!(total(ints(&args[0])?))),
        "halves" => ok(json!(args[0].as_i64()? / 2)),
        "weekday" => ok(json!(args[0].as_i64()? % 7)),
        "nearest" => ok(json!(args[0].as_f64().filter(|x| x.abs() < 1e15)?.round() as i64)),
        "cents" => ok(json!((args[0].as_f64().filter(|x| x.abs() < 1e12)? * 100.0).round() / 100.0)),
        "letters" => ok(json!(args[0].as_str()?.len())),
        "initial" => ok(json!(String::from_utf8_lossy(args[0].as_str()?.as_bytes().get(..1).unwrap_or_default()))),
        "tally" => ok(json!(tally(words(&args[0])?))),
        "doubled" => ok(json!(doubled(&ints(&args[0])?))),
        "ends" => {
            let xs = ints(&args[0])?;
            ok(json!([xs.first()?, xs.last()?]))
        }
        "factorial" => ok(json!(factorial(args[0].as_i64()?))),
        "find" => {
            let n = args[1].as_i64()?;
            ok(json!(ints(&args[0])?.iter().position(|x| *x == n).unwrap_or(0)))
        }
        "size" => ok(json!(words(&args[0])?.len() as f64)),
        "scaled" => {
            let x = args[0].as_f64()? * 2.0;
            ok(if x.fract() == 0.0 && x.abs() < 1e15 { json!(x as i64) } else { json!(x) })
        }
        "shown" => ok(json!(args[0].as_f64()?.to_string())),
        "last" => ok(json!(ints(&args[0])?.last().copied().unwrap_or_default())),
        "positive" => match args[0].as_i64()? {
            n if n > 0 => ok(json!(n)),
            n => raised("ValueError", format!("Not positive: {n}")),
        },
        "number" => match args[0].as_str()?.parse::<i64>() {
            Ok(n) => ok(json!(n)),
            Err(error) => raised("ParseIntError", error.to_string()),
        },
        "plain" => ok(json!(if args[0].as_bool()? { args[1].as_str()? } else { "" })),
        _ => None,
    }
}

fn ints(value: &Value) -> Option<Vec<i64>> {
    value.as_array()?.iter().map(Value::as_i64).collect()
}

fn words(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|word| word.as_str().map(String::from)).collect()
}

/// The arguments by position; `None` where they do not fit.
fn bound(request: &Value) -> Option<(&str, Vec<Value>)> {
    let name = request["function"].as_str()?;
    let params = PARAMS.iter().find(|(known, _)| *known == name)?.1;
    let mut args = request["args"].as_array()?.clone();
    let named = request["kwargs"].as_object().cloned().unwrap_or_default();
    let count = args.len() + named.len();
    for param in params.iter().skip(args.len()) {
        args.push(named.get(*param)?.clone());
    }
    (count == params.len()).then_some((name, args))
}

fn main() {
    let declines = std::env::args().any(|word| word == "--decline");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(request) = serde_json::from_str::<Value>(&line) else { continue };
        let declined = json!({"guard": {"kind": "type", "at": "original.py:1:1"}});
        let mut said = match bound(&request) {
            _ if request.get("function").is_none() => json!({ "ok": null }),
            Some((name, args)) if !declines => answer(name, &args).unwrap_or(declined),
            _ => declined,
        };
        let fields = said.as_object_mut().map(std::mem::take).unwrap_or_default();
        let mut line = json!({ "id": request["id"] });
        line.as_object_mut().into_iter().for_each(|line| line.extend(fields.clone()));
        println!("{line}");
    }
}
