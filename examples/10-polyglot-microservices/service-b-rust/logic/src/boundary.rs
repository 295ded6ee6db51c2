//! From Python's names to this package's functions, and the codec of its classes.

use crate::support::{float, json, exception::Exception};
pub use crate::state::State;
use crate::call::{Call, Param, Signature};
use crate::session::{RouteRequest, World};
use crate::wire::{Wire, deeper, field, fields, object};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::HashMap;

/// What a call needs of the state around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Pure,
    /// To read it.
    Read,
    /// To change it.
    Write,
}

/// An object that a session keeps.
#[derive(Clone, Debug)]
pub enum Object {
    PriceTier(crate::pricing::PriceTier),
    ScarcityStep(crate::pricing::ScarcityStep),
    BulkDiscount(crate::pricing::BulkDiscount),
    Scenario(crate::pricing::Scenario),
    DemandCurve(crate::pricing::DemandCurve),
    Market(crate::pricing::Market),
    PriceQuote(crate::pricing::PriceQuote),
    OrderQuote(crate::pricing::OrderQuote),
    DynamicPrice(crate::pricing::DynamicPrice),
    PricePoint(crate::pricing::PricePoint),
    HistorySummary(crate::pricing::HistorySummary),
    PriceBook(crate::pricing::PriceBook),
}

thread_local! {
    static GIVEN : RefCell < HashMap < String, Object >> = RefCell::default();
}

/// The kept objects that the arguments of the next call may name.
pub fn give(objects: &HashMap<String, Object>) {
    GIVEN.set(objects.clone());
}

/// The kept object that a value names.
fn given(value: &Value) -> Option<Object> {
    let name = crate::wire::tagged(value, "$ref")?.as_str()?;
    GIVEN.with_borrow(|given| given.get(name).cloned())
}

impl Object {
    fn class(&self) -> &'static str {
        match self {
            Object::PriceTier(_) => "PriceTier",
            Object::ScarcityStep(_) => "ScarcityStep",
            Object::BulkDiscount(_) => "BulkDiscount",
            Object::Scenario(_) => "Scenario",
            Object::DemandCurve(_) => "DemandCurve",
            Object::Market(_) => "Market",
            Object::PriceQuote(_) => "PriceQuote",
            Object::OrderQuote(_) => "OrderQuote",
            Object::DynamicPrice(_) => "DynamicPrice",
            Object::PricePoint(_) => "PricePoint",
            Object::HistorySummary(_) => "HistorySummary",
            Object::PriceBook(_) => "PriceBook",
        }
    }
}

/// What a function needs; `None` where there is no such function.
pub fn function_need(name: &str) -> Option<Need> {
    match name {
        "demand_profile" => Some(Need::Pure),
        "demand_curve" => Some(Need::Pure),
        "season_profit" => Some(Need::Pure),
        "expected_profit" => Some(Need::Pure),
        "best_points" => Some(Need::Pure),
        "less_percent" => Some(Need::Pure),
        "calculate_price" => Some(Need::Read),
        "calculate_dynamic_price" => Some(Need::Read),
        "quote_order" => Some(Need::Read),
        "compare_quotes" => Some(Need::Pure),
        "summarise_history" => Some(Need::Pure),
        _ => None,
    }
}

/// Calls a function that touches no state.
pub fn pure_function(name: &str, call: &mut Call<'_>) -> Result<Value, Exception> {
    match name {
        "demand_profile" => {
            call.bind(
                &Signature {
                    name: "demand_profile",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:341:1",
                },
            )?;
            let value_0: i64 = call.take(0);
            call.start();
            let result = crate::pricing::demand_profile(value_0);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "demand_curve" => {
            call.bind(
                &Signature {
                    name: "demand_curve",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "demand_factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:358:1",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = crate::pricing::demand_curve(value_0, value_1);
            call.stop();
            let result = result?;
            call.kept = Some(Object::DemandCurve(result.clone()));
            Ok(result.encode(call.exact))
        }
        "season_profit" => {
            call.bind(
                &Signature {
                    name: "season_profit",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "market",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "multiplier",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "pace",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:369:1",
                },
            )?;
            let value_0: crate::pricing::Market = match call.referred(0) {
                Some((_, Object::Market(it))) => it,
                Some(_) => crate::wire::wrong_type(),
                None => call.take(0),
            };
            let value_1: f64 = call.take(1);
            let value_2: f64 = call.take(2);
            call.start();
            let result = crate::pricing::season_profit(&value_0, value_1, value_2);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "expected_profit" => {
            call.bind(
                &Signature {
                    name: "expected_profit",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "market",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "points",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:387:1",
                },
            )?;
            let value_0: crate::pricing::Market = match call.referred(0) {
                Some((_, Object::Market(it))) => it,
                Some(_) => crate::wire::wrong_type(),
                None => call.take(0),
            };
            let value_1: i64 = call.take(1);
            call.start();
            let result = crate::pricing::expected_profit(&value_0, value_1);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "best_points" => {
            call.bind(
                &Signature {
                    name: "best_points",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "market",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:396:1",
                },
            )?;
            let value_0: crate::pricing::Market = match call.referred(0) {
                Some((_, Object::Market(it))) => it,
                Some(_) => crate::wire::wrong_type(),
                None => call.take(0),
            };
            call.start();
            let result = crate::pricing::best_points(&value_0);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "less_percent" => {
            call.bind(
                &Signature {
                    name: "less_percent",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:417:1",
                },
            )?;
            let value_0: f64 = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = crate::pricing::less_percent(value_0, value_1);
            call.stop();
            Ok(result.encode(call.exact))
        }
        "compare_quotes" => {
            call.bind(
                &Signature {
                    name: "compare_quotes",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "quotes",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:475:1",
                },
            )?;
            let value_0: Vec<crate::pricing::PriceQuote> = call.take(0);
            call.start();
            let result = crate::pricing::compare_quotes(&value_0);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "summarise_history" => {
            call.bind(
                &Signature {
                    name: "summarise_history",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "points",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:488:1",
                },
            )?;
            let value_0: Vec<crate::pricing::PricePoint> = call.take(0);
            call.start();
            let result = crate::pricing::summarise_history(&value_0);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        _ => Ok(Value::Null),
    }
}

/// Calls a function that reads the state.
pub fn read_function(
    name: &str,
    call: &mut Call<'_>,
    state: &State,
) -> Result<Value, Exception> {
    match name {
        "calculate_price" => {
            call.bind(
                &Signature {
                    name: "calculate_price",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "base_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity_available",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "demand_factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:425:1",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            let value_2: i64 = call.take(2);
            let value_3: f64 = call.take(3);
            call.start();
            let result = crate::pricing::calculate_price(
                state,
                value_0,
                value_1,
                value_2,
                value_3,
            );
            call.stop();
            let result = result?;
            call.kept = Some(Object::PriceQuote(result.clone()));
            Ok(result.encode(call.exact))
        }
        "calculate_dynamic_price" => {
            call.bind(
                &Signature {
                    name: "calculate_dynamic_price",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "base_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity_available",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "demand_factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:432:1",
                },
            )?;
            let value_0: f64 = call.take(0);
            let value_1: i64 = call.take(1);
            let value_2: f64 = call.take(2);
            call.start();
            let result = crate::pricing::calculate_dynamic_price(
                state,
                value_0,
                value_1,
                value_2,
            );
            call.stop();
            let result = result?;
            call.kept = Some(Object::DynamicPrice(result.clone()));
            Ok(result.encode(call.exact))
        }
        "quote_order" => {
            call.bind(
                &Signature {
                    name: "quote_order",
                    bound: 0usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "base_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity_available",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "demand_factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "loyalty_years",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:448:1",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            let value_2: i64 = call.take(2);
            let value_3: i64 = call.take(3);
            let value_4: f64 = call.take(4);
            let value_5: i64 = call.take(5);
            call.start();
            let result = crate::pricing::quote_order(
                state,
                value_0,
                value_1,
                value_2,
                value_3,
                value_4,
                value_5,
            );
            call.stop();
            let result = result?;
            call.kept = Some(Object::OrderQuote(result.clone()));
            Ok(result.encode(call.exact))
        }
        _ => Ok(Value::Null),
    }
}

/// Calls a function that changes the state.
pub fn write_function(
    name: &str,
    call: &mut Call<'_>,
    state: &mut State,
) -> Result<Value, Exception> {
    let _ = name;
    let _ = (&call, &state);
    Ok(Value::Null)
}

/// What a constructor needs; `None` where there is no such class.
pub fn class_need(class: &str) -> Option<Need> {
    match class {
        "PriceTier" => Some(Need::Pure),
        "ScarcityStep" => Some(Need::Pure),
        "BulkDiscount" => Some(Need::Pure),
        "Scenario" => Some(Need::Pure),
        "DemandCurve" => Some(Need::Pure),
        "Market" => Some(Need::Pure),
        "PriceQuote" => Some(Need::Pure),
        "OrderQuote" => Some(Need::Pure),
        "DynamicPrice" => Some(Need::Pure),
        "PricePoint" => Some(Need::Pure),
        "HistorySummary" => Some(Need::Pure),
        "PriceBook" => Some(Need::Pure),
        _ => None,
    }
}

/// Makes an object.
pub fn construct(
    class: &str,
    call: &mut Call<'_>,
    state: &State,
) -> Result<Value, Exception> {
    let _ = &state;
    match class {
        "PriceTier" => {
            call.bind(
                &Signature {
                    name: "PriceTier.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "above",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "discount_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:54:1",
                },
            )?;
            call.start();
            let result = crate::pricing::PriceTier {
                name: call.take(0),
                above: call.take(1),
                discount_percent: call.take(2),
            };
            call.stop();
            call.kept = Some(Object::PriceTier(result));
            Ok(Value::Null)
        }
        "ScarcityStep" => {
            call.bind(
                &Signature {
                    name: "ScarcityStep.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "below",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:63:1",
                },
            )?;
            call.start();
            let result = crate::pricing::ScarcityStep {
                below: call.take(0),
                factor: call.take(1),
            };
            call.stop();
            call.kept = Some(Object::ScarcityStep(result));
            Ok(Value::Null)
        }
        "BulkDiscount" => {
            call.bind(
                &Signature {
                    name: "BulkDiscount.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "minimum",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:71:1",
                },
            )?;
            call.start();
            let result = crate::pricing::BulkDiscount {
                minimum: call.take(0),
                percent: call.take(1),
            };
            call.stop();
            call.kept = Some(Object::BulkDiscount(result));
            Ok(Value::Null)
        }
        "Scenario" => {
            call.bind(
                &Signature {
                    name: "Scenario.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "pace",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "weight",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:79:1",
                },
            )?;
            call.start();
            let result = crate::pricing::Scenario {
                name: call.take(0),
                pace: call.take(1),
                weight: call.take(2),
            };
            call.stop();
            call.kept = Some(Object::Scenario(result));
            Ok(Value::Null)
        }
        "DemandCurve" => {
            call.bind(
                &Signature {
                    name: "DemandCurve.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "surge_slope",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "discount_slope",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "bargain_slope",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "bargain_from",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:88:1",
                },
            )?;
            call.start();
            let result = crate::pricing::DemandCurve {
                surge_slope: call.take(0),
                discount_slope: call.take(1),
                bargain_slope: call.take(2),
                bargain_from: call.take(3),
            };
            call.stop();
            call.kept = Some(Object::DemandCurve(result));
            Ok(Value::Null)
        }
        "Market" => {
            call.bind(
                &Signature {
                    name: "Market.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "reference_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "unit_cost",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "storage_cost",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "goodwill_cost",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "stock",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "shelf_units",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "anchor_drift",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "curve",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "daily_demand",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:111:1",
                },
            )?;
            call.start();
            let result = crate::pricing::Market {
                reference_price: call.take(0),
                unit_cost: call.take(1),
                storage_cost: call.take(2),
                goodwill_cost: call.take(3),
                stock: call.take(4),
                shelf_units: call.take(5),
                anchor_drift: call.take(6),
                curve: call.take(7),
                daily_demand: call.take(8),
            };
            call.stop();
            call.kept = Some(Object::Market(result));
            Ok(Value::Null)
        }
        "PriceQuote" => {
            call.bind(
                &Signature {
                    name: "PriceQuote.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "base_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "reference_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "multiplier",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "final_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "discount_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "price_tier",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:126:1",
                },
            )?;
            call.start();
            let result = crate::pricing::PriceQuote {
                product_id: call.take(0),
                base_price: call.take(1),
                reference_price: call.take(2),
                multiplier: call.take(3),
                final_price: call.take(4),
                discount_percent: call.take(5),
                price_tier: call.take(6),
            };
            call.stop();
            call.kept = Some(Object::PriceQuote(result));
            Ok(Value::Null)
        }
        "OrderQuote" => {
            call.bind(
                &Signature {
                    name: "OrderQuote.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "unit",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "bulk_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "loyalty_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "unit_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "total_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:149:1",
                },
            )?;
            call.start();
            let result = crate::pricing::OrderQuote {
                unit: call.take(0),
                quantity: call.take(1),
                bulk_percent: call.take(2),
                loyalty_percent: call.take(3),
                unit_price: call.take(4),
                total_price: call.take(5),
            };
            call.stop();
            call.kept = Some(Object::OrderQuote(result));
            Ok(Value::Null)
        }
        "DynamicPrice" => {
            call.bind(
                &Signature {
                    name: "DynamicPrice.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "final_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "discount_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "price_tier",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:161:1",
                },
            )?;
            call.start();
            let result = crate::pricing::DynamicPrice {
                final_price: call.take(0),
                discount_percent: call.take(1),
                price_tier: call.take(2),
            };
            call.stop();
            call.kept = Some(Object::DynamicPrice(result));
            Ok(Value::Null)
        }
        "PricePoint" => {
            call.bind(
                &Signature {
                    name: "PricePoint.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "at",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:170:1",
                },
            )?;
            call.start();
            let result = crate::pricing::PricePoint {
                product_id: call.take(0),
                price: call.take(1),
                at: call.take(2),
            };
            call.stop();
            call.kept = Some(Object::PricePoint(result));
            Ok(Value::Null)
        }
        "HistorySummary" => {
            call.bind(
                &Signature {
                    name: "HistorySummary.__init__",
                    bound: 1,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "count",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "lowest",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "highest",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "mean",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "median",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "trend",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:179:1",
                },
            )?;
            call.start();
            let result = crate::pricing::HistorySummary {
                product_id: call.take(0),
                count: call.take(1),
                lowest: call.take(2),
                highest: call.take(3),
                mean: call.take(4),
                median: call.take(5),
                trend: call.take(6),
            };
            call.stop();
            call.kept = Some(Object::HistorySummary(result));
            Ok(Value::Null)
        }
        "PriceBook" => {
            call.bind(
                &Signature {
                    name: "PriceBook.__init__",
                    bound: 1usize,
                    params: &[],
                    at: "pricing.py:202:5",
                },
            )?;
            call.start();
            let result = crate::pricing::PriceBook::new();
            call.stop();
            call.kept = Some(Object::PriceBook(result));
            Ok(Value::Null)
        }
        _ => Ok(Value::Null),
    }
}

/// Makes an object; the constructor changes the state.
pub fn construct_writing(
    class: &str,
    call: &mut Call<'_>,
    state: &mut State,
) -> Result<Value, Exception> {
    let _ = class;
    let _ = (&call, &state);
    Ok(Value::Null)
}

/// What a method needs; `None` where there is no such object or method.
pub fn method_need(world: &World, object: &str, name: &str) -> Option<Need> {
    let class = match world.objects.get(object) {
        Some(kept) => kept.class(),
        None => {
            match object {
                "DEFAULT_BOOK" => "PriceBook",
                _ => return None,
            }
        }
    };
    match (class, name) {
        ("DemandCurve", "uptake") => Some(Need::Read),
        ("PriceBook", "set_price") => Some(Need::Write),
        ("PriceBook", "clear_price") => Some(Need::Write),
        ("PriceBook", "base_price") => Some(Need::Read),
        ("PriceBook", "rule") => Some(Need::Read),
        ("PriceBook", "update_rule") => Some(Need::Write),
        ("PriceBook", "set_tier") => Some(Need::Write),
        ("PriceBook", "remove_tier") => Some(Need::Write),
        ("PriceBook", "tier_for") => Some(Need::Read),
        ("PriceBook", "scarcity_factor") => Some(Need::Read),
        ("PriceBook", "bulk_percent") => Some(Need::Read),
        ("PriceBook", "loyalty_percent") => Some(Need::Read),
        ("PriceBook", "market") => Some(Need::Read),
        ("PriceBook", "quote") => Some(Need::Read),
        _ => None,
    }
}

/// Calls a method that changes nothing.
pub fn read_method(
    object: &str,
    name: &str,
    call: &mut Call<'_>,
    world: &World,
) -> Result<Value, Exception> {
    if let Some(kept) = world.objects.get(object) {
        match kept {
            Object::DemandCurve(this) => {
                return read_demand_curve(this, name, call, &world.state);
            }
            Object::PriceBook(this) => {
                return read_price_book(this, name, call, &world.state);
            }
            _ => {}
        }
    }
    match object {
        "DEFAULT_BOOK" => {
            read_price_book(&world.state.default_book, name, call, &world.state)
        }
        _ => Ok(Value::Null),
    }
}

/// Calls a method that changes its object or the state.
pub fn write_method(
    object: &str,
    name: &str,
    call: &mut Call<'_>,
    world: &mut World,
) -> Result<Value, Exception> {
    if let Some(kept) = world.objects.get_mut(object) {
        match kept {
            Object::DemandCurve(this) => {
                return write_demand_curve(this, name, call, &mut world.state);
            }
            Object::PriceBook(this) => {
                return write_price_book(this, name, call, &mut world.state);
            }
            _ => {}
        }
    }
    match object {
        "DEFAULT_BOOK" => change_price_book(&mut world.state.default_book, name, call),
        _ => Ok(Value::Null),
    }
}

fn read_demand_curve(
    this: &crate::pricing::DemandCurve,
    name: &str,
    call: &mut Call<'_>,
    state: &State,
) -> Result<Value, Exception> {
    let _ = &state;
    match name {
        "uptake" => {
            call.bind(
                &Signature {
                    name: "DemandCurve.uptake",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "relative_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:101:5",
                },
            )?;
            let value_0: f64 = call.take(0);
            call.start();
            let result = this.uptake(value_0);
            call.stop();
            Ok(result.encode(call.exact))
        }
        _ => Ok(Value::Null),
    }
}

fn write_demand_curve(
    this: &mut crate::pricing::DemandCurve,
    name: &str,
    call: &mut Call<'_>,
    state: &mut State,
) -> Result<Value, Exception> {
    let _ = name;
    let _ = (&this, &call, &state);
    Ok(Value::Null)
}

fn read_price_book(
    this: &crate::pricing::PriceBook,
    name: &str,
    call: &mut Call<'_>,
    state: &State,
) -> Result<Value, Exception> {
    let _ = &state;
    match name {
        "base_price" => {
            call.bind(
                &Signature {
                    name: "PriceBook.base_price",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "proposed",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:231:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = this.base_price(value_0, value_1);
            call.stop();
            Ok(result.encode(call.exact))
        }
        "rule" => {
            call.bind(
                &Signature {
                    name: "PriceBook.rule",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:235:5",
                },
            )?;
            let value_0: String = call.take(0);
            call.start();
            let result = this.rule(&value_0);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "tier_for" => {
            call.bind(
                &Signature {
                    name: "PriceBook.tier_for",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:269:5",
                },
            )?;
            let value_0: f64 = call.take(0);
            call.start();
            let result = this.tier_for(value_0);
            call.stop();
            let result = result?;
            call.kept = Some(Object::PriceTier(result.clone()));
            Ok(result.encode(call.exact))
        }
        "scarcity_factor" => {
            call.bind(
                &Signature {
                    name: "PriceBook.scarcity_factor",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "quantity_available",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:276:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            call.start();
            let result = this.scarcity_factor(value_0);
            call.stop();
            Ok(result.encode(call.exact))
        }
        "bulk_percent" => {
            call.bind(
                &Signature {
                    name: "PriceBook.bulk_percent",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "quantity",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:283:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            call.start();
            let result = this.bulk_percent(value_0);
            call.stop();
            Ok(result.encode(call.exact))
        }
        "loyalty_percent" => {
            call.bind(
                &Signature {
                    name: "PriceBook.loyalty_percent",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "years",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:287:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            call.start();
            let result = this.loyalty_percent(value_0);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "market" => {
            call.bind(
                &Signature {
                    name: "PriceBook.market",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "base_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity_available",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "demand_factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:293:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            let value_2: i64 = call.take(2);
            let value_3: f64 = call.take(3);
            call.start();
            let result = this.market(value_0, value_1, value_2, value_3);
            call.stop();
            let result = result?;
            call.kept = Some(Object::Market(result.clone()));
            Ok(result.encode(call.exact))
        }
        "quote" => {
            call.bind(
                &Signature {
                    name: "PriceBook.quote",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "base_price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "quantity_available",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "demand_factor",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:310:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            let value_2: i64 = call.take(2);
            let value_3: f64 = call.take(3);
            call.start();
            let result = this.quote(value_0, value_1, value_2, value_3);
            call.stop();
            let result = result?;
            call.kept = Some(Object::PriceQuote(result.clone()));
            Ok(result.encode(call.exact))
        }
        _ => Ok(Value::Null),
    }
}

fn write_price_book(
    this: &mut crate::pricing::PriceBook,
    name: &str,
    call: &mut Call<'_>,
    state: &mut State,
) -> Result<Value, Exception> {
    let _ = &state;
    match name {
        "set_price" => {
            call.bind(
                &Signature {
                    name: "PriceBook.set_price",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:219:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = this.set_price(value_0, value_1);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        "clear_price" => {
            call.bind(
                &Signature {
                    name: "PriceBook.clear_price",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:225:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            call.start();
            let result = this.clear_price(value_0);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        "update_rule" => {
            call.bind(
                &Signature {
                    name: "PriceBook.update_rule",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "value",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:242:5",
                },
            )?;
            let value_0: String = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = this.update_rule(&value_0, value_1);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "set_tier" => {
            call.bind(
                &Signature {
                    name: "PriceBook.set_tier",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "above",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "discount_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:250:5",
                },
            )?;
            let value_0: String = call.take(0);
            let value_1: f64 = call.take(1);
            let value_2: i64 = call.take(2);
            call.start();
            let result = this.set_tier(&value_0, value_1, value_2);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        "remove_tier" => {
            call.bind(
                &Signature {
                    name: "PriceBook.remove_tier",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:262:5",
                },
            )?;
            let value_0: String = call.take(0);
            call.start();
            let result = this.remove_tier(&value_0);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        _ => Ok(Value::Null),
    }
}

/// What a route's handler needs and where it is; `None` where there is no such handler.
pub fn route_need(handler: &str) -> Option<(Need, &'static str)> {
    match handler {
        "calculate_price" => Some((Need::Read, "monolith.py:207:1")),
        "dynamic_price" => Some((Need::Read, "monolith.py:240:1")),
        "quote_order" => Some((Need::Read, "monolith.py:266:1")),
        _ => None,
    }
}

/// A response's status and body, or an exception; `None` where a path parameter does not convert.
pub type Routed = Option<Result<(u16, Vec<u8>), Exception>>;

/// Runs a handler that changes nothing.
pub fn read_route(handler: &str, request: &RouteRequest, state: &State) -> Routed {
    match handler {
        "calculate_price" => {
            let value_0 = json::parse(&request.body);
            Some(
                crate::monolith::calculate_price(state, &value_0)
                    .map(|response| (response.status, json::to_body(&response.body))),
            )
        }
        "dynamic_price" => {
            let value_0 = json::parse(&request.body);
            Some(
                crate::monolith::dynamic_price(state, &value_0)
                    .map(|response| (response.status, json::to_body(&response.body))),
            )
        }
        "quote_order" => {
            let value_0 = json::parse(&request.body);
            Some(
                crate::monolith::quote_order(state, &value_0)
                    .map(|response| (response.status, json::to_body(&response.body))),
            )
        }
        _ => None,
    }
}

/// Runs a handler that changes the state.
pub fn write_route(handler: &str, request: &RouteRequest, state: &mut State) -> Routed {
    let _ = (handler, request, state);
    None
}

/// The module globals that can change, by Python name.
pub fn show_state(state: &State, exact: bool) -> Map<String, Value> {
    Map::from_iter([("DEFAULT_BOOK".to_string(), state.default_book.encode(exact))])
}

/// The fields of an object, by Python name.
pub fn show_object(
    world: &World,
    name: &str,
    exact: bool,
) -> Option<Map<String, Value>> {
    let (value, class) = match world.objects.get(name) {
        Some(Object::PriceTier(it)) => Some((it.encode(exact), "PriceTier")),
        Some(Object::ScarcityStep(it)) => Some((it.encode(exact), "ScarcityStep")),
        Some(Object::BulkDiscount(it)) => Some((it.encode(exact), "BulkDiscount")),
        Some(Object::Scenario(it)) => Some((it.encode(exact), "Scenario")),
        Some(Object::DemandCurve(it)) => Some((it.encode(exact), "DemandCurve")),
        Some(Object::Market(it)) => Some((it.encode(exact), "Market")),
        Some(Object::PriceQuote(it)) => Some((it.encode(exact), "PriceQuote")),
        Some(Object::OrderQuote(it)) => Some((it.encode(exact), "OrderQuote")),
        Some(Object::DynamicPrice(it)) => Some((it.encode(exact), "DynamicPrice")),
        Some(Object::PricePoint(it)) => Some((it.encode(exact), "PricePoint")),
        Some(Object::HistorySummary(it)) => Some((it.encode(exact), "HistorySummary")),
        Some(Object::PriceBook(it)) => Some((it.encode(exact), "PriceBook")),
        _ => {
            match name {
                "DEFAULT_BOOK" => {
                    Some((world.state.default_book.encode(exact), "PriceBook"))
                }
                _ => None,
            }
        }
    }?;
    Some(fields(&value, class).clone())
}

/// A call that may change something starts.
pub fn begin() {}

/// A call that may have changed something is over.
pub fn end(undo: bool) {
    let _ = undo;
}

/// True where a float was put into text since the last time this was asked.
pub fn take_shown() -> bool {
    float::take_shown()
}

/// From here on what is printed on this thread is kept.
pub fn listen() {}

/// What was printed since [`listen`].
pub fn heard() -> String {
    String::new()
}

/// Something here reads the clock.
pub const HAS_CLOCK: bool = false;

/// Puts the clock back.
pub fn reset_clock() {}

/// Lets time pass.
pub fn advance_clock(seconds: f64) {
    let _ = seconds;
}

fn change_price_book(
    this: &mut crate::pricing::PriceBook,
    name: &str,
    call: &mut Call<'_>,
) -> Result<Value, Exception> {
    match name {
        "set_price" => {
            call.bind(
                &Signature {
                    name: "PriceBook.set_price",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "price",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:219:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = this.set_price(value_0, value_1);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        "clear_price" => {
            call.bind(
                &Signature {
                    name: "PriceBook.clear_price",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "product_id",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:225:5",
                },
            )?;
            let value_0: i64 = call.take(0);
            call.start();
            let result = this.clear_price(value_0);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        "update_rule" => {
            call.bind(
                &Signature {
                    name: "PriceBook.update_rule",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "value",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:242:5",
                },
            )?;
            let value_0: String = call.take(0);
            let value_1: f64 = call.take(1);
            call.start();
            let result = this.update_rule(&value_0, value_1);
            call.stop();
            let result = result?;
            Ok(result.encode(call.exact))
        }
        "set_tier" => {
            call.bind(
                &Signature {
                    name: "PriceBook.set_tier",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "above",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                        Param {
                            name: "discount_percent",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:250:5",
                },
            )?;
            let value_0: String = call.take(0);
            let value_1: f64 = call.take(1);
            let value_2: i64 = call.take(2);
            call.start();
            let result = this.set_tier(&value_0, value_1, value_2);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        "remove_tier" => {
            call.bind(
                &Signature {
                    name: "PriceBook.remove_tier",
                    bound: 1usize,
                    params: &[
                        Param {
                            name: "name",
                            required: true,
                            keyword_only: false,
                            positional_only: false,
                            rest: false,
                            fresh: false,
                        },
                    ],
                    at: "pricing.py:262:5",
                },
            )?;
            let value_0: String = call.take(0);
            call.start();
            let result = this.remove_tier(&value_0);
            call.stop();
            result?;
            Ok(Value::Null)
        }
        _ => Ok(Value::Null),
    }
}

impl Wire for crate::pricing::PriceTier {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::PriceTier(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "PriceTier");
        crate::pricing::PriceTier {
            name: field(fields, "name"),
            above: field(fields, "above"),
            discount_percent: field(fields, "discount_percent"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "PriceTier",
                deeper(
                    3,
                    || Map::from_iter([
                        ("name".to_string(), it.name.encode(exact)),
                        ("above".to_string(), it.above.encode(exact)),
                        (
                            "discount_percent".to_string(),
                            it.discount_percent.encode(exact),
                        ),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::ScarcityStep {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::ScarcityStep(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "ScarcityStep");
        crate::pricing::ScarcityStep {
            below: field(fields, "below"),
            factor: field(fields, "factor"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "ScarcityStep",
                deeper(
                    3,
                    || Map::from_iter([
                        ("below".to_string(), it.below.encode(exact)),
                        ("factor".to_string(), it.factor.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::BulkDiscount {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::BulkDiscount(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "BulkDiscount");
        crate::pricing::BulkDiscount {
            minimum: field(fields, "minimum"),
            percent: field(fields, "percent"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "BulkDiscount",
                deeper(
                    3,
                    || Map::from_iter([
                        ("minimum".to_string(), it.minimum.encode(exact)),
                        ("percent".to_string(), it.percent.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::Scenario {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::Scenario(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "Scenario");
        crate::pricing::Scenario {
            name: field(fields, "name"),
            pace: field(fields, "pace"),
            weight: field(fields, "weight"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "Scenario",
                deeper(
                    3,
                    || Map::from_iter([
                        ("name".to_string(), it.name.encode(exact)),
                        ("pace".to_string(), it.pace.encode(exact)),
                        ("weight".to_string(), it.weight.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::DemandCurve {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::DemandCurve(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "DemandCurve");
        crate::pricing::DemandCurve {
            surge_slope: field(fields, "surge_slope"),
            discount_slope: field(fields, "discount_slope"),
            bargain_slope: field(fields, "bargain_slope"),
            bargain_from: field(fields, "bargain_from"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "DemandCurve",
                deeper(
                    3,
                    || Map::from_iter([
                        ("surge_slope".to_string(), it.surge_slope.encode(exact)),
                        ("discount_slope".to_string(), it.discount_slope.encode(exact)),
                        ("bargain_slope".to_string(), it.bargain_slope.encode(exact)),
                        ("bargain_from".to_string(), it.bargain_from.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::Market {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::Market(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "Market");
        crate::pricing::Market {
            reference_price: field(fields, "reference_price"),
            unit_cost: field(fields, "unit_cost"),
            storage_cost: field(fields, "storage_cost"),
            goodwill_cost: field(fields, "goodwill_cost"),
            stock: field(fields, "stock"),
            shelf_units: field(fields, "shelf_units"),
            anchor_drift: field(fields, "anchor_drift"),
            curve: field(fields, "curve"),
            daily_demand: field(fields, "daily_demand"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "Market",
                deeper(
                    3,
                    || Map::from_iter([
                        (
                            "reference_price".to_string(),
                            it.reference_price.encode(exact),
                        ),
                        ("unit_cost".to_string(), it.unit_cost.encode(exact)),
                        ("storage_cost".to_string(), it.storage_cost.encode(exact)),
                        ("goodwill_cost".to_string(), it.goodwill_cost.encode(exact)),
                        ("stock".to_string(), it.stock.encode(exact)),
                        ("shelf_units".to_string(), it.shelf_units.encode(exact)),
                        ("anchor_drift".to_string(), it.anchor_drift.encode(exact)),
                        ("curve".to_string(), it.curve.encode(exact)),
                        ("daily_demand".to_string(), it.daily_demand.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::PriceQuote {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::PriceQuote(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "PriceQuote");
        crate::pricing::PriceQuote {
            product_id: field(fields, "product_id"),
            base_price: field(fields, "base_price"),
            reference_price: field(fields, "reference_price"),
            multiplier: field(fields, "multiplier"),
            final_price: field(fields, "final_price"),
            discount_percent: field(fields, "discount_percent"),
            price_tier: field(fields, "price_tier"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "PriceQuote",
                deeper(
                    3,
                    || Map::from_iter([
                        ("product_id".to_string(), it.product_id.encode(exact)),
                        ("base_price".to_string(), it.base_price.encode(exact)),
                        (
                            "reference_price".to_string(),
                            it.reference_price.encode(exact),
                        ),
                        ("multiplier".to_string(), it.multiplier.encode(exact)),
                        ("final_price".to_string(), it.final_price.encode(exact)),
                        (
                            "discount_percent".to_string(),
                            it.discount_percent.encode(exact),
                        ),
                        ("price_tier".to_string(), it.price_tier.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::OrderQuote {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::OrderQuote(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "OrderQuote");
        crate::pricing::OrderQuote {
            unit: field(fields, "unit"),
            quantity: field(fields, "quantity"),
            bulk_percent: field(fields, "bulk_percent"),
            loyalty_percent: field(fields, "loyalty_percent"),
            unit_price: field(fields, "unit_price"),
            total_price: field(fields, "total_price"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "OrderQuote",
                deeper(
                    3,
                    || Map::from_iter([
                        ("unit".to_string(), it.unit.encode(exact)),
                        ("quantity".to_string(), it.quantity.encode(exact)),
                        ("bulk_percent".to_string(), it.bulk_percent.encode(exact)),
                        (
                            "loyalty_percent".to_string(),
                            it.loyalty_percent.encode(exact),
                        ),
                        ("unit_price".to_string(), it.unit_price.encode(exact)),
                        ("total_price".to_string(), it.total_price.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::DynamicPrice {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::DynamicPrice(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "DynamicPrice");
        crate::pricing::DynamicPrice {
            final_price: field(fields, "final_price"),
            discount_percent: field(fields, "discount_percent"),
            price_tier: field(fields, "price_tier"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "DynamicPrice",
                deeper(
                    3,
                    || Map::from_iter([
                        ("final_price".to_string(), it.final_price.encode(exact)),
                        (
                            "discount_percent".to_string(),
                            it.discount_percent.encode(exact),
                        ),
                        ("price_tier".to_string(), it.price_tier.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::PricePoint {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::PricePoint(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "PricePoint");
        crate::pricing::PricePoint {
            product_id: field(fields, "product_id"),
            price: field(fields, "price"),
            at: field(fields, "at"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "PricePoint",
                deeper(
                    3,
                    || Map::from_iter([
                        ("product_id".to_string(), it.product_id.encode(exact)),
                        ("price".to_string(), it.price.encode(exact)),
                        ("at".to_string(), it.at.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::HistorySummary {
    fn decode(value: &Value) -> Self {
        if let Some(object) = given(value) {
            return match object {
                Object::HistorySummary(it) => it,
                _ => crate::wire::wrong_type(),
            };
        }
        let fields = fields(value, "HistorySummary");
        crate::pricing::HistorySummary {
            product_id: field(fields, "product_id"),
            count: field(fields, "count"),
            lowest: field(fields, "lowest"),
            highest: field(fields, "highest"),
            mean: field(fields, "mean"),
            median: field(fields, "median"),
            trend: field(fields, "trend"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "HistorySummary",
                deeper(
                    3,
                    || Map::from_iter([
                        ("product_id".to_string(), it.product_id.encode(exact)),
                        ("count".to_string(), it.count.encode(exact)),
                        ("lowest".to_string(), it.lowest.encode(exact)),
                        ("highest".to_string(), it.highest.encode(exact)),
                        ("mean".to_string(), it.mean.encode(exact)),
                        ("median".to_string(), it.median.encode(exact)),
                        ("trend".to_string(), it.trend.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}

impl Wire for crate::pricing::PriceBook {
    fn decode(value: &Value) -> Self {
        let fields = fields(value, "PriceBook");
        crate::pricing::PriceBook {
            prices: field(fields, "_prices"),
            rules: field(fields, "_rules"),
            tiers: field(fields, "_tiers"),
            scarcity: field(fields, "_scarcity"),
            bulk: field(fields, "_bulk"),
        }
    }

    fn encode(&self, exact: bool) -> Value {
        {
            let it = self;
            object(
                "PriceBook",
                deeper(
                    3,
                    || Map::from_iter([
                        ("_prices".to_string(), it.prices.encode(exact)),
                        ("_rules".to_string(), it.rules.encode(exact)),
                        ("_tiers".to_string(), it.tiers.encode(exact)),
                        ("_scarcity".to_string(), it.scarcity.encode(exact)),
                        ("_bulk".to_string(), it.bulk.encode(exact)),
                    ]),
                ),
                exact,
            )
        }
    }
}
