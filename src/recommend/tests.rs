//! Verdicts on whole programs: the shop of the examples in miniature.

use super::testing::facts;
use super::*;
use crate::facts::{CallSite, FirstRefusal, LockUse, State, Steps, Translation, Use, UseKind, Work};
use crate::measurement::tests::{Tree, measurement};
use crate::policy::Need;
use crate::span::Location;

const FUNCTIONS: [&str; 11] = [
    "monolith.price_route",
    "pricing.calculate_price",
    "pricing.season_profit",
    "pricing.calculate_dynamic_price",
    "inventory.query_stock",
    "inventory.project",
    "orders.place",
    "recommendations.similar",
    "notifications.send",
    "media.shrink",
    "monolith.stock_route",
];

/// The shop: the functions above, each module in a file of its own.
fn shop() -> Program {
    let mut program = Program::default();
    for (number, name) in FUNCTIONS.iter().enumerate() {
        let mut function = facts(name);
        function.id = FunctionId(number as u32);
        let module = function.module.clone();
        let file = match program.sources.by_module(&module) {
            Some(file) => file.id,
            None => program.sources.add(format!("{module}.py"), module, ""),
        };
        function.at.file = file;
        function.cost.loop_depth = 1;
        program.functions.push(function);
    }
    for (caller, callee) in [(0, 1), (1, 2), (10, 4), (4, 5)] {
        let call = CallSite { callee: FunctionId(callee), at: Location::default(), times: 1.0, loop_depth: 0 };
        program.functions[caller].calls.push(call);
    }
    let small = &mut program.functions[3].cost;
    (small.total, small.loop_depth) = (Steps::of(Work::Compute, 70.0), 0);
    program.functions[4].cost.total = Steps::of(Work::Compute, 36_000.0);
    program.functions[4].effects.locks = true;
    program.functions[4].effects.writes = [State::Attribute("_products".into())].into_iter().collect();
    program.functions[4].locks.push(LockUse {
        name: "self._lock".into(),
        at: Location::default(),
        held_share: 0.95,
        movable_share: 0.9,
    });
    (program.functions[6].effects.database, program.functions[6].effects.transaction) = (true, true);
    program.functions[7].cost.total = Steps { native: 8e4, compute: 1e4, ..Steps::default() };
    program.functions[8].cost.total = Steps { waits: 8e4, compute: 1e3, ..Steps::default() };
    program
}

/// A run of the shop in which pricing has a third of the CPU and stock queues at its lock.
fn run() -> Measurement {
    let mut run = measurement(&[
        Tree("price_route", 0.4, &[Tree("calculate_price", 0.1, &[Tree("season_profit", 33.5, &[])])]),
        Tree("stock_route", 0.2, &[Tree("query_stock", 0.8, &[Tree("project", 21.0, &[])])]),
        Tree("place", 12.0, &[]),
        Tree("similar", 12.0, &[]),
        Tree("send", 1.0, &[]),
        Tree("shrink", 7.0, &[]),
        Tree("wsgi", 12.0, &[]),
    ]);
    for function in &mut run.functions {
        let known =
            FUNCTIONS.iter().find_map(|name| name.split_once('.').filter(|(_, last)| *last == function.qualname));
        match known {
            Some((module, _)) => {
                function.module = module.into();
                function.file = format!("/srv/shop/{module}.py").into();
            }
            None => (function.user, function.file) = (false, "/usr/lib/flask.py".into()),
        }
    }
    let of = |name: &str| run.functions.iter().position(|f| f.qualname == name).unwrap() as u32;
    let (stock, similar, send, door) = (of("project"), of("similar"), of("send"), of("calculate_price"));
    run.functions[door as usize].spells = 740;
    let query = run.functions.iter_mut().find(|f| f.qualname == "query_stock").unwrap();
    query.spells = 24_000;
    for stack in &mut run.stacks {
        if stack.function == stock {
            stack.seconds.lock = 60.0;
        } else if stack.function == similar {
            (stack.seconds.python, stack.seconds.native) = (1.0, 11.0);
        } else if stack.function == send {
            stack.seconds.io = 40.0;
        }
    }
    run
}

fn verdicts(change: impl FnOnce(&mut Program, &mut Policy)) -> Vec<Verdict> {
    let (mut program, mut policy, run) = (shop(), Policy::profile("balanced").unwrap(), run());
    change(&mut program, &mut policy);
    let (matrix, calls) = (Matrix::built_in(), BTreeMap::new());
    let inputs = Inputs {
        program: &program,
        measurement: Some(&run),
        policy: &policy,
        matrix: &matrix,
        calls: &calls,
        limit: 20,
    };
    recommend(&inputs)
}

fn of<'a>(verdicts: &'a [Verdict], name: &str) -> &'a Verdict {
    verdicts.iter().find(|verdict| verdict.name == name).unwrap_or_else(|| panic!("no verdict on {name}"))
}

#[test]
fn pricing_is_first_and_moves_in_process() {
    let verdicts = verdicts(|_, _| {});
    assert_eq!(verdicts[0].name, "pricing.calculate_price");
    let price = &verdicts[0];
    assert_eq!((price.words().as_str(), price.because.rule), ("Rust, in process", 3));
    assert_eq!(price.behind, ["pricing.season_profit"]);
    assert!(price.rejected.as_ref().is_some_and(|rung| rung.form == Form::Processes));
    assert!(price.ladder.iter().any(|rung| rung.form == Form::Service && rung.rule == Some(11)));
    let ceiling = price.price.ceiling.as_ref().unwrap();
    assert!((ceiling.value - 1.506).abs() < 0.01 && ceiling.origin == Origin::Bound);
    let per_call = price.price.per_call_us.as_ref().unwrap();
    assert!((per_call.value - 45_405.0).abs() < 1.0 && per_call.origin == Origin::Estimated);
    assert!(price.flips.iter().any(|flip| flip.rule == 11 && flip.text.contains("pivot.yaml")));
}

#[test]
fn a_declared_need_makes_pricing_a_rust_service() {
    let verdicts = verdicts(|_, policy| drop(policy.needs.insert("pricing".into(), vec![Need::IndependentScaling])));
    let price = of(&verdicts, "pricing.calculate_price");
    assert_eq!((price.words().as_str(), price.because.rule), ("Rust service", 11));
    assert_eq!(price.rejected.as_ref().unwrap().form, Form::Extension);
}

#[test]
fn stock_moves_in_process_and_its_lock_is_named() {
    let verdicts = verdicts(|_, _| {});
    let stock = of(&verdicts, "inventory.query_stock");
    assert_eq!(stock.words(), "Rust, in process");
    assert!(stock.reasons.iter().any(|reason| reason.rule == 7 && reason.text.contains("self._lock")));
    assert!(stock.flips.iter().any(|flip| flip.text.contains("narrower lock")));
}

#[test]
fn stock_is_a_go_service_only_by_a_declared_need() {
    let needs = vec![Need::Concurrency, Need::Ownership];
    let verdicts = verdicts(|_, policy| drop(policy.needs.insert("inventory".into(), needs)));
    let stock = of(&verdicts, "inventory.query_stock");
    assert_eq!(stock.words(), "Go service");
    assert!(stock.reasons.iter().any(|reason| reason.rule == 2 && reason.text.contains("declared need")));
}

#[test]
fn transactions_native_work_and_waiting_stay() {
    let verdicts = verdicts(|_, _| {});
    for (name, rule) in [("orders.place", 10), ("recommendations.similar", 8), ("notifications.send", 1)] {
        let verdict = of(&verdicts, name);
        assert_eq!((verdict.form, verdict.because.rule), (Form::Stay, rule), "{name}: {}", verdict.because.text);
    }
    assert!(of(&verdicts, "notifications.send").reasons.iter().any(|reason| reason.rule == 7));
}

#[test]
fn seven_percent_get_what_costs_no_second_language() {
    assert_eq!(of(&verdicts(|_, _| {}), "media.shrink").form, Form::Mypyc);
}

#[test]
fn the_dozen_flops_stay_even_with_a_declared_need() {
    let (program, run, matrix, calls) = (shop(), run(), Matrix::built_in(), BTreeMap::new());
    let mut policy = Policy::profile("balanced").unwrap();
    policy.needs.insert("pricing".into(), vec![Need::Isolation]);
    for measurement in [Some(&run), None] {
        let inputs =
            Inputs { program: &program, measurement, policy: &policy, matrix: &matrix, calls: &calls, limit: 20 };
        let verdict = recommend_one(&inputs, FunctionId(3));
        assert_eq!((verdict.name.as_str(), verdict.form), ("pricing.calculate_dynamic_price", Form::Stay));
        let service = verdict.price.option(Form::Service, Some(&Language::Rust)).unwrap();
        assert!(service.call.unwrap().high < 0.02, "hundreds of times slower behind a network");
    }
}

#[test]
fn refused_code_is_not_translated_and_says_what_would_unlock_it() {
    let refusal = FirstRefusal {
        code: crate::diagnostic::Code::UnsupportedCall,
        message: "call of `frobnicate`".into(),
        at: Location::default(),
        help: Some("compute it before the call".into()),
    };
    let verdicts = verdicts(|program, _| program.functions[1].translation = Some(Translation::Refused(refusal)));
    let price = of(&verdicts, "pricing.calculate_price");
    assert_eq!(price.form, Form::Mypyc);
    assert!(price.flips.iter().any(|flip| flip.rule == 14 && flip.text == "compute it before the call"));
}

#[test]
fn without_a_run_the_verdict_is_to_measure_first() {
    let (program, policy, matrix, calls) =
        (shop(), Policy::profile("balanced").unwrap(), Matrix::built_in(), BTreeMap::new());
    let inputs =
        Inputs { program: &program, measurement: None, policy: &policy, matrix: &matrix, calls: &calls, limit: 20 };
    let verdicts = recommend(&inputs);
    let price = of(&verdicts, "pricing.calculate_price");
    assert_eq!(price.words(), "measure first; likely Rust, in process");
    assert!(price.price.ceiling.is_none() && price.measured.is_none());
    assert!(verdicts.iter().flat_map(|v| &v.price.per_call_us).all(|figure| figure.origin == Origin::Estimated));
}

#[test]
fn one_query_an_item_is_repaired_before_anything_else() {
    let verdicts = verdicts(|program, _| {
        let found =
            Use { kind: UseKind::Database, name: "session.execute".into(), at: Location::default(), loop_depth: 1 };
        program.functions[6].uses.push(found);
    });
    let orders = of(&verdicts, "orders.place");
    assert_eq!((orders.form, orders.because.rule), (Form::Fix, 7));
}
