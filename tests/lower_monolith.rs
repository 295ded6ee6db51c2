//! The monolith's pricing and inventory lower with no refusal, and their routes with them.

#![allow(clippy::disallowed_methods, reason = "these tests are about real files and programs")]

use pivot::lower::{LowerOptions, LoweredProgram, Unit, lower};
use pivot::source::Sources;

fn lowered(module: &str) -> (LoweredProgram, Sources) {
    let mut sources = Sources::default();
    let mut ids = Vec::new();
    for name in [module, "monolith"] {
        let path = format!("{}/fixtures/monolith/{name}.py", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        ids.push(sources.add(path, name, text));
    }
    let trees: Vec<_> = ids.iter().map(|id| pivot::python::parse(sources.get(*id))).collect();
    let units: Vec<Unit> =
        ids.iter().zip(&trees).map(|(id, (tree, _))| Unit { file: sources.get(*id), tree }).collect();
    (lower(&units, ids[0], &LowerOptions::default()), sources)
}

fn check(module: &str, routes: &[&str]) {
    let (lowered, sources) = lowered(module);
    let shown: Vec<String> = lowered
        .refusals
        .iter()
        .map(|(name, p)| format!("{name}: {} {}: {}", p.code.word(), sources.describe(p.at), p.message))
        .collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    let found: Vec<String> = lowered.program.routes.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    assert_eq!(found, routes);
}

#[test]
fn pricing_lowers_with_its_routes() {
    check("pricing", &["POST /api/calculate_price", "POST /api/dynamic_price", "POST /api/quote"]);
}

#[test]
fn inventory_lowers_with_its_routes() {
    check(
        "inventory",
        &[
            "GET /api/inventory/{product_id}",
            "POST /api/inventory/reserve",
            "POST /api/inventory/{reservation_id}/confirm",
            "POST /api/inventory/{reservation_id}/release",
            "POST /api/inventory/restock",
            "POST /api/inventory/transfer",
        ],
    );
}
