//! Every path of the service, as tables. The monolith's own routes keep their paths; where a function's path would
//! clash with one of them, the function carries its module's name.

use crate::desk::{self, Desk, Own};
use axum::Router;
use axum::routing::MethodFilter;

/// The monolith's own routes.
#[rustfmt::skip]
const OWN: &[Own] = &[
    Own { filter: MethodFilter::POST, path: "/api/calculate_price", pattern: "/api/calculate_price", handler: "calculate_price", parameters: &[] },
    Own { filter: MethodFilter::POST, path: "/api/dynamic_price", pattern: "/api/dynamic_price", handler: "dynamic_price", parameters: &[] },
    Own { filter: MethodFilter::POST, path: "/api/quote", pattern: "/api/quote", handler: "quote_order", parameters: &[] },
];

/// Functions: path and name.
#[rustfmt::skip]
const FUNCTIONS: &[(&str, &str)] = &[
    ("/api/demand_profile", "demand_profile"),
    ("/api/demand_curve", "demand_curve"),
    ("/api/season_profit", "season_profit"),
    ("/api/expected_profit", "expected_profit"),
    ("/api/best_points", "best_points"),
    ("/api/less_percent", "less_percent"),
    ("/api/pricing.calculate_price", "calculate_price"),
    ("/api/calculate_dynamic_price", "calculate_dynamic_price"),
    ("/api/quote_order", "quote_order"),
    ("/api/compare_quotes", "compare_quotes"),
    ("/api/summarise_history", "summarise_history"),
];

/// Methods of the objects that the module holds: path, object, name.
#[rustfmt::skip]
const METHODS: &[(&str, &str, &str)] = &[
    ("/api/pricebook/set_price", "DEFAULT_BOOK", "set_price"),
    ("/api/pricebook/clear_price", "DEFAULT_BOOK", "clear_price"),
    ("/api/pricebook/base_price", "DEFAULT_BOOK", "base_price"),
    ("/api/pricebook/rule", "DEFAULT_BOOK", "rule"),
    ("/api/pricebook/update_rule", "DEFAULT_BOOK", "update_rule"),
    ("/api/pricebook/set_tier", "DEFAULT_BOOK", "set_tier"),
    ("/api/pricebook/remove_tier", "DEFAULT_BOOK", "remove_tier"),
    ("/api/pricebook/tier_for", "DEFAULT_BOOK", "tier_for"),
    ("/api/pricebook/scarcity_factor", "DEFAULT_BOOK", "scarcity_factor"),
    ("/api/pricebook/bulk_percent", "DEFAULT_BOOK", "bulk_percent"),
    ("/api/pricebook/loyalty_percent", "DEFAULT_BOOK", "loyalty_percent"),
    ("/api/pricebook/market", "DEFAULT_BOOK", "market"),
    ("/api/pricebook/quote", "DEFAULT_BOOK", "quote"),
];

/// The tables as a router; every function and method also takes a batch.
pub fn routes() -> Router<Desk> {
    let mut router = Router::new();
    for own in OWN {
        router = router.route(own.path, desk::own(own));
    }
    for (path, name) in FUNCTIONS {
        router = router.route(path, desk::function(name));
        router = router.route(&format!("{path}:batch"), desk::function_batch(name));
    }
    for (path, object, name) in METHODS {
        router = router.route(path, desk::method(object, name));
        router = router.route(&format!("{path}:batch"), desk::method_batch(object, name));
    }
    router
}
