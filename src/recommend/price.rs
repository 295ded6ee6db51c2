//! What a move would give and cost: the ceiling, the expected speed, the boundary.
//!
//! Expected speeds are ranges by kind of work, and stay estimates until something is compiled and measured. What
//! crossing a boundary costs was measured elsewhere; each row says where.

use super::case::Case;
use super::figures::{Figure, Range};
use super::opinion::{Form, Language};
use crate::facts::Work;
use serde::Serialize;

/// The price of one function's verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Price {
    /// The whole program cannot get faster than this by any move of this function; `None` where nothing was measured.
    pub ceiling: Option<Figure>,
    /// CPU time of one call in microseconds.
    pub per_call_us: Option<Figure>,
    /// What each form would give.
    pub options: Vec<FormPrice>,
    /// What crossing a boundary costs a call.
    pub boundaries: Vec<BoundaryPrice>,
}

/// What one form would give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormPrice {
    /// The form.
    pub form: Form,
    /// In which language.
    pub language: Language,
    /// Expected speed of the code itself, as a factor.
    pub code: Range,
    /// Expected speed of a call with its boundary; `None` where the call's time is not known.
    pub call: Option<Range>,
    /// Expected speed of the whole program; `None` where its share was not measured.
    pub program: Option<Range>,
}

/// A boundary beside a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoundaryPrice {
    /// Which one.
    #[serde(flatten)]
    pub transport: Transport,
    /// What it adds as a share of the call's present time; `None` where that is not known.
    pub share_of_call: Option<Range>,
}

/// A way to reach code from Python.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Transport {
    /// Its name.
    pub name: &'static str,
    /// Microseconds a call.
    pub us: Range,
    /// Where the figures come from.
    pub from: &'static str,
}

const LOOPBACK: &str = "measured on loopback, CPython 3.11, two shared cores";

/// Boundaries from near to far.
pub const TRANSPORTS: [Transport; 6] = [
    Transport {
        name: "in process",
        us: Range::new(0.08, 0.08),
        from: "measured: a scalar call through PyO3, CPython 3.11",
    },
    Transport { name: "HTTP, leanest kept-alive client", us: Range::new(53.0, 69.0), from: LOOPBACK },
    Transport { name: "HTTP, requests.Session", us: Range::new(350.0, 410.0), from: LOOPBACK },
    Transport { name: "HTTP, a new connection each time", us: Range::new(650.0, 690.0), from: LOOPBACK },
    Transport {
        name: "HTTP within a zone",
        us: Range::new(500.0, 1_000.0),
        from: "estimated: loopback and a network hop",
    },
    Transport {
        name: "HTTP through a mesh",
        us: Range::new(3_000.0, 3_400.0),
        from: "published by Istio: 2.65 ms more at p90",
    },
];

/// Nanoseconds to marshal one record of a list through an in-process boundary.
pub const RECORD_NS: Range = Range::new(144.0, 350.0);

/// Expected speed by kind of work, before anything is compiled.
pub fn expected(case: &Case<'_>) -> Range {
    let native = case.native_share().value.clamp(0.0, 1.0);
    let text = case.cpu_work_share(Work::Text);
    let python = (1.0 - native).max(0.0);
    let (compute, text) = match text + case.cpu_work_share(Work::Compute) {
        sum if sum > 0.0 => (python * (1.0 - text / sum), python * text / sum),
        _ => (python, 0.0),
    };
    let looped = if case.has_loops() { Range::new(20.0, 100.0) } else { Range::new(1.5, 5.0) };
    let mixed = |compute_by: f64, text_by: f64, native_by: f64| {
        1.0 / (compute / compute_by + text / text_by + native / native_by).max(1e-3)
    };
    Range::new(mixed(looped.low, 2.0, 1.0), mixed(looped.high, 8.0, 1.2))
}

/// The speed of the whole when a share of it gets faster by a factor (Amdahl).
pub fn amdahl(share: f64, factor: f64) -> f64 {
    1.0 / (1.0 - share + share / factor.max(1e-9)).max(1e-9)
}

/// What every form would give.
pub fn price(case: &Case<'_>) -> Price {
    let per_call = case.per_call.clone();
    let ceiling = case
        .cpu_share()
        .map(|share| Figure::bound(1.0 / (1.0 - share.min(0.999)), "Amdahl: everything else stays as slow as it is"));
    let boundaries = TRANSPORTS
        .iter()
        .map(|transport| BoundaryPrice {
            transport: *transport,
            share_of_call: per_call.as_ref().map(|call| transport.us.map(|us| us / call.value.max(1e-3))),
        })
        .collect();
    Price { ceiling, options: options(case), per_call_us: per_call, boundaries }
}

fn options(case: &Case<'_>) -> Vec<FormPrice> {
    let rust = expected(case);
    let go = Range::new((rust.low / 1.85).max(1.0), (rust.high / 1.17).max(1.0)); // what checked arithmetic costs in Go
    let round_trip = case.policy.verdicts.round_trip_us;
    let near = TRANSPORTS[0].us.high;
    [
        (Form::NewerPython, Language::Python, Range::new(1.0, 1.3), 0.0),
        (Form::Mypyc, Language::Python, Range::new(0.8, 4.0), 0.0),
        (Form::Extension, Language::Rust, rust, near),
        (Form::Service, Language::Rust, rust, round_trip),
        (Form::Service, Language::Go, go, round_trip),
    ]
    .into_iter()
    .map(|(form, language, code, boundary_us)| {
        let call = case.call_us().map(|us| code.map(|factor| us / (us / factor + boundary_us)));
        let program = case.cpu_share().map(|share| call.unwrap_or(code).map(|factor| amdahl(share, factor)));
        FormPrice { form, language, code, call, program }
    })
    .collect()
}

impl Price {
    /// The option of a form in a language, or in any where it is not asked for.
    pub fn option(&self, form: Form, language: Option<&Language>) -> Option<&FormPrice> {
        self.options
            .iter()
            .find(|option| option.form == form && language.is_none_or(|wanted| *wanted == option.language))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn amdahl_bounds_the_claim_that_thirty_five_percent_fifteen_times_faster_gives() {
        assert!((850.0 / amdahl(0.35, 15.0) - 572.3).abs() < 0.1);
    }

    #[test]
    fn numeric_loops_are_expected_twenty_to_a_hundred_times_faster() {
        let world = World::new(|f| f.cost.loop_depth = 2);
        let range = expected(&world.case());
        assert!((range.low - 20.0).abs() < 1e-9 && (range.high - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_tiny_call_gets_hundreds_of_times_slower_as_a_service() {
        let world = World::new(|_| {}).per_call(0.12);
        let price = price(&world.case());
        let call = price.option(Form::Service, Some(&Language::Rust)).unwrap().call.unwrap();
        assert!(call.high < 1.0 / 450.0, "{call:?}");
    }

    #[test]
    fn native_work_gains_next_to_nothing() {
        let world = World::new(|f| f.cost.total = crate::facts::Steps::of(Work::Native, 1e6));
        assert!(expected(&world.case()).high < 1.3);
    }
}
