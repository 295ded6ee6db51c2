//! The shop: all of its routes in one Flask application.
//!
//! flask --app monolith run --port 8000
//!
//! Translated from `monolith.py`.

use crate::state::State;
use crate::support::{
    exception, json, web, dict::Dict, exception::Exception, json::Json, web::Response,
};

/// Return the price of one unit.
///
/// `monolith.py:207-237`
pub fn calculate_price(
    state: &State,
    request_body: &Json,
) -> Result<Response, Exception> {
    let body = json::or_empty(request_body);
    let (product_id, base_price, quantity_available, demand_factor) = match (|| -> Result<
        _,
        Exception,
    > {
        let product_id = json::to_int(json::item(&body, "product_id")?)?;
        let base_price = json::to_float(json::item(&body, "base_price")?)?;
        let quantity_available = json::to_int(json::item(&body, "quantity_available")?)?;
        let demand_factor = json::to_float(json::item(&body, "demand_factor")?)?;
        Ok((product_id, base_price, quantity_available, demand_factor))
    })() {
        Ok((product_id, base_price, quantity_available, demand_factor)) => {
            (product_id, base_price, quantity_available, demand_factor)
        }
        Err(
            caught,
        ) if caught.is_a(&exception::KEY_ERROR) || caught.is_a(&exception::TYPE_ERROR)
            || caught.is_a(&exception::VALUE_ERROR)
            || caught.is_a(&exception::OVERFLOW_ERROR) => {
            return Ok(
                web::respond(
                    &json::of(
                        &Dict::from_iter([
                            (
                                "error".to_string(),
                                json::of(
                                    "product_id, base_price, quantity_available and demand_factor are required",
                                ),
                            ),
                        ]),
                    ),
                    400,
                ),
            );
        }
        Err(error) => {
            return Err(error);
        }
    };
    let quote = match crate::pricing::calculate_price(
        state,
        product_id,
        base_price,
        quantity_available,
        demand_factor,
    ) {
        Ok(quote) => quote,
        Err(exc) if exc.is_a(&exception::VALUE_ERROR) => {
            return Ok(
                web::respond(
                    &json::of(
                        &Dict::from_iter([
                            ("error".to_string(), json::of(exc.message())),
                        ]),
                    ),
                    400,
                ),
            );
        }
        Err(error) => {
            return Err(error);
        }
    };
    Ok(
        web::respond(
            &json::of(
                &Dict::from_iter([
                    ("base_price".to_string(), json::of(&quote.base_price)),
                    ("final_price".to_string(), json::of(&quote.final_price)),
                    ("discount_percent".to_string(), json::of(&quote.discount_percent)),
                    ("price_tier".to_string(), json::of(&quote.price_tier)),
                ]),
            ),
            200,
        ),
    )
}

/// Return the list price of one unit, without the search for a better one.
///
/// `monolith.py:240-263`
pub fn dynamic_price(state: &State, request_body: &Json) -> Result<Response, Exception> {
    let body = json::or_empty(request_body);
    let (base_price, quantity_available, demand_factor) = match (|| -> Result<
        _,
        Exception,
    > {
        let base_price = json::to_float(json::item(&body, "base_price")?)?;
        let quantity_available = json::to_int(json::item(&body, "quantity_available")?)?;
        let demand_factor = json::to_float(json::item(&body, "demand_factor")?)?;
        Ok((base_price, quantity_available, demand_factor))
    })() {
        Ok((base_price, quantity_available, demand_factor)) => {
            (base_price, quantity_available, demand_factor)
        }
        Err(
            caught,
        ) if caught.is_a(&exception::KEY_ERROR) || caught.is_a(&exception::TYPE_ERROR)
            || caught.is_a(&exception::VALUE_ERROR)
            || caught.is_a(&exception::OVERFLOW_ERROR) => {
            return Ok(
                web::respond(
                    &json::of(
                        &Dict::from_iter([
                            (
                                "error".to_string(),
                                json::of(
                                    "base_price, quantity_available and demand_factor are required",
                                ),
                            ),
                        ]),
                    ),
                    400,
                ),
            );
        }
        Err(error) => {
            return Err(error);
        }
    };
    let price = match crate::pricing::calculate_dynamic_price(
        state,
        base_price,
        quantity_available,
        demand_factor,
    ) {
        Ok(price) => price,
        Err(exc) if exc.is_a(&exception::VALUE_ERROR) => {
            return Ok(
                web::respond(
                    &json::of(
                        &Dict::from_iter([
                            ("error".to_string(), json::of(exc.message())),
                        ]),
                    ),
                    400,
                ),
            );
        }
        Err(error) => {
            return Err(error);
        }
    };
    Ok(
        web::respond(
            &json::of(
                &Dict::from_iter([
                    ("final_price".to_string(), json::of(&price.final_price)),
                    ("discount_percent".to_string(), json::of(&price.discount_percent)),
                    ("price_tier".to_string(), json::of(&price.price_tier)),
                ]),
            ),
            200,
        ),
    )
}

/// Return the price of an order with bulk and loyalty discounts.
///
/// `monolith.py:266-298`
pub fn quote_order(state: &State, request_body: &Json) -> Result<Response, Exception> {
    let body = json::or_empty(request_body);
    let (
        product_id,
        base_price,
        quantity,
        quantity_available,
        demand_factor,
        loyalty_years,
    ) = match (|| -> Result<_, Exception> {
        let product_id = json::to_int(json::item(&body, "product_id")?)?;
        let base_price = json::to_float(json::item(&body, "base_price")?)?;
        let quantity = json::to_int(json::item(&body, "quantity")?)?;
        let quantity_available = json::to_int(json::item(&body, "quantity_available")?)?;
        let demand_factor = json::to_float(
            &json::get_or(&body, "demand_factor", json::of(&1.0))?,
        )?;
        let loyalty_years = json::to_int(
            &json::get_or(&body, "loyalty_years", json::of(&0))?,
        )?;
        Ok((
            product_id,
            base_price,
            quantity,
            quantity_available,
            demand_factor,
            loyalty_years,
        ))
    })() {
        Ok(
            (
                product_id,
                base_price,
                quantity,
                quantity_available,
                demand_factor,
                loyalty_years,
            ),
        ) => {
            (
                product_id,
                base_price,
                quantity,
                quantity_available,
                demand_factor,
                loyalty_years,
            )
        }
        Err(
            caught,
        ) if caught.is_a(&exception::KEY_ERROR) || caught.is_a(&exception::TYPE_ERROR)
            || caught.is_a(&exception::VALUE_ERROR)
            || caught.is_a(&exception::OVERFLOW_ERROR) => {
            return Ok(
                web::respond(
                    &json::of(
                        &Dict::from_iter([
                            (
                                "error".to_string(),
                                json::of(
                                    "product_id, base_price, quantity and quantity_available are required",
                                ),
                            ),
                        ]),
                    ),
                    400,
                ),
            );
        }
        Err(error) => {
            return Err(error);
        }
    };
    let quote = match crate::pricing::quote_order(
        state,
        product_id,
        base_price,
        quantity,
        quantity_available,
        demand_factor,
        loyalty_years,
    ) {
        Ok(quote) => quote,
        Err(exc) if exc.is_a(&exception::VALUE_ERROR) => {
            return Ok(
                web::respond(
                    &json::of(
                        &Dict::from_iter([
                            ("error".to_string(), json::of(exc.message())),
                        ]),
                    ),
                    400,
                ),
            );
        }
        Err(error) => {
            return Err(error);
        }
    };
    Ok(
        web::respond(
            &json::of(
                &Dict::from_iter([
                    ("unit_price".to_string(), json::of(&quote.unit_price)),
                    ("total_price".to_string(), json::of(&quote.total_price)),
                    ("bulk_percent".to_string(), json::of(&quote.bulk_percent)),
                    ("loyalty_percent".to_string(), json::of(&quote.loyalty_percent)),
                    ("price_tier".to_string(), json::of(&quote.unit.price_tier)),
                ]),
            ),
            200,
        ),
    )
}
