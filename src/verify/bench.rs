//! The same calls timed on both sides, in process: what is measured is the call itself, without the codec or the pipe.
//!
//! Rounds alternate between the sides, after a warm-up. Each round gives one ratio; printed are the median of the
//! ratios and the interval that holds the true median with 95 % confidence (order statistics, no assumption on the
//! distribution).

use super::inputs::unbind;
use super::side::{Ask, Failure, Reply, Side};
use super::subject::Subjects;
use super::{VerifyError, VerifyJob};
use crate::host::clock;
use crate::recording::{Action, Outcome, Request};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Different calls timed of one function.
const CALLS: usize = 12;
/// Rounds, as many as fit the time but within these bounds.
const ROUNDS: (usize, usize) = (7, 41);
/// Round trips through the pipe, as many as fit the time but within these bounds.
const TRIPS: (usize, usize) = (30, 600);
/// About how long the timed rounds of one function may take.
const TIME: Duration = Duration::from_millis(2500);

/// How fast a function is on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Python name.
    pub name: String,
    /// Different calls that were timed.
    pub calls: usize,
    /// Rounds of all of them.
    pub rounds: usize,
    /// Nanoseconds of a call in CPython, median over the rounds.
    pub python_ns: f64,
    /// Nanoseconds of a call in the port, median over the rounds.
    pub port_ns: f64,
    /// CPython's time through the port's.
    pub speedup: Ratio,
}

/// A ratio with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// The median of all rounds.
    pub median: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How long a call takes through the port's pipe: request, answer and both codecs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trip {
    /// Calls that were timed.
    pub calls: usize,
    /// Nanoseconds of a call, median with its 95 % interval.
    pub ns: Ratio,
}

impl Trip {
    /// The median of such times, in nanoseconds; `None` where there are none.
    pub fn of(mut times: Vec<f64>) -> Option<Trip> {
        times.sort_by(f64::total_cmp);
        Some(Trip { calls: times.len(), ns: interval(&times)? })
    }
}

/// The most memory that each side has had resident while it was timed, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// CPython with the module.
    pub python: Option<u64>,
    /// The port.
    pub port: Option<u64>,
}

/// What timing a project found.
pub struct Benched {
    /// The functions that have calls which return on both sides.
    pub functions: Vec<BenchedFunction>,
    /// The most memory that each side took.
    pub memory: Memory,
    /// What was not timed, and why.
    pub notes: Vec<String>,
}

/// How fast one function is, and what it costs to reach it.
pub struct BenchedFunction {
    /// Both sides, in process.
    pub speed: Speed,
    /// A call through the port's pipe.
    pub stdio: Option<Trip>,
    /// A call over a kept connection to the service.
    pub http: Option<Trip>,
    /// The share of all CPU time that was measured for it.
    pub share: Option<f64>,
}

/// Calls that could be timed, by the Python name of the function; each is the last step of its case.
pub type Cases = BTreeMap<String, Vec<Vec<Request>>>;

/// What timing found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timed {
    /// The functions that have calls which return on both sides.
    pub speeds: Vec<Speed>,
    /// The calls that were timed.
    pub cases: Cases,
    /// What it took.
    pub memory: Memory,
}

/// Times every function that has calls which return on both sides; the others are left out. Recorded calls go before
/// kept ones.
pub fn bench(job: &VerifyJob, kept: &Cases, progress: &(dyn Fn(&str) + Sync)) -> Result<Timed, VerifyError> {
    let subjects = Subjects::of(job.interface);
    let (mut python, mut port) = (job.python("0"), job.unfenced_port());
    let mut timed = Timed::default();
    for (name, kept) in kept {
        progress(name);
        let recorded = recorded_cases(job, &subjects, name);
        let known = || kept.iter().cloned().map(from_fresh).collect();
        let cases = if recorded.is_empty() { known() } else { recorded };
        let cases = usable(&cases, &mut python, &mut port)?;
        let Some(speed) = time(name, &cases, &mut python, &mut port)? else { continue };
        timed.speeds.push(speed);
        timed.cases.insert(name.clone(), cases);
    }
    timed.memory = Memory { python: python.peak_memory(), port: port.peak_memory() };
    Ok(timed)
}

/// How long calls take through the pipe, by the name of the function.
pub fn round_trips(job: &VerifyJob, cases: &Cases) -> Result<BTreeMap<String, Trip>, VerifyError> {
    let mut port = job.unfenced_port();
    let mut trips = BTreeMap::new();
    for (name, cases) in cases {
        trips.extend(through_the_pipe(cases, &mut port)?.map(|trip| (name.clone(), trip)));
    }
    Ok(trips)
}

/// Round trips of the last steps, one after the other as somebody would make them who waits for each answer.
fn through_the_pipe(cases: &[Vec<Request>], port: &mut Side) -> Result<Option<Trip>, VerifyError> {
    let (start, mut times) = (clock::monotonic(), Vec::new());
    while times.len() < TRIPS.1 && (times.len() < TRIPS.0 || start.elapsed() < TIME / 2) {
        for case in cases {
            let Some((last, before)) = case.split_last() else { continue };
            port.ask(before, Ask::default());
            let sent = clock::monotonic();
            let replies = port.ask(std::slice::from_ref(last), Ask::default());
            let taken = sent.elapsed();
            match replies.last() {
                Some(Ok(_)) => times.push(taken.as_nanos() as f64),
                Some(Err(Failure::Interrupted)) => return Err(VerifyError::Interrupted),
                _ => return Ok(None),
            }
        }
        if cases.is_empty() {
            return Ok(None);
        }
    }
    Ok(Trip::of(times))
}

fn from_fresh(mut steps: Vec<Request>) -> Vec<Request> {
    if steps.first().map(|step| &step.action) != Some(&Action::Reset) {
        steps.insert(0, Request::bare(Action::Reset));
    }
    steps
}

fn recorded_cases(job: &VerifyJob, subjects: &Subjects, name: &str) -> Vec<Vec<Request>> {
    let Some(id) = subjects.find(None, name) else { return Vec::new() };
    let callable = subjects.callable(id);
    let calls: Vec<Request> = job
        .recorded
        .iter()
        .filter(|call| call.callable == name && matches!(call.outcome, Outcome::Ok(_)))
        .filter(|call| unbind(callable, &call.args, &call.kwargs).is_some())
        .map(|call| {
            let action = Action::Function(callable.name.clone());
            Request { action, args: call.args.clone(), kwargs: call.kwargs.clone() }
        })
        .collect();
    let step = calls.len().div_ceil(CALLS).max(1);
    calls.into_iter().step_by(step).map(|call| from_fresh(vec![call])).collect()
}

/// The first cases that return on both sides; this is the warm-up, too.
fn usable(cases: &[Vec<Request>], python: &mut Side, port: &mut Side) -> Result<Vec<Vec<Request>>, VerifyError> {
    let mut usable = Vec::new();
    for case in cases {
        if usable.len() < CALLS && once(python, case)?.is_some() && once(port, case)?.is_some() {
            usable.push(case.clone());
        }
    }
    Ok(usable)
}

/// Times the cases on both sides; `None` where there are none.
fn time(name: &str, usable: &[Vec<Request>], python: &mut Side, port: &mut Side) -> Result<Option<Speed>, VerifyError> {
    if usable.is_empty() {
        return Ok(None);
    }
    let start = clock::monotonic();
    all(python, usable)?;
    all(port, usable)?;
    let pass = start.elapsed().max(Duration::from_micros(50));
    let rounds = (TIME.as_nanos() / pass.as_nanos().max(1)) as usize;
    let rounds = rounds.clamp(ROUNDS.0, ROUNDS.1);
    let mut times = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let both = if round % 2 == 0 {
            (all(python, usable)?, all(port, usable)?)
        } else {
            let port = all(port, usable)?;
            (all(python, usable)?, port)
        };
        if let (Some(python), Some(port)) = both {
            times.push((python as f64 / usable.len() as f64, port as f64 / usable.len() as f64));
        }
    }
    Ok(speed(name, usable.len(), &times))
}

fn speed(name: &str, calls: usize, times: &[(f64, f64)]) -> Option<Speed> {
    let sorted = |part: &dyn Fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = times.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let ratios = sorted(&|(python, port)| python / port.max(1.0));
    let speedup = interval(&ratios)?;
    let python_ns = interval(&sorted(&|(python, _)| *python))?.median;
    let port_ns = interval(&sorted(&|(_, port)| *port))?.median;
    Some(Speed { name: name.to_owned(), calls, rounds: times.len(), python_ns, port_ns, speedup })
}

/// The median of sorted values and the order statistics that enclose it with 95 % confidence.
fn interval(sorted: &[f64]) -> Option<Ratio> {
    let count = sorted.len();
    let half = 0.98 * (count as f64).sqrt();
    let low = ((count as f64 + 1.0) / 2.0 - half).floor().max(1.0) as usize - 1;
    let high = count.checked_sub(1)? - low;
    let median = (sorted.get((count - 1) / 2)? + sorted.get(count / 2)?) / 2.0;
    Some(Ratio { median, low: *sorted.get(low)?, high: *sorted.get(high)? })
}

/// Nanoseconds of the last steps of all cases.
fn all(side: &mut Side, cases: &[Vec<Request>]) -> Result<Option<u64>, VerifyError> {
    let mut total = 0;
    for case in cases {
        match once(side, case)? {
            Some(nanoseconds) => total += nanoseconds,
            None => return Ok(None),
        }
    }
    Ok(Some(total))
}

/// Nanoseconds of the last step; `None` where it does not return.
fn once(side: &mut Side, case: &[Request]) -> Result<Option<u64>, VerifyError> {
    let replies: Vec<Reply> = side.ask(case, Ask { time: true, ..Ask::default() });
    if replies.last() == Some(&Err(Failure::Interrupted)) {
        return Err(VerifyError::Interrupted);
    }
    if replies.len() < case.len() {
        return Ok(None);
    }
    let answer = replies.last().and_then(|reply| reply.as_ref().ok()).and_then(|spoken| spoken.answer());
    let returned = answer.filter(|answer| matches!(answer.outcome, Outcome::Ok(_)));
    Ok(returned.and_then(|answer| answer.nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_encloses_the_median() {
        let values: Vec<f64> = (1..=21).map(f64::from).collect();
        assert_eq!(interval(&values), Some(Ratio { median: 11.0, low: 6.0, high: 16.0 }));
        assert_eq!(interval(&[2.0, 4.0]), Some(Ratio { median: 3.0, low: 2.0, high: 4.0 }));
        assert_eq!(interval(&[]), None);
    }

    #[test]
    fn speed_is_python_through_port() {
        let speed = speed("f", 1, &[(1000.0, 10.0), (1000.0, 20.0), (1000.0, 10.0)]);
        assert_eq!(speed.map(|speed| (speed.speedup.median, speed.python_ns)), Some((100.0, 1000.0)));
    }
}
